"""All settings of one desk, as they are once they are read and right."""

from collections.abc import Mapping
from pathlib import Path as File
from typing import Any

from pydantic import Field, PrivateAttr, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import keys
from bot.settings.alerts import AlertsTable, EmailTable, GchatTable, SpaceKind, SpaceTable, WebhookTable
from bot.settings.discord import DiscordTable
from bot.settings.duty import ShiftTable
from bot.settings.endpoints import EndpointTable
from bot.settings.escalation import EscalationTable
from bot.settings.files import FilesTable
from bot.settings.places import Path
from bot.settings.privacy import PrivacyTable
from bot.settings.rows import fold
from bot.settings.similar import SimilarTable
from bot.settings.sla import SlaTable
from bot.settings.slack import SlackTable
from bot.settings.tables import (
    CategoryTable,
    DatabaseTable,
    DeskTable,
    FaqTable,
    LogTable,
    QueueTable,
    QuotasTable,
    TeamTable,
    WebTable,
)


def _beside_the_files(earlier: dict[str, Any]) -> DatabaseTable:
    return DatabaseTable(url=SecretStr(f"sqlite+aiosqlite:///{earlier['data_dir']}/threaddesk.db"))


class Settings(BaseSettings):
    """Made by ``load``. Paths in it are relative to the working directory, those of calendars to bot.toml's folder."""

    model_config = SettingsConfigDict(
        env_prefix=keys.PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data_dir: File = Field(default=File("data"), description="the folder for uploaded files and the SQLite database")
    desk: DeskTable = Field(description="the table [desk]")
    quotas: QuotasTable = Field(default_factory=QuotasTable, description="the table [quotas]")
    queue: QueueTable = Field(default_factory=QueueTable, description="the table [queue]")
    teams: tuple[TeamTable, ...] = Field(default=(), description="the tables [[teams]]")
    shifts: tuple[ShiftTable, ...] = Field(default=(), description="the tables [[shifts]]")
    categories: tuple[CategoryTable, ...] = Field(default=(), description="the tables [[categories]]")
    sla: tuple[SlaTable, ...] = Field(default=(), description="the tables [[sla]]")
    escalations: tuple[EscalationTable, ...] = Field(default=(), description="the tables [[escalations]]")
    faq: FaqTable = Field(default_factory=FaqTable, description="the table [faq]")
    alerts: AlertsTable = Field(default_factory=AlertsTable, description="the table [alerts]")
    endpoints: tuple[EndpointTable, ...] = Field(default=(), description="the tables [[endpoints]]")
    similar: SimilarTable = Field(default_factory=SimilarTable, description="the table [similar]")
    privacy: PrivacyTable = Field(default_factory=PrivacyTable, description="the table [privacy]")
    web: WebTable = Field(default_factory=WebTable, description="the table [web]")
    files: FilesTable = Field(default_factory=FilesTable, description="the table [files]")
    database: DatabaseTable = Field(default_factory=_beside_the_files, description="the table [database]")
    gchat: GchatTable = Field(default_factory=GchatTable, description="only in the environment")
    webhooks: Mapping[str, WebhookTable] = Field(default={}, description="only in the environment")
    email: EmailTable = Field(default_factory=EmailTable, description="the table [email]")
    discord: DiscordTable = Field(default_factory=DiscordTable, description="the table [discord]")
    slack: SlackTable = Field(default_factory=SlackTable, description="the table [slack]")
    log: LogTable = Field(default_factory=LogTable, description="the table [log]")
    _places: Mapping[Path, str] = PrivateAttr(default_factory=dict)
    _folder: File = PrivateAttr(default=File())

    @property
    def files_dir(self) -> File:
        """The folder of files."""
        return self.data_dir / self.files.directory

    def calendar_files(self) -> Mapping[str, File]:
        """The iCalendar file of each team that has one, by the team's key."""
        return {team.key: self._folder / team.calendar for team in self.teams if team.calendar is not None}

    def gchat_spaces(self) -> Mapping[str, str]:
        """The webhook URL of each space of Google Chat that has one, by the space's key. The URLs are secrets."""
        urls = {fold(name): url.get_secret_value() for name, url in self.gchat.spaces.items()}
        return {space.key: urls[fold(space.key)] for space in self._spaces(SpaceKind.GCHAT) if fold(space.key) in urls}

    def webhook_spaces(self) -> Mapping[str, tuple[str, str]]:
        """The address of each space's receiver and what it is signed with, by the space's key. Both are secrets."""
        return self._hooks([space.key for space in self._spaces(SpaceKind.WEBHOOK)])

    def endpoint_hooks(self) -> Mapping[str, tuple[str, str]]:
        """The same of each endpoint."""
        return self._hooks([endpoint.key for endpoint in self.endpoints])

    def email_spaces(self) -> Mapping[str, tuple[str, ...]]:
        """The addresses that each space written to by email has, by the space's key; empty without a mail server."""
        return {space.key: space.to for space in self._spaces(SpaceKind.EMAIL)} if self.email.smtp_url else {}

    @property
    def writes_to_persons(self) -> bool:
        """Whether people are told by mail what concerns them; a demo's people have no mailboxes."""
        email = self.email
        return email.notices and email.smtp_url is not None and email.sender is not None and not self.desk.demo

    def unheard_spaces(self) -> frozenset[str]:
        """The alert spaces that have no address: the demo's own inbox hears those. A real desk has them only where it
        raises no alerts."""
        heard = {*self.gchat_spaces(), *self.webhook_spaces(), *self.email_spaces()}
        return frozenset(space.key for space in self.alerts.spaces) - heard

    def _hooks(self, keys: list[str]) -> Mapping[str, tuple[str, str]]:
        hooks = {fold(name): hook for name, hook in self.webhooks.items()}
        return {
            key: (hook.url.get_secret_value(), hook.secret.get_secret_value())
            for key in keys
            if (hook := hooks.get(fold(key)))
        }

    def _spaces(self, kind: SpaceKind) -> list[SpaceTable]:
        return [space for space in self.alerts.spaces if space.kind is kind]
