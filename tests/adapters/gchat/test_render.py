"""Cards as Google Chat messages: accepted, escaped, fitted."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.gchat.fit import ELLIPSIS, clip, clusters, cost, escaped, is_web_link, neutral
from adapters.gchat.render import encode, render
from adapters.gchat.rules import MAX_MESSAGE_BYTES, check_message
from core.cards.card import Button, ButtonStyle, Card, Field, Row, Step, StepState, Tone
from core.text import (
    Bold,
    Code,
    CodeBlock,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Strike,
    Text,
)
from tests.adapters.gchat.samples import (
    ALERT,
    BARE,
    CARDS,
    EMOJI,
    EVERY_MARKUP,
    FAMILY,
    HUGE,
    INJECTION,
    RIGHT_TO_LEFT,
    TICKET_KEY,
)
from tests.fakes.gchat_server import official_problems

KOLKATA = ZoneInfo("Asia/Kolkata")
_OUR_TAGS = re.compile(r'</?[bisa]>|<br>|<a href="https?://[^"<>\s]+">', re.IGNORECASE)


def _rendered(card: Card) -> Any:
    """The message, once Google's rules and (where it lies) Google's schema have accepted it."""
    message = render(card, KOLKATA, TICKET_KEY)
    body = encode(message)
    assert len(body) <= MAX_MESSAGE_BYTES
    check_message("application/json", body)
    assert official_problems(message) == []
    return message


def _card(message: Any) -> Any:
    return message["cardsV2"][0]["card"]


def _widgets(message: Any) -> list[Any]:
    return [widget for section in _card(message)["sections"] for widget in section["widgets"]]


def _texts(message: Any) -> list[str]:
    """The HTML of a message, widget by widget."""
    inner = [widget.get("textParagraph") or widget.get("decoratedText") for widget in _widgets(message)]
    return [part["text"] for part in inner if part]


def _strings(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Every string of a message with the name of its field."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, name)


def _assert_holds_only_our_markup(message: Any) -> None:
    for name, words in _strings(message):
        if name == "url":
            assert is_web_link(words, 1_500)
            continue
        plain = _OUR_TAGS.sub("", words) if name == "text" else words
        assert "<" not in plain, (name, words)
        assert ">" not in plain, (name, words)
        for entity in re.findall(r"&#?\w+;", plain):
            assert name == "text", (name, words)
            assert entity in ("&amp;", "&lt;", "&gt;")
        stack: list[str] = []
        for closing, tag in re.findall(r"<(/?)([bisa])\b", words):
            if closing:
                assert stack.pop() == tag
            else:
                stack.append(tag)
        assert stack == []


@pytest.mark.parametrize("card", CARDS.values(), ids=CARDS.keys())
def test_every_sample_card_is_accepted_by_the_rules_and_by_googles_schema(card: Card) -> None:
    message = _rendered(card)
    _assert_holds_only_our_markup(message)
    assert len(_widgets(message)) <= 100


def test_an_alert_shows_its_title_times_in_the_desks_zone_progress_and_the_link_buttons_alone() -> None:
    message = _rendered(ALERT)
    assert _card(message)["header"] == {
        "title": "🔴 T-1042 Cannot see my exam slot",
        "subtitle": "Exams and grades · Asha",
    }
    assert _texts(message) == [
        "✓ opened → <b>● with an agent</b> → ○ resolved",
        "The page says error 500.<br><br>The exam is tomorrow.",
        "urgent",
        "2026-11-21 17:30 IST",
        'Escalates again in 15 minutes.<br><a href="https://desk.example/t/1042">desk.example/t/1042</a>',
    ]
    [buttons] = [widget["buttonList"]["buttons"] for widget in _widgets(message) if "buttonList" in widget]
    assert buttons == [
        {
            "text": "Acknowledge",
            "type": "FILLED",
            "onClick": {"openLink": {"url": "https://desk.example/ack?s=1&t=2"}},
        }
    ]
    assert message["thread"] == {"threadKey": TICKET_KEY}


def test_a_phone_is_notified_with_the_words_and_nothing_is_shown_twice() -> None:
    message = _rendered(ALERT)
    assert message["fallbackText"] == (
        "🔴 T-1042 Cannot see my exam slot · Exams and grades · Asha · The page says error 500. The exam is tomorrow."
    )
    assert "text" not in message


def test_a_card_of_no_ticket_names_no_thread() -> None:
    assert "thread" not in render(ALERT, UTC)


def test_the_page_of_a_card_is_linked_once() -> None:
    card = Card(
        title="x", url="https://desk.example/t/1", buttons=(Button(label="Open", url="https://desk.example/t/1"),)
    )
    assert encode(render(card, UTC)).count(b"https://desk.example/t/1") == 1


def test_every_kind_of_text_has_its_markup() -> None:
    [body] = _texts(_rendered(EVERY_MARKUP))
    assert body == (
        "a<br>b <b><i><s>loud</s></i>er</b>`x &lt; 1`<br><br>"
        '<a href="https://example.org/?a=1&amp;b=&#x27;2&#x27;">here</a>@all2026-11-21 17:30 IST<br><br>:blob:<br><br>'
        "if a:<br>\u00a0\u00a0\u00a0\u00a0b()<br><br>“said”<br><br>1. one<br>2. two<br><br>• dot"
    )


def test_what_people_write_is_neither_markup_nor_a_mention_nor_a_link() -> None:
    message = _rendered(INJECTION)
    text = encode(message).decode()
    assert "<users/all>" not in text
    assert "javascript:alert(1)" not in [words for name, words in _strings(message) if name == "url"]
    assert '<a href="javascript' not in text
    assert _texts(message)[1].startswith("&lt;b&gt;x&lt;/b&gt; &lt;users/all&gt;")
    assert "&amp;lt;i&amp;gt; &amp; " in _texts(message)[1]
    assert message["fallbackText"].startswith("‹b›x‹/b› ‹users/all› ‹https://evil.example|bank› ＆lt;i＆gt; & ")
    assert [url for name, url in _strings(message) if name == "url"] == ["https://example.org/a"]


def test_a_link_to_anything_but_the_web_is_its_words() -> None:
    card = Card(title="x", body=Text((Paragraph((Link("javascript:alert(1)", (Plain("click"),)),)),)))
    assert _texts(_rendered(card)) == ["click"]


def test_emoji_are_never_cut_in_two() -> None:
    body = _texts(_rendered(EMOJI))[0]
    assert re.fullmatch(f"नमस्ते ({FAMILY})+{ELLIPSIS}", body)


def test_characters_that_turn_the_direction_go_and_right_to_left_words_stay() -> None:
    header = _card(_rendered(RIGHT_TO_LEFT))["header"]
    assert header == {"title": "שלום evil עולם", "subtitle": "مرحبا"}


def test_the_hugest_card_still_shows_its_buttons_and_says_how_many_fields_and_rows_are_missing() -> None:
    message = _rendered(HUGE)
    texts = _texts(message)
    assert f"{ELLIPSIS} +285" in texts
    assert f"{ELLIPSIS} +292" in texts
    [buttons] = [widget["buttonList"]["buttons"] for widget in _widgets(message) if "buttonList" in widget]
    assert len(buttons) == 6


def test_a_long_body_is_shortened_before_anything_else() -> None:
    card = Card(title="x", body=Text.of("word " * 20_000), fields=tuple(Field(f"f{n}", "v" * 300) for n in range(30)))
    message = _rendered(card)
    assert _texts(message)[0].endswith(ELLIPSIS)
    assert _texts(message)[1:] == ["v" * 300] * 30


def test_a_card_of_nothing_is_still_a_message() -> None:
    assert _card(_rendered(BARE))["header"] == {"title": ELLIPSIS}


def test_half_a_surrogate_pair_is_left_out_wherever_it_stands() -> None:
    half = "a\ud83db"
    card = Card(
        title=half,
        subtitle=half,
        body=Text((Paragraph((Plain(half), Link(f"https://e.org/{half}", (Plain(half),)))),)),
        fields=(Field(half, half),),
        buttons=(Button(label=half, url="https://e.org/"), Button(label="x", url=f"https://e.org/{half}")),
        footer=half,
        url=f"https://e.org/{half}",
    )
    assert _texts(_rendered(card)) == ["abab", "ab", "ab"]


def test_a_row_opens_its_page_and_has_one_button() -> None:
    buttons = (
        Button(label="Run", action="x"),
        Button(label="Open", url="https://e.org/1"),
        Button(label="More", url="https://e.org/2"),
    )
    row = Row(title="Exam slot", ref="T-7", detail="3 h", url="https://e.org/7", buttons=buttons)
    assert _widgets(_rendered(Card(title="Digest", rows=(row,)))) == [
        {
            "decoratedText": {
                "text": "T-7 · Exam slot",
                "wrapText": True,
                "bottomLabel": "3 h",
                "onClick": {"openLink": {"url": "https://e.org/7"}},
                "button": {"text": "Open", "onClick": {"openLink": {"url": "https://e.org/1"}}},
            }
        }
    ]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org/",
        "//example.org/",
        "https://",
        "https://[::1",
        "https://exa mple.org/",
        "https://example.org/\u202e",
        "https://example.org/" + "x" * 2_000,
    ],
)
def test_an_address_that_a_card_cannot_open_is_none(url: str) -> None:
    assert not is_web_link(url, 1_500)


def test_flags_accents_and_skin_tones_are_one_character_each() -> None:
    assert list(clusters("🇮🇳🇫🇷e\u0301👍🏽x")) == ["🇮🇳", "🇫🇷", "e\u0301", "👍🏽", "x"]
    assert list(clusters("")) == []


@settings(deadline=None)
@given(st.text(), st.integers(3, 60))
def test_clipped_and_escaped_words_take_the_room_they_are_given_and_no_more(words: str, room: int) -> None:
    assert cost(clip(words, room)) <= room
    assert cost(escaped(words, room)) <= room
    assert cost(neutral(words, room)) <= room
    assert "".join(clusters(words)) == words


def test_escaped_words_read_back_as_they_were_written() -> None:
    assert html.unescape(escaped("a < b && c > d &lt;", 100)) == "a < b && c > d &lt;"


_WORDS = st.one_of(
    st.text(max_size=60),
    st.sampled_from([INJECTION.title, "<users/all>", "&amp;"]),
    st.builds(str.__mul__, st.sampled_from(["🔥", "&", '"', "a "]), st.integers(1, 5_000)),
)
_TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - with a zone beside
_URLS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(["https://example.org/a?b=1&c='2'", "javascript:alert(1)"]),
    st.integers(1, 2_000).map(lambda length: "https://e.org/" + "x" * length),
)
_SPANS = st.recursive(
    st.one_of(
        st.builds(Plain, _WORDS),
        st.builds(Code, _WORDS),
        st.builds(Mention, st.none(), _WORDS),
        st.builds(Moment, _TIMES),
    ),
    lambda inner: st.one_of(
        *(st.builds(kind, st.lists(inner, max_size=4).map(tuple)) for kind in (Bold, Italic, Strike)),
        st.builds(Link, _URLS, st.lists(inner, max_size=3).map(tuple)),
    ),
    max_leaves=8,
)
_BLOCKS = st.recursive(
    st.one_of(st.builds(Paragraph, st.lists(_SPANS, max_size=4).map(tuple)), st.builds(CodeBlock, _WORDS)),
    lambda inner: st.one_of(
        st.builds(Quote, st.lists(inner, max_size=3).map(tuple)),
        st.builds(ListBlock, st.lists(st.lists(inner, max_size=2).map(tuple), max_size=4).map(tuple), st.booleans()),
    ),
    max_leaves=6,
)
_BUTTONS = st.lists(
    st.builds(Button, label=_WORDS, action=st.none(), url=st.none() | _URLS, style=st.sampled_from(ButtonStyle)),
    max_size=8,
).map(tuple)
_CARDS = st.builds(
    Card,
    title=_WORDS,
    subtitle=_WORDS,
    tone=st.sampled_from(Tone),
    body=st.builds(Text, st.lists(_BLOCKS, max_size=4).map(tuple)),
    fields=st.lists(st.builds(Field, _WORDS, _WORDS | _TIMES), max_size=60).map(tuple),
    progress=st.lists(st.builds(Step, _WORDS, st.sampled_from(StepState)), max_size=8).map(tuple),
    rows=st.lists(
        st.builds(Row, title=_WORDS, detail=_WORDS, url=st.none() | _URLS, ref=st.none(), buttons=_BUTTONS), max_size=60
    ).map(tuple),
    buttons=_BUTTONS,
    footer=_WORDS,
    url=st.none() | _URLS,
)


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(_CARDS)
def test_any_card_makes_a_message_that_is_accepted_fits_and_holds_no_markup_but_ours(card: Card) -> None:
    _assert_holds_only_our_markup(_rendered(card))
