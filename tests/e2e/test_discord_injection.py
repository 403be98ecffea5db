"""What people type reaches others as words: it pings nobody, hides no link, breaks no card, and is never too long."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University
from tests.fakes.discord_server import Message, Person, Thread
from tests.fakes.discord_steps import (
    AtThePage,
    a_day,
    at_the_page,
    buttons_of,
    card_in,
    faults_of,
    fields_of,
    fill,
    open_login,
    press,
    press_and_fill,
    quiet,
    reads,
    ref_of,
    shows,
    thread_of,
    triage,
    use,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Day:
    uni: University
    priya: AtThePage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (uni, desk):
        yield Day(uni, await at_the_page(desk, "Priya <@&1> @everyone", "priya@example.com", "agent"))


@pytest.fixture
def day(whole_day: Day) -> Day:
    assert faults_of(whole_day.uni.server) == []
    return whole_day


def evil(uni: University) -> str:
    """Everything that could ping, show as something else or break out."""
    return (
        f"@everyone @here <@{uni.lee.id}> <@!{uni.ada.id}> <@&{uni.agents.id}> <#{uni.triage.id}> </ticket open:1> "
        "[bank.example](https://evil.example/a) **bold** ```code ~~x~~ ||y|| "
        "https://evil.example/b <t:1:R> \u202e\u200b:x:"
    )


def everybody(uni: University) -> list[Person]:
    return [uni.sam, uni.kim, uni.asha, uni.lee, uni.ada]


def from_the_desk(uni: University) -> list[Message]:
    """All that the bot and its webhooks ever wrote."""
    return [m for m in uni.server.messages if m.webhook is not None or m.author is uni.server.bot]


def assert_hides_no_link(message: Message) -> None:
    """Words stand before an address only where it is shown too, and never where one line of words is meant."""
    bodies = [message.content, *(embed.get("description", "") for embed in message.embeds)]
    lines = [field["value"] for embed in message.embeds for field in embed.get("fields", [])]
    lines += [embed.get("title", "") for embed in message.embeds]
    assert not [words for words in [*bodies, *lines] if re.search(r"(?<!\\)\[[^\]]*\]\(<?http", words)]
    assert all("bank.example (<https://evil.example/a>)" in body for body in bodies if "bank.example" in body)


async def nobody_is_pinged(uni: University) -> None:
    await quiet(uni)
    assert [m.text for m in from_the_desk(uni) if m.pinged] == []
    assert [who.name for who in everybody(uni) if [m for m in who.pings if m in from_the_desk(uni)]] == []


async def test_mentions_in_a_title_an_answer_a_description_and_a_file_name_ping_nobody(day: Day) -> None:
    uni, words = day.uni, evil(day.uni)
    asked = await use(uni.sam, uni.exams, "ticket", "open", category="exams")
    values = {"What is the matter?": words[:200], "Tell us more": words}
    sent = await fill(uni.sam, asked, values, {"Files": [("@everyone <@1> [x](y).txt", b"hello")]})
    questions = await press(uni.sam, sent.answer, "Answer the questions")
    thread = await thread_of(uni, uni.sam, await fill(uni.sam, questions, {"Course code": words}))
    card, staffs = card_in(thread), await triage(uni, thread)
    for shown in (card, staffs):
        assert "everyone" in shown.text
        assert_hides_no_link(shown)
        assert fields_of(shown)["Status"] == "Open"
        assert "The requester, whoever was added" in shown.text
        assert "Claim" in buttons_of(shown)
    assert len(card.attachments) == 1
    await press(uni.asha, staffs, "Claim")
    await use(uni.sam, thread, "ticket", "list")
    await use(uni.asha, uni.triage, "queue")
    await use(uni.asha, thread, "ticket", "resolve", answer=words)
    await reads(uni, uni.sam, uni.sam.dm, "asha resolved it")
    await nobody_is_pinged(uni)


async def test_mentions_from_other_doors_and_in_forms_are_words(day: Day) -> None:
    uni, words = day.uni, evil(day.uni)
    thread = await open_login(uni, uni.sam)
    await day.priya.say(ref_of(thread), words)
    said = await reads(uni, uni.sam, thread, "evil.example/b")
    assert said.webhook is not None
    assert_hides_no_link(said)
    assert "<@" not in said.content.replace("\\<", "")
    staffs = await triage(uni, thread)
    await press_and_fill(uni.sam, card_in(thread), "Urgent", words)
    await press_and_fill(uni.asha, staffs, "Note", words)
    notes = await uni.server.until(lambda: staffs.thread)
    await reads(uni, uni.asha, notes, "evil.example/b")
    await day.priya.type(f"/ticket tag {ref_of(thread)} @everyone <@&{uni.agents.id}>")
    await day.priya.type(f"/ticket claim {ref_of(thread)}")
    await shows(uni, card_in(thread), "Tags")
    await nobody_is_pinged(uni)


async def test_names_that_look_like_mentions_or_like_discords_own_are_shown_and_ping_nobody(day: Day) -> None:
    uni = day.uni
    names = ["@everyone", f"<@&{uni.agents.id}>", "Clyde", "discord staff", "```", "\u200b", "x" * 32]
    for number, nick in enumerate(names):
        who = uni.guild.add_member(f"member{number}", nick=nick)
        thread = await open_login(uni, who)
        await press_and_fill(who, card_in(thread), "Urgent", f"Reason number {number}")
        said = await reads(uni, who, thread, f"Reason number {number}")
        assert said.webhook is not None, nick
        assert said.name.strip()
        await use(uni.asha, thread, "ticket", "claim")
    await nobody_is_pinged(uni)


async def test_the_longest_title_description_and_answers_fit(day: Day) -> None:
    uni = day.uni
    for sign in ("W", "🎓", "ঢ", "*", "\n"):
        asked = await use(
            uni.sam, uni.exams, "ticket", "open", title=(sign * 200).strip() or "T" * 200, category="exams"
        )
        sent = await fill(uni.sam, asked, {"Tell us more": ("x" + sign * 3999)[:4000]})
        questions = await press(uni.sam, sent.answer, "Answer the questions")
        thread = await thread_of(uni, uni.sam, await fill(uni.sam, questions, {"Course code": (sign * 999) + "y"}))
        assert 1 <= len(thread.name) <= 100
        assert fields_of(card_in(thread))["Status"] == "Open"
        await triage(uni, thread)
        await use(uni.asha, thread, "ticket", "show")
        await use(uni.asha, thread, "ticket", "resolve", answer=("x" + sign * 4999)[:5000])
        await reads(uni, uni.sam, thread, "asha resolved it")
    assert faults_of(uni.server) == []


async def test_a_reply_of_twenty_thousand_characters_is_several_messages_in_order(day: Day) -> None:
    uni = day.uni
    thread = await open_login(uni, uni.sam)
    words = " ".join(f"word{number}" for number in range(2_100))[:19_990]
    await day.priya.say(ref_of(thread), f"{words} **end**")
    await reads(uni, uni.sam, thread, "**end**")
    parts = [m.content for m in uni.sam.reads(thread) if m.webhook is not None]
    assert all(len(part) <= 2000 for part in parts)
    assert " ".join(" ".join(parts).split()) == f"{words} **end**"
    await day.priya.type(f"/staff undo {ref_of(thread)}")
    await uni.server.until(lambda: not [m for m in uni.sam.reads(thread) if m.webhook is not None])


async def test_lists_of_more_than_twenty_five_tickets_fit(day: Day) -> None:
    uni = day.uni
    busy = uni.guild.add_member("busy")
    for number in range(26):
        await open_login(uni, busy, f"{number}: {'long title ' * 17}"[:200])
    listed = await use(busy, uni.login, "ticket", "list")
    assert "25: long title" in listed.shown
    queue = await use(uni.asha, uni.triage, "queue")
    assert "The queue" in queue.shown
    found = await (await uni.asha.user_menu("Tickets of this person", busy)).settled()
    assert "25: long title" in found.shown
    assert len(await busy.complete(uni.login, "ticket show", option="ref", typed="")) == 25
    said = await uni.kim.say(uni.login, "To one of many")
    asked = await (await busy.message_menu("Add to ticket", said)).settled()
    assert "It is quoted there" in asked.shown
    await use(uni.ada, uni.exams, "desk", "people")
    await use(uni.ada, uni.exams, "help")
    assert faults_of(uni.server) == []


async def test_a_message_of_two_thousand_signs_comes_back_whole_from_the_form(day: Day) -> None:
    """Opened from a message as long as Discord allows, the form holds it and the ticket too."""
    uni = day.uni
    said = await uni.kim.say(uni.login, "é" * 1990 + " the end")
    asked = await (await uni.sam.message_menu("Open a ticket from this", said)).settled()
    thread: Thread = await thread_of(uni, uni.sam, await fill(uni.sam, asked, {"Category": "login"}))
    assert "the end" in card_in(thread).text
    assert faults_of(uni.server) == []
