"""An erased ticket's threads on Slack: all that the app put there goes, and its card says so."""

from core.cards.card import Card
from core.model.outbox import Intent
from core.model.thread import Audience, Thread
from core.model.ticket import Ticket
from core.ports import Parcel, Wiped
from tests.adapters.slack.outbound import Scene

ERASED = Card(title="T-1 was erased on 2026-11-22")


def wiping(desk: Scene, ticket: Ticket, thread: Thread, known: tuple[str, ...] = ()) -> Parcel:
    return desk.parcel(Intent.ERASE, Wiped(ERASED, known), ticket, thread)


async def test_words_and_files_of_the_app_go_and_a_members_own_stay(
    desk: Scene, ticket: Ticket, thread: Thread
) -> None:
    await desk.say(ticket, thread, files=(await desk.file(),))
    await desk.sam.write(desk.sam.dm, "My own words", thread=desk.root(thread))
    for _ in range(2):
        receipt = await desk.deliver(wiping(desk, ticket, thread))
        assert receipt.card == desk.root(thread).ts
        assert desk.texts(thread) == ["My own words"]
        assert "was erased" in desk.root(thread).text_shown and "grade" not in desk.root(thread).text_shown


async def test_where_the_app_may_not_look_what_is_known_to_stand_there_goes(desk: Scene, ticket: Ticket) -> None:
    thread = await desk.thread(ticket, Audience.STAFF)
    _message, receipt = await desk.say(ticket, thread, files=(await desk.file(),))
    desk.server.faults.refuse("conversations.replies", "channel_type_not_supported")
    await desk.deliver(wiping(desk, ticket, thread, receipt.parts))
    assert desk.said(thread) == []


async def test_a_card_that_somebody_deleted_is_no_matter(desk: Scene, ticket: Ticket, thread: Thread) -> None:
    _message, receipt = await desk.say(ticket, thread)
    desk.remove(desk.root(thread))
    assert (await desk.deliver(wiping(desk, ticket, thread, receipt.parts))).card is None


async def test_what_a_person_was_told_directly_is_taken_back(desk: Scene, ticket: Ticket) -> None:
    told = desk.parcel(Intent.PING, Card(title="Answered"), ticket, None, recipient=desk.sam.id)
    receipt = await desk.channel.deliver(told)
    for _ in range(2):
        wiped = Wiped(ERASED, (str(receipt.external_id),))
        await desk.channel.deliver(desk.parcel(Intent.ERASE, wiped, ticket, None, recipient=desk.sam.id))
        assert not any("Answered" in one.text_shown for one in desk.sam.reads(desk.sam.dm))
