"""The server's paint and the page's own, side by side: what the modules take over looks as it did before."""

import os
from datetime import timedelta
from difflib import unified_diff

import pytest
from playwright.async_api import Browser, expect

from core.commands import (
    Actor,
    EditMessage,
    LinkTickets,
    MergeTicket,
    OpenTicket,
    PostMessage,
    React,
    RemoveMessage,
    SetPriority,
)
from core.model.ids import FileId, MessageId
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.model.ticket import Priority
from core.text import (
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Strike,
    Text,
)
from tests.fakes.browser import TOURS
from tests.fakes.web_desk import WebDesk, png

pytestmark = pytest.mark.asyncio(loop_scope="module")

OUTLINE = """async (places) => {
    const painted = new DOMParser().parseFromString(await (await fetch(location.href)).text(), "text/html");
    const skipped = ".acts, li:has(> [role=separator])";
    const outline = (node, depth = 0) => {
        const pad = " ".repeat(depth);
        if (node.nodeType === 3) return pad + JSON.stringify(node.data);
        const isKeyed = node.matches("#ticket .buttons button"); // which key does the same
        const skippedName = isKeyed ? /^(style|title|aria-keyshortcuts)$/ : /^(style|data-offers)$/;
        const tells = ({ name, value }) => !skippedName.test(name) && name + value !== "class";
        const said = [...node.attributes].filter(tells).map(({ name, value }) => `${name}=${value}`).sort();
        const inner = [...node.childNodes].filter((one) => one.nodeType === 1 || (one.data && one.data !== "\\n"));
        const lines = inner.map((one) => outline(one, depth + 1));
        return [`${pad}${node.localName} ${said.join(" ")}`, ...lines].join("\\n");
    };
    const of = (page) => places.map((id) => {
        const place = page.getElementById(id).cloneNode(true);
        place.querySelectorAll(skipped).forEach((one) => one.remove());
        place.normalize();
        return outline(place);
    });
    return [of(painted), of(document)];
}"""
PLACES = ["talk-title", "talk-sub", "ticket", "facts-body", "entries", "goes-on", "thread-list", "thread-none"]


