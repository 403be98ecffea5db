"""How much of what people type the desk takes, and the sentences for more: one place, so that every door says the same.

Characters are Unicode code points, counted after ``core.text.clean``.
"""

import unicodedata

from core.errors import N_, BadField
from core.text import Text, clean_line

TITLE = 200
NAME = 80
TEXT = 20_000
ANSWER = 1_000
TAG = 30
TAGS = 10
EMOJI = 60
"""Of one reaction: a name of a platform's own, between colons."""
REACTIONS = 20
"""Of one person under one message."""
FILES = 10
PARTICIPANTS = 50
REASON = 300
"""Of an erasure."""
CAPACITY = 1_000
"""What an agent can be said to carry, where a ticket of normal priority counts 1."""

_MOST_WORDS = 10 * TAGS
"""Given as tags at once, before those said twice count once."""


class FieldEmpty(BadField):
    template = N_("{name} is empty: please write something there.")


class FieldTooLong(BadField):
    template = N_("{name} has {length} characters, and {limit} is the most. Please shorten it.")


class TooManyOf(BadField):
    template = N_("{name}: {count} are too many, {limit} is the most.")


class NoEmoji(BadField):
    template = N_("{name}: one emoji is wanted here.")


def line(name: str, words: str, limit: int) -> str:
    """One line of at most ``limit`` characters. Raises FieldEmpty or FieldTooLong, with ``name`` (already marked)."""
    tidy = clean_line(words)
    if not _shows(tidy):
        raise FieldEmpty(name=name)
    if len(tidy) > limit:
        raise FieldTooLong(name=name, length=len(tidy), limit=limit)
    return tidy


def emoji(name: str, words: str) -> str:
    """One emoji as Unicode has it. Raises FieldEmpty, FieldTooLong or NoEmoji."""
    tidy = line(name, words, EMOJI)
    is_one = all(_is_of_an_emoji(character) for character in tidy)
    if not is_one or not any(_is_sign(character) for character in tidy):
        raise NoEmoji(name=name)
    return tidy


def _is_sign(character: str) -> bool:
    """Whether it makes an emoji of what it stands with: a picture, or the frame of a keycap."""
    return (not character.isascii() and unicodedata.category(character) in ("So", "Sm")) or character in "\u20e3‼⁉〰"


def _is_of_an_emoji(character: str) -> bool:
    joins = unicodedata.category(character) in ("Sk", "Mn", "Me", "Cf")
    return _is_sign(character) or (joins and not character.isascii()) or character in "0123456789#*"


def text(name: str, words: Text, *, may_be_empty: bool = False) -> Text:
    """A text of at most ``TEXT`` characters. Raises FieldEmpty or FieldTooLong."""
    plain = words.plain()
    length = len(plain)
    if not may_be_empty and not _shows(plain):
        raise FieldEmpty(name=name)
    if length > TEXT:
        raise FieldTooLong(name=name, length=length, limit=TEXT)
    return words


def _shows(words: str) -> bool:
    """Whether there is anything to see: joiners and spaces alone are nothing."""
    return any(character.isprintable() and not character.isspace() for character in words)


def tags(words: tuple[str, ...]) -> tuple[str, ...]:
    """Tags in their one form: lower case, ``-`` for spaces, without ``#``, each once, in the order given."""
    if len(words) > _MOST_WORDS:
        raise TooManyOf(name=N_("Tags"), count=len(words), limit=TAGS)
    tidy = tuple(dict.fromkeys(tag for word in words if (tag := _tag(word))))
    if len(tidy) > TAGS:
        raise TooManyOf(name=N_("Tags"), count=len(tidy), limit=TAGS)
    for tag in tidy:
        if len(tag) > TAG:
            raise FieldTooLong(name=N_("A tag"), length=len(tag), limit=TAG)
    return tidy


def _tag(word: str) -> str:
    kept = (c if _belongs(c) else "-" for c in clean_line(word).lstrip("#").lower())
    return "".join(kept).strip("-")


def _belongs(character: str) -> bool:
    """Letters and digits of any script, with the vowel signs that some write beside their letters (Unicode's M)."""
    return character.isalnum() or character in "-_+." or unicodedata.category(character).startswith("M")
