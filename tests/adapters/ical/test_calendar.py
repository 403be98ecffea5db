"""A calendar file over time: read anew when it changes, kept when it breaks; and what of it is refused."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.ical.calendar import CalendarFile, read_problem
from adapters.ical.rota import Rota
from core.model.duty import Booked

START = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = timedelta(days=7)
KEPT = " Until then the shifts read before count."


class Ticking:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def event(*lines: str, who: str = "asha", start: str = "DTSTART:20260303T090000Z", uid: str = "") -> str:
    given = [f"ATTENDEE:mailto:{who}@example.edu"] if who else []
    end = [] if any(line.startswith(("DTEND", "DURATION")) for line in lines) else ["DURATION:PT8H"]
    body = "\n".join([f"UID:{uid or who}@example.edu", "SUMMARY:Early", start, *end, *given, *lines])
    return f"BEGIN:VEVENT\n{body.strip()}\nEND:VEVENT\n"


def calendar(*events: str) -> str:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\n{''.join(events)}END:VCALENDAR\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "shifts.ics"
    found.write_text(calendar(event()))
    return found


@pytest.fixture
def ticking() -> Ticking:
    return Ticking()


@pytest.fixture
def shifts(path: Path, ticking: Ticking) -> CalendarFile:
    return CalendarFile(path, "Europe/Berlin", now=ticking)


def whose(shifts: CalendarFile) -> list[str]:
    return [turn.who.partition("@")[0] for turn in shifts.between(START, START + WEEK)]


def test_a_changed_file_is_read_anew_but_looked_at_every_thirty_seconds_only(
    path: Path, shifts: CalendarFile, ticking: Ticking
) -> None:
    assert whose(shifts) == ["asha"]
    path.write_text(calendar(event(who="benjamin")))
    ticking.seconds += 29.9
    assert whose(shifts) == ["asha"]
    ticking.seconds += 0.1
    assert whose(shifts) == ["benjamin"]


def test_a_file_that_takes_anothers_place_counts_though_it_is_as_old_and_as_long(
    path: Path, shifts: CalendarFile, ticking: Ticking
) -> None:
    assert whose(shifts) == ["asha"]
    old = path.stat()
    other = path.with_suffix(".new")
    other.write_text(path.read_text().replace("asha", "abel"))
    os.utime(other, ns=(old.st_atime_ns, old.st_mtime_ns))
    other.rename(path)
    assert (path.stat().st_mtime_ns, path.stat().st_size) == (old.st_mtime_ns, old.st_size)
    ticking.seconds += 30
    assert whose(shifts) == ["abel"]


BROKEN = [
    (
        "cut off",
        calendar(event(who="ben"))[:-20],
        "ends before its end. Export the calendar again, and copy all of it.",
    ),
    ("empty", "", "is no iCalendar file. Export the calendar again, as .ics."),
    (
        "a page",
        "<html>\n<body>Please sign in</body></html>",
        "is no iCalendar file. Export the calendar again, as .ics.",
    ),
]


@pytest.mark.parametrize("words", [case[1] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_file_that_breaks_leaves_what_was_read_before_and_says_so_until_it_is_mended(
    path: Path, shifts: CalendarFile, ticking: Ticking, words: str
) -> None:
    assert whose(shifts) == ["asha"] and shifts.problem is None
    path.write_text(words)
    ticking.seconds += 30
    assert whose(shifts) == ["asha"]
    assert shifts.problem is not None and shifts.problem.startswith(f"The calendar {path} ")
    assert shifts.problem.endswith(KEPT)
    ticking.seconds += 30
    assert whose(shifts) == ["asha"] and shifts.problem is not None
    path.write_text(calendar(event(who="carla")))
    ticking.seconds += 30
    assert whose(shifts) == ["carla"] and shifts.problem is None


def test_a_file_that_vanishes_leaves_what_was_read_before_and_may_come_back_as_it_was(
    path: Path, shifts: CalendarFile, ticking: Ticking
) -> None:
    assert whose(shifts) == ["asha"]
    aside = path.rename(path.with_suffix(".old"))
    ticking.seconds += 30
    assert whose(shifts) == ["asha"]
    wrong = "cannot be read (No such file or directory). Put it there, where the desk may read it."
    assert shifts.problem == f"The calendar {path} {wrong}{KEPT}"
    aside.rename(path)
    ticking.seconds += 30
    assert whose(shifts) == ["asha"] and shifts.problem is None


def test_a_file_that_was_never_there_has_nobody_on_duty_and_says_so(tmp_path: Path, ticking: Ticking) -> None:
    shifts = CalendarFile(tmp_path / "none.ics", "UTC", now=ticking)
    assert whose(shifts) == []
    assert shifts.problem is not None and "No such file" in shifts.problem and not shifts.problem.endswith(KEPT)
    (tmp_path / "none.ics").write_text(calendar(event()))
    ticking.seconds += 30
    assert whose(shifts) == ["asha"] and shifts.problem is None


def test_a_pipe_or_a_folder_is_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe"):
        assert read_problem(path) == f"The calendar {path} is no file. Put an iCalendar file in its place."


def test_a_question_is_answered_for_ninety_days(path: Path, shifts: CalendarFile) -> None:
    path.write_text(calendar(event("RRULE:FREQ=DAILY")))
    turns = shifts.between(START, START + timedelta(days=10_000))
    assert len(turns) == 89 and turns[-1].start < START + timedelta(days=90)


def test_the_same_question_again_is_not_worked_out_again(shifts: CalendarFile) -> None:
    assert shifts.between(START, START + WEEK) is shifts.between(START, START + WEEK)


DECLINED = "ATTENDEE;PARTSTAT=DECLINED:mailto:b@x"
TURNS = [
    ("two calendars in a file", calendar(event()) + calendar(event(who="ben", uid="asha")), ["asha", "ben"]),
    ("no events yet", calendar(), []),
    ("an address in other letters", calendar(event("ATTENDEE:MailTo:B%2Bx@Example.EDU", who="")), ["b+x"]),
    ("an address with a subject", calendar(event("ATTENDEE:mailto:ben@example.edu?subject=Hi", who="")), ["ben"]),
    ("the same guest twice", calendar(event("ATTENDEE:mailto:Asha@example.edu")), ["asha"]),
    ("a guest without an address", calendar(event("ATTENDEE:invalid:nomail")), ["asha"]),
    ("all guests declined", calendar(event(), event(DECLINED, "ORGANIZER:mailto:c@x", who="")), ["asha"]),
    ("who made it, without guests", calendar(event("ORGANIZER:mailto:ben@example.edu", who="")), ["ben"]),
    ("who made it, with guests", calendar(event("ORGANIZER:mailto:ben@example.edu")), ["asha"]),
    ("cancelled", calendar(event(), event("STATUS:CANCELLED", who="ben")), ["asha"]),
    ("not certain yet", calendar(event(), event("STATUS:TENTATIVE", who="ben")), ["asha", "ben"]),
    ("free", calendar(event(), event("TRANSP:TRANSPARENT", who="ben")), ["asha"]),
    ("without a length", calendar(event(), event("DURATION:PT0S", who="ben")), ["asha"]),
    ("a day without an end", calendar(event("DURATION:P1D", start="DTSTART;VALUE=DATE:20260303")), ["asha"]),
    ("a few days more", calendar(event("RRULE:FREQ=DAILY;COUNT=3", "RDATE:20260307T090000Z")), ["asha"] * 4),
    ("a day less", calendar(event("RRULE:FREQ=DAILY;COUNT=3", "EXDATE:20260304T090000Z")), ["asha"] * 2),
    ("repeated since 1970", calendar(event("RRULE:FREQ=DAILY", start="DTSTART:19700101T090000Z")), ["asha"] * 7),
    (
        "a 29 February",
        calendar(event("RRULE:FREQ=YEARLY", start="DTSTART:20240229T090000Z", uid="leap"), event()),
        ["asha"],
    ),
    ("every other Tuesday, by days", calendar(event("RRULE:FREQ=DAILY;INTERVAL=14;BYDAY=TU")), ["asha"]),
    ("a property nobody knows", calendar(event("X-COLOUR;A=B:red")), ["asha"]),
    ("another's letters", calendar(event("DESCRIPTION:Fr\xfch").replace("Early", "Früh")), ["asha"]),
]


@pytest.mark.parametrize(("words", "names"), [case[1:] for case in TURNS], ids=[case[0] for case in TURNS])
def test_who_has_turns(path: Path, shifts: CalendarFile, words: str, names: list[str]) -> None:
    path.write_text(words)
    assert whose(shifts) == names and shifts.problem is None


ANEW = "Mend it in the calendar or delete it there, and export the calendar again."
OTHERWISE = "repeats otherwise than by days, weeks, months or years"
NEVER_AGAIN = "repeats by a rule that has no second day within ten years"
RULES = [
    ("FREQ=SECONDLY", f"{OTHERWISE} (SECONDLY)"),
    ("FREQ=MINUTELY;INTERVAL=5", f"{OTHERWISE} (MINUTELY)"),
    ("FREQ=DAILY;BYHOUR=1,2", f"{OTHERWISE} (DAILY)"),
    ("UNTIL=20260401", f"{OTHERWISE} (no FREQ)"),
    ("FREQ=SOMETIMES", "has a line that cannot be read (RRULE)"),
    ("FREQ=DAILY;INTERVAL=99999999999999", "has a line that cannot be read (RRULE)"),
    ("FREQ=DAILY;INTERVAL=0", "repeats at an interval of 0"),
    ("FREQ=DAILY;INTERVAL=-1", "repeats at an interval of -1"),
    ("FREQ=YEARLY;INTERVAL=1001", "repeats at an interval of 1001"),
    ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", NEVER_AGAIN),
    ("FREQ=DAILY;INTERVAL=7;BYDAY=MO", NEVER_AGAIN),
    ("FREQ=YEARLY;INTERVAL=11", NEVER_AGAIN),
    ("FREQ=DAILY;UNTIL=20260302T000000Z;BYMONTHDAY=31;BYMONTH=4", NEVER_AGAIN),
]


@pytest.mark.parametrize(("rule", "wrong"), RULES)
def test_a_rule_that_no_shift_has_is_refused(path: Path, rule: str, wrong: str) -> None:
    path.write_text(calendar(event(), event(f"RRULE:{rule}", who="ben")))
    assert read_problem(path) == f"The calendar {path}: the event “Early” of 2026-03-03 {wrong}. {ANEW}"


EVENTS = [
    ("no start", event(start=""), "“Early”", "has no start that can be read (DTSTART)"),
    ("two starts", event("DTSTART:20260304T090000Z"), "“Early”", "has more than one DTSTART"),
    ("two names", event("UID:2"), "“Early” of 2026-03-03", "has more than one UID"),
    ("a start that is none", event(start="DTSTART:soon"), "“Early”", "has a line that cannot be read (DTSTART)"),
    (
        "a time of no day",
        event(start="DTSTART;VALUE=TIME:090000"),
        "“Early”",
        "has no start that can be read (DTSTART)",
    ),
    ("an end that is none", event("DTEND:later"), "“Early” of 2026-03-03", "has a line that cannot be read (DTEND)"),
    (
        "a length that is none",
        event("DURATION:P99999999999999D"),
        "“Early” of 2026-03-03",
        "has a line that cannot be read (DURATION)",
    ),
    ("long ago", event(start="DTSTART:00010101T000000Z"), "“Early” of 0001-01-01", "begins in the year 1"),
    ("the last night", event(start="DTSTART:99991231T230000Z"), "“Early” of 9999-12-31", "begins in the year 9999"),
    (
        "nowhere",
        event(start="DTSTART;TZID=Nowhere/Land:20260303T090000"),
        "“Early” of 2026-03-03",
        "has a time zone that nobody knows, Nowhere/Land",
    ),
    (
        "a rule that is a text",
        event("RRULE;VALUE=TEXT:FREQ=SECONDLY"),
        "“Early” of 2026-03-03",
        "repeats by a rule that cannot be read (RRULE)",
    ),
    (
        "a line of nothing",
        event("this is no line"),
        "“Early” of 2026-03-03",
        "has a line that cannot be read (one without a name)",
    ),
    (
        "no name",
        event("DTEND:later").replace("Early", " \u202e"),
        "“without a title” of 2026-03-03",
        "has a line that cannot be read (DTEND)",
    ),
    (
        "a long name",
        event("DTEND:later").replace("Early", "x" * 90),
        f"“{'x' * 59}…” of 2026-03-03",
        "has a line that cannot be read (DTEND)",
    ),
]


@pytest.mark.parametrize(("bad", "title", "wrong"), [case[1:] for case in EVENTS], ids=[case[0] for case in EVENTS])
def test_an_event_that_cannot_be_read_is_named(path: Path, bad: str, title: str, wrong: str) -> None:
    path.write_text(calendar(event(who="ben"), bad))
    assert read_problem(path) == f"The calendar {path}: the event {title} {wrong}. {ANEW}"


@pytest.mark.parametrize(("words", "wrong"), [case[1:] for case in BROKEN], ids=[case[0] for case in BROKEN])
def test_a_file_that_is_no_calendar_is_refused(path: Path, words: str, wrong: str) -> None:
    path.write_text(words)
    assert read_problem(path) == f"The calendar {path} {wrong}"


MANY = [event("RRULE:FREQ=DAILY", uid=str(one)) for one in range(1001)]
OTHERS = [
    ("a card", "BEGIN:VCARD\nVERSION:3.0\nFN:Asha\nEND:VCARD\n", "is no iCalendar file"),
    ("other letters", calendar(event()).encode("utf-16").decode("latin-1"), "is no iCalendar file"),
    ("another era", calendar(event()).replace("PRODID", "CALSCALE:CHINESE\nPRODID"), "cannot be worked out (Only"),
    ("two eras", calendar(event("RRULE:FREQ=YEARLY;RSCALE=HEBREW")), "cannot be worked out ("),
    ("nobody", calendar(event(who="")), "names nobody. Invite whoever is on duty"),
    ("all free", calendar(event("TRANSP:TRANSPARENT")), "names nobody. Invite whoever is on duty"),
    ("too much", calendar(event()) + "X-A:b\n" * 170_000, "has more than 1 MB. Export a calendar that has the team's"),
    ("too many rules", calendar(*MANY), "has more than 1000 events that repeat."),
]


@pytest.mark.parametrize(("words", "wrong"), [case[1:] for case in OTHERS], ids=[case[0] for case in OTHERS])
def test_a_file_that_is_not_to_be_used_is_refused(path: Path, words: str, wrong: str) -> None:
    path.write_bytes(words.encode("latin-1"))
    problem = read_problem(path)
    assert problem is not None and problem.startswith(f"The calendar {path} {wrong}") and problem.endswith(".")


def described(*rules: str, count: int = 1) -> str:
    rest = "TZOFFSETFROM:+0000\nTZOFFSETTO:+0130\nEND:STANDARD\nEND:VTIMEZONE\n"
    lines = "".join(f"{rule}\n" for rule in rules)
    return "".join(
        f"BEGIN:VTIMEZONE\nTZID:Own {number}\nBEGIN:STANDARD\nDTSTART:16010101T000000\n{lines}{rest}"
        for number in range(count)
    )


ZONES = [
    described("RRULE:FREQ=SECONDLY"),
    described("rrule:freq=daily;interval=1"),
    described("RRULE:FREQ=YEARLY;INTERVAL=0"),
    described("RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU", "EXRULE:FREQ=DAILY"),
    described("RRULE;X-A=B:FREQ=YEARLY"),
    described("RRULE:FREQ=YEARLY;BYSECOND=0,1,2").replace("STANDARD", "DAYLIGHT"),
    described("RRULE:FREQ=SECONDLY").replace("BEGIN:STANDARD", "BEGIN:STANDARD\nEND:VTIMEZONE\nBEGIN:STANDARD  "),
]


@pytest.mark.parametrize("zone", ZONES)
def test_a_time_zone_with_a_rule_that_takes_for_ever_is_refused(path: Path, zone: str) -> None:
    path.write_text(calendar(zone, event(start="DTSTART;TZID=Own 0:20260303T090000")))
    assert read_problem(path) == (
        f"The calendar {path} describes a time zone whose clock is changed otherwise than every year. "
        "Choose another time zone for its events, and export the calendar again."
    )


def test_a_time_zone_that_the_file_describes_itself_is_taken(path: Path, shifts: CalendarFile) -> None:
    zone = described("RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU;WKST=MO")
    task = "BEGIN:VTODO\nUID:1\nRRULE:FREQ=DAILY\nEND:VTODO\n"
    path.write_text(calendar(zone, task, event(start="DTSTART;TZID=Own 0:20260303T090000")))
    assert [turn.start for turn in shifts.between(START, START + WEEK)] == [datetime(2026, 3, 3, 7, 30, tzinfo=UTC)]


def test_a_file_that_describes_many_time_zones_is_refused(path: Path) -> None:
    path.write_text(calendar(described(count=51), event()))
    assert read_problem(path) == (
        f"The calendar {path} describes 51 time zones. Choose one for all its events, and export it again."
    )


def test_a_week_with_more_turns_than_any_desk_has_is_cut_and_said(path: Path, shifts: CalendarFile) -> None:
    guests = [f"ATTENDEE:mailto:{number}@example.edu" for number in range(501)]
    weekly = event(*guests, "RRULE:FREQ=WEEKLY;COUNT=2;BYDAY=TU")
    path.write_text(calendar(weekly, event(*guests, start="DTSTART:20260303T120000Z", who="ben")))
    turns = shifts.between(START, START + 4 * WEEK)
    assert len(turns) == 1000
    assert shifts.problem == (
        f"The calendar {path} has more than 1000 shifts in the week of 2026-03-02, so the others are left out. "
        "Export a calendar that has the team's shifts only."
    )


class Failing:
    def between(self, start: datetime, end: datetime) -> list[object]:
        raise KeyError("nowhere\n" * 50)


def test_a_week_that_the_library_cannot_work_out_is_empty_and_said() -> None:
    rota = Rota([Failing()], "UTC", "The calendar x.ics")
    assert list(rota.between(START, START + WEEK)) == []
    assert rota.problem is not None and len(rota.problem) < 200
    assert rota.problem.startswith("The calendar x.ics cannot be worked out ('nowhere")
    assert rota.problem.endswith("…). Export the calendar again, as .ics.")


def test_times_without_a_zone_are_those_of_the_desk(path: Path, ticking: Ticking) -> None:
    path.write_text(calendar(event("DURATION:P1D", start="DTSTART;VALUE=DATE:20260329")))
    turns = CalendarFile(path, "Europe/Berlin", now=ticking).between(START, START + 8 * WEEK)
    day_of_23_hours = Booked(
        "asha@example.edu", datetime(2026, 3, 28, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    )
    assert list(turns) == [day_of_23_hours]
