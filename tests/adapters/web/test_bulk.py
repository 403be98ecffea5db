import pytest

from core.commands import AssignTicket, ClaimTicket, PostMessage, SetStatus
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Status
from core.text import Text
from tests.fakes.web_desk import Actor


def item(ticket, verb, **arguments):
    return {"ref": ticket, "verb": verb, "arguments": arguments}


async def bulk(visitor, *items, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    answer = await visitor.post("/api/bulk", {"items": list(items)}, headers=headers)
    assert answer.status == 200, answer.text
    return answer.body


async def ticket_of(web_desk, number):
    async with web_desk.store.read() as work:
        return await work.tickets.get(number)


def facts(ticket):
    return ticket.status, ticket.assignee, ticket.priority, ticket.team, set(ticket.tags)


def by(web_desk, who):
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def test_many_tickets_are_claimed_at_once_and_put_back_by_one_undo(web_desk):
    tickets = [await web_desk.ticket() for _ in range(3)]
    agent = await web_desk.browser("agent")
    done = await bulk(agent, *(item(f"T-{ticket}", "claim") for ticket in tickets))
    assert [one["ref"] for one in done["done"]] == ["T-1", "T-2", "T-3"]
    assert done["refused"] == []
    assert {(await ticket_of(web_desk, ticket)).assignee for ticket in tickets} == {web_desk.people["agent"]}
    undone = await bulk(agent, *(one["undo"] for one in done["done"]))
    assert len(undone["done"]) == 3
    assert {(await ticket_of(web_desk, ticket)).assignee for ticket in tickets} == {None}


async def test_what_is_refused_is_said_by_ticket_and_the_others_go_through(web_desk):
    first, second = await web_desk.ticket(), await web_desk.ticket()
    secret = await web_desk.ticket(category="welfare")
    await web_desk.engine.handle(ClaimTicket(ticket=first), by(web_desk, "lead"))
    agent = await web_desk.browser("agent")
    body = await bulk(
        agent,
        item("T-1", "claim"),
        item("T-2", "claim"),
        item(f"T-{secret}", "claim"),
        item("T-99", "claim"),
        item("what", "claim"),
        item("T-2", "priority"),
        item("T-2", "priority", priority="huge"),
        item("T-2", "claim", ref="T-1"),
        item("T-2", "assign", agent="Nobody Such"),
    )
    assert [one["ref"] for one in body["done"]] == ["T-2"]
    problems = {(one["ref"], one["problem"]) for one in body["refused"]}
    assert ("T-1", "T-1 is already with Lead. An agent can take it over with /ticket assign.") in problems
    unknown = "There is no ticket {} that you can see. /ticket list shows yours."
    for ref in (f"T-{secret}", "T-99", "what"):
        assert (ref, unknown.format(ref)) in problems
    assert len(body["refused"]) == 8
    assert (await ticket_of(web_desk, second)).assignee == web_desk.people["agent"]
    assert (await ticket_of(web_desk, secret)).assignee is None


@pytest.mark.parametrize(
    "verb, arguments",
    [
        ("assign", {"agent": "Lead"}),
        ("unassign", {}),
        ("priority", {"priority": "urgent"}),
        ("status", {"status": "waiting"}),
        ("resolve", {}),
        ("resolve", {"answer": "Turn it off and on."}),
        ("close", {}),
        ("tag", {"tags": "new"}),
        ("tag", {"tags": "-old other"}),
    ],
)
async def test_an_undo_leads_back_to_where_the_ticket_stood(web_desk, verb, arguments):
    ticket = await web_desk.ticket()
    agent = await web_desk.browser("agent")
    await bulk(agent, item("T-1", "claim"), item("T-1", "tag", tags="old"))
    before = facts(await ticket_of(web_desk, ticket))
    [done] = (await bulk(agent, item("T-1", verb, **arguments)))["done"]
    assert facts(await ticket_of(web_desk, ticket)) != before
    [undone] = (await bulk(agent, done["undo"]))["done"]
    assert facts(await ticket_of(web_desk, ticket)) == before
    assert undone["undo"] is not None


async def test_a_transfer_is_undone_to_the_former_team_and_a_reopening_to_what_it_was(web_desk):
    ticket = await web_desk.ticket()
    agent = await web_desk.browser("agent")
    [moved] = (await bulk(agent, item("T-1", "transfer", team="academics")))["done"]
    assert moved["undo"] == item("T-1", "transfer", team="platform")
    [_] = (await bulk(agent, moved["undo"], item("T-1", "close")))["done"][:1]
    [opened] = (await bulk(agent, item("T-1", "reopen", why="Not yet.")))["done"]
    assert opened["undo"] == item("T-1", "status", status="closed")
    await bulk(agent, opened["undo"])
    assert (await ticket_of(web_desk, ticket)).status is Status.CLOSED


async def test_a_former_agent_gets_a_ticket_back_even_with_a_namesake(web_desk):
    ticket = await web_desk.ticket()
    await web_desk.engine.handle(AssignTicket(ticket=ticket, assignee=web_desk.people["lead"]), by(web_desk, "agent"))
    agent = await web_desk.browser("agent")
    [done] = (await bulk(agent, item("T-1", "assign", agent=web_desk.people["admin"])))["done"]
    assert (await ticket_of(web_desk, ticket)).assignee == web_desk.people["admin"]
    assert done["undo"] == item("T-1", "assign", agent=f"Lead ({web_desk.people['lead']})")
    await bulk(agent, done["undo"])
    assert (await ticket_of(web_desk, ticket)).assignee == web_desk.people["lead"]


async def test_what_was_resolved_and_then_closed_has_no_undo(web_desk):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    await bulk(agent, item("T-1", "resolve"))
    assert (await bulk(agent, item("T-1", "close")))["done"] == [{"ref": "T-1", "undo": None}]


async def test_sent_again_with_its_key_it_does_nothing_twice(web_desk):
    ticket = await web_desk.ticket()
    await web_desk.engine.handle(ClaimTicket(ticket=ticket), by(web_desk, "agent"))
    agent = await web_desk.browser("agent")
    items = (item("T-1", "resolve", answer="Once."), item("T-1", "reopen", why="Hm."))
    first = await bulk(agent, *items, key="k")
    version = (await ticket_of(web_desk, ticket)).version
    again = await bulk(agent, *items, key="k")
    assert [one["ref"] for one in again["done"]] == [one["ref"] for one in first["done"]]
    assert all(one["undo"] is None for one in again["done"])
    assert (await ticket_of(web_desk, ticket)).version == version
    async with web_desk.store.read() as work:
        said = await work.messages.of(ticket, kinds=frozenset({MessageKind.REPLY}))
    assert [message.text.plain() for message in said] == ["Once.", "Hm."]


async def test_what_others_changed_meanwhile_is_not_taken_back(web_desk):
    ticket = await web_desk.ticket()
    agent = await web_desk.browser("agent")
    [done] = (await bulk(agent, item("T-1", "claim"), key="k"))["done"]
    await web_desk.engine.handle(
        PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello?")), by(web_desk, "student")
    )
    await web_desk.engine.handle(SetStatus(ticket=ticket, status=Status.WAITING), by(web_desk, "lead"))
    assert done["undo"]["verb"] == "unassign"
    await bulk(agent, done["undo"])
    assert (await ticket_of(web_desk, ticket)).status is Status.WAITING


NO_ITEMS = (
    None,
    [],
    "claim",
    [1],
    [{"ref": "T-1"}],
    [{"verb": "claim"}],
    [item("T-1", "delete")],
    [item("T-1", "note", text="x")],
    [item("T-1", "claim"), {"ref": "T-1", "verb": "claim", "arguments": [1]}],
    [item("T-1", "claim"), 1],
    [item("T-1", "assign", agent=True)],
    [item("T-1", "assign", agent={"id": 1})],
    [item("T-1", "resolve", answer="x" * 40_001)],
    [item("T-1", "claim")] * 101,
)


async def test_what_is_no_list_of_items_is_refused_before_anything_is_done(web_desk):
    ticket = await web_desk.ticket()
    before = await ticket_of(web_desk, ticket)
    agent = await web_desk.browser("agent")
    statuses = [(await agent.post("/api/bulk", {"items": items})).status for items in NO_ITEMS]
    assert statuses == [422] * len(NO_ITEMS)
    assert await ticket_of(web_desk, ticket) == before


async def test_a_loop_of_large_requests_is_slowed(web_desk):
    agent = await web_desk.browser("agent")
    statuses = [(await agent.post("/api/bulk", {"items": [item("T-1", "claim")] * 100})).status for _ in range(7)]
    assert statuses[0] == 200
    assert statuses[-1] == 429


async def test_an_answer_that_looks_secret_is_sent_to_nobody_in_bulk(web_desk):
    first, second = await web_desk.ticket(), await web_desk.ticket()
    agent = await web_desk.browser("agent")
    words = "The password is hunter22"
    told = await bulk(agent, *(item(f"T-{one}", "resolve", answer=words) for one in (first, second)))
    assert told["done"] == []
    assert ["looks as if it held a secret" in one["problem"] for one in told["refused"]] == [True, True]
    assert (await ticket_of(web_desk, first)).status is Status.OPEN
