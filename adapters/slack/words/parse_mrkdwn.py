"""Slack's ``mrkdwn``, as it stands in a message's ``text`` or as people type it, made into ``Text``.

Signs that mark nothing stay the characters that they are. The reading takes time in proportion to the length, whatever
was typed.
"""

import re
from collections.abc import Iterator

from adapters.slack.words.names import Names
from adapters.slack.words.spans import code_words, read_spans
from adapters.slack.words.structure import Item, nested, paragraphs
from core.text import Block, CodeBlock, Quote, Text, clean

_DEEPEST = 6
"""Levels of lists; a deeper one stands on the last."""
_BLANK = re.compile(r"[ \t\u200b]*(?:\n|\Z)")
_QUOTE_REST = re.compile(r" ?(?:&gt;|>){3} ?")
_QUOTE = re.compile(r" ?(?:&gt; ?|> )")
_BULLET = re.compile(r"( *)(?:[•◦▪‣∙*-][\ufe0e\ufe0f]?|(\d{1,9})\.) +(?=\S)")
_GOES_ON = re.compile(r" {2,}(?=\S)")
_STOP = re.compile(r"```|\n")


def read_mrkdwn(words: str, names: Names) -> Text:
    """What ``words`` say, for any ``words`` whatever; nothing that was typed is dropped."""
    return Text(tuple(_Reader(clean(words).strip("\n"), names, quotes=True).read()))


class _Reader:
    """The blocks of a text, or of what stands in a quote."""

    def __init__(self, source: str, names: Names, *, quotes: bool) -> None:
        self._source = source
        self._names = names
        self._quotes = quotes
        self._at = 0
        self._may_fence = True

    def read(self) -> Iterator[Block]:
        while self._at < len(self._source):
            blank = _BLANK.match(self._source, self._at)
            if blank is not None and blank.end() > self._at:
                self._at = blank.end()
            elif self._quotes and (quoted := self._quote()):
                inner = tuple(_Reader(quoted, self._names, quotes=False).read())
                yield from (Quote(inner),) if inner else ()
            elif items := self._items():
                yield from nested(items)
            else:
                yield from self._paragraph()

    def _line(self, start: int) -> str:
        end = self._source.find("\n", start)
        return self._source[start : len(self._source) if end < 0 else end]

    def _quote(self) -> str:
        """The words of the quote that begins here, with a line end behind each line of them; "" where none does."""
        if rest := _QUOTE_REST.match(self._source, self._at):
            self._at = len(self._source)
            return self._source[rest.end() :] + "\n"
        lines: list[str] = []
        while found := _QUOTE.match(self._source, self._at):
            line = self._line(found.end())
            lines.append(line + "\n")
            self._at = found.end() + len(line) + 1
        return "".join(lines)

    def _items(self) -> list[Item]:
        """The items of the list that begins here. One that begins with another number than 1 stays the words that it
        is, numbers and all."""
        lines: list[tuple[int, bool, list[str]]] = []
        widths: list[int] = []
        kinds: dict[int, bool] = {}
        while found := _BULLET.match(self._source, self._at):
            ordered = found[2] is not None
            width = len(found[1])
            while widths and widths[-1] > width:
                kinds.pop(len(widths) - 1, None)
                widths.pop()
            deeper = not widths or width > widths[-1] + 1
            level = min(len(widths) - (not deeper), _DEEPEST - 1)
            if ordered and int(found[2]) != 1 and (deeper or not kinds.get(level)):
                break
            if deeper:
                widths.append(width)
            kinds[level] = ordered
            line = self._line(found.end())
            lines.append((level, ordered, [line]))
            self._at = found.end() + len(line) + 1
            self._go_on(lines[-1][2])
        return [Item(level, ordered, self._finished("\n".join(words))) for level, ordered, words in lines]

    def _go_on(self, lines: list[str]) -> None:
        """Lines set in below an item belong to it."""
        while (found := _GOES_ON.match(self._source, self._at)) and not _BULLET.match(self._source, self._at):
            line = self._line(found.end())
            lines.append(line)
            self._at = found.end() + len(line) + 1

    def _paragraph(self) -> Iterator[Block]:
        start = self._at
        for found in _STOP.finditer(self._source, start):
            if found[0] == "\n":
                if self._begins_block(found.end()):
                    self._at = found.end()
                    yield from self._finished(self._source[start : found.start()])
                    return
            elif (end := self._fence_end(found.end())) is not None:
                self._at = end + 3 + self._source.startswith("\n", end + 3)
                yield from self._finished(self._source[start : found.start()])
                yield CodeBlock(code_words(self._source[found.end() : end].strip("\n")))
                return
        self._at = len(self._source)
        yield from self._finished(self._source[start:])

    def _fence_end(self, start: int) -> int | None:
        """Where the code ends that begins at ``start``; None where it does not end, or is empty."""
        end = self._source.find("```", start) if self._may_fence else -1
        if end < 0:
            self._may_fence = False
            return None
        return end if self._source[start:end].strip() else None

    def _begins_block(self, at: int) -> bool:
        source = self._source
        if _BLANK.match(source, at) or self._begins_list(at):
            return True
        return self._quotes and bool(_QUOTE.match(source, at) or _QUOTE_REST.match(source, at))

    def _begins_list(self, at: int) -> bool:
        found = _BULLET.match(self._source, at)
        return found is not None and (found[2] is None or int(found[2]) == 1)

    def _finished(self, words: str) -> tuple[Block, ...]:
        return tuple(paragraphs(read_spans(words, self._names)))
