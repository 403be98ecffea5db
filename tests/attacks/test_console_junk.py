"""Junk at the console's own doors: wildcards, numbers that are none, lists of anything, preferences of any shape."""

import json
from collections.abc import Sequence
from typing import Any

import pytest

from tests.attacks.console_doors import everything
from tests.fakes.web_desk import WebDesk


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


@pytest.mark.parametrize("query", ["q=a\ud800", "q=a%ED%A0%80", "q=\u2028</script>", "q=\x00"])
async def test_no_filter_that_somebody_keeps_breaks_their_page(web_desk: WebDesk, query: str) -> None:
    agent = await web_desk.browser("agent")
    kept = await agent.put("/api/triage/filters", {"filters": [{"name": "Mine\ud800", "query": query}]})
    assert kept.status == 200, kept.text
    page = await agent.get("/")
    assert page.status == 200
    page.data.decode()  # it is UTF-8
    assert page.text.count("</script>") == page.text.count("<script")
