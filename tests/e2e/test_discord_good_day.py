"""The good day on Discord: a desk in its own process, the real discord.py, a stand-in that refuses as Discord does."""

from pathlib import Path

from tests.fakes.discord_desk import University, threads_in
from tests.fakes.discord_server import Message, Thread
from tests.fakes.discord_steps import (
    a_day,
    at_the_page,
    buttons_of,
    card_in,
    fields_of,
    fill,
    press,
    press_and_fill,
    quiet,
    reads,
    shows,
    thread_of,
    triage,
    use,
)
from tests.fakes.web_desk import png


async def opened_with_everything(uni: University) -> Thread:
    """The form prefilled by the command, files, the category's questions by a button, the answer that leads on."""
    asked = await use(uni.sam, uni.exams, "ticket", "open", title="My grade is missing", category="exams")
    assert asked.modal is not None
    assert asked.modal.input("What is the matter?")["value"] == "My grade is missing"
    told = {"Priority": "High", "Tell us more": "The portal shows **no grade**.\n\n- I wrote it\n- I passed"}
    sent = await fill(uni.sam, asked, told, {"Files": [("proof.png", png()), ("notes.txt", b"Roll number 17")]})
    assert sent.ephemeral
    questions = await press(uni.sam, sent.answer, "Answer the questions")
    done = await fill(uni.sam, questions, {"Course code": "CS2001", "Term": "May"})
    assert done.ephemeral
    assert "T-1 is open" in done.shown
    return await thread_of(uni, uni.sam, done)


def assert_first_card_tells_all(card: Message) -> None:
    fields = fields_of(card)
    assert card.pinned
    assert (fields["Priority"], fields["With"], fields["Asked by"]) == ("High", "nobody yet", "sam")
    assert (fields["Course code"], fields["Term"], fields["Place in the queue"]) == ("CS2001", "May", "1")
    assert "**no grade**" in card.text
    assert "Opened" in card.text
    assert "Resolved" in card.text
    assert "The requester, whoever was added, and the support staff read what is written here." in card.text
    assert [attachment.filename for attachment in card.attachments] == ["proof.png", "notes.txt"]
    assert buttons_of(card) == ["Claim", "Resolve", "Urgent", "Priority", "Close"]


async def test_from_a_slash_command_to_a_resolved_ticket_and_back(tmp_path: Path) -> None:
    async with a_day(tmp_path) as (uni, desk):
        thread = await opened_with_everything(uni)
        card, staffs = card_in(thread), await triage(uni, thread)
        assert (thread.private, thread.invitable, thread.parent) == (True, False, uni.exams)
        assert thread.name == "T-1 My grade is missing"
        assert not uni.kim.sees(thread)
        assert_first_card_tells_all(card)

        claimed = await press(uni.asha, staffs, "Claim")
        assert "T-1 is yours" in claimed.shown
        await shows(uni, staffs, "asha")
        await reads(uni, uni.sam, thread, "asha has it now")
        await shows(uni, card, "In progress")
        assert uni.asha.id in thread.members
        assert "Claim" not in buttons_of(card) + buttons_of(staffs)
        assert fields_of(staffs)["With"] == fields_of(card)["With"] == "asha"

        await uni.asha.say(thread, "I **look** into it")
        await shows(uni, card, "◉ Answered")
        noted = await press_and_fill(uni.asha, staffs, "Note", "The examiner has to sign again")
        assert "for the staff only" in noted.shown
        notes = await uni.server.until(lambda: staffs.thread)
        await reads(uni, uni.asha, notes, "The examiner has to sign again")

        priya = await at_the_page(desk, "Priya", "priya@example.com", "agent")
        await priya.until_said("T-1", "into it")
        await priya.say("T-1", "The examiner has **signed**.")
        assert (await reads(uni, uni.sam, thread, "**signed**")).name == "Priya · staff"
        await uni.sam.say(thread, "Thank you!")
        await priya.until_said("T-1", "Thank you!")

        resolved = await press_and_fill(uni.asha, card, "Resolve", "It is there now: _9_ of 10.")
        assert "T-1 is resolved" in resolved.shown
        await uni.server.until(lambda: thread.archived and thread.locked)
        answer = await reads(uni, uni.sam, thread, "It is there now: _9_ of 10.")
        closing = await reads(uni, uni.sam, thread, "asha resolved it")
        assert answer.order < closing.order
        assert answer.name == "asha · staff"
        assert buttons_of(card) == buttons_of(staffs)[:2] == ["Reopen", "Close"]
        news = await reads(uni, uni.sam, uni.sam.dm, "asha resolved it")

        await press_and_fill(uni.sam, news, "Reopen", "The total is still old")
        await uni.server.until(lambda: not thread.archived and not thread.locked)
        await reads(uni, uni.asha, thread, "The total is still old")
        await reads(uni, uni.asha, thread, "sam reopened it")
        await uni.sam.say(thread, "You see it now?")
        await priya.until_said("T-1", "You see it now?")

        await quiet(uni)
        assert len(threads_in(uni.exams)) == 1
        assert [person.name for person in (uni.sam, uni.kim, uni.asha, uni.lee, uni.ada) if person.pings] == []
        assert not any("examiner has to sign" in message.text for message in uni.sam.reads(thread))
