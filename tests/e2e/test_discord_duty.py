"""Who is asked to take a ticket and who is called when it cannot wait, by those who work on Discord alone."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from core.actions import Press, encode_press
from core.model.ids import TicketId
from tests.fakes.discord_desk import CONFIG, University, opened
from tests.fakes.discord_server import Message, Person, Thread
from tests.fakes.discord_steps import (
    a_day,
    buttons_of,
    card_in,
    faults_of,
    fill,
    press,
    quiet,
    reads,
    ref_of,
    said_in,
    shows,
    thread_of,
    triage,
    use,
)
from tests.fakes.duty_rules import with_duty

pytestmark = pytest.mark.asyncio(loop_scope="module")

LAST = 6
"""Seconds after which the team on duty is called."""
ASKS = ["Accept", "Pass"]


@dataclass
class Day:
    uni: University
    ben: Person
    """An agent, as asha is."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk"), config=with_duty(CONFIG, last=LAST)) as (uni, _desk):
        yield Day(uni, uni.guild.add_member("ben", roles=[uni.agents]))


@pytest_asyncio.fixture(loop_scope="module")
async def day(whole_day: Day) -> Day:
    """Nobody is on duty."""
    assert faults_of(whole_day.uni.server) == []
    for agent in (whole_day.uni.asha, whole_day.ben):
        await on_duty(whole_day.uni, agent, "away")
    return whole_day


async def on_duty(uni: University, who: Person, word: str = "available") -> None:
    said = (await use(who, uni.triage, "agent", word)).shown
    assert ("You are on duty" if word == "available" else "You are away") in said, said


def cards(who: Person, thread: Thread) -> list[Message]:
    """What they were told of the ticket directly, in order."""
    return [one for one in who.dms if ref_of(thread) in one.text and one.ephemeral_for is None]


async def asked(uni: University, who: Person, thread: Thread) -> Message:
    """The question whether they take it, once it is there."""
    found = await uni.server.until(
        lambda: next((one for one in reversed(cards(who, thread)) if buttons_of(one) == ASKS), None),
        10,
        f"an offer of {thread.name} to {who.name}",
    )
    assert isinstance(found, Message)
    return found


async def called(uni: University, who: Person, thread: Thread) -> Message:
    found = await uni.server.until(
        lambda: next((one for one in reversed(cards(who, thread)) if "Acknowledge" in buttons_of(one)), None),
        10,
        f"a call of {who.name} about {thread.name}",
    )
    assert isinstance(found, Message)
    return found


async def open_urgent(uni: University, who: Person, title: str) -> Thread:
    begun = await use(who, uni.exams, "ticket", "open", title=title, category="exams", priority="urgent")
    sent = await fill(who, begun, {"Tell us more": "Today."})
    questions = await press(who, sent.answer, "Answer the questions")
    return await thread_of(uni, who, await fill(who, questions, {"Course code": "CS2001"}))


async def declare(uni: University, thread: Thread) -> None:
    assert "is urgent" in (await use(uni.sam, thread, "ticket", "urgent", why="It began")).shown


async def test_an_agent_on_duty_is_asked_directly_and_takes_it_by_a_button(day: Day) -> None:
    uni = day.uni
    await on_duty(uni, uni.asha)
    thread = await opened(uni, uni.sam, title="Who takes it?")
    offer = await asked(uni, uni.asha, thread)
    assert "Who takes it?" in offer.text
    assert "Can you take it? You have" in offer.text
    assert "is yours" in (await press(uni.asha, offer, "Accept")).shown
    await reads(uni, uni.sam, thread, "asha has it now")
    await shows(uni, await triage(uni, thread), "asha")
    assert cards(day.ben, thread) == []


async def test_who_passes_is_followed_by_the_next_and_their_button_is_late(day: Day) -> None:
    uni, ben = day.uni, day.ben
    await on_duty(uni, uni.asha)
    thread = await opened(uni, uni.kim, title="Not me, please")
    first = await asked(uni, uni.asha, thread)
    await on_duty(uni, ben)
    assert cards(ben, thread) == []
    assert "You passed" in (await press(uni.asha, first, "Pass")).shown
    second = await asked(uni, ben, thread)
    assert "is offered to ben by now" in (await press(uni.asha, first, "Accept")).shown
    assert "is yours" in (await press(ben, second, "Accept")).shown
    await reads(uni, uni.kim, thread, "ben has it now")
    assert said_in(uni.kim, thread, "passed it on") is None
    assert said_in(uni.kim, thread, "is asked") is None


