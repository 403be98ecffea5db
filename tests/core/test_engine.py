"""One unit of work per command: all of it or nothing, once, and one winner of every race."""

import asyncio
from datetime import timedelta

import pytest

from core import commands
from core.commands import (
    Actor,
    AddParticipant,
    ChangeTags,
    ClaimTicket,
    CloseTicket,
    Command,
    FollowTicket,
    OpenTicket,
    PostMessage,
    ResolveTicket,
    SaveDraft,
    SetPriority,
    SetVisibility,
    TransferTicket,
)
from core.engine import USE_CASES
from core.errors import AlreadyClaimed, Busy, NotAllowed, Refusal
from core.model.desk import Quotas
from core.model.ids import EventId, FileId, MessageId, PersonId, TicketId
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.text import Text
from tests.fakes.clock import START
from tests.fakes.contested import Contested
from tests.fakes.office import Office, desk_of

HELLO = Text.of("Hello")


def test_every_command_has_its_use_case() -> None:
    known = {
        name: kind for name, kind in vars(commands).items() if isinstance(kind, type) and issubclass(kind, Command)
    }
    assert set(USE_CASES) == set(known.values()) - {commands.Command, commands.TicketCommand, commands.TimerCommand}


async def test_two_agents_claiming_at_once_one_wins_and_the_other_reads_the_winners_name(any_office: Office) -> None:
    ticket = await any_office.open()
    claims = [any_office.do(ClaimTicket(ticket=ticket), who) for who in ("asha", "abe")]
    outcomes = await asyncio.gather(*claims, return_exceptions=True)
    lost = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    won = (await any_office.ticket(ticket)).assignee
    assert len(lost) == 1 and isinstance(lost[0], AlreadyClaimed)
    name = "Asha Agent" if won == any_office.people["asha"] else "Abe Academic"
    assert str(lost[0]) == f"T-{ticket} is already with {name}. An agent can take it over with /ticket assign."
    assert (await any_office.kinds(ticket)).count("TicketClaimed") == 1


async def test_ten_replies_at_once_are_all_recorded_in_one_chain(any_office: Office) -> None:
    ticket = await any_office.open()
    everybody = ["sam", "asha", "abe", "lee", "ada"] * 2
    await asyncio.gather(*(any_office.say(ticket, who, f"Reply {n}") for n, who in enumerate(everybody)))
    assert sorted(m.text.plain() for m in await any_office.messages(ticket)) == [f"Reply {n}" for n in range(10)]
    assert (await any_office.kinds(ticket)).count("MessagePosted") == 10
    assert len({record.digest for record in await any_office.records(ticket)}) == len(await any_office.records(ticket))


async def test_a_quota_holds_when_one_person_opens_several_at_once(any_office: Office) -> None:
    any_office.use(desk_of(quotas=Quotas(open_tickets_per_person=2)))
    outcomes = await asyncio.gather(*(any_office.open() for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(outcome, int) for outcome in outcomes) == 2
    assert {type(outcome).__name__ for outcome in outcomes} == {"int", "TooManyOpen"}


async def test_the_same_inbound_id_at_once_makes_one_message(any_office: Office) -> None:
    ticket = await any_office.open()
    command = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO)
    outcomes = await asyncio.gather(*(any_office.do(command, "sam", inbound="e1") for _ in range(3)))
    assert len(await any_office.messages(ticket)) == 1
    assert {outcome.message for outcome in outcomes} == {(await any_office.messages(ticket))[0].id}
    assert sorted(outcome.repeated for outcome in outcomes) == [False, True, True]


async def test_an_inbound_id_told_twice_changes_nothing_the_second_time(office: Office) -> None:
    ticket = await office.open()
    command = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO)
    first = await office.do(command, "sam", inbound="e1")
    before, told = await office.everything(), len(office.told)
    second = await office.do(command, "sam", inbound="e1")
    assert (second.ticket, second.message, second.repeated) == (first.ticket, first.message, True)
    assert await office.everything() == before
    assert len(office.told) == told


async def test_an_inbound_id_counts_within_its_door(office: Office) -> None:
    ticket = await office.open()
    command = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO)
    await office.do(command, "sam", inbound="e1")
    await office.do(command, "sam", inbound="e1", door=Platform.SLACK)
    assert len(await office.messages(ticket)) == 2


async def test_what_was_refused_may_be_tried_again_under_the_same_inbound_id(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal):
        await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text()), "sam", inbound="e1")
    outcome = await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO), "sam", inbound="e1")
    assert not outcome.repeated


