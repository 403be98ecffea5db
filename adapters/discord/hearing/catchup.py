"""What happened in a thread while the desk was away: read from Discord, from the stored cursor on, oldest first.

Discord keeps no record of what was changed or deleted. So what was missed and the newest hundred messages before it are
looked at as they are now, and held against what the desk knows of them: an edit, a removal or a reaction further back
than that stays unseen. What cannot be read is told to the staff, in the ticket.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import discord
import structlog

from adapters.chat.downloads import Kept
from adapters.discord.api.codes import Code
from adapters.discord.hearing.away import discord_away
from adapters.discord.hearing.inbound import SYSTEM, Inbound
from adapters.discord.hearing.losses import Losses
from adapters.discord.hearing.messages import is_said
from adapters.discord.hearing.reactions import Reactions
from adapters.discord.hearing.standing import Standing
from adapters.discord.sending.troubles import Mended, Report, channel_key
from core.commands import AdvanceThread, NoteCaughtUp, NoteGap
from core.engine import Engine
from core.model.ids import ref_of
from core.model.thread import Audience, Copy, GapReason, Message, Thread
from core.storage import Store

log = structlog.get_logger(__name__)

_PAGE = 100
"""https://discord.com/developers/docs/resources/message#get-channel-messages"""
_AT_ONCE = 4
"""Threads that are read side by side: at a start there may be thousands, and the rate limit is for everything."""


@dataclass(frozen=True, slots=True)
class _Read:
    messages: Mapping[int, discord.Message]
    """By their ids, the oldest first."""
    oldest: int
    """From which on nothing is missing among them."""


