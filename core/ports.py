"""What the core asks of the outside, its memory apart (``core/storage``).

Protocols that the adapters fulfil and ``tests/contract/`` checks.
"""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from mmap import mmap
from typing import Protocol

from core.cards.card import Card
from core.events import Record
from core.model.mail import MailKind
from core.model.outbox import Address, Delivery
from core.model.similar import Entry, Item, Near, Scope
from core.model.thread import Copy, File, MessageKind, Thread
from core.model.ticket import Ticket
from core.text import Json, Text


class Clock(Protocol):
    def now(self) -> datetime:
        """Aware, UTC."""


class Keys(Protocol):
    """Where unguessable names come from; a test gives its own."""

    def token(self) -> str:
        """22 URL-safe characters, 128 bits."""

    def hex(self, digits: int) -> str:
        """So many hexadecimal digits."""


class Retry(Exception):
    """The platform did not take it, and may later. ``after``: not before so many seconds, where it said so."""

    def __init__(self, reason: str, after: float | None = None, answered: int | None = None) -> None:
        super().__init__(reason)
        self.after = after
        self.answered = answered


class Undeliverable(Exception):
    """The platform will never take it: trying again is for a human to decide, after mending the reason. ``answered``:
    the status of its answer, where somebody may want to see it."""

    def __init__(self, reason: str, answered: int | None = None) -> None:
        super().__init__(reason)
        self.answered = answered


SLOWEST = 256 * 1024
"""Bytes a second: what carries a file to a platform or from there more slowly than that is cut off."""


def time_for(size: int) -> float:
    """Seconds that so many bytes may take on their way, beside what any call may."""
    return size / SLOWEST


class Unknown(Exception):
    """The call may have happened: the answer was lost."""


class Gone(Exception):
    """What it goes to is there no more: a thread, or an endpoint that said so (``answered``: by which status)."""

    def __init__(self, reason: str, answered: int | None = None) -> None:
        super().__init__(reason)
        self.answered = answered


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A message on its way to a thread: who said what."""

    author: str
    by_staff: bool = False
    avatar_url: str | None = None
    text: Text
    kind: MessageKind
    files: tuple[File, ...] = ()


@dataclass(frozen=True, slots=True)
class Removal:
    """A message is taken back: its copy is to go, and where none is known, whatever an earlier call may have made."""

    author: str = ""
    by_staff: bool = False


@dataclass(frozen=True, slots=True)
class Reacted:
    """What people elsewhere set under a message: the emoji that its copy is to bear."""

    emoji: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """Where it was written: a reply is with everybody who is to read it, a note with the staff."""

    kind: MessageKind
    was_held: bool = False
    """Whether it may bear a note's mark there still: it was kept as one until its author sent it."""


@dataclass(frozen=True, slots=True)
class Wiped:
    """Nothing of the ticket's is to stay in the thread."""

    card: Card
    """What takes the place of the ticket's card, where that stays."""
    known: tuple[str, ...]
    """What the platform calls all that is known to stand there."""


@dataclass(frozen=True, slots=True)
class Roster:
    """Who belongs in a thread, by what the thread's platform calls them."""

    present: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    """Who was taken out."""


@dataclass(frozen=True, slots=True)
class Settled:
    """Whether the thread's ticket is over."""

    over: bool


@dataclass(frozen=True, slots=True)
class Published:
    """An event, as an endpoint is told of it."""

    type: str
    at: datetime
    data: Mapping[str, Json]


Content = Card | Spoken | Removal | Reacted | Marked | Roster | Settled | Wiped | Published


