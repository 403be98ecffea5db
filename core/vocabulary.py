"""The words of the desk: the types of a slash command, and of what answers it.

A command is declared once, in ``bot/commands/``; each door shows it in its own way (a native command, a line of text, a
button) and hands the call to ``FrontDesk`` (``frontdesk.py``). The text form is read by ``core/grammar.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from core.cards.card import Card, Form
from core.commands import Actor
from core.model.ids import DraftId, EventId, FileId, PersonId, TicketId
from core.model.people import Person, Platform
from core.model.suggestion import Suggestions
from core.model.thread import File, Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Action
from core.rules.snippets import Snippet

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
    STATUSES = "statuses"
    """Of a list: one status, or all that are live."""
    VISIBILITY = "visibility"
    ROLE = "role"
    DECISION = "decision"
    ORDER = "order"
    """Of a list."""
    AMONG = "among"
    """Which tickets a list is of."""
    QUEUED = "queued"
    """The same of the queue."""
    RELATION = "relation"
    FAQ = "faq"
    """The ref of a frequently asked question, like F-7."""
    TAGS = "tags"
    """One or more, with commas between them."""
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
    is_hidden: bool = False
    """Buttons alone give it: no door shows it, and nobody types it."""
    is_named: bool = False
    """Typed as ``name:value`` alone, wherever in the line: no other word is taken for it."""


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
    LOOKED_UP = "looked_up"
    """Whenever one of them is missing, by a form of its own whose choices must be looked up: which messages."""


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
    submit: str = ""
    """On that form's button; "" for Send."""
    asks: Asks = Asks.NEVER
    menu: str = ""
    """What it is called in the menu of a person, where a platform has such a thing: its first PERSON is that one."""
    is_a_button: bool = False
    """Whether it is what a button does: Discord, which takes 25 verbs of a noun, does not list it among its own."""

    @property
    def name(self) -> str:
        return f"/{self.noun} {self.verb}".rstrip()

    @property
    def shown(self) -> tuple[Parameter, ...]:
        """The parameters that people see."""
        return tuple(parameter for parameter in self.parameters if not parameter.is_hidden)

    @property
    def usage(self) -> str:
        words = (
            f"<{p.name}>" if p.required and p.kind is not ParameterKind.TICKET else f"[{p.name}{':' * p.is_named}]"
            for p in self.shown
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
    """What holds the words of a ticket, or of a command, that is not done yet."""


LIVE_ONES = "live"
"""Of ``ParameterKind.STATUSES``: whatever is not over."""


class Among(StrEnum):
    """Whose tickets a list is of, as somebody says it."""

    ALL = "all"
    """Whatever one may see."""
    MINE = "mine"
    """Those that one opened, takes part in, follows or has; in the queue, those that one has."""
    FOLLOWED = "followed"
    PUBLIC = "public"
    UNASSIGNED = "unassigned"
    """In the queue alone."""


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
    changed_at: datetime
    """When the last happened of what the person may know of: nobody learns from it that the staff wrote a note."""
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
    may_transcript: bool = False
    goes_on: Card | None = None
    """Of a merged ticket: where it goes on. What may be written here is then what may be written there."""
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
