"""The page of what many ask for, and the same for programs: for the staff, of what each of them may see."""

import re

from core.actions import Press, encode_press
from core.commands import Actor, FollowTicket, MergeTicket, PostMessage, ResolveTicket
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.web_desk import WebDesk


def by(desk: WebDesk, who: str) -> Actor:
    return Actor(person=desk.people[who], door=Platform.WEB)


async def followed(desk: WebDesk, title: str = "I cannot sign in <b>", **more: str) -> TicketId:
    ticket = await desk.ticket(title=title, **more)
    await desk.engine.handle(FollowTicket(ticket=ticket), by(desk, "admin"))
    return ticket


async def test_the_page_lists_the_hottest_first_with_its_topics(web_desk: WebDesk) -> None:
    first, second = await followed(web_desk), await followed(web_desk, "No mail")
    repeat = await web_desk.ticket("other", "Cannot sign in either")
    await web_desk.engine.handle(MergeTicket(ticket=repeat, into=second), by(web_desk, "agent"))
    agent = await web_desk.browser("agent")
    page = await agent.get("/hot")
    assert page.status == 200
    assert page.text.index("No mail") < page.text.index("I cannot sign in &lt;b&gt;")
    assert all(words in page.text for words in ("2 followers<", "1 follower<", "1 repeat<", "2 tickets<"))
    listed = (await agent.get("/api/hot")).body
    assert [one["ref"] for one in listed["tickets"]] == [f"T-{second}", f"T-{first}"]
    assert listed["tickets"][0] == {
        "ref": f"T-{second}",
        "title": "No mail",
        "status": "open",
        "status_label": "open",
        "category": "platform",
        "category_label": "Platform and login",
        "followers": 2,
        "repeats": 1,
        "replies": 0,
        "draft": None,
        "faq": None,
    }
    assert listed["topics"] == [{"name": "Platform and login", "tickets": 2}]


async def test_what_is_resolved_is_drafted_as_a_faq_from_there(web_desk: WebDesk) -> None:
    ticket = await followed(web_desk, "Where is the printer?")
    agent = await web_desk.browser("agent")
    press = encode_press(Press("faq", "add", ticket))
    assert press not in (await agent.get("/hot")).text
    resolving = ResolveTicket(ticket=ticket, answer=Text.of("On the second floor."))
    await web_desk.engine.handle(resolving, by(web_desk, "agent"))
    assert f'data-action="{press}"' in (await agent.get("/hot")).text
    assert (await agent.get("/api/hot")).body["tickets"][0]["draft"] == press
    form = (await agent.post("/api/actions", {"action": press})).body["form"]
    given = {one["key"]: one["value"] for one in form["inputs"]}
    assert given["question"] == "Where is the printer?"
    await agent.post("/api/forms", {"action": form["action"], "values": given})
    listed = (await agent.get("/api/hot")).body["tickets"][0]
    assert (listed["faq"], "faq=F-1" in listed["draft"]) == ("F-1", True)
    assert ">Edit F-1<" in (await agent.get("/hot")).text


async def test_where_nothing_is_hot_it_says_so(web_desk: WebDesk) -> None:
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    assert "Nothing that many ask for in the last 14 days" in (await agent.get("/hot")).text
    assert (await agent.get("/api/hot")).body == {"tickets": [], "topics": []}


async def test_it_is_for_the_staff_alone_and_nobody_else_is_led_there(web_desk: WebDesk) -> None:
    await followed(web_desk, "ZEBRA")
    nobody, student = await web_desk.nobody(), await web_desk.browser("student")
    answer = await nobody.get("/hot")
    assert answer.status == 303
    assert 'name="next" value="/hot"' in (await nobody.get(answer.headers["Location"])).text
    assert (await nobody.get("/api/hot")).status == 401
    page = await student.get("/hot")
    assert (page.status, "ZEBRA" in page.text) == (403, False)
    assert "see the team&#39;s report" in page.text
    refused = await student.get("/api/hot")
    assert (refused.status, "ZEBRA" in refused.text) == (403, False)
    ways = {who: 'href="/hot"' in (await (await web_desk.browser(who)).get("/")).text for who in ("student", "agent")}
    assert ways == {"student": False, "agent": True}


async def test_a_sensitive_ticket_is_listed_to_nobody_who_may_not_see_it(web_desk: WebDesk) -> None:
    ticket = await web_desk.ticket(title="ZEBRA", category="welfare")
    for words in ("I", "still", "wait"):
        saying = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of(words))
        await web_desk.engine.handle(saying, by(web_desk, "student"))
    agent = await web_desk.browser("agent")
    for path in ("/hot", "/api/hot"):
        assert "ZEBRA" not in (await agent.get(path)).text
    lead = await web_desk.program("lead")
    [seen] = (await lead.get("/api/hot")).body["tickets"]
    assert (seen["title"], seen["draft"]) == ("ZEBRA", None)
    await web_desk.engine.handle(ResolveTicket(ticket=ticket), by(web_desk, "lead"))
    assert (await lead.get("/api/hot")).body["tickets"][0]["draft"] is None


async def test_the_page_asks_for_no_script_that_is_not_there(web_desk: WebDesk) -> None:
    agent = await web_desk.browser("agent")
    page = await agent.get("/hot")
    for path in re.findall(r'src="(/static/[^"]+)"', page.text):
        assert (await agent.get(path)).status == 200
