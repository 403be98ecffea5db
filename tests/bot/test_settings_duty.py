"""Teams, shifts and calendar files in the settings: who is asked to take a ticket, and when."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.desk import Assignment
from core.model.duty import Booked, Shift
from core.model.hours import Span

BASE = """\
[desk]
name = "Desk"

[[teams]]
key = "academics"
name = "Academics"
members = ["Agent@Example.com"]

[[teams]]
key = "life"
name = "Student life"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[[categories]]
key = "content"
name = "Content"
team = "academics"

[[categories]]
key = "welfare"
name = "Welfare"
team = "life"
"""
SHIFT = """\
[[shifts]]
team = "academics"
who = ["Agent@example.com", "b@example.com"]
days = ["mon", "wed"]
hours = ["09:00-13:00", "15:00-18:00"]
from = 2026-08-05
to = 2026-12-18
rotate = "2w"
on_holidays = true
"""


def start(folder: Path, toml: str = BASE, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def refused(folder: Path, toml: str, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    (problem,) = caught.value.problems
    return problem


def of_academics(line: str) -> str:
    """``BASE`` with a line more for the team, which is line 8."""
    return BASE.replace('members = ["Agent@Example.com"]\n', f'members = ["Agent@Example.com"]\n{line}\n')


# --- teams ---------------------------------------------------------------------------------------------------------


def test_a_team_gives_out_its_tickets_by_hand_unless_it_is_set_otherwise(tmp_path: Path) -> None:
    toml = of_academics('assignment = "round_robin"\noffer_timeout = "0s"\ncapacity = 3')
    teams = desk_of(start(tmp_path, toml), "").teams
    academics, life = teams["academics"], teams["life"]
    assert (life.assignment, life.offer_timeout, life.capacity) == (Assignment.MANUAL, timedelta(minutes=5), 15)
    assert (academics.assignment, academics.offer_timeout) == (Assignment.ROUND_ROBIN, timedelta(0))
    assert academics.capacity == 3


def test_skills_are_categories_by_an_address_in_the_form_in_which_two_are_the_same(tmp_path: Path) -> None:
    toml = of_academics('skills = { "Agent@Example.com" = ["exams", "content"], "new@example.com" = [] }')
    settings = start(tmp_path, toml)
    assert desk_of(settings, "").teams["academics"].skills == {
        "agent@example.com": {"exams", "content"},
        "new@example.com": frozenset(),
    }
    listed = {key: (value, place) for key, value, place in effective(settings)}
    assert listed["teams[0].skills"] == (
        '{ "Agent@Example.com" = ["exams", "content"], "new@example.com" = [] }',
        "bot.toml line 8",
    )
    assert listed["teams[1].skills"] == ("{}", "default")


def test_an_address_loses_the_case_of_its_letters_and_nothing_more(tmp_path: Path) -> None:
    """The Kelvin sign is no k: whoever has k's mailbox is somebody else."""
    toml = BASE.replace("Agent@Example.com", "\u212aim@Example.com")
    assert desk_of(start(tmp_path, toml), "").teams["academics"].members == {"\u212aim@example.com"}


def test_the_shipped_demo_offers_the_tickets_of_one_team() -> None:
    teams = desk_of(load({}, Path(__file__).parents[2]), "").teams
    assert teams["academics"].assignment is Assignment.LEAST_LOADED
    assert teams["academics"].offer_timeout == timedelta(minutes=5)
    assert {teams[key].assignment for key in ("finance", "student-life")} == {Assignment.MANUAL}


# --- shifts --------------------------------------------------------------------------------------------------------


def test_a_shift_has_its_days_hours_turns_and_addresses(tmp_path: Path) -> None:
    spans = (Span(9 * 60, 13 * 60), Span(15 * 60, 18 * 60))
    (shift,) = desk_of(start(tmp_path, BASE + SHIFT), "").shifts
    assert shift == Shift(
        team="academics",
        who=("agent@example.com", "b@example.com"),
        week={0: spans, 2: spans},
        first=date(2026, 8, 5),
        last=date(2026, 12, 18),
        rotate_weeks=2,
        on_holidays=True,
    )


def test_a_shift_counts_always_and_not_on_holidays_unless_it_is_said(tmp_path: Path) -> None:
    head, _ = SHIFT.split("from")
    (shift,) = desk_of(start(tmp_path, BASE + head), "").shifts
    assert (shift.first, shift.last, shift.rotate_weeks, shift.on_holidays) == (None, None, 0, False)


def test_somebody_whom_no_team_names_may_have_a_shift_since_a_group_may_bring_them(tmp_path: Path) -> None:
    (shift,) = desk_of(start(tmp_path, BASE + SHIFT.replace("b@example.com", "c@example.com")), "").shifts
    assert "c@example.com" in shift.who


# --- calendar files ------------------------------------------------------------------------------------------------


CALENDAR = b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:test\r\nEND:VCALENDAR\r\n"


class NoShifts:
    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        return ()


