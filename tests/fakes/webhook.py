"""A stand-in receiver of signed webhooks on the loopback: it verifies with the library of Standard Webhooks, refuses
what a strict receiver refuses, and has scripted faults.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import asyncio
import base64
import json
import re
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator
from standardwebhooks import Webhook, WebhookVerificationError

from core.ports import Clock

SECRET = "whsec_" + base64.b64encode(b"made up for the tests, and for them alone").decode()
URL_SECRET = "t0ken-in-the-url"
MAX_BYTES = 20_000
_TOLERANCE = timedelta(minutes=5)
"""The library's own, for a receiver with a clock of the test's."""

_TEXT = {"type": "string"}
_ADDRESS = {"type": "string", "pattern": '^https?://[^\\s<>"]+$'}
_MAYBE_ADDRESS = {"anyOf": [_ADDRESS, {"type": "null"}]}


def _exactly(**properties: object) -> dict[str, object]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


_TYPE = {"type": "string", "pattern": "^[a-z_]+(\\.[a-z_]+)+$"}
_TIME = {"type": "string", "pattern": "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$"}
_REF = {"type": "string", "pattern": "^T-[0-9]+$"}
_PRIORITY = {"enum": ["low", "normal", "high", "urgent"]}
_STATUS = {"enum": ["open", "in_progress", "waiting", "resolved", "closed"]}
_NUMBER = {"type": "integer"}
_MAYBE_NUMBER = {"type": ["integer", "null"]}
_TEXTS = {"type": "array", "items": _TEXT}


def _or_nothing(schema: dict[str, object]) -> dict[str, object]:
    return {"anyOf": [{"type": "null"}, schema]}


EVENTS = Draft202012Validator(
    {
        "anyOf": [
            _exactly(type={"const": "ping"}, timestamp=_TIME, data=_exactly()),
            _exactly(
                type=_TYPE,
                timestamp=_TIME,
                data=_exactly(
                    event=_NUMBER,
                    by=_MAYBE_NUMBER,
                    door=_TEXT,
                    details={"type": "object"},
                    people={"type": "object", "additionalProperties": _TEXT},
                    ticket=_or_nothing(
                        _exactly(
                            ref=_REF,
                            url=_ADDRESS,
                            category=_TEXT,
                            team=_TEXT,
                            status=_STATUS,
                            priority=_PRIORITY,
                            visibility={"enum": ["private", "public"]},
                            requester=_NUMBER,
                            assignee=_MAYBE_NUMBER,
                            opened_at=_TIME,
                            text=_or_nothing(
                                _exactly(title=_TEXT, description=_TEXT, tags=_TEXTS, is_shortened={"type": "boolean"})
                            ),
                        )
                    ),
                    message=_or_nothing(
                        _exactly(
                            id=_NUMBER,
                            kind={"enum": ["reply", "note"]},
                            author=_NUMBER,
                            at=_TIME,
                            is_undone={"type": "boolean"},
                            text=_or_nothing(_exactly(words=_TEXT, files=_TEXTS, is_shortened={"type": "boolean"})),
                        )
                    ),
                ),
            ),
        ]
    }
)
"""What an endpoint of events is sent."""
ALERTS = Draft202012Validator(
    _exactly(
        type=_TYPE,
        timestamp=_TIME,
        data=_exactly(
            title=_TEXT,
            subtitle=_TEXT,
            tone={"enum": ["plain", "good", "warning", "urgent"]},
            body=_TEXT,
            fields={"type": "array", "items": _exactly(key=_TEXT, label=_TEXT, value=_TEXT)},
            rows={
                "type": "array",
                "items": _exactly(ref={"type": ["string", "null"]}, title=_TEXT, detail=_TEXT, url=_MAYBE_ADDRESS),
            },
            row_count={"type": "integer", "minimum": 0},
            buttons={
                "type": "array",
                "items": _exactly(label=_TEXT, url=_ADDRESS, style={"enum": ["primary", "plain", "danger"]}),
            },
            footer=_TEXT,
            url=_MAYBE_ADDRESS,
            ticket={
                "anyOf": [
                    {"type": "null"},
                    _exactly(
                        ref=_REF,
                        priority=_PRIORITY,
                        status=_STATUS,
                        url=_MAYBE_ADDRESS,
                    ),
                ]
            },
        ),
    )
)
"""What the receiver of an alert space is sent."""


class Fault(Enum):
    ANSWER_LOST = auto()
    """It is taken, and the connection closed."""
    SILENT = auto()
    """It is taken, and no answer comes."""
    MOVED = auto()
    """302 to elsewhere."""
    ENDLESS = auto()
    """200, and a body without an end."""
    NO_HTTP = auto()
    """Something that is no answer."""


class FakeReceiver:
    """``async with FakeReceiver() as receiver``: then ``receiver.url`` is a webhook signed with ``SECRET``.

    ``taken``: the bodies, each ``webhook-id`` once. ``calls``: the headers of every call, those that a fault met too.
    ``clock``: by which it tells old calls from new ones; the machine's, unless there is one. ``bodies``: what it takes.
    """

    def __init__(self, clock: Clock | None = None, bodies: Draft202012Validator = ALERTS) -> None:
        self._clock = clock
        self._bodies = bodies
        self.taken: list[Mapping[str, Any]] = []
        self.calls: list[Mapping[str, str]] = []
        self.strays: list[str] = []
        """What was asked for besides the webhook."""
        self._seen: set[str] = set()
        self._faults: deque[tuple[Fault | int, Mapping[str, str]]] = deque()
        self._closing = asyncio.Event()
        app = web.Application()
        app.router.add_post("/hook", self._receive)
        app.router.add_route("*", "/{path:.*}", self._stray)
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._server.close()

    @property
    def url(self) -> str:
        return str(self._server.make_url("/hook").with_query(token=URL_SECRET))

    def fail_next(self, fault: Fault | int, *, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        """``fault``: a status to answer, or something worse."""
        self._faults.extend([(fault, headers or {})] * times)

    async def _stray(self, request: web.Request) -> web.Response:
        self.strays.append(f"{request.method} {request.path}")
        return web.Response()

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        self.calls.append({name.lower(): value for name, value in request.headers.items()})
        fault, headers = self._faults.popleft() if self._faults else (None, {})
        if isinstance(fault, int):
            words = f"No luck with {request.url}, signed {request.headers['webhook-signature']}"
            return web.Response(status=fault, headers=headers, text=words)
        if fault is Fault.MOVED:
            return web.Response(status=302, headers={"Location": "/elsewhere"})
        answer = await self._taken(request)
        return answer if fault is None else await self._astray(fault, request)

    async def _astray(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        transport = request.transport
        assert isinstance(transport, asyncio.Transport)
        if fault is Fault.ENDLESS:
            endless = web.StreamResponse()
            await endless.prepare(request)
            with suppress(ConnectionError):  # the caller has read enough
                while not self._closing.is_set():
                    await endless.write(b"x" * 65_536)
            return endless
        if fault is Fault.SILENT:
            await self._closing.wait()
        elif fault is Fault.NO_HTTP:
            transport.write(b"* OK IMAP4 ready\r\n\r\n")
            transport.close()
        else:
            transport.abort()
        return web.Response()

    async def _taken(self, request: web.Request) -> web.Response:
        body = await request.read()
        if request.headers.get("Content-Type") != "application/json; charset=utf-8" or len(body) > MAX_BYTES:
            return web.Response(status=415)
        try:
            event = self._verified(body, dict(request.headers))
        except (WebhookVerificationError, ValueError) as refused:
            return web.Response(status=401, text=str(refused))
        message_id = request.headers["webhook-id"]
        is_sound = re.fullmatch(r"[A-Za-z0-9_-]{16,}", message_id) and request.headers["webhook-timestamp"].isdigit()
        if not is_sound or not self._bodies.is_valid(event):
            return web.Response(status=422)
        if message_id not in self._seen:
            self._seen.add(message_id)
            self.taken.append(event)
        return web.Response(status=204)

    def _verified(self, body: bytes, headers: dict[str, str]) -> Any:
        """Raises WebhookVerificationError."""
        if self._clock is None:
            return Webhook(SECRET).verify(body, headers)
        lowered = {name.lower(): value for name, value in headers.items()}
        at = datetime.fromtimestamp(int(lowered["webhook-timestamp"]), UTC)
        if abs(self._clock.now() - at) > _TOLERANCE:
            raise WebhookVerificationError("Message timestamp too old, or too new")
        if Webhook(SECRET).sign(lowered["webhook-id"], at, body.decode()) != lowered["webhook-signature"]:
            raise WebhookVerificationError("No matching signature found")
        return json.loads(body)
