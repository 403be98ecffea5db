"""One desk on Discord and on Slack: one ticket with a thread on either side. What is said, mended and taken back on one
side is so on the other."""

import re
from dataclasses import dataclass
from pathlib import Path

from tests.fakes import discord_steps as on_discord
from tests.fakes import slack_steps as on_slack
from tests.fakes.both_desk import Both, a_day_on_both
from tests.fakes.discord_desk import University
from tests.fakes.discord_server import Message as Said
from tests.fakes.discord_server import Thread
from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import File, Message
from tests.fakes.slack_steps import DONE, NOTED, field, files_in, mention, says, signed, until, write
from tests.fakes.web_desk import png

FACE = "https://avatars.example.org/kim.png"


@dataclass
class Two:
    """A ticket on both sides: ``thread`` on Discord, ``card`` on Slack with a thread below it."""

    both: Both
    thread: Thread
    card: Message

    @property
    def uni(self) -> University:
        return self.both.uni

    @property
    def campus(self) -> Campus:
        return self.both.campus


# --- a student on Discord, agents on Slack ---------------------------------------------------------------------------


async def test_a_student_on_discord_and_agents_on_slack_have_one_ticket(tmp_path: Path) -> None:
    async with a_day_on_both(tmp_path) as both:
        two = await opened_on_discord(both)
        await claimed_on_slack(two)
        await talked_from_both_sides(two)
        await mended_on_both_sides(two)
        await taken_back_on_both_sides(two)
        await noted_on_slack(two)
        await resolved_on_slack_and_reopened_on_discord(two)
        await both.quiet()
        assert [one.text_shown for one in both.campus.server.pings] == ["@Asha Asha has it now"]
        assert [who.name for who in (both.uni.sam, both.uni.asha, both.uni.lee) if who.pings] == []
        sent = [str(one) for one in both.uni.server.requests]
        assert not any("ecret" in one for one in sent), "no note goes to Discord: no agent of its team is there"


async def opened_on_discord(both: Both) -> Two:
    sam = both.uni.sam
    asked = await on_discord.use(sam, both.uni.exams, "ticket", "open", title="My grade is missing", category="exams")
    told = {"Tell us more": "The portal shows **no grade**."}
    done = await on_discord.fill(sam, asked, told, {"Files": [("proof.png", png())]})
    thread = await on_discord.thread_of(both.uni, sam, done)
    card = await until(lambda: both.campus.asha.reads(both.campus.triage), "the card for the agents")
    assert field(card[0], "Asked by") == "sam"
    assert "The portal shows no grade." in card[0].text_shown
    await until(lambda: files_in(card[0]) == [("proof.png", png())], "the file under it")
    return Two(both, thread, card[0])


async def claimed_on_slack(two: Two) -> None:
    claimed = await on_slack.press(two.campus.asha, two.card, "Claim")
    assert "T-1 is yours" in claimed.text_shown
    await on_discord.reads(two.uni, two.uni.sam, two.thread, "Asha has it now")
    await on_discord.shows(two.uni, on_discord.card_in(two.thread), "In progress")
    await says(two.card, "With", "Asha")


async def talked_from_both_sides(two: Two) -> None:
    sam, asha = two.uni.sam, two.campus.asha
    words = f"I *look* into it, {two.campus.lee.mention} knows :tada:\n- one\n- two\n> said <https://example.org|here>"
    by_asha = await write(asha, two.card, words, files=[File("form.txt", b"fill it in")])
    on_the_other = await on_discord.reads(two.uni, sam, two.thread, "**look**")
    assert on_the_other.name == "Asha · staff"
    assert all(one in on_the_other.content for one in ("- one\n- two", "🎉", "Lee", "https://example.org"))
    assert [(one.filename, one.data) for one in on_the_other.attachments] == [("form.txt", b"fill it in")]
    await signed(two.campus, by_asha, DONE)
    await sam.say(two.thread, "**Thank** you ~~all~~ `x < y`", files=[("mine.png", png(4, 4))])
    copy = await on_slack.reads(asha, two.card, "Thank you all x < y")
    assert copy.name == "sam"
    assert all(f"'{style}': True" in str(copy.blocks) for style in ("bold", "strike", "code"))
    await until(lambda: ("mine.png", png(4, 4)) in files_in(two.card), "the student's file")