def at(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


def every_kind(desk: WebDesk) -> Text:
    """Each kind of block and of span, and names and words that must stay words."""
    words = Plain("Words <b>not bold</b>\nin two lines & \"quoted\" 'so'")
    spans = (
        words,
        Bold((Italic((Strike((Plain("all three"),)),)),)),
        Code("`code` <i>"),
        Link("https://example.com/?a=1&b=2", (Plain("a link"),)),
        Link("https://example.com/", ()),
        Link("http://127.0.0.1:8080/t/T-2", (Plain("the desk's own"),)),
        Mention(desk.people["agent"], "Agent"),
        Mention(None, "<everyone>"),
        Moment(desk.clock.now()),
        Emoji("blob_<b>", "https://cdn.example.com/emojis/1.png"),
        Emoji("none", "javascript:alert(1)"),
    )
    inner = (Paragraph((Plain("first"),)), CodeBlock("\nx = 1\n  y < 2\n", "py"))
    return Text(
        (
            Paragraph(spans),
            CodeBlock("no language"),
            Quote((Paragraph((Plain("said"),)), Quote((Paragraph((Plain("before"),)),)))),
            ListBlock((inner, (Paragraph((Plain("second"),)), ListBlock(((Paragraph((Plain("a"),)),),))))),
            ListBlock(((Paragraph((Plain("one"),)),), (Paragraph((Plain("two"),)),)), ordered=True),
            Paragraph((Plain("שלום and مرحبا"),)),
        )
    )


async def furnish(desk: WebDesk) -> None:
    handle = desk.engine.handle
    student, agent = at(desk, "student"), at(desk, "agent")
    files = []
    async with desk.store.write() as work:
        now = desk.clock.now()
        for name, kind, content, width, height in (
            ('a "b" <c>.png', "image/png", png(900, 500), 900, 500),
            ("tall.png", "image/png", png(3, 301), 3, 301),
            ("log.txt", "text/plain", b"x" * 1500, None, None),
            ("alone.txt", "text/plain", b"x", None, None),
            ("big.bin", "application/octet-stream", b"x" * 150_000, None, None),
        ):
            file = await work.files.add(student.person, name, kind, content, now, width=width, height=height)
            files.append(FileId(file.id))
    opening = OpenTicket(
        title="A <i>rich</i> thread", description=every_kind(desk), category="platform", files=(files[2],)
    )
    ticket = (await handle(opening, student)).ticket
    assert ticket is not None
    await handle(SetPriority(ticket=ticket, priority=Priority.URGENT), agent)
    desk.clock.advance(timedelta(days=3))

    async def say(actor: Actor, text: Text, kind: MessageKind = MessageKind.REPLY, *given: FileId) -> MessageId:
        await handle(PostMessage(ticket=ticket, kind=kind, text=text, files=given), actor)
        async with desk.store.read() as work:
            return (await work.messages.of(ticket, kinds=frozenset(MessageKind)))[-1].id

    first = await say(student, every_kind(desk), MessageKind.REPLY, files[0], files[1], files[4])
    desk.clock.advance(timedelta(minutes=2))
    await say(student, Text.of("Close to the one before"))
    desk.clock.advance(timedelta(minutes=6))
    await say(student, Text.of("Not so close"))
    await say(agent, Text.of("Only for us"), MessageKind.NOTE)
    desk.clock.advance(timedelta(days=1))
    for emoji in ("👍", "❤", "🎉"):
        await handle(React(message=first, emoji=emoji, on=True, ticket=ticket), agent)
    await handle(React(message=first, emoji="👍", on=True, ticket=ticket), student)
    edited = await say(agent, Text.of("Not edited yet"))
    await handle(EditMessage(message=edited, text=Text.of("Edited"), ticket=ticket), agent)
    coded = await say(agent, Text.of("No code yet"))
    await handle(EditMessage(message=coded, text=Text((CodeBlock("edited"),)), ticket=ticket), agent)
    gone = await say(student, Text.of("Taken back"))
    await handle(RemoveMessage(message=gone, ticket=ticket), student)
    await say(student, Text(), MessageKind.REPLY, files[3])
    another, merged = await desk.ticket("student", "Another one"), await desk.ticket("other", "The same again")
    await handle(LinkTickets(ticket=ticket, other=another, relation=Relation.RELATES), agent)
    await handle(MergeTicket(ticket=merged, into=ticket), agent)


@pytest.mark.parametrize("who", ["student", "agent"])
async def test_the_modules_build_what_the_server_painted(near_desk: WebDesk, browser: Browser, who: str) -> None:
    await furnish(near_desk)
    url = str(near_desk.server.make_url("")).rstrip("/")
    context = await browser.new_context(timezone_id="Asia/Kolkata", locale="en-US")
    page = await context.new_page()
    await page.clock.set_fixed_time(near_desk.clock.now())
    calls = context.request
    await calls.post(f"{url}/session/demo", form={"who": who, "next": "/"}, max_redirects=0)
    token = (await (await calls.get(f"{url}/api/me")).json())["csrf"]
    headers = {"X-CSRF-Token": token, "Idempotency-Key": os.urandom(8).hex()}
    await calls.put(f"{url}/api/preferences/toured", data=TOURS, headers=headers)
    for ref in ("T-1", "T-2", *(["T-3"] if who == "agent" else [])):
        await page.goto(f"{url}/t/{ref}")
        # Its toolbars are the modules' own: with them they have taken over.
        await expect(page.locator("#say")).to_be_enabled()
        if ref != "T-3":  # it is merged, and in no list of what is open
            await expect(page.locator("#thread-list a[aria-current]")).to_have_count(1)
        if ref == "T-1":
            await expect(page.locator("#entries .acts").first).to_be_attached()
        painted, made = await page.evaluate(OUTLINE, PLACES)
        differing = unified_diff("\n".join(painted).splitlines(), "\n".join(made).splitlines(), "painted", "made", n=2)
        assert "\n".join(differing) == ""
