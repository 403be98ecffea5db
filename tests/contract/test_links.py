"""Linking: a code counts once and for one, and everything that one person had is the other's."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Column, func, select, text, update

from adapters.sql.store import SqlStore, SqlUnitOfWork
from adapters.sql.tables import deliveries, events, link_codes, link_misses, metadata, people
from core.errors import Conflict, Unavailable
from core.events import PersonLinked, TicketFollowed
from core.model.draft import Draft
from core.model.escalation import EscalationPolicy, EscalationTrigger
from core.model.faq import FaqVersion
from core.model.ids import DraftId, PersonId, TicketId
from core.model.outbox import ToPerson
from core.model.people import Account, Grant, Identity, Person, Platform, Role, Session
from core.model.thread import Audience, MessageKind, Reaction
from core.storage import Outcome
from tests.contract.samples import MINUTE, NOW, RICH, a_delivery, a_person, a_ticket, reread

LATER = NOW + 10 * MINUTE
DISCORD, SLACK = Identity(Platform.DISCORD, "", "42"), Identity(Platform.SLACK, "T1", "U42")


async def offered(work: SqlUnitOfWork, owner: Person, digest: str = "digest") -> None:
    await work.links.offer(owner.id, digest, at=NOW, until=LATER)


async def test_a_code_leads_to_its_owner_until_it_runs_out(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await offered(work, ann)
        assert await work.links.take("another", bob.id, NOW) is None
        assert await work.links.take("digest", bob.id, LATER) is None
        assert await work.links.take("digest", bob.id, LATER - MINUTE) == ann.id


async def test_a_code_is_for_whoever_typed_it_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [await a_person(work, name) for name in ("Ann", "Bob", "Eve")]
        await offered(work, ann)
        assert await work.links.take("digest", bob.id, NOW) == ann.id
        assert await work.links.take("digest", eve.id, NOW) is None
        assert await work.links.take("digest", bob.id, NOW) == ann.id


async def test_a_new_code_ends_the_one_before_and_nobody_elses(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await offered(work, ann, "first")
        await offered(work, bob, "theirs")
        await work.links.take("first", bob.id, NOW)
        await offered(work, ann, "second")
        assert await work.links.take("first", bob.id, NOW) is None
        assert await work.links.take("second", bob.id, NOW) == ann.id
        assert await work.links.take("theirs", ann.id, NOW) == bob.id


async def test_codes_that_ran_out_are_forgotten_by_the_next(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await offered(work, ann)
        await work.links.offer(bob.id, "later", at=LATER, until=LATER + MINUTE)
        assert (await work.connection.execute(select(link_codes.c.digest))).scalars().all() == ["later"]


async def test_wrong_codes_are_counted_for_each_person_and_for_a_time(store: SqlStore) -> None:
    within = 10 * MINUTE
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        assert await work.links.missed(ann.id) is None
        for minute in (0, 3, 9):
            await work.links.miss(ann.id, at=NOW + minute * MINUTE, within=within)
        await work.links.miss(bob.id, at=NOW + 9 * MINUTE, within=within)
        assert await work.links.missed(ann.id) == (3, NOW)
        await work.links.miss(bob.id, at=NOW + 10 * MINUTE, within=within)
        assert await work.links.missed(ann.id) is None
        assert await work.links.missed(bob.id) == (2, NOW + 9 * MINUTE)


# --- everything that names a person ----------------------------------------------------------------------------------


def naming_a_person() -> Sequence[Column[Any]]:
    """Every column of every table that refers to a person."""
    return [
        column
        for table in metadata.sorted_tables
        for column in table.c
        if any(key.column is people.c.id for key in column.foreign_keys)
    ]


async def naming(work: SqlUnitOfWork, person: PersonId) -> set[Column[Any]]:
    """The columns in which there is that person."""
    counts = {
        column: (await work.connection.execute(select(func.count()).where(column == person))).scalar_one()
        for column in naming_a_person()
    }
    return {column for column, count in counts.items() if count}


POLICY = EscalationPolicy(key="urgent", when=EscalationTrigger(), steps=())


async def leave_traces(work: SqlUnitOfWork, person: PersonId, *, account: bool = False) -> TicketId:
    """A row with ``person`` in every column that may name one, but for the account where they have none."""
    other = await a_person(work, "Other")
    ticket = await a_ticket(work, person)
    theirs = await a_ticket(work, other.id)
    taking_part = replace(theirs, participants=frozenset({person}), follower_count=1)
    await work.tickets.save(replace(taking_part, assignee=person, offered_to=person, erased_by=person))
    escalation = await work.escalations.add(theirs.id, POLICY, NOW)
    await work.escalations.save(replace(escalation, acknowledged_by=person))
    await work.tickets.follow(theirs.id, person, NOW)
    thread = await work.threads.add(ticket.id, Platform.SLACK, Audience.REQUESTER, participant=person)
    said = await work.messages.add(ticket.id, person, MessageKind.REPLY, RICH, NOW, origin=thread.id)
    await work.reactions.add(Reaction(said.id, person, "👍", Platform.SLACK), NOW)
    file = await work.files.add(person, "a", "text/plain", b"a", NOW, width=None, height=None)
    event = TicketFollowed(ticket=ticket.id, person=person)
    followed = await work.events.append(event, NOW, person, Platform.SLACK, "")
    await work.reads.put(person, ticket.id, followed.id, said.id, NOW)
    await work.preferences.put(person, "theme", "dark", NOW)
    for platform in (Platform.WEB, Platform.SLACK):
        await a_delivery(work, ToPerson(person, platform))
    await work.inbox.record(Platform.SLACK, "earlier", Outcome(person=person), NOW)
    faq = await work.faqs.add(
        FaqVersion(number=1, question="Q", answer=RICH, category="", by=person, at=NOW), source=None
    )
    await work.faqs.rate(faq.id, person, NOW, helpful=True)
    await work.drafts.put(Draft(id=DraftId("draft"), person=person, values={}, files=(file.id,), updated_at=NOW))
    await work.people.bind(person, SLACK)
    await work.people.grant(person, Grant(Role.AGENT, "helpdesk", "slack:S1"), NOW)
    await work.people.add_session(Session("cookie", person, NOW, LATER))
    await work.links.offer(person, "digest of theirs", at=NOW, until=LATER)
    await work.links.offer(other.id, "digest of another", at=NOW, until=LATER)
    await work.links.take("digest of another", person, NOW)
    await work.links.miss(person, at=NOW, within=MINUTE)
    await work.connection.execute(update(people).where(people.c.id == other.id).values(merged_into=person))
    if account:
        await work.people.add_account(Account(person, "ann", "ann@example.org", "hash"))
    return ticket.id


@pytest.mark.parametrize("account", [False, True], ids=["without an account", "with one"])
async def test_nothing_names_the_absorbed_any_more_but_history(store: SqlStore, account: bool) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await leave_traces(work, bob.id, account=account)
        every = set(naming_a_person()) - (set() if account else {metadata.tables["accounts"].c.person_id})
        assert await naming(work, bob.id) == every, "a column that names a person is new: leave a trace in it above"
        await work.links.hold([ann.id, bob.id])
        await work.links.absorb(bob.id, ann.id)
        assert await naming(work, bob.id) == {events.c.actor_id}, "who did it then"
        ended = {link_codes.c.person_id, link_codes.c.typist_id, link_misses.c.person_id, events.c.actor_id}
        granted = {metadata.tables["grants"].c.person_id}
        assert await naming(work, ann.id) == every - ended - granted


async def test_deliveries_of_the_absorbed_go_on_in_the_survivors_lanes(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        first = await a_delivery(work, ToPerson(ann.id, Platform.WEB))
        made = [await a_delivery(work, ToPerson(bob.id, on)) for on in (Platform.WEB, Platform.SLACK)]
        await work.links.absorb(bob.id, ann.id)
        found = [await work.outbox.get(number) for number in made]
        assert [one and one.address for one in found] == [
            ToPerson(ann.id, Platform.WEB),
            ToPerson(ann.id, Platform.SLACK),
        ]
        lanes = (await work.connection.execute(select(deliveries.c.lane).order_by(deliveries.c.id))).scalars().all()
        assert lanes == [f"person:web:{ann.id}", f"person:web:{ann.id}", f"person:slack:{ann.id}"]
        leased = await work.outbox.lease(NOW, owner="me", until=LATER, limit=9)
        assert [one.id for one in leased] == [first, made[1]], "one lane, in order"


async def test_what_both_had_they_have_once(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        ticket = await a_ticket(work, eve)
        for person in (ann, bob, eve):
            await work.tickets.follow(ticket.id, person, NOW)
        await work.tickets.save(replace(ticket, participants=frozenset({ann, bob}), follower_count=3))
        said = await work.messages.add(ticket.id, eve, MessageKind.REPLY, RICH, NOW, origin=None)
        for person, emoji in ((ann, "👍"), (bob, "👍"), (bob, "🎉"), (eve, "👍")):
            await work.reactions.add(Reaction(said.id, person, emoji, Platform.WEB), NOW)
        await work.links.absorb(bob, ann)
        found = await reread(work, ticket.id)
        assert (found.participants, found.follower_count) == (frozenset({ann}), 2)
        assert await work.tickets.followers(ticket.id) == [ann, eve]
        assert {(one.person, one.emoji) for one in await work.reactions.of(ticket.id)} == {
            (ann, "👍"),
            (ann, "🎉"),
            (eve, "👍"),
        }


@pytest.mark.parametrize("survivor_asked", [True, False], ids=["the survivor's", "the absorbed's"])
async def test_nobody_follows_or_takes_part_in_what_is_their_own(store: SqlStore, survivor_asked: bool) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        requester, company = (ann, bob) if survivor_asked else (bob, ann)
        ticket = await a_ticket(work, requester)
        for person in (company, eve):
            await work.tickets.follow(ticket.id, person, NOW)
        await work.tickets.save(replace(ticket, participants=frozenset({company, eve}), follower_count=2))
        await work.links.absorb(bob, ann)
        found = await reread(work, ticket.id)
        assert (found.requester, found.participants, found.follower_count) == (ann, frozenset({eve}), 1)
        assert await work.tickets.followers(ticket.id) == [eve]


@pytest.mark.parametrize("part", ["requester", "assignee", "participant", "follower"])
async def test_who_read_a_ticket_before_cannot_save_it_after(store: SqlStore, part: str) -> None:
    async with store.write() as work:
        ann, bob, eve = [(await a_person(work, name)).id for name in ("Ann", "Bob", "Eve")]
        ticket = await a_ticket(work, bob if part == "requester" else eve)
        bystanders = await a_ticket(work, eve)
        if part == "follower":
            await work.tickets.follow(ticket.id, bob, NOW)
        assignee, taking_part = bob if part == "assignee" else None, {bob} if part == "participant" else set()
        await work.tickets.save(replace(ticket, assignee=assignee, participants=frozenset(taking_part)))
        before = await reread(work, ticket.id)
        await work.links.absorb(bob, ann)
        with pytest.raises(Conflict):
            await work.tickets.save(before)
        assert await reread(work, bystanders.id) == bystanders


# --- who they are from then on ---------------------------------------------------------------------------------------


async def test_the_absorbed_is_found_as_the_survivor_by_whatever_is_asked_for(store: SqlStore) -> None:
    async with store.write() as work:
        ann = await a_person(work, "Ann")
        bob = await a_person(work, "Bob", email="bob@example.org", email_confirmed=True)
        await work.people.bind(ann.id, DISCORD)
        await work.people.bind(bob.id, SLACK)
        await work.links.absorb(bob.id, ann.id)
    for opened in (store.read, store.write):
        async with opened() as work:
            assert await work.people.get(bob.id) == ann
            assert await work.people.by_identity(SLACK) == ann
            assert await work.people.by_identity(DISCORD) == ann
            assert await work.people.identities(ann.id) == [DISCORD, SLACK]
            assert await work.people.by_external(Platform.SLACK, "T1", ["U42"]) == {"U42": ann.id}
            assert await work.people.external_ids([bob.id, ann.id], Platform.SLACK) == {ann.id: "U42", bob.id: "U42"}
            assert await work.people.named([ann.id, bob.id]) == {ann.id: "Ann", bob.id: "Ann"}
            assert await work.people.survivors([ann.id, bob.id]) == {bob.id: ann.id}
            assert await work.people.everybody() == [ann]
            assert await work.people.by_name("Bob") == []
            assert await work.people.by_email("bob@example.org") is None
    async with store.write() as work:
        assert await work.people.get(bob.id, lock=True) == ann


async def test_who_was_absorbed_by_somebody_who_is_absorbed_is_the_last_of_them(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob, eve = [await a_person(work, name) for name in ("Ann", "Bob", "Eve")]
        await work.links.absorb(bob.id, ann.id)
        await work.links.absorb(ann.id, eve.id)
        assert await work.people.get(bob.id) == eve
        assert await work.people.survivors([bob.id, ann.id, eve.id]) == {bob.id: eve.id, ann.id: eve.id}
        assert await work.people.named([bob.id]) == {bob.id: "Eve"}


async def test_the_absorbed_is_never_written_to_and_never_staff_again(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await work.links.absorb(bob.id, ann.id)
        await work.people.grant(bob.id, Grant(Role.ADMIN), NOW)
        with pytest.raises(Conflict):
            await work.people.save(replace(bob, email="bob@example.org", email_confirmed=True))
        assert await work.people.staff() == []
        assert await work.people.granted_by("operator") == []
        assert await work.people.by_email("bob@example.org") is None


async def test_a_link_is_written_down_as_any_event(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        linked = PersonLinked(person=ann.id, absorbed=bob.id)
        await work.links.absorb(bob.id, ann.id)
        record = await work.events.append(linked, NOW, bob.id, Platform.SLACK, "")
    async with store.read() as work:
        found = await work.events.get(record.id)
        assert found is not None
        assert (found.event, found.actor) == (linked, bob.id)


async def test_a_link_waits_for_whoever_works_with_one_of_the_two_and_they_for_it(postgresql_url: str) -> None:
    """SQLite has one writer at a time."""
    one, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    async with one.write() as work:
        ann = await a_person(work)
        await work.people.bind(ann.id, SLACK)

    async def impatient(work: SqlUnitOfWork) -> None:
        await work.connection.execute(text("SET LOCAL lock_timeout = '20ms'"))

    for met in (lambda work: work.people.get(ann.id), lambda work: work.people.by_identity(SLACK)):
        async with one.write() as work:
            assert await met(work) == ann
            async with other.write() as beside:
                await impatient(beside)
                assert await met(beside) == ann, "two who work with the same person do not wait for each other"
                assert await beside.people.get(ann.id, lock=True) == ann
            with pytest.raises(Unavailable):
                async with other.write() as beside:
                    await impatient(beside)
                    await beside.links.hold([ann.id])
        async with one.write() as work:
            await work.links.hold([ann.id])
            with pytest.raises(Unavailable):
                async with other.write() as beside:
                    await impatient(beside)
                    await met(beside)
    await one.close()
    await other.close()


@pytest.mark.parametrize("by_identity", [True, False], ids=["by their identity", "by their number"])
async def test_who_waited_for_a_link_finds_the_survivor(postgresql_url: str, by_identity: bool) -> None:
    """The row that they waited for says so, though they began before it did."""
    one, other = SqlStore(postgresql_url), SqlStore(postgresql_url)
    async with one.write() as work:
        ann, bob = await a_person(work), await a_person(work, "Bob")
        await work.people.bind(bob.id, SLACK)

    async def meet() -> Person | None:
        async with other.write() as beside:
            return await (beside.people.by_identity(SLACK) if by_identity else beside.people.get(bob.id))

    async with one.write() as work:
        await work.links.hold([ann.id, bob.id])
        await work.links.absorb(bob.id, ann.id)
        waiting = asyncio.create_task(meet())
        async with asyncio.timeout(10):
            while not await is_waited_for(work):  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0)
    assert await waiting == ann
    await one.close()
    await other.close()


async def is_waited_for(work: SqlUnitOfWork) -> bool:
    blocked = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))")
    return bool((await work.connection.execute(blocked)).scalar_one())
