"""/agent handover, and the answers to an offer: tickets that change hands, from what is typed to what is read."""

import pytest

from core.actions import Press, encode_press
from core.cards.card import Card
from core.commands import ClaimTicket, ResolveTicket
from core.model.ids import ref_of
from core.usecases.offers import NothingToPass, NotYours, OfferIsOver
from tests.fakes.front import Front, shown
from tests.fakes.offers import alone, asked, holder, offering, two_held


@pytest.fixture
def taking_turns(front: Front) -> Front:
    """A desk whose academics take turns."""
    front.office.use(offering(front.office.desk))
    return Front(front.office)


def facts(card: Card) -> list[tuple[str, str]]:
    return [(row.title, row.detail) for row in card.rows]


# --- handing over ----------------------------------------------------------------------------------------------------


async def test_who_goes_away_is_offered_to_hand_over_each_open_ticket_or_all(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns.office)
    over = await taking_turns.office.open()
    await taking_turns.office.do(ResolveTicket(ticket=over), "asha")
    card = shown(await taking_turns.type("asha", "/agent away 2h"))
    assert card.body.plain().startswith("Your open tickets: 2.")
    assert [row.ref for row in card.rows] == [ref_of(urgent), ref_of(plain)]
    assert [row.buttons[0].action for row in card.rows] == [
        encode_press(Press("agent", "handover", ticket)) for ticket in (urgent, plain)
    ]
    assert [(button.label, button.action) for button in card.buttons] == [
        ("Hand over all", encode_press(Press("agent", "handover")))
    ]


async def test_one_is_handed_over_by_its_button(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns.office)
    card = shown(await taking_turns.press("asha", Press("agent", "handover", plain)))
    assert (card.title, card.footer) == ("Handed over: 1", "You still have 1.")
    assert facts(card) == [(f"{ref_of(plain)} My grade is missing", "Lee Lead is asked")]
    assert (await asked(taking_turns.office, plain), await holder(taking_turns.office, urgent)) == ("lee", "asha")


async def test_all_are_handed_over_by_theirs_once_however_often_it_is_told(taking_turns: Front) -> None:
    office = taking_turns.office
    tickets = await two_held(taking_turns.office)
    pressing = taking_turns.desk.press(
        encode_press(Press("agent", "handover")), office.actor("asha", inbound="interaction:1")
    )
    card = shown(await pressing)
    assert (card.title, card.footer) == ("Handed over: 2", "")
    assert {detail for _, detail in facts(card)} == {"Lee Lead is asked", "Wen Warden is asked"}
    for ticket in tickets:
        assert (await office.kinds(ticket)).count("TicketHandedOver") == 1
    again = taking_turns.desk.press(
        encode_press(Press("agent", "handover")), office.actor("asha", inbound="interaction:1")
    )
    assert shown(await again).title == "You had no open tickets to hand over"


async def test_where_nobody_is_there_what_is_handed_over_waits_in_the_queue(taking_turns: Front) -> None:
    [ticket, _] = await two_held(taking_turns.office)
    await alone(taking_turns.office, "asha")
    card = shown(await taking_turns.type("asha", f"/agent handover {ref_of(ticket)}"))
    assert facts(card)[0][1] == "in the queue: nobody is there to be asked"


async def test_in_a_team_that_claims_its_tickets_nobody_is_said_to_be_asked(front: Front) -> None:
    [ticket, _] = await two_held(front.office)
    card = shown(await front.type("asha", "/agent away 2h"))
    assert card.body.plain() == (
        "Your open tickets: 2. Hand over what cannot wait for you: your team can claim it then."
    )
    card = shown(await front.type("asha", f"/agent handover {ref_of(ticket)}"))
    assert facts(card)[0][1] == "in the queue again, for the team to claim"


async def test_in_a_tickets_thread_it_is_that_one(taking_turns: Front) -> None:
    plain, urgent = await two_held(taking_turns.office)
    await taking_turns.type("asha", "/agent handover", urgent)
    assert [await holder(taking_turns.office, one) for one in (plain, urgent)] == ["asha", None]


async def test_what_is_not_ones_own_is_not_handed_over(taking_turns: Front) -> None:
    ticket = await taking_turns.office.open()
    with pytest.raises(NotYours):
        await taking_turns.type("asha", f"/agent handover {ref_of(ticket)}")
    assert shown(await taking_turns.type("asha", "/agent handover")).title == "You had no open tickets to hand over"


async def test_more_tickets_than_a_card_shows_are_counted_and_all_handed_over(taking_turns: Front) -> None:
    office = taking_turns.office
    for number in range(23):
        await office.do(ClaimTicket(ticket=await office.open(title=f"{number} and {number}")), "asha")
    card = shown(await taking_turns.type("asha", "/agent away"))
    assert (len(card.rows), card.body.plain()[:22]) == (20, "Your open tickets: 23.")
    card = shown(await taking_turns.press("asha", Press("agent", "handover")))
    assert (card.title, len(card.rows)) == ("Handed over: 23", 20)


# --- accepting and passing -------------------------------------------------------------------------------------------


async def test_an_offer_is_accepted_and_passed_by_its_buttons(taking_turns: Front) -> None:
    office = taking_turns.office
    mine, theirs = await office.open(), await office.open("kim", "Where?")
    await taking_turns.press("asha", Press("ticket", "accept", mine))
    assert shown(await taking_turns.press("abe", Press("ticket", "pass", theirs))).title == f"You passed T-{theirs} on"
    assert (await holder(office, mine), await asked(office, theirs)) == ("asha", "lee")
    with pytest.raises(OfferIsOver, match="is offered to Lee Lead by now"):
        await taking_turns.press("abe", Press("ticket", "accept", theirs))
    with pytest.raises(NothingToPass):
        await taking_turns.press("abe", Press("ticket", "pass", theirs))


async def test_told_twice_an_answer_is_the_same(taking_turns: Front) -> None:
    ticket = await taking_turns.office.open()
    actor = taking_turns.office.actor("asha", inbound="interaction:1")
    for _ in range(2):
        card = shown(await taking_turns.desk.press(encode_press(Press("ticket", "accept", ticket)), actor))
        assert card.title == f"T-{ticket} is yours"
