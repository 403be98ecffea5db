"""Two in the night, nobody on duty, and an urgent ticket: who is called until somebody acknowledges, outside the desk.

Every call leaves the desk as it would: over HTTP to a strict Google Chat and to a signed webhook, by mail to a real
server, to the lead's open page. The clock alone is the test's.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from core.commands import ResolveTicket
from core.events import EscalationCalled
from core.model.ids import TicketId
from core.model.outbox import Intent, ToPerson
from core.model.people import Platform
from core.model.ticket import Priority
from core.text import Text
from tests.fakes.browser import Visitor
from tests.fakes.clock import FakeClock
from tests.fakes.gchat_server import Fault
from tests.fakes.patience import patience
from tests.fakes.timed_desk import MINUTE, Outside, TimedDesk, copied, outside, timed_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

Night = Callable[..., AbstractAsyncContextManager[TimedDesk]]

TWO_IN_THE_NIGHT = datetime.fromisoformat("2026-03-04T02:00:00+05:30")
TITLE = "I cannot get into the exam hall's page"
CONFIG = """
[desk]
name = "Student Support"
demo = true
time_zone = "Asia/Kolkata"
[desk.hours]
mon = ["09:00-17:00"]
tue = ["09:00-17:00"]
wed = ["09:00-17:00"]

[[teams]]
key = "academics"
name = "Academics"
members = ["agent@example.com"]
lead = "lead@example.com"

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"
escalation = "night"

[[escalations]]
key = "night"
when = {{ priority = ["urgent"] }}
steps = [
  {{ after = "0s", notify = ["space:leads", "assignee"] }},
  {{ after = "10m", notify = ["space:pager", "team_on_duty"] }},
  {{ after = "20m", notify = ["space:leads", "lead", "email:dean@example.com"], repeat = "20m", times = 3 }},
]

[alerts]
acknowledge = "{acknowledge}"
[[alerts.spaces]]
key = "leads"
[[alerts.spaces]]
key = "pager"
kind = "webhook"

[email]
sender = "Student Support <support@example.com>"
"""
STEPS = (0, 10, 20, 40, 60)
"""Minutes at which somebody is called."""
TO_THE_LAST = {
    "leads": [(0, 1), (20, 3), (40, 3), (60, 3)],
    "pager": [(10, 2)],
    "dean": [(20, 3), (40, 3), (60, 3)],
    "lee": [(0, 1), (10, 2), (20, 3), (40, 3), (60, 3)],
}
"""By receiver, each call: at which minute, of which level. Nobody is on duty, so the lead is called in their place."""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(TWO_IN_THE_NIGHT)


@pytest_asyncio.fixture(loop_scope="module")
async def around(tmp_path: Path, clock: FakeClock) -> AsyncIterator[Outside]:
    async with outside(tmp_path, clock) as receivers:
        yield receivers


@pytest.fixture
def night(tmp_path: Path, sqlite_template: Path, clock: FakeClock, around: Outside) -> Night:
    @asynccontextmanager
    async def begin(acknowledge: str = "sign_in") -> AsyncIterator[TimedDesk]:
        """With an urgent ticket of this minute, whose first calls are made."""
        database = copied(sqlite_template, tmp_path)
        config = CONFIG.format(acknowledge=acknowledge)
        async with timed_desk(tmp_path, config, clock, database, around) as desk:
            await desk.open(TITLE, priority=Priority.URGENT)
            await desk.tick()
            yield desk

    return begin


# ---- what the receivers have


def words(card: Mapping[str, Any]) -> str:
    """Everything that a Google Chat card says."""
    return str(card["cardsV2"])


def level_of(text: str) -> int | None:
    found = re.search(r"(\d) of 3", text)
    return int(found[1]) if found else None


def chat_calls(around: Outside) -> list[int]:
    return [level for message in around.chat.messages("leads") if (level := level_of(words(message))) is not None]


def pager_calls(around: Outside) -> list[int]:
    return [
        int(level_of(field["value"]) or 0)
        for event in around.pager.taken
        if event["type"] == "ticket.escalation"
        for field in event["data"]["fields"]
        if field["key"] == "level"
    ]


def mail_calls(around: Outside) -> list[int]:
    assert all(mail.recipients == ("dean@example.com",) for mail in around.mail.taken)
    return [level for mail in around.mail.taken if (level := level_of(mail.part("plain"))) is not None]


async def lee_calls(desk: TimedDesk) -> list[int]:
    """What reached the lead's page: the calls that were delivered to somebody at the desk, who is never another."""
    calls = [one for one in await desk.delivered(Intent.CALL) if isinstance(one.address, ToPerson)]
    assert {one.address for one in calls} <= {ToPerson(desk.people["lead"], Platform.WEB)}
    async with desk.house.office.store.read() as work:
        records = [await work.events.get(one.event) for one in calls if one.event is not None]
    events = [record.event for record in records if record is not None]
    return [event.level for event in events if isinstance(event, EscalationCalled)]


