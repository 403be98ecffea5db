"""Typed text back into the Markdown that it is written in, so that it can be edited as it was typed.

``static/markdown.js`` does the same in the browser.
"""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import assert_never

from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
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
)

_SIGNS = re.compile(
    r"[\\`*]|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|\](?=\()|!(?=\[)|<(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE
)
"""Only what would be read as a mark is escaped: an underscore within a word, say, is none."""
_LINE_START = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{2,}|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
_TICKS = re.compile("`+")
_NO_LANGUAGE = re.compile(r"[`\s]")


def markdown_of(text: Text) -> str:
    """The Markdown of ``text``: parsed again, it says the same, but that a mention is a name and a moment is written
    out."""
    return _blocks(text.blocks)


def _blocks(blocks: Sequence[Block]) -> str:
    """Two lists that touch would be one: the second is written with the other mark."""
    written, other = [], False
    for before, block in pairwise((None, *blocks)):
        touches = isinstance(block, ListBlock) and isinstance(before, ListBlock) and block.ordered == before.ordered
        other = touches and not other
        if block is not None:
            written.append(_block(block, other=other))
    return "\n\n".join(written)


def _block(block: Block, *, other: bool) -> str:
    match block:
        case Paragraph(spans):
            return _LINE_START.sub(_escaped, _spans(spans))
        case CodeBlock(code, language):
            fence = "`" * max(3, _longest(code) + 1)
            named = "" if _NO_LANGUAGE.search(language) else language
            return f"{fence}{named}\n{code}\n{fence}"
        case Quote(blocks):
            return _indented(_blocks(blocks), "> ", "> ")
        case ListBlock(items, ordered):
            marks = (
                f"{at}{')' if other else '.'} " if ordered else "* " if other else "- "
                for at in range(1, len(items) + 1)
            )
            return "\n".join(
                _indented(_blocks(item), mark, " " * len(mark)) for item, mark in zip(items, marks, strict=True)
            )
        case _:
            assert_never(block)


def _escaped(found: re.Match[str]) -> str:
    """A number's own dot is what makes a list of it, so that is what the mark goes before."""
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def _indented(words: str, first: str, rest: str) -> str:
    lines = words.split("\n")
    marks = (first, *(rest for _ in lines[1:]))
    return "\n".join(f"{mark}{line}" if line else mark.rstrip() for mark, line in zip(marks, lines, strict=True))


def _spans(spans: Sequence[Span]) -> str:
    """An exclamation mark that touches a link would make a picture of it."""
    written = ""
    for before, span in pairwise((None, *spans)):
        if isinstance(span, Link) and before is not None and written.endswith("!"):
            written = f"{written[:-1]}\\!"
        written += _span(span) if span is not None else ""
    return written


def _span(span: Span) -> str:
    match span:
        case Plain(text):
            return _SIGNS.sub(r"\\\g<0>", text)
        case Bold(spans):
            return f"**{_spans(spans)}**"
        case Italic(spans):
            return f"*{_spans(spans)}*"
        case Strike(spans):
            return f"~~{_spans(spans)}~~"
        case Code(code):
            return _inline(code)
        case Link(url, spans):
            return url if spans == (Plain(url),) else f"[{_spans(spans)}](<{url}>)"
        case Mention(_, name):
            return "@" + _SIGNS.sub(r"\\\g<0>", name)
        case Moment(at):
            return at.strftime("%Y-%m-%d %H:%M UTC")
        case _:
            assert_never(span)


def _inline(code: str) -> str:
    marks = "`" * (_longest(code) + 1)
    is_stripped = code.startswith(" ") and code.endswith(" ") and code.strip() != ""
    pad = " " if is_stripped or code.startswith("`") or code.endswith("`") else ""
    return f"{marks}{pad}{code}{pad}{marks}"


def _longest(code: str) -> int:
    """Of the runs of backticks in it."""
    return max((len(run[0]) for run in _TICKS.finditer(code)), default=0)
