"""What bad days have in common, whichever platform they befall: a desk in a process of its own, its record read from
outside, and people who are on no platform at all."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
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
from tests.fakes.office import desk_of
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess

OPERATOR = Actor(person=None, door=Platform.OPERATOR)
LONG = timedelta(minutes=6)
"""Longer than any lease, and than the pause before what an admin has to mend is tried again."""
_ALL = frozenset(MessageKind)
_URL = "BOT_DATABASE__URL"


class BadDay:
    """``strict``: whether a fault of the desk's own in its log fails the test."""

    def __init__(self, desk: DeskProcess, *, strict: bool = True) -> None:
        self.desk = desk
        self.strict = strict
        self._registered = False

    @property
    def settings(self) -> dict[str, str]:
        """The variables that the desk is started with, for the next start too."""
        return self.desk.settings

    @property
    def database(self) -> str:
        return self.settings.get(_URL, f"sqlite:///{self.desk.folder / 'data' / 'threaddesk.db'}")

    # --- time --------------------------------------------------------------------------------------------------------

    def hurry(self) -> None:
        """What the outbox would try again later it tries now."""
        now = datetime.now(UTC)
        due = now if self._is_postgresql else _text(now)
        if self.ask("SELECT 1 FROM deliveries WHERE state = 'pending' AND due_at > ?", due):
            self.write("UPDATE deliveries SET due_at = ? WHERE state = 'pending' AND due_at > ?", due, due)

    def time_passes(self, by: timedelta = LONG) -> None:
        """For what the desk waits for with its outbox, and with the leases of processes that are dead: nobody waits for
        them here. What the living one holds it keeps."""
        self.hurry()
        for table, column, key in (("deliveries", "leased_until", "id"), ("leases", "until", "name")):
            held = f"SELECT {key}, {column} FROM {table} WHERE {column} IS NOT NULL AND owner NOT LIKE ?"  # noqa: S608
            for row, at in self.ask(held, f"{self.desk.pid}-%"):
                earlier = at - by if isinstance(at, datetime) else _text(datetime.fromisoformat(at) - by)
                self.write(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", earlier, row)  # noqa: S608

    # --- the record --------------------------------------------------------------------------------------------------

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        if self._is_postgresql:
            with psycopg.connect(self.database) as server:
                return server.execute(sql.replace("?", "%s"), values).fetchall()
        with closing(sqlite3.connect(self._file, timeout=10)) as file:
            return file.execute(sql, values).fetchall()

    def write(self, sql: str, *values: Any) -> None:
        if self._is_postgresql:
            with psycopg.connect(self.database, autocommit=True) as server:
                server.execute(sql.replace("?", "%s"), values)
            return
        with closing(sqlite3.connect(self._file, timeout=10, isolation_level=None)) as file:
            file.execute(sql, values)

    def count(self, table: str, where: str = "1 = 1") -> int:
        return int(self.ask(f"SELECT count(*) FROM {table} WHERE {where}")[0][0])  # noqa: S608

    @property
    def waiting(self) -> int:
        """Deliveries that are not done yet; those behind one that waits for an admin left out."""
        parked = "SELECT lane FROM deliveries WHERE state = 'parked'"
        return self.count("deliveries", f"state = 'pending' AND lane NOT IN ({parked})")

    async def delivered(self, within: float = 20, *, hurried: bool = False) -> None:
        """Until nothing is owed any more. ``hurried``: without the waits between two attempts."""
        try:
            async with patience(within):
                while self.waiting:
                    if hurried:
                        self.hurry()
                    await asyncio.sleep(0.05)
        except TimeoutError:
            owed = self.ask("SELECT lane, intent, attempts, reason FROM deliveries WHERE state = 'pending'")
            raise AssertionError(f"still owed: {owed}; {self.last_log}") from None

    @asynccontextmanager
    async def store(self) -> AsyncIterator[SqlStore]:
        store = SqlStore(self.database)
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
        """Until the ticket has exactly these messages, in this order, and stays so."""
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
        try:
            async with patience(within):
                while True:
                    for key, found in (await self.troubles()).items():
                        if key.startswith(begins):
                            return found
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"no {begins}, but {await self.troubles()}; {self.last_log}") from None

    async def mended(self, begins: str = "", within: float = 15) -> None:
        """Until no trouble is noted whose key begins so."""
        try:
            async with patience(within):
                while any(key.startswith(begins) for key in await self.troubles()):  # noqa: ASYNC110 - another process
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"not mended: {await self.troubles()}; {self.last_log}") from None

    @property
    def log(self) -> str:
        return self.desk.log.read_text()

    @property
    def last_log(self) -> str:
        return "\n".join(self.log.splitlines()[-12:])

    # --- somebody who is on no platform ------------------------------------------------------------------------------

    async def reply_from_the_web(self, words: str, *, ticket: int = 1) -> None:
        """By web_agent, who is known to nobody elsewhere."""
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

    @property
    def _is_postgresql(self) -> bool:
        return self.database.startswith("postgresql")

    @property
    def _file(self) -> str:
        return self.database.removeprefix("sqlite:///")


def _text(at: datetime) -> str:
    """As SQLite keeps it."""
    return at.isoformat(timespec="microseconds")
