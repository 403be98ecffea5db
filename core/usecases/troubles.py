"""What stands in the desk's way outside: noted, told to the admins once, and forgotten when it is mended."""

from core.commands import MendTrouble, ReportTrouble
from core.events import TroubleFound
from core.storage import Outcome
from core.usecases.case import Case


async def report_trouble(command: ReportTrouble, case: Case) -> Outcome:
    case.require_the_desk()
    if await case.work.troubles.report(command.key, command.sentence, case.now):
        case.record(TroubleFound(trouble=command.key))
    return Outcome()


async def mend_trouble(command: MendTrouble, case: Case) -> Outcome:
    case.require_the_desk()
    await case.work.troubles.mend(command.key)
    return Outcome()
