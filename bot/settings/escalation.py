"""What the settings say of escalations: what begins one, and who is called after how long."""

import re
from collections.abc import Set
from datetime import timedelta
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.settings.values import Duration, Key, MinuteOrMore, Table, Whole, all_different, mailbox, wrong
from core.model.escalation import EscalationPolicy, EscalationStep, EscalationTrigger, Whom, WhomKind
from core.model.people import email_key
from core.model.ticket import Priority


def _callee(value: str) -> str:
    if not re.fullmatch(r"assignee|team_on_duty|lead|space:\S+|email:[^@\s]+@[^@\s]+", value):
        raise wrong("Nobody can be notified so.", "Write space:KEY, assignee, team_on_duty, lead or email:ADDRESS.")
    if value.startswith("email:"):
        mailbox(value.removeprefix("email:"))
    return value


Callee = Annotated[str, AfterValidator(_callee)]


def whom_of(callee: str) -> Whom:
    """``callee``: as it is written in a step, ``space:leads``."""
    kind, _, name = callee.partition(":")
    return Whom(WhomKind(kind), email_key(name) if kind == WhomKind.EMAIL else name)


class WhenTable(Table):
    priority: Annotated[tuple[Priority, ...], AfterValidator(all_different)] = Field(
        default=(), description='tickets of these priorities, such as ["urgent"]'
    )
    breached: bool = Field(default=False, description="a promise of the SLA is broken")
    unassigned_for: MinuteOrMore | None = Field(
        default=None, description='nobody has had the ticket for so long, such as "30m"'
    )
    requested: bool = Field(default=False, description="its requester declares it urgent")

    def trigger(self) -> EscalationTrigger:
        return EscalationTrigger(
            priorities=frozenset(self.priority),
            breached=self.breached,
            unassigned_for=self.unassigned_for,
            requested=self.requested,
        )


class StepTable(Table):
    after: Duration = Field(default=timedelta(0), description="the time since the escalation began")
    notify: Annotated[tuple[Callee, ...], AfterValidator(all_different)] = Field(
        min_length=1, description='who is called, such as ["space:leads"]'
    )
    repeat: MinuteOrMore | None = Field(default=None, description='how long until it calls again, such as "30m"')
    times: Whole = Field(default=1, ge=1, le=100, description="how often it calls in all, the first time included")

    @field_validator("times")
    @classmethod
    def _with_time_between(cls, times: int, info: ValidationInfo) -> int:
        repeat = info.data.get("repeat", ...)
        if repeat is None and times > 1:
            raise wrong("Nothing says how long it waits before it calls again.", 'Write repeat = "30m", say.')
        if isinstance(repeat, timedelta) and times == 1:
            raise wrong(
                "It is to repeat, and nothing says how often.",
                "Write times = 4, say: how often it calls in all, the first time included.",
            )
        return times

    @property
    def space(self) -> str | None:
        """The first alert space that it calls."""
        return next((whom.removeprefix("space:") for whom in self.notify if whom.startswith("space:")), None)

    def step(self, unheard: Set[str], *, has_mail: bool) -> EscalationStep:
        """Without the alert spaces in ``unheard``, and without addresses where no mail goes out."""
        called = (whom_of(callee) for callee in self.notify)
        notify = tuple(
            whom
            for whom in called
            if not (whom.kind is WhomKind.SPACE and whom.name in unheard)
            and (has_mail or whom.kind is not WhomKind.EMAIL)
        )
        return EscalationStep(after=self.after, notify=notify, repeat=self.repeat, times=self.times)


class EscalationTable(Table):
    key: Key = Field(description="the escalation's short name in this file")
    when: WhenTable = Field(default=WhenTable(priority=(Priority.URGENT,)), description="what begins it")
    steps: tuple[StepTable, ...] = Field(min_length=1, description="who is called, and when")
    acknowledgement_lapses_after: MinuteOrMore | None = Field(
        default=None, description="how long an acknowledgement stands without progress; without it, for good"
    )

    @field_validator("when")
    @classmethod
    def _that_can_be(cls, when: WhenTable) -> WhenTable:
        if when.trigger() == EscalationTrigger():
            raise wrong(
                "Nothing can ever begin it.",
                'Write priority = ["urgent"], breached = true, unassigned_for = "30m" or requested = true.',
            )
        return when

    @field_validator("steps")
    @classmethod
    def _from_the_alert_on(cls, steps: tuple[StepTable, ...], info: ValidationInfo) -> tuple[StepTable, ...]:
        when: WhenTable | None = info.data.get("when")
        if when is not None and when.priority and (steps[0].space is None or steps[0].after):
            raise wrong(
                "It begins by a ticket's priority, so the first step is the alert itself: it calls an alert space at "
                "once.",
                'Write { after = "0s", notify = ["space:KEY"] } as the first.',
            )
        if any(later.after < earlier.after for earlier, later in pairwise(steps)):
            raise wrong("A later step comes before an earlier one.", "Put the steps in the order of their times.")
        return steps

    def policy(self, unheard: Set[str], *, has_mail: bool) -> EscalationPolicy | None:
        """As its steps; None where nobody is called."""
        steps = (step.step(unheard, has_mail=has_mail) for step in self.steps)
        heard = tuple(step for step in steps if step.notify)
        lapses_after = self.acknowledgement_lapses_after
        policy = EscalationPolicy(key=self.key, when=self.when.trigger(), steps=heard, lapses_after=lapses_after)
        return policy if heard else None
