"""What events are called outside."""

import re

import pytest

from core.events import KINDS
from core.events.types import TYPES, type_of
from core.model.endpoint import Endpoint, fits


def test_every_kind_of_event_has_a_type_of_its_own_with_a_noun_in_front() -> None:
    assert len(TYPES) == len(KINDS) == len({type_of(kind) for kind in KINDS})
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", type_) for type_ in TYPES), TYPES


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("TicketOpened", "ticket.opened"),
        ("TicketHandedOver", "ticket.handed_over"),
        ("MessagePosted", "message.posted"),
        ("StatusChanged", "ticket.status_changed"),
        ("SlaBreachFound", "sla.breach_found"),
        ("DeliveriesReplayed", "deliveries.replayed"),
    ],
)
def test_a_type_is_made_of_the_kinds_words(kind: str, type_: str) -> None:
    assert type_of(kind) == type_


@pytest.mark.parametrize(
    ("pattern", "type_", "taken"),
    [
        ("*", "ticket.opened", True),
        ("ticket.*", "ticket.opened", True),
        ("ticket.*", "tickets.opened", False),
        ("ticket.opened", "ticket.opened", True),
        ("ticket.open", "ticket.opened", False),
        ("tick*", "ticket.opened", False),
        ("*.opened", "ticket.opened", False),
        ("", "ticket.opened", False),
    ],
)
def test_what_a_pattern_takes(pattern: str, type_: str, taken: bool) -> None:
    assert fits(pattern, type_) is taken
    assert Endpoint(key="crm", events=(pattern,)).wants(type_) is taken
