"""A card as a mail's two parts: everything said, nothing run, nothing fetched, nothing without an end."""

import re
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.render import MAX_HTML, Parts, Renderer
from core.cards.card import Button, Card, Field, Row, Step, StepState, Tone
from core.text import Bold, Link, Paragraph, Plain, Span, Text
from tests.adapters.gchat.samples import ALERT, CARDS, EVERY_MARKUP, INJECTION, NOON

RENDERER = Renderer(ZoneInfo("Asia/Kolkata"))
EVIL = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'&amp;"
TAGS = re.compile(
    "html|head|meta|title|style|body|table|tr|td|th|h1|p|strong|em|s|code|pre|blockquote|ol|ul|li|a|br|span|div"
)
ATTRIBUTES = re.compile(
    "lang|charset|name|content|class|style|role|width|cellpadding|cellspacing|align|valign|dir|scope|href"
)


class _Reader(HTMLParser):
    """Every tag with its attributes, and the words outside of the style sheet."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words = ""
        self.links: dict[str, str] = {}
        """Words by address."""
        self._open: list[str] = []
        self._href = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in ("meta", "br"):
            self._open.append(tag)
        if tag == "a":
            self._href = dict(attrs).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self._open:
            self.words += data
        if "a" in self._open:
            self.links[self._href] = self.links.get(self._href, "") + data

    def close(self) -> None:
        assert self._open == []


def _read(card: Card) -> tuple[Parts, _Reader]:
    parts = RENDERER.render(card)
    return parts, _Reader(parts.html)


def _assert_nothing_of_its_own(html: _Reader) -> None:
    html.close()
    assert all(TAGS.fullmatch(tag) for tag, _ in html.tags)
    assert all(ATTRIBUTES.fullmatch(attribute) for _, given in html.tags for attribute in given)
    assert all(address.startswith(("https://", "http://")) for address in html.links)


def test_an_alert_in_plain_text() -> None:
    assert RENDERER.render(ALERT).text == (
        "T-1042 Cannot see my exam slot\n"
        "Exams and grades · Asha\n"
        "\n"
        "✓ opened → ● with an agent → ○ resolved\n"
        "\n"
        "  The page says error 500.\n"
        "\n"
        "  The exam is tomorrow.\n"
        "\n"
        "Priority: urgent\n"
        "Opened: 2026-11-21 17:30 IST\n"
        "\n"
        "Acknowledge:\n"
        "https://desk.example/ack?s=1&t=2\n"
        "\n"
        "Escalates again in 15 minutes.\n"
        "\n"
        "https://desk.example/t/1042\n"
    )


def test_an_alert_in_html_says_the_same_and_its_buttons_are_links() -> None:
    parts, html = _read(ALERT)
    for said in (*parts.text.split("\n\n")[0].split("\n"), "The exam is tomorrow.", "2026-11-21 17:30 IST"):
        assert said in html.words
    assert html.links == {
        "https://desk.example/ack?s=1&t=2": "Acknowledge",
        "https://desk.example/t/1042": "https://desk.example/t/1042",
    }
    assert "Claim" not in parts.html + parts.text


def test_the_cards_page_is_not_told_twice_where_a_button_opens_it() -> None:
    card = Card(
        title="x", buttons=(Button(label="Open", url="https://desk.example/t/1"),), url="https://desk.example/t/1"
    )
    assert RENDERER.render(card).text == "x\n\nOpen:\nhttps://desk.example/t/1\n"


def test_a_card_with_a_title_alone_is_a_whole_mail() -> None:
    parts, html = _read(Card(title=""))
    assert parts.text == "…\n"
    html.close()


@pytest.mark.parametrize("name", CARDS)
def test_no_sample_card_makes_a_tag_an_attribute_or_an_address_of_its_own(name: str) -> None:
    parts, html = _read(CARDS[name])
    _assert_nothing_of_its_own(html)
    assert not re.search(r"url\(|@import|expression\(|<link|src=", parts.html)
    assert len(parts.html.encode()) <= MAX_HTML


def test_markup_in_every_place_is_shown_as_it_was_typed() -> None:
    spans: tuple[Span, ...] = (Plain(EVIL), Bold((Plain(EVIL),)), Link("https://example.org/", (Plain(EVIL),)))
    card = Card(
        title=EVIL,
        subtitle=EVIL,
        body=Text((Paragraph(spans),)),
        fields=(Field(EVIL, EVIL),),
        progress=(Step(EVIL, StepState.NOW),),
        rows=(Row(title=EVIL, detail=EVIL, ref="T-1", url="https://example.org/row"),),
        buttons=(Button(label=EVIL, url="https://example.org/button"),),
        footer=EVIL,
    )
    parts, html = _read(card)
    assert "script" not in {tag for tag, _ in html.tags} and "img" not in {tag for tag, _ in html.tags}
    assert html.words.count(EVIL) == parts.text.count(EVIL) + 1  # the page's own title
    assert parts.text.count(EVIL) == 12


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\tscript:alert(1)",
        "data:text/html,<b>x</b>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example",
        "https://",
        'https://a"onmouseover="alert(1)',
        "https://a b",
        "https://a\r\nb",
    ],
)
def test_an_address_that_is_none_of_the_web_is_never_a_link(url: str) -> None:
    card = Card(
        title="x",
        body=Text((Paragraph((Link(url, (Plain("press"),)),)),)),
        rows=(Row(title="row", url=url),),
        buttons=(Button(label="button", url=url),),
        url=url,
    )
    parts, html = _read(card)
    assert html.links == {}
    assert "press" in html.words and "row" in html.words and "button" not in html.words
    assert "alert(1)" not in parts.html + parts.text


def test_every_kind_of_block_and_span_is_shown() -> None:
    parts, html = _read(EVERY_MARKUP)
    tags = [tag for tag, _ in html.tags]
    for tag in ("strong", "em", "s", "code", "pre", "blockquote", "ol", "ul"):
        assert tag in tags
    for said in (
        "loud",
        "x < 1",
        "here",
        "@all",
        "2026-11-21 17:30 IST",
        "if a:\n    b()",
        "said",
        "one",
        "two",
        "dot",
    ):
        assert said in html.words
    assert "\n  1. one\n  2. two\n" in parts.text
    assert "<br>" in parts.html


def test_what_a_person_wrote_stands_apart_from_what_the_desk_says_in_plain_text() -> None:
    """Or a description could bring a button of its own."""
    card = Card(
        title="T-1\nAcknowledge:",
        body=Text.of("Nothing.\nAcknowledge:\nhttps://evil.example"),
        fields=(Field("Where\nfrom", "Here\nAcknowledge:\nhttps://evil.example"),),
        rows=(Row(title="One\nAcknowledge:", detail="a\nb"),),
    )
    lines = RENDERER.render(card).text.split("\n")
    assert "Acknowledge:" not in lines and "https://evil.example" not in lines
    assert lines[0] == "T-1 Acknowledge:"


def test_rows_have_their_refs_once_and_say_how_many_were_left_out() -> None:
    rows = tuple(Row(title="Broken", ref=f"T-{n}", detail="open", url=f"https://desk.example/t/{n}") for n in range(70))
    parts, html = _read(Card(title="70 alerts", rows=(Row(title="T-0 Named", ref="T-0"), *rows)))
    assert "- T-0 Named\n- T-0 Broken\n  open\n  https://desk.example/t/0\n" in parts.text
    assert "… +11" in parts.text and "… +11" in html.words


def test_a_long_text_is_cut_and_a_deep_one_loses_its_markup() -> None:
    long = RENDERER.render(Card(title="x" * 1_000, body=Text.of("word " * 20_000)))
    assert "…" in long.text and len(long.html.encode()) <= MAX_HTML
    deep: Span = Plain("deep")
    for _ in range(60):
        deep = Bold((deep,))
    parts = RENDERER.render(Card(title="x", body=Text((Paragraph((deep,) * 400),))))
    assert "<strong>" not in parts.html and "deepdeep" in parts.html


@pytest.mark.parametrize("character", ["&", '"', "𝕎"])
def test_the_largest_card_fits(character: str) -> None:
    wide = character * 30_000
    link = "https://example.org/?" + "&" * 1_900
    card = Card(
        title=wide,
        subtitle=wide,
        tone=Tone.URGENT,
        body=Text.of(wide),
        fields=tuple(Field(wide, wide) for _ in range(100)),
        progress=tuple(Step(wide, StepState.NOW) for _ in range(40)),
        rows=tuple(Row(title=wide, detail=wide, ref="T-1", url=link[:500]) for _ in range(100)),
        buttons=tuple(Button(label=wide, url=link[:500]) for _ in range(20)),
        footer=wide,
        url=link[:499],
    )
    parts = RENDERER.render(card)
    assert len(parts.html.encode()) <= MAX_HTML
    assert len(parts.text.encode()) <= MAX_HTML


@pytest.mark.parametrize("tone", Tone)
def test_each_tone_has_its_colour(tone: Tone) -> None:
    others = {RENDERER.render(Card(title="x", tone=other)).html for other in Tone if other is not tone}
    assert RENDERER.render(Card(title="x", tone=tone)).html not in others


def test_a_time_is_told_in_the_desks_zone_by_its_name() -> None:
    card = Card(title="x", fields=(Field("Opened", NOON),))
    zones = {"UTC": "12:00 UTC", "Europe/Zurich": "13:00 CET", "America/New_York": "07:00 EST"}
    for zone, told in zones.items():
        assert f"Opened: 2026-11-21 {told}\n" in Renderer(ZoneInfo(zone)).render(card).text


def test_no_injection_hides_words_of_the_sample() -> None:
    _, html = _read(INJECTION)
    assert '<a href="javascript:alert(1)">' in html.words and list(html.links) == ["https://example.org/a"]


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet=st.sampled_from("<>\"'&;/=:. \n{}%#ascript\u202e"), max_size=80), st.text(max_size=60))
def test_whatever_is_typed_stays_words(words: str, url: str) -> None:
    card = Card(
        title=words,
        body=Text((Paragraph((Plain(words), Link(f"https://{words}", (Plain(words),)), Link(url, (Plain(url),)))),)),
        fields=(Field(words, url),),
        rows=(Row(title=url, detail=words, url=f"https://example.org/{words}"),),
        buttons=(Button(label=words, url=url), Button(label=url, url=f"https://{url}")),
        url=words,
    )
    _assert_nothing_of_its_own(_read(card)[1])
