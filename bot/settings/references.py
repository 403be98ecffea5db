"""Entries of bot.toml name each other by their keys: whether whoever is named is there."""

from collections.abc import Iterator, Sequence
from typing import Any

from bot.settings.checks import Finding
from bot.settings.keys import did_you_mean
from bot.settings.places import Path
from bot.settings.rows import keys_in, listed, rows, table


def references(tree: dict[str, Any]) -> Iterator[Finding]:
    """``tree``: as set, all sources merged."""
    teams = keys_in(tree, "teams")
    for at, category in rows(tree, "categories"):
        yield from _known(("categories", at, "team"), category.get("team"), teams, "team")
        yield from _known(("categories", at, "sla"), category.get("sla"), keys_in(tree, "sla"), "sla")
    for at, shift in rows(tree, "shifts"):
        yield from _known(("shifts", at, "team"), shift.get("team"), teams, "team")
    for at, endpoint in rows(tree, "endpoints"):
        for place, key in enumerate(listed(endpoint, "categories")):
            yield from _known(("endpoints", at, "categories", place), key, keys_in(tree, "categories"), "category")
    yield from _escalations(tree)
    yield from _that_can_begin(tree)
    yield from _spaces(tree)
    yield from _skills(tree)


def _escalations(tree: dict[str, Any]) -> Iterator[Finding]:
    escalations = keys_in(tree, "escalations")
    for at, category in rows(tree, "categories"):
        path: Path = ("categories", at, "escalation")
        yield from _known(path, category.get("escalation"), escalations, "escalation")
        for place, key in enumerate(listed(category, "escalation")):
            yield from _known((*path, place), key, escalations, "escalation")


def _that_can_begin(tree: dict[str, Any]) -> Iterator[Finding]:
    """Where nothing is promised, no promise is broken."""
    late = {
        row["key"]
        for at, row in rows(tree, "escalations")
        if isinstance(row.get("key"), str) and _begins_with(tree, at) == {"breached"}
    }
    for at, category in rows(tree, "categories"):
        for key in listed(category, "escalation") or [category.get("escalation")]:
            if isinstance(key, str) and key in late and category.get("sla") is None:
                wrong = f"The escalation “{key}” begins when a promise is broken, and nothing is promised here."
                yield ("categories", at, "escalation"), wrong, 'Write sla = "KEY" for the category, or leave it out.'


def _begins_with(tree: dict[str, Any], escalation: int) -> set[str]:
    when = table(tree, "escalations", escalation, "when")
    return {name for name, value in when.items() if value not in (False, [])}


def _spaces(tree: dict[str, Any]) -> Iterator[Finding]:
    spaces = keys_in(tree, "alerts", "spaces")
    for path, callee in callees(tree):
        if callee.startswith("space:"):
            yield from _known(path, callee.removeprefix("space:"), spaces, "alert space")


def callees(tree: dict[str, Any]) -> Iterator[tuple[Path, str]]:
    """Whom the steps of all escalations call, as it is written."""
    for at, _ in rows(tree, "escalations"):
        for number, step in rows(tree, "escalations", at, "steps"):
            for place, callee in enumerate(listed(step, "notify")):
                if isinstance(callee, str):
                    yield ("escalations", at, "steps", number, "notify", place), callee


def _skills(tree: dict[str, Any]) -> Iterator[Finding]:
    team_of = {key: row.get("team") for _, row in rows(tree, "categories") if isinstance(key := row.get("key"), str)}
    for at, team in rows(tree, "teams"):
        own = [key for key, answering in team_of.items() if answering == team.get("key")]
        for address in table(team, "skills"):
            for place, key in enumerate(listed(team, "skills", address)):
                path: Path = ("teams", at, "skills", address, place)
                if isinstance(key, str) and key in team_of and key not in own:
                    wrong = f"The category “{key}” is answered by another team."
                    yield path, wrong, f"This team has: {', '.join(own) or 'none yet'}."
                else:
                    yield from _known(path, key, own, "category")


def _known(path: Path, name: object, known: Sequence[str], what: str) -> Iterator[Finding]:
    if isinstance(name, str) and name not in known:
        there = ", ".join(known) or "none yet"
        guess = did_you_mean(name, known, f"Add it, or name another {what}.")
        yield path, f"There is no {what} “{name}”.", f"{guess} There are: {there}."
