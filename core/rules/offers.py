"""Whom a ticket was offered to since it last began to wait for somebody, and who is asked no more."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from core.events import (
    Event,
    NobodyToOffer,
    OfferPassed,
    Record,
    TicketAssigned,
    TicketClaimed,
    TicketHandedOver,
    TicketOffered,
    TicketOpened,
    TicketReopened,
    TicketResolved,
    TicketTransferred,
    TicketUnassigned,
)
from core.model.desk import Team
from core.model.duty import DutyState
from core.model.ids import PersonId
from core.model.people import Person

PASS_LASTS = timedelta(hours=12)
"""Whoever passed a ticket, or did not answer, is not asked again for so long, unless they come back on duty before."""

ROUND_EVENTS: frozenset[type[Event]] = frozenset(
    {
        TicketOpened,
        TicketUnassigned,
        TicketHandedOver,
        TicketReopened,
        TicketTransferred,
        TicketOffered,
        OfferPassed,
        NobodyToOffer,
        TicketClaimed,
        TicketAssigned,
        TicketResolved,
    }
)
"""All that ``round_of`` looks at."""

_SHORT = 3
"""Letters of a word that says nothing of what a ticket is about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """How far it went."""

    asked: frozenset[PersonId]
    """Since the ticket was opened, reopened, put back or given to another team."""
    left: Mapping[PersonId, datetime]
    """Who passed it, let the time go by or gave it up, and when: since it was opened, reopened or another team's."""
    is_told: bool
    """Whether it was said already that there is nobody to ask, and nobody was asked since."""
    holder: PersonId | None
    """Who had the ticket last and did not give it up, in whatever round."""

    def is_left_out(self, person: Person, now: datetime) -> bool:
        """Whether ``person`` is not to be asked at ``now``."""
        left_at = self.left.get(person.id)
        if left_at is None or now >= left_at + PASS_LASTS:
            return False
        word = person.duty
        return word is None or word.state is not DutyState.AVAILABLE or word.since <= left_at


def round_of(records: Sequence[Record]) -> Round:
    """``records``: the ticket's trail, oldest first, with at least the ``ROUND_EVENTS`` in it."""
    asked: set[PersonId] = set()
    left: dict[PersonId, datetime] = {}
    is_told = False
    holder: PersonId | None = None
    for record in records:
        match record.event:
            case TicketOpened() | TicketReopened() | TicketTransferred():
                asked, left, is_told = set(), {}, False
            case TicketUnassigned(previous=previous) | TicketHandedOver(previous=previous):
                asked, is_told, holder = set(), False, None
                left[previous] = record.at
            case TicketOffered(person=person):
                asked.add(person)
                is_told = False
            case OfferPassed(person=person):
                left[person] = record.at
            case NobodyToOffer():
                is_told = True
            case TicketClaimed(assignee=assignee) | TicketAssigned(assignee=assignee):
                holder = assignee
            case TicketResolved():
                holder = holder or record.actor
    return Round(asked=frozenset(asked), left=left, is_told=is_told, holder=holder)


def is_skilled(person: Person, team: Team, category: str) -> bool:
    """Whether the person answers tickets of the category: whom the team's skills do not name answers all."""
    address = person.confirmed_address
    answers = team.skills.get(address) if address is not None else None
    return answers is None or category in answers


def are_alike(title: str, tags: Iterable[str], other_title: str, other_tags: Iterable[str]) -> bool:
    """Whether two tickets of one category are about the same: by a tag, or by two words of their titles."""
    return not set(tags).isdisjoint(other_tags) or len(_words(title) & _words(other_title)) >= 2


def _words(title: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"\w+", title.casefold()) if len(word) > _SHORT)
