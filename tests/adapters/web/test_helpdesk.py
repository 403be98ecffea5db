"""The REST API for programs, over HTTP, with a real desk behind it. Every answer is held against its description."""

import json

import pytest
from aiohttp import FormData

from core.commands import Actor, PostMessage, ResolveTicket, SetStatus
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Status
from core.text import Text
from tests.fakes.web_desk import png


def form(*images: bytes, **fields) -> FormData:
    data = FormData(default_to_multipart=True)
    for name, value in {"title": "Where is my grade?", "description": "CS2001.", **fields}.items():
        for one in value if isinstance(value, list) else [value]:
            if one is not None:
                data.add_field(name, one)
    for number, image in enumerate(images):
        data.add_field("images", image, filename=f"{number}.png", content_type="image/png")
    return data


REGISTRATION = {"username": "Asha", "email": "asha@example.org", "password": "correct horse"}


async def test_registering_and_logging_in_gives_a_token_that_opens_the_door(web_desk):
    nobody = await web_desk.nobody()
    made = await nobody.post("/api/auth/register", REGISTRATION)
    assert made.status == 201
    assert {**made.body, "id": 0} == {"id": 0, "username": "Asha", "email": "asha@example.org", "role": "customer"}
    login = await nobody.post("/api/auth/login", {"email": "ASHA@example.org", "password": "correct horse"})
    assert login.status == 200
    nobody.headers["Authorization"] = f"Bearer {login.body['token']}"
    assert (await nobody.get("/api/tickets")).body == []


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"email": "no address"}, "Email: please write an address like name@example.org."),
        ({"email": "a@b"}, "Email:"),
        ({"email": "a@b.example\nBcc: x@y.example"}, "Email:"),
        ({"password": "short"}, "8 to 200"),
        ({"password": "x" * 201}, "8 to 200"),
        ({"password": None}, "password is missing."),
        ({"username": " \t"}, "username"),
        ({"username": "x" * 81}, "80"),
        ({"username": 7}, "username: a text is wanted here."),
        ({"email": "student@example.com"}, "There is an account with that email address"),
    ],
)
async def test_a_registration_that_will_not_do_says_why(web_desk, changes, says):
    answer = await (await web_desk.nobody()).post("/api/auth/register", {**REGISTRATION, **changes})
    assert answer.status == 400
    assert says in answer.message


async def test_a_wrong_login_says_exactly_the_same_for_a_wrong_password_and_an_unknown_address(web_desk):
    nobody = await web_desk.nobody()
    await nobody.post("/api/auth/register", REGISTRATION)
    wrong = await nobody.post("/api/auth/login", {"email": "asha@example.org", "password": "wrong horse"})
    unknown = await nobody.post("/api/auth/login", {"email": "nobody@example.org", "password": "wrong horse"})
    assert wrong.status == unknown.status == 401
    assert wrong.body == unknown.body
    assert wrong.message == "Invalid credentials"


async def test_guessing_at_a_password_is_slowed_down(web_desk):
    nobody = await web_desk.nobody()
    guess = {"email": "student@example.com", "password": "guess number one"}
    answers = [await nobody.post("/api/auth/login", guess) for _ in range(11)]
    assert [answer.status for answer in answers] == [401] * 10 + [429]
    assert answers[-1].headers["Retry-After"] == "10"
    other = await nobody.post("/api/auth/login", {**guess, "email": "other@example.com"})
    assert other.status == 401


async def test_a_ticket_is_opened_with_images_and_read_back(web_desk):
    student = await web_desk.program("student")
    opened = await student.upload("/api/tickets", form(png(), png(5, 5), tags="Grades, cs2001", priority="high"))
    assert opened.status == 201
    ticket = opened.body
    assert ticket["status"] == "open"
    assert ticket["author_id"] == web_desk.people["student"]
    assert (ticket["category"], ticket["priority"]) == ("platform", "high")
    assert ticket["tags"] == ["grades", "cs2001"]
    assert (await student.get(f"/api/tickets/{ticket['id']}")).body == ticket
    assert len(ticket["image_ids"]) == 2
    image = await student.get(f"/api/images/{ticket['image_ids'][0]}")
    assert (image.status, image.data) == (200, png())
    assert image.headers["Content-Type"] == "image/png"
    assert image.headers["X-Content-Type-Options"] == "nosniff"


