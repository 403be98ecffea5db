"""Search over the API: for everybody, with where the words stand, as pieces and never as markup."""

from bot.indexer import Indexer
from core.commands import Actor, ChangeTags, PostMessage
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.clock import FakeClock


async def test_everybody_searches_what_they_may_see_and_reads_where_the_words_stand(web_desk) -> None:
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    await web_desk.ticket(title="The <b>zebra</b> is stuck")
    posting = PostMessage(ticket=1, kind=MessageKind.REPLY, text=Text.of("The <b>zebra</b> is stuck"))
    await web_desk.engine.handle(posting, Actor(person=web_desk.people["student"], door=Platform.WEB))
    await Indexer(store=web_desk.store, clock=FakeClock(), owner="one").drain()
    for page in (student, agent):
        found = (await page.get("/api/search?q=zebra&order=best")).body
        assert [one["ref"] for one in found["tickets"]] == ["T-1"]
        pieces = found["tickets"][0]["snippet"]["pieces"]
        assert {"text": "zebra", "found": True} in pieces
        assert any(piece["text"].endswith("<b>") and not piece["found"] for piece in pieces)
    assert (await student.get("/api/search?q=zebra&among=public")).body["total"] == 0
    for query in ("among=all", "order=worst", "status=x", "offset=1001", "category=nowhere"):
        assert (await student.get(f"/api/search?{query}")).status == 422, query


async def test_tags_are_offered_of_what_one_may_see_alone(web_desk) -> None:
    await web_desk.ticket("student")
    hidden = await web_desk.ticket("other", category="welfare")
    shown = await web_desk.ticket("other")
    for ticket, tags, who in (
        (1, ("printer", "paper"), "student"),
        (hidden, ("quagga",), "other"),
        (shown, ("printer",), "other"),
    ):
        actor = Actor(person=web_desk.people[who], door=Platform.WEB)
        await web_desk.engine.handle(ChangeTags(ticket=ticket, add=tags), actor)
    wanted = {"student": ["paper", "printer"], "other": ["printer", "quagga"], "agent": ["printer", "paper"]}
    for who, tags in wanted.items():
        page = await web_desk.browser(who)
        assert sorted((await page.get("/api/tags")).body) == sorted(tags), who
        assert (await page.get("/api/tags?q=quag")).body == (["quagga"] if who == "other" else []), who
    for typed in ("%00", "%ED%A0%80", ",,,", "a" * 500, "#pap"):
        found = (await page.get(f"/api/tags?q={typed}")).body
        assert all(tag in "printer paper" or "," in tag for tag in found), typed
    assert (await (await web_desk.nobody()).get("/api/tags")).status == 401


async def test_a_page_whose_address_asks_looks_among_ones_own_and_survives_any_address(web_desk) -> None:
    student = await web_desk.browser("student")
    await web_desk.ticket("other", title="A zebra of another")
    for query in ("q=zebra", "q=zebra&among=", "among=mine&q=zebra", "among=public"):
        assert '"total":0' in (await student.get(f"/?{query}")).text, query
    for query in (
        "q=%ED%A0%80",
        "q=%00%FF",
        "among=all",
        "status=x",
        f"q={'a' * 300}",
        "among=mine",
        "&&==",
        "tag=%2C",
    ):
        assert (await student.get(f"/?{query}")).status == 200, query
