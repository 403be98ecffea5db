"""The page's API over HTTP, with a real desk behind it. Every answer is held against its description."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import FormData

from core.commands import Actor, EditMessage, React, UndoMessage
from core.model.ids import MessageId
from core.model.people import Platform
from core.text import Text
from tests.fakes.web_desk import png


def upload(data: bytes = b"words", name: str = "a.txt") -> FormData:
    form = FormData(quote_fields=False)  # a name goes over the wire as browsers send it
    form.add_field("file", data, filename=name)
    return form


async def fill_in(student, **values):
    form = (await student.post("/api/commands", {"text": "/ticket open"})).body["form"]
    given = {"title": "No grade", "category": "platform", "priority": "normal", "description": "*None* yet", **values}
    return await student.post("/api/forms", {"action": form["action"], "values": given})


async def test_me_is_who_i_am_with_the_commands_that_i_have(web_desk):
    student = (await (await web_desk.browser("student")).get("/api/me")).body
    lead = (await (await web_desk.browser("lead")).get("/api/me")).body
    assert (student["name"], student["roles"], student["is_staff"]) == ("Student", ["requester"], False)
    assert lead["roles"] == ["requester", "agent", "lead"] or lead["roles"] == ["requester", "lead"]
    names = {command["name"] for command in student["commands"]}
    assert "/ticket open" in names
    assert "/ticket claim" not in names
    assert "/ticket claim" in {command["name"] for command in lead["commands"]}
    assert student["desk"] == {"name": "Student Support", "demo": True}


async def test_a_slash_command_becomes_a_form_and_the_form_a_ticket(web_desk):
    student = await web_desk.browser("student")
    reply = await fill_in(student)
    assert reply.body["ticket"]["ref"] == "T-1"
    assert reply.body["ticket"]["url"] == "/t/T-1"
    thread = (await student.get("/api/threads/T-1")).body
    assert thread["card"]["body"]["blocks"][0]["spans"][0] == {
        "type": "italic",
        "spans": [{"type": "plain", "text": "None"}],
    }
    assert thread["may_reply"]
    assert not thread["may_note"]


async def test_a_form_with_something_wrong_comes_back_with_the_problem(web_desk):
    student = await web_desk.browser("student")
    reply = await fill_in(student, title="x" * 300)
    assert reply.status == 200
    assert "200 is the most" in reply.body["form"]["problem"]
    assert (await student.get("/api/threads")).body == []


async def test_lists_are_mine_the_queue_and_all(web_desk):
    await web_desk.ticket("student")
    await web_desk.ticket("other")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")

    async def refs(who, query):
        return [ticket["ref"] for ticket in (await who.get(f"/api/threads{query}")).body]

    assert await refs(student, "") == ["T-1"]
    assert await refs(student, "?view=all") == ["T-1"]
    assert await refs(agent, "?view=mine") == []
    assert await refs(agent, "?view=queue") == ["T-1", "T-2"]
    assert await refs(agent, "?view=all&before=2") == ["T-1"]
    assert (await student.get("/api/threads?view=queue")).status == 403
    assert (await student.get("/api/threads?view=everything")).status == 422
    assert (await student.get("/api/threads?before=-1")).status == 422


async def test_a_thread_is_read_on_from_its_cursor(web_desk):
    await web_desk.ticket("student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    cursor = (await student.get("/api/threads/T-1")).body["cursor"]
    said = await agent.post("/api/threads/T-1/messages", {"text": "Which **course**?", "kind": "reply"})
    assert said.status == 201
    assert said.body["entry"]["mine"]
    news = (await student.get(f"/api/threads/T-1?after={cursor}")).body
    replies = [entry for entry in news["entries"] if entry["kind"] == "reply"]
    assert [entry["text"] for entry in replies] == [said.body["entry"]["text"]]
    assert replies[0]["by_staff"]
    assert not replies[0]["mine"]
    assert (await student.get(f"/api/threads/T-1?after={news['cursor']}")).body["entries"] == []


async def test_what_another_door_changes_in_a_message_is_news_of_that_message_as_it_is_now(web_desk):
    ticket = await web_desk.ticket("student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    entry = (await student.post("/api/threads/T-1/messages", {"text": "Helo"})).body["entry"]
    assert (entry["edited_at"], entry["reactions"]) == (None, [])
    message = MessageId(entry["message"])
    cursor = (await agent.get("/api/threads/T-1")).body["cursor"]
    by_student = Actor(person=web_desk.people["student"], door=Platform.DISCORD)
    by_agent = Actor(person=web_desk.people["agent"], door=Platform.DISCORD)
    await web_desk.engine.handle(EditMessage(ticket=ticket, message=message, text=Text.of("Hello")), by_student)
    await web_desk.engine.handle(React(ticket=ticket, message=message, emoji="👋", on=True), by_agent)

    whole = (await agent.get("/api/threads/T-1")).body
    (now,) = [entry for entry in whole["entries"] if entry["message"] is not None]
    assert "changed" not in {entry["kind"] for entry in whole["entries"]}
    assert (now["edited_at"], now["text"]["blocks"][0]["spans"][0]["text"]) == ("2026-03-02T09:00:00Z", "Hello")
    assert now["reactions"] == [{"emoji": "👋", "count": 1, "people": ["Agent"], "mine": True}]
    edit, reaction = (await agent.get(f"/api/threads/T-1?after={cursor}")).body["entries"]
    for news, who in ((edit, "Student"), (reaction, "Agent")):
        assert (news["kind"], news["about"], news["message"], news["who"]) == ("changed", message, None, who)
        assert {name: news[name] for name in ("text", "files", "edited_at", "reactions")} == {
            name: now[name] for name in ("text", "files", "edited_at", "reactions")
        }

    await web_desk.engine.handle(UndoMessage(ticket=ticket), by_student)
    news = (await agent.get(f"/api/threads/T-1?after={cursor}")).body["entries"]
    assert {(entry["kind"], entry["about"], entry["text"]) for entry in news} == {("undone", message, None)}


async def test_a_panel_is_not_for_the_page_which_says_so(web_desk):
    refused = await (await web_desk.browser("admin")).post("/api/commands", {"text": "/desk panel"})
    assert refused.status == 422
    assert refused.message == "A panel is for a channel on a chat platform: use /desk panel there."


async def test_a_note_is_staffs_alone_with_its_files(web_desk):
    await web_desk.ticket("student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    file = (await agent.upload("/api/files", upload(b"secret words"))).body["id"]
    note = await agent.post(
        "/api/threads/T-1/messages", {"text": "Known from last year", "kind": "note", "files": [file]}
    )
    assert note.body["entry"]["kind"] == "note"
    seen = await student.get("/api/threads/T-1")
    assert "last year" not in seen.text
    assert f"/api/files/{file}" not in seen.text
    assert (await student.get(f"/api/files/{file}")).status == 404
    assert (await agent.get(f"/api/files/{file}")).data == b"secret words"
    refused = await student.post("/api/threads/T-1/messages", {"text": "x", "kind": "note"})
    assert refused.status == 403
    assert "the support staff can" in refused.message


async def test_words_without_a_slash_are_a_reply_in_the_thread_named(web_desk):
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    reply = await student.post("/api/commands", {"text": "It is *solved*", "thread": "T-1"})
    assert reply.body == {"card": None, "form": None, "ticket": {"ref": "T-1", "url": "/t/T-1"}}
    assert "solved" in (await student.get("/api/threads/T-1")).text
    nowhere = await student.post("/api/commands", {"text": "Hello"})
    assert nowhere.status == 422


async def test_refusals_are_problems_with_the_sentence(web_desk):
    await web_desk.ticket("student")
    student, agent = await web_desk.browser("student"), await web_desk.browser("agent")
    lead = await web_desk.browser("lead")
    assert (await student.post("/api/commands", {"text": "/ticket claim T-1"})).status == 403
    assert (await agent.post("/api/commands", {"text": "/ticket claim T-1"})).status == 200
    clash = await lead.post("/api/commands", {"text": "/ticket claim T-1"})
    assert (clash.status, clash.body["reason"]) == (409, "conflict")
    assert "with Agent" in clash.message
    wrong = await lead.post("/api/commands", {"text": "/ticket clam T-1"})
    assert wrong.status == 422
    assert "Did you mean /ticket claim?" in wrong.message


async def test_a_button_and_its_thread_are_understood(web_desk):
    await web_desk.ticket("student")
    agent = await web_desk.browser("agent")
    card = (await agent.get("/api/threads/T-1")).body["card"]
    claim = next(button["action"] for button in card["buttons"] if "claim" in (button["action"] or ""))
    pressed = await agent.post("/api/actions", {"action": claim})
    assert pressed.body["card"]["title"] == "T-1 is yours"
    assert (await agent.post("/api/actions", {"action": "0.made.up"})).status == 422
    assert (await agent.post("/api/commands", {"text": "/ticket resolve All done", "thread": "T-1"})).status == 200


async def test_a_file_is_uploaded_attached_and_read_by_those_who_may(web_desk):
    await web_desk.ticket("student")
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    kept = await student.upload("/api/files", upload(png(30, 20), "../Bild “1”.png"))
    assert kept.status == 201
    assert (kept.body["name"], kept.body["width"], kept.body["is_image"]) == ("Bild “1”.png", 30, True)
    assert (await other.get(kept.body["url"])).status == 404
    theirs = await other.post("/api/threads/T-1/messages", {"text": "x", "files": [kept.body["id"]]})
    assert theirs.status == 404
    said = await student.post("/api/threads/T-1/messages", {"text": "", "files": [kept.body["id"]]})
    assert [file["id"] for file in said.body["entry"]["files"]] == [kept.body["id"]]
    shown = await (await web_desk.browser("agent")).get(kept.body["url"])
    assert shown.headers["Content-Disposition"].startswith("inline; filename=")
    assert "filename*=UTF-8''Bild%20%E2%80%9C1%E2%80%9D.png" in shown.headers["Content-Disposition"]
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("data", "name", "media_type"),
    [
        (b"<html><script>alert(1)</script></html>", "a.html", "text/plain"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "a.svg", "text/plain"),
        (b"%PDF-1.7", "a.pdf", "application/pdf"),
        (b"\0\1\2", "a; filename=b.bin", "application/octet-stream"),
    ],
)
async def test_what_is_no_image_is_only_for_saving(web_desk, data, name, media_type):
    student = await web_desk.browser("student")
    kept = await student.upload("/api/files", upload(data, name))
    shown = await student.get(kept.body["url"])
    assert shown.headers["Content-Type"].split(";")[0] == media_type
    assert shown.headers["Content-Disposition"].startswith("attachment; ")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"


async def test_uploads_that_will_not_do_say_why(web_desk):
    student = await web_desk.browser("student")
    assert (await student.upload("/api/files", upload(b""))).message == "a.txt is empty."
    assert (await student.upload("/api/files", upload(b"x" * 300_000))).status == 413
    assert (await student.post("/api/files", {"file": "x"})).status == 415
    nameless = FormData(default_to_multipart=True)
    nameless.add_field("other", "x")
    assert (await student.upload("/api/files", nameless)).status == 400
    two = upload()
    two.add_field("file", b"x", filename="b.txt")
    assert (await student.upload("/api/files", two)).status == 422
    for body in (b"", b"--x\r\n", b"no parts at all", b"--x\r\nContent-Disposition: form-data; name=file\r\n\r\nhalf"):
        headers = {"Content-Type": "multipart/form-data; boundary=x"}
        broken = await student.call("POST", "/api/files", data=body, headers=headers)
        assert broken.status in (400, 201 if b"half" in body else 400), body
    no_boundary = await student.call("POST", "/api/files", data=b"x", headers={"Content-Type": "multipart/form-data"})
    assert no_boundary.status == 400


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "a JSON object is wanted"),
        (b"{", "a JSON object is wanted"),
        (b"[]", "a JSON object is wanted"),
        (b'{"text": NaN}', "a JSON object is wanted"),
        (b"\xff\xfe", "a JSON object is wanted"),
        (b'{"a":' * 100_000, "a JSON object is wanted"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "a JSON object is wanted"),
    ],
)
async def test_a_body_that_is_no_json_object_is_malformed(web_desk, body, says):
    student = await web_desk.browser("student")
    headers = {"Content-Type": "application/json"}
    answer = await student.call("POST", "/api/commands", data=body, headers=headers)
    assert answer.status == 400
    assert says in answer.message


async def test_a_huge_body_is_refused_before_it_is_read(web_desk):
    student = await web_desk.browser("student")
    assert (await student.post("/api/commands", {"text": "x" * 600_000})).status == 413

    async def endless():
        for _ in range(40):
            yield b"x" * 20_000

    headers = {"Content-Type": "application/json"}
    answer = await student.call("POST", "/api/commands", data=endless(), headers=headers)
    assert answer.status == 413
    assert answer.message == "This request is too large: 512 kB is the most."


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({}, "text is missing."),
        ({"text": 1}, "text: a text is wanted here."),
        ({"text": "x" * 40_001}, "40000 is the most"),
        ({"text": "Hello", "thread": "7"}, "There is no ticket 7"),
        ({"text": "Hello", "thread": ["T-1"]}, "thread: a text is wanted here."),
    ],
)
async def test_a_field_that_will_not_do_is_named(web_desk, body, says):
    answer = await (await web_desk.browser("student")).post("/api/commands", body)
    assert answer.status in (404, 422)
    assert says in answer.message


async def test_a_lone_surrogate_and_controls_are_left_out_of_words(web_desk):
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    headers = {"Content-Type": "application/json"}
    body = b'{"text": "a\\ud800b\\u0000c\\u202ed"}'
    said = await student.call("POST", "/api/threads/T-1/messages", data=body, headers=headers)
    assert said.body["entry"]["text"]["blocks"][0]["spans"] == [{"type": "plain", "text": "abcd"}]


@pytest.mark.parametrize("files", [["x"], [0], [True], [1.5], [10**30], [None]])
async def test_a_file_id_that_can_be_none_is_not_found(web_desk, files):
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    assert (await student.post("/api/threads/T-1/messages", {"text": "x", "files": files})).status == 404


async def test_the_same_key_twice_does_a_thing_once(web_desk):
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    key = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(
        *(student.post("/api/threads/T-1/messages", {"text": "Once"}, headers=key) for _ in range(4))
    )
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body["entry"]["message"] for answer in answers}) == 1
    form = (await student.post("/api/commands", {"text": "/ticket open"})).body["form"]
    values = {"title": "A", "category": "platform", "priority": "low", "description": "B"}
    sent = {"action": form["action"], "values": values}
    replies = [await student.post("/api/forms", sent, headers=key) for _ in range(2)]
    assert [reply.body["ticket"]["ref"] for reply in replies] == ["T-2", "T-2"]


async def test_what_is_said_comes_with_the_button_that_takes_it_back_while_it_can_be(web_desk):
    await web_desk.ticket("student")
    student, other = await web_desk.browser("student"), await web_desk.browser("other")
    key, words = {"Idempotency-Key": "said"}, {"text": "Too soon"}
    first = (await student.post("/api/threads/T-1/messages", words, headers=key)).body
    assert first["take_back"]["seconds"] == 60
    web_desk.clock.advance(timedelta(seconds=20))
    again = (await student.post("/api/threads/T-1/messages", words, headers=key)).body
    assert again["take_back"] == {"action": first["take_back"]["action"], "seconds": 40}
    assert (await other.post("/api/actions", {"action": first["take_back"]["action"]})).status == 404

    assert (await student.post("/api/actions", {"action": first["take_back"]["action"]})).status == 200
    gone = (await student.post("/api/threads/T-1/messages", words, headers=key)).body
    assert (gone["entry"]["text"], gone["take_back"]) == (None, None)


async def test_notices_are_there_for_whoever_asks(web_desk):
    assert (await (await web_desk.browser("student")).get("/api/notices")).body == []
