"""What ends an offer, what is given back, and what only the desk itself does with them."""

import pytest

from core.commands import (
    AcceptOffer,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    ExpireOffer,
    HandOver,
    OfferWaiting,
    ResolveTicket,
    RevokeRoles,
    Snooze,
    TransferTicket,
    UnassignTicket,
    Wake,
    WithdrawTicket,
)
from core.errors import Clash, NoSuchTicket, NotAllowed, WrongStatus
from core.events import (
    NobodyToOffer,
    OfferPassed,
    StatusChanged,
    TicketHandedOver,
    TicketOffered,
    TicketUnassigned,
)
from core.model.desk import Assignment
from core.model.ids import TicketId, TimerId
from core.model.people import Standing
from core.model.ticket import Status
from core.usecases.offers import NotYours
from tests.fakes.offers import alone, asked, backlog, holder, offer_timers, offering, ring
from tests.fakes.office import DAY, MINUTE, SYSTEM, Office

FIVE = 5 * MINUTE


@pytest.fixture
def desk(office: Office) -> Office:
    """An office whose academics take turns."""
    office.use(offering(office.desk))
    return office


# --- what ends an offer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("command", "who"),
    [
        (ResolveTicket, "lee"),
        (CloseTicket, "sam"),
        (WithdrawTicket, "sam"),
    ],
)
async def test_what_is_over_is_offered_to_nobody_any_more(
    desk: Office, command: type[ResolveTicket | CloseTicket | WithdrawTicket], who: str
) -> None:
    ticket = await desk.open()
    await desk.do(command(ticket=ticket), who)
    found = await desk.ticket(ticket)
    assert (found.offered_to, found.offered_until) == (None, None)
    assert await offer_timers(desk, ticket) == []
    with pytest.raises(Clash):
        await desk.do(AcceptOffer(ticket=ticket), "asha")


