"""Who is asking, and the edge of every handler: refusals become answers, faults are noted, nothing else gets out."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

from aiohttp import web

from adapters.web.bodies import WrongKind
from adapters.web.config import WebConfig
from adapters.web.limiter import Limiter
from adapters.web.problems import (
    ForeignPage,
    ForgedToken,
    Handler,
    SignedOut,
    SignInFirst,
    StalePage,
    TooQuick,
    failed,
    fault_sentence,
    of_http,
    problem,
    refused,
)
from adapters.web.sessions import Sessions, is_foreign
from adapters.web.tokens import Tokens
from core.cards.card import Reader
from core.cards.words import words_of
from core.commands import Actor
from core.composing import reader_of
from core.errors import N_, Refusal
from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Person, Platform
from core.ports import Clock, Keys
from core.text import clean_line

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LONGEST_KEY = 100
_BURST, _PACE = 300, timedelta(milliseconds=500)
"""Changes that one person may ask for at once, and how soon the next is free. No hand is so quick; a loop is."""
_WORDS, _MOST_WORDS = 500, 25_000
"""Bytes of what is written that weigh as much as a change does, and the bytes past which nothing weighs more."""
CSRF_HEADER = "X-CSRF-Token"

Statuses = Mapping[HTTPStatus, HTTPStatus]


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is signed in, and by what."""

    person: Person
    door: Platform
    expires_at: datetime
    session: str | None = None
    """The digest of the cookie's session; None for a bearer token."""

    @property
    def id(self) -> PersonId:
        return self.person.id


VISITOR = web.RequestKey("visitor", Visitor)
"""Who the request turned out to be from: for the language of what goes wrong later."""

SignedIn = Callable[[web.Request, Visitor], Awaitable[web.StreamResponse]]


class Gate:
    def __init__(
        self, desk: FrontDesk, sessions: Sessions, tokens: Tokens, clock: Clock, keys: Keys, config: WebConfig
    ) -> None:
        self._desk = desk
        self._sessions = sessions
        self._tokens = tokens
        self._clock = clock
        self._keys = keys
        self._config = config
        self._pace = Limiter(clock, burst=_BURST, every=_PACE, refusal=TooQuick)

    def open_to_all(self, handler: Handler, statuses: Statuses | None = None) -> Handler:
        """``handler`` with its edge; ``statuses``: what it answers instead of a status."""

        async def at_edge(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                return refused(refusal, self._gettext(request), statuses)
            except web.HTTPError as error:
                return of_http(error)
            except (web.HTTPException, ConnectionError, asyncio.CancelledError):
                raise
            except Exception:  # noqa: BLE001 - the listener's edge: the fault goes to the log, with a traceback
                error_id = await failed(request, self._keys)
                return problem(500, fault_sentence(error_id), "fault", error_id=error_id)

        return at_edge

    def signed_in(self, handler: SignedIn, statuses: Statuses | None = None) -> Handler:
        """``handler`` for whoever is signed in. Unsafe requests with a cookie must prove that our page sent them, and
        one person's come at a pace that leaves the desk to the others too."""

        async def with_visitor(request: web.Request) -> web.StreamResponse:
            visitor = await self.visitor(request)
            if visitor.session is not None and request.method not in _SAFE:
                self.check_page(request, visitor.session, request.headers.get(CSRF_HEADER, ""))
            if request.method not in _SAFE:
                self._pace.take(visitor.id, _weight(request))
            return await handler(request, visitor)

        return self.open_to_all(with_visitor, statuses)

    async def visitor(self, request: web.Request) -> Visitor:
        """Raises SignInFirst, ForgedToken or SignedOut."""
        visitor = await self._by_token(request) or await self.by_cookie(request)
        if visitor is None:
            raise SignInFirst
        request[VISITOR] = visitor
        return visitor

    async def by_cookie(self, request: web.Request) -> Visitor | None:
        session = await self._sessions.find(request)
        person = await self._desk.person(session.person) if session is not None else None
        if session is None or person is None:
            return None
        return Visitor(person, Platform.WEB, session.expires_at, session.token_digest)

    async def _by_token(self, request: web.Request) -> Visitor | None:
        header = request.headers.get("Authorization")
        if header is None:
            return None
        scheme, _, token = header.partition(" ")
        if scheme.lower() != "bearer":
            raise ForgedToken
        claim = self._tokens.read(token.strip())
        person = await self._desk.person(claim.person)
        if person is None or (person.tokens_since is not None and claim.issued_at <= person.tokens_since):
            raise SignedOut
        return Visitor(person, Platform.API, claim.expires_at)

    def check_page(self, request: web.Request, session: str, token: str) -> None:
        """Raises ForeignPage or StalePage."""
        self.check_origin(request)
        if not self._sessions.csrf_is_right(session, token):
            raise StalePage

    def check_origin(self, request: web.Request) -> None:
        """Raises ForeignPage where the browser says that another website sent it."""
        if is_foreign(request, self._config.public_url):
            raise ForeignPage

    def weigh(self, visitor: Visitor, weight: float) -> None:
        """Take more of a person's pace, for a request that changes many things. Raises TooQuick."""
        self._pace.take(visitor.id, weight)

    def csrf(self, visitor: Visitor | None) -> str:
        return self._sessions.csrf(visitor.session) if visitor is not None and visitor.session is not None else ""

    def actor(self, request: web.Request, visitor: Visitor) -> Actor:
        """Who asks, with the request's Idempotency-Key: told twice at one address, a thing is done once."""
        key = clean_line(request.headers.get("Idempotency-Key", ""))
        if len(key) > _LONGEST_KEY:
            raise WrongKind(name="Idempotency-Key", wanted=N_("a key of at most 100 characters"))
        inbound = f"{visitor.id}:{request.method} {request.rel_url.raw_path}:{key}" if key else None
        return Actor(person=visitor.id, door=visitor.door, inbound=inbound)

    def reader(self, visitor: Visitor) -> Reader:
        return reader_of(visitor.person, self._desk.desk, self._clock.now())

    def _gettext(self, request: web.Request) -> Callable[[str], str]:
        visitor = request.get(VISITOR)
        return words_of(visitor.person.language if visitor is not None else "en")


def _weight(request: web.Request) -> float:
    """What a change takes of its person's pace: long texts more, since a thread is read whole; files have their own."""
    if request.content_type.startswith("multipart/"):
        return 1
    size = request.content_length if request.content_length is not None else _MOST_WORDS
    return 1 + min(size, _MOST_WORDS) / _WORDS
