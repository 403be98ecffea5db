"""Events and interactions over HTTP, signed. https://docs.slack.dev/authentication/verifying-requests-from-slack"""

import asyncio
import hashlib
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import aiohttp

from tests.fakes.slack.delivery import FAILED, TIMEOUT, Ack, Stopwatch
from tests.fakes.slack.world import World

Json = dict[str, Any]
_FORM = "application/x-www-form-urlencoded"


def signature(secret: str, timestamp: str, body: str) -> str:
    """``v0=…``"""
    digest = hmac.new(secret.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256)
    return f"v0={digest.hexdigest()}"


class Webhooks:
    """``url``: where the app listens; nowhere at first."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._session: aiohttp.ClientSession | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.url: str | None = None
        self.latency = 0.0

    def headers(self, body: str, *, content_type: str = "application/json", age: float = 0.0) -> dict[str, str]:
        """A request's, as Slack signs it; ``age``: seconds that the signature is old."""
        timestamp = str(int(self._world.clock.seconds() - age))
        return {
            "Content-Type": content_type,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": timestamp,
            "X-Slack-Signature": signature(self._world.signing_secret, timestamp, body),
        }

    async def post(self, body: str, headers: dict[str, str]) -> tuple[int, Any, str | None]:
        """Status, body, and why it failed: ``http_timeout``, ``connection_failed``, ``http_error``, ``no_retry``."""
        if self.url is None:
            return 0, None, "connection_failed"
        if self._session is None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
        try:
            async with asyncio.timeout(self._world.settings.acknowledge_within):
                if self.latency:
                    await asyncio.sleep(self.latency)
                async with self._session.post(self.url, data=body.encode(), headers=headers) as answer:
                    text = await answer.text()
                    failure = None if answer.status == 200 else "http_error"
                    if failure and answer.headers.get("X-Slack-No-Retry") == "1":
                        failure = "no_retry"
                    return answer.status, _read(text), failure
        except TimeoutError:
            return 0, None, "http_timeout"
        except aiohttp.ClientError:
            return 0, None, "connection_failed"

    def event(self, payload: Json, attempt: int, reason: str, done: Callable[[str | None], None]) -> None:
        async def deliver() -> None:
            body = json.dumps(payload, separators=(",", ":"))
            headers = self.headers(body)
            if attempt:
                headers |= {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": reason}
            _, _, failure = await self.post(body, headers)
            done(None if failure == "no_retry" else failure)

        task = asyncio.create_task(deliver())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def interaction(self, kind: str, payload: Json) -> Ack:
        form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
        body = urlencode({name: str(value) for name, value in form.items()})
        watch = Stopwatch()
        status, answer, failure = await self.post(body, self.headers(body, content_type=_FORM))
        if failure is not None:
            return Ack(error=TIMEOUT if failure == "http_timeout" else FAILED, status=status)
        return Ack(watch.seconds, answer, status=status)

    async def verify(self) -> bool:
        """Slack's first question to an address. https://docs.slack.dev/reference/events/url_verification"""
        challenge = self._world.new_id("challenge")
        body = json.dumps({"token": "stand-in", "challenge": challenge, "type": "url_verification"})
        status, answer, _ = await self.post(body, self.headers(body))
        return status == 200 and (answer == challenge or answer == {"challenge": challenge})

    async def stop(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._session is not None:
            await self._session.close()


def _read(text: str) -> Any:
    if not text:
        return None
    try:
        return json.loads(text)
    except ValueError:
        return text
