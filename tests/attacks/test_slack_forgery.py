"""What Slack's client would never send, and what belongs to somebody else: refused in a sentence, or not heard; and
nothing of the desk's goes where an attacker points."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer

from tests.fakes.slack import posting, pressing
from tests.fakes.slack.interactions import Interaction
from tests.fakes.slack_bad_day import Day, bad_day
from tests.fakes.slack_server import File, Message, Person, View
from tests.fakes.slack_steps import press, ref_of, send, told, use
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

Json = dict[str, Any]


class Elsewhere(TestServer):
    """A server of somebody hostile; ``asked``: what came there, with its headers."""

    def __init__(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        super().__init__(app)
        self.asked: list[tuple[str, Json]] = []

    async def _answer(self, request: web.Request) -> web.Response:
        self.asked.append((str(request.url), dict(request.headers)))
        return web.json_response({"ok": True})

    def addresses(self, of_slack: str) -> list[str]:
        """Ways to name it that look like Slack's. ``of_slack``: where Slack is."""
        here, slack = f"127.0.0.1:{self.port}", of_slack.removeprefix("http://")
        return [
            f"http://{here}/files-pri/T1-F1/x.png",
            f"http://{slack}@{here}/x.png",
            f"http://files.slack.com@{here}/x.png",
            f"http://{here}/?{slack}",
            f"http://{here}#{slack}",
            f"http://localhost:{self.port}/slack.com",
            f"http://127.1:{self.port}/x.png",
            f"\thttp://{here}/x.png",
            f"http:\\\\{here}\\x.png",
            f"file:///etc/passwd#{here}",
        ]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    """One desk for all of them."""
    async with bad_day(tmp_path_factory.mktemp("forgery")) as begun:
        yield begun


@pytest_asyncio.fixture(loop_scope="module")
async def elsewhere() -> AsyncIterator[Elsewhere]:
    server = Elsewhere()
    await server.start_server()
    yield server
    await server.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sams(day: Day) -> Message:
    return (await day.talk(day.campus.sam, title=f"Number {day.count('tickets')}")).card


def number_of(card: Message) -> int:
    return int(ref_of(card).removeprefix("T-"))


def record_of(day: Day) -> list[Any]:
    return [day.count(one) for one in ("events", "grants", "messages", "tickets", "files")]


# --- buttons ---------------------------------------------------------------------------------------------------------


def planted(day: Day, who: Person, action_id: str) -> Message:
    """A message of the app's with a button, from whatever time, in their own direct message."""
    button = {"type": "button", "action_id": action_id, "text": {"type": "plain_text", "text": "Press me"}}
    given = {"text": "from another time", "blocks": [{"type": "actions", "elements": [button]}]}
    return posting.post(day.server.world, who.dm, posting.checked(day.server.world, given))


async def pressed(day: Day, who: Person, action_id: str) -> str:
    """What ``who`` reads in answer."""
    return (await press(who, planted(day, who, action_id), action_id)).text_shown


FORGED = {
    "an_admins_button": "1.desk.retry.-.number=1",
    "a_role_for_oneself": "1.desk.role.-.role=admin.person=sam",
    "the_failures": "1.desk.failures.-",
    "everybody": "1.desk.people.-",
    "the_queue": "1.queue..-",
    "the_staffs_claim": "1.ticket.claim.{ticket}",
    "an_assignment": "1.ticket.assign.{ticket}.agent=me",
    "a_note": "1.staff.note.{ticket}.text=mine",
    "a_priority": "1.ticket.priority.{ticket}.priority=urgent",
}


@pytest.mark.parametrize("what", FORGED)
async def test_a_student_who_presses_a_button_that_is_not_theirs_is_refused_in_a_sentence(
    day: Day, sams: Message, what: str
) -> None:
    before = record_of(day)
    shown = await pressed(day, day.campus.sam, FORGED[what].format(ticket=number_of(sams)))
    assert "Not done" in shown and "another version" not in shown, shown
    assert record_of(day) == before


