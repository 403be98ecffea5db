"""What people do in a ticket's thread on Slack, made into commands: words, changed and taken away, and reactions.

In which order, and what is tried again, is ``order.py``'s; each of these may be called again from its start.
"""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol

import structlog

from adapters.chat.downloads import Downloads, Kept
from adapters.chat.erased import is_erased
from adapters.slack.api.client import Refused, Slack
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.edits import Edits
from adapters.slack.hearing.kinds import told_as
from adapters.slack.hearing.messages import Message, edited_at, is_said, line_for_app, root_of, words_of
from adapters.slack.hearing.telling import Telling
from adapters.slack.people import People
from adapters.slack.spot import Spot
from adapters.slack.words.parse import with_extras
from core.commands import Actor, AdvanceThread, Command, EditMessage, PostMessage, React, RemoveMessage
from core.engine import Engine
from core.errors import Busy, Forbidden, MissingTicket, NoSuchMessage, NoSuchPerson, Refusal, Unavailable
from core.model.ids import MessageId, PersonId
from core.model.people import Platform
from core.model.thread import Message as Said
from core.model.thread import MessageKind, Reaction, Thread
from core.ports import Clock
from core.storage import Store
from core.text import Text

log = structlog.get_logger(__name__)

SYSTEM = Actor(person=None, door=Platform.SYSTEM)
_NOT_PART = "This did not reach the ticket: you are not part of it. Whoever asked can bring you in with /ticket add."
_FAULT = (
    "Something went wrong on the desk's side, and this message did not reach the ticket. Please send it once more; "
    "the desk's admins find the fault in its log."
)
_STAYS_A_REPLY = (
    "This was sent to the student as a reply, and stays what it was for them: a reply does not become a note any more. "
    "To take it back, delete it; to leave a note, write a new message."
)
_STAYS_A_NOTE = (
    "This stays a note, which the student does not read: a note does not become a reply any more. To answer the "
    "student, write a new message."
)


class Asked(Protocol):
    async def __call__(self, event: Message, line: str, thread: Thread | None) -> None:
        """Words that are for the app, and no message of a ticket's. ``line``: what follows the mention of it, "" where
        there is none; ``thread``: the ticket's in which it was written, None outside of any."""


