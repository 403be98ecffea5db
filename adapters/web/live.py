"""The live page: WebSockets that are told when something changed in a ticket which their person may see.

A browser that hears of a change fetches it by its cursor; so one that is slow, asleep or cut off is simply dropped, and
catches up when it is back. Who may hear what is asked of the policy for each person, at each change.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import WSCloseCode, web

from adapters.web.gate import Visitor
from adapters.web.problems import Malformed, TooManyAttempts
from core.errors import N_
from core.events import ParticipantRemoved, Record, RoleGranted, RoleRevoked
from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import Ticket
from core.policy import might_see
from core.ports import Clock, Committed
from core.text import Json
from core.trail import audience_of, changes_page

log = structlog.get_logger(__name__)

_HEARTBEAT = 25.0
_FAREWELL = 1.0
"""Seconds a browser has to answer that it is being closed."""
_MOST_WAITING = 64
"""Words on their way to one browser; a slower one is dropped."""
_FRESH = timedelta(seconds=30)
_HELLO = json.dumps({"type": "hello"})


@dataclass(eq=False, slots=True)
class _Session:
    """One browser's connection."""

    visitor: Visitor
    socket: web.WebSocketResponse
    drop: Callable[[], None]
    waiting: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(_MOST_WAITING))
    leave: asyncio.Future[WSCloseCode] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, words: str) -> None:
        try:
            self.waiting.put_nowait(words)
        except asyncio.QueueFull:
            self.drop()

    async def end(self, code: WSCloseCode) -> None:
        """Have it closed by the handler that serves it; one that does not come to it is cut off."""
        if not self.leave.done():
            self.leave.set_result(code)
        try:
            async with asyncio.timeout(2 * _FAREWELL):
                await self.gone.wait()
        except TimeoutError:
            self.drop()


class Live:
    """``most``: connections that one person may hold."""

    def __init__(self, desk: FrontDesk, clock: Clock, *, most: int) -> None:
        self._desk = desk
        self._clock = clock
        self._most = most
        self._sessions: defaultdict[PersonId, set[_Session]] = defaultdict(set)
        self._known: dict[PersonId, tuple[Person, datetime]] = {}
        self._news: asyncio.Queue[Committed] = asyncio.Queue()
        self._teller: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def count(self) -> int:
        """How many browsers are connected."""
        return sum(len(sessions) for sessions in self._sessions.values())

    async def committed(self, committed: Committed) -> None:
        """Hear of a commit. Whoever committed does not wait for the browsers."""
        if self._sessions and committed.records:
            self._news.put_nowait(committed)

    def push(self, person: PersonId, message: Mapping[str, Json]) -> None:
        """Tell every browser of ``person``."""
        words = json.dumps(message, ensure_ascii=False)
        for session in tuple(self._sessions.get(person, ())):
            session.tell(words)

    async def connect(self, request: web.Request, visitor: Visitor) -> web.WebSocketResponse:
        """Serve one browser until it leaves, its sign-in ends or the desk stops."""
        socket = web.WebSocketResponse(timeout=_FAREWELL, heartbeat=_HEARTBEAT, max_msg_size=4_096, compress=False)
        if not socket.can_prepare(request).ok:
            raise Malformed(problem=N_("this address speaks WebSocket only."))
        if self._closed or len(self._sessions.get(visitor.id, ())) >= self._most:
            raise TooManyAttempts(seconds=30)
        await socket.prepare(request)
        session = _Session(visitor, socket, lambda: _abort(request))
        session.tell(_HELLO)
        self._sessions[visitor.id].add(session)
        self._known.setdefault(visitor.id, (visitor.person, self._clock.now()))
        if self._teller is None:
            self._teller = asyncio.create_task(self._tell_on(), name="live")
        try:
            await self._serve(session)
        finally:
            self._forget(session)
        return socket

    async def _serve(self, session: _Session) -> None:
        lasts = (session.visitor.expires_at - self._clock.now()).total_seconds()
        tasks = [asyncio.create_task(_send_on(session)), asyncio.create_task(_hear_out(session))]
        ends: tuple[asyncio.Future[Any], ...] = (tasks[1], session.leave)  # Any: what they come to differs
        try:
            await asyncio.wait(ends, timeout=max(lasts, 0), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
        code = session.leave.result() if session.leave.done() else WSCloseCode.POLICY_VIOLATION
        await session.socket.close(code=code)

    def _forget(self, session: _Session) -> None:
        person = session.visitor.id
        session.gone.set()
        self._sessions[person].discard(session)
        if not self._sessions[person]:
            del self._sessions[person]
            self._known.pop(person, None)

    async def _tell_on(self) -> None:
        while True:
            committed = await self._news.get()
            try:
                await self._tell(committed)
            except Exception:
                log.exception("web.live_failed")
            finally:
                self._news.task_done()

    async def _tell(self, committed: Committed) -> None:
        events = [record.event for record in committed.records]
        for event in events:
            if isinstance(event, RoleGranted | RoleRevoked):
                self._known.pop(event.person, None)
        ticket = committed.ticket
        if ticket is None:
            return
        sent_away = {event.person for event in events if isinstance(event, ParticipantRemoved)}
        for person in tuple(self._sessions):
            known = await self._person(person)
            if known is not None and (person in sent_away or self._hears(known, ticket, committed.records)):
                self.push(person, {"type": "ticket", "ref": ticket.ref})

    def _hears(self, person: Person, ticket: Ticket, records: Sequence[Record]) -> bool:
        """Of what changes the page as they see it, and of what they did themselves; of an erased ticket too, whose
        words are to leave the page."""
        desk, now = self._desk.desk, self._clock.now()
        audience = audience_of(person, ticket, desk, now)
        changes = any(record.actor == person.id or changes_page(record.event, audience) for record in records)
        return changes and might_see(person, ticket, desk, now)

    async def _person(self, person: PersonId) -> Person | None:
        """The person as they are now, or were half a minute ago: a change of roles is heard of at once."""
        now = self._clock.now()
        kept = self._known.get(person)
        if kept is not None and now - kept[1] < _FRESH:
            return kept[0]
        found = await self._desk.person(person)
        if found is not None and person in self._sessions:
            self._known[person] = (found, now)
        return found

    async def end(self, session_digest: str) -> None:
        """A cookie's session has ended: its browser's connections with it."""
        ending = [session for session in self._all() if session.visitor.session == session_digest]
        await asyncio.gather(*(session.end(WSCloseCode.POLICY_VIOLATION) for session in ending))

    async def end_others(self, person: PersonId, but: str | None) -> None:
        """Every sign-in of ``person`` has ended, but for the session whose digest is ``but``."""
        theirs = tuple(self._sessions.get(person, ()))
        ending = [session for session in theirs if but is None or session.visitor.session != but]
        await asyncio.gather(*(session.end(WSCloseCode.POLICY_VIOLATION) for session in ending))

    async def close(self) -> None:
        """The desk stops."""
        self._closed = True
        if self._teller is not None:
            self._teller.cancel()
            await asyncio.wait([self._teller])
        await asyncio.gather(*(session.end(WSCloseCode.GOING_AWAY) for session in self._all()))

    def _all(self) -> list[_Session]:
        return [session for sessions in self._sessions.values() for session in sessions]


async def _send_on(session: _Session) -> None:
    try:
        while True:
            await session.socket.send_str(await session.waiting.get())
    except (ConnectionError, RuntimeError):
        session.drop()


async def _hear_out(session: _Session) -> None:
    """Until the browser leaves; what it says counts for nothing here."""
    async for _heard in session.socket:
        pass


def _abort(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()
