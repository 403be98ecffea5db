"""Reactions that were set or taken away while the desk was away: a thread's messages tell who set which."""

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from adapters.slack.api.client import Slack
from adapters.slack.hearing.inbound import Inbound
from adapters.slack.hearing.messages import Message
from adapters.slack.people import People
from adapters.slack.words.emoji import shown
from core.model.ids import MessageId
from core.model.thread import Reaction, Thread
from core.storage import Store, UnitOfWork


class _Shown(NamedTuple):
    ts: str
    emoji: str
    user: str


class Reactions:
    def __init__(self, *, slack: Slack, store: Store, people: People, inbound: Inbound) -> None:
        self._slack = slack
        self._store = store
        self._people = people
        self._inbound = inbound

    async def compare(self, thread: Thread, there: Mapping[str, Message]) -> None:
        """``there``: messages of ``thread``, by their ts. Raises Unavailable, Retry and Refused."""
        app = (await self._slack.workspace()).bot_user
        found = [one for ts, message in there.items() for one in _set_under(ts, message) if one.user != app]
        messages, recorded = await self._recorded(thread, there, {one.ts for one in found})
        known = await self._people.known(one.user for one in found)
        shown_there = {(messages[one.ts], known.get(one.user), one.emoji) for one in found if one.ts in messages}
        ours = {(reaction.message, reaction.person, reaction.emoji) for reaction in recorded}
        for one in found:
            if one.ts in messages and (messages[one.ts], known.get(one.user), one.emoji) not in ours:
                await self._inbound.react(one.ts, one.user, one.emoji, thread, on=True)
        uncertain = {messages[ts] for ts, message in there.items() if ts in messages and _is_shortened(message)}
        for reaction in recorded:
            key = (reaction.message, reaction.person, reaction.emoji)
            if key not in shown_there and reaction.message not in uncertain:
                await self._inbound.take_back(reaction, thread)

    async def _recorded(
        self, thread: Thread, there: Iterable[str], reacted: Set[str]
    ) -> tuple[Mapping[str, MessageId], list[Reaction]]:
        """What the desk calls the messages, and the reactions that it knows to have been set under them there."""
        messages: dict[str, MessageId] = {}
        async with self._store.read() as work:
            recorded = [one for one in await work.reactions.of(thread.ticket) if one.thread == thread.id]
            for ts in there if recorded else reacted:
                message = await work.copies.find(thread.id, ts)
                if message is not None:
                    messages[ts] = message
            touched = {one.message for one in recorded}
            whole = {message for message in touched if await _is_whole(message, thread, messages, work)}
        return messages, [one for one in recorded if one.message in whole]


async def _is_whole(message: MessageId, thread: Thread, messages: Mapping[str, MessageId], work: UnitOfWork) -> bool:
    """Whether every part of its copy there was read: the reaction may be under any of them."""
    copies = [copy for copy in await work.copies.of(message) if copy.thread == thread.id]
    parts = [one for copy in copies for one in copy.external_ids if one[:1].isdecimal()]
    return bool(parts) and all(ts in messages for ts in parts)


def _is_shortened(message: Message) -> bool:
    """Whether Slack does not name everybody who reacted
    (https://docs.slack.dev/reference/methods/reactions.get)."""
    return any(int(one.get("count") or 0) > len(one.get("users") or ()) for one in message.get("reactions") or ())


def _set_under(ts: str, message: Message) -> Iterable[_Shown]:
    for reaction in message.get("reactions") or ():
        for user in reaction.get("users") or ():
            yield _Shown(ts, shown(str(reaction["name"])), str(user))
