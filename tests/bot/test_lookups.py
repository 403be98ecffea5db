"""A look at what is similar: within a moment, not too often, and never at the price of a ticket."""

import asyncio
from datetime import timedelta
from typing import cast

import pytest

from bot.lookups import Lookups, TooManyQuestions
from core.commands import Actor
from core.errors import NotAllowed, Unavailable
from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.suggestion import NOTHING, Answer, Suggestions
from core.suggesting import Suggesting
from tests.fakes.clock import FakeClock

SAM, KIM = (Actor(person=PersonId(number), door=Platform.DISCORD) for number in (1, 2))
FOUND = Suggestions(others=3)


class Scripted:
    """In place of ``Suggesting``: finds the same each time, or fails."""

    def __init__(self, fails: BaseException | None = None) -> None:
        self.fails = fails
        self.hangs = False
        self.looks = 0

    async def _look(self) -> None:
        self.looks += 1
        if self.hangs:
            await asyncio.Event().wait()
        if self.fails is not None:
            raise self.fails

    async def similar(self, *_asked: object) -> Suggestions:
        await self._look()
        return FOUND

    async def unseen(self, *_asked: object) -> TicketId:
        await self._look()
        return TicketId(1)

    async def answer(self, *_asked: object) -> Answer:
        await self._look()
        return Answer(best=None)


def lookups(scripted: Scripted, clock: FakeClock | None = None) -> Lookups:
    return Lookups(cast(Suggesting, scripted), clock or FakeClock(), deadline=0.01)


async def similar(looks: Lookups, actor: Actor = SAM) -> Suggestions:
    return await looks.similar("A title", "", "", actor)


@pytest.mark.parametrize(
    "failure",
    [Unavailable(why="locked"), NotAllowed(what="look", who="others"), RuntimeError("no memory"), MemoryError()],
    ids=lambda failure: type(failure).__name__,
)
async def test_what_fails_finds_nothing_and_raises_nothing(failure: Exception) -> None:
    looks = lookups(Scripted(failure))
    assert await similar(looks) == NOTHING
    assert await looks.unseen("A title", "", "", SAM) is None
    assert await looks.answer("A question?", SAM) == Answer()


async def test_what_takes_too_long_finds_nothing() -> None:
    scripted = Scripted()
    scripted.hangs = True
    assert await similar(lookups(scripted)) == NOTHING


async def test_who_types_without_end_finds_nothing_for_a_while_and_others_do() -> None:
    clock, scripted = FakeClock(), Scripted()
    looks = lookups(scripted, clock)
    assert [await similar(looks) for _ in range(41)] == [*[FOUND] * 40, NOTHING]
    assert scripted.looks == 40
    assert await similar(looks, KIM) == FOUND
    clock.advance(timedelta(minutes=1))
    assert await similar(looks) == FOUND


async def test_who_asks_without_end_is_told_so_and_may_still_open_a_ticket() -> None:
    looks = lookups(Scripted())
    for _ in range(12):
        await looks.answer("A question?", SAM)
    with pytest.raises(TooManyQuestions, match="/ticket open"):
        await looks.answer("A question?", SAM)
    assert await similar(looks) == FOUND


async def test_whoever_looks_next_does_not_wait_for_a_crowd_that_left() -> None:
    clock, scripted = FakeClock(), Scripted()
    looks = lookups(scripted, clock)
    for number in range(10_001):
        await similar(looks, Actor(person=PersonId(number + 10), door=Platform.DISCORD))
    clock.advance(timedelta(minutes=2))
    assert await similar(looks) == FOUND
    assert looks.remembered == 1
