"""The HTTP API that the page uses (``docs/api.md``): the whole vocabulary, threads, files and what is live."""

from collections.abc import AsyncIterable, Sequence

from aiohttp import web

from adapters.web.bodies import choice, file_id, query_number, read_json, ticket_of
from adapters.web.config import WebConfig
from adapters.web.gate import Gate, Visitor
from adapters.web.live import Live
from adapters.web.parse import read_markdown
from adapters.web.problems import ForeignPage
from adapters.web.render import (
    JsonObject,
    answer,
    command_json,
    entry_json,
    file_json,
    notice_json,
    reply_json,
    role_names,
    summary_json,
    thread_json,
)
from adapters.web.serving import send_file
from adapters.web.uploads import Uploads
from core import limits
from core.actions import Press, encode_press
from core.commands import Actor
from core.frontdesk import FrontDesk
from core.model.ids import EventId, TicketId
from core.model.thread import File, MessageKind
from core.ports import Clock
from core.text import clean_line
from core.vocabulary import PAGE, Entry, ParameterKind, Reply, ThreadView, View

_LONGEST_PAGE = 200
_MOST_NEWS = 500
"""Of what came after a page's cursor, in one answer."""


class PageApi:
    def __init__(
        self, desk: FrontDesk, gate: Gate, live: Live, uploads: Uploads, clock: Clock, config: WebConfig
    ) -> None:
        self._desk = desk
        self._gate = gate
        self._live = live
        self._uploads = uploads
        self._clock = clock
        self._config = config

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.get("/api/me", inside(self.me), allow_head=False),
            web.get("/api/threads", inside(self.threads), allow_head=False),
            web.get("/api/tags", inside(self.tags), allow_head=False),
            web.get("/api/threads/{ref}", inside(self.thread), allow_head=False),
            web.post("/api/threads/{ref}/messages", inside(self.say)),
            web.post("/api/commands", inside(self.command)),
            web.post("/api/actions", inside(self.press)),
            web.post("/api/forms", inside(self.submit)),
            web.post("/api/files", inside(self.upload)),
            web.get("/api/files/{id}", inside(self.file), allow_head=False),
            web.get("/api/notices", inside(self.notices), allow_head=False),
            web.get("/api/live", inside(self.live), allow_head=False),
        ]

    async def me(self, request: web.Request, visitor: Visitor) -> web.Response:
        return answer(await self.me_of(visitor))

    async def me_of(self, visitor: Visitor) -> JsonObject:
        commands = await self._desk.commands_for(visitor.person)
        return {
            "id": visitor.id,
            "name": visitor.person.name,
            "roles": role_names(visitor.person),
            "is_staff": visitor.person.is_staff,
            "csrf": self._gate.csrf(visitor),
            "desk": {"name": self._config.desk_name, "demo": self._config.demo},
            "limits": {"files": self._config.max_files, "file_bytes": self._config.max_file_bytes},
            "commands": [command_json(command, self._desk.vocabulary) for command in commands],
        }

    async def threads(self, request: web.Request, visitor: Visitor) -> web.Response:
        view = choice("view", request.query.get("view", View.MINE), View)
        before = query_number(request, "before")
        actor = self._gate.actor(request, visitor)
        return answer(await self.list_of(view, visitor, actor, TicketId(before) if before else None))

    async def list_of(
        self, view: View, visitor: Visitor, actor: Actor, before: TicketId | None = None
    ) -> Sequence[JsonObject]:
        found = await self._desk.list(view, actor, before=before)
        reader = self._gate.reader(visitor)
        return [summary_json(summary, self._desk.desk, reader, visitor.id) for summary in found]

    async def tags(self, request: web.Request, visitor: Visitor) -> web.Response:
        typed = clean_line(request.query.get("q", ""))[: limits.TITLE]
        found = await self._desk.suggest(ParameterKind.TAGS, typed, self._gate.actor(request, visitor))
        return answer([choice.value for choice in found])

    async def thread(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = ticket_of(request.match_info["ref"])
        after, before = query_number(request, "after"), query_number(request, "before")
        limit = min(query_number(request, "limit") or PAGE, _LONGEST_PAGE) if after is None else _MOST_NEWS
        actor = self._gate.actor(request, visitor)
        view = await self._desk.thread(
            ticket,
            actor,
            after=EventId(after) if after else None,
            before=EventId(before) if before else None,
            limit=limit,
        )
        return answer(self._thread_json(view, visitor))

    async def thread_of(self, ticket: TicketId, visitor: Visitor, actor: Actor) -> JsonObject:
        """Its newest entries. Raises NoSuchTicket."""
        return self._thread_json(await self._desk.thread(ticket, actor), visitor)

    def _thread_json(self, view: ThreadView, visitor: Visitor) -> JsonObject:
        return thread_json(view, self._desk.desk, self._gate.reader(visitor), visitor.id)

    async def say(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = ticket_of(request.match_info["ref"])
        body = await read_json(request)
        kind = body.one_of("kind", MessageKind) if "kind" in body else MessageKind.REPLY
        files = body.files("files", self._config.max_files)
        text = await read_markdown(body.optional("text") or "")
        seen = EventId(body.number("seen")) if "seen" in body else None
        actor, sure = self._gate.actor(request, visitor), body.flag("sure")
        entry = await self._desk.say(ticket, kind, text, files, actor, seen=seen, sure=sure)
        answered = {"entry": entry_json(entry, visitor.id), "take_back": self._take_back(ticket, entry)}
        return answer(answered, 201)

    def _take_back(self, ticket: TicketId, entry: Entry) -> JsonObject | None:
        """For how long it can be, from now on: one that is told twice was taken at the first time."""
        left = int((entry.at + self._desk.desk.undo_within - self._clock.now()).total_seconds())
        if left <= 0 or entry.message is None or entry.message.undone_at is not None:
            return None
        press = Press("staff", "undo", ticket, {"message": str(entry.message.id)})
        return {"action": encode_press(press), "seconds": left}

    async def command(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        line = body.words("text")
        ref = body.optional("thread")
        ticket = ticket_of(ref) if ref else None
        actor = self._gate.actor(request, visitor)
        if ticket is None or line.lstrip().startswith("/"):
            return answer(reply_json(await self._desk.type(line, actor, ticket)))
        await self._desk.say(ticket, MessageKind.REPLY, await read_markdown(line), (), actor)
        return answer(reply_json(Reply(ticket=ticket)))

    async def press(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        reply = await self._desk.press(body.words("action"), self._gate.actor(request, visitor))
        return answer(reply_json(reply))

    async def submit(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        files = body.files("files", self._config.max_files) if "files" in body else None
        actor = self._gate.actor(request, visitor)
        reply = await self._desk.submit(body.words("action"), body.texts("values"), files, actor)
        return answer(reply_json(reply))

    async def upload(self, request: web.Request, visitor: Visitor) -> web.Response:
        actor = self._gate.actor(request, visitor)

        async def keep(name: str, content: AsyncIterable[bytes]) -> File:
            return await self._desk.keep_file(name, content, actor)

        return answer(file_json(await self._uploads.one_file(request, visitor.id, keep)), 201)

    async def file(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        file = await self._desk.file(file_id(request.match_info["id"]), self._gate.actor(request, visitor))
        return await send_file(request, file, self._desk.content)

    async def notices(self, request: web.Request, visitor: Visitor) -> web.Response:
        found = await self._desk.notices(self._gate.actor(request, visitor))
        return answer([notice_json(notice) for notice in found])

    async def live(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        """A browser's WebSocket bears its cookie whatever page opened it, so the page must be one of ours."""
        self._gate.check_origin(request)
        if visitor.session is not None and "Origin" not in request.headers:
            raise ForeignPage
        return await self._live.connect(request, visitor)
