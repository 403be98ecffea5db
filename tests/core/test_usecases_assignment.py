"""Who has a ticket: claim, assign, take away, hand to another team."""

import pytest

from core.commands import AssignTicket, ClaimTicket, ResolveTicket, TransferTicket, UnassignTicket
from core.errors import AlreadyClaimed, AlreadyYours, BadField, NotAllowed, NotAssigned, Refusal
from core.events import (
    StatusChanged,
    TicketAssigned,
    TicketClaimed,
    TicketTransferred,
    TicketUnassigned,
)
from core.model.ids import PersonId
from core.model.people import Grant, Role, Standing
from core.model.ticket import Status
from tests.fakes.office import Office


async def test_a_claimed_ticket_is_with_the_agent_and_in_progress(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    found = await office.ticket(ticket)
    assert (found.assignee, found.status) == (office.people["asha"], Status.IN_PROGRESS)
    assert (await office.events(ticket))[1:] == [
        TicketClaimed(ticket=ticket, assignee=office.people["asha"]),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
    ]


async def test_a_claimed_ticket_is_not_claimed_again(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    with pytest.raises(AlreadyYours, match=f"T-{ticket} is already yours"):
        await office.do(ClaimTicket(ticket=ticket), "asha")
    with pytest.raises(AlreadyClaimed, match=f"T-{ticket} is already with Asha Agent"):
        await office.do(ClaimTicket(ticket=ticket), "lee")


@pytest.mark.parametrize("who", ["pia", "lee", "ada"])
async def test_staff_of_any_team_may_claim_what_they_see(office: Office, who: str) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), who)
    assert (await office.ticket(ticket)).assignee == office.people[who]


async def test_a_requester_does_not_claim(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="You may not claim tickets: the support staff can"):
        await office.do(ClaimTicket(ticket=ticket), "sam")


async def test_an_assigned_ticket_goes_to_the_agent_and_from_the_one_before(office: Office) -> None:
    ticket = await office.open()
    asha, abe = office.people["asha"], office.people["abe"]
    await office.do(AssignTicket(ticket=ticket, assignee=asha), "lee")
    await office.do(AssignTicket(ticket=ticket, assignee=abe), "asha")
    assert (await office.ticket(ticket)).assignee == abe
    assert (await office.events(ticket))[1:] == [
        TicketAssigned(ticket=ticket, assignee=asha, previous=None),
        StatusChanged(ticket=ticket, before=Status.OPEN, after=Status.IN_PROGRESS),
        TicketAssigned(ticket=ticket, assignee=abe, previous=asha),
    ]
    with pytest.raises(AlreadyClaimed, match="already with Abe Academic"):
        await office.do(AssignTicket(ticket=ticket, assignee=abe), "lee")


@pytest.mark.parametrize(
    ("category", "by", "to", "name"),
    [
        ("exams", "lee", "sam", "Sam Student"),
        ("exams", "lee", "kim", "Kim Other"),
        ("welfare", "wen", "asha", "Asha Agent"),
        ("welfare", "wen", "ada", "Ada Admin"),
    ],
)
async def test_nobody_is_given_what_they_may_not_take(
    office: Office, category: str, by: str, to: str, name: str
) -> None:
    ticket = await office.open(category=category)
    with pytest.raises(BadField) as refused:
        await office.do(AssignTicket(ticket=ticket, assignee=office.people[to]), by)
    assert str(refused.value) == f"{name} cannot take T-{ticket}: only staff who may see it can."


async def test_the_blocked_and_the_unknown_are_given_nothing(office: Office) -> None:
    ticket = await office.open()
    await office.stand("abe", Standing.BLOCKED)
    for person in (office.people["abe"], PersonId(999)):
        with pytest.raises(BadField, match="cannot take"):
            await office.do(AssignTicket(ticket=ticket, assignee=person), "lee")


async def test_an_agent_assigns_within_their_team_only(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="an agent of its team, a lead or an admin can"):
        await office.do(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "pia")


async def test_a_ticket_taken_away_before_an_answer_is_with_nobody_and_open(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "pia")
    await office.do(UnassignTicket(ticket=ticket), "pia")
    found = await office.ticket(ticket)
    assert (found.assignee, found.status) == (None, Status.OPEN)
    assert (await office.events(ticket))[-2] == TicketUnassigned(ticket=ticket, previous=office.people["pia"])
    with pytest.raises(NotAssigned, match=f"T-{ticket} is with nobody yet"):
        await office.do(UnassignTicket(ticket=ticket), "lee")


async def test_another_teams_agent_takes_nothing_away(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    with pytest.raises(NotAllowed):
        await office.do(UnassignTicket(ticket=ticket), "pia")


async def test_a_transferred_ticket_leaves_an_assignee_who_does_not_serve_the_other_team(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    found = await office.ticket(ticket)
    assert (found.team, found.assignee, found.status) == ("platform", None, Status.OPEN)
    assert (await office.events(ticket))[-2] == TicketTransferred(ticket=ticket, before="academics", after="platform")


async def test_a_transferred_ticket_keeps_an_assignee_who_serves_both(office: Office) -> None:
    async with office.store.write() as work:
        await work.people.grant(office.people["asha"], Grant(Role.AGENT, "platform"), office.clock.now())
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    assert (await office.ticket(ticket)).assignee == office.people["asha"]


@pytest.mark.parametrize(
    ("team", "who", "sentence"),
    [
        ("nowhere", "asha", "There is no team “nowhere”. Choose one of: academics, platform."),
        ("academics", "asha", "T-1: that team has it already."),
        ("platform", "pia", "You may not transfer this ticket: an agent of its team, a lead or an admin can."),
        ("platform", "sam", "You may not transfer this ticket: an agent of its team, a lead or an admin can."),
    ],
)
async def test_a_wrong_transfer_is_refused(office: Office, team: str, who: str, sentence: str) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal) as refused:
        await office.do(TransferTicket(ticket=ticket, team=team), who)
    assert str(refused.value) == sentence


async def test_what_is_over_is_neither_claimed_nor_assigned_nor_transferred(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    for command in (
        ClaimTicket(ticket=ticket),
        AssignTicket(ticket=ticket, assignee=office.people["abe"]),
        TransferTicket(ticket=ticket, team="platform"),
    ):
        with pytest.raises(Refusal, match=r"is resolved, so it cannot be .+\. Reopen it first"):
            await office.do(command, "lee")
