"""/staff split on Discord: the messages that become a ticket of their own are chosen in a form."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, threads_in
from tests.fakes.discord_server import Interaction, Thread
from tests.fakes.discord_steps import (
    AtThePage,
    a_day,
    at_the_page,
    card_in,
    fill,
    open_login,
    press,
    quiet,
    reads,
    ref_of,
    use,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES, ABOUT = "Messages, the newest first", "What the new ticket is about"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[University, AtThePage]]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (uni, desk):
        yield uni, await at_the_page(desk, "Priya", "priya@example.com", "agent")


async def begun(day: tuple[University, AtThePage]) -> tuple[Thread, str]:
    """Sam asked two things in one ticket, and the staff noted one of them."""
    uni, priya = day
    thread = await open_login(uni, uni.sam)
    for who, words in ((uni.sam, "My laptop is slow"), (uni.sam, "And the gym is shut"), (uni.asha, "Which gym?")):
        await who.say(thread, words)
        await priya.until_said(ref_of(thread), words)
    await use(uni.asha, thread, "staff", "note", text="The gym has a fault")
    await priya.until_said(ref_of(thread), "The gym has a fault")
    return thread, ref_of(thread)


async def form_of(uni: University, asked: Interaction) -> Interaction:
    """The form; behind a button, where it took long to look up."""
    return asked if asked.modal is not None else await press(uni.asha, asked.answer, "Split")


def offered(form: Interaction) -> dict[str, str]:
    """Label -> value, of the messages to choose from."""
    assert form.modal is not None, form.shown
    return {one["label"]: one["value"] for one in form.modal.input(MESSAGES)["options"]}


async def new_thread(uni: University, before: set[Thread], title: str) -> Thread:
    def made() -> Thread | None:
        new = [one for one in threads_in(uni.login) if one not in before and title in one.name]
        return new[0] if new and new[0].messages else None

    found = await uni.server.until(made, 10, f"a thread about {title!r}")
    assert isinstance(found, Thread)
    return found


async def test_the_messages_that_are_chosen_become_a_ticket_in_a_thread_of_its_own(
    day: tuple[University, AtThePage],
) -> None:
    uni, priya = day
    thread, ref = await begun(day)
    before = set(threads_in(uni.login))
    form = await form_of(uni, await use(uni.asha, thread, "staff", "split"))
    options = offered(form)
    assert [next(one for one in options if words in one) for words in ("gym has", "Which gym", "gym is", "laptop")] == [
        *options
    ]
    about_gym = [value for label, value in options.items() if "gym" in label]
    done = await fill(uni.asha, form, {MESSAGES: about_gym, ABOUT: "The gym is shut"})
    assert "is a ticket of its own now" in done.shown

    apart = await new_thread(uni, before, "The gym is shut")
    await reads(uni, uni.sam, apart, "And the gym is shut")
    assert uni.sam.sees(apart) and ref_of(apart) != ref
    await quiet(uni)
    read = "".join(message.text for message in uni.sam.reads(apart))
    assert "Which gym?" in read and "laptop" not in read and "fault" not in read
    assert "The gym has a fault" in await priya.texts(ref_of(apart))
    assert "laptop" in await priya.texts(ref) and "And the gym is shut" not in await priya.texts(ref)

    await uni.sam.say(apart, "The one on floor two")
    await priya.until_said(ref_of(apart), "The one on floor two")
    assert "floor two" not in await priya.texts(ref)
    assert card_in(apart).embeds


async def test_a_form_without_a_message_chosen_is_asked_again_and_moves_nothing(
    day: tuple[University, AtThePage],
) -> None:
    uni, priya = day
    thread, ref = await begun(day)
    before = set(threads_in(uni.login))
    form = await form_of(uni, await use(uni.asha, thread, "staff", "split"))
    value = next(value for label, value in offered(form).items() if "laptop" in label)
    again = await fill(uni.asha, form, {MESSAGES: [value], ABOUT: "   "})
    assert "is a ticket of its own now" not in again.shown
    assert "title" in again.shown.casefold() or again.modal is not None
    await quiet(uni)
    assert set(threads_in(uni.login)) == before
    assert "My laptop is slow" in await priya.texts(ref)


async def test_a_student_is_shown_no_form_and_moves_nothing(day: tuple[University, AtThePage]) -> None:
    uni, priya = day
    thread, ref = await begun(day)
    staffs = await form_of(uni, await use(uni.asha, thread, "staff", "split"))
    assert "staff" not in uni.sam.commands(thread) or (await use(uni.sam, thread, "staff", "split")).modal is None
    value = next(value for label, value in offered(staffs).items() if "laptop" in label)
    forged = await fill(uni.sam, staffs, {MESSAGES: [value], ABOUT: "Mine"})
    assert "is a ticket of its own now" not in forged.shown
    assert "My laptop is slow" in await priya.texts(ref)
