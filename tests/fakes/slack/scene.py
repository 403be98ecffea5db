"""A workspace with one who asks and one who answers, and a small app that listens there; forms and cards for it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from tests.fakes.slack.small_app import SmallApp, over_http, over_sockets
from tests.fakes.slack_server import Channel, Message, SlackServer

Json = dict[str, Any]


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def line(label: str, **more: Any) -> Json:
    """An input of one line, with its label as its block_id."""
    element = {"type": "plain_text_input", "action_id": "value"} | more.pop("element", {})
    return {"type": "input", "block_id": label, "label": plain(label), "element": element} | more


def select(label: str, *options: str, **more: Any) -> Json:
    offered = [{"text": plain(one), "value": one.lower()} for one in options]
    return line(label, element={"type": "static_select", "options": offered}, **more)


def modal(*blocks: Json, **more: Any) -> Json:
    view = {"type": "modal", "callback_id": "form", "title": plain("A form"), "submit": plain("Send")}
    return view | {"blocks": list(blocks)} | more


def card(text: str, *labels: str) -> list[Json]:
    """A section with a button for each label."""
    made = [{"type": "button", "action_id": one.lower(), "text": plain(one), "value": one} for one in labels]
    shown = {"type": "section", "text": {"type": "mrkdwn", "text": text}}
    return [shown, {"type": "actions", "elements": made}] if made else [shown]


class Scene:
    """One who asks, one who answers, in a workspace with a private channel that the app is in."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.sam = server.add_user("sam", email="sam@example.edu")
        self.asha = server.add_user("asha", display_name="Asha")
        self.triage = server.add_channel("triage", members=[self.asha], with_app=True)
        self.app = SmallApp(server)
        self.client = self.app.client
        self.sent: list[Any] = []

    def listens(self) -> AbstractAsyncContextManager[Any]:
        return over_http(self.app) if self.server.mode == "http" else over_sockets(self.app)

    def opens(self, view: Json, *, then: Any = None) -> None:
        """``/ticket`` and the global shortcut open this form; ``then``: what sending it is acknowledged with."""

        async def show(ack: Any, body: Json) -> None:
            await ack()
            await self.client.views_open(trigger_id=body["trigger_id"], view=view)

        async def take(ack: Any, body: Json) -> None:
            self.sent.append(body["view"]["state"]["values"])
            await ack(**(then or {}))

        self.app.bolt.command("/ticket")(show)
        self.app.bolt.shortcut("open_ticket")(show)
        self.app.bolt.view("form")(take)

    async def says(self, place: Channel, text: str, **more: Any) -> Message:
        answer = await self.client.chat_postMessage(channel=place.id, text=text, **more)
        return place.messages[answer["ts"]]


@asynccontextmanager
async def listening(mode: str) -> AsyncIterator[Scene]:
    async with SlackServer(mode) as server:
        made = Scene(server)
        async with made.listens():
            yield made
        assert server.violations == []


@asynccontextmanager
async def unheard() -> AsyncIterator[Scene]:
    """Nobody listens yet."""
    async with SlackServer() as server:
        yield Scene(server)
        assert server.violations == []


async def refused(doing: Any) -> str:
    """The error that something is refused with."""
    with pytest.raises(SlackApiError) as caught:
        await doing
    return str(caught.value.response["error"])
