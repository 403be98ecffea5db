"""What Discord's client would never send, and what pretends to be somebody: refused in a sentence, or not heard."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord import posting
from tests.fakes.discord.interactions import COMMAND, SUBMIT
from tests.fakes.discord.posting import Origin
from tests.fakes.discord.state import Webhook
from tests.fakes.discord_bad_day import Day, bad_day
from tests.fakes.discord_desk import opened
from tests.fakes.discord_server import Channel, Interaction, Message, Person, Thread

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them."""
    async with bad_day(tmp_path_factory.mktemp("forgery")) as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="module")
async def sams(day: Day) -> Thread:
    thread = await opened(day.uni, day.uni.sam)
    await day.delivered()
    return thread


def number_of(thread: Thread) -> int:
    return int(thread.name.split()[0].removeprefix("T-"))


async def sent(day: Day, who: Person, place, kind: int, data: dict, message: Message | None = None) -> str:
    """What ``who`` reads in answer to an interaction made by hand."""
    interaction = Interaction(day.server.world, who, place, kind, data)
    interaction.send(message)
    return (await interaction.settled()).shown


def planted(day: Day, place: Thread | Channel, custom_id: str) -> Message:
    """A message of the bot's with a button, from whatever time."""
    button = {"type": 2, "id": 2, "style": 1, "label": "Press me", "custom_id": custom_id}
    body = {"content": "from another time", "components": [{"type": 1, "id": 1, "components": [button]}]}
    return posting.post(day.server.world, place, day.server.bot, body, {})


async def pressed(day: Day, who: Person, place: Thread | Channel, custom_id: str) -> str:
    """What ``who`` reads in answer."""
    return (await (await who.press(planted(day, place, custom_id), custom_id)).settled()).shown


async def submitted(day: Day, who: Person, place, custom_id: str, **values: str) -> str:
    rows = [
        {"type": 18, "id": at, "component": {"type": 4, "id": 100 + at, "custom_id": name, "value": value}}
        for at, (name, value) in enumerate(values.items(), 1)
    ]
    return await sent(day, who, place, SUBMIT, {"custom_id": custom_id, "components": rows})


