"""Slack's signs of control, and what would be markup beside them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.words.escape import escape, is_tame, unescape


@given(st.text())
def test_what_is_escaped_holds_no_sign_of_control_and_comes_back(words: str) -> None:
    shown = escape(words)
    assert not set("<>") & set(shown)
    assert unescape(shown) == words


def test_each_sign_becomes_its_entity_and_only_entities_become_signs() -> None:
    assert escape("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert unescape("&amp;lt; &quot; & &lt") == "&lt; &quot; & &lt"


@pytest.mark.parametrize("words", ["Asha Rao", "3 < 4 & 5", "12:30", "R&D (2 - 3)", "a.b@c.example", "😀 שלום", "T-7"])
def test_words_without_marks_are_tame(words: str) -> None:
    assert is_tame(words)


@pytest.mark.parametrize(
    "words", ["*a*", "snake_case", "~a", "`a`", ":smile:", "1:tada:2", "> a", " > a", "• a", "- a", "1. a", "a\nb"]
)
def test_words_with_marks_are_not(words: str) -> None:
    assert not is_tame(words)
