"""Who is called until somebody acknowledges, as an agent, a lead and whoever has a link see it in their browsers.

``THREADDESK_PICTURES=docs/pictures/duty`` renews the pictures there.
"""

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, ViewportSize, expect

from bot.signer import HmacSigner
from bot.wiring import secret_key
from core.alerting import LINK_LIFE, link_of
from core.commands import Acknowledge, ResolveTicket
from core.model.ids import TicketId
from core.model.ticket import Priority
from tests.fakes.duty_desk import SCHEMES, SIZES, TITLES, come_in, duty_desk, fact
from tests.fakes.patience import patience
from tests.fakes.pictures import take
from tests.fakes.timed_desk import MINUTE, TimedDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest) -> AsyncIterator[TimedDesk]:
    """Indirectly: what an alert's link asks for."""
    async with duty_desk(tmp_path, sqlite_template, acknowledge=getattr(request, "param", "sign_in")) as running:
        yield running


async def look(browser: Browser, link: str) -> Page:
    """As somebody who is not signed in."""
    page = await (await browser.new_context(reduced_motion="reduce")).new_page()
    await page.goto(link)
    return page


async def test_a_tickets_card_shows_how_far_its_escalation_is(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    await desk.open(TITLES[1], priority=Priority.URGENT, who="admin")
    desk.clock.advance(6 * MINUTE)
    await desk.house.scheduler.fire_due()
    for size, scheme in SCHEMES.items():
        lee = await come_in(desk, browser, "Lee", "/t/T-1", size=size)
        await expect(fact(lee.page, "Escalation")).to_have_text("level 2 called, next in 9 min")
        button = lee.page.locator("#ticket").get_by_role("button", name="Acknowledge", exact=True)
        await expect(button).to_be_visible()
        await take(lee.page, pictures / f"escalating-{size}-{scheme}.png", scheme)
    await button.click()
    await expect(fact(lee.page, "Escalation")).to_have_text("acknowledged by Lee Lead just now")
    assert lee.faults == []


async def shown(page: Page, heading: str, path: Path) -> None:
    """The page has that heading and fits its window, at either size: a picture of each."""
    await expect(page.get_by_role("heading", name=heading)).to_be_visible()
    for size, scheme in SCHEMES.items():
        await page.set_viewport_size(ViewportSize(width=SIZES[size][0], height=SIZES[size][1]))
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await take(page, path.with_name(f"{path.name}-{size}-{scheme}.png"), scheme)


@pytest.mark.parametrize("desk", ["link"], indirect=True)
async def test_the_page_behind_a_link_that_suffices_reads_well_in_every_state(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    ticket = await desk.open(TITLES[1], priority=Priority.URGENT, who="admin")
    desk.clock.advance(12 * MINUTE)
    page = await look(browser, await link_to(desk, ticket))
    await expect(page.get_by_label("Your name")).to_be_visible()
    await shown(page, "Do you have it in hand?", pictures / "acknowledge-by-name")
    await desk.do(Acknowledge(ticket=ticket), "lead")
    desk.clock.advance(3 * MINUTE)
    await page.reload()
    await expect(page.get_by_text("Lee Lead acknowledged it 3 min ago.")).to_be_visible()
    await shown(page, "It is in hand", pictures / "acknowledge-held")
    desk.clock.advance(LINK_LIFE)
    await page.reload()
    await shown(page, "Over", pictures / "acknowledge-expired")


async def test_the_page_behind_a_link_that_asks_to_sign_in_reads_well_in_every_state(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    ticket = await desk.open(TITLES[1], priority=Priority.URGENT, who="admin")
    desk.clock.advance(12 * MINUTE)
    page = await look(browser, await link_to(desk, ticket))
    await shown(page, "Sign in to acknowledge it", pictures / "acknowledge-sign-in")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name=re.compile("Sam Student")).click()
    await shown(page, "Not yours to acknowledge", pictures / "acknowledge-not-yours")
    await page.context.clear_cookies()
    await page.reload()
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name=re.compile("Lee Lead")).click()
    await expect(page.get_by_role("button", name="Acknowledge as Lee Lead")).to_be_visible()
    await shown(page, "Do you have it in hand?", pictures / "acknowledge-signed-in")
    await desk.do(ResolveTicket(ticket=ticket), "lead")
    await page.reload()
    await shown(page, "It is over", pictures / "acknowledge-over")


async def link_to(desk: TimedDesk, ticket: TicketId) -> str:
    async with desk.house.office.store.read() as work:
        [escalation] = await work.escalations.of(ticket)
    signer = HmacSigner(secret_key(desk.house.office.settings))
    return link_of(escalation, desk.setup, signer, desk.clock.now())


async def test_a_storm_is_one_card_in_the_alert_space_that_counts_and_lists(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    lees = [await come_in(desk, browser, "Lee", "/alerts", size=size) for size in SIZES]
    for title in TITLES:
        await desk.open(title, priority=Priority.URGENT, who="admin")
    storm = lees[0].page.get_by_role("article").filter(has_text="4 alerts in a minute")
    async with patience(10):
        while not await storm.count():
            desk.clock.advance(timedelta(seconds=1))
            await lees[0].page.wait_for_timeout(50)
    for title in TITLES[3:]:
        link = storm.get_by_role("link", name=re.compile(re.escape(title)))
        await expect(link).to_have_attribute("href", re.compile("/ack/"))
    for lee, (size, scheme) in zip(lees, SCHEMES.items(), strict=True):
        await lee.page.get_by_text("4 alerts in a minute").scroll_into_view_if_needed()
        await take(lee.page, pictures / f"storm-{size}-{scheme}.png", scheme)
        assert lee.faults == []
