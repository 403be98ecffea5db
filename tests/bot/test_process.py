"""The desk as a process: killed at the worst moments, stopped politely, started wrongly."""

import asyncio
import socket
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from bot.clock import SystemClock
from tests.fakes.bad_day import BadDay
from tests.fakes.gchat_server import FakeGoogleChat, Fault
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess, threaddesk, until

STUDENTS, URGENT = 50, 8


@pytest.fixture
async def leads(tmp_path: Path) -> AsyncIterator[FakeGoogleChat]:
    async with FakeGoogleChat(tmp_path / "gchat.jsonl", SystemClock()) as chat:
        yield chat


@pytest.fixture
async def desk(tmp_path: Path, leads: FakeGoogleChat) -> AsyncIterator[DeskProcess]:
    process = DeskProcess(tmp_path, {"BOT_GCHAT__SPACES__LEADS": leads.url("leads")})
    await process.start()
    yield process
    await process.stop()


class Student:
    """Somebody with a program: registers, and sends each thing until the desk has acknowledged it."""

    def __init__(self, desk: DeskProcess, http: aiohttp.ClientSession, number: int) -> None:
        self._desk, self._http, self.number = desk, http, number
        self._headers: dict[str, str] = {}

    async def register(self) -> None:
        who = {"email": f"s{self.number}@example.com", "password": "correct horse battery"}
        async with self._http.post(
            f"{self._desk.url}/api/auth/register", json={"username": f"Student {self.number}", **who}
        ) as answer:
            assert answer.status == 201, await answer.text()
        async with self._http.post(f"{self._desk.url}/api/auth/login", json=who) as answer:
            self._headers = {"Authorization": f"Bearer {(await answer.json())['token']}"}

    async def open(self, priority: str = "normal") -> int:
        """The number of the ticket that was acknowledged; asked again, with the same key, where no answer came."""
        while True:
            form = aiohttp.FormData({"title": f"Locked out {self.number}", "description": "Since this morning"})
            form.add_field("category", "platform")
            form.add_field("answers", '{"device": "Everywhere"}')
            form.add_field("priority", priority)
            headers = {**self._headers, "Idempotency-Key": f"open-{self.number}"}
            try:
                async with self._http.post(f"{self._desk.url}/api/tickets", data=form, headers=headers) as answer:
                    body = await answer.json()
                    assert answer.status == 201, body
                    return int(body["id"])
            except (aiohttp.ClientError, ConnectionError):
                await asyncio.sleep(0.05)

    async def tickets(self) -> list[int]:
        async with self._http.get(f"{self._desk.url}/api/tickets", headers=self._headers) as answer:
            return [ticket["id"] for ticket in await answer.json()]


def owed(desk: DeskProcess) -> int:
    with sqlite3.connect(desk.folder / "data" / "threaddesk.db") as database:
        [(pending,)] = database.execute("SELECT count(*) FROM deliveries WHERE state = 'pending'").fetchall()
    database.close()
    return int(pending)


