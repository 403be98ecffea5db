"""FAQs in their store: versions that are kept, one word a person, and no two writers at once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from core.errors import Conflict
from core.model.faq import Faq, FaqState, FaqVersion
from core.model.ids import FaqId, PersonId
from core.storage import FaqQuery, UnitOfWork
from core.text import Text
from tests.contract.samples import MINUTE, NOW, RICH, a_person, a_requester_with_a_ticket

REVIEW = NOW + timedelta(days=180)


def version(by: PersonId, number: int = 1, question: str = "How do I reset my password?", **more: object) -> FaqVersion:
    plain = FaqVersion(number=number, question=question, answer=Text.of("By the link."), category="it", by=by, at=NOW)
    return replace(plain, **more)  # type: ignore[arg-type]  # a test's own fields


async def a_faq(work: UnitOfWork, *, published: bool = False, **more: object) -> Faq:
    ann = await a_person(work)
    faq = await work.faqs.add(version(ann.id, **more), source=None)  # type: ignore[arg-type]  # a test's own fields
    if published:
        await work.faqs.save(faq.publish(NOW, REVIEW))
    return await reread(work, faq.id)


async def reread(work: UnitOfWork, faq: FaqId) -> Faq:
    found = await work.faqs.get(faq)
    assert found is not None
    return found


async def test_one_reads_back_whole(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        first = version(ann.id, question="Wie “geht” das? \U0001f600", answer=RICH, category="")
        added = await work.faqs.add(first, source=ticket.id)
        assert await work.faqs.get(FaqId(99)) is None
    async with store.read() as work:
        assert await reread(work, added.id) == added
        assert added == Faq(
            id=added.id, state=FaqState.DRAFT, latest=first, source=ticket.id, created_at=NOW, version=1
        )
        assert await work.faqs.versions(added.id) == [first]


async def test_of_a_ticket_one_is_known_that_is_not_retired_a_published_one_first(store: SqlStore) -> None:
    async with store.write() as work:
        ann, ticket = await a_requester_with_a_ticket(work)
        assert await work.faqs.made_of([ticket.id]) == {}
        first = await work.faqs.add(version(ann.id), source=ticket.id)
        second = await work.faqs.add(version(ann.id), source=ticket.id)
        assert (await work.faqs.made_of([ticket.id]))[ticket.id].id == second.id
        await work.faqs.save((await reread(work, first.id)).publish(NOW, REVIEW))
        assert (await work.faqs.made_of([ticket.id]))[ticket.id].id == first.id
        await work.faqs.save((await reread(work, first.id)).retire())
        assert (await work.faqs.made_of([ticket.id]))[ticket.id].id == second.id
        assert await work.faqs.made_of([]) == {}


async def test_each_save_of_other_words_is_a_version_and_the_published_one_stays(store: SqlStore) -> None:
    async with store.write() as work:
        faq = await a_faq(work, published=True)
        second = version(faq.latest.by, 2, answer=Text.of("By the app."), at=NOW + MINUTE)
        await work.faqs.save(faq.edit(second))
    async with store.read() as work:
        found = await reread(work, faq.id)
        assert (found.published, found.latest, found.waits) == (faq.latest, second, True)
        assert (found.published_at, found.review_at, found.state) == (NOW, REVIEW, FaqState.PUBLISHED)
        assert await work.faqs.versions(faq.id) == [second, faq.latest]


async def test_of_two_who_saved_it_from_one_version_the_later_is_refused(
    store: SqlStore, other_store: SqlStore
) -> None:
    async with store.write() as work:
        faq = await a_faq(work)
    async with store.write() as work:
        await work.faqs.save(faq.edit(version(faq.latest.by, 2)))
    with pytest.raises(Conflict):
        async with other_store.write() as work:
            await work.faqs.save(faq.publish(NOW, REVIEW))


async def test_the_public_is_shown_what_is_published_in_categories_it_may_read(store: SqlStore) -> None:
    async with store.write() as work:
        await a_faq(work, question="A draft")
        shown = await a_faq(work, question="For all", published=True)
        await a_faq(work, question="Of a hidden category", published=True, category="welfare")
        none = await a_faq(work, question="Of none", published=True, category="")
        gone = await a_faq(work, question="Retired", published=True)
        await work.faqs.save(gone.retire())
        edited = version(shown.latest.by, 2, question="Not yet for all: secret")
        await work.faqs.save(shown.edit(edited))
    async with store.read() as work:
        public = FaqQuery(public=frozenset({"it", ""}))
        assert {faq.id for faq in await work.faqs.find(public)} == {shown.id, none.id}
        assert await work.faqs.count(public) == 2
        assert await work.faqs.find(replace(public, words=("secret",))) == []
        assert [faq.id for faq in await work.faqs.find(replace(public, words=("for all",)))] == [shown.id]
        assert [faq.id for faq in await work.faqs.find(FaqQuery(words=("secret",)))] == [shown.id]
        assert [faq.id for faq in await work.faqs.find(replace(public, category="it"))] == [shown.id]
        assert await work.faqs.count(FaqQuery()) == 5


async def test_words_are_found_whatever_their_case_and_are_no_pattern(store: SqlStore) -> None:
    async with store.write() as work:
        faq = await a_faq(work, question="GRÖSSE in 100%_ÄÖÜ")
        for words, found in ((("grösse",), 1), (("100%_ä",), 1), (("1%ü",), 0), (("_",), 1), (("link", "zzz"), 1)):
            assert await work.faqs.count(FaqQuery(words=words)) == found, words
        assert await work.faqs.count(FaqQuery(words=("password",))) == 0
        assert faq.latest.question == "GRÖSSE in 100%_ÄÖÜ"


async def test_what_waits_and_what_is_due_for_a_review_is_found(store: SqlStore) -> None:
    async with store.write() as work:
        draft = await a_faq(work)
        published = await a_faq(work, published=True)
        waits = await a_faq(work, published=True)
        await work.faqs.save(waits.edit(version(waits.latest.by, 2)))
        gone = await a_faq(work)
        await work.faqs.save(gone.retire())
    async with store.read() as work:
        assert [faq.id for faq in await work.faqs.find(FaqQuery(waiting=True))] == [draft.id, waits.id]
        assert await work.faqs.count(FaqQuery(stale_at=REVIEW - MINUTE)) == 0
        assert [faq.id for faq in await work.faqs.find(FaqQuery(stale_at=REVIEW))] == [published.id, waits.id]
        assert [one.id for one in await work.faqs.find(FaqQuery(states=frozenset({FaqState.RETIRED})))] == [gone.id]


async def test_a_person_has_one_word_and_the_last_counts(store: SqlStore) -> None:
    async with store.write() as work:
        faq, ann, bob = await a_faq(work), (await a_person(work)).id, (await a_person(work, "Bob")).id
        assert await work.faqs.rating(faq.id, ann) is None
        assert await work.faqs.rate(faq.id, ann, NOW, helpful=True)
        assert not await work.faqs.rate(faq.id, ann, NOW, helpful=True)
        assert await work.faqs.rate(faq.id, bob, NOW, helpful=False)
        assert await work.faqs.rate(faq.id, ann, NOW, helpful=False)
    async with store.read() as work:
        found = await reread(work, faq.id)
        assert (found.helpful, found.unhelpful, found.version) == (0, 2, faq.version)
        assert await work.faqs.rating(faq.id, ann) is False


async def test_of_many_words_of_one_person_at_once_one_counts(store: SqlStore, other_store: SqlStore) -> None:
    async with store.write() as work:
        faq, ann = await a_faq(work), (await a_person(work)).id

    async def rate(where: SqlStore) -> None:
        async with where.write() as work:
            await work.faqs.rate(faq.id, ann, NOW, helpful=True)

    await asyncio.gather(*(rate(where) for where in (store, other_store) * 3))
    async with store.read() as work:
        assert (await reread(work, faq.id)).helpful == 1


async def test_those_that_helped_most_come_first(store: SqlStore) -> None:
    async with store.write() as work:
        first, second, third = [await a_faq(work) for _ in range(3)]
        person = (await a_person(work)).id
        await work.faqs.rate(third.id, person, NOW, helpful=True)
        await work.faqs.rate(first.id, person, NOW, helpful=False)
        assert [faq.id for faq in await work.faqs.find(FaqQuery())] == [third.id, second.id, first.id]
        assert len(await work.faqs.find(FaqQuery(limit=2))) == 2


async def test_two_persons_who_turn_out_to_be_one_have_one_word(store: SqlStore) -> None:
    async with store.write() as work:
        faq, other = await a_faq(work), await a_faq(work)
        ann, bob = (await a_person(work)).id, (await a_person(work, "Bob")).id
        await work.faqs.rate(faq.id, ann, NOW, helpful=True)
        await work.faqs.rate(faq.id, bob, NOW, helpful=False)
        await work.faqs.rate(other.id, bob, NOW, helpful=True)
        await work.links.absorb(bob, ann)
        found, moved = await reread(work, faq.id), await reread(work, other.id)
        assert (found.helpful, found.unhelpful) == (1, 0)
        assert (moved.helpful, await work.faqs.rating(other.id, ann)) == (1, True)
