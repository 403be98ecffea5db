"""Whom a call reaches and what they read; what is told of it where, and what is told only once."""

import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest

from core.alerting import LINK_LIFE, read_link
from core.cards.card import Card
from core.commands import (
    Acknowledge,
    AssignTicket,
    ClaimTicket,
    Command,
    Escalate,
    ResolveTicket,
    SetPriority,
    Unacknowledge,
)
from core.composing import Skip
from core.model.desk import Acknowledge as Link
from core.model.escalation import EscalationPolicy, Whom
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToEmail, ToPerson, ToSpace
from core.model.people import Platform, Standing
from core.model.thread import Audience
from core.model.ticket import Priority
from core.ports import Expired, Parcel
from core.text import Text
from tests.fakes.escalations import (
    ASSIGNEE,
    BY_DAY,
    DEAN,
    DEANS,
    LEAD,
    LEADS,
    NIGHT,
    ON_DUTY,
    URGENT,
    Watch,
    escalating,
    only,
    step,
)
from tests.fakes.office import MINUTE, SYSTEM, Office, desk_of, on_discord
from tests.fakes.signer import SIGNER

WHY = Text.of("The exam is in an hour.")
WEB = replace(SYSTEM, door=Platform.WEB)


def calling(*whom: Whom, after: int = 0) -> EscalationPolicy:
    return replace(URGENT, steps=(step(after, *whom),))


def reached(office: Office, owed: list[Delivery], intent: Intent = Intent.CALL) -> list[str]:
    called = {person: who for who, person in office.people.items()}
    names = []
    for one in owed:
        match one.address:
            case ToSpace(space) if one.intent is intent:
                names.append(f"space:{space}")
            case ToEmail(address) if one.intent is intent:
                names.append(address)
            case ToPerson(person, platform) if one.intent is intent:
                names.append(called[person] if platform is Platform.WEB else f"{called[person]} on {platform}")
    return names


async def card_of(office: Office, delivery: Delivery) -> Card:
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card), parcel
    return parcel.content


async def opened(office: Office, *whom: Whom, **more: Any) -> tuple[TicketId, list[Delivery]]:
    office.use(escalating(office.desk, calling(*whom)))
    ticket = await office.open(priority=Priority.URGENT, **more)
    return ticket, await office.owed()


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("whom", "by_day", "who"),
    [
        (LEADS, True, ["space:leads"]),
        (DEAN, True, ["dean@example.com"]),
        (LEAD, True, ["lee"]),
        (ON_DUTY, True, ["asha", "abe", "lee", "wen"]),
        (ON_DUTY, False, ["lee"]),
        (ASSIGNEE, True, ["asha", "abe", "lee", "wen"]),
        (ASSIGNEE, False, ["lee"]),
    ],
)
async def test_each_is_reached_and_where_there_is_nobody_the_next_who_can(
    office: Office, whom: Whom, by_day: bool, who: list[str]
) -> None:
    office.use(desk_of(hours=BY_DAY))
    if not by_day:
        office.clock.advance(NIGHT)
    _, owed = await opened(office, whom)
    assert reached(office, owed) == who


async def test_whoever_has_the_ticket_is_the_assignee_that_is_called(office: Office) -> None:
    office.use(escalating(office.desk, calling(ASSIGNEE)))
    ticket = await office.open()
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    owed = await office.owed_by(SetPriority(ticket=ticket, priority=Priority.URGENT), "lee")
    assert reached(office, owed) == ["abe"]


async def test_an_assignee_who_was_blocked_is_not_waited_for(office: Office) -> None:
    office.use(escalating(office.desk, calling(ASSIGNEE)))
    ticket = await office.open()
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    await office.stand("abe", Standing.BLOCKED)
    owed = await office.owed_by(SetPriority(ticket=ticket, priority=Priority.URGENT), "lee")
    assert reached(office, owed) == ["asha", "wen"]


async def test_of_a_sensitive_ticket_only_those_are_called_who_may_see_it(office: Office) -> None:
    for whom in (LEAD, ON_DUTY, ASSIGNEE):
        _, owed = await opened(office, whom, category="welfare", answers={})
        assert reached(office, [one for one in owed if one.ticket == owed[-1].ticket]) == ["wen"]


async def test_nobody_is_called_twice_nor_for_what_they_did_themselves(office: Office) -> None:
    office.use(escalating(office.desk, calling(LEAD, ON_DUTY, LEADS)))
    ticket = await office.open()
    assert reached(office, await office.owed_by(Escalate(ticket=ticket, level=1), "lee")) == [
        "space:leads",
        "asha",
        "abe",
        "wen",
    ]


async def test_whoever_is_called_is_not_pinged_beside_it(office: Office) -> None:
    ticket, owed = await opened(office, LEAD)
    assert office.pinged(owed) == ["abe", "asha", "wen"]
    assert reached(office, owed) == ["lee"]
    assert {one.escalation for one in owed if one.intent is Intent.CALL} == {(await only(office, ticket)).id}


