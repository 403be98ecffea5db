"""Direct messages on Discord, and the ping in the thread that stands in for them."""

import pytest

from core.cards.card import Card
from core.model.outbox import Intent
from core.model.ticket import Ticket
from core.ports import Parcel, Retry, Roster, Settled, Undeliverable, Unknown
from tests.adapters.discord.outbound import Scene, card_of


def _ping(desk: Scene, ticket: Ticket, **more: object) -> Parcel:
    return desk.parcel(Intent.PING, card_of(ticket, "Answered"), ticket, None, recipient=str(desk.sam.id), **more)


async def test_a_person_is_told_directly_in_one_conversation(desk: Scene) -> None:
    ticket = await desk.ticket()
    for _ in range(2):
        receipt = await desk.channel.deliver(_ping(desk, ticket))
    assert ["Answered" in one.text for one in desk.sam.dms] == [True, True]
    assert receipt.external_id == str(desk.sam.dms[-1].id)
    assert len(desk.server.called("POST", "/users/@me/channels")) == 1


async def test_an_admin_is_told_of_trouble_directly(desk: Scene) -> None:
    ticket = await desk.ticket()
    card = Card(title="The bot may not speak")
    parcel = desk.parcel(Intent.TROUBLE, card, ticket, None, recipient=str(desk.asha.id))
    await desk.channel.deliver(parcel)
    assert "The bot may not speak" in desk.asha.dms[0].text


@pytest.mark.parametrize("nonce_life", [180.0, 0.0])
async def test_what_may_have_arrived_is_not_said_twice(desk: Scene, nonce_life: float) -> None:
    desk.server.settings.nonce_life = nonce_life
    ticket = await desk.ticket()
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    with pytest.raises(Unknown):
        await desk.channel.deliver(_ping(desk, ticket, key="a" * 24))
    await desk.channel.deliver(_ping(desk, ticket, key="a" * 24, attempts=2, uncertain=True))
    assert len(desk.sam.dms) == 1


async def test_who_takes_no_direct_messages_is_pinged_in_the_thread(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    desk.sam.closes_dms = True
    await desk.channel.deliver(_ping(desk, ticket, fallback=thread))
    [ping] = desk.sam.pings
    assert ping.place is desk.place(thread)
    assert ping.content == desk.sam.mention and "Answered" in ping.text


async def test_a_ping_in_the_thread_of_what_is_over_puts_it_away_again(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    desk.sam.closes_dms = True
    await desk.channel.deliver(_ping(desk, ticket, fallback=thread, over=True))
    assert len(desk.sam.pings) == 1
    assert desk.place(thread).archived and desk.place(thread).locked


@pytest.mark.parametrize("code", [50007, 50001, 50013, 10013, 50278])
async def test_any_refusal_of_a_conversation_leads_to_the_thread(desk: Scene, code: int) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    desk.server.faults.refuse("POST", "/users/@me/channels", code)
    await desk.channel.deliver(_ping(desk, ticket, fallback=thread))
    assert len(desk.sam.pings) == 1


async def test_who_cannot_be_reached_at_all_is_a_dead_letter(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.sam.closes_dms = True
    with pytest.raises(Undeliverable, match="no direct messages"):
        await desk.channel.deliver(_ping(desk, ticket))
    desk.guild.delete_thread(desk.place(thread))
    with pytest.raises(Undeliverable, match="cannot be pinged in the thread"):
        await desk.channel.deliver(_ping(desk, ticket, fallback=thread))


async def test_too_many_conversations_in_a_short_time_wait(desk: Scene) -> None:
    ticket = await desk.ticket()
    desk.server.faults.refuse("POST", "/users/@me/channels", 40003)
    with pytest.raises(Retry) as caught:
        await desk.channel.deliver(_ping(desk, ticket))
    assert caught.value.after == 60


async def test_a_storm_of_429s_is_one_attempt_each(desk: Scene) -> None:
    ticket = await desk.ticket()
    desk.server.faults.limit("POST", "/channels/*/messages", retry_after=4)
    with pytest.raises(Retry) as caught:
        await desk.channel.deliver(_ping(desk, ticket))
    assert caught.value.after == 4
    assert len(desk.server.called("POST", "/channels/*/messages")) == 1
