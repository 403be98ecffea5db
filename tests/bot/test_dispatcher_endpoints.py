"""Events on their way to endpoints, with the real channel and a strict receiver: each fault in the middle."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from adapters.webhook.events import Events
from bot.dispatcher import Channels, Dispatcher, Patience
from core.commands import ClaimTicket
from core.model.endpoint import Endpoint
from core.model.outbox import Address, Delivery, DeliveryState, ToEndpoint
from core.model.people import Platform
from core.ports import Parcel, Receipt
from tests.fakes.channels import ScriptedChannel, settle
from tests.fakes.office import Office, desk_of, opened
from tests.fakes.signer import SIGNER
from tests.fakes.webhook import EVENTS, SECRET, FakeReceiver, Fault

SECOND = timedelta(seconds=1)
PATIENCE = Patience(first_wait=SECOND, longest_wait=SECOND * 60, lease=SECOND * 20, poll=SECOND * 3600)


@dataclass
class Sending:
    """A desk that tells two endpoints, each at a receiver of its own."""

    office: Office
    crm: FakeReceiver
    other: FakeReceiver
    events: Events

    def dispatcher(self, owner: str = "one", channel: Events | None = None) -> Dispatcher:
        def way(address: Address) -> Events | None:
            return (channel or self.events) if isinstance(address, ToEndpoint) else None

        return Dispatcher(
            store=self.office.store,
            engine=self.office.engine,
            channels=Channels(platforms={Platform.WEB: ScriptedChannel()}, spaces=way),
            desk=self.office.desk,
            clock=self.office.clock,
            keys=self.office.keys,
            signer=SIGNER,
            owner=owner,
            patience=PATIENCE,
            jitter=lambda: 1.0,
        )

    async def posted(self, endpoint: str = "crm") -> list[Delivery]:
        return [one for one in await self.office.owed() if one.address == ToEndpoint(endpoint)]

    def types(self, receiver: FakeReceiver | None = None) -> list[str]:
        return [body["type"] for body in (receiver or self.crm).taken]


@pytest.fixture
async def sending(tmp_path: Path, staffed_template: Path) -> AsyncIterator[Sending]:
    async with opened(staffed_template, tmp_path / "desk.db") as office:
        office.use(desk_of(endpoints={key: Endpoint(key=key) for key in ("crm", "other")}))
        async with FakeReceiver(office.clock, EVENTS) as crm, FakeReceiver(office.clock, EVENTS) as other:
            events = Events(
                {"crm": (crm.url, SECRET), "other": (other.url, SECRET)},
                clock=office.clock,
                timeout=aiohttp.ClientTimeout(total=5, sock_connect=5),
            )
            yield Sending(office, crm, other, events)
            await events.close()


async def test_what_happens_is_told_in_order_and_its_answer_written_down(sending: Sending) -> None:
    ticket = await sending.office.open()
    await sending.office.do(ClaimTicket(ticket=ticket), "asha")
    await settle(sending.dispatcher())
    assert (
        sending.types()
        == sending.types(sending.other)
        == [
            "ticket.opened",
            "ticket.claimed",
            "ticket.status_changed",
        ]
    )
    assert [one["data"]["event"] for one in sending.crm.taken] == sorted(
        one["data"]["event"] for one in sending.crm.taken
    )
    assert {(one.state, one.answered) for one in await sending.posted()} == {(DeliveryState.DONE, 204)}


async def test_one_that_is_down_holds_up_its_own_lane_alone_and_catches_up_in_order(sending: Sending) -> None:
    sending.crm.fail_next(503, times=3)
    ticket = await sending.office.open()
    await sending.office.do(ClaimTicket(ticket=ticket), "asha")
    dispatcher = sending.dispatcher()
    await settle(dispatcher)
    assert (sending.types(), len(sending.types(sending.other))) == ([], 3)
    [first, *behind] = await sending.posted()
    assert (first.answered, first.attempts, "503" in str(first.reason)) == (503, 1, True)
    assert {one.attempts for one in behind} == {0}
    for _ in range(3):
        sending.office.clock.advance(SECOND * 60)
        await settle(dispatcher)
    assert sending.types() == ["ticket.opened", "ticket.claimed", "ticket.status_changed"]
    assert len({call["webhook-id"] for call in sending.crm.calls}) == 3


class Killed(BaseException):
    """The process is gone, and nothing that it would have done next is done."""


class DyingEvents(Events):
    """Its process is killed after the receiver took the event, and before that is written down."""

    async def deliver(self, parcel: Parcel) -> Receipt:
        await super().deliver(parcel)
        raise Killed


async def test_killed_between_sending_and_receipt_it_is_sent_again_with_the_same_id(sending: Sending) -> None:
    await sending.office.open()
    dying = DyingEvents({"crm": (sending.crm.url, SECRET)}, clock=sending.office.clock)
    doomed = sending.dispatcher("doomed", dying)
    with pytest.raises(Killed):
        await settle(doomed)
    await dying.close()
    assert sending.types() == ["ticket.opened"]
    assert {one.state for one in await sending.posted()} == {DeliveryState.PENDING}
    sending.office.clock.advance(SECOND * 21)
    await settle(sending.dispatcher("next"))
    first, second = sending.crm.calls
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert sending.types() == ["ticket.opened"]
    assert {one.state for one in await sending.posted()} == {DeliveryState.DONE}


async def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_id(sending: Sending) -> None:
    sending.crm.fail_next(Fault.ANSWER_LOST)
    await sending.office.open()
    dispatcher = sending.dispatcher()
    await settle(dispatcher)
    [waiting] = await sending.posted()
    assert (waiting.uncertain, waiting.answered) == (True, None)
    sending.office.clock.advance(SECOND * 60)
    await settle(dispatcher)
    assert len({call["webhook-id"] for call in sending.crm.calls}) == 1
    assert len(sending.crm.calls) == 2


async def test_one_that_is_refused_is_given_up_and_the_next_goes_on(sending: Sending) -> None:
    sending.crm.fail_next(400)
    await sending.office.open()
    await sending.office.open()
    await settle(sending.dispatcher())
    first, second = await sending.posted()
    assert (first.state, first.answered) == (DeliveryState.DEAD, 400)
    assert second.state is DeliveryState.DONE


async def test_gone_switches_the_endpoint_off_and_the_admins_are_told(sending: Sending) -> None:
    sending.crm.fail_next(410)
    await sending.office.open()
    await sending.office.open()
    dispatcher = sending.dispatcher()
    await settle(dispatcher)
    states = [(one.state, one.answered) for one in await sending.posted()]
    assert states == [(DeliveryState.DEAD, 410), (DeliveryState.SKIPPED, None)]
    async with sending.office.store.read() as work:
        [trouble] = await work.troubles.all()
    assert "The endpoint “crm” answered 410 Gone: it wants no more." in trouble.sentence
    await sending.office.open()
    await settle(dispatcher)
    assert (len(sending.crm.calls), sending.types().count("ticket.opened")) == (1, 0)
    assert sending.types(sending.other).count("ticket.opened") == 3


async def test_what_is_for_one_that_left_bot_toml_is_let_go_of(sending: Sending) -> None:
    await sending.office.open()
    sending.office.use(desk_of())
    await settle(sending.dispatcher())
    assert {(one.state, one.reason) for one in await sending.posted()} == {
        (DeliveryState.SKIPPED, "bot.toml has the endpoint no longer")
    }
