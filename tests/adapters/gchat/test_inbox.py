"""The demo desk's alert space, spoken to over real HTTP."""

import json
import logging
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from adapters.gchat.inbox import AlertInbox
from adapters.gchat.rules import check_query
from tests.adapters.gchat.samples import NOON
from tests.fakes.clock import FakeClock

_REPLY = {"messageReplyOption": "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"}
_OR_FAIL = {"messageReplyOption": "REPLY_MESSAGE_OR_FAIL"}


class _Desk:
    """An inbox behind a web server, and a client that calls it."""

    def __init__(self, inbox: AlertInbox, base: str, session: aiohttp.ClientSession) -> None:
        self.inbox = inbox
        self.base = base
        self.session = session

    async def post(
        self, message: object, *, space: str = "leads", query: Mapping[str, str] | None = None, url: str | None = None
    ) -> tuple[int, Any]:
        target = URL(url or self.inbox.url(self.base, space)).update_query(query or {})
        async with self.session.post(target, json=message) as response:
            return response.status, await response.json()

    async def say(self, text: str, query: Mapping[str, str] | None = None, **thread: str) -> Any:
        status, answer = await self.post({"text": text} | ({"thread": thread} if thread else {}), query=query)
        assert status == 200, answer
        return answer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "alerts.jsonl"


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
async def desk(path: Path, clock: FakeClock) -> AsyncIterator[_Desk]:
    inbox = AlertInbox(path, clock, burst=5)
    app = web.Application()
    app.add_routes(inbox.routes())
    server = TestServer(app)
    await server.start_server()
    async with aiohttp.ClientSession() as session:
        yield _Desk(inbox, str(server.make_url("/")), session)
    await server.close()


async def test_what_is_posted_is_listed_with_its_time_and_newest_last(desk: _Desk) -> None:
    await desk.say("first")
    await desk.say("second")
    await desk.post({"text": "elsewhere"}, space="exams")
    async with desk.session.get(f"{desk.base}demo/gchat/spaces/leads/messages") as response:
        listed = await response.json()
    assert [message["text"] for message in listed["messages"]] == ["first", "second"]
    assert listed["messages"][0]["createTime"] == "2026-11-21T12:00:00+00:00"
    assert listed["messages"][0]["name"] == "spaces/leads/messages/00000001.00000001"


async def test_the_list_tells_no_secret(desk: _Desk) -> None:
    await desk.say("hello")
    async with desk.session.get(f"{desk.base}demo/gchat/spaces/leads/messages") as response:
        listed = await response.text()
    query = URL(desk.inbox.url(desk.base, "leads")).query
    assert query["key"] not in listed
    assert query["token"] not in listed


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"key": "x"}, 400, "INVALID_ARGUMENT"),
        ({"key": None}, 403, "PERMISSION_DENIED"),
        ({"token": "ü"}, 401, "UNAUTHENTICATED"),
        ({"token": None}, 401, "UNAUTHENTICATED"),
    ],
)
async def test_a_missing_or_wrong_key_or_token_is_refused(
    desk: _Desk, change: dict[str, str | None], code: int, status: str
) -> None:
    url = URL(desk.inbox.url(desk.base, "leads"))
    query = {name: value for name, value in ({**url.query} | change).items() if value is not None}
    answer = await desk.post({"text": "x"}, url=str(url.with_query(query)))
    assert (answer[0], answer[1]["error"]["status"]) == (code, status)
    assert desk.inbox.messages("leads") == []


async def test_the_token_of_one_space_opens_no_other(desk: _Desk) -> None:
    url = desk.inbox.url(desk.base, "leads").replace("/leads/", "/exams/")
    status, _ = await desk.post({"text": "x"}, url=url)
    assert status == 401


async def test_two_installs_have_different_addresses(tmp_path: Path, clock: FakeClock) -> None:
    one, other = (AlertInbox(tmp_path / name, clock).url("http://127.0.0.1", "leads") for name in ("a", "b"))
    assert one != other


