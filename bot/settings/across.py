"""What is wrong with settings and only several keys together show.

The tree is read as it was set, not the finished Settings: so these checks speak even when another key is wrong, and a
person reads all problems at once.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path as File
from typing import Any

from bot.settings.addresses import addresses
from bot.settings.checks import Finding
from bot.settings.places import Path
from bot.settings.references import references
from bot.settings.rows import fold, is_demo, listed, rows, truth
from bot.settings.sources import reachable, value_at
from bot.settings.values import split_url
from core.hosts import is_loopback

MOST_CATEGORIES = 25
"""A Discord select holds no more (components/reference)."""


def across(tree: dict[str, Any], folder: File) -> Iterator[Finding]:
    """What only several keys together show. ``tree``: as set, all sources merged. ``folder``: that of bot.toml, from
    where other files are named."""
    yield from _at_least(tree)
    yield from _twice(tree)
    yield from _holidays(tree)
    yield from references(tree)
    yield from addresses(tree)
    yield from _calendars(tree, folder)
    yield from _demo(tree)
    yield from _discord_channels(tree)
    yield from _discord_roles(tree)
    yield from _slack_hears(tree)


def _at_least(tree: dict[str, Any]) -> Iterator[Finding]:
    if not tree.get("teams"):
        yield ("teams",), "The desk has no team.", "Add one: [[teams]] with key, name and members."
    if not tree.get("categories"):
        yield ("categories",), "The desk has no category.", "Add one: [[categories]] with key, name and team."
    if len(rows(tree, "categories")) > MOST_CATEGORIES:
        wrong = f"There are more than {MOST_CATEGORIES} categories, and Discord's menus hold no more."
        yield ("categories", MOST_CATEGORIES), wrong, "Take some out, or let two of them be one with a question."


def _twice(tree: dict[str, Any]) -> Iterator[Finding]:
    lists: list[Path] = [("teams",), ("categories",), ("sla",), ("escalations",), ("alerts", "spaces"), ("endpoints",)]
    lists += [("categories", at, "questions") for at, _ in rows(tree, "categories")]
    for path in lists:
        seen: Counter[str] = Counter()
        for at, row in rows(tree, *path):
            key = row.get("key")
            if not isinstance(key, str):
                continue
            form = fold(key) if path in (("alerts", "spaces"), ("endpoints",)) else key
            if seen[form]:
                yield (*path, at, "key"), f"The key “{key}” is taken: an entry above has it.", "Give this one another."
            seen[form] += 1


def _holidays(tree: dict[str, Any]) -> Iterator[Finding]:
    seen: set[str] = set()
    for at, holiday in rows(tree, "desk", "holidays"):
        if "on" in holiday and (day := str(holiday["on"])) in seen:
            yield ("desk", "holidays", at, "on"), f"An entry above has {day} already.", "Take one of them out."
        seen.add(str(holiday.get("on")))


def _calendars(tree: dict[str, Any], folder: File) -> Iterator[Finding]:
    for at, team in rows(tree, "teams"):
        if isinstance(name := team.get("calendar"), str) and (problem := _calendar_problem(folder / name)):
            wrong, mend = problem
            yield ("teams", at, "calendar"), wrong, mend


def _calendar_problem(file: File) -> tuple[str, str] | None:
    """Imported here, so that a desk without a calendar file does not load its library."""
    if not reachable(file.is_file):
        mend = "Put the iCalendar file there, or write its name as it is seen from the folder of bot.toml."
        return f"There is no file {file}.", mend
    from adapters.ical.calendar import read_problem

    problem = read_problem(file)
    if problem is None:
        return None
    return problem, "Or take `calendar` out until then: [[shifts]] and the business hours count without it."


def _demo(tree: dict[str, Any]) -> Iterator[Finding]:
    """The demo's people sign in without a password: it must not be reachable from elsewhere."""
    if is_demo(tree) is not True:
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
        for _, team in reversed(rows(tree, "teams"))
        if isinstance(channel := value_at(team, ("discord", "triage_channel")), str)
    }
    categories = [
        (at, row, channel)
        for at, row in rows(tree, "categories")
        if isinstance(channel := value_at(row, ("discord", "channel")), str)
    ]
    uses = Counter(channel for _, _, channel in categories)
    for at, row, channel in categories:
        path: Path = ("categories", at, "discord", "channel")
        if channel in staff:
            wrong = f"This is the triage channel of the team “{staff[channel].get('key')}”: students would read it too."
            yield path, wrong, "Make a channel that students see, and write its id here."
        elif uses[channel] > 1 and truth(row.get("sensitive")):
            wrong = (
                "Another category has this channel too: whoever manages threads there would read the sensitive ones."
            )
            yield path, wrong, "Give the sensitive category a channel of its own."


def _discord_roles(tree: dict[str, Any]) -> Iterator[Finding]:
    """The role @everyone has its server's id."""
    guilds = value_at(tree, ("discord", "guilds"))
    roles: list[Path] = [("teams", at, "discord", "role") for at, _ in rows(tree, "teams")]
    for name in ("agent", "lead", "admin"):
        roles += [("discord", "roles", name, at) for at, _ in enumerate(listed(tree, "discord", "roles", name))]
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
