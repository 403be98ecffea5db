"""The people of a test: they write, press, choose and fill in as a person in front of Discord's client would.

What the client would not let them do raises AssertionError with a sentence.
"""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from tests.fakes.discord import intents, permissions, posting, records, threads
from tests.fakes.discord.filling import fill
from tests.fakes.discord.interactions import AUTOCOMPLETE, COMMAND, COMPONENT, SUBMIT, Interaction, Modal
from tests.fakes.discord.options import File, Resolved, chosen_options, focused_options
from tests.fakes.discord.payloads import member_json, poll_json
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord.posting import Origin, Upload
from tests.fakes.discord.refusals import Refused
from tests.fakes.discord.rules_commands import CHAT, MESSAGE_MENU, USER_MENU
from tests.fakes.discord.rules_components import BUTTON, SELECTS, STRING_SELECT
from tests.fakes.discord.rules_messages import may_send
from tests.fakes.discord.state import DirectChannel, Message, Role, User
from tests.fakes.discord.world import World


class Choice(NamedTuple):
    name: str
    value: Any


class Person:
    """A member of one guild; the same ``user`` may be a member of others."""

    def __init__(
        self, world: World, guild: Any, user: User, roles: list[Role], nick: str | None, joined_at: datetime
    ) -> None:
        self._world = world
        self.guild = guild
        self.user = user
        self.roles = roles
        self.nick = nick
        self.joined_at = joined_at
        self.locale = "en-US"
        """Of their client."""

    @property
    def id(self) -> int:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"

    @property
    def dm(self) -> DirectChannel:
        """Their direct messages with the bot, as a place."""
        return self._world.direct(self.user)

    @property
    def dms(self) -> list[Message]:
        """What the bot wrote to them directly."""
        return [one for one in self.dm.messages.values() if one.author is self._world.bot]

    @property
    def closes_dms(self) -> bool:
        return self.id in self._world.closed_dms

    @closes_dms.setter
    def closes_dms(self, closed: bool) -> None:
        if closed:
            self._world.closed_dms.add(self.id)
        else:
            self._world.closed_dms.discard(self.id)

    def sees(self, place: Any) -> bool:
        """A place, or a message in it."""
        if isinstance(place, Message):
            return not place.deleted and self.sees(place.place) and place.ephemeral_for in (None, self.id)
        if place.id not in self._world.places:
            return False
        if place.is_dm:
            return place.recipient is self.user
        return self.guild.members.get(self.id) is self and place.guild is self.guild and permissions.sees(self, place)

    def reads(self, place: Any, *, system: bool = False) -> list[Message]:
        """The messages that they see there, the oldest first; ``system``: Discord's own lines as well."""
        if not self.sees(place):
            return []
        return [one for one in place.messages.values() if self.sees(one) and (system or not one.is_system)]

    @property
    def pings(self) -> list[Message]:
        """The messages that pinged them, deleted ones too, in order."""
        roles = {role.id for role in self.roles}
        return [one for one in self._world.messages if self._pinged(one, roles)]

    def _pinged(self, message: Message, roles: set[int]) -> bool:
        by_name = self.id in message.pinged.users or bool(roles & message.pinged.roles) or message.pinged.everyone
        if not by_name or message.author is self.user or message.ephemeral_for not in (None, self.id):
            return False
        return message.place.id not in self._world.places or self.sees(message.place)

    def give(self, role: Role) -> None:
        if role not in self.roles:
            self.roles.append(role)
            self._changed()

    def take(self, role: Role) -> None:
        if role in self.roles:
            self.roles.remove(role)
            self._changed()

    def rename(self, nick: str | None) -> None:
        self.nick = nick
        self._changed()

    def _changed(self) -> None:
        data = {"guild_id": str(self.guild.id)} | member_json(self)
        self._world.dispatch("GUILD_MEMBER_UPDATE", data, intents.ALWAYS if self.user.bot else intents.MEMBERS)

    async def say(
        self,
        place: Any,
        text: str = "",
        *,
        files: list[File] | None = None,
        reply_to: Message | None = None,
        stickers: list[str] | None = None,
        forward_of: Message | None = None,
        poll: tuple[str, list[str]] | None = None,
        silent: bool = False,
    ) -> Message:
        """``stickers`` by name; ``poll``: its question and its answers;
        ``silent``: a reply that does not ping. Raises AssertionError where they may not."""
        body: dict[str, Any] = {"content": text}
        uploads = {index: Upload(name, data) for index, (name, data) in enumerate(files or [])}
        referenced = forward_of or reply_to
        if referenced is not None:
            body["message_reference"] = {
                "type": 0 if forward_of is None else 1,
                "message_id": str(referenced.id),
                "channel_id": str(referenced.place.id),
            }
        if silent:
            body["allowed_mentions"] = {"parse": ["users", "roles", "everyone"], "replied_user": False}
        shown = [{"id": str(self._world.next_id()), "name": name, "format_type": 1} for name in stickers or []]
        asked = poll_json(*poll, self._world.now() + timedelta(days=1)) if poll else None
        self._may(place)
        try:
            may_send(self._world, self, place, body, uploads)
            return posting.post(self._world, place, self.user, body, uploads, Origin(stickers=shown, poll=asked))
        except Refused as refused:
            raise AssertionError(f"{self.name} cannot write there: {refused}") from None

    async def edit(self, message: Message, text: str) -> Message:
        assert message.author is self.user, f"{self.name} did not write that"
        assert not message.place.archived, "the thread is archived"
        return posting.edit(self._world, message, {"content": text}, {})

    async def delete(self, message: Message) -> None:
        may = message.author is self.user or permissions.has(self, message.place, Permission.MANAGE_MESSAGES)
        assert may, f"{self.name} may not delete that"
        records.remove(self._world, message)

    async def react(self, message: Message, emoji: str) -> None:
        self._may(message)
        assert not message.place.archived, "the thread is archived"
        posting.react(self._world, message, self.user, emoji)

    async def unreact(self, message: Message, emoji: str) -> None:
        posting.unreact(self._world, message, self.user, emoji)

    async def leave(self, thread: Any) -> None:
        threads.remove(self._world, thread, self.user)

    async def slash(self, place: Any, *path: str, wait: bool = True, **options: Any) -> Interaction:
        """``await asha.slash(channel, "ticket", "open", title="…")``; the path may be one string.

        Option values: text, numbers, truth values, members, roles, channels, ``(name, bytes)`` for a file. ``wait``:
        until the bot acknowledged, or failed to.
        """
        names = " ".join(path).split()
        command = self._command(place, names[0], CHAT)
        resolved = Resolved(self._world, place)
        given = chosen_options(command, names, options, resolved)
        data = _command_data(command, place) | ({"options": given} if given else {}) | resolved.json()
        return await self._send(Interaction(self._world, self, place, COMMAND, data), wait=wait)

    async def complete(self, place: Any, path: str, *, option: str, typed: str, **others: Any) -> list[Choice]:
        """What is offered while ``typed`` stands in ``option``."""
        names = path.split()
        command = self._command(place, names[0], CHAT)
        resolved = Resolved(self._world, place)
        given = focused_options(command, names, option, typed, others, resolved)
        data = _command_data(command, place) | {"options": given} | resolved.json()
        interaction = await self._send(Interaction(self._world, self, place, AUTOCOMPLETE, data), wait=True)
        assert interaction.choices is not None, f"nothing was offered for {path} {option}={typed!r}"
        return [Choice(one["name"], one["value"]) for one in interaction.choices]

    async def message_menu(self, name: str, message: Message, *, wait: bool = True) -> Interaction:
        command = self._command(message.place, name, MESSAGE_MENU)
        self._may(message)
        resolved = Resolved(self._world, message.place)
        resolved.message(message)
        data = _command_data(command, message.place) | {"target_id": str(message.id)} | resolved.json()
        return await self._send(Interaction(self._world, self, message.place, COMMAND, data), wait=wait)

    async def user_menu(self, name: str, other: "Person", *, place: Any = None, wait: bool = True) -> Interaction:
        """``place``: where it is opened; the first channel that they see, unless it is given."""
        where = place or next(one for one in self.guild.channels.values() if one.type == 0 and self.sees(one))
        command = self._command(where, name, USER_MENU)
        resolved = Resolved(self._world, where)
        resolved.person(other)
        data = _command_data(command, where) | {"target_id": str(other.id)} | resolved.json()
        return await self._send(Interaction(self._world, self, where, COMMAND, data), wait=wait)

    def commands(self, place: Any = None) -> list[str]:
        """The names of the commands that they are shown, in a place or anywhere in the guild."""
        return [one["name"] for one in self.guild.commands() if self._shown(one, place)]

    def _command(self, place: Any, name: str, kind: int) -> dict[str, Any]:
        self._may(place)
        known = self.guild.commands() if place.guild is not None else list(self._world.commands[None].values())
        found = [one for one in known if one["name"] == name and one["type"] == kind]
        assert found, f"no command {name!r} is synced here: {sorted(one['name'] for one in known)}"
        assert self._shown(found[0], place), f"the command {name!r} is not shown to {self.name}"
        return found[0]

    def _shown(self, command: dict[str, Any], place: Any) -> bool:
        if place is not None and place.guild is None:
            contexts = command.get("contexts")
            return bool(command.get("dm_permission", True)) if contexts is None else 1 in contexts
        rights = permissions.in_guild(self) if place is None else permissions.in_place(self, place)
        if not rights & Permission.USE_APPLICATION_COMMANDS:
            return False
        needed = command.get("default_member_permissions")
        if needed is None or rights == permissions.ALL:
            return True
        return int(needed) != 0 and rights & int(needed) == int(needed)

    async def press(self, message: Message, button: str, *, wait: bool = True) -> Interaction:
        """By label or custom_id."""
        self._may(message)
        buttons = [one for one in _components(message.components) if one["type"] == BUTTON]
        found = [one for one in buttons if button in (one.get("label"), one.get("custom_id"))]
        names = [one.get("label") or one.get("custom_id") for one in buttons]
        assert found, f"there is no button {button!r}: {names}"
        assert "custom_id" in found[0], f"the button {button!r} is a link"
        assert not found[0].get("disabled"), f"the button {button!r} is disabled"
        data = {"component_type": BUTTON, "custom_id": found[0]["custom_id"], "id": found[0]["id"]}
        return await self._send(Interaction(self._world, self, message.place, COMPONENT, data), message, wait=wait)

    async def forge(self, message: Message, custom_id: str, *, wait: bool = True) -> Interaction:
        """Press a button that the message, which they see, does not have: with a client of their own making."""
        self._may(message)
        data = {"component_type": BUTTON, "custom_id": custom_id, "id": 1}
        return await self._send(Interaction(self._world, self, message.place, COMPONENT, data), message, wait=wait)

    async def choose(self, message: Message, select: str, values: Any, *, wait: bool = True) -> Interaction:
        """``select``: its custom_id or placeholder; ``values``: options by label or value, members, roles, places."""
        self._may(message)
        selects = [one for one in _components(message.components) if one["type"] in SELECTS]
        found = [one for one in selects if select in (one["custom_id"], one.get("placeholder"))]
        assert found, f"there is no select {select!r}: {[one['custom_id'] for one in selects]}"
        assert not found[0].get("disabled"), f"the select {select!r} is disabled"
        resolved = Resolved(self._world, message.place)
        given = values if isinstance(values, list | tuple) else [values]
        taken = fill(found[0], list(given), resolved, label=select)["values"]
        data = {"component_type": found[0]["type"], "custom_id": found[0]["custom_id"], "id": found[0]["id"]}
        data |= {"values": taken} | (resolved.json() if found[0]["type"] != STRING_SELECT else {})
        return await self._send(Interaction(self._world, self, message.place, COMPONENT, data), message, wait=wait)

    async def submit(
        self,
        modal: Modal | None,
        values: dict[str, Any] | None = None,
        *,
        files: dict[str, list[File]] | None = None,
        wait: bool = True,
    ) -> Interaction:
        """``values`` and ``files`` by label or custom_id; what is not given keeps what the form came with."""
        assert modal is not None, "there is no form to send"
        given = {modal.input(name)["custom_id"]: value for name, value in {**(values or {}), **(files or {})}.items()}
        resolved = Resolved(self._world, modal.interaction.place)
        filled = {
            one["custom_id"]: fill(one, given.get(one["custom_id"]), resolved, label=label)
            for label, one in modal.inputs
        }
        data = {"custom_id": modal.custom_id, "components": _submitted(modal, filled)} | resolved.json()
        interaction = Interaction(self._world, self, modal.interaction.place, SUBMIT, data)
        return await self._send(interaction, modal.interaction.message, wait=wait)

    async def _send(self, interaction: Interaction, message: Message | None = None, *, wait: bool) -> Interaction:
        interaction.send(message)
        return await interaction.acknowledged() if wait else interaction

    def _may(self, place: Any) -> None:
        name = getattr(place, "name", None) or place
        assert self.sees(place), f"{self.name} does not see {name!r}"

    def __repr__(self) -> str:
        return f"<{self.name}>"


def _command_data(command: dict[str, Any], place: Any) -> dict[str, Any]:
    made = {"id": command["id"], "name": command["name"], "type": command["type"]}
    return made | {"guild_id": command["guild_id"]} if command.get("guild_id") and place.guild is not None else made


def _components(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for one in nodes:
        found.append(one)
        found += _components(one.get("components") or [])
        found += _components([one["accessory"]] if one.get("accessory") else [])
    return found


def _submitted(modal: Modal, filled: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    made = []
    for one in modal.components:
        told: dict[str, Any] = {"type": one["type"], "id": one["id"]}
        if one["type"] == 18:
            made.append(told | {"component": filled[one["component"]["custom_id"]]})
        elif one["type"] == 1:
            made.append(told | {"components": [filled[child["custom_id"]] for child in one["components"]]})
        else:
            made.append(told)
    return made