class Inbound:
    """``usual``: what plain words are in a thread of the staff's."""

    def __init__(
        self,
        *,
        engine: Engine,
        store: Store,
        slack: Slack,
        people: People,
        groups: Groups,
        downloads: Downloads,
        attachments: Attachments,
        asked: Asked,
        usual: MessageKind,
        clock: Clock,
    ) -> None:
        self._engine = engine
        self._store = store
        self._slack = slack
        self._people = people
        self._groups = groups
        self._downloads = downloads
        self._attachments = attachments
        self._asked = asked
        self._usual = usual
        self._telling = Telling(slack)
        self._edits = Edits(slack, clock)

    async def is_from_person(self, message: Message) -> bool:
        """Whether it is to be heard at all."""
        return is_said(message, (await self._slack.workspace()).bot_user)

    async def is_command(self, message: Message) -> bool:
        """Whether it is for the app, and no message of the ticket's."""
        return line_for_app(message, (await self._slack.workspace()).bot_user) is not None

    async def hear(self, message: Message, kept: Kept, thread: Thread) -> None:
        """Take what was said there, or answer it, where it is for the app. Who may not is told so, and nothing is
        recorded."""
        spot = Spot(str(message["channel"]), str(message["ts"]))
        if await self._is_done(_inbound(spot)) or await self._is_done(_passed_over(spot)):
            return
        line = line_for_app(message, (await self._slack.workspace()).bot_user)
        if line is None:
            await self._hear(message, kept, thread)
        else:
            await self._asked(message, line, thread)
            await self._pass_over(message, thread)

    async def refuse(self, message: Message, words: str, thread: Thread) -> None:
        """Do nothing of what it asks for; its author is told why."""
        spot = Spot(str(message["channel"]), str(message["ts"]))
        if not (await self._is_done(_inbound(spot)) or await self._is_done(_passed_over(spot))):
            await self.tell(message, words)
            await self._pass_over(message, thread)

    async def edit(self, message: Message, thread: Thread, *, is_of_now: bool = False) -> None:
        """Other words in a message. One that was never taken may have been overtaken, or refused for what it said: it
        is heard now. ``is_of_now``: Slack was asked, so that no newer words are known."""
        current = message if is_of_now else await self._edits.current(message)
        if current is None:
            return
        known = await self._known(str(current["ts"]), thread)
        said = await self._said(known, thread)
        if said is not None:
            await self._as_author(current, partial(self._edit, current, said, thread), thread)
        elif known is None and not await self._is_done(_inbound(Spot(str(current["channel"]), str(current["ts"])))):
            await self._hear(current, Kept(), thread)

    async def differs(self, message: Message, said: Said, thread: Thread) -> bool:
        """Whether it was changed since it was taken as ``said``."""
        return bool(edited_at(message)) and (await self._told(message, thread))[1] != said.text

    async def remove(self, ts: str, thread: Thread) -> None:
        """It is gone from the thread; that a copy of somebody else's words is gone means nothing. One that was never
        heard may have been overtaken, and is not heard any more."""
        known = await self._known(ts, thread)
        said = await self._said(known, thread)
        if said is not None:
            actor = Actor(person=None, door=Platform.SLACK, thread=thread.id)
            await self._quietly(RemoveMessage(ticket=thread.ticket, message=said.id), actor)
        elif known is None:
            spot = Spot(Spot.of(thread.external_id or "").channel, ts)
            gone = Actor(person=None, door=Platform.SYSTEM, inbound=_inbound(spot))
            await self._engine.handle(AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=ts), gone)

    async def react(self, ts: str, user_id: str, emoji: str, thread: Thread, *, on: bool) -> None:
        message = await self._known(ts, thread)
        if message is None:
            return
        try:
            person = await self._people.person(user_id)
        except NoSuchPerson as stranger:
            log.info("slack_reaction_of_nobody", reason=stranger.reason)
            return
        actor = Actor(person=person, door=Platform.SLACK, thread=thread.id)
        await self._quietly(React(ticket=thread.ticket, message=message, emoji=emoji, on=on), actor)

    async def take_back(self, reaction: Reaction, thread: Thread) -> None:
        """It is no longer there."""
        actor = Actor(person=reaction.person, door=Platform.SLACK, thread=thread.id)
        off = React(ticket=thread.ticket, message=reaction.message, emoji=reaction.emoji, on=False)
        await self._quietly(off, actor)

    async def apologise(self, message: Message, thread: Thread) -> None:
        """For a fault of ours, which the log has: whoever wrote it must not believe that it was read."""
        await self.tell(message, _FAULT)

    async def tell(self, message: Message, words: str) -> None:
        """Its author alone, in its thread."""
        await self._telling.tell(
            str(message["user"]), words, channel=str(message["channel"]), thread_ts=root_of(message)
        )

    async def _as_author(self, message: Message, do: Callable[[PersonId], Awaitable[None]], thread: Thread) -> bool:
        """False where it was refused, and its author told so.

        Somebody may have come into a user group a moment ago: before a refusal Slack is asked for them anew.
        """
        user_id = str(message["user"])
        try:
            try:
                await do(await self._author(user_id))
            except (Forbidden, MissingTicket):
                if not await self._is_other_now(user_id):
                    raise
                await do(await self._author(user_id))
        except (Unavailable, Busy):
            raise
        except NoSuchMessage:
            return True
        except MissingTicket:
            await self.tell(message, _NOT_PART)
            return False
        except Refusal as refusal:
            await self.tell(message, refusal.sentence())
            return False
        return True

    async def _author(self, user_id: str) -> PersonId:
        """Somebody who left since they wrote it wrote it all the same."""
        try:
            return await self._people.person(user_id)
        except NoSuchPerson:
            known = (await self._people.known([user_id])).get(user_id)
            if known is None:
                raise
            return known

    async def _is_other_now(self, user_id: str) -> bool:
        """Whether they are in other user groups than was known of them."""
        if self._groups.are_recent:
            return False
        before = self._groups.of(user_id)
        try:
            await self._groups.load()
        except Refused as refused:
            log.info("slack_groups_not_read", reason=str(refused))
        return self._groups.of(user_id) != before

    async def _post(self, message: Message, kept: Kept, thread: Thread, inbound: str, author: PersonId) -> None:
        actor = Actor(person=author, door=Platform.SLACK, inbound=inbound, thread=thread.id)
        found = await self._attachments.of(message)
        if not await is_erased(thread, self._store):
            await self._downloads.keep(found.attachments, actor, kept)
        kind, text = await self._told(message, thread, [*kept.lost.values(), *found.elsewhere])
        if text or kept.files:
            post = PostMessage(
                ticket=thread.ticket,
                kind=kind,
                text=text,
                files=tuple(kept.files.values()),
                external_id=str(message["ts"]),
            )
            await self._engine.handle(post, actor)
        else:
            await self._pass_over(message, thread)

    async def _edit(self, message: Message, said: Said, thread: Thread, author: PersonId) -> None:
        kind, text = await self._told(message, thread)
        inbound = f"edit:{message['channel']}:{message['ts']}:{edited_at(message)}"
        if said.kind is MessageKind.REPLY and kind is MessageKind.NOTE:
            await self._tell_once(message, _STAYS_A_REPLY, thread, inbound)
            return
        actor = Actor(person=author, door=Platform.SLACK, inbound=inbound, thread=thread.id)
        await self._engine.handle(EditMessage(ticket=thread.ticket, message=said.id, text=text), actor)
        if said.kind is not kind:
            await self._tell_once(message, _STAYS_A_NOTE, thread, inbound)

    async def _told(
        self, message: Message, thread: Thread, lost_files: Sequence[str] | None = None
    ) -> tuple[MessageKind, Text]:
        """As what and how it goes into the ticket. Without ``lost_files``: as it would, without fetching any file."""
        if lost_files is None:
            found = await self._attachments.of(message)
            lost_files = [*self._downloads.too_many_or_large(found.attachments), *found.elsewhere]
        kind, text = told_as(await words_of(message, self._people, self._groups), thread, self._usual)
        return kind, with_extras(text, lost_files=lost_files)

    async def _tell_once(self, message: Message, words: str, thread: Thread, inbound: str) -> None:
        """Each catch-up finds the same edit again."""
        once = Actor(person=None, door=Platform.SYSTEM, inbound=f"slack told {inbound}")
        if await self._engine.earlier(once) is None:
            await self.tell(message, words)
            cursor = thread.cursor or str(message["ts"])
            await self._engine.handle(AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=cursor), once)

    async def _hear(self, message: Message, kept: Kept, thread: Thread) -> None:
        inbound = _inbound(Spot(str(message["channel"]), str(message["ts"])))
        if not await self._as_author(message, partial(self._post, message, kept, thread, inbound), thread):
            await self._pass_over(message, thread)

    async def _pass_over(self, message: Message, thread: Thread) -> None:
        """The thread is read as far as there, and the message needs no second look."""
        spot = Spot(str(message["channel"]), str(message["ts"]))
        advance = AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=spot.ts)
        await self._engine.handle(advance, Actor(person=None, door=Platform.SYSTEM, inbound=_passed_over(spot)))

    async def _is_done(self, inbound: str) -> bool:
        """Whether a message was taken, or taken back before it could be."""
        async with self._store.read() as work:
            found = [await work.inbox.find(door, inbound) for door in (Platform.SLACK, Platform.SYSTEM)]
        return any(outcome is not None for outcome in found)

    async def _known(self, ts: str, thread: Thread) -> MessageId | None:
        async with self._store.read() as work:
            return await work.copies.find(thread.id, ts)

    async def _said(self, message: MessageId | None, thread: Thread) -> Said | None:
        """The message that was said in the thread itself, if it is still there."""
        if message is None:
            return None
        async with self._store.read() as work:
            said = await work.messages.get(message)
        return said if said is not None and said.origin == thread.id and said.undone_at is None else None

    async def _quietly(self, command: Command, actor: Actor) -> None:
        """What is refused is told nobody: there are no words of anybody's in it."""
        try:
            await self._engine.handle(command, actor)
        except (Unavailable, Busy):
            raise
        except Refusal as refusal:
            log.info("slack_event_refused", command=type(command).__name__, reason=refusal.reason)


def _inbound(spot: Spot) -> str:
    """What is the same however often, and in whichever way, Slack tells of a message."""
    return f"message:{spot.external_id}"


def _passed_over(spot: Spot) -> str:
    """The same, of one of which nothing was taken as it was."""
    return f"passed over {spot.external_id}"
