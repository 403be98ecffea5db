"""From a student's form to the first message in the new thread, beside a bare discord.py bot that makes the same calls;
and how soon 200 students at once are acknowledged, by stand-ins without that latency.

Each bot has a stand-in Discord of its own, in its own process, whose answers take LATENCY milliseconds, as over a
network; the stand-in's own time is printed. Wanted: at most 25 ms and 1.3 times the bare bot's at the median, and 99 of
100 acknowledgements within 250 ms.
"""

import asyncio
import json
import statistics
import sys
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.process import ROOT, DeskProcess, environment

LATENCY = 40.0
RUNS = 60
CROWD = 200
CONFIG = """
[desk]
name = "Bench"
[[teams]]
key = "t"
name = "Team"
[[categories]]
key = "c"
name = "Category"
team = "t"
discord = {{ channel = "{channel}" }}
[alerts]
priorities = []
[discord]
guilds = ["{guild}"]
[log]
level = "warning"
"""
VALUES = {
    "What is the matter?": "My grade is missing",
    "Tell us more": "Since Monday. I have asked the lecturer, who says that it is entered.",
}


@dataclass(frozen=True)
class StandIn:
    session: aiohttp.ClientSession
    url: str
    api_base: str
    token: str
    guild: str
    channel: str
    students: Sequence[str]

    async def control(self, what: str, **given: Any) -> Any:
        async with self.session.post(f"{self.url}/control/{what}", json=given) as answer:
            told = await answer.json()
            assert answer.status == 200, told
            return told

    async def told(self, interactions: Sequence[str], key: str) -> list[float]:
        """Milliseconds, once they are known of all."""
        async with asyncio.timeout(60):
            while True:
                found = (await self.control("interactions", ids=list(interactions)))["interactions"]
                assert not any(one["failed"] for one in found), found
                if all(one[key] is not None for one in found):
                    return [one[key] * 1e3 for one in found]
                await asyncio.sleep(0.05)

    async def ready(self) -> None:
        """Until the bot has declared its commands."""
        async with asyncio.timeout(30):
            while True:
                answer = await self.session.post(f"{self.url}/control/slash", json=self._slash(self.students[:1]))
                if answer.status == 200:
                    await self.told((await answer.json())["ids"], "acknowledged_after")
                    return
                await asyncio.sleep(0.2)

    def _slash(self, students: Sequence[str]) -> dict[str, Any]:
        return {"users": list(students), "place": self.channel, "path": "ticket open"}

    async def forms(self, students: Sequence[str]) -> list[str]:
        """The interactions whose forms are open, all asked for at once."""
        asked = await self.control("slash", **self._slash(students))
        await self.told(asked["ids"], "acknowledged_after")
        return list(asked["ids"])

    async def submit(self, forms: Sequence[str], values: dict[str, str]) -> list[str]:
        return list((await self.control("submit", interactions=list(forms), values=values))["ids"])


@asynccontextmanager
async def stand_in(name: str) -> AsyncIterator[StandIn]:
    arguments = ("-m", "tests.fakes.discord_server", "--latency-ms", str(LATENCY))
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, cwd=ROOT, env=environment({"PYTHONWARNINGS": "ignore"}), stdout=PIPE
    )
    assert process.stdout is not None
    told = json.loads(await process.stdout.readline())
    async with aiohttp.ClientSession() as session:
        made = StandIn(session, told["url"], told["api_base"], told["token"], "", "", ())
        guild = (await made.control("guild", name=name))["id"]
        channel = (await made.control("channel", guild=guild, name="support"))["id"]
        students = (await made.control("members", guild=guild, names=[f"student {n}" for n in range(CROWD)]))["ids"]
        yield StandIn(session, told["url"], told["api_base"], told["token"], guild, channel, students)
    await ended(process)


async def ended(process: Process) -> None:
    process.kill()
    await process.wait()


async def opening(place: StandIn, student: str, values: dict[str, str]) -> float:
    """Milliseconds from the sent form to the first message in its thread."""
    sent = await place.submit(await place.forms([student]), values)
    return (await place.told(sent, "thread_message_after"))[0]


async def crowd(place: StandIn, values: dict[str, str]) -> list[float]:
    """Milliseconds until the commands of CROWD students at once, and then their forms, were acknowledged."""
    forms = await place.forms(place.students)
    sent = await place.submit(forms, values)
    return await place.told([*forms, *sent], "acknowledged_after")


async def measured(desk: StandIn, bare: StandIn) -> None:
    of_desk = VALUES | {"Category": "c"}
    await opening(desk, desk.students[0], of_desk)
    await opening(bare, bare.students[0], VALUES)
    await desk.control("reset")
    ours, theirs = [], []
    for n in range(RUNS):  # one after the other, so that both have the same weather
        ours.append(await opening(desk, desk.students[n], of_desk))
        theirs.append(await opening(bare, bare.students[n], VALUES))
    requests = await desk.control("requests")
    middle, base = statistics.median(ours), statistics.median(theirs)
    print(
        f"form to thread message: median {middle:.1f} ms, p99 {statistics.quantiles(ours, n=100)[98]:.1f} ms of {RUNS}"
    )
    print(f"a bare discord.py bot:  median {base:.1f} ms; overhead {middle - base:.1f} ms, ratio {middle / base:.2f}")
    own = requests["seconds"] / requests["count"] * 1e3
    print(f"each answer of the stand-in: {LATENCY:.0f} ms by order, {own:.1f} ms of its own")
    await desk.control("reset")
    await asyncio.gather(desk.control("set", latency_ms=0), bare.control("set", latency_ms=0))
    acknowledged = await crowd(desk, of_desk)
    print(
        f"{CROWD} students at once: acknowledged in {statistics.median(acknowledged):.0f} ms at the median, "
        f"p99 {p99(acknowledged):.0f} ms, slowest {max(acknowledged):.0f} ms"
    )
    beside = await crowd(bare, VALUES)
    print(
        f"the bare bot: {statistics.median(beside):.0f} ms at the median, p99 {p99(beside):.0f} ms; "
        f"ratio of the p99 {p99(acknowledged) / p99(beside):.2f}"
    )


def p99(figures: Sequence[float]) -> float:
    return statistics.quantiles(figures, n=100)[98]


async def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with stand_in("desk") as desk_side, stand_in("bare") as bare_side:
            (folder / "bot.toml").write_text(CONFIG.format(guild=desk_side.guild, channel=desk_side.channel))
            pointed = {"BOT_DISCORD__TOKEN": desk_side.token, "BOT_DISCORD__API_BASE": desk_side.api_base}
            desk = DeskProcess(folder, {**pointed, "PYTHONWARNINGS": "ignore"})
            await desk.start()
            gateway = bare_side.url.replace("http", "ws") + "/gateway"
            bare = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.bare_discord", bare_side.api_base, gateway, bare_side.token),
                cwd=ROOT,
                env=environment({"PYTHONWARNINGS": "ignore"}),
            )
            try:
                await desk_side.ready()
                await bare_side.ready()
                await measured(desk_side, bare_side)
            finally:
                await ended(bare)
                await desk.terminate()


if __name__ == "__main__":
    asyncio.run(main())
