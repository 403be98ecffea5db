"""What people say, change and take away in a ticket's thread on Discord, and what the desk makes of it."""

from dataclasses import replace

from core.commands import CloseTicket
from core.model.ids import TicketId
from core.model.people import Standing
from core.model.thread import Audience, Copy, MessageKind
from core.text import Quote
from tests.adapters.discord.hall import AwayStore, FaultyFiles, Hall, SlowFiles
from tests.fakes.discord import records
from tests.fakes.discord_server import HIDDEN
from tests.fakes.front import Front

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f645"
    "400000000049454e44ae426082"
)


async def test_a_students_words_in_the_thread_become_a_reply(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    said = await hall.sam.say(place, "I looked **again**")
    await hall.heard(ticket, "I looked again")
    [message] = await hall.said(ticket)
    thread = await hall.thread(ticket)
    assert (message.author, message.kind) == (hall.office.people["sam"], MessageKind.REPLY)
    assert (message.origin, thread.cursor) == (thread.id, str(said.id))


async def test_what_staff_say_in_their_own_thread_is_a_note(hall: Hall) -> None:
    ticket, _ = await hall.ticket(card=True)
    notes = hall.guild.threads()[-1]
    await hall.enter()
    await hall.asha.say(notes, "Ask the registrar")
    await hall.heard(ticket, "Ask the registrar")
    assert [one.kind for one in await hall.said(ticket)] == [MessageKind.NOTE]


async def test_a_person_mentioned_is_named_and_a_stranger_becomes_known_by_speaking(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    new = hall.guild.add_member("nia", nick="Nia New")
    hall.guild.add_to_thread(place, new)
    await hall.enter()
    await hall.sam.say(place, f"{hall.asha.mention} knows, in {hall.exams.mention}")
    await hall.heard(ticket, "@Asha Agent knows, in #exams")
    [message] = await hall.said(ticket)
    assert message.text.mentioned() == {hall.office.people["asha"]}
    assert await hall.known(new) is None
    await new.say(place, "May I?")
    await hall.server.until(lambda: hall.told(place))
    assert await hall.known(new) is not None


async def test_nobody_outside_a_tickets_thread_is_heard_and_the_database_is_not_asked(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    talk = hall.guild.add_thread(hall.guild.add_channel("lounge"), "Chat", by=hall.kim)
    store = AwayStore(hall.office.store)
    await hall.enter(store=store)
    store.away = True
    for where in (hall.exams, hall.triage, talk):
        message = await hall.kim.say(where, "Anybody there?")
        await hall.kim.edit(message, "Nobody?")
        await hall.kim.react(message, "👍")
    await hall.settled()
    store.away = False
    await hall.sam.say(place, "Here")
    await hall.heard(ticket, "Here")


async def test_bots_and_webhooks_are_not_heard(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    robot = hall.guild.add_member("robot", bot=True)
    hall.guild.add_to_thread(place, robot)
    await hall.enter()
    await robot.say(place, "Beep")
    await hall.sam.say(place, "Who was that?")
    await hall.heard(ticket, "Who was that?")


async def test_words_stay_in_order_though_a_file_takes_long(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    other, elsewhere = await hall.ticket()
    slow = SlowFiles(Front(hall.office).desk)
    await hall.enter(desk=slow)
    await hall.sam.say(place, "First, with a picture", files=[("a.png", PNG)])
    await hall.sam.say(place, "Second")
    last = await hall.sam.say(place, "Thrid")
    await hall.sam.edit(last, "Third")
    await hall.sam.say(elsewhere, "Another ticket")
    await hall.until(lambda: hall.words(other))
    assert await hall.words(ticket) == []
    slow.let.set()
    await hall.heard(ticket, "First, with a picture", "Second", "Third")
    assert await hall.words(other) == ["Another ticket"]


async def test_an_attachment_is_the_desks_own_copy(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    await hall.sam.say(place, files=[("grade.png", PNG), ("log.txt", b"all fine")])
    await hall.heard(ticket, "")
    [message] = await hall.said(ticket)
    async with hall.office.store.read() as work:
        files = [await work.files.get(file) for file in message.files]
        kept = [await work.files.data(file) for file in message.files]
    assert [file.name for file in files if file] == ["grade.png", "log.txt"]
    assert kept == [PNG, b"all fine"]


async def test_a_file_that_cannot_be_kept_is_a_line_with_its_reason(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter(max_file_bytes=1024 * 1024)
    gone = await hall.sam.say(place, "All of it", files=[("big.bin", b"x" * (1024 * 1024 + 1)), ("no.txt", b"")])
    await hall.heard(
        ticket,
        "All of it\n\n(file not kept: big.bin is too large: 1 MB is the most.)\n\n(file not kept: no.txt is empty.)",
    )
    assert gone.attachments and (await hall.said(ticket))[0].files == ()


async def test_a_file_that_is_gone_from_discord_does_not_hold_up_the_words(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    hall.server.settings.link_life = -1.0
    await hall.sam.say(place, "See this", files=[("a.txt", b"a")])
    await hall.heard(ticket, "See this\n\n(file not kept: a.txt could not be fetched from Discord.)")


async def test_stickers_and_forwards_are_told_in_words(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    elsewhere = await hall.sam.say(hall.exams, "The *rule* is on page 4")
    await hall.enter()
    sticker = await hall.sam.say(place, stickers=["wave"])
    await hall.sam.say(place, forward_of=elsewhere)
    await hall.heard(
        ticket,
        f"(sticker: wave (https://cdn.discordapp.com/stickers/{sticker.stickers[0]['id']}.png))",
        f"Forwarded (https://discord.com/channels/{hall.guild.id}/{hall.exams.id}/{elsewhere.id}):\n\n"
        "> The rule is on page 4",
    )


async def test_what_a_message_names_by_an_id_has_its_name_as_far_as_its_author_sees_it(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    _, anothers = await hall.ticket()
    hidden = hall.guild.add_channel("hidden-room", overwrites={hall.guild.everyone: HIDDEN})
    role = hall.guild.add_role("Tutors")
    await hall.enter()
    await hall.sam.say(place, f"{role.mention} {hall.exams.mention} {place.mention}")
    await hall.sam.say(place, f"<#{hidden.id}> <#{anothers.id}> <@&1> <#2>")
    await hall.heard(ticket, f"@Tutors #exams #{place.name}", "#some-channel #some-channel @some role #some-channel")


async def test_an_answer_quotes_shortly_what_it_answers(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    question = await hall.asha.say(place, "Which **course** was it? " + "x" * 300)
    await hall.sam.say(place, "CS1", reply_to=question)
    await hall.until(lambda: hall.words(ticket))
    await hall.settled()
    answer = (await hall.said(ticket))[1]
    quote, *_ = answer.text.blocks
    assert isinstance(quote, Quote)
    first = answer.text.plain().split("\n")[0]
    assert first.startswith("> Asha Agent: Which course was it? xxx") and first.endswith("…") and len(first) < 200
    assert answer.text.plain().endswith("\n\nCS1")


async def test_an_edit_changes_the_words_and_a_preview_of_a_link_does_not(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    message = await hall.sam.say(place, "Se https://example.org")
    await hall.heard(ticket, "Se https://example.org")
    records.tell(hall.server.world, "MESSAGE_UPDATE", message)
    await hall.sam.edit(message, "See https://example.org")
    await hall.until(lambda: _edited(hall, ticket))
    assert await hall.words(ticket) == ["See https://example.org"]
    assert (await hall.office.kinds(ticket)).count("MessageEdited") == 1


async def _edited(hall: Hall, ticket: TicketId) -> bool:
    return any(one.edited_at for one in await hall.said(ticket))


async def test_a_message_deleted_in_the_thread_is_taken_back(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    first = await hall.sam.say(place, "My password is hunter2")
    await hall.sam.say(place, "Oh no")
    await hall.sam.delete(first)
    await hall.heard(ticket, "Oh no")


async def test_many_deleted_at_once_are_all_taken_back(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    spam = [await hall.sam.say(place, f"Spam {n}") for n in range(3)]
    await hall.sam.say(place, "Sorry")
    await hall.until(lambda: _count(hall, ticket, 4))
    records.remove_many(hall.server.world, place, spam)
    await hall.until(lambda: _count(hall, ticket, 1))
    assert await hall.words(ticket) == ["Sorry"]


async def _count(hall: Hall, ticket: TicketId, wanted: int) -> bool:
    return len(await hall.said(ticket)) == wanted


async def test_a_copy_that_somebody_deletes_leaves_the_message_where_it_was_said(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    said = await hall.office.say(ticket, "asha", "From the page")
    copy = await hall.kim.say(hall.exams, "stands for the desk's own post")
    thread = await hall.thread(ticket)
    async with hall.office.store.write() as work:
        await work.copies.put(Copy(said.id, thread.id, (str(copy.id),)))
    copy.place = place
    place.messages[copy.id] = copy
    await hall.enter()
    await hall.kim.delete(copy)
    await hall.settled()
    assert await hall.words(ticket) == ["From the page"]


async def test_reactions_are_set_and_taken_away(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.enter()
    message = await hall.sam.say(place, "Thank you")
    await hall.heard(ticket, "Thank you")
    await hall.asha.react(message, "👍")
    await hall.sam.react(message, "🎉")
    await hall.until(lambda: _reactions(hall, ticket, {("asha", "👍"), ("sam", "🎉")}))
    await hall.asha.unreact(message, "👍")
    await hall.until(lambda: _reactions(hall, ticket, {("sam", "🎉")}))


async def _reactions(hall: Hall, ticket: TicketId, wanted: set[tuple[str, str]]) -> bool:
    called = {person: who for who, person in hall.office.people.items()}
    async with hall.office.store.read() as work:
        there = await work.reactions.of(ticket)
    return {(called[one.person], one.emoji) for one in there} == wanted


async def test_a_blocked_persons_words_are_refused_in_the_thread_and_never_recorded(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    sam = await hall.person("sam")
    async with hall.office.store.write() as work:
        await work.people.save(replace(sam, standing=Standing.BLOCKED))
    await hall.enter()
    said = await hall.sam.say(place, "Let me in")
    await hall.server.until(lambda: hall.told(place))
    assert hall.told(place) == ["Your account is blocked: you can read your own tickets, and nothing else for now."]
    [answer] = [one for one in place.messages.values() if one.author is hall.server.bot and one.content]
    assert answer.referenced is said and not answer.pinged
    await hall.settled()
    assert await hall.words(ticket) == []
    await hall.again()
    assert len(hall.told(place)) == 1


async def test_words_in_a_closed_tickets_thread_are_refused(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.office.do(CloseTicket(ticket=ticket), "sam")
    await hall.enter()
    await hall.sam.say(place, "One more thing")
    await hall.server.until(lambda: hall.told(place))
    assert "closed" in hall.told(place)[0]
    assert await hall.words(ticket) == []


async def test_somebody_who_may_not_see_the_ticket_is_told_so_and_nothing_is_recorded(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    hall.guild.add_to_thread(place, hall.kim)
    await hall.enter()
    await hall.kim.say(place, "@everyone look at this")
    await hall.server.until(lambda: hall.told(place))
    assert hall.told(place)[0].startswith("This did not reach the ticket: you are not part of it.")
    assert not any(one.pinged for one in place.messages.values() if one.author is hall.server.bot)
    assert await hall.words(ticket) == []


async def test_what_is_said_while_the_database_is_away_waits_for_it_in_order(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    away = AwayStore(hall.office.store)
    hall.office.use(hall.desk, away)
    await hall.enter(store=away)
    away.away = True
    first = await hall.sam.say(place, "One", files=[("a.txt", b"a")])
    await hall.sam.say(place, "Two")
    await hall.sam.edit(first, "1")
    await hall.sam.say(place, "Three")
    away.away = False
    await hall.heard(ticket, "1", "Two", "Three")


async def test_a_thread_that_is_recorded_late_is_waited_for(hall: Hall) -> None:
    ticket = await hall.office.open("sam")
    await hall.enter()
    place = hall.guild.add_thread(hall.exams, "T-1", by=hall.guild.bot, private=True)
    hall.guild.add_to_thread(place, hall.sam)
    await hall.sam.say(place, "I was quicker")
    await hall.server.until(lambda: hall.server.gateway.dispatched[-1][1] == "MESSAGE_CREATE")
    await hall.bind(ticket, Audience.REQUESTER, place)
    await hall.heard(ticket, "I was quicker")


async def test_an_archived_thread_is_listened_to_as_any_other(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    hall.guild.archive(place)
    await hall.enter()
    await hall.sam.say(place, "Back again")
    await hall.heard(ticket, "Back again")


async def test_over_a_fault_of_the_desks_own_nobody_believes_that_they_were_heard(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    await hall.sam.say(place, "While away", files=[("a.txt", b"a")])
    await hall.enter(desk=FaultyFiles(Front(hall.office).desk))
    await hall.sam.say(place, "While there", files=[("a.txt", b"a")])
    await hall.sam.say(place, "Without a file")
    await hall.heard(ticket, "Without a file")
    assert len(hall.told(place)) == 2 and all("did not reach the ticket" in one for one in hall.told(place))


async def test_an_agent_made_one_while_the_desk_was_away_is_heard_as_one(hall: Hall) -> None:
    ticket, place = await hall.ticket()
    hall.kim.give(hall.agents)
    hall.guild.add_to_thread(place, hall.kim)
    await hall.kim.say(place, "I am new here")
    listing = hall.server.faults.hold("GET", "/guilds/*/members")
    hall.door()
    await listing.arrived()
    await hall.until(lambda: hall.words(ticket))
    listing.release()
    await hall.heard(ticket, "I am new here")
    assert hall.told(place) == []
