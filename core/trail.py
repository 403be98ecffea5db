"""The audit trail as it is read: whoever was absorbed by a link is who they are now."""

from collections.abc import Sequence

from core.cards.news import persons_in
from core.events import Record, with_persons
from core.storage import UnitOfWork


async def as_of_now(records: Sequence[Record], work: UnitOfWork) -> Sequence[Record]:
    """``records`` for reading. The chain verifies over what ``Events`` gives, and not over these."""
    named = {person for record in records for person in (record.actor, *persons_in(record.event)) if person is not None}
    survivors = await work.people.survivors(sorted(named)) if named else {}
    return [with_persons(record, survivors) for record in records] if survivors else records