async def test_a_refused_message_is_answered_in_googles_shape_and_not_kept(desk: _Desk) -> None:
    status, answer = await desk.post({"text": "x", "blocks": []})
    assert status == 400
    assert answer == {
        "error": {
            "code": 400,
            "message": "Invalid JSON payload received. Unknown name \"blocks\" at 'message': Cannot find field.",
            "status": "INVALID_ARGUMENT",
        }
    }
    assert desk.inbox.messages("leads") == []


async def test_a_message_that_is_too_long_and_one_that_is_no_json_are_refused_over_http(desk: _Desk) -> None:
    status, answer = await desk.post({"text": "x" * 1_000_000})
    assert (status, answer["error"]["message"]) == (400, "Message is too long: at most 32000 bytes.")
    async with desk.session.post(desk.inbox.url(desk.base, "leads"), data={"text": "x"}) as response:
        assert response.status == 400


async def test_the_same_request_id_is_answered_with_the_same_message_also_after_a_restart(
    desk: _Desk, path: Path, clock: FakeClock
) -> None:
    first = await desk.say("first", {"requestId": "r1"})
    again = await desk.say("changed", {"requestId": "r1"})
    assert again == first
    _, elsewhere = await desk.post({"text": "x"}, space="exams", query={"requestId": "r1"})
    assert elsewhere["name"] != first["name"]

    restarted = AlertInbox(path, clock)
    assert restarted.messages("leads") == desk.inbox.messages("leads")
    assert restarted.url("http://h", "leads") == desk.inbox.url("http://h", "leads")


async def test_one_thread_key_makes_one_thread_where_the_reply_option_says_so(desk: _Desk) -> None:
    first = await desk.say("first", _REPLY, threadKey="t")
    second = await desk.say("second", _REPLY, threadKey="t")
    other = await desk.say("other", _REPLY, threadKey="u")
    by_query = await desk.say("third", _REPLY | {"threadKey": "t"})
    by_name = await desk.say("fourth", _OR_FAIL, name=first["thread"]["name"])
    assert {answer["thread"]["name"] for answer in (first, second, by_query, by_name)} == {first["thread"]["name"]}
    assert other["thread"]["name"] != first["thread"]["name"]
    replies = [message["threadReply"] for message in desk.inbox.messages("leads")]
    assert replies == [False, True, False, True, True]


async def test_a_thread_key_of_another_space_is_another_thread(desk: _Desk) -> None:
    here = await desk.say("here", _REPLY, threadKey="t")
    _, there = await desk.post({"text": "there", "thread": {"threadKey": "t"}}, space="exams", query=_REPLY)
    assert here["thread"]["name"] != there["thread"]["name"]


async def test_without_the_reply_option_the_thread_key_is_ignored(desk: _Desk) -> None:
    first = await desk.say("first", threadKey="t")
    second = await desk.say("second", threadKey="t")
    third = await desk.say("third", _REPLY, threadKey="t")
    assert len({answer["thread"]["name"] for answer in (first, second, third)}) == 3


async def test_a_reply_without_a_thread_and_one_to_a_thread_that_is_not_there_are_refused(desk: _Desk) -> None:
    status, answer = await desk.post({"text": "x"}, query=_REPLY)
    assert (status, answer["error"]["status"]) == (400, "INVALID_ARGUMENT")
    missing = {"text": "x", "thread": {"name": "spaces/leads/threads/99999999"}}
    status, answer = await desk.post(missing, query=_OR_FAIL)
    assert (status, answer["error"]["status"]) == (404, "NOT_FOUND")
    status, _ = await desk.post(missing, query=_REPLY)
    assert status == 200


