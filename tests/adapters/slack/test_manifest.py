"""The app manifest, within what https://docs.slack.dev/reference/app-manifest and Slack itself take."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.manifest import EVENTS, SCOPES, SHORTCUTS, Shortcut, manifest
from bot.desk import vocabulary_of
from core import limits
from core.model.desk import Desk
from core.vocabulary import Vocabulary
from tests.fakes.slack.settings import Installed

DESK = Desk(name="Desk", time_zone="UTC", teams={}, categories={}, public_url="https://desk.example.edu")
WORDS = vocabulary_of(DESK)
URL = "https://desk.example.edu/slack/events"

NEEDED = {
    "app_home_opened": None,
    "app_mention": "app_mentions:read",
    "app_uninstalled": None,
    "group_archive": "groups:read",
    "group_deleted": "groups:read",
    "group_left": "groups:read",
    "group_rename": "groups:read",
    "group_unarchive": "groups:read",
    "member_left_channel": "groups:read",
    "message.groups": "groups:history",
    "message.im": "im:history",
    "reaction_added": "reactions:read",
    "reaction_removed": "reactions:read",
    "subteam_members_changed": "usergroups:read",
    "subteam_updated": "usergroups:read",
    "tokens_revoked": None,
    "user_change": "users:read",
}
"""Slack refuses a manifest with an event whose scope is not asked for (each event's page names it)."""


def made(name: str = "Student Support", url: str | None = None, words: Vocabulary = WORDS) -> dict[str, Any]:
    return manifest(words, desk_name=name, command="/ticket", request_url=url)


def test_every_event_has_its_scope_and_nothing_is_asked_for_twice() -> None:
    assert dict.fromkeys(EVENTS) == dict.fromkeys(NEEDED)
    assert {scope for scope in NEEDED.values() if scope} <= SCOPES.keys()
    assert len(set(EVENTS)) == len(EVENTS)


def test_what_the_app_declares_has_the_scopes_that_slack_demands_for_it() -> None:
    declared = made()
    assert declared["oauth_config"] == {"scopes": {"bot": list(SCOPES)}}
    assert declared["features"]["bot_user"]["always_online"] is True
    assert "commands" in SCOPES
    assert declared["features"]["app_home"] == {
        "home_tab_enabled": True,
        "messages_tab_enabled": True,
        "messages_tab_read_only_enabled": False,
    }


def test_in_socket_mode_it_names_no_address() -> None:
    declared = made()
    assert declared["settings"] == {
        "event_subscriptions": {"bot_events": list(EVENTS)},
        "interactivity": {"is_enabled": True},
        "org_deploy_enabled": False,
        "socket_mode_enabled": True,
        "token_rotation_enabled": False,
    }
    assert "url" not in declared["features"]["slash_commands"][0]


def test_over_http_every_request_comes_to_the_one_address() -> None:
    declared = made(url=URL)
    assert declared["settings"]["event_subscriptions"] == {"request_url": URL, "bot_events": list(EVENTS)}
    assert declared["settings"]["interactivity"] == {"is_enabled": True, "request_url": URL}
    assert declared["settings"]["socket_mode_enabled"] is False
    assert declared["features"]["slash_commands"][0]["url"] == URL


def test_the_command_tells_what_may_follow_it_and_gives_people_as_ids() -> None:
    (command,) = made()["features"]["slash_commands"]
    assert command["command"] == "/ticket"
    assert command["should_escape"] is True
    words = command["usage_hint"].split(" | ")
    assert words[:2] == ["open", "list"]
    assert {"resolve", "queue", "staff", "help", "desk"} <= set(words)
    assert "ticket" not in words


def test_each_shortcut_is_declared_once_within_slacks_limits() -> None:
    assert [one.id for one in SHORTCUTS] == list(Shortcut)
    declared = made()["features"]["shortcuts"]
    assert [one["type"] for one in declared] == ["global", "message", "message", "message"]
    for one in declared:
        assert 0 < len(one["name"]) <= 24
        assert 0 < len(one["description"]) <= 150
        assert 0 < len(one["callback_id"]) <= 255


@pytest.mark.parametrize(
    ("name", "handle"),
    [
        ("Student Support", "Student Support"),
        ("Étudiants & Café", "Etudiants Cafe"),
        ("छात्र सहायता", "Support desk"),
        ("  ", "Support desk"),
        ("x" * limits.NAME, "x" * limits.NAME),
        ("<!channel> `help`", "channel help"),
    ],
)
def test_whatever_the_desk_is_called_its_names_fit(name: str, handle: str) -> None:
    declared = made(name)
    shown = declared["display_information"]
    assert 0 < len(shown["name"]) <= 35
    assert 0 < len(shown["description"]) < 140
    assert 174 < len(shown["long_description"]) <= 4_000
    assert declared["features"]["bot_user"]["display_name"] == handle
    assert len(handle) <= 80 and re.fullmatch(r"[A-Za-z0-9._ -]+", handle)
    assert len(declared["features"]["slash_commands"][0]["description"]) <= 2_000


def test_a_vocabulary_of_any_size_fits() -> None:
    many = Vocabulary(commands=tuple(WORDS.commands) * 20, choices={})
    assert len(made(words=many)["features"]["slash_commands"][0]["usage_hint"]) <= 1_000


@pytest.mark.parametrize("url", [None, URL])
def test_the_stand_in_is_installed_as_it_says(url: str | None) -> None:
    installed, usual = Installed(), Installed()
    installed.take(made(url=url))
    assert (installed.scopes, installed.events, installed.commands) == (usual.scopes, usual.events, usual.commands)
    assert installed.global_shortcuts.keys() == usual.global_shortcuts.keys()
    assert installed.message_shortcuts.keys() == usual.message_shortcuts.keys()
    assert installed.escape_commands and installed.home and installed.messages_tab and installed.interactive


def test_it_is_json() -> None:
    declared = made(url=URL)
    assert json.loads(json.dumps(declared)) == declared


def test_the_guide_says_of_each_scope_what_it_is_for() -> None:
    guide = (Path(__file__).parents[3] / "docs" / "slack.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z_.]+(?::[a-z_.]+)?)` \| (.+) \|$", guide, re.MULTILINE)
    assert dict(rows).items() >= SCOPES.items()
    for one in SHORTCUTS:
        assert one.name in guide
