"""What is answered to the command and to buttons, and when."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from core.cards.card import Button
from core.model.ids import TicketId
from core.model.people import Grant, Role
from core.model.ticket import Status
from tests.adapters.slack.hall import Hall, Held, button, card_in, in_hall, until_told


@pytest.fixture
async def hall(staffed_template: Path, tmp_path: Path) -> AsyncIterator[Hall]:
    async with in_hall(staffed_template, tmp_path / "desk.db") as made:
        yield made


# --- commands --------------------------------------------------------------------------------------------------------


async def test_a_command_is_answered_for_the_one_who_asked_alone_even_where_the_app_is_not(hall: Hall) -> None:
    asked = await hall.sam.slash(hall.lounge, "/ticket")
    answer = await asked.answered()
    assert "/ticket open" in answer.text_shown and "/ticket staff undo" in answer.text_shown
    assert answer.ephemeral_for == hall.sam.id and hall.sam.reads(hall.lounge) == []
    assert hall.server.pings == []


async def test_an_agent_is_one_by_their_user_group(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    asked = await hall.asha.slash(hall.triage, f"/ticket claim T-{ticket}")
    assert "T-1 is yours" in (await asked.answered()).text_shown
    assert (await hall.office.ticket(ticket)).assignee == await hall.people.person(hall.asha.id)
    asked = await hall.kim.slash(hall.lounge, "/ticket queue")
    assert "You may not" in (await asked.answered()).text_shown


REFUSED = {
    "/ticket shwo T-1": "There is no command “/ticket shwo”. Did you mean /ticket show?",
    "/ticket staff": "There is no command “/ticket staff”. /ticket staff: note",
    "/ticket ticket claim": "Which ticket?",
    "/ticket claim": "Usage: /ticket claim [ref]",
    "/ticket show T-99": "There is no ticket T-99 that you can see. /ticket list shows yours.",
    "/ticket desk retry x": "a whole number is wanted. Usage: /ticket desk retry <number>",
    "/ticket qzx": "There is no command “/ticket qzx”. /ticket help lists them all.",
}


@pytest.mark.parametrize(("typed", "words"), REFUSED.items())
async def test_a_refusal_names_commands_as_they_are_typed_here(hall: Hall, typed: str, words: str) -> None:
    asked = await hall.sam.slash(hall.lounge, typed)
    assert words in (await asked.answered()).text_shown


async def test_nothing_that_was_typed_acts_in_the_answer(hall: Hall) -> None:
    for typed in ("<!channel>", "&lt;!here&gt;", hall.kim.mention, "*b* <https://evil.example|bank>", "@everyone"):
        asked = await hall.sam.slash(hall.lounge, f"/ticket {typed} x")
        assert "There is no command" in (await asked.answered()).text_shown
        asked = await hall.sam.slash(hall.lounge, f"/ticket staff tickets {typed} {typed}")
        await asked.answered()
    assert hall.server.pings == [] and not any(one.pings for one in hall.server.messages)


async def test_a_fault_is_told_in_a_sentence_without_its_trace(hall: Hall) -> None:
    class Broken:
        def __init__(self, desk: Any) -> None:
            self._desk = desk

        def __getattr__(self, name: str) -> Any:
            return getattr(self._desk, name)

        async def run(self, *_args: Any, **_given: Any) -> Any:
            raise ZeroDivisionError("a secret")

    await hall.again(desk=Broken(hall.front()))
    asked = await hall.sam.slash(hall.lounge, "/ticket list")
    words = (await asked.answered()).text_shown
    assert "Something went wrong inside the desk" in words and "secret" not in words


async def test_somebody_who_is_mentioned_is_that_person(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    asked = await hall.sam.slash(hall.sam.dm, f"/ticket add T-{ticket} {hall.kim.mention}")
    assert "Kim Slack is part of T-1 now" in (await asked.answered()).text_shown
    assert await hall.people.person(hall.kim.id) in (await hall.office.ticket(ticket)).participants
    asked = await hall.asha.slash(hall.triage, f"/ticket assign T-{ticket} {hall.asha.mention}")
    await asked.answered()
    assert (await hall.office.ticket(ticket)).assignee == await hall.people.person(hall.asha.id)


async def test_a_bot_is_nobody(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    bot = hall.server.add_bot("helper")
    asked = await hall.sam.slash(hall.sam.dm, f"/ticket add T-{ticket} {bot.mention}")
    assert "Nobody here is called “Helper”" in (await asked.answered()).text_shown


async def test_words_typed_behind_a_command_keep_their_meaning(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    asked = await hall.asha.slash(hall.triage, f"/ticket staff note T-{ticket} He *called* & said <b>")
    assert "Noted" in (await asked.answered()).text_shown
    assert await hall.words(ticket) == ["He called & said <b>"]


async def test_a_title_typed_with_a_link_and_a_name_is_words(hall: Hall) -> None:
    asked = await hall.sam.slash(hall.sam.dm, "/ticket open A & B see https://example.org/x")
    assert (await asked.modal()).value("title") == "A & B see https://example.org/x"


async def test_another_command_may_be_configured(hall: Hall) -> None:
    hall.server.installed.commands = {"/helpdesk"}
    await hall.again(command="/helpdesk")
    shown = (await (await hall.sam.slash(hall.lounge, "/helpdesk")).answered()).text_shown
    assert "/helpdesk open [title]" in shown and "/helpdesk staff undo" in shown and "/ticket" not in shown
    shown = (await (await hall.sam.slash(hall.lounge, "/helpdesk claim")).answered()).text_shown
    assert "Usage: /helpdesk claim [ref]" in shown


async def test_as_long_as_slack_does_not_tell_who_asks_they_are_asked_to_try_again(hall: Hall) -> None:
    hall.server.faults.fail("users.info", times=1)
    asked = await hall.kim.slash(hall.lounge, "/ticket list")
    assert "Please try again in a minute" in (await asked.answered()).text_shown
    asked = await hall.kim.slash(hall.lounge, "/ticket list")
    assert "My tickets" in (await asked.answered()).text_shown


# --- where an answer goes --------------------------------------------------------------------------------------------


async def test_a_scope_that_is_missing_for_it_is_told_to_the_admins_too(hall: Hall) -> None:
    hall.server.installed.scopes.remove("users:read")
    asked = await hall.kim.slash(hall.lounge, "/ticket list")
    assert "Please try again in a minute" in (await asked.answered()).text_shown
    async with hall.office.store.read() as work:
        assert [one.key for one in await work.troubles.all()] == ["slack:scope:users:read"]


async def test_where_the_address_for_answers_is_used_up_it_is_told_there_all_the_same(hall: Hall) -> None:
    hall.server.settings.response_url_uses = 0
    asked = await hall.asha.slash(hall.triage, "/ticket help")
    await until_told(hall.asha, hall.triage, "What you can do")
    assert asked.error is None and hall.server.called("chat.postEphemeral")


async def test_where_the_app_is_not_it_comes_as_a_direct_message(hall: Hall) -> None:
    hall.server.settings.response_url_uses = 0
    await hall.sam.slash(hall.lounge, "/ticket help")
    await hall.server.until(lambda: hall.sam.reads(hall.sam.dm))
    assert "What you can do" in hall.sam.reads(hall.sam.dm)[0].text_shown


async def test_nothing_that_is_raised_names_the_address_for_answers(
    hall: Hall, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    hall.server.faults.refuse("*", "internal_error", times=100, where=lambda args: "/response/" not in str(args))
    asked = await hall.sam.slash(hall.lounge, "/ticket list")
    await hall.settled()
    told = caplog.text + "".join(capsys.readouterr())
    assert asked.response_url is not None and asked.response_url.key not in told
    assert asked.trigger.id not in told and hall.server.bot_token not in told


# --- the panel -------------------------------------------------------------------------------------------------------


async def test_an_admins_panel_is_posted_for_everybody_or_it_is_said_why_not(hall: Hall) -> None:
    admin = await hall.people.person(hall.asha.id)
    async with hall.office.store.write() as work:
        await work.people.grant(admin, Grant(Role.ADMIN), hall.office.clock.now())
    asked = await hall.asha.slash(hall.triage, "/ticket desk panel")
    assert "The panel is posted here" in (await asked.answered()).text_shown
    [posted] = hall.asha.reads(hall.triage)
    assert posted.buttons == ["Open a ticket", "My tickets"]
    assert (await (await hall.asha.press(posted, "Open a ticket")).modal()).title == "Open a ticket"
    asked = await hall.asha.slash(hall.lounge, "/ticket desk panel")
    assert "/invite" in (await asked.answered()).text_shown


# --- buttons ---------------------------------------------------------------------------------------------------------


async def test_a_button_works_after_a_restart_since_nothing_is_kept_of_its_message(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    card = await card_in(hall, button("Close", "ticket", "close", ticket=1))
    await hall.again()
    pressed = await hall.asha.press(card, "Close")
    assert "T-1 is closed" in (await pressed.answered()).text_shown
    assert (await hall.office.ticket(TicketId(1))).status is Status.CLOSED


async def test_what_is_pressed_in_a_thread_is_answered_there_and_shortly(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    root = await hall.bind(ticket, None)
    news = await card_in(hall, button("Claim", "ticket", "claim", ticket=ticket), thread=root)
    pressed = await hall.asha.press(news, "Claim")
    answer = await pressed.answered()
    assert answer.thread_ts == root.ts
    assert answer.text_shown == "T-1 is yours"


async def test_what_is_pressed_under_a_threads_first_message_is_answered_below_it(hall: Hall) -> None:
    card = await card_in(hall, button("Help", "help", ""))
    await hall.asha.write(hall.triage, "talk", thread=card)
    answer = await (await hall.asha.press(card, "Help")).answered()
    assert answer.thread_ts is None


async def test_entries_of_a_menu_are_buttons_too(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    verbs = ("follow", "show", "close", "claim", "urgent", "resolve")
    card = await card_in(hall, *(button(verb.title(), "ticket", verb, ticket=1) for verb in verbs))
    assert card.menu
    pressed = await hall.asha.press(card, "Claim")
    assert "T-1 is yours" in (await pressed.answered()).text_shown


async def test_a_button_that_only_opens_a_page_is_acknowledged_and_no_more(hall: Hall) -> None:
    card = await card_in(hall, Button(label="Its page", url="https://desk.example.org/t/T-1"))
    pressed = await hall.asha.press(card, "Its page")
    await hall.settled()
    assert pressed.error is None and pressed.answers == []


async def test_a_button_of_another_version_is_refused_with_a_sentence(hall: Hall) -> None:
    for action in ("1.bygone.verb.-", "1.ticket", "1.ticket.open.x", "9.x"):
        card = await card_in(hall, Button(label="Old", action=action))
        answer = await (await hall.asha.press(card, "Old")).answered()
        assert "another version of the desk" in answer.text_shown and "/ticket help lists" in answer.text_shown


async def test_pressed_twice_for_slack_told_it_twice_it_is_done_once(hall: Hall) -> None:
    await hall.ticket(hall.sam)
    card = await card_in(hall, button("Claim", "ticket", "claim", ticket=1))
    pressed = await hall.asha.press(card, "Claim")
    await pressed.answered()

    async def ack(*_: Any, **__: Any) -> None: ...

    await hall.interactions.action(pressed.payload, ack)  # type: ignore[arg-type] # the one thing done with it
    assert [one.text_shown.split("\n")[0] for one in pressed.answers] == ["T-1 is yours"] * 2
    assert (await hall.office.kinds(TicketId(1))).count("TicketClaimed") == 1


# --- tickets ---------------------------------------------------------------------------------------------------------


async def test_an_answer_about_a_ticket_leads_to_the_askers_own_thread(hall: Hall) -> None:
    ticket = await hall.ticket(hall.sam)
    card = await hall.bind(ticket, hall.sam)
    triage = await hall.bind(ticket, None)
    for person, root in ((hall.sam, card), (hall.asha, triage)):
        asked = await person.slash(person.dm, f"/ticket show T-{ticket}")
        await asked.answered()
        assert f"/archives/{root.place.id}/p{root.ts.replace('.', '')}" in str(
            hall.server.called("response_url")[-1].args
        )


async def test_whoever_waits_for_an_answer_gets_it_before_the_door_is_closed(hall: Hall) -> None:
    desk = Held(hall.front())
    await hall.again(desk=desk)
    asked = await hall.sam.slash(hall.lounge, "/ticket list")
    closing = asyncio.create_task(hall.interactions.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    desk.release()
    await closing
    assert "My tickets" in asked.shown
