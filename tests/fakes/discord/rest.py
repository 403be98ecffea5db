"""The REST API's frame: who calls, with what, into which fault or limit; every request is written down."""

import asyncio
import json
import re
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from tests.fakes.discord import faults, official
from tests.fakes.discord.faults import Fault, Faults, Limits
from tests.fakes.discord.posting import Upload
from tests.fakes.discord.refusals import Refused, not_found, unauthorized
from tests.fakes.discord.world import World

PREFIX = "/api/v10"
_OWN_TOKEN = re.compile(r"/webhooks/\d+/[^/]+(/.*)?|/interactions/\d+/[^/]+/callback")
"""The address itself proves who calls."""
Handler = Callable[["Call"], Any]


@dataclass
class Request:
    """One that came, and what became of it."""

    method: str
    path: str
    """After ``/api/v10``, without the query."""
    query: dict[str, str]
    body: Any = None
    files: list[str] = field(default_factory=list)
    reason: str | None = None
    status: int = 0
    """0 as long as it is not answered, or where its connection was closed instead."""
    answer: Any = None
    at: float = 0.0
    """``time.monotonic()``."""
    seconds: float = 0.0
    """Spent in the stand-in, without delays that were ordered."""
    order: int = 0
    """Its place in the order of all that happened."""


@dataclass
class Call:
    """A request on its way through a handler."""

    world: World
    params: dict[str, str]
    query: dict[str, str]
    body: Any
    files: dict[int, Upload]

    def id(self, name: str) -> int:
        return int(self.params[name])

    def number(self, name: str, default: int | None = None) -> int | None:
        value = self.query.get(name)
        return default if value is None else int(value)

    @property
    def form(self) -> dict[str, Any]:
        """The body where an object is wanted. Raises Refused (50035)."""
        if not isinstance(self.body, dict):
            wrong = {"code": "DICT_TYPE_CONVERT", "message": "Only dictionaries may be used in a DictType"}
            raise Refused(50035, errors={"_errors": [wrong]})
        return self.body


class Table:
    """Handlers by method and path; ``{name}`` stands for an id, ``{name:text}`` for anything within one segment."""

    def __init__(self) -> None:
        self.routes: list[tuple[str, re.Pattern[str], Handler]] = []

    def on(self, method: str, path: str) -> Callable[[Handler], Handler]:
        made = re.sub(r"\{(\w+)\}", r"(?P<\1>\\d+)", path)
        made = re.sub(r"\{(\w+):text\}", r"(?P<\1>[^/]+)", made)

        def keep(handler: Handler) -> Handler:
            self.routes.append((method, re.compile(made), handler))
            return handler

        return keep

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]]:
        """Raises Refused (404, 405)."""
        known = False
        for verb, pattern, handler in self.routes:
            match = pattern.fullmatch(path)
            if match and verb == method:
                return handler, match.groupdict()
            known = known or match is not None
        raise Refused(0, status=405, message="405: Method Not Allowed") if known else not_found()


