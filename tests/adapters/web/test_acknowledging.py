"""The page that an alert's link leads to."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest

from core.alerting import LINK_LIFE, link_of
from core.commands import Acknowledge, Actor, OpenTicket, ResolveTicket, SetPriority, Unacknowledge
from core.events import EscalationAcknowledged
from core.model.desk import Acknowledge as Link
from core.model.escalation import Escalation, EscalationState, EscalationTrigger
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.ticket import Priority
from core.text import Text
from tests.fakes.escalations import URGENT, escalating
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import WebDesk, desk_of, running_web_desk

NAME = "Dean <b>Rao</b>"
BUTTON = 'type="submit"'
SIGN_IN = escalating(desk_of(), URGENT)
BY_LINK = replace(SIGN_IN, acknowledge=Link.LINK)


@pytest.fixture
async def either(request: pytest.FixtureRequest, tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database, setup=request.param) as running:
        yield running


@pytest.fixture
async def signing_in(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database, setup=SIGN_IN) as running:
        yield running


@pytest.fixture
async def by_link(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database, setup=BY_LINK) as running:
        yield running


async def urgent(web_desk: WebDesk, category: str = "platform") -> TicketId:
    opening = OpenTicket(title="SECRET words", description=Text.of("No."), category=category, priority=Priority.URGENT)
    outcome = await web_desk.engine.handle(opening, actor(web_desk, "student"))
    assert outcome.ticket is not None
    return outcome.ticket


def actor(web_desk: WebDesk, who: str) -> Actor:
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def escalation_of(web_desk: WebDesk, ticket: TicketId) -> Escalation:
    async with web_desk.store.read() as work:
        return (await work.escalations.of(ticket))[-1]


async def link(web_desk: WebDesk, ticket: TicketId) -> str:
    """Its path."""
    escalation = await escalation_of(web_desk, ticket)
    return urlsplit(link_of(escalation, web_desk.desk.desk, SIGNER, web_desk.clock.now())).path


async def test_it_shows_ref_priority_and_age_and_a_button_and_changes_nothing(by_link: WebDesk) -> None:
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    before = await escalation_of(by_link, ticket)
    by_link.clock.advance(timedelta(minutes=7))
    for _ in range(2):
        page = await (await by_link.nobody()).get(path)
        assert page.status == 200
        assert f"<h1>T-{ticket}</h1>" in page.text and "Urgent · opened 7 min ago" in page.text
        assert BUTTON in page.text
        assert "SECRET" not in page.text and "Student" not in page.text.replace("Student Support", "")
        assert page.headers["Cache-Control"] == "no-store"
    assert await escalation_of(by_link, ticket) == before


async def test_behind_a_link_that_suffices_a_typed_name_acknowledges_and_is_shown_as_not_verified(
    by_link: WebDesk,
) -> None:
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    browser = await by_link.nobody()
    sent = await browser.call("POST", path, data={"name": f"  {NAME}\u202e\x07 "})
    assert (sent.status, sent.headers["Location"]) == (303, path)
    escalation = await escalation_of(by_link, ticket)
    assert (escalation.state, escalation.acknowledged_by) == (EscalationState.ACKNOWLEDGED, None)
    assert escalation.acknowledged_as == NAME
    page = (await browser.get(path)).text
    assert "“Dean &lt;b&gt;Rao&lt;/b&gt;” (not verified) acknowledged it just now." in page
    assert BUTTON not in page
    card = (await by_link.desk.thread(ticket, actor(by_link, "lead"))).card
    [said] = [field.value for field in card.fields if field.key == "escalation"]
    assert said == f"acknowledged by “{NAME}” (not verified) just now"


@pytest.mark.parametrize(
    ("name", "says"), [("", "Your name is empty"), (" \u200b ", "Your name is empty"), ("x" * 81, "81 characters")]
)
async def test_a_name_that_will_not_do_is_asked_for_again(by_link: WebDesk, name: str, says: str) -> None:
    ticket = await urgent(by_link)
    page = await (await by_link.nobody()).call("POST", await link(by_link, ticket), data={"name": name})
    assert page.status == 422
    assert says in page.text and BUTTON in page.text
    assert (await escalation_of(by_link, ticket)).state is EscalationState.RUNNING


@pytest.mark.parametrize("either", [BY_LINK, SIGN_IN], indirect=True, ids=["link", "sign_in"])
async def test_who_is_signed_in_and_may_acknowledges_as_themselves(either: WebDesk) -> None:
    ticket = await urgent(either)
    path = await link(either, ticket)
    lead = await either.browser("lead")
    assert "Acknowledge as <bdi>Lead</bdi>" in (await lead.get(path)).text
    sent = await lead.call("POST", path, data={"name": "Somebody else"})
    assert sent.status == 303
    escalation = await escalation_of(either, ticket)
    assert (escalation.acknowledged_by, escalation.acknowledged_as) == (either.people["lead"], "")
    assert "Lead acknowledged it just now." in (await lead.get(path)).text


async def test_where_signing_in_is_asked_it_comes_first_and_leads_back(signing_in: WebDesk) -> None:
    ticket = await urgent(signing_in)
    path = await link(signing_in, ticket)
    browser = await signing_in.nobody()
    page = (await browser.get(path)).text
    welcome = f"/welcome?next={quote(path, safe='')}"
    assert f'href="{welcome}"' in page and BUTTON not in page
    sent = await browser.call("POST", path, data={"name": NAME})
    assert (sent.status, sent.headers["Location"]) == (303, welcome)
    assert (await escalation_of(signing_in, ticket)).state is EscalationState.RUNNING
    assert f'name="next" value="{path}"' in (await browser.get(welcome)).text
    entered = await browser.call("POST", "/session/demo", data={"who": "lead", "next": path})
    assert (entered.status, entered.headers["Location"]) == (303, path)


async def test_what_somebody_has_in_hand_says_who_and_when_and_is_sent_in_vain(by_link: WebDesk) -> None:
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    await by_link.engine.handle(Acknowledge(ticket=ticket), actor(by_link, "lead"))
    by_link.clock.advance(timedelta(minutes=3))
    late = await by_link.nobody()
    assert "Lead acknowledged it 3 min ago." in (await late.get(path)).text
    assert (await late.call("POST", path, data={"name": NAME})).status == 303
    assert (await escalation_of(by_link, ticket)).acknowledged_as == ""


async def test_what_is_over_says_so(by_link: WebDesk) -> None:
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    await by_link.engine.handle(ResolveTicket(ticket=ticket), actor(by_link, "agent"))
    nobody = await by_link.nobody()
    assert "It is over" in (await nobody.get(path)).text
    assert (await nobody.call("POST", path, data={"name": NAME})).status == 303
    assert (await escalation_of(by_link, ticket)).state is EscalationState.ENDED


PRESSING = replace(URGENT, key="pressing", when=EscalationTrigger(priorities=frozenset({Priority.HIGH})))
TWO = replace(escalating(desk_of(), URGENT, PRESSING), acknowledge=Link.LINK)


@pytest.mark.parametrize("either", [TWO], indirect=True)
async def test_a_link_whose_reason_is_gone_says_so_and_that_others_call(either: WebDesk) -> None:
    ticket = await urgent(either)
    path = await link(either, ticket)
    for priority in (Priority.NORMAL, Priority.HIGH):
        await either.engine.handle(SetPriority(ticket=ticket, priority=priority), actor(either, "agent"))
    nobody = await either.nobody()
    page = (await nobody.get(path)).text
    assert "It is over" in page and BUTTON not in page
    assert f"people are still called about T-{ticket} for another. The newest alert has a link for that." in page
    assert (await nobody.call("POST", path, data={"name": NAME})).status == 303
    assert (await escalation_of(either, ticket)).state is EscalationState.RUNNING


@pytest.mark.parametrize("either", [TWO], indirect=True)
async def test_a_link_that_was_pressed_is_to_be_pressed_again_while_another_calls(either: WebDesk) -> None:
    ticket = await urgent(either)
    path = await link(either, ticket)
    nobody = await either.nobody()
    assert (await nobody.call("POST", path, data={"name": NAME})).status == 303
    assert BUTTON not in (await nobody.get(path)).text
    async with either.store.write() as work:
        await work.escalations.add(ticket, PRESSING, either.clock.now())
    page = (await nobody.get(path)).text
    assert f"Acknowledge it, and nobody else is called about T-{ticket}." in page and BUTTON in page
    assert (await nobody.call("POST", path, data={"name": NAME})).status == 303
    assert (await escalation_of(either, ticket)).state is EscalationState.ACKNOWLEDGED


async def test_of_a_sensitive_ticket_it_says_ref_priority_and_age_and_nothing_else(by_link: WebDesk) -> None:
    ticket = await urgent(by_link, "welfare")
    path = await link(by_link, ticket)
    nobody = await by_link.nobody()
    calling = (await nobody.get(path)).text
    await by_link.engine.handle(Acknowledge(ticket=ticket), actor(by_link, "lead"))
    held = (await nobody.get(path)).text
    assert "Somebody acknowledged it just now." in held
    for page in (calling, held):
        assert f"<h1>T-{ticket}</h1>" in page and "Urgent · opened just now" in page
        for secret in ("SECRET", "Welfare", "Academics", "Lead"):
            assert secret not in page


async def test_after_its_day_the_link_is_over(by_link: WebDesk) -> None:
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    by_link.clock.advance(LINK_LIFE - timedelta(seconds=1))
    nobody = await by_link.nobody()
    assert (await nobody.get(path)).status == 200
    by_link.clock.advance(timedelta(seconds=1))
    for answer in (await nobody.get(path), await nobody.call("POST", path, data={"name": NAME})):
        assert answer.status == 410
        assert "The newest alert has another." in answer.text
    assert (await escalation_of(by_link, ticket)).state is EscalationState.RUNNING


async def test_a_link_stays_good_when_the_acknowledgement_is_taken_back(by_link: WebDesk) -> None:
    """Decided so: whoever was called may press it again, for the day that it lasts; nobody else is called meanwhile."""
    ticket = await urgent(by_link)
    path = await link(by_link, ticket)
    nobody = await by_link.nobody()
    for _ in range(2):
        assert (await nobody.call("POST", path, data={"name": NAME})).status == 303
        assert (await escalation_of(by_link, ticket)).state is EscalationState.ACKNOWLEDGED
        await by_link.engine.handle(Unacknowledge(ticket=ticket), actor(by_link, "lead"))
        assert (await escalation_of(by_link, ticket)).state is EscalationState.RUNNING
    async with by_link.store.read() as work:
        events = [record.event for record in await work.events.of(ticket)]
    assert sum(isinstance(event, EscalationAcknowledged) for event in events) == 2
