"""Business hours, holidays and exam weeks in the settings, and what people read who wrote them wrong."""

from datetime import date, datetime
from pathlib import Path

import pytest

from bot.settings import BadSettings, Problem, Settings, desk_of, effective, load
from core.model.hours import ALWAYS, OpeningHours, Season, Span
from core.rules.hours import is_open

BASE = """\
[[teams]]
key = "academics"
name = "Academics"

[[categories]]
key = "exams"
name = "Exams"
team = "academics"

[desk]
name = "Desk"
time_zone = "Asia/Kolkata"
"""
HOURS = BASE + '[desk.hours]\nmon = ["09:00-13:00", "14:00-18:00"]\nsat = []\nsun = ["00:00-24:00"]\n'
HOLIDAY = '[[desk.holidays]]\non = 2026-12-25\nname = "Christmas"\n'
SEASON = '[[desk.calendar]]\nname = "Exams"\nfrom = 2026-12-01\nto = 2026-12-14\nhours = { mon = ["08:00-22:00"] }\n'


def start(folder: Path, toml: str = HOURS, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(toml, encoding="utf-8")
    return load(environ, folder)


def hours(folder: Path, toml: str, **environ: str) -> OpeningHours:
    return desk_of(start(folder, toml, **environ), "http://127.0.0.1:9").hours


def refused(folder: Path, toml: str, **environ: str) -> Problem:
    with pytest.raises(BadSettings) as caught:
        start(folder, toml, **environ)
    (problem,) = caught.value.problems
    return problem


def test_a_desk_without_hours_is_always_open(tmp_path: Path) -> None:
    assert hours(tmp_path, BASE) == OpeningHours(zone="Asia/Kolkata")
    assert ALWAYS.week is None


def test_hours_are_minutes_of_a_weekday_and_the_end_of_a_day_may_be_one(tmp_path: Path) -> None:
    monday = (Span(9 * 60, 13 * 60), Span(14 * 60, 18 * 60))
    assert hours(tmp_path, HOURS).week == {0: monday, 5: (), 6: (Span(0, 24 * 60),)}


def test_holidays_and_other_hours_for_a_while_are_kept_in_their_order(tmp_path: Path) -> None:
    closed = SEASON.replace('mon = ["08:00-22:00"]', "tue = []").replace('"Exams"', '"Revision"')
    found = hours(tmp_path, HOURS + HOLIDAY + SEASON + closed)
    first, last = date(2026, 12, 1), date(2026, 12, 14)
    assert found.holidays == {date(2026, 12, 25): "Christmas"}
    assert found.seasons == (
        Season(name="Exams", first=first, last=last, week={0: (Span(8 * 60, 22 * 60),)}),
        Season(name="Revision", first=first, last=last, week={1: ()}),
    )


def test_a_season_of_one_day_is_one(tmp_path: Path) -> None:
    (season,) = hours(tmp_path, BASE + SEASON.replace("12-14", "12-01")).seasons
    assert season.first == season.last


def test_hours_may_come_from_the_environment(tmp_path: Path) -> None:
    found = hours(
        tmp_path,
        HOURS,
        BOT_DESK__HOURS__SAT='["10:00-12:00"]',
        BOT_DESK__HOLIDAYS='[{"on": "2027-01-26", "name": "Republic Day"}]',
    )
    assert found.week is not None and found.week[5] == (Span(600, 720),)
    assert found.holidays == {date(2027, 1, 26): "Republic Day"}


def test_they_are_listed_as_they_were_written_each_with_its_line(tmp_path: Path) -> None:
    listed = {key: (value, place) for key, value, place in effective(start(tmp_path, HOURS + HOLIDAY + SEASON))}
    assert listed["desk.hours.mon"] == ('["09:00-13:00", "14:00-18:00"]', "bot.toml line 14")
    assert listed["desk.hours.sat"] == ("[]", "bot.toml line 15")
    assert listed["desk.hours.tue"] == ("(not set)", "default")
    assert listed["desk.holidays[0].on"] == ("2026-12-25", "bot.toml line 18")
    assert listed["desk.calendar[0].from"] == ("2026-12-01", "bot.toml line 22")
    assert listed["desk.calendar[0].hours.mon"] == ('["08:00-22:00"]', "bot.toml line 24")


def test_the_shipped_demo_looks_open_at_any_time() -> None:
    shipped = desk_of(load({}, Path(__file__).parents[2]), "http://127.0.0.1:8080").hours
    assert shipped.week is None
    assert not shipped.holidays and not shipped.seasons


@pytest.mark.parametrize("at", ["2026-06-06 21:30", "2026-12-25 00:00"])
def test_what_is_set_is_what_the_rules_go_by(at: str, tmp_path: Path) -> None:
    """Midnight in Kolkata is half past six in the evening before, in UTC."""
    found = hours(tmp_path, HOURS + HOLIDAY)
    assert is_open(datetime.fromisoformat(f"{at}:00+00:00"), found) is at.startswith("2026-06")


# --- what is refused -----------------------------------------------------------------------------------------------

SPANS = [
    # a day's list, the position that is wrong (None: the list), words of what is wrong and of the mend
    ('["9:00-13:00"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09:00–13:00"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09-13"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09:00-13:60"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09:00-24:30"]', 0, "not a part of a day", '"24:00"'),
    ('["24:00-24:00"]', 0, "not a part of a day", '"24:00"'),
    ('["०९:००-१३:००"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09:00-13:00\\n"]', 0, "not a part of a day", '"09:00-13:00"'),
    ('["09:00-09:00"]', 0, "not after its beginning", "two days"),
    ('["22:00-06:00"]', 0, "not after its beginning", '"22:00-24:00" on the first'),
    ('["22:00-00:00"]', 0, "not after its beginning", '"24:00"'),
    ('["14:00-18:00", "09:00-13:00"]', None, "“09:00-13:00” begins before “14:00-18:00”", "in order"),
    ('["09:00-13:00", "12:00-18:00"]', None, "“12:00-18:00” begins before “09:00-13:00” has ended", "in order"),
    ('["09:00-13:00", "09:00-13:00"]', None, "begins before", "in order"),
    ('["09:00-13:00", "13:00-18:00"]', None, "are one", '"09:00-18:00"'),
    ('"09:00-13:00"', None, "not a list", "brackets"),
    ("[9]", 0, "not text", "quotes"),
]


@pytest.mark.parametrize(("spans", "at", "wrong", "mend"), SPANS)
def test_a_wrong_part_of_a_day_is_told_where_it_stands(
    spans: str, at: int | None, wrong: str, mend: str, tmp_path: Path
) -> None:
    problem = refused(tmp_path, HOURS.replace("sat = []", f"sat = {spans}"))
    assert problem.key == "desk.hours.sat" + ("" if at is None else f"[{at}]")
    assert problem.place == "bot.toml line 15"
    assert wrong in problem.wrong
    assert mend in problem.mend


WRONG = [
    # the whole, what is changed in it, the key and its line, words of what is wrong and of the mend
    (HOURS, ("sat = []", "saturday = []"), "desk.hours.saturday", 15, "no such key", "Known here: mon, tue, wed"),
    (HOURS, ("sat = []", "sta = []"), "desk.hours.sta", 15, "no such key", "Did you mean “sat”?"),
    (HOLIDAY, ("2026-12-25", '"Christmas"'), "desk.holidays[0].on", 14, "not a day", "2026-12-25"),
    (HOLIDAY, ("2026-12-25", '"25.12.2026"'), "desk.holidays[0].on", 14, "not a day", "2026-12-25"),
    (HOLIDAY, ("2026-12-25", '"2026-02-30"'), "desk.holidays[0].on", 14, "no such day", "2026-12-25"),
    (HOLIDAY, ("2026-12-25", "2026-12-25T00:00:00"), "desk.holidays[0].on", 14, "not a day", "2026-12-25"),
    (HOLIDAY, ("2026-12-25", "20261225"), "desk.holidays[0].on", 14, "not a day", "2026-12-25"),
    (HOLIDAY, ('name = "Christmas"\n', ""), "desk.holidays[0].name", 13, "missing", "holiday's name"),
    (HOLIDAY, ("on = 2026-12-25\n", ""), "desk.holidays[0].on", 13, "missing", "2026-12-25"),
    (SEASON, ("from = 2026-12-01\n", ""), "desk.calendar[0].from", 13, "missing", "the first day"),
    (SEASON, ("from", "start"), "desk.calendar[0].start", 15, "no such key", "Known here: name, from, to, hours"),
    (SEASON, ("2026-12-14", "2026-11-14"), "desk.calendar[0].to", 16, "ends before it begins", "last day"),
    (SEASON, ('mon = ["08:00-22:00"]', ""), "desk.calendar[0].hours", 17, "names no day", "mon ="),
    (
        SEASON,
        ("08:00-22:00", "22:00-08:00"),
        "desk.calendar[0].hours.mon[0]",
        17,
        "not after its beginning",
        "two days",
    ),
]


@pytest.mark.parametrize(("whole", "change", "key", "line", "wrong", "mend"), WRONG)
def test_a_wrong_day_is_told_with_its_key_its_line_and_the_mend(
    whole: str, change: tuple[str, str], key: str, line: int, wrong: str, mend: str, tmp_path: Path
) -> None:
    toml = whole.replace(*change, 1)
    with pytest.raises(BadSettings) as caught:
        start(tmp_path, toml if whole is HOURS else BASE + toml)
    told = {problem.key: problem for problem in caught.value.problems}[key]
    assert told.place == f"bot.toml line {line}"
    assert wrong in told.wrong
    assert mend in told.mend


@pytest.mark.parametrize("days", ["", "mon = []\nsun = []\n"])
def test_hours_on_no_day_would_close_the_desk_for_good(days: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, f"{BASE}[desk.hours]\n{days}")
    assert (problem.key, problem.place) == ("desk.hours", "bot.toml line 13")
    assert "never be open" in problem.wrong
    assert "take [desk.hours] out" in problem.mend


@pytest.mark.parametrize("again", ["2026-12-25", '"2026-12-25"'])
def test_a_holiday_stands_once(again: str, tmp_path: Path) -> None:
    problem = refused(tmp_path, BASE + HOLIDAY + HOLIDAY.replace("2026-12-25", again))
    assert (problem.key, problem.place) == ("desk.holidays[1].on", "bot.toml line 17")
    assert "2026-12-25 already" in problem.wrong


def test_a_wrong_day_in_the_environment_is_told_by_its_variable(tmp_path: Path) -> None:
    problem = refused(tmp_path, HOURS, BOT_DESK__HOURS__SUN='["8-9"]')
    assert (problem.key, problem.place) == ("desk.hours.sun[0]", "environment variable BOT_DESK__HOURS__SUN")
    problem = refused(tmp_path, HOURS, BOT_DESK__HOURS__SUNDAY="[]")
    assert "“BOT_DESK__HOURS__SUN”" in problem.mend
