"""Who may do what: one table of action x role, each cell the facts that must hold between the person and the ticket.

A person has the sum of what their roles allow. Everything that asks for permission asks here; nothing else decides.
``docs/policy.md`` is the same table for people.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from core.errors import N_, Erased, NoSuchTicket, NotActive, NotAllowed
from core.model.desk import Desk, UrgencySetting
from core.model.faq import Faq, FaqState
from core.model.people import STANDING_WORDS, Person, Role
from core.model.ticket import Ticket, Visibility
from core.rules.duty import is_on_duty
from core.storage import Sight


class Action(StrEnum):
    """The rows. The value is stable; commands of the vocabulary name it."""

    OPEN = "open"
    SEE = "see"
    SEE_NOTES = "see_notes"
    REPLY = "reply"
    UNDO = "undo"
    NOTE = "note"
    EDIT = "edit"
    WITHDRAW = "withdraw"
    CLOSE = "close"
    RESOLVE = "resolve"
    REOPEN = "reopen"
    DECLARE_URGENT = "declare_urgent"
    PRIORITISE = "prioritise"
    CLAIM = "claim"
    ASSIGN = "assign"
    UNASSIGN = "unassign"
    TRANSFER = "transfer"
    MAKE_PUBLIC = "make_public"
    MAKE_PRIVATE = "make_private"
    CHANGE_PARTICIPANTS = "change_participants"
    FOLLOW = "follow"
    RATE = "rate"
    TRANSCRIPT = "transcript"
    COMBINE = "combine"
    """Merge, split, link; open, link, broadcast and resolve an incident."""
    ACKNOWLEDGE = "acknowledge"
    """An alert: acknowledge, take that back, escalate."""
    SEE_ALERTS = "see_alerts"
    DECIDE_URGENCY = "decide_urgency"
    OWN_DUTY = "own_duty"
    OTHERS_DUTY = "others_duty"
    SEE_DUTY = "see_duty"
    """Who is on duty, and who carries what."""
    FAQ_DRAFT = "faq_draft"
    FAQ_PUBLISH = "faq_publish"
    SEARCH = "search"
    REPORT_OWN = "report_own"
    REPORT_TEAM = "report_team"
    REPORT_AGENTS = "report_agents"
    REPORT_OWN_AS_AGENT = "report_own_as_agent"
    BLOCK = "block"
    """And unblock, and moderate."""
    MACROS = "macros"
    ERASE = "erase"
    """Delete a ticket's words."""
    ADMINISTER = "administer"
    """People, roles, map, failures, retry, settings, the audit of persons."""
    EXPORT_OWN = "export_own"
    EXPORT = "export"
    """Another's data; and forget a person."""


class Fact(StrEnum):
    """What may hold between a person and a ticket: first the relations, then the conditions."""

    OWN = "own"
    PART = "part"
    PUBLIC = "public"
    SEES = "sees"
    """A member of staff may see it: it is not sensitive, or its category names them."""
    TEAM = "team"
    MINE = "mine"
    BEFORE_RESOLUTION = "before_resolution"
    BEFORE_ANSWER = "before_answer"
    URGENCY_OPEN = "urgency_open"
    """Requesters may declare urgency, or ask for it."""
    NOBODY_JOINED = "nobody_joined"
    RESOLVED_THIS_WEEK = "resolved_this_week"
    BLIND_FOLLOW = "blind_follow"
    ON_DUTY = "on_duty"
    """For the ticket's team."""


_Term = frozenset[Fact]
Cell = tuple[_Term, ...]
"""Any one of its terms suffices; a term wants all of its facts."""


def _all(*facts: Fact) -> _Term:
    return frozenset(facts)


NO: Cell = ()
YES: Cell = (_all(),)
OWN, PART, PUBLIC = _all(Fact.OWN), _all(Fact.PART), _all(Fact.PUBLIC)
SEES: Cell = (_all(Fact.SEES),)
TEAM, MINE = _all(Fact.TEAM, Fact.SEES), _all(Fact.MINE, Fact.SEES)

_Row = tuple[Cell, Cell, Cell, Cell]
"""Requester, agent, lead, admin."""

