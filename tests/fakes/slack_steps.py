"""Steps of a day at a desk on Slack, so that an end-to-end test reads as what people do and see."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

from tests.fakes.nursery import QUIET
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess
from tests.fakes.slack_desk import CONFIG, Campus, card_of, open_campus
from tests.fakes.slack_server import Channel, File, Interaction, Message, Person, SlackServer, View

T = TypeVar("T")
Told = Message | View
"""What somebody is answered by: words that they alone see, or a modal."""

FAULTS = ("Something went wrong", "That did not work", "from another version of the desk")
"""How the desk speaks where it is the desk that is wrong."""
DONE, NOTED = "white_check_mark", "memo"
"""The app's marks under what somebody wrote: everybody else has it; the staff have it."""
_WAIT = "One moment…"
_REF = re.compile(r"\bT-\d+\b")


def faults_of(server: SlackServer) -> list[str]:
    """What Slack would refuse for its form, or its own types have something against; and who was pinged in vain."""
    return [*server.violations, *(f"a ping: {one} of {one.pinged}" for one in server.pings if not _is_due(one))]


def _is_due(message: Message) -> bool:
    """Whether it tells an agent, under the staff's card, that a ticket is theirs: the one ping that there is."""
    pinged, words = message.pinged, message.text_shown
    alone = len(pinged.users) == 1 and not pinged.groups and not pinged.channels
    by_desk = message.username is None and message.is_reply and message.place.name.endswith("-triage")
    return alone and by_desk and ("has it now" in words or "gave it to" in words)


@asynccontextmanager
async def a_day(
    folder: Path, *, mode: str = "socket", config: str = CONFIG, **settings: str
) -> AsyncIterator[tuple[Campus, DeskProcess]]:
    """A campus with a desk, for a whole story; nothing that it sent was wrong for Slack, pinged in vain or is a fault
    in its log."""
    async with open_campus(folder, mode=mode, config=config, **settings) as (campus, desk):
        yield campus, desk
        assert faults_of(campus.server) == []
        assert "Traceback" not in desk.log.read_text()


async def until(found: Callable[[], T | None], what: str, within: float = 10) -> T:
    """What is there at last. Raises AssertionError."""
    try:
        async with patience(within):
            while not (now := found()):  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.005)
            return now
    except TimeoutError:
        raise AssertionError(f"{what} did not come about") from None


async def quiet(campus: Campus) -> None:
    """Until the desk has asked Slack for nothing for longer than it pauses: what it still would have done is done."""
    count = -1
    while count != len(campus.server.requests):
        count = len(campus.server.requests)
        await asyncio.sleep(QUIET)


# --- asking, and what is told in answer ------------------------------------------------------------------------------


async def use(who: Person, place: Channel, line: str) -> Told:
    """A slash command: ``/ticket list``."""
    return await told(await who.slash(place, line))


async def press(who: Person, on: Told | None, what: str) -> Told:
    """A button or a menu's entry, of a message, a modal or Home."""
    assert on is not None
    before = on.updates if isinstance(on, View) else 0
    return await told(await who.press(on, what), before)


async def send(
    who: Person, view: Told, values: dict[str, Any] | None = None, files: dict[str, list[File]] | None = None
) -> Told:
    """A form, filled in."""
    assert isinstance(view, View), view
    return await told(await who.submit(view, values, files=files))


async def press_and_send(who: Person, on: Told | None, what: str, words: str) -> Told:
    """A button that asks for one thing."""
    form = await press(who, on, what)
    assert isinstance(form, View), form
    return await send(who, form, {form.labels[0]: words})


async def mention(campus: Campus, who: Person, thread: Message, line: str) -> Told:
    """A command behind a mention of the app, in a thread."""
    return await whispered(who, await write(who, thread, f"{campus.server.mention} {line}"))


async def whispered(who: Person, written: Message) -> Message:
    """What they alone are told of what they wrote."""
    return await until(lambda: _whispered(who, written.order), f"a word on {written}")


async def menu(who: Person, message: Message, name: str) -> Told:
    """A shortcut of a message's menu."""
    return await told(await who.message_shortcut(message, name))


async def told(asked: Interaction, before: int = 0) -> Told:
    """``before``: how often the modal was changed that it was asked in."""
    assert asked.error is None, (asked, asked.error)

    def found() -> Told | None:
        source = asked.source if asked.kind == "action" and _is_changed(asked.source, before) else None
        view = asked.view or source
        if view is not None:
            return view if _WAIT not in view.text_shown else None
        return _whispered(asked.person, asked.order)

    return await until(found, f"an answer to {asked}")


