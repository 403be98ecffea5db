"""What a person does with the app's commands, buttons and forms, and what becomes of it.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

import asyncio
import math
import secrets
from typing import Any

from aiohttp import web

from tests.fakes.patience import patience
from tests.fakes.slack import methods_views, posting, records
from tests.fakes.slack.api import WebApi
from tests.fakes.slack.clock import monotonic
from tests.fakes.slack.delivery import Ack, Delivery
from tests.fakes.slack.refusals import Refused
from tests.fakes.slack.state import Message
from tests.fakes.slack.views import View
from tests.fakes.slack.world import World

Json = dict[str, Any]


class Trigger:
    """The right to put something up on somebody's screen: for three seconds, once."""

    def __init__(self, world: World, interaction: "Interaction", view: View | None) -> None:
        self._world = world
        self._made = world.clock.seconds()
        self.id = f"{world.chance.getrandbits(40)}.{world.chance.getrandbits(40)}.{secrets.token_hex(16)}"
        self.interaction = interaction
        self.user = interaction.person.user
        self.view = view
        self.exchanged = False
        world.triggers[self.id] = self

    @property
    def expired(self) -> bool:
        return self._world.clock.seconds() - self._made > self._world.settings.trigger_life


class ResponseUrl:
    """Five uses, half an hour."""

    def __init__(self, world: World, interaction: "Interaction", message: Message | None) -> None:
        self._world = world
        self._made = world.clock.seconds()
        self.key = secrets.token_urlsafe(24)
        self.interaction = interaction
        self.message = message
        """The one whose button it was, which may be replaced."""
        self.uses = 0
        world.response_urls[self.key] = self

    @property
    def url(self) -> str:
        return f"{self._world.base}/response/{self.key}"

    def take(self, given: Json) -> None:
        """Raises Refused: used_url, expired_url, and what a message may not be."""
        settings = self._world.settings
        if self._world.clock.seconds() - self._made > settings.response_url_life:
            raise Refused("expired_url")
        if self.uses >= settings.response_url_uses:
            raise Refused("used_url")
        self.uses += 1
        if given.get("delete_original"):
            self._original(given).deleted = True
            return
        fields = posting.checked(self._world, given)
        if given.get("replace_original") and self.message is not None:
            self._replace(self._original(given), fields)
        else:
            self.interaction.answer_with(fields, given)

    def _original(self, given: Json) -> Message:
        if self.message is None or self.message.deleted:
            raise Refused("message_not_found")
        if given.get("delete_original"):
            if self.message.ephemeral_for is None:
                records.remove(self.message)
            else:
                self.message.place.ephemerals.remove(self.message)
        return self.message

    def _replace(self, message: Message, fields: Json) -> None:
        new = {"text": "", "blocks": []} | fields
        if message.ephemeral_for is None:
            records.change(message, **new)
            return
        for name, value in new.items():
            setattr(message, name, value)
        self.interaction.answered_by(message)


