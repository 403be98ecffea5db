"""What the settings say of promises: how soon a ticket is answered and resolved."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationInfo, field_validator

from bot.settings.values import Key, MinuteOrMore, Table, wrong
from core.model.sla import SlaPolicy
from core.model.ticket import Priority


def _in_hours(value: object) -> object:
    """A day of business hours is taken for one of eight hours by some, for 24 by others."""
    if isinstance(value, str) and re.fullmatch(r"\d+d", value):
        raise wrong(
            "A promise is kept in business hours, and how many a day has, differs.",
            'Write hours or minutes: three days of eight hours are "24h".',
        )
    return value


Target = Annotated[MinuteOrMore, BeforeValidator(_in_hours)]
"""In business hours."""


class TargetsTable(Table):
    urgent: Target | None = Field(default=None, description='for urgent tickets, such as "15m"')
    high: Target | None = Field(default=None, description='for tickets of high priority, such as "1h"')
    normal: Target | None = Field(default=None, description='for tickets of normal priority, such as "8h"')
    low: Target | None = Field(default=None, description='for tickets of low priority, such as "16h"')

    def targets(self) -> Mapping[Priority, timedelta]:
        return {Priority(name): time for name, time in self if time is not None}


class SlaTable(Table):
    key: Key = Field(description="the short name of what is promised, in this file")
    first_response: TargetsTable = Field(
        default=TargetsTable(), description="business hours until the first answer, for each priority"
    )
    resolution: TargetsTable = Field(
        default=TargetsTable(), description="business hours until it is resolved, for each priority"
    )
    warn_at: float = Field(
        default=0.8, ge=0.1, le=0.99, description="the part of the time after which the assignee is warned"
    )

    @field_validator("resolution")
    @classmethod
    def _that_promises_what_can_be_kept(cls, resolution: TargetsTable, info: ValidationInfo) -> TargetsTable:
        answers: TargetsTable | None = info.data.get("first_response")
        if answers is None:
            return resolution
        first, last = answers.targets(), resolution.targets()
        if not first and not last:
            mend = 'Write first_response = { urgent = "15m", normal = "8h" }, or take this entry out.'
            raise wrong("It promises nothing.", mend)
        for priority in first.keys() & last.keys():
            if last[priority] < first[priority]:
                raise wrong(
                    f"Tickets of priority “{priority}” would be resolved before their first answer is due.",
                    "Give the resolution at least as long as the first answer.",
                )
        return resolution

    def policy(self) -> SlaPolicy:
        return SlaPolicy(
            key=self.key,
            first_response=self.first_response.targets(),
            resolution=self.resolution.targets(),
            warn_at=self.warn_at,
        )
