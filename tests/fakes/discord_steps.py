"""Steps of a day at a desk on Discord, so that an end-to-end test reads as what people do and see."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import aiohttp

from tests.fakes.discord.options import File
from tests.fakes.discord_desk import CONFIG, University, open_university
from tests.fakes.discord_server import Channel, DiscordServer, Interaction, Message, Person, Thread
from tests.fakes.nursery import QUIET
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess, forked

ARCHIVED = 50083
"""Work in a thread that was put away is tried before the thread is opened for it: Discord answers 400 to that too."""
FAULTS = ("Something went wrong", "That did not work", "from another version of the desk")
"""How the desk speaks where it is the desk that is wrong."""


def faults_of(server: DiscordServer) -> list[str]:
    """What Discord would have refused for its form, or its description has something against."""
    refused = [
        f"{one.method} {one.path}: {one.answer}"
        for one in server.requests
        if one.status == 400 and (one.answer or {}).get("code") != ARCHIVED
    ]
    return [*server.violations, *refused]


@asynccontextmanager
async def a_day(folder: Path, *, config: str = CONFIG) -> AsyncIterator[tuple[University, DeskProcess]]:
    """A university with a desk, for a whole story; nothing that it sent was wrong for Discord or a fault in its log."""
    async with open_university(folder, config=config) as (university, desk):
        yield university, desk
        assert faults_of(university.server) == []
        assert "Traceback" not in desk.log.read_text()


async def use(who: Person, place: Any, *path: str, **options: Any) -> Interaction:
    """A slash command, until it is answered or has opened a form."""
    return await (await who.slash(place, *path, **options)).settled(10)


async def press(who: Person, message: Message | None, button: str) -> Interaction:
    assert message is not None
    return await (await who.press(message, button)).settled(10)


async def fill(
    who: Person, asked: Interaction, values: dict[str, Any] | None = None, files: dict[str, list[File]] | None = None
) -> Interaction:
    """The form that ``asked`` opened, sent."""
    return await (await who.submit(asked.modal, values, files=files)).settled(10)


async def press_and_fill(who: Person, message: Message | None, button: str, words: str) -> Interaction:
    """A button that asks for one thing."""
    asked = await press(who, message, button)
    assert asked.modal is not None, asked.shown
    return await fill(who, asked, {asked.modal.labels[0]: words})


async def open_login(
    university: University, who: Person, title: str = "I cannot sign in", words: str = "Since this morning."
) -> Thread:
    """A ticket in the category without questions; its thread, once ``who`` is in it."""
    asked = await use(who, university.login, "ticket", "open", title=title, category="login")
    return await thread_of(university, who, await fill(who, asked, {"Tell us more": words}))


async def thread_of(university: University, who: Person, answered: Interaction) -> Thread:
    """The thread that the answer to an opening leads to, once ``who`` reads its pinned card."""

    def there() -> Thread | None:
        addresses = [url for url in _links(answered.answer) if "/channels/" in url]
        places = [university.server.world.places.get(int(url.rsplit("/", 1)[1])) for url in addresses]
        return next((one for one in places if one and any(message.pinned for message in who.reads(one))), None)

    found = await university.server.until(there, 10, f"the way to the ticket in: {answered.shown!r}")
    assert isinstance(found, Thread)
    return found


def _links(message: Message | None) -> list[str]:
    rows = message.components if message is not None else []
    return [one["url"] for row in rows for one in row.get("components", []) if one.get("url")]


def ref_of(thread: Thread) -> str:
    return thread.name.split()[0]


def card_in(thread: Thread) -> Message:
    """The ticket's card: the first message."""
    return next(iter(thread.messages.values()))


def triage_of(channel: Channel, thread: Thread) -> Message | None:
    """The newest card in the staff's channel that leads to ``thread``."""
    cards = [m for m in channel.messages.values() if not m.deleted and any(str(thread.id) in u for u in _links(m))]
    return cards[-1] if cards else None


async def triage(university: University, thread: Thread, channel: Channel | None = None) -> Message:
    where = channel or (university.triage if thread.parent is university.exams else university.platform_triage)
    found = await university.server.until(lambda: triage_of(where, thread), 10, "the card for the staff")
    assert isinstance(found, Message)
    return found


