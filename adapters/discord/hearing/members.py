"""Who is on the desk's servers in which role: what roles give is given and taken back, also while nobody says a word.

discord.py keeps no members here but those whose roles give something: of the others nobody needs to know. All of it
goes through one lane, and each look asks Discord for the state of the moment, so that no late event undoes a newer one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

import discord
import structlog

from adapters.chat.lanes import Lanes
from adapters.discord.hearing.messages import known_as
from adapters.discord.people import People, identity_of
from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Platform
from core.storage import Store

log = structlog.get_logger(__name__)

_LANE = "members"
_GRANTED = f"{Platform.DISCORD}:"


@dataclass(slots=True)
class _Listed:
    """What going through the servers' members brought."""

    with_roles: dict[int, discord.Member] = field(default_factory=dict)
    watched: dict[int, discord.Member] = field(default_factory=dict)


class Members:
    """``guilds``: the servers that count, or none for all that the bot is on."""

    def __init__(
        self,
        *,
        client: discord.Client,
        desk: FrontDesk,
        store: Store,
        people: People,
        lanes: Lanes,
        guilds: Collection[str],
    ) -> None:
        self._client = client
        self._desk = desk
        self._store = store
        self._people = people
        self._lanes = lanes
        self._guilds = frozenset(guilds)
        self._giving = frozenset(group for platform, group in desk.desk.group_grants if platform is Platform.DISCORD)
        self._asked = False
        people.doubt = self._doubt

    def ask(self) -> None:
        """Go through everybody, soon; asked again before it began, it is done once."""
        if not self._asked:
            self._asked = True
            self._lanes.put(_LANE, self._list)

    def changed(self, guild_id: int, user_id: int, roles: Iterable[str]) -> None:
        """A member's roles, name or picture. Names of those whose roles give nothing follow when they next speak."""
        guild = self._client.get_guild(guild_id)
        if guild is not None and (not self._giving.isdisjoint(roles) or guild.get_member(user_id) is not None):
            self._lanes.put(_LANE, partial(self._look, user_id))

    def left(self, user_id: int) -> None:
        self._lanes.put(_LANE, partial(self._look, user_id))

    def _doubt(self, user_id: int, roles: frozenset[str]) -> None:
        if not self._giving.isdisjoint(roles):
            self._lanes.put(_LANE, partial(self._look, user_id))

    def role_deleted(self, role_id: int) -> None:
        if str(role_id) in self._giving:
            self.ask()

    async def _look(self, user_id: int) -> None:
        """At one person, as they are now on each server."""
        here = [found for guild in self._served() if (found := await _member(guild, user_id)) is not None]
        for member in here:
            self._remember(member)
        person = await self._known(user_id)
        if here and (person is not None or any(self._gives(member) for member in here)):
            self._people.forget(user_id)
            await self._people.person(here[0], is_of_now=True)
        elif not here and person is not None and self._is_complete():
            await self._departed(user_id)

    async def _known(self, user_id: int) -> PersonId | None:
        return (await known_as([user_id], self._store)).get(str(user_id))

    async def _list(self) -> None:
        self._asked = False
        holders = await self._holders()
        requesters = await self._requesters()
        if not (self._giving or holders or requesters):
            return
        listed = await self._listed(holders.keys() | requesters.keys())
        for member in listed.with_roles.values():
            self._people.forget(member.id)
            await self._people.person(member, is_of_now=True)
        is_complete = self._is_complete()
        for user_id in {**requesters, **holders}:
            if user_id in listed.with_roles:
                continue
            there = listed.watched.get(user_id)
            if there is None and is_complete:
                await self._departed(user_id)
            elif there is not None and user_id in holders:
                self._people.forget(user_id)
                await self._people.person(there, is_of_now=True)
        log.info("discord_members_listed", with_roles=len(listed.with_roles), complete=is_complete)

    async def _listed(self, watched: Collection[int]) -> _Listed:
        listed = _Listed()
        for guild in self._served():
            if guild.unavailable:
                continue
            async for member in guild.fetch_members(limit=None):
                if self._gives(member):
                    self._remember(member)
                    listed.with_roles[member.id] = member
                elif member.id in watched:
                    listed.watched[member.id] = member
        return listed

    def _served(self) -> list[discord.Guild]:
        return [guild for guild in self._client.guilds if not self._guilds or str(guild.id) in self._guilds]

    def _is_complete(self) -> bool:
        """Whether every server that counts could be asked: else nobody is taken for gone."""
        served = self._served()
        missing = self._guilds - {str(guild.id) for guild in served}
        return bool(served) and not missing and not any(guild.unavailable for guild in served)

    def _gives(self, member: discord.Member) -> bool:
        return any(str(role.id) in self._giving for role in member.roles)

    def _remember(self, member: discord.Member) -> None:
        """Let discord.py follow those whose roles give something, and nobody else (it has no public way to say so)."""
        if self._gives(member):
            member.guild._add_member(member)
        elif member.guild.get_member(member.id) is not None:
            member.guild._remove_member(member)

    async def _holders(self) -> Mapping[int, PersonId]:
        """Who has something from a role, by Discord's id."""
        async with self._store.read() as work:
            people = [person.id for person in await work.people.granted_by(_GRANTED)]
            return _by_number(await work.people.external_ids(people, Platform.DISCORD))

    async def _requesters(self) -> Mapping[int, PersonId]:
        """Whose tickets have a thread on Discord and are not over."""
        async with self._store.read() as work:
            people = set()
            for ticket in dict.fromkeys(thread.ticket for thread in await work.threads.live(Platform.DISCORD)):
                found = await work.tickets.get(ticket)
                if found is not None:
                    people.add(found.requester)
            return _by_number(await work.people.external_ids(list(people), Platform.DISCORD))

    async def _departed(self, user_id: int) -> None:
        self._people.forget(user_id)
        await self._desk.depart(identity_of(user_id))


def _by_number(external: Mapping[PersonId, str]) -> Mapping[int, PersonId]:
    return {int(number): person for person, number in external.items()}


async def _member(guild: discord.Guild, user_id: int) -> discord.Member | None:
    try:
        return await guild.fetch_member(user_id)
    except discord.NotFound:
        return None
