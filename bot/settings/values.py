"""What the values of bot.toml may be, and how a wrong one is told; the tables that hold them begin here too."""

import re
from datetime import timedelta
from typing import Annotated
from urllib.parse import SplitResult, urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from adapters.email.config import is_mailbox
from bot.settings.keys import did_you_mean
from core import limits
from core.model.people import email_key

SECRET_LENGTH = 32
"""Characters; shorter keys are too weak for signatures (RFC 7518, section 3.2: HMAC with SHA-256 wants 256 bits)."""


class Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, hide_input_in_errors=True)


def wrong(wrong: str, mend: str) -> PydanticCustomError:
    return PydanticCustomError("wrong", "{wrong}", {"wrong": wrong, "mend": mend})


def split_url(url: str) -> SplitResult | None:
    """None where it is no URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts if parts.hostname and not any(c.isspace() for c in url) else None


def _key(value: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", value):
        raise wrong("This is not a key.", "Use small letters, digits, _ and -, a letter first, 32 at most.")
    return value


def _no_truth(value: object) -> object:
    """pydantic reads true as 1."""
    if isinstance(value, bool):
        raise wrong("This is not a whole number.", "Write digits only, such as 5.")
    return value


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    found = re.fullmatch(r"(\d{1,6})([smhd])", value, re.ASCII) if isinstance(value, str) else None
    if not found:
        raise wrong("This is not a duration.", 'Write a number and s, m, h or d, such as "15m", "2h" or "7d".')
    unit = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}[found[2]]
    return timedelta(**{unit: int(found[1])})


def _a_minute(value: timedelta) -> timedelta:
    if value < timedelta(minutes=1):
        raise wrong("It is shorter than a minute.", 'Write "1m" or more.')
    return value


def _address(value: str) -> str:
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", value):
        raise wrong("This is not an email address.", 'Write it like "agent@example.com".')
    return value


def mailbox(value: str) -> str:
    """``value``, an address that mail may be sent to. Raises what the settings tell of any other."""
    if not is_mailbox(value):
        raise wrong("Mail servers do not take this address.", 'Write one like "dean@example.edu".')
    return value


def _zone(value: str) -> str:
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError):  # OSError: the name of a folder of zones, such as "Asia"
        mend = did_you_mean(value, available_timezones(), 'Write a name like "Asia/Kolkata" or "UTC".')
    raise wrong("There is no such time zone.", mend)


def _language(value: str) -> str:
    if not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise wrong("This is not a language code.", 'Write codes like "en", "hi" or "pt-BR".')
    return value


def _host(value: str) -> str:
    if not re.fullmatch(r"[0-9A-Za-z._:%-]+", value):
        raise wrong("This is not a host.", "Write an address such as 127.0.0.1 or 0.0.0.0, without http:// or a port.")
    return value


def _web_address(value: str) -> str:
    parts = split_url(value)
    if not parts or parts.scheme not in {"http", "https"} or parts.username is not None:
        raise wrong("This is not a web address.", "Write it like https://support.example.edu.")
    if parts.query or parts.fragment or value.endswith(("/", "?", "#")):
        raise wrong("It ends in a slash, or has a part behind ? or #.", "Leave those out.")
    return value


def _secret_key(value: SecretStr) -> SecretStr:
    if len(value.get_secret_value()) < SECRET_LENGTH:
        raise wrong(
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
        raise wrong(
            "This is not a database that the desk knows.",
            "Write sqlite+aiosqlite:///data/threaddesk.db or postgresql+psycopg://user:password@host/name.",
        )
    return SecretStr(f"{_DATABASES[scheme]}://{rest}")


def all_different(values: tuple[str, ...]) -> tuple[str, ...]:
    if len({value.casefold() for value in values}) < len(values):
        raise wrong("Two of these are the same.", "Take one out.")
    return values


Key = Annotated[str, AfterValidator(_key)]
Address = Annotated[str, AfterValidator(_address)]
"""An email address as it is written."""
Email = Annotated[Address, AfterValidator(email_key)]
"""An email address in the form in which two are the same."""
Mailbox = Annotated[Email, AfterValidator(mailbox)]
Zone = Annotated[str, AfterValidator(_zone)]
Language = Annotated[str, AfterValidator(_language)]
Host = Annotated[str, AfterValidator(_host)]
WebAddress = Annotated[str, AfterValidator(_web_address)]
SecretKey = Annotated[SecretStr, AfterValidator(_secret_key)]
DatabaseUrl = Annotated[SecretStr, AfterValidator(_database)]
Whole = Annotated[int, BeforeValidator(_no_truth)]
Duration = Annotated[timedelta, BeforeValidator(_duration)]
MinuteOrMore = Annotated[Duration, AfterValidator(_a_minute)]
Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=limits.NAME)]
Label = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=45)]
"""Discord: 45 characters over a field, 100 below it (components/reference)."""
Hint = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=75)]
"""Slack: 75 characters an option (block-kit/option-object)."""