class CatchUp:
    def __init__(
        self,
        *,
        client: discord.Client,
        engine: Engine,
        store: Store,
        inbound: Inbound,
        reactions: Reactions,
        losses: Losses,
        standing: Standing,
        report: Report,
        mended: Mended,
    ) -> None:
        self._client = client
        self._engine = engine
        self._store = store
        self._inbound = inbound
        self._reactions = reactions
        self._losses = losses
        self._standing = standing
        self._report = report
        self._mended = mended
        self._slots = asyncio.Semaphore(_AT_ONCE)
        self._unreadable: set[int] = set()

    def is_unreadable(self, channel_id: int) -> bool:
        """Whether the bot was not let into it when it was to be read."""
        return channel_id in self._unreadable

    async def run(self, thread: Thread) -> None:
        """May be called again from its start. Raises Unavailable, and what discord.py raises for a Discord that is out
        of reach."""
        async with self._slots:
            try:
                if await self._is_gone(thread):
                    await self._deleted(thread)
            except discord.Forbidden:
                await self._shut_out(thread, "View Channel and Read Message History")

    async def _is_gone(self, thread: Thread) -> bool:
        """Read it, unless it was deleted. A card of the staff's has no thread as long as nobody wrote a note."""
        try:
            await self._run(thread)
        except discord.NotFound as error:
            if error.code != Code.UNKNOWN_CHANNEL:
                raise
            return thread.audience is not Audience.STAFF or not await self._losses.card_stands(thread)
        return False

    async def _run(self, thread: Thread) -> None:
        async with self._store.read() as work:
            now = await work.threads.get(thread.id)
            known = await work.copies.said_in(thread.id, limit=_PAGE)
            unread = await work.marks.get(_unread_in(thread))
        if now is None or now.external_id is None or now.lost_at is not None:
            return
        place = self._client.get_partial_messageable(int(now.external_id), guild_id=int(now.realm or 0) or None)
        newest = [message async for message in place.history(limit=_PAGE)]
        if not newest:
            # To a bot that may not read the history, every thread is empty; ours never are.
            await self._keep_place(now)
            if known:
                await self._shut_out(now, "Read Message History")
                return
        self._unreadable.discard(place.id)
        await self._mended(channel_key(now.external_id))
        read = await self._missed(now, place, newest, since=int(unread or now.cursor or 0))
        await self._changed(now, known, read)
        await self._reactions.compare(now, read.messages)
        if unread and newest:
            await self._caught_up(now)
        await self._advance(now, newest)

    async def _missed(
        self, thread: Thread, place: discord.PartialMessageable, newest: Sequence[discord.Message], *, since: int
    ) -> _Read:
        """Hear it, and what is to be compared."""
        if len(newest) < _PAGE or newest[-1].id <= since:
            for message in reversed(newest):
                await self._hear(message, since, thread)
            return _read(newest)
        page = _read([message async for message in place.history(limit=_PAGE, before=discord.Object(since + 1))])
        missed: dict[int, discord.Message] = {}
        async for message in place.history(limit=None, after=discord.Object(since), oldest_first=True):
            missed[message.id] = message
            await self._hear(message, since, thread)
        return _Read({**page.messages, **missed}, page.oldest)

    async def _hear(self, message: discord.Message, cursor: int, thread: Thread) -> None:
        if message.id <= cursor or not is_said(message):
            return
        try:
            await self._inbound.hear(message, Kept(), thread)
        except Exception as error:
            if discord_away(error) is not None:
                raise
            log.exception("discord_message_stumbled", message=message.id)
            await self._inbound.apologise(message, thread)

    async def _changed(self, thread: Thread, known: Sequence[tuple[Message, Copy]], read: _Read) -> None:
        """``known`` was known before it was read: what is not in it is gone, unless it is older."""
        for said, copy in reversed(known):
            number = int(copy.external_ids[0])
            message = read.messages.get(number)
            if message is None and number >= read.oldest:
                await self._inbound.remove(number, thread)
            elif message is not None and await self._inbound.differs(message, said):
                await self._inbound.edit(message, thread)

    async def _advance(self, thread: Thread, newest: Sequence[discord.Message]) -> None:
        async with self._store.read() as work:
            now = await work.threads.get(thread.id)
        if now is not None and newest and newest[0].id > int(now.cursor or 0):
            advance = AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=str(newest[0].id))
            await self._engine.handle(advance, SYSTEM)

    async def _keep_place(self, thread: Thread) -> str:
        """From where it is to be read once it can be: what is heard there meanwhile moves the cursor on."""
        async with self._store.write() as work:
            since = await work.marks.get(_unread_in(thread))
            if not since:
                now = await work.threads.get(thread.id) or thread
                since = now.cursor or now.external_id or "0"
                await work.marks.put(_unread_in(thread), since)
        return since

    async def _caught_up(self, thread: Thread) -> None:
        await self._engine.handle(NoteCaughtUp(ticket=thread.ticket, thread=thread.id), SYSTEM)
        async with self._store.write() as work:
            await work.marks.put(_unread_in(thread), "")

    async def _deleted(self, thread: Thread) -> None:
        """With all that was written in it. Most cards of the staff's never had one, so of theirs nothing is said."""
        if thread.audience is not Audience.STAFF:
            await self._note_gap(thread, GapReason.DELETED)
        await self._losses.replace(thread, "Its thread was deleted while the desk was away from Discord.")

    async def _note_gap(self, thread: Thread, reason: GapReason) -> None:
        since = discord.utils.snowflake_time(int(await self._keep_place(thread)))
        await self._engine.handle(NoteGap(ticket=thread.ticket, thread=thread.id, reason=reason, since=since), SYSTEM)

    async def _shut_out(self, thread: Thread, lacking: str) -> None:
        await self._note_gap(thread, GapReason.SHUT_OUT)
        self._unreadable.add(int(thread.external_id or 0))
        if self._standing.is_hidden(int(thread.place)):
            return  # of the channel the admins are told, and once for all of its threads
        where = f"https://discord.com/channels/{thread.realm}/{thread.external_id}"
        sentence = (
            f"The bot cannot read the thread of {ref_of(thread.ticket)} on Discord ({where}), so what is written there "
            f"does not reach the ticket. Allow its role {lacking} in the channel {thread.place} (Edit Channel, "
            "Permissions), or add it to the thread."
        )
        await self._report(channel_key(str(thread.external_id)), sentence)


def _read(page: Sequence[discord.Message]) -> _Read:
    """``page``: the newest first."""
    return _Read({message.id: message for message in reversed(page)}, page[-1].id if len(page) == _PAGE else 0)


def _unread_in(thread: Thread) -> str:
    """The mark that tells from where a thread that could not be read is to be read; "" once it was."""
    return f"discord.unread.{thread.id}"
