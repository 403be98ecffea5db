"""``/ack/<token>``: where an alert's link leads whoever was called.

Looking at it changes nothing, whoever looks: mail scanners and link previews follow links. Sending its form does. The
page says the ticket's ref, priority and age, and who has it in hand; of a sensitive ticket not even who. Where bot.toml
has ``acknowledge = "sign_in"``, the form is for those who are signed in and may; with ``"link"`` the link itself is the
right, and whoever is not known to have it types a name, which is kept and shown as not verified.

Wrong tokens are slowed down by network address, right ones never: no guesser keeps those who are called from their
page, and none finds one in 2^256.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from aiohttp import web

from adapters.web.bodies import read_form
from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.limiter import Limiter
from adapters.web.pages import Pages, redirect
from adapters.web.problems import LinkOver, NoSuchLink, status_of
from core import limits
from core.alerting import read_link
from core.cards.card import Reader
from core.cards.escalation import acknowledger
from core.cards.ticket import Names
from core.cards.times import ago
from core.commands import Acknowledge, Actor
from core.composing import reader_of
from core.engine import Engine
from core.errors import BadField, Clash
from core.escalating import acknowledgers, going_on
from core.frontdesk import FrontDesk
from core.model.desk import Acknowledge as Link
from core.model.escalation import Escalation, EscalationState
from core.model.people import Platform
from core.model.ticket import PRIORITY_WORDS, Ticket
from core.policy import Action, may
from core.ports import Clock, Expired, Signer
from core.storage import Store

_HEADERS = {"Referrer-Policy": "strict-origin", "X-Robots-Tag": "noindex, nofollow"}
"""The token goes nowhere in a Referer; and the Origin, by which foreign forms are told, is still sent."""


@dataclass(frozen=True, slots=True)
class _Alert:
    """What a link is for."""

    path: str
    ticket: Ticket
    escalation: Escalation
    others: Sequence[Escalation]
    """The ticket's others that go on: an acknowledgement stops them too."""
    names: Names

    @property
    def state(self) -> EscalationState:
        """Of the link: it ends with its own escalation, and is to be pressed while any of the ticket's calls."""
        own, running = self.escalation.state, EscalationState.RUNNING
        return own if own is EscalationState.ENDED or not self.still_calls else running

    @property
    def still_calls(self) -> bool:
        return any(one.state is EscalationState.RUNNING for one in (self.escalation, *self.others))


class Acknowledging:
    def __init__(
        self, *, desk: FrontDesk, engine: Engine, store: Store, clock: Clock, signer: Signer, gate: Gate, pages: Pages
    ) -> None:
        self._desk = desk.desk
        self._engine = engine
        self._store = store
        self._clock = clock
        self._signer = signer
        self._gate = gate
        self._pages = pages
        self._wrong = Limiter(clock, burst=30, every=timedelta(seconds=2))
        self._sent = Limiter(clock, burst=20, every=timedelta(seconds=3))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [
            web.get("/ack/{token}", self._pages.linked(self.page, _HEADERS)),
            web.post("/ack/{token}", self._pages.linked(self.acknowledge, _HEADERS)),
        ]

    async def page(self, request: web.Request) -> web.Response:
        visitor = await self._visitor(request)
        return self._shown(await self._alert(request), visitor)

    async def acknowledge(self, request: web.Request) -> web.Response:
        """Answered with the page, which says who has it in hand now: the sender, or whoever was quicker."""
        self._gate.check_origin(request)
        visitor = await self._visitor(request)
        alert = await self._alert(request)
        self._sent.take(alert.path)
        name = (await read_form(request)).get("name", "")
        by_link = self._desk.acknowledge is Link.LINK
        if visitor is None and not by_link:
            return redirect(f"/welcome?next={quote(alert.path, safe='')}")
        is_known = visitor is not None and (not by_link or self._may(visitor, alert))
        actor = Actor(person=visitor.id if visitor is not None and is_known else None, door=Platform.WEB)
        command = Acknowledge(ticket=alert.ticket.id, escalation=alert.escalation.id, name="" if is_known else name)
        try:
            with suppress(Clash):  # somebody was quicker, or it is over: the page says so
                await self._engine.handle(command, actor)
        except BadField as problem:
            return self._shown(alert, visitor, typed=name[: limits.NAME], problem=problem)
        return redirect(alert.path)

    async def _visitor(self, request: web.Request) -> Visitor | None:
        visitor = await self._gate.by_cookie(request)
        if visitor is not None:
            request[VISITOR] = visitor
        return visitor

    async def _alert(self, request: web.Request) -> _Alert:
        """Raises NoSuchLink, LinkOver, and TooManyAttempts for many that are wrong."""
        token = request.match_info["token"]
        try:
            meant = read_link(token, self._signer, self._clock.now())
        except Expired:
            raise LinkOver from None
        if meant is None:
            self._wrong.take(request.remote or "")
            raise NoSuchLink
        number, called = meant
        async with self._store.read() as work:
            ticket, escalation = await work.tickets.get(number), await work.escalations.get(called)
            if ticket is None or escalation is None or escalation.ticket != ticket.id:
                raise NoSuchLink
            others = [one for one in await going_on(ticket.id, work) if one.id != escalation.id]
            names = await acknowledgers([escalation], work)
        return _Alert(f"/ack/{token}", ticket, escalation, others, names)

    def _may(self, visitor: Visitor, alert: _Alert) -> bool:
        return may(Action.ACKNOWLEDGE, visitor.person, alert.ticket, self._desk, self._clock.now())

    def _shown(
        self, alert: _Alert, visitor: Visitor | None, *, typed: str = "", problem: BadField | None = None
    ) -> web.Response:
        ticket = alert.ticket
        reader = reader_of(visitor.person if visitor is not None else None, self._desk, self._clock.now())
        _ = reader.gettext
        return self._pages.html(
            "acknowledge.html",
            visitor,
            status=200 if problem is None else status_of(problem),
            ref=ticket.ref,
            priority=_(PRIORITY_WORDS[ticket.priority]).capitalize(),
            age=_("opened {ago}").format(ago=ago(ticket.opened_at, reader)),
            state=alert.state.value,
            still_calls=alert.still_calls,
            held=self._held(alert, reader),
            way=self._way(visitor, alert),
            path=alert.path,
            sign_in=f"/welcome?next={quote(alert.path, safe='')}",
            longest=limits.NAME,
            typed=typed,
            problem=problem.sentence(_) if problem is not None else "",
        )

    def _held(self, alert: _Alert, reader: Reader) -> str:
        escalation, _ = alert.escalation, reader.gettext
        if alert.state is not EscalationState.ACKNOWLEDGED or escalation.acknowledged_at is None:
            return ""
        sensitive = self._desk.is_sensitive(alert.ticket.category)
        who = _("Somebody") if sensitive else acknowledger(escalation, alert.names, reader)
        return _("{who} acknowledged it {ago}.").format(who=who, ago=ago(escalation.acknowledged_at, reader))

    def _way(self, visitor: Visitor | None, alert: _Alert) -> str:
        """How whoever looks at it may acknowledge: ``person``, ``name``, ``sign_in``; "" where they may not."""
        if visitor is not None and self._may(visitor, alert):
            return "person"
        if self._desk.acknowledge is Link.LINK:
            return "name"
        return "sign_in" if visitor is None else ""
