"""The app's Home: a student's tickets and where they stand, an agent's queue; what its buttons do."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import Message, Person, View
from tests.fakes.slack_steps import (
    a_day,
    faults_of,
    mention,
    open_ticket,
    press,
    press_and_send,
    quiet,
    reads,
    ref_of,
    says,
    send,
    triage,
    until,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


async def home_of(who: Person) -> View:
    home = await who.open_home()
    assert home is not None
    return home


def row_of(home: View, ref: str) -> str:
    """What Home says of a ticket: its line, and the one below it where it has a button."""
    lines = home.text_shown.split("\n")
    at = next((number for number, line in enumerate(lines) if f"{ref} " in line), None)
    return "" if at is None else " · ".join(lines[at : at + 2])


def claim_of(card: Message) -> str:
    return f"1.ticket.claim.{ref_of(card).removeprefix('T-')}"


def leads_to(home: View, message: Message) -> bool:
    return f"/archives/{message.place.id}/p{message.ts.replace('.', '')}" in str(home.blocks)


async def test_a_student_without_a_ticket_opens_one_there_and_then_sees_it(campus: Campus) -> None:
    zoe = campus.server.add_user("zoe")
    home = await home_of(zoe)
    assert "Nothing is open. Is something in the way? Ask us." in home.text_shown
    assert home.buttons == ["Open a ticket"]
    assert "queue" not in home.text_shown.lower()
    form = await press(zoe, home, "Open a ticket")
    assert isinstance(form, View)
    await zoe.choose(form, "Category", "Platform and login")
    answered = await send(zoe, form, {"What is the matter?": "From Home", "Tell us more": "As it says."})
    assert answered is form
    assert "is open" in answered.text_shown
    card = await card_of(campus, zoe, "From Home")
    again = await home_of(zoe)
    assert f"• {ref_of(card)} From Home · open · with nobody yet · just now" in again.text_shown
    assert leads_to(again, card)


async def test_home_tells_how_a_ticket_stands_whenever_it_is_opened(campus: Campus) -> None:
    zoe = campus.server.add_user("zoe")
    card = await open_ticket(campus, zoe, "How does it stand?")
    staffs, ref = await triage(campus, card), ref_of(card)
    await press_and_send(zoe, card, "Urgent", "The exam is tomorrow")
    await press(campus.asha, staffs, "Claim")
    await says(card, "With", "Asha")
    assert "· 🔴 in progress · urgent · with Asha" in row_of(await home_of(zoe), ref)
    await mention(campus, campus.asha, staffs, "resolve Done")
    await says(card, "Status", "Resolved")
    assert "· resolved · urgent · with Asha" in row_of(await home_of(zoe), ref)


async def test_an_agent_sees_the_queue_and_claims_there(campus: Campus) -> None:
    zoe, asha, lee = campus.server.add_user("zoe"), campus.asha, campus.lee
    first, second = [await open_ticket(campus, zoe, title) for title in ("The first to wait", "The second to wait")]
    staffs = await triage(campus, first)
    await quiet(campus)
    home = await home_of(asha)
    assert "The queue" in home.text_shown
    for one in (first, second):
        assert "open · from Zoe · with nobody yet" in row_of(home, ref_of(one))
    assert leads_to(home, staffs)
    assert home.buttons.count("Claim") >= 2
    before, claim = home.updates, claim_of(first)
    answered = await press(asha, home, claim)
    assert f"{ref_of(first)} is yours" in answered.text_shown
    await until(lambda: home.updates > before and claim not in str(home.blocks), "a home without that button")
    assert "in progress · with Asha" in row_of(home, ref_of(first)), "among her own"
    assert home.text_shown.count("in progress · from Zoe · with Asha") == 1, "and in the queue"
    await reads(zoe, first, "Asha has it now")
    assert f"{ref_of(second)} is yours" in (await press(lee, await home_of(lee), claim_of(second))).text_shown


async def test_a_button_of_an_old_home_says_what_others_did_meanwhile(campus: Campus) -> None:
    card = await open_ticket(campus, campus.server.add_user("zoe"), "Whose is it?")
    home, ref = await home_of(campus.asha), ref_of(card)
    await press(campus.lee, await triage(campus, card), "Claim")
    late = await press(campus.asha, home, claim_of(card))
    assert f"{ref} is already with Lee" in late.text_shown


async def test_home_is_made_where_somebody_reads_their_messages_only_when_they_look_at_it(campus: Campus) -> None:
    zoe = campus.server.add_user("zoe")
    await zoe.open_home("messages", within=0)
    await campus.server.settled()
    assert zoe.home is None
    assert "Your tickets" in (await home_of(zoe)).text_shown


async def test_somebody_of_another_workspace_is_shown_no_ticket(campus: Campus) -> None:
    stranger = campus.server.add_user("stranger", team="T0OTHER")
    shown = await home_of(stranger)
    assert "Your tickets" not in shown.text_shown
    assert shown.text_shown.strip()
