"""How the desk stands, told to those who lead: each day, and when its promises change."""

from core.commands import SendDigest, TellPromises
from core.events import DigestSent, PromisesChanged
from core.storage import Outcome
from core.usecases.case import Case


async def send_digest(_command: SendDigest, case: Case) -> Outcome:
    """Once a day, whichever process is first: the day is the command's inbound id. What it says is counted when it is
    delivered."""
    case.require_the_desk()
    case.record(DigestSent())
    return Outcome()


async def tell_promises(command: TellPromises, case: Case) -> Outcome:
    """Only where a ticket was late already. As the digest, it is counted when it is delivered: for each lead anew."""
    case.require_the_desk()
    if await case.work.workload.found_late(sorted(case.desk.teams), sorted(case.desk.categories), command.since):
        case.record(PromisesChanged(since=command.since))
    return Outcome()
