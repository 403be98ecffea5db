"""What is read from Slack put together: marked pieces into paragraphs, a flat run of items into nested lists."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from core.text import Block, Bold, Italic, ListBlock, Paragraph, Plain, Span, Strike

Mark = type[Bold] | type[Italic] | type[Strike]
_ORDER: tuple[Mark, ...] = (Bold, Italic, Strike)
"""From the outermost: where marks overlap, each reads the same however they were set."""
_PARTING = re.compile(r"\n(?:[ \t\u200b]*\n)+")
_INVISIBLE = " \t\n\u200b"


@dataclass(frozen=True, slots=True)
class Leaf:
    """A span that holds no others but a link's words, with the marks that it bears."""

    span: Span
    marks: frozenset[Mark] = frozenset()


def paragraphs(leaves: Iterable[Leaf]) -> list[Block]:
    """Blank lines part paragraphs; those that say nothing are none."""
    found = [_trimmed(part) for part in _parted(leaves)]
    return [Paragraph(_grouped(part, _ORDER)) for part in found if part]


def _parted(leaves: Iterable[Leaf]) -> Iterator[list[Leaf]]:
    current: list[Leaf] = []
    for leaf in leaves:
        if not isinstance(leaf.span, Plain):
            current.append(leaf)
            continue
        first, *others = _PARTING.split(leaf.span.text)
        current.append(Leaf(Plain(first), leaf.marks))
        for words in others:
            yield current
            current = [Leaf(Plain(words), leaf.marks)]
    yield current


def _trimmed(leaves: Sequence[Leaf]) -> list[Leaf]:
    """Without what cannot be seen at the edges."""
    kept = [leaf for leaf in leaves if not isinstance(leaf.span, Plain) or leaf.span.text]
    while kept and isinstance(first := kept[0].span, Plain):
        words = first.text.lstrip("\n")
        kept[0] = Leaf(Plain(words), kept[0].marks)
        if words.strip(_INVISIBLE):
            break
        kept.pop(0)
    while kept and isinstance(last := kept[-1].span, Plain):
        words = last.text.rstrip(_INVISIBLE)
        kept[-1] = Leaf(Plain(words), kept[-1].marks)
        if words:
            break
        kept.pop()
    return kept


def _grouped(leaves: Sequence[Leaf], marks: Sequence[Mark]) -> tuple[Span, ...]:
    if not marks:
        return _joined(leaf.span for leaf in leaves)
    mark, *inner = marks
    spans: list[Span] = []
    for is_marked, run in groupby(leaves, key=lambda leaf: mark in leaf.marks):
        within = _grouped(list(run), inner)
        spans += [mark(within)] if is_marked else within
    return tuple(spans)


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Plain words that touch made one."""
    joined: list[Span] = []
    for is_plain, run in groupby(spans, key=lambda span: isinstance(span, Plain)):
        touching = list(run)
        joined += [Plain("".join(s.text for s in touching if isinstance(s, Plain)))] if is_plain else touching
    return tuple(joined)


@dataclass(frozen=True, slots=True)
class Item:
    """An item of a list, as Slack tells it: on which level it stands, and not in which item."""

    level: int
    ordered: bool
    blocks: tuple[Block, ...]
    begins: bool = False
    """Whether it is the first of a list, though one of its kind stands before it."""


@dataclass(slots=True)
class _Open:
    level: int
    ordered: bool
    items: list[list["Block | _Open"]] = field(default_factory=list)

    def closed(self) -> ListBlock:
        items = (tuple(b.closed() if isinstance(b, _Open) else b for b in item) for item in self.items)
        return ListBlock(tuple(items), self.ordered)


def nested(items: Iterable[Item]) -> list[Block]:
    """The lists that the items make; one on a deeper level belongs to the item before it."""
    lists: list[_Open] = []
    path: list[_Open] = []
    for item in items:
        while path and not _goes_on(path[-1], item):
            path.pop()
        if not path or path[-1].level < item.level:
            opened = _Open(item.level, item.ordered)
            if path:
                path[-1].items[-1].append(opened)
            else:
                lists.append(opened)
            path.append(opened)
        path[-1].items.append(list(item.blocks))
    return [opened.closed() for opened in lists]


def _goes_on(opened: _Open, item: Item) -> bool:
    if opened.level != item.level:
        return opened.level < item.level
    return opened.ordered == item.ordered and not item.begins
