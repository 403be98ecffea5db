"""An upload becomes a file: what is refused leaves nothing, and no more than a piece of it is in memory."""

import tracemalloc
from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from adapters.files.inspector import Inspector, TooBig
from adapters.sql.folder import Folder
from adapters.sql.store import SqlStore
from bot.keeping import Keeping
from bot.lifecycle import CannotStart, check_folder
from core.commands import Actor
from core.errors import BadField, NotAllowed
from core.model.people import Platform
from tests.contract.samples import a_person
from tests.fakes.clock import FakeClock

MEGABYTE = 1024 * 1024


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def desk(sqlite_url: str, folder: Path) -> AsyncGenerator[SqlStore]:
    store = SqlStore(sqlite_url, folder=folder)
    yield store
    await store.close()


@pytest.fixture
async def ann(desk: SqlStore) -> Actor:
    async with desk.write() as work:
        return Actor(person=(await a_person(work)).id, door=Platform.WEB)


def keeping(desk: SqlStore, megabytes: int = 100) -> Keeping:
    inspector = Inspector(megabytes * MEGABYTE, 40, forbidden=("application/x-executable",))
    return Keeping(desk, FakeClock(), inspector)


async def pieces(megabytes: int, first: bytes = b"") -> AsyncGenerator[bytes]:
    yield first
    for _ in range(megabytes * 16):
        yield b"\0" * 65_536


def left(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.mark.parametrize("first", [b"", b"\x89HDF\r\n\x1a\n", b"PK\x03\x04", b"%PDF-1.7\n"])
@pytest.mark.parametrize("megabytes", [25, 100])
async def test_a_large_file_is_kept_and_only_a_piece_of_it_is_in_memory(
    desk: SqlStore, ann: Actor, first: bytes, megabytes: int
) -> None:
    tracemalloc.start()
    try:
        file = await keeping(desk, 101).keep("data.bin", pieces(megabytes, first), ann)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert file.size == megabytes * MEGABYTE + len(first)
    assert peak < 8 * MEGABYTE


async def test_what_is_refused_leaves_nothing_behind(desk: SqlStore, ann: Actor, folder: Path) -> None:
    with pytest.raises(BadField, match=r"run\.txt is not taken"):
        await keeping(desk).keep("run.txt", b"\x7fELF" + b"\0" * 60, ann)
    assert left(folder) == []


async def test_a_file_that_is_too_large_is_refused_before_the_rest_of_it_comes(
    desk: SqlStore, ann: Actor, folder: Path
) -> None:
    taken = 0

    async def endless() -> AsyncGenerator[bytes]:
        nonlocal taken
        while True:
            taken += 1
            yield b"x" * MEGABYTE

    with pytest.raises(TooBig):
        await keeping(desk, 2).keep("a.bin", endless(), ann)
    assert taken == 3 and left(folder) == []


async def test_who_may_not_upload_sends_nothing(desk: SqlStore) -> None:
    async def unread() -> AsyncGenerator[bytes]:
        raise AssertionError("it was read")
        yield b""

    with pytest.raises(NotAllowed):
        await keeping(desk).keep("a.txt", unread(), Actor(person=None, door=Platform.WEB))


def test_a_desk_whose_folder_of_files_cannot_be_written_to_says_so_and_does_not_start(folder: Path) -> None:
    folder.write_text("a file where the folder should be")
    with pytest.raises(CannotStart, match=r"files\.directory: .*files cannot be written to") as told:
        check_folder(Folder(folder))
    assert "BOT_FILES__DIRECTORY" in str(told.value)
