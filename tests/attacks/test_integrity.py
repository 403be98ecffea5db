"""Somebody who wants to be, or to do, what they are not allowed."""

from collections.abc import Mapping

import jwt
import pytest

from bot import demo
from core.commands import Actor, ConfirmEmail, RegisterPerson, SyncGrants
from core.errors import EmailTaken
from core.model.people import Platform, Role
from tests.fakes.clock import START
from tests.fakes.web_desk import OPERATOR, SECRET, WebDesk

SYSTEM = Actor(person=None, door=Platform.SYSTEM)
PASSWORD = "correct horse"


async def registered(web_desk: WebDesk, username: str, email: str, **more: object):
    body = {"username": username, "email": email, "password": PASSWORD, **more}
    return await (await web_desk.nobody()).post("/api/auth/register", body)


@pytest.mark.parametrize(
    "name",
    [
        "Lead",
        "lead",
        "LEAD",
        "L\u200bead",
        "Ｌｅａｄ",
        "Lead.",
        "L\u00adead",
        "Student Support",
        "student  support",
        "Ádmin",
    ],
)
async def test_nobody_registers_under_a_name_that_reads_like_the_staffs(web_desk: WebDesk, name: str) -> None:
    answer = await registered(web_desk, name, "eve@example.org")
    if name == "Ádmin":  # another letter is another name
        assert answer.status == 201
    else:
        assert answer.status == 400


async def test_whoever_registers_is_nobody_special_whatever_they_send(web_desk: WebDesk) -> None:
    wishes = {"role": "admin", "roles": ["admin"], "id": 1, "email_confirmed": True, "is_staff": True, "grants": ["*"]}
    answer = await registered(web_desk, "Eve", "eve@example.org", **wishes)
    assert (answer.status, answer.body["role"]) == (201, "customer")
    person = await web_desk.desk.person(answer.body["id"])
    assert person is not None and person.roles == {Role.REQUESTER} and not person.email_confirmed


async def test_a_ticket_takes_from_a_request_only_what_its_opener_may_say(web_desk: WebDesk) -> None:
    program = await web_desk.program("student")
    wishes = {
        "title": "T",
        "description": "D",
        "category": "platform",
        "status": "closed",
        "author_id": "2",
        "requester": "2",
        "assignee": "3",
        "team": "academics",
        "visibility": "public",
        "id": "77",
    }
    made = await program.call("POST", "/api/tickets", data=wishes)
    assert made.status == 201
    assert (made.body["id"], made.body["status"], made.body["author_id"]) == (1, "open", web_desk.people["student"])
    shown = (await program.get("/api/threads/T-1")).body["ticket"]
    assert (shown["visibility"], shown["assignee"], shown["team_label"]) == ("private", None, "Platform")
    put = {"status": "closed", "title": "Other", "author_id": 2}
    assert (await program.put("/api/tickets/1", put)).body["title"] == "T"


async def test_an_address_that_was_only_typed_brings_no_role_and_names_nobody(web_desk: WebDesk) -> None:
    await web_desk.ticket("student")
    eve = (await registered(web_desk, "Eve", "friend@example.org")).body["id"]
    admin, student = await web_desk.browser("admin"), await web_desk.browser("student")
    for who, line in ((admin, "/desk role admin friend@example.org"), (student, "/ticket add T-1 friend@example.org")):
        refused = await who.post("/api/commands", {"text": line})
        unknown = await who.post("/api/commands", {"text": line.replace("friend", "nobody")})
        assert (refused.status, unknown.status) == (404, 404)
        assert refused.message == unknown.message.replace("nobody@", "friend@")
    person = await web_desk.desk.person(eve)
    assert person is not None and not person.is_staff
    assert (await student.post("/api/commands", {"text": "/ticket add T-1 Eve"})).status == 200
    await web_desk.engine.handle(ConfirmEmail(email="friend@example.org"), OPERATOR)
    assert (await admin.post("/api/commands", {"text": "/desk role agent friend@example.org"})).status == 200


async def test_whoever_registers_a_demo_persons_address_first_gets_nothing_by_it(web_desk: WebDesk) -> None:
    for name, email in (("Eve", "admin@example.net"), ("Mallory", "Agent@Example.com")):
        command = RegisterPerson(username=name, email=email, password_hash="x")
        if email == "Agent@Example.com":
            with pytest.raises(EmailTaken):
                await web_desk.engine.handle(command, Actor(person=None, door=Platform.API))
        else:
            await web_desk.engine.handle(command, Actor(person=None, door=Platform.API))
    cast = await demo.enrol(web_desk.engine)
    await web_desk.engine.handle(SyncGrants(), SYSTEM)
    agent, student = await web_desk.desk.person(cast["agent"]), await web_desk.desk.person(cast["student"])
    assert agent is not None and (agent.email, agent.email_confirmed) == (None, False)
    assert student is not None and (student.email, student.is_staff) == (None, False)
    await demo.dismiss(web_desk.engine)
    agent = await web_desk.desk.person(cast["agent"])
    assert agent is not None and not agent.is_staff and not agent.may_act


