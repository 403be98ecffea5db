"""Hostile names, words and files, somebody who reads what is not theirs, and the secrets of the desk itself."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.settings.files import FilesTable
from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import opened
from tests.fakes.discord_server import Thread
from tests.fakes.process import forked
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "0123456789abcdef-of-the-desks-own-0123456789"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them, which logs all that it can."""
    async with bad_day(tmp_path_factory.mktemp("hostile")) as begun:
        yield begun


def number_of(thread: Thread) -> int:
    return int(thread.name.split()[0].removeprefix("T-"))


NAMES = ["../../../etc/passwd", "@everyone", "\u202egnp.exe", "a" * 32, "clyde", "**bold** `x`"]
TITLES = [
    "@everyone look",
    "../../../../etc/passwd\x00",
    "\u202e\u200b\ufeff evil",
    "<@&1> <#2> <@3>",
    "'; DROP TABLE x; --",
    "🧨" * 60,
]


async def test_hostile_names_and_titles_ping_nobody_break_nothing_and_are_fitted(day: Day) -> None:
    uni = day.uni
    for name, title in zip(NAMES, TITLES, strict=True):
        who = uni.guild.add_member("student", nick=name)
        before = len(day.threads)
        thread = await opened(uni, who, title=title, words=f"{title} @here {name}")
        await who.say(thread, f"{name}: {title}")
        await day.delivered()
        assert len(day.threads) == before + 1
        assert who.sees(thread)
        [card] = day.by_bot(thread)
        assert card.pinned
    assert not [one for one in day.server.messages if one.author is day.server.bot and one.pinged]


async def test_hostile_files_are_named_safely_taken_for_what_they_are_or_refused_with_their_reason(day: Day) -> None:
    uni = day.uni
    day.server.settings.upload_limit = 100 * 1024 * 1024
    day.server.settings.request_limit = 200 * 1024 * 1024
    thread = await opened(uni, uni.sam)
    files = [
        ("../../../etc/cron.d/evil", b"* * * * * root true"),
        ("nothing.txt", b""),
        ("huge.bin", bytes(50 * 1024 * 1024)),
        ("holiday.png", b"MZ\x90\x00" + bytes(300)),
        ("really.png", png()),
        ("page.html", b"<script>alert(1)</script>"),
    ]
    await uni.sam.say(thread, "see these", files=files)
    number = number_of(thread)
    await day.server.until(lambda: day.ask("SELECT 1 FROM messages WHERE ticket_id = ?", number), within=20)
    [words] = await day.words(number)
    for refused in ("nothing.txt", "huge.bin", "holiday.png"):
        assert refused in words, words
    assert f"huge.bin is too large: {FilesTable().max_mb} MB" in words
    kept = dict(day.ask("SELECT name, media_type FROM files WHERE ticket_id = ?", number))
    assert "really.png" in kept and kept["really.png"] == "image/png"
    assert len(kept) == 3
    assert not any("/" in name or name.startswith(".") for name in kept), kept
    assert "text/html" not in kept.values()


async def test_a_moderator_who_writes_in_a_sensitive_thread_is_not_recorded_and_told_so(day: Day) -> None:
    uni = day.uni
    asked = await uni.sam.slash(uni.exams, "ticket", "open", title="Somebody hurts me")
    sent = await uni.sam.submit(asked.modal, {"Category": "welfare", "Tell us more": "In the hostel."})
    await sent.settled(20)
    await day.delivered()
    [thread] = [one for one in uni.guild.threads() if one.parent is uni.welfare]
    number = number_of(thread)
    assert not any(who.sees(thread) for who in (uni.kim, uni.asha, uni.lee, uni.ada))
    uni.guild.add_to_thread(thread, uni.lee)
    await uni.lee.say(thread, "What happened?")
    await uni.sam.say(thread, "I would rather not say it here")
    await day.heard("I would rather not say it here", ticket=number)
    answers = [one.text for one in day.by_bot(thread)[1:]]
    assert len(answers) == 1 and "hurts" not in answers[0], answers
    cards = [one.text for one in day.by_bot(uni.triage) if f"T-{number}" in one.text]
    assert len(cards) == 1 and "hurts" not in cards[0] and "hostel" not in cards[0]
    looked = await (await uni.lee.slash(uni.exams, "ticket", "show", ref=f"T-{number}")).settled()
    assert "hurts" not in looked.shown and "hostel" not in looked.shown
    pinged = [one.text for who in (uni.lee, uni.asha, uni.ada) for one in who.dms]
    assert not any("hurts" in words for words in pinged)


async def from_the_machine(day: Day, word: str) -> str:
    """What a command of the operator's prints."""
    told = await asyncio.to_thread(forked, day.desk.folder, word, settings=day.settings)
    return told.stdout + told.stderr


async def test_no_secret_of_the_desk_is_in_its_log_its_failures_or_its_check_whatever_goes_wrong(
    tmp_path: Path,
) -> None:
    async with bad_day(tmp_path, strict=False, BOT_WEB__SECRET_KEY=SECRET) as day:
        uni, server = day.uni, day.server
        thread = await opened(uni, uni.sam)
        await day.reply_from_the_web("My words are nobody's business")
        await day.delivered()
        for status in (500, 403, 404):
            server.faults.fail("POST", "/webhooks/*/*", status=status)
            await day.reply_from_the_web(f"answered with {status}")
        server.faults.drop("POST", "/webhooks/*/*")
        await day.reply_from_the_web("dropped")
        for status in (500, 404, 403):
            server.faults.fail("POST", "/interactions/*/*/callback", status=status)
            await uni.sam.slash(thread, "help", wait=False)
            lost = server.faults.fail("PATCH", "/webhooks/*/*/messages/@original", status=status)
            await uni.kim.slash(uni.exams, "help", wait=False)
            await server.until(lambda fault=lost: fault.met)
        server.faults.clear()
        shown = await day.failures()
        told, checked = [await from_the_machine(day, word) for word in ("failures", "check")]
        server.faults.drop("GET", "/**", times=1_000)
        everything = "\n".join([day.log, shown, told, checked, await from_the_machine(day, "check")])
        assert "Discord did not say whether it was done" in everything
        hooks = [hook.token for hook in server.world.webhooks.values()]
        assert hooks
        for secret in (server.token, SECRET, *hooks, *server.world.interactions):
            assert secret not in everything
        assert "nobody's business" not in day.log
