"""Slack's markup, as it stands in a message's words or is typed, read as text; and whatever else somebody types."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.words.parse import parse_message, parse_typed
from core.model.ids import PersonId
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
    Span,
    Strike,
    Text,
    from_json,
    to_json,
)

ASHA = Mention(PersonId(7), "Asha")
PEOPLE = {"U1": ASHA}
CHANNELS = {"C1": "help"}
GROUPS = {"S1": "mods"}
HOSTILE = (
    *("*", "**", "***", "_", "__", "~", "~~", "`", "``", "```", "<", ">", "|", "&amp;", "&lt;", "&gt;", "&"),
    *("<@U1>", "<@U2|sam>", "<#C1>", "<#C2|dev>", "<!here>", "<!subteam^S1>", "<!date^1^{date}|then>", "<!x^y|z>"),
    *("<https://a.b>", "<https://a.b|", "<https://a.b|words>", "<mailto:a@b.c|a@b.c>", "<javascript:a|b>"),
    *("https://a.b/c_d", "https://", ":smile:", ":nobody:", ":", "&gt; ", "> ", "&gt;&gt;&gt;", "• ", "- ", "    ◦ "),
    *(
        "1. ",
        "7. ",
        "\n",
        "\n\n",
        " ",
        "a",
        "é",
        "שלום",
        "👩\u200d👧",
        "@everyone",
        "\u202e",
        "\x00",
        "\ud800",
        "\u200b",
    ),
)


def _paragraph(words: str) -> Paragraph:
    return Paragraph((Plain(words),))


def _spans(words: str) -> tuple[Span, ...]:
    [block] = parse_message({"text": words}, PEOPLE, CHANNELS, GROUPS).blocks
    assert isinstance(block, Paragraph)
    return block.spans


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("*bold*", (Bold((Plain("bold"),)),)),
        ("**bold** ~~gone~~", (Bold((Plain("bold"),)), Plain(" "), Strike((Plain("gone"),)))),
        ("_it_ ~s~", (Italic((Plain("it"),)), Plain(" "), Strike((Plain("s"),)))),
        ("*a _b_*", (Bold((Plain("a "), Italic((Plain("b"),)))),)),
        ("*a _b* c_", (Bold((Plain("a _b"),)), Plain(" c_"))),
        ("(*a*), *b*.", (Plain("("), Bold((Plain("a"),)), Plain("), "), Bold((Plain("b"),)), Plain("."))),
        ("snake_case_name 2*3*4 2 * 3 * 4", (Plain("snake_case_name 2*3*4 2 * 3 * 4"),)),
        ("*open and `shut\n*", (Plain("*open and `shut\n*"),)),
        ("*** ____ **", (Plain("*** ____ **"),)),
        ("`a*b*` ``c", (Code("a*b*"), Plain(" ``c"))),
        ("`&lt;b&gt; <https://a.b|a.b>`", (Code("<b> a.b"),)),
        ("a &lt;b&gt; &amp;amp; &quot;", (Plain("a <b> &amp; &quot;"),)),
        (":+1: :wave::skin-tone-3: :nobody: 10:30:45", (Plain("👍 👋🏼 :nobody: 10:30:45"),)),
        (
            "<@U1> <@U1|old> <@U9|sam> <@U9>",
            (ASHA, Plain(" "), ASHA, Plain(" "), Mention(None, "sam"), Plain(" "), Mention(None, "somebody")),
        ),
        ("<#C1> <#C9|dev> <#C9|>", (Plain("#help #dev #some-channel"),)),
        ("<!subteam^S1> <!subteam^S9|@leads>", (Mention(None, "mods"), Plain(" "), Mention(None, "leads"))),
        ("<!here> <!channel|channel>", (Mention(None, "here"), Plain(" "), Mention(None, "channel"))),
        ("<!date^1700000000^{date} {time}|then>", (Moment(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),)),
        ("<!date^999999999999^{date}|then> <!new^thing|words>", (Plain("then words"),)),
        ("a < b > c <b> @everyone", (Plain("a < b > c <b> @everyone"),)),
    ],
)
def test_a_mark_of_slacks_becomes_the_span_that_it_means(typed: str, spans: Sequence[Span]) -> None:
    assert _spans(typed) == tuple(spans)


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("<https://a.b/c?d=1&amp;e=2>", (Link("https://a.b/c?d=1&e=2", (Plain("https://a.b/c?d=1&e=2"),)),)),
        ("<https://a.b|here &amp; *there*>", (Link("https://a.b", (Plain("here & *there*"),)),)),
        ("*<https://a.b|here>*", (Bold((Link("https://a.b", (Plain("here"),)),)),)),
        ("https://a.b/c_d_e.", (Link("https://a.b/c_d_e", (Plain("https://a.b/c_d_e"),)), Plain("."))),
        ("(https://a.b)", (Plain("("), Link("https://a.b", (Plain("https://a.b"),)), Plain(")"))),
        ("https:// alone", (Plain("https:// alone"),)),
        ("<mailto:a@b.c|a@b.c>", (Plain("a@b.c"),)),
        ("<javascript:alert(1)|x>", (Plain("<javascript:alert(1)|x>"),)),
    ],
)
def test_addresses_become_links_and_nothing_else_does(typed: str, spans: Sequence[Span]) -> None:
    assert _spans(typed) == tuple(spans)


def test_lines_blank_lines_and_quotes_part_what_they_part_on_slack() -> None:
    assert parse_typed("a\nb\n\n\nc").blocks == (_paragraph("a\nb"), _paragraph("c"))
    assert parse_typed("a\n&gt; b\n&gt; • c\nd").blocks == (
        _paragraph("a"),
        Quote((_paragraph("b"), ListBlock(((_paragraph("c"),),)))),
        _paragraph("d"),
    )
    assert parse_typed("&gt;&gt;&gt; a\n\n&gt; b").blocks == (Quote((_paragraph("a"), _paragraph("> b"))),)
    assert parse_typed("> typed\n>_<").blocks == (Quote((_paragraph("typed"),)), _paragraph(">_<"))
    assert parse_typed("&gt; \n&gt;").blocks == ()


def test_lists_nest_and_one_that_begins_elsewhere_keeps_its_numbers() -> None:
    text = parse_typed("• a\n  more\n    ◦ b\n• c\n1. one\n    • x\n2. two\n\n7. seven")
    assert text.blocks == (
        ListBlock(((_paragraph("a\nmore"), ListBlock(((_paragraph("b"),),))), (_paragraph("c"),))),
        ListBlock(((_paragraph("one"), ListBlock(((_paragraph("x"),),))), (_paragraph("two"),)), ordered=True),
        _paragraph("7. seven"),
    )
    assert parse_typed("2. second\n3. third").blocks == (_paragraph("2. second\n3. third"),)
    assert parse_typed("- a\n* b").blocks == (ListBlock(((_paragraph("a"),), (_paragraph("b"),))),)


def test_code_in_a_block_is_kept_wherever_it_stands() -> None:
    assert parse_typed("see ```if a &lt; 1:\n\n    *b*\n``` there").blocks == (
        _paragraph("see"),
        CodeBlock("if a < 1:\n\n    *b*"),
        _paragraph(" there"),
    )
    assert parse_typed("&gt; ```\n&gt; x = 1\n&gt; ```").blocks == (Quote((CodeBlock("x = 1"),)),)
    assert parse_typed("• ```c``` d").blocks == (ListBlock(((Paragraph((Code("c"), Plain(" d"))),),)),)
    assert parse_typed("``` open").blocks == (_paragraph("``` open"),)
    assert parse_typed("``````").plain() == "``````"


@given(st.lists(st.sampled_from(HOSTILE), max_size=60).map("".join))
def test_anything_typed_is_read_and_can_be_stored(typed: str) -> None:
    text = parse_message({"text": typed}, PEOPLE, CHANNELS, GROUPS)
    assert from_json(to_json(text)) == text
    for word in ("é", "שלום"):
        assert text.plain().count(word) == typed.count(word)


@given(st.text())
def test_words_without_a_sign_stay_as_they_are(typed: str) -> None:
    words = "".join(char for char in typed if char.isalnum())
    assert parse_typed(words).plain() == Text.of(words).plain()


@pytest.mark.parametrize(
    "unit",
    [
        *HOSTILE,
        "*a",
        "_a ",
        "*a _b ~c ",
        "<a",
        "`a\n",
        ":a",
        "\n- a",
        "\n  - a\n",
        "\n \n- ",
        "> - ",
        "&gt; a\n",
        "```a",
    ],
)
def test_ten_thousand_of_anything_take_no_square_of_time(unit: str) -> None:
    begun = time.process_time()
    parse_typed(unit * 10_000)
    parse_typed("a" + unit * 10_000 + "a")
    assert time.process_time() - begun < 20
