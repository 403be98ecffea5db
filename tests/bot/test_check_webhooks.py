"""``threaddesk check`` as an operator runs it: a ping to each endpoint, and a line on what came back."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.fakes.process import threaddesk
from tests.fakes.webhook import EVENTS, SECRET, URL_SECRET, FakeReceiver

DESK = """\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[alerts]
priorities = []

[[endpoints]]
key = "crm"
"""


@pytest.fixture
async def receiver() -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver(bodies=EVENTS) as server:
        yield server


async def test_an_endpoint_that_takes_a_ping_is_ready_and_one_that_does_not_is_told_with_its_mend(
    tmp_path: Path, receiver: FakeReceiver
) -> None:
    (tmp_path / "bot.toml").write_text(DESK, encoding="utf-8")
    settings = {
        "PYTHONIOENCODING": "utf-8",
        "BOT_WEBHOOKS__CRM__URL": receiver.url,
        "BOT_WEBHOOKS__CRM__SECRET": SECRET,
    }
    ended = await asyncio.to_thread(threaddesk, tmp_path, "check", settings=settings)
    assert "✓ The endpoint “crm” took a ping (204)" in ended.stdout
    assert ended.returncode == 0, ended.stderr
    assert [body["type"] for body in receiver.taken] == ["ping"]

    receiver.fail_next(401)
    ended = await asyncio.to_thread(threaddesk, tmp_path, "check", settings=settings)
    assert "✗ The endpoint “crm” takes a ping" in ended.stdout
    assert "check that both sides have the same secret" in " ".join(ended.stdout.split())
    assert ended.returncode == 1
    assert "docs/webhooks.md" in ended.stderr
    assert URL_SECRET not in ended.stdout + ended.stderr

    ended = await asyncio.to_thread(threaddesk, tmp_path, "check", "--offline", settings=settings)
    assert (ended.returncode, len(receiver.calls)) == (0, 2)
