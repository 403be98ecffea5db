from core.commands import ChangeTags, ClaimTicket, SetPriority, TransferTicket
from core.model.people import Platform
from core.model.ticket import Priority
from tests.fakes.web_desk import Actor


async def refs(visitor, query=""):
    answer = await visitor.get(f"/api/triage{query}")
    assert answer.status == 200, answer.text
    return [ticket["ref"] for ticket in answer.body["tickets"]]


def by(web_desk, who):
    return Actor(person=web_desk.people[who], door=Platform.WEB)


async def test_the_list_shows_the_most_urgent_first_and_how_many_there_are(web_desk):
    await web_desk.ticket(title="One")
    second = await web_desk.ticket(title="Two")
    await web_desk.engine.handle(SetPriority(ticket=second, priority=Priority.URGENT), by(web_desk, "agent"))
    agent = await web_desk.browser("agent")
    answer = await agent.get("/api/triage")
    assert [ticket["title"] for ticket in answer.body["tickets"]] == ["Two", "One"]
    assert answer.body["total"] == 2
    assert await refs(agent, "?order=newest&limit=1") == ["T-2"]
    assert await refs(agent, "?limit=1&offset=1") == ["T-1"]
    assert await refs(agent, "?order=newest&before=2") == ["T-1"]


async def test_every_field_narrows_and_any_of_its_values_will_do(web_desk):
    agent_is, platform = by(web_desk, "agent"), web_desk.people["agent"]
    first = await web_desk.ticket(title="Printer 100% dead")
    second = await web_desk.ticket("other", title="Login_page broken")
    await web_desk.ticket("other", title='A "quoted" word')
    await web_desk.engine.handle(ClaimTicket(ticket=first), agent_is)
    await web_desk.engine.handle(TransferTicket(ticket=second, team="academics"), agent_is)
    await web_desk.engine.handle(ChangeTags(ticket=second, add=("größe", "x_y"), remove=()), agent_is)
    await web_desk.engine.handle(SetPriority(ticket=second, priority=Priority.HIGH), agent_is)
    agent = await web_desk.browser("agent")
    expected = {
        "?assignee=me": ["T-1"],
        f"?assignee={platform}": ["T-1"],
        "?assignee=none": ["T-2", "T-3"],
        "?assignee=none&assignee=me": ["T-2", "T-1", "T-3"],
        "?status=in_progress": ["T-1"],
        "?status=live": ["T-2", "T-1", "T-3"],
        "?status=closed&status=resolved": [],
        "?team=academics": ["T-2"],
        "?team=academics&team=platform": ["T-2", "T-1", "T-3"],
        "?category=platform&priority=high": ["T-2"],
        "?tag=Gr%C3%B6%C3%9Fe": ["T-2"],
        "?tag=x_y": ["T-2"],
        "?tag=xay": [],
        "?requester=other": ["T-2", "T-3"],
        f"?requester={web_desk.people['student']}": ["T-1"],
        "?requester=me": [],
        "?requester=nobody-at-all": [],
        "?q=PRINTER": ["T-1"],
        "?q=100%25": ["T-1"],
        "?q=%25": ["T-1"],
        "?q=_": ["T-2"],
        "?q=%22quoted%22": ["T-3"],
        "?q=%27%27%20OR%201=1": [],
        "?q=t-2": ["T-2"],
        "?q=3": ["T-3"],
        "?q=word%20a": ["T-3"],
        "?q=%F0%9F%98%80": [],
        "?q=%00": ["T-2", "T-1", "T-3"],
    }
    found = {query: await refs(agent, query) for query in expected}
    assert found == expected


async def test_a_filter_that_cannot_be_read_is_refused_by_name(web_desk):
    agent = await web_desk.browser("agent")
    for query, word in {
        "?status=lost": "status",
        "?priority=huge": "priority",
        "?assignee=Bob": "assignee",
        "?team=nowhere": "team",
        "?category=nothing": "category",
        "?tgs=x": "tgs",
        "?order=up": "order",
        "?offset=1001": "offset",
        "?limit=-1": "limit",
        "?q=" + "x" * 201: "q",
        "?q=" + "x%20" * 30: "q",
        "?" + "tag=x&" * 70: "query",
    }.items():
        answer = await agent.get(f"/api/triage{query}")
        assert answer.status == 422, query
        assert word in answer.message


