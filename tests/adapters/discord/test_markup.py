"""Text written as Discord's markdown: read back it says the same, and nothing in it acts that should not."""

import re
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.words.fit import units
from adapters.discord.words.markup import markup, pieces, plain, plain_within
from adapters.discord.words.parse import parse_typed
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

_WORDS = st.lists(
    st.sampled_from(
        [
            *(
                "*",
                "**",
                "_",
                "__",
                "~",
                "~~",
                "|",
                "||",
                "`",
                "```",
                "\\",
                "[",
                "](",
                ")",
                "<",
                ">",
                "#",
                "-",
                "+",
                ":",
            ),
            *(
                "<@1>",
                "<@&2>",
                "<#3>",
                "<t:1:R>",
                "<:a:1>",
                "</x:1>",
                "@everyone",
                "@HERE",
                "[a](https://evil.example)",
            ),
            *(
                "# ",
                "- ",
                "1. ",
                "> ",
                ">>> ",
                "-# ",
                "\n",
                " ",
                "  ",
                ":smile:",
                "snake_case",
                "https://a.example/b_c",
            ),
            *("word", "1", ".", "é", "שלום", "नमस्ते", FAMILY, "C:\\Users", "@", "everyone"),
        ]
    ),
    max_size=8,
).map("".join)
_LEAVES = st.one_of(
    _WORDS.map(Plain),
    _WORDS.map(Code),
    st.builds(Mention, st.none(), _WORDS.map(lambda words: words.replace("\n", " "))),
    st.builds(Moment, st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC))),  # noqa: DTZ001 - given UTC there
    st.builds(
        Link,
        st.sampled_from(
            ["https://a.example/x_y", "https://a.example/(b)", "https://a.example/@everyone*", "http://b.example"]
        ),
        st.one_of(_WORDS.filter(str.strip).map(lambda words: (Plain(words.replace("\n", " ")),)), st.just(())),
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
    st.one_of(st.builds(Paragraph, _SPANS), st.builds(CodeBlock, _WORDS, st.sampled_from(["", "py", "no language"]))),
    lambda inner: st.one_of(
        st.builds(Quote, st.lists(inner, max_size=3).map(tuple)),
        st.builds(ListBlock, st.lists(st.lists(inner, max_size=2).map(tuple), max_size=3).map(tuple), st.booleans()),
    ),
    max_leaves=5,
)
_ESCAPED_OR_CODE = re.compile(r"\\[^0-9A-Za-z\s]|(?<!`)(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
_TEXTS = st.builds(Text, st.lists(_BLOCKS, max_size=4).map(tuple))


def _said(words: str) -> str:
    """Words as they are compared: without what is invisible, without how they are spaced, and without the signs that
    repeat on every line of a quote, of which there are more where a blank line stands in it."""
    visible = clean(words).replace("\u200b", "").replace("%40", "@")
    return re.sub(r"[\s>]+", "", visible)


def _of(*spans: Span) -> Text:
    return Text((Paragraph(spans),))


def _assert_pings_nobody(shown: str) -> None:
    assert not re.search(r"@(everyone|here)", shown, re.IGNORECASE)
    assert not re.search(r"<@[!&]?\d+>", shown)
    # What is left of a mark that names something by its id stands escaped or in code, where it is no mark.
    outside = _ESCAPED_OR_CODE.sub("", shown)
    assert not re.search(r"<#\d+>|<a?:\w+:\d+>|</", outside)


@settings(max_examples=200)
@given(_TEXTS)
def test_what_is_written_and_read_back_says_the_same_words(text: Text) -> None:
    shown = markup(text)
    assert _said(parse_typed(shown).plain()) == _said(text.plain())
    _assert_pings_nobody(shown)


@settings(max_examples=200)
@given(_TEXTS, st.integers(200, 400))
def test_the_messages_of_a_text_fit_and_say_together_what_it_says(text: Text, limit: int) -> None:
    shown = pieces(text, limit)
    assert all(units(piece) <= limit and piece.strip() for piece in shown)
    for piece in shown:
        _assert_pings_nobody(piece)
    assert _said("".join(parse_typed(piece).plain() for piece in shown)) == _said(text.plain())


@pytest.mark.parametrize("name", CARDS)
def test_every_sample_text_is_cut_into_messages_that_fit(name: str) -> None:
    text = CARDS[name].body
    shown = pieces(text)
    assert all(0 < units(piece) <= 2_000 for piece in shown)
    assert bool(shown) == bool(text)


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("*a* _b_ ~c~ `d` |e|", r"\*a\* \_b\_ \~c\~ \`d\` \|e\|"),
        ("# a", r"\# a"),
        ("- a", r"\- a"),
        ("12. a", r"12\. a"),
        ("> a", r"\> a"),
        ("a - b # c 1. d", "a - b # c 1. d"),
        ("[a](https://b.example)", "\\[a](<https://b.example>)"),
        ("<@123> <t:1:R>", "\\<@\u200b123\\> \\<t\\:1:R\\>"),
        ("@everyone @Here", "@\u200beveryone @\u200bHere"),
        (":smile: 12:30", r"\:smile: 12:30"),
        ("C:\\temp", "C:\\\\temp"),
    ],
)
def test_a_persons_words_show_as_they_were_written(words: str, shown: str) -> None:
    assert markup(Text.of(words)) == shown


def test_marks_links_names_and_times_are_written_as_discord_reads_them() -> None:
    text = _of(
        Bold((Plain("b"), Italic((Plain("i"),)))),
        Plain(" "),
        Strike((Plain("s"),)),
        Plain(" "),
        Code("c`d"),
        Plain(" "),
        Link("https://a.example", (Plain("words"),)),
        Plain(" "),
        Mention(None, "A_b"),
        Plain(" "),
        Moment(datetime(2026, 11, 21, 12, tzinfo=UTC)),
    )
    assert markup(text) == "**b\u200b_i_** ~~s~~ ``c`d`` [words](<https://a.example>) @A\\_b <t:1795262400:f>"


