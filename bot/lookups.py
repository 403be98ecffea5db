"""Looks at what is similar, as doors ask for them: within a moment, not too often, and never at the price of a ticket.

What fails here is logged and answered with nothing, since nobody's question may wait for a convenience.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import TypeVar

import structlog

from core.commands import Actor
from core.errors import N_, QuotaReached, Refusal
from core.model.ids import PersonId, TicketId
from core.model.suggestion import NOTHING, Answer, Suggestions
from core.ports import Clock
from core.suggesting import Suggesting

log = structlog.get_logger(__name__)

_T = TypeVar("_T")
_LOOKS = 40
_QUESTIONS = 12
_WINDOW = timedelta(minutes=1)
_MOST_PEOPLE = 10_000
"""Whose looks are remembered; above it, those who asked for nothing lately are forgotten."""


class TooManyQuestions(QuotaReached):
    template = N_("You have asked a lot in the last minute. Please wait a moment, or open a ticket with /ticket open.")


class Lookups:
    """``deadline``: seconds."""

    def __init__(self, suggesting: Suggesting, clock: Clock, *, deadline: float) -> None:
        self._suggesting = suggesting
        self._deadline = deadline
        self._looks = _Pace(_LOOKS, clock)
        self._questions = _Pace(_QUESTIONS, clock)

    async def similar(self, title: str, description: str, category: str, actor: Actor) -> Suggestions:
        """As ``FrontDesk.similar``: forty a minute for each person."""
        if not self._looks.allows(actor.person):
            return NOTHING
        return await self._in_time(lambda: self._suggesting.similar(title, description, category, actor), NOTHING)

    async def unseen(self, title: str, description: str, category: str, actor: Actor) -> TicketId | None:
        """As ``Suggesting.unseen``; None too where it cannot be told in time."""
        if not self._looks.allows(actor.person):
            return None
        return await self._in_time(lambda: self._suggesting.unseen(title, description, category, actor), None)

    async def answer(self, words: str, actor: Actor) -> Answer:
        """To a plain question; twelve a minute for each person. Raises TooManyQuestions."""
        if not self._questions.allows(actor.person):
            raise TooManyQuestions
        return await self._in_time(lambda: self._suggesting.answer(words, actor), Answer())

    @property
    def remembered(self) -> int:
        """Persons whose looks are counted just now."""
        return len(self._looks)

    async def _in_time(self, look: Callable[[], Awaitable[_T]], nothing: _T) -> _T:
        """The edge: a ticket is opened whatever happens to a look. Refusals about the asker go on."""
        try:
            async with asyncio.timeout(self._deadline):
                return await look()
        except TimeoutError:
            log.warning("similar_too_late", seconds=self._deadline)
        except Refusal as refusal:
            log.warning("similar_refused", reason=refusal.reason)
        except Exception:
            log.exception("similar_failed")
        return nothing


class _Pace:
    """So many in a minute for each person."""

    def __init__(self, limit: int, clock: Clock) -> None:
        self._limit = limit
        self._clock = clock
        self._of: dict[PersonId | None, deque[datetime]] = {}

    def __len__(self) -> int:
        return len(self._of)

    def allows(self, person: PersonId | None) -> bool:
        now = self._clock.now()
        if len(self._of) > _MOST_PEOPLE:
            self._of = {one: at for one, at in self._of.items() if now - at[-1] < _WINDOW}
        at = self._of.setdefault(person, deque())
        while at and now - at[0] >= _WINDOW:
            at.popleft()
        if len(at) >= self._limit:
            return False
        at.append(now)
        return True
