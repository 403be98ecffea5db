"""A filter of the staff's list as a query string: read, checked against the desk, and written."""

from collections.abc import Iterable, Sequence
from urllib.parse import parse_qsl, urlencode

from adapters.web.bodies import NotOneOf, WrongKind, choice, number_of
from core.errors import N_
from core.limits import FieldTooLong, TooManyOf, tags
from core.model.desk import Desk
from core.model.ids import PersonId
from core.model.ticket import LIVE, Priority, Status
from core.storage import Order
from core.text import clean_line, shorten
from core.triage import TicketFilter

LONGEST_QUERY = 1_000
_MOST_PAIRS = 60
_MOST_WORDS = 12
_LONGEST_WORDS = 200
_LIVE = "live"
_FIELDS = ("status", "team", "category", "priority", "assignee", "tag", "q", "requester", "order")

Pairs = Sequence[tuple[str, str]]


def read_query(query: str) -> TicketFilter:
    """``status=live&assignee=none``, with or without a ``?`` before it. Raises as ``read_pairs``."""
    if len(query) > LONGEST_QUERY:
        raise FieldTooLong(name="query", length=len(query), limit=LONGEST_QUERY)
    try:
        pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True, max_num_fields=_MOST_PAIRS)
    except ValueError:
        raise TooManyOf(name="query", count=query.count("&") + 1, limit=_MOST_PAIRS) from None
    return read_pairs(pairs)


def read_pairs(pairs: Pairs) -> TicketFilter:
    """Fields that may each be given several times; an empty one narrows nothing. Raises a BadField that names what
    cannot be read."""
    if len(pairs) > _MOST_PAIRS:
        raise TooManyOf(name="query", count=len(pairs), limit=_MOST_PAIRS)
    given: dict[str, list[str]] = {name: [] for name in _FIELDS}
    for name, value in pairs:
        if name not in given:
            raise NotOneOf(name=N_("The filter"), value=shorten(clean_line(name), 40), choices=", ".join(_FIELDS))
        if tidy := clean_line(value):
            given[name].append(_short(name, tidy))
    words = {name: tuple(word for line in given[name] for word in line.split()) for name in ("q", "requester")}
    for name, several in words.items():
        if len(several) > _MOST_WORDS:
            raise TooManyOf(name=name, count=len(several), limit=_MOST_WORDS)
    assignees = [word.casefold() for word in given["assignee"]]
    return TicketFilter(
        statuses=frozenset(status for word in given["status"] for status in _statuses(word)),
        teams=frozenset(given["team"]),
        categories=frozenset(given["category"]),
        priorities=frozenset(choice("priority", word, Priority) for word in given["priority"]),
        assignees=frozenset(_person(word) for word in assignees if word not in ("me", "none")),
        mine="me" in assignees,
        unassigned="none" in assignees,
        tags=frozenset(tags(tuple(given["tag"]))),
        words=words["q"],
        requesters=tuple(given["requester"]),
        order=choice("order", given["order"][-1], Order) if given["order"] else Order.QUEUE,
    )


def _short(name: str, words: str) -> str:
    if len(words) > _LONGEST_WORDS:
        raise FieldTooLong(name=name, length=len(words), limit=_LONGEST_WORDS)
    return words


def _statuses(word: str) -> Iterable[Status]:
    if word.lower() == _LIVE:
        return LIVE
    try:
        return (Status(word.lower()),)
    except ValueError:
        raise NotOneOf(name="status", value=shorten(word, 40), choices=", ".join((_LIVE, *Status))) from None


def _person(word: str) -> PersonId:
    number = number_of(word)
    if number is None:
        raise WrongKind(name="assignee", wanted=N_("me, none or a person's number"))
    return PersonId(number)


def check(wanted: TicketFilter, desk: Desk) -> TicketFilter:
    """``wanted``, if the desk has its teams and categories. Raises NotOneOf."""
    known = (("team", wanted.teams, desk.teams), ("category", wanted.categories, desk.categories))
    for name, given, there in known:
        for value in sorted(given - there.keys()):
            raise NotOneOf(name=name, value=shorten(value, 40), choices=", ".join(there))
    return wanted


def written(wanted: TicketFilter) -> str:
    """The query string that ``read_query`` reads as ``wanted``."""
    statuses = {_LIVE, *(wanted.statuses - LIVE)} if wanted.statuses >= LIVE else wanted.statuses
    pairs = [
        *(("status", status) for status in sorted(statuses)),
        *(("priority", priority) for priority in sorted(wanted.priorities)),
        *(("assignee", "me") for _ in range(wanted.mine)),
        *(("assignee", "none") for _ in range(wanted.unassigned)),
        *(("assignee", str(person)) for person in sorted(wanted.assignees)),
        *(("team", team) for team in sorted(wanted.teams)),
        *(("category", category) for category in sorted(wanted.categories)),
        *(("tag", tag) for tag in sorted(wanted.tags)),
        *(("requester", words) for words in wanted.requesters),
        *((("q", " ".join(wanted.words)),) if wanted.words else ()),
        *((("order", wanted.order.value),) if wanted.order is not Order.QUEUE else ()),
    ]
    return urlencode(pairs)
