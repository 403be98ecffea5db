"""Of tickets that belong together."""

from dataclasses import dataclass

from core.events.base import Event
from core.model.ids import MessageId, PersonId, TicketId
from core.model.relation import Relation
from core.model.thread import MessageKind


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketMerged(Event):
    """It goes on in another."""

    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketAbsorbed(Event):
    """The same, in the trail of the one that goes on."""

    merged: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeUndone(Event):
    """It goes on by itself again."""

    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class AbsorptionUndone(Event):
    """The same, in the trail of the other."""

    merged: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketSplit(Event):
    """Some of its messages are another ticket from now on."""

    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitOff(Event):
    """It was made of messages of another."""

    source: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMovedAway(Event):
    message: MessageId
    kind: MessageKind
    into: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageMovedHere(Event):
    message: MessageId
    kind: MessageKind
    source: TicketId
    person: PersonId
    """Who wrote it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLinked(Event):
    other: TicketId
    relation: Relation
    is_first: bool
    """Whether this ticket ``relation`` the other, and not the other way round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketUnlinked(Event):
    other: TicketId
    relation: Relation
    is_first: bool
