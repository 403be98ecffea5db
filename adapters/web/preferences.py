"""What a person sets for themselves in the browser: saved filters, tours and notices seen, the theme, notifications."""

import json
from collections.abc import Mapping, Sequence

from aiohttp import web

from adapters.web.bodies import WrongKind, read_value
from adapters.web.filters import check, read_query
from adapters.web.gate import Gate, Visitor
from adapters.web.problems import NoSuchPage, TooLarge
from adapters.web.render import answer
from core import limits
from core.errors import N_, BadField
from core.limits import TooManyOf
from core.model.desk import Desk
from core.model.mail import PREFERENCE, MailKind
from core.policy import Action, require_in_general
from core.ports import Clock
from core.storage import Store
from core.text import Json, clean_line

FILTERS = "filters"
_LARGEST = 8 * 1024
"""Bytes of one preference's JSON."""
_LONGEST_NAME = 40
_MOST_FILTERS = 20
_MOST_TOURS = 50
_LARGEST_ID = 2**53 - 1
_THEMES = ("auto", "light", "dark")


class NameTwice(BadField):
    template = N_("Two filters are called “{name}”: give one of them another name.")


class PreferencesApi:
    def __init__(self, store: Store, desk: Desk, clock: Clock, gate: Gate) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.get("/api/preferences", inside(self.show), allow_head=False),
            web.put("/api/preferences/{key}", inside(self.put)),
        ]

    async def show(self, request: web.Request, visitor: Visitor) -> web.Response:
        return answer(dict(await self.of(visitor)))

    async def of(self, visitor: Visitor) -> Mapping[str, Json]:
        async with self._store.read() as work:
            return await work.preferences.of(visitor.id)

    async def put(self, request: web.Request, visitor: Visitor) -> web.Response:
        key = request.match_info["key"]
        if key not in (FILTERS, *_CHECKS):
            raise NoSuchPage
        value = await read_value(request, _LARGEST)
        if key == FILTERS:
            return answer({FILTERS: await self.save_filters(value, visitor)})
        await self._save(key, _CHECKS[key](value), visitor)
        return answer({key: value})

    async def save_filters(self, value: Json, visitor: Visitor) -> Json:
        """A list of filters, each with its ``name`` and ``query``. Raises a BadField, or NotAllowed for no staff."""
        require_in_general(Action.CLAIM, visitor.person)
        filters: list[Json] = [{"name": name, "query": query} for name, query in _filters(value, self._desk)]
        await self._save(FILTERS, filters, visitor)
        return filters

    async def _save(self, key: str, value: Json, visitor: Visitor) -> None:
        size = len(json.dumps(value).encode())
        if size > _LARGEST:
            raise TooLarge(name=N_("This preference"), limit="8 kB")
        async with self._store.write() as work:
            await work.preferences.put(visitor.id, key, value, self._clock.now())


def _filters(value: Json, desk: Desk) -> Sequence[tuple[str, str]]:
    if not isinstance(value, list):
        raise WrongKind(name=FILTERS, wanted=N_("a list of filters"))
    if len(value) > _MOST_FILTERS:
        raise TooManyOf(name=N_("Filters"), count=len(value), limit=_MOST_FILTERS)
    found: dict[str, tuple[str, str]] = {}
    for one in value:
        name, query = (one.get("name"), one.get("query")) if isinstance(one, Mapping) else (None, None)
        if not isinstance(name, str) or not isinstance(query, str):
            raise WrongKind(name=FILTERS, wanted=N_("a name and a query for each filter"))
        tidy = limits.line(N_("The filter's name"), name, _LONGEST_NAME)
        check(read_query(query), desk)
        if tidy.casefold() in found:
            raise NameTwice(name=tidy)
        found[tidy.casefold()] = (tidy, clean_line(query).removeprefix("?"))
    return list(found.values())


def _toured(value: Json) -> Json:
    names = isinstance(value, list) and all(isinstance(one, str) and len(one) <= _LONGEST_NAME for one in value)
    if not isinstance(value, list) or not names or len(value) > _MOST_TOURS:
        raise WrongKind(name="toured", wanted=N_("a list of the names of tours"))
    return value


def _theme(value: Json) -> Json:
    if value not in _THEMES:
        raise WrongKind(name="theme", wanted=N_("auto, light or dark"))
    return value


def _notify(value: Json) -> Json:
    plain = isinstance(value, Mapping) and all(isinstance(one, bool | str) for one in value.values())
    if not isinstance(value, bool) and not plain:
        raise WrongKind(name="notify", wanted=N_("true, false or an object of them"))
    return value


def _mail(value: Json) -> Json:
    kinds = isinstance(value, Mapping) and all(
        key in list(MailKind) and isinstance(one, bool) for key, one in value.items()
    )
    if not kinds:
        raise WrongKind(name=PREFERENCE, wanted=N_("an object of kinds of mail, each true or false"))
    return value


def _noticed(value: Json) -> Json:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LARGEST_ID:
        raise WrongKind(name="noticed", wanted=N_("the number of a notice, or 0"))
    return value


_CHECKS = {"toured": _toured, "theme": _theme, "notify": _notify, "noticed": _noticed, PREFERENCE: _mail}
"""By key, the filters aside: what it may be."""


def saved_filters(preferences: Mapping[str, Json]) -> Sequence[tuple[str, str]]:
    """The name and the query of each."""
    kept = preferences.get(FILTERS)
    if not isinstance(kept, list):
        return ()
    return [(str(one["name"]), str(one["query"])) for one in kept if isinstance(one, Mapping)]
