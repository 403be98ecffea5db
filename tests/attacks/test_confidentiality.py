"""Somebody who wants to know what is not theirs to know."""

import re
from collections.abc import Mapping

import pytest
from aiohttp import FormData

from core.commands import AddParticipant, ClaimTicket, PostMessage
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.web_desk import Actor, Visitor, WebDesk

SECRET = "Zebra"
LINES = (
    "/ticket show {ref}",
    "/ticket transcript {ref}",
    "/ticket claim {ref}",
    "/ticket close {ref}",
    "/ticket edit {ref} A new title",
    "/ticket withdraw {ref}",
    "/ticket follow {ref}",
    "/ticket unfollow {ref}",
    "/ticket urgent {ref} because",
    "/ticket reopen {ref}",
    "/ticket tag {ref} new",
    "/ticket add {ref} me",
    "/ticket remove {ref} me",
    "/ticket visibility {ref} public",
    "/ticket visibility {ref} public yes",
    "/ticket assign {ref} me",
    "/ticket unassign {ref}",
    "/ticket priority {ref} high",
    "/ticket status {ref} closed",
    "/ticket resolve {ref} done",
    "/staff note {ref} hm",
    "/staff transfer {ref} platform",
    "/staff undo {ref}",
    "/staff merge {ref} {ref}",
    "/staff unmerge {ref}",
    "/staff split {ref} 1 Mine",
    "/staff link {ref} {ref} blocks",
    "/staff unlink {ref} {ref}",
    "/desk erase {ref} because",
)
REQUESTS = (
    ("GET", "/api/threads/{ref}", None),
    ("GET", "/api/tickets/{number}", None),
    ("GET", "/api/tickets/{ref}/transcript", None),
    ("GET", "/api/tickets/{number}/transcript?format=json", None),
    ("GET", "/api/tickets/{number}/comments", None),
    ("POST", "/api/tickets/{number}/comments", {"text": "hello"}),
    ("PUT", "/api/tickets/{number}", {"status": "closed"}),
    ("POST", "/api/threads/{ref}/messages", {"text": "hello"}),
    ("POST", "/api/commands", {"text": "hello", "thread": "{ref}"}),
    ("POST", "/api/commands", {"text": "/ticket close", "thread": "{ref}"}),
    ("POST", "/api/actions", {"action": "1.ticket.close.{number}"}),
    ("POST", "/api/actions", {"action": "1.ticket.close.-.ref={ref}"}),
    ("POST", "/api/actions", {"action": "1.ticket.reopen.{number}"}),
    ("POST", "/api/actions", {"action": "1.ticket.visibility.{number}.visibility=public.confirm=yes"}),
    ("POST", "/api/actions", {"action": "1.desk.erase.{number}.reason=because"}),
    ("POST", "/api/forms", {"action": "1!ticket!edit!t!T{number}", "values": {"title": "Mine"}}),
    ("POST", "/api/forms", {"action": "1!ticket!urgent!t!T{number}", "values": {}}),
)


async def secret_ticket(web_desk: WebDesk, by: str = "student") -> int:
    return await web_desk.ticket(by, title=f"{SECRET} in my room", category="welfare")


def about(what, number: int):
    if isinstance(what, str):
        return what.format(ref=f"T-{number}", number=number)
    return what and {key: about(value, number) for key, value in what.items()}


@pytest.mark.parametrize("who", ["other", "agent", "admin"])
@pytest.mark.parametrize("by", ["browser", "program"])
async def test_a_ticket_that_one_may_not_see_is_answered_as_one_that_is_not_there(
    web_desk: WebDesk, who: str, by: str
) -> None:
    hidden, absent = await secret_ticket(web_desk), 999
    spy: Visitor = await getattr(web_desk, by)(who)
    requests = [*REQUESTS, *(("POST", "/api/commands", {"text": line}) for line in LINES)]
    for method, path, body in requests:
        answers = []
        for number in (hidden, absent):
            answer = await spy.call(method, about(path, number), json=about(body, number))
            answers.append((answer.status, answer.text.replace(f"T-{number}", "T-n").replace(f"/{number}", "/n")))
        assert answers[0] == answers[1], (method, path, body)
        assert answers[0][0] in (403, 404), (method, path, body, answers)


@pytest.mark.parametrize("who", ["other", "agent", "admin"])
async def test_a_sensitive_ticket_is_in_no_list_notice_or_count_of_those_without_its_right(
    web_desk: WebDesk, who: str
) -> None:
    await web_desk.ticket("other", title="An ordinary one")
    hidden = await secret_ticket(web_desk)
    spy = await web_desk.browser(who)
    paths = ["/api/me", "/api/threads", "/api/threads?view=all", "/api/tickets", "/api/notices", "/api/threads/T-1"]
    answers = [await spy.get(path) for path in paths]
    if who != "other":
        answers.append(await spy.get("/api/threads?view=queue"))
        answers += [await spy.post("/api/commands", {"text": line}) for line in ("/queue", "/queue academics")]
    answers.append(await spy.post("/api/commands", {"text": "/ticket list"}))
    assert {answer.status for answer in answers} == {200}
    for answer in answers:
        assert SECRET not in answer.text
        assert f"T-{hidden}" not in answer.text


