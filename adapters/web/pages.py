"""The pages themselves, and signing in and out of them by plain forms."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.web.accounts import Accounts
from adapters.web.bodies import read_form
from adapters.web.config import WebConfig
from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.problems import Handler, NoSuchPage, failed, fault_sentence, status_of
from adapters.web.render import role_names
from adapters.web.sessions import Sessions
from adapters.web.statics import Statics
from core.cards.words import words_of
from core.errors import N_, Forbidden, Refusal
from core.model.ids import PersonId, parse_ref, ref_of
from core.model.people import Platform
from core.ports import Keys

_HERE = Path(__file__).parent
_SENT = web.RequestKey("sent", dict[str, str])
"""The form that was sent: what is wrong with it is said above it."""
_LOCAL = re.compile(r"/(?:alerts|t/(?:T-|%23|#)?[0-9]{1,15})?(?:\?[A-Za-z0-9=&_.-]{0,200})?", re.IGNORECASE | re.ASCII)


class ForStaff(Forbidden):
    template = N_("This page is for the support staff.")


@dataclass(frozen=True, slots=True)
class _Me:
    """Who is signed in, for the templates."""

    name: str
    roles: tuple[str, ...]
    is_staff: bool


class Pages:
    def __init__(self, *, gate: Gate, sessions: Sessions, accounts: Accounts, keys: Keys, config: WebConfig) -> None:
        self._gate = gate
        self._sessions = sessions
        self._accounts = accounts
        self._keys = keys
        self._config = config
        self._statics = Statics(_HERE / "static")
        self._templates = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            auto_reload=False,
        )
        self._templates.globals["static"] = self._statics.url

    def routes(self) -> list[web.AbstractRouteDef]:
        at_edge = self._gate.open_to_all
        return [
            web.get("/", self._page_edge(self.page)),
            web.get("/t/{ref}", self._page_edge(self.page)),
            web.get("/alerts", self._page_edge(self.alerts)),
            web.get("/welcome", self._page_edge(self.welcome)),
            web.post("/session", self._page_edge(self.sign_in)),
            web.post("/session/demo", self._page_edge(self.demo)),
            web.post("/session/register", self._page_edge(self.register)),
            web.post("/session/end", self._page_edge(self.end)),
            web.get("/static/{path:.+}", at_edge(self._statics.serve)),
        ]

    async def page(self, request: web.Request) -> web.Response:
        visitor = await self._signed_in(request)
        word = request.match_info.get("ref", "")
        ticket = parse_ref(word)
        if word and ticket is None:
            raise NoSuchPage
        return self._html("page.html", visitor, ref=ref_of(ticket) if ticket is not None else "")

    async def alerts(self, request: web.Request) -> web.Response:
        visitor = await self._signed_in(request)
        if not self._config.demo:
            raise NoSuchPage
        if not visitor.person.is_staff:
            raise ForStaff
        return self._html("alerts.html", visitor, messages_url=self._config.alerts_url)

    async def welcome(self, request: web.Request) -> web.Response:
        return self._welcome(await self._gate.by_cookie(request), request.query.get("next", "/"))

    async def sign_in(self, request: web.Request) -> web.Response:
        self._gate.check_origin(request)
        form = request[_SENT] = await read_form(request)
        person = await self._accounts.sign_in(
            form.get("email", ""), form.get("password", ""), address=request.remote or ""
        )
        return await self._enter(request, person, form.get("next", "/"))

    async def demo(self, request: web.Request) -> web.Response:
        self._gate.check_origin(request)
        form = request[_SENT] = await read_form(request)
        chosen = self._config.demo_people.get(form.get("who", ""))
        if chosen is None:
            raise NoSuchPage
        return await self._enter(request, chosen.person, form.get("next", "/"))

    async def register(self, request: web.Request) -> web.Response:
        self._gate.check_origin(request)
        form = request[_SENT] = await read_form(request)
        person = await self._accounts.register(
            form.get("username", ""),
            form.get("email", ""),
            form.get("password", ""),
            door=Platform.WEB,
            address=request.remote or "",
        )
        return await self._enter(request, person, form.get("next", "/"))

    async def end(self, request: web.Request) -> web.Response:
        form = await read_form(request)
        visitor = await self._gate.by_cookie(request)
        if visitor is not None and visitor.session is not None:
            self._gate.check_page(request, visitor.session, form.get("csrf", ""))
        response = _redirect("/welcome")
        await self._sessions.end(request, response)
        return response

    async def _enter(self, request: web.Request, person: PersonId, next_: str) -> web.Response:
        response = _redirect(local_path(next_))
        await self._sessions.begin(request, response, person)
        return response

    async def _signed_in(self, request: web.Request) -> Visitor:
        visitor = await self._gate.by_cookie(request)
        if visitor is None:
            _go(f"/welcome?next={quote(local_path(request.path_qs), safe='')}")
        request[VISITOR] = visitor
        return visitor

    def _page_edge(self, handler: Handler) -> Handler:
        """Refusals on a page are words on a page."""

        async def at_edge(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                visitor = request.get(VISITOR)
                sentence = refusal.sentence(words_of(visitor.person.language if visitor is not None else "en"))
                return self._said(request, status_of(refusal), sentence)
            except web.HTTPException:
                raise
            except Exception:  # noqa: BLE001 - the listener's edge: the fault goes to the log, with a traceback
                error_id = await failed(request, self._keys)
                return _plain(500, fault_sentence(error_id))

        return at_edge

    def _said(self, request: web.Request, status: int, sentence: str) -> web.Response:
        form = request.get(_SENT)
        if form is None:
            return _plain(status, sentence)
        return self._welcome(None, form.get("next", "/"), status=status, problem=sentence, email=form.get("email", ""))

    def _welcome(
        self, visitor: Visitor | None, next_: str, *, status: int = 200, problem: str = "", email: str = ""
    ) -> web.Response:
        people = [(who, person.name, person.words) for who, person in self._config.demo_people.items()]
        return self._html(
            "welcome.html",
            visitor,
            status=status,
            problem=problem,
            next=local_path(next_),
            people=people,
            email=email[:254],
        )

    def _html(self, template: str, visitor: Visitor | None, *, status: int = 200, **words: object) -> web.Response:
        me = visitor and _Me(visitor.person.name, tuple(role_names(visitor.person)), visitor.person.is_staff)
        text = self._templates.get_template(template).render(
            desk_name=self._config.desk_name,
            demo=self._config.demo,
            csrf=self._gate.csrf(visitor),
            me=me,
            version=self._statics.version,
            **words,
        )
        return web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})


def local_path(word: str) -> str:
    """``word`` where it is one of the desk's own pages, else ``/``: nobody is sent anywhere else from here."""
    return word if _LOCAL.fullmatch(word) else "/"


def _redirect(path: str) -> web.Response:
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _go(path: str) -> NoReturn:
    raise web.HTTPSeeOther(path, headers={"Cache-Control": "no-store"})


def _plain(status: int, sentence: str) -> web.Response:
    return web.Response(text=sentence + "\n", status=status, headers={"Cache-Control": "no-store"})
