"""A guild as a test furnishes it: roles, channels, members; each change told to the bot."""

from collections.abc import Iterable
from typing import Any

from tests.fakes.discord import intents, threads
from tests.fakes.discord.payloads import channel_json, guild_create_json, member_json, role_json, user_json
from tests.fakes.discord.people import Person
from tests.fakes.discord.permissions import DESK_BOT, EVERYONE, Given, Permission, bits, sees
from tests.fakes.discord.state import Channel, Role, Thread, User
from tests.fakes.discord.world import World

Overwrites = dict[Any, dict[str, Given]]
"""``{role or member: {"allow": ..., "deny": ...}}``"""


class Guild:
    """``everyone``, ``bot_role`` and ``owner`` are there from the start."""

    def __init__(
        self, world: World, name: str, *, bot_permissions: Given = DESK_BOT, everyone: Given = EVERYONE
    ) -> None:
        self.world = world
        self.name = name
        self.id = world.next_id()
        self.roles: dict[int, Role] = {}
        self.channels: dict[int, Channel] = {}
        self.members: dict[int, Person] = {}
        self.owner_id = 0
        self.everyone = Role(self.id, self, "@everyone", bits(everyone), 0)
        self.roles[self.id] = self.everyone
        self.bot_role = Role(world.next_id(), self, world.bot.name, bits(bot_permissions), managed_by=world.bot.id)
        self.roles[self.bot_role.id] = self.bot_role
        world.guilds[self.id] = self
        world.commands.setdefault(self.id, {})
        self.owner = self._join(User(world.next_id(), "owner"), [], None)
        self.owner_id = self.owner.id
        self.bot = self._join(world.bot, [self.bot_role], None)

    def _join(self, user: User, roles: Iterable[Role], nick: str | None) -> Person:
        self.world.users[user.id] = user
        person = Person(self.world, self, user, list(roles), nick, self.world.now())
        self.members[user.id] = person
        return person

    def add_role(self, name: str, *, permissions: Given = 0, mentionable: bool = False) -> Role:
        role = Role(self.world.next_id(), self, name, bits(permissions), len(self.roles), mentionable)
        self.roles[role.id] = role
        data = {"guild_id": str(self.id), "role": role_json(role)}
        self.world.dispatch("GUILD_ROLE_CREATE", data, intents.GUILDS)
        return role

    def delete_role(self, role: Role) -> None:
        for member in self.members.values():
            if role in member.roles:
                member.take(role)
        del self.roles[role.id]
        data = {"guild_id": str(self.id), "role_id": str(role.id)}
        self.world.dispatch("GUILD_ROLE_DELETE", data, intents.GUILDS)

    def add_channel(
        self, name: str, *, overwrites: Overwrites | None = None, type: int = 0, category: Channel | None = None
    ) -> Channel:
        channel = Channel(
            self.world.next_id(),
            self,
            name,
            type,
            position=len(self.channels),
            category_id=None if category is None else category.id,
            overwrites=_overwrites(overwrites or {}),
        )
        self.channels[channel.id] = self.world.places[channel.id] = channel
        self.world.dispatch("CHANNEL_CREATE", channel_json(channel), intents.GUILDS)
        return channel

    def add_member(
        self,
        name: str,
        *,
        roles: Iterable[Role] = (),
        nick: str | None = None,
        avatar: str | None = None,
        shown: str | None = None,
        user: User | None = None,
        bot: bool = False,
        locale: str = "en-US",
    ) -> Person:
        """``shown``: the account's display name. ``user``: somebody who was here before, or is in another guild."""
        user = user or self.world.add_user(name, avatar=avatar, shown=shown, bot=bot)
        person = self._join(user, roles, nick)
        person.locale = locale
        data = member_json(person) | {"guild_id": str(self.id)}
        self.world.dispatch("GUILD_MEMBER_ADD", data, intents.MEMBERS)
        return person

    def remove_member(self, member: Person) -> None:
        """They leave, or are made to; their threads lose them too."""
        for place in list(self.world.places.values()):
            if place.is_thread and place.guild is self:
                place.members.pop(member.id, None)
        del self.members[member.id]
        if member.user is self.world.bot:
            self.world.dispatch("GUILD_DELETE", {"id": str(self.id)}, intents.GUILDS)
            return
        data = {"guild_id": str(self.id), "user": user_json(member.user)}
        self.world.dispatch("GUILD_MEMBER_REMOVE", data, intents.MEMBERS)

    def invite(self) -> None:
        """The bot comes, or comes back."""
        if self.world.bot.id not in self.members:
            self.bot = self._join(self.world.bot, [self.bot_role], None)
        data = guild_create_json(self.world, self, everybody=False)
        self.world.dispatch("GUILD_CREATE", data, intents.GUILDS)

    def set_permissions(self, role: Role, permissions: Given) -> None:
        before = self._seen()
        role.permissions = bits(permissions)
        data = {"guild_id": str(self.id), "role": role_json(role)}
        self.world.dispatch("GUILD_ROLE_UPDATE", data, intents.GUILDS)
        self._gained(before)

    def allow(self, role: Role, permissions: Given) -> None:
        self.set_permissions(role, role.permissions | bits(permissions))

    def deny(self, role: Role, permissions: Given) -> None:
        """Takes permissions away: ``guild.deny(guild.bot_role, ["manage_threads"])``."""
        self.set_permissions(role, role.permissions & ~bits(permissions))

    def overwrite(self, channel: Channel, target: Any, *, allow: Given = 0, deny: Given = 0) -> None:
        """``target``: a role or a member; neither allowed nor denied takes the overwrite away."""
        before = self._seen()
        channel.overwrites[target.id] = (bits(allow), bits(deny))
        if channel.overwrites[target.id] == (0, 0):
            del channel.overwrites[target.id]
        self.world.dispatch("CHANNEL_UPDATE", channel_json(channel), intents.GUILDS)
        self._gained(before)

    def _seen(self) -> set[int]:
        return {channel.id for channel in self.channels.values() if sees(self.bot, channel)}

    def _gained(self, before: set[int]) -> None:
        gained = [self.channels[one] for one in self._seen() - before]
        if gained and self.bot.id in self.members:
            threads.sync(self.world, self, gained)

    def threads(self, *, archived: bool | None = None) -> list[Thread]:
        """In the order of their making; ``archived`` None for all."""
        found = [p for p in self.world.places.values() if p.is_thread and p.guild is self]
        return [one for one in found if archived is None or one.archived == archived]

    def add_thread(self, channel: Channel, name: str, *, by: Person | None = None, private: bool = False) -> Thread:
        """A thread that somebody other than the bot opened."""
        return threads.create(self.world, channel, (by or self.owner).user, name, private=private)

    def archive(self, thread: Thread, *, archived: bool = True, locked: bool | None = None) -> None:
        threads.archive(self.world, thread, archived=archived, locked=locked)

    def add_to_thread(self, thread: Thread, member: Person) -> None:
        threads.add(self.world, thread, member.user, self.owner.user)

    def remove_from_thread(self, thread: Thread, member: Person) -> None:
        threads.remove(self.world, thread, member.user, self.owner.user)

    def delete_thread(self, thread: Thread) -> None:
        threads.delete(self.world, thread)

    def delete_channel(self, channel: Channel) -> None:
        for thread in [t for t in self.threads() if t.parent is channel]:
            threads.delete(self.world, thread, told=False)
        for message in channel.messages.values():
            message.deleted = True
        for webhook in [w for w in self.world.webhooks.values() if w.channel is channel]:
            del self.world.webhooks[webhook.id]
        del self.channels[channel.id]
        self.world.places.pop(channel.id)
        self.world.dispatch("CHANNEL_DELETE", channel_json(channel), intents.GUILDS)

    def commands(self) -> list[dict[str, Any]]:
        """The application commands that are synced here: this guild's own, then the global ones."""
        return [*self.world.commands[self.id].values(), *self.world.commands[None].values()]


def _overwrites(given: Overwrites) -> dict[int, tuple[int, int]]:
    return {one.id: (bits(rights.get("allow", 0)), bits(rights.get("deny", 0))) for one, rights in given.items()}


HIDDEN = {"deny": [Permission.VIEW_CHANNEL]}
"""For ``overwrites={guild.everyone: HIDDEN}``."""
