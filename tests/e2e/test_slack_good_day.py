"""The good day on Slack, heard either way: a desk in its own process, the real bolt, a stand-in that refuses as Slack
does."""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.fakes.process import DeskProcess, forked
from tests.fakes.slack_desk import Campus, card_of
from tests.fakes.slack_server import File, Message, Person, View
from tests.fakes.slack_steps import (
    DONE,
    NOTED,
    a_day,
    field,
    files_in,
    mention,
    of_slack,
    press,
    press_and_send,
    quiet,
    reads,
    said,
    says,
    send,
    shows,
    signed,
    triage,
    until,
    use,
    write,
)
from tests.fakes.web_desk import png

PICTURE = "https://avatars.example.org/sam.png"
OPENING = [("proof.png", png()), ("notes.txt", b"Roll number 17")]


@dataclass
class Story:
    campus: Campus
    sam: Person
    asha: Person
    card: Message
    """The student's, in their direct message with the app."""
    staffs: Message
    """In triage."""


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_from_the_command_to_a_closed_ticket(tmp_path: Path, mode: str) -> None:
    async with a_day(tmp_path, mode=mode) as (campus, desk):
        if mode == "socket":
            await installed_as_its_manifest_says(campus, desk)
        campus.sam.change(avatar=PICTURE)
        card = await opened_with_everything(campus)
        story = Story(campus, campus.sam, campus.asha, card, await triage(campus, card))
        await first_cards_tell_all(story)
        await claimed_by_a_button(story)
        await talked_over(story)
        await mended_and_taken_back(story)
        await resolved_by_a_mention(story)
        await reopened_and_closed_by_buttons(story)
        await quiet(campus)
        assert campus.server.pings == [said(campus.asha, story.staffs, "Asha has it now")]
        assert [len(campus.lee.reads(one)) for one in (campus.triage, campus.platform_triage)] == [1, 0]
        assert "examiner has to sign" not in of_slack(campus.sam, campus)
        assert of_slack(campus.kim, campus) == ""


async def installed_as_its_manifest_says(campus: Campus, desk: DeskProcess) -> None:
    """Its scopes, events, command and shortcuts are what the desk itself prints, and no more."""
    printed = await asyncio.to_thread(forked, desk.folder, "slack-manifest", settings=desk.settings)
    assert printed.returncode == 0, printed.stderr
    campus.server.install(json.loads(printed.stdout))


async def opened_with_everything(campus: Campus) -> Message:
    """The form prefilled by the command, its questions after the category is chosen, files; the answer that leads
    there."""
    form = await use(campus.sam, campus.sam.dm, "/ticket open My grade is missing")
    assert isinstance(form, View)
    assert form.value("What is the matter?") == "My grade is missing"
    assert "Course code" not in form.labels
    await campus.sam.choose(form, "Category", "Exams and grades")
    assert form.labels[-3:] == ["Course code", "Term", "Files"]
    values = {"Priority": "High", "Tell us more": "The portal shows no grade.", "Course code": "CS2001", "Term": "May"}
    answered = await send(campus.sam, form, values, {"Files": [File(name, data) for name, data in OPENING]})
    assert "T-1 is open" in answered.text_shown
    card = await card_of(campus, campus.sam, "My grade is missing")
    assert card.ts.replace(".", "") in str(answered.blocks), "the way to the thread"
    return card


async def first_cards_tell_all(story: Story) -> None:
    card, staffs = story.card, story.staffs
    for one in (card, staffs):
        told = [field(one, label) for label in ("Status", "Priority", "With", "Asked by", "Course code", "Term")]
        assert told == ["Open", "High", "nobody yet", "Sam", "CS2001", "May"]
        assert field(one, "Place in the queue") == "1"
        assert "The portal shows no grade." in one.text_shown
        assert "◉ Opened ━ ○ With an agent ━ ○ Answered ━ ○ Resolved" in one.text_shown
        assert "whoever was added, and the support staff read what is written here." in one.text_shown
        await until(lambda one=one: files_in(one) == OPENING, "the files under the card")
    assert card.buttons == ["Urgent", "Close"]
    assert staffs.buttons == ["Claim", "Urgent", "Open its page"]
    assert staffs.menu == ["Resolve", "Priority", "Close", "Note"]
    assert "Begin with // for a note" in staffs.text_shown
    assert "//" not in card.text_shown


