"""The teams' calendar files: what is wrong with one is told to the admins, once, and is over when it is mended."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.rotas import Rotas, calendars_of
from bot.settings import load
from bot.wiring import open_office
from tests.fakes.office import Office, opened

ICS = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//test//EN
BEGIN:VEVENT
UID:1
DTSTAMP:20260901T000000Z
DTSTART:20260901T080000Z
DTEND:20260901T120000Z
RRULE:FREQ=WEEKLY
ATTENDEE:mailto:asha@example.com
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")


@pytest.fixture
async def office(staffed_template: Path, sqlite_file: Path) -> AsyncIterator[Office]:
    async with opened(staffed_template, sqlite_file) as office:
        yield office


class Calendar:
    """One whose file the test breaks and mends."""

    def __init__(self) -> None:
        self.problem: str | None = None
        self.looks = 0

    def between(self, start: object, end: object) -> list[object]:
        return []

    def refresh(self) -> None:
        self.looks += 1


async def troubles(office: Office) -> dict[str, str]:
    async with office.store.read() as work:
        return {one.key: one.sentence for one in await work.troubles.all()}


async def test_a_file_that_breaks_is_told_once_and_is_over_when_it_is_mended(office: Office) -> None:
    calendar = Calendar()
    rotas = Rotas(engine=office.engine, calendars={"academics": calendar})
    await rotas.look()
    assert await troubles(office) == {}
    calendar.problem = "shifts.ics, line 3: broken. Export it again."
    await rotas.look()
    await rotas.look()
    assert await troubles(office) == {"calendar:academics": "shifts.ics, line 3: broken. Export it again."}
    async with office.store.read() as work:
        [trouble] = await work.troubles.all()
    assert trouble.count == 1
    calendar.problem = None
    await rotas.look()
    assert await troubles(office) == {}
    assert calendar.looks == 4


async def test_a_trouble_from_before_a_restart_is_over_with_the_first_look(office: Office) -> None:
    calendar = Calendar()
    calendar.problem = "broken"
    await Rotas(engine=office.engine, calendars={"academics": calendar}).look()
    calendar.problem = None
    await Rotas(engine=office.engine, calendars={"academics": calendar}).look()
    assert await troubles(office) == {}


def test_a_team_without_a_file_has_no_calendar_and_one_with_it_has(tmp_path: Path) -> None:
    file = tmp_path / "shifts.ics"
    file.write_text(ICS, encoding="utf-8")
    assert calendars_of({}, "UTC") == {}
    assert set(calendars_of({"academics": file}, "UTC")) == {"academics"}


async def test_a_desk_of_bot_toml_has_its_teams_calendars(tmp_path: Path, sqlite_url: str) -> None:
    (tmp_path / "shifts.ics").write_text(ICS, encoding="utf-8")
    toml = (
        '[desk]\nname = "Desk"\n[[teams]]\nkey = "a"\nname = "A"\ncalendar = "shifts.ics"\n'
        '[[categories]]\nkey = "c"\nname = "C"\nteam = "a"\n'
    )
    (tmp_path / "bot.toml").write_text(toml, encoding="utf-8")
    office = open_office(load({"BOT_DATABASE__URL": sqlite_url}, tmp_path), "http://127.0.0.1:1")
    assert set(office.desk.shift_calendars) == {"a"} == set(office.calendars)
    await office.close()