async def said(web_desk: WebDesk, ticket: int, who: str, words: str, kind: MessageKind) -> None:
    command = PostMessage(ticket=ticket, kind=kind, text=Text.of(words))
    await web_desk.engine.handle(command, Actor(person=web_desk.people[who], door=Platform.WEB))


@pytest.mark.parametrize("who", ["student", "other"])
async def test_of_a_note_a_student_sees_neither_word_nor_mark(web_desk: WebDesk, who: str) -> None:
    ticket = await web_desk.ticket("student")
    requester = Actor(person=web_desk.people["student"], door=Platform.WEB)
    await web_desk.engine.handle(AddParticipant(ticket=ticket, person=web_desk.people["other"]), requester)
    student = await web_desk.browser(who)

    async def seen() -> Mapping[str, object]:
        thread = (await student.get("/api/threads/T-1")).body
        ticket_ = thread["ticket"]
        assert isinstance(ticket_, dict)
        return {key: value for key, value in thread.items() if key != "ticket"}

    before = await seen()
    await said(web_desk, ticket, "agent", f"{SECRET} again", MessageKind.NOTE)
    assert await seen() == before
    assert SECRET not in (await student.get("/api/tickets/1/comments")).text
    assert SECRET not in (await student.get("/api/notices")).text


async def test_a_notes_file_is_the_staffs_and_anothers_upload_is_nobodys(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student")
    agent, student, other = [await web_desk.browser(who) for who in ("agent", "student", "other")]
    form = FormData()
    form.add_field("file", SECRET.encode(), filename="a.txt")
    file = (await agent.upload("/api/files", form)).body["id"]
    for spy in (student, other):
        assert (await spy.get(f"/api/files/{file}")).status == 404
        stolen = await spy.post(f"/api/threads/T-{ticket}/messages", {"text": "mine", "files": [file]})
        assert stolen.status == 404
    noted = {"text": "see this", "kind": "note", "files": [file]}
    assert (await agent.post(f"/api/threads/T-{ticket}/messages", noted)).status == 201
    for spy in (student, other):
        assert (await spy.get(f"/api/files/{file}")).status == 404
        assert (await spy.get(f"/api/images/{file}")).status == 404


async def test_anothers_draft_is_as_absent_as_one_that_never_was(web_desk: WebDesk) -> None:
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    started = await student.post("/api/commands", {"text": f"/ticket open {SECRET}"})
    action = started.body["form"]["action"]
    forged = re.sub(r"[^!]+$", "A" * 22, action)
    answers = [await other.post("/api/forms", {"action": one, "values": {"title": "x"}}) for one in (action, forged)]
    assert (answers[0].status, answers[0].body) == (404, answers[1].body)


async def test_anothers_idempotency_key_tells_nothing_and_stops_nothing(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    await web_desk.ticket("other")
    key = {"Idempotency-Key": "the same"}
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    said_ = await student.post("/api/threads/T-1/messages", {"text": SECRET}, headers=key)
    theirs = await other.post("/api/threads/T-2/messages", {"text": "hello"}, headers=key)
    assert (said_.status, theirs.status) == (201, 201)
    assert SECRET not in theirs.text
    stolen = await other.post("/api/threads/T-1/messages", {"text": "hello"}, headers=key)
    assert stolen.status == 404
    opened = await student.post("/api/commands", {"text": "/ticket show T-1"}, headers=key)
    assert opened.status == 200


async def test_the_description_of_the_api_tells_a_stranger_nothing_of_anybody(web_desk: WebDesk) -> None:
    await secret_ticket(web_desk)
    nobody = await web_desk.nobody()
    words = (await nobody.get("/api/openapi.json")).text
    assert SECRET not in words
    assert "@example.com" not in words
    for path in ("/api/me", "/api/threads", "/api/threads/T-1", "/api/tickets", "/api/files/1", "/api/notices"):
        assert (await nobody.get(path)).status == 401


async def test_who_was_sent_away_reads_no_more_and_no_file_either(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student")
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    await student.post("/api/commands", {"text": f"/ticket add T-{ticket} Other"})
    form = FormData()
    form.add_field("file", SECRET.encode(), filename="a.txt")
    file = (await student.upload("/api/files", form)).body["id"]
    await student.post(f"/api/threads/T-{ticket}/messages", {"text": SECRET, "files": [file]})
    assert (await other.get(f"/api/files/{file}")).status == 200
    await student.post("/api/commands", {"text": f"/ticket remove T-{ticket} Other"})
    for path in (f"/api/threads/T-{ticket}", f"/api/files/{file}", f"/api/tickets/{ticket}/comments"):
        assert (await other.get(path)).status == 404
    assert SECRET not in (await other.get("/api/notices")).text


async def test_an_agent_who_claimed_is_told_who_asks_and_no_more_where_the_ticket_is_sensitive(
    web_desk: WebDesk,
) -> None:
    hidden = await secret_ticket(web_desk)
    lead, agent = await web_desk.browser("lead"), await web_desk.browser("agent")
    await web_desk.engine.handle(ClaimTicket(ticket=hidden), Actor(person=web_desk.people["lead"], door=Platform.WEB))
    refused = await lead.post("/api/commands", {"text": f"/ticket assign T-{hidden} Agent"})
    assert (refused.status, SECRET in refused.text) == (422, False)
    assert (await agent.get(f"/api/threads/T-{hidden}")).status == 404
