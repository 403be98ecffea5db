"""Who somebody on Discord is to the desk.

A Discord user is the same in every guild and in direct messages, so the identity has no realm. Whoever was met and has
not changed since costs no database call: with every message somebody arrives.
"""

from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass

import discord

from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Identity, Platform

_KEPT = 10_000
"""Persons remembered, of whom those seen last stay."""


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    avatar_url: str
    groups: frozenset[str] | None


class People:
    """``guilds``: the servers that count, or none for all that the bot is on."""

    def __init__(self, desk: FrontDesk, guilds: Collection[str] = ()) -> None:
        self._desk = desk
        self._guilds = frozenset(guilds)
        self._met: OrderedDict[int, tuple[_Seen, PersonId]] = OrderedDict()
        self.doubt: Callable[[int, frozenset[str]], None] = _take_for_true
        """Told of somebody who came with other roles than before, and which those are: what they did may have waited,
        and the roles that they had then may be taken back by now."""

    async def person(self, user: discord.abc.User, *, is_of_now: bool = False) -> PersonId:
        """The person behind ``user``, made if new; name, picture and roles are followed. Raises Refusals.

        A direct message tells neither the name on a server nor the roles, and a server that does not count tells
        nothing: whoever is known already stays as they are. ``is_of_now``: Discord was asked, so there is no doubt.
        """
        seen = _Seen(user.display_name, user.display_avatar.url, self.roles_of(user))
        known = self._met.get(user.id)
        if known is not None and (known[0] == seen or seen.groups is None):
            self._met.move_to_end(user.id)
            return known[1]
        person = await self._desk.arrive(
            identity_of(user.id), seen.name, avatar_url=seen.avatar_url, groups=seen.groups
        )
        self._met[user.id] = (seen, person)
        self._met.move_to_end(user.id)
        if len(self._met) > _KEPT:
            self._met.popitem(last=False)
        before = known[0].groups if known is not None else None
        if seen.groups is not None and not is_of_now:
            self.doubt(user.id, seen.groups ^ (before or frozenset()))
        return person

    def roles_of(self, user: discord.abc.User) -> frozenset[str] | None:
        """The ids of all roles that ``user`` has on the servers that count; None where none of them is known."""
        return roles_of(user, self._guilds)

    def forget(self, user_id: int) -> None:
        """So that the next time they are looked at anew: they left, or the desk changed what it knows of them."""
        self._met.pop(user_id, None)


def identity_of(user_id: int | str) -> Identity:
    return Identity(Platform.DISCORD, "", str(user_id))


def roles_of(user: discord.abc.User, guilds: Collection[str] = ()) -> frozenset[str] | None:
    """The ids of all roles that ``user`` has on the servers that they share with the bot; None where none is known.

    A member of two servers has the roles of both, whichever they speak in. ``guilds``: as for ``People``.
    """
    if not isinstance(user, discord.Member) or not _counts(user.guild, guilds):
        return None
    others = (guild for guild in user.mutual_guilds if guild.id != user.guild.id and _counts(guild, guilds))
    elsewhere = (guild.get_member(user.id) for guild in others)
    # Not ``Member.roles``: it leaves out what it has no details of, as long as the server has not been sent again.
    return frozenset(str(role) for member in (user, *elsewhere) if member is not None for role in member._roles)


def _counts(guild: discord.Guild, guilds: Collection[str]) -> bool:
    return not guilds or str(guild.id) in guilds


def _take_for_true(_user_id: int, _roles: frozenset[str]) -> None:
    """Until there is somebody who can ask Discord."""
