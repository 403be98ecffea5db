"""What a change brings with it, in the same transaction, whichever command it was: a wait that begins or ends, an
escalation that starts or stops, a promise whose time is another now, an agent who is to be asked."""

from core.usecases.case import Case
from core.usecases.escalations import mind_escalations
from core.usecases.offers import mind_offer
from core.usecases.promises import mind_promises
from core.usecases.waiting import mind_waiting


async def follow_up(case: Case) -> None:
    """After the use case, before its events are written down. Each looks at what the command did (``case.events``) and
    at the ticket as it is now (``case.changed``); nothing is done where no ticket changed."""
    if case.changed is None:
        return
    await mind_waiting(case)
    await mind_offer(case)
    await mind_promises(case)
    await mind_escalations(case)
