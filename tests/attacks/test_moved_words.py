"""Messages that a split moved into a ticket of their own are nobody's to read where they stood before."""

from collections.abc import Callable

import pytest

from core.commands import AddParticipant, EditMessage, ResolveTicket, SetVisibility, SplitTicket
from core.faqs import FaqReading
from core.model.desk import Desk
from core.model.ids import MessageId, TicketId
from core.model.outbox import Intent
from core.model.people import Platform
from core.model.ticket import Visibility
from core.scene import Skip
from core.text import Text
from tests.fakes.meaning import Known
from tests.fakes.office import Office, desk_of, on_discord, on_slack

ASKED = "The library printer stays silent"


async def parted(office: Office, ticket: TicketId, message: MessageId) -> TicketId:
    outcome = await office.do(SplitTicket(ticket=ticket, title="Parted", messages=(message,)), "asha")
    assert outcome.ticket is not None
    return outcome.ticket


async def changed(office: Office, ticket: TicketId, message: MessageId, words: str) -> None:
    await office.do(EditMessage(ticket=ticket, message=message, text=Text.of(words)), "asha")


async def test_an_answer_that_went_into_a_private_ticket_is_shown_beside_the_public_one_no_more(office: Office) -> None:
    ticket = await office.open("sam", ASKED, category="forum", answers={})
    await office.do(ResolveTicket(ticket=ticket, answer=Text.of("ZEBRA")), "asha")
    parted_off = await parted(office, ticket, (await office.messages(ticket))[-1].id)
    await office.do(SetVisibility(ticket=parted_off, visibility=Visibility.PRIVATE), "asha")
    known = Known(office, by_meaning=False)
    await known.catch_up()
    found = await known.suggesting.similar(ASKED, "", "", office.actor("kim"))
    assert [one.ref for one in found.items] == [f"T-{ticket}"]
    assert "ZEBRA" not in str(found)
    material = await FaqReading(office.store, office.desk, office.clock).material(ticket, office.actor("asha"))
    assert "ZEBRA" not in str(material)


async def test_a_notice_of_before_shows_what_the_message_says_now_to_those_alone_who_may_read_it_there(
    office: Office,
) -> None:
    ticket = await office.open("sam")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    message = await office.say(ticket, "asha", "Good morning")
    told = [one for one in await office.owed() if one.message == message.id and one.intent is Intent.PING]
    to_sam, to_kim = sorted(told, key=lambda one: office.pinged([one]) == ["kim"])
    await changed(office, await parted(office, ticket, message.id), message.id, "ZEBRA")
    assert await office.composed(to_kim) == Skip("the message is part of another ticket now")
    assert "ZEBRA" in str(await office.composed(to_sam))


@pytest.mark.parametrize(("platform", "on"), [(Platform.DISCORD, on_discord), (Platform.SLACK, on_slack)])
async def test_what_is_still_on_its_way_to_the_old_thread_goes_to_the_new_one_alone(
    office: Office, platform: Platform, on: Callable[[Desk], Desk]
) -> None:
    office.use(on(desk_of()))
    await office.join("sam", "kim", "asha", platform=platform)
    ticket = await office.open("sam", door=platform)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.carry_out()
    message = await office.say(ticket, "asha", "Good morning")
    parted_off = await parted(office, ticket, message.id)
    await changed(office, parted_off, message.id, "ZEBRA")
    threads = [parcel.thread for parcel in await office.carry_out() if "ZEBRA" in str(parcel.content)]
    assert {thread.ticket for thread in threads if thread is not None} == {parted_off}
