"""Who follows a private ticket unseen learns that it is solved, and no way to it: neither its ref nor its number."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.indexer import Indexer
from core.commands import Actor, MergeTicket, ResolveTicket
from core.model.ids import TicketId
from core.model.people import Platform
from core.text import Text
from tests.contract.samples import MINUTE
from tests.fakes.clock import FakeClock
from tests.fakes.web_desk import Answer, Visitor, WebDesk, desk_of, running_web_desk

FIRST = 7_310
"""The tickets have numbers that nothing else has by chance."""
NUMBERED = {"first": FIRST}
TITLE = "The zebra printer on floor two is jammed"
MINE = "zebra printer jammed"
SECRET = "quagga"
JOIN = {"choice": "join", "values": {"title": MINE, "description": "floor two", "category": "platform"}}


@pytest.fixture
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[WebDesk]:
    """With three private tickets of others about the same, which may be followed unseen."""
    setup = desk_of()
    platform = replace(setup.categories["platform"], blind_follow=True)
    setup = replace(setup, categories={**setup.categories, "platform": platform})
    async with running_web_desk(tmp_path, sqlite_template, setup=setup) as running:
        async with running.store.write() as work:
            await work.connection.execute(text("INSERT INTO sqlite_sequence VALUES ('tickets', :first)"), NUMBERED)
        for who in ("other", "lead", "admin"):
            await running.ticket(who, f"{TITLE}, {SECRET}")
        await Indexer(store=running.store, clock=FakeClock(), owner="one").drain()
        yield running


async def followed_by(desk: WebDesk, who: str) -> TicketId:
    async with desk.store.read() as work:
        [follow] = await work.tickets.follows_of(desk.people[who])
    assert follow.ticket > FIRST
    return follow.ticket


async def solved(desk: WebDesk, ticket: TicketId) -> None:
    agent = Actor(person=desk.people["agent"], door=Platform.WEB)
    await desk.engine.handle(ResolveTicket(ticket=ticket, answer=Text.of(SECRET)), agent)
    async with desk.store.write() as work:
        for one in await work.outbox.lease(desk.clock.now(), owner="me", until=desk.clock.now() + MINUTE, limit=100):
            await work.outbox.done(one.id, "me", receipt=None, at=desk.clock.now())


def tells_nothing(answer: Answer) -> None:
    assert not any(str(FIRST + place) in answer.text for place in (1, 2, 3))
    assert SECRET not in answer.text


def buttons(card: object) -> dict[str, str]:
    """Label -> action, wherever in the card."""
    match card:
        case dict() if "label" in card and "action" in card:
            return {str(card["label"]): str(card["action"])}
        case dict():
            return {label: action for one in card.values() for label, action in buttons(one).items()}
        case list():
            return {label: action for one in card for label, action in buttons(one).items()}
        case _:
            return {}


async def typed(visitor: Visitor, line: str) -> Answer:
    return await visitor.post("/api/commands", {"text": line})


@pytest.mark.parametrize("way", ["pressed", "typed"])
async def test_the_whole_way_of_an_unseen_follower_names_no_ticket(desk: WebDesk, way: str) -> None:
    student = await desk.browser("student")
    joined = (
        await student.post("/api/similar/choice", JOIN)
        if way == "pressed"
        else await typed(student, f"/ticket join {MINE}")
    )
    listed, followed = await typed(student, "/ticket list"), await typed(student, "/ticket unfollow")
    ticket = await followed_by(desk, "student")
    painted, found = await student.get("/?among=followed"), (await student.get("/api/search?among=followed"))
    assert [row["title"] for row in found.body["unseen"]] == [MINE]
    assert MINE in painted.text
    for query in ("q=zebra", "tag=x", "status=open", "offset=1", "among=mine", "among=public"):
        query = query if query.startswith("among") else f"among=followed&{query}"
        assert (await student.get(f"/api/search?{query}")).body["unseen"] == [], query
    await solved(desk, ticket)
    told = await student.get("/api/notices")
    answers = [painted, found, joined, listed, followed, told, await student.get("/api/search?among=followed")]
    assert [row["title"] for row in listed.body["card"]["rows"]] == [MINE]
    assert [row["title"] for row in followed.body["card"]["rows"]] == [MINE]
    assert [notice["card"]["title"] for notice in told.body] == [MINE]
    again = await student.post("/api/actions", {"action": buttons(told.body)["Not for me"]})
    assert {entry["key"]: entry["value"] for entry in again.body["form"]["inputs"]}["title"] == MINE
    gone = await student.post("/api/actions", {"action": buttons(followed.body)["Stop following"]})
    assert gone.body["card"]["title"] == "You no longer follow it"
    once_more = await student.post("/api/actions", {"action": buttons(followed.body)["Stop following"]})
    assert (once_more.status, once_more.message) == (409, "You do not follow it any more.")
    for answer in (*answers, again, gone, once_more, await typed(student, "/ticket list")):
        tells_nothing(answer)
    async with desk.store.read() as work:
        assert await work.tickets.followers(ticket) == []


async def test_what_is_over_is_listed_no_more(desk: WebDesk) -> None:
    student = await desk.browser("student")
    await student.post("/api/similar/choice", JOIN)
    await solved(desk, await followed_by(desk, "student"))
    assert (await typed(student, "/ticket list")).body["card"]["rows"] == []


async def test_nobody_lets_another_go_or_reads_their_words(desk: WebDesk) -> None:
    student, agent = await desk.browser("student"), await desk.browser("agent")
    await student.post("/api/similar/choice", JOIN)
    ticket = await followed_by(desk, "student")
    action = buttons((await typed(student, "/ticket list")).body)["Stop following"]
    stolen = await agent.post("/api/actions", {"action": action})
    assert (stolen.status, stolen.message) == (409, "You do not follow it any more.")
    opened = await agent.post("/api/actions", {"action": action.replace("unfollow", "mine")})
    assert MINE not in opened.text
    tells_nothing(opened)
    async with desk.store.read() as work:
        assert await work.tickets.followers(ticket) == [desk.people["student"]]
    for made_up in ("x", "0", "-1", "9" * 15, "9" * 40, "1 OR 1=1"):
        refused = await student.post("/api/actions", {"action": f"1.ticket.unfollow.-.follow={made_up}"})
        assert 400 <= refused.status < 500
        tells_nothing(refused)


async def test_where_a_ticket_went_that_somebody_followed_unseen_is_not_told(desk: WebDesk) -> None:
    """Not even to who followed the one by its number."""
    student = await desk.browser("student")
    one, other = TicketId(FIRST + 1), TicketId(FIRST + 2)
    await typed(student, f"/ticket follow T-{one}")
    lead = Actor(person=desk.people["lead"], door=Platform.WEB)
    await desk.engine.handle(MergeTicket(ticket=one, into=other), lead)
    await solved(desk, other)
    told = await student.get("/api/notices")
    assert [notice["card"]["title"] for notice in told.body] == ["A private ticket"]
    assert str(other) not in json.dumps(told.body)


async def test_no_door_shows_what_buttons_alone_give(desk: WebDesk) -> None:
    student = await desk.browser("student")
    shown = (await student.get("/api/me")).body["commands"]
    names = {(one["name"], parameter["name"]) for one in shown for parameter in one["parameters"]}
    assert {name for name in names if name[0] in ("/ticket follow", "/ticket unfollow", "/ticket mine")} == {
        ("/ticket follow", "ref"),
        ("/ticket unfollow", "ref"),
        ("/ticket mine", "ref"),
    }