async def test_words_go_in_and_come_out_the_same(web_desk):
    student = await web_desk.program("student")
    words = "2*3*4 = <b>24</b>?\n\nनमस्ते 🙂 _x_ @everyone"
    opened = await student.upload("/api/tickets", form(description=words))
    assert opened.body["description"] == words
    said = await student.post(f"/api/tickets/{opened.body['id']}/comments", {"text": words})
    assert said.body["text"] == words


async def test_a_category_takes_answers_and_goes_by_its_key_or_its_name(web_desk):
    student = await web_desk.program("student")
    answers = json.dumps({"course": "CS2001"})
    by_key = await student.upload("/api/tickets", form(category="exams", answers=answers))
    by_name = await student.upload("/api/tickets", form(category="Exams and Grades", answers=answers))
    assert by_key.body["category"] == by_name.body["category"] == "exams"


async def test_an_ordinary_form_without_files_will_do(web_desk):
    student = await web_desk.program("student")
    opened = await student.call("POST", "/api/tickets", data={"title": "A", "description": "B", "tags": "x"})
    assert (opened.status, opened.body["tags"]) == (201, ["x"])


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"title": None}, "title is missing."),
        ({"description": None}, "description is missing."),
        ({"title": "  "}, "title is missing."),
        ({"title": "x" * 201}, "200"),
        ({"description": "x" * 20_001}, "20000"),
        ({"category": "nothing such"}, "There is no category “nothing such”."),
        ({"category": "exams"}, "Course code"),
        ({"category": "exams", "answers": "[1]"}, "answers: a JSON object with texts is wanted here."),
        ({"priority": "at once"}, "priority: “at once” is not one of low, normal, high, urgent."),
        ({"tags": ",".join(f"t{n}" for n in range(11))}, "Tags: 11 are too many"),
    ],
)
async def test_a_ticket_that_will_not_do_is_refused_with_what_is_wrong(web_desk, fields, says):
    answer = await (await web_desk.program("student")).upload("/api/tickets", form(**fields))
    assert answer.status == 400
    assert says in answer.message
    assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert set(answer.body) == {"type", "title", "status", "detail", "message", "reason"}


async def test_json_is_the_wrong_thing_to_open_a_ticket_with(web_desk):
    answer = await (await web_desk.program("student")).post("/api/tickets", {"title": "A", "description": "B"})
    assert (answer.status, answer.message) == (415, "Send this as multipart/form-data.")


async def test_an_image_that_is_none_is_refused_and_so_is_an_eleventh(web_desk):
    student = await web_desk.program("student")
    no_image = await student.upload("/api/tickets", form(b"<script>alert(1)</script>"))
    assert no_image.status == 400
    assert "0.png is no image that can be read" in no_image.message
    eleven = await student.upload("/api/tickets", form(*[png()] * 11))
    assert (eleven.status, eleven.message) == (400, "Files: 11 are too many, 10 is the most.")
    assert (await student.get("/api/tickets")).body == []


async def test_an_image_that_is_too_large_is_refused(web_desk):
    answer = await (await web_desk.program("student")).upload("/api/tickets", form(b"\x89PNG" + b"x" * 300_000))
    assert (answer.status, answer.message) == (413, "A file is too large: 195 kB is the most.")


async def test_students_list_their_own_tickets_and_staff_all_but_the_sensitive(web_desk):
    own = await web_desk.ticket("student")
    others = await web_desk.ticket("other")
    sensitive = await web_desk.ticket("other", category="welfare")

    async def listed(who):
        return [ticket["id"] for ticket in (await (await web_desk.program(who)).get("/api/tickets")).body]

    assert await listed("student") == [own]
    assert await listed("other") == [sensitive, others]
    assert await listed("agent") == [others, own]
    assert await listed("lead") == [sensitive, others, own]


async def test_a_list_is_paged_by_the_link_header(web_desk):
    tickets = [await web_desk.ticket("student") for _ in range(5)]
    student = await web_desk.program("student")
    path, found = "/api/tickets?limit=2", []
    while path:
        answer = await student.get(path)
        found += [ticket["id"] for ticket in answer.body]
        link = answer.headers.get("Link")
        assert link is None or link.endswith('>; rel="next"')
        path = link.partition("<http://127.0.0.1:8080")[2].partition(">")[0] if link else None
    assert found == tickets[::-1]
    assert (await student.get("/api/tickets?limit=many")).status == 422


