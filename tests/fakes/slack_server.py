"""A stand-in Slack on the loopback: Web API, Socket Mode, signed HTTP, files; unmodified slack_bolt talks to it.

In a test::

    async with SlackServer() as server:                     # or SlackServer(mode="http"), then server.deliver_to(url)
        # the app is told: server.api_base, server.bot_token, server.app_token, server.signing_secret
        sam = server.add_user("sam", email="sam@example.edu")
        asha = server.add_user("asha")
        agents = server.add_user_group("agents", [asha])    # agents.add(…), agents.remove(…)
        triage = server.add_channel("triage", members=[asha], with_app=True)   # .archive(), .kick(), .invite(), …

        asked = await sam.slash(sam.dm, "/ticket open My grade")      # asked.acked_after, .error, .status
        view = await asked.modal()                                    # the form that it opens (asked.view: by now)
        await sam.choose(view, "Category", "Exams and grades")        # until the app changed the view
        sent = await sam.submit(view, {"Title": "My grade"}, files={"Files": [File("a.txt", b"proof")]})
        sent.closed, sent.errors, sent.view                           # errors by label; view: the updated one
        answer = await asked.answered()                               # a message; asked.answers, asked.shown

        m = await sam.write(sam.dm, "words *bold* " + asha.mention, thread=message, files=[File("b.png", data)])
        await sam.edit(m, "…"); await sam.delete(m); await sam.react(m, "thumbsup"); await sam.unreact(m, "thumbsup")
        pressed = await asha.press(card, "Claim")                     # words of a button or of a menu's entry
        await asha.message_shortcut(m, "open_from_message"); await sam.shortcut("open_ticket")
        home = await sam.open_home(); await sam.press(home, "Open a ticket")

        sam.reads(sam.dm), sam.thread(message), sam.ephemerals(place)           # messages that they see
        m.text_shown, m.username, m.icon_url, m.reactions, m.files, m.metadata, m.pings, m.buttons, m.menu
        server.pings, sam.pings                             # the app's messages that notified anybody by name
        await server.until(lambda: sam.thread(card))        # and await server.settled(): every event acknowledged

        server.faults.fail("chat.postMessage", status=500, applied=True)        # refuse, drop, limit, delay, hold, hang
        server.limits.enable(); server.latency = 0.05; server.every_event_twice = True
        with_held = server.hold_events(); with_held.release(backwards=True); server.lose_events(lambda event: True)
        await server.disconnect("refresh_requested"); server.drop_sockets(); server.refuse_connections()
        server.hide_history(); server.advance(60); server.force_ts("1700000000.000100")

        server.requests, server.called("chat.postMessage"), server.events("message"), server.violations

Requests that could never have been right (a block too many, an argument that Slack does not know, what Slack's own
types have against them where that file lies beside the checkout) are kept in ``server.violations``: a test asserts
that there are none.

For a bench, in its own process: ``python -m tests.fakes.slack_server --port 0``, steered by ``POST /control/...``
(tests/fakes/slack/control.py); it writes down where it is, and its tokens, as one line of JSON.
"""

import argparse
import asyncio
import json
import sys
from collections.abc import Callable
from datetime import timedelta
from fnmatch import fnmatchcase
from typing import Any, Self

from aiohttp import web

from tests.fakes.patience import patience
from tests.fakes.slack import (
    methods_app,
    methods_chat,
    methods_conversations,
    methods_files,
    methods_people,
    methods_views,
)
from tests.fakes.slack.api import Request, WebApi
from tests.fakes.slack.channels import Channel
from tests.fakes.slack.clock import SlackClock
from tests.fakes.slack.control import Control
from tests.fakes.slack.delivery import Held
from tests.fakes.slack.interactions import Interaction, ResponseRoute
from tests.fakes.slack.people import File, Person
from tests.fakes.slack.settings import Installed, Settings
from tests.fakes.slack.shown import Pings
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.state import Message, SlackFile, UserGroup
from tests.fakes.slack.views import View
from tests.fakes.slack.webhooks import Webhooks
from tests.fakes.slack.workspace import Workspace
from tests.fakes.slack.world import World

__all__ = [
    "Channel",
    "File",
    "Installed",
    "Interaction",
    "Message",
    "Person",
    "Pings",
    "Request",
    "Settings",
    "SlackFile",
    "SlackServer",
    "UserGroup",
    "View",
    "buttons",
]


def buttons(of: Message | View) -> list[str]:
    """The words of the buttons that stand in it."""
    return of.buttons