async def mended_on_both_sides(two: Two) -> None:
    sam, asha = two.uni.sam, two.campus.asha
    by_sam = await sam.say(two.thread, "The frst word")
    by_asha = await write(asha, two.card, "The secnd word")
    copy_of_sam = await on_slack.reads(asha, two.card, "frst")
    copy_of_asha = await on_discord.reads(two.uni, sam, two.thread, "secnd")
    await signed(two.campus, by_asha, DONE)
    await sam.edit(by_sam, "The *first* word")
    await asha.edit(by_asha, "The *second* word")
    await until(lambda: copy_of_sam.text_shown == "The first word", "the student's edit")
    await until(lambda: copy_of_asha.content == "The **second** word", "the agent's edit")
    await sam.react(copy_of_asha, "👍")
    await signed(two.campus, by_asha, "+1")
    await asha.react(copy_of_sam, "heart")
    await until(lambda: "❤️" in by_sam.reactions, "the agent's reaction")
    await sam.unreact(copy_of_asha, "👍")
    await until(lambda: "+1" not in by_asha.reactions, "the reaction taken off")
    assert two.campus.server.bot_user in by_asha.reactions[DONE]


async def taken_back_on_both_sides(two: Two) -> None:
    sam, asha = two.uni.sam, two.campus.asha
    by_sam = await sam.say(two.thread, "My password is hunter2")
    by_asha = await write(asha, two.card, "Meant for another")
    copy_of_sam = await on_slack.reads(asha, two.card, "hunter2")
    copy_of_asha = await on_discord.reads(two.uni, sam, two.thread, "Meant for another")
    await signed(two.campus, by_asha, DONE)
    await sam.delete(by_sam)
    await asha.delete(by_asha)
    await until(lambda: copy_of_sam.deleted and copy_of_asha.deleted, "both removals")


async def noted_on_slack(two: Two) -> None:
    note = await write(two.campus.asha, two.card, "// Secret: call the examiner", files=[File("secret.txt", b"secret")])
    await signed(two.campus, note, NOTED)
    await two.campus.asha.edit(note, "// Secret: write to the examiner")
    await mention(two.campus, two.campus.lee, two.card, "staff note Secret by a mention")


async def resolved_on_slack_and_reopened_on_discord(two: Two) -> None:
    sam, asha = two.uni.sam, two.campus.asha
    assert "is resolved" in (await mention(two.campus, asha, two.card, "resolve It is _there_ now")).text_shown
    await on_discord.reads(two.uni, sam, two.thread, "It is _there_ now")
    closing = await on_discord.reads(two.uni, sam, two.thread, "Asha resolved it")
    await two.uni.server.until(lambda: two.thread.archived and two.thread.locked)
    await on_discord.press_and_fill(sam, closing, "Reopen", "The total is still old")
    assert (await on_slack.reads(asha, two.card, "The total is still old")).name == "sam"
    await on_slack.reads(asha, two.card, "sam reopened it")
    await says(two.card, "Status", "In progress")
    await two.uni.server.until(lambda: not two.thread.archived)


# --- a student on Slack, agents on Discord ---------------------------------------------------------------------------


async def test_a_student_on_slack_and_agents_on_discord_have_one_ticket(tmp_path: Path) -> None:
    async with a_day_on_both(tmp_path) as both:
        both.campus.kim.change(avatar=FACE)
        two = await opened_on_slack(both)
        staffs = await on_discord.triage(both.uni, two.thread, both.uni.platform_triage)
        assert "T-1 is yours" in (await on_discord.press(both.uni.asha, staffs, "Claim")).shown
        await on_slack.reads(both.campus.kim, two.card, "asha has it now")
        await says(two.card, "With", "asha")
        await answered_from_discord(two)
        await changed_from_both_sides(two)
        await noted_on_discord(two, staffs)
        await resolved_on_discord_and_reopened_on_slack(two)
        await both.quiet()
        assert both.campus.server.pings == []
        kim = both.campus.kim
        assert "ecret" not in on_slack.of_slack(kim, both.campus) + on_slack.sent_to(kim, both.campus)
        assert both.campus.asha.reads(both.campus.triage) == []


async def opened_on_slack(both: Both) -> Two:
    kim = both.campus.kim
    told = {"files": [File("screen.png", png())]}
    card = await on_slack.open_ticket(both.campus, kim, "I cannot sign in", "Since *today*.", **told)
    thread = await both.uni.server.until(lambda: threads(both.uni), 10, "the thread for the agents")
    assert not both.uni.sam.sees(thread)
    first = on_discord.card_in(thread)
    assert on_discord.fields_of(first)["Asked by"] == "Kim"
    assert [(one.filename, one.data) for one in first.attachments] == [("screen.png", png())]
    return Two(both, thread, card)


def threads(uni: University) -> Thread | None:
    found = [one for one in uni.guild.threads() if one.parent is uni.login and one.messages]
    return found[0] if found else None


