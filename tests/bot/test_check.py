"""``threaddesk check`` as an operator runs it: settings, database, and a line for each step on Discord."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from bot.checkup import discord_setup
from bot.settings import load
from tests.fakes.discord_setup import AGENTS, EXAMS, GUILD, TOKEN, TRIAGE, WELFARE, SmallDiscord
from tests.fakes.process import threaddesk

DESK = f"""\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"
discord = {{ triage_channel = "{TRIAGE}", role = "{AGENTS}" }}

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
discord = {{ channel = "{EXAMS}" }}

[[categories]]
key = "welfare"
name = "Welfare"
team = "academics"
sensitive = true
staff = ["lead@example.com"]
discord = {{ channel = "{WELFARE}" }}

[discord]
guilds = ["{GUILD}"]
"""


@pytest.fixture
async def discord() -> AsyncIterator[SmallDiscord]:
    small = SmallDiscord()
    await small.server.start_server()
    yield small
    await small.server.close()


async def check(folder: Path, discord: SmallDiscord | None, *words: str) -> CompletedProcess[str]:
    (folder / "bot.toml").write_text(DESK, encoding="utf-8")
    settings = {"PYTHONIOENCODING": "utf-8"}
    if discord is not None:
        settings |= {"BOT_DISCORD__TOKEN": TOKEN, "BOT_DISCORD__API_BASE": discord.base}
    return await asyncio.to_thread(threaddesk, folder, "check", *words, settings=settings)


async def test_a_discord_that_is_set_up_right_gets_a_line_for_each_step(tmp_path: Path, discord: SmallDiscord) -> None:
    ended = await check(tmp_path, discord)
    assert ended.returncode == 0, ended.stderr
    assert "The settings are right" in ended.stdout
    assert "  ✓ The bot is on the server “College”\n" in ended.stdout
    assert "  ✓ teams[0].discord.role is the role “Agents” of “College”\n" in ended.stdout
    assert "https://discord.com/oauth2/authorize?client_id=" in ended.stdout
    assert "✗" not in ended.stdout
    assert TOKEN not in ended.stdout + ended.stderr


async def test_a_step_that_is_not_done_ends_it_with_its_mend_and_exit_code_1(
    tmp_path: Path, discord: SmallDiscord
) -> None:
    discord.answers["/applications/@me"]["flags"] = 0
    ended = await check(tmp_path, discord)
    assert ended.returncode == 1
    assert "  ✗ Message Content Intent is off\n      Open https://discord.com/developers/" in ended.stdout
    assert "✓ The bot is on the server" in ended.stdout
    assert "Discord is not ready" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_offline_it_asks_nobody(tmp_path: Path, discord: SmallDiscord) -> None:
    ended = await check(tmp_path, discord, "--offline")
    assert ended.returncode == 0
    assert discord.asked == []


async def test_channels_without_a_token_are_said_to_be_unused(tmp_path: Path) -> None:
    ended = await check(tmp_path, None)
    assert ended.returncode == 0
    assert "Discord: closed, since BOT_DISCORD__TOKEN is not set" in ended.stdout


def test_leads_and_agents_see_a_common_categorys_threads_and_none_of_them_a_sensitive_ones(tmp_path: Path) -> None:
    lead = "900000000000000050"
    (tmp_path / "bot.toml").write_text(DESK, encoding="utf-8")
    setup = discord_setup(load({"BOT_DISCORD__ROLES__LEAD": f'["{lead}"]'}, tmp_path))
    exams, welfare = setup.categories
    assert (exams.staff, welfare.staff) == ({AGENTS, lead}, {AGENTS, lead})
    assert [role.key for role in setup.roles] == ["discord.roles.lead[0]", "teams[0].discord.role"]
