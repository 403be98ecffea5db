"""Slack in the settings: what opens the door, what the desk then is, and what people copy in place of the right one."""

import json
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.desk import Place
from core.model.people import Grant, Platform, Role
from core.model.thread import MessageKind

BOT_TOKEN = "xoxb-123456789012-1234567890123-hushHushHushHushHushHush"
APP_TOKEN = "xapp-1-A0123456789-1234567890123-hushhushhushhush"
SIGNING_SECRET = "0123456789abcdef" * 2
TRIAGE, AGENTS, LEADS = "C0123456789", "S0123456789", "S0123456788"
BASE = f"""\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"
slack = {{ triage_channel = "{TRIAGE}", user_group = "{AGENTS}" }}

[[teams]]
key = "life"
name = "Student life"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[[categories]]
key = "welfare"
name = "Welfare"
team = "life"
sensitive = true
staff = ["lead@example.com"]

[slack]
command = "/help-me"
user_groups = {{ agent = ["{AGENTS}"], lead = [], admin = ["{LEADS}"] }}
"""
ON = {"BOT_SLACK__BOT_TOKEN": BOT_TOKEN, "BOT_SLACK__APP_TOKEN": APP_TOKEN}


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    shown = "".join(traceback.format_exception(caught.value))
    assert "hush" not in shown.casefold() and SIGNING_SECRET not in shown
    (problem,) = caught.value.problems
    return problem


# --- the door ------------------------------------------------------------------------------------------------------


def test_the_bots_token_opens_the_door_and_the_desk_has_its_places(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, **ON), "http://127.0.0.1:9")
    assert desk.teams["academics"].places == (Place(Platform.SLACK, TRIAGE),)
    assert desk.teams["life"].places == ()
    assert not any(category.places for category in desk.categories.values())
    assert desk.messengers == desk.own_threads == {Platform.SLACK}


def test_without_the_token_the_channels_and_groups_of_the_file_are_not_used(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, BOT_SLACK__APP_TOKEN=APP_TOKEN), "http://127.0.0.1:9")
    assert not any(team.places for team in desk.teams.values())
    assert desk.group_grants == {}
    assert desk.messengers == desk.own_threads == frozenset()


def test_a_user_group_that_is_named_in_several_places_gives_all_that_they_say(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, **ON), "http://127.0.0.1:9")
    assert desk.group_grants == {
        (Platform.SLACK, AGENTS): {
            Grant(role=Role.AGENT, source=f"slack:{AGENTS}"),
            Grant(role=Role.AGENT, team="academics", source=f"slack:{AGENTS}"),
        },
        (Platform.SLACK, LEADS): {Grant(role=Role.ADMIN, source=f"slack:{LEADS}")},
    }


def test_a_desk_on_both_platforms_has_the_places_and_the_groups_of_both(tmp_path: Path) -> None:
    role, channel, token = "1" * 18, "2" * 18, "MTIz.hush.hush-hush"
    discord = f'discord = {{ triage_channel = "{channel}", role = "{role}" }}\nslack = '
    desk = desk_of(start(tmp_path, BASE.replace("slack = ", discord, 1), **ON, BOT_DISCORD__TOKEN=token), "")
    assert set(desk.teams["academics"].places) == {Place(Platform.DISCORD, channel), Place(Platform.SLACK, TRIAGE)}
    assert {platform for platform, _ in desk.group_grants} == {Platform.DISCORD, Platform.SLACK}
    assert desk.messengers == {Platform.DISCORD, Platform.SLACK}
    assert desk.own_threads == {Platform.SLACK}


def test_a_desk_with_slack_and_without_google_chat_needs_four_lines_and_the_shipped_file(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "bot.toml").read_text(encoding="utf-8")
    lines = ["BOT_DESK__DEMO=false", "BOT_ALERTS__PRIORITIES=[]", *(f"{name}={value}" for name, value in ON.items())]
    (tmp_path / ".env").write_text("\n".join(lines))
    settings = start(tmp_path, shipped)
    assert desk_of(settings, "").messengers == {Platform.SLACK}
    assert (settings.slack.command, settings.slack.staff_message_is) == ("/ticket", MessageKind.REPLY)


def test_the_signing_secret_will_do_in_place_of_the_app_token_and_beside_it(tmp_path: Path) -> None:
    alone = start(tmp_path, BOT_SLACK__BOT_TOKEN=BOT_TOKEN, BOT_SLACK__SIGNING_SECRET=SIGNING_SECRET)
    assert alone.slack.app_token is None
    assert start(tmp_path, **ON, BOT_SLACK__SIGNING_SECRET=SIGNING_SECRET).slack.app_token is not None


