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


def test_a_title_counts_more_than_a_text_and_often_more_than_once() -> None:
    zebra = patterns_of(["zebra"])
    in_title, twice, once = (
        relevance(zebra, "Zebra", ""),
        relevance(zebra, "", "zebra zebra"),
        relevance(zebra, "", "zebra"),
    )
    assert in_title > twice > once > relevance(zebra, "", "", "zebra") > relevance(zebra, "", "") == 0
