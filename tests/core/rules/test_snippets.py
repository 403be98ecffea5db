"""The piece of a text that shows why it was found."""

import pytest

from core.rules.relevance import relevance
from core.rules.snippets import Snippet, patterns_of, snippet_of


def shown(found: Snippet | None) -> str | None:
    if found is None:
        return None
    return "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in found.pieces)


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        ("printer", "My Printers are slow", "My [Printers] are slow"),
        ("printing is", "It prints. Is it?", "It [prints]. [Is] it?"),
        ("library it", "Both libraries, it seems", "Both [libraries], [it] seems"),
        ("cafe x", "Le CAFÉ", "Le [CAFÉ]"),
        ("prüfung x", "Die Prufungen", "Die [Prufungen]"),
        ("CS2001 x", "cs2001 and CS20011", "[cs2001] and CS20011"),
        ("0x80070005", "Error 0x80070005!", "Error [0x80070005]!"),
        ("prin", "printers", "[printers]"),
        ("a.b", "axb a b", "axb [a] [b]"),
        ("(.*", "anything", None),
        ("absent", "anything", None),
        ("", "anything", None),
        ("one", "one\n\n two", "[one] · two"),
        ("你好", "说 你好吗", "说 [你好吗]"),
        ("straße", "Die Straße", "Die [Straße]"),
    ],
)
def test_words_are_marked_in_their_forms_and_as_they_are_written(words: str, text: str, expected: str | None) -> None:
    assert shown(snippet_of([text], patterns_of(words.split()))) == expected


@pytest.mark.parametrize(
    ("words", "parts", "expected"),
    [
        ("printer", ["It stops.", "The printer, too", "a printer"], "The [printer], too"),
        ("printer", ["The printer stops.", "Thank you"], "The [printer] stops."),
        (
            "printer ink",
            ["The printer stops.", "Is there ink?", "No ink in this printer"],
            "No [ink] in this [printer]",
        ),
        ("printer ink", ["The printer stops.", "Is there ink?"], "The [printer] stops."),
        ("CS2001", ["My marks", "Course code: CS2001"], "Course code: [CS2001]"),
        ("absent", ["one", "two"], None),
        ("absent", [], None),
        ("one", ["", "one"], "[one]"),
    ],
)
def test_what_is_shown_is_of_one_part_and_never_runs_into_the_next(
    words: str, parts: list[str], expected: str | None
) -> None:
    assert shown(snippet_of(parts, patterns_of(words.split()))) == expected


def test_of_a_long_text_the_piece_with_the_most_different_words_is_shown() -> None:
    text = f"zebra {'and so on ' * 100}zebra lion {'and so on ' * 100}"
    found = shown(snippet_of([text], patterns_of(["zebra", "lion"])))
    assert found is not None
    assert "[zebra] [lion]" in found
    assert found.startswith("… ")
    assert found.endswith(" …")
    assert len(found) < 200


def test_a_text_of_one_endless_word_is_cut() -> None:
    found = shown(snippet_of(["a" * 100_000 + " zebra"], patterns_of(["zebra"])))
    assert found is not None
    assert len(found) < 200


def test_words_that_are_typed_without_a_space_are_looked_for_once_each_and_not_all_of_them() -> None:
    assert len(patterns_of([".".join("1" * 100)] * 12)) == 1
    many = patterns_of([".".join(f"w{number}x" for number in range(50))])
    assert len(many) == 12
    assert many[0].search("w0x") and many[-1].search("w49xyz"), "the last may go on"


def test_a_word_that_is_typed_twice_may_still_go_on() -> None:
    assert shown(snippet_of(["printers"], patterns_of(["prin", "x", "prin"]))) == "[printers]"


@pytest.mark.parametrize(
    "text",
    [
        "1 2 3 4 5 6 7 8 9 10 11 12 " * 50_000,
        "x" + " " * 500_000 + "1",
        "1" + "\n " * 200_000 + "x",
        "é " * 200_000 + "1",
    ],
)
def test_a_hostile_text_is_gone_through_once(text: str) -> None:
    """One that takes time by the square of its length would take hours here."""
    found = shown(snippet_of([text], patterns_of(["1", "2.3.4.5.6.7.8.9.10.11.12"])))
    assert found is not None and "[1]" in found and len(found) < 400


def test_a_word_longer_than_what_is_shown_is_passed_over_for_what_can_be_shown() -> None:
    found = shown(snippet_of(["zz" * 100 + " lion and lion"], patterns_of(["lion", "zz"])))
    assert found is not None and "[lion]" in found


def test_a_title_counts_more_than_a_text_and_often_more_than_once() -> None:
    zebra = patterns_of(["zebra"])
    in_title, twice, once = (
        relevance(zebra, "Zebra", ""),
        relevance(zebra, "", "zebra zebra"),
        relevance(zebra, "", "zebra"),
    )
    assert in_title > twice > once > relevance(zebra, "", "", "zebra") > relevance(zebra, "", "") == 0
