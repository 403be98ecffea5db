"""Who works when, who carries what, and what an agent is asked to take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Reader, Row, Tone
from core.cards.ticket import Names, offer_buttons, ticket_row, url_of
from core.cards.times import length, moment, when
from core.model.desk import Desk, Team
from core.model.ids import PersonId
from core.model.people import Person
from core.model.ticket import PRIORITY_WORDS, Priority, Ticket
from core.text import Text, shorten

PREVIEW = 200
"""Characters of a description that an offer shows."""
SHOWN = 20
"""Tickets that a card of an agent's own shows at most: each is a row with a button."""


def offered(ticket: Ticket, names: Names, desk: Desk, reader: Reader) -> Card:
    """For the agent who is asked to take it, until when. Of a sensitive ticket: its ref and priority."""
    _ = reader.gettext
    is_sensitive = desk.is_sensitive(ticket.category)
    until = when(ticket.offered_until, reader) if ticket.offered_until is not None else "?"
    facts = [_(PRIORITY_WORDS[ticket.priority]).capitalize()]
    if not is_sensitive:
        facts += [desk.category_name(ticket.category), _("from {who}").format(who=names.get(ticket.requester, "?"))]
    return Card(
        title=ticket.ref if is_sensitive else f"{ticket.ref} {shorten(ticket.title, 100)}",
        subtitle=_("Can you take it? You are asked until {time}; then somebody else is").format(time=until),
        body=Text() if is_sensitive else Text.of(shorten(ticket.description.plain(), PREVIEW)),
        tone=Tone.URGENT if ticket.priority is Priority.URGENT else Tone.PLAIN,
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
    return Card(
        title=title,
        body=Text.of(
            _("Your open tickets: {count}. Hand over what cannot wait for you: somebody else is asked at once.").format(
                count=len(mine)
            )
        ),
        rows=_handed(mine, desk, reader),
        buttons=(
            Button(
                label=_("Hand over all"),
                action=encode_press(Press("agent", "handover")),
                style=ButtonStyle.DANGER,
            ),
        ),
    )


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
        who = ticket.assignee if ticket.assignee is not None else ticket.offered_to
        detail = _("in the queue: nobody is there to be asked") if who is None else to.get(who, "?")
        rows.append(
            Row(
                title=f"{ticket.ref} {shorten(ticket.title, 100)}",
                detail=detail if who is None else _("{name} is asked").format(name=detail),
                url=url_of(ticket, desk),
                ref=ticket.ref,
            )
        )
    title = _("You had no open tickets to hand over")
    if done:
        title = _("Handed over: {count}").format(count=len(done))
    footer = _("You still have {count}.").format(count=left) if left else ""
    return Card(title=title, rows=tuple(rows[:SHOWN]), footer=footer, tone=Tone.GOOD)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadView:
    """What one agent carries."""

    person: Person
    load: float
    capacity: float
    open: int
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
    parts.append(_("{count} open").format(count=agent.open))
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
    words = _("Nobody from {start} to {end}").format(start=when(start, reader), end=when(end, reader))
    return Row(title=f"{prefix}{words}", detail=length(end - start, reader))


def capacity_card(name: str | None, capacity: int | None, reader: Reader) -> Card:
    """``name``: whom a lead said it for; None: for whoever reads it."""
    _ = reader.gettext
    if capacity is None:
        own = _("You carry what your team's agents carry")
        return Card(title=own if name is None else _("{name} carries what their team's agents carry").format(name=name))
    own = _("You carry up to {count}").format(count=capacity)
    title = own if name is None else _("{name} carries up to {count}").format(name=name, count=capacity)
    nothing = _("That is nothing: no ticket is offered by itself.")
    return Card(title=title, body=Text() if capacity else Text.of(nothing))


def names_in(tickets: Sequence[Ticket]) -> Sequence[PersonId]:
    """Whose names ``handed_over_card`` wants."""
    return sorted({who for ticket in tickets for who in (ticket.assignee, ticket.offered_to) if who is not None})
