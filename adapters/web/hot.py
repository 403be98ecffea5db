"""``/hot``: what many ask for, for the staff to answer once. ``/api/hot`` is the same for programs.

It lists what ``/desk hot`` lists; a FAQ is drafted there by the button and the form of everywhere.
"""

from collections.abc import Mapping, Sequence

from aiohttp import web

from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.pages import Pages, redirect
from adapters.web.render import JsonObject, answer
from core.actions import Press, encode_press
from core.cards.combining import Topic, to_draft
from core.hot import LATELY, hot_list
from core.model.desk import Desk
from core.model.faq import Faq
from core.model.ids import TicketId
from core.model.relation import Hot
from core.model.ticket import WORDS, Ticket
from core.policy import Action, require_in_general
from core.ports import Clock
from core.storage import Store


class HotPages:
    def __init__(self, *, store: Store, desk: Desk, gate: Gate, pages: Pages, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._gate = gate
        self._pages = pages
        self._clock = clock

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/hot", self._pages.edge(self.page)),
            web.get("/api/hot", self._gate.signed_in(self.listed), allow_head=False),
        ]

    async def page(self, request: web.Request) -> web.Response:
        visitor = await self._gate.by_cookie(request)
        if visitor is None:
            return redirect("/welcome?next=%2Fhot")
        request[VISITOR] = visitor
        found = await self._found(visitor)
        return self._pages.html(
            "hot.html",
            visitor,
            tickets=found["tickets"],
            topics=found["topics"],
            days=LATELY.days,
            write=encode_press(Press("faq", "add")),
        )

    async def listed(self, request: web.Request, visitor: Visitor) -> web.Response:
        return answer(await self._found(visitor))

    async def _found(self, visitor: Visitor) -> JsonObject:
        """Raises NotAllowed and NotActive."""
        require_in_general(Action.REPORT_TEAM, visitor.person)
        async with self._store.read() as work:
            found, topics, faqs = await hot_list(visitor.person, self._desk, self._clock.now(), work)
        return {"tickets": self._rows(found, faqs, visitor), "topics": [_topic_json(topic) for topic in topics]}

    def _rows(
        self, found: Sequence[tuple[Hot, Ticket]], faqs: Mapping[TicketId, Faq], visitor: Visitor
    ) -> list[JsonObject]:
        reader = self._gate.reader(visitor)
        _ = reader.gettext
        makes = {ticket.id: to_draft(ticket, faqs.get(ticket.id), self._desk, reader) for _hot, ticket in found}
        return [
            {
                "ref": ticket.ref,
                "title": ticket.title,
                "status": ticket.status.value,
                "status_label": _(WORDS[ticket.status]),
                "category": ticket.category,
                "category_label": self._desk.category_name(ticket.category),
                "followers": hot.followers,
                "repeats": hot.repeats,
                "replies": hot.messages,
                "draft": make.action if make is not None else None,
                "faq": faqs[ticket.id].ref if make is not None and ticket.id in faqs else None,
            }
            for hot, ticket in found
            for make in [makes[ticket.id]]
        ]


def _topic_json(topic: Topic) -> JsonObject:
    return {"name": topic.name, "tickets": topic.tickets}
