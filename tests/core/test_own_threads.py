"""A platform where each of a ticket's people has a thread of their own, and the staff one of theirs: who has one, what
is told there, and how what is written in one is marked once it is with the others."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from core.cards.card import Card
from core.commands import (
    AddParticipant,
    AssignTicket,
    ClaimTicket,
    PostMessage,
    React,
    RemoveParticipant,
    ReplaceThread,
    ResolveTicket,
    TransferTicket,
    UndoMessage,
)
from core.composing import Skip
from core.model.desk import Place
from core.model.ids import TicketId
from core.model.outbox import Delivery, DeliveryState, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind, Thread
from core.ports import Marked, Parcel, Reacted, Receipt
from core.receipts import take_receipt
from core.text import Text
from tests.fakes.office import SYSTEM, Office, on_slack

SLACK, WEB = Platform.SLACK, Platform.WEB
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")


@pytest.fixture
async def office(office: Office) -> Office:
    """sam, kim, asha and abe are on Slack; pia is not."""
    office.use(on_slack(office.desk))
    await office.join("sam", "kim", "asha", "abe", platform=SLACK)
    return office


async def opened(office: Office, door: Platform = SLACK, category: str = "exams") -> TicketId:
    ticket = await office.open(door=door, category=category)
    await office.carry_out()
    return ticket


async def owners(office: Office, ticket: TicketId) -> list[str]:
    """Whose threads there are; the staff's by its channel."""
    names = {person: who for who, person in office.people.items()}
    threads = await office.threads(ticket, SLACK)
    return [thread.place or names[thread.participant] for thread in threads if thread.place or thread.participant]


async def own(office: Office, ticket: TicketId, who: str) -> Thread:
    return next(t for t in await office.threads(ticket, SLACK) if t.participant == office.people[who])


async def staffs(office: Office, ticket: TicketId, place: str = "of academics") -> Thread:
    return next(t for t in await office.threads(ticket, SLACK) if t.place == place)


async def told(office: Office, owed: Sequence[Delivery], ticket: TicketId) -> dict[str, str]:
    """Thread -> the intents that it is owed."""
    threads = dict(zip((t.id for t in await office.threads(ticket, SLACK)), await owners(office, ticket), strict=True))
    found: dict[str, list[str]] = {}
    for one in owed:
        if isinstance(one.address, ToThread) and one.state is DeliveryState.PENDING:
            found.setdefault(threads[one.address.thread], []).append(str(one.intent))
    return {name: " ".join(intents) for name, intents in found.items()}


def written_to(owed: Sequence[Delivery], office: Office) -> list[str]:
    return office.pinged([o for o in owed if isinstance(o.address, ToPerson) and o.address.platform is SLACK])


async def parcel(office: Office, delivery: Delivery) -> Parcel:
    found = await office.composed(delivery)
    assert isinstance(found, Parcel), found
    return found


def the(owed: Sequence[Delivery], intent: Intent) -> Delivery:
    [found] = [one for one in owed if one.intent is intent]
    return found


# --- who has one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("door", "there"), [(SLACK, ["sam", "of academics"]), (WEB, ["of academics"])])
async def test_who_asks_there_has_a_thread_there(office: Office, door: Platform, there: list[str]) -> None:
    assert await owners(office, await opened(office, door)) == there


async def test_nobody_has_one_where_the_door_is_closed(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset()))
    assert await owners(office, await opened(office)) == ["of academics"]


@pytest.mark.parametrize(("who", "there"), [("kim", ["of academics", "kim"]), ("pia", ["of academics"])])
async def test_whoever_is_added_and_is_there_gets_one_with_what_was_said(
    office: Office, who: str, there: list[str]
) -> None:
    ticket = await opened(office, WEB)
    await office.say(ticket, "sam", "From the start")
    await office.carry_out()
    owed = await office.owed_by(AddParticipant(ticket=ticket, person=office.people[who]), "sam")
    assert await owners(office, ticket) == there
    assert (await told(office, owed, ticket)).get(who) == ("create_thread history" if who == "kim" else None)
    assert written_to(owed, office) == []


