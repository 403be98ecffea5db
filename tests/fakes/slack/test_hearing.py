"""How the app hears: sockets that come and go, requests that are signed; what is told again, twice, late or never."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncGenerator
from typing import Any
from urllib.parse import urlencode

import aiohttp
import aiohttp.web
import pytest

from tests.fakes.slack.small_app import SmallApp, over_http, over_sockets
from tests.fakes.slack_server import Person, SlackServer

Json = dict[str, Any]
for _name in ("slack_bolt", "slack_sdk", "slack_bolt.AsyncApp"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)


@pytest.fixture
async def server() -> AsyncGenerator[SlackServer]:
    async with SlackServer() as made:
        yield made
        assert made.violations == []


@pytest.fixture
async def signed() -> AsyncGenerator[SlackServer]:
    async with SlackServer("http") as made:
        yield made
        assert made.violations == []


@pytest.fixture
def sam(server: SlackServer) -> Person:
    return server.add_user("sam")


class Socket:
    """A connection that does only what a test says."""

    def __init__(self, server: SlackServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self.session = session
        self.url = ""
        self.ws: aiohttp.ClientWebSocketResponse

    async def address(self) -> Json:
        headers = {"Authorization": f"Bearer {self.server.app_token}"}
        async with self.session.post(f"{self.server.api_base}apps.connections.open", headers=headers) as answer:
            return dict(await answer.json())

    async def open(self) -> Json:
        """What it is greeted with."""
        self.url = (await self.address())["url"]
        self.ws = await self.session.ws_connect(self.url)
        return await self.next()

    async def next(self) -> Json:
        return dict(await self.ws.receive_json(timeout=5))

    async def acknowledge(self, envelope: Json, payload: Any = None) -> None:
        more = {} if payload is None else {"payload": payload}
        await self.ws.send_str(json.dumps({"envelope_id": envelope["envelope_id"]} | more))


@pytest.fixture
async def session() -> AsyncGenerator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as made:
        yield made


async def test_each_envelope_goes_to_one_of_the_connections(server: SlackServer, sam: Person) -> None:
    app = SmallApp(server)
    async with over_sockets(app, 3):
        for number in range(60):
            await sam.write(sam.dm, str(number))
        await server.settled()
        assert Counter(one["text"] for one in app.heard) == Counter(map(str, range(60)))
        shares = [one.envelopes for one in server.sockets.connections]
    assert sum(shares) == 60
    assert min(shares) > 5


async def test_a_ticket_is_good_for_one_connection(server: SlackServer, session: aiohttp.ClientSession) -> None:
    socket = Socket(server, session)
    hello = await socket.open()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"]["app_id"] == server.world.app_id
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(socket.url)
    fresh = (await socket.address())["url"]
    server.advance(31)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(fresh)


async def test_one_connection_too_many_is_sent_away(server: SlackServer, session: aiohttp.ClientSession) -> None:
    sockets = [Socket(server, session) for _ in range(11)]
    told = [await socket.open() for socket in sockets]
    assert [one["type"] for one in told] == ["hello"] * 10 + ["disconnect"]
    assert told[-1]["reason"] == "too_many_websockets"
    assert server.connected == 10


async def test_what_is_not_acknowledged_is_sent_again_at_most_three_times(
    server: SlackServer, sam: Person, session: aiohttp.ClientSession
) -> None:
    server.settings.acknowledge_within = 0.05
    server.settings.retries = (0.0, 0.05, 60.0)
    socket = Socket(server, session)
    await socket.open()
    await sam.write(sam.dm, "hello")
    seen = [await socket.next() for _ in range(3)]
    assert not server.delivery.idle
    await server.until(lambda: server.delivery.waiting)
    server.advance(60)
    seen.append(await socket.next())
    assert [one["retry_attempt"] for one in seen] == [0, 1, 2, 3]
    assert {one["retry_reason"] for one in seen[1:]} == {"timeout"}
    assert len({one["payload"]["event_id"] for one in seen}) == 1
    assert len({one["envelope_id"] for one in seen}) == 4
    await server.settled()
    assert server.delivery.unacknowledged == 1


async def test_an_acknowledged_envelope_is_not_sent_again(
    server: SlackServer, sam: Person, session: aiohttp.ClientSession
) -> None:
    server.settings.acknowledge_within = 0.05
    server.settings.retries = (0.0, 0.0, 0.0)
    socket = Socket(server, session)
    await socket.open()
    await sam.write(sam.dm, "hello")
    envelope = await socket.next()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    await socket.acknowledge(envelope)
    await server.settled()
    await sam.write(sam.dm, "again")
    assert (await socket.next())["payload"]["event"]["text"] == "again"


async def test_what_a_dying_connection_left_goes_to_another(
    server: SlackServer, sam: Person, session: aiohttp.ClientSession
) -> None:
    first, second = Socket(server, session), Socket(server, session)
    await first.open()
    await sam.write(sam.dm, "hello")
    envelope = await first.next()
    await second.open()
    await first.ws.close()
    again = await second.next()
    assert again["payload"] == envelope["payload"]
    assert (again["retry_attempt"], again["retry_reason"]) == (1, "connection_lost")
    await second.acknowledge(again)
    await server.settled()


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_connection_that_is_asked_to_comes_back(server: SlackServer, sam: Person, reason: str) -> None:
    app = SmallApp(server)
    async with over_sockets(app):
        await server.disconnect(reason)
        await server.until(lambda: server.sockets.opened == 2 and server.connected == 1)
        await sam.write(sam.dm, "still there?")
        await server.until(lambda: app.of("message"))
        await server.settled()


async def test_sockets_that_are_cut_are_opened_again_once_they_may(server: SlackServer, sam: Person) -> None:
    server.settings.retries = (0.05, 0.1, 1.0)
    app = SmallApp(server)
    async with over_sockets(app, ping_interval=0.2):
        server.refuse_connections()
        await server.until(lambda: server.connected == 0)
        await sam.write(sam.dm, "anybody?")
        await server.until(lambda: any(one.error for one in server.called("apps.connections.open")))
        server.refuse_connections(False)
        await server.until(lambda: app.of("message"))
        await server.settled()


async def test_socket_mode_may_be_switched_off(server: SlackServer, session: aiohttp.ClientSession) -> None:
    socket = Socket(server, session)
    await socket.open()
    await server.disconnect("link_disabled")
    assert await socket.next() == {
        "type": "disconnect",
        "reason": "link_disabled",
        "debug_info": {"host": "applink-stand-in"},
    }
    assert (await socket.ws.receive(timeout=5)).type is aiohttp.WSMsgType.CLOSE
    assert (await socket.address())["error"] == "link_disabled"


async def test_who_says_nothing_in_time_is_told_of_and_who_is_not_there_too(
    server: SlackServer, sam: Person, session: aiohttp.ClientSession
) -> None:
    assert (await sam.slash(sam.dm, "/ticket")).error == "dispatch_failed"
    server.settings.acknowledge_within = 0.05
    socket = Socket(server, session)
    await socket.open()
    asked = await sam.slash(sam.dm, "/ticket help")
    assert (asked.error, asked.acked_after, asked.failed) == ("operation_timeout", None, True)
    with pytest.raises(AssertionError, match="operation_timeout"):
        await asked.modal(within=0.01)
    await socket.acknowledge(await socket.next())
    assert asked.failed


async def test_a_command_is_answered_with_its_acknowledgement(
    server: SlackServer, sam: Person, session: aiohttp.ClientSession
) -> None:
    socket = Socket(server, session)
    await socket.open()
    for payload, wanted in (({"text": "*Hi*"}, "Hi"), ({"text": ""}, None), ({"blocks": [{"type": "x"}]}, None)):
        asking = asyncio.create_task(sam.slash(sam.dm, "/ticket"))
        envelope = await socket.next()
        assert envelope["accepts_response_payload"]
        await socket.acknowledge(envelope, payload)
        asked = await asking
        assert (None if asked.answer is None else asked.answer.text_shown) == wanted
    assert asked.error == "invalid_command_response"
    assert len(server.violations) == 2
    server.violations.clear()


async def test_events_may_be_told_twice_late_the_wrong_way_round_or_never(server: SlackServer, sam: Person) -> None:
    app = SmallApp(server)
    async with over_sockets(app):
        server.every_event_twice = True
        await sam.write(sam.dm, "twice")
        await server.until(lambda: len(app.heard) == 2)
        assert app.bodies[0]["event_id"] == app.bodies[1]["event_id"]
        server.every_event_twice = False
        held = server.hold_events()
        first = await sam.write(sam.dm, "first")
        await sam.edit(first, "First")
        await server.settled()
        assert len(app.heard) == 2
        held.release(backwards=True)
        await server.until(lambda: len(app.heard) == 4)
        assert [one.get("subtype") for one in app.heard[2:]] == ["message_changed", None]
        server.lose_events(lambda event: event["text"] == "lost")
        await sam.write(sam.dm, "lost")
        await sam.write(sam.dm, "found")
        await server.until(lambda: len(app.heard) == 5)
        await server.settled()
        assert app.heard[4]["text"] == "found"
        assert len(server.events("message")) == 5


async def test_an_address_is_verified_and_requests_are_signed(signed: SlackServer) -> None:
    app, sam = SmallApp(signed), signed.add_user("sam")
    async with over_http(app) as url:
        assert await signed.webhooks.verify()
        body = urlencode({"command": "/ticket", "text": ""})
        form = "application/x-www-form-urlencoded"
        right = signed.webhooks.headers(body, content_type=form)
        stale = signed.webhooks.headers(body, content_type=form, age=301)
        wrong = right | {"X-Slack-Signature": "v0=" + "0" * 64}
        for headers in (stale, wrong):
            async with aiohttp.request("POST", url, data=body, headers=headers) as answer:
                assert answer.status == 401
        await sam.write(sam.dm, "hello")
        await signed.until(lambda: app.of("message"))
        await signed.settled()


async def test_an_event_that_met_an_error_comes_again_and_says_so(signed: SlackServer) -> None:
    signed.settings.retries = (0.0, 0.0, 0.0)
    sam, seen = signed.add_user("sam"), []

    async def take(request: aiohttp.web.Request) -> aiohttp.web.Response:
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return aiohttp.web.Response(status=[500, 302, 200][len(seen) - 1])

    served = aiohttp.web.Application()
    served.router.add_post("/", take)
    runner = aiohttp.web.AppRunner(served)
    await runner.setup()
    await aiohttp.web.TCPSite(runner, "127.0.0.1", 0).start()
    signed.deliver_to(f"http://127.0.0.1:{runner.addresses[0][1]}/")
    await sam.write(sam.dm, "hello")
    await signed.settled()
    await runner.cleanup()
    assert seen == [(None, None), ("1", "http_error"), ("2", "http_error")]
    await sam.write(sam.dm, "nobody there")
    await signed.settled()
    assert signed.delivery.unacknowledged == 1


async def test_an_error_over_http_is_what_the_person_is_told(signed: SlackServer) -> None:
    sam = signed.add_user("sam")
    async with over_http(SmallApp(signed)):
        asked = await sam.slash(sam.dm, "/ticket")
        assert (asked.error, asked.status) == ("dispatch_failed", 404)
