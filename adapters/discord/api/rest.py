"""One call of Discord's REST API, made once, and what its answer means.

The outbox retries, so the client must not: a library that repeats a POST after a 500 posts twice what was in fact taken
the first time. The bot's token, and those of webhooks and interactions in a path, are secrets that aiohttp would name
in its exceptions: so what is raised here is made anew, outside the handler of what was caught.
"""

import json as jsons
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from yarl import URL

from adapters.discord.api.pacing import Pacing, Reach, Route, number
from adapters.discord.config import DiscordConfig
from core.ports import Retry, Undeliverable, Unknown, time_for
from core.text import clean_line, shorten

TIMEOUT = aiohttp.ClientTimeout(total=12, sock_connect=5)
_USER_AGENT = "DiscordBot (https://threaddesk.invalid, 0.1)"
"""In the form that Discord demands (https://discord.com/developers/docs/reference#user-agent)."""
_CONNECTIONS = 1_000
_MAX_REASON = 400
_SHUT_OUT = 300.0
"""Seconds: how long to leave alone what answers without being Discord, as the guard before it does."""
_WITH_TOKEN = ("webhooks", "interactions")


class Refused(Undeliverable):
    """Discord will not do it. ``code``: which of its reasons, 0 where it gave none
    (https://discord.com/developers/docs/topics/opcodes-and-status-codes#json); ``channel``: of which channel or thread,
    "" where the call was of none."""

    def __init__(self, reason: str, *, status: int, code: int, channel: str = "") -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
        self.channel = channel


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    size: int
    """Bytes."""
    media_type: str
    content: Callable[[], AsyncIterator[bytes]]
    """The bytes from their beginning, piece by piece."""


class _Streamed(aiohttp.Payload):
    """A file's part of a form, of which a piece at a time is in memory."""

    def __init__(self, file: Upload) -> None:
        super().__init__(file, content_type=file.media_type)
        self._file = file
        self._size = file.size

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        raise TypeError("a file on its way is no text")

    async def write(self, writer: AbstractStreamWriter) -> None:
        async for piece in self._file.content():
            await writer.write(piece)


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    changes: bool
    secrets: tuple[str, ...]

    @property
    def channel(self) -> str:
        parts = self.path.split("/")
        return parts[2] if parts[1] == "channels" else ""

    @property
    def shown(self) -> str:
        return _redacted(f"{self.method} {self.path}", self.secrets)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """None where it is no JSON."""
        try:
            return jsons.loads(self.body)
        except (ValueError, RecursionError):
            return None

    @property
    def said(self) -> Mapping[str, Any]:
        value = self.json
        return value if isinstance(value, dict) else {}


def _session() -> aiohttp.ClientSession:
    """With room for a crowd: aiohttp's own hundred connections make a second hundred students wait for the first."""
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=_CONNECTIONS))


