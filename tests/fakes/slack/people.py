"""What people do in the workspace, and what they see there."""

import asyncio
import secrets
from dataclasses import dataclass
from typing import Any

from tests.fakes.patience import patience
from tests.fakes.slack import forms, posting, pressing, records
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.delivery import Delivery
from tests.fakes.slack.interactions import Interaction
from tests.fakes.slack.payloads import share_json, type_of, user_json
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import DIRECT, PUBLIC, Message, SlackFile, User
from tests.fakes.slack.typed import Typist, command_text
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

Json = dict[str, Any]


@dataclass(frozen=True)
class File:
    """One that somebody has. ``link``: another address than Slack's own, as its author would want the app to fetch;
    ``external_url``: it lies elsewhere altogether."""

    name: str
    data: bytes = b""
    type: str | None = None
    link: str | None = None
    external_url: str | None = None


class Person:
    """Whatever they do returns when the app was told of it; commands, presses and forms when it acknowledged.

    Methods raise AssertionError where Slack's own client would not let them.
    """

    def __init__(self, world: World, delivery: Delivery, user: User) -> None:
        self.world = world
        self.user = user
        self._delivery = delivery

    @property
    def id(self) -> str:
        return self.user.id

    @property
    def name(self) -> str:
        return self.user.name

    @property
    def mention(self) -> str:
        """To be typed into a message, a command or a form."""
        return f"<@{self.user.id}>"

    @property
    def dm(self) -> Channel:
        """Their direct message with the app."""
        return posting.direct(self.world, self.user.id)

    @property
    def home(self) -> View | None:
        return self.world.homes.get(self.user.id)

    def sees(self, place: Any) -> bool:
        """A conversation, or a message in it."""
        if isinstance(place, Message):
            if place.ephemeral_for is not None:
                return place.ephemeral_for == self.id and place in place.place.ephemerals and not place.unseen
            return place.place.messages.get(place.ts) is place and self.sees(place.place)
        known = self.world.channels.get(place.id) is place and not self.user.deleted
        return known and (place.kind == PUBLIC or self.id in place.members)

    def reads(self, place: Channel) -> list[Message]:
        """What stands in the conversation itself, the oldest first: not the replies in threads."""
        found = [one for one in place.messages.values() if not one.is_reply or one.broadcast]
        return sorted(found, key=lambda one: float(one.ts)) if self.sees(place) else []

    def thread(self, message: Message) -> list[Message]:
        """The replies to a message, the oldest first."""
        root = message.root
        return sorted(root.replies, key=lambda one: float(one.ts)) if self.sees(root) else []

    def ephemerals(self, place: Channel) -> list[Message]:
        """What they alone see there, the oldest first."""
        return [one for one in place.ephemerals if self.sees(one)]

    @property
    def pings(self) -> list[Message]:
        """The app's messages that notified them by name, in order."""
        return [one for one in self.world.pings if self._pinged(one)]

    def _pinged(self, message: Message) -> bool:
        pinged = message.pinged
        groups = any(self.id in self.world.groups[one].users for one in pinged.groups if one in self.world.groups)
        by_name = self.id in pinged.users or groups or bool(pinged.channels)
        return by_name and (message.place.kind == PUBLIC or self.id in message.place.members)

    def change(self, **fields: Any) -> None:
        """``real_name``, ``display_name``, ``email``, ``avatar``, ``locale``, …; told as ``user_change``."""
        for name, value in fields.items():
            setattr(self.user, name, value)
        self.user.updated = self.world.seconds()
        email = "users:read.email" in self.world.installed.scopes
        told = user_json(self.user, self.world, email=email, locale=True)
        self.world.tell({"type": "user_change", "user": told, "cache_ts": self.world.seconds()})

    def deactivate(self) -> None:
        self.change(deleted=True)

    async def write(
        self,
        place: Channel,
        text: str = "",
        *,
        thread: Message | None = None,
        files: list[File] | None = None,
        share: Message | None = None,
        broadcast: bool = False,
        plain_text_only: bool = False,
        literal: bool = False,
    ) -> Message:
        """``thread``: any message of the thread. ``share``: another message, passed on.
        ``plain_text_only``: without blocks, as old clients and bridges send.
        ``literal``: every letter of the text as it is, ``<@U…>`` and ``<!channel>`` too."""
        self._may_write(place)
        assert text or files or share, "an empty message cannot be sent"
        words, made_of = self._typed(text, plain_text_only=plain_text_only, literal=literal)
        uploads = [self._upload(one) for one in files or []]
        message = Message(
            self.world.message_ts(),
            place,
            self.id,
            words,
            made_of,
            files=uploads,
            attachments=[share_json(share)] if share else [],
            thread_ts=None if thread is None else thread.root.ts,
            broadcast=broadcast,
            client_msg_id=secrets.token_hex(16),
        )
        if uploads:
            message.subtype = "file_share"
        if broadcast:
            assert thread is not None, "only a reply can also be sent to the channel"
            message.subtype = "thread_broadcast"
        if self.user.is_bot:
            message.bot_id = self.user.bot_id
        if self.user.is_bot and self.user.app_id is None:
            message.subtype, message.username = "bot_message", self.user.shown
        return records.put(message)

    def _typed(self, text: str, *, plain_text_only: bool, literal: bool) -> tuple[str, list[Json]]:
        words, made_of = Typist(self.world, literal=literal).message(text)
        return words, [] if plain_text_only else posting.numbered(self.world, made_of)

    def _may_write(self, place: Channel) -> None:
        assert self.world.channels.get(place.id) is place, f"there is no {place} any more"
        assert self.id in place.members, f"{self.name} is not in {place}"
        assert not place.archived, f"{place} is archived"
        if place.kind == DIRECT:
            assert self.world.installed.messages_tab, "sending messages to this app has been turned off"

    def _upload(self, given: File, *, handed_in: bool = False) -> SlackFile:
        kind, now = type_of(given.name, given.type), self.world.seconds()
        made = SlackFile(self.world.new_id("F"), self.id, given.name, given.data, kind, now, handed_in=handed_in)
        made.link, made.external_url = given.link, given.external_url
        self.world.files[made.id] = made
        return made

    async def edit(
        self, message: Message, text: str, *, plain_text_only: bool = False, literal: bool = False
    ) -> Message:
        assert message.user == self.id, f"{self.name} did not write that"
        assert not message.deleted, "it is deleted"
        assert not message.place.archived, f"{message.place} is archived"
        words, made_of = self._typed(text, plain_text_only=plain_text_only, literal=literal)
        return records.change(message, by=self.id, text=words, blocks=made_of)

    async def delete(self, message: Message) -> None:
        """Anybody's, if they are an admin."""
        assert message.user == self.id or self.user.is_admin, f"{self.name} may not delete that"
        assert not message.deleted, "it is deleted already"
        records.remove(message)

    async def remove_file(self, message: Message, name: str) -> None:
        """A file, from Slack altogether; the message stays."""
        found = next(one for one in message.files if one.name == name and one.user == self.id)
        records.remove_file(self.world, found)

    async def react(self, message: Message, name: str) -> None:
        self._react(records.react, message, name)

    async def unreact(self, message: Message, name: str) -> None:
        self._react(records.unreact, message, name)

    def _react(self, act: Any, message: Message, name: str) -> None:
        pressing.visible_message(message, self)
        assert not message.place.archived, f"{message.place} is archived"
        try:
            act(message, self.user, name.strip(":"))
        except Refused as refused:
            raise AssertionError(f"{self.name} cannot: {refused}") from None

    async def slash(self, place: Channel, line: str) -> Interaction:
        """``/ticket open My grade``, with people as ``asha.mention``. There are no commands in threads."""
        assert isinstance(place, Channel), "commands do not run in threads"
        assert self.sees(place), f"{self.name} does not see {place}"
        name, _, text = line.partition(" ")
        assert name in self.world.installed.commands, f"{name} is not a valid command"
        interaction = Interaction(self.world, self, "slash", place=place)
        typed = command_text(self.world, text.strip(), escaped=self.world.installed.escape_commands)
        payload = pressing.command(interaction, name, typed)
        return await interaction.send(self._delivery, "slash_commands", payload)

    async def press(self, on: Message | View, what: str, *, choice: Any = None) -> Interaction:
        """A button by its words, a menu's entry by its words, or any element by action_id; ``choice``: an option."""
        self._interactive()
        if isinstance(on, Message):
            pressing.visible_message(on, self)
            interaction = Interaction(self.world, self, "action", place=on.place, message=on)
        else:
            assert on.open and on.user is self.user, f"{self.name} does not see {on}"
            interaction = Interaction(self.world, self, "action", view=on)
        block, element, value = pressing.find(on.blocks, what, choice)
        payload = pressing.pressed(interaction, block, element, value)
        return await interaction.send(self._delivery, "interactive", payload)

    async def forge(self, on: Message, action_id: str) -> Interaction:
        """Press a button that the message does not have: with a client of their own making."""
        pressing.visible_message(on, self)
        interaction = Interaction(self.world, self, "action", place=on.place, message=on)
        element = {"type": "button", "action_id": action_id}
        payload = pressing.pressed(interaction, {"block_id": "forged"}, element, {})
        return await interaction.send(self._delivery, "interactive", payload)

    async def choose(self, view: View, select: str, value: Any, *, changes: bool = True) -> View:
        """In a select, by its label; where the app wants to know of it, until it changed the view, unless it is not to
        be waited for that it ``changes``."""
        block, element = view.element(select)
        view.put(block, element, value)
        if block["type"] == "input" and not block.get("dispatch_action", False):
            return view
        before = view.updates
        state = view.values[block["block_id"]][element["action_id"]]
        told = {name: one for name, one in state.items() if name != "type"}
        interaction = Interaction(self.world, self, "action", view=view)
        payload = pressing.pressed(interaction, block, element, told)
        await interaction.send(self._delivery, "interactive", payload)
        assert interaction.error is None, f"{interaction}: {interaction.error}"
        return await view.changed(before) if changes else view

    async def enter(self, view: View, line: str, words: str, *, changes: bool = True) -> View:
        """Type into a line, by its label, and press Enter, of which the app wants to know there; until it changed the
        view, unless it is not to."""
        block, element = view.element(line)
        asked = element.get("dispatch_action_config", {}).get("trigger_actions_on", ["on_enter_pressed"])
        assert block.get("dispatch_action") and "on_enter_pressed" in asked, f"Enter in {line!r} would send {view}"
        assert not element.get("multiline", False), f"Enter begins a line in {line!r}"
        return await self.choose(view, line, words, changes=changes)

    def fill(self, view: View, values: Json | None = None, files: dict[str, list[File]] | None = None) -> View:
        """What they typed so far, by label, block_id or action_id; nothing is sent."""
        for name, value in (values or {}).items():
            view.put(*view.element(name), value)
        for name, given in (files or {}).items():
            view.put(*view.element(name), [self._upload(one, handed_in=True) for one in given])
        return view

    async def submit(
        self, view: View | None, values: Json | None = None, *, files: dict[str, list[File]] | None = None
    ) -> Interaction:
        """What is not given stays as it stands in the form."""
        assert view is not None, "there is no form to send"
        assert view.open and view.user is self.user, f"{self.name} does not see {view}"
        assert view.data.get("submit"), f"{view} cannot be sent"
        self.fill(view, values, files)
        wrong = forms.refusals(view)
        assert not wrong, f"{view} is not sent: {wrong}"
        interaction = Interaction(self.world, self, "submit", view=view)
        return await interaction.send(self._delivery, "interactive", pressing.submitted(interaction))

    async def close(self, view: View) -> None:
        """Told to the app where the view asks for that."""
        assert view.open, f"{view} is closed already"
        cleared = bool(view.data.get("clear_on_close"))
        (view.stack[0] if cleared else view).shut()
        if view.data.get("notify_on_close"):
            interaction = Interaction(self.world, self, "close", view=view)
            told = pressing.closed(self.world, self.user, view, cleared=cleared)
            await interaction.send(self._delivery, "interactive", told)

    async def shortcut(self, name: str) -> Interaction:
        """A global one, by callback id or name."""
        callback_id = _shortcut(self.world.installed.global_shortcuts, name)
        interaction = Interaction(self.world, self, "shortcut")
        payload = pressing.shortcut(interaction, callback_id)
        return await interaction.send(self._delivery, "interactive", payload)

    async def message_shortcut(self, message: Message, name: str) -> Interaction:
        """From a message's menu, by callback id or name."""
        callback_id = _shortcut(self.world.installed.message_shortcuts, name)
        pressing.visible_message(message, self)
        assert message.ephemeral_for is None, "an ephemeral message has no such menu"
        interaction = Interaction(self.world, self, "message shortcut", place=message.place, message=message)
        payload = pressing.message_shortcut(interaction, callback_id)
        return await interaction.send(self._delivery, "interactive", payload)

    async def open_home(self, tab: str = "home", *, within: float = 5.0) -> View | None:
        """``tab``: or ``messages``. With ``within`` above 0: until the app published a view for it."""
        home = self.home
        before = -1 if home is None else home.updates
        event: Json = {"type": "app_home_opened", "user": self.id, "channel": self.dm.id, "tab": tab}
        self.world.tell(event | ({"view": home.json()} if home is not None and tab == "home" else {}))
        if tab != "home" or not within:
            return home
        return await _published(self, before, within)

    def _interactive(self) -> None:
        assert self.world.installed.interactive, "the app is not set up for that"

    def __repr__(self) -> str:
        return f"<{self.name}>"


async def _published(person: Person, before: int, within: float) -> View:
    try:
        async with patience(within):
            while person.home is None or person.home.updates <= before:  # noqa: ASYNC110 - it may not be there yet
                await asyncio.sleep(0.005)
    except TimeoutError:
        raise AssertionError(f"no home was published for {person.name} within {within} s") from None
    return person.home


def _shortcut(known: dict[str, str], name: str) -> str:
    found = [callback_id for callback_id, shown in known.items() if name in (callback_id, shown)]
    assert found, f"there is no shortcut {name!r}: {known}"
    return found[0]
