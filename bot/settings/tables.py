"""The tables of bot.toml and what their values may be; ``description`` is what a person reads who left a key out."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from bot.settings.checks import is_loopback, split_url
from bot.settings.sources import did_you_mean
from core import limits
from core.model.desk import QuestionKind, UrgencySetting
from core.model.ticket import Priority, Visibility

DEFAULT_HOST = "127.0.0.1"
SECRET_LENGTH = 32
"""Characters; shorter keys are too weak for signatures (RFC 7518, section 3.2: HMAC with SHA-256 wants 256 bits)."""


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


def _wrong(wrong: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{wrong}", {"wrong": wrong, "mend": mend})


# --- kinds of values -----------------------------------------------------------------------------------------------


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", value):
        raise _wrong("This is not a key.", "Use small letters, digits, _ and -, a letter first, 32 at most.")
    return value


def _no_truth(value: object) -> object:
    """pydantic reads true as 1."""
    if isinstance(value, bool):
        raise _wrong("This is not a whole number.", "Write digits only, such as 5.")
    return value


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d{1,6})([smhd])", value, re.ASCII) if isinstance(value, str) else None
    if not found:
        raise _wrong("This is not a duration.", 'Write a number and s, m, h or d, such as "15m", "2h" or "7d".')
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})


def _email(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise _wrong("This is not an email address.", 'Write it like "agent@example.com".')
    return value.lower()


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones, such as "Asia"
        mend = did_you_mean(value, available_timezones(), 'Write a name like "Asia/Kolkata" or "UTC".')
    raise _wrong("There is no such time zone.", mend)


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise _wrong("This is not a language code.", 'Write codes like "en", "hi" or "pt-BR".')
    return value


def _whom(value: str) -> str:
    if not re.fullmatch(r"assignee|team_on_duty|lead|space:\S+|email:[^@\s]+@[^@\s]+", value):
        raise _wrong("Nobody can be notified so.", "Write space:KEY, assignee, team_on_duty, lead or email:ADDRESS.")
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:%-]+", value):
        raise _wrong("This is not a host.", "Write an address such as 127.0.0.1 or 0.0.0.0, without http:// or a port.")
    return value


def _public_url(value: str) -> str:
    parts = split_url(value)
    if not parts or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise _wrong("This is not a web address.", "Write it like https://support.example.edu.")
    if parts.query or parts.fragment or value.endswith(("/", "?", "#")):
        raise _wrong("It ends in a slash, or has a part behind ? or #.", "Leave those out.")
    return value


def _webhook(value: SecretStr) -> SecretStr:
    parts = split_url(value.get_secret_value())
    if parts and parts.username is None and parts.password is None:
        if parts.scheme == "https" and parts.hostname == "chat.googleapis.com" and parts.port in {None, 443}:
            return value
        if parts.scheme == "http" and is_loopback(parts.hostname or ""):
            return value
    raise _wrong(
        "This is not a Google Chat webhook URL.",
        "Copy it whole from the space's “Apps & integrations”: it begins with https://chat.googleapis.com/.",
    )


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_LENGTH:
        raise _wrong(
            f"It is shorter than {SECRET_LENGTH} characters.",
            'Make one: python -c "import secrets; print(secrets.token_urlsafe(32))"',
        )
    return value


_DATABASES = {
    "sqlite": "sqlite+aiosqlite",
    "sqlite+aiosqlite": "sqlite+aiosqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}


def _database(value: SecretStr) -> SecretStr:
    """Hosts hand out ``postgres://``; the driver is ours to name."""
    scheme, found, rest = value.get_secret_value().partition("://")
    if not found or scheme not in _DATABASES:
        raise _wrong(
            "This is not a database that the desk knows.",
            "Write sqlite+aiosqlite:///data/threaddesk.db or postgresql+psycopg://user:password@host/name.",
        )
    return SecretStr(f"{_DATABASES[scheme]}://{rest}")