async def test_what_came_of_an_inbound_id_can_be_asked_before_doing_it_again(office: Office) -> None:
    actor = office.actor("sam", inbound="e1")
    assert await office.engine.earlier(actor) is None
    ticket = await office.open()
    outcome = await office.engine.handle(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO), actor)
    earlier = await office.engine.earlier(actor)
    assert earlier is not None and (earlier.ticket, earlier.message) == (ticket, outcome.message)
    assert await office.engine.earlier(office.actor("sam")) is None


@pytest.mark.parametrize("times", [1, 11])
async def test_a_lost_race_is_tried_again_and_done_once(office: Office, times: int) -> None:
    ticket = await office.open()
    office.use(office.desk, Contested(office.store, times))
    told = len(office.told)
    await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO), "sam")
    assert len(await office.messages(ticket)) == 1
    assert len(office.told) == told + 1


async def test_a_race_lost_again_and_again_is_refused_with_nothing_changed(office: Office) -> None:
    ticket = await office.open()
    before = await office.everything()
    office.use(office.desk, contested := Contested(office.store, 100))
    with pytest.raises(Busy, match=f"Others are changing T-{ticket} right now. Nothing was changed by you"):
        await office.do(ClaimTicket(ticket=ticket), "asha")
    assert contested.left == 100 - 12
    assert await office.everything() == before


async def test_a_command_about_no_ticket_that_loses_every_race_has_its_sentence_too(office: Office) -> None:
    office.use(office.desk, Contested(office.store, 100))
    with pytest.raises(Busy, match="Others are changing the same thing right now"):
        await office.do(SaveDraft(), "sam")


async def test_every_refusal_leaves_nothing_behind(office: Office) -> None:
    """Each is refused late, after something was written within its transaction."""
    ticket, other = await office.open(), await office.open("kim")
    file = await office.upload("kim")
    await office.do(ResolveTicket(ticket=other), "asha")
    refused: list[tuple[str, Command]] = [
        ("sam", PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO, files=(file.id,))),
        ("sam", PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=HELLO, files=(FileId(999),))),
        ("asha", ResolveTicket(ticket=other, answer=HELLO)),
        ("sam", OPEN_WITH_ANOTHERS_FILE(file.id)),
        ("asha", TransferTicket(ticket=ticket, team="nowhere")),
        ("sam", SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC)),
        ("sam", AddParticipant(ticket=ticket, person=PersonId(999))),
        ("asha", ChangeTags(ticket=ticket)),
    ]
    before, told = await office.everything(), len(office.told)
    for who, command in refused:
        with pytest.raises(Refusal):
            await office.do(command, who, inbound=f"{who} {command}")
    assert await office.everything() == before
    assert len(office.told) == told
    assert (await office.ticket(ticket)).version == 1


def OPEN_WITH_ANOTHERS_FILE(file: FileId) -> OpenTicket:  # noqa: N802 - it stands for a constant among constants
    return OpenTicket(title="T", description=HELLO, category="exams", answers={"course": "C"}, files=(file,))


async def test_nobody_the_desk_does_not_know_is_served(office: Office) -> None:
    ticket = await office.open()
    for person in (None, PersonId(999)):
        with pytest.raises(NotAllowed, match="You may not do this: a person who"):
            await office.do(ClaimTicket(ticket=ticket), Actor(person=person, door=Platform.WEB))


async def test_listeners_hear_of_a_commit_with_the_ticket_as_it_now_is(office: Office) -> None:
    ticket = await office.open()
    heard: list[TicketId] = []

    async def listener(committed: object) -> None:
        heard.append((await office.ticket(ticket)).id)

    office.engine.listen(listener)
    await office.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "asha")
    told = office.told[-1]
    assert heard == [ticket]
    assert told.ticket == await office.ticket(ticket)
    assert told.owes
    assert [type(record.event).__name__ for record in told.records] == ["PriorityChanged"]


async def test_a_commit_that_owes_nothing_says_so(office: Office) -> None:
    await office.do(SaveDraft(values={"title": "Hm"}), "sam")
    assert (office.told[-1].ticket, office.told[-1].records, office.told[-1].owes) == (None, (), False)
    ticket = await office.open()
    await office.do(ChangeTags(ticket=ticket, add=("late",)), "sam")
    assert not office.told[-1].owes


async def test_the_ticket_counts_its_transactions_and_when_it_changed(office: Office) -> None:
    ticket = await office.open()
    office.clock.advance(timedelta(minutes=5))
    await office.do(ClaimTicket(ticket=ticket), "asha")
    found = await office.ticket(ticket)
    assert (found.version, found.updated_at) == (2, office.clock.now())
    assert found.opened_at < found.updated_at


