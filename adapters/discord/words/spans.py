"""The spans of a paragraph in Discord's markdown: emphasis, links, and names written as ids.

In two passes, so that a thousand open signs take no square of time: the first pairs the signs that open with those that
close, the second builds the spans.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from adapters.chat.addresses import without_tail
from core.text import Bold, Code, Emoji, Italic, Link, Mention, Moment, Plain, Span, Strike, link

Piece = str | Code
"""Words with markup in them, or code."""

_TOKEN = re.compile(
    r"\\(?P<escaped>[^0-9A-Za-z\s])"
    r"|<@(?P<person>!?\d{1,25})>"
    r"|<@&(?P<role>\d{1,25})>"
    r"|<#(?P<channel>\d{1,25})>"
    r"|<(?P<emoji>a?:\w{1,64}:\d{1,25})>"
    r"|<t:(?P<moment>-?\d{1,17}(?::[tdfrs])?)>"
    r"|</(?P<command>[^:\n<>]{1,120}):\d{1,25}>"
    r"|<(?P<closed_url>https?://[^\s<>]+)>"
    r"|(?P<url>https?://[^\s<]+)"
    r"|(?P<target>\]\(\s{0,9}(?:<https?://[^\s<>]*>|https?://[^\s<>()]*(?:\([^\s<>()]*\)[^\s<>()]*)*)\s{0,9}\))"
    r"|(?P<sign>\*+|_+|~+|\|+|\[|\])",
    re.IGNORECASE,
)
_KINDS = {"~~": "~~", "||": "||", "__": "__", "_": "_"}
_PICTURES = "https://cdn.discordapp.com/emojis"
_FIRST, _LAST = -62_135_596_800, 253_402_300_799
"""The seconds that a ``datetime`` can say: the years 1 to 9999."""


@dataclass(frozen=True, slots=True)
class Names:
    """Whom and what the ids in a message stand for."""

    people: Mapping[str, Mention]
    roles: Mapping[str, str]
    channels: Mapping[str, str]


@dataclass(slots=True)
class _Sign:
    """A sign that may open or close something, and what its pair makes of the spans between."""

    words: str
    url: str = ""
    end: int | None = None
    """Where the pair's other half stands, at the half that opens."""


_Part = Span | _Sign


def read_spans(pieces: Sequence[Piece], names: Names) -> tuple[Span, ...]:
    pairing = _Pairing(names)
    for piece in pieces:
        if isinstance(piece, Code):
            pairing.put(piece)
        else:
            pairing.read(piece)
    return _joined(_built(pairing.parts, 0, len(pairing.parts)))


@dataclass(slots=True)
class _Pairing:
    """The first pass: the parts of a paragraph, the signs among them paired."""

    names: Names
    parts: list[_Part] = field(default_factory=list)
    _open: list[int] = field(default_factory=list)
    """Where the signs stand that are open, the innermost last."""
    _kinds: dict[str, list[int]] = field(default_factory=dict)
    """The places in ``_open``, by what the sign is."""

    def put(self, span: Span) -> None:
        self.parts.append(span)

    def read(self, words: str) -> None:
        at = 0
        while found := _TOKEN.search(words, at):
            if found.start() > at:
                self.put(Plain(words[at : found.start()]))
            kind = found.lastgroup or ""
            at = found.end()
            if kind == "sign":
                self._sign(words, found)
            elif kind == "target":
                if not self._close_link(found[0]):
                    self.put(Plain("]("))
                    at = found.start() + 2
            elif kind == "url":
                url = without_tail(found[0])
                at = found.start() + len(url)
                self._address(url)
            elif kind == "closed_url":
                self._address(found[kind])
            else:
                self.put(_READERS[kind](found[kind], self.names))
        if at < len(words):
            self.put(Plain(words[at:]))

    def _address(self, url: str) -> None:
        """An address as it stands; Discord makes no link of words that have one in them."""
        if url.lower() in ("http://", "https://"):
            self.put(Plain(url))
            return
        self._forget_brackets()
        self.put(link(url, (Plain(url),)))

    def _forget_brackets(self) -> None:
        self._kinds.pop("[", None)

    def _sign(self, words: str, found: re.Match[str]) -> None:
        run = found[0]
        if run == "[":
            self._opened("[")
        elif run == "]":
            self._close_bracket()
        elif run[0] == "*":
            before, after = words[: found.start()][-1:], words[found.end() : found.end() + 1]
            self._stars(len(run), closes=not before.isspace(), opens=not after.isspace())
        elif run in ("__", "~~", "||"):
            self._toggle(run, closes=True, opens=True)
        elif run in ("_", "___"):
            self._underscores(run, words, found)
        else:
            self.put(Plain(run))

    def _stars(self, count: int, *, closes: bool, opens: bool) -> None:
        if count > 3:
            self.put(Plain("*" * count))
        elif count == 3:
            inner_first = self._innermost("*") > self._innermost("**")
            self._toggle("*" if inner_first else "**", closes=True, opens=True)
            self._toggle("**" if inner_first else "*", closes=True, opens=True)
        elif count == 2:
            self._toggle("**", closes=True, opens=True)
        else:
            self._toggle("*", closes=closes, opens=opens)

    def _underscores(self, run: str, words: str, found: re.Match[str]) -> None:
        """One ``_`` marks nothing within a word: ``snake_case`` stays one."""
        after_word = bool(re.match(r"\w", words[found.start() - 1 : found.start()]))
        before_word = bool(re.match(r"\w", words[found.end() : found.end() + 1]))
        signs = ["_"] if run == "_" else ["__", "_"]
        if self._innermost("_") > self._innermost("__"):
            signs.reverse()
        for sign in signs:
            free = sign == "__"
            self._toggle(sign, closes=free or not before_word, opens=free or not after_word)

    def _innermost(self, kind: str) -> int:
        places = self._kinds.get(kind)
        return places[-1] if places else -1

    def _toggle(self, kind: str, *, closes: bool, opens: bool) -> None:
        place = self._innermost(kind)
        if place >= 0 and closes and self._open[place] < len(self.parts) - 1:
            self._closed(place, _Sign(kind))
        elif place < 0 and opens:
            self._opened(kind)
        else:
            self.put(Plain(kind))

    def _opened(self, kind: str) -> None:
        self._kinds.setdefault(kind, []).append(len(self._open))
        self._open.append(len(self.parts))
        self.parts.append(_Sign(kind))

    def _closed(self, place: int, closing: _Sign) -> None:
        """Pairs the sign open at ``place`` with ``closing``; what was opened after it, and is open still, is words."""
        opening = self.parts[self._open[place]]
        if isinstance(opening, _Sign):
            opening.end = len(self.parts)
            opening.url = closing.url
        for places in self._kinds.values():
            while places and places[-1] >= place:
                places.pop()
        del self._open[place:]
        self.parts.append(closing)

    def _close_bracket(self) -> None:
        if places := self._kinds.get("["):
            places.pop()
        self.put(Plain("]"))

    def _close_link(self, words: str) -> bool:
        """Whether ``words``, ``](address)``, end a link; where none is open, the address stands for itself."""
        place = self._innermost("[")
        if place < 0 or self._open[place] == len(self.parts) - 1:
            return False
        self._closed(place, _Sign(words, words[2:-1].strip().strip("<>")))
        self._forget_brackets()
        return True


