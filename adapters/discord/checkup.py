"""Whether Discord is set up as docs/discord.md tells it: a step for each thing somebody had to click, with its mend.

Nothing is changed on Discord by it. A missing permission is named by the word beside its switch; what depends on a step
that is not done is not asked.
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from adapters.chat.steps import Step
from adapters.discord.api.rest import Refused
from adapters.discord.asking import (
    Application,
    Call,
    Channel,
    NoAnswer,
    Server,
    application,
    server,
    where,
    who,
)
from adapters.discord.permissions import (
    REQUESTER_CHANNEL,
    STAFF,
    STUDENT,
    TRIAGE_CHANNEL,
    Permission,
    computed,
    invite_url,
    missing,
)

_TEXT_CHANNEL = 0
_THREADS = frozenset({10, 11, 12})
"""https://discord.com/developers/docs/resources/channel#channel-object-channel-types"""
_GUILD_MEMBERS = 1 << 14 | 1 << 15
_MESSAGE_CONTENT = 1 << 18 | 1 << 19
"""The intent as a verified bot has it, and as one on fewer than 100 servers has it
(https://discord.com/developers/docs/resources/application#application-object-application-flags)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRole:
    id: str
    key: str
    """Where bot.toml names it: ``discord.roles.agent[0]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryChannel:
    name: str
    """The category's."""
    channel: str
    staff: frozenset[str] = frozenset()
    """Ids of the roles whose members see every thread in it; where it is sensitive, of those who must not."""
    sensitive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageChannel:
    name: str
    """The team's."""
    channel: str
    staff: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What bot.toml says of Discord."""

    guilds: Sequence[str]
    roles: Sequence[StaffRole]
    triage: Sequence[TriageChannel]
    categories: Sequence[CategoryChannel]


async def checkup(call: Call, setup: Setup) -> AsyncIterator[Step]:
    """The steps in the order of docs/discord.md. Raises nothing of the network's: that too is a step not done."""
    try:
        async for step in _steps(call, setup):
            yield step
    except NoAnswer as problem:
        yield Step(False, "Discord did not answer", str(problem))
    except Refused as refusal:
        mend = "Try again in a minute; https://discordstatus.com tells whether Discord has trouble."
        yield Step(False, "Discord did not answer every question", f"{refusal} {mend}")


async def _steps(call: Call, setup: Setup) -> AsyncIterator[Step]:
    try:
        bot, name = await who(call)
    except Refused as refusal:
        if refusal.status != 401:
            raise
        mend = "In the Developer Portal, your application, Bot, Reset Token; put the new one into BOT_DISCORD__TOKEN."
        yield Step(False, "Discord does not know the token", mend)
        return
    yield Step(True, f"The token is that of the bot “{name}”")
    app = await application(call)
    for step in _portal(app):
        yield step
    servers: list[Server] = []
    async for step in _on_servers(call, setup, app, bot, servers):
        yield step
    if not servers:
        return
    async for step in _channels(call, setup, servers):
        yield step
    for role in setup.roles:
        yield _role(role, servers)
    async for step in _commands(call, setup, app, servers):
        yield step


# --- the Developer Portal ------------------------------------------------------------------------------------------


def _portal(app: Application) -> Iterator[Step]:
    page = f"https://discord.com/developers/applications/{app.id}"
    yield Step(True, f"The application is “{app.name}”; its invite URL is {invite_url(app.id)}")
    for bits, words in ((_MESSAGE_CONTENT, "Message Content Intent"), (_GUILD_MEMBERS, "Server Members Intent")):
        mend = f"Open {page}/bot, and under Privileged Gateway Intents switch on {words}; Save Changes."
        yield _step(bool(app.flags & bits), f"{words} is on", f"{words} is off", mend)
    if app.code_grant:
        mend = f"Open {page}/bot, and switch it off: with it the invite URL brings no bot."
        yield Step(False, "Requires OAuth2 Code Grant is on", mend)
    if app.endpoint:
        mend = f"Open {page}/information, and empty the field: with it no command reaches the desk."
        yield Step(False, "There is an Interactions Endpoint URL", mend)


def _step(done: bool, name: str, otherwise: str, mend: str) -> Step:
    return Step(True, name) if done else Step(False, otherwise, mend)


# --- servers -------------------------------------------------------------------------------------------------------


