"""A stand-in Discord: REST and gateway on the loopback, which the unmodified discord.py logs into.

In a test::

    server = DiscordServer()
    await server.start()
    guild = server.add_guild("Uni")
    asha = guild.add_member("asha")
    interaction = await asha.slash(channel, "ticket", "open", title="…")

For a bench, in its own process: ``python -m tests.fakes.discord_server --port 0``, steered by ``POST /control/...``
(tests/fakes/discord/control.py).
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Self

from aiohttp import web

from tests.fakes.discord import records, routes_application, routes_channels, routes_messages, routes_webhooks
from tests.fakes.discord.control import Control
from tests.fakes.discord.faults import pattern
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.guilds import HIDDEN, Guild
from tests.fakes.discord.interactions import Interaction, Modal
from tests.fakes.discord.payloads import attachment_url, link_signature
from tests.fakes.discord.people import Choice, Person
from tests.fakes.discord.permissions import DESK_BOT, EVERYONE, Given, Permission
from tests.fakes.discord.rest import PREFIX, Request, Rest
from tests.fakes.discord.state import Attachment, Channel, Message, Role, Thread, User, Webhook
from tests.fakes.discord.world import Settings, World
from tests.fakes.patience import patience

__all__ = [
    "HIDDEN",
    "Attachment",
    "Channel",
    "Choice",
    "DiscordServer",
    "Guild",
    "Interaction",
    "Message",
    "Modal",
    "Permission",
    "Person",
    "Request",
    "Role",
    "Settings",
    "Thread",
    "Webhook",
]


class DiscordServer:
    """``token``: the bot's. ``clock``: one with ``now()`` and ``advance()``; else time passes, and ``advance`` adds.

    ``official``: whether requests are held against Discord's OpenAPI file where it lies beside the checkout; what it
    has against them is refused, and kept in ``violations``.
    """

    def __init__(self, *, token: str | None = None, clock: Any = None, official: bool = True) -> None:
        self.world = World(token=token, clock=clock)
        self.gateway = self.world.gateway = Gateway(self.world)
        tables = [routes_application.routes, routes_channels.routes, routes_messages.routes, routes_webhooks.routes]
        self.rest = Rest(self.world, tables, check_official=official)
        self.faults = self.rest.faults
        self.limits = self.rest.limits
        self.settings: Settings = self.world.settings
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        app = web.Application(client_max_size=self.settings.request_limit * 2)
        app.router.add_get("/gateway", self.gateway.handle)
        app.router.add_get("/gateway/", self.gateway.handle)
        app.router.add_get("/attachments/{place}/{attachment}/{name}", self._download)
        app.router.add_post("/control/{what}", Control(self).handle)
        app.router.add_route("*", PREFIX + "/{path:.*}", self.rest.handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.world.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.faults.clear()
        await self.gateway.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return self.world.base

    @property
    def api_base(self) -> str:
        return self.world.base + PREFIX

    @property
    def token(self) -> str:
        return self.world.token

    @property
    def application_id(self) -> int:
        return self.world.application_id

    @property
    def bot(self) -> User:
        """The bot's account; its member is ``guild.bot``."""
        return self.world.bot

    @property
    def requests(self) -> list[Request]:
        return self.rest.requests

    @property
    def violations(self) -> list[str]:
        """What Discord's description had against requests."""
        return self.rest.violations

    @property
    def messages(self) -> list[Message]:
        """Every message ever made, anywhere, in order; deleted and ephemeral ones too."""
        return self.world.messages

    @property
    def latency(self) -> float:
        return self.rest.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        """Of every REST answer and every gateway message on its way."""
        self.rest.latency = self.gateway.latency = seconds

    def add_guild(self, name: str, *, bot_permissions: Given = DESK_BOT, everyone: Given = EVERYONE) -> Guild:
        made = Guild(self.world, name, bot_permissions=bot_permissions, everyone=everyone)
        made.invite()
        return made

    def remove_guild(self, guild: Guild) -> None:
        """The bot is thrown out of it; ``guild.invite()`` brings it back."""
        guild.remove_member(guild.bot)

    def advance(self, by: timedelta) -> None:
        self.world.advance(by)

    def called(self, method: str, path: str) -> list[Request]:
        """The requests of a method to a path; ``*`` stands for one segment, ``**`` for any number."""
        wanted = pattern(path)
        return [one for one in self.requests if one.method == method and wanted.fullmatch(one.path)]

    async def until(self, condition: Callable[[], Any], within: float = 5.0, what: str = "") -> Any:
        """Waits for a condition and returns what it gave. Raises AssertionError, with what the bot last asked for."""
        try:
            async with patience(within):
                while not (found := condition()):  # noqa: ASYNC110 - the bot sets no event of ours
                    await asyncio.sleep(0.005)
                return found
        except TimeoutError:
            last = [f"{one.method} {one.path} -> {one.status}" for one in self.requests[-8:]]
            raise AssertionError(f"{what or 'it'} did not come about within {within} s; last: {last}") from None

    async def connected(self, within: float = 5.0) -> None:
        """Until the bot listens."""
        await self.until(lambda: self.gateway.connected, within, "the bot's connection")

    async def disconnect(self, *, resumable: bool = True, code: int = 4000) -> None:
        """Cuts the bot off; ``resumable`` False forgets its session, so that it has to identify again."""
        await self.gateway.disconnect(resumable=resumable, code=code)

    def reconnect(self) -> None:
        """Op 7: the bot is asked to come back."""
        self.gateway.ask_to_reconnect()

    def invalidate(self, *, resumable: bool = False) -> None:
        """Op 9."""
        self.gateway.invalidate(resumable=resumable)

    async def refuse_gateway(self, refuse: bool = True, *, resumable: bool = True) -> None:
        """While refused nobody connects, and who was connected is cut off: the bot is away."""
        self.gateway.refusing = refuse
        if refuse:
            await self.gateway.disconnect(resumable=resumable)

    def unfurl(self, message: Message, title: str = "A page") -> None:
        """A preview of a link is added to it: told as a change that nobody made."""
        message.embeds = [{"type": "link", "url": "https://example.org", "title": title}]
        records.tell(self.world, "MESSAGE_UPDATE", message)

    def link(self, attachment: Attachment) -> str:
        """A fresh one."""
        return attachment_url(self.world, attachment)

    async def _download(self, request: web.Request) -> web.Response:
        attachment = self.world.attachments.get(int(request.match_info["attachment"]))
        expires = request.query.get("ex", "0")
        fits = attachment is not None and request.query.get("hm") == link_signature(attachment.id, expires)
        if attachment is None or not fits or int(expires, 16) < self.world.now().timestamp():
            return web.Response(status=404, text="This content is no longer available.")
        return web.Response(body=attachment.data, headers={"Content-Type": attachment.content_type})


async def _serve(port: int, latency: float, official: bool) -> None:
    server = DiscordServer(official=official)
    server.latency = latency
    await server.start(port)
    told = {"url": server.url, "api_base": server.api_base, "token": server.token, "id": str(server.application_id)}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in Discord on 127.0.0.1, until it is ended.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--official", action="store_true", help="hold each request against Discord's OpenAPI file")
    given = parser.parse_args()
    asyncio.run(_serve(given.port, given.latency_ms / 1000, given.official))


if __name__ == "__main__":
    main()
