"""Socket Mode: Slack is heard over websockets that the desk opens, several at once, so that one may end.

https://docs.slack.dev/apis/events-api/using-socket-mode
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import aiohttp
import structlog
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from adapters.chat.lanes import Pauses
from adapters.slack.api.codes import BAD_TOKEN, BUSY, NO_SCOPE
from adapters.slack.api.refusals import retry_after
from adapters.slack.connection import Connection
from adapters.slack.sending.troubles import Mended, Report
from adapters.slack.turns import Turns
from core.text import clean_line, shorten

log = structlog.get_logger(__name__)

APP_TOKEN = "slack:app-token"  # noqa: S105 - a trouble's key, which names no token
_DISABLED = "link_disabled"
_FULL = "too_many_websockets"
_REASON = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Seconds."""

    open: float = 10.0
    """Until a connection that is not greeted is given up."""
    heartbeat: float = 10.0
    """Between two pings; one that is not answered in half the time ends the connection."""
    linger: float = 10.0
    """For which a connection that Slack is about to end is still listened to, beside the one in its place."""
    mending: float = 180.0
    """Until what an admin has to mend is tried again."""
    steady: float = 20.0
    """That a connection must have been open, for the next one to be opened without a pause."""
    full: float = 60.0
    """Until another connection is tried where Slack has all that it takes."""
    busy: float = 30.0
    """To leave alone what is busy, and does not say for how long."""
    drain: float = 1.0
    """That acknowledgements under way are given at the end."""
    pauses: Pauses = Pauses()  # noqa: RUF009 - frozen, so safely shared


class Unopened(Exception):
    """``after``: seconds until it may be tried again; None for as long as the pauses say."""

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


