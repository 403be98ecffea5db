"""What people write for the app: commands behind a mention of it, and words outside of any ticket's thread."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.model.desk import Similarity
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


# --- where the desk answers no questions -----------------------------------------------------------------------------


@pytest.fixture
async def silent(hall: Hall) -> Hall:
    hall.office.use(replace(hall.office.desk, similar=Similarity(enabled=False)))
    await hall.again()
    return hall


async def test_words_in_the_direct_message_are_offered_as_a_ticket(silent: Hall) -> None:
    said = await silent.sam.write(silent.sam.dm, "*My grade* is gone\nSince Monday & before")
    await silent.server.until(lambda: silent.sam.thread(said))
    [offer] = silent.sam.thread(said)
    assert offer.buttons == ["Open a ticket with these words"]
    view = await (await silent.sam.press(offer, "Open a ticket with these words")).modal()
    assert view.value("title") == "My grade is gone"
    assert view.value("description") == "My grade is gone\nSince Monday & before"
    await silent.sam.choose(view, "category", "forum")
    assert (await silent.sam.submit(view)).closed
    told = await until_told(silent.sam, silent.sam.dm, "T-1 is open")
    assert told.thread_ts == said.ts


async def test_the_offer_leads_to_the_tickets_that_are_open(silent: Hall) -> None:
    ticket = await silent.ticket(silent.sam)
    card = await silent.bind(ticket, silent.sam)
    over = await silent.ticket(silent.sam, "An old matter")
    await (await silent.sam.slash(silent.sam.dm, f"/ticket close T-{over}")).answered()
    said = await silent.sam.write(silent.sam.dm, "And another thing")
    await silent.server.until(lambda: silent.sam.thread(said))
    [offer] = silent.sam.thread(said)
    assert "T-1 My grade is missing" in offer.text_shown and "An old matter" not in offer.text_shown
    assert card.ts.replace(".", "") in str(offer.blocks)


async def test_words_below_an_offer_are_offered_too(silent: Hall) -> None:
    said = await silent.sam.write(silent.sam.dm, "My grade is gone")
    await silent.server.until(lambda: silent.sam.thread(said))
    await silent.sam.write(silent.sam.dm, "Since Monday", thread=said)
    await silent.server.until(lambda: len(silent.sam.thread(said)) == 3)
    view = await (await silent.sam.press(silent.sam.thread(said)[2], "Open a ticket with these words")).modal()
    assert view.value("title") == "Since Monday"


async def test_an_offer_whose_words_are_gone_opens_an_empty_form(silent: Hall) -> None:
    said = await silent.sam.write(silent.sam.dm, "My grade is gone")
    await silent.server.until(lambda: silent.sam.thread(said))
    [offer] = silent.sam.thread(said)
    silent.server.hide_history()
    view = await (await silent.sam.press(offer, "Open a ticket with these words")).modal()
    assert view.title == "Open a ticket" and not view.value("title")


async def test_an_offer_opens_words_of_its_own_place_alone(silent: Hall) -> None:
    """The app reads more than whoever presses: of another channel's message nothing is shown."""
    secret = await silent.asha.write(silent.triage, "The secret")
    said = await silent.sam.write(silent.sam.dm, "My grade is gone")
    await silent.server.until(lambda: silent.sam.thread(said))
    [offer] = silent.sam.thread(said)
    before, after = (ts.replace(".", "%2E") for ts in (said.ts, secret.ts))
    [forged] = [one for block in offer.blocks for one in block.get("elements", ()) if "action_id" in one]
    forged["action_id"] = forged["action_id"].replace(before, after)
    view = await (await silent.sam.press(offer, "Open a ticket with these words")).modal()
    assert "secret" not in view.text_shown and not view.value("title")


async def test_nobody_is_pinged_by_an_offer_of_words_that_would(silent: Hall) -> None:
    said = await silent.sam.write(silent.sam.dm, f"<!channel> {silent.asha.mention} <@everyone>", literal=False)
    await silent.server.until(lambda: silent.sam.thread(said))
    assert silent.server.pings == []
