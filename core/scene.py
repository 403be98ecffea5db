"""What a delivery's words are made from, and the word for one that needs none."""

from dataclasses import dataclass

from core.cards.card import Reader
from core.cards.ticket import Names
from core.events import Record
from core.model.desk import Desk
from core.model.outbox import Delivery
from core.model.thread import Message, Thread
from core.model.ticket import Ticket
from core.ports import Signer


@dataclass(frozen=True, slots=True)
class Skip:
    """Not to be delivered any more."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What the words are made from."""

    delivery: Delivery
    thread: Thread | None
    """The one addressed."""
    ticket: Ticket
    record: Record
    message: Message | None
    names: Names
    desk: Desk
    reader: Reader
    signer: Signer | None
