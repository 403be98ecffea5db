"""A transcript fetched from the console and the API: what it is made of, how it is sent, the link that leads to it."""

import json
from base64 import b64decode
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from aiohttp import FormData
from jsonschema import Draft202012Validator, FormatChecker

from adapters.web.openapi import document
from core.commands import Actor, MergeTicket
from core.model.ids import TicketId
from core.model.people import Platform
from core.transcript import LINK_LIFE, Format, link_of
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import Visitor, WebDesk, png, running_web_desk

COMPONENTS = document("Desk", "http://127.0.0.1")["components"]
HTML, JSON = "/api/tickets/T-1/transcript?format=html", "/api/tickets/T-1/transcript?format=json"


class Page(HTMLParser):
    """What a browser would make of it: elements with their attributes, in order, and the words between."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def link(web_desk: WebDesk, who: str, form: Format = Format.HTML, ticket: int = 1) -> str:
    now = web_desk.clock.now()
    url = link_of(TicketId(ticket), web_desk.people[who], form, web_desk.desk.desk, SIGNER, now)
    return url.removeprefix(web_desk.config.public_url)


async def upload(by: Visitor, name: str, data: bytes, kind: str = "application/octet-stream") -> int:
    form = FormData()
    form.add_field("file", data, filename=name, content_type=kind)
    return int((await by.upload("/api/files", form)).body["id"])


async def say(by: Visitor, text: str, **more: Any) -> int:
    answer = await by.post("/api/threads/T-1/messages", {"text": text, **more})
    assert answer.status == 201, answer.text
    return int(answer.body["entry"]["message"])


async def furnished(web_desk: WebDesk) -> tuple[Visitor, Visitor]:
    """T-1 with files, a note, an edit, a reaction and what was taken back."""
    await web_desk.ticket("student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    files = [await upload(student, "screen.png", png(30, 20)), await upload(student, "log.txt", b"error 7\n")]
    said = await say(student, "**Look** at `this`", files=files)
    await say(agent, "Careful, between us", kind="note")
    edited = await say(agent, "Helo")
    await agent.call("PATCH", f"/api/threads/T-1/messages/{edited}", json={"text": "Hello"})
    gone = await say(agent, "Oops")
    await agent.call("DELETE", f"/api/threads/T-1/messages/{gone}")
    await student.put(f"/api/threads/T-1/messages/{edited}/reactions/%F0%9F%91%8D")
    assert said
    return student, agent


async def test_the_json_is_as_it_is_described_and_has_all(web_desk: WebDesk) -> None:
    student, agent = await furnished(web_desk)
    for who, notes in ((student, 0), (agent, 1)):
        answer = await who.get(JSON)
        assert answer.status == 200
        found = answer.body
        schema = {"$ref": "#/components/schemas/Transcript", "components": COMPONENTS}
        assert list(Draft202012Validator(schema, format_checker=FormatChecker()).iter_errors(found)) == []
        assert (found["schema"], found["version"], found["with_notes"]) == ("threaddesk.transcript", 1, bool(notes))
        kinds = [entry["kind"] for entry in found["entries"]]
        assert [kinds.count(kind) for kind in ("reply", "note", "removed")] == [2, notes, 1]
        by_kind = {entry["kind"]: entry for entry in found["entries"]}
        assert (by_kind["removed"]["text"], by_kind["removed"]["plain"], by_kind["removed"]["files"]) == (None, "", [])
        [edited] = [entry for entry in found["entries"] if entry["plain"] == "Hello"]
        assert edited["edited_at"] is not None
        assert edited["reactions"] == [{"emoji": "👍", "people": ["Student"]}]
        assert {one["name"]: one["part"] for one in found["people"]} == {"Student": "requester", "Agent": "staff"}
        [looked] = [entry for entry in found["entries"] if entry["files"]]
        assert [b64decode(file["data"]) for file in looked["files"]][1] == b"error 7\n"
        assert "Oops" not in answer.text and "Helo" not in answer.text


async def test_the_page_is_whole_in_itself_and_runs_nothing(web_desk: WebDesk) -> None:
    student, agent = await furnished(web_desk)
    for who, has_note in ((student, False), (agent, True)):
        answer = await who.get(HTML)
        page = Page(answer.text)
        assert ("between us" in page.words) == has_note
        for words in (
            "I cannot sign in",
            "Look",
            "Hello",
            "This message was taken back.",
            "screen.png",
            "👍️ by Student",
        ):
            assert words in page.words or words in answer.text
        assert not {"script", "link", "iframe", "object", "form", "svg", "base"} & {tag for tag, _ in page.elements}
        assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
        assert all(str(one["src"]).startswith("data:image/png;base64,") for one in page.named("img"))
        [policy] = [one["content"] for one in page.named("meta") if one.get("http-equiv") == "Content-Security-Policy"]
        assert policy is not None and policy.startswith("default-src 'none'; style-src 'sha256-")
        assert answer.headers["Content-Security-Policy"] == f"{policy}; sandbox"
        [html] = page.named("html")
        assert html == {"lang": "en", "dir": "ltr"}
        assert len(page.named("h1")) == len(page.named("main")) == 1
        assert all(str(one["datetime"]).endswith("Z") for one in page.named("time"))
        assert "IST" in page.words


async def test_it_is_sent_to_be_saved_and_kept_by_nobody_on_the_way(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    student = await web_desk.program("student")
    for path, name in ((HTML, "T-1.html"), (JSON, "T-1.json"), ("/api/tickets/1/transcript", "T-1.html")):
        answer = await student.get(path)
        assert answer.headers["Content-Disposition"].startswith(f'attachment; filename="{name}"')
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert (await student.get("/api/tickets/T-1/transcript?format=pdf")).status == 422


async def test_what_is_no_picture_is_bytes_of_no_kind(web_desk: WebDesk) -> None:
    student, _agent = await furnished(web_desk)
    page = Page((await student.get(HTML)).text)
    [text] = [one for one in page.named("a") if "download" in one]
    assert (text["download"], str(text["href"]).split(",")[0]) == ("log.txt", "data:application/octet-stream;base64")


async def test_what_has_no_room_is_linked(tmp_path: Path, empty_database: Path) -> None:
    async with running_web_desk(tmp_path, empty_database, transcript_bytes=0) as web_desk:
        await _all_is_linked(web_desk)


async def _all_is_linked(web_desk: WebDesk) -> None:
    student, _agent = await furnished(web_desk)
    page = Page((await student.get(HTML)).text)
    linked = [one["href"] for one in page.named("a") if "/api/files/" in str(one["href"])]
    assert page.named("img") == []
    assert linked == [f"{web_desk.config.public_url}/api/files/{number}" for number in (1, 2)]
    found = (await student.get(JSON)).body
    assert [file["data"] for entry in found["entries"] for file in entry["files"]] == [None, None]


async def test_a_merged_ticket_stands_behind_it(web_desk: WebDesk) -> None:
    await furnished(web_desk)
    other = await web_desk.ticket("other", "Nobody can sign in")
    merging = MergeTicket(ticket=other, into=TicketId(1))
    await web_desk.engine.handle(merging, Actor(person=web_desk.people["agent"], door=Platform.WEB))
    agent, student = await web_desk.browser("agent"), await web_desk.browser("student")
    assert [one["ticket"]["title"] for one in (await agent.get(JSON)).body["merged"]] == ["Nobody can sign in"]
    assert "T-2 was merged into it" in Page((await agent.get(HTML)).text).words
    for path in (HTML, JSON):
        assert "Nobody can" not in (await student.get(path)).text


async def test_a_link_brings_the_same_to_whoever_has_it_while_it_is_good(web_desk: WebDesk) -> None:
    student, _agent = await furnished(web_desk)
    nobody = await web_desk.nobody()
    by_link = await nobody.get(link(web_desk, "student", Format.JSON))
    assert by_link.status == 200
    own = (await student.get(JSON)).body
    assert json.loads(by_link.text)["entries"] == own["entries"]
    assert by_link.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert "between us" not in (await nobody.get(link(web_desk, "student"))).text
    assert "between us" in (await nobody.get(link(web_desk, "agent"))).text
    old = link(web_desk, "student")
    web_desk.clock.advance(LINK_LIFE)
    over = await nobody.get(old)
    assert (over.status, "This link&#39;s time is over" in over.text) == (410, True)


async def test_who_takes_very_many_waits(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    student = await web_desk.program("student")
    answers = [(await student.get(JSON)).status for _ in range(11)]
    assert answers == [*[200] * 10, 429]
    web_desk.clock.advance(timedelta(seconds=6))
    assert (await student.get(JSON)).status == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "DELETE"])
async def test_only_looking_takes_one(web_desk: WebDesk, method: str) -> None:
    await web_desk.ticket("student")
    student = await web_desk.program("student")
    assert (await student.call(method, link(web_desk, "student"))).status == 405
