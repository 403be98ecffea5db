"""Whether what the staff write in their thread is a reply or a note: by two slashes at its beginning.

When in doubt it is a note, which no student reads.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from itertools import takewhile

from core.model.thread import Audience, MessageKind, Thread
from core.text import Bold, Italic, Paragraph, Plain, Span, Strike, Text

_SLASH = "/"
_LIKE_SLASHES = frozenset("/\u2044\u2215\u29f8\uff0f")
_BLANK = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters that show nothing."""
_OTHER = {MessageKind.REPLY: MessageKind.NOTE, MessageKind.NOTE: MessageKind.REPLY}


def told_as(text: Text, thread: Thread, usual: MessageKind) -> tuple[MessageKind, Text]:
    """What words in ``thread`` are, and the words themselves. ``usual``: what plain ones are among the staff; ``//`` at
    their beginning, which is cut off, makes them the other kind. What only looks like it makes a note of a reply, and
    nothing of a note."""
    if thread.audience is not Audience.STAFF:
        return MessageKind.REPLY, text
    first = text.blocks[0] if text.blocks else None
    front = _front(first) if isinstance(first, Paragraph) else ""
    end, is_exact = _marker(front)
    if not end or not isinstance(first, Paragraph) or (usual is MessageKind.NOTE and not is_exact):
        return usual, text
    spans = tuple(_without(first.spans, [len(front) - len(front[end:].lstrip())]))
    return _OTHER[usual], Text((Paragraph(spans), *text.blocks[1:]) if spans else text.blocks[1:])


def _marker(front: str) -> tuple[int, bool]:
    """Where the marker ends, 0 where there is none, and whether it is written as it should be."""
    slashes = ""
    for index, letter in enumerate(front):
        if letter in _LIKE_SLASHES:
            slashes += letter
            if len(slashes) == 2:
                return index + 1, slashes == _SLASH * 2
        elif not _is_invisible(letter) and (slashes or not letter.isspace()):
            break
    return 0, False


def _is_invisible(letter: str) -> bool:
    return letter in _BLANK or unicodedata.category(letter) in ("Cf", "Mn", "Cn", "Co")


def _front(paragraph: Paragraph) -> str:
    """The words at its beginning. What is written in code is no marker, nor what is linked."""
    return "".join(takewhile(bool, _words(paragraph.spans)))


def _words(spans: Sequence[Span]) -> Iterator[str]:
    """ "" where something else stands."""
    for span in spans:
        match span:
            case Plain(words):
                yield from [words] if words else []
            case Bold(inner) | Italic(inner) | Strike(inner):
                yield from _words(inner)
            case _:
                yield ""


def _without(spans: Sequence[Span], left: list[int]) -> Iterator[Span]:
    """``spans`` without their first ``left[0]`` letters, which are counted down there."""
    for span in spans:
        match span:
            case Plain(words) if left[0]:
                cut = min(left[0], len(words))
                left[0] -= cut
                if words[cut:]:
                    yield Plain(words[cut:])
            case Bold(inner) | Italic(inner) | Strike(inner) if left[0]:
                rest = tuple(_without(inner, left))
                if rest:
                    yield type(span)(rest)
            case _:
                yield span
