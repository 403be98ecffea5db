"""The day's digest: once a day, to those who lead, and only where there is something to say."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.digest import Digest
from core.cards.card import Card
from core.commands import (
    AssignTicket,
    CloseTicket,
    CreateFaq,
    GrantRole,
    PublishFaq,
    RevokeRoles,
    SendDigest,
    SetStatus,
    Snooze,
)
from core.composing import Skip
from core.errors import NotAllowed
from core.events import DigestSent
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToPerson
from core.model.people import Platform, Role, Standing
from core.model.ticket import Priority, Status
from core.ports import Parcel
from core.text import Text
from tests.fakes.contested import Contested
from tests.fakes.escalations import URGENT, escalating
from tests.fakes.front import Front
from tests.fakes.office import DAY, HOUR, MINUTE, OPERATOR, SYSTEM, Office
from tests.fakes.promises import go, promising, ring

MORNING = "03-03 09:00"


@pytest.fixture
def office(front: Front) -> Office:
    front.office.use(promising())
    return front.office


def digest_of(office: Office) -> Digest:
    """As of a process that was started this moment."""
    return Digest(engine=office.engine, desk=office.desk, clock=office.clock)


async def sent(office: Office) -> list[Delivery]:
    return [one for one in await office.owed() if one.intent is Intent.DIGEST]


async def told(office: Office, owed: Sequence[Delivery], who: str = "lee") -> Card:
    [mine] = [one for one in owed if one.address == ToPerson(office.people[who], Platform.WEB)]
    parcel = await office.composed(mine)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card)
    return parcel.content


def counted(card: Card) -> dict[str, str]:
    return {field.key: str(field.value) for field in card.fields}


async def test_it_goes_out_as_the_desk_opens_to_those_who_lead(office: Office) -> None:
    await office.open()
    go(office, "03-03 08:59")
    await digest_of(office).send_if_due()
    assert await sent(office) == []
    go(office, MORNING)
    await digest_of(office).send_if_due()
    assert [one.address for one in await sent(office)] == [ToPerson(office.people["lee"], Platform.WEB)]
    assert [type(record.event) for record in office.told[-1].records] == [DigestSent]


async def test_it_goes_out_once_a_day_whoever_looks_and_however_often(office: Office) -> None:
    go(office, MORNING)
    first, second = digest_of(office), digest_of(office)
    for minutes in (0, 1, 59):
        office.clock.advance(minutes * MINUTE)
        await asyncio.gather(*(one.send_if_due() for one in (first, second, digest_of(office))))
    assert len(await sent(office)) == 1
    go(office, "03-04 09:00")
    await first.send_if_due()
    assert len(await sent(office)) == 2


async def test_a_lost_race_sends_nothing_twice(office: Office) -> None:
    go(office, MORNING)
    office.use(office.desk, Contested(office.store, 1))
    await digest_of(office).send_if_due()
    assert len(await sent(office)) == 1


@pytest.mark.parametrize("day", ["03-07", "03-08"])
async def test_on_a_day_on_which_the_desk_is_closed_there_is_none(office: Office, day: str) -> None:
    go(office, f"{day} 09:00")
    await digest_of(office).send_if_due()
    assert await sent(office) == []


async def some_of_everything(office: Office) -> list[TicketId]:
    office.use(escalating(office.desk, URGENT))
    go(office, "03-02 12:00")
    late, waiting, aside, urgent = [
        await office.open(title=title, priority=priority)
        for title, priority in (
            ("Late", Priority.NORMAL),
            ("Waiting", Priority.LOW),
            ("Aside", Priority.LOW),
            ("Urgent", Priority.URGENT),
        )
    ]
    await office.open(category="welfare", answers={})
    await office.open(category="login", answers={})
    await office.do(AssignTicket(ticket=waiting, assignee=office.people["abe"]), "asha")
    await office.do(SetStatus(ticket=waiting, status=Status.WAITING), "abe")
    await office.do(Snooze(ticket=aside, until=office.clock.now() + 9 * DAY), "asha")
    go(office, "03-02 17:30")
    while await ring(office):
        continue
    go(office, MORNING)
    await digest_of(office).send_if_due()
    return [late, waiting, aside, urgent]


async def test_it_says_how_the_teams_stand_that_somebody_leads(office: Office) -> None:
    await some_of_everything(office)
    card = await told(office, await sent(office))
    assert card.title == "How Student Support stands"
    expected = {"open": "4", "unassigned": "2", "waiting": "1", "breached": "2", "escalating": "1"}
    assert counted(card) == expected
    assert [row.title for row in card.rows] == ["T-1 Late"]


async def test_faqs_that_are_due_to_be_looked_at_are_counted_even_where_nothing_is_open(office: Office) -> None:
    made = await office.do(CreateFaq(question="How?", answer=Text.of("So.")), "asha")
    assert made.faq is not None
    await office.do(PublishFaq(faq=made.faq), "lee")
    go(office, "08-31 09:00")
    await digest_of(office).send_if_due()
    assert counted(await told(office, await sent(office))) == {"stale_faqs": "1"}


async def test_what_is_none_is_left_out_and_what_one_may_not_see_is_not_counted(office: Office) -> None:
    await office.open(category="welfare", answers={})
    go(office, MORNING)
    await digest_of(office).send_if_due()
    [one] = await sent(office)
    assert await office.composed(one) == Skip("there is nothing to say")
    await office.open()
    assert counted(await told(office, [one])) == {"open": "1", "unassigned": "1"}


async def test_whoever_leads_every_team_reads_of_all(office: Office) -> None:
    await office.do(GrantRole(person=office.people["kim"], role=Role.LEAD), OPERATOR)
    await some_of_everything(office)
    owed = await sent(office)
    assert {one.address for one in owed} == {ToPerson(office.people[who], Platform.WEB) for who in ("lee", "kim")}
    assert counted(await told(office, owed, "kim"))["open"] == "5"


async def test_it_is_written_to_leads_on_their_messenger_too(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({Platform.DISCORD})))
    await office.join("lee", "asha")
    go(office, MORNING)
    await office.open()
    await digest_of(office).send_if_due()
    there = [one for one in await sent(office) if one.address == ToPerson(office.people["lee"], Platform.DISCORD)]
    parcel = await office.composed(there[0])
    assert isinstance(parcel, Parcel)
    assert parcel.recipient == "d-lee"
    assert len(await sent(office)) == 2


async def test_nobody_reads_it_who_leads_no_more_or_may_not_act_or_when_its_day_is_over(office: Office) -> None:
    await office.open()
    go(office, MORNING)
    await digest_of(office).send_if_due()
    [one] = await sent(office)
    await office.stand("lee", Standing.SUSPENDED)
    assert await office.composed(one) == Skip("the person leads no team")
    await office.stand("lee", Standing.ACTIVE)
    assert isinstance(await office.composed(one), Parcel)
    office.clock.advance(DAY)
    assert await office.composed(one) == Skip("it is of another day")
    office.clock.advance(-HOUR)
    await office.do(RevokeRoles(person=office.people["lee"], source="operator"), OPERATOR)
    assert await office.composed(one) == Skip("the person leads no team")


async def test_where_everything_is_settled_nothing_is_said(office: Office) -> None:
    ticket = await office.open()
    await office.do(CloseTicket(ticket=ticket), "sam")
    go(office, MORNING)
    await digest_of(office).send_if_due()
    [one] = await sent(office)
    assert await office.composed(one) == Skip("there is nothing to say")


@pytest.mark.parametrize("who", ["sam", "lee", "ada"])
async def test_it_is_sent_by_the_desk_alone(office: Office, who: str) -> None:
    with pytest.raises(NotAllowed):
        await office.do(SendDigest(), who)


async def test_without_an_inbound_id_each_is_one_of_its_own(office: Office) -> None:
    for _ in range(2):
        await office.do(SendDigest(), SYSTEM)
    assert len(await sent(office)) == 2
