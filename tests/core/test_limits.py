"""How much the desk takes, and what it says to more."""

import pytest

from core import limits
from core.errors import BadField
from core.limits import FieldEmpty, FieldTooLong, TooManyOf
from core.text import CodeBlock, Paragraph, Plain, Text

NOTHING_TO_SEE = ["", "   ", "\n\t", "\x00\x07", "\u202e", "\u200b\u200d", "\ufeff", "\u2028", "\ud800"]


@pytest.mark.parametrize("words", NOTHING_TO_SEE)
def test_a_line_with_nothing_to_see_is_empty(words: str) -> None:
    with pytest.raises(FieldEmpty, match="The title is empty: please write something there"):
        limits.line("The title", words, limits.TITLE)


@pytest.mark.parametrize("words", NOTHING_TO_SEE)
def test_a_text_with_nothing_to_see_is_empty(words: str) -> None:
    with pytest.raises(FieldEmpty, match="The message is empty"):
        limits.text("The message", Text((Paragraph((Plain(words),)),)))


@pytest.mark.parametrize("words", ["x", "👩‍🎓", "مرحبا", "परीक्षा", "?", "0"])
def test_anything_to_see_is_taken(words: str) -> None:
    assert limits.line("The title", words, limits.TITLE) == words
    assert limits.text("The message", Text.of(words)) == Text.of(words)


def test_a_line_is_counted_after_it_is_cleaned() -> None:
    assert limits.line("The title", "  " + "x" * 200 + "\u202e\x00 \n", 200) == "x" * 200
    with pytest.raises(FieldTooLong) as refused:
        limits.line("The title", "x" * 201, 200)
    assert str(refused.value) == "The title has 201 characters, and 200 is the most. Please shorten it."


def test_a_text_is_counted_by_its_words() -> None:
    assert limits.text("The message", Text((CodeBlock("x" * limits.TEXT),)))
    with pytest.raises(FieldTooLong, match="The message has 20001 characters, and 20000 is the most"):
        limits.text("The message", Text((CodeBlock("x" * (limits.TEXT + 1)),)))


def test_a_text_beside_files_may_be_empty_but_not_too_long() -> None:
    assert limits.text("The message", Text(), may_be_empty=True) == Text()
    with pytest.raises(FieldTooLong):
        limits.text("The message", Text.of("x" * (limits.TEXT + 1)), may_be_empty=True)


TAGS = [
    (("Exam", "#exam", "EXAM"), ("exam",)),
    (("late submission", "week_3", "v1.2", "c++"), ("late-submission", "week_3", "v1.2", "c++")),
    (("परीक्षा", "épreuve", "考试"), ("परीक्षा", "épreuve", "考试")),
    (("<b>", "a,b", "@all"), ("b", "a-b", "all")),
    (("", "#", "--", " "), ()),
    (("b", "a"), ("b", "a")),
]


@pytest.mark.parametrize(("given", "kept"), TAGS)
def test_tags_have_one_form(given: tuple[str, ...], kept: tuple[str, ...]) -> None:
    assert limits.tags(given) == kept
    assert limits.tags(kept) == kept


def test_ten_tags_are_the_most_and_each_is_short() -> None:
    ten = tuple(f"tag{n}" for n in range(10))
    assert limits.tags((*ten, "tag1")) == ten
    with pytest.raises(TooManyOf, match="Tags: 11 are too many, 10 is the most"):
        limits.tags((*ten, "more"))
    with pytest.raises(TooManyOf, match="Tags: 101 are too many"):
        limits.tags(("same",) * 101)
    with pytest.raises(FieldTooLong, match="A tag has 31 characters, and 30 is the most"):
        limits.tags(("x" * 31,))


@pytest.mark.parametrize("kind", [FieldEmpty, FieldTooLong, TooManyOf])
def test_a_refused_field_is_bad_input(kind: type[BadField]) -> None:
    assert kind.reason == "bad_input"
