"""A demo desk with a thread as rich as one gets, for the tests of what everybody can use."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Locator, Page

from tests.fakes.browser import TOURS, chromium
from tests.fakes.process import DeskProcess
from tests.fakes.web_desk import png

FOCUS = """() => {
    const one = document.activeElement;
    const around = [one, one.closest(".box, label, .palette-box, .editor")].filter(Boolean);
    const isRinged = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) > 0;
    const isMarked = (style) => isRinged(style) || style.boxShadow !== "none";
    const box = (one.labels?.[0] ?? one).getBoundingClientRect();
    const shows = (share) => {
        const on = document.elementFromPoint(box.left + box.width / 2, box.top + box.height * share);
        return on !== null && (one.contains(on) || on.contains(one) || Boolean(one.labels?.[0]?.contains(on)));
    };
    return {
        name: one.getAttribute("aria-label") || one.textContent.trim().slice(0, 40) || one.id || one.localName,
        id: one.id,
        isBody: one === document.body,
        isMarked: around.some((each) => isMarked(getComputedStyle(each))),
        isSeen: [0.1, 0.3, 0.5, 0.7, 0.9].some(shows),
    };
}"""
"""What has the focus, and how it shows."""


@dataclass
class Ground:
    """One demo desk and one browser for all tests of a file, with T-1 as rich as a thread gets."""

    url: str
    browser: Browser

    async def page(self, who: str, path: str = "/", *, width: int = 1280, height: int = 800, **options: Any) -> Page:
        """Signed in as ``who`` (nobody where ""), who were shown around unless ``toured`` is false."""
        toured = options.pop("toured", True)
        wanted = {"viewport": {"width": width, "height": height}, "reduced_motion": "reduce", **options}
        context = await self.browser.new_context(**wanted)
        page = await context.new_page()
        if who:
            form = {"who": who, "next": "/"}
            await context.request.post(f"{self.url}/session/demo", form=form, max_redirects=0)
            await self.call(page, "PUT", "/api/preferences/toured", TOURS if toured else [])
        await page.goto(f"{self.url}{path}")
        return page

    async def call(self, page: Page, method: str, path: str, data: Any) -> Any:
        calls = page.context.request
        token = (await (await calls.get(f"{self.url}/api/me")).json())["csrf"]
        headers = {"X-CSRF-Token": token, "Idempotency-Key": os.urandom(8).hex()}
        answer = await calls.fetch(f"{self.url}{path}", method=method, data=data, headers=headers)
        assert answer.ok, await answer.text()
        return await answer.json() if answer.status == 200 or answer.status == 201 else None

    async def upload(self, page: Page, name: str, kind: str, content: bytes) -> str:
        calls = page.context.request
        token = (await (await calls.get(f"{self.url}/api/me")).json())["csrf"]
        file = {"name": name, "mimeType": kind, "buffer": content}
        answer = await calls.post(f"{self.url}/api/files", multipart={"file": file}, headers={"X-CSRF-Token": token})
        assert answer.ok, await answer.text()
        return str((await answer.json())["id"])


@asynccontextmanager
async def open_ground(folder: Path) -> AsyncIterator[Ground]:
    """The desk's files go to ``folder``."""
    process = DeskProcess(folder, forked=True)
    await process.start()
    try:
        async with chromium() as browser:
            made = Ground(process.url, browser)
            await furnish(made)
            yield made
    finally:
        await process.stop()


async def furnish(ground: Ground) -> None:
    student, agent = await ground.page("student"), await ground.page("agent")
    for title, priority in (
        ("I cannot sign in", "normal"),
        ("The video stands still", "urgent"),
        ("A wrong name", "low"),
    ):
        form = (await ground.call(student, "POST", "/api/commands", {"text": "/ticket open"}))["form"]
        exam = {"category": "exams", "exams:course": "CS2001", "exams:term": "May"}
        values = {"title": title, "priority": priority, "description": "Since **today**.", **exam}
        reply = await ground.call(student, "POST", "/api/forms", {"action": form["action"], "values": values})
        assert reply["ticket"] is not None, reply["form"]
    files = [
        await ground.upload(student, "screen.png", "image/png", png(300, 200)),
        await ground.upload(student, "log.txt", "text/plain", b"error 7\n" * 300),
    ]
    say = "/api/threads/T-1/messages"
    words = (
        "It says *no*, ~~never~~ `null`:\n\n> see [here](https://example.com/)\n\n1. one\n2. two\n\n```py\nx = 1\n```"
    )
    said = (await ground.call(student, "POST", say, {"text": words, "kind": "reply", "files": files}))["entry"]
    await ground.call(agent, "POST", "/api/commands", {"text": "/ticket claim T-1"})
    await ground.call(agent, "PUT", f"{say}/{said['message']}/reactions/%F0%9F%91%8D", None)
    await ground.call(agent, "POST", say, {"text": "Which browser is it?", "kind": "reply"})
    await ground.call(agent, "POST", say, {"text": "Most likely the directory.", "kind": "note"})
    gone = (await ground.call(student, "POST", say, {"text": "Never mind.", "kind": "reply"}))["entry"]
    await ground.call(student, "DELETE", f"{say}/{gone['message']}", None)
    edited = (await ground.call(student, "POST", say, {"text": "Firefox", "kind": "reply"}))["entry"]
    await ground.call(student, "PATCH", f"{say}/{edited['message']}", {"text": "Firefox 141"})
    for page in (student, agent):
        await page.context.close()


def message(page: Page, words: str) -> Locator:
    return page.get_by_role("log").get_by_role("article").filter(has_text=words)


async def nothing(page: Page) -> None:
    """The page as it opens, once its modules are at work."""
    await page.wait_for_load_state("networkidle")
