"""Deliveries to a signed webhook: what each answer means, what a strict receiver takes, and what stays secret."""

import asyncio
import logging
import traceback
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from adapters.webhook.channel import Webhook
from adapters.webhook.endpoint import endpoint_of
from core.model.ids import PersonId
from core.model.outbox import ToEmail, ToPerson, ToSpace
from core.model.people import Platform
from core.model.thread import MessageKind
from core.ports import Channel, Receipt, Retry, Spoken, Undeliverable, Unknown
from core.text import Text
from tests.adapters.gchat.samples import ALERT, CARDS, parcel, ticket
from tests.fakes.clock import FakeClock
from tests.fakes.webhook import SECRET, URL_SECRET, FakeReceiver, Fault

OTHER_SECRET = "whsec_b3RoZXIgdGhhbiB0aGUgcmVjZWl2ZXIncyBvd24gc2VjcmV0"


@pytest.fixture
def clock() -> FakeClock:
    """As late as it is: a receiver refuses what is old by its own clock."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
async def receiver() -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver() as server:
        yield server


@pytest.fixture
async def channel(receiver: FakeReceiver, clock: FakeClock) -> AsyncIterator[Webhook]:
    made = _to(receiver.url, clock)
    yield made
    await made.close()


def _to(url: str, clock: FakeClock, secret: str = SECRET, *, total: float = 5) -> Webhook:
    return Webhook({"leads": (url, secret)}, clock=clock, timeout=aiohttp.ClientTimeout(total=total, sock_connect=5))


def _assert_keeps_the_secrets(error: BaseException) -> None:
    """Neither the error nor anything that a traceback of it would show holds the address's token or the secret."""
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)
    for secret in (URL_SECRET, SECRET, SECRET.removeprefix("whsec_"), "v1,"):
        assert secret not in told


async def test_a_card_arrives_signed_and_the_library_of_the_standard_verifies_it(
    receiver: FakeReceiver, channel: Webhook, clock: FakeClock
) -> None:
    assert await channel.deliver(parcel(ALERT, of=ticket())) == Receipt()
    [event] = receiver.taken
    assert event["type"] == "ticket.alert"
    assert event["data"]["ticket"]["ref"] == "T-1042"
    [call] = receiver.calls
    assert call["webhook-id"] == parcel(ALERT).key
    assert call["webhook-timestamp"] == str(int(clock.now().timestamp()))
    assert call["webhook-signature"].startswith("v1,")


async def test_every_sample_card_is_taken_by_a_strict_receiver(receiver: FakeReceiver, channel: Webhook) -> None:
    for number, card in enumerate(CARDS.values()):
        await channel.deliver(parcel(card, key=f"{number:024}", of=ticket()))
    assert len(receiver.taken) == len(CARDS)


async def test_a_repeat_bears_the_same_id_and_the_time_of_its_own_try(
    receiver: FakeReceiver, channel: Webhook, clock: FakeClock
) -> None:
    receiver.fail_next(Fault.ANSWER_LOST)
    with pytest.raises(Unknown, match="“leads” may have it"):
        await channel.deliver(parcel(ALERT))
    assert await channel.find(parcel(ALERT)) is None
    clock.advance(timedelta(seconds=30))
    await channel.deliver(parcel(ALERT))
    assert len(receiver.taken) == 1
    first, second = receiver.calls
    assert first["webhook-id"] == second["webhook-id"]
    assert int(second["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 30
    assert first["webhook-signature"] != second["webhook-signature"]


async def test_a_call_that_is_signed_too_early_or_with_another_secret_is_refused_and_given_up(
    receiver: FakeReceiver, clock: FakeClock
) -> None:
    slow = FakeClock(clock.now() - timedelta(minutes=6))
    for channel in (_to(receiver.url, slow), _to(receiver.url, clock, OTHER_SECRET)):
        with pytest.raises(
            Undeliverable, match="answered 401 Unauthorized: check that both sides have the same secret"
        ):
            await channel.deliver(parcel(ALERT))
        await channel.close()
    assert receiver.taken == []


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
async def test_any_2xx_is_a_delivery(receiver: FakeReceiver, channel: Webhook, status: int) -> None:
    receiver.fail_next(status)
    assert await channel.deliver(parcel(ALERT)) == Receipt()


@pytest.mark.parametrize(
    ("status", "raised", "sentence"),
    [
        (304, Undeliverable, "answered 304 Not Modified, a redirect"),
        (400, Undeliverable, "The webhook of the alert space “leads” answered 400 Bad Request."),
        (403, Undeliverable, "same secret"),
        (404, Undeliverable, "answered 404 Not Found: check its address"),
        (408, Retry, "answered 408 Request Timeout."),
        (410, Undeliverable, "answered 410 Gone: it wants no more"),
        (413, Undeliverable, "answered 413 "),
        (425, Retry, "answered 425 Too Early."),
        (429, Retry, "answered 429 Too Many Requests."),
        (499, Undeliverable, "answered 499."),
        (500, Retry, "answered 500 Internal Server Error."),
        (502, Retry, "answered 502 Bad Gateway."),
        (503, Retry, "answered 503 Service Unavailable."),
        (504, Retry, "answered 504 Gateway Timeout."),
        (599, Retry, "answered 599."),
    ],
)
async def test_what_each_answer_means(
    receiver: FakeReceiver, channel: Webhook, status: int, raised: type[Exception], sentence: str
) -> None:
    receiver.fail_next(status)
    with pytest.raises(raised) as caught:
        await channel.deliver(parcel(ALERT))
    assert sentence in str(caught.value)
    _assert_keeps_the_secrets(caught.value)


NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "header", "after"),
    [
        (429, "7", 7),
        (503, " 90 ", 90),
        (429, None, None),
        (429, "soon", None),
        (429, "-5", None),
        (429, "", None),
        (503, format_datetime(NOON + timedelta(seconds=90), usegmt=True), 90),
        (503, format_datetime(NOON - timedelta(seconds=90), usegmt=True), 0),
        (429, "999999999", 3600),
        (429, "Fri, 31 Dec 9999 23:59:59 GMT", 3600),
        (500, "7", None),
        (408, "7", None),
    ],
)
async def test_a_busy_receiver_says_when_and_puts_nothing_off_for_longer_than_an_hour(
    receiver: FakeReceiver, status: int, header: str | None, after: float | None
) -> None:
    channel = _to(receiver.url, FakeClock(NOON))
    receiver.fail_next(status, headers={"Retry-After": header} if header is not None else {})
    with pytest.raises(Retry) as caught:
        await channel.deliver(parcel(ALERT))
    assert caught.value.after == after
    await channel.close()


