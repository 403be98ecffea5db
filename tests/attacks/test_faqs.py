"""Nobody reads a draft by any way that FAQs have, and nothing that is typed into one becomes a page's own."""

from collections.abc import AsyncIterator
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from core.actions import Press, Submit, encode_press, encode_submit
from core.commands import Actor, CreateFaq, EditFaq, PublishFaq, ResolveTicket, RetireFaq, SaveDraft
from core.errors import NoSuchFaq
from core.faqs import FaqReading
from core.model.ids import FaqId
from core.model.people import Platform
from core.text import Link, Paragraph, Plain, Text
from tests.fakes.web_desk import Visitor, WebDesk, desk_of, make_database, running_web_desk

SECRET = "Zanzibar"
HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}'


@pytest.fixture
async def web_desk(tmp_path: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, await make_database(tmp_path)) as running:
        yield running


def by(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def faq(desk: WebDesk, question: str, answer: Text | None = None, category: str = "platform") -> FaqId:
    command = CreateFaq(question=question, answer=answer or Text.of(f"It is {question}."), category=category)
    made = (await desk.engine.handle(command, by(desk, "agent"))).faq
    assert made is not None
    return made


async def hidden(desk: WebDesk) -> list[FaqId]:
    """A draft, one that is retired, and a newer version of one that is published: each with the secret word."""
    draft, retired, edited = await faq(desk, SECRET), await faq(desk, SECRET), await faq(desk, "Public")
    for one in (retired, edited):
        await desk.engine.handle(PublishFaq(faq=one), by(desk, "admin"))
    await desk.engine.handle(RetireFaq(faq=retired), by(desk, "admin"))
    newer = EditFaq(faq=edited, question=f"{SECRET}?", answer=Text.of(SECRET), category="platform")
    await desk.engine.handle(newer, by(desk, "agent"))
    return [draft, retired, edited]


async def everything(visitor: Visitor, numbers: list[FaqId], *, signed_in: bool) -> str:
    """All that the ways to FAQs answer."""
    paths = ["/faq", f"/faq?q={SECRET}", "/faq?category=platform", "/api/faqs", f"/api/faqs?q={SECRET}"]
    paths += [f"{start}F-{one}" for one in numbers for start in ("/faq/", "/api/faqs/")]
    texts = [
        (await visitor.get(path)).text.replace(f"q={SECRET}", "").replace(f'value="{SECRET}"', "") for path in paths
    ]
    texts = [text.replace(f"<title>{SECRET}", "") for text in texts]
    if signed_in:
        lines = [f"/faq show F-{one}" for one in numbers] + ["/faq list", "/faq list platform"]
        lines += [f"/faq edit F-{one}" for one in numbers] + [f"/faq publish F-{one} yes" for one in numbers]
        texts += [(await visitor.post("/api/commands", {"text": line})).text for line in lines]
        for verb in ("show", "edit", "publish", "retire", "rate"):
            for one in numbers:
                press = encode_press(Press("faq", verb, None, {"faq": f"F-{one}", "helped": "yes"}))
                texts.append((await visitor.post("/api/actions", {"action": press})).text)
    return "\n".join(texts)


async def test_no_way_shows_a_draft_a_retired_one_or_a_version_that_waits(web_desk: WebDesk) -> None:
    numbers = await hidden(web_desk)
    assert SECRET in await everything(await web_desk.browser("agent"), numbers, signed_in=True)
    assert SECRET not in await everything(await web_desk.nobody(), numbers, signed_in=False)
    for who in ("student", "other"):
        assert SECRET not in await everything(await web_desk.browser(who), numbers, signed_in=True)


async def test_a_category_that_became_sensitive_or_went_takes_its_faqs_along(web_desk: WebDesk) -> None:
    number = await faq(web_desk, SECRET)
    await web_desk.engine.handle(PublishFaq(faq=number), by(web_desk, "admin"))
    now = desk_of()
    sensitive = replace(now.categories["platform"], sensitive=True, staff=frozenset({"lead@example.com"}))
    without = {key: one for key, one in now.categories.items() if key != "platform"}
    nobody = Actor(person=None, door=Platform.WEB)
    for categories, shown in (
        (now.categories, 1),
        ({**now.categories, "platform": sensitive}, 0),
        (without, 0),
    ):
        reading = FaqReading(web_desk.store, replace(now, categories=categories), web_desk.clock)
        for actor in (nobody, by(web_desk, "student")):
            assert len(await reading.search(SECRET, actor)) == shown
            assert len(await reading.search("", actor, category="platform")) == shown
            assert len(await reading.shelves(actor)) == shown
            assert len(await reading.refs(actor)) == shown
            with nullcontext() if shown else pytest.raises(NoSuchFaq):
                await reading.view(number, actor)


@pytest.mark.parametrize("who", ["nobody", "student", "agent"])
async def test_what_is_typed_into_one_never_becomes_markup(web_desk: WebDesk, who: str) -> None:
    link = Text((Paragraph((Plain(HOSTILE), Link("javascript:alert(3)", (Plain("press"),)))),))
    number = await faq(web_desk, HOSTILE, link)
    await web_desk.engine.handle(PublishFaq(faq=number, cleared=True), by(web_desk, "admin"))
    visitor = await (web_desk.nobody() if who == "nobody" else web_desk.browser(who))
    for path in (
        "/faq",
        f"/faq/F-{number}",
        "/faq?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
        "/faq?category=%22%3E%3Cb%3E",
    ):
        page = (await visitor.get(path)).text
        assert "<script>alert" not in page and "<img src=x" not in page and 'href="javascript' not in page, path
        assert ("<b>" not in page and "{{7*7}}" in page) or "?" in path, path


@pytest.mark.parametrize("verb", ["publish", "retire", "rate", "edit"])
async def test_another_websites_page_changes_none(web_desk: WebDesk, verb: str) -> None:
    number = await faq(web_desk, "How?")
    admin = await web_desk.browser("admin")
    press = encode_press(Press("faq", verb, None, {"faq": f"F-{number}", "helped": "yes"}))
    admin.csrf = ""
    assert (await admin.post("/api/actions", {"action": press})).status == 403
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    admin = await web_desk.browser("admin")
    assert (await admin.post("/api/actions", {"action": press}, headers=foreign)).status == 403
    async with web_desk.store.read() as work:
        found = await work.faqs.get(number)
    assert found is not None and (found.state, found.latest.number, found.helpful) == ("draft", 1, 0)


async def test_a_forged_form_makes_no_faq_of_a_sensitive_ticket_nor_for_a_student(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket(title=SECRET, category="welfare")
    await web_desk.engine.handle(ResolveTicket(ticket=ticket), by(web_desk, "lead"))
    values = {"question": "How?", "answer": "So.", "source": f"T-{ticket}"}
    for who in ("agent", "lead"):
        visitor = await web_desk.browser(who)
        draft = (await web_desk.engine.handle(SaveDraft(values=values), by(web_desk, who))).draft
        form = encode_submit(Submit("faq", "add", draft=draft))
        answer = await visitor.post("/api/forms", {"action": form, "values": values})
        assert answer.status in (404, 409) and SECRET not in answer.text
        typed = await visitor.post("/api/commands", {"text": f"/faq add T-{ticket}"})
        assert typed.status in (404, 409) and SECRET not in typed.text
    student = await web_desk.browser("student")
    form = encode_submit(Submit("faq", "add"))
    assert (await student.post("/api/forms", {"action": form, "values": values})).status == 403
    async with web_desk.store.read() as work:
        assert await work.faqs.get(FaqId(1)) is None


async def test_anothers_draft_of_a_form_is_not_there(web_desk: WebDesk) -> None:
    theirs = SaveDraft(values={"question": SECRET, "answer": SECRET})
    draft = (await web_desk.engine.handle(theirs, by(web_desk, "agent"))).draft
    lead = await web_desk.browser("lead")
    form = encode_submit(Submit("faq", "add", draft=draft))
    sent = await lead.post("/api/forms", {"action": form, "values": {"question": "Mine?", "answer": ""}})
    assert sent.status == 404 and SECRET not in sent.text
    opened = await lead.post("/api/actions", {"action": encode_press(Press("faq", "add", None, {"draft": str(draft)}))})
    assert SECRET not in opened.text
