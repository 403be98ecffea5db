"""What people write for the app: commands behind a mention of it, and words outside of any ticket's thread."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from core.model.ticket import Priority, Status
from tests.adapters.slack.hall import Hall, in_hall, until_told


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


# --- in a ticket's thread --------------------------------------------------------------------------------------------


async def test_a_command_behind_a_mention_is_about_the_threads_ticket_and_answered_there(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    await hall.asha.write(hall.triage, f"{hall.server.mention} claim", thread=root)
    told = await until_told(hall.asha, hall.triage, "T-1 is yours")
    assert (told.thread_ts, told.text_shown) == (root.ts, "T-1 is yours")
    assert await hall.words(ticket) == []


async def test_told_in_several_ways_it_is_answered_once(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    hall.server.every_event_twice = True
    await hall.asha.write(hall.triage, f"{hall.server.mention} claim", thread=root)
    await until_told(hall.asha, hall.triage, "T-1 is yours")
    await hall.settled()
    assert len(hall.asha.ephemerals(hall.triage)) == 1
    assert (await hall.office.kinds(ticket)).count("TicketClaimed") == 1


async def test_told_again_after_a_restart_it_changes_nothing(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    await hall.asha.write(hall.triage, f"{hall.server.mention} claim", thread=root)
    await until_told(hall.asha, hall.triage, "T-1 is yours")
    event = next(one for one in reversed(hall.server.events("message")) if "claim" in one.get("text", ""))
    await hall.again()
    hall.take(event)
    await hall.settled()
    assert (await hall.office.kinds(ticket)).count("TicketClaimed") == 1


async def test_a_form_comes_by_a_button(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    await hall.sam.write(hall.sam.dm, f"{hall.server.mention} urgent", thread=card)
    told = await until_told(hall.sam, hall.sam.dm, "Declare urgent T-1")
    assert told.buttons == ["Declare urgent T-1"] and told.thread_ts == card.ts
    view = await (await hall.sam.press(told, "Declare urgent T-1")).modal()
    await hall.sam.submit(view, {"why": "It burns"})
    told = await until_told(hall.sam, hall.sam.dm, "T-1 is urgent")
    assert told.thread_ts == card.ts
    assert (await hall.office.ticket(ticket)).priority is Priority.URGENT


async def test_the_words_behind_it_keep_their_meaning(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    await hall.asha.write(hall.triage, f"{hall.server.mention} staff note He *called* & said <b>", thread=root)
    await until_told(hall.asha, hall.triage, "Noted")
    assert await hall.words(ticket) == ["He called & said <b>"]
    await hall.asha.write(hall.triage, f"{hall.server.mention} add {hall.kim.mention}", thread=root)
    await until_told(hall.asha, hall.triage, "Kim Slack is part of T-1 now")


async def test_a_mention_alone_shows_what_this_person_can_do(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    await hall.asha.write(hall.triage, hall.server.mention, thread=root)
    told = await until_told(hall.asha, hall.triage, "My grade is missing")
    assert "Claim" in [*told.buttons, *told.menu] and told.thread_ts == root.ts
    await hall.asha.press(told, "Claim")
    answer = await until_told(hall.asha, hall.triage, "T-1 is yours")
    assert answer.thread_ts == root.ts


@pytest.mark.parametrize("line", ["resovle", "the words of a message", "!"])
async def test_what_is_no_command_is_refused_as_anywhere_and_reaches_nobody(hall: Hall, line: str) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    await hall.sam.write(hall.sam.dm, f"{hall.server.mention} {line}", thread=card)
    await until_told(hall.sam, hall.sam.dm, "There is no command “/ticket")
    assert await hall.words(ticket) == []


async def test_where_none_that_vanish_are_taken_the_answer_stays_in_the_thread(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    hall.server.faults.refuse("chat.postEphemeral", "method_not_supported_for_channel_type")
    await hall.sam.write(hall.sam.dm, f"{hall.server.mention} close", thread=card)
    await hall.server.until(lambda: len(hall.sam.thread(card)) == 2)
    assert hall.sam.thread(card)[1].text_shown == "✅ T-1 is closed"
    assert (await hall.office.ticket(ticket)).status is Status.CLOSED


# --- elsewhere -------------------------------------------------------------------------------------------------------


async def test_outside_of_a_thread_the_ticket_must_be_named(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    await hall.asha.write(hall.triage, f"{hall.server.mention} claim T-{ticket}")
    told = await until_told(hall.asha, hall.triage, "T-1 is yours")
    assert told.thread_ts is None
    await hall.asha.write(hall.triage, f"{hall.server.mention} claim")
    await until_told(hall.asha, hall.triage, "Which ticket?")


async def test_a_mention_alone_shows_the_commands(hall: Hall) -> None:
    await hall.asha.write(hall.triage, hall.server.mention)
    await until_told(hall.asha, hall.triage, "What you can do")
    await hall.sam.write(hall.sam.dm, hall.server.mention)
    await until_told(hall.sam, hall.sam.dm, "What you can do")


async def test_an_opening_by_mention_comes_by_a_button_with_all_that_was_typed(hall: Hall) -> None:
    await hall.asha.write(hall.triage, f'{hall.server.mention} open "My & grade" exams')
    told = await until_told(hall.asha, hall.triage, "Open a ticket")
    view = await (await hall.asha.press(told, "Open a ticket")).modal()
    assert (view.value("title"), view.value("Category")) == ("My & grade", "Exams and grades")


async def test_words_in_the_direct_message_are_offered_as_a_ticket(hall: Hall) -> None:
    said = await hall.sam.write(hall.sam.dm, "*My grade* is gone\nSince Monday & before")
    await hall.server.until(lambda: hall.sam.thread(said))
    [offer] = hall.sam.thread(said)
    assert offer.buttons == ["Open a ticket with these words"]
    view = await (await hall.sam.press(offer, "Open a ticket with these words")).modal()
    assert view.value("title") == "My grade is gone"
    assert view.value("description") == "My grade is gone\nSince Monday & before"
    await hall.sam.choose(view, "category", "forum")
    assert (await hall.sam.submit(view)).closed
    told = await until_told(hall.sam, hall.sam.dm, "T-1 is open")
    assert told.thread_ts == said.ts


async def test_the_offer_leads_to_the_tickets_that_are_open(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    over = await hall.ticket(hall.sam, "An old matter")
    await (await hall.sam.slash(hall.sam.dm, f"/ticket close T-{over}")).answered()
    said = await hall.sam.write(hall.sam.dm, "And another thing")
    await hall.server.until(lambda: hall.sam.thread(said))
    [offer] = hall.sam.thread(said)
    assert "T-1 My grade is missing" in offer.text_shown and "An old matter" not in offer.text_shown
    assert card.ts.replace(".", "") in str(offer.blocks)


async def test_words_below_an_offer_are_offered_too(hall: Hall) -> None:
    said = await hall.sam.write(hall.sam.dm, "My grade is gone")
    await hall.server.until(lambda: hall.sam.thread(said))
    await hall.sam.write(hall.sam.dm, "Since Monday", thread=said)
    await hall.server.until(lambda: len(hall.sam.thread(said)) == 3)
    view = await (await hall.sam.press(hall.sam.thread(said)[2], "Open a ticket with these words")).modal()
    assert view.value("title") == "Since Monday"


async def test_an_offer_whose_words_are_gone_opens_an_empty_form(hall: Hall) -> None:
    said = await hall.sam.write(hall.sam.dm, "My grade is gone")
    await hall.server.until(lambda: hall.sam.thread(said))
    [offer] = hall.sam.thread(said)
    hall.server.hide_history()
    view = await (await hall.sam.press(offer, "Open a ticket with these words")).modal()
    assert view.title == "Open a ticket" and not view.value("title")


async def test_an_offer_opens_words_of_its_own_place_alone(hall: Hall) -> None:
    """The app reads more than whoever presses: of another channel's message nothing is shown."""
    secret = await hall.asha.write(hall.triage, "The secret")
    said = await hall.sam.write(hall.sam.dm, "My grade is gone")
    await hall.server.until(lambda: hall.sam.thread(said))
    [offer] = hall.sam.thread(said)
    before, after = (ts.replace(".", "%2E") for ts in (said.ts, secret.ts))
    [forged] = [one for block in offer.blocks for one in block.get("elements", ()) if "action_id" in one]
    forged["action_id"] = forged["action_id"].replace(before, after)
    view = await (await hall.sam.press(offer, "Open a ticket with these words")).modal()
    assert "secret" not in view.text_shown and not view.value("title")


async def test_nobody_is_pinged_by_an_offer_of_words_that_would(hall: Hall) -> None:
    said = await hall.sam.write(hall.sam.dm, f"<!channel> {hall.asha.mention} <@everyone>", literal=False)
    await hall.server.until(lambda: hall.sam.thread(said))
    assert hall.server.pings == []
