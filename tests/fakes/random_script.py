"""People who write, change their words, take them back, react and send files, on Discord, on Slack and at the page, by
a random script; and what must be read of it everywhere at the end.

Each line bears a mark of its own, ``w12v1``: the twelfth line, changed once. So it is found again whatever a platform
makes of the words around it.
"""

import asyncio
import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import count, pairwise
from random import Random
from typing import Any, Protocol

import aiohttp

from tests.fakes.discord_server import Person as Member
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.web_desk import png

_MARK = re.compile(r"\bw(\d+)v(\d+)\b")
_FILE = re.compile(r"\bf\d+\.png\b")


@dataclass(eq=False)
class Line:
    """What somebody wrote, as it is by now. ``handle``: what its door calls it by."""

    number: int
    ticket: int
    door: str
    is_note: bool
    has_file: bool
    version: int = 0
    is_removed: bool = False
    handle: Any = None

    @property
    def mark(self) -> str:
        return f"w{self.number}v{self.version}"

    @property
    def file(self) -> str:
        return f"f{self.number}.png"

    @property
    def words(self) -> str:
        return f"{self.mark} some *words*"


class Door(Protocol):
    """Where one person takes part in one ticket. ``name``: of the place; lines of one place stand there in one order.
    ``notes``: how often, of ten lines, a note is written there."""

    name: str
    ticket: int
    notes: int

    async def write(self, line: Line) -> Any:
        """The line's handle."""

    async def edit(self, line: Line) -> None: ...

    async def delete(self, line: Line) -> None: ...

    async def react(self, line: Line) -> None: ...


@dataclass
class OnDiscord:
    who: Member
    place: Any
    ticket: int
    notes: int = 0

    @property
    def name(self) -> str:
        return f"discord {self.place.id}"

    async def write(self, line: Line) -> Any:
        return await self.who.say(self.place, line.words, files=[(line.file, png())] if line.has_file else None)

    async def edit(self, line: Line) -> None:
        await self.who.edit(line.handle, line.words)

    async def delete(self, line: Line) -> None:
        await self.who.delete(line.handle)

    async def react(self, line: Line) -> None:
        await self.who.react(line.handle, "👍")


@dataclass
class OnSlack:
    who: Person
    root: Message
    ticket: int
    notes: int = 0

    @property
    def name(self) -> str:
        return f"slack {self.root.ts}"

    async def write(self, line: Line) -> Message:
        files = [File(line.file, png())] if line.has_file else None
        return await self.who.write(self.root.place, _slashed(line), thread=self.root, files=files)

    async def edit(self, line: Line) -> None:
        await self.who.edit(line.handle, _slashed(line))

    async def delete(self, line: Line) -> None:
        await self.who.delete(line.handle)

    async def react(self, line: Line) -> None:
        if "eyes" not in line.handle.reactions:
            await self.who.react(line.handle, "eyes")


def _slashed(line: Line) -> str:
    return f"// {line.words}" if line.is_note else line.words


@dataclass
class AtThePage:
    """Whatever is sent is sent again under the same key until it is answered."""

    url: Callable[[], str]
    who: str
    token: str
    ticket: int
    notes: int = 0
    _keys: Any = field(default_factory=count)

    @property
    def name(self) -> str:
        return f"page of {self.who} {self.ticket}"

    async def write(self, line: Line) -> int:
        files = []
        if line.has_file:
            form = (line.file, png())
            files = [(await self._send("POST", "/api/files", form=form))["id"]]
        kind = "note" if line.is_note else "reply"
        body = {"text": line.words, "kind": kind, "files": files, "sure": True}
        return int((await self._send("POST", self._at(), body))["entry"]["message"])

    async def edit(self, line: Line) -> None:
        await self._send("PATCH", self._at(line), {"text": line.words, "sure": True})

    async def delete(self, line: Line) -> None:
        await self._send("DELETE", self._at(line))

    async def react(self, line: Line) -> None:
        await self._send("PUT", self._at(line) + "/reactions/👍")

    def _at(self, line: Line | None = None) -> str:
        return f"/api/threads/T-{self.ticket}/messages" + (f"/{line.handle}" if line else "")

    async def _send(self, method: str, path: str, body: Any = None, form: tuple[str, bytes] | None = None) -> Any:
        key = f"{self.who}-{self.ticket}-{next(self._keys)}"
        headers = {"Authorization": f"Bearer {self.token}", "Idempotency-Key": key}
        while True:
            given: dict[str, Any] = {"json": body}
            if form is not None:
                given = {"data": aiohttp.FormData()}
                given["data"].add_field("file", form[1], filename=form[0])
            try:
                async with aiohttp.request(method, self.url() + path, headers=headers, **given) as answer:
                    told = await answer.json(content_type=None) if answer.status != 204 else None
                    if answer.status < 300:
                        return told
                    assert answer.status in (429, 502, 503), (method, path, answer.status, told)
            except (aiohttp.ClientError, OSError):
                pass  # it was killed over it, or is not there yet
            await asyncio.sleep(0.2)


class Script:
    """What everybody did."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311 - so that a run can be repeated
        self._numbers = count(1)
        self.lines: list[Line] = []

    async def play(self, door: Door, steps: int) -> None:
        """One person's part; several go on at once."""
        random = Random(self._random.random())  # noqa: S311 - so that a run can be repeated
        own: list[Line] = []
        for _ in range(steps):
            await asyncio.sleep(random.uniform(0.0, 1.2))
            there = [one for one in own if not one.is_removed]
            act = random.choices((self._write, _edit, _delete, _react), (60, 18, 10, 12))[0] if there else self._write
            if act == self._write:
                own.append(await self._write(door, random))
            else:
                await act(door, random.choice(there))

    async def _write(self, door: Door, random: Random) -> Line:
        is_note, has_file = random.randrange(10) < door.notes, random.random() < 0.15
        line = Line(next(self._numbers), door.ticket, door.name, is_note, has_file)
        line.handle = await door.write(line)
        self.lines.append(line)
        return line

    def of(self, ticket: int) -> list[Line]:
        """Those that stand."""
        return [one for one in self.lines if one.ticket == ticket and not one.is_removed]


