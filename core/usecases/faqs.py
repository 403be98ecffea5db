"""Frequently asked questions: written by the staff, published by those who lead, rated by whoever reads them."""

from collections.abc import Sequence
from datetime import timedelta

from core import limits
from core.commands import CreateFaq, EditFaq, PublishFaq, RateFaq, RetireFaq
from core.errors import N_, AlreadySo, BadField, Clash, NoSuchFaq
from core.events import FaqDrafted, FaqEdited, FaqPublished, FaqRated, FaqRetired
from core.model.desk import Desk
from core.model.faq import Faq, FaqState, FaqVersion, faq_ref
from core.model.ids import DraftId, FaqId, PersonId, TicketId
from core.policy import Action, is_public, public_faq_categories, require_in_general
from core.rules.personal import Finding, personal_in
from core.storage import Outcome, UnitOfWork
from core.usecases.case import Case
from core.usecases.opening import own_draft


class NotForEverybody(BadField):
    template = N_("Category: “{name}” is none that everybody may read of. Choose another, or none.")


class TooSensitive(Clash):
    template = N_("{ref} is sensitive: nothing of it goes into a FAQ. Write one without it with /faq add.")


class NotResolvedYet(Clash):
    template = N_("{ref} is not resolved yet: a FAQ is made of what is answered.")


class SavedMeanwhile(Clash):
    template = N_(
        "{name} saved version {number} of {ref} meanwhile. Nothing of yours was saved: look at theirs, then try again."
    )


class ClearFirst(Clash):
    template = N_("{ref}: look first at what may be about a person ({count} found), and then confirm it.")

    faq: Faq
    findings: Sequence[Finding]
    """What looks like personal data."""

    @classmethod
    def of(cls, faq: Faq, findings: Sequence[Finding]) -> "ClearFirst":
        """With what is to be looked at, for the card that asks."""
        made = cls(ref=faq.ref, count=len(findings))
        made.faq, made.findings = faq, findings
        return made


async def create_faq(command: CreateFaq, case: Case) -> Outcome:
    """A draft. ``source`` must be a ticket that the asker sees as staff, resolved and not sensitive."""
    require_in_general(Action.FAQ_DRAFT, case.asker)
    if command.source is not None:
        ticket = await case.ticket(command.source, Action.SEE_NOTES)
        if case.desk.is_sensitive(ticket.category):
            raise TooSensitive(ref=ticket.ref)
        if ticket.status.is_live:
            raise NotResolvedYet(ref=ticket.ref)
    first = _version(1, command, case)
    await _end(command.draft, case)
    faq = await case.work.faqs.add(first, source=command.source)
    case.record(FaqDrafted(faq=faq.id, source=command.source))
    return Outcome(faq=faq.id)


async def edit_faq(command: EditFaq, case: Case) -> Outcome:
    """Another version; what is published stays as it is. Saved as it was, it is no version."""
    require_in_general(Action.FAQ_DRAFT, case.asker)
    faq = await _faq(command.faq, case)
    await _check_base(faq, command.base, case)
    version = _version(faq.latest.number + 1, command, case)
    await _end(command.draft, case)
    if version.says_the_same(faq.latest):
        return Outcome(faq=faq.id)
    await case.work.faqs.save(faq.edit(version))
    case.record(FaqEdited(faq=faq.id, number=version.number))
    return Outcome(faq=faq.id)


def _version(number: int, command: CreateFaq | EditFaq, case: Case) -> FaqVersion:
    if command.category not in public_faq_categories(case.desk):
        raise NotForEverybody(name=case.desk.category_name(command.category))
    return FaqVersion(
        number=number,
        question=limits.line(N_("The question"), command.question, limits.TITLE),
        answer=limits.text(N_("The answer"), command.answer),
        category=command.category,
        by=case.asker.id,
        at=case.now,
    )


async def _end(draft: DraftId | None, case: Case) -> None:
    """Of two sendings of one form, the later finds it gone. Raises NoSuchDraft."""
    if draft is not None:
        await own_draft(draft, case)
        await case.work.drafts.delete(draft)


async def publish_faq(command: PublishFaq, case: Case) -> Outcome:
    """Its latest version, until its review is due. Raises ClearFirst where something in it looks like personal data."""
    require_in_general(Action.FAQ_PUBLISH, case.asker)
    faq = await _faq(command.faq, case)
    await _check_base(faq, command.base, case)
    if faq.latest.category not in public_faq_categories(case.desk):
        raise NotForEverybody(name=case.desk.category_name(faq.latest.category))
    findings = await findings_in(faq.latest, faq.source, case.desk, case.work)
    if findings and not command.cleared:
        raise ClearFirst.of(faq, findings)
    review_at = case.now + timedelta(days=case.desk.faq_review_days)
    await case.work.faqs.save(faq.publish(case.now, review_at))
    case.record(FaqPublished(faq=faq.id, number=faq.latest.number, cleared=bool(findings)))
    return Outcome(faq=faq.id)


async def retire_faq(command: RetireFaq, case: Case) -> Outcome:
    require_in_general(Action.FAQ_PUBLISH, case.asker)
    faq = await _faq(command.faq, case)
    if faq.state is FaqState.RETIRED:
        raise AlreadySo(ref=faq.ref, what=N_("it is retired"))
    await case.work.faqs.save(faq.retire())
    case.record(FaqRetired(faq=faq.id))
    return Outcome(faq=faq.id)


async def rate_faq(command: RateFaq, case: Case) -> Outcome:
    """By anybody who may act, of what everybody reads."""
    require_in_general(Action.OPEN, case.asker)
    faq = await _faq(command.faq, case)
    if not is_public(faq, case.desk):
        raise NoSuchFaq(ref=faq.ref)
    if await case.work.faqs.rate(faq.id, case.asker.id, case.now, helpful=command.helpful):
        case.record(FaqRated(faq=faq.id, helpful=command.helpful))
    return Outcome(faq=faq.id)


async def findings_in(version: FaqVersion, source: TicketId | None, desk: Desk, work: UnitOfWork) -> Sequence[Finding]:
    """What in a FAQ may be about a person, or secret; the names of those who are with the ticket that it came from
    count."""
    words = f"{version.question}\n{version.answer.plain()}"
    return personal_in(words, await names_with(source, work), desk.secret_patterns)


async def names_with(source: TicketId | None, work: UnitOfWork) -> Sequence[str]:
    """The names of a ticket's people, as they are called now."""
    ticket = await work.tickets.get(source) if source is not None else None
    if ticket is None:
        return []
    there: set[PersonId] = {ticket.requester, *ticket.participants}
    if ticket.assignee is not None:
        there.add(ticket.assignee)
    return sorted((await work.people.named(sorted(there))).values())


async def _faq(faq: FaqId, case: Case) -> Faq:
    """Raises NoSuchFaq."""
    found = await case.work.faqs.get(faq)
    if found is None:
        raise NoSuchFaq(ref=faq_ref(faq))
    return found


async def _check_base(faq: Faq, base: int | None, case: Case) -> None:
    if base is not None and base != faq.latest.number:
        raise SavedMeanwhile(name=await case.name_of(faq.latest.by), number=faq.latest.number, ref=faq.ref)
