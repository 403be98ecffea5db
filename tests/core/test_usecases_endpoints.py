"""Endpoints switched off by their own word, switched on by an admin, and sent again what they were sent."""

from datetime import timedelta

import pytest

from core.commands import Command, DisableEndpoint, EnableEndpoint, ReplayDelivery, ReplaySince
from core.errors import NotAllowed
from core.events import DeliveriesReplayed, EndpointEnabled
from core.model.endpoint import Endpoint
from core.model.ids import DeliveryId
from core.model.outbox import Delivery, DeliveryState, Intent, ToEndpoint
from core.usecases.endpoints import EndpointOff, EndpointOn, NoSuchEndpoint, NothingToReplay
from tests.fakes.clock import START
from tests.fakes.office import HOUR, OPERATOR, SYSTEM, Office, desk_of

CRM, OTHER = Endpoint(key="crm"), Endpoint(key="other")
OFF = DisableEndpoint(endpoint="crm", reason="The endpoint “crm” answered 410 Gone.")


@pytest.fixture
async def telling(office: Office) -> Office:
    office.use(desk_of(endpoints={"crm": CRM, "other": OTHER}))
    return office


async def posted(office: Office, endpoint: str = "crm") -> list[Delivery]:
    return [one for one in await office.owed() if one.address == ToEndpoint(endpoint)]


async def states(office: Office, endpoint: str = "crm") -> set[DeliveryState]:
    return {one.state for one in await posted(office, endpoint)}


async def test_switched_off_it_lets_go_of_what_waits_and_the_admins_are_told_once(telling: Office) -> None:
    await telling.open()
    before = len(await telling.owed())
    for _ in range(2):
        await telling.do(OFF, SYSTEM)
    assert await states(telling) == {DeliveryState.SKIPPED}
    assert DeliveryState.PENDING in await states(telling, "other")
    told = [one for one in (await telling.owed())[before:] if one.intent is Intent.TROUBLE]
    assert len(told) == 1
    async with telling.store.read() as work:
        [trouble] = await work.troubles.all()
    assert (trouble.key, trouble.count) == (CRM.trouble, 2)
    assert "/desk enable crm" in trouble.sentence and OFF.reason in trouble.sentence


async def test_switched_on_it_is_owed_again_what_happens_from_then_on(telling: Office) -> None:
    await telling.do(OFF, SYSTEM)
    await telling.open()
    assert [one for one in await posted(telling) if one.ticket is not None] == []
    await telling.do(EnableEndpoint(endpoint="crm"), "ada")
    ticket = await telling.open()
    assert {one.ticket for one in await posted(telling) if one.ticket is not None} == {ticket}
    async with telling.store.read() as work:
        newest = await work.delivery_log.of("other", limit=50)
        assert await work.troubles.all() == []
    assert EndpointEnabled.__name__ in {one.kind for one in newest}


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
@pytest.mark.parametrize(
    "command",
    [
        EnableEndpoint(endpoint="crm"),
        ReplayDelivery(delivery=DeliveryId(1)),
        ReplaySince(endpoint="crm", since=START),
    ],
    ids=["enable", "replay one", "replay since"],
)
async def test_only_admins_may(telling: Office, who: str, command: Command) -> None:
    with pytest.raises(NotAllowed):
        await telling.do(command, who)


async def test_nobody_but_the_desk_switches_off(telling: Office) -> None:
    with pytest.raises(NotAllowed):
        await telling.do(OFF, "ada")


async def test_one_is_sent_again_under_its_key_and_that_is_an_event(telling: Office) -> None:
    await telling.open()
    await telling.finish(await posted(telling))
    first = (await posted(telling))[0]
    await telling.do(ReplayDelivery(delivery=first.id), "ada")
    again = next(one for one in await posted(telling) if one.id == first.id)
    assert (again.state, again.key) == (DeliveryState.PENDING, first.key)
    async with telling.store.read() as work:
        newest = (await work.delivery_log.of("other", limit=1))[0]
        record = await work.events.get(newest.delivery.event) if newest.delivery.event is not None else None
    assert record is not None
    assert record.event == DeliveriesReplayed(endpoint="crm", count=1)


async def test_all_since_a_time_are_sent_again(telling: Office) -> None:
    await telling.open()
    telling.clock.advance(2 * HOUR)
    new = await telling.open()
    await telling.finish(await posted(telling))
    await telling.do(ReplaySince(endpoint="crm", since=telling.clock.now() - HOUR), OPERATOR)
    waiting = [one for one in await posted(telling) if one.state is DeliveryState.PENDING and one.ticket is not None]
    assert {one.ticket for one in waiting} == {new}


async def test_what_cannot_be_sent_again_is_refused_with_a_sentence(telling: Office) -> None:
    now = telling.clock.now()
    await telling.open()
    waiting = (await posted(telling))[0]
    for command in (
        ReplayDelivery(delivery=waiting.id),
        ReplayDelivery(delivery=DeliveryId(999)),
        ReplaySince(endpoint="crm", since=now),
    ):
        with pytest.raises(NothingToReplay, match="nothing to send again"):
            await telling.do(command, "ada")
    with pytest.raises(NoSuchEndpoint, match="no endpoint “nothing”"):
        await telling.do(ReplaySince(endpoint="nothing", since=now), "ada")
    with pytest.raises(NoSuchEndpoint):
        await telling.do(EnableEndpoint(endpoint="nothing"), "ada")
    with pytest.raises(EndpointOn, match="“crm” is switched on"):
        await telling.do(EnableEndpoint(endpoint="crm"), "ada")


async def test_to_one_that_is_switched_off_nothing_is_sent_again(telling: Office) -> None:
    await telling.open()
    await telling.do(OFF, SYSTEM)
    first = (await posted(telling))[0]
    for command in (
        ReplayDelivery(delivery=first.id),
        ReplaySince(endpoint="crm", since=telling.clock.now() - timedelta(days=1)),
    ):
        with pytest.raises(EndpointOff, match="/desk enable crm"):
            await telling.do(command, "ada")
    assert await states(telling) == {DeliveryState.SKIPPED}
