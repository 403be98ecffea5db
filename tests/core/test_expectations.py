"""What a ticket's card says of time: to whoever asked what can be said honestly, to the staff what was promised."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from core.cards.card import Card, Field
from core.commands import (
    AddParticipant,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    ResolveTicket,
    SetDuty,
    SetStatus,
    Snooze,
)
from core.model.desk import Desk
from core.model.duty import DutyState, Shift
from core.model.hours import Span
from core.model.ids import TicketId
from core.model.outbox import Intent, ToThread
from core.model.people import Platform
from core.model.thread import Audience
from core.model.ticket import Priority, Status
from core.ports import Parcel
from core.rules.expectation import ENOUGH
from tests.fakes.counting import statements
from tests.fakes.office import DAY, HOUR, MINUTE, Office, desk_of
from tests.fakes.promises import BY_DAY, go, promising

DISCORD = Platform.DISCORD
KEYS = ("place", "expected", "duty", "snoozed", "promise")
PLAIN = desk_of(time_zone="Europe/Berlin", hours=BY_DAY)
"""It promises nothing."""


def on_shift(*who: str, desk: Desk = PLAIN) -> Desk:
    """Only those are on duty for academics, from 10:00 to 16:00 on workdays; the others never."""
    others = [one for one in ("asha", "abe", "wen", "lee") if one not in who]
    shifts = [
        Shift(
            team="academics",
            who=tuple(f"{one}@example.com" for one in some),
            week=dict.fromkeys(days, (Span(10 * 60, 16 * 60),)),
        )
        for some, days in ((who, range(5)), (others, ()))
        if some
    ]
    return replace(desk, shifts=tuple(shifts))


async def history(office: Office, lengths: Sequence[timedelta], **opened: str) -> None:
    """Tickets of Monday, 2 March, at 11:00, answered after those lengths of time, which is on that day; then it is
    Tuesday, 11:00."""
    go(office, "03-02 11:00")
    tickets = [await office.open(**opened) for _ in lengths]
    for passed, ticket in sorted(zip(lengths, tickets, strict=True)):
        office.clock.advance(passed - (office.clock.now() - (await office.ticket(ticket)).opened_at))
        await office.do(ResolveTicket(ticket=ticket), "asha")
        await answer(office, ticket)
    go(office, "03-03 11:00")


async def answer(office: Office, ticket: TicketId) -> None:
    async with office.store.write() as work:
        found = await work.tickets.get(ticket)
        assert found is not None
        await work.tickets.save(replace(found, first_response_at=office.clock.now()))


def facts(card: Card) -> dict[str, str]:
    """What the card says of time, by the keys of its fields."""
    return {field.key: said(field) for field in card.fields if field.key in KEYS}


def said(field: Field) -> str:
    """A time as the desk's clock shows it, under its label where that says more than the key."""
    if not isinstance(field.value, datetime):
        return field.value
    return f"{field.label} {field.value.astimezone(ZoneInfo('Europe/Berlin')):%a %H:%M}"


async def read(office: Office, ticket: TicketId, who: str = "sam") -> dict[str, str]:
    return facts((await office.view(ticket, who)).card)


# --- whoever asked ---------------------------------------------------------------------------------------------------


async def test_with_enough_tickets_like_it_the_middle_of_them_is_expected(office: Office) -> None:
    office.use(PLAIN)
    await history(office, [HOUR] * ENOUGH)
    ticket = await office.open()
    assert await read(office, ticket) == {"place": "1", "expected": "First answer, about Tue 12:00"}


async def test_with_one_too_few_it_is_the_slas_word_and_without_an_sla_nothing(office: Office) -> None:
    office.use(promising())
    await history(office, [HOUR] * (ENOUGH - 1))
    ticket = await office.open()
    assert await read(office, ticket) == {"place": "1", "expected": "First answer, at the latest Tue 16:00"}
    office.use(PLAIN)
    assert await read(office, ticket) == {"place": "1"}


async def test_experience_goes_before_the_slas_word(office: Office) -> None:
    office.use(promising())
    await history(office, [2 * HOUR] * ENOUGH)
    assert (await read(office, await office.open()))["expected"] == "First answer, about Tue 13:00"


async def test_only_tickets_of_the_same_category_and_hour_tell_anything(office: Office) -> None:
    office.use(PLAIN)
    await history(office, [HOUR] * ENOUGH)
    assert await read(office, await office.open(category="forum")) == {"place": "1"}
    go(office, "03-03 14:00")
    assert "expected" not in await read(office, await office.open())


