"""``Text`` as Slack's ``rich_text`` blocks, in which nothing that a person wrote acts as markup or pings.

Cut into messages where it is long: between paragraphs where that wastes little, else between lines, else between words;
a list goes on with its numbers, a quote and a block of code as such.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from adapters.slack.words import fit
from adapters.slack.words.elements import line, rich, text
from adapters.slack.words.escape import escape
from adapters.slack.words.fit import Payload, clip, head, units
from adapters.slack.words.runs import Kind, Run, merged, runs
from core.text import Text

WORDS = 3_900
"""Of one message: with the signs of its lists, its fallback holds them all."""
_SHORTEST = 200
_SMALLEST = 700
"""Below them there is no room for a word and what Slack wants beside it."""
_SIGN = 6
"""The most units that it takes there: an item's number, or an empty line."""
_SKELETON = 120
"""The most that a run takes beside its parts, in JSON."""
_PART = 45
"""The same for a part; and for each mark that it bears, and for what a date says beside its words."""
_MARK = 25
_DATE = 75


def rich_text(content: Text) -> list[Payload]:
    """All of ``content``, each block within what one message holds; none where it says nothing."""
    return [block for piece in pieces(content) for block in piece]


def pieces(content: Text, words: int = WORDS, size: int = fit.MESSAGE_SIZE) -> list[list[Payload]]:
    """The blocks of each message that ``content`` becomes: none where it says nothing.

    ``words`` (at least 200) and ``size`` (at least 700): the most that one holds, in ``fit.units``, and as JSON.
    """
    pages = _Pages(max(words, _SHORTEST), max(size, _SMALLEST) - 2 * _SKELETON)
    for run in runs(content.blocks):
        pages.add(run)
    return [[_block(page)] for page in pages.finished()]


def message(blocks: Sequence[Payload]) -> Payload:
    """One of ``pieces`` as a message: its blocks, and the text for where blocks are not shown."""
    return {"text": escape(clip(plain(blocks), fit.FALLBACK)), "blocks": list(blocks)}


def plain(blocks: Sequence[Payload]) -> str:
    """The words of ``rich_text`` blocks alone."""
    return "\n".join(_plain(element) for block in blocks for element in block.get("elements", ()))


@dataclass(slots=True)
class _Pages:
    """Messages under way. Room is reckoned from above, so that what is written in the end surely fits."""

    words: int
    size: int
    _done: list[list[Run]] = field(default_factory=list)
    _page: list[Run] = field(default_factory=list)
    _used: int = 0
    _weight: int = 0

    def add(self, run: Run) -> None:
        if self._takes(run):
            self._put(run)
            return
        if self._used > self.words // 2 and _words(run) <= self.words and _size(run) <= self.size:
            self._turn()
        rest: Run | None = run
        while rest is not None and not self._takes(rest):
            first, left = _split(rest, self.words - self._used - _SIGN, self.size - self._weight - _SKELETON)
            if first is None and not self._page:
                rest = _breakable(rest)
                continue
            if first is not None:
                self._put(first)
            self._turn()
            rest = left
        if rest is not None:
            self._put(rest)

    def finished(self) -> list[list[Run]]:
        self._turn()
        return self._done

    def _takes(self, run: Run) -> bool:
        return self._used + _words(run) <= self.words and self._weight + _size(run) <= self.size

    def _put(self, run: Run) -> None:
        self._page.append(run)
        self._used += _words(run)
        self._weight += _size(run)

    def _turn(self) -> None:
        """The next message. One that would hold nothing but white space is none: Slack refuses it."""
        while self._page and self._page[-1].kind is Kind.GAP:
            self._page.pop()
        while self._page and self._page[0].kind is Kind.GAP:
            self._page.pop(0)
        if any(_plain_part(part).strip() for run in self._page for part in run.parts):
            self._done.append(self._page)
        self._page, self._used, self._weight = [], 0, 0


def _words(run: Run) -> int:
    return _SIGN + sum(map(_shown, run.parts))


def _size(run: Run) -> int:
    return _SKELETON + sum(map(_cost, run.parts))


def _shown(part: Payload) -> int:
    return units(str(part.get("text") or part.get("fallback", ""))) + (units(part["url"]) if "url" in part else 0)


def _cost(part: Payload) -> int:
    beside = _MARK * len(part.get("style", ())) + (_DATE if part["type"] == "date" else 0)
    return _PART + _shown(part) + beside


