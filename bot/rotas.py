"""The teams' calendar files: read anew beside the event loop, and what is wrong with one is told to the admins."""

from asyncio import to_thread
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from core.commands import Actor, MendTrouble, ReportTrouble
from core.engine import Engine
from core.model.duty import ShiftCalendar
from core.model.people import Platform


class WatchedCalendar(ShiftCalendar, Protocol):
    @property
    def problem(self) -> str | None:
        """In sentences; None: nothing."""

    def refresh(self) -> None:
        """Read the file if it changed."""


def calendars_of(files: Mapping[str, Path], zone: str) -> Mapping[str, WatchedCalendar]:
    """By team. Imported here, so that a desk without such a file does not load the library."""
    if not files:
        return {}
    from adapters.ical.calendar import CalendarFile

    return {team: CalendarFile(file, zone) for team, file in files.items()}


class Rotas:
    def __init__(self, *, engine: Engine, calendars: Mapping[str, WatchedCalendar]) -> None:
        self._engine = engine
        self._calendars = calendars
        self._known: dict[str, str | None] = {}
        """What the desk's troubles say of each team's file; nothing is known at the start."""

    async def look(self) -> None:
        actor = Actor(person=None, door=Platform.SYSTEM)
        for team, calendar in self._calendars.items():
            await to_thread(calendar.refresh)
            problem, key = calendar.problem, f"calendar:{team}"
            if team in self._known and self._known[team] == problem:
                continue
            told = MendTrouble(key=key) if problem is None else ReportTrouble(key=key, sentence=problem)
            await self._engine.handle(told, actor)
            self._known[team] = problem
