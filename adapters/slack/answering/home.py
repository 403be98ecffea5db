"""The app's Home: somebody's tickets and, for the staff, the queue. Made anew whenever somebody looks at it, and after
what they did there.

https://docs.slack.dev/surfaces/app-home
"""

import asyncio
from collections.abc import Mapping
from typing import Any

import structlog

from adapters.slack.answering.counter import Counter
from adapters.slack.answering.insisting import insist
from adapters.slack.api.client import Refused
from adapters.slack.words.cards import card_message
from adapters.slack.words.home import home
from core.commands import Actor
from core.errors import Refusal
from core.model.people import Platform
from core.ports import Retry, Unknown
from core.vocabulary import View

log = structlog.get_logger(__name__)

_MINE, _QUEUE = 25, 25
"""Tickets shown."""


class Home:
    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._publishing: dict[str, asyncio.Lock] = {}

    async def publish(self, user: str) -> None:
        """Never raises."""
        await self._counter.carry_out(self._shown(user))

    async def _shown(self, user: str) -> None:
        """One after the other for each person, so that the newest stays."""
        lock = self._publishing.setdefault(user, asyncio.Lock())
        try:
            async with lock:
                await self._publish(user)
        except (Refused, Retry, Unknown) as failed:
            log.warning("slack_home_not_shown", why=str(failed))
        except Exception:
            log.exception("slack_home_failed")
        finally:
            if not lock.locked():
                self._publishing.pop(user, None)

    async def _publish(self, user: str) -> None:
        try:
            view = await self._view(user)
        except Refusal as refusal:
            reader = await self._counter.people.reader(user)
            blocks = card_message(self._counter.answers.refused(refusal, reader))["blocks"]
            view = {"type": "home", "blocks": blocks}
        await insist(lambda: self._counter.slack.call("views.publish", {"user_id": user, "view": view}))

    async def _view(self, user: str) -> Mapping[str, Any]:
        counter = self._counter
        actor = Actor(person=await counter.people.person(user), door=Platform.SLACK)
        profile = await counter.people.profile(user)
        person = None if actor.person is None else await counter.desk.person(actor.person)
        is_staff = person is not None and person.is_staff
        mine = await counter.desk.list(View.MINE, actor, limit=_MINE)
        queue = await counter.desk.list(View.QUEUE, actor, limit=_QUEUE) if is_staff else None
        shown = {summary.ticket.id for summary in (*mine, *(queue or ()))}
        ways = await counter.rooms.ways(shown, actor.person) if actor.person is not None else {}
        hint = profile.email is not None and await counter.desk.has_account_at(profile.email, actor)
        reader = counter.desk.reader(profile.locale, is_staff=is_staff)
        return home(reader, mine, queue, ways, hint, command=counter.config.command)
