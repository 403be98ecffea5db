"""What looks like a secret on Slack: it is held back where the staff write, and its author decides."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    DONE,
    NOTED,
    a_day,
    of_slack,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    send,
    sent_to,
    signed,
    triage,
    until,
    use,
    whispered,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

SECRET = "The password is hunter22"


@dataclass
class Begun:
    """A ticket of a student's own, who is on Slack as its agent is."""

    campus: Campus
    priya: AtThePage
    """An agent at the page."""
    zoe: Person
    asha: Person
    card: Message
    staffs: Message
    ref: str

    async def asked(self, person: Person) -> Message:
        """The newest card about words of theirs in this ticket, in their messages with the app."""

        def found() -> Message | None:
            theirs = reversed(person.reads(person.dm))
            return next((one for one in theirs if f"{self.ref}: what you wrote" in one.text_shown), None)

        card = await until(found, f"a card about words in {self.ref}")
        assert "looks as if it held a password" in card.text_shown
        assert "hunter" not in str(card.blocks) + card.text
        return card

    async def shown(self) -> str:
        """All that the student can read on Slack, and all that Slack was ever asked to show them."""
        await quiet(self.campus)
        return of_slack(self.zoe, self.campus) + sent_to(self.zoe, self.campus)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Campus, AtThePage]]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, desk):
        yield campus, await at_the_page(desk, "Priya", "priya@example.com", "agent")


@pytest_asyncio.fixture(loop_scope="module")
async def begun(day: tuple[Campus, AtThePage], request: pytest.FixtureRequest) -> Begun:
    campus, priya = day
    zoe = campus.server.add_user("zoe")
    card = await open_ticket(campus, zoe, request.node.name[5:65])
    return Begun(campus, priya, zoe, campus.asha, card, await triage(campus, card), ref_of(card))


async def held(begun: Begun) -> tuple[Message, Message]:
    """What Asha wrote, once it is marked as a note, and the card that asks her."""
    written = await write(begun.asha, begun.staffs, SECRET)
    await signed(begun.campus, written, NOTED)
    return written, await begun.asked(begun.asha)


async def test_what_is_held_back_is_sent_by_its_author_and_its_mark_says_so(begun: Begun) -> None:
    written, card = await held(begun)
    assert "hunter22" not in await begun.shown()
    told = await press(begun.asha, card, "Send anyway")
    assert "is with the student now" in told.text_shown
    assert (await reads(begun.zoe, begun.card, "hunter22")).name == "Asha · staff"
    await signed(begun.campus, written, DONE)
    assert begun.campus.server.bot_user not in written.reactions.get(NOTED, [])
    assert not written.deleted
    again = await press(begun.asha, card, "Send anyway")
    assert "is with the student now" not in again.text_shown
    assert sum("hunter22" in one.text_shown for one in begun.zoe.thread(begun.card)) == 1


async def test_an_edit_of_what_was_released_follows_to_the_student(begun: Begun) -> None:
    written, card = await held(begun)
    await press(begun.asha, card, "Send anyway")
    copy = await reads(begun.zoe, begun.card, "hunter22")
    await signed(begun.campus, written, DONE)
    await begun.asha.edit(written, "Look into your mail")
    await until(lambda: "Look into your mail" in copy.text_shown, "the edit at the student's")
    assert "hunter22" not in copy.text_shown


async def test_what_is_not_to_be_sent_loses_its_mark_and_reaches_nobody(begun: Begun) -> None:
    written, card = await held(begun)
    told = await press(begun.asha, card, "Don't send")
    assert "delete it where you wrote it, too" in told.text_shown
    await until(lambda: begun.campus.server.bot_user not in written.reactions.get(NOTED, []), "no mark")
    await begun.priya.until_said(begun.ref, "took a note back")
    assert "hunter22" not in await begun.shown()
    assert "hunter22" not in await begun.priya.texts(begun.ref)
    too_late = await press(begun.asha, card, "Send anyway")
    assert "is with the student now" not in too_late.text_shown
    assert "hunter22" not in await begun.shown()


async def test_an_edit_that_would_tell_a_secret_is_not_carried(begun: Begun) -> None:
    written = await write(begun.asha, begun.staffs, "Wait a moment")
    copy = await reads(begun.zoe, begun.card, "Wait a moment")
    await begun.asha.edit(written, SECRET)
    told = await whispered(begun.asha, written)
    assert "as if it held a password" in told.text_shown
    assert "hunter22" not in await begun.shown()
    assert "Wait a moment" in copy.text_shown


async def test_a_command_asks_first_and_sends_the_words_kept_or_changed(begun: Begun) -> None:
    asked = await use(begun.asha, begun.campus.platform_triage, f"/ticket resolve {begun.ref} {SECRET}")
    assert "Not sent yet" in asked.text_shown and "hunter22" not in asked.text_shown
    assert "hunter22" not in await begun.shown()
    form = await press(begun.asha, asked, "Edit")
    assert isinstance(form, View) and "hunter22" in str(form.data)
    await send(begun.asha, form, {form.labels[0]: "Look into your mail"})
    await reads(begun.zoe, begun.card, "Look into your mail")
    assert "hunter22" not in await begun.shown()


async def test_a_command_sends_it_anyway_where_its_author_says_so(begun: Begun) -> None:
    asked = await use(begun.asha, begun.campus.platform_triage, f"/ticket resolve {begun.ref} {SECRET}")
    await press(begun.asha, asked, "Send anyway")
    await reads(begun.zoe, begun.card, "hunter22")
    await until(lambda: "Resolved" in begun.card.text_shown, "the resolution")


async def test_nobody_else_sends_or_takes_back_what_was_held(begun: Begun) -> None:
    written, card = await held(begun)
    send_anyway = next(one for block in card.blocks for one in block.get("elements", []) if "release" in str(one))
    answer = await begun.campus.lee.forge(begun.staffs, send_anyway["action_id"])
    await quiet(begun.campus)
    assert answer.error is None
    assert "hunter22" not in await begun.shown()
    assert begun.campus.server.bot_user in written.reactions.get(NOTED, [])
