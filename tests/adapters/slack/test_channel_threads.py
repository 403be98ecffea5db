"""A ticket's thread on Slack: made once under its card, which is kept up to date, told news, and found gone."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from adapters.slack.api.pacing import Pacing
from adapters.slack.spot import Spot
from core.model.ids import TicketId
from core.model.outbox import Intent
from core.model.thread import Audience, MessageKind, Thread
from core.model.ticket import Ticket
from core.ports import Gone, Receipt, Retry, Roster, Settled, Undeliverable, Unknown
from core.text import Text
from tests.adapters.slack.outbound import PAGE, Scene, again, card_of, spoken

POST = "chat.postMessage"


# --- made ----------------------------------------------------------------------------------------------------------


async def test_a_persons_thread_begins_with_the_card_in_their_direct_message(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.bound(ticket)
    receipt = await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
    [card] = desk.sam.reads(desk.sam.dm)
    spot = Spot(desk.sam.dm.id, card.ts)
    assert receipt == Receipt(external_id=spot.external_id, card=card.ts, cursor=card.ts, realm=desk.server.team)
    assert "My grade is missing" in card.text_shown and "Claim" in card.buttons
    assert card.username is None and not card.replies
    assert desk.made == [(ticket.id, desk.office.people["sam"], spot)]
    assert desk.reported == []


async def test_the_staffs_thread_begins_with_the_card_in_triage(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.thread(ticket, Audience.STAFF)
    [card] = desk.asha.reads(desk.triage)
    assert thread.external_id == f"{desk.triage.id}:{card.ts}"
    assert (thread.card, thread.cursor, thread.realm) == (card.ts, card.ts, desk.server.team)
    assert "Begin with // for a note" in card.text_shown and "answers the student" in card.text_shown
    assert f"{PAGE}{ticket.ref}" in str(card.blocks)
    assert desk.made == [(ticket.id, None, Spot(desk.triage.id, card.ts))]


async def test_where_plain_words_are_notes_the_card_says_so(desk: Scene, ticket: Ticket) -> None:
    channel = desk.another_process(staff_message_is=MessageKind.NOTE)
    thread = await desk.bound(ticket, Audience.STAFF)
    await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread), channel)
    await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket), ticket, await desk.again(thread)), channel)
    [card] = desk.asha.reads(desk.triage)
    assert "A plain message here is a note" in card.text_shown and "// to answer the student" in card.text_shown


async def test_the_desk_hears_of_the_thread_before_anything_is_in_it(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.bound(ticket)
    gate = desk.server.faults.hold("files.getUploadURLExternal")
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, files=(await desk.file(),))
    going = asyncio.create_task(desk.channel.deliver(parcel))
    await gate.arrived()
    assert len(desk.made) == 1
    gate.release()
    await going


async def test_a_thread_of_nobody_on_slack_is_undeliverable(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.bound(ticket)
    with pytest.raises(Undeliverable):
        await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, recipient=None))


async def test_a_title_that_would_ping_pings_nobody(desk: Scene) -> None:
    title = f"<!channel> <!here|x> @everyone <@{desk.asha.id}> <!subteam^S1|y> <mailto:a@b|z> @asha &lt;!channel&gt;"
    ticket = await desk.ticket(title)
    for audience in (Audience.REQUESTER, Audience.STAFF):
        thread = await desk.thread(ticket, audience)
        loud = card_of(ticket, body=Text.of(title), subtitle=title, footer=title)
        for intent in (Intent.NEWS, Intent.HISTORY, Intent.TICKET_CARD):
            await desk.channel.deliver(desk.parcel(intent, loud, ticket, thread))
        assert not desk.root(thread).pings
    assert desk.server.pings == []


async def test_settling_and_members_are_not_for_slack(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    for intent, content in ((Intent.SETTLE, Settled(over=True)), (Intent.MEMBERS, Roster())):
        with pytest.raises(Undeliverable):
            await desk.deliver(desk.parcel(intent, content, ticket, thread))


# --- made once -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.STAFF])
@pytest.mark.parametrize("same_process", [True, False])
@pytest.mark.parametrize("method", ["conversations.open", POST, "auth.test"])
@pytest.mark.parametrize("applied", [True, False])
@pytest.mark.parametrize("kind", ["fail", "drop", "hang"])
async def test_an_answer_lost_anywhere_leaves_one_card(
    desk: Scene, ticket: Ticket, audience: Audience, method: str, applied: bool, kind: str, same_process: bool
) -> None:
    thread = await desk.bound(ticket, audience)
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread)
    getattr(desk.server.faults, kind)(method, applied=applied)
    try:
        async with asyncio.timeout(0.3):
            await desk.channel.deliver(parcel)
    except (Unknown, Retry, TimeoutError):
        pass
    else:
        assert (audience, method) == (Audience.STAFF, "conversations.open")
    desk.server.faults.clear()
    channel = desk.channel if same_process else desk.another_process()
    renamed = replace(again(parcel, uncertain=True), content=card_of(ticket, "Renamed"))
    assert await channel.find(renamed) is None
    receipt = await desk.deliver(renamed, channel)
    place = desk.sam.dm if audience is Audience.REQUESTER else desk.triage
    [card] = place.messages.values()
    assert receipt.external_id == f"{place.id}:{card.ts}"
    assert {spot.ts for _, _, spot in desk.made} == {card.ts}


async def test_a_thread_is_made_once_for_each_ticket_whatever_their_titles(desk: Scene) -> None:
    tickets = [await desk.ticket("The same") for _ in range(3)]
    threads = [await desk.thread(ticket, attempts=2, uncertain=True) for ticket in tickets]
    assert len({thread.external_id for thread in threads}) == 3 == len(desk.sam.reads(desk.sam.dm))


async def test_a_hundred_at_once_make_a_hundred_threads_whatever_slack_limits(desk: Scene, ticket: Ticket) -> None:
    people = [desk.server.add_user(f"student{number}") for number in range(100)]
    threads = [await desk.bound(ticket) for _ in people]
    desk.server.faults.limit(POST, retry_after=1, times=20, where=lambda args: "thread_ts" not in args)
    desk.server.faults.drop(POST, applied=True, times=10)
    channel = desk.another_process(desk.patient(Pacing(patience=0.1)))

    async def bring(number: int) -> str:
        mine = replace(ticket, id=TicketId(number + 1))
        parcel = desk.parcel(Intent.CREATE_THREAD, card_of(mine), mine, threads[number], recipient=people[number].id)
        while True:
            try:
                return str((await channel.deliver(parcel)).external_id)
            except Retry as later:
                await asyncio.sleep(later.after or 0.05)
                parcel = again(parcel)
            except Unknown:
                parcel = again(parcel, uncertain=True)

    made = await asyncio.gather(*map(bring, range(100)))
    assert len(set(made)) == 100
    assert all(len(one.dm.messages) == 1 for one in people)


async def test_a_channel_is_not_posted_to_faster_than_slack_allows(desk: Scene) -> None:
    desk.server.limits.enable()
    channel = desk.another_process(desk.patient(Pacing(patience=0.1)))
    tickets = [await desk.ticket(f"Ticket {number}") for number in range(6)]

    async def bring(ticket: Ticket) -> None:
        thread = await desk.bound(ticket, Audience.STAFF)
        parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread)
        while True:
            try:
                await channel.deliver(parcel)
            except Retry as later:
                await asyncio.sleep(later.after or 0)
                parcel = again(parcel)
            else:
                return

    await asyncio.gather(*map(bring, tickets))
    assert len(desk.triage.messages) == 6
    assert all(request.status == 200 for request in desk.server.called(POST))


# --- the card ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.STAFF])
async def test_the_card_is_changed_where_it_stands(desk: Scene, ticket: Ticket, audience: Audience) -> None:
    thread = await desk.thread(ticket, audience)
    parcel = desk.parcel(Intent.TICKET_CARD, card_of(ticket, "Another title"), ticket, thread)
    for attempt in (parcel, again(parcel, uncertain=True)):
        receipt = await desk.deliver(attempt)
        assert receipt == Receipt(external_id=thread.card, card=thread.card)
    card = desk.root(thread)
    assert "Another title" in card.text_shown and "My grade" not in card.text_shown
    assert ("Begin with //" in card.text_shown) is (audience is Audience.STAFF)
    assert len(card.place.messages) == 1


@pytest.mark.parametrize("audience", [Audience.REQUESTER, Audience.STAFF])
@pytest.mark.parametrize("answered", [True, False])
async def test_a_card_that_was_deleted_takes_its_thread_with_it(
    desk: Scene, ticket: Ticket, audience: Audience, answered: bool
) -> None:
    thread = await desk.thread(ticket, audience)
    if answered:
        await desk.say(ticket, thread)
    desk.remove(desk.root(thread))
    with pytest.raises(Gone):
        await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket), ticket, thread))


async def test_a_card_whose_answer_was_lost_is_changed_again(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    desk.server.faults.drop("chat.update", applied=True)
    parcel = desk.parcel(Intent.TICKET_CARD, card_of(ticket, "Another title"), ticket, thread)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True))
    assert "Another title" in desk.root(thread).text_shown


# --- news and history ----------------------------------------------------------------------------------------------


def _news(desk: Scene, ticket: Ticket, thread: Thread, **more: Any) -> Any:
    return desk.parcel(Intent.NEWS, card_of(ticket, "Asha has claimed it", buttons=()), ticket, thread, **more)


async def test_news_stands_in_the_thread_once(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    parcel = _news(desk, ticket, thread)
    desk.server.faults.drop(POST, applied=True)
    with pytest.raises(Unknown):
        await desk.deliver(parcel)
    await desk.deliver(again(parcel, uncertain=True), desk.another_process())
    [said] = desk.said(thread)
    assert "Asha has claimed it" in said.text_shown
    assert said.username is None
    assert "reply_broadcast" not in desk.server.called(POST)[-1].args


async def test_the_last_news_is_seen_outside_a_persons_thread_and_not_outside_the_staffs(
    desk: Scene, ticket: Ticket, thread: Thread, staff: Thread
) -> None:
    for where in (thread, staff):
        parcel = _news(desk, ticket, where, over=True)
        desk.server.faults.drop(POST, applied=True)
        with pytest.raises(Unknown):
            await desk.deliver(parcel)
        await desk.deliver(again(parcel, uncertain=True), desk.another_process())
        assert len(desk.said(where)) == 1
    assert [one.args.get("reply_broadcast") for one in desk.server.called(POST)[-2:]] == [True, None]


async def test_history_stands_in_the_thread_and_is_not_broadcast(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    said = Text.of("Sam, 2 h ago: It was there.")
    await desk.deliver(desk.parcel(Intent.HISTORY, card_of(ticket, "Before", body=said), ticket, thread, over=True))
    assert "It was there." in desk.texts(thread)[0]
    assert "reply_broadcast" not in desk.server.called(POST)[-1].args


async def test_news_pings_whom_it_may_and_nobody_else(desk: Scene, ticket: Ticket, staff: Thread) -> None:
    await desk.deliver(_news(desk, ticket, staff, pings=(desk.asha.id,)))
    [said] = desk.said(staff)
    assert said.pings.users == {desk.asha.id} and not said.pings.channels and not said.pings.groups
    assert desk.asha.pings == [said] == desk.server.pings


async def test_after_the_news_words_go_on_in_the_same_thread(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    await desk.deliver(_news(desk, ticket, thread, over=True))
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken("And more."), ticket, thread))
    assert desk.texts(thread)[-1] == "And more."
