"""What a ticket's card says of time: to its requester when to expect an answer, to the staff what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.cards.card import Field, Reader
from core.cards.times import ago, away, length, when
from core.model.sla import CLOCK_WORDS
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
    stays: bool = False
    """Whether the card stays where it is while time goes by: then it does not say how far off a time is."""


def expectation_fields(outlook: Outlook, reader: Reader) -> Sequence[Field]:
    """For whoever asked."""
    _ = reader.gettext
    fields = []
    if outlook.expected_at is not None:
        at = rounded(outlook.expected_at, reader.now, reader.zone)
        fields.append(Field(_("First answer"), _at(_("about {time}"), at, outlook, reader), "expected"))
    elif outlook.promised_at is not None:
        words = _at(_("by {time} at the latest"), outlook.promised_at, outlook, reader)
        fields.append(Field(_("First answer"), words, "expected"))
    if outlook.next_duty_at is not None:
        fields.append(Field(_("Somebody is here again"), _at("{time}", outlook.next_duty_at, outlook, reader), "duty"))
    return fields


def promise_fields(outlook: Outlook, reader: Reader) -> Sequence[Field]:
    """For the staff: each clock that has not stopped."""
    _ = reader.gettext
    return [
        Field(_(CLOCK_WORDS[state.clock]).capitalize(), words, "promise")
        for state in outlook.promises
        if not state.is_stopped and (words := _standing(state, outlook, reader))
    ]


def _standing(state: ClockState, outlook: Outlook, reader: Reader) -> str:
    """As in: due 14:30, in 2 h; was due 14:30, 20 min ago; 2 h left, and the clock stands still."""
    _ = reader.gettext
    if state.breached and state.due_at is not None:
        at = when(state.due_at, reader) if outlook.stays else since(state.due_at, reader)
        return _("was due {time}").format(time=at)
    if not state.is_running:
        left = length(state.target - state.elapsed, reader)
        return _("{time} left, and the clock stands still").format(time=left)
    return _at(_("due {time}"), state.due_at, outlook, reader) if state.due_at is not None else ""


def _at(words: str, at: datetime, outlook: Outlook, reader: Reader) -> str:
    """``words`` of a time to come, with how far off it is."""
    said = words.format(time=when(at, reader))
    return said if outlook.stays else f"{said}, {away(at, reader)}"


def since(at: datetime, reader: Reader) -> str:
    """A time that is over, with how long ago it was once that is a minute: "14:30, 20 min ago"."""
    said = when(at, reader)
    return f"{said}, {ago(at, reader)}" if reader.now - at >= _MINUTE else said
