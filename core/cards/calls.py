"""What those read whom an escalation calls, many alerts on one card, and what a lead is asked."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Row, Tone
from core.cards.escalation import standing
from core.cards.notices import alert
from core.cards.ticket import Names, decisions, url_of
from core.cards.times import length
from core.errors import N_
from core.events import (
    AcknowledgementReminded,
    EscalationAcknowledged,
    EscalationEnded,
    EscalationResumed,
    Event,
)
from core.model.desk import Desk
from core.model.escalation import Escalation
from core.model.ticket import PRIORITY_WORDS, Priority, Ticket
from core.text import Text, shorten

_TITLE = 100


def call(
    level: int,
    escalation: Escalation,
    ticket: Ticket,
    names: Names,
    desk: Desk,
    reader: Reader,
    acknowledge: Button | None,
) -> Card:
    """An alert that asks to be acknowledged: which level calls, and for how long nobody has answered. ``acknowledge``:
    the button that does it, where whoever reads may."""
    _ = reader.gettext
    alerted = alert(ticket, names, desk, reader)
    levels = _("{level} of {count}").format(level=level, count=len(escalation.policy.steps))
    door = Button(label=_("Open the thread"), url=url_of(ticket, desk))
    return replace(
        alerted,
        subtitle=" · ".join(part for part in (alerted.subtitle, unanswered(escalation, reader)) if part),
        tone=Tone.URGENT,
        fields=(*alerted.fields, Field(_("Level"), levels, "level")),
        buttons=(door,) if acknowledge is None else (acknowledge, door),
    )


def unanswered(escalation: Escalation, reader: Reader) -> str:
    """For how long nobody has had it in hand, from when it last began to call; "" in its first minute."""
    passed = reader.now - escalation.resumed_at
    if passed.total_seconds() < 60:
        return ""
    return reader.gettext("not acknowledged for {time}").format(time=length(passed, reader))


def by_press(ticket: Ticket, reader: Reader) -> Button:
    """For a person, who is known."""
    return acknowledging(reader, action=encode_press(Press("alert", "ack", ticket.id)))


def acknowledging(reader: Reader, *, action: str | None = None, url: str | None = None) -> Button:
    return Button(label=reader.gettext("Acknowledge"), action=action, url=url, style=ButtonStyle.PRIMARY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An alert, or a call, among many."""

    ticket: Ticket
    escalation: Escalation | None
    level: int
    """0 for an alert that calls nobody."""
    url: str
    """Where it is acknowledged, or looked at."""


def many_alerts(listed: Sequence[Listed], names: Names, desk: Desk, reader: Reader) -> Card:
    """What came too fast for a card each. Of a sensitive ticket: its ref and priority."""
    _ = reader.gettext
    return Card(
        title=_("{count} alerts in a minute").format(count=len(listed)),
        subtitle=_("So many came at once that they stand here together"),
        tone=Tone.URGENT if any(one.ticket.priority is Priority.URGENT for one in listed) else Tone.WARNING,
        rows=tuple(_listed(one, names, desk, reader) for one in listed),
        buttons=(Button(label=_("Open the desk"), url=desk.public_url),),
        url=desk.public_url,
    )


def _listed(one: Listed, names: Names, desk: Desk, reader: Reader) -> Row:
    _ = reader.gettext
    ticket, priority = one.ticket, _(PRIORITY_WORDS[one.ticket.priority]).capitalize()
    sensitive = desk.is_sensitive(ticket.category)
    has_it = _("with {name}").format(name=names.get(ticket.assignee, "?")) if ticket.assignee else _("with nobody yet")
    parts = [
        "" if sensitive else has_it,
        _("level {level}").format(level=one.level) if one.level else "",
        unanswered(one.escalation, reader) if one.escalation is not None else "",
        _("open this to acknowledge it") if one.escalation is not None else "",
    ]
    return Row(
        title=priority if sensitive else f"{priority}: {shorten(ticket.title, _TITLE)}",
        detail=" · ".join(part for part in parts if part),
        url=one.url,
        ref=ticket.ref,
    )


def going_on_card(found: Sequence[tuple[Ticket, Escalation]], names: Names, desk: Desk, reader: Reader) -> Card:
    """The escalations that go on, for those who may see their tickets."""
    _ = reader.gettext
    return Card(
        title=_("What escalates now"),
        body=Text() if found else Text.of(_("Nothing: nobody is being called.")),
        rows=tuple(
            Row(
                title=f"{ticket.ref} {shorten(ticket.title, _TITLE)}",
                detail=" · ".join(
                    [
                        _(PRIORITY_WORDS[ticket.priority]),
                        _("escalation {name}").format(name=escalation.policy.key),
                        standing(escalation, names, reader),
                    ]
                ),
                url=url_of(ticket, desk),
                ref=ticket.ref,
                buttons=() if escalation.acknowledged_at is not None else (by_press(ticket, reader),),
            )
            for ticket, escalation in found
        ),
    )


def acknowledged_line(who: str, reader: Reader) -> str:
    return reader.gettext("{who} acknowledged it").format(who=who)


def bare_line(event: Event, reader: Reader) -> str:
    """What became of a sensitive ticket's escalation, without a name; "" for any other event."""
    return reader.gettext(_BARE[type(event)]) if type(event) in _BARE else ""


_BARE: dict[type[Event], str] = {
    EscalationAcknowledged: N_("acknowledged"),
    AcknowledgementReminded: N_("acknowledged, and nothing has happened since"),
    EscalationResumed: N_("escalates again"),
    EscalationEnded: N_("escalates no more"),
}


def asking_to_decide(card: Card, ticket: Ticket, declined: int, reader: Reader) -> Card:
    """A lead's ping of an urgency declared, with what they may answer. ``declined``: how often this requester was."""
    _ = reader.gettext
    words = (
        _("Of what they declared urgent before, {count} were declined.").format(count=declined)
        if declined > 1
        else _("Once before, what they declared urgent was declined.")
    )
    return replace(
        card,
        footer=words if declined else card.footer,
        buttons=(
            *decisions(ticket, _("Accept"), _("Decline")),
            *(replace(button, style=ButtonStyle.PLAIN) for button in card.buttons),
        ),
    )
