"""What many ask for in a browser: found from anywhere, and answered once."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from core.commands import Actor, FollowTicket, MergeTicket, PostMessage, ResolveTicket
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.browser import Visitor, comes_true
from tests.fakes.web_desk import WebDesk

pytestmark = pytest.mark.asyncio(loop_scope="module")

FITS = "document.documentElement.scrollWidth <= innerWidth"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def as_of(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def hot(desk: WebDesk) -> TicketId:
    """Three tickets that many ask for; the second is resolved."""
    titles = ("The exam portal says that my session has expired, whatever I do", "Where is the printer?", "No mail")
    made = [await desk.ticket(title=title) for title in titles]
    for ticket in made:
        await desk.engine.handle(FollowTicket(ticket=ticket), as_of(desk, "admin"))
        for words in ("Still", "Me too"):
            saying = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of(words))
            await desk.engine.handle(saying, as_of(desk, "student"))
    repeat = await desk.ticket("other", "My session has expired")
    await desk.engine.handle(MergeTicket(ticket=repeat, into=made[0]), as_of(desk, "agent"))
    answer = Text.of("On the second floor.")
    await desk.engine.handle(ResolveTicket(ticket=made[1], answer=answer), as_of(desk, "agent"))
    return made[1]


def url_of(desk: WebDesk) -> str:
    return str(desk.server.make_url("")).rstrip("/")


async def test_a_faq_is_drafted_from_there_by_the_keyboard_alone(near_desk: WebDesk, browser: Browser) -> None:
    ticket = await hot(near_desk)
    agent = await Visitor.be("Asha", url_of(near_desk), browser, "/")
    await agent.page.get_by_role("link", name="What many ask for").focus()
    await agent.page.keyboard.press("Enter")
    await agent.page.wait_for_url("**/hot")
    await expect(agent.page.get_by_role("heading", level=1)).to_have_text("What many ask for")
    await expect(agent.page.get_by_role("button", name="Draft a FAQ")).to_have_count(1)
    draft = agent.page.get_by_role("button", name=f"Draft a FAQ of T-{ticket}")
    for _ in range(40):
        if await draft.evaluate("(it) => it === document.activeElement"):
            break
        await agent.page.keyboard.press("Tab")
    await agent.page.keyboard.press("Enter")
    await expect(agent.page.get_by_label("The question, as people ask it")).to_have_value("Where is the printer?")
    await agent.page.keyboard.press("Escape")
    await expect(draft).to_be_focused()
    await draft.click()
    await expect(agent.page.get_by_label("The answer")).to_have_value("On the second floor.")
    await agent.page.get_by_role("button", name="Save the draft").click()
    await agent.page.wait_for_url("**/faq/F-1")
    await expect(agent.page.locator("#faq-said")).to_contain_text("F-1 is saved")
    assert agent.faults == []


async def test_a_student_sees_no_way_there_and_is_refused(near_desk: WebDesk, browser: Browser) -> None:
    await hot(near_desk)
    student = await Visitor.be("Sam", url_of(near_desk), browser, "/")
    await expect(student.page.get_by_role("link", name="Frequently asked questions")).to_be_visible()
    await expect(student.page.get_by_role("link", name="What many ask for")).to_have_count(0)
    await student.page.goto(f"{url_of(near_desk)}/hot")
    await expect(student.page.get_by_role("heading", level=1)).to_have_text("Not for you")
    await expect(student.page.get_by_text("Where is the printer?")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
async def test_the_page_fits_and_is_for_everybody(
    near_desk: WebDesk, browser: Browser, pictures: Path, width: int, scheme: str
) -> None:
    agent = await Visitor.be("Asha", url_of(near_desk), browser, "/hot", width=width)
    await agent.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    for name in ("empty", "list"):
        await agent.page.goto(f"{url_of(near_desk)}/hot")
        await comes_true(agent.page, FITS)
        found = await Axe().run(agent.page, options={"runOnly": {"type": "tag", "values": RULES}})
        assert found.response["violations"] == [], found.generate_report()
        await agent.page.screenshot(path=pictures / f"hot-{name}-{width}-{scheme}.png", full_page=True)
        if name == "empty":
            await hot(near_desk)


@pytest.mark.parametrize("width", [1280, 390])
async def test_the_form_of_a_split_shows_boxes_to_tick(
    near_desk: WebDesk, browser: Browser, pictures: Path, width: int
) -> None:
    await hot(near_desk)
    agent = await Visitor.be("Asha", url_of(near_desk), browser, "/t/T-1", width=width)
    await agent.page.locator("#say").fill("/staff split")
    await agent.page.keyboard.press("Escape")
    await agent.page.keyboard.press("Control+Enter")
    dialog = agent.page.get_by_role("dialog", name="Split T-1")
    await expect(dialog.get_by_role("checkbox")).to_have_count(2)
    await expect(dialog.get_by_role("group", name="Messages, the newest first")).to_be_visible()
    found = await Axe().run(agent.page, options={"runOnly": {"type": "tag", "values": RULES}})
    assert found.response["violations"] == [], found.generate_report()
    await agent.page.screenshot(path=pictures / f"split-form-{width}.png")
    await dialog.get_by_label("What the new ticket is about").fill("Another matter")
    await dialog.get_by_role("button", name="Split", exact=True).click()
    await expect(dialog.get_by_role("alert")).to_contain_text("choose the messages")
    await dialog.get_by_role("checkbox", name="Me too").check()
    await dialog.get_by_role("button", name="Split", exact=True).click()
    await expect(agent.page.get_by_text("is a ticket of its own now").first).to_be_visible()
    assert agent.faults == []
