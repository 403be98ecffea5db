"""The pages themselves, and signing in and out by plain forms."""

import asyncio
import re
from pathlib import Path

import pytest

from adapters.web.pages import local_path
from adapters.web.statics import Statics

REGISTRATION = {"username": "Asha", "email": "asha@example.org", "password": "correct horse"}


@pytest.mark.parametrize("path", ["/", "/t/T-1", "/alerts"])
async def test_whoever_is_not_signed_in_is_led_to_the_welcome_and_back(web_desk, path):
    nobody = await web_desk.nobody()
    answer = await nobody.get(path)
    assert (answer.status, answer.headers["Location"]) == (303, f"/welcome?next={path}")
    welcome = await nobody.get(answer.headers["Location"])
    assert welcome.status == 200
    assert f'name="next" value="{path}"' in welcome.text
    entered = await nobody.call("POST", "/session/demo", data={"who": "student", "next": path})
    assert (entered.status, entered.headers["Location"]) == (303, path)


async def test_the_page_bears_its_csrf_token_and_its_person(web_desk):
    student = await web_desk.browser("student")
    await web_desk.ticket("student")
    page = await student.get("/t/T-1")
    assert page.status == 200
    found = re.search('<meta name="csrf" content="([0-9a-f]+)">', page.text)
    assert found is not None
    student.csrf = found[1]
    assert (await student.post("/api/commands", {"text": "/ticket show T-1"})).status == 200
    assert "Student" in page.text
    assert page.headers["Cache-Control"] == "no-store"
    assert page.headers["Content-Type"] == "text/html; charset=utf-8"


async def test_a_page_of_no_ticket_is_none(web_desk):
    student = await web_desk.browser("student")
    for path in ("/t/12", "/t/T-0", "/t/%3Cscript%3E", "/t/T-1x"):
        answer = await student.get(path)
        assert answer.status == 404
        assert "<p>There is nothing here.</p>" in answer.text


async def test_the_page_of_alerts_is_for_staff(web_desk):
    assert (await (await web_desk.browser("lead")).get("/alerts")).status == 200
    refused = await (await web_desk.browser("student")).get("/alerts")
    assert refused.status == 403
    assert "<p>This page is for the support staff.</p>" in refused.text


async def test_the_demos_people_are_offered(web_desk):
    welcome = (await (await web_desk.nobody()).get("/welcome")).text
    assert '<a class="link" href="/faq">' in welcome
    for who in ("student", "agent", "lead", "admin"):
        assert f'value="{who}"' in welcome


async def test_somebody_who_is_nobody_cannot_be_chosen(web_desk):
    answer = await (await web_desk.nobody()).call("POST", "/session/demo", data={"who": "rector"})
    assert answer.status == 404
    assert "Set-Cookie" not in answer.headers


async def test_registering_signs_in_and_signing_out_ends_it(web_desk):
    browser = await web_desk.nobody()
    entered = await browser.call("POST", "/session/register", data={**REGISTRATION, "next": "/t/T-5"})
    assert (entered.status, entered.headers["Location"]) == (303, "/t/T-5")
    csrf = (await browser.get("/api/me")).body["csrf"]
    assert (await browser.call("POST", "/session/end", data={"csrf": "wrong"})).status == 403
    assert (await browser.get("/api/me")).status == 200
    left = await browser.call("POST", "/session/end", data={"csrf": csrf})
    assert (left.status, left.headers["Location"]) == (303, "/welcome")
    assert (await browser.get("/api/me")).status == 401
    back = await browser.call("POST", "/session", data={"email": "Asha@example.org", "password": "correct horse"})
    assert (back.status, back.headers["Location"]) == (303, "/")


@pytest.mark.parametrize(
    ("path", "data", "status", "says"),
    [
        ("/session", {"email": "a@example.org", "password": "x"}, 401, "Invalid credentials"),
        ("/session", {}, 401, "Invalid credentials"),
        ("/session/register", {**REGISTRATION, "email": "student@example.com"}, 409, "There is an account"),
        ("/session/register", {**REGISTRATION, "password": "x"}, 422, "8 to 200"),
        ("/session/register", {}, 422, "username"),
    ],
)
async def test_what_will_not_do_shows_the_welcome_again_with_the_sentence(web_desk, path, data, status, says):
    browser = await web_desk.nobody()
    answer = await browser.call("POST", path, data={"next": "/t/T-5", **data})
    assert answer.status == status
    assert says in answer.text
    assert 'value="/t/T-5"' in answer.text
    assert "correct horse" not in answer.text
    assert "Set-Cookie" not in answer.headers


async def test_who_registers_in_vain_mends_what_they_typed_where_they_typed_it(web_desk):
    browser = await web_desk.nobody()
    assert "At least 8 characters: four words" in (await browser.call("GET", "/welcome")).text
    data = {"username": "Ada <b>", "email": "ada@example.org", "password": "hunter2"}
    page = (await browser.call("POST", "/session/register", data=data)).text
    sign_in, register = page.split('id="in-title"')[1].split('id="new-title"')
    assert "8 to 200" in register
    assert 'value="Ada &lt;b&gt;"' in register
    assert 'value="ada@example.org"' in register
    assert "ada@example.org" not in sign_in
    assert "problem" not in sign_in
    assert "hunter2" not in page


