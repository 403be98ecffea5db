"""An open thread over HTTP: its pages, what was read, replies that cross, one's own words changed, what is around."""

import pytest

from core.commands import Actor, ClaimTicket, EditMessage, PostMessage, SetPriority
from core.model.ids import MessageId, TicketId
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority
from core.text import Text

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
THREAD = "/api/threads/T-1"


def by(web_desk, who, door=Platform.WEB, **more):
    return Actor(person=web_desk.people[who], door=door, **more)


async def say(web_desk, who, words="Words", kind=REPLY, **actor):
    command = PostMessage(ticket=TicketId(1), kind=kind, text=Text.of(words))
    return (await web_desk.engine.handle(command, by(web_desk, who, **actor))).message


async def trail(web_desk):
    async with web_desk.store.read() as work:
        return await work.events.of(TicketId(1))


def words_in(thread):
    said = (entry["text"] for entry in thread["entries"] if entry["message"] is not None)
    return [text["blocks"][0]["spans"][0]["text"] for text in said]


async def reading(visitor, **query):
    answer = await visitor.get(f"{THREAD}?{'&'.join(f'{name}={value}' for name, value in query.items())}")
    assert answer.status == 200, answer.text
    return answer.body


# --- pages -----------------------------------------------------------------------------------------------------------


async def test_a_thread_opens_at_its_end_and_is_read_back_page_by_page(web_desk):
    await web_desk.ticket()
    for number in range(7):
        await say(web_desk, "student", str(number))
    student = await web_desk.browser("student")
    page = await reading(student, limit=3)
    newest = page["cursor"]
    pages = [page]
    while page["has_before"]:
        page = await reading(student, limit=3, before=page["first"])
        pages.append(page)
    assert [words_in(one) for one in pages] == [["4", "5", "6"], ["1", "2", "3"], ["0"]]
    assert newest == (await trail(web_desk))[-1].id
    assert [one["more_after"] for one in pages] == [False] * 3
    assert (await reading(student, before=1))["entries"] == []
    assert (await reading(student, before=1))["first"] is None
    assert [entry["line"] for entry in pages[-1]["entries"]][:1] == ["Student opened the ticket for Platform"]


async def test_what_a_student_may_not_know_takes_no_room_on_a_page(web_desk):
    await web_desk.ticket()
    for number in range(4):
        await say(web_desk, "student", str(number))
        await say(web_desk, "agent", "Between us", NOTE)
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    assert words_in(await reading(student, limit=3)) == ["1", "2", "3"]
    assert words_in(await reading(agent, limit=3)) == ["Between us", "3", "Between us"]
    seen = await reading(student)
    assert seen["cursor"] < (await reading(agent))["cursor"]
    assert (await reading(student, after=seen["cursor"]))["entries"] == []


async def test_a_page_asks_for_no_more_than_it_may_have(web_desk):
    await web_desk.ticket()
    for number in range(205):
        await say(web_desk, "student", str(number))
    student = await web_desk.browser("student")
    sizes = {limit: len((await reading(student, limit=limit))["entries"]) for limit in (1, 200, 201, 10**15 - 1)}
    assert sizes == {1: 1, 200: 200, 201: 200, 10**15 - 1: 200}
    assert len((await reading(student))["entries"]) == 60


@pytest.mark.parametrize("name", ["limit", "before", "after"])
@pytest.mark.parametrize("word", ["-1", "1.5", "x", "1e3", "9" * 16, "%D9%A3", "1%00", "T-1", "%27--"])
async def test_what_is_no_number_is_refused_by_name(web_desk, name, word):
    await web_desk.ticket()
    student = await web_desk.browser("student")
    answer = await student.get(f"{THREAD}?{name}={word}")
    assert (answer.status, name in answer.message) == (422, True)


# --- what was read ---------------------------------------------------------------------------------------------------


async def unread(visitor):
    [summary] = (await visitor.get("/api/threads?view=all")).body
    return summary["unread"]


async def test_what_was_read_counts_no_more_and_is_never_unread_again(web_desk):
    await web_desk.ticket()
    for _ in range(3):
        await say(web_desk, "agent")
    student = await web_desk.browser("student")
    events = [record.id for record in await trail(web_desk)]
    assert ((await reading(student))["read_to"], await unread(student)) == (0, 3)
    for event, read_to, left in (
        (events[-2], events[-2], 1),
        (events[-3], events[-2], 1),
        (0, events[-2], 1),
        (10**15 - 1, events[-1], 0),
        (events[0], events[-1], 0),
    ):
        assert (await student.post(f"{THREAD}/read", {"event": event})).status == 204
        assert ((await reading(student))["read_to"], await unread(student)) == (read_to, left)
    await say(web_desk, "agent")
    assert await unread(student) == 1


