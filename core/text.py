"""What people write, typed: blocks of spans, with no platform's markup in it.

Every door parses its own markup into ``Text`` and renders ``Text`` into its own markup, so a word is escaped once, by
the door that shows it. ``Text`` is stored as JSON (``to_json``/``from_json``, with a version).
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import assert_never

from core.model.ids import PersonId

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]
"""A JSON value."""

_VERSION = 1
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_INVISIBLE_LINE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIDI = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_LINK = re.compile(r"https?://", re.IGNORECASE)
_HIDDEN_ACCENTS = "\u0f73\u0f75\u0f81"
"""Tibetan vowels that NFC takes apart into accents, and that do not count as accents themselves."""
_MOST_ACCENTS = 30
"""On one letter: more than any script sets (https://www.unicode.org/reports/tr15/#Stream_Safe_Text_Format). NFC sorts
them, and takes the square of their number for it."""


@dataclass(frozen=True, slots=True)
class Plain:
    text: str
    """May hold ``\\n``: a line break within the block."""


@dataclass(frozen=True, slots=True)
class Bold:
    spans: tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Italic:
    spans: tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Strike:
    spans: tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Code:
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    url: str
    """``http`` or ``https`` only: ``link`` makes plain text of anything else."""
    spans: tuple["Span", ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A person named in a text. It names; it never pings."""

    person: PersonId | None
    """None for somebody or something the desk does not know: a role, a channel, everybody."""
    name: str


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time, which each reader sees in their own zone."""

    at: datetime
    """Aware, UTC."""


@dataclass(frozen=True, slots=True)
class Emoji:
    """An emoji of somebody's own, that no other door knows."""

    name: str
    """Without colons."""
    url: str
    """Where its picture is: ``http`` or ``https``."""

    @property
    def written(self) -> str:
        return f":{self.name}:"


Span = Plain | Bold | Italic | Strike | Code | Link | Mention | Moment | Emoji


@dataclass(frozen=True, slots=True)
class Paragraph:
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    code: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    blocks: tuple["Block", ...]


@dataclass(frozen=True, slots=True)
class ListBlock:
    items: tuple[tuple["Block", ...], ...]
    ordered: bool = False


Block = Paragraph | CodeBlock | Quote | ListBlock


@dataclass(frozen=True, slots=True)
class Text:
    blocks: tuple[Block, ...] = ()

    @classmethod
    def of(cls, words: str) -> "Text":
        """Plain words as text: blank lines part paragraphs, nothing is taken for markup."""
        parts = re.split(r"\n[ \t]*\n+", clean(words).strip("\n"))
        return cls(tuple(Paragraph((Plain(part),)) for part in parts if part.strip()))

    def __bool__(self) -> bool:
        return bool(self.plain().strip())

    def plain(self) -> str:
        """The words alone, for searching, previews and lengths."""
        return "\n\n".join(_plain_block(block) for block in self.blocks)

    def mentioned(self) -> frozenset[PersonId]:
        """The persons that the text names."""
        return frozenset(
            span.person for span in _walk(self.blocks) if isinstance(span, Mention) and span.person is not None
        )


def clean(words: str) -> str:
    """Words without control characters, in NFC, with ``\\n`` for every line end.

    Right-to-left letters, joiners and emoji stay as they are; characters that turn the direction of what follows
    (U+202A to U+202E, U+2066 to U+2069) go, since they let a text show as something it is not. So do accents beyond
    the thirtieth on one letter, which write nothing.
    """
    if words.isascii():
        return _CONTROL.sub("", words.replace("\r\n", "\n").replace("\r", "\n"))
    unified = words.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n\n")
    without_surrogates = unified.encode("utf-8", "ignore").decode()
    return unicodedata.normalize("NFC", _legible(_BIDI.sub("", _CONTROL.sub("", without_surrogates))))


def _legible(words: str) -> str:
    """``words`` with at most ``_MOST_ACCENTS`` accents on a letter."""
    accents = 0
    kept: list[str] = []
    for character in words:
        accents = accents + 1 if unicodedata.combining(character) or character in _HIDDEN_ACCENTS else 0
        if accents <= _MOST_ACCENTS:
            kept.append(character)
    return "".join(kept)


def clean_line(words: str) -> str:
    """``clean`` for a title or a name: one line, single spaces, no edges."""
    return " ".join(_INVISIBLE_LINE.sub(" ", clean(_INVISIBLE_LINE.sub(" ", words))).split())


def link(url: str, spans: tuple[Span, ...]) -> Span:
    """A link where ``url`` is http(s), else its words: a ``javascript:`` address never becomes a link."""
    if _LINK.match(url) and not re.search(r"[\x00-\x20\x7f]", url):
        return Link(url, spans)
    return Plain(_plain_spans(spans) or url)


def shorten(words: str, limit: int) -> str:
    """At most ``limit`` characters of ``words``, with an ellipsis where something was cut, at a word's end if near."""
    if len(words) <= limit:
        return words
    cut = words[: max(limit - 1, 0)]
    space = cut.rfind(" ")
    return (cut[:space] if space > limit * 0.7 else cut).rstrip() + "…"


def _walk(blocks: Iterable[Block]) -> Iterator[Span]:
    for block in blocks:
        match block:
            case Paragraph(spans):
                yield from _walk_spans(spans)
            case Quote(inner):
                yield from _walk(inner)
            case ListBlock(items):
                for item in items:
                    yield from _walk(item)
            case CodeBlock():
                pass
            case _:
                assert_never(block)


def _walk_spans(spans: Iterable[Span]) -> Iterator[Span]:
    for span in spans:
        yield span
        if isinstance(span, Bold | Italic | Strike | Link):
            yield from _walk_spans(span.spans)


def _plain_block(block: Block) -> str:
    match block:
        case Paragraph(spans):
            return _plain_spans(spans)
        case CodeBlock(code):
            return code
        case Quote(blocks):
            return "\n".join("> " + line for inner in blocks for line in _plain_block(inner).split("\n"))
        case ListBlock(items, ordered):
            return "\n".join(
                (f"{number}. " if ordered else "- ") + "\n".join(_plain_block(b) for b in item)
                for number, item in enumerate(items, start=1)
            )
        case _:
            assert_never(block)


def _plain_spans(spans: tuple[Span, ...]) -> str:
    return "".join(_plain_span(span) for span in spans)


def _plain_span(span: Span) -> str:
    match span:
        case Plain(text) | Code(text):
            return text
        case Bold(spans) | Italic(spans) | Strike(spans):
            return _plain_spans(spans)
        case Link(url, spans):
            words = _plain_spans(spans)
            return url if words in (url, "") else f"{words} ({url})"
        case Mention(_, name):
            return f"@{name}"
        case Moment(at):
            return at.strftime("%Y-%m-%d %H:%M UTC")
        case Emoji():
            return span.written
        case _:
            assert_never(span)


def to_json(text: Text) -> Mapping[str, Json]:
    """``{"v": 1, "blocks": [...]}``, each block and span an object with its ``type``; for storage and for doors."""
    return {"v": _VERSION, "blocks": [_block_json(block) for block in text.blocks]}


def _block_json(block: Block) -> Json:
    match block:
        case Paragraph(spans):
            return {"type": "paragraph", "spans": _spans_json(spans)}
        case CodeBlock(code, language):
            return {"type": "code_block", "code": code, "language": language}
        case Quote(blocks):
            return {"type": "quote", "blocks": [_block_json(inner) for inner in blocks]}
        case ListBlock(items, ordered):
            return {"type": "list", "ordered": ordered, "items": [[_block_json(b) for b in item] for item in items]}
        case _:
            assert_never(block)


def _spans_json(spans: tuple[Span, ...]) -> Json:
    return [_span_json(span) for span in spans]


def _span_json(span: Span) -> Json:
    match span:
        case Plain(text):
            return {"type": "plain", "text": text}
        case Code(text):
            return {"type": "code", "text": text}
        case Bold(spans):
            return {"type": "bold", "spans": _spans_json(spans)}
        case Italic(spans):
            return {"type": "italic", "spans": _spans_json(spans)}
        case Strike(spans):
            return {"type": "strike", "spans": _spans_json(spans)}
        case Link(url, spans):
            return {"type": "link", "url": url, "spans": _spans_json(spans)}
        case Mention(person, name):
            return {"type": "mention", "person": person, "name": name}
        case Moment(at):
            return {"type": "moment", "at": at.isoformat()}
        case Emoji(name, url):
            return {"type": "emoji", "name": name, "url": url}
        case _:
            assert_never(span)


def from_json(value: Json) -> Text:
    """The ``Text`` that ``to_json`` wrote. Raises ValueError for what it did not write."""
    document = _object(value)
    if document.get("v") != _VERSION:
        raise ValueError(f"text of version {document.get('v')!r}, this desk reads {_VERSION}")
    try:
        return Text(_blocks(document["blocks"]))
    except KeyError as missing:
        raise ValueError(f"a text without {missing}") from missing


def _blocks(value: Json) -> tuple[Block, ...]:
    return tuple(_block(item) for item in _array(value))


def _block(value: Json) -> Block:
    item = _object(value)
    match item["type"]:
        case "paragraph":
            return Paragraph(_spans(item["spans"]))
        case "code_block":
            return CodeBlock(str(item["code"]), str(item["language"]))
        case "quote":
            return Quote(_blocks(item["blocks"]))
        case "list":
            return ListBlock(tuple(_blocks(inner) for inner in _array(item["items"])), bool(item["ordered"]))
        case other:
            raise ValueError(f"unknown block {other!r}")


def _spans(value: Json) -> tuple[Span, ...]:
    return tuple(_span(item) for item in _array(value))


def _span(value: Json) -> Span:
    item = _object(value)
    match item["type"]:
        case "plain":
            return Plain(str(item["text"]))
        case "code":
            return Code(str(item["text"]))
        case "bold":
            return Bold(_spans(item["spans"]))
        case "italic":
            return Italic(_spans(item["spans"]))
        case "strike":
            return Strike(_spans(item["spans"]))
        case "link":
            return Link(str(item["url"]), _spans(item["spans"]))
        case "mention":
            person = item["person"]
            return Mention(PersonId(person) if isinstance(person, int) else None, str(item["name"]))
        case "moment":
            return Moment(datetime.fromisoformat(str(item["at"])))
        case "emoji":
            return Emoji(str(item["name"]), str(item["url"]))
        case other:
            raise ValueError(f"unknown span {other!r}")


def _object(value: Json) -> Mapping[str, Json]:
    if not isinstance(value, Mapping):
        raise ValueError(f"an object was expected, not {type(value).__name__}")
    return value


def _array(value: Json) -> Sequence[Json]:
    if not isinstance(value, Sequence) or isinstance(value, str):
        raise ValueError(f"a list was expected, not {type(value).__name__}")
    return value
