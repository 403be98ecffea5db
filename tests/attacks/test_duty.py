"""Who tries what is not theirs of offers, duty, promises and calls; and the words that must not leave the desk."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, ClientWebSocketResponse, CookieJar

from bot.commands import alerts, duty, waiting
from bot.signer import HmacSigner
from bot.wiring import secret_key
from core.actions import Press, Submit, encode_press, encode_submit
from core.alerting import link_of
from core.commands import (
    Acknowledge,
    Actor,
    ClaimTicket,
    ConfirmEmail,
    DeclareUrgent,
    OpenTicket,
    PostMessage,
    SendDigest,
    SetStatus,
    Snooze,
)
from core.model.desk import Assignment, Desk, Team, UrgencySetting
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.sla import SlaPolicy
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status
from core.text import Text
from core.vocabulary import Parameter, ParameterKind, SlashCommand
from tests.fakes.clock import FakeClock
from tests.fakes.escalations import URGENT, escalating
from tests.fakes.timed_desk import HOUR, MINUTE, Outside, TimedDesk, copied, outside, timed_desk
from tests.fakes.web_desk import OPERATOR, Visitor, WebDesk, desk_of, running_web_desk

NEW = [declared.command for module in (duty, alerts, waiting) for declared in module.COMMANDS]
"""Whatever these modules declare is tried here: a command that is added, too."""
SAMPLES = {
    ParameterKind.TICKET: "T-1",
    ParameterKind.TEAM: "academics",
    ParameterKind.NUMBER: "1",
    ParameterKind.WORD: "0",
    ParameterKind.LINE: "2h",
    ParameterKind.DECISION: "accept",
}
STAFFS = re.compile(
    r"promise|escalat|offered|snooz|acknowledg|asked to take|asked until|put aside|level \d", re.IGNORECASE
)
"""Words and keys that are the staff's alone."""


# ---- a desk on which all of it goes on


def busy(desk: Desk) -> Desk:
    """Teams ask their agents by themselves, everything is promised, what is urgent escalates; ``other`` is an agent of
    another team."""
    hours = timedelta(hours=1)
    promised = SlaPolicy(key="standard", first_response=dict.fromkeys(Priority, hours), resolution={})
    desk = escalating(desk, URGENT, urgent_by_requester=UrgencySetting.ASK, slas={"standard": promised})
    academics = replace(desk.teams["academics"], assignment=Assignment.ROUND_ROBIN)
    platform = Team(key="platform", name="Platform", members=frozenset({"other@example.com"}))
    return replace(
        desk,
        teams={"academics": academics, "platform": platform},
        categories={key: replace(one, sla="standard", questions=()) for key, one in desk.categories.items()},
    )


@pytest.fixture
async def web_desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database, setup=busy(desk_of())) as running:
        yield running


def at(web_desk: WebDesk, who: str) -> Actor:
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def asked_and_called(web_desk: WebDesk) -> TicketId:
    """An urgent ticket of the student's, which the agent is asked to take, and for which people are called."""
    ticket = await web_desk.ticket("student", category="exams")
    await web_desk.engine.handle(DeclareUrgent(ticket=ticket, why=Text.of("Now!")), at(web_desk, "student"))
    async with web_desk.store.read() as work:
        found = await work.tickets.get(ticket)
        assert found is not None and found.offered_to is not None
    urgent = OpenTicket(title="Another", description=Text.of("Now."), category="exams", priority=Priority.URGENT)
    await web_desk.engine.handle(urgent, at(web_desk, "lead"))
    return ticket


async def state(web_desk: WebDesk) -> Mapping[str, Sequence[Any]]:
    tables = ("tickets", "events", "timers", "escalations", "deliveries", "people", "messages")
    async with web_desk.store.read() as work:
        found = {name: await work.connection.exec_driver_sql(f"SELECT * FROM {name}") for name in tables}  # noqa: S608 - ours
        return {name: [tuple(row) for row in rows] for name, rows in found.items()}


# ---- by every command and button


def value_of(parameter: Parameter) -> str:
    return SAMPLES.get(parameter.kind, "agent@example.com")


