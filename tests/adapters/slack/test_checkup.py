"""The steps of docs/slack.md, asked over real HTTP of a small Slack that is set up right, and then wrongly."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.chat.steps import Step
from adapters.slack.asking import asking
from adapters.slack.checkup import Setup, StaffGroup, TriageChannel, checkup
from adapters.slack.config import SlackConfig
from adapters.slack.manifest import SCOPES
from tests.fakes.slack_setup import (
    AGENTS,
    APP,
    APP_TOKEN,
    BOT_TOKEN,
    LEADS,
    SECOND,
    SIGNING_SECRET,
    TRIAGE,
    SmallSlack,
)


def setup_of(slack: SmallSlack, **config: Any) -> Setup:
    tokens = {"bot_token": BOT_TOKEN, "app_token": APP_TOKEN, "api_base": slack.base, **config}
    return Setup(
        config=SlackConfig(**tokens),
        request_url=None,
        triage=[TriageChannel(name="Academics", channel=TRIAGE), TriageChannel(name="Finance", channel=SECOND)],
        groups=[
            StaffGroup(id=LEADS, key="slack.user_groups.lead[0]"),
            StaffGroup(id=AGENTS, key="teams[0].slack.user_group"),
        ],
    )


async def steps(slack: SmallSlack, setup: Setup | None = None) -> list[Step]:
    setup = setup or setup_of(slack)
    async with asking(setup.config) as questions:
        told = [step async for step in checkup(questions, setup)]
    assert "hush" not in f"{told} {setup}"
    assert SIGNING_SECRET not in f"{told} {setup}"
    return told


async def undone(slack: SmallSlack, setup: Setup | None = None) -> Step:
    """The one step that is not done."""
    (step,) = [step for step in await steps(slack, setup) if not step.done]
    assert step.mend
    return step


@pytest.fixture
async def slack() -> AsyncIterator[SmallSlack]:
    small = SmallSlack()
    await small.server.start_server()
    yield small
    await small.server.close()


# --- set up right --------------------------------------------------------------------------------------------------


async def test_a_slack_that_is_set_up_right_has_a_line_for_each_step_and_nothing_to_mend(slack: SmallSlack) -> None:
    assert await steps(slack) == [
        Step(True, "The token is that of the bot “helper” in the workspace “College” (https://college.slack.com/)"),
        Step(True, "The app has every scope it needs"),
        Step(True, "Socket Mode: the app token opens connections"),
        Step(True, "#triage of the team “Academics” is private, and the app is in it"),
        Step(True, "#finance of the team “Finance” is private, and the app is in it"),
        Step(True, "slack.user_groups.lead[0] is the user group @leads, of 1"),
        Step(True, "teams[0].slack.user_group is the user group @agents, of 4"),
    ]


async def test_it_asks_nothing_that_changes_anything(slack: SmallSlack) -> None:
    await steps(slack)
    asked = {method for method, _ in slack.asked}
    assert asked == {"auth.test", "bots.info", "apps.connections.open", "conversations.info", "usergroups.list"}
    assert "hush" not in f"{[given for _, given in slack.asked]}"


async def test_a_desk_whose_staff_is_elsewhere_needs_no_channel_and_no_group(slack: SmallSlack) -> None:
    told = await steps(slack, replace(setup_of(slack), triage=[], groups=[]))
    assert all(step.done for step in told)
    assert "No team has a triage channel" in told[-1].name
    assert "usergroups.list" not in {method for method, _ in slack.asked}


# --- the bot's token, its scopes -----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "invalid_auth"])
async def test_a_token_that_slack_does_not_know_ends_it(error: str, slack: SmallSlack) -> None:
    slack.said["auth.test"] = error
    (step,) = await steps(slack)
    assert step.name == f"Slack does not know the bot's token ({error})"
    assert "Install App" in step.mend and "BOT_SLACK__BOT_TOKEN" in step.mend


@pytest.mark.parametrize("scope", SCOPES)
async def test_each_scope_that_the_app_lacks_is_named(scope: str, slack: SmallSlack) -> None:
    slack.scopes = [one for one in SCOPES if one != scope]
    step = await undone(slack)
    assert step.name == f"The app lacks the scopes {scope}"
    assert f"https://api.slack.com/apps/{APP}, App Manifest" in step.mend
    assert "threaddesk slack-manifest" in step.mend and "Reinstall" in step.mend


async def test_scopes_that_nobody_needs_are_named_and_nothing_to_mend(slack: SmallSlack) -> None:
    slack.scopes = [*SCOPES, "channels:history", "admin"]
    told = await steps(slack)
    assert all(step.done for step in told)
    assert any(step.name.endswith("does not use: admin, channels:history") for step in told)


async def test_a_proxy_that_drops_the_scopes_is_no_mistake(slack: SmallSlack) -> None:
    slack.scopes = None
    told = await steps(slack)
    assert all(step.done for step in told)
    assert "did not tell" in told[1].name


async def test_an_app_that_may_not_be_asked_for_is_only_named_less_exactly(slack: SmallSlack) -> None:
    slack.said["bots.info"] = "missing_scope"
    slack.scopes = [one for one in SCOPES if one != "users:read"]
    assert "https://api.slack.com/apps, your app, App Manifest" in (await undone(slack)).mend


# --- how Slack is heard --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "name", "mend"),
    [
        ("invalid_auth", "does not know the app token", "App-Level Tokens"),
        ("missing_scope", "lacks the scope connections:write", "App-Level Tokens"),
        ("socket_mode_off", "opens no connection (socket_mode_off)", "Enable Socket Mode"),
    ],
)
async def test_an_app_token_that_opens_nothing_is_told(error: str, name: str, mend: str, slack: SmallSlack) -> None:
    slack.said["apps.connections.open"] = error
    step = await undone(slack)
    assert name in step.name
    assert mend in step.mend


async def test_an_app_token_of_another_app_is_told(slack: SmallSlack) -> None:
    slack.said["bots.info"]["bot"]["app_id"] = "A0000000077"
    step = await undone(slack)
    assert step.name == f"The app token is of another app ({APP}) than the bot's token (A0000000077)"


async def test_without_socket_mode_the_desk_has_an_address_that_slack_can_reach(slack: SmallSlack) -> None:
    setup = setup_of(slack, app_token=None, signing_secret=SIGNING_SECRET)
    told = await steps(slack, replace(setup, request_url="https://desk.example.edu/slack/events"))
    assert all(step.done for step in told)
    assert "https://desk.example.edu/slack/events" in told[2].name
    assert "apps.connections.open" not in {method for method, _ in slack.asked}


async def test_an_address_that_slack_cannot_reach_is_told(slack: SmallSlack) -> None:
    step = await undone(slack, setup_of(slack, app_token=None, signing_secret=SIGNING_SECRET))
    assert "Slack cannot reach the desk" in step.name
    assert "BOT_WEB__PUBLIC_URL" in step.mend and "BOT_SLACK__APP_TOKEN" in step.mend


# --- triage channels -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "name", "mend"),
    [
        ({"is_member": False}, "The app is not in #triage of the team “Academics”", "/invite @helper"),
        ({"is_archived": True}, "#triage of the team “Academics” is archived", "Unarchive"),
        ({"is_private": False}, "#triage of the team “Academics” is public", "Change to a private channel"),
        ({"is_ext_shared": True}, "shared with another organisation", "of your own"),
        ({"is_im": True}, "names for the team “Academics” is no channel", "Channel ID"),
        ({"error": "channel_not_found"}, f"not in the channel {TRIAGE} of the team “Academics”", "/invite @helper"),
        ({"error": "missing_scope", "needed": "channels:read"}, "is public: everybody", "private channel"),
        ({"error": "missing_scope", "needed": "groups:read"}, "may not be looked at", "scopes"),
    ],
)
async def test_a_triage_channel_that_cannot_be_used_is_told_with_the_reason(
    change: dict[str, Any], name: str, mend: str, slack: SmallSlack
) -> None:
    slack.channels[TRIAGE] = {**({} if "error" in change else slack.channels[TRIAGE]), **change}
    step = await undone(slack)
    assert name in step.name
    assert mend in step.mend


# --- user groups ---------------------------------------------------------------------------------------------------


async def test_a_user_group_that_is_not_there_is_told(slack: SmallSlack) -> None:
    step = await undone(slack, replace(setup_of(slack), groups=[StaffGroup(id="S9", key="slack.user_groups.admin[0]")]))
    assert step.name == "slack.user_groups.admin[0]: there is no user group S9"
    assert "Copy group ID" in step.mend


@pytest.mark.parametrize(
    ("change", "words"), [({"date_delete": 1}, "is disabled"), ({"user_count": 0}, "nobody is in the user group")]
)
async def test_a_user_group_that_makes_nobody_staff_is_told(
    change: dict[str, Any], words: str, slack: SmallSlack
) -> None:
    slack.said["usergroups.list"]["usergroups"][0].update(change)
    step = await undone(slack)
    assert words in step.name and "@agents" in step.name


async def test_user_groups_that_may_not_be_asked_for_are_told_once(slack: SmallSlack) -> None:
    slack.said["usergroups.list"] = {"error": "missing_scope", "needed": "usergroups:read"}
    assert (await undone(slack)).name == "The user groups may not be looked at"


# --- no answer -----------------------------------------------------------------------------------------------------


async def test_a_slack_that_cannot_be_reached_is_a_sentence(slack: SmallSlack) -> None:
    setup = setup_of(slack)
    await slack.server.close()
    (step,) = await steps(slack, setup)
    assert not step.done
    assert "cannot be reached" in step.mend


@pytest.mark.parametrize("answer", [b"<html>Welcome</html>", {"hello": "world"}, ["list"], b"{"])
async def test_somebody_else_at_the_address_is_a_sentence(answer: Any, slack: SmallSlack) -> None:
    slack.said["auth.test"] = answer
    (step,) = await steps(slack)
    assert not step.done
    assert "not Slack's API" in step.mend and "api_base" in step.mend


@pytest.mark.parametrize("trouble", [503, "fatal_error", "method_deprecated"])
async def test_trouble_on_slacks_side_is_a_sentence_and_what_was_known_is_kept(
    trouble: object, slack: SmallSlack
) -> None:
    slack.said["usergroups.list"] = trouble
    told = await steps(slack)
    assert [step.done for step in told] == [True] * 5 + [False]
    assert "usergroups.list" in told[-1].mend and "slack-status.com" in told[-1].mend


async def test_a_rate_limit_is_waited_out(slack: SmallSlack) -> None:
    slack.busy = 2
    assert all(step.done for step in await steps(slack))


@pytest.mark.parametrize(("busy", "after"), [(3, "0"), (1, "31")])
async def test_a_rate_limit_that_lasts_is_a_step_that_is_not_done_yet(busy: int, after: str, slack: SmallSlack) -> None:
    slack.busy, slack.retry_after = busy, after
    (step,) = await steps(slack)
    assert "rate limit" in step.mend and "try again in a minute" in step.mend
