"""Uploaded files as rows, their bytes apart."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.blobs import SqlBlobs
from adapters.sql.database import Room
from adapters.sql.tables import files as uploads
from adapters.sql.tables import messages as said
from core.errors import Conflict, NoSuchFile
from core.model.ids import FileId, MessageId, PersonId, TicketId
from core.model.thread import File
from core.storage import Files
from core.storage.blobs import Received


class SqlFiles(Room, Files):
    def __init__(self, connection: AsyncConnection, blobs: SqlBlobs) -> None:
        super().__init__(connection)
        self._blobs = blobs

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
    ) -> File:
        """Raises Conflict where the same bytes were removed in the same moment."""
        digest, size = await self._blobs.put(data, at)
        added = await self._run(
            insert(uploads)
            .values(
                owner_id=owner,
                position=0,
                name=name,
                media_type=media_type,
                size=size,
                width=width,
                height=height,
                sha256=digest,
                at=at,
            )
            .returning(uploads)
        )
        return _file(added.one())

    async def get(self, file: FileId) -> File | None:
        row = await self._row(select(uploads).where(uploads.c.id == file))
        return row and _file(row)

    async def data(self, file: FileId) -> bytes:
        """Raises NoSuchFile."""
        row = await self._row(select(uploads.c.sha256).where(uploads.c.id == file))
        if row is None:
            raise NoSuchFile()
        return await self._blobs.whole(row.sha256)

    async def data_of(self, files: Sequence[FileId]) -> Mapping[FileId, bytes]:
        rows = await self._rows_among(select(uploads.c.id, uploads.c.sha256), uploads.c.id, sorted(files))
        return {FileId(row.id): await self._blobs.whole(row.sha256) for row in rows}

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

    async def opened_with(self, ticket: TicketId) -> Sequence[File]:
        theirs = (uploads.c.ticket_id == ticket, uploads.c.message_id.is_(None))
        order = (uploads.c.position, uploads.c.id)
        return [_file(row) for row in await self._rows(select(uploads).where(*theirs).order_by(*order))]

    async def under(self, messages: Sequence[MessageId]) -> Sequence[File]:
        order = (uploads.c.message_id, uploads.c.position, uploads.c.id)
        theirs = select(uploads).order_by(*order)
        return [_file(row) for row in await self._rows_among(theirs, uploads.c.message_id, sorted(messages))]

    async def hand_on(self, before: MessageId, after: MessageId) -> None:
        ticket = select(said.c.ticket_id).where(said.c.id == after).scalar_subquery()
        theirs = uploads.c.message_id == before
        await self._run(update(uploads).where(theirs).values(message_id=after, ticket_id=ticket))

    async def delete_of(self, message: MessageId) -> None:
        await self._run(delete(uploads).where(uploads.c.message_id == message))

    async def delete_unattached(self, before: datetime) -> int:
        return await self._changed(delete(uploads).where(uploads.c.ticket_id.is_(None), uploads.c.at < before))


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
