"""``/faq``: what is asked often, for everybody to read, and for the staff to write, publish and look at again.

Where bot.toml has ``[faq] public = true`` nobody needs to sign in to read. What the staff do there they do by the same
buttons and forms as everywhere. ``/api/faqs`` is the same for programs.
"""

from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.limiter import Limiter
from adapters.web.pages import Pages, redirect
from adapters.web.paint import Brush
from adapters.web.problems import SignInFirst
from adapters.web.render import JsonObject, answer, card_json, time_json
from core.actions import Press, encode_press
from core.cards.card import Reader
from core.cards.faq import FaqView, faq_card, faq_url, state_words
from core.commands import Actor
from core.composing import reader_of
from core.errors import NoSuchFaq
from core.faqs import FaqReading, may_read_all
from core.model.desk import Desk
from core.model.faq import parse_faq_ref
from core.model.ids import FaqId
from core.model.people import Person, Platform
from core.policy import is_public
from core.ports import Clock
from core.text import clean_line, shorten, to_json

_LONGEST = 200
"""Characters of what is looked for."""
_PREVIEW = 200
_BURST, _EVERY = 60, timedelta(seconds=1)
"""Looks of one address that is not signed in."""


@dataclass(frozen=True, slots=True)
class _Asked:
    """Who looks, and how they read."""

    visitor: Visitor | None
    actor: Actor
    reader: Reader

    @property
    def person(self) -> Person | None:
        return self.visitor.person if self.visitor is not None else None


