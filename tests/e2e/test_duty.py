"""Who is asked and what is promised, as a student, an agent and a lead see it in their browsers.

``THREADDESK_PICTURES=docs/pictures/duty`` renews the pictures there.
"""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Locator, Page, expect

from core.commands import ClaimTicket, DeclareUrgent, PostMessage, ResolveTicket, SetDuty
from core.model.duty import DutyState
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.model.ticket import Priority, Ticket
from core.text import Text
from tests.fakes.duty_desk import NOW, SCHEMES, SIZES, TITLES, come_in, duty_desk, fact
from tests.fakes.patience import patience
from tests.fakes.pictures import take
from tests.fakes.timed_desk import HOUR, MINUTE, TimedDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[TimedDesk]:
    async with duty_desk(tmp_path, sqlite_template) as running:
        yield running


def toast(page: Page, words: str | re.Pattern[str]) -> Locator:
    return page.get_by_role("region", name="News").get_by_test_id("toast").filter(has_text=words)


def bell(page: Page) -> Locator:
    return page.locator("#notice-list")


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
    await expect(offer).to_contain_text("You have 5 min; then somebody else is asked")
    await expect(offer.locator("dl")).to_contain_text("Offered untilMar 4, 2:47 PM")
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