async def _edit(door: Door, line: Line) -> None:
    line.version += 1
    await door.edit(line)


async def _delete(door: Door, line: Line) -> None:
    line.is_removed = True
    await door.delete(line)


async def _react(door: Door, line: Line) -> None:
    await door.react(line)


@dataclass(frozen=True)
class View:
    """A thread as it stands on a platform. ``notes``, ``replies``: what its readers may hear; ``shown``: each message's
    words and names of files, whether the desk brought it, in order; ``ever``: all that ever stood there."""

    name: str
    ticket: int
    shown: Callable[[], Sequence[tuple[str, bool]]]
    ever: Callable[[], str]
    replies: bool = True
    notes: bool = False


def on_discord(place: Any, ticket: int, **more: bool) -> View:
    def shown() -> list[tuple[str, bool]]:
        standing = [one for one in place.messages.values() if not one.deleted]
        return [(_with_files(one.text, one.attachments, "filename"), _is_by_bot(one)) for one in standing]

    def ever() -> str:
        return "\n".join(one.text for one in place.guild.world.messages if one.place is place)

    return View(f"discord {place.id}", ticket, shown, ever, **more)


def _is_by_bot(message: Any) -> bool:
    return message.webhook is not None or bool(message.author.bot)


def on_slack(root: Message, ticket: int, **more: bool) -> View:
    def shown() -> list[tuple[str, bool]]:
        standing = sorted(root.replies, key=lambda one: float(one.ts))
        return [(_with_files(one.text_shown, one.files, "name"), one.by_app) for one in standing]

    def ever() -> str:
        return "\n".join(one.text_shown for one in root.place.world.messages if one.root is root)

    return View(f"slack {root.ts}", ticket, shown, ever, **more)


def _with_files(text: str, files: Sequence[Any], name: str) -> str:
    names = " ".join(getattr(one, name) for one in files)
    return text if names in text else f"{text}\n{names}"


@dataclass(frozen=True)
class Recorded:
    """A message of the engine's record."""

    words: str
    is_note: bool
    files: tuple[str, ...]


def problems_of_record(script: Script, ticket: int, record: Sequence[Recorded]) -> list[str]:
    """Where the record is not what the script says."""
    expected = {one.number: one for one in script.of(ticket)}
    numbers = [number for one in record for number in _numbers(one.words)]
    found = []
    if wrong := _difference(expected, numbers):
        found.append(f"T-{ticket}'s record {wrong}")
    for one in record:
        for number in _numbers(one.words):
            line = expected.get(number)
            if line is not None and (
                line.mark not in one.words
                or line.is_note is not one.is_note
                or one.files != ((line.file,) if line.has_file else ())
            ):
                found.append(f"T-{ticket}'s record has {one} for {line}")
    for door in {one.door for one in expected.values()}:
        own = [number for number in numbers if number in expected and expected[number].door == door]
        said = [one.number for one in expected.values() if one.door == door]
        if own != said and sorted(own) == sorted(said):
            found.append(f"in T-{ticket}'s record the lines of {door} are {own}, not {said}")
    return found


def problems_of_view(script: Script, view: View, record: Sequence[Recorded]) -> list[str]:
    """Where a thread is not what the script, and the order of the record, say."""
    heard = [one for one in script.of(view.ticket) if (view.notes if one.is_note else view.replies)]
    expected = {one.number: one for one in heard}
    shown = [(number, text, by_desk) for text, by_desk in view.shown() for number in _numbers(text)]
    numbers = [number for number, _, _ in shown]
    found = []
    if wrong := _difference(expected, numbers):
        found.append(f"{view.name} of T-{view.ticket} {wrong}")
    stale = [number for number, text, _ in shown if number in expected and expected[number].mark not in text]
    if stale:
        found.append(f"{view.name} of T-{view.ticket} has old words of {stale}")
    files = Counter(name for text, _ in view.shown() for name in _FILE.findall(text))
    wanted = Counter(one.file for one in heard if one.has_file)
    if files != wanted:
        found.append(f"{view.name} of T-{view.ticket} has the files {files}, not {wanted}")
    order = {number: at for at, one in enumerate(record) for number in _numbers(one.words)}
    copies = [number for number, _, by_desk in shown if by_desk and number in order]
    turned = [pair for pair in pairwise(copies) if order[pair[0]] > order[pair[1]]]
    if turned:
        found.append(f"{view.name} of T-{view.ticket} has copies in another order than the record: {turned}")
    secret = [one.number for one in script.lines if one.is_note and f"w{one.number}v" in view.ever()]
    if secret and not view.notes:
        found.append(f"{view.name} of T-{view.ticket} had the notes {secret}")
    return found


def _difference(expected: Iterable[int], found: Iterable[int]) -> str:
    """What is too few or too many; nothing where all is there once."""
    wanted, there = Counter(list(expected)), Counter(found)
    missing, more = sorted((wanted - there).elements()), sorted((there - wanted).elements())
    return f"lacks {missing} and has too many of {more}" if missing or more else ""


def _numbers(text: str) -> list[int]:
    return [int(number) for number, _ in _MARK.findall(text)]
