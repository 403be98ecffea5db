"""What people type at any door reaches Slack, and from Slack any other door, as words: it pings nobody, hides no link,
runs nothing, breaks nothing, and stays readable."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes import discord_steps, slack_steps
from tests.fakes.both_desk import Both, a_day_on_both
from tests.fakes.discord_server import Message as Said
from tests.fakes.discord_server import Thread
from tests.fakes.discord_steps import AtThePage, at_the_page
from tests.fakes.slack_server import File, Message, Person, View
from tests.fakes.slack_steps import mention, open_ticket, press_and_send, reads, ref_of, send, triage, until, use, write
from tests.fakes.web_desk import png

pytestmark = pytest.mark.asyncio(loop_scope="module")

_TIME = re.compile(r"!date\^\d+\^[^^]*")
"""The desk's own, of a point in time, without a link."""
_ADDRESS = re.compile(r"(?:https?://)?(?:\w+\.)+\w{2,}", re.IGNORECASE)


@dataclass
class Day:
    both: Both
    priya: AtThePage
    """An agent on the web alone."""

    @property
    def campus(self) -> Any:
        return self.both.campus

    @property
    def uni(self) -> Any:
        return self.both.uni

    async def record(self, ref: str) -> str:
        return json.dumps(await self.priya.thread(ref), ensure_ascii=False)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Day]:
    async with a_day_on_both(tmp_path_factory.mktemp("desk")) as both:
        yield Day(both, await at_the_page(both.desk, "Priya <!channel> @everyone", "priya@example.com", "agent"))


@pytest_asyncio.fixture(loop_scope="module")
async def day(whole_day: Day) -> AsyncIterator[Day]:
    """After each test nobody was pinged anywhere, and no link is other than it looks."""
    yield whole_day
    await whole_day.both.quiet()
    nobody_is_pinged(whole_day)
    no_link_hides(whole_day)
    assert slack_steps.faults_of(whole_day.campus.server) == []
    assert discord_steps.faults_of(whole_day.uni.server) == []
    assert "Traceback" not in whole_day.both.desk.log.read_text()


def evil(day: Day) -> str:
    """Everything that could ping, show as something else, or break out, here or there."""
    campus, uni = day.campus, day.uni
    return (
        f"<!channel> <!here|here> <!everyone> <!subteam^{campus.agents.id}> <!subteam^{campus.agents.id}|@agents> "
        f"<@{campus.lee.id}> <@{campus.lee.id}|lee> <#{campus.triage.id}|triage> "
        f"&lt;!channel&gt; &amp;lt;!here&amp;gt; @channel @here @everyone @lee "
        f"<@{uni.lee.id}> <@&{uni.agents.id}> <#{uni.platform_triage.id}> "
        "<javascript:alert(1)|click> <https://evil.example/a|bank.example> [bank.example](https://evil.example/b) "
        "[x](javascript:alert(2)) <mailto:a@evil.example|b@bank.example> "
        "<!date^1392734382^{date}^https://evil.example|x> <script>alert(3)</script> <img src=x onerror=alert(4)> "
        "*bold* _it_ ~st~ `co` **x** ||y|| :tada: \u202e\u2066\u200bthe end"
    )


def nobody_is_pinged(day: Day) -> None:
    slack, discord = day.campus.server, day.uni.server
    ours = [one for one in slack.messages if one.by_app and (one.pinged or one.pings)]
    assert [one for one in ours if one not in slack.pings or not slack_steps._is_due(one)] == []
    assert [one.text for one in discord.messages if one.pinged and _by_desk(day, one)] == []


def _by_desk(day: Day, said: Said) -> bool:
    return said.webhook is not None or said.author is day.uni.server.bot


def no_link_hides(day: Day) -> None:
    """A link leads to the web; where its words are an address, they are the one that it leads to."""
    server = day.campus.server
    shown = [one.blocks for one in server.messages if one.by_app]
    shown += [one.data["blocks"] for one in (*server.world.views.values(), *server.homes.values())]
    for url, words in links_in(shown):
        assert url.startswith(("http://", "https://")), (url, words)
        named = _ADDRESS.match(words)
        assert named is None or named[0].removeprefix("https://") in url, (url, words)


