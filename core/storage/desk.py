"""What the desk remembers of itself: what only one process may hold, what stands in its way."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from core.model.outbox import Trouble


class Leases(Protocol):
    """What only one process may hold at a time."""

    async def take(self, name: str, owner: str, *, now: datetime, until: datetime) -> bool:
        """Take it or keep it until then; False while another holds it."""

    async def release(self, name: str, owner: str) -> None:
        """Give it up, if it is ``owner``'s."""


class Marks(Protocol):
    """What the desk remembers of a platform between starts, by name: which commands it last declared there."""

    async def get(self, name: str) -> str | None: ...

    async def put(self, name: str, value: str) -> None: ...


class Troubles(Protocol):
    async def report(self, key: str, sentence: str, at: datetime) -> bool:
        """Note that it got in the way; whether it is new."""

    async def mend(self, key: str) -> bool:
        """Whether it was there."""

    async def get(self, key: str) -> Trouble | None: ...

    async def all(self) -> Sequence[Trouble]:
        """The oldest first."""
