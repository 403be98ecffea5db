"""What happened in a thread while the desk was away: read from Slack, from the stored cursor on, oldest first.

Slack keeps no record of what was changed or deleted. So what stands there since the oldest of the newest hundred
messages that the desk knows is held against them: an edit or a removal further back stays unseen. What cannot be read
is told to the staff, in the ticket: also what a workspace without a paid plan shows no more.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog

from adapters.chat.downloads import Kept
from adapters.slack.api.client import Refused, Slack
from adapters.slack.api.codes import BAD_TOKEN, NO_SCOPE, WORKSPACE_AWAY
from adapters.slack.hearing.away import slack_away
from adapters.slack.hearing.inbound import SYSTEM, Inbound
from adapters.slack.hearing.losses import Losses
from adapters.slack.hearing.messages import Message
from adapters.slack.hearing.reactions import Reactions
from adapters.slack.hearing.standing import Standing
from adapters.slack.rooms import permalink
from adapters.slack.sending.troubles import Troubles, scope_key
from adapters.slack.spot import Spot, seconds
from core.commands import AdvanceThread, NoteCaughtUp, NoteGap
from core.engine import Engine
from core.model.ids import ref_of
from core.model.thread import Copy, GapReason, Thread
from core.model.thread import Message as Said
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

_KNOWN = 100
_PAGE = 200
"""https://docs.slack.dev/reference/methods/conversations.replies recommends no more."""
_AT_ONCE = 2
"""Threads that are read side by side: at a start there may be thousands, and Slack takes some fifty calls a minute
(https://docs.slack.dev/apis/web-api/rate-limits, tier 3)."""
_STALE = 300.0
"""Seconds that a command may have waited and still be what its author wants."""
_UNSURE = 3 * 86_400.0
"""Seconds for which what was passed over is looked at again. What came of each message is remembered for longer."""
_TOO_LATE = (
    "The desk was away when you wrote this, so it was not done. If you still want it, please write it once more."
)
_READ = "conversations.replies"
_NO_THREAD = "thread_not_found"
_SHOWN_FOR = timedelta(days=90)
"""What a workspace without a paid plan shows of the past
(https://slack.com/help/articles/27204752526611-Feature-limitations-on-the-free-version-of-Slack)."""
ALL_READ = "slack.all_read"
"""The mark that tells when all live threads were read last."""


def history_key(channel: str) -> str:
    return f"slack:history:{channel}"


@dataclass(slots=True)
class _Read:
    messages: dict[str, Message] = field(default_factory=dict)
    """By their ts, without the one that the thread stands under."""
    is_deleted: bool = False
    """Whether that one was."""
    is_limited: bool = False
    """Whether there are older ones that Slack does not show
    (https://docs.slack.dev/reference/methods/conversations.history)."""

    def hides(self, ts: str) -> bool:
        """Whether a message that is not among them may be there all the same."""
        return self.is_limited and all(seconds(ts) < seconds(shown) for shown in self.messages)


