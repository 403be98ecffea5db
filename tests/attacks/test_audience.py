"""Whatever happens to tickets, nobody is shown a note or a private word that is not for them: in no thread, on no page,
in no notice. What was really delivered is looked through, at each step of scripts made by chance."""

import asyncio
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.commands import (
    AddParticipant,
    ClaimTicket,
    Command,
    EditMessage,
    EraseTicket,
    FollowTicket,
    MergeTicket,
    PostMessage,
    RemoveParticipant,
    ResolveTicket,
    SetVisibility,
    SplitTicket,
    TransferTicket,
    UndoMerge,
    UndoMessage,
)
from core.errors import Refusal
from core.model.ids import MessageId, TicketId
from core.model.outbox import ToPerson
from core.model.people import Platform, Standing
from core.model.thread import Audience, Message, MessageKind
from core.model.ticket import Ticket, Visibility
from core.ports import Parcel
from core.text import Text
from tests.fakes.office import Office, on_discord, on_slack, opened

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
STUDENTS, STAFF = ("sam", "kim"), ("asha", "pia", "lee", "ada", "wen")
EVERYBODY = (*STUDENTS, *STAFF)
CATEGORIES = ("exams", "login", "forum", "welfare")
MARKED = re.compile(r"zq(\d+)z")

Step = tuple[str, int, int, int]
ACTS = ("open", "reply", "reply", "note", "note", "native", "native", "add", "remove", "follow", "merge", "join",
        "unmerge", "split", "block", "claim", "transfer", "public", "edit", "undo", "resolve", "erase")  # fmt: skip
STEPS = st.lists(
    st.tuples(st.sampled_from(ACTS), st.integers(0, 6), st.integers(0, 3), st.integers(0, 3)), min_size=6, max_size=22
)
OPENED: Sequence[Step] = [("open", number, 0, number) for number in range(4)]
SAID: Sequence[Step] = [(act, who, ticket, 0) for ticket in range(4) for act, who in (("note", 6), ("reply", 6))]