async def test_without_a_token_the_answer_is_401_everywhere(web_desk):
    ticket = await web_desk.ticket("student")
    nobody = await web_desk.nobody()
    for answer in [
        await nobody.get("/api/tickets"),
        await nobody.upload("/api/tickets", form()),
        await nobody.get(f"/api/tickets/{ticket}"),
        await nobody.put(f"/api/tickets/{ticket}", {"status": "closed"}),
        await nobody.get(f"/api/tickets/{ticket}/comments"),
        await nobody.post(f"/api/tickets/{ticket}/comments", {"text": "x"}),
        await nobody.get("/api/images/1"),
    ]:
        assert (answer.status, answer.message) == (401, "Sign in first.")
        assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_anothers_ticket_is_answered_exactly_as_one_that_is_not_there(web_desk):
    agent, student = await web_desk.program("agent"), await web_desk.program("student")
    opened = await (await web_desk.program("other")).upload("/api/tickets", form(png()))
    theirs, image = opened.body["id"], opened.body["image_ids"][0]
    absent = 999

    async def all_of(number, image_number):
        answers = [
            await student.get(f"/api/tickets/{number}"),
            await student.put(f"/api/tickets/{number}", {"status": "closed"}),
            await student.get(f"/api/tickets/{number}/comments"),
            await student.post(f"/api/tickets/{number}/comments", {"text": "Hello"}),
            await student.get(f"/api/images/{image_number}"),
            await student.get(f"/api/threads/T-{number}"),
            await student.post(f"/api/threads/T-{number}/messages", {"text": "Hello"}),
            await student.post("/api/commands", {"text": f"/ticket show T-{number}"}),
            await student.post("/api/commands", {"text": f"/ticket close T-{number}"}),
            await student.get(f"/api/files/{image_number}"),
        ]
        return [(answer.status, answer.text.replace(f"T-{number} ", "T-? ")) for answer in answers]

    assert await all_of(theirs, image) == await all_of(absent, 888)
    assert {status for status, _ in await all_of(theirs, image)} == {404}
    assert (await agent.get(f"/api/images/{image}")).status == 200


@pytest.mark.parametrize("number", ["0", "-1", "abc", "1.0", "9" * 30, "%00", "%D9%A1", "1e3"])
async def test_a_number_that_is_none_is_not_found(web_desk, number):
    student = await web_desk.program("student")
    for path in (f"/api/tickets/{number}", f"/api/tickets/{number}/comments", f"/api/images/{number}"):
        assert (await student.get(path)).status == 404


async def test_a_file_that_is_no_image_is_no_image(web_desk):
    student = await web_desk.program("student")
    data = FormData()
    data.add_field("file", b"words", filename="a.txt")
    kept = await student.upload("/api/files", data)
    assert (await student.get(f"/api/images/{kept.body['id']}")).status == 404


async def test_staff_move_a_ticket_through_its_states(web_desk):
    ticket = await web_desk.ticket("student")
    agent = await web_desk.program("agent")

    async def put(status):
        answer = await agent.put(f"/api/tickets/{ticket}", {"status": status})
        return answer.status, answer.body.get("status")

    assert await put("in_progress") == (200, "in_progress")
    assert await put("in_progress") == (200, "in_progress")
    assert await put("open") == (409, 409)
    assert await put("closed") == (200, "closed")
    assert await put("closed") == (200, "closed")
    assert await put("open") == (200, "in_progress")  # reopened, and its agent has it still


async def test_a_requester_closes_and_reopens_and_does_no_more(web_desk):
    ticket = await web_desk.ticket("student")
    student = await web_desk.program("student")
    too_much = await student.put(f"/api/tickets/{ticket}", {"status": "in_progress"})
    assert too_much.status == 409
    assert (await student.put(f"/api/tickets/{ticket}", {"status": "closed"})).body["status"] == "closed"
    assert (await student.put(f"/api/tickets/{ticket}", {"status": "open"})).body["status"] == "open"


