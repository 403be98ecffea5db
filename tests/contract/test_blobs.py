"""The bytes of files: once for all files that have the same, in the database or a folder, gone with their last file."""

import asyncio
import hashlib
import os
import tracemalloc
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict, NoSuchFile
from core.model.ids import PersonId
from core.model.people import Platform
from core.model.thread import Audience, File, MessageKind
from core.storage.blobs import PIECE, pieces_of
from core.text import Text
from tests.contract.samples import NOW, a_person, a_requester_with_a_ticket
from tests.fakes.pieces import whole

LONG = bytes(range(256)) * 3_000
"""Three pieces, the last not full."""
LARGE = 25 * 1024 * 1024
Opened = Callable[..., SqlStore]


@pytest.fixture(params=[False, True], ids=["rows", "folder"])
def in_folder(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
async def another(database_url: str, folder: Path, in_folder: bool) -> AsyncGenerator[Opened]:
    """Opens the desk's memory as a process of it does."""
    opened: list[SqlStore] = []

    def open_one(*, inside: bool = in_folder) -> SqlStore:
        opened.append(SqlStore(database_url, folder=folder, in_folder=inside))
        return opened[-1]

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
def desk(another: Opened) -> SqlStore:
    return another()


@pytest.fixture
async def ann(desk: SqlStore) -> PersonId:
    async with desk.write() as work:
        return (await a_person(work)).id


async def sent(desk: SqlStore, owner: PersonId, data: bytes) -> File:
    async with desk.receive(pieces_of(data)) as received, desk.write() as work:
        return await work.files.add(owner, "a", "text/plain", received, NOW, width=None, height=None)


async def drop(desk: SqlStore, *files: File) -> None:
    """As taking a message back does."""
    async with desk.write() as work:
        for file in files:
            _, ticket = await a_requester_with_a_ticket(work)
            thread = await work.threads.add(ticket.id, Platform.WEB, Audience.REQUESTER)
            said = await work.messages.add(
                ticket.id, file.owner, MessageKind.REPLY, Text.of("a"), NOW, origin=thread.id
            )
            await work.files.attach([file.id], ticket.id, said.id)
            await work.files.delete_of(said.id)


def on_disk(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def rows_of(desk: SqlStore) -> tuple[int, int]:
    async with desk.read() as work:
        counts = [
            (await work.connection.exec_driver_sql(f"SELECT count(*) FROM {table}")).scalar_one()  # noqa: S608
            for table in ("blobs", "blob_pieces")
        ]
    return counts[0], counts[1]


@pytest.mark.parametrize(
    ("start", "length"),
    [
        (0, None),
        (0, 1),
        (1, PIECE),
        (PIECE - 1, 2),
        (PIECE, PIECE),
        (2 * PIECE + 7, None),
        (len(LONG) - 1, None),
        (len(LONG) - 1, 99),
        (len(LONG), None),
    ],
)
async def test_any_part_of_a_file_comes_piece_by_piece(
    desk: SqlStore, ann: PersonId, start: int, length: int | None
) -> None:
    file = await sent(desk, ann, LONG)
    assert (file.size, file.sha256) == (len(LONG), hashlib.sha256(LONG).hexdigest())
    pieces = [piece async for piece in desk.content(file.sha256, start=start, length=length)]
    end = len(LONG) if length is None else start + length
    assert b"".join(pieces) == LONG[start:end]
    assert all(len(piece) <= PIECE for piece in pieces)
    async with desk.read() as work:
        assert await work.files.data(file.id) == LONG
        assert await work.files.data_of([file.id]) == {file.id: LONG}


async def test_the_same_bytes_are_kept_once_and_go_with_the_last_file_that_has_them(
    desk: SqlStore, ann: PersonId, folder: Path, in_folder: bool
) -> None:
    one, other = await sent(desk, ann, LONG), await sent(desk, ann, LONG)
    assert await rows_of(desk) == (1, 0 if in_folder else 3)
    assert len(on_disk(folder)) == (1 if in_folder else 0)
    await drop(desk, one)
    assert await desk.sweep_files() == 0
    assert await whole(desk.content(other.sha256)) == LONG
    await drop(desk, other)
    assert await desk.sweep_files() == 1
    assert await rows_of(desk) == (0, 0) and on_disk(folder) == []
    with pytest.raises(NoSuchFile):
        await whole(desk.content(other.sha256))


async def test_an_empty_file_is_one_too(desk: SqlStore, ann: PersonId) -> None:
    file = await sent(desk, ann, b"")
    assert await whole(desk.content(file.sha256)) == b""


async def test_two_processes_that_take_the_same_bytes_at_once_keep_them_once(
    desk: SqlStore, another: Opened, ann: PersonId, folder: Path, in_folder: bool
) -> None:
    files = await asyncio.gather(*(sent(store, ann, LONG) for store in (desk, another(), desk, another())))
    assert await rows_of(desk) == (1, 0 if in_folder else 3)
    assert len(on_disk(folder)) == (1 if in_folder else 0)
    async with desk.read() as work:
        assert await work.blobs.held(files[0].sha256) == 4
        assert {await work.files.data(file.id) for file in files} == {LONG}


async def test_bytes_that_come_again_while_they_go_are_there_or_are_asked_for_again(
    desk: SqlStore, another: Opened, ann: PersonId
) -> None:
    other, kept = another(), 0
    for _ in range(25):
        await drop(desk, await sent(desk, ann, LONG))
        come, _gone = await asyncio.gather(sent(other, ann, LONG), desk.sweep_files(), return_exceptions=True)
        assert isinstance(come, File | Conflict)
        if isinstance(come, File):
            kept += 1
            assert await whole(desk.content(come.sha256)) == LONG
            await drop(desk, come)
        await desk.sweep_files()
    assert kept


async def test_bytes_whose_file_was_not_written_after_all_are_swept(
    desk: SqlStore, ann: PersonId, folder: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with desk.receive(pieces_of(LONG)) as received, desk.write() as work:
            await work.files.add(ann, "a", "text/plain", received, NOW, width=None, height=None)
            raise ZeroDivisionError
    left = folder / "incoming" / "left_by_a_crash"
    left.write_bytes(b"x")
    foreign = folder / "notes.txt"
    foreign.write_text("an admin's own")
    young = await sent(desk, ann, b"young")
    for path in on_disk(folder):
        if young.sha256 not in path.name:
            os.utime(path, (NOW.timestamp() - 60, NOW.timestamp() - 60))
    await desk.sweep_files(NOW)
    assert [path.name for path in on_disk(folder) if young.sha256 not in path.name] == ["notes.txt"]
    assert await whole(desk.content(young.sha256)) == b"young"


async def test_what_stops_arriving_leaves_nothing(desk: SqlStore, folder: Path) -> None:
    async def broken() -> AsyncGenerator[bytes]:
        yield b"half"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        async with desk.receive(broken()):
            pass
    assert on_disk(folder) == []


async def test_files_are_read_where_they_are_and_moved_to_where_new_ones_are_kept(
    desk: SqlStore, another: Opened, ann: PersonId, folder: Path, in_folder: bool
) -> None:
    files = [await sent(desk, ann, data) for data in (LONG, b"short", b"")]
    turned = another(inside=not in_folder)
    assert [await whole(turned.content(file.sha256)) for file in files] == [LONG, b"short", b""]
    assert await turned.move_files() == 3
    assert await turned.move_files() == 0
    assert [await whole(desk.content(file.sha256)) for file in files] == [LONG, b"short", b""]
    assert await rows_of(desk) == (3, 4 if in_folder else 0)
    assert len(on_disk(folder)) == (0 if in_folder else 3)


async def test_bytes_that_were_changed_on_the_disk_are_not_moved(
    desk: SqlStore, another: Opened, ann: PersonId, folder: Path, in_folder: bool
) -> None:
    await sent(desk, ann, b"as sent")
    if in_folder:
        on_disk(folder)[0].write_bytes(b"changed")
    assert await another(inside=not in_folder).move_files() == (0 if in_folder else 1)


@pytest.mark.parametrize("key", ["../../etc/passwd", "ab/../../x", "", "ab/" + "0" * 64, "AB/" + "0" * 64 + ".x"])
async def test_a_key_leads_nowhere_else(desk: SqlStore, key: str) -> None:
    with pytest.raises(ValueError, match="no key"):
        await desk.folder.read(key, 0, 1)


@contextmanager
def peak_under(most: int) -> Generator[None]:
    """What Python holds at most within the block, in bytes beyond what it held before."""
    tracemalloc.start()
    try:
        yield
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most


async def test_a_large_file_comes_and_goes_in_constant_memory(desk: SqlStore, ann: PersonId) -> None:
    async def pieces() -> AsyncGenerator[bytes]:
        for number in range(LARGE // PIECE):
            yield number.to_bytes(4, "big") * (PIECE // 4)

    size = 0
    with peak_under(6 * 1024 * 1024):
        async with desk.receive(pieces()) as received, desk.write() as work:
            file = await work.files.add(ann, "a", "video/mp4", received, NOW, width=None, height=None)
        async for piece in desk.content(file.sha256):
            size += len(piece)
    assert size == file.size == LARGE
