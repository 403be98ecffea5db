"""One call of Discord's API: what each answer means, the rate limits that are kept, the secrets that stay secret."""

import asyncio
import json
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from adapters.discord.api.pacing import Pacing, Route
from adapters.discord.api.rest import Refused, Rest, Upload
from adapters.discord.config import DiscordConfig
from core.ports import SLOWEST, Retry, Undeliverable, Unknown
from core.storage.blobs import pieces_of

TOKEN = "MTIzNDU2Nzg5.stand-in.bot-secret"
HOOK = "hook-secret-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
CHANNEL = "1400000000000000001"
OTHER = "1400000000000000002"
Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Api:
    """Answers each call with what the test put there; ``calls`` are the paths that came."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.bodies: list[Any] = []
        self.answers: list[Answer] = []
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._handle)
        self.server = TestServer(app)

    def answers_with(
        self, status: int = 200, body: Any = None, headers: dict[str, str] | None = None, *, times: int = 1
    ) -> None:
        async def answer(_: web.Request) -> web.StreamResponse:
            if body is None:
                return web.Response(status=status, headers=headers)
            return web.json_response(body, status=status, headers=headers)

        self.answers += [answer] * times

    def does(self, answer: Answer) -> None:
        self.answers.append(answer)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(f"{request.method} {request.path_qs}")
        self.headers.append(dict(request.headers))
        if request.content_type == "application/json" and request.can_read_body:
            self.bodies.append(await request.json())
        elif request.content_type.startswith("multipart/"):
            self.bodies.append(await _parts(request))
        if not self.answers:
            return web.json_response({"id": "1"})
        return await self.answers.pop(0)(request)


async def _parts(request: web.Request) -> list[tuple[str | None, str | None, bytes]]:
    found = []
    async for part in await request.multipart():
        found.append((part.name, part.filename, bytes(await part.read())))
    return found


@pytest.fixture
async def api() -> AsyncIterator[Api]:
    made = Api()
    await made.server.start_server()
    yield made
    await made.server.close()


@pytest.fixture
async def rest(api: Api) -> AsyncIterator[Rest]:
    made = _rest(str(api.server.make_url("/api/v10")))
    yield made
    await made.close()


def _rest(base: str, *, pacing: Pacing | None = None, total: float = 5) -> Rest:
    config = DiscordConfig(token=TOKEN, api_base=base)
    return Rest(config, timeout=aiohttp.ClientTimeout(total=total, sock_connect=5), pacing=pacing)


def _limits(remaining: int, after: float, *, limit: int = 2, bucket: str = "abc") -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": str(after),
    }


def _told(error: BaseException) -> str:
    """All that a log of the error would show."""
    return "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)


async def test_a_call_bears_the_bots_token_and_brings_back_the_json(api: Api, rest: Rest) -> None:
    api.answers_with(200, {"id": "7"})
    made = await rest.call("POST", f"/channels/{CHANNEL}/messages", json={"content": "Hello"})
    assert made == {"id": "7"}
    assert api.bodies == [{"content": "Hello"}]
    assert api.headers[0]["Authorization"] == f"Bot {TOKEN}"
    assert api.headers[0]["User-Agent"].startswith("DiscordBot (http")


async def test_an_answer_without_content_is_none(api: Api, rest: Rest) -> None:
    api.answers_with(204)
    assert await rest.call("DELETE", f"/channels/{CHANNEL}/messages/{OTHER}") is None


async def test_a_call_by_a_token_in_its_path_does_not_show_the_bots(api: Api, rest: Rest) -> None:
    await rest.call("POST", f"/webhooks/1/{HOOK}", json={}, params={"wait": "true"}, authorised=False)
    assert "Authorization" not in api.headers[0]
    assert api.calls == [f"POST /api/v10/webhooks/1/{HOOK}?wait=true"]


async def test_files_go_beside_the_json_under_their_names(api: Api, rest: Rest) -> None:
    files = [
        Upload("Übung “1”.pdf", 4, "application/pdf", partial(pieces_of, b"%PDF")),
        Upload("b\n.png", 4, "image/png", partial(pieces_of, b"\x89PNG")),
    ]
    await rest.call("POST", f"/channels/{CHANNEL}/messages", json={"content": "x"}, files=files)
    [(first, _, payload), (name, filename, data), (second, other, _)] = api.bodies[0]
    assert (first, json.loads(payload)) == ("payload_json", {"content": "x"})
    assert (name, filename, data) == ("files[0]", "Übung “1”.pdf", b"%PDF")
    assert (second, other) == ("files[1]", "b .png")


async def test_a_slow_way_has_as_long_as_the_bytes_of_a_file_may_take(api: Api) -> None:
    async def slowly(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.3)  # longer than a call may take without a file
        return web.json_response({"id": "1"})

    api.does(slowly)
    api.does(slowly)
    rest = _rest(str(api.server.make_url("/api/v10")), total=0.1)
    file = Upload("a.bin", SLOWEST, "application/octet-stream", partial(pieces_of, bytes(SLOWEST)))
    assert await rest.call("POST", f"/channels/{CHANNEL}/messages", json={}, files=[file]) == {"id": "1"}
    with pytest.raises(Unknown):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    await rest.close()


async def test_a_quoted_emoji_in_a_path_stays_quoted_once(api: Api, rest: Rest) -> None:
    seen: list[str] = []

    async def look(request: web.Request) -> web.StreamResponse:
        seen.append(request.raw_path)
        return web.Response(status=204)

    api.does(look)
    await rest.call("PUT", f"/channels/{CHANNEL}/messages/1/reactions/%F0%9F%91%8D/@me")
    assert seen == [f"/api/v10/channels/{CHANNEL}/messages/1/reactions/%F0%9F%91%8D/@me"]


async def test_a_refusal_says_which_and_of_which_channel(api: Api, rest: Rest) -> None:
    api.answers_with(403, {"message": "Missing Permissions", "code": 50013})
    with pytest.raises(Refused, match=r"403 .*Missing Permissions \(50013\)") as caught:
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert (caught.value.status, caught.value.code, caught.value.channel) == (403, 50013, CHANNEL)
    assert isinstance(caught.value, Undeliverable)


async def test_a_refused_form_says_which_part_was_wrong(api: Api, rest: Rest) -> None:
    errors = {"content": {"_errors": [{"code": "BASE_TYPE_MAX_LENGTH"}]}}
    api.answers_with(400, {"message": "Invalid Form Body", "code": 50035, "errors": errors})
    with pytest.raises(Refused, match="BASE_TYPE_MAX_LENGTH"):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})


@pytest.mark.parametrize("status", [500, 502, 503, 504, 524, 408])
async def test_a_broken_discord_may_have_done_it_and_a_question_is_asked_again(
    api: Api, rest: Rest, status: int
) -> None:
    api.answers_with(status, times=2)
    with pytest.raises(Unknown):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    with pytest.raises(Retry):
        await rest.call("GET", f"/channels/{CHANNEL}")
    assert len(api.calls) == 2


async def test_a_connection_that_breaks_after_the_sending_may_have_done_it(api: Api, rest: Rest) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    api.does(hang_up)
    with pytest.raises(Unknown):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert len(api.calls) == 1


async def test_no_answer_in_time_may_have_done_it(api: Api) -> None:
    async def dawdle(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.3)
        return web.Response()

    api.does(dawdle)
    rest = _rest(str(api.server.make_url("/api/v10")), total=0.05)
    with pytest.raises(Unknown):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    await rest.close()


async def test_where_nobody_listens_nothing_was_sent() -> None:
    rest = _rest(f"http://127.0.0.1:{unused_port()}/api/v10")
    with pytest.raises(Retry, match="nothing was sent"):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    await rest.close()


async def test_a_page_that_is_not_discords_is_no_answer(api: Api, rest: Rest) -> None:
    async def portal(_: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Sign in to the Wi-Fi</html>", content_type="text/html")

    api.does(portal)
    api.does(portal)
    with pytest.raises(Unknown, match="not one of Discord"):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    with pytest.raises(Retry, match="not one of Discord"):
        await rest.call("GET", f"/channels/{CHANNEL}")


async def test_a_guard_that_shuts_out_the_machine_is_left_alone_for_minutes(api: Api, rest: Rest) -> None:
    async def guard(_: web.Request) -> web.StreamResponse:
        return web.Response(status=403, text="error code: 1020")

    api.does(guard)
    with pytest.raises(Retry) as caught:
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert caught.value.after == 300


# --- rate limits ---------------------------------------------------------------------------------------------------


async def test_a_429_is_one_attempt_and_says_when(api: Api, rest: Rest) -> None:
    api.answers_with(429, {"message": "You are being rate limited.", "retry_after": 7.25, "global": False})
    with pytest.raises(Retry) as caught:
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert caught.value.after == 7.25
    assert len(api.calls) == 1


async def test_after_a_429_the_same_route_is_not_called_before_its_time_and_others_are(api: Api, rest: Rest) -> None:
    api.answers_with(429, {"retry_after": 30, "global": False})
    for _ in range(2):
        with pytest.raises(Retry):
            await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    await rest.call("POST", f"/channels/{OTHER}/messages", json={})
    assert api.calls == [f"POST /api/v10/channels/{CHANNEL}/messages", f"POST /api/v10/channels/{OTHER}/messages"]


async def test_after_a_global_429_nothing_is_called_but_what_answers_people(api: Api, rest: Rest) -> None:
    api.answers_with(429, {"retry_after": 30, "global": True})
    for channel in (CHANNEL, OTHER):
        with pytest.raises(Retry) as caught:
            await rest.call("GET", f"/channels/{channel}")
        assert caught.value.after == pytest.approx(30, abs=1)
    assert len(api.calls) == 1
    await rest.call("POST", f"/interactions/{CHANNEL}/{HOOK}/callback", json={}, authorised=False)
    assert len(api.calls) == 2


async def test_a_429_that_is_not_discords_shuts_everything_for_as_long_as_it_says(api: Api, rest: Rest) -> None:
    api.answers_with(429, None, {"Retry-After": "900"})
    with pytest.raises(Retry) as caught:
        await rest.call("GET", f"/channels/{CHANNEL}")
    assert caught.value.after == 900
    with pytest.raises(Retry):
        await rest.call("GET", f"/channels/{OTHER}")
    with pytest.raises(Retry):
        await rest.call("POST", f"/interactions/{CHANNEL}/{HOOK}/callback", json={}, authorised=False)


async def test_an_empty_bucket_is_waited_out_where_that_is_short(api: Api, rest: Rest) -> None:
    api.answers_with(200, {}, _limits(0, 0.15, limit=1))
    started = time.monotonic()
    for _ in range(2):
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert 0.1 < time.monotonic() - started < 2
    assert len(api.calls) == 2


async def test_an_empty_bucket_that_fills_late_is_the_outboxs_to_wait_for(api: Api, rest: Rest) -> None:
    api.answers_with(200, {}, _limits(0, 60))
    await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    with pytest.raises(Retry) as caught:
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    assert caught.value.after == pytest.approx(60, abs=1)
    assert len(api.calls) == 1


async def test_routes_with_one_bucket_share_it_and_channels_have_their_own(api: Api, rest: Rest) -> None:
    api.answers_with(200, {}, _limits(1, 60))
    api.answers_with(200, {}, _limits(0, 60))
    api.answers_with(200, {}, _limits(1, 60))
    await rest.call("PATCH", f"/channels/{CHANNEL}/messages/{OTHER}", json={})
    await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
    with pytest.raises(Retry):
        await rest.call("PATCH", f"/channels/{CHANNEL}/messages/{OTHER}", json={})
    await rest.call("PATCH", f"/channels/{OTHER}/messages/{OTHER}", json={})
    assert len(api.calls) == 3


async def test_many_at_once_on_a_known_bucket_get_no_429(api: Api, rest: Rest) -> None:
    """The stand-in's word after the first: 2 calls in 0.1 s."""
    api.answers_with(200, {}, _limits(1, 0.1))
    api.answers_with(200, {}, _limits(0, 0.1), times=9)
    times: list[float] = []

    async def call() -> None:
        await rest.call("POST", f"/channels/{CHANNEL}/messages", json={})
        times.append(time.monotonic())

    await call()
    await asyncio.gather(*(call() for _ in range(5)))
    assert len(api.calls) == 6
    assert max(times) - min(times) > 0.15