def _built(parts: Sequence[_Part], start: int, end: int) -> list[Span]:
    """The second pass. It goes as deep as there are kinds of signs, since a kind never stands in itself."""
    spans: list[Span] = []
    at = start
    while at < end:
        part = parts[at]
        if not isinstance(part, _Sign):
            spans.append(part)
        elif part.end is None:
            spans.append(Plain(part.words))
        else:
            spans.extend(_marked(part, _joined(_built(parts, at + 1, part.end))))
            at = part.end
        at += 1
    return spans


def _marked(sign: _Sign, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    match sign.words:
        case "**":
            return (Bold(spans),)
        case "*" | "_" | "__":
            return (Italic(_upright(spans)),)
        case "~~":
            return (Strike(spans),)
        case "||":
            return (Plain("(spoiler: "), *spans, Plain(")"))
        case "[":
            return (link(sign.url, spans),)
        case _:
            return spans


def _upright(spans: Sequence[Span]) -> tuple[Span, ...]:
    """What stands in italics, none of it marked so again: what is underlined is shown in italics too."""
    found: list[Span] = []
    for span in spans:
        match span:
            case Italic(inner):
                found += _upright(inner)
            case Bold(inner) | Strike(inner):
                found.append(type(span)(_upright(inner)))
            case Link(url, inner):
                found.append(Link(url, _upright(inner)))
            case _:
                found.append(span)
    return _joined(found)


def _joined(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Plain words that touch made one."""
    joined: list[Span] = []
    run: list[str] = []
    for span in spans:
        if isinstance(span, Plain):
            run.append(span.text)
            continue
        if run:
            joined.append(Plain("".join(run)))
            run = []
        joined.append(span)
    if run:
        joined.append(Plain("".join(run)))
    return tuple(joined)


def _moment(words: str, _: Names) -> Span:
    seconds = int(words.partition(":")[0])
    if _FIRST <= seconds <= _LAST:
        return Moment(datetime.fromtimestamp(seconds, UTC))
    return Plain(f"<t:{words}>")


def _emoji(words: str, _: Names) -> Span:
    """https://docs.discord.com/developers/reference#image-formatting-cdn-endpoints"""
    animated, name, key = words.split(":")
    return Emoji(name, f"{_PICTURES}/{key}.{'gif' if animated else 'png'}")


_READERS: Mapping[str, Callable[[str, Names], Span]] = {
    "escaped": lambda sign, _: Plain(sign),
    "person": lambda key, names: names.people.get(key.removeprefix("!"), Mention(None, "somebody")),
    "role": lambda key, names: Mention(None, names.roles.get(key, "some role")),
    "channel": lambda key, names: Plain("#" + names.channels.get(key, "some-channel")),
    "emoji": _emoji,
    "command": lambda name, _: Plain(f"/{name}"),
    "moment": _moment,
}
