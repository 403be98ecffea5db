"""Who is asked to take a ticket and who is called when it cannot wait, by those who work on Slack alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from core.actions import Press, encode_press
from core.model.ids import TicketId
from tests.fakes.duty_rules import with_duty
from tests.fakes.slack_desk import CONFIG, Campus, card_of, opened
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    a_day,
    faults_of,
    of_slack,
    press,
    quiet,
    reads,
    ref_of,
    said,
    says,
    send,
    shows,
    told,
    triage,
    until,
    use,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAST = 6
"""Seconds after which the team on duty is called."""
ASKS = ["Accept", "Pass"]


@dataclass
class Day:
    campus: Campus
    ben: Person
    """An agent, as asha is."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk"), config=with_duty(CONFIG, last=LAST)) as (campus, _desk):
        ben = campus.server.add_user("ben")
        campus.agents.add(ben)
        await until_agent(campus, ben)
        yield Day(campus, ben)


async def until_agent(campus: Campus, who: Person) -> None:
    """Until the desk knows that the group was given to them: it hears of that a moment later."""
    for _ in range(100):
        if "You are away" in (await use(who, who.dm, "/ticket agent away")).text_shown:
            return
        await quiet(campus)
    raise AssertionError(f"{who.name} is no agent")


@pytest_asyncio.fixture(loop_scope="module")
async def day(whole_day: Day) -> Day:
    """Nobody is on duty."""
    assert faults_of(whole_day.campus.server) == []
    for agent in (whole_day.campus.asha, whole_day.ben):
        await on_duty(agent, "away")
    return whole_day


async def on_duty(who: Person, word: str = "available") -> None:
    told_so = (await use(who, who.dm, f"/ticket agent {word}")).text_shown
    assert ("You are on duty" if word == "available" else "You are away") in told_so, told_so


def cards(who: Person, card: Message) -> list[Message]:
    """What the agent was told of the ticket directly, in order."""
    return [one for one in who.reads(who.dm) if ref_of(card) in one.text_shown and one.ephemeral_for is None]


async def asked(who: Person, card: Message) -> Message:
    """The question whether they take it, once it is there."""
    return await until(
        lambda: next((one for one in reversed(cards(who, card)) if set(ASKS) <= set(one.buttons)), None),
        f"an offer of {card} to {who.name}",
    )


async def called(who: Person, card: Message) -> Message:
    return await until(
        lambda: next((one for one in reversed(cards(who, card)) if "Acknowledge" in one.buttons), None),
        f"a call of {who.name} about {card}",
    )


async def open_urgent(campus: Campus, who: Person, title: str) -> Message:
    form = await use(who, who.dm, f"/ticket open priority:urgent {title}")
    assert isinstance(form, View), form
    await who.choose(form, "Category", "Exams and grades")
    assert "is open" in (await send(who, form, {"Tell us more": "Today.", "Course code": "CS2001"})).text_shown
    return await card_of(campus, who, title)


async def declare(who: Person, card: Message) -> None:
    assert "is urgent" in (await use(who, who.dm, f"/ticket urgent {ref_of(card)} It began")).text_shown


async def test_an_agent_on_duty_is_asked_directly_and_takes_it_by_a_button(day: Day) -> None:
    campus = day.campus
    await on_duty(campus.asha)
    card = await opened(campus, campus.sam, title="Who takes it?")
    offer = await asked(campus.asha, card)
    assert "Who takes it?" in offer.text_shown
    assert "Can you take it? You have" in offer.text_shown
    assert "is yours" in (await press(campus.asha, offer, "Accept")).text_shown
    await reads(campus.sam, card, "Asha has it now")
    await says(card, "With", "Asha")
    await says(await triage(campus, card), "With", "Asha")
    assert cards(day.ben, card) == []


async def test_who_passes_is_followed_by_the_next_and_their_button_is_late(day: Day) -> None:
    campus, ben = day.campus, day.ben
    await on_duty(campus.asha)
    card = await opened(campus, campus.kim, title="Not me, please")
    first = await asked(campus.asha, card)
    await on_duty(ben)
    assert cards(ben, card) == []
    assert "You passed" in (await press(campus.asha, first, "Pass")).text_shown
    second = await asked(ben, card)
    assert "is offered to Ben by now" in (await press(campus.asha, first, "Accept")).text_shown
    assert "is yours" in (await press(ben, second, "Accept")).text_shown
    await reads(campus.kim, card, "Ben has it now")
    assert said(campus.kim, card, "passed it on") is None
    assert said(campus.kim, card, "is asked") is None


