"""Typed text written as Markdown says the same when it is read again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.parse import parse_markdown
from core.markdown import markdown_of
from core.model.ids import PersonId
from core.text import Mention, Moment, Paragraph, Plain, Text
from tests.fakes.clock import START

WRITTEN = [
    "Plain words, and *some* **bold** ~~gone~~ `code`.",
    "One line\nand another.\n\nA second paragraph.",
    "- one\n- two\n\n  still two\n  - deeper",
    "3 is no list\n\n1. but this\n2. is one",
    "> quoted\n>\n> - and a list",
    "```python\nx = '`a`'\n\ny\n```",
    "[words](<https://example.org/?a=1&b=(2)>) and https://example.org/plain",
    "`` a ` tick `` and ``` `` ```",
    "- a\n\n* b",
    "**bold *and italic***",
]
TYPED = [
    "1. no list",
    "# no heading",
    "> no quote",
    "- no item",
    "a*b*c _d_ snake_case ~~x~~ `y` \\ [z](http://example.org) ![i](x) <https://example.org>",
    "2026-03-02 - a date",
    "---\ntext",
]


@pytest.mark.parametrize("words", WRITTEN)
def test_what_was_typed_is_read_as_before_once_it_is_written_again(words: str) -> None:
    text = parse_markdown(words)
    assert parse_markdown(markdown_of(text)) == text


@pytest.mark.parametrize("words", TYPED)
def test_words_that_only_look_like_marks_stay_words(words: str) -> None:
    text = Text.of(words)
    assert parse_markdown(markdown_of(text)).plain() == text.plain()


@given(
    st.lists(
        st.sampled_from(
            [
                *(
                    "*",
                    "**",
                    "_",
                    "~~",
                    "`",
                    "```",
                    "\n",
                    "\n\n",
                    " ",
                    "> ",
                    "- ",
                    "1. ",
                    "3. ",
                    "# ",
                    "!",
                    "<",
                    "\\",
                    "|",
                ),
                *("[a](https://a.example)", "https://a.example/b_c", "snake_case", "word", "a", "1", ".", "שלום"),
            ]
        ),
        max_size=12,
    ).map("".join)
)
def test_whatever_somebody_wrote_elsewhere_is_the_same_words_when_it_is_read_as_markdown(words: str) -> None:
    text = Text.of(words)
    assert _closed_up(parse_markdown(markdown_of(text)).plain()) == _closed_up(text.plain())


def _closed_up(words: str) -> str:
    return re.sub(r"\s+", "", words)


def test_a_mention_is_a_name_and_a_moment_is_written_out() -> None:
    text = Text((Paragraph((Mention(PersonId(7), "Ann_"), Plain(" at "), Moment(START))),))
    assert markdown_of(text) == f"@Ann\\_ at {START:%Y-%m-%d %H:%M} UTC"


def test_nothing_is_nothing() -> None:
    assert markdown_of(Text()) == ""
