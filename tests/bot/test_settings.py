"""Settings from bot.toml, the environment, .env and a secrets directory; and what people read who set them wrong."""

import logging
import re
import tomllib
import traceback
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel, SecretStr

from adapters.web.helpdesk import category_named
from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from bot.settings.keys import bare, keys_of
from bot.settings.places import lines_of
from bot.settings.sources import ENVIRONMENT_ONLY
from core.model.desk import QuestionKind, UrgencySetting
from core.model.ticket import Priority, Visibility

ROOT = Path(__file__).parents[2]
WEBHOOK = "https://chat.googleapis.com/v1/spaces/AAAA/messages?key=hush-hush-key&token=hush-hush-token"
SECRET = "hush-hush-" + "x" * 32
BASE = """\
[desk]
name = "Desk"
demo = true

[quotas]
cooldown = "0s"

[[teams]]
key = "academics"
name = "Academics"
members = ["agent@example.com"]

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
escalation = "urgent"
questions = [
  { key = "course", label = "Course" },
  { key = "term", label = "Term", kind = "choice", choices = ["Jan", "May"] },
]

[[escalations]]
key = "urgent"
steps = [{ after = "0s", notify = ["space:leads"] }]

[alerts]
priorities = ["high", "urgent"]

[[alerts.spaces]]
key = "leads"

[web]
port = 8080
"""


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str = BASE, **environ: str) -> tuple[Problem, ...]:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    return caught.value.problems


def changed(old: str, new: str) -> str:
    assert old in BASE, old
    return BASE.replace(old, new, 1)


def many_categories(count: int) -> str:
    rows = [f'{{ key = "c{n}", name = "C", team = "academics" }},' for n in range(count)]
    head, tail = BASE.split("[[categories]]\n")
    return "categories = [\n" + "\n".join(rows) + "\n]\n" + head + "[[escalations]]" + tail.split("[[escalations]]")[1]


# --- what is loaded ------------------------------------------------------------------------------------------------


def test_the_shipped_file_starts_as_it_is() -> None:
    settings = load({}, ROOT)
    assert settings.desk.demo
    assert settings.desk.name == "Student Support"
    assert [team.key for team in settings.teams] == ["academics", "finance", "student-life"]
    assert {c.key for c in settings.categories} == {"exams", "fees", "enrolment", "content", "platform", "welfare"}
    assert all(1 <= len(category.questions) <= 3 for category in settings.categories)


def test_the_shipped_files_demo_agent_serves_every_team_and_welfare_is_the_leads_alone() -> None:
    desk = desk_of(load({}, ROOT), "http://127.0.0.1:8080")
    assert all("agent@example.com" in team.members and team.lead == "lead@example.com" for team in desk.teams.values())
    welfare = desk.categories["welfare"]
    assert welfare.sensitive
    assert welfare.staff == {"lead@example.com"}
    assert all(category.alert_space == "leads" for category in desk.categories.values())


