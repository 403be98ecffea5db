"""Deliveries to an alert space: what each answer means, and that the webhook's address stays secret."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, timedelta
from email.utils import format_datetime
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from yarl import URL

from adapters.gchat.channel import GoogleChat
from core.model.ids import PersonId
from core.model.outbox import ToPerson
from core.model.people import Platform
from core.model.thread import MessageKind
from core.ports import Channel, Receipt, Retry, Spoken, Undeliverable, Unknown
from core.text import Text
from tests.adapters.gchat.samples import ALERT, CARDS, NOON, TICKET_KEY, parcel, ticket
from tests.fakes.clock import FakeClock
from tests.fakes.gchat_server import FakeGoogleChat, Fault


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOON)


@pytest.fixture
async def chat(tmp_path: Path, clock: FakeClock) -> AsyncIterator[FakeGoogleChat]:
    async with FakeGoogleChat(tmp_path / "alerts.jsonl", clock) as server:
        yield server


@pytest.fixture
async def channel(chat: FakeGoogleChat, clock: FakeClock) -> AsyncIterator[GoogleChat]:
    made = _to(chat.url("leads"), clock)
    yield made
    await made.close()


def _to(url: str, clock: FakeClock) -> GoogleChat:
    return GoogleChat({"leads": url}, zone=UTC, clock=clock, timeout=aiohttp.ClientTimeout(total=5, sock_connect=5))


def _assert_keeps_the_secret(error: BaseException, url: str) -> None:
    """Neither the error nor anything that a traceback of it would show holds the webhook's key or token."""
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)
    for name in ("key", "token"):
        assert URL(url).query[name] not in told


