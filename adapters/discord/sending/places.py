"""What the desk knows of Discord's places and of its own account there, asked once and remembered."""

from dataclasses import dataclass

from adapters.discord.api.rest import Refused, Rest
from adapters.discord.permissions import Overwrite, Permission, computed, missing


@dataclass(frozen=True, slots=True)
class Place:
    """A channel."""

    id: str
    guild: str
    name: str

    @property
    def words(self) -> str:
        return f"#{self.name} on Discord (channel {self.id})"


class Places:
    def __init__(self, rest: Rest) -> None:
        self._rest = rest
        self._me: str | None = None
        self._places: dict[str, Place] = {}

    async def me(self) -> str:
        """The bot's own id, as the author of its messages and the owner of its threads."""
        if self._me is None:
            self._me = str((await self._rest.call("GET", "/users/@me"))["id"])
        return self._me

    async def of(self, channel: str) -> Place:
        """Raises Refused where it is gone, or the bot may not see it."""
        if channel not in self._places:
            found = await self._rest.call("GET", f"/channels/{channel}")
            self._places[channel] = Place(channel, str(found.get("guild_id", "")), str(found.get("name", channel)))
        return self._places[channel]

    async def words(self, channel: str) -> str:
        """How to tell an admin which channel it is, whether the bot may still see it or not."""
        try:
            return (await self.of(channel)).words
        except Refused:
            return f"channel {channel} on Discord"

    async def lacking(self, channel: str, need: Permission) -> list[str]:
        """What of ``need`` the bot is not allowed in a channel; all of it where Discord does not say."""
        me = await self.me()
        try:
            found = await self._rest.call("GET", f"/channels/{channel}")
            guild = str(found.get("guild_id", ""))
            roles = await self._rest.call("GET", f"/guilds/{guild}/roles")
            member = await self._rest.call("GET", f"/guilds/{guild}/members/{me}")
        except Refused:
            return missing(0, need)
        have = computed(
            guild=guild,
            roles={str(role["id"]): int(role["permissions"]) for role in roles},
            has=[str(role) for role in member["roles"]],
            overwrites=[
                Overwrite(str(one["id"]), int(one["allow"]), int(one["deny"]))
                for one in found.get("permission_overwrites") or []
            ],
            member=me,
        )
        return missing(have, need) or missing(0, need)
