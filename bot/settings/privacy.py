"""What the settings say of secrets: patterns of the desk's own, tried on whatever the staff write to a student."""

import re
from math import comb
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.settings.values import Table, wrong
from core.model.desk import OwnPattern
from core.rules.secrets import LONGEST_WORD

_LONGEST = 200
_MOST_PATTERNS = 20
_MOST_WAYS = 5_000
"""In which a word may be tried: with these, 20,000 characters of the worst words take about 0.2 s."""
_MEND = (
    "It is held against one word: use letters, digits, [ ], ( | ), ?, {7}; of *, + and {2,5} two with one ? or |, "
    "or one with six of those, or none with twelve; none of them behind a ), and no (?…) but (?:…). What is more "
    "may be said by two patterns of one name."
)
_EVERYDAY = ("a", "the", "exam", "hello", "password", "T-12", "2026")


def _name(value: str) -> str:
    tidy = " ".join(value.split())
    if not re.search(r"\w", tidy) or len(tidy) > 60:
        raise wrong("This is no name.", 'Say what it is as in a sentence, such as "a roll number".')
    return tidy


def _pattern(value: str) -> str:
    """Only what cannot take long on a short word: Python's engine tries every way to divide it."""
    try:
        expression = re.compile(value, re.IGNORECASE)
    except (re.error, RecursionError, OverflowError) as error:
        raise wrong(f"This is no regular expression: {error}.", _MEND) from None
    if not value or len(value) > _LONGEST:
        raise wrong(f"It is empty, or longer than {_LONGEST} characters.", _MEND)
    if not _is_quick(value):
        raise wrong("This could take very long on some words.", _MEND)
    everyday = next((word for word in _EVERYDAY if expression.fullmatch(word)), None)
    if everyday is not None:
        raise wrong(f"It holds everyday words for secrets, such as “{everyday}”.", "Make it narrower.")
    return value


def _is_quick(pattern: str) -> bool:
    """By the ways to divide a word among the repetitions of no fixed number, each of which every choice may double."""
    bare = re.sub(r"\[\^?\]?(?:\\.|[^\]\\])*\]", "x", re.sub(r"\\[^0-9]", "x", pattern))
    if re.search(r"\\|\(\?(?!:)|\)[*+{]", bare):  # a back reference, a group of a special kind, a repeated group
        return False
    plain = bare.replace("(?:", "(")
    open_ended, choices = len(re.findall(r"[*+]|\{\d*,\d*\}", plain)), len(re.findall(r"[?|]", plain))
    return comb(LONGEST_WORD + open_ended, open_ended) * (1 << choices) <= _MOST_WAYS


class PatternTable(Table):
    name: Annotated[str, AfterValidator(_name)] = Field(description="what it is, as in a sentence: a roll number")
    pattern: Annotated[str, AfterValidator(_pattern)] = Field(
        description=f"a regular expression that a whole word of {LONGEST_WORD} characters at most matches"
    )


class PrivacyTable(Table):
    patterns: tuple[PatternTable, ...] = Field(
        default=(), max_length=_MOST_PATTERNS, description="what else counts as a secret, by name and pattern"
    )

    def own_patterns(self) -> tuple[OwnPattern, ...]:
        return tuple(OwnPattern(one.name, re.compile(one.pattern, re.IGNORECASE)) for one in self.patterns)