def lines_of(command: SlashCommand) -> Iterator[str]:
    """With every argument, and with those alone that it must have."""
    name = f"/{command.noun} {command.verb}".rstrip()
    for given in (command.parameters, [one for one in command.parameters if one.required]):
        named = [one for one in given if one.kind is ParameterKind.AGENT]
        rest = [one for one in given if one not in named]
        yield " ".join([name, *(f"{one.name}:{value_of(one)}" for one in named), *map(value_of, rest)])


def buttons_of(command: SlashCommand) -> Iterator[str]:
    """As the desk would write them, for a ticket and for none."""
    others = {one.name: value_of(one) for one in command.parameters if one.kind is not ParameterKind.TICKET}
    for arguments in (others, {}):
        for ticket in (TicketId(1), TicketId(2), None):
            yield encode_press(Press(command.noun, command.verb, ticket, arguments))


@pytest.mark.parametrize("way", ["browser", "program"])
async def test_a_student_gets_nowhere_by_any_new_command_or_forged_button(web_desk: WebDesk, way: str) -> None:
    await asked_and_called(web_desk)
    student = await (web_desk.browser("student") if way == "browser" else web_desk.program("student"))
    before = await state(web_desk)
    tried = 0
    for command in NEW:
        web_desk.clock.advance(timedelta(seconds=5))
        for line in lines_of(command):
            tried += await refused(student, "/api/commands", {"text": line})
            tried += await refused(student, "/api/commands", {"text": line, "thread": "T-1"})
        for action in buttons_of(command):
            tried += await refused(student, "/api/actions", {"action": action})
        for sent in (Submit(command.noun, command.verb, ticket) for ticket in (TicketId(1), TicketId(2), None)):
            tried += await refused(student, "/api/forms", {"action": encode_submit(sent), "values": {}})
    assert tried == 13 * len(NEW)
    assert await state(web_desk) == before


async def refused(visitor: Visitor, path: str, body: Mapping[str, Any]) -> int:
    """Not even by a form that asks for what is missing."""
    answer = await visitor.post(path, json=body)
    assert answer.status in {403, 404, 409, 422}, (body, answer.status, answer.text)
    return 1


async def test_a_student_is_refused_in_the_same_words_whether_or_not_somebody_is_asked_or_called(
    web_desk: WebDesk,
) -> None:
    """No refusal tells that it escalates, or that there is an offer."""
    await asked_and_called(web_desk)
    quiet = await web_desk.ticket("student", category="platform")
    student = await web_desk.browser("student")
    for command in NEW:
        if not any(one.kind is ParameterKind.TICKET for one in command.parameters):
            continue
        others = {one.name: value_of(one) for one in command.parameters if one.kind is not ParameterKind.TICKET}
        said = {
            (await student.post("/api/actions", json={"action": encode_press(press)})).text.replace(str(quiet), "1")
            for press in (
                Press(command.noun, command.verb, TicketId(1), others),
                Press(command.noun, command.verb, quiet, others),
            )
        }
        said = {re.sub(r'"instance": ?"[^"]*"|T-\d+|"request_id": ?"[^"]*"', "", words) for words in said}
        assert len(said) == 1, (command.name, said)


async def test_a_student_cannot_decide_that_their_own_ticket_is_urgent(web_desk: WebDesk) -> None:
    ticket = await asked_and_called(web_desk)
    student = await web_desk.browser("student")
    press = Press("staff", "urgency", ticket, {"decision": "accept"})
    assert (await student.post("/api/actions", json={"action": encode_press(press)})).status == 403
    assert (await student.post("/api/commands", json={"text": f"/ticket priority T-{ticket} urgent"})).status == 403
    async with web_desk.store.read() as work:
        found = await work.tickets.get(ticket)
    assert found is not None and found.priority is Priority.NORMAL


async def test_an_agent_of_another_team_decides_nothing_there(web_desk: WebDesk) -> None:
    await asked_and_called(web_desk)
    await web_desk.engine.handle(ConfirmEmail(email="other@example.com"), OPERATOR)
    other = await web_desk.browser("other")
    assert "agent" in (await other.get("/api/me")).body["roles"]
    before = await state(web_desk)
    for line in (
        "/alert ack T-2",
        "/alert unack T-2",
        "/escalate T-2 3",
        "/staff urgency T-1 accept",
        "/ticket accept T-1",
        "/ticket pass T-1",
        "/agent handover T-1",
        "/agent away agent:agent@example.com 2h",
        "/agent available agent:agent@example.com",
        "/agent capacity agent:agent@example.com 0",
    ):
        answer = await other.post("/api/commands", json={"text": line})
        assert answer.status in {403, 409}, (line, answer.status, answer.text)
    assert await state(web_desk) == before