def test_no_link_hides_behind_words_that_look_like_another_address() -> None:
    evil = "https://evil.example"
    assert markup(_of(Link(evil, (Plain("bank.example"),)))) == f"bank.example (<{evil}>)"
    assert markup(_of(Link(evil, (Plain("https://bank.example"),)))) == f"<https://bank.example> (<{evil}>)"
    assert markup(_of(Link(evil, (Plain(evil),)))) == f"<{evil}>"
    assert markup(_of(Link(evil, ()))) == f"<{evil}>"
    # Discord shows the backslashes of an escape inside a masked link.
    assert markup(_of(Link(evil, (Plain("a*b"),)))) == f"a\\*b (<{evil}>)"
    assert markup(_of(Link(f"{evil}/a)b", (Plain("a"),)))) == f"a (<{evil}/a)b>)"


def test_code_is_left_alone_and_cannot_end_its_block() -> None:
    assert markup(Text((CodeBlock("**a** <b>", "html"),))) == "```html\n**a** <b>\n```"
    shown = markup(Text((CodeBlock("a\n```\n@everyone", "not a language"),)))
    assert shown.startswith("```\na\n")
    assert shown.count("```") == 2
    assert markup(_of(Code("@everyone `` a ` b"))) == "@\u200beveryone \\`\\` a \\` b"


def test_blocks_stand_apart_where_they_would_be_read_as_one() -> None:
    one = Paragraph((Plain("a"),))
    bullets = ListBlock(((one,),))
    assert markup(Text((one, one))) == "a\n\na"
    assert markup(Text((one, Quote((one, one)), one))) == "a\n> a\n> \n> a\na"
    assert markup(Text((bullets, bullets))) == "- a\n\u200b\n- a"
    nested = ListBlock(((one, ListBlock(((one,),))),), ordered=True)
    assert markup(Text((nested,))) == "1. a\n   - a"
    assert markup(Text((Quote((Quote((one,)),)),))) == "> \\> a"


def test_a_text_that_says_nothing_makes_no_message() -> None:
    assert pieces(Text()) == []
    assert pieces(Text((Paragraph((Plain(" \n "),)), CodeBlock("\n"), Quote(())))) == []
    assert markup(Text()) == ""


def test_a_long_text_is_cut_between_paragraphs_then_lines_then_words() -> None:
    paragraph = "word " * 30
    text = Text.of("\n\n".join([paragraph] * 4))
    assert [piece.count("word") for piece in pieces(text, 400)] == [60, 60]
    lines = Text.of("\n".join(["word " * 10] * 20))
    assert all(piece.endswith("word") and len(piece.split()) % 10 == 0 for piece in pieces(lines, 300))
    for piece in pieces(Text.of("word " * 300), 200):
        assert set(piece.split()) == {"word"}


def test_a_block_of_code_and_a_quote_go_on_in_the_next_message() -> None:
    code = Text((CodeBlock("\n".join(f"line {number}" for number in range(100)), "py"),))
    shown = pieces(code, 300)
    assert len(shown) > 3
    assert all(piece.startswith("```py\n") and piece.endswith("\n```") for piece in shown)
    assert re.findall(r"\d+", "".join(shown)) == [str(number) for number in range(100)]
    quoted = pieces(Text((Quote((Paragraph((Bold((Plain("word " * 200),)),)),)),)), 300)
    assert all(piece.startswith("> **word") and piece.endswith("word**") for piece in quoted)


def test_a_word_that_begins_a_message_is_no_list_or_heading_there() -> None:
    shown = pieces(Text.of("1. # - " * 200), 200)
    assert len(shown) > 5
    assert all(isinstance(block, Paragraph) for piece in shown for block in parse_typed(piece).blocks)


def test_the_longest_words_are_parted_between_characters() -> None:
    shown = pieces(Text.of(FAMILY * 500), 200)
    assert "".join(shown) == FAMILY * 500
    assert all(piece.startswith("👩") and piece.endswith("👦") for piece in shown)
    assert pieces(HUGE.body)[0].startswith("\\<&")


def test_a_limit_that_leaves_no_room_is_refused() -> None:
    with pytest.raises(ValueError, match="no room"):
        pieces(Text.of("a"), 100)


@given(_WORDS)
def test_a_line_of_words_stays_one_line_that_says_the_same(words: str) -> None:
    shown = plain(words)
    assert "\n" not in shown
    assert _said(parse_typed(shown).plain()) == _said(words)
    _assert_pings_nobody(shown)
    assert not re.search(r"https?://", shown)


@given(st.text(alphabet="*_a @ev@\U0001f600", max_size=200), st.integers(1, 60))
def test_a_line_fits_its_room_with_its_escapes(words: str, room: int) -> None:
    shown = plain_within(words, room)
    assert units(shown) <= room
    assert not re.search(r"(?<!\\)(\\\\)*\\$", shown)


def test_a_long_address_is_one_to_follow_while_a_message_has_room_for_it() -> None:
    long = "https://a.example/" + "x" * 600
    assert markup(Text.of(f"see {long}.")) == f"see <{long}>."
    assert pieces(_of(Link(long, (Plain("here"),)))) == [f"[here](<{long}>)"]
    for text in (Text.of(f"see {long}"), _of(Link(long, (Plain("here"),)))):
        shown = pieces(text, 300)
        assert all(units(piece) <= 300 for piece in shown)
        assert long in _said("".join(parse_typed(piece).plain() for piece in shown))
