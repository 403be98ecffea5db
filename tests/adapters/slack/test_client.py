"""One call of Slack's Web API: what each answer means, and the secrets that stay secret."""

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from adapters.slack.api.client import Refused, Slack, Workspace
from adapters.slack.api.pacing import Pacing
from adapters.slack.api.transfers import is_slacks, uploaded
from adapters.slack.config import SlackConfig
from core.ports import SLOWEST, Retry, Undeliverable, Unknown
from core.storage.blobs import pieces_of
from tests.fakes.pieces import whole

TOKEN = "xoxb-stand-in-bot-secret"
UPLOAD = "/upload/v1/stand-in-upload-secret"
MESSAGE = {"channel": "C1", "text": "Hello"}
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """Answers each call with what the test put there; ``calls`` are the methods that were called."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.sent: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    @property
    def base(self) -> str:
        return str(self.server.make_url("/api/"))

    def url(self, path: str) -> str:
        return str(self.server.make_url(path))

    def says(self, body: Any, *, status: int = 200, headers: dict[str, str] | None = None, times: int = 1) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.json_response(body, status=status, headers=headers)

        self.answers += [answer] * times

    def refuses(self, error: str, **more: Any) -> None:
        self.says({"ok": False, "error": error, **more})

    def shows(
        self, words: str, *, status: int = 200, kind: str = "text/html", headers: dict[str, str] | None = None
    ) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            return web.Response(text=words, status=status, content_type=kind, headers=headers)

        self.does(answer)

    def does(self, answer: Answer) -> None:
        self.answers.append(answer)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path.removeprefix('/api/')}")
        self.headers.append(dict(request.headers))
        sent: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            sent |= await request.json()
        elif request.content_type == "application/x-www-form-urlencoded":
            sent |= dict(await request.post())
        self.sent.append(sent)
        if not self.answers:
            return web.json_response({"ok": True})
        return await self.answers.pop(0)(request)


async def _hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def slack(api: Api) -> AsyncIterator[Slack]:
    made = _slack(api.base)
    yield made
    await made.close()


def _slack(base: str, *, total: float = 5, patience: float = 0.5) -> Slack:
    config = SlackConfig(bot_token=TOKEN, api_base=base)
    timeout = aiohttp.ClientTimeout(total=total, sock_connect=5)
    return Slack(config, timeout=timeout, pacing=Pacing(patience=patience))


def _told(error: BaseException) -> str:
    """All that a log of the error would show."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)


async def test_a_call_bears_the_apps_token_and_brings_back_the_answer(api: Api, slack: Slack) -> None:
    api.says({"ok": True, "ts": "1.000001"})
    assert (await slack.call("chat.postMessage", {**MESSAGE, "blocks": [{"type": "divider"}]}))["ts"] == "1.000001"
    assert api.sent == [{**MESSAGE, "blocks": [{"type": "divider"}]}]
    assert api.headers[0]["Authorization"] == f"Bearer {TOKEN}"
    assert api.headers[0]["Content-Type"] == "application/json;charset=utf-8"


@pytest.mark.parametrize(
    ("method", "args", "call", "sent"),
    [
        ("conversations.replies", {"channel": "C1", "limit": 200, "cursor": None}, "GET", {"limit": "200"}),
        ("conversations.history", {"channel": "C1", "include_all_metadata": True}, "GET", {}),
        ("reactions.add", {"channel": "C1", "timestamp": "1.000001", "name": "+1"}, "POST", {"name": "+1"}),
        ("chat.delete", {"channel": "C1", "ts": "1.000001"}, "POST", {"ts": "1.000001"}),
        ("files.getUploadURLExternal", {"filename": "ü & <1>.pdf", "length": 7}, "POST", {"length": "7"}),
        ("files.completeUploadExternal", {"files": [{"id": "F1"}]}, "POST", {"files": '[{"id": "F1"}]'}),
        ("views.open", {"trigger_id": "1", "view": {"type": "modal"}}, "POST", {"view": {"type": "modal"}}),
    ],
)
async def test_arguments_go_as_slack_takes_them(
    api: Api, slack: Slack, method: str, args: dict[str, Any], call: str, sent: dict[str, Any]
) -> None:
    await slack.call(method, args)
    assert api.calls == [f"{call} {method}"]
    assert sent.items() <= api.sent[0].items()
    assert "cursor" not in api.sent[0]