async def _on_servers(call: Call, setup: Setup, app: Application, bot: str, found: list[Server]) -> AsyncIterator[Step]:
    """A step for each server; those that the bot is on are added to ``found``."""
    guilds = setup.guilds or await where(call)
    invitation = f"whoever may manage the server opens this and chooses it there: {invite_url(app.id)}"
    if not guilds:
        yield Step(False, "The bot is on no server", invitation[:1].upper() + invitation[1:])
    for guild in guilds:
        try:
            found.append(await server(call, guild, bot))
        except Refused as refusal:
            if refusal.status not in {403, 404}:
                raise
            mend = f"If the id is wrong: right-click the server, Copy Server ID. If it is right, {invitation}"
            yield Step(False, f"The bot is not on the server {guild}", mend)
        else:
            yield Step(True, f"The bot is on the server “{found[-1].name}”")


def _role(role: StaffRole, servers: Sequence[Server]) -> Step:
    at = next((server for server in servers if role.id in server.roles), None)
    if at is None:
        mend = "Copy it again: Server Settings, Roles, right-click the role, Copy Role ID."
        return Step(False, f"{role.key}: there is no role {role.id}", mend)
    if role.id == at.id:
        mend = "Everybody on the server has it, so every student would be staff. Name a role that only staff have."
        return Step(False, f"{role.key} is @everyone", mend)
    return Step(True, f"{role.key} is the role “{at.roles[role.id].name}” of “{at.name}”")


async def _commands(call: Call, setup: Setup, app: Application, servers: Sequence[Server]) -> AsyncIterator[Step]:
    places = [(f"/applications/{app.id}/guilds/{one.id}/commands", f"on “{one.name}”") for one in servers]
    for path, words in places if setup.guilds else [(f"/applications/{app.id}/commands", "everywhere")]:
        try:
            registered = await call(path)
        except Refused as refusal:
            if refusal.status != 403:
                raise
            mend = f"Invite the bot anew, with the scope applications.commands: {invite_url(app.id)}"
            yield Step(False, f"The bot may not have commands {words}", mend)
            continue
        count = len(registered) if isinstance(registered, list) else 0
        yield Step(True, f"Commands {words}: {count or 'none yet, threaddesk run registers them'}")


# --- channels ------------------------------------------------------------------------------------------------------


async def _channels(call: Call, setup: Setup, servers: Sequence[Server]) -> AsyncIterator[Step]:
    if not setup.categories:
        mend = 'In bot.toml, below [[categories]], write discord = { channel = "…" } with the channel\'s id.'
        yield Step(False, "No category has a channel, so no ticket gets a thread", mend)
    staff = frozenset(role.id for role in setup.roles)
    for category in setup.categories:
        at = _server_of(category.channel, servers)
        if at is None:
            yield await _lost(call, category.channel, f"the category “{category.name}”")
        else:
            for step in _category(category, at, staff):
                yield step
    for team in setup.triage:
        at = _server_of(team.channel, servers)
        if at is None:
            yield await _lost(call, team.channel, f"the team “{team.name}”")
        else:
            for step in _triage(team, at):
                yield step


def _server_of(channel: str, servers: Sequence[Server]) -> Server | None:
    return next((server for server in servers if channel in server.channels), None)


async def _lost(call: Call, channel: str, owner: str) -> Step:
    """The step for a channel that none of the servers lists."""
    try:
        found = await call(f"/channels/{channel}")
    except Refused as refusal:
        if refusal.status not in {403, 404}:
            raise
        mend = "Copy its id again: right-click the channel, Copy Channel ID. (A server's or a role's id is another.)"
        if refusal.status == 404:
            return Step(False, f"There is no channel {channel}, which bot.toml names for {owner}", mend)
        return Step(False, f"The channel {channel} of {owner} is on a server that the bot is not on", mend)
    if isinstance(found, dict) and found.get("type") in _THREADS:
        mend = "Copy the id of the channel that the thread is in."
        return Step(False, f"The channel {channel} of {owner} is a thread", mend)
    mend = "Add that server to [discord] guilds, or name a channel of a server that is there."
    return Step(False, f"The channel {channel} of {owner} is on a server that [discord] guilds does not name", mend)


def _for_bot(channel: Channel, at: Server, owner: str, need: Permission) -> Step:
    if channel.type != _TEXT_CHANNEL:
        mend = "Make a text channel, and write its id into bot.toml."
        return Step(False, f"#{channel.name} of {owner} is not a text channel", mend)
    have = computed(
        guild=at.id,
        roles=at.permissions,
        has=at.bot_roles,
        overwrites=channel.overwrites,
        member=at.bot,
        owner=at.bot_owns_it,
    )
    lacking = missing(have, need)
    return _step(
        not lacking,
        f"#{channel.name} of {owner}: the bot has every permission it needs",
        f"#{channel.name} of {owner}: the bot lacks {', '.join(lacking)}",
        f"{_edit(channel, at)}, Advanced permissions: add the role that bears the bot's name, and allow it there.",
    )


