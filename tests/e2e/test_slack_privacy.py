"""Who sees what on Slack: not a ref, a name or a note of a ticket reaches somebody whom it is not for."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from core.model import thread
from tests.fakes.discord_steps import at_the_page
from tests.fakes.process import DeskProcess
from tests.fakes.slack_desk import Campus, open_campus_here
from tests.fakes.slack_server import File, Message, Person
from tests.fakes.slack_steps import (
    DONE,
    NOTED,
    a_day,
    faults_of,
    mention,
    menu,
    of_slack,
    open_ticket,
    press,
    press_and_send,
    quiet,
    reads,
    ref_of,
    said,
    sent_to,
    signed,
    triage,
    until,
    use,
    whispered,
    write,
)

SHARED = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Day:
    campus: Campus
    desk: DeskProcess
    card: Message
    """Of sam's ticket in Exams."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, desk):
        more = {"category": "Exams and grades", "Course_code": "CS1"}
        yield Day(campus, desk, await open_ticket(campus, campus.sam, "Zebra stripes", **more))


@pytest.fixture
def day(whole_day: Day) -> Day:
    assert faults_of(whole_day.campus.server) == []
    return whole_day


async def refused(who: Person, line: str) -> str:
    answered = await use(who, who.dm, line)
    assert "Not done" in answered.text_shown, answered.text_shown
    return answered.text_shown


@SHARED
async def test_another_student_is_answered_as_if_there_were_no_such_ticket(day: Day) -> None:
    campus, kim, ref = day.campus, day.campus.kim, ref_of(day.card)
    for verb, more in (("show", ""), ("close", ""), ("withdraw", ""), ("follow", ""), ("urgent", " x"), ("tag", " x")):
        there = await refused(kim, f"/ticket {verb} {ref}{more}")
        assert there.replace(ref, "T-999") == await refused(kim, f"/ticket {verb} T-999{more}")
        assert "Zebra" not in there
    assert "Nothing here." in (await use(kim, kim.dm, "/ticket list")).text_shown
    await kim.open_home()
    assert "Zebra" not in of_slack(kim, campus) + sent_to(kim, campus)
    assert not kim.sees(day.card)


@SHARED
async def test_what_is_the_staffs_is_refused_to_students_with_who_may(day: Day) -> None:
    sam, ref = day.campus.sam, ref_of(day.card)
    assert "the support staff" in await refused(sam, f"/ticket claim {ref}")
    assert "the support staff" in await refused(sam, f"/ticket resolve {ref} Solved by me")
    assert "the support staff" in await refused(sam, f"/ticket staff note {ref} Mine")
    assert "the support staff" in await refused(sam, f"/ticket staff tickets {sam.mention}")
    assert "an agent of its team" in await refused(sam, f"/ticket assign {ref} me")
    assert "an admin" in await refused(sam, f"/ticket desk role admin {sam.mention}")
    await quiet(day.campus)
    assert said(sam, day.card, "Solved by me") is None


@SHARED
async def test_a_blind_follower_hears_of_the_solution_and_no_word_of_the_ticket(day: Day) -> None:
    campus, vic = day.campus, day.campus.server.add_user("vic")
    card = await open_ticket(campus, campus.sam, "Quokka login", "My password is a secret")
    assert "You follow" in (await use(vic, vic.dm, f"/ticket follow {ref_of(card)}")).text_shown
    await mention(campus, campus.asha, await triage(campus, card), "resolve The quokka is back")
    told = await until(lambda: vic.reads(vic.dm), "the news")
    assert "is resolved" in told[0].text_shown
    assert ref_of(card) in told[0].text_shown
    await quiet(campus)
    assert "uokka" not in of_slack(vic, campus) + sent_to(vic, campus)


