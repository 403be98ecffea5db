"""What the settings say of alerts: the spaces that hear them, and how each is reached."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator

from adapters.email.config import sender_of, smtp_server
from adapters.webhook.endpoint import key_of, url_of
from bot.settings.inbox import InboxTable
from bot.settings.values import Key, Mailbox, Table, Whole, all_different, split_url, wrong
from core.hosts import is_loopback
from core.model.desk import Acknowledge
from core.model.ticket import Priority

_Text = TypeVar("_Text", str, SecretStr)


class SpaceKind(StrEnum):
    GCHAT = "gchat"
    WEBHOOK = "webhook"
    EMAIL = "email"


def _gchat_webhook(value: SecretStr) -> SecretStr:
    parts = split_url(value.get_secret_value())
    if parts and parts.username is None and parts.password is None:
        if parts.scheme == "https" and parts.hostname == "chat.googleapis.com" and parts.port in {None, 443}:
            return value
        if parts.scheme == "http" and is_loopback(parts.hostname or ""):
            return value
    raise wrong(
        "This is not a Google Chat webhook URL.",
        "Copy it whole from the space's “Apps & integrations”: it begins with https://chat.googleapis.com/.",
    )


def _as(read: Callable[[str], object], mend: str) -> AfterValidator:
    """What ``read`` takes; the sentence of the ValueError that it raises is told, and never holds the value."""

    def check(value: _Text) -> _Text:
        try:
            read(value.get_secret_value() if isinstance(value, SecretStr) else value)
        except ValueError as error:
            raise wrong(str(error), mend) from None
        return value

    return AfterValidator(check)


_WHERE_IT_GOES = "It is the address that the receiver gives for its webhook."
_HOW_IT_IS_SIGNED = (
    "Copy it from the receiver; or make one and give it to the receiver: "
    "python -c \"import base64, os; print('whsec_' + base64.b64encode(os.urandom(32)).decode())\""
)
_HOW_MAIL_GOES = "In user and password @ is written %40, and / %2F. For a desk without mail take the variable out."
_WHOM_IT_IS_FROM = "Use an address that the mail server may send from."


class SpaceTable(Table):
    key: Key = Field(description="the space's short name, of which its variables are made")
    kind: SpaceKind = Field(default=SpaceKind.GCHAT, description="gchat, webhook or email")
    to: Annotated[tuple[Mailbox, ...], AfterValidator(all_different)] = Field(
        default=(), description="the email addresses that an alert goes to, for kind email"
    )

    @field_validator("to")
    @classmethod
    def _as_its_kind_takes(cls, to: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        kind = info.data.get("kind")
        if kind is SpaceKind.EMAIL and not to:
            raise wrong("This space is written to by email, and it names nobody.", 'Write to = ["dean@example.edu"].')
        if kind in {SpaceKind.GCHAT, SpaceKind.WEBHOOK} and to:
            raise wrong("Only a space of the kind email has addresses.", 'Write kind = "email", or take them out.')
        return to


class AlertsTable(Table):
    priorities: tuple[Priority, ...] = Field(
        default=(Priority.HIGH, Priority.URGENT), description="tickets of which priorities raise an alert"
    )
    acknowledge: Acknowledge = Field(
        default=Acknowledge.SIGN_IN, description="what an alert's link asks of whoever acknowledges: sign_in or link"
    )
    storm_limit: Whole = Field(
        default=10, ge=0, le=1000, description="alerts a minute for a space before they become one card; 0: never"
    )
    spaces: tuple[SpaceTable, ...] = Field(default=(), description="where alerts go")


class GchatTable(Table):
    spaces: Mapping[str, Annotated[SecretStr, AfterValidator(_gchat_webhook)]] = Field(
        default={}, description="webhook URLs"
    )


class WebhookTable(Table):
    url: Annotated[SecretStr, _as(url_of, _WHERE_IT_GOES)] = Field(
        description="the receiver's address, BOT_WEBHOOKS__<KEY>__URL"
    )
    secret: Annotated[SecretStr, _as(key_of, _HOW_IT_IS_SIGNED)] = Field(
        description="what the receiver knows the desk by, BOT_WEBHOOKS__<KEY>__SECRET"
    )


class EmailTable(Table):
    sender: Annotated[str, _as(sender_of, _WHOM_IT_IS_FROM)] | None = Field(
        default=None, description="whom the desk's mail is from"
    )
    smtp_url: Annotated[SecretStr, _as(smtp_server, _HOW_MAIL_GOES)] | None = Field(
        default=None, description="the mail server, and who the desk is there"
    )
    notices: bool = Field(default=True, description="are persons told by mail what concerns them")
    inbox: InboxTable = Field(default=InboxTable(), description="the table [email.inbox]")
