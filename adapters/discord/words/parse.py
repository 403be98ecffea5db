"""Discord's markdown, as people type it into a thread, a form or a command, made into ``Text``.

Discord's rules are its own, not CommonMark's: an underlined text is no bold one (elsewhere it is in italics), a quote
nests in nothing, a line break is one (https://support.discord.com/hc/en-us/articles/210298617). Signs that mark nothing
stay the characters that they are. The reading takes time in proportion to the length, whatever was typed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from adapters.discord.words.spans import Names, Piece, read_spans
from core.text import (
    Block,
    Bold,
    Code,
    CodeBlock,
    ListBlock,
    Mention,
    Paragraph,
    Plain,
    Quote,
    Span,
    Text,
    clean,
    clean_line,
    link,
)

_DEEPEST = 6
"""Levels of lists; a deeper one is shown as the lines that it is made of."""
_LANGUAGE = re.compile(r"([a-z0-9_+\-.#]{1,40})\n", re.IGNORECASE)
_QUOTE_REST = re.compile(r" *>>> ?")
_QUOTE = re.compile(r" *> ")
_HEADING = re.compile(r" *(?:#{1,3}|-#) +(?=\S)")
_BULLET = re.compile(r"( *)(?:[*-]|(\d{1,9})\.) +(?=\S)")
_STOP = re.compile(r"\\[^0-9A-Za-z\s]|`+|\n")
_RUNS = re.compile("`+")
_BLANK = re.compile(r"[ \t\u200b]*(?:\n|\Z)")
_EDGES = " \t\n"


@dataclass(frozen=True, slots=True)
class Sticker:
    name: str
    url: str
    """Where its picture is."""


@dataclass(frozen=True, slots=True)
class Forward:
    text: Text
    url: str
    """Where it was said."""


@dataclass(frozen=True, slots=True)
class Poll:
    question: str
    answers: Sequence[str]
    url: str
    """Where one votes."""


def parse_message(
    content: str, people: Mapping[str, Mention], roles: Mapping[str, str], channels: Mapping[str, str]
) -> Text:
    """What a message's ``content`` says, for any ``content`` whatever; nothing that was typed is dropped.

    ``people``, ``roles`` and ``channels`` tell, by their Discord id, whom and what the message may name; who is not
    there is "somebody".
    """
    names = Names(people, roles, channels)
    return Text(_Blocks(clean(content).strip("\n"), names, quotes=True, depth=0).read())


def parse_typed(words: str) -> Text:
    """What was typed into a form or as an option of a command: the same markup, with nobody looked up."""
    return parse_message(words, {}, {}, {})


def with_extras(
    text: Text,
    *,
    stickers: Sequence[Sticker] = (),
    forwards: Sequence[Forward] = (),
    polls: Sequence[Poll] = (),
    lost_files: Sequence[str] = (),
) -> Text:
    """``text``, and in words what else a message bore, each with the way to it. ``lost_files``: the names of files that
    could not be kept, each with its reason."""
    blocks = list(text.blocks)
    for sticker in stickers:
        blocks.append(_linked("(sticker: ", clean_line(sticker.name), sticker.url, ")"))
    for poll in polls:
        blocks.append(_linked("", "Poll", poll.url, f": {clean_line(poll.question)}"))
        blocks.append(ListBlock(tuple((_line(clean_line(answer)),) for answer in poll.answers)))
    for forward in forwards:
        blocks.append(_linked("", "Forwarded", forward.url, ":"))
        blocks.append(Quote(forward.text.blocks or (_line("(nothing that can be shown)"),)))
    blocks += [_line(f"(file not kept: {reason})") for reason in lost_files]
    return Text(tuple(blocks))


def _linked(before: str, words: str, url: str, after: str) -> Paragraph:
    around = (Plain(before),) if before else ()
    return Paragraph((*around, link(url, (Plain(words),)), Plain(after)))


def _line(words: str) -> Paragraph:
    return Paragraph((Plain(clean(words).strip()),))


class _Blocks:
    """The blocks of a text, or of what stands in a quote or in an item of a list."""

    def __init__(self, source: str, names: Names, *, quotes: bool, depth: int) -> None:
        self._source = source
        self._names = names
        self._quotes = quotes
        self._depth = depth
        self._at = 0
        self._blocks: list[Block] = []
        self._code = _CodeFinder(source)

    def read(self) -> tuple[Block, ...]:
        while self._at < len(self._source):
            blank = _BLANK.match(self._source, self._at)
            if blank and blank.end() > self._at:
                self._at = blank.end()
            elif not (self._quote() or self._heading() or self._list()):
                self._paragraph()
        return tuple(self._blocks)

    def _line_end(self, start: int) -> int:
        end = self._source.find("\n", start)
        return len(self._source) if end < 0 else end

    def _quote(self) -> bool:
        if not self._quotes:
            return False
        if rest := _QUOTE_REST.match(self._source, self._at):
            inner = self._source[rest.end() :]
            self._at = len(self._source)
        else:
            lines: list[str] = []
            while found := _QUOTE.match(self._source, self._at):
                end = self._line_end(found.end())
                lines.append(self._source[found.end() : end])
                self._at = end + 1
            if not lines:
                return False
            inner = "\n".join(lines)
        blocks = _Blocks(inner, self._names, quotes=False, depth=self._depth).read()
        if blocks:
            self._blocks.append(Quote(blocks))
        return True

    def _heading(self) -> bool:
        found = _HEADING.match(self._source, self._at)
        if found is None:
            return False
        end = self._line_end(found.end())
        line = self._source[found.end() : end].rstrip()
        self._at = end + 1
        spans = read_spans(_CodeFinder(line).pieces(), self._names)
        self._blocks.append(Paragraph(spans if "-#" in found[0] else (Bold(spans),)))
        return True

    def _list(self) -> bool:
        bullet = self._bullet(self._at)
        if bullet is None:
            return False
        ordered = bullet[2] is not None
        items: list[list[str]] = []
        blanks, width, at = 0, 0, self._at
        while at < len(self._source):
            end = self._line_end(at)
            found = _BULLET.match(self._source, at)
            if found and len(found[1]) <= len(bullet[1]) + 1:
                if (found[2] is not None) != ordered or len(found[1]) < len(bullet[1]) - 1:
                    break
                items.append([self._source[found.end() : end]])
                width = found.end() - found.start()
            elif not self._source[at:end].strip():
                blanks += 1
                at = end + 1
                continue
            elif self._source.startswith(" ", at):
                items[-1] += [""] * blanks + [_dedent(self._source[at:end], width)]
            else:
                break
            blanks = 0
            self._at = at = end + 1
        self._blocks.append(ListBlock(tuple(self._item(item) for item in items), ordered))
        return True

    def _bullet(self, at: int) -> re.Match[str] | None:
        """A list's first bullet; a list that does not begin with 1 stays the words that it is, numbers and all."""
        found = _BULLET.match(self._source, at) if self._depth < _DEEPEST else None
        return found if found and (found[2] is None or int(found[2]) == 1) else None

    def _item(self, lines: Sequence[str]) -> tuple[Block, ...]:
        return _Blocks("\n".join(lines), self._names, quotes=False, depth=self._depth + 1).read()

    def _paragraph(self) -> None:
        pieces: list[Piece] = []
        while self._at < len(self._source):
            start, (stop, end, code) = self._at, self._code.next_stop(self._at)
            pieces.append(self._source[start:stop])
            self._at = end
            if isinstance(code, CodeBlock):
                self._blocks += [*self._finished(pieces), code]
                if self._source.startswith("\n", end):
                    self._at += 1
                return
            if code is not None:
                pieces.append(code)
            elif self._begins_block(end):
                break
            else:
                pieces.append(self._source[stop:end])
        self._blocks += self._finished(pieces)

    def _begins_block(self, at: int) -> bool:
        source = self._source
        if source[at - 1 : at] != "\n":
            return False
        if _BLANK.match(source, at) or _HEADING.match(source, at) or self._bullet(at):
            return True
        return self._quotes and bool(_QUOTE.match(source, at) or _QUOTE_REST.match(source, at))

    def _finished(self, pieces: list[Piece]) -> list[Block]:
        spans = _trimmed(read_spans(pieces, self._names))
        return [Paragraph(spans)] if spans else []