_PORTAL = "Copy it from the Developer Portal: your application, Bot, Reset Token."


def _bot_token(value: SecretStr) -> SecretStr:
    """https://discord.com/developers/docs/reference#authentication: three parts of base64 with dots between them."""
    token = value.get_secret_value()
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token, re.ASCII):
        return value
    if not token:
        raise _wrong("It is empty.", f"{_PORTAL} For a desk without Discord take the variable out.")
    if token.casefold().startswith(("bot ", "bearer ")):
        raise _wrong("A word stands before the token.", "Leave it out, and the space: the token alone.")
    if re.fullmatch(r"\d+", token, re.ASCII):
        raise _wrong("This is an id, not the bot's token.", _PORTAL)
    raise _wrong(
        "This is not a bot's token, which has three parts with dots between them. (A client secret or a public key has "
        "none.)",
        _PORTAL,
    )


def _snowflake(value: str) -> str:
    if not re.fullmatch(r"\d{15,20}", value, re.ASCII):
        raise _wrong(
            "This is not an id of Discord's, which has 15 to 20 digits.",
            "Copy it with Developer Mode (User Settings, Advanced): right-click the server, the channel, or the role "
            "in Server Settings, and copy its ID.",
        )
    return value


def _all_different(values: tuple[str, ...]) -> tuple[str, ...]:
    if len({value.casefold() for value in values}) < len(values):
        raise _wrong("Two of these are the same.", "Take one out.")
    return values


Key = Annotated[str, AfterValidator(_key)]
Email = Annotated[str, AfterValidator(_email)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.NAME)]
Snowflake = Annotated[str, AfterValidator(_snowflake)]
"""An id of Discord's (https://discord.com/developers/docs/reference#snowflakes)."""
Snowflakes = Annotated[tuple[Snowflake, ...], AfterValidator(_all_different)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=45)]
"""Discord: 45 characters over a field, 100 below it (components/reference)."""
Hint = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
"""Slack: 75 characters an option (block-kit/option-object)."""


# --- the tables ----------------------------------------------------------------------------------------------------


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


