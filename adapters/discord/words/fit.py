"""Words made fit for a place on Discord: counted as the strictest reader would, and cut between characters.

Discord counts Unicode code points (https://github.com/discord/discord-api-docs/issues/1315); here UTF-16 units are
counted, of which an emoji has two: never fewer, so that a text that fits here fits there, and in a client as well.
"""

import re
import unicodedata
from urllib.parse import urlsplit

from core.text import clean, clean_line

ELLIPSIS = "…"
_JOINER = "\u200d"
_FIRST_ACCENT = "\u0300"
_LONGEST_CLUSTER = 32
"""Code points: more than any emoji has."""
_UNFIT_IN_URL = re.compile(r"[\s<>\"\\\x00-\x20\x7f]")


def units(words: str) -> int:
    """The length of ``words`` in UTF-16 units."""
    return len(words) if words.isascii() else len(words.encode("utf-16-le", "surrogatepass")) // 2


def head(words: str, room: int) -> str:
    """The beginning of ``words`` that takes at most ``room`` units, ending between characters as people see them."""
    if room <= 0:
        return ""
    if len(words) <= room and units(words) <= room:
        return words
    end = len(words[:room].encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore"))
    for start in range(end, max(end - _LONGEST_CLUSTER, 0), -1):
        if not _belongs(words, start):
            return words[:start]
    return words[:end]


def clip(words: str, room: int) -> str:
    """``words`` in at most ``room`` units, with an ellipsis where something was cut."""
    return words if units(words) <= room else head(words, room - 1).rstrip() + ELLIPSIS


def one_line(words: str, room: int) -> str:
    """One line for a place that knows no markup: a button, a label, a name, a footer."""
    return clip(clean_line(words), room)


def is_web_link(url: str, room: int) -> bool:
    """Whether Discord takes ``url`` as a link: http or https, with a host, and at most ``room`` units long."""
    if units(url) > room or _UNFIT_IN_URL.search(url) or clean(url) != url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def _belongs(words: str, index: int) -> bool:
    """Whether the character at ``index`` is shown as one with the character before it."""
    char, last = words[index], words[index - 1]
    if _JOINER in (char, last):
        return True
    if char < _FIRST_ACCENT:
        return False
    if _is_flag_letter(char):
        before = index
        while before > 0 and index - before < _LONGEST_CLUSTER and _is_flag_letter(words[before - 1]):
            before -= 1
        return (index - before) % 2 == 1
    return (
        unicodedata.category(char) in ("Mn", "Mc", "Me")
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"
