"""A desk on a Wednesday afternoon: academics who are asked in turn, promises, and urgent tickets that call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Literal

from playwright.async_api import Browser, Locator, Page

from tests.fakes.browser import Visitor
from tests.fakes.clock import FakeClock
from tests.fakes.timed_desk import TimedDesk, copied, timed_desk

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


@asynccontextmanager
async def duty_desk(folder: Path, template: Path, *, acknowledge: str = "sign_in") -> AsyncIterator[TimedDesk]:
    """It runs by itself; its clock stands at ``NOW``. ``acknowledge``: what an alert's link asks for."""
    config = CONFIG.replace("ACKNOWLEDGE", acknowledge)
    async with timed_desk(folder, config, FakeClock(NOW), copied(template, folder), runs=True) as running:
        yield running


async def come_in(desk: TimedDesk, browser: Browser, who: str, path: str = "/", *, size: str = "desktop") -> Visitor:
    """At the desk's own time."""
    width, height = SIZES[size]
    return await Visitor.be(who, desk.url, browser, path, width=width, height=height, now=desk.clock.now())


def fact(page: Page, label: str) -> Locator:
    """A fact of the open ticket, among its details."""
    return page.locator("#facts-body .fields > div").filter(has=page.get_by_text(label, exact=True)).locator("dd")
