"""Somebody who would stop an alert that is not theirs: by a forged link, another's, an old one, or from elsewhere."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from aiohttp import hdrs
from aiohttp.test_utils import TestClient, TestServer
from structlog.testing import capture_logs

from bot.http import application
from bot.signer import HmacSigner
from core.alerting import LINK_LIFE, link_of
from core.commands import Acknowledge, Actor, OpenTicket, Unacknowledge
from core.model.desk import Acknowledge as Link
from core.model.escalation import Escalation, EscalationState
from core.model.ids import EscalationId, TicketId
from core.model.people import Platform
from core.model.ticket import Priority
from core.text import Text
from tests.fakes.escalations import URGENT, escalating
from tests.fakes.keys import FakeKeys
from tests.fakes.signer import SIGNER
from tests.fakes.web_desk import WebDesk, desk_of, running_web_desk

SIGN_IN = escalating(desk_of(), URGENT)
BY_LINK = replace(SIGN_IN, acknowledge=Link.LINK)
TABLES = ("escalations", "timers", "tickets", "events", "deliveries", "inbox", "sessions")
SCANNER = {"User-Agent": "Mozilla/5.0 (compatible; SafeLinks/1.0)", "Purpose": "prefetch", "Sec-Purpose": "prefetch"}


@pytest.fixture
async def desk(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    """Where the link suffices: the weaker of the two."""
    async with running_web_desk(tmp_path, empty_database, setup=BY_LINK) as running:
        yield running


@pytest.fixture
async def strict(tmp_path: Path, empty_database: Path) -> AsyncIterator[WebDesk]:
    async with running_web_desk(tmp_path, empty_database, setup=SIGN_IN) as running:
        yield running


async def urgent(desk: WebDesk, by: str = "student") -> Escalation:
    command = OpenTicket(title="SECRET", description=Text.of("No."), category="platform", priority=Priority.URGENT)
    outcome = await desk.engine.handle(command, Actor(person=desk.people[by], door=Platform.WEB))
    assert outcome.ticket is not None
    return await escalation_of(desk, outcome.ticket)


async def escalation_of(desk: WebDesk, ticket: TicketId) -> Escalation:
    async with desk.store.read() as work:
        [escalation] = await work.escalations.of(ticket)
    return escalation


async def runs(desk: WebDesk, escalation: Escalation) -> bool:
    return (await escalation_of(desk, escalation.ticket)).state is EscalationState.RUNNING


def path_of(desk: WebDesk, escalation: Escalation) -> str:
    return urlsplit(link_of(escalation, BY_LINK, SIGNER, desk.clock.now())).path


async def everything(desk: WebDesk) -> Mapping[str, Any]:
    async with desk.store.read() as work:
        rows = {name: await work.connection.exec_driver_sql(f"SELECT * FROM {name}") for name in TABLES}  # noqa: S608 - ours
        return {name: [tuple(row) for row in found] for name, found in rows.items()}


# --- tokens ----------------------------------------------------------------------------------------------------------


async def test_a_token_that_was_not_made_for_it_opens_nothing(desk: WebDesk) -> None:
    mine, other = await urgent(desk), await urgent(desk, "other")
    until = desk.clock.now() + LINK_LIFE
    subject = f"{mine.ticket}-{mine.id}"
    genuine = path_of(desk, mine).removeprefix("/ack/")
    mac, what, life = genuine.split(".")
    forged = {
        "another key": HmacSigner(b"guessed").sign("acknowledge", subject, until),
        "another purpose": SIGNER.sign("sign-in", subject, until),
        "another ticket's escalation": SIGNER.sign("acknowledge", f"{other.ticket}-{mine.id}", until),
        "another escalation's ticket": SIGNER.sign("acknowledge", f"{mine.ticket}-{other.id}", until),
        "none that is there": SIGNER.sign("acknowledge", f"{mine.ticket}-999", until),
        "a subject of another form": SIGNER.sign("acknowledge", f"{mine.ticket}-{mine.id} OR 1=1", until),
        "a longer life": f"{mac}.{what}.{int(life, 16) + 3600:x}",
        "another's body": f"{mac}.{path_of(desk, other).split('.')[1]}.{life}",
        "no signature": f".{what}.{life}",
        "half of it": genuine[: len(genuine) // 2],
        "a path": "..%2F..%2Fetc%2Fpasswd",
        "a very long one": "A" * 4_000,
        "other letters": "%F0%9F%91%8D.%00.1",
    }
    before = await everything(desk)
    nobody = await desk.nobody()
    for name, token in forged.items():
        for method, data in (("GET", None), ("POST", {"name": "Eve"})):
            answer = await nobody.call(method, f"/ack/{token}", data=data)
            assert answer.status == 404, (name, method)
            assert "SECRET" not in answer.text and f"T-{mine.ticket}" not in answer.text
    assert await everything(desk) == before


async def test_a_token_of_one_ticket_stops_no_other(desk: WebDesk) -> None:
    mine, other = await urgent(desk), await urgent(desk, "other")
    assert (await (await desk.nobody()).call("POST", path_of(desk, mine), data={"name": "Eve"})).status == 303
    assert not await runs(desk, mine) and await runs(desk, other)


async def test_an_old_token_is_worth_nothing(desk: WebDesk) -> None:
    mine = await urgent(desk)
    path = path_of(desk, mine)
    desk.clock.advance(LINK_LIFE)
    assert (await (await desk.nobody()).call("POST", path, data={"name": "Eve"})).status == 410
    assert await runs(desk, mine)


async def test_guessing_is_hopeless_and_slowed_and_keeps_nobody_from_their_own_link(desk: WebDesk) -> None:
    mine = await urgent(desk)
    path = path_of(desk, mine)
    mac, what, life = path.removeprefix("/ack/").split(".")
    assert len(mac) == 43  # 256 bits in base64
    guesser = await desk.nobody()
    statuses = []
    for number in range(60):
        method = ("GET", "POST")[number % 2]
        data = {"name": "Eve"} if method == "POST" else None
        statuses.append((await guesser.call(method, f"/ack/{number:043}.{what}.{life}", data=data)).status)
    assert statuses[:30] == [404] * 30 and statuses[30:] == [429] * 30
    assert (await guesser.get(path)).status == 200  # from the very same network
    desk.clock.advance(timedelta(seconds=2))
    assert (await guesser.get(f"/ack/{'B' * 43}.{what}.{life}")).status == 404
    assert await runs(desk, mine)


async def test_sending_the_right_one_again_and_again_is_slowed_too(desk: WebDesk) -> None:
    mine = await urgent(desk)
    path, nobody = path_of(desk, mine), await desk.nobody()
    statuses = [(await nobody.call("POST", path, data={"name": ""})).status for _ in range(25)]
    assert (statuses[:20], statuses[20:]) == ([422] * 20, [429] * 5)


# --- looking ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["nobody", "lead"])
async def test_what_scans_mail_and_previews_links_changes_nothing(desk: WebDesk, who: str) -> None:
    """Not even with the session of somebody who may."""
    mine = await urgent(desk)
    path = path_of(desk, mine)
    visitor = await desk.nobody() if who == "nobody" else await desk.browser(who)
    before = await everything(desk)
    for method, status in (("GET", 200), ("HEAD", 200), ("OPTIONS", 405), ("PUT", 405), ("DELETE", 405)):
        for query in ("", "?name=Eve", "?_method=POST&name=Eve"):
            answer = await visitor.call(method, path + query, headers=SCANNER)
            assert answer.status == status, method
            assert "Set-Cookie" not in answer.headers
    assert await everything(desk) == before
    assert (await visitor.get(path)).text.count("<form") == 1


async def test_the_page_stands_in_no_frame_and_its_address_goes_nowhere(desk: WebDesk) -> None:
    mine = await urgent(desk)
    path = path_of(desk, mine)
    async with _served(desk) as client:
        for sent in (await client.get(path), await client.get(f"{path}0"), await client.post(path, data={"name": ""})):
            assert "frame-ancestors 'none'" in sent.headers["Content-Security-Policy"]
            assert "form-action 'self'" in sent.headers["Content-Security-Policy"]
            assert sent.headers["Referrer-Policy"] == "strict-origin"
            assert sent.headers["X-Robots-Tag"] == "noindex, nofollow"
            assert sent.headers["Cache-Control"] == "no-store"
            assert "noindex" in await sent.text() or sent.status != 200


async def test_the_page_works_without_a_script_and_leads_nowhere_else(desk: WebDesk) -> None:
    page = (await (await desk.nobody()).get(path_of(desk, await urgent(desk)))).text
    assert '<form method="post"' in page and "onclick" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "").replace(
        f'data-origin="{desk.config.origin}"', ""
    )


# --- from elsewhere --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Origin": "https://evil.example", "Sec-Fetch-Site": "same-origin"},
    ],
)
@pytest.mark.parametrize("who", ["nobody", "lead"])
async def test_another_websites_form_is_refused(desk: WebDesk, headers: Mapping[str, str], who: str) -> None:
    mine = await urgent(desk)
    visitor = await desk.nobody() if who == "nobody" else await desk.browser(who)
    answer = await visitor.call("POST", path_of(desk, mine), data={"name": "Eve"}, headers=headers)
    assert answer.status == 403
    assert await runs(desk, mine)


async def test_what_is_no_form_is_refused(desk: WebDesk) -> None:
    mine = await urgent(desk)
    nobody = await desk.nobody()
    for options in ({"json": {"name": "Eve"}}, {"data": b"name=Eve", "headers": {hdrs.CONTENT_TYPE: "text/plain"}}):
        assert (await nobody.call("POST", path_of(desk, mine), **options)).status == 415
    assert (await nobody.call("POST", path_of(desk, mine), data={"name": "x" * 600_000})).status == 413
    assert await runs(desk, mine)


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["student", "other"])
async def test_a_student_with_a_staff_link_acknowledges_nothing_where_signing_in_is_asked(
    strict: WebDesk, who: str
) -> None:
    mine = await urgent(strict)
    student = await strict.browser(who)
    page = await student.get(path_of(strict, mine))
    assert "Not yours to acknowledge" in page.text and "<form" not in page.text
    answer = await student.call("POST", path_of(strict, mine), data={"name": "Lead"})
    assert answer.status in (403, 404)
    assert await runs(strict, mine)


async def test_where_the_link_suffices_a_student_who_has_it_is_kept_as_the_name_they_typed_and_no_more(
    desk: WebDesk,
) -> None:
    mine = await urgent(desk)
    student = await desk.browser("student")
    assert (await student.call("POST", path_of(desk, mine), data={"name": "Lead"})).status == 303
    found = await escalation_of(desk, mine.ticket)
    assert (found.acknowledged_by, found.acknowledged_as) == (None, "Lead")
    assert "“Lead” (not verified) acknowledged it" in (await student.get(path_of(desk, mine))).text
    assert (await student.get(f"/api/threads/T-{mine.ticket}")).status == 200  # their own, as before
    async with desk.store.read() as work:
        newest = (await work.events.newest(mine.ticket, 1))[0]
    assert newest.actor is None


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ('"><img src=x onerror=alert(1)>', '"><img src=x onerror=alert(1)>'),
        ("{{7*7}} {% raw %}", "{{7*7}} {% raw %}"),
        ("<users/all> @everyone", "<users/all> @everyone"),
        ("Dean\u202e\u2066Rao\x00\x1b[31m\r\nSet-Cookie: a=b", None),
        ("  Dean   Rao  ", None),
    ],
)
async def test_whatever_is_typed_as_a_name_stays_words(desk: WebDesk, typed: str, kept: str | None) -> None:
    mine = await urgent(desk)
    path, nobody = path_of(desk, mine), await desk.nobody()
    assert (await nobody.call("POST", path, data={"name": typed})).status == 303
    name = (await escalation_of(desk, mine.ticket)).acknowledged_as
    if kept is not None:
        assert name == kept
    assert not any(ord(character) < 32 or character in "\u202e\u2066" for character in name)
    page = (await nobody.get(path)).text
    assert "<script>alert" not in page and "<img" not in page and "49" not in page.split("<main")[1]
    lead = await desk.browser("lead")
    assert "<script>alert" not in (await lead.get(f"/t/T-{mine.ticket}")).text.replace("\\u003c", "<!")


@pytest.mark.parametrize("length", [81, 10_000])
async def test_a_name_that_is_too_long_is_refused_and_not_given_back_whole(desk: WebDesk, length: int) -> None:
    mine = await urgent(desk)
    answer = await (await desk.nobody()).call("POST", path_of(desk, mine), data={"name": "x" * length})
    assert answer.status == 422
    assert "x" * 81 not in answer.text
    assert await runs(desk, mine)


async def test_a_signed_in_person_cannot_acknowledge_as_somebody_else(desk: WebDesk) -> None:
    mine = await urgent(desk)
    lead = await desk.browser("lead")
    await lead.call("POST", path_of(desk, mine), data={"name": "Admin"})
    found = await escalation_of(desk, mine.ticket)
    assert (found.acknowledged_by, found.acknowledged_as) == (desk.people["lead"], "")


# --- again -----------------------------------------------------------------------------------------------------------


async def test_a_link_sent_again_acknowledges_once_and_again_after_it_was_taken_back(desk: WebDesk) -> None:
    """Decided so: the link is whoever was called's for its day, and a call that goes on may be taken in hand again."""
    mine = await urgent(desk)
    path, nobody = path_of(desk, mine), await desk.nobody()
    for _ in range(3):
        assert (await nobody.call("POST", path, data={"name": "Dean"})).status == 303
    async with desk.store.read() as work:
        kinds = [type(record.event).__name__ for record in await work.events.of(mine.ticket)]
    assert kinds.count("EscalationAcknowledged") == 1
    await desk.engine.handle(Unacknowledge(ticket=mine.ticket), Actor(person=desk.people["lead"], door=Platform.WEB))
    assert await runs(desk, mine)
    assert (await nobody.call("POST", path, data={"name": "Dean"})).status == 303
    assert not await runs(desk, mine)


