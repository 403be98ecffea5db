"""/staff split on Slack: the messages that become a ticket of their own are chosen in a form."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    Told,
    a_day,
    of_slack,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    send,
    triage,
    use,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES, ABOUT = "Messages, the newest first", "What the new ticket is about"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Campus, AtThePage]]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, desk):
        yield campus, await at_the_page(desk, "Priya", "priya@example.com", "agent")


async def begun(day: tuple[Campus, AtThePage], title: str) -> tuple[Person, Message, Message]:
    """A student asked two things in one ticket, and the staff noted one of them: who, their card, the staff's."""
    campus, priya = day
    zoe = campus.server.add_user("zoe")
    card = await open_ticket(campus, zoe, title)
    staffs = await triage(campus, card)
    said = (
        (zoe, card, "My laptop is slow"),
        (zoe, card, "And the gym is shut"),
        (campus.asha, staffs, "Which gym?"),
        (campus.asha, staffs, "// The gym has a fault"),
    )
    for who, thread, words in said:
        await write(who, thread, words)
        await priya.until_said(ref_of(card), words.removeprefix("// "))
    return zoe, card, staffs


async def form_of(who: Person, told: Told) -> View:
    """The form; behind a button, where it took long to look up."""
    form = told if isinstance(told, View) else await press(who, told, "Split")
    assert isinstance(form, View), form
    return form


def offered(form: View) -> dict[str, str]:
    """Label -> value, of the messages to choose from."""
    _block, element = form.element(MESSAGES)
    return {one["text"]["text"]: one["value"] for one in element["options"]}


async def test_the_messages_that_are_chosen_become_a_ticket_in_a_thread_of_its_own(
    day: tuple[Campus, AtThePage],
) -> None:
    campus, priya = day
    zoe, card, _staffs = await begun(day, "Two things at once")
    ref = ref_of(card)
    form = await form_of(campus.asha, await use(campus.asha, campus.platform_triage, f"/ticket staff split {ref}"))
    options = offered(form)
    assert [next(one for one in options if words in one) for words in ("gym has", "Which gym", "gym is", "laptop")] == [
        *options
    ]
    about_gym = [label for label in options if "gym" in label]
    done = await send(campus.asha, form, {MESSAGES: about_gym, ABOUT: "The gym is shut"})
    assert "is a ticket of its own now" in done.text_shown

    apart = await card_of(campus, zoe, "The gym is shut")
    assert ref_of(apart) != ref
    await reads(zoe, apart, "Which gym?")
    staffs = await triage(campus, apart)
    await reads(campus.lee, staffs, "The gym has a fault")
    await quiet(campus)
    thread = "".join(one.text_shown for one in zoe.thread(apart))
    assert "laptop" not in thread
    assert "fault" not in of_slack(zoe, campus)
    assert "The gym has a fault" in await priya.texts(ref_of(apart))
    assert "laptop" in await priya.texts(ref) and "And the gym is shut" not in await priya.texts(ref)

    await write(zoe, apart, "The one on floor two")
    await priya.until_said(ref_of(apart), "The one on floor two")
    await reads(campus.asha, staffs, "The one on floor two")
    assert "floor two" not in await priya.texts(ref)


async def test_a_form_without_a_title_is_asked_again_and_moves_nothing(day: tuple[Campus, AtThePage]) -> None:
    campus, priya = day
    zoe, card, _staffs = await begun(day, "Two things again")
    ref = ref_of(card)
    form = await form_of(campus.asha, await use(campus.asha, campus.platform_triage, f"/ticket staff split {ref}"))
    label = next(one for one in offered(form) if "laptop" in one)
    again = await send(campus.asha, form, {MESSAGES: [label], ABOUT: "   "})
    assert "is a ticket of its own now" not in again.text_shown
    await quiet(campus)
    assert "My laptop is slow" in await priya.texts(ref)
    assert [one for one in zoe.reads(zoe.dm) if one.thread_ts is None] == [card]


async def test_a_student_is_shown_no_form_and_no_note(day: tuple[Campus, AtThePage]) -> None:
    campus, priya = day
    zoe, card, _staffs = await begun(day, "Two things of mine")
    told = await use(zoe, zoe.dm, f"/ticket staff split {ref_of(card)}")
    assert isinstance(told, Message)
    await quiet(campus)
    assert "fault" not in of_slack(zoe, campus)
    assert "My laptop is slow" in await priya.texts(ref_of(card))
