"""Modals that are sent, and the category that changes what is asked."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.answering.counter import Waits
from core.model.desk import Quotas
from core.model.ids import TicketId
from tests.adapters.slack.hall import QUICK, Hall, Held, in_hall, shows, until_told
from tests.fakes.slack_server import File, View

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0500f000485018084"
    "a98c210000000049454e44ae426082"
)
WHOLE = {"category": "forum", "description": "It was there."}
IMPATIENT = replace(QUICK, submit=0.0)


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


async def form(hall: Hall) -> View:
    return await (await hall.sam.slash(hall.sam.dm, "/ticket open My grade")).modal()


# --- the category ----------------------------------------------------------------------------------------------------


async def test_the_questions_follow_the_category_and_what_was_typed_stays(hall: Hall) -> None:
    view = await form(hall)
    hall.sam.fill(view, {"description": "It is gone."})
    assert "Course code" not in view.labels
    await hall.sam.choose(view, "Category", "Exams and grades")
    assert {"Course code", "Term", "The story"} <= set(view.labels)
    assert view.value("description") == "It is gone." and view.value("title") == "My grade"
    await hall.sam.choose(view, "Category", "Course forum")
    assert "Course code" not in view.labels and view.value("description") == "It is gone."


async def test_the_last_of_two_quick_choices_is_what_is_asked_about(hall: Hall) -> None:
    for late in (False, True):
        view = await form(hall)
        first = hall.server.faults.hold("views.update")
        choosing = [asyncio.create_task(hall.sam.choose(view, "Category", "Course forum", changes=False))]
        await first.arrived()
        second = hall.server.faults.hold("views.update")
        choosing.append(asyncio.create_task(hall.sam.choose(view, "Category", "Exams and grades", changes=False)))
        await second.arrived()
        for gate in (second, first) if late else (first, second):
            before = len(hall.server.called("views.update"))
            gate.release()
            await hall.settled()
            assert len(hall.server.called("views.update")) >= before
        await asyncio.gather(*choosing)
        assert "Course code" in view.labels and view.value("Category") == "Exams and grades"


async def test_a_form_that_slack_does_not_let_change_stays_as_it_is(hall: Hall) -> None:
    fault = hall.server.faults.fail("views.update", times=5)
    view = await form(hall)
    hall.sam.fill(view, {"description": "It is gone."})
    await hall.sam.choose(view, "Category", "Exams and grades", changes=False)
    await hall.server.until(lambda: fault.met)
    await hall.settled()
    assert view.value("description") == "It is gone." and hall.sam.ephemerals(hall.sam.dm) == []


async def test_the_form_shows_questions_at_once_for_a_category_that_was_named(hall: Hall) -> None:
    view = await (await hall.sam.slash(hall.sam.dm, '/ticket open "My grade" exams high')).modal()
    assert "Course code" in view.labels
    assert (view.value("Category"), view.value("Priority")) == ("Exams and grades", "High")
    sent = await hall.sam.submit(view, {"description": "It is gone.", "Course code": "CS1", "Term": "May"})
    assert sent.closed
    ticket = await hall.office.ticket(TicketId(1))
    assert [(answer.label, answer.value) for answer in ticket.answers] == [("Course code", "CS1"), ("Term", "May")]


async def test_a_form_that_was_sent_before_its_questions_came_is_gone_on_with(hall: Hall) -> None:
    fault = hall.server.faults.refuse("views.update", "hash_conflict")
    view = await form(hall)
    await hall.sam.choose(view, "Category", "Exams and grades", changes=False)
    await hall.server.until(lambda: fault.met)
    assert "Course code" not in view.labels
    sent = await hall.sam.submit(view, {"description": "It is gone."})
    assert sent.view is not None and "Course code" in sent.view.labels
    assert (await hall.sam.submit(sent.view, {"Course code": "CS1"})).closed
    assert (await hall.office.ticket(TicketId(1))).title == "My grade"


# --- sent ------------------------------------------------------------------------------------------------------------


async def test_a_form_that_is_right_closes_and_its_opener_alone_is_told(hall: Hall) -> None:
    asked = await hall.sam.slash(hall.lounge, "/ticket open My grade")
    sent = await hall.sam.submit(await hall.sam.choose(await asked.modal(), "category", "forum"), WHOLE)
    assert sent.closed and sent.error is None
    told = await until_told(hall.sam, hall.lounge, "T-1 is open")
    assert hall.kim.ephemerals(hall.lounge) == [] and "Go to its thread" not in told.buttons


async def test_the_answer_leads_to_the_openers_own_thread_once_it_is_there(hall: Hall) -> None:
    await hall.again(waits=replace(QUICK, link=5.0))
    asked = await hall.sam.slash(hall.sam.dm, "/ticket open My grade")
    await hall.sam.submit(await hall.sam.choose(await asked.modal(), "category", "forum"), WHOLE)
    card = await hall.bind(TicketId(1), hall.sam)
    told = await until_told(hall.sam, hall.sam.dm, "T-1 is open")
    assert told.buttons[0] == "Go to its thread"
    assert card.ts.replace(".", "") in str(told.blocks)


async def test_what_is_wrong_stands_above_the_form_and_nothing_that_was_typed_is_lost(hall: Hall) -> None:
    view = await form(hall)
    sent = await hall.sam.submit(await hall.sam.choose(view, "category", "forum"), {**WHOLE, "title": "​"})
    assert not sent.closed and sent.view is not None
    assert "The title is empty" in sent.view.text_shown
    assert sent.view.value("description") == "It was there."
    assert (await hall.sam.submit(sent.view, {"title": "My grade"})).closed
    assert (await hall.office.ticket(TicketId(1))).title == "My grade"


async def test_what_is_refused_for_another_reason_stands_there_too(hall: Hall) -> None:
    hall.office.use(replace(hall.office.desk, quotas=Quotas(open_tickets_per_person=1)))
    await hall.again()
    await hall.ticket(hall.sam)
    sent = await hall.open(hall.sam, "Another")
    assert sent.view is not None and "1 is the most at once" in sent.view.text_shown
    assert (sent.view.value("title"), sent.view.value("description")) == ("Another", "It was there.")
    assert sent.view.value("Category") == "Course forum"


async def test_a_fault_is_told_above_the_form(hall: Hall) -> None:
    class Broken:
        def __init__(self, desk: Any) -> None:
            self._desk = desk

        def __getattr__(self, name: str) -> Any:
            return getattr(self._desk, name)

        async def submit(self, *_: Any) -> Any:
            raise ZeroDivisionError("a secret")

    await hall.again(desk=Broken(hall.front()))
    sent = await hall.open(hall.sam, "My grade")
    assert sent.view is not None and "Something went wrong inside the desk" in sent.view.text_shown
    assert "secret" not in sent.view.text_shown and sent.view.value("description") == "It was there."


async def test_another_commands_form_is_mended_in_place(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    view = await (await hall.sam.slash(hall.sam.dm, f"/ticket tag T-{ticket}")).modal()
    many = " ".join(f"tag{number}" for number in range(11))
    sent = await hall.sam.submit(view, {"tags": many})
    assert sent.view is not None and "11 are too many" in sent.view.text_shown
    assert sent.view.value("tags") == many
    assert (await hall.sam.submit(sent.view, {"tags": "late"})).closed
    assert "late" in (await hall.office.ticket(ticket)).tags


async def test_a_form_whose_ticket_is_no_longer_to_be_seen_says_so_above_it(hall: Hall) -> None:
    view = await (await hall.kim.slash(hall.kim.dm, "/ticket urgent T-7")).modal()
    sent = await hall.kim.submit(view, {"why": "It burns"})
    assert sent.view is not None and "There is no ticket T-7 that you can see" in sent.view.text_shown
    assert sent.view.value("why") == "It burns"


async def test_a_form_sent_twice_since_the_first_answer_was_lost_opens_one_ticket(hall: Hall) -> None:
    sent = await hall.open(hall.sam, "My grade")
    await until_told(hall.sam, hall.sam.dm, "T-1 is open")
    answers: list[Any] = []

    async def ack(**given: Any) -> None:
        answers.append(given)

    again = {**sent.payload, "trigger_id": "another"}
    await hall.interactions.submit(again, ack)  # type: ignore[arg-type] # the one thing done with it
    assert answers == [{}]
    await hall.settled()
    assert "T-1 is open" in hall.sam.ephemerals(hall.sam.dm)[-1].text_shown
    async with hall.office.store.read() as work:
        assert await work.tickets.get(TicketId(2)) is None


# --- what takes longer than a moment ---------------------------------------------------------------------------------


async def test_what_takes_longer_is_shown_as_under_way_and_its_end_after(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    desk = Held(hall.front())
    await hall.again(desk=desk, waits=IMPATIENT)
    sent = await hall.sam.submit(view, WHOLE)
    assert sent.view is view and "One moment" in view.text_shown
    desk.release()
    await shows(view, "T-1 is open")
    await hall.settled()
    assert hall.sam.ephemerals(hall.sam.dm) == []


async def test_what_is_wrong_after_a_while_is_shown_with_all_that_was_typed(hall: Hall) -> None:
    await hall.again(waits=IMPATIENT)
    view = await hall.sam.choose(await form(hall), "category", "exams")
    await hall.sam.submit(view, {"title": "​", "description": "It is gone.", "Course code": "CS1"})
    await shows(view, "The title is empty")
    assert (view.value("description"), view.value("Course code")) == ("It is gone.", "CS1")
    assert view.value("Category") == "Exams and grades"


async def test_whoever_closed_it_meanwhile_is_told_where_they_opened_it(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    desk = Held(hall.front())
    await hall.again(desk=desk, waits=IMPATIENT)
    await hall.sam.submit(view, WHOLE)
    await hall.sam.close(view)
    desk.release()
    await until_told(hall.sam, hall.sam.dm, "T-1 is open")


async def test_whoever_closed_a_form_that_was_wrong_gets_it_back_by_a_button(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    desk = Held(hall.front())
    await hall.again(desk=desk, waits=IMPATIENT)
    await hall.sam.submit(view, {**WHOLE, "title": "​"})
    await hall.sam.close(view)
    desk.release()
    told = await until_told(hall.sam, hall.sam.dm, "The title is empty")
    again = await (await hall.sam.press(told, "Correct it")).modal()
    assert again.value("description") == "It was there."


async def test_where_many_are_sent_at_once_none_is_waited_for(hall: Hall) -> None:
    crowd = [hall.server.add_user(f"student{number}") for number in range(20)]
    views = await asyncio.gather(*(hall.open_form(one) for one in crowd))
    desk = Held(hall.front())
    await hall.again(desk=desk, waits=Waits(submit=3600, link=0.05))
    sending = [asyncio.create_task(one.submit(view, WHOLE)) for one, view in zip(crowd, views, strict=True)]
    done, _ = await asyncio.wait(sending, timeout=5, return_when=asyncio.FIRST_COMPLETED)
    await hall.server.until(lambda: sum(task.done() for task in sending) == 12)
    assert all("One moment" in task.result().source.text_shown for task in sending if task.done()) and done
    desk.release()
    await asyncio.gather(*sending)
    await hall.settled()


# --- files -----------------------------------------------------------------------------------------------------------


async def test_files_of_a_form_are_the_tickets(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    sent = await hall.sam.submit(view, WHOLE, files={"Files": [File("proof.png", PNG)]})
    assert sent.closed
    told = await until_told(hall.sam, hall.sam.dm, "T-1 is open")
    assert "proof.png" not in told.text_shown
    async with hall.office.store.read() as work:
        assert [file.name for file in await work.files.of(TicketId(1))] == ["proof.png"]


async def test_a_file_that_is_not_taken_is_told_and_the_ticket_opens_without_it(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    files = [File("*all*.png", PNG * 20_000), File("proof.png", PNG)]
    await hall.sam.submit(view, WHOLE, files={"Files": files})
    told = await until_told(hall.sam, hall.sam.dm, "T-1 is open")
    assert "*all*.png is too large" in told.text_shown
    async with hall.office.store.read() as work:
        assert [file.name for file in await work.files.of(TicketId(1))] == ["proof.png"]


async def test_files_stay_when_the_form_comes_back(hall: Hall) -> None:
    view = await hall.open_form(hall.sam)
    sent = await hall.sam.submit(view, {**WHOLE, "title": "​"}, files={"Files": [File("proof.png", PNG)]})
    assert sent.view is not None
    hall.sam.fill(sent.view, {"title": "My grade"}, {"Files": []})
    assert (await hall.sam.submit(sent.view)).closed
    async with hall.office.store.read() as work:
        assert [file.name for file in await work.files.of(TicketId(1))] == ["proof.png"]


async def test_files_stay_though_it_was_refused_before_there_was_a_draft(hall: Hall) -> None:
    hall.office.use(replace(hall.office.desk, quotas=Quotas(open_tickets_per_person=1)))
    await hall.again()
    first = await hall.ticket(hall.sam)
    view = await hall.open_form(hall.sam)
    sent = await hall.sam.submit(view, WHOLE, files={"Files": [File("proof.png", PNG)]})
    assert sent.view is not None and "the most at once" in sent.view.text_shown
    await hall.sam.slash(hall.sam.dm, f"/ticket close T-{first}")
    await until_told(hall.sam, hall.sam.dm, "T-1 is closed")
    hall.sam.fill(sent.view, {}, {"Files": []})
    assert (await hall.sam.submit(sent.view)).closed
    async with hall.office.store.read() as work:
        assert [file.name for file in await work.files.of(TicketId(2))] == ["proof.png"]
