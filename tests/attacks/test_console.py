"""Somebody who tries the console's own doors: lists, counts, many at once, what is kept for them, the admins'."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from core.commands import Actor, AddParticipant, ClaimTicket, PostMessage
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.attacks.console_doors import everything
from tests.fakes.web_desk import Visitor, WebDesk

SECRET = "Zebra"
THUMB = "%F0%9F%91%8D"
AROUND: Sequence[tuple[str, str, Any]] = (
    ("GET", "/api/threads/{ref}?limit=1", None),
    ("GET", "/api/threads/{ref}?before=99", None),
    ("GET", "/api/threads/{ref}?after=1", None),
    ("GET", "/api/threads/{ref}/history", None),
    ("GET", "/api/threads/{ref}/others", None),
    ("POST", "/api/threads/{ref}/read", {"event": 1}),
    ("POST", "/api/threads/{ref}/messages", {"text": "hello", "seen": 1}),
    ("PATCH", "/api/threads/{ref}/messages/1", {"text": "Mine now"}),
    ("DELETE", "/api/threads/{ref}/messages/1", None),
    ("PUT", f"/api/threads/{{ref}}/messages/1/reactions/{THUMB}", None),
    ("DELETE", f"/api/threads/{{ref}}/messages/1/reactions/{THUMB}", None),
)
"""Every way into a ticket that the console added."""
CHANGING: Sequence[tuple[str, str, Any]] = (
    *(one for one in AROUND if one[0] != "GET"),
    ("POST", "/api/bulk", {"items": [{"ref": "{ref}", "verb": "claim", "arguments": {}}]}),
    ("PUT", "/api/triage/filters", {"filters": []}),
    ("PUT", "/api/preferences/theme", "dark"),
    ("PUT", "/api/account/password", {"old": "x", "new": "four words of nobody"}),
    ("DELETE", "/api/account/sessions", None),
    ("DELETE", "/api/account/sessions/theme", None),
    ("POST", "/api/admin/failures/1/retry", None),
    ("POST", "/api/admin/webhooks/1/replay", None),
    ("POST", "/api/admin/endpoints/theme/replay", {"since": "2h"}),
    ("POST", "/api/admin/endpoints/theme/enable", None),
    ("POST", "/api/similar", {"title": "{ref}", "description": "", "category": "login"}),
    ("POST", "/api/similar/choice", {"choice": "follow", "ref": "{ref}", "values": {"title": "{ref}"}}),
)
STAFFS = ("/api/triage", "/api/triage?q=a", "/api/triage/counts")
ADMINS = tuple(
    f"/api/admin/{name}" for name in ("people", "teams", "pending", "failures", "alerts", "webhooks", "configuration")
)


async def say(web_desk: WebDesk, ticket: int, who: str, kind: MessageKind, words: str = SECRET) -> None:
    command = PostMessage(ticket=TicketId(ticket), kind=kind, text=Text.of(words))
    await web_desk.engine.handle(command, Actor(person=web_desk.people[who], door=Platform.WEB))


async def secret_ticket(web_desk: WebDesk) -> TicketId:
    ticket = await web_desk.ticket("student", title=f"{SECRET} in my room", category="welfare")
    await say(web_desk, ticket, "student", MessageKind.REPLY)
    await say(web_desk, ticket, "lead", MessageKind.NOTE)
    return ticket


def filled(what: Any, ref: str) -> Any:
    return json.loads(json.dumps(what).replace("{ref}", ref))


# --- another's ticket ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["other", "agent", "admin"])
async def test_a_ticket_that_is_not_mine_is_not_there_and_trying_leaves_no_trace(web_desk: WebDesk, who: str) -> None:
    hidden = await secret_ticket(web_desk)
    spy = await web_desk.browser(who)
    before = await everything(web_desk)
    for method, path, body in AROUND:
        answers = []
        for ref in (f"T-{hidden}", "T-999"):
            answer = await spy.call(method, path.format(ref=ref), json=filled(body, ref))
            answers.append((answer.status, answer.text.replace(ref, "T-n")))
        assert answers[0] == answers[1], (method, path)
        assert answers[0][0] == 404, (method, path)
    assert await everything(web_desk) == before


async def test_a_stranger_is_told_to_sign_in_and_nothing_else(web_desk: WebDesk) -> None:
    hidden = await secret_ticket(web_desk)
    nobody = await web_desk.nobody()
    before = await everything(web_desk)
    reads = [("GET", path, None) for path in (*STAFFS, *ADMINS, "/api/preferences")]
    for method, path, body in (*AROUND, *CHANGING, *reads):
        answer = await nobody.call(method, path.format(ref=f"T-{hidden}"), json=filled(body, f"T-{hidden}"))
        assert answer.status == 401, (method, path)
        assert SECRET not in answer.text
    assert await everything(web_desk) == before


async def test_a_student_finds_no_staffs_list_and_changes_nothing_in_bulk(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student", title=SECRET)
    student = await web_desk.browser("student")
    before = await everything(web_desk)
    item = {"ref": f"T-{ticket}", "verb": "close", "arguments": {}}
    answers = [await student.get(path) for path in STAFFS]
    answers.append(await student.post("/api/bulk", {"items": [item]}))
    answers.append(await student.put("/api/triage/filters", {"filters": []}))
    answers.append(await student.put("/api/preferences/filters", []))
    assert {answer.status for answer in answers} == {403}
    assert not any(SECRET in answer.text for answer in answers)
    assert await everything(web_desk) == before


# --- notes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["student", "other"])
async def test_a_note_is_in_no_count_no_last_words_and_no_page_of_a_student(web_desk: WebDesk, who: str) -> None:
    ticket = await web_desk.ticket("student")
    joining = AddParticipant(ticket=ticket, person=web_desk.people["other"])
    await web_desk.engine.handle(joining, Actor(person=web_desk.people["student"], door=Platform.WEB))
    await say(web_desk, ticket, "agent", MessageKind.REPLY, "Hello")
    student = await web_desk.browser(who)

    async def seen() -> Any:
        lists = [(await student.get(f"/api/threads?view={view}")).body for view in ("mine", "all")]
        pages = [
            (await student.get(f"/api/threads/T-1?{query}")).body for query in ("limit=2", "before=999", "after=2")
        ]
        whole = json.loads(json.dumps([lists, pages]))
        for summary in [*(one for found in lists for one in found), *(page["ticket"] for page in pages)]:
            assert (summary["unread"], summary["last"]["text"]) == (1, "Hello")
        return whole

    before = await seen()
    for _ in range(3):
        web_desk.clock.advance(timedelta(minutes=7))
        await say(web_desk, ticket, "lead", MessageKind.NOTE)
    after = await seen()
    assert after == before
    assert SECRET not in json.dumps(after)


async def test_reading_past_a_note_tells_a_student_nothing_of_it(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student")
    await say(web_desk, ticket, "agent", MessageKind.REPLY, "Hello")
    student = await web_desk.browser("student")
    end = (await student.get("/api/threads/T-1")).body["cursor"]
    await say(web_desk, ticket, "agent", MessageKind.NOTE)
    assert (await student.post("/api/threads/T-1/read", {"event": 10**14})).status == 204
    page = (await student.get("/api/threads/T-1")).body
    assert (page["read_to"], page["cursor"]) == (end, end)
    for method, path, body in AROUND:
        if "/messages/" in path:
            noted = path.replace("/messages/1", "/messages/2")
            assert (await student.call(method, noted.format(ref="T-1"), json=body)).status == 404, path


# --- the staff who may not see it ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["agent", "admin"])
async def test_staff_without_the_right_neither_list_nor_count_nor_find_nor_change_it(
    web_desk: WebDesk, who: str
) -> None:
    hidden = await secret_ticket(web_desk)
    plain = await web_desk.ticket("student", title="Plain")
    spy = await web_desk.browser(who)
    queries = (
        "",
        "?status=live",
        f"?q={SECRET}",
        f"?q=T-{hidden}",
        f"?q={hidden}",
        "?category=welfare",
        "?team=academics",
        f"?requester={web_desk.people['student']}",
        "?requester=stud",
        "?assignee=none&order=newest",
        "?before=999",
        "?offset=1",
    )
    for query in queries:
        answer = await spy.get(f"/api/triage{query}")
        refs = {one["ref"] for one in answer.body["tickets"]}
        assert refs <= {f"T-{plain}"}, query
        assert answer.body["total"] <= 1, query
        assert SECRET not in answer.text
    kept = [{"name": "All", "query": f"q={SECRET}"}, {"name": "Theirs", "query": "category=welfare"}]
    assert (await spy.put("/api/triage/filters", {"filters": kept})).status == 200
    counts = {one["id"]: one["count"] for one in (await spy.get("/api/triage/counts")).body["filters"]}
    assert (counts["all"], counts["saved-1"], counts["saved-2"]) == (1, 0, 0)
    assert [one["ref"] for one in (await spy.get(f"/api/threads/T-{plain}/others")).body] == []
    before = await everything(web_desk)
    verbs = ("claim", "assign", "priority", "status", "resolve", "close", "reopen", "transfer", "tag", "unassign")
    given = {"agent": "me", "priority": "high", "status": "closed", "team": "platform", "tags": "x", "answer": "x"}
    taken = {"assign": "agent", "priority": "priority", "status": "status", "transfer": "team", "tag": "tags"}
    items = [
        {"ref": ref, "verb": verb, "arguments": {name: given[name] for name in [taken.get(verb)] if name}}
        for verb in verbs
        for ref in (f"T-{hidden}", "T-999")
    ]
    body = (await spy.post("/api/bulk", {"items": items})).body
    assert body["done"] == []
    problems = {one["problem"].replace(one["ref"], "T-n") for one in body["refused"]}
    assert len(body["refused"]) == len(items) and len(problems) == 1, problems
    assert await everything(web_desk) == before


# --- other websites --------------------------------------------------------------------------------------------------


async def test_no_writing_route_takes_the_word_of_another_website_or_of_none(web_desk: WebDesk) -> None:
    """With the admin's own cookie, who may do most of it."""
    ticket = await web_desk.ticket("student")
    await web_desk.engine.handle(ClaimTicket(ticket=ticket), Actor(person=web_desk.people["admin"], door=Platform.WEB))
    await say(web_desk, ticket, "admin", MessageKind.REPLY, "Mine")
    admin = await web_desk.browser("admin")
    token = admin.csrf
    before = await everything(web_desk)
    for method, path, body in CHANGING:
        attempts = []
        for csrf, headers in (
            ("", {}),
            ("x" * len(token), {}),
            (token, {"Origin": "https://evil.example"}),
            (token, {"Sec-Fetch-Site": "cross-site"}),
        ):
            admin.csrf = csrf
            attempts.append(await admin.call(method, path.format(ref="T-1"), json=filled(body, "T-1"), headers=headers))
        assert [answer.status for answer in attempts] == [403] * 4, (method, path)
    assert await everything(web_desk) == before


