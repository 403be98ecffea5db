"""A term at the desk for each way of assigning: 10,000 tickets, 12 agents with shifts, fourteen weeks on a clock that
is moved on. The baseline is the team whose agents claim for themselves.

The rules alone run (``core/rules``), on the same tickets; ``tests/fakes/term`` says how agents and students behave.
Load is what an agent resolves in an hour of duty; answers are in minutes of business time. Fails where somebody off
duty or without room was given a ticket, where one waited that somebody could be asked to take, where one was forgotten,
or where a broken promise was told never or twice.
"""

import time

from core.model.desk import Assignment
from core.model.sla import SlaClock
from tests.fakes.term.figures import Figures
from tests.fakes.term.term import simulated

TICKETS, WEEKS = 10_000, 14


def show(seen: Figures, base: Figures, took: float) -> None:
    broken, events = seen.breaches, seen.events
    print(f"{seen.mode}: {seen.tickets} tickets, simulated in {took:.0f} s")
    print(f"  load: the busiest {beside(seen.spread, base.spread)} of the mean")
    print(f"  load: standard deviation {beside(seen.deviation, base.deviation)} of the mean")
    print(f"  first answer: p50 {beside(seen.median, base.median)} min, p90 {beside(seen.p90, base.p90)} min")
    for clock in SlaClock:
        print(f"  breaches of {clock}: {beside(broken[clock], base.breaches[clock])}")
    print(f"  offers {events['TicketOffered']}, of them not taken {events['OfferPassed']};", end=" ")
    print(f"nobody to ask {events['NobodyToOffer']}, handed over {events['TicketHandedOver']}")


def beside(figure: float, base: float) -> str:
    """A figure, and its ratio to the baseline's."""
    shown = str(figure) if isinstance(figure, int) else f"{figure:.2f}" if figure < 10 else f"{figure:.0f}"
    return f"{shown} (ratio {figure / base:.2f})" if base else shown


def main() -> None:
    base: Figures | None = None
    for mode in Assignment:
        begun = time.perf_counter()
        seen = simulated(mode, tickets=TICKETS, weeks=WEEKS)
        base = base or seen
        show(seen, base, time.perf_counter() - begun)
        if seen.broken:
            raise SystemExit("\n".join([f"{mode}: {len(seen.broken)} things do not hold", *seen.broken[:10]]))
    print("in none of them was anybody off duty or without room given a ticket, or a ticket forgotten")


if __name__ == "__main__":
    main()
