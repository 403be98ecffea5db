"""Who is asked, what is promised and who is called, as a student, an agent and a lead see it in their browsers.

``THREADDESK_PICTURES=docs/pictures/duty`` renews the pictures there.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, ViewportSize, expect

from bot.signer import HmacSigner
from bot.wiring import secret_key
from core.alerting import LINK_LIFE, link_of
from core.commands import (
    Acknowledge,
    ClaimTicket,
    DeclareUrgent,
    PostMessage,
    ResolveTicket,
    SetDuty,
)
from core.model.duty import DutyState
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.model.ticket import Priority, Ticket
from core.text import Text
from tests.fakes.browser import Visitor
from tests.fakes.clock import FakeClock
from tests.fakes.patience import patience
from tests.fakes.pictures import take
from tests.fakes.timed_desk import HOUR, MINUTE, TimedDesk, copied, timed_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = datetime.fromisoformat("2026-03-04T14:42:00+05:30")
"""A Wednesday afternoon; also what the browsers take it to be."""
SIZES = {"desktop": (1280, 800), "phone": (390, 844)}
SCHEMES: dict[str, Literal["light", "dark"]] = {"desktop": "light", "phone": "dark"}
CONFIG = """
[desk]
name = "Student Support"
demo = true
time_zone = "Asia/Kolkata"
urgent_by_requester = "ask"
[desk.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]
thu = ["09:00-17:00"]
fri = ["09:00-17:00"]

[[teams]]
key = "academics"
name = "Academics"
members = ["agent@example.com"]
lead = "lead@example.com"
assignment = "round_robin"
offer_timeout = "5m"
capacity = 6

[[shifts]]
team = "academics"
who = ["agent@example.com"]
days = ["mon", "tue", "wed"]
hours = ["09:00-13:00", "14:00-18:00"]
[[shifts]]
team = "academics"
who = ["lead@example.com"]
days = ["wed", "fri"]
hours = ["09:00-16:00"]

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"
sla = "standard"
escalation = "urgent"

[[sla]]
key = "standard"
first_response = { urgent = "15m", high = "1h", normal = "8h", low = "16h" }
resolution = { urgent = "4h", normal = "24h" }

[[escalations]]
key = "urgent"
when = { priority = ["urgent"] }
steps = [
  { after = "0s", notify = ["space:leads", "assignee"] },
  { after = "5m", notify = ["space:leads", "team_on_duty"] },
  { after = "15m", notify = ["space:leads", "lead"] },
]

[alerts]
acknowledge = "ACKNOWLEDGE"
storm_limit = 3
[[alerts.spaces]]
key = "leads"
"""
TITLES = (
    "My grade is missing",
    "The hall's page says 403",
    "Two exams at the same hour",
    "Where is room 114?",
    "The re-evaluation form is closed",
    "My admit card has another's photo",
    "Is the open-book rule still in force?",
)


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, sqlite_template: Path, request: pytest.FixtureRequest) -> AsyncIterator[TimedDesk]:
    """It runs by itself; its clock stands at ``NOW``. Indirectly: what an alert's link asks for."""
    config = CONFIG.replace("ACKNOWLEDGE", getattr(request, "param", "sign_in"))
    clock = FakeClock(NOW)
    async with timed_desk(tmp_path, config, clock, copied(sqlite_template, tmp_path), runs=True) as running:
        yield running


async def come_in(desk: TimedDesk, browser: Browser, who: str, path: str = "/", *, size: str = "desktop") -> Visitor:
    """At the desk's own time."""
    width, height = SIZES[size]
    return await Visitor.be(who, desk.url, browser, path, width=width, height=height, now=desk.clock.now())


async def look(browser: Browser, link: str) -> Page:
    """As somebody who is not signed in."""
    page = await (await browser.new_context(reduced_motion="reduce")).new_page()
    await page.goto(link)
    return page


