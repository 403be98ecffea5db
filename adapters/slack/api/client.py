"""One call of Slack's Web API, made once, and what its answer means.

The outbox retries, so slack_sdk must not: a library that repeats a chat.postMessage after a lost answer posts twice.
The bot's token is in the headers of every request, which slack_sdk's exceptions hold, and an upload's address is a
secret that aiohttp's would name: so what is raised here is made anew, outside the handler of what was caught.
"""

import asyncio
import json
import logging
from collections import OrderedDict
from collections.abc import AsyncGenerator, AsyncIterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.patience import ended
from adapters.slack.api.codes import BUSY, UNSURE
from adapters.slack.api.pacing import Pacing
from adapters.slack.api.refusals import Refused, lost, refused, retry_after
from adapters.slack.api.transfers import downloaded, uploaded
from adapters.slack.config import SlackConfig
from core.ports import Retry, Unknown

__all__ = ["Refused", "Slack", "Workspace"]

TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=5)
_CONNECTIONS = 1_000
"""Room for a crowd: aiohttp's own hundred connections make a second hundred students wait for the first."""
_BUSY = 30.0
"""Seconds to leave alone what is busy, and does not say for how long."""
_SHUT_OUT = 300.0
"""Seconds to leave alone what answers without being Slack, as the guard before it does."""
_MOST_CONVERSATIONS = 10_000

_READS = frozenset(
    {
        "bots.info",
        "chat.getPermalink",
        "conversations.history",
        "conversations.info",
        "conversations.list",
        "conversations.members",
        "conversations.replies",
        "files.info",
        "reactions.get",
        "usergroups.list",
        "usergroups.users.list",
        "users.conversations",
        "users.info",
        "users.list",
        "users.lookupByEmail",
        "users.profile.get",
    }
)
_REPEATABLE = _READS | {
    "apps.connections.open",
    "auth.test",
    "conversations.open",
    "files.getUploadURLExternal",
}
"""Done twice, they are as if done once."""
_IN_JSON = ("chat.post", "chat.update", "views.")
"""What bears blocks. The rest goes as a form: not every method takes JSON
(https://docs.slack.dev/apis/web-api/#post_bodies)."""


