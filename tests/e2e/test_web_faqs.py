"""FAQs in a browser: written by an agent, published by an admin after a doubt, found by whoever comes."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from core.commands import Actor, CreateFaq, EditFaq, PublishFaq, ResolveTicket
from core.model.ids import FaqId
from core.model.people import Platform
from core.text import Text
from tests.fakes.browser import Visitor, comes_true
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = "document.documentElement.scrollWidth <= innerWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def url_of(desk: WebDesk) -> str:
    return str(desk.server.make_url("")).rstrip("/")


async def stranger(desk: WebDesk, browser: Browser, path: str, *, width: int = 1280, scheme: str = "light") -> Page:
    context = await browser.new_context(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    page = await context.new_page()
    await page.goto(f"{url_of(desk)}{path}")
    return page


async def filled(desk: WebDesk) -> list[FaqId]:
    """Two that are published, one of them with a version that waits, and a draft."""
    agent, admin = (Actor(person=desk.people[who], door=Platform.WEB) for who in ("agent", "admin"))
    made = []
    for question, category in (
        ("How do I reset my password?", "platform"),
        ("When are the grades of the end-term exam published, and where do I see them?", "exams"),
        ("Can I change my course after the second week?", ""),
    ):
        words = "Open the sign-in page and press “Forgot”.\n\nThe mail comes within five minutes."
        outcome = await desk.engine.handle(
            CreateFaq(question=question, answer=Text.of(words), category=category), agent
        )
        assert outcome.faq is not None
        made.append(outcome.faq)
    for faq in made[:2]:
        await desk.engine.handle(PublishFaq(faq=faq), admin)
    newer = Text.of("By mail.")
    await desk.engine.handle(EditFaq(faq=made[0], question="How do I reset a password?", answer=newer), agent)
    return made


async def test_an_agent_writes_one_an_admin_publishes_it_and_a_stranger_finds_it(
    near_desk: WebDesk, browser: Browser
) -> None:
    url = url_of(near_desk)
    agent = await Visitor.be("Asha", url, browser, "/faq")
    await agent.page.get_by_role("button", name="Write one").click()
    await agent.page.get_by_label("The question, as people ask it").fill("How do I reset my password?")
    await agent.page.get_by_label("The answer").fill("Write to **help@example.edu**.")
    await agent.page.get_by_label("Category (optional)").select_option(label="Platform and login")
    await agent.page.get_by_role("button", name="Save the draft").click()
    await agent.page.wait_for_url("**/faq/F-1")
    await expect(agent.page.get_by_role("heading", level=1)).to_have_text("How do I reset my password?")
    await expect(agent.page.locator("#faq-said")).to_contain_text("F-1 is saved")
    page = await stranger(near_desk, browser, "/faq/F-1")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Not here")

    admin = await Visitor.be("Ada", url, browser, "/faq/F-1")
    await admin.page.get_by_role("button", name="Publish").click()
    await expect(admin.page.get_by_role("heading", name="Is this for everybody to read?")).to_be_visible()
    await expect(admin.page.locator("#faq-doubt")).to_contain_text("help@example.edu")
    await admin.page.get_by_role("button", name="They may stay: publish it").click()
    await expect(admin.page.locator("#faq-said")).to_have_text("F-1 is published: everybody can read it")

    await page.goto(f"{url}/faq")
    await page.get_by_label("What do you want to know?").fill("reset password")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("link", name="How do I reset my password?").click()
    await expect(page.locator("strong")).to_have_text("help@example.edu")

    student = await Visitor.be("Sam", url, browser, "/faq/F-1")
    await student.page.get_by_role("button", name="It helped", exact=True).click()
    await expect(student.page.locator("#faq-said")).to_have_text("Thank you: noted for F-1")
    await expect(student.page.get_by_role("button", name="It helped", exact=True)).to_have_class("button primary")
    assert agent.faults == admin.faults == student.faults == []


async def test_a_resolved_tickets_card_makes_one(near_desk: WebDesk, browser: Browser) -> None:
    ticket = await near_desk.ticket(title="Where is the printer?")
    resolving = ResolveTicket(ticket=ticket, answer=Text.of("On the second floor."))
    await near_desk.engine.handle(resolving, Actor(person=near_desk.people["agent"], door=Platform.WEB))
    agent = await Visitor.be("Asha", url_of(near_desk), browser, f"/t/T-{ticket}")
    await agent.page.get_by_role("button", name="Make a FAQ").first.click()
    await expect(agent.page.get_by_label("The question, as people ask it")).to_have_value("Where is the printer?")
    await expect(agent.page.get_by_label("The answer")).to_have_value("On the second floor.")
    await agent.page.get_by_role("button", name="Save the draft").click()
    await expect(agent.page.get_by_text("F-1 is saved").first).to_be_visible()
    assert agent.faults == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_pages_fit_and_are_for_everybody(
    near_desk: WebDesk, browser: Browser, pictures: Path, width: int, scheme: str
) -> None:
    made = await filled(near_desk)
    visitors = [("stranger", await stranger(near_desk, browser, "/faq", width=width, scheme=scheme))]
    admin = await Visitor.be("Ada", url_of(near_desk), browser, "/faq", width=width)
    await admin.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visitors.append(("admin", admin.page))
    for who, page in visitors:
        for path, name in (("/faq", "list"), (f"/faq/F-{made[0]}", "one"), ("/faq?q=hostel", "none")):
            await page.goto(f"{url_of(near_desk)}{path}")
            await comes_true(page, FITS)
            for details in await page.locator("details").all():
                await details.locator("summary").click()
            found = await Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
            assert found.response["violations"] == [], found.generate_report()
            await page.screenshot(path=pictures / f"faq-{who}-{name}-{width}-{scheme}.png", full_page=True)
