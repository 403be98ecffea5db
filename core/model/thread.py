"""Threads, messages and files: where a ticket is talked about, and what is said there."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.model.ids import FileId, MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.text import Text


class Audience(StrEnum):
    """Who reads a thread."""

    REQUESTER = "requester"
    """The student, the participants and the staff."""
    STAFF = "staff"
    PUBLIC = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """A ticket bound to a place on a platform."""

    id: ThreadId
    ticket: TicketId
    platform: Platform
    realm: str = ""
    place: str = ""
    """The channel it lives in, as the platform names it."""
    external_id: str | None = None
    """None until the platform made it."""
    card: str | None = None
    """The message there that bears the ticket's card, as the platform names it."""
    cursor: str | None = None
    """The newest message of the platform that the desk has taken from there: it catches up from here."""
    lost_at: datetime | None = None
    """When it was found to be gone; another may have taken its place."""
    audience: Audience
    participant: PersonId | None = None
    """The one person whose own thread it is, where a platform has no shared one."""

    @property
    def is_shared_with_staff(self) -> bool:
        """Whether the staff talk there beside the requester, and not in a thread of their own."""
        return self.audience is not Audience.STAFF and self.participant is None


class MessageKind(StrEnum):
    REPLY = "reply"
    NOTE = "note"


class GapReason(StrEnum):
    """Why what was written in a thread could not be read."""

    SHUT_OUT = "shut_out"
    """Its platform does not let the desk read there, perhaps for now."""
    TOO_OLD = "too_old"
    """Its platform shows nothing that old any more."""
    DELETED = "deleted"
    """It was gone before the desk was back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A reply or a note, recorded once, mirrored to every other thread whose audience may hear it."""

    id: MessageId
    ticket: TicketId
    author: PersonId
    kind: MessageKind
    text: Text
    files: tuple[FileId, ...] = ()
    at: datetime
    edited_at: datetime | None = None
    undone_at: datetime | None = None
    """Taken back by its author within a minute; its words and files are gone."""
    origin: ThreadId | None = None
    """The thread it was written in: it is not mirrored back there."""


@dataclass(frozen=True, slots=True)
class Copy:
    """What a platform calls a message in one of its threads; one that did not fit into one is several there."""

    message: MessageId
    thread: ThreadId
    external_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reaction:
    message: MessageId
    person: PersonId
    emoji: str
    """As Unicode has it, or ``:name:`` for one of a platform's own."""
    platform: Platform
    """Where it was set."""
    thread: ThreadId | None = None
    """In which thread, which shows it already; None where that is not known, or it was in none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """What the desk knows of a file; its bytes are the ``Files`` port's."""

    id: FileId
    owner: PersonId
    ticket: TicketId | None = None
    """None until a command attaches it."""
    message: MessageId | None = None
    """None for the files that a ticket was opened with."""
    name: str
    media_type: str
    """Sniffed from its bytes, never taken from the sender."""
    size: int
    """Bytes."""
    width: int | None = None
    height: int | None = None
    sha256: str
    at: datetime

    @property
    def is_image(self) -> bool:
        return self.width is not None


def is_talked_in(thread: Thread, threads: Iterable[Thread]) -> bool:
    """Whether the ticket is talked about there. The staff's own thread is for notes alone where they share another one
    with the requester on its platform, among the ticket's ``threads``."""
    shared = any(other.platform is thread.platform and other.is_shared_with_staff for other in threads)
    return thread.audience is not Audience.STAFF or not shared


def may_tell(kind: MessageKind, thread: Thread, *, sensitive: bool) -> bool:
    """Whether a message of ``kind`` may be copied to ``thread``. The staff's threads stand in places that more staff
    read than a ``sensitive`` ticket's few, and everybody reads a public one: no word of one goes there."""
    return may_hear(kind, thread.audience) and not (sensitive and thread.audience is not Audience.REQUESTER)


def may_hear(kind: MessageKind, audience: Audience) -> bool:
    """Whether a message of ``kind`` may be shown in a thread of ``audience``: the one place that decides it."""
    return kind is MessageKind.REPLY or audience is Audience.STAFF
