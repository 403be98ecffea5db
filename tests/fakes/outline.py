"""A text's structure, so that two may be compared: blocks, and each visible letter with the marks that it bears."""

import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote

from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Emoji,
    Italic,
    Link,
    Mention,
    Moment,
    Paragraph,
    Plain,
    Quote,
    Span,
    Strike,
    Text,
)

_NO_MARKS: frozenset[str] = frozenset()
_UNSEEN = re.compile(r"[\s\u200b]+")


def outline(text: Text) -> list[Any]:
    """Without what is invisible, and without the marks of what a door writes without any: links, code. Paragraphs that
    say nothing are none."""
    return _blocks(text.blocks)


def _blocks(blocks: Iterable[Block]) -> list[Any]:
    found: list[Any] = []
    for block in blocks:
        match block:
            case Paragraph(spans):
                leaves = list(_leaves(spans, _NO_MARKS))
                found += [("paragraph", leaves)] if leaves else []
            case CodeBlock(code, language):
                found.append(("code", code.replace("\u200b", ""), language))
            case Quote(inner):
                found.append(("quote", _blocks(inner)))
            case _:
                found.append(("list", block.ordered, [_blocks(item) for item in block.items]))
    return found


def _leaves(spans: Iterable[Span], marks: frozenset[str]) -> Iterator[Any]:
    for span in spans:
        match span:
            case Bold(inner) | Italic(inner) | Strike(inner):
                yield from _leaves(inner, marks | {type(span).__name__})
            case Plain(words):
                yield from ((letter, marks) for letter in _seen(words))
            case Mention(_, name):
                yield from ((letter, marks) for letter in _seen(f"@{name}"))
            case Emoji():
                yield from ((letter, marks) for letter in span.written)
            case Link(url, inner):
                yield "link", unquote(url), unquote(_seen(Text((Paragraph(inner),)).plain()))
            case Code(words):
                yield from (("code", letter) for letter in _seen(words))
            case Moment(at):
                yield "moment", at, marks


def _seen(words: str) -> str:
    return _UNSEEN.sub("", words)
