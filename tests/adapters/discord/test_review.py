"""What a reader of the whole found, each thing with what it would have cost."""

import asyncio

from core.model.thread import Audience
from tests.adapters.discord.hall import Hall, SlowFiles
from tests.adapters.discord.test_members import not_given
from tests.fakes.discord_server import Permission
from tests.fakes.front import Front


async def test_what_a_student_wrote_in_a_thread_whose_maker_died_over_it_is_heard_with_what_comes_next(
    hall: Hall,
) -> None:
    ticket = await hall.office.open("sam")
    place = hall.guild.add_thread(hall.exams, f"T-{ticket}", by=hall.guild.bot, private=True)
    hall.guild.add_to_thread(place, hall.sam)
    await hall.sam.say(place, "Before")
    await hall.enter()
    await hall.bind(ticket, Audience.REQUESTER, place)
    await hall.sam.say(place, "After")
    await hall.heard(ticket, "Before", "After")


async def test_when_such_a_thread_is_found_again_what_was_written_in_it_waits_for_nothing_more(hall: Hall) -> None:
    ticket = await hall.office.open("sam")
    place = hall.guild.add_thread(hall.exams, f"T-{ticket}", by=hall.guild.bot, private=True)
    hall.guild.add_to_thread(place, hall.sam)
    await hall.sam.say(place, "Before")
    door = await hall.enter()
    door.made(ticket, str(hall.guild.id), str(place.id))
    await hall.bind(ticket, Audience.REQUESTER, place)
    await hall.heard(ticket, "Before")


async def test_a_thread_that_is_made_while_the_desk_listens_is_not_read_from_its_beginning(hall: Hall) -> None:
    door = await hall.enter()
    ticket = await hall.office.open("sam")
    place = hall.guild.add_thread(hall.exams, f"T-{ticket}", by=hall.guild.bot, private=True)
    hall.guild.add_to_thread(place, hall.sam)
    door.made(ticket, str(hall.guild.id), str(place.id))
    await hall.bind(ticket, Audience.REQUESTER, place)
    await hall.sam.say(place, "Here")
    await hall.heard(ticket, "Here")
    assert hall.server.called("GET", f"/channels/{place.id}/messages") == []


async def test_words_from_before_a_role_was_taken_back_do_not_give_it_again(hall: Hall) -> None:
    _ticket, place = await hall.ticket()
    hall.guild.add_to_thread(place, hall.kim)
    hall.kim.give(hall.agents)
    files = SlowFiles(Front(hall.office).desk)
    await hall.enter(desk=files)
    await hall.kim.say(place, "One", files=[("a.txt", b"a")])
    await hall.kim.say(place, "Two")
    hall.kim.rename("Kim Elsewhere")
    await asyncio.sleep(0.2)
    hall.kim.take(hall.agents)
    await hall.until(lambda: not_given(hall, "kim"))
    files.let.set()
    await hall.settled()
    assert await not_given(hall, "kim")


async def test_what_could_not_be_read_is_read_later_though_newer_words_were_heard_meanwhile(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    await hall.sam.say(place, "First")
    await hall.heard(ticket, "First")
    await hall.leave()
    await hall.sam.say(place, "Missed")
    hall.guild.overwrite(hall.exams, hall.guild.bot_role, deny=[Permission.READ_MESSAGE_HISTORY])
    await hall.enter()
    await hall.sam.say(place, "Newer")
    await hall.heard(ticket, "First", "Newer")
    hall.guild.overwrite(hall.exams, hall.guild.bot_role)
    await hall.heard(ticket, "First", "Newer", "Missed")
