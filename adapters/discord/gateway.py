"""The gateway connection: discord.py's client, and what becomes of each event.

An event's handler only says whose turn it is: it never waits, since discord.py starts the handlers in the order in
which the events came, and that order is what a thread's lane keeps.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import discord
import structlog
from discord.gateway import DiscordWebSocket
from discord.http import Route
from yarl import URL

from adapters.chat.downloads import Downloads, Kept
from adapters.chat.lanes import Lanes, Pauses
from adapters.discord.answering.buttons import items_of
from adapters.discord.answering.commands import Tree, build_tree, sync
from adapters.discord.answering.interactions import Interactions
from adapters.discord.api.rest import Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.hearing.away import discord_away
from adapters.discord.hearing.catchup import CatchUp
from adapters.discord.hearing.inbound import Inbound
from adapters.discord.hearing.losses import Losses
from adapters.discord.hearing.members import Members
from adapters.discord.hearing.messages import is_said
from adapters.discord.hearing.order import Order
from adapters.discord.hearing.questions import Questions
from adapters.discord.hearing.reactions import Reactions, emoji_of
from adapters.discord.hearing.standing import Standing
from adapters.discord.people import People
from adapters.discord.rooms import Rooms
from adapters.discord.sending.troubles import Mended, Report
from core.engine import Engine
from core.frontdesk import FrontDesk
from core.ports import Clock
from core.storage import Store

log = structlog.get_logger(__name__)

INTENTS = discord.Intents(
    guilds=True, members=True, guild_messages=True, dm_messages=True, message_content=True, guild_reactions=True
)
_LONGEST_WAIT = 30.0
"""Seconds that discord.py waits out a rate limit; past it, what asked is tried again later, in its lane."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What outlives a connection."""

    desk: FrontDesk
    engine: Engine
    store: Store
    clock: Clock
    config: DiscordConfig
    rest: Rest
    rooms: Rooms
    people: People
    downloads: Downloads
    interactions: Interactions
    report: Report
    mended: Mended
    pauses: Pauses = Pauses()  # noqa: RUF009 - frozen, so safely shared
    settle: float = 2.0
    """Seconds without another server being told of, after which all are taken to be known."""
    between_sessions: float = 5.0
    """Seconds before another session is begun in place of one that is lost
    (https://discord.com/developers/docs/events/gateway#invalid-session)."""


def point_at(config: DiscordConfig, gateway: str) -> None:
    """Let discord.py speak to ``config.api_base``, and to the gateway that it named. It knows no seam for one client
    (2.7): both are its classes' own, and a process has one desk."""
    Route.BASE = config.api_base.rstrip("/")
    DiscordWebSocket.DEFAULT_GATEWAY = URL(gateway)


