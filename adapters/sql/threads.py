"""Threads, messages and files as rows."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update

from adapters.sql.database import Room
from adapters.sql.tables import file_data, messages, threads
from adapters.sql.tables import files as uploads
from core.errors import Conflict, NoSuchFile
from core.model.ids import FileId, MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, File, Message, MessageKind, Thread
from core.ports import Files, Messages, Threads
from core.text import Text, from_json, to_json


class SqlThreads(Room, Threads):
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
    ) -> Thread:
        row = await self._run(
            insert(threads)
            .values(
                ticket_id=ticket,
                platform=platform,
                realm=realm,
                place=place,
                external_id=external_id,
                audience=audience,
                participant_id=participant,
            )
            .returning(threads)
        )
        return _thread(row.one())

    async def get(self, thread: ThreadId) -> Thread | None:
        row = await self._row(select(threads).where(threads.c.id == thread))
        return row and _thread(row)

    async def of(self, ticket: TicketId) -> Sequence[Thread]:
        """The first made first."""
        rows = await self._rows(select(threads).where(threads.c.ticket_id == ticket).order_by(threads.c.id))
        return [_thread(row) for row in rows]


class SqlMessages(Room, Messages):
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
        row = await self._run(
            insert(messages)
            .values(ticket_id=ticket, author_id=author, kind=kind, text=to_json(text), at=at, origin_id=origin)
            .returning(messages)
        )
        return _message(row.one(), ())

    async def get(self, message: MessageId) -> Message | None:
        found = await self._all(select(messages).where(messages.c.id == message))
        return found[0] if found else None

    async def save(self, message: Message) -> None:
        """Write its words and when they were edited or taken back; the files are ``Files``' to attach and delete."""
        await self._run(
            update(messages)
            .where(messages.c.id == message.id)
            .values(text=to_json(message.text), edited_at=message.edited_at, undone_at=message.undone_at)
        )

    async def last_by(self, ticket: TicketId, author: PersonId) -> Message | None:
        theirs = (messages.c.ticket_id == ticket, messages.c.author_id == author, messages.c.undone_at.is_(None))
        found = await self._all(select(messages).where(*theirs).order_by(messages.c.id.desc()).limit(1))
        return found[0] if found else None

    async def of(
        self, ticket: TicketId, *, kinds: frozenset[MessageKind], since: datetime | None = None
    ) -> Sequence[Message]:
        wanted = select(messages).where(messages.c.ticket_id == ticket, messages.c.kind.in_(sorted(kinds)))
        if since is not None:
            wanted = wanted.where(messages.c.at >= since)
        return await self._all(wanted.order_by(messages.c.id))

    async def _all(self, statement: Select[Any]) -> Sequence[Message]:
        rows = await self._rows(statement)
        attached: defaultdict[int, list[FileId]] = defaultdict(list)
        if rows:
            theirs = select(uploads.c.id, uploads.c.message_id).where(
                uploads.c.message_id.in_([row.id for row in rows])
            )
            for row in await self._rows(theirs.order_by(uploads.c.position, uploads.c.id)):
                attached[row.message_id].append(FileId(row.id))
        return [_message(row, tuple(attached[row.id])) for row in rows]


class SqlFiles(Room, Files):
    async def add(
        self,
        owner: PersonId,
        name: str,
        media_type: str,
        data: bytes,
        at: datetime,
        *,
        width: int | None,
        height: int | None,
    ) -> File:
        added = await self._run(
            insert(uploads)
            .values(
                owner_id=owner,
                position=0,
                name=name,
                media_type=media_type,
                size=len(data),
                width=width,
                height=height,
                sha256=hashlib.sha256(data).hexdigest(),
                at=at,
            )
            .returning(uploads)
        )
        row = added.one()
        await self._run(insert(file_data).values(file_id=row.id, data=data))
        return _file(row)

    async def get(self, file: FileId) -> File | None:
        row = await self._row(select(uploads).where(uploads.c.id == file))
        return row and _file(row)

    async def data(self, file: FileId) -> bytes:
        """Raises NoSuchFile."""
        row = await self._row(select(file_data.c.data).where(file_data.c.file_id == file))
        if row is None:
            raise NoSuchFile()
        return bytes(row.data)

    async def attach(self, files: Sequence[FileId], ticket: TicketId, message: MessageId | None) -> None:
        """Raises Conflict where another transaction attached one first, or removed it."""
        for position, file in enumerate(files):
            free = (uploads.c.id == file, uploads.c.ticket_id.is_(None))
            place = {"ticket_id": ticket, "message_id": message, "position": position}
            if await self._changed(update(uploads).where(*free).values(place)) == 0:
                raise Conflict(f"file {file} is no longer there to attach")

    async def of(self, ticket: TicketId) -> Sequence[File]:
        """Message by message, those that the ticket was opened with first; in the order in which they were attached."""
        order = (uploads.c.message_id.asc().nulls_first(), uploads.c.position, uploads.c.id)
        rows = await self._rows(select(uploads).where(uploads.c.ticket_id == ticket).order_by(*order))
        return [_file(row) for row in rows]

    async def delete_of(self, message: MessageId) -> None:
        await self._run(delete(uploads).where(uploads.c.message_id == message))

    async def delete_unattached(self, before: datetime) -> int:
        return await self._changed(delete(uploads).where(uploads.c.ticket_id.is_(None), uploads.c.at < before))


def _thread(row: Row[Any]) -> Thread:
    return Thread(
        id=ThreadId(row.id),
        ticket=TicketId(row.ticket_id),
        platform=Platform(row.platform),
        realm=row.realm,
        place=row.place,
        external_id=row.external_id,
        audience=Audience(row.audience),
        participant=row.participant_id,
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


def _file(row: Row[Any]) -> File:
    return File(
        id=FileId(row.id),
        owner=PersonId(row.owner_id),
        ticket=row.ticket_id,
        message=row.message_id,
        name=row.name,
        media_type=row.media_type,
        size=row.size,
        width=row.width,
        height=row.height,
        sha256=row.sha256,
        at=row.at,
    )
