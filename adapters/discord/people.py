"""Who somebody on Discord is to the desk.

A Discord user is the same in every guild and in direct messages, so the identity has no realm. Whoever was met and has
not changed since costs no database call: with every message somebody arrives.
"""

from collections import OrderedDict
from dataclasses import dataclass

import discord

from core.model.ids import PersonId
from core.model.people import Identity, Platform
from core.vocabulary import FrontDesk

_KEPT = 10_000
"""Persons remembered, of whom those seen last stay."""


@dataclass(frozen=True, slots=True)
class _Seen:
    name: str
    avatar_url: str
    groups: frozenset[str] | None


class People:
    def __init__(self, desk: FrontDesk) -> None:
        self._desk = desk
        self._met: OrderedDict[int, tuple[_Seen, PersonId]] = OrderedDict()

    async def person(self, user: discord.abc.User) -> PersonId:
        """The person behind ``user``, made if new; name, picture and roles are followed. Raises Refusals.

        A direct message tells neither the name on a server nor the roles: whoever is known already stays as they are.
        """
        seen = _seen(user)
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
        return person

    def forget(self, user_id: int) -> None:
        """So that the next time they are looked at anew: they left, or the desk changed what it knows of them."""
        self._met.pop(user_id, None)


def identity_of(user_id: int | str) -> Identity:
    return Identity(Platform.DISCORD, "", str(user_id))


def roles_of(user: discord.abc.User) -> frozenset[str] | None:
    """The ids of all roles that ``user`` has on the servers that they share with the bot; None where none is known.

    A member of two servers has the roles of both, whichever they speak in.
    """
    if not isinstance(user, discord.Member):
        return None
    elsewhere = (guild.get_member(user.id) for guild in user.mutual_guilds if guild.id != user.guild.id)
    # Not ``Member.roles``: it leaves out what it has no details of, as long as the server has not been sent again.
    return frozenset(str(role) for member in (user, *elsewhere) if member is not None for role in member._roles)


def _seen(user: discord.abc.User) -> _Seen:
    avatar_url = user.display_avatar.url
    return _Seen(user.display_name, avatar_url, roles_of(user))
