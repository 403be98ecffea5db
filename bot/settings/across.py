"""What is wrong with settings and only several keys together show.

The tree is read as it was set, not the finished Settings: so these checks speak even when another key is wrong, and a
person reads all problems at once.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.settings.checks import Finding
from bot.settings.places import Path
from bot.settings.sources import did_you_mean, value_at, variable_of
from bot.settings.values import is_loopback, split_url

MOST_CATEGORIES = 25
"""A Discord select holds no more (components/reference)."""


def across(tree: dict[str, Any]) -> Iterator[Finding]:
    """What only several keys together show. ``tree``: as set, all sources merged."""
    yield from _at_least(tree)
    yield from _twice(tree)
    yield from _references(tree)
    yield from _spaces(tree)
    yield from _demo(tree)
    yield from _discord_channels(tree)
    yield from _discord_roles(tree)
    yield from _slack_hears(tree)


def fold(space: str) -> str:
    """The form in which names of alert spaces are compared: a variable's has no small letters and no hyphen."""
    return space.casefold().replace("-", "_")


def _rows(tree: object, *path: str | int) -> list[tuple[int, dict[str, Any]]]:
    """The tables in the array at ``path``, each with its position; what is no table, another check tells."""
    rows = value_at(tree, path)
    return [(at, row) for at, row in enumerate(rows) if isinstance(row, dict)] if isinstance(rows, list) else []


def _keys(tree: object, *path: str | int) -> list[str]:
    return [row["key"] for _, row in _rows(tree, *path) if isinstance(row.get("key"), str)]


def _at_least(tree: dict[str, Any]) -> Iterator[Finding]:
    if not tree.get("teams"):
        yield ("teams",), "The desk has no team.", "Add one: [[teams]] with key, name and members."
    if not tree.get("categories"):
        yield ("categories",), "The desk has no category.", "Add one: [[categories]] with key, name and team."
    if len(_rows(tree, "categories")) > MOST_CATEGORIES:
        wrong = f"There are more than {MOST_CATEGORIES} categories, and Discord's menus hold no more."
        yield ("categories", MOST_CATEGORIES), wrong, "Take some out, or let two of them be one with a question."


def _twice(tree: dict[str, Any]) -> Iterator[Finding]:
    lists: list[Path] = [("teams",), ("categories",), ("escalations",), ("alerts", "spaces")]
    lists += [("categories", at, "questions") for at, _ in _rows(tree, "categories")]
    for path in lists:
        seen: Counter[str] = Counter()
        for at, row in _rows(tree, *path):
            key = row.get("key")
            if not isinstance(key, str):
                continue
            form = fold(key) if path == ("alerts", "spaces") else key
            if seen[form]:
                yield (*path, at, "key"), f"The key “{key}” is taken: an entry above has it.", "Give this one another."
            seen[form] += 1


def _references(tree: dict[str, Any]) -> Iterator[Finding]:
    teams, escalations = _keys(tree, "teams"), _keys(tree, "escalations")
    for at, category in _rows(tree, "categories"):
        yield from _known(("categories", at, "team"), category.get("team"), teams, "team")
        yield from _known(("categories", at, "escalation"), category.get("escalation"), escalations, "escalation")
    spaces = _keys(tree, "alerts", "spaces")
    for at, _ in _rows(tree, "escalations"):
        for number, step in _rows(tree, "escalations", at, "steps"):
            notify = step.get("notify")
            for place, whom in enumerate(notify if isinstance(notify, list) else []):
                if isinstance(whom, str) and whom.startswith("space:"):
                    path: Path = ("escalations", at, "steps", number, "notify", place)
                    yield from _known(path, whom.removeprefix("space:"), spaces, "alert space")


def _known(path: Path, name: object, known: list[str], what: str) -> Iterator[Finding]:
    if isinstance(name, str) and name not in known:
        listed = ", ".join(known) or "none yet"
        guess = did_you_mean(name, known, f"Add it, or name another {what}.")
        yield path, f"There is no {what} “{name}”.", f"{guess} There are: {listed}."