class SlackServer(Workspace):
    """``mode``: ``socket`` or ``http``. ``clock``: one with ``now()`` and ``advance(by)``; else real time passes, and
    ``advance`` adds. ``official``: whether requests are held against Slack's own types. ``seed``: of ids, and of which
    connection an event goes to."""

    def __init__(self, mode: str = "socket", *, clock: Any = None, official: bool = True, seed: int = 7) -> None:
        super().__init__(World(seed=seed, clock=clock))
        self.mode = mode
        self.sockets = Sockets(self.world)
        self.webhooks = Webhooks(self.world)
        self.delivery.transport = {"socket": self.sockets, "http": self.webhooks}[mode]
        tables = [
            methods_app.sockets_table(self.sockets.address),
            methods_chat.table,
            methods_conversations.table,
            methods_files.table,
            methods_people.table,
            methods_views.table,
        ]
        self.api = WebApi(self.world, tables, check_official=official)
        self.faults = self.api.faults
        self.limits = self.api.limits
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def start(self, port: int = 0) -> None:
        files, responses = methods_files.FileRoutes(self.world, self.api), ResponseRoute(self.world, self.api)
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", "/api/{method}", self.api.handle)
        app.router.add_get("/link/", self.sockets.handle)
        app.router.add_post("/upload/v1/{key}", files.upload)
        app.router.add_get("/files-pri/{file}/{name}", files.download)
        app.router.add_get("/files-pri/{file}/download/{name}", files.download)
        app.router.add_get("/signin", methods_files.signin)
        app.router.add_post("/response/{key}", responses.handle)
        app.router.add_post("/control/{what}", Control(self).handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port, backlog=1024)
        await site.start()
        self.world.base = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def stop(self) -> None:
        self.faults.clear()
        self.delivery.stop()
        await self.sockets.stop()
        await self.webhooks.stop()
        if self._runner is not None:
            await self._runner.cleanup()

    @property
    def url(self) -> str:
        return self.world.base

    @property
    def api_base(self) -> str:
        """With a slash at its end, as slack_sdk's ``base_url`` wants it."""
        return f"{self.world.base}/api/"

    @property
    def clock(self) -> SlackClock:
        return self.world.clock

    def advance(self, by: timedelta | float) -> None:
        """``by``: a timedelta, or seconds. What is due by then comes about."""
        self.world.clock.advance(by)

    @property
    def requests(self) -> list[Request]:
        """Every call in order; ``upload``, ``download`` and ``response_url`` too."""
        return self.api.requests

    @property
    def latency(self) -> float:
        return self.api.latency

    @latency.setter
    def latency(self, seconds: float) -> None:
        """Of every answer, and of everything that the app is told."""
        self.api.latency = self.sockets.latency = self.webhooks.latency = seconds

    @property
    def every_event_twice(self) -> bool:
        return self.delivery.twice

    @every_event_twice.setter
    def every_event_twice(self, twice: bool) -> None:
        self.delivery.twice = twice

    def called(self, method: str) -> list[Request]:
        """The calls of a method; ``*`` stands for anything."""
        return [one for one in self.requests if fnmatchcase(one.method, method)]

    def hide_history(self, error: str = "missing_scope", *, what: str = "conversations.[hr]*") -> None:
        """History cannot be read any more; ``what``: a pattern of methods."""
        self.faults.refuse(what, error, times=1_000_000)

    def deliver_to(self, url: str | None) -> None:
        """Where the app hears in http mode."""
        self.webhooks.url = url

    def hold_events(self) -> Held:
        """Events are kept back until ``release()``."""
        self.delivery.held = Held(self.delivery)
        return self.delivery.held

    def lose_events(self, which: Callable[[dict[str, Any]], Any] | None) -> None:
        """Events that it is true for never reach the app; None: all do again."""
        self.delivery.losing = which

    @property
    def connected(self) -> int:
        """How many sockets there are."""
        return len(self.sockets.connections)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """``warning``, ``refresh_requested`` or ``link_disabled``, to every socket."""
        await self.sockets.disconnect(reason)

    def drop_sockets(self) -> None:
        """All of them at once, without a word."""
        self.sockets.drop()

    def refuse_connections(self, refuse: bool = True) -> None:
        """While refused nobody connects, and who was connected is cut off."""
        self.sockets.refusing = refuse
        if refuse:
            self.sockets.drop()

    async def until(self, condition: Callable[[], Any], within: float = 5.0, what: str = "") -> Any:
        """Waits for a condition and returns what it gave. Raises AssertionError, with what the app last asked for."""
        try:
            async with patience(within):
                while not (found := condition()):  # noqa: ASYNC110 - the app sets no event of ours
                    await asyncio.sleep(0.005)
                return found
        except TimeoutError:
            last = [f"{one.method} -> {one.error or one.status}" for one in self.requests[-8:]]
            raise AssertionError(f"{what or 'it'} did not come about within {within} s; last: {last}") from None

    async def until_connected(self, sockets: int = 1, within: float = 5.0) -> None:
        await self.until(lambda: self.connected >= sockets, within, f"{sockets} connections")

    async def settled(self, within: float = 5.0) -> None:
        """Until every event is acknowledged, or given up."""
        await self.until(lambda: self.delivery.idle, within, "every acknowledgement")


async def _serve(port: int, *, mode: str, latency: float, official: bool) -> None:
    server = SlackServer(mode, official=official)
    server.latency = latency
    await server.start(port)
    told = {"url": server.url, "api_base": server.api_base, "bot_token": server.bot_token, "team": server.team}
    told |= {"app_token": server.app_token, "signing_secret": server.signing_secret, "bot_user": server.bot_user}
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    parser = argparse.ArgumentParser(description="A stand-in Slack on 127.0.0.1, until it is ended.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--mode", choices=("socket", "http"), default="socket")
    parser.add_argument("--latency-ms", type=float, default=0.0)
    parser.add_argument("--official", action="store_true", help="hold each request against Slack's own types")
    given = parser.parse_args()
    asyncio.run(_serve(given.port, mode=given.mode, latency=given.latency_ms / 1000, official=given.official))


if __name__ == "__main__":
    main()
