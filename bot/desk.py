"""The desk that every door speaks to: lines, native commands, buttons and forms become calls of the vocabulary."""

from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from zoneinfo import ZoneInfo

from bot.asking import Asking, further, likeliest, must_look_up, pressed
from bot.commands import COMMANDS
from bot.commands.declaration import Declared
from bot.commands.room import Room
from bot.keeping import Keeping
from bot.lookups import Lookups
from core.actions import Submit, UnknownAction, decode
from core.cards.card import Form, Reader
from core.cards.forms import command_form
from core.cards.lists import AMONG_WORDS, LIVE_WORDS
from core.cards.words import words_of
from core.commands import (
    Actor,
    Arrive,
    Depart,
    EditMessage,
    MarkRead,
    NoteDeparture,
    PostMessage,
    React,
    RemoveMessage,
    SaveDraft,
)
from core.engine import Engine
from core.errors import N_, BadArgument, BadInput, NoSuchDraft
from core.faqs import FaqReading
from core.grammar import parse, resolve
from core.model.desk import Desk
from core.model.draft import HELD_BACK
from core.model.ids import DraftId, EventId, FileId, MessageId, PersonId, TicketId
from core.model.people import Identity, Person, Platform, Role
from core.model.relation import RELATION_WORDS, Relation
from core.model.suggestion import Suggestions
from core.model.thread import File, MessageKind
from core.model.ticket import PRIORITY_WORDS, WORDS, Priority, Status, Visibility
from core.policy import require_in_general
from core.ports import Clock, FileInspector, Signer
from core.reading import Reading
from core.storage import Order, Store
from core.suggesting import Meaning, Suggesting
from core.text import Text
from core.vocabulary import (
    LIVE_ONES,
    PAGE,
    Among,
    Asks,
    Call,
    Choice,
    Decision,
    Entry,
    Notice,
    ParameterKind,
    Reply,
    SlashCommand,
    Summary,
    ThreadView,
    Trace,
    View,
    Vocabulary,
)


def vocabulary_of(desk: Desk, declared: Sequence[Declared] = COMMANDS) -> Vocabulary:
    """Every declared command, and what may be chosen on this desk."""
    return Vocabulary(
        commands=tuple(one.command for one in declared),
        choices={
            ParameterKind.TEAM: tuple(Choice(team.key, team.name) for team in desk.teams.values()),
            ParameterKind.CATEGORY: tuple(Choice(c.key, c.name) for c in desk.categories.values()),
            ParameterKind.PRIORITY: tuple(Choice(p, PRIORITY_WORDS[p]) for p in Priority),
            ParameterKind.STATUS: tuple(Choice(status, WORDS[status]) for status in Status),
            ParameterKind.STATUSES: (
                Choice(LIVE_ONES, LIVE_WORDS),
                *(Choice(status, WORDS[status]) for status in Status),
            ),
            ParameterKind.VISIBILITY: (
                Choice(Visibility.PRIVATE, N_("private")),
                Choice(Visibility.PUBLIC, N_("public")),
            ),
            ParameterKind.ROLE: (
                Choice(Role.AGENT, N_("agent")),
                Choice(Role.LEAD, N_("lead")),
                Choice(Role.ADMIN, N_("admin")),
            ),
            ParameterKind.RELATION: tuple(Choice(one, RELATION_WORDS[one]) for one in Relation),
            ParameterKind.ORDER: (
                Choice(Order.BEST, N_("best")),
                Choice(Order.NEWEST, N_("newest")),
                Choice(Order.FOLLOWERS, N_("followers")),
            ),
            ParameterKind.AMONG: tuple(
                Choice(one, AMONG_WORDS[one]) for one in (Among.MINE, Among.FOLLOWED, Among.PUBLIC, Among.ALL)
            ),
            ParameterKind.QUEUED: tuple(
                Choice(one, AMONG_WORDS[one]) for one in (Among.MINE, Among.UNASSIGNED, Among.FOLLOWED)
            ),
            ParameterKind.DECISION: (
                Choice(Decision.ACCEPT, N_("accept")),
                Choice(Decision.DECLINE, N_("decline")),
            ),
        },
    )