async def claimed_by_a_button(story: Story) -> None:
    claimed = await press(story.asha, story.staffs, "Claim")
    assert "T-1 is yours" in claimed.text_shown
    for who, card in ((story.asha, story.staffs), (story.sam, story.card)):
        await says(card, "With", "Asha")
        await says(card, "Status", "In progress")
        await reads(who, card, "Asha has it now")
    assert "Claim" not in story.staffs.buttons
    assert len(story.asha.pings) == 1
    assert story.asha.id in story.staffs.subscribers, "Slack lets her follow the thread"


async def talked_over(story: Story) -> None:
    sam, asha, card, staffs = story.sam, story.asha, story.card, story.staffs
    looking = await write(asha, staffs, "I *look* into it")
    assert (await reads(sam, card, "I look into it")).name == "Asha · staff"
    await signed(story.campus, looking, DONE)
    await shows(card, "◉ Answered")
    noted = await write(asha, staffs, "// The examiner has to sign again")
    await signed(story.campus, noted, NOTED)
    thanks = await write(sam, card, "Thank you! See there", files=[File("mine.png", png(5, 5))])
    copy = await reads(asha, staffs, "Thank you! See there")
    assert (copy.name, copy.icon_url) == ("Sam", PICTURE)
    await signed(story.campus, thanks, DONE)
    assert files_in(staffs) == [*OPENING, ("mine.png", png(5, 5))]


async def mended_and_taken_back(story: Story) -> None:
    sam, asha, card, staffs = story.sam, story.asha, story.card, story.staffs
    thanks, copy = said(sam, card, "Thank you!"), said(asha, staffs, "Thank you!")
    assert thanks is not None and copy is not None
    await sam.edit(thanks, "Thank you all")
    await until(lambda: copy.text_shown == "Thank you all", "the edit")
    await asha.react(copy, "tada")
    await signed(story.campus, thanks, "tada")
    await asha.unreact(copy, "tada")
    await until(lambda: "tada" not in thanks.reactions, "the reaction taken off")
    wrong = await write(asha, staffs, "Meant for another", files=[File("b.txt", b"other")])
    wrong_copy = await reads(sam, card, "Meant for another")
    await signed(story.campus, wrong, DONE)
    await asha.delete(wrong)
    await until(lambda: wrong_copy.deleted and files_in(card) == OPENING, "the removal, with its file")


async def resolved_by_a_mention(story: Story) -> None:
    resolved = await mention(story.campus, story.asha, story.staffs, "resolve It is there now: _9_ of 10.")
    assert "T-1 is resolved" in resolved.text_shown
    closing = await reads(story.sam, story.card, "Asha resolved it")
    solution = await reads(story.sam, story.card, "It is there now: 9 of 10.")
    assert (solution.name, solution.order < closing.order) == ("Asha · staff", True)
    assert closing in story.sam.reads(story.sam.dm), "the end is shown outside of the thread too"
    for card in (story.card, story.staffs):
        await says(card, "Status", "Resolved")
        assert card.buttons[:2] == ["Reopen", "Close"]


async def reopened_and_closed_by_buttons(story: Story) -> None:
    closing = said(story.sam, story.card, "Asha resolved it")
    reopened = await press_and_send(story.sam, closing, "Reopen", "The total is still old")
    assert "T-1 is open again" in reopened.text_shown
    assert (await reads(story.asha, story.staffs, "The total is still old")).name == "Sam"
    await reads(story.asha, story.staffs, "Sam reopened it")
    await says(story.staffs, "Status", "In progress")
    await until(lambda: "Close" in story.card.buttons and "Reopen" not in story.card.buttons, "a card that is open")
    assert "is closed" in (await press(story.sam, story.card, "Close")).text_shown
    await says(story.staffs, "Status", "Closed")
    await reads(story.asha, story.staffs, "Sam closed it")
    await until(lambda: story.card.buttons == ["Reopen"], "a card that is closed")
