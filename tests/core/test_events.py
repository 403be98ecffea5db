"""Events are read back as they were written, and the chain over them notices any change."""

from dataclasses import fields, replace
from datetime import timedelta, timezone
from typing import Any

import pytest

from core.commands import CloseTicket, ReopenTicket
from core.events import Event, MessagePosted, TicketClaimed, TicketClosed, decode, digest, encode, kind_of
from core.model.ids import PersonId, TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Ending
from tests.fakes.clock import START as NOW
from tests.fakes.events import KINDS, samples
from tests.fakes.office import Office


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_read_back_as_it_was_written(kind: type[Event]) -> None:
    for event in samples(kind):
        again = decode(kind_of(event), event.schema, event.ticket, encode(event))
        assert again == event
        assert [type(getattr(again, f.name)) for f in fields(kind)] == [
            type(getattr(event, f.name)) for f in fields(kind)
        ]


def test_an_event_of_another_desk_is_refused() -> None:
    with pytest.raises(ValueError, match="event TicketSung of schema 1 is unknown here"):
        decode("TicketSung", 1, TicketId(1), {})
    with pytest.raises(ValueError, match="event TicketClaimed of schema 2 is unknown here: was it written by a newer"):
        decode("TicketClaimed", 2, TicketId(1), {"assignee": 1})


CLAIMED = TicketClaimed(ticket=TicketId(7), assignee=PersonId(3))
CHANGES: list[tuple[str, dict[str, Any]]] = [
    ("the link before it", {"previous": "b"}),
    ("the ticket", {"event": replace(CLAIMED, ticket=TicketId(8))}),
    ("what it says", {"event": replace(CLAIMED, assignee=PersonId(4))}),
    ("its kind", {"event": TicketClosed(ticket=TicketId(7), ending=Ending.QUIET)}),
    ("the time", {"at": NOW + timedelta(microseconds=1)}),
    ("the actor", {"actor": PersonId(4)}),
    ("that somebody acted", {"actor": None}),
    ("the door", {"door": Platform.API}),
]


@pytest.mark.parametrize("change", [change for _, change in CHANGES], ids=[name for name, _ in CHANGES])
def test_the_chain_notices_a_change_of(change: dict[str, Any]) -> None:
    record = {"previous": "a", "event": CLAIMED, "at": NOW, "actor": PersonId(3), "door": Platform.WEB}
    assert digest(**record) == digest(**record)
    assert digest(**record) != digest(**{**record, **change})


@pytest.mark.parametrize("kind", KINDS)
def test_the_chain_tells_all_events_of_a_kind_apart(kind: type[Event]) -> None:
    links = {digest("", event, NOW, None, Platform.WEB) for event in samples(kind)}
    assert len(links) == len(samples(kind))


def test_a_link_is_the_same_wherever_the_time_is_kept_in_utc() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(0)))
    assert digest("", CLAIMED, elsewhere, None, Platform.WEB) == digest("", CLAIMED, NOW, None, Platform.WEB)


async def test_a_tickets_trail_is_one_chain_whose_head_the_ticket_bears(any_office: Office) -> None:
    first = await any_office.open()
    other = await any_office.open()
    await any_office.say(other, "sam", "elsewhere")
    await any_office.say(first, "asha", "Looking into it.")
    await any_office.do(CloseTicket(ticket=first), "sam")
    await any_office.do(ReopenTicket(ticket=first), "sam")
    link = ""
    records = await any_office.records(first)
    for record in records:
        link = digest(link, record.event, record.at, record.actor, record.door)
        assert record.digest == link
    assert (await any_office.ticket(first)).last_digest == link
    assert len(records) == 5
    assert any(isinstance(r.event, MessagePosted) and r.event.kind is MessageKind.REPLY for r in records)
