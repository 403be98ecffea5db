"""Where words occur in a text, as a reader sees it: the pieces of it around them, those that were asked for marked.

The database says which texts hold the words; here only what is shown is found, by a plainer idea of a word's forms.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

_LONGEST = 160
"""Characters of a snippet."""
_BEFORE = 40
"""Characters shown before the first word that was found."""
_MOST_WORDS = 12
"""What is typed without a space may be many words."""
_MOST_PLACES = 200
"""Places of one word in a text that are looked at for the best one."""
_ENDINGS = ("ations", "ation", "ies", "ing", "ers", "ed", "es", "er", "ly", "y", "s", "e")
_SHORTEST = 3
"""Letters that are left of a word without its ending."""
_SPACE, _WORD = re.compile(r"\s+"), re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_found: bool
    """Whether it is one of the words that were asked for."""


@dataclass(frozen=True, slots=True)
class Snippet:
    pieces: tuple[Piece, ...]
    of_notes: bool = False
    """Whether only the staff may read it."""


Pattern = re.Pattern[str]
"""What finds one word in a text of ``aligned``."""
_Place = tuple[int, int, int]
"""Where a word begins and ends, and which it is."""


def patterns_of(words: Sequence[str]) -> Sequence[Pattern]:
    """One for each of ``words`` that has a letter or a digit, each once and no more than a few; the last of them may
    go on."""
    plain = [one for word in words for one in _WORD.findall(aligned(word))]
    last = plain[-1:]
    first = [word for word in dict.fromkeys(plain) if word not in last][: _MOST_WORDS - 1]
    return [*(_pattern(word, goes_on=False) for word in first), *(_pattern(word, goes_on=True) for word in last)]


def _pattern(word: str, *, goes_on: bool) -> Pattern:
    root = _root(word)
    rest = r"[^\W_]*" if goes_on else r"[^\W_]{0,6}" if root != word or _has_forms(word) else ""
    end = "" if goes_on else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){re.escape(root)}{rest}{end}")


def _has_forms(word: str) -> bool:
    """A code such as CS2001 has none."""
    return len(word) > _SHORTEST and word.isalpha()


def _root(word: str) -> str:
    if not _has_forms(word):
        return word
    ending = next((one for one in _ENDINGS if word.endswith(one) and len(word) - len(one) >= _SHORTEST), "")
    return word.removesuffix(ending)


def aligned(text: str) -> str:
    """Without case and diacritics, each character at its own place still."""
    if text.isascii():
        return text.lower()
    return "".join(_plain(character) for character in text)


@lru_cache(maxsize=10_000)
def _plain(character: str) -> str:
    return unicodedata.normalize("NFKD", character)[:1].lower()[:1] or character


def snippet_of(parts: Sequence[str], patterns: Sequence[Pattern], *, of_notes: bool = False) -> Snippet | None:
    """The piece with the most of the words, in one line and of one of ``parts``, the first of those that have as many;
    None where none of them occurs."""
    flattened = [(part, aligned(part)) for part in parts]
    part, _ = max(
        flattened, key=lambda one: sum(found.search(one[1]) is not None for found in patterns), default=("", "")
    )
    return _piece_of(part, patterns, of_notes=of_notes)


def _piece_of(text: str, patterns: Sequence[Pattern], *, of_notes: bool) -> Snippet | None:
    line = _SPACE.sub(lambda space: " · " if "\n" in space[0] else " ", text.strip())
    places = _places(aligned(line), patterns)
    if not places:
        return None
    start = max(0, _best(places) - _BEFORE)
    if start and " " in line[start : start + _BEFORE]:
        start = line.index(" ", start) + 1
    end = min(len(line), start + _LONGEST)
    if end < len(line) and " " in line[start + _LONGEST // 2 : end]:
        end = line.rindex(" ", start, end)
    return Snippet(_pieces(line, start, end, places), of_notes)


def _places(flat: str, patterns: Sequence[Pattern]) -> Sequence[_Place]:
    found = (
        (one.start(), one.end(), which)
        for which, pattern in enumerate(patterns)
        for one, _ in zip(pattern.finditer(flat), range(_MOST_PLACES), strict=False)
        if one.end() > one.start()
    )
    return list(_apart(sorted(found)))


def _apart(places: Sequence[_Place]) -> Iterator[_Place]:
    """Without those that begin in another."""
    at = 0
    for place in places:
        if place[0] >= at:
            at = place[1]
            yield place


def _best(places: Sequence[_Place]) -> int:
    """Where to begin, to show as many different words as there is room for: by a window that moves over them once."""
    best, most, ahead = places[0][0], 0, 0
    shown: Counter[int] = Counter()
    for at, (start, _, which) in enumerate(places):
        while ahead < len(places) and places[ahead][1] <= start + _LONGEST - _BEFORE:
            shown[places[ahead][2]] += 1
            ahead += 1
        if len(shown) > most:
            best, most = start, len(shown)
        if ahead > at:
            shown[which] -= 1
            if not shown[which]:
                del shown[which]
        else:  # a word longer than what is shown
            ahead = at + 1
    return best


def _pieces(line: str, start: int, end: int, places: Sequence[_Place]) -> tuple[Piece, ...]:
    pieces, at = [], start
    if start:
        pieces.append(Piece("… ", False))
    for begin, stop, _ in places:
        if begin < at or stop > end:
            continue
        if begin > at:
            pieces.append(Piece(line[at:begin], False))
        pieces.append(Piece(line[begin:stop], True))
        at = stop
    if at < end:
        pieces.append(Piece(line[at:end], False))
    if end < len(line):
        pieces.append(Piece(" …", False))
    return tuple(pieces)