async def test_what_is_written_stands_in_no_address(api: Api, slack: Slack) -> None:
    seen: list[str] = []

    async def look(request: web.Request) -> web.StreamResponse:
        seen.append(str(request.rel_url))
        return web.json_response({"ok": True})

    api.does(look)
    await slack.call("files.completeUploadExternal", {"files": [], "initial_comment": "From Sam"})
    assert seen == ["/api/files.completeUploadExternal"]


async def test_the_workspace_is_asked_for_once(api: Api, slack: Slack) -> None:
    said = {"ok": True, "url": "https://uni.slack.com/", "team_id": "T1", "user_id": "U1", "bot_id": "B1"}
    api.says(said)
    assert slack.known_workspace is None
    known = Workspace(team="T1", url="https://uni.slack.com/", bot_user="U1", bot="B1")
    assert await asyncio.gather(*(slack.workspace() for _ in range(3))) == [known] * 3
    assert slack.known_workspace == known
    assert api.calls == ["POST auth.test"]


async def test_a_direct_message_is_opened_once_for_each_person(api: Api, slack: Slack) -> None:
    api.says({"ok": True, "channel": {"id": "D1"}})
    api.says({"ok": True, "channel": {"id": "D2"}})
    assert [await slack.open_dm(user) for user in ("U1", "U2", "U1")] == ["D1", "D2", "D1"]
    assert [one["users"] for one in api.sent] == ["U1", "U2"]


