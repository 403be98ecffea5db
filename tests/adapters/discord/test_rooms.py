"""Which ticket a Discord thread belongs to, and where a ticket's thread is."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from adapters.discord.rooms import Rooms, link_in
from adapters.sql.store import SqlStore
from core.model.ids import ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, Thread
from tests.fakes.office import Office

GUILD, CHANNEL, NUMBER = "9002", "9003", 9004


class Counted:
    """A store that counts how often it is read."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self.reads = 0

    def read(self) -> AbstractAsyncContextManager[Any]:
        self.reads += 1
        return self._store.read()


class Rig:
    def __init__(self, office: Office) -> None:
        self.office = office
        self.store = Counted(office.store)
        self.now = 100.0
        self.rooms = Rooms(self.store, now=lambda: self.now)  # type: ignore[arg-type] # nothing is written

    async def bind(self, ticket: TicketId, audience: Audience = Audience.REQUESTER, number: int = NUMBER) -> Thread:
        async with self.office.store.write() as work:
            return await work.threads.add(
                ticket, Platform.DISCORD, audience, realm=GUILD, place=CHANNEL, external_id=str(number)
            )


@pytest.fixture
async def rig(sqlite_url: str) -> AsyncGenerator[Rig]:
    office = Office(SqlStore(sqlite_url))
    await office.staff_up()
    yield Rig(office)
    await office.store.close()


async def test_a_thread_is_looked_up_once(rig: Rig) -> None:
    bound = await rig.bind(await rig.office.open())
    assert rig.rooms.known(NUMBER) is None
    assert not rig.rooms.is_settled(NUMBER)
    assert [await rig.rooms.at(NUMBER) for _ in range(3)] == [bound] * 3
    assert rig.store.reads == 1
    assert rig.rooms.known(NUMBER) == bound
    rig.rooms.forget(NUMBER)
    assert rig.rooms.known(NUMBER) is None


async def test_a_channel_of_no_ticket_is_looked_up_again_after_a_while(rig: Rig) -> None:
    assert [await rig.rooms.at(NUMBER) for _ in range(3)] == [None] * 3
    assert rig.store.reads == 1 and rig.rooms.is_settled(NUMBER)
    bound = await rig.bind(await rig.office.open())
    rig.now += 6
    assert await rig.rooms.at(NUMBER) == bound


async def test_a_thread_made_here_is_waited_for_until_it_is_recorded(rig: Rig) -> None:
    ticket = await rig.office.open()
    assert await rig.rooms.at(NUMBER) is None
    rig.rooms.made(ticket, GUILD, str(NUMBER))
    looking = asyncio.create_task(rig.rooms.at(NUMBER))
    await asyncio.sleep(0.01)
    assert not looking.done()
    bound = await rig.bind(ticket)
    assert await looking == bound


async def test_a_thread_made_here_and_never_recorded_is_waited_for_only_so_long(rig: Rig) -> None:
    rig.rooms.made(TicketId(1), GUILD, str(NUMBER))
    looking = asyncio.create_task(rig.rooms.at(NUMBER))
    await asyncio.sleep(0.01)
    rig.now += 3
    assert await looking is None


async def test_the_link_comes_as_soon_as_the_thread_is_recorded(rig: Rig) -> None:
    ticket = await rig.office.open()
    asked = asyncio.create_task(rig.rooms.link(ticket, 8))
    await asyncio.sleep(0.01)
    rig.rooms.made(ticket, GUILD, str(NUMBER))
    await rig.bind(ticket)
    assert await asked == f"https://discord.com/channels/{GUILD}/{NUMBER}"


async def test_without_a_thread_there_is_no_link_and_the_wait_ends(rig: Rig) -> None:
    ticket = await rig.office.open()
    assert await rig.rooms.link(ticket, 0) is None
    asked = asyncio.create_task(rig.rooms.link(ticket, 0.05))
    await asyncio.sleep(0.01)
    rig.now += 1
    assert await asked is None


async def test_a_link_never_leads_to_the_staffs_thread_or_to_one_not_made(rig: Rig) -> None:
    ticket = await rig.office.open()
    await rig.bind(ticket, Audience.STAFF)
    async with rig.office.store.write() as work:
        await work.threads.add(ticket, Platform.DISCORD, Audience.REQUESTER, place=CHANNEL)
    assert await rig.rooms.link(ticket, 0) is None
    await rig.bind(ticket, Audience.PUBLIC, NUMBER + 1)
    assert await rig.rooms.link(ticket, 0) == f"https://discord.com/channels/{GUILD}/{NUMBER + 1}"


def test_threads_elsewhere_are_not_linked() -> None:
    other = Thread(
        id=ThreadId(1),
        ticket=TicketId(1),
        platform=Platform.SLACK,
        realm="T1",
        external_id="C1",
        audience=Audience.REQUESTER,
    )
    assert link_in([other]) is None


async def test_only_who_is_in_a_thread_or_of_the_staff_is_led_there(rig: Rig) -> None:
    ticket = await rig.office.open()
    await rig.bind(ticket)
    led = {who: bool(await rig.rooms.ways([ticket], rig.office.people[who])) for who in ("sam", "kim", "asha")}
    assert led == {"sam": True, "kim": False, "asha": True}
