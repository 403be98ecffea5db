"""What may be asked of the engine: requests in the imperative, frozen, with their words already parsed.

Who asks is not in a command: ``Actor`` goes beside it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from core.model.duty import DutyState
from core.model.ids import (
    DeliveryId,
    DraftId,
    EscalationId,
    EventId,
    FileId,
    MessageId,
    PersonId,
    ThreadId,
    TicketId,
    TimerId,
)
from core.model.people import Identity, Platform, Role
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks, through which door."""

    person: PersonId | None
    """None for the operator at the command line and for the desk's own timers."""
    door: Platform
    inbound: str | None = None
    """The platform's id of what arrived: told twice, it changes nothing the second time."""
    thread: ThreadId | None = None
    """The thread it was said, changed or removed in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketCommand(Command):
    ticket: TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerCommand(TicketCommand):
    """By the desk, when a timer rings. The timer is taken and the state looked at again in its transaction: one that is
    gone, or that nobody needs any more, changes nothing."""

    timer: TimerId
    subject: str = ""
    """What the timer is about, where a ticket may have several of the kind."""


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
class PostMessage(TicketCommand):
    kind: MessageKind
    text: Text
    files: tuple[FileId, ...] = ()
    external_id: str | None = None
    """What the platform calls it in the thread that it was said in; that thread's cursor moves there."""
    seen: EventId | None = None
    """The newest event that the writer had before them: a reply of the staff's is refused where another of them has
    replied since. None asks for no such look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRead(TicketCommand):
    """The asker has read it up to ``event``."""

    event: EventId


@dataclass(frozen=True, slots=True, kw_only=True)
class UndoMessage(TicketCommand):
    """Take back one's own last message of the last minute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMessage(TicketCommand):
    """Other words in place of one's own, as the author changed them on their platform."""

    message: MessageId
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveMessage(TicketCommand):
    """It is gone from the platform where it was said: its author took it away, or whoever keeps order there."""

    message: MessageId


@dataclass(frozen=True, slots=True, kw_only=True)
class React(TicketCommand):
    message: MessageId
    emoji: str
    on: bool
    """False takes it away."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceThread(TicketCommand):
    """By the desk: a thread is gone from its platform. Another is made in its place, with what was said in it."""

    thread: ThreadId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdvanceThread(TicketCommand):
    """By the desk: everything there up to ``cursor`` is taken, though it was nothing to record."""

    thread: ThreadId
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignTicket(TicketCommand):
    assignee: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class UnassignTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class SetPriority(TicketCommand):
    priority: Priority


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclareUrgent(TicketCommand):
    why: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideUrgency(TicketCommand):
    """By a lead, of what the requester asked for."""

    granted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptOffer(TicketCommand):
    """The asker takes what they were offered: a claim, unless somebody else is asked by now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOffer(TicketCommand):
    """The asker does not take what they were offered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpireOffer(TimerCommand):
    """Whoever was asked has not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWaiting(TicketCommand):
    """By the desk: a ticket that nobody has is offered, if there is somebody now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetDuty(Command):
    """The asker is on duty or away from now on, or ``person`` is, by a lead's word."""

    person: PersonId | None = None
    state: DutyState
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SetCapacity(Command):
    person: PersonId | None = None
    """None: the asker."""
    capacity: int | None
    """None: their team's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver(TicketCommand):
    """The asker puts a ticket of theirs back, for the next to have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snooze(TicketCommand):
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wake(TicketCommand):
    """Before its time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndSnooze(TimerCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class MindStale(TimerCommand):
    """A ticket has waited for its requester for long: they are reminded, or it is closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindSla(TimerCommand):
    """A promise may be about to be broken, or be broken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RearmPromises(TicketCommand):
    """By the desk, at its start: bot.toml may promise something else now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindUnassigned(TimerCommand):
    """Nobody has had the ticket for as long as an escalation (``subject``: its policy) waits for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeCall(TimerCommand):
    """An escalation (``subject``) calls whom it is time to call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MindLapse(TimerCommand):
    """An acknowledgement (of the escalation ``subject``) is to be recalled, or lapses."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledge(TicketCommand):
    """The asker has it in hand: the ticket's escalations call no more."""

    escalation: EscalationId | None = None
    """One of them only, as a link does."""
    name: str = ""
    """What was typed by somebody who is not signed in, behind a link that allows it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unacknowledge(TicketCommand):
    """Nobody has it in hand after all: the escalations go on where they stood."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalate(TicketCommand):
    """Call the people of a step now; without an escalation yet, one begins there."""

    level: int
    """From 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SendDigest(Command):
    """By the desk, once a day: how it stands, to those who lead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetStatus(TicketCommand):
    """To any status, by the transition that leads there."""

    status: Status


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveTicket(TicketCommand):
    answer: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseQuietTicket(TimerCommand):
    """A resolved ticket's quiet days are over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenTicket(TicketCommand):
    why: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTicket(TicketCommand):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class EditTicket(TicketCommand):
    title: str | None = None
    description: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeTags(TicketCommand):
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferTicket(TicketCommand):
    team: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetVisibility(TicketCommand):
    visibility: Visibility
    previewed: bool = False
    """Making public wants the preview seen first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowTicket(TicketCommand):
    pass


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
class Arrive(Command):
    """Somebody speaks on a platform: find their person, or make one. A changed name or picture follows."""

    identity: Identity
    name: str
    avatar_url: str | None = None
    groups: frozenset[str] | None = None
    """All groups of the platform (Discord roles, by id) that they are in, where it said so: what those give is theirs,
    and what others gave is theirs no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart(Command):
    """By the desk: somebody left the platform. What its groups gave is taken back."""

    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteDeparture(TicketCommand):
    """By the desk: the ticket's requester left a platform where it has a thread."""

    platform: Platform


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson(Command):
    """An account with a password. The email stays unconfirmed, and an unconfirmed email brings no role."""

    username: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolDemoPerson(Command):
    """By the desk, at the start of a demo: somebody to be, with a role and an address that counts as confirmed."""

    identity: Identity
    name: str
    email: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissDemoPerson(Command):
    """By the desk, when it starts without the demo: that somebody has no role and no address any more, and may only
    read, should a sign-in of theirs still be around."""

    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail(Command):
    """By the operator, who knows the person. Roles that bot.toml gives this address follow."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole(Command):
    person: PersonId
    role: Role
    team: str | None = None
    source: str = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRoles(Command):
    """Take back every role that ``source`` gave."""

    person: PersonId
    source: str = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncGrants(Command):
    """Make the roles whose source is bot.toml those that bot.toml names now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLinkCode(Command):
    """A one-time code for the asker to type where they are somebody else to the desk; an earlier one ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemLinkCode(Command):
    """The asker and whoever the code was issued to are one human: make them one person."""

    code: str = field(repr=False)
    """As it was typed."""
    confirmed: bool = False
    """Whether the asker was told whom they would become one with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTrouble(Command):
    """By the desk: something outside stands in its way. The admins are told the first time."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MendTrouble(Command):
    """By the desk: what ``key`` names is no longer in the way."""

    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryDelivery(Command):
    delivery: DeliveryId