def links_in(node: Any) -> Iterator[tuple[str, str]]:
    """Every link in blocks, with its words."""
    if isinstance(node, list):
        for one in node:
            yield from links_in(one)
    elif isinstance(node, dict):
        if node.get("type") in ("link", "button") and "url" in node:
            words = node.get("text") or ""
            yield node["url"], words["text"] if isinstance(words, dict) else words
        if node.get("type") == "mrkdwn":
            for inner in re.findall(r"<([^<>]*)>", node["text"]):
                url, _, words = inner.partition("|")
                if not _TIME.fullmatch(url):
                    yield url, words
        for one in node.values():
            yield from links_in(one)


def readable(message: Message) -> None:
    """Word for word, but for what cannot be seen."""
    words = message.text_shown
    for part in ("<!channel>", "<!here", "@everyone", "&lt;!channel&gt;", "evil.example", "<script>", "the end"):
        assert part in words, (part, words)


# --- from Slack ------------------------------------------------------------------------------------------------------


async def test_words_of_a_form_on_slack_stand_on_cards_and_in_lists_as_they_were_typed(day: Day) -> None:
    campus, words = day.campus, evil(day)
    sam, asha = campus.sam, campus.asha
    form = await use(sam, sam.dm, "/ticket open")
    await sam.choose(form, "Category", "Exams and grades")
    given = {"What is the matter?": words[:200], "Tell us more": words}
    files = [
        File("<!channel>.png", png()),
        File("..\\..\\passwd\u202egnp.txt", b"x"),
        File("`@everyone` [a](b).txt", b"y"),
    ]
    answered = await send(sam, form, given, {"Files": files})
    ref = ref_of(answered)
    card = await until(lambda: next((m for m in sam.reads(sam.dm) if ref in m.text_shown), None), "the card")
    staffs = await triage(campus, card)
    for shown in (card, staffs):
        readable(shown)
        assert "Exams and grades" in shown.text_shown
    assert "Claim" in staffs.buttons
    names = [file.name for one in asha.thread(staffs) for file in one.files]
    assert len(names) == 3
    assert not any("/" in name or "\u202e" in name for name in names), names
    for who, line in ((sam, "list"), (sam, f"show {ref}"), (asha, "queue"), (asha, f"show {ref}")):
        assert "<!channel>" in (await use(who, who.dm, f"/ticket {line}")).text_shown
    home = await sam.open_home()
    assert "<!channel>" in home.text_shown
    added = await asha.message_shortcut(await write(asha, staffs, "quote this"), "add_to_ticket")
    await added.modal()
    record = await day.record(ref)
    assert "<script>" in record and '"javascript:' not in record


@pytest.mark.parametrize("literal", [True, False])
async def test_words_written_in_a_thread_on_slack_are_the_same_on_every_other_side(day: Day, literal: bool) -> None:
    """``literal``: every letter as it stands; else Slack's client makes mentions, links and styles of them."""
    campus, uni = day.campus, day.uni
    card = await open_ticket(campus, campus.sam, f"Literally {literal}", category="Exams and grades")
    staffs = await triage(campus, card)
    await campus.sam.write(campus.sam.dm, evil(day), thread=card, literal=literal)
    copy = await reads(campus.asha, staffs, "the end")
    there = await uni.server.until(lambda: said_on_discord(day, "the end", ref_of(card)), 10)
    for shown in (copy.text_shown, there.content):
        assert "evil.example" in shown and "<script>" in shown.replace("\\", "")
    if literal:
        readable(copy)
    assert_hides_nothing_on_discord(there)
    record = await day.record(ref_of(card))
    assert "<script>" in record
    for url in re.findall(r'"url": "([^"]*)"', record):
        assert url.startswith(("http://", "https://", "/")), url
    note = await campus.asha.write(campus.triage, f"// {evil(day)}", thread=staffs, literal=literal)
    await slack_steps.signed(campus, note, slack_steps.NOTED)


