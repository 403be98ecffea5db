"""What is similar to a ticket: in its form while it is filled, and before it is opened; and plain questions."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.events import AnswerFound, TicketJoined
from core.model.desk import Similarity
from core.model.ids import TicketId
from core.text import Text
from tests.adapters.slack.hall import QUICK, Hall, Held, in_hall, shows, until_told
from tests.fakes.meaning import Known
from tests.fakes.slack_server import File, Message, View

PLUS_ONE, ANSWERS, MINE = "+1, tell me when it is solved", "This answers it", "Open mine"
TITLE = "What is the matter?"
PROJECTOR = "The projector in room seven stays dark"
LIKE_IT = "Dark projector in room seven"
QUESTION, ANSWER = "Why does the projector in room seven stay dark?", "Press the red switch."


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


@pytest.fixture
def known(hall: Hall) -> Known:
    return Known(hall.office, by_meaning=False)


async def public(known: Known, title: str = PROJECTOR) -> TicketId:
    words = Text.of("It worked yesterday.")
    ticket = await known.office.open("kim", title, category="forum", answers={}, description=words)
    await known.catch_up()
    return ticket


async def private(known: Known) -> None:
    for who in ("kim", "abe", "lee"):
        await known.office.open(who, PROJECTOR, category="login", answers={}, description=Text.of("Dark."))
    await known.catch_up()


async def form(hall: Hall, title: str = "") -> View:
    return await (await hall.sam.slash(hall.sam.dm, f"/ticket open {title}".strip())).modal()


async def compared(hall: Hall, title: str = LIKE_IT) -> View:
    """The form, with a description, and with what is similar beside the title."""
    view = await form(hall)
    hall.sam.fill(view, {"description": "It hums."})
    return await hall.sam.enter(view, TITLE, title)


def keys(view: View) -> list[str]:
    return [block["type"] if block["type"] != "input" else block["block_id"] for block in view.blocks]


async def tickets(hall: Hall) -> list[str]:
    async with hall.office.store.read() as work:
        found = [await work.tickets.get(TicketId(number)) for number in range(1, 9)]
    return [one.title for one in found if one is not None]


def events(hall: Hall, kind: type[Any]) -> list[Any]:
    told = (record.event for committed in hall.office.told for record in committed.records)
    return [event for event in told if isinstance(event, kind)]


# --- while the form is filled ----------------------------------------------------------------------------------------


async def test_enter_in_the_title_shows_what_is_similar_below_it_and_keeps_what_was_typed(
    hall: Hall, known: Known
) -> None:
    ticket = await public(known)
    view = await compared(hall)
    assert "Similar to yours" in view.text_shown
    assert f"T-{ticket}" in view.text_shown and PROJECTOR in view.text_shown
    assert "open · has “" in view.text_shown and "projector" in view.text_shown
    assert view.buttons == [PLUS_ONE]
    assert (view.value("title"), view.value("description")) == (LIKE_IT, "It hums.")
    assert keys(view)[1:5] == ["title", "header", "section", "category"]


async def test_a_chosen_category_shows_it_too_beside_its_questions(hall: Hall, known: Known) -> None:
    await public(known)
    view = await hall.sam.choose(await form(hall, LIKE_IT), "Category", "Exams and grades")
    assert PROJECTOR in view.text_shown and "Course code" in view.labels


async def test_what_is_like_nothing_leaves_the_form_as_it_is(hall: Hall, known: Known) -> None:
    await public(known)
    view = await form(hall)
    await hall.sam.enter(view, TITLE, "May my dog come to the ceremony?", changes=False)
    await hall.settled()
    assert view.updates == 0 and "Similar" not in view.text_shown


async def test_another_title_takes_away_what_is_no_longer_similar(hall: Hall, known: Known) -> None:
    await public(known)
    view = await compared(hall)
    await hall.sam.enter(view, TITLE, "May my dog come to the ceremony?")
    assert "Similar" not in view.text_shown and view.value("description") == "It hums."


async def test_what_is_typed_while_it_is_looked_for_is_not_lost(hall: Hall, known: Known) -> None:
    await public(known)
    view = await form(hall)
    held = hall.server.faults.hold("views.update")
    entering = asyncio.create_task(hall.sam.enter(view, TITLE, LIKE_IT))
    await held.arrived()
    hall.sam.fill(view, {"title": f"{LIKE_IT} again", "description": "Typed meanwhile."})
    held.release()
    await entering
    assert PROJECTOR in view.text_shown
    assert (view.value("title"), view.value("description")) == (f"{LIKE_IT} again", "Typed meanwhile.")


async def test_the_questions_do_not_wait_for_a_look_that_takes_long(hall: Hall, known: Known) -> None:
    await public(known)

    class Slow:
        def __init__(self) -> None:
            self._desk, self._held = hall.front(), Held(hall.front())
            self.release = self._held.release
            self.similar = self._held.similar

        def __getattr__(self, name: str) -> Any:
            return getattr(self._desk, name)

    slow = Slow()
    await hall.again(desk=slow, waits=replace(QUICK, look=0.05))
    view = await hall.sam.choose(await form(hall, LIKE_IT), "Category", "Exams and grades")
    assert "Course code" in view.labels and "Similar" not in view.text_shown
    slow.release()


async def test_a_desk_that_shows_nothing_similar_does_not_ask_for_the_title(hall: Hall, known: Known) -> None:
    hall.office.use(replace(hall.office.desk, similar=Similarity(enabled=False)))
    await hall.again()
    await public(known)
    view = await form(hall, LIKE_IT)
    block, _ = view.element("title")
    assert "dispatch_action" not in block
    await hall.sam.choose(view, "Category", "Course forum")
    assert "Similar" not in view.text_shown
    assert (await hall.sam.submit(view, {"description": "It hums."})).closed


async def test_no_words_of_a_title_are_markup_or_ping(hall: Hall, known: Known) -> None:
    wild = f"*{PROJECTOR}* <!channel> <@{hall.asha.id}> :fire: <https://example.org|it>"
    await public(known, wild)
    view = await compared(hall, PROJECTOR)
    assert wild in view.text_shown
    assert hall.server.pings == []


# --- what is pressed beside it ---------------------------------------------------------------------------------------


async def test_plus_one_follows_it_keeps_the_words_and_opens_nothing(hall: Hall, known: Known) -> None:
    ticket = await public(known)
    view = await compared(hall)
    await hall.sam.press(view, PLUS_ONE)
    await shows(view, f"You follow T-{ticket}: you will hear when it is solved")
    assert view.labels == [] and view.data.get("submit") is None
    assert len(events(hall, TicketJoined)) == 1
    assert await tickets(hall) == [PROJECTOR]


async def test_an_answer_that_helps_is_counted_in_place_of_a_ticket(hall: Hall, known: Known) -> None:
    faq = await known.faq(QUESTION, ANSWER)
    await known.catch_up()
    view = await compared(hall)
    assert ANSWER in view.text_shown and view.buttons == [ANSWERS]
    await hall.sam.press(view, ANSWERS)
    await shows(view, "No ticket was opened")
    assert events(hall, AnswerFound) == [AnswerFound(faq=faq, found=None, deflected=True)]


async def test_private_tickets_of_others_are_a_number_to_be_followed_blindly(hall: Hall, known: Known) -> None:
    await private(known)
    view = await form(hall, LIKE_IT)
    await hall.sam.choose(view, "Category", "Platform and login")
    assert "3 others reported something like this" in view.text_shown
    assert PROJECTOR not in view.text_shown and "T-" not in view.text_shown
    await hall.sam.press(view, PLUS_ONE)
    await shows(view, "You will hear when it is solved")
    assert "T-" not in view.text_shown
    assert len(events(hall, TicketJoined)) == 1


async def test_what_is_refused_is_said_above_the_form_with_all_that_was_typed(hall: Hall, known: Known) -> None:
    await public(known)
    view, other = await compared(hall), await compared(hall)
    await hall.sam.press(other, PLUS_ONE)
    await shows(other, "You follow")
    await hall.sam.press(view, PLUS_ONE)
    await shows(view, "🟠")
    assert (view.value("title"), view.value("description")) == (LIKE_IT, "It hums.")
    await hall.sam.choose(view, "category", "forum")
    assert (await hall.sam.submit(view)).closed
    await until_told(hall.sam, hall.sam.dm, "is open")


@pytest.mark.parametrize("forged", ["1.ticket.follow.2", "1.ticket.found.-.what=T-2", "1.ticket.show.2", "2.x"])
async def test_a_forged_button_tells_nothing_of_a_private_ticket(hall: Hall, known: Known, forged: str) -> None:
    await public(known)
    secret = await hall.office.open("kim", "The secret")
    assert secret == 2
    view = await compared(hall)
    [button] = [one["accessory"] for one in view.data["blocks"] if one.get("accessory")]
    button["action_id"] = forged
    await hall.sam.press(view, PLUS_ONE)
    await hall.server.until(lambda: view.updates > 1)
    assert "The secret" not in view.text_shown and "You follow" not in view.text_shown
    assert events(hall, TicketJoined) == [] and events(hall, AnswerFound) == []


# --- once it is sent -------------------------------------------------------------------------------------------------


async def test_whoever_was_shown_what_is_similar_opens_theirs_at_once(hall: Hall, known: Known) -> None:
    await public(known)
    view = await compared(hall)
    await hall.sam.choose(view, "category", "forum")
    assert (await hall.sam.submit(view)).closed
    await until_told(hall.sam, hall.sam.dm, "is open")
    assert LIKE_IT in await tickets(hall)


async def test_whoever_was_shown_nothing_is_shown_it_once_and_opens_theirs_all_the_same(
    hall: Hall, known: Known
) -> None:
    view = await hall.sam.choose(await form(hall, LIKE_IT), "category", "forum")
    await public(known)
    sent = await hall.sam.submit(view, {"description": "It hums."}, files={"Files": [File("hum.txt", b"hum")]})
    assert sent.view is view and PROJECTOR in view.text_shown
    assert view.data["submit"]["text"] == MINE and view.buttons == [PLUS_ONE]
    assert await tickets(hall) == [PROJECTOR]
    assert (await hall.sam.submit(view)).closed
    await until_told(hall.sam, hall.sam.dm, "is open")
    assert await tickets(hall) == [PROJECTOR, LIKE_IT]
    async with hall.office.store.read() as work:
        assert [file.name for file in await work.files.of(TicketId(2))] == ["hum.txt"]


async def test_what_is_shown_then_can_be_followed_too(hall: Hall, known: Known) -> None:
    view = await hall.sam.choose(await form(hall, LIKE_IT), "category", "forum")
    ticket = await public(known)
    await hall.sam.submit(view, {"description": "It hums."})
    await hall.sam.press(view, PLUS_ONE)
    await shows(view, f"You follow T-{ticket}")
    assert await tickets(hall) == [PROJECTOR]


async def test_what_is_found_after_a_while_is_shown_in_the_end(hall: Hall, known: Known) -> None:
    view = await hall.sam.choose(await form(hall, LIKE_IT), "category", "forum")
    await public(known)
    await hall.again(waits=replace(QUICK, submit=0.0))
    await hall.sam.submit(view, {"description": "It hums."})
    await shows(view, PROJECTOR)
    await hall.sam.submit(view)
    await shows(view, "is open")


async def test_whoever_closed_the_form_meanwhile_is_told_by_a_message(hall: Hall, known: Known) -> None:
    view = await hall.sam.choose(await form(hall, LIKE_IT), "category", "forum")
    await public(known)
    desk = Held(hall.front())
    await hall.again(desk=desk, waits=replace(QUICK, submit=0.0))
    await hall.sam.submit(view, {"description": "It hums."})
    await hall.sam.close(view)
    desk.release()
    told = await until_told(hall.sam, hall.sam.dm, PROJECTOR)
    assert set(told.buttons) == {PLUS_ONE, MINE}
    await hall.sam.press(told, MINE)
    await until_told(hall.sam, hall.sam.dm, "is open")


async def test_opening_ones_own_where_its_draft_is_gone_is_refused_in_words(hall: Hall, known: Known) -> None:
    view = await hall.sam.choose(await form(hall, LIKE_IT), "category", "forum")
    await public(known)
    await hall.sam.submit(view, {"description": "It hums."})
    other = {**view.data, "blocks": view.blocks}
    await hall.sam.press(view, PLUS_ONE)
    await shows(view, "You follow")
    view.show(other)
    await hall.sam.submit(view)
    await shows(view, "no longer open")
    assert await tickets(hall) == [PROJECTOR]


# --- plain questions -------------------------------------------------------------------------------------------------


async def answered(hall: Hall, words: str, **more: Any) -> Message:
    said = await hall.sam.write(hall.sam.dm, words, **more)
    await hall.server.until(lambda: hall.sam.thread(said))
    return hall.sam.thread(said)[0]


async def test_a_plain_question_is_answered_below_it_with_its_source(hall: Hall) -> None:
    known = Known(hall.office)
    await hall.again(desk=hall.front(meaning=known.knowing.meaning))
    await known.faq(QUESTION, ANSWER)
    await known.catch_up()
    answer = await answered(hall, "Why does the projector in room seven stay *dark*?")
    assert ANSWER in answer.text_shown and "From F-1, a frequently asked question" in answer.text_shown
    assert answer.buttons == [ANSWERS, "Open a ticket"]


async def test_what_nobody_can_answer_is_not_guessed_and_leads_to_a_ticket_or_to_ones_own(
    hall: Hall, known: Known
) -> None:
    ticket = await hall.ticket(hall.sam, "My grade is missing")
    card = await hall.bind(ticket, hall.sam)
    answer = await answered(hall, "Who waters the *plants*?\nThe <https://example.org|green> ones")
    assert "I don't know" in answer.text_shown
    assert "My grade is missing" in answer.text_shown and card.ts.replace(".", "") in str(answer.blocks)
    view = await (await hall.sam.press(answer, "Open a ticket")).modal()
    assert str(view.value("title")).startswith("Who waters the plants?")


async def test_words_with_files_are_for_a_ticket(hall: Hall, known: Known) -> None:
    offer = await answered(hall, "My grade is gone", files=[File("proof.txt", b"17")])
    assert offer.buttons == ["Open a ticket with these words"]


async def test_a_question_pings_nobody(hall: Hall, known: Known) -> None:
    answer = await answered(hall, f"<!channel> {hall.asha.mention} where is it?", literal=False)
    assert "I don't know" in answer.text_shown
    assert hall.server.pings == []


async def test_who_asks_a_lot_is_told_to_wait(hall: Hall, known: Known) -> None:
    for number in range(12):
        await answered(hall, f"Where is room {number}?")
    await hall.sam.write(hall.sam.dm, "And where is the next?")
    await until_told(hall.sam, hall.sam.dm, "You have asked a lot")
