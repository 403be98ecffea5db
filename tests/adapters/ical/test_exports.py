"""Calendars as Google Calendar and Outlook write them: who they have on duty, and when."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters.ical.calendar import CalendarFile, read_problem
from core.model.duty import Booked

GOOGLE = r"""BEGIN:VCALENDAR
PRODID:-//Google Inc//Google Calendar 70.9054//EN
VERSION:2.0
CALSCALE:GREGORIAN
METHOD:PUBLISH
X-WR-CALNAME:Support shifts
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Europe/Berlin
X-LIC-LOCATION:Europe/Berlin
BEGIN:DAYLIGHT
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:GMT+2
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:GMT+1
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260302T220000
DTEND;TZID=Europe/Berlin:20260303T060000
RRULE:FREQ=WEEKLY;UNTIL=20260430T215959Z;BYDAY=MO,SA
EXDATE;TZID=Europe/Berlin:20260316T220000
DTSTAMP:20260301T101500Z
ORGANIZER;CN=Support shifts:mailto:c_9f8e7d6c5b4a@group.calendar.google.com
UID:3k2j1h0g9f8e7d6c5b4a3k2j1h@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Asha R
 ao;X-NUM-GUESTS=0:mailto:Asha.Rao@example.edu
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP=
 TRUE;CN=ben@example.edu;X-NUM-GUESTS=0:mailto:ben@example.edu
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=DECLINED;CN=carla@
 example.edu;X-NUM-GUESTS=0:mailto:carla@example.edu
CREATED:20260220T090000Z
DESCRIPTION:Call the lead\, if in doubt.\nBring cake.
LAST-MODIFIED:20260301T101500Z
LOCATION:
SEQUENCE:1
STATUS:CONFIRMED
SUMMARY:Night shift
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260309T200000
DTEND;TZID=Europe/Berlin:20260310T020000
DTSTAMP:20260301T101500Z
UID:3k2j1h0g9f8e7d6c5b4a3k2j1h@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260309T220000
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=carla@
 example.edu;X-NUM-GUESTS=0:mailto:carla@example.edu
SEQUENCE:2
STATUS:CONFIRMED
SUMMARY:Night shift\, swapped
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;TZID=Europe/Berlin:20260314T220000
DTEND;TZID=Europe/Berlin:20260315T060000
DTSTAMP:20260301T101500Z
UID:3k2j1h0g9f8e7d6c5b4a3k2j1h@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260314T220000
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Asha R
 ao;X-NUM-GUESTS=0:mailto:Asha.Rao@example.edu
SEQUENCE:2
STATUS:CANCELLED
SUMMARY:Night shift
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260320
DTEND;VALUE=DATE:20260322
DTSTAMP:20260301T101500Z
UID:open-day@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=ben@ex
 ample.edu;X-NUM-GUESTS=0:mailto:ben@example.edu
STATUS:CONFIRMED
SUMMARY:Open day
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
DTSTART;VALUE=DATE:20260320
DTEND;VALUE=DATE:20260321
DTSTAMP:20260301T101500Z
UID:birthday@google.com
ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=carla@
 example.edu;X-NUM-GUESTS=0:mailto:carla@example.edu
STATUS:CONFIRMED
SUMMARY:Carla is away
TRANSP:TRANSPARENT
END:VEVENT
BEGIN:VEVENT
DTSTART:20260325T080000Z
DTEND:20260325T100000Z
DTSTAMP:20260301T101500Z
ORGANIZER;CN=Dana:mailto:dana@example.edu
UID:own@google.com
STATUS:CONFIRMED
SUMMARY:I watch the queue
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""

