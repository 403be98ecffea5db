"""The REST API for programs: the paths, fields and status codes of the help desk that came before this one.

A ticket's id is its ref's number. Words go in and come out as plain text. Waiting shows as ``in_progress``, resolved as
``closed``. Notes are no comments, whoever asks. Opening takes ``category``, ``priority``, ``tags`` and ``answers`` too;
without a category it is the first that asks nothing. An image wants its ticket's permission.
"""

import json
from collections.abc import AsyncIterable, Mapping, Sequence
from http import HTTPStatus

from aiohttp import web

from adapters.web.accounts import Accounts
from adapters.web.bodies import (
    Missing,
    NotOneOf,
    WrongKind,
    choice,
    file_id,
    numbered_ticket,
    query_number,
    read_json,
)
from adapters.web.config import WebConfig
from adapters.web.gate import Gate, Visitor
from adapters.web.render import JsonObject, answer, time_json
from adapters.web.serving import send_file
from adapters.web.tokens import Tokens
from adapters.web.uploads import Sent, Uploads
from core.commands import Actor, OpenTicket
from core.engine import Engine
from core.errors import N_, NoSuchFile
from core.frontdesk import FrontDesk
from core.model.desk import Desk
from core.model.ids import TicketId
from core.model.people import Person, Platform, Role
from core.model.thread import File, Message, MessageKind
from core.model.ticket import Priority, Status, Ticket
from core.policy import Action, may, require
from core.ports import Clock
from core.storage import Store
from core.text import Text, clean_line, shorten
from core.vocabulary import ParameterKind, SlashCommand, View

_SHOWN = {
    Status.OPEN: "open",
    Status.IN_PROGRESS: "in_progress",
    Status.WAITING: "in_progress",
    Status.RESOLVED: "closed",
    Status.CLOSED: "closed",
}
_WANTED = {"open": Status.OPEN, "in_progress": Status.IN_PROGRESS, "closed": Status.CLOSED}
_BAD_INPUT_IS_400 = {HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST}
_REGISTER_IS_400 = {**_BAD_INPUT_IS_400, HTTPStatus.CONFLICT: HTTPStatus.BAD_REQUEST}
_PAGE, _LONGEST_PAGE = 50, 200


