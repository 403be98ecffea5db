"""Nothing that is typed into a search is read as a query, or is too much for it, on either database."""

import pytest

from adapters.sql.store import SqlStore
from core.searching import Searching, Wanted
from core.storage import Order
from tests.fakes.meaning import Known
from tests.fakes.office import Office
from tests.fakes.web_desk import WebDesk

HOSTILE = {
    "nul": "\x00",
    "a nul within": "prin\x00ter",
    "quotes": 'a" OR b*',
    "near": "NEAR(printer b)",
    "columns": "title:printer -b ^c",
    "operators": "a:* | !b & <->",
    "sql": "'; DROP TABLE tickets; --",
    "wildcards": "%_\\",
    "a star": "*",
    "a bracket": "(",
    "right to left": "\u202eretnirp\u202c",
    "a long word": "x" * 100_000,
    "many words": "word " * 20_000,
    "one word of many": "\ufdfa" * 5_000,
}


@pytest.fixture
async def any_office(store: SqlStore) -> Office:
    """On SQLite, and on PostgreSQL."""
    made = Office(store)
    await made.staff_up()
    return made


@pytest.mark.parametrize("typed", HOSTILE.values(), ids=HOSTILE)
async def test_whatever_is_typed_is_looked_for_and_finds_nothing_else(any_office: Office, typed: str) -> None:
    await any_office.open("sam", "Lamp", category="forum")
    known = Known(any_office)
    await known.catch_up()
    searching, kim = Searching(any_office.store, any_office.desk, any_office.reading), any_office.actor("kim")
    assert not (await known.suggesting.similar(typed, typed, "", kim)).items
    for order in Order:
        wanted = Wanted(words=tuple(typed.split()[:12]), order=order)
        assert await searching.find(wanted, kim) == ([], 0)


ADDRESSED = ("*", "%00", "%ED%A0%80", "%22%20OR%20%22", "(", "%25", "-", "'", "9" * 30, "F-" + "9" * 30)


@pytest.mark.parametrize("typed", ADDRESSED)
async def test_no_address_makes_the_desk_stumble(web_desk: WebDesk, typed: str) -> None:
    visitor = await web_desk.browser("other")
    for start in ("/api/search?q=", "/api/search?q=x&tag=", "/faq?q=", "/api/faqs?q=", "/api/faqs/", "/faq/"):
        assert (await visitor.get(f"{start}{typed}")).status < 500, start


HIDDEN = (
    "/ticket follow {}",
    "/ticket unfollow {}",
    "/ticket found {}",
    "/ticket show {}",
    "/staff merge {} {own}",
    "/staff merge {own} {}",
    "/staff unmerge {}",
    "/staff unlink {} {own}",
    "/faq add {}",
)


@pytest.mark.parametrize("line", HIDDEN)
@pytest.mark.parametrize("who", ["other", "agent"])
async def test_a_ticket_that_one_may_not_see_is_as_absent_as_one_that_never_was(
    web_desk: WebDesk, line: str, who: str
) -> None:
    hidden, own = await web_desk.ticket(title="ZEBRA", category="welfare"), await web_desk.ticket()
    visitor = await web_desk.browser(who)
    answers = []
    for ref in (f"T-{hidden}", "T-7777"):
        answer = await visitor.post("/api/commands", {"text": line.format(ref, own=f"T-{own}")})
        answers.append((answer.status, answer.message.replace(ref, "it")))
    assert answers[0] == answers[1]
    assert answers[0][0] in (403, 404)


@pytest.mark.parametrize("choice", ["follow", "found"])
async def test_nor_does_a_choice_beside_the_form_tell_of_it(web_desk: WebDesk, choice: str) -> None:
    hidden = await web_desk.ticket(title="ZEBRA", category="welfare")
    visitor = await web_desk.browser("other")
    sent = {"choice": choice, "values": {"title": "Mine"}}
    there, absent = [
        await visitor.post("/api/similar/choice", {**sent, "ref": ref}) for ref in (f"T-{hidden}", "T-7777")
    ]
    assert (there.status, there.message.replace(f"T-{hidden}", "T-7777")) == (absent.status, absent.message)
