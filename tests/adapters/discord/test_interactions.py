"""What is answered to commands, buttons and forms, and when."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest

from adapters.discord.answering.interactions import Waits
from adapters.discord.api.rest import Refused
from adapters.sql.store import SqlStore
from core.actions import Press, Submit, encode_press, encode_submit
from core.model.ids import TicketId
from core.model.thread import Audience
from core.model.ticket import Status
from core.ports import Retry, Unknown
from core.vocabulary import ParameterKind
from tests.adapters.discord.stage import (
    ASHA,
    CHANNEL,
    DESK,
    GUILD,
    KIM,
    SAM,
    THREAD,
    Held,
    Payload,
    Stage,
    buttons_of,
    choose,
    menu,
    message,
    press,
    slash,
    staged,
    submit,
    user,
)
from tests.fakes.front import Front
from tests.fakes.office import Office

QUICK = Waits(form=0.02, suggestions=0.02, link=0.05)
WHOLE = {"title": "My grade", "category": "exams", "priority": "normal", "description": "It is gone."}
OPEN = encode_submit(Submit("ticket", "open"))


@pytest.fixture
async def office(sqlite_url: str) -> AsyncGenerator[Office]:
    made = Office(SqlStore(sqlite_url), DESK)
    await made.staff_up()
    yield made
    await made.store.close()


@pytest.fixture
async def stage(office: Office) -> AsyncGenerator[Stage]:
    async with staged(office, waits=QUICK) as made:
        yield made


class HeldStore:
    """A database that answers nothing until ``release``."""

    def __init__(self, store: Any) -> None:
        self._store = store
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Any]:
        await self._released.wait()
        async with self._store.read() as work:
            yield work


async def opened(stage: Stage, **more: str) -> str:
    """A ticket of Sam's, opened through Discord; its ref."""
    rest = await stage.do(submit(OPEN, **{**WHOLE, "category": "forum"}, **more))
    return rest.words.split("\n")[0].strip("✅ ").split(" ")[0].replace("\\", "")


# --- acknowledge first -----------------------------------------------------------------------------------------------

THOUGHT = {
    "a command": lambda: slash("help"),
    "a command about a thread's ticket": lambda: slash("ticket claim", ASHA, at=THREAD),
    "a button": lambda: press(encode_press(Press("ticket", "claim", TicketId(1))), ASHA),
    "a form": lambda: submit(encode_submit(Submit("ticket", "urgent", ticket=TicketId(1))), why="It burns"),
    "a person's menu": lambda: menu("Tickets of this person", 2, user(SAM), ASHA),
    "a message's menu": lambda: menu("Add to ticket", 3, message(500, "words")),
    "a ticket chosen": lambda: choose(f"q.{CHANNEL}.500", "T-1"),
}


@pytest.mark.parametrize("make", THOUGHT.values(), ids=THOUGHT.keys())
async def test_everything_is_acknowledged_while_the_database_answers_nothing(
    office: Office, make: Callable[[], Payload]
) -> None:
    await office.open()
    desk, store = Held(Front(office).desk), HeldStore(office.store)
    async with staged(office, desk=desk, store=store) as stage:
        tasks = stage.send(make())
        await asyncio.sleep(0.01)
        assert len(stage.rest.calls) == 1
        method, path, body = stage.rest.calls[0]
        assert (method, path.rpartition("/")[2]) == ("POST", "callback")
        assert body in ({"type": 5, "data": {"flags": 64}}, {"type": 6})
        assert not all(task.done() for task in tasks)
        desk.release()
        store.release()
        await asyncio.gather(*tasks)
        assert len(stage.rest.calls) > 1


ASKED = {
    "an opening": lambda: slash("ticket open", title="Help"),
    "a button for a form": lambda: press(encode_press(Press("ticket", "resolve", TicketId(1))), ASHA),
    "a ticket from a message": lambda: menu("Open a ticket from this", 3, message(500, "words")),
}


@pytest.mark.parametrize("make", ASKED.values(), ids=ASKED.keys())
async def test_a_form_opens_at_once_while_the_database_answers_nothing(
    office: Office, make: Callable[[], Payload]
) -> None:
    async with staged(office, desk=Held(Front(office).desk), store=HeldStore(office.store)) as stage:
        rest = await stage.do(make())
        assert [call[2]["type"] for call in rest.calls] == [9]


