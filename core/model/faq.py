"""Frequently asked questions: what is asked again and again, with an answer that whoever may publish stands behind."""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from core.errors import N_
from core.model.ids import FaqId, PersonId, TicketId
from core.text import Text

_REF = re.compile(r"F-([1-9]\d{0,14})", re.IGNORECASE | re.ASCII)


def faq_ref(faq: FaqId) -> str:
    """The ref of a FAQ as people read it: ``F-7``."""
    return f"F-{faq}"


def parse_faq_ref(text: str) -> FaqId | None:
    """The FAQ that ``text`` (``F-7`` or ``f-7``) names, or None where it is no ref."""
    found = _REF.fullmatch(text.strip())
    return FaqId(int(found[1])) if found else None


class FaqState(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETIRED = "retired"


STATE_WORDS = {
    FaqState.DRAFT: N_("draft"),
    FaqState.PUBLISHED: N_("published"),
    FaqState.RETIRED: N_("retired"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqVersion:
    """What one save left: a FAQ keeps them all."""

    number: int
    """From 1."""
    question: str
    answer: Text
    category: str = ""
    """A category's key; "" where it is of none."""
    by: PersonId
    at: datetime

    def says_the_same(self, other: "FaqVersion") -> bool:
        """Whether nobody could tell the two apart by reading."""
        return (self.question, self.answer, self.category) == (other.question, other.answer, other.category)


@dataclass(frozen=True, slots=True, kw_only=True)
class Faq:
    id: FaqId
    state: FaqState
    latest: FaqVersion
    published: FaqVersion | None = None
    """What people outside the staff read; it may be an older one than ``latest``, which then waits to be published."""
    source: TicketId | None = None
    """The ticket that it was written from: for the staff to know."""
    created_at: datetime
    published_at: datetime | None = None
    review_at: datetime | None = None
    """When somebody should look whether it still holds."""
    helpful: int = 0
    """How many people said that it helped them."""
    unhelpful: int = 0
    version: int = 1
    """Compared at every save."""

    @property
    def ref(self) -> str:
        return faq_ref(self.id)

    @property
    def waits(self) -> bool:
        """Whether there is a newer version than the one that is published."""
        return self.published is not None and self.published.number != self.latest.number

    def is_stale(self, now: datetime) -> bool:
        """Whether its review is due at ``now``."""
        return self.state is FaqState.PUBLISHED and self.review_at is not None and self.review_at <= now

    def edit(self, version: FaqVersion) -> "Faq":
        """With another version; a retired one is a draft again."""
        state = FaqState.DRAFT if self.state is FaqState.RETIRED else self.state
        return replace(self, state=state, latest=version)

    def publish(self, now: datetime, review_at: datetime) -> "Faq":
        """Its latest version, which is to be looked at again at ``review_at``."""
        return replace(self, state=FaqState.PUBLISHED, published=self.latest, published_at=now, review_at=review_at)

    def retire(self) -> "Faq":
        """Nobody outside the staff reads it any more."""
        return replace(self, state=FaqState.RETIRED, published=None, published_at=None, review_at=None)