async def all_calls(desk: TimedDesk, around: Outside) -> dict[str, list[int]]:
    return {
        "leads": chat_calls(around),
        "pager": pager_calls(around),
        "dean": mail_calls(around),
        "lee": await lee_calls(desk),
    }


class Log:
    """At which minute of the night which receiver was called, and of which level the call was."""

    def __init__(self, around: Outside) -> None:
        self._around = around
        self.calls: dict[str, list[tuple[int, int]]] = {name: [] for name in TO_THE_LAST}

    async def note(self, desk: TimedDesk) -> None:
        minute = (desk.clock.now() - TWO_IN_THE_NIGHT) // MINUTE
        for name, levels in (await all_calls(desk, self._around)).items():
            self.calls[name] += [(minute, level) for level in levels[len(self.calls[name]) :]]


async def walk(desk: TimedDesk, around: Outside, minutes: int, *, log: Log | None = None, stride: int = 5) -> Log:
    """From now on, ``stride`` minutes at a time: every step is at such a minute."""
    log = log or Log(around)
    await log.note(desk)
    for _ in range(minutes // stride):
        desk.clock.advance(stride * MINUTE)
        await desk.tick()
        await log.note(desk)
    return log


def by(minute: int) -> dict[str, list[tuple[int, int]]]:
    """Of the whole night, what comes by then."""
    return {name: [call for call in calls if call[0] <= minute] for name, calls in TO_THE_LAST.items()}


def link_in(text: str) -> str:
    found = re.search(r"http://[^\s\"'<>]+/ack/[A-Za-z0-9_.-]+", text)
    assert found is not None, text
    return found[0]


# ---- to the last


async def test_with_nobody_on_duty_every_step_is_walked_to_the_last_and_each_call_goes_out_once(
    night: Night, around: Outside
) -> None:
    async with night() as desk:
        log = await walk(desk, around, 90, stride=1)
        assert log.calls == TO_THE_LAST
        first = words(around.chat.messages("leads")[0])
        assert TITLE in first and "/ack/" in first
        assert len({call["requestId"] for call in around.chat.calls}) == len(around.chat.calls)
        await desk.do(ResolveTicket(ticket=TicketId(1), answer=Text.of("It opens now.")), "lead")
        await walk(desk, around, 60, log=log)
        assert log.calls == TO_THE_LAST


async def test_stopped_and_started_between_any_two_steps_it_loses_and_repeats_nothing(
    night: Night, around: Outside
) -> None:
    async with night() as desk:
        log = await walk(desk, around, 0)
        for before, after in pairwise((*STEPS, 80)):
            await desk.stop()
            desk.clock.advance((after - before) * MINUTE / 2)
            await desk.start()
            await walk(desk, around, (after - before) // 2, log=log)
        assert log.calls == TO_THE_LAST


async def test_a_desk_that_was_down_over_two_steps_calls_everybody_once_together_and_then_keeps_its_times(
    night: Night, around: Outside
) -> None:
    async with night() as desk:
        log = await walk(desk, around, 0)
        await desk.stop()
        desk.clock.advance(25 * MINUTE)
        await desk.start()
        await desk.tick()
        await walk(desk, around, 60, log=log)
    assert log.calls == {
        "leads": [(0, 1), (25, 3), (40, 3), (60, 3)],
        "pager": [(25, 3)],
        "dean": [(25, 3), (40, 3), (60, 3)],
        "lee": [(0, 1), (25, 3), (40, 3), (60, 3)],
    }


async def test_while_the_space_is_down_for_an_hour_all_others_are_called_in_time_and_it_hears_the_newest_after(
    night: Night, around: Outside
) -> None:
    async with night() as desk:
        log = await walk(desk, around, 5)
        around.chat.fail_next(Fault.BROKEN, times=10_000)
        await walk(desk, around, 60, log=log)
        assert log.calls == {**TO_THE_LAST, "leads": [(0, 1)]}
        around.chat.recover()
        await walk(desk, around, 20, log=log)
    assert [level for _minute, level in log.calls["leads"]] == [1, 3]
    assert {name: calls for name, calls in log.calls.items() if name != "leads"} == {
        name: calls for name, calls in TO_THE_LAST.items() if name != "leads"
    }


# ---- until somebody acknowledges


async def by_the_link_signed_in(desk: TimedDesk, around: Outside, browser: Browser) -> str:
    """From the alert space, by somebody who is not signed in yet: the sign-in leads back."""
    page = await stranger(browser)
    await page.goto(link_in(words(around.chat.messages("leads")[-1])))
    await expect(page.get_by_role("heading", name="T-1", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Acknowledge")).to_have_count(0)
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name=re.compile("Lee Lead")).click()
    await page.wait_for_url("**/ack/**")
    await page.get_by_role("button", name="Acknowledge as Lee Lead").click()
    await expect(page.get_by_role("heading", name="It is in hand")).to_be_visible()
    await expect(page.get_by_text("Lee Lead acknowledged it just now.")).to_be_visible()
    return "Lee Lead acknowledged it"


async def by_the_link_under_a_name(desk: TimedDesk, around: Outside, browser: Browser) -> str:
    """From a mail, by somebody whom the desk does not know."""
    page = await stranger(browser)
    await page.goto(link_in(around.mail.taken[-1].part("plain")))
    await page.get_by_label("Your name").fill("Dean Rao")
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("“Dean Rao” (not verified) acknowledged it just now.")).to_be_visible()
    return "“Dean Rao” (not verified) acknowledged it"


async def by_the_button_of_the_card(desk: TimedDesk, around: Outside, browser: Browser) -> str:
    """On the ticket's card, by keyboard."""
    lee = await Visitor.be("Lee", desk.url, browser, "/t/T-1")
    button = lee.page.locator("#ticket").get_by_role("button", name="Acknowledge", exact=True)
    await button.focus()
    await lee.page.keyboard.press("Enter")
    await expect(lee.page.get_by_text(re.compile("acknowledged by Lee Lead")).first).to_be_visible()
    await expect(button).to_have_count(0)
    assert lee.faults == []
    return "Lee Lead acknowledged it"


async def by_the_button_of_the_bell(desk: TimedDesk, around: Outside, browser: Browser) -> str:
    lee = await Visitor.be("Lee", desk.url, browser)
    await lee.page.locator("#bell").click()
    await lee.page.locator("#notice-list").get_by_role("button", name="Acknowledge").first.click()
    await expect(lee.page.get_by_text("T-1 is in your hands: nobody else is called")).to_be_visible()
    assert lee.faults == []
    return "Lee Lead acknowledged it"


async def by_command(desk: TimedDesk, around: Outside, browser: Browser) -> str:
    lee = await Visitor.be("Lee", desk.url, browser, "/t/T-1")
    box = lee.page.get_by_role("form", name="Message").get_by_role("textbox")
    await box.fill("/alert ack")
    await box.press("Escape")
    await box.press("Enter")
    await expect(lee.page.get_by_text("T-1 is in your hands: nobody else is called").first).to_be_visible()
    assert lee.faults == []
    return "Lee Lead acknowledged it"


async def stranger(browser: Browser) -> Page:
    context = await browser.new_context(reduced_motion="reduce")
    return await context.new_page()


@pytest.mark.parametrize(
    ("door", "acknowledge", "minute"),
    [
        (by_the_link_signed_in, "sign_in", 5),
        (by_the_link_under_a_name, "link", 25),
        (by_the_button_of_the_card, "sign_in", 15),
        (by_the_button_of_the_bell, "sign_in", 35),
        (by_command, "link", 0),
    ],
)
async def test_after_the_acknowledgement_nobody_is_called_any_more_and_the_space_hears_who_has_it(
    night: Night,
    around: Outside,
    browser: Browser,
    door: Callable[[TimedDesk, Outside, Browser], Awaitable[str]],
    acknowledge: str,
    minute: int,
) -> None:
    async with night(acknowledge) as desk:
        log = await walk(desk, around, minute)
        said = await door(desk, around, browser)
        await walk(desk, around, 90 - minute, log=log)
        assert log.calls == by(minute)
        assert said in words(around.chat.messages("leads")[-1])


async def test_a_link_that_is_looked_at_only_acknowledges_nothing(
    night: Night, around: Outside, browser: Browser
) -> None:
    async with night("link") as desk:
        link = link_in(words(around.chat.messages("leads")[-1]))
        page = await stranger(browser)
        for _ in range(3):
            await page.goto(link)
            await page.context.request.head(link)
        log = await walk(desk, around, 90)
        assert log.calls == TO_THE_LAST


@pytest.mark.parametrize("step", [10, 20, 40])
async def test_what_is_due_in_the_second_of_the_acknowledgement_is_not_sent_nor_anything_after(
    night: Night, around: Outside, browser: Browser, step: int
) -> None:
    async with night("link") as desk:
        page = await stranger(browser)
        await page.goto(link_in(words(around.chat.messages("leads")[-1])))
        await page.get_by_label("Your name").fill("Dean Rao")
        log = await walk(desk, around, step - 5)
        desk.clock.advance(5 * MINUTE)
        button = page.get_by_role("button", name="Acknowledge")
        await asyncio.gather(desk.house.scheduler.fire_due(), button.click())
        await expect(page.get_by_role("heading", name="It is in hand")).to_be_visible()
        await desk.tick()
        await walk(desk, around, 90 - step, log=log)
        assert log.calls == by(step - 1), "what was in the outbox by then is not sent either"


# ---- by two


async def test_two_desks_that_tick_on_one_database_make_each_call_once(
    tmp_path: Path, postgresql_url: str, clock: FakeClock, around: Outside
) -> None:
    config = CONFIG.format(acknowledge="sign_in")
    async with (
        timed_desk(tmp_path / "one", config, clock, postgresql_url, around) as one,
        timed_desk(tmp_path / "two", config, clock, postgresql_url, around) as two,
    ):
        await one.open(TITLE, priority=Priority.URGENT)
        for minute in range(0, 91, 5):
            if minute == 30:
                await two.restart()
            await asyncio.gather(one.tick(), two.tick())
            clock.advance(5 * MINUTE)
        made = await all_calls(one, around)
    assert made == {name: [level for _minute, level in calls] for name, calls in TO_THE_LAST.items()}
    assert Counter(call["requestId"] for call in around.chat.calls).most_common(1)[0][1] == 1


async def test_two_desks_whose_loops_run_by_themselves_call_once_and_stop_for_whoever_acknowledges_at_either(
    tmp_path: Path, postgresql_url: str, clock: FakeClock, around: Outside, browser: Browser
) -> None:
    """The scheduler, the dispatcher and the backlog of both, as in production; the clock leaps from step to step."""
    config = CONFIG.format(acknowledge="sign_in")
    async with (
        timed_desk(tmp_path / "one", config, clock, postgresql_url, around, runs=True) as one,
        timed_desk(tmp_path / "two", config, clock, postgresql_url, around, runs=True) as two,
    ):
        await one.open(TITLE, priority=Priority.URGENT)
        await heard(one, around, {"leads": 1, "lee": 1})
        clock.advance(10 * MINUTE)
        await heard(one, around, {"leads": 1, "pager": 1, "lee": 2})
        clock.advance(10 * MINUTE)
        await heard(one, around, {"leads": 2, "pager": 1, "dean": 1, "lee": 3})
        assert urlsplit(link_in(words(around.chat.messages("leads")[-1]))).port in {
            urlsplit(desk.url).port for desk in (one, two)
        }
        said = await by_command(two, around, browser)
        clock.advance(20 * MINUTE)
        for desk in (one, two):
            await desk.house.scheduler.fire_due()
            await desk.deliver()
        assert {name: len(calls) for name, calls in (await all_calls(one, around)).items()} == {
            "leads": 2,
            "pager": 1,
            "dean": 1,
            "lee": 3,
        }
        assert said in words(around.chat.messages("leads")[-1])


async def heard(desk: TimedDesk, around: Outside, counts: Mapping[str, int]) -> None:
    """Once each receiver has as many calls as it is to have."""
    async with patience(10):
        while {name: len(calls) for name, calls in (await all_calls(desk, around)).items() if calls} != counts:  # noqa: ASYNC110 - the receivers set no event
            await asyncio.sleep(0.1)
