"""What ``threaddesk check`` asks of the endpoints: whether each takes a signed event."""

from collections.abc import AsyncIterator, Mapping

from adapters.chat.steps import Step
from adapters.webhook.events import Events
from core.ports import Clock, Keys, Retry, Undeliverable, Unknown


async def checkup(endpoints: Mapping[str, tuple[str, str]], clock: Clock, keys: Keys) -> AsyncIterator[Step]:
    """``endpoints``: the address and the secret of each, by its key."""
    events = Events(endpoints, clock=clock)
    try:
        for key in endpoints:
            yield await _pinged(events, key, keys.hex(24))
    finally:
        await events.close()


async def _pinged(events: Events, key: str, message_id: str) -> Step:
    try:
        status = await events.ping(key, message_id)
    except (Retry, Undeliverable, Unknown) as failure:
        return Step(done=False, name=f"The endpoint “{key}” takes a ping", mend=str(failure))
    return Step(done=True, name=f"The endpoint “{key}” took a ping ({status})")