def test_a_desk_that_would_hear_nothing_is_told_both_ways_of_hearing(tmp_path: Path) -> None:
    problem = refused(tmp_path, BOT_SLACK__BOT_TOKEN=BOT_TOKEN)
    assert (problem.key, problem.place) == ("slack.bot_token", "environment variable BOT_SLACK__BOT_TOKEN")
    assert "hears nothing" in problem.wrong
    assert "BOT_SLACK__APP_TOKEN" in problem.mend and "BOT_SLACK__SIGNING_SECRET" in problem.mend


def test_the_demo_does_not_go_on_slack(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace('"Desk"', '"Desk"\ndemo = true'), **ON)
    assert problem.key == "slack.bot_token"
    assert "anybody in as its admin" in problem.wrong
    assert "desk.demo to false" in problem.mend


def test_lists_of_ids_may_come_from_the_environment(tmp_path: Path) -> None:
    groups = start(tmp_path, BOT_SLACK__USER_GROUPS__LEAD=json.dumps([LEADS])).slack.user_groups
    assert (groups.agent, groups.lead, groups.admin) == ((AGENTS,), (LEADS,), (LEADS,))


def test_plain_words_of_staff_may_be_notes(tmp_path: Path) -> None:
    assert start(tmp_path, BOT_SLACK__STAFF_MESSAGE_IS="note").slack.staff_message_is is MessageKind.NOTE
    problem = refused(tmp_path, BOT_SLACK__STAFF_MESSAGE_IS="notes")
    assert problem.mend == "Write one of: reply, note."


# --- secrets -------------------------------------------------------------------------------------------------------


def test_the_secrets_are_in_no_repr_and_in_no_list_of_settings(tmp_path: Path) -> None:
    settings = start(tmp_path, **ON, BOT_SLACK__SIGNING_SECRET=SIGNING_SECRET)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {effective(settings)}"
    assert "hush" not in shown.casefold() and SIGNING_SECRET not in shown
    listed = {key: (value, source) for key, value, source in effective(settings)}
    for name in ("bot_token", "app_token", "signing_secret"):
        assert listed[f"slack.{name}"] == ("(set)", f"environment variable BOT_SLACK__{name.upper()}")


@pytest.mark.parametrize(
    ("name", "value"), [("bot_token", BOT_TOKEN), ("app_token", APP_TOKEN), ("signing_secret", SIGNING_SECRET)]
)
def test_a_secret_in_the_file_is_refused(name: str, value: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE + f'{name} = "{value}"\n')
    assert (problem.key, problem.place) == (f"slack.{name}", "bot.toml line 28")
    assert f"BOT_SLACK__{name.upper()}" in problem.mend


WRONG = [
    ("BOT_TOKEN", "", "empty", "take the variable out"),
    ("BOT_TOKEN", f"Bearer {BOT_TOKEN}", "A word stands before", "Leave it out"),
    ("BOT_TOKEN", f'"{BOT_TOKEN}"', "not a token that begins with xoxb-", "Bot User OAuth Token"),
    ("BOT_TOKEN", f"{BOT_TOKEN}\n", "other characters", "whole, and alone"),
    ("BOT_TOKEN", "xoxp-1-hush", "the token of a person", "Bot User OAuth Token"),
    ("BOT_TOKEN", APP_TOKEN, "belongs into BOT_SLACK__APP_TOKEN", "OAuth & Permissions"),
    ("BOT_TOKEN", "xoxe.xoxb-1-hush", "token rotation is on", "Bot User OAuth Token"),
    ("BOT_TOKEN", "xoxs-hush", "a token of another sort", "Bot User OAuth Token"),
    ("BOT_TOKEN", SIGNING_SECRET, "a secret of the app", "Bot User OAuth Token"),
    ("BOT_TOKEN", "https://hooks.slack.com/services/T1/B1/hush", "a web address", "Bot User OAuth Token"),
    ("BOT_TOKEN", "A0123456789", "an id, and no secret", "Bot User OAuth Token"),
    ("APP_TOKEN", "", "empty", "take the variable out"),
    ("APP_TOKEN", BOT_TOKEN, "belongs into BOT_SLACK__BOT_TOKEN", "connections:write"),
    ("APP_TOKEN", "hush-hush", "not a token that begins with xapp-", "App-Level Tokens"),
    ("SIGNING_SECRET", "", "empty", "take the variable out"),
    ("SIGNING_SECRET", APP_TOKEN, "belongs into BOT_SLACK__APP_TOKEN", "App Credentials"),
    ("SIGNING_SECRET", f"v0={SIGNING_SECRET}", "32 characters", "App Credentials"),
    ("SIGNING_SECRET", SIGNING_SECRET[1:], "32 characters", "App Credentials"),
]


