"""Deleting what people typed in a ticket: table by table, in one transaction.

A new column that holds words of a ticket is emptied here. ``tests/contract/test_erasing.py`` looks through all tables.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Table, delete, func, null, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Room
from adapters.sql.search.documents import SqlIndex
from adapters.sql.tables import (
    copies,
    deliveries,
    drafts,
    escalations,
    faq_ratings,
    faq_versions,
    faqs,
    files,
    followers,
    merges,
    messages,
    reactions,
    reads,
    threads,
    ticket_links,
    tickets,
    timers,
)
from core.model.draft import ABOUT, FAQ, SOURCE
from core.model.faq import FaqState, faq_ref
from core.model.ids import MessageId, PersonId, ThreadId, TicketId, ref_of
from core.model.outbox import DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.similar import Item, Kind
from core.model.thread import MessageKind
from core.storage import Erasing, Extent
from core.text import Text, to_json

_OWN: Sequence[Table] = (files, followers, reads, timers)
"""Tables whose rows of the ticket are nothing without it."""
_GIVEN_UP = [DeliveryState.DEAD.value, DeliveryState.PARKED.value]
_SHOWING = [intent.value for intent in (Intent.NEWS, Intent.HISTORY, Intent.MESSAGE)]


_MERGE_FULL_TEXT = text("INSERT INTO index_text (index_text) VALUES ('optimize')")
"""What FTS5 deletes it keeps, and marks so, until it merges what it has (https://sqlite.org/fts5.html#the_optimize_command):
a second or two for a hundred thousand tickets."""


class SqlErasing(Room, Erasing):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked

    async def extent(self, ticket: TicketId) -> Extent:
        said = (messages.c.ticket_id == ticket, messages.c.undone_at.is_(None))
        return Extent(
            replies=await self._count(messages, *said, messages.c.kind == MessageKind.REPLY.value),
            notes=await self._count(messages, *said, messages.c.kind == MessageKind.NOTE.value),
            files=await self._count(files, files.c.ticket_id == ticket),
            followers=await self._count(followers, followers.c.ticket_id == ticket),
            faqs=await self._count(faqs, faqs.c.source_id == ticket, faqs.c.published.is_(None)),
            threads=await self._count(
                threads, threads.c.ticket_id == ticket, threads.c.card.is_not(None), threads.c.lost_at.is_(None)
            ),
        )

    async def _count(self, table: Table, *where: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(table).where(*where)
        return int((await self._run(counted)).scalar_one())

    async def wipe(self, ticket: TicketId, at: datetime) -> None:
        await self._wipe_talk(ticket, at)
        await self._wipe_what_they_typed_before(ticket)
        for table in _OWN:
            await self._run(delete(table).where(table.c.ticket_id == ticket))
        both = or_(ticket_links.c.ticket_id == ticket, ticket_links.c.other_id == ticket)
        await self._run(delete(ticket_links).where(both))
        theirs = escalations.c.ticket_id == ticket
        await self._run(update(escalations).where(theirs).values(acknowledged_as=""))
        await self._skip_what_was_given_up(ticket, at)
        gone = await self._wipe_faqs(ticket)
        await SqlIndex(self._connection, self._marked).remove([Item(Kind.TICKET, ticket), *gone])
        if not self._on_postgresql:
            await self._run(_MERGE_FULL_TEXT)

    async def _wipe_talk(self, ticket: TicketId, at: datetime) -> None:
        said = select(messages.c.id).where(messages.c.ticket_id == ticket)
        await self._run(delete(reactions).where(reactions.c.message_id.in_(said)))
        silent = {"text": to_json(Text()), "undone_at": func.coalesce(messages.c.undone_at, at)}
        await self._run(update(messages).where(messages.c.ticket_id == ticket).values(silent))

    async def _wipe_drafts(self, ticket: TicketId, faq_refs: Sequence[str]) -> None:
        """What was held back, and FAQs that somebody was writing."""
        holds = drafts.c["values"]
        theirs = or_(
            holds[ABOUT].as_string() == ref_of(ticket),
            holds[SOURCE].as_string() == ref_of(ticket),
            holds[FAQ].as_string().in_(faq_refs),
        )
        await self._run(delete(drafts).where(theirs))

    async def _wipe_what_they_typed_before(self, ticket: TicketId) -> None:
        """Whoever asked for a ticket that was merged follows where it went, with its words beside that."""
        requester = select(tickets.c.requester_id).where(tickets.c.id == ticket).scalar_subquery()
        for into in await self._went_through(ticket):
            theirs = (followers.c.ticket_id == into, followers.c.person_id == requester)
            await self._run(update(followers).where(*theirs).values(words=null()))

    async def _went_through(self, ticket: TicketId) -> Sequence[int]:
        """Every ticket that it ever went into, and those that these went into."""
        found: list[int] = []
        waiting: list[int] = [ticket]
        while waiting:
            rows = await self._rows(select(merges.c.into_id).where(merges.c.ticket_id == waiting.pop()))
            new = {row.into_id for row in rows} - {*found, ticket}
            found += new
            waiting += new
        return found

    async def _skip_what_was_given_up(self, ticket: TicketId, at: datetime) -> None:
        """A parked one would hold up what is to take the rest of its thread away."""
        given_up = (deliveries.c.ticket_id == ticket, deliveries.c.state.in_(_GIVEN_UP))
        skipped = {"state": DeliveryState.SKIPPED, "reason": "the ticket was erased", "finished_at": at}
        await self._run(update(deliveries).where(*given_up).values(skipped))

    async def _wipe_faqs(self, ticket: TicketId) -> Sequence[Item]:
        """What is published stays as it is published; all else that was made of the ticket goes."""
        made = await self._rows(select(faqs.c.id, faqs.c.state, faqs.c.published).where(faqs.c.source_id == ticket))
        gone = [row.id for row in made if row.published is None or row.state != FaqState.PUBLISHED.value]
        await self._wipe_drafts(ticket, [faq_ref(row.id) for row in made])
        for row in made:
            mine = faq_versions.c.faq_id == row.id
            if row.id in gone:
                await self._run(delete(faq_versions).where(mine))
                continue
            await self._run(delete(faq_versions).where(mine, faq_versions.c.number != row.published))
            kept = {"latest": row.published, "version": faqs.c.version + 1}
            await self._run(update(faqs).where(faqs.c.id == row.id).values(kept))
            self._marked.add(Item(Kind.FAQ, row.id))
        await self._run(delete(faq_ratings).where(faq_ratings.c.faq_id.in_(gone)))
        await self._run(delete(faqs).where(faqs.c.id.in_(gone)))
        return [Item(Kind.FAQ, one) for one in gone]

    async def strays(self, ticket: TicketId) -> Sequence[tuple[MessageId, ToThread]]:
        rows = await self._rows(
            select(copies.c.message_id, threads.c.id, threads.c.platform)
            .distinct()
            .join(messages, messages.c.id == copies.c.message_id)
            .join(threads, threads.c.id == copies.c.thread_id)
            .where(messages.c.ticket_id == ticket, threads.c.ticket_id != ticket, threads.c.lost_at.is_(None))
            .order_by(copies.c.message_id, threads.c.id)
        )
        return [(MessageId(row.message_id), ToThread(ThreadId(row.id), Platform(row.platform))) for row in rows]

    async def told_of(self, ticket: TicketId) -> Sequence[ToPerson]:
        rows = await self._rows(
            select(deliveries.c.person_id, deliveries.c.platform)
            .distinct()
            .where(*_told_of(ticket))
            .order_by(deliveries.c.person_id, deliveries.c.platform)
        )
        return [ToPerson(PersonId(row.person_id), Platform(row.platform)) for row in rows]

    async def shown_to(self, address: ToPerson, ticket: TicketId) -> Sequence[str]:
        theirs = (deliveries.c.person_id == address.person, deliveries.c.platform == address.platform.value)
        told = select(deliveries.c.receipt).where(*_told_of(ticket), *theirs).order_by(deliveries.c.id)
        return [row.receipt for row in await self._rows(told)]

    async def shown_in(self, thread: ThreadId) -> Sequence[str]:
        there = select(copies.c.external_id).where(copies.c.thread_id == thread).order_by(copies.c.external_id)
        put = select(deliveries.c.receipt).where(
            deliveries.c.thread_id == thread,
            deliveries.c.intent.in_(_SHOWING),
            deliveries.c.receipt.is_not(None),
        )
        rows = [*await self._rows(there), *await self._rows(put.order_by(deliveries.c.id))]
        return list(dict.fromkeys(str(row[0]) for row in rows))


def _told_of(ticket: TicketId) -> Sequence[ColumnElement[bool]]:
    return (
        deliveries.c.ticket_id == ticket,
        deliveries.c.intent == Intent.PING.value,
        deliveries.c.person_id.is_not(None),
        deliveries.c.receipt.is_not(None),
    )
