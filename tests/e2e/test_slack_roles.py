"""Who somebody is on the desk follows from the user groups they are in, given and taken while the desk runs or is away;
people who leave, and new names."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus, until_ready
from tests.fakes.slack_server import Message, Person
from tests.fakes.slack_steps import (
    DONE,
    a_day,
    faults_of,
    field,
    mention,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    said,
    says,
    signed,
    triage,
    until,
    use,
    whispered,
    write,
)

SHARED = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


async def becomes(campus: Campus, who: Person, *, staff: bool) -> None:
    """Until the desk takes them for staff, or no longer."""
    async with asyncio.timeout(10):
        while True:
            answered = await use(who, who.dm, "/ticket queue")
            if ("You may not claim" not in answered.text_shown) is staff:
                return


@SHARED
async def test_a_group_given_or_taken_while_the_desk_runs_counts_at_once(campus: Campus) -> None:
    kim = campus.kim
    card = await open_ticket(campus, campus.sam, "Who may help?")
    staffs = await triage(campus, card)
    assert "Not done" in (await use(kim, kim.dm, f"/ticket claim {ref_of(card)}")).text_shown
    staffs.place.invite(kim)
    refused = await press(kim, staffs, "Claim")
    assert "Not done" in refused.text_shown

    campus.agents.add(kim)
    await becomes(campus, kim, staff=True)
    assert "is yours" in (await press(kim, staffs, "Claim")).text_shown
    written = await write(kim, staffs, "I am an agent now")
    assert (await reads(campus.sam, card, "I am an agent now")).name == "Kim · staff"
    await signed(campus, written, DONE)
    assert "The queue" in (await kim.open_home()).text_shown

    campus.agents.remove(kim)
    await becomes(campus, kim, staff=False)
    assert "Not done" in (await use(kim, kim.dm, f"/ticket resolve {ref_of(card)}")).text_shown
    told = await whispered(kim, await write(kim, staffs, "And now I am not"))
    assert "did not reach the ticket" in told.text_shown
    assert "The queue" not in (await kim.open_home()).text_shown
    await quiet(campus)
    assert said(campus.sam, card, "And now I am not") is None


@SHARED
async def test_words_written_a_moment_after_the_group_was_given_are_taken(campus: Campus) -> None:
    zoe, nia = campus.server.add_user("zoe"), campus.server.add_user("nia")
    card = await open_ticket(campus, zoe, "At once")
    staffs = await triage(campus, card)
    staffs.place.invite(nia)
    campus.leads.add(nia)
    await write(nia, staffs, "First words of a new lead")
    assert (await reads(zoe, card, "First words of a new lead")).name == "Nia · staff"
    assert nia.ephemerals(staffs.place) == []


async def test_what_changed_while_the_desk_was_away_counts_when_it_is_back(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (campus, desk):
        sam, asha, lee = campus.sam, campus.asha, campus.lee
        card = await open_ticket(campus, sam, "Over night")
        staffs = await triage(campus, card)
        await press(asha, staffs, "Claim")
        await says(card, "With", "Asha")
        assert await desk.terminate() == 0

        campus.agents.remove(asha)
        nia = campus.server.add_user("nia")
        campus.leads.add(nia)
        written = await write(sam, card, "Written while nobody was there")
        lee.change(real_name="Lee L.")
        await desk.start()
        await until_ready(campus, desk, mode="socket")

        await becomes(campus, asha, staff=False)
        await becomes(campus, nia, staff=True)
        await reads(nia_in(staffs, nia), staffs, "Written while nobody was there")
        await signed(campus, written, DONE)
        assert "Not done" in (await use(asha, asha.dm, f"/ticket unassign {ref_of(card)}")).text_shown
        given = await mention(campus, lee, staffs, f"assign {nia.mention}")
        assert "is with Nia now" in given.text_shown
        told = await reads(lee, staffs, "Lee L. gave it to Nia")
        assert told.pinged.users == {nia.id}


def nia_in(staffs: Message, nia: Person) -> Person:
    staffs.place.invite(nia)
    return nia


@SHARED
async def test_a_student_whose_account_is_closed_is_noted_for_the_agent_who_waits(campus: Campus) -> None:
    zoe, lee = campus.server.add_user("zoe"), campus.lee
    card = await open_ticket(campus, zoe, "Gone tomorrow")
    staffs = await triage(campus, card)
    await press(lee, staffs, "Claim")
    await says(staffs, "With", "Lee")
    zoe.deactivate()
    await reads(campus.asha, staffs, "Zoe left Slack, and no longer reads the thread there")
    told = await until(lambda: lee.reads(lee.dm), "a direct message to who has it")
    assert f"{ref_of(card)} Gone tomorrow" in told[-1].text_shown
    assert "Zoe left Slack" in told[-1].text_shown
    assert "is resolved" in (await mention(campus, lee, staffs, "resolve")).text_shown
    await says(staffs, "Status", "Resolved")


@SHARED
async def test_a_new_name_is_shown_from_then_on(campus: Campus) -> None:
    zoe, rae = campus.server.add_user("zoe"), campus.server.add_user("rae")
    campus.agents.add(rae)
    campus.triage.invite(rae)
    more = {"category": "Exams and grades", "Course_code": "CS1"}
    card = await open_ticket(campus, zoe, "Named anew", **more)
    staffs = await triage(campus, card)
    await becomes(campus, rae, staff=True)
    rae.change(display_name="Rae R.", avatar="https://avatars.example.org/rae.png")
    zoe.change(real_name="Zoë")
    await press(rae, staffs, "Claim")
    await reads(zoe, card, "Rae R. has it now")
    await write(rae, staffs, "Hello")
    reply = await reads(zoe, card, "Hello")
    assert (reply.name, reply.icon_url) == ("Rae R. · staff", "https://avatars.example.org/rae.png")
    await write(zoe, card, "I have a new name")
    assert (await reads(campus.lee, staffs, "I have a new name")).name == "Zoë"
    await mention(campus, rae, staffs, "priority high")
    await says(staffs, "Asked by", "Zoë")
    assert field(staffs, "With") == "Rae R."
