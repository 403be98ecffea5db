"""/faq as it is typed and pressed: found, written by a form, published after a look, rated."""

from collections.abc import AsyncGenerator

import pytest

from adapters.web.parse import parse_markdown
from bot.desk import ThreadDesk
from core.actions import Press
from core.cards.card import Card
from core.commands import CloseTicket, MergeTicket, PublishFaq, ReopenTicket, ResolveTicket
from core.errors import BadArgument, NoSuchFaq, NoSuchTicket, NotAllowed
from core.model.ids import DraftId, FaqId, TicketId
from core.model.people import Platform
from core.text import Text
from core.vocabulary import ParameterKind
from tests.fakes.front import Front, asked, shown

ANSWER = "Follow **the link** on the [page](<https://desk.example.org/in>)."


@pytest.fixture
async def front(front: Front) -> AsyncGenerator[Front]:
    """With the Markdown of the browser."""
    office = front.office
    front.desk = ThreadDesk(
        engine=office.engine,
        store=office.store,
        desk=office.desk,
        clock=office.clock,
        inspector=front.desk._keeping._inspector,
        parsers={Platform.WEB: parse_markdown},
    )
    yield front


async def drafted(
    front: Front, question: str = "How do I reset my password?", answer: str = ANSWER, **more: str
) -> Card:
    form = asked(await front.type("asha", "/faq add"))
    return shown(await front.submit("asha", form.action, question=question, answer=answer, **more))


async def published(front: Front, question: str = "How do I reset my password?", **more: str) -> FaqId:
    card = await drafted(front, question, **more)
    faq = FaqId(int(str(card.url).rpartition("F-")[2]))
    await front.office.do(PublishFaq(faq=faq), "lee")
    return faq


async def test_a_form_makes_a_draft_that_students_do_not_find(front: Front) -> None:
    card = await drafted(front, category="login")
    assert card.title == "F-1 is saved; it is published by a lead or an admin"
    assert {field.key: field.value for field in card.fields}["state"] == "Draft"
    assert [button.label for button in card.buttons] == ["Edit"]
    assert shown(await front.type("sam", "/faq search password")).title == "No FAQ answers “password”"
    assert shown(await front.type("sam", "/faq list")).rows == ()
    with pytest.raises(NoSuchFaq, match="There is no FAQ F-1 that you can read"):
        await front.type("sam", "/faq show F-1")
    assert await front.desk.suggest(ParameterKind.FAQ, "", front.office.actor("sam")) == []
    assert [one.value for one in await front.desk.suggest(ParameterKind.FAQ, "pass", front.office.actor("asha"))] == [
        "F-1"
    ]


async def test_what_may_be_about_a_person_is_named_under_a_draft_until_it_is_published(front: Front) -> None:
    card = await drafted(front, answer="Write to sam@example.com.")
    assert card.footer == "May be about a person, or secret: sam@example.com (an email address)."
    assert shown(await front.type("asha", "/faq show F-1")).footer == card.footer
    done = shown(await front.type("lee", "/faq publish F-1 yes"))
    assert (done.title, done.footer) == ("F-1 is published: everybody can read it", "")
    for who in ("asha", "sam"):
        assert shown(await front.type(who, "/faq show F-1")).footer == ""
    assert (await drafted(front)).footer == ""


async def test_a_form_with_something_wrong_comes_back_filled(front: Front) -> None:
    form = asked(await front.type("asha", "/faq add"))
    again = asked(await front.submit("asha", form.action, question="Why?", answer=" "))
    assert again.problem == "The answer is empty: please write something there."
    assert again.inputs[0].value == "Why?"
    done = shown(await front.submit("asha", again.action, question="Why?", answer="So."))
    assert done.subtitle == "Why?"


async def test_one_fitting_answer_is_shown_and_several_are_listed_the_best_first(front: Front) -> None:
    await published(front)
    await published(front, "What is a password good for?")
    await published(front, "When is the exam?", answer="In May. Bring your password.")
    card = shown(await front.type("sam", "/faq search how can i RESET my password"))
    assert card.title == "How do I reset my password?"
    assert card.body == parse_markdown(ANSWER)
    found = shown(await front.type("sam", "/faq search password"))
    assert [row.title[:3] for row in found.rows] == ["F-1", "F-2", "F-3"]
    assert [button.label for button in found.rows[0].buttons] == ["Show"]
    nothing = shown(await front.type("sam", "/faq search hostel room"))
    assert [button.label for button in nothing.buttons] == ["Open a ticket"]


