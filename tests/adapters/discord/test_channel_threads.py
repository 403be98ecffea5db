"""A ticket's thread on Discord: made once, with its card and its people, opened for work, put away and found gone."""

import asyncio
from dataclasses import replace

import pytest

from adapters.discord.api.pacing import Pacing
from adapters.discord.api.rest import Rest
from core.model.ids import TicketId
from core.model.outbox import Intent
from core.model.thread import Audience
from core.ports import Channel, Gone, Receipt, Retry, Roster, Unknown
from core.text import Text
from tests.adapters.discord.outbound import Scene, card_of, spoken


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
    assert f"https://discord.com/users/{desk.sam.id} " in sentence
    assert "#help" in sentence and "View Channel" in sentence
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


async def test_many_people_are_brought_in_little_by_little_where_the_limit_is_low(desk: Scene) -> None:
    ticket = await desk.ticket()
    thread = await desk.thread(ticket)
    crowd = [desk.guild.add_member(f"student{number}") for number in range(9)]
    desk.server.limits.set("PUT", "/channels/*/thread-members/*", limit=4, per=0.3)
    desk.rests.append(Rest(desk.config, pacing=Pacing(patience=0.05)))
    channel = desk.another_process(desk.rests[-1])
    roster = Roster(present=tuple(str(one.id) for one in crowd))
    for attempts in (1, 2, 3):
        parcel = desk.parcel(Intent.MEMBERS, roster, ticket, thread, key="a" * 24, attempts=attempts)
        try:
            await desk.deliver(parcel, channel)
        except Retry as later:
            await asyncio.sleep(later.after or 0)
    assert all(one.sees(desk.place(thread)) for one in crowd)


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
    assert (str(made.id), made.name) == (staff.external_id, "T-1")
    assert desk.texts(staff) == ["He called twice.", "And again."]


@pytest.mark.parametrize(("nonce_life", "nonce"), [(180.0, "b"), (0.0, "b"), (0.0, "d")])
async def test_a_staff_card_whose_answer_was_lost_is_posted_once(desk: Scene, nonce_life: float, nonce: str) -> None:
    desk.server.settings.nonce_life = nonce_life
    desk.server.faults.drop("POST", "/channels/*/messages", applied=True)
    ticket = await desk.ticket()
    staff = await desk.bound(ticket, Audience.STAFF)
    with pytest.raises(Unknown):
        await desk.deliver(desk.parcel(Intent.CREATE_THREAD, card_of(ticket), ticket, staff, key="b" * 24))
    again = {"key": nonce * 24, "attempts": 2, "uncertain": True}
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