class CatchUp:
    def __init__(
        self,
        *,
        slack: Slack,
        engine: Engine,
        store: Store,
        clock: Clock,
        inbound: Inbound,
        reactions: Reactions,
        losses: Losses,
        standing: Standing,
        troubles: Troubles,
    ) -> None:
        self._slack = slack
        self._engine = engine
        self._store = store
        self._clock = clock
        self._inbound = inbound
        self._reactions = reactions
        self._losses = losses
        self._standing = standing
        self._troubles = troubles
        self._slots = asyncio.Semaphore(_AT_ONCE)

    async def run(self, thread: Thread) -> None:
        """May be called again from its start. Raises Unavailable and Retry, and Refused for what is wrong with the
        token."""
        async with self._slots:
            try:
                await self._run(thread)
            except Refused as refused:
                if refused.method != _READ or refused.error in BAD_TOKEN | WORKSPACE_AWAY:
                    raise
                await self._unread(thread, refused)

    async def _run(self, thread: Thread) -> None:
        async with self._store.read() as work:
            now = await work.threads.get(thread.id)
            known = await work.copies.said_in(thread.id, limit=_KNOWN)
            unread = await work.marks.get(_unread_in(thread))
        if now is None or now.external_id is None or now.lost_at is not None:
            return
        spot = Spot.of(now.external_id)
        since = unread or now.cursor or spot.ts
        read = await self._missed(now, spot, since, known)
        await self._readable(spot.channel)
        await self._changed(now, known, read)
        if read.is_limited:
            await self._too_old(now, since, unread=bool(unread))
        if unread:
            await self._caught_up(now)
        if read.is_deleted:  # which is no reason not to hear what was written under it
            await self._losses.card_deleted(now)
            return
        await self._reactions.compare(now, read.messages)
        await self._advance(now, max(read.messages, key=seconds, default=spot.ts))

    async def _missed(self, thread: Thread, spot: Spot, since: str, known: Sequence[tuple[Said, Copy]]) -> _Read:
        """Hear it, page by page, the oldest first; with what is to be compared."""
        oldest = _first(spot, since, known)
        asking = {"channel": spot.channel, "ts": spot.ts, "oldest": oldest, "inclusive": True, "limit": _PAGE}
        taken = {copy.external_ids[0] for _, copy in known}
        read = _Read()
        cursor: str | None = None
        while cursor != "":
            answer = await self._slack.call(_READ, {**asking, "cursor": cursor})
            read.is_limited = read.is_limited or bool(answer.get("is_limited"))
            for message in answer.get("messages", ()):
                if message["ts"] == spot.ts:
                    read.is_deleted = message.get("subtype") == "tombstone"
                    continue
                read.messages[str(message["ts"])] = {**message, "channel": spot.channel}
                if message["ts"] not in taken:
                    await self._hear({**message, "channel": spot.channel}, since, thread)
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
        return read

    async def _hear(self, message: Message, since: str, thread: Thread) -> None:
        """Those before ``since`` too, for a while: what was told to a process that died over it may lie between what
        others took."""
        is_newer = seconds(str(message["ts"])) > seconds(since) or self._age(message) < _UNSURE
        if not is_newer or not await self._inbound.is_from_person(message):
            return
        try:
            if await self._inbound.is_command(message) and self._age(message) > _STALE:
                await self._inbound.refuse(message, _TOO_LATE, thread)
            else:
                await self._inbound.hear(message, Kept(), thread)
        except Exception as error:
            if slack_away(error) is not None:
                raise
            log.exception("slack_message_stumbled", ts=message["ts"])
            await self._inbound.apologise(message, thread)

    def _age(self, message: Message) -> float:
        return self._clock.now().timestamp() - seconds(str(message["ts"]))

    async def _changed(self, thread: Thread, known: Sequence[tuple[Said, Copy]], read: _Read) -> None:
        """``known`` was known before all since the oldest of them was read: what is not there is gone, or hidden."""
        for said, copy in reversed(known):
            ts = copy.external_ids[0]
            message = read.messages.get(ts)
            if message is None:
                if not read.hides(ts):
                    await self._inbound.remove(ts, thread)
            elif await self._inbound.differs(message, said, thread):
                await self._inbound.edit(message, thread, is_of_now=True)

    async def _advance(self, thread: Thread, newest: str) -> None:
        async with self._store.read() as work:
            now = await work.threads.get(thread.id)
        if now is not None and seconds(newest) > seconds(now.cursor or "0.000000"):
            await self._engine.handle(AdvanceThread(ticket=thread.ticket, thread=thread.id, cursor=newest), SYSTEM)

    async def _readable(self, channel: str) -> None:
        await self._troubles.fine(history_key(channel))
        await self._troubles.fine(scope_key("im:history" if channel.startswith("D") else "groups:history"))

    async def _unread(self, thread: Thread, refused: Refused) -> None:
        """Slack does not let the app read it: perhaps because it is not there."""
        spot = Spot.of(thread.external_id or "")
        if refused.error == _NO_THREAD and await self._is_gone(spot):
            await self._losses.card_deleted(thread)
            return
        log.warning("slack_thread_not_read", thread=thread.id, reason=str(refused))
        since = await self.shut_out(thread)
        await self._hear_broadcasts(thread, spot, since)
        if refused.error in NO_SCOPE:
            await self._troubles.lacks(refused)
        elif not self._standing.is_out_of(spot.channel):  # of that the admins are told already
            await self._troubles.found(history_key(spot.channel), await self._sentence(thread, spot, refused))

    async def _is_gone(self, spot: Spot) -> bool:
        asking = {"channel": spot.channel, "oldest": spot.ts, "latest": spot.ts, "inclusive": True, "limit": 1}
        try:
            answer = await self._slack.call("conversations.history", asking)
        except Refused:
            return False
        is_there = any(message["ts"] == spot.ts for message in answer.get("messages", ()))
        return not (is_there or answer.get("is_limited"))

    async def shut_out(self, thread: Thread) -> str:
        """It cannot be read; from where it is to be once it can. Raises Unavailable."""
        since = await self._keep_place(thread)
        await self._note_gap(thread, GapReason.SHUT_OUT, _moment(since))
        return since

    async def _too_old(self, thread: Thread, since: str, *, unread: bool) -> None:
        """Slack hides the beginning of what was asked for. Where all was read later than that, nothing was missed."""
        async with self._store.read() as work:
            all_read = None if unread else await work.marks.get(ALL_READ)
        known_until = max(_moment(since), _moment(all_read or "0.000000"))
        shown_from = self._clock.now() - _SHOWN_FOR
        if known_until < shown_from:
            await self._note_gap(thread, GapReason.TOO_OLD, known_until, shown_from)

    async def _note_gap(
        self, thread: Thread, reason: GapReason, since: datetime, until: datetime | None = None
    ) -> None:
        gap = NoteGap(ticket=thread.ticket, thread=thread.id, reason=reason, since=since, until=until)
        await self._engine.handle(gap, SYSTEM)

    async def _caught_up(self, thread: Thread) -> None:
        await self._engine.handle(NoteCaughtUp(ticket=thread.ticket, thread=thread.id), SYSTEM)
        async with self._store.write() as work:
            await work.marks.put(_unread_in(thread), "")

    async def _keep_place(self, thread: Thread) -> str:
        """What is heard there meanwhile moves the cursor on."""
        async with self._store.write() as work:
            since = await work.marks.get(_unread_in(thread))
            if not since:
                now = await work.threads.get(thread.id) or thread
                since = now.cursor or Spot.of(thread.external_id or "").ts
                await work.marks.put(_unread_in(thread), since)
        return since

    async def _hear_broadcasts(self, thread: Thread, spot: Spot, since: str) -> None:
        """What was sent to the channel too can be read there."""
        asking = {"channel": spot.channel, "oldest": since, "limit": _PAGE}
        try:
            answer = await self._slack.call("conversations.history", asking)
        except Refused as refused:
            log.info("slack_channel_not_read", reason=str(refused))
            return
        for message in reversed(answer.get("messages", ())):
            if message.get("thread_ts") == spot.ts and message["ts"] != spot.ts:
                await self._hear({**message, "channel": spot.channel}, since, thread)

    async def _sentence(self, thread: Thread, spot: Spot, refused: Refused) -> str:
        url = permalink((await self._slack.workspace()).url, spot)
        return (
            f"Slack does not let the app read what was written in the thread of {ref_of(thread.ticket)} ({url}) while "
            f"the desk was away ({refused.error}), nor perhaps in others of that channel. What is written there while "
            "the desk is running reaches the ticket; please look through the thread for what came before."
        )


def _first(spot: Spot, since: str, known: Sequence[tuple[Said, Copy]]) -> str:
    """From where it is read: what is new, and what is to be compared, which in most threads is all."""
    if len(known) < _KNOWN:
        return spot.ts
    return min((since, *(copy.external_ids[0] for _, copy in known)), key=seconds)


def _moment(ts: str) -> datetime:
    return datetime.fromtimestamp(seconds(ts), UTC)


def _unread_in(thread: Thread) -> str:
    """The mark that tells from where a thread that could not be read is to be read; "" once it was."""
    return f"slack.unread.{thread.id}"
