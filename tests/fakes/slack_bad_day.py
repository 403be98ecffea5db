"""What the bad days on Slack have in common: a desk in its own process before the stand-in, what people see of it, and
what must hold at the end of every one of them, whatever went wrong."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.bad_day import BadDay
from tests.fakes.patience import patience
from tests.fakes.process import DeskProcess
from tests.fakes.slack.faults import Gate, Where
from tests.fakes.slack_desk import Campus, card_of, open_campus, opened, triage_card
from tests.fakes.slack_server import Channel, Message, Person, SlackServer
from tests.fakes.slack_steps import ref_of

__all__ = ["Day", "Days", "Talk", "bad_day", "day_ends", "opened"]

TITLE = "My grade is missing"
MODES = ("socket", "http")
SOON = (0.0, 1.0, 2.0)
"""Seconds until Slack tells again what was not acknowledged: sooner than it really does, and in another second, since a
request signed in the same one is a replay."""
_FAULTS = ("Traceback", "stumbled", "database is locked")


class Day(BadDay):
    """``mode``: how the desk hears, ``socket`` or ``http``."""

    def __init__(self, campus: Campus, desk: DeskProcess, mode: str, *, strict: bool = True) -> None:
        super().__init__(desk, strict=strict)
        self.campus = campus
        self.mode = mode

    @property
    def server(self) -> SlackServer:
        return self.campus.server

    async def talk(self, who: Person | None = None, *, title: str = "") -> "Talk":
        """A ticket in Exams, by somebody new unless ``who`` is told, once its cards are there and they know of it."""
        nth = self.count("tickets") + 1
        asker = who or self.server.add_user(f"student{nth:03}")
        title = title or f"Question {nth:03}"
        card = await opened(self.campus, asker, title=title)
        staffs, ref = await triage_card(self.campus, title), ref_of(card)
        await self.server.until(lambda: _is_told(asker, f"{ref} is open"), 10, "the answer")
        await self.delivered()
        return Talk(self, asker, card, staffs, int(ref.removeprefix("T-")))

    # --- what befalls the desk ---------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Until it hears Slack."""
        await self.desk.start()
        if self.mode == "socket":
            await self.server.until_connected(2, within=30)
        else:
            self.server.deliver_to(f"{self.desk.url}/slack/events")

    async def restart(self) -> None:
        """After it was killed, and its leases have run out."""
        self.time_passes()
        await self.start()

    async def killed_at(
        self, method: str, act: Callable[[], Any], *, reaches: bool, where: Where | None = None
    ) -> None:
        """Do ``act``; the desk dies while it waits for the answer to such a call, which reaches Slack or not."""
        await self.killed_behind(self.server.faults.hold(method, where=where), act, reaches=reaches)

    async def killed_behind(self, gate: Gate, act: Callable[[], Any], *, reaches: bool) -> None:
        acting = asyncio.ensure_future(act())
        await gate.arrived(10)
        await self.desk.kill()
        if reaches:
            gate.release()
        acting.cancel()
        await asyncio.gather(acting, return_exceptions=True)

    # --- what people see ---------------------------------------------------------------------------------------------

    def cards(self, who: Person, title: str = TITLE) -> list[Message]:
        """The cards of their tickets, which begin the threads of their direct message."""
        return [one for one in who.reads(who.dm) if one.thread_ts is None and _is_card(one, title)]

    def staff_cards(self, title: str = TITLE, channel: Channel | None = None) -> list[Message]:
        place = channel or self.campus.triage
        return [one for one in self.campus.lee.reads(place) if _is_card(one, title)]

    async def card(self, who: Person, title: str = TITLE) -> Message:
        return await card_of(self.campus, who, title)

    async def staff_card(self, title: str = TITLE) -> Message:
        return await triage_card(self.campus, title)

    def copies(self, card: Message) -> list[str]:
        """What stands under a card that was said elsewhere: by the app, under somebody's name."""
        return [one.text_shown for one in self.campus.server.messages if _is_under(one, card) and one.username]

    def news(self, card: Message) -> list[str]:
        """What stands under a card by the app under its own name: news, and files."""
        return [one.text_shown for one in self.campus.server.messages if _is_under(one, card) and not one.username]

    async def copied(self, card: Message, *words: str, within: float = 15) -> None:
        """Until exactly that stands there from elsewhere, in this order."""
        await self.server.until(lambda: self.copies(card) == list(words), within, f"{words}, not {self.copies(card)}")

    async def marked(self, message: Message, name: str = "white_check_mark", within: float = 15) -> None:
        """Until the app shows by a reaction what became of a message."""
        await self.server.until(lambda: name in message.reactions, within, f"{name} at {message}")

    async def failures(self, *words: str, within: float = 15) -> str:
        """What ada reads when she asks what does not get through, as soon as all of ``words`` are in it."""
        ada = self.campus.ada
        async with patience(within):
            while True:
                asked = await ada.slash(ada.dm, "/ticket desk failures")
                await asked.answered(10)
                if all(word in asked.shown for word in words):
                    return asked.shown
                await asyncio.sleep(0.1)

    def troubles_told(self) -> list[str]:
        """What ada was ever told of troubles, in direct messages."""
        return [one.text_shown for one in self.campus.ada.reads(self.campus.ada.dm) if one.by_app]

    async def told_once(self, *words: str) -> None:
        """ada reads in one direct message of the trouble that has all of ``words``."""

        def about() -> list[str]:
            return [one for one in self.troubles_told() if all(word in one for word in words)]

        await self.server.until(about, 20, f"{words} in {self.troubles_told()}")
        assert len(about()) == 1, about()

    def as_it_should_be(self, who: Person, title: str = TITLE) -> None:
        """One card for them in their direct message, and one for the staff; nobody else has any."""
        assert len(self.cards(who, title)) == 1
        assert len(self.staff_cards(title)) == 1
        others = [one for one in self.server.people.values() if one is not who and not one.user.is_bot]
        assert [one.name for one in others if not one.user.deleted and self.cards(one, title)] == []


