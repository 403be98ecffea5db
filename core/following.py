"""What one person follows: tickets that they see, and private ones that they joined unseen, of which they are told
nothing but that they are solved.

A ticket that is followed unseen is named by the follow's own id: its number and its words are nobody's to know.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.commands import Actor
from core.model.desk import Desk
from core.model.ids import FollowId
from core.model.people import Person
from core.model.relation import Follow
from core.model.ticket import Ticket
from core.policy import Action, may
from core.ports import Clock
from core.reading import asker_of
from core.storage import Store


@dataclass(frozen=True, slots=True)
class Follows:
    """The newest first."""

    seen: Sequence[Ticket]
    unseen: Sequence[Follow]


class Following:
    """Reads for one desk."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    async def all(self, actor: Actor) -> Follows:
        """Without what is over for those who were told so. Raises NotAllowed."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            seen: list[Ticket] = []
            unseen: list[Follow] = []
            for follow in await work.tickets.follows_of(person.id):
                ticket = await work.tickets.get(follow.ticket)
                if ticket is None or self._is_over_for(person, ticket):
                    continue
                if may(Action.SEE, person, ticket, self._desk, self._clock.now()):
                    seen.append(ticket)
                else:
                    unseen.append(follow)
        return Follows(seen, unseen)

    def _is_over_for(self, person: Person, ticket: Ticket) -> bool:
        """Of a ticket that became none of theirs they hear nothing any more, not even that it is over."""
        return not ticket.status.is_live and may(Action.FOLLOW, person, ticket, self._desk, self._clock.now())

    async def find(self, follow: FollowId, actor: Actor) -> Follow | None:
        """None where it is nobody's any more, or another's. Raises NotAllowed."""
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            return next((one for one in await work.tickets.follows_of(person.id) if one.id == follow), None)
