"""Threads, messages and files: where a ticket is talked about, and what is said there."""

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
    audience: Audience
    participant: PersonId | None = None
    """The one person whose own thread it is, where a platform has no shared one."""


class MessageKind(StrEnum):
    REPLY = "reply"
    NOTE = "note"


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


def may_hear(kind: MessageKind, audience: Audience) -> bool:
    """Whether a message of ``kind`` may be shown in a thread of ``audience``: the one place that decides it."""
    return kind is MessageKind.REPLY or audience is Audience.STAFF
