"""The first paint: words that people typed are words, and nobody is painted what they may not read."""

import json
import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from markupsafe import Markup, escape

from adapters.web.paint import Brush, data, direction_of, hue, letters, refs_in, who_reacted
from adapters.web.parse import parse_markdown
from core.commands import Actor, PostMessage
from core.model.ids import ref_of
from core.model.people import Platform
from core.model.thread import MessageKind
from core.text import Text

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BRUSH = Brush(NOW, ZoneInfo("Asia/Kolkata"), "https://desk.example")
HOSTILE = "</script><!--<script>alert(1)</script>\"'><img src=x onerror=alert(1)>&\u2028"


def link(url):
    return {"blocks": [{"type": "paragraph", "spans": [{"type": "link", "url": url, "spans": []}]}]}


def first_of(page):
    """The JSON that the page's modules begin with."""
    return json.loads(re.search(r'<script type="application/json" id="first">(.*?)</script>', page.text)[1])


async def say(web_desk, who, ticket, words, kind=MessageKind.REPLY):
    text = parse_markdown(words) if isinstance(words, str) else words
    actor = Actor(person=web_desk.people[who], door=Platform.WEB)
    await web_desk.engine.handle(PostMessage(ticket=ticket, kind=kind, text=text), actor)


@pytest.mark.parametrize(
    ("words", "painted"),
    [
        ("T-1 (open)", '<a href="/t/T-1">T-1</a> (open)'),
        ("T-1 (open), T-20 (closed)", '<a href="/t/T-1">T-1</a> (open), <a href="/t/T-20">T-20</a> (closed)'),
        ("<b>T-x</b>", "&lt;b&gt;T-x&lt;/b&gt;"),
        ("", ""),
    ],
)
def test_the_tickets_that_a_field_names_are_links_and_the_rest_is_words(words, painted):
    assert refs_in(words) == painted


def test_data_within_a_script_never_ends_it():
    written = data({"words": HOSTILE})
    assert json.loads(written) == {"words": HOSTILE}
    assert not re.search("[<>\u2028\u2029]", written)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        " javascript:alert(1)",
        "data:text/html,1",
        "vbscript:1",
        "//evil.example",
        "http://",
        "http://[",
        "mailto:nobody",
    ],
)
def test_a_link_that_leads_nowhere_good_is_its_words(url):
    assert BRUSH.text(link(url)) == Markup('<p dir="auto"><span>{}</span></p>').format(url)


@pytest.mark.parametrize(
    ("url", "attributes"),
    [
        ("https://desk.example/t/T-1", 'rel="noopener"'),
        ("https://desk.example.evil.example/", 'target="_blank" rel="noopener noreferrer nofollow"'),
        ('https://a.example/"onclick="x', 'target="_blank" rel="noopener noreferrer nofollow"'),
        ("mailto:a@b.example", 'rel="noopener noreferrer nofollow"'),
    ],
)
def test_a_link_opens_here_only_where_it_leads_here(url, attributes):
    assert str(BRUSH.text(link(url))) == f'<p dir="auto"><a href="{escape(url)}" {attributes}>{escape(url)}</a></p>'


def test_texts_within_texts_end_somewhere():
    block = {"type": "paragraph", "spans": [{"type": "plain", "text": "deep"}]}
    for _ in range(200):
        block = {"type": "quote", "blocks": [block]}
    assert "deep" not in BRUSH.text({"blocks": [block]})


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=3), "3 min ago"),
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=-59), "in a moment"),
        (timedelta(minutes=-2, seconds=-40), "in 3 min"),
        (timedelta(minutes=-89), "in 1 h 29 min"),
        (timedelta(minutes=-119, seconds=-40), "in 2 h"),
        (timedelta(hours=-11, minutes=-40), "in 12 h"),
        (timedelta(days=-13), "in 13 days"),
        (timedelta(days=-20), "Mar 22"),
        (timedelta(hours=23, minutes=59), "23 h ago"),
        (timedelta(days=1, hours=1), "yesterday"),
        (timedelta(days=-1, hours=-1), "tomorrow"),
        (timedelta(days=13), "13 days ago"),
        (timedelta(days=20), "Feb 10"),
        (timedelta(days=100), "Nov 22, 2025"),
    ],
)
def test_times_bear_their_distance(ago, said):
    assert BRUSH.distance(NOW - ago) == said


