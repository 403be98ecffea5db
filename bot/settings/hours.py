"""What the settings say of time: spans of a day, weeks, holidays, and other hours for a while."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from bot.settings.values import Name, Table, wrong
from core.model.hours import OpeningHours, Season, Span


class Weekday(StrEnum):
    """From the first day of the week, as the model counts them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


def span_of(text: str) -> Span:
    """Of what ``Spans`` has checked: ``09:00-13:00``."""
    start, end = (int(hour) * 60 + int(minute) for hour, minute in re.findall(r"(\d\d):(\d\d)", text))
    return Span(start, end)


def _span(value: str) -> str:
    shape = r"([01]\d|2[0-3]):[0-5]\d-(([01]\d|2[0-3]):[0-5]\d|24:00)"
    if not re.fullmatch(shape, value, re.ASCII):
        raise wrong("This is not a part of a day.", 'Write it like "09:00-13:00"; the end of a day is "24:00".')
    if (span := span_of(value)).end <= span.start:
        raise wrong(
            "Its end is not after its beginning.",
            'A day ends at "24:00". A night is written as two days: "22:00-24:00" on the first, and on the next '
            '"00:00-06:00".',
        )
    return value


def _in_order(values: tuple[str, ...]) -> tuple[str, ...]:
    for earlier, later in pairwise(values):
        before, after = span_of(earlier), span_of(later)
        if after.start < before.end:
            raise wrong(f"“{later}” begins before “{earlier}” has ended.", "Put them in order, with time between them.")
        if after.start == before.end:
            raise wrong(f"“{earlier}” and “{later}” are one.", f'Write "{earlier[:5]}-{later[-5:]}".')
    return values


def _day(value: object) -> date:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        try:
            return date.fromisoformat(value)
        except ValueError:
            raise wrong("There is no such day.", "Write year, month and day, such as 2026-12-25.") from None
    raise wrong("This is not a day.", "Write year, month and day, such as 2026-12-25.")


Spans = Annotated[tuple[Annotated[str, AfterValidator(_span)], ...], AfterValidator(_in_order)]
"""Of one day, as they are written."""
Day = Annotated[date, BeforeValidator(_day)]


def not_before(last: date | None, info: ValidationInfo) -> date | None:
    """For the end of a time, where its beginning is the field ``first`` and stands before it in the table."""
    first = info.data.get("first")
    if last is not None and first is not None and last < first:
        raise wrong(f"It ends before it begins, on {first}.", "Write the last day that it counts, as `to`.")
    return last


class WeekTable(Table):
    mon: Spans | None = Field(default=None, description='its hours on Mondays, such as ["09:00-13:00", "14:00-18:00"]')
    tue: Spans | None = Field(default=None, description="its hours on Tuesdays")
    wed: Spans | None = Field(default=None, description="its hours on Wednesdays")
    thu: Spans | None = Field(default=None, description="its hours on Thursdays")
    fri: Spans | None = Field(default=None, description="its hours on Fridays")
    sat: Spans | None = Field(default=None, description="its hours on Saturdays")
    sun: Spans | None = Field(default=None, description="its hours on Sundays")

    def week(self) -> Mapping[int, tuple[Span, ...]]:
        """The days that it names."""
        return {day: tuple(span_of(text) for text in spans) for day, (_, spans) in enumerate(self) if spans is not None}


class HolidayTable(Table):
    on: Day = Field(description="the day, such as 2026-12-25")
    name: Name = Field(description="the holiday's name, as people read it")


class SeasonTable(Table):
    name: Name = Field(description="what these hours are for, as people read it")
    first: Day = Field(alias="from", description="the first day that they count")
    last: Day = Field(alias="to", description="the last day that they count")
    hours: WeekTable = Field(description='the days that have other hours, such as { mon = ["08:00-22:00"] }')

    _not_before = field_validator("last")(not_before)

    @field_validator("hours")
    @classmethod
    def _of_a_day(cls, hours: WeekTable) -> WeekTable:
        if not hours.week():
            raise wrong("It names no day, so nothing would be other than usual.", 'Write { mon = ["08:00-22:00"] }.')
        return hours


def opening_hours(
    *, zone: str, week: WeekTable | None, holidays: Sequence[HolidayTable], calendar: Sequence[SeasonTable]
) -> OpeningHours:
    return OpeningHours(
        zone=zone,
        week=None if week is None else week.week(),
        holidays={holiday.on: holiday.name for holiday in holidays},
        seasons=tuple(
            Season(name=season.name, first=season.first, last=season.last, week=season.hours.week())
            for season in calendar
        ),
    )