@dataclass(frozen=True, slots=True)
class Workspace:
    """Where the app is installed, and what it is called there."""

    team: str
    url: str
    """With a slash at the end."""
    bot_user: str
    """``U…``: who the app is as a person."""
    bot: str
    """``B…``: whose messages the app's are."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    said: Mapping[str, Any]
    """Empty where it was no JSON object."""


class Slack:
    """Its connections are opened with the first call, inside the running loop; ``close`` ends them."""

    def __init__(
        self, config: SlackConfig, *, pacing: Pacing | None = None, timeout: aiohttp.ClientTimeout = TIMEOUT
    ) -> None:
        self._token = config.bot_token
        self._base = config.api_base
        self._timeout = timeout
        self._pacing = pacing or Pacing()
        self._web = AsyncWebClient(token=config.bot_token, base_url=config.api_base, logger=_log(), retry_handlers=[])
        # slack_sdk takes a proxy from the environment without being asked.
        self._web.proxy = None
        self._session: aiohttp.ClientSession | None = None
        self._workspace: Workspace | None = None
        self._asking = asyncio.Lock()
        self._conversations: OrderedDict[str, str] = OrderedDict()
        self._openings: dict[str, asyncio.Task[str]] = {}

    @property
    def web(self) -> AsyncWebClient:
        """For bolt. Inside the running loop only."""
        self._web.session = self._opened()
        return self._web

    @property
    def known_workspace(self) -> Workspace | None:
        """None until somebody asked for it."""
        return self._workspace

    async def call(
        self, method: str, args: Mapping[str, Any] | None = None, *, channel: str | None = None
    ) -> Mapping[str, Any]:
        """The answer. ``channel``: which one it is about, where ``args`` do not say.

        Raises Retry (not taken: a rate limit, no connection, a question that failed), Unknown (it may have been taken)
        and Refused; none of them holds a token.
        """
        args = args or {}
        about = str(channel or args.get("channel") or args.get("channel_id") or "")
        await self._pacing.take(method, about)
        answer = await self._send(method, args)
        if isinstance(answer, Exception):
            raise answer
        return self._judged(method, about, answer)

    async def workspace(self) -> Workspace:
        """Asked for once. Raises as ``call``."""
        async with self._asking:
            if self._workspace is None:
                said = await self.call("auth.test")
                url = str(said.get("url") or "")
                self._workspace = Workspace(
                    team=str(said["team_id"]),
                    url=url if url.endswith("/") else f"{url}/",
                    bot_user=str(said["user_id"]),
                    bot=str(said.get("bot_id") or ""),
                )
        return self._workspace

    async def open_dm(self, user: str) -> str:
        """The channel of the direct message with somebody. Raises as ``call``."""
        known = self._conversations.get(user)
        if known is None:
            opening = self._openings.get(user)
            if opening is None:
                opening = self._openings[user] = asyncio.create_task(self._open_dm(user))
                opening.add_done_callback(partial(self._opened_dm, user))
            try:
                # Whoever waits for it no longer does not end it for the others.
                known = await asyncio.shield(opening)
            except asyncio.CancelledError:
                # And whoever asks again does not wait for an answer that may never come.
                self._openings.pop(user, None)
                raise
        return known

    def _opened_dm(self, user: str, opening: asyncio.Task[str]) -> None:
        if self._openings.get(user) is opening:
            del self._openings[user]
        if not opening.cancelled():
            opening.exception()  # told to those who waited, if anybody still does

    async def _open_dm(self, user: str) -> str:
        said = await self.call("conversations.open", {"users": user})
        channel = self._conversations[user] = str(said["channel"]["id"])
        if len(self._conversations) > _MOST_CONVERSATIONS:
            self._conversations.popitem(last=False)
        return channel

    async def upload(self, url: str, content: AsyncIterable[bytes], size: int) -> None:
        """Bring ``size`` bytes to where files.getUploadURLExternal said. Raises Retry and Refused."""
        failure = await uploaded(self._opened(), url, content, size, api_base=self._base)
        if failure is not None:
            raise failure

    def download(self, url: str, most: int) -> AsyncGenerator[bytes]:
        """A file's bytes, piece by piece. Raises Retry, and Refused where it will not be had: it has more than ``most``
        bytes, it is not Slack's, or the app may not have it."""
        return downloaded(self._opened(), url, token=self._token, api_base=self._base, most=most)

    async def close(self) -> None:
        await ended(list(self._openings.values()), within=0)
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=_CONNECTIONS)
            self._session = aiohttp.ClientSession(connector=connector, timeout=self._timeout)
        return self._session

    async def _send(self, method: str, args: Mapping[str, Any]) -> _Answer | Retry | Unknown:
        try:
            answer = await self.web.api_call(method, **_encoded(method, args))
            return _Answer(answer.status_code, answer.headers, answer.data if isinstance(answer.data, dict) else {})
        except SlackApiError as error:
            return _answer(error.response)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Retry(f"Slack cannot be reached ({type(error).__name__}); nothing was sent.")
        except (TimeoutError, aiohttp.ClientError) as error:
            why = f"the answer was lost ({type(error).__name__})"
        except (AttributeError, ValueError, RecursionError):
            # slack_sdk stumbles over an answer that is no JSON object.
            why = "what answers is not Slack's API"
        return lost(method, why, repeatable=method in _REPEATABLE)

    def _judged(self, method: str, channel: str, answer: _Answer) -> Mapping[str, Any]:
        said, repeatable = answer.said, method in _REPEATABLE
        error = said["error"] if isinstance(said.get("error"), str) else None
        if answer.status == 200 and said.get("ok") is True:
            return said
        if answer.status == 429 or error in BUSY:
            after = retry_after(answer.headers, _BUSY)
            self._pacing.shut(method, channel, after)
            raise Retry(f"Slack's rate limit is reached ({method}).", after=after)
        if answer.status >= 500 or answer.status == 408:
            raise lost(method, f"it answered {answer.status}", repeatable=repeatable)
        if error in UNSURE:
            raise lost(method, f"it answered {error}", repeatable=repeatable)
        if error is None:
            if answer.status in (403, 404):
                raise Retry(f"What answers is not Slack's API, or shuts this machine out ({method}).", _SHUT_OUT)
            raise lost(method, "what answers is not Slack's API", repeatable=repeatable)
        raise refused(said, method=method, channel=channel, secret=self._token)


def _encoded(method: str, args: Mapping[str, Any]) -> dict[str, Any]:
    """As slack_sdk's own methods send them, but for the query of a POST, which proxies write into their logs."""
    given = {key: value for key, value in args.items() if value is not None}
    if method in _READS:
        return {"http_verb": "GET", "params": given}
    if method.startswith(_IN_JSON):
        return {"json": given}
    return {"data": {key: value if isinstance(value, str) else json.dumps(value) for key, value in given.items()}}


def _answer(response: Any) -> _Answer:
    """From what slack_sdk's exception holds: its own response, or aiohttp's where it could not read that."""
    data = getattr(response, "data", None)
    status = response.status_code if hasattr(response, "status_code") else response.status
    return _Answer(int(status), response.headers, data if isinstance(data, dict) else {})


def _log() -> logging.Logger:
    """One that never tells what is sent, whatever level the rest of the process logs at."""
    log = logging.getLogger(f"{__name__}.web")
    log.setLevel(logging.WARNING)
    return log