async def test_words_in_a_form_come_back_escaped(web_desk):
    data = {"email": '"><script>alert(1)</script>', "password": "x", "next": '"><script>'}
    answer = await (await web_desk.nobody()).call("POST", "/session", data=data)
    assert "<script>alert" not in answer.text
    assert "&#34;&gt;&lt;script&gt;alert(1)" in answer.text


async def test_forms_are_forms_and_small(web_desk):
    browser = await web_desk.nobody()
    assert (await browser.call("POST", "/session", json={"email": "x"})).status == 415
    assert (await browser.call("POST", "/session", data={"email": "x" * 600_000})).status == 413
    assert (await browser.call("POST", "/session", data={f"f{n}": "x" for n in range(200)})).status == 400


@pytest.mark.parametrize(
    "word",
    [
        "//evil.example",
        "/\\evil.example",
        "https://evil.example/",
        "/t/../../x",
        "/t/T-1/../..//evil.example",
        "\t//evil.example",
        "/\n/evil.example",
        "javascript:alert(1)",
        "/%2f%2fevil.example",
        "/session/end",
        "/api/me",
        "/t/T-1?next=//evil.example",
        "",
    ],
)
def test_nobody_is_sent_anywhere_but_to_the_desks_pages(word):
    assert local_path(word) == "/"


@pytest.mark.parametrize("word", ["/", "/alerts", "/t/T-1", "/t/t-12", "/?view=queue", "/t/T-1?x=1"])
def test_the_desks_own_pages_are_led_to(word):
    assert local_path(word) == word


async def test_a_foreign_next_leads_to_the_first_page(web_desk):
    for next_ in ("//evil.example", "https://evil.example", "/\\evil.example"):
        answer = await (await web_desk.nobody()).call("POST", "/session/demo", data={"who": "student", "next": next_})
        assert answer.headers["Location"] == "/"
        assert "evil" not in (await (await web_desk.nobody()).get(f"/welcome?next={next_}")).text


async def test_the_pages_own_files_are_kept_for_a_year_under_their_version(web_desk):
    nobody = await web_desk.nobody()
    page = (await nobody.get("/welcome")).text
    path = page.partition('rel="icon" href="')[2].partition('"')[0]
    icon = await nobody.get(path)
    assert icon.status == 200
    assert icon.headers["Content-Type"] == "image/svg+xml"
    assert icon.headers["X-Content-Type-Options"] == "nosniff"
    assert icon.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    plain = await nobody.get("/static/icon.svg")
    assert (plain.headers["Cache-Control"], plain.data) == ("no-cache", icon.data)
    outdated = await nobody.get("/static/000000000000/icon.svg")
    assert outdated.headers["Cache-Control"] == "no-cache"
    again = await nobody.get("/static/icon.svg", headers={"If-None-Match": plain.headers["ETag"]})
    assert (again.status, again.data) == (304, b"")


async def test_the_pages_files_travel_small_and_arrive_the_same(web_desk):
    nobody = await web_desk.nobody()
    packed = await nobody.get("/static/desk.css", headers={"Accept-Encoding": "gzip"})
    plain = await nobody.get("/static/desk.css", headers={"Accept-Encoding": "identity"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in plain.headers
    assert int(packed.headers["Content-Length"]) < int(plain.headers["Content-Length"]) / 2
    assert packed.data == plain.data


@pytest.mark.parametrize(
    "path", ["../door.py", "..%2fdoor.py", "%2e%2e/door.py", "/etc/passwd", "nothing.js", "%00", "x/../icon.svg/.."]
)
async def test_nothing_but_the_pages_own_files_is_served(web_desk, path):
    assert (await (await web_desk.nobody()).get(f"/static/{path}")).status == 404


def test_a_changed_file_changes_the_version(tmp_path: Path):
    (tmp_path / "a.js").write_text("1")
    before = Statics(tmp_path).version
    (tmp_path / "a.js").write_text("2")
    assert Statics(tmp_path).version != before


async def test_fifty_people_sign_in_and_open_a_ticket_at_once(web_desk):
    """Every one gets in, every ticket is there once."""

    async def one(number):
        browser = await web_desk.nobody()
        data = {"username": f"Student {number}", "email": f"s{number}@example.org", "password": "correct horse"}
        assert (await browser.call("POST", "/session/register", data=data)).status == 303
        browser.csrf = (await browser.get("/api/me")).body["csrf"]
        form = (await browser.post("/api/commands", {"text": "/ticket open"})).body["form"]["action"]
        values = {"title": f"Mine, {number}", "category": "platform", "priority": "normal", "description": "…"}
        reply = await browser.post("/api/forms", {"action": form, "values": values})
        assert reply.status == 200, reply.text
        return reply.body["ticket"]["ref"]

    refs = await asyncio.gather(*(one(number) for number in range(50)))
    assert len(set(refs)) == 50
    everything = (await (await web_desk.browser("agent")).get("/api/threads?view=all")).body
    assert len({ticket["title"] for ticket in everything}) == 50
