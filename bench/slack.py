"""From a student's form to the first message in their thread, beside a bare slack_bolt app that makes the same calls;
and how soon 200 students at once are acknowledged, by stand-ins without that latency.

Each app has a stand-in Slack of its own, whose answers take LATENCY seconds, as over a network, and whose own time is
printed. Wanted: at most 25 ms and 1.3 times the bare app's at the median, and 99 of 100 acknowledgements within 250 ms.
"""

import asyncio
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.fakes.process import ROOT, DeskProcess, environment
from tests.fakes.slack_server import Channel, Interaction, Message, Person, SlackServer

LATENCY = 0.04
WRITING = 0.6
"""Seconds that a student fills in the form; both apps use them to ask where the student's direct messages are."""
RUNS = 60
CROWD = 200
CONFIG = """
[desk]
name = "Bench"
[[teams]]
key = "t"
name = "Team"
slack = {{ triage_channel = "{channel}" }}
[[categories]]
key = "c"
name = "Category"
team = "t"
[alerts]
priorities = []
[log]
level = "warning"
"""
VALUES = {
    "What is the matter?": "My grade is missing",
    "Tell us more": "Since Monday. I have asked the lecturer, who says that it is entered.",
}
OURS = VALUES | {"Category": "Category"}


@dataclass(frozen=True)
class Side:
    """A stand-in with an app on it, and what its form is filled with."""

    server: SlackServer
    students: Sequence[Person]
    values: dict[str, str]


@asynccontextmanager
async def stand_in() -> AsyncIterator[tuple[SlackServer, Sequence[Person], Channel]]:
    async with SlackServer(official=False) as server:
        students = [server.add_user(f"student-{n}") for n in range(CROWD)]
        yield server, students, server.add_channel("triage", with_app=True)


async def asked(student: Person) -> Interaction:
    interaction = await student.slash(student.dm, "/ticket open")
    await interaction.modal()
    return interaction


async def opening(side: Side, student: Person) -> float:
    """Milliseconds from the sent form to the first message in the student's thread."""
    view = await (await asked(student)).modal()
    await asyncio.sleep(WRITING)
    before = len(student.reads(student.dm))
    sent_at = side.server.clock.seconds()
    await student.submit(view, dict(side.values))
    first: Message = await side.server.until(lambda: student.reads(student.dm)[before:], within=10)
    return (float(first[0].ts) - sent_at) * 1e3


async def crowd(side: Side) -> list[float]:
    """Milliseconds until the commands of CROWD students at once, and then their forms, were acknowledged."""
    commands = await asyncio.gather(*(asked(student) for student in side.students))
    views = [await one.modal() for one in commands]
    sent = await asyncio.gather(
        *(student.submit(view, dict(side.values)) for student, view in zip(side.students, views, strict=True))
    )
    return [await acknowledged(side, one) for one in (*commands, *sent)]


async def acknowledged(side: Side, interaction: Interaction) -> float:
    await side.server.until(lambda: interaction.acked_after is not None, within=30)
    assert interaction.acked_after is not None
    return interaction.acked_after * 1e3


async def measured(desk: Side, bare: Side) -> None:
    sides = (desk, bare)
    for side in sides:
        side.server.latency = LATENCY
    await opening(desk, desk.students[0])
    await opening(bare, bare.students[0])
    figures: dict[int, list[float]] = {0: [], 1: []}
    for n in range(1, RUNS + 1):  # one after the other, so that both have the same weather
        for number, side in enumerate(sides):
            figures[number].append(await opening(side, side.students[n]))
    ours, theirs = figures[0], figures[1]
    middle, base = statistics.median(ours), statistics.median(theirs)
    print(f"form to thread message: median {middle:.1f} ms, p99 {p99(ours):.1f} ms of {RUNS}")
    print(f"a bare slack_bolt app: median {base:.1f} ms; overhead {middle - base:.1f} ms, ratio {middle / base:.2f}")
    for side in sides:
        side.server.latency = 0.0
    told = await crowd(desk)
    print(
        f"{CROWD} students at once: acknowledged in {statistics.median(told):.0f} ms at the median, "
        f"p99 {p99(told):.0f} ms, slowest {max(told):.0f} ms"
    )
    beside = await crowd(bare)
    print(
        f"the bare app: {statistics.median(beside):.0f} ms at the median, p99 {p99(beside):.0f} ms; "
        f"ratio of the p99 {p99(told) / p99(beside):.2f}"
    )


def p99(figures: Sequence[float]) -> float:
    return statistics.quantiles(figures, n=100)[98]


def quiet(**more: Any) -> dict[str, str]:
    return environment({"PYTHONWARNINGS": "ignore", **more})


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with stand_in() as (ours, our_students, triage), stand_in() as (theirs, their_students, other):
            (folder / "bot.toml").write_text(CONFIG.format(channel=triage.id))
            pointed = {
                "BOT_SLACK__BOT_TOKEN": ours.bot_token,
                "BOT_SLACK__APP_TOKEN": ours.app_token,
                "BOT_SLACK__API_BASE": ours.api_base,
                "PYTHONWARNINGS": "ignore",
            }
            desk = DeskProcess(folder, pointed)
            await desk.start()
            bare = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.bare_slack"),
                *(theirs.api_base, theirs.bot_token, theirs.app_token, other.id),
                cwd=ROOT,
                env=quiet(),
            )
            try:
                await ours.until_connected(2, within=30)
                await theirs.until_connected(within=30)
                await measured(Side(ours, our_students, OURS), Side(theirs, their_students, VALUES))
            finally:
                bare.kill()
                await bare.wait()
                await desk.stop()


if __name__ == "__main__":
    asyncio.run(main())
