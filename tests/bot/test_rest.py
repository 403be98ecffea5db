"""How long a loop rests: short where there was work, longer and longer where there was none."""

import asyncio
from datetime import timedelta

import pytest

from bot.rest import Rest
from tests.fakes.patience import patience


@pytest.mark.parametrize(
    ("looks", "rests"),
    [
        ("iiiiiii", [1, 2, 4, 8, 15, 15, 15]),
        ("wwww", [1, 1, 1, 1]),
        ("iiiwii", [1, 2, 4, 1, 2, 4]),
        ("iiii!iii", [1, 2, 4, 8, 1, 2, 4]),
    ],
)
def test_each_rest_after_nothing_is_twice_as_long_up_to_a_bound(looks: str, rests: list[int]) -> None:
    """``i``: an idle look, ``w``: one with work, ``!``: something happens meanwhile."""
    rest, taken = Rest(timedelta(seconds=1), timedelta(seconds=15)), []
    for look in looks:
        if look == "!":
            rest.wake()
        else:
            taken.append(rest.next(idle=look == "i").total_seconds())
    assert taken == rests


async def test_whatever_happens_after_a_look_began_ends_the_rest_behind_it() -> None:
    rest = Rest(timedelta(days=1), timedelta(days=1))
    rest.begin()
    rest.wake()
    async with patience(1):
        await rest.take(idle=True)
    rest.begin()
    resting = asyncio.create_task(rest.take(idle=True))
    await asyncio.sleep(0)
    rest.wake()
    async with patience(1):
        await resting
