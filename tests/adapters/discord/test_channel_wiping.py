"""An erased ticket's threads on Discord: gone as a whole, or emptied as far as the bot may."""

import pytest

from core.cards.card import Card
from core.model.outbox import Intent
from core.model.thread import Audience, Thread
from core.model.ticket import Ticket
from core.ports import Parcel, Receipt, Retry, Wiped
from tests.adapters.discord.outbound import Scene, card_of, spoken

ERASED = Card(title="T-1 was erased on 2026-11-22")


def wiping(desk: Scene, ticket: Ticket, thread: Thread) -> Parcel:
    return desk.parcel(Intent.ERASE, Wiped(ERASED, ()), ticket, thread)


async def test_a_requesters_thread_is_deleted_with_all_in_it(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.say(ticket, thread)
    for _ in range(2):
        assert await desk.deliver(wiping(desk, ticket, thread)) == Receipt()
        assert desk.guild.threads() == []


async def test_a_thread_that_was_put_away_is_deleted_too(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.guild.archive(desk.place(thread), locked=True)
    await desk.deliver(wiping(desk, ticket, thread))
    assert desk.guild.threads() == []


async def test_the_staffs_card_stays_and_says_so_and_the_notes_under_it_go(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.thread(ticket, Audience.STAFF)
    await desk.say(ticket, thread)
    assert desk.guild.threads()
    receipt = await desk.deliver(wiping(desk, ticket, thread))
    assert desk.guild.threads() == []
    [card] = desk.asha.reads(desk.triage)
    assert receipt.card == str(card.id)
    assert "was erased" in card.text and "grade" not in card.text
    assert not card.components


async def test_a_staffs_card_that_somebody_deleted_is_no_matter(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.thread(ticket, Audience.STAFF)
    [card] = desk.asha.reads(desk.triage)
    desk.remove(card)
    assert (await desk.deliver(wiping(desk, ticket, thread))).card is None


async def test_where_the_bot_may_not_delete_it_its_words_go_and_an_admin_is_told(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    await desk.say(ticket, thread)
    await desk.sam.say(desk.place(thread), "My own words")
    desk.refuse(desk.help, "manage_threads")
    with pytest.raises(Retry, match="Manage Threads"):
        await desk.deliver(wiping(desk, ticket, thread))
    shown = [one.text for one in desk.sam.reads(desk.place(thread))]
    assert not any("grade" in one or spoken().text.plain() in one for one in shown)
    assert any("was erased" in one for one in shown)
    assert desk.reported
    desk.allow_again(desk.help)
    await desk.deliver(wiping(desk, ticket, thread))
    assert desk.guild.threads() == []


async def test_what_a_person_was_told_directly_is_taken_back(desk: Scene, ticket: Ticket) -> None:
    told = desk.parcel(Intent.PING, card_of(ticket, "Answered"), ticket, None, recipient=str(desk.sam.id))
    receipt = await desk.channel.deliver(told)
    await desk.channel.deliver(
        desk.parcel(Intent.PING, Card(title="Another"), ticket, None, recipient=str(desk.sam.id))
    )
    known = (str(receipt.external_id), "1")
    for _ in range(2):
        wiped = desk.parcel(Intent.ERASE, Wiped(ERASED, known), ticket, None, recipient=str(desk.sam.id))
        await desk.channel.deliver(wiped)
        assert ["Another" in one.text for one in desk.sam.dms] == [True]
