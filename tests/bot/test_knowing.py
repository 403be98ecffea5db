"""The model of meaning and its index: read in beside the running desk, and kept as the database has them."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

import pytest
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from adapters.semantic.index import VectorIndex
from bot.http import application
from bot.indexer import Indexer
from bot.knowing import Found, Knowing, Ways, model_of
from bot.rest import Rest
from bot.settings.similar import Model, SimilarTable
from bot.wiring import similarity
from core.commands import EditTicket, WithdrawTicket
from core.model.similar import Entry
from core.ports import NoModel
from tests.fakes.front import Front
from tests.fakes.meaning import BagOfWords, Known
from tests.fakes.office import Office
from tests.fakes.patience import patience


@pytest.fixture
def office(front: Front) -> Office:
    return front.office


async def test_nothing_is_ready_before_the_index_holds_what_the_database_has(office: Office) -> None:
    await office.open()
    known = Known(office)
    assert known.knowing.embedder() is None
    await known.knowing.begin()
    assert known.knowing.embedder() is not None
    assert known.knowing.meaning() is None
    await known.catch_up()
    meaning = known.knowing.meaning()
    assert meaning is not None
    assert len(meaning.index) == 1


async def test_the_index_follows_what_is_added_and_taken_away(office: Office) -> None:
    known = Known(office)
    await known.catch_up()
    meaning = known.knowing.meaning()
    assert meaning is not None
    ticket = await office.open("sam", "One")
    await office.open("sam", "Two")
    await known.catch_up()
    assert len(meaning.index) == 2
    await office.do(WithdrawTicket(ticket=ticket), "sam")
    await known.catch_up()
    assert len(meaning.index) == 1


async def test_a_second_process_finds_what_the_first_one_made(office: Office) -> None:
    ticket = await office.open("sam", "One")
    await Known(office).catch_up()
    other = Known(office)
    await other.knowing.begin()
    await other.knowing.follow()
    meaning = other.knowing.meaning()
    assert meaning is not None
    assert len(meaning.index) == 1
    await office.do(EditTicket(ticket=ticket, title="The projector stays dark"), "sam")
    await Known(office).catch_up()
    await other.knowing.follow()
    found = await other.suggesting.similar("projector stays dark", "", "", office.actor("sam"))
    assert [one.title for one in found.items] == ["The projector stays dark"]


async def test_it_is_ready_by_itself_once_it_is_started(office: Office) -> None:
    await office.open()
    model = BagOfWords()
    knowing = Knowing(office.store, lambda: Found((model, VectorIndex(model.dimensions))))
    indexer = Indexer(store=office.store, clock=office.clock, owner="one", embedder=knowing.embedder)
    with capture_logs() as logs:
        assert knowing.way == (Ways.LOADING, "")
        knowing.start()
        async with patience(10):
            await knowing.settled()
        await indexer.drain()
        await knowing.stop()
    assert [log["event"] for log in logs] == ["similar_by_meaning"]
    assert knowing.meaning() is not None
    assert knowing.way == (Ways.MEANING, "")


async def test_what_is_indexed_here_is_in_its_index_at_once_however_long_it_rested(office: Office) -> None:
    """The rest after so many idle looks is longer than the test's patience."""
    model, put = BagOfWords(), asyncio.Event()

    class Watched(VectorIndex):
        def put(self, entries: Iterable[Entry]) -> None:
            super().put(entries)
            loop.call_soon_threadsafe(put.set)

    loop = asyncio.get_running_loop()
    knowing = Knowing(office.store, lambda: Found((model, Watched(model.dimensions))))
    rested = Rest(timedelta(days=1), timedelta(days=1))
    knowing._rest = rested
    indexer = Indexer(store=office.store, clock=office.clock, owner="one", embedder=knowing.embedder, made=knowing.wake)
    knowing.start()
    async with patience(10):
        await knowing.settled()
        await office.open()
        while await indexer.index_some():
            pass
        indexer._rest = Rest(timedelta(days=1), timedelta(days=1))
        indexer.start()
        await put.wait()
    await indexer.stop()
    await knowing.stop()


async def test_a_commit_of_this_process_ends_its_rest(office: Office) -> None:
    knowing = Knowing(office.store, lambda: Found(why="a test wants none"))
    for _ in range(9):
        knowing._rest.next(idle=True)
    office.engine.listen(knowing.committed)
    await office.open()
    assert knowing._rest.next(idle=True) == timedelta(seconds=1)


async def test_without_a_model_the_log_says_why_and_words_alone_decide(office: Office) -> None:
    known = Known(office, by_meaning=False)
    with capture_logs() as logs:
        await known.catch_up()
    assert [(log["event"], log["why"]) for log in logs] == [("similar_by_words_alone", "a test wants none")]
    assert known.knowing.meaning() is None
    assert known.knowing.way == (Ways.WORDS, "a test wants none")


async def test_a_model_that_cannot_be_read_ends_nothing(office: Office) -> None:
    def broken() -> Found:
        raise NoModel("It is torn.")

    knowing = Knowing(office.store, broken)
    with capture_logs() as logs:
        knowing.start()
        async with patience(10):
            await knowing.settled()
        await knowing.stop()
    assert [log["event"] for log in logs] == ["model_stumbled"]
    assert knowing.way == (Ways.WORDS, "The model cannot be read (NoModel): the log says more.")


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (SimilarTable(enabled=False), "similar.enabled = false"),
        (SimilarTable(model=Model.NONE), 'similar.model = "none"'),
    ],
)
def test_bot_toml_may_want_no_model(table: SimilarTable, why: str) -> None:
    found = model_of(table)
    assert why in found.why
    assert found.is_off is not table.enabled


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (Found(why="bot.toml says so.", is_off=True), {"by": "off", "waiting": 1, "reason": "bot.toml says so."}),
        (Found(why="It is not installed."), {"by": "words", "waiting": 1, "reason": "It is not installed."}),
        (Found(why="No /home/ann/model."), {"by": "words", "waiting": 1, "reason": "The log says why."}),
        (Found((BagOfWords(), VectorIndex(256))), {"by": "meaning", "waiting": 1}),
    ],
)
async def test_the_health_says_by_what_similar_tickets_are_found(
    office: Office, found: Found, said: dict[str, str | int]
) -> None:
    knowing = Knowing(office.store, lambda: found)
    await office.open()
    assert await similarity(knowing, office.store) == {"by": "loading", "waiting": 1}
    await knowing.begin()
    await knowing.follow()
    assert await similarity(knowing, office.store) == said
    app = application([], keys=office.keys, ready=_fine, late=_fine, similar=_says(said), demo=False, max_body=1_000)
    async with TestClient(TestServer(app)) as client:
        response = await client.get("/health/ready")
        assert (response.status, await response.json()) == (200, {"status": "ready", "similar": said})


async def _fine() -> None:
    """Nothing is wrong."""


def _says(said: dict[str, str | int]) -> Callable[[], Awaitable[dict[str, str | int]]]:
    async def similar() -> dict[str, str | int]:
        return said

    return similar


def test_the_model_that_is_installed_is_read() -> None:
    found = model_of(SimilarTable())
    assert found.parts is not None
    assert found.parts[0].name.startswith("all-MiniLM-L6-v2")
