"""What may answer a question before a ticket is opened: what is shown, why, and what never is."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.commands import ClaimTicket, CloseTicket, FollowTicket, ResolveTicket, RetireFaq, WithdrawTicket
from core.model.desk import Similarity
from core.model.ids import TicketId, ref_of
from core.model.people import Standing
from core.model.suggestion import NOTHING, Suggestions
from core.text import Text
from tests.fakes.meaning import Known
from tests.fakes.office import DAY, Office

PROJECTOR = "The projector in room seven stays dark"


@pytest.fixture(params=["by meaning", "by words alone"])
def known(office: Office, request: pytest.FixtureRequest) -> Known:
    return Known(office, by_meaning=request.param == "by meaning")


async def public(office: Office, title: str = PROJECTOR, who: str = "kim") -> TicketId:
    return await office.open(who, title, category="forum", answers={}, description=Text.of("It worked yesterday."))


async def private(office: Office, who: str = "kim", title: str = PROJECTOR, category: str = "login") -> TicketId:
    return await office.open(who, title, category=category, answers={}, description=Text.of("It worked yesterday."))


async def similar(known: Known, who: str = "sam", title: str = PROJECTOR, category: str = "") -> Suggestions:
    await known.catch_up()
    return await known.suggesting.similar(title, "", category, known.office.actor(who))


def refs(found: Suggestions) -> Sequence[str]:
    return [one.ref for one in found.items]


async def test_a_public_ticket_is_shown_with_its_state_and_the_words_in_common(known: Known) -> None:
    ticket = await public(known.office)
    await known.office.do(FollowTicket(ticket=ticket), "abe")
    [one] = (await similar(known, title="dark projector, room seven")).items
    assert (one.ref, one.title, one.state, one.followers) == (ref_of(ticket), PROJECTOR, "open", 1)
    assert set(one.why) == {"projector", "room", "seven", "dark"}
    assert one.can_follow
    assert not one.is_solved
    assert one.url == f"https://desk.example.org/t/{one.ref}"


async def test_where_a_faq_was_made_of_a_ticket_the_faq_alone_is_shown(known: Known) -> None:
    ticket = await public(known.office)
    await known.office.do(ResolveTicket(ticket=ticket, answer=Text.of("Press the red switch.")), "asha")
    assert refs(await similar(known)) == [ref_of(ticket)]
    faq = await known.faq(PROJECTOR, "Press the red switch.", source=ticket)
    assert refs(await similar(known)) == [f"F-{faq}"]
    answer = await known.suggesting.answer(PROJECTOR, known.office.actor("sam"))
    assert ref_of(ticket) not in [one.ref for one in answer.near]
    await known.office.do(RetireFaq(faq=faq), "lee")
    assert refs(await similar(known)) == [ref_of(ticket)]


async def test_a_faq_is_shown_with_the_beginning_of_its_answer(known: Known) -> None:
    faq = await known.faq("Why does the projector in my room stay dark?", "Press the red switch. " * 100)
    [one] = (await similar(known, title="projector room stay dark")).items
    assert one.ref == f"F-{faq}"
    assert one.answer.startswith("Press the red switch.")
    assert len(one.answer) <= 300
    assert one.is_solved
    assert not one.can_follow


async def test_nothing_is_shown_that_is_not_similar_enough(known: Known) -> None:
    await public(known.office, "The library closes too early on Sundays")
    assert await similar(known, title="A grade of last term is missing") == NOTHING


async def test_as_many_are_shown_as_bot_toml_says(known: Known) -> None:
    for number in range(4):
        await public(known.office, f"{PROJECTOR} again {number}")
    assert len((await similar(known)).items) == 3


async def test_a_resolved_ticket_is_shown_with_its_answer_for_a_year(known: Known) -> None:
    ticket = await public(known.office)
    await known.office.do(ClaimTicket(ticket=ticket), "asha")
    await known.office.do(ResolveTicket(ticket=ticket, answer=Text.of("The lamp was replaced.")), "asha")
    [one] = (await similar(known)).items
    assert (one.state, one.answer, one.is_solved) == ("resolved", "The lamp was replaced.", True)
    known.office.clock.advance(400 * DAY)
    assert not (await similar(known)).items


async def test_a_ticket_that_was_closed_unsolved_or_withdrawn_answers_nobody(known: Known) -> None:
    closed, withdrawn = await public(known.office), await public(known.office)
    await known.office.do(CloseTicket(ticket=closed), "kim")
    await known.office.do(WithdrawTicket(ticket=withdrawn), "kim")
    assert await similar(known) == NOTHING


async def test_drafts_and_retired_faqs_are_shown_to_nobody(known: Known) -> None:
    await known.faq(PROJECTOR, "Press the switch.", published=False)
    retired = await known.faq(PROJECTOR, "Press the switch.")
    await known.office.do(RetireFaq(faq=retired), "lee")
    assert await similar(known) == NOTHING
    assert await similar(known, "asha") == NOTHING


async def test_ones_own_ticket_is_shown_and_needs_no_plus_one(known: Known) -> None:
    ticket = await private(known.office, "sam")
    [one] = (await similar(known)).items
    assert one.ref == ref_of(ticket)
    assert one.follows
    assert not one.can_follow


async def test_another_students_private_ticket_is_never_shown(known: Known) -> None:
    await private(known.office)
    assert await similar(known) == NOTHING


async def test_staff_are_shown_private_tickets_that_they_see_but_no_sensitive_ones(known: Known) -> None:
    ticket = await private(known.office)
    await private(known.office, category="welfare")
    assert refs(await similar(known, "asha")) == [ref_of(ticket)]
    assert refs(await similar(known, "wen")) == [ref_of(ticket)]


async def test_others_are_counted_by_person_from_the_floor_on(known: Known) -> None:
    for who in ("kim", "kim", "abe"):
        await private(known.office, who)
    assert (await similar(known)).others is None
    await private(known.office, "pia")
    assert await similar(known) == Suggestions(others=3, can_join_blind=True)


async def test_sensitive_tickets_are_not_counted(known: Known) -> None:
    for who in ("kim", "abe", "pia"):
        await private(known.office, who, category="welfare")
    assert await similar(known) == NOTHING


async def test_nobody_joins_where_the_category_does_not_allow_it(known: Known) -> None:
    for who in ("kim", "abe", "pia"):
        await known.office.open(who, PROJECTOR, description=Text.of("It worked yesterday."))
    assert await similar(known) == Suggestions(others=3)
    assert await known.suggesting.unseen(PROJECTOR, "", "", known.office.actor("sam")) is None


async def test_who_joined_unseen_is_not_asked_again(known: Known) -> None:
    first, *_ = [await private(known.office, who) for who in ("kim", "abe", "pia")]
    await known.catch_up()
    ticket = await known.suggesting.unseen(PROJECTOR, "", "", known.office.actor("sam"))
    assert ticket == first
    await known.office.do(FollowTicket(ticket=ticket), "sam")
    assert not (await similar(known)).can_join_blind


async def test_for_a_sensitive_category_faqs_alone_are_looked_for(known: Known) -> None:
    await public(known.office)
    for who in ("kim", "abe", "pia"):
        await private(known.office, who)
    faq = await known.faq(PROJECTOR, "Press the switch.")
    found = await similar(known, category="welfare")
    assert refs(found) == [f"F-{faq}"]
    assert found.others is None
    assert await known.suggesting.unseen(PROJECTOR, "", "welfare", known.office.actor("sam")) is None


async def test_who_is_suspended_is_shown_nothing(known: Known) -> None:
    await public(known.office)
    await known.office.stand("sam", Standing.SUSPENDED)
    assert await similar(known) == NOTHING


async def test_a_desk_that_shows_nothing_similar_looks_for_nothing(office: Office) -> None:
    office.use(replace(office.desk, similar=Similarity(enabled=False)))
    known = Known(office)
    await public(office)
    assert await similar(known) == NOTHING


@pytest.mark.parametrize("title", ["", "   ", "?!", "\x00", "'\" OR *", "x" * 20_000])
async def test_any_words_will_do(known: Known, title: str) -> None:
    await public(known.office)
    assert await similar(known, title=title) == NOTHING


async def test_a_plain_question_is_answered_by_the_faq_that_is_near_enough(office: Office) -> None:
    known = Known(office)
    faq = await known.faq(PROJECTOR, "Press the switch.")
    ticket = await public(office)
    await known.catch_up()
    answer = await known.suggesting.answer(PROJECTOR, office.actor("sam"))
    assert answer.best == faq
    assert [one.ref for one in answer.near] == [ref_of(ticket)]


async def test_a_plain_question_that_nothing_answers_surely_is_not_answered(known: Known) -> None:
    await known.faq("Where is the projector of the large lecture hall kept over the summer holidays", "In the cellar.")
    await known.catch_up()
    answer = await known.suggesting.answer("projector beams purple stripes", known.office.actor("sam"))
    assert answer.best is None
