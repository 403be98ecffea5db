"""The Web API's frame: who calls, with what, into which fault or limit; every request is written down.

https://docs.slack.dev/apis/web-api
"""

import asyncio
import json
import math
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.slack import official
from tests.fakes.slack.faults import Fault, Faults
from tests.fakes.slack.limits import Limits
from tests.fakes.slack.refusals import Refused, invalid, missing
from tests.fakes.slack.world import World

FORM_ONLY = frozenset(
    {
        "bots.info",
        "chat.getPermalink",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.getUploadURLExternal",
        "files.info",
        "reactions.get",
        "team.info",
        "usergroups.list",
        "usergroups.users.list",
        "users.conversations",
        "users.info",
        "users.list",
        "users.lookupByEmail",
    }
)
"""Methods that do not read a JSON body: what it holds is as if it were not there."""
BOT, APP = "bot", "app"


@dataclass
class Request:
    """One that came, and what became of it."""

    method: str
    args: dict[str, Any] = field(default_factory=dict)
    """As they were before they were put into a form; without the token."""
    token: str | None = None
    """``bot``, ``app``, or None for another or none."""
    status: int = 0
    """0 as long as it is not answered, or where its connection was closed instead."""
    answer: dict[str, Any] = field(default_factory=dict)
    at: float = 0.0
    """``time.monotonic()``."""
    seconds: float = 0.0
    """Spent in the stand-in, without delays that were ordered."""
    order: int = 0
    """Its place in the order of all that happened."""

    @property
    def error(self) -> str | None:
        return self.answer.get("error")


@dataclass
class Call:
    """A request on its way through a handler."""

    world: World
    method: str
    args: dict[str, Any]

    def text(self, name: str) -> str:
        """Raises Refused (invalid_arguments) where it is missing."""
        value = self.args.get(name)
        if value in (None, ""):
            raise missing(name)
        if not isinstance(value, str):
            raise invalid(f"must be a string [json-pointer:/{name}]")
        return value

    def optional(self, name: str) -> str | None:
        value = self.args.get(name)
        if value is not None and not isinstance(value, str):
            raise invalid(f"must be a string [json-pointer:/{name}]")
        return value or None

    def flag(self, name: str) -> bool:
        return self.args.get(name) in (True, 1, "1", "true")

    def number(self, name: str, default: int) -> int:
        value = self.args.get(name, default)
        if not isinstance(value, int):
            raise invalid(f"must be a number [json-pointer:/{name}]")
        return value

    def need(self, scope: str) -> None:
        """Raises Refused (missing_scope)."""
        granted = self.world.installed.scopes
        if scope not in granted:
            raise Refused("missing_scope", needed=scope, provided=",".join(sorted(granted)))

    def page(self, found: list[Any], *, default: int, most: int) -> tuple[list[Any], str]:
        """The part that ``cursor`` and ``limit`` ask for, and the next cursor. Raises Refused (invalid_cursor)."""
        limit = self.number("limit", default) or default
        if limit < 0:
            raise Refused("invalid_limit")
        size = min(limit, most)
        cursor = self.optional("cursor")
        try:
            start = int(cursor.removeprefix("bmV4dDp")) if cursor else 0
        except ValueError:
            raise Refused("invalid_cursor") from None
        end = start + size
        return found[start:end], f"bmV4dDp{end}" if end < len(found) else ""


Handler = Callable[[Call], dict[str, Any] | None]


class Table:
    """Handlers by method, with the scopes that each needs and the token that it takes."""

    def __init__(self) -> None:
        self.methods: dict[str, tuple[Handler, tuple[str, ...], frozenset[str]]] = {}

    def on(self, method: str, *scopes: str, tokens: tuple[str, ...] = (BOT,)) -> Callable[[Handler], Handler]:
        def keep(handler: Handler) -> Handler:
            self.methods[method] = (handler, scopes, frozenset(tokens))
            return handler

        return keep


