"""What ``threaddesk check`` asks of the outside: whether Discord is set up as bot.toml says."""

from collections.abc import Callable

from adapters.discord.asking import asking
from adapters.discord.checkup import CategoryChannel, Setup, StaffRole, Step, TriageChannel, checkup
from bot.settings import Settings


async def check_discord(settings: Settings, tell: Callable[[Step], None]) -> bool:
    """Each step is told as it is known. Whether all are done; so they are where the Discord door is closed."""
    token = settings.discord.token
    if token is None:
        return True
    done = True
    async with asking(settings.discord.api_base, token.get_secret_value()) as call:
        async for step in checkup(call, discord_setup(settings)):
            tell(step)
            done = done and step.done
    return done


def discord_setup(settings: Settings) -> Setup:
    roles = settings.discord.roles
    agents, leads = frozenset(roles.agent), frozenset(roles.lead)
    of_team = {team.key: frozenset({team.discord.role} if team.discord.role else ()) for team in settings.teams}
    every_team = frozenset().union(*of_team.values())
    named = [
        *((f"discord.roles.{name}[{at}]", role) for name, listed in roles for at, role in enumerate(listed)),
        *((f"teams[{at}].discord.role", team.discord.role) for at, team in enumerate(settings.teams)),
    ]
    return Setup(
        guilds=settings.discord.guilds,
        roles=[StaffRole(id=role, key=key) for key, role in named if role],
        triage=[
            TriageChannel(name=team.name, channel=team.discord.triage_channel, staff=of_team[team.key])
            for team in settings.teams
            if team.discord.triage_channel
        ],
        categories=[
            CategoryChannel(
                name=category.name,
                channel=category.discord.channel,
                sensitive=category.sensitive,
                staff=agents | leads | (every_team if category.sensitive else of_team[category.team]),
            )
            for category in settings.categories
            if category.discord.channel
        ],
    )


def names_channels(settings: Settings) -> bool:
    """Whether bot.toml says anything of Discord, for a door that is closed."""
    setup = discord_setup(settings)
    return bool(setup.guilds or setup.roles or setup.triage or setup.categories)
