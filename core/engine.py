"""The one way anything changes: ``Engine.handle(command, actor)``, one unit of work around one use case.

State, audit events, outbox rows and timers commit together. A command that lost a race is tried again from the start;
told twice under the same inbound id, it answers as it did the first time and changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from inspect import isawaitable
from typing import Any

from core import commands
from core.commands import Actor, Command, TicketCommand
from core.errors import N_, Busy, Conflict, NotAllowed
from core.model.desk import Desk
from core.model.ids import ref_of
from core.model.people import Person
from core.ports import Clock, Committed, Keys, OnCommit
from core.routing import route
from core.storage import Outcome, Store, UnitOfWork
from core.subscribing import subscribed
from core.usecases import (
    acknowledging,
    assignment,
    combining,
    company,
    deflecting,
    deliveries,
    digests,
    duty,
    endpoints,
    erasing,
    escalations,
    facts,
    faqs,
    gaps,
    linking,
    messages,
    offers,
    opening,
    people,
    promises,
    splitting,
    states,
    threads,
    transcripts,
    troubles,
    waiting,
)
from core.usecases.aftermath import follow_up
from core.usecases.case import Case

_ATTEMPTS = 12
"""Of one command in a row of lost races; with n commands on one ticket at once, the last wins its nth."""

_UseCase = Callable[[Any, Case], Awaitable[Outcome]]  # Any: each takes the command type it is listed under

USE_CASES: Mapping[type[Command], _UseCase] = {
    commands.SaveDraft: opening.save_draft,
    commands.OpenTicket: opening.open_ticket,
    commands.PostMessage: messages.post_message,
    commands.UndoMessage: messages.undo_message,
    commands.ReleaseMessage: messages.release_message,
    commands.EditMessage: messages.edit_message,
    commands.RemoveMessage: messages.remove_message,
    commands.React: messages.react,
    commands.MarkRead: messages.mark_read,
    commands.ReplaceThread: threads.replace_thread,
    commands.AdvanceThread: threads.advance_thread,
    commands.NoteDeparture: threads.note_departure,
    commands.NoteGap: gaps.note_gap,
    commands.NoteCaughtUp: gaps.note_caught_up,
    commands.TakeTranscript: transcripts.take_transcript,
    commands.ClaimTicket: assignment.claim_ticket,
    commands.AssignTicket: assignment.assign_ticket,
    commands.UnassignTicket: assignment.unassign_ticket,
    commands.TransferTicket: assignment.transfer_ticket,
    commands.AcceptOffer: offers.accept_offer,
    commands.PassOffer: offers.pass_offer,
    commands.ExpireOffer: offers.expire_offer,
    commands.OfferWaiting: offers.offer_waiting,
    commands.HandOver: offers.hand_over,
    commands.SetDuty: duty.set_duty,
    commands.SetCapacity: duty.set_capacity,
    commands.SetStatus: states.set_status,
    commands.ResolveTicket: states.resolve_ticket,
    commands.CloseTicket: states.close_ticket,
    commands.CloseQuietTicket: states.close_quiet_ticket,
    commands.ReopenTicket: states.reopen_ticket,
    commands.WithdrawTicket: states.withdraw_ticket,
    commands.SetPriority: facts.set_priority,
    commands.DeclareUrgent: facts.declare_urgent,
    commands.DecideUrgency: facts.decide_urgency,
    commands.MindUnassigned: escalations.mind_unassigned,
    commands.MakeCall: escalations.make_call,
    commands.MindLapse: escalations.mind_lapse,
    commands.Acknowledge: acknowledging.acknowledge_alert,
    commands.Unacknowledge: acknowledging.unacknowledge_alert,
    commands.Escalate: acknowledging.escalate_ticket,
    commands.Snooze: waiting.snooze_ticket,
    commands.Wake: waiting.wake_ticket,
    commands.EndSnooze: waiting.end_snooze,
    commands.MindStale: waiting.mind_stale,
    commands.MindSla: promises.mind_sla,
    commands.RearmPromises: promises.rearm_promises,
    commands.SendDigest: digests.send_digest,
    commands.TellPromises: digests.tell_promises,
    commands.EditTicket: facts.edit_ticket,
    commands.ChangeTags: facts.change_tags,
    commands.SetVisibility: facts.set_visibility,
    commands.EraseTicket: erasing.erase_ticket,
    commands.FollowTicket: company.follow_ticket,
    commands.UnfollowTicket: company.unfollow_ticket,
    commands.MergeTicket: combining.merge_ticket,
    commands.UndoMerge: combining.undo_merge,
    commands.SplitTicket: splitting.split_ticket,
    commands.LinkTickets: combining.link_tickets,
    commands.UnlinkTickets: combining.unlink_tickets,
    commands.AddParticipant: company.add_participant,
    commands.RemoveParticipant: company.remove_participant,
    commands.CreateFaq: faqs.create_faq,
    commands.EditFaq: faqs.edit_faq,
    commands.PublishFaq: faqs.publish_faq,
    commands.RetireFaq: faqs.retire_faq,
    commands.RateFaq: faqs.rate_faq,
    commands.FoundAnswer: deflecting.found_answer,
    commands.Arrive: people.arrive,
    commands.Depart: people.depart,
    commands.RegisterPerson: people.register_person,
    commands.EnrolDemoPerson: people.enrol_demo_person,
    commands.DismissDemoPerson: people.dismiss_demo_person,
    commands.ChangePassword: people.change_password,
    commands.SignOut: people.sign_out,
    commands.ConfirmEmail: people.confirm_email,
    commands.GrantRole: people.grant_role,
    commands.RevokeRoles: people.revoke_roles,
    commands.SyncGrants: people.sync_grants,
    commands.IssueLinkCode: linking.issue_link_code,
    commands.RedeemLinkCode: linking.redeem_link_code,
    commands.ReportTrouble: troubles.report_trouble,
    commands.MendTrouble: troubles.mend_trouble,
    commands.ClearTrouble: troubles.clear_trouble,
    commands.RetryDelivery: deliveries.retry_delivery,
    commands.DisableEndpoint: endpoints.disable_endpoint,
    commands.EnableEndpoint: endpoints.enable_endpoint,
    commands.ReplayDelivery: endpoints.replay_delivery,
    commands.ReplaySince: endpoints.replay_since,
}


class Engine:
    """Handles commands."""

    def __init__(self, store: Store, desk: Desk, clock: Clock, keys: Keys) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._keys = keys
        self._listeners: list[OnCommit] = []

    def listen(self, listener: OnCommit) -> None:
        """Let ``listener`` hear of every commit, after it is on disk. It must not raise."""
        self._listeners.append(listener)

    async def handle(self, command: Command, actor: Actor) -> Outcome:
        """Do it, and say what it came to. Raises a Refusal, with nothing changed (but for a try that counts:
        ``Outcome.refusal``)."""
        for _ in range(_ATTEMPTS):
            try:
                outcome, committed = await self._once(command, actor)
            except Conflict:
                continue
            for one in committed:
                await self._tell(one)
            if outcome.refusal is not None:
                raise outcome.refusal
            return outcome
        raise Busy(ref=ref_of(command.ticket) if isinstance(command, TicketCommand) else N_("the same thing"))

    async def earlier(self, actor: Actor) -> Outcome | None:
        """What came of the same inbound id before, for a handler of several steps; None where it is new."""
        if actor.inbound is None:
            return None
        async with self._store.read() as work:
            return await work.inbox.find(actor.door, actor.inbound)

    async def _once(self, command: Command, actor: Actor) -> tuple[Outcome, Sequence[Committed]]:
        async with self._store.write() as work:
            if actor.inbound is not None:
                earlier = await work.inbox.find(actor.door, actor.inbound)
                if earlier is not None:
                    return replace(earlier, repeated=True), ()
            now = self._clock.now()
            person = await self._person(actor, work)
            if person is not None:
                actor = replace(actor, person=person.id)
            case = Case(work=work, desk=self._desk, actor=actor, person=person, now=now, keys=self._keys)
            outcome = await USE_CASES[type(command)](command, case)
            committed = [await self._finish(one) for one in (case, *case.beside)]
            if actor.inbound is not None:
                await work.inbox.record(actor.door, actor.inbound, outcome, now)
        return outcome, committed

    async def _finish(self, case: Case) -> Committed:
        """What the use case left to be written down for one ticket, and what follows from that."""
        await follow_up(case)
        records = await case.write_down()
        owed = [*await route(records, case), *await subscribed(records, case)]
        await case.work.outbox.add_all([(new, self._keys.hex(24), event) for new, event in owed], at=case.now)
        return Committed(ticket=case.changed, records=records, owes=bool(owed))

    async def _person(self, actor: Actor, work: UnitOfWork) -> Person | None:
        if actor.person is None:
            return None
        person = await work.people.get(actor.person)
        if person is None:
            raise NotAllowed(what=N_("do this"), who=N_("a person whom the desk knows"))
        return person

    async def _tell(self, committed: Committed) -> None:
        for listener in self._listeners:
            told = listener(committed)
            if isawaitable(told):
                await told