async def test_a_person_is_called_on_every_platform_that_they_are_on(office: Office) -> None:
    office.use(on_discord(office.desk))
    await office.join("lee", "sam")
    _, owed = await opened(office, LEAD)
    assert reached(office, owed) == ["lee", "lee on discord"]


# --- one card --------------------------------------------------------------------------------------------------------


async def test_the_first_call_takes_the_alerts_place_in_its_space(office: Office) -> None:
    _, owed = await opened(office, LEADS)
    assert reached(office, owed) == ["space:leads"] and reached(office, owed, Intent.ALERT) == []


async def test_an_alert_to_another_space_stays_one(office: Office) -> None:
    ticket, owed = await opened(office, DEANS)
    assert (reached(office, owed), reached(office, owed, Intent.ALERT)) == (["space:deans"], ["space:leads"])
    assert (await office.ticket(ticket)).alerted_in == "leads"


async def test_what_never_alerted_is_told_of_in_the_space_that_was_called(office: Office) -> None:
    office.use(escalating(office.desk, calling(DEANS)))
    ticket = await office.open()
    await office.do(Escalate(ticket=ticket, level=1), "lee")
    assert (await office.ticket(ticket)).alerted_in == "deans"
    owed = await office.owed_by(ClaimTicket(ticket=ticket), "asha")
    assert reached(office, owed, Intent.ALERT_NEWS) == ["space:deans"]


# --- what becomes of it ----------------------------------------------------------------------------------------------


async def test_the_spaces_that_were_called_hear_each_thing_once(office: Office) -> None:
    office.use(escalating(office.desk, calling(LEADS, DEANS)))
    ticket = await office.open(priority=Priority.URGENT)
    both = ["space:leads", "space:deans"]
    said: list[tuple[Command, str, list[str]]] = [
        (Acknowledge(ticket=ticket), "lee", ["Lee Lead acknowledged it"]),
        (Unacknowledge(ticket=ticket), "ada", ["Ada Admin took the acknowledgement back: it escalates again"]),
        (ClaimTicket(ticket=ticket), "asha", ["Asha Agent has it now"]),
        (ResolveTicket(ticket=ticket), "asha", ["Asha Agent resolved it"]),
    ]
    for command, who, lines in said:
        news = [one for one in await office.owed_by(command, who) if one.intent is Intent.ALERT_NEWS]
        assert reached(office, news, Intent.ALERT_NEWS) == both * len(lines), command
        titles = [(await card_of(office, one)).title for one in news]
        assert titles == [f"T-{ticket}: {line}" for line in lines for _ in both]


