"""Questions to Discord's REST API for ``threaddesk check``: nothing but GET, and what the answers say.

By the client that the desk uses, so that what the check sees is what the desk will see; with words for whoever sets it
up in place of what the outbox is told.
"""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from adapters.discord.api.rest import Rest
from adapters.discord.config import DiscordConfig
from adapters.discord.permissions import Overwrite
from core.ports import Retry

_MEND = (
    "Check the network, and [discord] api_base if you set it; or try again in a minute: https://discordstatus.com "
    "tells whether Discord has trouble."
)
_T = TypeVar("_T")


class NoAnswer(Exception):
    """Nobody answered, or somebody who is not Discord; in a sentence with the mend."""


class Call(Protocol):
    async def __call__(self, path: str) -> Any:
        """The decoded JSON of the answer. ``path`` begins with a slash. Raises ``rest.Refused`` and NoAnswer."""


@asynccontextmanager
async def asking(base: str, token: str) -> AsyncIterator[Call]:
    """``base``: the API's address without a slash at its end."""
    rest = Rest(DiscordConfig(token=token, api_base=base))

    async def call(path: str) -> Any:
        try:
            return await rest.call("GET", path)
        except Retry as failed:
            raise NoAnswer(f"{failed} {_MEND}") from None

    try:
        yield call
    finally:
        await rest.close()


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
        await call("/applications/@me"),
    )


async def who(call: Call) -> tuple[str, str]:
    """The bot's id and name."""
    return _read(lambda payload: (str(payload["id"]), str(payload["username"])), await call("/users/@me"))


async def where(call: Call) -> list[str]:
    """The ids of the servers that the bot is on."""
    return _read(lambda payload: [str(guild["id"]) for guild in payload], await call("/users/@me/guilds"))


async def server(call: Call, guild: str, bot: str) -> Server:
    """Raises Refused with 403 or 404 where the bot is not on it."""
    payload = await call(f"/guilds/{guild}")
    channels = await call(f"/guilds/{guild}/channels")
    member = await call(f"/guilds/{guild}/members/{bot}")
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
        what = f"{type(error).__name__}: {error}"
        raise NoAnswer(f"What answers is not one of Discord's API ({what}). {_MEND}") from error
