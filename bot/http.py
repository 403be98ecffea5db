"""The one web server. Adapters export routes to it; what holds for every answer is put on here.

Security headers and a request id on each; on a demo desk, whose people sign in without a password, only requests that
name a loopback host and came through no proxy; health for those who watch the process.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from urllib.parse import urlsplit

import structlog
from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from adapters.web.problems import of_http
from core.hosts import is_loopback
from core.ports import Keys

log = structlog.get_logger(__name__)

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
_EVERY = {
    "Server": "Threaddesk",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = {
    **_EVERY,
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
_REST = {**_EVERY, "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'"}
"""A page asks for fifty scripts: what says nothing of a script is not sent with each."""
_FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")

Check = Callable[[], Awaitable[str | None]]
"""Why the desk is not ready, in words for whoever runs it; None where it is."""

Standing = Callable[[], Awaitable[Mapping[str, str | int]]]
"""How a part of the desk stands that may be missing while it serves."""


async def _nothing() -> Mapping[str, str | int]:
    return {}


def application(
    routes: Iterable[web.AbstractRouteDef],
    *,
    keys: Keys,
    ready: Check,
    late: Check,
    similar: Standing = _nothing,
    demo: bool,
    max_body: int,
) -> web.Application:
    """``late``: what the desk has not done in time though it serves; ``similar``: by what similar tickets are found.
    ``max_body``: bytes of a request's body; a route
    that reads a larger one in parts sets its own bound."""
    middlewares = [_identified(keys), *([_only_here] if demo else []), _problems]
    app = web.Application(middlewares=middlewares, client_max_size=max_body)
    app.on_response_prepare.append(_headers)
    app.router.add_get("/health/live", _live, allow_head=True)
    app.router.add_get("/health/ready", _ready(ready, late, similar), allow_head=True)
    app.add_routes(routes)
    return app


def _identified(keys: Keys) -> Middleware:
    @web.middleware
    async def identified(request: web.Request, handler: Handler) -> web.StreamResponse:
        request_id = keys.hex(16)
        with structlog.contextvars.bound_contextvars(request=request_id):
            response = await handler(request)
        if not response.prepared:
            response.headers["X-Request-Id"] = request_id
        return response

    return identified


async def _headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Also of what is sent piece by piece, whose headers have gone when its handler ends."""
    for name, value in (_PAGE if response.content_type == "text/html" else _REST).items():
        response.headers.setdefault(name, value)


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What the router refuses under /api is said in the API's own form."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if not request.path.startswith("/api/"):
            raise
        return of_http(error)


@web.middleware
async def _only_here(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Against DNS rebinding and a proxy put before a demo: its people need no password."""
    try:
        host = urlsplit(f"//{request.headers.get(hdrs.HOST, '')}").hostname or ""
    except ValueError:
        host = ""
    if not is_loopback(host) or any(name in request.headers for name in _FORWARDED):
        return web.json_response(
            {
                "type": "about:blank",
                "title": "Misdirected Request",
                "status": 421,
                "detail": _ONLY_HERE,
                "message": _ONLY_HERE,
                "reason": "demo",
            },
            status=421,
            content_type="application/problem+json",
        )
    return await handler(request)


_ONLY_HERE = (
    "This is a demo desk: it answers on this machine only, without a proxy. Set desk.demo = false to run it for others."
)


async def _live(_request: web.Request) -> web.Response:
    return web.json_response({"status": "alive"})


def _ready(check: Check, late: Check, similar: Standing) -> Handler:
    """What is late, or goes by words alone, makes nobody send people elsewhere: the answer stays 200, with the reason
    for those who watch."""

    async def ready(_request: web.Request) -> web.StreamResponse:
        why = await check()
        if why is not None:
            return web.json_response({"status": "not ready", "reason": why}, status=503)
        lags = await late()
        found_by = await similar()
        more = {"similar": dict(found_by)} if found_by else {}
        said = {"status": "ready"} if lags is None else {"status": "late", "reason": lags}
        return web.json_response({**said, **more})

    return ready
