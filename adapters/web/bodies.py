"""JSON bodies, forms and queries, read within limits and made into typed values; what is wrong is said by name."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NoReturn, TypeVar
from urllib.parse import parse_qsl

from aiohttp import web

from adapters.web.problems import Malformed, TooLarge, TooSlow, WrongMediaType
from core.errors import N_, BadField, NoSuchFile, NoSuchMessage, NoSuchTicket
from core.limits import FieldTooLong, TooManyOf
from core.model.ids import FileId, MessageId, TicketId, parse_ref
from core.text import Json, clean, clean_line, shorten

MAX_BODY = 512 * 1024
"""Bytes of a JSON body or a form: twenty thousand characters, however they are escaped, and something over."""
SLOWEST = 60.0
"""Seconds that a body may take to arrive: whoever dribbles one holds memory meanwhile."""
MAX_WORDS = 40_000
"""Characters of any one text; what a text may have at most is for the engine to say."""
_KEYS = 100
_DIGITS = 15
_TOO_LARGE = 10**_DIGITS
_FORM = "application/x-www-form-urlencoded"

_E = TypeVar("_E", bound=StrEnum)


class WrongKind(BadField):
    template = N_("{name}: {wanted} is wanted here.")


class Missing(BadField):
    template = N_("{name} is missing.")


class NotOneOf(BadField):
    template = N_("{name}: “{value}” is not one of {choices}.")


async def read_bytes(request: web.Request, limit: int = MAX_BODY) -> bytes:
    """The whole body. Raises TooLarge as soon as there is more of it than ``limit`` bytes, and TooSlow."""
    if (request.content_length or 0) > limit:
        raise TooLarge(name=N_("This request"), limit=size_words(limit))
    data = bytearray()
    try:
        async with asyncio.timeout(SLOWEST):
            async for piece in request.content.iter_chunked(65_536):
                data += piece
                if len(data) > limit:
                    raise TooLarge(name=N_("This request"), limit=size_words(limit))
    except TimeoutError:
        raise TooSlow from None
    return bytes(data)


def size_words(size: int) -> str:
    return f"{size // (1024 * 1024)} MB" if size >= 1024 * 1024 else f"{size // 1024} kB"


async def read_json(request: web.Request) -> "Body":
    """Raises WrongMediaType, TooLarge or Malformed."""
    if request.content_type != "application/json":
        raise WrongMediaType(wanted="application/json")
    value = _loaded(await read_bytes(request))
    if not isinstance(value, dict):
        raise Malformed(problem=N_("a JSON object is wanted."))
    return Body(value)


async def read_value(request: web.Request, limit: int) -> Json:
    """Any JSON but null. Raises as ``read_json``."""
    if request.content_type != "application/json":
        raise WrongMediaType(wanted="application/json")
    value = _loaded(await read_bytes(request, limit))
    if value is None:
        raise Malformed(problem=N_("a JSON value is wanted."))
    return value


def _loaded(data: bytes) -> Json:
    """None where it is no JSON."""
    try:
        value: Json = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


async def read_form(request: web.Request) -> dict[str, str]:
    """A page's form; of a field sent twice, the last. Raises as ``read_json``."""
    if request.content_type != _FORM:
        raise WrongMediaType(wanted=_FORM)
    return dict(parse_form(await read_bytes(request)))


def parse_form(data: bytes) -> Sequence[tuple[str, str]]:
    try:
        return parse_qsl(data.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=_KEYS)
    except ValueError:
        raise Malformed(problem=N_("it has too many fields.")) from None


