"""Everything that people say, on each door of one desk, and what the others then hold of it: ``docs/matrix.md``.

The page is what this test saw. Where a change of the desk's changes it, it is written anew by
``MATRIX=write .venv/bin/pytest tests/e2e/test_matrix.py``, and read.
"""

import os
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any, TypeVar

import pytest

from core.text import from_json
from tests.fakes import discord_server, slack_server
from tests.fakes import discord_steps as discord
from tests.fakes import slack_steps as slack
from tests.fakes.both_desk import Both, a_day_on_both
from tests.fakes.discord_server import Thread
from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.matrix import Table, in_console, on_discord, on_slack
from tests.fakes.nursery import ROOT
from tests.fakes.slack_server import File
from tests.fakes.web_desk import png

PAGE = ROOT / "docs" / "matrix.md"
HEAD = """# What is said on one door, on the others

One ticket, with a thread on Discord, one on Slack and its page in the console. Everything below was said on one of them
and read on the other two. The REST API takes and gives what the console does. ⏎ is the end of a line; the console's
words are told in Markdown, as its box takes them; "as it is" means letter for letter.

This page is written by `tests/e2e/test_matrix.py`, and a test fails where it is not what the desk does. Anew:
`MATRIX=write .venv/bin/pytest tests/e2e/test_matrix.py`.

"""
LONG = " ".join(f"word{number}" for number in range(1, 901))
TXT = ("notes.txt", b"hello")
MB = 1 << 20
REF = "T-1"


@dataclass(frozen=True)
class Kind:
    """Something said, in the notation of each door that can say it. ``USER``, ``ROLE`` and ``CHANNEL`` are ids."""

    name: str
    discord: str | None = None
    slack: str | None = None
    web: str | None = None
    files: Sequence[tuple[str, bytes]] = ()
    is_many: bool = False
    """Whether it may become more messages than one, or none."""
    then: str = ""
    """What its author does with it afterwards: edited, deleted, reacted."""


def same(name: str, words: str, **more: Any) -> Kind:
    return Kind(name, words, words, words, **more)


KINDS = (
    same("Plain words", "Good morning"),
    same("Lines and paragraphs", "one\ntwo\n\nthree"),
    Kind("Bold", "**bold**", "*bold*", "**bold**"),
    Kind("Italic", "*italic*", "_italic_", "*italic*"),
    Kind("Bold italic", "***both***", "*_both_*", "***both***"),
    Kind("Struck out", "~~gone~~", "~gone~", "~~gone~~"),
    Kind("Underlined", "__under__"),
    Kind("Spoiler", "||the end||"),
    same("Code", "`x < y`"),
    same("Block of code", "```\nif x:\n    y\n```"),
    Kind("Block of code in a language", "```py\nprint(1)\n```", None, "```py\nprint(1)\n```"),
    same("Quote", "> asked\n> twice\nanswered"),
    same("List", "- one\n- two"),
    same("Numbered list", "1. one\n2. two"),
    same("List that begins with 3", "3. three\n4. four"),
    Kind("List in a list", "- one\n  - inner\n- two", None, "- one\n  - inner\n- two"),
    Kind("Heading", "# Title\nwords", None, "# Title\nwords"),
    Kind("Small print", "-# small"),
    Kind("Table", None, None, "| a | b |\n|---|---|\n| 1 | 2 |"),
    same("Address", "https://example.org/a_b"),
    Kind("Link", "[here](https://example.org)", "<https://example.org|here>", "[here](https://example.org)"),
    Kind(
        "Link that shows another address",
        "[https://bank.example](https://example.org)",
        "<https://example.org|https://bank.example>",
        "[https://bank.example](https://example.org)",
    ),
    same("Address that is no web address", "[x](javascript:alert(1))"),
    Kind("Somebody named", "<@USER> knows", "<@USER> knows", "@Lee knows"),
    Kind("A role or a group", "<@&ROLE> know", "<!subteam^ROLE> know"),
    Kind("A channel", "see <#CHANNEL>", "see <#CHANNEL>"),
    same("Everybody", "@everyone @here @channel"),
    same("Emoji", "👍🏽 🎉"),
    same("Emoji by its name", ":tada:"),
    Kind("Emoji of one's own", "<:blob:123456789012345678>", ":blob:"),
    Kind("Emoji that moves", "<a:dance:123456789012345678>"),
    Kind("Time", "<t:1772442000:F>"),
    same("Marks of another door", "**a** *b* __c__ ||d|| <https://example.org|e> [f](https://example.org)"),
    same("HTML", "<b>bold</b> &amp; <script>"),
    same("Right to left", "שלום עולם"),
    same("Very long", LONG, is_many=True),
    same("File", "see this", files=(TXT,), is_many=True),
    same("Picture without words", "", files=(("photo.png", png()),), is_many=True),
    same("Ten files", "all of them", files=tuple((f"{n}.txt", b"%d" % n) for n in range(10)), is_many=True),
    Kind("Voice message", "", files=(("voice-message.ogg", b"OggS" + bytes(40)),), is_many=True),
    Kind("File of 25 MB", None, "large", "large", files=(("large.bin", bytes(25 * MB)),), is_many=True),
    same("Edited", "frst", then="edited"),
    same("Deleted", "hunter2", is_many=True, then="deleted"),
    same("Reacted to", "well done", then="reacted"),
)
FIRST = "The first word"
EDITED = "The *last* word"
PARTY = "🎉"


