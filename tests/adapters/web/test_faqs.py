"""The pages of the FAQs and their API: for everybody what is published, for the staff what is not yet."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from core.actions import Press, encode_press
from core.commands import Actor, CreateFaq, EditFaq, PublishFaq
from core.model.ids import FaqId
from core.model.people import Platform
from core.text import Bold, Paragraph, Plain, Text
from tests.fakes.web_desk import WebDesk, desk_of, running_web_desk

ANSWER = Text((Paragraph((Plain("Follow "), Bold((Plain("the link"),)))),))


@pytest.fixture
async def closed_desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    """Where FAQs are for those who are signed in."""
    async with running_web_desk(tmp_path, empty_database, setup=replace(desk_of(), faq_public=False)) as running:
        yield running


def by(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def drafted(desk: WebDesk, question: str = "How do I reset my password?", category: str = "") -> FaqId:
    made = await desk.engine.handle(CreateFaq(question=question, answer=ANSWER, category=category), by(desk, "agent"))
    assert made.faq is not None
    return made.faq


async def published(desk: WebDesk, question: str = "How do I reset my password?", **more: str) -> FaqId:
    faq = await drafted(desk, question, **more)
    await desk.engine.handle(PublishFaq(faq=faq), by(desk, "admin"))
    return faq


async def test_whoever_comes_reads_and_searches_what_is_published(web_desk: WebDesk) -> None:
    await published(web_desk, category="platform")
    await published(web_desk, "When is the exam?")
    nobody = await web_desk.nobody()
    page = await nobody.get("/faq")
    assert page.status == 200
    for words in ("Platform and login", "How do I reset my password?", 'href="/faq/F-2"', "When is the exam?"):
        assert words in page.text
    found = await nobody.get("/faq?q=password+reset")
    assert "How do I reset" in found.text and "When is the exam?" not in found.text
    assert "No answer has these words" in (await nobody.get("/faq?q=hostel")).text
    only = await nobody.get("/faq?category=platform")
    assert "How do I reset" in only.text and "When is the exam?" not in only.text
    one = await nobody.get("/faq/f-1")
    assert (one.status, "<strong>the link</strong>" in one.text) == (200, True)
    assert "data-action" not in one.text and "/welcome?next=/faq/F-1" in one.text


@pytest.mark.parametrize("path", ["/faq/F-9", "/faq/7", "/faq/T-1", "/faq/F-0", "/faq/%3Cscript%3E"])
async def test_a_page_that_is_not_there_is_not_there(web_desk: WebDesk, path: str) -> None:
    answer = await (await web_desk.nobody()).get(path)
    assert answer.status == 404
    assert "<script>" not in answer.text


async def test_a_closed_desk_asks_for_a_sign_in_and_leads_back(closed_desk: WebDesk) -> None:
    await published(closed_desk)
    nobody = await closed_desk.nobody()
    for path in ("/faq", "/faq/F-1"):
        answer = await nobody.get(path)
        assert (answer.status, answer.headers["Location"]) == (303, f"/welcome?next={path.replace('/', '%2F')}")
        assert f'name="next" value="{path}"' in (await nobody.get(answer.headers["Location"])).text
    for path in ("/api/faqs", "/api/faqs/1"):
        assert (await nobody.get(path)).status == 401
    student = await closed_desk.browser("student")
    assert (await student.get("/faq/F-1")).status == 200
    assert [one["ref"] for one in (await student.get("/api/faqs")).body] == ["F-1"]


async def test_the_staff_find_what_waits_what_is_stale_and_every_version(web_desk: WebDesk) -> None:
    await published(web_desk, "An old one?")
    web_desk.clock.advance(timedelta(days=181))
    faq = await published(web_desk, "A fresh one?")
    await web_desk.engine.handle(EditFaq(faq=faq, question="A newer one?", answer=ANSWER), by(web_desk, "agent"))
    await drafted(web_desk, "Only a draft?")
    agent = await web_desk.browser("agent")
    page = (await agent.get("/faq")).text
    stale, waiting = page.index("To be looked at again"), page.index("Waiting to be published")
    assert stale < page.index("An old one?") < waiting < page.index("Only a draft?")
    assert page.index("A newer one?") < page.index("A fresh one?")
    one = (await agent.get(f"/faq/F-{faq}")).text
    assert "Version 2" in one and "Version 1" in one and "A fresh one?" in one
    student = (await (await web_desk.browser("student")).get("/faq")).text
    for words in ("A newer one?", "Only a draft?", "Waiting to be published", "To be looked at again"):
        assert words not in student
    assert "A fresh one?" in student


async def test_a_button_on_the_page_is_pressed_as_everywhere(web_desk: WebDesk) -> None:
    faq = await published(web_desk)
    student = await web_desk.browser("student")
    press = encode_press(Press("faq", "rate", None, {"faq": f"F-{faq}", "helped": "yes"}))
    assert f'data-action="{press}"' in (await student.get(f"/faq/F-{faq}")).text
    reply = (await student.post("/api/actions", {"action": press})).body
    assert reply["card"]["url"].endswith(f"/faq/F-{faq}")
    agent = await web_desk.program("agent")
    assert (await agent.get(f"/api/faqs/{faq}")).body["helpful"] == 1


async def test_programs_read_the_same_and_those_of_the_staff_more(web_desk: WebDesk) -> None:
    await published(web_desk, category="platform")
    await drafted(web_desk, "A draft?")
    nobody, agent = await web_desk.nobody(), await web_desk.program("agent")
    [one] = (await nobody.get("/api/faqs?q=password")).body
    assert (one["id"], one["ref"], one["plain"], one["category"]) == (1, "F-1", "Follow the link", "platform")
    assert "state" not in one and "helpful" not in one
    assert (await nobody.get("/api/faqs/F-1")).body == one
    assert (await nobody.get("/api/faqs/2")).status == 404
    assert {faq["ref"]: faq["state"] for faq in (await agent.get("/api/faqs")).body} == {
        "F-1": "published",
        "F-2": "draft",
    }
    assert (await agent.get("/api/faqs?category=platform")).body[0]["version"] == 1
    assert (await nobody.get("/api/faqs", headers={"Authorization": "Bearer forged"})).status == 401


async def test_whoever_is_not_signed_in_looks_at_a_pace(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    statuses = [(await nobody.get("/api/faqs?q=x")).status for _ in range(62)]
    assert set(statuses[:60]) == {200} and statuses[-1] == 429
    assert (await (await web_desk.browser("student")).get("/api/faqs")).status == 200
