"""Search for everybody who is signed in: tickets by words and filters, each with the piece of it that says why."""

from collections.abc import Mapping
from urllib.parse import urlencode

from aiohttp import web

from adapters.web.bodies import WrongKind, choice, query_number
from adapters.web.filters import check, read_pairs
from adapters.web.gate import Gate, Visitor
from adapters.web.render import JsonObject, answer, row_json, summary_json
from core.cards.suggestions import unseen_rows
from core.commands import Actor
from core.errors import N_, BadInput
from core.following import Following
from core.model.desk import Desk
from core.searching import Searching, Wanted
from core.storage import Order

_FILTERS = ("q", "status", "priority", "category", "tag")
_ASKED = (*_FILTERS, "among", "order")
_PAGE, _LONGEST_PAGE = 50, 200
_DEEPEST = 1_000


class SearchApi:
    def __init__(self, searching: Searching, following: Following, desk: Desk, gate: Gate) -> None:
        self._searching = searching
        self._following = following
        self._desk = desk
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/api/search", self._gate.signed_in(self.find), allow_head=False)]

    async def find(self, request: web.Request, visitor: Visitor) -> web.Response:
        """``among``: ``mine``, ``followed`` or ``public``; without it all that one may see."""
        offset, limit = query_number(request, "offset") or 0, query_number(request, "limit") or _PAGE
        if offset > _DEEPEST:
            raise WrongKind(name="offset", wanted=N_("a number of at most 1000"))
        actor = self._gate.actor(request, visitor)
        wanted = self._wanted(request.query, request.query.get("among", ""))
        return answer(await self._page(wanted, visitor, actor, offset=offset, limit=min(limit, _LONGEST_PAGE)))

    async def first_of(self, query: Mapping[str, str], visitor: Visitor, actor: Actor) -> JsonObject | None:
        """What a page begins with whose address asks for ``query``, among one's own tickets where it does not say:
        ``{"tickets","total","unseen","query"}``. None where it asks for nothing, or for what cannot be read."""
        given = [(name, value) for name, value in query.items() if name in _ASKED and value]
        asked = [pair for pair in given if pair != ("among", "mine")]
        try:
            wanted = self._wanted(query, query.get("among") or "mine") if asked else None
        except BadInput:
            wanted = None
        if wanted is None:
            return None
        return {**await self._page(wanted, visitor, actor, offset=0, limit=_PAGE), "query": urlencode(asked)}

    async def _page(self, wanted: Wanted, visitor: Visitor, actor: Actor, *, offset: int, limit: int) -> JsonObject:
        found, total = await self._searching.find(wanted, actor, offset=offset, limit=limit)
        reader = self._gate.reader(visitor)
        unseen = (await self._following.all(actor)).unseen if offset == 0 and _is_all_followed(wanted) else ()
        return {
            "tickets": [summary_json(one, self._desk, reader, visitor.id) for one in found],
            "total": total,
            "unseen": [row_json(row) for row in unseen_rows(unseen, reader)],
        }

    def _wanted(self, query: Mapping[str, str], among: str) -> Wanted:
        pairs = [(name, value) for name, value in query.items() if name in _FILTERS]
        narrowed = check(read_pairs(pairs), self._desk)
        if among not in ("", "mine", "followed", "public"):
            raise WrongKind(name="among", wanted=N_("mine, followed or public"))
        return Wanted(
            words=narrowed.words,
            statuses=narrowed.statuses,
            priorities=narrowed.priorities,
            categories=narrowed.categories,
            tags=narrowed.tags,
            mine=among == "mine",
            followed=among == "followed",
            public=among == "public",
            order=choice("order", query.get("order", Order.BEST), Order),
        )


def _is_all_followed(wanted: Wanted) -> bool:
    """What is followed unseen has no words, status or tags to be found by."""
    return wanted == Wanted(followed=True, order=wanted.order)
