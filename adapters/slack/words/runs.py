"""A ``Text`` as the lines of a ``rich_text`` block that are still to be laid out: what stands in each, and how.

Slack nests nothing: a list in a list is a list of its own with a larger ``indent``, a list or a block of code in a
quote bears a ``border``, and what a list cannot hold (code, a quote) stands between two halves of it. It does not say
which languages of code it takes, so none is named: no message is to be refused for its colours.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import assert_never

from adapters.slack.words.addresses import FOUND, is_web_link, names_another
from adapters.slack.words.elements import PLAIN, Style, link, text
from adapters.slack.words.fit import Payload, units
from adapters.slack.words.times import date
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

NOTHING = "\u200b"
_DEEPEST = 8
"""Of ``indent``; what is deeper stands as far in."""
_LINK = 2_000
_LABEL = 500
_INVISIBLE = " \t\n\u200b"


class Kind(Enum):
    LINE = auto()
    ITEM = auto()
    QUOTE = auto()
    CODE = auto()
    GAP = auto()
    """An empty line, between two blocks that would else be read as one."""


@dataclass(frozen=True, slots=True)
class Place:
    quoted: bool = False
    inner: bool = False
    """In a quote that stands in a quote, which Slack does not know: a sign tells it."""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Run:
    """A paragraph, an item of a list, or a block of code."""

    kind: Kind
    parts: tuple[Payload, ...] = ()
    quoted: bool = False
    level: int = 0
    ordered: bool = False
    number: int = 1
    """Of an item: its place in its list."""


def runs(blocks: Iterable[Block], place: Place = Place()) -> Iterator[Run]:
    """Those of ``blocks`` that say something."""
    before: Block | None = None
    for block in blocks:
        found = list(_block(block, place))
        if found and before is not None and not place.quoted and _would_join(before, block):
            yield Run(Kind.GAP)
        yield from found
        before = block if found else before


def _would_join(before: Block, block: Block) -> bool:
    match before, block:
        case Quote(), Quote():
            return True
        case ListBlock(_, one), ListBlock(_, other):
            return one == other
        case _:
            return False


def _block(block: Block, place: Place) -> Iterator[Run]:
    match block:
        case Paragraph(spans):
            if parts := _line(spans, place):
                yield Run(Kind.QUOTE if place.quoted else Kind.LINE, parts, place.quoted)
        case CodeBlock(code):
            words = clean(code).strip("\n")
            if words.strip(_INVISIBLE):
                yield Run(Kind.CODE, (text(words),), place.quoted)
        case Quote(inner):
            yield from runs(inner, replace(place, quoted=True, inner=place.quoted))
        case ListBlock(items, ordered):
            for number, item in enumerate(items, start=1):
                yield from _item(item, Run(Kind.ITEM, (), place.quoted, place.level, ordered, number), place)
        case _:
            assert_never(block)


def _item(blocks: Sequence[Block], sign: Run, place: Place) -> Iterator[Run]:
    """The paragraphs that an item begins with stand in it; what comes behind them, below it."""
    parts: list[Payload] = []
    rest = list(blocks)
    while rest and isinstance(first := rest[0], Paragraph):
        more = _line(first.spans, place)
        parts += [text("\n\n"), *more] if parts and more else more
        rest.pop(0)
    # Slack refuses an item with nothing in it.
    yield replace(sign, parts=merged(parts) or (text(NOTHING),))
    deeper = replace(place, level=min(place.level + 1, _DEEPEST))
    for block in rest:
        yield from _block(block, deeper if isinstance(block, ListBlock) else place)


def _line(spans: Sequence[Span], place: Place) -> tuple[Payload, ...]:
    parts = merged(_parts(spans, PLAIN))
    if not any(part["type"] != "text" or part["text"].strip(_INVISIBLE) for part in parts):
        return ()
    return merged([text("> "), *parts]) if place.inner else parts


def merged(parts: Iterable[Payload]) -> tuple[Payload, ...]:
    """Words of one style that touch made one."""
    merged: list[Payload] = []
    for part in parts:
        last = merged[-1] if merged else None
        if last and last["type"] == part["type"] == "text" and last.get("style") == part.get("style"):
            merged[-1] = last | {"text": last["text"] + part["text"]}
        else:
            merged.append(part)
    return tuple(merged)


def _parts(spans: Iterable[Span], style: Style) -> Iterator[Payload]:
    for span in spans:
        match span:
            case Plain(words):
                yield from _words(clean(words), style)
            case Code(words):
                yield from (text(code, style | {"code"}),) if (code := clean(words)) else ()
            case Bold(inner):
                yield from _parts(inner, style | {"bold"})
            case Italic(inner):
                yield from _parts(inner, style | {"italic"})
            case Strike(inner):
                yield from _parts(inner, style | {"strike"})
            case Mention() | Emoji():
                yield from _words(clean(_named(span)), style)
            case Moment(at):
                yield date(at, style)
            case Link(url, inner):
                yield from _link(url, inner, style)
            case _:
                assert_never(span)


def _named(span: Mention | Emoji) -> str:
    return span.written if isinstance(span, Emoji) else f"@{span.name}"


def _words(words: str, style: Style) -> Iterator[Payload]:
    """Slack makes no links of what stands in a ``rich_text`` block by itself."""
    at = 0
    for found in FOUND.finditer(words):
        if is_web_link(found[0], _LINK):
            yield from (text(words[at : found.start()], style),) if found.start() > at else ()
            yield link(found[0], style=style)
            at = found.end()
    yield from (text(words[at:], style),) if at < len(words) else ()


def _link(url: str, inner: tuple[Span, ...], style: Style) -> Iterator[Payload]:
    """The words as a link where they look like no other address, else both side by side."""
    words = clean(Text((Paragraph(inner),)).plain()).strip()
    style |= _common(inner)
    if not is_web_link(url, _LINK):
        yield from _words(clean(url) if words in ("", url) else f"{words} ({clean(url)})", style)
    elif units(words) > _LABEL or names_another(words, url):
        yield from _words(f"{words} (", style)
        yield link(url, style=style)
        yield text(")", style)
    else:
        yield link(url, words, style)


def _common(spans: tuple[Span, ...]) -> Style:
    """The marks of all the words of a link."""
    match spans:
        case (Code(),):
            return frozenset({"code"})
        case (Bold(inner),):
            return _common(inner) | {"bold"}
        case (Italic(inner),):
            return _common(inner) | {"italic"}
        case (Strike(inner),):
            return _common(inner) | {"strike"}
        case _:
            return PLAIN
