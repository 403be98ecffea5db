"""A team's shifts from a calendar file: ``core.model.duty.ShiftCalendar``, read anew when the file changes."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from adapters.ical.checks import BadCalendar
from adapters.ical.reading import read
from adapters.ical.rota import Rota
from core.model.duty import Booked

_LOOK_EVERY = 30.0
"""Seconds between two looks at whether the file changed."""


class CalendarFile:
    """Each event has its guests on duty. ``zone``: the desk's (IANA name), for whole days and for times without one.
    ``now``: seconds of a clock that never goes back.

    A file that is broken, or gone, changes nothing: what was read last counts, and ``problem`` says what is wrong.
    """

    def __init__(self, path: Path, zone: str, *, now: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._zone = zone
        self._now = now
        self._looked_at: float | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._rota: Rota | None = None
        """What was read last."""
        self._problem: str | None = None

    @property
    def problem(self) -> str | None:
        """For whoever runs the desk: what is wrong with the file, where, and how to mend it; None: nothing."""
        self.refresh()
        return self._problem or (self._rota.problem if self._rota is not None else None)

    def between(self, start: datetime, end: datetime) -> Sequence[Booked]:
        """Those that overlap the time from ``start`` to ``end`` (aware), by their start. It answers for 90 days."""
        self.refresh()
        return self._rota.between(start, end) if self._rota is not None else ()

    def refresh(self) -> None:
        """Read the file if it is time for a look and it changed. A large one takes a second or two; a thread may do
        it, and whoever asks meanwhile is answered from what was read before."""
        now = self._now()
        if self._looked_at is not None and now - self._looked_at < _LOOK_EVERY:
            return
        self._looked_at = now
        stamp = self._written()
        if stamp is not None and stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            self._rota, self._problem = read(self._path, self._zone), None
        except BadCalendar as bad:
            self._problem = str(bad) if self._rota is None else f"{bad} Until then the shifts read before count."

    def _written(self) -> tuple[int, int, int] | None:
        """Other once the file is written, replaced, or may be read by others; None: it is not there."""
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def read_problem(path: Path) -> str | None:
    """What is wrong with a calendar file, where, and how to mend it; None: it can be read."""
    try:
        read(path, "UTC")
    except BadCalendar as bad:
        return str(bad)
    return None
