"""Who is told of a promise, in which words, and that nobody who asked ever reads of it."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.cards.card import Card
from core.commands import AssignTicket, ClaimTicket, SetPriority, Snooze, TransferTicket
from core.composing import Skip
from core.events import SlaBreached, SlaWarned
from core.model.duty import Shift
from core.model.hours import Span
from core.model.ids import DeliveryId, TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority
from core.ports import Parcel
from core.trail import shown_to
from tests.fakes.office import DAY, HOUR, MINUTE, Office, desk_of
from tests.fakes.promises import at, go, promising, ring, said_of

DISCORD = Platform.DISCORD


@pytest.fixture(autouse=True)
def promised(office: Office) -> None:
    office.use(promising())
    go(office, "03-03 09:00")


async def rung(office: Office, words: str) -> list[Delivery]:
    """What is owed when the timers ring at that time."""
    owed = await office.owed()
    newest: DeliveryId | None = owed[-1].id if owed else None
    go(office, words)
    assert await ring(office) == 1
    return await office.owed(newest)


async def card_of(office: Office, owed: Sequence[Delivery], who: str) -> Card:
    [mine] = [one for one in owed if one.address == ToPerson(office.people[who], Platform.WEB)]
    parcel = await office.composed(mine)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    return parcel.content


async def test_the_assignee_is_warned_and_of_a_broken_promise_the_lead_hears_too(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    assert office.pinged(await rung(office, "03-03 13:00")) == ["asha"]
    assert office.pinged(await rung(office, "03-03 14:00")) == ["asha", "lee"]


async def test_what_nobody_has_is_told_to_whoever_is_on_duty_and_broken_to_the_lead(office: Office) -> None:
    await office.open()
    assert office.pinged(await rung(office, "03-03 13:00")) == ["abe", "asha", "lee", "wen"]
    assert office.pinged(await rung(office, "03-03 14:00")) == ["lee"]


async def test_where_nobody_is_on_duty_the_lead_is_warned(office: Office) -> None:
    everybody = tuple(f"{who}@example.com" for who in ("asha", "abe", "wen", "lee"))
    on_sundays = Shift(team="academics", who=everybody, week={6: (Span(0, 60),)})
    office.use(replace(office.desk, shifts=(on_sundays,)))
    await office.open()
    assert office.pinged(await rung(office, "03-03 13:00")) == ["lee"]


async def test_where_a_team_has_no_lead_whoever_decides_hears_of_what_is_broken(office: Office) -> None:
    ticket = await office.open(category="login", answers={})
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["pia"]), "ada")
    assert office.pinged(await rung(office, "03-03 13:00")) == ["pia"]
    assert office.pinged(await rung(office, "03-03 14:00")) == ["ada", "lee", "pia"]


async def test_a_warning_says_how_long_is_left_and_a_breach_since_when_it_is_late(office: Office) -> None:
    await office.open()
    warned = await card_of(office, await rung(office, "03-03 13:00"), "asha")
    assert (warned.title, warned.subtitle) == ("T-1 My grade is missing", "The first answer is due 14:00 CET, in 1 h")
    owed = await rung(office, "03-03 14:00")
    office.clock.advance(20 * MINUTE)
    late = await card_of(office, owed, "lee")
    assert late.subtitle == "The first answer is late: it was due 14:00 CET, 20 min ago"
    assert [(button.label, button.url) for button in late.buttons] == [("Open", "https://desk.example.org/t/T-1")]


async def test_of_a_resolution_it_is_said_as_such(office: Office) -> None:
    ticket = await office.open()
    await office.say(ticket, "asha", "Hello")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    warned = await card_of(office, await rung(office, "03-04 13:48"), "asha")
    assert warned.subtitle == "It is promised to be resolved by 17:00 CET, in 3 h 12 min"
    late = await card_of(office, await rung(office, "03-04 17:00"), "asha")
    assert late.subtitle == "It is late: it was promised to be resolved by 17:00 CET"


async def test_of_a_sensitive_ticket_nothing_is_told_but_its_ref_and_only_to_whom_it_names(office: Office) -> None:
    welfare = replace(office.desk.categories["welfare"], sla="standard")
    office.use(replace(office.desk, categories={**office.desk.categories, "welfare": welfare}))
    await office.open(category="welfare", answers={})
    owed = await rung(office, "03-03 13:00")
    assert office.pinged(owed) == ["wen"]
    assert (await card_of(office, owed, "wen")).title == "T-1"
    assert office.pinged(await rung(office, "03-03 14:00")) == ["wen"]


async def test_who_is_on_a_messenger_is_written_to_there_though_they_follow_the_thread(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("asha", "lee", "sam")
    ticket = await office.open()
    await office.thread_on(ticket, DISCORD, Audience.REQUESTER)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await rung(office, "03-03 13:00")
    owed = await rung(office, "03-03 14:00")
    there = [one for one in owed if isinstance(one.address, ToPerson) and one.address.platform is DISCORD]
    assert office.pinged(there) == ["asha", "lee"]


# --- guards ----------------------------------------------------------------------------------------------------------


async def skipped(office: Office, owed: Sequence[Delivery]) -> bool:
    """Whether nobody needs any of them."""
    return bool(owed) and all([isinstance(await office.composed(one), Skip) for one in owed])


async def test_a_warning_that_was_overtaken_by_the_answer_is_told_to_nobody(office: Office) -> None:
    ticket = await office.open()
    owed = await rung(office, "03-03 13:00")
    await office.say(ticket, "asha", "Here it is")
    assert set(await said_of(office, [one for one in owed if one.intent is Intent.PING])) == {
        "it is not about to be broken any more"
    }


async def test_so_is_one_of_a_ticket_put_aside_or_without_a_promise_by_now(office: Office) -> None:
    ticket = await office.open()
    owed = [one for one in await rung(office, "03-03 13:00") if one.intent is Intent.PING]
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    assert await skipped(office, owed)
    await office.do(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    assert await skipped(office, owed)


async def test_a_warning_that_comes_after_the_breach_is_told_by_the_breach_alone(office: Office) -> None:
    await office.open()
    warned = [one for one in await rung(office, "03-03 13:00") if one.intent is Intent.PING]
    office.clock.advance(HOUR)
    assert await skipped(office, warned)


async def test_a_breach_whose_answer_came_meanwhile_or_whose_target_is_longer_now_is_told_to_nobody(
    office: Office,
) -> None:
    for_answered, for_low = await office.open(), await office.open()
    owed = [one for one in await _both_late(office) if one.intent is Intent.PING]
    assert office.pinged(owed) == ["lee", "lee"]
    await office.say(for_answered, "asha", "Sorry")
    await office.do(SetPriority(ticket=for_low, priority=Priority.LOW), "asha")
    assert await said_of(office, owed) == ["it is kept, or was at last"] * 2


async def _both_late(office: Office) -> list[Delivery]:
    owed = await office.owed()
    go(office, "03-03 14:00")
    assert await ring(office) == 2
    return await office.owed(owed[-1].id)


async def test_whoever_may_not_see_it_any_more_is_not_told(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    [ping] = [one for one in await rung(office, "03-03 13:00") if one.intent is Intent.PING]
    hidden = {key: replace(one, sensitive=True) for key, one in office.desk.categories.items()}
    office.use(replace(office.desk, categories=hidden))
    assert isinstance(await office.composed(ping), Skip)


# --- the staff's to know ---------------------------------------------------------------------------------------------


async def late_in_threads(office: Office) -> tuple[TicketId, list[Delivery]]:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    await office.join("sam", "asha")
    ticket = await office.open()
    for audience in Audience:
        await office.thread_on(ticket, DISCORD, audience)
    await rung(office, "03-03 13:00")
    return ticket, await rung(office, "03-03 14:00")


async def test_a_requesters_thread_is_sent_nothing_and_the_staffs_its_card_anew(office: Office) -> None:
    ticket, owed = await late_in_threads(office)
    threads = {one.id: one.audience for one in await office.threads(ticket)}
    sent = [(one.intent, threads[one.address.thread]) for one in owed if isinstance(one.address, ToThread)]
    assert sent == [(Intent.TICKET_CARD, Audience.STAFF)]


async def test_a_requester_reads_no_line_and_no_fact_of_what_was_promised_and_broken(office: Office) -> None:
    ticket, _ = await late_in_threads(office)
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + DAY), "asha")
    await office.say(ticket, "asha", "Late, I know", MessageKind.NOTE)
    view = await office.view(ticket, "sam")
    assert [entry.line for entry in view.entries] == ["Sam Student opened the ticket for Academics"]
    keys = {field.key for field in view.card.fields}
    assert not keys & {"promise", "snoozed"}
    assert {SlaWarned, SlaBreached}.isdisjoint(shown_to(Audience.REQUESTER).only or ())


async def test_the_staff_read_both(office: Office) -> None:
    ticket, _ = await late_in_threads(office)
    view = await office.view(ticket, "asha")
    lines = [entry.line for entry in view.entries]
    assert "The time promised for its first answer is nearly over" in lines
    assert "The time promised for its first answer is over" in lines
    promises = [(field.label, field.value) for field in view.card.fields if field.key == "promise"]
    assert promises == [("First answer was due", at("03-03 14:00")), ("Resolution due", at("03-04 17:00"))]


async def test_a_team_that_it_goes_to_finds_its_promise_as_it_stands(office: Office) -> None:
    ticket = await office.open()
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    assert office.pinged(await rung(office, "03-03 13:00")) == ["pia"]


async def test_a_desk_that_promises_nothing_says_nothing(office: Office) -> None:
    office.use(desk_of())
    ticket = await office.open()
    for who in ("sam", "asha"):
        assert not {field.key for field in (await office.view(ticket, who)).card.fields} & {"promise", "expected"}