async def test_a_ticket_that_is_put_aside_is_offered_to_nobody_until_it_is_taken_up_again(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(Snooze(ticket=ticket, until=desk.clock.now() + DAY), "lee")
    assert await asked(desk, ticket) is None
    assert await offer_timers(desk, ticket) == []
    assert await backlog(desk).drain() == 0
    await desk.do(Wake(ticket=ticket), "lee")
    assert await asked(desk, ticket) == "abe"
    await desk.do(Snooze(ticket=ticket, until=desk.clock.now() + DAY), "lee")
    desk.clock.advance(DAY)
    await ring(desk)
    assert await asked(desk, ticket) == "lee"


async def test_an_agents_own_ticket_that_is_put_aside_is_still_theirs(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    await desk.do(Snooze(ticket=ticket, until=desk.clock.now() + DAY), "asha")
    desk.clock.advance(DAY)
    await ring(desk)
    assert (await holder(desk, ticket), await asked(desk, ticket)) == ("asha", None)


async def test_a_ticket_given_to_somebody_is_offered_no_more(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(AssignTicket(ticket=ticket, assignee=desk.people["abe"]), "lee")
    assert (await asked(desk, ticket), await holder(desk, ticket)) == (None, "abe")
    assert await desk.timers() == []


async def test_a_transferred_ticket_is_offered_in_its_new_team(desk: Office) -> None:
    desk.use(offering(desk.desk, "academics", "platform"))
    ticket = await desk.open()
    await desk.do(TransferTicket(ticket=ticket, team="platform"), "lee")
    assert await asked(desk, ticket) == "pia"
    assert len(await offer_timers(desk, ticket)) == 1


async def test_a_ticket_transferred_to_a_team_that_assigns_by_hand_is_offered_to_nobody(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(TransferTicket(ticket=ticket, team="platform"), "lee")
    assert await asked(desk, ticket) is None
    assert await desk.timers() == []


async def test_whoever_lost_the_role_or_was_suspended_while_asked_loses_the_offer_when_its_time_is_over(
    desk: Office,
) -> None:
    first = await desk.open()
    desk.clock.advance(MINUTE)
    second = await desk.open()
    await desk.stand("asha", Standing.SUSPENDED)
    await desk.do(RevokeRoles(person=desk.people["abe"]), "ada")
    assert [await asked(desk, one) for one in (first, second)] == ["asha", "abe"]
    desk.clock.advance(FIVE)
    await ring(desk)
    assert [await asked(desk, one) for one in (first, second)] == ["lee", "wen"]


async def test_a_team_that_assigns_by_hand_from_now_on_lets_offers_stand_and_asks_nobody_after_them(
    desk: Office,
) -> None:
    kept, left = await desk.open(), await desk.open()
    desk.use(offering(desk.desk, mode=Assignment.MANUAL))
    await desk.do(AcceptOffer(ticket=kept), "asha")
    assert await holder(desk, kept) == "asha"
    desk.clock.advance(FIVE)
    await ring(desk)
    assert await asked(desk, left) is None
    assert (await desk.events(left))[-2:] == [
        OfferPassed(ticket=left, person=desk.people["abe"], late=True),
        NobodyToOffer(ticket=left, asked=1),
    ]


async def test_an_offer_that_ran_out_while_the_desk_was_down_goes_on_at_its_start(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(DAY)
    desk.use(desk.desk)
    assert await ring(desk) == 1
    found = await desk.ticket(ticket)
    assert (found.offered_to, found.offered_until) == (desk.people["abe"], desk.clock.now() + FIVE)


# --- giving back -----------------------------------------------------------------------------------------------------


async def test_a_ticket_handed_over_is_offered_to_somebody_else(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    await desk.do(HandOver(ticket=ticket), "asha")
    found = await desk.ticket(ticket)
    assert (found.assignee, found.status) == (None, Status.OPEN)
    assert await asked(desk, ticket) == "abe"
    assert (await desk.events(ticket))[-3:] == [
        TicketHandedOver(ticket=ticket, previous=desk.people["asha"]),
        StatusChanged(ticket=ticket, before=Status.IN_PROGRESS, after=Status.OPEN),
        TicketOffered(ticket=ticket, person=desk.people["abe"]),
    ]


async def test_what_an_agent_gave_up_is_not_offered_to_them_though_nobody_else_is_there(desk: Office) -> None:
    await alone(desk, "asha")
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    await desk.do(HandOver(ticket=ticket), "asha")
    assert (await desk.events(ticket))[-1] == NobodyToOffer(ticket=ticket, asked=0)
    await desk.do(ClaimTicket(ticket=ticket), "asha")
    await desk.do(UnassignTicket(ticket=ticket), "asha")
    assert (await desk.events(ticket))[-3:-1] == [
        TicketUnassigned(ticket=ticket, previous=desk.people["asha"]),
        StatusChanged(ticket=ticket, before=Status.IN_PROGRESS, after=Status.OPEN),
    ]
    assert await asked(desk, ticket) is None


async def test_an_answered_ticket_that_is_handed_over_stays_in_progress(desk: Office) -> None:
    ticket = await desk.open()
    await desk.say(ticket, "asha", "Which course?")
    await desk.do(HandOver(ticket=ticket), "asha")
    assert ((await desk.ticket(ticket)).status, await asked(desk, ticket)) == (Status.IN_PROGRESS, "abe")


@pytest.mark.parametrize("who", ["abe", "lee"])
async def test_only_ones_own_ticket_is_handed_over(desk: Office, who: str) -> None:
    ticket = await desk.open()
    await desk.do(AcceptOffer(ticket=ticket), "asha")
    with pytest.raises(NotYours, match=f"T-{ticket} is not yours"):
        await desk.do(HandOver(ticket=ticket), who)


async def test_what_is_over_is_not_handed_over(desk: Office) -> None:
    ticket = await desk.open()
    await desk.do(ResolveTicket(ticket=ticket), "asha")
    with pytest.raises(WrongStatus, match="it cannot be handed over"):
        await desk.do(HandOver(ticket=ticket), "asha")


async def test_in_a_team_that_assigns_by_hand_a_ticket_handed_over_waits_in_the_queue(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(HandOver(ticket=ticket), "asha")
    assert (await office.kinds(ticket))[-2:] == ["TicketHandedOver", "StatusChanged"]


# --- the desk's own commands -----------------------------------------------------------------------------------------


async def test_only_the_desk_lets_an_offer_run_out_or_offers_what_waits(desk: Office) -> None:
    ticket = await desk.open()
    for command in (ExpireOffer(ticket=ticket, timer=TimerId(1)), OfferWaiting(ticket=ticket)):
        with pytest.raises(NotAllowed, match="administer the desk"):
            await desk.do(command, "ada")
    with pytest.raises(NoSuchTicket):
        await desk.do(OfferWaiting(ticket=TicketId(4711)), SYSTEM)


async def test_what_needs_no_agent_is_left_as_it_is(desk: Office) -> None:
    offered = await desk.open()
    taken = await desk.open()
    await desk.do(ClaimTicket(ticket=taken), "lee")
    over = await desk.open()
    await desk.do(CloseTicket(ticket=over), "sam")
    by_hand = await desk.open(category="login", answers={})
    for ticket in (offered, taken, over, by_hand):
        before = await desk.ticket(ticket)
        await desk.do(OfferWaiting(ticket=ticket), SYSTEM)
        assert await desk.ticket(ticket) == before


async def test_a_timer_that_is_gone_ends_no_offer(desk: Office) -> None:
    ticket = await desk.open()
    desk.clock.advance(FIVE)
    await desk.do(ExpireOffer(ticket=ticket, timer=TimerId(4711)), SYSTEM)
    assert await asked(desk, ticket) == "asha"


async def test_a_timer_that_was_left_behind_does_nothing(desk: Office) -> None:
    ticket = await desk.open()
    [timer] = await desk.timers()
    async with desk.store.write() as work:
        await work.tickets.save((await desk.ticket(ticket)).without_offer())
    desk.clock.advance(FIVE)
    await desk.do(ExpireOffer(ticket=ticket, timer=timer.id), SYSTEM)
    assert await desk.kinds(ticket) == ["TicketOpened", "TicketOffered"]