OUTLOOK = r"""BEGIN:VCALENDAR
METHOD:PUBLISH
PRODID:Microsoft Exchange Server 2010
VERSION:2.0
X-WR-CALNAME:Shifts
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VTIMEZONE
TZID:Customized Time Zone
BEGIN:STANDARD
DTSTART:16010101T000000
TZOFFSETFROM:+0530
TZOFFSETTO:+0530
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
ORGANIZER;CN=Dana Lead:mailto:dana@example.edu
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=TRUE;CN=Asha Rao:MAILT
 O:ASHA.RAO@EXAMPLE.EDU
ATTENDEE;CUTYPE=ROOM;ROLE=NON-PARTICIPANT;CN=Room 3:invalid:nomail
DESCRIPTION;LANGUAGE=en-US:\n
RRULE:FREQ=WEEKLY;UNTIL=20260414T070000Z;INTERVAL=2;BYDAY=MO,TU;WKST=MO
EXDATE;TZID=W. Europe Standard Time:20260303T090000
UID:040000008200E00074C5B7101A82E0080000000050A1B2C3D4E5DC01000000000000000
 010000000A1B2C3D4E5F60718293A4B5C6D7E8F90
SUMMARY;LANGUAGE=en-US:Morning desk
DTSTART;TZID=W. Europe Standard Time:20260302T090000
DTEND;TZID=W. Europe Standard Time:20260302T130000
CLASS:PUBLIC
PRIORITY:5
DTSTAMP:20260301T120000Z
TRANSP:OPAQUE
STATUS:CONFIRMED
SEQUENCE:0
LOCATION;LANGUAGE=en-US:
X-MICROSOFT-CDO-APPT-SEQUENCE:0
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-INTENDEDSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:FALSE
X-MICROSOFT-CDO-IMPORTANCE:1
X-MICROSOFT-CDO-INSTTYPE:1
BEGIN:VALARM
DESCRIPTION:REMINDER
TRIGGER;RELATED=START:-PT15M
ACTION:DISPLAY
END:VALARM
END:VEVENT
BEGIN:VEVENT
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Ben:mailto:ben@example.edu
UID:0400000082-ben
SUMMARY:From afar
DTSTART;TZID=Customized Time Zone:20260304T090000
DTEND;TZID=Customized Time Zone:20260304T120000
DTSTAMP:20260301T120000Z
TRANSP:OPAQUE
END:VEVENT
BEGIN:VEVENT
ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;CN=Carla:mailto:carla@example.edu
UID:0400000082-carla
SUMMARY:Whole day
DTSTART;VALUE=DATE:20260305
DTEND;VALUE=DATE:20260306
DTSTAMP:20260301T120000Z
TRANSP:OPAQUE
X-MICROSOFT-CDO-BUSYSTATUS:BUSY
X-MICROSOFT-CDO-ALLDAYEVENT:TRUE
END:VEVENT
BEGIN:VEVENT
ATTENDEE;CN=Carla:mailto:carla@example.edu
UID:0400000082-anywhere
SUMMARY:At noon wherever it is
DTSTART:20260306T120000
DURATION:PT90M
DTSTAMP:20260301T120000Z
END:VEVENT
END:VCALENDAR
"""


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)


def booked(who: str, start: str, end: str) -> Booked:
    return Booked(f"{who}@example.edu", utc(start), utc(end))


@pytest.fixture
def google(tmp_path: Path) -> Path:
    path = tmp_path / "google.ics"
    path.write_bytes(GOOGLE.replace("\n", "\r\n").encode())
    return path


@pytest.fixture
def outlook(tmp_path: Path) -> Path:
    path = tmp_path / "outlook.ics"
    path.write_bytes(b"\xef\xbb\xbf" + OUTLOOK.replace("\n", "\r\n").encode())
    return path


def both(start: str, end: str) -> list[Booked]:
    return [booked("asha.rao", start, end), booked("ben", start, end)]


GOOGLE_WEEKS = [
    (
        "guests who did not decline",
        "2026-03-02",
        both("2026-03-02 21:00", "2026-03-03 05:00") + both("2026-03-07 21:00", "2026-03-08 05:00"),
    ),
    ("one turn swapped, the other cancelled", "2026-03-09", [booked("carla", "2026-03-09 19:00", "2026-03-10 01:00")]),
    (
        "one taken out, whole days of the desk, none while free",
        "2026-03-16",
        [booked("ben", "2026-03-19 23:00", "2026-03-21 23:00"), *both("2026-03-21 21:00", "2026-03-22 05:00")],
    ),
    (
        "the clock put forward during a shift, and who made one alone",
        "2026-03-23",
        [
            *both("2026-03-23 21:00", "2026-03-24 05:00"),
            booked("dana", "2026-03-25 08:00", "2026-03-25 10:00"),
            *both("2026-03-28 21:00", "2026-03-29 04:00"),
        ],
    ),
    (
        "summer time",
        "2026-03-30",
        both("2026-03-30 20:00", "2026-03-31 04:00") + both("2026-04-04 20:00", "2026-04-05 04:00"),
    ),
    ("its last", "2026-04-27", both("2026-04-27 20:00", "2026-04-28 04:00")),
    ("nothing after its end", "2026-05-04", []),
    ("nothing before its beginning", "2026-02-23", []),
]


