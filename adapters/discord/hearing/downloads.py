"""The files of a message, taken into the desk's own keeping at once: Discord's links to them expire within a day
(https://discord.com/developers/docs/reference#signed-attachment-cdn-urls)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
import discord

from adapters.discord.hearing.lanes import Pauses
from core import limits
from core.commands import Actor
from core.errors import BadInput
from core.model.ids import FileId
from core.text import clean_line, shorten
from core.vocabulary import FrontDesk

_TRIES = 3
_WITHIN = 60.0
"""Seconds for one download."""
_AT_ONCE = 4
"""Downloads under way, so that as many files are in memory at most."""
_MEGABYTE = 1024 * 1024
_NAME = 80


@dataclass(slots=True)
class Kept:
    """What became of a message's files, by Discord's id of each; filled little by little, so that a second try of the
    same message fetches only what is still missing."""

    files: dict[int, FileId] = field(default_factory=dict)
    lost: dict[int, str] = field(default_factory=dict)
    """Why one could not be kept, in a sentence with its name."""


class Downloads:
    """``most``: bytes of one file."""

    def __init__(self, desk: FrontDesk, *, most: int, pauses: Pauses | None = None) -> None:
        self._desk = desk
        self._most = most
        self._pauses = pauses or Pauses()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def keep(self, attachments: Sequence[discord.Attachment], actor: Actor, kept: Kept) -> None:
        """Fill ``kept``. Raises Refusals that are about the person, and Unavailable."""
        for attachment in attachments:
            if attachment.id not in kept.files and attachment.id not in kept.lost:
                await self._keep(attachment, actor, kept)

    def too_many_or_large(self, attachments: Sequence[discord.Attachment]) -> list[str]:
        """Those that are not taken whatever is in them, each in a sentence."""
        return [words for index, one in enumerate(attachments) if (words := self._unfit(one, index))]

    async def _keep(self, attachment: discord.Attachment, actor: Actor, kept: Kept) -> None:
        unfit = self._unfit(attachment, len(kept.files))
        if unfit:
            kept.lost[attachment.id] = unfit
            return
        async with self._slots:
            data = await self._download(attachment)
            if data is None:
                kept.lost[attachment.id] = f"{_name(attachment)} could not be fetched from Discord."
                return
            try:
                file = await self._desk.keep_file(attachment.filename, data, actor)
            except BadInput as refusal:
                kept.lost[attachment.id] = refusal.sentence()
            else:
                kept.files[attachment.id] = file.id

    def _unfit(self, attachment: discord.Attachment, before: int) -> str:
        if before >= limits.FILES:
            return f"{_name(attachment)} is one more than the {limits.FILES} files that a message may have."
        if attachment.size > self._most:
            return f"{_name(attachment)} is too large: {self._most // _MEGABYTE} MB is the most."
        return ""

    async def _download(self, attachment: discord.Attachment) -> bytes | None:
        for attempt in range(1, _TRIES + 1):
            try:
                async with asyncio.timeout(_WITHIN):
                    return await attachment.read()
            except (discord.NotFound, discord.Forbidden):
                return None
            except (discord.HTTPException, aiohttp.ClientError, OSError, TimeoutError):
                if attempt < _TRIES:
                    await asyncio.sleep(self._pauses.before(attempt))
        return None


def _name(attachment: discord.Attachment) -> str:
    return shorten(clean_line(attachment.filename), _NAME)
