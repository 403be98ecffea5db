"""What a ticket's card says of time: to its requester when to expect an answer, to the staff what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.cards.card import Field, Reader
from core.cards.times import ago, length, when
from core.errors import N_
from core.model.sla import CLOCK_WORDS, SlaClock
from core.rules.expectation import rounded
from core.rules.sla import ClockState

_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What is to be expected of a ticket, as far as anything can be said (``core/expectations.py`` gathers it)."""

    expected_at: datetime | None = None
    """When its requester may expect the first answer; exact, it is said rounded."""
    promised_at: datetime | None = None
    """By when they were promised it, where nothing can be expected from experience."""
    next_duty_at: datetime | None = None
    """When somebody is there again, where nobody is."""
    promises: tuple[ClockState, ...] = ()
    """The staff's to know."""


def expectation_fields(outlook: Outlook, reader: Reader) -> Sequence[Field]:
    """For whoever asked. A promise that ends before anybody is there again is not repeated to them: who should keep
    it?"""
    _ = reader.gettext
    there_at, promised_at = outlook.next_duty_at, outlook.promised_at
    fields = [Field(_("Somebody is here again"), there_at, "duty")] if there_at is not None else []
    if outlook.expected_at is not None:
        at = rounded(outlook.expected_at, reader.now, reader.zone)
        fields.append(Field(_("First answer, about"), at, "expected"))
    elif promised_at is not None and (there_at is None or there_at < promised_at):
        fields.append(Field(_("First answer, at the latest"), promised_at, "expected"))
    return fields


def promise_fields(outlook: Outlook, reader: Reader) -> Sequence[Field]:
    """For the staff: each clock that has not stopped, with when it is due, was due, or what is left where it stands
    still."""
    _ = reader.gettext
    fields = []
    for state in outlook.promises:
        due, late = _DUE[state.clock]
        if state.is_stopped:
            continue
        if state.breached and state.due_at is not None:
            fields.append(Field(_(late), state.due_at, "promise"))
        elif not state.is_running:
            left = length(state.target - state.elapsed, reader)
            words = _("{time} left, and the clock stands still").format(time=left)
            fields.append(Field(_(CLOCK_WORDS[state.clock]).capitalize(), words, "promise"))
        elif state.due_at is not None:
            fields.append(Field(_(due), state.due_at, "promise"))
    return fields


_DUE = {
    SlaClock.FIRST_RESPONSE: (N_("First answer due"), N_("First answer was due")),
    SlaClock.RESOLUTION: (N_("Resolution due"), N_("Resolution was due")),
}


def since(at: datetime, reader: Reader) -> str:
    """A time that is over, with how long ago it was once that is a minute: "14:30 IST, 20 min ago"."""
    said = when(at, reader)
    return f"{said}, {ago(at, reader)}" if reader.now - at >= _MINUTE else said
