"""Opening a ticket: the draft that a form fills, the checks, the quotas, the ticket with its first thread."""

from collections.abc import Mapping
from datetime import timedelta

from core import limits
from core.commands import OpenTicket, SaveDraft
from core.errors import (
    N_,
    BadField,
    NoSuchDraft,
    NoSuchFile,
    TooManyOpen,
    TooManyToday,
    TooSoon,
)
from core.events import TicketOpened, UrgencyDeclared
from core.model.desk import Category, Desk, Question, QuestionKind, Quotas, UrgencySetting
from core.model.draft import ABOUT, HELD_BACK, HELD_TITLE, SIMILAR, Draft
from core.model.ids import DraftId, FileId
from core.model.people import Platform
from core.model.thread import Audience
from core.model.ticket import Answer, Priority, Ticket
from core.policy import Action, require_in_general
from core.storage import NewTicket, Outcome
from core.text import clean
from core.usecases.case import Case
from core.usecases.threads import make_threads

_DAY = timedelta(days=1)
FAQ_KEYS = frozenset({"question", "answer", "faq", "base", "source", "names"})
"""What the form of a FAQ gathers besides a category: all that a draft holds for it."""
_HELD = frozenset({HELD_BACK, HELD_TITLE, ABOUT})
"""What is kept of a command that was not done, since it looks as if it held a secret."""


class UnknownCategory(BadField):
    template = N_("There is no category “{name}”. Choose one of: {choices}.")


class NotAChoice(BadField):
    template = N_("{name}: “{value}” is not one of its choices: {choices}.")


class UrgentNotHere(BadField):
    template = N_("Priority: this desk does not let requesters choose urgent. Choose high and say why it cannot wait.")


async def save_draft(command: SaveDraft, case: Case) -> Outcome:
    """Start a draft or add to one. Only what the form asks is kept. Files are attached only when the ticket is opened.

    Raises NoSuchFile and TooManyOf, so that a draft never holds what it could not be opened with.
    """
    require_in_general(Action.OPEN, case.asker)
    values: Mapping[str, str] = {}
    files: tuple[FileId, ...] = ()
    if command.draft is not None:
        earlier = await own_draft(command.draft, case)
        values, files = earlier.values, earlier.files
    if command.files is not None:
        files = tuple(dict.fromkeys(command.files))
        await _check_files(files, case)
    asked = _asked(case.desk)
    given = {key: clean(value)[: limits.TEXT + 1] for key, value in command.values.items() if key in asked}
    draft = Draft(
        id=command.draft or DraftId(case.keys.token()),
        person=case.asker.id,
        values={**values, **given},
        files=files,
        updated_at=case.now,
    )
    await case.work.drafts.put(draft)
    return Outcome(draft=draft.id)


def _asked(desk: Desk) -> frozenset[str]:
    """The keys of all that the form can ask."""
    answers = (category.input_key(one) for category in desk.categories.values() for one in category.questions)
    return frozenset({"title", "category", "priority", "description", SIMILAR, *_HELD, *answers, *FAQ_KEYS})


async def own_draft(draft: DraftId, case: Case) -> Draft:
    """Raises NoSuchDraft: another's draft is as absent as one that never was."""
    found = await case.work.drafts.get(draft)
    if found is None or found.person != case.asker.id:
        raise NoSuchDraft
    return found


async def end_draft(draft: DraftId, case: Case) -> Mapping[str, str]:
    """What it held. Raises NoSuchDraft, also where it was sent or ended meanwhile."""
    found = await own_draft(draft, case)
    if not await case.work.drafts.delete(draft):
        raise NoSuchDraft
    return found.values


async def open_ticket(command: OpenTicket, case: Case) -> Outcome:
    require_in_general(Action.OPEN, case.asker)
    category = _category(command.category, case)
    title = limits.line(N_("The title"), command.title, limits.TITLE)
    description = limits.text(N_("The description"), command.description)
    answers = check_answers(category, command.answers)
    priority, asked_urgent = _priority(command.priority, case)
    await _check_quotas(case, urgent=asked_urgent or priority is Priority.URGENT)
    ticket = await case.work.tickets.add(
        NewTicket(
            key=case.keys.hex(32),
            title=title,
            description=description,
            category=category.key,
            answers=answers,
            priority=priority,
            visibility=category.visibility,
            requester=case.asker.id,
            team=category.team,
            tags=limits.tags(command.tags),
            door=case.actor.door,
            at=case.now,
            alerted_in=category.alert_space if priority in case.desk.alert_priorities else None,
        )
    )
    await attach(command.files, ticket, case)
    await case.work.threads.add(ticket.id, Platform.WEB, Audience.REQUESTER, external_id=ticket.ref)
    await make_threads(ticket, case)
    if command.draft is not None:
        await end_draft(command.draft, case)
    case.change(
        ticket,
        TicketOpened(
            ticket=ticket.id,
            requester=ticket.requester,
            category=ticket.category,
            team=ticket.team,
            priority=ticket.priority,
        ),
    )
    if asked_urgent:
        case.record(UrgencyDeclared(ticket=ticket.id, message=None, granted=priority is Priority.URGENT))
    return Outcome(ticket=ticket.id)


