"""What nobody thought of: the Slack door read as an attacker reads it, and as whoever inherits it."""

import asyncio
import gzip
import time
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from yarl import URL

from adapters.chat.names import MARK, marked, visible
from core.commands import PostMessage
from core.model.outbox import Delivery, Intent, ToThread
from core.model.thread import Audience, MessageKind
from core.text import Text
from tests.adapters.slack.outbound import card_of, scene
from tests.adapters.slack.stage import Stage, staged
from tests.fakes.slack import records
from tests.fakes.slack_desk import open_campus


@pytest.fixture
async def stage(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Stage]:
    async with staged(staffed_template, tmp_path / "desk.db") as made:
        yield made


async def test_words_under_a_card_that_is_deleted_while_the_desk_is_away_are_heard(stage: Stage) -> None:
    await stage.enter()
    ticket, own, _ = await stage.ticket()
    with stage.deaf():
        await stage.sam.write(stage.sam.dm, "It is urgent now", thread=own)
        records.remove(own)
    await stage.restart()
    assert await stage.words(ticket) == ["It is urgent now"]
    assert (await stage.office.kinds(ticket)).count("ThreadLost") == 1


async def test_who_dribbles_a_body_is_not_waited_for(stage: Stage) -> None:
    ears = stage.made(app_token=None)
    url = URL(await ears.serve())
    assert ears.requests is not None
    ears.requests._slowest = 0.02
    reader, writer = await asyncio.open_connection(url.host, url.port)
    writer.write(f"POST {url.path} HTTP/1.1\r\nHost: desk\r\nContent-Length: 100000\r\n\r\n{{".encode())
    assert (await asyncio.wait_for(reader.readline(), 5)).startswith(b"HTTP/1.1 408")
    writer.close()


async def test_a_packed_body_is_not_unpacked(tmp_path: Path) -> None:
    """A megabyte of it takes a second to unpack, before anybody knows who sent it. What came is short; what is in it
    would be too long."""
    body = gzip.compress(b"0" * 4_000_000)
    async with (
        open_campus(tmp_path, mode="http") as (_, desk),
        aiohttp.ClientSession() as session,
        session.post(f"{desk.url}/slack/events", data=body, headers={"Content-Encoding": "gzip"}) as response,
    ):
        assert response.status == 401


async def test_a_mark_that_slack_puts_off_holds_up_no_words(stage: Stage) -> None:
    """Slack takes some fifty reactions a minute of all the app's: whoever toggles theirs uses them up for everybody."""
    await stage.enter()
    ticket, _, card = await stage.ticket()
    await _all_done(stage)
    await stage.asha.write(stage.triage, "// She was here yesterday", thread=card)
    await stage.settled()
    [mark] = await _due(stage)
    assert mark.intent is Intent.MARK
    later = stage.office.clock.now() + timedelta(minutes=1)
    async with stage.office.store.write() as work:
        await work.outbox.retry(mark.id, "here", due_at=later, reason="429", uncertain=False)
    said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello?"))
    await stage.office.engine.handle(said, stage.office.actor("sam"))
    staffs = await stage.thread(ticket, Audience.STAFF)
    assert (Intent.MESSAGE, ToThread(staffs.id, staffs.platform)) in [
        (one.intent, one.address) for one in await _due(stage)
    ]


async def _due(stage: Stage) -> Sequence[Delivery]:
    now = stage.office.clock.now()
    async with stage.office.store.write() as work:
        return await work.outbox.lease(now, owner="here", until=now + timedelta(minutes=5), limit=100)


async def _all_done(stage: Stage) -> None:
    while due := await _due(stage):
        async with stage.office.store.write() as work:
            for one in due:
                await work.outbox.done(one.id, "here", receipt=None, at=stage.office.clock.now())


async def test_a_triage_channel_that_comes_to_be_shared_with_another_organisation_is_told(stage: Stage) -> None:
    ears = await stage.enter()
    of_now = {"name": "triage", "is_member": True, "is_private": True, "is_ext_shared": True}
    await ears.hearing._standing._found(stage.triage.id, of_now)
    assert list(await stage.troubles()) == [f"slack:shared:{stage.triage.id}"]
    await ears.hearing._standing._found(stage.triage.id, {**of_now, "is_ext_shared": False})
    assert await stage.troubles() == {}


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Asha", "Asha"),
        ("Asha · staff", "Asha staff"),
        ("Asha•STAFF.", "Asha STAFF."),
        ("Asha · 𝓼taff", "Asha staff"),
        ("Asha · \u0455t\u0430ff", "Asha \u0455t\u0430ff"),  # in Cyrillic letters
        ("Asha · ꜱᴛᴀꜰꜰ", "Asha ꜱᴛᴀꜰꜰ"),
        ("Asha · staff (Support)", "Asha staff (Support)"),
        ("Asha · staff\u3164", "Asha staff"),
        ("Asha\u3164·\u3164\u0455taff", "Asha \u0455taff"),
        ("Asha \u200d·\u200d \u0455taff", "Asha \u0455taff"),
        ("Asha \u00b7\ufe0f \u0455taff", "Asha \u0455taff"),
        ("· · ·", "?"),
        ("Gal·la Puig", "Gal·la Puig"),
        ("J. Smith & Co. 🎉", "J. Smith & Co. 🎉"),
        ("Staffan", "Staffan"),
    ],
)
def test_nobody_but_the_staff_bears_their_mark_nor_what_looks_like_it(name: str, shown: str) -> None:
    assert marked(visible(name), by_staff=False) == shown
    assert marked(visible(name), by_staff=True) == visible(name) + MARK


async def test_what_was_lost_with_a_user_group_is_not_got_back_by_way_of_another_process(stage: Stage) -> None:
    """Slack tells one of them that somebody was taken out; the other must not give them anew what it still believes."""
    one, two = [await stage.enter(owner, connections=1) for owner in ("one", "two")]
    for process in (one, two):
        await process.people.person(stage.asha.id)
    with stage.deaf():
        stage.agents.remove(stage.asha)
        stage.asha.change(real_name="Asha Formerly")
    event = {"type": "subteam_members_changed", "subteam_id": stage.agents.id, "removed_users": [stage.asha.id]}
    one.hearing.take(event)
    await stage.settled()
    assert await stage.grants(stage.asha) == set()
    two.people.forget(stage.asha.id)
    two.groups._now = lambda: time.monotonic() + 60
    await two.people.person(stage.asha.id)
    assert await stage.grants(stage.asha) == set()


@pytest.mark.parametrize("method", ["files.getUploadURLExternal", "files.completeUploadExternal"])
@pytest.mark.parametrize("error", ["file_type_not_allowed", "blocked_file_type", "invalid_arguments"])
async def test_a_file_that_slack_will_not_have_keeps_no_ticket_from_the_staff(
    staffed_template: Path, tmp_path: Path, method: str, error: str
) -> None:
    """A thread that cannot be made parks its lane: whoever attaches such a file would be heard by nobody."""
    async with scene(staffed_template, tmp_path / "desk.db") as desk:
        ticket = await desk.ticket()
        thread = await desk.bound(ticket, Audience.STAFF)
        desk.server.faults.refuse(method, error, times=2)
        making = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, files=(await desk.file("a.exe"),))
        await desk.deliver(making)
        async with desk.store.read() as work:
            made = await work.threads.get(thread.id)
        assert made is not None and made.external_id is not None
        assert "Not on Slack: a.exe." in desk.texts(made)[0]
