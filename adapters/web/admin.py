"""What the pages of the admins show: people, teams, approvals, failures, alerts, endpoints, the settings in force.

Whoever is no admin is answered as where there is nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from adapters.web.bodies import number_of, query_number, read_json
from adapters.web.endpoints import STATES, endpoint_json
from adapters.web.gate import Gate, SignedIn, Visitor
from adapters.web.problems import Handler, NoSuchPage
from adapters.web.render import JsonObject, answer, done, time_json
from core.actions import Submit, encode_submit
from core.administration import Administration, Alert, Member, TeamView, Waiting
from core.cards.answers import INTENTS, address_words
from core.cards.card import Gettext
from core.cards.ticket import Names
from core.errors import NoSuchDelivery
from core.frontdesk import FrontDesk
from core.model.ids import PersonId, ref_of
from core.model.outbox import Delivery, DeliveryState, ToSpace, Trouble
from core.model.people import Grant, Person
from core.policy import Action, may_in_general
from core.text import Json, clean_line, shorten

_PEOPLE, _MOST_PEOPLE = 50, 200
_ALERTS = 100
_POSTED = 50
"""Deliveries of each endpoint."""
_LONGEST_SEARCH = 200
_MOST_WORDS = 10
SECTIONS = ("people", "teams", "pending", "failures", "alerts", "webhooks", "configuration")
"""The pages of the admins; the first is where they come to."""
ROLE_FORM = encode_submit(Submit("desk", "role"))
"""What the form of ``/desk role`` is sent as."""
_SET, _NOT_SET = "(set)", "(not set)"

_Read = Callable[[web.Request, Visitor], Awaitable[JsonObject]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting in force: its key as bot.toml has it, its value in words, and where it was set. A secret's value is
    ``(set)``."""

    key: str
    value: str
    place: str


class AdminApi:
    def __init__(
        self, desk: FrontDesk, administration: Administration, gate: Gate, configuration: Sequence[Setting]
    ) -> None:
        self._desk = desk
        self._administration = administration
        self._gate = gate
        self._configuration = configuration
        reads = (self.people, self.teams, self.pending, self.failures, self.alerts, self.webhooks)
        self._sections: Mapping[str, _Read] = dict(zip(SECTIONS, (*reads, self.configuration), strict=True))

    def routes(self) -> list[web.AbstractRouteDef]:
        reads = [
            web.get(f"/api/admin/{name}", self._inside(_answering(read)), allow_head=False)
            for name, read in self._sections.items()
        ]
        return [
            *reads,
            web.post("/api/admin/failures/{id}/retry", self._inside(self.retry)),
            web.post("/api/admin/webhooks/{id}/replay", self._inside(self.replay)),
            web.post("/api/admin/endpoints/{key}/replay", self._inside(self.replay_since)),
            web.post("/api/admin/endpoints/{key}/enable", self._inside(self.enable)),
        ]

    async def section(self, name: str, request: web.Request, visitor: Visitor) -> JsonObject:
        """What a section shows, for its page. Raises NoSuchPage where there is none, as for whoever is no admin."""
        read = self._sections.get(name)
        if read is None or not may_in_general(Action.ADMINISTER, visitor.person):
            raise NoSuchPage
        return await read(request, visitor)

    def _inside(self, handler: SignedIn) -> Handler:
        async def for_admins(request: web.Request, visitor: Visitor) -> web.StreamResponse:
            if not may_in_general(Action.ADMINISTER, visitor.person):
                raise NoSuchPage
            return await handler(request, visitor)

        return self._gate.signed_in(for_admins)

    async def people(self, request: web.Request, visitor: Visitor) -> JsonObject:
        words = clean_line(request.query.get("q", ""))[:_LONGEST_SEARCH].split()[:_MOST_WORDS]
        after = query_number(request, "after")
        limit = min(query_number(request, "limit") or _PEOPLE, _MOST_PEOPLE)
        actor = self._gate.actor(request, visitor)
        found, next_ = await self._administration.people(actor, tuple(words), PersonId(after) if after else None, limit)
        return {"people": [_member(member) for member in found], "next": next_}

    async def teams(self, request: web.Request, visitor: Visitor) -> JsonObject:
        found = await self._administration.teams(self._gate.actor(request, visitor))
        return {"teams": [_team(view) for view in found]}

    async def pending(self, request: web.Request, visitor: Visitor) -> JsonObject:
        found = await self._administration.pending(self._gate.actor(request, visitor))
        return {"pending": [_waiting(one) for one in found]}

    async def failures(self, request: web.Request, visitor: Visitor) -> JsonObject:
        found = await self._administration.failures(self._gate.actor(request, visitor))
        gettext = self._gate.reader(visitor).gettext
        return {
            "failures": [_failure(one, gettext, found.names) for one in (*found.given_up, *found.struggling)],
            "troubles": [_trouble(trouble) for trouble in found.troubles],
        }

    async def retry(self, request: web.Request, visitor: Visitor) -> web.Response:
        await self._run("retry", {"number": _number(request)}, request, visitor)
        return done()

    async def replay(self, request: web.Request, visitor: Visitor) -> web.Response:
        await self._run("replay", {"what": _number(request)}, request, visitor)
        return done()

    async def replay_since(self, request: web.Request, visitor: Visitor) -> web.Response:
        since = (await read_json(request)).words("since")
        await self._run("replay", {"what": since, "endpoint": request.match_info["key"]}, request, visitor)
        return done()

    async def enable(self, request: web.Request, visitor: Visitor) -> web.Response:
        await self._run("enable", {"endpoint": request.match_info["key"]}, request, visitor)
        return done()

    async def _run(self, verb: str, given: Mapping[str, str], request: web.Request, visitor: Visitor) -> None:
        command = self._desk.vocabulary.find("desk", verb)
        if command is None:
            raise NoSuchPage
        await self._desk.run(command, given, self._gate.actor(request, visitor))

    async def alerts(self, request: web.Request, visitor: Visitor) -> JsonObject:
        found = await self._administration.alerts(self._gate.actor(request, visitor), _ALERTS)
        return {"alerts": [_alert(alert) for alert in found]}

    async def webhooks(self, request: web.Request, visitor: Visitor) -> JsonObject:
        found = await self._administration.endpoints(self._gate.actor(request, visitor), _POSTED)
        return {"endpoints": [endpoint_json(view) for view in found]}

    async def configuration(self, request: web.Request, visitor: Visitor) -> JsonObject:
        tables: dict[str, list[Json]] = {}
        for setting in self._configuration:
            table, _, key = setting.key.rpartition(".")
            tables.setdefault(table, []).append({"key": key, **_value(setting), "from": setting.place})
        return {"tables": [{"table": table, "settings": settings} for table, settings in tables.items()]}


