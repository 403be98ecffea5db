"""A ``Text`` as lines of Discord's markdown that are still to be laid out: words escaped, marks beside them.

What people wrote is escaped here, once. Discord knows no escape inside a masked link
(https://github.com/discord/discord-api-docs/issues/6185), so words that would need one stand beside their address.
"""

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import assert_never
from urllib.parse import quote

from adapters.discord.words.fit import head, units
from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    ListBlock,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Span,
    Strike,
    Text,
    clean,
)

_NOTHING = "\u200b"
_DEEPEST = 6
"""Levels of lists; deeper ones stand as far in as the last."""
_LONGEST_PART = 100
_BOLD, _ITALIC, _STRIKE = "**", "_", "~~"
_NONE: frozenset[str] = frozenset()
_PING = re.compile(r"@(?=everyone|here)|(?<=<)@(?=[!&]?\d)", re.IGNORECASE)
_ESCAPED = re.compile(r"[\\*_~`|<>\[]|:(?=//|[a-z0-9_+~-]+:)", re.IGNORECASE)
_NUMBERED = re.compile(r"\d{1,12}\.")
_WORD = re.compile(r"\n|[^\S\n]+|\S+")
_URL = re.compile(r"https?://[^\s<>\"`\\|\[\]]+[^\s<>\"`\\.,:;'!?*_~|)\[\]]", re.IGNORECASE)
_UNFIT_IN_URL = re.compile(r"[\s<>\\`|]")
_UNFIT_IN_LABEL = re.compile(r"[\\*_~`|<>\[\]@#:\n\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]|\w\.\w|^\s*$")
_PARENTHESES = re.compile(r"[^()]*(?:\([^()]*\)[^()]*)*")
_MARK_SIGNS = re.compile(r"[*_~|\\]")
_BLANK_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_FENCES = re.compile(r"`(?=``)")
_LANGUAGE = re.compile(r"[a-z0-9_+\-.#]{1,20}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Token:
    """What a line is not broken within."""

    words: str
    marks: frozenset[str] = _NONE
    space: bool = False

    @property
    def at_start(self) -> str:
        """As it stands at a line's beginning, where a number with a dot would be a list, a ``#`` a heading."""
        if _NUMBERED.match(self.words):
            return self.words.replace(".", "\\.", 1)
        return "\\" + self.words if self.words[:1] in "-+#" else self.words


@dataclass(frozen=True, slots=True, eq=False)
class Fence:
    """A block of code; its lines bear the same one."""

    language: str


@dataclass(frozen=True, slots=True)
class Line:
    head: str
    """What stands before the words: a quote's sign, a list's, the room that an inner line keeps."""
    tail: str
    """What stands there where the line goes on in a further message."""
    tokens: list[Token]
    fence: Fence | None = None

    @property
    def says_something(self) -> bool:
        return any(not token.space for token in self.tokens)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where blocks stand: what begins their first line, and the others."""

    head: str
    tail: str
    bare: str
    """``tail`` without the signs of quotes in quotes, which are but words: in code they would be code."""
    longest: int
    """A quarter of what a message holds: a token takes no more than two of them."""
    nested: bool = False
    """In a quote or a list, where Discord knows no further quote."""
    depth: int = 0


def lines_of(blocks: Iterable[Block], longest: int) -> Iterator[list[Line]]:
    """The lines of each block, those that part it from the one before it among them.

    ``longest``: a quarter of the UTF-16 units that a message holds.
    """
    return _blocks(blocks, _Place("", "", "", longest))


def words_of(words: str, *, links: bool) -> list[Token]:
    """Words without markup. ``links``: whether an address in them is one to follow."""
    return list(_words(words, _NONE, _LONGEST_PART, links=links))


def _blocks(blocks: Iterable[Block], place: _Place) -> Iterator[list[Line]]:
    before: Block | None = None
    for block in blocks:
        lines = list(_block(block, place))
        if not lines:
            continue
        if before is not None and (between := _between(before, block, place)) is not None:
            lines.insert(0, Line(between, place.tail, []))
        yield lines
        before = block
        place = replace(place, head=place.tail)


def _between(before: Block, block: Block, place: _Place) -> str | None:
    """The line that parts two blocks which would else be read as one."""
    match before, block:
        case ListBlock(), ListBlock():
            return place.tail + _NOTHING
        case (Paragraph(), Paragraph()) | (Quote(), Quote()) if not place.depth:
            return place.tail
        case _:
            return None


def _block(block: Block, place: _Place) -> Iterator[Line]:
    match block:
        case Paragraph(spans):
            yield from _paragraph(spans, place)
        case CodeBlock(code, language):
            yield from _code(code, language, place)
        case Quote(blocks):
            sign = "\\> " if place.nested else "> "
            bare = place.bare + ("" if place.nested else sign)
            inner = _Place(place.head + sign, place.tail + sign, bare, place.longest, True, place.depth)
            for lines in _blocks(blocks, inner):
                yield from lines
        case ListBlock(items, ordered):
            for number, item in enumerate(items, start=1):
                yield from _item(item, f"{number}. " if ordered else "- ", place)
                place = replace(place, head=place.tail)
        case _:
            assert_never(block)


def _item(blocks: Sequence[Block], sign: str, place: _Place) -> Iterator[Line]:
    room = " " * len(sign) if place.depth < _DEEPEST else ""
    inner = _Place(place.head + sign, place.tail + room, place.bare + room, place.longest, True, place.depth + 1)
    shown = [line for lines in _blocks(blocks, inner) for line in lines]
    # Discord makes no item of a sign with nothing behind it.
    says_something = any(line.says_something for line in shown)
    yield from shown if says_something else [Line(inner.head, inner.tail, [Token(_NOTHING)])]


def _paragraph(spans: Sequence[Span], place: _Place) -> Iterator[Line]:
    line = Line(place.head, place.tail, [])
    begun = False
    for token in _tokens(spans, place.longest):
        if token.words != "\n":
            if line.tokens or not token.space:
                line.tokens.append(token)
        elif line.tokens or begun:
            yield line
            line = Line(place.tail, place.tail, [])
            begun = True
    if line.tokens:
        yield line


def _code(code: str, language: str, place: _Place) -> Iterator[Line]:
    fence = Fence(language if _LANGUAGE.fullmatch(language) else "")
    shown = _guarded(_FENCES.sub("`" + _NOTHING, _BLANK_LINES.sub("", clean(code)).rstrip()))
    if not shown:
        return
    start = place.head
    if place.tail != place.bare:
        yield Line(place.head, place.tail, [Token(_NOTHING)])
        start = place.bare
    for line in shown.split("\n"):
        yield Line(start, place.bare, [Token(part) for part in _parts(line, place.longest)], fence)
        start = place.bare


def _tokens(spans: Sequence[Span], longest: int) -> Iterator[Token]:
    for span, marks in _merged(_leaves(spans, _NONE, longest)):
        match span:
            case Plain(text):
                yield from _words(clean(text), marks, longest, links=True)
            case Code(text):
                yield from _code_span(clean(text), marks, longest)
            case Moment(at):
                yield Token(f"<t:{math.floor(at.timestamp())}:f>", marks)
            case Link(url, inner):
                target = _address(url, marks)
                label = Text((Paragraph(inner),)).plain()
                yield replace(target, words=f"[{label}]({target.words})") if inner else target
            case Bold() | Italic() | Strike() | Mention() | Emoji():
                pass
            case _:
                assert_never(span)


_Leaf = tuple[Span, frozenset[str]]


def _leaves(spans: Iterable[Span], marks: frozenset[str], longest: int) -> Iterator[_Leaf]:
    """The spans that hold no others, each with the marks that it stands in; what has no markup of its own is words."""
    for span in spans:
        match span:
            case Bold(inner):
                yield from _leaves(inner, marks | {_BOLD}, longest)
            case Italic(inner):
                yield from _leaves(inner, marks | {_ITALIC}, longest)
            case Strike(inner):
                yield from _leaves(inner, marks | {_STRIKE}, longest)
            case Mention(_, name):
                yield Plain(f"@{name}"), marks
            case Emoji():
                yield Plain(span.written), marks
            case Code(text) if _code_sign(text) is None:
                yield Plain(text), marks
            case Link(url, inner):
                words = clean(Text((Paragraph(inner),)).plain()).strip()
                yield from ((leaf, marks) for leaf in _link(url, words, longest))
            case _:
                yield span, marks


def _link(url: str, words: str, longest: int) -> Sequence[Span]:
    """``[words](<url>)`` where the words need no escape and look like no other address, else both side by side."""
    if units(_address(url, _NONE).words) > longest + longest // 2:
        return (Plain(url if words in ("", url) else f"{words} ({url})"),)
    if words in ("", url):
        return (Link(url, ()),)
    if _UNFIT_IN_LABEL.search(words) or units(words) > longest // 2 or not _PARENTHESES.fullmatch(url):
        return (Plain(f"{words} ("), Link(url, ()), Plain(")"))
    return (Link(url, (Plain(words),)),)


def _merged(leaves: Iterable[_Leaf]) -> Iterator[_Leaf]:
    """Plain words that touch made one: signs must not come together behind the back of what escapes them."""
    run: list[str] = []
    marked = _NONE
    for span, marks in leaves:
        if run and not (isinstance(span, Plain) and marks == marked):
            yield Plain("".join(run)), marked
            run = []
        if isinstance(span, Plain):
            run.append(span.text)
            marked = marks
        else:
            yield span, marks
    if run:
        yield Plain("".join(run)), marked


def _words(words: str, marks: frozenset[str], longest: int, *, links: bool) -> Iterator[Token]:
    at = 0
    for found in _URL.finditer(words) if links else ():
        address = _address(found[0], marks)
        if units(address.words) <= 2 * longest:
            yield from _plain(words[at : found.start()], marks, longest)
            yield address
            at = found.end()
    yield from _plain(words[at:], marks, longest)


def _plain(words: str, marks: frozenset[str], longest: int) -> Iterator[Token]:
    for found in _WORD.finditer(_guarded(words)):
        word = found[0]
        if word == "\n":
            yield Token(word, marks, space=True)
        else:
            for part in _parts(_ESCAPED.sub(r"\\\g<0>", word), longest):
                yield Token(part, marks, space=word.isspace())


def _guarded(words: str) -> str:
    """Words that ping nobody, wherever they are put: with something invisible behind the ``@``."""
    return _PING.sub("@" + _NOTHING, words)


def _parts(word: str, longest: int) -> Iterator[str]:
    """A word in parts, an escape never apart from what it escapes."""
    longest = min(longest, _LONGEST_PART)
    while len(word) > longest or units(word) > longest:
        part = head(word, longest)
        if (len(part) - len(part.rstrip("\\"))) % 2:
            part = part[:-1]
        yield part
        word = word[len(part) :]
    if word:
        yield word


def _code_span(code: str, marks: frozenset[str], longest: int) -> Iterator[Token]:
    for index, line in enumerate(code.split("\n")):
        if index:
            yield Token("\n", marks, space=True)
        for part in _parts(_guarded(line), longest):
            yield from _short_code(part, marks, longest)


def _short_code(code: str, marks: frozenset[str], longest: int) -> Iterator[Token]:
    sign = _code_sign(code)
    if sign is None:
        yield from _plain(code, marks, longest)
        return
    left = " " if code.startswith("`") else ""
    right = " " if code.endswith("`") else ""
    yield Token(f"{sign}{left}{code}{right}{sign}", _outside(code, marks))


def _code_sign(code: str) -> str | None:
    """The backticks that ``code`` can stand between; none where it holds both kinds, or nothing to see."""
    runs = {len(run) for run in re.findall("`+", code)}
    return next((sign for sign in ("`", "``") if len(sign) not in runs), None) if code.strip() else None


def _outside(raw: str, marks: frozenset[str]) -> frozenset[str]:
    """The marks for what cannot be escaped: none where a sign in it would end them."""
    return _NONE if _MARK_SIGNS.search(raw) else marks


def _address(url: str, marks: frozenset[str]) -> Token:
    shown = _UNFIT_IN_URL.sub(lambda found: quote(found[0]), clean(url))
    return Token(f"<{_PING.sub('%40', shown)}>", _outside(shown, marks))
