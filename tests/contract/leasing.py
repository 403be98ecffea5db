"""How the tests of the outbox lease what is due."""

from datetime import datetime

from core.model.ids import DeliveryId
from core.model.outbox import Delivery, DeliveryState, ToSpace
from core.storage import UnitOfWork
from tests.contract.samples import MINUTE, NOW

A, B = ToSpace("a"), ToSpace("b")
ME = "process 1"


async def lease(work: UnitOfWork, at: datetime = NOW, *, owner: str = ME, limit: int = 100) -> list[Delivery]:
    return list(await work.outbox.lease(at, owner=owner, until=at + MINUTE, limit=limit))


async def leased_ids(work: UnitOfWork, at: datetime = NOW, *, owner: str = ME, limit: int = 100) -> list[DeliveryId]:
    return [delivery.id for delivery in await lease(work, at, owner=owner, limit=limit)]


async def give_up(work: UnitOfWork, delivery: DeliveryId, state: DeliveryState = DeliveryState.DEAD) -> None:
    assert await work.outbox.give_up(delivery, ME, state=state, reason="gone", at=NOW)
