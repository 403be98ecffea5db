"""A paragraph of Slack's ``mrkdwn``: marks, code, emoji, and what stands between angle brackets.

https://docs.slack.dev/messaging/formatting-message-text. In one pass over the words and one over its parts, so that a
thousand open signs take no square of time.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.chat.addresses import without_tail
from adapters.slack.words import emoji
from adapters.slack.words.escape import unescape
from adapters.slack.words.names import Names, everybody
from adapters.slack.words.structure import Leaf, Mark
from core.text import Bold, Code, Italic, Moment, Plain, Span, Strike, link

_TOKEN = re.compile(
    r"<(?P<named>[^<>\n]+)>"
    r"|```(?P<fenced>[^`\n]+)```"
    r"|`(?P<code>[^`\n]+)`"
    r"|(?P<url>https?://[^\s<>]+)"
    r"|(?<![\w:]):(?P<emoji>[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?):"
    r"|(?P<sign>\*+|_+|~+)"
    r"|(?P<line>\n)",
    re.IGNORECASE,
)
_NAMED = re.compile(r"<([^<>\n]+)>")
_MARKS: Mapping[str, Mark] = {"*": Bold, "**": Bold, "_": Italic, "~": Strike, "~~": Strike}
_MOMENT = re.compile(r"date\^(\d{1,12})\^")
_LATEST = 253_402_300_799
"""The last second that a ``datetime`` can say: the year 9999."""


@dataclass(slots=True)
class _Sign:
    """A sign that may open or close a mark."""

    words: str
    end: int | None = None
    """Where the sign that closes it stands, at the one that opens."""
    closes: bool = False


@dataclass(slots=True)
class _Pairing:
    parts: list[Span | _Sign] = field(default_factory=list)
    _open: dict[str, int] = field(default_factory=dict)
    """Where each sign stands that is open, the innermost last: none stands in its like, and none goes on in the next
    line."""

    def line_ends(self) -> None:
        self._open.clear()

    def sign(self, words: str, before: str, after: str) -> None:
        """Within a word it marks nothing: ``snake_case`` stays one."""
        opens = words in _MARKS and not before.isalnum() and bool(after.strip())
        closes = words in _MARKS and not after.isalnum() and bool(before.strip())
        place = self._open.get(words)
        if closes and place is not None and place < len(self.parts) - 1:
            opening = self.parts[place]
            if isinstance(opening, _Sign):
                opening.end = len(self.parts)
            self._open = {sign: at for sign, at in self._open.items() if at < place}
            self.parts.append(_Sign(words, closes=True))
        elif opens and place is None:
            self._open[words] = len(self.parts)
            self.parts.append(_Sign(words))
        else:
            self.parts.append(Plain(words))


def read_spans(words: str, names: Names) -> Iterator[Leaf]:
    """``words``: escaped as Slack escapes them."""
    pairing = _Pairing()
    at = 0
    while found := _TOKEN.search(words, at):
        pairing.parts.append(Plain(unescape(words[at : found.start()])))
        at = found.end()
        match found.lastgroup:
            case "sign":
                pairing.sign(found[0], words[found.start() - 1 : found.start()], words[at : at + 1])
            case "line":
                pairing.line_ends()
                pairing.parts.append(Plain("\n"))
            case "url":
                url = without_tail(found[0])
                at = found.start() + len(url)
                pairing.parts.append(_bare(unescape(url)))
            case "emoji":
                pairing.parts.append(Plain(emoji.shown(found["emoji"].lower())))
            case "named":
                pairing.parts.append(_named(found["named"], names))
            case _:
                pairing.parts.append(Code(code_words(found["code"] or found["fenced"])))
    pairing.parts.append(Plain(unescape(words[at:])))
    return _leaves(pairing.parts)


def code_words(words: str) -> str:
    """Code as it was typed: Slack sets addresses and names between angle brackets there too."""
    return unescape(_NAMED.sub(lambda found: _label(found[1]), words))


def _leaves(parts: list[Span | _Sign]) -> Iterator[Leaf]:
    """Kinds of signs nest in one another, and never in themselves: what is open is a few of them."""
    ends: dict[int, Mark] = {}
    for at, part in enumerate(parts):
        if not isinstance(part, _Sign):
            yield Leaf(part, frozenset(ends.values()))
        elif part.end is not None:
            ends[part.end] = _MARKS[part.words]
        elif part.closes:
            ends.pop(at, None)
        else:
            yield Leaf(Plain(part.words), frozenset(ends.values()))


def _bare(url: str) -> Span:
    return Plain(url) if url.endswith("//") else link(url, (Plain(url),))


def _label(words: str) -> str:
    """What is read of ``words``, which stand between angle brackets."""
    target, _, label = words.partition("|")
    return label or target


def _named(words: str, names: Names) -> Span:
    target, _, label = words.partition("|")
    shown = unescape(label)
    kind, key = target[:1], target[1:]
    if kind == "@":
        return names.person(key, shown)
    if kind == "#":
        return names.channel(key, shown)
    if kind == "!":
        return _special(key, shown, names)
    if re.match(r"(?:https?|mailto|tel|slack):", target, re.IGNORECASE):
        url = unescape(target)
        return link(url, (Plain(shown or url),))
    return Plain(unescape(f"<{words}>"))


def _special(key: str, label: str, names: Names) -> Span:
    name, _, group = key.partition("^")
    if name == "subteam":
        return names.group(group, label)
    if name == "date":
        moment = _MOMENT.match(key)
        is_one = moment is not None and int(moment[1]) <= _LATEST
        return Moment(datetime.fromtimestamp(int(moment[1]), UTC)) if moment and is_one else Plain(label)
    if name in ("here", "channel", "everyone", "group"):
        return everybody(label.removeprefix("@") or name)
    return Plain(label or f"<!{key}>")
