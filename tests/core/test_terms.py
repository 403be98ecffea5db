"""The words that a text is looked up by."""

import pytest

from core.terms import as_written, can_slip, is_code, is_slip, stem, telling, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", []),
        ("  \n\t … !?", []),
        ("How do I PRINT?", ["how", "do", "i", "print"]),
        ("CS2001 and c++, C#", ["cs2001", "and", "c++", "c#"]),
        ("ERR_CONN_RESET on 20.04 (0x80070005)", ["err_conn_reset", "on", "20.04", "0x80070005"]),
        ("don’t use wi-fi", ["don’t", "use", "wi-fi"]),
        ("Café, cafe\u0301, Straße", ["cafe", "cafe", "strasse"]),
        ("Ωμέγα 日本語 हिन्दी में", ["ωμεγα", "日本語", "हिन्दी", "में"]),
        ("a_ _b '' -- ::", ["a", "b"]),
    ],
)
def test_a_text_is_read_as_the_words_that_people_mean(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_of_a_long_text_the_beginning_is_read() -> None:
    assert len(words_of("word " * 20_000)) == 800


def test_a_text_of_half_characters_is_read() -> None:
    assert words_of("broken \ud83d pair") == ["broken", "pair"]


def test_words_keep_how_they_are_written() -> None:
    assert as_written("Wi-Fi in Café 3") == [("wi-fi", "Wi-Fi"), ("in", "in"), ("cafe", "Café"), ("3", "3")]


def test_words_that_every_text_has_are_left_out() -> None:
    assert telling(words_of("How do I print the thesis? Please help me print")) == ["print", "thesis"]


def test_a_text_of_such_words_alone_keeps_them() -> None:
    assert telling(words_of("How do I do this?")) == ["how", "do", "i", "this"]


@pytest.mark.parametrize("word", ["cs2001", "0x80070005", "err_reset", "20.04", "404"])
def test_what_names_one_thing_is_a_code(word: str) -> None:
    assert is_code(word)


@pytest.mark.parametrize("word", ["printer", "wi-fi", "a1", "", "café"])
def test_an_ordinary_word_is_no_code(word: str) -> None:
    assert not is_code(word)


@pytest.mark.parametrize(
    "forms",
    [
        ("printer", "printers"),
        ("install", "installed", "installing", "installation", "installations"),
        ("change", "changes", "changed", "changing"),
        ("query", "queries"),
        ("run", "runs", "running"),
        ("class", "classes"),
        ("wifi", "wi-fi"),
        ("don't", "dont", "don’t"),
    ],
)
def test_the_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@pytest.mark.parametrize("word", ["cs2001", "20.04", "gas", "日本語", "status", "access"])
def test_what_has_no_ending_keeps_it(word: str) -> None:
    assert stem(word) == word


@pytest.mark.parametrize(
    ("one", "other", "slip"),
    [
        ("printer", "printr", True),
        ("receive", "recieve", True),
        ("password", "pasword", True),
        ("password", "passwort", True),
        ("thesis", "thess", True),
        ("login", "logic", False),
        ("exam", "exit", False),
        ("printer", "painting", False),
        ("password", "wordpass", False),
        ("assign", "assignment", False),
        ("", "a", False),
    ],
)
def test_one_letter_may_slip_in_a_long_word(one: str, other: str, slip: bool) -> None:
    assert is_slip(one, other) is slip
    assert is_slip(other, one) is slip


@pytest.mark.parametrize(
    ("word", "can"), [("printer", True), ("exam", False), ("cs2001", False), ("0x80070005", False)]
)
def test_no_slip_is_forgiven_in_a_short_word_or_a_code(word: str, can: bool) -> None:
    assert can_slip(word) is can
