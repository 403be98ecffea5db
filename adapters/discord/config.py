"""What the Discord adapter must be told."""

from dataclasses import dataclass, field

API_BASE = "https://discord.com/api/v10"
"""https://discord.com/developers/docs/reference#api-versioning"""
MAX_FILE_BYTES = 10 * 1024 * 1024
"""The most that a server without boosts takes of one file
(https://discord.com/developers/docs/reference#uploading-files)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordConfig:
    token: str = field(repr=False)
    api_base: str = API_BASE
    """With the version in it; a proxy's or a compatible server's where there is one."""
    guilds: tuple[str, ...] = ()
    """The servers that the desk's commands are declared on; none stands for all that the bot is on."""
    desk_name: str = "Threaddesk"
    public_url: str = ""
    """Where the desk's own pages are, without a slash at the end."""
    max_file_bytes: int = MAX_FILE_BYTES

    def page_of(self, ref: str) -> str:
        """The address of a ticket's own page."""
        return f"{self.public_url}/t/{ref}"
