"""What people do in a ticket's thread on Discord, made into commands: words, changed and taken away, and reactions.

In which order, and what is tried again, is ``order.py``'s; each of these may be called again from its start.
"""

from collections.abc import Awaitable, Callable
from functools import partial

import discord
import structlog

from adapters.chat.downloads import Downloads, Kept
from adapters.chat.erased import is_erased
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.hearing.messages import attachments_of, is_said, known_as, text_of
from adapters.discord.people import People
from adapters.discord.words import fit, markup
from core.commands import Actor, AdvanceThread, Command, EditMessage, PostMessage, React, RemoveMessage
from core.engine import Engine
from core.errors import Busy, Forbidden, MissingTicket, NoSuchMessage, Refusal, Unavailable
from core.model.ids import MessageId, PersonId
from core.model.people import Platform
from core.model.thread import Audience, Message, MessageKind, Reaction, Thread
from core.storage import Store
from core.text import Text

log = structlog.get_logger(__name__)

SYSTEM = Actor(person=None, door=Platform.SYSTEM)
_MESSAGE = 2_000
_QUIET = 1 << 2 | 1 << 12
"""No previews of links, no sound (https://discord.com/developers/docs/resources/message#message-object-message-flags)."""
_NOT_PART = "This did not reach the ticket: you are not part of it. Whoever asked can bring you in with /ticket add."
_FAULT = (
    "Something went wrong on the desk's side, and this message did not reach the ticket. Please send it once more; "
    "the desk's admins find the fault in its log."
)