@dataclass
class Story:
    """A ticket that sam asked on Discord; asha answers on Slack, priya in the console."""

    both: Both
    thread: Thread
    card: slack_server.Message
    priya: AtThePage

    def on_discord(self) -> list[discord_server.Message]:
        return [one for one in self.both.uni.sam.reads(self.thread) if one.author is not self.both.uni.sam.user]

    def on_slack(self) -> list[slack_server.Message]:
        asha = self.both.campus.asha
        return [one for one in asha.thread(self.card) if one.user != asha.id]

    async def in_console(self) -> list[Any]:
        told = await self.priya.call("GET", f"/api/threads/{REF}?limit=200")
        return [one for one in told["entries"] if one["message"] is not None and one["about"] is None]


@pytest.mark.parametrize("door", ["discord", "slack", "console"])
async def test_the_page_says_what_becomes_of_what_is_said(tmp_path: Path, door: str) -> None:
    async with a_day_on_both(tmp_path) as both:
        story = await opened(both)
        table = await TOLD[door](story)
    page, part = PAGE.read_text(), table.written()
    if os.environ.get("MATRIX") == "write":
        page = with_part(page, part)
        PAGE.write_text(page)
    assert page.startswith(HEAD)
    assert part in page


def with_part(page: str, part: str) -> str:
    """``page``, with ``part`` in the place of the one with its heading."""
    parts = re.split("^(?=## )", page, flags=re.MULTILINE)[1:]
    heading = part.split("\n", 1)[0]
    return HEAD + "".join(f"{(part if one.startswith(heading) else one).rstrip()}\n\n" for one in parts).rstrip() + "\n"


async def opened(both: Both) -> Story:
    sam, campus = both.uni.sam, both.campus
    asked = await discord.use(sam, both.uni.exams, "ticket", "open", title="Everything", category="exams")
    done = await discord.fill(sam, asked, {"Tell us more": "Everything that can be said."})
    thread = await discord.thread_of(both.uni, sam, done)
    card = (await slack.until(lambda: campus.asha.reads(campus.triage), "the card for the agents"))[0]
    priya = await at_the_page(both.desk, "Priya", "priya@example.com", "agent")
    campus.server.world.emoji.add("blob")
    await both.quiet()
    return Story(both, thread, card, priya)


# --- on each door ----------------------------------------------------------------------------------------------------


async def said_on_discord(story: Story) -> Table:
    uni, thread = story.both.uni, story.thread
    sam = uni.sam
    ids = {"USER": str(uni.lee.id), "ROLE": str(uni.agents.id), "CHANNEL": str(uni.exams.id)}
    elsewhere = await sam.say(uni.exams, "Said **before**")
    kinds = [
        *(one for one in KINDS if one.discord is not None),
        Kind("Sticker", "(the sticker Wumpus)"),
        Kind("Forwarded", "(forwarded: Said **before**)"),
        Kind("Answer to a message", "To that"),
    ]
    first = await sam.say(thread, FIRST)

    async def say(kind: Kind) -> discord_server.Message:
        match kind.name:
            case "Sticker":
                return await sam.say(thread, stickers=["Wumpus"])
            case "Forwarded":
                return await sam.say(thread, forward_of=elsewhere)
            case _:
                answered = first if kind.name.startswith("Answer") else None
                return await sam.say(thread, filled(kind.discord, ids), files=[*kind.files], reply_to=answered)

    async def change(said: discord_server.Message, then: str) -> None:
        match then:
            case "edited":
                await sam.edit(said, EDITED)
            case "deleted":
                await sam.delete(said)
            case "reacted":
                await sam.react(said, PARTY)

    said = await all_said(kinds, say, lambda words: sam.say(thread, words))
    await slack.until(lambda: cut(story.on_slack(), slack_words, kinds), "all of it on Slack", 120)
    there = cut(story.on_slack(), slack_words, kinds)
    await changed(story, kinds, said, change)
    console = cut(await story.in_console(), console_words, kinds)
    table = Table("on Discord", ["on Slack", "in the console"])
    for kind, slacks, entries in zip(kinds, there, console, strict=True):
        written = str(kind.discord)
        table.add(kind.name, written, kind.files, [on_slack(slacks), in_console(entries)], kind.then)
    return table


