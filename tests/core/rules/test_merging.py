"""Which priority is left when a merge is taken back, and whom it holds no longer."""

from collections.abc import Mapping, Sequence

import pytest

from core.events import (
    Event,
    ParticipantAdded,
    ParticipantRemoved,
    PriorityChanged,
    Record,
    TicketAbsorbed,
    TicketFollowed,
    TicketUnfollowed,
)
from core.model.ids import EventId, PersonId, TicketId
from core.model.people import Platform
from core.model.ticket import Priority
from core.rules.merging import let_go, lowered
from tests.fakes.clock import START

LOW, NORMAL, HIGH, URGENT = Priority
TWO, THREE = TicketId(2), TicketId(3)
TAKES_TWO, TAKES_THREE = TicketAbsorbed(merged=TWO), TicketAbsorbed(merged=THREE)


def changed(before: Priority, after: Priority) -> PriorityChanged:
    return PriorityChanged(before=before, after=after)


def trail(events: Sequence[Event], by_people: frozenset[int]) -> list[Record]:
    """``by_people``: the places of what a person did; the rest is the desk's doing."""
    return [
        Record(
            id=EventId(n + 1),
            event=event,
            at=START,
            actor=PersonId(1) if n in by_people else None,
            door=Platform.WEB if n in by_people else Platform.SYSTEM,
            digest="",
        )
        for n, event in enumerate(events)
    ]


RAISED = [TAKES_TWO, changed(NORMAL, URGENT)]


@pytest.mark.parametrize(
    ("events", "by_people", "absorbed", "left"),
    [
        ([TAKES_TWO], {0}, {}, URGENT),
        (RAISED, {0}, {}, NORMAL),
        ([*RAISED, changed(URGENT, HIGH)], {0, 2}, {}, URGENT),
        ([changed(LOW, NORMAL), *RAISED], {0, 1}, {}, NORMAL),
        ([*RAISED, TAKES_THREE], {0, 2}, {THREE: HIGH}, HIGH),
        ([*RAISED, TAKES_THREE], {0, 2}, {THREE: LOW}, NORMAL),
        ([TAKES_THREE, changed(LOW, HIGH), TAKES_TWO, changed(HIGH, URGENT)], {0, 2}, {}, LOW),
        ([TAKES_THREE, changed(LOW, HIGH), TAKES_TWO, changed(HIGH, URGENT)], {0, 2}, {TWO: URGENT}, URGENT),
        ([TAKES_THREE, changed(LOW, HIGH), changed(HIGH, LOW), *RAISED], {0, 2, 3}, {THREE: HIGH}, NORMAL),
    ],
    ids=[
        "nothing was raised",
        "its own again",
        "a person has set it since",
        "the own is what a person set before",
        "another still goes on in it",
        "one of a lower priority does not count",
        "all are gone, in whichever order",
        "the higher stays",
        "what a person decided on does not come back",
    ],
)
def test_what_is_left_is_its_own_priority_or_what_still_goes_on_in_it(
    events: Sequence[Event], by_people: set[int], absorbed: Mapping[TicketId, Priority], left: Priority
) -> None:
    assert lowered(trail(events, frozenset(by_people)), URGENT, absorbed) is left


KIM, ADA = PersonId(7), PersonId(8)
KIM_UNFOLLOWS, KIM_LEAVES = TicketUnfollowed(person=KIM), ParticipantRemoved(person=KIM)


@pytest.mark.parametrize(
    ("events", "unfollowed", "removed"),
    [
        ([TAKES_TWO], set(), set()),
        ([TAKES_TWO, KIM_UNFOLLOWS], {KIM}, set()),
        ([TAKES_TWO, KIM_LEAVES, TicketUnfollowed(person=ADA)], {ADA}, {KIM}),
        ([TAKES_TWO, KIM_UNFOLLOWS, TicketFollowed(person=KIM)], {KIM}, set()),
        ([TAKES_TWO, KIM_LEAVES, ParticipantAdded(person=KIM)], set(), {KIM}),
        ([KIM_UNFOLLOWS, KIM_LEAVES, TAKES_TWO], set(), set()),
        ([TAKES_TWO, KIM_UNFOLLOWS, TAKES_TWO], set(), set()),
        ([TAKES_TWO, KIM_UNFOLLOWS, TAKES_THREE], {KIM}, set()),
        ([TAKES_THREE, KIM_UNFOLLOWS, TAKES_TWO], set(), set()),
    ],
)
def test_whoever_let_go_since_the_merge_is_held_by_it_no_longer(
    events: Sequence[Event], unfollowed: set[PersonId], removed: set[PersonId]
) -> None:
    gone = let_go(trail(events, frozenset()), TWO)
    assert (gone.unfollowed, gone.removed) == (unfollowed, removed)
