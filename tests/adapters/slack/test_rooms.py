"""Which ticket a Slack thread belongs to, and where a ticket's threads are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from adapters.slack.rooms import Rooms, permalink
from adapters.slack.spot import Spot
from core.commands import AddParticipant
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import Audience
from core.storage import Store
from tests.adapters.slack.stage import Stage


class Counted:
    """A store that counts how often it is read."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0

    def read(self) -> AbstractAsyncContextManager[Any]:
        self.reads += 1
        return self._store.read()


class Rig:
    def __init__(self, stage: Stage) -> None:
        self.stage, self.now = stage, 100.0
        self.store = Counted(stage.office.store)
        self.rooms = Rooms(self.store, stage.made().slack, now=lambda: self.now)  # type: ignore[arg-type]


@pytest.fixture
async def rig(stage: Stage) -> AsyncIterator[Rig]:
    yield Rig(stage)


async def test_a_thread_is_looked_up_once(rig: Rig) -> None:
    ticket, own, _ = await rig.stage.ticket()
    at = own.place.id, own.ts
    assert rig.rooms.known(*at) is None and not rig.rooms.is_settled(*at)
    bound = await rig.stage.thread(ticket)
    assert [await rig.rooms.at(*at) for _ in range(3)] == [bound] * 3
    assert rig.store.reads == 1 and rig.rooms.known(*at) == bound
    rig.rooms.forget(*at)
    assert rig.rooms.known(*at) is None


async def test_the_same_timestamp_in_another_channel_is_another_thread(rig: Rig) -> None:
    _, own, _ = await rig.stage.ticket()
    assert await rig.rooms.at(rig.stage.triage.id, own.ts) is None


async def test_a_thread_of_no_ticket_is_looked_up_again_after_a_while(rig: Rig) -> None:
    card = rig.stage.post(rig.stage.sam.dm, "card")
    at = card.place.id, card.ts
    assert [await rig.rooms.at(*at) for _ in range(3)] == [None] * 3
    assert rig.store.reads == 1 and rig.rooms.is_settled(*at)
    ticket = await rig.stage.office.open()
    await rig.stage.record(ticket, rig.stage.sam, card)
    rig.now += 6
    assert await rig.rooms.at(*at) == await rig.stage.thread(ticket)


async def test_a_thread_made_here_is_waited_for_until_it_is_recorded(rig: Rig) -> None:
    ticket = await rig.stage.office.open()
    card = rig.stage.post(rig.stage.sam.dm, "card")
    at = card.place.id, card.ts
    assert await rig.rooms.at(*at) is None
    rig.rooms.made(ticket, rig.stage.office.people["sam"], Spot(*at))
    looking = asyncio.create_task(rig.rooms.at(*at))
    await asyncio.sleep(0.01)
    assert not looking.done()
    await rig.stage.record(ticket, rig.stage.sam, card)
    assert await looking == await rig.stage.thread(ticket)


async def test_a_thread_made_here_and_never_recorded_is_waited_for_only_so_long(rig: Rig) -> None:
    spot = Spot("D0ABC", "1700000000.000100")
    rig.rooms.made(TicketId(1), None, spot)
    looking = asyncio.create_task(rig.rooms.at(spot.channel, spot.ts))
    await asyncio.sleep(0.01)
    rig.now += 3
    assert await looking is None


async def test_the_link_comes_as_soon_as_the_thread_is_recorded(rig: Rig) -> None:
    ticket, sam = await rig.stage.office.open(), rig.stage.office.people["sam"]
    asked = asyncio.create_task(rig.rooms.link(ticket, sam, 8))
    await asyncio.sleep(0.01)
    card = rig.stage.post(rig.stage.sam.dm, "card")
    rig.rooms.made(ticket, sam, Spot(card.place.id, card.ts))
    await rig.stage.record(ticket, rig.stage.sam, card)
    url = f"https://uni.slack.com/archives/{card.place.id}/p{card.ts.replace('.', '')}"
    assert await asked == f"{url}?thread_ts={card.ts}&cid={card.place.id}"


async def test_without_a_thread_there_is_no_link_and_the_wait_ends(rig: Rig) -> None:
    ticket, sam = await rig.stage.office.open(), rig.stage.office.people["sam"]
    assert await rig.rooms.link(ticket, sam, 0) is None
    asked = asyncio.create_task(rig.rooms.link(ticket, sam, 0.05))
    await asyncio.sleep(0.01)
    rig.now += 1
    assert await asked is None


async def test_everybody_is_led_to_their_own_thread_and_the_staff_to_theirs(rig: Rig) -> None:
    stage, people = rig.stage, rig.stage.office.people
    ticket, own, card = await stage.ticket()
    await stage.office.do(AddParticipant(ticket=ticket, person=people["kim"]), "sam")
    kims = await stage.bind(ticket, stage.kim)
    led = {who: (await rig.rooms.ways([ticket], people[who])).get(ticket, "") for who in ("sam", "kim", "asha", "pia")}
    assert card is not None
    for who, post in (("sam", own), ("kim", kims), ("asha", card), ("pia", card)):
        assert f"/archives/{post.place.id}/p{post.ts.replace('.', '')}?" in led[who], who


async def test_a_stranger_is_led_nowhere_and_nobody_to_a_thread_that_is_not_made(rig: Rig) -> None:
    stage, people = rig.stage, rig.stage.office.people
    ticket = await stage.office.open()
    async with stage.office.store.write() as work:
        await work.threads.add(ticket, Platform.SLACK, Audience.REQUESTER, participant=people["sam"])
    assert await rig.rooms.ways([ticket], people["sam"]) == {}
    await stage.bind(ticket, stage.sam)
    await stage.bind(ticket, None)
    assert await rig.rooms.ways([ticket], people["kim"]) == {}
    assert len(await rig.rooms.ways([ticket], people["sam"])) == 1
    assert await rig.rooms.ways([], people["sam"]) == {}


async def test_as_long_as_slack_does_not_tell_its_address_nobody_is_led_there(rig: Rig) -> None:
    ticket, _, _ = await rig.stage.ticket()
    rig.stage.server.faults.fail("auth.test", status=500)
    sam = rig.stage.office.people["sam"]
    assert await rig.rooms.ways([ticket], sam) == {}
    assert len(await rig.rooms.ways([ticket], sam)) == 1


async def test_a_permalink_is_what_slack_itself_gives(rig: Rig) -> None:
    ears = rig.stage.made()
    root = rig.stage.post(rig.stage.triage, "root")
    reply = rig.stage.post(rig.stage.triage, "reply", thread_ts=root.ts)
    url = (await ears.slack.workspace()).url
    for post, thread_ts in ((root, None), (reply, root.ts)):
        given = await ears.slack.call("chat.getPermalink", {"channel": post.place.id, "message_ts": post.ts})
        assert permalink(url, Spot(post.place.id, post.ts), thread_ts) == given["permalink"]
