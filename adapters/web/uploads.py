"""Files on their way in: multipart read within hard limits, a piece at a time."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import BadHttpMessage

from adapters.web.bodies import MAX_BODY, parse_form, read_bytes, size_words
from adapters.web.config import WebConfig
from adapters.web.limiter import Limiter
from adapters.web.problems import Malformed, TooLarge, TooMuchSent, TooQuick, TooSlow, WrongMediaType
from core.errors import N_
from core.limits import TooManyOf
from core.model.ids import FileId, PersonId
from core.model.thread import File
from core.ports import Clock
from core.text import clean

_PIECE = 65_536
_FIELDS = 60
SLOWEST_UPLOAD = 600.0
"""Seconds that an upload may take to arrive."""
_AT_ONCE, _SOON = 12, 5
"""Uploads of one person under way; and the seconds after which to try another."""
_FULL_REQUESTS, _ONE_MORE = 5, timedelta(minutes=5)
"""Requests full of the largest files that one person may send at once, and how soon one more such file is free. What
is never attached is swept out after some days."""
_LEAST = 0.01
"""Of the largest file: what the smallest counts."""
_EVERYWHERE = "x-www-form-urlencoded"

Keep = Callable[[str, AsyncIterable[bytes]], Awaitable[File]]
"""Takes a file's name and its bytes, as they come, into the desk's keeping."""


@dataclass(slots=True)
class Sent:
    """What a multipart request brought: fields by name, in their order, and the files as they were kept."""

    fields: dict[str, list[str]] = field(default_factory=dict)
    files: list[FileId] = field(default_factory=list)

    def first(self, name: str) -> str | None:
        values = self.fields.get(name)
        return values[0] if values else None


class Uploads:
    def __init__(self, config: WebConfig, clock: Clock) -> None:
        self._max_bytes = config.max_file_bytes
        self._max_files = config.max_files
        self._max_request = config.max_files * config.max_file_bytes + MAX_BODY
        self._under_way: Counter[PersonId] = Counter()
        most = _FULL_REQUESTS * config.max_files
        self._sent = Limiter(clock, burst=most, every=_ONE_MORE, refusal=TooMuchSent)

    async def one_file(self, request: web.Request, sender: PersonId, keep: Keep) -> File:
        """The part ``file`` of a request, kept. Raises BadField, TooLarge, Malformed or WrongMediaType."""
        found: list[File] = []

        async def keep_one(name: str, content: AsyncIterable[bytes]) -> File:
            found.append(await keep(name, content))
            return found[0]

        await self.read(request, sender, frozenset({"file"}), keep_one, most=1)
        if not found:
            raise Malformed(problem=N_("a part named file is wanted, with a file in it."))
        return found[0]

    async def read(
        self, request: web.Request, sender: PersonId, files: frozenset[str], keep: Keep, *, most: int | None = None
    ) -> Sent:
        """A form with files in the parts named ``files``, each handed to ``keep`` as it comes. Raises as ``one_file``,
        and TooQuick, TooMuchSent or TooSlow."""
        if self._under_way[sender] >= _AT_ONCE:
            raise TooQuick(seconds=_SOON)
        self._under_way[sender] += 1
        try:
            async with asyncio.timeout(SLOWEST_UPLOAD):
                return await self._read(request, files, self._within(sender, keep), most or self._max_files)
        except TimeoutError:
            raise TooSlow from None
        finally:
            self._under_way[sender] -= 1
            if not self._under_way[sender]:
                del self._under_way[sender]

    def _within(self, sender: PersonId, keep: Keep) -> Keep:
        """``keep``, for as much as one person may send."""

        async def counted(content: AsyncIterable[bytes]) -> AsyncGenerator[bytes]:
            size = 0
            async for piece in content:
                size += len(piece)
                yield piece
            self._sent.take(sender, max(size / self._max_bytes, _LEAST))

        async def within(name: str, content: AsyncIterable[bytes]) -> File:
            return await keep(name, counted(content))

        return within

    async def _read(self, request: web.Request, files: frozenset[str], keep: Keep, most: int) -> Sent:
        if (request.content_length or 0) > self._max_request:
            raise TooLarge(name=N_("This request"), limit=size_words(self._max_request))
        sent = Sent()
        if request.content_type == f"application/{_EVERYWHERE}":
            for name, value in parse_form(await read_bytes(request)):
                sent.fields.setdefault(name, []).append(value)
            return sent
        if request.content_type != "multipart/form-data":
            raise WrongMediaType(wanted="multipart/form-data")
        try:
            await self._read_parts(request, files, keep, sent, most)
        except (ValueError, AssertionError, BadHttpMessage, EOFError):
            raise Malformed(problem=N_("its parts do not end where they should.")) from None
        return sent

    async def _read_parts(self, request: web.Request, files: frozenset[str], keep: Keep, sent: Sent, most: int) -> None:
        seen = left = 0
        left = MAX_BODY
        async for part in await request.multipart():
            seen += 1
            if seen > _FIELDS:
                raise Malformed(problem=N_("it has too many parts."))
            if not isinstance(part, BodyPartReader) or part.name is None:
                raise Malformed(problem=N_("every part needs a name."))
            if part.filename is None and part.name not in files:
                data = await self._read_part(part, left, N_("This request"))
                left -= len(data)
                sent.fields.setdefault(part.name, []).append(clean(data.decode("utf-8", "replace")))
            elif part.name in files:
                await self._keep_part(part, keep, sent, most)
            else:
                raise Malformed(problem=N_("a file stands where none is taken."))

    async def _keep_part(self, part: BodyPartReader, keep: Keep, sent: Sent, most: int) -> None:
        first = await part.read_chunk(_PIECE)
        if not first and not part.filename:
            return  # how a browser sends a file input that was left empty
        if len(sent.files) >= most:
            raise TooManyOf(name=N_("Files"), count=len(sent.files) + 1, limit=most)
        kept = await keep(part.filename or "", self._pieces(first, part))
        sent.files.append(kept.id)

    async def _pieces(self, first: bytes, part: BodyPartReader) -> AsyncGenerator[bytes]:
        size, piece = 0, first
        while piece:
            size += len(piece)
            if size > self._max_bytes:
                raise TooLarge(name=N_("A file"), limit=size_words(self._max_bytes))
            yield piece
            piece = await part.read_chunk(_PIECE)

    async def _read_part(self, part: BodyPartReader, limit: int, name: str) -> bytes:
        data = bytearray()
        while piece := await part.read_chunk(_PIECE):
            data += piece
            if len(data) > limit:
                raise TooLarge(name=name, limit=size_words(limit))
        return bytes(data)
