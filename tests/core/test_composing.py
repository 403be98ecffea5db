"""A delivery's words at the moment it is delivered: for whom, in which state, and when there are none."""

from dataclasses import replace

import pytest

from core.cards.card import Card
from core.commands import (
    AddParticipant,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    DeclareUrgent,
    EditTicket,
    FollowTicket,
    PostMessage,
    RemoveParticipant,
    ReopenTicket,
    ResolveTicket,
    SaveDraft,
    SetPriority,
    SetVisibility,
    UndoMessage,
    UnfollowTicket,
)
from core.composing import Skip
from core.model.ids import TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToSpace, ToThread
from core.model.people import Platform, Standing
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority, Ticket, Visibility
from core.ports import Parcel, Spoken
from core.text import Text
from tests.fakes.office import MINUTE, Office

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")


async def card_of(office: Office, delivery: Delivery) -> Card:
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Card), parcel
    return parcel.content


def to(owed: list[Delivery], office: Office, who: str) -> Delivery:
    return next(o for o in owed if isinstance(o.address, ToPerson) and o.address.person == office.people[who])


def words_in(thing: object) -> str:
    """Everything that anybody could read in a card."""
    return repr(thing)


async def test_an_alert_says_who_how_long_and_what(office: Office) -> None:
    ticket = await office.open(priority=Priority.URGENT)
    alert = next(one for one in await office.owed() if one.intent is Intent.ALERT)
    office.clock.advance(12 * MINUTE)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    card = await card_of(office, alert)
    assert card.title == f"Urgent: T-{ticket} My grade is missing"
    assert card.subtitle == "From Sam Student, 14:30 IST"
    assert {field.label: field.value for field in card.fields} == {
        "Priority": "Urgent",
        "Status": "In progress",
        "Category": "Exams and grades",
        "Team": "Academics",
        "With": "Asha Agent",
        "Opened": (await office.ticket(ticket)).opened_at,
    }
    assert card.url == card.buttons[0].url == f"https://desk.example.org/t/T-{ticket}"


async def test_an_edit_is_never_overtaken_by_stale_words(office: Office) -> None:
    ticket = await office.open(priority=Priority.HIGH)
    alert = next(one for one in await office.owed() if one.intent is Intent.ALERT)
    await office.do(EditTicket(ticket=ticket, title="My grade in CS1 is missing"), "sam")
    assert "My grade in CS1 is missing" in (await card_of(office, alert)).title


async def test_news_says_what_became_of_it(office: Office) -> None:
    ticket = await office.open(priority=Priority.HIGH)
    news = [
        *await office.owed_by(ClaimTicket(ticket=ticket), "asha"),
        *await office.owed_by(ResolveTicket(ticket=ticket), "asha"),
        *await office.owed_by(ReopenTicket(ticket=ticket), "sam"),
        *await office.owed_by(CloseTicket(ticket=ticket), "sam"),
    ]
    titles = [(await card_of(office, one)).title for one in news if one.intent is Intent.ALERT_NEWS]
    assert titles == [
        f"T-{ticket}: Asha Agent has it now",
        f"T-{ticket}: Asha Agent resolved it",
        f"T-{ticket}: Sam Student reopened it",
        f"T-{ticket}: Sam Student closed it",
    ]


