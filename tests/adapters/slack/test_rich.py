"""Text written as Slack's rich text: read back it says the same, and nothing in it acts that should not."""

import json
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.slack.words.parse import parse_message
from adapters.slack.words.rich import message, pieces, plain, rich_text
from core.text import (
    Block,
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
    clean,
)
from tests.adapters.gchat.samples import CARDS, FAMILY, HUGE
from tests.adapters.slack.checker import check_message

_WORDS = st.lists(
    st.sampled_from(
        [
            *("*", "_", "~", "`", "```", "\\", "|", "<", ">", "&", "&amp;", "&lt;", "#", "- ", "• ", "1. ", "> "),
            *("<@U1>", "<!channel>", "<!subteam^S1>", "<#C1>", "<https://evil.example|bank>", "@everyone", "@here"),
            *("\n", "\n\n", " ", "  ", ":smile:", "snake_case", "https://a.example/b_c", "https://a.example/(d)."),
            *("word", "1", ".", "é", "שלום", "नमस्ते", FAMILY, "C:\\Users", "\u200b", "\x00", '"'),
        ]
    ),
    max_size=8,
).map("".join)
_LEAVES = st.one_of(
    _WORDS.map(Plain),
    _WORDS.map(Code),
    st.builds(Mention, st.none(), _WORDS.map(lambda words: words.replace("\n", " "))),
    st.builds(Moment, st.datetimes(min_value=datetime(1960, 1, 2), timezones=st.just(UTC))),  # noqa: DTZ001 - given UTC there
    st.builds(
        Link,
        st.sampled_from(
            ["https://a.example/x_y", "https://a.example/(b)?c=1&d=2", "http://b.example", "https://[", "x:y"]
        ),
        st.one_of(
            _WORDS.map(clean).filter(str.strip).map(lambda words: (Plain(words.replace("\n", " ")),)), st.just(())
        ),
    ),
)
_SPANS: st.SearchStrategy[tuple[Span, ...]] = st.lists(
    st.recursive(
        _LEAVES,
        lambda inner: st.one_of(
            *(st.builds(mark, st.lists(inner, max_size=3).map(tuple)) for mark in (Bold, Italic, Strike))
        ),
        max_leaves=6,
    ),
    max_size=5,
).map(tuple)
_BLOCKS: st.SearchStrategy[Block] = st.recursive(
    st.one_of(st.builds(Paragraph, _SPANS), st.builds(CodeBlock, _WORDS, st.sampled_from(["", "py"]))),
    lambda inner: st.one_of(
        st.builds(Quote, st.lists(inner, max_size=3).map(tuple)),
        st.builds(ListBlock, st.lists(st.lists(inner, max_size=2).map(tuple), max_size=3).map(tuple), st.booleans()),
    ),
    max_leaves=5,
)
_TEXTS = st.builds(Text, st.lists(_BLOCKS, max_size=4).map(tuple))


def _back(blocks: list[Any]) -> Text:
    return parse_message({"text": "not read" if blocks else "", "blocks": blocks}, {}, {}, {})


def _said(words: str) -> str:
    """Words as they are compared: without what is invisible, how they are spaced, and the signs of lists and quotes."""
    return re.sub(r"[\s>\u200b.\d-]+", "", clean(words))


def _of(*spans: Span) -> Text:
    return Text((Paragraph(spans),))


def _parts(text: Text) -> list[Any]:
    [block] = rich_text(text)
    return [part for element in block["elements"] for part in element["elements"]]


@settings(max_examples=200)
@given(_TEXTS)
def test_what_is_written_and_read_back_says_the_same_words(text: Text) -> None:
    assert _said(_back(rich_text(text)).plain()) == _said(text.plain())


@settings(max_examples=200)
@given(_TEXTS)
def test_what_was_read_is_written_and_read_again_without_a_change(text: Text) -> None:
    once = _back(rich_text(text))
    assert _back(rich_text(once)) == once


@settings(max_examples=200)
@given(_TEXTS, st.integers(200, 400), st.integers(200, 2_000))
def test_the_messages_of_a_text_fit_and_say_together_what_it_says(text: Text, words: int, size: int) -> None:
    shown = pieces(text, words, size)
    for blocks in shown:
        check_message(message(blocks))
        assert len(plain(blocks)) <= words
        assert len(json.dumps(blocks, ensure_ascii=False)) <= max(size, 700)
    assert _said("".join(_back(blocks).plain() for blocks in shown)) == _said(text.plain())


