"""What may answer a question before a ticket is opened for it: similar tickets and FAQs that whoever asks may see.

Of the private tickets of others nothing comes out but how many people wait for something like it, from bot.toml's floor
on, and which of them the desk itself may let somebody follow unseen. The semantic index may lag behind the database, so
the database has the last word on who may see what; and what is shown was asked of ``core/policy.py`` besides.
"""

from asyncio import create_task, gather, to_thread
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from core.cards.faq import faq_url
from core.cards.ticket import url_of
from core.commands import Actor
from core.composing import reader_of
from core.faqs import answer_of
from core.finding import Pointed, find_similar
from core.model.desk import Desk
from core.model.ids import FaqId, PersonId, TicketId
from core.model.people import Person
from core.model.similar import Item, Kind, Scope, Similar
from core.model.suggestion import NOTHING, Answer, Suggestion, Suggestions
from core.model.ticket import WORDS, Ending, Ticket, Visibility
from core.policy import Action, is_public, may, may_in_general, sight_of
from core.ports import Clock, Embedder, SemanticIndex
from core.reading import asker_of
from core.similar import REPORTED, SHARED, Question, blind_scope, is_sure, scope_of, why
from core.storage import Sight, Store, TicketQuery, UnitOfWork
from core.text import clean_line, shorten