class _CodeFinder:
    """Where code stands in a text: it is found before everything else, since nothing in it is markup."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._runs: dict[int, list[int]] = {}
        """Where backticks stand, by how many: the last place first, each taken off once it is passed."""
        for run in _RUNS.finditer(source):
            self._runs.setdefault(run.end() - run.start(), []).append(run.start())
        for places in self._runs.values():
            places.reverse()
        self._may_fence = True

    def pieces(self) -> list[Piece]:
        """All of the text, words and code; for one line, in which a block of code is but words."""
        self._may_fence = False
        found: list[Piece] = []
        at = 0
        while at < len(self._source):
            stop, end, code = self.next_stop(at)
            found.append(self._source[at:stop])
            found.append(code if isinstance(code, Code) else self._source[stop:end])
            at = end
        return found

    def next_stop(self, at: int) -> tuple[int, int, Code | CodeBlock | None]:
        """The next code or line end: where it begins, where it ends, and the code."""
        for found in _STOP.finditer(self._source, at):
            sign = found[0]
            if sign == "\n":
                return found.start(), found.end(), None
            if sign[0] == "`":
                code = self._fence(found.start(), len(sign)) or self._span(found.start(), len(sign))
                if code is not None:
                    return found.start(), *code
        return len(self._source), len(self._source), None

    def _fence(self, start: int, length: int) -> tuple[int, Code | CodeBlock] | None:
        if length < 3 or not self._may_fence:
            return None
        end = self._source.find("```", start + 3)
        if end < 0:
            self._may_fence = False
            return None
        words = self._source[start + 3 : end]
        language = _LANGUAGE.match(words)
        if language and (code := words[language.end() :].strip("\n")):
            return end + 3, CodeBlock(code, language[1].lower())
        code = words.strip("\n")
        return (end + 3, CodeBlock(code)) if code else None

    def _span(self, start: int, length: int) -> tuple[int, Code | CodeBlock] | None:
        places = self._runs.get(length, [])
        while places and places[-1] <= start:
            places.pop()
        if not places:
            return None
        code = self._source[start + length : places[-1]]
        return places[-1] + length, Code(_unpadded(code))


def _unpadded(code: str) -> str:
    """Without the spaces that part a backtick at the code's edge from those around it."""
    if code.startswith(" `"):
        code = code[1:]
    return code[:-1] if code.endswith("` ") else code


def _dedent(line: str, width: int) -> str:
    return line[min(width, len(line) - len(line.lstrip(" "))) :]


def _trimmed(spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """Without the line breaks and spaces at a paragraph's edges."""
    if spans and isinstance(spans[0], Plain):
        first = spans[0].text.lstrip("\n")
        spans = (*((Plain(first),) if first else ()), *spans[1:])
    if spans and isinstance(spans[-1], Plain):
        last = spans[-1].text.rstrip(_EDGES)
        spans = (*spans[:-1], *((Plain(last),) if last else ()))
    return spans