@pytest.mark.parametrize("status", ["resolved", "waiting", "", "OPEN!", 7, None])
async def test_a_status_that_is_none_is_refused(web_desk, status):
    ticket = await web_desk.ticket("student")
    answer = await (await web_desk.program("agent")).put(f"/api/tickets/{ticket}", {"status": status})
    assert answer.status == 422
    assert "status" in answer.message


async def test_a_bystander_of_a_public_ticket_may_read_it_and_change_nothing(web_desk):
    ticket = await web_desk.ticket("student")
    student, other = await web_desk.program("student"), await web_desk.program("other")
    await student.post("/api/commands", {"text": f"/ticket visibility T-{ticket} public yes"})
    assert (await other.get(f"/api/tickets/{ticket}")).status == 200
    for status in ("open", "closed"):
        assert (await other.put(f"/api/tickets/{ticket}", {"status": status})).status == 403
    assert (await other.post(f"/api/tickets/{ticket}/comments", {"text": "me too"})).status == 403


async def test_waiting_shows_as_in_progress_and_resolved_as_closed(web_desk):
    ticket = await web_desk.ticket("student")
    agent = Actor(person=web_desk.people["agent"], door=Platform.WEB)
    student = await web_desk.program("student")

    async def shown():
        return (await student.get(f"/api/tickets/{ticket}")).body["status"]

    await web_desk.engine.handle(SetStatus(ticket=ticket, status=Status.IN_PROGRESS), agent)
    await web_desk.engine.handle(SetStatus(ticket=ticket, status=Status.WAITING), agent)
    assert await shown() == "in_progress"
    await web_desk.engine.handle(ResolveTicket(ticket=ticket), agent)
    assert await shown() == "closed"


async def test_comments_are_the_replies_and_never_the_notes(web_desk):
    ticket = await web_desk.ticket("student")
    student, agent = await web_desk.program("student"), await web_desk.program("agent")
    note = PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=Text.of("He is difficult."))
    await web_desk.engine.handle(note, Actor(person=web_desk.people["agent"], door=Platform.WEB))
    said = await agent.post(f"/api/tickets/{ticket}/comments", {"text": "I'm checking the logs now."})
    assert said.status == 201
    assert said.body["ticket_id"] == ticket
    for who in (student, agent):
        found = await who.get(f"/api/tickets/{ticket}/comments")
        assert [comment["text"] for comment in found.body] == ["I'm checking the logs now."]
    assert "difficult" not in (await student.get(f"/api/threads/T-{ticket}")).text


@pytest.mark.parametrize("text", ["", " \n ", "\u202e\x00"])
async def test_an_empty_comment_is_refused(web_desk, text):
    ticket = await web_desk.ticket("student")
    answer = await (await web_desk.program("student")).post(f"/api/tickets/{ticket}/comments", {"text": text})
    assert (answer.status, answer.message) == (422, "The message is empty: please write something there.")


async def test_a_closed_ticket_takes_no_comment(web_desk):
    ticket = await web_desk.ticket("student")
    student = await web_desk.program("student")
    await student.put(f"/api/tickets/{ticket}", {"status": "closed"})
    answer = await student.post(f"/api/tickets/{ticket}/comments", {"text": "One more thing"})
    assert answer.status == 409
    assert "/ticket reopen" in answer.message


async def test_the_same_key_twice_opens_one_ticket_and_says_one_thing(web_desk):
    student = await web_desk.program("student")
    key = {"Idempotency-Key": "a-key"}
    first = await student.upload("/api/tickets", form(png()), headers=key)
    again = await student.upload("/api/tickets", form(png()), headers=key)
    assert again.status == 201
    assert again.body == first.body
    path = f"/api/tickets/{first.body['id']}/comments"
    said = [await student.post(path, {"text": "Hello"}, headers=key) for _ in range(2)]
    assert said[0].body == said[1].body
    assert len((await student.get(path)).body) == 1
    assert len((await student.get("/api/tickets")).body) == 1


async def test_keys_are_each_persons_own(web_desk):
    key = {"Idempotency-Key": "a-key"}
    first = await (await web_desk.program("student")).upload("/api/tickets", form(), headers=key)
    second = await (await web_desk.program("other")).upload("/api/tickets", form(), headers=key)
    assert first.body["id"] != second.body["id"]
    too_long = await (await web_desk.program("student")).upload(
        "/api/tickets", form(), headers={"Idempotency-Key": "x" * 101}
    )
    assert too_long.status == 400