async def test_anothers_ticket_is_as_absent_as_one_that_never_was(day: Day, sams: Message) -> None:
    kim, number = day.campus.kim, number_of(sams)
    for verb in ("show", "close", "withdraw", "urgent"):
        theirs = await pressed(day, kim, f"1.ticket.{verb}.{number}")
        never = await pressed(day, kim, f"1.ticket.{verb}.999999")
        assert theirs.replace(f"T-{number}", "T-n") == never.replace("T-999999", "T-n")
        assert "Number" not in theirs
    for line in (f"show T-{number}", f"close T-{number}", f"reopen T-{number}", f"add T-{number} {kim.mention}"):
        shown = (await use(kim, kim.dm, f"/ticket {line}")).text_shown
        assert "Not done" in shown and "Number" not in shown, shown


async def test_a_press_that_says_it_was_in_anothers_thread_learns_nothing_of_it(day: Day, sams: Message) -> None:
    """A button's own message is told by whoever made the request."""
    kim, world = day.campus.kim, day.server.world
    made = pressing.head(world, kim.user, "block_actions") | {"trigger_id": f"1.2.{world.new_id('x')}"}
    made |= {"container": {"type": "message", "channel_id": sams.place.id, "message_ts": sams.ts, "thread_ts": sams.ts}}
    made |= {"channel": {"id": sams.place.id, "name": "directmessage"}, "response_url": ""}
    made["actions"] = [{"type": "button", "action_id": f"1.ticket.show.{number_of(sams)}", "block_id": "b"}]
    said = len(sams.replies)
    whispers = len(day.campus.sam.ephemerals(sams.place))
    await day.server.delivery.interaction("interactive", made)
    await day.server.until(lambda: [one for one in kim.reads(kim.dm) if "Not done" in one.text_shown], 10)
    assert len(sams.replies) == said
    assert len(day.campus.sam.ephemerals(sams.place)) == whispers
    everything = "\n".join(one.text_shown for one in kim.reads(kim.dm))
    assert "Number" not in everything and "Since Monday" not in everything


@pytest.mark.parametrize(
    "action_id",
    ["2.ticket.claim.1", "1.ticket.fly.1", "1.ticket.claim.0", "1.ticket.claim.9999999999999999999", "1.x", "1.😀.a.-"],
)
async def test_a_button_that_no_version_of_the_desk_knows_is_answered_with_a_sentence(day: Day, action_id: str) -> None:
    shown = await pressed(day, day.campus.sam, action_id)
    assert "another version of the desk" in shown or "Not done" in shown, shown


# --- forms -----------------------------------------------------------------------------------------------------------


async def forged_form(day: Day, who: Person, callback_id: str, **values: str) -> str:
    """A form that the desk never showed them, sent: what they read in answer."""
    form = await use(who, who.dm, "/ticket open Forged")
    assert isinstance(form, View)
    form.data = form.data | {"callback_id": callback_id}
    form.values = {key: {key: {"type": "plain_text_input", "value": value}} for key, value in values.items()}
    payload = pressing.submitted(Interaction(day.server.world, who, "submit", view=form))
    asked = Interaction(day.server.world, who, "submit", view=form)
    return (await told(await asked.send(day.server.delivery, "interactive", payload))).text_shown


async def test_a_student_who_sends_the_staffs_form_for_a_note_is_refused_and_nothing_is_noted(
    day: Day, sams: Message
) -> None:
    before = record_of(day)
    for callback_id in ("1!staff!note!t!T{}", "1!ticket!resolve!t!T{}", "1!ticket!priority!t!T{}"):
        typed = {"text": "I am staff now", "answer": "Because I say so", "priority": "urgent"}
        shown = await forged_form(day, day.campus.sam, callback_id.format(number_of(sams)), **typed)
        assert "may not" in shown, shown
    assert record_of(day) == before


@pytest.mark.parametrize("callback_id", ["", "x", "1!ticket!open!d!../../x", "1!ticket!open!t!T0", "add_to_ticket"])
async def test_a_form_that_is_none_is_answered_with_a_sentence(day: Day, callback_id: str) -> None:
    before = record_of(day)
    shown = await forged_form(day, day.campus.sam, callback_id, text="x")
    assert "Traceback" not in shown and shown
    assert record_of(day) == before


async def test_anothers_draft_is_nobodys(day: Day) -> None:
    kim, sam = day.campus.kim, day.campus.sam
    assert await send_half(day, kim)
    [(draft,)] = day.ask("SELECT id FROM drafts ORDER BY rowid DESC LIMIT 1")
    shown = await forged_form(day, sam, f"1!ticket!open!d!{draft}", **{"exams.course": "CS2001"})
    assert "secret" not in shown, shown
    opener = await press(sam, planted(day, sam, f"1.ticket.open.-.draft={draft}"), f"1.ticket.open.-.draft={draft}")
    assert "secret" not in opener.text_shown and "secret" not in json.dumps(getattr(opener, "data", {}))
    assert day.ask("SELECT count(*) FROM tickets WHERE title LIKE '%secret%'") == [(0,)]


