"""What may answer a question before a ticket is opened for it, as far as whoever asks may see it."""

from dataclasses import dataclass

from core.model.ids import FaqId, TicketId, parse_ref
from core.model.similar import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A ticket or a FAQ that is similar; never said to be the same."""

    kind: Kind
    ref: str
    """``T-12`` or ``F-7``."""
    title: str
    why: tuple[str, ...] = ()
    """Words of it that were asked with, as they are written there."""
    state: str
    """How a ticket stands, or that it is a FAQ: in the asker's words."""
    answer: str = ""
    """The beginning of a FAQ's answer, or of the one that resolved a ticket: plain words."""
    followers: int = 0
    follows: bool = False
    """Whether the asker hears of it already: by following it, or because it is theirs or they take part."""
    is_solved: bool = False
    """Whether it holds an answer: a FAQ, a resolved ticket."""
    url: str
    """Its page in the console."""

    @property
    def ticket(self) -> TicketId | None:
        return parse_ref(self.ref) if self.kind is Kind.TICKET else None

    @property
    def can_follow(self) -> bool:
        """Whether "+1" means anything."""
        return self.kind is Kind.TICKET and not self.is_solved and not self.follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    items: tuple[Suggestion, ...] = ()
    """The most similar first; as many as bot.toml says."""
    others: int | None = None
    """How many similar tickets there are that the asker may not see; None where they are too few to be told of."""
    can_join_blind: bool = False
    """Whether the asker may hear of one of ``others`` when it is solved, without seeing it."""

    def __bool__(self) -> bool:
        return bool(self.items) or self.others is not None


NOTHING = Suggestions()


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the desk has to say to a question."""

    best: FaqId | None = None
    """A published FAQ that answers it, as far as the desk can be sure."""
    near: tuple[Suggestion, ...] = ()
    """What else is similar."""