async def answered_from_discord(two: Two) -> None:
    kim, asha = two.campus.kim, two.uni.asha
    await asha.say(two.thread, "I **look** into it, @everyone", files=[("form.txt", b"fill it in")])
    reply = await on_slack.reads(kim, two.card, "I look into it, @everyone")
    assert reply.name == "asha · staff"
    await until(lambda: ("form.txt", b"fill it in") in files_in(two.card), "the agent's file")
    thanks = await write(kim, two.card, "*Thank* you", files=[File("mine.png", png(4, 4))])
    copy = await on_discord.reads(two.uni, asha, two.thread, "**Thank** you")
    assert copy.name == "Kim"
    assert [(one.filename, one.data) for one in copy.attachments] == [("mine.png", png(4, 4))]
    await signed(two.campus, thanks, DONE)


async def changed_from_both_sides(two: Two) -> None:
    kim, asha = two.campus.kim, two.uni.asha
    by_kim, by_asha = await write(kim, two.card, "The frst word"), await asha.say(two.thread, "The secnd word")
    copy_of_kim = await on_discord.reads(two.uni, asha, two.thread, "frst")
    copy_of_asha = await on_slack.reads(kim, two.card, "secnd")
    await signed(two.campus, by_kim, DONE)
    await kim.edit(by_kim, "The first word")
    await asha.edit(by_asha, "The second word")
    await until(lambda: copy_of_kim.content == "The first word", "the student's edit")
    await until(lambda: copy_of_asha.text_shown == "The second word", "the agent's edit")
    await asha.react(copy_of_kim, "👍")
    await signed(two.campus, by_kim, "+1")
    await kim.react(copy_of_asha, "tada")
    await until(lambda: "🎉" in by_asha.reactions, "the student's reaction")
    await kim.delete(by_kim)
    await asha.delete(by_asha)
    await until(lambda: copy_of_kim.deleted and copy_of_asha.deleted, "both removals")


async def noted_on_discord(two: Two, staffs: Said) -> None:
    await on_discord.use(two.uni.asha, two.thread, "staff", "note", text="Secret by the command")
    notes = await two.uni.server.until(lambda: staffs.thread)
    await on_discord.reads(two.uni, two.uni.asha, notes, "Secret by the command")
    await two.uni.lee.say(notes, "Secret by *words*", files=[("secret.txt", b"secret")])


async def resolved_on_discord_and_reopened_on_slack(two: Two) -> None:
    kim, asha = two.campus.kim, two.uni.asha
    await on_discord.use(asha, two.thread, "ticket", "resolve", answer="It is _there_ now")
    solution = await on_slack.reads(kim, two.card, "It is there now")
    closing = await on_slack.reads(kim, two.card, "asha resolved it")
    assert (solution.name, solution.order < closing.order) == ("asha · staff", True)
    assert closing in kim.reads(kim.dm)
    await two.uni.server.until(lambda: two.thread.archived)
    await on_slack.press_and_send(kim, closing, "Reopen", "The total is still old")
    assert (await on_discord.reads(two.uni, asha, two.thread, "The total is still old")).name == "Kim"
    await two.uni.server.until(lambda: not two.thread.archived)
    await says(two.card, "Status", "In progress")


# --- somebody who is on both -----------------------------------------------------------------------------------------


async def test_who_is_on_both_becomes_one_person_by_a_code(tmp_path: Path) -> None:
    async with a_day_on_both(tmp_path) as both:
        there, here = both.uni.kim, both.campus.kim
        await on_discord.open_login(both.uni, there, "Asked on Discord")
        card = await on_slack.open_ticket(both.campus, here, "Asked on Slack")
        answered = await on_slack.use(here, both.campus.lounge, "/ticket link")
        code = re.search(r"[A-Z0-9]{5}-[A-Z0-9]{5}", answered.text_shown)
        assert code is not None
        asked = await on_discord.use(there, both.uni.exams, "link", code=code[0])
        assert asked.ephemeral
        assert "(Slack) you as well?" in asked.shown
        linked = await on_discord.press(there, asked.answer, "Yes, that is me")
        assert "You are one person on both platforms now" in linked.shown
        assert "Asked on Discord" in (await on_slack.use(here, here.dm, "/ticket list")).text_shown
        assert "Asked on Slack" in (await on_discord.use(there, both.uni.exams, "ticket", "list")).shown
        await on_discord.use(there, both.uni.exams, "ticket", "urgent", ref="T-2", why="Said from the other side")
        assert (await on_slack.reads(here, card, "Said from the other side")).name in ("Kim", "kim")
