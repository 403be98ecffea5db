"""Messages as rows, with what platforms call them and what people set under them."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Insert, Row, bindparam, delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import ReturningInsert

from adapters.sql.database import Inserting, Room, Values
from adapters.sql.tables import copies, messages, reactions
from adapters.sql.tables import files as uploads
from adapters.sql.tables import tickets as desk_tickets
from core.model.ids import FileId, MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.model.similar import Item, Kind
from core.model.thread import Copy, Message, MessageKind, Reaction
from core.storage import Copies, Messages, Reactions
from core.text import Text, from_json, to_json


class SqlMessages(Room, Messages):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked

    async def add(
        self,
        ticket: TicketId,
        author: PersonId,
        kind: MessageKind,
        text: Text,
        at: datetime,
        *,
        origin: ThreadId | None,
    ) -> Message:
        values = {
            "ticket_id": ticket,
            "author_id": author,
            "kind": kind,
            "text": to_json(text),
            "at": at,
            "origin_id": origin,
        }
        self._marked.add(Item(Kind.TICKET, ticket))
        return _message((await self._run(_ADD, values)).one(), ())

    async def get(self, message: MessageId) -> Message | None:
        return next(_messages(await self._rows(_GET, {"message": message})), None)

    async def save(self, message: Message) -> None:
        """Write its words and when they were edited or taken back; the files are ``Files``' to attach and delete."""
        values = {
            "message": message.id,
            "text": to_json(message.text),
            "edited_at": message.edited_at,
            "undone_at": message.undone_at,
        }
        await self._run(_SAVE, values)
        self._marked.add(Item(Kind.TICKET, message.ticket))

    async def last_by(self, ticket: TicketId, author: PersonId) -> Message | None:
        theirs = (messages.c.ticket_id == ticket, messages.c.author_id == author, messages.c.undone_at.is_(None))
        last = select(messages.c.id).where(*theirs).order_by(messages.c.id.desc()).limit(1)
        return next(_messages(await self._rows(_WHOLE.where(messages.c.id == last.scalar_subquery()))), None)

    async def of(
        self, ticket: TicketId, *, kinds: frozenset[MessageKind], since: datetime | None = None
    ) -> Sequence[Message]:
        wanted = _WHOLE.where(messages.c.ticket_id == ticket, messages.c.kind.in_(sorted(kinds)))
        if since is not None:
            wanted = wanted.where(messages.c.at >= since)
        return list(_messages(await self._rows(wanted)))

    async def among(self, ids: Sequence[MessageId]) -> Sequence[Message]:
        return list(_messages(await self._rows_among(_WHOLE, messages.c.id, sorted(ids))))

    async def newest_in(self, tickets: Sequence[TicketId], noted: frozenset[TicketId]) -> Mapping[TicketId, Message]:
        newest = await self._rows(_NEWEST, {"tickets": sorted(tickets), "noted": sorted(noted)})
        found = await self.among([row.message for row in newest if row.message is not None])
        return {message.ticket: message for message in found}


class SqlCopies(Room, Copies):
    async def put(self, copy: Copy) -> None:
        await self._run(_FORGET, {"message": copy.message, "thread": copy.thread})
        rows: list[Values] = [
            {"thread_id": copy.thread, "external_id": called, "message_id": copy.message, "position": position}
            for position, called in enumerate(copy.external_ids)
        ]
        if rows:
            await self._run(_putting(self._insert), rows)

    async def of(self, message: MessageId) -> Sequence[Copy]:
        """The copy in the first thread first."""
        return list(_copies(await self._rows(_COPIES_OF, {"message": message})))

    async def find(self, thread: ThreadId, external_id: str) -> MessageId | None:
        row = await self._row(_FIND, {"thread": thread, "called": external_id})
        return row and MessageId(row.message_id)

    async def said_in(self, thread: ThreadId, *, limit: int) -> Sequence[tuple[Message, Copy]]:
        """One of which no copy is known is left out: the thread's platform has it under no name."""
        known = select(copies.c.message_id).where(copies.c.thread_id == thread)
        said = (messages.c.id.in_(known), messages.c.origin_id == thread, messages.c.undone_at.is_(None))
        newest = select(messages.c.id).where(*said).order_by(messages.c.id.desc()).limit(limit)
        there = select(copies).where(copies.c.thread_id == thread, copies.c.message_id.in_(newest))
        known_as = {copy.message: copy for copy in _copies(await self._rows(there.order_by(*_BY_MESSAGE)))}
        found = _messages(await self._rows(_WHOLE.where(messages.c.id.in_(list(known_as)))))
        return [(message, known_as[message.id]) for message in reversed(list(found))]

    async def drop(self, thread: ThreadId) -> None:
        await self._run(delete(copies).where(copies.c.thread_id == thread))