async def test_too_many_messages_are_refused_with_the_seconds_to_wait_in_their_space_alone(
    desk: _Desk, clock: FakeClock
) -> None:
    for number in range(5):
        await desk.say(str(number))
    async with desk.session.post(desk.inbox.url(desk.base, "leads"), json={"text": "x"}) as response:
        assert response.status == 429
        assert response.headers["Retry-After"] == "1"
        assert (await response.json())["error"]["status"] == "RESOURCE_EXHAUSTED"
    assert (await desk.post({"text": "x"}, space="exams"))[0] == 200
    clock.advance(timedelta(seconds=1))
    assert (await desk.post({"text": "x"}))[0] == 200
    assert (await desk.post({"text": "x"}))[0] == 429


def _fill(inbox: AlertInbox, numbers: range) -> None:
    for number in numbers:
        inbox.accept("leads", check_query([("requestId", str(number))]), {"text": str(number)})


def test_the_newest_are_kept_and_the_file_stays_bounded(path: Path, clock: FakeClock) -> None:
    inbox = AlertInbox(path, clock, keep=20)
    _fill(inbox, range(100))
    expected = [str(number) for number in range(80, 100)]
    assert [message["text"] for message in inbox.messages("leads")] == expected
    assert len(path.read_bytes().splitlines()) <= 23
    again = AlertInbox(path, clock, keep=20)
    assert [message["text"] for message in again.messages("leads")] == expected
    _fill(again, range(100, 101))
    assert again.messages("leads")[-1]["name"] == "spaces/leads/messages/00000101.00000101"


def test_the_file_is_the_owners_alone(path: Path, clock: FakeClock) -> None:
    inbox = AlertInbox(path, clock)
    _fill(inbox, range(2))
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("torn", [b'{"number": 3, "spa', b'"x"\n', b"\xff\xfe\n", b"null\n"])
def test_a_torn_last_line_costs_that_message_alone(
    path: Path, clock: FakeClock, caplog: pytest.LogCaptureFixture, torn: bytes
) -> None:
    first = AlertInbox(path, clock)
    _fill(first, range(2))
    with path.open("ab") as file:
        file.write(torn)
    with caplog.at_level(logging.WARNING):
        second = AlertInbox(path, clock)
    assert "2 of 3 messages kept" in caplog.text
    assert second.url("http://h", "leads") == first.url("http://h", "leads")
    _fill(second, range(2, 3))
    assert [message["text"] for message in AlertInbox(path, clock).messages("leads")] == ["0", "1", "2"]


def test_a_last_line_without_its_end_is_kept_and_the_next_begins_a_new_one(path: Path, clock: FakeClock) -> None:
    _fill(AlertInbox(path, clock), range(2))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    _fill(AlertInbox(path, clock), range(2, 3))
    assert [message["text"] for message in AlertInbox(path, clock).messages("leads")] == ["0", "1", "2"]


def test_a_file_without_a_secret_gets_a_new_one_and_keeps_its_messages(path: Path, clock: FakeClock) -> None:
    old = AlertInbox(path, clock)
    _fill(old, range(2))
    head, *rows = path.read_bytes().splitlines()
    assert json.loads(head).keys() == {"secret"}
    path.write_bytes(b"\n".join([b"{}", *rows, b""]))
    new = AlertInbox(path, clock)
    assert new.url("http://h", "leads") != old.url("http://h", "leads")
    assert len(new.messages("leads")) == 2
    assert AlertInbox(path, clock).url("http://h", "leads") == new.url("http://h", "leads")


def test_a_message_that_could_not_be_written_is_not_shown_and_the_next_one_mends_the_file(
    path: Path, clock: FakeClock
) -> None:
    inbox = AlertInbox(path, clock)
    _fill(inbox, range(1))
    aside = path.rename(path.with_name("aside"))
    path.mkdir()
    with pytest.raises(OSError, match="directory"):
        _fill(inbox, range(1, 2))
    assert len(inbox.messages("leads")) == 1
    path.rmdir()
    aside.rename(path)
    _fill(inbox, range(2, 3))
    assert [message["text"] for message in AlertInbox(path, clock).messages("leads")] == ["0", "2"]