async def test_an_interaction_that_discord_no_longer_waits_for_is_left_alone(stage: Stage) -> None:
    for code in (10062, 40060):
        stage.rest.answers["POST", "callback"] = [Refused("Unknown interaction", status=404, code=code)]
        rest = await stage.do(slash("help"))
        assert len(rest.calls) == 1


async def test_an_acknowledgement_that_was_not_taken_is_tried_once_more(stage: Stage) -> None:
    stage.rest.answers["POST", "callback"] = [Retry("no connection")]
    assert "/ticket open" in (await stage.do(slash("help"))).words
    stage.rest.answers["POST", "callback"] = [Retry("busy", after=20)]
    assert len((await stage.do(slash("help"))).calls) == 1


async def test_a_doubtful_acknowledgement_is_taken_for_one(stage: Stage) -> None:
    stage.rest.answers["POST", "callback"] = [Unknown("the answer was lost")]
    assert "/ticket open" in (await stage.do(slash("help"))).words


# --- commands --------------------------------------------------------------------------------------------------------


async def test_a_command_is_answered_for_the_one_who_asked_alone_and_pings_nobody(stage: Stage) -> None:
    rest = await stage.do(slash("help"))
    assert rest.first == {"type": 5, "data": {"flags": 64}}
    assert rest.calls[1][1].endswith("/messages/@original")
    assert rest.shown["allowed_mentions"] == {"parse": [], "users": []}
    assert "/ticket open" in rest.words


async def test_an_agent_is_one_by_their_role_and_works_in_the_tickets_thread(stage: Stage) -> None:
    await opened(stage)
    await stage.bind(TicketId(1))
    rest = await stage.do(slash("ticket claim", ASHA, at=THREAD))
    assert "T-1 is yours" in rest.words
    ticket = await stage.office.ticket(TicketId(1))
    async with stage.office.store.read() as work:
        assert ticket.assignee is not None
        assert (await work.people.named([ticket.assignee]))[ticket.assignee] == "Asha Discord"


async def test_a_refusal_is_a_sentence_in_which_nothing_acts(stage: Stage) -> None:
    rest = await stage.do(slash("ticket show", ref="**@everyone** <@11> T-99"))
    assert "**@everyone**" not in rest.words
    assert "<@11>" not in rest.words
    assert rest.shown["allowed_mentions"]["parse"] == []
    rest = await stage.do(slash("ticket show", ref="T-99"))
    assert "There is no ticket T-99 that you can see" in rest.words


async def test_a_fault_is_told_in_a_sentence_without_its_trace(office: Office) -> None:
    class Broken:
        def __getattr__(self, name: str) -> Any:
            return getattr(Front(office).desk, name)

        async def run(self, *_args: Any, **_given: Any) -> Any:
            raise ZeroDivisionError("a secret")

    async with staged(office, desk=Broken()) as stage:
        rest = await stage.do(slash("help"))
        assert "Something went wrong inside the desk" in rest.words
        assert "secret" not in rest.words


async def test_somebody_named_by_an_option_is_the_person_and_not_their_name(stage: Stage) -> None:
    await opened(stage)
    named = {"users": {str(KIM): user(KIM)}}
    rest = await stage.do(slash("ticket add", resolved=named, person=KIM, ref="T-1"))
    assert "Kim Discord is part of T-1 now" in rest.words
    bot = {"users": {str(KIM): user(KIM) | {"bot": True}}}
    rest = await stage.do(slash("ticket add", resolved=bot, person=KIM, ref="T-1"))
    assert "Nobody here is called “Kim Discord”" in rest.words


async def test_the_form_of_a_command_used_in_a_thread_knows_its_ticket(stage: Stage) -> None:
    await opened(stage)
    await stage.bind(TicketId(1))
    rest = await stage.do(slash("ticket edit", at=THREAD))
    assert (rest.first["type"], rest.first["data"]["custom_id"]) == (9, "1!ticket!edit!t!T1")
    rest = await stage.do(slash("ticket edit", ref="T-7"))
    assert rest.first["data"]["custom_id"] == "1!ticket!edit!t!T7"


