from datetime import timedelta

import pytest

from adapters.web.limiter import Limiter
from adapters.web.problems import TooManyAttempts
from tests.fakes.clock import FakeClock


def test_after_the_burst_one_is_free_every_so_often():
    clock = FakeClock()
    limiter = Limiter(clock, burst=2, every=timedelta(seconds=10))
    limiter.take("a")
    limiter.take("a")
    with pytest.raises(TooManyAttempts) as refused:
        limiter.take("a")
    assert refused.value.values == {"seconds": 10}
    limiter.take("b")
    clock.advance(timedelta(seconds=10))
    limiter.take("a")
    with pytest.raises(TooManyAttempts):
        limiter.take("a")


def test_what_was_right_begins_anew():
    limiter = Limiter(FakeClock(), burst=1, every=timedelta(seconds=10))
    limiter.take("a")
    limiter.forgive("a")
    limiter.take("a")


def test_the_oldest_keys_are_forgotten_so_that_memory_stays_bounded():
    limiter = Limiter(FakeClock(), burst=1, every=timedelta(seconds=10), most=3)
    for number in range(100):
        limiter.take(number)
    assert len(limiter._buckets) == 3
