"""Who gets in, and what a request of another website may not do."""

import hashlib
from dataclasses import replace
from datetime import timedelta

import jwt
import pytest
from aiohttp import CookieJar
from structlog.testing import capture_logs
from yarl import URL

from adapters.web.sessions import COOKIE
from core.errors import Unavailable
from core.model.people import Standing


async def test_an_expired_token_says_so(web_desk):
    student = await web_desk.program("student")
    web_desk.clock.advance(timedelta(hours=12))
    answer = await student.get("/api/me")
    assert (answer.status, answer.message) == (401, "Your sign-in has run out: please sign in again.")


@pytest.mark.parametrize("header", ["Bearer a.b.c", "Bearer", "Basic c3R1ZGVudDp4", "", "Bearer " + "x" * 3_000])
async def test_a_token_that_is_none_of_ours_is_refused(web_desk, header):
    nobody = await web_desk.nobody()
    answer = await nobody.get("/api/me", headers={"Authorization": header})
    assert answer.status == 401
    assert "none of this desk's" in answer.message


async def test_a_token_without_a_signature_is_refused(web_desk):
    nobody = await web_desk.nobody()
    student = await web_desk.program("student")
    claims = jwt.decode(student.headers["Authorization"].split()[1], options={"verify_signature": False})
    forged = jwt.encode(claims, None, algorithm="none")
    assert (await nobody.get("/api/me", headers={"Authorization": f"Bearer {forged}"})).status == 401


async def test_a_cookie_ends_after_thirty_days(web_desk):
    student = await web_desk.browser("student")
    web_desk.clock.advance(timedelta(days=30) - timedelta(seconds=1))
    assert (await student.get("/api/me")).status == 200
    web_desk.clock.advance(timedelta(seconds=1))
    assert (await student.get("/api/me")).status == 401


@pytest.mark.parametrize("token", ["", "wrong", "0" * 64, "é"])
async def test_a_cookie_without_its_csrf_token_changes_nothing(web_desk, token):
    student = await web_desk.browser("student")
    student.csrf = ""
    headers = {"X-CSRF-Token": token} if token else {}
    answer = await student.post("/api/commands", {"text": "/ticket open"}, headers=headers)
    assert (answer.status, answer.body["reason"]) == (403, "csrf")


async def test_each_page_has_a_csrf_token_of_its_own_and_each_is_right(web_desk):
    student = await web_desk.browser("student")
    tokens = {(await student.get("/api/me")).body["csrf"] for _ in range(3)}
    assert len(tokens) == 3
    for token in tokens:
        student.csrf = token
        assert (await student.post("/api/commands", {"text": "/help"})).status == 200
        student.csrf = "0" * 16 + token[16:]
        assert (await student.post("/api/commands", {"text": "/help"})).status == 403


async def test_the_csrf_token_of_another_session_is_worth_nothing(web_desk):
    student, other = await web_desk.browser("student"), await web_desk.browser("student")
    assert student.csrf != other.csrf
    student.csrf = other.csrf
    assert (await student.post("/api/commands", {"text": "/help"})).status == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
async def test_a_foreign_page_does_nothing_here_and_signs_nobody_in(web_desk, headers):
    student = await web_desk.browser("student")
    answer = await student.post("/api/commands", {"text": "/help"}, headers=headers)
    assert (answer.status, answer.body["reason"]) == (403, "foreign_origin")
    nobody = await web_desk.nobody()
    sign_in = await nobody.call("POST", "/session/demo", data={"who": "admin"}, headers=headers)
    assert sign_in.status == 403
    assert "Set-Cookie" not in sign_in.headers


async def test_our_own_page_is_known_by_its_public_address_or_by_the_host(web_desk):
    student = await web_desk.browser("student")
    here = str(student.client.make_url("/").origin())
    for headers in (
        {"Origin": here},
        {"Origin": "http://127.0.0.1:8080"},
        {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin"},
    ):
        assert (await student.post("/api/commands", {"text": "/help"}, headers=headers)).status == 200


async def test_signing_in_makes_a_new_session_and_ends_the_old(web_desk):
    student = await web_desk.browser("student")
    url = student.client.make_url("/")

    def cookie() -> str:
        return student.client.session.cookie_jar.filter_cookies(url)[COOKIE].value

    before = cookie()
    await student.call("POST", "/session/demo", data={"who": "agent"})
    assert cookie() != before
    student.client.session.cookie_jar.update_cookies({COOKIE: before}, url)
    assert (await student.get("/api/me")).status == 401


async def test_a_token_planted_before_the_sign_in_is_worth_nothing_after(web_desk):
    victim = await web_desk.nobody()
    url = victim.client.make_url("/")
    victim.client.session.cookie_jar.update_cookies({COOKIE: "planted-by-another"}, url)
    await victim.call("POST", "/session/demo", data={"who": "student"})
    attacker = await web_desk.nobody()
    attacker.client.session.cookie_jar.update_cookies({COOKIE: "planted-by-another"}, url)
    assert (await attacker.get("/api/me")).status == 401
    assert (await victim.get("/api/me")).status == 200


async def test_the_cookie_is_kept_from_scripts_and_from_other_sites(web_desk):
    nobody = await web_desk.nobody()
    entered = await nobody.call("POST", "/session/demo", data={"who": "student"})
    cookie = entered.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert "Max-Age=2592000" in cookie
    assert "Secure" not in cookie  # the public address is http here


async def test_the_database_keeps_no_token_that_would_open_the_door(web_desk):
    student = await web_desk.browser("student")
    jar = student.client.session.cookie_jar
    assert isinstance(jar, CookieJar)
    token = jar.filter_cookies(student.client.make_url("/"))[COOKIE].value
    nobody = await web_desk.nobody()
    digest = hashlib.sha256(token.encode()).hexdigest()
    nobody.client.session.cookie_jar.update_cookies({COOKIE: digest}, URL(student.client.make_url("/")))
    assert (await nobody.get("/api/me")).status == 401


async def test_a_blocked_person_still_reads_their_own_and_does_nothing(web_desk):
    ticket = await web_desk.ticket("student")
    student = await web_desk.browser("student")
    async with web_desk.store.write() as work:
        person = await work.people.get(web_desk.people["student"])
        await work.people.save(replace(person, standing=Standing.BLOCKED))
    assert (await student.get(f"/api/threads/T-{ticket}")).status == 200
    refused = await student.post(f"/api/threads/T-{ticket}/messages", {"text": "x"})
    assert (refused.status, "blocked" in refused.message) == (403, True)


def failing(web_desk, error: Exception) -> None:
    async def broken(*_given: object, **_named: object) -> None:
        raise error

    web_desk.door._api._desk = type("Broken", (), {"notices": broken})()


async def test_a_fault_is_noted_and_said_calmly(web_desk):
    student = await web_desk.browser("student")
    failing(web_desk, RuntimeError("secret words of somebody"))
    with capture_logs() as logs:
        answer = await student.get("/api/notices")
    assert answer.status == 500
    assert answer.body["error_id"] in answer.message
    assert "secret" not in answer.text
    (line,) = logs
    assert line == {
        "event": "web.request_failed",
        "log_level": "error",
        "error_id": answer.body["error_id"],
        "method": "GET",
        "route": "/api/notices",
        "exc_info": True,
    }


async def test_a_database_that_cannot_serve_says_when_to_come_back(web_desk):
    student = await web_desk.browser("student")
    failing(web_desk, Unavailable(why="the disk is full"))
    answer = await student.get("/api/notices")
    assert (answer.status, answer.headers["Retry-After"]) == (503, "30")
    assert "the disk is full" in answer.message
