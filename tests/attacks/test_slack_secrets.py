"""The secrets of the desk on Slack, and people's words: in no log, no failure and no check, whatever goes wrong."""

import asyncio
from pathlib import Path

import pytest

from tests.fakes.process import forked
from tests.fakes.slack_bad_day import MODES, Day, bad_day, opened, secrets_of
from tests.fakes.slack_server import File, Message
from tests.fakes.slack_steps import use
from tests.fakes.web_desk import png

SECRET = "0123456789abcdef-of-the-desks-own-0123456789"
WORDS = "nobodys business"
EVERYWHERE = (
    "chat.postMessage",
    "chat.update",
    "files.getUploadURLExternal",
    "upload",
    "files.completeUploadExternal",
    "reactions.add",
    "download",
    "users.info",
)


@pytest.mark.parametrize("mode", MODES)
async def test_no_secret_and_no_word_of_anybodys_is_told_whatever_goes_wrong(tmp_path: Path, mode: str) -> None:
    async with bad_day(tmp_path, mode=mode, strict=False, BOT_WEB__SECRET_KEY=SECRET) as day:
        card = await opened(day.campus, day.campus.sam, title=f"My title is {WORDS}", words=WORDS)
        staffs = await day.staff_card(WORDS)
        await day.delivered()
        await everything_fails(day, card, staffs)
        await answers_fail(day)
        if mode == "http":
            await strangers_knock(day)
        else:
            await connections_fail(day)
        day.server.faults.clear()
        shown = await day.failures()
        day.server.faults.refuse("usergroups.list", f"invalid_{day.server.bot_token}", times=3)
        told, check = [
            await asyncio.to_thread(forked, day.desk.folder, word, settings=day.settings)
            for word in ("failures", "check")
        ]
        everything = "\n".join([day.log, shown, told.stdout, told.stderr, check.stdout, check.stderr])
        assert "✗" in check.stdout and "Slack did not" in everything
        for secret in (*secrets_of(day.server), SECRET):
            assert secret not in everything
        uploads = [one.key for one in day.server.world.uploads.values()]
        assert not [key for key in uploads if key in everything]
        assert WORDS not in day.log
        assert WORDS not in told.stdout


async def everything_fails(day: Day, card: Message, staffs: Message) -> None:
    """Each in two ways, one of which says the token back."""
    sam, asha, faults = day.campus.sam, day.campus.asha, day.server.faults
    token = day.server.bot_token
    for method in EVERYWHERE:
        faults.fail(method, status=500)
        faults.refuse(method, f"invalid_{token}", needed=token, response_metadata={"messages": [f"[ERROR] {token}"]})
    for status in (403, 404):
        faults.fail("chat.postMessage", status=status)
    faults.drop("chat.postMessage")
    for number in range(2):
        await sam.write(sam.dm, f"{WORDS} {number}", thread=card, files=[File("x.png", png())])
        await asha.write(day.campus.triage, f"{WORDS} too {number}", thread=staffs, files=[File("y.png", png())])
    await day.server.until(lambda: day.count("messages") == 4, 20)
    for _ in range(4):
        await one_more_try(day)


async def one_more_try(day: Day) -> None:
    """Until the desk asks Slack for something again, or owes nothing any more."""
    asked = len(day.server.requests)

    def tried() -> bool:
        day.hurry()
        return len(day.server.requests) > asked or not day.waiting

    await day.server.until(tried)


async def answers_fail(day: Day) -> None:
    """Trigger ids, and the addresses of answers, are in every one of these."""
    sam, faults = day.campus.sam, day.server.faults
    for status in (500, 404):
        faults.fail("response_url", status=status)
        await use(sam, sam.dm, "/ticket list")
        faults.fail("views.open", status=status, times=2)
        await use(sam, sam.dm, "/ticket open")
    faults.drop("response_url")
    await use(sam, sam.dm, "/ticket list")
    faults.drop("views.publish")
    await sam.open_home()


async def connections_fail(day: Day) -> None:
    faults, token = day.server.faults, day.server.app_token
    faults.fail("apps.connections.open", status=500)
    faults.refuse("apps.connections.open", f"not_{token}")
    before = day.server.sockets.opened
    day.server.drop_sockets()
    await day.server.until(lambda: day.server.sockets.opened >= before + 2, 15)


async def strangers_knock(day: Day) -> None:
    body = '{"type": "event_callback", "event": '
    await day.server.webhooks.post(body, day.server.webhooks.headers(body))
    await day.server.webhooks.post("{}", day.server.webhooks.headers("{}", age=1000))
