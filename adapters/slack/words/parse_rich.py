"""A message's ``rich_text`` blocks, as Slack's own editor makes them, read as ``Text``.

https://docs.slack.dev/reference/block-kit/blocks/rich-text-block. Nothing in them is escaped, and nothing in their
words is markup. A list in a list is a list of its own with a larger ``indent``; ``border`` tells that a list or a block
of code stands in a quote.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from adapters.slack.words import emoji
from adapters.slack.words.names import Names, everybody
from adapters.slack.words.structure import Item, Leaf, Mark, nested, paragraphs
from core.text import Block, Bold, Code, CodeBlock, Italic, Moment, Plain, Quote, Span, Strike, clean, clean_line, link

Element = Mapping[str, Any]

_DEEPEST = 8
"""Of ``indent``."""
_LATEST = 253_402_300_799
"""The last second that a ``datetime`` can say: the year 9999."""
_MARKS: Mapping[str, Mark] = {"bold": Bold, "italic": Italic, "underline": Italic, "strike": Strike}
"""What is underlined is shown in italics: no other door underlines."""


def read_rich(blocks: Sequence[Element], names: Names) -> tuple[Block, ...]:
    """What the blocks of the type ``rich_text`` among ``blocks`` say."""
    elements = [part for block in blocks if block.get("type") == "rich_text" for part in _inner(block)]
    found: list[Block] = []
    for is_quoted, run in groupby(elements, key=_is_quoted):
        inner = list(_blocks(run, names))
        found += [Quote(tuple(inner))] if is_quoted and inner else inner
    return tuple(found)


def elements_of(blocks: Sequence[Element]) -> Iterator[Element]:
    """Each piece of a line that stands in the blocks of the type ``rich_text``."""
    for block in blocks:
        if block.get("type") == "rich_text":
            for part in _inner(block):
                lines = _inner(part) if part.get("type") == "rich_text_list" else [part]
                for line in lines:
                    yield from _inner(line)


def _inner(element: Element) -> list[Element]:
    found = element.get("elements")
    return [part for part in found if isinstance(part, Mapping)] if isinstance(found, list) else []


def _is_quoted(element: Element) -> bool:
    return element.get("type") == "rich_text_quote" or bool(element.get("border"))


def _blocks(elements: Iterable[Element], names: Names) -> Iterator[Block]:
    for is_list, run in groupby(elements, key=lambda element: element.get("type") == "rich_text_list"):
        if is_list:
            first, *others = run
            if first.get("style") == "ordered" and _whole(first.get("offset")):
                yield from paragraphs(_numbered(first, names))
                yield from nested(item for element in others for item in _items(element, names))
            else:
                yield from nested(item for element in (first, *others) for item in _items(element, names))
            continue
        for element in run:
            if element.get("type") == "rich_text_preformatted":
                yield from _code(element)
            else:
                yield from paragraphs(_leaves(element, names))


def _items(element: Element, names: Names) -> Iterator[Item]:
    level, ordered = min(_whole(element.get("indent")), _DEEPEST), element.get("style") == "ordered"
    # One that goes on after an inner list tells how many came before; Slack's editor sets no two lists side by side.
    begins = ordered and not _whole(element.get("offset"))
    for item in _inner(element):
        yield Item(level, ordered, tuple(paragraphs(_leaves(item, names))), begins)
        begins = False


def _numbered(element: Element, names: Names) -> Iterator[Leaf]:
    """A list that does not begin with 1, where it goes on with none, as the words that it is, numbers and all."""
    start = _whole(element.get("offset")) + 1
    for number, item in enumerate(_inner(element), start=start):
        yield Leaf(Plain(f"{number}. " if number == start else f"\n{number}. "), frozenset())
        yield from _leaves(item, names)


def _code(element: Element) -> Iterator[Block]:
    code = "".join(clean(str(part.get("text") or part.get("url") or "")) for part in _inner(element)).strip("\n")
    if code.strip():
        yield CodeBlock(code, str(element.get("language") or ""))


def _whole(value: object) -> int:
    return max(value, 0) if isinstance(value, int) else 0


def _leaves(element: Element, names: Names) -> Iterator[Leaf]:
    for part in _inner(element):
        style = part.get("style")
        styles: Mapping[str, Any] = style if isinstance(style, Mapping) else {}
        marks = frozenset(mark for key, mark in _MARKS.items() if styles.get(key))
        yield Leaf(_span(part, names, is_code=bool(styles.get("code"))), marks)


def _span(part: Element, names: Names, *, is_code: bool) -> Span:
    read = _READERS.get(str(part.get("type")))
    if read is not None:
        return read(part, names)
    url = str(part.get("url") or "") if part.get("type") == "link" else ""
    words = clean(str(part.get("text") or part.get("fallback") or url))
    shown: Span = Code(words) if is_code and words else Plain(words)
    return link(url, (shown,)) if url else shown


def _emoji(part: Element, _: Names) -> Span:
    codes = str(part.get("unicode") or "")
    return Plain(emoji.written(codes) or emoji.shown(clean_line(str(part.get("name") or ""))))


def _date(part: Element, _: Names) -> Span:
    seconds = part.get("timestamp")
    if isinstance(seconds, int) and 0 <= seconds <= _LATEST:
        return Moment(datetime.fromtimestamp(seconds, UTC))
    return Plain(clean(str(part.get("fallback") or "")))


_READERS: Mapping[str, Callable[[Element, Names], Span]] = {
    "user": lambda part, names: names.person(str(part.get("user_id"))),
    "usergroup": lambda part, names: names.group(str(part.get("usergroup_id"))),
    "channel": lambda part, names: names.channel(str(part.get("channel_id"))),
    "broadcast": lambda part, _: everybody(clean_line(str(part.get("range") or "everyone"))),
    "team": lambda _part, _: everybody("everyone"),
    "emoji": _emoji,
    "date": _date,
    "color": lambda part, _: Plain(clean_line(str(part.get("value") or ""))),
}