@dataclass(frozen=True, slots=True)
class Mailing:
    """What a person is written of by mail."""

    kind: MailKind
    unsubscribe: str | None
    """The address of the page that ends such mails."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parcel:
    """A delivery with its words, made a moment ago."""

    delivery: Delivery
    address: Address
    thread: Thread | None = None
    """The thread addressed, for ``ToThread``."""
    ticket: Ticket | None = None
    content: Content
    over: bool = False
    """Whether the ticket is over: its thread is put away after work in it."""
    roster: Roster = Roster()
    """For a thread to be made: who belongs there from the first moment."""
    files: tuple[File, ...] = ()
    """For a thread to be made: what the ticket was opened with."""
    pings: tuple[str, ...] = ()
    """Whom this one may ping, by what the platform calls them; nobody else, ever."""
    copy: Copy | None = None
    """What the platform calls the message, for what changes or answers one that is there."""
    recipient: str | None = None
    """What the platform calls the person addressed, for ``ToPerson``; for a thread to be made, the one whose own it
    will be."""
    fallback: Thread | None = None
    """Where a person can be pinged who takes no messages of their own: the ticket's thread that they are in."""
    home: Thread | None = None
    """The thread on the same platform where the ticket is talked about, for a card that stands elsewhere."""
    mailing: Mailing | None = None
    """For a person who is written to by mail."""

    @property
    def key(self) -> str:
        return self.delivery.key

    @property
    def carried(self) -> tuple[File, ...]:
        """The files whose bytes go with it."""
        return (*self.files, *(self.content.files if isinstance(self.content, Spoken) else ()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a call made, by what the platform calls it."""

    external_id: str | None = None
    parts: tuple[str, ...] = ()
    """All of the messages, where one did not fit into one."""
    card: str | None = None
    """The message with the ticket's card, where one was made."""
    realm: str | None = None
    """Where a thread that was made turned out to be."""
    cursor: str | None = None
    """Where in a thread that was made the reading begins, if not at ``external_id``."""
    answered: int | None = None
    """The status of an endpoint's answer."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a platform takes calls for one pace key."""

    interval: timedelta


class Channel(Protocol):
    """One way out of the desk. Raises only Retry, Undeliverable, Unknown and Gone; when to try again is the
    dispatcher's."""

    @property
    def pace(self) -> Pace | None:
        """Between two calls with the same pace key; None where the platform sets none."""

    async def deliver(self, parcel: Parcel) -> Receipt: ...

    async def find(self, parcel: Parcel) -> Receipt | None:
        """What an earlier, uncertain call of the same parcel made, or None where nothing is found (or the platform
        takes the same key twice without doubling, so that sending again is safe)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inspected:
    """What the bytes of an upload turned out to be."""

    name: str
    media_type: str
    width: int | None = None
    height: int | None = None


class FileInspector(Protocol):
    def check_size(self, name: str, size: int) -> None:
        """Raises BadField where that is more than any file may have, before the rest of it comes."""

    def inspect(self, name: str, data: bytes | mmap, *, image_only: bool) -> Inspected:
        """Sniff and check; raises BadField with the reason for a file that the desk does not take."""


class Expired(Exception):
    """It was signed here, and its time is over."""


class Signer(Protocol):
    """Makes links that only this desk can make, each good for one purpose and for a time."""

    def sign(self, purpose: str, what: str, until: datetime) -> str:
        """A token of letters, digits, ``_``, ``-`` and ``.``: ``what`` can be read from it, and not changed."""

    def read(self, purpose: str, token: str, now: datetime) -> str | None:
        """What was signed for that purpose; None for anything that was not signed so here. Raises Expired."""


class NoModel(Exception):
    """The model of meaning cannot be used: a sentence for whoever runs the desk, with the mend."""


class Embedder(Protocol):
    """A model of meaning. It computes on the CPU for as long as it takes: call it in a thread."""

    @property
    def name(self) -> str:
        """Of the model and of how its input is cut: vectors of two names are never compared."""

    @property
    def dimensions(self) -> int:
        """Bytes in each vector."""

    def embed(self, texts: Sequence[str]) -> Sequence[bytes]:
        """A vector for each text, in their order: ``dimensions`` signed bytes, whose direction alone means something.
        Any text will do; of a long one the beginning counts, and an empty one has a vector too."""


class SemanticIndex(Protocol):
    """All vectors in memory, each with who may know of it. Any method may be called in any thread, beside any other."""

    def __len__(self) -> int: ...

    def put(self, entries: Iterable[Entry]) -> None:
        """Add them; one whose item is there takes its place."""

    def remove(self, items: Iterable[Item]) -> None:
        """Those that are not there are no matter."""

    def nearest(self, vector: bytes, scope: Scope, limit: int) -> Sequence[Near]:
        """Of the items in ``scope``, and no others, the nearest first, at most ``limit``. About 12 ms for a million."""

    def cosines(self, vector: bytes, items: Collection[Item]) -> Mapping[Item, float]:
        """Of those that are there."""


OnCommit = Callable[["Committed"], Awaitable[None] | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Committed:
    """Told to those who listen after a transaction is on disk: the dispatcher wakes, browsers are nudged."""

    ticket: Ticket | None
    records: tuple[Record, ...]
    owes: bool
    """Whether there is something to deliver."""
