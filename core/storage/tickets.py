"""Tickets and what belongs to one: threads, messages with their copies and reactions, files, the trail, drafts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from core.events import Event, Record
from core.model.draft import Draft
from core.model.ids import (
    DraftId,
    EventId,
    FileId,
    MessageId,
    PersonId,
    ThreadId,
    TicketId,
)
from core.model.people import Platform
from core.model.relation import Follow
from core.model.thread import Audience, Copy, File, Message, MessageKind, Reaction, Thread
from core.model.ticket import Answer, Priority, Ticket, Visibility
from core.storage.blobs import Received
from core.storage.queries import EVERYTHING, Sight, TicketQuery, Traced
from core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTicket:
    """A ticket before the database gave it its number."""

    key: str
    title: str
    description: Text
    category: str
    answers: tuple[Answer, ...]
    priority: Priority
    visibility: Visibility
    requester: PersonId
    team: str
    tags: tuple[str, ...]
    door: Platform
    at: datetime
    alerted_in: str | None


class Tickets(Protocol):
    async def add(self, new: NewTicket) -> Ticket: ...

    async def get(self, ticket: TicketId) -> Ticket | None: ...

    async def save(self, ticket: Ticket) -> None:
        """Write a changed ticket (participants, tags and ``follower_count`` included); ``ticket.version`` is the one
        that was read, and the row then bears the next. Raises Conflict where another transaction was first."""

    async def find(self, query: TicketQuery) -> Sequence[Ticket]: ...

    async def tags(self, sight: Sight, *, most: int) -> Sequence[tuple[str, ...]]:
        """Of each ticket that has any, the newest ``most`` first."""

    async def count(self, query: TicketQuery, *, most: int) -> int:
        """How many the query would find without its ``offset`` and ``limit``; counted no further than ``most``."""

    async def count_open_by(self, requester: PersonId) -> int:
        """How many live tickets the person has."""

    async def opened_since(self, requester: PersonId, since: datetime) -> Sequence[datetime]:
        """When the person's tickets since ``since`` were opened, oldest first; withdrawn ones count."""

    async def place_in_queue(self, ticket: Ticket, raised_from: int = 0) -> int:
        """1 for the next: among the team's live tickets that nobody has, by rank (``core/rules/queue.py``), then age.
        What is put aside is not counted."""

    async def follow(
        self, ticket: TicketId, person: PersonId, at: datetime, words: Mapping[str, str] | None = None
    ) -> bool:
        """False where the person followed it already. ``words``: what they had typed for a ticket of their own.
        ``follower_count`` is the caller's to save."""

    async def unfollow(self, ticket: TicketId, person: PersonId) -> bool:
        """False where the person did not follow it."""

    async def followers(self, ticket: TicketId) -> Sequence[PersonId]: ...

    async def follows_of(self, person: PersonId) -> Sequence[Follow]:
        """What the person follows, whether or not they may see it, the newest first."""


class Threads(Protocol):
    async def add(
        self,
        ticket: TicketId,
        platform: Platform,
        audience: Audience,
        *,
        realm: str = "",
        place: str = "",
        external_id: str | None = None,
        participant: PersonId | None = None,
    ) -> Thread: ...

    async def get(self, thread: ThreadId) -> Thread | None: ...

    async def of(self, ticket: TicketId) -> Sequence[Thread]:
        """The first made first; none that is lost."""

    async def lost(self, ticket: TicketId, since: datetime) -> int:
        """How many of the ticket's were found to be gone since then."""

    async def find(self, platform: Platform, external_id: str) -> Thread | None:
        """The one that the platform calls so, if it is not lost."""

    async def save(self, thread: Thread) -> None:
        """Write where it is (realm, place, external id, card), its cursor, and when it was lost."""

    async def live(self, platform: Platform, *, over_since: datetime | None = None) -> Sequence[Thread]:
        """Those of live tickets on a platform, made there and not lost: what to catch up with. With ``over_since``
        those too whose ticket was resolved or closed after that: somebody may answer there still."""

    async def over(self, platform: Platform, external_ids: Sequence[str]) -> Sequence[Thread]:
        """Those among ``external_ids`` whose ticket is over, the longest over first: what may be put away."""


class Copies(Protocol):
    """What platforms call our messages."""

    async def put(self, copy: Copy) -> None:
        """In place of what was known of that message in that thread."""

    async def of(self, message: MessageId) -> Sequence[Copy]: ...

    async def find(self, thread: ThreadId, external_id: str) -> MessageId | None: ...

    async def said_in(self, thread: ThreadId, *, limit: int) -> Sequence[tuple[Message, Copy]]:
        """The newest messages that were said in that thread itself and not taken back, newest first."""

    async def drop(self, thread: ThreadId) -> None:
        """Forget all of a thread that is gone."""