def test_every_setting_that_the_shipped_file_shows_switched_off_is_one() -> None:
    shown = re.sub(r"^#(?=\S)", "", (ROOT / "bot.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert "\npublic_url = " in shown
    assert set(tomllib.loads(shown)) <= set(Settings.model_fields)


def test_the_shipped_file_loads_with_all_its_settings_switched_on(tmp_path: Path) -> None:
    shown = re.sub(r"^#(?=\S)", "", (ROOT / "bot.toml").read_text(encoding="utf-8"), flags=re.MULTILINE)
    (tmp_path / "shifts.ics").write_bytes(b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n")
    settings = start(tmp_path, shown)
    assert settings.web.public_url == "http://127.0.0.1:8080"
    desk = desk_of(settings, "http://127.0.0.1:8080")
    assert (len(desk.hours.holidays), len(desk.hours.seasons), len(desk.shifts)) == (1, 1, 2)
    assert [len(policy.steps) for policy in desk.escalations.values()] == [3, 2]


def test_the_shipped_file_and_the_reference_name_every_key() -> None:
    reference = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    shipped = (ROOT / "bot.toml").read_text(encoding="utf-8")
    keys = list(every_key(Settings))
    assert len(keys) > 40
    for table, key in keys:
        assert f"`{key}`" in reference, (table, key)
        if not {(table, key), (table,), (key,)} & set(ENVIRONMENT_ONLY):
            assert re.search(rf"\b{key}\b", shipped), (table, key)


def every_key(model: type[BaseModel], table: str = "") -> Iterator[tuple[str, str]]:
    for name, field in keys_of(model).items():
        inside = bare(field.annotation)
        inside = bare(inside.__args__[0]) if getattr(inside, "__origin__", None) is tuple else inside
        if isinstance(inside, type) and issubclass(inside, BaseModel):
            yield from every_key(inside, name)
        else:
            yield table, name


def test_what_is_left_out_has_a_default(tmp_path: Path) -> None:
    settings = start(tmp_path)
    assert (settings.web.host, settings.web.port, settings.web.public_url) == ("127.0.0.1", 8080, None)
    assert settings.database.url.get_secret_value() == "sqlite+aiosqlite:///data/threaddesk.db"
    assert settings.categories[0].visibility is Visibility.PRIVATE
    assert settings.categories[0].questions[0].kind is QuestionKind.LINE
    assert settings.desk.urgent_by_requester is UrgencySetting.ALLOW


def test_the_database_stands_in_the_data_folder_unless_it_is_named(tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_DATA_DIR="/srv/desk")
    assert settings.database.url.get_secret_value() == "sqlite+aiosqlite:////srv/desk/threaddesk.db"


def test_a_hosts_name_for_postgresql_gets_the_driver(tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_DATABASE__URL="postgres://desk:hush@db/desk")
    assert settings.database.url.get_secret_value() == "postgresql+psycopg://desk:hush@db/desk"


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    settings = start(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        settings.web.port = 1
    with pytest.raises(ValueError, match="frozen"):
        settings.data_dir = Path()


@pytest.mark.parametrize(
    ("text", "time"),
    [("0s", 0), ("15s", 15), ("5m", 300), ("2h", 7200), ("7d", 604800)],
)
def test_a_duration_is_a_number_and_a_unit(text: str, time: int, tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_QUOTAS__COOLDOWN=text)
    assert settings.quotas.cooldown == timedelta(seconds=time)
    assert {key: value for key, value, _ in effective(settings)}["quotas.cooldown"] == f'"{text}"'


def test_the_desk_is_made_of_the_settings(tmp_path: Path) -> None:
    environ = {
        "BOT_QUOTAS__TICKETS_PER_DAY": "3",
        "BOT_TEAMS": '[{"key": "academics", "name": "A", "members": ["A@B.c"]}]',
    }
    desk = desk_of(start(tmp_path, **environ), "http://127.0.0.1:9")
    assert desk.public_url == "http://127.0.0.1:9"
    assert desk.quotas.tickets_per_day == 3
    assert desk.teams["academics"].members == {"a@b.c"}
    assert desk.alert_priorities == {Priority.HIGH, Priority.URGENT}
    term = desk.categories["exams"].questions[1]
    assert (term.kind, term.choices, term.required) == (QuestionKind.CHOICE, ("Jan", "May"), False)


def test_a_category_without_an_escalation_raises_no_alerts(tmp_path: Path) -> None:
    desk = desk_of(start(tmp_path, changed('escalation = "urgent"\n', "")), "http://127.0.0.1:9")
    assert desk.categories["exams"].alert_space is None


# --- where values come from ----------------------------------------------------------------------------------------


def test_the_environment_goes_before_dotenv_before_secrets_before_the_file(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    for name in ("TICKETS_PER_DAY", "OPEN_TICKETS_PER_PERSON", "COOLDOWN"):
        (folder / f"BOT_QUOTAS__{name}").write_text("3s\n" if name == "COOLDOWN" else "3\n")
    (tmp_path / ".env").write_text("BOT_QUOTAS__TICKETS_PER_DAY=2\nBOT_QUOTAS__OPEN_TICKETS_PER_PERSON=2\n")
    settings = start(tmp_path, BOT_SECRETS_DIR="secrets", BOT_QUOTAS__TICKETS_PER_DAY="1")
    quotas = settings.quotas
    assert (quotas.tickets_per_day, quotas.open_tickets_per_person, quotas.cooldown) == (1, 2, timedelta(seconds=3))
    sources = {key: source for key, _, source in effective(settings)}
    assert sources["quotas.tickets_per_day"] == "environment variable BOT_QUOTAS__TICKETS_PER_DAY"
    assert sources["quotas.open_tickets_per_person"] == ".env line 2"
    assert sources["quotas.cooldown"] == f"secrets file {folder / 'BOT_QUOTAS__COOLDOWN'}"
    assert sources["web.port"] == "bot.toml line 34"
    assert sources["web.host"] == "default"


def test_lists_and_tables_in_the_environment_are_json(tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_DESK__LANGUAGES='["hi", "en"]', BOT_QUOTAS='{"tickets_per_day": 5}')
    assert settings.desk.languages == ("hi", "en")
    assert (settings.quotas.tickets_per_day, settings.quotas.cooldown) == (5, timedelta(0))


def test_a_list_in_the_environment_replaces_the_files_and_bears_its_place(tmp_path: Path) -> None:
    toml = BASE + '[[teams]]\nkey = "second"\nname = "Second"\n'
    (problem,) = refused(tmp_path, toml, BOT_TEAMS='[{"key": "academics", "name": "A"}, {"key": "b"}]')
    assert (problem.key, problem.place) == ("teams[1].name", "environment variable BOT_TEAMS")


def test_a_single_key_goes_before_the_table_it_is_in(tmp_path: Path) -> None:
    settings = start(tmp_path, BOT_WEB__PORT="1", BOT_WEB='{"port": 2, "host": "localhost"}')
    assert (settings.web.port, settings.web.host) == (1, "localhost")


def test_another_file_may_be_named_in_the_environment_or_in_dotenv(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(BASE.replace('"Desk"', '"Other"'))
    assert load({"BOT_CONFIG": "other.toml"}, tmp_path).desk.name == "Other"
    assert load({"BOT_CONFIG": str(tmp_path / "other.toml")}, Path("/nowhere")).desk.name == "Other"
    (tmp_path / ".env").write_text("BOT_CONFIG=other.toml\n")
    assert load({}, tmp_path).desk.name == "Other"


def test_dotenv_has_comments_quotes_and_other_peoples_variables(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(
        f"# ours\n\nexport BOT_DESK__NAME='A desk' # so\nPATH=/x\nBOT_WEB__SECRET_KEY=\"{SECRET}\"\nBOT_WEB__PORT=0\n"
    )
    settings = start(tmp_path, HOME="/root")
    assert (settings.desk.name, settings.web.port) == ("A desk", 0)
    assert settings.web.secret_key == SecretStr(SECRET)


def test_dotenv_takes_nothing_from_the_process(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("BOT_DESK__NAME=${PATH}\n")
    assert start(tmp_path).desk.name == "${PATH}"


def test_a_webhook_finds_its_space_whatever_the_case_and_the_hyphen(tmp_path: Path) -> None:
    toml = BASE.replace("leads", "the-leads")
    assert start(tmp_path, toml, BOT_GCHAT__SPACES__The_LEADS=WEBHOOK).gchat_spaces() == {"the-leads": WEBHOOK}
    assert start(tmp_path, toml).gchat_spaces() == {}


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/x", "http://localhost:9/x", "http://[::1]:9/x", WEBHOOK])
def test_a_webhook_is_google_chats_or_on_this_computer(url: str, tmp_path: Path) -> None:
    assert start(tmp_path, BOT_GCHAT__SPACES__LEADS=url, BOT_DESK__DEMO="no").gchat_spaces() == {"leads": url}


# --- what is refused -----------------------------------------------------------------------------------------------

WRONG = [
    # the change, the key, its line in bot.toml, words of what is wrong and of the mend
    ('name = "Desk"\n', "", "desk.name", 1, "missing", "the desk's name"),
    ('name = "Desk"', 'name = " "', "desk.name", 2, "empty", "Write something"),
    ('name = "Desk"', "name = 5", "desk.name", 2, "not text", "in quotes"),
    ("demo = true", 'demo = "perhaps"', "desk.demo", 3, "“perhaps” is neither", "true or false"),
    ("demo = true", "dmeo = true", "desk.dmeo", 3, "no such key", "Did you mean “demo”?"),
    ("demo = true", 'time_zone = "Asia/Kolkatta"', "desk.time_zone", 3, "no such time zone", "“Asia/Kolkata”"),
    ("demo = true", 'time_zone = "Asia"', "desk.time_zone", 3, "no such time zone", "Asia"),
    ("demo = true", 'time_zone = "../etc"', "desk.time_zone", 3, "no such time zone", "Asia/Kolkata"),
    ("demo = true", 'languages = ["English"]', "desk.languages[0]", 3, "not a language", "en"),
    ("demo = true", 'languages = "en"', "desk.languages", 3, "not a list", "brackets"),
    ("demo = true", 'urgent_by_requester = "yes"', "desk.urgent_by_requester", 3, "“yes” is not", "allow, ask, deny"),
    ("[quotas]", "[quota]", "quota", 5, "no such key", "Did you mean “quotas”?"),
    ('cooldown = "0s"', "tickets_per_day = 0", "quotas.tickets_per_day", 6, "“0” is too small", "least is 1"),
    ('cooldown = "0s"', 'cooldown = "a while"', "quotas.cooldown", 6, "not a duration", "15m"),
    ('cooldown = "0s"', "cooldown = 5", "quotas.cooldown", 6, "not a duration", "15m"),
    ('key = "academics"', 'key = "Academics"', "teams[0].key", 9, "not a key", "small letters"),
    ('key = "academics"', f'key = "{"a" * 33}"', "teams[0].key", 9, "not a key", "32"),
    ('name = "Academics"', f'name = "{"a" * 81}"', "teams[0].name", 10, "more than 80", "Shorten"),
    ('"agent@example.com"', '"agent"', "teams[0].members[0]", 11, "not an email", "agent@example.com"),
    ('"agent@example.com"]', '"a@b.c"]\nshifts = 1', "teams[0].shifts", 12, "no such key", "key, name, members, lead"),
    ('team = "academics"', 'team = "acadmics"', "categories[0].team", 16, "no team “acadmics”", "mean “academics”"),
    ('team = "academics"\n', "", "categories[0].team", 13, "missing", "team that answers"),
    ('n = "urgent"', 'n = "urgnt"', "categories[0].escalation", 17, "no escalation “urgnt”", "mean “urgent”"),
    ('escalation = "urgent"', "quiet_days = 0", "categories[0].quiet_days", 17, "too small", "least is 1"),
    ('escalation = "urgent"', 'visibility = "secret"', "categories[0].visibility", 17, "“secret”", "private, public"),
    ('escalation = "urgent"', "sensitive = true", "categories[0].staff", 13, "names none", "staff ="),
    ('escalation = "urgent"', 'staff = ["a@b.c"]', "categories[0].staff", 17, "hides nothing", "sensitive = true"),
    ('{ key = "course", l', '{ key = "term", l', "categories[0].questions[1].key", 20, "“term” is taken", "another"),
    ('label = "Course"', f'label = "{"a" * 46}"', "categories[0].questions[0].label", 19, "more than 45", "Shorten"),
    ('label = "Course"', f'label = "C", hint = "{"a" * 101}"', "categories[0].questions[0].hint", 19, "100", "Shorten"),
    ('label = "Course"', 'label = "C", kind = "lime"', "categories[0].questions[0].kind", 19, "“lime”", "paragraph"),
    ('"Course" }', '"C", choices = ["a", "b"] }', "categories[0].questions[0].choices", 19, "Only a", "choice"),
    ('["Jan", "May"]', '["Jan"]', "categories[0].questions[1].choices", 20, "2 to 25", "choices ="),
    (', choices = ["Jan", "May"]', "", "categories[0].questions[1].choices", 20, "2 to 25", "choices ="),
    ('["Jan", "May"]', '["Jan", "jan"]', "categories[0].questions[1].choices", 20, "the same", "Take one out"),
    ("space:leads", "space:laeds", "escalations[0].steps[0].notify[0]", 25, "no alert space", "mean “leads”"),
    ("space:leads", "everybody", "escalations[0].steps[0].notify[0]", 25, "Nobody", "space:KEY"),
    ("space:leads", "lead", "escalations[0].steps", 25, "first step", "space:KEY"),
    ('after = "0s"', 'after = "5m"', "escalations[0].steps", 25, "at once", "0s"),
    ('["space:leads"]', "[]", "escalations[0].steps[0].notify", 25, "1 is the least", "Add"),
    ('"high", "urgent"', '"hihg"', "alerts.priorities[0]", 28, "“hihg”", "low, normal, high, urgent"),
    ('key = "leads"', 'key = "leads"\nkind = "emial"', "alerts.spaces[0].kind", 32, "“emial”", "gchat"),
    ("port = 8080", "port = 65536", "web.port", 34, "too large", "65535"),
    ("port = 8080", "port = true", "web.port", 34, "not a whole number", "digits"),
    ("port = 8080", 'port = "http"', "web.port", 34, "“http” is not a whole number", "digits"),
    ("port = 8080", 'host = "0.0.0.0"', "web.host", 34, "this computer only", "desk.demo"),
    ("port = 8080", 'host = "http://localhost"', "web.host", 34, "not a host", "without http://"),
    ("port = 8080", 'public_url = "https://desk.example.edu"', "web.public_url", 34, "no public address", "demo"),
    ("port = 8080", 'public_url = "http://localhost/"', "web.public_url", 34, "slash", "out"),
    ("port = 8080", 'public_url = "ftp://localhost"', "web.public_url", 34, "not a web address", "https://"),
    ("port = 8080", 'public_url = "http://[::1"', "web.public_url", 34, "not a web address", "https://"),
    ("port = 8080", 'public_url = "http://a:hush-hush@localhost"', "web.public_url", 34, "not a web", "https://"),
    ("port = 8080", f'secret_key = "{SECRET}"', "web.secret_key", 34, "does not belong", "BOT_WEB__SECRET_KEY"),
    ("port = 8080", "max_file_mb = 1000", "web.max_file_mb", 34, "too large", "100"),
    ("[web]", '[gchat]\nspaces.leads = "hush-hush"\n[web]', "gchat", 33, "does not belong", "BOT_GCHAT__SPACES__"),
    ("[web]", '[log]\nlevel = "loud"\n[web]', "log.level", 34, "“loud”", "debug, info, warning, error"),
    ("[web]", '[database]\nurl = "mysql://x"\n[web]', "database.url", 34, "not a database", "postgresql"),
    (
        "[web]",
        '[database]\nurl = "postgres://a:hush-hush@h/d"\n[web]',
        "database.url",
        34,
        "not belong",
        "BOT_DATABASE__",
    ),
    ("[web]", '[discord]\ntoken = "hush-hush"\n[web]', "discord.token", 34, "not belong", "BOT_DISCORD__TOKEN"),
    ("[web]", '[slack]\nbot_token = "hush-hush"\n[web]', "slack.bot_token", 34, "not belong", "BOT_SLACK__BOT_TOKEN"),
    ("[web]", '[matrix]\ntoken = "hush-hush"\n[web]', "matrix", 33, "no such key", "Take it out"),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "wrong", "mend"), WRONG, ids=[f"{w[2]}: {w[4]}" for w in WRONG])
def test_a_wrong_value_is_told_with_its_key_its_line_and_the_mend(
    old: str, new: str, key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    problems = refused(tmp_path, changed(old, new))
    told = next((problem for problem in problems if problem.key == key), None)
    assert told, problems
    assert told.place == f"bot.toml line {line}"
    assert wrong in told.wrong
    assert mend in told.mend
    assert "hush-hush" not in str(BadSettings(problems))


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("teams", 'key = "academics"\nname = "Twin"'),
        ("categories", 'key = "exams"\nname = "Twin"\nteam = "academics"'),
        ("escalations", 'key = "urgent"\nsteps = [{ notify = ["space:leads"] }]'),
        ("alerts.spaces", 'key = "leads"'),
    ],
)
def test_two_entries_with_one_key_are_refused_at_the_second(table: str, row: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, f"{BASE}\n[[{table}]]\n{row}\n")
    assert (problem.key, problem.place) == (f"{table}[1].key", "bot.toml line 37")
    assert "taken" in problem.wrong


def test_spaces_that_one_variable_would_mean_are_two_with_one_key(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BASE.replace("leads", "a-b") + '\n[[alerts.spaces]]\nkey = "a_b"\n')
    assert problem.key == "alerts.spaces[1].key"


def test_a_desk_without_teams_and_categories_is_none(tmp_path: Path) -> None:
    problems = refused(tmp_path, '[desk]\nname = "Desk"\n')
    assert {problem.key: problem.place for problem in problems} == {"teams": "bot.toml", "categories": "bot.toml"}


def test_twenty_five_categories_are_the_most(tmp_path: Path) -> None:
    assert len(start(tmp_path, many_categories(25)).categories) == 25
    (problem,) = refused(tmp_path, many_categories(26))
    assert (problem.key, problem.place) == ("categories[25]", "bot.toml line 27")


def test_five_questions_are_the_most(tmp_path: Path) -> None:
    rows = ", ".join(f'{{ key = "q{n}", label = "Q" }}' for n in range(6))
    (problem,) = refused(tmp_path, changed('{ key = "course", label = "Course" },', f"{rows},"))
    assert problem.key == "categories[0].questions"
    assert "5 is the most" in problem.wrong


def test_a_public_category_cannot_be_sensitive(tmp_path: Path) -> None:
    new = 'visibility = "public"\nsensitive = true\nstaff = ["a@b.c"]'
    (problem,) = refused(tmp_path, changed('escalation = "urgent"', new))
    assert (problem.key, problem.place) == ("categories[0].sensitive", "bot.toml line 18")


def test_a_real_desks_alert_space_needs_its_url(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_DESK__DEMO="false")
    assert (problem.key, problem.place) == ("alerts.spaces[0]", "bot.toml line 30")
    assert "BOT_GCHAT__SPACES__LEADS" in problem.mend
    assert not start(tmp_path, BOT_DESK__DEMO="false", BOT_GCHAT__SPACES__LEADS=WEBHOOK).desk.demo


def test_an_url_for_a_space_that_is_not_there_is_refused(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_GCHAT__SPACES__LEDAS=WEBHOOK)
    assert problem.place == "environment variable BOT_GCHAT__SPACES__LEDAS"
    assert "BOT_GCHAT__SPACES__LEADS" in problem.mend


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.googleapis.com/hush-hush",
        "https://chat.googleapis.com.evil.example/hush-hush",
        "https://user:hush-hush@chat.googleapis.com/",
        "https://chat.googleapis.com:hush-hush/",
        "http://10.0.0.1/hush-hush",
        "hush-hush",
        "",
    ],
)
def test_a_webhook_elsewhere_is_refused_and_not_repeated(url: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_GCHAT__SPACES__LEADS=url)
    assert problem.key == "gchat.spaces.leads"
    assert "https://chat.googleapis.com/" in problem.mend
    assert "hush-hush" not in str(problem)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("BOT_WEB__PROT", "BOT_WEB__PORT"),
        ("BOT_DESK_DEMO", "BOT_DESK__DEMO"),
        ("BOT_CONFG", "BOT_CONFIG"),
        ("BOT_SECRET_DIR", "BOT_SECRETS_DIR"),
        ("BOT_WEB__SECRETKEY", "BOT_WEB__SECRET_KEY"),
    ],
)
def test_an_unknown_variable_is_refused_with_the_one_that_was_meant(name: str, meant: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, **{name: "hush-hush"})
    assert (problem.key, problem.place) == (name, f"environment variable {name}")
    assert f"“{meant}”" in problem.mend
    assert "hush-hush" not in str(problem)


@pytest.mark.parametrize("name", ["BOT_", "BOT_TEAMS__0__NAME", "BOT_QZX", "BOT_DESK__NAME__X", "BOT_GCHAT__SPACES__"])
def test_a_variable_that_is_like_no_other_is_refused_too(name: str, tmp_path: Path) -> None:
    assert [problem.place for problem in refused(tmp_path, **{name: "x"})] == [f"environment variable {name}"]


def test_an_unknown_variable_in_dotenv_and_among_the_secrets_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "BOT_WEB__KEY").write_text("hush-hush")
    (folder / "other").write_text("not ours")
    (tmp_path / ".env").write_text("\n\nBOT_WEB__PROT=1\n")
    problems = refused(tmp_path, BOT_SECRETS_DIR="secrets")
    assert [problem.place for problem in problems] == [".env line 3", f"secrets file {folder / 'BOT_WEB__KEY'}"]
    assert "hush-hush" not in str(BadSettings(problems))


def test_a_line_of_dotenv_that_cannot_be_read_is_told_without_its_words(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text('A=1\n\nBOT_WEB__SECRET_KEY="hush-hush\n')
    (problem,) = refused(tmp_path)
    assert problem.place == ".env line 3"
    assert "hush-hush" not in str(problem)


def test_a_list_that_is_not_json_is_told_without_its_words(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_DESK__LANGUAGES="hush-hush")
    assert (problem.key, problem.place) == ("desk.languages", "environment variable BOT_DESK__LANGUAGES")
    assert '["one", "two"]' in problem.mend
    assert "hush-hush" not in str(problem)


def test_a_secrets_directory_that_is_not_there_is_told(tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, BOT_SECRETS_DIR="nowhere")
    assert problem.place == "environment variable BOT_SECRETS_DIR"
    assert "nowhere" in problem.wrong


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        load({"BOT_WEB__PROT": "1"}, tmp_path)
    missing = next(problem for problem in caught.value.problems if problem.place == "bot.toml")
    assert "There is no file" in missing.wrong
    assert "BOT_CONFIG" in missing.mend
    assert "BOT_WEB__PORT" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('[desk]\nname = "Desk\n', 2),
        ("[desk]\nname\n", 2),
        ("a = [1,\n", 2),
    ],
)
def test_a_file_that_is_not_toml_is_told_with_the_line(text: str, line: int, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, text)
    assert problem.place == f"bot.toml line {line}"
    assert "not TOML" in problem.wrong
    assert "quote" in problem.mend


