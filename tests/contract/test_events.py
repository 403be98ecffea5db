"""The audit trail: every kind of event comes back as it was appended, and its chain verifies."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.sql.store import SqlStore
from core import events
from core.events import Event, digest
from core.model.duty import DutyState
from core.model.ids import EscalationId, EventId, FaqId, MessageId, PersonId, ThreadId, TicketId
from core.model.people import Platform, Role
from core.model.relation import Relation
from core.model.sla import SlaClock
from core.model.thread import Audience, GapReason, MessageKind
from core.model.ticket import Ending, Priority, Status, Visibility
from tests.contract.samples import MINUTE, NOW, a_requester_with_a_ticket, a_ticket

P, M, E = PersonId(1), MessageId(2), EscalationId(4)


def one_of_each(ticket: TicketId) -> list[Event]:
    return [
        events.TicketOpened(ticket=ticket, requester=P, category="it", team="helpdesk", priority=Priority.HIGH),
        events.TicketClaimed(ticket=ticket, assignee=P),
        events.TicketAssigned(ticket=ticket, assignee=P, previous=None),
        events.TicketUnassigned(ticket=ticket, previous=P),
        events.StatusChanged(ticket=ticket, before=Status.WAITING, after=Status.IN_PROGRESS),
        events.PriorityChanged(ticket=ticket, before=Priority.LOW, after=Priority.URGENT),
        events.UrgencyDeclared(ticket=ticket, message=M, granted=False),
        events.TicketResolved(ticket=ticket, answer=None),
        events.TicketClosed(ticket=ticket, ending=Ending.QUIET),
        events.TicketReopened(ticket=ticket, reason=M),
        events.TicketEdited(ticket=ticket, title=True, description=False),
        events.TicketErased(ticket=ticket),
        events.TagsChanged(ticket=ticket, added=1, removed=0),
        events.TicketTransferred(ticket=ticket, before="helpdesk", after="librarians"),
        events.VisibilityChanged(ticket=ticket, before=Visibility.PRIVATE, after=Visibility.PUBLIC),
        events.ParticipantAdded(ticket=ticket, person=P),
        events.ParticipantRemoved(ticket=ticket, person=P),
        events.TicketFollowed(ticket=ticket, person=P),
        events.TicketUnfollowed(ticket=ticket, person=P),
        events.MessagePosted(ticket=ticket, message=M, kind=MessageKind.NOTE),
        events.MessageUndone(ticket=ticket, message=M, kind=MessageKind.REPLY),
        events.MessageEdited(ticket=ticket, message=M, kind=MessageKind.REPLY),
        events.ReactionChanged(ticket=ticket, message=M, kind=MessageKind.NOTE, on=True),
        events.SecretSuspected(ticket=ticket, message=M, kind=MessageKind.REPLY),
        events.ThreadLost(ticket=ticket, platform=Platform.DISCORD, replaced=False),
        events.ThreadNotRead(
            ticket=ticket,
            platform=Platform.SLACK,
            thread=ThreadId(5),
            audience=Audience.STAFF,
            reason=GapReason.TOO_OLD,
            since=datetime(2026, 3, 1, 9, 30, 0, 100, tzinfo=UTC),
            until=datetime(2026, 3, 2, 9, 30, tzinfo=UTC),
        ),
        events.ThreadCaughtUp(
            ticket=ticket, platform=Platform.DISCORD, thread=ThreadId(5), audience=Audience.REQUESTER
        ),
        events.PersonLeft(ticket=ticket, person=P, platform=Platform.DISCORD),
        events.TroubleFound(trouble="discord:permission:1"),
        events.DigestSent(),
        events.AnswerFound(faq=FaqId(7), found=None, deflected=True),
        events.AnswerFound(faq=None, found=TicketId(3), deflected=False),
        events.PersonRegistered(person=P),
        events.EmailConfirmed(person=P),
        events.PasswordChanged(person=P),
        events.SignedOutEverywhere(person=P),
        events.RoleGranted(person=P, role=Role.LEAD, team=None, source="operator"),
        events.RoleRevoked(person=P, role=Role.AGENT, team="helpdesk", source="bot.toml"),
        events.PersonLinked(person=P, absorbed=PersonId(3)),
        events.UrgencyDecided(ticket=ticket, requester=P, granted=False),
        events.TicketOffered(ticket=ticket, person=P),
        events.OfferPassed(ticket=ticket, person=P, late=True),
        events.NobodyToOffer(ticket=ticket, asked=2),
        events.TicketHandedOver(ticket=ticket, previous=P),
        events.TicketSnoozed(ticket=ticket, until=NOW),
        events.TicketWoken(ticket=ticket),
        events.RequesterReminded(ticket=ticket),
        events.SlaWarned(ticket=ticket, clock=SlaClock.RESOLUTION, target=3600),
        events.SlaBreached(ticket=ticket, clock=SlaClock.FIRST_RESPONSE, target=900),
        events.SlaBreachFound(ticket=ticket, clock=SlaClock.RESOLUTION, target=900),
        events.PromisesChanged(since=NOW),
        events.TranscriptTaken(ticket=ticket, with_notes=True, by_link=False),
        events.EscalationStarted(ticket=ticket, escalation=E, policy="urgent"),
        events.EscalationCalled(ticket=ticket, escalation=E, level=2, whom=("space:leads", "lead"), is_last=False),
        events.EscalationRaised(ticket=ticket, escalation=E, level=3),
        events.EscalationAcknowledged(ticket=ticket, escalation=E),
        events.AcknowledgementReminded(ticket=ticket, escalation=E),
        events.EscalationResumed(ticket=ticket, escalation=E, lapsed=True),
        events.EscalationEnded(ticket=ticket, escalation=E),
        events.DutyChanged(person=P, state=DutyState.AWAY, until=NOW),
        events.CapacitySet(person=P, capacity=None),
        events.DeliveryRetried(delivery=3),
        events.TicketJoined(ticket=ticket, person=P),
        events.TicketMerged(ticket=ticket, into=TicketId(3)),
        events.TicketAbsorbed(ticket=ticket, merged=TicketId(3)),
        events.MergeUndone(ticket=ticket, into=TicketId(3)),
        events.AbsorptionUndone(ticket=ticket, merged=TicketId(3)),
        events.TicketSplit(ticket=ticket, into=TicketId(3)),
        events.SplitOff(ticket=ticket, source=TicketId(3)),
        events.MessageMovedAway(ticket=ticket, message=M, kind=MessageKind.NOTE, into=TicketId(3)),
        events.MessageMovedHere(ticket=ticket, message=M, kind=MessageKind.REPLY, source=TicketId(3), person=P),
        events.TicketLinked(ticket=ticket, other=TicketId(3), relation=Relation.BLOCKS, is_first=True),
        events.TicketUnlinked(ticket=ticket, other=TicketId(3), relation=Relation.RELATES, is_first=False),
        events.FaqDrafted(faq=FaqId(7), source=TicketId(3)),
        events.FaqEdited(faq=FaqId(7), number=2),
        events.FaqPublished(faq=FaqId(7), number=2, cleared=True),
        events.FaqRetired(faq=FaqId(7)),
        events.FaqRated(faq=FaqId(7), helpful=False),
        events.EndpointEnabled(endpoint="crm"),
        events.DeliveriesReplayed(endpoint="crm", count=2),
    ]


def test_the_samples_hold_every_kind_of_event() -> None:
    names = {type(event).__name__ for event in one_of_each(TicketId(1))}
    assert names == {kind.__name__ for kind in Event.__subclasses__()}  # by name: slots leave a twin of each behind


async def test_every_kind_of_event_comes_back_as_appended(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        made = [
            await work.events.append(event, NOW, ann.id if number % 2 else None, Platform.SLACK, f"digest {number}")
            for number, event in enumerate(one_of_each(ticket.id))
        ]
    assert [record.event for record in made] == one_of_each(ticket.id)
    async with store.read() as work:
        assert [await work.events.get(record.id) for record in made] == made
        assert await work.events.of(ticket.id) == [record for record in made if record.event.ticket]
        assert await work.events.get(EventId(4711)) is None


async def test_a_trail_is_read_oldest_first_after_a_given_event_and_from_a_given_time(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        other = await a_ticket(work, ann.id)
        claimed = events.TicketClaimed(ticket=ticket.id, assignee=ann.id)
        times = [NOW + timedelta(seconds=n) for n in range(4)]
        made = [await work.events.append(claimed, at, ann.id, Platform.WEB, "") for at in times]
        await work.events.append(events.TicketClaimed(ticket=other.id, assignee=P), NOW, None, Platform.WEB, "")
        assert await work.events.of(ticket.id) == made
        assert await work.events.of(ticket.id, after=made[0].id) == made[1:]
        assert await work.events.of(ticket.id, since=times[2]) == made[2:]
        assert await work.events.of(ticket.id, after=made[3].id) == []


async def test_the_chain_of_digests_verifies_from_what_is_read_back(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        last = ""
        for minute, event in enumerate(one_of_each(ticket.id)[:8]):
            at = NOW + minute * MINUTE
            last = digest(last, event, at, ann.id, Platform.DISCORD)
            await work.events.append(event, at, ann.id, Platform.DISCORD, last)
    async with store.read() as work:
        previous = ""
        for record in await work.events.of(ticket.id):
            assert digest(previous, record.event, record.at, record.actor, record.door) == record.digest
            previous = record.digest
    assert previous == last


async def test_an_event_of_a_newer_desk_is_refused_rather_than_misread(store: SqlStore) -> None:
    async with store.write() as work:
        record = await work.events.append(events.DeliveryRetried(delivery=1), NOW, None, Platform.WEB, "")
        await work.connection.exec_driver_sql("UPDATE events SET kind = 'TicketSung'")
        with pytest.raises(ValueError, match="TicketSung"):
            await work.events.get(record.id)
