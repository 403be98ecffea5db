"""Shortcuts of the workspace and of a message's menu."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from adapters.slack.answering.notes import Note, Notes, Said
from core.model.ids import TicketId
from core.text import Link, Paragraph, Quote
from tests.adapters.slack.hall import Hall, Held, in_hall, shows, until_told
from tests.fakes.slack_server import File

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d4944415478da63fccfc0500f000485018084"
    "a98c210000000049454e44ae426082"
)


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


# --- opening ---------------------------------------------------------------------------------------------------------


async def test_the_global_one_opens_the_form_and_its_end_stands_in_the_modal(hall: Hall) -> None:
    view = await (await hall.sam.shortcut("open_ticket")).modal()
    assert view.title == "Open a ticket"
    await hall.sam.choose(view, "category", "forum")
    await hall.sam.submit(view, {"title": "My grade", "description": "It is gone."})
    await shows(view, "T-1 is open")
    assert "Urgent" in view.buttons and hall.sam.reads(hall.sam.dm) == []


async def test_a_ticket_from_a_message_is_filled_with_its_words_its_files_and_its_place(hall: Hall) -> None:
    said = await hall.kim.write(
        hall.lounge, f"*My grade* is gone\nAsk {hall.asha.mention} & me", files=[File("proof.png", PNG)]
    )
    view = await (await hall.sam.message_shortcut(said, "open_from_message")).modal()
    assert view.value("title") == "My grade is gone"
    words = view.value("description")
    assert words.startswith("My grade is gone\nAsk @Asha Slack & me\n")
    assert "Files there: proof.png" in words
    assert f"/archives/{hall.lounge.id}/p{said.ts.replace('.', '')}" in words


async def test_a_long_message_is_cut_and_its_place_stays(hall: Hall) -> None:
    said = await hall.kim.write(hall.lounge, "word & " * 900)
    view = await (await hall.sam.message_shortcut(said, "open_from_message")).modal()
    words = view.value("description")
    assert len(words) <= 3_000 and f"p{said.ts.replace('.', '')}" in words and len(view.value("title")) <= 200


async def test_names_that_slack_does_not_tell_in_time_do_not_keep_the_form(hall: Hall) -> None:
    gate = hall.server.faults.hold("users.info")
    said = await hall.kim.write(hall.lounge, f"Ask {hall.asha.mention}")
    view = await (await hall.sam.message_shortcut(said, "open_from_message")).modal()
    assert view.title == "Open a ticket" and view.value("title") in (None, "")
    gate.release()
    await hall.settled()


# --- adding to a ticket ----------------------------------------------------------------------------------------------


async def test_a_message_is_quoted_in_the_chosen_ticket_with_its_author_and_its_place(hall: Hall) -> None:
    ticket = await hall.ticket(hall.asha, "Forum broken")
    said = await hall.asha.write(hall.triage, "See *page 3* <!here>", literal=True, files=[File("proof.png", PNG)])
    view = await (await hall.asha.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there as your reply")
    assert view.options("To which ticket?") == ["T-1 Forum broken"]
    sent = await hall.asha.submit(view, {"To which ticket?": "T-1 Forum broken"})
    assert sent.closed
    await until_told(hall.asha, hall.triage, "Added to T-1")
    [message] = await hall.office.messages(ticket)
    first, quoted = message.text.blocks
    assert isinstance(first, Paragraph) and isinstance(quoted, Quote)
    assert isinstance(first.spans[0], Link) and said.ts.replace(".", "") in first.spans[0].url
    assert "Asha Slack wrote" in message.text.plain() and "page 3" in message.text.plain()
    assert len(message.files) == 1 and hall.server.pings == []


async def test_a_message_where_the_app_is_not_is_quoted_as_the_shortcut_told_it(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    said = await hall.kim.write(hall.lounge, "See *page 3*")
    view = await (await hall.sam.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there")
    await hall.sam.submit(view, {"ticket": f"T-{ticket}"})
    await until_told(hall.sam, hall.lounge, "Added to T-1")
    [words] = await hall.words(ticket)
    assert "Kim Slack wrote" in words and "> See page 3" in words


async def test_a_reply_in_a_thread_is_found_there(hall: Hall) -> None:
    ticket = await hall.ticket(hall.asha)
    root = await hall.asha.write(hall.triage, "root")
    said = await hall.asha.write(hall.triage, "x" * 2_900, thread=root)
    view = await (await hall.asha.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there")
    await hall.asha.submit(view, {"ticket": f"T-{ticket}"})
    await until_told(hall.asha, hall.triage, "Added to T-1")
    assert "x" * 2_900 in (await hall.words(ticket))[0]


async def test_whoever_has_no_open_ticket_is_told_how_to_open_one(hall: Hall) -> None:
    said = await hall.kim.write(hall.lounge, "words")
    view = await (await hall.sam.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "You have no open ticket to add this to. /ticket open starts one.")


async def test_a_message_that_was_deleted_meanwhile_and_said_nothing_is_gone(hall: Hall) -> None:
    ticket = await hall.ticket(hall.asha)
    said = await hall.asha.write(hall.triage, files=[File("proof.png", PNG)])
    view = await (await hall.asha.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there")
    await hall.asha.delete(said)
    sent = await hall.asha.submit(view, {"ticket": f"T-{ticket}"})
    await until_told(hall.asha, hall.triage, "no longer there")
    assert sent.closed and await hall.words(ticket) == []


async def test_a_ticket_that_one_may_not_write_in_is_refused_whatever_the_form_says(hall: Hall) -> None:
    own, others = await hall.ticket(hall.sam), await hall.ticket(hall.kim)
    said = await hall.kim.write(hall.lounge, "words")
    view = await (await hall.sam.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there")
    option = {"text": {"type": "plain_text", "text": "x"}, "value": f"T-{others}"}
    view.values["ticket"]["ticket"] = {"type": "static_select", "selected_option": option}
    await hall.sam.submit(view)
    await until_told(hall.sam, hall.lounge, "Not done")
    assert await hall.words(own) == [] and await hall.words(others) == []


async def test_a_form_that_names_another_channels_message_quotes_nothing(hall: Hall) -> None:
    """The app reads more than whoever asks: a note that the desk did not seal for them is none."""
    ticket = await hall.ticket(hall.sam)
    secret = await hall.asha.write(hall.triage, "The secret")
    said = await hall.kim.write(hall.lounge, "words")
    view = await (await hall.sam.message_shortcut(said, "add_to_ticket")).modal()
    await shows(view, "quoted there")
    forged = Note(user=hall.sam.id, channel=hall.sam.dm.id, said=Said(channel=hall.triage.id, ts=secret.ts))
    view.data["private_metadata"] = Notes("a guess").write(forged)
    await hall.sam.submit(view, {"ticket": f"T-{ticket}"})
    await shows(view, "no longer there")
    assert await hall.words(ticket) == []


async def test_a_shortcut_whose_trigger_is_over_says_so(hall: Hall) -> None:
    said = await hall.kim.write(hall.lounge, "words")
    hall.server.faults.refuse("views.open", "expired_trigger_id")
    asked = await hall.sam.message_shortcut(said, "add_to_ticket")
    assert "Please try that once more" in (await asked.answered()).text_shown


# --- what can be done ------------------------------------------------------------------------------------------------


async def test_in_a_tickets_thread_it_shows_what_this_person_can_do(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    own, staff = await hall.bind(ticket, hall.sam), await hall.bind(ticket, None)
    view = await (await hall.sam.message_shortcut(own, "ticket_actions")).modal()
    await shows(view, "My grade is missing")
    assert "Claim" not in [*view.buttons, *view.menu] and "Close" in [*view.buttons, *view.menu]
    said = await hall.asha.write(hall.triage, "hm", thread=staff)
    view = await (await hall.asha.message_shortcut(said, "ticket_actions")).modal()
    await shows(view, "My grade is missing")
    await hall.asha.press(view, "Claim")
    await shows(view, "T-1 is yours")
    assert (await hall.office.ticket(ticket)).assignee is not None


async def test_a_form_of_such_a_button_takes_the_modals_place(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    own = await hall.bind(ticket, hall.sam)
    view = await (await hall.sam.message_shortcut(own, "ticket_actions")).modal()
    await shows(view, "My grade is missing")
    await hall.sam.press(view, "Urgent")
    await shows(view, "Why it cannot wait")
    sent = await hall.sam.submit(view, {"why": "It burns"})
    assert sent.closed
    await until_told(hall.sam, hall.sam.dm, "T-1 is urgent")


async def test_elsewhere_it_says_that_there_is_no_ticket(hall: Hall) -> None:
    said = await hall.kim.write(hall.lounge, "words")
    view = await (await hall.sam.message_shortcut(said, "ticket_actions")).modal()
    await shows(view, "No ticket here")


async def test_in_another_persons_thread_the_ticket_is_not_shown(hall: Hall) -> None:
    staff = await hall.bind(await hall.office.open("sam"), None)
    hall.triage.invite(hall.kim)
    view = await (await hall.kim.message_shortcut(staff, "ticket_actions")).modal()
    await shows(view, "There is no ticket T-1 that you can see")


async def test_a_shortcut_that_this_desk_does_not_have_is_refused_with_a_sentence(hall: Hall) -> None:
    hall.server.installed.global_shortcuts["bygone"] = "Bygone"
    await hall.sam.shortcut("bygone")
    await hall.server.until(lambda: hall.sam.reads(hall.sam.dm))
    assert "another version of the desk" in hall.sam.reads(hall.sam.dm)[0].text_shown


async def test_the_modal_that_waits_is_filled_once_the_desk_answers(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    said = await hall.kim.write(hall.lounge, "words")
    desk = Held(hall.front())
    await hall.again(desk=desk)
    view = await (await hall.sam.message_shortcut(said, "add_to_ticket")).modal()
    assert "One moment" in view.text_shown
    desk.release()
    await shows(view, "quoted there")
    assert await hall.words(TicketId(1)) == []
