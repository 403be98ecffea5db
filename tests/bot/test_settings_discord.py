"""Discord in the settings: what opens the door, what the desk then is, and the mistakes that would let people in."""

import json
import traceback
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.desk import Place
from core.model.people import Grant, Platform, Role

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GhUsHh.hush-hush_hush-hush_hush-hush_hush-hus"
GUILD, STAFF, TRIAGE, EXAMS, WELFARE = (str(10**17 + number) for number in range(5))
BASE = f"""\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"
discord = {{ triage_channel = "{TRIAGE}", role = "{STAFF}" }}

[[teams]]
key = "life"
name = "Student life"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
discord = {{ channel = "{EXAMS}" }}

[[categories]]
key = "welfare"
name = "Welfare"
team = "life"
sensitive = true
staff = ["lead@example.com"]
discord = {{ channel = "{WELFARE}" }}

[discord]
guilds = ["{GUILD}"]
roles = {{ agent = ["{STAFF}"], lead = [], admin = ["{STAFF}"] }}
"""
ON = {"BOT_DISCORD__TOKEN": TOKEN}


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    assert "hush-hush" not in "".join(traceback.format_exception(caught.value))
    (problem,) = caught.value.problems
    return problem


# --- the door ------------------------------------------------------------------------------------------------------


def test_the_token_opens_the_door_and_the_desk_has_its_places(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, **ON), "http://127.0.0.1:9")
    assert desk.teams["academics"].places == (Place(Platform.DISCORD, TRIAGE),)
    assert desk.teams["life"].places == ()
    assert desk.categories["exams"].places == (Place(Platform.DISCORD, EXAMS),)
    assert desk.categories["welfare"].places == (Place(Platform.DISCORD, WELFARE),)


def test_without_the_token_the_channels_and_roles_of_the_file_are_not_used(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path), "http://127.0.0.1:9")
    assert not any(team.places for team in desk.teams.values())
    assert not any(category.places for category in desk.categories.values())
    assert desk.group_grants == {}


def test_a_role_that_is_named_in_several_places_gives_all_that_they_say(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, **ON), "http://127.0.0.1:9")
    source = f"discord:{STAFF}"
    assert desk.group_grants == {
        (Platform.DISCORD, STAFF): {
            Grant(role=Role.AGENT, source=source),
            Grant(role=Role.AGENT, team="academics", source=source),
            Grant(role=Role.ADMIN, source=source),
        }
    }


def test_a_desk_with_discord_and_without_google_chat_needs_three_lines_and_the_shipped_file(tmp_path: Path) -> None:
    shipped = (Path(__file__).parents[2] / "bot.toml").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(f"BOT_DESK__DEMO=false\nBOT_ALERTS__PRIORITIES=[]\nBOT_DISCORD__TOKEN={TOKEN}\n")
    settings = start(tmp_path, shipped)
    assert not desk_of(settings, "http://127.0.0.1:9").alert_priorities
    assert settings.gchat_spaces() == {}


def test_an_alert_space_without_its_url_says_how_to_do_without_alerts(tmp_path: Path) -> None:
    toml = BASE + '[[alerts.spaces]]\nkey = "leads"\n'
    problem = refused(tmp_path, toml, **ON)
    assert problem.key == "alerts.spaces[0]"
    assert "priorities = []" in problem.mend


def test_the_api_may_be_another_address(tmp_path: Path) -> None:
    assert start(tmp_path).discord.api_base == "https://discord.com/api/v10"
    assert start(tmp_path, BOT_DISCORD__API_BASE="http://proxy:8000/api").discord.api_base == "http://proxy:8000/api"
    assert "slash" in refused(tmp_path, BOT_DISCORD__API_BASE="http://proxy:8000/api/").wrong
    assert "web address" in refused(tmp_path, BOT_DISCORD__API_BASE="proxy:8000").wrong


def test_lists_of_ids_may_come_from_the_environment(tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_DISCORD__GUILDS="[]", BOT_DISCORD__ROLES__LEAD=json.dumps([STAFF]))
    assert settings.discord.guilds == ()
    assert (settings.discord.roles.lead, settings.discord.roles.admin) == ((STAFF,), (STAFF,))


# --- the token -----------------------------------------------------------------------------------------------------


def test_the_token_is_in_no_repr_and_in_no_list_of_settings(tmp_path: Path) -> None:
    settings = start(tmp_path, **ON)
    assert "hush-hush" not in f"{settings!r} {settings} {settings.model_dump_json()} {effective(settings)}"
    shown = {key: (value, source) for key, value, source in effective(settings)}
    assert shown["discord.token"] == ("(set)", "environment variable BOT_DISCORD__TOKEN")


