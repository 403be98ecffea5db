"""How long the transcript of a long ticket takes, beside reading the same rows and writing them as they are.

    python -m bench.transcript [messages]

For both databases: milliseconds from the request to the last byte of the page and of the JSON (the middle of five), by
the clock and of the processor, of a member of the staff, whose transcript has the notes; and of a bare SELECT of the
same messages put through ``json.dumps``, with the ratio of the processor's.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median

from sqlalchemy import select

from adapters.sql import schema
from adapters.sql.store import SqlStore
from adapters.sql.tables import messages as rows
from adapters.web.parse import parse_markdown
from adapters.web.transcript_json import transcript_json
from adapters.web.transcript_page import TranscriptPage
from bot.lifecycle import COLLECTION
from core.events import MessagePosted
from core.model.ids import TicketId
from core.model.people import Platform
from core.model.thread import MessageKind
from core.transcript import Transcribing
from tests.fakes.office import MINUTE, Office
from tests.fakes.postgres import postgresql

_RUNS = 5
_WORDS = (
    "I tried it **again**, and it says `error 7` at the end.\n\n"
    "- first the page loads\n- then it asks me to sign in\n\nSee https://example.org/help for what I did. {number}"
)


async def fill(office: Office, messages: int) -> TicketId:
    """A ticket with so many messages by its requester and an agent, every tenth a note."""
    ticket = await office.open()
    text = [parse_markdown(_WORDS.format(number=number)) for number in range(10)]
    who = (office.people["sam"], office.people["asha"])
    async with office.store.write() as work:
        for number in range(messages):
            author, at = who[number % 2], office.clock.now() + number * MINUTE
            kind = MessageKind.NOTE if number % 10 == 9 else MessageKind.REPLY
            said = await work.messages.add(ticket, author, kind, text[number % 10], at, origin=None)
            event = MessagePosted(ticket=ticket, message=said.id, kind=kind)
            await work.events.append(event, at, author, Platform.WEB, "")
    return ticket


async def measured(name: str, url: str, messages: int) -> None:
    store = SqlStore(url)
    office = Office(store)
    await office.staff_up()
    ticket = await fill(office, messages)
    transcribing = Transcribing(store, office.engine, office.desk, office.clock, include=0)
    page = TranscriptPage(office.desk.public_url)

    async def as_page() -> bytes:
        found = await transcribing.take(ticket, office.actor("asha"))
        return page.html(transcript_json(found, office.desk), found.reader, "en").encode()

    async def as_json() -> bytes:
        found = await transcribing.take(ticket, office.actor("asha"))
        return json.dumps(transcript_json(found, office.desk), ensure_ascii=False).encode()

    async def bare() -> bytes:
        async with store.read() as work:
            found = await work.connection.execute(select(rows).where(rows.c.ticket_id == ticket))
            return json.dumps([dict(row._mapping) for row in found], default=str).encode()

    base, least, _size = await _time(bare)
    for what, make in (("page", as_page), ("JSON", as_json)):
        took, busy, size = await _time(make)
        print(
            f"{name}, {messages} messages: {what} {took:.0f} ms ({busy:.0f} of the processor), {size / 1e6:.1f} MB;",
            end=" ",
        )
        print(f"a bare SELECT and json.dumps {base:.0f} ms ({least:.0f}): ratio {busy / least:.1f}")
    await store.close()


async def _time(make: Callable[[], Awaitable[bytes]]) -> tuple[float, float, int]:
    """Milliseconds by the clock and of the processor, the middle of the runs, and the bytes made."""
    took, busy, size = [], [], 0
    for _ in range(_RUNS):
        begun, idle = time.perf_counter(), time.process_time()
        size = len(await make())
        took.append((time.perf_counter() - begun) * 1000)
        busy.append((time.process_time() - idle) * 1000)
    return median(took), median(busy), size


def main() -> None:
    gc.set_threshold(*COLLECTION)
    messages = int(sys.argv[1]) if len(sys.argv) > 1 else 5_000
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'bench.db'}"
        asyncio.run(schema.upgrade(url))
        asyncio.run(measured("sqlite", url, messages))
    with postgresql(quick=True) as server:
        url = server.url(server.create())
        asyncio.run(schema.upgrade(url))
        asyncio.run(measured("postgresql", url, messages))


if __name__ == "__main__":
    main()
