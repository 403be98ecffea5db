"""Somebody who tries the console's own doors: lists, counts, many at once, what is kept for them, the admins'."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from core.commands import Actor, AddParticipant, ClaimTicket, PostMessage
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
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
    ("POST", "/api/admin/failures/1/retry", None),
    ("POST", "/api/similar", {"title": "{ref}", "description": "", "category": "login"}),
    ("POST", "/api/similar/choice", {"choice": "follow", "ref": "{ref}", "values": {"title": "{ref}"}}),
)
STAFFS = ("/api/triage", "/api/triage?q=a", "/api/triage/counts")
ADMINS = tuple(f"/api/admin/{name}" for name in ("people", "teams", "pending", "failures", "alerts", "configuration"))
TABLES = ("tickets", "messages", "reactions", "events", "reads", "preferences", "deliveries", "files", "followers")


async def everything(web_desk: WebDesk) -> Mapping[str, Sequence[Any]]:
    async with web_desk.store.read() as work:
        rows = {name: await work.connection.exec_driver_sql(f"SELECT * FROM {name}") for name in TABLES}  # noqa: S608 - ours
        return {name: [tuple(row) for row in found] for name, found in rows.items()}


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
        return _without(whole, "updated_at")

    before = await seen()
    for _ in range(3):
        await say(web_desk, ticket, "lead", MessageKind.NOTE)
    after = await seen()
    assert after == before
    assert SECRET not in json.dumps(after)


def _without(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: _without(inside, name) for key, inside in value.items() if key != name}
    return [_without(inside, name) for inside in value] if isinstance(value, list) else value


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


# --- junk ------------------------------------------------------------------------------------------------------------


async def test_a_wildcard_of_the_database_stands_for_itself(web_desk: WebDesk) -> None:
    for title in ("100% done", "under_score", "back\\slash", "it's; DROP TABLE tickets", "plain"):
        await web_desk.ticket(title=title)
    agent = await web_desk.browser("agent")
    for word, refs in {
        "%25": ["T-1"],
        "_": ["T-2"],
        "%5C": ["T-3"],
        "%5C%25": [],
        "%27": ["T-4"],
        "%25%25": [],
        "p_ain": [],
        "[a-z]": [],
        "*": [],
    }.items():
        found = (await agent.get(f"/api/triage?q={word}&order=newest")).body
        assert ([one["ref"] for one in found["tickets"]], found["total"]) == (refs, len(refs)), word
        by_name = (await agent.get(f"/api/triage?requester={word}")).body
        assert by_name["total"] == 0, word
    admin = await web_desk.browser("admin")
    for word in ("%25", "_", "%5C", "%27%20OR%201=1--"):
        assert (await admin.get(f"/api/admin/people?q={word}")).body["people"] == [], word


NUMBERS = ("-1", "1.5", "1e9", "x", "%D9%A3", "9" * 16, "9" * 4000, "0x10", "1%20OR%201", "NaN")


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/api/triage", ("offset", "limit", "before")),
        ("/api/threads", ("before",)),
        ("/api/threads/T-1", ("limit", "before", "after")),
        ("/api/admin/people", ("limit", "after")),
    ],
)
async def test_a_number_that_is_none_is_refused(web_desk: WebDesk, path: str, names: Sequence[str]) -> None:
    await web_desk.ticket()
    admin = await web_desk.browser("admin")
    for name in names:
        for word in NUMBERS:
            assert (await admin.get(f"{path}?{name}={word}")).status == 422, (name, word)
        largest = await admin.get(f"{path}?{name}={'9' * 15}")
        assert largest.status == (422 if name == "offset" else 200), name


async def test_no_list_is_longer_than_its_page_however_much_is_asked(web_desk: WebDesk) -> None:
    for _ in range(3):
        await web_desk.ticket()
    agent = await web_desk.browser("agent")
    assert (await agent.get("/api/triage?limit=1&limit=999999")).status == 200
    assert len((await agent.get("/api/triage?limit=2")).body["tickets"]) == 2
    for query in ("requester=" + "a%20" * 13, "&".join(["requester=a"] * 13), "q=" + "a%20" * 13, "tag=x&" * 61):
        assert (await agent.get(f"/api/triage?{query}")).status == 422, query


NESTED = '{"items":' + '[{"ref":"T-1","verb":"claim","arguments":{"a":' * 3_000 + "1" + "}}]" * 3_000 + "}"
JUNK: Sequence[Any] = (
    {"items": [{"ref": "T-1", "verb": "claim", "arguments": {}}] * 101},
    {"items": [{"ref": "T-1", "verb": "claim", "arguments": {"agent": {"id": {"id": [[[1]]]}}}}]},
    {"items": [{"ref": "T-1", "verb": "claim", "arguments": {"agent": [["me"]]}}]},
    {"items": [[{"ref": "T-1", "verb": "claim"}]]},
    {"items": {"0": {"ref": "T-1", "verb": "claim"}}},
    {"items": [{"ref": ["T-1"], "verb": "claim"}]},
    {"items": [{"ref": "T-1", "verb": {"claim": 1}}]},
    {"items": [{"ref": "T-1", "verb": "__init__"}]},
    {"items": [{"ref": "T-1", "verb": "claim", "arguments": {"x" * 9_000: 10**400}}]},
    {"items": [{"ref": "T-1", "verb": "resolve", "arguments": {"answer": "x" * 40_001}}]},
    {"items": 1e308},
)


async def test_a_list_of_junk_does_nothing_to_anything(web_desk: WebDesk) -> None:
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    before = await everything(web_desk)
    for junk in JUNK:
        assert (await agent.post("/api/bulk", junk)).status == 422, str(junk)[:80]
    for data in (NESTED, "[" * 100_000, '{"items":' + "9" * 5_000 + "}", '{"items":NaN}', b"\xff\xfe", "null", ""):
        headers = {"Content-Type": "application/json"}
        assert (await agent.call("POST", "/api/bulk", data=data, headers=headers)).status == 400, data[:40]
    assert await everything(web_desk) == before


async def test_an_argument_that_names_another_ticket_or_person_is_none(web_desk: WebDesk) -> None:
    first, second = await web_desk.ticket(), await web_desk.ticket()
    agent = await web_desk.browser("agent")
    items = [
        {"ref": f"T-{first}", "verb": "claim", "arguments": {"ref": f"T-{second}"}},
        {"ref": f"T-{first}", "verb": "claim", "arguments": {"ticket": f"T-{second}"}},
        {"ref": f"T-{first} T-{second}", "verb": "claim", "arguments": {}},
        {"ref": f"T-{first}", "verb": "assign", "arguments": {"agent": web_desk.people["student"]}},
        {"ref": f"T-{first}", "verb": "assign", "arguments": {"agent": 10**14}},
        {"ref": f"T-{first}\u0000", "verb": "status", "arguments": {"status": "open\ud800"}},
    ]
    before = await everything(web_desk)
    body = (await agent.post("/api/bulk", {"items": items})).body
    assert (body["done"], len(body["refused"])) == ([], len(items))
    assert await everything(web_desk) == before


@pytest.mark.parametrize(
    ("key", "data", "status"),
    [
        ("notify", "[" * 100_000 + "]" * 100_000, 413),
        ("notify", "[" * 4_000 + "]" * 4_000, 400),
        ("notify", "[" * 500 + "]" * 500, 422),
        ("notify", '{"a":' * 500 + "1" + "}" * 500, 422),
        ("notify", json.dumps({"x": "y" * 8_200}), 413),
        ("notify", json.dumps({"x": "\u20ac" * 2_000}, ensure_ascii=False), 413),
        ("notify", '{"x":NaN}', 400),
        ("notify", "{'x':1}", 400),
        ("toured", json.dumps(["x"] * 51), 422),
        ("toured", json.dumps(["x" * 41]), 422),
        ("theme", '"dark\\u0000"', 422),
        ("theme", '["dark"]', 422),
        ("theme", "null", 400),
        ("filters", '[{"name":"a","query":"q=%ED%A0%80&x=1"}]', 422),
        ("filters", '[{"name":"\\u0000\\ud800","query":""}]', 422),
    ],
)
async def test_a_preference_of_the_wrong_size_or_shape_is_not_kept(
    web_desk: WebDesk, key: str, data: str, status: int
) -> None:
    agent = await web_desk.browser("agent")
    answer = await agent.call(
        "PUT", f"/api/preferences/{key}", data=data.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status == status, answer.text
    assert (await agent.get("/api/preferences")).body == {}


async def test_there_are_no_preferences_but_those_that_there_are(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    for key in ("role", "__proto__", "THEME", "theme%00", "%2e%2e", "theme%2F..", "x" * 3_000, "%F0%9F%98%80", "1"):
        assert (await student.put(f"/api/preferences/{key}", "dark")).status == 404, key[:20]
    assert (await student.get("/api/preferences")).body == {}


HOSTILE = ("</script><script>alert(1)</script>", "{{7*7}}", "\u202egnp.exe", "'; DROP TABLE preferences;--", "\ud800")


async def test_hostile_words_in_a_preference_come_back_as_words_and_open_no_tag_in_a_page(web_desk: WebDesk) -> None:
    agent = await web_desk.browser("agent")
    assert (await agent.put("/api/preferences/notify", {word: word for word in HOSTILE})).status == 200
    assert (await agent.put("/api/preferences/toured", [word[:40] for word in HOSTILE])).status == 200
    assert (await agent.put("/api/preferences/filters", [{"name": HOSTILE[0], "query": "q=a"}])).status == 200
    kept = (await agent.get("/api/preferences")).body
    assert kept["notify"] == {word: word for word in HOSTILE}
    page = await agent.get("/")
    assert page.status == 200
    assert "<script>alert" not in page.text


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


@pytest.mark.parametrize("query", ["q=a\ud800", "q=a%ED%A0%80", "q=\u2028</script>", "q=\x00"])
async def test_no_filter_that_somebody_keeps_breaks_their_page(web_desk: WebDesk, query: str) -> None:
    agent = await web_desk.browser("agent")
    kept = await agent.put("/api/triage/filters", {"filters": [{"name": "Mine\ud800", "query": query}]})
    assert kept.status == 200, kept.text
    page = await agent.get("/")
    assert page.status == 200
    page.data.decode()  # it is UTF-8
    assert page.text.count("</script>") == page.text.count("<script")
