"""What a student is shown on Discord before a ticket is opened, what becomes of each choice, and plain questions."""

import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, open_university
from tests.fakes.discord_server import Interaction, Message, Person, Thread
from tests.fakes.discord_steps import (
    buttons_of,
    card_in,
    faults_of,
    fields_of,
    fill,
    open_login,
    press,
    reads,
    thread_of,
    use,
)
from tests.fakes.process import DeskProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLUS_ONE, ANSWERS, MINE = "+1, tell me when it is solved", "This answers it", "Open mine"
TITLE, WORDS = "The projector in the lecture hall shows no picture", "It hums, and the wall stays dark."
QUESTION, ANSWER = "How do I reset my password?", "On the sign-in page, press Forgot password."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[University, DeskProcess]]:
    """A desk that goes by meaning, with a public ticket of kim's, three private ones of others and a FAQ."""
    settings = {"BOT_SIMILAR__ENABLED": "true", "BOT_SIMILAR__MODEL": "minilm"}
    async with open_university(tmp_path_factory.mktemp("desk"), **settings) as (uni, desk):
        thread = await open_login(uni, uni.kim, TITLE, WORDS)
        preview = await use(uni.kim, thread, "ticket", "visibility", visibility="public")
        assert "is public" in (await press(uni.kim, preview.answer, "Make it public")).shown
        for name in ("ann", "ben", "cas"):
            student = uni.guild.add_member(name)
            await open_mine(uni, student, "The washing machine of the hostel swallows coins", f"Says {name}.")
        await publish(uni)
        await uni.server.until(lambda: is_indexed(desk.folder), 30, "everything to be found")
        await desk.stop()
        await desk.start()
        await uni.server.connected(30)
        await uni.server.until(lambda: "similar_by_meaning" in last_run(desk), 30, "the model to be read in")
        yield uni, desk
        assert faults_of(uni.server) == []
        assert "Traceback" not in desk.log.read_text()


@pytest.fixture
def uni(day: tuple[University, DeskProcess]) -> University:
    return day[0]


def last_run(desk: DeskProcess) -> str:
    """Its log since it was started the last time."""
    return desk.log.read_text().rsplit("stopped", 1)[-1]


def is_indexed(folder: Path) -> bool:
    with sqlite3.connect(folder / "data" / "threaddesk.db") as database:
        [waiting] = database.execute("SELECT count(*) FROM index_marks").fetchone()
        [found] = database.execute("SELECT count(*) FROM index_documents WHERE vector IS NOT NULL").fetchone()
    return not waiting and found == 5


async def publish(uni: University) -> None:
    begun = await use(uni.ada, uni.login, "faq", "add")
    asked = begun if begun.modal is not None else await press(uni.ada, begun.answer, "A new FAQ")
    assert asked.modal is not None
    question, answer, *_ = asked.modal.labels
    saved = await fill(uni.ada, asked, {question: QUESTION, answer: ANSWER})
    assert "everybody can read it" in (await press(uni.ada, saved.answer, "Publish")).shown


async def form(uni: University, who: Person, title: str, words: str, category: str = "login") -> Interaction:
    asked = await use(who, uni.login, "ticket", "open", title=title, category=category)
    return await fill(who, asked, {"Tell us more": words})


async def open_mine(uni: University, who: Person, title: str, words: str) -> Thread:
    """Whatever is similar."""
    sent = await form(uni, who, title, words)
    done = await press(who, sent.answer, MINE) if "Similar to yours" in sent.shown else sent
    return await thread_of(uni, who, done)


def labels(sent: Interaction) -> list[str]:
    assert sent.answer is not None
    return buttons_of(sent.answer)


async def asks(uni: University, who: Person, words: str) -> Message:
    """In their direct messages; the desk's next answer there."""
    before = len(who.dms)
    await who.say(who.dm, words)
    await uni.server.until(lambda: len(who.dms) > before, 10, f"an answer to {words!r}")
    return who.dms[-1]


