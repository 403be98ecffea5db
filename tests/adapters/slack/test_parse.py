"""What people write on Slack read as text: its blocks, its markup, and whatever else somebody types."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.words.parse import mentioned_users, parse_message, with_extras
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


def _message(*elements: Any) -> dict[str, Any]:
    return {"text": "not read", "blocks": [{"type": "rich_text", "block_id": "a", "elements": list(elements)}]}


def _section(*parts: Any) -> dict[str, Any]:
    return {"type": "rich_text_section", "elements": list(parts)}


def _text(words: str, **style: bool) -> dict[str, Any]:
    return {"type": "text", "text": words} | ({"style": style} if style else {})


def _list(style: str, indent: int, *items: str, **more: int) -> dict[str, Any]:
    lines = [_section(_text(item)) for item in items]
    return {"type": "rich_text_list", "style": style, "indent": indent, "border": 0, "elements": lines} | more


def _read(*elements: Any) -> Text:
    return parse_message(_message(*elements), PEOPLE, CHANNELS, GROUPS)


def _paragraph(words: str) -> Paragraph:
    return Paragraph((Plain(words),))


@pytest.mark.parametrize(
    ("part", "span"),
    [
        (_text("a < b & *c*"), Plain("a < b & *c*")),
        (_text("b", bold=True), Bold((Plain("b"),))),
        (_text("i", italic=True), Italic((Plain("i"),))),
        (_text("s", strike=True), Strike((Plain("s"),))),
        (_text("c", code=True), Code("c")),
        (
            _text("all", bold=True, italic=True, strike=True, code=True),
            Bold((Italic((Strike((Code("all"),)),)),)),
        ),
        (_text("off", bold=False), Plain("off")),
        (_text("u", underline=True, italic=True), Italic((Plain("u"),))),
        ({"type": "link", "url": "https://a.b"}, Link("https://a.b", (Plain("https://a.b"),))),
        ({"type": "link", "url": "https://a.b", "text": "here"}, Link("https://a.b", (Plain("here"),))),
        (
            {"type": "link", "url": "https://a.b", "text": "c", "style": {"code": True, "bold": True}},
            Bold((Link("https://a.b", (Code("c"),)),)),
        ),
        ({"type": "link", "url": "mailto:a@b.c", "text": "a@b.c"}, Plain("a@b.c")),
        ({"type": "link", "url": "javascript:alert(1)", "text": "x"}, Plain("x")),
        ({"type": "user", "user_id": "U1"}, ASHA),
        ({"type": "user", "user_id": "U9"}, Mention(None, "somebody")),
        ({"type": "usergroup", "usergroup_id": "S1"}, Mention(None, "mods")),
        ({"type": "usergroup", "usergroup_id": "S9"}, Mention(None, "some group")),
        ({"type": "channel", "channel_id": "C1"}, Plain("#help")),
        ({"type": "channel", "channel_id": "C9"}, Plain("#some-channel")),
        ({"type": "broadcast", "range": "here"}, Mention(None, "here")),
        ({"type": "team", "team_id": "T1"}, Mention(None, "everyone")),
        ({"type": "emoji", "name": "wave", "unicode": "1f44b-1f3fc", "skin_tone": 3}, Plain("👋🏼")),
        ({"type": "emoji", "name": "+1"}, Plain("👍")),
        ({"type": "emoji", "name": "party_parrot"}, Plain(":party_parrot:")),
        (
            {"type": "date", "timestamp": 1_700_000_000, "format": "{date}", "fallback": "then"},
            Moment(datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)),
        ),
        ({"type": "date", "timestamp": 10**15, "fallback": "then"}, Plain("then")),
        ({"type": "color", "value": "#ff0000"}, Plain("#ff0000")),
        ({"type": "of the future", "text": "words"}, Plain("words")),
    ],
)
def test_a_part_of_a_line_becomes_the_span_that_it_means(part: Any, span: Span) -> None:
    assert _read(_section(part)) == Text((Paragraph((span,)),))


def test_marks_that_overlap_are_put_into_one_another() -> None:
    text = _read(_section(_text("a ", bold=True), _text("b", bold=True, italic=True), _text(" c", italic=True)))
    assert text.blocks == (Paragraph((Bold((Plain("a "), Italic((Plain("b"),)))), Italic((Plain(" c"),)))),)


def test_blank_lines_part_paragraphs_and_line_breaks_stay() -> None:
    text = _read(_section(_text("\na\nb\n \n\n"), _text("c", bold=True), _text("\n")), _section(_text("\n")))
    assert text.blocks == (_paragraph("a\nb"), Paragraph((Bold((Plain("c"),)),)))


def test_a_list_with_a_larger_indent_belongs_to_the_item_before_it() -> None:
    text = _read(
        _section(_text("Try:\n")),
        _list("ordered", 0, "one"),
        _list("bullet", 1, "x", "y"),
        _list("bullet", 2, "deep"),
        _list("ordered", 0, "two", offset=1),
        _section(_text("\n")),
        _list("ordered", 0, "other"),
    )
    inner = ListBlock(((_paragraph("x"),), (_paragraph("y"), ListBlock(((_paragraph("deep"),),)))))
    assert text.blocks == (
        _paragraph("Try:"),
        ListBlock(((_paragraph("one"), inner), (_paragraph("two"),)), ordered=True),
        ListBlock(((_paragraph("other"),),), ordered=True),
    )


def test_a_list_that_begins_elsewhere_keeps_its_numbers() -> None:
    made = {"type": "rich_text_list", "style": "ordered", "indent": 0, "offset": 2}
    items = [_section(_text("three")), _section(_text("four", bold=True))]
    text = Text((Paragraph((Plain("3. three\n4. "), Bold((Plain("four"),)))),))
    assert _read({**made, "elements": items}) == text


def test_two_kinds_of_lists_side_by_side_stay_two() -> None:
    text = _read(_list("bullet", 0, "a"), _list("ordered", 0, "b"), _list("ordered", 0, "c"), _list("bullet", 3, "d"))
    assert [type(block) for block in text.blocks] == [ListBlock] * 3
    assert text.plain() == "- a\n\n1. b\n\n1. c\n- d"


def test_quotes_and_what_stands_in_them_are_one_quote() -> None:
    text = _read(
        {"type": "rich_text_quote", "elements": [_text("a\n\nb")]},
        _list("bullet", 0, "c", border=1),
        {"type": "rich_text_preformatted", "elements": [_text("d\n")], "border": 1},
        _section(_text("after")),
    )
    quoted = (_paragraph("a"), _paragraph("b"), ListBlock(((_paragraph("c"),),)), CodeBlock("d"))
    assert text.blocks == (Quote(quoted), _paragraph("after"))


def test_code_is_kept_as_it_is_with_its_addresses() -> None:
    parts = [_text("if a:\n    *b* "), {"type": "link", "url": "https://a.b"}, _text("\n")]
    text = _read({"type": "rich_text_preformatted", "elements": parts, "border": 0, "language": "python"})
    assert text.blocks == (CodeBlock("if a:\n    *b* https://a.b", "python"),)


def test_blocks_of_another_kind_leave_the_words_of_the_message() -> None:
    message = {"text": "*hello*", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "no"}}]}
    assert parse_message(message, {}, {}, {}) == Text((Paragraph((Bold((Plain("hello"),)),)),))
    assert parse_message({}, {}, {}, {}) == Text()


def test_a_forwarded_message_is_quoted_with_who_wrote_it() -> None:
    inner = {"message": _message(_section(_text("their "), {"type": "user", "user_id": "U1"}))}
    message = _message(_section(_text("look"))) | {
        "attachments": [
            {
                "is_share": True,
                "author_name": "Ben &amp; Co",
                "from_url": "https://w.slack.com/archives/C1/p1?thread_ts=2.0&amp;cid=C1",
                "text": "no",
                "message_blocks": [{"team": "T1", **inner}],
            },
            {"is_share": True, "from_url": "javascript:alert(1)", "text": "old &lt;way&gt;"},
            {"is_share": True},
            {"is_msg_unfurl": True, "text": "a preview"},
            {"title": "a page", "text": "of the web"},
        ]
    }
    text = parse_message(message, PEOPLE, CHANNELS, GROUPS)
    assert text.plain().split("\n\n") == [
        "look",
        "Forwarded, from Ben & Co (https://w.slack.com/archives/C1/p1?thread_ts=2.0&cid=C1):",
        "> their @Asha",
        "Forwarded:",
        "> old <way>",
        "Forwarded:",
        "> (nothing that can be shown)",
    ]
    assert mentioned_users(message) == ["U1"]


def test_a_channel_whose_name_slack_does_not_tell_is_linked() -> None:
    message = _message(_section({"type": "channel", "channel_id": "C9"}, {"type": "channel", "channel_id": "C1"}))
    text = parse_message(message, PEOPLE, CHANNELS, GROUPS, "https://w.slack.com/")
    there = Link("https://w.slack.com/archives/C9", (Plain("#some-channel"),))
    assert text == Text((Paragraph((there, Plain("#help"))),))
    hostile = _message(_section({"type": "channel", "channel_id": "../a b>"}))
    [block] = parse_message(hostile, {}, {}, {}, "https://w.slack.com/").blocks
    assert block == Paragraph((Link("https://w.slack.com/archives/..%2Fa%20b%3E", (Plain("#some-channel"),)),))


def test_files_that_could_not_be_kept_are_told_in_words() -> None:
    text = with_extras(Text.of("hello"), lost_files=("film.mov: too large",))
    assert text.plain() == "hello\n\n(file not kept: film.mov: too large)"
    assert with_extras(Text.of("a")) == Text.of("a")


def test_who_is_named_is_found_once_in_blocks_and_in_words() -> None:
    item = _section({"type": "user", "user_id": "U2"}, {"type": "user", "user_id": "W3"})
    message = _message(_section({"type": "user", "user_id": "U1"}), {"type": "rich_text_list", "elements": [item]})
    assert mentioned_users({**message, "text": "<@U1> <@U4|sam> <@nobody>"}) == ["U1", "U2", "W3", "U4"]
    assert mentioned_users({}) == []


_JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(
            st.sampled_from(
                ["type", "elements", "text", "style", "url", "indent", "offset", "border", "unicode", "name"]
            ),
            st.one_of(inner, st.sampled_from(["rich_text_list", "rich_text_quote", "rich_text_preformatted", "emoji"])),
            max_size=5,
        ),
    ),
    max_leaves=30,
)


@given(_JSON)
def test_any_shape_of_blocks_is_read(elements: Any) -> None:
    message = {"text": "", "blocks": [{"type": "rich_text", "elements": elements}], "attachments": elements}
    text = parse_message(message, {}, {}, {})
    assert from_json(to_json(text)) == text
    mentioned_users(message)


def test_ten_thousand_parts_take_no_square_of_time() -> None:
    begun = time.process_time()
    _read(*(_list("bullet", level % 9, "a\n\nb", border=level % 2) for level in range(10_000)))
    _read(_section(*(_text("a\n\n", bold=bool(number % 2)) for number in range(10_000))))
    assert time.process_time() - begun < 20
