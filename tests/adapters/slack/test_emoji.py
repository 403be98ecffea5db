"""Emoji by Slack's names, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.words.emoji import named, shown, written


@pytest.mark.parametrize(
    ("name", "char"),
    [
        ("+1", "👍"),
        (":thumbsup:", "👍"),
        ("heart", "❤️"),
        ("flag-in", "🇮🇳"),
        ("white_check_mark", "✅"),
        ("memo", "📝"),
        ("man-woman-girl", "👨\u200d👩\u200d👧"),
        ("wave::skin-tone-3", "👋🏼"),
        ("+1::skin-tone-6", "👍🏿"),
        ("handshake::skin-tone-2-3", "🫱🏻\u200d🫲🏼"),
        ("rocket::skin-tone-2", "🚀"),
        ("party_parrot", ":party_parrot:"),
        ("party::skin-tone-2", ":party::skin-tone-2:"),
        ("", "::"),
    ],
)
def test_a_name_shows_as_its_emoji_and_a_workspaces_own_as_its_name(name: str, char: str) -> None:
    assert shown(name) == char


@pytest.mark.parametrize(
    ("char", "name"),
    [
        ("👍", "+1"),
        ("👍🏽", "+1::skin-tone-4"),
        ("❤", "heart"),
        ("❤️", "heart"),
        ("🇮🇳", "flag-in"),
        ("🫱🏻\u200d🫲🏿", "handshake"),
        (":party_parrot:", None),
        ("a", None),
        ("", None),
        ("👍👍", None),
    ],
)
def test_an_emoji_has_the_name_that_slack_takes_and_anything_else_none(char: str, name: str | None) -> None:
    assert named(char) == name


def test_what_is_named_shows_as_it_was() -> None:
    for char in ("👍🏿", "✅", "🎉", "👩\u200d🔬", "☺️", "#️⃣", "🏳️\u200d🌈"):
        name = named(char)
        assert name is not None
        assert shown(name) == char


def test_codes_are_the_characters_that_they_number() -> None:
    assert written("1f44d-1f3fd") == "👍🏽"
    assert [written(codes) for codes in ("", "zz", "110000", "d800", "1f44d-", "1" * 99)] == [None] * 6


@given(st.text(max_size=20))
def test_any_name_is_answered(name: str) -> None:
    assert isinstance(shown(name), str)
    assert named(name) is None or isinstance(named(name), str)
    written(name)
