"""One call of an incoming webhook, and what its answer means for the delivery.

The address is the whole secret of a webhook (https://developers.google.com/workspace/chat/quickstart/webhooks), and
aiohttp names addresses in its exceptions: so what is raised here is made anew, outside the handler of what was caught,
and words that came from the other end are searched for the secret first.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote, quote_plus

import aiohttp
from yarl import URL

from adapters.chat.waiting import retry_after
from core.ports import Retry, Undeliverable, Unknown
from core.text import clean_line, shorten

_MAX_ANSWER = 262_144
"""Bytes: an answer repeats the message, so 32,000 and Google's own fields."""
_MAX_REASON = 300
_SECRET_PARAMETER = re.compile(r"(?i)\b(key|token)(=|%3D)[^\s&\"'<>]+")
TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=8)


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None
    body: bytes


async def read_bounded(stream: aiohttp.StreamReader, limit: int) -> bytes:
    """At most ``limit`` bytes of ``stream``; the rest stays unread."""
    data = bytearray()
    while len(data) < limit and (piece := await stream.read(limit - len(data))):
        data += piece
    return bytes(data)


async def post_message(
    session: aiohttp.ClientSession,
    url: URL,
    query: Mapping[str, str],
    body: bytes,
    *,
    now: datetime,
    timeout: aiohttp.ClientTimeout = TIMEOUT,  # noqa: ASYNC109 - aiohttp's own kind, which tells connecting from waiting
) -> str:
    """Send ``body`` (JSON) and return the name of the message made: ``spaces/.../messages/...``.

    ``url`` is the webhook's; ``now`` is aware, for a Retry-After that is a date. Raises Retry where nothing was sent or
    the space is busy, Unknown where the answer was lost, Undeliverable where the webhook will never take it.
    """
    target = url.update_query(query)
    answer = await _call(session, target, body, timeout)
    if isinstance(answer, Exception):
        raise answer
    if answer.status == 429 or answer.status >= 500 or answer.status == 408:
        raise Retry(_reason(answer, target), after=retry_after(answer.retry_after, now))
    if answer.status >= 300:
        raise Undeliverable(_reason(answer, target))
    name = _json(answer.body).get("name")
    if not isinstance(name, str):
        raise Undeliverable("The webhook's address is answered, but not by Google Chat: copy it anew from the space.")
    return name


async def _call(
    session: aiohttp.ClientSession,
    target: URL,
    body: bytes,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as above
) -> _Answer | Retry | Undeliverable | Unknown:
    headers = {"Content-Type": "application/json; charset=UTF-8"}
    try:
        async with session.post(target, data=body, headers=headers, allow_redirects=False, timeout=timeout) as response:
            data = await read_bounded(response.content, _MAX_ANSWER)
            return _Answer(response.status, response.headers.get("Retry-After"), data)
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return Retry(f"Google Chat cannot be reached ({type(error).__name__}); nothing was sent.")
    except aiohttp.InvalidURL:
        return Undeliverable("The webhook's address is none.")
    except (TimeoutError, aiohttp.ClientError) as error:
        return Unknown(f"The answer of Google Chat was lost ({type(error).__name__}).")


def _reason(answer: _Answer, target: URL) -> str:
    """What the refusal says, without the address's secrets: "Google Chat answered 404 NOT_FOUND: ..."."""
    error = _json(answer.body).get("error")
    said = error if isinstance(error, Mapping) else {}
    status, message = (str(said.get(part, "")) for part in ("status", "message"))
    words = " ".join(filter(None, ("Google Chat answered", str(answer.status), status)))
    if 300 <= answer.status < 400:
        words += " (a redirect, which a webhook never gives: check the address)"
    # Redacted whole and shortened after: a secret cut in half would no longer be found.
    return shorten(_redacted(clean_line(f"{words}: {message}" if message else words), target), _MAX_REASON)


def _redacted(words: str, target: URL) -> str:
    secrets = {value for name, value in target.query.items() if name in ("key", "token") and value}
    written = {
        form for secret in secrets for form in (secret, quote(secret), quote(secret, safe=""), quote_plus(secret))
    }
    for form in sorted(written, key=len, reverse=True):
        words = words.replace(form, "…")
    return _SECRET_PARAMETER.sub(r"\1\2…", words)


def _json(body: bytes) -> Mapping[str, object]:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
