"""Attacks on one's own account: other websites, other persons' sessions, guessing, racing, and what is planted."""

import asyncio
from datetime import timedelta

import pytest

from adapters.web.sessions import digest
from tests.attacks.console_doors import everything
from tests.fakes.web_desk import Visitor, WebDesk

OLD, NEW, NEWER = "correct horse battery", "a lamp under twelve seas", "seven owls bake gravel"
EMAIL = "mira@example.org"


async def mira(desk: WebDesk) -> Visitor:
    browser = await desk.nobody()
    who = {"username": "Mira", "email": EMAIL, "password": OLD}
    entered = await browser.call("POST", "/session", data=who)
    if entered.status == 401:
        entered = await browser.call("POST", "/session/register", data=who)
    assert entered.status == 303
    browser.csrf = (await browser.get("/api/me")).body["csrf"]
    return browser


async def sessions_of(browser: Visitor) -> list[str]:
    return [one["id"] for one in (await browser.get("/api/account/sessions")).body]


async def log_in(desk: WebDesk, password: str) -> int:
    nobody = await desk.nobody()
    return (await nobody.post("/api/auth/login", {"email": EMAIL, "password": password})).status


@pytest.mark.parametrize("who", ["other", "agent", "admin"])
async def test_nobody_sees_or_ends_anothers_sign_in_whatever_their_role(web_desk: WebDesk, who: str) -> None:
    victim, spy = await mira(web_desk), await web_desk.browser(who)
    [theirs] = await sessions_of(victim)
    assert theirs not in await sessions_of(spy)
    ended = await spy.call("DELETE", f"/api/account/sessions/{theirs}")
    unknown = await spy.call("DELETE", "/api/account/sessions/nothing")
    assert (ended.status, ended.text) == (unknown.status, unknown.text)
    assert ended.status == 404
    sending = {"csrf": spy.csrf, "session": theirs}
    assert (await spy.call("POST", "/account/sessions/end", data=sending)).status == 404
    assert (await spy.call("DELETE", "/api/account/sessions")).status == 204
    assert (await victim.get("/api/me")).status == 200
    assert '"127.0.0.1' not in (await spy.get("/api/admin/people")).text, "an address is its owner's to see"


async def test_fields_that_were_not_asked_for_name_nobody_else(web_desk: WebDesk) -> None:
    victim, spy = await mira(web_desk), await web_desk.browser("other")
    person = (await victim.get("/api/me")).body["id"]
    [session] = await sessions_of(victim)
    body = {"old": OLD, "new": NEW, "person": person, "email": EMAIL, "id": person, "was": "", "session": session}
    assert (await spy.put("/api/account/password", body)).status == 422
    assert (await victim.put("/api/account/password", {**body, "password_hash": "x", "roles": ["admin"]})).status == 204
    me = (await victim.get("/api/me")).body
    assert (me["id"], me["is_staff"]) == (person, False)
    assert await log_in(web_desk, NEW) == 200


@pytest.mark.parametrize("path", ["/account/password", "/account/sessions/end"])
async def test_no_form_of_another_website_is_taken(web_desk: WebDesk, path: str) -> None:
    victim, there, spy = await mira(web_desk), await mira(web_desk), await web_desk.browser("other")
    before = await everything(web_desk)
    fields = {"old": OLD, "new": NEW, "session": "others"}
    for csrf, headers in (
        ("", {}),
        ("x" * len(victim.csrf), {}),
        (spy.csrf, {}),
        (there.csrf, {}),
        (victim.csrf, {"Origin": "https://evil.example"}),
        (victim.csrf, {"Sec-Fetch-Site": "cross-site"}),
    ):
        answer = await victim.call("POST", path, data={"csrf": csrf, **fields}, headers=headers)
        assert answer.status == 403
    assert await everything(web_desk) == before
    assert (await there.get("/api/me")).status == 200
    assert await log_in(web_desk, OLD) == 200


