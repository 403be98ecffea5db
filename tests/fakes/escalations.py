"""Escalations to begin, and a night to walk through them: timers that ring, deliveries that go out."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from bot.dispatcher import Channels, Dispatcher, Patience
from bot.scheduler import Scheduler
from core.cards.card import Card
from core.commands import Acknowledge
from core.model.desk import Desk, UrgencySetting
from core.model.escalation import (
    Escalation,
    EscalationPolicy,
    EscalationStep,
    EscalationTrigger,
    Whom,
    WhomKind,
)
from core.model.hours import OpeningHours, Span
from core.model.ids import PersonId, TicketId
from core.model.outbox import Intent, Timer, TimerKind, ToEmail, ToPerson, ToSpace
from core.model.people import Platform
from core.model.ticket import Priority
from core.ports import Parcel
from tests.fakes.channels import ScriptedChannel, settle
from tests.fakes.office import MINUTE, Office
from tests.fakes.signer import SIGNER

LEADS, DEANS = Whom(WhomKind.SPACE, "leads"), Whom(WhomKind.SPACE, "deans")
DEAN = Whom(WhomKind.EMAIL, "dean@example.com")
ASSIGNEE, ON_DUTY, LEAD = Whom(WhomKind.ASSIGNEE), Whom(WhomKind.TEAM_ON_DUTY), Whom(WhomKind.LEAD)
NIGHT = timedelta(hours=11, minutes=30)
"""From START to 02:00 of the office's night, in Asia/Kolkata."""
BY_DAY = OpeningHours(zone="Asia/Kolkata", week={day: (Span(9 * 60, 17 * 60),) for day in range(5)})
PATIENCE = Patience(first_wait=timedelta(seconds=1), longest_wait=MINUTE, poll=timedelta(hours=1))


def step(after: int, *notify: Whom, repeat: int | None = None, times: int = 1) -> EscalationStep:
    """``after`` and ``repeat`` in minutes."""
    again = repeat * MINUTE if repeat is not None else None
    return EscalationStep(after=after * MINUTE, notify=notify, repeat=again, times=times)


URGENT = EscalationPolicy(
    key="urgent",
    when=EscalationTrigger(priorities=frozenset({Priority.URGENT})),
    steps=(step(0, LEADS), step(10, ON_DUTY, repeat=10, times=2), step(15, LEADS, DEANS, DEAN)),
    lapses_after=20 * MINUTE,
)
"""Calls at 0 (level 1), 10 (level 2), 15 (level 3) and 20 minutes (level 2 again)."""


def escalating(desk: Desk, *policies: EscalationPolicy, **changes: Any) -> Desk:
    """The desk with ``policies``, which the tickets of every category may begin."""
    keys = tuple(policy.key for policy in policies)
    return replace(
        desk,
        escalations={policy.key: policy for policy in policies},
        categories={key: replace(one, escalations=keys) for key, one in desk.categories.items()},
        **changes,
    )


@dataclass
class Watch:
    """An office whose timers ring and whose deliveries go out, minute by minute."""

    office: Office
    channel: ScriptedChannel = field(default_factory=ScriptedChannel)
    """Of every space, address and person."""
    owner: str = "one"

    def scheduler(self) -> Scheduler:
        return Scheduler(store=self.office.store, engine=self.office.engine, clock=self.office.clock)

    def dispatcher(self, **more: Any) -> Dispatcher:
        office, channel = self.office, self.channel
        given: dict[str, Any] = {"owner": self.owner, "patience": PATIENCE, "jitter": lambda: 1.0, **more}
        return Dispatcher(
            store=office.store,
            engine=office.engine,
            channels=Channels(platforms={Platform.WEB: channel}, spaces=lambda _: channel),
            desk=office.desk,
            clock=office.clock,
            keys=office.keys,
            signer=SIGNER,
            **given,
        )

    async def ring(self) -> None:
        """What is due now rings; nothing is delivered yet."""
        await self.scheduler().fire_due()

    async def deliver(self) -> None:
        await settle(self.dispatcher())

    async def tick(self) -> None:
        """By processes that were started this moment: nothing is remembered but what is in the database."""
        await self.ring()
        await self.deliver()

    async def wait(self, minutes: int) -> None:
        """Minute by minute; the present one first."""
        await self.tick()
        for _ in range(minutes):
            self.office.clock.advance(MINUTE)
            await self.tick()

    def calls(self) -> list[str]:
        """Whom the calls reached that were delivered, in their order: ``space:leads``, ``dean@…``, ``asha``."""
        return [self._named(parcel) for parcel in self.channel.taken if parcel.delivery.intent is Intent.CALL]

    def cards(self, intent: Intent = Intent.CALL) -> list[Card]:
        cards = [p.content for p in self.channel.taken if p.delivery.intent is intent]
        return [card for card in cards if isinstance(card, Card)]

    def _named(self, parcel: Parcel) -> str:
        match parcel.address:
            case ToSpace(space):
                return f"space:{space}"
            case ToEmail(address):
                return address
            case ToPerson(person):
                return self._who(person)
            case other:
                return str(other)

    def _who(self, person: PersonId) -> str:
        return next(who for who, known in self.office.people.items() if known == person)


async def called(office: Office) -> TicketId:
    """An urgent ticket that escalates."""
    usual = office.desk
    office.use(escalating(usual, URGENT))
    ticket = await office.open(priority=Priority.URGENT)
    office.use(usual)
    return ticket


async def acknowledged(office: Office) -> TicketId:
    ticket = await called(office)
    await office.do(Acknowledge(ticket=ticket), "lee")
    return ticket


async def asked_urgent(office: Office) -> TicketId:
    """Its requester asks for it to be urgent, and a lead is to decide."""
    usual = office.desk
    office.use(replace(usual, urgent_by_requester=UrgencySetting.ASK))
    ticket = await office.open(priority=Priority.URGENT)
    office.use(usual)
    return ticket


async def of(office: Office, ticket: TicketId) -> Sequence[Escalation]:
    async with office.store.read() as work:
        return await work.escalations.of(ticket)


async def only(office: Office, ticket: TicketId) -> Escalation:
    [escalation] = await of(office, ticket)
    return escalation


async def armed(office: Office, *kinds: TimerKind) -> list[tuple[TimerKind, timedelta]]:
    """The timers of these kinds, each with how long it is from now."""
    timers: Sequence[Timer] = await office.timers()
    return [(timer.kind, timer.due_at - office.clock.now()) for timer in timers if timer.kind in kinds]
