"""``threaddesk check`` and ``threaddesk slack-manifest`` as an operator runs them, for a desk on Slack."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from adapters.slack.manifest import SCOPES
from bot.checkup import slack_requests
from bot.settings import load
from tests.fakes.process import threaddesk
from tests.fakes.slack_setup import AGENTS, APP_TOKEN, BOT_TOKEN, LEADS, SIGNING_SECRET, TRIAGE, SmallSlack

DESK = f"""\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"
slack = {{ triage_channel = "{TRIAGE}", user_group = "{AGENTS}" }}

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[slack]
command = "/desk-help"
user_groups = {{ agent = [], lead = ["{LEADS}"], admin = [] }}
"""


@pytest.fixture
async def slack() -> AsyncIterator[SmallSlack]:
    small = SmallSlack()
    await small.server.start_server()
    yield small
    await small.server.close()


async def run(folder: Path, slack: SmallSlack | None, *words: str, **environ: str) -> CompletedProcess[str]:
    (folder / "bot.toml").write_text(DESK, encoding="utf-8")
    settings = {"PYTHONIOENCODING": "utf-8", **environ}
    if slack is not None:
        settings |= {"BOT_SLACK__BOT_TOKEN": BOT_TOKEN, "BOT_SLACK__API_BASE": slack.base}
        settings.setdefault("BOT_SLACK__APP_TOKEN", APP_TOKEN)
    ended = await asyncio.to_thread(threaddesk, folder, *words, settings=settings)
    assert "hush" not in ended.stdout + ended.stderr
    assert SIGNING_SECRET not in ended.stdout + ended.stderr
    return ended


async def test_a_slack_that_is_set_up_right_gets_a_line_for_each_step(tmp_path: Path, slack: SmallSlack) -> None:
    ended = await run(tmp_path, slack, "check", BOT_SLACK__SIGNING_SECRET=SIGNING_SECRET)
    assert ended.returncode == 0, ended.stderr
    assert "\nSlack:\n  ✓ The token is that of the bot “helper” in the workspace “College”" in ended.stdout
    assert "  ✓ Socket Mode: the app token opens connections\n" in ended.stdout
    assert "  ✓ #triage of the team “Academics” is private, and the app is in it\n" in ended.stdout
    assert "  ✓ slack.user_groups.lead[0] is the user group @leads, of 1\n" in ended.stdout
    assert "  ✓ teams[0].slack.user_group is the user group @agents, of 4\n" in ended.stdout
    assert "✗" not in ended.stdout
    assert "Discord" not in ended.stdout


async def test_a_step_that_is_not_done_ends_it_with_its_mend_and_exit_code_1(tmp_path: Path, slack: SmallSlack) -> None:
    slack.scopes = [scope for scope in SCOPES if scope != "files:write"]
    ended = await run(tmp_path, slack, "check")
    assert ended.returncode == 1
    assert "  ✗ The app lacks the scopes files:write\n      Open https://api.slack.com/apps/" in ended.stdout
    assert "✓ #triage" in ended.stdout
    assert "Slack is not ready" in ended.stderr and "docs/slack.md" in ended.stderr
    assert "Traceback" not in ended.stderr


async def test_a_discord_that_is_not_ready_does_not_keep_slack_from_being_looked_at(
    tmp_path: Path, slack: SmallSlack
) -> None:
    broken = {"BOT_DISCORD__TOKEN": "MTIz.hush.hush-hush", "BOT_DISCORD__API_BASE": slack.base.rstrip("/")}
    ended = await run(tmp_path, slack, "check", **broken)
    assert ended.returncode == 1
    assert "Discord is not ready" in ended.stderr and "Slack is not ready" not in ended.stderr
    assert "  ✓ Socket Mode" in ended.stdout


async def test_offline_it_asks_nobody(tmp_path: Path, slack: SmallSlack) -> None:
    ended = await run(tmp_path, slack, "check", "--offline")
    assert ended.returncode == 0
    assert slack.asked == []


async def test_channels_without_a_token_are_said_to_be_unused(tmp_path: Path) -> None:
    ended = await run(tmp_path, None, "check")
    assert ended.returncode == 0
    assert "Slack: closed, since BOT_SLACK__BOT_TOKEN is not set; docs/slack.md" in ended.stdout


@pytest.mark.parametrize(
    ("url", "requests"),
    [
        ("https://desk.example.edu", "https://desk.example.edu/slack/events"),
        ("https://desk.example.edu/help", "https://desk.example.edu/help/slack/events"),
        ("http://desk.example.edu", None),
        ("https://localhost:8443", None),
        ("https://127.0.0.1", None),
        (None, None),
    ],
)
def test_slack_reaches_the_desk_by_tls_and_from_outside(url: str | None, requests: str | None, tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_text(DESK, encoding="utf-8")
    environ = {} if url is None else {"BOT_WEB__PUBLIC_URL": url}
    assert slack_requests(load(environ, tmp_path)) == requests


# --- the manifest --------------------------------------------------------------------------------------------------


async def test_the_manifest_is_printed_alone_and_needs_no_token(tmp_path: Path) -> None:
    ended = await run(tmp_path, None, "slack-manifest")
    assert (ended.returncode, ended.stderr) == (0, "")
    declared = json.loads(ended.stdout)
    assert declared["display_information"]["name"] == "Desk"
    assert declared["features"]["slash_commands"][0]["command"] == "/desk-help"
    assert declared["settings"]["socket_mode_enabled"] is True


async def test_the_manifest_for_http_names_the_desks_address(tmp_path: Path) -> None:
    ended = await run(tmp_path, None, "slack-manifest", "--http", BOT_WEB__PUBLIC_URL="https://desk.example.edu")
    settings = json.loads(ended.stdout)["settings"]
    assert settings["event_subscriptions"]["request_url"] == "https://desk.example.edu/slack/events"
    assert settings["socket_mode_enabled"] is False


async def test_without_an_address_there_is_no_manifest_for_http(tmp_path: Path) -> None:
    ended = await run(tmp_path, None, "slack-manifest", "--http", BOT_WEB__PUBLIC_URL="http://127.0.0.1:8080")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "BOT_WEB__PUBLIC_URL" in ended.stderr
