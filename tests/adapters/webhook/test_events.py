"""Events posted to an endpoint: signed as the standard says, and what each answer means."""

import base64
import hashlib
import hmac
import json
import traceback
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from adapters.webhook.checkup import checkup
from adapters.webhook.events import Events
from core.model.ids import PersonId
from core.model.outbox import Address, ToEndpoint, ToPerson, ToSpace
from core.model.people import Platform
from core.ports import Channel, Content, Gone, Parcel, Published, Receipt, Retry, Undeliverable, Unknown
from tests.adapters.gchat.samples import ALERT, parcel
from tests.fakes.clock import FakeClock
from tests.fakes.keys import FakeKeys
from tests.fakes.webhook import EVENTS, SECRET, URL_SECRET, FakeReceiver, Fault

OTHER_SECRET = "whsec_b3RoZXIgdGhhbiB0aGUgcmVjZWl2ZXIncyBvd24gc2VjcmV0"
HAPPENED = Published(
    "ticket.claimed",
    datetime(2026, 3, 2, 9, 0, tzinfo=UTC),
    {
        "event": 8,
        "by": 7,
        "door": "web",
        "details": {"assignee": 7, "words": "Grüße, 你好 👋🏽 “quoted” </script>"},
        "people": {},
        "ticket": None,
        "message": None,
    },
)


def about(content: Content = HAPPENED, address: Address = ToEndpoint("crm"), key: str = "0" * 24) -> Parcel:  # noqa: B008 - frozen
    return replace(parcel(ALERT, key=key), address=address, content=content)


@pytest.fixture
def clock() -> FakeClock:
    """As late as it is: a receiver refuses what is old by its own clock."""
    return FakeClock(datetime.now(UTC))


@pytest.fixture
async def receiver() -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver(bodies=EVENTS) as server:
        yield server


@pytest.fixture
async def channel(receiver: FakeReceiver, clock: FakeClock) -> AsyncIterator[Events]:
    made = to(receiver.url, clock)
    yield made
    await made.close()


def to(url: str, clock: FakeClock, secret: str = SECRET) -> Events:
    return Events({"crm": (url, secret)}, clock=clock, timeout=aiohttp.ClientTimeout(total=5, sock_connect=5))


def test_it_is_a_channel_without_a_pace_of_its_own(clock: FakeClock) -> None:
    channel: Channel = to("https://crm.example.edu", clock)
    assert channel.pace is None


async def test_an_event_arrives_signed_and_its_words_as_they_are(receiver: FakeReceiver, channel: Events) -> None:
    assert await channel.deliver(about()) == Receipt(answered=204)
    [body] = receiver.taken
    assert body == {"type": HAPPENED.type, "timestamp": "2026-03-02T09:00:00Z", "data": dict(HAPPENED.data)}
    assert receiver.strays == []


async def test_the_signature_is_the_hmac_of_id_time_and_body(
    receiver: FakeReceiver, channel: Events, clock: FakeClock
) -> None:
    await channel.deliver(about(key="a1" * 12))
    [call] = receiver.calls
    [body] = receiver.taken
    sent = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    signed = f"{'a1' * 12}.{int(clock.now().timestamp())}.{sent}".encode()
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert call["webhook-signature"] == f"v1,{expected}"


@pytest.mark.parametrize(
    ("late", "secret", "taken"),
    [
        (timedelta(0), SECRET, True),
        (timedelta(minutes=-4), SECRET, True),
        (timedelta(minutes=-6), SECRET, False),
        (timedelta(minutes=6), SECRET, False),
        (timedelta(0), OTHER_SECRET, False),
    ],
)
async def test_what_a_strict_receiver_takes(
    receiver: FakeReceiver, clock: FakeClock, late: timedelta, secret: str, taken: bool
) -> None:
    channel = to(receiver.url, FakeClock(clock.now() + late), secret)
    if taken:
        await channel.deliver(about())
    else:
        with pytest.raises(Undeliverable, match="401 Unauthorized: check that both sides have the same secret") as no:
            await channel.deliver(about())
        assert no.value.answered == 401
    assert len(receiver.taken) == taken
    await channel.close()


@pytest.mark.parametrize(
    ("status", "raised"),
    [(302, Undeliverable), (400, Undeliverable), (404, Undeliverable), (410, Gone), (429, Retry), (503, Retry)],
)
async def test_what_each_answer_means_and_that_its_status_is_told(
    receiver: FakeReceiver, channel: Events, status: int, raised: type[Exception]
) -> None:
    receiver.fail_next(status, headers={"Retry-After": "7"})
    with pytest.raises(raised) as caught:
        await channel.deliver(about())
    assert isinstance(caught.value, Undeliverable | Gone | Retry)
    assert caught.value.answered == status
    assert f"The endpoint “crm” answered {status}" in str(caught.value)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value.__context__)
    assert URL_SECRET not in told and SECRET not in told


async def test_an_answer_that_was_lost_is_unknown_and_the_repeat_bears_the_same_id(
    receiver: FakeReceiver, channel: Events, clock: FakeClock
) -> None:
    receiver.fail_next(Fault.ANSWER_LOST)
    with pytest.raises(Unknown):
        await channel.deliver(about())
    assert await channel.find(about()) is None
    clock.advance(timedelta(seconds=30))
    await channel.deliver(about())
    first, second = receiver.calls
    assert first["webhook-id"] == second["webhook-id"]
    assert len(receiver.taken) == 1


async def test_a_redirect_is_not_followed(receiver: FakeReceiver, channel: Events) -> None:
    receiver.fail_next(Fault.MOVED)
    with pytest.raises(Undeliverable, match="a redirect, which is not followed"):
        await channel.deliver(about())
    assert receiver.strays == []


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("http://10.0.0.7/hook", SECRET),
        ("http://169.254.169.254/latest", SECRET),
        ("ftp://crm.example.edu", SECRET),
        ("https://crm.example.edu", "whsec_c2hvcnQ="),
    ],
)
async def test_an_address_or_a_secret_that_may_not_be_is_called_by_nobody(
    clock: FakeClock, url: str, secret: str
) -> None:
    with pytest.raises(Undeliverable, match="BOT_WEBHOOKS__CRM__URL or BOT_WEBHOOKS__CRM__SECRET is wrong"):
        await to(url, clock, secret).deliver(about())


async def test_what_is_no_event_or_for_no_endpoint_of_this_desk_is_undeliverable(channel: Events) -> None:
    person = ToPerson(PersonId(1), Platform.WEB)
    for odd in (about(ALERT), about(address=ToSpace("crm")), about(address=person), about(address=ToEndpoint("x"))):
        with pytest.raises(Undeliverable):
            await channel.deliver(odd)


async def test_a_checkup_pings_each_endpoint_and_says_what_came_back(receiver: FakeReceiver, clock: FakeClock) -> None:
    nobody = f"http://127.0.0.1:{unused_port()}/hook"
    endpoints = {"crm": (receiver.url, SECRET), "wrong": (receiver.url, OTHER_SECRET), "down": (nobody, SECRET)}
    steps = [step async for step in checkup(endpoints, clock, FakeKeys())]
    assert [(step.done, step.name) for step in steps] == [
        (True, "The endpoint “crm” took a ping (204)"),
        (False, "The endpoint “wrong” takes a ping"),
        (False, "The endpoint “down” takes a ping"),
    ]
    assert "same secret" in steps[1].mend and "cannot be reached" in steps[2].mend
    assert [body["type"] for body in receiver.taken] == ["ping"]
