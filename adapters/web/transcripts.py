"""A ticket's transcript to take along: ``/api/tickets/{ref}/transcript`` for whoever is signed in, and
``/transcript/<token>`` for whoever was given a link on a chat platform.

A link speaks for the person whom it was made for, as far as their rights go when it is opened. Opening it changes
nothing but the ticket's trail, where it stands who took what. Each is sent to be saved: none of it runs as the desk's.
"""

import asyncio
import json
from datetime import timedelta

from aiohttp import web

from adapters.web.bodies import choice, numbered_ticket, ticket_of
from adapters.web.gate import Gate, Visitor
from adapters.web.limiter import Limiter
from adapters.web.pages import Pages
from adapters.web.problems import LinkOver, NoSuchPage, TooQuick
from adapters.web.serving import disposition
from adapters.web.transcript_json import transcript_json
from adapters.web.transcript_page import TranscriptPage
from core.commands import Actor
from core.errors import N_
from core.model.desk import Desk
from core.model.ids import TicketId
from core.model.people import Platform
from core.ports import Clock, Expired, Signer
from core.transcript import Format, Transcribing, Transcript, read_link

_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Vary": "Cookie, Authorization",
}


class NoSuchTranscript(NoSuchPage):
    template = N_("This link is none of the desk's. Ask for another with /ticket transcript, or copy it whole.")


class TranscriptOver(LinkOver):
    template = N_("This link's time is over. /ticket transcript gives another.")


class TranscriptApi:
    def __init__(
        self,
        *,
        transcribing: Transcribing,
        desk: Desk,
        clock: Clock,
        signer: Signer,
        gate: Gate,
        pages: Pages,
        origin: str,
    ) -> None:
        self._transcribing = transcribing
        self._desk = desk
        self._clock = clock
        self._signer = signer
        self._gate = gate
        self._pages = pages
        self._page = TranscriptPage(origin)
        self._wrong = Limiter(clock, burst=30, every=timedelta(seconds=2))
        self._taken = Limiter(clock, burst=10, every=timedelta(seconds=6), refusal=TooQuick)

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.get("/api/tickets/{id}/transcript", inside(self.fetch), allow_head=False),
            web.get("/transcript/{token}", self._pages.linked(self.by_link, _HEADERS), allow_head=False),
        ]

    async def fetch(self, request: web.Request, visitor: Visitor) -> web.Response:
        word = request.match_info["id"]
        ticket = numbered_ticket(word) if word.isdigit() else ticket_of(word)
        form = choice("format", request.query.get("format", Format.HTML), Format)
        actor = self._gate.actor(request, visitor)
        return await self._sent(ticket, form, actor, by_link=False)

    async def by_link(self, request: web.Request) -> web.Response:
        try:
            meant = read_link(request.match_info["token"], self._signer, self._clock.now())
        except Expired:
            raise TranscriptOver from None
        if meant is None:
            self._wrong.take(request.remote or "")
            raise NoSuchTranscript
        ticket, person, form = meant
        return await self._sent(ticket, form, Actor(person=person, door=Platform.WEB), by_link=True)

    async def _sent(self, ticket: TicketId, form: Format, actor: Actor, *, by_link: bool) -> web.Response:
        self._taken.take(actor.person)
        transcript = await self._transcribing.take(ticket, actor, by_link=by_link)
        body = await asyncio.to_thread(self._written, transcript, form)
        response = web.Response(body=body, content_type=_KINDS[form], charset="utf-8", headers=_HEADERS)
        name = f"{transcript.whole.view.ticket.ref}.{form}"
        response.headers["Content-Disposition"] = disposition("attachment", name)
        response.headers["Content-Security-Policy"] = f"{self._page.policy}; sandbox"
        response.enable_compression()
        return response

    def _written(self, transcript: Transcript, form: Format) -> bytes:
        """Of many messages it is work, to be done beside the event loop. A half of a character becomes a ``?``."""
        found = transcript_json(transcript, self._desk)
        if form is Format.JSON:
            return json.dumps(found, ensure_ascii=False, indent=1).encode("utf-8", "replace")
        return self._page.html(found, transcript.reader, transcript.person.language).encode("utf-8", "replace")


_KINDS = {Format.HTML: "text/html", Format.JSON: "application/json"}