async def test_where_nothing_says_which_ticket_the_desk_asks_and_no_form_opens(stage: Stage) -> None:
    rest = await stage.do(slash("ticket edit"))
    assert "Which ticket?" in rest.words


async def test_where_the_thread_is_not_known_in_time_a_button_opens_the_form(office: Office) -> None:
    async with staged(office, waits=QUICK) as stage:
        await opened(stage)
        await stage.bind(TicketId(1))
    store = HeldStore(office.store)
    async with staged(office, store=store, waits=QUICK) as stage:
        tasks = stage.send(slash("ticket edit", at=THREAD))
        await asyncio.sleep(0.05)
        store.release()
        await asyncio.gather(*tasks)
        assert stage.rest.first["type"] == 5
        again = next(iter(buttons_of(stage.rest.shown).values()))
        assert (await stage.do(press(again))).first["data"]["custom_id"] == "1!ticket!edit!t!T1"


async def test_an_admins_panel_is_posted_for_everybody_or_it_is_said_why_not(stage: Stage) -> None:
    await stage.make_admin(KIM)
    rest = await stage.do(slash("desk panel", KIM))
    posted = next(json for method, path, json in rest.calls if path == f"/channels/{CHANNEL}/messages")
    assert posted["nonce"] and posted["enforce_nonce"] and posted["allowed_mentions"] == {"parse": []}
    assert "1.ticket.open.-" in buttons_of(posted).values()
    told = rest.words
    stage.rest.answers["POST", "/channels/"] = [Refused("Missing Permissions", status=403, code=50013)]
    rest = await stage.do(slash("desk panel", KIM))
    assert "That was not posted" in rest.words and "Send Messages" in rest.words and rest.words != told


async def test_a_command_that_discord_still_shows_and_the_desk_no_longer_has_is_explained(stage: Stage) -> None:
    rest = await stage.do(slash("bygone"))
    assert "another version of the desk" in rest.words
    assert rest.first["type"] == 4 and rest.first["data"]["flags"] == 64


# --- opening ---------------------------------------------------------------------------------------------------------


async def test_opening_goes_by_a_form_then_the_categorys_questions_then_a_ticket(stage: Stage) -> None:
    form = (await stage.do(slash("ticket open", title="My grade", category="exams"))).first["data"]
    inputs = {one["component"]["custom_id"]: one["component"] for one in form["components"] if one["type"] == 18}
    assert inputs["title"]["value"] == "My grade"
    assert [o["value"] for o in inputs["category"]["options"] if o.get("default")] == ["exams"]
    rest = await stage.do(submit(form["custom_id"], **WHOLE))
    label, action = next(iter(buttons_of(rest.shown).items()))
    assert label == "Answer the questions"
    questions = (await stage.do(press(action))).first["data"]
    asked = [one["component"]["custom_id"] for one in questions["components"] if one["type"] == 18]
    assert asked == ["exams:course", "exams:term", "exams:story"]
    rest = await stage.do(submit(questions["custom_id"], exams__course="CS1", exams__term="May", exams__story=""))
    assert "T-1 is open" in rest.words
    assert (await stage.office.ticket(TicketId(1))).title == "My grade"


async def test_the_answer_leads_to_the_thread_once_it_is_there(stage: Stage) -> None:
    tasks = stage.send(submit(OPEN, **{**WHOLE, "category": "forum"}))
    await stage.rest.told.wait()
    assert "Go to its thread" not in buttons_of(stage.rest.shown)
    await stage.bind(TicketId(1))
    stage.rooms.made(TicketId(1), str(GUILD), str(THREAD))
    await asyncio.gather(*tasks)
    assert buttons_of(stage.rest.shown)["Go to its thread"] == f"https://discord.com/channels/{GUILD}/{THREAD}"


