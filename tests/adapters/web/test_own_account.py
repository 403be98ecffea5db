"""One's own account: the password, and where one is signed in. Its attacks: ``tests/attacks/test_accounts.py``."""

import re
from datetime import timedelta

import pytest

from tests.fakes.web_desk import Visitor, WebDesk

OLD, NEW = "correct horse battery", "a lamp under twelve seas"
EMAIL = "mira@example.org"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def mira(desk: WebDesk, password: str = OLD, *, user_agent: str = FIREFOX) -> Visitor:
    """A browser of hers, who registers with the first."""
    browser = await desk.nobody()
    browser.headers["User-Agent"] = user_agent
    entered = await browser.call("POST", "/session", data={"email": EMAIL, "password": password})
    if entered.status == 401:
        new = {"username": "Mira", "email": EMAIL, "password": password}
        entered = await browser.call("POST", "/session/register", data=new)
    assert entered.status == 303, entered.text
    browser.csrf = (await browser.get("/api/me")).body["csrf"]
    return browser


async def log_in(desk: WebDesk, password: str) -> int:
    nobody = await desk.nobody()
    return (await nobody.post("/api/auth/login", {"email": EMAIL, "password": password})).status


# --- the password ----------------------------------------------------------------------------------------------------


async def test_a_changed_password_is_the_only_one_and_ends_every_other_sign_in(web_desk: WebDesk) -> None:
    here, there = await mira(web_desk), await mira(web_desk)
    program = await web_desk.nobody()
    token = (await program.post("/api/auth/login", {"email": EMAIL, "password": OLD})).body["token"]
    program.headers["Authorization"] = f"Bearer {token}"
    assert (await program.get("/api/me")).status == 200
    assert (await here.put("/api/account/password", {"old": OLD, "new": NEW})).status == 204
    assert [(await one.get("/api/me")).status for one in (here, there, program)] == [200, 401, 401]
    assert [await log_in(web_desk, password) for password in (OLD, NEW)] == [401, 200]


async def test_a_program_changes_it_and_logs_in_anew(web_desk: WebDesk) -> None:
    browser, program = await mira(web_desk), await web_desk.nobody()
    who = {"email": EMAIL, "password": OLD}
    program.headers["Authorization"] = f"Bearer {(await program.post('/api/auth/login', who)).body['token']}"
    assert (await program.put("/api/account/password", {"old": OLD, "new": NEW})).status == 204
    assert [(await one.get("/api/me")).status for one in (browser, program)] == [401, 401]
    web_desk.clock.advance(timedelta(seconds=1))
    del program.headers["Authorization"]
    token = (await program.post("/api/auth/login", {"email": EMAIL, "password": NEW})).body["token"]
    program.headers["Authorization"] = f"Bearer {token}"
    assert (await program.get("/api/me")).status == 200


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("wrong horse battery", NEW, "The old password is another one"),
        ("", NEW, "The old password is another one"),
        ("x" * 5_000, NEW, "The old password is another one"),
        (OLD, OLD, "The new password is the old one"),
        (OLD, "short", "8 to 200 are taken"),
        (OLD, "x" * 201, "8 to 200 are taken"),
        (OLD, "password1", "easy to guess"),
        (OLD, "mira@example.org", "easy to guess"),
    ],
)
async def test_a_change_that_is_refused_changes_nothing_and_says_why(
    web_desk: WebDesk, old: str, new: str, words: str
) -> None:
    here, there = await mira(web_desk), await mira(web_desk)
    refused = await here.put("/api/account/password", {"old": old, "new": new})
    assert (refused.status, words in refused.message) == (422, True), refused.message
    assert (await there.get("/api/me")).status == 200
    assert await log_in(web_desk, OLD) == 200


async def test_a_change_told_twice_under_one_key_is_done_once(web_desk: WebDesk) -> None:
    here = await mira(web_desk)
    key = {"Idempotency-Key": "once"}
    for _ in range(2):
        changed = await here.put("/api/account/password", {"old": OLD, "new": NEW}, headers=key)
        assert changed.status == 204


