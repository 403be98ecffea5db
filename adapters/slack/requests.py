"""Slack over HTTP: requests to the desk's own web server, each signed, taken once, and handed to bolt.

https://docs.slack.dev/authentication/verifying-requests-from-slack
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import Clock as SignatureClock
from slack_sdk.signature import SignatureVerifier

from adapters.slack.turns import Turns
from core.ports import Clock

log = structlog.get_logger(__name__)

PATH = "/slack/events"
_MOST = 1024 * 1024
"""Bytes of a body: many times the largest view."""
_SLOWEST = 10.0
"""Seconds that a body may take to arrive: whoever dribbles one holds memory meanwhile, and may be anybody."""
_REMEMBERED_FOR = 600.0
"""Seconds: five minutes before its time to five after it, a signature is good."""
_SIGNATURE, _TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"


class Requests:
    """``is_ready``: whether the desk can take anything now. ``missed`` is told when it can again after it could not,
    since Slack does not try for ever."""

    def __init__(
        self,
        *,
        app: AsyncApp,
        signing_secret: str,
        clock: Clock,
        is_ready: Callable[[], bool],
        missed: Callable[[], None],
        turns: Turns,
        slowest: float = _SLOWEST,
    ) -> None:
        self._app = app
        self._clock = clock
        self._is_ready = is_ready
        self._missed = missed
        self._turns = turns
        self._slowest = slowest
        self._verifier = SignatureVerifier(signing_secret, _Seconds(clock))
        self._taken: OrderedDict[str, float] = OrderedDict()
        """Signature -> until when it is known."""
        self._has_missed = False

    async def handle(self, request: web.Request) -> web.Response:
        """Answers 401 to what is not signed, too old or told before, 413 to what is too long, 408 to what takes too
        long, 400 to what makes no sense, and 503 as long as the desk cannot take it: Slack then tries again."""
        try:
            async with asyncio.timeout(self._slowest):
                body = await _body(request)
        except TimeoutError:
            return web.Response(status=408)
        if body is None:
            return web.Response(status=413)
        signature = request.headers.get(_SIGNATURE, "")
        if not self._is_signed(body, signature, request.headers.get(_TIMESTAMP, "")):
            log.warning("slack_request_refused", reason="not signed, or too old")
            return web.Response(status=401)
        if not self._is_new(signature):
            log.warning("slack_request_refused", reason="told before")
            return web.Response(status=401)
        answer = await self._answer(body.decode(), request)
        if answer.status >= 500:
            self._has_missed = True
            self._taken.pop(signature, None)
        return answer

    async def _answer(self, body: str, request: web.Request) -> web.Response:
        if not self._is_ready():
            return web.Response(status=503)
        if self._has_missed:
            self._has_missed = False
            self._missed()
        try:
            asked = AsyncBoltRequest(body=body, query=request.query_string, headers=dict(request.headers))
            with self._turns.acknowledging():
                return await to_aiohttp_response(await self._app.async_dispatch(asked))
        except (AttributeError, LookupError, RecursionError, TypeError, ValueError):
            # Slack's own signature, and yet nothing that bolt can read. What handlers raise ends in bolt.
            return web.Response(status=400)

    def _is_signed(self, body: bytes, signature: str, timestamp: str) -> bool:
        try:
            return self._verifier.is_valid(body=body, timestamp=timestamp, signature=signature)
        except (OverflowError, TypeError, ValueError):
            return False

    def _is_new(self, signature: str) -> bool:
        """Once; what is not acknowledged in the end may come again as it is."""
        now = self._clock.now().timestamp()
        while self._taken and next(iter(self._taken.values())) <= now:
            self._taken.popitem(last=False)
        if signature in self._taken:
            return False
        self._taken[signature] = now + _REMEMBERED_FOR
        return True


class _Seconds(SignatureClock):
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now().timestamp()


async def _body(request: web.Request) -> bytes | None:
    """None where it is too long."""
    read = bytearray()
    async for chunk in request.content.iter_any():
        read += chunk
        if len(read) > _MOST:
            return None
    return bytes(read)
