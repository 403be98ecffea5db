"""What goes wrong in the middle: nothing half done, and a sentence."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import FormData

from adapters.sql.database import FULL, LOCKED, READ_ONLY
from adapters.sql.store import SqlStore, SqlUnitOfWork
from bot.scheduler import Scheduler
from core.commands import Actor, CloseQuietTicket, ResolveTicket
from core.errors import Busy, Unavailable
from core.model.people import Platform
from core.model.ticket import Status
from tests.fakes.web_desk import WebDesk


def everything(folder: Path) -> Sequence[str]:
    with closing(sqlite3.connect(folder / "desk.db")) as database:
        return list(database.iterdump())


async def a_form(visitor) -> dict[str, object]:
    action = (await visitor.post("/api/commands", {"text": "/ticket open"})).body["form"]["action"]
    values = {"title": "No grade", "category": "platform", "priority": "", "description": "None yet"}
    return {"action": action, "values": values}


@pytest.mark.parametrize("keys", [("one", "one"), ("one", "two"), (None, None)])
async def test_a_form_sent_twice_at_once_opens_one_ticket(web_desk: WebDesk, keys: Sequence[str | None]) -> None:
    student = await web_desk.browser("student")
    form = await a_form(student)
    headers = [{"Idempotency-Key": key} if key else {} for key in keys]
    answers = await asyncio.gather(*(student.post("/api/forms", form, headers=one) for one in headers))
    assert {answer.status for answer in answers} <= {200, 404}
    assert 200 in {answer.status for answer in answers}
    assert len((await student.get("/api/threads")).body) == 1


async def test_a_reply_sent_twice_under_one_key_is_said_once(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    key = {"Idempotency-Key": "again"}
    said = [student.post("/api/threads/T-1/messages", {"text": "hello"}, headers=key) for _ in range(5)]
    answers = await asyncio.gather(*said)
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["entry"]["message"] for answer in answers}) == 1
    assert len((await student.get("/api/tickets/1/comments")).body) == 1


@asynccontextmanager
async def failing_at_commit(store: SqlStore, why: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """Everything is written, and then the database says no."""
    write = store.write

    @asynccontextmanager
    async def refused() -> AsyncIterator[SqlUnitOfWork]:
        async with write() as work:
            yield work
            raise Unavailable(why=why)

    with monkeypatch.context() as patched:
        patched.setattr(store, "write", refused)
        yield


def an_upload() -> FormData:
    form = FormData()
    form.add_field("file", b"words", filename="a.txt")
    return form


def a_ticket() -> FormData:
    form = FormData()
    for name, value in (("title", "T"), ("description", "D"), ("category", "platform")):
        form.add_field(name, value)
    form.add_field("images", b"GIF89a", filename="a.gif")
    return form


@pytest.mark.parametrize("why", [LOCKED, READ_ONLY, FULL])
async def test_a_database_that_takes_nothing_is_a_sentence_everywhere_and_nothing_is_half_done(
    web_desk: WebDesk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    await web_desk.ticket("student")
    student, nobody = await web_desk.browser("student"), await web_desk.nobody()
    form = await a_form(student)
    before = everything(tmp_path)
    async with failing_at_commit(web_desk.store, why, monkeypatch):
        new = {"username": "New", "email": "new@example.org", "password": "correct horse"}
        answers = [
            await student.post("/api/commands", {"text": "/ticket close T-1"}),
            await student.post("/api/commands", {"text": "/ticket open"}),
            await student.post("/api/commands", {"text": "hello", "thread": "T-1"}),
            await student.post("/api/forms", form),
            await student.post("/api/actions", {"action": "1.ticket.close.1"}),
            await student.post("/api/threads/T-1/messages", {"text": "hello"}),
            await student.upload("/api/files", an_upload()),
            await student.put("/api/tickets/1", {"status": "closed"}),
            await student.post("/api/tickets/1/comments", {"text": "hello"}),
            await nobody.post("/api/auth/register", new),
        ]
        for answer in answers:
            assert answer.status == 503, answer.text
            assert why in answer.message and "Nothing was changed" in answer.message
            assert answer.headers["Retry-After"] == "30"
        for path, sent in (("/session/demo", {"who": "student"}), ("/session/register", new)):
            page = await nobody.call("POST", path, data=sent)
            assert (page.status, why in page.text) == (503, True)
        assert (await student.get("/api/threads/T-1")).status == 200
    assert everything(tmp_path) == before
    assert (await student.post("/api/forms", form)).body["ticket"]["ref"] == "T-2"


async def test_a_timer_that_cannot_be_fired_holds_up_no_other(
    web_desk: WebDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = await web_desk.ticket("student"), await web_desk.ticket("other")
    agent = Actor(person=web_desk.people["agent"], door=Platform.WEB)
    for ticket in (first, second):
        await web_desk.engine.handle(ResolveTicket(ticket=ticket), agent)
        web_desk.clock.advance(timedelta(seconds=1))
    web_desk.clock.advance(timedelta(days=8))
    handle = web_desk.engine.handle

    async def stuck(command, actor):
        if isinstance(command, CloseQuietTicket) and command.ticket == first:
            raise Busy(ref="T-1")
        return await handle(command, actor)

    monkeypatch.setattr(web_desk.engine, "handle", stuck)
    scheduler = Scheduler(store=web_desk.store, engine=web_desk.engine, clock=web_desk.clock)
    assert await scheduler.fire_due() == 1
    monkeypatch.undo()
    assert await scheduler.fire_due() == 1
    async with web_desk.store.read() as work:
        found = [await work.tickets.get(ticket) for ticket in (first, second)]
    assert {ticket.status for ticket in found if ticket is not None} == {Status.CLOSED}
