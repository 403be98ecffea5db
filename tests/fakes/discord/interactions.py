"""Interactions: somebody uses a command, a button or a form, and the bot has three seconds to say something.

https://discord.com/developers/docs/interactions/receiving-and-responding
"""

import asyncio
import secrets
from datetime import datetime
from typing import Any

from tests.fakes.discord import intents, permissions, posting, rules_commands, rules_components, rules_messages
from tests.fakes.discord.payloads import member_json, message_json, place_json, user_json
from tests.fakes.discord.posting import Origin, Upload
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord.state import EPHEMERAL, LOADING, Message
from tests.fakes.discord.world import World, monotonic
from tests.fakes.patience import patience

COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
PONG, MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 1, 4, 5, 6, 7, 8, 9
KINDS = {
    MESSAGE: "message",
    DEFERRED: "deferred",
    DEFERRED_UPDATE: "deferred update",
    UPDATE: "update",
    CHOICES: "choices",
    MODAL: "modal",
}


class Modal:
    """A form on somebody's screen; ``fields`` are its inputs by label and by custom_id."""

    def __init__(self, interaction: "Interaction", data: dict[str, Any]) -> None:
        self.interaction = interaction
        self.custom_id: str = data["custom_id"]
        self.title: str = data["title"]
        self.components: list[dict[str, Any]] = posting.numbered(data["components"])

    @property
    def inputs(self) -> list[tuple[str, dict[str, Any]]]:
        """Each input with its label."""
        found = []
        for one in self.components:
            if one["type"] == rules_components.LABEL:
                found.append((one["label"], one["component"]))
            elif one["type"] == rules_components.ROW:
                found += [(child["label"], child) for child in one["components"]]
        return found

    @property
    def labels(self) -> list[str]:
        return [label for label, _ in self.inputs]

    def input(self, name: str) -> dict[str, Any]:
        """By label or custom_id. Raises AssertionError."""
        for label, one in self.inputs:
            if name in (label, one["custom_id"]):
                return one
        raise AssertionError(f"the form {self.title!r} has no {name!r}: {self.labels}")


