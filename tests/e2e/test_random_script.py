"""People on Discord, on Slack and at the page write by a random script, while the desk is killed, its connections drop
and the platforms stumble: in the end each thread has every word that its readers may hear, once and in order, and the
record is what the script says.

``THREADDESK_SEED`` plays a script again that failed; ``THREADDESK_SCRIPT`` makes it so many times as long.
"""

import asyncio
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from secrets import randbelow

import aiohttp
import pytest

from core.model.thread import MessageKind
from tests.fakes import discord_steps, slack_steps
from tests.fakes.bad_day import BadDay
from tests.fakes.both_desk import Both, a_day_on_both
from tests.fakes.discord_server import Thread
from tests.fakes.discord_steps import at_the_page
from tests.fakes.patience import patience
from tests.fakes.random_script import (
    AtThePage,
    Door,
    OnDiscord,
    OnSlack,
    Recorded,
    Script,
    View,
    on_discord,
    on_slack,
    problems_of_record,
    problems_of_view,
)
from tests.fakes.slack_bad_day import SOON

STEPS, DEATHS = 9, 2
"""What each person does, and how often the desk is killed, in a script of length 1."""
_SECRET_KEY = "0123456789abcdef0123456789abcdef"
_FAULTS = ("stumbled", "discord_interaction_failed", "discord_answer_lost", "database is locked")
"""The desk's own: libraries write tracebacks of connections that drop."""
_SLACK_STUMBLES = ("chat.postMessage", "chat.update", "chat.delete", "conversations.replies", "users.info", "upload")
_DISCORD_STUMBLES = (
    ("POST", "/webhooks/*/*"),
    ("PATCH", "/webhooks/*/*/messages/*"),
    ("DELETE", "/webhooks/*/*/messages/*"),
    ("GET", "/channels/*/messages"),
)


@dataclass
class Stage:
    both: Both
    day: BadDay
    doors: list[Door]
    views: list[View]

    @property
    def tickets(self) -> range:
        return range(1, 5)


