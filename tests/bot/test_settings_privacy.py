"""[privacy] in bot.toml: patterns of the desk's own."""

import time

import pytest
from pydantic import ValidationError

from bot.settings.privacy import PrivacyTable


def table(pattern: str, name: str = "a roll number") -> PrivacyTable:
    return PrivacyTable.model_validate({"patterns": [{"name": name, "pattern": pattern}]})


def test_a_pattern_is_told_by_its_name_and_matches_in_letters_of_either_size() -> None:
    [own] = table("[0-9]{2}f[0-9]{7}", " a  roll number").own_patterns()
    assert own.name == "a roll number"
    assert own.expression.fullmatch("21F1000123") and not own.expression.fullmatch("21f100012")


@pytest.mark.parametrize(
    "pattern",
    ["(", "[a", "", "x" * 201, "(a+)+b", "(a|aa)*b", "(ab){3}", "a*a*a*a*b", r"(x)\1", "(?=x)y", "(?P<n>x)y", "(?i)x",
     "a?a?a?a?a?a?a?a?a?b", "(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)(a|b)c", ".*", "[a-z]+", "[0-9]+", r"\S+"],
)  # fmt: skip
def test_what_is_none_takes_long_or_matches_everyday_words_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        table(pattern)


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 61])
def test_a_pattern_needs_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        table("[0-9]{9}", name)


@pytest.mark.parametrize(
    "pattern", ["a*a*a*b", "[^a]*[^b]*[^c]*0", "(?:x|y)?[a-z]{2,30}[a-z]{2,30}[a-z]{2,30}0", "a?a?a?a?a?a?a?a?a{9}b"]
)
def test_the_worst_of_those_that_are_taken_is_quick_on_any_word(pattern: str) -> None:
    [own] = table(pattern).own_patterns()
    began = time.perf_counter()
    for word in ("a" * 64, "ab" * 32, "z" * 64):
        own.expression.fullmatch(word)
    assert time.perf_counter() - began < 0.5
