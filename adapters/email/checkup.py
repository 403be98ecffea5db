"""What ``threaddesk check`` asks of mail: whether the mail server and the inbox let the desk in. Nothing is sent."""

from asyncio import to_thread
from collections.abc import AsyncIterator

from adapters.chat.steps import Step
from adapters.email.config import Sender, SmtpServer
from adapters.email.incoming.inbox import FAULTS, Place, opened, words_of
from adapters.email.sending import reach
from core.ports import Retry, Undeliverable, Unknown

_SMTP = "BOT_EMAIL__SMTP_URL: check host, port, user and password."
_IMAP = "BOT_EMAIL__INBOX__URL: check host, port, user and password."


async def checkup(server: SmtpServer, sender: Sender, place: Place | None) -> AsyncIterator[Step]:
    """``place``: the inbox, where the desk fetches mail."""
    yield await _reached(server, sender)
    if place is not None:
        for step in await to_thread(_inbox, place):
            yield step


async def _reached(server: SmtpServer, sender: Sender) -> Step:
    name = f"The mail server {server.host} lets the desk in"
    try:
        await reach(server, sender.address, client_name=sender.domain)
    except (Retry, Undeliverable, Unknown) as failure:
        return Step(done=False, name=name, mend=f"{failure} {_SMTP}")
    return Step(done=True, name=f"{name}, and takes mail from {sender.address}")


def _inbox(place: Place) -> list[Step]:
    entered = f"The inbox on {place.server.host} lets the desk in"
    try:
        box = opened(place)
    except FAULTS as fault:
        return [Step(done=False, name=entered, mend=f"{words_of(fault, place.server)}. {_IMAP}")]
    found = f"The inbox has the folder “{place.folder}”"
    try:
        box.folder.set(place.folder)
    except FAULTS as fault:
        told = words_of(fault, place.server)
        mend = f"{told}. Write the folder's own name into [email.inbox] folder."
        return [Step(done=True, name=entered), Step(done=False, name=found, mend=mend)]
    else:
        return [Step(done=True, name=entered), Step(done=True, name=found)]
    finally:
        box.client.shutdown()