async def furnished(both: Both, day: BadDay) -> Stage:
    """Four tickets: of students on Discord, on Slack, at the page, and on Discord with agents there; one agent at the
    page is in all of them."""
    uni, campus, desk = both.uni, both.campus, both.desk
    web_agent = await at_the_page(desk, "web_agent", "web.agent@example.org", "agent")
    wanda = await at_the_page(desk, "wanda", "wanda@example.org")
    asked = await discord_steps.use(uni.sam, uni.exams, "ticket", "open", title="One", category="exams")
    one = await discord_steps.thread_of(
        uni, uni.sam, await discord_steps.fill(uni.sam, asked, {"Tell us more": "First"})
    )
    kims = await slack_steps.open_ticket(campus, campus.kim, "Two", "Second")
    form = aiohttp.FormData({"title": "Three", "description": "Third", "category": "exams"})
    headers = {"Authorization": f"Bearer {wanda.token}"}
    async with aiohttp.request("POST", f"{desk.url}/api/tickets", data=form, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
    four = await discord_steps.open_login(uni, uni.kim, "Four", "Fourth")
    for ticket in range(1, 5):
        await web_agent.say(f"T-{ticket}", "Begun", kind="note")
    await day.delivered()
    two = _thread_of(both, "T-2")
    staffs = {n: await slack_steps.triage(campus, _Ref(f"T-{n}"), campus.triage) for n in (1, 3)}
    notes = {n: _notes(both, place) for n, place in ((2, two), (4, four))}

    def url() -> str:
        return desk.url

    doors: list[Door] = [
        OnDiscord(uni.sam, one, 1),
        OnSlack(campus.asha, staffs[1], 1, notes=3),
        OnSlack(campus.kim, kims, 2),
        OnDiscord(uni.asha, two, 2),
        OnDiscord(uni.asha, notes[2], 2, notes=10),
        AtThePage(url, "wanda", wanda.token, 3),
        OnSlack(campus.asha, staffs[3], 3, notes=3),
        OnDiscord(uni.kim, four, 4),
        OnDiscord(uni.asha, four, 4),
        *(AtThePage(url, "web_agent", web_agent.token, ticket, notes=3) for ticket in range(1, 5)),
    ]
    views = [
        on_discord(one, 1),
        on_slack(staffs[1], 1, notes=True),
        on_slack(kims, 2),
        on_discord(two, 2),
        on_discord(notes[2], 2, notes=True, replies=False),
        on_slack(staffs[3], 3, notes=True),
        on_discord(four, 4),
        on_discord(notes[4], 4, notes=True, replies=False),
    ]
    return Stage(both, day, doors, views)


@dataclass(frozen=True)
class _Ref:
    """A card that says no more than its ticket."""

    text_shown: str


def _thread_of(both: Both, ref: str) -> Thread:
    return next(one for one in both.uni.guild.threads() if discord_steps.ref_of(one) == ref and one.private)


def _notes(both: Both, place: Thread) -> Thread:
    card = discord_steps.triage_of(both.uni.platform_triage, place)
    assert card is not None
    assert card.thread is not None
    return card.thread


async def people_act(stage: Stage, script: Script, length: int) -> None:
    async with asyncio.TaskGroup() as tasks:
        for door in stage.doors:
            tasks.create_task(script.play(door, STEPS * length))


async def desk_dies(stage: Stage, random: Random, times: int) -> None:
    for _ in range(times):
        await asyncio.sleep(random.uniform(0.5, 3.0))
        await stage.both.desk.kill()
        await asyncio.sleep(random.uniform(0.0, 1.5))
        stage.day.time_passes()
        await stage.both.desk.start()


async def connections_drop(stage: Stage, random: Random) -> None:
    slack, discord = stage.both.campus.server, stage.both.uni.server
    while True:
        await asyncio.sleep(random.uniform(0.5, 2.0))
        match random.randrange(4):
            case 0:
                slack.drop_sockets()
            case 1:
                await slack.disconnect(random.choice(("warning", "refresh_requested")))
            case 2:
                await discord.disconnect(resumable=random.random() < 0.5)
            case _:
                discord.reconnect()


async def platforms_stumble(stage: Stage, random: Random) -> None:
    slack, discord = stage.both.campus.server.faults, stage.both.uni.server.faults
    while True:
        await asyncio.sleep(random.uniform(0.2, 1.0))
        applied = random.random() < 0.5
        method, (verb, path) = random.choice(_SLACK_STUMBLES), random.choice(_DISCORD_STUMBLES)
        match random.randrange(6):
            case 0:
                slack.fail(method, status=random.choice((500, 503)), applied=applied)
            case 1:
                slack.limit(method, retry_after=1)
            case 2:
                slack.drop(method, applied=applied)
            case 3:
                discord.fail(verb, path, status=random.choice((500, 502)), applied=applied)
            case 4:
                discord.limit(verb, path)
            case _:
                discord.drop(verb, path, applied=applied)


async def record_of(day: BadDay, ticket: int) -> list[Recorded]:
    names = dict(day.ask("SELECT id, name FROM files WHERE ticket_id = ?", ticket))
    return [
        Recorded(one.text.plain(), one.kind is MessageKind.NOTE, tuple(names[file] for file in one.files))
        for one in await day.messages(ticket)
    ]


async def problems(stage: Stage, script: Script) -> list[str]:
    found: list[str] = []
    for ticket in stage.tickets:
        record = await record_of(stage.day, ticket)
        found += problems_of_record(script, ticket, record)
        for view in (one for one in stage.views if one.ticket == ticket):
            found += problems_of_view(script, view, record)
    return found


async def in_the_end(stage: Stage, script: Script) -> Sequence[str]:
    """What is wrong, once the desk had its time."""
    found: Sequence[str] = []
    try:
        async with patience(6):
            while found := await problems(stage, script):
                stage.day.hurry()
                await asyncio.sleep(0.3)
    except TimeoutError:
        return found
    await stage.day.delivered(hurried=True)
    await stage.both.quiet()
    return await problems(stage, script)


def _chance(seed: float) -> Random:
    return Random(seed)  # noqa: S311 - so that a run can be repeated


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> dict[str, str]:
    """The variables that name it."""
    if request.param == "sqlite":
        return {}
    return {"BOT_DATABASE__URL": request.getfixturevalue("postgresql_url"), "BOT_WEB__SECRET_KEY": _SECRET_KEY}


async def test_every_word_is_in_its_place_whatever_befell_the_desk(tmp_path: Path, database: dict[str, str]) -> None:
    seed = int(os.environ.get("THREADDESK_SEED") or randbelow(1_000_000))
    length = int(os.environ.get("THREADDESK_SCRIPT") or 1)
    sys.stdout.write(f"THREADDESK_SEED={seed} THREADDESK_SCRIPT={length}\n")
    random = _chance(seed)
    async with a_day_on_both(tmp_path, faults=_FAULTS, **{"BOT_LOG__LEVEL": "debug", **database}) as both:
        both.campus.server.settings.retries = SOON
        stage = await furnished(both, BadDay(both.desk))
        script = Script(seed)
        going_on = [
            asyncio.create_task(befalls(stage, _chance(random.random())))
            for befalls in (connections_drop, platforms_stumble)
        ]
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(people_act(stage, script, length))
            tasks.create_task(desk_dies(stage, random, DEATHS * length))
        for one in going_on:
            one.cancel()
        await asyncio.gather(*going_on, return_exceptions=True)
        both.campus.server.faults.clear()
        both.uni.server.faults.clear()
        stage.day.time_passes()
        found = await in_the_end(stage, script)
        assert not found, f"THREADDESK_SEED={seed} THREADDESK_SCRIPT={length}\n" + "\n".join(found)
