"""How often somebody may try, and how much they may send: token buckets in memory."""

import math
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.web.problems import TooManyAttempts
from core.ports import Clock


@dataclass(slots=True)
class _Bucket:
    left: float
    at: datetime


class Limiter:
    """``burst`` attempts at once for each key, then one more every ``every``. The ``most`` latest keys are kept.
    ``refusal``: what is said to more."""

    def __init__(
        self,
        clock: Clock,
        *,
        burst: int,
        every: timedelta,
        most: int = 10_000,
        refusal: type[TooManyAttempts] = TooManyAttempts,
    ) -> None:
        self._clock = clock
        self._burst = burst
        self._every = every
        self._most = most
        self._refusal = refusal
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def take(self, key: Hashable, amount: float = 1) -> None:
        """``amount``: at most ``burst``. Raises TooManyAttempts with the seconds until so much is free."""
        now = self._clock.now()
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        gained = max(now - bucket.at, timedelta()) / self._every
        bucket.left, bucket.at = min(self._burst, bucket.left + gained), now
        if bucket.left < amount:
            raise self._refusal(seconds=math.ceil((amount - bucket.left) * self._every.total_seconds()))
        bucket.left -= amount

    def forgive(self, key: Hashable) -> None:
        """What was tried turned out right: the key begins anew."""
        self._buckets.pop(key, None)