async def test_a_session_that_was_planted_is_worth_nothing_after_the_sign_in(web_desk: WebDesk) -> None:
    await mira(web_desk)
    spy = await web_desk.browser("other")
    planted = {cookie.key: cookie.value for cookie in spy.client.session.cookie_jar}
    victim = await web_desk.nobody()
    victim.client.session.cookie_jar.update_cookies(planted, web_desk.server.make_url("/"))
    await victim.call("POST", "/session", data={"email": EMAIL, "password": OLD})
    assert (await victim.get("/api/me")).body["name"] == "Mira"
    assert (await spy.get("/api/me")).status == 401


async def test_a_stolen_token_ends_with_the_password_and_so_does_a_stolen_cookie(web_desk: WebDesk) -> None:
    victim, thief = await mira(web_desk), await mira(web_desk)
    program = await web_desk.nobody()
    token = (await program.post("/api/auth/login", {"email": EMAIL, "password": OLD})).body["token"]
    program.headers["Authorization"] = f"Bearer {token}"
    web_desk.clock.advance(timedelta(milliseconds=1))
    assert (await victim.put("/api/account/password", {"old": OLD, "new": NEW})).status == 204
    for stolen in (thief, program):
        for answer in (
            await stolen.get("/api/me"),
            await stolen.get("/api/account/sessions"),
            await stolen.put("/api/account/password", {"old": NEW, "new": NEWER}),
        ):
            assert answer.status == 401


async def test_of_two_changes_at_once_one_holds(web_desk: WebDesk) -> None:
    first, second = await mira(web_desk), await mira(web_desk)
    answers = await asyncio.gather(
        first.put("/api/account/password", {"old": OLD, "new": NEW}),
        second.put("/api/account/password", {"old": OLD, "new": NEWER}),
    )
    won = [answer.status for answer in answers].index(204)
    assert answers[1 - won].status in (401, 409, 422)
    assert [await log_in(web_desk, password) for password in (OLD, (NEW, NEWER)[won], (NEW, NEWER)[1 - won])] == [
        *(401, 200, 401)
    ]


async def test_whoever_has_the_browser_does_not_guess_the_password_there(web_desk: WebDesk) -> None:
    thief, program = await mira(web_desk), await web_desk.nobody()
    body = {"old": "a guess", "new": NEW}
    answers = [await thief.put("/api/account/password", body) for _ in range(12)]
    assert [answer.status for answer in answers] == [422] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) > 0
    signed_in = await program.post("/api/auth/login", {"email": EMAIL, "password": OLD})
    assert signed_in.status == 200, "nobody is locked out"


async def test_the_list_gives_nothing_away_that_signs_in_or_forges(web_desk: WebDesk) -> None:
    victim = await mira(web_desk)
    [cookie] = [cookie.value for cookie in victim.client.session.cookie_jar]
    for path in ("/api/account/sessions", "/account"):
        text = (await victim.get(path)).text
        assert cookie not in text and digest(cookie) not in text


async def test_a_browser_that_lies_about_itself_writes_no_markup(web_desk: WebDesk) -> None:
    liar = await web_desk.nobody()
    liar.headers["User-Agent"] = 'Firefox/1.0 <script>alert("x")</script> Linux' + "A" * 4_000
    await liar.call("POST", "/session/demo", data={"who": "other"})
    assert "alert(" not in (await liar.get("/account")).text


async def test_neither_the_old_nor_the_new_password_is_written_down_anywhere(web_desk: WebDesk) -> None:
    victim = await mira(web_desk)
    await victim.put("/api/account/password", {"old": OLD, "new": NEW})
    async with web_desk.store.read() as work:
        dump = [tuple(row) for row in await work.connection.exec_driver_sql("SELECT * FROM events")]
        dump += [tuple(row) for row in await work.connection.exec_driver_sql("SELECT * FROM accounts")]
    assert OLD not in repr(dump) and NEW not in repr(dump)
