"""``/api/openapi.json``: every route under ``/api``, declared once here; a test holds it against the routes."""

from collections.abc import Mapping, Sequence
from functools import partial
from http import HTTPStatus

from adapters.web.account_schema import ACCOUNT_OPERATIONS, ACCOUNT_SCHEMAS
from adapters.web.operations import STAFF_OPERATIONS, STAFF_SCHEMAS, Operation
from adapters.web.schemas import FLAG, NUMBER, SCHEMAS, TEXT, Schema, listed, maybe, one_of, ref, shape
from adapters.web.sessions import COOKIE
from adapters.web.similar import Choice
from adapters.web.transcript_schema import TRANSCRIPT_SCHEMAS
from core.model.thread import MessageKind
from core.model.ticket import Priority
from core.storage import Order
from core.text import Json
from core.transcript import Format
from core.vocabulary import View

_PROBLEM, _FORM = "application/problem+json", "multipart/form-data"
_BINARY: Schema = {"type": "string", "contentMediaType": "application/octet-stream"}


_page = partial(Operation, tag="Page")
_desk = partial(Operation, tag="Help desk")

_SEVERAL: Schema = listed(TEXT)
_TURN = (403, 404, 409, 422, 429)
"""What a command may be refused with."""

_OPERATIONS: Sequence[Operation] = (
    _page("get", "/api/me", "Who is signed in, and the commands they have", ref("Me")),
    _page(
        "get",
        "/api/threads",
        "Tickets in a list",
        listed(ref("Summary")),
        query={"view": one_of(list(View)), "before": NUMBER},
        refusals=(403, 422),
    ),
    _page(
        "get",
        "/api/search",
        "Tickets by words and filters: those with all the words, or else with some; with where they stand",
        shape(tickets=listed(ref("Summary")), total=NUMBER, unseen=listed(ref("Row"))),
        query={
            "q": _SEVERAL,
            "status": _SEVERAL,
            "priority": _SEVERAL,
            "category": _SEVERAL,
            "tag": _SEVERAL,
            "among": one_of(["mine", "followed", "public"]),
            "order": one_of(list(Order)),
            "offset": NUMBER,
            "limit": NUMBER,
        },
        refusals=(403, 422),
    ),
    _page(
        "get",
        "/api/tags",
        "What a list of tags that is typed may become, by tags of tickets that one may see",
        listed(TEXT),
        query={"q": TEXT},
        refusals=(403,),
    ),
    _page(
        "get",
        "/api/threads/{ref}",
        "A ticket's thread: its newest entries, those before an event, or what is new and changed after one",
        ref("Thread"),
        query={"limit": NUMBER, "before": NUMBER, "after": NUMBER},
        refusals=(404, 422),
    ),
    _page(
        "post",
        "/api/threads/{ref}/messages",
        "Write in a thread, in Markdown",
        ref("Posted"),
        status=HTTPStatus.CREATED,
        body=shape(
            {"kind": one_of(list(MessageKind)), "files": listed(NUMBER), "seen": maybe(NUMBER), "sure": maybe(FLAG)},
            text=TEXT,
        ),
        refusals=_TURN,
    ),
    _page(
        "post",
        "/api/threads/{ref}/read",
        "Say up to which event one has read",
        None,
        status=HTTPStatus.NO_CONTENT,
        body=shape(event=NUMBER),
        refusals=(403, 404, 422, 429),
    ),
    _page("get", "/api/threads/{ref}/history", "All that happened", listed(ref("Trace")), refusals=(404,)),
    _page("get", "/api/threads/{ref}/others", "Its requester's others", listed(ref("Summary")), refusals=(404,)),
    _page(
        "patch",
        "/api/threads/{ref}/messages/{message}",
        "Change one's own words, in Markdown",
        ref("Said"),
        body=shape({"sure": maybe(FLAG)}, text=TEXT),
        refusals=_TURN,
    ),
    _page(
        "delete",
        "/api/threads/{ref}/messages/{message}",
        "Take one's own words back",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=_TURN,
    ),
    _page(
        "put",
        "/api/threads/{ref}/messages/{message}/reactions/{emoji}",
        "React to a message",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=_TURN,
    ),
    _page(
        "delete",
        "/api/threads/{ref}/messages/{message}/reactions/{emoji}",
        "Take one's own reaction away",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=_TURN,
    ),
    _page(
        "post",
        "/api/commands",
        "Type a slash command; or words, in the thread named",
        ref("Reply"),
        body=shape({"thread": TEXT}, text=TEXT),
        refusals=_TURN,
    ),
    _page("post", "/api/actions", "Press a button", ref("Reply"), body=shape(action=TEXT), refusals=_TURN),
    _page(
        "post",
        "/api/forms",
        "Send a form; answered with a form again where something is missing",
        ref("Reply"),
        body=shape(
            {"values": {"type": "object", "additionalProperties": TEXT}, "files": listed(NUMBER)},
            action=TEXT,
        ),
        refusals=_TURN,
    ),
    _page(
        "post",
        "/api/similar",
        "What may answer a ticket that is being written: three tickets or FAQs at most",
        ref("Similar"),
        body=shape({"description": TEXT, "category": TEXT}, title=TEXT),
        refusals=(403, 422, 429),
    ),
    _page(
        "post",
        "/api/similar/choice",
        "Take one of these in place of a ticket of one's own; values: what was typed for that",
        ref("Reply"),
        body=shape(
            {"ref": TEXT, "values": {"type": "object", "additionalProperties": TEXT}},
            choice=one_of(list(Choice)),
        ),
        refusals=_TURN,
    ),
    _page(
        "post",
        "/api/files",
        "Upload a file, to be attached by a message or a form",
        ref("File"),
        status=HTTPStatus.CREATED,
        body=shape(file=_BINARY),
        body_type=_FORM,
        refusals=(403, 413, 422),
    ),
    _page("get", "/api/files/{id}", "A file's bytes", _BINARY, media_type="*/*", refusals=(404,)),
    _page("get", "/api/notices", "One's newest pings", listed(ref("Notice"))),
    _page(
        "get",
        "/api/live",
        'A WebSocket that says {"type": "ticket", "ref": …}, {"type": "read", "ref": …, "event": …}, '
        '{"type": "notice", "notice": …}; first {"type": "hello"}',
        None,
        status=HTTPStatus.SWITCHING_PROTOCOLS,
        refusals=(400, 403, 429),
    ),
    _desk(
        "get",
        "/api/faqs",
        "Frequently asked questions, by their words; the staff read drafts too",
        listed(ref("Faq")),
        query={"q": TEXT, "category": TEXT},
        may_be_open=True,
        refusals=(429,),
    ),
    _desk("get", "/api/faqs/{id}", "One of them", ref("Faq"), may_be_open=True, refusals=(404, 429)),
    _page("get", "/api/openapi.json", "This description", {"type": "object"}, open=True),
    _desk(
        "post",
        "/api/auth/register",
        "Register a new user",
        ref("User"),
        status=HTTPStatus.CREATED,
        body=shape(username=TEXT, email=TEXT, password=TEXT),
        open=True,
        refusals=(400, 415, 429),
    ),
    _desk(
        "post",
        "/api/auth/login",
        "Log in: a token for twelve hours",
        ref("Token"),
        body=shape(email=TEXT, password=TEXT),
        open=True,
        refusals=(400, 401, 415, 429),
    ),
    _desk(
        "get",
        "/api/tickets",
        "Own tickets, for staff all; the next page is in the Link header",
        listed(ref("Ticket")),
        query={"limit": NUMBER, "before": NUMBER},
        refusals=(403, 422),
    ),
    _desk(
        "post",
        "/api/tickets",
        "Open a ticket, with images",
        ref("Ticket"),
        status=HTTPStatus.CREATED,
        body=shape(
            {
                "images": listed(_BINARY),
                "category": TEXT,
                "priority": one_of(list(Priority)),
                "tags": listed(TEXT),
                "answers": {"type": "string", "description": "To the category's questions: a JSON object of texts"},
            },
            title=TEXT,
            description=TEXT,
        ),
        body_type=_FORM,
        refusals=(400, 403, 413, 415, 429),
    ),
    _desk("get", "/api/tickets/{id}", "A ticket", ref("Ticket"), refusals=(404,)),
    _desk(
        "put",
        "/api/tickets/{id}",
        "Change a ticket's status",
        ref("Ticket"),
        body=shape(status=one_of(["open", "in_progress", "closed"])),
        refusals=(403, 404, 409, 422),
    ),
    _desk(
        "get",
        "/api/tickets/{id}/transcript",
        "All of a ticket's thread to keep: a page in HTML, or, as described here, JSON",
        ref("Transcript"),
        query={"format": one_of(list(Format))},
        refusals=(403, 404, 422, 429),
    ),
    _desk("get", "/api/tickets/{id}/comments", "The replies in a ticket", listed(ref("Comment")), refusals=(404,)),
    _desk(
        "post",
        "/api/tickets/{id}/comments",
        "Reply in a ticket",
        ref("Comment"),
        status=HTTPStatus.CREATED,
        body=shape({"sure": maybe(FLAG)}, text=TEXT),
        refusals=(403, 404, 409, 422),
    ),
    _desk(
        "get",
        "/api/images/{id}",
        "An image, to whoever may see its ticket",
        _BINARY,
        media_type="image/*",
        refusals=(404,),
    ),
)


