"""Whether Slack is set up as docs/slack.md tells it: a step for each thing somebody had to click, with its mend.

Nothing is changed on Slack by it. What depends on a step that is not done is not asked.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from adapters.chat.steps import Step
from adapters.slack.api.codes import BAD_TOKEN, NO_SCOPE, NOT_IN
from adapters.slack.api.refusals import Refused
from adapters.slack.asking import Asking, Bot, Channel, Group, NoAnswer
from adapters.slack.config import SlackConfig
from adapters.slack.manifest import APP_SCOPE, SCOPES

_APPS = "https://api.slack.com/apps"
_CHANNEL_ID = "open the channel, click its name, and copy the Channel ID at the bottom of About"
_PUBLIC, _PRIVATE = "channels:read", "groups:read"
"""What one must be allowed to look at a channel. The desk is not given the first: its channels are private."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffGroup:
    id: str
    key: str
    """Where bot.toml names it: ``slack.user_groups.agent[0]``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageChannel:
    name: str
    """The team's."""
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setup:
    """What the settings say of Slack."""

    config: SlackConfig
    request_url: str | None
    """Where Slack's requests reach the desk; None where they cannot."""
    triage: Sequence[TriageChannel]
    groups: Sequence[StaffGroup]


async def checkup(asking: Asking, setup: Setup) -> AsyncIterator[Step]:
    """The steps in the order of docs/slack.md. Raises nothing of the network's: that too is a step not done."""
    try:
        async for step in _steps(asking, setup):
            yield step
    except NoAnswer as problem:
        yield Step(False, "Slack did not answer", str(problem))
    except Refused as refusal:
        mend = "Try again in a minute; https://slack-status.com tells whether Slack has trouble."
        yield Step(False, "Slack did not answer every question", f"{refusal} {mend}")


async def _steps(asking: Asking, setup: Setup) -> AsyncIterator[Step]:
    try:
        bot = await asking.bot()
    except Refused as refusal:
        if refusal.error not in BAD_TOKEN:
            raise
        mend = (
            f"Open {_APPS}, your app, Install App: install it where it is not, copy the Bot User OAuth Token, and put "
            "it into BOT_SLACK__BOT_TOKEN."
        )
        yield Step(False, f"Slack does not know the bot's token ({refusal.error})", mend)
        return
    yield Step(True, f"The token is that of the bot “{bot.name}” in the workspace “{bot.workspace}” ({bot.url})")
    app = await asking.application(bot.id)
    page = f"{_APPS}/{app}" if app else f"{_APPS}, your app"
    printed = "threaddesk slack-manifest" if setup.config.socket_mode else "threaddesk slack-manifest --http"
    for step in _scopes(await asking.scopes(), page, printed):
        yield step
    if setup.config.socket_mode:
        yield await _connection(asking, setup.config, app, page)
    else:
        yield _requests(setup.request_url, page)
    async for step in _triage(asking, setup.triage, bot):
        yield step
    async for step in _groups(asking, setup.groups):
        yield step


def _step(done: bool, name: str, otherwise: str, mend: str) -> Step:
    return Step(True, name) if done else Step(False, otherwise, mend)


# --- the app -------------------------------------------------------------------------------------------------------


def _scopes(have: frozenset[str] | None, page: str, printed: str) -> Iterator[Step]:
    """``printed``: what prints the manifest for the way in which Slack reaches the desk."""
    if have is None:
        yield Step(True, "Which scopes the app has, Slack did not tell")
        return
    anew = (
        f"Open {page}, App Manifest: put in what {printed} prints, Save Changes; then Install App, Reinstall. "
        "A triage channel keeps the app."
    )
    missing = [scope for scope in SCOPES if scope not in have]
    yield _step(not missing, "The app has every scope it needs", f"The app lacks the scopes {', '.join(missing)}", anew)
    if needless := sorted(have - SCOPES.keys()):
        mend = f"Nothing needs mending; but what it does not have cannot be misused. {anew}"
        yield Step(True, f"The app has scopes that the desk does not use: {', '.join(needless)}", mend)


async def _connection(asking: Asking, config: SlackConfig, app: str, page: str) -> Step:
    """Socket Mode."""
    make = (
        f"Open {page}, Basic Information, App-Level Tokens, Generate Token and Scopes, add {APP_SCOPE}; put the token "
        "into BOT_SLACK__APP_TOKEN."
    )
    theirs = _app_of(config.app_token or "")
    if app and theirs and app != theirs:
        return Step(False, f"The app token is of another app ({theirs}) than the bot's token ({app})", make)
    try:
        await asking.connects()
    except Refused as refusal:
        if refusal.error in BAD_TOKEN:
            return Step(False, f"Slack does not know the app token ({refusal.error})", make)
        if refusal.error in NO_SCOPE:
            return Step(False, f"The app token lacks the scope {APP_SCOPE}", make)
        mend = f"Open {page}, Socket Mode, and switch on Enable Socket Mode."
        return Step(False, f"The app token opens no connection ({refusal.error})", mend)
    return Step(True, "Socket Mode: the app token opens connections")


