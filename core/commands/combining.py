"""Of tickets that belong together."""

from dataclasses import dataclass

from core.commands.base import TicketCommand
from core.model.ids import MessageId, TicketId
from core.model.relation import Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeTicket(TicketCommand):
    """It goes on in another."""

    into: TicketId
    join: bool = False
    """Its people take part in the other from then on, are named there, and read all of it; else they follow it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMerge(TicketCommand):
    """Within a day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitTicket(TicketCommand):
    """Some of its messages become a ticket of their own, of the same requester."""

    title: str
    messages: tuple[MessageId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkTickets(TicketCommand):
    """The ticket ``relation`` the other."""

    other: TicketId
    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlinkTickets(TicketCommand):
    """Every link between the two."""

    other: TicketId
