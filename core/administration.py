"""What an admin looks at: people, teams, who waits for approval, what does not get through, alerts.

For everybody else there is nothing here: ``NotAllowed`` is for the door to say in its own way.
"""

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core.cards.answers import persons_addressed
from core.cards.ticket import Names
from core.commands import Actor
from core.endpointlog import EndpointView, views_of
from core.model.desk import Category, Desk, Team
from core.model.escalation import WhomKind
from core.model.ids import PersonId, TicketId
from core.model.outbox import Delivery, Trouble
from core.model.people import Grant, Person, Platform, Role, email_key, told_apart
from core.model.ticket import Ticket
from core.policy import Action, may, require_in_general
from core.ports import Clock
from core.reading import asker_of
from core.storage import Store, UnitOfWork

_MOST_STRUGGLING = 100


@dataclass(frozen=True, slots=True)
class Member:
    person: Person
    platforms: Sequence[Platform]
    """Where the person can be met."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamView:
    team: Team
    agents: Sequence[Person]
    leads: Sequence[Person]
    categories: Sequence[Category]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Somebody who does not have yet what they are to have."""

    email: str | None
    person: Person | None
    """None where nobody has come with that address yet."""
    grants: Sequence[Grant]
    """What they would have; nothing where they are only named in a sensitive category."""
    categories: Sequence[str] = ()
    """The sensitive categories that name the address."""
    command: str | None
    """What decides it: a slash command, or a line for the machine that the desk runs on; None where nothing does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failures:
    troubles: Sequence[Trouble]
    given_up: Sequence[Delivery]
    struggling: Sequence[Delivery]
    names: Names
    """Of the persons addressed."""


@dataclass(frozen=True, slots=True)
class Alert:
    delivery: Delivery
    ticket: Ticket | None
    """None where the admin may not see it."""


@dataclass(slots=True)
class _Named:
    """What bot.toml would give to an address."""

    grants: list[Grant] = field(default_factory=list)
    categories: list[str] = field(default_factory=list)


class Administration:
    """Every method raises NotAllowed or NotActive for whoever is no admin."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    async def require(self, actor: Actor) -> None:
        async with self._store.read() as work:
            await _admin(actor, work)

    async def people(
        self, actor: Actor, words: tuple[str, ...], after: PersonId | None, limit: int
    ) -> tuple[Sequence[Member], PersonId | None]:
        """A page of everybody by id, and after whom the next begins; None where there is none."""
        async with self._store.read() as work:
            await _admin(actor, work)
            found = await work.people.everybody(after=after, limit=limit + 1, words=words)
            page = found[:limit]
            platforms = await work.people.platforms([person.id for person in page])
        members = [Member(person, platforms.get(person.id, ())) for person in page]
        return members, page[-1].id if len(found) > limit else None

    async def teams(self, actor: Actor) -> Sequence[TeamView]:
        async with self._store.read() as work:
            await _admin(actor, work)
            staff = await work.people.staff()
        return [
            TeamView(
                team=team,
                agents=[person for person in staff if person.serves(team.key)],
                leads=[person for person in staff if person.leads(team.key)],
                categories=[one for one in self._desk.categories.values() if one.team == team.key],
            )
            for team in self._desk.teams.values()
        ]

    async def pending(self, actor: Actor) -> Sequence[Waiting]:
        """Roles that wait for approval; then the addresses of bot.toml that nobody has shown to be theirs."""
        async with self._store.read() as work:
            await _admin(actor, work)
            unapproved = await work.people.unapproved()
            holders = {email: await work.people.by_email(email) for email in self._named()}
        waiting = [
            Waiting(email=person.email, person=person, grants=[grant], command=_granting(person, grant))
            for person in unapproved
            for grant in person.grants
            if not grant.approved and not _has(person, grant)
        ]
        return [*waiting, *self._unconfirmed(holders)]

    def _unconfirmed(self, holders: Mapping[str, Person | None]) -> Sequence[Waiting]:
        return [
            Waiting(
                email=email,
                person=holder,
                grants=named.grants,
                categories=named.categories,
                command=f"threaddesk people confirm {shlex.quote(holder.email or email)}" if holder else None,
            )
            for email, named in sorted(self._named().items())
            if (holder := holders[email]) is None or holder.confirmed_address != email
        ]

    def _named(self) -> Mapping[str, _Named]:
        """By address, in the form in which two are the same."""
        found: dict[str, _Named] = {}
        for team in self._desk.teams.values():
            for email in team.members:
                found.setdefault(email_key(email), _Named()).grants.append(Grant(Role.AGENT, team.key))
            if team.lead is not None:
                found.setdefault(email_key(team.lead), _Named()).grants.append(Grant(Role.LEAD, team.key))
        for category in self._desk.categories.values():
            for email in category.staff:
                found.setdefault(email_key(email), _Named()).categories.append(category.key)
        return found

    async def failures(self, actor: Actor) -> Failures:
        async with self._store.read() as work:
            await _admin(actor, work)
            given_up = await work.outbox.given_up()
            struggling = await work.outbox.struggling(limit=_MOST_STRUGGLING)
            return Failures(
                troubles=await work.troubles.all(),
                given_up=given_up,
                struggling=struggling,
                names=await work.people.named(persons_addressed([*given_up, *struggling])),
            )

    async def alerts(self, actor: Actor, limit: int) -> Sequence[Alert]:
        """What the alert spaces of bot.toml were sent, or are to be; the newest first."""
        spaces = {one.alert_space for one in self._desk.categories.values() if one.alert_space is not None}
        steps = (step for policy in self._desk.escalations.values() for step in policy.steps)
        spaces |= {whom.name for step in steps for whom in step.notify if whom.kind is WhomKind.SPACE}
        async with self._store.read() as work:
            admin = await _admin(actor, work)
            sent = await work.outbox.to_spaces(sorted(spaces), limit=limit)
            tickets: dict[TicketId, Ticket | None] = {}
            for delivery in sent:
                if delivery.ticket is not None and delivery.ticket not in tickets:
                    tickets[delivery.ticket] = await work.tickets.get(delivery.ticket)
        return [Alert(one, self._seen(tickets.get(one.ticket), admin) if one.ticket else None) for one in sent]

    async def endpoints(self, actor: Actor, limit: int) -> Sequence[EndpointView]:
        """What is told of events, each with its newest deliveries."""
        async with self._store.read() as work:
            await _admin(actor, work)
            return await views_of(self._desk.endpoints.values(), work, limit=limit)

    def _seen(self, ticket: Ticket | None, admin: Person) -> Ticket | None:
        if ticket is None or not may(Action.SEE, admin, ticket, self._desk, self._clock.now()):
            return None
        return ticket


async def _admin(actor: Actor, work: UnitOfWork) -> Person:
    person = await asker_of(actor, work)
    require_in_general(Action.ADMINISTER, person)
    return person


def _has(person: Person, wanted: Grant) -> bool:
    """Whether another source gave it already."""
    return any(one.approved and one.role is wanted.role and one.team in (None, wanted.team) for one in person.grants)


def _granting(person: Person, grant: Grant) -> str | None:
    if grant.role is Role.REQUESTER:
        return None
    if grant.team is None:
        return f"/desk role {grant.role} {told_apart(person)}"
    return f"threaddesk people role {shlex.quote(told_apart(person))} {grant.role} --team {shlex.quote(grant.team)}"