async def test_who_was_taken_out_is_told_hears_nothing_more_and_comes_back_to_the_same_thread(office: Office) -> None:
    ticket = await opened(office)
    add = AddParticipant(ticket=ticket, person=office.people["kim"])
    await office.do(add, "sam")
    await office.carry_out()
    kims = await own(office, ticket, "kim")
    owed = await office.owed_by(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    to_kim = [one for one in owed if one.address == ToThread(kims.id, SLACK)]
    news = (await parcel(office, the(to_kim, Intent.NEWS))).content
    assert isinstance(news, Card) and news.title == "Sam Student removed Kim Other"
    card = await office.composed(the(to_kim, Intent.TICKET_CARD))
    assert isinstance(card, Skip)
    await office.finish(owed)

    heard = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")
    for one in heard:
        if one.address == ToThread(kims.id, SLACK):
            assert isinstance(await office.composed(one), Skip)
    await office.do(add, "sam")
    assert (await own(office, ticket, "kim")).id == kims.id


async def test_one_that_is_gone_is_made_again(office: Office) -> None:
    ticket = await opened(office)
    lost = await own(office, ticket, "sam")
    owed = await office.owed_by(ReplaceThread(ticket=ticket, thread=lost.id, reason="deleted"), SYSTEM)
    again = await own(office, ticket, "sam")
    assert again.id != lost.id
    assert (await told(office, owed, ticket))["sam"] == "create_thread history"


async def test_a_thread_is_made_with_its_owner_and_what_the_ticket_was_opened_with(office: Office) -> None:
    file = await office.upload("sam")
    ticket = await office.open(door=SLACK, files=(file.id,))
    made = {}
    for one in await office.owed():
        if one.intent is Intent.CREATE_THREAD:
            found = await parcel(office, one)
            made[found.recipient] = [each.name for each in found.files]
    assert made == {"d-sam": ["a.png"], None: ["a.png"]}
    assert len(await office.threads(ticket, SLACK)) == 2


async def test_of_a_sensitive_ticket_the_staffs_thread_gets_no_file_and_no_word(office: Office) -> None:
    file = await office.upload("sam")
    ticket = await office.open(door=SLACK, files=(file.id,), category="welfare")
    parcels = [await parcel(office, one) for one in await office.owed() if one.intent is Intent.CREATE_THREAD]
    [triage] = [one for one in parcels if one.thread is not None and one.thread.audience is Audience.STAFF]
    assert triage.files == () and "grade" not in repr(triage.content)
    await office.carry_out()
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "sam")
    assert await told(office, owed, ticket) == {"sam": "message"}
    claimed = await office.owed_by(ClaimTicket(ticket=ticket), "wen")
    assert (await told(office, claimed, ticket))["of academics"] == "ticket_card"


async def test_who_cannot_be_reached_gets_none_and_nothing_is_said_into_the_void(office: Office) -> None:
    ticket = await office.open("pia", door=SLACK)
    for one in await office.owed():
        if isinstance(one.address, ToThread) and one.address.thread == (await own(office, ticket, "pia")).id:
            assert await office.composed(one) == Skip("the person is no longer there")
    [said] = [
        one
        for one in await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha")
        if one.address == ToThread((await own(office, ticket, "pia")).id, SLACK) and one.intent is Intent.MESSAGE
    ]
    assert await office.composed(said) == Skip("the thread was never made")


# --- what is told there ---------------------------------------------------------------------------------------------


async def test_ones_own_card_has_ones_own_buttons(office: Office) -> None:
    ticket = await opened(office)
    labels = {}
    for one in await office.owed_by(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "lee"):
        if one.intent is Intent.TICKET_CARD:
            found = await parcel(office, one)
            assert isinstance(found.content, Card) and found.thread is not None
            labels[found.thread.audience] = [button.label for button in found.content.buttons]
    assert labels == {
        Audience.REQUESTER: ["Urgent", "Close"],
        Audience.STAFF: ["Resolve", "Urgent", "Priority", "Close", "Note"],
    }