def toast(page: Page, words: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("region", name="News").get_by_test_id("toast").filter(has_text=words)


def bell(page: Page) -> Locator:
    return page.locator("#notice-list")


def fact(page: Page, label: str) -> Locator:
    """A fact of the open ticket, among its details."""
    return page.locator("#facts-body .fields > div").filter(has=page.get_by_text(label, exact=True)).locator("dd")


async def type_in(page: Page, line: str) -> Locator:
    """Run a slash command; what only who typed it sees."""
    box = page.get_by_role("form", name="Message").get_by_role("textbox")
    await box.fill(line)
    await box.press("Escape")
    await box.press("Enter")
    return page.get_by_role("region", name="Only you see this")


async def asked(desk: TimedDesk, who: str, *, ticket: int = 1) -> None:
    """Until they are."""
    async with patience(10):
        while (await ticket_of(desk, ticket)).offered_to != desk.people[who]:  # noqa: ASYNC110 - the desk sets no event
            await asyncio.sleep(0.02)


async def ticket_of(desk: TimedDesk, ticket: int) -> Ticket:
    async with desk.house.office.store.read() as work:
        found = await work.tickets.get(TicketId(ticket))
    assert found is not None
    return found


async def away(desk: TimedDesk, *who: str) -> None:
    for one in who:
        await desk.do(SetDuty(state=DutyState.AWAY), one)


# ---- an offer


async def test_an_offer_waits_on_the_page_until_it_is_answered_and_is_accepted_by_keyboard(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    await away(desk, "lead")
    asha = await come_in(desk, browser, "Asha")
    page = asha.page
    await desk.open(TITLES[0], words="It was there yesterday, and today the portal shows a dash.")
    offer = toast(page, "Can you take it?")
    await expect(offer).to_contain_text("T-1 My grade is missing")
    await expect(offer).to_contain_text("You are asked for 5 min; then somebody else is")
    await expect(offer.locator("dl")).to_contain_text("Asked untilMar 4, 2:47 PM")
    await expect(offer).to_contain_text("Normal · Exams and grades · from Sam Student")
    await expect(page.get_by_text("1 ticket", exact=True)).to_be_visible()
    await page.clock.fast_forward(120_000)
    await expect(offer.get_by_role("button", name="Accept")).to_be_visible()
    await take(page, pictures / "offer-desktop-light.png", news=True)
    await offer.get_by_role("button", name="Accept").focus()
    await page.keyboard.press("Tab")
    await expect(offer.get_by_role("button", name="Pass")).to_be_focused()
    await page.keyboard.press("Shift+Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/t/T-1")
    await expect(fact(page, "With")).to_have_text("Asha Agent")
    await expect(offer).to_have_count(0)
    await expect(page.get_by_text("T-1 is yours")).to_be_visible()
    await page.locator("#bell").click()
    await expect(bell(page).get_by_role("button", name="Accept")).to_have_count(0)
    assert asha.faults == []


async def test_news_that_pass_by_do_not_push_an_offer_away(desk: TimedDesk, browser: Browser) -> None:
    await away(desk, "lead")
    mine = await desk.open("An older one")
    await asked(desk, "agent")
    await desk.do(ClaimTicket(ticket=mine), "agent")
    asha = await come_in(desk, browser, "Asha")
    await desk.open(TITLES[0])
    offer = toast(asha.page, "T-2")
    await expect(offer).to_be_visible()
    for number in range(4):
        words = PostMessage(ticket=mine, kind=MessageKind.REPLY, text=Text.of(f"And {number}"))
        await desk.do(words, "student")
        await expect(toast(asha.page, f"And {number}")).to_be_visible()
    await expect(offer.get_by_role("button", name="Accept")).to_be_visible()
    await offer.get_by_role("button", name="Dismiss").focus()
    await asha.page.keyboard.press("Escape")
    await expect(offer).to_have_count(0)
    await expect(asha.page.locator("#bell")).to_be_focused()
    await asha.page.keyboard.press("Enter")
    await expect(bell(asha.page).get_by_role("button", name="Accept")).to_be_visible()
    assert asha.faults == []


async def test_one_passes_and_it_goes_on_and_what_nobody_answers_goes_on_by_itself(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    asha, lee = await come_in(desk, browser, "Asha", size="phone"), await come_in(desk, browser, "Lee")
    await desk.open(TITLES[0])
    await asked(desk, "agent")
    await expect(toast(asha.page, "T-1")).to_be_visible()
    await take(asha.page, pictures / "offer-phone-dark.png", "dark", news=True)
    await asha.page.locator("#bell").click()
    await expect(toast(asha.page, "T-1")).to_have_count(0)
    await take(asha.page, pictures / "offer-bell-phone-dark.png", "dark")
    await bell(asha.page).get_by_role("button", name="Pass").focus()
    await asha.page.keyboard.press("Enter")
    await expect(asha.page.get_by_text("You passed T-1 on")).to_be_visible()
    await expect(toast(lee.page, "T-1").get_by_role("button", name="Accept")).to_be_visible()

    desk.clock.advance(5 * MINUTE)
    await expect(toast(lee.page, "Can you take it?")).to_have_count(0)
    await expect(toast(lee.page, "T-1")).to_contain_text("nobody")
    student = await come_in(desk, browser, "Sam", "/t/T-1")
    await expect(fact(student.page, "Place in the queue")).to_have_text("1")
    assert (asha.faults, lee.faults, student.faults) == ([], [], [])


async def test_who_goes_away_hands_over_one_and_then_all(desk: TimedDesk, browser: Browser, pictures: Path) -> None:
    for number, title in enumerate(TITLES[:4], 1):
        ticket = await desk.open(title, priority=Priority.HIGH if number == 3 else Priority.NORMAL)
        await desk.do(ClaimTicket(ticket=ticket), "agent")
    asha, lee = await come_in(desk, browser, "Asha"), await come_in(desk, browser, "Lee")
    answer = await type_in(asha.page, "/agent away tomorrow")
    await expect(answer.get_by_role("heading")).to_contain_text("You are away until Thu 09:00 IST")
    await expect(answer).to_contain_text("Your open tickets: 4.")
    await take(asha.page, pictures / "away-desktop-light.png")
    await answer.get_by_role("group", name=re.compile(TITLES[2])).get_by_role("button", name="Hand over").click()
    await expect(answer).to_contain_text("Lee Lead is asked")
    await expect(toast(lee.page, "T-3").get_by_role("button", name="Accept")).to_be_visible()
    answer = await type_in(asha.page, "/agent away tomorrow")
    await answer.get_by_role("button", name="Hand over all").click()
    await expect(answer.get_by_role("heading")).to_contain_text("Handed over: 3")
    assert (asha.faults, lee.faults) == ([], [])


async def test_who_carries_what_and_who_is_there_reads_well(desk: TimedDesk, browser: Browser, pictures: Path) -> None:
    for title, priority in zip(TITLES[:3], (Priority.URGENT, Priority.NORMAL, Priority.LOW), strict=True):
        await desk.do(ClaimTicket(ticket=await desk.open(title, priority=priority, who="admin")), "agent")
    for size, scheme in SCHEMES.items():
        lee = await come_in(desk, browser, "Lee", "/t/T-1", size=size)
        answer = await type_in(lee.page, "/agent load")
        rows = answer.get_by_role("listitem")
        await expect(rows.first).to_contain_text("Asha Agent4.5 of 6 · 3 open · 1 urgent · on duty until 18:00 IST")
        await expect(rows.last).to_contain_text("Lee Lead0 of 6 · 0 open · on duty until 16:00 IST")
        await take(lee.page, pictures / f"load-{size}-{scheme}.png", scheme)
        answer = await type_in(lee.page, "/agent duty")
        await expect(answer.get_by_role("heading")).to_have_text("Who is on duty")
        for words in (
            "Asha Agenton duty until 18:00 IST",
            "Lee Leadon duty until 16:00 IST",
            "Nobody from Thu 09:00 to Thu 17:00 IST",
        ):
            await expect(answer.get_by_role("listitem").filter(has_text=words)).to_have_count(1)
        await take(lee.page, pictures / f"duty-{size}-{scheme}.png", scheme)
        assert lee.faults == []


# ---- what is promised


async def test_a_student_reads_their_place_and_when_to_expect_an_answer_until_it_is_there(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    await answered_before(desk)
    await desk.open("Another waits before it", who="admin")
    ticket = await desk.open(TITLES[0], words="It was there yesterday, and today the portal shows a dash.")
    everywhere = [await come_in(desk, browser, "Sam", f"/t/T-{ticket}", size=size) for size in SIZES]
    for sam, (size, scheme) in zip(everywhere, SCHEMES.items(), strict=True):
        card = sam.page.locator("#ticket")
        await expect(card).to_contain_text("Place in the queue2")
        await expect(card).to_contain_text("First answer, aboutMar 4, 3:05 PM · in 23 min")
        await expect(sam.page.locator("#facts-body")).not_to_contain_text("Resolution")
        await take(sam.page, pictures / f"expected-{size}-{scheme}.png", scheme)
    await desk.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("It is back.")), "agent")
    for sam in everywhere:
        await expect(sam.page.get_by_role("log").get_by_text("It is back.")).to_be_visible()
        await expect(sam.page.locator("#ticket")).not_to_contain_text("First answer")
        assert sam.faults == []


async def answered_before(desk: TimedDesk) -> None:
    """Eight tickets of these days, each answered within 20 minutes."""
    desk.clock.advance(-timedelta(days=1, hours=1))
    for number in range(8):
        ticket = await desk.open(f"Before {number}", who="admin")
        desk.clock.advance(20 * MINUTE)
        await desk.do(ClaimTicket(ticket=ticket), "agent")
        await desk.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Here.")), "agent")
        await desk.do(ResolveTicket(ticket=ticket), "agent")
        desk.clock.advance(-10 * MINUTE)
    desk.clock.advance(NOW - desk.clock.now())


async def test_where_too_little_is_known_it_is_the_promise_and_at_night_when_somebody_is_there_again(
    desk: TimedDesk, browser: Browser
) -> None:
    await desk.open(TITLES[0], priority=Priority.HIGH)
    sam = await come_in(desk, browser, "Sam", "/t/T-1")
    await expect(fact(sam.page, "First answer, at the latest")).to_have_text("Mar 4, 3:42 PM · in 1 h")
    desk.clock.advance(6 * HOUR)
    await desk.open(TITLES[1])
    await sam.page.goto(f"{desk.url}/t/T-2")
    await expect(fact(sam.page, "Somebody is here again")).to_have_text(re.compile("Mar 6, 9:00 AM"))
    assert sam.faults == []


async def test_a_lead_decides_whether_what_a_student_declares_urgent_is_urgent(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    for number, title in enumerate(TITLES[:2], 1):
        await desk.do(ClaimTicket(ticket=await desk.open(title)), "agent")
        assert (await ticket_of(desk, number)).assignee is not None
    lee, sam = await come_in(desk, browser, "Lee"), await come_in(desk, browser, "Sam", "/t/T-1")
    await desk.do(DeclareUrgent(ticket=TicketId(1), why=Text.of("The exam begins in an hour.")), "student")
    question = toast(lee.page, "T-1 My grade is missing").filter(has_text="asks for it to be urgent")
    await expect(question.get_by_role("button", name="Accept")).to_be_visible()
    await expect(question).to_contain_text("The exam begins in an hour.")
    await take(lee.page, pictures / "urgency-desktop-light.png", news=True)
    await question.get_by_role("button", name="Decline").click()
    await expect(question).to_have_count(0)
    await expect(sam.page.get_by_role("log").get_by_text("Lee Lead decided that it is not urgent")).to_be_visible()
    assert (await ticket_of(desk, 1)).priority is Priority.NORMAL

    await desk.do(DeclareUrgent(ticket=TicketId(2), why=Text.of("I cannot get in.")), "student")
    await lee.page.locator("#bell").click()
    listed = bell(lee.page).get_by_role("listitem").filter(has_text="T-2")
    await expect(listed).to_contain_text("I cannot get in.")
    await expect(listed).to_contain_text("Once before, what they declared urgent was declined.")
    await take(lee.page, pictures / "urgency-bell-desktop-light.png", news=True)
    await listed.get_by_role("link").first.click()
    await lee.page.wait_for_url("**/t/T-2")
    card = lee.page.locator("#ticket")
    await expect(card.get_by_role("button", name="Decline: not urgent")).to_be_visible()
    await take(lee.page, pictures / "urgency-card-desktop-light.png")
    await card.get_by_role("button", name="Agree: urgent").click()
    await expect(fact(lee.page, "Priority")).to_have_text("Urgent")
    assert (lee.faults, sam.faults) == ([], [])


async def test_a_ticket_that_is_put_aside_leaves_the_queue_until_its_requester_writes(
    desk: TimedDesk, browser: Browser, pictures: Path
) -> None:
    await away(desk, "agent", "lead")
    await desk.open(TITLES[0])
    asha = await come_in(desk, browser, "Asha", "/t/T-1")
    page = asha.page
    unassigned = page.get_by_role("list", name="Filters").get_by_role("button", name="Unassigned")
    await expect(unassigned).to_contain_text("1")
    await type_in(page, "/staff snooze 2h")
    await expect(fact(page, "Put aside until")).to_have_text("Mar 4, 4:42 PM · in 2 h")
    await expect(fact(page, "First answer")).to_contain_text("left, and the clock stands still")
    await expect(unassigned).not_to_contain_text("1")
    await take(page, pictures / "snoozed-desktop-light.png")
    await desk.do(PostMessage(ticket=TicketId(1), kind=MessageKind.REPLY, text=Text.of("It is there!")), "student")
    await expect(fact(page, "Put aside until")).to_have_count(0)
    await expect(unassigned).to_contain_text("1")
    assert asha.faults == []


# ---- until somebody acknowledges


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
