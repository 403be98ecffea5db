"""Words made to fit: counted, cut between characters, links told from what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.words.fit import clip, head, is_web_link, one_line, units
from tests.adapters.gchat.samples import FAMILY


@given(st.text(), st.integers(0, 40))
def test_whatever_is_cut_fits_and_is_a_beginning_of_the_words(words: str, room: int) -> None:
    kept = head(words, room)
    assert units(kept) <= room
    assert words.startswith(kept)
    assert units(clip(words, max(room, 1))) <= max(room, 1)


def test_an_emoji_counts_two_and_is_never_cut_in_half() -> None:
    assert units("👍") == 2
    assert head("👍👍", 3) == "👍"
    assert head(f"a{FAMILY}", 6) == "a"
    assert head("🇮🇳🇮🇳", 7) == "🇮🇳"
    assert head("e\u0301e\u0301", 3) == "e\u0301"


def test_what_was_cut_ends_in_an_ellipsis_and_what_fits_is_left_alone() -> None:
    assert clip("one two", 7) == "one two"
    assert clip("one two", 5) == "one…"
    assert one_line(" one\n\u202etwo\x00 ", 80) == "one two"


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "https://",
        "ftp://a.b",
        "https://a b",
        "https://a.b/\\",
        'https://a.b/"',
        "https://[",
        "x",
    ],
)
def test_an_address_that_discord_would_refuse_is_no_link(url: str) -> None:
    assert not is_web_link(url, 512)


def test_a_web_address_is_a_link_while_it_is_short_enough() -> None:
    assert is_web_link("https://desk.example/t/1?a=b&c=%20", 512)
    assert not is_web_link("https://desk.example/" + "u" * 512, 512)