@pytest.mark.parametrize(("name", "value", "wrong", "mend"), WRONG)
def test_what_is_the_wrong_secret_is_told_by_what_it_is(
    name: str, value: str, wrong: str, mend: str, tmp_path: Path
) -> None:
    variable = f"BOT_SLACK__{name}"
    problem = refused(tmp_path, **{**ON, variable: value})
    assert (problem.key, problem.place) == (f"slack.{name.lower()}", f"environment variable {variable}")
    assert wrong in problem.wrong
    assert mend in problem.mend


# --- names and addresses -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ticket", "/", "/Ticket", "/my ticket", "/ticket\n", "/" + "x" * 32, "//x", "/é"])
def test_what_slack_takes_for_no_command_is_told(command: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BOT_SLACK__COMMAND=command)
    assert problem.key == "slack.command"
    assert '"/ticket"' in problem.mend


@pytest.mark.parametrize("command", ["/t", "/help_me-2", "/" + "x" * 31])
def test_a_command_has_small_letters_digits_and_two_marks(command: str, tmp_path: Path) -> None:
    assert start(tmp_path, BOT_SLACK__COMMAND=command).slack.command == command


@pytest.mark.parametrize(
    ("address", "base"),
    [
        ("https://slack.com/api/", "https://slack.com/api/"),
        ("https://slack-gov.com/api", "https://slack-gov.com/api/"),
        ("http://127.0.0.1:9000/api", "http://127.0.0.1:9000/api/"),
        ("http://localhost/api/", "http://localhost/api/"),
    ],
)
def test_the_api_may_be_another_address_and_ends_in_a_slash(address: str, base: str, tmp_path: Path) -> None:
    assert start(tmp_path, BOT_SLACK__API_BASE=address).slack.api_base == base


@pytest.mark.parametrize(
    ("address", "wrong"),
    [
        ("slack.com/api", "https://"),
        ("http://slack.com/api/", "for this computer only"),
        ("https://somebody@slack.com/api/", "https://"),
        ("https://slack.com/api/?x=1", "behind ? or #"),
        ("https://slack.com/api/#", "behind ? or #"),
        ("wss://slack.com/api/", "https://"),
        ("https://slack.com:port/", "https://"),
    ],
)
def test_an_address_that_tokens_must_not_go_to_is_refused(address: str, wrong: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BOT_SLACK__API_BASE=address)
    assert problem.key == "slack.api_base"
    assert wrong in problem.wrong


@pytest.mark.parametrize(
    ("shape", "wrong"),
    [
        ("#triage", "not the id of a channel"),
        ("c0123456789", "not the id of a channel"),
        ("https://college.slack.com/archives/C0123456789", "not the id of a channel"),
        ("D0123456789", "no channel's"),
        ("S0123456789", "no channel's"),
        ("C1", "not the id of a channel"),
    ],
)
def test_a_channels_id_in_the_wrong_shape_says_where_to_copy_it(shape: str, wrong: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(TRIAGE, shape))
    assert (problem.key, problem.place) == ("teams[0].slack.triage_channel", "bot.toml line 7")
    assert wrong in problem.wrong
    assert "bottom of About" in problem.mend


@pytest.mark.parametrize("shape", ["@agents", "U0123456789", "s0123456789", TRIAGE])
@pytest.mark.parametrize(
    ("known", "key"), [(AGENTS, "teams[0].slack.user_group"), (LEADS, "slack.user_groups.admin[0]")]
)
def test_a_user_groups_id_in_the_wrong_shape_says_where_to_copy_it(
    known: str, key: str, shape: str, tmp_path: Path
) -> None:
    problem = refused(tmp_path, BASE.replace(f'agent = ["{AGENTS}"]', "agent = []").replace(known, shape))
    assert problem.key == key
    assert "Copy group ID" in problem.mend


def test_the_same_group_twice_in_a_list_is_told(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(f'["{LEADS}"]', f'["{LEADS}", "{LEADS}"]'))
    assert "the same" in problem.wrong


def test_a_key_that_slack_does_not_have_here_is_told_with_those_it_has(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace("triage_channel", "channel"))
    assert problem.key == "teams[0].slack.channel"
    assert "triage_channel, user_group" in problem.mend


def test_teams_may_share_a_triage_channel(tmp_path: Path) -> None:
    toml = BASE.replace('name = "Student life"', f'name = "L"\nslack = {{ triage_channel = "{TRIAGE}" }}')
    desk = desk_of(start(tmp_path, toml, **ON), "")
    assert desk.teams["academics"].places == desk.teams["life"].places
