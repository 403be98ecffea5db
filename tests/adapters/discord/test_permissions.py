"""Permission bits, and the rule by which a server's roles and a channel's settings become them."""

from urllib.parse import parse_qs, urlsplit

import discord
import pytest

from adapters.discord.permissions import (
    INVITE,
    REQUESTER_CHANNEL,
    TRIAGE_CHANNEL,
    Overwrite,
    Permission,
    computed,
    invite_url,
    missing,
)

VIEW, SEND, FILES = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.ATTACH_FILES


@pytest.mark.parametrize("permission", Permission)
def test_each_bit_is_that_of_the_library_and_has_words(permission: Permission) -> None:
    assert getattr(discord.Permissions(permission), permission.name.lower())
    assert missing(0, permission) == [permission.name.replace("_", " ").title().replace(" In ", " in ")]


def test_missing_is_what_is_needed_and_not_there() -> None:
    assert missing(VIEW | FILES, VIEW | SEND) == ["Send Messages"]
    assert missing(REQUESTER_CHANNEL, REQUESTER_CHANNEL) == []


def test_the_invitation_has_all_that_any_channel_needs_and_no_more() -> None:
    url = invite_url("42")
    assert url.startswith("https://discord.com/oauth2/authorize?client_id=42&")
    asked = int(parse_qs(urlsplit(url).query)["permissions"][0])
    assert asked == INVITE == REQUESTER_CHANNEL | TRIAGE_CHANNEL
    assert not discord.Permissions(asked).administrator
    assert not discord.Permissions(asked).mention_everyone


@pytest.mark.parametrize(
    ("roles", "has", "overwrites", "member", "allowed"),
    [
        ({"g": VIEW, "a": SEND}, (), (), "", VIEW),
        ({"g": VIEW, "a": SEND}, ("a",), (), "", VIEW | SEND),
        ({"g": VIEW, "a": SEND}, ("a", "gone"), (), "", VIEW | SEND),
        ({"g": VIEW | SEND}, (), (Overwrite("g", 0, SEND),), "", VIEW),
        ({"g": VIEW, "a": 0}, ("a",), (Overwrite("a", SEND, 0), Overwrite("g", 0, SEND | VIEW)), "", SEND),
        ({"g": 0}, ("a", "b"), (Overwrite("a", SEND, 0), Overwrite("b", 0, SEND)), "", SEND),
        ({"g": 0}, ("a",), (Overwrite("m", 0, SEND), Overwrite("a", SEND, 0)), "m", 0),
        ({"g": 0}, (), (Overwrite("m", FILES, 0), Overwrite("n", SEND, 0)), "m", FILES),
        ({"g": 0}, (), (Overwrite("a", SEND, 0),), "", 0),
    ],
)
def test_everyone_then_the_roles_then_the_member(
    roles: dict[str, int], has: tuple[str, ...], overwrites: tuple[Overwrite, ...], member: str, allowed: int
) -> None:
    assert computed(guild="g", roles=roles, has=has, overwrites=overwrites, member=member) == allowed


def test_owners_and_administrators_are_denied_nothing() -> None:
    denied = (Overwrite("g", 0, VIEW | SEND),)
    assert missing(computed(guild="g", roles={"g": 0}, has=(), overwrites=denied, owner=True), INVITE) == []
    roles = {"g": 0, "a": int(Permission.ADMINISTRATOR)}
    assert missing(computed(guild="g", roles=roles, has=("a",), overwrites=denied), INVITE) == []