async def test_nobody_acknowledges_through_the_api_or_a_command_under_a_name(desk: WebDesk) -> None:
    mine = await urgent(desk)
    nobody, student = await desk.nobody(), await desk.browser("student")
    assert (await nobody.post("/api/commands", {"text": f"/alert ack T-{mine.ticket}"})).status == 401
    assert (await student.post("/api/commands", {"text": f"/alert ack T-{mine.ticket}"})).status == 403
    other = Acknowledge(ticket=mine.ticket, escalation=EscalationId(mine.id), name="Eve")
    with pytest.raises(Exception, match="You may not acknowledge alerts"):
        await desk.engine.handle(other, Actor(person=None, door=Platform.API))
    assert await runs(desk, mine)


# --- what is written down --------------------------------------------------------------------------------------------


async def test_no_token_is_ever_in_the_log_or_the_database(desk: WebDesk, caplog: pytest.LogCaptureFixture) -> None:
    mine = await urgent(desk)
    path = path_of(desk, mine)
    token = path.removeprefix("/ack/")
    caplog.set_level(logging.INFO)
    with capture_logs() as logs:
        async with _served(desk) as client:
            await client.get(path)
            await client.post(path, data={"name": "Dean"}, headers={"Idempotency-Key": "k"})
            await client.get(f"{path}0")
            await _rename(desk, "escalations", "gone")
            assert (await client.get(path)).status == 500
            await _rename(desk, "gone", "escalations")
    assert [one["event"] for one in logs] == ["web.request_failed"]
    mac = token.split(".")[0]
    assert mac not in repr(logs) and mac not in caplog.text
    async with desk.store.read() as work:
        for table in ("inbox", "events", "escalations", "deliveries"):
            rows = await work.connection.exec_driver_sql(f"SELECT * FROM {table}")  # noqa: S608 - ours
            assert mac not in repr(rows.all())


async def _rename(desk: WebDesk, table: str, name: str) -> None:
    async with desk.store.write() as work:
        await work.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO {name}")


@asynccontextmanager
async def _served(desk: WebDesk) -> AsyncIterator[TestClient[Any, Any]]:
    """By the desk's own web server, which puts on what holds for every answer."""

    async def fine() -> str | None:
        return None

    app = application(desk.door.routes(), keys=FakeKeys(), ready=fine, late=fine, demo=False, max_body=1_000_000)
    server = TestServer(app)
    await server.start_server(access_log=None)  # as bot/lifecycle.py starts it
    async with TestClient(server) as client:
        yield client
