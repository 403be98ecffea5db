"""Files on their way out: piece by piece, whole or in part, so that no browser runs what is in them.

Ranges are those of RFC 9110, section 14: one range is answered, several are answered as none.
"""

from collections.abc import AsyncIterator, Mapping
from types import MappingProxyType
from typing import Protocol
from urllib.parse import quote

import structlog
from aiohttp import web

from core.errors import Refusal
from core.model.thread import File

log = structlog.get_logger(__name__)

INLINE = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
"""What is shown where it stands; anything else is offered for saving."""


class Content(Protocol):
    def __call__(self, file: File, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """As ``FrontDesk.content``."""


async def send_file(
    request: web.Request,
    file: File,
    content: Content,
    *,
    cache: str = "private, max-age=300",
    more: Mapping[str, str] = MappingProxyType({}),
) -> web.StreamResponse:
    """The bytes, as an attachment unless an image of a kind that cannot hold a script; a browser keeps them for whoever
    is signed in there now, not for the next. Raises NoSuchFile and Unavailable before anything is sent."""
    headers = {**_headers(file), "Cache-Control": cache, **more}
    etag = headers["ETag"]
    if etag in [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]:
        return web.Response(status=304, headers=headers)
    asked = _range(request, file.size, etag)
    if asked is None:
        headers["Content-Range"] = f"bytes */{file.size}"
        return web.Response(status=416, headers=headers)
    start, end = asked
    whole = (start, end) == (0, file.size)
    if not whole:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{file.size}"
    response = web.StreamResponse(status=200 if whole else 206, headers=headers)
    response.content_type = file.media_type
    if file.media_type == "text/plain":
        response.charset = "utf-8"
    response.content_length = end - start
    return await _send(request, response, content(file, start=start, length=end - start))


async def _send(request: web.Request, response: web.StreamResponse, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    first = await anext(pieces, b"")
    await response.prepare(request)
    try:
        await response.write(first)
        async for piece in pieces:
            await response.write(piece)
    except Refusal as refusal:
        log.info("file not sent to its end", reason=str(refusal))
        response.force_close()
        if request.transport is not None:
            request.transport.abort()
    else:
        await response.write_eof()
    return response


def _headers(file: File) -> dict[str, str]:
    inline = file.is_image and file.media_type in INLINE
    return {
        "Content-Disposition": disposition("inline" if inline else "attachment", file.name),
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Vary": "Cookie, Authorization",
        "Accept-Ranges": "bytes",
        "ETag": f'"{file.sha256}"',
    }


def _range(request: web.Request, size: int, etag: str) -> tuple[int, int] | None:
    """From which byte, and up to before which; None where there are none of those asked for."""
    if request.headers.get("If-Range", etag) != etag:
        return 0, size
    try:
        asked = request.http_range
    except ValueError:
        return 0, size
    if asked.start is None:
        return 0, size
    start = max(size + asked.start, 0) if asked.start < 0 else asked.start
    end = size if asked.stop is None else min(asked.stop, size)
    return (start, end) if start < end else None


def disposition(kind: str, name: str) -> str:
    """RFC 6266: a plain name for old clients, and the true one in RFC 5987's form."""
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " ._-") else "_" for c in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
