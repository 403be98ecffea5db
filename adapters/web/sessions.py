"""A browser that is signed in: a cookie with a random token, of which the database keeps only a digest.

Each sign-in makes a new token and ends the one that the browser came with, so a token planted before is worth nothing
after. The CSRF token is bound to the session and kept nowhere.
"""

import asyncio
import hashlib
import hmac
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from aiohttp import web

from adapters.web.browsers import browser_of
from adapters.web.config import WebConfig
from core.model.ids import PersonId
from core.model.people import Session
from core.ports import Clock, Keys
from core.storage import Store

COOKIE = "threaddesk_session"
LIFE = timedelta(days=30)
_LONGEST = 100
_NONCE = 16
_SEEN_EVERY = timedelta(minutes=5)
"""How exact it is when a session was last seen: not every request is a write."""


class Sessions:
    """``ended``: told the digest of every session that ends here."""

    def __init__(
        self, store: Store, clock: Clock, keys: Keys, config: WebConfig, ended: Callable[[str], Awaitable[None]]
    ) -> None:
        self._store = store
        self._clock = clock
        self._keys = keys
        self._csrf_key = config.key("csrf")
        self._secure = config.is_https
        self._ended = ended

    async def begin(self, request: web.Request, response: web.StreamResponse, person: PersonId) -> None:
        """Sign the browser in as ``person``, and end the session it had."""
        token = self._keys.token() + self._keys.token()
        before, browser = digest_in(request), await asyncio.to_thread(browser_of, request.headers.get("User-Agent", ""))
        now = self._clock.now()
        session = Session(digest(token), person, now, now + LIFE, browser, request.remote or "", now)
        async with self._store.write() as work:
            await work.people.add_session(session)
            if before is not None:
                await work.people.end_session(before)
        if before is not None:
            await self._ended(before)
        response.set_cookie(
            COOKIE,
            token,
            max_age=int(LIFE.total_seconds()),
            path="/",
            httponly=True,
            secure=self._secure,
            samesite="Lax",
        )

    async def find(self, request: web.Request) -> Session | None:
        """The session of the request's cookie, while it lasts."""
        token_digest = digest_in(request)
        if token_digest is None:
            return None
        now = self._clock.now()
        async with self._store.read() as work:
            session = await work.people.session(token_digest, now)
        if session is not None and now - (session.seen_at or session.created_at) >= _SEEN_EVERY:
            async with self._store.write() as work:
                await work.people.see_session(token_digest, now, request.remote or "")
        return session

    async def of(self, person: PersonId) -> Sequence[Session]:
        """Those that last, the one that was seen last first."""
        async with self._store.read() as work:
            return await work.people.sessions_of(person, self._clock.now())

    async def end_of(self, person: PersonId, name: str) -> bool:
        """End that one of ``person``'s, by its name (``name_of``); whether it is one of theirs."""
        for session in await self.of(person):
            if hmac.compare_digest(name_of(session.token_digest).encode(), name.encode("utf-8", "replace")):
                await self._end(session.token_digest)
                return True
        return False

    async def end(self, request: web.Request, response: web.StreamResponse) -> None:
        token_digest = digest_in(request)
        if token_digest is not None:
            await self._end(token_digest)
        self.forget(response)

    def forget(self, response: web.StreamResponse) -> None:
        """Have the browser drop its cookie."""
        response.del_cookie(COOKIE, path="/", httponly=True, secure=self._secure, samesite="Lax")

    async def _end(self, token_digest: str) -> None:
        async with self._store.write() as work:
            await work.people.end_session(token_digest)
        await self._ended(token_digest)

    def csrf(self, token_digest: str) -> str:
        """Another one each time: pages are sent compressed, and the size of one must not tell what is always in it."""
        return self._csrf(token_digest, self._keys.hex(_NONCE))

    def csrf_is_right(self, token_digest: str, given: str) -> bool:
        right = self._csrf(token_digest, given[:_NONCE])
        return hmac.compare_digest(right.encode("utf-8", "replace"), given.encode("utf-8", "replace"))

    def _csrf(self, token_digest: str, nonce: str) -> str:
        whole = f"{nonce}{token_digest}".encode("utf-8", "replace")
        return nonce + hmac.new(self._csrf_key, whole, hashlib.sha256).hexdigest()


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogateescape")).hexdigest()


def name_of(token_digest: str) -> str:
    """What a session is called outside: the digest itself is what its CSRF tokens are bound to."""
    return hashlib.sha256(f"the name of {token_digest}".encode()).hexdigest()[:20]


def digest_in(request: web.Request) -> str | None:
    token = request.cookies.get(COOKIE, "")
    return digest(token) if 0 < len(token) <= _LONGEST else None


def is_foreign(request: web.Request, public_url: str) -> bool:
    """Whether another website's page sent the request, as far as the browser says.

    The Host is checked by the web server, so an Origin with the same host is this desk's page however it is reached.
    """
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site")
    if origin is None:
        return site in ("cross-site", "same-site")
    if origin == "null":  # a form of a page whose referrer policy is no-referrer, or of a page without an origin
        return site != "same-origin"
    if origin == public_url:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return True
    return parts.scheme not in ("http", "https") or parts.netloc != request.host
