"""What is done to tickets on Slack, from both sides: who has them, where they stand, who hears of it and how."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    DONE,
    a_day,
    faults_of,
    field,
    mention,
    menu,
    of_slack,
    open_ticket,
    press,
    press_and_send,
    quiet,
    reads,
    ref_of,
    said,
    says,
    send,
    shows,
    signed,
    triage,
    until,
    use,
    whispered,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Work:
    """A ticket in Platform and login, of a student who has no other."""

    campus: Campus
    zoe: Person
    card: Message
    staffs: Message
    ref: str


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


@pytest_asyncio.fixture(loop_scope="module")
async def work(campus: Campus, request: pytest.FixtureRequest) -> Work:
    """With every other test in another team's channel: Slack takes a message a second in each."""
    zoe = campus.server.add_user("zoe")
    turn = len(campus.server.people) % 2
    more = {"category": "Exams and grades", "Course_code": "CS1"} if turn else {}
    card = await open_ticket(campus, zoe, request.node.name[5:65], **more)
    return Work(campus, zoe, card, await triage(campus, card), ref_of(card))


async def test_whom_somebody_else_assigns_is_pinged_once_and_nobody_else(work: Work) -> None:
    campus, asha, lee = work.campus, work.campus.asha, work.campus.lee
    before = len(campus.server.pings)
    given = await use(lee, lee.dm, f"/ticket assign {work.ref} {asha.mention}")
    assert "is with Asha now" in given.text_shown
    told = await reads(asha, work.staffs, "Lee gave it to Asha")
    await reads(work.zoe, work.card, "Lee gave it to Asha")
    await says(work.staffs, "With", "Asha")
    await write(work.zoe, work.card, "Hello Asha")
    await mention(campus, lee, work.staffs, "priority high")
    await reads(work.zoe, work.card, "Lee set the priority to high")
    await quiet(campus)
    assert campus.server.pings[before:] == [told]
    assert told.pinged.users == {asha.id}


async def test_a_second_claim_names_the_first(work: Work) -> None:
    assert "is yours" in (await press(work.campus.asha, work.staffs, "Claim")).text_shown
    late = await use(work.campus.lee, work.staffs.place, f"/ticket claim {work.ref}")
    assert "already with Asha" in late.text_shown
    again = await mention(work.campus, work.campus.lee, work.staffs, "claim")
    assert "already with Asha" in again.text_shown
    assert len([one for one in work.staffs.place.messages.values() if one.is_reply and "has it now" in one.text]) >= 1


async def test_a_ticket_put_back_is_in_the_queue_for_the_next(work: Work) -> None:
    asha, lee = work.campus.asha, work.campus.lee
    await press(asha, work.staffs, "Claim")
    assert "is back in the queue" in (await mention(work.campus, asha, work.staffs, "unassign")).text_shown
    await reads(work.zoe, work.card, "Asha put it back into the queue")
    await says(work.staffs, "With", "nobody yet")
    assert work.ref in (await use(lee, lee.dm, "/ticket queue")).text_shown
    own, others = (
        ("platform", "academics")
        if work.staffs.place is work.campus.platform_triage
        else (
            "academics",
            "platform",
        )
    )
    assert work.ref in (await use(lee, lee.dm, f"/ticket queue {own}")).text_shown
    assert f"{work.ref} " not in (await use(lee, lee.dm, f"/ticket queue {others}")).text_shown


async def test_a_reason_for_urgency_is_a_reply_and_the_cards_say_urgent(work: Work) -> None:
    declared = await press_and_send(work.zoe, work.card, "Urgent", "The exam is *tomorrow*")
    assert "is urgent" in declared.text_shown
    assert (await reads(work.campus.asha, work.staffs, "The exam is tomorrow")).name == "Zoe"
    await reads(work.zoe, work.card, "The exam is tomorrow")
    for card in (work.card, work.staffs):
        await says(card, "Priority", "Urgent")
        await until(lambda card=card: "Urgent" not in card.buttons, "a card without the button")
        assert "🔴" in card.text_shown
    assert "already" in (await use(work.zoe, work.zoe.dm, f"/ticket urgent {work.ref} Still")).text_shown


