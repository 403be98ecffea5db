"""Who sees what on Discord: not a ref, a name or a suggestion of a ticket reaches somebody whom it is not for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, opened
from tests.fakes.discord_server import Message, Person, Thread
from tests.fakes.discord_steps import (
    a_day,
    at_the_page,
    card_in,
    faults_of,
    fill,
    open_login,
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
from tests.fakes.process import DeskProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

MENUS = ["Open a ticket from this", "Add to ticket"]


@dataclass
class Day:
    uni: University
    desk: DeskProcess
    thread: Thread
    """Sam's ticket in Exams."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (uni, desk):
        yield Day(uni, desk, await opened(uni, uni.sam, title="Zebra stripes"))


@pytest.fixture
def uni(day: Day) -> University:
    assert faults_of(day.uni.server) == []
    return day.uni


def all_that_reads(who: Person, uni: University) -> str:
    places = [*uni.guild.channels.values(), *uni.guild.threads(), who.dm]
    return "\n".join(message.text for place in places for message in who.reads(place, system=True))


async def refused(who: Person, place: Any, *path: str, **options: Any) -> str:
    answered = await use(who, place, *path, **options)
    assert answered.ephemeral
    assert "Not done" in answered.shown, answered.shown
    return answered.shown


async def test_another_student_is_answered_as_if_there_were_no_such_ticket(uni: University, day: Day) -> None:
    ref = ref_of(day.thread)
    assert not uni.kim.sees(day.thread)
    assert "Zebra" not in all_that_reads(uni.kim, uni)
    for verb, more in [("show", {}), ("close", {}), ("withdraw", {}), ("follow", {}), ("urgent", {"why": "x"})]:
        there = await refused(uni.kim, uni.exams, "ticket", verb, ref=ref, **more)
        assert there.replace(ref, "T-999") == await refused(uni.kim, uni.exams, "ticket", verb, ref="T-999", **more)
        assert "Zebra" not in there
    assert "Zebra" not in (await use(uni.kim, uni.exams, "ticket", "list")).shown


async def test_suggestions_are_of_ones_own_tickets_and_of_agents_for_staff_alone(uni: University, day: Day) -> None:
    ref = ref_of(day.thread)
    mine = await uni.sam.complete(uni.exams, "ticket show", option="ref", typed="zeb")
    assert [(choice.name, choice.value) for choice in mine] == [(f"{ref} Zebra stripes", ref)]
    for typed in ("", "T", ref, "zeb"):
        assert await uni.kim.complete(uni.exams, "ticket show", option="ref", typed=typed) == []
    categories = await uni.kim.complete(uni.exams, "ticket open", option="category", typed="ex")
    assert [choice.value for choice in categories] == ["exams"]
    agents = await uni.asha.complete(uni.exams, "ticket assign", option="agent", typed="")
    assert {"asha", "lee", "ada"} <= {choice.name for choice in agents}
    seen = {choice.name for choice in await uni.kim.complete(uni.exams, "ticket assign", option="agent", typed="")}
    assert not seen & {"asha", "lee", "ada", "sam"}
    teams = await uni.asha.complete(uni.exams, "staff transfer", option="team", typed="plat")
    assert [choice.value for choice in teams] == ["platform"]


async def test_tags_are_suggested_of_tickets_that_one_may_see_alone(uni: University, day: Day) -> None:
    await use(uni.sam, uni.exams, "ticket", "tag", ref=ref_of(day.thread), tags="zebra stripes")
    for who, found in ((uni.sam, ["zebra"]), (uni.asha, ["zebra"]), (uni.kim, [])):
        offered = await who.complete(uni.exams, "ticket list", option="tags", typed="ze")
        assert [choice.value for choice in offered] == found, who
    more = await uni.asha.complete(uni.triage, "queue", option="tags", typed="zebra,")
    assert "zebra,stripes" in [choice.value for choice in more]
    listed = await use(uni.sam, uni.exams, "ticket", "list", tags="zebra,other")
    assert ref_of(day.thread) in listed.shown


async def test_commands_and_menus_are_shown_to_those_whom_they_are_for(uni: University) -> None:
    assert {"ticket", "help", *MENUS} <= set(uni.sam.commands(uni.exams))
    assert not {"staff", "queue", "desk", "Tickets of this person"} & set(uni.sam.commands(uni.exams))
    assert {"staff", "queue", "Tickets of this person"} <= set(uni.asha.commands(uni.exams))
    assert "desk" not in uni.asha.commands(uni.exams)
    assert {"desk", "queue", "staff"} <= set(uni.ada.commands(uni.exams))
    assert uni.sam.commands(uni.sam.dm) == []


async def test_what_is_the_staffs_is_refused_to_students_with_who_may(uni: University, day: Day) -> None:
    card = card_in(day.thread)
    assert "the support staff" in (await press(uni.sam, card, "Claim")).shown
    assert "an agent of its team" in await refused(uni.sam, day.thread, "ticket", "assign", agent="me")
    for button, field in (("Resolve", "The answer, if not said yet"), ("Priority", "How much it presses")):
        asked = await press(uni.sam, card, button)
        told = "high" if button == "Priority" else "Solved by me"
        assert asked.modal is not None
        assert "the support staff" in (await fill(uni.sam, asked, {field: told})).shown
    await quiet(uni)
    assert said_in(uni.sam, day.thread, "Solved by me") is None


