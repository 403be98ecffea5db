"""From the press of "Open the ticket" to the thread on the screen, in Chromium, on a demo desk. Wanted: under 300 ms.

Baseline: the same browser posting to the same server what changes nothing (``/api/me``) and painting a line.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from playwright.async_api import Page

from tests.fakes.browser import Visitor, chromium
from tests.fakes.process import DeskProcess

RUNS = 15
_NOTHING = """async () => {
  const begun = performance.now();
  await (await fetch("/api/me")).json();
  document.title = String(begun);
  await new Promise((done) => requestAnimationFrame(done));
  return performance.now() - begun;
}"""


async def opening(page: Page, number: int) -> float:
    """Milliseconds from the press to the thread's own heading."""
    await page.get_by_role("button", name="Open a ticket").first.click()
    form = page.get_by_role("dialog")
    await form.get_by_label("What is the matter?").fill(f"Question {number}")
    await form.get_by_label("Category").select_option("exams")
    await form.get_by_label("Tell us more").fill("It is not there.")
    await form.get_by_role("textbox", name="Course code").fill("CS2001")
    heading = page.locator("#log, main").get_by_role("heading", name=f"Question {number}", exact=True).first
    begun = time.perf_counter()
    await form.get_by_role("button", name="Open the ticket").click()
    await heading.wait_for()
    return (time.perf_counter() - begun) * 1e3


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = DeskProcess(Path(folder))
        await desk.start()
        async with chromium() as browser:
            page = (await Visitor.be("Sam", desk.url, browser)).page
            ours = [await opening(page, number) for number in range(RUNS)]
            base = [float(await page.evaluate(_NOTHING)) for _ in range(RUNS)]
        await desk.terminate()
    middle, bare = statistics.median(ours), statistics.median(base)
    print(f"open to thread: median {middle:.0f} ms, slowest {max(ours):.0f} ms of {RUNS}")
    print(f"a request that changes nothing: median {bare:.0f} ms; ratio {middle / bare:.1f}")


if __name__ == "__main__":
    asyncio.run(main())