async def test_a_transfer_gives_the_other_team_a_card_and_its_talk(work: Work) -> None:
    campus, asha, lee = work.campus, work.campus.asha, work.campus.lee
    to_platform = work.staffs.place is campus.triage
    key, name = ("platform", "Platform team") if to_platform else ("academics", "Academics")
    other = campus.platform_triage if to_platform else campus.triage
    await write(work.zoe, work.card, "Said before")
    await reads(asha, work.staffs, "Said before")
    handed = await use(asha, asha.dm, f"/ticket staff transfer {work.ref} {key}")
    assert f"is with {name} now" in handed.text_shown
    second = await triage(campus, work.card, other)
    await says(work.staffs, "Team", name)
    await reads(work.zoe, work.card, f"Asha handed it to {name}")
    await reads(lee, second, "Said before")
    await press(lee, second, "Claim")
    await says(second, "With", "Lee")
    await says(work.staffs, "With", "Lee")
    await write(work.zoe, work.card, "Said after")
    await reads(lee, second, "Said after")
    await write(lee, second, "Answered by the other team")
    await reads(work.zoe, work.card, "Answered by the other team")
    await quiet(campus)
    assert said(asha, work.staffs, "Said after") is None
    assert said(asha, work.staffs, "Answered by the other team") is None


async def test_somebody_added_has_a_thread_of_their_own_until_they_are_removed(work: Work) -> None:
    campus, zoe, asha = work.campus, work.zoe, work.campus.asha
    yan = campus.server.add_user("yan")
    await write(zoe, work.card, "Said before")
    await reads(asha, work.staffs, "Said before")
    added = await use(zoe, zoe.dm, f"/ticket add {work.ref} {yan.mention}")
    assert "is part of" in added.text_shown
    own = await card_of(campus, yan, work.card.blocks[0]["text"]["text"])
    assert own.place is yan.dm
    await reads(yan, own, "Said before")
    await reads(zoe, work.card, "Zoe added Yan")
    mine = await write(yan, own, "I saw it *too*")
    copies = [await reads(who, card, "I saw it too") for who, card in ((zoe, work.card), (asha, work.staffs))]
    assert [one.name for one in copies] == ["Yan", "Yan"]
    await signed(campus, mine, DONE)
    await write(asha, work.staffs, "An answer for both")
    for who, card in ((zoe, work.card), (yan, own)):
        assert (await reads(who, card, "An answer for both")).name == "Asha · staff"
    await write(asha, work.staffs, "// Not for Yan either")
    assert "Yan" in (field(work.card, "Also here") or "")
    await use(zoe, zoe.dm, f"/ticket remove {work.ref} {yan.mention}")
    await reads(zoe, work.card, "Zoe removed Yan")
    await write(zoe, work.card, "Between us")
    await reads(asha, work.staffs, "Between us")
    told = await whispered(yan, await write(yan, own, "Hello?"))
    assert "you are not part of it" in told.text_shown
    await quiet(campus)
    words = of_slack(yan, campus)
    assert "Between us" not in words
    assert "Not for Yan" not in words
    assert said(asha, work.staffs, "Hello?") is None
    assert "Not done" in (await use(yan, yan.dm, f"/ticket show {work.ref}")).text_shown


async def test_nobody_adds_a_bot_or_somebody_of_another_workspace(work: Work) -> None:
    server = work.campus.server
    for other in (server.add_bot("robot"), server.add_user("stranger", team="T0OTHER")):
        refused = await use(work.zoe, work.zoe.dm, f"/ticket add {work.ref} {other.mention}")
        assert "Not done" in refused.text_shown


async def test_tags_list_and_show_tell_where_a_ticket_stands(work: Work) -> None:
    asha, zoe = work.campus.asha, work.zoe
    await mention(work.campus, asha, work.staffs, "tag marks, May-term")
    await says(work.card, "Tags", "marks, may-term")
    await mention(work.campus, asha, work.staffs, "tag -marks")
    await says(work.card, "Tags", "may-term")
    shown = await use(zoe, work.campus.lounge, f"/ticket show {work.ref}")
    assert all(words in shown.text_shown for words in ("may-term", "Since this morning.", work.ref))
    listed = await use(zoe, zoe.dm, "/ticket list")
    assert work.ref in listed.text_shown
    assert "with nobody yet" in listed.text_shown
    of_zoe = await use(asha, asha.dm, f"/ticket staff tickets {zoe.mention}")
    assert work.ref in of_zoe.text_shown
    assert "Opened by Zoe" in of_zoe.text_shown


async def test_an_edit_by_a_form_changes_both_cards_in_their_place(work: Work) -> None:
    form = await use(work.zoe, work.zoe.dm, f"/ticket edit {work.ref}")
    assert isinstance(form, View)
    changed = await send(work.zoe, form, {form.labels[0]: "A *better* title"})
    assert "is changed" in changed.text_shown
    await shows(work.card, "A *better* title")
    await shows(work.staffs, "A *better* title")
    assert work.staffs.edited is None, "an edit of the app's own bears no mark"