async def test_help_names_the_commands_that_one_has(uni: University) -> None:
    of_sam, of_ada = await use(uni.sam, uni.exams, "help"), await use(uni.ada, uni.exams, "help")
    assert "/ticket open" in of_sam.shown
    assert "/ticket claim" not in of_sam.shown
    assert "/desk" in of_ada.shown and "failures" in of_ada.shown
    assert "/desk failures" in (await use(uni.ada, uni.exams, "help", word="desk")).shown


async def test_the_tickets_of_a_person_are_for_staff(uni: University) -> None:
    found = await (await uni.asha.user_menu("Tickets of this person", uni.sam)).settled()
    assert found.ephemeral
    assert "Zebra stripes" in found.shown
    nothing = await (await uni.asha.user_menu("Tickets of this person", uni.lee)).settled()
    assert "Nothing here." in nothing.shown
    of_a_bot = await (await uni.asha.user_menu("Tickets of this person", uni.guild.bot)).settled()
    assert "Not done" in of_a_bot.shown


async def test_a_blind_follower_hears_of_the_solution_and_no_word_of_the_ticket(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "Quokka login", "My password is a secret")
    assert "You follow" in (await use(uni.kim, uni.login, "ticket", "follow", ref=ref_of(thread))).shown
    await use(uni.asha, thread, "ticket", "resolve", answer="The quokka is back")
    told = await reads(uni, uni.kim, uni.kim.dm, "is resolved")
    assert ref_of(thread) in told.text
    assert "uokka" not in all_that_reads(uni.kim, uni)


async def test_a_public_ticket_is_shown_after_a_preview_and_its_thread_stays_its_peoples(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "How do I print?", "From the lab.")
    preview = await use(uni.sam, thread, "ticket", "visibility", visibility="public")
    assert "Everybody who is signed in would read" in preview.shown
    assert "Not done" in (await use(uni.kim, uni.login, "ticket", "show", ref=ref_of(thread))).shown
    assert "is public" in (await press(uni.sam, preview.answer, "Make it public")).shown
    await shows(uni, card_in(thread), "Everybody who is signed in can read this ticket")
    shown = await use(uni.kim, uni.login, "ticket", "show", ref=ref_of(thread))
    assert "From the lab." in shown.shown
    assert not uni.kim.sees(thread)
    assert "private again" in (await use(uni.sam, thread, "ticket", "visibility", visibility="private")).shown
    assert "Not done" in (await use(uni.kim, uni.login, "ticket", "show", ref=ref_of(thread))).shown


async def test_no_word_of_a_sensitive_ticket_stands_where_the_staff_look(uni: University, day: Day) -> None:
    sent = {"What is the matter?": "Narwhal trouble", "Category": "Welfare", "Tell us more": "The narwhal cries."}
    asked = await use(uni.sam, uni.welfare, "ticket", "open")
    thread = await thread_of(uni, uni.sam, await fill(uni.sam, asked, sent, {"Files": [("narwhal.txt", b"blue")]}))
    bare: Message = await triage(uni, thread, uni.triage)
    assert ref_of(thread) in bare.text
    assert "Only the requester and the few staff named for Welfare" in card_in(thread).text
    priya = await at_the_page(day.desk, "Priya", "priya@example.com", "agent")
    await priya.say(ref_of(thread), "The narwhal is heard.")
    await priya.type(f"/staff note {ref_of(thread)} Narwhal: call the parents")
    await reads(uni, uni.sam, thread, "The narwhal is heard.")
    await uni.sam.say(thread, "The narwhal thanks you.")
    await priya.until_said(ref_of(thread), "The narwhal thanks you.")
    await uni.sam.say(thread, "And is happy.", files=[("narwhal2.txt", b"green")])
    await priya.type(f"/ticket resolve {ref_of(thread)} The narwhal is well")
    await reads(uni, uni.sam, uni.sam.dm, ref_of(thread))
    await quiet(uni)
    for who in (uni.asha, uni.lee, uni.ada, uni.kim):
        assert not uni.welfare.guild.members[who.id].sees(thread)
        assert "arwhal" not in all_that_reads(who, uni)
        assert "Not done" in (await use(who, uni.exams, "ticket", "show", ref=ref_of(thread))).shown
    assert "arwhal" not in all_that_reads(uni.sam, uni).split("The narwhal is well")[-1]
    assert not any("arwhal" in message.text for message in uni.sam.dms)
    assert not any("parents" in message.text for message in uni.sam.reads(thread))
    assert "arwhal" not in (await use(uni.asha, uni.triage, "queue")).shown
    assert "arwhal" not in (await (await uni.asha.user_menu("Tickets of this person", uni.sam)).settled()).shown