def _breakable(run: Run) -> Run:
    """``run``, beginning with words in the place of a link or a date that is too long for any message."""
    first, *others = run.parts
    return replace(run, parts=(text(_plain_part(first)), *others))


def _split(run: Run, words: int, size: int) -> tuple[Run | None, Run | None]:
    """As much of ``run`` as fits, and the rest."""
    for index, part in enumerate(run.parts):
        words -= _shown(part)
        size -= _cost(part)
        if words >= 0 and size >= 0:
            continue
        kept = list(run.parts[:index])
        left = list(run.parts[index:])
        if part["type"] == "text":
            room = min(words, size) + _shown(part)
            first, rest = _cut(part["text"], room, code=run.kind is Kind.CODE)
            kept += [part | {"text": first}] if first else []
            left[:1] = [part | {"text": rest}] if rest else []
        return (_with(run, kept), _with(_going_on(run), left)) if kept else (None, run)
    return run, None


def _going_on(run: Run) -> Run:
    """What the rest of ``run`` is: an item has its number once."""
    return run if run.kind is not Kind.ITEM else replace(run, kind=Kind.QUOTE if run.quoted else Kind.LINE, level=0)


def _with(run: Run, parts: list[Payload]) -> Run | None:
    return replace(run, parts=tuple(parts)) if parts else None


def _cut(words: str, room: int, *, code: bool) -> tuple[str, str]:
    """At a line's end, else at a word's, where that is near; the white space there goes."""
    first = head(words, room) if room > 0 else ""
    if len(first) == len(words):
        return words, ""
    for sign in ("\n", " "):
        end = first.rfind(sign)
        if end > len(first) // 2:
            return first[:end], words[end + 1 :] if code else words[end:].lstrip()
    return first, words[len(first) :]


def _block(page: Sequence[Run]) -> Payload:
    return rich(*_elements(page))


def _elements(page: Sequence[Run]) -> Iterator[Payload]:
    for (kind, quoted, level, ordered), group in groupby(page, key=_kin):
        found = list(group)
        border = {"border": 1} if quoted else {}
        match kind:
            case Kind.GAP:
                yield line(text("\n"))
            case Kind.LINE:
                yield line(*_joined(found))
            case Kind.QUOTE:
                yield {"type": "rich_text_quote", "elements": _joined(found)}
            case Kind.CODE:
                for run in found:
                    yield {"type": "rich_text_preformatted", "elements": list(run.parts), **border}
            case _:
                yield from _lists(found, level, border, ordered=ordered)


def _kin(run: Run) -> tuple[Kind, bool, int, bool]:
    """What stands in one element together."""
    return run.kind, run.quoted, run.level, run.ordered


def _joined(found: Sequence[Run]) -> list[Payload]:
    """Paragraphs, with an empty line between two."""
    first, *others = found
    parts = list(first.parts)
    for run in others:
        parts += [text("\n\n"), *run.parts]
    return list(merged(parts))


def _lists(found: Sequence[Run], level: int, border: Payload, *, ordered: bool) -> Iterator[Payload]:
    style = "ordered" if ordered else "bullet"
    lists: list[list[Run]] = []
    for run in found:
        if not lists or run.number <= lists[-1][-1].number:
            lists.append([])
        lists[-1].append(run)
    for runs_of_one in lists:
        offset = {"offset": first - 1} if ordered and (first := runs_of_one[0].number) > 1 else {}
        items = [line(*run.parts) for run in runs_of_one]
        yield {"type": "rich_text_list", "style": style, "indent": level, "elements": items, **border, **offset}


def _plain(element: Payload) -> str:
    match element["type"]:
        case "rich_text_list":
            first = element.get("offset", 0) + 1
            signs = [f"{first + n}." if element["style"] == "ordered" else "•" for n in range(len(element["elements"]))]
            return "\n".join(f"{sign} {_plain(item)}" for sign, item in zip(signs, element["elements"], strict=True))
        case _:
            return "".join(map(_plain_part, element["elements"]))


def _plain_part(part: Payload) -> str:
    match part["type"]:
        case "link":
            words = part.get("text", "")
            return f"{words} ({part['url']})" if words else str(part["url"])
        case _:
            return str(part.get("text") or part.get("fallback", ""))