async def test_what_was_wrong_is_told_with_a_button_that_opens_the_form_as_it_was(stage: Stage) -> None:
    rest = await stage.do(submit(OPEN, **{**WHOLE, "title": " "}, exams__course="CS1", exams__term="", exams__story=""))
    assert "The title is empty" in rest.words
    found = buttons_of(rest.shown)
    form = (await stage.do(press(found["Correct it"]))).first["data"]
    inputs = {one["component"]["custom_id"]: one["component"] for one in form["components"] if one["type"] == 18}
    assert inputs["description"]["value"] == "It is gone."
    questions = (await stage.do(press(found["Correct the answers"]))).first["data"]
    values = [one["component"].get("value") for one in questions["components"] if one["type"] == 18]
    assert values[0] == "CS1"


async def test_a_draft_that_is_not_read_in_time_leaves_its_form_empty(office: Office) -> None:
    async with staged(office) as stage:
        rest = await stage.do(submit(OPEN, **{**WHOLE, "category": "forum", "title": " "}))
        again = buttons_of(rest.shown)["Correct it"]
    async with staged(office, desk=Held(Front(office).desk), waits=QUICK) as stage:
        tasks = stage.send(press(again))
        await asyncio.gather(*tasks)
        form = stage.rest.first["data"]
        inputs = [one["component"] for one in form["components"] if one["type"] == 18]
        assert stage.rest.first["type"] == 9 and not any("value" in one for one in inputs)
        stage.desk.release()


async def test_words_that_no_draft_keeps_are_given_back_with_what_was_wrong(stage: Stage) -> None:
    await opened(stage)
    sent = encode_submit(Submit("ticket", "tag", ticket=TicketId(1)))
    rest = await stage.do(submit(sent, tags=" ".join(f"tag{number}" for number in range(11))))
    assert "11 are too many" in rest.words and "tag10" in rest.words
    assert buttons_of(rest.shown) == {"Correct it": "1.ticket.tag.1"}


async def test_a_file_that_is_not_taken_is_told_and_the_ticket_opens_without_it(stage: Stage) -> None:
    large = {"id": "70", "filename": "all_*.png", "size": 5_000, "url": "http://x/a", "proxy_url": "http://x/a"}
    rest = await stage.do(submit(OPEN, **{**WHOLE, "category": "forum"}, files=[large]))
    assert "T-1 is open" in rest.words
    assert "is too large" in rest.words and "all\\_\\*.png" in rest.words


# --- buttons ---------------------------------------------------------------------------------------------------------


async def test_a_button_works_after_a_restart_since_nothing_is_kept_of_its_message(stage: Stage) -> None:
    await opened(stage)
    rest = await stage.do(press(encode_press(Press("ticket", "close", TicketId(1)))))
    assert rest.first["type"] == 5
    assert "T-1 is closed" in rest.words
    assert (await stage.office.ticket(TicketId(1))).status is Status.CLOSED


async def test_a_button_of_another_version_is_refused_with_a_sentence(stage: Stage) -> None:
    for action in ("1.bygone.verb.-", "1.ticket", "1.ticket.open.x"):
        rest = await stage.do(press(action))
        assert "another version of the desk" in rest.words


# --- menus -----------------------------------------------------------------------------------------------------------


async def test_an_agent_is_shown_somebodys_tickets_and_a_student_is_refused(stage: Stage) -> None:
    ref = await opened(stage)
    assert ref == "T-1"
    rest = await stage.do(menu("Tickets of this person", 2, user(SAM), ASHA))
    assert "T-1" in rest.words
    rest = await stage.do(menu("Tickets of this person", 2, user(SAM), KIM))
    assert "You may not" in rest.words


async def test_a_ticket_from_a_message_is_filled_with_its_words_and_where_they_stand(stage: Stage) -> None:
    rest = await stage.do(menu("Open a ticket from this", 3, message(500, "My **grade**\nis gone")))
    form = rest.first["data"]
    inputs = {one["component"]["custom_id"]: one["component"] for one in form["components"] if one["type"] == 18}
    assert inputs["title"]["value"] == "My **grade**"
    assert inputs["description"]["value"] == (
        f"My **grade**\nis gone\n\nFrom https://discord.com/channels/{GUILD}/{CHANNEL}/500"
    )
    long = (await stage.do(menu("Open a ticket from this", 3, message(500, "😀" * 4_000)))).first["data"]
    inputs = {one["component"]["custom_id"]: one["component"] for one in long["components"] if one["type"] == 18}
    assert inputs["description"]["value"].endswith("/500")


