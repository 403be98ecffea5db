"""``Text`` as Discord's markdown, in which nothing that a person wrote acts as markup, a mention or a hidden address.

Cut into messages where it is long: between blocks where that wastes little, else between lines, else between words,
with quotes, blocks of code and emphasis closed at the end of a message and opened again in the next.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from adapters.discord.words.fit import one_line, units
from adapters.discord.words.lines import Fence, Line, Token, lines_of, words_of
from core.text import Text, clean_line

MESSAGE = 2_000
"""https://docs.discord.com/developers/resources/message#create-message"""
_SHORTEST = 200
"""Of a limit: below it, quotes and blocks of code leave no room for words."""
_WHOLE = 10**9
_ORDER = ("~~", "**", "_")
_NOTHING = "\u200b"
_PLAIN: frozenset[str] = frozenset()
_CHANGE = 13
"""The most units that closing some marks and opening others takes."""
_LINE_END = 8
"""The most units that a line takes beside its words: its break, something invisible and an escape at its beginning,
marks closed at its end."""


def markup(text: Text) -> str:
    """All of ``text``; empty where it says nothing."""
    return "".join(pieces(text, _WHOLE))


def plain(words: str) -> str:
    """One line of words that a person wrote (a title, a name, a field's value), which shows as those words."""
    return _line("", words_of(clean_line(words), links=False))


