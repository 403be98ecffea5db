"""What becomes of the gateway's events besides what is said: threads, channels, cards, permissions, forms."""

from dataclasses import replace

from core.model.ids import TicketId
from core.model.thread import Audience
from tests.adapters.discord.hall import Hall
from tests.fakes.discord_server import Permission


async def lost(hall: Hall, ticket: TicketId, times: int = 1) -> bool:
    return (await hall.office.kinds(ticket)).count("ThreadLost") == times


async def test_a_thread_that_somebody_deletes_is_replaced(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hall.guild.delete_thread(place)
    await hall.until(lambda: lost(hall, ticket))
    assert (await hall.thread(ticket)).external_id is None


async def test_with_a_channel_all_its_threads_are_replaced_archived_ones_too(hall: Hall) -> None:
    one, _ = await hall.ticket()
    two, archived = await hall.ticket()
    hall.guild.archive(archived)
    await hall.enter()
    hall.guild.delete_channel(hall.exams)
    await hall.until(lambda: lost(hall, one))
    await hall.until(lambda: lost(hall, two))
    await hall.settled()
    assert f"discord:channel:{hall.exams.id}" in await hall.troubles()


async def test_the_staffs_card_deleted_is_made_again_and_its_orphan_locked(hall: Hall) -> None:
    ticket, _ = await hall.ticket()
    card = await hall.asha.say(hall.triage, "stands for the card")
    notes = hall.guild.add_thread(hall.triage, "Notes", by=hall.guild.bot)
    await hall.bind(ticket, Audience.STAFF, notes)
    thread = await hall.thread(ticket, Audience.STAFF)
    async with hall.office.store.write() as work:
        await work.threads.save(replace(thread, card=str(card.id)))
    await hall.enter()
    other = await hall.asha.say(hall.triage, "Lunch?")
    await hall.asha.delete(other)
    await hall.settled()
    assert await lost(hall, ticket, 0)
    await hall.asha.delete(card)
    await hall.until(lambda: lost(hall, ticket))
    await hall.server.until(lambda: notes.locked and notes.archived)
    assert (await hall.thread(ticket, Audience.STAFF)).id != thread.id


async def test_a_thread_that_a_moderator_archives_is_left_alone(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hall.guild.archive(place)
    await hall.settled()
    assert await lost(hall, ticket, 0) and place.archived
    await hall.sam.say(place, "Not over yet")
    await hall.heard(ticket, "Not over yet")


async def test_whoever_is_added_to_a_thread_on_discord_is_left_there(hall: Hall) -> None:
    _, place = await hall.ticket()
    await hall.enter()
    hall.guild.add_to_thread(place, hall.kim)
    await hall.settled()
    assert hall.kim.id in place.members


async def test_a_missing_permission_is_told_once_for_each_channel_and_mended_at_once(hall: Hall) -> None:
    hall.guild.overwrite(hall.exams, hall.guild.bot_role, deny=[Permission.CREATE_PRIVATE_THREADS])
    await hall.enter()
    [(key, trouble)] = (await hall.troubles()).items()
    assert key == f"discord:permission:{hall.exams.id}"
    assert "#exams" in trouble.sentence and "lacks Create Private Threads." in trouble.sentence
    await hall.again()
    assert list(await hall.troubles()) == [key]
    hall.guild.overwrite(hall.exams, hall.guild.bot_role)
    await hall.until(lambda: no_trouble(hall))


async def no_trouble(hall: Hall) -> bool:
    return not await hall.troubles()


async def test_a_permission_taken_away_while_running_is_told(hall: Hall) -> None:
    await hall.enter()
    assert await no_trouble(hall)
    hall.guild.deny(hall.guild.bot_role, [Permission.MANAGE_WEBHOOKS])
    await hall.until(lambda: two_troubles(hall))
    assert all("Manage Webhooks" in one.sentence for one in (await hall.troubles()).values())


async def two_troubles(hall: Hall) -> bool:
    return len(await hall.troubles()) == 2


async def test_commands_are_declared_once_and_a_form_reaches_the_desk(hall: Hall) -> None:
    await hall.enter()
    declared = len(hall.server.called("PUT", "/applications/**"))
    assert declared == 1
    asked = await hall.sam.slash(hall.exams, "ticket", "open")
    assert asked.modal is not None
    await hall.again()
    assert len(hall.server.called("PUT", "/applications/**")) == declared


async def test_nothing_is_kept_of_members_whose_roles_give_nothing(hall: Hall) -> None:
    await hall.enter()
    assert hall.client.guilds[0].get_member(hall.kim.id) is None
    assert hall.client.guilds[0].get_member(hall.asha.id) is not None
    assert list(hall.client.cached_messages) == []
