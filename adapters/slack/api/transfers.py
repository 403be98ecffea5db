"""Files on their way to and from Slack: their bytes, and the few hosts that may have the bot's token.

https://docs.slack.dev/messaging/working-with-files
"""

from collections.abc import AsyncGenerator, AsyncIterable, Mapping

import aiohttp
from yarl import URL

from adapters.slack.api.refusals import Refused, lost, retry_after
from core.ports import Retry, Unknown, time_for

_HOSTS = ("slack.com", "slack-gov.com", "slack-edge.com")
DOWNLOAD, UPLOAD = "the download of a file", "the upload of a file"
"""Where a refusal names a method, for want of one."""
_MOST_REDIRECTS = 3
_CHUNK = 64 * 1024
_SECONDS = 30.0
"""For what a transfer takes beside its bytes."""
_BUSY = 30.0
"""Seconds to leave alone what is busy, and does not say for how long."""

Failure = Refused | Retry | Unknown


def is_slacks(url: str, api_base: str) -> bool:
    """Whether an address is Slack's own: one of its hosts, or the very origin of the API."""
    try:
        asked, base = URL(url), URL(api_base)
    except ValueError:
        return False
    if asked.user is not None or asked.password is not None or not asked.host:
        return False
    if (asked.scheme, asked.host, asked.port) == (base.scheme, base.host, base.port):
        return True
    is_known = any(asked.host == host or asked.host.endswith(f".{host}") for host in _HOSTS)
    return asked.scheme == "https" and asked.port == 443 and is_known


async def downloaded(
    session: aiohttp.ClientSession, url: str, *, token: str, api_base: str, most: int
) -> AsyncGenerator[bytes]:
    """The bytes of a file of Slack's, at most so many; a redirect is followed to Slack's own hosts only. Raises a
    Failure, which is made outside the handler of what was caught: that knows the token."""
    failure: Failure = Refused("too many redirects", method=DOWNLOAD)
    try:
        for _ in range(_MOST_REDIRECTS + 1):
            if not is_slacks(url, api_base):
                failure = Refused("the address is not one of Slack's", method=DOWNLOAD)
                break
            authorised = {"Authorization": f"Bearer {token}"}
            timeout = _timeout(most)
            async with session.get(url, headers=authorised, allow_redirects=False, timeout=timeout) as response:
                if response.status in (301, 302, 303, 307, 308):
                    url = str(response.url.join(URL(response.headers.get("Location", ""))))
                    continue
                found = _refused(response)
                if found is not None:
                    failure = found
                    break
                size = 0
                async for piece in response.content.iter_chunked(_CHUNK):
                    size += len(piece)
                    if size > most:
                        break
                    yield piece
                else:
                    return
                failure = Refused("the file is too large", method=DOWNLOAD)
                break
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:
        failure = lost(DOWNLOAD, f"the answer was lost ({type(error).__name__})", repeatable=True)
    raise failure


async def uploaded(
    session: aiohttp.ClientSession,
    url: str,
    content: AsyncIterable[bytes],
    size: int,
    *,
    api_base: str,
    seconds: float = _SECONDS,
) -> Failure | None:
    """Bring a file's bytes to where files.getUploadURLExternal said; nobody sees them before the upload is completed,
    so doing it again does no harm."""
    if not is_slacks(url, api_base):
        return Refused("the address is not one of Slack's", method=UPLOAD)
    headers = {"Content-Length": str(size)}
    try:
        async with session.post(
            url, data=content, headers=headers, allow_redirects=False, timeout=_timeout(size, seconds)
        ) as response:
            return None if response.status == 200 else _failure(response.status, response.headers, UPLOAD)
    except (TimeoutError, ValueError, aiohttp.ClientError) as error:
        return lost(UPLOAD, f"the answer was lost ({type(error).__name__})", repeatable=True)


def _timeout(size: int, seconds: float = _SECONDS) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=seconds + time_for(size), sock_connect=5)


def _refused(response: aiohttp.ClientResponse) -> Failure | None:
    if response.status != 200:
        return _failure(response.status, response.headers, DOWNLOAD)
    if response.content_type == "text/html" and "attachment" not in response.headers.get("Content-Disposition", ""):
        # Whoever may not have a file is shown a page to sign in.
        return Refused("a page to sign in came instead of the file", method=DOWNLOAD, needed="files:read")
    return None


def _failure(status: int, headers: Mapping[str, str], what: str) -> Failure:
    if status == 429:
        return Retry(f"Slack's rate limit is reached ({what}).", after=retry_after(headers, _BUSY))
    if status >= 500 or status == 408:
        return lost(what, f"it answered {status}", repeatable=True)
    return Refused(f"it answered {status}", method=what)