class Inbound:
    def __init__(self, *, engine: Engine, store: Store, rest: Rest, people: People, downloads: Downloads) -> None:
        self._engine = engine
        self._store = store
        self._rest = rest
        self._people = people
        self._downloads = downloads

    async def hear(self, message: discord.Message, kept: Kept, thread: Thread) -> None:
        """Take what was said there. Who may not is told so, in the thread, and nothing is recorded."""
        inbound = f"message:{message.id}"
        if await self._engine.earlier(Actor(person=None, door=Platform.DISCORD, inbound=inbound)) is None:
            post = partial(self._post, message, kept, thread, inbound)
            if not await self._as_author(message, post, thread):
                await self._engine.handle(
                    AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=str(message.id)), SYSTEM
                )

    async def edit(self, message: discord.Message, thread: Thread) -> None:
        """Other words in a message that is known. Previews of links come as edits too, and change nothing."""
        said = await self._said(message.id, thread)
        if said is not None and is_said(message) and message.edited_at is not None:
            await self._as_author(message, partial(self._edit, message, said.id, thread), thread)

    async def differs(self, message: discord.Message, said: Message) -> bool:
        """Whether it was changed since it was taken as ``said``."""
        return message.edited_at is not None and await self._words(message) != said.text

    async def remove(self, message_id: int, thread: Thread) -> None:
        """It is gone from the thread; that a copy of somebody else's words is gone means nothing."""
        said = await self._said(message_id, thread)
        if said is not None:
            actor = Actor(person=None, door=Platform.DISCORD, thread=thread.id)
            await self._quietly(RemoveMessage(ticket=thread.ticket, message=said.id), actor)

    async def react(
        self, message_id: int, user: discord.abc.User | int, emoji: str, thread: Thread, *, on: bool
    ) -> None:
        """``user``: a number alone where Discord told no more, of somebody whom the desk may know."""
        message = await self._known(message_id, thread)
        if message is None:
            return
        if isinstance(user, int):
            person = (await known_as([user], self._store)).get(str(user))
        else:
            person = await self._people.person(user)
        if person is not None:
            await self._react(message, person, emoji, thread, on=on)

    async def take_back(self, reaction: Reaction, thread: Thread) -> None:
        """It is no longer there."""
        await self._react(reaction.message, reaction.person, reaction.emoji, thread, on=False)

    async def clear_reactions(self, message_id: int, emoji: str | None, thread: Thread) -> None:
        """Somebody who keeps order took all reactions away, or all of one emoji."""
        message = await self._known(message_id, thread)
        if message is None:
            return
        async with self._store.read() as work:
            there = await work.reactions.of(thread.ticket)
        for one in there:
            if one.message == message and one.platform is Platform.DISCORD and emoji in (None, one.emoji):
                await self.take_back(one, thread)

    async def apologise(self, message: discord.Message, thread: Thread) -> None:
        """For a fault of ours, which the log has: whoever wrote it must not believe that it was read."""
        await self._tell(message, _FAULT, thread)

    async def _as_author(
        self, message: discord.Message, do: Callable[[PersonId], Awaitable[None]], thread: Thread
    ) -> bool:
        """False where it was refused, and its author told so.

        What was written while the desk was away comes without its author's roles: before a refusal they are asked for.
        """
        try:
            try:
                await do(await self._author(message))
            except (Forbidden, MissingTicket):
                member = await _member(message)
                if member is None or isinstance(message.author, discord.Member):
                    raise
                await do(await self._people.person(member))
        except (Unavailable, Busy):
            raise
        except NoSuchMessage:
            return True
        except MissingTicket:
            await self._tell(message, _NOT_PART, thread)
            return False
        except Refusal as refusal:
            await self._tell(message, refusal.sentence(), thread)
            return False
        return True

    async def _post(self, message: discord.Message, kept: Kept, thread: Thread, inbound: str, author: PersonId) -> None:
        actor = Actor(person=author, door=Platform.DISCORD, inbound=inbound, thread=thread.id)
        if not await is_erased(thread, self._store):
            await self._downloads.keep(attachments_of(message), actor, kept)
        text = await text_of(message, self._store, list(kept.lost.values()))
        if text or kept.files:
            post = PostMessage(
                ticket=thread.ticket,
                kind=MessageKind.NOTE if thread.audience is Audience.STAFF else MessageKind.REPLY,
                text=text,
                files=tuple(kept.files.values()),
                external_id=str(message.id),
            )
            await self._engine.handle(post, actor)

    async def _edit(self, message: discord.Message, said: MessageId, thread: Thread, author: PersonId) -> None:
        at = message.edited_at.timestamp() if message.edited_at is not None else 0
        actor = Actor(person=author, door=Platform.DISCORD, inbound=f"edit:{message.id}:{at:.3f}", thread=thread.id)
        edit = EditMessage(ticket=thread.ticket, message=said, text=await self._words(message))
        await self._engine.handle(edit, actor)

    async def _words(self, message: discord.Message) -> Text:
        """As ``_post`` would have it, without fetching any file."""
        return await text_of(message, self._store, self._downloads.too_many_or_large(attachments_of(message)))

    async def _author(self, message: discord.Message) -> PersonId:
        """What is read from the past comes without the author's name on the server: for somebody who is known it is
        not asked for, or their name would change to and fro."""
        if isinstance(message.author, discord.Member):
            return await self._people.person(message.author)
        known = (await known_as([message.author.id], self._store)).get(str(message.author.id))
        return known or await self._people.person(await _member(message) or message.author)

    async def _said(self, message_id: int, thread: Thread) -> Message | None:
        """The message that was said in the thread itself, if it is still there."""
        async with self._store.read() as work:
            known = await work.copies.find(thread.id, str(message_id))
            said = await work.messages.get(known) if known is not None else None
        return said if said is not None and said.origin == thread.id and said.undone_at is None else None

    async def _known(self, message_id: int, thread: Thread) -> MessageId | None:
        async with self._store.read() as work:
            return await work.copies.find(thread.id, str(message_id))

    async def _react(self, message: MessageId, person: PersonId, emoji: str, thread: Thread, *, on: bool) -> None:
        actor = Actor(person=person, door=Platform.DISCORD, thread=thread.id)
        await self._quietly(React(ticket=thread.ticket, message=message, emoji=emoji, on=on), actor)

    async def _quietly(self, command: Command, actor: Actor) -> None:
        """What is refused is told nobody: there are no words of anybody's in it."""
        try:
            await self._engine.handle(command, actor)
        except (Unavailable, Busy):
            raise
        except Refusal as refusal:
            log.info("discord_event_refused", command=type(command).__name__, reason=refusal.reason)

    async def _tell(self, message: discord.Message, words: str, thread: Thread) -> None:
        """As an answer to the message, without a ping. The nonce makes one of it, however often it is sent."""
        payload = {
            "content": fit.clip(markup.plain(words), _MESSAGE),
            "message_reference": {"message_id": str(message.id), "fail_if_not_exists": False},
            "allowed_mentions": {"parse": [], "replied_user": False},
            "nonce": f"no-{message.id}",
            "enforce_nonce": True,
            "flags": _QUIET,
        }
        try:
            await self._rest.call("POST", f"/channels/{thread.external_id}/messages", json=payload)
        except Refused as refused:
            log.warning("discord_refusal_not_told", thread=thread.id, reason=str(refused))


async def _member(message: discord.Message) -> discord.Member | None:
    """The author with the name and the roles that they have now; None where they left."""
    guild = message.guild
    if not isinstance(guild, discord.Guild):
        return None
    try:
        return guild.get_member(message.author.id) or await guild.fetch_member(message.author.id)
    except (discord.NotFound, discord.Forbidden):
        return None
