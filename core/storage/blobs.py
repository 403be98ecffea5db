"""The bytes of files, as they come in: on the disk and never whole in memory."""

from asyncio import to_thread
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

PIECE = 256 * 1024
"""Bytes that are in memory at once for one file on its way in or out."""


@dataclass(frozen=True, slots=True)
class Received:
    """Bytes that somebody sent, in a file of the desk's own that lasts as long as the receiving does."""

    path: Path
    size: int
    sha256: str

    async def pieces(self) -> AsyncGenerator[bytes]:
        with await to_thread(self.path.open, "rb") as file:
            while piece := await to_thread(file.read, PIECE):
                yield piece


@dataclass(frozen=True, slots=True)
class Kept:
    """Bytes in the desk's keeping."""

    sha256: str
    size: int
    key: str | None
    """Their name in the folder of files; None where they are in the database."""


class Blobs(Protocol):
    """Bytes, once for all files that have the same. Files take hold of them (``Files.add``) and let them go."""

    async def kept(self, digest: str) -> Kept: ...

    async def held(self, digest: str) -> int:
        """By how many files."""

    async def remove_unheld(self) -> Sequence[Kept]:
        """Remove some of those that no file holds any more; what was in the folder of files is to be removed from there
        once this is on disk."""

    async def named(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of ``keys`` that are of a blob."""


async def pieces_of(data: bytes) -> AsyncGenerator[bytes]:
    for at in range(0, len(data), PIECE):
        yield data[at : at + PIECE]
