"""The tables of bot.toml; ``description`` is what a person reads who left a key out.

Those of a chat platform have modules of their own.
"""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from bot.settings.discord import CategoryDiscordTable, TeamDiscordTable
from bot.settings.slack import TeamSlackTable
from bot.settings.values import (
    Choice,
    DatabaseUrl,
    Duration,
    Email,
    Hint,
    Host,
    Key,
    Label,
    Language,
    Name,
    SecretKey,
    Table,
    WebAddress,
    Webhook,
    Whole,
    Whom,
    Zone,
    all_different,
    wrong,
)
from core import limits
from core.model.desk import QuestionKind, UrgencySetting
from core.model.ticket import Priority, Visibility

DEFAULT_HOST = "127.0.0.1"


class SpaceKind(StrEnum):
    GCHAT = "gchat"


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    CONSOLE = "console"
    JSON = "json"


class DeskTable(Table):
    name: Name = Field(description="the desk's name, as people read it")
    demo: bool = Field(default=False, description="demo people and a local alert inbox")
    time_zone: Zone = Field(default="UTC", description="the desk's time zone")
    languages: tuple[Language, ...] = Field(
        default=("en",), min_length=1, description="the languages offered, the first one unless a person chooses"
    )
    urgent_by_requester: UrgencySetting = Field(
        default=UrgencySetting.ALLOW, description="may a requester declare a ticket urgent: allow, ask (a lead) or deny"
    )


class QuotasTable(Table):
    open_tickets_per_person: Whole = Field(
        default=50, ge=1, le=1_000_000, description="tickets a person may have open at once"
    )
    tickets_per_day: Whole = Field(default=100, ge=1, le=1_000_000, description="tickets a person may open in 24 hours")
    cooldown: Duration = Field(default=timedelta(0), description="the time between two tickets of a person")


class TeamTable(Table):
    key: Key = Field(description="the team's short name in commands and in this file")
    name: Name = Field(description="the team's name, as people read it")
    members: tuple[Email, ...] = Field(default=(), description="email addresses of its agents")
    lead: Email | None = Field(default=None, description="email address of its lead")
    discord: TeamDiscordTable = Field(default=TeamDiscordTable(), description="its channel and its role on Discord")
    slack: TeamSlackTable = Field(default=TeamSlackTable(), description="its channel and its user group on Slack")


