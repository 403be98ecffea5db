"""The staff's list: filtered, counted, and the filters that they keep."""

from collections.abc import Sequence

from aiohttp import web

from adapters.web.bodies import WrongKind, query_number, read_json
from adapters.web.filters import Pairs, check, read_pairs, read_query, written
from adapters.web.gate import Gate, Visitor
from adapters.web.preferences import PreferencesApi, saved_filters
from adapters.web.render import JsonObject, answer, summary_json
from core.commands import Actor
from core.errors import N_, BadInput
from core.model.desk import Desk
from core.model.ids import TicketId
from core.text import Json
from core.triage import TicketFilter, Triage, built_in
from core.vocabulary import Summary

_PAGING = ("before", "offset", "limit")
_PAGE, _MOST_SHOWN = 50, 200
_DEEPEST = 1_000
"""Of tickets passed over: whoever looks further narrows the filter."""


class TriageApi:
    def __init__(self, triage: Triage, desk: Desk, gate: Gate, preferences: PreferencesApi) -> None:
        self._triage = triage
        self._desk = desk
        self._gate = gate
        self._preferences = preferences

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.get("/api/triage", inside(self.list), allow_head=False),
            web.get("/api/triage/counts", inside(self.counts), allow_head=False),
            web.put("/api/triage/filters", inside(self.save)),
        ]

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        pairs: Pairs = [(name, value) for name, value in request.query.items() if name not in _PAGING]
        before = query_number(request, "before")
        offset, limit = query_number(request, "offset") or 0, query_number(request, "limit") or _PAGE
        if offset > _DEEPEST:
            raise WrongKind(name="offset", wanted=N_("a number of at most 1000"))
        found, total = await self._triage.find(
            check(read_pairs(pairs), self._desk),
            self._gate.actor(request, visitor),
            before=TicketId(before) if before else None,
            offset=offset,
            limit=min(limit, _MOST_SHOWN),
        )
        return answer({"tickets": self._summaries(found, visitor), "total": total})

    async def counts(self, request: web.Request, visitor: Visitor) -> web.Response:
        """A kept filter that means nothing any more counts nothing."""
        return answer(await self._counts(visitor, self._gate.actor(request, visitor)))

    async def _counts(self, visitor: Visitor, actor: Actor) -> JsonObject:
        agents = await self._triage.agents(actor)
        gettext = self._gate.reader(visitor).gettext
        saved = saved_filters(await self._preferences.of(visitor))
        rows: list[tuple[str, str, str, TicketFilter | None]] = [
            (one.key, gettext(one.name), written(one.filter), one.filter)
            for one in built_in(visitor.person, self._desk)
        ]
        rows += [(f"saved-{n}", name, query, _readable(query)) for n, (name, query) in enumerate(saved, 1)]
        readable = [row for row in rows if row[3] is not None]
        counted = await self._triage.counts([filter_ for *_, filter_ in readable if filter_ is not None], actor)
        count_of = {row[0]: count for row, count in zip(readable, counted, strict=True)}
        own = len(rows) - len(saved)
        filters: list[Json] = [
            {"id": key, "name": name, "query": query, "count": count_of.get(key, 0), "builtin": place < own}
            for place, (key, name, query, _) in enumerate(rows)
        ]
        return {"filters": filters, "agents": [{"id": id_, "name": name} for id_, name in agents]}

    async def first_of(self, visitor: Visitor, actor: Actor) -> JsonObject:
        """What the list begins with: the first of the built-in filters, and the counts of them all."""
        begin = built_in(visitor.person, self._desk)[0]
        found, total = await self._triage.find(begin.filter, actor, limit=_PAGE)
        return {
            "tickets": self._summaries(found, visitor),
            "total": total,
            "query": written(begin.filter),
            **await self._counts(visitor, actor),
        }

    def _summaries(self, found: Sequence[Summary], visitor: Visitor) -> Json:
        reader = self._gate.reader(visitor)
        return [summary_json(summary, self._desk, reader, visitor.id) for summary in found]

    async def save(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        return answer({"filters": await self._preferences.save_filters(body.value("filters"), visitor)})


def _readable(query: str) -> TicketFilter | None:
    try:
        return read_query(query)
    except BadInput:
        return None
