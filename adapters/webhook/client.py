"""One signed call of a receiver, and what its answer means for the delivery.

aiohttp names addresses in its exceptions, and an address may hold a secret: what is raised here is made anew, outside
the handler of what was caught. An answer's body is not read: its status says all, and its words could repeat both.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import aiohttp

from adapters.chat.waiting import retry_after
from adapters.webhook.endpoint import Endpoint
from core.ports import Retry, Undeliverable, Unknown

TIMEOUT = aiohttp.ClientTimeout(total=15, sock_connect=8)
"""Seconds, as Standard Webhooks recommends for a receiver's answer ("Timeouts")."""
_LATER = frozenset({408, 425, 429})
_SAYS_WHEN = frozenset({429, 503})


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    retry_after: str | None


async def post_signed(
    session: aiohttp.ClientSession,
    endpoint: Endpoint,
    message_id: str,
    body: str,
    *,
    name: str,
    now: datetime,
    timeout: aiohttp.ClientTimeout = TIMEOUT,  # noqa: ASYNC109 - aiohttp's own kind, which tells connecting from waiting
) -> int:
    """Send ``body`` (JSON), signed at ``now``, as the attempt to bring the message ``message_id``; the status of a
    success.

    ``name`` is what the receiver is called in what is raised. Raises Retry where nothing was sent or the receiver is
    busy or broken, Unknown where the answer was lost, Undeliverable where it will never take it. Each status means what
    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md ("Delivery success and
    failure") says.
    """
    answer = await _call(session, endpoint, _headers(endpoint, message_id, body, now), body, name, timeout)
    if isinstance(answer, Exception):
        raise answer
    if 200 <= answer.status < 300:
        return answer.status
    reason = f"{name} answered {_words_of(answer.status)}"
    if answer.status >= 500 or answer.status in _LATER:
        after = retry_after(answer.retry_after, now) if answer.status in _SAYS_WHEN else None
        raise Retry(f"{reason}.", after=after, answered=answer.status)
    raise Undeliverable(f"{reason}{_how_to_mend(answer.status)}", answered=answer.status)


def _headers(endpoint: Endpoint, message_id: str, body: str, now: datetime) -> dict[str, str]:
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Threaddesk",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": endpoint.signer.sign(message_id, now.astimezone(UTC), body),
    }


async def _call(
    session: aiohttp.ClientSession,
    endpoint: Endpoint,
    headers: dict[str, str],
    body: str,
    name: str,
    timeout: aiohttp.ClientTimeout,  # noqa: ASYNC109 - as above
) -> _Answer | Retry | Unknown:
    try:
        async with session.post(
            endpoint.url, data=body.encode(), headers=headers, allow_redirects=False, timeout=timeout
        ) as response:
            return _Answer(response.status, response.headers.get("Retry-After"))
    except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
        return Retry(f"{name} cannot be reached ({type(error).__name__}); nothing was sent.")
    except (TimeoutError, aiohttp.ClientError) as error:
        return Unknown(f"{name} may have it: its answer was lost ({type(error).__name__}).")


def _words_of(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _how_to_mend(status: int) -> str:
    match status:
        case 401 | 403:
            return ": check that both sides have the same secret, and the same time."
        case 404 | 405:
            return ": check its address."
        case 410:
            return ": it wants no more."
        case _ if 300 <= status < 400:
            return ", a redirect, which is not followed: set its address to where that leads."
        case _:
            return "."