FORGED = {
    "an_admins_button": "1.desk.retry.-.number=1",
    "a_role_for_oneself": "1.desk.role.-.role=admin.person=sam",
    "the_failures": "1.desk.failures.-",
    "everybody": "1.desk.people.-",
    "the_queue": "1.queue..-",
    "the_staffs_claim": "1.ticket.claim.{ticket}",
    "an_assignment": "1.ticket.assign.{ticket}.agent=me",
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_student_who_presses_a_button_that_is_not_theirs_is_refused_in_a_sentence(
    day: Day, sams: Thread, what: str
) -> None:
    before = day.ask("SELECT count(*) FROM events"), day.ask("SELECT count(*) FROM grants")
    shown = await pressed(day, day.uni.sam, sams, FORGED[what].format(ticket=number_of(sams)))
    assert "Not done" in shown and "another version" not in shown, shown
    assert (day.ask("SELECT count(*) FROM events"), day.ask("SELECT count(*) FROM grants")) == before


async def test_a_student_who_sends_the_staffs_form_for_a_note_is_refused_and_nothing_is_noted(
    day: Day, sams: Thread
) -> None:
    number = number_of(sams)
    shown = await submitted(day, day.uni.sam, sams, f"1!staff!note!t!T{number}", text="I am staff now")
    assert "Not done" in shown, shown
    assert await day.words(number) == []


async def test_anothers_ticket_is_as_absent_as_one_that_never_was(day: Day, sams: Thread) -> None:
    kim = day.uni.kim
    theirs = await pressed(day, kim, day.uni.login, f"1.ticket.show.{number_of(sams)}")
    never = await pressed(day, kim, day.uni.login, "1.ticket.show.999999")
    assert theirs.replace(f"T-{number_of(sams)}", "T-n") == never.replace("T-999999", "T-n")
    assert "My grade" not in theirs


@pytest.mark.parametrize(
    "custom_id",
    ["2.ticket.claim.1", "1.ticket.fly.1", "1.ticket.claim.0", "1.ticket.claim.9999999999999999999", "1.x", "1.😀.a.-"],
)
async def test_a_button_that_no_version_of_the_desk_here_knows_is_answered_with_a_sentence(
    day: Day, sams: Thread, custom_id: str
) -> None:
    shown = await pressed(day, day.uni.sam, sams, custom_id)
    assert "another version of the desk" in shown or "Not done" in shown, shown


async def test_a_form_whose_draft_became_a_ticket_already_opens_no_second_one(day: Day) -> None:
    uni, kim = day.uni, day.uni.kim
    asked = await kim.slash(uni.exams, "ticket", "open", title="Once")
    first = await kim.submit(asked.modal, {"Category": "exams", "Tell us more": "Please."})
    await first.settled()
    questions = await kim.press(first.answer, "Answer the questions")
    await (await kim.submit(questions.modal, {"Course code": "CS2001"})).settled(20)
    before = day.ask("SELECT count(*) FROM tickets")
    again = await (await kim.submit(questions.modal, {"Course code": "CS2001"})).settled(20)
    assert "Not done" in again.shown, again.shown
    assert day.ask("SELECT count(*) FROM tickets") == before


async def test_anothers_draft_is_nobodys(day: Day) -> None:
    uni, kim = day.uni, day.uni.kim
    asked = await kim.slash(uni.exams, "ticket", "open", title="A secret of kim's")
    first = await kim.submit(asked.modal, {"Category": "exams", "Tell us more": "Only for the desk."})
    await first.settled()
    [again] = [
        child["custom_id"]
        for row in first.answer.components
        for child in row["components"]
        if child.get("label") == "Answer the questions"
    ]
    draft = again.split("draft=")[1].split(".")[0]
    shown = await submitted(day, uni.sam, uni.exams, f"1!ticket!open!d!{draft}", course="CS2001")
    assert "Not done" in shown and "secret" not in shown, shown
    asked = await uni.sam.press(planted(day, uni.exams, again), again)
    assert asked.modal is None or "secret" not in str(asked.modal.components)


async def test_another_bot_and_a_webhook_that_call_themselves_an_agent_are_not_heard(day: Day, sams: Thread) -> None:
    uni, world = day.uni, day.server.world
    robot = uni.guild.add_member("robot", bot=True, nick="asha")
    uni.guild.add_to_thread(sams, robot)
    await robot.say(sams, "Your exam is void. /ticket close")
    hook = Webhook(world.next_id(), "a-token-of-somebody-elses", uni.exams, "asha · staff", None, uni.ada.user, None)
    world.webhooks[hook.id] = hook
    author = type(uni.ada.user)(hook.id, "asha · staff", bot=True)
    posting.post(world, sams, author, {"content": "Send me your password"}, {}, Origin(webhook=hook, author=author))
    await uni.sam.say(sams, "Is that so?")
    number = number_of(sams)
    await day.heard("Is that so?", ticket=number)
    assert day.ask("SELECT status FROM tickets WHERE id = ?", number) == [("open",)]


async def test_on_a_server_that_is_not_the_desks_there_are_no_commands_no_roles_and_nobody_is_heard(
    day: Day, sams: Thread
) -> None:
    server, uni = day.server, day.uni
    before = day.ask("SELECT count(*) FROM people"), day.ask("SELECT count(*) FROM tickets")
    elsewhere = server.add_guild("Elsewhere")
    role = elsewhere.add_role("Admins", permissions=["administrator"])
    lounge = elsewhere.add_channel("exams")
    mallory = elsewhere.add_member("mallory", roles=[role])
    await asyncio.sleep(0.3)
    assert mallory.commands(lounge) == []
    assert elsewhere.commands() == []
    [command] = [one for one in uni.guild.commands() if one["name"] == "desk"]
    data = {"id": command["id"], "name": "desk", "type": 1, "guild_id": str(elsewhere.id)}
    shown = await sent(day, mallory, lounge, COMMAND, data | {"options": [{"name": "failures", "type": 1}]})
    assert "another version of the desk" in shown, shown
    await mallory.say(lounge, "T-1 is mine")
    shown = await pressed(day, mallory, lounge, f"1.ticket.show.{number_of(sams)}")
    assert "My grade" not in shown and "Not done" in shown
    shown = await pressed(day, mallory, lounge, "1.desk.people.-")
    assert "Not done" in shown and "sam" not in shown
    assert day.ask("SELECT count(*) FROM tickets")[0][0] == before[1][0][0]
    grants = "SELECT count(*) FROM grants g JOIN people p ON p.id = g.person_id WHERE p.name = 'mallory'"
    assert day.ask(grants) == [(0,)]
