"""Of a ticket itself: opened, changed, over; who is with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from core.commands.base import Command, TicketCommand, TimerCommand
from core.model.ids import DraftId, FileId, PersonId
from core.model.ticket import Priority, Status, Visibility
from core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveDraft(Command):
    """Start a draft, or add to the one named."""

    draft: DraftId | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    files: tuple[FileId, ...] | None = None
    """All that are to go with it; None leaves them as they were."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTicket(Command):
    title: str
    description: Text
    category: str
    priority: Priority = Priority.NORMAL
    answers: Mapping[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    files: tuple[FileId, ...] = ()
    draft: DraftId | None = None
    """The draft it was gathered in, which ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority(TicketCommand):
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareUrgent(TicketCommand):
    why: Text
    sure: bool = False
    """As ``PostMessage`` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideUrgency(TicketCommand):
    """By a lead, of what the requester asked for."""

    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus(TicketCommand):
    """To any status, by the transition that leads there."""

    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveTicket(TicketCommand):
    answer: Text | None = None
    sure: bool = False
    """As ``PostMessage`` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseQuietTicket(TimerCommand):
    """A resolved ticket's quiet days are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenTicket(TicketCommand):
    why: Text | None = None
    sure: bool = False
    """As ``PostMessage`` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTicket(TicketCommand):
    title: str | None = None
    description: Text | None = None
    sure: bool = False
    """As ``PostMessage`` has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTags(TicketCommand):
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVisibility(TicketCommand):
    visibility: Visibility
    previewed: bool = False
    """Making public wants the preview seen first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowTicket(TicketCommand):
    draft: DraftId | None = None
    """What the asker had typed for a ticket of their own, which ends with it and is kept with the follow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfollowTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AddParticipant(TicketCommand):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveParticipant(TicketCommand):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class EraseTicket(TicketCommand):
    """Whatever people typed in it goes, for good."""

    reason: str