def said_on_discord(day: Day, words: str, ref: str) -> Said | None:
    threads = [one for one in day.uni.guild.threads() if isinstance(one, Thread) and one.name.startswith(f"{ref} ")]
    found = [m for thread in threads for m in thread.messages.values() if words in m.content and m.webhook is not None]
    return found[-1] if found else None


def assert_hides_nothing_on_discord(said: Said) -> None:
    assert re.search(r"(?<!\\)\[[^\]]*\]\(<?javascript", said.content) is None
    assert re.search(r"(?<!\\)\[bank\.example\]\(", said.content) is None
    assert not said.pinged


async def test_names_that_look_like_mentions_or_like_the_staff_are_shown_and_feign_nothing(day: Day) -> None:
    campus, server = day.campus, day.campus.server
    names = ["<!channel>", f"<@{campus.lee.id}>", "@everyone ∙ STAFF", "\u202easha\u200b · staff", "🎓" * 40]
    for number, name in enumerate(names):
        who = server.add_user(f"mallory{number}", real_name=name, display_name=name)
        card = await open_ticket(campus, who, f"Named {number}", category="Exams and grades")
        staffs = await triage(campus, card)
        await write(who, card, f"From number {number}")
        copy = await reads(campus.asha, staffs, f"From number {number}")
        assert copy.name.strip() and len(copy.name) <= 80
        assert not re.search(r"[^\w\s]\s*staff\W*$", copy.name, re.IGNORECASE), copy.name
    answer = await write(campus.asha, staffs, "I am really of the staff")
    copy = await reads(who, card, "I am really of the staff")
    assert copy.name == "Asha · staff"
    assert answer in campus.asha.thread(staffs)


async def test_groups_and_channels_with_evil_names_are_words_where_somebody_names_them(day: Day) -> None:
    campus, server = day.campus, day.campus.server
    group = server.add_user_group("here> <!channel", [campus.lee])
    place = server.add_channel("general|<!here>", private=False, members=[campus.sam])
    card = await open_ticket(campus, campus.sam, "Names", category="Exams and grades")
    staffs = await triage(campus, card)
    await write(campus.sam, card, f"ask {group.mention} in {place.mention}, {campus.lee.mention} knows, the end")
    copy = await reads(campus.asha, staffs, "the end")
    assert "Lee" in copy.text_shown
    assert not copy.pings


async def test_what_is_typed_into_commands_buttons_and_answers_pings_nobody(day: Day) -> None:
    campus, words = day.campus, evil(day)
    sam, asha = campus.sam, campus.asha
    card = await open_ticket(campus, sam, "Commands", category="Exams and grades")
    staffs = await triage(campus, card)
    for line in (words, f"tag {ref_of(card)} {words}", f"show {words}", f"add {ref_of(card)} {words}", "<!channel>"):
        await use(sam, sam.dm, f"/ticket {line}")
        await mention(campus, asha, staffs, line)
    await press_and_send(sam, card, "Urgent", words)
    await reads(asha, staffs, "the end")
    await press_and_send(asha, staffs, "Note", words)
    await day.priya.type(f"/ticket tag {ref_of(card)} <!channel> @everyone")
    await press_and_send(asha, staffs, "Resolve", words)
    answer = await until(lambda: said_by(sam, card, "Asha · staff"), "the answer")
    assert "@everyone" in answer.text_shown and "<script>" in answer.text_shown and "the end" in answer.text_shown


def whispered(who: Person, words: str) -> Message | None:
    return next((one for one in who.ephemerals(who.dm) if words in one.text_shown), None)


def said_by(who: Person, card: Message, name: str) -> Message | None:
    return next((one for one in who.thread(card) if one.name == name), None)


# --- to Slack --------------------------------------------------------------------------------------------------------


