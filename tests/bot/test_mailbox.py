"""Mail at its edge: a fault of one mail holds up no other, and what an admin mends is over."""

from typing import cast

import pytest

from adapters.chat.reports import Reports
from adapters.email.incoming.inbox import Handed
from adapters.email.incoming.reading import Unreadable
from adapters.email.incoming.taking import MailIn, Taken
from bot.mailbox import Bounces, MailHand, Told, keep_aside
from core.commands import ClearTrouble, ConfirmEmail
from core.errors import Busy, Conflict, Unavailable
from core.model.mail import bounce_code
from tests.fakes.front import Front
from tests.fakes.office import OPERATOR, Office


class Taking:
    """Takes mail, or does not."""

    def __init__(self, fault: Exception | None) -> None:
        self._fault = fault

    async def take(self, _raw: bytes) -> Taken:
        if self._fault is not None:
            raise self._fault
        return Taken.SAID


FAULTS = [
    (None, Handed.DONE, ""),
    (Unreadable("it is broken", "name"), Handed.ASIDE, "it is broken"),
    (Unavailable(why="a locked database"), Handed.LATER, ""),
    (Busy(ref="T-1"), Handed.LATER, ""),
    (Conflict("lost a race"), Handed.LATER, ""),
    (RuntimeError("SECRET words of a mail"), Handed.ASIDE, "a fault of the desk (RuntimeError)"),
    (RecursionError(), Handed.ASIDE, "a fault of the desk (RecursionError)"),
]


@pytest.mark.parametrize(("fault", "handed", "why"), FAULTS)
async def test_every_mail_comes_to_an_end_whatever_is_wrong_with_it(
    fault: Exception | None, handed: Handed, why: str
) -> None:
    hand = MailHand(cast(MailIn, Taking(fault)))
    assert (await hand(b"From: a@b.example\r\n\r\n"), hand.why) == (handed, why)


async def troubles(office: Office) -> list[str]:
    async with office.store.read() as work:
        return [trouble.sentence for trouble in await work.troubles.all()]


async def test_a_bounce_is_over_when_the_address_is_confirmed_anew(front: Front) -> None:
    office = front.office
    bounced = Bounces(Reports(office.engine, office.store))
    await bounced("Sam@Example.com", "550 5.1.1 No such user")
    [told] = await troubles(office)
    assert "550 5.1.1 No such user" in told and f"/desk clear {bounce_code('sam@example.com')}" in told
    await office.do(ConfirmEmail(email="sam@example.com"), OPERATOR)
    assert await troubles(office) == []


async def test_what_the_admins_are_told_says_what_clears_it(front: Front) -> None:
    office = front.office
    reports = Reports(office.engine, office.store)
    await Told(reports, "flooded", "{address}: {why}.")("sam@example.com", "too much.")
    await keep_aside(b"Message-ID: <a@b>\r\n\r\nSECRET", "it is broken", reports)
    found = await troubles(office)
    assert len(found) == 2 and "<a@b>" in found[1] and "SECRET" not in found[1]
    for sentence in found:
        await office.do(ClearTrouble(code=sentence.rstrip(".").rpartition(" ")[2]), "ada")
    assert await troubles(office) == []
