"""A whole demo desk in the test's own process, furnished with three days of a university's student support."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, chdir
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

from aiohttp import web
from PIL import Image, ImageDraw

from adapters.sql import schema
from adapters.web.parse import parse_markdown
from bot import demo
from bot.lifecycle import bound_socket, url_of
from bot.settings import load
from bot.wiring import House, build, open_office
from core.commands import (
    Actor,
    ChangeTags,
    ClaimTicket,
    Command,
    ConfirmEmail,
    GrantRole,
    OpenTicket,
    PostMessage,
    React,
    RegisterPerson,
    ReportTrouble,
    ResolveTicket,
    SetStatus,
)
from core.model.ids import FileId, MessageId, PersonId, TicketId
from core.model.outbox import DeliveryState, Intent, NewDelivery, ToPerson
from core.model.people import Grant, Platform, Role
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status
from core.storage import Outcome
from core.text import Text
from tests.fakes.clock import FakeClock
from tests.fakes.patience import patience
from tests.fakes.process import ROOT

NOW = datetime.fromisoformat("2026-03-04T09:12:00+00:00")
"""A Wednesday, in Kolkata a quarter to three in the afternoon: what the desk and the browsers take it to be."""
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_OPERATOR = Actor(person=None, door=Platform.OPERATOR)
_STUDENTS = ("Meera Iyer", "Daniel Okafor", "Lin Wei", "Zahra Haidari")


@dataclass(frozen=True, slots=True)
class Furnished:
    url: str


@dataclass
class _Days:
    """The desk while it lives through its days. People are named by their part, or by their first name."""

    house: House
    clock: FakeClock
    people: Mapping[str, PersonId]

    async def do(self, who: str, command: Command, *, after: timedelta = 2 * MINUTE) -> MessageId | None:
        """``after`` what was done before."""
        return (await self._handle(who, command, after)).message

    async def open(
        self,
        who: str,
        title: str,
        words: str,
        category: str,
        *,
        answers: Mapping[str, str],
        priority: Priority = Priority.NORMAL,
        after: timedelta,
    ) -> TicketId:
        command = OpenTicket(
            title=title, description=said(words), category=category, priority=priority, answers=answers
        )
        ticket = (await self._handle(who, command, after)).ticket
        assert ticket is not None
        return ticket

    async def reply(
        self, who: str, ticket: TicketId, words: str, *, after: timedelta = 2 * MINUTE, files: tuple[FileId, ...] = ()
    ) -> MessageId:
        command = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=said(words), files=files)
        message = await self.do(who, command, after=after)
        assert message is not None
        return message

    async def note(self, who: str, ticket: TicketId, words: str, *, after: timedelta = 2 * MINUTE) -> None:
        await self.do(who, PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=said(words)), after=after)

    async def screenshot(self, who: str) -> FileId:
        async with self.house.office.store.write() as work:
            data, size = _screenshot(), (720, 420)
            file = await work.files.add(
                self.people[who], "portal.png", "image/png", data, self.clock.now(), width=size[0], height=size[1]
            )
        return file.id

    async def _handle(self, who: str, command: Command, after: timedelta) -> Outcome:
        await self._delivered()
        self.clock.advance(after)
        actor = Actor(person=self.people[who], door=Platform.WEB)
        return await self.house.office.engine.handle(command, actor)

    async def _delivered(self) -> None:
        """Until nothing is owed to anybody: what arrives bears the time at which it happened."""
        while await self._owed():  # noqa: ASYNC110 - the dispatcher sets no event
            await asyncio.sleep(0.01)

    async def _owed(self) -> int:
        async with self.house.office.store.read() as work:
            return await work.outbox.backlog()


def said(words: str) -> Text:
    return parse_markdown(words)


def _screenshot() -> bytes:
    """What the portal shows to somebody who cannot get in."""
    image = Image.new("RGB", (720, 420), "#eef1f6")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 720, 54), fill="#27406b")
    draw.text((24, 16), "Student portal", fill="white", font_size=20)
    draw.rounded_rectangle((170, 100, 550, 370), 12, fill="white", outline="#c5cede", width=2)
    draw.rounded_rectangle((194, 124, 526, 176), 8, fill="#fbe3e0")
    draw.text((208, 140), "Error 403: this account has no access", fill="#a92318", font_size=16)
    for top, words in ((196, "Student number"), (254, "Password")):
        draw.rounded_rectangle((194, top, 526, top + 42), 6, outline="#c5cede", width=2)
        draw.text((208, top + 11), words, fill="#7a869c", font_size=16)
    draw.rounded_rectangle((194, 314, 526, 352), 6, fill="#27406b")
    draw.text((330, 323), "Sign in", fill="white", font_size=16)
    out = BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


@asynccontextmanager
async def furnished_desk(folder: Path) -> AsyncIterator[Furnished]:
    """It runs in ``folder``, as a desk's process would; its clock stands at ``NOW``."""
    shutil.copy(ROOT / "bot.toml", folder / "bot.toml")
    clock = FakeClock(NOW - 2 * DAY)
    async with AsyncExitStack() as stack:
        stack.enter_context(chdir(folder))
        settings = load({"BOT_WEB__PORT": "0", "BOT_SIMILAR__MODEL": "none", "BOT_SIMILAR__PATIENCE": "10"}, folder)
        listening = stack.enter_context(bound_socket(settings))
        await schema.upgrade(settings.database.url.get_secret_value())
        house = await build(open_office(settings, url_of(listening), clock=clock))
        stack.push_async_callback(house.close)
        runner = web.AppRunner(house.app, access_log=None, shutdown_timeout=1, auto_decompress=False)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        stack.push_async_callback(house.door.close)
        await web.SockSite(runner, listening).start()
        days = _Days(house, clock, await _people(house))
        first = await _given_up(days)
        house.dispatcher.start()
        stack.push_async_callback(house.dispatcher.stop, timedelta(seconds=5))
        async with patience(20):
            await _monday(days, first)
            await _tuesday(days)
            await _wednesday(days)
        clock.advance(NOW - clock.now())
        yield Furnished(url_of(listening))


