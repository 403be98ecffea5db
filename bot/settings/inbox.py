"""The table [email.inbox] of bot.toml: what arrives by mail."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from adapters.email.config import imap_server
from adapters.email.tokens import LONGEST_LOCAL
from bot.settings.values import Duration, Key, Mailbox, Name, Table, Whole, wrong


class Unknown(StrEnum):
    """What becomes of mail that answers none of the desk's."""

    REFUSE = "refuse"
    OPEN = "open"


def _has_room(address: str) -> str:
    local = address.rpartition("@")[0]
    if "+" in local or len(local) > LONGEST_LOCAL:
        raise wrong(
            f"The desk writes its own signs behind this name, so it has no + and {LONGEST_LOCAL} characters at most.",
            'Write one like "desk@example.edu", to which desk+anything@example.edu is delivered too.',
        )
    return address


def _server(url: SecretStr) -> SecretStr:
    try:
        imap_server(url.get_secret_value())
    except ValueError as error:
        raise wrong(str(error), "In user and password @ is written %40, and / %2F.") from None
    return url


def _now_and_then(every: timedelta) -> timedelta:
    if not timedelta(seconds=10) <= every <= timedelta(hours=1):
        raise wrong("An inbox is looked at now and then.", 'Write "10s" to "1h".')
    return every


class InboxTable(Table):
    address: Annotated[Mailbox, AfterValidator(_has_room)] | None = Field(
        default=None, description="where answers to the desk's mail go, and come to the desk"
    )
    url: Annotated[SecretStr, AfterValidator(_server)] | None = Field(
        default=None, description="the IMAP server to fetch them from, and who the desk is there"
    )
    folder: Name = Field(default="INBOX", description="the folder that new mail is in")
    aside: Name = Field(default="Threaddesk", description="the folder for mail that cannot be read")
    every: Annotated[Duration, AfterValidator(_now_and_then)] = Field(
        default=timedelta(minutes=1), description="how often it is looked at"
    )
    max_mb: Whole = Field(default=30, ge=1, le=200, description="megabytes of one mail, files included")
    per_hour: Whole = Field(default=30, ge=1, le=1000, description="mails taken from one address in an hour")
    unknown: Unknown = Field(
        default=Unknown.REFUSE, description="mail that answers none of the desk's: refuse, or open a ticket"
    )
    category: Key | None = Field(default=None, description="the category of tickets that mail opens")
