"""What a requester declares urgent: when they may, what a lead is asked, and what becomes of it."""

import asyncio
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.cards.card import Card
from core.commands import CloseTicket, DecideUrgency, DeclareUrgent, ReopenTicket
from core.composing import Skip
from core.engine import Engine
from core.errors import Refusal
from core.model.desk import UrgencySetting
from core.model.outbox import Delivery, Intent
from core.model.people import Platform
from core.model.thread import Audience
from core.model.ticket import Priority
from core.ports import Parcel
from core.text import Text
from core.usecases.facts import AGAIN_AFTER
from tests.fakes.office import HOUR, Office, desk_of

WHY = Text.of("The exam is in an hour.")


@pytest.fixture
def desk(office: Office) -> Office:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    return office


async def card_of(office: Office, delivery: Delivery) -> Card:
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card), parcel
    return parcel.content


# --- when they may ---------------------------------------------------------------------------------------------------


async def test_while_a_lead_is_to_decide_it_is_not_declared_again(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    before = await desk.everything()
    with pytest.raises(Refusal) as refused:
        await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    assert str(refused.value) == f"T-{ticket}: you asked already for it to be urgent. A lead decides, and you are told."
    assert await desk.everything() == before
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "asha")
    assert (await desk.ticket(ticket)).priority is Priority.URGENT


async def test_what_was_opened_as_urgent_awaits_the_lead_as_well(desk: Office) -> None:
    ticket = await desk.open(priority=Priority.URGENT)
    with pytest.raises(Refusal, match="you asked already"):
        await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")


async def test_of_two_who_declare_at_once_one_is_asked_of_a_lead(any_office: Office, other_store: SqlStore) -> None:
    desk = desk_of(urgent=UrgencySetting.ASK)
    any_office.use(desk)
    other = Engine(other_store, desk, any_office.clock, any_office.keys)
    ticket = await any_office.open()
    declared = DeclareUrgent(ticket=ticket, why=WHY)
    tried = await asyncio.gather(
        any_office.do(declared, "sam"), other.handle(declared, any_office.actor("sam")), return_exceptions=True
    )
    assert [type(one).__name__ for one in tried if isinstance(one, Exception)] == ["DecisionAwaited"]
    assert (await any_office.kinds(ticket)).count("UrgencyDeclared") == 1


async def test_after_a_decline_a_day_goes_by_before_it_is_asked_again(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(DecideUrgency(ticket=ticket, granted=False), "lee")
    desk.clock.advance(3 * HOUR)
    with pytest.raises(Refusal) as refused:
        await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    assert str(refused.value) == (
        f"T-{ticket}: a lead decided 3 h ago that it is not urgent. You can declare it again a day after that; "
        "write here what is new meanwhile."
    )
    desk.clock.advance(AGAIN_AFTER - 3 * HOUR - timedelta(seconds=1))
    with pytest.raises(Refusal, match="not urgent"):
        await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    desk.clock.advance(timedelta(seconds=1))
    assert desk.pinged(await desk.owed_by(DeclareUrgent(ticket=ticket, why=WHY), "sam")) == ["lee"]


async def test_closing_and_reopening_gets_round_no_decline(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(DecideUrgency(ticket=ticket, granted=False), "lee")
    await desk.do(CloseTicket(ticket=ticket), "sam")
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    with pytest.raises(Refusal, match="not urgent"):
        await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")


async def test_what_nobody_had_decided_when_it_was_closed_is_asked_anew_after_it_is_reopened(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(CloseTicket(ticket=ticket), "sam")
    await desk.do(ReopenTicket(ticket=ticket), "sam")
    with pytest.raises(Refusal, match="nobody waits for a word"):
        await desk.do(DecideUrgency(ticket=ticket, granted=True), "lee")
    assert desk.pinged(await desk.owed_by(DeclareUrgent(ticket=ticket, why=WHY), "sam")) == ["lee"]


async def test_where_urgency_counts_at_once_an_earlier_decline_holds_nobody_back(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    await desk.do(DecideUrgency(ticket=ticket, granted=False), "lee")
    desk.use(desk_of(urgent=UrgencySetting.ALLOW))
    await desk.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    assert (await desk.ticket(ticket)).priority is Priority.URGENT


# --- what a lead is asked --------------------------------------------------------------------------------------------


async def test_a_lead_is_asked_with_how_often_it_was_declined_before(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    footers = []
    for _ in range(3):
        ticket = await office.open()
        owed = await office.owed_by(DeclareUrgent(ticket=ticket, why=WHY), "sam")
        [ask] = [one for one in owed if one.intent is Intent.PING]
        card = await card_of(office, ask)
        assert office.pinged(owed) == ["lee"]
        assert [(button.label, button.action) for button in card.buttons[:2]] == [
            ("Accept", f"1.staff.urgency.{ticket}.decision=accept"),
            ("Decline", f"1.staff.urgency.{ticket}.decision=decline"),
        ]
        footers.append(card.footer)
        told = await office.owed_by(DecideUrgency(ticket=ticket, granted=False), "lee")
        assert office.pinged(told) == ["sam"]
        assert await office.composed(ask) == Skip("it is decided already")
    assert footers == [
        "",
        "Once before, what they declared urgent was declined.",
        "Of what they declared urgent before, 2 were declined.",
    ]


async def test_until_it_is_decided_the_tickets_card_asks_whoever_may_decide(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    ticket = await office.open()

    async def buttons(who: str) -> list[str]:
        return [button.label for button in (await office.view(ticket, who)).card.buttons]

    assert "Urgent" in await buttons("sam")
    await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    card = (await office.view(ticket, "lee")).card
    assert [(button.label, button.action) for button in card.buttons[:2]] == [
        ("Agree: urgent", f"1.staff.urgency.{ticket}.decision=accept"),
        ("Decline: not urgent", f"1.staff.urgency.{ticket}.decision=decline"),
    ]
    for who in ("asha", "sam"):
        assert not {"Urgent", "Agree: urgent", "Decline: not urgent"} & set(await buttons(who))
    await office.do(DecideUrgency(ticket=ticket, granted=False), "lee")
    for who in ("lee", "sam"):
        assert "Urgent" in await buttons(who)
        assert "Agree: urgent" not in await buttons(who)


async def test_the_staffs_card_asks_it_too_and_the_one_that_its_requester_reads_does_not(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    ticket = await office.open()
    threads = {
        await office.thread_on(ticket, Platform.DISCORD, audience): audience
        for audience in (Audience.REQUESTER, Audience.STAFF)
    }
    owed = await office.owed_by(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    cards = [one for one in owed if one.intent is Intent.TICKET_CARD]
    shown = {threads[one.address.thread]: await card_of(office, one) for one in cards}
    asking = {audience: "Agree: urgent" in [b.label for b in card.buttons] for audience, card in shown.items()}
    assert asking == {Audience.REQUESTER: False, Audience.STAFF: True}


async def test_the_requester_hears_what_was_decided(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.ASK))
    ticket = await office.open()
    await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    owed = await office.owed_by(DecideUrgency(ticket=ticket, granted=True), "lee")
    assert office.pinged(owed) == ["sam"]
    ping = next(one for one in owed if one.intent is Intent.PING)
    assert (await card_of(office, ping)).subtitle == "Lee Lead agreed that it is urgent"