def document(name: str, url: str) -> Mapping[str, Json]:
    paths: dict[str, dict[str, Json]] = {}
    for operation in (*_OPERATIONS, *ACCOUNT_OPERATIONS, *STAFF_OPERATIONS):
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"{name}: API", "version": "1"},
        "servers": [{"url": url}],
        "paths": paths,
        "components": {
            "schemas": {**SCHEMAS, **ACCOUNT_SCHEMAS, **STAFF_SCHEMAS, **TRANSCRIPT_SCHEMAS},
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
                "cookie": {"type": "apiKey", "in": "cookie", "name": COOKIE},
            },
        },
    }


def _described(operation: Operation) -> Mapping[str, Json]:
    words: dict[str, Json] = {
        "summary": operation.summary,
        "tags": [operation.tag],
        "responses": _responses(operation),
        "security": _security(operation),
    }
    parameters = _parameters(operation)
    if parameters:
        words["parameters"] = parameters
    if operation.body is not None:
        words["requestBody"] = {"required": True, "content": {operation.body_type: {"schema": operation.body}}}
    return words


def _security(operation: Operation) -> Sequence[Json]:
    if operation.open:
        return []
    return [*([{}] if operation.may_be_open else []), {"token": []}, {"cookie": []}]


def _responses(operation: Operation) -> Mapping[str, Json]:
    good: dict[str, Json] = {"description": operation.status.phrase}
    if operation.answer is not None:
        good["content"] = {operation.media_type: {"schema": operation.answer}}
    refusals = {*operation.refusals, *(() if operation.open else (401,)), 500, 503}
    if operation.body is not None:
        refusals |= {400, 408, 413, 415, 429}
    bad: dict[str, Json] = {
        str(status): {"description": HTTPStatus(status).phrase, "content": {_PROBLEM: {"schema": ref("Problem")}}}
        for status in sorted(refusals)
    }
    return {str(operation.status.value): good, **(_in_parts(good) if operation.answer is _BINARY else {}), **bad}


def _in_parts(good: Mapping[str, Json]) -> Mapping[str, Json]:
    """What a file's bytes may be answered with besides."""
    bare = (HTTPStatus.NOT_MODIFIED, HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
    return {
        "206": {**good, "description": "Partial Content"},
        **{str(one.value): {"description": one.phrase} for one in bare},
    }


def _parameters(operation: Operation) -> Sequence[Json]:
    """``Idempotency-Key`` for whatever changes something; ``X-CSRF-Token`` with the cookie."""
    found: list[Json] = []
    for name, schema in (("ref", TEXT), ("id", NUMBER), ("message", NUMBER), ("emoji", TEXT), ("key", TEXT)):
        if f"{{{name}}}" in operation.path:
            found.append({"name": name, "in": "path", "required": True, "schema": schema})
    found += [{"name": name, "in": "query", "schema": schema} for name, schema in operation.query.items()]
    if operation.method != "get" and not operation.open:
        found.append({"name": "Idempotency-Key", "in": "header", "schema": {**TEXT, "maxLength": 100}})
        found.append({"name": "X-CSRF-Token", "in": "header", "schema": TEXT})
    return found
