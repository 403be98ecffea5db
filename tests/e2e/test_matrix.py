"""Everything that people say, on each door of one desk, and what the others then hold of it: ``docs/matrix.md``.

The page is what this test saw. Where a change of the desk's changes it, it is written anew by
``MATRIX=write .venv/bin/pytest tests/e2e/test_matrix.py``, and read.
"""

import asyncio
import os
import re
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

import pytest

from tests.fakes import discord_server, slack_server
from tests.fakes import slack_steps as slack
from tests.fakes.both_desk import a_day_on_both
from tests.fakes.matrix import Row, Table, in_console, on_discord, on_slack
from tests.fakes.matrix_kinds import EDITED, KINDS, NOTE, OWN, OWN_ON_SLACK, PARTY, PARTY_ON_SLACK, Kind
from tests.fakes.matrix_story import (
    CONFIG,
    ROOMS,
    WITHIN,
    Story,
    all_said,
    arrived,
    changed,
    console_words,
    cut,
    discord_words,
    filled,
    opened,
    slack_words,
)
from tests.fakes.nursery import ROOT
from tests.fakes.slack_server import File

PAGE = ROOT / "docs" / "matrix.md"
HEAD = """# What is said on one door, on the others

A ticket with a thread on Discord, one on Slack and its page in the console. Everything below was said on one of them
and read on the other two. The REST API takes and gives what the console does. ⏎ is the end of a line, … a part of an
address; the console's words are told in Markdown, as its box takes them; "as it is" means letter for letter.

What a door cannot show is shown as the next best thing, and linked where there is something to go to:

- An emoji of somebody's own is its name. The console links it to its picture; Discord and Slack do not, where an
  address beside each would be noise. Slack tells apps no pictures of its workspace's emoji without a further scope.
- A reaction with such an emoji is 🔸 where there is none of that name. The console has its name.
- A sticker leads to its picture; a poll, a forwarded and a shared message to where they stand.
- A channel on Discord is called by its name where whoever writes sees it; one on Slack is linked where Slack does not
  tell its name.
- Previews of links are each platform's own: the address stays, and nothing else was said.
- Slack has no answers to one message of a thread: people share the message, or write it as a quote.
- Notes stand in the staff's own threads, and in the console for staff alone.

This page is written by `tests/e2e/test_matrix.py`, and a test fails where it is not what the desk does. Anew:
`MATRIX=write .venv/bin/pytest tests/e2e/test_matrix.py`.

"""
FIRST = "The first word"


@pytest.mark.parametrize("door", ["discord", "slack", "console"])
async def test_the_page_says_what_becomes_of_what_is_said(tmp_path: Path, door: str) -> None:
    table, is_said, tell, note = DOORS[door]
    kinds = [one for one in KINDS if is_said(one) is not None]
    async with a_day_on_both(tmp_path, config=CONFIG, rooms=ROOMS) as both:
        stories = await opened(both)
        parts = [kinds[number :: len(stories)] for number in range(len(stories))]
        told = await asyncio.gather(*map(tell, stories, parts))
        rows = {row.kind: row for part in told for row in part}
        noted = await note(stories[0])
    part = table.written([*(rows[kind.name] for kind in kinds), noted])
    page = PAGE.read_text()
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


# --- on each door ----------------------------------------------------------------------------------------------------


async def said_on_discord(story: Story, kinds: Sequence[Kind]) -> list[Row]:
    uni, thread = story.both.uni, story.thread
    sam = uni.sam
    ids = {"USER": uni.lee.id, "ROLE": uni.agents.id, "CHANNEL": uni.exams.id, "HIDDEN": story.hidden.id}
    elsewhere = await sam.say(uni.exams, "Said **before**")
    first = await sam.say(thread, FIRST)

    async def say(kind: Kind) -> discord_server.Message:
        match kind.name:
            case "Sticker":
                return await sam.say(thread, stickers=["Wumpus"])
            case "Poll":
                return await sam.say(thread, poll=("When?", ["Today", "tomorrow"]))
            case "Forwarded":
                return await sam.say(thread, forward_of=elsewhere)
            case _:
                words = filled(kind.discord, {name: str(key) for name, key in ids.items()})
                answered = first if kind.name.startswith("Answer") else None
                return await sam.say(thread, words, files=[*kind.files], reply_to=answered)

    async def change(said: discord_server.Message, then: str) -> None:
        match then:
            case "edited":
                await sam.edit(said, EDITED)
            case "deleted":
                await sam.delete(said)
            case "previewed":
                uni.server.unfurl(said)
            case _:
                await sam.react(said, PARTY if then == "reacted" else OWN)

    said = await all_said(kinds, say, lambda words: sam.say(thread, words))
    there = await arrived(story.on_slack, slack_words, kinds)
    await changed(kinds, said, change, [there])
    console = cut(await story.in_console(), console_words, kinds)
    return [
        Row.of(kind, kind.discord, [on_slack(slacks), in_console(entries)])
        for kind, slacks, entries in zip(kinds, there, console, strict=True)
    ]