class World:
    """What a script does, and what of it each person may be shown by a rule of the test's own."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.tickets: list[TicketId] = []
        self.words = 0

    def new_words(self) -> Text:
        self.words += 1
        return Text.of(f"zq{self.words}z")

    async def play(self, step: Step) -> None:
        act, who, which, extra = step
        with suppress(Refusal):
            if act == "open":
                opener = EVERYBODY[who % len(EVERYBODY)]
                words = await self.office.open(opener, category=CATEGORIES[extra], door=Platform.DISCORD)
                self.tickets.append(words)
            elif self.tickets:
                await self._act(act, EVERYBODY[who], self.tickets[which % len(self.tickets)], extra)

    async def _act(self, act: str, who: str, ticket: TicketId, extra: int) -> None:
        office, other = self.office, self.tickets[extra % len(self.tickets)]
        person = office.people[EVERYBODY[extra]]
        if act == "native":
            threads = [*await office.threads(ticket), *await office.threads(ticket, Platform.SLACK)]
            if threads:
                thread = threads[extra % len(threads)]
                kind = NOTE if thread.audience is Audience.STAFF and thread.platform is Platform.DISCORD else REPLY
                saying = PostMessage(ticket=ticket, kind=kind, text=self.new_words(), external_id=f"n{self.words}")
                await office.do(saying, who, door=thread.platform, thread=thread.id)
            return
        if act == "block":
            await office.stand(STUDENTS[extra % 2], Standing.BLOCKED if extra < 2 else Standing.ACTIVE)
            return
        said = await office.messages(ticket)
        of_one = tuple(one.id for one in said[: extra + 1])
        made: dict[str, Callable[[], Command]] = {
            "reply": lambda: PostMessage(ticket=ticket, kind=REPLY, text=self.new_words()),
            "note": lambda: PostMessage(ticket=ticket, kind=NOTE, text=self.new_words()),
            "add": lambda: AddParticipant(ticket=ticket, person=person),
            "remove": lambda: RemoveParticipant(ticket=ticket, person=person),
            "follow": lambda: FollowTicket(ticket=ticket),
            "merge": lambda: MergeTicket(ticket=ticket, into=other),
            "join": lambda: MergeTicket(ticket=ticket, into=other, join=True),
            "unmerge": lambda: UndoMerge(ticket=ticket),
            "split": lambda: SplitTicket(ticket=ticket, title="Another matter", messages=of_one),
            "claim": lambda: ClaimTicket(ticket=ticket),
            "transfer": lambda: TransferTicket(ticket=ticket, team="platform" if extra % 2 else "academics"),
            "public": lambda: SetVisibility(
                ticket=ticket, visibility=Visibility.PUBLIC if extra % 2 else Visibility.PRIVATE, previewed=True
            ),
            "edit": lambda: EditMessage(ticket=ticket, message=_newest(said), text=self.new_words()),
            "undo": lambda: UndoMessage(ticket=ticket),
            "erase": lambda: EraseTicket(ticket=ticket, reason="because"),
            "resolve": lambda: ResolveTicket(ticket=ticket, answer=self.new_words()),
        }
        outcome = await office.do(made[act](), who)
        if act == "split" and outcome.ticket is not None and outcome.ticket not in self.tickets:
            self.tickets.append(outcome.ticket)

    async def look(self, *, pages: bool) -> None:
        """Deliver what is due, and look through it and, if ``pages``, through what everybody is shown."""
        parcels = await self.office.carry_out()
        said: dict[int, tuple[Message, Ticket]] = {}
        async with self.office.store.read() as work:
            for number in range(1, self.words + 1):
                message = await work.messages.get(MessageId(number))
                ticket = await work.tickets.get(message.ticket) if message is not None else None
                if message is not None and ticket is not None:
                    said |= dict.fromkeys(marks(message.text), (message, ticket))
        for parcel in parcels:
            for message, _ticket in (said[mark] for mark in marks(parcel.content) if mark in said):
                await self._arrives(message, _ticket, parcel)
        for who in EVERYBODY if pages else ():
            await self._sees(who, said)

    async def _arrives(self, message: Message, ticket: Ticket, parcel: Parcel) -> None:
        if isinstance(parcel.address, ToPerson):
            who = next(one for one, person in self.office.people.items() if person == parcel.address.person)
            assert await self.may_read(who, message, ticket), (who, message, parcel)
            return
        thread = parcel.thread
        assert thread is not None, parcel
        if thread.audience is Audience.STAFF:
            assert ticket.category != "welfare", ("a sensitive word among the staff", message)
            return
        assert message.kind is REPLY, ("a note in a student's thread", message, thread)
        assert thread.ticket == ticket.id, ("a word in another ticket's thread", message, thread)
        assert thread.participant is None or thread.participant in ticket.people, (message, thread)

    async def _sees(self, who: str, said: dict[int, tuple[Message, Ticket]]) -> None:
        actor = self.office.actor(who)
        shown: list[object] = []
        for ticket in self.tickets:
            with suppress(Refusal):
                shown.append((await self.office.reading.thread(ticket, actor, None)).entries)
        shown.append(await self.office.reading.notices(actor, 50))
        for message, ticket in (said[mark] for mark in marks(shown) if mark in said):
            assert await self.may_read(who, message, ticket), (who, message, ticket)

    async def may_read(self, who: str, message: Message, ticket: Ticket) -> bool:
        """The table of docs/policy.md once more, in other words."""
        person, is_sensitive = self.office.people[who], ticket.category == "welfare"
        standing = (await self.office.person(who)).standing
        as_staff = who in STAFF and (not is_sensitive or who == "wen")
        if message.kind is NOTE:
            return as_staff and standing is Standing.ACTIVE
        is_public = ticket.visibility is Visibility.PUBLIC and not is_sensitive
        if standing is not Standing.ACTIVE:
            return person == ticket.requester
        return as_staff or is_public or person == ticket.requester or person in ticket.participants


def marks(shown: object) -> Iterator[int]:
    return (int(found) for found in MARKED.findall(repr(shown)))


def _newest(said: Sequence[Message]) -> MessageId:
    return said[-1].id if said else MessageId(1)


async def played(staffed: Path, steps: Sequence[Step]) -> None:
    with TemporaryDirectory() as folder:
        async with opened(staffed, Path(folder) / "desk.db") as office:
            slack = on_slack(office.desk)
            both = on_discord(office.desk)
            teams = {
                key: replace(team, places=(*team.places, *slack.teams[key].places)) for key, team in both.teams.items()
            }
            office.use(replace(both, teams=teams, messengers=both.messengers | slack.messengers))
            await office.join(*EVERYBODY)
            await office.join(*EVERYBODY, platform=Platform.SLACK)
            world = World(office)
            for number, step in enumerate(steps, 1):
                await world.play(step)
                await world.look(pages=number % 8 == 0 or number == len(steps))


QUICK = settings(
    max_examples=8, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


def test_no_note_and_no_private_word_reaches_anybody_who_may_not_have_it(staffed_template: Path) -> None:
    @settings(QUICK)
    @given(steps=STEPS)
    def whatever_happens(steps: Sequence[Step]) -> None:
        asyncio.run(played(staffed_template, [*OPENED, *steps]))

    whatever_happens()


CHECKS = (
    ("core.model.thread.may_hear",),
    ("core.trail.may_hear",),
    ("core.routing.may_tell", "core.composing.may_tell"),
)
"""Of threads, of pages and notices, of a sensitive ticket's threads."""


@pytest.mark.parametrize("names", CHECKS)
async def test_without_the_check_a_word_arrives_where_it_may_not(
    staffed_template: Path, monkeypatch: pytest.MonkeyPatch, names: Sequence[str]
) -> None:
    """What the property would find, had one of the checks been forgotten."""
    for name in names:
        monkeypatch.setattr(name, lambda *_given, **_named: True)
    with pytest.raises(AssertionError):
        await played(staffed_template, [*OPENED, *SAID])


async def test_with_the_check_the_same_script_passes(staffed_template: Path) -> None:
    await played(staffed_template, [*OPENED, *SAID])
