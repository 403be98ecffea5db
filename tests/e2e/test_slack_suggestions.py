"""What a student is shown on Slack before a ticket is opened, what becomes of each choice, and plain questions."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import a_day, faults_of, mention, open_ticket, press, ref_of, send, told, until, use, write

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLUS_ONE, ANSWERS, MINE = "+1, tell me when it is solved", "This answers it", "Open mine"
TITLE = "The projector in the lecture hall shows *no* picture <!channel>"
LIKE_IT = "Lecture hall projector shows no picture"
COINS = "The washing machine of the hostel swallows coins"
QUESTION, ANSWER = "How do I reset my password?", "On the sign-in page, press Forgot password."
MATTER, MORE = "What is the matter?", "Tell us more"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    """A desk that goes by words, with a public ticket of kim's, three private ones of others and a FAQ."""
    async with a_day(tmp_path_factory.mktemp("desk"), BOT_SIMILAR__ENABLED="true") as (campus, desk):
        card = await open_ticket(campus, campus.kim, TITLE, "It hums, and the wall stays dark.")
        asked = await use(campus.kim, campus.kim.dm, f"/ticket visibility {ref_of(card)} public")
        assert "is public" in (await press(campus.kim, asked, "Make it public")).text_shown
        for name in ("ann", "ben", "cas"):
            await open_mine(campus, campus.server.add_user(name), COINS)
        await publish(campus)
        await until(lambda: is_indexed(desk.folder), "everything to be found", 30)
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


@pytest.fixture
def zoe(campus: Campus) -> Person:
    return campus.server.add_user("zoe")


def is_indexed(folder: Path) -> bool:
    with sqlite3.connect(folder / "data" / "threaddesk.db") as database:
        [waiting] = database.execute("SELECT count(*) FROM index_marks").fetchone()
        [found] = database.execute("SELECT count(*) FROM index_documents").fetchone()
    return not waiting and found == 5


async def publish(campus: Campus) -> None:
    asked = form(await use(campus.ada, campus.ada.dm, "/ticket faq add"))
    question, answer, *_ = asked.labels
    saved = await send(campus.ada, asked, {question: QUESTION, answer: ANSWER})
    assert "everybody can read it" in (await press(campus.ada, saved, "Publish")).text_shown


def form(answered: View | Message) -> View:
    assert isinstance(answered, View), answered
    return answered


async def begun(who: Person, title: str = "") -> View:
    return form(await use(who, who.dm, f"/ticket open {title}".strip()))


async def open_mine(campus: Campus, who: Person, title: str) -> Message:
    """Whatever is similar."""
    asked = await who.choose(await begun(who, title), "Category", "Platform and login")
    answered = await send(who, asked, {MORE: f"Says {who.name}."})
    if isinstance(answered, View) and "Similar to yours" in answered.text_shown:
        answered = await send(who, answered)
    assert "is open" in answered.text_shown
    return await card_of(campus, who, title)


async def asks(who: Person, words: str) -> Message:
    """In their direct message with the app; what the desk says below."""
    written = await who.write(who.dm, words)
    return await until(lambda: (who.thread(written) or [None])[0], f"an answer to {words!r}")


async def test_what_is_similar_stands_in_the_form_and_is_followed_with_one_press(campus: Campus, zoe: Person) -> None:
    asked = await begun(zoe)
    zoe.fill(asked, {MORE: "The screen is dark."})
    await zoe.enter(asked, MATTER, LIKE_IT)
    assert TITLE in asked.text_shown
    assert "open · has “" in asked.text_shown
    assert asked.buttons == [PLUS_ONE]
    assert asked.value(MORE) == "The screen is dark."
    followed = await press(zoe, asked, PLUS_ONE)
    assert followed is asked
    assert "You follow T-1: you will hear when it is solved" in followed.text_shown
    assert campus.kim.pings == []


async def test_what_was_shown_is_told_of_when_it_is_solved_and_the_words_are_there_still(
    campus: Campus, zoe: Person
) -> None:
    asked = await zoe.enter(await begun(zoe), MATTER, LIKE_IT)
    await press(zoe, asked, PLUS_ONE)
    await use(campus.asha, campus.asha.dm, "/ticket resolve T-1 A new lamp.")
    news = await until(lambda: next((one for one in zoe.reads(zoe.dm) if "Not for me" in one.buttons), None), "the end")
    again = await press(zoe, news, "Not for me")
    if isinstance(again, Message):
        again = await press(zoe, again, "Open a ticket")
    assert form(again).value(MATTER) == LIKE_IT


async def test_a_faq_that_answers_it_opens_no_ticket(campus: Campus, zoe: Person) -> None:
    asked = await zoe.enter(await begun(zoe), MATTER, "I want to reset my password")
    assert ANSWER in asked.text_shown
    assert "No ticket was opened" in (await press(zoe, asked, ANSWERS)).text_shown
    assert "It helped\n1 of 1" in (await use(campus.ada, campus.ada.dm, "/ticket faq show F-1")).text_shown


async def test_private_tickets_of_others_are_a_number_and_a_blind_plus_one(campus: Campus, zoe: Person) -> None:
    asked = await zoe.enter(await begun(zoe), MATTER, "The washing machine swallows my coins")
    await zoe.choose(asked, "Category", "Platform and login")
    assert "3 others reported something like this" in asked.text_shown
    assert "hostel" not in asked.text_shown
    assert "T-" not in asked.text_shown
    done = await press(zoe, asked, PLUS_ONE)
    assert "You will hear when it is solved" in done.text_shown
    assert "T-" not in done.text_shown


async def test_a_form_that_showed_it_opens_at_once_and_one_that_did_not_asks_once(campus: Campus, zoe: Person) -> None:
    shown = await zoe.enter(await begun(zoe), MATTER, "How can I reset my library password")
    await zoe.choose(shown, "Category", "Platform and login")
    assert "is open" in (await send(zoe, shown, {MORE: "The other one."})).text_shown
    blind = form(await told(await zoe.shortcut("Open a ticket")))
    await zoe.choose(blind, "Category", "Platform and login")
    asked = form(await send(zoe, blind, {MATTER: "Reset the password of the gym", MORE: "Please."}))
    assert QUESTION in asked.text_shown
    assert asked.data["submit"]["text"] == MINE
    assert "is open" in (await send(zoe, asked)).text_shown
    await card_of(campus, zoe, "Reset the password of the gym")


async def test_a_plain_question_is_answered_below_it_by_what_is_near(campus: Campus, zoe: Person) -> None:
    answer = await asks(zoe, "how do I reset my password?")
    assert ANSWER in answer.text_shown
    assert "F-1" in answer.text_shown
    assert answer.buttons == [ANSWERS, "Open a ticket"]
    typed = await use(zoe, campus.lounge, "/ticket ask how do I reset my password?")
    assert ANSWER in typed.text_shown


async def test_what_nobody_can_answer_is_not_guessed(campus: Campus, zoe: Person) -> None:
    answer = await asks(zoe, "Who waters the plants in the *atrium*?")
    assert "I don't know" in answer.text_shown
    asked = form(await press(zoe, answer, "Open a ticket"))
    assert asked.value(MATTER) == "Who waters the plants in the atrium?"


async def test_words_in_a_tickets_thread_are_no_question(campus: Campus, zoe: Person) -> None:
    card = await open_mine(campus, zoe, "May my dog come to the ceremony?")
    said = await write(zoe, card, "how do I reset my password?")
    assert "May my dog come" in (await mention(campus, zoe, card, "show")).text_shown
    assert not any(ANSWER in one.text_shown for one in zoe.thread(card) if one is not said)
