"""Who hears of an offer, in which words, and when they no longer need to."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from core.actions import Press, encode_press
from core.cards.card import Card, Field, Tone
from core.commands import (
    AcceptOffer,
    ClaimTicket,
    HandOver,
    OpenTicket,
    PassOffer,
    SetDuty,
    TransferTicket,
    UnassignTicket,
)
from core.composing import Skip
from core.events import NobodyToOffer, TicketOffered
from core.model.desk import Desk
from core.model.duty import DutyState
from core.model.hours import OpeningHours
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience
from core.model.ticket import Priority
from core.ports import Parcel
from core.text import Text
from tests.fakes.offers import alone, offering, ring
from tests.fakes.office import MINUTE, Office, on_discord

OPENING = OpenTicket(
    title="My grade is missing", category="exams", description=Text.of("Gone."), answers={"course": "CS1"}
)


@pytest.fixture
def desk(office: Office) -> Office:
    """An office whose academics take turns."""
    office.use(offering(office.desk))
    return office


async def opened(office: Office, who: str = "sam", **more: object) -> tuple[TicketId, list[Delivery]]:
    """A ticket, and what opening it owes."""
    owed = await office.owed_by(replace(OPENING, **more), who)
    ticket = owed[-1].ticket
    assert ticket is not None
    return ticket, owed


async def pings(office: Office, owed: Sequence[Delivery]) -> dict[str, Card | Skip]:
    """What each who is pinged reads on the web."""
    called = {person: who for who, person in office.people.items()}
    told: dict[str, Card | Skip] = {}
    for one in owed:
        if one.intent is Intent.PING and isinstance(one.address, ToPerson) and one.address.platform is Platform.WEB:
            parcel = await office.composed(one)
            told[called[one.address.person]] = parcel.content if isinstance(parcel, Parcel) else parcel
    return told


async def test_only_whoever_is_asked_hears_of_a_ticket_that_opens(desk: Office) -> None:
    ticket, owed = await opened(desk)
    told = await pings(desk, owed)
    assert list(told) == ["asha"]
    card = told["asha"]
    assert isinstance(card, Card)
    assert card.title == f"T-{ticket} My grade is missing"
    assert card.subtitle == "Can you take it? You have 5 min; then somebody else is asked"
    assert card.rows[0].title == "Normal · Exams and grades · from Sam Student"
    assert card.fields == (Field("Offered until", desk.clock.now() + 5 * MINUTE, "offered"),)
    assert card.body == Text.of("Gone.")
    assert [(button.label, button.action) for button in card.buttons[:2]] == [
        ("Accept", encode_press(Press("ticket", "accept", ticket))),
        ("Pass", encode_press(Press("ticket", "pass", ticket))),
    ]
    assert card.buttons[2].url == f"https://desk.example.org/t/T-{ticket}"


async def test_an_offer_of_an_urgent_ticket_looks_urgent(desk: Office) -> None:
    _, owed = await opened(desk, priority=Priority.URGENT)
    card = (await pings(desk, owed))["asha"]
    assert isinstance(card, Card)
    assert card.tone is Tone.URGENT


async def test_an_offer_of_a_sensitive_ticket_says_its_ref_and_priority_only(desk: Office) -> None:
    ticket, owed = await opened(desk, category="welfare", answers={}, title="He hit me", description=Text.of("Twice."))
    [(who, card)] = (await pings(desk, owed)).items()
    assert isinstance(card, Card)
    assert (who, card.title, card.body, card.rows[0].title) == ("wen", f"T-{ticket}", Text(), "Normal")
    assert [button.label for button in card.buttons] == ["Accept", "Pass", "Open"]


async def test_whoever_caused_it_themselves_is_asked_all_the_same(desk: Office) -> None:
    await alone(desk, "lee")
    ticket = await desk.open(category="login", answers={})
    owed = await desk.owed_by(TransferTicket(ticket=ticket, team="academics"), "lee")
    told = await pings(desk, owed)
    assert list(told) == ["lee"]
    assert isinstance(told["lee"], Card)


async def test_the_next_who_is_asked_is_told_and_whoever_passed_is_not(desk: Office) -> None:
    ticket, _ = await opened(desk)
    owed = await desk.owed_by(PassOffer(ticket=ticket), "asha")
    assert list(await pings(desk, owed)) == ["abe"]


@pytest.mark.parametrize("who", ["asha", "pia"])
async def test_an_offer_that_stands_no_more_is_not_told(desk: Office, who: str) -> None:
    ticket, owed = await opened(desk)
    await desk.do(ClaimTicket(ticket=ticket), who)
    assert await pings(desk, owed) == {"asha": Skip("they are not asked to take it any more")}


async def test_an_offer_that_went_on_is_not_told_to_the_one_before(desk: Office) -> None:
    ticket, owed = await opened(desk)
    desk.clock.advance(5 * MINUTE)
    await ring(desk)
    assert await pings(desk, owed) == {"asha": Skip("they are not asked to take it any more")}
    later = await desk.owed(owed[-1].id)
    told = await pings(desk, later)
    assert list(told) == ["abe"]
    assert isinstance(told["abe"], Card)
    assert told["abe"].fields == (Field("Offered until", desk.clock.now() + 5 * MINUTE, "offered"),)
    assert isinstance((await desk.events(ticket))[-1], TicketOffered)


# --- nobody ----------------------------------------------------------------------------------------------------------


async def test_the_teams_leads_are_told_where_nobody_is_on_duty_and_its_agents_are_not(desk: Office) -> None:
    await alone(desk)
    _, owed = await opened(desk)
    [(who, card)] = (await pings(desk, owed)).items()
    assert isinstance(card, Card)
    assert (who, card.subtitle) == ("lee", "Nobody is on duty who could take it")


async def test_the_leads_are_told_when_everybody_passed_unless_somebody_has_it_by_then(desk: Office) -> None:
    await alone(desk, "abe")
    ticket, _ = await opened(desk)
    owed = await desk.owed_by(PassOffer(ticket=ticket), "abe")
    [(who, card)] = (await pings(desk, owed)).items()
    assert isinstance(card, Card)
    assert (who, card.subtitle) == ("lee", "Everybody on duty was asked, and nobody took it")
    assert (await desk.events(ticket))[-1] == NobodyToOffer(ticket=ticket, asked=1)
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    assert await pings(desk, owed) == {"lee": Skip("somebody has it by now, or is asked to take it")}


async def test_where_no_lead_may_know_of_it_whoever_may_is_told_that_nobody_is_left(desk: Office) -> None:
    await alone(desk)
    _, owed = await opened(desk, category="welfare", answers={})
    assert list(await pings(desk, owed)) == ["wen"]


async def test_a_team_without_leads_has_the_admins_told(office: Office) -> None:
    office.use(offering(office.desk, "platform", capacity=0))
    _, owed = await opened(office, category="login", answers={})
    assert sorted(await pings(office, owed)) == ["ada", "lee"]


# --- the team, where it assigns by hand ------------------------------------------------------------------------------


async def test_of_a_team_that_assigns_by_hand_those_on_duty_hear_of_a_ticket(office: Office) -> None:
    _, owed = await opened(office)
    assert office.pinged(owed) == ["abe", "asha", "lee", "wen"]
    await alone(office, "abe", "wen")
    _, owed = await opened(office)
    assert office.pinged(owed) == ["abe", "wen"]


async def test_where_nobody_is_on_duty_everybody_hears_of_it(office: Office) -> None:
    office.use(replace(office.desk, hours=OpeningHours(week={})))
    _, owed = await opened(office)
    assert office.pinged(owed) == ["abe", "asha", "lee", "wen"]


async def test_a_ticket_put_back_by_hand_is_told_to_the_team_and_its_requester(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    owed = await office.owed_by(HandOver(ticket=ticket), "asha")
    told = await pings(office, owed)
    assert sorted(told) == ["abe", "lee", "sam", "wen"]
    assert {card.subtitle for card in told.values() if isinstance(card, Card)} == {"Asha Agent handed it on"}


async def test_a_ticket_handed_on_is_told_to_its_requester_and_whoever_is_asked(desk: Office) -> None:
    ticket, _ = await opened(desk)
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    owed = await desk.owed_by(HandOver(ticket=ticket), "asha")
    assert sorted(await pings(desk, owed)) == ["abe", "sam"]
    await desk.do(AcceptOffer(ticket=ticket), "abe")
    owed = await desk.owed_by(UnassignTicket(ticket=ticket), "abe")
    assert sorted(await pings(desk, owed)) == ["lee"]


# --- on a platform ---------------------------------------------------------------------------------------------------


def discord(desk: Desk) -> Desk:
    return on_discord(offering(desk))


async def test_on_discord_whoever_is_asked_is_written_to_though_their_team_reads_a_thread(office: Office) -> None:
    office.use(discord(office.desk))
    await office.join("asha", "abe", "lee", "sam")
    _, owed = await opened(office)
    to = {one.address.person for one in owed if isinstance(one.address, ToPerson) and one.intent is Intent.PING}
    on = {one.address.platform for one in owed if isinstance(one.address, ToPerson) and one.intent is Intent.PING}
    assert (to, on) == ({office.people["asha"]}, {Platform.WEB, Platform.DISCORD})


async def test_the_staffs_card_shows_who_is_asked_and_the_requesters_does_not_change(office: Office) -> None:
    office.use(discord(office.desk))
    await office.join("asha", "abe", "lee", "sam")
    ticket, owed = await opened(office)
    await office.carry_out()
    owed = await office.owed_by(PassOffer(ticket=ticket), "asha")
    threads = {thread.id: thread.audience for thread in await office.threads(ticket)}
    touched = [threads[one.address.thread] for one in owed if isinstance(one.address, ToThread)]
    assert set(touched) == {Audience.STAFF}
    parcel = await office.composed(next(one for one in owed if one.intent is Intent.TICKET_CARD))
    assert isinstance(parcel, Parcel)
    assert isinstance(parcel.content, Card)
    asked = [(field.label, field.value) for field in parcel.content.fields if field.key == "offered"]
    assert asked == [("Offered to", "Abe Academic"), ("Offered until", office.clock.now() + 5 * MINUTE)]


# --- on the ticket's card --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "shown", "buttons"),
    [
        ("asha", "Asha Agent", {"Accept", "Pass"}),
        ("abe", "Asha Agent", {"Claim"}),
        ("sam", None, set()),
    ],
)
async def test_the_card_says_to_the_staff_who_is_asked_and_has_the_buttons_for_them(
    desk: Office, who: str, shown: str | None, buttons: set[str]
) -> None:
    ticket = await desk.open()
    card = (await desk.view(ticket, who)).card
    assert next((field.value for field in card.fields if field.key == "offered"), None) == shown
    assert {button.label for button in card.buttons} & {"Accept", "Pass", "Claim"} == buttons


async def test_of_less_than_a_minute_the_card_says_the_seconds(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(5 * MINUTE - timedelta(seconds=10))
    card = (await desk.view(ticket, "abe")).card
    assert [(field.label, field.value) for field in card.fields if field.key == "offered"] == [
        ("Offered to", "Asha Agent, for 10 s")
    ]


async def test_whoever_went_away_while_asked_did_not_pass_it_on(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(SetDuty(state=DutyState.AWAY), "asha")
    await ring(desk)
    lines = [entry.line for entry in (await desk.view(ticket, "lee")).entries]
    assert lines[1:] == [
        "Asha Agent is asked to take it",
        "Asha Agent went off duty without an answer",
        "Abe Academic is asked to take it",
    ]


async def test_a_requester_reads_nothing_of_offers_in_the_thread(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(PassOffer(ticket=ticket), "asha")
    assert [entry.line for entry in (await desk.view(ticket, "sam")).entries] == [
        "Sam Student opened the ticket for Academics"
    ]
    lines = [(entry.line, entry.who) for entry in (await desk.view(ticket, "lee")).entries]
    assert lines[1:] == [
        ("Asha Agent is asked to take it", "Student Support"),
        ("Asha Agent passed it on", "Asha Agent"),
        ("Abe Academic is asked to take it", "Student Support"),
    ]