async def _people(house: House) -> Mapping[str, PersonId]:
    engine = house.office.engine
    people = await demo.enrol(engine)
    for name in _STUDENTS:
        email = f"{name.replace(' ', '.').lower()}@students.example.com"
        person = (
            await engine.handle(RegisterPerson(username=name, email=email, password_hash="none"), _OPERATOR)
        ).person
        assert person is not None
        people[name.split()[0].lower()] = person
    await engine.handle(ConfirmEmail(email="meera.iyer@students.example.com"), _OPERATOR)
    tutor = RegisterPerson(username="Tomas Novak", email="tomas.novak@example.com", password_hash="none")
    person = (await engine.handle(tutor, _OPERATOR)).person
    assert person is not None
    async with house.office.store.write() as work:
        wanted = Grant(Role.AGENT, "student-life", "form", approved=False)
        await work.people.grant(person, wanted, house.office.clock.now())
    reader = RegisterPerson(username="Priya Raman", email="priya.raman@example.com", password_hash="none")
    person = (await engine.handle(reader, _OPERATOR)).person
    assert person is not None
    await engine.handle(ConfirmEmail(email="priya.raman@example.com"), _OPERATOR)
    await engine.handle(GrantRole(person=person, role=Role.AGENT, team="finance"), _OPERATOR)
    return people


async def _given_up(days: _Days) -> TicketId:
    """A ticket, of which a lead could not be told; and what stands in the desk's way."""
    ticket = await days.open(
        "meera",
        "Which documents does the scholarship want?",
        "The page says “proof of income”. Is my father's salary slip enough, or does it have to be a tax return?",
        "enrolment",
        answers={"programme": "BSc Data Science"},
        after=MINUTE,
    )
    store, now = days.house.office.store, days.clock.now()
    ping = NewDelivery(address=ToPerson(days.people["lead"], Platform.SLACK), intent=Intent.PING, ticket=ticket)
    async with store.write() as work:
        delivery = await work.outbox.add(ping, key="0" * 24, event=None, at=now)
    async with store.write() as work:
        await work.outbox.lease(now, owner="test", until=now + MINUTE, limit=100)
        reason = "Slack says user_not_found: this person has left the workspace"
        await work.outbox.give_up(delivery, "test", state=DeliveryState.DEAD, reason=reason, at=now)
    trouble = ReportTrouble(
        key="discord:channel:exams",
        sentence="On Discord the app may not create private threads in #exams. Give its role “Create Private Threads” "
        "there; what waits goes on by itself.",
    )
    await days.house.office.engine.handle(trouble, Actor(person=None, door=Platform.SYSTEM))
    days.clock.advance(5 * MINUTE)
    return ticket