@pytest.mark.parametrize(
    ("token", "wrong"),
    [
        ("", "empty"),
        (f"Bot {TOKEN}", "A word stands before"),
        ("123456789012345678", "an id, not the bot's token"),
        ("hush-hush-_client_secret_00000", "not a bot's token"),
        ("hush-hush.two", "not a bot's token"),
        (f"{TOKEN}\n", "not a bot's token"),
        (f'"{TOKEN}"', "not a bot's token"),
    ],
)
def test_what_is_no_bots_token_is_told_by_what_it_is(token: str, wrong: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BOT_DISCORD__TOKEN=token)
    assert (problem.key, problem.place) == ("discord.token", "environment variable BOT_DISCORD__TOKEN")
    assert wrong in problem.wrong
    assert "Developer Portal" in problem.mend or "Leave it out" in problem.mend


def test_a_token_in_the_file_is_refused(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE + f'token = "{TOKEN}"\n')
    assert (problem.key, problem.place) == ("discord.token", "bot.toml line 30")
    assert "BOT_DISCORD__TOKEN" in problem.mend


def test_the_demo_does_not_go_on_discord(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace('"Desk"', '"Desk"\ndemo = true'), **ON)
    assert problem.key == "discord.token"
    assert "anybody in as its admin" in problem.wrong
    assert "desk.demo to false" in problem.mend


# --- ids -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", ["exams", "12345", "1" * 21, "<#123456789012345678>", "१२३४५६७८९०१२३४५६"])
@pytest.mark.parametrize(
    ("known", "key"),
    [
        (GUILD, "discord.guilds[0]"),
        (TRIAGE, "teams[0].discord.triage_channel"),
        (EXAMS, "categories[0].discord.channel"),
    ],
)
def test_an_id_in_the_wrong_shape_says_where_to_copy_it(known: str, key: str, shape: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(known, shape))
    assert problem.key == key
    assert "15 to 20 digits" in problem.wrong
    assert "Developer Mode" in problem.mend


def test_an_id_without_quotes_is_told_to_have_some(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(f'channel = "{EXAMS}"', f"channel = {EXAMS}"))
    assert (problem.key, problem.place) == ("categories[0].discord.channel", "bot.toml line 17")
    assert "quotes" in problem.mend


def test_a_key_that_discord_does_not_have_here_is_told_with_those_it_has(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace("{ channel =", "{ chanel =", 1))
    assert problem.key == "categories[0].discord.chanel"
    assert "Did you mean “channel”?" in problem.mend


def test_the_same_id_twice_in_a_list_is_told(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(f'["{GUILD}"]', f'["{GUILD}", "{GUILD}"]'))
    assert "the same" in problem.wrong


# --- who would be let in -------------------------------------------------------------------------------------------


def test_a_category_does_not_bring_students_into_a_triage_channel(tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(EXAMS, TRIAGE))
    assert (problem.key, problem.place) == ("categories[0].discord.channel", "bot.toml line 17")
    assert "triage channel of the team “academics”" in problem.wrong


@pytest.mark.parametrize("sensitive", ["true", '"yes"'])
def test_a_sensitive_category_has_a_channel_of_its_own(sensitive: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(EXAMS, WELFARE).replace("sensitive = true", f"sensitive = {sensitive}"))
    assert problem.key == "categories[1].discord.channel"
    assert "of its own" in problem.mend


def test_common_categories_may_share_a_channel_and_teams_too(tmp_path: Path) -> None:
    toml = BASE.replace('sensitive = true\nstaff = ["lead@example.com"]\n', "").replace(WELFARE, EXAMS)
    toml = toml.replace('name = "Student life"', f'name = "L"\ndiscord = {{ triage_channel = "{TRIAGE}" }}')
    desk = desk_of(start(tmp_path, toml, **ON), "http://127.0.0.1:9")
    assert desk.categories["exams"].places == desk.categories["welfare"].places
    assert desk.teams["academics"].places == desk.teams["life"].places


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        (f'role = "{STAFF}"', f'role = "{GUILD}"', "teams[0].discord.role"),
        (f'admin = ["{STAFF}"]', f'admin = ["{STAFF}", "{GUILD}"]', "discord.roles.admin[1]"),
    ],
)
def test_everyone_is_no_role_of_staff(old: str, new: str, key: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE.replace(old, new))
    assert problem.key == key
    assert "@everyone" in problem.wrong
