"""The folder of files: where bytes arrive, and, where the desk is set so, where they stay.

    incoming/<random>                   what is arriving, for as long as that takes
    <ab>/<sha256>.<random>              what stays

No part of a name was ever typed by anybody. What stays has a name of its own each time, so that the removal of a blob
never meets the arrival of the same bytes.
"""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncGenerator, AsyncIterable, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import ParamSpec, TypeVar

from core.errors import N_, NoSuchFile, Unavailable
from core.storage.blobs import Received

FULL = N_("the disk for files is full or cannot be written to")
UNREADABLE = N_("the folder of files cannot be read")

P = ParamSpec("P")
R = TypeVar("R")

_INCOMING = "incoming"
_KEY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}\.[a-z0-9_]{1,32}", re.ASCII)


class Folder:
    """``path`` is made when the first bytes come; None stands for a folder of the process's own, for what arrives."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._own: Path | None = None

    def check(self) -> None:
        """Make the folder, and write in it. Raises OSError with its name."""
        place = self._incoming()
        handle, name = tempfile.mkstemp(dir=place)
        os.close(handle)
        Path(name).unlink()

    @asynccontextmanager
    async def receive(self, pieces: AsyncIterable[bytes]) -> AsyncGenerator[Received]:
        """The bytes of ``pieces`` in a file, gone when the block is left unless ``keep`` took it. Raises Unavailable,
        and whatever ``pieces`` does."""
        path = await _on_disk(self._begin)
        try:
            yield await self._received(path, pieces)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)

    async def _received(self, path: Path, pieces: AsyncIterable[bytes]) -> Received:
        digest, size = hashlib.sha256(), 0
        file = await _on_disk(path.open, "wb")
        try:
            async for piece in pieces:
                size += len(piece)
                digest.update(piece)
                await _on_disk(file.write, piece)
        finally:
            await _on_disk(file.close)
        return Received(path, size, digest.hexdigest())

    async def keep(self, received: Received) -> str:
        """Its key: on the disk for good when this returns. Raises Unavailable."""
        return await _on_disk(self._keep, received)

    def _keep(self, received: Received) -> str:
        suffix = received.path.name.lower()
        key = f"{received.sha256[:2]}/{received.sha256}.{suffix}"
        target = self.path / key
        target.parent.mkdir(parents=True, exist_ok=True)
        _sync(received.path)
        received.path.replace(target)
        _sync(target.parent)
        return key

    async def read(self, key: str, start: int, length: int) -> bytes:
        """As many bytes as there are of those. Raises NoSuchFile and Unavailable."""
        try:
            return await asyncio.to_thread(self._read, key, start, length)
        except FileNotFoundError:
            raise NoSuchFile from None
        except OSError as error:
            raise Unavailable(why=UNREADABLE) from error

    def _read(self, key: str, start: int, length: int) -> bytes:
        with self._at(key).open("rb") as file:
            file.seek(start)
            return file.read(length)

    async def remove(self, keys: Iterable[str]) -> None:
        """Those that are gone are no matter. Raises Unavailable."""
        for key in keys:
            await _on_disk(self._at(key).unlink, missing_ok=True)

    async def old(self, before: float) -> list[str]:
        """The keys of what was last written before ``before``, in seconds since 1970; what began to arrive before then
        and was left behind by a crash is removed."""
        return await _on_disk(lambda: list(self._old(before)))

    def _old(self, before: float) -> Iterator[str]:
        if self._path is None or not self._path.is_dir():
            return
        for left in (self._path / _INCOMING).glob("*"):
            if left.stat().st_mtime < before:
                left.unlink(missing_ok=True)
        for file in self._path.glob("??/*"):
            key = f"{file.parent.name}/{file.name}"
            if _KEY.fullmatch(key) and file.stat().st_mtime < before:
                yield key

    @property
    def path(self) -> Path:
        if self._path is not None:
            return self._path
        if self._own is None:
            self._own = Path(tempfile.mkdtemp(prefix="threaddesk-"))
        return self._own

    def close(self) -> None:
        """Remove what was the process's own."""
        if self._own is not None:
            shutil.rmtree(self._own, ignore_errors=True)
            self._own = None

    def _at(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError("no key of the folder of files")
        return self.path / key

    def _incoming(self) -> Path:
        place = self.path / _INCOMING
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        return place

    def _begin(self) -> Path:
        handle, name = tempfile.mkstemp(dir=self._incoming(), prefix="")
        os.close(handle)
        return Path(name)


async def _on_disk(act: Callable[P, R], *args: P.args, **named: P.kwargs) -> R:
    try:
        return await asyncio.to_thread(act, *args, **named)
    except OSError as error:
        raise Unavailable(why=FULL) from error


def _sync(path: Path) -> None:
    """Have the disk hold what was written there; of a folder, the names in it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
