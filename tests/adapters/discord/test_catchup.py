"""What happened in the threads while the desk was away, or its connection was."""

import asyncio
from dataclasses import replace

from core.commands import PostMessage
from core.model.thread import Audience, MessageKind
from core.text import Text
from tests.adapters.discord.hall import Hall
from tests.fakes.discord.permissions import Permission
from tests.fakes.discord_server import Thread


async def test_what_was_said_while_the_desk_was_away_is_heard_in_order(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    for number in range(5):
        await hall.sam.say(place, f"Word {number}", files=[("a.txt", b"a")] if number == 1 else None)
    await hall.enter()
    await hall.heard(ticket, *[f"Word {number}" for number in range(5)])
    assert len((await hall.said(ticket))[1].files) == 1


async def test_many_pages_are_read_to_the_end(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    words = [f"Word {number}" for number in range(230)]
    for word in words:
        await hall.sam.say(place, word)
    await hall.enter()
    await hall.heard(ticket, *words)
    assert (await hall.thread(ticket)).cursor == str(max(place.messages))


async def test_what_is_known_is_not_read_again(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    await hall.sam.say(place, "One")
    await hall.heard(ticket, "One")
    await hall.leave()
    await hall.sam.say(place, "Two")
    await hall.enter()
    await hall.heard(ticket, "One", "Two")
    assert (await hall.office.kinds(ticket)).count("MessagePosted") == 2


async def test_a_newer_event_waits_for_what_was_missed_before_it(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.sam.say(place, "Before")
    reading = hall.server.faults.hold("GET", f"/channels/{place.id}/messages")
    hall.door()
    await reading.arrived()
    await hall.sam.say(place, "After")
    await asyncio.sleep(0.05)
    assert await hall.words(ticket) == []
    reading.release()
    await hall.heard(ticket, "Before", "After")


async def test_in_a_new_session_a_threads_newer_words_wait_for_its_own_catch_up_alone(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    other, elsewhere = await hall.ticket()
    await hall.enter()
    reading = hall.server.faults.hold("GET", f"/channels/{place.id}/messages")
    await hall.server.disconnect(resumable=False)
    await hall.sam.say(place, "Missed")
    await reading.arrived()
    for number in range(3):
        await hall.sam.say(place, f"Newer {number}")
    await hall.sam.say(elsewhere, "Elsewhere")
    await hall.until(lambda: hall.words(other))
    assert (await hall.words(ticket), await hall.words(other)) == ([], ["Elsewhere"])
    reading.release()
    await hall.heard(ticket, "Missed", "Newer 0", "Newer 1", "Newer 2")


async def test_a_fault_at_the_beginning_of_a_session_keeps_nobody_from_being_heard(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hall.client._order._load = _faulty  # type: ignore[attr-defined] # of the desk's own client
    await hall.server.disconnect(resumable=False)
    await hall.sam.say(place, "Missed")
    await hall.again()
    await hall.sam.say(place, "Any news?")
    await hall.heard(ticket, "Missed", "Any news?")


async def test_edits_and_deletions_while_away_are_followed(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = [await hall.sam.say(place, f"Word {number}") for number in range(4)]
    await hall.heard(ticket, *[f"Word {number}" for number in range(4)])
    await hall.leave()
    await hall.sam.edit(said[1], "Word one")
    await hall.sam.delete(said[2])
    last = await hall.sam.say(place, "Word 5")
    await hall.sam.edit(last, "Word five")
    await hall.enter()
    await hall.heard(ticket, "Word 0", "Word one", "Word 3", "Word five")
    kinds = await hall.office.kinds(ticket)
    assert (kinds.count("MessageEdited"), kinds.count("MessageUndone")) == (1, 1)
    await hall.again()
    assert await hall.office.kinds(ticket) == kinds


async def test_the_newest_message_deleted_while_away_is_taken_back(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "My password is hunter2")
    await hall.heard(ticket, "My password is hunter2")
    await hall.leave()
    await hall.sam.delete(said)
    await hall.asha.say(place, "I took note")
    await hall.enter()
    await hall.heard(ticket, "I took note")


async def test_a_thread_that_shows_nothing_is_not_taken_for_one_where_all_was_deleted(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    await hall.sam.say(place, "Keep me")
    await hall.heard(ticket, "Keep me")
    await hall.leave()
    hall.guild.overwrite(hall.exams, hall.guild.bot_role, deny=[Permission.READ_MESSAGE_HISTORY])
    await hall.enter()
    assert await hall.words(ticket) == ["Keep me"]
    [trouble] = (await hall.troubles()).values()
    assert trouble.key == f"discord:permission:{hall.exams.id}"
    assert "Read Message History" in trouble.sentence
    hall.guild.overwrite(hall.exams, hall.guild.bot_role)
    await hall.again()
    assert await hall.troubles() == {}
    assert await hall.words(ticket) == ["Keep me"]


async def test_what_is_said_elsewhere_is_not_the_platforms_to_take_back(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.office.say(ticket, "asha", "From the page")
    await hall.sam.say(place, "From Discord")
    await hall.enter()
    await hall.heard(ticket, "From the page", "From Discord")


async def test_a_thread_deleted_while_away_is_replaced(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    before = await hall.thread(ticket)
    hall.guild.delete_thread(place)
    await hall.enter()
    assert "ThreadLost" in await hall.office.kinds(ticket)
    after = await hall.thread(ticket)
    assert (after.id != before.id, after.external_id, after.place) == (True, None, before.place)


async def test_a_thread_that_the_bot_may_not_see_is_told_to_the_admins_and_read_when_it_may(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    hall.guild.overwrite(hall.exams, hall.guild.bot_role, deny=[Permission.VIEW_CHANNEL])
    await hall.sam.say(place, "Anybody?")
    await hall.enter()
    [trouble] = (await hall.troubles()).values()
    assert trouble.key == f"discord:channel:{hall.exams.id}"
    assert "View Channel" in trouble.sentence
    hall.guild.overwrite(hall.exams, hall.guild.bot_role)
    await hall.heard(ticket, "Anybody?")
    assert await hall.troubles() == {}


async def test_a_card_of_the_staffs_that_has_no_thread_yet_is_missed_only_where_it_was_deleted(hall: Hall) -> None:
    ticket, _ = await hall.ticket()
    card = await hall.asha.say(hall.triage, "stands for the card")
    before = await hall.thread(ticket, Audience.STAFF)
    at = {"realm": str(hall.guild.id), "external_id": str(card.id), "card": str(card.id), "cursor": str(card.id)}
    async with hall.office.store.write() as work:
        await work.threads.save(replace(before, **at))
    await hall.enter()
    assert (await hall.thread(ticket, Audience.STAFF)).id == before.id
    await hall.leave()
    await hall.asha.delete(card)
    await hall.enter()
    assert (await hall.thread(ticket, Audience.STAFF)).id != before.id


async def test_where_nobody_said_anything_the_cursor_still_moves_on(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    robot = hall.guild.add_member("robot", bot=True)
    hall.guild.add_to_thread(place, robot)
    await robot.say(place, "Beep")
    await hall.enter()
    assert await hall.words(ticket) == []
    assert (await hall.thread(ticket)).cursor == str(max(place.messages))


async def test_a_disconnect_while_people_talk_loses_nothing_and_doubles_nothing(hall: Hall) -> None:
    tickets = [await hall.ticket() for _ in range(3)]
    await hall.enter()
    words: list[str] = []

    async def talk(places: list[Thread]) -> None:
        for number in range(30):
            words.append(f"Word {number}")
            for place in places:
                await hall.sam.say(place, words[-1])
            if number % 10 == 4:
                await hall.server.disconnect(resumable=number != 14)
            await asyncio.sleep(0.005)

    await talk([place for _, place in tickets])
    for ticket, _ in tickets:
        await hall.heard(ticket, *words)
    assert hall.server.gateway.resumes >= 1 and hall.server.gateway.identifies == 2


async def test_a_resumed_session_replays_and_reads_nothing(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    read = len(hall.server.called("GET", "/channels/*/messages"))
    await hall.server.refuse_gateway()
    said = await hall.sam.say(place, "While you were gone")
    await hall.sam.edit(said, "While you were away")
    await hall.server.refuse_gateway(False)
    await hall.heard(ticket, "While you were away")
    assert len(hall.server.called("GET", "/channels/*/messages")) == read


async def test_a_restart_in_the_middle_loses_nothing_and_doubles_nothing(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    for number in range(20):
        await hall.sam.say(place, f"Word {number}")
        if number == 9:
            await hall.leave()
        if number == 14:
            hall.door("another")
    await hall.heard(ticket, *[f"Word {number}" for number in range(20)])


async def test_a_rate_limit_is_waited_out(hall: Hall) -> None:
    tickets = [await hall.ticket() for _ in range(6)]
    for _, place in tickets:
        await hall.sam.say(place, "Hello")
    hall.server.faults.limit("GET", "/channels/*/messages", retry_after=0.02, times=4)
    await hall.enter()
    for ticket, _ in tickets:
        await hall.heard(ticket, "Hello")


async def test_a_stranger_who_spoke_while_away_is_known_by_the_name_on_the_server(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text.of("From the page")), "sam")
    lee = hall.guild.add_member("lee", nick="Lee from Exams", roles=[hall.agents])
    hall.guild.add_to_thread(place, lee)
    await lee.say(place, "I can help")
    await hall.enter()
    await hall.heard(ticket, "From the page", "I can help")
    person = await hall.known(lee)
    assert person is not None
    async with hall.office.store.read() as work:
        assert await work.people.named([person]) == {person: "Lee from Exams"}


async def _faulty(_session: object) -> None:
    raise ZeroDivisionError