TABLE: Mapping[Action, _Row] = {
    Action.OPEN: (YES, YES, YES, YES),
    Action.SEE: ((OWN, PART, PUBLIC), SEES, SEES, SEES),
    Action.SEE_NOTES: (NO, SEES, SEES, SEES),
    Action.REPLY: ((OWN, PART), SEES, SEES, SEES),
    Action.UNDO: ((OWN, PART), SEES, SEES, SEES),
    Action.NOTE: (NO, SEES, SEES, SEES),
    Action.EDIT: ((_all(Fact.OWN, Fact.BEFORE_RESOLUTION),), SEES, SEES, SEES),
    Action.WITHDRAW: ((_all(Fact.OWN, Fact.BEFORE_ANSWER),), NO, NO, SEES),
    Action.CLOSE: ((OWN,), SEES, SEES, SEES),
    Action.RESOLVE: (NO, SEES, SEES, SEES),
    Action.REOPEN: ((OWN,), SEES, SEES, SEES),
    Action.DECLARE_URGENT: ((_all(Fact.OWN, Fact.URGENCY_OPEN),), SEES, SEES, SEES),
    Action.PRIORITISE: (NO, SEES, SEES, SEES),
    Action.CLAIM: (NO, SEES, SEES, SEES),
    Action.ASSIGN: (NO, (TEAM,), SEES, SEES),
    Action.UNASSIGN: (NO, (TEAM, MINE), SEES, SEES),
    Action.TRANSFER: (NO, (TEAM, MINE), SEES, SEES),
    Action.MAKE_PUBLIC: ((OWN,), (TEAM,), SEES, SEES),
    Action.MAKE_PRIVATE: ((_all(Fact.OWN, Fact.NOBODY_JOINED),), (TEAM,), SEES, SEES),
    Action.CHANGE_PARTICIPANTS: ((OWN,), SEES, SEES, SEES),
    Action.FOLLOW: ((OWN, PART, PUBLIC, _all(Fact.BLIND_FOLLOW)), SEES, SEES, SEES),
    Action.RATE: ((_all(Fact.OWN, Fact.RESOLVED_THIS_WEEK),), NO, NO, NO),
    Action.TRANSCRIPT: ((OWN, PART), SEES, SEES, SEES),
    Action.COMBINE: (NO, SEES, SEES, SEES),
    Action.ACKNOWLEDGE: (NO, (MINE, _all(Fact.ON_DUTY, Fact.SEES)), YES, YES),
    Action.SEE_ALERTS: (NO, SEES, SEES, SEES),
    Action.DECIDE_URGENCY: (NO, NO, YES, YES),
    Action.OWN_DUTY: (NO, YES, YES, YES),
    Action.OTHERS_DUTY: (NO, NO, YES, YES),
    Action.SEE_DUTY: (NO, YES, YES, YES),
    Action.FAQ_DRAFT: (NO, YES, YES, YES),
    Action.FAQ_PUBLISH: (NO, NO, YES, YES),
    Action.SEARCH: ((OWN, PART, PUBLIC), SEES, SEES, SEES),
    Action.REPORT_OWN: (YES, YES, YES, YES),
    Action.REPORT_TEAM: (NO, YES, YES, YES),
    Action.REPORT_AGENTS: (NO, NO, YES, YES),
    Action.REPORT_OWN_AS_AGENT: (NO, YES, YES, YES),
    Action.BLOCK: (NO, NO, YES, YES),
    Action.MACROS: (NO, NO, (_all(Fact.TEAM),), YES),
    Action.ERASE: (NO, NO, NO, SEES),
    Action.ADMINISTER: (NO, NO, NO, YES),
    Action.EXPORT_OWN: (YES, YES, YES, YES),
    Action.EXPORT: (NO, NO, NO, YES),
}

RATING_TIME = timedelta(days=7)
"""How long after its resolution a ticket may be rated."""

_COLUMNS = (Role.REQUESTER, Role.AGENT, Role.LEAD, Role.ADMIN)
_WANT_DUTY = frozenset(
    action for action, row in TABLE.items() if any(Fact.ON_DUTY in term for cell in row for term in cell)
)
_READ_OWN = {Action.SEE, Action.SEARCH, Action.TRANSCRIPT, Action.EXPORT_OWN, Action.REPORT_OWN}


def allows(action: Action, roles: frozenset[Role], facts: frozenset[Fact]) -> bool:
    """What the table says for the sum of ``roles`` where ``facts`` hold."""
    return any(
        term <= facts for role, cell in zip(_COLUMNS, TABLE[action], strict=True) if role in roles for term in cell
    )


