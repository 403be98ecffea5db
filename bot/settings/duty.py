"""What the settings say of who is on duty, and of how tickets find their agent."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.settings.hours import Day, Spans, Weekday, not_before, span_of
from bot.settings.values import Address, Email, Key, Table, all_different, wrong
from core.model.duty import Shift
from core.model.people import email_key


def _rotation(value: str) -> str:
    if not re.fullmatch(r"[1-9]\d?w", value, re.ASCII):
        raise wrong("This is not a rotation.", 'Write for how many weeks each has a turn: "1w" or "2w".')
    return value


def _each_once(skills: Mapping[str, tuple[str, ...]]) -> Mapping[str, tuple[str, ...]]:
    all_different(tuple(skills))
    return skills


Rotation = Annotated[str, AfterValidator(_rotation)]
Skills = Annotated[
    Mapping[Address, Annotated[tuple[Key, ...], AfterValidator(all_different)]], AfterValidator(_each_once)
]
"""Address -> keys of categories."""


class ShiftTable(Table):
    team: Key = Field(description="the key of the team whose agents are on duty")
    who: Annotated[tuple[Email, ...], AfterValidator(all_different)] = Field(
        min_length=1, description="their email addresses"
    )
    days: Annotated[tuple[Weekday, ...], AfterValidator(all_different)] = Field(
        min_length=1, description='the days of the week, such as ["mon", "tue"]'
    )
    hours: Spans = Field(min_length=1, description='the hours of such a day, such as ["09:00-13:00"]')
    first: Day | None = Field(default=None, alias="from", description="the first day that it counts")
    last: Day | None = Field(default=None, alias="to", description="the last day that it counts")
    rotate: Rotation | None = Field(default=None, description='for how many weeks each has a turn, such as "1w"')
    on_holidays: bool = Field(default=False, description="does it count on the desk's holidays too")

    _not_before = field_validator("last")(not_before)

    @field_validator("rotate")
    @classmethod
    def _by_turns(cls, rotate: str | None, info: ValidationInfo) -> str | None:
        if rotate is None:
            return rotate
        if "who" in info.data and len(info.data["who"]) < 2:
            raise wrong("There is nobody to take turns with.", "Name two or more in `who`, or take `rotate` out.")
        if "first" in info.data and info.data["first"] is None:
            raise wrong(
                "Nothing says when the first turn is.",
                "Write from = 2026-08-03, say: the first of `who` has the week of that day.",
            )
        return rotate

    def shift(self) -> Shift:
        spans = tuple(span_of(text) for text in self.hours)
        weekdays = list(Weekday)
        return Shift(
            team=self.team,
            who=self.who,
            week={weekdays.index(day): spans for day in self.days},
            first=self.first,
            last=self.last,
            rotate_weeks=int(self.rotate.removesuffix("w")) if self.rotate else 0,
            on_holidays=self.on_holidays,
        )


def skills_of(skills: Mapping[str, tuple[str, ...]]) -> Mapping[str, frozenset[str]]:
    return {email_key(address): frozenset(categories) for address, categories in skills.items()}