async def said_on_slack(story: Story, kinds: Sequence[Kind]) -> list[Row]:
    campus, card = story.both.campus, story.card
    asha = campus.asha
    ids = {"USER": campus.lee.id, "ROLE": campus.agents.id, "HIDDEN": campus.lounge.id}
    elsewhere = await asha.write(campus.lounge, "Said *before*")

    async def say(kind: Kind) -> slack_server.Message:
        match kind.name:
            case "Forwarded":
                return await asha.write(card.place, thread=card, share=elsewhere)
            case _:
                files = [File(name, data) for name, data in kind.files]
                broadcast = kind.name.startswith("Also")
                words = filled(kind.slack, ids)
                return await asha.write(card.place, words, thread=card, files=files, broadcast=broadcast)

    async def change(said: slack_server.Message, then: str) -> None:
        match then:
            case "edited":
                await asha.edit(said, EDITED)
            case "deleted":
                await asha.delete(said)
            case "previewed":
                campus.server.unfurl(said)
            case _:
                await asha.react(said, PARTY_ON_SLACK if then == "reacted" else OWN_ON_SLACK)

    said = await all_said(kinds, say, lambda words: slack.write(asha, card, words))
    there = await arrived(story.on_discord, discord_words, kinds)
    await changed(kinds, said, change, [there])
    console = cut(await story.in_console(), console_words, kinds)
    return [
        Row.of(kind, kind.slack, [on_discord(discords), in_console(entries)])
        for kind, discords, entries in zip(kinds, there, console, strict=True)
    ]


async def said_in_console(story: Story, kinds: Sequence[Kind]) -> list[Row]:
    priya, ref = story.priya, story.ref

    async def say(kind: Kind) -> int:
        files = [await priya.upload(name, data) for name, data in kind.files]
        told = await priya.say(ref, str(kind.web), files=files)
        return int(told["entry"]["message"])

    async def change(said: int, then: str) -> None:
        path = f"/api/threads/{ref}/messages/{said}"
        match then:
            case "edited":
                await priya.call("PATCH", path, {"text": EDITED})
            case "deleted":
                await priya.call("DELETE", path, status=204)
            case _:
                await priya.call("PUT", f"{path}/reactions/{PARTY}", status=204)

    said = await all_said(kinds, say, lambda words: priya.say(ref, words))
    discords = await arrived(story.on_discord, discord_words, kinds)
    slacks = await arrived(story.on_slack, slack_words, kinds)
    await changed(kinds, said, change, [discords, slacks])
    return [
        Row.of(kind, kind.web, [on_discord(here), on_slack(there)])
        for kind, here, there in zip(kinds, discords, slacks, strict=True)
    ]


# --- notes -----------------------------------------------------------------------------------------------------------


async def noted_on_discord(story: Story) -> Row:
    """A first note makes the staff's thread there."""
    await story.priya.say(story.ref, FIRST, kind="note")
    stands = await slack.until(story.notes_on_discord, "the staff's thread")
    await story.both.uni.asha.say(stands[0].place, str(NOTE.discord))
    slacks = await slack.until(lambda: [one for one in story.on_slack() if "tutors" in slack_words(one)], "the note")
    return Row.of(NOTE, NOTE.discord, [on_slack(slacks), in_console(await _last(story))])


async def noted_on_slack(story: Story) -> Row:
    await slack.write(story.both.campus.asha, story.card, str(NOTE.slack))
    discords = await _notes(story)
    return Row.of(NOTE, NOTE.slack, [on_discord(discords), in_console(await _last(story))])


async def noted_in_console(story: Story) -> Row:
    await story.priya.say(story.ref, str(NOTE.web), kind="note")
    discords = await _notes(story)
    slacks = await slack.until(lambda: [one for one in story.on_slack() if "tutors" in slack_words(one)], "the note")
    return Row.of(NOTE, NOTE.web, [on_discord(discords), on_slack(slacks)])


async def _notes(story: Story) -> Sequence[discord_server.Message]:
    """In the staff's thread on Discord, and not in the student's."""
    await slack.until(story.notes_on_discord, "the staff's thread", WITHIN)
    found = await slack.until(lambda: [one for one in story.notes_on_discord() if "tutors" in one.content], "the note")
    assert not any("tutors" in discord_words(one) for one in story.on_discord())
    return found


async def _last(story: Story) -> list[object]:
    [*_, last] = await story.in_console()
    assert last["kind"] == "note" and "tutors" in console_words(last)
    return [last]


Told = Callable[[Story, Sequence[Kind]], Awaitable[list[Row]]]
Noted = Callable[[Story], Awaitable[Row]]
DOORS: dict[str, tuple[Table, Callable[[Kind], str | None], Told, Noted]] = {
    "discord": (
        Table("on Discord", ["on Slack", "in the console"]),
        lambda kind: kind.discord,
        said_on_discord,
        noted_on_discord,
    ),
    "slack": (
        Table("on Slack", ["on Discord", "in the console"]),
        lambda kind: kind.slack,
        said_on_slack,
        noted_on_slack,
    ),
    "console": (
        Table("in the console", ["on Discord", "on Slack"]),
        lambda kind: kind.web,
        said_in_console,
        noted_in_console,
    ),
}