async def test_words_from_the_web_and_from_discord_are_words_on_slack(day: Day) -> None:
    campus, uni, words = day.campus, day.uni, evil(day)
    card = await open_ticket(campus, campus.sam, "From elsewhere", category="Exams and grades")
    await day.priya.say(ref_of(card), words)
    copy = await reads(campus.sam, card, "the end")
    assert "<!channel>" in copy.text_shown and "evil.example/b" in copy.text_shown
    assert "Priya" in copy.name and copy.name.endswith("· staff")
    asked = await discord_steps.use(uni.sam, uni.exams, "ticket", "open", title=words[:100], category="exams")
    sent = await discord_steps.fill(uni.sam, asked, {"Tell us more": words})
    thread = await discord_steps.thread_of(uni, uni.sam, sent)
    staffs = await until(lambda: triage_of(day, thread.name.split()[0]), "the card on Slack")
    readable(staffs)
    await uni.sam.say(thread, f"{words} and more", files=[("<!channel> ../x.txt", b"x")])
    copy = await reads(campus.asha, staffs, "and more")
    readable(copy)
    await slack_steps.shows(staffs, "<!channel>")


def triage_of(day: Day, ref: str) -> Message | None:
    cards = [one for one in day.campus.lee.reads(day.campus.triage) if one.by_app and ref in one.text_shown.split()]
    return cards[-1] if cards else None


async def test_a_reply_of_twenty_thousand_signs_from_the_web_is_several_messages_in_order(day: Day) -> None:
    campus = day.campus
    card = await open_ticket(campus, campus.sam, "Long", category="Exams and grades")
    words = " ".join(f"<!channel>{number}" for number in range(2_000))[:19_900]
    await day.priya.say(ref_of(card), f"{words} **end**")
    await reads(campus.sam, card, "end")
    parts = [one.text_shown for one in campus.sam.thread(card) if one.username]
    assert "".join("".join(parts).split()) == f"{words} end".replace(" ", "")


async def test_forty_thousand_signs_written_on_slack_are_too_many_and_their_author_is_told_how_many_may_be(
    day: Day,
) -> None:
    campus = day.campus
    card = await open_ticket(campus, campus.sam, "Longer", category="Exams and grades")
    staffs = await triage(campus, card)
    await campus.sam.write(campus.sam.dm, "<!here> " * 5_000, thread=card, literal=True)
    told = await until(lambda: whispered(campus.sam, "shorten"), "a sentence")
    assert "20000 is the most" in told.text_shown
    assert campus.asha.thread(staffs) == []


async def test_the_longest_title_description_and_answers_fit_in_every_script(day: Day) -> None:
    campus = day.campus
    for sign in ("🎓", "ঢ", "<"):
        form: Any = await use(campus.kim, campus.kim.dm, "/ticket open")
        await campus.kim.choose(form, "Category", "Exams and grades")
        most = {label: element.get("max_length", 3000) for label, _, element in form.inputs}
        title = "T" + fitting(sign, most["What is the matter?"] - 1)
        answered = await send(
            campus.kim,
            form,
            {"What is the matter?": title, "Tell us more": "x" + fitting(sign, most["Tell us more"] - 1)},
        )
        ref = ref_of(answered)
        staffs = await until(lambda ref=ref: triage_of(day, ref), f"the card of {ref}")
        await use(campus.asha, campus.asha.dm, f"/ticket show {ref}")
        view: Any = await use_button(campus.asha, staffs, "Resolve")
        [label] = view.labels[:1]
        await send(campus.asha, view, {label: "x" + fitting(sign, view.element(label)[1].get("max_length", 3000) - 1)})
        await slack_steps.shows(staffs, "Resolved")


async def use_button(who: Person, on: Message, what: str) -> View:
    shown = await slack_steps.press(who, on, what)
    assert isinstance(shown, View), shown
    return shown


def fitting(sign: str, units: int) -> str:
    """As often as Slack lets it be typed: it counts UTF-16."""
    return sign * (units // (len(sign.encode("utf-16-le")) // 2))
