"""The files of a message, taken into the desk's own keeping at once: a platform's links to them expire, or need its
token."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from adapters.chat.lanes import Away, Pauses, away
from core import limits
from core.commands import Actor
from core.errors import BadInput
from core.frontdesk import FrontDesk
from core.model.ids import FileId
from core.model.thread import File
from core.ports import time_for
from core.text import clean_line, shorten

_TRIES = 3
_WITHIN = 60.0
"""Seconds for one download, beside what its bytes may take."""
_LONGEST = 30.0
"""Seconds that are waited for the next try, whatever the platform says."""
_AT_ONCE = 4
"""Downloads under way."""
_MEGABYTE = 1024 * 1024
_NAME = 80


class NotGiven(Exception):
    """The platform will never give it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, as the platform tells of it."""

    id: str
    name: str
    size: int
    """Bytes."""
    fetch: Callable[[], AsyncGenerator[bytes]]
    """Its bytes, piece by piece; raises NotGiven, and what ``Away`` knows."""


@dataclass(slots=True)
class Kept:
    """What became of a message's files, by the platform's id of each; filled little by little, so that a second try
    of the same message fetches only what is still missing."""

    files: dict[str, FileId] = field(default_factory=dict)
    lost: dict[str, str] = field(default_factory=dict)
    """Why one could not be kept, in a sentence with its name."""


class Downloads:
    """``platform``: its name, in the sentence about a file that it did not give; ``most``: bytes of one file."""

    def __init__(
        self, desk: FrontDesk, *, platform: str, most: int, pauses: Pauses | None = None, away: Away = away
    ) -> None:
        self._desk = desk
        self._platform = platform
        self._away = away
        self._most = most
        self._pauses = pauses or Pauses()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def keep(self, attachments: Sequence[Attachment], actor: Actor, kept: Kept) -> None:
        """Fill ``kept``. Raises Refusals that are about the person, and Unavailable."""
        for attachment in attachments:
            if attachment.id not in kept.files and attachment.id not in kept.lost:
                await self._keep(attachment, actor, kept)

    def too_many_or_large(self, attachments: Sequence[Attachment]) -> list[str]:
        """Those that are not taken whatever is in them, each in a sentence."""
        return [words for index, one in enumerate(attachments) if (words := self._unfit(one, index))]

    async def _keep(self, attachment: Attachment, actor: Actor, kept: Kept) -> None:
        unfit = self._unfit(attachment, len(kept.files))
        if unfit:
            kept.lost[attachment.id] = unfit
            return
        async with self._slots:
            try:
                file = await self._fetched(attachment, actor)
            except NotGiven:
                kept.lost[attachment.id] = f"{_name(attachment)} could not be fetched from {self._platform}."
            except BadInput as refusal:
                kept.lost[attachment.id] = refusal.sentence()
            else:
                kept.files[attachment.id] = file.id

    def _unfit(self, attachment: Attachment, before: int) -> str:
        if before >= limits.FILES:
            return f"{_name(attachment)} is one more than the {limits.FILES} files that a message may have."
        if attachment.size > self._most:
            return f"{_name(attachment)} is too large: {self._most // _MEGABYTE} MB is the most."
        return ""

    async def _fetched(self, attachment: Attachment, actor: Actor) -> File:
        for attempt in range(1, _TRIES + 1):
            coming = _Coming(attachment)
            try:
                async with aclosing(coming.pieces()) as pieces:
                    return await self._desk.keep_file(attachment.name, pieces, actor)
            except Exception as error:
                told = self._away(error)
                if error is not coming.failed or told is None:
                    raise
                if attempt < _TRIES:
                    await asyncio.sleep(max(self._pauses.before(attempt), min(told, _LONGEST)))
        raise NotGiven


class _Coming:
    """A download under way, which knows whether it was the platform that failed, or the desk."""

    def __init__(self, attachment: Attachment) -> None:
        self._attachment = attachment
        self.failed: Exception | None = None

    async def pieces(self) -> AsyncGenerator[bytes]:
        until = asyncio.get_running_loop().time() + _WITHIN + time_for(self._attachment.size)
        async with aclosing(self._attachment.fetch()) as pieces:
            while True:
                try:
                    async with asyncio.timeout_at(until):
                        piece = await anext(pieces, None)
                except Exception as error:
                    self.failed = error
                    raise
                if piece is None:
                    return
                yield piece


def _name(attachment: Attachment) -> str:
    return shorten(clean_line(attachment.name), _NAME)
