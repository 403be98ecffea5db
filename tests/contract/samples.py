"""People and tickets to begin with, in one line."""

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from core.model.ids import DeliveryId, PersonId, TicketId
from core.model.outbox import Address, DeliveryState, Intent, NewDelivery, ToSpace
from core.model.people import Person, Platform
from core.model.ticket import Answer, Priority, Ticket, Visibility
from core.storage import NewTicket, UnitOfWork
from core.text import Bold, CodeBlock, Emoji, Link, ListBlock, Mention, Moment, Paragraph, Plain, Quote, Text
from tests.fakes.clock import START

NOW = START
MINUTE = timedelta(minutes=1)
_keys = count(1)

RICH = Text(
    (
        Paragraph(
            (
                Plain("Grüße, 你好 👋🏽 ‮ "),
                Bold((Plain("bold"),)),
                Mention(PersonId(7), "Ann"),
                Moment(NOW),
                Emoji("blob", "https://e.example/1.png"),
            )
        ),
        CodeBlock("x = 1\n\ty", "python"),
        Quote((Paragraph((Link("https://example.org/?a=1&b=2", (Plain("here"),)),)),)),
        ListBlock(((Paragraph((Plain("one"),)),), ()), ordered=True),
    )
)
"""A text with something of everything."""


async def a_person(work: UnitOfWork, name: str = "Ann", **more: Any) -> Person:
    return await work.people.add(name, NOW, **more)


def new_ticket(requester: PersonId, **more: Any) -> NewTicket:
    plain = NewTicket(
        key=f"{next(_keys):032x}",
        title="The printer is on fire",
        description=Text.of("It is the one on the second floor."),
        category="it",
        answers=(),
        priority=Priority.NORMAL,
        visibility=Visibility.PRIVATE,
        requester=requester,
        team="helpdesk",
        tags=(),
        door=Platform.WEB,
        at=NOW,
        alerted_in=None,
    )
    return replace(plain, **more)


async def a_ticket(work: UnitOfWork, requester: PersonId, **more: Any) -> Ticket:
    return await work.tickets.add(new_ticket(requester, **more))


async def a_requester_with_a_ticket(work: UnitOfWork) -> tuple[Person, Ticket]:
    person = await a_person(work)
    return person, await a_ticket(work, person.id)


async def reread(work: UnitOfWork, ticket: TicketId) -> Ticket:
    found = await work.tickets.get(ticket)
    assert found is not None
    return found


async def a_delivery(
    work: UnitOfWork,
    address: Address = ToSpace("leads"),  # noqa: B008 - frozen
    *,
    at: datetime = NOW,
    supersede_key: str | None = None,
    **more: Any,
) -> DeliveryId:
    new = NewDelivery(address=address, intent=Intent.ALERT, supersede_key=supersede_key, **more)
    return await work.outbox.add(new, key=f"{next(_keys):024x}", event=None, at=at)


async def state_of(work: UnitOfWork, delivery: DeliveryId) -> DeliveryState:
    found = await work.outbox.get(delivery)
    assert found is not None
    return found.state


ANSWERS = (Answer("os", "Which system?", "Linux, “6.1”"), Answer("since", "Since when?", ""))
