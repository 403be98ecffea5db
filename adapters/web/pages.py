"""The pages themselves, and signing in and out of them by plain forms."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NoReturn
from urllib.parse import quote

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from adapters.web.accounts import SHORTEST, Accounts
from adapters.web.admin import ROLE_FORM, SECTIONS, AdminApi
from adapters.web.bodies import read_form
from adapters.web.config import WebConfig
from adapters.web.first import FirstPaints
from adapters.web.gate import VISITOR, Gate, Visitor
from adapters.web.paint import FUNCTIONS, direction_of
from adapters.web.problems import Handler, NoSuchPage, failed, fault_sentence, status_of
from adapters.web.render import role_names
from adapters.web.sessions import Sessions
from adapters.web.statics import Statics
from core.cards.words import words_of
from core.errors import N_, Forbidden, Refusal
from core.model.ids import PersonId, parse_ref, ref_of
from core.model.people import Person, Platform
from core.policy import Action, may_in_general
from core.ports import Keys

_HERE = Path(__file__).parent
_SENT = web.RequestKey("sent", dict[str, str])
"""The form that was sent: what is wrong with it is said above it."""
_LOCAL = re.compile(
    r"/(?:account|alerts|ack/[A-Za-z0-9_.-]{1,400}|admin(?:/[a-z]{1,20})?|faq(?:/F-[0-9]{1,15})?|hot|t/(?:T-|%23|#)?[0-9]{1,15})?(?:\?[A-Za-z0-9=&_.-]{0,200})?",
    re.IGNORECASE | re.ASCII,
)
_FORMS = {"/session": "in", "/session/register": "new"}
"""By path, the form of the welcome that leads there."""
_HEADINGS = {403: "Not for you", 404: "Not here", 410: "Over", 500: "Something went wrong"}


class ForStaff(Forbidden):
    template = N_("This page is for the support staff.")


@dataclass(frozen=True, slots=True)
class _Me:
    """Who is signed in, for the templates."""

    name: str
    roles: tuple[str, ...]
    is_staff: bool
    sees_hot: bool
    """Whether they may look at what many ask for."""


class Pages:
    def __init__(
        self,
        *,
        gate: Gate,
        sessions: Sessions,
        accounts: Accounts,
        admin: AdminApi,
        first: FirstPaints,
        keys: Keys,
        config: WebConfig,
    ) -> None:
        self._gate = gate
        self._admin = admin
        self._first = first
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
        self._templates.globals.update(static=self._statics.url, modules=cache(self._statics.modules))
        self._templates.globals.update({function.__name__: function for function in FUNCTIONS})

    def routes(self) -> list[web.AbstractRouteDef]:
        at_edge = self._gate.open_to_all
        return [
            web.get("/", self.edge(self.page)),
            web.get("/t/{ref}", self.edge(self.page)),
            web.get("/alerts", self.edge(self.alerts)),
            web.get("/admin", self.edge(self.admin)),
            web.get("/admin/{section}", self.edge(self.admin)),
            web.get("/welcome", self.edge(self.welcome)),
            web.post("/session", self.edge(self.sign_in)),
            web.post("/session/demo", self.edge(self.demo)),
            web.post("/session/register", self.edge(self.register)),
            web.post("/session/end", self.edge(self.end)),
            web.get("/static/{path:.+}", at_edge(self._statics.serve)),
        ]

    async def page(self, request: web.Request) -> web.Response:
        visitor = await self._signed_in(request)
        word = request.match_info.get("ref", "")
        ticket = parse_ref(word)
        if word and ticket is None:
            raise NoSuchPage
        ref = ref_of(ticket) if ticket is not None else ""
        first = await self._first.of(request, visitor, ticket)
        return self.html(
            "page.html", visitor, status=first.status, ref=ref, first=first.data, brush=first.brush, lost=first.lost
        )

    async def alerts(self, request: web.Request) -> web.Response:
        visitor = await self._signed_in(request)
        if not self._config.demo:
            raise NoSuchPage
        if not visitor.person.is_staff:
            raise ForStaff
        return self.html("alerts.html", visitor, messages_url=self._config.alerts_url)

    async def admin(self, request: web.Request) -> web.Response:
        """For admins; for everybody else there is no such page, in the very words of one that nobody ever made."""
        visitor = await self._signed_in(request)
        section = request.match_info.get("section", SECTIONS[0])
        try:
            shown = await self._admin.section(section, request, visitor)
        except NoSuchPage:
            raise web.HTTPNotFound from None
        search = request.query.get("q", "")
        return self.html(
            "admin.html", visitor, section=section, sections=SECTIONS, shown=shown, search=search, role_form=ROLE_FORM
        )

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
        response = redirect("/welcome")
        await self._sessions.end(request, response)
        return response

    async def _enter(self, request: web.Request, person: PersonId, next_: str) -> web.Response:
        response = redirect(local_path(next_))
        await self._sessions.begin(request, response, person)
        return response

    async def _signed_in(self, request: web.Request) -> Visitor:
        visitor = await self._gate.by_cookie(request)
        if visitor is None:
            _go(f"/welcome?next={quote(local_path(request.path_qs), safe='')}")
        request[VISITOR] = visitor
        return visitor

    def linked(self, handler: Handler, headers: Mapping[str, str]) -> Handler:
        """The ``edge`` of a page that a token in its address leads to. ``headers``: of its refusals too, which have
        that address as well."""
        on_a_page = self.edge(handler)

        async def at_edge(request: web.Request) -> web.StreamResponse:
            response = await on_a_page(request)
            response.headers.update(headers)
            return response

        return at_edge

    def edge(self, handler: Handler) -> Handler:
        """Refusals on a page are words on a page."""

        async def at_edge(request: web.Request) -> web.StreamResponse:
            try:
                return await handler(request)
            except Refusal as refusal:
                visitor = request.get(VISITOR)
                sentence = refusal.sentence(words_of(visitor.person.language if visitor is not None else "en"))
                return self._refused(request, status_of(refusal), sentence)
            except web.HTTPException:
                raise
            except Exception:  # noqa: BLE001 - the listener's edge: the fault goes to the log, with a traceback
                error_id = await failed(request, self._keys)
                return self._said(request.get(VISITOR), 500, fault_sentence(error_id))

        return at_edge

    def _refused(self, request: web.Request, status: int, sentence: str) -> web.Response:
        form = request.get(_SENT)
        if form is None:
            return self._said(request.get(VISITOR), status, sentence)
        where = _FORMS.get(request.path, "")
        return self._welcome(
            None, form.get("next", "/"), status=status, problem=sentence, where=where, typed=_typed(form)
        )

    def _said(self, visitor: Visitor | None, status: int, sentence: str) -> web.Response:
        heading = _HEADINGS.get(status, "That did not work")
        return self.html("refused.html", visitor, status=status, heading=heading, sentence=sentence)

    def _welcome(
        self,
        visitor: Visitor | None,
        next_: str,
        *,
        status: int = 200,
        problem: str = "",
        where: str = "",
        typed: Mapping[str, str] = MappingProxyType({}),
    ) -> web.Response:
        people = [(who, person.name, person.words) for who, person in self._config.demo_people.items()]
        return self.html(
            "welcome.html",
            visitor,
            status=status,
            problem=problem,
            where=where,
            typed=typed,
            shortest=SHORTEST,
            next=local_path(next_),
            people=people,
            faq_public=self._config.faq_public,
        )

    def html(self, template: str, visitor: Visitor | None, *, status: int = 200, **words: object) -> web.Response:
        language = visitor.person.language if visitor is not None else "en"
        me = visitor and _me(visitor.person)
        text = self._templates.get_template(template).render(
            desk_name=self._config.desk_name,
            origin=self._config.origin,
            demo=self._config.demo,
            csrf=self._gate.csrf(visitor),
            me=me,
            language=language,
            direction=direction_of(language),
            version=self._statics.version,
            **words,
        )
        page = web.Response(text=text, status=status, content_type="text/html", headers={"Cache-Control": "no-store"})
        page.enable_compression()
        return page


def _me(person: Person) -> _Me:
    sees_hot = may_in_general(Action.REPORT_TEAM, person)
    return _Me(person.name, tuple(role_names(person)), person.is_staff, sees_hot)


def local_path(word: str) -> str:
    """``word`` where it is one of the desk's own pages, else ``/``: nobody is sent anywhere else from here."""
    return word if _LOCAL.fullmatch(word) else "/"


def _typed(form: Mapping[str, str]) -> Mapping[str, str]:
    """What is given back to be mended; never a password."""
    return {key: form.get(key, "")[:254] for key in ("username", "email")}


def redirect(path: str) -> web.Response:
    """To another of the desk's own pages, to be read and not sent to."""
    return web.Response(status=303, headers={"Location": path, "Cache-Control": "no-store"})


def _go(path: str) -> NoReturn:
    raise web.HTTPSeeOther(path, headers={"Cache-Control": "no-store"})