def test_a_calendar_file_is_named_from_the_folder_of_the_file_that_names_it(tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    (folder / "desk.toml").write_text(of_academics('calendar = "rota/shifts.ics"'), encoding="utf-8")
    (folder / "rota").mkdir()
    (folder / "rota" / "shifts.ics").write_bytes(CALENDAR)
    settings = load({"BOT_CONFIG": "etc/desk.toml"}, tmp_path)
    assert settings.calendar_files() == {"academics": folder / "rota" / "shifts.ics"}
    calendar = NoShifts()
    assert desk_of(settings, "", {"academics": calendar}).shift_calendars == {"academics": calendar}
    assert desk_of(settings, "").shift_calendars == {}


@pytest.mark.parametrize("name", ["shifts.ics", "", ".", "\\u0000.ics"])
def test_a_calendar_file_that_is_not_there_is_told(name: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, of_academics(f'calendar = "{name}"'))
    assert (problem.key, problem.place) == ("teams[0].calendar", "bot.toml line 8")
    assert f"There is no file {tmp_path}" in problem.wrong
    assert "folder of bot.toml" in problem.mend


def test_a_calendar_file_that_is_none_is_told_with_what_is_wrong_in_it(tmp_path: Path) -> None:
    (tmp_path / "shifts.ics").write_text("Monday: Asha\n")
    problem = refused(tmp_path, of_academics('calendar = "shifts.ics"'))
    assert (problem.key, problem.place) == ("teams[0].calendar", "bot.toml line 8")
    assert "shifts.ics is no iCalendar file" in problem.wrong
    assert "take `calendar` out" in problem.mend


# --- what is refused -----------------------------------------------------------------------------------------------

TEAMS = [
    # the line, the key, words of what is wrong and of the mend
    ('assignment = "round-robin"', "assignment", "“round-robin” is not", "manual, round_robin, least_loaded"),
    ("offer_timeout = 5", "offer_timeout", "not a duration", '"15m"'),
    ("capacity = 0", "capacity", "too small", "least is 1"),
    (
        "capacity = 2",
        "capacity",
        "An urgent ticket counts 3, so with less nobody could be given one",
        "Write 3 to 1000",
    ),
    ("capacity = 1001", "capacity", "too large", "most is 1000"),
    ("capacity = true", "capacity", "not a whole number", "digits"),
    ("calender = 1", "calender", "no such key", "Did you mean “calendar”?"),
    ("skills = 1", "skills", "not a table", "key = value"),
    ('skills = { agent = ["exams"] }', "skills.agent", "not an email address", "agent@example.com"),
    ('skills = { "a@b.c" = "exams" }', 'skills."a@b.c"', "not a list", "brackets"),
    ('skills = { "a@b.c" = ["exmas"] }', 'skills."a@b.c"[0]', "no category “exmas”", "“exams”? There are: exams"),
    ('skills = { "a@b.c" = ["welfare"] }', 'skills."a@b.c"[0]', "by another team", "exams, content"),
    ('skills = { "a@b.c" = ["exams", "exams"] }', 'skills."a@b.c"', "the same", "Take one out"),
    ('skills = { "a@b.c" = [], "A@b.c" = [] }', "skills", "the same", "Take one out"),
]


@pytest.mark.parametrize(("line", "key", "wrong", "mend"), TEAMS)
def test_a_wrong_setting_of_a_team_is_told_with_its_line(
    line: str, key: str, wrong: str, mend: str, tmp_path: Path
) -> None:
    problem = refused(tmp_path, of_academics(line))
    assert (problem.key, problem.place) == (f"teams[0].{key}", "bot.toml line 8")
    assert wrong in problem.wrong
    assert mend in problem.mend


SHIFTS = [
    # the change, the key and its line, words of what is wrong and of the mend
    ('team = "academics"', 'team = "acadmics"', "team", 28, "no team “acadmics”", "“academics”"),
    ('team = "academics"\n', "", "team", 27, "missing", "the team"),
    ('who = ["Agent@example.com", "b@example.com"]', "who = []", "who", 29, "1 is the least", "Add"),
    ('"b@example.com"', '"b"', "who[1]", 29, "not an email address", "agent@example.com"),
    ('"b@example.com"', '"agent@example.com"', "who", 29, "the same", "Take one out"),
    ('"mon", "wed"', '"monday"', "days[0]", 30, "“monday” is not", "mon, tue, wed, thu, fri, sat, sun"),
    ('"mon", "wed"', '"mon", "mon"', "days", 30, "the same", "Take one out"),
    ('"mon", "wed"', "", "days", 30, "1 is the least", "Add"),
    ('"09:00-13:00", "15:00-18:00"', "", "hours", 31, "1 is the least", "Add"),
    ("15:00-18:00", "12:00-18:00", "hours", 31, "begins before", "in order"),
    ("15:00-18:00", "22:00-06:00", "hours[1]", 31, "not after its beginning", "two days"),
    ("2026-08-05", '"soon"', "from", 32, "not a day", "2026-12-25"),
    ("2026-12-18", "2026-08-04", "to", 33, "ends before it begins, on 2026-08-05", "last day"),
    ('"2w"', '"14d"', "rotate", 34, "not a rotation", '"1w"'),
    ('"2w"', '"0w"', "rotate", 34, "not a rotation", '"1w"'),
    (', "b@example.com"', "", "rotate", 34, "nobody to take turns", "two or more"),
    ("from = 2026-08-05\n", "", "rotate", 33, "when the first turn is", "from ="),
    ("on_holidays = true", 'on_holidays = "at times"', "on_holidays", 35, "neither true nor false", "without quotes"),
    ("rotate", "rotation", "rotation", 34, "no such key", "Did you mean “rotate”?"),
]


@pytest.mark.parametrize(("old", "new", "key", "line", "wrong", "mend"), SHIFTS)
def test_a_wrong_shift_is_told_with_its_key_its_line_and_the_mend(
    old: str, new: str, key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    assert old in SHIFT
    problem = refused(tmp_path, BASE + SHIFT.replace(old, new, 1))
    assert (problem.key, problem.place) == (f"shifts[0].{key}", f"bot.toml line {line}")
    assert wrong in problem.wrong
    assert mend in problem.mend
