"""A word planted wherever people can type one into a ticket, and the search for it in all that the desk keeps."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from sqlalchemy import text

from adapters.sql.store import SqlStore
from adapters.sql.tables import followers, reactions
from core.commands import (
    ChangeTags,
    CreateFaq,
    EditFaq,
    EditMessage,
    EditTicket,
    FollowTicket,
    MergeTicket,
    OpenTicket,
    PostMessage,
    PublishFaq,
    React,
    ResolveTicket,
    SaveDraft,
)
from core.indexing import document_of
from core.model.draft import ABOUT, HELD_BACK
from core.model.escalation import EscalationPolicy, EscalationTrigger
from core.model.ids import FaqId, FileId, TicketId, ref_of
from core.model.thread import MessageKind
from core.model.ticket import Visibility
from core.text import Text
from tests.fakes.office import Office

WORD = "xylograph"
WORDS = Text.of(f"It says {WORD} there.")
_POLICY = EscalationPolicy(key="urgent", when=EscalationTrigger(), steps=())


async def planted(office: Office) -> TicketId:
    """A resolved ticket of sam's with the word in everything that people typed."""
    opened = await _uploaded(office, "sam")
    command = OpenTicket(
        title=f"A {WORD}",
        category="exams",
        description=WORDS,
        answers={"course": WORD, "story": WORD},
        files=(opened,),
    )
    ticket = (await office.do(command, "sam")).ticket
    assert ticket is not None
    await office.do(ChangeTags(ticket=ticket, add=(WORD,), remove=()), "asha")
    await office.do(EditTicket(ticket=ticket, title=f"Another {WORD}", description=None), "asha")
    await _talk(ticket, office)
    await _around(ticket, office)
    await office.do(ResolveTicket(ticket=ticket, answer=WORDS), "asha")
    await _faqs(ticket, office)
    await indexed(office)
    return ticket


async def _talk(ticket: TicketId, office: Office) -> None:
    file = await _uploaded(office, "sam")
    reply = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=WORDS, files=(file,))
    said = (await office.do(reply, "sam")).message
    assert said is not None
    await office.do(EditMessage(ticket=ticket, message=said, text=Text.of(f"Now {WORD}")), "sam")
    await office.say(ticket, "asha", f"A note on {WORD}", MessageKind.NOTE)
    await office.do(React(ticket=ticket, message=said, emoji="👍", on=True), "asha")
    async with office.store.write() as work:
        await work.connection.execute(reactions.update().values(emoji=f":{WORD}:"))


async def _around(ticket: TicketId, office: Office) -> None:
    """What others kept of it, and what was held back."""
    async with office.store.write() as work:
        found = await work.tickets.get(ticket)
        assert found is not None
        await work.tickets.save(replace(found, visibility=Visibility.PUBLIC))
    await office.do(FollowTicket(ticket=ticket), "kim")
    await office.do(SaveDraft(values={HELD_BACK: WORD, ABOUT: ref_of(ticket)}), "asha")
    async with office.store.write() as work:
        await work.connection.execute(followers.update().values(words={"title": WORD}))
        escalation = await work.escalations.add(ticket, _POLICY, office.clock.now())
        await work.escalations.save(replace(escalation, acknowledged_as=WORD))


async def _faqs(ticket: TicketId, office: Office) -> None:
    """A draft, and one that is published without the word and changed since."""
    made = CreateFaq(question=f"A {WORD}?", answer=WORDS, category="", source=ticket)
    await office.do(made, "lee")
    clean = replace(made, question="Where is it?", answer=Text.of("There."))
    faq = (await office.do(clean, "lee")).faq
    assert faq is not None
    await office.do(PublishFaq(faq=faq, base=None, cleared=True), "lee")
    await office.do(EditFaq(faq=faq, question=f"Where is the {WORD}?", answer=WORDS, category="", base=None), "lee")
    form = {"question": WORD, "answer": WORD, "source": ref_of(ticket)}
    await office.do(SaveDraft(values=form), "lee")


async def _uploaded(office: Office, who: str) -> FileId:
    data = f"The bytes of the {WORD}".encode()
    async with office.store.write() as work:
        added = await work.files.add(
            office.people[who], f"{WORD}.txt", "text/plain", data, office.clock.now(), width=None, height=None
        )
    return added.id


async def merged(office: Office, ticket: TicketId) -> TicketId:
    """``ticket`` goes on in another, of kim's, where its requester follows with what they had typed."""
    into = await office.open("kim", "Mine too")
    await office.do(MergeTicket(ticket=ticket, into=into), "asha")
    return into


async def indexed(office: Office) -> None:
    async with office.store.write() as work:
        for item in await work.index.take_marks(limit=100):
            document = await document_of(item, work)
            if document is None:
                await work.index.remove([item])
            else:
                await work.index.put(document)


async def published(office: Office) -> Sequence[FaqId]:
    async with office.store.read() as work:
        rows = await work.connection.execute(text("SELECT id FROM faqs ORDER BY id"))
        return [FaqId(row.id) for row in rows]


async def places_of(word: str, store: SqlStore) -> list[str]:
    """Every column of every table, whoever made it, in which ``word`` stands in some row."""
    async with store.read() as work:
        if work.connection.dialect.name == "sqlite":
            named = "SELECT name FROM sqlite_master WHERE type = 'table'"
        else:
            named = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
        tables = [row[0] for row in await work.connection.execute(text(named))]
        found = []
        for table in sorted(tables):
            rows = (await work.connection.execute(text(f'SELECT * FROM "{table}"'))).mappings().all()  # noqa: S608 - names of tables
            found += [f"{table}.{name}" for row in rows for name, value in row.items() if _holds(value, word)]
    return sorted(set(found))


def _holds(value: object, word: str) -> bool:
    """FTS5 stores of a word what the one before it in its order does not begin with."""
    if isinstance(value, (bytes, memoryview)):
        return word[2:].encode() in bytes(value)
    return word in str(value)


def files_with(word: str, folder: Path) -> list[str]:
    return sorted(str(one) for one in folder.rglob("*") if one.is_file() and word.encode() in one.read_bytes())
