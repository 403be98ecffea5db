"""Words made fit for a card: escaped for the place they stand in, and cut to a number of bytes.

Google Chat counts a message in bytes, so every piece of a card is given room in bytes: as many as it takes in the JSON
that is sent. Cuts fall between characters as people see them, never inside an entity or a tag.
"""

import html
import json
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from core.text import clean, clean_line

ELLIPSIS = "…"
_ELLIPSIS_BYTES = len(ELLIPSIS.encode())
_as_json = json.JSONEncoder(ensure_ascii=False).encode
_ENTITY = re.compile(r"&(?=#?\w+;)")
_UNFIT_IN_URL = re.compile(r"[\s<>\"\x00-\x20\x7f]")
_JOINER = "\u200d"
_FIRST_ACCENT = "\u0300"
_LONGEST_CLUSTER = 32
"""Code points: more than any emoji has, and a bound for letters with a thousand accents."""


def cost(words: str) -> int:
    """The bytes that ``words`` take inside a JSON string, in UTF-8."""
    return len(_as_json(words).encode()) - 2


def clusters(words: str) -> Iterator[str]:
    """``words`` by what a reader takes for one character: letters with their accents, joined emoji, flags.

    An approximation of https://www.unicode.org/reports/tr29/ for cutting, not for counting.
    """
    start = 0
    for index in range(1, len(words) + 1):
        if index == len(words) or not _belongs(words, start, index):
            yield words[start:index]
            start = index


def _belongs(words: str, start: int, index: int) -> bool:
    char, last = words[index], words[index - 1]
    if index - start >= _LONGEST_CLUSTER:
        return False
    if _JOINER in (char, last):
        return True
    if char < _FIRST_ACCENT:
        return False
    if _is_flag_letter(char):
        return index - start == 1 and _is_flag_letter(words[start])
    return unicodedata.category(char) in ("Mn", "Mc", "Me") or "\U0001f3fb" <= char <= "\U0001f3ff" or _is_tag(char)


def _is_flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_tag(char: str) -> bool:
    return "\U000e0020" <= char <= "\U000e007f"


def _head(words: str, room: int) -> str:
    """Enough of very long words to fill ``room`` even where three of four characters are invisible ones that go."""
    limit = 4 * max(room, 0) + _LONGEST_CLUSTER
    return words if len(words) <= limit else words[:limit] + ELLIPSIS


def clip(words: str, room: int) -> str:
    """The beginning of ``words`` that takes at most ``room`` bytes, with an ellipsis where something was cut."""
    words = _head(words, room)
    if cost(words) <= room:
        return words
    kept: list[str] = []
    left = room - _ELLIPSIS_BYTES
    for cluster in clusters(words):
        left -= cost(cluster)
        if left < 0:
            break
        kept.append(cluster)
    return "".join(kept).rstrip() + ELLIPSIS


def neutral(words: str, room: int) -> str:
    """One line for a place whose reading is not documented (a header, a label, a button, a notification): the same
    words whether it is taken as HTML, as Chat's markup or as it stands, since it holds no bracket and no entity.

    That defuses ``<users/all>`` and ``<https://...|words>`` too
    (https://developers.google.com/workspace/chat/format-messages#messages-@mention).
    """
    shown = clean_line(_head(words, room)).replace("<", "‹").replace(">", "›")
    return clip(_ENTITY.sub("＆", shown), room)


def is_web_link(url: str, room: int) -> bool:
    """Whether ``url`` is one that a card may open: http or https, with a host, and short enough to be sent whole."""
    if _UNFIT_IN_URL.search(url) or clean(url) != url or cost(html.escape(url)) > room:
        return False
    try:
        parts = urlsplit(url)
        return parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


class Html:
    """Card text under way: escapes what it is given, and stops when ``room`` bytes are spent.

    Its tags are those that Google lists for cards: b, i, s, a and br
    (https://developers.google.com/workspace/chat/format-messages#card-formatting).
    """

    def __init__(self, room: int) -> None:
        self._parts: list[str] = []
        self._open: list[str] = []
        self._left = room - _ELLIPSIS_BYTES
        self._full = False

    def __str__(self) -> str:
        return "".join(self._parts)

    @property
    def full(self) -> bool:
        return self._full

    def write(self, words: str) -> None:
        """Words that people wrote; ``\\n`` becomes a line break."""
        if self._full:
            return
        shown = clean(_head(words, self._left))
        markup = _escape(shown)
        if cost(markup) <= self._left:
            self._take(markup)
            return
        for cluster in clusters(shown):
            piece = _escape(cluster)
            if cost(piece) > self._left:
                break
            self._take(piece)
        self._parts.append(ELLIPSIS)
        self._full = True

    @contextmanager
    def tag(self, name: str, *, href: str | None = None) -> Iterator[None]:
        """What is written inside stands in the tag; inside one of its kind, or where it has no room, it has none."""
        opening = f"<{name}>" if href is None else f'<{name} href="{html.escape(href)}">'
        closing = f"</{name}>"
        room = cost(opening) + cost(closing)
        if self._full or name in self._open or room > self._left:
            yield
            return
        self._left -= room
        self._open.append(name)
        self._parts.append(opening)
        before = len(self._parts)
        yield
        self._open.remove(name)
        if len(self._parts) == before:
            self._parts.pop()
            self._left += room
        else:
            self._parts.append(closing)

    def _take(self, markup: str) -> None:
        if markup:
            self._parts.append(markup)
            self._left -= cost(markup)


def _escape(words: str) -> str:
    return html.escape(words, quote=False).replace("\n", "<br>")


def escaped(words: str, room: int) -> str:
    """Words for a place that is documented to read HTML."""
    text = Html(room)
    text.write(words)
    return str(text)
