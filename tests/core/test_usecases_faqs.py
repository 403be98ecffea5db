"""FAQs: written by the staff, published by those who lead, and never with what is about a person unless they say so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from core.commands import (
    AssignTicket,
    CreateFaq,
    EditFaq,
    PublishFaq,
    RateFaq,
    ResolveTicket,
    RetireFaq,
    SaveDraft,
)
from core.errors import AlreadySo, NoSuchDraft, NoSuchFaq, NoSuchTicket, NotActive, NotAllowed, Refusal
from core.events import FaqDrafted, FaqEdited, FaqPublished, FaqRated, FaqRetired
from core.limits import FieldEmpty, FieldTooLong
from core.model.faq import Faq, FaqState
from core.model.ids import FaqId, TicketId
from core.model.people import Standing
from core.rules.personal import PersonalKind
from core.text import Text
from core.usecases.faqs import ClearFirst, NotForEverybody, NotResolvedYet, SavedMeanwhile, TooSensitive
from tests.fakes.office import Office

ANSWER = Text.of("Follow the link on the sign-in page.")


async def drafted(office: Office, who: str = "asha", **more: Any) -> FaqId:
    given = {"question": "How do I reset my password?", "answer": ANSWER, "category": "login", **more}
    made = await office.do(CreateFaq(**given), who)
    assert made.faq is not None
    return made.faq


async def published(office: Office, **more: Any) -> FaqId:
    faq = await drafted(office, **more)
    await office.do(PublishFaq(faq=faq), "lee")
    return faq


async def faq_of(office: Office, faq: FaqId) -> Faq:
    async with office.store.read() as work:
        found = await work.faqs.get(faq)
    assert found is not None
    return found


def last(office: Office) -> object:
    return office.told[-1].records[-1].event


async def test_an_agent_drafts_a_lead_publishes_and_it_is_due_for_a_review(office: Office) -> None:
    faq = await drafted(office)
    assert last(office) == FaqDrafted(faq=faq, source=None)
    assert (await faq_of(office, faq)).state is FaqState.DRAFT
    await office.do(PublishFaq(faq=faq, base=1), "lee")
    assert last(office) == FaqPublished(faq=faq, number=1, cleared=False)
    found = await faq_of(office, faq)
    assert (found.state, found.published) == (FaqState.PUBLISHED, found.latest)
    assert found.review_at == office.clock.now() + timedelta(days=180)


@pytest.mark.parametrize("who", ["sam", "kim"])
async def test_a_student_writes_publishes_and_retires_none(office: Office, who: str) -> None:
    faq = await drafted(office)
    for command in (
        CreateFaq(question="Why?", answer=ANSWER),
        EditFaq(faq=faq, question="Why?", answer=ANSWER),
        PublishFaq(faq=faq),
        RetireFaq(faq=faq),
    ):
        with pytest.raises(NotAllowed):
            await office.do(command, who)


async def test_an_agent_neither_publishes_nor_retires(office: Office) -> None:
    faq = await drafted(office)
    for command in (PublishFaq(faq=faq), RetireFaq(faq=faq)):
        with pytest.raises(NotAllowed, match="You may not publish FAQs: a lead or an admin can"):
            await office.do(command, "asha")


@pytest.mark.parametrize("category", ["welfare", "sports"])
async def test_a_sensitive_category_or_one_that_is_not_there_takes_none(office: Office, category: str) -> None:
    with pytest.raises(NotForEverybody):
        await drafted(office, category=category)
    faq = await drafted(office)
    with pytest.raises(NotForEverybody):
        await office.do(EditFaq(faq=faq, question="Why?", answer=ANSWER, category=category), "asha")


async def test_one_whose_category_became_sensitive_is_not_published(office: Office) -> None:
    faq = await drafted(office)
    login = replace(office.desk.categories["login"], sensitive=True)
    office.use(replace(office.desk, categories={**office.desk.categories, "login": login}))
    with pytest.raises(NotForEverybody):
        await office.do(PublishFaq(faq=faq), "lee")


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({"question": " "}, FieldEmpty),
        ({"question": "x" * 201}, FieldTooLong),
        ({"answer": Text()}, FieldEmpty),
        ({"answer": Text.of("x" * 20_001)}, FieldTooLong),
    ],
)
async def test_what_is_empty_or_too_long_is_refused(
    office: Office, given: dict[str, Any], refusal: type[Refusal]
) -> None:
    with pytest.raises(refusal):
        await drafted(office, **given)


async def test_an_edit_waits_while_the_published_version_stays(office: Office) -> None:
    faq = await published(office)
    await office.do(EditFaq(faq=faq, question="How?", answer=Text.of("So."), category="", base=1), "asha")
    assert last(office) == FaqEdited(faq=faq, number=2)
    found = await faq_of(office, faq)
    assert found.published is not None and found.published.question == "How do I reset my password?"
    assert (found.latest.question, found.latest.by, found.waits) == ("How?", office.people["asha"], True)
    await office.do(PublishFaq(faq=faq, base=2), "ada")
    assert not (await faq_of(office, faq)).waits


async def test_what_was_saved_as_it_was_is_no_version(office: Office) -> None:
    faq = await drafted(office)
    same = EditFaq(faq=faq, question=" How do I reset my password? ", answer=ANSWER, category="login")
    await office.do(same, "abe")
    assert (await faq_of(office, faq)).latest.number == 1
    assert office.told[-1].records == ()


async def test_whoever_read_an_older_version_neither_edits_nor_publishes(office: Office) -> None:
    faq = await drafted(office)
    await office.do(EditFaq(faq=faq, question="How?", answer=ANSWER, base=1), "abe")
    late = EditFaq(faq=faq, question="Why?", answer=ANSWER, base=1)
    for who, command in (("asha", late), ("lee", PublishFaq(faq=faq, base=1))):
        with pytest.raises(SavedMeanwhile, match="Abe Academic saved version 2 of F-1 meanwhile"):
            await office.do(command, who)


async def test_what_looks_personal_is_published_only_by_somebody_who_says_so(office: Office) -> None:
    faq = await drafted(office, answer=Text.of("Write to registrar@example.edu."))
    with pytest.raises(ClearFirst) as doubt:
        await office.do(PublishFaq(faq=faq), "lee")
    assert [one.kind for one in doubt.value.findings] == [PersonalKind.EMAIL]
    assert (await faq_of(office, faq)).state is FaqState.DRAFT
    await office.do(PublishFaq(faq=faq, cleared=True), "lee")
    assert last(office) == FaqPublished(faq=faq, number=1, cleared=True)


async def resolved(office: Office, category: str = "exams") -> TicketId:
    ticket = await office.open(category=category)
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["wen"]), "wen")
    await office.do(ResolveTicket(ticket=ticket, answer=Text.of("Your grade is there now.")), "wen")
    return ticket


async def test_the_names_of_the_people_of_its_ticket_are_looked_for(office: Office) -> None:
    faq = await drafted(office, source=await resolved(office), answer=Text.of("Sam asked, and Wen Warden answered."))
    with pytest.raises(ClearFirst) as doubt:
        await office.do(PublishFaq(faq=faq), "lee")
    assert [one.words for one in doubt.value.findings] == ["Sam", "Wen Warden"]


async def test_a_sensitive_ticket_gives_none_even_to_its_own_staff(office: Office) -> None:
    ticket = await resolved(office, "welfare")
    with pytest.raises(TooSensitive, match=f"T-{ticket} is sensitive"):
        await drafted(office, "wen", source=ticket, category="")
    with pytest.raises(NoSuchTicket):
        await drafted(office, "asha", source=ticket, category="")


async def test_a_ticket_that_is_not_resolved_gives_none(office: Office) -> None:
    with pytest.raises(NotResolvedYet):
        await drafted(office, source=await office.open())


async def test_a_retired_one_is_nobodys_to_rate_and_comes_back_when_it_is_published(office: Office) -> None:
    faq = await published(office)
    await office.do(RetireFaq(faq=faq), "lee")
    assert last(office) == FaqRetired(faq=faq)
    found = await faq_of(office, faq)
    assert (found.state, found.published, found.review_at) == (FaqState.RETIRED, None, None)
    with pytest.raises(NoSuchFaq):
        await office.do(RateFaq(faq=faq, helpful=True), "sam")
    with pytest.raises(AlreadySo):
        await office.do(RetireFaq(faq=faq), "lee")
    await office.do(PublishFaq(faq=faq), "lee")
    assert (await faq_of(office, faq)).state is FaqState.PUBLISHED


async def test_an_edited_retired_one_is_a_draft(office: Office) -> None:
    faq = await published(office)
    await office.do(RetireFaq(faq=faq), "lee")
    await office.do(EditFaq(faq=faq, question="How?", answer=ANSWER), "asha")
    assert (await faq_of(office, faq)).state is FaqState.DRAFT


async def test_published_anew_it_counts_as_looked_at(office: Office) -> None:
    faq = await published(office)
    office.clock.advance(timedelta(days=181))
    assert (await faq_of(office, faq)).is_stale(office.clock.now())
    await office.do(PublishFaq(faq=faq, base=1), "lee")
    assert not (await faq_of(office, faq)).is_stale(office.clock.now())


async def test_anybody_rates_what_is_published_and_the_last_word_counts(office: Office) -> None:
    faq = await published(office)
    await office.do(RateFaq(faq=faq, helpful=False), "sam")
    await office.do(RateFaq(faq=faq, helpful=True), "sam")
    assert last(office) == FaqRated(faq=faq, helpful=True)
    await office.do(RateFaq(faq=faq, helpful=True), "sam")
    assert office.told[-1].records == ()
    found = await faq_of(office, faq)
    assert (found.helpful, found.unhelpful) == (1, 0)


async def test_a_draft_is_rated_by_nobody_and_no_faq_by_the_suspended(office: Office) -> None:
    with pytest.raises(NoSuchFaq):
        await office.do(RateFaq(faq=await drafted(office), helpful=True), "sam")
    faq = await published(office)
    await office.stand("sam", Standing.SUSPENDED)
    with pytest.raises(NotActive):
        await office.do(RateFaq(faq=faq, helpful=True), "sam")


async def test_told_twice_it_is_one_faq_and_a_form_is_sent_once(office: Office) -> None:
    command = CreateFaq(question="Why?", answer=ANSWER)
    one, two = [await office.do(command, office.actor("asha", inbound="i1")) for _ in range(2)]
    assert (one.faq, two.faq, two.repeated) == (FaqId(1), FaqId(1), True)
    draft = (await office.do(SaveDraft(values={"question": "Why?"}), "asha")).draft
    assert draft is not None
    await office.do(replace(command, draft=draft), "asha")
    with pytest.raises(NoSuchDraft):
        await office.do(replace(command, draft=draft), "asha")
