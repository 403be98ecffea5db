"""What the bad days on Discord have in common: a desk in its own process, its record read from outside, and what must
hold at the end of every one of them, whatever went wrong."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import ClientSession

from adapters.sql.store import SqlStore
from bot.clock import SecretKeys, SystemClock
from core.commands import Actor, ConfirmEmail, GrantRole
from core.engine import Engine
from core.model.ids import TicketId
from core.model.outbox import Trouble
from core.model.people import Platform, Role
from core.model.thread import Message as Said
from core.model.thread import MessageKind
from tests.fakes.discord_desk import University, open_university, threads_in
from tests.fakes.discord_server import Channel, DiscordServer, Message, Person, Thread
from tests.fakes.office import desk_of
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess

OPERATOR = Actor(person=None, door=Platform.OPERATOR)
LONG = timedelta(minutes=6)
"""Longer than any lease, and than the pause before what an admin has to mend is tried again."""
_ALL = frozenset(MessageKind)
_STATES = frozenset({40060, 50083, 160006})
"""Discord's codes for what somebody else acknowledged, for a thread that was put away, and for no room: answered with
400, and no fault of the call."""
_FAULTS = ("stumbled", "discord_interaction_failed", "discord_answer_lost", "database is locked")


@dataclass
class Day:
    uni: University
    desk: DeskProcess
    strict: bool = True
    """Whether a fault of the desk's own in its log fails the test."""
    _registered: bool = False

    @property
    def server(self) -> DiscordServer:
        return self.uni.server

    @property
    def database(self) -> Path:
        return self.desk.folder / "data" / "threaddesk.db"

    @property
    def settings(self) -> dict[str, str]:
        """The variables that the desk is started with, for the next start too."""
        return self.desk.settings

    # --- time and restarts -------------------------------------------------------------------------------------------

    def hurry(self) -> None:
        """What the outbox would try again later it tries now."""
        now = _now()
        if self.ask("SELECT 1 FROM deliveries WHERE state = 'pending' AND due_at > ?", now):
            self.write("UPDATE deliveries SET due_at = ? WHERE state = 'pending' AND due_at > ?", now, now)

    def time_passes(self, by: timedelta = LONG) -> None:
        """For what the desk waits for with its outbox, and with the leases of processes that are dead: nobody waits for
        them here. What the living one holds it keeps."""
        self.hurry()
        for table, column in (("deliveries", "leased_until"), ("leases", "until")):
            held = f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL AND owner NOT LIKE ?"  # noqa: S608
            for rowid, at in self.ask(held, f"{self.desk.pid}-%"):
                earlier = (datetime.fromisoformat(at) - by).isoformat(timespec="microseconds")
                self.write(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", earlier, rowid)  # noqa: S608

    async def restart(self) -> None:
        """After it was killed, and its leases have run out."""
        before = self.looks
        self.time_passes()
        await self.desk.start()
        await self.server.until(lambda: self.looks > before, within=30, what="the desk's new session")

    @property
    def looks(self) -> int:
        """How often it asked who is on the server, as every new session does when it begins."""
        return len([one for one in self.server.called("GET", "/guilds/*/members") if one.status == 200])

    async def killed_at(self, method: str, path: str, act: Callable[[], Any], *, reaches: bool) -> None:
        """Do ``act``; the desk dies while it waits for the answer to such a call, which reaches Discord or not."""
        gate = self.server.faults.hold(method, path)
        acting = asyncio.ensure_future(act())
        await gate.arrived(10)
        await self.desk.kill()
        if reaches:
            gate.release()
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)

    # --- the record --------------------------------------------------------------------------------------------------

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.database, timeout=10)) as database:
            return database.execute(sql, values).fetchall()

    def write(self, sql: str, *values: Any) -> None:
        with closing(sqlite3.connect(self.database, timeout=10, isolation_level=None)) as database:
            database.execute(sql, values)

    @property
    def waiting(self) -> int:
        """Deliveries that are not done yet; those behind one that waits for an admin left out."""
        parked = "SELECT lane FROM deliveries WHERE state = 'parked'"
        waiting = f"SELECT count(*) FROM deliveries WHERE state = 'pending' AND lane NOT IN ({parked})"  # noqa: S608
        return int(self.ask(waiting)[0][0])

    async def delivered(self, within: float = 20, *, hurried: bool = False) -> None:
        """Until nothing is owed any more. ``hurried``: without the waits between two attempts."""

        def is_done() -> bool:
            if hurried:
                self.hurry()
            return not self.waiting

        await self.server.until(is_done, within, "the end of the outbox")

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        store = SqlStore(f"sqlite:///{self.database}")
        try:
            yield store
        finally:
            await store.close()

    async def messages(self, ticket: int = 1) -> Sequence[Said]:
        async with self.store() as store, store.read() as work:
            return [one for one in await work.messages.of(TicketId(ticket), kinds=_ALL) if one.undone_at is None]

    async def words(self, ticket: int = 1) -> list[str]:
        return [one.text.plain() for one in await self.messages(ticket)]

    async def heard(self, *words: str, ticket: int = 1, within: float = 15) -> None:
        """Until the ticket has exactly these messages, and stays so."""
        found: list[str] = []
        try:
            async with patience(within):
                while found != list(words):
                    found = await self.words(ticket)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"the ticket has {found}, not {list(words)}: {self.last_log}") from None
        await asyncio.sleep(0.2)
        assert await self.words(ticket) == list(words)

    async def troubles(self) -> dict[str, Trouble]:
        async with self.store() as store, store.read() as work:
            return {one.key: one for one in await work.troubles.all()}

    async def trouble(self, begins: str, within: float = 15) -> Trouble:
        """Until the desk has noted a trouble whose key begins so."""
        async with patience(within):
            while True:
                for key, found in (await self.troubles()).items():
                    if key.startswith(begins):
                        return found
                await asyncio.sleep(0.05)

    async def mended(self, begins: str, within: float = 15) -> None:
        async with patience(within):
            while any(key.startswith(begins) for key in await self.troubles()):  # noqa: ASYNC110 - of another process
                await asyncio.sleep(0.05)

    @property
    def log(self) -> str:
        return self.desk.log.read_text()

    @property
    def last_log(self) -> str:
        return "\n".join(self.log.splitlines()[-12:])

    # --- people ------------------------------------------------------------------------------------------------------

    async def reply_from_the_web(self, words: str, *, ticket: int = 1) -> None:
        """By web_agent, who is no one on Discord."""
        token = {"Authorization": f"Bearer {await self._web_agent()}"}
        async with ClientSession(self.desk.url, headers=token) as session:
            answer = await session.post(f"/api/threads/T-{ticket}/messages", json={"text": words})
            assert answer.status == 201, await answer.text()

    async def _web_agent(self) -> str:
        """Their token; they register with the first."""
        who = {"email": "web.agent@example.org", "password": "correct horse"}
        async with ClientSession(self.desk.url) as session:
            if not self._registered:
                made = await session.post("/api/auth/register", json={"username": "web_agent", **who})
                assert made.status == 201, await made.text()
                await self._promote(who["email"])
                self._registered = True
            entered = await (await session.post("/api/auth/login", json=who)).json()
            return str(entered["token"])

    async def _promote(self, email: str) -> None:
        """As ``threaddesk people`` does it."""
        async with self.store() as store:
            engine = Engine(store, desk_of(), SystemClock(), SecretKeys())
            await engine.handle(ConfirmEmail(email=email), OPERATOR)
            async with store.read() as work:
                person = await work.people.by_email(email)
            assert person is not None
            await engine.handle(GrantRole(person=person.id, role=Role.AGENT), OPERATOR)

    async def failures(self, *words: str, within: float = 15) -> str:
        """What ada reads when she asks what does not get through, as soon as all of ``words`` are in it."""
        async with patience(within):
            while True:
                asked = await self.uni.ada.slash(self.uni.login, "desk", "failures")
                shown = (await asked.settled()).shown
                if all(word in shown for word in words):
                    return shown
                await asyncio.sleep(0.2)

    # --- what people see ---------------------------------------------------------------------------------------------

    @property
    def threads(self) -> list[Thread]:
        return threads_in(self.uni.exams)

    def by_bot(self, place: Channel | Thread) -> list[Message]:
        """The bot's own messages that stand there."""
        standing = (one for one in place.messages.values() if one.ephemeral_for is None and not one.is_system)
        return [one for one in standing if one.author is self.server.bot]

    def copies(self, place: Thread) -> list[str]:
        """What stands there by webhook: said elsewhere."""
        return [one.content for one in place.messages.values() if one.webhook is not None]

    def as_it_should_be(self, thread: Thread, student: Person) -> None:
        """One thread, one pinned card with the student in it, one card for the staff."""
        assert self.threads == [thread]
        [card] = self.by_bot(thread)[:1]
        assert [one for one in self.by_bot(thread) if one.embeds and "T-1" in one.text and one.pinned] == [card]
        assert student.sees(thread)
        assert len(self.by_bot(self.uni.triage)) == 1


@asynccontextmanager
async def bad_day(folder: Path, *, strict: bool = True, **settings: str) -> AsyncIterator[Day]:
    """A furnished server and a desk that is ready on it. At the end, whatever happened: nothing that Discord would have
    refused as malformed, no fault of the desk's own, and no token in its log."""
    async with open_university(folder, **{"BOT_LOG__LEVEL": "debug", **settings}) as (uni, desk):
        day = Day(uni, desk, strict)
        yield day
        day_ends(day)


def day_ends(day: Day) -> None:
    assert day.server.violations == []
    bad = [one for one in day.server.requests if one.status == 400 and one.answer["code"] not in _STATES]
    wrong = [f"{one.method} {one.path}: {one.answer}" for one in bad]
    assert wrong == []
    log = day.log
    for secret in (day.server.token, *(hook.token for hook in day.server.world.webhooks.values())):
        assert secret not in log
    if day.strict:
        assert [fault for fault in _FAULTS if fault in log] == [], day.last_log


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")
