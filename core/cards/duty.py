"""Who works when, who carries what, and what an agent is asked to take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actions import Press, encode_press
from core.candidates import assigns_itself
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Row, Tone
from core.cards.ticket import Names, offer_buttons, ticket_row, url_of
from core.cards.times import length, moment, on_the_clock, when
from core.model.desk import Desk, Team
from core.model.duty import DutyState
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import PRIORITY_WORDS, Priority, Ticket
from core.text import Text, shorten

PREVIEW = 200
"""Characters of a description that an offer shows."""
SHOWN = 20
"""Tickets that a card of an agent's own shows at most: each is a row with a button."""


def offered(ticket: Ticket, names: Names, desk: Desk, reader: Reader) -> Card:
    """For the agent who is asked to take it, for how long and until when. Of a sensitive ticket: its ref and
    priority."""
    _ = reader.gettext
    is_sensitive = desk.is_sensitive(ticket.category)
    until = ticket.offered_until
    asks = _("Can you take it? Else somebody else is asked")
    if until is not None and until > reader.now:
        left = length(until - reader.now, reader)
        asks = _("Can you take it? You have {time}; then somebody else is asked").format(time=left)
    facts = [_(PRIORITY_WORDS[ticket.priority]).capitalize()]
    if not is_sensitive:
        facts += [desk.category_name(ticket.category), _("from {who}").format(who=names.get(ticket.requester, "?"))]
    return Card(
        title=ticket.ref if is_sensitive else f"{ticket.ref} {shorten(ticket.title, 100)}",
        subtitle=asks,
        body=Text() if is_sensitive else Text.of(shorten(ticket.description.plain(), PREVIEW)),
        tone=Tone.URGENT if ticket.priority is Priority.URGENT else Tone.PLAIN,
        fields=(Field(_("Offered until"), until, "offered"),) if until is not None else (),
        rows=(Row(title=" · ".join(facts)),),
        buttons=(*offer_buttons(ticket, reader), Button(label=_("Open"), url=url_of(ticket, desk))),
        url=url_of(ticket, desk),
    )


def available_card(name: str | None, until: datetime, waiting: int, reader: Reader) -> Card:
    """``name``: whom a lead said it for; None: for whoever reads it. ``waiting``: tickets that nobody has."""
    _ = reader.gettext
    if name is None:
        title = _("You are on duty until {time}").format(time=moment(until, reader))
    else:
        title = _("{name} is on duty until {time}").format(name=name, time=moment(until, reader))
    waits = _("Nothing waits for somebody to take it.")
    if waiting:
        waits = _("Tickets that wait for somebody to take them: {count}. /queue shows them.").format(count=waiting)
    return Card(title=title, body=Text.of(waits), tone=Tone.GOOD)


