"""A desk that tells a server of somebody's own what happens: over HTTP, signed, to a strict receiver."""

import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from core.commands import ClaimTicket, PostMessage, ReplaySince, ResolveTicket
from core.model.ids import TicketId
from core.model.outbox import Delivery, DeliveryState
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.browser import Visitor
from tests.fakes.clock import FakeClock
from tests.fakes.timed_desk import DAY, MINUTE, TimedDesk, copied, timed_desk
from tests.fakes.webhook import EVENTS, SECRET, FakeReceiver

pytestmark = pytest.mark.asyncio(loop_scope="module")

OTHER_SECRET = "whsec_b3RoZXIgdGhhbiB0aGUgcmVjZWl2ZXIncyBvd24gc2VjcmV0"
CONFIG = """
[desk]
name = "Student Support"
demo = true
time_zone = "Asia/Kolkata"

[[teams]]
key = "academics"
name = "Academics"
members = ["agent@example.com"]

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"

[[categories]]
key = "welfare"
name = "Wellbeing"
team = "academics"
sensitive = true
staff = ["lead@example.com"]

[alerts]
priorities = []

[[endpoints]]
key = "crm"
events = ["ticket.*", "message.*"]
"""
STORY = ["ticket.opened", "ticket.claimed", "ticket.status_changed", "message.posted", "message.posted"]


class Starting(Protocol):
    def __call__(
        self, *, secret: str = SECRET, more: str = "", runs: bool = False
    ) -> AbstractAsyncContextManager[TimedDesk]: ...


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(datetime.now(UTC))


@pytest_asyncio.fixture(loop_scope="module")
async def crm(clock: FakeClock) -> AsyncIterator[FakeReceiver]:
    async with FakeReceiver(clock, EVENTS) as receiver:
        yield receiver


@pytest.fixture
def starting(tmp_path: Path, sqlite_template: Path, clock: FakeClock, crm: FakeReceiver) -> Starting:
    @asynccontextmanager
    async def start(*, secret: str = SECRET, more: str = "", runs: bool = False) -> AsyncIterator[TimedDesk]:
        variables = {"BOT_WEBHOOKS__CRM__URL": crm.url, "BOT_WEBHOOKS__CRM__SECRET": secret}
        database = copied(sqlite_template, tmp_path)
        async with timed_desk(tmp_path, CONFIG + more, clock, database, runs=runs, more=variables) as desk:
            yield desk

    return start


async def story(desk: TimedDesk) -> TicketId:
    """A ticket with words of every kind in it."""
    ticket = await desk.open("PLANTED title", words="PLANTED description")
    await desk.do(ClaimTicket(ticket=ticket), "agent")
    for kind in (MessageKind.REPLY, MessageKind.NOTE):
        await desk.do(PostMessage(ticket=ticket, kind=kind, text=Text.of(f"PLANTED {kind}")), "agent")
    return ticket


def types(receiver: FakeReceiver) -> list[str]:
    return [body["type"] for body in receiver.taken]


async def posted(desk: TimedDesk) -> list[Delivery]:
    async with desk.house.office.store.read() as work:
        return [one.delivery for one in reversed(await work.delivery_log.of("crm", limit=100))]


async def test_what_happens_is_told_without_a_word_that_anybody_typed(starting: Starting, crm: FakeReceiver) -> None:
    async with starting() as desk:
        ticket = await story(desk)
        await desk.open("PLANTED and sensitive", "welfare")
        await desk.tick()
        assert types(crm) == STORY
        assert {body["data"]["ticket"]["ref"] for body in crm.taken} == {f"T-{ticket}"}
        assert [body["data"]["message"]["kind"] for body in crm.taken[3:]] == ["reply", "note"]
        told = json.dumps(crm.taken)
        assert "PLANTED" not in told
        assert "Asha" not in told
        assert len({call["webhook-id"] for call in crm.calls}) == len(crm.calls) == len(STORY)


