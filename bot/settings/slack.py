"""What the settings say of Slack."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.values import Table, all_different, split_url, wrong
from core.hosts import is_loopback
from core.model.thread import MessageKind

_APPS = "https://api.slack.com/apps, your app"
_BOT_TOKEN = f"Copy the Bot User OAuth Token, xoxb-…, from {_APPS}, OAuth & Permissions."
_APP_TOKEN = f"Make one, xapp-…, at {_APPS}, Basic Information, App-Level Tokens, with the scope connections:write."
_SIGNING_SECRET = f"Copy the Signing Secret from {_APPS}, Basic Information, App Credentials."
_WITHOUT = "For a desk without Slack take the variable out."

_SORTS = (
    (r"xoxb-.*", "the bot's token, and belongs into BOT_SLACK__BOT_TOKEN"),
    (r"xapp-.*", "an app-level token, and belongs into BOT_SLACK__APP_TOKEN"),
    (r"xoxp-.*", "the token of a person, and not of the bot"),
    (
        r"xoxe[.-].*",
        "a token that expires or renews one: token rotation is on, and the desk does without",
    ),
    (r"xox.*", "a token of another sort"),
    (r"https?://.*", "a web address"),
    (r"[0-9a-f]{32}", "a secret of the app, and no token"),
    (r"[A-Z][A-Z0-9]{7,}", "an id, and no secret"),
)
"""What people copy in place of the right one (https://docs.slack.dev/authentication/tokens), the first that fits."""


def _is(value: str, otherwise: str) -> str:
    """Never with the value itself."""
    return next((f"This is {sort}." for shape, sort in _SORTS if re.fullmatch(shape, value)), otherwise)


def _token(value: SecretStr, prefix: str, mend: str) -> SecretStr:
    token = value.get_secret_value()
    if re.fullmatch(rf"{prefix}-[A-Za-z0-9-]+", token):
        return value
    if not token:
        raise wrong("It is empty.", f"{mend} {_WITHOUT}")
    if token.casefold().startswith("bearer "):
        raise wrong("A word stands before the token.", "Leave it out, and the space: the token alone.")
    if token.startswith(f"{prefix}-"):
        raise wrong("It has other characters than letters, digits and hyphens.", f"Is it whole, and alone? {mend}")
    raise wrong(_is(token, f"This is not a token that begins with {prefix}-."), mend)


def _bot_token(value: SecretStr) -> SecretStr:
    return _token(value, "xoxb", _BOT_TOKEN)


def _app_token(value: SecretStr) -> SecretStr:
    return _token(value, "xapp", _APP_TOKEN)


def _signing_secret(value: SecretStr) -> SecretStr:
    secret = value.get_secret_value()
    if re.fullmatch(r"[0-9a-f]{32}", secret):
        return value
    if not secret:
        raise wrong("It is empty.", f"{_SIGNING_SECRET} {_WITHOUT}")
    raise wrong(
        _is(secret, "This is not a signing secret, which has 32 characters, 0 to 9 and a to f."), _SIGNING_SECRET
    )


def _command(value: str) -> str:
    """https://docs.slack.dev/reference/app-manifest#features: 32 characters with the slash."""
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise wrong(
            "This is not a slash command.",
            'Write a slash, then small letters, digits, - and _, 32 characters at most in all, such as "/ticket".',
        )
    return value


def _channel(value: str) -> str:
    if re.fullmatch(r"[CG][A-Z0-9]{7,20}", value):
        return value
    if re.fullmatch(r"[DUWSTA][A-Z0-9]{7,20}", value):
        raise wrong("This is an id, but no channel's: those begin with C or G.", _CHANNEL_ID)
    raise wrong("This is not the id of a channel, such as C0123456789.", _CHANNEL_ID)


_CHANNEL_ID = "In Slack, open the channel and click its name: its Channel ID is at the bottom of About."


def _user_group(value: str) -> str:
    if not re.fullmatch(r"S[A-Z0-9]{7,20}", value):
        raise wrong(
            "This is not the id of a user group, such as S0123456789.",
            "In Slack, open People, User groups, the group, and its menu ⋯: Copy group ID. "
            "(Its name, with an @, is another thing.)",
        )
    return value


def _api_base(value: str) -> str:
    parts = split_url(value)
    local = parts is not None and parts.scheme == "http" and is_loopback(parts.hostname or "")
    if parts is None or (parts.scheme != "https" and not local) or parts.username is not None:
        raise wrong(
            "This is not an https:// address; http:// is for this computer only, since the tokens go there.",
            'Write it like "https://slack.com/api/", or "https://slack-gov.com/api/" for GovSlack.',
        )
    if parts.query or parts.fragment or value.endswith(("?", "#")):
        raise wrong("It has a part behind ? or #.", "Leave that out.")
    return value if value.endswith("/") else f"{value}/"


BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
AppToken = Annotated[SecretStr, AfterValidator(_app_token)]
SigningSecret = Annotated[SecretStr, AfterValidator(_signing_secret)]
Command = Annotated[str, AfterValidator(_command)]
Channel = Annotated[str, AfterValidator(_channel)]
UserGroup = Annotated[str, AfterValidator(_user_group)]
UserGroups = Annotated[tuple[UserGroup, ...], AfterValidator(all_different)]
ApiBase = Annotated[str, AfterValidator(_api_base)]


class TeamSlackTable(Table):
    triage_channel: Channel | None = Field(default=None, description="id of the private channel for its staff only")
    user_group: UserGroup | None = Field(default=None, description="id of the user group whose members are its agents")


class SlackUserGroupsTable(Table):
    """Whom a user group of Slack makes what, for every team."""

    agent: UserGroups = Field(default=(), description="ids of the user groups whose members are agents")
    lead: UserGroups = Field(default=(), description="ids of the user groups whose members are leads")
    admin: UserGroups = Field(default=(), description="ids of the user groups whose members are admins")


class SlackTable(Table):
    command: Command = Field(default="/ticket", description="the slash command, with its slash")
    user_groups: SlackUserGroupsTable = Field(
        default=SlackUserGroupsTable(), description="what the members of a user group become"
    )
    staff_message_is: MessageKind = Field(
        default=MessageKind.REPLY,
        description="what plain words of staff are in a triage thread: reply, or note; with // before them the other",
    )
    api_base: ApiBase = Field(
        default="https://slack.com/api/", description="where Slack's API is: GovSlack's, or a proxy before it"
    )
    bot_token: BotToken | None = Field(default=None, description="the bot's; the Slack door is open where it is set")
    app_token: AppToken | None = Field(default=None, description="the app's, for Socket Mode")
    signing_secret: SigningSecret | None = Field(
        default=None, description="the app's, for requests to the desk's address instead of Socket Mode"
    )
