"""What persons are told by mail: of which events, whether they want it, where it goes, and what it never says."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from core.cards.card import Card, StepState
from core.commands import (
    AssignTicket,
    ClaimTicket,
    Command,
    FollowTicket,
    OpenTicket,
    PostMessage,
    ReopenTicket,
    ReportTrouble,
    ResolveTicket,
)
from core.mailing import UNSUBSCRIBE
from core.model.ids import TicketId
from core.model.mail import PREFERENCE, MailKind, bounce_key, chosen, is_wanted
from core.model.outbox import Delivery, ToPerson
from core.model.people import Identity, Platform
from core.model.thread import MessageKind
from core.ports import Parcel
from core.scene import Skip
from core.text import Json, Text
from tests.fakes.office import HOUR, SYSTEM, Office, desk_of
from tests.fakes.signer import SIGNER

MAILING = desk_of(by_mail=True, answered_by_mail=True)
HELLO = Text.of("Hello")
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY


@pytest.fixture
def mailing(office: Office) -> Office:
    office.use(MAILING)
    return office


def mails(owed: list[Delivery]) -> list[Delivery]:
    return [one for one in owed if isinstance(one.address, ToPerson) and one.address.platform is Platform.EMAIL]


async def prefer(office: Office, who: str, value: Mapping[str, Json]) -> None:
    async with office.store.write() as work:
        await work.preferences.put(office.people[who], PREFERENCE, value, office.clock.now())


async def the_mail(office: Office, command: Command, who: str) -> Parcel:
    [owed] = mails(await office.owed_by(command, who))
    parcel = await office.composed(owed)
    assert isinstance(parcel, Parcel)
    return parcel


def card_of(parcel: Parcel) -> Card:
    assert isinstance(parcel.content, Card)
    return parcel.content


WANTED = [
    # kind, what they chose, whether they are on chat; whether they are written to
    (MailKind.ANSWER, {}, False, True),
    (MailKind.ANSWER, {}, True, False),
    (MailKind.ANSWER, {"mail": {"answer": True}}, True, True),
    (MailKind.ANSWER, {"mail": {"answer": False}}, False, False),
    (MailKind.ANSWER, {"mail": {"answer": "no"}}, False, True),
    (MailKind.ANSWER, {"mail": ["answer"]}, False, True),
    (MailKind.SOLVED, {"mail": {"answer": False}}, False, True),
    (MailKind.ASSIGNED, {}, False, True),
    (MailKind.OFFERED, {}, False, False),
    (MailKind.OFFERED, {"mail": {"offered": True}}, True, True),
    (MailKind.SAID, {}, False, False),
    (MailKind.RECEIVED, {}, True, True),
    (MailKind.RECEIVED, {"mail": {"received": False}}, False, False),
]


@pytest.mark.parametrize(("kind", "preferences", "is_on_chat", "wanted"), WANTED)
def test_whoever_no_chat_reaches_is_written_to_unless_they_say_otherwise(
    kind: MailKind, preferences: Mapping[str, Json], is_on_chat: bool, wanted: bool
) -> None:
    assert is_wanted(kind, preferences, is_on_chat=is_on_chat) is wanted


def test_a_choice_leaves_the_others_as_they_were() -> None:
    kept = {"mail": {"answer": False, "solved": "?"}, "theme": "dark"}
    assert chosen(kept, {MailKind.SOLVED: True}) == {"answer": False, "solved": True}


async def held(office: Office, **more: object) -> TicketId:
    ticket = await office.open(**more)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    return ticket


TOLD = [
    # who does what; who is written to
    ("asha", PostMessage, {"kind": REPLY, "text": HELLO}, ["sam"]),
    ("asha", PostMessage, {"kind": NOTE, "text": HELLO}, []),
    ("lee", PostMessage, {"kind": NOTE, "text": HELLO}, []),
    ("sam", PostMessage, {"kind": REPLY, "text": HELLO}, []),
    ("asha", ResolveTicket, {"answer": HELLO}, ["sam"]),
    ("lee", AssignTicket, {"assignee": "abe"}, ["abe"]),
]


@pytest.mark.parametrize(("who", "kind", "given", "written_to"), TOLD)
async def test_people_are_written_of_what_is_for_them_and_never_of_a_note(
    mailing: Office, who: str, kind: type[Command], given: dict[str, object], written_to: list[str]
) -> None:
    ticket = await held(mailing)
    if "assignee" in given:
        given = {"assignee": mailing.people[str(given["assignee"])]}
    owed = await mailing.owed_by(kind(ticket=ticket, **given), who)  # type: ignore[call-arg]  # each has its own
    assert mailing.pinged(mails(owed)) == written_to


async def test_the_requester_is_written_of_a_reopening_that_is_not_theirs(mailing: Office) -> None:
    ticket = await held(mailing)
    await mailing.do(ResolveTicket(ticket=ticket), "asha")
    by_staff = await mailing.owed_by(ReopenTicket(ticket=ticket, why=HELLO), "asha")
    assert mailing.pinged(mails(by_staff)) == ["sam"]
    await mailing.do(ResolveTicket(ticket=ticket), "asha")
    own = await mailing.owed_by(ReopenTicket(ticket=ticket, why=HELLO), "sam")
    assert mailing.pinged(mails(own)) == []


async def test_whoever_has_a_ticket_is_written_of_its_words_if_they_ask_for_it(mailing: Office) -> None:
    ticket = await held(mailing)
    await prefer(mailing, "asha", {"said": True})
    owed = await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "sam")
    assert mailing.pinged(mails(owed)) == ["asha"]


async def test_a_desk_without_mail_owes_none(office: Office) -> None:
    ticket = await held(office)
    assert mails(await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")) == []


async def test_chat_is_enough_for_whoever_is_there(mailing: Office) -> None:
    mailing.use(replace(MAILING, messengers=frozenset({Platform.DISCORD})))
    await mailing.join("sam")
    ticket = await held(mailing)
    assert mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")) == []


async def test_a_mail_says_all_that_was_answered_how_far_it_is_and_how_to_answer(mailing: Office) -> None:
    ticket = await held(mailing)
    long = Text.of("A long answer. " * 100)
    parcel = await the_mail(mailing, PostMessage(ticket=ticket, kind=REPLY, text=long), "asha")
    card = card_of(parcel)
    assert parcel.recipient == "sam@example.com"
    assert card.body == long
    assert [step.state for step in card.progress] == [
        StepState.DONE,
        StepState.DONE,
        StepState.NOW,
        StepState.TO_COME,
    ]
    assert card.footer.startswith("Answer this mail")
    assert all(button.url for button in card.buttons)


async def test_a_resolution_is_told_with_its_answer(mailing: Office) -> None:
    ticket = await held(mailing)
    parcel = await the_mail(mailing, ResolveTicket(ticket=ticket, answer=Text.of("It is mended.")), "asha")
    assert card_of(parcel).body.plain() == "It is mended."


async def test_the_link_that_ends_such_mails_is_the_same_at_every_try(mailing: Office) -> None:
    ticket = await held(mailing)
    [owed] = mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"))
    links = []
    for _ in range(2):
        parcel = await mailing.composed(owed)
        assert isinstance(parcel, Parcel) and parcel.mailing is not None
        links.append(parcel.mailing.unsubscribe)
        mailing.clock.advance(HOUR)
    assert links[0] == links[1] is not None
    token = links[0].rpartition("/")[2]
    assert SIGNER.read(UNSUBSCRIBE, token, mailing.clock.now()) == f"{mailing.people['sam']}:answer"


async def test_of_a_sensitive_ticket_a_mail_says_its_ref_and_the_way_there(mailing: Office) -> None:
    ticket = await mailing.open(category="welfare", title="SECRET trouble", answers={})
    await mailing.do(ClaimTicket(ticket=ticket), "wen")
    parcel = await the_mail(mailing, PostMessage(ticket=ticket, kind=REPLY, text=Text.of("SECRET words")), "wen")
    assert "SECRET" not in repr(parcel.content) and "Wen" not in repr(parcel.content)
    assert card_of(parcel).title == f"T-{ticket}" and card_of(parcel).progress == ()


async def test_whoever_turns_a_kind_off_meanwhile_is_not_written_of_it_any_more(mailing: Office) -> None:
    ticket = await held(mailing)
    [owed] = mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"))
    await prefer(mailing, "sam", {"answer": False})
    assert await mailing.composed(owed) == Skip("the person wants no such mail")


async def test_an_address_that_nobody_confirmed_is_not_written_to(mailing: Office) -> None:
    async with mailing.store.write() as work:
        await work.people.save(replace(await mailing.person("sam"), email_confirmed=False))
    ticket = await held(mailing)
    assert mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")) == []


async def test_whoever_wrote_by_mail_is_written_to_where_they_wrote_from(mailing: Office) -> None:
    async with mailing.store.write() as work:
        await work.people.save(replace(await mailing.person("sam"), email=None, email_confirmed=False))
        await work.people.bind(mailing.people["sam"], Identity(Platform.EMAIL, "", "sam@home.example"))
    ticket = await held(mailing)
    parcel = await the_mail(mailing, PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")
    assert parcel.recipient == "sam@home.example"


async def test_an_address_that_bounced_is_not_written_to_until_it_is_cleared(mailing: Office) -> None:
    ticket = await held(mailing)
    [waiting] = mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"))
    await mailing.do(ReportTrouble(key=bounce_key("SAM@example.com"), sentence="It came back."), SYSTEM)
    assert await mailing.composed(waiting) == Skip("there is no address that takes mail")
    assert mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")) == []
    async with mailing.store.write() as work:
        await work.troubles.mend(bounce_key("sam@example.com"))
    assert mails(await mailing.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"))


async def test_a_follower_who_may_not_see_it_is_mailed_nothing_that_names_it(mailing: Office) -> None:
    ticket = await mailing.open(category="login", title="SECRET title", answers={})
    await mailing.do(FollowTicket(ticket=ticket), "kim")
    owed = mails(await mailing.owed_by(ResolveTicket(ticket=ticket, answer=HELLO), "pia"))
    [to_kim] = [one for one in owed if mailing.pinged([one]) == ["kim"]]
    parcel = await mailing.composed(to_kim)
    assert isinstance(parcel, Parcel) and parcel.ticket is None
    card = card_of(parcel)
    told = f"{card.title} {card.subtitle} {card.body.plain()} {card.url} {card.footer} {card.fields}"
    assert "SECRET" not in told and card.progress == ()
    assert [button.label for button in card.buttons] == ["Fewer mails like this"]


async def test_staff_who_ask_are_not_told_of_a_mail_where_there_was_none(mailing: Office) -> None:
    owed = await mailing.owed_by(OpenTicket(title="Mine", description=HELLO, category="forum"), "asha")
    assert mails(owed) == []


async def test_a_ticket_that_a_mail_opened_is_confirmed_by_mail_and_no_other(mailing: Office) -> None:
    opening = OpenTicket(title="Lost", description=HELLO, category="forum")
    assert mails(await mailing.owed_by(opening, "sam")) == []
    [owed] = mails(await mailing.owed_by(opening, mailing.actor("sam", door=Platform.EMAIL)))
    parcel = await mailing.composed(owed)
    assert isinstance(parcel, Parcel)
    assert parcel.mailing is not None and parcel.mailing.kind is MailKind.RECEIVED
    assert card_of(parcel).subtitle == "Your mail is here: it became this ticket"
