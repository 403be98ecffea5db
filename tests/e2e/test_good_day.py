"""The good day of a desk, lived in a browser by two people, to the card in the leads' alert space."""

import asyncio
import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from tests.fakes.browser import Visitor
from tests.fakes.process import DeskProcess

pytestmark = pytest.mark.asyncio(loop_scope="module")


def message_box(page: Page) -> Locator:
    return page.get_by_role("form", name="Message").get_by_role("textbox")


async def shoot(page: Page, path: Path) -> None:
    """A picture of the page without its passing news."""
    await page.get_by_role("region", name="News").evaluate_all("all => all.forEach((one) => one.replaceChildren())")
    await page.screenshot(path=path)


async def open_by_command(student: Page) -> None:
    """Type the slash command and fill in the form that it asks with."""
    box = message_box(student)
    await box.fill("/ticket open")
    await box.press("Escape")
    await box.press("Enter")
    form = student.get_by_role("dialog")
    await form.get_by_label("What is the matter?").fill("My exam grade is missing")
    await form.get_by_label("Category", exact=True).select_option("exams")
    await form.get_by_label("Priority").select_option("urgent")
    await form.get_by_label("Tell us more").fill(
        "The portal shows **no grade** for the May term.\n\n- I wrote it\n- I passed"
    )
    await form.get_by_role("textbox", name="Course code").fill("CS2001")
    await form.get_by_role("button", name="Open the ticket").click()


def take(page: Page) -> Locator:
    """What takes the ticket: whoever is asked to accepts, anybody else of the staff claims."""
    return page.locator("#ticket").get_by_role("button", name=re.compile("^(Accept|Claim)$"))


async def say(page: Page, words: str) -> None:
    box = message_box(page)
    await box.fill(words)
    await box.press("Enter")


async def test_from_a_slash_command_to_an_answer_and_to_the_alert_in_the_leads_space(
    desk: DeskProcess, browser: Browser, pictures: Path
) -> None:
    sam = await Visitor.be("Sam", desk.url, browser)
    asha = await Visitor.be("Asha", desk.url, browser)
    student, agent = sam.page, asha.page

    await open_by_command(student)
    await student.wait_for_url("**/t/T-1")
    await expect(student.get_by_role("heading", name="My exam grade is missing").first).to_be_visible()
    await expect(student.get_by_text("read what is written here")).to_be_visible()

    offer = agent.get_by_role("region", name="News").get_by_test_id("toast").filter(has_text="Can you take it?")
    await offer.get_by_role("link", name="Open T-1").click()
    await agent.locator("#ticket").get_by_role("button", name="Accept").click()
    await expect(student.get_by_text("Asha Agent has it now").first).to_be_visible()

    await say(agent, "Hello Sam, I see it. The grade was **held back** by mistake; give me an hour.")
    await expect(student.get_by_text("I see it. The grade was").first).to_be_visible()
    await say(agent, "/staff note The examiner has to sign again.")
    await expect(agent.get_by_text("The examiner has to sign again.").first).to_be_visible()
    await say(student, "Thank you! <b>That</b> was quick.")
    await expect(agent.get_by_text("Thank you! <b>That</b> was quick.").first).to_be_visible()
    await expect(student.get_by_text("examiner")).to_have_count(0)
    await shoot(agent, pictures / "agent.png")

    lead = await Visitor.be("Lee", desk.url, browser)
    await lead.page.goto(f"{desk.url}/alerts")
    await expect(lead.page.get_by_text("Urgent: T-1 My exam grade is missing").first).to_be_visible()
    await expect(lead.page.get_by_text("T-1: Asha Agent has it now").first).to_be_visible()
    await shoot(lead.page, pictures / "alerts.png")

    await say(agent, "/ticket resolve It is there now: 9 out of 10.")
    await expect(student.get_by_text("It is there now: 9 out of 10.").first).to_be_visible()
    await expect(student.get_by_role("button", name="Reopen")).to_be_visible()
    await shoot(student, pictures / "student.png")
    assert (sam.faults, asha.faults, lead.faults) == ([], [], [])


async def test_two_agents_press_claim_at_once_and_one_reads_who_has_it(desk: DeskProcess, browser: Browser) -> None:
    student = (await Visitor.be("Sam", desk.url, browser)).page
    await open_by_command(student)
    await student.wait_for_url("**/t/T-1")
    pages = [(await Visitor.be(who, desk.url, browser)).page for who in ("Asha", "Lee")]
    for page in pages:
        await page.goto(f"{desk.url}/t/T-1")
        await take(page).wait_for()
    await asyncio.gather(*(take(page).click() for page in pages))
    for page in pages:
        told = page.get_by_text("T-1 is already with").or_(page.get_by_text("T-1 is yours"))
        await expect(told.first).to_be_visible()
    losers = [page for page in pages if await page.get_by_text("T-1 is already with").count()]
    assert len(losers) == 1
    winner = "Lee Lead" if losers[0] is pages[0] else "Asha Agent"
    await expect(losers[0].get_by_text(f"T-1 is already with {winner}").first).to_be_visible()


async def test_a_draft_half_filled_survives_a_restart_of_the_desk(desk: DeskProcess, browser: Browser) -> None:
    """What the form was sent with, and refused for, is still there after the process was killed."""
    student = (await Visitor.be("Sam", desk.url, browser)).page
    await student.get_by_role("button", name="Open a ticket").first.click()
    form = student.get_by_role("dialog")
    await form.get_by_label("What is the matter?").fill("Fee paid twice")
    await form.get_by_label("Category", exact=True).select_option("fees")
    await form.get_by_label("Tell us more").fill("Both on Monday")
    await desk.kill()
    await desk.start()
    await form.get_by_label("What is it about?").select_option("Refund")
    await form.get_by_role("button", name="Open the ticket").click()
    await student.wait_for_url("**/t/T-1")
    await expect(student.get_by_role("heading", name="Fee paid twice").first).to_be_visible()


async def test_a_phone_shows_one_area_at_a_time(desk: DeskProcess, browser: Browser, pictures: Path) -> None:
    phone = await Visitor.be("Sam", desk.url, browser, width=390, height=844)
    page = phone.page
    await page.get_by_role("button", name="Open a ticket").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_label("What is the matter?").fill("No access to the course page")
    await form.get_by_label("Category", exact=True).select_option("content")
    await form.get_by_label("Tell us more").fill("Since yesterday")
    await form.get_by_role("textbox", name="Course code").fill("MA1001")
    await form.get_by_role("button", name="Open the ticket").click()
    await page.wait_for_url("**/t/T-1")
    await expect(page.get_by_role("heading", name="No access to the course page").first).to_be_visible()
    width = await page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    await expect(page.get_by_role("button", name="Close")).to_be_visible()
    await expect(message_box(page)).to_have_attribute("placeholder", "Write a reply, or / for commands")
    await shoot(page, pictures / "phone.png")
    assert phone.faults == []