@pytest.mark.parametrize(("who", "to"), [("asha", "asha"), ("lee", "abe")])
async def test_whose_ticket_it_becomes_is_named_in_the_staffs_thread_and_nowhere_else(
    office: Office, who: str, to: str
) -> None:
    ticket = await opened(office)
    command = ClaimTicket(ticket=ticket) if who == to else AssignTicket(ticket=ticket, assignee=office.people[to])
    owed = await office.owed_by(command, who)
    pings = {}
    for one in owed:
        if one.intent is Intent.NEWS:
            found = await parcel(office, one)
            assert found.thread is not None
            pings[found.thread.audience] = found.pings
    assert pings == {Audience.STAFF: (f"d-{to}",), Audience.REQUESTER: ()}
    assert written_to(owed, office) == []


async def test_nobody_is_written_to_about_what_their_thread_says(office: Office) -> None:
    ticket = await opened(office)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.carry_out()
    for command, who in (
        (PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "sam"),
        (PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"),
        (PostMessage(ticket=ticket, kind=NOTE, text=HELLO), "abe"),
        (ResolveTicket(ticket=ticket, answer=HELLO), "asha"),
    ):
        assert written_to(await office.owed_by(command, who), office) == []


async def test_who_asked_elsewhere_is_written_to_when_it_is_solved(office: Office) -> None:
    ticket = await opened(office, WEB)
    assert written_to(await office.owed_by(ResolveTicket(ticket=ticket, answer=HELLO), "asha"), office) == ["sam"]


async def test_the_assignee_of_a_sensitive_ticket_is_written_to_since_triage_hears_no_word(office: Office) -> None:
    await office.join("wen", platform=SLACK)
    ticket = await opened(office, category="welfare")
    await office.do(ClaimTicket(ticket=ticket), "wen")
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "sam")
    assert written_to(owed, office) == ["wen"]


async def test_a_ticket_that_is_handed_over_goes_on_in_the_other_teams_channel(office: Office) -> None:
    ticket = await opened(office)
    await office.say(ticket, "sam", "From the start")
    await office.say(ticket, "asha", "Not ours", kind=NOTE)
    await office.carry_out()
    owed = await office.owed_by(TransferTicket(ticket=ticket, team="platform"), "asha")
    intents = await told(office, owed, ticket)
    assert intents["of academics"] == "ticket_card news"
    assert intents["of platform"] == "create_thread history"
    [history] = [one.content for one in await office.carry_out() if one.delivery.intent is Intent.HISTORY]
    assert isinstance(history, Card)
    assert "Asha Agent (note)" in history.body.plain() and "From the start" in history.body.plain()
    for kind in (REPLY, NOTE):
        heard = await told(
            office, await office.owed_by(PostMessage(ticket=ticket, kind=kind, text=HELLO), "pia"), ticket
        )
        assert "of platform" in heard and "message" not in heard.get("of academics", "")


async def test_a_channel_that_moved_takes_nothing_from_the_threads_in_the_old_one(office: Office) -> None:
    ticket = await opened(office)
    team = office.desk.teams["academics"]
    moved = replace(team, places=(Place(SLACK, "new"),))
    office.use(replace(office.desk, teams={**office.desk.teams, "academics": moved}))
    heard = await told(office, await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "sam"), ticket)
    assert heard["of academics"] == "message"


# --- marks ----------------------------------------------------------------------------------------------------------


async def marks(office: Office, parcels: Sequence[Parcel]) -> list[tuple[str, MessageKind]]:
    """Where what was marked."""
    names = {thread.id: "sam" if thread.participant else "staff" for thread in await _threads(office, parcels)}
    found = []
    for one in parcels:
        if isinstance(one.content, Marked) and one.thread is not None:
            assert one.copy is not None and one.copy.external_ids == ("7.1",)
            found.append((names[one.thread.id], one.content.kind))
    return found


