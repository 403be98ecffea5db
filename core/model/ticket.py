"""The ticket: what a student asks, where it stands, who has it. Its transitions are its methods.

    open -> in_progress      claimed, assigned or answered by staff
    in_progress <-> waiting  on the requester; their reply ends it
    any of these -> resolved by staff
    any -> closed, once and for all, when it is erased
    any but closed -> closed by the requester or staff, or by the quiet days after it was resolved
    resolved, closed -> in_progress with an assignee on duty, else open

Every other change is refused with a sentence. Methods return the changed ticket and never touch the old one.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import (
    N_,
    AlreadyClaimed,
    AlreadySo,
    AlreadyYours,
    MergedAway,
    NotAssigned,
    SameTicket,
    StaffAnswered,
    WrongStatus,
)
from core.model.ids import PersonId, TicketId, ref_of
from core.model.people import Platform
from core.text import Text


class Status(StrEnum):
    OPEN = "open"
    IN_PROGRESS = "in_progress"
    WAITING = "waiting"
    RESOLVED = "resolved"
    CLOSED = "closed"

    @property
    def is_live(self) -> bool:
        """Whether somebody still has to do something."""
        return self in LIVE


LIVE = frozenset({Status.OPEN, Status.IN_PROGRESS, Status.WAITING})


class Priority(StrEnum):
    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"

    @property
    def weight(self) -> int:
        """0 (low) to 3 (urgent), for sorting."""
        return list(Priority).index(self)


class Visibility(StrEnum):
    PRIVATE = "private"
    PUBLIC = "public"


class Ending(StrEnum):
    """How a closed ticket came to be closed."""

    BY_REQUESTER = "by_requester"
    BY_STAFF = "by_staff"
    QUIET = "quiet"
    """Its quiet days after the resolution were over."""
    UNANSWERED = "unanswered"
    """It waited for its requester, who was reminded."""
    WITHDRAWN = "withdrawn"
    MERGED = "merged"
    """It went into another, which goes on."""
    ERASED = "erased"
    """An admin had its words deleted."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the requester answered to one of the category's questions; the label as it was then."""

    key: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    id: TicketId
    key: str
    """Random, 32 hex digits: names the ticket outside (a Google Chat thread), where another desk may have a T-1 too."""
    title: str
    description: Text
    category: str
    answers: tuple[Answer, ...] = ()
    priority: Priority = Priority.NORMAL
    status: Status = Status.OPEN
    visibility: Visibility = Visibility.PRIVATE
    requester: PersonId
    assignee: PersonId | None = None
    team: str
    tags: tuple[str, ...] = ()
    participants: frozenset[PersonId] = frozenset()
    follower_count: int = 0
    door: Platform
    """Where it was opened."""
    opened_at: datetime
    updated_at: datetime
    first_response_at: datetime | None = None
    resolved_at: datetime | None = None
    closed_at: datetime | None = None
    ending: Ending | None = None
    alerted_in: str | None = None
    """The alert space that heard of it, and hears what follows."""
    offered_to: PersonId | None = None
    """The agent who is asked to take it."""
    offered_until: datetime | None = None
    snoozed_until: datetime | None = None
    """Put aside until then; its promises stand still meanwhile."""
    merged_into: TicketId | None = None
    """The ticket that goes on in its place."""
    erased_at: datetime | None = None
    """When its words were deleted: since then it can be read and changed by nobody."""
    erased_by: PersonId | None = None
    erased_for: str = ""
    """Why, in the words of who did it."""
    version: int = 0
    """Counts the transactions that changed it; two that read the same version cannot both commit."""
    last_digest: str = ""
    """The head of its audit chain."""

    @property
    def ref(self) -> str:
        return ref_of(self.id)

    @property
    def people(self) -> frozenset[PersonId]:
        """Who talks in it: its requester, its participants and its assignee."""
        return self.participants | {self.requester} | ({self.assignee} if self.assignee is not None else set())

    def claim(self, by: PersonId, holder_name: str) -> "Ticket":
        """``holder_name`` is the present assignee's, for the refusal."""
        self._must_be_live(N_("be claimed"), N_("Reopen it first with /ticket reopen."))
        if self.assignee == by:
            raise AlreadyYours(ref=self.ref)
        if self.assignee is not None:
            raise AlreadyClaimed(ref=self.ref, name=holder_name)
        return self._taken_by(by)

    def assign(self, to: PersonId, name: str) -> "Ticket":
        self._must_be_live(N_("be assigned"), N_("Reopen it first with /ticket reopen."))
        if self.assignee == to:
            raise AlreadyClaimed(ref=self.ref, name=name)
        return self._taken_by(to)

    def _taken_by(self, person: PersonId) -> "Ticket":
        status = Status.IN_PROGRESS if self.status is Status.OPEN else self.status
        return replace(self.without_offer(), assignee=person, status=status)

    def offer(self, to: PersonId, until: datetime) -> "Ticket":
        """``to`` is asked to take it until then; nobody has it."""
        return replace(self, offered_to=to, offered_until=until)

    def without_offer(self) -> "Ticket":
        return replace(self, offered_to=None, offered_until=None)

    def snooze(self, until: datetime) -> "Ticket":
        self._must_be_live(N_("be put aside"), N_("Reopen it first with /ticket reopen."))
        return replace(self, snoozed_until=until)

    def wake(self) -> "Ticket":
        if self.snoozed_until is None:
            raise AlreadySo(ref=self.ref, what=N_("it is not put aside"))
        return replace(self, snoozed_until=None)

    def unassign(self) -> "Ticket":
        """The ticket goes back to the queue, as one that is in progress only where the staff have answered it."""
        if self.assignee is None:
            raise NotAssigned(ref=self.ref)
        return self._with_nobody()

    def _with_nobody(self) -> "Ticket":
        is_begun = self.first_response_at is not None or self.status is not Status.IN_PROGRESS
        return replace(self, assignee=None, status=self.status if is_begun else Status.OPEN)

    def answered_by_staff(self, at: datetime) -> "Ticket":
        self._must_not_be_closed()
        status = Status.IN_PROGRESS if self.status is Status.OPEN else self.status
        return replace(self, status=status, first_response_at=self.first_response_at or at)

    def answered_by_requester(self) -> "Ticket":
        self._must_not_be_closed()
        return replace(self, status=Status.IN_PROGRESS) if self.status is Status.WAITING else self

    def wait(self) -> "Ticket":
        if self.status is Status.WAITING:
            raise AlreadySo(ref=self.ref, what=N_("it is waiting for the requester"))
        if self.status is not Status.IN_PROGRESS:
            raise WrongStatus(
                ref=self.ref, status=WORDS[self.status], what=N_("wait"), mend=N_("Claim it or answer it first.")
            )
        return replace(self, status=Status.WAITING)

    def resume(self) -> "Ticket":
        if self.status is Status.IN_PROGRESS:
            raise AlreadySo(ref=self.ref, what=N_("it is in progress"))
        if self.status is not Status.WAITING:
            raise WrongStatus(
                ref=self.ref,
                status=WORDS[self.status],
                what=N_("be put in progress"),
                mend=N_("An open ticket is claimed or answered, a resolved or closed one is reopened."),
            )
        return replace(self, status=Status.IN_PROGRESS)

    def resolve(self, by: PersonId, at: datetime) -> "Ticket":
        """By staff. Whoever resolves a ticket that nobody had becomes its assignee."""
        if self.status is Status.RESOLVED:
            raise AlreadySo(ref=self.ref, what=N_("it is resolved"))
        self._must_be_live(N_("be resolved"), N_("Reopen it first with /ticket reopen."))
        over = self._over()
        return replace(over, status=Status.RESOLVED, resolved_at=at, assignee=self.assignee or by)

    def close(self, ending: Ending, at: datetime) -> "Ticket":
        if self.status is Status.CLOSED:
            raise AlreadySo(ref=self.ref, what=N_("it is closed"))
        return replace(self._over(), status=Status.CLOSED, closed_at=at, ending=ending)

    def merge(self, into: "Ticket", at: datetime) -> "Ticket":
        """In whatever state it is. Raises AlreadySo where it went into another already, SameTicket, and
        WrongStatus where nobody works on ``into`` any more."""
        if self.merged_into is not None:
            raise AlreadySo(ref=self.ref, what=N_("it is merged into another"))
        if self.id == into.id:
            raise SameTicket(ref=self.ref)
        into._must_be_live(N_("take in another"), N_("Reopen it first with /ticket reopen, or use /staff link."))
        closed_at = self.closed_at or at
        return replace(
            self._over(), status=Status.CLOSED, closed_at=closed_at, ending=Ending.MERGED, merged_into=into.id
        )

    def _over(self) -> "Ticket":
        """Nobody is asked to take it any more, and it is put aside no longer."""
        return replace(self.without_offer(), snoozed_until=None)

    def erase(self, by: PersonId, why: str, at: datetime) -> "Ticket":
        """Nothing that somebody typed stays in it; that it was there does."""
        return replace(
            self._over(),
            title="",
            description=Text(),
            answers=(),
            tags=(),
            follower_count=0,
            status=Status.CLOSED,
            closed_at=self.closed_at or at,
            ending=Ending.ERASED,
            erased_at=at,
            erased_by=by,
            erased_for=why,
        )

    def withdraw(self, at: datetime, *, even_answered: bool) -> "Ticket":
        """``even_answered``: an admin may withdraw what staff have answered."""
        if self.first_response_at is not None and not even_answered:
            raise StaffAnswered(ref=self.ref)
        return self.close(Ending.WITHDRAWN, at)

    def reopen(self, *, assignee_on_duty: bool) -> "Ticket":
        if self.status.is_live:
            raise WrongStatus(
                ref=self.ref,
                status=WORDS[self.status],
                what=N_("be reopened"),
                mend=N_("It is still being worked on: write in its thread."),
            )
        if self.merged_into is not None:
            raise MergedAway(ref=self.ref, into=ref_of(self.merged_into))
        kept = assignee_on_duty and self.assignee is not None
        return replace(
            self,
            status=Status.IN_PROGRESS if kept else Status.OPEN,
            assignee=self.assignee if kept else None,
            resolved_at=None,
            closed_at=None,
            ending=None,
        )

    def prioritise(self, priority: Priority) -> "Ticket":
        self._must_not_be_closed()
        if self.priority is priority:
            raise AlreadySo(ref=self.ref, what=PRIORITY_HELD[priority])
        return replace(self, priority=priority)

    def transfer(self, team: str, *, assignee_serves_it: bool) -> "Ticket":
        self._must_be_live(N_("be transferred"), N_("Reopen it first with /ticket reopen."))
        if self.team == team:
            raise AlreadySo(ref=self.ref, what=N_("that team has it"))
        kept = self if assignee_serves_it or self.assignee is None else self._with_nobody()
        return replace(kept, team=team)

    def show_to(self, visibility: Visibility) -> "Ticket":
        if self.visibility is visibility:
            raise AlreadySo(ref=self.ref, what=VISIBILITY_HELD[visibility])
        return replace(self, visibility=visibility)

    def _must_be_live(self, what: str, mend: str) -> None:
        if not self.status.is_live:
            raise WrongStatus(ref=self.ref, status=WORDS[self.status], what=what, mend=mend)

    def _must_not_be_closed(self) -> None:
        if self.merged_into is not None:
            raise MergedAway(ref=self.ref, into=ref_of(self.merged_into))
        if self.status is Status.CLOSED:
            raise WrongStatus(
                ref=self.ref,
                status=WORDS[self.status],
                what=N_("take anything new"),
                mend=N_("Reopen it first with /ticket reopen and say why."),
            )


WORDS = {
    Status.OPEN: N_("open"),
    Status.IN_PROGRESS: N_("in progress"),
    Status.WAITING: N_("waiting for the requester"),
    Status.RESOLVED: N_("resolved"),
    Status.CLOSED: N_("closed"),
}
"""What people read for a status."""

PRIORITY_WORDS = {
    Priority.LOW: N_("low"),
    Priority.NORMAL: N_("normal"),
    Priority.HIGH: N_("high"),
    Priority.URGENT: N_("urgent"),
}

PRIORITY_HELD = {
    Priority.LOW: N_("its priority is low"),
    Priority.NORMAL: N_("its priority is normal"),
    Priority.HIGH: N_("its priority is high"),
    Priority.URGENT: N_("it is urgent"),
}

VISIBILITY_HELD = {
    Visibility.PRIVATE: N_("it is private"),
    Visibility.PUBLIC: N_("it is public"),
}