_LOOKED_THROUGH = 30
"""Of those in order, how many are looked at for ones that may be shown."""
_MINE = 200
"""Tickets that the person is part of, the newest."""
_EXCERPT = 300
"""Characters of an answer beside a title."""
_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Meaning:
    """A model of meaning that is ready, and the vectors that it made."""

    embedder: Embedder
    index: SemanticIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A question, and who asks it."""

    question: Question
    pointed: Pointed | None
    person: Person
    sight: Sight
    mine: frozenset[Item]
    """The tickets that the person is part of."""
    work: UnitOfWork


class Suggesting:
    """``meaning``: what there is of it at that moment; without it words alone decide."""

    def __init__(self, store: Store, desk: Desk, clock: Clock, meaning: Callable[[], Meaning | None]) -> None:
        self._store = store
        self._desk = desk
        self._clock = clock
        self._meaning = meaning

    async def similar(self, title: str, description: str, category: str, actor: Actor) -> Suggestions:
        """As ``FrontDesk.similar``, without its deadline. Where the category is sensitive, FAQs alone."""
        question = self._question(title, description)
        if not self._desk.similar.enabled or not question.words:
            return NOTHING
        async with self._pointing(question) as pointed, self._store.read() as work:
            asked = await self._asked(question, pointed, actor, work)
            if asked is None:
                return NOTHING
            faqs_only = bool(category) and self._desk.is_sensitive(category)
            ranked = await self._visible(asked, faqs_only=faqs_only)
            items = await self._shown(asked, ranked, self._desk.similar.suggestions)
            if faqs_only:
                return Suggestions(items=items)
            hidden = await self._hidden(asked)
            return self._counted(items, hidden, await self._followed(hidden, asked))

    async def unseen(self, title: str, description: str, category: str, actor: Actor) -> TicketId | None:
        """The most similar of the private tickets that ``similar`` counted and lets the person follow; None where it
        lets them follow none. For the desk itself: its number is nobody's to know."""
        question = self._question(title, description)
        if not question.words or (category and self._desk.is_sensitive(category)):
            return None
        async with self._pointing(question) as pointed, self._store.read() as work:
            asked = await self._asked(question, pointed, actor, work)
            hidden = await self._hidden(asked) if asked is not None else []
            if len({ticket.requester for ticket in hidden}) < self._desk.similar.count_floor:
                return None
            return next((ticket.id for ticket in hidden if self._may_join(ticket)), None)

    async def answer(self, words: str, actor: Actor) -> Answer:
        """To a plain question."""
        question = self._question(words, "")
        if not question.words:
            return Answer()
        async with self._pointing(question) as pointed, self._store.read() as work:
            asked = await self._asked(question, pointed, actor, work)
            if asked is None:
                return Answer()
            ranked = await self._visible(asked, faqs_only=False)
            best = await self._best(ranked, work)
            return Answer(best=best, near=await self._shown(asked, ranked, self._desk.similar.suggestions, but=best))

    def _question(self, title: str, description: str) -> Question:
        return Question.of(title, description, self._desk.similar.synonyms)

    @asynccontextmanager
    async def _pointing(self, question: Question) -> AsyncIterator[Pointed | None]:
        """Its vector is made meanwhile."""
        meaning = self._meaning()
        if meaning is None:
            yield None
            return
        making = create_task(_vector(question, meaning.embedder))
        try:
            yield Pointed(making, meaning.index)
        finally:
            making.cancel()
            await gather(making, return_exceptions=True)

    async def _asked(
        self, question: Question, pointed: Pointed | None, actor: Actor, work: UnitOfWork
    ) -> _Asked | None:
        """None for somebody who may open no ticket."""
        person = await asker_of(actor, work)
        if not may_in_general(Action.OPEN, person):
            return None
        sight = sight_of(person, self._desk)
        mine = await work.tickets.find(TicketQuery(sight=sight, concerning=person.id, limit=_MINE))
        items = frozenset(Item(Kind.TICKET, ticket.id) for ticket in mine)
        return _Asked(question=question, pointed=pointed, person=person, sight=sight, mine=items, work=work)

    async def _visible(self, asked: _Asked, *, faqs_only: bool) -> Sequence[Similar]:
        """What the person may see, in order, as far as it is similar enough to be shown."""
        scope = scope_of(asked.sight, also=asked.mine)
        ranked = await self._ranked(asked, scope, asked.sight)
        return [one for one in ranked if _is_like(one) and (one.item.kind is Kind.FAQ or not faqs_only)]

    async def _ranked(self, asked: _Asked, scope: Scope, sight: Sight) -> Sequence[Similar]:
        """``sight``: what the database lets through, whatever the index says."""
        fulltext = asked.work.fulltext
        return await find_similar(asked.question, asked.pointed, scope, sight, fulltext, limit=_LOOKED_THROUGH)

    async def _shown(
        self, asked: _Asked, ranked: Sequence[Similar], limit: int, *, but: FaqId | None = None
    ) -> tuple[Suggestion, ...]:
        """A FAQ takes the place of the ticket that it was made of: they have the same words."""
        faqs = {one.item.id: one for one in ranked if one.item.kind is Kind.FAQ}
        shown: dict[str, Suggestion] = {}
        for one in ranked:
            if len(shown) == limit:
                break
            faq = faqs.get(await self._made_of(one, asked)) if one.item.kind is Kind.TICKET else one
            if faq is not None and faq.item.id == but:
                continue
            made = await (self._ticket(one, asked) if faq is None else self._faq(faq, asked))
            if made is not None:
                shown.setdefault(made.ref, made)
        return tuple(shown.values())

    async def _made_of(self, one: Similar, asked: _Asked) -> int:
        """The public FAQ that was made of a ticket; 0 for none."""
        ticket = TicketId(one.item.id)
        faq = (await asked.work.faqs.made_of([ticket])).get(ticket)
        return faq.id if faq is not None and is_public(faq, self._desk) else 0

    async def _ticket(self, one: Similar, asked: _Asked) -> Suggestion | None:
        ticket = await asked.work.tickets.get(TicketId(one.item.id))
        if ticket is None or not self._may_show(ticket, asked.person):
            return None
        is_solved = not ticket.status.is_live
        answer = (await answer_of(ticket, asked.work)).plain() if is_solved else ""
        followers = await asked.work.tickets.followers(ticket.id)
        return Suggestion(
            kind=Kind.TICKET,
            ref=ticket.ref,
            title=ticket.title,
            why=one.why,
            state=self._words(asked.person, WORDS[ticket.status]),
            answer=_excerpt(answer),
            followers=len(followers),
            follows=asked.person.id in ticket.people or asked.person.id in followers,
            is_solved=is_solved,
            url=url_of(ticket, self._desk),
        )

    def _may_show(self, ticket: Ticket, person: Person) -> bool:
        """Never a sensitive one, nor one whose answer is too old to be trusted or that another goes on for."""
        now = self._clock.now()
        ended = ticket.resolved_at or ticket.closed_at
        is_recent = ended is None or now - ended <= self._desk.similar.months * _MONTH
        is_gone = ticket.merged_into is not None or ticket.ending in (Ending.WITHDRAWN, Ending.ERASED)
        is_worth_it = ticket.status.is_live or (ticket.resolved_at is not None and is_recent)
        is_open_to_all = not self._desk.is_sensitive(ticket.category)
        return is_worth_it and not is_gone and is_open_to_all and may(Action.SEE, person, ticket, self._desk, now)

    async def _faq(self, one: Similar, asked: _Asked) -> Suggestion | None:
        faq = await asked.work.faqs.get(FaqId(one.item.id))
        if faq is None or faq.published is None or not is_public(faq, self._desk):
            return None
        answer = faq.published.answer.plain()
        return Suggestion(
            kind=Kind.FAQ,
            ref=faq.ref,
            title=faq.published.question,
            why=why(asked.question, faq.published.question) or why(asked.question, answer),
            state=self._words(asked.person, "FAQ"),
            answer=_excerpt(answer),
            is_solved=True,
            url=faq_url(faq, self._desk),
        )

    def _words(self, person: Person, words: str) -> str:
        return reader_of(person, self._desk, self._clock.now()).gettext(words)

    async def _best(self, ranked: Sequence[Similar], work: UnitOfWork) -> FaqId | None:
        for one in ranked:
            if one.item.kind is Kind.FAQ and is_sure(one):
                faq = await work.faqs.get(FaqId(one.item.id))
                if faq is not None and is_public(faq, self._desk):
                    return faq.id
        return None

    async def _hidden(self, asked: _Asked) -> Sequence[Ticket]:
        """Live private tickets of others like it, of which the person may know nothing: the most similar first."""
        known = asked.sight.known - asked.sight.staff_categories
        scope = blind_scope(asked.sight, known, but=asked.mine)
        if not scope.groups:
            return []
        found = []
        for item in await self._alike(asked, scope, known):
            ticket = await asked.work.tickets.get(TicketId(item.id))
            if ticket is not None and ticket.category in known and self._is_hidden(ticket, asked.person):
                found.append(ticket)
        return found

    async def _alike(self, asked: _Asked, scope: Scope, known: frozenset[str]) -> Sequence[Item]:
        """By meaning alone where there is a model: what is only counted needs no reasons, and no finer order."""
        if asked.pointed is not None:
            vector = await asked.pointed.vector
            near = await to_thread(asked.pointed.index.nearest, vector, scope, _LOOKED_THROUGH)
            return [one.item for one in near if one.cosine >= REPORTED]
        everything = Sight(person=asked.person.id, staff_categories=known)
        ranked = await self._ranked(asked, scope, everything)
        return [one.item for one in ranked if one.item.kind is Kind.TICKET and _is_like(one)]

    def _is_hidden(self, ticket: Ticket, person: Person) -> bool:
        is_private = ticket.visibility is Visibility.PRIVATE and not self._desk.is_sensitive(ticket.category)
        seen = may(Action.SEE, person, ticket, self._desk, self._clock.now())
        return is_private and ticket.status.is_live and not seen

    def _may_join(self, ticket: Ticket) -> bool:
        return self._desk.categories[ticket.category].blind_follow

    async def _followed(self, hidden: Sequence[Ticket], asked: _Asked) -> bool:
        """Whether the person follows the one already that they would be let follow."""
        one = next((ticket for ticket in hidden if self._may_join(ticket)), None)
        return one is not None and asked.person.id in await asked.work.tickets.followers(one.id)

    def _counted(self, items: tuple[Suggestion, ...], hidden: Sequence[Ticket], followed: bool) -> Suggestions:
        people: set[PersonId] = {ticket.requester for ticket in hidden}
        if len(people) < self._desk.similar.count_floor:
            return Suggestions(items=items)
        can_join = not followed and any(map(self._may_join, hidden))
        return Suggestions(items=items, others=len(people), can_join_blind=can_join)


async def _vector(question: Question, embedder: Embedder) -> bytes:
    return (await to_thread(embedder.embed, [question.text]))[0]


def _is_like(one: Similar) -> bool:
    """Whether it is near enough to be shown, or counted."""
    return one.share >= SHARED if one.cosine is None else one.cosine >= REPORTED


def _excerpt(words: str) -> str:
    return shorten(clean_line(words[: 10 * _EXCERPT]), _EXCERPT)
