"""Work in the order in which it came, tried again while something is away."""

import asyncio
from functools import partial

import pytest

from adapters.chat.lanes import Lanes, Pauses, away
from core.errors import NotAssigned, Unavailable
from core.ports import Retry

QUICK = Pauses(0.001, 0.004)


class Work:
    def __init__(self, lanes: Lanes) -> None:
        self.lanes = lanes
        self.done: list[str] = []
        self.away = 0

    async def do(self, name: str) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable(why="it is away")
        self.done.append(name)

    async def stumble(self, name: str) -> None:
        raise ZeroDivisionError(name)

    def put(self, lane: str, *names: str) -> None:
        for name in names:
            self.lanes.put(lane, partial(self.do, name))


@pytest.fixture
def work() -> Work:
    return Work(Lanes(QUICK))


async def test_nothing_overtakes_what_is_tried_again(work: Work) -> None:
    work.away = 5
    work.put("a", "1", "2", "3")
    await work.lanes.idle()
    assert work.done == ["1", "2", "3"]


async def test_one_lane_does_not_wait_for_another(work: Work) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        await held.wait()
        work.done.append("held")

    work.lanes.put("a", hold)
    work.put("a", "after")
    work.put("b", "other")
    await asyncio.sleep(0.005)
    assert work.done == ["other"]
    held.set()
    await work.lanes.idle()
    assert work.done == ["other", "held", "after"]


async def test_over_a_fault_something_else_is_done_and_the_lane_goes_on(work: Work) -> None:
    work.lanes.put("a", partial(work.stumble, "1"), instead=partial(work.do, "sorry"))
    work.lanes.put("a", partial(work.stumble, "2"), instead=partial(work.stumble, "3"))
    work.put("a", "4")
    await work.lanes.idle()
    assert work.done == ["sorry", "4"]


async def test_at_the_end_what_waits_is_given_its_time_and_the_rest_is_left(work: Work) -> None:
    work.put("a", "1")
    await work.lanes.close(1.0)
    work.put("a", "too late")
    assert work.done == ["1"]

    stuck = Work(Lanes(QUICK))
    stuck.away = 10**6
    stuck.put("a", "never")
    await stuck.lanes.close(0.01)
    await stuck.lanes.idle()
    assert stuck.done == []


def test_pauses_grow_to_the_longest() -> None:
    assert [QUICK.before(attempt) for attempt in (1, 2, 3, 4, 99)] == [0.001, 0.002, 0.004, 0.004, 0.004]


def test_only_what_may_go_well_later_is_tried_again() -> None:
    assert away(Retry("busy", after=7.0)) == 7.0
    assert away(Unavailable(why="locked")) == 0.0
    assert away(NotAssigned(ref="T-1")) is None and away(ValueError()) is None