INVISIBLE: list[tuple[str, type[Command], dict[str, object]]] = [
    ("kim", commands.PostMessage, {"kind": MessageKind.REPLY, "text": HELLO}),
    ("kim", commands.PostMessage, {"kind": MessageKind.NOTE, "text": HELLO}),
    ("kim", commands.UndoMessage, {}),
    ("kim", commands.UndoMessage, {"message": MessageId(1)}),
    ("asha", commands.ReleaseMessage, {"message": MessageId(1)}),
    ("kim", commands.EditMessage, {"message": MessageId(1), "text": HELLO}),
    ("kim", commands.RemoveMessage, {"message": MessageId(1)}),
    ("kim", commands.React, {"message": MessageId(1), "emoji": "👍", "on": True}),
    ("kim", commands.MarkRead, {"event": EventId(1)}),
    ("kim", commands.TakeTranscript, {}),
    ("asha", commands.ClaimTicket, {}),
    ("asha", commands.AssignTicket, {"assignee": PersonId(1)}),
    ("asha", commands.UnassignTicket, {}),
    ("asha", commands.AcceptOffer, {}),
    ("lee", commands.PassOffer, {}),
    ("ada", commands.HandOver, {}),
    ("asha", commands.SetPriority, {"priority": Priority.LOW}),
    ("ada", commands.DeclareUrgent, {"why": HELLO}),
    *(("lee", commands.SetStatus, {"status": status}) for status in Status),
    ("kim", commands.Acknowledge, {}),
    ("lee", commands.Acknowledge, {}),
    ("lee", commands.Unacknowledge, {}),
    ("ada", commands.Escalate, {"level": 1}),
    ("lee", commands.DecideUrgency, {"granted": True}),
    ("lee", commands.Snooze, {"until": START + timedelta(days=1)}),
    ("ada", commands.Wake, {}),
    ("ada", commands.ResolveTicket, {"answer": HELLO}),
    ("kim", commands.CloseTicket, {}),
    ("kim", commands.ReopenTicket, {}),
    ("ada", commands.WithdrawTicket, {}),
    ("ada", commands.EraseTicket, {"reason": "asked for"}),
    ("kim", commands.WithdrawTicket, {}),
    ("asha", commands.EditTicket, {"title": "Mine"}),
    ("kim", commands.ChangeTags, {"add": ("x",)}),
    ("lee", commands.TransferTicket, {"team": "platform"}),
    ("ada", commands.SetVisibility, {"visibility": Visibility.PUBLIC, "previewed": True}),
    ("kim", commands.SetVisibility, {"visibility": Visibility.PRIVATE}),
    ("kim", commands.FollowTicket, {}),
    ("kim", commands.UnfollowTicket, {}),
    ("kim", commands.AddParticipant, {"person": PersonId(2)}),
    ("ada", commands.RemoveParticipant, {"person": PersonId(1)}),
    ("asha", commands.MergeTicket, {"into": TicketId(4243)}),
    ("ada", commands.UndoMerge, {}),
    ("asha", commands.SplitTicket, {"title": "Mine", "messages": (MessageId(1),)}),
    ("ada", commands.LinkTickets, {"other": TicketId(4243), "relation": Relation.BLOCKS}),
    ("kim", commands.UnlinkTickets, {"other": TicketId(4243)}),
]


async def test_a_ticket_one_may_not_see_is_refused_exactly_as_one_that_is_not_there(office: Office) -> None:
    hidden, missing = await office.open(category="welfare"), TicketId(4242)
    before = await office.everything()
    for who, kind, given in INVISIBLE:
        sentences = []
        for ticket in (hidden, missing):
            with pytest.raises(Refusal) as refused:
                await office.do(kind(ticket=ticket, **given), who)
            sentences.append((type(refused.value), str(refused.value).replace(f"T-{ticket}", "T-#")))
        assert sentences[0] == sentences[1], (who, kind)
    assert await office.everything() == before


OF_THE_DESK = {
    commands.CloseQuietTicket,
    commands.ReplaceThread,
    commands.AdvanceThread,
    commands.NoteDeparture,
    commands.NoteGap,
    commands.NoteCaughtUp,
    commands.OfferWaiting,
    commands.RearmPromises,
    *(kind for kind in USE_CASES if issubclass(kind, commands.TimerCommand)),
}
"""No person asks for these."""


def test_the_commands_that_must_not_tell_a_hidden_ticket_are_all_of_them() -> None:
    about_tickets = {kind for kind in USE_CASES if issubclass(kind, commands.TicketCommand)}
    assert {kind for _, kind, _ in INVISIBLE} == about_tickets - OF_THE_DESK


async def test_a_ticket_that_vanishes_from_sight_is_refused_as_missing(office: Office) -> None:
    ticket = await office.open(category="forum")
    await office.do(FollowTicket(ticket=ticket), "kim")
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PRIVATE), "lee")
    with pytest.raises(Refusal, match="There is no ticket"):
        await office.do(CloseTicket(ticket=ticket), "kim")