def _is_changed(view: View | None, before: int) -> bool:
    return view is not None and view.kind == "modal" and view.updates > before


def _whispered(who: Person, since: int) -> Message | None:
    """The newest that ``who`` alone was told since."""
    for one in reversed(who.world.messages):
        if one.order <= since:
            return None
        if one.ephemeral_for == who.id and who.sees(one):
            return one
    return None


# --- tickets and their threads ---------------------------------------------------------------------------------------


async def open_ticket(
    campus: Campus,
    who: Person,
    title: str,
    words: str = "Since this morning.",
    *,
    category: str = "Platform and login",
    files: list[File] | None = None,
    **values: Any,
) -> Message:
    """By the command and its form; the card in their direct message. ``values``: answers to the category's questions,
    by their labels."""
    form = await use(who, who.dm, f"/ticket open {title}")
    assert isinstance(form, View), form
    await who.choose(form, "Category", category)
    given = {"Tell us more": words, **{label.replace("_", " "): value for label, value in values.items()}}
    answered = await send(who, form, given, {"Files": files} if files else None)
    assert "is open" in answered.text_shown, answered.text_shown
    return await card_of(campus, who, title)


def ref_of(card: Message) -> str:
    found = _REF.search(card.text_shown)
    assert found is not None, card.text_shown
    return found[0]


def field(card: Told, label: str) -> str | None:
    """What a card says of something: its ``Status``, whom it is ``With``."""
    lines = card.text_shown.split("\n")
    return lines[lines.index(label) + 1] if label in lines else None


async def triage(campus: Campus, card: Message, channel: Channel | None = None) -> Message:
    """The staff's card of the ticket that ``card`` is of."""
    places = [channel] if channel else [campus.triage, campus.platform_triage]
    ref = ref_of(card)

    def there() -> Message | None:
        cards = [one for place in places for one in campus.lee.reads(place) if ref in _REF.findall(one.text_shown)]
        return next((one for one in reversed(cards) if not one.is_reply), None)

    return await until(there, f"the staff's card of {ref}")


async def write(who: Person, card: Message, words: str = "", *, files: list[File] | None = None) -> Message:
    """In the thread under a card."""
    return await who.write(card.place, words, thread=card, files=files)


def files_in(thread: Message) -> list[tuple[str, bytes]]:
    """Those that the app brought into a thread."""
    return [(file.name, file.data) for one in thread.replies if one.by_app for file in one.files]


def said(who: Person, thread: Message, words: str) -> Message | None:
    """The newest reply in the thread, as ``who`` sees it, that has ``words``."""
    return next((one for one in reversed(who.thread(thread)) if words in one.text_shown), None)


async def reads(who: Person, thread: Message, words: str) -> Message:
    """Until ``who`` reads ``words`` in the thread."""
    return await until(lambda: said(who, thread, words), f"{words!r}, for {who.name} in the thread of {thread}")


async def shows(card: Told, words: str) -> None:
    """Until a card, changed in its place, has ``words``."""
    await until(lambda: words in card.text_shown, f"{words!r} on the card")


async def says(card: Message, label: str, value: str) -> None:
    await until(lambda: field(card, label) == value, f"{label} {value!r} on the card {card}")


async def signed(campus: Campus, message: Message, name: str) -> None:
    """Until the app has set that sign under it."""
    await until(lambda: campus.server.bot_user in message.reactions.get(name, []), f":{name}: under {message}")


def of_slack(who: Person, campus: Campus) -> str:
    """Every word that ``who`` can read on Slack, in what only programs see of it too."""
    messages = [one for one in campus.server.messages if who.sees(one)]
    files = [f"{file.name} {file.title}" for one in messages for file in one.files]
    views = [one for one in campus.server.world.views.values() if one.user is who.user]
    shown = [f"{one.name}: {one.text_shown}\n{one.text} {one.blocks} {one.metadata}" for one in messages]
    return "\n".join([*shown, *files, *(f"{one.text_shown} {one.data}" for one in views)])


def sent_to(who: Person, campus: Campus) -> str:
    """Everything that the desk ever asked Slack to show where ``who`` looks, whatever became of it since."""
    places = {one.id for one in campus.server.world.channels.values() if who.sees(one)}
    return "\n".join(
        str(one.args)
        for one in campus.server.requests
        if {one.args.get("channel"), one.args.get("channel_id")} & places or one.args.get("user_id") == who.id
    )
