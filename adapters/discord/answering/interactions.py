"""What people do on Discord by commands, buttons and forms.

One rule: acknowledge first. Whether a form is asked for is told from the declaration alone, so that it opens at once;
for all else the desk says that it is thinking, and only then asks its database. The one exception are looks of a second
at most, for what a form is to show: which ticket a thread is about, and what a draft holds already.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord
import structlog
from discord import app_commands

from adapters.chat.answers import fault_card, refusal_card
from adapters.chat.downloads import Attachment, Downloads, Kept
from adapters.chat.patience import Patience, ended
from adapters.chat.quoting import quoted_card
from adapters.discord.answering.answers import Answers
from adapters.discord.answering.conversation import Conversation, Late
from adapters.discord.answering.quoting import Quoting, prefilled
from adapters.discord.api.rest import Rest
from adapters.discord.hearing.messages import attachment
from adapters.discord.people import People
from adapters.discord.rooms import Rooms
from adapters.discord.words import fit
from adapters.discord.words.modal import modal, values_of
from adapters.discord.words.render import message
from core.actions import Press, UnknownAction, decode
from core.cards.card import Form, Reader
from core.commands import Actor
from core.errors import NoSuchPerson, Refusal
from core.frontdesk import FrontDesk
from core.model.ids import DraftId, TicketId, parse_ref
from core.model.people import Platform
from core.storage import Store
from core.vocabulary import Asks, ParameterKind, SlashCommand

log = structlog.get_logger(__name__)

Asked = discord.Interaction[Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds."""

    form: float = 1.0
    """That a form may wait for what it is to show."""
    suggestions: float = 2.0
    link: float = 8.0
    """That the answer to an opening waits for the thread, to lead there."""
    close: float = 2.0
    """That answers under way are given at the end."""


_WAITS = Waits()
_CHOICE = 100
_CHOICES = 25
"""Characters of a suggestion's name and of its value, and how many are taken
(https://discord.com/developers/docs/interactions/application-commands)."""