class Rest:
    """``open_session`` is called once, at the first call, inside the running loop; ``close`` ends what it gave."""

    def __init__(
        self,
        config: DiscordConfig,
        *,
        open_session: Callable[[], aiohttp.ClientSession] = _session,
        timeout: aiohttp.ClientTimeout = TIMEOUT,
        pacing: Pacing | None = None,
    ) -> None:
        self._base = config.api_base.rstrip("/")
        self._token = config.token
        self._open_session = open_session
        self._timeout = timeout
        self._pacing = pacing or Pacing()
        self._session: aiohttp.ClientSession | None = None

    async def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        files: Sequence[Upload] = (),
        params: Mapping[str, str] | None = None,
        authorised: bool = True,
    ) -> Any:
        """The answer's JSON, or None where it has none. ``path`` begins with ``/``, its parts already quoted;
        ``authorised``: by the bot's token, not by one in the path.

        Raises Retry (not taken: a rate limit, no connection, a GET that failed), Unknown (it may have been taken) and
        Refused; none of them holds a token.
        """
        call = _Call(method, path, changes=method != "GET", secrets=self._secrets(path))
        route = Route.of(method, path)
        await self._pacing.take(route, counts=authorised)
        answer = await self._send(call, json, files, params, authorised)
        if isinstance(answer, Exception):
            raise answer
        self._pacing.learn(route, answer.headers)
        if answer.status == 429:
            raise self._busy(call, route, answer)
        return _judged(call, answer)

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _secrets(self, path: str) -> tuple[str, ...]:
        parts = path.split("/")
        in_path = parts[3:4] if parts[1] in _WITH_TOKEN else []
        return tuple(secret for secret in (self._token, *in_path) if secret)

    async def _send(
        self,
        call: _Call,
        json: Any,
        files: Sequence[Upload],
        params: Mapping[str, str] | None,
        authorised: bool,
    ) -> _Answer | Retry | Unknown:
        if self._session is None:
            self._session = self._open_session()
        headers = {"User-Agent": _USER_AGENT}
        if authorised:
            headers["Authorization"] = f"Bot {self._token}"
        body: dict[str, Any] = {"data": _form(json, files)} if files else {"json": json}
        url = URL(self._base + call.path, encoded=True).update_query(dict(params or {}))
        try:
            async with self._session.request(
                call.method, url, **body, headers=headers, allow_redirects=False, timeout=self._time_for(files)
            ) as response:
                return _Answer(response.status, dict(response.headers), await response.read())
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Retry(f"Discord cannot be reached ({type(error).__name__}); nothing was sent.")
        except (TimeoutError, aiohttp.ClientError) as error:
            return _lost(call, f"the answer was lost ({type(error).__name__})")

    def _time_for(self, files: Sequence[Upload]) -> aiohttp.ClientTimeout:
        total = (self._timeout.total or 0.0) + time_for(sum(file.size for file in files))
        return aiohttp.ClientTimeout(total=total, sock_connect=self._timeout.sock_connect)

    def _busy(self, call: _Call, route: Route, answer: _Answer) -> Retry:
        said = answer.said
        after = said.get("retry_after")
        seconds = float(after) if isinstance(after, int | float) else number(answer.headers.get("Retry-After"))
        if seconds is None:
            seconds = _SHUT_OUT
        # Whoever shuts out the whole address is not Discord's API, and answers without its JSON.
        reach = Reach.BOT if said.get("global") else Reach.ROUTE if said else Reach.ADDRESS
        self._pacing.shut(route, seconds, reach)
        return Retry(f"Discord's rate limit is reached ({call.shown}).", after=seconds)


def _form(json: Any, files: Sequence[Upload]) -> aiohttp.FormData:
    """https://discord.com/developers/docs/reference#uploading-files"""
    # With quoting, aiohttp escapes the brackets of "files[0]", and Discord then finds no file.
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", jsons.dumps(json or {}), content_type="application/json")
    for index, file in enumerate(files):
        name = clean_line(file.name) or "file"
        form.add_field(f"files[{index}]", _Streamed(file), filename=name)
    return form


def _judged(call: _Call, answer: _Answer) -> Any:
    if 200 <= answer.status < 300:
        value = answer.json
        if value is None and answer.status != 204:
            raise _lost(call, "what answers is not one of Discord's API")
        return value
    if answer.status >= 500 or answer.status == 408:
        raise _lost(call, f"it answered {answer.status}")
    said = answer.said
    if answer.status in (403, 404) and not said:
        words = f"What answers is not one of Discord's API, or shuts this machine out ({answer.status}, {call.shown})."
        raise Retry(words, _SHUT_OUT)
    code, message = said.get("code", 0), said.get("message", "")
    # Redacted whole and shortened after: a secret cut in half would no longer be found.
    words = clean_line(
        f"Discord answered {answer.status} to {call.method} {call.path}: {message} ({code}){_where(said)}"
    )
    raise Refused(
        shorten(clean_line(_redacted(words, call.secrets)), _MAX_REASON),
        status=answer.status,
        code=code if isinstance(code, int) else 0,
        channel=call.channel,
    )


def _where(said: Mapping[str, Any]) -> str:
    """Which part of what was sent was wrong, as Discord tells of a form that is."""
    errors = said.get("errors")
    return f" {jsons.dumps(errors)}" if errors else ""


def _lost(call: _Call, why: str) -> Retry | Unknown:
    if call.changes:
        return Unknown(f"Discord did not say whether it was done: {why} ({call.shown}).")
    return Retry(f"Discord did not answer: {why} ({call.shown}).")


def _redacted(words: str, secrets: Sequence[str]) -> str:
    for secret in secrets:
        words = words.replace(secret, "…")
    return words