def _number(request: web.Request) -> str:
    word = request.match_info["id"]
    number = number_of(word)
    if number is None:
        raise NoSuchDelivery(number=shorten(clean_line(word), 20))
    return str(number)


def _answering(read: _Read) -> SignedIn:
    async def answering(request: web.Request, visitor: Visitor) -> web.Response:
        return answer(await read(request, visitor))

    return answering


def _value(setting: Setting) -> JsonObject:
    is_secret = setting.value == _SET
    value = "••• set" if is_secret else "not set" if setting.value == _NOT_SET else setting.value
    return {"value": value, "secret": is_secret}


def _member(member: Member) -> JsonObject:
    person = member.person
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "email_confirmed": person.email_confirmed,
        "roles": [_grant(grant) for grant in person.grants],
        "standing": person.standing.value,
        "platforms": [platform.value for platform in member.platforms],
        "since": time_json(person.created_at),
    }


def _grant(grant: Grant) -> JsonObject:
    return {"role": grant.role.value, "team": grant.team, "source": grant.source, "approved": grant.approved}


def _team(view: TeamView) -> JsonObject:
    team = view.team
    return {
        "key": team.key,
        "name": team.name,
        "lead": team.lead,
        "named": sorted(team.members),
        "members": {"agent": _named(view.agents), "lead": _named(view.leads)},
        "categories": [{"key": one.key, "name": one.name, "sensitive": one.sensitive} for one in view.categories],
        "places": [{"platform": place.platform.value, "channel": place.channel} for place in team.places],
    }


def _named(people: Sequence[Person]) -> Json:
    return [{"id": person.id, "name": person.name} for person in people]


def _waiting(one: Waiting) -> JsonObject:
    by_desk = one.command is not None and one.command.startswith("/")
    return {
        "person": one.person.id if one.person is not None else None,
        "name": one.person.name if one.person is not None else None,
        "email": one.email,
        "roles": [{"role": grant.role.value, "team": grant.team} for grant in one.grants],
        "categories": list(one.categories),
        "command": None if one.command is None else {"line": one.command, "where": "desk" if by_desk else "machine"},
    }


def _failure(delivery: Delivery, gettext: Gettext, names: Names) -> JsonObject:
    tried = delivery.state is DeliveryState.PENDING
    return {
        "id": delivery.id,
        "intent": delivery.intent.value,
        "what": gettext(INTENTS[delivery.intent]),
        "where": address_words(delivery.address, gettext, names),
        "ref": ref_of(delivery.ticket) if delivery.ticket is not None else None,
        "attempts": delivery.attempts,
        "since": time_json(delivery.created_at),
        "reason": delivery.reason,
        "next_try": time_json(delivery.due_at) if tried else None,
        "state": delivery.state.value,
        "may_retry": not tried,
    }


def _trouble(trouble: Trouble) -> JsonObject:
    return {
        "sentence": trouble.sentence,
        "since": time_json(trouble.since),
        "seen_at": time_json(trouble.seen_at),
        "count": trouble.count,
    }


def _alert(alert: Alert) -> JsonObject:
    """Of a ticket that the admin may not see: its ref, and nothing that it says."""
    delivery, ticket = alert.delivery, alert.ticket
    failed = delivery.state in (DeliveryState.DEAD, DeliveryState.PARKED)
    return {
        "id": delivery.id,
        "kind": "alert" if delivery.intent.is_alert else "news",
        "ref": ref_of(delivery.ticket) if delivery.ticket is not None else None,
        "title": ticket.title if ticket is not None else None,
        "priority": ticket.priority.value if ticket is not None else None,
        "space": delivery.address.space if isinstance(delivery.address, ToSpace) else None,
        "at": time_json(delivery.created_at),
        "sent_at": _moment(delivery.finished_at) if delivery.state is DeliveryState.DONE else None,
        "attempts": delivery.attempts,
        "state": STATES[delivery.state],
        "reason": delivery.reason if failed or delivery.state is DeliveryState.PENDING else None,
    }


def _moment(at: datetime | None) -> str | None:
    return time_json(at) if at is not None else None