def plain_within(words: str, room: int) -> str:
    """``plain`` in at most ``room`` UTF-16 units, with an ellipsis where something was cut."""
    length = room
    while units(shown := plain(one_line(words, length))) > room:
        length -= max(1, (units(shown) - room) // 2)
    return shown


def pieces(text: Text, limit: int = MESSAGE) -> list[str]:
    """``text`` as messages of at most ``limit`` (at least 200) UTF-16 units each; none where it says nothing."""
    if limit < _SHORTEST:
        raise ValueError(f"a message of {limit} characters has no room for markup")
    pages = _Pages(limit)
    for block in lines_of(text.blocks, limit // 4):
        pages.add_block(block)
    return pages.finished()


@dataclass(slots=True)
class _Part:
    """The beginning, or the rest, of a line that is too long for one message."""

    line: Line
    room: int
    """That it takes so far."""
    marks: frozenset[str] = _PLAIN

    @classmethod
    def at(cls, head: str, line: Line) -> "_Part":
        empty = Line(head, line.tail, [], line.fence)
        return cls(empty, _cost(empty))

    def add(self, token: Token) -> None:
        self.room += _tokens_cost((token,), self.marks)
        self.line.tokens.append(token)
        self.marks = self.marks if token.space else token.marks


@dataclass(slots=True)
class _Pages:
    """Messages under way. Room is reckoned from above, so that what is written in the end surely fits."""

    limit: int
    _done: list[str] = field(default_factory=list)
    _lines: list[Line] = field(default_factory=list)
    _used: int = 0

    def add_block(self, lines: Sequence[Line]) -> None:
        room = sum(_cost(line) for line in lines)
        if self._used > self.limit // 2 and self._used + room > self.limit >= room:
            self._turn()
        for line in lines:
            self._add(line)

    def finished(self) -> list[str]:
        self._turn()
        return self._done

    def _add(self, line: Line) -> None:
        room = _cost(line)
        if self._used > self.limit // 2 and self._used + room > self.limit >= room:
            self._turn()
        if self._used + room <= self.limit:
            self._take(line, room)
        else:
            self._add_words(line)

    def _add_words(self, line: Line) -> None:
        """A line that fits nowhere as a whole: by words, by parts of a word where one is too long."""
        part = _Part.at(line.head, line)
        fresh = self.limit - part.room
        for word in _words(line.tokens):
            if self._lacks_room(part, word) and _tokens_cost(word, _PLAIN) <= fresh:
                part = self._break(part)
            for token in word:
                if self._lacks_room(part, (token,)):
                    part = self._break(part)
                if part.line.tokens or not token.space or line.fence:
                    part.add(token)
        self._take(part.line, part.room)

    def _lacks_room(self, part: _Part, tokens: Sequence[Token]) -> bool:
        return self._used + part.room + _tokens_cost(tokens, part.marks) > self.limit

    def _break(self, part: _Part) -> _Part:
        line = part.line
        if line.tokens:
            self._take(line, part.room)
        self._turn()
        return _Part.at(line.tail if line.tokens else line.head, line)

    def _take(self, line: Line, room: int) -> None:
        if self._lines or line.says_something:
            self._lines.append(line)
            self._used += room

    def _turn(self) -> None:
        while self._lines and not self._lines[-1].says_something:
            self._lines.pop()
        if words := _written(self._lines).rstrip():
            # Discord takes off spaces at a message's beginning, which would make an inner list's item one of the outer.
            self._done.append(_NOTHING + words if words[0] == " " else words)
        self._lines, self._used = [], 0


def _words(tokens: Sequence[Token]) -> list[list[Token]]:
    """The tokens by the words that they make; a space belongs to the word before it."""
    words: list[list[Token]] = []
    for token in tokens:
        if not words or (words[-1][-1].space and not token.space):
            words.append([])
        words[-1].append(token)
    return words


def _cost(line: Line) -> int:
    fence = 2 * (units(line.tail) + 4) + units(line.head) + len(line.fence.language) if line.fence else 0
    return units(line.head) + _LINE_END + fence + _tokens_cost(line.tokens, _PLAIN)


def _tokens_cost(tokens: Sequence[Token], marks: frozenset[str]) -> int:
    """The most units that ``tokens`` take after one that bears ``marks``; one more for what parts code."""
    cost = 0
    for token in tokens:
        cost += units(token.words) + token.words.startswith("`")
        if not token.space and token.marks != marks:
            cost += _CHANGE
            marks = token.marks
    return cost


def _written(lines: Sequence[Line]) -> str:
    """The lines with the fences that their blocks of code need."""
    written: list[str] = []
    fence: Fence | None = None
    tail = ""
    for line in lines:
        if fence and line.fence is not fence:
            written.append(tail + "```")
        if line.fence and line.fence is not fence:
            written.append(f"{line.head}```{line.fence.language}")
        if line.fence:
            written.append(line.tail + "".join(token.words for token in line.tokens))
        else:
            written.append(_line(line.head, line.tokens))
        fence, tail = line.fence, line.tail
    if fence:
        written.append(tail + "```")
    return "\n".join(written)


def _line(head: str, tokens: Sequence[Token]) -> str:
    out = _Writer([head])
    for index, token in enumerate(tokens):
        out.write(token, _around(tokens, index) if token.space else token.marks)
    out.change(_PLAIN, "")
    return "".join(out.parts)


def _around(tokens: Sequence[Token], index: int) -> frozenset[str]:
    """A space's marks: those that go on behind it, since a mark at a space is none."""
    if not 0 < index < len(tokens) - 1:
        return _PLAIN
    return tokens[index - 1].marks & tokens[index + 1].marks


@dataclass(slots=True)
class _Writer:
    """A line under way, with the marks that are open in it, the outermost first."""

    parts: list[str]
    _open: list[str] = field(default_factory=list)
    _begun: bool = False

    def write(self, token: Token, marks: frozenset[str]) -> None:
        words = token.words if self._begun or token.space else token.at_start
        self._begun = self._begun or not token.space
        self.change(marks, words)
        self.parts.append(words)

    def change(self, marks: frozenset[str], words: str) -> None:
        """Closes and opens marks for ``words``; where signs would run together, something invisible parts them."""
        keep = 0
        while keep < len(self._open) and self._open[keep] in marks:
            keep += 1
        closing = self._open[keep:][::-1]
        opening = [mark for mark in _ORDER if mark in marks and mark not in self._open[:keep]]
        self._open[keep:] = opening
        before = self.parts[-1][-1:]
        if closing and closing[0] == "~~" and before == "~":
            self.parts.append(_NOTHING)
        self.parts.extend(closing)
        if (closing and opening) or _would_join(before, words, closing, opening):
            self.parts.append(_NOTHING)
        self.parts.extend(opening)


def _would_join(before: str, words: str, closing: Sequence[str], opening: Sequence[str]) -> bool:
    """Whether what touches would be read together: ``_`` marks nothing within a word, code beside code is one."""
    if closing:
        return closing[-1] == "_" and words[:1].isalnum()
    if opening:
        return opening[0] == "_" and (before.isalnum() or before in ("_", "~"))
    return before == words[:1] == "`"
