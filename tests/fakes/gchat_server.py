"""A stand-in Google Chat on the loopback: the demo inbox's rules, Google's own schema where it lies, scripted faults.

The schema is Google's discovery document (``../shared/specs/README.md`` tells how to read it), found beside the
checkout or where THREADDESK_SPECS points. Where it is absent the rules alone apply.
"""

import asyncio
import json
import os
from collections import deque
from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from pathlib import Path
from typing import Any, Self

from aiohttp import web
from aiohttp.test_utils import TestServer
from jsonschema import Draft202012Validator

from adapters.gchat.inbox import AlertInbox
from adapters.gchat.journal import Entry
from adapters.gchat.rules import Query, Refused, invalid
from core.ports import Clock
from core.text import Json

DOCUMENT = (
    Path(os.environ.get("THREADDESK_SPECS") or Path(__file__).resolve().parents[2].parent / "shared" / "specs")
    / "google-chat-v1.discovery.json"
)
_DROPPED = frozenset(
    {"id", "enumDescriptions", "enumDeprecated", "deprecated", "readOnly", "annotations", "description"}
)
_NO_JSON_SCHEMA_FORMATS = frozenset({"int32", "int64", "google-datetime", "google-duration", "byte", "float", "double"})


class Fault(Enum):
    BUSY = auto()
    """429."""
    BROKEN = auto()
    """500."""
    GONE = auto()
    """404, with the address repeated in the words."""
    ANSWER_LOST = auto()
    """The message is made, and the connection closed."""
    SILENT = auto()
    """Nothing is made, and no answer comes."""
    MOVED = auto()
    """302 to elsewhere."""
    OTHER_SERVER = auto()
    """200 with a page that is not Google Chat's."""


def official_problems(message: object) -> list[str]:
    """What Google's document has against a message; nothing where there is no document."""
    validators = _validators()
    return [] if validators is None else [f"{e.json_path}: {e.message}" for e in validators[0].iter_errors(message)]


def official_query_problems(query: Mapping[str, str]) -> list[str]:
    """What Google's document has against a call's query."""
    validators = _validators()
    return [] if validators is None else [e.message for e in validators[1].iter_errors(dict(query))]


@cache
def _validators() -> tuple[Draft202012Validator, Draft202012Validator] | None:
    if not DOCUMENT.is_file():
        return None
    document = json.loads(DOCUMENT.read_text())
    schemas = {name: _converted(schema) for name, schema in document["schemas"].items()}
    create = document["resources"]["spaces"]["resources"]["messages"]["methods"]["create"]
    given = create["parameters"] | {"key": document["parameters"]["key"], "token": {"type": "string"}}
    properties = {
        name: {"enum": parameter["enum"]} if "enum" in parameter else {"type": "string"}
        for name, parameter in given.items()
        if parameter.get("location") != "path"
    }
    return (
        Draft202012Validator({"schemas": schemas, "$ref": "#/schemas/Message"}),
        Draft202012Validator({"type": "object", "properties": properties, "additionalProperties": False}),
    )


def _converted(schema: Any) -> Any:
    """One schema of the discovery document as JSON Schema (draft 2020-12)."""
    if "$ref" in schema:
        return {"$ref": f"#/schemas/{schema['$ref']}"}
    made = {key: value for key, value in schema.items() if key not in _DROPPED}
    if made.get("type") == "any":
        del made["type"]
    if made.get("format") in _NO_JSON_SCHEMA_FORMATS:
        del made["format"]
    if "properties" in made:
        made["properties"] = {name: _converted(inner) for name, inner in made["properties"].items()}
        made["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if isinstance(made.get(key), dict):
            made[key] = _converted(made[key])
    return made


class _OfficialInbox(AlertInbox):
    def accept(self, space: str, query: Query, body: Mapping[str, Json]) -> Entry:
        if problems := official_problems(body):
            invalid("; ".join(problems))
        return super().accept(space, query, body)


class FakeGoogleChat:
    """``async with FakeGoogleChat(path, clock) as chat``: then ``chat.url(space)`` is a webhook.

    ``calls`` holds every call's query, those that a fault met too.
    """

    def __init__(self, path: Path, clock: Clock, *, per_minute: float = 60_000, burst: int = 1_000) -> None:
        self.inbox = _OfficialInbox(path, clock, per_minute=per_minute, burst=burst)
        self.calls: list[Mapping[str, str]] = []
        self._faults: deque[tuple[Fault, Mapping[str, str]]] = deque()
        self._closing = asyncio.Event()
        app = web.Application(middlewares=[self._middleware])
        app.add_routes(self.inbox.routes())
        self._server = TestServer(app)

    async def __aenter__(self) -> Self:
        await self._server.start_server()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._closing.set()
        await self._server.close()

    def url(self, space: str) -> str:
        return self.inbox.url(str(self._server.make_url("/")), space)

    def messages(self, space: str) -> list[Mapping[str, Json]]:
        return self.inbox.messages(space)

    def fail_next(self, fault: Fault, *, times: int = 1, headers: Mapping[str, str] | None = None) -> None:
        self._faults.extend([(fault, headers or {})] * times)

    def recover(self) -> None:
        """No more of the faults that were asked for."""
        self._faults.clear()

    @web.middleware
    async def _middleware(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if request.method != "POST":
            plain: web.StreamResponse = await handler(request)
            return plain
        self.calls.append(dict(request.query))
        if problems := official_query_problems(request.query):
            refused = Refused(400, "INVALID_ARGUMENT", "; ".join(problems))
            return web.json_response(refused.json(), status=refused.code)
        fault, headers = self._faults.popleft() if self._faults else (None, {})
        if fault is None or fault is Fault.ANSWER_LOST:
            answer: web.StreamResponse = await handler(request)
            if fault is not None and request.transport is not None:
                request.transport.abort()
            return answer
        if fault is Fault.SILENT:
            await self._closing.wait()
        return _failure(fault, request, headers)


def _failure(fault: Fault, request: web.Request, headers: Mapping[str, str]) -> web.Response:
    if fault is Fault.MOVED:
        return web.Response(status=302, headers={"Location": "/elsewhere"})
    if fault is Fault.OTHER_SERVER:
        return web.Response(text="<html>Sign in to the Wi-Fi</html>", content_type="text/html")
    code, status = {
        Fault.BUSY: (429, "RESOURCE_EXHAUSTED"),
        Fault.BROKEN: (500, "INTERNAL"),
        Fault.GONE: (404, "NOT_FOUND"),
        Fault.SILENT: (503, "UNAVAILABLE"),
    }[fault]
    refused = Refused(code, status, f"No luck with {request.url}")
    return web.json_response(refused.json(), status=code, headers=dict(headers))
