"""The tables of bot.toml; ``description`` is what a person reads who left a key out.

Those of a chat platform, of hours, duty, promises, escalations and alerts have modules of their own.
"""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator, Field, TypeAdapter, ValidationInfo, field_validator

from bot.settings.discord import CategoryDiscordTable, TeamDiscordTable
from bot.settings.duty import Skills
from bot.settings.hours import HolidayTable, SeasonTable, WeekTable
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
    Whole,
    Zone,
    all_different,
    wrong,
)
from core import limits
from core.model.desk import Assignment, QuestionKind, UrgencySetting
from core.model.ticket import Visibility
from core.rules.assignment import LEAST_CAPACITY

DEFAULT_HOST = "127.0.0.1"


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
    undo_within: Duration = Field(
        default=timedelta(minutes=1), description="how long one may take one's own last message back by /staff undo"
    )
    hours: WeekTable | None = Field(default=None, description="business hours; without them the desk is always open")
    holidays: tuple[HolidayTable, ...] = Field(default=(), description="the days on which it is closed")
    calendar: tuple[SeasonTable, ...] = Field(default=(), description="other hours for a while, as in exam weeks")

    @field_validator("undo_within")
    @classmethod
    def _soon(cls, undo_within: timedelta) -> timedelta:
        if not timedelta(seconds=10) <= undo_within <= timedelta(hours=1):
            raise wrong("Messages are taken back soon, or not at all.", 'Write "10s" to "1h".')
        return undo_within

    @field_validator("hours")
    @classmethod
    def _open_at_all(cls, hours: WeekTable | None) -> WeekTable | None:
        if hours is not None and not any(hours.week().values()):
            raise wrong(
                "These hours name no time, so the desk would never be open.",
                'Write mon = ["09:00-17:00"] and so on, or take [desk.hours] out: then it is always open.',
            )
        return hours


class QuotasTable(Table):
    open_tickets_per_person: Whole = Field(
        default=50, ge=1, le=1_000_000, description="tickets a person may have open at once"
    )
    tickets_per_day: Whole = Field(default=100, ge=1, le=1_000_000, description="tickets a person may open in 24 hours")
    cooldown: Duration = Field(default=timedelta(0), description="the time between two tickets of a person")


class QueueTable(Table):
    followers_raise: Whole = Field(
        default=5, ge=0, le=1_000_000, description="followers that raise a ticket in the queue by one priority"
    )


class TeamTable(Table):
    key: Key = Field(description="the team's short name in commands and in this file")
    name: Name = Field(description="the team's name, as people read it")
    members: tuple[Email, ...] = Field(default=(), description="email addresses of its agents")
    lead: Email | None = Field(default=None, description="email address of its lead")
    assignment: Assignment = Field(
        default=Assignment.MANUAL, description="how its tickets find an agent: manual, round_robin or least_loaded"
    )
    offer_timeout: Duration = Field(
        default=timedelta(minutes=5), description="how long an agent has to take an offered ticket"
    )
    capacity: Whole = Field(default=15, ge=1, le=limits.CAPACITY, description="what an agent carries at most")
    skills: Skills = Field(default={}, description="which categories an agent answers, by their email address")
    calendar: str | None = Field(default=None, description="an iCalendar file of its shifts, beside bot.toml")
    discord: TeamDiscordTable = Field(default=TeamDiscordTable(), description="its channel and its role on Discord")
    slack: TeamSlackTable = Field(default=TeamSlackTable(), description="its channel and its user group on Slack")

    @field_validator("capacity")
    @classmethod
    def _for_an_urgent_one(cls, capacity: int) -> int:
        if capacity < LEAST_CAPACITY:
            raise wrong(
                f"An urgent ticket counts {LEAST_CAPACITY}, so with less nobody could be given one.",
                f"Write {LEAST_CAPACITY} to {limits.CAPACITY}.",
            )
        return capacity


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


def _listed(value: object) -> object:
    if isinstance(value, str):
        return (TypeAdapter(Key).validate_python(value),)
    if isinstance(value, list | tuple):
        return value
    raise wrong("This is not the key of an escalation.", 'Write "urgent", or several in brackets: ["urgent", "late"].')


EscalationKeys = Annotated[tuple[Key, ...], BeforeValidator(_listed), AfterValidator(all_different)]
"""A single one may stand without brackets."""


class CategoryTable(Table):
    key: Key = Field(description="the category's short name in commands and in this file")
    name: Name = Field(description="the category's name, as people read it")
    team: Key = Field(description="the key of the team that answers")
    sla: Key | None = Field(default=None, description="the key of what is promised for its tickets")
    escalation: EscalationKeys = Field(default=(), description="the key of the escalation for its alerts, or several")
    visibility: Visibility = Field(default=Visibility.PRIVATE, description="of a new ticket: private or public")
    blind_follow: bool = Field(default=False, description="may others follow a private ticket without seeing it")
    quiet_days: Whole = Field(default=7, ge=1, le=365, description="days after which a resolved ticket closes")
    remind_after_days: Whole = Field(
        default=3, ge=0, le=365, description="days after which a requester is reminded who has not answered; 0: never"
    )
    close_after_days: Whole = Field(
        default=7, ge=1, le=365, description="days after that reminder until the ticket closes"
    )
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


class FaqTable(Table):
    review_days: Whole = Field(
        default=180, ge=1, le=3650, description="days after which a published FAQ should be looked at again"
    )
    public: bool = Field(default=True, description="are FAQs read without signing in")


class WebTable(Table):
    host: Host = Field(default=DEFAULT_HOST, description="the address to listen on")
    port: Whole = Field(default=8080, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    public_url: WebAddress | None = Field(
        default=None, description="the address that people use, without a slash at its end"
    )
    secret_key: SecretKey | None = Field(default=None, description="signs sessions and links; 32 characters or more")
    max_files: Whole = Field(default=limits.FILES, ge=1, le=limits.FILES, description="files a message may carry")
    transcript_include_mb: Whole = Field(
        default=10, ge=0, le=100, description="megabytes of files that a transcript holds; the rest is linked"
    )
    max_image_megapixels: Whole = Field(default=40, ge=1, le=200, description="megapixels of an uploaded picture")


class DatabaseTable(Table):
    url: DatabaseUrl = Field(description="SQLite or PostgreSQL")


class LogTable(Table):
    level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error")
    format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json")
