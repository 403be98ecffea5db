"""A transcript on every database: the bytes of several files at once, and a long thread told whole."""

from adapters.sql.store import SqlStore
from core.commands import PostMessage
from core.model.ids import FileId
from core.model.thread import MessageKind
from core.text import Text
from core.transcript import Transcribing
from tests.contract.samples import NOW, a_requester_with_a_ticket
from tests.fakes.office import Office


async def test_the_bytes_of_several_files_are_read_at_once_and_what_is_gone_is_left_out(store: SqlStore) -> None:
    async with store.write() as work:
        ann, _ticket = await a_requester_with_a_ticket(work)
        kept = [
            await work.files.add(
                ann.id, f"{number}.bin", "text/plain", bytes([number]) * 3, NOW, width=None, height=None
            )
            for number in range(4)
        ]
        assert await work.files.data_of([kept[2].id, kept[0].id, FileId(4711)]) == {
            kept[0].id: b"\0\0\0",
            kept[2].id: b"\2\2\2",
        }
        assert await work.files.data_of([]) == {}


async def test_a_thread_of_several_pages_is_told_whole_and_in_its_order(store: SqlStore) -> None:
    office = Office(store)
    await office.staff_up()
    ticket = await office.open()
    for number in range(70):
        kind = MessageKind.NOTE if number % 7 == 6 else MessageKind.REPLY
        await office.do(PostMessage(ticket=ticket, kind=kind, text=Text.of(str(number))), "asha")
    transcribing = Transcribing(store, office.engine, office.desk, office.clock, include=0)
    for who in ("sam", "asha"):
        found = await transcribing.take(ticket, office.actor(who))
        told = [int(one.message.text.plain()) for one in found.whole.view.entries if one.message is not None]
        assert told == [number for number in range(70) if who == "asha" or number % 7 != 6]