@pytest.mark.parametrize(("monday", "turns"), [case[1:] for case in GOOGLE_WEEKS], ids=[c[0] for c in GOOGLE_WEEKS])
def test_a_week_of_a_calendar_from_google(google: Path, monday: str, turns: list[Booked]) -> None:
    calendar = CalendarFile(google, "Europe/Berlin")
    assert list(calendar.between(utc(monday), utc(monday) + timedelta(days=7))) == turns
    assert calendar.problem is None and read_problem(google) is None


OUTLOOK_WEEKS = [
    (
        "2026-03-02",
        [
            booked("asha.rao", "2026-03-02 08:00", "2026-03-02 12:00"),
            booked("ben", "2026-03-04 03:30", "2026-03-04 06:30"),
            booked("carla", "2026-03-04 15:00", "2026-03-05 15:00"),
            booked("carla", "2026-03-06 03:00", "2026-03-06 04:30"),
        ],
    ),
    ("2026-03-09", []),
    (
        "2026-03-30",
        [
            booked("asha.rao", "2026-03-30 07:00", "2026-03-30 11:00"),
            booked("asha.rao", "2026-03-31 07:00", "2026-03-31 11:00"),
        ],
    ),
    (
        "2026-04-13",
        [
            booked("asha.rao", "2026-04-13 07:00", "2026-04-13 11:00"),
            booked("asha.rao", "2026-04-14 07:00", "2026-04-14 11:00"),
        ],
    ),
    ("2026-04-27", []),
]


@pytest.mark.parametrize(("monday", "turns"), OUTLOOK_WEEKS)
def test_a_week_of_a_calendar_from_outlook_at_a_desk_in_tokyo(outlook: Path, monday: str, turns: list[Booked]) -> None:
    calendar = CalendarFile(outlook, "Asia/Tokyo")
    assert list(calendar.between(utc(monday), utc(monday) + timedelta(days=7))) == turns
    assert calendar.problem is None and read_problem(outlook) is None


def test_a_question_about_a_moment_has_the_turns_that_cover_it(google: Path) -> None:
    calendar = CalendarFile(google, "Europe/Berlin")
    first, last = utc("2026-03-02 21:00"), utc("2026-03-03 05:00")
    second = timedelta(seconds=1)
    assert list(calendar.between(first, first + second)) == both("2026-03-02 21:00", "2026-03-03 05:00")
    assert list(calendar.between(last - second, last)) == both("2026-03-02 21:00", "2026-03-03 05:00")
    assert list(calendar.between(first - second, first)) == []
    assert list(calendar.between(last, last + second)) == []


def test_weeks_asked_for_one_by_one_are_those_of_one_question(google: Path) -> None:
    calendar = CalendarFile(google, "Europe/Berlin")
    start = utc("2026-02-25 13:37")
    days = [calendar.between(start + timedelta(days=day), start + timedelta(days=day + 1)) for day in range(80)]
    assert {turn for day in days for turn in day} == set(calendar.between(start, start + timedelta(days=80)))


def test_the_time_zone_that_a_newer_file_describes_itself_counts(outlook: Path) -> None:
    week = utc("2026-03-02"), utc("2026-03-09")
    assert booked("ben", "2026-03-04 03:30", "2026-03-04 06:30") in CalendarFile(outlook, "UTC").between(*week)
    outlook.write_bytes(outlook.read_bytes().replace(b"+0530", b"-0800"))
    assert booked("ben", "2026-03-04 17:00", "2026-03-04 20:00") in CalendarFile(outlook, "UTC").between(*week)


@pytest.mark.parametrize("zone", ["/citadel.org/20260101_1/Europe/Berlin", "/Europe/Berlin", "Romance Standard Time"])
def test_time_zones_by_the_names_that_programs_give_them(google: Path, zone: str) -> None:
    google.write_bytes(google.read_bytes().replace(b"TZID=Europe/Berlin", f"TZID={zone}".encode()))
    calendar = CalendarFile(google, "UTC")
    week = list(calendar.between(utc("2026-03-30"), utc("2026-04-06")))
    assert week == both("2026-03-30 20:00", "2026-03-31 04:00") + both("2026-04-04 20:00", "2026-04-05 04:00")
