"""What people look at of the FAQs: permissions first, then everything else."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from core.cards.faq import FaqView
from core.commands import Actor
from core.errors import N_, NoSuchFaq, NoSuchTicket, NotAllowed
from core.events import TicketResolved
from core.model.desk import Desk
from core.model.faq import Faq, FaqState, FaqVersion, faq_ref
from core.model.ids import FaqId, PersonId, TicketId
from core.model.people import Person
from core.model.thread import Message, MessageKind
from core.model.ticket import Ticket
from core.policy import Action, is_public, may_in_general, public_faq_categories, require, require_in_general
from core.ports import Clock
from core.rules.personal import Finding
from core.storage import FaqQuery, Store, Traced, UnitOfWork
from core.text import Text
from core.usecases.faqs import NotResolvedYet, TooSensitive, findings_in, names_with
from core.vocabulary import Choice

_MOST_WORDS = 12
_CANDIDATES = 200
_MOST = 100
_CURRENT = frozenset({FaqState.DRAFT, FaqState.PUBLISHED})
_COMMON = frozenset(
    re.findall(
        r"\w+",
        "a am an and are as at be by can do does for from get how i if in is it me my not of on or our so that the "
        "there this to was we what when where which who why will with you your",
    )
)
"""Words that nearly every question has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What of a ticket a FAQ can be made of."""

    question: str
    answer: Text
    category: str
    source: TicketId
    names: Sequence[str]


class FaqReading:
    """Reads for one desk. An ``actor`` without a person is somebody who is not signed in: every method raises
    NotAllowed for them unless the desk's FAQs are public."""

    def __init__(self, store: Store, desk: Desk, clock: Clock) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock

    async def search(self, words: str, actor: Actor, *, category: str | None = None) -> Sequence[FaqView]:
        """Those that have most of the words, the most fitting first; all of them where there are no words. Of at most
        100."""
        async with self._store.read() as work:
            person = await self._reader(actor, work)
            found = await self._find(words, person, category, work)
            return await self._views(found, person, work)

    async def _find(self, words: str, person: Person | None, category: str | None, work: UnitOfWork) -> Sequence[Faq]:
        wanted = words_in(words)
        if words.strip() and not wanted:
            return []
        public = None if may_read_all(person) else public_faq_categories(self._desk)
        most = _CANDIDATES if wanted else _MOST
        query = FaqQuery(public=public, states=_CURRENT, category=category, words=wanted, limit=most)
        found = await work.faqs.find(query)
        if not wanted:
            return found
        return ranked(found, wanted, shown=lambda faq: faq.latest if public is None else faq.published or faq.latest)

    async def shelves(self, actor: Actor) -> Mapping[str, Sequence[FaqView]]:
        """What everybody reads, the staff too, by category: the desk's order, and at the end those of none."""
        async with self._store.read() as work:
            await self._reader(actor, work)
            public = public_faq_categories(self._desk)
            found = await work.faqs.find(FaqQuery(public=public, limit=_CANDIDATES))
            order = [*self._desk.categories, ""]
            views = [FaqView(faq=faq, shown=faq.published) for faq in found if faq.published is not None]
        views.sort(key=lambda view: order.index(view.shown.category))
        return {key: list(group) for key, group in groupby(views, key=lambda view: view.shown.category)}

    async def tended(self, actor: Actor, *, which: str) -> Sequence[FaqView]:
        """For the staff. ``which``: ``waiting`` (drafts, and what is newer than its published version), ``stale`` or
        ``retired``."""
        async with self._store.read() as work:
            person = await self._reader(actor, work)
            if person is None or not may_read_all(person):
                return []
            query = {
                "waiting": FaqQuery(waiting=True, limit=_CANDIDATES),
                "stale": FaqQuery(stale_at=self._clock.now(), limit=_CANDIDATES),
                "retired": FaqQuery(states=frozenset({FaqState.RETIRED}), limit=_CANDIDATES),
            }[which]
            return await self._views(await work.faqs.find(query), person, work)

    async def view(self, faq: FaqId, actor: Actor) -> FaqView:
        """Raises NoSuchFaq."""
        async with self._store.read() as work:
            person = await self._reader(actor, work)
            found = await work.faqs.get(faq)
            if found is None or not (may_read_all(person) or is_public(found, self._desk)):
                raise NoSuchFaq(ref=faq_ref(faq))
            [view] = await self._views([found], person, work, whole=True)
            return view

    async def versions(self, faq: FaqId, actor: Actor) -> Sequence[tuple[FaqVersion, str]]:
        """For the staff: each with the name of who saved it, the newest first. Raises NoSuchFaq for anybody else."""
        async with self._store.read() as work:
            if not may_read_all(await self._reader(actor, work)):
                raise NoSuchFaq(ref=faq_ref(faq))
            found = await work.faqs.versions(faq)
            names = await work.people.named(sorted({version.by for version in found}))
        return [(version, names.get(version.by, "?")) for version in found]

    async def names(self, faq: Faq) -> Sequence[str]:
        """Of the people with the ticket that it came from."""
        async with self._store.read() as work:
            return await names_with(faq.source, work)

    async def findings(self, view: FaqView, actor: Actor) -> Sequence[Finding]:
        """What may be about a person in a version that is not published yet: for the staff."""
        async with self._store.read() as work:
            is_out = view.faq.state is FaqState.PUBLISHED and not view.faq.waits
            if is_out or not may_read_all(await self._reader(actor, work)):
                return []
            return await findings_in(view.shown, view.faq.source, self._desk, work)

    async def refs(self, actor: Actor) -> Sequence[Choice]:
        """To choose one from, by ref and question."""
        async with self._store.read() as work:
            person = await self._reader(actor, work)
            found = await self._find("", person, None, work)
            shown = [(one, one.latest if may_read_all(person) else one.published or one.latest) for one in found]
        return [Choice(one.ref, f"{one.ref} {version.question}") for one, version in shown]

    async def material(self, ticket: TicketId, actor: Actor) -> Material:
        """What a FAQ can be made of: the title, and the answer that resolved the ticket, else the staff's last reply.

        Raises NoSuchTicket, NotAllowed, TooSensitive and NotResolvedYet.
        """
        async with self._store.read() as work:
            person = await self._reader(actor, work)
            found = await work.tickets.get(ticket)
            if person is None or found is None:
                raise NoSuchTicket(ref=f"T-{ticket}")
            require_in_general(Action.FAQ_DRAFT, person)
            require(Action.SEE_NOTES, person, found, self._desk, self._clock.now())
            if self._desk.is_sensitive(found.category):
                raise TooSensitive(ref=found.ref)
            if found.status.is_live:
                raise NotResolvedYet(ref=found.ref)
            return Material(
                question=found.title,
                answer=await answer_of(found, work),
                category=found.category,
                source=found.id,
                names=await names_with(found.id, work),
            )

    async def _views(
        self, found: Sequence[Faq], person: Person | None, work: UnitOfWork, *, whole: bool = False
    ) -> Sequence[FaqView]:
        """``whole``: with what the person said of it, and who wrote it."""
        reads_all = may_read_all(person)
        names = await work.people.named(sorted({one.latest.by for one in found})) if whole and reads_all else {}
        views = []
        for faq in found:
            shown = faq.latest if reads_all else faq.published
            if shown is not None:
                rating = await work.faqs.rating(faq.id, person.id) if whole and person is not None else None
                views.append(FaqView(faq=faq, shown=shown, rating=rating, names=names))
        return views

    async def _reader(self, actor: Actor, work: UnitOfWork) -> Person | None:
        """Raises NotAllowed."""
        person = await work.people.get(actor.person) if actor.person is not None else None
        if person is None and not self._desk.faq_public:
            raise NotAllowed(what=N_("read this"), who=N_("a person who is signed in"))
        return person


