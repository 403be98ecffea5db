"""/alert, /escalate and /staff urgency, as people use them."""

from dataclasses import replace

import pytest

from core.actions import Press
from core.commands import Acknowledge
from core.errors import BadInput, Clash, NotAllowed, Refusal
from core.model.escalation import EscalationState
from core.model.ids import ref_of
from core.model.outbox import Intent, ToPerson
from core.model.ticket import Priority
from core.ports import Parcel
from tests.fakes.escalations import (
    LEAD,
    LEADS,
    URGENT,
    acknowledged,
    asked_urgent,
    called,
    escalating,
    of,
    only,
    step,
)
from tests.fakes.front import Front, fresh, shown
from tests.fakes.offers import alone, offering
from tests.fakes.office import MINUTE

RUNNING, HELD = EscalationState.RUNNING, EscalationState.ACKNOWLEDGED


async def test_in_a_tickets_thread_its_ref_is_understood(front: Front) -> None:
    ticket = await called(front.office)
    assert (
        shown(await front.type("lee", "/alert ack", ticket)).title
        == f"T-{ticket} is in your hands: nobody else is called"
    )
    assert shown(await front.type("lee", "/alert unack", ticket)).title == f"T-{ticket} escalates again"
    reply = shown(await front.type("lee", "/escalate 3", ticket))
    assert reply.title == f"T-{ticket}: the people of level 3 are called"
    assert (await only(front.office, ticket)).level == 3


async def test_the_button_on_a_persons_call_acknowledges(front: Front) -> None:
    ticket = await called(front.office)
    front.office.clock.advance(10 * MINUTE)
    front.office.use(escalating(front.office.desk, URGENT))
    await front.type("lee", "/escalate 2", ticket)
    calls = [one for one in await front.office.owed() if one.intent is Intent.CALL]
    theirs = next(one for one in calls if isinstance(one.address, ToPerson))
    parcel = await front.office.composed(theirs)
    assert isinstance(parcel, Parcel)
    button = parcel.content.buttons[0]  # type: ignore[union-attr] # a card
    await front.desk.press(button.action or "", front.office.actor("asha"))
    assert (await only(front.office, ticket)).acknowledged_by == front.office.people["asha"]


async def test_the_list_shows_what_goes_on_with_its_button_and_who_has_it(front: Front) -> None:
    assert shown(await front.type("lee", "/alert list")).body.plain() == "Nothing: nobody is being called."
    first, second = await called(front.office), await acknowledged(front.office)
    rows = shown(await front.type("ada", "/alert list")).rows
    assert [(row.ref, row.detail, [button.label for button in row.buttons]) for row in rows] == [
        (ref_of(first), "urgent · escalation urgent · level 1 called, next in 10 min", ["Acknowledge"]),
        (ref_of(second), "urgent · escalation urgent · acknowledged by Lee Lead just now", []),
    ]
    await front.desk.press(rows[0].buttons[0].action or "", front.office.actor("ada"))
    assert (await only(front.office, first)).state is HELD


async def test_the_list_shows_nobody_what_they_may_not_see(front: Front) -> None:
    usual = front.office.desk
    front.office.use(escalating(usual, URGENT))
    secret = await front.office.open(title="SECRET", category="welfare", answers={}, priority=Priority.URGENT)
    front.office.use(usual)
    assert shown(await front.type("lee", "/alert list")).rows == ()
    assert [row.ref for row in shown(await front.type("wen", "/alert list")).rows] == [ref_of(secret)]


async def test_what_the_asker_may_not_see_takes_nobodys_place_in_the_list(front: Front) -> None:
    usual = front.office.desk
    front.office.use(escalating(usual, URGENT))
    for number in range(51):
        who = ("sam", "kim")[number % 2]
        await front.office.open(who, category="welfare", answers={}, priority=Priority.URGENT)
    last = await front.office.open(priority=Priority.URGENT)
    front.office.use(usual)
    assert [row.ref for row in shown(await front.type("lee", "/alert list")).rows] == [ref_of(last)]
    assert len(shown(await front.type("wen", "/alert list")).rows) == 50


