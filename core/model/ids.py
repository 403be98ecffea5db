"""The ids that cross the desk's rooms, and the ticket's ref as people write it.

All ids are positive integers given by the database; ``NewType`` keeps a person's from being passed for a ticket's.
"""

import re
from typing import NewType

PersonId = NewType("PersonId", int)
TicketId = NewType("TicketId", int)
ThreadId = NewType("ThreadId", int)
MessageId = NewType("MessageId", int)
FileId = NewType("FileId", int)
EventId = NewType("EventId", int)
DeliveryId = NewType("DeliveryId", int)
TimerId = NewType("TimerId", int)
EscalationId = NewType("EscalationId", int)
FaqId = NewType("FaqId", int)
MergeId = NewType("MergeId", int)
FollowId = NewType("FollowId", int)
"""Of one person's following of one ticket: it tells nothing of the ticket."""
DraftId = NewType("DraftId", str)
"""Unguessable, since it travels through forms: 22 URL-safe characters."""

MAX_ID = 2**53 - 1
"""The largest id any door may be handed: a browser's numbers are exact only up to here."""

_REF = re.compile(r"(?:T-|#)([1-9]\d{0,14})", re.IGNORECASE | re.ASCII)


def ref_of(ticket: TicketId) -> str:
    """The ref of a ticket as people read it: ``T-1042``."""
    return f"T-{ticket}"


def parse_ref(text: str) -> TicketId | None:
    """The ticket that ``text`` (``T-1042``, ``t-1042`` or ``#1042``) names, or None where it is no ref.

    A bare number is no ref: in "resolve 42 is the answer" it is a word of the answer.
    """
    found = _REF.fullmatch(text.strip())
    return TicketId(int(found[1])) if found else None
