"""What people write: cleaned, kept, measured, and read back as it was."""

import json
import unicodedata
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.model.ids import PersonId
from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Span,
    Strike,
    Text,
    clean,
    clean_line,
    from_json,
    link,
    shorten,
    to_json,
)

words = st.text(max_size=12)
persons = st.none() | st.integers(1, 2**53).map(PersonId)
leaves: st.SearchStrategy[Span] = st.one_of(
    words.map(Plain),
    words.map(Code),
    st.builds(Mention, persons, words),
    st.datetimes(timezones=st.just(UTC)).map(Moment),
    st.builds(Emoji, words, words.map("https://example.org/".__add__)),
)


def nest(inner: st.SearchStrategy[Span]) -> st.SearchStrategy[Span]:
    several = st.lists(inner, max_size=2).map(tuple)
    links = st.builds(Link, words.map("https://example.org/".__add__), several)
    return several.map(Bold) | several.map(Italic) | several.map(Strike) | links


spans = st.lists(st.recursive(leaves, nest, max_leaves=4), max_size=3).map(tuple)
flat: st.SearchStrategy[Block] = spans.map(Paragraph) | st.builds(CodeBlock, words, words)


def enclose(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(inner, max_size=2).map(tuple)
    return several.map(Quote) | st.builds(ListBlock, st.lists(several, max_size=2).map(tuple), st.booleans())


texts = st.lists(st.recursive(flat, enclose, max_leaves=4), max_size=3).map(lambda blocks: Text(tuple(blocks)))
rough = st.text(st.characters(codec=None), max_size=40)


@given(texts)
def test_a_text_is_read_back_as_it_was_written(text: Text) -> None:
    assert from_json(json.loads(json.dumps(to_json(text)))) == text


@given(texts)
def test_every_text_has_plain_words_and_known_mentions(text: Text) -> None:
    assert isinstance(text.plain(), str)
    assert None not in text.mentioned()


BROKEN = [
    {"v": 2, "blocks": []},
    {"blocks": []},
    {"v": 1},
    {"v": 1, "blocks": "words"},
    {"v": 1, "blocks": [1]},
    {"v": 1, "blocks": [{"type": "poem"}]},
    {"v": 1, "blocks": [{"spans": []}]},
    {"v": 1, "blocks": [{"type": "paragraph", "spans": [{"type": "shout"}]}]},
    [],
    None,
]


@pytest.mark.parametrize("document", BROKEN)
def test_what_to_json_did_not_write_is_refused(document: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(document)


@given(rough)
def test_clean_words_stay_as_they_are_when_cleaned_again(words: str) -> None:
    assert clean(clean(words)) == clean(words)


@given(rough)
def test_clean_words_hold_nothing_that_acts_on_a_screen_and_can_be_stored(words: str) -> None:
    tidy = clean(words)
    tidy.encode()
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in tidy)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in tidy)


@given(rough)
def test_a_clean_line_is_one_line_with_single_spaces_and_no_edges(words: str) -> None:
    tidy = clean_line(words)
    assert tidy == clean_line(tidy)
    assert len(tidy.splitlines()) <= 1
    assert tidy == " ".join(tidy.split())


CLEANED = [
    ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("a\u2028b\u2029c", "a\nb\n\nc"),
    ("a\x00b\x07c\x1bd\x7fe\x9ff", "abcdef"),
    ("tab\tstays", "tab\tstays"),
    ("\u202egpj.exe\u2066x\u2069", "gpj.exex"),
    ("lone \ud800surrogate\udfff", "lone surrogate"),
    ("e\u0301", "é"),
    ("👩‍🎓 مرحبا नमस्ते", "👩‍🎓 مرحبا नमस्ते"),
    ("\u200fאב", "\u200fאב"),
]


@pytest.mark.parametrize(("given_", "kept"), CLEANED)
def test_words_are_cleaned_of_what_nobody_typed_and_of_nothing_else(given_: str, kept: str) -> None:
    assert clean(given_) == kept


@pytest.mark.parametrize("accent", ["\u0301", "\u0316", "\u0f73"])
def test_a_letter_bears_no_more_accents_than_any_script_sets(accent: str) -> None:
    assert len(unicodedata.normalize("NFD", clean("e" + accent * 5_000))) < 100


@pytest.mark.parametrize(
    ("given_", "kept"),
    [("  My \n grade\t is\u2028 gone ", "My grade is gone"), ("a\x85b", "a b"), ("\x00\u202e", ""), ("a  b", "a b")],
)
def test_a_line_is_one_line(given_: str, kept: str) -> None:
    assert clean_line(given_) == kept


def test_plain_words_become_paragraphs_and_nothing_is_markup() -> None:
    text = Text.of("*one*\nstill one\n \t\n\n<b>two</b>\n\n")
    assert text == Text((Paragraph((Plain("*one*\nstill one"),)), Paragraph((Plain("<b>two</b>"),))))
    assert text.plain() == "*one*\nstill one\n\n<b>two</b>"


@pytest.mark.parametrize("words", ["", " ", "\n\n", "\t \n", "\x00"])
def test_a_text_without_words_is_empty(words: str) -> None:
    assert not Text.of(words)


def test_every_block_and_span_has_its_plain_form() -> None:
    spans = (
        Plain("a "),
        Bold((Italic((Strike((Code("b"),)),)),)),
        Link("https://x.org", (Plain("there"),)),
        Link("https://y.org", ()),
        Mention(PersonId(3), "Kim"),
        Mention(None, "everyone"),
        Moment(datetime(2026, 3, 2, 9, 30, tzinfo=UTC)),
        Emoji("blob", "https://z.org/1.png"),
    )
    text = Text(
        (
            Paragraph(spans),
            CodeBlock("x = 1\ny = 2", "python"),
            Quote((Paragraph((Plain("said\nso"),)),)),
            ListBlock(((Paragraph((Plain("one"),)),), (Quote((Paragraph((Mention(PersonId(4), "Lee"),)),)),)), True),
        )
    )
    assert text.plain() == (
        "a bthere (https://x.org)https://y.org@Kim@everyone2026-03-02 09:30 UTC:blob:\n\n"
        "x = 1\ny = 2\n\n> said\n> so\n\n1. one\n2. > @Lee"
    )
    assert text.mentioned() == {3, 4}


@pytest.mark.parametrize("url", ["https://a.org", "HTTP://a.org/x?y=1#z"])
def test_only_web_addresses_become_links(url: str) -> None:
    assert link(url, (Plain("here"),)) == Link(url, (Plain("here"),))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//a.org", "https://a.org/\nx", "ftp://a", ""]
)
def test_any_other_address_stays_words(url: str) -> None:
    assert link(url, (Plain("here"),)) == Plain("here")
    assert link(url, ()) == Plain(url)


@given(st.text(max_size=60), st.integers(1, 40))
def test_shortened_words_fit_and_begin_as_they_began(words: str, limit: int) -> None:
    short = shorten(words, limit)
    assert len(short) <= limit
    assert short == words if len(words) <= limit else (short.endswith("…") and words.startswith(short[:-1]))


@pytest.mark.parametrize(
    ("words", "limit", "short"),
    [
        ("exactly ten", 11, "exactly ten"),
        ("a word too many here", 17, "a word too many…"),
        ("unbreakableunbreakable", 10, "unbreakab…"),
        ("a bbbbbbbbbbbbbbbbbbbb", 10, "a bbbbbbb…"),
    ],
)
def test_words_are_cut_at_a_words_end_if_near(words: str, limit: int, short: str) -> None:
    assert shorten(words, limit) == short
