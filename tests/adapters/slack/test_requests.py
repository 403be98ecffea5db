"""Slack over HTTP: what is signed is taken, once."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import aiohttp
import pytest
from slack_sdk.signature import SignatureVerifier

from tests.adapters.slack.ears import Ears
from tests.adapters.slack.stage import Stage, staged

SLASH = {"command": "/ticket", "text": "help", "user_id": "U1", "channel_id": "C1", "trigger_id": "1.2.3"}


@dataclass
class Line:
    """A desk that hears over HTTP, and somebody who calls it."""

    stage: Stage
    ears: Ears
    url: str

    def signed(self, body: str | bytes, *, late: float = 0.0, secret: str | None = None) -> dict[str, str]:
        """``late``: by how many seconds it is older than now."""
        timestamp = str(int(self.stage.office.clock.now().timestamp() - late))
        words = body if isinstance(body, str) else body.decode("latin-1")
        signature = SignatureVerifier(secret or self.ears.config.signing_secret or "").generate_signature(
            timestamp=timestamp, body=words
        )
        return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": str(signature)}

    async def send(
        self, body: str | bytes | BytesIO, headers: dict[str, str], kind: str = "application/json"
    ) -> tuple[int, str]:
        headers = {"Content-Type": kind, **headers}
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=body, headers=headers) as response,
        ):
            return response.status, await response.text()


@pytest.fixture
async def line(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Line]:
    async with staged(staffed_template, tmp_path / "desk.db", mode="http") as stage:
        ears = stage.made(app_token=None)
        url = await ears.serve()
        stage.server.deliver_to(url)
        await stage.settled()
        yield Line(stage, ears, url)


def _event(number: int = 1) -> str:
    event = {"type": "app_home_opened", "user": "U1", "tab": "home"}
    return json.dumps({"type": "event_callback", "event_id": f"Ev{number}", "team_id": "T1", "event": event})


async def test_what_people_do_is_heard_over_http(line: Line) -> None:
    stage = line.stage
    ticket, own, card = await stage.ticket()
    said = await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.asha.write(stage.triage, "// a note", thread=card)
    await stage.sam.react(said, "+1")
    await stage.settled()
    assert sorted(await stage.words(ticket)) == ["Any news?", "a note"]
    assert len(await stage.reactions(ticket)) == 1
    asked = await stage.sam.slash(stage.sam.dm, "/ticket help")
    assert asked.error is None and [what for what, _ in line.ears.noted.bodies] == ["command"]


async def test_events_that_come_twice_are_taken_once(line: Line) -> None:
    stage = line.stage
    stage.server.every_event_twice = True
    ticket, own, _ = await stage.ticket()
    await stage.sam.write(stage.sam.dm, "Any news?", thread=own)
    await stage.retried()
    assert await stage.words(ticket) == ["Any news?"]


async def test_the_address_is_verified(line: Line) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc", "token": "x"})
    status, answer = await line.send(body, line.signed(body))
    assert status == 200 and "abc" in answer
    assert (await line.send(body, line.signed(body, secret="0" * 32)))[0] == 401


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "1", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "soon", "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "9" * 30, "X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Request-Timestamp": "nan", "X-Slack-Signature": "v0="},
    ],
)
async def test_what_is_not_signed_is_refused(line: Line, headers: dict[str, str]) -> None:
    assert (await line.send(_event(), headers))[0] == 401
    assert line.ears.noted.bodies == []


@pytest.mark.parametrize(("late", "status"), [(0, 200), (299, 200), (-299, 200), (301, 401), (-301, 401)])
async def test_what_is_old_is_refused(line: Line, late: float, status: int) -> None:
    assert (await line.send(_event(), line.signed(_event(), late=late)))[0] == status


async def test_another_secret_and_another_body_are_refused(line: Line) -> None:
    wrong = line.signed(_event(), secret="f" * 32)
    assert (await line.send(_event(), wrong))[0] == 401
    assert (await line.send(_event(2), line.signed(_event())))[0] == 401
    assert (await line.send(b"\xff\xfe", line.signed(b"\xff\xfe")))[0] == 401
    assert line.ears.noted.bodies == []


async def test_a_request_that_is_played_again_is_refused(line: Line) -> None:
    body = urlencode(SLASH)
    headers = line.signed(body)
    form = "application/x-www-form-urlencoded"
    assert [(await line.send(body, headers, form))[0] for _ in range(3)] == [200, 401, 401]
    assert len(line.ears.noted.bodies) == 1


async def test_what_is_too_long_is_refused_before_it_is_read_to_its_end(line: Line) -> None:
    body = "x" * (2 * 1024 * 1024)
    assert (await line.send(BytesIO(body.encode()), line.signed(body)))[0] == 413


async def test_what_the_desk_cannot_take_now_comes_again_as_it_is(line: Line) -> None:
    """And, since Slack does not try for ever, what was missed is read."""
    headers, begun = line.signed(_event()), line.ears.begun
    line.ears.is_ready = False
    assert (await line.send(_event(), headers))[0] == 503
    line.ears.is_ready = True
    assert (await line.send(_event(), headers))[0] == 200
    assert (await line.send(_event(2), line.signed(_event(2))))[0] == 200
    assert (line.ears.begun, len(line.ears.noted.bodies)) == (begun + 1, 2)


async def test_as_long_as_slack_does_not_say_which_workspace_it_is_nothing_is_taken(line: Line) -> None:
    line.ears.slack._workspace = None
    line.stage.server.faults.fail("auth.test", status=500)
    assert (await line.send(_event(), line.signed(_event())))[0] == 503
    assert (await line.send(_event(), line.signed(_event())))[0] == 200


async def test_after_slack_has_held_events_back_everything_is_read(line: Line) -> None:
    stage, begun = line.stage, line.ears.begun
    ticket, own, _ = await stage.ticket()
    await stage.settled()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "Anybody?", thread=own)
    body = json.dumps({"type": "app_rate_limited", "token": "x", "team_id": "T1", "minute_rate_limited": 1})
    assert (await line.send(body, line.signed(body)))[0] == 200
    await stage.until_said(ticket, "Anybody?")
    assert line.ears.begun == begun


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", "payload=%7B%7D", "x" * 10, '{"type":"event_callback"}'])
async def test_a_signed_request_of_no_sense_breaks_nothing(line: Line, body: str) -> None:
    assert (await line.send(body, line.signed(body)))[0] in (200, 400, 404)
    assert (await line.send(_event(9), line.signed(_event(9))))[0] == 200


async def test_a_crowd_is_taken(line: Line) -> None:
    answers = await asyncio.gather(*(line.send(_event(n), line.signed(_event(n))) for n in range(100)))
    assert {status for status, _ in answers} == {200}
    assert len(line.ears.noted.bodies) == 100
