"""What the desk remembers of a delivery: where a thread is, its card, and what the platform calls each copy."""

from dataclasses import replace

from core.commands import EditMessage, PostMessage, SetPriority
from core.model.ids import TicketId
from core.model.outbox import DeliveryState, Intent
from core.model.people import Platform
from core.model.thread import Audience, MessageKind, Thread
from core.model.ticket import Priority
from core.ports import Parcel, Receipt
from core.receipts import take_receipt
from core.text import Text
from tests.fakes.channels import ScriptedChannel
from tests.fakes.office import Office, on_discord

MADE = Receipt(external_id="100", card="101", realm="guild")


async def opened(office: Office) -> tuple[TicketId, dict[Audience, Parcel]]:
    """With the parcels that are to make its two threads."""
    office.use(on_discord(office.desk))
    ticket = await office.open()
    parcels = [await office.composed(one) for one in await office.owed() if one.intent is Intent.CREATE_THREAD]
    return ticket, {one.thread.audience: one for one in parcels if isinstance(one, Parcel) and one.thread is not None}


async def take(office: Office, parcel: Parcel, receipt: Receipt) -> bool:
    async with office.store.write() as work:
        return await take_receipt(parcel, receipt, work, office.clock.now(), office.keys)


async def threads(office: Office, ticket: TicketId) -> dict[Audience, Thread]:
    return {thread.audience: thread for thread in await office.threads(ticket)}


async def test_a_thread_that_was_made_is_known_by_its_place_card_and_where_reading_begins(office: Office) -> None:
    ticket, parcels = await opened(office)
    await take(office, parcels[Audience.REQUESTER], MADE)
    made = (await threads(office, ticket))[Audience.REQUESTER]
    assert (made.external_id, made.card, made.realm, made.place) == ("100", "101", "guild", "for exams")
    assert made.cursor == "100"
    async with office.store.read() as work:
        assert await work.threads.find(Platform.DISCORD, "100") == made


async def test_a_thread_is_remembered_where_it_was_in_fact_made(office: Office) -> None:
    ticket, parcels = await opened(office)
    parcel = parcels[Audience.STAFF]
    assert parcel.thread is not None
    await take(office, replace(parcel, thread=replace(parcel.thread, place="new")), MADE)
    assert (await threads(office, ticket))[Audience.STAFF].place == "new"


async def test_what_was_read_already_is_not_read_again(office: Office) -> None:
    ticket, parcels = await opened(office)
    first = (await threads(office, ticket))[Audience.REQUESTER]
    async with office.store.write() as work:
        await work.threads.save(replace(first, cursor="150"))
    await take(office, parcels[Audience.REQUESTER], MADE)
    assert (await threads(office, ticket))[Audience.REQUESTER].cursor == "150"


async def test_the_staffs_card_is_shown_afresh_when_the_requesters_thread_appears(office: Office) -> None:
    ticket, parcels = await opened(office)
    assert not await take(office, parcels[Audience.STAFF], replace(MADE, external_id="200", card="200"))
    before = (await office.owed())[-1].id
    assert await take(office, parcels[Audience.REQUESTER], MADE)
    staffs = (await threads(office, ticket))[Audience.STAFF]
    [card] = await office.owed(before)
    assert (card.intent, card.address.lane, card.ticket) == (Intent.TICKET_CARD, f"thread:{staffs.id}", ticket)
    refreshed = await office.composed(card)
    assert isinstance(refreshed, Parcel) and refreshed.home is not None
    assert refreshed.home.external_id == "100"


async def test_a_staffs_card_that_was_made_side_by_side_with_the_thread_is_shown_afresh_too(office: Office) -> None:
    ticket, parcels = await opened(office)
    before = (await office.owed())[-1].id
    assert not await take(office, parcels[Audience.REQUESTER], MADE)
    assert await take(office, parcels[Audience.STAFF], replace(MADE, external_id="200", card="200"))
    [card] = await office.owed(before)
    assert (card.intent, card.ticket) == (Intent.TICKET_CARD, ticket)


async def test_a_staffs_card_that_comes_second_shows_the_way_by_itself(office: Office) -> None:
    ticket, parcels = await opened(office)
    before = (await office.owed())[-1].id
    assert not await take(office, parcels[Audience.REQUESTER], MADE)
    knows = replace(parcels[Audience.STAFF], home=(await threads(office, ticket))[Audience.REQUESTER])
    assert not await take(office, knows, replace(MADE, external_id="200", card="200"))
    assert await office.owed(before) == []


async def test_a_new_card_takes_the_old_ones_place_and_no_card_leaves_it(office: Office) -> None:
    ticket, parcels = await opened(office)
    await take(office, parcels[Audience.REQUESTER], MADE)
    owed = await office.owed_by(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
    parcel = await office.composed(next(one for one in owed if one.intent is Intent.TICKET_CARD))
    assert isinstance(parcel, Parcel)
    shown = []
    for receipt in (Receipt(card="101"), Receipt(), Receipt(card="300")):
        await take(office, parcel, receipt)
        shown.append((await threads(office, ticket))[Audience.REQUESTER].card)
    assert shown == ["101", "101", "300"]


async def test_words_that_became_several_messages_are_known_by_all_of_them_and_an_edit_may_make_them_fewer(
    office: Office,
) -> None:
    ticket, _ = await opened(office)
    channel = ScriptedChannel()
    await office.carry_out(channel)
    shared = (await threads(office, ticket))[Audience.REQUESTER].id
    channel.parts = 3
    said = await office.say(ticket, "asha", "Long " * 1_000)
    [first] = [one.delivery.id for one in await office.carry_out(channel) if one.delivery.intent is Intent.MESSAGE]
    assert await office.copies(said.id) == {shared: (f"made-{first}", f"made-{first}-2", f"made-{first}-3")}
    channel.parts = 1
    await office.do(EditMessage(ticket=ticket, message=said.id, text=Text.of("Short")), "asha")
    [edit] = [one for one in await office.carry_out(channel) if one.delivery.intent is Intent.EDIT]
    assert edit.copy is not None and len(edit.copy.external_ids) == 3
    assert await office.copies(said.id) == {shared: (f"made-{edit.delivery.id}",)}
    async with office.store.read() as work:
        assert await work.copies.find(shared, f"made-{edit.delivery.id}") == said.id
        assert await work.copies.find(shared, f"made-{first}-2") is None


async def test_a_copy_of_which_the_platform_told_no_name_is_not_known(office: Office) -> None:
    ticket, parcels = await opened(office)
    await take(office, parcels[Audience.REQUESTER], MADE)
    owed = await office.owed_by(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("Hello")), "asha")
    parcel = await office.composed(next(one for one in owed if one.intent is Intent.MESSAGE))
    assert isinstance(parcel, Parcel) and parcel.delivery.message is not None
    await take(office, parcel, Receipt(external_id="500"))
    assert await office.copies(parcel.delivery.message) == {}


async def test_what_goes_to_a_person_or_a_space_leaves_nothing_to_remember(office: Office) -> None:
    await office.open(priority=Priority.URGENT)
    for delivery in await office.owed():
        parcel = await office.composed(delivery)
        assert isinstance(parcel, Parcel)
        assert not await take(office, parcel, MADE)
    assert {one.state for one in await office.owed()} == {DeliveryState.PENDING}
