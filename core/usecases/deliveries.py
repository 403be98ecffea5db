"""What an admin does about deliveries that were given up."""

from core.commands import RetryDelivery
from core.errors import NoSuchDelivery
from core.events import DeliveryRetried
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.people import require_operator


async def retry_delivery(command: RetryDelivery, case: Case) -> Outcome:
    require_operator(case)
    if not await case.work.outbox.revive(command.delivery, case.now):
        raise NoSuchDelivery(number=command.delivery)
    case.record(DeliveryRetried(delivery=command.delivery))
    return Outcome()