class Rest:
    def __init__(self, world: World, tables: list[Table], *, check_official: bool) -> None:
        self._world = world
        self._table = Table()
        self._table.routes = [route for table in tables for route in table.routes]
        self._check_official = check_official
        self.faults = Faults()
        self.limits = Limits()
        self.requests: list[Request] = []
        self.violations: list[str] = []
        self.latency = 0.0

    async def handle(self, request: web.Request) -> web.StreamResponse:
        started = time.perf_counter()
        path = request.path.removeprefix(PREFIX)
        record = Request(request.method, path, dict(request.query), at=time.monotonic())
        record.order = self._world.next_order()
        record.reason = request.headers.get("X-Audit-Log-Reason")
        self.requests.append(record)
        body, files, unread = await _read(request)
        record.body, record.files = body, [file.filename for file in files.values()]
        waited = time.perf_counter()
        fault = self.faults.meet(request.method, path)
        await self._wait(fault)
        resumed = time.perf_counter()
        answer = self._answer(request, record, files, fault, unread)
        record.seconds = time.perf_counter() - resumed + waited - started
        if fault is not None and fault.kind == "drop":
            record.status = 0
            assert request.transport is not None
            request.transport.abort()
        return answer

    async def _wait(self, fault: Fault | None) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)
        if fault is not None and fault.seconds:
            await asyncio.sleep(fault.seconds)
        if fault is not None and fault.gate is not None:
            await fault.gate.pass_through()

    def _answer(
        self,
        request: web.Request,
        record: Request,
        files: dict[int, Upload],
        fault: Fault | None,
        unread: Refused | None,
    ) -> web.Response:
        headers: dict[str, str] = {}
        try:
            if fault is not None and fault.kind == "limit":
                self.limits.refused += 1
                extra, told = faults.refusal(fault.retry_after, is_global=fault.is_global, scope=fault.scope)
                return self._json(record, 429, told, extra)
            if fault is not None and fault.kind == "refuse":
                raise Refused(fault.code)
            if fault is not None and fault.kind in ("fail", "drop") and not fault.applied:
                return self._json(record, fault.status, _broken(fault.status), {})
            of_interaction = self._of_interaction(record.path)
            headers, told_limit = self.limits.take(record.method, record.path, of_interaction=of_interaction)
            if told_limit is not None:
                return self._json(record, 429, told_limit, headers)
            if unread is not None:
                raise unread
            result = self._work(request, record, files)
        except Refused as refused:
            return self._json(record, refused.status, refused.json(), headers)
        if fault is not None and fault.kind in ("fail", "drop"):
            return self._json(record, fault.status, _broken(fault.status), headers)
        return self._json(record, 204 if result is None else 200, result, headers)

    def _of_interaction(self, path: str) -> bool:
        return path.startswith(("/interactions/", f"/webhooks/{self._world.application_id}/"))

    def _work(self, request: web.Request, record: Request, files: dict[int, Upload]) -> Any:
        """Raises Refused."""
        handler, params = self._table.find(record.method, record.path)
        self._authorize(request, record.path)
        self._hold_against_description(record, files)
        try:
            return handler(Call(self._world, params, record.query, record.body, files))
        except Refused:
            raise
        except Exception as broken:  # noqa: BLE001 - a 500 would be tried again for half a minute
            self.violations.append(f"{record.method} {record.path} broke the stand-in: {traceback.format_exc()}")
            raise Refused(0, status=400, message=f"The stand-in broke: {broken!r}") from None

    def _authorize(self, request: web.Request, path: str) -> None:
        given = request.headers.get("Authorization")
        if given is None and _OWN_TOKEN.fullmatch(path):
            return
        if given != f"Bot {self._world.token}":
            raise unauthorized()

    def _hold_against_description(self, record: Request, files: dict[int, Upload]) -> None:
        if not self._check_official:
            return
        found = re.fullmatch(r"/channels/(\d+)", record.path)
        place = None if found is None else self._world.places.get(int(found[1]))
        thread = None if place is None or place.is_dm else place.is_thread
        body = {} if record.body is None and files else record.body
        problems = official.problems(record.method, record.path, record.query, body, thread=thread)
        if problems:
            self.violations += [f"{record.method} {record.path}: {one}" for one in problems]
            wrong = [{"code": "OFFICIAL_DESCRIPTION", "message": one} for one in problems]
            raise Refused(50035, errors={"_errors": wrong})

    def _json(self, record: Request, status: int, body: Any, headers: dict[str, str]) -> web.Response:
        """The content type is exactly ``application/json``, as Discord's is."""
        record.status, record.answer = status, body
        told = {"Via": "1.1 google"} | headers
        if status == 204:
            return web.Response(status=204, headers=told)
        if status >= 500:
            return web.Response(status=status, text=str(body["message"]), headers=told)
        data = json.dumps(body, separators=(",", ":")).encode()
        return web.Response(status=status, body=data, headers=told | {"Content-Type": "application/json"})


def _broken(status: int) -> dict[str, Any]:
    return {"message": f"{status}: Internal Server Error", "code": 0}


async def _read(request: web.Request) -> tuple[Any, dict[int, Upload], Refused | None]:
    """The JSON body and the files; with what is wrong with them, if anything is."""
    if request.content_type.startswith("multipart/"):
        return await _read_parts(request)
    raw = await request.read()
    if not raw:
        return None, {}, None
    try:
        return json.loads(raw), {}, None
    except ValueError:
        return None, {}, Refused(50109)


async def _read_parts(request: web.Request) -> tuple[Any, dict[int, Upload], Refused | None]:
    body: Any = None
    files: dict[int, Upload] = {}
    async for part in await request.multipart():
        data = bytes(await part.read())
        number = re.fullmatch(r"files\[(\d+)\]", part.name or "")
        if part.name == "payload_json":
            try:
                body = json.loads(data)
            except ValueError:
                return None, {}, Refused(50109)
        elif number:
            kind = part.headers.get("Content-Type", "")
            known = "" if kind == "application/octet-stream" else kind
            files[int(number[1])] = Upload(part.filename or "file", data, known)
    return body, files, None