class Reactions(Protocol):
    async def add(self, reaction: Reaction, at: datetime) -> bool:
        """False where it is there already."""

    async def remove(self, reaction: Reaction) -> bool:
        """False where it was not there."""

    async def of(self, ticket: TicketId) -> Sequence[Reaction]:
        """The ticket's, the first set first."""

    async def under(self, ids: Sequence[MessageId]) -> Sequence[Reaction]:
        """Those of the messages ``ids``, the first set first."""

    async def clear(self, message: MessageId) -> None: ...


class Messages(Protocol):
    async def add(
        self,
        ticket: TicketId,
        author: PersonId,
        kind: MessageKind,
        text: Text,
        at: datetime,
        *,
        origin: ThreadId | None,
    ) -> Message: ...

    async def get(self, message: MessageId) -> Message | None: ...

    async def save(self, message: Message) -> None: ...

    async def last_by(self, ticket: TicketId, author: PersonId) -> Message | None:
        """The author's newest message in the ticket that was not taken back."""

    async def of(
        self, ticket: TicketId, *, kinds: frozenset[MessageKind], since: datetime | None = None
    ) -> Sequence[Message]:
        """The ticket's, oldest first, those taken back too (without words); none from before ``since``."""

    async def among(self, ids: Sequence[MessageId]) -> Sequence[Message]:
        """Those of ``ids`` that there are, oldest first, those taken back too."""

    async def newest_in(self, tickets: Sequence[TicketId], noted: frozenset[TicketId]) -> Mapping[TicketId, Message]:
        """The newest message of each that was not taken back; a note only in those that are ``noted`` too."""


class Files(Protocol):
    async def add(
        self,
        owner: PersonId,
        name: str,
        media_type: str,
        data: bytes | Received,
        at: datetime,
        *,
        width: int | None,
        height: int | None,
    ) -> File: ...

    async def get(self, file: FileId) -> File | None: ...

    async def data(self, file: FileId) -> bytes: ...

    async def data_of(self, files: Sequence[FileId]) -> Mapping[FileId, bytes]:
        """Of those of ``files`` that there are."""

    async def attach(self, files: Sequence[FileId], ticket: TicketId, message: MessageId | None) -> None: ...

    async def of(self, ticket: TicketId) -> Sequence[File]: ...

    async def opened_with(self, ticket: TicketId) -> Sequence[File]:
        """Those that came with the ticket itself."""

    async def under(self, messages: Sequence[MessageId]) -> Sequence[File]:
        """Those of ``messages``, message by message, in the order in which they were attached."""

    async def hand_on(self, before: MessageId, after: MessageId) -> None:
        """Those of one message become another's, and its ticket's."""

    async def delete_of(self, message: MessageId) -> None: ...

    async def delete_unattached(self, before: datetime) -> int:
        """Remove what was uploaded before ``before`` and never sent; returns how many."""


class Events(Protocol):
    async def append(
        self, event: Event, at: datetime, actor: PersonId | None, door: Platform, digest: str
    ) -> Record: ...

    async def get(self, event: EventId) -> Record | None: ...

    async def of(
        self,
        ticket: TicketId,
        *,
        after: EventId | None = None,
        since: datetime | None = None,
        traced: Traced = EVERYTHING,
        limit: int | None = None,
    ) -> Sequence[Record]:
        """The ticket's trail, oldest first: what came later than ``after``, and not before ``since``; the first
        ``limit`` of it."""

    async def newest(
        self,
        ticket: TicketId,
        limit: int,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        traced: Traced = EVERYTHING,
    ) -> Sequence[Record]:
        """The last ``limit`` of the ticket's trail, oldest first: what came later than ``after`` and earlier than
        ``before``."""

    async def last_at(self, among: Sequence[TicketId], traced: Traced) -> Mapping[TicketId, datetime]:
        """When the last of the trail of each of ``among`` happened. None where there is no such."""

    async def posting(self, ticket: TicketId, message: MessageId) -> Record | None:
        """How a message of the ticket was written down."""


class Reads(Protocol):
    """How far each person has read each ticket."""

    async def put(
        self, person: PersonId, ticket: TicketId, event: EventId, message: MessageId | None, at: datetime
    ) -> bool:
        """Read up to ``event``, when ``message`` was the newest. False, with nothing changed, where the person had read
        as far already."""

    async def of(self, person: PersonId, ticket: TicketId) -> EventId | None: ...

    async def unread(
        self, person: PersonId, tickets: Sequence[TicketId], noted: frozenset[TicketId], *, most: int
    ) -> Mapping[TicketId, int]:
        """How many messages by others, not taken back, came to each later than the person read it, counted up to
        ``most``; notes only in those that are ``noted`` too. None where there is none."""


class Drafts(Protocol):
    async def get(self, draft: DraftId) -> Draft | None: ...

    async def put(self, draft: Draft) -> None: ...

    async def delete(self, draft: DraftId) -> bool:
        """False where it is gone already: of two sendings of one form, one finds it."""

    async def forget(self, before: datetime, *, holding: str = "") -> int:
        """``holding``: only those with a value of that key."""
