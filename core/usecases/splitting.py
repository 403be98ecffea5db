"""Messages that are about something else become a ticket of their own, of the same requester."""

from collections.abc import Sequence
from dataclasses import replace

from core import limits
from core.commands import SplitTicket
from core.errors import N_, BadField, MergedAway, NoSuchMessage
from core.events import MessageMovedAway, MessageMovedHere, SplitOff, TicketOpened, TicketSplit
from core.model.ids import ref_of
from core.model.people import Platform
from core.model.thread import Audience, Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Action
from core.storage import NewTicket, Outcome
from core.text import Text
from core.usecases.case import Case
from core.usecases.threads import make_threads
from core.usecases.withholding import looks_secret

MOST = 100
"""Messages that one split moves."""


class NothingChosen(BadField):
    template = N_("{ref}: choose the messages that become a ticket of their own.")


class SecretTitle(BadField):
    """Its student reads it: of a title nobody is asked, since other words are found easily."""

    template = N_("The title looks as if it held {what}, and the student reads it: choose another.")


async def split_ticket(command: SplitTicket, case: Case) -> Outcome:
    """Words, files and reactions move; copies on platforms stay where they were said. Participants who wrote some of
    it take part in the new ticket. Raises NoSuchMessage where one of ``messages`` is not the ticket's."""
    ticket = await case.ticket(command.ticket, Action.COMBINE)
    if ticket.merged_into is not None:
        raise MergedAway(ref=ticket.ref, into=ref_of(ticket.merged_into))
    title = limits.line(N_("The title"), command.title, limits.TITLE)
    if seen := looks_secret(MessageKind.REPLY, Text.of(title), ticket, case):
        raise SecretTitle(what=seen)
    moving = await _chosen(command, ticket, case)
    made = await case.work.tickets.add(_new(ticket, title, case))
    await case.work.combining.move_messages([message.id for message in moving], made.id)
    writers = {message.author for message in moving if message.kind is MessageKind.REPLY}
    made = replace(made, participants=ticket.participants & writers)
    another = case.of_another()
    await case.work.threads.add(made.id, Platform.WEB, Audience.REQUESTER, external_id=made.ref)
    await make_threads(made, another)
    another.change(made, *_opened(made, ticket), *(_moved_here(message, made, ticket) for message in moving))
    case.change(
        ticket,
        TicketSplit(ticket=ticket.id, into=made.id),
        *(MessageMovedAway(ticket=ticket.id, message=one.id, kind=one.kind, into=made.id) for one in moving),
    )
    return Outcome(ticket=made.id)


async def _chosen(command: SplitTicket, ticket: Ticket, case: Case) -> Sequence[Message]:
    chosen = tuple(dict.fromkeys(command.messages))
    if not chosen:
        raise NothingChosen(ref=ticket.ref)
    if len(chosen) > MOST:
        raise limits.TooManyOf(name=N_("Messages"), count=len(chosen), limit=MOST)
    found = await case.work.messages.among(chosen)
    theirs = [message for message in found if message.ticket == ticket.id and message.undone_at is None]
    if len(theirs) < len(chosen):
        raise NoSuchMessage
    return theirs


def _new(ticket: Ticket, title: str, case: Case) -> NewTicket:
    category = case.desk.categories.get(ticket.category)
    alerts = category is not None and ticket.priority in case.desk.alert_priorities
    return NewTicket(
        key=case.keys.hex(32),
        title=title,
        description=Text(),
        category=ticket.category,
        answers=ticket.answers,
        priority=ticket.priority,
        visibility=ticket.visibility,
        requester=ticket.requester,
        team=ticket.team,
        tags=ticket.tags,
        door=ticket.door,
        at=case.now,
        alerted_in=category.alert_space if category is not None and alerts else None,
    )


def _opened(made: Ticket, ticket: Ticket) -> tuple[TicketOpened, SplitOff]:
    opened = TicketOpened(
        ticket=made.id, requester=made.requester, category=made.category, team=made.team, priority=made.priority
    )
    return opened, SplitOff(ticket=made.id, source=ticket.id)


def _moved_here(message: Message, made: Ticket, ticket: Ticket) -> MessageMovedHere:
    return MessageMovedHere(
        ticket=made.id, message=message.id, kind=message.kind, source=ticket.id, person=message.author
    )