def _spaces(tree: dict[str, Any]) -> Iterator[Finding]:
    spaces = _keys(tree, "alerts", "spaces")
    urls = value_at(tree, ("gchat", "spaces"))
    urls = urls if isinstance(urls, dict) else {}
    for name in urls:
        if fold(name) not in map(fold, spaces):
            variables = [variable_of(("gchat", "spaces", fold(space))) for space in spaces]
            otherwise = f'Add [[alerts.spaces]] with key = "{name}", or take this variable out.'
            path: Path = ("gchat", "spaces", name)
            mend = did_you_mean(variable_of(path), variables, otherwise) if variables else otherwise
            yield path, f"bot.toml has no alert space “{name}” for this URL.", mend
    # The demo has an inbox of its own, and a desk that alerts nobody needs no address.
    if _is_demo(tree) is not False or value_at(tree, ("alerts", "priorities")) == []:
        return
    for at, row in _rows(tree, "alerts", "spaces"):
        key = row.get("key")
        if isinstance(key, str) and fold(key) not in map(fold, urls):
            variable = variable_of(("gchat", "spaces", fold(key)))
            mend = (
                f"Set {variable} to the webhook URL that Google Chat gives for it. For a desk without alerts write "
                "priorities = [] in [alerts]."
            )
            yield ("alerts", "spaces", at), f"The alert space “{key}” has no URL, so nobody would hear an alert.", mend


def _demo(tree: dict[str, Any]) -> Iterator[Finding]:
    """The demo's people sign in without a password: it must not be reachable from elsewhere."""
    if _is_demo(tree) is not True:
        return
    host = value_at(tree, ("web", "host"))
    if isinstance(host, str) and not is_loopback(host):
        mend = "Use 127.0.0.1, or set desk.demo to false."
        yield ("web", "host"), "The demo lets anybody in, so it listens on this computer only.", mend
    url = value_at(tree, ("web", "public_url"))
    parts = split_url(url) if isinstance(url, str) else None
    if parts and not is_loopback(parts.hostname or ""):
        mend = "Take public_url out, or set desk.demo to false."
        yield ("web", "public_url"), "The demo lets anybody in, so it has no public address.", mend
    for platform, token in (("Discord", ("discord", "token")), ("Slack", ("slack", "bot_token"))):
        if value_at(tree, token) is not None:
            mend = "Set desk.demo to false for the real desk, or take this variable out for the demo."
            yield token, f"The demo lets anybody in as its admin, so it does not go on {platform}.", mend


def _discord_channels(tree: dict[str, Any]) -> Iterator[Finding]:
    """Whoever sees a channel, or may manage the threads in it, is decided on Discord, for the channel as a whole."""
    staff = {
        channel: team
        for _, team in reversed(_rows(tree, "teams"))
        if isinstance(channel := value_at(team, ("discord", "triage_channel")), str)
    }
    categories = [
        (at, row, channel)
        for at, row in _rows(tree, "categories")
        if isinstance(channel := value_at(row, ("discord", "channel")), str)
    ]
    uses = Counter(channel for _, _, channel in categories)
    for at, row, channel in categories:
        path: Path = ("categories", at, "discord", "channel")
        if channel in staff:
            wrong = f"This is the triage channel of the team “{staff[channel].get('key')}”: students would read it too."
            yield path, wrong, "Make a channel that students see, and write its id here."
        elif uses[channel] > 1 and _truth(row.get("sensitive")):
            wrong = (
                "Another category has this channel too: whoever manages threads there would read the sensitive ones."
            )
            yield path, wrong, "Give the sensitive category a channel of its own."


def _discord_roles(tree: dict[str, Any]) -> Iterator[Finding]:
    """The role @everyone has its server's id."""
    guilds = value_at(tree, ("discord", "guilds"))
    roles: list[Path] = [("teams", at, "discord", "role") for at, _ in _rows(tree, "teams")]
    for name in ("agent", "lead", "admin"):
        listed = value_at(tree, ("discord", "roles", name))
        roles += [("discord", "roles", name, at) for at in range(len(listed) if isinstance(listed, list) else 0)]
    for path in roles:
        if isinstance(guilds, list) and value_at(tree, path) in guilds:
            wrong = "This is the server's id, which its role @everyone bears: every student would be staff."
            yield path, wrong, "Write the id of a role that only staff have."


def _slack_hears(tree: dict[str, Any]) -> Iterator[Finding]:
    """The bot's token speaks; what Slack says needs a way in."""
    said = {name: value_at(tree, ("slack", name)) for name in ("bot_token", "app_token", "signing_secret")}
    if said["bot_token"] is not None and said["app_token"] is None and said["signing_secret"] is None:
        mend = (
            "Set BOT_SLACK__APP_TOKEN for Socket Mode, which needs no public address; or BOT_SLACK__SIGNING_SECRET, "
            "where Slack can reach web.public_url. docs/slack.md has both."
        )
        yield ("slack", "bot_token"), "With this alone the desk can speak on Slack, but hears nothing.", mend


def _is_demo(tree: dict[str, Any]) -> bool | None:
    """None where nobody can tell."""
    demo = value_at(tree, ("desk", "demo"))
    return _truth(False if demo is None else demo)


def _truth(value: object) -> bool | None:
    """As the settings will read it, which take "yes" for true; None where they cannot."""
    try:
        return TypeAdapter(bool).validate_python(value)
    except ValidationError:
        return None
