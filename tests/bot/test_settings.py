"""Settings from bot.toml, the environment, .env and a secrets directory: what is loaded, and where from."""

import re
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import BaseModel, SecretStr

from adapters.web.helpdesk import category_named
from bot.settings import Settings, desk_of, effective, load
from bot.settings.keys import bare, keys_of
from bot.settings.sources import ENVIRONMENT_ONLY
from core.model.desk import QuestionKind, UrgencySetting
from core.model.ticket import Priority, Visibility
from tests.fakes.bot_toml import BASE, SECRET, WEBHOOK, changed, refused, start

ROOT = Path(__file__).parents[2]


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
        "BOT_FAQ__REVIEW_DAYS": "90",
        "BOT_FAQ__PUBLIC": "false",
        "BOT_TEAMS": '[{"key": "academics", "name": "A", "members": ["A@B.c"]}]',
    }
    desk = desk_of(start(tmp_path, **environ), "http://127.0.0.1:9")
    assert desk.public_url == "http://127.0.0.1:9"
    assert desk.quotas.tickets_per_day == 3
    assert (desk.faq_review_days, desk.faq_public) == (90, False)
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


def test_the_shipped_desk_has_a_common_category_that_a_program_may_open_without_answers() -> None:
    """The REST API's default: never the sensitive one, whose tickets hardly anybody sees."""
    desk = desk_of(load({}, ROOT), "http://127.0.0.1:8080")
    assert category_named(None, desk) == "platform"
    assert not any(question.required for question in desk.categories["platform"].questions)
