"""What comes over HTTP and is not Slack's is refused, whatever it says; what is Slack's is taken."""

import asyncio
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
import pytest_asyncio

from tests.fakes.slack.webhooks import signature
from tests.fakes.slack_bad_day import Day, bad_day, opened
from tests.fakes.slack_server import Message

pytestmark = pytest.mark.asyncio(loop_scope="module")

FORM = "application/x-www-form-urlencoded"
Headers = dict[str, str]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them. It says in its log where what is signed by Slack makes no sense."""
    async with bad_day(tmp_path_factory.mktemp("requests"), mode="http", strict=False) as begun:
        yield begun


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def card(day: Day) -> Message:
    made = await opened(day.campus, day.campus.sam)
    await day.delivered()
    return made


def said(day: Day, card: Message, words: str) -> str:
    """An event: sam says something in the ticket's thread, as Slack would tell of it."""
    ts = day.server.world.next_ts()
    event = {"type": "message", "channel": card.place.id, "channel_type": "im", "user": day.campus.sam.id}
    event |= {"text": words, "ts": ts, "thread_ts": card.ts, "event_ts": ts}
    callback = {"type": "event_callback", "team_id": day.server.team, "api_app_id": "A0", "event": event}
    return json.dumps(callback | {"event_id": day.server.world.new_id("Ev"), "event_time": int(float(ts))})


def claimed(day: Day) -> str:
    """A command of ada's, who may do anything."""
    ada = day.campus.ada
    typed = {"command": "/ticket", "text": "close T-1", "user_id": ada.id, "channel_id": ada.dm.id}
    return urlencode(typed | {"team_id": day.server.team, "trigger_id": "1.2.abc", "response_url": ""})


def forged(day: Day, body: str, secret: str) -> Headers:
    timestamp = str(int(day.server.clock.seconds()))
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": signature(secret, timestamp, body)}


REFUSED: dict[str, Callable[[Day, str], Headers]] = {
    "unsigned": lambda day, body: {},
    "signed_with_nothing": lambda day, body: forged(day, body, "") | {"X-Slack-Signature": ""},
    "signed_with_an_empty_secret": lambda day, body: forged(day, body, ""),
    "signed_with_another_secret": lambda day, body: forged(day, body, "0" * 32),
    "signed_with_the_bot_token": lambda day, body: forged(day, body, day.server.bot_token),
    "old": lambda day, body: day.server.webhooks.headers(body, age=301),
    "of_the_future": lambda day, body: day.server.webhooks.headers(body, age=-301),
    "of_another_time": lambda day, body: day.server.webhooks.headers(body) | {"X-Slack-Request-Timestamp": "1"},
    "without_a_time": lambda day, body: {"X-Slack-Signature": day.server.webhooks.headers(body)["X-Slack-Signature"]},
    "with_no_number_for_a_time": lambda day, body: (
        day.server.webhooks.headers(body) | {"X-Slack-Request-Timestamp": "٣٤now"}
    ),
    "with_a_time_without_end": lambda day, body: (
        day.server.webhooks.headers(body) | {"X-Slack-Request-Timestamp": "9" * 400}
    ),
    "for_another_body": lambda day, body: day.server.webhooks.headers(f"{body} "),
    "of_another_version": lambda day, body: {
        name: value.replace("v0=", "v1=") for name, value in day.server.webhooks.headers(body).items()
    },
    "with_a_signature_of_other_letters": lambda day, body: (
        day.server.webhooks.headers(body) | {"X-Slack-Signature": "v0=é"}
    ),
}


async def asked(
    day: Day, body: str | bytes | BytesIO, headers: Headers, kind: str = "application/json", method: str = "POST"
) -> int:
    async with aiohttp.ClientSession() as session:
        url = f"{day.desk.url}/slack/events"
        headers = {"Content-Type": kind} | {name: value for name, value in headers.items() if name != "Content-Type"}
        async with session.request(method, url, data=body, headers=headers) as answer:
            await answer.read()
            return answer.status


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_not_signed_as_slack_signs_is_refused_and_does_nothing(
    day: Day, card: Message, what: str
) -> None:
    before = day.count("messages"), day.ask("SELECT status FROM tickets"), day.count("inbox")
    event, command, logged = said(day, card, "I am sam"), claimed(day), len(day.log)
    assert await asked(day, event, REFUSED[what](day, event)) == 401
    assert await asked(day, command, REFUSED[what](day, command), FORM) == 401
    assert (day.count("messages"), day.ask("SELECT status FROM tickets"), day.count("inbox")) == before
    assert "Traceback" not in day.log[logged:]


