"""Reactions that were set or taken away while the desk was away.

What is read of a thread tells how many reacted with what, and not who. So Discord is asked only where that is another
number than the desk knows of: that one took a reaction away and another set the same stays unseen.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import discord
import structlog

from adapters.discord.api.codes import Code
from adapters.discord.hearing.inbound import Inbound
from adapters.discord.hearing.messages import known_as
from core.model.ids import MessageId, PersonId
from core.model.thread import Reaction, Thread
from core.storage import Store, UnitOfWork

log = structlog.get_logger(__name__)

_MOST = 1_000
"""Who reacted with one emoji, read by the hundred: past these nobody is looked for."""

_Sign = tuple[MessageId, str]
"""An emoji under one of the desk's messages, whichever part of it in the thread."""


class Reactions:
    def __init__(self, *, store: Store, inbound: Inbound) -> None:
        self._store = store
        self._inbound = inbound

    async def compare(self, thread: Thread, there: Mapping[int, discord.Message]) -> None:
        """``there``: messages of ``thread``, by their ids. Raises Unavailable and what discord.py raises."""
        async with self._store.read() as work:
            recorded = [one for one in await work.reactions.of(thread.ticket) if one.thread == thread.id]
            shown = await _shown(thread, there, work)
            whole = {one.message for one in recorded if await _is_whole(one.message, thread, there, work)}
        known: dict[_Sign, list[Reaction]] = defaultdict(list)
        for one in recorded:
            known[one.message, one.emoji].append(one)
        for sign in dict.fromkeys((*shown, *known)):
            theirs = shown.get(sign, ())
            if _by_others(theirs) != len(known[sign]):
                await self._follow(sign, theirs, known[sign], thread, is_whole=sign[0] in whole)

    async def _follow(
        self,
        sign: _Sign,
        theirs: Sequence[discord.Reaction],
        known: Sequence[Reaction],
        thread: Thread,
        *,
        is_whole: bool,
    ) -> None:
        """Whoever the desk does not know, a bot too, has no part in the ticket."""
        users: dict[int, int] = {}
        for reaction in theirs:
            found = await _users(reaction)
            if found is None:
                return
            users |= dict.fromkeys(found, reaction.message.id)
        people = await known_as(users, self._store)
        before, now = {one.person for one in known}, _persons(people)
        for person, user in now.items():
            if person not in before:
                await self._inbound.react(users[user], user, sign[1], thread, on=True)
        for one in known:
            if is_whole and one.person not in now:
                await self._inbound.take_back(one, thread)


def emoji_of(emoji: discord.PartialEmoji | discord.Emoji | str) -> str:
    """As Unicode has it, or ``:name:`` for one of a server's own; "" for one that was deleted."""
    if isinstance(emoji, str):
        return emoji
    return f":{emoji.name}:" if emoji.id is not None and emoji.name else emoji.name or ""


async def _shown(
    thread: Thread, there: Mapping[int, discord.Message], work: UnitOfWork
) -> Mapping[_Sign, Sequence[discord.Reaction]]:
    shown: dict[_Sign, list[discord.Reaction]] = defaultdict(list)
    for number, message in there.items():
        known = await work.copies.find(thread.id, str(number)) if message.reactions else None
        for reaction in message.reactions if known is not None else ():
            emoji = emoji_of(reaction.emoji)
            if known is not None and emoji:
                shown[known, emoji].append(reaction)
    return shown


async def _is_whole(message: MessageId, thread: Thread, there: Mapping[int, discord.Message], work: UnitOfWork) -> bool:
    """Whether every part of its copy there was read: the reaction may be under any of them."""
    parts = [one for copy in await work.copies.of(message) if copy.thread == thread.id for one in copy.external_ids]
    return bool(parts) and all(int(one) in there for one in parts)


def _by_others(reactions: Iterable[discord.Reaction]) -> int:
    """How many beside the desk itself, which shows so what was set elsewhere."""
    return sum(one.count - one.me for one in reactions)


async def _users(reaction: discord.Reaction) -> Sequence[int] | None:
    """Who set it; None where Discord does not tell, or not all of them."""
    kinds = [discord.ReactionType.normal, discord.ReactionType.burst][: 2 if reaction.burst_count else 1]
    found: list[int] = []
    try:
        for kind in kinds:
            # Past its count too: others may have set it meanwhile.
            asked = [user async for user in reaction.users(limit=_MOST, type=kind)]
            if len(asked) == _MOST:
                return None
            found += [user.id for user in asked]
    except discord.NotFound as gone:
        if gone.code == Code.UNKNOWN_CHANNEL:
            raise
        log.info("discord_reactions_not_read", message=reaction.message.id, reason=str(gone))
        return None
    return found


def _persons(people: Mapping[str, PersonId]) -> Mapping[PersonId, int]:
    return {person: int(user) for user, person in people.items()}
