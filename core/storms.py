"""Many alerts of one space as one card: which of them somebody still needs, and where each is acknowledged."""

from collections.abc import Sequence
from datetime import datetime

from core.alerting import level_of, link_of, still_calling
from core.cards.calls import Listed, many_alerts
from core.cards.ticket import url_of
from core.composing import compose, reader_of
from core.model.desk import Desk
from core.model.outbox import Delivery, Intent
from core.ports import Parcel, Signer
from core.scene import Skip
from core.storage import UnitOfWork


async def compose_many(
    delivery: Delivery, told: Sequence[Delivery], work: UnitOfWork, desk: Desk, now: datetime, signer: Signer
) -> Parcel | Skip:
    """The parcel of ``delivery``, which tells those of ``told`` too. A ticket that is called about needs no alert
    beside it."""
    found = [(one, await _listed(one, work, desk, now, signer)) for one in (delivery, *told)]
    needed = [(one, listed) for one, listed in found if listed is not None]
    called = {listed.ticket.id for _, listed in needed if listed.escalation is not None}
    shown = [(one, listed) for one, listed in needed if listed.escalation is not None or listed.ticket.id not in called]
    if not shown:
        return Skip("nobody needs any of them any more")
    if [one.id for one, _ in shown] == [delivery.id]:
        return await compose(delivery, work, desk, now, signer)
    assignees = {one.ticket.assignee for _, one in shown if one.ticket.assignee is not None}
    names = await work.people.named(sorted(assignees))
    card = many_alerts([listed for _, listed in shown], names, desk, reader_of(None, desk, now))
    return Parcel(delivery=delivery, address=delivery.address, content=card)


async def _listed(delivery: Delivery, work: UnitOfWork, desk: Desk, now: datetime, signer: Signer) -> Listed | None:
    """None where nobody needs it any more: as for a card of its own, and an alert about what is over."""
    ticket = await work.tickets.get(delivery.ticket) if delivery.ticket is not None else None
    if ticket is None or not ticket.status.is_live:
        return None
    if delivery.intent is Intent.ALERT:
        return Listed(ticket=ticket, escalation=None, level=0, url=url_of(ticket, desk))
    escalation = await still_calling(delivery, ticket, work)
    if isinstance(escalation, str):
        return None
    record = await work.events.get(delivery.event) if delivery.event is not None else None
    level = level_of(record.event if record is not None else None, escalation)
    return Listed(ticket=ticket, escalation=escalation, level=level, url=link_of(escalation, desk, signer, now))