@pytest.mark.parametrize("name", CARDS)
def test_every_sample_text_is_cut_into_messages_that_fit(name: str) -> None:
    text = CARDS[name].body
    shown = pieces(text)
    for blocks in shown:
        check_message(message(blocks))
    assert bool(shown) == bool(text)


FULL = Text(
    (
        Paragraph((Plain("a\nb "), Bold((Plain("b"), Italic((Plain("i"), Strike((Plain("s"),)))))), Code("c < d"))),
        Paragraph((Link("https://a.example/?b=1&c=2", (Plain("here"),)), Plain(" "), Bold((Code("x"),)))),
        Quote(
            (
                Paragraph((Plain("q"),)),
                Paragraph((Plain("r"),)),
                ListBlock(((Paragraph((Plain("s"),)),),)),
                CodeBlock("t"),
            )
        ),
        ListBlock(
            (
                (Paragraph((Plain("one"),)), Paragraph((Plain("more"),)), ListBlock(((Paragraph((Plain("in"),)),),))),
                (Paragraph((Moment(datetime(2026, 11, 21, 12, tzinfo=UTC)),)),),
            ),
            ordered=True,
        ),
        ListBlock(((Paragraph((Plain("dot"),)),),)),
        CodeBlock("if a:\n    <b> & *c*"),
        Quote((Paragraph((Plain("end"),)),)),
        Paragraph((Plain("bye https://a.example/b, "), Link("https://c.example", (Plain("https://c.example"),)))),
    )
)


def test_everything_that_slack_knows_comes_back_as_it_was() -> None:
    linked = Link("https://a.example/b", (Plain("https://a.example/b"),))
    last = Paragraph((Plain("bye "), linked, Plain(", "), Link("https://c.example", (Plain("https://c.example"),))))
    assert _back(rich_text(FULL)) == Text((*FULL.blocks[:-1], last))


def test_a_persons_words_stay_words() -> None:
    words = "*a* _b_ ~c~ `d` <!channel> <@U1> &amp; :smile: @everyone <https://evil.example|bank>"
    assert _parts(Text.of(words)) == [
        {"type": "text", "text": "*a* _b_ ~c~ `d` <!channel> <@U1> &amp; :smile: @everyone <"},
        {"type": "link", "url": "https://evil.example"},
        {"type": "text", "text": "|bank>"},
    ]
    assert message(pieces(Text.of("<!channel> & <@U1>"))[0])["text"] == "&lt;!channel&gt; &amp; &lt;@U1&gt;"


def test_names_never_ping_and_times_are_the_readers_own() -> None:
    text = _of(Mention(None, "everyone"), Plain(" "), Bold((Moment(datetime(2026, 11, 21, 12, tzinfo=UTC)),)))
    assert _parts(text) == [
        {"type": "text", "text": "@everyone "},
        {
            "type": "date",
            "timestamp": 1795262400,
            "format": "{date_short_pretty} {time}",
            "fallback": "2026-11-21 12:00 UTC",
            "style": {"bold": True},
        },
    ]
    assert _parts(_of(Moment(datetime(1960, 1, 1, tzinfo=UTC)))) == [{"type": "text", "text": "1960-01-01 00:00 UTC"}]


def test_no_link_hides_behind_words_that_look_like_another_address() -> None:
    evil = "https://evil.example"
    shown = [part.get("text", part.get("url")) for part in _parts(_of(Link(evil, (Plain("bank.example"),))))]
    assert shown == ["bank.example (", evil, ")"]
    assert _parts(_of(Link(evil, (Plain(evil),)))) == [{"type": "link", "url": evil}]
    assert _parts(_of(Link(evil, (Bold((Plain("here"),)),)))) == [
        {"type": "link", "url": evil, "text": "here", "style": {"bold": True}}
    ]
    assert _parts(_of(Link("https://" + "b" * 3_000, (Plain("here"),))))[0]["type"] == "text"