async def test_the_queue_and_those_on_duty_are_counted_in(office: Office) -> None:
    office.use(on_shift("asha", "abe"))
    await history(office, [HOUR] * ENOUGH)
    tickets = [await office.open() for _ in range(5)]
    expected = [(await read(office, ticket))["expected"][-5:] for ticket in tickets]
    assert expected == ["12:00", "12:00", "13:00", "13:00", "14:00"]
    await office.do(SetDuty(state=DutyState.AWAY), "abe")
    assert (await read(office, tickets[2]))["expected"] == "First answer, about Tue 14:00"


async def test_what_is_put_aside_or_claimed_is_before_nobody(office: Office) -> None:
    office.use(on_shift("asha"))
    await history(office, [HOUR] * ENOUGH)
    first, second, third = [await office.open() for _ in range(3)]
    await office.do(Snooze(ticket=first, until=office.clock.now() + DAY), "asha")
    await office.do(ClaimTicket(ticket=second), "asha")
    assert await read(office, third) == {"place": "1", "expected": "First answer, about Tue 12:00"}


async def test_what_somebody_has_is_expected_from_them(office: Office) -> None:
    office.use(on_shift("asha", "abe"))
    await history(office, [HOUR] * ENOUGH)
    ticket = await office.open()
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["lee"]), "asha")
    assert await read(office, ticket) == {}
    await office.do(SetDuty(state=DutyState.AVAILABLE), "lee")
    assert await read(office, ticket) == {"expected": "First answer, about Tue 12:00"}


async def test_where_nobody_is_on_duty_it_is_said_when_somebody_is_and_expected_from_then(office: Office) -> None:
    office.use(on_shift("asha"))
    await history(office, [HOUR] * ENOUGH)
    await office.do(SetDuty(state=DutyState.AWAY, until=office.clock.now() + 2 * HOUR), "asha")
    ticket = await office.open()
    assert await read(office, ticket) == {
        "place": "1",
        "duty": "Somebody is here again Tue 13:00",
        "expected": "First answer, about Tue 14:00",
    }
    go(office, "03-06 16:30")
    later = {"duty": "Somebody is here again Mon 10:00", "expected": "First answer, about Mon 11:00"}
    assert await read(office, ticket) == {"place": "1", **later}