class ThreadDesk:
    """Fulfils ``core.vocabulary.FrontDesk``."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: Store,
        desk: Desk,
        clock: Clock,
        inspector: FileInspector,
        parsers: Mapping[Platform, Callable[[str], Text]],
        meaning: Callable[[], Meaning | None] = lambda: None,
        signer: Signer | None = None,
    ) -> None:
        """``meaning``: the model of meaning that is ready at that moment, by which what is similar is found.
        ``signer``: of links that are good by themselves."""
        self._engine = engine
        self._store = store
        self._desk = desk
        self._clock = clock
        self._keeping = Keeping(store, clock, inspector)
        self._reading = Reading(store, desk, clock)
        self._faqs = FaqReading(store, desk, clock)
        self._vocabulary = vocabulary_of(desk)
        self._asking = Asking(self._vocabulary, desk)
        self._declared = {(one.command.noun, one.command.verb): one for one in COMMANDS}
        self._lookups = Lookups(Suggesting(store, desk, clock, meaning), clock, deadline=desk.similar.patience)
        self._room = Room(
            engine=engine,
            store=store,
            reading=self._reading,
            desk=desk,
            clock=clock,
            vocabulary=self._vocabulary,
            lookups=self._lookups,
            signer=signer,
            parsers=parsers,
        )

    @property
    def vocabulary(self) -> Vocabulary:
        return self._vocabulary

    @property
    def desk(self) -> Desk:
        return self._desk

    async def arrive(
        self, identity: Identity, name: str, *, avatar_url: str | None = None, groups: frozenset[str] | None = None
    ) -> PersonId:
        arriving = Arrive(identity=identity, name=name, avatar_url=avatar_url, groups=groups)
        outcome = await self._engine.handle(arriving, Actor(person=None, door=identity.platform))
        if outcome.person is None:
            raise ValueError("somebody arrived and is nobody")
        return outcome.person

    async def depart(self, identity: Identity) -> None:
        system = Actor(person=None, door=Platform.SYSTEM)
        person = (await self._engine.handle(Depart(identity=identity), system)).person
        if person is None:
            return
        for ticket in await self._reading.live_of(person):
            once = replace(system, inbound=f"left:{identity.platform}:{identity.external_id}:{ticket}")
            await self._engine.handle(NoteDeparture(ticket=ticket, platform=identity.platform), once)

    async def person(self, person: PersonId) -> Person | None:
        return await self._reading.person(person)

    async def has_account_at(self, email: str, actor: Actor) -> bool:
        return await self._reading.has_account_at(email, actor)

    async def commands_for(self, person: Person) -> Sequence[SlashCommand]:
        return self._room.commands_for(person)

    def reader(self, language: str, *, is_staff: bool = False) -> Reader:
        zone = ZoneInfo(self._desk.time_zone)
        return Reader(gettext=words_of(language), zone=zone, now=self._clock.now(), is_staff=is_staff)

    def form_of(
        self, command: SlashCommand, given: Mapping[str, str], reader: Reader, ticket: TicketId | None = None
    ) -> Form | None:
        return self._asking.of_command(command, given, reader, ticket)

    async def look_up(
        self, command: SlashCommand, given: Mapping[str, str], actor: Actor, ticket: TicketId | None = None
    ) -> Form | None:
        if not must_look_up(command, given):
            return None
        return (await self._call(command, given, ticket, actor, values={})).form

    def form_at(self, action: str, reader: Reader, values: Mapping[str, str] | None = None) -> Form | None:
        return self._asking.at(action, reader, values or {})

    async def draft_values(self, draft: DraftId, actor: Actor) -> Mapping[str, str]:
        return await self._reading.draft_values(draft, actor)

    async def keep_draft(self, values: Mapping[str, str], actor: Actor, draft: DraftId | None = None) -> DraftId:
        outcome = await self._engine.handle(SaveDraft(draft=draft, values=values), replace(actor, inbound=None))
        if outcome.draft is None:
            raise ValueError("a draft that was just saved has no name")
        return outcome.draft

    async def similar(self, title: str, description: str, category: str, actor: Actor) -> Suggestions:
        return await self._lookups.similar(title, description, category, actor)

    async def suggest(self, kind: ParameterKind, typed: str, actor: Actor) -> Sequence[Choice]:
        match kind:
            case ParameterKind.TICKET | ParameterKind.OTHER:
                return likeliest(await self._reading.refs(actor), typed)
            case ParameterKind.AGENT:
                return likeliest([Choice("me", "me"), *await self._reading.agents(actor)], typed)
            case ParameterKind.FAQ:
                return likeliest(await self._faqs.refs(actor), typed)
            case ParameterKind.TAGS:
                return further(await self._reading.tags(actor), typed)
            case _:
                return self._asking.choices(kind, typed, await self._reading.reader(actor))

    async def tickets_for(self, actor: Actor, *, limit: int = 25) -> Sequence[Choice]:
        return (await self._reading.refs(actor, to_write_in=True))[:limit]

    async def type(self, line: str, actor: Actor, ticket: TicketId | None = None) -> Reply:
        parsed = parse(line, self._vocabulary, ticket)
        return await self._do(
            Call(command=parsed.command, actor=actor, ticket=parsed.ticket, arguments=parsed.arguments)
        )

    async def run(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        actor: Actor,
        ticket: TicketId | None = None,
        *,
        people: Mapping[str, PersonId] | None = None,
    ) -> Reply:
        return await self._call(command, given, ticket, actor, people=people or {}, values={})

    async def _do(self, call: Call) -> Reply:
        asker = await self._room.asker(call.actor)
        require_in_general(call.command.action, asker)
        known = replace(call, asker=asker)
        return await self._declared[call.command.noun, call.command.verb].handler(known, self._room)

    async def press(self, action: str, actor: Actor) -> Reply:
        press = pressed(action)
        command = self._asking.named(press)
        await self._require_in_general(command, actor)
        draft = press.arguments.get("draft")
        values = await self._reading.draft_values(DraftId(draft), actor) if draft else {}
        if self._asking.is_held_back(press) and HELD_BACK not in values:
            raise NoSuchDraft
        skipping = self._asking.skipping(press, values)
        if skipping is not None:
            sent, blank = skipping
            return await self._do(Call(command=command, actor=actor, values=blank, draft=sent.draft))
        form = self._asking.at(action, await self._reading.reader(actor), values)
        if form is None:
            given = self._asking.held_back(press, values)
            return await self._call(command, given, press.ticket, actor, values=given)
        if press.ticket is not None:
            await self._reading.ticket(press.ticket, actor)
        return Reply(form=form, ticket=press.ticket)

    async def _require_in_general(self, command: SlashCommand, actor: Actor) -> None:
        """Before any form: whoever made a button up is not even asked."""
        require_in_general(command.action, await self._room.asker(actor))

    async def submit(
        self, action: str, values: Mapping[str, str], files: tuple[FileId, ...] | None, actor: Actor
    ) -> Reply:
        sent = decode(action)
        if not isinstance(sent, Submit):
            raise UnknownAction
        command = self._asking.named(sent)
        if command.asks is Asks.DRAFT:
            return await self._do(Call(command=command, actor=actor, values=values, files=files, draft=sent.draft))
        if sent.draft is not None:
            raise UnknownAction
        await self._require_in_general(command, actor)
        try:
            return await self._call(command, values, sent.ticket, actor, values=values)
        except BadInput as refusal:
            if sent.ticket is not None:
                await self._reading.ticket(sent.ticket, actor)
            reader = await self._reading.reader(actor)
            problem = refusal.sentence(reader.gettext)
            form = command_form(command, values, sent.ticket, self._vocabulary, reader, problem)
            return Reply(form=form, ticket=sent.ticket)

    async def _call(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        ticket: TicketId | None,
        actor: Actor,
        *,
        values: Mapping[str, str],
        people: Mapping[str, PersonId] = MappingProxyType({}),
    ) -> Reply:
        arguments = {name: value for name, value in given.items() if value.strip()}
        parsed = resolve(command, arguments, self._vocabulary, ticket)
        call = Call(
            command=command,
            actor=actor,
            ticket=parsed.ticket,
            arguments=parsed.arguments,
            values=values,
            people=people,
        )
        return await self._do(call)

    async def say(
        self,
        ticket: TicketId,
        kind: MessageKind,
        text: Text,
        files: tuple[FileId, ...],
        actor: Actor,
        *,
        seen: EventId | None = None,
        sure: bool = False,
    ) -> Entry:
        saying = PostMessage(ticket=ticket, kind=kind, text=text, files=files, seen=seen, sure=sure)
        outcome = await self._engine.handle(saying, actor)
        if outcome.message is None:
            raise BadArgument(name="Idempotency-Key", problem=N_("it belongs to another request."), usage="")
        return await self._reading.entry(outcome.ticket or ticket, outcome.message, actor)

    async def edit_message(
        self, ticket: TicketId, message: MessageId, text: Text, actor: Actor, *, sure: bool = False
    ) -> Entry:
        await self._engine.handle(EditMessage(ticket=ticket, message=message, text=text, sure=sure), actor)
        return await self._reading.entry(ticket, message, actor)

    async def remove_message(self, ticket: TicketId, message: MessageId, actor: Actor) -> None:
        await self._engine.handle(RemoveMessage(ticket=ticket, message=message), actor)

    async def react(self, ticket: TicketId, message: MessageId, emoji: str, actor: Actor, *, on: bool) -> None:
        await self._engine.handle(React(ticket=ticket, message=message, emoji=emoji, on=on), actor)

    async def mark_read(self, ticket: TicketId, event: EventId, actor: Actor) -> EventId | None:
        """Told twice it changes nothing anyway: it needs no inbound id."""
        await self._engine.handle(MarkRead(ticket=ticket, event=event), replace(actor, inbound=None))
        return await self._reading.read_to(ticket, actor)

    async def keep_file(
        self, name: str, content: bytes | AsyncIterable[bytes], actor: Actor, *, image_only: bool = False
    ) -> File:
        return await self._keeping.keep(name, content, actor, image_only=image_only)

    async def file(self, file: FileId, actor: Actor) -> File:
        return await self._reading.about_file(file, actor)

    def content(self, file: File, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        return self._store.content(file.sha256, start=start, length=length)

    async def list(
        self, view: View, actor: Actor, *, before: TicketId | None = None, limit: int = 50
    ) -> Sequence[Summary]:
        return await self._reading.list(view, actor, before, limit)

    async def thread(
        self,
        ticket: TicketId,
        actor: Actor,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        limit: int | None = PAGE,
    ) -> ThreadView:
        return await self._reading.thread(ticket, actor, after, before=before, limit=limit)

    async def history(self, ticket: TicketId, actor: Actor) -> Sequence[Trace]:
        return await self._reading.history(ticket, actor)

    async def others(self, ticket: TicketId, actor: Actor) -> Sequence[Summary]:
        return await self._reading.others(ticket, actor)

    async def notices(self, actor: Actor, *, limit: int = 20) -> Sequence[Notice]:
        return await self._reading.notices(actor, limit)
