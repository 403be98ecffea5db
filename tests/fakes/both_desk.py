"""One desk on two stand-ins at once, Discord and Slack: on either side students of a category whose agents are on the
other."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes import discord_desk, discord_steps, slack_desk, slack_steps
from tests.fakes.discord_desk import University
from tests.fakes.discord_server import DiscordServer
from tests.fakes.nursery import QUIET
from tests.fakes.process import DeskProcess
from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import SlackServer

CONFIG = """
[desk]
name = "Student Support"

[[teams]]
key = "academics"
name = "Academics"
slack = {{ triage_channel = "{slack_triage}", user_group = "{slack_agents}" }}

[[teams]]
key = "platform"
name = "Platform team"
discord = {{ triage_channel = "{discord_triage}", role = "{discord_agents}" }}

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"
discord = {{ channel = "{exams}" }}

[[categories]]
key = "login"
name = "Platform and login"
team = "platform"
discord = {{ channel = "{login}" }}

[alerts]
priorities = []

[web]
port = 0

[discord]
guilds = ["{guild}"]
roles = {{ agent = ["{discord_agents}"] }}

[slack]
user_groups = {{ agent = ["{slack_agents}"] }}
"""


@dataclass(frozen=True)
class Both:
    """Tickets in Exams go to agents on Slack, those in Platform and login to agents on Discord."""

    uni: University
    campus: Campus
    desk: DeskProcess

    async def quiet(self) -> None:
        """Until the desk has asked neither for anything for longer than it pauses."""
        count = -1
        while count != (now := len(self.uni.server.requests) + len(self.campus.server.requests)):
            count = now
            await asyncio.sleep(QUIET)


@asynccontextmanager
async def a_day_on_both(
    folder: Path,
    *,
    config: str = CONFIG,
    rooms: Sequence[str] = (),
    faults: Sequence[str] = ("Traceback",),
    **settings: str,
) -> AsyncIterator[Both]:
    """For a whole story; nothing that the desk sent was wrong for either or is a fault in its log. ``config``: a
    template as ``CONFIG`` is one; ``rooms``: more channels of the staff's on Slack, that it names; ``faults``: the
    words that tell of one; ``settings``: more variables of the desk's."""
    async with DiscordServer() as discord, SlackServer() as slack:
        uni, campus = discord_desk.furnished(discord), slack_desk.furnished(slack)
        staff = [campus.asha, campus.lee, campus.ada]
        more = {room: slack.add_channel(room, members=staff, with_app=True).id for room in rooms}
        desk = _desk(folder, uni, campus, config, more, settings)
        await desk.start()
        try:
            await asyncio.gather(discord_desk.until_ready(uni), slack_desk.until_ready(campus, desk, mode="socket"))
            yield Both(uni, campus, desk)
            assert discord_steps.faults_of(discord) == []
            assert slack_steps.faults_of(slack) == []
            log = desk.log.read_text()
            assert [fault for fault in faults if fault in log] == []
        finally:
            await desk.stop()


def _desk(
    folder: Path, uni: University, campus: Campus, config: str, rooms: Mapping[str, str], settings: Mapping[str, str]
) -> DeskProcess:
    places = {
        "slack_triage": campus.triage,
        "slack_agents": campus.agents,
        "discord_triage": uni.platform_triage,
        "discord_notes": uni.triage,
        "discord_agents": uni.agents,
        "exams": uni.exams,
        "login": uni.login,
        "guild": uni.guild,
    }
    (folder / "bot.toml").write_text(config.format(**rooms, **{name: place.id for name, place in places.items()}))
    pointed = {
        "BOT_DISCORD__TOKEN": uni.server.token,
        "BOT_DISCORD__API_BASE": uni.server.api_base,
        "BOT_SLACK__BOT_TOKEN": campus.server.bot_token,
        "BOT_SLACK__APP_TOKEN": campus.server.app_token,
        "BOT_SLACK__API_BASE": campus.server.api_base,
    }
    return DeskProcess(folder, {**pointed, "BOT_SIMILAR__ENABLED": "false", **settings}, forked=True)
