"""Tickets in which everything is said, for ``docs/matrix.md``: several, since Slack takes one message a second into a
channel, and each has one of its own."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import Any, TypeVar

from core.text import from_json
from tests.fakes import discord_server, slack_server
from tests.fakes import discord_steps as discord
from tests.fakes import slack_steps as slack
from tests.fakes.both_desk import Both
from tests.fakes.discord_server import HIDDEN, Thread
from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.matrix_kinds import Kind

ROOMS = tuple(f"room{number}" for number in range(4))
_TEAM = """
[[teams]]
key = "{room}"
name = "The team of {room}"
slack = {{{{ triage_channel = "{{{room}}}" }}}}
discord = {{{{ triage_channel = "{{discord_notes}}" }}}}

[[categories]]
key = "{room}"
name = "What {room} is asked"
team = "{room}"
discord = {{{{ channel = "{{exams}}" }}}}
"""
CONFIG = (
    '[desk]\nname = "Student Support"\n'
    + "".join(_TEAM.format(room=room) for room in ROOMS)
    + """
[alerts]
priorities = []

[web]
port = 0

[discord]
guilds = ["{guild}"]
roles = {{ agent = ["{discord_agents}"] }}

[slack]
user_groups = {{ agent = ["{slack_agents}"] }}
"""
)
WITHIN = 30
Said = TypeVar("Said")
Copy = discord_server.Message | slack_server.Message


@dataclass
class Story:
    """A ticket that sam asked on Discord; asha answers on Slack, priya in the console. ``hidden``: a channel that sam
    does not see."""

    both: Both
    ref: str
    thread: Thread
    card: slack_server.Message
    priya: AtThePage
    hidden: discord_server.Channel

    def on_discord(self) -> list[discord_server.Message]:
        return [one for one in self.both.uni.sam.reads(self.thread) if one.author is not self.both.uni.sam.user]

    def on_slack(self) -> list[slack_server.Message]:
        asha = self.both.campus.asha
        return [one for one in asha.thread(self.card) if one.user != asha.id]

    async def in_console(self) -> list[Any]:
        told = await self.priya.call("GET", f"/api/threads/{self.ref}?limit=200")
        return [one for one in told["entries"] if one["message"] is not None and one["about"] is None]

    def notes_on_discord(self) -> list[discord_server.Message]:
        """What stands in the staff's own thread there, once it is made."""
        uni = self.both.uni
        threads = [one for one in uni.server.world.threads(uni.guild) if one.parent is uni.triage]
        found = [one for one in threads if one.name.split()[0] == self.ref]
        return uni.asha.reads(found[0]) if found else []


async def opened(both: Both) -> list[Story]:
    priya = await at_the_page(both.desk, "Priya", "priya@example.com", "agent")
    both.campus.server.add_emoji("blob")
    hidden = both.uni.guild.add_channel("hidden", overwrites={both.uni.guild.everyone: HIDDEN})
    stories = [await _opened(both, room, priya, hidden) for room in ROOMS]
    await both.quiet()
    return stories


async def _opened(both: Both, room: str, priya: AtThePage, hidden: discord_server.Channel) -> Story:
    sam, asha = both.uni.sam, both.campus.asha
    asked = await discord.use(sam, both.uni.exams, "ticket", "open", title="Everything", category=room)
    done = await discord.fill(sam, asked, {"Tell us more": "Everything that can be said."})
    thread = await discord.thread_of(both.uni, sam, done)
    channel = next(one for one in both.campus.server.world.channels.values() if one.name == room)
    card = (await slack.until(lambda: asha.reads(channel), "the card for the agents"))[0]
    return Story(both, slack.ref_of(card), thread, card, priya, hidden)


# --- one kind after the other ----------------------------------------------------------------------------------------


def filled(words: str | None, ids: Mapping[str, str]) -> str:
    return re.sub("USER|ROLE|CHANNEL|HIDDEN", lambda found: ids[found[0]], words or "")


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
    kinds: Sequence[Kind],
    said: Sequence[Said],
    change: Callable[[Said, str], Awaitable[None]],
    doors: Sequence[Sequence[Sequence[Copy]]],
) -> None:
    """Until all of ``doors`` show it. ``doors``: what became of each kind there."""
    before = [[[_shown(one) for one in copies] for copies in there] for there in doors]
    for kind, one in zip(kinds, said, strict=True):
        if kind.then:
            await change(one, kind.then)
    for there, then in zip(doors, before, strict=True):
        for kind, copies, were in zip(kinds, there, then, strict=True):
            if kind.then not in ("", "previewed"):
                await slack.until(partial(_differ, copies, were), f"{kind.name} elsewhere", WITHIN)


def _differ(copies: Sequence[Copy], were: Sequence[object]) -> bool:
    return all(_shown(one) != was for one, was in zip(copies, were, strict=True))


def _shown(one: Copy) -> object:
    words = one.content if isinstance(one, discord_server.Message) else one.text_shown
    return words, one.deleted, dict(one.reactions)


async def arrived(
    there: Callable[[], Sequence[Said]], words: Callable[[Said], str], kinds: Sequence[Kind]
) -> list[Sequence[Said]]:
    """What became of each kind, once all of it is there."""
    return await slack.until(lambda: cut(there(), words, kinds), "all that was said", WITHIN)


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
