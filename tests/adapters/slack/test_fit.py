"""Words made to fit: counted, cut between characters; links told from what is none, and from what hides another."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.chat.addresses import without_tail
from adapters.slack.words.addresses import is_web_link, names_another
from adapters.slack.words.escape import escape
from adapters.slack.words.fit import clip, head, one_line, size, typed, units
from tests.adapters.gchat.samples import FAMILY


@given(st.text(), st.integers(0, 40))
def test_whatever_is_cut_fits_and_is_a_beginning_of_the_words(words: str, room: int) -> None:
    kept = head(words, room)
    assert units(kept) <= room
    assert words.startswith(kept)
    assert units(clip(words, max(room, 1))) <= max(room, 1)
    raw = typed(words, room)
    assert words.startswith(raw)
    assert len(raw.encode("utf-16-le", "surrogatepass")) <= 2 * room


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))))
def test_words_are_never_counted_too_short(words: str) -> None:
    assert units(words) >= len(escape(words).encode("utf-16-le")) // 2
    assert units(words) >= len(json.dumps(words, ensure_ascii=False)) - 2
    assert size({"text": words}) > units(words)


def test_an_emoji_counts_two_and_is_never_cut_in_half() -> None:
    assert units("👍") == 2
    assert head("👍👍", 3) == "👍"
    assert head(f"a{FAMILY}", 6) == "a"
    assert head("🇮🇳🇮🇳", 7) == "🇮🇳"
    assert head("e\u0301e\u0301", 3) == "e\u0301"


def test_what_was_cut_ends_in_an_ellipsis_and_what_fits_is_left_alone() -> None:
    assert clip("one two", 7) == "one two"
    assert clip("one two", 5) == "one…"
    assert clip("a&b", 7) == "a&b"
    assert clip("a&b", 6) == "a…"
    assert one_line(" one\n\u202etwo\x00 ", 80) == "one two"
    assert typed("a&b", 3) == "a&b"


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://", "ftp://a.b", "https://a b", "https://a|b", "https://a>b", "https://[", "x"],
)
def test_an_address_that_slack_would_refuse_is_no_link(url: str) -> None:
    assert not is_web_link(url, 512)


def test_a_web_address_is_a_link_while_it_is_short_enough() -> None:
    assert is_web_link("https://desk.example/t/1?a=b&c=%20", 512)
    assert not is_web_link("https://desk.example/" + "u" * 512, 512)


@pytest.mark.parametrize(
    ("words", "url", "another"),
    [
        ("here", "https://evil.example", False),
        ("bank.example", "https://evil.example", True),
        ("https://bank.example", "https://evil.example", True),
        ("bank.example", "https://bank.example.evil.example", True),
        ("a.example", "https://a.example", False),
        ("https://a.example/", "https://a.example", False),
        ("a.example/b", "https://a.example/b?c", False),
        ("a.example", "https://a.example/b", False),
    ],
)
def test_words_that_look_like_another_address_are_found(words: str, url: str, another: bool) -> None:
    assert names_another(words, url) is another


def test_a_sentences_own_signs_are_no_part_of_an_address() -> None:
    assert without_tail("https://a.b/c_(d)).") == "https://a.b/c_(d)"
    assert without_tail("https://...") == "https://"