class SqlReactions(Room, Reactions):
    async def add(self, reaction: Reaction, at: datetime) -> bool:
        values = {
            "message_id": reaction.message,
            "person_id": reaction.person,
            "emoji": reaction.emoji,
            "platform": reaction.platform,
            "at": at,
            "thread_id": reaction.thread,
        }
        return await self._row(_reacting(self._insert), values) is not None

    async def remove(self, reaction: Reaction) -> bool:
        """Wherever it was set: a person's emoji stands once under a message."""
        same = (
            reactions.c.message_id == reaction.message,
            reactions.c.person_id == reaction.person,
            reactions.c.emoji == reaction.emoji,
        )
        return await self._changed(delete(reactions).where(*same)) > 0

    async def of(self, ticket: TicketId) -> Sequence[Reaction]:
        order = (reactions.c.at, reactions.c.message_id, reactions.c.person_id, reactions.c.emoji)
        theirs = select(reactions).join(messages).where(messages.c.ticket_id == ticket).order_by(*order)
        return [_reaction(row) for row in await self._rows(theirs)]

    async def under(self, ids: Sequence[MessageId]) -> Sequence[Reaction]:
        theirs = select(reactions).order_by(reactions.c.at, reactions.c.person_id, reactions.c.emoji)
        return [_reaction(row) for row in await self._rows_among(theirs, reactions.c.message_id, sorted(ids))]

    async def clear(self, message: MessageId) -> None:
        await self._run(delete(reactions).where(reactions.c.message_id == message))


_WHOLE = (
    select(messages, uploads.c.id.label("file"))
    .outerjoin(uploads, uploads.c.message_id == messages.c.id)
    .order_by(messages.c.id, uploads.c.position, uploads.c.id)
)
"""Each message in as many rows as it has files, and in one where it has none: see ``_messages``."""
_ADD = insert(messages).returning(messages)
_GET = _WHOLE.where(messages.c.id == bindparam("message"))
_SAVE = update(messages).where(messages.c.id == bindparam("message"))

_NEWEST = select(
    desk_tickets.c.id,
    select(messages.c.id)
    .where(
        messages.c.ticket_id == desk_tickets.c.id,
        messages.c.undone_at.is_(None),
        or_(
            messages.c.kind == MessageKind.REPLY.value,
            desk_tickets.c.id.in_(bindparam("noted", expanding=True)),
        ),
    )
    .order_by(messages.c.id.desc())
    .limit(1)
    .scalar_subquery()
    .label("message"),
).where(desk_tickets.c.id.in_(bindparam("tickets", expanding=True)))
"""By one look at the end of each ticket's messages: a longest thread costs no more than a short one."""

_BY_MESSAGE = (copies.c.message_id, copies.c.thread_id, copies.c.position)
_COPIES_OF = select(copies).where(copies.c.message_id == bindparam("message")).order_by(*_BY_MESSAGE)
_FIND = select(copies.c.message_id).where(
    copies.c.thread_id == bindparam("thread"), copies.c.external_id == bindparam("called")
)
_FORGET = delete(copies).where(copies.c.thread_id == bindparam("thread"), copies.c.message_id == bindparam("message"))


@cache
def _putting(insert: Inserting) -> Insert:
    """The platform's latest word on what a name stands for is the one that holds."""
    put = insert(copies)
    return put.on_conflict_do_update(
        index_elements=[copies.c.thread_id, copies.c.external_id],
        set_={"message_id": put.excluded.message_id, "position": put.excluded.position},
    )


@cache
def _reacting(insert: Inserting) -> ReturningInsert[Any]:
    return insert(reactions).on_conflict_do_nothing().returning(reactions.c.message_id)


def _messages(rows: Sequence[Row[Any]]) -> Iterator[Message]:
    for _, group in groupby(rows, key=lambda row: int(row.id)):
        first, *more = group
        yield _message(first, tuple(FileId(row.file) for row in (first, *more) if row.file is not None))


def _reaction(row: Row[Any]) -> Reaction:
    return Reaction(
        MessageId(row.message_id), PersonId(row.person_id), row.emoji, Platform(row.platform), row.thread_id
    )


def _message(row: Row[Any], attached: tuple[FileId, ...]) -> Message:
    return Message(
        id=MessageId(row.id),
        ticket=TicketId(row.ticket_id),
        author=PersonId(row.author_id),
        kind=MessageKind(row.kind),
        text=from_json(row.text),
        files=attached,
        at=row.at,
        edited_at=row.edited_at,
        undone_at=row.undone_at,
        origin=row.origin_id,
    )


def _copies(rows: Sequence[Row[Any]]) -> Iterator[Copy]:
    """``rows`` in the order of ``_BY_MESSAGE``."""
    called: defaultdict[tuple[int, int], list[str]] = defaultdict(list)
    for row in rows:
        called[row.message_id, row.thread_id].append(row.external_id)
    for (message, thread), names in called.items():
        yield Copy(MessageId(message), ThreadId(thread), tuple(names))
