"""A mail's unsubscribe link in a browser, by somebody who is not signed in."""

from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from core.mailing import LINK_LIFE, UNSUBSCRIBE
from core.model.mail import PREFERENCE
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import running_web_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

WIDTHS = [360, 1280]


@pytest.mark.parametrize("width", WIDTHS)
async def test_mails_are_ended_and_chosen_without_a_script_or_a_sign_in(
    browser: Browser, sqlite_template: Path, tmp_path: Path, width: int
) -> None:
    async with running_web_desk(tmp_path, sqlite_template) as desk:
        student = desk.people["student"]
        token = SIGNER.sign(UNSUBSCRIBE, f"{student}:answer", desk.clock.now() + LINK_LIFE)
        context = await browser.new_context(viewport={"width": width, "height": 800}, reduced_motion="reduce")
        page = await context.new_page()
        await page.goto(str(desk.server.make_url(f"/unsubscribe/{token}")))
        found = await Axe().run(page, options={"resultTypes": ["violations"]})
        assert found.response["violations"] == []
        fits = "() => document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        assert await page.evaluate(fits), "nothing is wider than the page"
        await page.get_by_role("button", name="Send me no more of these").click()
        await expect(page.get_by_role("status")).to_have_text("It is set")
        answers = page.get_by_role("checkbox", name="answers and questions in your tickets")
        await expect(answers).not_to_be_checked()
        await answers.check()
        await page.get_by_role("button", name="Save").click()
        await expect(answers).to_be_checked()
        async with desk.store.read() as work:
            kept = (await work.preferences.of(student))[PREFERENCE]
        assert kept == {"received": True, "answer": True, "solved": True, "reopened": True}
        await context.close()
