"""The tables, declared once: the repositories query them and Alembic compares the migrations with them."""

from adapters.sql.tables.base import DONE, FOUND, GIVEN_UP, GOING_ON, live, metadata, pending, unfinished
from adapters.sql.tables.combine import merges, ticket_links
from adapters.sql.tables.faq import faq_ratings, faq_versions, faqs
from adapters.sql.tables.index import index_counters, index_documents, index_marks
from adapters.sql.tables.people import (
    accounts,
    grants,
    identities,
    link_codes,
    link_misses,
    people,
    preferences,
    sessions,
)
from adapters.sql.tables.threads import (
    blob_pieces,
    blobs,
    copies,
    events,
    files,
    messages,
    reactions,
    reads,
    threads,
)
from adapters.sql.tables.tickets import drafts, followers, participants, tickets
from adapters.sql.tables.work import deliveries, escalations, inbox, leases, marks, pace, timers, troubles

__all__ = [
    "DONE",
    "FOUND",
    "GIVEN_UP",
    "GOING_ON",
    "accounts",
    "blob_pieces",
    "blobs",
    "copies",
    "deliveries",
    "drafts",
    "escalations",
    "events",
    "faq_ratings",
    "faq_versions",
    "faqs",
    "files",
    "followers",
    "grants",
    "identities",
    "inbox",
    "index_counters",
    "index_documents",
    "index_marks",
    "leases",
    "link_codes",
    "link_misses",
    "live",
    "marks",
    "merges",
    "messages",
    "metadata",
    "pace",
    "participants",
    "pending",
    "people",
    "preferences",
    "reactions",
    "reads",
    "sessions",
    "threads",
    "ticket_links",
    "tickets",
    "timers",
    "troubles",
    "unfinished",
]
