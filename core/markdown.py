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
)

_SIGNS = re.compile(
    r"[\\`*]|\A~|~\Z|~(?=~)|(?<=~)~|(?<![^\W_])_|_(?![^\W_])|\](?=\()|!(?=\[)|<(?=[a-z][a-z0-9+.-]*:)", re.IGNORECASE
)
"""Only what would be read as a mark is escaped: an underscore within a word, say, is none."""
_LINE_START = re.compile(r"^([ \t]*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{2,}|\d{1,9}(?=[.)](?:\s|$)))", re.MULTILINE)
_SPACE = " \t\n"
_BLANK = re.compile(r"^[ \t]*$", re.MULTILINE)
"""An empty line would end the paragraph: a break stands in it."""
_BRACKET = re.compile(r"(?<!\\)[\[\]]")
_WORD_END = re.compile(r"[\w/@.:-]")
"""Behind it no address is one as it stands."""
_TAIL = re.compile(r"[.,;:!?'’*_~…]\Z")
"""What an address that stands as it is may not end with: it would be the sentence's."""
_NO_LANGUAGE = re.compile(r"\s")


def markdown_of(text: Text) -> str:
    """The Markdown of ``text``: parsed again, it says the same, but that a mention is a name, a moment is written
    out, and an emoji of somebody's own a link to its picture."""
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
            return _BLANK.sub(r"\\", _without_blank_edges(_LINE_START.sub(_escaped, _spans(spans))))
        case CodeBlock(code, language):
            return _fenced(code, language)
        case Quote(blocks):
            return _indented(_blocks(blocks), "> ", "> ")
        case ListBlock(items, ordered):
            bullet = "* " if other else "- " if any(items) else "+ "
            marks = (f"{at}{')' if other else '.'} " if ordered else bullet for at in range(1, len(items) + 1))
            return "\n".join(
                _indented(_blocks(item), mark, " " * len(mark)) for item, mark in zip(items, marks, strict=True)
            )
        case _:
            assert_never(block)


def _without_blank_edges(words: str) -> str:
    """Without empty lines before and behind; what is set in stays so."""
    begun = words.lstrip(_SPACE)
    _, _, indent = words[: len(words) - len(begun)].rpartition("\n")
    ended = begun.rstrip(_SPACE)
    tail, _, _ = begun[len(ended) :].partition("\n")
    return f"{indent}{ended}{tail}"


def _fenced(code: str, language: str) -> str:
    """A backtick in what follows a fence would make it none, unless that is of tildes."""
    mark = "~" if "`" in language else "`"
    fence = mark * max(3, _longest(code, mark) + 1)
    named = "" if _NO_LANGUAGE.search(language) else language
    return f"{fence}{named}\n{code}\n{fence}" if code else f"{fence}{named}\n{fence}"


def _escaped(found: re.Match[str]) -> str:
    """A number's own dot is what makes a list of it, so that is what the mark goes before."""
    return f"{found[1]}{found[2]}\\" if found[2].isdigit() else f"{found[1]}\\{found[2]}"


def _indented(words: str, first: str, rest: str) -> str:
    lines = words.split("\n")
    marks = (first, *(rest for _ in lines[1:]))
    return "\n".join(f"{mark}{line}" if line else mark.rstrip() for mark, line in zip(marks, lines, strict=True))


def _spans(spans: Sequence[Span]) -> str:
    """An exclamation mark that touches a link would make a picture of it, a bracket another link."""
    written = [""]
    for span in spans:
        last = written[-1]
        if isinstance(span, Link) and last.endswith(("!", "<")):
            written[-1] = f"{last[:-1]}\\{last[-1]}"
        is_touched = isinstance(span, Link) and _WORD_END.match(last[-1:]) is not None
        words = _named(span) if isinstance(span, Link) and is_touched else _span(span)
        if words:
            written.append(words)
    return "".join(written)


def _span(span: Span) -> str:
    match span:
        case Plain(text):
            return _words(text)
        case Bold() | Italic() | Strike():
            return _marked(span)
        case Code(code):
            return _inline(code)
        case Link(url, spans):
            is_bare = spans == (Plain(url),) and not _TAIL.search(url)
            return _words(url) if is_bare else _named(span)
        case Mention(_, name):
            return f"@{_words(name)}"
        case Moment(at):
            return at.strftime("%Y-%m-%d %H:%M UTC")
        case Emoji(_, url):
            return _span(Link(url, (Plain(span.written),)))
        case _:
            assert_never(span)


def _marked(span: Bold | Italic | Strike) -> str:
    """What is bold and in italics is read as it is nested here."""
    match span:
        case Bold((Italic(spans),)):
            return f"**_{_spans(spans)}_**"
        case Bold(spans):
            return f"**{_spans(spans)}**"
        case Italic(spans):
            return f"*{_spans(spans)}*"
        case Strike(spans):
            return f"~~{_spans(spans)}~~"


def _named(link: Link) -> str:
    return f"[{_label(link.spans)}](<{link.url}>)"


def _label(spans: Sequence[Span]) -> str:
    return "".join(_BRACKET.sub(r"\\\g<0>", _span(span)) if isinstance(span, Plain) else _span(span) for span in spans)


def _words(words: str) -> str:
    return _SIGNS.sub(r"\\\g<0>", words)


def _inline(code: str) -> str:
    marks = "`" * (_longest(code, "`") + 1)
    is_stripped = code.startswith(" ") and code.endswith(" ") and code.strip() != ""
    pad = " " if is_stripped or code.startswith("`") or code.endswith("`") else ""
    return f"{marks}{pad}{code}{pad}{marks}"


def _longest(code: str, mark: str) -> int:
    """Of the runs of ``mark`` in it."""
    return max((len(run[0]) for run in re.finditer(f"{mark}+", code)), default=0)