async def test_bolt_has_a_client_that_tries_once_and_takes_no_proxy(
    api: Api, slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:1")
    again = _slack(api.base)
    assert again.web.proxy is None and again.web.retry_handlers == []
    assert (await again.web.auth_test()).status_code == 200
    await again.close()


# --- refusals ------------------------------------------------------------------------------------------------------


async def test_a_refusal_says_which_and_of_which_channel(api: Api, slack: Slack) -> None:
    api.refuses("not_in_channel")
    with pytest.raises(Refused, match=r"chat\.postMessage: not_in_channel") as caught:
        await slack.call("chat.postMessage", MESSAGE)
    refused = caught.value
    assert (refused.error, refused.method, refused.channel) == ("not_in_channel", "chat.postMessage", "C1")
    assert isinstance(refused, Undeliverable)


async def test_a_refusal_names_the_scope_that_is_missing(api: Api, slack: Slack) -> None:
    api.refuses("missing_scope", needed="reactions:write", provided="chat:write")
    with pytest.raises(Refused, match="reactions:write") as caught:
        await slack.call("reactions.add", {"channel": "C1", "timestamp": "1.000001", "name": "memo"})
    assert caught.value.needed == "reactions:write"


async def test_a_refused_message_says_which_part_was_wrong(api: Api, slack: Slack) -> None:
    problem = "[ERROR] must be less than 3001 characters [json-pointer:/blocks/0/text/text]"
    api.refuses("invalid_blocks", response_metadata={"messages": [problem]})
    with pytest.raises(Refused, match="less than 3001"):
        await slack.call("chat.postMessage", MESSAGE)


@pytest.mark.parametrize(
    "said",
    [
        {"ok": False, "error": "x\u202e\n\x00y" * 500, "needed": "z" * 5_000},
        {"ok": False, "error": "x", "response_metadata": "none"},
        {"ok": False, "error": "x", "response_metadata": {"messages": ["m" * 9_000, {"a": 1}]}},
        {"ok": "yes", "error": ""},
    ],
)
async def test_what_a_refusal_says_is_cleaned_and_shortened(api: Api, slack: Slack, said: dict[str, Any]) -> None:
    api.says(said)
    with pytest.raises(Refused) as caught:
        await slack.call("chat.postMessage", MESSAGE)
    assert len(str(caught.value)) < 500 and str(caught.value).isprintable()


# --- what may have happened ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408])
async def test_a_broken_slack_may_have_done_it_and_a_question_is_asked_again(
    api: Api, slack: Slack, status: int
) -> None:
    for _ in range(2):
        api.shows("upstream", status=status)
    await _unknown_and_retry(api, slack)


@pytest.mark.parametrize("error", ["internal_error", "fatal_error", "request_timeout", "service_unavailable"])
async def test_slacks_own_faults_may_have_done_it(api: Api, slack: Slack, error: str) -> None:
    for _ in range(2):
        api.refuses(error)
    await _unknown_and_retry(api, slack)


@pytest.mark.parametrize(
    ("words", "kind"),
    [
        ("<html>Sign in to the Wi-Fi</html>", "text/html"),
        ("{", "application/json"),
        ("[1]", "application/json"),
        ("[" * 100_000, "application/json"),
        ("upstream connect error", "text/plain"),
        ("", "application/octet-stream"),
        ('"ok"', "application/json"),
        ('{"ok": false}', "application/json"),
        ('{"ok": false, "error": ["no", "words"]}', "application/json"),
    ],
)
async def test_a_page_that_is_not_slacks_is_no_answer(api: Api, slack: Slack, words: str, kind: str) -> None:
    for _ in range(2):
        api.shows(words, kind=kind)
    await _unknown_and_retry(api, slack)


async def test_a_connection_that_breaks_after_the_sending_may_have_done_it(api: Api, slack: Slack) -> None:
    api.does(_hang_up)
    with pytest.raises(Unknown):
        await slack.call("chat.postMessage", MESSAGE)
    assert len(api.calls) == 1


async def test_no_answer_in_time_may_have_done_it(api: Api) -> None:
    async def dawdle(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.json_response({"ok": True})

    api.does(dawdle)
    slack = _slack(api.base, total=0.05)
    with pytest.raises(Unknown):
        await slack.call("chat.postMessage", MESSAGE)
    await slack.close()


async def test_where_nobody_listens_nothing_was_sent() -> None:
    slack = _slack(f"http://127.0.0.1:{unused_port()}/api/")
    with pytest.raises(Retry, match="nothing was sent"):
        await slack.call("chat.postMessage", MESSAGE)
    await slack.close()


@pytest.mark.parametrize("status", [403, 404])
async def test_a_guard_that_shuts_out_the_machine_is_left_alone_for_minutes(
    api: Api, slack: Slack, status: int
) -> None:
    api.shows("error code: 1020", status=status)
    with pytest.raises(Retry) as caught:
        await slack.call("chat.postMessage", MESSAGE)
    assert caught.value.after == 300


async def _unknown_and_retry(api: Api, slack: Slack) -> None:
    """What changes something may have been done, what only asks is asked again."""
    with pytest.raises(Unknown):
        await slack.call("chat.postMessage", MESSAGE)
    with pytest.raises(Retry):
        await slack.call("conversations.replies", {"channel": "C1", "ts": "1.000001"})
    assert len(api.calls) == 2


# --- rate limits ---------------------------------------------------------------------------------------------------


async def test_a_429_is_one_attempt_and_says_when(api: Api, slack: Slack) -> None:
    api.says({"ok": False, "error": "ratelimited"}, status=429, headers={"Retry-After": "7"})
    with pytest.raises(Retry) as caught:
        await slack.call("chat.postMessage", MESSAGE)
    assert caught.value.after == 7
    with pytest.raises(Retry):
        await slack.call("chat.postMessage", MESSAGE)
    await slack.call("chat.postMessage", {**MESSAGE, "channel": "C2"})
    assert len(api.calls) == 2


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "soon"}, {"Retry-After": "-3"}, {"Retry-After": "1e9"}])
async def test_a_429_without_a_time_is_left_alone_for_a_while(api: Api, slack: Slack, headers: dict[str, str]) -> None:
    api.says({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
    with pytest.raises(Retry) as caught:
        await slack.call("users.info", {"user": "U1"})
    assert caught.value.after == 30


async def test_a_rate_limit_that_is_told_with_200_is_one_too(api: Api, slack: Slack) -> None:
    api.refuses("rate_limited")
    with pytest.raises(Retry) as caught:
        await slack.call("chat.postMessage", MESSAGE)
    assert caught.value.after == 30


async def test_a_crowd_is_served_at_once(api: Api, slack: Slack) -> None:
    arrived = asyncio.Barrier(150)

    async def together(_: web.Request) -> web.StreamResponse:
        await arrived.wait()
        return web.json_response({"ok": True})

    api.answers += [together] * 150
    await asyncio.gather(*(slack.call("users.info", {"user": f"U{n}"}) for n in range(150)))


# --- files ---------------------------------------------------------------------------------------------------------


async def test_a_file_is_brought_as_it_is_without_the_token(api: Api, slack: Slack) -> None:
    got: list[bytes] = []

    async def take(request: web.Request) -> web.StreamResponse:
        got.append(await request.read())
        return web.Response(text="OK - 4")

    api.does(take)
    await slack.upload(api.url(UPLOAD), pieces_of(b"\x89PNG"), 4)
    assert got == [b"\x89PNG"] and "Authorization" not in api.headers[0]


async def test_a_slow_way_has_as_long_as_the_bytes_of_a_file_may_take(api: Api) -> None:
    async def slowly(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.3)  # longer than an upload may take beside its bytes
        return web.Response(text=f"OK - {len(await request.read())}")

    api.does(slowly)
    api.does(slowly)
    async with aiohttp.ClientSession() as session:
        bring = partial(uploaded, session, api.url(UPLOAD), api_base=api.base, seconds=0.1)
        assert await bring(pieces_of(bytes(SLOWEST)), SLOWEST) is None
        assert isinstance(await bring(pieces_of(b"1"), 1), Retry)


@pytest.mark.parametrize(("status", "raised"), [(500, Retry), (429, Retry), (404, Refused), (302, Refused)])
async def test_a_file_that_was_not_taken_can_be_brought_again(
    api: Api, slack: Slack, status: int, raised: type[Exception]
) -> None:
    api.shows("no", status=status)
    with pytest.raises(raised) as caught:
        await slack.upload(api.url(UPLOAD), pieces_of(b"1"), 1)
    assert UPLOAD not in _told(caught.value)


async def test_a_file_is_fetched_with_the_token(api: Api, slack: Slack) -> None:
    api.shows("words", kind="text/plain")
    assert await whole(slack.download(api.url("/files-pri/T1-F1/notes.txt"), 5)) == b"words"
    assert api.headers[0]["Authorization"] == f"Bearer {TOKEN}"


async def test_a_page_is_a_file_where_it_comes_as_one(api: Api, slack: Slack) -> None:
    api.shows("<p>", headers={"Content-Disposition": 'attachment; filename="page.html"'})
    assert await whole(slack.download(api.url("/files-pri/T1-F1/page.html"), 100)) == b"<p>"


async def test_a_page_to_sign_in_is_no_file(api: Api, slack: Slack) -> None:
    api.shows("", status=302, headers={"Location": "/signin"})
    api.shows("<html>Sign in</html>")
    with pytest.raises(Refused, match="sign in"):
        await whole(slack.download(api.url("/files-pri/T1-F1/notes.txt"), 100))


@pytest.mark.parametrize("large", ["x" * 101, "x" * 300_000])
async def test_a_file_that_is_too_large_is_left_there(api: Api, slack: Slack, large: str) -> None:
    api.shows(large, kind="text/plain")
    with pytest.raises(Refused, match="too large"):
        await whole(slack.download(api.url("/files-pri/T1-F1/notes.txt"), 100))


@pytest.mark.parametrize(("status", "raised"), [(500, Retry), (429, Retry), (404, Refused), (403, Refused)])
async def test_a_file_that_does_not_come(api: Api, slack: Slack, status: int, raised: type[Exception]) -> None:
    api.shows("no", status=status)
    with pytest.raises(raised):
        await whole(slack.download(api.url("/files-pri/T1-F1/notes.txt"), 100))


@pytest.mark.parametrize("location", ["https://evil.example/", "http://slack.com.evil.example/x", "http://[", ""])
async def test_the_token_is_carried_nowhere_else(api: Api, slack: Slack, location: str) -> None:
    for _ in range(9):
        api.shows("", status=302, headers={"Location": location})
    with pytest.raises((Refused, Retry)) as caught:
        await whole(slack.download(api.url("/files-pri/T1-F1/notes.txt"), 100))
    assert len(api.calls) <= 4 and TOKEN not in _told(caught.value)


@pytest.mark.parametrize(
    ("url", "known"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", True),
        ("https://slack.com/x", True),
        ("https://files.slack-gov.com/x", True),
        ("https://downloads.slack-edge.com/x", True),
        ("https://slack-files.com/T1-F1-secret", False),
        ("https://FILES.SLACK.COM/x", True),
        ("http://files.slack.com/x", False),
        ("https://files.slack.com:8443/x", False),
        ("https://user@files.slack.com/x", False),
        ("https://files.slack.com.evil.example/x", False),
        ("https://evilslack.com/x", False),
        ("https://evil.example/files.slack.com", False),
        ("https://evil.example\\@files.slack.com/", False),
        ("//files.slack.com/x", False),
        ("/files-pri/T1-F1/a.png", False),
        ("file:///etc/passwd", False),
        ("", False),
        ("http://127.0.0.1:81/x", False),
        ("http://127.0.0.1:80/x", True),
        ("https://127.0.0.1/x", False),
    ],
)
def test_slacks_own_addresses_are_told_from_others(url: str, known: bool) -> None:
    assert is_slacks(url, "http://127.0.0.1/api/") is known


# --- secrets -------------------------------------------------------------------------------------------------------


async def test_no_error_shows_the_token(api: Api, slack: Slack) -> None:
    api.refuses(f"no_such_{TOKEN}", needed=TOKEN, response_metadata={"messages": [f"for {TOKEN}"]})
    api.shows(f"for {TOKEN}", status=500)
    api.shows(f"for {TOKEN}")
    api.does(_hang_up)
    api.says({"ok": False, "error": TOKEN}, status=429, headers={"Retry-After": "0"})
    for _ in range(5):
        with pytest.raises((Refused, Unknown, Retry)) as caught:
            await slack.call("chat.postMessage", MESSAGE)
        assert TOKEN not in _told(caught.value)


async def test_nothing_that_is_sent_is_logged(api: Api, slack: Slack, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    await slack.call("chat.postMessage", {"channel": "C1", "text": "My grade is private"})
    api.refuses("not_in_channel")
    with pytest.raises(Refused):
        await slack.call("chat.postMessage", {"channel": "C1", "text": "My grade is private"})
    assert "private" not in caplog.text and TOKEN not in caplog.text


async def test_an_address_that_is_none_does_not_show_the_token() -> None:
    slack = _slack("http://no such host/")
    with pytest.raises((Retry, Unknown)) as caught:
        await slack.call("chat.postMessage", MESSAGE)
    assert TOKEN not in _told(caught.value)
    await slack.close()


async def test_a_closed_client_opens_anew(api: Api, slack: Slack) -> None:
    await slack.call("auth.test")
    await slack.close()
    await slack.close()
    await slack.call("auth.test")
    assert json.dumps(api.calls) == '["POST auth.test", "POST auth.test"]'
