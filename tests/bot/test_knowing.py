"""The model of meaning and its index: read in beside the running desk, and kept as the database has them."""

import asyncio

import pytest
from structlog.testing import capture_logs

from adapters.semantic.index import VectorIndex
from bot.indexer import Indexer
from bot.knowing import Found, Knowing, model_of
from bot.settings.similar import Model, SimilarTable
from core.commands import EditTicket, WithdrawTicket
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
        knowing.start()
        async with patience(10):
            while knowing.meaning() is None:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        await indexer.drain()
        await knowing.stop()
    assert [log["event"] for log in logs] == ["similar_by_meaning"]


async def test_without_a_model_the_log_says_why_and_words_alone_decide(office: Office) -> None:
    known = Known(office, by_meaning=False)
    with capture_logs() as logs:
        await known.catch_up()
    assert [(log["event"], log["why"]) for log in logs] == [("similar_by_words_alone", "a test wants none")]
    assert known.knowing.meaning() is None


async def test_a_model_that_cannot_be_read_ends_nothing(office: Office) -> None:
    def broken() -> Found:
        raise NoModel("It is torn.")

    knowing = Knowing(office.store, broken)
    with capture_logs() as logs:
        knowing.start()
        async with patience(10):
            while not logs:  # noqa: ASYNC110 - it sets no event
                await asyncio.sleep(0.01)
        await knowing.stop()
    assert [log["event"] for log in logs] == ["model_stumbled"]


@pytest.mark.parametrize(
    ("table", "why"),
    [
        (SimilarTable(enabled=False), "similar.enabled = false"),
        (SimilarTable(model=Model.NONE), 'similar.model = "none"'),
    ],
)
def test_bot_toml_may_want_no_model(table: SimilarTable, why: str) -> None:
    assert why in model_of(table).why


def test_the_model_that_is_installed_is_read() -> None:
    found = model_of(SimilarTable())
    assert found.parts is not None
    assert found.parts[0].name.startswith("all-MiniLM-L6-v2")