async def test_the_counts_are_those_of_the_lists_they_lead_to(web_desk):
    for _ in range(3):
        ticket = await web_desk.ticket()
    await web_desk.engine.handle(ClaimTicket(ticket=ticket), by(web_desk, "agent"))
    agent = await web_desk.browser("agent")
    kept = [{"name": "Signing in", "query": "q=sign&status=live"}, {"name": "High", "query": "?priority=high"}]
    assert (await agent.put("/api/triage/filters", {"filters": kept})).status == 200
    counts = (await agent.get("/api/triage/counts")).body
    found = {one["id"]: (one["name"], one["count"], one["builtin"]) for one in counts["filters"]}
    assert found == {
        "unassigned": ("Unassigned", 2, True),
        "mine": ("Mine", 1, True),
        "urgent": ("Urgent", 0, True),
        "waiting": ("Waiting", 0, True),
        "all": ("All open", 3, True),
        "saved-1": ("Signing in", 3, False),
        "saved-2": ("High", 0, False),
    }
    for one in counts["filters"]:
        assert (await agent.get(f"/api/triage?{one['query']}")).body["total"] == one["count"]
    assert {agent["name"] for agent in counts["agents"]} == {"Agent", "Lead", "Admin"}


async def test_the_built_in_filters_are_of_ones_own_teams_where_one_has_some(web_desk):
    desk = web_desk.desk.desk
    lead = await web_desk.browser("lead")
    counts = (await lead.get("/api/triage/counts")).body["filters"]
    assert {one["id"]: one["query"] for one in counts}["unassigned"] == "status=live&assignee=none"
    assert set(desk.teams) == {"academics", "platform"}


async def test_kept_filters_are_checked_and_stay_as_they_were_when_refused(web_desk):
    agent = await web_desk.browser("agent")
    good = [{"name": "A", "query": "status=live"}]
    assert (await agent.put("/api/triage/filters", {"filters": good})).body == {"filters": good}
    for bad in (
        [{"name": "A", "query": "status=lost"}],
        [{"name": "A", "query": "team=nowhere"}],
        [{"name": "A", "query": ""}, {"name": "a", "query": ""}],
        [{"name": "", "query": ""}],
        [{"name": "x" * 41, "query": ""}],
        [{"name": str(n), "query": ""} for n in range(21)],
        [{"name": "A"}],
        ["A"],
        "A",
        [{"name": "A", "query": "q=" + "x" * 1000}],
    ):
        assert (await agent.put("/api/triage/filters", {"filters": bad})).status == 422, bad
    assert (await agent.put("/api/triage/filters", {})).status == 422
    assert (await agent.get("/api/preferences")).body == {"filters": good}
    assert (await agent.put("/api/preferences/filters", [])).body == {"filters": []}


async def test_preferences_are_ones_own_and_have_a_shape(web_desk):
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    assert (await student.get("/api/preferences")).body == {}
    assert (await student.put("/api/preferences/theme", "dark")).body == {"theme": "dark"}
    assert (await student.put("/api/preferences/toured", ["welcome"])).status == 200
    assert (await student.put("/api/preferences/notify", {"replies": True})).status == 200
    assert (await student.put("/api/preferences/noticed", 12)).body == {"noticed": 12}
    assert (await student.put("/api/preferences/theme", "light")).status == 200
    assert (await student.get("/api/preferences")).body == {
        "theme": "light",
        "toured": ["welcome"],
        "notify": {"replies": True},
        "noticed": 12,
    }
    assert (await other.get("/api/preferences")).body == {}
    assert (await student.put("/api/preferences/other", 1)).status == 404
    for key, value in (("theme", "pink"), ("toured", "welcome"), ("toured", [1]), ("notify", [[]]), ("noticed", -1)):
        assert (await student.put(f"/api/preferences/{key}", value)).status == 422
    for wrong in (True, 1.5, "7", 2**53):
        assert (await student.put("/api/preferences/noticed", wrong)).status == 422
    assert (await student.put("/api/preferences/notify", {"x": "y" * 9000})).status == 413
    assert (await student.put("/api/preferences/theme", None)).status == 415
