"""The end of leased work, whatever the libraries in it do with a cancellation."""

import asyncio
from datetime import timedelta

import pytest

from adapters.chat.lease import Lease
from adapters.sql.store import SqlStore
from tests.fakes.clock import FakeClock
from tests.fakes.patience import patience

SOON = timedelta(milliseconds=10)


class _Deaf:
    """Work that loses its first cancellation, as ``asyncio.wait_for`` of Python 3.11 can."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.heard = 0

    async def __call__(self) -> None:
        self.begun.set()
        while True:
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                self.heard += 1
                if self.heard > 1:
                    raise


@pytest.fixture
def work() -> _Deaf:
    return _Deaf()


@pytest.fixture
async def lease(store: SqlStore, work: _Deaf) -> Lease:
    made = Lease(
        "gateway",
        work,
        store=store,
        clock=FakeClock(),
        owner="one",
        term=timedelta(seconds=30),
        look=SOON,
        insist=SOON,
    )
    made.start()
    async with patience(3):
        await work.begun.wait()
    return made


async def test_work_that_loses_its_cancellation_ends_all_the_same(lease: Lease, work: _Deaf, store: SqlStore) -> None:
    async with patience(3):
        await lease.close()
    assert work.heard == 2
    now = FakeClock().now()
    async with store.write() as writing:
        assert await writing.leases.take("gateway", "two", now=now, until=now + SOON)


async def test_whoever_waits_for_the_end_in_vain_may_wait_again(lease: Lease) -> None:
    closing = asyncio.create_task(lease.close())
    await asyncio.sleep(0)
    closing.cancel()
    await asyncio.wait({closing})
    async with patience(3):
        await lease.close()
