"""Whether everybody whom the desk alerts has an address, and every address somebody."""

from collections.abc import Iterator, Mapping
from typing import Any, assert_never

from bot.settings.alerts import SpaceKind
from bot.settings.checks import Finding
from bot.settings.keys import did_you_mean, variable_of
from bot.settings.places import Path
from bot.settings.references import callees
from bot.settings.rows import fold, is_demo, keys_in, rows, table, truth
from bot.settings.sources import value_at

_TABLES: Mapping[SpaceKind, Path] = {SpaceKind.GCHAT: ("gchat", "spaces"), SpaceKind.WEBHOOK: ("webhooks",)}
"""Where the addresses of the spaces of a kind are."""
_LACKING: Mapping[SpaceKind, str] = {
    SpaceKind.GCHAT: "URL",
    SpaceKind.WEBHOOK: "URL",
    SpaceKind.EMAIL: "mail server",
}
_NAMED = {SpaceKind.GCHAT: "alert space", SpaceKind.WEBHOOK: "alert space or endpoint"}
_MAIL = "Set BOT_EMAIL__SMTP_URL and BOT_EMAIL__SENDER"


def addresses(tree: dict[str, Any]) -> Iterator[Finding]:
    """``tree``: as set, all sources merged. The demo has an inbox of its own and needs no address."""
    yield from _strangers(tree)
    yield from _shared(tree)
    if value_at(tree, ("email", "smtp_url")) is not None and value_at(tree, ("email", "sender")) is None:
        mend = "Set BOT_EMAIL__SENDER to the address that the desk writes from, such as desk@example.edu."
        yield ("email", "smtp_url"), "There is a mail server, and no address to write from.", mend
    if is_demo(tree) is False:
        yield from _inbox(tree)
        yield from _unheard(tree)
        yield from _unwritten(tree)
        yield from _unposted(tree)


def _strangers(tree: dict[str, Any]) -> Iterator[Finding]:
    """Addresses of spaces that are not there, or of another kind."""
    kinds = {fold(key): kind for _, key, kind in _spaces(tree)}
    kinds |= {fold(key): SpaceKind.WEBHOOK for key in keys_in(tree, "endpoints")}
    for kind, base in _TABLES.items():
        for name, address in table(tree, *base).items():
            inside = [str(key) for key in address][:1] if isinstance(address, dict) else []
            path: Path = (*base, name, *inside)
            if fold(name) not in kinds:
                wrong = f"bot.toml has no {_NAMED[kind]} “{name}” for this URL."
                meant = [variable_of((*base, known, *inside)) for known, its in kinds.items() if its is kind]
                otherwise = f'Add [[alerts.spaces]] with key = "{name}", or take this variable out.'
                yield path, wrong, did_you_mean(variable_of(path), meant, otherwise)
            elif (other := kinds[fold(name)]) not in {kind, None}:
                wrong = f"The alert space “{name}” is of the kind {other}, and this is an address of the kind {kind}."
                yield path, wrong, f'Take this variable out, or write kind = "{kind}" for the space.'


def _shared(tree: dict[str, Any]) -> Iterator[Finding]:
    """Endpoints with the address of an alert space."""
    spaces = {fold(key) for _, key, _ in _spaces(tree)}
    for at, row in rows(tree, "endpoints"):
        if isinstance(key := row.get("key"), str) and fold(key) in spaces:
            wrong = f"An alert space has the key “{key}”, and the variables of both would be the same."
            yield ("endpoints", at, "key"), wrong, "Give this one another."


def _unposted(tree: dict[str, Any]) -> Iterator[Finding]:
    """Endpoints without an address."""
    for at, row in rows(tree, "endpoints"):
        if isinstance(key := row.get("key"), str) and not _is_heard(tree, key, SpaceKind.WEBHOOK):
            wrong = f"The endpoint “{key}” has no URL, so nothing can be posted there."
            yield ("endpoints", at), wrong, _how_to_reach(key, SpaceKind.WEBHOOK)