def away_card(name: str | None, until: datetime | None, mine: Sequence[Ticket], desk: Desk, reader: Reader) -> Card:
    """``mine``: the live tickets of whoever goes away themselves, each of which they may hand over, or all."""
    _ = reader.gettext
    if name is not None:
        title = _("{name} is away now").format(name=name)
        if until is not None:
            title = _("{name} is away until {time}").format(name=name, time=moment(until, reader))
        return Card(title=title)
    title = _("You are away now: /agent available brings you back")
    if until is not None:
        title = _("You are away until {time}").format(time=moment(until, reader))
    if not mine:
        return Card(title=title, body=Text.of(_("You have no open tickets.")))
    words = _("Your open tickets: {count}. Hand over what cannot wait for you: somebody else is asked at once.")
    if not any(_is_offered(ticket, desk) for ticket in mine):
        words = _("Your open tickets: {count}. Hand over what cannot wait for you: your team can claim it then.")
    elif not all(_is_offered(ticket, desk) for ticket in mine):
        words = _(
            "Your open tickets: {count}. Hand over what cannot wait for you: somebody else is asked at once, or, in a "
            "team that claims its tickets, can claim it."
        )
    return Card(
        title=title,
        body=Text.of(words.format(count=len(mine))),
        rows=_handed(mine, desk, reader),
        buttons=(
            Button(
                label=_("Hand over all"),
                action=encode_press(Press("agent", "handover")),
                style=ButtonStyle.DANGER,
            ),
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class TurnView:
    """What the shifts say of one person, in one of their teams."""

    team: Team
    is_on_duty: bool
    changes_at: datetime | None
    """Until when it is so; None: it does not change within the time that is looked at."""


def by_shifts_card(name: str | None, turns: Sequence[TurnView], reader: Reader) -> Card:
    """``name``: whom a lead said it for; None: for whoever reads it."""
    _ = reader.gettext
    title = _("You are on duty as your shifts say")
    if name is not None:
        title = _("{name} is on duty as their shifts say").format(name=name)
    states = [_state(is_on_duty=one.is_on_duty, changes_at=one.changes_at, reader=reader) for one in turns]
    rows = [Row(title=one.team.name, detail=state) for one, state in zip(turns, states, strict=True)]
    return Card(title=title, rows=tuple(rows), tone=Tone.GOOD)


def set_card(by: str, state: DutyState | None, until: datetime | None, desk: Desk, reader: Reader) -> Card:
    """For whoever did not set it themselves. ``by``: the name of who did."""
    _ = reader.gettext
    if state is None:
        title = _("{name} let your shifts say again when you are on duty").format(name=by)
        return Card(title=title, url=desk.public_url)
    is_away = state is DutyState.AWAY
    title, words = _("{name} set you on duty"), _("You can be asked to take tickets now.")
    if is_away:
        title, words = _("{name} set you away"), _("You are asked to take nothing more.")
    back = Press("agent", "available" if is_away else "away")
    return Card(
        title=title.format(name=by),
        body=Text.of(words),
        fields=(Field(_("Until"), until, "until"),) if until is not None else (),
        buttons=(Button(label=_("I am available") if is_away else _("I am away"), action=encode_press(back)),),
        url=desk.public_url,
    )


def _is_offered(ticket: Ticket, desk: Desk) -> bool:
    return assigns_itself(desk.teams.get(ticket.team))


def _handed(mine: Sequence[Ticket], desk: Desk, reader: Reader) -> tuple[Row, ...]:
    label = reader.gettext("Hand over")
    rows = []
    for ticket in mine[:SHOWN]:
        row = ticket_row(ticket, {}, desk, reader)
        press = encode_press(Press("agent", "handover", ticket.id))
        rows.append(Row(title=row.title, url=row.url, ref=row.ref, buttons=(Button(label=label, action=press),)))
    return tuple(rows)


def handed_over_card(done: Sequence[Ticket], to: Names, left: int, desk: Desk, reader: Reader) -> Card:
    """``to``: who is asked to take each, or has it. ``left``: those that the agent has still."""
    _ = reader.gettext
    rows = []
    for ticket in done:
        rows.append(
            Row(
                title=f"{ticket.ref} {shorten(ticket.title, 100)}",
                detail=_whose_now(ticket, to, desk, reader),
                url=url_of(ticket, desk),
                ref=ticket.ref,
            )
        )
    title = _("You had no open tickets to hand over")
    if done:
        title = _("Handed over: {count}").format(count=len(done))
    footer = _("You still have {count}.").format(count=left) if left else ""
    return Card(title=title, rows=tuple(rows[:SHOWN]), footer=footer, tone=Tone.GOOD)


def _whose_now(ticket: Ticket, to: Names, desk: Desk, reader: Reader) -> str:
    _ = reader.gettext
    if ticket.assignee is not None:
        return _("with {name} now").format(name=to.get(ticket.assignee, "?"))
    if ticket.offered_to is not None:
        return _("{name} is asked").format(name=to.get(ticket.offered_to, "?"))
    if _is_offered(ticket, desk):
        return _("in the queue: nobody is there to be asked")
    return _("in the queue again, for the team to claim")


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadView:
    """What one agent carries."""

    person: Person
    load: float
    capacity: float
    open: int
    """Tickets that they have."""
    offered: int
    """Tickets that they are asked to take, which count toward the load as well."""
    urgent: int
    is_on_duty: bool
    changes_at: datetime | None
    """Until when they are on duty, or away; None: not within the time that is looked at."""


def load_card(teams: Mapping[str, Sequence[LoadView]], desk: Desk, reader: Reader) -> Card:
    """By team: each agent with what they carry, those on duty first."""
    _ = reader.gettext
    rows = []
    for team, agents in teams.items():
        for agent in sorted(agents, key=lambda one: (not one.is_on_duty, -one.load, one.person.name, one.person.id)):
            prefix = f"{desk.team_name(team)}: " if len(teams) > 1 else ""
            rows.append(Row(title=f"{prefix}{agent.person.name}", detail=_carried(agent, reader)))
    body = Text() if rows else Text.of(_("Nobody answers for this team yet."))
    footer = _("A ticket of low priority counts 0.5, a normal one 1, a high one 2, an urgent one 3.")
    return Card(title=_("Who carries what"), body=body, rows=tuple(rows), footer=footer if rows else "")


def _carried(agent: LoadView, reader: Reader) -> str:
    _ = reader.gettext
    parts = [_("{load:g} of {capacity:g}").format(load=agent.load, capacity=agent.capacity)]
    held = _("{count} open").format(count=agent.open)
    if agent.offered:
        held = _("{count} open, {offered} offered").format(count=agent.open, offered=agent.offered)
    parts.append(held)
    if agent.urgent:
        parts.append(_("{count} urgent").format(count=agent.urgent))
    return " · ".join([*parts, _state(is_on_duty=agent.is_on_duty, changes_at=agent.changes_at, reader=reader)])


def _state(*, is_on_duty: bool, changes_at: datetime | None, reader: Reader) -> str:
    _ = reader.gettext
    if is_on_duty:
        return _("on duty until {time}").format(time=when(changes_at, reader)) if changes_at else _("on duty")
    return _("away until {time}").format(time=when(changes_at, reader)) if changes_at else _("away")


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyView:
    """Who is on duty for a team: now, next, and when nobody is."""

    team: Team
    now: Sequence[tuple[str, datetime | None]]
    """Each with until when."""
    next: Sequence[tuple[str, datetime]]
    """Those who are not, with when they are, the soonest first."""
    gaps: Sequence[tuple[datetime, datetime]]
    """Of the days to come, while the desk is open."""


GAPS = 10
"""That are listed."""


def duty_card(views: Sequence[DutyView], days: int, reader: Reader) -> Card:
    """``days``: how far ahead gaps were looked for."""
    _ = reader.gettext
    rows: list[Row] = []
    for view in views:
        prefix = f"{view.team.name}: " if len(views) > 1 else ""
        for name, until in view.now:
            state = _state(is_on_duty=True, changes_at=until, reader=reader)
            rows.append(Row(title=f"{prefix}{name}", detail=state))
        if not view.now:
            rows.append(Row(title=f"{prefix}{_('Nobody is on duty now')}"))
        for name, at in view.next[:SHOWN]:
            rows.append(Row(title=f"{prefix}{name}", detail=_("from {time}").format(time=moment(at, reader))))
        rows += [_gap_row(prefix, gap, reader) for gap in view.gaps[:GAPS]]
        if not view.gaps:
            none = _("Somebody is there at all open hours of the next {count} days").format(count=days)
            rows.append(Row(title=f"{prefix}{none}"))
        elif len(view.gaps) > GAPS:
            more = _("and {count} more such times in the next {days} days").format(
                count=len(view.gaps) - GAPS, days=days
            )
            rows.append(Row(title=f"{prefix}{more}"))
    return Card(title=_("Who is on duty"), rows=tuple(rows))


def _gap_row(prefix: str, gap: tuple[datetime, datetime], reader: Reader) -> Row:
    _ = reader.gettext
    start, end = gap
    words = _("Nobody from {start} to {end}").format(start=on_the_clock(start, reader), end=when(end, reader))
    return Row(title=f"{prefix}{words}", detail=length(end - start, reader))


def capacity_card(name: str | None, capacity: int | None, reader: Reader) -> Card:
    """``name``: whom a lead said it for; None: for whoever reads it."""
    _ = reader.gettext
    if capacity is None:
        own = _("You carry what your team's agents carry")
        return Card(title=own if name is None else _("{name} carries what their team's agents carry").format(name=name))
    own = _("You carry up to {count}").format(count=capacity)
    title = own if name is None else _("{name} carries up to {count}").format(name=name, count=capacity)
    return Card(title=title)


def names_in(tickets: Sequence[Ticket]) -> Sequence[PersonId]:
    """Whose names ``handed_over_card`` wants."""
    return sorted({who for ticket in tickets for who in (ticket.assignee, ticket.offered_to) if who is not None})
