"""A ticket's thread on Discord in its life: its card, its people, put away, found gone, short of room."""

import pytest

from core.model.outbox import Intent
from core.model.thread import Audience
from core.ports import Gone, Reacted, Retry, Roster, Settled, Undeliverable, Unknown
from tests.adapters.discord.outbound import DAY, Scene, card_of, spoken

# --- the card ------------------------------------------------------------------------------------------------------


async def test_the_card_is_changed_in_its_place_and_keeps_its_files(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, files=(await desk.file(),))
    receipt = await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket, "Solved"), ticket, thread))
    [card] = [one for one in desk.place(thread).messages.values() if not one.is_system]
    assert receipt.card == str(card.id) == thread.card
    assert "Solved" in card.text and len(card.attachments) == 1


async def test_a_card_that_somebody_deleted_is_posted_and_pinned_anew(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.remove(desk.place(thread).messages[int(thread.card or 0)])
    await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket), ticket, thread))
    after = await desk.again(thread)
    assert after.card != thread.card
    assert desk.place(thread).messages[int(after.card or 0)].pinned


async def test_the_staffs_card_changes_in_their_channel(desk: Scene) -> None:
    ticket = await desk.ticket()
    staff = await desk.thread(ticket, Audience.STAFF)
    home = await desk.thread(ticket)
    await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket, "Claimed"), ticket, staff, home=home))
    [card] = desk.asha.reads(desk.triage)
    assert "Claimed" in card.text and "Go to the thread" in card.text


# --- members, news, history ----------------------------------------------------------------------------------------


async def test_people_are_brought_in_and_taken_out(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    roster = Roster(present=(str(desk.asha.id),), gone=(str(desk.sam.id), "1400000000000000009"))
    await desk.deliver(desk.parcel(Intent.MEMBERS, roster, ticket, thread))
    members = desk.place(thread).members
    assert desk.asha.id in members and desk.sam.id not in members


async def test_news_pings_whom_it_may_and_nobody_else(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    news = card_of(ticket, f"<@{desk.sam.id}> It is yours", buttons=())
    await desk.deliver(desk.parcel(Intent.NEWS, news, ticket, thread, pings=(str(desk.asha.id),)))
    assert [one.content for one in desk.asha.pings] == [f"<@{desk.asha.id}>"]
    assert desk.sam.pings == []


@pytest.mark.parametrize(("nonce_life", "nonce"), [(180.0, "c"), (0.0, "c"), (0.0, "d")])
async def test_news_whose_answer_was_lost_stands_there_once(desk: Scene, nonce_life: float, nonce: str) -> None:
    """By its nonce, and by its words where Discord shows no nonce of a message that is read again."""
    desk.server.settings.nonce_life = nonce_life
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    news = card_of(ticket, "Claimed *now* by @everyone")
    more = {"pings": (str(desk.asha.id),)}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.NEWS, news, ticket, thread, key="c" * 24, **more))
    again = {**more, "attempts": 2, "uncertain": True}
    receipt = await desk.deliver(desk.parcel(Intent.NEWS, news, ticket, thread, key=nonce * 24, **again))
    [said] = desk.said(thread)
    assert receipt.external_id == str(said.id)
    assert len(desk.asha.pings) == 1


# --- put away and brought back -------------------------------------------------------------------------------------


async def test_a_thread_is_archived_and_locked_when_it_is_over_and_brought_back_when_it_is_not(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    for over in (True, True, False):
        await desk.deliver(desk.parcel(Intent.SETTLE, Settled(over), ticket, thread, over=over))
        assert (desk.place(thread).archived, desk.place(thread).locked) == (over, over)


async def test_a_thread_that_discord_archived_by_itself_is_locked_when_it_is_over(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.guild.archive(desk.place(thread))
    await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    assert desk.place(thread).archived and desk.place(thread).locked


@pytest.mark.parametrize("locked", [True, False])
async def test_a_live_tickets_thread_that_was_archived_is_opened_for_work_and_stays_open(
    desk: Scene, locked: bool
) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.guild.archive(desk.place(thread), locked=locked)
    await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket, "Changed"), ticket, thread))
    assert not desk.place(thread).archived and not desk.place(thread).locked
    assert "Changed" in desk.texts(thread)[0]


async def test_words_reach_a_live_tickets_thread_that_was_put_away(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.guild.archive(desk.place(thread), locked=True)
    await desk.say(ticket, thread)
    assert not desk.place(thread).archived
    assert desk.texts(thread)[1:] == ["Look at page 3."]


async def test_work_in_the_thread_of_what_is_over_puts_it_away_again(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread, over=True))
    roster = Roster(present=(str(desk.asha.id),))
    await desk.deliver(desk.parcel(Intent.MEMBERS, roster, ticket, thread, over=True))
    assert desk.texts(thread)[1:] == ["Look at page 3."]
    assert desk.asha.id in desk.place(thread).members
    assert desk.place(thread).archived and desk.place(thread).locked


async def test_the_closing_words_do_not_put_a_thread_away_before_its_time(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    await desk.deliver(desk.parcel(Intent.NEWS, card_of(ticket, "Resolved"), ticket, thread, over=True))
    assert not desk.place(thread).archived


async def test_an_attempt_that_broke_off_leaves_no_thread_open_for_good(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    desk.server.faults.drop("POST", "/webhooks/**", applied=True)
    more = {"key": "d" * 24, "over": True}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, thread, **more))
    await desk.deliver(
        desk.parcel(Intent.MESSAGE, spoken(), ticket, thread, **more, attempts=2, uncertain=True),
        desk.another_process(),
    )
    assert desk.texts(thread)[1:] == ["Look at page 3."]
    assert desk.place(thread).archived and desk.place(thread).locked


