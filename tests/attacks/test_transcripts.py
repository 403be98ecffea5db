"""Somebody who wants a transcript that is not theirs, more in theirs than they may read, or to run something by one."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.signer import HmacSigner
from core.commands import (
    Actor,
    AddParticipant,
    MergeTicket,
    PostMessage,
    RemoveParticipant,
    RevokeRoles,
    SetVisibility,
)
from core.model.ids import PersonId, TicketId
from core.model.people import Platform, Standing
from core.model.thread import MessageKind
from core.model.ticket import Visibility
from core.text import CodeBlock, Link, Mention, Paragraph, Plain, Text
from core.transcript import LINK_LIFE, Format, link_of
from tests.adapters.web.test_transcripts import HTML, JSON, Page, link, say, upload
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import OPERATOR, WebDesk, png

SECRET = "Zebra"
HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</style></title><svg onload=alert(1)>",
    "{{ 7*7 }}{% raw %}{0.__class__}%s",
    "]]><!-- \u2028\u202e\u0000",
)


def as_of(web_desk: WebDesk, who: str) -> Actor:
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def noted(web_desk: WebDesk) -> TicketId:
    """A ticket of the student's, with a note of the staff's."""
    ticket = await web_desk.ticket("student")
    note = PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=Text.of(f"{SECRET} between us"))
    await web_desk.engine.handle(note, as_of(web_desk, "agent"))
    return ticket


async def taken(web_desk: WebDesk, ticket: TicketId) -> int:
    async with web_desk.store.read() as work:
        return sum(type(record.event).__name__ == "TranscriptTaken" for record in await work.events.of(ticket))


# --- whose -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [HTML, JSON])
async def test_nobody_else_gets_one_and_a_try_leaves_no_trace(web_desk: WebDesk, path: str) -> None:
    ticket = await noted(web_desk)
    stranger, other = await web_desk.nobody(), await web_desk.browser("other")
    assert ((await stranger.get(path)).status, (await other.get(path)).status) == (401, 404)
    absent = await other.get(path.replace("T-1", "T-9"))
    assert (await other.get(path)).text.replace("T-1", "T-9") == absent.text
    assert await taken(web_desk, ticket) == 0


async def test_who_reads_a_public_ticket_takes_no_transcript_of_it(web_desk: WebDesk) -> None:
    ticket = await noted(web_desk)
    show = SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True)
    await web_desk.engine.handle(show, as_of(web_desk, "student"))
    other = await web_desk.browser("other")
    assert (await other.get("/api/threads/T-1")).body["may_transcript"] is False
    answer = await other.get(JSON)
    assert (answer.status, await taken(web_desk, ticket)) == (403, 0)


async def test_a_former_members_link_and_session_are_worth_nothing(web_desk: WebDesk) -> None:
    ticket, kim = await noted(web_desk), web_desk.people["other"]
    await web_desk.engine.handle(AddParticipant(ticket=ticket, person=kim), as_of(web_desk, "student"))
    other, nobody = await web_desk.browser("other"), await web_desk.nobody()
    old = link(web_desk, "other", Format.JSON)
    assert ((await other.get(JSON)).status, (await nobody.get(old)).status) == (200, 200)
    await web_desk.engine.handle(RemoveParticipant(ticket=ticket, person=kim), as_of(web_desk, "student"))
    assert ((await other.get(JSON)).status, (await nobody.get(old)).status) == (404, 404)


async def test_a_link_of_who_was_staff_brings_no_note_any_more(web_desk: WebDesk) -> None:
    ticket = await noted(web_desk)
    agent, nobody = web_desk.people["lead"], await web_desk.nobody()
    old = link(web_desk, "lead", Format.JSON)
    assert SECRET in (await nobody.get(old)).text
    await web_desk.engine.handle(RevokeRoles(person=agent), OPERATOR)
    answer = await nobody.get(old)
    assert (answer.status, SECRET in answer.text) == (404, False)
    assert await taken(web_desk, ticket) == 1


async def test_a_sensitive_ticket_is_its_few_peoples(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket("student", title=SECRET, category="welfare")
    nobody = await web_desk.nobody()
    for who in ("agent", "admin", "other"):
        visitor = await web_desk.browser(who)
        for answer in (await visitor.get(JSON), await nobody.get(link(web_desk, who))):
            assert (answer.status, SECRET in answer.text) == (404, False)
        line = await visitor.post("/api/commands", {"text": f"/ticket transcript T-{ticket}"})
        assert line.status == 404
    assert SECRET in (await (await web_desk.browser("lead")).get(JSON)).text


async def test_who_is_blocked_keeps_only_their_own(web_desk: WebDesk) -> None:
    await noted(web_desk)
    async with web_desk.store.write() as work:
        for who in ("student", "agent"):
            person = await work.people.get(web_desk.people[who])
            assert person is not None
            await work.people.save(replace(person, standing=Standing.BLOCKED))
    student, agent = await web_desk.program("student"), await web_desk.program("agent")
    own, others = await student.get(JSON), await agent.get(JSON)
    assert (own.status, SECRET in own.text) == (200, False)
    assert (others.status, SECRET in others.text) == (404, False)


async def test_a_merged_tickets_words_stay_with_its_people(web_desk: WebDesk) -> None:
    await noted(web_desk)
    others = await web_desk.ticket("other", f"{SECRET} of mine")
    await web_desk.engine.handle(MergeTicket(ticket=others, into=TicketId(1)), as_of(web_desk, "agent"))
    nobody = await web_desk.nobody()
    for who, ticket in (("student", 1), ("other", others)):
        for form in Format:
            text = (await nobody.get(link(web_desk, who, form, ticket))).text
            assert "between us" not in text
            assert (SECRET in text) == (who == "other")
            assert who == "other" or "Other" not in text
    assert (await nobody.get(link(web_desk, "other", ticket=1))).status == 404


# --- notes -----------------------------------------------------------------------------------------------------------


async def test_no_form_of_a_students_transcript_holds_a_word_a_file_or_a_trace_of_a_note(web_desk: WebDesk) -> None:
    await noted(web_desk)
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    file = await upload(agent, f"{SECRET}.png", png(7, 9))
    message = await say(agent, f"{SECRET} again", kind="note", files=[file])
    await agent.put(f"/api/threads/T-1/messages/{message}/reactions/%F0%9F%91%8D")
    await agent.call("PATCH", f"/api/threads/T-1/messages/{message}", json={"text": f"{SECRET} changed"})
    gone = await say(agent, f"{SECRET} gone", kind="note")
    await agent.call("DELETE", f"/api/threads/T-1/messages/{gone}")
    for text in [(await student.get(path)).text for path in (HTML, JSON)]:
        for trace in (SECRET, "note", "👍", f"/api/files/{file}", '"with_notes": true'):
            assert trace not in text.replace('"with_notes": false', "").replace(".note article", "").replace(
                "--note", ""
            )
    assert {one["kind"] for one in (await student.get(JSON)).body["entries"]} == {"news"}


# --- the link --------------------------------------------------------------------------------------------------------


async def test_a_forged_changed_or_old_link_brings_nothing(web_desk: WebDesk) -> None:
    ticket = await noted(web_desk)
    nobody, now = await web_desk.nobody(), web_desk.clock.now()
    right = link(web_desk, "student").removeprefix("/transcript/")
    mac, what, until = right.split(".")
    staffs = link(web_desk, "agent").removeprefix("/transcript/").split(".")[1]
    ack = SIGNER.sign("acknowledge", f"{ticket}-{web_desk.people['agent']}-html", now + LINK_LIFE)
    foreign = HmacSigner(b"another secret key, as long as that").sign("transcript", "1-1-html", now + LINK_LIFE)
    for token in (
        f"{mac}.{staffs}.{until}",
        f"{mac}.{what}.ffffffff",
        f"{'A' * 43}.{what}.{until}",
        right[:-1],
        ack,
        foreign,
        "x",
        "A" * 900,
    ):
        answer = await nobody.get(f"/transcript/{token}")
        assert (answer.status, SECRET in answer.text) == (404, False), token
    nobody_there = link_of(ticket, PersonId(999), Format.HTML, web_desk.desk.desk, SIGNER, now)
    assert (await nobody.get(nobody_there.removeprefix(web_desk.config.public_url))).status in (403, 404)
    web_desk.clock.advance(LINK_LIFE + timedelta(seconds=1))
    assert (await nobody.get(f"/transcript/{right}")).status == 410
    assert await taken(web_desk, ticket) == 0


async def test_a_link_opened_by_another_speaks_for_whom_it_was_made_and_that_is_written_down(web_desk: WebDesk) -> None:
    ticket = await noted(web_desk)
    agent = await web_desk.browser("agent")
    assert SECRET not in (await agent.get(link(web_desk, "student"))).text
    history = (await agent.get(f"/api/threads/T-{ticket}/history")).body
    assert history[-1]["line"] == "A transcript was taken by the link that Student got"


async def test_a_guesser_of_links_is_slowed_down_and_right_ones_are_not(web_desk: WebDesk) -> None:
    await noted(web_desk)
    nobody = await web_desk.nobody()
    answers = [(await nobody.get(f"/transcript/{'A' * 43}.{number:03d}.ffffffff")).status for number in range(35)]
    assert set(answers[:30]) == {404} and 429 in answers[30:]
    assert (await nobody.get(link(web_desk, "student"))).status == 200


# --- what people wrote -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_names_and_files_are_words(web_desk: WebDesk, words: str) -> None:
    ticket = await web_desk.ticket("student", title=f"Title {words}")
    async with web_desk.store.write() as work:
        person = await work.people.get(web_desk.people["student"])
        assert person is not None
        await work.people.save(replace(person, name=f"Name {words}".replace("\0", "")))
        file = await work.files.add(
            person.id, f"{words}.html", "text/html", words.encode(), web_desk.clock.now(), width=None, height=None
        )
        drawn = await work.files.add(
            person.id, f"{words}.svg", "image/svg+xml", b"<svg/>", web_desk.clock.now(), width=1, height=1
        )
    text = Text(
        (
            Paragraph((Plain(words.replace("\0", "")), Link("javascript:alert(1)", (Plain(words.replace("\0", "")),)))),
            CodeBlock(words.replace("\0", ""), "py"),
            Paragraph((Mention(None, words.replace("\0", "")),)),
        )
    )
    saying = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=text, files=(file.id, drawn.id))
    await web_desk.engine.handle(saying, as_of(web_desk, "student"))
    student = await web_desk.browser("student")
    page = Page((await student.get(HTML)).text)
    names = {tag for tag, _ in page.elements}
    assert not {"script", "svg", "iframe", "object"} & names
    assert page.named("img") == []
    assert not any(name.startswith("on") for _, attrs in page.elements for name in attrs)
    assert len(page.named("title")) == len(page.named("style")) == 1
    for anchor in page.named("a"):
        address = str(anchor["href"])
        assert address.startswith(("#", "http://", "https://", "data:application/octet-stream;base64,")), address
    assert json.loads((await student.get(JSON)).text)["ticket"]["title"].startswith("Title")
    assert "49" not in page.words.replace("2026", "")
