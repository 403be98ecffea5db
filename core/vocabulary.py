"""The words of the desk: the types of a slash command, and the port that every door speaks to.

A command is declared once, in ``bot/commands/``; each door shows it in its own way (a native command, a line of text, a
button) and hands the call to ``FrontDesk``. The text form is read by ``core/grammar.py``.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from core.cards.card import Card, Form, Reader
from core.commands import Actor
from core.model.desk import Desk
from core.model.ids import DraftId, EventId, FileId, MessageId, PersonId, TicketId
from core.model.people import Identity, Person, Platform
from core.model.suggestion import Suggestions
from core.model.thread import File, Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Action
from core.rules.snippets import Snippet
from core.text import Text

NEVER = EventId(0)
PAGE = 60
"""Entries of a thread that are shown at once."""


class ParameterKind(StrEnum):
    TICKET = "ticket"
    """A ref; in a ticket's thread it is understood."""
    OTHER = "other"
    """A ref of another ticket, beside the one that it is about: in that one's thread the only one given."""
    PERSON = "person"
    AGENT = "agent"
    """One of the staff."""
    TEAM = "team"
    CATEGORY = "category"
    PRIORITY = "priority"
    STATUS = "status"
    VISIBILITY = "visibility"
    ROLE = "role"
    DECISION = "decision"
    ORDER = "order"
    """Of a list."""
    RELATION = "relation"
    FAQ = "faq"
    """The ref of a frequently asked question, like F-7."""
    NUMBER = "number"
    WORD = "word"
    LINE = "line"
    """Words in one line: takes the rest of the line, unless it is quoted and more may follow."""
    TEXT = "text"
    """The same, of any length."""


class Decision(StrEnum):
    """What a lead says to what was asked for."""

    ACCEPT = "accept"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    name: str
    kind: ParameterKind
    help: str
    required: bool = True
    is_no_prose: bool = False
    """Of a LINE: nobody writes a ref in it, so one that is typed behind it says which ticket the command is about."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that a parameter may have, and how people call it."""

    value: str
    label: str