async def test_an_account_with_a_weak_password_is_not_made(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    new = {"username": "Mira", "email": EMAIL, "password": "qwertzuiop"}
    refused = await nobody.post("/api/auth/register", new)
    assert (refused.status, "easy to guess" in refused.message) == (400, True)
    page = await nobody.call("POST", "/session/register", data=new)
    assert (page.status, "easy to guess" in page.text, "qwertzuiop" in page.text) == (422, True, False)


async def test_whoever_has_no_password_has_none_to_change(web_desk: WebDesk) -> None:
    student = await web_desk.browser("student")
    async with web_desk.store.write() as work:
        await work.connection.exec_driver_sql("DELETE FROM accounts")
    assert "You sign in here without a password" in (await student.get("/account")).text
    refused = await student.put("/api/account/password", {"old": "x", "new": NEW})
    assert (refused.status, refused.message[:37]) == (409, "You sign in here without a password, ")


# --- where one is signed in ------------------------------------------------------------------------------------------


async def test_sign_ins_are_listed_with_their_browser_and_where_they_were_last_seen(web_desk: WebDesk) -> None:
    here = await mira(web_desk)
    web_desk.clock.advance(timedelta(hours=1))
    there = await mira(web_desk, user_agent="curl/8.5.0")
    [newest, oldest] = (await there.get("/api/account/sessions")).body
    assert (newest["browser"], newest["address"], newest["is_this"]) == ("curl", "127.0.0.1", True)
    assert (oldest["browser"], oldest["is_this"]) == ("Firefox on Linux", False)
    assert oldest["began_at"] == oldest["seen_at"] < newest["seen_at"] < newest["expires_at"]
    web_desk.clock.advance(timedelta(minutes=1))
    seen = (await here.get("/api/account/sessions")).body[0]
    assert (seen["is_this"], seen["began_at"] < seen["seen_at"]) == (True, True)


async def test_being_seen_is_written_down_every_few_minutes_alone(web_desk: WebDesk) -> None:
    here = await mira(web_desk)
    seen = []
    for minutes in (0, 4, 1, 4):
        web_desk.clock.advance(timedelta(minutes=minutes))
        seen.append((await here.get("/api/account/sessions")).body[0]["seen_at"])
    assert seen[0] == seen[1] < seen[2] == seen[3]


async def test_one_sign_in_is_ended_and_then_all_others(web_desk: WebDesk) -> None:
    here, second, third, fourth = [await mira(web_desk) for _ in range(4)]
    other = await web_desk.browser("other")
    ending = next(one for one in (await second.get("/api/account/sessions")).body if one["is_this"])
    assert (await here.call("DELETE", f"/api/account/sessions/{ending['id']}")).status == 204
    assert [(await one.get("/api/me")).status for one in (here, second, third)] == [200, 401, 200]
    assert (await here.call("DELETE", f"/api/account/sessions/{ending['id']}")).status == 404
    assert (await here.call("DELETE", "/api/account/sessions")).status == 204
    assert [(await one.get("/api/me")).status for one in (here, third, fourth, other)] == [200, 401, 401, 200]
    assert len((await here.get("/api/account/sessions")).body) == 1


async def test_a_live_page_whose_sign_in_ended_elsewhere_hears_no_more(web_desk: WebDesk) -> None:
    here, there = await mira(web_desk), await mira(web_desk)
    origin = {"Origin": str(web_desk.server.make_url("")).rstrip("/")}
    mine = await here.client.ws_connect("/api/live", headers=origin)
    theirs = await there.client.ws_connect("/api/live", headers=origin)
    assert {(await one.receive_json())["type"] for one in (mine, theirs)} == {"hello"}
    assert (await here.put("/api/account/password", {"old": OLD, "new": NEW})).status == 204
    await theirs.receive()
    assert (theirs.closed, mine.closed, web_desk.door.live.count) == (True, False, 1)
    await mine.close()


# --- the page --------------------------------------------------------------------------------------------------------


async def sent(browser: Visitor, path: str, **fields: str) -> str:
    """The page that the form leads to."""
    page = (await browser.get("/account")).text
    csrf = re.findall(r'name="csrf" value="([^"]+)"', page)[-1]
    answer = await browser.call("POST", path, data={"csrf": csrf, **fields})
    return (await browser.get(answer.headers["Location"])).text if answer.status == 303 else answer.text


async def test_the_page_does_the_same_without_a_script(web_desk: WebDesk) -> None:
    here, there = await mira(web_desk), await mira(web_desk, user_agent="curl/8.5.0")
    page = (await here.get("/account")).text
    assert "Firefox on Linux" in page and "curl" in page and "127.0.0.1" in page
    assert 'href="/account"' in (await here.get("/")).text
    [name] = [one["id"] for one in (await here.get("/api/account/sessions")).body if not one["is_this"]]
    assert "That browser is signed out." in await sent(here, "/account/sessions/end", session=name)
    assert (await there.get("/api/me")).status == 401
    there = await mira(web_desk)
    assert "Everywhere else you are signed out." in await sent(here, "/account/sessions/end", session="others")
    assert (await there.get("/api/me")).status == 401
    assert "Your password is changed." in await sent(here, "/account/password", old=OLD, new=NEW)
    assert await log_in(web_desk, NEW) == 200


@pytest.mark.parametrize(("old", "new", "field"), [("wrong", NEW, "old"), (OLD, "qwertzuiop", "new")])
async def test_what_is_wrong_is_said_at_its_field_and_no_password_comes_back(
    web_desk: WebDesk, old: str, new: str, field: str
) -> None:
    page = await sent(await mira(web_desk), "/account/password", old=old, new=new)
    marked = rf'<input [^>]*name="{field}"[^>]*aria-invalid="true"[^>]*aria-describedby="password-problem'
    assert re.search(marked, page) is not None
    assert page.count("aria-invalid") == page.count('id="password-problem"') == 1
    assert OLD not in page and "qwertzuiop" not in page


async def test_nobody_is_led_there_through_the_door(web_desk: WebDesk) -> None:
    nobody = await web_desk.nobody()
    answer = await nobody.get("/account")
    assert answer.status == 303
    assert 'name="next" value="/account"' in (await nobody.get(answer.headers["Location"])).text
    for path in ("/account/password", "/account/sessions/end"):
        assert (await nobody.call("POST", path, data={"csrf": "x"})).headers["Location"].startswith("/welcome")