@dataclass(frozen=True)
class Talk:
    """A ticket and its two threads: ``card`` begins the student's, ``staffs`` that of the staff."""

    day: Day
    who: Person
    card: Message
    staffs: Message
    number: int

    async def ask(self, words: str, **more: Any) -> Message:
        """The student writes."""
        return await self.who.write(self.card.place, words, thread=self.card, **more)

    async def answer(self, words: str, *, by: Person | None = None, **more: Any) -> Message:
        """asha writes, or whoever else of the staff."""
        return await (by or self.day.campus.asha).write(self.staffs.place, words, thread=self.staffs, **more)

    async def command(self, line: str, *, by: Person | None = None) -> Message:
        """asha mentions the app in the staff's thread."""
        return await self.answer(f"{self.day.server.mention} {line}", by=by)

    async def heard(self, *words: str, within: float = 15) -> None:
        await self.day.heard(*words, ticket=self.number, within=within)

    async def reads(self, *words: str, within: float = 15) -> None:
        """Until exactly that was said to the student, from elsewhere."""
        await self.day.copied(self.card, *words, within=within)

    async def staff_read(self, *words: str, within: float = 15) -> None:
        await self.day.copied(self.staffs, *words, within=within)

    def emoji(self) -> list[str]:
        """What people reacted with, as the record has it."""
        of = "SELECT emoji FROM reactions r JOIN messages m ON m.id = r.message_id WHERE m.ticket_id = ?"
        return [emoji for (emoji,) in self.day.ask(of, self.number)]

    def as_it_should_be(self) -> None:
        """The two cards, and no other."""
        shown = [self.card, self.staffs]
        ref = f"T-{self.number}"
        standing = [one for one in self.day.server.messages if not one.is_reply and not one.deleted]
        found = [one for one in standing if one.ephemeral_for is None and _is_card(one, ref)]
        wrong = "\n\n".join(f"{one.place} {one.ts}: {one.text_shown}" for one in (*found, *shown))
        assert found == sorted(shown, key=lambda one: one.order), wrong


