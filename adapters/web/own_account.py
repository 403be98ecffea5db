"""``/account``: one's own password, and the browsers that one is signed in with. ``/api/account/…`` is the same for
programs.

The page works without a script. What is shown of a sign-in is shown to its owner alone: every look-up begins from who
asks, never from what was sent.
"""

from collections.abc import Mapping
from types import MappingProxyType

from aiohttp import web

from adapters.web.accounts import LONGEST, SHORTEST, Accounts, WrongPassword
from adapters.web.bodies import read_form, read_json
from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.live import Live
from adapters.web.pages import Pages, redirect
from adapters.web.paint import Brush
from adapters.web.problems import NoSuchPage, status_of
from adapters.web.render import JsonObject, answer, time_json
from adapters.web.sessions import Sessions, name_of
from core.commands import SignOut
from core.engine import Engine
from core.errors import BadField, Refusal
from core.model.people import Session

_HERE = "/account"
_OTHERS = "others"
_DONE: Mapping[str, str] = MappingProxyType(
    {
        "password": "Your password is changed. Everywhere else you are signed out.",
        "ended": "That browser is signed out.",
        "others": "Everywhere else you are signed out.",
    }
)
"""By the word in the address, what is said of what was just done."""


class OwnAccount:
    def __init__(
        self,
        *,
        engine: Engine,
        accounts: Accounts,
        sessions: Sessions,
        live: Live,
        gate: Gate,
        pages: Pages,
        origin: str,
    ) -> None:
        self._engine = engine
        self._accounts = accounts
        self._sessions = sessions
        self._live = live
        self._gate = gate
        self._pages = pages
        self._origin = origin

    def routes(self) -> list[web.AbstractRouteDef]:
        inside, edge = self._gate.signed_in, self._pages.edge
        return [
            web.get(_HERE, edge(self.page)),
            web.post(f"{_HERE}/password", edge(self.send_password)),
            web.post(f"{_HERE}/sessions/end", edge(self.send_end)),
            web.get("/api/account/sessions", inside(self.listed), allow_head=False),
            web.delete("/api/account/sessions", inside(self.end_others)),
            web.delete("/api/account/sessions/{key}", inside(self.end_one)),
            web.put("/api/account/password", inside(self.put_password)),
        ]

    # ---- for programs

    async def listed(self, request: web.Request, visitor: Visitor) -> web.Response:
        return answer([_session_json(session, visitor) for session in await self._sessions.of(visitor.id)])

    async def end_others(self, request: web.Request, visitor: Visitor) -> web.Response:
        await self._sign_out(request, visitor)
        return web.Response(status=204)

    async def end_one(self, request: web.Request, visitor: Visitor) -> web.Response:
        await self._end(request.match_info["key"], visitor)
        return web.Response(status=204)

    async def put_password(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        await self._change(body.exact("old"), body.exact("new"), request, visitor)
        return web.Response(status=204)

    # ---- the page

    async def page(self, request: web.Request) -> web.Response:
        visitor = await self._gate.by_cookie(request)
        if visitor is None:
            return redirect("/welcome?next=%2Faccount")
        request[VISITOR] = visitor
        return await self._shown(visitor, done=_DONE.get(request.query.get("done", ""), ""))

    async def send_password(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        visitor = await self._sender(request, form)
        if visitor is None:
            return redirect("/welcome?next=%2Faccount")
        try:
            await self._change(form.get("old", ""), form.get("new", ""), request, visitor)
        except Refusal as refusal:
            return await self._shown(visitor, refusal=refusal)
        return redirect(f"{_HERE}?done=password")

    async def send_end(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        visitor = await self._sender(request, form)
        if visitor is None:
            return redirect("/welcome?next=%2Faccount")
        self._gate.weigh(visitor, 1)
        name = form.get("session", "")
        if name == _OTHERS:
            await self._sign_out(request, visitor)
            return redirect(f"{_HERE}?done=others")
        await self._end(name, visitor)
        return redirect(f"{_HERE}?done=ended")

    async def _sender(self, request: web.Request, form: Mapping[str, str]) -> Visitor | None:
        """Whoever sent the form from our own page; None where their sign-in has ended meanwhile."""
        visitor = await self._gate.by_cookie(request)
        if visitor is None or visitor.session is None:
            return None
        request[VISITOR] = visitor
        self._gate.check_page(request, visitor.session, form.get("csrf", ""))
        return visitor

    async def _shown(self, visitor: Visitor, *, done: str = "", refusal: Refusal | None = None) -> web.Response:
        reader = self._gate.reader(visitor)
        return self._pages.html(
            "account.html",
            visitor,
            status=200 if refusal is None else status_of(refusal),
            done=done,
            problem="" if refusal is None else refusal.sentence(reader.gettext),
            wrong=_field_of(refusal),
            has_password=await self._accounts.has_password(visitor.id),
            email=visitor.person.email or "",
            shortest=SHORTEST,
            longest=LONGEST,
            signed_in=[_session_json(session, visitor) for session in await self._sessions.of(visitor.id)],
            others=_OTHERS,
            brush=Brush(reader.now, reader.zone, self._origin),
        )

    # ---- both

    async def _change(self, old: str, new: str, request: web.Request, visitor: Visitor) -> None:
        actor = self._gate.actor(request, visitor)
        await self._accounts.change_password(old, new, actor, session=visitor.session)
        await self._live.end_others(visitor.id, visitor.session)

    async def _sign_out(self, request: web.Request, visitor: Visitor) -> None:
        await self._engine.handle(SignOut(session=visitor.session), self._gate.actor(request, visitor))
        await self._live.end_others(visitor.id, visitor.session)

    async def _end(self, name: str, visitor: Visitor) -> None:
        """Raises NoSuchPage for one that is none of theirs."""
        if not await self._sessions.end_of(visitor.id, name):
            raise NoSuchPage


def _field_of(refusal: Refusal | None) -> str:
    """Which field of the form it is about; "" for none."""
    if isinstance(refusal, WrongPassword):
        return "old"
    return "new" if isinstance(refusal, BadField) else ""


def _session_json(session: Session, visitor: Visitor) -> JsonObject:
    return {
        "id": name_of(session.token_digest),
        "browser": session.browser,
        "address": session.address,
        "began_at": time_json(session.created_at),
        "seen_at": time_json(session.seen_at or session.created_at),
        "expires_at": time_json(session.expires_at),
        "is_this": session.token_digest == visitor.session,
    }