@pytest.mark.parametrize(
    ("ago", "words"),
    [(timedelta(hours=3), "· 3 h ago<"), (timedelta(days=20), ">Feb 10, "), (timedelta(days=100), ">Nov 22, 2025, ")],
)
def test_a_date_stands_once_beside_its_time_also_in_another_year(ago, words):
    painted = BRUSH.time((NOW - ago).isoformat(), "both")
    assert words in painted and painted.count(" · ") == int("ago" in words)


@pytest.mark.parametrize(
    ("language", "direction"),
    [("en", "ltr"), ("ar", "rtl"), ("AR-EG", "rtl"), ("he", "rtl"), ("ur_PK", "rtl"), ("arn", "ltr"), ("", "ltr")],
)
def test_a_language_has_its_direction(language, direction):
    assert direction_of(language) == direction


def test_a_name_of_any_letters_has_a_picture():
    assert (letters("Asha Rao Bhat"), letters("  "), letters("ß x")) == ("AR", "?", "SSX")
    assert {hue("Asha"), hue("🙂")} <= set(range(6))


def test_many_who_reacted_are_counted():
    people = [f"P{number}" for number in range(15)]
    assert who_reacted({"people": people, "emoji": "👍"}).endswith("P11, and 3 more reacted with 👍")
    assert who_reacted({"people": ["Ann", "Bo"], "emoji": "👍"}) == "Ann and Bo reacted with 👍"


async def test_hostile_words_are_painted_as_words(web_desk):
    ticket = await web_desk.ticket("student", HOSTILE[:100])
    await say(web_desk, "student", ticket, Text.of(HOSTILE))
    page = await (await web_desk.browser("agent")).get(f"/t/{ref_of(ticket)}")
    assert page.status == 200
    assert "<img src=x" not in page.text
    assert "alert(1)</script>" not in page.text
    assert str(escape("<img src=x onerror=alert(1)>")) in page.text
    said = [entry["text"] for entry in first_of(page)["thread"]["entries"] if entry["text"]]
    assert "onerror=alert(1)>" in json.dumps(said)


async def test_the_page_brings_along_what_the_api_says(web_desk):
    ticket = await web_desk.ticket("student")
    await say(web_desk, "student", ticket, "It says **no**")
    student = await web_desk.browser("student")
    first = first_of(await student.get("/t/T-1"))
    assert {**first["me"], "csrf": ""} == {**(await student.get("/api/me")).body, "csrf": ""}
    own = (await student.get("/api/threads?view=mine")).body
    assert first["list"] == {"tickets": own, "total": None, "unseen": [], "query": ""}
    found = first_of(await student.get("/?q=sign&order=newest"))["list"]
    assert found["query"] == "q=sign&order=newest"
    searched = (await student.get("/api/search?q=sign&order=newest&among=mine")).body
    assert {name: found[name] for name in ("tickets", "total", "unseen")} == searched
    assert first["thread"]["entries"] == (await student.get("/api/threads/T-1")).body["entries"]


@pytest.mark.parametrize("path", ["/t/T-1", "/t/T-77"])
async def test_a_ticket_that_is_not_ones_own_is_not_here_like_one_that_never_was(web_desk, path):
    ticket = await web_desk.ticket("student", "A secret matter")
    await say(web_desk, "student", ticket, "Nobody else may read this")
    page = await (await web_desk.browser("other")).get(path)
    assert page.status == 404
    assert "<h1>Not here</h1>" in page.text
    assert "secret" not in page.text
    assert "Nobody else" not in page.text
    assert first_of(page)["thread"] is None


async def test_no_note_is_painted_for_a_student_or_brought_along(web_desk):
    ticket = await web_desk.ticket("student")
    await say(web_desk, "agent", ticket, "Between us: xyzzy", MessageKind.NOTE)
    assert "xyzzy" in (await (await web_desk.browser("agent")).get("/t/T-1")).text
    for path in ("/", "/t/T-1"):
        page = (await (await web_desk.browser("student")).get(path)).text
        assert "xyzzy" not in page
        assert "badge-note" not in page


async def test_a_page_is_kept_by_nobody_and_its_files_for_a_year(web_desk):
    await web_desk.ticket("student")
    student = await web_desk.browser("student")
    page = await student.get("/t/T-1")
    assert page.headers["Cache-Control"] == "no-store"
    address = re.search(r'src="(/static/[0-9a-f]{12}/main.js)"', page.text)[1]
    script = await student.get(address)
    assert script.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    old = await student.get(address.replace(address.split("/")[2], "0" * 12))
    assert (old.data, old.headers["Cache-Control"]) == (script.data, "no-cache")
