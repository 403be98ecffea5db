"""The day's digest: how the desk stands, told to those who lead."""

from core.commands import SendDigest
from core.events import DigestSent
from core.storage import Outcome
from core.usecases.case import Case


async def send_digest(_command: SendDigest, case: Case) -> Outcome:
    """Once a day, whichever process is first: the day is the command's inbound id. What it says is counted when it is
    delivered."""
    case.require_the_desk()
    case.record(DigestSent())
    return Outcome()
