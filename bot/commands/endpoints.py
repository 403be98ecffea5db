"""/desk webhooks, replay and enable: what endpoints were sent, what they are sent again."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, tzinfo

from bot.commands.declaration import command
from bot.commands.room import Room
from core.cards.endpoints import endpoints_card
from core.commands import EnableEndpoint, ReplayDelivery, ReplaySince
from core.endpointlog import views_of
from core.errors import N_, BadField
from core.model.endpoint import Endpoint
from core.model.ids import MAX_ID, DeliveryId
from core.policy import Action
from core.text import clean_line, shorten
from core.usecases.endpoints import NoSuchEndpoint, NothingToReplay
from core.vocabulary import Call, Parameter, ParameterKind, Reply

_SHOWN, _SHOWN_OF_ONE = 5, 20
"""Deliveries of each endpoint, and of one that is asked for."""
_LENGTH = re.compile(r"([0-9]{1,4})([mhd])", re.ASCII)
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class NotReplayable(BadField):
    template = N_(
        "“{words}” cannot be read. Write the number that /desk webhooks shows; or since when, such as 2h, 1d or "
        "2026-12-01T09:00, and the endpoint behind it."
    )


@command(
    "desk",
    "webhooks",
    Parameter(name="endpoint", kind=ParameterKind.WORD, help=N_("The key of one endpoint"), required=False),
    help=N_("What the endpoints of events were sent"),
    action=Action.ADMINISTER,
)
async def webhooks(call: Call, room: Room) -> Reply:
    wanted = call.arguments.get("endpoint", "")
    shown = _named(wanted, room) if wanted else list(room.desk.endpoints.values())
    async with room.store.read() as work:
        views = await views_of(shown, work, limit=_SHOWN_OF_ONE if wanted else _SHOWN)
    return Reply(card=endpoints_card(views, room.reader(call)))


def _named(key: str, room: Room) -> Sequence[Endpoint]:
    found = room.desk.endpoints.get(key.casefold())
    if found is None:
        raise NoSuchEndpoint(key=shorten(clean_line(key), 40))
    return [found]


@command(
    "desk",
    "replay",
    Parameter(name="what", kind=ParameterKind.WORD, help=N_("A number that /desk webhooks shows, or since when: 2h")),
    Parameter(name="endpoint", kind=ParameterKind.WORD, help=N_("The endpoint, for all since then"), required=False),
    help=N_("Send events to an endpoint again"),
    action=Action.ADMINISTER,
)
async def replay(call: Call, room: Room) -> Reply:
    what, endpoint = call.arguments["what"], call.arguments.get("endpoint", "")
    if what.isdecimal() and what.isascii():
        if int(what) > MAX_ID:
            raise NothingToReplay
        await room.do(ReplayDelivery(delivery=DeliveryId(int(what))), call)
    else:
        since = since_of(what, room.clock.now(), room.reader(call).zone)
        if since is None or not endpoint:
            raise NotReplayable(words=shorten(clean_line(what), 40))
        [found] = _named(endpoint, room)
        await room.do(ReplaySince(endpoint=found.key, since=since), call)
    return await webhooks.handler(call, room)


def since_of(words: str, now: datetime, zone: tzinfo) -> datetime | None:
    """So long ago (``2h``), or a moment in the form of ISO 8601, in ``zone`` where it names none; None where it is
    neither."""
    length = _LENGTH.fullmatch(words.strip().casefold())
    if length is not None:
        return now - int(length[1]) * _UNITS[length[2]]
    try:
        found = datetime.fromisoformat(words.strip())
        return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@command(
    "desk",
    "enable",
    Parameter(name="endpoint", kind=ParameterKind.WORD, help=N_("The key of the endpoint")),
    help=N_("Post events again to an endpoint that wanted no more"),
    action=Action.ADMINISTER,
)
async def enable(call: Call, room: Room) -> Reply:
    [found] = _named(call.arguments["endpoint"], room)
    await room.do(EnableEndpoint(endpoint=found.key), call)
    return await webhooks.handler(call, room)


COMMANDS = (webhooks, replay, enable)