async def test_a_redirect_is_not_followed(receiver: FakeReceiver, channel: Webhook) -> None:
    receiver.fail_next(Fault.MOVED)
    with pytest.raises(Undeliverable, match="302 Found, a redirect, which is not followed"):
        await channel.deliver(parcel(ALERT))
    assert receiver.strays == []


async def test_an_answer_without_an_end_is_not_read(receiver: FakeReceiver, channel: Webhook) -> None:
    receiver.fail_next(Fault.ENDLESS)
    assert await channel.deliver(parcel(ALERT)) == Receipt()


@pytest.mark.parametrize("fault", [Fault.SILENT, Fault.NO_HTTP, Fault.ANSWER_LOST])
async def test_what_was_sent_without_an_answer_is_unknown(
    receiver: FakeReceiver, clock: FakeClock, fault: Fault
) -> None:
    channel = _to(receiver.url, clock, total=0.1 if fault is Fault.SILENT else 5)
    receiver.fail_next(fault)
    with pytest.raises(Unknown) as caught:
        await channel.deliver(parcel(ALERT))
    _assert_keeps_the_secrets(caught.value)
    await channel.close()


async def test_a_closed_port_and_a_server_without_tls_are_tried_again_since_nothing_was_sent(
    receiver: FakeReceiver, clock: FakeClock
) -> None:
    closed = f"http://127.0.0.1:{unused_port()}/hook?token={URL_SECRET}"
    for url in (closed, receiver.url.replace("http://", "https://")):
        channel = _to(url, clock)
        with pytest.raises(Retry, match=r"cannot be reached .*nothing was sent") as caught:
            await channel.deliver(parcel(ALERT))
        _assert_keeps_the_secrets(caught.value)
        await channel.close()


async def test_a_space_without_a_webhook_and_one_with_a_wrong_setting_name_the_variables(clock: FakeClock) -> None:
    channel = Webhook({"leads": (f"http://example.org/{URL_SECRET}", SECRET), "deans-office": ("", "")}, clock=clock)
    cases = {
        "leads": "BOT_WEBHOOKS__LEADS__URL or BOT_WEBHOOKS__LEADS__SECRET is wrong. Alerts would travel unencrypted",
        "deans-office": "BOT_WEBHOOKS__DEANS_OFFICE__URL or BOT_WEBHOOKS__DEANS_OFFICE__SECRET is wrong. This is not",
        "others": "set BOT_WEBHOOKS__OTHERS__URL and BOT_WEBHOOKS__OTHERS__SECRET.",
    }
    for space, sentence in cases.items():
        with pytest.raises(Undeliverable) as caught:
            await channel.deliver(parcel(ALERT, address=ToSpace(space)))
        assert sentence in str(caught.value)
        _assert_keeps_the_secrets(caught.value)


async def test_threads_persons_email_and_messages_have_no_place_here(channel: Webhook) -> None:
    for address in (ToPerson(PersonId(7), Platform.WEB), ToEmail("dean@example.edu")):
        with pytest.raises(Undeliverable, match="serves alert spaces"):
            await channel.deliver(parcel(ALERT, address=address))
    with pytest.raises(Undeliverable, match="takes cards"):
        await channel.deliver(parcel(Spoken(author="Asha", text=Text.of("Hello"), kind=MessageKind.REPLY)))


async def test_many_deliveries_at_once_share_a_session_that_closes_and_opens_again(
    receiver: FakeReceiver, channel: Webhook
) -> None:
    await asyncio.gather(*(channel.deliver(parcel(ALERT, key=f"{number:024}")) for number in range(20)))
    await channel.close()
    await channel.deliver(parcel(ALERT, key="f" * 24))
    assert len(receiver.taken) == 21


async def test_a_receiver_gets_no_cookie_back(receiver: FakeReceiver, channel: Webhook) -> None:
    receiver.fail_next(200, headers={"Set-Cookie": "who=you; Path=/"})
    await channel.deliver(parcel(ALERT, key="1" * 24))
    await channel.deliver(parcel(ALERT, key="2" * 24))
    assert all("cookie" not in call for call in receiver.calls)


async def test_nothing_secret_is_logged_or_shown(
    receiver: FakeReceiver, channel: Webhook, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("aiohttp.access").setLevel(logging.CRITICAL)  # the stand-in's own
    await channel.deliver(parcel(ALERT))
    receiver.fail_next(500)
    with pytest.raises(Retry):
        await channel.deliver(parcel(ALERT))
    for secret in (URL_SECRET, SECRET, SECRET.removeprefix("whsec_")):
        assert secret not in caplog.text + repr(channel) + repr(endpoint_of(receiver.url, SECRET))


def test_it_is_a_channel_without_a_pace(clock: FakeClock) -> None:
    channel: Channel = Webhook({}, clock=clock)
    assert channel.pace is None