def claims(web_desk: WebDesk, **changes: object) -> dict[str, object]:
    exp = int(START.timestamp()) + 3_600
    person = str(web_desk.people["admin"])
    given = {"iss": "threaddesk", "aud": "threaddesk-api", "sub": person, "iat": exp - 3_600, "exp": exp}
    return {**given, **changes}


async def test_a_token_is_taken_only_as_the_desk_makes_it(web_desk: WebDesk) -> None:
    key, csrf_key = web_desk.config.key("jwt"), web_desk.config.key("csrf")
    forged: list[str] = [
        jwt.encode(claims(web_desk), None, algorithm="none"),
        jwt.encode(claims(web_desk), key + key, algorithm="HS512"),
        jwt.encode(claims(web_desk), csrf_key, algorithm="HS256"),
        jwt.encode(claims(web_desk), SECRET, algorithm="HS256"),
        *(
            jwt.encode(claims(web_desk, **change), key, algorithm="HS256")
            for change in (
                {"aud": "other"},
                {"iss": "other"},
                {"sub": "0"},
                {"sub": "-1"},
                {"sub": "1 OR 1=1"},
                {"sub": "9" * 30},
                {"exp": 1},
                {"exp": 10**30},
                {"exp": "soon"},
                {"sub": "999999"},
            )
        ),
        jwt.encode(claims(web_desk), key, algorithm="HS256") + "x",
        "x" * 3_000,
        "a.b.c",
        "",
    ]
    nobody = await web_desk.nobody()
    for token in forged:
        answer = await nobody.get("/api/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status == 401, token
    good = jwt.encode(claims(web_desk), key, algorithm="HS256")
    assert (await nobody.get("/api/me", headers={"Authorization": f"Bearer {good}"})).status == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"X-CSRF-Token": ""},
        {"X-CSRF-Token": "0" * 64},
        {"Content-Type": "text/plain"},
    ],
)
async def test_another_websites_page_does_nothing_in_a_students_name(
    web_desk: WebDesk, headers: Mapping[str, str]
) -> None:
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    for path in ("/api/commands", "/api/actions", "/api/forms", "/api/threads/T-1/messages"):
        given = {"Content-Type": "application/json", **headers}
        answer = await student.call("POST", path, headers=given, data=b'{"text":"/ticket close T-1"}')
        assert answer.status in (403, 415)
    assert (await student.get("/api/threads/T-1")).body["ticket"]["status"] == "open"


COMMANDS = ("close", "edit", "claim", "resolve", "visibility", "add", "assign", "status", "priority", "tag", "list")


@pytest.mark.parametrize("who", ["student", "agent", "admin"])
async def test_a_forged_form_or_button_is_refused_in_a_sentence_and_never_a_fault(web_desk: WebDesk, who: str) -> None:
    await web_desk.ticket("other")
    visitor = await web_desk.browser(who)
    names = [("ticket", verb) for verb in COMMANDS]
    names += [
        ("staff", "note"),
        ("staff", "transfer"),
        ("desk", "role"),
        ("desk", "retry"),
        ("desk", "clear"),
        ("queue", ""),
        ("help", ""),
    ]
    for noun, verb in names:
        for action in (f"1!{noun}!{verb}!d!{'A' * 22}", f"1!{noun}!{verb}!d!-", f"1!{noun}!{verb}!x!T1"):
            answer = await visitor.post("/api/forms", {"action": action, "values": {"role": "admin", "person": "me"}})
            assert answer.status in (404, 422), (action, answer.text)
    for action in ("1.desk.role.-.role=admin.person=me", "1.desk.people.-", "1.desk.retry.-.number=1"):
        answer = await visitor.post("/api/actions", {"action": action})
        assert answer.status == 403 or who == "admin"
    for action in ("", "1", "2.ticket.close.1", "1.ticket.close.0", "1.ticket.close.1e3", "1.x.y.-", "1...", "1!!!!"):
        assert (await visitor.post("/api/actions", {"action": action})).status == 422
        assert (await visitor.post("/api/forms", {"action": action})).status == 422


async def test_a_header_is_not_written_by_what_somebody_typed(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    for next_ in (
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\r\nSet-Cookie: a=b",
        "/t/T-1?x=%0d%0a",
    ):
        entered = await nobody.call("POST", "/session/demo", data={"who": "student", "next": next_})
        assert (entered.status, entered.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    "path", ["/static/../config.py", "/static/..%2f..%2fconfig.py", "/static/%2e%2e/api.py", "/static//etc/passwd"]
)
async def test_no_path_leads_out_of_the_pages_own_files(web_desk: WebDesk, path: str) -> None:
    assert (await (await web_desk.nobody()).get(path)).status == 404