def buttons_of(message: Message) -> list[str]:
    """Labels, without those that only lead somewhere."""
    rows = (row.get("components", []) for row in message.components)
    return [one["label"] for row in rows for one in row if one["type"] == 2 and "custom_id" in one]


def fields_of(message: Message) -> dict[str, str]:
    return {field["name"]: field["value"] for embed in message.embeds for field in embed.get("fields", [])}


def said_in(who: Person, place: Any, words: str) -> Message | None:
    """The newest message there, as ``who`` sees it, that has ``words``."""
    return next((m for m in reversed(who.reads(place)) if m.ephemeral_for is None and words in m.text), None)


async def reads(university: University, who: Person, place: Any, words: str) -> Message:
    """Until ``who`` reads ``words`` there."""
    found = await university.server.until(
        lambda: said_in(who, place, words),
        10,
        f"{words!r}, for {who.name} in {getattr(place, 'name', 'their messages')}",
    )
    assert isinstance(found, Message)
    return found


async def shows(university: University, card: Message, words: str) -> None:
    """Until a card, edited in its place, has ``words``."""
    await university.server.until(lambda: words in card.text, 10, f"{words!r} on the card {card.text!r}")


async def quiet(university: University) -> None:
    """Until the desk has asked Discord for nothing for longer than it pauses: what it still would have done is done."""
    count = -1
    while count != len(university.server.requests):
        count = len(university.server.requests)
        await asyncio.sleep(QUIET)


def plain(text: str) -> str:
    """Without the marks of Discord's own: what is compared are the words."""
    return re.sub(r"[*_`\\]", "", text)


# --- the same desk in a browser or a program -------------------------------------------------------------------------


@dataclass
class AtThePage:
    """Somebody who is on no Discord: they use the desk's API, as the page does."""

    url: str
    token: str

    async def call(self, method: str, path: str, body: Any = None, status: int | Sequence[int] = (200, 201)) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.request(method, self.url + path, json=body, headers=headers) as answer:
            told = await answer.json(content_type=None)
            wanted = [status] if isinstance(status, int) else status
            assert answer.status in wanted, (answer.status, told)
            return told

    async def say(self, ref: str, text: str, **more: Any) -> Any:
        return await self.call("POST", f"/api/threads/{ref}/messages", {"text": text, **more})

    async def type(self, line: str, ref: str | None = None) -> Any:
        return await self.call("POST", "/api/commands", {"text": line} | ({"thread": ref} if ref else {}))

    async def thread(self, ref: str) -> Any:
        return await self.call("GET", f"/api/threads/{ref}")

    async def texts(self, ref: str) -> str:
        """All that is said in the ticket's record, as JSON."""
        return str((await self.thread(ref))["entries"])

    async def until_said(self, ref: str, words: str) -> Any:
        """Until the record has ``words``; all of its entries."""
        async with patience(10):
            while words not in await self.texts(ref):  # noqa: ASYNC110 - another process sets no event of ours
                await asyncio.sleep(0.02)
        return (await self.thread(ref))["entries"]

    async def upload(self, name: str, data: bytes) -> int:
        form = aiohttp.FormData()
        form.add_field("file", BytesIO(data), filename=name)
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.request("POST", f"{self.url}/api/files", data=form, headers=headers) as answer:
            told = await answer.json(content_type=None)
            assert answer.status in (200, 201), told
            return int(told["id"] if "id" in told else told["files"][0]["id"])


async def at_the_page(desk: DeskProcess, name: str, email: str, role: str = "none") -> AtThePage:
    """Somebody who registers with an address that the operator confirms; with a ``role`` if they are staff."""
    nobody = {"username": name, "email": email, "password": "correct horse battery"}
    async with aiohttp.request("POST", f"{desk.url}/api/auth/register", json=nobody) as answer:
        assert answer.status == 201, await answer.text()
    words = [("people", "confirm", email), *([("people", "role", email, role)] if role != "none" else [])]
    for line in words:
        done = await asyncio.to_thread(forked, desk.folder, *line, settings=desk.settings)
        assert done.returncode == 0, done.stderr + done.stdout
    async with aiohttp.request("POST", f"{desk.url}/api/auth/login", json=nobody) as answer:
        return AtThePage(desk.url, (await answer.json())["token"])
