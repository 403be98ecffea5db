"""The form of /staff split on Discord: its choices are looked up before it opens."""

import asyncio
from collections.abc import AsyncGenerator

import pytest

from adapters.discord.answering.interactions import Waits
from adapters.sql.store import SqlStore
from core.actions import Press, Submit, encode_press, encode_submit
from core.model.ids import TicketId
from tests.adapters.discord.checker import check_modal
from tests.adapters.discord.stage import ASHA, DESK, SAM, THREAD, Held, Payload, Stage, buttons_of, press, slash, staged
from tests.adapters.discord.stage import interaction as sent
from tests.fakes.front import Front
from tests.fakes.office import Office

PATIENT, QUICK = Waits(form=5, suggestions=0.02, link=0.05), Waits(form=0.02, suggestions=0.02, link=0.05)
SPLIT = encode_press(Press("staff", "split", TicketId(1)))


@pytest.fixture
async def office(sqlite_url: str) -> AsyncGenerator[Office]:
    made = Office(SqlStore(sqlite_url), DESK)
    await made.staff_up()
    ticket = await made.open()
    for words in ("The exam", "The library <@1> is shut", "And so is the gym"):
        await made.say(ticket, "sam", words)
    yield made
    await made.store.close()


@pytest.fixture
async def stage(office: Office) -> AsyncGenerator[Stage]:
    async with staged(office, waits=PATIENT) as made:
        yield made


def chosen(who: int, *values: str, title: str = "The library") -> Payload:
    parts = [
        {"type": 18, "id": 1, "component": {"type": 3, "id": 51, "custom_id": "messages", "values": list(values)}},
        {"type": 18, "id": 2, "component": {"type": 4, "id": 52, "custom_id": "title", "value": title}},
    ]
    return sent(5, {"custom_id": encode_submit(Submit("staff", "split", ticket=TicketId(1))), "components": parts}, who)


@pytest.mark.parametrize("how", ["in its thread", "with its ref", "by a button"])
async def test_the_form_shows_the_newest_messages_to_choose_several(stage: Stage, how: str) -> None:
    await stage.bind(TicketId(1))
    asks = {
        "in its thread": slash("staff split", ASHA, at=THREAD),
        "with its ref": slash("staff split", ASHA, ref="T-1"),
        "by a button": press(SPLIT, ASHA),
    }
    rest = await stage.do(asks[how])
    assert (rest.first["type"], rest.first["data"]["custom_id"]) == (9, "1!staff!split!t!T1")
    check_modal(rest.first["data"])
    [menu] = [one["component"] for one in rest.first["data"]["components"] if one.get("component", {}).get("type") == 3]
    assert [option["label"] for option in menu["options"]] == [
        "Sam Student, just now: And so is the gym",
        "Sam Student, just now: The library <@1> is shut",
        "Sam Student, just now: The exam",
    ]
    assert menu["max_values"] == 3


async def test_what_is_chosen_becomes_a_ticket_of_its_own(stage: Stage) -> None:
    rest = await stage.do(chosen(ASHA, "#3", "#2"))
    assert "T-2 is a ticket of its own now" in rest.words
    assert len(await stage.office.messages(TicketId(2))) == 2


async def test_a_forged_choice_is_refused_with_a_button_that_opens_the_form_again(stage: Stage) -> None:
    other = await stage.office.open("kim")
    await stage.office.say(other, "kim", "ZEBRA")
    rest = await stage.do(chosen(ASHA, "#3", "#4"))
    assert "#4 is none of its messages" in rest.words.replace("\\", "")
    assert "ZEBRA" not in str(rest.calls)
    assert list(buttons_of(rest.shown).values()) == [SPLIT]
    assert len(await stage.office.messages(TicketId(1))) == 3


async def test_a_student_is_refused_and_shown_no_form(stage: Stage) -> None:
    for asks in (slash("staff split", SAM, ref="T-1"), press(SPLIT, SAM), chosen(SAM, "#1")):
        rest = await stage.do(asks)
        assert rest.first["type"] in (5, 6)
        assert "library" not in rest.words


async def test_where_the_messages_are_not_known_in_time_a_button_opens_the_form(office: Office) -> None:
    desk = Held(Front(office).desk)
    async with staged(office, desk=desk, waits=QUICK) as stage:
        tasks = stage.send(slash("staff split", ASHA, ref="T-1"))
        await asyncio.sleep(0.05)
        desk.release()
        await asyncio.gather(*tasks)
        assert stage.rest.first["type"] == 5
        assert buttons_of(stage.rest.shown) == {"Split T-1": SPLIT}