async def test_waiting_ends_when_the_student_answers(work: Work) -> None:
    await press(work.campus.asha, work.staffs, "Claim")
    await mention(work.campus, work.campus.asha, work.staffs, "status waiting")
    await until(lambda: (field(work.card, "Status") or "").startswith("Waiting"), "a card that waits")
    await write(work.zoe, work.card, "Here it is")
    await says(work.card, "Status", "In progress")


async def test_a_ticket_is_withdrawn_until_it_is_answered(work: Work) -> None:
    answered = await open_ticket(work.campus, work.zoe, "Another one")
    await write(work.campus.asha, await triage(work.campus, answered), "I see")
    await shows(answered, "◉ Answered")
    late = await use(work.zoe, work.zoe.dm, f"/ticket withdraw {ref_of(answered)}")
    assert "Not done" in late.text_shown
    assert "is withdrawn" in (await use(work.zoe, work.zoe.dm, f"/ticket withdraw {work.ref}")).text_shown
    await reads(work.zoe, work.card, "Zoe withdrew it")


async def test_the_last_word_is_taken_back_from_the_other_side(work: Work) -> None:
    asha = work.campus.asha
    written = await write(asha, work.staffs, "Oh, the wrong ticket")
    copy = await reads(work.zoe, work.card, "Oh, the wrong ticket")
    await signed(work.campus, written, DONE)
    assert "taken back" in (await mention(work.campus, asha, work.staffs, "staff undo")).text_shown
    await until(lambda: copy.deleted, "the removal")
    await until(lambda: DONE not in written.reactions, "the mark taken off")
    assert "Not done" in (await mention(work.campus, asha, work.staffs, "staff undo")).text_shown


async def test_followers_hear_of_the_solution_by_direct_message_and_read_it_where_it_is_public(work: Work) -> None:
    campus, zoe, asha = work.campus, work.zoe, work.campus.asha
    vic = campus.server.add_user("vic")
    preview = await use(zoe, zoe.dm, f"/ticket visibility {work.ref} public")
    assert "Everybody who is signed in would read" in preview.text_shown
    assert "Not done" in (await use(vic, vic.dm, f"/ticket show {work.ref}")).text_shown
    assert "is public" in (await press(zoe, preview, "Make it public")).text_shown
    assert "Since this morning." in (await use(vic, vic.dm, f"/ticket show {work.ref}")).text_shown
    assert "You follow" in (await use(vic, vic.dm, f"/ticket follow {work.ref}")).text_shown
    await shows(work.card, "Followers")
    await mention(campus, asha, work.staffs, "resolve Mended")
    told = await until(lambda: vic.reads(vic.dm), "the news")
    assert "Asha resolved it" in told[-1].text_shown
    assert not told[-1].pinged
    assert "no longer follow" in (await use(vic, vic.dm, f"/ticket unfollow {work.ref}")).text_shown


async def test_a_messages_menu_shows_what_one_can_do_with_its_ticket(work: Work) -> None:
    asha, zoe = work.campus.asha, work.zoe
    await write(zoe, work.card, "Somewhere in the thread")
    copy = await reads(asha, work.staffs, "Somewhere in the thread")
    for_asha, for_zoe = [await menu(who, on, "ticket_actions") for who, on in ((asha, copy), (zoe, work.card))]
    assert for_asha.buttons == ["Claim", "Resolve", "Urgent", "Priority", "Close"]
    assert for_zoe.buttons == ["Urgent", "Close"]
    assert "is yours" in (await press(asha, for_asha, "Claim")).text_shown
    await says(work.staffs, "With", "Asha")
    elsewhere = await asha.write(work.campus.lounge, "No ticket of anybody's")
    assert "No ticket here" in (await menu(asha, elsewhere, "ticket_actions")).text_shown


async def test_an_admin_gives_a_role_and_sees_what_is_in_the_way(work: Work) -> None:
    ada, nia = work.campus.ada, work.campus.server.add_user("nia")
    assert "You may not claim" in (await use(nia, nia.dm, "/ticket queue")).text_shown
    await use(ada, ada.dm, f"/ticket desk role lead {nia.mention}")
    assert work.ref in (await use(nia, nia.dm, "/ticket queue")).text_shown
    nothing = await use(ada, ada.dm, "/ticket desk failures")
    assert "Nothing was given up, and nothing is in the way." in nothing.text_shown
