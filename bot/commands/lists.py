"""/ticket list and /queue: tickets by words and filters, each with what was found in it."""

from bot.commands.declaration import command, who_asks
from bot.commands.room import Room
from core.cards.lists import found_list, list_title, narrowed
from core.cards.suggestions import with_unseen
from core.errors import N_
from core.following import Following
from core.limits import FieldEmpty, TooManyOf, tags
from core.model.ticket import LIVE, Priority, Status
from core.policy import Action
from core.searching import Searching, Wanted
from core.storage import Order
from core.triage import TicketFilter, Triage, own_teams
from core.vocabulary import LIVE_ONES, Among, Call, Parameter, ParameterKind, Reply

MOST_WORDS = 12
"""By which a list is narrowed."""
_LISTED, _QUEUED = 25, 50
"""Tickets of one answer."""

_PRIORITY = Parameter(
    name="priority", kind=ParameterKind.PRIORITY, help=N_("Only of this priority"), required=False, is_named=True
)
_CATEGORY = Parameter(
    name="category", kind=ParameterKind.CATEGORY, help=N_("Only of this category"), required=False, is_named=True
)
_TAGS = Parameter(
    name="tags",
    kind=ParameterKind.TAGS,
    help=N_("Only with one of these tags, with commas between them"),
    required=False,
    is_named=True,
)
_ORDER = N_("What comes first")


@command(
    "ticket",
    "list",
    Parameter(name="status", kind=ParameterKind.STATUSES, help=N_("Only those that stand so"), required=False),
    Parameter(name="order", kind=ParameterKind.ORDER, help=_ORDER, required=False),
    Parameter(name="words", kind=ParameterKind.LINE, help=N_("Words in any ticket that I may see"), required=False),
    _PRIORITY,
    _CATEGORY,
    _TAGS,
    Parameter(
        name="among",
        kind=ParameterKind.AMONG,
        help=N_("Whose; else mine, or with words all that I may see"),
        required=False,
        is_named=True,
    ),
    help=N_("My tickets: those I opened, follow, take part in or have; with words, any that I may see"),
    action=Action.SEARCH,
)
async def list_(call: Call, room: Room) -> Reply:
    words, tagged = _words_of(call), _tags_of(call)
    among = Among(call.arguments.get("among", Among.ALL if words else Among.MINE))
    wanted = Wanted(
        words=words,
        statuses=_statuses_of(call),
        priorities=_priorities_of(call),
        categories=_categories_of(call),
        tags=frozenset(tagged),
        mine=among is Among.MINE,
        followed=among is Among.FOLLOWED,
        public=among is Among.PUBLIC,
        order=Order(call.arguments.get("order", Order.BEST)),
    )
    found, total = await Searching(room.store, room.desk, room.reading).find(wanted, call.actor, limit=_LISTED)
    reader = room.reader(call)
    said = {**call.arguments}
    if not words:
        said.pop("among", None)
    by = narrowed(said, tagged, room.desk, reader)
    card = found_list(list_title(among, words, reader), found, total, room.desk, reader, narrowed=by)
    if among in (Among.MINE, Among.FOLLOWED) and not call.arguments.keys() - {"among", "order"}:
        unseen = (await Following(room.store, room.desk, room.clock).all(call.actor)).unseen
        card = with_unseen(card, unseen, reader)
    return Reply(card=card)


@command(
    "queue",
    "",
    Parameter(name="team", kind=ParameterKind.TEAM, help=N_("Only this team's"), required=False),
    Parameter(name="words", kind=ParameterKind.LINE, help=N_("Only those with these words"), required=False),
    Parameter(
        name="status",
        kind=ParameterKind.STATUSES,
        help=N_("Those that stand so, in place of the open ones"),
        required=False,
        is_named=True,
    ),
    _PRIORITY,
    _CATEGORY,
    _TAGS,
    Parameter(
        name="among",
        kind=ParameterKind.QUEUED,
        help=N_("Those that I have or follow, of whichever team, or that nobody has"),
        required=False,
        is_named=True,
    ),
    Parameter(name="order", kind=ParameterKind.ORDER, help=_ORDER, required=False, is_named=True),
    help=N_("What waits, most urgent first"),
    action=Action.CLAIM,
)
async def queue(call: Call, room: Room) -> Reply:
    words, tagged = _words_of(call), _tags_of(call)
    among = Among(call.arguments.get("among", Among.ALL))
    wanted = TicketFilter(
        words=words,
        teams=_teams_of(call, room, among),
        statuses=_statuses_of(call) or LIVE,
        priorities=_priorities_of(call),
        categories=_categories_of(call),
        tags=frozenset(tagged),
        mine=among is Among.MINE,
        unassigned=among is Among.UNASSIGNED,
        order=Order(call.arguments.get("order", Order.QUEUE)),
    )
    triage = Triage(room.store, room.desk, room.reading)
    found, total = await triage.find(wanted, call.actor, followed=among is Among.FOLLOWED, limit=_QUEUED)
    reader = room.reader(call)
    team = call.arguments.get("team")
    title = reader.gettext("The queue") if team is None else room.desk.team_name(team)
    if words:
        title = reader.gettext("{queue}: tickets with “{words}”").format(queue=title, words=" ".join(words))
    by = narrowed(call.arguments, tagged, room.desk, reader)
    return Reply(card=found_list(title, found, total, room.desk, reader, narrowed=by))


def _teams_of(call: Call, room: Room, among: Among) -> frozenset[str]:
    """Of none in particular where somebody's own are asked for."""
    if "team" in call.arguments:
        return frozenset({call.arguments["team"]})
    return frozenset() if among in (Among.MINE, Among.FOLLOWED) else own_teams(who_asks(call), room.desk)


def _words_of(call: Call) -> tuple[str, ...]:
    """Raises TooManyOf."""
    words = tuple(call.arguments.get("words", "").split())
    if len(words) > MOST_WORDS:
        raise TooManyOf(name=N_("words"), count=len(words), limit=MOST_WORDS)
    return words


def _tags_of(call: Call) -> tuple[str, ...]:
    """Raises FieldEmpty where what is given holds no tag, FieldTooLong and TooManyOf."""
    given = call.arguments.get("tags", "")
    found = tags(tuple(given.replace(",", " ").split()))
    if given and not found:
        raise FieldEmpty(name=N_("Tags"))
    return found


def _statuses_of(call: Call) -> frozenset[Status]:
    status = call.arguments.get("status")
    if status == LIVE_ONES:
        return LIVE
    return frozenset({Status(status)} if status else ())


def _priorities_of(call: Call) -> frozenset[Priority]:
    return frozenset({Priority(call.arguments["priority"])} if "priority" in call.arguments else ())


def _categories_of(call: Call) -> frozenset[str]:
    return frozenset({call.arguments["category"]} if "category" in call.arguments else ())
