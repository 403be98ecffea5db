"""The settings of one desk: bot.toml and the environment in, a frozen ``Settings`` out, or every problem in sentences.

    environment > .env > secrets directory > bot.toml > defaults

A key ``[web] port`` is the variable ``BOT_WEB__PORT``; lists and tables are JSON there. docs/configuration.md has all.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import partial
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel, Field, PrivateAttr, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.settings import sources
from bot.settings.checks import across, findings_of, fold, problems_of
from bot.settings.places import Path, written
from bot.settings.sources import BadSettings, Layer, Problem
from bot.settings.tables import (
    AlertsTable,
    CategoryTable,
    DatabaseTable,
    DeskTable,
    DiscordTable,
    EscalationTable,
    GchatTable,
    LogTable,
    QuotasTable,
    TeamTable,
    WebTable,
)
from core.model.desk import Category, Desk, Place, Question, Quotas, Team
from core.model.people import Grant, Platform, Role

__all__ = ["BadSettings", "Problem", "Settings", "desk_of", "effective", "load"]


def _beside_the_files(earlier: dict[str, Any]) -> DatabaseTable:
    return DatabaseTable(url=SecretStr(f"sqlite+aiosqlite:///{earlier['data_dir']}/threaddesk.db"))


class Settings(BaseSettings):
    """Made by ``load``. Paths in it are relative to the working directory."""

    model_config = SettingsConfigDict(
        env_prefix=sources.PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid", hide_input_in_errors=True
    )

    data_dir: File = Field(default=File("data"), description="the folder for uploaded files and the SQLite database")
    desk: DeskTable = Field(description="the table [desk]")
    quotas: QuotasTable = Field(default_factory=QuotasTable, description="the table [quotas]")
    teams: tuple[TeamTable, ...] = Field(default=(), description="the tables [[teams]]")
    categories: tuple[CategoryTable, ...] = Field(default=(), description="the tables [[categories]]")
    escalations: tuple[EscalationTable, ...] = Field(default=(), description="the tables [[escalations]]")
    alerts: AlertsTable = Field(default_factory=AlertsTable, description="the table [alerts]")
    web: WebTable = Field(default_factory=WebTable, description="the table [web]")
    database: DatabaseTable = Field(default_factory=_beside_the_files, description="the table [database]")
    gchat: GchatTable = Field(default_factory=GchatTable, description="only in the environment")
    discord: DiscordTable = Field(default_factory=DiscordTable, description="the table [discord]")
    log: LogTable = Field(default_factory=LogTable, description="the table [log]")
    _places: Mapping[Path, str] = PrivateAttr(default_factory=dict)

    def gchat_spaces(self) -> Mapping[str, str]:
        """The webhook URL of each alert space that has one, by the space's key. The URLs are secrets."""
        urls = {fold(name): url.get_secret_value() for name, url in self.gchat.spaces.items()}
        return {space.key: urls[fold(space.key)] for space in self.alerts.spaces if fold(space.key) in urls}


# --- in and out ----------------------------------------------------------------------------------------------------


def load(environ: Mapping[str, str], cwd: File) -> Settings:
    """The settings of the desk that starts in ``cwd`` with ``environ``; nothing else is looked at.

    Raises BadSettings with everything that could be found at once.
    """
    problems: list[Problem] = []
    layers = _layers(environ, cwd, problems)
    if layers is None:
        raise BadSettings(problems)
    found = _settings(layers)
    if isinstance(found, list):
        problems += found
    if problems or isinstance(found, list):
        raise BadSettings(problems)
    return found


def _layers(environ: Mapping[str, str], cwd: File, problems: list[Problem]) -> list[Layer] | None:
    """The strongest first. None where there is no bot.toml to go by."""
    process = sources.from_environment(environ)
    dotenv = sources.from_dotenv(cwd / ".env", problems)
    folder = sources.first(sources.SECRETS_DIR, process, dotenv)
    secrets = sources.from_secrets(cwd / folder.value, problems, folder.place) if folder else []
    config = sources.first(sources.CONFIG, process, dotenv)
    name = config.value if config else "bot.toml"
    toml = sources.toml_layer(Settings, cwd / name, name, problems)
    layer = partial(sources.variables_layer, Settings, problems=problems)
    variables = [layer(process, "environment"), layer(dotenv, ".env"), layer(secrets, "secrets directory")]
    return None if toml is None else [*variables, toml]


