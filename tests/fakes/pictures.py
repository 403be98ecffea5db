"""Screenshots of pages at rest, by day or by night."""

import os
from io import BytesIO
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.async_api import Page

from tests.fakes.browser import comes_true

AT_REST = "() => document.fonts.ready.then(() => document.getAnimations().every((one) => one.playState !== 'running'))"
GONE = "all => all.forEach((one) => one.remove())"


async def take(page: Page, path: Path, scheme: Literal["light", "dark"] = "light", *, news: bool = False) -> None:
    """``news``: with the news that pass by, where those are what is to be seen."""
    if not news:
        await page.locator("#toasts .toast").evaluate_all(GONE)
    await page.mouse.move(1, 1)
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await comes_true(page, AT_REST)
    keep(await page.screenshot(), path)


def keep(shot: bytes, path: Path) -> None:
    """One that was asked for in 200 colours: nobody sees the difference, and it is a third of the bytes."""
    if not os.environ.get("THREADDESK_PICTURES"):
        path.write_bytes(shot)
        return
    Image.open(BytesIO(shot)).convert("RGB").quantize(200, dither=Image.Dither.NONE).save(path, optimize=True)
