"""Students of merged, split and linked tickets who want another's words."""

import random
from collections.abc import Sequence

import pytest

from core.commands import (
    AddParticipant,
    Command,
    FollowTicket,
    LinkTickets,
    MergeTicket,
    OpenTicket,
    PostMessage,
    ReopenTicket,
    ResolveTicket,
    SplitTicket,
    UndoMerge,
    UnfollowTicket,
)
from core.errors import NoSuchFile, NoSuchTicket, Refusal
from core.model.ids import MessageId, TicketId
from core.model.outbox import ToPerson, ToThread
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.model.ticket import Status
from core.ports import Parcel
from core.text import Text
from core.vocabulary import View
from tests.fakes.office import Office, desk_of, on_discord, on_slack

MARKS = {"sam": "ZEBRA", "kim": "OKAPI"}
"""What each student's own words hold, and nobody else's."""
CATEGORIES = ("exams", "login", "welfare")
STAFF = ("asha", "wen", "ada")
ROUNDS = 12


async def a_messy_day(office: Office, chance: random.Random) -> list[TicketId]:
    """Tickets of two students, with words and files, that the staff merge, undo, split and link as it comes."""
    tickets = [await opened(office, who, chance) for who in ("sam", "kim", "sam", "kim", "kim")]
    for _ in range(30):
        command, who = await anything(office, tickets, chance)
        try:
            outcome = await office.do(command, who)
        except Refusal:
            continue
        if isinstance(command, SplitTicket) and outcome.ticket is not None:
            tickets.append(outcome.ticket)
    return tickets


async def opened(office: Office, who: str, chance: random.Random) -> TicketId:
    mark = MARKS[who]
    file = await office.upload(who, f"{mark}.png")
    outcome = await office.do(
        OpenTicket(
            title=f"{mark} is missing",
            description=Text.of(f"It is {mark}."),
            category=chance.choice(CATEGORIES),
            answers={"course": mark},
            tags=(mark.lower(),),
            files=(file.id,),
        ),
        who,
        door=chance.choice((Platform.WEB, Platform.SLACK)),
    )
    assert outcome.ticket is not None
    for kind, author in ((MessageKind.REPLY, who), (MessageKind.NOTE, "wen"), (MessageKind.REPLY, "wen")):
        await office.say(outcome.ticket, author, f"{mark} {kind}", kind)
    return outcome.ticket


async def anything(office: Office, tickets: Sequence[TicketId], chance: random.Random) -> tuple[Command, str]:
    one, other = chance.choice(tickets), chance.choice(tickets)
    said = [message.id for ticket in tickets for message in await office.messages(ticket)]
    chosen = tuple(chance.sample(said, k=min(len(said), chance.randint(1, 3))))
    own = [message.id for message in await office.messages(one)]
    commands: list[Command] = [
        MergeTicket(ticket=one, into=other),
        MergeTicket(ticket=other, into=one),
        UndoMerge(ticket=one),
        SplitTicket(ticket=one, title="Parted", messages=chosen),
        SplitTicket(ticket=one, title="Parted", messages=tuple(own[-2:])),
        LinkTickets(ticket=one, other=other, relation=chance.choice(list(Relation))),
        ResolveTicket(ticket=one),
    ]
    theirs: list[Command] = [
        FollowTicket(ticket=one),
        PostMessage(ticket=one, kind=MessageKind.REPLY, text=Text.of("Hello?")),
    ]
    if chance.random() < 0.75:
        return chance.choice(commands), chance.choice(STAFF)
    return chance.choice(theirs), chance.choice(list(MARKS))


async def everything_read_by(office: Office, who: str, tickets: Sequence[TicketId]) -> str:
    """All that reaches a student: lists, threads, cards, notices, files, and what is delivered to them."""
    actor = office.actor(who)
    found = [str(await office.reading.list(view, actor, None, 50)) for view in (View.MINE, View.ALL)]
    for ticket in tickets:
        try:
            found += [
                str(await office.reading.thread(ticket, actor, None, limit=200)),
                str(await office.reading.card(ticket, actor)),
            ]
        except NoSuchTicket:
            continue
    found.append(str(await office.reading.notices(actor, 50)))
    async with office.store.read() as work:
        files = [file.id for ticket in tickets for file in await work.files.of(ticket)]
    for file in files:
        try:
            found.append(str((await office.reading.file(file, actor))[0]))
        except NoSuchFile:
            continue
    return "\n".join([*found, *await delivered_to(office, who)])