async def test_ones_own_words_are_read_wherever_they_were_said(web_desk):
    await web_desk.ticket()
    await say(web_desk, "agent")
    student = await web_desk.browser("student")
    assert await unread(student) == 1
    await say(web_desk, "student", door=Platform.DISCORD)
    assert await unread(student) == 0
    assert await unread(await web_desk.browser("agent")) == 1


@pytest.mark.parametrize("event", [-1, "1", True, 1.5, 10**15, 10**400, None, [1], {}])
async def test_what_can_be_no_event_is_not_read(web_desk, event):
    await web_desk.ticket()
    student = await web_desk.browser("student")
    assert (await student.post(f"{THREAD}/read", {"event": event})).status in (400, 422)
    assert (await reading(student))["read_to"] == 0


# --- replies that cross ----------------------------------------------------------------------------------------------


async def post(visitor, seen, kind="reply", **options):
    return await visitor.post(f"{THREAD}/messages", {"text": "Mine", "kind": kind, "seen": seen}, **options)


async def test_a_reply_is_held_back_where_another_of_the_staff_replied_meanwhile(web_desk):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    seen = (await reading(agent))["cursor"]
    await say(web_desk, "lead", "Already answered")
    before = await trail(web_desk)
    key = {"Idempotency-Key": "k"}
    held = await post(agent, seen, headers=key)
    assert (held.status, held.body["reason"]) == (409, "reply_meanwhile")
    assert "Lead replied in T-1" in held.message
    assert await trail(web_desk) == before
    assert (await post(agent, seen, "note")).status == 201
    newer = (await reading(agent))["cursor"]
    first, again = await post(agent, newer, headers=key), await post(agent, newer, headers=key)
    assert (first.status, again.status) == (201, 201)
    assert first.body["entry"]["message"] == again.body["entry"]["message"]
    assert (await agent.post(f"{THREAD}/messages", {"text": "Without a look"})).status == 201


@pytest.mark.parametrize(
    ("meanwhile", "writer"),
    [
        (("agent", REPLY), "agent"),
        (("lead", NOTE), "agent"),
        (("student", REPLY), "agent"),
        (("lead", REPLY), "student"),
    ],
)
async def test_nothing_but_anothers_answer_holds_an_answer_back(web_desk, meanwhile, writer):
    await web_desk.ticket()
    visitor = await web_desk.browser(writer)
    seen = (await reading(visitor))["cursor"]
    who, kind = meanwhile
    await say(web_desk, who, kind=kind)
    assert (await post(visitor, seen)).status == 201


async def test_an_answer_that_was_taken_back_holds_nothing_back(web_desk):
    await web_desk.ticket()
    agent, lead = await web_desk.browser("agent"), await web_desk.browser("lead")
    seen = (await reading(agent))["cursor"]
    message = await say(web_desk, "lead")
    assert (await lead.call("DELETE", f"{THREAD}/messages/{message}")).status == 204
    assert (await post(agent, seen)).status == 201


@pytest.mark.parametrize("seen", [-1, "1", True, 0.5, 10**15, [], {}])
async def test_what_can_be_no_event_is_refused_with_the_words_unsaid(web_desk, seen):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    before = await trail(web_desk)
    assert (await post(agent, seen)).status == 422
    assert await trail(web_desk) == before


# --- one's own words -------------------------------------------------------------------------------------------------