async def _threads(office: Office, parcels: Sequence[Parcel]) -> list[Thread]:
    return [one.thread for one in parcels if one.thread is not None]


async def write(office: Office, ticket: TicketId, who: str, kind: MessageKind, thread: Thread) -> None:
    post = PostMessage(ticket=ticket, kind=kind, text=HELLO, external_id="7.1")
    await office.do(post, who, door=SLACK, thread=thread.id)


@pytest.mark.parametrize(
    ("who", "kind", "where"),
    [("sam", REPLY, "sam"), ("asha", REPLY, "staff"), ("asha", NOTE, "staff")],
)
async def test_what_is_written_is_marked_there_once_the_others_have_it(
    office: Office, who: str, kind: MessageKind, where: str
) -> None:
    ticket = await opened(office)
    thread = await (own(office, ticket, "sam") if who == "sam" else staffs(office, ticket))
    await write(office, ticket, who, kind, thread)
    parcels = await office.carry_out()
    assert await marks(office, parcels) == [(where, kind)]
    order = [one.delivery.intent for one in parcels if one.delivery.intent in (Intent.MESSAGE, Intent.MARK)]
    assert order == ([Intent.MARK] if kind is NOTE else [Intent.MESSAGE, Intent.MARK])


async def test_a_reply_to_somebody_without_a_thread_anywhere_is_with_them_at_once(office: Office) -> None:
    ticket = await opened(office, WEB)
    await write(office, ticket, "asha", REPLY, await staffs(office, ticket))
    assert [kind for _where, kind in await marks(office, await office.carry_out())] == [REPLY]


async def test_it_is_not_marked_as_long_as_one_of_them_has_it_not(office: Office) -> None:
    ticket = await opened(office)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.carry_out()
    await write(office, ticket, "asha", REPLY, await staffs(office, ticket))
    owed = [one for one in await office.owed() if one.intent is Intent.MESSAGE and one.state is DeliveryState.PENDING]
    assert len(owed) == 2
    for one, is_last in zip(owed, (False, True), strict=True):
        delivered = await parcel(office, one)
        await office.finish([one])
        async with office.store.write() as work:
            receipt = Receipt(external_id="9.1", parts=("9.1",))
            assert await take_receipt(delivered, receipt, work, office.clock.now(), office.keys) is is_last
    assert [kind for _where, kind in await marks(office, await office.carry_out())] == [REPLY]


async def test_what_was_taken_back_is_not_marked(office: Office) -> None:
    ticket = await opened(office)
    await write(office, ticket, "asha", NOTE, await staffs(office, ticket))
    await office.do(UndoMessage(ticket=ticket), "asha")
    mark = the([o for o in await office.owed() if o.state is DeliveryState.PENDING], Intent.MARK)
    assert await office.composed(mark) == Skip("the message was taken back")


# --- reactions ------------------------------------------------------------------------------------------------------


async def test_a_reaction_in_ones_own_thread_is_shown_to_the_others_there_and_not_again_where_it_was_set(
    office: Office,
) -> None:
    ticket = await opened(office)
    message = (await office.say(ticket, "asha", "Have a look")).id
    await office.carry_out()
    sams = await own(office, ticket, "sam")
    react = React(ticket=ticket, message=message, emoji="👍", on=True)
    owed = await office.owed_by(react, "sam", door=SLACK, thread=sams.id)
    assert await told(office, owed, ticket) == {"of academics": "reactions"}
    [shown] = await office.carry_out()
    assert shown.content == Reacted(("👍",))
    elsewhere = React(ticket=ticket, message=message, emoji="🎉", on=True)
    await office.do(elsewhere, "asha", door=SLACK, thread=(await staffs(office, ticket)).id)
    [shown] = await office.carry_out()
    assert shown.thread is not None and shown.thread.id == sams.id
    assert shown.content == Reacted(("🎉",))
