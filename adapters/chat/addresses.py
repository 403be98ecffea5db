"""Addresses of the web: told from what is none, and from the sentence in which they stand."""

import re
from urllib.parse import urlsplit

from core.text import clean

_TAIL = frozenset(".,;:!?'\"*_~|…")
_BRACKETS = {")": "(", "]": "["}
_UNFIT = re.compile(r"[\s<>\"\\|\x00-\x20\x7f]")


def is_web_address(url: str) -> bool:
    """Whether ``url`` can be a link anywhere: http or https, with a host, and nothing in it that would end it."""
    if _UNFIT.search(url) or clean(url) != url:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def without_tail(url: str) -> str:
    """Without the sentence's own signs at its end; a bracket goes where it was opened before the address."""
    count = {sign: url.count(sign) for pair in _BRACKETS.items() for sign in pair}
    end, shortest = len(url), url.index("//") + 2
    while end > shortest:
        last = url[end - 1]
        if last in _BRACKETS and count[last] > count[_BRACKETS[last]]:
            count[last] -= 1
        elif last not in _TAIL:
            break
        end -= 1
    return url[:end]
