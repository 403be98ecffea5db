"""What the core asks of its memory: one transaction and the rooms it reaches.

Protocols that ``adapters/sql`` fulfils and ``tests/contract/`` checks.
"""

from core.storage.blobs import Blobs, Kept, Received
from core.storage.combining import Combining
from core.storage.desk import Leases, Marks, Troubles
from core.storage.erasing import Erasing, Extent
from core.storage.knowledge import FaqQuery, Faqs
from core.storage.people import Links, People, Preferences
from core.storage.queries import EVERYTHING, Order, Sight, TicketQuery, Traced
from core.storage.search import PART, Document, Index, Words
from core.storage.similar import Change, FullText, Occurrences, Stale, Vectors
from core.storage.tickets import Copies, Drafts, Events, Files, Messages, NewTicket, Reactions, Reads, Threads, Tickets
from core.storage.unit import Store, UnitOfWork
from core.storage.webhooks import DeliveryLog, Logged
from core.storage.work import Escalations, Inbox, Outbox, Outcome, Solved, Tally, Timers, Waiting, Workload

__all__ = [
    "EVERYTHING",
    "PART",
    "Blobs",
    "Change",
    "Combining",
    "Copies",
    "DeliveryLog",
    "Document",
    "Drafts",
    "Erasing",
    "Escalations",
    "Events",
    "Extent",
    "FaqQuery",
    "Faqs",
    "Files",
    "FullText",
    "Inbox",
    "Index",
    "Kept",
    "Leases",
    "Links",
    "Logged",
    "Marks",
    "Messages",
    "NewTicket",
    "Occurrences",
    "Order",
    "Outbox",
    "Outcome",
    "People",
    "Preferences",
    "Reactions",
    "Reads",
    "Received",
    "Sight",
    "Solved",
    "Stale",
    "Store",
    "Tally",
    "Threads",
    "TicketQuery",
    "Tickets",
    "Timers",
    "Traced",
    "Troubles",
    "UnitOfWork",
    "Vectors",
    "Waiting",
    "Words",
    "Workload",
]