@pytest.mark.parametrize(
    ("text", "line", "what"), [("a = 1\na = 2\n", 2, "a value"), ("[discord]\n\n[discord]\n", 3, "[discord] twice")]
)
def test_what_stands_twice_in_a_file_is_told_with_the_line(text: str, line: int, what: str, tmp_path: Path) -> None:
    (problem,) = refused(tmp_path, text)
    assert problem.place == f"bot.toml line {line}"
    assert what in problem.wrong
    assert "further up" in problem.mend


def test_a_file_that_is_not_utf_8_is_told_with_the_line(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_bytes(b'[desk]\nname = "B\xfcro"\n')
    with pytest.raises(BadSettings) as caught:
        load({}, tmp_path)
    assert [problem.place for problem in caught.value.problems] == ["bot.toml line 2"]


def test_an_editors_byte_order_mark_and_line_ends_do_no_harm(tmp_path: Path) -> None:
    (tmp_path / "bot.toml").write_bytes(b"\xef\xbb\xbf" + BASE.replace("\n", "\r\n").encode())
    assert effective(load({}, tmp_path))[1] == ("desk.name", '"Desk"', "bot.toml line 2")


def test_all_problems_are_told_at_once_one_block_each(tmp_path: Path) -> None:
    toml = changed('team = "academics"', 'team = "nobody"').replace("port = 8080", 'port = "x"').replace("demo", "dmeo")
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, toml, BOT_WEB__PROT="1", BOT_QUOTAS__COOLDOWN="soon")
    blocks = str(caught.value).split("\n\n")
    assert blocks[0] == "The settings have 6 problems."
    assert len(blocks) == 7
    heads = {block.splitlines()[0] for block in blocks[1:]}
    assert heads == {
        "BOT_WEB__PROT (environment variable BOT_WEB__PROT)",
        "quotas.cooldown (environment variable BOT_QUOTAS__COOLDOWN)",
        "web.port (bot.toml line 34)",
        "desk.dmeo (bot.toml line 3)",
        "categories[0].team (bot.toml line 16)",
        "alerts.spaces[0] (bot.toml line 30)",
    }