async def test_a_ping_says_what_happened_and_shows_the_words(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    words = PostMessage(ticket=ticket, kind=REPLY, text=Text.of("Look " * 100))
    card = await card_of(office, to(await office.owed_by(words, "asha"), office, "sam"))
    assert (card.title, card.subtitle) == (f"T-{ticket} My grade is missing", "Asha Agent wrote")
    assert card.body.plain().startswith("Look Look") and len(card.body.plain()) <= 200


# --- guards ----------------------------------------------------------------------------------------------------------


async def skipped(office: Office, delivery: Delivery) -> str:
    outcome = await office.composed(delivery)
    assert isinstance(outcome, Skip), outcome
    return outcome.reason


async def test_a_ping_about_words_taken_back_is_skipped(office: Office) -> None:
    ticket = await office.open()
    ping = to(await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"), office, "sam")
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert await skipped(office, ping) == "the message was taken back"


async def test_a_ping_to_who_may_see_no_more_is_skipped(office: Office) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    ping = to(await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"), office, "kim")
    await office.do(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    assert await skipped(office, ping) == "the person may no longer see the ticket"


async def test_a_ping_to_an_agent_who_has_it_no_more_is_skipped_and_the_others_are_not(office: Office) -> None:
    ticket = await office.open()
    owed = await office.owed_by(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "lee")
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    assert await skipped(office, to(owed, office, "asha")) == "somebody else has the ticket by now"
    assert isinstance(await card_of(office, to(owed, office, "sam")), Card)


async def test_a_ping_about_a_note_is_skipped_for_who_may_not_read_notes(office: Office) -> None:
    ticket = await office.open("asha")
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "lee")
    ping = to(await office.owed_by(PostMessage(ticket=ticket, kind=NOTE, text=HELLO), "lee"), office, "asha")
    async with office.store.write() as work:
        await work.people.revoke(office.people["asha"], "operator")
    assert await skipped(office, ping) == "the person may not read notes"


async def test_a_blocked_person_is_pinged_of_nothing_but_their_own(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "lee")
    await office.stand("asha", Standing.BLOCKED)
    await office.stand("sam", Standing.BLOCKED)
    assert await skipped(office, to(owed, office, "asha")) == "the person may no longer see the ticket"
    assert isinstance(await card_of(office, to(owed, office, "sam")), Card)


async def test_a_delivery_about_nothing_is_skipped(office: Office) -> None:
    ticket = await office.open()
    ping = (await office.owed())[0]
    assert await skipped(office, replace(ping, ticket=None)) == "the ticket is gone"
    assert await skipped(office, replace(ping, event=None)) == "it is about nothing"
    assert await skipped(office, replace(ping, ticket=TicketId(ticket + 99))) == "the ticket is gone"


# --- threads ---------------------------------------------------------------------------------------------------------


async def test_words_go_to_a_thread_with_their_author_and_files(office: Office) -> None:
    ticket = await office.open()
    await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    file = await office.upload("asha")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO, files=(file.id,)), "asha")
    parcel = await office.composed(next(one for one in owed if one.intent is Intent.MESSAGE))
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Spoken)
    assert (parcel.content.author, parcel.content.text, parcel.content.kind) == ("Asha Agent", HELLO, REPLY)
    assert [found.id for found in parcel.content.files] == [file.id]
    assert parcel.thread is not None and parcel.thread.platform is Platform.DISCORD
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert await skipped(office, parcel.delivery) == "the message was taken back"


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.PUBLIC])
async def test_a_note_is_never_composed_for_a_thread_of_others(office: Office, audience: Audience) -> None:
    """Even where a delivery to it was written down: the audience is asked again."""
    ticket = await office.open()
    thread = await office.thread_on(ticket, Platform.DISCORD, audience)
    await office.thread_on(ticket, Platform.SLACK, Audience.STAFF)
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=NOTE, text=HELLO), "asha")
    note = next(one for one in owed if one.intent is Intent.MESSAGE)
    assert isinstance(await office.composed(note), Parcel)
    wrong = replace(note, address=ToThread(thread, Platform.DISCORD))
    assert await skipped(office, wrong) == "it is not for those who read there"


# --- followers -------------------------------------------------------------------------------------------------------


async def test_a_blind_follower_hears_of_the_solution_and_not_a_word_of_the_ticket(office: Office) -> None:
    ticket = await office.open(title="SECRET TITLE", description=Text.of("SECRET WORDS"), category="login")
    for who in ("kim", "asha"):
        await office.do(FollowTicket(ticket=ticket), who)
    owed = await office.owed_by(ResolveTicket(ticket=ticket, answer=Text.of("SECRET ANSWER")), "pia")
    card = await card_of(office, to(owed, office, "kim"))
    assert (card.title, card.subtitle) == (f"T-{ticket}", "This ticket that you follow is resolved")
    assert not any(word in words_in(card) for word in ("SECRET", "Sam", "Pia", "login", "Platform"))
    assert "SECRET TITLE" in (await card_of(office, to(owed, office, "asha"))).title
    await office.do(UnfollowTicket(ticket=ticket), "kim")
    assert await skipped(office, to(owed, office, "kim")) == "the person may no longer see the ticket"


@pytest.mark.parametrize(
    ("joining", "offered"),
    [(AddParticipant, ["Open"]), (FollowTicket, ["Open", "Not for me"])],
    ids=["takes part", "follows"],
)
async def test_who_may_not_reopen_what_is_solved_is_not_told_to(
    office: Office, joining: type[AddParticipant | FollowTicket], offered: list[str]
) -> None:
    ticket = await office.open()
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), "sam")
    if joining is FollowTicket:
        await office.do(FollowTicket(ticket=ticket), "kim")
    else:
        await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    owed = await office.owed_by(ResolveTicket(ticket=ticket), "asha")
    requesters, others = [await card_of(office, to(owed, office, who)) for who in ("sam", "kim")]
    assert "reopen it with a word on why" in requesters.subtitle
    assert [button.label for button in requesters.buttons] == ["Open", "Reopen"]
    assert others.subtitle == "Asha Agent resolved it"
    assert [button.label for button in others.buttons] == offered


async def test_who_joined_unseen_is_told_by_their_own_words_and_no_ref(office: Office) -> None:
    ticket = await office.open(title="SECRET TITLE", category="login")
    draft = (await office.do(SaveDraft(values={"title": "No login since noon", "category": "login"}), "kim")).draft
    await office.do(FollowTicket(ticket=ticket, draft=draft), "kim")
    owed = await office.owed_by(ResolveTicket(ticket=ticket), "pia")
    card = await card_of(office, to(owed, office, "kim"))
    assert (card.title, card.url) == ("No login since noon", None)
    assert card.subtitle == "The private ticket like yours that you follow is resolved"
    assert not any(word in words_in(card) for word in ("SECRET", f"T-{ticket}", "Sam", "Pia"))