def _settings(layers: list[Layer]) -> Settings | list[Problem]:
    # pydantic-settings merges the layers; an empty one at the end hears what they came to. (It also keeps their values
    # out of the library's debug log, which knows sources by their class's name and shows the last.)
    bottom = Layer(Settings, {}, {}, "")
    findings = []
    try:
        settings = Settings(_build_sources=((*layers, bottom), {}))  # type: ignore[call-arg]  # mypy sees fields only
    except ValidationError as error:
        findings = findings_of(error, Settings)
    findings += across(bottom.current_state)
    if findings:
        return problems_of(findings, layers)
    paths = [path for path, _ in _leaves(settings, ())]
    settings._places = {path: place for path in paths if (place := sources.place_of(layers, path))}
    return settings


def desk_of(settings: Settings, public_url: str) -> Desk:
    """``public_url``: the address that people use, without a slash at its end.

    A door that is closed has no places and gives no roles: nothing may be owed to it.
    """
    spaces = {escalation.key: escalation.steps[0].space for escalation in settings.escalations}
    return Desk(
        name=settings.desk.name,
        time_zone=settings.desk.time_zone,
        teams={team.key: _team(team, settings) for team in settings.teams},
        categories={category.key: _category(category, settings, spaces) for category in settings.categories},
        quotas=Quotas(
            open_tickets_per_person=settings.quotas.open_tickets_per_person,
            tickets_per_day=settings.quotas.tickets_per_day,
            cooldown=settings.quotas.cooldown,
        ),
        urgent_by_requester=settings.desk.urgent_by_requester,
        alert_priorities=frozenset(settings.alerts.priorities),
        messengers=frozenset({Platform.DISCORD} if settings.discord.token is not None else ()),
        group_grants=_discord_grants(settings),
        public_url=public_url,
    )


def _team(table: TeamTable, settings: Settings) -> Team:
    return Team(
        key=table.key,
        name=table.name,
        members=frozenset(table.members),
        lead=table.lead,
        places=_places(table.discord.triage_channel, settings),
    )


def _places(channel: str | None, settings: Settings) -> tuple[Place, ...]:
    if channel is None or settings.discord.token is None:
        return ()
    return (Place(Platform.DISCORD, channel),)


def _discord_grants(settings: Settings) -> Mapping[tuple[Platform, str], frozenset[Grant]]:
    """A role that is named in several places gives all that they say."""
    roles = settings.discord.roles
    given: list[tuple[str, Role, str | None]] = [
        *((role, Role.AGENT, None) for role in roles.agent),
        *((role, Role.LEAD, None) for role in roles.lead),
        *((role, Role.ADMIN, None) for role in roles.admin),
        *((team.discord.role, Role.AGENT, team.key) for team in settings.teams if team.discord.role is not None),
    ]
    if settings.discord.token is None:
        return {}
    grants: dict[tuple[Platform, str], frozenset[Grant]] = {}
    for group, role, team in given:
        grant = Grant(role=role, team=team, source=f"{Platform.DISCORD}:{group}")
        grants[Platform.DISCORD, group] = grants.get((Platform.DISCORD, group), frozenset()) | {grant}
    return grants


def _category(table: CategoryTable, settings: Settings, spaces: Mapping[str, str | None]) -> Category:
    return Category(
        key=table.key,
        name=table.name,
        team=table.team,
        questions=tuple(Question(**dict(question)) for question in table.questions),
        visibility=table.visibility,
        blind_follow=table.blind_follow,
        quiet_days=table.quiet_days,
        sensitive=table.sensitive,
        staff=frozenset(table.staff),
        alert_space=spaces[table.escalation] if table.escalation else None,
        places=_places(table.discord.channel, settings),
    )


def effective(settings: Settings) -> list[tuple[str, str, str]]:
    """Every key with its value, as bot.toml would have it, and where it was set. A secret reads ``(set)``."""
    return [
        (written(path), _value(value), settings._places.get(path, "default")) for path, value in _leaves(settings, ())
    ]


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), (*path, name))
    elif isinstance(value, Mapping):
        for name, inside in value.items():
            yield from _leaves(inside, (*path, name))
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        for at, inside in enumerate(value):
            yield from _leaves(inside, (*path, at))
    else:
        yield path, value


def _value(value: Any) -> str:
    match value:
        case None:
            return "(not set)"
        case SecretStr():
            return "(set)"
        case bool():
            return str(value).lower()
        case tuple():
            return f"[{', '.join(map(_value, value))}]"
        case timedelta():
            return _short(value)
        case int():
            return str(value)
        case _:
            return f'"{value}"'


def _short(duration: timedelta) -> str:
    seconds = int(duration.total_seconds())
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds and seconds % size == 0), (1, "s"))
    return f'"{seconds // size}{unit}"'


_UNITS = ((86400, "d"), (3600, "h"), (60, "m"))