async def test_a_message_is_added_to_a_ticket_as_a_quote_that_leads_back_to_it(stage: Stage) -> None:
    await opened(stage)
    await stage.bind(TicketId(1))
    rest = await stage.do(menu("Add to ticket", 3, message(500, "See **this**")))
    select = rest.shown["components"][0]["components"][0]
    assert [option["value"] for option in select["options"]] == ["T-1"]
    stage.rest.answers["GET", f"/channels/{CHANNEL}/messages/500"] = [message(500, "See **this**")]
    rest = await stage.do(choose(select["custom_id"], "T-1"))
    assert rest.first == {"type": 6}
    assert "Added to T-1" in rest.words
    assert "Go to its thread" in buttons_of(rest.shown)
    said = (await stage.office.messages(TicketId(1)))[-1].text.plain()
    assert said == f"Kim Discord wrote (https://discord.com/channels/{GUILD}/{CHANNEL}/500)\n\n> See this"


async def test_who_has_no_ticket_is_told_how_to_open_one(stage: Stage) -> None:
    rest = await stage.do(menu("Add to ticket", 3, message(500, "words"), KIM))
    assert "/ticket open starts one" in rest.words
    assert rest.shown["components"] == []


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        (Refused("Unknown Message", status=404, code=10008), "That message is no longer there"),
        (Retry("busy", after=9), "Please try again in a minute"),
        (message(500, ""), "no words and no files"),
    ],
)
async def test_a_message_that_cannot_be_taken_is_explained_and_adds_nothing(
    stage: Stage, answer: Any, sentence: str
) -> None:
    await opened(stage)
    stage.rest.answers["GET", "/messages/500"] = [answer]
    rest = await stage.do(choose(f"q.{CHANNEL}.500", "T-1"))
    assert sentence in rest.words
    assert await stage.office.messages(TicketId(1)) == []


async def test_a_menu_made_by_hand_quotes_no_message_from_where_the_asker_does_not_stand(stage: Stage) -> None:
    await opened(stage)
    stage.rest.answers["GET", f"/channels/{THREAD}/messages/500"] = [message(500, "Another's secret")]
    rest = await stage.do(choose(f"q.{THREAD}.500", "T-1"))
    assert "That message is no longer there" in rest.words
    assert await stage.office.messages(TicketId(1)) == []


async def test_whoever_waits_for_an_answer_gets_it_before_the_door_is_closed(office: Office) -> None:
    async with staged(office, desk=Held(Front(office).desk)) as stage:
        tasks = stage.send(slash("help"))
        await asyncio.sleep(0.01)
        closing = asyncio.create_task(stage.interactions.close())
        await asyncio.sleep(0.01)
        assert not closing.done()
        stage.desk.release()
        await closing
        assert "What you can do" in stage.rest.words
        await asyncio.gather(*tasks)


# --- suggestions -----------------------------------------------------------------------------------------------------


async def test_suggestions_are_the_askers_own_and_fit(stage: Stage) -> None:
    await opened(stage)
    asked = stage.asked(slash("help"))
    found = await stage.interactions.complete(asked, ParameterKind.TICKET, "T-")
    assert [choice.value for choice in found] == ["T-1"]
    assert all(0 < len(choice.name) <= 100 for choice in found)
    others = await stage.interactions.complete(stage.asked(slash("help", KIM)), ParameterKind.TICKET, "T-")
    assert others == []
    assert [c.value for c in await stage.interactions.complete(asked, ParameterKind.CATEGORY, "exa")] == ["exams"]


async def test_suggestions_that_take_too_long_or_fail_are_none(office: Office) -> None:
    desk = Held(Front(office).desk)
    async with staged(office, desk=desk, waits=QUICK) as stage:
        assert await stage.interactions.complete(stage.asked(slash("help")), ParameterKind.TICKET, "") == []
        desk.release()


async def test_a_note_is_taken_from_the_staffs_own_thread(stage: Stage) -> None:
    await opened(stage)
    await stage.bind(TicketId(1), Audience.STAFF)
    rest = await stage.do(slash("staff note", ASHA, at=THREAD, text="He **called** twice"))
    assert "Noted in T-1" in rest.words
