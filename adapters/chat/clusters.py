"""Where words may be cut: between characters as people see them, of which one may be many code points."""

import unicodedata

_JOINER = "\u200d"
_FIRST_ACCENT = "\u0300"
_LONGEST = 32
"""Code points: more than any emoji has."""


def units(words: str) -> int:
    """The length of ``words`` in UTF-16 units."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


def whole(words: str, end: int) -> str:
    """``words`` up to ``end``, or to the character before it that does not go on there."""
    for start in range(end, max(end - _LONGEST, 0), -1):
        if not _belongs(words, start):
            return words[:start]
    return words[:end]


def _belongs(words: str, index: int) -> bool:
    """Whether the character at ``index`` is shown as one with the character before it."""
    char, last = words[index], words[index - 1]
    if _JOINER in (char, last):
        return True
    if char < _FIRST_ACCENT:
        return False
    if _is_flag_letter(char):
        before = index
        while before > 0 and index - before < _LONGEST and _is_flag_letter(words[before - 1]):
            before -= 1
        return (index - before) % 2 == 1
    return (
        unicodedata.category(char) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
