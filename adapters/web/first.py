"""What a page is painted with: the person, their list and the open thread, as the API would give them."""

from dataclasses import dataclass

from aiohttp import web

from adapters.web.api import PageApi
from adapters.web.gate import Gate, Visitor
from adapters.web.paint import Brush
from adapters.web.problems import status_of
from adapters.web.render import JsonObject
from adapters.web.search import SearchApi
from adapters.web.triage import TriageApi
from core.commands import Actor
from core.errors import Erased, NoSuchTicket
from core.model.ids import TicketId
from core.vocabulary import View


@dataclass(frozen=True, slots=True)
class FirstPaint:
    data: JsonObject
    """``{"me","list","thread"}``: the page's modules begin with it. ``list``: ``{"tickets","total","unseen","query"}``,
    of a student's own tickets or of what the address looks for (``total`` null: not counted); of staff with
    ``"filters"`` and ``"agents"`` besides. ``thread``: null where none is open, or it is not there."""
    brush: Brush
    lost: str
    """Why the ticket that was asked for is not shown; "" where it is."""
    status: int


class FirstPaints:
    def __init__(self, api: PageApi, search: SearchApi, triage: TriageApi, gate: Gate, origin: str) -> None:
        self._api = api
        self._search = search
        self._triage = triage
        self._gate = gate
        self._origin = origin

    async def of(self, request: web.Request, visitor: Visitor, ticket: TicketId | None) -> FirstPaint:
        actor = self._gate.actor(request, visitor)
        reader = self._gate.reader(visitor)
        thread, lost, status = None, "", 200
        try:
            thread = await self._api.thread_of(ticket, visitor, actor) if ticket is not None else None
        except (NoSuchTicket, Erased) as refusal:
            lost, status = refusal.sentence(reader.gettext), status_of(refusal)
        mine = (
            await self._triage.first_of(visitor, actor)
            if visitor.person.is_staff
            else await self._found(request, visitor, actor)
        )
        data: JsonObject = {"me": await self._api.me_of(visitor), "list": mine, "thread": thread}
        return FirstPaint(data, Brush(reader.now, reader.zone, self._origin), lost, status)

    async def _found(self, request: web.Request, visitor: Visitor, actor: Actor) -> JsonObject:
        found = await self._search.first_of(request.query, visitor, actor)
        if found is not None:
            return found
        return {"tickets": await self._api.list_of(View.MINE, visitor, actor), "total": None, "unseen": [], "query": ""}
