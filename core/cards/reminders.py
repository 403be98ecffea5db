"""What people are told by the clock: a promise that is nearly broken or is, a ticket that waits for them, the day's
digest."""

from datetime import datetime

from core.actions import Press, encode_press
from core.cards.card import Button, ButtonStyle, Card, Field, Reader, Tone
from core.cards.promises import since
from core.cards.ticket import Names, ticket_row, url_of
from core.cards.times import moment, when
from core.errors import N_
from core.model.desk import Desk
from core.model.sla import SlaClock
from core.model.thread import Message
from core.model.ticket import Ticket
from core.rules.sla import ClockState
from core.storage import Tally
from core.text import Text, shorten

PREVIEW = 300
"""Characters of the words that wait for an answer."""


def promise_warned(state: ClockState, ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    """For whoever has the ticket, or could: how long is left."""
    due = moment(state.due_at, reader) if state.due_at is not None else "?"
    words = _WARNED[state.clock]
    return _of_promise(reader.gettext(words).format(time=due), Tone.WARNING, ticket, desk, reader)


def promise_broken(state: ClockState, ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    """For them and those who lead: since when it is late."""
    due = since(state.due_at, reader) if state.due_at is not None else "?"
    words = _BROKEN[state.clock]
    return _of_promise(reader.gettext(words).format(time=due), Tone.URGENT, ticket, desk, reader)


_WARNED = {
    SlaClock.FIRST_RESPONSE: N_("The first answer is due {time}"),
    SlaClock.RESOLUTION: N_("It is promised to be resolved by {time}"),
}
_BROKEN = {
    SlaClock.FIRST_RESPONSE: N_("The first answer is late: it was due {time}"),
    SlaClock.RESOLUTION: N_("It is late: it was promised to be resolved by {time}"),
}


def _of_promise(words: str, tone: Tone, ticket: Ticket, desk: Desk, reader: Reader) -> Card:
    return Card(
        title=_title(ticket, desk),
        subtitle=words,
        tone=tone,
        buttons=(Button(label=reader.gettext("Open"), url=url_of(ticket, desk), style=ButtonStyle.PRIMARY),),
        url=url_of(ticket, desk),
    )


def reminded(ticket: Ticket, question: Message | None, closes_at: datetime | None, desk: Desk, reader: Reader) -> Card:
    """For the requester, whose answer the ticket waits for. ``question``: what was last said there; of a sensitive
    ticket no word is repeated. ``closes_at``: if they do not answer; None: it stays open."""
    _ = reader.gettext
    words = "" if question is None or desk.is_sensitive(ticket.category) else shorten(question.text.plain(), PREVIEW)
    closes = ""
    if closes_at is not None:
        closes = _("Without an answer it closes: {time}. You can reopen it with one click.").format(
            time=when(closes_at, reader)
        )
    return Card(
        title=_title(ticket, desk),
        subtitle=_("We are waiting for your answer"),
        body=Text.of(words),
        tone=Tone.WARNING,
        buttons=(
            Button(label=_("Answer"), url=url_of(ticket, desk), style=ButtonStyle.PRIMARY),
            Button(label=_("Close"), action=encode_press(Press("ticket", "close", ticket.id))),
        ),
        footer=closes,
        url=url_of(ticket, desk),
    )


def found_late(count: int, desk: Desk, reader: Reader) -> Card:
    """For somebody who leads, once: how many of their tickets were late already when bot.toml came to promise what it
    does now."""
    _ = reader.gettext
    return Card(
        title=_("{desk} promises something else now").format(desk=desk.name),
        subtitle=_("Tickets that were past the promised time already: {count}").format(count=count),
        tone=Tone.WARNING,
        buttons=(Button(label=_("Open the queue"), url=desk.public_url, style=ButtonStyle.PRIMARY),),
        footer=_("They count as late from now on. Nobody is told of each, and nobody is called."),
        url=desk.public_url,
    )


def _title(ticket: Ticket, desk: Desk) -> str:
    return ticket.ref if desk.is_sensitive(ticket.category) else f"{ticket.ref} {shorten(ticket.title, 100)}"


def digest_card(
    tally: Tally, oldest: Ticket | None, names: Names, desk: Desk, reader: Reader, *, stale_faqs: int = 0
) -> Card:
    """How it stands, for somebody who leads. ``oldest``: the live ticket that was opened first. ``stale_faqs``: how
    many FAQs are due to be looked at again."""
    _ = reader.gettext
    counted = [
        Field(_("Open"), str(tally.open), "open"),
        Field(_("Nobody has it"), str(tally.unassigned), "unassigned"),
        Field(_("Waiting for an answer of the requester"), str(tally.waiting), "waiting"),
        Field(_("A promise is broken"), str(tally.breached), "breached"),
        Field(_("Escalating"), str(tally.escalating), "escalating"),
        Field(_("FAQs to look at again"), str(stale_faqs), "stale_faqs"),
    ]
    return Card(
        title=_("How {desk} stands").format(desk=desk.name),
        subtitle=_("The ticket that has been open longest stands below") if oldest is not None else "",
        tone=Tone.WARNING if tally.breached or tally.escalating else Tone.PLAIN,
        fields=tuple(field for field in counted if field.value != "0"),
        rows=(ticket_row(oldest, names, desk, reader),) if oldest is not None else (),
        buttons=(Button(label=_("Open the queue"), url=desk.public_url, style=ButtonStyle.PRIMARY),),
        url=desk.public_url,
    )