async def test_an_escalation_that_ends_without_its_ticket_is_news(office: Office) -> None:
    ticket, _ = await opened(office, LEADS)
    owed = await office.owed_by(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    [news] = [one for one in owed if one.intent is Intent.ALERT_NEWS]
    assert (await card_of(office, news)).title == f"T-{ticket}: It escalates no more"


async def test_a_typed_name_is_told_as_not_verified(office: Office) -> None:
    office.use(desk_of(acknowledge=Link.LINK))
    ticket, _ = await opened(office, LEADS)
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    by_link = Acknowledge(ticket=ticket, escalation=(await only(office, ticket)).id, name="Dean <Rao>")
    owed = await office.owed_by(by_link, WEB)
    [news] = [one for one in owed if one.intent is Intent.ALERT_NEWS]
    assert (await card_of(office, news)).title == f"T-{ticket}: “Dean <Rao>” (not verified) acknowledged it"
    assert office.pinged(owed) == ["abe"]
    ping = next(one for one in owed if one.intent is Intent.PING)
    assert (await card_of(office, ping)).subtitle == "Somebody with the alert's link acknowledged it"


async def test_whoever_acknowledged_under_a_typed_name_is_reminded_through_the_spaces(office: Office) -> None:
    office.use(desk_of(acknowledge=Link.LINK))
    ticket, _ = await opened(office, LEADS)
    escalation = await only(office, ticket)
    await office.do(Acknowledge(ticket=ticket, escalation=escalation.id, name="Dean"), WEB)
    office.clock.advance(15 * MINUTE)
    before = (await office.owed())[-1].id
    await Watch(office).ring()
    [reminder] = await office.owed(before)
    assert (reminder.intent, reminder.address) == (Intent.ALERT_NEWS, ToSpace("leads"))


async def test_of_a_sensitive_ticket_a_space_hears_no_name(office: Office) -> None:
    ticket, owed = await opened(office, LEADS, category="welfare", answers={}, title="SECRET")
    [call] = [one for one in owed if one.intent is Intent.CALL]
    shown = await card_of(office, call)
    for command, who, title in (
        (Acknowledge(ticket=ticket), "wen", "acknowledged"),
        (Unacknowledge(ticket=ticket), "wen", "escalates again"),
    ):
        [news] = [one for one in await office.owed_by(command, who) if one.intent is Intent.ALERT_NEWS]
        said = await card_of(office, news)
        assert said.title == f"T-{ticket}: {title}"
        for card in (shown, said):
            assert not re.search("SECRET|Sam|Wen|Wellbeing|Academics", repr(card))


async def test_the_assignee_hears_that_another_has_it_in_hand_and_the_requester_nothing(office: Office) -> None:
    office.use(escalating(office.desk, calling(LEADS)))
    ticket = await office.open(priority=Priority.URGENT)
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    assert office.pinged(await office.owed_by(Acknowledge(ticket=ticket), "lee")) == ["abe"]
    assert office.pinged(await office.owed_by(Unacknowledge(ticket=ticket), "abe")) == []


async def test_a_requesters_thread_shows_nothing_of_it(office: Office) -> None:
    office.use(escalating(office.desk, calling(LEADS)))
    ticket = await office.open(priority=Priority.URGENT)
    theirs = await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    staffs = await office.thread_on(ticket, Platform.DISCORD, Audience.STAFF)
    owed = await office.owed_by(Acknowledge(ticket=ticket), "lee")
    threads = [one.address.thread for one in owed if hasattr(one.address, "thread")]
    assert threads == [staffs] and theirs not in threads
    entries = [entry.line for entry in (await office.view(ticket, "sam")).entries]
    assert not any("escalat" in line or "acknowledged" in line or "Level" in line for line in entries)
    assert "escalation" not in {field.key for field in (await office.view(ticket, "sam")).card.fields}


# --- the words -------------------------------------------------------------------------------------------------------


async def test_a_call_to_a_space_is_the_alert_with_its_level_and_a_link_that_acknowledges(office: Office) -> None:
    ticket, owed = await opened(office, LEADS)
    [call] = [one for one in owed if one.intent is Intent.CALL]
    office.clock.advance(12 * MINUTE)
    card = await card_of(office, call)
    assert card.title == f"Urgent: T-{ticket} My grade is missing"
    assert card.subtitle == "From Sam Student, 14:30 IST · not acknowledged for 12 min"
    assert [(f.key, f.value) for f in card.fields if f.key] == [("level", "1 of 1")]
    acknowledge, door = card.buttons
    assert (acknowledge.label, acknowledge.action, door.url) == (
        "Acknowledge",
        None,
        f"https://desk.example.org/t/T-{ticket}",
    )
    url = urlsplit(acknowledge.url or "")
    assert (url.netloc, url.path.count("/")) == ("desk.example.org", 2)
    token, now = url.path.removeprefix("/ack/"), office.clock.now()
    assert read_link(token, SIGNER, now) == (ticket, (await only(office, ticket)).id)
    with pytest.raises(Expired):
        read_link(token, SIGNER, now + LINK_LIFE)


async def test_a_person_acknowledges_by_a_button_if_they_may(office: Office) -> None:
    ticket, owed = await opened(office, LEAD, ON_DUTY)
    for one in (one for one in owed if one.intent is Intent.CALL):
        buttons = (await card_of(office, one)).buttons
        assert [(button.label, button.action) for button in buttons] == [
            ("Acknowledge", f"1.alert.ack.{ticket}"),
            ("Open the thread", None),
        ]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Acknowledge(ticket=TicketId(1)), "somebody acknowledged it"),
        (ClaimTicket(ticket=TicketId(1)), "somebody acknowledged it"),
        (ResolveTicket(ticket=TicketId(1)), "it escalates no more"),
        (SetPriority(ticket=TicketId(1), priority=Priority.LOW), "it escalates no more"),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_a_call_that_nobody_needs_any_more_is_skipped(office: Office, command: Any, reason: str) -> None:
    ticket, owed = await opened(office, LEADS, DEAN, LEAD)
    await office.do(replace(command, ticket=ticket), "asha" if not isinstance(command, Acknowledge) else "lee")
    for call in (one for one in owed if one.intent is Intent.CALL):
        assert await office.composed(call) == Skip(reason)


async def test_whoever_may_no_longer_see_the_ticket_is_not_called(office: Office) -> None:
    _, owed = await opened(office, LEAD)
    await office.stand("lee", Standing.SUSPENDED)
    [call] = [one for one in owed if one.intent is Intent.CALL]
    assert await office.composed(call) == Skip("the person may no longer see the ticket")


@pytest.mark.parametrize(
    ("minutes", "acknowledge", "words"),
    [
        (0, False, "level 1 called, next in 10 min"),
        (8, False, "level 1 called, next in 2 min"),
        (8, True, "acknowledged by Lee Lead 3 min ago"),
    ],
)
async def test_the_tickets_card_says_to_the_staff_how_it_stands(
    office: Office, minutes: int, acknowledge: bool, words: str
) -> None:
    office.use(escalating(office.desk, URGENT))
    ticket = await office.open(priority=Priority.URGENT)
    office.clock.advance(minutes * MINUTE)
    if acknowledge:
        office.clock.advance(-3 * MINUTE)
        await office.do(Acknowledge(ticket=ticket), "lee")
        office.clock.advance(3 * MINUTE)
    card = (await office.view(ticket, "lee")).card
    assert [field.value for field in card.fields if field.key == "escalation"] == [words]
    assert ("Acknowledge" in [button.label for button in card.buttons]) is not acknowledge
