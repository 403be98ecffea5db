"""Of what is said, and of the threads that it is said in."""

from dataclasses import dataclass
from datetime import datetime

from core.events.base import Event
from core.model.ids import MessageId, PersonId, ThreadId
from core.model.people import Platform
from core.model.thread import Audience, GapReason, MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagePosted(Event):
    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageUndone(Event):
    """Taken back by its author, or removed where it was said."""

    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    message: MessageId
    kind: MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ReactionChanged(Event):
    message: MessageId
    kind: MessageKind
    on: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretSuspected(Event):
    """What a member of the staff wrote in a thread of a platform looks as if it held a secret."""

    message: MessageId
    kind: MessageKind
    """A note: it was held back; a reply: it stands where the student reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadLost(Event):
    """A thread is gone from its platform."""

    platform: Platform
    replaced: bool
    """Whether another is made in its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadNotRead(Event):
    """What was written in a thread while the desk did not hear it is not known, and may never be."""

    platform: Platform
    thread: ThreadId
    audience: Audience
    reason: GapReason
    since: datetime
    """When the last was written there of which the desk knows."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ThreadCaughtUp(Event):
    """What could not be read in a thread was read after all."""

    platform: Platform
    thread: ThreadId
    audience: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLeft(Event):
    """The requester is no longer on the platform where the ticket has a thread."""

    person: PersonId
    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class TranscriptTaken(Event):
    """By the actor; ``by_link``: by whoever had the actor's link."""

    with_notes: bool
    by_link: bool