async def test_a_similar_public_ticket_is_followed_and_its_end_is_told(uni: University) -> None:
    sent = await form(uni, uni.sam, "Lecture hall projector has no picture", "The screen is dark.")
    assert sent.ephemeral
    assert "Similar to yours" in sent.shown
    assert TITLE in sent.shown
    assert "open" in sent.shown
    assert "“projector”" in sent.shown
    assert labels(sent) == [MINE, PLUS_ONE]
    followed = await press(uni.sam, sent.answer, PLUS_ONE)
    assert "You follow T-1: you will hear when it is solved" in followed.shown
    again = await press(uni.sam, sent.answer, PLUS_ONE)
    assert "no longer open" in again.shown
    await use(uni.asha, uni.login, "ticket", "resolve", ref="T-1", answer="A new lamp.")
    told = await reads(uni, uni.sam, uni.sam.dm, "T-1")
    assert "Not for me" in buttons_of(told)
    mine = await press(uni.sam, told, "Not for me")
    assert mine.modal is not None or "Open a ticket" in mine.shown
    if mine.modal is None:
        mine = await press(uni.sam, mine.answer, "Open a ticket")
    assert mine.modal is not None
    assert mine.modal.input("What is the matter?")["value"] == "Lecture hall projector has no picture"


async def test_a_faq_that_answers_it_is_counted_and_opens_no_ticket(uni: University) -> None:
    sent = await form(uni, uni.kim, "I want to reset my password", "I do not know how.")
    assert QUESTION in sent.shown
    assert "F-1" in sent.shown
    done = await press(uni.kim, sent.answer, ANSWERS)
    assert "No ticket was opened" in done.shown
    read = await use(uni.ada, uni.login, "faq", "show", faq="F-1")
    assert read.answer is not None
    assert fields_of(read.answer)["It helped"] == "1 of 1"


async def test_open_mine_opens_it_with_everything_that_was_typed(uni: University) -> None:
    sent = await form(uni, uni.kim, "How can I reset the password of the library", "Not the desk's.")
    opened = await press(uni.kim, sent.answer, MINE)
    thread = await thread_of(uni, uni.kim, opened)
    assert card_in(thread).text.startswith("How can I reset the password of the library")
    assert "no longer open" in (await press(uni.kim, sent.answer, MINE)).shown


async def test_open_mine_leads_to_the_questions_that_the_category_asks(uni: University) -> None:
    sent = await form(uni, uni.kim, "Reset my password of the exam, please", "How?", category="exams")
    asked = await press(uni.kim, sent.answer, MINE)
    assert asked.modal is not None
    assert asked.modal.labels == ["Course code", "Term"]
    thread = await thread_of(uni, uni.kim, await fill(uni.kim, asked, {"Course code": "CS2001"}))
    assert fields_of(card_in(thread))["Course code"] == "CS2001"


async def test_private_tickets_of_others_are_a_number_and_a_blind_plus_one(uni: University) -> None:
    student = uni.guild.add_member("dee")
    sent = await form(uni, student, "Washing machine in my hostel swallowed my coins", "All of them.")
    assert "3 others reported something like this" in sent.shown
    assert "swallows" not in sent.shown
    assert "T-" not in sent.shown
    assert labels(sent) == [MINE, PLUS_ONE]
    done = await press(student, sent.answer, PLUS_ONE)
    assert "You will hear when it is solved" in done.shown
    assert "T-" not in done.shown


async def test_what_is_like_nothing_is_opened_at_once(uni: University) -> None:
    sent = await form(uni, uni.kim, "May my dog come to the graduation ceremony?", "She is very quiet.")
    assert "is open" in sent.shown


async def test_a_plain_question_in_a_direct_message_is_answered_with_its_source(uni: University) -> None:
    answer = await asks(uni, uni.kim, "how can I reset my password?")
    assert ANSWER in answer.text
    assert "F-1" in answer.text
    assert buttons_of(answer) == [ANSWERS, "Open a ticket"]


async def test_a_question_that_nobody_can_answer_is_not_answered_by_guessing(uni: University) -> None:
    answer = await asks(uni, uni.kim, "Who waters the plants in the *atrium*?")
    assert "I don't know" in answer.text
    asked = await press(uni.kim, answer, "Open a ticket")
    assert asked.modal is not None
    assert asked.modal.input("What is the matter?")["value"] == "Who waters the plants in the *atrium*?"


async def test_a_question_pings_nobody_and_the_command_answers_the_same(uni: University) -> None:
    answer = await asks(uni, uni.kim, f"@everyone <@{uni.sam.id}> where is the observatory?")
    assert not answer.mention_everyone
    assert not uni.sam.pings
    typed = await use(uni.kim, uni.login, "ask", question="Where is the observatory?")
    assert "I don't know" in typed.shown
    assert typed.ephemeral