class Helpdesk:
    def __init__(
        self,
        *,
        desk: FrontDesk,
        engine: Engine,
        store: Store,
        clock: Clock,
        gate: Gate,
        accounts: Accounts,
        tokens: Tokens,
        uploads: Uploads,
        config: WebConfig,
    ) -> None:
        self._desk = desk
        self._engine = engine
        self._store = store
        self._clock = clock
        self._gate = gate
        self._accounts = accounts
        self._tokens = tokens
        self._uploads = uploads
        self._config = config

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.post("/api/auth/register", self._gate.open_to_all(self.register, _REGISTER_IS_400)),
            web.post("/api/auth/login", self._gate.open_to_all(self.login, _BAD_INPUT_IS_400)),
            web.get("/api/tickets", inside(self.list), allow_head=False),
            web.post("/api/tickets", inside(self.open, _BAD_INPUT_IS_400)),
            web.get("/api/tickets/{id}", inside(self.show), allow_head=False),
            web.put("/api/tickets/{id}", inside(self.update)),
            web.get("/api/tickets/{id}/comments", inside(self.comments), allow_head=False),
            web.post("/api/tickets/{id}/comments", inside(self.comment)),
            web.get("/api/images/{id}", inside(self.image), allow_head=False),
        ]

    async def register(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        person = await self._accounts.register(
            body.words("username"),
            body.words("email"),
            body.exact("password"),
            door=Platform.API,
            address=request.remote or "",
        )
        made = await self._desk.person(person)
        if made is None:
            raise RuntimeError("whoever registered is nobody")
        return answer(user_json(made), 201)

    async def login(self, request: web.Request) -> web.Response:
        body = await read_json(request)
        person = await self._accounts.sign_in(body.words("email"), body.exact("password"), address=request.remote or "")
        return answer({"token": self._tokens.issue(person)})

    async def list(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The person's own and joined tickets; for staff all that they may see. Newest first."""
        limit = min(query_number(request, "limit") or _PAGE, _LONGEST_PAGE)
        before = query_number(request, "before")
        view = View.ALL if visitor.person.is_staff else View.MINE
        actor = self._gate.actor(request, visitor)
        found = await self._desk.list(view, actor, before=TicketId(before) if before else None, limit=limit)
        async with self._store.read() as work:
            files = {summary.ticket.id: await work.files.of(summary.ticket.id) for summary in found}
        response = answer([ticket_json(s.ticket, files[s.ticket.id]) for s in found])
        if len(found) == limit:
            url = f"{self._config.public_url}/api/tickets?limit={limit}&before={found[-1].ticket.id}"
            response.headers["Link"] = f'<{url}>; rel="next"'
        return response

    async def open(self, request: web.Request, visitor: Visitor) -> web.Response:
        actor = self._gate.actor(request, visitor)
        earlier = await self._engine.earlier(actor)
        if earlier is not None and earlier.ticket is not None:
            return await self._shown(earlier.ticket, actor, 201)

        async def keep(name: str, content: AsyncIterable[bytes]) -> File:
            return await self._desk.keep_file(name, content, actor, image_only=True)

        sent = await self._uploads.read(request, visitor.id, frozenset({"images", "images[]"}), keep)
        outcome = await self._engine.handle(opening(sent, self._desk.desk), actor)
        if outcome.ticket is None:
            raise RuntimeError("a ticket that was just opened has no number")
        return await self._shown(outcome.ticket, actor, 201)

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = numbered_ticket(request.match_info["id"])
        return await self._shown(ticket, self._gate.actor(request, visitor), 200)

    async def _shown(self, ticket: TicketId, actor: Actor, status: int) -> web.Response:
        view = await self._desk.thread(ticket, actor, limit=1)
        return answer(ticket_json(view.ticket, view.files), status)

    async def update(self, request: web.Request, visitor: Visitor) -> web.Response:
        """The status, by the command that leads there; staff have one for every status, the requester two."""
        number = numbered_ticket(request.match_info["id"])
        actor = self._gate.actor(request, visitor)
        ticket = (await self._desk.thread(number, actor, limit=1)).ticket
        word = (await read_json(request)).words("status").strip().lower()
        if word not in _WANTED:
            raise NotOneOf(name="status", value=shorten(clean_line(word), 40), choices=", ".join(_WANTED))
        if _SHOWN[ticket.status] == word:
            require(Action.CLOSE, visitor.person, ticket, self._desk.desk, self._clock.now())
        else:
            command, given = self._status_command(ticket, _WANTED[word], visitor.person)
            await self._desk.run(command, given, actor, ticket.id)
        return await self._shown(number, actor, 200)

    def _status_command(self, ticket: Ticket, wanted: Status, person: Person) -> tuple[SlashCommand, Mapping[str, str]]:
        as_staff = may(Action.RESOLVE, person, ticket, self._desk.desk, self._clock.now())
        verb = "status" if as_staff else "close" if wanted is Status.CLOSED else "reopen"
        command = self._desk.vocabulary.find("ticket", verb)
        if command is None:
            raise RuntimeError(f"the vocabulary has no /ticket {verb}")
        return command, {p.name: wanted.value for p in command.parameters if p.kind is ParameterKind.STATUS}

    async def comments(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = numbered_ticket(request.match_info["id"])
        view = await self._desk.thread(ticket, self._gate.actor(request, visitor), limit=None)
        said = [entry.message for entry in view.entries if entry.message is not None]
        return answer([comment_json(m) for m in said if m.kind is MessageKind.REPLY and m.undone_at is None])

    async def comment(self, request: web.Request, visitor: Visitor) -> web.Response:
        ticket = numbered_ticket(request.match_info["id"])
        body = await read_json(request)
        text, actor = Text.of(body.words("text")), self._gate.actor(request, visitor)
        entry = await self._desk.say(ticket, MessageKind.REPLY, text, (), actor, sure=body.flag("sure"))
        if entry.message is None:
            raise RuntimeError("a comment that was just made is none")
        return answer(comment_json(entry.message), 201)

    async def image(self, request: web.Request, visitor: Visitor) -> web.StreamResponse:
        file = await self._desk.file(file_id(request.match_info["id"]), self._gate.actor(request, visitor))
        if not file.is_image:
            raise NoSuchFile
        return await send_file(request, file, self._desk.content)


def opening(sent: Sent, desk: Desk) -> OpenTicket:
    """What a form asks to open. Raises Missing, NotOneOf or WrongKind; the rest is for the engine to check."""
    for name in ("title", "description"):
        if not (sent.first(name) or "").strip():
            raise Missing(name=name)
    return OpenTicket(
        title=sent.first("title") or "",
        description=Text.of(sent.first("description") or ""),
        category=category_named(sent.first("category"), desk),
        priority=choice("priority", sent.first("priority") or Priority.NORMAL, Priority),
        answers=_answers(sent.first("answers")),
        tags=tuple(
            tag for name in ("tags", "tags[]") for words in sent.fields.get(name, ()) for tag in words.split(",")
        ),
        files=tuple(sent.files),
    )


def category_named(word: str | None, desk: Desk) -> str:
    """By its key or its name; without one the first that can be opened without answers, else the first.

    Never a sensitive one by default: its tickets are hidden from all but a few of the staff.
    """
    categories = desk.categories
    wanted = (word or "").strip().casefold()
    if not wanted:
        common = [key for key, c in categories.items() if not c.sensitive]
        easy = (key for key in common if not any(q.required for q in categories[key].questions))
        return next(easy, next(iter(common), ""))
    named = (key for key, c in categories.items() if wanted in (key.casefold(), c.name.casefold()))
    return next(named, shorten(clean_line(word or ""), 40))


def _answers(word: str | None) -> Mapping[str, str]:
    """To the category's questions, as a JSON object of texts."""
    if not (word or "").strip():
        return {}
    try:
        value = json.loads(word or "")
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not all(isinstance(answer_, str) for answer_ in value.values()):
        raise WrongKind(name="answers", wanted=N_("a JSON object with texts"))
    return value


def user_json(person: Person) -> JsonObject:
    roles = person.roles
    role = "admin" if Role.ADMIN in roles else "agent" if person.is_staff else "customer"
    return {"id": person.id, "username": person.name, "email": person.email or "", "role": role}


def ticket_json(ticket: Ticket, files: Sequence[File]) -> JsonObject:
    """``files``: the ticket's; those that came with a message are not among its images."""
    return {
        "id": ticket.id,
        "title": ticket.title,
        "description": ticket.description.plain(),
        "status": _SHOWN[ticket.status],
        "author_id": ticket.requester,
        "created_at": time_json(ticket.opened_at),
        "image_ids": [file.id for file in files if file.is_image and file.message is None],
        "category": ticket.category,
        "priority": ticket.priority.value,
        "tags": list(ticket.tags),
    }


def comment_json(message: Message) -> JsonObject:
    return {
        "id": message.id,
        "text": message.text.plain(),
        "author_id": message.author,
        "ticket_id": message.ticket,
        "created_at": time_json(message.at),
    }