async def test_who_goes_away_hands_over_and_somebody_else_is_asked_at_once(day: Day) -> None:
    uni, ben = day.uni, day.ben
    await on_duty(uni, uni.asha)
    thread = await opened(uni, uni.guild.add_member("zoe"), title="Before the holidays")
    await press(uni.asha, await asked(uni, uni.asha, thread), "Accept")
    await on_duty(uni, ben)
    leaving = await use(uni.asha, uni.triage, "agent", "away", until="tomorrow")
    assert "Before the holidays" in leaving.shown
    handed = await press(uni.asha, leaving.answer, "Hand over all")
    assert "ben is asked" in handed.shown
    assert "is yours" in (await press(ben, await asked(uni, ben, thread), "Accept")).shown
    await shows(uni, card_in(thread), "ben")


async def test_an_urgent_ticket_calls_until_the_lead_acknowledges_it_and_again_when_that_is_taken_back(
    day: Day,
) -> None:
    uni, asha, ben, lee = day.uni, day.uni.asha, day.ben, day.uni.lee
    await on_duty(uni, asha)
    held = await opened(uni, uni.sam, title="The exam is now")
    other = await opened(uni, uni.sam, title="The other exam is now")
    for thread in (held, other):
        await press(asha, await asked(uni, asha, thread), "Accept")
    await on_duty(uni, ben)
    await declare(uni, held)
    await called(uni, asha, held)
    assert "nobody else is called" in (await press(lee, await called(uni, lee, held), "Acknowledge")).shown
    await declare(uni, other)
    await reads(uni, asha, asha.dm, "lee acknowledged it")
    await shows(uni, await triage(uni, held), "acknowledged by lee")

    await called(uni, ben, other)
    assert cards(ben, held) == []
    listed = (await use(lee, uni.triage, "alert", "list")).shown
    assert "acknowledged by lee" in listed
    assert "level 3 called" in listed
    back = await use(asha, uni.triage, "alert", "unack", ref=ref_of(held))
    assert "escalates again" in back.shown
    await called(uni, ben, held)
    for word in ("acknowledge", "level", "escalate"):
        assert said_in(uni.sam, held, word) is None
        assert word not in card_in(held).text


async def test_who_is_called_and_asked_at_once_reads_one_card_and_to_accept_it_acknowledges(day: Day) -> None:
    uni = day.uni
    await on_duty(uni, uni.asha)
    thread = await open_urgent(uni, uni.guild.add_member("ria"), "Both at once")
    offer = await asked(uni, uni.asha, thread)
    assert "is yours" in (await press(uni.asha, offer, "Accept")).shown
    await quiet(uni)
    assert [buttons_of(one) for one in cards(uni.asha, thread)] == [ASKS]
    listed = (await use(uni.asha, uni.triage, "alert", "list")).shown
    assert "Both at once" in listed
    await shows(uni, await triage(uni, thread), "acknowledged by asha")


async def test_a_student_who_types_or_forges_the_answers_of_the_staff_changes_nothing(day: Day) -> None:
    """A press of what the message does not have reaches nothing that could answer it."""
    uni, mal = day.uni, day.uni.guild.add_member("mal")
    await on_duty(uni, uni.asha)
    thread = await open_urgent(uni, mal, "I take it myself")
    offer = await asked(uni, uni.asha, thread)
    staffs = await triage(uni, thread)
    number = TicketId(int(ref_of(thread).removeprefix("T-")))
    for noun, verb in (("ticket", "accept"), ("ticket", "pass"), ("alert", "ack"), ("alert", "unack")):
        await mal.forge(card_in(thread), encode_press(Press(noun, verb, number)), wait=False)
    assert "Not done" in (await use(mal, thread, "ticket", "accept")).shown
    assert "Not done" in (await use(mal, thread, "ticket", "pass")).shown
    assert not {"agent", "alert", "escalate"} & set(mal.commands())
    await quiet(uni)
    assert "acknowledged" not in staffs.text
    assert cards(day.ben, thread) == []
    assert "is yours" in (await press(uni.asha, offer, "Accept")).shown