async def test_an_acknowledgement_says_that_an_offer_goes_on(front: Front) -> None:
    front.office.use(escalating(offering(front.office.desk), URGENT))
    await alone(front.office, "asha")
    ticket = await front.office.open(priority=Priority.URGENT)
    said = shown(await front.type("lee", f"/alert ack {ref_of(ticket)}"))
    assert said.title == f"T-{ticket} is in your hands: nobody else is called. Asha Agent is still asked to take it"
    await front.type("lee", f"/alert unack {ref_of(ticket)}")
    said = shown(await front.type("asha", f"/alert ack {ref_of(ticket)}"))
    assert said.title == f"T-{ticket} is in your hands: nobody else is called. You are still asked to take it"


async def test_a_lead_who_is_called_acknowledges_a_sensitive_ticket_without_reading_a_word_of_it(
    front: Front,
) -> None:
    front.office.use(escalating(front.office.desk, replace(URGENT, steps=(step(0, LEADS, LEAD),))))
    secret = await front.office.open(title="SECRET", category="welfare", answers={}, priority=Priority.URGENT)
    card = shown(await front.type("lee", f"/alert ack {ref_of(secret)}"))
    assert card.title == f"T-{secret} is in your hands: nobody else is called"
    assert "SECRET" not in repr(card) and card.fields == ()
    assert (await only(front.office, secret)).acknowledged_by == front.office.people["lee"]


@pytest.mark.parametrize("line", ["/alert ack {ref}", "/alert unack {ref}", "/alert list", "/escalate {ref} 1"])
async def test_a_student_is_refused(front: Front, line: str) -> None:
    ticket = await called(front.office)
    with pytest.raises(NotAllowed):
        await front.type("sam", line.format(ref=ref_of(ticket)))
    assert (await only(front.office, ticket)).state is RUNNING


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("/escalate {ref}", "level: this is missing"),
        ("/escalate {ref} two", "a whole number is wanted"),
        ("/escalate {ref} 0", "a whole number is wanted"),
        ("/escalate {ref} 999999999999999999999", "a whole number is wanted"),
        ("/staff urgency {ref} perhaps", "“perhaps” is not one of accept, decline"),
        ("/alert ack", "Which ticket"),
    ],
)
async def test_what_cannot_be_read_says_how_it_is_written(front: Front, line: str, problem: str) -> None:
    ticket = await called(front.office)
    with pytest.raises(BadInput, match=problem):
        await front.type("lee", line.format(ref=ref_of(ticket)))


async def test_a_second_acknowledgement_names_the_first(front: Front) -> None:
    ticket = await acknowledged(front.office)
    front.office.clock.advance(4 * MINUTE)
    with pytest.raises(Clash, match="Lee Lead acknowledged it 4 min ago"):
        await front.type("ada", f"/alert ack {ref_of(ticket)}")


@pytest.mark.parametrize(
    ("decision", "title", "priority"),
    [
        ("accept", "{ref} is urgent", Priority.URGENT),
        ("decline", "{ref} is not urgent: its requester is told", Priority.HIGH),
    ],
)
async def test_a_lead_decides_by_the_pings_button(front: Front, decision: str, title: str, priority: Priority) -> None:
    ticket = await asked_urgent(front.office)
    reply = await front.press("lee", Press("staff", "urgency", ticket, {"decision": decision}))
    assert shown(reply).title == title.format(ref=ref_of(ticket))
    assert (await front.office.ticket(ticket)).priority is priority
    with pytest.raises(Clash, match="nobody waits for a word"):
        await front.press("ada", Press("staff", "urgency", ticket, {"decision": decision}))


async def test_the_decision_asked_for_by_a_button_alone_is_chosen_from(front: Front) -> None:
    ticket = await asked_urgent(front.office)
    reply = await front.press("lee", Press("staff", "urgency", ticket))
    assert reply.form is not None
    [asked] = reply.form.inputs
    assert [choice.value for choice in asked.choices] == ["accept", "decline"]


async def test_what_was_not_asked_for_is_not_decided(front: Front) -> None:
    ticket = await fresh(front.office)
    with pytest.raises(Refusal, match="nobody waits for a word"):
        await front.type("lee", f"/staff urgency {ref_of(ticket)} accept")
    assert await of(front.office, ticket) == []
    with pytest.raises(Refusal):
        await front.office.do(Acknowledge(ticket=ticket), "lee")
