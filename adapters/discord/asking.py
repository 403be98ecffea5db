"""Questions to Discord's REST API for ``threaddesk check``: nothing but GET, and what the answers say.

It is not the desk's client: it waits out a rate limit instead of leaving that to the outbox, and it turns everything
that can go wrong into words for whoever sets the desk up. The token is in a header only, never in what is raised.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import aiohttp

from adapters.discord.permissions import Overwrite
from core.text import clean_line, shorten

TIMEOUT = aiohttp.ClientTimeout(total=20, sock_connect=8)
_PATIENCE = 3
"""How often a question is asked that Discord answers with "later"."""
_LONGEST_WAIT = 15.0
"""Seconds."""
_MAX_REASON = 200
_USER_AGENT = "DiscordBot (threaddesk, 1)"
"""Discord turns away clients without one (https://discord.com/developers/docs/reference#user-agent)."""
_T = TypeVar("_T")


class Refused(Exception):
    """Discord answered with an error: its HTTP status, its own code (0 where it gave none) and its words."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(f"Discord answered {status}: {message}" if message else f"Discord answered {status}.")
        self.status = status
        self.code = code
        self.message = message


class NoAnswer(Exception):
    """Nobody answered, or somebody who is not Discord; in a sentence with the mend."""


class Call(Protocol):
    async def __call__(self, method: str, path: str) -> Any:
        """The decoded JSON of the answer. ``path`` begins with a slash. Raises Refused and NoAnswer."""


@asynccontextmanager
async def asking(base: str, token: str) -> AsyncIterator[Call]:
    """``base``: the API's address without a slash at its end."""
    headers = {"Authorization": f"Bot {token}", "User-Agent": _USER_AGENT}
    async with aiohttp.ClientSession(headers=headers, timeout=TIMEOUT) as session:
        yield _Asking(session, base)


class _Asking:
    def __init__(self, session: aiohttp.ClientSession, base: str) -> None:
        self._session = session
        self._base = base
        self._host = urlsplit(base).netloc

    async def __call__(self, method: str, path: str) -> Any:
        for _ in range(_PATIENCE):
            status, body = await self._once(method, path)
            if status != 429:
                break
            await asyncio.sleep(min(_seconds(body), _LONGEST_WAIT))
        if 200 <= status < 300:
            return body
        told = body if isinstance(body, Mapping) else {}
        code, message = told.get("code"), told.get("message")
        raise Refused(
            status,
            code if isinstance(code, int) else 0,
            shorten(clean_line(message), _MAX_REASON) if isinstance(message, str) else "",
        )

    async def _once(self, method: str, path: str) -> tuple[int, Any]:
        try:
            async with self._session.request(method, self._base + path, allow_redirects=False) as response:
                status = response.status
                body = await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            problem = f"{self._host} cannot be reached ({type(error).__name__})."
            raise NoAnswer(f"{problem} Check the network, and [discord] api_base if you set it.") from None
        except ValueError:
            body = None
        if body is None and status < 500:
            raise NoAnswer(not_discord(self._host))
        return status, body


def not_discord(where: str) -> str:
    return f"The answer of {where} is not one of Discord's API. Check [discord] api_base if you set it."


def _seconds(body: Any) -> float:
    after = body.get("retry_after") if isinstance(body, Mapping) else None
    return float(after) if isinstance(after, int | float) and after > 0 else 1.0


# --- what the answers say ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Application:
    id: str
    name: str
    flags: int
    code_grant: bool
    """Whether an invitation needs more than its link."""
    endpoint: str | None
    """Where interactions go instead of the gateway."""


@dataclass(frozen=True, slots=True)
class Role:
    name: str
    permissions: int
    managed: bool
    """Whether it belongs to a bot or another integration, so that no person can have it."""


@dataclass(frozen=True, slots=True)
class Channel:
    name: str
    type: int
    overwrites: tuple[Overwrite, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    id: str
    name: str
    roles: Mapping[str, Role]
    channels: Mapping[str, Channel]
    bot: str
    """The bot's id."""
    bot_roles: frozenset[str]
    bot_owns_it: bool

    @property
    def permissions(self) -> Mapping[str, int]:
        """What each role allows on the whole server."""
        return {id: role.permissions for id, role in self.roles.items()}


async def application(call: Call) -> Application:
    return _read(
        lambda payload: Application(
            id=str(payload["id"]),
            name=str(payload["name"]),
            flags=int(payload.get("flags") or 0),
            code_grant=bool(payload.get("bot_require_code_grant")),
            endpoint=payload.get("interactions_endpoint_url") or None,
        ),
        await call("GET", "/applications/@me"),
    )


async def who(call: Call) -> tuple[str, str]:
    """The bot's id and name."""
    return _read(lambda payload: (str(payload["id"]), str(payload["username"])), await call("GET", "/users/@me"))


async def where(call: Call) -> list[str]:
    """The ids of the servers that the bot is on."""
    return _read(lambda payload: [str(guild["id"]) for guild in payload], await call("GET", "/users/@me/guilds"))


async def server(call: Call, guild: str, bot: str) -> Server:
    """Raises Refused with 403 or 404 where the bot is not on it."""
    payload = await call("GET", f"/guilds/{guild}")
    channels = await call("GET", f"/guilds/{guild}/channels")
    member = await call("GET", f"/guilds/{guild}/members/{bot}")
    return _read(
        lambda all_three: Server(
            id=guild,
            name=str(all_three[0]["name"]),
            roles={str(role["id"]): _role(role) for role in all_three[0]["roles"]},
            channels={str(channel["id"]): _channel(channel) for channel in all_three[1]},
            bot=bot,
            bot_roles=frozenset(map(str, all_three[2]["roles"])),
            bot_owns_it=str(all_three[0].get("owner_id")) == bot,
        ),
        (payload, channels, member),
    )


def _role(payload: Mapping[str, Any]) -> Role:
    return Role(str(payload["name"]), int(payload["permissions"]), bool(payload.get("managed")))


def _channel(payload: Mapping[str, Any]) -> Channel:
    overwrites = payload.get("permission_overwrites") or []
    return Channel(
        name=str(payload.get("name") or payload["id"]),
        type=int(payload["type"]),
        overwrites=tuple(Overwrite(str(one["id"]), int(one["allow"]), int(one["deny"])) for one in overwrites),
    )


def _read(parse: Callable[[Any], _T], payload: Any) -> _T:
    try:
        return parse(payload)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise NoAnswer(f"{not_discord('the address')} ({type(error).__name__}: {error})") from error
