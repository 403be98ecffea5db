"""The documents that search and similarity look in, made of what tickets and FAQs say now."""

from collections.abc import Iterable, Sequence

from core.model.faq import Faq, FaqState, faq_ref
from core.model.ids import FaqId, TicketId
from core.model.similar import Item, Kind
from core.model.thread import Message, MessageKind
from core.model.ticket import Ending, Ticket
from core.similar import FAQ_DRAFT_GROUP, FAQ_GROUP, group_of, text_of
from core.storage import PART, Document, UnitOfWork

BODY = 4_000
"""Characters of a description that count as its beginning."""
_SAID = 100_000
"""Characters of what was said, the newest of it."""


async def document_of(item: Item, work: UnitOfWork) -> Document | None:
    """As it is now; None for what is not there, or is not to be found any more."""
    match item.kind:
        case Kind.TICKET:
            ticket = await work.tickets.get(TicketId(item.id))
            if ticket is None:
                return None
            said = await work.messages.of(ticket.id, kinds=frozenset(MessageKind))
            return ticket_document(ticket, said)
        case Kind.FAQ:
            faq = await work.faqs.get(FaqId(item.id))
            return faq_document(faq) if faq is not None else None


def ticket_document(ticket: Ticket, messages: Sequence[Message]) -> Document | None:
    """None for one that was withdrawn, since its requester wants it gone, and for one that was erased."""
    if ticket.ending in (Ending.WITHDRAWN, Ending.ERASED):
        return None
    description = ticket.description.plain()
    body, rest = description[:BODY], description[BODY:]
    answers = [f"{answer.label}: {answer.value}" for answer in ticket.answers if answer.value]
    facts = [marks_of(ticket), *answers, rest]
    return Document(
        item=Item(Kind.TICKET, ticket.id),
        title=ticket.title,
        body=body,
        said=PART.join([*(part for part in facts if part), *_newest(messages, MessageKind.REPLY)]),
        noted=PART.join(_newest(messages, MessageKind.NOTE)),
        meaning=text_of(ticket.title, body),
        group=group_of(ticket.category, ticket.visibility),
        owner=ticket.requester,
    )


def marks_of(ticket: Ticket) -> str:
    """The part by which its ref and its tags are found, and which says nothing to a reader."""
    return " ".join((ticket.ref, *ticket.tags))


def _newest(messages: Iterable[Message], kind: MessageKind) -> Sequence[str]:
    """Oldest first; of more than there is room for, the newest."""
    kept, room = [], _SAID
    for message in reversed([one for one in messages if one.kind is kind and one.undone_at is None]):
        words = message.text.plain()[:room]
        if not words:
            continue
        kept.append(words)
        room -= len(words)
        if room <= 0:
            break
    return kept[::-1]


def faq_document(faq: Faq) -> Document | None:
    """Its published words; of one that never was published, its latest ones. None for one that is retired."""
    if faq.state is FaqState.RETIRED:
        return None
    version = faq.published or faq.latest
    answer = version.answer.plain()
    return Document(
        item=Item(Kind.FAQ, faq.id),
        title=version.question,
        body=answer[:BODY],
        said=PART.join(part for part in (faq_ref(faq.id), answer[BODY:]) if part),
        meaning=text_of(version.question, answer[:BODY]),
        group=FAQ_GROUP if faq.published is not None else FAQ_DRAFT_GROUP,
        owner=None,
    )
