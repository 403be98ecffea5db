"""Direct messages on Slack, to a person and not into a thread."""

import pytest

from core.cards.card import Card
from core.model.outbox import Intent
from core.model.ticket import Ticket
from core.ports import Parcel, Retry, Spoken, Undeliverable, Unknown
from tests.adapters.slack.outbound import Scene, again, card_of, spoken


def _ping(desk: Scene, ticket: Ticket, **more: object) -> Parcel:
    more = {"recipient": desk.sam.id, **more}
    return desk.parcel(Intent.PING, card_of(ticket, "Answered"), ticket, None, **more)


async def test_a_person_is_told_directly_in_one_conversation(desk: Scene, ticket: Ticket) -> None:
    for _ in range(2):
        await desk.channel.deliver(_ping(desk, ticket))
    told = desk.sam.reads(desk.sam.dm)
    assert ["Answered" in one.text_shown for one in told] == [True, True]
    assert not any(one.is_reply for one in told)
    assert len(desk.server.called("conversations.open")) == 1


@pytest.mark.parametrize("same_process", [True, False])
@pytest.mark.parametrize("applied", [True, False])
async def test_an_answer_that_was_lost_tells_it_once(
    desk: Scene, ticket: Ticket, applied: bool, same_process: bool
) -> None:
    await desk.channel.deliver(_ping(desk, ticket))
    parcel = _ping(desk, ticket)
    desk.server.faults.drop("chat.postMessage", applied=applied)
    with pytest.raises(Unknown):
        await desk.channel.deliver(parcel)
    channel = desk.channel if same_process else desk.another_process()
    receipt = await channel.deliver(again(parcel, uncertain=True))
    told = desk.sam.reads(desk.sam.dm)
    assert len(told) == 2 and receipt.external_id == told[1].ts


async def test_an_admin_is_told_of_a_trouble(desk: Scene, ticket: Ticket) -> None:
    card = Card(title="The desk needs your help")
    parcel = desk.parcel(Intent.TROUBLE, card, ticket, None, recipient=desk.asha.id)
    await desk.channel.deliver(parcel)
    assert "needs your help" in desk.asha.reads(desk.asha.dm)[0].text_shown


async def test_somebody_who_left_cannot_be_told(desk: Scene, ticket: Ticket) -> None:
    desk.sam.deactivate()
    for recipient in (desk.sam.id, "U0NOBODY0", desk.server.bot_user):
        with pytest.raises(Undeliverable, match="takes no messages"):
            await desk.channel.deliver(_ping(desk, ticket, recipient=recipient))
    assert desk.reported == []


async def test_a_messages_tab_that_is_off_is_told_of_and_everything_waits(desk: Scene, ticket: Ticket) -> None:
    desk.server.installed.messages_tab = False
    parcel = _ping(desk, ticket)
    with pytest.raises(Retry, match="Messages Tab") as caught:
        await desk.channel.deliver(parcel)
    assert caught.value.after == 300
    assert desk.keys == ["slack:messages-tab"]
    desk.server.installed.messages_tab = True
    await desk.channel.deliver(again(parcel))
    assert "slack:messages-tab" in desk.mended


@pytest.mark.parametrize("content", [spoken(), card_of])
async def test_what_is_for_no_person_and_no_thread_is_undeliverable(
    desk: Scene, ticket: Ticket, content: Spoken | object
) -> None:
    words = content if isinstance(content, Spoken) else card_of(ticket)
    for recipient in (None, desk.sam.id if isinstance(content, Spoken) else None):
        with pytest.raises(Undeliverable):
            await desk.channel.deliver(desk.parcel(Intent.PING, words, ticket, None, recipient=recipient))