class Interactions:
    def __init__(
        self,
        *,
        desk: FrontDesk,
        rest: Rest,
        people: People,
        rooms: Rooms,
        downloads: Downloads,
        store: Store,
        waits: Waits = _WAITS,
    ) -> None:
        self._desk = desk
        self._rest = rest
        self._people = people
        self._rooms = rooms
        self._downloads = downloads
        self._waits = waits
        self._answers = Answers(rest, rooms, link_within=waits.link)
        self._quoting = Quoting(desk, rest, downloads, store)
        self._patience = Patience()
        self._answering: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Whoever was told to wait for an answer gets it, if it comes soon."""
        await ended(self._answering, self._waits.close)
        await self._patience.close(self._waits.close)

    async def command(self, interaction: Asked, command: SlashCommand, options: Mapping[str, Any]) -> None:
        """A slash command, or an entry of a person's menu. ``options``: by parameter, as discord.py made them."""
        given = {name: value for name, value in options.items() if value is not None}
        await self._answered(interaction, lambda talk: self._command(talk, command, given))

    async def press(self, interaction: Asked, action: str) -> None:
        """A button of a card. ``action``: its custom id."""
        await self._answered(interaction, lambda talk: self._press(talk, action))

    async def submit(self, interaction: Asked) -> None:
        """A form."""
        await self._answered(interaction, self._submit)

    async def complete(self, interaction: Asked, kind: ParameterKind, typed: str) -> list[app_commands.Choice[str]]:
        """What may be meant by what was typed so far; nothing where the desk cannot say it in time."""
        return await self._patience.within(self._waits.suggestions, self._suggested(interaction, kind, typed), [])

    async def open_from(self, interaction: Asked, said: discord.Message) -> None:
        """A message's menu: a ticket's form, filled with what it says."""
        await self._answered(interaction, lambda talk: self._open_from(talk, said))

    async def add_to_ticket(self, interaction: Asked, said: discord.Message) -> None:
        """A message's menu: which of their tickets it belongs to."""
        await self._answered(interaction, lambda talk: self._add_to_ticket(talk, said))

    async def choose(self, interaction: Asked, custom_id: str, chosen: str) -> None:
        """The ticket that a message is added to."""
        await self._answered(interaction, lambda talk: self._choose(talk, custom_id, chosen))

    async def unknown(self, interaction: Asked, error: Exception) -> None:
        """A command that Discord shows, and that this desk does not know as it was sent."""
        log.warning("discord_command_unknown", why=str(error))
        if interaction.type is not discord.InteractionType.autocomplete:
            await self._answered(interaction, _refuse_unknown)

    async def _answered(self, interaction: Asked, answer: Callable[[Conversation], Awaitable[None]]) -> None:
        answering = asyncio.create_task(self._answer(interaction, answer), name=f"discord answer {interaction.id}")
        self._answering.add(answering)
        answering.add_done_callback(self._answering.discard)
        await answering

    async def _answer(self, interaction: Asked, answer: Callable[[Conversation], Awaitable[None]]) -> None:
        """The edge: whatever happens, the person is told, and nothing goes on into discord.py."""
        talk = Conversation(interaction, self._rest, self._reader(interaction))
        try:
            try:
                await answer(talk)
            except Late:
                raise
            except Refusal as refusal:
                await talk.tell(message(refusal_card(refusal, talk.reader)))
            except Exception:
                log.exception("discord_interaction_failed", interaction=interaction.id)
                await talk.tell(message(fault_card(talk.reader)))
        except Late as late:
            log.warning("discord_interaction_late", interaction=interaction.id, why=str(late))
        except Exception:
            log.exception("discord_answer_lost", interaction=interaction.id)

    async def _command(self, talk: Conversation, command: SlashCommand, options: Mapping[str, Any]) -> None:
        given = {name: _named(value) for name, value in options.items()}
        form = await self._form(talk, command, given) or await self._looked_up(talk, command, given)
        if form is not None:
            await talk.ask(modal(form))
            return
        await talk.think()
        actor, ticket = await self._actor(talk.interaction)
        users = {name: value for name, value in options.items() if isinstance(value, discord.abc.User)}
        people = {name: await self._people.person(_human(user)) for name, user in users.items()}
        reply = await self._desk.run(command, given, actor, ticket, people=people)
        await self._answers.show(talk, reply, actor.person, here=ticket, opens=command.asks is Asks.DRAFT)

    async def _press(self, talk: Conversation, action: str) -> None:
        press = decode(action)
        values = await self._draft_in_time(talk.interaction, press) if isinstance(press, Press) else {}
        form = self._desk.form_at(action, talk.reader, values)
        command = self._desk.vocabulary.find(press.noun, press.verb)
        if form is None and command is not None and isinstance(press, Press):
            form = await self._looked_up(talk, command, press.arguments, press.ticket)
        if form is not None:
            await talk.ask(modal(form))
            return
        await talk.think()
        actor, here = await self._actor(talk.interaction)
        reply = await self._desk.press(action, actor)
        await self._answers.show(talk, reply, actor.person, here=here, opens=self._opens(action))

    async def _submit(self, talk: Conversation) -> None:
        await talk.think()
        data: Any = talk.interaction.data
        action = str(data["custom_id"])
        values, attached = values_of(data)
        actor, here = await self._actor(talk.interaction)
        kept = Kept()
        await self._downloads.keep(_attachments(talk.interaction, attached), actor, kept)
        # None leaves those that came before: a form that is opened again cannot show them.
        reply = await self._desk.submit(action, values, tuple(kept.files.values()) or None, actor)
        lost = tuple(kept.lost.values())
        await self._answers.show(talk, reply, actor.person, here=here, opens=self._opens(action), lost=lost)

    async def _open_from(self, talk: Conversation, said: discord.Message) -> None:
        action, values = prefilled(said, talk.reader)
        form = self._desk.form_at(action, talk.reader, values)
        if form is None:
            raise UnknownAction
        await talk.ask(modal(form))

    async def _add_to_ticket(self, talk: Conversation, said: discord.Message) -> None:
        await talk.think()
        actor, _ = await self._actor(talk.interaction)
        await talk.tell(await self._quoting.which_ticket(said, actor, talk.reader))

    async def _choose(self, talk: Conversation, custom_id: str, chosen: str) -> None:
        await talk.think_and_change()
        actor, _ = await self._actor(talk.interaction)
        ticket, lost = await self._quoting.quote(talk.interaction, custom_id, chosen, actor, talk.reader)
        url = await self._rooms.link(ticket, 0)
        await talk.tell(message(quoted_card(ticket, url, lost, talk.reader)))

    async def _suggested(self, interaction: Asked, kind: ParameterKind, typed: str) -> list[app_commands.Choice[str]]:
        actor = Actor(person=await self._people.person(interaction.user), door=Platform.DISCORD)
        try:
            found = await self._desk.suggest(kind, typed, actor)
        except Refusal:
            return []
        return [
            app_commands.Choice(name=fit.one_line(choice.label, _CHOICE) or choice.value, value=choice.value)
            for choice in found
            if 0 < fit.units(choice.value) <= _CHOICE
        ][:_CHOICES]

    def _reader(self, interaction: Asked) -> Reader:
        given = self._desk.desk.group_grants
        grants = (
            given.get((Platform.DISCORD, role), frozenset()) for role in self._people.roles_of(interaction.user) or ()
        )
        is_staff = any(grant.role.is_staff for granted in grants for grant in granted)
        return self._desk.reader(interaction.locale.value, is_staff=is_staff)

    async def _actor(self, interaction: Asked) -> tuple[Actor, TicketId | None]:
        """Who asks, and the ticket whose thread they ask in. The words of a command or a form stand in no thread yet,
        so the actor speaks in none: what they say is to be shown there too."""
        person = await self._people.person(interaction.user)
        place = _thread_of(interaction)
        thread = None if place is None else await self._rooms.at(place)
        actor = Actor(person=person, door=Platform.DISCORD, inbound=f"interaction:{interaction.id}")
        return actor, None if thread is None else thread.ticket

    async def _ticket_in_time(self, interaction: Asked) -> TicketId | None:
        place = _thread_of(interaction)
        if place is None:
            return None
        thread = self._rooms.known(place)
        if thread is None and not self._rooms.is_settled(place):
            thread = await self._patience.within(self._waits.form, self._rooms.at(place), None)
        return None if thread is None else thread.ticket

    async def _form(self, talk: Conversation, command: SlashCommand, given: Mapping[str, str]) -> Form | None:
        """What the command asks first; None too where it wants a ticket and nothing says which: the desk will."""
        form = self._desk.form_of(command, given, talk.reader)
        about = next((p for p in command.parameters if p.kind is ParameterKind.TICKET), None)
        if form is None or about is None:
            return form
        is_named = about.name in given
        ticket = parse_ref(given[about.name]) if is_named else await self._ticket_in_time(talk.interaction)
        if ticket is None and (about.required or is_named):
            return None
        return self._desk.form_of(command, given, talk.reader, ticket)

    async def _looked_up(
        self, talk: Conversation, command: SlashCommand, given: Mapping[str, str], ticket: TicketId | None = None
    ) -> Form | None:
        """The form whose choices are to be looked up; None where that takes too long: then a button opens it."""
        if command.asks is not Asks.LOOKED_UP:
            return None
        looking = self._look_up(talk.interaction, command, given, ticket)
        return await self._patience.within(self._waits.form, looking, None)

    async def _look_up(
        self, interaction: Asked, command: SlashCommand, given: Mapping[str, str], ticket: TicketId | None
    ) -> Form | None:
        actor, here = await self._actor(interaction)
        try:
            return await self._desk.look_up(command, given, actor, ticket or here)
        except Refusal:  # told by what is answered in its place
            return None

    async def _draft_in_time(self, interaction: Asked, press: Press) -> Mapping[str, str]:
        draft = press.arguments.get("draft")
        if not draft:
            return {}
        return await self._patience.within(self._waits.form, self._draft(interaction, DraftId(draft)), {})

    async def _draft(self, interaction: Asked, draft: DraftId) -> Mapping[str, str]:
        person = await self._people.person(interaction.user)
        return await self._desk.draft_values(draft, Actor(person=person, door=Platform.DISCORD))

    def _opens(self, action: str) -> bool:
        done = decode(action)
        command = self._desk.vocabulary.find(done.noun, done.verb)
        return command is not None and command.asks is Asks.DRAFT


async def _refuse_unknown(_talk: Conversation) -> None:
    raise UnknownAction


def _thread_of(interaction: Asked) -> int | None:
    return interaction.channel.id if isinstance(interaction.channel, discord.Thread) else None


def _attachments(interaction: Asked, ids: Sequence[str]) -> list[Attachment]:
    data: Any = interaction.data
    resolved = data.get("resolved", {}).get("attachments", {})
    # discord.py makes them itself for its own modals only.
    sent = (discord.Attachment(data=resolved[key], state=interaction._state) for key in ids if key in resolved)
    return [attachment(one) for one in sent]


def _named(value: Any) -> str:
    return value.display_name if isinstance(value, discord.abc.User) else str(value)


def _human(user: discord.abc.User) -> discord.abc.User:
    """Raises NoSuchPerson: a bot reads no thread, and asks for nothing."""
    if user.bot:
        raise NoSuchPerson(name=user.display_name)
    return user