# --- secrets -------------------------------------------------------------------------------------------------------


def test_a_secret_is_in_no_repr_and_in_no_list_of_settings(tmp_path: Path) -> None:
    environ = {
        "BOT_WEB__SECRET_KEY": SECRET,
        "BOT_GCHAT__SPACES__LEADS": WEBHOOK,
        "BOT_DATABASE__URL": "postgresql://desk:hush-hush@db/desk",
    }
    settings = start(tmp_path, **environ)
    shown = f"{settings!r} {settings} {settings.model_dump_json()} {effective(settings)} {vars(settings)}"
    assert "hush-hush" not in shown
    values = {key: (value, source) for key, value, source in effective(settings)}
    assert values["web.secret_key"] == ("(set)", "environment variable BOT_WEB__SECRET_KEY")
    assert values["gchat.spaces.leads"] == ("(set)", "environment variable BOT_GCHAT__SPACES__LEADS")
    assert values["database.url"] == ("(set)", "environment variable BOT_DATABASE__URL")


@pytest.mark.parametrize(
    "environ",
    [
        {"BOT_WEB__SECRET_KEY": "hush-hush"},
        {"BOT_WEB": '{"secret_key": "hush-hush"}'},
        {"BOT_WEB": '{"secret_key": ["hush-hush"]}'},
        {"BOT_WEB": '{"secret_key": {"hush-hush": "hush-hush"}}'},
        {"BOT_WEB": '"hush-hush"'},
        {"BOT_GCHAT": '{"spaces": {"leads": "hush-hush"}}'},
        {"BOT_DATABASE__URL": "oracle://hush-hush@x/y"},
        {"BOT_WEB__PORT": SECRET},
        {"BOT_DESK__TIME_ZONE": SECRET},
        {"BOT_LOG__LEVEL": SECRET},
    ],
)
def test_a_refused_secret_is_not_repeated_even_in_a_traceback(environ: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, **environ)
    assert "hush-hush" not in "".join(traceback.format_exception(caught.value))
    assert caught.value.__context__ is None
    assert repr(caught.value).count("hush-hush") == 0