class Interaction:
    """What somebody did, and what became of it.

    ``acked_after``: seconds, None where the app did not acknowledge in time; ``error`` is then what Slack tells them.
    ``views``: the forms that it opened; ``closed`` and ``errors``: what became of a form that was sent.
    """

    def __init__(
        self,
        world: World,
        person: Any,
        kind: str,
        *,
        place: Any = None,
        message: Message | None = None,
        view: View | None = None,
    ) -> None:
        self._world = world
        self.person = person
        self.kind = kind
        self.place = place
        self.message = message
        self.source = view
        """The view that it happened in."""
        self.order = world.next_order()
        self.trigger = Trigger(world, self, view)
        self.response_url = ResponseUrl(world, self, message) if place is not None else None
        self.payload: Json = {}
        self.ack: Any = None
        self.started = monotonic()
        self.acked_after: float | None = None
        self.opened_after: float | None = None
        self.status = 0
        self.error: str | None = None
        self.errors: dict[str, str] = {}
        """Of an input's label: what is wrong with it."""
        self.closed = False
        self.views: list[View] = []
        self._said: list[Message] = []

    async def send(self, delivery: Delivery, kind: str, payload: Json) -> "Interaction":
        """Until it is acknowledged, or Slack's patience has ended."""
        self.payload = payload
        ack: Ack = await delivery.interaction(kind, payload)
        self.acked_after, self.error, self.status, self.ack = ack.after, ack.error, ack.status, ack.payload
        if ack.error is None and self.kind in ("slash", "submit") and ack.payload not in (None, "", {}):
            self._took(ack.payload)
        elif ack.error is None and self.kind == "submit" and self.source is not None:
            self.source.shut()
            self.closed = True
        return self

    def _took(self, payload: Any) -> None:
        """What came with the acknowledgement; what Slack cannot use is an error that the person sees."""
        try:
            if self.kind == "slash":
                given = {"text": payload} if isinstance(payload, str) else payload
                self.answer_with(posting.checked(self._world, given), given)
            else:
                self._respond(payload)
        except Refused as refused:
            self.error = "invalid_command_response" if self.kind == "slash" else "invalid_view_response"
            self._world.violations.append(f"{self.kind}: {refused}")

    def _respond(self, payload: Json) -> None:
        """https://docs.slack.dev/surfaces/modals#response_actions"""
        view = self.source
        assert view is not None
        action = payload.get("response_action")
        if action == "errors":
            self._point_out(view, payload.get("errors"))
        elif action == "clear":
            view.stack[0].shut()
            self.closed = True
        elif action in ("update", "push"):
            data = methods_views.checked(payload.get("view"), home=False)
            if action == "update":
                view.show(data)
                self.views.append(view)
            elif len(view.stack) >= self._world.settings.modal_stack:
                raise Refused("push_limit_reached")
            else:
                self.views.append(methods_views.push(self._world, self.person.user, data, view.stack))
        else:
            raise Refused("invalid_arguments", messages=[f"[ERROR] unknown response_action: {action}"])

    def _point_out(self, view: View, errors: Any) -> None:
        labels = {block["block_id"]: label for label, block, _ in view.inputs}
        if not isinstance(errors, dict) or not errors or any(one not in labels for one in errors):
            raise Refused("invalid_arguments", messages=["[ERROR] errors must name inputs [json-pointer:/errors]"])
        self.errors = {labels[block_id]: text for block_id, text in errors.items()}

    def opened(self, view: View) -> None:
        self.views.append(view)
        self.opened_after = monotonic() - self.started

    def answer_with(self, fields: Json, given: Json) -> None:
        """A new message: for this person alone, unless it is said to be for all."""
        thread_ts = given.get("thread_ts")
        if given.get("response_type") == "in_channel":
            message = posting.post(self._world, self.place, fields, thread_ts=thread_ts)
        else:
            message = posting.whisper(self._world, self.place, self.person.id, fields, thread_ts=thread_ts)
        self.answered_by(message)

    def answered_by(self, message: Message) -> None:
        if message not in self._said:
            self._said.append(message)

    @property
    def view(self) -> View | None:
        """The form that it opened, or changed, last."""
        return self.views[-1] if self.views else None

    @property
    def answers(self) -> list[Message]:
        """What the person was told: by the acknowledgement, over its response_url, or ephemerally there since then."""
        since = [] if self.place is None else self.place.ephemerals
        mine = [one for one in since if one.ephemeral_for == self.person.id and one.order > self.order]
        found = [*self._said, *(one for one in mine if one not in self._said)]
        return sorted((one for one in found if not one.deleted), key=lambda one: one.order)

    @property
    def answer(self) -> Message | None:
        return next(reversed(self.answers), None)

    @property
    def shown(self) -> str:
        """All the words of its answers."""
        return "\n".join(one.text_shown for one in self.answers)

    @property
    def failed(self) -> bool:
        return self.error is not None

    async def modal(self, within: float = 5.0) -> View:
        """The form that it opens. Raises AssertionError."""
        return await self._until(lambda: self.view, within, "opened no form")

    async def answered(self, within: float = 5.0) -> Message:
        """Its latest answer, once there is one. Raises AssertionError."""
        return await self._until(lambda: self.answer, within, "was not answered")

    async def _until(self, found: Any, within: float, what: str) -> Any:
        try:
            async with patience(within):
                while (now := found()) is None:  # noqa: ASYNC110 - what it waits for is told in many ways
                    await asyncio.sleep(0.005)
                return now
        except TimeoutError:
            raise AssertionError(f"{self} {what} within {within} s; {self.error or 'no error'}") from None

    def __repr__(self) -> str:
        return f"<{self.person.name}'s {self.kind} {self.payload.get('text') or ''!r}>"


class ResponseRoute:
    """https://docs.slack.dev/interactivity/handling-user-interaction#message_responses"""

    def __init__(self, world: World, api: WebApi) -> None:
        self._world = world
        self._api = api

    async def handle(self, request: web.Request) -> web.StreamResponse:
        found = self._world.response_urls.get(request.match_info["key"])
        try:
            given = await request.json()
        except ValueError:
            given = None
        place = None if found is None else found.interaction.place.id
        record = self._api.record("response_url", (given if isinstance(given, dict) else {}) | {"channel": place})
        fault = self._api.faults.meet("response_url", record.args)
        await self._api.wait(fault)
        answer = self._answer(found, given, record.args, fault)
        record.status = answer.status
        return await self._api.finish(request, record, fault, answer)

    def _answer(self, found: ResponseUrl | None, given: Any, args: Json, fault: Any) -> web.Response:
        ordered = fault is not None and fault.kind in ("fail", "refuse", "drop", "hang", "limit")
        wait = 0.0 if ordered else self._api.limits.take("response_url", args)
        if wait or (ordered and fault.kind == "limit"):
            self._api.limits.refused += 1
            seconds = str(max(1, math.ceil(wait or fault.retry_after)))
            return web.Response(status=429, text="ratelimited", headers={"Retry-After": seconds})
        if ordered and not fault.applied:
            status = 404 if fault.kind == "refuse" else fault.status
            return web.json_response({"ok": False, "error": fault.error or "upstream"}, status=status)
        answer = self._taken(found, given)
        return web.Response(status=fault.status, text="upstream") if ordered else answer

    def _taken(self, found: ResponseUrl | None, given: Any) -> web.Response:
        try:
            if found is None:
                raise Refused("invalid_url", fault=True)
            if not isinstance(given, dict):
                raise Refused("invalid_payload", fault=True)
            found.take(given)
        except Refused as refused:
            if refused.fault:
                self._world.violations.append(f"response_url: {refused}")
                return web.Response(status=400, text=refused.error)
            return web.json_response(refused.json(), status=404)
        return web.json_response({"ok": True})
