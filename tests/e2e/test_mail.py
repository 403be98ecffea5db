"""A ticket by mail, with the desk as a process of its own, a real mail server and a real inbox."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.fakes.imap_server import PASSWORD, USER, FakeImap, running_imap
from tests.fakes.process import DeskProcess, threaddesk, until
from tests.fakes.smtp import FakeMailServer

TOML = """\
[desk]
name = "Student Support"

[[teams]]
key = "help"
name = "Help"

[[categories]]
key = "other"
name = "Anything"
team = "help"

[alerts]
priorities = []

[email]
sender = "Student Support <desk@help.example.edu>"
inbox = { address = "desk@help.example.edu", every = "10s", unknown = "open", category = "other" }
"""
QUESTION = b"""From: Zoe <zoe@else.example>\r
To: desk@help.example.edu\r
Subject: I cannot sign in\r
Message-ID: <first@else.example>\r
\r
Since this morning.\r
"""


def answer_to(address: str, message_id: str = "<second@else.example>") -> str:
    return (
        f"From: zoe@else.example\nTo: {address}\nSubject: Re: T-1\nMessage-ID: {message_id}\n\n"
        "It works again.\n\nOn Mon, 2 Mar 2026 Student Support <desk@help.example.edu> wrote:\n> it became a ticket\n"
    )


@pytest.fixture
async def server() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer() as made:
        yield made


@pytest.fixture
async def imap() -> AsyncIterator[FakeImap]:
    async with running_imap() as made:
        yield made


@pytest.fixture
async def desk(tmp_path: Path, server: FakeMailServer, imap: FakeImap) -> AsyncIterator[DeskProcess]:
    (tmp_path / "bot.toml").write_text(TOML, encoding="utf-8")
    inbox = f"imap://{USER}:{PASSWORD.replace(' ', '%20')}@127.0.0.1:{imap.settings.port}"
    process = DeskProcess(
        tmp_path,
        {"BOT_EMAIL__SMTP_URL": f"smtp://127.0.0.1:{server.settings.port}", "BOT_EMAIL__INBOX__URL": inbox},
    )
    yield process
    await process.stop()


def said(desk: DeskProcess) -> list[str]:
    with sqlite3.connect(desk.folder / "data" / "threaddesk.db") as database:
        found = [str(words) for (words,) in database.execute("SELECT text FROM messages ORDER BY id").fetchall()]
    database.close()
    return found


async def piped(desk: DeskProcess, mail: str) -> int:
    ended = await asyncio.to_thread(threaddesk, desk.folder, "mail-in", settings=desk.settings, given=mail)
    return ended.returncode


async def test_a_question_by_mail_is_fetched_confirmed_answered_and_let_go_of(
    desk: DeskProcess, server: FakeMailServer, imap: FakeImap
) -> None:
    await imap.put(b"\xff\xfe garbage", QUESTION)
    await desk.start()
    await until(lambda: len(server.taken) == 1)
    [confirmed] = server.taken
    assert confirmed.recipients == ("zoe@else.example",)
    assert confirmed.mail["Subject"] == "T-1 I cannot sign in"
    assert await imap.count("Threaddesk") == 1, "what could not be read stood in nobody's way"

    for _ in range(2):
        assert await piped(desk, answer_to(str(confirmed.mail["Reply-To"]))) == 0
    [words] = said(desk)
    assert "It works again." in words and "became" not in words

    link = str(confirmed.mail["List-Unsubscribe"]).strip("<>")
    async with aiohttp.ClientSession() as http, http.post(link, data={"List-Unsubscribe": "One-Click"}) as clicked:
        assert clicked.status == 200


async def test_a_piped_mail_that_cannot_be_read_is_told_to_the_admins_and_not_sent_again(desk: DeskProcess) -> None:
    assert await piped(desk, "no mail at all") == 0
    shown = await asyncio.to_thread(threaddesk, desk.folder, "failures", settings=desk.settings)
    assert "was not taken: it does not name one sender" in shown.stdout and "/desk clear" in shown.stdout


async def test_a_desk_that_cannot_take_mail_now_says_try_again(desk: DeskProcess) -> None:
    (desk.folder / "data").mkdir()
    (desk.folder / "data" / "threaddesk.db").write_bytes(b"no database")
    assert await piped(desk, answer_to("desk@help.example.edu")) == 75
    (desk.folder / "bot.toml").write_text("[desk", encoding="utf-8")
    assert await piped(desk, answer_to("desk@help.example.edu")) == 75


async def test_check_tells_of_the_mail_server_and_the_inbox(desk: DeskProcess) -> None:
    ended = await asyncio.to_thread(threaddesk, desk.folder, "check", settings=desk.settings)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "takes mail from desk@help.example.edu" in ended.stdout
    assert "✓ The inbox has the folder “INBOX”" in ended.stdout
