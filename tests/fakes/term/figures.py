"""What a simulated term comes to."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from itertools import chain
from statistics import fmean, median, pstdev, quantiles

from core.events import NobodyToOffer, OfferPassed, TicketHandedOver, TicketOffered, TicketResolved
from core.model.desk import Assignment, Desk
from core.model.sla import SlaClock
from core.rules.hours import worked
from tests.fakes.term.case import Agent, Case

_MINUTE = timedelta(minutes=1)
_COUNTED = (TicketOffered, OfferPassed, NobodyToOffer, TicketHandedOver, TicketResolved)


@dataclass(frozen=True, kw_only=True)
class Figures:
    """``broken``: what did not hold that must, in sentences."""

    mode: Assignment
    tickets: int
    per_hour: tuple[float, ...]
    """Of each agent: the tickets that they resolved in an hour of duty."""
    first_responses: tuple[float, ...]
    """Minutes of business time until each ticket's first answer, in order."""
    breaches: Counter[SlaClock]
    events: Counter[str]
    broken: tuple[str, ...]

    @property
    def spread(self) -> float:
        """How much more the busiest agent resolved than the mean."""
        return max(self.per_hour) / fmean(self.per_hour)

    @property
    def deviation(self) -> float:
        """The standard deviation, as a part of the mean."""
        return pstdev(self.per_hour) / fmean(self.per_hour)

    @property
    def median(self) -> float:
        return median(self.first_responses)

    @property
    def p90(self) -> float:
        return quantiles(self.first_responses, n=10)[8]


def figures(
    mode: Assignment, desk: Desk, cases: Collection[Case], agents: Collection[Agent], broken: list[str]
) -> Figures:
    now = max(case.records[-1].at for case in cases)
    answered = [case.ticket for case in cases if case.ticket.first_response_at is not None]
    states = chain.from_iterable(case.clocks(desk.hours, now) for case in cases)
    events = chain.from_iterable(case.records for case in cases)
    return Figures(
        mode=mode,
        tickets=len(cases),
        per_hour=tuple(agent.resolved / (agent.on_duty_for / timedelta(hours=1)) for agent in agents),
        first_responses=tuple(
            sorted(worked(one.opened_at, one.first_response_at or now, desk.hours) / _MINUTE for one in answered)
        ),
        breaches=Counter(state.clock for state in states if state.breached),
        events=Counter(type(one.event).__name__ for one in events if isinstance(one.event, _COUNTED)),
        broken=tuple(broken),
    )
