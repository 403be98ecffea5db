"""Answers that were there already: what somebody says who needs no ticket of their own any more."""

from core.commands import FoundAnswer
from core.errors import N_, Clash, NoSuchFaq
from core.events import AnswerFound, FaqRated
from core.model.faq import faq_ref
from core.model.ids import FaqId
from core.policy import Action, is_public, require_in_general
from core.storage import Outcome
from core.usecases.case import Case
from core.usecases.opening import end_draft


class NoAnswerYet(Clash):
    template = N_("{ref} is not resolved yet: follow it, and you hear when it is.")


async def found_answer(command: FoundAnswer, case: Case) -> Outcome:
    """A FAQ counts as helpful to them besides. The draft ends.

    Raises NoSuchDraft where it was sent or ended meanwhile, NoSuchFaq, NoSuchTicket and NoAnswerYet.
    """
    require_in_general(Action.OPEN, case.asker)
    if command.faq is not None:
        await _helpful(command.faq, case)
    elif command.found is not None:
        ticket = await case.ticket(command.found, Action.SEE)
        if ticket.status.is_live:
            raise NoAnswerYet(ref=ticket.ref)
    if command.draft is not None:
        await end_draft(command.draft, case)
    case.record(AnswerFound(faq=command.faq, found=command.found, deflected=command.draft is not None))
    return Outcome(faq=command.faq)


async def _helpful(faq: FaqId, case: Case) -> None:
    found = await case.work.faqs.get(faq)
    if found is None or not is_public(found, case.desk):
        raise NoSuchFaq(ref=faq_ref(faq))
    if await case.work.faqs.rate(faq, case.asker.id, case.now, helpful=True):
        case.record(FaqRated(faq=faq, helpful=True))