async def test_every_writing_route_of_the_console_is_among_those_tried(web_desk: WebDesk) -> None:
    tried = {(method, path.replace("{ref}", "T-1")) for method, path, _ in CHANGING}
    writing = {
        (route.method, route.path.format(ref="T-1", message="1", emoji=THUMB, key="theme", id="1"))
        for route in web_desk.door.routes()
        if route.method not in ("GET", "HEAD") and route.path.startswith("/api/") and not _is_older(route.path)
    }
    assert writing <= tried


def _is_older(path: str) -> bool:
    """Tried in a file of its own before there was a console."""
    older = ("/api/auth", "/api/tickets", "/api/images", "/api/commands", "/api/actions", "/api/forms", "/api/files")
    return path.startswith(older)


# --- events of another ticket ----------------------------------------------------------------------------------------


async def test_an_event_of_another_ticket_leads_nowhere(web_desk: WebDesk) -> None:
    hidden = await secret_ticket(web_desk)
    await web_desk.ticket("other")
    spy = await web_desk.browser("other")
    async with web_desk.store.read() as work:
        theirs = [record.id for record in await work.events.of(hidden)]
        own = [record.id for record in await work.events.of(TicketId(hidden + 1))]
    for event in theirs:
        for name in ("before", "after"):
            answer = await spy.get(f"/api/threads/T-{hidden + 1}?{name}={event}")
            assert {entry["event"] for entry in answer.body["entries"]} <= set(own)
            assert SECRET not in answer.text
        assert (await spy.post(f"/api/threads/T-{hidden + 1}/read", {"event": event})).status == 204
    assert (await spy.get(f"/api/threads/T-{hidden + 1}")).body["read_to"] == 0
    assert (await spy.post(f"/api/threads/T-{hidden + 1}/read", {"event": own[-1] + 1000})).status == 204
    assert (await spy.get(f"/api/threads/T-{hidden + 1}")).body["read_to"] == own[-1]


# --- the admins' -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["student", "agent", "lead"])
async def test_the_admins_rooms_are_not_there_for_anybody_else_by_cookie_or_by_token(
    web_desk: WebDesk, who: str
) -> None:
    visitors: Sequence[Visitor] = (await web_desk.browser(who), await web_desk.program(who))
    before = await everything(web_desk)
    for visitor in visitors:
        answers = [await visitor.get(path) for path in (*ADMINS, "/api/admin/", "/api/admin/secrets")]
        answers.append(await visitor.post("/api/admin/failures/1/retry"))
        assert {answer.status for answer in answers} == {404}
        assert not any("@example.com" in answer.text for answer in answers)
    assert await everything(web_desk) == before
