"""All settings of one desk, as they are once they are read and right."""

from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import sources
from bot.settings.across import fold
from bot.settings.discord import DiscordTable
from bot.settings.places import Path
from bot.settings.slack import SlackTable
from bot.settings.tables import (
    AlertsTable,
    CategoryTable,
    DatabaseTable,
    DeskTable,
    EscalationTable,
    GchatTable,
    LogTable,
    QuotasTable,
    TeamTable,
    WebTable,
)


def _beside_the_files(earlier: dict[str, Any]) -> DatabaseTable:
    return DatabaseTable(url=SecretStr(f"sqlite+aiosqlite:///{earlier['data_dir']}/threaddesk.db"))


class Settings(BaseSettings):
    """Made by ``load``. Paths in it are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=sources.PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data_dir: File = Field(default=File("data"), description="the folder for uploaded files and the SQLite database")
    desk: DeskTable = Field(description="the table [desk]")
    quotas: QuotasTable = Field(default_factory=QuotasTable, description="the table [quotas]")
    teams: tuple[TeamTable, ...] = Field(default=(), description="the tables [[teams]]")
    categories: tuple[CategoryTable, ...] = Field(default=(), description="the tables [[categories]]")
    escalations: tuple[EscalationTable, ...] = Field(default=(), description="the tables [[escalations]]")
    alerts: AlertsTable = Field(default_factory=AlertsTable, description="the table [alerts]")
    web: WebTable = Field(default_factory=WebTable, description="the table [web]")
    database: DatabaseTable = Field(default_factory=_beside_the_files, description="the table [database]")
    gchat: GchatTable = Field(default_factory=GchatTable, description="only in the environment")
    discord: DiscordTable = Field(default_factory=DiscordTable, description="the table [discord]")
    slack: SlackTable = Field(default_factory=SlackTable, description="the table [slack]")
    log: LogTable = Field(default_factory=LogTable, description="the table [log]")
    _places: Mapping[Path, str] = PrivateAttr(default_factory=dict)

    def gchat_spaces(self) -> Mapping[str, str]:
        """The webhook URL of each alert space that has one, by the space's key. The URLs are secrets."""
        urls = {fold(name): url.get_secret_value() for name, url in self.gchat.spaces.items()}
        return {space.key: urls[fold(space.key)] for space in self.alerts.spaces if fold(space.key) in urls}