async def test_a_request_told_again_as_it_was_is_refused_and_one_told_again_by_slack_changes_nothing(
    day: Day, card: Message
) -> None:
    sam = day.campus.sam
    held = day.server.hold_events()
    await sam.write(sam.dm, "said once", thread=card)
    body = json.dumps(held.events.pop())
    held.release()
    headers = day.server.webhooks.headers(body)
    assert await asked(day, body, headers) == 200
    assert await asked(day, body, headers) == 401
    again = day.server.webhooks.headers(body, age=2) | {"X-Slack-Retry-Num": "1", "X-Slack-Retry-Reason": "timeout"}
    assert await asked(day, body, again) == 200
    await until_said(day, "said once")
    await day.delivered()
    assert (await day.words()).count("said once") == 1


async def until_said(day: Day, words: str) -> None:
    await day.server.until(lambda: words in str(day.ask("SELECT text FROM messages")), 10, words)


MALFORMED = {
    "empty": "",
    "no_json": "{",
    "a_list": "[]",
    "a_word": '"hello"',
    "a_number": "17",
    "nothing": "null",
    "an_event_that_is_none": '{"type": "event_callback"}',
    "an_event_that_is_a_word": '{"type": "event_callback", "event": "hello", "team_id": "T"}',
    "a_message_without_a_place": '{"type": "event_callback", "event": {"type": "message"}}',
    "a_message_with_a_list_for_its_place": (
        '{"type": "event_callback", "event": {"type": "message", "channel": [], "ts": {}, "user": 5}}'
    ),
    "a_ts_that_is_none": (
        '{"type": "event_callback", "event": {"type": "message", "channel": "D1", "ts": "../x", "user": "U1"}}'
    ),
    "a_deep_nest": "[" * 5000 + "]" * 5000,
    "a_payload_that_is_none": "payload=%7B",
    "a_payload_that_is_a_list": "payload=[]",
    "a_payload_without_a_type": "payload=%7B%7D",
    "a_command_without_a_person": "command=%2Fticket",
    "a_press_of_nothing": "payload=" + '{"type":"block_actions","user":{"id":"U1"},"trigger_id":"1","actions":[]}',
    "no_utf8": b"\xff\xfe\x00",
}


@pytest.mark.parametrize("what", MALFORMED)
async def test_what_is_signed_and_makes_no_sense_is_answered_and_the_next_request_is_taken(
    day: Day, card: Message, what: str
) -> None:
    """Slack's own bug, perhaps: nobody is let in by it, and nothing stops."""
    given = MALFORMED[what]
    body = given if isinstance(given, bytes) else given.encode()
    timestamp = str(int(day.server.clock.seconds()))
    digest = hmac.new(day.server.signing_secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256)
    signed = {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest.hexdigest()}"}
    kind = FORM if body[:1].isalpha() else "application/json"
    status = await asked(day, body, signed, kind)
    assert status in (200, 400, 401, 404, 503), status
    sam = day.campus.sam
    await sam.write(sam.dm, f"after {what}", thread=card)
    await until_said(day, f"after {what}")


async def test_what_is_huge_or_is_no_post_is_refused(day: Day) -> None:
    huge = "x" * (2 * 1024 * 1024)
    assert await asked(day, BytesIO(huge.encode()), day.server.webhooks.headers(huge)) == 413
    assert await asked(day, "", {}, method="GET") in (404, 405)
    assert await asked(day, "", {}, method="PUT") in (404, 405)


async def test_slacks_first_question_is_answered_only_where_it_is_signed(day: Day) -> None:
    assert await day.server.webhooks.verify()
    body = json.dumps({"type": "url_verification", "challenge": "say it", "token": "x"})
    assert await asked(day, body, {}) == 401


async def test_a_storm_of_unsigned_requests_keeps_nobody_waiting(day: Day, card: Message) -> None:
    body = said(day, card, "I am sam")
    statuses = await asyncio.gather(*(asked(day, body, forged(day, body, "guess")) for _ in range(200)))
    assert set(statuses) == {401}
    sam = day.campus.sam
    await sam.write(sam.dm, "still heard", thread=card)
    await until_said(day, "still heard")
