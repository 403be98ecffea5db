"""What is done to tickets on Discord, from both sides: who has them, where they stand, who hears of it and how."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, opened
from tests.fakes.discord_server import Message, Person, Thread
from tests.fakes.discord_steps import (
    a_day,
    buttons_of,
    card_in,
    faults_of,
    fields_of,
    fill,
    open_login,
    press,
    press_and_fill,
    quiet,
    reads,
    ref_of,
    said_in,
    shows,
    triage,
    triage_of,
    use,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[University]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (university, _desk):
        yield university


@pytest.fixture
def uni(whole_day: University) -> University:
    assert faults_of(whole_day.server) == []
    return whole_day


def pings_in(thread: Thread, *people: Person) -> list[tuple[str, str]]:
    return [
        (who.name, message.text.split("\n")[1]) for who in people for message in who.pings if message.place is thread
    ]


def everybody(uni: University) -> list[Person]:
    return [uni.sam, uni.kim, uni.asha, uni.lee, uni.ada]


async def test_whom_somebody_else_assigns_is_brought_in_and_pinged_once_and_nobody_else(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    staffs = await triage(uni, thread)
    assert "is with asha now" in (await use(uni.lee, thread, "ticket", "assign", agent="asha")).shown
    await reads(uni, uni.sam, thread, "lee gave it to asha")
    await shows(uni, staffs, "asha")
    await uni.sam.say(thread, "Hello asha")
    await use(uni.lee, thread, "ticket", "priority", priority="high")
    await reads(uni, uni.sam, thread, "lee set the priority to high")
    await quiet(uni)
    assert uni.asha.id in thread.members
    assert pings_in(thread, *everybody(uni)) == [("asha", "lee gave it to asha")]


async def test_who_claims_for_themselves_is_not_pinged_and_a_second_claim_names_the_first(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    staffs = await triage(uni, thread)
    assert "is yours" in (await press(uni.asha, staffs, "Claim")).shown
    claimed = await use(uni.lee, thread, "ticket", "claim")
    assert "already with asha" in claimed.shown
    assert claimed.ephemeral
    await shows(uni, staffs, "asha")
    assert triage_of(uni.triage, thread) is staffs
    await quiet(uni)
    assert pings_in(thread, *everybody(uni)) == []


async def test_a_ticket_put_back_is_in_the_queue_for_the_next(uni: University) -> None:
    thread = await opened(uni, uni.sam, title="Back and forth")
    await use(uni.asha, thread, "ticket", "claim")
    assert "is back in the queue" in (await use(uni.asha, thread, "ticket", "unassign")).shown
    await reads(uni, uni.sam, thread, "asha put it back into the queue")
    await shows(uni, await triage(uni, thread), "nobody yet")
    assert "Back and forth" in (await use(uni.lee, uni.triage, "queue")).shown
    assert "Back and forth" not in (await use(uni.lee, uni.triage, "queue", team="platform")).shown


async def test_a_reason_for_urgency_is_a_reply_and_the_cards_say_urgent(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    declared = await press_and_fill(uni.sam, card_in(thread), "Urgent", "The exam is *tomorrow*")
    assert "is urgent" in declared.shown
    why = await reads(uni, uni.asha, thread, "The exam is _tomorrow_")
    assert why.name == "sam"
    await shows(uni, card_in(thread), "Urgent")
    await shows(uni, await triage(uni, thread), "🔴")
    await uni.server.until(lambda: "Urgent" not in buttons_of(card_in(thread)))
    assert "already" in (await use(uni.sam, thread, "ticket", "urgent", why="Still")).shown


async def test_a_priority_is_chosen_from_a_list_by_its_button(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    asked = await press(uni.asha, card_in(thread), "Priority")
    assert "is set" in (await fill(uni.asha, asked, {"How much it presses": "Low"})).shown
    await shows(uni, card_in(thread), "Low")
    await reads(uni, uni.sam, thread, "asha set the priority to low")


async def test_a_transfer_gives_the_other_team_a_card_of_its_own(uni: University) -> None:
    thread = await opened(uni, uni.sam, title="The wrong team")
    first = await triage(uni, thread)
    assert "is with Platform team now" in (await use(uni.asha, thread, "staff", "transfer", team="platform")).shown
    second = await triage(uni, thread, uni.platform_triage)
    assert fields_of(second)["Team"] == "Platform team"
    await shows(uni, first, "Platform team")
    await reads(uni, uni.sam, thread, "asha handed it to Platform team")
    await press(uni.lee, second, "Claim")
    await shows(uni, first, "lee")
    await shows(uni, second, "lee")


async def test_somebody_added_gets_into_the_thread_and_removed_gets_out(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    added = await use(uni.sam, thread, "ticket", "add", person=uni.kim)
    assert "is part of" in added.shown
    await uni.server.until(lambda: uni.kim.sees(thread))
    await reads(uni, uni.kim, thread, "sam added kim")
    await uni.kim.say(thread, "I saw it too")
    await shows(uni, card_in(thread), "Also here")
    await use(uni.sam, thread, "ticket", "remove", person=uni.kim)
    await uni.server.until(lambda: not uni.kim.sees(thread))
    await reads(uni, uni.sam, thread, "sam removed kim")
    assert "Not done" in (await use(uni.kim, uni.exams, "ticket", "show", ref=ref_of(thread))).shown
    assert "Not done" in (await use(uni.sam, thread, "ticket", "add", person=uni.guild.bot)).shown


async def test_tags_list_and_show_tell_where_a_ticket_stands(uni: University) -> None:
    thread = await opened(uni, uni.sam, title="Tell me all")
    await use(uni.asha, thread, "ticket", "tag", tags="marks, May-term")
    await shows(uni, card_in(thread), "marks, may-term")
    await use(uni.asha, thread, "ticket", "tag", tags="-marks")
    await uni.server.until(lambda: fields_of(card_in(thread)).get("Tags") == "may-term")
    shown = await use(uni.sam, thread, "ticket", "show")
    assert shown.ephemeral
    assert "Tell me all" in shown.shown
    assert "may-term" in shown.shown
    listed = await use(uni.sam, uni.exams, "ticket", "list")
    assert "Tell me all" in listed.shown
    assert "with nobody yet" in listed.shown


async def test_an_edit_changes_the_cards_and_asks_by_a_form_for_what_is_not_given(uni: University) -> None:
    thread = await opened(uni, uni.sam, title="Befor")
    asked = await use(uni.sam, thread, "ticket", "edit")
    assert asked.modal is not None
    await fill(uni.sam, asked, {"A new title (left empty, it stays)": "Before"})
    await shows(uni, card_in(thread), "Before")
    await shows(uni, await triage(uni, thread), "Before")
    assert "is changed" in (await use(uni.sam, thread, "ticket", "edit", description="In *two* words")).shown
    await shows(uni, card_in(thread), "In _two_ words")


async def test_waiting_ends_when_the_student_answers(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    await use(uni.asha, thread, "ticket", "claim")
    await use(uni.asha, thread, "ticket", "status", status="waiting")
    await uni.server.until(lambda: fields_of(card_in(thread))["Status"].startswith("Waiting"))
    await uni.sam.say(thread, "Here it is")
    await uni.server.until(lambda: fields_of(card_in(thread))["Status"] == "In progress")


async def test_a_ticket_is_withdrawn_until_it_is_answered(uni: University) -> None:
    thread = await open_login(uni, uni.sam)
    assert "is withdrawn" in (await use(uni.sam, thread, "ticket", "withdraw")).shown
    await uni.server.until(lambda: thread.archived and thread.locked)
    assert said_in(uni.sam, thread, "sam withdrew it")
    answered = await open_login(uni, uni.sam)
    await uni.asha.say(answered, "I see")
    await shows(uni, card_in(answered), "◉ Answered")
    assert "Not done" in (await use(uni.sam, answered, "ticket", "withdraw")).shown


async def test_a_ticket_is_closed_by_its_student_and_opened_again_by_the_closing_cards_button(uni: University) -> None:
    thread = await open_login(uni, uni.sam)
    await press(uni.sam, card_in(thread), "Close")
    closing = await reads(uni, uni.sam, thread, "sam closed it")
    await uni.server.until(lambda: thread.archived and thread.locked)
    assert "Not solved? Press Reopen" in closing.text
    assert buttons_of(card_in(thread)) == ["Reopen"]
    asked = await press(uni.sam, closing, "Reopen")
    assert "is open again" in (await fill(uni.sam, asked)).shown
    await uni.server.until(lambda: not thread.archived and not thread.locked)
    await uni.sam.say(thread, "I can write again")


async def test_who_closes_their_direct_messages_is_pinged_in_the_thread_instead(uni: University) -> None:
    lone = uni.guild.add_member("lone")
    lone.closes_dms = True
    thread = await open_login(uni, lone)
    await use(uni.asha, thread, "ticket", "resolve", answer="Try again now")
    await uni.server.until(lambda: lone.pings)
    await uni.server.until(lambda: thread.archived and thread.locked)
    await quiet(uni)
    assert [message.place for message in lone.pings] == [thread]
    assert "asha resolved it" in lone.pings[0].text
    assert thread.archived
    assert thread.locked
    await use(lone, uni.login, "ticket", "reopen", ref=ref_of(thread))
    await uni.server.until(lambda: not thread.archived)


async def test_the_last_word_is_taken_back_from_the_thread_too(uni: University) -> None:
    thread = await open_login(uni, uni.sam)
    said = await uni.asha.say(thread, "Oh, the wrong ticket")
    await shows(uni, card_in(thread), "◉ Answered")
    assert "taken back" in (await use(uni.asha, thread, "staff", "undo")).shown
    await uni.server.until(lambda: said.deleted)
    assert "Not done" in (await use(uni.asha, thread, "staff", "undo")).shown


async def test_followers_hear_of_the_solution_by_direct_message_whose_button_works(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "Everybody's trouble")
    await use(uni.sam, thread, "ticket", "visibility", visibility="public", confirm="yes")
    await use(uni.kim, uni.login, "ticket", "follow", ref=ref_of(thread))
    await shows(uni, card_in(thread), "Followers")
    before = len(uni.kim.dms)
    await use(uni.asha, thread, "ticket", "resolve", answer="Mended")
    told: Message = await uni.server.until(lambda: uni.kim.dms[before:] and uni.kim.dms[-1])
    assert "asha resolved it" in told.text
    assert "no longer follow" in (await use(uni.kim, uni.login, "ticket", "unfollow", ref=ref_of(thread))).shown


async def test_a_command_outside_a_thread_asks_which_ticket(uni: University) -> None:
    for path, more in ((("ticket", "close"), {}), (("ticket", "urgent"), {"why": "now"}), (("ticket", "edit"), {})):
        answered = await use(uni.sam, uni.exams, *path, **more)
        assert "Not done" in answered.shown
        assert "T-" in answered.shown