async def test_a_category_narrows_the_list(front: Front) -> None:
    await published(front, category="login")
    await published(front, "When is the exam?", category="exams")
    card = shown(await front.type("kim", "/faq list exams"))
    assert (card.title, [row.title for row in card.rows]) == ("Exams and grades", ["F-2 When is the exam?"])


async def test_a_resolved_ticket_fills_the_form_and_names_what_may_be_personal(front: Front) -> None:
    office = front.office
    ticket = await office.open()
    answer = parse_markdown("It is **there** now, Sam. Write to dean@example.edu or see https://x.example/a")
    card = shown(await front.type("asha", f"/ticket resolve T-{ticket}"))
    assert "Make a FAQ" in [button.label for button in card.buttons]
    form = asked(await front.press("asha", Press("faq", "add", await answered(front, answer))))
    values = {entry.key: entry for entry in form.inputs}
    assert values["question"].hint == "May be about a person, or secret: Sam Student (somebody's name)."
    assert values["answer"].value == "It is **there** now, Sam. Write to dean@example.edu or see https://x.example/a"
    assert values["answer"].hint == (
        "May be about a person, or secret: Sam (somebody's name), dean@example.edu (an email address)."
    )
    assert values["category"].value == "exams"
    given = {entry.key: entry.value for entry in form.inputs}
    done = shown(await front.submit("asha", form.action, **{**given, "question": "Where is my grade?"}))
    assert {field.key: field.value for field in done.fields}["source"] == "T-2"
    assert done.body == answer


async def answered(front: Front, answer: Text) -> TicketId:
    ticket = await front.office.open(title="Where is the grade of Sam Student?")
    await front.office.do(ResolveTicket(ticket=ticket, answer=answer), "asha")
    return ticket


async def test_of_what_a_faq_was_made_of_that_one_is_edited_in_place_of_another(front: Front) -> None:
    ticket = await answered(front, Text.of("It is there now."))
    form = asked(await front.press("asha", Press("faq", "add", ticket)))
    await front.submit("asha", form.action, **{entry.key: entry.value for entry in form.inputs})
    card = shown(await front.type("asha", f"/ticket show T-{ticket}"))
    labels = [button.label for button in card.buttons]
    assert "Edit F-1" in labels and "Make a FAQ" not in labels
    again = shown(await front.type("asha", f"/faq add T-{ticket}"))
    assert again.title == "F-1 was made of this ticket already: edit that one"
    await front.type("lee", "/faq retire F-1")
    assert asked(await front.type("asha", f"/faq add T-{ticket}")).title == "A new FAQ"


async def test_nothing_is_made_of_what_goes_on_in_another_or_was_never_answered(front: Front) -> None:
    one, other = await answered(front, Text.of("It is there now.")), await answered(front, Text.of("There."))
    third = await front.office.open()
    await front.office.do(ReopenTicket(ticket=one), "asha")
    await front.office.do(MergeTicket(ticket=other, into=one), "asha")
    await front.office.do(CloseTicket(ticket=third), "asha")
    for ticket in (other, third):
        card = shown(await front.type("asha", f"/ticket show T-{ticket}"))
        assert "Make a FAQ" not in [button.label for button in card.buttons]


async def test_without_an_answer_of_the_resolution_it_is_the_staffs_last_reply(front: Front) -> None:
    office = front.office
    ticket = await office.open()
    await office.say(ticket, "asha", "It is there.")
    await office.say(ticket, "asha", "For staff only", kind=(await office.say(ticket, "sam", "Thanks!")).kind.NOTE)
    await office.do(ResolveTicket(ticket=ticket), "asha")
    form = asked(await front.type("abe", "/faq add", ticket))
    assert {entry.key: entry.value for entry in form.inputs}["answer"] == "It is there."