async def _monday(days: _Days, first: TicketId) -> None:
    await days.do("agent", ClaimTicket(ticket=first), after=20 * MINUTE)
    await days.reply(
        "agent", first, "The salary slips of the **last three months** are enough. A tax return works too."
    )
    await days.reply("meera", first, "Thank you! I have uploaded all three.", after=HOUR)
    await days.do("agent", ResolveTicket(ticket=first, answer=said("All three arrived. Good luck!")), after=HOUR)
    refund = await days.open(
        "daniel",
        "The exam fee was charged twice",
        "My bank shows **two payments** of ₹ 1,500 on Sunday evening. The portal knows only one of them.",
        "fees",
        answers={"about": "Refund", "reference": "PAY-2231-77"},
        priority=Priority.HIGH,
        after=3 * HOUR,
    )
    await days.do("lead", ClaimTicket(ticket=refund))
    await days.reply("lead", refund, "Both are there. I have asked the bank for the second one back.")
    await days.do("lead", SetStatus(ticket=refund, status=Status.WAITING), after=MINUTE)


async def _tuesday(days: _Days) -> None:
    card = await days.open(
        "student",
        "My identity card has the wrong name on it",
        "It says *Samual*. Where do I hand it in?",
        "enrolment",
        answers={"programme": "BSc Data Science", "document": "Identity card"},
        priority=Priority.LOW,
        after=18 * HOUR,
    )
    await days.do("agent", ClaimTicket(ticket=card))
    answer = "Bring the old one to room 114 on any weekday before four; the new one is printed while you wait."
    await days.do("agent", ResolveTicket(ticket=card, answer=said(answer)))
    await days.open(
        "lin",
        "Lecture 2 of week 3 stands still after three minutes",
        "The sound goes on, the picture does not. It is the same on my phone and in the library.",
        "content",
        answers={"course": "MA1001", "where": "Week 3, lecture 2"},
        after=2 * HOUR,
    )
    quiz = await days.open(
        "zahra",
        "The quiz closed while I was still writing",
        "It said *23:59*, and at **23:41** it was gone. Can my answers be counted?",
        "exams",
        answers={"course": "CS2001", "term": "January"},
        after=3 * HOUR,
    )
    await days.do("agent", ChangeTags(ticket=quiz, add=("quiz", "deadline")))
    await days.note("agent", quiz, "The third one from CS2001 today. Ask the course team about the server's time.")


async def _wednesday(days: _Days) -> None:
    ticket = await days.open(
        "student",
        "I cannot sign in to the portal before my exam",
        "Since this morning the portal refuses me, and **the exam begins at five**.\n\n"
        "What I tried:\n\n1. another browser\n2. a private window\n3. the link “Forgot your password?”",
        "platform",
        answers={"device": "Web browser", "page": "https://portal.example.com", "message": "Error 403: no access"},
        priority=Priority.URGENT,
        after=NOW - 55 * MINUTE - days.clock.now(),
    )
    picture = await days.screenshot("student")
    shown = await days.reply("student", ticket, "This is what it shows:", after=MINUTE, files=(picture,))
    await days.do("agent", ClaimTicket(ticket=ticket), after=4 * MINUTE)
    await days.do("agent", React(ticket=ticket, message=shown, emoji="👀", on=True), after=MINUTE)
    await days.reply(
        "agent",
        ticket,
        "Hello Sam, I see the same. Your account lost its group in last night's sync; I have put you back.\n\n"
        "Please sign out everywhere, wait five minutes, then:\n\n- open the portal in a *new* window\n"
        "- if it still says 403, send me what stands under **Details**",
    )
    await days.note("agent", ticket, "Same cause as in February: the sync drops whoever has two programmes. Told IT.")
    details = (
        "> if it still says 403\n\nIt does. Under Details:\n\n"
        "```\nstatus: 403\ngroup:  none\nsince:  2026-03-04 02:10\n```"
    )
    await days.reply("student", ticket, details, after=8 * MINUTE)
    done = await days.reply("agent", ticket, "Thank you, `group: none` tells it all. Once more, please: it is set now.")
    await days.do("student", React(ticket=ticket, message=done, emoji="🙏", on=True), after=MINUTE)
    await days.open(
        "meera",
        "Can I still change my elective?",
        "I would rather take *Statistics II* than *Web design*.",
        "enrolment",
        answers={"programme": "BSc Data Science"},
        after=9 * MINUTE,
    )
