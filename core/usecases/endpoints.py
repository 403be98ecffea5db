"""Endpoints that events are posted to: switched off by their own word, switched on by an admin, sent again."""

from core.commands import DisableEndpoint, EnableEndpoint, ReplayDelivery, ReplaySince
from core.errors import N_, BadField, Clash, MissingTicket
from core.events import DeliveriesReplayed, EndpointEnabled, TroubleFound
from core.model.endpoint import Endpoint
from core.model.outbox import ToEndpoint
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.people import require_operator


class NoSuchEndpoint(MissingTicket):
    template = N_("There is no endpoint “{key}”. /desk webhooks lists those there are.")


class NothingToReplay(BadField):
    template = N_("There is nothing to send again. /desk webhooks shows what was sent, each with its number.")


class EndpointOff(Clash):
    template = N_("“{key}” said that it wants no more. Switch it on first: /desk enable {key}.")


class EndpointOn(Clash):
    template = N_("“{key}” is switched on.")


async def disable_endpoint(command: DisableEndpoint, case: Case) -> Outcome:
    case.require_the_desk()
    endpoint = _known(command.endpoint, case)
    if await case.work.troubles.report(endpoint.trouble, _trouble(endpoint.key, command.reason), case.now):
        case.record(TroubleFound(trouble=endpoint.trouble))
    await case.work.outbox.abandon(ToEndpoint(endpoint.key).lane, reason=command.reason, at=case.now)
    return Outcome()


def _trouble(key: str, reason: str) -> str:
    return (
        f"{reason} Nothing is posted to it any more. Take [[endpoints]] “{key}” out of bot.toml; or, once it is there "
        f"again, use /desk enable {key}, and /desk replay for what waited then."
    )


async def enable_endpoint(command: EnableEndpoint, case: Case) -> Outcome:
    require_operator(case)
    endpoint = _known(command.endpoint, case)
    if not await case.work.troubles.mend(endpoint.trouble):
        raise EndpointOn(key=endpoint.key)
    case.record(EndpointEnabled(endpoint=endpoint.key))
    return Outcome()


async def replay_delivery(command: ReplayDelivery, case: Case) -> Outcome:
    require_operator(case)
    key = await case.work.delivery_log.replay(command.delivery, case.now)
    if key is None:
        raise NothingToReplay
    await _require_on(_known(key, case), case)
    case.record(DeliveriesReplayed(endpoint=key, count=1))
    return Outcome()


async def replay_since(command: ReplaySince, case: Case) -> Outcome:
    require_operator(case)
    endpoint = _known(command.endpoint, case)
    await _require_on(endpoint, case)
    count = await case.work.delivery_log.replay_since(endpoint.key, command.since, case.now)
    if count == 0:
        raise NothingToReplay
    case.record(DeliveriesReplayed(endpoint=endpoint.key, count=count))
    return Outcome()


def _known(key: str, case: Case) -> Endpoint:
    found = case.desk.endpoints.get(key)
    if found is None:
        raise NoSuchEndpoint(key=key)
    return found


async def _require_on(endpoint: Endpoint, case: Case) -> None:
    if await case.work.troubles.get(endpoint.trouble) is not None:
        raise EndpointOff(key=endpoint.key)