async def test_with_text_the_words_are_told_and_those_of_a_note_are_not(starting: Starting, crm: FakeReceiver) -> None:
    async with starting(more="with_text = true\n") as desk:
        await story(desk)
        await desk.tick()
        reply, note = crm.taken[3:]
        assert reply["data"]["message"]["text"]["words"] == "PLANTED reply"
        assert reply["data"]["ticket"]["text"]["title"] == "PLANTED title"
        assert note["data"]["message"]["text"] is None
        assert "PLANTED note" not in json.dumps(crm.taken)


async def test_a_wrong_secret_is_refused_there_and_shown_here_until_it_is_mended_and_replayed(
    starting: Starting, crm: FakeReceiver, clock: FakeClock
) -> None:
    async with starting(secret=OTHER_SECRET) as desk:
        await story(desk)
        await desk.tick()
        assert crm.taken == []
        assert {(one.state, one.answered) for one in await posted(desk)} == {(DeliveryState.DEAD, 401)}
        ids = [one.key for one in await posted(desk)]
        desk.settings["BOT_WEBHOOKS__CRM__SECRET"] = SECRET
        await desk.restart()
        await desk.do(ReplaySince(endpoint="crm", since=clock.now() - MINUTE), "admin")
        await desk.tick()
        assert types(crm) == STORY
        assert [call["webhook-id"] for call in crm.calls[len(STORY) :]] == ids


async def test_what_was_owed_when_the_desk_stopped_is_told_after_its_start(
    starting: Starting, crm: FakeReceiver, clock: FakeClock
) -> None:
    async with starting() as desk:
        crm.fail_next(503)
        await story(desk)
        await desk.tick()
        assert crm.taken == []
        await desk.restart()
        clock.advance(MINUTE)
        await desk.tick()
        assert types(crm) == STORY


async def test_old_deliveries_are_forgotten(starting: Starting, clock: FakeClock) -> None:
    async with starting() as desk:
        await story(desk)
        await desk.tick()
        clock.advance(29 * DAY)
        await desk.house.scheduler.sweep()
        assert len(await posted(desk)) == len(STORY)
        clock.advance(2 * DAY)
        await desk.house.scheduler.sweep()
        assert await posted(desk) == []


async def test_an_admin_sees_in_the_console_what_was_sent_sends_it_again_and_switches_on(
    starting: Starting, crm: FakeReceiver, browser: Browser, pictures: Path
) -> None:
    async with starting(runs=True) as desk:
        crm.fail_next(400)
        ticket = await story(desk)
        admin = await Visitor.be("Admin", desk.url, browser, "/admin/webhooks")
        page = admin.page
        rows = page.locator("#admin-body .admin-row")
        refused = rows.filter(has_text="ticket.opened")
        await expect(refused.get_by_text("answered 400", exact=True)).to_be_visible(timeout=30_000)
        await expect(rows).to_have_count(len(STORY), timeout=30_000)
        await expect(refused.get_by_role("link", name=f"T-{ticket}")).to_be_visible()
        await page.screenshot(path=pictures / "admin-webhooks.png")
        await refused.get_by_role("button", name="again").click()
        await expect(page.get_by_role("status").filter(has_text="is sent again")).to_be_visible()
        await expect(refused.get_by_text("answered 204")).to_be_visible(timeout=30_000)
        assert types(crm).count("ticket.opened") == 1

        crm.fail_next(410)
        await desk.do(ResolveTicket(ticket=ticket, answer=Text.of("Done.")), "agent")
        await expect(page.get_by_text("Switched off")).to_be_visible(timeout=30_000)
        await expect(page.get_by_text("answered 410 Gone: it wants no more").first).to_be_visible()
        await page.screenshot(path=pictures / "admin-webhooks-off.png")
        await page.get_by_role("button", name="Switch on").click()
        await expect(page.get_by_role("status").filter(has_text="crm is switched on.")).to_be_visible()
        await expect(page.get_by_text("Switched off")).to_have_count(0)
        before = len(crm.calls)
        await page.get_by_role("button", name="Send crm all of the last hour again").click()
        await expect(page.get_by_role("status").filter(has_text="sent again")).to_be_visible()
        await expect(rows.filter(has_text="Delivered")).to_have_count(await rows.count(), timeout=30_000)
        ids = [call["webhook-id"] for call in crm.calls]
        assert set(ids[before:]) >= set(ids[:before])
        assert admin.faults == []