class Body:
    """A JSON object. Every reader raises a BadField that names the field."""

    def __init__(self, value: Mapping[str, Json]) -> None:
        self._value = value

    def __contains__(self, name: str) -> bool:
        return self._value.get(name) is not None

    def value(self, name: str) -> Json:
        """Whatever stands there."""
        if name not in self:
            raise Missing(name=name)
        return self._value[name]

    def words(self, name: str) -> str:
        """A text without control characters; it may be empty."""
        if name not in self:
            raise Missing(name=name)
        return clean(self._text(name))

    def exact(self, name: str) -> str:
        """A text as it was sent: a password."""
        if name not in self:
            raise Missing(name=name)
        return self._text(name)

    def optional(self, name: str) -> str | None:
        return self.words(name) if name in self else None

    def number(self, name: str) -> int:
        """A whole number, 0 or more."""
        value = self.value(name)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _TOO_LARGE:
            raise WrongKind(name=name, wanted=N_("a whole number"))
        return value

    def flag(self, name: str) -> bool:
        """True or false; false where it is left out."""
        value = self._value.get(name)
        if not isinstance(value, bool | None):
            raise WrongKind(name=name, wanted=N_("true or false"))
        return bool(value)

    def one_of(self, name: str, kind: type[_E]) -> _E:
        return choice(name, self.words(name), kind)

    def texts(self, name: str) -> Mapping[str, str]:
        """An object whose values are texts."""
        value = self._value.get(name) or {}
        if not isinstance(value, Mapping) or not all(isinstance(v, str) for v in value.values()):
            raise WrongKind(name=name, wanted=N_("an object with texts"))
        if len(value) > _KEYS:
            raise TooManyOf(name=name, count=len(value), limit=_KEYS)
        return {clean_line(key): clean(_short(key, str(words))) for key, words in value.items()}

    def files(self, name: str, limit: int) -> tuple[FileId, ...]:
        value = self._value.get(name) or []
        if not isinstance(value, Sequence) or isinstance(value, str):
            raise WrongKind(name=name, wanted=N_("a list of file ids"))
        if len(value) > limit:
            raise TooManyOf(name=N_("Files"), count=len(value), limit=limit)
        return tuple(dict.fromkeys(file_id(item) for item in value))

    def _text(self, name: str) -> str:
        value = self._value.get(name)
        if not isinstance(value, str):
            raise WrongKind(name=name, wanted=N_("a text"))
        return _short(name, value)


def _short(name: str, words: str) -> str:
    if len(words) > MAX_WORDS:
        raise FieldTooLong(name=shorten(clean_line(name), 80), length=len(words), limit=MAX_WORDS)
    return words


def choice(name: str, word: str, kind: type[_E]) -> _E:
    try:
        return kind(word.strip().lower())
    except ValueError:
        choices = ", ".join(kind)
        raise NotOneOf(name=name, value=shorten(clean_line(word), 40), choices=choices) from None


def file_id(value: Json) -> FileId:
    """Raises NoSuchFile for what can be none."""
    number = number_of(str(value)) if isinstance(value, int | str) and not isinstance(value, bool) else None
    if number is None:
        raise NoSuchFile
    return FileId(number)


def number_of(word: str) -> int | None:
    """A positive number of at most 15 digits, which every database and browser can hold."""
    plain = word.isascii() and word.isdigit() and len(word) <= _DIGITS
    return int(word) if plain and int(word) > 0 else None


def ticket_of(word: str) -> TicketId:
    """The ticket of a ref. Raises NoSuchTicket for what is no ref, as for a ticket that is not there."""
    ticket = parse_ref(word)
    if ticket is None:
        raise NoSuchTicket(ref=shorten(clean_line(word), 40) or "?")
    return ticket


def message_of(word: str) -> MessageId:
    """Raises NoSuchMessage for what can be none."""
    number = number_of(word)
    if number is None:
        raise NoSuchMessage
    return MessageId(number)


def numbered_ticket(word: str) -> TicketId:
    """The ticket of a number in a path. Raises NoSuchTicket for what is none."""
    number = number_of(word)
    if number is None:
        raise NoSuchTicket(ref=shorten(clean_line(word), 40) or "?")
    return TicketId(number)


def query_number(request: web.Request, name: str) -> int | None:
    """Raises WrongKind where it is there and no positive number (0 counts as absent)."""
    word = request.query.get(name, "").strip()
    if word in ("", "0"):
        return None
    number = number_of(word)
    if number is None:
        raise WrongKind(name=name, wanted=N_("a whole number"))
    return number
