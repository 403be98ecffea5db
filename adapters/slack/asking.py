"""Questions to Slack's Web API for ``threaddesk check``: they change nothing; and what the answers say.

By the client that the desk uses, so that what the check sees is what the desk will see; with words for whoever sets it
up in place of what the outbox is told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import aiohttp
from slack_sdk.errors import SlackClientError

from adapters.slack.api.client import Slack
from adapters.slack.api.refusals import Refused
from adapters.slack.config import SlackConfig
from core.ports import Retry

_MEND = (
    "Check the network, and [slack] api_base if you set it; or try again in a minute: https://slack-status.com tells "
    "whether Slack has trouble."
)
_PATIENCE = 30.0
"""Seconds: how long a rate limit is waited out."""
_TRIES = 3
_T = TypeVar("_T")


class NoAnswer(Exception):
    """Nobody answered, or somebody who is not Slack; in a sentence with the mend."""


@dataclass(frozen=True, slots=True)
class Bot:
    name: str
    id: str
    """``B…``"""
    workspace: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    name: str
    private: bool
    archived: bool
    joined: bool
    """Whether the app is in it."""
    shared: bool
    """Whether another organisation is in it (Slack Connect)."""
    direct: bool
    """Whether it is no channel, but a direct message."""


@dataclass(frozen=True, slots=True)
class Group:
    handle: str
    people: int
    disabled: bool


class Asking:
    """Every question raises ``Refused`` and NoAnswer."""

    def __init__(self, slack: Slack, app: Slack | None) -> None:
        self._slack = slack
        self._app = app

    async def bot(self) -> Bot:
        return _read(
            lambda said: Bot(
                name=str(said["user"]),
                id=str(said.get("bot_id") or ""),
                workspace=str(said["team"]),
                url=str(said["url"]),
            ),
            await _asked(self._slack, "auth.test"),
        )

    async def scopes(self) -> frozenset[str] | None:
        """What the app may do; None where the answer bears no such header, as behind a proxy that drops it."""
        try:
            answer = await self._slack.web.auth_test()
        except (SlackClientError, aiohttp.ClientError, TimeoutError):
            return None
        header = answer.headers.get("x-oauth-scopes")
        return None if header is None else frozenset(scope for word in header.split(",") if (scope := word.strip()))

    async def application(self, bot: str) -> str:
        """The app's id, ``A…``; "" where Slack does not tell."""
        try:
            said = await _asked(self._slack, "bots.info", {"bot": bot})
        except Refused:
            return ""
        return _read(lambda payload: str(payload["bot"].get("app_id") or ""), said)

    async def connects(self) -> None:
        """Whether the app token may open a connection of Socket Mode; none is opened."""
        if self._app is not None:
            await _asked(self._app, "apps.connections.open")

    async def channel(self, id: str) -> Channel:
        said = await _asked(self._slack, "conversations.info", {"channel": id})
        return _read(
            lambda payload: Channel(
                name=str(payload.get("name") or id),
                private=bool(payload.get("is_private")),
                archived=bool(payload.get("is_archived")),
                joined=bool(payload.get("is_member")),
                shared=bool(payload.get("is_ext_shared")),
                direct=bool(payload.get("is_im") or payload.get("is_mpim")),
            ),
            said.get("channel"),
        )

    async def groups(self) -> Mapping[str, Group]:
        """By their ids."""
        said = await _asked(self._slack, "usergroups.list", {"include_count": True, "include_disabled": True})
        return _read(
            lambda payload: {
                str(one["id"]): Group(
                    handle=str(one["handle"]),
                    people=int(one.get("user_count") or 0),
                    disabled=bool(one.get("date_delete")),
                )
                for one in payload
            },
            said.get("usergroups"),
        )


@asynccontextmanager
async def asking(config: SlackConfig) -> AsyncIterator[Asking]:
    slack = Slack(config)
    app = None if config.app_token is None else Slack(replace(config, bot_token=config.app_token))
    try:
        yield Asking(slack, app)
    finally:
        await slack.close()
        if app is not None:
            await app.close()


async def _asked(slack: Slack, method: str, args: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    tries = 0
    while True:
        try:
            return await slack.call(method, args)
        except Retry as failed:
            tries += 1
            if tries == _TRIES or failed.after is None or failed.after > _PATIENCE:
                raise NoAnswer(f"{failed} {_MEND}") from None
            after = failed.after
        await asyncio.sleep(after)


def _read(parse: Callable[[Any], _T], payload: Any) -> _T:
    try:
        return parse(payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise NoAnswer(f"What answers is not Slack's API ({what}). {_MEND}") from error
