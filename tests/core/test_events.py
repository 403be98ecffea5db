"""Events are read back as they were written, and the chain over them notices any change."""

from dataclasses import fields, replace
from datetime import timedelta, timezone
from typing import Any, get_args, get_type_hints

import pytest

from core.commands import CloseTicket, ReopenTicket
from core.events import (
    PERSONS,
    Event,
    MessagePosted,
    Record,
    TicketClaimed,
    TicketClosed,
    decode,
    digest,
    encode,
    kind_of,
    with_persons,
)
from core.model.ids import EventId, PersonId, TicketId
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


@pytest.mark.parametrize("kind", KINDS)
def test_an_event_is_read_with_everybody_in_it_as_who_they_are_now(kind: type[Event]) -> None:
    named = {name for name, hint in get_type_hints(kind).items() if PersonId in (hint, *get_args(hint))} - {"absorbed"}
    assert named <= set(PERSONS)
    for event in samples(kind):
        record = Record(id=EventId(1), event=event, at=NOW, actor=PersonId(7), door=Platform.WEB, digest="d")
        held = {getattr(event, name) for name in named}
        survivors = {person: PersonId(person + 100) for person in (*held, PersonId(7)) if person is not None}
        now = with_persons(record, survivors)
        assert (now.actor, now.digest, type(now.event)) == (PersonId(107), "d", type(event))
        for field in fields(kind):
            before, after = getattr(event, field.name), getattr(now.event, field.name)
            assert after == (survivors.get(before) if field.name in named else before)
        assert with_persons(record, {PersonId(4711): PersonId(1)}) == record
        assert with_persons(replace(record, actor=None), survivors).actor is None


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