def _app_of(token: str) -> str:
    """The app's id, which stands in an app-level token: ``xapp-1-A0123456789-…``; "" where it does not."""
    parts = token.split("-")
    return parts[2] if len(parts) > 3 and parts[2].startswith("A") else ""


def _requests(request_url: str | None, page: str) -> Step:
    """HTTP. Whether a request arrives, Slack's own page tells."""
    if request_url is not None:
        mend = f"While the desk runs, {page}, Event Subscriptions, says whether Slack reaches it: Verified."
        return Step(True, f"Slack's requests come to {request_url}, with the signing secret", mend)
    mend = (
        "Set BOT_WEB__PUBLIC_URL to the https:// address under which the internet reaches the desk; or use Socket "
        "Mode, which needs none: set BOT_SLACK__APP_TOKEN."
    )
    return Step(False, "Slack cannot reach the desk: web.public_url is no https:// address of the internet", mend)


# --- the workspace -------------------------------------------------------------------------------------------------


async def _triage(asking: Asking, triage: Sequence[TriageChannel], bot: Bot) -> AsyncIterator[Step]:
    if not triage:
        mend = 'For agents on Slack, write slack = { triage_channel = "…" } below [[teams]] in bot.toml.'
        yield Step(True, "No team has a triage channel here: its staff answer elsewhere", mend)
    for team in triage:
        owner = f"the team “{team.name}”"
        try:
            channel = await asking.channel(team.channel)
        except Refused as refusal:
            if refusal.error in NOT_IN:
                mend = (
                    f"Type /invite @{bot.name} in that channel: a private one is not even seen from outside. If it was "
                    f"there already, the id is wrong: {_CHANNEL_ID}."
                )
                yield Step(False, f"The app is not in the channel {team.channel} of {owner}", mend)
            elif refusal.error in NO_SCOPE and _PUBLIC in refusal.needed and _PRIVATE not in refusal.needed:
                yield _open_to_all(team.channel, owner)
            elif refusal.error in NO_SCOPE:
                mend = "Give the app its scopes, as above, and check again."
                yield Step(False, f"The channel {team.channel} of {owner} may not be looked at", mend)
            else:
                raise
        else:
            yield _seen(channel, owner, bot)


def _open_to_all(name: str, owner: str) -> Step:
    mend = (
        "As an owner or an administrator: click the channel's name, Settings, Change to a private channel. Or make a "
        "private one, and write its id into bot.toml."
    )
    return Step(False, f"The channel {name} of {owner} is public: everybody here could read its tickets", mend)


def _seen(channel: Channel, owner: str, bot: Bot) -> Step:
    of_team = f"#{channel.name} of {owner}"
    if channel.direct:
        return Step(False, f"What bot.toml names for {owner} is no channel", f"Make a private channel, {_CHANNEL_ID}.")
    if channel.archived:
        return Step(False, f"{of_team} is archived", "Unarchive it, or name another channel in bot.toml.")
    if not channel.private:
        return _open_to_all(f"#{channel.name}", owner)
    if channel.shared:
        mend = "Make a private channel of your own for it: whoever is in it reads the tickets."
        return Step(False, f"{of_team} is shared with another organisation", mend)
    return _step(
        channel.joined,
        f"{of_team} is private, and the app is in it",
        f"The app is not in {of_team}",
        f"Type /invite @{bot.name} in it.",
    )


async def _groups(asking: Asking, named: Sequence[StaffGroup]) -> AsyncIterator[Step]:
    if not named:
        return
    try:
        groups = await asking.groups()
    except Refused as refusal:
        if refusal.error not in NO_SCOPE:
            raise
        mend = "Give the app its scopes, as above, and check again."
        yield Step(False, "The user groups may not be looked at", mend)
        return
    for one in named:
        yield _group(one, groups)


def _group(named: StaffGroup, groups: Mapping[str, Group]) -> Step:
    group = groups.get(named.id)
    if group is None:
        mend = (
            "Copy it again: People, User groups, the group, its menu ⋯, Copy group ID. (A free workspace has no user "
            "groups: name the agents by address, in the team's members.)"
        )
        return Step(False, f"{named.key}: there is no user group {named.id}", mend)
    if group.disabled:
        return Step(False, f"{named.key}: the user group @{group.handle} is disabled", "Enable it, or name another.")
    return _step(
        group.people > 0,
        f"{named.key} is the user group @{group.handle}, of {group.people}",
        f"{named.key}: nobody is in the user group @{group.handle}",
        "Add the staff: People, User groups, the group, Edit.",
    )