class QuestionTable(Table):
    key: Key = Field(description="the question's short name, once a category")
    label: Label = Field(description="the question, as people read it, 45 characters at most")
    kind: QuestionKind = Field(default=QuestionKind.LINE, description="line, paragraph or choice")
    choices: Annotated[tuple[Choice, ...], AfterValidator(all_different)] = Field(
        default=(), description="the answers to choose from, 2 to 25, for kind choice"
    )
    required: bool = Field(default=False, description="must it be answered")
    hint: Hint = Field(default="", description="an example or a help, 100 characters at most")

    @field_validator("choices")
    @classmethod
    def _as_many_as_its_kind_takes(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")
        if kind is QuestionKind.CHOICE and not 2 <= len(choices) <= 25:
            raise wrong(f"A choice needs 2 to 25 choices, and here are {len(choices)}.", 'Write choices = ["…", "…"].')
        if kind in {QuestionKind.LINE, QuestionKind.PARAGRAPH} and choices:
            raise wrong("Only a question of the kind choice has choices.", 'Write kind = "choice", or take them out.')
        return choices


class CategoryTable(Table):
    key: Key = Field(description="the category's short name in commands and in this file")
    name: Name = Field(description="the category's name, as people read it")
    team: Key = Field(description="the key of the team that answers")
    escalation: Key | None = Field(default=None, description="the key of the escalation for its alerts")
    visibility: Visibility = Field(default=Visibility.PRIVATE, description="of a new ticket: private or public")
    blind_follow: bool = Field(default=False, description="may others follow a private ticket without seeing it")
    quiet_days: Whole = Field(default=7, ge=1, le=365, description="days after which a resolved ticket closes")
    sensitive: bool = Field(default=False, description="is it seen by the named staff only")
    staff: tuple[Email, ...] = Field(
        default=(), description="email addresses of the only staff who see it, where sensitive"
    )
    discord: CategoryDiscordTable = Field(default=CategoryDiscordTable(), description="its channel on Discord")
    questions: tuple[QuestionTable, ...] = Field(default=(), max_length=5, description="what the form asks, 5 at most")

    @field_validator("staff")
    @classmethod
    def _named_where_sensitive(cls, staff: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        sensitive = info.data.get("sensitive")
        if sensitive is True and not staff:
            raise wrong(
                "A sensitive category is seen by its staff only, and it names none.", 'Write staff = ["lead@…"].'
            )
        if sensitive is False and staff:
            raise wrong(
                "This list hides nothing: the category is not sensitive.", "Write sensitive = true, or take it out."
            )
        return staff

    @field_validator("sensitive")
    @classmethod
    def _hidden_where_sensitive(cls, sensitive: bool, info: ValidationInfo) -> bool:
        if sensitive and info.data.get("visibility") is Visibility.PUBLIC:
            raise wrong("A sensitive category cannot be public.", 'Write visibility = "private".')
        return sensitive


class StepTable(Table):
    after: Duration = Field(default=timedelta(0), description="the time since the alert")
    notify: tuple[Whom, ...] = Field(min_length=1, description='who hears of it, such as ["space:leads"]')

    @property
    def space(self) -> str | None:
        """The first alert space that it notifies."""
        return next((whom.removeprefix("space:") for whom in self.notify if whom.startswith("space:")), None)


class EscalationTable(Table):
    key: Key = Field(description="the escalation's short name in this file")
    steps: tuple[StepTable, ...] = Field(min_length=1, description="whom to notify, and when")

    @field_validator("steps")
    @classmethod
    def _that_raise_an_alert(cls, steps: tuple[StepTable, ...]) -> tuple[StepTable, ...]:
        if steps[0].space is None or steps[0].after:
            raise wrong(
                "The first step is the alert itself: it notifies an alert space at once.",
                'Write { after = "0s", notify = ["space:KEY"] } as the first.',
            )
        if any(later.after < earlier.after for earlier, later in pairwise(steps)):
            raise wrong("A later step comes before an earlier one.", "Put the steps in the order of their times.")
        return steps


class SpaceTable(Table):
    key: Key = Field(description="the space's short name; its URL is BOT_GCHAT__SPACES__<KEY>")
    kind: SpaceKind = Field(default=SpaceKind.GCHAT, description="gchat")


class AlertsTable(Table):
    priorities: tuple[Priority, ...] = Field(
        default=(Priority.HIGH, Priority.URGENT), description="tickets of which priorities raise an alert"
    )
    spaces: tuple[SpaceTable, ...] = Field(default=(), description="where alerts go")


class WebTable(Table):
    host: Host = Field(default=DEFAULT_HOST, description="the address to listen on")
    port: Whole = Field(default=8080, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    public_url: WebAddress | None = Field(
        default=None, description="the address that people use, without a slash at its end"
    )
    secret_key: SecretKey | None = Field(default=None, description="signs sessions and links; 32 characters or more")
    max_file_mb: Whole = Field(default=10, ge=1, le=100, description="megabytes of one uploaded file")
    max_files: Whole = Field(default=limits.FILES, ge=1, le=limits.FILES, description="files a message may carry")
    max_image_megapixels: Whole = Field(default=40, ge=1, le=200, description="megapixels of an uploaded picture")


class DatabaseTable(Table):
    url: DatabaseUrl = Field(description="SQLite or PostgreSQL")


class GchatTable(Table):
    spaces: Mapping[str, Webhook] = Field(default={}, description="webhook URLs")


class LogTable(Table):
    level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error")
    format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json")