async def test_ones_own_words_are_changed_and_taken_back(web_desk):
    await web_desk.ticket()
    message = await say(web_desk, "student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    [mine] = [entry for entry in (await reading(student))["entries"] if entry["message"]]
    [theirs] = [entry for entry in (await reading(agent))["entries"] if entry["message"]]
    assert (mine["may_edit"], mine["may_remove"]) == (True, True)
    assert (theirs["may_edit"], theirs["may_remove"]) == (False, False)
    changed = await student.call("PATCH", f"{THREAD}/messages/{message}", json={"text": "**Better**"})
    assert changed.status == 200
    entry = changed.body["entry"]
    assert (entry["message"], entry["text"]["blocks"][0]["spans"][0]["type"]) == (message, "bold")
    assert entry["edited_at"] is not None
    assert (await student.call("DELETE", f"{THREAD}/messages/{message}")).status == 204
    [gone] = [entry for entry in (await reading(agent))["entries"] if entry["kind"] == "undone" and entry["message"]]
    assert (gone["message"], gone["text"], gone["files"], gone["reactions"]) == (message, None, [], [])
    again = [
        await student.call("PATCH", f"{THREAD}/messages/{message}", json={"text": "Back"}),
        await student.call("DELETE", f"{THREAD}/messages/{message}"),
        await student.put(f"{THREAD}/messages/{message}/reactions/%F0%9F%91%8D"),
    ]
    assert {answer.status for answer in again} == {404}


async def test_an_edit_that_says_nothing_new_or_too_much_changes_nothing(web_desk):
    await web_desk.ticket()
    message = await say(web_desk, "student")
    before = await trail(web_desk)
    student = await web_desk.browser("student")
    for body in ({"text": ""}, {"text": "x" * 40_001}, {"text": None}, {}, {"text": 1}):
        assert (await student.call("PATCH", f"{THREAD}/messages/{message}", json=body)).status == 422, body
    assert (await student.call("PATCH", f"{THREAD}/messages/{message}", json={"text": "Words"})).status == 200
    assert await trail(web_desk) == before


@pytest.mark.parametrize(
    ("who", "kind", "status"), [("agent", REPLY, 403), ("lead", REPLY, 403), ("student", NOTE, 404)]
)
async def test_anothers_words_stay_as_they_are(web_desk, who, kind, status):
    await web_desk.ticket()
    message = await say(web_desk, "admin" if kind is NOTE else "student", kind=kind)
    before = await trail(web_desk)
    visitor = await web_desk.browser(who)
    changed = await visitor.call("PATCH", f"{THREAD}/messages/{message}", json={"text": "Mine now"})
    removed = await visitor.call("DELETE", f"{THREAD}/messages/{message}")
    assert (changed.status, removed.status) == (status, status)
    assert await trail(web_desk) == before


async def test_a_message_belongs_to_its_own_ticket_and_has_a_number(web_desk):
    await web_desk.ticket()
    await web_desk.ticket()
    message = await say(web_desk, "student")
    student = await web_desk.browser("student")
    before = await trail(web_desk)
    for path in (
        f"/api/threads/T-2/messages/{message}",
        *(f"{THREAD}/messages/{word}" for word in ("0", "-1", "x", "9" * 20)),
    ):
        assert (await student.call("PATCH", path, json={"text": "Mine"})).status == 404, path
        assert (await student.call("DELETE", path)).status == 404, path
        assert (await student.put(f"{path}/reactions/%F0%9F%91%8D")).status == 404, path
    assert await trail(web_desk) == before


async def test_what_was_written_on_a_chat_platform_is_changed_there(web_desk):
    await web_desk.ticket()
    async with web_desk.store.write() as work:
        thread = await work.threads.add(TicketId(1), Platform.DISCORD, Audience.REQUESTER, external_id="123456")
    message = await say(web_desk, "student", door=Platform.DISCORD, thread=thread.id)
    student = await web_desk.browser("student")
    [entry] = [entry for entry in (await reading(student))["entries"] if entry["message"]]
    assert (entry["door"], entry["may_edit"], entry["may_remove"]) == ("discord", False, True)
    refused = await student.call("PATCH", f"{THREAD}/messages/{message}", json={"text": "Here"})
    assert refused.status == 409
    assert "Discord" in refused.message
    there = EditMessage(ticket=TicketId(1), message=MessageId(message), text=Text.of("There"))
    await web_desk.engine.handle(there, by(web_desk, "student", Platform.DISCORD, thread=thread.id))
    assert words_in(await reading(student)) == ["There"]


# --- reactions -------------------------------------------------------------------------------------------------------

THUMB, HEART = "%F0%9F%91%8D", "%E2%9D%A4%EF%B8%8F"


async def test_a_reaction_is_set_and_taken_away_once_however_often_it_is_asked(web_desk):
    await web_desk.ticket()
    message = await say(web_desk, "student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")

    async def shown():
        [entry] = [entry for entry in (await reading(student))["entries"] if entry["message"]]
        return sorted((one["emoji"], one["count"], one["mine"]) for one in entry["reactions"])

    for visitor, method, emoji, expected in (
        (agent, "PUT", THUMB, [("👍", 1, False)]),
        (agent, "PUT", THUMB, [("👍", 1, False)]),
        (student, "PUT", THUMB, [("👍", 2, True)]),
        (student, "PUT", HEART, [("👍", 2, True), ("❤️", 1, True)]),
        (agent, "DELETE", HEART, [("👍", 2, True), ("❤️", 1, True)]),
        (student, "DELETE", THUMB, [("👍", 1, False), ("❤️", 1, True)]),
        (student, "DELETE", THUMB, [("👍", 1, False), ("❤️", 1, True)]),
    ):
        assert (await visitor.call(method, f"{THREAD}/messages/{message}/reactions/{emoji}")).status == 204
        assert await shown() == sorted(expected)


@pytest.mark.parametrize(
    "emoji", ["hello", "%3Cb%3E", "%20", "%00", "a" * 2000, "%F0%9F%91%8D%F0%9F%91%8Dno", "%FF", ":zebra:"]
)
@pytest.mark.parametrize("key", ["", "k"])
async def test_what_is_no_emoji_is_refused(web_desk, emoji, key):
    await web_desk.ticket()
    message = await say(web_desk, "student")
    student = await web_desk.browser("student")
    before = await trail(web_desk)
    path = f"{THREAD}/messages/{message}/reactions/{emoji}"
    assert (await student.call("PUT", path, headers={"Idempotency-Key": key})).status == 422
    assert await trail(web_desk) == before


# --- around it -------------------------------------------------------------------------------------------------------


async def test_the_history_tells_the_staff_all_that_happened_and_repeats_no_words(web_desk):
    ticket = await web_desk.ticket()
    await web_desk.engine.handle(ClaimTicket(ticket=ticket), by(web_desk, "agent"))
    await say(web_desk, "agent", "Zebra", NOTE)
    await say(web_desk, "student", "Zebra")
    await web_desk.engine.handle(SetPriority(ticket=ticket, priority=Priority.HIGH), by(web_desk, "lead"))
    history = await (await web_desk.browser("agent")).get(f"{THREAD}/history")
    lines = [one["line"] for one in history.body]
    assert [one["event"] for one in history.body] == [record.id for record in await trail(web_desk)]
    assert lines[0] == "Student opened the ticket for Platform"
    assert {"Agent wrote a note", "Student wrote a reply"} <= set(lines)
    assert all(lines)
    assert "Zebra" not in history.text


async def test_the_requesters_other_tickets_are_those_the_asker_may_see_the_newest_first(web_desk):
    for category in ("platform", "welfare", "platform"):
        await web_desk.ticket(category=category)
    await web_desk.ticket("other")
    agent, lead = await web_desk.browser("agent"), await web_desk.browser("lead")
    for visitor, refs in ((agent, ["T-3"]), (lead, ["T-3", "T-2"])):
        assert [one["ref"] for one in (await visitor.get(f"{THREAD}/others")).body] == refs


@pytest.mark.parametrize("what", ["history", "others"])
async def test_around_a_ticket_only_its_staff_look(web_desk, what):
    await web_desk.ticket()
    for who, ref in (("student", "T-1"), ("other", "T-1"), ("lead", "T-99")):
        answer = await (await web_desk.browser(who)).get(f"/api/threads/{ref}/{what}")
        assert answer.status == 404, (who, ref)
        assert answer.message == f"There is no ticket {ref} that you can see. /ticket list shows yours."
    assert (await (await web_desk.nobody()).get(f"{THREAD}/{what}")).status == 401


# --- what looks like a secret ----------------------------------------------------------------------------------------

SECRET = "The password is hunter22"


async def test_a_reply_that_looks_secret_is_sent_only_when_its_author_is_sure(web_desk):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    before = await trail(web_desk)
    key = {"Idempotency-Key": "k"}
    held = await agent.post(f"{THREAD}/messages", {"text": SECRET}, headers=key)
    assert (held.status, held.body["reason"]) == (409, "looks_secret")
    assert "a password" in held.message and "hunter22" not in held.message
    assert await trail(web_desk) == before
    assert (await agent.post(f"{THREAD}/messages", {"text": SECRET, "kind": "note"})).status == 201
    sure = {"text": SECRET, "sure": True}
    first, again = [await agent.post(f"{THREAD}/messages", sure, headers=key) for _ in range(2)]
    assert (first.status, again.status) == (201, 201)
    assert first.body["entry"]["message"] == again.body["entry"]["message"]
    assert (await (await web_desk.browser("student")).post(f"{THREAD}/messages", {"text": SECRET})).status == 201


async def test_a_reply_changed_into_what_looks_secret_is_asked_about_too(web_desk):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    said = (await agent.post(f"{THREAD}/messages", {"text": "Hello"})).body["entry"]["message"]
    held = await agent.call("PATCH", f"{THREAD}/messages/{said}", json={"text": SECRET})
    assert (held.status, held.body["reason"]) == (409, "looks_secret")
    changed = await agent.call("PATCH", f"{THREAD}/messages/{said}", json={"text": SECRET, "sure": True})
    assert changed.status == 200 and "hunter22" in str(changed.body)


@pytest.mark.parametrize("sure", ["yes", 1, [], {}])
async def test_sure_is_true_or_false(web_desk, sure):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    assert (await agent.post(f"{THREAD}/messages", {"text": SECRET, "sure": sure})).status == 422


async def test_a_comment_that_looks_secret_is_sent_only_when_its_author_is_sure(web_desk):
    await web_desk.ticket()
    agent = await web_desk.browser("agent")
    held = await agent.post("/api/tickets/1/comments", {"text": SECRET})
    assert (held.status, held.body["reason"]) == (409, "looks_secret")
    assert (await agent.post("/api/tickets/1/comments", {"text": SECRET, "sure": True})).status == 201
