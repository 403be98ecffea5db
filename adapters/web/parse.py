"""Markdown, as people type it into the page, made into ``Text``.

CommonMark with ``~~strikethrough~~``, and a few of its rules off, since they swallow words or surprise in a chat: raw
HTML, entities and link definitions stay the characters that they are, a line of dashes makes no headline of the line
above it, only http(s) addresses become links, and a picture is a link to it. A single line break stays one.
"""

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    Italic,
    Link,
    ListBlock,
    Paragraph,
    Plain,
    Quote,
    Span,
    Strike,
    Text,
    clean,
    link,
)

_MOST_LINES = 2_000
_DEEPEST = 16
"""Levels of blocks: a quote is one, a list with its item two. Deeper ones are no text that anybody reads."""
_DEEPEST_SPANS = 6
"""Levels of bold, italic and the like; what goes deeper is shown as the level above it."""
_SHORT = 2_000
_MOST_BRACKETS = 400
"""Of ``[`` in a text whose links are looked for: the search for their ends takes the square of it."""
_MOST_MARKS = 1_000
"""Of ``*``, ``_``, ``~`` and backticks in a text whose bold, italic and code are looked for: their pairing takes the
square of it, and each pair a hundred bytes for good. A fenced block of code is one all the same."""
_MARKS = re.compile(r"[*_~`]")
_BREAK = Plain("\n")
_BARE_URL = re.compile(r"https?://[^\s<>\"“”`]+", re.IGNORECASE)
_BEFORE_URL = re.compile(r"[\w/@.:-]")
_SPACE = " \t\n"
_SPACE_AT_END = re.compile(r"[ \t]+\n")
_TAIL = frozenset(".,;:!?'’*_~…")
_BRACKETS = {")": "(", "]": "[", "}": "{"}


class _TooDeep(Exception):
    """The text nests deeper than the reader follows."""


def parse_markdown(words: str) -> Text:
    """What ``words`` say, for any ``words`` whatever; nothing that was typed is dropped.

    Blocks nested deeper than anybody nests them, or more lines than anybody writes, are taken as plain words
    altogether; where there are more brackets or marks than anybody sets, those stay the characters that they are.
    """
    tidy = clean(words)
    if tidy.count("\n") > _MOST_LINES:
        return Text.of(tidy)
    try:
        links = "](" in tidy and tidy.count("[") <= _MOST_BRACKETS
        tokens = _reader(links=links, marks=len(_MARKS.findall(tidy)) <= _MOST_MARKS).parse(tidy)
    except _TooDeep:
        return Text.of(tidy)
    return Text(_Builder(tokens).blocks())


async def read_markdown(words: str) -> Text:
    """``parse_markdown``, a long text beside the event loop: a hostile one takes half a second."""
    if len(words) <= _SHORT:
        return parse_markdown(words)
    return await asyncio.to_thread(parse_markdown, words)