class Asks(StrEnum):
    """When a command that could run as it stands asks for its optional arguments by a form first."""

    NEVER = "never"
    PRESSED = "pressed"
    """When its button is pressed: a resolution asks for its answer."""
    ALWAYS = "always"
    """Whenever none of them is given: there is nothing to edit without one."""
    DRAFT = "draft"
    """By a form of its own, gathered in a draft: the opening of a ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlashCommand:
    """``/noun verb parameters``; ``verb`` is "" where the noun alone is the command, as in ``/queue``."""

    noun: str
    verb: str
    help: str
    action: Action
    """What the table of ``core/policy.py`` must allow; also what decides who is shown it."""
    parameters: tuple[Parameter, ...] = ()
    title: str = ""
    """Over the form that asks for its arguments, with the ref behind it; "" where its help says it well enough."""
    asks: Asks = Asks.NEVER
    menu: str = ""
    """What it is called in the menu of a person, where a platform has such a thing: its first PERSON is that one."""

    @property
    def name(self) -> str:
        return f"/{self.noun} {self.verb}".rstrip()

    @property
    def usage(self) -> str:
        words = (
            f"<{p.name}>" if p.required and p.kind is not ParameterKind.TICKET else f"[{p.name}]"
            for p in self.parameters
        )
        return " ".join([self.name, *words])


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every command there is, and the values that their parameters may have on this desk."""

    commands: tuple[SlashCommand, ...]
    choices: Mapping[ParameterKind, tuple[Choice, ...]]

    def find(self, noun: str, verb: str) -> SlashCommand | None:
        return next((c for c in self.commands if (c.noun, c.verb) == (noun, verb)), None)

    @property
    def nouns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(command.noun for command in self.commands))


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command called: by typing, by a native command, by a button or a form."""

    command: SlashCommand
    actor: Actor
    ticket: TicketId | None = None
    """The ticket it is about: named, or the thread's."""
    arguments: Mapping[str, str] = field(default_factory=dict)
    """Parameter name -> its value: the canonical one where the parameter has choices."""
    people: Mapping[str, PersonId] = field(default_factory=dict)
    """Parameter name -> the person, where the door knows who is meant; ``arguments`` then holds their name."""
    values: Mapping[str, str] = field(default_factory=dict)
    """What a form brought, by input key; the form's own are kept apart from the parameters."""
    files: tuple[FileId, ...] | None = None
    """All that a form brought; None where it asks for none, or the door has none to give."""
    draft: str | None = None
    """The draft that a form fills."""
    asker: Person | None = None
    """Who asks, once they are looked up."""

    @property
    def is_form(self) -> bool:
        return self.draft is not None or bool(self.values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The desk's answer, for the one who asked: a card, or a form to fill."""

    card: Card | None = None
    form: Form | None = None
    ticket: TicketId | None = None
    """The ticket that it made or changed: a door may lead there."""
    shared: Card | None = None
    """A card for everybody in the place where it was asked for, besides."""
    suggestions: Suggestions | None = None
    """What ``card`` shows as similar to the ticket that was not opened yet, and ``draft`` holds: for a door that shows
    it in a way of its own."""
    draft: DraftId | None = None


class View(StrEnum):
    """Which tickets a list shows."""

    MINE = "mine"
    """Those that I opened, take part in, follow or have."""
    QUEUE = "queue"
    """Staff: live ones of my teams, most urgent first."""
    ALL = "all"
    """Everything that I may see, newest first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LastWords:
    """What was said last in a ticket, as far as one person may hear it."""

    who: str
    person: PersonId
    text: str
    """Plain, in one line and shortened; "" where only files were sent."""
    at: datetime
    kind: MessageKind
    files: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """A ticket in a list of one person's, with the names that it shows."""

    ticket: Ticket
    requester: str
    assignee: str | None
    unread: int = 0
    """Messages by others later than the person has read; counted up to 99."""
    last: LastWords | None = None
    snippet: Snippet | None = None
    """Where the words occur by which it was found."""


@dataclass(frozen=True, slots=True)
class Reactions:
    """One emoji under a message, and who set it."""

    emoji: str
    people: tuple[str, ...]
    by: tuple[PersonId, ...] = ()
    """The same, by id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing in a thread: what was said, or a line on what happened."""

    event: EventId
    at: datetime
    who: str
    person: PersonId | None
    by_staff: bool
    line: str = ""
    message: Message | None = None
    files: tuple[File, ...] = ()
    about: int | None = None
    """The message that a change or a taking back is about: ``message`` is what became of it, if it is there still."""
    reactions: tuple[Reactions, ...] = ()
    """Under the message."""
    door: Platform | None = None
    """Where the message was said."""
    may_edit: bool = False
    may_remove: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadView:
    """A ticket's thread, or a page of it, as one person may see it."""

    ticket: Ticket
    card: Card
    files: tuple[File, ...]
    """Those that it was opened with."""
    entries: tuple[Entry, ...]
    cursor: EventId
    """Where this view ends: ask for what comes after it."""
    may_reply: bool
    may_note: bool
    summary: Summary
    has_before: bool = False
    """Whether there are entries before these."""
    more_after: bool = False
    """Whether there is more after the cursor already."""
    read_to: EventId = NEVER
    """Up to which event the person has read it; 0 for never."""

    @property
    def first(self) -> EventId | None:
        """Where this view begins: ask for what comes before it."""
        return self.entries[0].event if self.entries else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One thing in a ticket's whole history, as a line."""

    event: EventId
    at: datetime
    who: str
    line: str
    door: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A ping that reached a person."""

    id: int
    at: datetime
    card: Card


class FrontDesk(Protocol):
    """What every door speaks to. All but the plain reads raise Refusals, with nothing changed."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def desk(self) -> Desk: ...

    async def arrive(
        self, identity: Identity, name: str, *, avatar_url: str | None = None, groups: frozenset[str] | None = None
    ) -> PersonId:
        """The person behind an identity, made if new. ``groups``: all that they are in there, which may give roles."""

    async def depart(self, identity: Identity) -> None:
        """Somebody left the platform: what its groups gave is taken back, and their live tickets there say so, once
        however often it is told."""

    async def person(self, person: PersonId) -> Person | None: ...

    async def has_account_at(self, email: str, actor: Actor) -> bool:
        """Whether somebody else here has confirmed that address. It gives the actor nothing: it is for a hint that
        /link is there, to be asked of what a platform says their address is, never of what they typed."""

    async def commands_for(self, person: Person) -> Sequence[SlashCommand]:
        """What a menu shows that person."""

    async def type(self, line: str, actor: Actor, ticket: TicketId | None = None) -> Reply:
        """A line that begins with ``/``. ``ticket``: the one whose thread it was typed in."""

    async def run(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        actor: Actor,
        ticket: TicketId | None = None,
        *,
        people: Mapping[str, PersonId] | None = None,
    ) -> Reply:
        """A native slash command, its arguments as the platform gave them: parameter name -> what was chosen or typed,
        ``people`` for those that it knows. ``ticket``: the one whose thread it was used in."""

    def form_of(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        reader: Reader,
        ticket: TicketId | None = None,
    ) -> Form | None:
        """The form that a native slash command opens where it cannot run yet, or None where it can. It is made from
        the declaration alone, without a wait, for a platform that must be answered at once; rights are asked when it
        is sent."""

    def form_at(self, action: str, reader: Reader, values: Mapping[str, str] | None = None) -> Form | None:
        """The same for a button. ``values``: what its draft holds already, by input key. Raises UnknownAction."""

    def reader(self, language: str, *, is_staff: bool = False) -> Reader:
        """For whom words are made where the person is not looked up: by the language that the platform says."""

    async def draft_values(self, draft: DraftId, actor: Actor) -> Mapping[str, str]:
        """What a draft of the actor's holds; nothing where there is none."""

    async def keep_draft(self, values: Mapping[str, str], actor: Actor, draft: DraftId | None = None) -> DraftId:
        """A draft of what stands in a form that is not sent: for a button beside it, which ends it. ``draft``: the one
        that the form fills already. Raises NoSuchDraft where that is the actor's no more."""

    async def similar(self, title: str, description: str, category: str, actor: Actor) -> Suggestions:
        """What may answer a ticket that is about to be opened. ``description``: what was typed, in any markup;
        ``category``: its key, or "" where none is chosen yet. Quick, and never a reason not to open: where it fails,
        takes too long or is asked too often, there is nothing."""

    async def suggest(self, kind: ParameterKind, typed: str, actor: Actor) -> Sequence[Choice]:
        """What somebody may mean by what they typed so far, the likeliest first, 25 at most: refs of tickets they may
        see, categories, teams, agents (for the staff). Nothing for any other kind."""

    async def press(self, action: str, actor: Actor) -> Reply:
        """A button. Answered with a form where it asks for something."""

    async def submit(
        self, action: str, values: Mapping[str, str], files: tuple[FileId, ...] | None, actor: Actor
    ) -> Reply:
        """A form. Answered with a form again where something is missing or wrong. ``files``: all that go with it; None
        leaves those that came before."""

    async def say(
        self,
        ticket: TicketId,
        kind: MessageKind,
        text: Text,
        files: tuple[FileId, ...],
        actor: Actor,
        *,
        seen: EventId | None = None,
    ) -> Entry:
        """Words in a ticket's thread; what was recorded, as a thread shows it. ``seen``: as ``PostMessage`` has it.
        Raises ReplyMeanwhile."""

    async def edit_message(self, ticket: TicketId, message: MessageId, text: Text, actor: Actor) -> Entry:
        """Other words in place of one's own; the message as the thread now shows it."""

    async def remove_message(self, ticket: TicketId, message: MessageId, actor: Actor) -> None:
        """Take one's own words back."""

    async def react(self, ticket: TicketId, message: MessageId, emoji: str, actor: Actor, *, on: bool) -> None:
        """Set an emoji under a message, or take one's own away."""

    async def mark_read(self, ticket: TicketId, event: EventId, actor: Actor) -> EventId | None:
        """The actor has read the ticket up to ``event``; the event up to which it now counts as read."""

    async def tickets_for(self, actor: Actor, *, limit: int = 25) -> Sequence[Choice]:
        """The live tickets that the actor may write in, their own first: ref and title, to choose one from."""

    async def keep_file(self, name: str, data: bytes, actor: Actor, *, image_only: bool = False) -> File:
        """Take an upload into the desk's own keeping, checked and sniffed, until a command attaches it."""

    async def file(self, file: FileId, actor: Actor) -> tuple[File, bytes]:
        """Raises NoSuchFile where the person may not see its ticket (or its note), as where there is none."""

    async def list(
        self, view: View, actor: Actor, *, before: TicketId | None = None, limit: int = 50
    ) -> Sequence[Summary]: ...

    async def thread(
        self,
        ticket: TicketId,
        actor: Actor,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        limit: int | None = PAGE,
    ) -> ThreadView:
        """The newest ``limit`` entries (None: all that there are); with ``before``, those before that event. With
        ``after``: what is new and what changed since, the first ``limit`` of it."""

    async def history(self, ticket: TicketId, actor: Actor) -> Sequence[Trace]:
        """The newest 500 of all that happened in a ticket, oldest first, for those who may read its notes. Raises
        NoSuchTicket for anybody else."""

    async def others(self, ticket: TicketId, actor: Actor) -> Sequence[Summary]:
        """For the staff: the requester's other tickets that the actor may see, newest first, 20 at most. Raises
        NoSuchTicket for anybody else."""

    async def notices(self, actor: Actor, *, limit: int = 20) -> Sequence[Notice]: ...