async def said_on_slack(story: Story) -> Table:
    campus, card = story.both.campus, story.card
    asha = campus.asha
    ids = {"USER": campus.lee.id, "ROLE": campus.agents.id, "CHANNEL": campus.lounge.id}
    kinds = [one for one in KINDS if one.slack is not None]

    async def say(kind: Kind) -> slack_server.Message:
        files = [File(name, data) for name, data in kind.files]
        return await slack.write(asha, card, filled(kind.slack, ids), files=files)

    async def change(said: slack_server.Message, then: str) -> None:
        match then:
            case "edited":
                await asha.edit(said, EDITED)
            case "deleted":
                await asha.delete(said)
            case "reacted":
                await asha.react(said, "tada")

    said = await all_said(kinds, say, lambda words: slack.write(asha, card, words))
    await slack.until(lambda: cut(story.on_discord(), discord_words, kinds), "all of it on Discord", 120)
    there = cut(story.on_discord(), discord_words, kinds)
    await changed(story, kinds, said, change)
    console = cut(await story.in_console(), console_words, kinds)
    table = Table("on Slack", ["on Discord", "in the console"])
    for kind, discords, entries in zip(kinds, there, console, strict=True):
        table.add(kind.name, str(kind.slack), kind.files, [on_discord(discords), in_console(entries)], kind.then)
    return table


async def said_in_console(story: Story) -> Table:
    priya = story.priya
    kinds = [one for one in KINDS if one.web is not None]

    async def say(kind: Kind) -> int:
        files = [await priya.upload(name, data) for name, data in kind.files]
        told = await priya.say(REF, str(kind.web), files=files)
        return int(told["entry"]["message"])

    async def change(said: int, then: str) -> None:
        path = f"/api/threads/{REF}/messages/{said}"
        match then:
            case "edited":
                await priya.call("PATCH", path, {"text": EDITED})
            case "deleted":
                await priya.call("DELETE", path, status=204)
            case "reacted":
                await priya.call("PUT", f"{path}/reactions/{PARTY}", status=204)

    said = await all_said(kinds, say, lambda words: priya.say(REF, words))
    await slack.until(lambda: cut(story.on_discord(), discord_words, kinds), "all of it on Discord", 120)
    await slack.until(lambda: cut(story.on_slack(), slack_words, kinds), "all of it on Slack", 120)
    discords = cut(story.on_discord(), discord_words, kinds)
    slacks = cut(story.on_slack(), slack_words, kinds)
    await changed(story, kinds, said, change)
    table = Table("in the console", ["on Discord", "on Slack"])
    for kind, here, there in zip(kinds, discords, slacks, strict=True):
        table.add(kind.name, str(kind.web), kind.files, [on_discord(here), on_slack(there)], kind.then)
    return table


TOLD = {"discord": said_on_discord, "slack": said_on_slack, "console": said_in_console}

# --- one kind after the other ----------------------------------------------------------------------------------------

Said = TypeVar("Said")


def filled(words: str | None, ids: Mapping[str, str]) -> str:
    return re.sub("USER|ROLE|CHANNEL", lambda found: ids[found[0]], words or "")


def runs(kinds: Sequence[Kind]) -> list[Sequence[Kind]]:
    """Those that become one message each, together; each other one alone."""
    found = [list(run) for _, run in groupby(enumerate(kinds), key=lambda one: one[0] if one[1].is_many else -1)]
    return [[kind for _, kind in run] for run in found]


def mark(number: int) -> str:
    """What is said before each run and at the end: what stands between two of them is what became of it."""
    return f"here begins {number}"


async def all_said(
    kinds: Sequence[Kind], say: Callable[[Kind], Awaitable[Said]], words: Callable[[str], Awaitable[object]]
) -> list[Said]:
    said = []
    for number, run in enumerate(runs(kinds)):
        await words(mark(number))
        said += [await say(kind) for kind in run]
    await words(mark(len(runs(kinds))))
    return said


async def changed(
    story: Story, kinds: Sequence[Kind], said: Sequence[Said], change: Callable[[Said, str], Awaitable[None]]
) -> None:
    await story.both.quiet()
    for kind, one in zip(kinds, said, strict=True):
        if kind.then:
            await change(one, kind.then)
    await story.both.quiet()


def cut(there: Sequence[Said], words: Callable[[Said], str], kinds: Sequence[Kind]) -> list[Sequence[Said]]:
    """What became of each kind; nothing until the last is there."""
    heard = [words(one) for one in there]
    found: list[Sequence[Said]] = []
    if mark(len(runs(kinds))) not in heard:
        return found
    for number, run in enumerate(runs(kinds)):
        between = there[heard.index(mark(number)) + 1 : heard.index(mark(number + 1))]
        if len(run) == 1:
            found.append(between)
            continue
        assert len(between) == len(run), f"{len(run)} were said, {len(between)} stand there"
        found += [[one] for one in between]
    return found


def discord_words(message: discord_server.Message) -> str:
    return message.content


def slack_words(message: slack_server.Message) -> str:
    return message.text_shown


def console_words(entry: Any) -> str:
    return "" if entry["text"] is None else from_json(entry["text"]).plain()