class Days:
    """Desks that several tests share: one for each way to hear, begun with the first test that wants it."""

    def __init__(self, folders: pytest.TempPathFactory, **settings: str) -> None:
        self._folders = folders
        self._settings = settings
        self._stack = AsyncExitStack()
        self._begun: dict[str, Day] = {}

    async def __aenter__(self) -> "Days":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._stack.aclose()

    async def of(self, mode: str = "socket") -> Day:
        if mode not in self._begun:
            beginning = bad_day(self._folders.mktemp("desk"), mode=mode, **self._settings)
            self._begun[mode] = await self._stack.enter_async_context(beginning)
        return self._begun[mode]

    def end_of_a_test(self) -> None:
        """The next one finds a Slack that works."""
        for day in self._begun.values():
            day.server.faults.clear()
            day_ends(day)


@asynccontextmanager
async def bad_day(folder: Path, *, mode: str = "socket", strict: bool = True, **settings: str) -> AsyncIterator[Day]:
    """A furnished workspace and a desk that is ready on it. At the end, whatever happened: nothing that Slack would
    have refused as malformed, nobody pinged but the assignee, no fault of the desk's own, and no secret in its log."""
    async with open_campus(folder, mode=mode, **{"BOT_LOG__LEVEL": "debug", **settings}) as (campus, desk):
        campus.server.settings.retries = SOON
        day = Day(campus, desk, mode, strict=strict)
        yield day
        day_ends(day)


def day_ends(day: Day) -> None:
    server, log = day.server, day.log
    assert server.violations == []
    assert unwanted_pings(day) == []
    for secret in secrets_of(server):
        assert secret not in log
    if day.strict:
        assert [fault for fault in _FAULTS if fault in log] == [], faults_in(log)


def unwanted_pings(day: Day) -> list[str]:
    """The app's messages that notified anybody but one of the staff whose ticket it became."""
    staff = {one.id for one in (day.campus.asha, day.campus.lee, day.campus.ada)}
    triages = (day.campus.triage, day.campus.platform_triage)
    return [
        f"{one.place}: {one.pinged} by {one.text_shown!r}"
        for one in day.server.pings
        if one.place not in triages or one.pinged.groups or one.pinged.channels or not one.pinged.users <= staff
    ]


def secrets_of(server: SlackServer) -> list[str]:
    """Tokens, and what would let anybody answer for the app: addresses for answers, and trigger ids."""
    world = server.world
    own = [server.bot_token, server.app_token, server.signing_secret]
    return [*own, *world.response_urls, *world.triggers]


def faults_in(log: str) -> str:
    lines = log.splitlines()
    found = [at for at, line in enumerate(lines) if any(fault in line for fault in _FAULTS)]
    return "\n".join(lines[max(found[0] - 2, 0) : found[0] + 40]) if found else ""


def _is_told(who: Person, words: str) -> bool:
    """In an answer for them alone, or in the form that they sent."""
    views = [one for one in who.world.views.values() if one.user is who.user]
    return any(words in one.text_shown for one in (*who.ephemerals(who.dm), *views))


def _is_card(message: Message, words: str) -> bool:
    """Whether it has a ticket's title, or ref, elsewhere than in a list: the leads' word of the day, which may come
    meanwhile, lists tickets."""
    lines = [line for line in message.text_shown.splitlines() if not line.startswith("• ")]
    return message.by_app and any(f" {words} " in f" {line} " for line in lines)


def _is_under(message: Message, card: Message) -> bool:
    stands = message.place is card.place and message.thread_ts == card.ts and message.is_reply
    return stands and message.by_app and not message.deleted and message.ephemeral_for is None