async def attach(files: tuple[FileId, ...], ticket: Ticket, case: Case, message: Outcome | None = None) -> None:
    """Give uploaded files to a ticket or its message, one that is named twice once.

    Raises NoSuchFile for one not the asker's, or sent already.
    """
    once = tuple(dict.fromkeys(files))
    await _check_files(once, case)
    if once:
        await case.work.files.attach(once, ticket.id, message.message if message else None)


async def _check_files(files: tuple[FileId, ...], case: Case) -> None:
    if len(files) > limits.FILES:
        raise limits.TooManyOf(name=N_("Files"), count=len(files), limit=limits.FILES)
    for file in files:
        found = await case.work.files.get(file)
        if found is None or found.owner != case.asker.id or found.ticket is not None:
            raise NoSuchFile


def check_answers(category: Category, given: Mapping[str, str]) -> tuple[Answer, ...]:
    """The answers to the category's questions, in their order; what belongs to another category is left out.

    Raises FieldEmpty, FieldTooLong or NotAChoice with the question's own label.
    """
    answers = (Answer(q.key, q.label, _answer(q, given.get(q.key, ""))) for q in category.questions)
    return tuple(answer for answer in answers if answer.value)


def _answer(question: Question, given: str) -> str:
    value = clean(given).strip()
    if not value:
        if question.required:
            raise limits.FieldEmpty(name=question.label)
        return ""
    if question.kind is QuestionKind.CHOICE:
        chosen = next((choice for choice in question.choices if choice.casefold() == value.casefold()), None)
        if chosen is None:
            raise NotAChoice(name=question.label, value=value, choices=", ".join(question.choices))
        return chosen
    if len(value) > limits.ANSWER:
        raise limits.FieldTooLong(name=question.label, length=len(value), limit=limits.ANSWER)
    return limits.line(question.label, value, limits.ANSWER) if question.kind is QuestionKind.LINE else value


def _category(key: str, case: Case) -> Category:
    category = case.desk.categories.get(key)
    if category is None:
        raise UnknownCategory(name=key, choices=", ".join(case.desk.categories))
    return category


def _priority(wanted: Priority, case: Case) -> tuple[Priority, bool]:
    """The priority that it opens with, and whether urgency was asked for."""
    if wanted is not Priority.URGENT:
        return wanted, False
    if case.asker.is_staff:
        return wanted, False
    match case.desk.urgent_by_requester:
        case UrgencySetting.ALLOW:
            return wanted, True
        case UrgencySetting.ASK:
            return Priority.HIGH, True
        case UrgencySetting.DENY:
            raise UrgentNotHere


async def _check_quotas(case: Case, *, urgent: bool) -> None:
    """One opened as urgent is never refused. The person's row is held, so that two at once are counted one by one."""
    if urgent:
        return
    quotas: Quotas = case.desk.quotas
    person, mend = case.asker.id, _mend(case)
    await case.work.people.get(person, lock=True)
    count = await case.work.tickets.count_open_by(person)
    if count >= quotas.open_tickets_per_person:
        raise TooManyOpen(count=count, limit=quotas.open_tickets_per_person, urgent=mend)
    opened = await case.work.tickets.opened_since(person, case.now - max(_DAY, quotas.cooldown))
    today = [at for at in opened if at >= case.now - _DAY]
    if len(today) >= quotas.tickets_per_day:
        free_at = today[-quotas.tickets_per_day] + _DAY
        wait = span(free_at - case.now)
        raise TooManyToday(count=len(today), limit=quotas.tickets_per_day, wait=wait, urgent=mend)
    if opened and case.now - opened[-1] < quotas.cooldown:
        raise TooSoon(wait=span(opened[-1] + quotas.cooldown - case.now), urgent=mend)


def _mend(case: Case) -> str:
    if case.asker.is_staff or case.desk.urgent_by_requester is not UrgencySetting.DENY:
        return N_("If it is urgent, open it as urgent: that is never refused.")
    return N_("If it cannot wait, say so in a ticket that you have open.")


def span(time: timedelta) -> str:
    """A short length of time as people write it: ``45 s``, ``12 min``, ``3 h``, rounded up."""
    seconds = max(1, -int(-time.total_seconds() // 1))
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{-(-seconds // 60)} min"
    return f"{-(-seconds // 3600)} h"