def test_lists_go_on_with_their_numbers_after_what_they_cannot_hold() -> None:
    one, two = Paragraph((Plain("a"),)), Paragraph((Plain("b"),))
    [block] = rich_text(Text((ListBlock(((one, CodeBlock("x"), two), (one, ListBlock(((two,),))), ()), ordered=True),)))
    kinds = [(part["type"], part.get("indent"), part.get("offset")) for part in block["elements"]]
    assert kinds == [
        ("rich_text_list", 0, None),
        ("rich_text_preformatted", None, None),
        ("rich_text_section", None, None),
        ("rich_text_list", 0, 1),
        ("rich_text_list", 1, None),
        ("rich_text_list", 0, 2),
    ]
    assert plain([block]) == "1. a\nx\nb\n2. a\n• b\n3. \u200b"


def test_blocks_stand_apart_where_they_would_be_read_as_one() -> None:
    one = Paragraph((Plain("a"),))
    for block in (ListBlock(((one,),)), ListBlock(((one,),), ordered=True), Quote((one,))):
        assert _back(rich_text(Text((block, block)))) == Text((block, block))
    assert _back(rich_text(Text((Quote((Quote((one,)),)),)))) == Text((Quote((Paragraph((Plain("> a"),)),)),))


def test_a_list_deeper_than_slack_shows_keeps_its_words() -> None:
    block: Block = Paragraph((Plain("deepest"),))
    for _ in range(30):
        block = ListBlock(((Paragraph((Plain("a"),)), block),))
    assert "deepest" in plain(rich_text(Text((block,))))
    check_message(message(rich_text(Text((block,)))))


def test_a_text_that_says_nothing_makes_no_message() -> None:
    assert rich_text(Text()) == []
    assert pieces(Text((Paragraph((Plain(" \n \u200b"),)), CodeBlock("\n"), Quote(()), Paragraph((Code(""),))))) == []


def test_a_long_text_is_cut_between_paragraphs_then_lines_then_words() -> None:
    paragraph = "word " * 30
    shown = pieces(Text.of("\n\n".join([paragraph] * 4)), 400)
    assert [plain(blocks).count("word") for blocks in shown] == [60, 60]
    lines = pieces(Text.of("\n".join(["word " * 10] * 20)), 300)
    assert all(len(plain(blocks).split()) % 10 == 0 for blocks in lines)
    for blocks in pieces(Text.of("word " * 300), 200):
        assert set(plain(blocks).split()) == {"word"}
    assert "".join(plain(blocks) for blocks in pieces(Text.of("x" * 9_000))) == "x" * 9_000


def test_a_block_of_code_a_quote_and_a_list_go_on_in_the_next_message() -> None:
    code = pieces(Text((CodeBlock("\n".join(f"    line {number}" for number in range(100)), "py"),)), 300)
    assert len(code) > 3
    assert {blocks[0]["elements"][0]["type"] for blocks in code} == {"rich_text_preformatted"}
    assert "\n".join(map(plain, code)) == "\n".join(f"    line {number}" for number in range(100))
    quoted = pieces(Text((Quote((Paragraph((Bold((Plain("word " * 200),)),)),)),)), 300)
    assert {blocks[0]["elements"][0]["type"] for blocks in quoted} == {"rich_text_quote"}
    assert all(part["style"] == {"bold": True} for blocks in quoted for part in blocks[0]["elements"][0]["elements"])
    items = tuple((Paragraph((Plain(f"item {number}"),)),) for number in range(1, 101))
    numbered = pieces(Text((ListBlock(items, ordered=True),)), 300)
    shown = "\n".join(map(plain, numbered))
    assert shown == "\n".join(f"{number}. item {number}" for number in range(1, 101))


def test_the_longest_words_are_parted_between_characters() -> None:
    shown = [plain(blocks) for blocks in pieces(Text.of(FAMILY * 500), 200)]
    assert "".join(shown) == FAMILY * 500
    assert all(piece.startswith("👩") and piece.endswith("👦") for piece in shown)
    assert plain(pieces(HUGE.body)[0]).startswith("<&")


def test_a_long_address_is_one_to_follow_while_a_message_has_room_for_it() -> None:
    long = "https://a.example/" + "x" * 600
    assert {"type": "link", "url": long} in _parts(Text.of(f"see {long}."))
    assert _said("".join(plain(blocks) for blocks in pieces(Text.of(f"see {long}"), 200))) == _said(f"see {long}")
