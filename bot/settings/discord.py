"""What the settings say of Discord."""

import re
from typing import Annotated

from pydantic import AfterValidator, Field, SecretStr

from bot.settings.values import Table, WebAddress, all_different, wrong

_PORTAL = "Copy it from the Developer Portal: your application, Bot, Reset Token."


def _bot_token(value: SecretStr) -> SecretStr:
    """https://discord.com/developers/docs/reference#authentication: three parts of base64 with dots between them."""
    token = value.get_secret_value()
    if re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", token, re.ASCII):
        return value
    if not token:
        raise wrong("It is empty.", f"{_PORTAL} For a desk without Discord take the variable out.")
    if token.casefold().startswith(("bot ", "bearer ")):
        raise wrong("A word stands before the token.", "Leave it out, and the space: the token alone.")
    if re.fullmatch(r"\d+", token, re.ASCII):
        raise wrong("This is an id, not the bot's token.", _PORTAL)
    raise wrong(
        "This is not a bot's token, which has three parts with dots between them. (A client secret or a public key has "
        "none.)",
        _PORTAL,
    )


def _snowflake(value: str) -> str:
    if not re.fullmatch(r"\d{15,20}", value, re.ASCII):
        raise wrong(
            "This is not an id of Discord's, which has 15 to 20 digits.",
            "Copy it with Developer Mode (User Settings, Advanced): right-click the server, the channel, or the role "
            "in Server Settings, and copy its ID.",
        )
    return value


BotToken = Annotated[SecretStr, AfterValidator(_bot_token)]
Snowflake = Annotated[str, AfterValidator(_snowflake)]
"""An id of Discord's (https://discord.com/developers/docs/reference#snowflakes)."""
Snowflakes = Annotated[tuple[Snowflake, ...], AfterValidator(all_different)]


class TeamDiscordTable(Table):
    triage_channel: Snowflake | None = Field(default=None, description="id of the channel for its staff only")
    role: Snowflake | None = Field(default=None, description="id of the role whose members are its agents")


class CategoryDiscordTable(Table):
    channel: Snowflake | None = Field(default=None, description="id of the channel for its private threads")


class DiscordRolesTable(Table):
    """Whom a role of Discord makes what, for every team."""

    agent: Snowflakes = Field(default=(), description="ids of the roles whose members are agents")
    lead: Snowflakes = Field(default=(), description="ids of the roles whose members are leads")
    admin: Snowflakes = Field(default=(), description="ids of the roles whose members are admins")


class DiscordTable(Table):
    guilds: Snowflakes = Field(default=(), description="ids of the servers; with none, the commands are global")
    roles: DiscordRolesTable = Field(default=DiscordRolesTable(), description="what the members of a role become")
    api_base: WebAddress = Field(
        default="https://discord.com/api/v10", description="where Discord's API is, or a proxy before it"
    )
    token: BotToken | None = Field(default=None, description="the bot's; the Discord door is open where it is set")
