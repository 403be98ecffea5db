"""The bytes of files: once for all files that have the same, in rows of pieces or in the folder of files.

Nothing counts the files that hold a blob: their rows point to it, and the database itself refuses to let one go that is
held. On PostgreSQL whoever takes hold of a blob locks its row against removal, and whoever removes it locks it against
being held; on SQLite there is one writer at a time.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Room
from adapters.sql.folder import Folder
from adapters.sql.tables import blob_pieces, blobs, files
from core.errors import Conflict, NoSuchFile
from core.storage import Blobs
from core.storage.blobs import Kept, Received, pieces_of

_AT_ONCE = 200
_HELD = exists().where(files.c.sha256 == blobs.c.sha256)


class SqlBlobs(Room, Blobs):
    """``in_folder``: whether new ones are kept in ``folder``; either way what is there already is read where it is."""

    def __init__(self, connection: AsyncConnection, folder: Folder, *, in_folder: bool) -> None:
        super().__init__(connection)
        self._folder = folder
        self._in_folder = in_folder

    async def put(self, data: bytes | Received, at: datetime) -> tuple[str, int]:
        """Its digest and size, once it is there for a file to hold. Raises Conflict where it was removed in the same
        moment."""
        if isinstance(data, bytes):
            async with self._folder.receive(pieces_of(data)) as received:
                return await self._put(received, at)
        return await self._put(data, at)

    async def _put(self, received: Received, at: datetime) -> tuple[str, int]:
        digest, size = received.sha256, received.size
        new = self._insert(blobs).values(sha256=digest, size=size, at=at).on_conflict_do_nothing()
        if await self._row(new.returning(blobs.c.sha256)) is not None:
            await self._write(received)
        elif await self._row(self._locked(select(blobs.c.size).where(blobs.c.sha256 == digest), held=True)) is None:
            raise Conflict(f"blob {digest} was removed in the same moment")
        return digest, size

    async def _write(self, received: Received) -> None:
        if self._in_folder:
            await self._name(received.sha256, await self._folder.keep(received))
            return
        number = 0
        async for data in received.pieces():
            await self._run(insert(blob_pieces).values(sha256=received.sha256, number=number, data=data))
            number += 1

    async def _name(self, digest: str, key: str | None) -> None:
        await self._run(update(blobs).where(blobs.c.sha256 == digest).values(key=key))

    async def kept(self, digest: str) -> Kept:
        """Raises NoSuchFile."""
        row = await self._row(select(blobs.c.size, blobs.c.key).where(blobs.c.sha256 == digest))
        if row is None:
            raise NoSuchFile
        return Kept(digest, row.size, row.key)

    async def piece(self, digest: str, number: int) -> bytes:
        """``PIECE`` bytes, or the rest at its end. Raises NoSuchFile."""
        theirs = (blob_pieces.c.sha256 == digest, blob_pieces.c.number == number)
        row = await self._row(select(blob_pieces.c.data).where(*theirs))
        if row is None:
            raise NoSuchFile
        return bytes(row.data)

    async def whole(self, digest: str) -> bytes:
        """In one: for what is small, or is wanted whole. Raises NoSuchFile."""
        kept = await self.kept(digest)
        if kept.key is not None:
            return await self._folder.read(kept.key, 0, kept.size)
        order = select(blob_pieces.c.data).where(blob_pieces.c.sha256 == digest).order_by(blob_pieces.c.number)
        return b"".join([bytes(row.data) for row in await self._rows(order)])

    async def remove_unheld(self) -> Sequence[Kept]:
        found = await self._rows(self._locked(select(blobs).where(~_HELD).limit(_AT_ONCE), held=False))
        gone = [Kept(row.sha256, row.size, row.key) for row in found]
        if gone:
            # Asked once more: until its row was locked, a file may have taken hold of it.
            theirs = blobs.c.sha256.in_([one.sha256 for one in gone])
            left = await self._run(delete(blobs).where(theirs, ~_HELD).returning(blobs.c.sha256))
            removed = {row.sha256 for row in left}
            gone = [one for one in gone if one.sha256 in removed]
        return gone

    async def elsewhere(self, after: str, limit: int) -> Sequence[Kept]:
        """By digest, past ``after``: those that are not where new ones are kept."""
        there = blobs.c.key.is_(None) if self._in_folder else blobs.c.key.is_not(None)
        query = select(blobs).where(there, blobs.c.sha256 > after).order_by(blobs.c.sha256).limit(limit)
        return [Kept(row.sha256, row.size, row.key) for row in await self._rows(query)]

    async def move(self, received: Received) -> bool:
        """Keep these bytes of a blob where new ones are kept, instead of where they are; False where it is gone."""
        digest = received.sha256
        found = select(blobs.c.size).where(blobs.c.sha256 == digest)
        if await self._row(found.with_for_update() if self._on_postgresql else found) is None:
            return False
        await self._run(delete(blob_pieces).where(blob_pieces.c.sha256 == digest))
        await self._name(digest, None)
        await self._write(received)
        return True

    async def named(self, keys: Sequence[str]) -> frozenset[str]:
        found: set[str] = set()
        for first in range(0, len(keys), _AT_ONCE):
            part = keys[first : first + _AT_ONCE]
            found |= {row.key for row in await self._rows(select(blobs.c.key).where(blobs.c.key.in_(part)))}
        return frozenset(found)

    async def held(self, digest: str) -> int:
        row = await self._row(select(func.count()).select_from(files).where(files.c.sha256 == digest))
        return int(row[0]) if row is not None else 0

    def _locked(self, query: Select[Any], *, held: bool) -> Select[Any]:
        """Against removal where it is to be ``held``, else against being held; what another transaction is about to
        hold is passed over."""
        if not self._on_postgresql:
            return query
        return query.with_for_update(of=blobs, read=held, key_share=held, skip_locked=not held)