def may_read_all(person: Person | None) -> bool:
    """Whether somebody reads drafts, too: the staff."""
    return person is not None and may_in_general(Action.FAQ_DRAFT, person)


def words_in(words: str) -> tuple[str, ...]:
    """What to look for, folded: each once, the common ones left out where there are others; 12 at most."""
    found = tuple(dict.fromkeys(re.findall(r"\w+", words.casefold())))
    return (tuple(word for word in found if word not in _COMMON) or found)[:_MOST_WORDS]


def ranked(found: Sequence[Faq], words: Sequence[str], shown: Callable[[Faq], FaqVersion]) -> Sequence[Faq]:
    """Those with at least half of the words, or both of two, the most fitting first: a word in the question counts
    twice."""
    enough = len(words) if len(words) <= 2 else (len(words) + 1) // 2

    def fit(faq: Faq) -> tuple[int, int]:
        version = shown(faq)
        question, answer = version.question.casefold(), version.answer.plain().casefold()
        held = [word for word in words if word in question or word in answer]
        return len(held), len(held) + sum(word in question for word in held)

    fits = [(fit(faq), faq) for faq in found]
    good = [(weight, faq) for (held, weight), faq in fits if held >= enough]
    return [faq for _weight, faq in sorted(good, key=lambda one: (-one[0], one[1].id))][:_MOST]


async def answer_of(ticket: Ticket, work: UnitOfWork) -> Text:
    """What resolved the ticket: the answer given with the resolution, else the last reply of the staff. What a split
    moved into another ticket is read there alone."""
    resolutions = await work.events.of(ticket.id, traced=Traced(only=frozenset({TicketResolved})))
    told = [record.event.answer for record in resolutions if isinstance(record.event, TicketResolved)]
    said = await work.messages.get(told[-1]) if told and told[-1] is not None else None
    if said is None or said.undone_at is not None or said.ticket != ticket.id:
        said = await _last_by_staff(ticket, work)
    return said.text if said is not None else Text()


async def _last_by_staff(ticket: Ticket, work: UnitOfWork) -> Message | None:
    replies = await work.messages.of(ticket.id, kinds=frozenset({MessageKind.REPLY}))
    staff: dict[PersonId, bool] = {ticket.requester: False}
    for message in reversed(replies):
        if message.author not in staff:
            author = await work.people.get(message.author)
            staff[message.author] = author is not None and author.is_staff
        if staff[message.author] and message.undone_at is None:
            return message
    return None
