"""Of what is said, and of the threads that it is said in."""

from dataclasses import dataclass
from datetime import datetime

from core.commands.base import TicketCommand
from core.model.ids import EventId, FileId, MessageId, ThreadId
from core.model.people import Platform
from core.model.thread import GapReason, MessageKind
from core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class PostMessage(TicketCommand):
    kind: MessageKind
    text: Text
    files: tuple[FileId, ...] = ()
    external_id: str | None = None
    """What the platform calls it in the thread that it was said in; that thread's cursor moves there."""
    seen: EventId | None = None
    """The newest event that the writer had before them: a reply of the staff's is refused where another of them has
    replied since. None asks for no such look."""
    sure: bool = False
    """Whether it is to be sent though it looks as if it held a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(TicketCommand):
    """The asker has read it up to ``event``."""

    event: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseMessage(TicketCommand):
    """Send the student what was held back because it looks like a secret: by its author."""

    message: MessageId | None = None
    """None: one's own newest in the ticket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMessage(TicketCommand):
    """Take back one's own last message, as long as the desk's setting allows."""

    message: MessageId | None = None
    """One's own of that name; one that the desk warned of may be taken back at any time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage(TicketCommand):
    """Other words in place of one's own, as the author changed them on their platform."""

    message: MessageId
    text: Text
    sure: bool = False
    """As ``PostMessage`` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMessage(TicketCommand):
    """It is gone from the platform where it was said: its author took it away, or whoever keeps order there."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class React(TicketCommand):
    message: MessageId
    emoji: str
    on: bool
    """False takes it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceThread(TicketCommand):
    """By the desk: a thread is gone from its platform. Another is made in its place, with what was said in it."""

    thread: ThreadId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceThread(TicketCommand):
    """By the desk: everything there up to ``cursor`` is taken, though it was nothing to record."""

    thread: ThreadId
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteGap(TicketCommand):
    """By the desk: what was written in a thread since then could not be read. Told again of the same, it changes
    nothing."""

    thread: ThreadId
    reason: GapReason
    since: datetime
    until: datetime | None = None
    """None: now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteCaughtUp(TicketCommand):
    """By the desk: a thread that it could not read was read."""

    thread: ThreadId


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDeparture(TicketCommand):
    """By the desk: the ticket's requester left a platform where it has a thread."""

    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeTranscript(TicketCommand):
    """To be asked before the ticket is told whole. ``by_link``: a signed link speaks for the actor."""

    by_link: bool = False
