"""How a request of ``/api`` is described, and those of the staff: the list, many tickets at once, the admins' pages."""

from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field
from functools import partial
from http import HTTPStatus

from adapters.web.schemas import FLAG, NUMBER, TEXT, TIME, Schema, listed, maybe, one_of, ref, shape
from core.model.outbox import DeliveryState, Intent
from core.model.people import Platform, Role, Standing
from core.model.ticket import Priority, Status
from core.storage import Order

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Operation:
    method: str
    path: str
    summary: str
    answer: Schema | None
    _: KW_ONLY
    tag: str
    status: HTTPStatus = HTTPStatus.OK
    media_type: str = JSON
    refusals: tuple[int, ...] = ()
    body: Schema | None = None
    body_type: str = JSON
    query: Mapping[str, Schema] = field(default_factory=dict)
    open: bool = False
    """Whether it wants nobody signed in."""
    may_be_open: bool = False
    """Whether it wants nobody signed in where the desk is set so."""


_staff = partial(Operation, tag="Staff")
_admin = partial(Operation, tag="Admins")

_SEVERAL: Schema = listed(TEXT)
_VALUE: Schema = {"description": "Any JSON"}
_ROLE = one_of(list(Role))

STAFF_SCHEMAS: Mapping[str, Schema] = {
    "Filter": shape(name=TEXT, query=TEXT),
    "Hot": shape(
        ref=TEXT,
        title=TEXT,
        status=one_of(list(Status)),
        status_label=TEXT,
        category=TEXT,
        category_label=TEXT,
        followers=NUMBER,
        repeats=NUMBER,
        replies=NUMBER,
        draft=maybe(TEXT),
    ),
    "Bulk": shape({"arguments": {"type": "object"}}, ref=TEXT, verb=TEXT),
    "Member": shape(
        id=NUMBER,
        name=TEXT,
        email=maybe(TEXT),
        email_confirmed=FLAG,
        roles=listed(shape(role=_ROLE, team=maybe(TEXT), source=TEXT, approved=FLAG)),
        standing=one_of(list(Standing)),
        platforms=listed(one_of(list(Platform))),
        since=TIME,
    ),
    "Team": shape(
        key=TEXT,
        name=TEXT,
        lead=maybe(TEXT),
        named=listed(TEXT),
        members=shape(agent=listed(shape(id=NUMBER, name=TEXT)), lead=listed(shape(id=NUMBER, name=TEXT))),
        categories=listed(shape(key=TEXT, name=TEXT, sensitive=FLAG)),
        places=listed(shape(platform=one_of(list(Platform)), channel=TEXT)),
    ),
    "Waiting": shape(
        person=maybe(NUMBER),
        name=maybe(TEXT),
        email=maybe(TEXT),
        roles=listed(shape(role=_ROLE, team=maybe(TEXT))),
        categories=listed(TEXT),
        command=maybe(shape(line=TEXT, where=one_of(["desk", "machine"]))),
    ),
    "Failure": shape(
        id=NUMBER,
        intent=one_of(list(Intent)),
        what=TEXT,
        where=TEXT,
        ref=maybe(TEXT),
        attempts=NUMBER,
        since=TIME,
        reason=maybe(TEXT),
        next_try=maybe(TIME),
        state=one_of(list(DeliveryState)),
        may_retry=FLAG,
    ),
    "Trouble": shape(sentence=TEXT, since=TIME, seen_at=TIME, count=NUMBER),
    "Alert": shape(
        id=NUMBER,
        kind=one_of(["alert", "news"]),
        ref=maybe(TEXT),
        title=maybe(TEXT),
        priority=maybe(one_of(list(Priority))),
        space=maybe(TEXT),
        at=TIME,
        sent_at=maybe(TIME),
        attempts=NUMBER,
        state=one_of(["waiting", "delivered", "failed", "skipped"]),
        reason=maybe(TEXT),
    ),
    "Endpoint": shape(
        key=TEXT,
        events=listed(TEXT),
        categories=maybe(listed(TEXT)),
        reads=listed(one_of(["text", "notes", "sensitive"])),
        off=maybe(TEXT),
        deliveries=listed(ref("PostedEvent")),
    ),
    "PostedEvent": shape(
        id=NUMBER,
        webhook_id=TEXT,
        type=TEXT,
        ref=maybe(TEXT),
        at=TIME,
        finished_at=maybe(TIME),
        state=one_of(["waiting", "delivered", "failed", "skipped"]),
        status=maybe(NUMBER),
        attempts=NUMBER,
        next_try=maybe(TIME),
        reason=maybe(TEXT),
        may_replay=FLAG,
    ),
    "Setting": shape({"from": TEXT}, key=TEXT, value=TEXT, secret=FLAG),
}

