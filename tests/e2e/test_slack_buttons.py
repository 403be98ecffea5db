"""Every button and every menu that the desk shows on Slack, pressed by who sees it: each says or does something."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.process import DeskProcess
from tests.fakes.slack_desk import Campus, card_of, until_ready
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    FAULTS,
    Told,
    a_day,
    faults_of,
    field,
    menu,
    open_ticket,
    press,
    press_and_send,
    reads,
    ref_of,
    said,
    says,
    send,
    triage,
    until,
    use,
    write,
)

EXAMS: dict[str, Any] = {"category": "Exams and grades", "Course_code": "CS1"}
ENDING = ("Resolve", "Reopen", "Close")
REMAINING = ("Priority", "Note")
"""They may be pressed again; the others are gone from the card once they did their work."""
ONLY_LEADS = ("Open its page", "Go to its thread")

SHARED = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


def plausible(form: View) -> dict[str, Any]:
    """Something for every field of a form that must be filled in."""
    return {
        label: form.options(label)[0] if element["type"] == "static_select" else "words"
        for label, block, element in form.inputs
        if not block["optional"] and not form.value(label)
    }


async def try_out(who: Person, on: Told, what: str) -> Told:
    """Press it, and send the form that it opens. The answer is for them alone and no fault of the desk's."""
    done = await press(who, on, what)
    if isinstance(done, View) and done.data.get("submit"):
        done = await send(who, done, plausible(done))
    assert isinstance(done, View) or done.ephemeral_for == who.id, (what, done)
    assert done.text_shown.strip(), (what, done)
    assert not any(fault in done.text_shown for fault in FAULTS), (what, done.text_shown)
    return done


async def try_all(who: Person, on: Message) -> set[str]:
    """Each button and entry that the message has or gets while they are pressed, once, those that end the ticket
    last."""
    tried: set[str] = set()
    while left := sorted({*on.buttons, *on.menu} - {*tried, *ONLY_LEADS}, key=lambda one: (one in ENDING, one)):
        what = left[0]
        await try_out(who, on, what)
        tried.add(what)
        if what not in REMAINING:
            await until(lambda: what not in (*on.buttons, *on.menu), f"a card without {what}")  # noqa: B023 - awaited
    return tried


@SHARED
async def test_every_button_and_menu_under_a_card_works_in_every_state(campus: Campus) -> None:
    zoe = campus.server.add_user("zoe")
    card = await open_ticket(campus, zoe, "Pressed by the student")
    assert await try_all(zoe, card) == {"Urgent", "Close", "Reopen"}
    staffs = await triage(campus, await open_ticket(campus, campus.kim, "Pressed by an agent", **EXAMS))
    every = {"Claim", "Resolve", "Urgent", "Priority", "Close", "Reopen", "Note"}
    assert await try_all(campus.asha, staffs) == every
    closing = await reads(campus.asha, staffs, "Asha resolved it")
    assert "is open again" in (await try_out(campus.asha, closing, "Reopen")).text_shown


@SHARED
async def test_every_button_of_an_answer_works(campus: Campus) -> None:
    sam, asha = campus.sam, campus.asha
    card = await open_ticket(campus, sam, "Answers have buttons too")
    ref = ref_of(card)
    shown = await use(sam, campus.lounge, f"/ticket show {ref}")
    assert shown.buttons[-2:] == ["Urgent", "Close"]
    assert "is urgent" in (await try_out(sam, shown, "Urgent")).text_shown
    claimed = await use(asha, campus.lounge, f"/ticket claim {ref}")
    assert "is resolved" in (await try_out(asha, claimed, "Resolve")).text_shown
    closing = await reads(sam, card, "Asha resolved it")
    assert closing.buttons == ["Reopen"]
    assert "is open again" in (await try_out(sam, closing, "Reopen")).text_shown
    assert "cannot be reopened" in (await try_out(sam, closing, "Reopen")).text_shown
    in_modal = await menu(asha, await triage(campus, card), "What can I do here?")
    assert isinstance(in_modal, View)
    assert in_modal.buttons == ["Resolve", "Priority", "Close"]
    closed = await try_out(asha, in_modal, "Close")
    assert "is closed" in closed.text_shown
    assert "is open again" in (await try_out(asha, closed, "Reopen")).text_shown
    await says(card, "Status", "In progress")


@SHARED
async def test_a_priority_is_chosen_from_the_overflow_menu(campus: Campus) -> None:
    card = await open_ticket(campus, campus.sam, "How much does it press?", **EXAMS)
    staffs = await triage(campus, card)
    form = await press(campus.asha, staffs, "Priority")
    assert isinstance(form, View)
    assert form.options(form.labels[0]) == ["Low", "Normal", "High", "Urgent"]
    assert "is set" in (await send(campus.asha, form, {form.labels[0]: "Low"})).text_shown
    await says(card, "Priority", "Low")
    noted = await press_and_send(campus.asha, staffs, "Note", "A note *by* the menu")
    assert "for the staff only" in noted.text_shown
    note = await reads(campus.lee, staffs, "A note by the menu")
    assert "Note, for the staff alone" in note.text_shown
    assert note.name == "Asha · staff"
    assert said(campus.sam, card, "A note") is None


async def test_buttons_and_forms_from_before_a_restart_work_after_it(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (campus, desk):
        sam, kim, asha = campus.sam, campus.kim, campus.asha
        card = await open_ticket(campus, sam, "Before")
        staffs = await triage(campus, card)
        home = await asha.open_home()
        words = await kim.write(kim.dm, "Half of it")
        offer = await until(lambda: kim.thread(words), "an offer")
        urgent = await press(sam, card, "Urgent")
        unsent = await use(sam, sam.dm, "/ticket open Begun before")
        assert isinstance(unsent, View)
        await sam.choose(unsent, "Category", "Exams and grades")

        await restart(campus, desk)

        assert "is urgent" in (await send(sam, urgent, plausible(view(urgent)))).text_shown
        assert "is open" in (await send(sam, unsent, plausible(unsent))).text_shown
        assert field(await card_of(campus, sam, "Begun before"), "Course code") == "words"
        assert "is yours" in (await press(asha, staffs, "Claim")).text_shown
        half = await press(kim, offer[0], "Open a ticket with these words")
        assert view(half).value("What is the matter?") == "Half of it"
        assert "Open a ticket" in (await press(asha, home, "Open a ticket")).text_shown
        await write(sam, card, "After the restart")
        await reads(asha, staffs, "After the restart")
        await write(asha, staffs, "Heard")
        await reads(sam, card, "Heard")


def view(shown: Told) -> View:
    assert isinstance(shown, View)
    return shown


async def restart(campus: Campus, desk: DeskProcess) -> None:
    """The process ends as a service is stopped, and starts again in its folder."""
    assert await desk.terminate() == 0
    await campus.server.until(lambda: not campus.server.connected)
    await desk.start()
    await until_ready(campus, desk, mode="socket")


@SHARED
async def test_a_button_says_what_others_did_meanwhile(campus: Campus) -> None:
    card = await open_ticket(campus, campus.sam, "Who was first?")
    ref, staffs = ref_of(card), await triage(campus, card)
    old = await use(campus.asha, campus.asha.dm, f"/ticket show {ref}")
    assert "is yours" in (await press(campus.lee, staffs, "Claim")).text_shown
    assert f"{ref} is already with Lee" in (await press(campus.asha, old, "Claim")).text_shown
    await use(campus.lee, campus.triage, f"/ticket resolve {ref}")
    assert "resolved" in (await try_out(campus.asha, old, "Resolve")).text_shown
    await says(staffs, "Status", "Resolved")
