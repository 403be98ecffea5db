"""The bolt app: which of Slack's requests go to whom.

Bolt reads and acknowledges; nothing of the desk's is in it but the way from a request to whoever takes it. An event
told twice, over another connection or again because its acknowledgement was lost, is taken once.
https://docs.slack.dev/tools/bolt-python
"""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.response import BoltResponse

from adapters.slack.api.client import Slack
from core.ports import Retry, Undeliverable, Unknown

log = structlog.get_logger(__name__)

Body = Mapping[str, Any]
"""JSON as Slack sends it."""

_ANYTHING = re.compile("")
_REMEMBERED = 10_000
_HOME = "app_home_opened"
_RATE_LIMITED = "app_rate_limited"


class Hears(Protocol):
    def take(self, event: Body) -> None: ...

    def begin(self) -> None: ...


class Answers(Protocol):
    async def command(self, body: Body, ack: AsyncAck) -> None: ...

    async def action(self, body: Body, ack: AsyncAck) -> None: ...

    async def submit(self, body: Body, ack: AsyncAck) -> None: ...

    async def shortcut(self, body: Body, ack: AsyncAck) -> None: ...

    async def home_opened(self, event: Body) -> None: ...


def build_app(slack: Slack, *, hearing: Hears, answering: Answers) -> AsyncApp:
    """Inside the running loop. Requests over HTTP must be known to be Slack's before they come here
    (``requests.py``)."""
    app = AsyncApp(
        name="threaddesk",
        logger=_log(),
        client=slack.web,
        authorize=_authorize(slack),
        request_verification_enabled=False,
        ssl_check_enabled=False,
        # The app's own messages tell in which thread they are.
        ignoring_self_events_enabled=False,
    )
    seen = _Seen()

    async def pause(body: Body, next_: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse | None:
        """https://docs.slack.dev/reference/events/app_rate_limited: what happens meanwhile is never told."""
        if body.get("type") != _RATE_LIMITED:
            await next_()
            return None
        log.warning("slack_events_limited")
        hearing.begin()
        return BoltResponse(status=200)

    async def hear(body: Body, event: Body) -> None:
        if not seen.is_new(body.get("event_id")):
            return
        if event.get("type") == _HOME:
            await answering.home_opened(event)
        else:
            hearing.take(event)

    def once(answer: Callable[[Body, AsyncAck], Awaitable[None]]) -> Callable[..., Awaitable[None]]:
        async def answered(body: Body, ack: AsyncAck) -> None:
            if seen.is_new(body.get("trigger_id")):
                await answer(body, ack)
            else:
                await ack()

        return answered

    async def submit(body: Body, ack: AsyncAck) -> None:
        await answering.submit(body, ack)

    app.middleware(pause)
    app.event(_ANYTHING)(hear)
    app.command(_ANYTHING)(once(answering.command))
    app.action(_ANYTHING)(once(answering.action))
    app.view(_ANYTHING)(submit)
    app.shortcut(_ANYTHING)(once(answering.shortcut))
    app.error(_stumbled)
    return app


class _Seen:
    """Those that came last, by what Slack calls them."""

    def __init__(self) -> None:
        self._seen: OrderedDict[str, None] = OrderedDict()

    def is_new(self, name: str | None) -> bool:
        """Once; of what has no name, always."""
        if name is None:
            return True
        if name in self._seen:
            return False
        self._seen[name] = None
        if len(self._seen) > _REMEMBERED:
            self._seen.popitem(last=False)
        return True


def _authorize(slack: Slack) -> Callable[..., Awaitable[AuthorizeResult]]:
    """There is one workspace, which is asked for once. Bolt's own client is never used, so it is given no token."""

    async def authorize(enterprise_id: str | None, team_id: str | None, user_id: str | None) -> AuthorizeResult:
        workspace = slack.known_workspace or await slack.workspace()
        return AuthorizeResult(
            enterprise_id=enterprise_id,
            team_id=workspace.team,
            bot_id=workspace.bot,
            bot_user_id=workspace.bot_user,
            url=workspace.url,
        )

    return authorize


async def _stumbled(error: Exception) -> BoltResponse:
    """Slack, or whoever waits for an answer, tries again."""
    if isinstance(error, Retry | Unknown | Undeliverable):
        log.warning("slack_request_waits", reason=str(error))
    else:
        log.error("slack_request_stumbled", exc_info=error)
    return BoltResponse(status=503)


def _log() -> logging.Logger:
    """Bolt writes whole requests into its warnings, with people's words and what answers them."""
    quiet = logging.getLogger(f"{__name__}.bolt")
    quiet.setLevel(logging.ERROR)
    return quiet