class FaqPages:
    def __init__(self, *, reading: FaqReading, desk: Desk, gate: Gate, pages: Pages, clock: Clock, origin: str) -> None:
        self._reading = reading
        self._desk = desk
        self._gate = gate
        self._pages = pages
        self._clock = clock
        self._origin = origin
        self._pace = Limiter(clock, burst=_BURST, every=_EVERY)

    def routes(self) -> list[web.AbstractRouteDef]:
        to_all = self._gate.open_to_all
        return [
            web.get("/faq", self._pages.edge(self.page)),
            web.get("/faq/{ref}", self._pages.edge(self.one)),
            web.get("/api/faqs", to_all(self.listed), allow_head=False),
            web.get("/api/faqs/{id}", to_all(self.shown), allow_head=False),
        ]

    # ---- pages

    async def page(self, request: web.Request) -> web.Response:
        asked = self._asked(request, await self._gate.by_cookie(request))
        if asked is None:
            return _to_sign_in("/faq")
        words = _words(request)
        category = self._category(request)
        found = await self._reading.search(words, asked.actor, category=category) if words or category else []
        shelves = {} if words or category else await self._reading.shelves(asked.actor)
        tended = {
            which: [self._row(view, asked) for view in await self._reading.tended(asked.actor, which=which)]
            for which in (("stale", "waiting", "retired") if may_read_all(asked.person) else ())
        }
        return self._pages.html(
            "faq.html",
            asked.visitor,
            words=words,
            category=category or "",
            categories=self._categories(),
            found=[self._row(view, asked) for view in found],
            shelves=[
                (self._desk.category_name(key) if key else "", [self._row(view, asked) for view in views])
                for key, views in shelves.items()
            ],
            tended=tended,
            write=encode_press(Press("faq", "add")),
        )

    async def one(self, request: web.Request) -> web.Response:
        word = request.match_info["ref"]
        asked = self._asked(request, await self._gate.by_cookie(request))
        if asked is None:
            return _to_sign_in(f"/faq/{word}")
        faq = _faq(word, parse_faq_ref(word))
        view = await self._reading.view(faq, asked.actor)
        tends = may_read_all(asked.person)
        versions = await self._reading.versions(faq, asked.actor) if tends else []
        shown = card_json(faq_card(view, self._desk, asked.reader, asked.person))
        return self._pages.html(
            "faq_one.html",
            asked.visitor,
            faq=view.faq.ref,
            card=shown,
            brush=Brush(asked.reader.now, asked.reader.zone, self._origin),
            since=time_json(view.shown.at),
            tends=tends,
            versions=[
                {
                    "number": version.number,
                    "question": version.question,
                    "answer": to_json(version.answer),
                    "by": name,
                    "at": time_json(version.at),
                    "is_published": view.faq.published is not None and view.faq.published.number == version.number,
                }
                for version, name in versions
            ],
        )

    def _asked(self, request: web.Request, visitor: Visitor | None) -> _Asked | None:
        """None for somebody who must sign in first. Raises TooManyAttempts."""
        if visitor is None:
            if not self._desk.faq_public:
                return None
            self._pace.take(request.remote or "")
            reader = reader_of(None, self._desk, self._clock.now())
            return _Asked(None, Actor(person=None, door=Platform.WEB), reader)
        request[VISITOR] = visitor
        return _Asked(visitor, self._gate.actor(request, visitor), self._gate.reader(visitor))

    def _category(self, request: web.Request) -> str | None:
        """One that a FAQ may be of; anything else is as if nothing were asked for."""
        word = request.query.get("category", "")
        return word if word in self._categories() else None

    def _categories(self) -> dict[str, str]:
        return {key: one.name for key, one in self._desk.categories.items() if not one.sensitive}

    def _row(self, view: FaqView, asked: _Asked) -> JsonObject:
        """``state``: to the staff, of words that are not what everybody reads."""
        faq, shown = view.faq, view.shown
        is_read = is_public(faq, self._desk) and faq.published == shown
        return {
            "ref": faq.ref,
            "question": shown.question,
            "preview": shorten(clean_line(shown.answer.plain()), _PREVIEW),
            "category": self._desk.category_name(shown.category) if shown.category else "",
            "state": state_words(faq, self._desk, asked.reader) if may_read_all(asked.person) and not is_read else "",
        }

    # ---- for programs

    async def listed(self, request: web.Request) -> web.Response:
        asked = await self._program(request)
        found = await self._reading.search(_words(request), asked.actor, category=request.query.get("category") or None)
        return answer([self._json(view, asked) for view in found])

    async def shown(self, request: web.Request) -> web.Response:
        asked = await self._program(request)
        word = request.match_info["id"]
        faq = _faq(word, parse_faq_ref(word if word[:1] in "Ff" else f"F-{word}"))
        return answer(self._json(await self._reading.view(faq, asked.actor), asked))

    async def _program(self, request: web.Request) -> _Asked:
        """Raises SignInFirst where FAQs are for those who are signed in, and for a token that is wrong."""
        is_known = "Authorization" in request.headers or await self._gate.by_cookie(request) is not None
        asked = self._asked(request, await self._gate.visitor(request) if is_known else None)
        if asked is None:
            raise SignInFirst
        return asked

    def _json(self, view: FaqView, asked: _Asked) -> JsonObject:
        faq, shown = view.faq, view.shown
        told: JsonObject = {
            "id": faq.id,
            "ref": faq.ref,
            "question": shown.question,
            "answer": to_json(shown.answer),
            "plain": shown.answer.plain(),
            "category": shown.category,
            "category_label": self._desk.category_name(shown.category) if shown.category else "",
            "updated_at": time_json(shown.at),
            "url": faq_url(faq, self._desk),
        }
        if not may_read_all(asked.person):
            return told
        return {
            **told,
            "state": faq.state.value,
            "version": shown.number,
            "published_version": faq.published.number if faq.published is not None else None,
            "review_at": time_json(faq.review_at) if faq.review_at is not None else None,
            "helpful": faq.helpful,
            "unhelpful": faq.unhelpful,
        }


def _words(request: web.Request) -> str:
    return clean_line(request.query.get("q", ""))[:_LONGEST]


def _faq(word: str, faq: FaqId | None) -> FaqId:
    """Raises NoSuchFaq for what is no ref, as for a FAQ that is not there."""
    if faq is None:
        raise NoSuchFaq(ref=shorten(clean_line(word), 40) or "?")
    return faq


def _to_sign_in(path: str) -> web.Response:
    return redirect(f"/welcome?next={quote(path, safe='')}")