STAFF_OPERATIONS: Sequence[Operation] = (
    _staff(
        "get",
        "/api/triage",
        "The staff's list, filtered: any of a field's values, every field",
        shape(tickets=listed(ref("Summary")), total=NUMBER),
        query={
            "status": _SEVERAL,
            "team": _SEVERAL,
            "category": _SEVERAL,
            "priority": _SEVERAL,
            "assignee": _SEVERAL,
            "tag": _SEVERAL,
            "q": _SEVERAL,
            "requester": _SEVERAL,
            "order": one_of(list(Order)),
            "before": NUMBER,
            "offset": NUMBER,
            "limit": NUMBER,
        },
        refusals=(403, 422),
    ),
    _staff(
        "get",
        "/api/hot",
        "What many ask for: tickets, the hottest first, and topics of several",
        shape(tickets=listed(ref("Hot")), topics=listed(shape(name=TEXT, tickets=NUMBER))),
        refusals=(403,),
    ),
    _staff(
        "get",
        "/api/triage/counts",
        "How many tickets each filter has, and whom one may be given to",
        shape(
            filters=listed(shape(id=TEXT, name=TEXT, query=TEXT, count=NUMBER, builtin=FLAG)),
            agents=listed(shape(id=NUMBER, name=TEXT)),
        ),
        refusals=(403,),
    ),
    _staff(
        "put",
        "/api/triage/filters",
        "Keep these filters in place of one's earlier ones",
        shape(filters=listed(ref("Filter"))),
        body=shape(filters=listed(ref("Filter"))),
        refusals=(403, 422),
    ),
    _staff(
        "post",
        "/api/bulk",
        "Commands on many tickets, each by itself; with what takes each back",
        shape(
            done=listed(shape(ref=TEXT, undo=maybe(ref("Bulk")))),
            refused=listed(shape(ref=TEXT, problem=TEXT)),
        ),
        body=shape(items=listed(ref("Bulk"))),
        refusals=(403, 422),
    ),
    _staff("get", "/api/preferences", "What one has set for oneself in the browser, by key", {"type": "object"}),
    _staff(
        "put",
        "/api/preferences/{key}",
        "Set one of these: filters, toured, theme, notify, noticed, mail",
        {"type": "object"},
        body=_VALUE,
        refusals=(403, 404, 422),
    ),
    _admin(
        "get",
        "/api/admin/people",
        "People, by words of their name or address",
        shape(people=listed(ref("Member")), next=maybe(NUMBER)),
        query={"q": TEXT, "after": NUMBER, "limit": NUMBER},
        refusals=(404, 422),
    ),
    _admin(
        "get",
        "/api/admin/teams",
        "Teams, with who is in them",
        shape(teams=listed(ref("Team"))),
        refusals=(404,),
    ),
    _admin(
        "get",
        "/api/admin/pending",
        "Who waits for a role or for a confirmed address, and what decides it",
        shape(pending=listed(ref("Waiting"))),
        refusals=(404,),
    ),
    _admin(
        "get",
        "/api/admin/failures",
        "What was given up, what is still tried, what stands in the way",
        shape(failures=listed(ref("Failure")), troubles=listed(ref("Trouble"))),
        refusals=(404,),
    ),
    _admin(
        "post",
        "/api/admin/failures/{id}/retry",
        "Try what was given up again",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=(403, 404, 429),
    ),
    _admin(
        "get",
        "/api/admin/alerts",
        "What the alert spaces were sent",
        shape(alerts=listed(ref("Alert"))),
        refusals=(404,),
    ),
    _admin(
        "get",
        "/api/admin/webhooks",
        "The endpoints of events, with what each was sent last",
        shape(endpoints=listed(ref("Endpoint"))),
        refusals=(404,),
    ),
    _admin(
        "post",
        "/api/admin/webhooks/{id}/replay",
        "Send an event again, under the same webhook-id",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=(403, 404, 409, 422, 429),
    ),
    _admin(
        "post",
        "/api/admin/endpoints/{key}/replay",
        "Send an endpoint again all since a time, or since a length of time ago, such as 2h",
        None,
        status=HTTPStatus.NO_CONTENT,
        body=shape(since=TEXT),
        refusals=(403, 404, 409, 422, 429),
    ),
    _admin(
        "post",
        "/api/admin/endpoints/{key}/enable",
        "Post events again to an endpoint that wanted no more",
        None,
        status=HTTPStatus.NO_CONTENT,
        refusals=(403, 404, 409, 429),
    ),
    _admin(
        "get",
        "/api/admin/configuration",
        "The settings in force; of a secret, only whether it is set",
        shape(tables=listed(shape(table=TEXT, settings=listed(ref("Setting"))))),
        refusals=(404,),
    ),
)