async def test_a_promise_that_ends_before_anybody_is_there_again_is_not_repeated(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 10:00")
    ticket = await office.open()
    assert await read(office, ticket) == {"place": "1", "expected": "First answer, at the latest Tue 15:00"}
    for who, hours in (("asha", 4), ("abe", 6), ("lee", 24), ("wen", 24)):
        await office.do(SetDuty(state=DutyState.AWAY, until=office.clock.now() + hours * HOUR), who)
    in_time = {"duty": "Somebody is here again Tue 14:00", "expected": "First answer, at the latest Tue 15:00"}
    assert await read(office, ticket) == {"place": "1", **in_time}
    await office.do(SetDuty(state=DutyState.AWAY, until=office.clock.now() + 24 * HOUR), "asha")
    assert await read(office, ticket) == {"place": "1", "duty": "Somebody is here again Tue 16:00"}


async def test_where_nobody_ever_is_nothing_is_said_of_it(office: Office) -> None:
    office.use(replace(on_shift(), shifts=(Shift(team="academics", who=("asha@example.com",), week={}),)))
    for who in ("abe", "wen", "lee"):
        await office.do(SetDuty(state=DutyState.AWAY), who)
    assert await read(office, await office.open()) == {"place": "1"}


async def test_a_promise_that_is_over_is_not_repeated(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 11:00")
    ticket = await office.open()
    go(office, "03-03 16:00")
    assert await read(office, ticket) == {"place": "1"}


async def test_an_expectation_that_is_over_gives_way_to_the_slas_word(office: Office) -> None:
    office.use(promising())
    await history(office, [HOUR] * ENOUGH)
    ticket = await office.open()
    go(office, "03-03 12:30")
    assert (await read(office, ticket))["expected"] == "First answer, at the latest Tue 16:00"


async def test_whoever_has_an_answer_or_is_to_give_one_is_told_of_none(office: Office) -> None:
    office.use(promising())
    await history(office, [HOUR] * ENOUGH)
    answered, waiting, aside, closed = [await office.open() for _ in range(4)]
    await office.say(answered, "asha", "Here")
    await office.do(ClaimTicket(ticket=waiting), "asha")
    await office.do(SetStatus(ticket=waiting, status=Status.WAITING), "asha")
    await office.do(Snooze(ticket=aside, until=office.clock.now() + DAY), "asha")
    await office.do(CloseTicket(ticket=closed), "sam")
    for ticket in (waiting, aside, closed):
        assert await read(office, ticket) == {}
    assert set(await read(office, answered)) <= {"place"}


async def test_a_participant_reads_the_same(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 11:00")
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    assert await read(office, ticket, "kim") == await read(office, ticket)


async def test_of_a_sensitive_ticket_only_those_are_counted_who_may_see_it(office: Office) -> None:
    office.use(on_shift("asha"))
    go(office, "03-03 11:00")
    ticket = await office.open(category="welfare", answers={})
    assert await read(office, ticket) == {"place": "1"}
    office.use(on_shift("wen"))
    go(office, "03-03 16:00")
    assert await read(office, ticket) == {"place": "1", "duty": "Somebody is here again Wed 10:00"}


# --- the staff -------------------------------------------------------------------------------------------------------


async def promises(office: Office, ticket: TicketId) -> list[str]:
    card = (await office.view(ticket, "asha")).card
    return [said(field) for field in card.fields if field.key == "promise"]


async def test_the_staff_read_what_was_promised_and_what_is_left(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 10:00")
    ticket = await office.open()
    assert await promises(office, ticket) == [
        "First answer due Tue 15:00",
        "Resolution due Thu 10:00",
    ]
    go(office, "03-03 15:30")
    assert (await promises(office, ticket))[0] == "First answer was due Tue 15:00"
    await office.say(ticket, "asha", "Sorry")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(SetStatus(ticket=ticket, status=Status.WAITING), "asha")
    go(office, "03-05 12:00")
    assert await promises(office, ticket) == ["10 h 30 min left, and the clock stands still"]
    await office.do(ResolveTicket(ticket=ticket), "asha")
    assert await promises(office, ticket) == []


async def test_what_has_no_target_is_not_named(office: Office) -> None:
    office.use(promising())
    assert await promises(office, await office.open(priority=Priority.LOW)) == []
    high = await office.open(priority=Priority.HIGH)
    assert [words[:16] for words in await promises(office, high)] == ["First answer due"]


async def test_the_staff_are_not_told_what_a_requester_expects(office: Office) -> None:
    office.use(promising())
    await history(office, [HOUR] * ENOUGH)
    assert set(await read(office, await office.open(), "asha")) == {"place", "promise"}


# --- in threads ------------------------------------------------------------------------------------------------------


async def sent(office: Office, ticket: TicketId, audience: Audience) -> dict[str, str]:
    """What the card in a thread of ``audience`` says of time."""
    thread = await office.thread_on(ticket, DISCORD, audience)
    owed = await office.owed_by(ClaimTicket(ticket=ticket), "asha")
    *_, one = [o for o in owed if o.intent is Intent.TICKET_CARD and o.address == ToThread(thread, DISCORD)]
    parcel = await office.composed(one)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    return facts(parcel.content)


async def test_a_card_that_stays_where_it_is_bears_its_times_as_times(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 10:00")
    assert await sent(office, await office.open(), Audience.REQUESTER) == {
        "expected": "First answer, at the latest Tue 15:00"
    }
    assert await sent(office, await office.open(), Audience.STAFF) == {"promise": "Resolution due Thu 10:00"}


async def test_a_threads_card_that_the_requester_reads_says_nothing_of_promises_though_staff_read_it_too(
    office: Office,
) -> None:
    office.use(promising())
    ticket = await office.open()
    assert "promise" not in await sent(office, ticket, Audience.REQUESTER)


# --- what it costs ---------------------------------------------------------------------------------------------------


async def test_once_it_is_answered_nothing_is_looked_up_for_its_requester(office: Office) -> None:
    asked = []
    for desk in (PLAIN, promising()):
        office.use(desk)
        ticket = await office.open()
        await office.say(ticket, "asha", "Here")
        asked.append(await statements(office, partial(office.view, ticket, "sam")))
    assert asked[0] == asked[1]


async def test_however_many_were_answered_as_many_statements_are_asked(office: Office) -> None:
    office.use(PLAIN)
    ticket = await office.open()
    before = await statements(office, partial(office.view, ticket, "sam"))
    await history(office, [30 * MINUTE] * (2 * ENOUGH))
    assert await statements(office, partial(office.view, ticket, "sam")) == before