class Interaction:
    """What somebody did, and what became of it.

    ``answer`` is the original response as it is now; ``kind`` the kind of the first answer, one of ``KINDS``.
    """

    def __init__(self, world: World, person: Any, place: Any, type: int, data: dict[str, Any]) -> None:
        self._world = world
        self.id = world.next_id()
        self.token = secrets.token_urlsafe(48)
        self.person = person
        self.place = place
        self.type = type
        self.data = data
        self.message: Message | None = None
        """The one whose button it was."""
        self.kind: str | None = None
        self.modal: Modal | None = None
        self.choices: list[dict[str, Any]] | None = None
        self.answer: Message | None = None
        self.followups: list[Message] = []
        self.acknowledged_after: float | None = None
        self.answered_after: float | None = None
        self.order = world.next_order()
        self._created: datetime = world.now()
        self._started = monotonic()
        self._loading = False
        self._lost = False
        """Whether nobody was there to hear of it, nor will come back to."""
        self._acknowledged = asyncio.Event()
        self._answered = asyncio.Event()
        world.interactions[self.token] = self

    def send(self, message: Message | None = None) -> None:
        self.message = message
        self._lost = not self._world.gateway.sessions
        self._world.dispatch("INTERACTION_CREATE", self._json(), intents.ALWAYS)

    def _json(self) -> dict[str, Any]:
        world, place = self._world, self.place
        made: dict[str, Any] = {
            "id": str(self.id),
            "application_id": str(world.application_id),
            "type": self.type,
            "data": self.data,
            "channel_id": str(place.id),
            "channel": place_json(world, place),
            "token": self.token,
            "version": 1,
            "locale": self.person.locale,
            "entitlements": [],
            "attachment_size_limit": world.settings.upload_limit,
        }
        if self.message is not None:
            made["message"] = message_json(world, self.message)
        if place.guild is None:
            owners = {"1": str(self.person.id)}
            return made | {"user": user_json(self.person.user), "context": 1, "authorizing_integration_owners": owners}
        guild = place.guild
        rights = str(permissions.in_place(self.person, place))
        made["channel"] |= {"permissions": rights}
        made |= {"guild_id": str(guild.id), "guild": {"id": str(guild.id), "locale": "en-US", "features": []}}
        made |= {"guild_locale": "en-US", "context": 0, "authorizing_integration_owners": {"0": str(guild.id)}}
        made["app_permissions"] = str(permissions.in_place(guild.bot, place))
        made["member"] = member_json(self.person) | {"permissions": rights}
        return made

    @property
    def age(self) -> float:
        """Seconds on the stand-in's clock."""
        return (self._world.now() - self._created).total_seconds()

    @property
    def failed(self) -> bool:
        """ "The application did not respond": no acknowledgement in time, or a deferred answer that never came."""
        if self.kind is None:
            late = monotonic() - self._started > self._world.settings.acknowledge_within
            return self._lost or late or self.age > self._world.settings.acknowledge_within
        return self._loading and self.age > self._world.settings.token_life

    @property
    def shown(self) -> str:
        """All that the person reads in answer: the original response and the follow-ups that they see."""
        seen = [one for one in (self.answer, *self.followups) if one is not None and not one.deleted]
        return "\n".join(one.text for one in seen)

    @property
    def ephemeral(self) -> bool:
        return self.answer is not None and self.answer.ephemeral_for is not None

    async def acknowledged(self) -> "Interaction":
        """Until the bot said something, or the time for that ran out (``failed``)."""
        if self._lost:
            return self
        left = self._world.settings.acknowledge_within - (monotonic() - self._started)
        try:
            await asyncio.wait_for(self._acknowledged.wait(), max(left, 0.001))
        except TimeoutError:
            return self
        return self

    async def settled(self, within: float = 5.0) -> "Interaction":
        """Until it is acknowledged and, where that was a deferral, answered. Raises AssertionError."""
        await self.acknowledged()
        assert self.kind is not None, f"{self} was not acknowledged in time"
        if self.kind == "deferred":
            try:
                async with patience(within):
                    await self._answered.wait()
            except TimeoutError:
                raise AssertionError(f"{self} was deferred, and not answered within {within} s") from None
        return self

    def __repr__(self) -> str:
        what = self.data.get("name") or self.data.get("custom_id")
        return f"<{self.person.name}'s interaction {what!r}: {self.kind}>"

    def acknowledge(self, body: dict[str, Any], files: dict[int, Upload]) -> Message | None:
        """The first answer. Raises Refused: too late (10062), the second (40060), a form's faults (50035)."""
        if self.kind is not None:
            raise Refused(40060)
        if self.failed:
            raise Refused(10062)
        kind, data = body.get("type"), body.get("data") or {}
        self._refuse_kind(kind)
        made: Message | None = None
        if kind == MODAL:
            form = Form()
            rules_components.modal(form, data)
            form.settle()
            self.modal = Modal(self, data)
        elif kind == CHOICES:
            self._choose(data)
        elif kind == MESSAGE:
            rules_messages.check(self._world, data, files, at=("data",))
            rules_messages.refuse_empty(data, files)
            made = self._say(data, files, ephemeral=bool((data.get("flags") or 0) & EPHEMERAL))
            self._original(made)
        elif kind == DEFERRED:
            made = self._think(ephemeral=bool((data.get("flags") or 0) & EPHEMERAL))
        elif kind == UPDATE:
            made = self._update(data, files)
        else:
            self.answer = self.message
        self.kind = KINDS[kind]
        self.acknowledged_after = monotonic() - self._started
        self._acknowledged.set()
        return made

    def _refuse_kind(self, kind: Any) -> None:
        allowed = {MESSAGE, DEFERRED}
        if self.type == AUTOCOMPLETE:
            allowed = {CHOICES}
        elif self.type != SUBMIT:
            allowed |= {MODAL}
        if self.type in (COMPONENT, SUBMIT):
            allowed |= {DEFERRED_UPDATE} if self.message is None else {DEFERRED_UPDATE, UPDATE}
        form = Form()
        form.choice(("type",), kind, allowed)
        form.settle()

    def _choose(self, data: dict[str, Any]) -> None:
        form = Form()
        choices = form.items(("data", "choices"), data.get("choices"), 0, 25)
        focused = next(one for one in _leaves(self.data.get("options") or []) if one.get("focused"))
        rules_commands.check_choices(form, ("data", "choices"), choices, focused["type"])
        form.settle()
        self.choices = choices

    def _say(self, data: dict[str, Any], files: dict[int, Upload], *, ephemeral: bool) -> Message:
        origin = Origin(
            application_id=self._world.application_id,
            interaction=self._metadata(),
            ephemeral_for=self.person.id if ephemeral else None,
        )
        return posting.post(self._world, self.place, self._world.bot, data, files, origin)

    def _metadata(self) -> dict[str, Any]:
        made: dict[str, Any] = {
            "id": str(self.id),
            "type": self.type,
            "user": user_json(self.person.user),
            "authorizing_integration_owners": {},
        }
        if self.type == COMMAND:
            made["name"] = self.data["name"]
        if self.type == COMPONENT and self.message is not None:
            made["interacted_message_id"] = str(self.message.id)
        return made

    def _think(self, *, ephemeral: bool) -> Message:
        self._loading = True
        self.answer = self._say({"flags": LOADING}, {}, ephemeral=ephemeral)
        return self.answer

    def _update(self, data: dict[str, Any], files: dict[int, Upload]) -> Message:
        message = self.message
        if message is None or message.deleted:
            raise Refused(10008)
        if message.place.archived:
            raise Refused(50083)
        rules_messages.check(self._world, data, files, at=("data",), had=message.flags)
        self._original(message)
        return posting.edit(self._world, message, data, files)

    def _original(self, message: Message) -> None:
        self.answer = message
        self.answered_after = monotonic() - self._started
        self._answered.set()

    def _usable(self) -> None:
        """Raises Refused (50027 after 15 minutes, 10015 before the first answer)."""
        if self.age > self._world.settings.token_life:
            raise Refused(50027)
        if self.kind is None or self.kind == "choices":
            raise Refused(10015)

    def original(self) -> Message:
        """Raises Refused (10008 where there is none, 10015, 50027)."""
        self._usable()
        if self.answer is None or self.answer.deleted:
            raise Refused(10008)
        return self.answer

    def follow_up(self, body: dict[str, Any], files: dict[int, Upload]) -> Message:
        """The first one after a deferral becomes the original response, as visible as that was said to be."""
        self._usable()
        rules_messages.check(self._world, body, files)
        rules_messages.refuse_empty(body, files)
        if self._loading and self.answer is not None and not self.answer.deleted:
            return self.edit(self.answer, body, files)
        made = self._say(body, files, ephemeral=bool((body.get("flags") or 0) & EPHEMERAL))
        self.followups.append(made)
        return made

    def find(self, message_id: int) -> Message:
        """The original response or a follow-up. Raises Refused."""
        self._usable()
        for one in (self.answer, *self.followups):
            if one is not None and one.id == message_id and not one.deleted:
                return one
        raise Refused(10008)

    def edit(self, message: Message, body: dict[str, Any], files: dict[int, Upload]) -> Message:
        rules_messages.check(self._world, body, files, had=message.flags)
        if message is self.answer and self._loading:
            self._loading = False
            message.flags &= ~LOADING
            self._resolve_mentions(message, body)
        made = posting.edit(self._world, message, body, files)
        if message is self.answer:
            self._original(message)
        return made

    def _resolve_mentions(self, message: Message, body: dict[str, Any]) -> None:
        """What fills in for "thinking…" pings as a new message does."""
        message.content = body.get("content") or ""
        posting.mentions.resolve(self._world, message, body.get("allowed_mentions"), None)


def _leaves(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    found = []
    for one in options:
        found += _leaves(one["options"]) if one["type"] in (1, 2) else [one]
    return found