class Sockets:
    """``heard`` is told when Slack is heard again after a moment in which it was not: at the start, and whenever no
    connection was open."""

    def __init__(
        self,
        *,
        app: AsyncApp,
        app_token: str,
        web: AsyncWebClient,
        heard: Callable[[], None],
        report: Report,
        mended: Mended,
        turns: Turns,
        connections: int = 2,
        timing: Timing | None = None,
    ) -> None:
        self._app = app
        self._app_token = app_token
        self._web = web
        self._heard = heard
        self._report = report
        self._mended = mended
        self._turns = turns
        self._count = connections
        self._timing = timing or Timing()
        self._session: aiohttp.ClientSession | None = None
        self._deaf = True
        """Whether there is something that Slack may not have told."""
        self._keeping: list[asyncio.Task[None]] = []
        self._retiring: set[asyncio.Task[None]] = set()
        self._listening: dict[Connection, asyncio.Task[None]] = {}

    @property
    def live(self) -> int:
        """How many connections are open, and greeted."""
        return sum(one.greeted.is_set() and not one.ended.is_set() for one in self._listening)

    def start(self) -> None:
        """Inside the running loop."""
        session = self._session = aiohttp.ClientSession()
        self._keeping = [asyncio.create_task(self._keep(session), name="slack socket") for _ in range(self._count)]

    async def close(self) -> None:
        """Hear nothing more; what was heard is acknowledged first."""
        await _cancelled([*self._keeping, *self._retiring])
        for connection in list(self._listening):
            await connection.settled(self._timing.drain)
        await _cancelled(list(self._listening.values()))
        if self._session is not None:
            await self._session.close()

    async def _keep(self, session: aiohttp.ClientSession) -> None:
        """One connection after the other, for ever."""
        attempt = 0
        while True:
            attempt += 1
            try:
                connection = await self._opened(session)
                opened_at = time.monotonic()
                await connection.leaving.wait()
                attempt = attempt if time.monotonic() - opened_at < self._timing.steady else 0
                wait = await self._left(connection, attempt)
            except Unopened as failed:
                log.warning("slack_socket_not_opened", reason=str(failed))
                wait = self._timing.pauses.before(attempt) if failed.after is None else failed.after
            except Exception:
                log.exception("slack_socket_stumbled")
                wait = self._timing.pauses.longest
            await asyncio.sleep(wait)

    async def _opened(self, session: aiohttp.ClientSession) -> Connection:
        """A connection that Slack has greeted. Raises Unopened."""
        address = await self._address()
        connection = Connection(self._take, self._begun)
        task = self._listening[connection] = asyncio.create_task(self._listen(connection, session, address))
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.open):
                await _first(connection.greeted, connection.leaving)
        if connection.reason == _FULL or not connection.greeted.is_set():
            await _cancelled([task])
            if connection.reason == _FULL:
                raise Unopened("Slack has all the connections that it takes of one app.", self._timing.full)
            raise Unopened("Slack did not greet a connection.")
        log.info("slack_connected", live=self.live)
        await self._mended(APP_TOKEN)
        return connection

    async def _left(self, connection: Connection, attempt: int) -> float:
        """Seconds until another is opened in its place."""
        if connection.reason == _DISABLED:
            return await self._shut_out(_DISABLED)
        if connection.ended.is_set():
            log.info("slack_connection_lost", live=self.live)
            return self._timing.pauses.before(max(attempt, 1))
        log.info("slack_connection_leaving", reason=shorten(clean_line(connection.reason), _REASON))
        retiring = asyncio.create_task(self._retire(connection), name="slack socket leaving")
        self._retiring.add(retiring)
        retiring.add_done_callback(self._retiring.discard)
        return 0.0 if attempt == 0 else self._timing.pauses.before(attempt)

    async def _retire(self, connection: Connection) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timing.linger):
                await connection.ended.wait()
        await connection.settled(self._timing.drain)
        await _cancelled([self._listening[connection]] if connection in self._listening else [])

    async def _listen(self, connection: Connection, session: aiohttp.ClientSession, address: str) -> None:
        try:
            await connection.listen(session, address, heartbeat=self._timing.heartbeat)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            # Not its words: they name the address, with the ticket in it.
            log.info("slack_connection_failed", reason=type(error).__name__)
        finally:
            self._listening.pop(connection, None)
            if self.live == 0:
                self._deaf = True

    def _begun(self) -> None:
        if self._deaf:
            self._deaf = False
            self._heard()

    async def _take(self, connection: Connection, request: SocketModeRequest) -> None:
        """The edge: nothing that is wrong with one request goes on into the connection."""
        try:
            began = time.time()
            with self._turns.acknowledging():
                answer = await run_async_bolt_app(self._app, request)
                await send_async_response(connection, request, answer, began)
        except (aiohttp.ClientError, OSError) as error:
            # Slack sends it again, over another connection.
            log.info("slack_acknowledgement_lost", reason=type(error).__name__)
        except Exception:
            log.exception("slack_request_failed")

    async def _address(self) -> str:
        """https://docs.slack.dev/reference/methods/apps.connections.open. Raises Unopened."""
        try:
            answer = await self._web.apps_connections_open(app_token=self._app_token)
            return str(answer["url"])
        except SlackApiError as error:
            refusal = error.response
        except (aiohttp.ClientError, SlackClientError, TimeoutError, OSError, ValueError, AttributeError) as error:
            why = type(error).__name__
            raise Unopened(f"Slack cannot be asked for a connection ({why}).") from None
        code = clean_line(str(_said(refusal).get("error") or ""))
        if code in BUSY or getattr(refusal, "status_code", 0) == 429:
            raise Unopened("Slack's rate limit is reached.", retry_after(refusal.headers, self._timing.busy))
        if code in BAD_TOKEN | NO_SCOPE | {_DISABLED}:
            raise Unopened("Slack does not take the app token.", await self._shut_out(code))
        raise Unopened(f"Slack gives no connection ({shorten(code, _REASON) or 'no reason given'}).")

    async def _shut_out(self, code: str) -> float:
        """Tell the admins; seconds until it is tried again."""
        await self._report(APP_TOKEN, _SWITCHED_OFF if code == _DISABLED else _bad_token(code))
        return self._timing.mending


_SWITCHED_OFF = (
    "Socket Mode is switched off for the app, so the desk hears nothing from Slack. At api.slack.com/apps, your app, "
    "Socket Mode: Enable Socket Mode. The desk tries again every few minutes."
)


def _bad_token(code: str) -> str:
    return (
        f"Slack does not take the app token ({code}), so the desk hears nothing from there. At api.slack.com/apps, "
        "your app, Basic Information, App-Level Tokens: make one with the scope connections:write, put it into "
        "BOT_SLACK__APP_TOKEN and start the desk again."
    )


def _said(response: Any) -> dict[str, Any]:
    data = getattr(response, "data", None)
    return data if isinstance(data, dict) else {}


async def _first(*events: asyncio.Event) -> None:
    """Until one of them is set."""
    waits = [asyncio.create_task(event.wait()) for event in events]
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _cancelled(waits)


async def _cancelled(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