class Gateway(discord.Client):
    """``connected`` is told when a session has begun and its servers are known."""

    def __init__(self, around: Surroundings, connected: Callable[[], Awaitable[None]]) -> None:
        # The desk has no use for voice, and its operator none for a warning that its libraries are missing.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            max_ratelimit_timeout=_LONGEST_WAIT,
            guild_ready_timeout=around.settle,
            # For on_socket_raw_receive: of a member whom it does not keep, discord.py tells nothing else.
            enable_debug_events=True,
        )
        self._around = around
        self._connected = connected
        self.lanes = Lanes(around.pauses, away=discord_away)
        engine, store, rest, rooms = around.engine, around.store, around.rest, around.rooms
        self._inbound = Inbound(engine=engine, store=store, rest=rest, people=around.people, downloads=around.downloads)
        self._questions = Questions(around.desk, rest, around.people)
        self._losses = Losses(engine=engine, store=store, rest=rest, rooms=rooms)
        self._standing = Standing(client=self, desk=around.desk.desk, report=around.report, mended=around.mended)
        self._hidden: frozenset[int] = frozenset()
        self._catch_up = CatchUp(
            client=self,
            engine=engine,
            store=store,
            inbound=self._inbound,
            reactions=Reactions(store=store, inbound=self._inbound),
            losses=self._losses,
            standing=self._standing,
            report=around.report,
            mended=around.mended,
        )
        self._order = Order(
            client=self,
            store=store,
            clock=around.clock,
            rooms=rooms,
            lanes=self.lanes,
            catch_up=self._catch_up,
            homes=self._standing.homes,
            pauses=around.pauses,
        )
        self._members = Members(
            client=self,
            desk=around.desk,
            store=store,
            people=around.people,
            lanes=self.lanes,
            guilds=around.config.guilds,
        )
        self._tree: Tree = build_tree(self, around.interactions, around.desk.vocabulary, around.config.guilds)
        self.add_dynamic_items(*items_of(around.interactions))

    # --- the connection ------------------------------------------------------------------------------------------

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        if not initial:
            await asyncio.sleep(self._around.between_sessions)

    async def on_connect(self) -> None:
        """READY: a new session. A RESUME is none, and is not told here."""
        self._order.begin()

    async def on_ready(self) -> None:
        self._order.catch_up()
        self._members.ask()
        self.lanes.put("standing", self._connected)
        self._check()
        self._declare()

    async def on_error(self, event_method: str, /, *_args: Any, **_kwargs: Any) -> None:
        log.exception("discord_event_stumbled", event=event_method)

    def _is_me(self, user_id: int) -> bool:
        return self.user is not None and user_id == self.user.id

    def _check(self, channel_id: int | None = None) -> None:
        self._look_again()
        self.lanes.put("standing", partial(self._standing.check, channel_id))

    def _look_again(self) -> None:
        """Where the bot may read again, or may no more: of what is said there meanwhile nobody tells it."""
        hidden = self._standing.hidden()
        for thread in (thread for guild in self.guilds for thread in guild.threads):
            if thread.parent_id in self._hidden ^ hidden:
                self._order.owe(thread.id)
        self._hidden = hidden

    def _declare(self, *joined: str) -> None:
        self.lanes.put("commands", partial(self._sync, joined))

    async def _sync(self, joined: Sequence[str]) -> None:
        around = self._around
        await sync(self._tree, around.store, around.config.guilds, around.report, around.mended, joined=joined)

    # --- what is said ----------------------------------------------------------------------------------------------

    async def on_message(self, message: discord.Message) -> None:
        if not is_said(message):
            return
        if message.guild is None:
            answer, apologise = partial(self._questions.answer, message), partial(self._questions.apologise, message)
            self.lanes.put(("question", message.author.id), answer, instead=apologise)
        else:
            hear = partial(self._inbound.hear, message, Kept())
            self._order.put(message.channel.id, hear, instead=partial(self._inbound.apologise, message))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        if payload.guild_id is not None and is_said(payload.message):
            self._order.put(payload.channel_id, partial(self._inbound.edit, payload.message))

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        self._deleted(payload.guild_id, payload.channel_id, {payload.message_id})

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        self._deleted(payload.guild_id, payload.channel_id, payload.message_ids)

    def _deleted(self, guild_id: int | None, channel_id: int, message_ids: set[int]) -> None:
        if guild_id is None:
            return
        if channel_id in self._standing.homes:
            self.lanes.put(channel_id, partial(self._losses.cards_deleted, channel_id, message_ids))
        for message_id in sorted(message_ids):
            self._order.put(channel_id, partial(self._inbound.remove, message_id))

    # --- reactions -------------------------------------------------------------------------------------------------

    async def on_raw_reaction_add(self, payload: discord.RawReactionActionEvent) -> None:
        self._reacted(payload, on=True)

    async def on_raw_reaction_remove(self, payload: discord.RawReactionActionEvent) -> None:
        self._reacted(payload, on=False)

    def _reacted(self, payload: discord.RawReactionActionEvent, *, on: bool) -> None:
        who = payload.member or payload.user_id
        is_bot = self._is_me(payload.user_id) or (payload.member is not None and payload.member.bot)
        emoji = emoji_of(payload.emoji)
        if payload.guild_id is not None and emoji and not is_bot:
            react = partial(self._inbound.react, payload.message_id, who, emoji, on=on)
            self._order.put(payload.channel_id, react)

    async def on_raw_reaction_clear(self, payload: discord.RawReactionClearEvent) -> None:
        self._order.put(payload.channel_id, partial(self._inbound.clear_reactions, payload.message_id, None))

    async def on_raw_reaction_clear_emoji(self, payload: discord.RawReactionClearEmojiEvent) -> None:
        clear = partial(self._inbound.clear_reactions, payload.message_id, emoji_of(payload.emoji))
        self._order.put(payload.channel_id, clear)

    # --- forms -----------------------------------------------------------------------------------------------------

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Commands, buttons and menus are given out by discord.py itself; forms only where it rendered them."""
        if interaction.type is discord.InteractionType.modal_submit:
            await self._around.interactions.submit(interaction)

    # --- threads and channels --------------------------------------------------------------------------------------

    async def on_raw_thread_delete(self, payload: discord.RawThreadDeleteEvent) -> None:
        self._order.put(payload.thread_id, self._losses.thread_deleted)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self._order.begun(thread.id)

    def bound(self, channel_id: int) -> None:
        """As in ``Order``."""
        self._order.bound(channel_id)

    async def on_thread_join(self, thread: discord.Thread) -> None:
        """The bot sees it (again)."""
        if self._catch_up.is_unreadable(thread.id):
            self._order.owe(thread.id)

    async def on_guild_channel_delete(self, channel: discord.abc.GuildChannel) -> None:
        self.lanes.put(channel.id, partial(self._losses.channel_deleted, channel))
        self._check(channel.id)

    async def on_guild_channel_update(self, _before: Any, after: discord.abc.GuildChannel) -> None:
        self._check(after.id)

    async def on_guild_role_update(self, _before: discord.Role, _after: discord.Role) -> None:
        self._check()

    # --- people ----------------------------------------------------------------------------------------------------

    async def on_socket_raw_receive(self, message: str) -> None:
        if '"GUILD_MEMBER_UPDATE"' not in message:
            return
        event = json.loads(message)
        if event.get("t") == "GUILD_MEMBER_UPDATE":
            told = event["d"]
            self._members.changed(int(told["guild_id"]), int(told["user"]["id"]), told["roles"])
            if self._is_me(int(told["user"]["id"])):
                self._check()

    async def on_member_join(self, member: discord.Member) -> None:
        self._members.changed(member.guild.id, member.id, [str(role.id) for role in member.roles])

    async def on_raw_member_remove(self, payload: discord.RawMemberRemoveEvent) -> None:
        self._members.left(payload.user.id)

    async def on_guild_role_delete(self, role: discord.Role) -> None:
        self._members.role_deleted(role.id)
        self._check()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._members.ask()
        self._check()
        self._declare(str(guild.id))

    async def on_guild_available(self, _guild: discord.Guild) -> None:
        """After an outage: at the start, READY has it done once for all of them."""
        if self.is_ready():
            self._members.ask()

    async def on_guild_remove(self, _guild: discord.Guild) -> None:
        self._members.ask()
        self._check()
