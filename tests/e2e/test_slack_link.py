"""One person on Slack and at the page: a code that is given on one side and typed on the other; the hint in Home; what
is theirs is together then."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.fakes.discord_steps import at_the_page
from tests.fakes.process import DeskProcess
from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import Message, Person
from tests.fakes.slack_steps import (
    Told,
    a_day,
    faults_of,
    of_slack,
    open_ticket,
    press,
    quiet,
    reads,
    ref_of,
    triage,
    use,
    whispered,
    write,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

HINT = "Your Slack address belongs to an account of this desk. Type /ticket link to make the two one."
TOGETHER = "You are one person on both platforms now"
_CODE = re.compile(r"Your code is ([A-Z0-9]{5}-[A-Z0-9]{5})")


@dataclass
class Day:
    campus: Campus
    desk: DeskProcess


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, desk):
        yield Day(campus, desk)


@pytest.fixture
def day(whole_day: Day) -> Day:
    assert faults_of(whole_day.campus.server) == []
    return whole_day


def code_in(answered: str) -> str:
    found = _CODE.search(answered)
    assert found is not None, answered
    return found[1]


async def home(who: Person) -> str:
    shown = await who.open_home()
    assert shown is not None
    return shown.text_shown


def alone(answered: Told, who: Person) -> str:
    """The words of an answer that nobody else sees."""
    assert isinstance(answered, Message)
    assert answered.ephemeral_for == who.id
    return answered.text_shown


async def test_the_hint_leads_to_a_code_and_then_all_is_together(day: Day) -> None:
    campus = day.campus
    zoe = campus.server.add_user("zoe", email="zoe@example.com")
    card = await open_ticket(campus, zoe, "Asked on Slack")
    assert HINT not in await home(zoe)
    page = await at_the_page(day.desk, "Zoe", "zoe@example.com")
    assert HINT in await home(zoe)

    code = code_in(alone(await use(zoe, campus.lounge, "/ticket link"), zoe))
    assert "Is Zoe (Slack) you as well?" in str(await page.type(f"/link {code}"))
    assert "Asked on Slack" not in str(await page.type("/ticket list"))
    assert TOGETHER in str(await page.type(f"/link {code} yes"))
    assert HINT not in await home(zoe)
    assert "Asked on Slack" in str(await page.type("/ticket list"))
    await page.say(ref_of(card), "I write on from the page")
    assert (await reads(zoe, card, "I write on from the page")).name == "Zoe"
    await write(zoe, card, "And here too")
    await page.until_said(ref_of(card), "And here too")
    staffs = await triage(campus, card)
    assert (await reads(campus.asha, staffs, "I write on from the page")).name == "Zoe"
    assert (await reads(campus.asha, staffs, "And here too")).name == "Zoe"
    assert code not in day.desk.log.read_text()


async def test_a_code_from_the_page_is_typed_on_slack_and_brings_the_roles_of_the_account(day: Day) -> None:
    campus = day.campus
    nia = campus.server.add_user("nia", email="nia@example.com")
    page = await at_the_page(day.desk, "Nia", "nia@example.com")
    assert "You may not claim" in (await use(nia, nia.dm, "/ticket queue")).text_shown
    assert HINT in await home(nia)
    code = code_in(str(await page.type("/link")))
    answered = await use(nia, nia.dm, f"/ticket link {code}")
    assert "Is Nia (Web) you as well?" in answered.text_shown
    assert "You may not claim" in (await use(nia, nia.dm, "/ticket queue")).text_shown
    assert TOGETHER in (await press(nia, answered, "Yes, that is me")).text_shown
    assert "The queue" in await home(nia)
    card = await open_ticket(campus, campus.sam, "For the one with two doors")
    staffs = await triage(campus, card)
    staffs.place.invite(nia)
    assert "is yours" in (await press(nia, staffs, "Claim")).text_shown
    assert "For the one with two doors" in str(await page.type("/ticket list"))
    await write(nia, staffs, "From the staff's thread")
    assert (await reads(campus.sam, card, "From the staff's thread")).name == "Nia · staff"


async def test_a_code_is_for_its_asker_alone_and_good_once(day: Day) -> None:
    campus = day.campus
    one, two = campus.server.add_user("one"), campus.server.add_user("two")
    code = code_in(alone(await use(one, campus.lounge, "/ticket link"), one))
    assert code not in of_slack(two, campus) + of_slack(campus.ada, campus)
    own = await use(one, one.dm, f"/ticket link {code} yes")
    assert "That was your own code" in own.text_shown
    taken = await use(two, two.dm, f"/ticket link {code} yes")
    assert TOGETHER not in taken.text_shown
    assert "Not done" in taken.text_shown


async def test_an_address_in_a_profile_alone_joins_nobody(day: Day) -> None:
    campus = day.campus
    page = await at_the_page(day.desk, "Owner", "owner@example.com")
    await page.type('/ticket open "Of the owner alone" category:login')
    mallory = campus.server.add_user("mallory", email="owner@example.com")
    assert HINT in await home(mallory)
    assert "Of the owner alone" not in (await use(mallory, mallory.dm, "/ticket list")).text_shown
    refused = await use(mallory, mallory.dm, "/ticket link 00000-00000")
    assert "That code is not right" in refused.text_shown


async def test_the_link_is_no_word_in_a_ticket(day: Day) -> None:
    """Typed behind a mention in a thread, the code is told to who typed it and to nobody else."""
    campus = day.campus
    card = await open_ticket(campus, campus.kim, "A code in the thread")
    staffs = await triage(campus, card)
    told = await whispered(campus.kim, await write(campus.kim, card, f"{campus.server.mention} link"))
    code = code_in(told.text_shown)
    await quiet(campus)
    assert code not in of_slack(campus.asha, campus)
    assert [one for one in campus.asha.thread(staffs) if "link" in one.text_shown] == []