def _category(category: CategoryChannel, at: Server, all_staff: frozenset[str]) -> Iterator[Step]:
    channel = at.channels[category.channel]
    yield _for_bot(channel, at, f"the category “{category.name}”", REQUESTER_CHANNEL)
    if channel.type != _TEXT_CHANNEL:
        return
    yield _for_students(channel, at, all_staff)
    if category.sensitive:
        yield _kept_from_staff(category, channel, at)
    else:
        yield from _open_to_staff(category, channel, at)


def _for_students(channel: Channel, at: Server, staff: frozenset[str]) -> Step:
    """@everyone, or a role that is nobody's of the staff and no bot's."""
    candidates = [at.id]
    for role, one in at.roles.items():
        if role not in staff | {at.id} and not one.managed and not one.permissions & Permission.ADMINISTRATOR:
            candidates.append(role)
    lacking = {role: missing(_with_role(role, channel, at), STUDENT) for role in candidates}
    able = next((role for role, words in lacking.items() if not words), None)
    if able is not None:
        return Step(True, f"#{channel.name}: students ({_called(able, at)}) see it and may write in their threads")
    seeing = next((role for role in candidates if _with_role(role, channel, at) & Permission.VIEW_CHANNEL), None)
    if seeing is None:
        mend = f"{_edit(channel, at)}: allow View Channel to the students' role; without it nobody can be in a thread."
        return Step(False, f"#{channel.name}: no student can see it", mend)
    mend = f"{_edit(channel, at)}: allow it to {_called(seeing, at)}. Send Messages may stay off."
    return Step(False, f"#{channel.name}: students ({_called(seeing, at)}) lack {', '.join(lacking[seeing])}", mend)


def _open_to_staff(category: CategoryChannel, channel: Channel, at: Server) -> Iterator[Step]:
    for role in sorted(category.staff & at.roles.keys()):
        lacking = missing(_with_role(role, channel, at), STAFF)
        yield _step(
            not lacking,
            f"#{channel.name}: {_called(role, at)} sees every private thread",
            f"#{channel.name}: {_called(role, at)} lacks {', '.join(lacking)}, and sees only threads it is added to",
            f"{_edit(channel, at)}: allow it to that role.",
        )


def _kept_from_staff(category: CategoryChannel, channel: Channel, at: Server) -> Step:
    """Of a sensitive category: the people named in it are few, and a role of agents is not."""
    roles = sorted((category.staff | {at.id}) & at.roles.keys())
    managing = [_called(role, at) for role in roles if _with_role(role, channel, at) & Permission.MANAGE_THREADS]
    return _step(
        not managing,
        f"#{channel.name}: no role of all agents reads the private threads of “{category.name}”",
        f"#{channel.name}: {' and '.join(managing)} may manage threads, and so read the sensitive “{category.name}”",
        f"{_edit(channel, at)}: deny it Manage Threads, and allow that to the people in the category's staff only.",
    )


def _triage(team: TriageChannel, at: Server) -> Iterator[Step]:
    channel = at.channels[team.channel]
    yield _for_bot(channel, at, f"the team “{team.name}”", TRIAGE_CHANNEL)
    if channel.type != _TEXT_CHANNEL:
        return
    yield _step(
        not _with_role(at.id, channel, at) & Permission.VIEW_CHANNEL,
        f"#{channel.name}: only staff see it",
        f"#{channel.name}: everybody sees it, and with it all tickets of the team “{team.name}”",
        f"{_edit(channel, at)}: make it a private channel, and add the staff's roles and the bot's.",
    )
    for role in sorted(team.staff & at.roles.keys()):
        yield _step(
            bool(_with_role(role, channel, at) & Permission.VIEW_CHANNEL),
            f"#{channel.name}: {_called(role, at)} sees it",
            f"#{channel.name}: {_called(role, at)} cannot see it",
            f"{_edit(channel, at)}: allow that role View Channel.",
        )


def _with_role(role: str, channel: Channel, at: Server) -> int:
    """What somebody is allowed who has that role alone."""
    return computed(guild=at.id, roles=at.permissions, has={role}, overwrites=channel.overwrites)


def _edit(channel: Channel, at: Server) -> str:
    return f"On “{at.name}”: right-click #{channel.name}, Edit Channel, Permissions"


def _called(role: str, at: Server) -> str:
    return "@everyone" if role == at.id else f"the role “{at.roles[role].name}”"
