"""The look at what waits, as the whole desk is built from its settings."""

import asyncio
import shutil
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, chdir
from pathlib import Path

import pytest

from adapters.sql import schema
from bot.settings import load
from bot.wiring import House, build, open_office
from core.commands import Actor, OpenTicket, SetDuty
from core.events import TicketOffered
from core.model.duty import DutyState
from core.model.people import Identity, Platform
from core.ports import Committed
from core.text import Text
from tests.fakes.process import ROOT


@pytest.fixture
async def house(tmp_path: Path) -> AsyncGenerator[House]:
    """The demo, whose academics are asked by themselves."""
    shutil.copy(ROOT / "bot.toml", tmp_path / "bot.toml")
    async with AsyncExitStack() as stack:
        stack.enter_context(chdir(tmp_path))
        settings = load({}, tmp_path)
        await schema.upgrade(settings.database.url.get_secret_value())
        built = await build(open_office(settings, "http://127.0.0.1:8080"))
        stack.push_async_callback(built.close)
        yield built


async def test_whoever_arrives_is_asked_for_what_waits(house: House) -> None:
    async with house.office.store.read() as work:
        people = {
            who: await work.people.by_identity(Identity(Platform.WEB, "demo", who))
            for who in ("student", "agent", "lead")
        }
    actors = {who: Actor(person=one.id, door=Platform.WEB) for who, one in people.items() if one is not None}
    offers: asyncio.Queue[TicketOffered] = asyncio.Queue()

    def hear(committed: Committed) -> None:
        for record in committed.records:
            if isinstance(record.event, TicketOffered):
                offers.put_nowait(record.event)

    house.office.engine.listen(hear)
    for who in ("agent", "lead"):
        await house.office.engine.handle(SetDuty(state=DutyState.AWAY), actors[who])
    opening = OpenTicket(title="Grade", category="exams", description=Text.of("Gone."), answers={"course": "CS1"})
    opened = await house.office.engine.handle(opening, actors["student"])
    assert offers.empty()
    house.backlog.start()
    async with asyncio.timeout(60):
        await house.office.engine.handle(SetDuty(state=DutyState.AVAILABLE), actors["agent"])
        offer = await offers.get()
    await house.backlog.stop()
    assert (offer.ticket, offer.person) == (opened.ticket, actors["agent"].person)
