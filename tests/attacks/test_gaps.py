"""A student asks every door of the console whether the desk missed something: that is the staff's to know."""

import json
from datetime import timedelta

import pytest

from core.commands import NoteCaughtUp, NoteGap
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import Audience, GapReason
from tests.adapters.web.test_transcripts import HTML, JSON
from tests.fakes.office import SYSTEM
from tests.fakes.web_desk import WebDesk

DOORS = ("/api/threads/T-1", "/t/T-1", HTML, JSON)
TRACES = ("could not be read", "has been read by now", "ThreadNotRead", "ThreadCaughtUp", "not_read")


async def missed(web_desk: WebDesk) -> TicketId:
    """A ticket of the student's, of whose thread on Slack something was not read, and then was."""
    ticket = await web_desk.ticket("student")
    async with web_desk.store.write() as work:
        thread = await work.threads.add(
            ticket, Platform.SLACK, Audience.REQUESTER, participant=web_desk.people["student"]
        )
    since = web_desk.clock.now() - timedelta(hours=3)
    for reason in GapReason:
        await web_desk.engine.handle(NoteGap(ticket=ticket, thread=thread.id, reason=reason, since=since), SYSTEM)
    await web_desk.engine.handle(
        NoteGap(ticket=ticket, thread=thread.id, reason=GapReason.SHUT_OUT, since=since), SYSTEM
    )
    await web_desk.engine.handle(NoteCaughtUp(ticket=ticket, thread=thread.id), SYSTEM)
    return ticket


@pytest.mark.parametrize("door", DOORS)
async def test_no_door_tells_a_student_what_was_not_read_and_each_tells_the_staff(web_desk: WebDesk, door: str) -> None:
    await missed(web_desk)
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    theirs, staffs = await student.get(door), await agent.get(door)
    assert (theirs.status, staffs.status) == (200, 200)
    assert [trace for trace in TRACES if trace in theirs.text] == []
    assert "could not be read" in staffs.text and "has been read by now" in staffs.text


async def test_what_a_page_catches_up_with_holds_none_of_it(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student")
    student = await web_desk.browser("student")
    newest = json.loads((await student.get("/api/threads/T-1")).text)["cursor"]
    async with web_desk.store.write() as work:
        thread = await work.threads.add(ticket, Platform.SLACK, Audience.STAFF, place="C1")
    gap = NoteGap(ticket=ticket, thread=thread.id, reason=GapReason.SHUT_OUT, since=web_desk.clock.now())
    await web_desk.engine.handle(gap, SYSTEM)
    later = json.loads((await student.get(f"/api/threads/T-1?after={newest}")).text)
    assert later["entries"] == []