async def test_no_more_calls_begin_in_a_second_than_are_allowed_and_interactions_do_not_count(api: Api) -> None:
    rest = _rest(str(api.server.make_url("/api/v10")), pacing=Pacing(per_second=5, patience=0.5))
    results = await asyncio.gather(*(rest.call("GET", f"/guilds/{n}") for n in range(8)), return_exceptions=True)
    assert sum(isinstance(one, Retry) for one in results) == 3
    await rest.call("POST", f"/interactions/1/{HOOK}/callback", json={"type": 5}, authorised=False)
    assert len(api.calls) == 6
    await rest.close()


@pytest.mark.parametrize(
    ("path", "template", "major"),
    [
        (f"/channels/{CHANNEL}/messages/{OTHER}", "/channels/{major}/messages/{id}", CHANNEL),
        (f"/channels/{CHANNEL}/messages/{OTHER}/reactions/%F0/@me", None, CHANNEL),
        (f"/webhooks/{CHANNEL}/{HOOK}", "/webhooks/{major}/{major}", f"{CHANNEL}/{HOOK}"),
        ("/users/@me", "/users/@me", ""),
    ],
)
def test_a_route_is_known_by_its_path_without_ids(path: str, template: str | None, major: str) -> None:
    route = Route.of("GET", path)
    assert route.major == major
    assert template is None or route.template == f"GET {template}"
    assert HOOK not in route.template and CHANNEL not in route.template


# --- secrets -------------------------------------------------------------------------------------------------------


async def test_no_error_shows_a_token(api: Api, rest: Rest) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    path = f"/webhooks/1/{HOOK}"
    echo = {"message": f"Unknown {path} for {TOKEN}", "code": 10015, "errors": {HOOK: TOKEN}}
    api.answers_with(404, echo)
    api.answers_with(500)
    api.does(hang_up)
    api.answers_with(429, {"retry_after": 0.01, "global": False})
    for _ in range(4):
        with pytest.raises((Refused, Unknown, Retry)) as caught:
            await rest.call("POST", path, json={}, authorised=False)
        assert HOOK not in _told(caught.value) and TOKEN not in _told(caught.value)


async def test_the_settings_do_not_show_the_token() -> None:
    assert TOKEN not in repr(DiscordConfig(token=TOKEN))


async def test_an_address_that_is_none_does_not_show_a_token() -> None:
    rest = _rest("http://no such host")
    with pytest.raises((Retry, Unknown)) as caught:
        await rest.call("POST", f"/webhooks/1/{HOOK}", json={}, authorised=False)
    assert HOOK not in _told(caught.value)
    await rest.close()