async def test_nobody_makes_one_of_a_ticket_that_is_not_theirs_to_see(front: Front) -> None:
    ticket = await front.office.open()
    await front.office.do(ResolveTicket(ticket=ticket), "asha")
    with pytest.raises(NotAllowed, match="You may not write FAQs"):
        await front.type("sam", f"/faq add T-{ticket}")
    hidden = await front.office.open(category="welfare", answers={})
    await front.office.do(ResolveTicket(ticket=hidden), "wen")
    with pytest.raises(NoSuchTicket):
        await front.type("asha", f"/faq add T-{hidden}")
    card = shown(await front.type("wen", f"/ticket show T-{hidden}"))
    assert "Make a FAQ" not in [button.label for button in card.buttons]


async def test_an_edit_begins_with_the_words_as_they_were_typed_and_waits(front: Front) -> None:
    await published(front)
    form = asked(await front.press("abe", Press("faq", "edit", None, {"faq": "F-1"})))
    values = {entry.key: entry.value for entry in form.inputs}
    assert (form.title, values["answer"]) == ("Edit F-1", ANSWER)
    card = shown(await front.submit("abe", form.action, **{**values, "question": "How do I get in?"}))
    assert card.body == parse_markdown(ANSWER)
    assert {field.key: field.value for field in card.fields}["state"] == "Version 1 is published, this one waits to be"
    assert shown(await front.type("sam", "/faq show F-1")).title == "How do I reset my password?"


async def test_a_button_of_the_form_opens_it_again_with_what_the_draft_holds(front: Front) -> None:
    await published(front)
    form = asked(await front.type("abe", "/faq edit f-1"))
    values = await front.desk.draft_values(_draft(form.action), front.office.actor("abe"))
    again = front.desk.form_at(form.again, front.desk.reader("en"), values)
    assert again == form
    command = front.desk.vocabulary.find("faq", "edit")
    assert command is not None
    assert front.desk.form_of(command, {"faq": "F-1"}, front.desk.reader("en")) is None


def _draft(action: str) -> DraftId:
    return DraftId(action.rpartition("!")[2])


async def test_what_looks_personal_is_asked_about_before_it_is_published(front: Front) -> None:
    await drafted(front, answer="Call 9876543210.")
    doubt = shown(await front.type("lee", "/faq publish F-1"))
    assert (doubt.title, [row.title for row in doubt.rows]) == ("Is this for everybody to read?", ["9876543210"])
    yes = next(button.action for button in doubt.buttons if button.label == "They may stay: publish it")
    assert yes is not None
    card = shown(await front.desk.press(yes, front.office.actor("lee")))
    assert card.title == "F-1 is published: everybody can read it"
    assert shown(await front.type("sam", "/faq show F-1")).body.plain() == "Call 9876543210."


async def test_the_buttons_say_whether_it_helped_and_the_staff_read_how_often(front: Front) -> None:
    await published(front)
    card = shown(await front.type("sam", "/faq show F-1"))
    assert [button.label for button in card.buttons] == ["It helped", "It did not help"]
    assert card.fields == ()
    assert card.buttons[0].action is not None
    done = shown(await front.desk.press(card.buttons[0].action, front.office.actor("sam")))
    assert done.title == "Thank you: noted for F-1"
    assert [button.style for button in done.buttons] == ["primary", "plain"]
    other = shown(await front.type("kim", "/faq rate F-1 no"))
    assert (
        asked(await front.desk.press(other.buttons[2].action or "", front.office.actor("kim"))).submit
        == "Open the ticket"
    )
    staff = shown(await front.type("asha", "/faq show F-1"))
    assert {field.key: field.value for field in staff.fields}["helpful"] == "1 of 2"
    with pytest.raises(BadArgument, match="say yes or no"):
        await front.type("sam", "/faq rate F-1 maybe")


async def test_a_retired_one_is_listed_to_nobody_and_shown_to_the_staff_alone(front: Front) -> None:
    await published(front)
    assert shown(await front.type("ada", "/faq retire F-1")).title == "F-1 is retired: only the staff read it"
    assert shown(await front.type("asha", "/faq list")).rows == ()
    assert shown(await front.type("asha", "/faq show F-1")).tone == "warning"
    with pytest.raises(NoSuchFaq):
        await front.type("sam", "/faq show F-1")


@pytest.mark.parametrize("word", ["7", "T-7", "F-0", "F-", "faq"])
async def test_what_is_no_ref_is_refused_with_how_one_looks(front: Front, word: str) -> None:
    with pytest.raises(BadArgument, match="a FAQ's ref is wanted, like F-7"):
        await front.type("sam", f"/faq show {word}")
