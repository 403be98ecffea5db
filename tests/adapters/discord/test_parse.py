"""Discord's markdown read as text: every form of it, and whatever else somebody types."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.words.parse import Forward, Poll, Sticker, parse_message, parse_typed, with_extras
from core.model.ids import PersonId
from core.text import (
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
    from_json,
    to_json,
)

PICTURES = "https://cdn.discordapp.com/emojis"
ASHA = Mention(PersonId(7), "Asha")
HOSTILE = (
    *(
        "*",
        "**",
        "***",
        "****",
        "_",
        "__",
        "___",
        "~~",
        "||",
        "`",
        "``",
        "```",
        "\\",
        "[",
        "]",
        "](",
        "(",
        ")",
        "<",
        ">",
    ),
    *("<@1>", "<@!1>", "<@&2>", "<#3>", "<:a:1>", "<a:a:1>", "<t:1>", "<t:-1:R>", "</x:1>", "<https://a.b>"),
    *(
        "https://a.b/c_d",
        "https://",
        "](https://a.b)",
        "> ",
        ">>> ",
        "# ",
        "-# ",
        "- ",
        "  - ",
        "1. ",
        "\n",
        "\n\n",
        " ",
    ),
    *("a", "é", "שלום", "👩\u200d👧", "@everyone", "\u202e", "\x00", "\ud800", "\u200b", "```py\n"),
)


def _spans(words: str) -> tuple[Span, ...]:
    [block] = parse_typed(words).blocks
    assert isinstance(block, Paragraph)
    return block.spans


def _paragraph(words: str) -> Paragraph:
    return Paragraph((Plain(words),))


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("**bold**", (Bold((Plain("bold"),)),)),
        ("*it* _it_", (Italic((Plain("it"),)), Plain(" "), Italic((Plain("it"),)))),
        ("***both***", (Bold((Italic((Plain("both"),)),)),)),
        ("**a *b***", (Bold((Plain("a "), Italic((Plain("b"),)))),)),
        ("*a **b***", (Italic((Plain("a "), Bold((Plain("b"),)))),)),
        ("__under__", (Italic((Plain("under"),)),)),
        ("__a *b* **_c_**__", (Italic((Plain("a b "), Bold((Plain("c"),)))),)),
        ("*__a__*", (Italic((Plain("a"),)),)),
        ("___both___", (Italic((Plain("both"),)),)),
        ("~~gone~~", (Strike((Plain("gone"),)),)),
        ("||the **end**||", (Plain("(spoiler: the "), Bold((Plain("end"),)), Plain(")"))),
        ("`a*b*`", (Code("a*b*"),)),
        ("``a`b``", (Code("a`b"),)),
        ("`` `a` ``", (Code("`a`"),)),
        ("snake_case_name 2 * 3 * 4", (Plain("snake_case_name 2 * 3 * 4"),)),
        (r"\*no\* \\ \a", (Plain(r"*no* \ \a"),)),
        ("**open *and `shut", (Plain("**open *and `shut"),)),
        ("**a *b** c*", (Bold((Plain("a *b"),)), Plain(" c*"))),
        ("**** ****", (Plain("**** ****"),)),
        ("@everyone and @here", (Plain("@everyone and @here"),)),
        (
            "<:wave:12> <a:hop:34>",
            (Emoji("wave", f"{PICTURES}/12.png"), Plain(" "), Emoji("hop", f"{PICTURES}/34.gif")),
        ),
        ("</ticket open:12>", (Plain("/ticket open"),)),
    ],
)
def test_a_mark_of_discords_becomes_the_span_that_it_means(typed: str, spans: Sequence[Span]) -> None:
    assert _spans(typed) == tuple(spans)


@pytest.mark.parametrize(
    ("typed", "spans"),
    [
        ("[words](https://a.b/c_(d))", (Link("https://a.b/c_(d)", (Plain("words"),)),)),
        ("[**w**](<https://a.b>)", (Link("https://a.b", (Bold((Plain("w"),)),)),)),
        ("<https://a.b/c>", (Link("https://a.b/c", (Plain("https://a.b/c"),)),)),
        ("**https://a.b/c_d**.", (Bold((Link("https://a.b/c_d", (Plain("https://a.b/c_d"),)),)), Plain("."))),
        ("(https://a.b)", (Plain("("), Link("https://a.b", (Plain("https://a.b"),)), Plain(")"))),
        ("[x](javascript:alert(1))", (Plain("[x](javascript:alert(1))"),)),
        ("[a [b](https://a.b)", (Plain("[a "), Link("https://a.b", (Plain("b"),)))),
        ("[](https://a.b)", (Plain("[]("), Link("https://a.b", (Plain("https://a.b"),)), Plain(")"))),
        ("https:// alone", (Plain("https:// alone"),)),
    ],
)
def test_addresses_become_links_and_nothing_else_does(typed: str, spans: Sequence[Span]) -> None:
    assert _spans(typed) == tuple(spans)


def test_words_that_show_one_address_and_lead_to_another_show_both() -> None:
    assert parse_typed("[https://bank.example](https://evil.example)").plain() == (
        "[https://bank.example](https://evil.example)"
    )
    assert Link("https://evil.example", (Plain("https://bank.example"),)) not in _spans(
        "[https://bank.example](https://evil.example)"
    )


def test_names_written_as_ids_become_those_they_stand_for() -> None:
    text = parse_message("<@1> <@!1> <@9> <@&2> <#3>", {"1": ASHA}, {"2": "mods"}, {"3": "help"})
    assert text.plain() == "@Asha @Asha @somebody @mods #help"
    assert text.mentioned() == {7}


def test_a_time_stays_a_moment_and_one_that_no_calendar_has_stays_words() -> None:
    assert _spans("<t:1700000000:R>") == (Moment(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),)
    assert _spans("<t:-62135596800>") == (Moment(datetime(1, 1, 1, tzinfo=UTC)),)
    assert _spans("<t:99999999999999:R>") == (Plain("<t:99999999999999:R>"),)


def test_lines_and_blank_lines_part_what_they_part_on_discord() -> None:
    assert parse_typed("a\nb\n\n\nc").blocks == (_paragraph("a\nb"), _paragraph("c"))


def test_a_quote_ends_with_its_lines_and_a_long_one_takes_all_the_rest() -> None:
    assert parse_typed("a\n> b\n> - c\nd").blocks == (
        _paragraph("a"),
        Quote((_paragraph("b"), ListBlock(((_paragraph("c"),),)))),
        _paragraph("d"),
    )
    assert parse_typed(">>> a\n\n> b").blocks == (Quote((_paragraph("a"), _paragraph("> b"))),)
    assert parse_typed(">no quote").blocks == (_paragraph(">no quote"),)


def test_headings_are_bold_and_small_print_is_words() -> None:
    assert parse_typed("# Big *one*\n-# small\n#tag").blocks == (
        Paragraph((Bold((Plain("Big "), Italic((Plain("one"),)))),)),
        _paragraph("small"),
        _paragraph("#tag"),
    )


def test_lists_nest_and_one_that_begins_elsewhere_keeps_its_numbers() -> None:
    text = parse_typed("- a\n  more\n  - b\n* c\n\n1. one\n2. two\n\n7. seven")
    assert text.blocks == (
        ListBlock(((_paragraph("a\nmore"), ListBlock(((_paragraph("b"),),))), (_paragraph("c"),))),
        ListBlock(((_paragraph("one"),), (_paragraph("two"),), (_paragraph("seven"),)), ordered=True),
    )
    assert parse_typed("2. second\n3. third").blocks == (_paragraph("2. second\n3. third"),)


def test_code_in_a_block_is_kept_as_it_is_wherever_it_stands() -> None:
    assert parse_typed("see ```py\nif a:\n    *b*\n``` there").blocks == (
        _paragraph("see"),
        CodeBlock("if a:\n    *b*", "py"),
        _paragraph(" there"),
    )
    assert parse_typed("> ```\n> x = 1\n> ```").blocks == (Quote((CodeBlock("x = 1"),)),)
    assert parse_typed("- a\n  ```\n  b\n  ```").blocks == (ListBlock(((_paragraph("a"), CodeBlock("b")),)),)
    assert parse_typed("```py\n```").blocks == (CodeBlock("py"),)
    assert parse_typed("``` open").blocks == (_paragraph("``` open"),)


def test_what_a_message_bears_beside_its_words_is_told_in_words() -> None:
    text = with_extras(
        Text.of("hello"),
        stickers=(Sticker("wave", "https://cdn.example.com/1.png"),),
        forwards=(Forward(Text.of("their words"), "https://chat.example.com/1"), Forward(Text(), "")),
        polls=(Poll("Lunch?", ("yes", "no"), "https://chat.example.com/2"),),
        lost_files=("film.mov: too large",),
    )
    assert text.plain().split("\n\n") == [
        "hello",
        "(sticker: wave (https://cdn.example.com/1.png))",
        "Poll (https://chat.example.com/2): Lunch?",
        "- yes\n- no",
        "Forwarded (https://chat.example.com/1):",
        "> their words",
        "Forwarded:",
        "> (nothing that can be shown)",
        "(file not kept: film.mov: too large)",
    ]
    assert with_extras(Text.of("a")) == Text.of("a")


@given(st.lists(st.sampled_from(HOSTILE), max_size=60).map("".join))
def test_anything_typed_is_read_and_can_be_stored(typed: str) -> None:
    text = parse_message(typed, {"1": ASHA}, {}, {})
    assert from_json(to_json(text)) == text
    for word in ("é", "שלום"):
        assert text.plain().count(word) == typed.count(word)


@given(st.text())
def test_words_without_a_sign_stay_as_they_are(typed: str) -> None:
    words = "".join(char for char in typed if char.isalnum())
    assert parse_typed(words).plain() == Text.of(words).plain()


@pytest.mark.parametrize("unit", [*HOSTILE, "> - ", "*a", "_a ", "[a](", "](https://a.b(", "\n- a", "\n \n- ", "`a``b"])
def test_ten_thousand_of_anything_take_no_square_of_time(unit: str) -> None:
    begun = time.process_time()
    parse_typed(unit * 10_000)
    parse_typed("a" + unit * 10_000 + "a")
    assert time.process_time() - begun < 20


def test_a_list_deeper_than_anybody_reads_keeps_its_words() -> None:
    typed = "\n".join("  " * level + f"- level{level}" for level in range(300))
    plain = parse_typed(typed).plain()
    assert all(f"level{level}" in plain for level in range(300))
