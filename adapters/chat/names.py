"""The name that words bear where the desk says them for somebody, and the mark of the staff that nobody can feign."""

import re
import unicodedata

from core.text import clean_line

MARK = " · staff"
"""Behind the name of whoever speaks as the staff."""
_FEIGNED = re.compile(r"\s*[^\w\s]\s*(?=staff\W*\Z)", re.IGNORECASE)
"""What would make anybody's name end like that."""
_DOTS = "·•‧∙⋅∘・᛫⸱⸳ꞏᐧ●◦⦁⚫⚬˙𐄁🞄"
_BLANKS = re.compile("[\u115f\u1160\u2800\u3164\uffa0]")
"""Letters that show nothing."""
_JOINED = rf"[{_DOTS}\u034f\u200c\u200d\ufe00-\ufe0f]*"
_SET_APART = re.compile(rf"(?<!\S){_JOINED}[{_DOTS}]{_JOINED}|[{_DOTS}]{_JOINED}(?!\S)")
"""The mark's sign, or its like, between words: what follows may be written in letters that only look like the mark's.
In a name such as Gal·la it stands within one."""


def marked(name: str, *, by_staff: bool) -> str:
    """``name`` with the mark, or, for anybody else, without what looks like it."""
    if by_staff:
        return name + MARK
    plain = _BLANKS.sub(" ", unicodedata.normalize("NFKC", _BLANKS.sub(" ", name)))
    disarmed = _SET_APART.sub(" ", _FEIGNED.sub(" ", plain))
    return name if disarmed == plain else " ".join(disarmed.split()) or "?"


def visible(words: str) -> str:
    """One line without the characters that nobody sees, those aside that join emoji and letters."""
    return "".join(
        char
        for char in clean_line(words)
        if unicodedata.category(char) not in ("Cf", "Co", "Cn") or char in "\u200c\u200d"
    ).strip(" \u200c\u200d")