class DeskTable(Table):
    name: Name = Field(description="the desk's name, as people read it")
    demo: bool = Field(default=False, description="demo people and a local alert inbox")
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(default="UTC", description="the desk's time zone")
    languages: tuple[Annotated[str, AfterValidator(_language)], ...] = Field(
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


class TeamDiscordTable(Table):
    triage_channel: Snowflake | None = Field(default=None, description="id of the channel for its staff only")
    role: Snowflake | None = Field(default=None, description="id of the role whose members are its agents")


class TeamTable(Table):
    key: Key = Field(description="the team's short name in commands and in this file")
    name: Name = Field(description="the team's name, as people read it")
    members: tuple[Email, ...] = Field(default=(), description="email addresses of its agents")
    lead: Email | None = Field(default=None, description="email address of its lead")
    discord: TeamDiscordTable = Field(default=TeamDiscordTable(), description="its channel and its role on Discord")


class QuestionTable(Table):
    key: Key = Field(description="the question's short name, once a category")
    label: Label = Field(description="the question, as people read it, 45 characters at most")
    kind: QuestionKind = Field(default=QuestionKind.LINE, description="line, paragraph or choice")
    choices: Annotated[tuple[Choice, ...], AfterValidator(_all_different)] = Field(
        default=(), description="the answers to choose from, 2 to 25, for kind choice"
    )
    required: bool = Field(default=False, description="must it be answered")
    hint: Hint = Field(default="", description="an example or a help, 100 characters at most")

    @field_validator("choices")
    @classmethod
    def _as_many_as_its_kind_takes(cls, choices: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")
        if kind is QuestionKind.CHOICE and not 2 <= len(choices) <= 25:
            raise _wrong(f"A choice needs 2 to 25 choices, and here are {len(choices)}.", 'Write choices = ["…", "…"].')
        if kind in {QuestionKind.LINE, QuestionKind.PARAGRAPH} and choices:
            raise _wrong("Only a question of the kind choice has choices.", 'Write kind = "choice", or take them out.')
        return choices


class CategoryDiscordTable(Table):
    channel: Snowflake | None = Field(default=None, description="id of the channel for its private threads")


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
            raise _wrong(
                "A sensitive category is seen by its staff only, and it names none.", 'Write staff = ["lead@…"].'
            )
        if sensitive is False and staff:
            raise _wrong(
                "This list hides nothing: the category is not sensitive.", "Write sensitive = true, or take it out."
            )
        return staff

    @field_validator("sensitive")
    @classmethod
    def _hidden_where_sensitive(cls, sensitive: bool, info: ValidationInfo) -> bool:
        if sensitive and info.data.get("visibility") is Visibility.PUBLIC:
            raise _wrong("A sensitive category cannot be public.", 'Write visibility = "private".')
        return sensitive


class StepTable(Table):
    after: Duration = Field(default=timedelta(0), description="the time since the alert")
    notify: tuple[Annotated[str, AfterValidator(_whom)], ...] = Field(
        min_length=1, description='who hears of it, such as ["space:leads"]'
    )

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
            wrong = "The first step is the alert itself: it notifies an alert space at once."
            raise _wrong(wrong, 'Write { after = "0s", notify = ["space:KEY"] } as the first.')
        if any(later.after < earlier.after for earlier, later in pairwise(steps)):
            raise _wrong("A later step comes before an earlier one.", "Put the steps in the order of their times.")
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
    host: Annotated[str, AfterValidator(_host)] = Field(default=DEFAULT_HOST, description="the address to listen on")
    port: Whole = Field(default=8080, ge=0, le=65535, description="the port to listen on; 0 takes a free one")
    public_url: Annotated[str, AfterValidator(_public_url)] | None = Field(
        default=None, description="the address that people use, without a slash at its end"
    )
    secret_key: Annotated[SecretStr, AfterValidator(_secret_key)] | None = Field(
        default=None, description="signs sessions and links; 32 characters or more"
    )
    max_file_mb: Whole = Field(default=10, ge=1, le=100, description="megabytes of one uploaded file")
    max_files: Whole = Field(default=limits.FILES, ge=1, le=limits.FILES, description="files a message may carry")
    max_image_megapixels: Whole = Field(default=40, ge=1, le=200, description="megapixels of an uploaded picture")


class DatabaseTable(Table):
    url: Annotated[SecretStr, AfterValidator(_database)] = Field(description="SQLite or PostgreSQL")


class GchatTable(Table):
    spaces: Mapping[str, Annotated[SecretStr, AfterValidator(_webhook)]] = Field(default={}, description="webhook URLs")


class DiscordRolesTable(Table):
    """Whom a role of Discord makes what, for every team."""

    agent: Snowflakes = Field(default=(), description="ids of the roles whose members are agents")
    lead: Snowflakes = Field(default=(), description="ids of the roles whose members are leads")
    admin: Snowflakes = Field(default=(), description="ids of the roles whose members are admins")


class DiscordTable(Table):
    guilds: Snowflakes = Field(default=(), description="ids of the servers; with none, the commands are global")
    roles: DiscordRolesTable = Field(default=DiscordRolesTable(), description="what the members of a role become")
    api_base: Annotated[str, AfterValidator(_public_url)] = Field(
        default="https://discord.com/api/v10", description="where Discord's API is, or a proxy before it"
    )
    token: Annotated[SecretStr, AfterValidator(_bot_token)] | None = Field(
        default=None, description="the bot's; the Discord door is open where it is set"
    )


class LogTable(Table):
    level: LogLevel = Field(default=LogLevel.INFO, description="debug, info, warning or error")
    format: LogFormat = Field(default=LogFormat.CONSOLE, description="console or json")
