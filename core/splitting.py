"""The messages that a split may choose from, for those who may split the ticket."""

import re
from collections.abc import Sequence
from datetime import datetime

from core.errors import N_, BadInput, Clash, MergedAway, NoSuchTicket
from core.model.desk import Desk
from core.model.ids import TicketId, ref_of
from core.model.people import Person
from core.model.thread import Message, MessageKind
from core.policy import Action, require
from core.storage import UnitOfWork
from core.usecases.splitting import MOST


class WhichMessages(BadInput):
    template = N_(
        "Say which messages: a number for the newest ones (3), or their own numbers as the API has them, "
        "with # before each (#12,#15-#18)."
    )


class NotAmongThem(BadInput):
    template = N_(
        "{ref}: {said} is none of its messages. Say a number from 1 to {count} for the newest ones, or their own "
        "numbers, which go from #{first} to #{last}."
    )


class NothingToSplit(Clash):
    template = N_("{ref} has no messages to make a ticket of.")


_NUMBERS = re.compile(r"#([1-9]\d{0,14})(?:-#?([1-9]\d{0,14}))?", re.ASCII)
_NEWEST = re.compile(r"\d{1,15}", re.ASCII)


async def to_split(ticket: TicketId, person: Person, desk: Desk, now: datetime, work: UnitOfWork) -> Sequence[Message]:
    """The ticket's messages that were not taken back, notes too, the oldest first. Raises NoSuchTicket, NotAllowed,
    MergedAway, and NothingToSplit where there are none."""
    found = await work.tickets.get(ticket)
    if found is None:
        raise NoSuchTicket(ref=ref_of(ticket))
    require(Action.COMBINE, person, found, desk, now)
    if found.merged_into is not None:
        raise MergedAway(ref=found.ref, into=ref_of(found.merged_into))
    said = await work.messages.of(ticket, kinds=frozenset(MessageKind))
    there = [message for message in said if message.undone_at is None]
    if not there:
        raise NothingToSplit(ref=found.ref)
    return there


def chosen_of(words: str, there: Sequence[Message]) -> Sequence[Message]:
    """Those that ``words`` mean, of ``there`` (as ``to_split`` has them). Raises WhichMessages, and NotAmongThem for a
    number that is none of theirs."""
    said = words.replace(" ", "")
    if _NEWEST.fullmatch(said):
        if not 1 <= int(said) <= min(len(there), MOST):
            raise _none_of(there, said)
        return there[-int(said) :]
    known = {message.id for message in there}
    chosen: list[Message] = []
    for part in said.split(","):
        spelt = _NUMBERS.fullmatch(part)
        if spelt is None:
            raise WhichMessages
        first, last = int(spelt[1]), int(spelt[2] or spelt[1])
        strange = next((number for number in (first, last) if number not in known), None)
        if strange is not None or first > last:
            raise _none_of(there, part if strange is None else f"#{strange}")
        chosen += [message for message in there if first <= message.id <= last]
    return list(dict.fromkeys(chosen))


def _none_of(there: Sequence[Message], said: str) -> NotAmongThem:
    ids = sorted(message.id for message in there)
    count = min(len(there), MOST)
    return NotAmongThem(ref=ref_of(there[0].ticket), said=said, count=count, first=ids[0], last=ids[-1])