# --- sensitive tickets -----------------------------------------------------------------------------------------------

HIDDEN = ("SECRET", "secret", "Sam", "Wen", "Kim", "Wellbeing", "welfare", "Academics", "academics")


async def delicate(office: Office) -> TicketId:
    """A sensitive ticket that went through everything, with threads on other platforms."""
    ticket = await office.open(
        title="SECRET TITLE", description=Text.of("SECRET WORDS"), category="welfare", tags=("SECRET",)
    )
    await office.thread_on(ticket, Platform.SLACK, Audience.STAFF)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(DeclareUrgent(ticket=ticket, why=Text.of("SECRET REASON")), "sam")
    await office.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "wen")
    await office.do(ClaimTicket(ticket=ticket), "wen")
    await office.say(ticket, "sam", "SECRET REPLY")
    await office.say(ticket, "kim", "SECRET REPLY")
    await office.do(EditTicket(ticket=ticket, title="SECRET NEW TITLE"), "wen")
    await office.do(ResolveTicket(ticket=ticket, answer=Text.of("SECRET ANSWER")), "wen")
    await office.do(ReopenTicket(ticket=ticket, why=Text.of("SECRET REASON")), "sam")
    await office.do(CloseTicket(ticket=ticket), "wen")
    return ticket


async def test_cards_of_a_sensitive_ticket_say_its_ref_and_never_a_title_a_name_or_its_category(
    office: Office,
) -> None:
    ticket = await delicate(office)
    shared = [
        one for one in await office.owed() if not isinstance(one.address, ToThread) or one.intent is not Intent.MESSAGE
    ]
    cards = [(one, await card_of(office, one)) for one in shared]
    assert {one.intent for one, _ in cards} == {Intent.ALERT, Intent.ALERT_NEWS, Intent.PING, Intent.TICKET_CARD}
    for one, card in cards:
        assert f"T-{ticket}" in card.title
        assert not [word for word in HIDDEN if word in words_in(card)], (one.intent, card)


async def test_an_alert_of_a_sensitive_ticket_is_its_ref_and_priority(office: Office) -> None:
    ticket = await delicate(office)
    owed = [one for one in await office.owed() if isinstance(one.address, ToSpace)]
    alert = await card_of(office, owed[0])
    assert (alert.title, [(f.label, f.value) for f in alert.fields]) == (f"High: T-{ticket}", [("Priority", "High")])
    news = await card_of(office, owed[-1])
    assert (news.title, [(f.label, f.value) for f in news.fields]) == (f"T-{ticket}: Closed", [("Status", "Closed")])


async def test_the_requesters_own_thread_shows_the_whole_sensitive_ticket(office: Office) -> None:
    ticket = await office.open(title="SECRET TITLE", category="welfare")
    await office.thread_on(ticket, Platform.DISCORD, Audience.REQUESTER)
    await office.do(ClaimTicket(ticket=ticket), "wen")
    card = await card_of(office, next(one for one in await office.owed() if one.intent is Intent.TICKET_CARD))
    assert card.title == "SECRET TITLE"
    assert "Only the requester and the few staff named for Wellbeing read" in card.footer


# --- notices ---------------------------------------------------------------------------------------------------------


async def test_notices_are_the_pings_that_reached_a_person_in_the_words_of_now(office: Office) -> None:
    ticket = await office.open()
    first = await office.owed_by(ClaimTicket(ticket=ticket), "asha")
    await office.finish(first)
    second = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")
    assert len(await office.reading.notices(office.actor("sam"), 20)) == 1
    await office.finish(second)
    await office.do(EditTicket(ticket=ticket, title="A new title"), "sam")
    notices = await office.reading.notices(office.actor("sam"), 20)
    assert [notice.card.subtitle for notice in notices] == [
        "Asha Agent wrote",
        "Asha Agent has your ticket now and will answer here",
    ]
    assert all(notice.card.title == f"T-{ticket} A new title" for notice in notices)
    await office.do(UndoMessage(ticket=ticket), "asha")
    assert len(await office.reading.notices(office.actor("sam"), 20)) == 1
    assert await office.reading.notices(office.actor("kim"), 20) == []


async def test_a_parcel_brings_the_ticket_and_the_deliverys_key(office: Office) -> None:
    ticket = await office.open(priority=Priority.URGENT)
    delivery = next(one for one in await office.owed() if one.intent is Intent.ALERT)
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.ticket, Ticket)
    assert (parcel.key, parcel.ticket.id, parcel.address) == (delivery.key, ticket, delivery.address)
    assert delivery.state is DeliveryState.PENDING
