"""What a page does in an open thread beside writing: read it, change its own words, react; and look around it."""

from aiohttp import web

from adapters.web.bodies import message_of, read_json, ticket_of
from adapters.web.gate import Gate, Visitor
from adapters.web.live import Live
from adapters.web.parse import read_markdown
from adapters.web.render import answer, done, entry_json, summary_json, trace_json
from core.frontdesk import FrontDesk
from core.model.ids import EventId, MessageId, TicketId, ref_of

_THREAD = "/api/threads/{ref}"
_MESSAGE = _THREAD + "/messages/{message}"


class ThreadApi:
    def __init__(self, desk: FrontDesk, gate: Gate, live: Live) -> None:
        self._desk = desk
        self._gate = gate
        self._live = live

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.post(f"{_THREAD}/read", inside(self.read)),
            web.get(f"{_THREAD}/history", inside(self.history), allow_head=False),
            web.get(f"{_THREAD}/others", inside(self.others), allow_head=False),
            web.patch(_MESSAGE, inside(self.edit)),
            web.delete(_MESSAGE, inside(self.remove)),
            web.put(f"{_MESSAGE}/reactions/{{emoji}}", inside(self.react)),
            web.delete(f"{_MESSAGE}/reactions/{{emoji}}", inside(self.react)),
        ]

    async def read(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The person's other browsers are told, so that their marks go too."""
        ticket = ticket_of(request.match_info["ref"])
        event = EventId((await read_json(request)).number("event"))
        read_to = await self._desk.mark_read(ticket, event, self._gate.actor(request, visitor))
        if read_to is not None:
            self._live.push(visitor.id, {"type": "read", "ref": ref_of(ticket), "event": read_to})
        return done()

    async def history(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = ticket_of(request.match_info["ref"])
        traces = await self._desk.history(ticket, self._gate.actor(request, visitor))
        return answer([trace_json(trace) for trace in traces])

    async def others(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = ticket_of(request.match_info["ref"])
        found = await self._desk.others(ticket, self._gate.actor(request, visitor))
        reader = self._gate.reader(visitor)
        return answer([summary_json(summary, self._desk.desk, reader, visitor.id) for summary in found])

    async def edit(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket, message = _named(request)
        body = await read_json(request)
        text, sure = await read_markdown(body.words("text")), body.flag("sure")
        entry = await self._desk.edit_message(ticket, message, text, self._gate.actor(request, visitor), sure=sure)
        return answer({"entry": entry_json(entry, visitor.id)})

    async def remove(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket, message = _named(request)
        await self._desk.remove_message(ticket, message, self._gate.actor(request, visitor))
        return done()

    async def react(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket, message = _named(request)
        emoji, on = request.match_info["emoji"], request.method == "PUT"
        await self._desk.react(ticket, message, emoji, self._gate.actor(request, visitor), on=on)
        return done()


def _named(request: web.Request) -> tuple[TicketId, MessageId]:
    return ticket_of(request.match_info["ref"]), message_of(request.match_info["message"])