async def test_who_goes_away_hands_over_and_somebody_else_is_asked_at_once(day: Day) -> None:
    campus, asha, ben = day.campus, day.campus.asha, day.ben
    await on_duty(asha)
    card = await opened(campus, campus.server.add_user("zoe"), title="Before the holidays")
    await press(asha, await asked(asha, card), "Accept")
    await on_duty(ben)
    leaving = await use(asha, asha.dm, "/ticket agent away tomorrow")
    assert "Before the holidays" in leaving.text_shown
    assert "Ben is asked" in (await press(asha, leaving, "Hand over all")).text_shown
    assert "is yours" in (await press(ben, await asked(ben, card), "Accept")).text_shown
    await says(card, "With", "Ben")


async def test_an_urgent_ticket_calls_until_the_lead_acknowledges_it_and_again_when_that_is_taken_back(
    day: Day,
) -> None:
    campus, sam, asha, ben, lee = day.campus, day.campus.sam, day.campus.asha, day.ben, day.campus.lee
    await on_duty(asha)
    held = await opened(campus, sam, title="The exam is now")
    other = await opened(campus, sam, title="Another exam is now")
    for card in (held, other):
        await press(asha, await asked(asha, card), "Accept")
    await on_duty(ben)
    await declare(sam, held)
    await called(asha, held)
    assert "nobody else is called" in (await press(lee, await called(lee, held), "Acknowledge")).text_shown
    await declare(sam, other)
    await until(
        lambda: any("Lee acknowledged it" in one.text_shown for one in cards(asha, held)), "the news, for who has it"
    )
    await shows(await triage(campus, held), "acknowledged by Lee")

    await called(ben, other)
    assert cards(ben, held) == []
    listed = (await use(lee, lee.dm, "/ticket alert list")).text_shown
    assert "acknowledged by Lee" in listed
    assert "level 3 called" in listed
    back = await use(asha, asha.dm, f"/ticket alert unack {ref_of(held)}")
    assert "escalates again" in back.text_shown
    await called(ben, held)
    seen = of_slack(sam, campus)
    assert "The exam is now" in seen
    assert not [word for word in ("cknowledge", "scalat", "is asked") if word in seen]


async def test_who_is_called_and_asked_at_once_reads_one_card_and_to_accept_it_acknowledges(day: Day) -> None:
    campus, asha = day.campus, day.campus.asha
    await on_duty(asha)
    card = await open_urgent(campus, campus.server.add_user("ria"), "Both at once")
    offer = await asked(asha, card)
    assert "is yours" in (await press(asha, offer, "Accept")).text_shown
    await quiet(campus)
    assert [one.buttons[:2] for one in cards(asha, card)] == [ASKS]
    await shows(await triage(campus, card), "acknowledged by Asha")


async def test_a_student_who_types_or_forges_the_answers_of_the_staff_changes_nothing(day: Day) -> None:
    campus, mal = day.campus, day.campus.server.add_user("mal")
    await on_duty(campus.asha)
    card = await open_urgent(campus, mal, "I take it myself")
    offer = await asked(campus.asha, card)
    number = TicketId(int(ref_of(card).removeprefix("T-")))
    for noun, verb in (("ticket", "accept"), ("ticket", "pass"), ("alert", "ack"), ("alert", "unack")):
        forged = await told(await mal.forge(card, encode_press(Press(noun, verb, number))))
        assert "Not done" in forged.text_shown, (noun, verb, forged.text_shown)
        typed = verb if noun == "ticket" else f"{noun} {verb}"
        assert "Not done" in (await use(mal, mal.dm, f"/ticket {typed} {ref_of(card)}")).text_shown, (noun, verb)
    assert "Not done" in (await use(mal, mal.dm, "/ticket agent available")).text_shown
    await quiet(campus)
    assert "acknowledged" not in (await triage(campus, card)).text_shown
    assert cards(day.ben, card) == []
    assert "is yours" in (await press(campus.asha, offer, "Accept")).text_shown
