import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.web.parse import parse_markdown, read_markdown
from core.text import (
    Bold,
    Code,
    CodeBlock,
    Italic,
    Link,
    ListBlock,
    Paragraph,
    Plain,
    Quote,
    Strike,
    Text,
    from_json,
    to_json,
)


def spans(words: str):
    (block,) = parse_markdown(words).blocks
    assert isinstance(block, Paragraph)
    return block.spans


def test_marks_become_spans():
    assert spans("a *b **c** ~~d~~* `e`") == (
        Plain("a "),
        Italic((Plain("b "), Bold((Plain("c"),)), Plain(" "), Strike((Plain("d"),)))),
        Plain(" "),
        Code("e"),
    )


def test_blocks_become_blocks():
    text = parse_markdown("> said\n\n- one\n- two\n\n1. first\n\n```py\nx = 1\n```\n\n# Head")
    assert text.blocks == (
        Quote((Paragraph((Plain("said"),)),)),
        ListBlock(((Paragraph((Plain("one"),)),), (Paragraph((Plain("two"),)),))),
        ListBlock(((Paragraph((Plain("first"),)),),), ordered=True),
        CodeBlock("x = 1", "py"),
        Paragraph((Bold((Plain("Head"),)),)),
    )


def test_a_list_that_begins_elsewhere_keeps_its_numbers():
    assert spans("3. **three**\n4. four") == (Plain("3. "), Bold((Plain("three"),)), Plain("\n4. four"))
    assert spans("0. none\n1. one") == (Plain("0. none\n1. one"),)


def test_a_single_line_break_stays_one():
    assert spans("one\ntwo  \nthree\\\nfour") == (Plain("one\ntwo\nthree\nfour"),)


@pytest.mark.parametrize(
    "words",
    [
        "<b>x</b> <script>alert(1)</script>",
        "<!-- hidden --> words",
        "&lt;b&gt; &#8238; &nbsp;",
        "[x](javascript:alert(1))",
        "[x](/local) [y](mailto:a@b.example) <a@b.example>",
        "[x][y] [x]",
        "[x]: http://a.example",
        "2 * 3 * 4 = 24, snake_case_word",
        "@everyone <@123> <!channel>",
        "![x](data:image/png;base64,AAAA)",
    ],
)
def test_what_is_no_markup_here_stays_as_it_was_typed(words):
    assert parse_markdown(words).plain() == words
    assert not any(isinstance(span, Link) and not span.url.startswith("http") for span in spans(words))


def test_raw_html_on_lines_of_its_own_is_a_paragraph():
    assert parse_markdown("<div onclick=x>\n*a*\n</div>").plain() == "<div onclick=x>\na\n</div>"


def test_a_line_of_dashes_makes_no_headline_of_the_line_above_it():
    assert parse_markdown("Bye\n---\nRavi").plain() == "Bye\n\n———\n\nRavi"


def test_only_web_addresses_become_links():
    assert spans("[y](HTTP://a.example/c) ![i](https://p.example/z.png) <https://f.example>") == (
        Link("HTTP://a.example/c", (Plain("y"),)),
        Plain(" "),
        Link("https://p.example/z.png", (Plain("i"),)),
        Plain(" "),
        Link("https://f.example", (Plain("https://f.example"),)),
    )


@pytest.mark.parametrize(
    ("words", "url"),
    [
        ("see http://x.example/a_b_(c)).", "http://x.example/a_b_(c)"),
        ("(https://x.example/?q=1&r=2)!", "https://x.example/?q=1&r=2"),
        ("**https://x.example/c**", "https://x.example/c"),
        ("“https://x.example”", "https://x.example"),
        ("https://x.example/a#b…", "https://x.example/a#b"),
    ],
)
def test_a_bare_address_becomes_a_link_without_the_sentences_signs(words, url):
    def links(found):
        for span in found:
            if isinstance(span, Link):
                yield span
            elif not isinstance(span, Plain):
                yield from links(span.spans)

    assert [link.url for link in links(spans(words))] == [url]


@pytest.mark.parametrize("words", ["http://", "xhttp://a.example", "https://...", "`https://a.example`"])
def test_what_only_resembles_an_address_stays_words(words):
    assert not any(isinstance(span, Link) for span in spans(words))


def test_an_address_in_a_links_words_is_not_a_second_link():
    assert spans("[http://a.example](http://b.example)") == (Link("http://b.example", (Plain("http://a.example"),)),)


def test_turning_characters_and_controls_are_gone():
    assert parse_markdown("x\u202egnp.exe\x00\x07 [a](http://a.example/\u202e)").plain().isprintable()


def test_quotes_nested_past_reading_are_kept_as_plain_words():
    words = ">" * 40 + " still here"
    assert parse_markdown(words) == Text.of(words)


def test_marks_nested_past_reading_keep_their_words():
    nested = "".join("*a **b " for _ in range(20)) + "core" + "** *" * 20
    assert "core" in parse_markdown(nested).plain()


@pytest.mark.parametrize(
    "piece",
    [">", "*", "_", "[", "![", "`", "` ", "<", "<http:", "[a](", "_a*", "*a **b ", "~~a", "http://", "http://a)",
     "- ", "- a\n", "> a\n", "# a\n", "1. ", "[](<", "*[", "[\n", "x\n>", "\\", "    a\n", "```\n", "]", "]("],
)  # fmt: skip
def test_twenty_thousand_hostile_characters_take_less_than_a_second_of_the_processor(piece):
    words = (piece * 20_000)[:20_000]
    began = time.thread_time()  # the processor's time: the machine may be busy with other tests
    text = parse_markdown(words)
    assert time.thread_time() - began < 1
    assert from_json(to_json(text)) == text


def test_a_list_that_begins_elsewhere_keeps_its_numbers_whatever_its_items_hold() -> None:
    text = parse_markdown("3. three\n\n   more\n4. four\n   - inner\n5. ```\n   x\n   ```\n6.")
    assert text.plain().split("\n\n") == ["3. three", "more", "4. four", "- inner", "5.", "x", "6."]


@given(st.text(alphabet=st.sampled_from('ab *_~`>-1.[]()!<&#\\\n"http:/'), max_size=60))
def test_no_words_are_too_odd(words):
    text = parse_markdown(words)
    assert from_json(to_json(text)) == text
    assert set("ab") & set(words) <= set(text.plain() + str(to_json(text)))


async def test_a_long_text_is_read_beside_the_event_loop():
    assert await read_markdown("*a* " * 1_000) == parse_markdown("*a* " * 1_000)