async def test_fifty_students_at_once_and_a_kill_in_the_burst_lose_nothing_and_double_nothing(
    desk: DeskProcess, leads: FakeGoogleChat
) -> None:
    async with aiohttp.ClientSession() as http:
        students = [Student(desk, http, number) for number in range(STUDENTS)]
        await asyncio.gather(*(student.register() for student in students))
        opening = [
            asyncio.create_task(student.open("urgent" if student.number < URGENT else "normal")) for student in students
        ]
        await until(lambda: sum(task.done() for task in opening) >= STUDENTS // 4)
        await desk.kill()
        BadDay(desk).time_passes()
        await desk.start()
        acknowledged = await asyncio.gather(*opening)
        kept = await asyncio.gather(*(student.tickets() for student in students))
        await until(lambda: owed(desk) == 0)
    assert kept == [[number] for number in acknowledged]
    assert len(set(acknowledged)) == STUDENTS
    alerts = leads.messages("leads")
    assert len(alerts) == URGENT
    assert len({alert["thread"]["name"] for alert in alerts}) == URGENT


async def test_killed_between_commit_and_delivery_the_alert_goes_out_after_the_restart(
    desk: DeskProcess, leads: FakeGoogleChat
) -> None:
    leads.fail_next(Fault.BROKEN, times=1_000)
    async with aiohttp.ClientSession() as http:
        student = Student(desk, http, 1)
        await student.register()
        await student.open("urgent")
        await desk.kill()
        leads.recover()
        BadDay(desk).time_passes()
        await desk.start()
        await until(lambda: owed(desk) == 0)
    assert len(leads.messages("leads")) == 1


async def test_killed_after_delivery_and_before_the_receipt_the_alert_is_not_posted_twice(
    desk: DeskProcess, leads: FakeGoogleChat
) -> None:
    leads.fail_next(Fault.ANSWER_LOST)
    async with aiohttp.ClientSession() as http:
        student = Student(desk, http, 1)
        await student.register()
        await student.open("urgent")
        await until(lambda: len(leads.messages("leads")) == 1)
        await desk.kill()
        await desk.start()
        await until(lambda: owed(desk) == 0, seconds=90)
    assert len(leads.messages("leads")) == 1


async def test_sigterm_ends_it_soon_also_while_a_delivery_hangs(desk: DeskProcess, leads: FakeGoogleChat) -> None:
    leads.fail_next(Fault.SILENT)
    async with aiohttp.ClientSession() as http:
        student = Student(desk, http, 1)
        await student.register()
        await student.open("urgent")
        async with patience(10):
            assert await desk.terminate() == 0
    assert "Traceback" not in desk.log.read_text()


async def test_a_demo_answers_only_under_a_loopback_name_and_without_a_proxy(desk: DeskProcess) -> None:
    async with aiohttp.ClientSession() as http:
        for headers in ({"Host": "evil.example"}, {"X-Forwarded-For": "203.0.113.9"}, {"Forwarded": "for=203.0.113.9"}):
            async with http.get(f"{desk.url}/welcome", headers=headers) as answer:
                assert answer.status == 421, headers
        async with http.get(f"{desk.url}/welcome") as answer:
            assert answer.status == 200


async def test_no_password_and_no_words_of_people_reach_the_log(desk: DeskProcess, leads: FakeGoogleChat) -> None:
    async with aiohttp.ClientSession() as http:
        student = Student(desk, http, 1)
        await student.register()
        await student.open("urgent")
        await until(lambda: owed(desk) == 0)
    log = desk.log.read_text()
    assert "delivered" in log
    for secret in ("correct horse", "Locked out", "token=", leads.url("leads")):
        assert secret not in log


def test_a_port_in_use_is_a_sentence_and_nothing_is_written(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        ended = threaddesk(tmp_path, "run", settings={"BOT_WEB__PORT": str(taken.getsockname()[1])})
    assert ended.returncode == 1
    assert "Is another desk running there?" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not (tmp_path / "data").exists()


def test_a_wrong_setting_ends_the_start_with_its_key_its_place_and_the_mend(tmp_path: Path) -> None:
    ended = threaddesk(tmp_path, "run", settings={"BOT_WEB__PORT": "eighty"})
    assert ended.returncode == 2
    assert "web.port" in ended.stderr
    assert "BOT_WEB__PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    assert threaddesk(tmp_path, "people", "list").returncode == 0
    with sqlite3.connect(tmp_path / "data" / "threaddesk.db") as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
    database.close()
    ended = threaddesk(tmp_path, "run", settings={"BOT_WEB__PORT": "0"})
    assert ended.returncode == 1
    assert "newer Threaddesk" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_database_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "threaddesk.db").write_bytes(b"This is a letter to my aunt. " * 200)
    ended = threaddesk(tmp_path, "run", settings={"BOT_WEB__PORT": "0"})
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr


def test_the_first_admin_gets_in_by_the_command_line_and_it_is_audited(tmp_path: Path) -> None:
    async def register() -> None:
        desk = DeskProcess(tmp_path)
        await desk.start()
        async with aiohttp.ClientSession() as http:
            await Student(desk, http, 1).register()
        assert await desk.terminate() == 0

    asyncio.run(register())
    given = threaddesk(tmp_path, "people", "role", "s1@example.com", "admin")
    assert given.returncode == 0, given.stderr
    listed = threaddesk(tmp_path, "people", "list").stdout
    assert "s1@example.com" in listed
    assert "admin (every team, by operator)" in listed
    with sqlite3.connect(tmp_path / "data" / "threaddesk.db") as database:
        [(door, actor)] = database.execute(
            "SELECT door, actor_id FROM events WHERE kind = 'RoleGranted' ORDER BY id DESC LIMIT 1"
        ).fetchall()
    database.close()
    assert (door, actor) == ("operator", None)
    assert threaddesk(tmp_path, "people", "role", "nobody@example.com", "admin").returncode == 1


def test_check_alone_says_what_is_set_without_starting_anything(tmp_path: Path) -> None:
    ended = threaddesk(tmp_path, "check")
    assert ended.returncode == 0
    assert "The settings are right" in ended.stdout
    assert not (tmp_path / "data").exists()


async def test_a_dead_webhook_is_a_failure_that_the_operator_sees_and_retries(
    desk: DeskProcess, leads: FakeGoogleChat
) -> None:
    leads.fail_next(Fault.GONE)
    async with aiohttp.ClientSession() as http:
        student = Student(desk, http, 1)
        await student.register()
        await student.open("urgent")
        await until(lambda: owed(desk) == 0)
    shown = await asyncio.to_thread(threaddesk, desk.folder, "failures")
    assert "space leads" in shown.stdout
    number = shown.stdout.splitlines()[1].split()[0]
    assert (await asyncio.to_thread(threaddesk, desk.folder, "retry", number)).returncode == 0
    await until(lambda: len(leads.messages("leads")) == 1)
