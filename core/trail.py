"""The audit trail as it is read: who may know of what in it, and whoever was absorbed by a link as who they are now."""

from collections.abc import Sequence
from datetime import datetime

from core.cards.news import FOR_EVERYBODY, persons_in
from core.events import (
    AbsorptionUndone,
    Event,
    MessageEdited,
    MessageMovedAway,
    ReactionChanged,
    Record,
    TagsChanged,
    TicketAbsorbed,
    TicketErased,
    TicketFollowed,
    TicketJoined,
    TicketSnoozed,
    TicketUnfollowed,
    TicketWoken,
    with_persons,
)
from core.model.desk import Desk
from core.model.people import Person
from core.model.thread import Audience, MessageKind, may_hear
from core.model.ticket import Ticket
from core.policy import Action, may
from core.storage import Traced, UnitOfWork

CHANGES = (MessageEdited, ReactionChanged, MessageMovedAway)
"""What a page that shows the message already has to hear; a whole view shows the message as it is now."""


_ON_THE_CARD = (
    AbsorptionUndone,
    TagsChanged,
    TicketAbsorbed,
    TicketErased,
    TicketFollowed,
    TicketJoined,
    TicketSnoozed,
    TicketUnfollowed,
    TicketWoken,
)
"""What is told of in no line for everybody, but changes what a requester's card says."""


async def as_of_now(records: Sequence[Record], work: UnitOfWork) -> Sequence[Record]:
    """``records`` for reading. The chain verifies over what ``Events`` gives, and not over these."""
    named = {person for record in records for person in (record.actor, *persons_in(record.event)) if person is not None}
    survivors = await work.people.survivors(sorted(named)) if named else {}
    return [with_persons(record, survivors) for record in records] if survivors else records


def audience_of(person: Person, ticket: Ticket, desk: Desk, now: datetime) -> Audience:
    """As which reader of the ticket's thread the person counts."""
    return Audience.STAFF if may(Action.SEE_NOTES, person, ticket, desk, now) else Audience.REQUESTER


def heard_by(audience: Audience) -> frozenset[MessageKind]:
    return frozenset(kind for kind in MessageKind if may_hear(kind, audience))


def shown_to(audience: Audience, *, but: Sequence[type[Event]] = ()) -> Traced:
    """What a reader of ``audience`` may know of: notes and the staff's own trail are the staff's."""
    only = None if audience is Audience.STAFF else frozenset[type[Event]](FOR_EVERYBODY)
    return Traced(only=only, but=frozenset(but), said=heard_by(audience))


def changes_page(event: Event, audience: Audience) -> bool:
    """Whether the ticket's page is another after ``event`` to a reader of ``audience``: to hear of anything else would
    tell that there is something to hide."""
    if audience is Audience.STAFF:
        return True
    kind = getattr(event, "kind", None)
    is_hidden = isinstance(kind, MessageKind) and kind not in heard_by(audience)
    return isinstance(event, (*FOR_EVERYBODY, *_ON_THE_CARD)) and not is_hidden
