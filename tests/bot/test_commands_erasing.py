"""/desk erase: what will go is shown first, and one button of whoever asked does it."""

import pytest
from sqlalchemy import select

from adapters.sql.tables import drafts
from core.cards.card import ButtonStyle
from core.commands import MergeTicket
from core.errors import Erased, NoSuchDraft, NotAllowed, Refusal
from core.model.ids import TicketId
from core.model.thread import MessageKind
from tests.fakes.front import Front, shown


async def asked_about(front: Front) -> tuple[TicketId, str]:
    """A ticket with something in it, and what the button does."""
    office = front.office
    file = await office.upload("sam")
    ticket = await office.open(files=(file.id,))
    await office.say(ticket, "sam", "Hello?")
    await office.say(ticket, "asha", "A note", MessageKind.NOTE)
    card = shown(await front.type("ada", "/desk erase They asked for it", ticket))
    [button] = card.buttons
    assert button.action is not None
    return ticket, button.action


async def test_the_card_says_what_will_go_and_none_of_its_words(front: Front) -> None:
    ticket, _action = await asked_about(front)
    card = shown(await front.type("ada", "/desk erase They asked for it", ticket))
    assert card.title == f"Erase T-{ticket}?"
    counts = {field.label: field.value for field in card.fields}
    assert (counts["Replies"], counts["Notes"], counts["Files"], counts["Followers"]) == ("1", "1", "1", "0")
    assert [(button.label, button.style) for button in card.buttons] == [
        (f"Erase T-{ticket} for good", ButtonStyle.DANGER)
    ]
    assert "grade" not in repr(card) and "Hello" not in repr(card)
    assert (await front.office.ticket(ticket)).erased_at is None


async def test_the_card_names_the_tickets_that_are_not_erased_with_it(front: Front) -> None:
    office = front.office
    first, ticket, last = await office.open(), await office.open(), await office.open()
    await office.do(MergeTicket(ticket=first, into=ticket), "asha")
    await office.do(MergeTicket(ticket=ticket, into=last), "asha")
    card = shown(await front.type("ada", "/desk erase They asked for it", ticket))
    assert {field.label: field.value for field in card.fields}["Not erased with it"] == f"T-{first}, T-{last}"


async def test_the_button_does_it_with_the_reason_and_leaves_no_draft(front: Front) -> None:
    ticket, action = await asked_about(front)
    card = shown(await front.desk.press(action, front.office.actor("ada")))
    assert card.title == f"T-{ticket} is erased"
    found = await front.office.ticket(ticket)
    assert (found.title, found.erased_for) == ("", "They asked for it")
    async with front.office.store.read() as work:
        assert (await work.connection.execute(select(drafts.c.id))).all() == []
    with pytest.raises(NoSuchDraft):
        await front.desk.press(action, front.office.actor("ada"))
    with pytest.raises(Erased):
        await front.type("ada", "/desk erase Once more", ticket)


@pytest.mark.parametrize(("who", "refusal"), [("sam", NotAllowed), ("asha", NotAllowed), ("lee", NotAllowed)])
async def test_nobody_else_can_press_it_or_ask_for_it(front: Front, who: str, refusal: type[Refusal]) -> None:
    ticket, action = await asked_about(front)
    with pytest.raises(refusal):
        await front.desk.press(action, front.office.actor(who))
    with pytest.raises(refusal):
        await front.desk.press(f"1.desk.erase.{ticket}.reason=mine.sure=yes", front.office.actor(who))
    with pytest.raises(refusal):
        await front.type(who, "/desk erase They asked for it", ticket)
    assert (await front.office.ticket(ticket)).erased_at is None