# --- gone ----------------------------------------------------------------------------------------------------------


async def test_a_thread_that_somebody_deleted_is_gone_whatever_is_to_be_done_in_it(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    message, _ = await desk.say(ticket, thread)
    copy = await desk.copy(message, thread)
    desk.guild.delete_thread(desk.place(thread))
    for intent, content, more in (
        (Intent.TICKET_CARD, card_of(ticket), {}),
        (Intent.MESSAGE, spoken(), {}),
        (Intent.EDIT, spoken("Page 4."), {"copy": copy}),
        (Intent.NEWS, card_of(ticket), {"over": True}),
        (Intent.MEMBERS, Roster(present=(str(desk.asha.id),)), {}),
        (Intent.REACTIONS, Reacted(("👍",)), {"copy": copy}),
        (Intent.SETTLE, Settled(True), {"over": True}),
    ):
        with pytest.raises(Gone):
            await desk.deliver(desk.parcel(intent, content, ticket, thread, **more))


async def test_a_channel_that_is_gone_is_reported_and_its_threads_wait_for_an_admin(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.bound(ticket)
    desk.guild.delete_channel(desk.help)
    with pytest.raises(Undeliverable, match=str(desk.help.id)):
        await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
    [(key, sentence)] = desk.reported
    assert key == f"discord:channel:{desk.help.id}"
    assert "bot.toml" in sentence


# --- no room -------------------------------------------------------------------------------------------------------


async def test_where_there_is_no_room_the_thread_longest_over_is_put_away(desk: Scene) -> None:
    tickets = [await desk.ticket(f"Number {n}") for n in range(3)]
    threads = [await desk.thread(ticket) for ticket in tickets]
    for ticket in tickets[:2]:
        await desk.resolve(ticket)
        desk.office.clock.advance(DAY)
    desk.server.settings.active_threads = 3
    fourth = await desk.thread(await desk.ticket("The fourth"))
    assert [desk.place(thread).archived for thread in threads] == [True, False, False]
    assert not desk.place(fourth).archived
    assert desk.reported == []


async def test_where_nothing_can_be_put_away_the_lane_waits_and_the_admins_hear_of_it(desk: Scene) -> None:
    await desk.thread(await desk.ticket())
    desk.server.settings.active_threads = 1
    ticket = await desk.ticket("The second")
    thread = await desk.bound(ticket)
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, key="e" * 24)
    with pytest.raises(Retry) as caught:
        await desk.deliver(parcel)
    assert caught.value.after == 60
    key = f"discord:active-threads:{desk.guild.id}"
    assert desk.keys == [key]
    desk.mended.clear()
    staffs = await desk.bound(ticket, Audience.STAFF)
    await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, staffs, key="f" * 24))
    assert key not in desk.mended, "the staff's card takes no place"
    desk.server.settings.active_threads = 2
    await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, key="e" * 24, attempts=2))
    assert key in desk.mended


async def test_opening_an_archived_thread_makes_room_too(desk: Scene) -> None:
    old = await desk.ticket("Old")
    over = await desk.thread(old)
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    await desk.resolve(old)
    desk.guild.archive(desk.place(thread), locked=True)
    desk.server.settings.active_threads = 1
    await desk.say(ticket, thread)
    assert desk.place(over).archived and not desk.place(thread).archived


async def test_a_hidden_channel_is_reported_and_the_lane_waits(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.bound(ticket)
    desk.guild.overwrite(desk.help, desk.guild.bot_role, deny=["view_channel"])
    with pytest.raises(Retry) as caught:
        await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
    assert caught.value.after == 300
    assert desk.keys == [f"discord:channel:{desk.help.id}"]
    desk.allow_again(desk.help)
    await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, attempts=2))
    assert f"discord:channel:{desk.help.id}" in desk.mended


async def test_a_thread_that_may_not_be_archived_steps_aside_and_the_admins_hear_of_it(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.refuse(desk.help, "manage_threads")
    with pytest.raises(Undeliverable):
        await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    [(key, sentence)] = desk.reported
    assert key == f"discord:permission:{desk.help.id}"
    assert sentence.endswith("Permissions: Manage Threads.")
    await desk.say(ticket, thread)
    assert key not in desk.mended
    desk.allow_again(desk.help)
    await desk.deliver(desk.parcel(Intent.SETTLE, Settled(True), ticket, thread, over=True))
    assert key in desk.mended


async def test_as_long_as_somebody_who_was_taken_out_reads_along_nothing_more_is_said(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id), str(desk.asha.id))))
    desk.server.faults.refuse("DELETE", "/channels/*/thread-members/*", 50013)
    roster = Roster(present=(str(desk.sam.id),), gone=(str(desk.asha.id),))
    with pytest.raises(Retry):
        await desk.deliver(desk.parcel(Intent.MEMBERS, roster, ticket, thread))
    await desk.deliver(desk.parcel(Intent.MEMBERS, roster, ticket, thread, attempts=2))
    assert not desk.asha.sees(desk.place(thread))