async def delivered_to(office: Office, who: str) -> list[str]:
    person, told = office.people[who], []
    for delivery in await office.owed():
        match delivery.address:
            case ToPerson(person=addressed):
                is_theirs = addressed == person
            case ToThread(thread=thread):
                is_theirs = (await office.thread(thread)).participant == person
            case _:
                is_theirs = False
        parcel = await office.composed(delivery) if is_theirs else None
        if isinstance(parcel, Parcel):
            told.append(str(parcel.content))
    return told


@pytest.mark.parametrize("seed", range(ROUNDS))
async def test_whatever_the_staff_combine_no_student_reads_anothers_words(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    office.use(on_slack(desk_of()))
    await office.join(*MARKS, platform=Platform.SLACK)
    tickets = await a_messy_day(office, chance)
    for who, other in (("sam", "kim"), ("kim", "sam")):
        read = await everything_read_by(office, who, tickets)
        assert MARKS[who] in read
        assert MARKS[other].casefold() not in read.casefold()


async def test_the_look_for_leaks_finds_one_where_people_join(office: Office) -> None:
    """So that the test above cannot pass by looking at nothing."""
    office.use(on_slack(desk_of()))
    await office.join(*MARKS, platform=Platform.SLACK)
    chance = random.Random(1)  # noqa: S311 - the same each time
    one, other = [await opened(office, who, chance) for who in MARKS]
    while (await office.ticket(one)).category != (await office.ticket(other)).category:
        other = await opened(office, "kim", chance)
    await office.do(MergeTicket(ticket=other, into=one, join=True), "wen")
    assert MARKS["sam"] in await everything_read_by(office, "kim", [one, other])


async def test_staff_who_may_not_see_a_sensitive_ticket_learn_nothing_of_what_it_is_combined_with(
    office: Office,
) -> None:
    office.use(on_discord(desk_of()))
    await office.join("asha", "kim")
    first, second = [await office.open(who, title="ZEBRA", category="welfare") for who in ("sam", "kim")]
    plain = await office.open("kim")
    await office.do(MergeTicket(ticket=second, into=first), "wen")
    await office.do(LinkTickets(ticket=plain, other=first, relation=Relation.BLOCKS), "wen")
    for who in ("asha", "ada"):
        view = await office.view(plain, who)
        assert "ZEBRA" not in str(view)
        assert f"T-{first}" not in str(view)
        assert f"T-{first}" not in str(await office.reading.history(plain, office.actor(who)))
        assert not [field for field in view.card.fields if field.key == "link"]
        forged: list[Command] = [
            MergeTicket(ticket=plain, into=first),
            MergeTicket(ticket=plain, into=second),
            UndoMerge(ticket=second),
            SplitTicket(ticket=first, title="Mine", messages=(MessageId(1),)),
        ]
        for command in forged:
            with pytest.raises(NoSuchTicket):
                await office.do(command, who)
    parcels = [await office.composed(one) for one in await office.owed() if isinstance(one.address, ToThread)]
    shared = [one for one in parcels if isinstance(one, Parcel) and one.thread and one.thread.audience == "staff"]
    assert not [one for one in shared if "ZEBRA" in str(one.content)]


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_merged_and_taken_back_followers_are_counted_right_and_none_is_the_requester(
    office: Office, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same each time
    tickets = [await office.open(chance.choice(("sam", "kim", "abe")), category="login") for _ in range(4)]
    for _ in range(60):
        one, other = chance.choice(tickets), chance.choice(tickets)
        person = chance.choice(("sam", "kim", "pia"))
        commands: list[tuple[Command, str]] = [
            (MergeTicket(ticket=one, into=other, join=chance.random() < 0.4), "ada"),
            (UndoMerge(ticket=one), "ada"),
            (ResolveTicket(ticket=one), "ada"),
            (ReopenTicket(ticket=one), "ada"),
            (AddParticipant(ticket=one, person=office.people[person]), "ada"),
            (FollowTicket(ticket=one), person),
            (UnfollowTicket(ticket=one), person),
        ]
        try:
            await office.do(*chance.choice(commands))
        except Refusal:
            continue
        for ticket in [await office.ticket(one) for one in tickets]:
            async with office.store.read() as work:
                following = await work.tickets.followers(ticket.id)
            assert ticket.follower_count == len(following)
            assert ticket.requester not in following
            assert ticket.merged_into is None or ticket.status is Status.CLOSED
