"""Every way into a ticket on Slack: the command, a shortcut, a message, words for the app; forms that were refused."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import File, Message, Person, View
from tests.fakes.slack_steps import (
    a_day,
    faults_of,
    field,
    files_in,
    mention,
    menu,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    send,
    told,
    until,
    use,
    write,
)
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

ALWAYS = ["What is the matter?", "Category", "Priority", "Tell us more"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


@pytest.fixture
def zoe(campus: Campus) -> Person:
    """A student whom nobody has met: in nobody's way, and in no pace of Slack's."""
    return campus.server.add_user("zoe")


def form(answered: View | Message) -> View:
    assert isinstance(answered, View), answered
    return answered


async def test_what_is_typed_behind_the_command_fills_the_form(campus: Campus, zoe: Person) -> None:
    line = "/ticket open category:login priority:high Which *room* & <when>?"
    asked = form(await use(zoe, campus.lounge, line))
    assert asked.labels == [*ALWAYS, "Files"]
    shown = [asked.value(one) for one in asked.labels[:3]]
    assert shown == ["Which *room* & <when>?", "Platform and login", "High"]


async def test_the_questions_follow_the_category_and_what_was_typed_stays(campus: Campus, zoe: Person) -> None:
    asked = form(await use(zoe, zoe.dm, "/ticket open"))
    zoe.fill(asked, {"What is the matter?": "My grade", "Tell us more": "A long *story*."})
    await zoe.choose(asked, "Category", "Exams and grades")
    assert asked.labels == [*ALWAYS, "Course code", "Term", "Files"]
    zoe.fill(asked, {"Course code": "CS2001"})
    await zoe.choose(asked, "Category", "Platform and login")
    assert asked.labels == [*ALWAYS, "Files"]
    await zoe.choose(asked, "Category", "Exams and grades")
    assert [asked.value(one) for one in ("What is the matter?", "Tell us more")] == ["My grade", "A long *story*."]
    assert "is open" in (await send(zoe, asked, {"Course code": "CS1"})).text_shown
    card = await card_of(campus, zoe, "My grade")
    assert (field(card, "Course code"), "A long story." in card.text_shown) == ("CS1", True)


async def test_a_form_that_was_refused_comes_back_with_what_was_typed(campus: Campus, zoe: Person) -> None:
    asked = form(await use(zoe, zoe.dm, "/ticket open"))
    await zoe.choose(asked, "Category", "Exams and grades")
    typed = {"What is the matter?": "  ", "Tell us more": "A long story.", "Course code": "CS1"}
    sent = form(await send(zoe, asked, typed, {"Files": [File("proof.png", png())]}))
    assert sent is asked
    assert "The title is empty" in sent.text_shown
    assert [sent.value(one) for one in ("Tell us more", "Course code")] == ["A long story.", "CS1"]
    blank = form(await send(zoe, sent, {"What is the matter?": "A title", "Course code": " "}))
    assert "Course code" in blank.text_shown
    assert "is empty" in blank.text_shown
    assert "is open" in (await send(zoe, blank, {"Course code": "MA1001"})).text_shown
    card = await card_of(campus, zoe, "A title")
    assert field(card, "Course code") == "MA1001"
    await until(lambda: files_in(card) == [("proof.png", png())], "the file that came with the first try")


async def test_a_file_that_cannot_be_kept_is_named_and_the_ticket_opens_without_it(campus: Campus, zoe: Person) -> None:
    asked = form(await use(zoe, zoe.dm, "/ticket open category:login A picture"))
    files = [File("proof.png", b"\x89PNG\r\n\x1a\nbut no more"), File("notes.txt", b"17")]
    answered = await send(zoe, asked, {"Tell us more": "See there."}, {"Files": files})
    assert "proof.png" in answered.text_shown
    card = await card_of(campus, zoe, "A picture")
    await until(lambda: files_in(card) == [("notes.txt", b"17")], "the file that could be kept")


async def test_the_form_opens_from_anywhere_by_the_shortcut_and_the_answer_stays_in_it(
    campus: Campus, zoe: Person
) -> None:
    asked = form(await told(await zoe.shortcut("Open a ticket")))
    await zoe.choose(asked, "Category", "Platform and login")
    answered = await send(zoe, asked, {"What is the matter?": "No way in", "Tell us more": "Since today."})
    assert answered is asked
    assert "is open" in answered.text_shown
    card = await card_of(campus, zoe, "No way in")
    await until(lambda: card.ts.replace(".", "") in str(asked.blocks), "the way to the thread")


async def test_a_command_in_a_channel_is_answered_for_the_asker_alone(campus: Campus, zoe: Person) -> None:
    asked = form(await use(zoe, campus.lounge, "/ticket open category:login Quietly"))
    before = list(campus.kim.reads(campus.lounge))
    answered = await send(zoe, asked, {"Tell us more": "Nobody needs to know."})
    assert "is open" in answered.text_shown
    await card_of(campus, zoe, "Quietly")
    assert isinstance(answered, View) or (answered.place, answered.ephemeral_for) == (campus.lounge, zoe.id)
    assert campus.kim.reads(campus.lounge) == before
    assert campus.kim.ephemerals(campus.lounge) == []


async def test_a_ticket_is_opened_from_a_message_that_somebody_wrote(campus: Campus, zoe: Person) -> None:
    words = f"My card is not read\nat the door of the *library*, {campus.asha.mention} @channel"
    written = await campus.kim.write(campus.lounge, words)
    asked = form(await menu(zoe, written, "Open a ticket from this"))
    assert asked.value("What is the matter?") == "My card is not read"
    assert "@Asha" in asked.value("Tell us more")
    assert written.ts.replace(".", "") in asked.value("Tell us more"), "the link to it"
    await zoe.choose(asked, "Category", "Platform and login")
    assert "is open" in (await send(zoe, asked)).text_shown
    card = await card_of(campus, zoe, "My card is not read")
    assert "at the door of the" in card.text_shown
    await quiet(campus)
    assert [campus.kim.pings, campus.asha.pings] == [[], []]


async def test_a_message_is_added_to_a_ticket_that_one_chooses(campus: Campus, zoe: Person) -> None:
    card = await open_ticket(campus, zoe, "The door again")
    written = await campus.kim.write(campus.lounge, "It opens after *three* tries", files=[File("door.txt", b"click")])
    asked = form(await menu(zoe, written, "Add to a ticket"))
    assert asked.options("To which ticket?") == [f"{ref_of(card)} The door again"]
    done = await send(zoe, asked, {"To which ticket?": f"{ref_of(card)} The door again"})
    assert ref_of(card) in done.text_shown
    quoted = await reads(zoe, card, "It opens after three tries")
    assert (quoted.name, "Kim wrote" in quoted.text_shown) == ("Zoe", True)
    nobody = form(await menu(campus.kim, written, "Add to a ticket"))
    assert "You have no open ticket" in nobody.text_shown
    assert not campus.kim.pings


async def test_words_in_the_direct_message_may_become_a_ticket(campus: Campus, zoe: Person) -> None:
    written = await zoe.write(zoe.dm, "The printer burns\n*Every* morning")
    offer = await until(lambda: (zoe.thread(written) or [None])[0], "an offer")
    assert "These words are in no ticket yet" in offer.text_shown
    asked = form(await press(zoe, offer, "Open a ticket with these words"))
    assert asked.value("What is the matter?") == "The printer burns"
    await zoe.choose(asked, "Category", "Platform and login")
    assert "is open" in (await send(zoe, asked)).text_shown
    card = await card_of(campus, zoe, "Opened")
    assert "Every morning" in card.text_shown
    again = await zoe.write(zoe.dm, "And the scanner too")
    second = await until(lambda: (zoe.thread(again) or [None])[0], "an offer")
    assert f"{ref_of(card)} The printer burns" in second.text_shown


async def test_a_mention_in_the_direct_message_is_a_command(campus: Campus, zoe: Person) -> None:
    card = await open_ticket(campus, zoe, "Where does it stand?")
    hello = await write(zoe, card, "Hello?")
    assert "Where does it stand?" in (await mention(campus, zoe, hello, "show")).text_shown
    listed = await mention(campus, zoe, card, "list")
    assert "Where does it stand?" in listed.text_shown
    opened = await mention(campus, zoe, card, "open One *more* thing")
    asked = form(await press(zoe, opened, "Open a ticket"))
    assert asked.value("What is the matter?") == "One *more* thing"


WRONG = [
    ("/ticket answers search marks", "There is no command “/ticket answers”. /ticket help lists them all."),
    ("/ticket nonsense", "There is no command “/ticket nonsense”. /ticket help lists them all."),
    ("/ticket staff", "/ticket staff: note, transfer, undo, release, tickets, snooze, wake, urgency, merge,"),
    ("/ticket close", "Which ticket? Write its ref, like T-12"),
    ("/ticket show T-999", "There is no ticket T-999 that you can see."),
    ("/ticket show what", "/ticket show"),
    ("/ticket open category:nothing x", "category"),
    ("/ticket queue", "You may not claim tickets: the support staff can."),
    ("/ticket staff note T-1 hello", "You may not write notes: the support staff can."),
    ("/ticket desk failures", "You may not administer the desk: an admin can."),
    ("/ticket link 00000-00000", "code"),
]


@pytest.mark.parametrize(("line", "words"), WRONG, ids=[line for line, _ in WRONG])
async def test_what_the_desk_does_not_take_is_refused_in_words(
    campus: Campus, zoe: Person, line: str, words: str
) -> None:
    answered = await use(zoe, campus.lounge, line)
    assert isinstance(answered, Message)
    assert "Not done" in answered.text_shown
    assert words in answered.text_shown


@pytest.mark.parametrize("line", ["/ticket", "/ticket help", "/ticket  HELP "])
async def test_help_names_the_commands_as_they_are_typed_here(campus: Campus, zoe: Person, line: str) -> None:
    of_zoe = (await use(zoe, zoe.dm, line)).text_shown
    assert "/ticket open" in of_zoe
    assert "/ticket link" in of_zoe
    assert "/ticket claim" not in of_zoe
    of_asha, of_ada = [(await use(who, who.dm, line)).text_shown for who in (campus.asha, campus.ada)]
    assert "/ticket staff" in of_asha
    assert "/ticket help staff, says" in of_asha
    assert "failures" not in of_asha
    assert "failures" in of_ada
    assert "/ticket staff note" in (await use(campus.asha, campus.asha.dm, "/ticket help staff")).text_shown
