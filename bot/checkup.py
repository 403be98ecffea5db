"""What ``threaddesk check`` asks of the outside: whether chat platforms and endpoints are set up as bot.toml says."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from adapters.chat.steps import Step
from adapters.discord import asking as asking_discord
from adapters.discord import checkup as discord
from adapters.email import checkup as email
from adapters.email.config import sender_of
from adapters.slack import asking as asking_slack
from adapters.slack import checkup as slack
from adapters.slack.config import SlackConfig
from adapters.slack.manifest import REQUEST_PATH
from adapters.webhook import checkup as webhook
from bot import mailbox
from bot.clock import SecretKeys, SystemClock
from bot.settings import Settings
from bot.settings.values import split_url
from core.hosts import is_loopback


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A chat platform, or the endpoints of events, as the operator sets it up."""

    name: str
    variable: str
    """The one that opens the door: it holds the bot's token."""
    guide: str
    is_open: bool
    is_named: bool
    """Whether the settings say anything of it."""
    steps: Callable[[], AsyncIterator[Step]]
    """Asks the platform. Only where the door is open."""


def doors(settings: Settings) -> tuple[Door, ...]:
    on_discord = discord_setup(settings)
    return (
        Door(
            name="Discord",
            variable="BOT_DISCORD__TOKEN",
            guide="docs/discord.md",
            is_open=settings.discord.token is not None,
            is_named=bool(on_discord.guilds or on_discord.roles or on_discord.triage or on_discord.categories),
            steps=lambda: _discord_steps(settings),
        ),
        Door(
            name="Slack",
            variable="BOT_SLACK__BOT_TOKEN",
            guide="docs/slack.md",
            is_open=settings.slack.bot_token is not None,
            is_named=bool(
                slack_channels(settings)
                or slack_groups(settings)
                or settings.slack.app_token
                or settings.slack.signing_secret
            ),
            steps=lambda: _slack_steps(settings),
        ),
        Door(
            name="Webhooks",
            variable="BOT_WEBHOOKS__<KEY>__URL",
            guide="docs/webhooks.md",
            is_open=bool(settings.endpoint_hooks()),
            is_named=bool(settings.endpoints),
            steps=lambda: webhook.checkup(settings.endpoint_hooks(), SystemClock(), SecretKeys()),
        ),
        Door(
            name="Mail",
            variable="BOT_EMAIL__SMTP_URL",
            guide="docs/email.md",
            is_open=settings.email.smtp_url is not None and settings.email.sender is not None,
            is_named=settings.email.sender is not None,
            steps=lambda: _mail_steps(settings),
        ),
    )


async def _mail_steps(settings: Settings) -> AsyncIterator[Step]:
    server, sender = mailbox.server_of(settings), settings.email.sender
    if server is None or sender is None:
        return
    async for step in email.checkup(server, sender_of(sender), mailbox.place_of(settings)):
        yield step


# --- Discord -------------------------------------------------------------------------------------------------------


async def _discord_steps(settings: Settings) -> AsyncIterator[Step]:
    token = settings.discord.token
    if token is None:
        return
    async with asking_discord.asking(settings.discord.api_base, token.get_secret_value()) as call:
        async for step in discord.checkup(call, discord_setup(settings)):
            yield step


def discord_setup(settings: Settings) -> discord.Setup:
    roles = settings.discord.roles
    agents, leads = frozenset(roles.agent), frozenset(roles.lead)
    of_team = {team.key: frozenset({team.discord.role} if team.discord.role else ()) for team in settings.teams}
    every_team = frozenset().union(*of_team.values())
    named = [
        *((f"discord.roles.{name}[{at}]", role) for name, listed in roles for at, role in enumerate(listed)),
        *((f"teams[{at}].discord.role", team.discord.role) for at, team in enumerate(settings.teams)),
    ]
    return discord.Setup(
        guilds=settings.discord.guilds,
        roles=[discord.StaffRole(id=role, key=key) for key, role in named if role],
        triage=[
            discord.TriageChannel(name=team.name, channel=team.discord.triage_channel, staff=of_team[team.key])
            for team in settings.teams
            if team.discord.triage_channel
        ],
        categories=[
            discord.CategoryChannel(
                name=category.name,
                channel=category.discord.channel,
                sensitive=category.sensitive,
                staff=agents | leads | (every_team if category.sensitive else of_team[category.team]),
            )
            for category in settings.categories
            if category.discord.channel
        ],
    )


# --- Slack ---------------------------------------------------------------------------------------------------------


async def _slack_steps(settings: Settings) -> AsyncIterator[Step]:
    if settings.slack.bot_token is None:
        return
    app, secret = settings.slack.app_token, settings.slack.signing_secret
    config = SlackConfig(
        bot_token=settings.slack.bot_token.get_secret_value(),
        app_token=app.get_secret_value() if app else None,
        signing_secret=secret.get_secret_value() if secret else None,
        api_base=settings.slack.api_base,
    )
    setup = slack.Setup(
        config=config,
        request_url=slack_requests(settings),
        triage=slack_channels(settings),
        groups=slack_groups(settings),
    )
    async with asking_slack.asking(config) as asking:
        async for step in slack.checkup(asking, setup):
            yield step


def slack_requests(settings: Settings) -> str | None:
    """Where Slack reaches the desk without Socket Mode; None where it cannot: it wants TLS, and comes from outside."""
    url = split_url(settings.web.public_url or "")
    if url is None or url.scheme != "https" or is_loopback(url.hostname or ""):
        return None
    return f"{settings.web.public_url}{REQUEST_PATH}"


def slack_channels(settings: Settings) -> list[slack.TriageChannel]:
    return [
        slack.TriageChannel(name=team.name, channel=team.slack.triage_channel)
        for team in settings.teams
        if team.slack.triage_channel
    ]


def slack_groups(settings: Settings) -> list[slack.StaffGroup]:
    named = [
        *(
            (f"slack.user_groups.{name}[{at}]", group)
            for name, listed in settings.slack.user_groups
            for at, group in enumerate(listed)
        ),
        *((f"teams[{at}].slack.user_group", team.slack.user_group) for at, team in enumerate(settings.teams)),
    ]
    return [slack.StaffGroup(id=group, key=key) for key, group in named if group]