def _unheard(tree: dict[str, Any]) -> Iterator[Finding]:
    """Spaces without an address. A desk that alerts nobody needs none."""
    if value_at(tree, ("alerts", "priorities")) == []:
        return
    for at, key, kind in _spaces(tree):
        if kind is not None and not _is_heard(tree, key, kind):
            wrong = f"The alert space “{key}” has no {_LACKING[kind]}, so nobody would hear an alert."
            mend = f"{_how_to_reach(key, kind)} For a desk without alerts write priorities = [] in [alerts]."
            yield ("alerts", "spaces", at), wrong, mend


def _is_heard(tree: dict[str, Any], key: str, kind: SpaceKind) -> bool:
    if kind is SpaceKind.EMAIL:
        return value_at(tree, ("email", "smtp_url")) is not None
    return fold(key) in map(fold, table(tree, *_TABLES[kind]))


def _how_to_reach(key: str, kind: SpaceKind) -> str:
    match kind:
        case SpaceKind.GCHAT:
            variable = variable_of((*_TABLES[kind], fold(key)))
            return f"Set {variable} to the webhook URL that Google Chat gives for it."
        case SpaceKind.WEBHOOK:
            variable = variable_of((*_TABLES[kind], fold(key)))
            return f"Set {variable}__URL to the receiver's address, and {variable}__SECRET to the secret it has."
        case SpaceKind.EMAIL:
            return f"{_MAIL}."
        case _:
            assert_never(kind)


def _unwritten(tree: dict[str, Any]) -> Iterator[Finding]:
    """The first address that a step calls where no mail goes out: one variable mends all."""
    if value_at(tree, ("email", "smtp_url")) is not None:
        return
    for path, callee in callees(tree):
        if callee.startswith("email:"):
            yield path, "There is no mail server to write there with.", f"{_MAIL}, or take the address out."
            return


def _inbox(tree: dict[str, Any]) -> Iterator[Finding]:
    """Mail that arrives needs a way out for what is answered, and a category for what it opens."""
    inbox = table(tree, "email", "inbox")
    address, url, category = inbox.get("address"), inbox.get("url"), inbox.get("category")
    if address is not None and value_at(tree, ("email", "smtp_url")) is None:
        yield ("email", "inbox", "address"), "There is no mail server to answer with.", f"{_MAIL}."
    if url is not None and address is None:
        mend = 'Write address = "desk@example.edu" into [email.inbox].'
        yield ("email", "inbox", "url"), "There is an inbox, and no address that leads to it.", mend
    if inbox.get("unknown") == "open" and category is None:
        mend = "Write category with the key of one that asks nothing that must be answered."
        yield ("email", "inbox", "unknown"), "Mail opens tickets, and of no category.", mend
    if isinstance(category, str):
        yield from _category_of_mail(tree, category)


def _category_of_mail(tree: dict[str, Any], category: str) -> Iterator[Finding]:
    path = ("email", "inbox", "category")
    found = next((row for _, row in rows(tree, "categories") if row.get("key") == category), None)
    if found is None:
        mend = did_you_mean(category, keys_in(tree, "categories"), "Write the key of a category.")
        yield path, f"There is no category “{category}”.", mend
    elif any(truth(question.get("required", False)) for _, question in rows(found, "questions")):
        mend = "Choose another, or make its questions optional."
        yield path, f"“{category}” has questions that must be answered, which no mail does.", mend


def _spaces(tree: dict[str, Any]) -> Iterator[tuple[int, str, SpaceKind | None]]:
    """Position, key and kind of each; None for a kind that is none."""
    for at, row in rows(tree, "alerts", "spaces"):
        if isinstance(key := row.get("key"), str):
            kind = row.get("kind", SpaceKind.GCHAT)
            yield at, key, SpaceKind(kind) if kind in list(SpaceKind) else None