async def send_half(day: Day, who: Person) -> bool:
    """A form sent before its category's questions were shown: it is asked for the rest, and kept as a draft."""
    form = await use(who, who.dm, "/ticket open A secret of kim's")
    fault = day.server.faults.fail("views.update")
    await who.choose(form, "Category", "Exams and grades", changes=False)
    await day.server.until(lambda: fault.met)
    asked = await send(who, form, {"Tell us more": "Only for the desk."})
    return isinstance(asked, View) and "Course code" in asked.labels


async def test_metadata_of_a_form_that_its_sender_wrote_themselves_is_worth_nothing(
    day: Day, sams: Message, elsewhere: Elsewhere
) -> None:
    """Neither an address for the answer, nor another's files, nor a message to be quoted, nor another's own note."""
    kim, sam = day.campus.kim, day.campus.sam
    theirs = await use(sam, sam.dm, "/ticket open Mine")
    assert isinstance(theirs, View)
    seal, sealed = theirs.private_metadata[:22], theirs.private_metadata[22:]
    files = [number for (number,) in day.ask("SELECT id FROM files")]
    told_of = {"channel": sams.place.id, "thread_ts": sams.ts, "response_url": elsewhere.addresses(day.server.url)[0]}
    quoted = told_of | {"said": {"channel": sams.place.id, "ts": sams.ts, "words": "x"}, "files": files}
    attempts = [
        json.dumps(quoted),
        seal + json.dumps(quoted),
        theirs.private_metadata,
        seal + sealed.replace(sam.id, kim.id),
        "é" * 30 + "[" * 2000,
    ]
    for number, forged in enumerate(attempts):
        form = await use(kim, kim.dm, f"/ticket open Forged {number}")
        assert isinstance(form, View)
        await kim.choose(form, "Category", "Exams and grades")
        form.data = form.data | {"private_metadata": forged}
        await kim.submit(form, {"Tell us more": "x", "Course code": "CS2001"})
        await day.card(kim, f"Forged {number}")
    await day.delivered(30)
    assert elsewhere.asked == []
    assert [one for one in sam.ephemerals(sams.place) if "Forged" in one.text_shown] == []
    assert [m for m in day.server.messages if m.place is sams.place and "Forged" in m.text_shown] == []
    stolen = "SELECT count(*) FROM files f JOIN tickets t ON t.id = f.ticket_id WHERE t.title LIKE 'Forged%'"
    assert day.ask(stolen) == [(0,)]


# --- addresses -------------------------------------------------------------------------------------------------------


async def test_an_answer_goes_to_slack_alone_whatever_address_a_request_names(day: Day, elsewhere: Elsewhere) -> None:
    sam, world = day.campus.sam, day.server.world
    for address in elsewhere.addresses(day.server.url):
        asked = Interaction(world, sam, "slash", place=sam.dm)
        payload = pressing.command(asked, "/ticket", "list") | {"response_url": address}
        await asked.send(day.server.delivery, "slash_commands", payload)
        assert "Not done" not in (await told(asked)).text_shown
    assert elsewhere.asked == []


async def test_a_files_address_that_is_not_slacks_is_not_asked_for_and_the_token_stays(
    day: Day, sams: Message, elsewhere: Elsewhere
) -> None:
    sam = day.campus.sam
    files = [File(f"{n}.png", png(), link=one) for n, one in enumerate(elsewhere.addresses(day.server.url))]
    files.append(File("far.png", png(), external_url=elsewhere.addresses(day.server.url)[0]))
    for number, file in enumerate(files):
        await sam.write(sam.dm, f"see {number}", thread=sams, files=[file])
    await day.server.until(lambda: day.count("messages", f"ticket_id = {number_of(sams)}") == len(files), 20)
    words = await day.words(number_of(sams))
    assert all(f"see {number}" in one for number, one in enumerate(words))
    assert all("could not be fetched" in one for one in words[:-1]), words
    assert "is kept elsewhere" in words[-1]
    assert elsewhere.asked == []
    assert day.count("files", f"ticket_id = {number_of(sams)}") == 0
