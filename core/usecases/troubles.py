"""What stands in the desk's way outside: noted, told to the admins once, and forgotten when it is mended."""

from core.commands import ClearTrouble, MendTrouble, ReportTrouble
from core.errors import N_, MissingTicket
from core.events import TroubleFound
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.people import require_operator

_CLEARED_BY_HAND = "mail:"
_SHORTEST = 8


class NoSuchTrouble(MissingTicket):
    template = N_("Nothing that “{code}” would clear is in the way: /desk failures shows what is.")


async def report_trouble(command: ReportTrouble, case: Case) -> Outcome:
    case.require_the_desk()
    if await case.work.troubles.report(command.key, command.sentence, case.now):
        case.record(TroubleFound(trouble=command.key))
    return Outcome()


async def mend_trouble(command: MendTrouble, case: Case) -> Outcome:
    case.require_the_desk()
    await case.work.troubles.mend(command.key)
    return Outcome()


async def clear_trouble(command: ClearTrouble, case: Case) -> Outcome:
    """Raises NoSuchTrouble, also for one that is over by itself when it is mended."""
    require_operator(case)
    code = command.code.strip().lower()
    by_hand = [one.key for one in await case.work.troubles.all() if one.key.startswith(_CLEARED_BY_HAND)]
    meant = [key for key in by_hand if len(code) >= _SHORTEST and key.rpartition(":")[2].endswith(code)]
    if not meant:
        raise NoSuchTrouble(code=command.code)
    for key in meant:
        await case.work.troubles.mend(key)
    return Outcome()
