"""[privacy] in bot.toml: patterns of the desk's own."""

import pytest
from pydantic import ValidationError

from bot.settings.privacy import PrivacyTable
from core.limits import TEXT
from core.rules.secrets import LONGEST_WORD, secrets_in


def table(pattern: str, name: str = "a roll number") -> PrivacyTable:
    return PrivacyTable.model_validate({"patterns": [{"name": name, "pattern": pattern}]})


def test_a_pattern_is_told_by_its_name_and_matches_in_letters_of_either_size() -> None:
    [own] = table("[0-9]{2}f[0-9]{7}", " a  roll number").own_patterns()
    assert own.name == "a roll number"
    assert own.expression.fullmatch("21F1000123") and not own.expression.fullmatch("21f100012")


@pytest.mark.parametrize(
    "pattern",
    ["(", "[a", "", "x" * 201, "(a+)+b", "(a|aa)*b", "(ab){3}", "a*a*a*a*b", r"(x)\1", "(?=x)y", "(?P<n>x)y", "(?i)x",
     "a?" * 13 + "b", "(a|b)" * 13 + "c", "a*a*a*Z", "a?a?a?a?a?a?a?a?a*a*a*Z", "(a|a)(a|a)(a|a)(a|a)a*a*a*Z",
     "a{0,64}a{0,64}(a|a)(a|a)Z", "a?a?a?a?a?a?a?a*Z", "(a?){64}Z", "(?:(?:a|a))*Z", ".*", "[a-z]+", "[0-9]+", r"\S+"],
)  # fmt: skip
def test_what_is_none_takes_long_or_matches_everyday_words_is_refused(pattern: str) -> None:
    with pytest.raises(ValidationError):
        table(pattern)


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 61])
def test_a_pattern_needs_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        table("[0-9]{9}", name)


@pytest.mark.parametrize(
    "pattern",
    ["a*a*(a|a)Z", "[^b]*[^c]*Z?0", "a?a?a?a?a?a?a*Z", "[a]{1,64}[a]{1,64}Z", "a?" * 12 + "a{52}Z"],
)
def test_the_worst_of_those_that_are_taken_is_held_against_the_longest_text(pattern: str) -> None:
    """One that takes more than linear time would take minutes here."""
    own = table(pattern).own_patterns()
    assert secrets_in(f"{'a' * LONGEST_WORD} " * (TEXT // LONGEST_WORD), own) == []


def test_a_pattern_that_says_too_much_may_be_two_of_one_name() -> None:
    with pytest.raises(ValidationError):
        table("(a|b|c)*[0-9]+-?[0-9]+x+")
    both = [{"name": "a key", "pattern": "[ab]*[0-9]+x"}, {"name": "a key", "pattern": "[0-9]+-?[0-9]+x"}]
    own = PrivacyTable.model_validate({"patterns": both}).own_patterns()
    assert [one.what for one in secrets_in("ab12x and 1-2x", own)] == ["a key", "a key"]
