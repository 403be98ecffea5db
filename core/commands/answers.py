"""Of FAQs, and of answers found before there was a ticket."""

from dataclasses import dataclass

from core.commands.base import Command
from core.model.ids import DraftId, FaqId, TicketId
from core.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateFaq(Command):
    """A draft of a frequently asked question."""

    question: str
    answer: Text
    category: str = ""
    """A category's key; "" for none."""
    source: TicketId | None = None
    """The ticket that it was written from."""
    draft: DraftId | None = None
    """The form that it was gathered in, which ends with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFaq(Command):
    """Another version, which waits to be published."""

    faq: FaqId
    question: str
    answer: Text
    category: str = ""
    base: int | None = None
    """The version that the editor had before them: refused where there is a newer one. None asks for no such look."""
    draft: DraftId | None = None
    """As in ``CreateFaq``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishFaq(Command):
    """For everybody to read, until it is due to be looked at again. Published anew as it is, it is looked at."""

    faq: FaqId
    base: int | None = None
    """As in ``EditFaq``: the version that was read before."""
    cleared: bool = False
    """Whether what looks like personal data was looked at, and may be read by everybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetireFaq(Command):
    faq: FaqId


@dataclass(frozen=True, slots=True, kw_only=True)
class RateFaq(Command):
    """Whether it helped the asker: one word a person, the last that they said."""

    faq: FaqId
    helpful: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAnswer(Command):
    """What the asker was shown answers it: no ticket is needed. One of ``faq`` and ``found``."""

    faq: FaqId | None = None
    found: TicketId | None = None
    """A resolved ticket that they may see."""
    draft: DraftId | None = None
    """What they had typed for a ticket of their own, which ends with it."""