@SHARED
async def test_no_word_of_a_sensitive_ticket_stands_where_the_staff_look(day: Day) -> None:
    campus, sam = day.campus, day.campus.sam
    told = {"category": "Welfare", "files": [File("narwhal.txt", b"blue")]}
    card = await open_ticket(campus, sam, "Narwhal trouble", "The narwhal cries.", **told)
    ref, bare = ref_of(card), await triage(campus, card, campus.triage)
    assert "Only the requester and the few staff named for Welfare" in card.text_shown
    assert (bare.buttons, bare.menu) == (["Open the thread"], [])
    assert "A plain message here" not in bare.text_shown
    priya = await at_the_page(day.desk, "Priya", "priya@example.com")
    await priya.say(ref, "The narwhal is heard.")
    await priya.type(f"/staff note {ref} Narwhal: call the parents")
    assert (await reads(sam, card, "The narwhal is heard.")).name == "Priya · staff"
    thanks = await write(sam, card, "The narwhal thanks you.", files=[File("narwhal2.txt", b"green")])
    await priya.until_said(ref, "The narwhal thanks you.")
    await signed(campus, thanks, DONE)
    aside = await write(campus.asha, bare, "What is this about?")
    assert "did not reach the ticket" in (await whispered(campus.asha, aside)).text_shown
    await priya.type(f"/ticket resolve {ref} The narwhal is well")
    await reads(sam, card, "The narwhal is well")
    await quiet(campus)
    for who in (campus.asha, campus.lee, campus.ada, campus.kim):
        assert "Not done" in (await use(who, who.dm, f"/ticket show {ref}")).text_shown
        await use(who, who.dm, f"/ticket staff tickets {sam.mention}")
        await use(who, who.dm, "/ticket queue")
        if who.sees(bare):
            await menu(who, bare, "What can I do here?")
        await who.open_home()
        assert "arwhal" not in of_slack(who, campus) + sent_to(who, campus)
    assert DONE not in aside.reactions
    assert "What is this about?" not in await priya.texts(ref)
    assert "parents" not in of_slack(sam, campus) + sent_to(sam, campus)


# --- the notes -------------------------------------------------------------------------------------------------------


async def notes_every_way(campus: Campus) -> str:
    """A ticket with notes made, changed, reacted to and taken back in every way there is on Slack; all that its student
    ever got to see of it."""
    sam, asha, lee = campus.sam, campus.asha, campus.lee
    more = {"category": "Exams and grades", "Course_code": "CS1"}
    card = await open_ticket(campus, sam, "What do they say of me?", **more)
    staffs = await triage(campus, card)
    typed = await write(asha, staffs, "// Secret in the thread", files=[File("secret.txt", b"secret")])
    await signed(campus, typed, NOTED)
    await press_and_send(asha, staffs, "Note", "Secret by the menu")
    await use(lee, lee.dm, f"/ticket staff note {ref_of(card)} Secret by the command")
    await mention(campus, lee, staffs, "staff note Secret by a mention")
    copies = [await reads(asha, staffs, f"Secret by {how}") for how in ("the menu", "the command", "a mention")]
    await asha.edit(typed, "// Secret in the thread, edited")
    await lee.react(typed, "eyes")
    await asha.react(copies[1], "thumbsup")
    reply = await write(asha, staffs, "A plain answer")
    await reads(sam, card, "A plain answer")
    await signed(campus, reply, DONE)
    await asha.edit(reply, "// Secret after all")
    await asha.delete(typed)
    await mention(campus, asha, staffs, "resolve Done")
    await reads(sam, card, "Asha resolved it")
    await quiet(campus)
    assert said(sam, card, "A plain answer") is not None
    assert said(lee, staffs, "Secret by the menu") is not None
    assert not faults_of(campus.server)
    return of_slack(sam, campus) + sent_to(sam, campus)


async def test_no_note_reaches_the_student(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with open_campus_here(tmp_path) as campus:
        seen = await notes_every_way(campus)
    assert "Traceback" not in "".join(capsys.readouterr())
    assert "A plain answer" in seen
    assert "ecret" not in seen


async def test_without_the_audience_check_notes_would_reach_the_student(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So the test above can fail: it looks where a note would stand."""
    monkeypatch.setattr(thread, "may_hear", lambda kind, audience: True)
    async with open_campus_here(tmp_path) as campus:
        seen = await notes_every_way(campus)
    assert "Secret by the menu" in seen
    assert "Secret in the thread" in seen
    assert "secret.txt" in seen


async def test_where_plain_words_are_notes_two_slashes_make_a_reply(tmp_path: Path) -> None:
    async with a_day(tmp_path, BOT_SLACK__STAFF_MESSAGE_IS="note") as (campus, _desk):
        sam, asha = campus.sam, campus.asha
        card = await open_ticket(campus, sam, "The other way round")
        staffs = await triage(campus, card)
        assert "A plain message here is a note" in staffs.text_shown
        assert "Begin with // to answer the student" in staffs.text_shown
        note = await write(asha, staffs, "Secret among us", files=[File("secret.txt", b"secret")])
        await signed(campus, note, NOTED)
        answer = await write(asha, staffs, "// We look into it")
        assert (await reads(sam, card, "We look into it")).text_shown == "We look into it"
        await signed(campus, answer, DONE)
        await asha.edit(note, "// Secret among us, edited")
        await asha.edit(answer, "Secret words in the place of the answer")
        asked = await write(sam, card, "When?")
        await signed(campus, asked, DONE)
        await press(asha, staffs, "Claim")
        await reads(sam, card, "Asha has it now")
        await quiet(campus)
        assert "ecret" not in of_slack(sam, campus) + sent_to(sam, campus)
