"""The live page: who hears of what, and what becomes of connections."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientWebSocketResponse, WSMsgType, WSServerHandshakeError

from adapters.web import live
from adapters.web.channel import WebChannel
from core.cards.card import Card
from core.commands import (
    Actor,
    AddParticipant,
    ChangeTags,
    ClaimTicket,
    EditMessage,
    EraseTicket,
    GrantRole,
    LinkTickets,
    PostMessage,
    React,
    RemoveParticipant,
    RevokeRoles,
    Snooze,
    TakeTranscript,
    UnlinkTickets,
)
from core.model.ids import DeliveryId, PersonId, TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson
from core.model.people import Platform, Role
from core.model.relation import Relation
from core.model.thread import Audience, MessageKind
from core.ports import Parcel
from core.text import Text
from tests.fakes.clock import START
from tests.fakes.web_desk import OPERATOR, Visitor, running_web_desk


@asynccontextmanager
async def listening(visitor: Visitor, **headers: str) -> AsyncIterator[ClientWebSocketResponse]:
    """Its page, open: the greeting is heard already."""
    origin = {"Origin": str(visitor.client.make_url("/").origin())}
    async with visitor.client.session.ws_connect(
        visitor.client.make_url("/api/live"), headers={**origin, **visitor.headers, **headers}
    ) as socket:
        assert await socket.receive_json() == {"type": "hello"}
        yield socket


async def heard(web_desk, socket: ClientWebSocketResponse) -> list:
    """What was told up to now: a mark is pushed behind it, and everything before the mark was told."""
    await asyncio.wait_for(web_desk.door.live._news.join(), 5)
    for person in web_desk.people.values():
        web_desk.door.live.push(person, {"type": "mark"})
    found = []
    while (message := await asyncio.wait_for(socket.receive_json(), 5)) != {"type": "mark"}:
        found.append(message)
    return found


async def nobody_is_left(web_desk) -> bool:
    """The desk hears that a browser has left a little after the browser knows."""
    hub = web_desk.door.live
    await asyncio.wait_for(asyncio.gather(*(session.gone.wait() for session in hub._all())), 5)
    return hub.count == 0


def as_(web_desk, who: str) -> Actor:
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def test_a_reply_is_heard_by_those_who_may_see_the_ticket_and_by_nobody_else(web_desk):
    ticket = await web_desk.ticket("student")
    student, other, agent = [await web_desk.browser(who) for who in ("student", "other", "agent")]
    async with listening(student) as first, listening(other) as second, listening(agent) as third:
        said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello"))
        await web_desk.engine.handle(said, as_(web_desk, "agent"))
        news = [{"type": "ticket", "ref": "T-1"}]
        assert [await heard(web_desk, socket) for socket in (first, second, third)] == [news, [], news]


async def test_a_page_that_shows_an_erased_ticket_hears_of_it_and_is_told_no_more_than_that(web_desk):
    ticket = await web_desk.ticket("student")
    student, other = [await web_desk.browser(who) for who in ("student", "other")]
    async with listening(student) as first, listening(other) as second:
        await web_desk.engine.handle(EraseTicket(ticket=ticket, reason="They asked for it"), as_(web_desk, "admin"))
        assert [await heard(web_desk, socket) for socket in (first, second)] == [[{"type": "ticket", "ref": "T-1"}], []]
    answer = await student.get("/api/threads/T-1")
    assert (answer.status, answer.body["reason"]) == (404, "erased")
    assert answer.body["message"].startswith("T-1 was erased on ")
    assert "no ticket T-1" in (await other.get("/api/threads/T-1")).body["message"]
    page = await student.get("/t/T-1")
    assert page.status == 404 and "T-1 was erased on" in page.text


async def test_that_a_note_was_written_is_heard_by_staff_alone(web_desk):
    ticket = await web_desk.ticket("student")
    async with (
        listening(await web_desk.browser("student")) as student,
        listening(await web_desk.browser("agent")) as agent,
    ):
        note = PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=Text.of("Hm"))
        await web_desk.engine.handle(note, as_(web_desk, "lead"))
        assert await heard(web_desk, student) == []
        assert await heard(web_desk, agent) == [{"type": "ticket", "ref": "T-1"}]


async def test_what_the_staff_do_behind_a_students_back_is_not_heard_by_the_student(web_desk):
    ticket, other = await web_desk.ticket("student"), await web_desk.ticket("other")
    async with web_desk.store.write() as work:
        room = await work.threads.add(ticket, Platform.SLACK, Audience.STAFF, external_id="room")
    agent = as_(web_desk, "agent")
    there = Actor(person=web_desk.people["agent"], door=Platform.SLACK, thread=room.id)
    held_back = PostMessage(
        ticket=ticket, kind=MessageKind.REPLY, text=Text.of("The password is hunter22"), external_id="9.1"
    )
    behind = [
        (held_back, there),
        (TakeTranscript(ticket=ticket), agent),
        (LinkTickets(ticket=ticket, other=other, relation=Relation.RELATES), agent),
        (UnlinkTickets(ticket=ticket, other=other), agent),
    ]
    async with (
        listening(await web_desk.browser("student")) as student,
        listening(await web_desk.browser("lead")) as lead,
    ):
        for command, actor in behind:
            await web_desk.engine.handle(command, actor)
            assert (type(command), await heard(web_desk, student)) == (type(command), [])
        for _ in behind:
            assert {"type": "ticket", "ref": "T-1"} in await heard(web_desk, lead)


@pytest.mark.parametrize(
    "shown",
    [ChangeTags(ticket=TicketId(1), add=("wifi",)), Snooze(ticket=TicketId(1), until=START + timedelta(days=1))],
)
async def test_what_changes_the_students_card_without_a_line_is_heard_all_the_same(web_desk, shown):
    await web_desk.ticket("student")
    await web_desk.engine.handle(ClaimTicket(ticket=TicketId(1)), as_(web_desk, "agent"))
    async with listening(await web_desk.browser("student")) as student:
        await web_desk.engine.handle(shown, as_(web_desk, "agent"))
        assert await heard(web_desk, student) == [{"type": "ticket", "ref": "T-1"}]


async def test_what_one_did_is_heard_by_ones_own_other_pages(web_desk):
    ticket = await web_desk.ticket("student")
    async with listening(await web_desk.browser("student")) as student:
        await web_desk.engine.handle(TakeTranscript(ticket=ticket), as_(web_desk, "student"))
        assert await heard(web_desk, student) == [{"type": "ticket", "ref": "T-1"}]


@pytest.mark.parametrize(("kind", "heard_by_students"), [(MessageKind.REPLY, True), (MessageKind.NOTE, False)])
async def test_an_edit_and_a_reaction_are_heard_by_those_who_may_read_the_message(web_desk, kind, heard_by_students):
    ticket = await web_desk.ticket("student")
    lead, agent = as_(web_desk, "lead"), as_(web_desk, "agent")
    said = await web_desk.engine.handle(PostMessage(ticket=ticket, kind=kind, text=Text.of("Hm")), lead)
    assert said.message is not None
    edit = EditMessage(ticket=ticket, message=said.message, text=Text.of("Hmm"))
    reaction = React(ticket=ticket, message=said.message, emoji="👀", on=True)
    async with (
        listening(await web_desk.browser("student")) as first,
        listening(await web_desk.browser("agent")) as second,
    ):
        await web_desk.engine.handle(edit, lead)
        await web_desk.engine.handle(reaction, agent)
        news = [{"type": "ticket", "ref": "T-1"}] * 2
        assert await heard(web_desk, first) == (news if heard_by_students else [])
        assert await heard(web_desk, second) == news


async def test_a_sensitive_ticket_is_heard_of_by_its_own_people_alone(web_desk):
    async with (
        listening(await web_desk.browser("agent")) as agent,
        listening(await web_desk.browser("lead")) as lead,
        listening(await web_desk.browser("student")) as student,
    ):
        await web_desk.ticket("student", category="welfare")
        news = [{"type": "ticket", "ref": "T-1"}]
        assert [await heard(web_desk, socket) for socket in (agent, lead, student)] == [[], news, news]


async def test_a_role_given_or_taken_counts_at_once(web_desk):
    ticket = await web_desk.ticket("student")
    async with listening(await web_desk.browser("other")) as other:
        await web_desk.engine.handle(GrantRole(person=web_desk.people["other"], role=Role.AGENT), OPERATOR)
        await web_desk.engine.handle(ClaimTicket(ticket=ticket), as_(web_desk, "agent"))
        assert await heard(web_desk, other) == [{"type": "ticket", "ref": "T-1"}]
        await web_desk.engine.handle(RevokeRoles(person=web_desk.people["other"]), OPERATOR)
        said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello"))
        await web_desk.engine.handle(said, as_(web_desk, "agent"))
        assert await heard(web_desk, other) == []


async def test_whoever_is_taken_out_of_a_ticket_hears_of_it_once_more(web_desk):
    ticket = await web_desk.ticket("student")
    other = web_desk.people["other"]
    async with listening(await web_desk.browser("other")) as socket:
        await web_desk.engine.handle(AddParticipant(ticket=ticket, person=other), as_(web_desk, "student"))
        await web_desk.engine.handle(RemoveParticipant(ticket=ticket, person=other), as_(web_desk, "student"))
        said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello"))
        await web_desk.engine.handle(said, as_(web_desk, "student"))
        assert await heard(web_desk, socket) == [{"type": "ticket", "ref": "T-1"}] * 2


def parcel(person: PersonId) -> Parcel:
    delivery = Delivery(
        id=DeliveryId(7),
        key="k",
        address=ToPerson(person, Platform.WEB),
        intent=Intent.PING,
        ticket=None,
        message=None,
        event=None,
        pace_key=None,
        state=DeliveryState.PENDING,
        attempts=1,
        uncertain=False,
        created_at=START,
        first_attempt_at=None,
        due_at=START,
        receipt=None,
        reason=None,
    )
    return Parcel(delivery=delivery, address=delivery.address, content=Card(title="T-1 is yours"))


async def test_a_ping_reaches_every_page_of_its_person(web_desk):
    channel = WebChannel(web_desk.door.live)
    agent, other = await web_desk.browser("agent"), await web_desk.browser("other")
    async with listening(agent) as first, listening(agent) as second, listening(other) as third:
        await channel.deliver(parcel(web_desk.people["agent"]))
        for socket in (first, second):
            (told,) = await heard(web_desk, socket)
            assert told["type"] == "notice"
            assert (told["notice"]["id"], told["notice"]["at"]) == (7, "2026-03-02T09:00:00Z")
            assert told["notice"]["card"]["title"] == "T-1 is yours"
        assert await heard(web_desk, third) == []


async def test_a_ping_to_whoever_has_no_page_open_is_delivered_all_the_same(web_desk):
    channel = WebChannel(web_desk.door.live)
    assert channel.pace is None
    await channel.deliver(parcel(web_desk.people["agent"]))
    assert await channel.find(parcel(web_desk.people["agent"])) is None


async def test_a_program_with_a_token_may_listen_too(web_desk):
    program = await web_desk.program("agent")
    async with listening(program) as socket:
        await web_desk.ticket("student")
        assert await heard(web_desk, socket) == [{"type": "ticket", "ref": "T-1"}]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
async def test_another_websites_page_hears_nothing(web_desk, origin):
    student = await web_desk.browser("student")
    with pytest.raises(WSServerHandshakeError) as refused:
        async with listening(student, Origin=origin):
            pass
    assert refused.value.status == 403


async def test_a_cookie_without_an_origin_is_no_page_of_ours(web_desk):
    student = await web_desk.browser("student")
    with pytest.raises(WSServerHandshakeError) as refused:
        await student.client.session.ws_connect(student.client.make_url("/api/live"))
    assert refused.value.status == 403
    assert (await (await web_desk.nobody()).get("/api/live")).status == 401


async def test_an_ordinary_request_is_told_what_this_address_speaks(web_desk):
    program = await web_desk.program("student")
    answer = await program.get("/api/live")
    assert answer.status == 400
    assert "WebSocket" in answer.message


async def closed_with(socket: ClientWebSocketResponse) -> int | None:
    while (message := await asyncio.wait_for(socket.receive(), 5)).type is WSMsgType.TEXT:
        pass
    return socket.close_code if message.type is not WSMsgType.ERROR else None


async def test_signing_out_closes_the_pages_of_that_browser_alone(web_desk):
    here, there = await web_desk.browser("student"), await web_desk.browser("student")
    async with listening(here) as first, listening(there) as second:
        closed = asyncio.create_task(closed_with(first))
        await here.call("POST", "/session/end", data={"csrf": here.csrf})
        assert await closed == 1008
        assert await heard(web_desk, second) == []
    assert await nobody_is_left(web_desk)


async def test_a_sign_in_that_runs_out_closes_its_pages(web_desk):
    program = await web_desk.program("student")
    web_desk.clock.advance(timedelta(hours=12) - timedelta(milliseconds=50))
    async with listening(program) as socket:
        assert await closed_with(socket) == 1008


async def test_how_far_one_has_read_is_told_to_ones_other_browsers_and_to_nobody_else(web_desk):
    ticket = await web_desk.ticket("student")
    async with web_desk.store.read() as work:
        newest = (await work.events.of(ticket))[-1].id
    here, there = await web_desk.browser("student"), await web_desk.browser("student")
    async with listening(there) as own, listening(await web_desk.browser("agent")) as agents:
        assert (await here.post("/api/threads/T-1/read", {"event": newest + 50})).status == 204
        assert await heard(web_desk, own) == [{"type": "read", "ref": "T-1", "event": newest}]
        assert await heard(web_desk, agents) == []


async def test_the_desks_end_is_said_to_every_page(web_desk):
    async with (
        listening(await web_desk.browser("student")) as first,
        listening(await web_desk.program("agent")) as second,
    ):
        closed = [asyncio.create_task(closed_with(socket)) for socket in (first, second)]
        await web_desk.door.close()
        assert [await task for task in closed] == [1001, 1001]
        with pytest.raises(WSServerHandshakeError):
            async with listening(await web_desk.program("student")):
                pass


async def test_a_page_that_does_not_answer_holds_up_neither_a_sign_out_nor_the_end(web_desk, monkeypatch):
    monkeypatch.setattr(live, "_FAREWELL", 0.01)
    student = await web_desk.browser("student")
    async with listening(student):  # and reads no more
        left = await asyncio.wait_for(student.call("POST", "/session/end", data={"csrf": student.csrf}), 2)
        assert left.status == 303
        await asyncio.wait_for(web_desk.door.close(), 2)
    assert await nobody_is_left(web_desk)


async def test_one_person_holds_so_many_pages_and_no_more(tmp_path: Path, empty_database: Path):
    async with running_web_desk(tmp_path, empty_database, max_live=2) as web_desk:
        student = await web_desk.browser("student")
        async with listening(student), listening(student):
            with pytest.raises(WSServerHandshakeError) as refused:
                async with listening(student):
                    pass
            assert refused.value.status == 429
            async with listening(await web_desk.browser("other")):
                assert web_desk.door.live.count == 3
        async with listening(student):
            pass


async def test_a_browser_that_is_too_slow_is_dropped_and_the_others_hear_on(web_desk, monkeypatch):
    slow, quick = await web_desk.browser("student"), await web_desk.browser("student")
    person = web_desk.people["student"]
    async with listening(slow) as socket, listening(quick):
        for _ in range(live._MOST_WAITING + 1):  # without a turn of the loop in which they could be sent
            web_desk.door.live.push(person, {"type": "ticket", "ref": "T-1"})
        assert await closed_with(socket) in (None, 1006)
    assert await nobody_is_left(web_desk)
    async with listening(slow) as socket:
        await web_desk.ticket("student")
        assert await heard(web_desk, socket) == [{"type": "ticket", "ref": "T-1"}]


async def test_what_a_browser_says_changes_nothing_and_too_much_of_it_ends_it(web_desk):
    async with listening(await web_desk.browser("student")) as socket:
        await socket.send_str("/ticket open")
        await web_desk.ticket("student")
        assert await heard(web_desk, socket) == [{"type": "ticket", "ref": "T-1"}]
        await socket.send_str("x" * 10_000)
        assert await closed_with(socket) == 1009


async def test_one_change_that_cannot_be_told_leaves_the_next_to_be_heard(web_desk):
    async with listening(await web_desk.browser("agent")) as socket:
        news = web_desk.door.live._news
        news.put_nowait(None)
        await web_desk.ticket("student")
        assert await heard(web_desk, socket) == [{"type": "ticket", "ref": "T-1"}]