# ---- by reading


async def test_no_json_or_page_of_a_students_tells_what_is_the_staffs(web_desk: WebDesk) -> None:
    """Their ticket is urgent, called about twice, late, and somebody is asked to take it."""
    ticket = await asked_and_called(web_desk)
    lead = await web_desk.browser("lead")
    press = Press("staff", "urgency", ticket, {"decision": "accept"})
    assert (await lead.post("/api/actions", json={"action": encode_press(press)})).status == 200
    await web_desk.engine.handle(Acknowledge(ticket=ticket), at(web_desk, "lead"))
    later = await web_desk.ticket("student", title="For later", category="platform")
    await web_desk.engine.handle(
        Snooze(ticket=later, until=web_desk.clock.now() + timedelta(hours=3)), at(web_desk, "lead")
    )
    staffs = await everything_read(lead, ticket)
    assert STAFFS.search(staffs), "the staff do read it"
    student = await web_desk.browser("student")
    for path in paths(ticket):
        answer = await student.get(path)
        assert answer.status == 200, path
        found = STAFFS.search(without_code(answer.text))
        assert found is None, (path, answer.text[max(0, found.start() - 200) : found.end() + 100])
        assert "agent@example.com" not in answer.text


def paths(ticket: TicketId) -> Sequence[str]:
    return (
        f"/api/threads/T-{ticket}",
        f"/api/threads/T-{ticket}?limit=50",
        "/api/threads",
        "/api/threads/T-3",
        f"/api/tickets/{ticket}",
        "/api/tickets",
        "/api/notices",
        f"/t/T-{ticket}",
        "/t/T-3",
        "/",
    )


async def everything_read(visitor: Visitor, ticket: TicketId) -> str:
    return "".join([(await visitor.get(path)).text for path in paths(ticket)])


def without_code(page: str) -> str:
    """Without the names of modules and icons, and the help of commands."""
    return re.sub(r"<(link|script|style|symbol)\b.*?>|static/\S+", "", page)