def facts_of(person: Person, ticket: Ticket, desk: Desk, now: datetime) -> frozenset[Fact]:
    """What holds between ``person`` and ``ticket`` at ``now``.

    Staff who opened a sensitive ticket themselves, and are not named in its category, are its requester and no more:
    they do not read the notes about it.
    """
    held = _facts_but_duty(person, ticket, desk, now)
    return held | {Fact.ON_DUTY} if is_on_duty(person, ticket.team, desk, now) else held


def _facts_but_duty(person: Person, ticket: Ticket, desk: Desk, now: datetime) -> frozenset[Fact]:
    """Who is on duty takes more work to say than all the rest, and few actions ask for it."""
    ended = ticket.resolved_at or ticket.closed_at
    category = desk.categories.get(ticket.category)
    named = category is not None and person.confirmed_address in category.staff
    holding = {
        Fact.OWN: ticket.requester == person.id,
        Fact.PART: person.id in ticket.participants,
        Fact.PUBLIC: ticket.visibility is Visibility.PUBLIC and not desk.is_sensitive(ticket.category),
        Fact.SEES: person.is_staff and (named or not desk.is_sensitive(ticket.category)),
        Fact.TEAM: person.serves(ticket.team) or person.leads(ticket.team),
        Fact.MINE: ticket.assignee == person.id,
        Fact.BEFORE_RESOLUTION: ticket.status.is_live,
        Fact.BEFORE_ANSWER: ticket.first_response_at is None and ticket.status.is_live,
        Fact.URGENCY_OPEN: desk.urgent_by_requester is not UrgencySetting.DENY,
        Fact.NOBODY_JOINED: not ticket.participants and ticket.follower_count == 0,
        Fact.RESOLVED_THIS_WEEK: not ticket.status.is_live and ended is not None and now - ended <= RATING_TIME,
        Fact.BLIND_FOLLOW: category is not None and category.blind_follow and not category.sensitive,
    }
    return frozenset(fact for fact, holds in holding.items() if holds)


def may(action: Action, person: Person, ticket: Ticket, desk: Desk, now: datetime) -> bool:
    """Whether ``person`` may do ``action`` to ``ticket`` at ``now``: nothing to one that was erased."""
    if ticket.erased_at is not None:
        return False
    find = facts_of if action in _WANT_DUTY else _facts_but_duty
    facts = find(person, ticket, desk, now)
    if not person.may_act:
        return Fact.OWN in facts and action in _READ_OWN
    return allows(action, person.roles, facts)


def may_in_general(action: Action, person: Person) -> bool:
    """Whether ``person`` may do ``action`` where it concerns no ticket, or may to some ticket: what a menu shows."""
    if not person.may_act:
        return action in _READ_OWN
    return any(cell for role, cell in zip(_COLUMNS, TABLE[action], strict=True) if role in person.roles)


def might_see(person: Person, ticket: Ticket, desk: Desk, now: datetime) -> bool:
    """Whether ``person`` sees the ticket, or would if it had not been erased."""
    return may(Action.SEE, person, replace(ticket, erased_at=None), desk, now)


def require(action: Action, person: Person, ticket: Ticket, desk: Desk, now: datetime) -> None:
    """Raises NoSuchTicket where the person may not know of the ticket, else Erased, NotActive or NotAllowed."""
    if may(action, person, ticket, desk, now):
        return
    if ticket.erased_at is not None and might_see(person, ticket, desk, now):
        day = ticket.erased_at.astimezone(ZoneInfo(desk.time_zone)).date()
        raise Erased(ref=ticket.ref, day=day.isoformat())
    if not may(Action.SEE, person, ticket, desk, now):
        raise NoSuchTicket(ref=ticket.ref)
    is_denied = action is Action.DECLARE_URGENT and desk.urgent_by_requester is UrgencySetting.DENY
    _refuse(action, person, N_("the support staff") if is_denied else _who_can(action))


def require_in_general(action: Action, person: Person) -> None:
    """Raises NotActive or NotAllowed."""
    if not may_in_general(action, person):
        _refuse(action, person, _who_can(action))


def _refuse(action: Action, person: Person, who: str) -> None:
    if not person.may_act:
        raise NotActive(standing=STANDING_WORDS[person.standing])
    raise NotAllowed(what=_WORDS[action], who=who)


