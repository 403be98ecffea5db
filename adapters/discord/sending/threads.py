"""Threads on Discord: made once, opened for work where they were put away, and put away when there is no room.

https://discord.com/developers/docs/topics/threads
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any, TypeVar

from adapters.discord.api.codes import NOT_THERE, Code
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.sending.places import Places
from core.model.people import Platform
from core.storage import Store

_T = TypeVar("_T")
Work = Callable[[], Awaitable[_T]]

_PRIVATE = 12
_WEEK = 10_080
"""Minutes without a word until Discord puts a thread away by itself; the longest that it offers."""
_CLOSED = frozenset({Code.ARCHIVED, Code.LOCKED, Code.MISSING_PERMISSIONS})
"""How Discord answers work in a thread that was put away."""


class Threads:
    def __init__(self, rest: Rest, store: Store, places: Places) -> None:
        self._rest = rest
        self._store = store
        self._places = places
        self._making_room = asyncio.Lock()

    async def create(self, place: str, name: str) -> str:
        """A private thread to which only staff can add people; its id."""
        body = {"type": _PRIVATE, "name": name, "auto_archive_duration": _WEEK, "invitable": False}

        async def create() -> Any:
            return await self._rest.call("POST", f"/channels/{place}/threads", json=body)

        made = await self.with_room((await self._places.of(place)).guild, create)
        return str(made["id"])

    async def create_under(self, place: str, message: str, name: str) -> None:
        """The thread under a message; it may be there already. Raises Refused."""
        body = {"name": name, "auto_archive_duration": _WEEK}

        async def create() -> Any:
            return await self._rest.call("POST", f"/channels/{place}/messages/{message}/threads", json=body)

        try:
            await self.with_room((await self._places.of(place)).guild, create)
        except Refused as refused:
            if refused.code != Code.HAS_THREAD:
                raise

    async def find(self, place: str, name: str, after: int) -> str | None:
        """The thread of ours called ``name`` with an id above ``after`` that is no ticket's yet. The title in its name
        may have changed since."""
        guild = (await self._places.of(place)).guild
        me = await self._places.me()
        for path in (f"/guilds/{guild}/threads/active", f"/channels/{place}/threads/archived/private"):
            listed = await self._rest.call("GET", path)
            for thread in sorted(listed["threads"], key=lambda one: int(one["id"])):
                ours = str(thread.get("owner_id")) == me and _ref_in(thread.get("name")) == _ref_in(name)
                here = str(thread.get("parent_id")) == place and int(thread["id"]) > after
                if ours and here and not await self.is_bound(str(thread["id"])):
                    return str(thread["id"])
        return None

    async def is_bound(self, external_id: str) -> bool:
        """Whether the desk knows it as some ticket's already."""
        async with self._store.read() as work:
            return await work.threads.find(Platform.DISCORD, external_id) is not None

    async def exists(self, thread: str) -> bool:
        try:
            await self._rest.call("GET", f"/channels/{thread}")
        except Refused as refused:
            if refused.code != Code.UNKNOWN_CHANNEL:
                raise
            return False
        return True

    async def while_open(self, thread: str, guild: str, work: Work[_T], *, over: bool, again: bool) -> _T:
        """Do ``work`` in a thread, which is opened for it if it was put away; one whose ticket is ``over`` is put away
        again after it. ``again``: an earlier attempt may have opened it and gone no further."""
        opened = over and (again or await self._is_archived(thread))
        try:
            if opened:
                await self._open(thread, guild, over=over)
            try:
                done = await self.with_room(guild, work)
            except Refused as refused:
                if opened or not await self._was_closed(thread, refused):
                    raise
                opened = True
                await self._open(thread, guild, over=over)
                done = await work()
        except Refused:
            # That may have been the last attempt. Anything else is tried again, and puts the thread away then.
            if opened and over:
                await self.put_away(thread)
            raise
        if opened and over:
            await self.put_away(thread)
        return done

    async def delete(self, thread: str) -> None:
        """With all that stands in it; it may be gone already."""
        try:
            await self._rest.call("DELETE", f"/channels/{thread}")
        except Refused as refused:
            if refused.code != Code.UNKNOWN_CHANNEL:
                raise

    async def put_away(self, thread: str) -> None:
        await self._change(thread, {"archived": True, "locked": True})

    async def settle(self, thread: str, guild: str, *, over: bool) -> None:
        """Put a thread away, or bring it back."""
        changes = {"archived": over, "locked": over}

        async def change() -> None:
            await self._change(thread, changes)

        try:
            await self.with_room(guild, change)
        except Refused as refused:
            if refused.code != Code.ARCHIVED:
                raise
            # One that Discord archived by itself is not locked by then, and cannot be while it is archived.
            await self._open(thread, guild, over=over)
            await change()

    async def with_room(self, guild: str, work: Work[_T]) -> _T:
        """Do ``work``, which may need a place among the server's active threads."""
        try:
            return await work()
        except Refused as refused:
            if refused.code != Code.THREADS_FULL:
                raise
            # One at a time: two that archived the same thread would then share its one place.
            async with self._making_room:
                if not await self._make_room(guild):
                    raise
                return await work()

    async def _make_room(self, guild: str) -> bool:
        """Archive the thread whose ticket has been over the longest. False where there is none."""
        listed = await self._rest.call("GET", f"/guilds/{guild}/threads/active")
        ids = [str(thread["id"]) for thread in listed["threads"]]
        async with self._store.read() as work:
            over = await work.threads.over(Platform.DISCORD, ids)
        for thread in over:
            with suppress(Refused):
                await self.put_away(str(thread.external_id))
                return True
        return False

    async def bring_in(self, thread: str, people: tuple[str, ...], brought: set[str]) -> list[str]:
        """Add people; those who left the server are passed over, and so are the ``brought``, who become more. Returns
        those who cannot see the channel, whom Discord does not let into a thread of it."""
        blind: list[str] = []
        for person in people:
            if person in brought:
                continue
            try:
                await self._rest.call("PUT", f"/channels/{thread}/thread-members/{person}")
            except Refused as refused:
                if refused.code == Code.MISSING_ACCESS:
                    # Of the bot or of the person? Where it is the bot, this refuses too.
                    await self._rest.call("GET", f"/channels/{thread}")
                    blind.append(person)
                    continue
                if refused.code not in NOT_THERE | {Code.THREAD_FULL}:
                    raise
            brought.add(person)
        return blind

    async def take_out(self, thread: str, people: tuple[str, ...]) -> None:
        for person in people:
            try:
                await self._rest.call("DELETE", f"/channels/{thread}/thread-members/{person}")
            except Refused as refused:
                if refused.code not in NOT_THERE:
                    raise

    async def _was_closed(self, thread: str, refused: Refused) -> bool:
        if refused.code not in _CLOSED:
            return False
        return refused.code != Code.MISSING_PERMISSIONS or await self._is_archived(thread)

    async def _is_archived(self, thread: str) -> bool:
        found = await self._rest.call("GET", f"/channels/{thread}")
        metadata: Mapping[str, Any] = found.get("thread_metadata") or {}
        return bool(metadata.get("archived"))

    async def _open(self, thread: str, guild: str, *, over: bool) -> None:
        """What is over stays locked meanwhile: nobody else is to write there."""
        changes = {"archived": False} if over else {"archived": False, "locked": False}

        async def change() -> None:
            await self._change(thread, changes)

        await self.with_room(guild, change)

    async def _change(self, thread: str, changes: Mapping[str, bool]) -> None:
        await self._rest.call("PATCH", f"/channels/{thread}", json=changes)


def _ref_in(name: Any) -> str:
    """The ref with which a ticket's thread is named."""
    return str(name or "").partition(" ")[0]