async def test_a_delivered_card_stands_in_the_space_and_its_name_is_the_receipt(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    receipt = await channel.deliver(parcel(ALERT, of=ticket()))
    [message] = chat.messages("leads")
    assert receipt == Receipt(external_id=str(message["name"]))
    assert message["fallbackText"].startswith("🔴 T-1042")
    [call] = chat.calls
    assert call["requestId"] == parcel(ALERT).key
    assert call["messageReplyOption"] == "REPLY_MESSAGE_FALLBACK_TO_NEW_THREAD"


async def test_every_sample_card_is_taken_over_real_http(chat: FakeGoogleChat, channel: GoogleChat) -> None:
    for number, card in enumerate(CARDS.values()):
        await channel.deliver(parcel(card, key=f"{number:024}", of=ticket()))
    assert len(chat.messages("leads")) == len(CARDS)


async def test_the_cards_of_one_ticket_stand_in_one_thread_and_a_card_of_none_in_its_own(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    await channel.deliver(parcel(ALERT, key="1" * 24, of=ticket()))
    await channel.deliver(parcel(ALERT, key="2" * 24))
    await channel.deliver(parcel(ALERT, key="3" * 24, of=ticket()))
    first, lone, second = chat.messages("leads")
    assert first["thread"] == second["thread"]
    assert first["thread"]["threadKey"] == TICKET_KEY
    assert lone["thread"] != first["thread"]
    assert [message["threadReply"] for message in (first, lone, second)] == [False, False, True]


async def test_a_busy_space_is_tried_again_when_it_says(chat: FakeGoogleChat, channel: GoogleChat) -> None:
    chat.fail_next(Fault.BUSY, headers={"Retry-After": "7"})
    with pytest.raises(Retry, match="429 RESOURCE_EXHAUSTED") as caught:
        await channel.deliver(parcel(ALERT))
    assert caught.value.after == 7
    _assert_keeps_the_secret(caught.value, chat.url("leads"))


@pytest.mark.parametrize(
    ("header", "after"),
    [
        (None, None),
        ("soon", None),
        ("-5", None),
        (format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0),
    ],
)
async def test_retry_after_may_be_a_date_or_nothing_useful(
    chat: FakeGoogleChat, channel: GoogleChat, header: str | None, after: float | None
) -> None:
    chat.fail_next(Fault.BUSY, headers={"Retry-After": header} if header else {})
    with pytest.raises(Retry) as caught:
        await channel.deliver(parcel(ALERT))
    assert caught.value.after == after


async def test_a_broken_google_is_tried_again_and_the_message_is_made_once(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    chat.fail_next(Fault.BROKEN, times=2)
    for _ in range(2):
        with pytest.raises(Retry, match="500 INTERNAL"):
            await channel.deliver(parcel(ALERT))
    await channel.deliver(parcel(ALERT))
    assert len(chat.messages("leads")) == 1


async def test_a_lost_answer_is_unknown_and_sending_again_makes_no_second_message(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    chat.fail_next(Fault.ANSWER_LOST)
    with pytest.raises(Unknown) as caught:
        await channel.deliver(parcel(ALERT, of=ticket()))
    _assert_keeps_the_secret(caught.value, chat.url("leads"))
    assert await channel.find(parcel(ALERT, of=ticket())) is None
    receipt = await channel.deliver(parcel(ALERT, of=ticket()))
    [message] = chat.messages("leads")
    assert receipt.external_id == message["name"]


async def test_silence_is_unknown(chat: FakeGoogleChat, clock: FakeClock) -> None:
    impatient = aiohttp.ClientTimeout(total=0.05)
    channel = GoogleChat({"leads": chat.url("leads")}, zone=UTC, clock=clock, timeout=impatient)
    chat.fail_next(Fault.SILENT)
    with pytest.raises(Unknown, match="TimeoutError") as caught:
        await channel.deliver(parcel(ALERT))
    _assert_keeps_the_secret(caught.value, chat.url("leads"))
    await channel.close()


async def test_a_closed_port_is_tried_again_since_nothing_was_sent(clock: FakeClock) -> None:
    url = f"http://127.0.0.1:{unused_port()}/v1/spaces/AAA/messages?key=secretkey&token=secrettoken"
    channel = _to(url, clock)
    with pytest.raises(Retry, match="nothing was sent") as caught:
        await channel.deliver(parcel(ALERT))
    _assert_keeps_the_secret(caught.value, url)
    await channel.close()


class _NoNames(aiohttp.abc.AbstractResolver):
    async def resolve(self, host: str, *_: object, **__: object) -> list[aiohttp.abc.ResolveResult]:
        raise OSError(f"no address for {host}")

    async def close(self) -> None:
        """Holds nothing."""


async def test_a_name_that_is_not_found_is_tried_again(clock: FakeClock) -> None:
    url = "https://chat.invalid/v1/spaces/AAA/messages?key=secretkey&token=secrettoken"
    channel = GoogleChat(
        {"leads": url},
        zone=UTC,
        clock=clock,
        open_session=lambda: aiohttp.ClientSession(connector=aiohttp.TCPConnector(resolver=_NoNames())),
    )
    with pytest.raises(Retry, match="nothing was sent") as caught:
        await channel.deliver(parcel(ALERT))
    _assert_keeps_the_secret(caught.value, url)
    await channel.close()


async def test_a_removed_webhook_is_undeliverable_with_googles_reason_and_without_its_secret(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    chat.fail_next(Fault.GONE)
    with pytest.raises(Undeliverable, match="404 NOT_FOUND: No luck with http") as caught:
        await channel.deliver(parcel(ALERT))
    assert "token=…" in str(caught.value)
    _assert_keeps_the_secret(caught.value, chat.url("leads"))


@pytest.mark.parametrize(("part", "status"), [("key", "400 INVALID_ARGUMENT"), ("token", "401 UNAUTHENTICATED")])
async def test_a_wrong_key_or_token_is_undeliverable(
    chat: FakeGoogleChat, clock: FakeClock, part: str, status: str
) -> None:
    url = str(URL(chat.url("leads")).update_query({part: "wrong-but-secret"}))
    channel = _to(url, clock)
    with pytest.raises(Undeliverable, match=status) as caught:
        await channel.deliver(parcel(ALERT))
    _assert_keeps_the_secret(caught.value, url)
    await channel.close()


async def test_a_redirect_is_not_followed(chat: FakeGoogleChat, channel: GoogleChat) -> None:
    chat.fail_next(Fault.MOVED)
    with pytest.raises(Undeliverable, match=r"302 .*redirect"):
        await channel.deliver(parcel(ALERT))
    assert len(chat.calls) == 1


async def test_an_answer_of_some_other_server_is_no_success(chat: FakeGoogleChat, channel: GoogleChat) -> None:
    chat.fail_next(Fault.OTHER_SERVER)
    with pytest.raises(Undeliverable, match="not by Google Chat"):
        await channel.deliver(parcel(ALERT))


async def _answering(handler: web.RequestHandler) -> TestServer:
    app = web.Application()
    app.router.add_post("/v1/spaces/AAA/messages", handler)
    server = TestServer(app)
    await server.start_server()
    return server


async def test_an_endless_answer_is_not_read_to_its_end(clock: FakeClock) -> None:
    stopped = asyncio.Event()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(status=403)
        await response.prepare(request)
        try:
            while True:
                await response.write(b"x" * 65_536)
        finally:
            stopped.set()

    server = await _answering(endless)
    channel = _to(str(server.make_url("/v1/spaces/AAA/messages?key=k1k1&token=t1t1")), clock)
    with pytest.raises(Undeliverable, match="403"):
        await channel.deliver(parcel(ALERT))
    await channel.close()
    await asyncio.wait_for(stopped.wait(), 5)
    await server.close()


async def test_a_secret_is_found_in_an_answer_however_it_is_written_there(clock: FakeClock) -> None:
    async def telling(request: web.Request) -> web.Response:
        words = "a+b/c= and a%2Bb%2Fc%3D and k1k1 " + "x" * 500 + " a+b/c="
        return web.json_response({"error": {"code": 403, "message": words, "status": "PERMISSION_DENIED"}}, status=403)

    server = await _answering(telling)
    channel = _to(str(server.make_url("/v1/spaces/AAA/messages")) + "?key=k1k1&token=a%2Bb%2Fc%3D", clock)
    with pytest.raises(Undeliverable) as caught:
        await channel.deliver(parcel(ALERT))
    assert str(caught.value).startswith("Google Chat answered 403 PERMISSION_DENIED: … and … and … xxx")
    assert len(str(caught.value)) <= 300
    await channel.close()
    await server.close()


async def test_the_address_is_called_as_it_was_copied_with_its_encoded_token(clock: FakeClock) -> None:
    seen: list[dict[str, str]] = []

    async def taking(request: web.Request) -> web.Response:
        seen.append(
            {**request.query, "type": request.content_type, "title": json.loads(await request.text())["fallbackText"]}
        )
        return web.json_response({"name": "spaces/AAA/messages/1.1"})

    server = await _answering(taking)
    channel = _to(str(server.make_url("/v1/spaces/AAA/messages")) + "?key=k&token=a%2Bb%2Fc%3D", clock)
    await channel.deliver(parcel(CARDS["emoji"]))
    assert seen[0]["token"] == "a+b/c="
    assert seen[0]["type"] == "application/json"
    assert seen[0]["title"].startswith(CARDS["emoji"].title)
    await channel.close()
    await server.close()


async def test_a_space_without_a_webhook_is_undeliverable_and_names_the_setting(clock: FakeClock) -> None:
    with pytest.raises(Undeliverable, match="BOT_GCHAT__SPACES__LEADS"):
        await GoogleChat({}, zone=UTC, clock=clock).deliver(parcel(ALERT))


@pytest.mark.parametrize("url", ["chat.googleapis.com/?token=hidden", "file:///hidden", "http://[hidden", ""])
async def test_an_address_that_is_none_is_undeliverable_and_not_repeated(clock: FakeClock, url: str) -> None:
    with pytest.raises(Undeliverable, match="BOT_GCHAT__SPACES__LEADS is no web address") as caught:
        await _to(url, clock).deliver(parcel(ALERT))
    assert "hidden" not in "".join(traceback.format_exception(caught.value)).replace(repr(url), "")


async def test_persons_and_spoken_messages_have_no_place_in_an_alert_space(
    chat: FakeGoogleChat, channel: GoogleChat
) -> None:
    with pytest.raises(Undeliverable):
        await channel.deliver(parcel(ALERT, address=ToPerson(PersonId(1), Platform.WEB)))
    with pytest.raises(Undeliverable):
        await channel.deliver(parcel(Spoken(author="Asha", text=Text.of("hello"), kind=MessageKind.REPLY)))
    assert chat.calls == []


async def test_it_is_a_channel_that_writes_once_a_second_and_may_be_closed_unused(clock: FakeClock) -> None:
    channel: Channel = GoogleChat({}, zone=UTC, clock=clock)
    assert channel.pace is not None
    assert channel.pace.interval == timedelta(seconds=1)
    await GoogleChat({}, zone=UTC, clock=clock).close()
