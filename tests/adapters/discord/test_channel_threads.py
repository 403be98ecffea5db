"""A ticket's thread on Discord: made once, with its card and its people, opened for work, put away and found gone."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.model.ids import TicketId
from core.model.outbox import Intent
from core.model.thread import Audience
from core.ports import Channel, Gone, Reacted, Receipt, Retry, Roster, Settled, Undeliverable, Unknown
from core.text import Text
from tests.adapters.discord.outbound import DAY, Scene, card_of, scene, spoken
from tests.fakes.office import staffed


@pytest.fixture(scope="session")
def staffed_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return asyncio.run(staffed(sqlite_template, tmp_path_factory.mktemp("office") / "staffed.db"))


@pytest.fixture
async def desk(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Scene]:
    async with scene(staffed_template, tmp_path / "desk.db") as made:
        yield made


def test_it_is_a_channel_without_a_pace_of_its_own(desk: Scene) -> None:
    channel: Channel = desk.channel
    assert channel.pace is None


# --- made ----------------------------------------------------------------------------------------------------------


async def test_a_private_thread_is_made_with_the_pinned_card_and_its_people(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.bound(ticket)
    roster = Roster(present=(str(desk.sam.id),))
    parcel = desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, roster=roster)
    receipt = await desk.deliver(parcel)
    [made] = desk.guild.threads()
    [card] = desk.sam.reads(made)
    assert receipt == Receipt(external_id=str(made.id), card=str(card.id), realm=str(desk.guild.id))
    assert (made.private, made.invitable, made.auto_archive_duration) == (True, False, 10080)
    assert made.name == "T-1 My grade is missing"
    assert made.parent is desk.help
    assert card.pinned and "My grade is missing" in card.text
    assert desk.asha.id not in made.members
    assert desk.made == [(ticket.id, str(desk.guild.id), str(made.id))]
    assert desk.reported == []


async def test_the_desk_hears_of_the_thread_before_anything_is_in_it(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.bound(ticket)
    gate = desk.server.faults.hold("POST", "/channels/*/messages")
    going = asyncio.create_task(
        desk.channel.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread))
    )
    await gate.arrived()
    assert len(desk.made) == 1
    gate.release()
    await going


async def test_the_files_that_the_ticket_was_opened_with_hang_under_the_card(desk: Scene) -> None:
    files = (await desk.file("a.png", b"first"), await desk.file("b.png", b"second"))
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, files=files)
    card = desk.place(thread).messages[int(thread.card or 0)]
    assert [(one.filename, one.data) for one in card.attachments] == [("a.png", b"first"), ("b.png", b"second")]


async def test_a_file_too_large_for_discord_is_named_with_the_way_to_it(desk: Scene) -> None:
    large = await desk.file("film_1.png", b"x" * (10 * 1024 * 1024 + 1))
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, files=(large,))
    card = desk.place(thread).messages[int(thread.card or 0)]
    assert card.attachments == []
    page = f"https://desk.example.org/t/{ticket.ref}"
    assert card.content == f"Too large for Discord: film\\_1.png. On the ticket's page: <{page}>"


async def test_files_that_discord_finds_too_large_all_the_same_are_left_out(desk: Scene) -> None:
    desk.server.settings.upload_limit = 3
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, files=(await desk.file("a.png"),))
    assert "Too large for Discord: a.png" in desk.texts(thread)[0]
    await desk.channel.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket, "New title"), ticket, thread))
    assert "Too large for Discord: a.png" in desk.texts(thread)[0]
    assert "New title" in desk.texts(thread)[0]


async def test_who_left_the_server_is_passed_over(desk: Scene) -> None:
    desk.guild.remove_member(desk.asha)
    ticket = await desk.ticket()
    roster = Roster(present=(str(desk.asha.id), "1400000000000000009", str(desk.sam.id)))
    thread = await desk.thread(ticket, roster=roster)
    assert desk.sam.id in desk.place(thread).members
    assert desk.reported == []


async def test_of_a_student_who_cannot_see_the_channel_the_admins_hear_and_the_thread_is_made(desk: Scene) -> None:
    desk.guild.overwrite(desk.help, desk.sam, deny=["view_channel"])
    ticket = await desk.ticket()
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    [(key, sentence)] = desk.reported
    assert key == f"discord:permission:{desk.help.id}"
    assert f"<@{desk.sam.id}>" in sentence and "#help" in sentence and "View Channel" in sentence
    assert f"discord:permission:{desk.help.id}" not in desk.mended
    desk.guild.overwrite(desk.help, desk.sam)
    roster = Roster(present=(str(desk.sam.id),))
    await desk.deliver(desk.parcel(Intent.MEMBERS, roster, ticket, thread))
    assert f"discord:permission:{desk.help.id}" in desk.mended


async def test_a_card_that_cannot_be_pinned_is_a_card_all_the_same(desk: Scene) -> None:
    desk.refuse(desk.help, "pin_messages")
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    assert thread.card is not None
    [(key, sentence)] = desk.reported
    assert key == f"discord:permission:{desk.help.id}"
    assert sentence.endswith("under Edit Channel, Permissions: Pin Messages.")
    assert key not in desk.mended
    desk.allow_again(desk.help)
    await desk.thread(await desk.ticket("Another"))
    assert key in desk.mended


async def test_a_title_that_would_ping_pings_nobody(desk: Scene) -> None:
    title = f"@everyone @here <@{desk.asha.id}> <@&{desk.guild.bot_role.id}> help"
    ticket = await desk.ticket(title)
    thread = await desk.thread(ticket, roster=Roster(present=(str(desk.sam.id),)))
    news = desk.parcel(Intent.NEWS, card_of(ticket, body=Text.of(title)), ticket, thread)
    await desk.channel.deliver(news)
    said = desk.parcel(Intent.MESSAGE, spoken(title, author=title), ticket, thread)
    await desk.channel.deliver(said)
    assert desk.asha.pings == [] and desk.sam.pings == []
    assert not any(message.pinged for message in desk.server.messages)


# --- made once -----------------------------------------------------------------------------------------------------


async def _fails_then_goes_on(desk: Scene, error: type[Exception], *, same_process: bool) -> None:
    ticket = await desk.ticket()
    thread = await desk.bound(ticket)
    more = {"key": "a" * 24, "roster": Roster(present=(str(desk.sam.id),))}
    with pytest.raises(error):
        await desk.channel.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, **more))
    channel = desk.channel if same_process else desk.another_process()
    again = desk.parcel(
        Intent.CREATE_THREAD, card_of(ticket, "Renamed"), ticket, thread, attempts=2, uncertain=True, **more
    )
    assert await channel.find(again) is None
    receipt = await desk.deliver(again, channel)
    [made] = desk.guild.threads()
    [card] = desk.sam.reads(made)
    assert receipt == Receipt(external_id=str(made.id), card=str(card.id), realm=str(desk.guild.id))
    assert card.pinned


@pytest.mark.parametrize("same_process", [True, False])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/channels/*/threads"),
        ("POST", "/channels/*/messages"),
        ("PUT", "/channels/*/thread-members/*"),
        ("PUT", "/channels/*/messages/pins/*"),
    ],
)
@pytest.mark.parametrize("applied", [True, False])
async def test_a_500_anywhere_leaves_one_thread_with_one_card(
    desk: Scene, method: str, path: str, applied: bool, same_process: bool
) -> None:
    desk.server.faults.fail(method, path, status=500, applied=applied)
    await _fails_then_goes_on(desk, Unknown, same_process=same_process)


async def test_a_lost_answer_after_the_thread_was_made_leaves_one_thread(desk: Scene) -> None:
    desk.server.faults.drop("POST", "/channels/*/threads", applied=True)
    await _fails_then_goes_on(desk, Unknown, same_process=False)


async def test_a_card_that_was_posted_an_hour_ago_is_found_without_its_nonce(desk: Scene) -> None:
    desk.server.settings.nonce_life = 0
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    await _fails_then_goes_on(desk, Unknown, same_process=False)


async def test_a_rate_limit_halfway_is_put_off_and_gone_on_with(desk: Scene) -> None:
    desk.server.faults.limit("POST", "/channels/*/messages", retry_after=0.01)
    await _fails_then_goes_on(desk, Retry, same_process=True)
    assert desk.server.called("GET", "/guilds/*/threads/active") == []


async def test_a_thread_that_is_another_tickets_or_anothers_is_not_taken_for_it(desk: Scene) -> None:
    ticket = await desk.ticket()
    mine = await desk.thread(ticket)
    desk.guild.add_thread(desk.help, "T-1 My grade is missing", by=desk.sam)
    thread = await desk.bound(ticket)
    more = {"attempts": 2, "uncertain": True}
    receipt = await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, thread, **more))
    assert receipt.external_id != mine.external_id
    assert len(desk.guild.threads()) == 3


async def test_a_hundred_at_once_make_a_hundred_threads_whatever_discord_limits(desk: Scene) -> None:
    desk.server.limits.set("POST", "/channels/*/threads", limit=20, per=0.2)
    ticket = await desk.ticket()
    threads = [await desk.bound(ticket) for _ in range(100)]
    channel = desk.another_process(desk.unlimited())

    async def bring(number: int) -> str:
        mine, attempts = replace(ticket, id=TicketId(number + 1)), 0
        while True:
            attempts += 1
            more = {"key": f"{number:024x}", "attempts": attempts}
            parcel = desk.parcel(Intent.CREATE_THREAD, card_of(mine), mine, threads[number], **more)
            try:
                return str((await channel.deliver(parcel)).external_id)
            except Retry as later:
                await asyncio.sleep(later.after or 0.05)

    made = await asyncio.gather(*map(bring, range(100)))
    assert len(set(made)) == 100 == len(desk.guild.threads())


# --- the staff's card ----------------------------------------------------------------------------------------------


async def test_staff_get_a_card_in_their_channel_that_leads_to_the_thread(desk: Scene) -> None:
    ticket = await desk.ticket()
    home = await desk.thread(ticket)
    staff = await desk.thread(ticket, Audience.STAFF, home=home)
    [card] = desk.asha.reads(desk.triage)
    assert staff.external_id == staff.card == str(card.id)
    assert staff.realm == str(desk.guild.id)
    assert card.components[-1]["components"][-1]["url"] == (
        f"https://discord.com/channels/{desk.guild.id}/{home.external_id}"
    )
    assert desk.guild.threads() == [desk.place(home)]


async def test_the_first_note_makes_the_thread_under_the_card_and_the_next_ones_find_it(desk: Scene) -> None:
    ticket = await desk.ticket()
    staff = await desk.thread(ticket, Audience.STAFF)
    for words in ("He called twice.", "And again."):
        await desk.say(ticket, staff, words)
    [made] = desk.guild.threads()
    assert str(made.id) == staff.external_id and made.name == "T-1 My grade is missing"
    assert desk.texts(staff) == ["He called twice.", "And again."]


@pytest.mark.parametrize("nonce_life", [180.0, 0.0])
async def test_a_staff_card_whose_answer_was_lost_is_posted_once(desk: Scene, nonce_life: float) -> None:
    desk.server.settings.nonce_life = nonce_life
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    ticket = await desk.ticket()
    staff = await desk.bound(ticket, Audience.STAFF)
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, staff, key="b" * 24))
    again = {"key": "b" * 24, "attempts": 2, "uncertain": True}
    changed = card_of(ticket, fields=())
    receipt = await desk.deliver(desk.parcel(Intent.CREATE_THREAD, changed, ticket, staff, **again))
    [card] = desk.asha.reads(desk.triage)
    assert receipt.card == str(card.id)


async def test_a_staff_card_that_was_deleted_before_any_note_is_gone(desk: Scene) -> None:
    ticket = await desk.ticket()
    staff = await desk.thread(ticket, Audience.STAFF)
    [card] = desk.asha.reads(desk.triage)
    desk.remove(card)
    with pytest.raises(Gone):
        await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket), ticket, staff))
    with pytest.raises(Gone):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))


async def test_a_staff_card_that_was_deleted_with_notes_under_it_is_posted_anew(desk: Scene) -> None:
    ticket = await desk.ticket()
    staff = await desk.thread(ticket, Audience.STAFF)
    await desk.say(ticket, staff)
    desk.remove(desk.triage.messages[int(staff.card or 0)])
    await desk.deliver(desk.parcel(Intent.TICKET_CARD, card_of(ticket), ticket, staff))
    after = await desk.again(staff)
    assert after.external_id == staff.external_id and after.card != staff.card
    await desk.say(ticket, after, "Still here.")
    assert "Still here." in desk.texts(after)


async def test_a_staff_thread_that_was_deleted_under_its_card_is_gone(desk: Scene) -> None:
    ticket = await desk.ticket()
    staff = await desk.thread(ticket, Audience.STAFF)
    await desk.say(ticket, staff)
    desk.guild.delete_thread(desk.place(staff))
    with pytest.raises(Gone):
        await desk.deliver(desk.parcel(Intent.MESSAGE, spoken(), ticket, staff))


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


@pytest.mark.parametrize("nonce_life", [180.0, 0.0])
async def test_news_whose_answer_was_lost_stands_there_once(desk: Scene, nonce_life: float) -> None:
    desk.server.settings.nonce_life = nonce_life
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    more = {"key": "c" * 24, "pings": (str(desk.asha.id),)}
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.NEWS, card_of(ticket, "Claimed"), ticket, thread, **more))
    again = {**more, "attempts": 2, "uncertain": True}
    receipt = await desk.deliver(desk.parcel(Intent.NEWS, card_of(ticket, "Claimed"), ticket, thread, **again))
    [news] = desk.said(thread)
    assert receipt.external_id == str(news.id)
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