async def test_the_commands_that_a_student_is_offered_are_none_of_the_new_ones(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    offered = json.dumps((await student.get("/api/me")).body["commands"])
    for command in NEW:
        assert f"/{command.noun} {command.verb}".rstrip() not in offered


# ---- the words of a sensitive ticket

SECRETS = ("Zebra", "Yacht", "Xylophone", "Wombat", "Sam Student", "Wellbeing")
"""Its title, its description, what is said in it, the reason given, who asks, and what its category is called."""
SENSITIVE = """
[desk]
name = "Desk"
demo = true
time_zone = "Asia/Kolkata"

[[teams]]
key = "life"
name = "Life"
members = ["agent@example.com"]
lead = "lead@example.com"
assignment = "round_robin"
offer_timeout = "5m"

[[categories]]
key = "welfare"
name = "Wellbeing"
team = "life"
sla = "standard"
escalation = "all"
sensitive = true
staff = ["agent@example.com"]
remind_after_days = 1
close_after_days = 1

[[categories]]
key = "other"
name = "Anything else"
team = "life"

[[sla]]
key = "standard"
first_response = { urgent = "15m", normal = "20m" }
resolution = { urgent = "1h", normal = "2h" }

[[escalations]]
key = "all"
when = { priority = ["urgent"], breached = true, unassigned_for = "30m", requested = true }
steps = [
  { after = "0s", notify = ["space:leads", "space:pager", "email:dean@example.com", "assignee"] },
  { after = "10m", notify = ["space:leads", "space:pager", "email:dean@example.com", "team_on_duty", "lead"] },
]
acknowledgement_lapses_after = "30m"

[alerts]
acknowledge = "link"
storm_limit = 2
[[alerts.spaces]]
key = "leads"
[[alerts.spaces]]
key = "pager"
kind = "webhook"

[email]
sender = "desk@example.com"
"""
START = datetime.fromisoformat("2026-03-04T10:00:00+05:30")


async def test_no_word_of_a_sensitive_ticket_leaves_by_any_of_it(tmp_path: Path, sqlite_template: Path) -> None:
    """Offers, calls, storms, reminders, breaches, the digest, and the page behind the link."""
    clock = FakeClock(START)
    async with (
        outside(tmp_path, clock) as around,
        timed_desk(tmp_path, SENSITIVE, clock, copied(sqlite_template, tmp_path), around) as desk,
        listening(desk, "agent", "lead", "admin") as told,
    ):
        seen = await lived_through(desk)
        left = [*outgoing(around), *told, *seen]
    assert len(around.chat.messages("leads")) > 5 and len(around.pager.taken) > 5 and len(around.mail.taken) > 5
    for words in ("alerts in a minute", "How Desk stands", "Can you take it?", "is late", "Do you have it in hand?"):
        assert any(words in one for one in left), f"{words!r} was among it"
    for one in left:
        for secret in SECRETS:
            assert secret not in one, one


async def lived_through(desk: TimedDesk) -> Sequence[str]:
    """Six tickets at once, five of them urgent, and what becomes of them in five days. What the pages behind the links
    say meanwhile."""
    tickets = [
        await desk.open("Zebra in my room", "welfare", priority, "Yacht, at night.")
        for priority in (Priority.NORMAL, *[Priority.URGENT] * 5)
    ]
    for _ in range(28):
        desk.clock.advance(timedelta(seconds=40))
        await desk.tick()
    first, second, third = tickets[:3]
    seen = await pages(desk, tickets)
    await desk.do(DeclareUrgent(ticket=first, why=Text.of("Wombat.")), "student")
    await desk.do(Acknowledge(ticket=second), "lead")
    await desk.do(ClaimTicket(ticket=third), "agent")
    await desk.do(PostMessage(ticket=third, kind=MessageKind.REPLY, text=Text.of("Xylophone?")), "agent")
    await desk.do(SetStatus(ticket=third, status=Status.WAITING), "agent")
    seen += await pages(desk, tickets)
    for _ in range(12):
        desk.clock.advance(10 * MINUTE)
        await desk.tick()
    await desk.open("Where is the library?", "other", who="admin")
    digest = Actor(person=None, door=Platform.SYSTEM, inbound="digest:today")
    await desk.house.office.engine.handle(SendDigest(), digest)
    for _ in range(10):
        desk.clock.advance(8 * HOUR)
        await desk.tick()
    return seen + await pages(desk, tickets)


def outgoing(around: Outside) -> Iterator[str]:
    yield from (json.dumps(message, ensure_ascii=False) for message in around.chat.messages("leads"))
    yield from (json.dumps(event, ensure_ascii=False) for event in around.pager.taken)
    for mail in around.mail.taken:
        yield "\n".join([str(mail.mail["Subject"]), mail.part("plain"), mail.part("html")])


@asynccontextmanager
async def listening(desk: TimedDesk, *who: str) -> AsyncIterator[list[str]]:
    """What the open pages of those people are told. The agent is named for the category, the others are not."""
    told: list[str] = []
    async with AsyncExitStack() as stack:
        for one in who:
            client = await stack.enter_async_context(ClientSession(cookie_jar=CookieJar(unsafe=True)))
            await client.post(f"{desk.url}/session/demo", data={"who": one, "next": "/"}, allow_redirects=False)
            page = await stack.enter_async_context(client.ws_connect(f"{desk.url}/api/live", origin=desk.url))
            task = asyncio.create_task(_hear(page, told), name=f"the page of {one}")
            stack.push_async_callback(_ended, task)
        yield told


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.wait([task])


async def _hear(page: ClientWebSocketResponse, told: list[str]) -> None:
    async for message in page:
        told.append(str(message.data))


async def pages(desk: TimedDesk, tickets: Sequence[TicketId]) -> list[str]:
    """Behind the links of those that escalate, as nobody in particular sees them."""
    signer, shown = HmacSigner(secret_key(desk.house.office.settings)), []
    async with desk.house.office.store.read() as work:
        found = [one for ticket in tickets for one in await work.escalations.of(ticket)]
    async with ClientSession() as nobody:
        for escalation in found:
            async with nobody.get(link_of(escalation, desk.setup, signer, desk.clock.now())) as page:
                assert page.status == 200
                shown.append(await page.text())
    return shown
