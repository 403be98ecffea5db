"""Tickets by words and filters, for everybody, each in what they may see."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.commands import Actor
from core.model.desk import Desk
from core.model.ticket import Priority, Status
from core.policy import Action, require_in_general, sight_of
from core.reading import Reading, asker_of
from core.storage import Order, Store, TicketQuery
from core.vocabulary import Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for: every field that is given narrows."""

    words: tuple[str, ...] = ()
    statuses: frozenset[Status] = frozenset()
    priorities: frozenset[Priority] = frozenset()
    categories: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    mine: bool = False
    """Those that the person opened, takes part in, follows or has."""
    followed: bool = False
    public: bool = False
    """Those that everybody may read."""
    order: Order = Order.BEST
    """Without words the best are the newest."""


class Searching:
    def __init__(self, store: Store, desk: Desk, reading: Reading) -> None:
        self._store = store
        self._desk = desk
        self._reading = reading

    async def find(
        self, wanted: Wanted, actor: Actor, *, offset: int = 0, limit: int = 50
    ) -> tuple[Sequence[Summary], int]:
        """A page of what there is, and how much there is of it (up to ``MOST_COUNTED``). Raises NotAllowed."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            require_in_general(Action.SEARCH, person)
            query = TicketQuery(
                sight=sight_of(person, self._desk),
                concerning=person.id if wanted.mine else None,
                followed_by=person.id if wanted.followed else None,
                public=wanted.public,
                categories=wanted.categories or None,
                priorities=wanted.priorities or None,
                statuses=wanted.statuses or None,
                tags=wanted.tags or None,
                words=wanted.words,
                order=wanted.order,
                offset=offset,
                limit=limit,
            )
            return await self._reading.look_up(query, person, work)