def sight_of(person: Person, desk: Desk) -> Sight:
    """The filter for queries that lets through exactly the tickets that ``may(SEE, …)`` allows."""
    if not person.may_act:
        return Sight(person=person.id, own_only=True)
    if not person.is_staff:
        return Sight(person=person.id, known=_open_categories(desk))
    named = frozenset(
        key
        for key, category in desk.categories.items()
        if category.sensitive and person.confirmed_address in category.staff
    )
    return Sight(person=person.id, known=_open_categories(desk), staff_categories=_open_categories(desk) | named)


def is_public(faq: Faq, desk: Desk) -> bool:
    """Whether what is published of a FAQ is for everybody: never where its category is sensitive, or unknown here."""
    shown = faq.published
    return faq.state is FaqState.PUBLISHED and shown is not None and shown.category in public_faq_categories(desk)


def public_faq_categories(desk: Desk) -> frozenset[str]:
    """The categories that a FAQ may be of; "" for none."""
    return _open_categories(desk) | {""}


def _open_categories(desk: Desk) -> frozenset[str]:
    return frozenset(key for key, category in desk.categories.items() if not category.sensitive)


def _who_can(action: Action) -> str:
    requester, agent, lead, admin = TABLE[action]
    if requester:
        return _beside_the_requester(agent, admin)
    if agent in (SEES, YES):
        return N_("the support staff")
    if agent:
        return N_("an agent of its team, a lead or an admin")
    return N_("a lead or an admin") if lead else N_("an admin")


def _beside_the_requester(agent: Cell, admin: Cell) -> str:
    if agent:
        return N_("its requester and the staff responsible")
    return N_("its requester or an admin") if admin else N_("its requester")


_WORDS = {
    Action.OPEN: N_("open tickets"),
    Action.SEE: N_("see this ticket"),
    Action.SEE_NOTES: N_("read the staff's notes"),
    Action.REPLY: N_("write in this ticket"),
    Action.UNDO: N_("take this back"),
    Action.NOTE: N_("write notes"),
    Action.EDIT: N_("edit this ticket now"),
    Action.WITHDRAW: N_("withdraw this ticket"),
    Action.CLOSE: N_("close this ticket"),
    Action.RESOLVE: N_("resolve tickets or change their status"),
    Action.REOPEN: N_("reopen this ticket"),
    Action.DECLARE_URGENT: N_("declare this urgent"),
    Action.PRIORITISE: N_("change the priority"),
    Action.CLAIM: N_("claim tickets"),
    Action.ASSIGN: N_("assign this ticket"),
    Action.UNASSIGN: N_("take this ticket from its agent"),
    Action.TRANSFER: N_("transfer this ticket"),
    Action.MAKE_PUBLIC: N_("make this ticket public"),
    Action.MAKE_PRIVATE: N_("make this ticket private again"),
    Action.CHANGE_PARTICIPANTS: N_("add or remove people here"),
    Action.FOLLOW: N_("follow this ticket"),
    Action.RATE: N_("rate this ticket"),
    Action.TRANSCRIPT: N_("take a transcript"),
    Action.COMBINE: N_("merge, split or link tickets"),
    Action.ACKNOWLEDGE: N_("acknowledge alerts"),
    Action.SEE_ALERTS: N_("see what escalates"),
    Action.DECIDE_URGENCY: N_("decide what is urgent"),
    Action.OWN_DUTY: N_("go on or off duty"),
    Action.OTHERS_DUTY: N_("set somebody else's duty"),
    Action.SEE_DUTY: N_("see who is on duty and what each carries"),
    Action.FAQ_DRAFT: N_("write FAQs"),
    Action.FAQ_PUBLISH: N_("publish FAQs"),
    Action.SEARCH: N_("search these tickets"),
    Action.REPORT_OWN: N_("see this report"),
    Action.REPORT_TEAM: N_("see the team's report"),
    Action.REPORT_AGENTS: N_("see the agents' reports"),
    Action.REPORT_OWN_AS_AGENT: N_("see an agent's report"),
    Action.BLOCK: N_("block people or remove messages"),
    Action.MACROS: N_("change the team's macros"),
    Action.ERASE: N_("erase tickets"),
    Action.ADMINISTER: N_("administer the desk"),
    Action.EXPORT_OWN: N_("export this data"),
    Action.EXPORT: N_("export or forget a person's data"),
}