def _reader(*, links: bool, marks: bool) -> MarkdownIt:
    # A new one each time costs 0.2 ms, and keeps two threads from sharing one.
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": _DEEPEST + 4})
    reader.enable("strikethrough")
    reader.disable(["html_block", "html_inline", "entity", "reference", "lheading"])
    if not links:
        reader.disable(["link", "image"])
    if not marks:
        reader.disable(["emphasis", "strikethrough", "backticks"])
    reader.block.ruler.before("code", "depth", _refuse_depth, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    reader.validateLink = _may_link  # type: ignore[method-assign] # how its manual says to replace the check
    return reader


def _refuse_depth(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Past its ``maxNesting`` the parser drops what is left: so stop before, and keep the words."""
    if state.level >= _DEEPEST:
        raise _TooDeep
    return False


def _may_link(url: str) -> bool:
    return isinstance(link(url, ()), Link)


@dataclass(slots=True)
class _Open:
    """A mark that is open, and what stands in it so far."""

    kind: str
    url: str = ""
    spans: list[Span] = field(default_factory=list)


class _Builder:
    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens: Iterator[Token] = iter(tokens)

    def blocks(self, until: str = "") -> tuple[Block, ...]:
        """The blocks up to the token ``until``, which is taken too."""
        found: list[Block] = []
        for token in self._tokens:
            if token.type == until:
                break
            if token.type in ("bullet_list_open", "ordered_list_open"):
                found += self._list(token)
            elif (block := self._block(token)) is not None:
                found.append(block)
        return tuple(found)

    def _block(self, token: Token) -> Block | None:
        match token.type:
            case "inline":
                spans = _trimmed(spans_of(token.children or ()))
                return Paragraph(spans) if spans else None
            case "heading_open":
                return self._heading()
            case "fence" | "code_block":
                language = token.info.split()[0] if token.info.split() else ""
                return CodeBlock(token.content.removesuffix("\n"), language[:40])
            case "blockquote_open":
                return Quote(self.blocks("blockquote_close"))
            case "hr":
                return Paragraph((Plain("———"),))
            case _:
                return None

    def _heading(self) -> Block | None:
        inner = self.blocks("heading_close")
        spans = (span for block in inner if isinstance(block, Paragraph) for span in block.spans)
        plain = [one for span in spans for one in (span.spans if isinstance(span, Bold) else (span,))]
        words = _trimmed(_finished(plain, links=False))
        return Paragraph((Bold(words),)) if words else None

    def _list(self, opening: Token) -> Sequence[Block]:
        closing = opening.type.replace("_open", "_close")
        items: list[tuple[Block, ...]] = []
        for token in self._tokens:
            if token.type == closing:
                break
            if token.type == "list_item_open":
                items.append(self.blocks("list_item_close"))
        start = opening.attrGet("start")
        if start is None or int(start) == 1:
            return [ListBlock(tuple(items), ordered=opening.type == "ordered_list_open")]
        return _numbered(items, int(start))


def _numbered(items: Sequence[tuple[Block, ...]], start: int) -> Sequence[Block]:
    """A list that does not begin with 1 stays the words that it is, numbers and all: lines, or where an item is more
    than one, paragraphs with what belongs to them."""
    parted = [_numbered_item(item, number) for number, item in enumerate(items, start=start)]
    if any(rest for _, rest in parted):
        return [block for spans, rest in parted for block in (Paragraph(_finished(spans, links=False)), *rest)]
    lines = [span for spans, _ in parted for span in (_BREAK, *spans)][1:]
    return [Paragraph(_finished(lines, links=False))]


def _numbered_item(item: tuple[Block, ...], number: int) -> tuple[Sequence[Span], Sequence[Block]]:
    """Its first line, and what comes below it."""
    match item:
        case (Paragraph(line), *rest):
            return (Plain(f"{number}. "), *line), rest
        case _:
            return (Plain(f"{number}."),), item


def spans_of(tokens: Sequence[Token]) -> tuple[Span, ...]:
    """The spans of a line of tokens; marks that nest too deep, or in themselves, are left out."""
    stack = [_Open("")]
    for token in tokens:
        kind = token.type.removesuffix("_open").removesuffix("_close")
        if token.nesting == 1:
            stack.append(_Open(kind, str(token.attrGet("href") or "")))
        elif token.nesting == -1:
            _close(stack)
        else:
            stack[-1].spans.extend(_leaf(token))
    while len(stack) > 1:
        _close(stack)
    return _finished(stack[0].spans, links=True)


def _trimmed(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Without space at a paragraph's edges: a backslash may have set a line break there."""
    match spans:
        case (Plain(text), *rest) if (first := text.lstrip(_SPACE)) != text:
            return _trimmed((*((Plain(first),) if first else ()), *rest))
        case (*rest, Plain(text)) if (last := text.rstrip(_SPACE)) != text:
            return _trimmed((*rest, *((Plain(last),) if last else ())))
        case _:
            return spans


def _close(stack: list[_Open]) -> None:
    mark = stack.pop()
    inside = stack[-1].spans
    if len(stack) > _DEEPEST_SPANS or any(open_.kind == mark.kind for open_ in stack):
        inside.extend(mark.spans)
    elif mark.kind == "link":
        words = _finished(mark.spans, links=False)
        inside.append(link(mark.url, words or (Plain(mark.url),)))
    elif mark.spans:
        in_link = any(open_.kind == "link" for open_ in stack)
        while mark.spans and mark.spans[0] == _BREAK:  # which would end the mark, were it no break by a backslash
            inside.append(mark.spans.pop(0))
        if mark.spans:
            inside.append(_marked(mark.kind, _finished(mark.spans, links=not in_link)))


def _marked(kind: str, spans: tuple[Span, ...]) -> Span:
    match kind:
        case "strong":
            return Bold(spans)
        case "em":
            return Italic(spans)
        case _:
            return Strike(spans)


def _leaf(token: Token) -> tuple[Span, ...]:
    match token.type:
        case "softbreak" | "hardbreak":
            return (_BREAK,)
        case "code_inline":
            return (Code(token.content),)
        case "image":
            url = str(token.attrGet("src") or "")
            return (link(url, (Plain(token.content or url),)),)
        case _:
            return (Plain(token.content),) if token.content else ()


def _finished(spans: Sequence[Span], *, links: bool) -> tuple[Span, ...]:
    """Plain words that touch made one, and the bare addresses in them made links."""
    joined: list[Span] = []
    run: list[str] = []
    ends: tuple[Span | None, ...] = (*spans, None)
    for span in ends:
        if isinstance(span, Plain):
            run.append(span.text)
            continue
        if run:
            words = _SPACE_AT_END.sub("\n", "".join(run))
            joined.extend(_linked(words) if links else (Plain(words),))
            run.clear()
        if span is not None:
            joined.append(span)
    return tuple(joined)


def _linked(words: str) -> Iterator[Span]:
    done = 0
    for found in _BARE_URL.finditer(words):
        start = found.start()
        if start > 0 and _BEFORE_URL.match(words[start - 1]):
            continue
        url = _without_tail(found[0])
        if len(url) <= len("https://"):
            continue
        if start > done:
            yield Plain(words[done:start])
        yield link(url, (Plain(url),))
        done = start + len(url)
    if done < len(words):
        yield Plain(words[done:])


def _without_tail(url: str) -> str:
    """Without the sentence's own signs at its end; a bracket goes where it was opened before the address."""
    count = {sign: url.count(sign) for pair in _BRACKETS.items() for sign in pair}
    end = len(url)
    while end > 0:
        last = url[end - 1]
        if last in _BRACKETS and count[last] > count[_BRACKETS[last]]:
            count[last] -= 1
        elif last not in _TAIL:
            break
        end -= 1
    return url[:end]