def test_the_log_of_the_settings_library_holds_no_secret(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), pytest.MonkeyPatch.context() as process:
        process.setenv("PYDANTIC_SETTINGS_DEBUG", "1")
        start(tmp_path, BOT_WEB__SECRET_KEY=SECRET, BOT_GCHAT__SPACES__LEADS=WEBHOOK)
        refused(tmp_path, BASE + '[discord]\ntoken = "hush-hush"\n')
    assert caplog.text.count("Resolving settings") == 2
    assert "hush-hush" not in caplog.text


def test_the_process_itself_is_not_looked_at(tmp_path: Path) -> None:
    with pytest.MonkeyPatch.context() as process:
        process.setenv("BOT_WEB__PORT", "1")
        process.setenv("BOT_NONSENSE", "1")
        assert start(tmp_path).web.port == 8080


# --- lines ---------------------------------------------------------------------------------------------------------

EVERY_VALUE_IS_ITS_LINE = (
    r'''# a comment with [brackets] and "quotes
top = 2   # = 9
"quoted.key" = 3
a.b.'c d'.e = 4
[table]  # [[no]]
x = 6
text = """
x = 1 # not a key ""
[nor] a \""" table"""
after = 10
raw = '''
    + """'''
[[nor]] this'''
last = 13
s = "]}#,\\"" # x
t = '\\'
more = 16
list = [17, 17, # ] }
  18, [18],
]
[[row]]
v = 21
inline = { p = 22, q.r = 22, s = [{ t = 22 }] }
[row.under]
v = 24
[[row.sub]]
v = 26
[[row.sub]]
v = 28
[[row]]
v = 30
[[row.sub]]
v = 32
many = [
  { v = 34 },
  # between
  { v = 36, w = [
    37 ] },
]
when = 1979-05-27 07:32:00
end = 40"""
)


def test_the_line_of_every_key_is_found_in_any_toml() -> None:
    text = EVERY_VALUE_IS_ITS_LINE
    lines = lines_of(text)
    found = list(every_value(tomllib.loads(text), ()))
    assert len(found) > 30
    assert all(path in lines for path, _ in found)
    assert [(path, lines[path]) for path, value in found if type(value) is int] == [
        (path, value) for path, value in found if type(value) is int
    ]


def every_value(tree: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if path:
        yield path, tree
    inside = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for name, value in inside:
        yield from every_value(value, (*path, name))


def test_the_shipped_desk_has_a_common_category_that_a_program_may_open_without_answers() -> None:
    """The REST API's default: never the sensitive one, whose tickets hardly anybody sees."""
    desk = desk_of(load({}, ROOT), "http://127.0.0.1:8080")
    assert category_named(None, desk) == "platform"
    assert not any(question.required for question in desk.categories["platform"].questions)