class WebApi:
    def __init__(self, world: World, tables: list[Table], *, check_official: bool) -> None:
        self._world = world
        self._methods = {name: found for table in tables for name, found in table.methods.items()}
        self._check_official = check_official
        self.faults = Faults()
        self.limits = Limits(world.clock)
        self.requests: list[Request] = []
        self.latency = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        method = request.match_info["method"]
        given, ignored = await _arguments(request, method)
        token = _token(request, given)
        record = self.record(method, official.plain(given))
        fault = self.faults.meet(method, record.args)
        waited = time.perf_counter()
        await self.wait(fault)
        resumed = time.perf_counter()
        answer = self._answer(record, token, fault, ignored)
        record.seconds = time.perf_counter() - resumed + waited - started
        return await self.finish(request, record, fault, answer)

    def record(self, method: str, args: dict[str, Any]) -> Request:
        made = Request(method, args, at=time.monotonic(), order=self._world.next_order())
        self.requests.append(made)
        return made

    async def wait(self, fault: Fault | None) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault is not None and fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.gate is not None and fault.kind == "hold":
            await fault.gate.pass_through()

    async def finish(
        self, request: web.Request, record: Request, fault: Fault | None, answer: web.StreamResponse
    ) -> web.StreamResponse:
        """Cut off, or held back for ever, where that was ordered."""
        if fault is not None and fault.kind == "hang" and fault.gate is not None:
            await fault.gate.pass_through()
        if fault is not None and fault.kind in ("drop", "hang"):
            record.status = 0
            if request.transport is not None:
                request.transport.abort()
        return answer

    def _answer(self, record: Request, token: str | None, fault: Fault | None, ignored: bool) -> web.Response:
        if fault is not None and fault.kind == "limit":
            return self._limited(record, fault.retry_after)
        if fault is not None and fault.kind in ("fail", "refuse", "drop", "hang"):
            if fault.applied:
                self._result(record, token, ignored=ignored)
            if fault.kind == "refuse":
                refused = {"ok": False, "error": fault.error} | dict(fault.more or {})
                return self._json(record, 200, refused)
            record.status, record.answer = fault.status, {}
            return web.Response(status=fault.status, text="<html>upstream</html>", content_type="text/html")
        wait = self.limits.take(record.method, record.args)
        if wait:
            return self._limited(record, wait)
        return self._json(record, 200, self._result(record, token, ignored=ignored))

    def _limited(self, record: Request, wait: float) -> web.Response:
        self.limits.refused += 1
        seconds = str(max(1, math.ceil(wait)))
        return self._json(record, 429, {"ok": False, "error": "ratelimited"}, {"Retry-After": seconds})

    def _result(self, record: Request, token: str | None, *, ignored: bool) -> dict[str, Any]:
        """What becomes of the call, the refusal too; what is wrong in itself is a violation."""
        try:
            handler = self._authorised(record, token)
            if ignored:
                self._world.violations.append(f"{record.method} reads no JSON body")
            call = Call(self._world, record.method, record.args)
            self._hold_against_description(record)
            return {"ok": True} | (handler(call) or {})
        except Refused as refused:
            if refused.fault:
                self._world.violations.append(f"{record.method}: {refused}")
            return refused.json()
        except Exception as broken:  # noqa: BLE001 - the stand-in's own fault must not look like Slack's
            self._world.violations.append(f"{record.method} broke the stand-in: {traceback.format_exc()}")
            return {"ok": False, "error": "stand_in_broke", "detail": repr(broken)}

    def _authorised(self, record: Request, token: str | None) -> Handler:
        """Raises Refused (not_authed, invalid_auth, not_allowed_token_type, unknown_method, missing_scope)."""
        world = self._world
        if token is None:
            raise Refused("not_authed")
        record.token = {world.bot_token: BOT, world.app_token: APP}.get(token)
        if record.method not in self._methods:
            raise Refused("unknown_method", fault=True, req_method=record.method)
        if record.token is None:
            raise Refused("invalid_auth")
        if record.token == BOT and world.revoked is not None:
            raise Refused(world.revoked)
        handler, scopes, tokens = self._methods[record.method]
        if record.token not in tokens:
            raise Refused("not_allowed_token_type")
        granted = world.installed.scopes if record.token == BOT else world.installed.app_scopes
        for scope in scopes:
            if scope not in granted:
                raise Refused("missing_scope", needed=scope, provided=",".join(sorted(granted)))
        return handler

    def _hold_against_description(self, record: Request) -> None:
        """Told as a violation, not refused: what is refused is the same where no description lies."""
        if not self._check_official:
            return
        found = official.problems(record.method, record.args)
        self._world.violations += [f"{record.method}: {one}" for one in found]

    def _json(
        self, record: Request, status: int, body: dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> web.Response:
        record.status, record.answer = status, body
        told = {"x-oauth-scopes": ",".join(sorted(self._world.installed.scopes))} if record.token == BOT else {}
        return web.Response(
            status=status,
            body=json.dumps(body, separators=(",", ":")).encode(),
            headers=told | dict(headers or {}),
            content_type="application/json",
            charset="utf-8",
        )


async def _arguments(request: web.Request, method: str) -> tuple[dict[str, Any], bool]:
    """Query, form and JSON body as one; whether a JSON body was left out, since the method reads none."""
    given: dict[str, Any] = dict(request.query)
    if request.method != "POST":
        return given, False
    if request.content_type == "application/json":
        raw = await request.read()
        try:
            body = json.loads(raw) if raw else {}
        except ValueError:
            body = {}
        if method in FORM_ONLY:
            return given, bool(body)
        return given | {name: value for name, value in body.items() if value is not None}, False
    if request.content_type in ("application/x-www-form-urlencoded", "multipart/form-data"):
        given |= {name: value for name, value in (await request.post()).items() if isinstance(value, str)}
    return given, False


def _token(request: web.Request, given: dict[str, Any]) -> str | None:
    header = request.headers.get("Authorization", "")
    stated = given.pop("token", None)
    return header.removeprefix("Bearer ") or stated if header.startswith("Bearer ") else stated
