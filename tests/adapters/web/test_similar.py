"""What is similar, over the API: asked while a form is filled, taken in place of a ticket."""

from dataclasses import replace
from pathlib import Path

from bot.indexer import Indexer
from core.commands import Actor, CreateFaq, PublishFaq, ResolveTicket, SetVisibility
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.ticket import Visibility
from core.text import Text
from tests.fakes.clock import FakeClock
from tests.fakes.web_desk import WebDesk, desk_of, running_web_desk

TITLE = "The <b>zebra</b> printer on floor two is jammed"
ASKED = {"title": "zebra printer jammed", "description": "floor two", "category": "platform"}


async def indexed(desk: WebDesk) -> None:
    await Indexer(store=desk.store, clock=FakeClock(), owner="one").drain()


async def public(desk: WebDesk, title: str = TITLE, by: str = "other") -> TicketId:
    ticket = await desk.ticket(by, title)
    lead = Actor(person=desk.people["lead"], door=Platform.WEB)
    await desk.engine.handle(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), lead)
    return ticket


async def test_a_public_ticket_is_suggested_with_the_words_that_it_shares_and_plus_one_follows_it(
    web_desk: WebDesk,
) -> None:
    ticket = await public(web_desk)
    await indexed(web_desk)
    student = await web_desk.browser("student")
    found = (await student.post("/api/similar", ASKED)).body
    (one,) = found["items"]
    assert (one["ref"], one["title"], one["kind"]) == (f"T-{ticket}", TITLE, "ticket")
    assert {word.lower() for word in one["why"]} >= {"zebra", "printer", "jammed"}
    assert one["choice"] == {"choice": "follow", "label": "+1, tell me when it is solved"}
    assert found["own"] == "Open mine"
    assert found["others"] is None

    wish = {"choice": "follow", "ref": f"T-{ticket}", "values": ASKED}
    for _ in range(2):
        reply = await student.post("/api/similar/choice", wish, headers={"Idempotency-Key": "once"})
        assert reply.body["card"]["title"] == f"You follow T-{ticket}: you will hear when it is solved"
    async with web_desk.store.read() as work:
        assert web_desk.people["student"] in await work.tickets.followers(ticket)
        (kept,) = (await work.combining.left_with(ticket)).values()
    assert kept[1] is not None
    assert kept[1]["title"] == ASKED["title"]
    (again,) = (await student.post("/api/similar", ASKED)).body["items"]
    assert again["choice"] is None
    assert again["followed"] == ["1 follows it", "you hear when it is solved"]


async def test_what_answers_it_counts_and_no_ticket_is_opened(web_desk: WebDesk) -> None:
    agent, admin = (Actor(person=web_desk.people[who], door=Platform.WEB) for who in ("agent", "admin"))
    made = await web_desk.engine.handle(CreateFaq(question=TITLE, answer=Text.of("Pull the paper.")), agent)
    assert made.faq is not None
    await web_desk.engine.handle(PublishFaq(faq=made.faq), admin)
    solved = await public(web_desk)
    await web_desk.engine.handle(ResolveTicket(ticket=solved, answer=Text.of("Pull the paper.")), agent)
    await indexed(web_desk)
    student = await web_desk.browser("student")
    items = {one["ref"]: one for one in (await student.post("/api/similar", ASKED)).body["items"]}
    assert set(items) == {f"F-{made.faq}", f"T-{solved}"}
    for ref, one in items.items():
        assert one["choice"] == {"choice": "found", "label": "This answers it"}
        assert one["answer"] == "Pull the paper."
        reply = await student.post("/api/similar/choice", {"choice": "found", "ref": ref, "values": ASKED})
        assert reply.body["card"]["title"] == "Good to hear that it is answered"
        assert reply.body["ticket"] is None
    async with web_desk.store.read() as work:
        faq = await work.faqs.get(made.faq)
    assert faq is not None
    assert faq.helpful == 1


async def three_private(desk: WebDesk) -> None:
    for who in ("other", "lead", "admin"):
        await desk.ticket(who, f"{TITLE}, says {who}")
    await indexed(desk)


async def test_of_others_private_tickets_nothing_comes_but_how_many_ask(web_desk: WebDesk) -> None:
    await three_private(web_desk)
    student = await web_desk.browser("student")
    answer = await student.post("/api/similar", ASKED)
    line = "3 others reported something like this"
    assert answer.body["items"] == []
    assert answer.body["others"] == {"line": line, "detail": "their tickets are private", "choice": None}
    assert "says" not in answer.text
    joined = await student.post("/api/similar/choice", {"choice": "join", "values": ASKED})
    assert joined.status == 409
    assert "T-" not in joined.text


async def test_where_it_is_allowed_plus_one_is_blind_and_names_nothing(tmp_path: Path, sqlite_template: Path) -> None:
    setup = desk_of()
    platform = replace(setup.categories["platform"], blind_follow=True)
    setup = replace(setup, categories={**setup.categories, "platform": platform})
    async with running_web_desk(tmp_path, sqlite_template, setup=setup) as desk:
        await three_private(desk)
        student = await desk.browser("student")
        others = (await student.post("/api/similar", ASKED)).body["others"]
        assert others["choice"] == {"choice": "join", "label": "+1, tell me when it is solved"}
        joined = await student.post("/api/similar/choice", {"choice": "join", "values": ASKED})
        assert joined.body["card"]["title"] == "You will hear when it is solved"
        assert joined.body["ticket"] is None
        assert "T-" not in joined.text
        others = (await student.post("/api/similar", ASKED)).body["others"]
        assert others["choice"] is None


async def test_what_is_wrong_is_refused_by_name_and_gives_nothing_away(web_desk: WebDesk) -> None:
    private = await web_desk.ticket("other", TITLE)
    await indexed(web_desk)
    student = await web_desk.browser("student")
    absent = await student.post("/api/similar/choice", {"choice": "follow", "ref": "T-999", "values": {}})
    hidden = await student.post("/api/similar/choice", {"choice": "follow", "ref": f"T-{private}", "values": {}})
    assert absent.status == hidden.status == 404
    assert absent.message.replace("T-999", f"T-{private}") == hidden.message
    assert (await student.post("/api/similar", {"title": 3})).status == 422
    assert (await student.post("/api/similar/choice", {"choice": "merge", "ref": "T-1"})).status == 422
    assert (await student.post("/api/similar/choice", {"choice": "found", "ref": "<b>"})).status == 404
    assert (await (await web_desk.nobody()).post("/api/similar", ASKED)).status == 401
