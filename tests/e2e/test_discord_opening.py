"""Every way into a ticket on Discord: the command, the panel, the menus of a message; forms that were refused."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, opened, threads_in
from tests.fakes.discord_steps import (
    a_day,
    buttons_of,
    card_in,
    faults_of,
    fields_of,
    fill,
    open_login,
    press,
    quiet,
    reads,
    thread_of,
    use,
)
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def uni(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[University]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (university, _desk):
        yield university


@pytest.fixture(autouse=True)
def nothing_is_refused(uni: University) -> None:
    assert faults_of(uni.server) == []


async def test_arguments_of_the_command_prefill_the_form(uni: University) -> None:
    asked = await use(uni.sam, uni.exams, "ticket", "open", title="Which *room*?", category="login", priority="high")
    assert asked.modal is not None
    assert asked.modal.labels == ["What is the matter?", "Category", "Priority", "Tell us more", "Files"]
    assert asked.modal.input("What is the matter?")["value"] == "Which *room*?"
    chosen = [
        o["value"] for name in ("Category", "Priority") for o in asked.modal.input(name)["options"] if o.get("default")
    ]
    assert chosen == ["login", "high"]


async def test_a_category_without_questions_opens_at_once_and_the_answer_leads_there(uni: University) -> None:
    asked = await use(uni.sam, uni.login, "ticket", "open")
    sent = {"What is the matter?": "No way in", "Category": "Platform and login", "Tell us more": "Since *today*."}
    done = await fill(uni.sam, asked, sent, {"Files": [("screen.png", png())]})
    thread = await thread_of(uni, uni.sam, done)
    assert done.ephemeral
    assert "is open" in done.shown
    assert thread.parent is uni.login
    assert fields_of(card_in(thread))["Priority"] == "Normal"
    assert [file.data for file in card_in(thread).attachments] == [png()]


async def test_a_form_with_an_empty_title_comes_back_with_what_was_typed(uni: University) -> None:
    asked = await use(uni.sam, uni.login, "ticket", "open", category="login")
    sent = await fill(uni.sam, asked, {"What is the matter?": "  ", "Tell us more": "A long story."})
    assert "The title is empty" in sent.shown
    again = await press(uni.sam, sent.answer, "Correct it")
    assert again.modal is not None
    assert again.modal.input("Tell us more")["value"] == "A long story."
    done = await fill(uni.sam, again, {"What is the matter?": "A short title"})
    assert card_in(await thread_of(uni, uni.sam, done)).text.startswith("A short title")


async def test_a_file_that_cannot_be_kept_is_named_and_the_ticket_opens_without_it(uni: University) -> None:
    asked = await use(uni.sam, uni.login, "ticket", "open", title="A picture", category="login")
    files = [("proof.png", b"\x89PNG\r\n\x1a\nbut no more"), ("notes.txt", b"17")]
    done = await fill(uni.sam, asked, {"Tell us more": "See there."}, {"Files": files})
    assert "proof.png" in done.shown
    thread = await thread_of(uni, uni.sam, done)
    assert [file.filename for file in card_in(thread).attachments] == ["notes.txt"]


async def test_the_questions_ask_what_is_required_and_a_form_is_sent_once(uni: University) -> None:
    asked = await use(uni.sam, uni.exams, "ticket", "open", title="Whose draft?", category="exams")
    sent = await fill(uni.sam, asked, {"Tell us more": "Mine."})
    questions = await press(uni.sam, sent.answer, "Answer the questions")
    assert questions.modal is not None
    assert questions.modal.labels == ["Course code", "Term"]
    empty = await fill(uni.sam, questions, {"Course code": " "})
    assert "Course code" in empty.shown
    assert "is empty" in empty.shown
    answers = await press(uni.sam, empty.answer, "Correct the answers")
    done = await fill(uni.sam, answers, {"Course code": "MA1001"})
    assert fields_of(card_in(await thread_of(uni, uni.sam, done)))["Course code"] == "MA1001"
    used = await fill(uni.sam, questions, {"Course code": "MA1001"})
    assert "That form is no longer open: it was sent already" in used.shown


async def test_the_panel_lets_anybody_open_a_ticket_and_see_theirs(uni: University) -> None:
    posted = await use(uni.ada, uni.exams, "desk", "panel")
    assert posted.ephemeral
    assert "The panel is posted here" in posted.shown
    panel = await reads(uni, uni.kim, uni.exams, "Press the button and say what is the matter")
    assert buttons_of(panel) == ["Open a ticket", "My tickets"]
    nothing = await press(uni.kim, panel, "My tickets")
    assert "Nothing here." in nothing.shown
    asked = await press(uni.kim, panel, "Open a ticket")
    sent = {"What is the matter?": "From the panel", "Category": "login", "Tell us more": "As it says."}
    thread = await thread_of(uni, uni.kim, await fill(uni.kim, asked, sent))
    assert uni.kim.sees(thread)
    mine = await press(uni.kim, panel, "My tickets")
    assert mine.ephemeral
    assert "From the panel" in mine.shown


async def test_a_panel_where_the_bot_may_not_write_says_what_to_allow(uni: University) -> None:
    silent = uni.guild.add_channel("silent", overwrites={uni.guild.bot_role: {"deny": ["send_messages"]}})
    posted = await use(uni.ada, silent, "desk", "panel")
    assert "That was not posted" in posted.shown
    assert "Send Messages" in posted.shown
    assert uni.kim.reads(silent) == []


async def test_a_ticket_is_opened_from_a_message_that_somebody_wrote(uni: University) -> None:
    said = await uni.kim.say(uni.login, "My card is not read\nat the door of the **library**, see @everyone")
    asked = await (await uni.sam.message_menu("Open a ticket from this", said)).settled()
    assert asked.modal is not None
    assert asked.modal.input("What is the matter?")["value"] == "My card is not read"
    assert f"/{uni.login.id}/{said.id}" in asked.modal.input("Tell us more")["value"]
    thread = await thread_of(uni, uni.sam, await fill(uni.sam, asked, {"Category": "login"}))
    assert "at the door of the **library**" in card_in(thread).text
    assert not uni.kim.pings


async def test_a_message_is_added_to_a_ticket_that_one_chooses_from(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "The door again")
    said = await uni.kim.say(uni.login, "It opens after *three* tries", files=[("door.txt", b"click")])
    asked = await (await uni.sam.message_menu("Add to ticket", said)).settled()
    assert asked.ephemeral
    await (await uni.sam.choose(asked.answer, "To which ticket?", f"{thread.name.split()[0]} The door again")).settled()
    quoted = await reads(uni, uni.sam, thread, "It opens after _three_ tries")
    assert (quoted.name, [file.filename for file in quoted.attachments]) == ("sam", ["door.txt"])
    assert "kim wrote" in quoted.text
    assert not uni.kim.pings


async def test_who_has_no_open_ticket_is_told_how_to_start_one(uni: University) -> None:
    lone = uni.guild.add_member("lone")
    said = await uni.kim.say(uni.login, "Something")
    asked = await (await lone.message_menu("Add to ticket", said)).settled()
    assert "You have no open ticket" in asked.shown
    listed = await use(lone, uni.login, "ticket", "list")
    assert "Nothing here." in listed.shown


async def test_whoever_takes_no_part_in_a_channel_of_tickets_reads_nothing_new_there(uni: University) -> None:
    """Private threads announce themselves nowhere, and answers are for who asked."""
    before = list(uni.kim.reads(uni.exams))
    thread = await opened(uni, uni.sam, title="A quiet one")
    await uni.sam.say(thread, "Hello?")
    await quiet(uni)
    assert uni.kim.reads(uni.exams) == before
    assert thread in threads_in(uni.exams)
