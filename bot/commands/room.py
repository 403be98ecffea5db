"""What a command's handler works with: the engine for changes, reads for answers, the desk's words for cards."""

import re
from asyncio import to_thread
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.lookups import Lookups
from core import limits
from core.cards.card import Card, Reader
from core.commands import Actor, Command
from core.composing import reader_of
from core.engine import Engine
from core.errors import AmbiguousPerson, NobodyConfirmed, NoSuchPerson
from core.model.desk import Desk
from core.model.ids import PersonId, TicketId
from core.model.people import Person, Platform
from core.model.ticket import Ticket
from core.policy import may_in_general
from core.ports import Clock, Signer
from core.reading import Reading, asker_of
from core.storage import Outcome, Store, UnitOfWork
from core.text import Text, clean_line, shorten
from core.vocabulary import Call, ParameterKind, Reply, SlashCommand, Vocabulary

_FACTS = 4
"""How many of a ticket's facts the answer to a command repeats: status, priority, category, who has it."""

_ADDRESS = 254
_SHORT = 2_000
"""Characters of a text that are read in no time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    engine: Engine
    store: Store
    reading: Reading
    desk: Desk
    clock: Clock
    vocabulary: Vocabulary
    lookups: Lookups
    signer: Signer | None
    """Makes links that are good by themselves; None where there is none to give to a platform."""
    parsers: Mapping[Platform, Callable[[str], Text]]
    """How words typed through each door become text; a door without markup of its own has none."""

    async def text(self, words: str, call: Call) -> Text:
        """Words as the caller's door means them; many of them are read beside the event loop."""
        read = self.parsers.get(call.actor.door, Text.of)
        return read(words) if len(words) <= _SHORT else await to_thread(read, words)

    async def do(self, command: Command, call: Call) -> Outcome:
        return await self.engine.handle(command, call.actor)

    async def asker(self, actor: Actor) -> Person:
        async with self.store.read() as work:
            return await asker_of(actor, work)

    def reader(self, call: Call) -> Reader:
        """For whom the answer's words are made."""
        return reader_of(call.asker, self.desk, self.clock.now())

    async def name_of(self, person: PersonId) -> str:
        async with self.store.read() as work:
            return (await work.people.named([person])).get(person, "?")

    async def ticket_reply(self, ticket: TicketId, call: Call, sentence: str, *, name: str = "") -> Reply:
        """The ticket's card as it now is, under a sentence on what was done. ``name``: whom the sentence names."""
        found, whole, reader = await self.reading.card(ticket, call.actor)
        return reply_about(found, whole, reader.gettext(sentence).format(ref=found.ref, name=name))

    async def whole_ticket(self, ticket: TicketId, call: Call) -> Reply:
        _found, whole, _reader = await self.reading.card(ticket, call.actor)
        return Reply(card=whole, ticket=ticket)

    async def find_person(self, parameter: str, call: Call) -> PersonId:
        """Whom an argument means: the door knows, or it says ``me``, an email address, the name shown, or that name
        with a number behind it. Raises NoSuchPerson or AmbiguousPerson."""
        if parameter in call.people:
            known = await self.reading.person(call.people[parameter])  # absorbed, perhaps, since the door met them
            return known.id if known is not None else call.people[parameter]
        words = call.arguments[parameter]
        async with self.store.read() as work:
            asker = await asker_of(call.actor, work)
            if words.strip().casefold() == "me":
                return asker.id
            kinds = {one.name: one.kind for one in call.command.parameters}
            return (await person_called(words, work, of_staff=kinds[parameter] is ParameterKind.AGENT)).id

    def commands_for(self, person: Person) -> Sequence[SlashCommand]:
        """What a menu shows that person."""
        return [command for command in self.vocabulary.commands if may_in_general(command.action, person)]


def reply_about(ticket: Ticket, whole: Card, title: str) -> Reply:
    """The most of a ticket's ``whole`` card, under another title."""
    card = Card(
        title=title,
        subtitle=whole.title,
        tone=whole.tone,
        fields=whole.fields[:_FACTS],
        progress=whole.progress,
        buttons=whole.buttons,
        url=whole.url,
    )
    return Reply(card=card, ticket=ticket.id)


async def person_called(words: str, work: UnitOfWork, *, by_operator: bool = False, of_staff: bool = False) -> Person:
    """By a confirmed address, or by the name shown. Raises NoSuchPerson or AmbiguousPerson.

    An address that somebody merely typed at their registration may be another's, so it names nobody, except to the
    operator, who knows the person. ``of_staff``: of several who are called so, the staff are meant, since anybody may
    call themselves as an agent is called.
    """
    numbered = await _numbered(words.strip(), work)
    if numbered is not None:
        return numbered
    name = words.strip().removeprefix("@")
    if "@" in name:
        found = await work.people.by_email(name)
        if found is not None and (found.email_confirmed or by_operator):
            return found
        raise (NoSuchPerson if by_operator else NobodyConfirmed)(name=shorten(clean_line(words), _ADDRESS))
    people = await work.people.by_name(name)
    if of_staff:
        people = [person for person in people if person.is_staff] or people
    if not people:
        raise NoSuchPerson(name=shorten(clean_line(words), limits.NAME))
    if len(people) > 1:
        raise AmbiguousPerson(name=words)
    return people[0]


async def _numbered(words: str, work: UnitOfWork) -> Person | None:
    """Whom ``told_apart`` named so; before anybody whose whole name that is, which they would have taken on purpose."""
    found = re.fullmatch(r"(.+) \(([1-9][0-9]{0,14})\)", words)
    person = await work.people.get(PersonId(int(found[2]))) if found else None
    return person if found and person is not None and person.name == found[1] else None
