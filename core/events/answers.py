"""Of FAQs, and of answers found before there was a ticket."""

from dataclasses import dataclass

from core.events.base import Event
from core.model.ids import FaqId, TicketId


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqDrafted(Event):
    faq: FaqId
    source: TicketId | None
    """The ticket that it was written from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqEdited(Event):
    faq: FaqId
    number: int
    """Of the version that it has now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqPublished(Event):
    faq: FaqId
    number: int
    """Of the version that everybody reads."""
    cleared: bool
    """Whether it was published although something in it looked like personal data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqRetired(Event):
    faq: FaqId


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqRated(Event):
    faq: FaqId
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerFound(Event):
    """Somebody found their answer in what was there, before or without a ticket. One of ``faq`` and ``found``."""

    faq: FaqId | None
    found: TicketId | None
    deflected: bool
    """Whether they were about to open a ticket."""
