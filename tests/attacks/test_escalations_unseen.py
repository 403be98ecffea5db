"""Somebody who would stop, raise or learn of an escalation of a sensitive ticket that is not theirs to see."""

from dataclasses import replace

import pytest

from core.commands import Acknowledge, Command, DecideUrgency, Escalate, Unacknowledge
from core.errors import NoSuchTicket
from core.model.escalation import EscalationState
from core.model.ids import EscalationId, TicketId
from core.model.people import Grant, Platform, Role
from core.model.ticket import Priority
from tests.fakes.escalations import ASSIGNEE, LEAD, LEADS, ON_DUTY, URGENT, escalating, of, only, step
from tests.fakes.offers import ring
from tests.fakes.office import MINUTE, Office

NOBODYS = TicketId(999)
COMMANDS = [Acknowledge(ticket=NOBODYS), Unacknowledge(ticket=NOBODYS), Escalate(ticket=NOBODYS, level=1)]


@pytest.fixture
def desk(office: Office) -> Office:
    steps = (step(0, LEADS, ON_DUTY, ASSIGNEE), step(10, LEAD))
    office.use(escalating(office.desk, replace(URGENT, steps=steps)))
    return office


async def sensitive(desk: Office, *, acknowledged: bool = False) -> TicketId:
    ticket = await desk.open(category="welfare", answers={}, title="SECRET", priority=Priority.URGENT)
    if acknowledged:
        await desk.do(Acknowledge(ticket=ticket), "wen")
    return ticket


async def refusal(desk: Office, command: Command, who: str) -> str:
    with pytest.raises(NoSuchTicket) as refused:
        await desk.do(command, who)
    return str(refused.value)


@pytest.mark.parametrize("acknowledged", [False, True])
@pytest.mark.parametrize("who", ["lee", "ada", "asha", "kim"])
@pytest.mark.parametrize("command", COMMANDS, ids=lambda one: type(one).__name__)
async def test_whom_it_has_not_called_it_is_a_ticket_that_is_not_there(
    desk: Office, command: Acknowledge, who: str, acknowledged: bool
) -> None:
    ticket = await sensitive(desk, acknowledged=acknowledged)
    before = await desk.everything()
    told = await refusal(desk, replace(command, ticket=ticket), who)
    assert told.replace(f"T-{ticket}", f"T-{NOBODYS}") == await refusal(desk, command, who)
    assert await desk.everything() == before


async def test_a_lead_knows_of_it_from_when_the_leads_are_called_and_an_admin_never(desk: Office) -> None:
    ticket = await sensitive(desk)
    desk.clock.advance(10 * MINUTE)
    await refusal(desk, Acknowledge(ticket=ticket), "lee")
    await ring(desk)
    for who in ("ada", "asha"):
        await refusal(desk, Acknowledge(ticket=ticket), who)
    await desk.do(Acknowledge(ticket=ticket), "lee")
    assert (await only(desk, ticket)).acknowledged_by == desk.people["lee"]
    await refusal(desk, DecideUrgency(ticket=ticket, granted=True), "lee")


async def test_a_lead_of_another_team_is_not_called_with_the_leads(desk: Office) -> None:
    async with desk.store.write() as work:
        await work.people.grant(desk.people["pia"], Grant(Role.LEAD, "platform"), desk.clock.now())
    ticket = await sensitive(desk)
    desk.clock.advance(10 * MINUTE)
    await ring(desk)
    await refusal(desk, Acknowledge(ticket=ticket), "pia")


async def test_the_leads_who_were_called_by_one_that_has_ended_know_of_no_later_one(desk: Office) -> None:
    ticket = await sensitive(desk)
    desk.clock.advance(10 * MINUTE)
    await ring(desk)
    async with desk.store.write() as work:
        [ended] = await work.escalations.of(ticket)
        await work.escalations.save(replace(ended, state=EscalationState.ENDED, ended_at=desk.clock.now()))
        await work.escalations.add(ticket, URGENT, desk.clock.now())
    await refusal(desk, Acknowledge(ticket=ticket), "lee")
    assert (await of(desk, ticket))[-1].state is EscalationState.RUNNING


async def test_the_link_of_its_call_is_a_leads_right_and_only_behind_the_page(desk: Office) -> None:
    """Whoever reads the space that was called holds it; no other door names an escalation."""
    ticket = await sensitive(desk)
    link = Acknowledge(ticket=ticket, escalation=(await only(desk, ticket)).id)
    for door in (Platform.API, Platform.DISCORD, Platform.SLACK):
        with pytest.raises(NoSuchTicket):
            await desk.do(link, "lee", door=door)
    await refusal(desk, link, "asha")
    await desk.do(link, "lee", door=Platform.WEB)
    assert (await only(desk, ticket)).acknowledged_by == desk.people["lee"]


async def test_a_link_to_another_escalation_opens_nothing(desk: Office) -> None:
    ticket = await sensitive(desk)
    with pytest.raises(Exception, match="calls nobody now"):
        await desk.do(Acknowledge(ticket=ticket, escalation=EscalationId(999)), "wen")
    assert (await only(desk, ticket)).state is EscalationState.RUNNING
