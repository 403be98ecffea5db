"""Typed text written as Markdown says the same when it is read again."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.web.parse import parse_markdown
from core.markdown import markdown_of
from core.model.ids import PersonId
from core.text import Bold, Code, CodeBlock, Emoji, Link, Mention, Moment, Paragraph, Plain, Span, Text
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


_MARKS = [
    *(
        "*",
        "**",
        "***",
        "_",
        "~",
        "~~",
        "`",
        "```",
        "~~~`x\n",
        "```py\n",
        "\n",
        "\n\n",
        "\\\n",
        "\\",
        " ",
        "  ",
        "    ",
        "\t",
    ),
    *("> ", "- ", "* ", "1. ", "3. ", "# ", "!", "<", ">", "[", "](", ")", "(", "|", "&amp;", "---", "\n- "),
    *("[a](https://a.example)", "<https://a.example/*>", "https://a.example/b_c", "word", "a", "1", ".", "שלום"),
]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(_MARKS), max_size=7).map("".join))
def test_whatever_somebody_types_there_is_read_as_before_once_it_is_written_again(words: str) -> None:
    text = parse_markdown(words)
    assert parse_markdown(markdown_of(text)) == text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("\\\na", "a"),
        ("a\\\n\\\nb", "a\n\\\nb"),
        ("~~~`x\ncode\n~~~", "~~~`x\ncode\n~~~"),
        ("# *a*", "**_a_**"),
        ("\\<https://a.example/b>", "\\<https://a.example/b>"),
        ("[\\[a](https://a.example)", "[\\[a](<https://a.example>)"),
        ("- - *", "- - +"),
    ],
)
def test_what_is_odd_is_written_so_that_it_is_read_the_same(typed: str, written: str) -> None:
    text = parse_markdown(typed)
    assert markdown_of(text) == written
    assert parse_markdown(written) == text


def _closed_up(words: str) -> str:
    return re.sub(r"\s+", "", words)


def test_a_mention_is_a_name_and_a_moment_is_written_out() -> None:
    text = Text((Paragraph((Mention(PersonId(7), "Ann_"), Plain(" at "), Moment(START))),))
    assert markdown_of(text) == f"@Ann\\_ at {START:%Y-%m-%d %H:%M} UTC"


def test_an_emoji_of_somebodys_own_leads_to_its_picture() -> None:
    text = Text((Paragraph((Emoji("blob", "https://cdn.example/1.png"),)),))
    assert markdown_of(text) == "[:blob:](<https://cdn.example/1.png>)"


def test_a_block_of_code_has_its_language_whatever_it_is_called() -> None:
    for language in ("py", "`", "a`b"):
        text = Text((CodeBlock("``` ~~~~", language),))
        assert parse_markdown(markdown_of(text)) == text


def test_nothing_is_nothing() -> None:
    assert markdown_of(Text()) == ""


@pytest.mark.parametrize(
    "spans",
    [
        (Plain("x" + "\n" * 100_000 + "x"),),
        (Plain("x" + "\n \t" * 50_000 + "x"),),
        (Plain(" " * 100_000 + "x"),),
        (Plain("[*_<`!~" * 20_000),),
        (Plain("<a" * 50_000), Plain("~" * 50_000)),
        (Plain("x!"), Link("https://a.b", (Plain("c"),))) * 30_000,
        (Bold((Plain("x"),)),) * 30_000,
        (Code("`" * 100_000),),
    ],
)
def test_what_is_hostile_is_written_in_time_in_proportion_to_its_length(spans: tuple[Span, ...]) -> None:
    """One that takes time by the square of it would take many minutes here."""
    assert len(markdown_of(Text((Paragraph(spans),)))) >= 30_000
