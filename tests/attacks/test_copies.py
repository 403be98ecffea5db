"""Somebody who comes by a platform's thread: at another's words, at the notes, at a role, at who is here."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest

from core.commands import (
    Actor,
    AddParticipant,
    Arrive,
    ClaimTicket,
    Command,
    EditMessage,
    React,
    RemoveMessage,
    ResolveTicket,
    SetPriority,
)
from core.composing import Skip
from core.errors import MissingTicket, Refusal
from core.events import MessageEdited, MessagePosted, MessageUndone, ReactionChanged
from core.model.ids import MessageId, PersonId, ThreadId, TicketId, ref_of
from core.model.outbox import Intent, ToPerson, ToThread
from core.model.people import Grant, Identity, Platform, Role
from core.model.thread import Audience, Copy, MessageKind, Thread
from core.model.ticket import Priority
from core.ports import Parcel
from core.routing import _to_threads
from core.text import Text
from core.usecases.case import Case
from core.vocabulary import ParameterKind
from tests.fakes.events import KINDS, samples
from tests.fakes.front import Front
from tests.fakes.office import SYSTEM, Office

SECRET = "Zebra"
NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
DISCORD = Platform.DISCORD


# --- another's words -------------------------------------------------------------------------------------------------

Attempt = Callable[[TicketId, MessageId], Command]
ATTEMPTS: dict[str, Attempt] = {
    "edit": lambda ticket, message: EditMessage(ticket=ticket, message=message, text=Text.of("Mine")),
    "remove": lambda ticket, message: RemoveMessage(ticket=ticket, message=message),
    "react": lambda ticket, message: React(ticket=ticket, message=message, emoji="👍", on=True),
    "take away": lambda ticket, message: React(ticket=ticket, message=message, emoji="👍", on=False),
}


async def refused(office: Office, command: Command, actor: Actor) -> tuple[type[Refusal], str]:
    before = await office.everything()
    with pytest.raises(MissingTicket) as refusal:
        await office.do(command, actor)
    assert await office.everything() == before
    return type(refusal.value), str(refusal.value)


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.parametrize(("who", "category"), [("kim", "exams"), ("kim", "welfare"), ("pia", "welfare")])
@pytest.mark.parametrize("door", [Platform.WEB, DISCORD])
async def test_in_a_ticket_that_one_may_not_see_nothing_can_be_touched_or_told_from_nothing(
    office: Office, who: str, category: str, door: Platform, attempt: Attempt
) -> None:
    hidden = await office.open(category=category)
    agent = "wen" if category == "welfare" else "asha"
    messages = [(await office.say(hidden, author, SECRET, kind)).id for author, kind in ((agent, NOTE), ("sam", REPLY))]
    actor = office.actor(who, door=door)
    kind, sentence = await refused(office, attempt(TicketId(999), MessageId(1)), actor)
    for message in (*messages, MessageId(999)):
        answer = await refused(office, attempt(hidden, message), actor)
        assert answer == (kind, sentence.replace("T-999", ref_of(hidden)))


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
@pytest.mark.parametrize("who", ["sam", "kim"])
async def test_a_note_is_as_absent_as_a_message_that_never_was(office: Office, who: str, attempt: Attempt) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    note = (await office.say(ticket, "asha", SECRET, NOTE)).id
    actor = office.actor(who, door=DISCORD)
    missing = await refused(office, attempt(ticket, MessageId(999)), actor)
    assert await refused(office, attempt(ticket, note), actor) == missing


@pytest.mark.parametrize("attempt", ATTEMPTS.values(), ids=ATTEMPTS)
async def test_staff_who_ask_in_a_sensitive_ticket_of_their_own_find_no_note_about_it(
    office: Office, attempt: Attempt
) -> None:
    ticket = await office.open("asha", category="welfare")
    note = (await office.say(ticket, "wen", SECRET, NOTE)).id
    actor = office.actor("asha")
    missing = await refused(office, attempt(ticket, MessageId(999)), actor)
    assert await refused(office, attempt(ticket, note), actor) == missing


# --- the notes -------------------------------------------------------------------------------------------------------

THREADS = tuple(product((DISCORD, Platform.SLACK), Audience, (None, PersonId(1))))
SAYS = {Intent.MESSAGE, Intent.EDIT, Intent.REMOVAL, Intent.REACTIONS}
ON_MESSAGES = (MessagePosted, MessageEdited, MessageUndone, ReactionChanged)


@pytest.mark.parametrize("category", ["exams", "welfare", "a category that bot.toml has no more"])
@pytest.mark.parametrize("kind", KINDS, ids=[kind.__name__ for kind in KINDS])
async def test_whatever_happens_owes_a_note_to_the_staffs_threads_alone_and_a_sensitive_word_to_none_of_them(
    office: Office, kind: type, category: str
) -> None:
    """Every event there is, on every kind of thread, said from anywhere."""
    ticket = replace(await office.ticket(await office.open()), category=category)
    threads = [
        Thread(id=ThreadId(number), ticket=ticket.id, platform=platform, audience=audience, participant=participant)
        for number, (platform, audience, participant) in enumerate(THREADS, 1)
    ]
    by_id = {thread.id: thread for thread in threads}
    sensitive = office.desk.is_sensitive(category)
    for event, said_in in product(samples(kind), (None, *by_id)):
        actor = Actor(person=office.people["asha"], door=DISCORD, thread=said_in)
        case = Case(None, office.desk, actor, None, office.clock.now(), office.keys, changed=ticket)
        for owed in _to_threads(event, ticket, threads, case):
            assert isinstance(owed.address, ToThread)
            audience = by_id[owed.address.thread].audience
            if owed.intent in SAYS:
                assert isinstance(event, ON_MESSAGES) and owed.message == event.message
                assert event.kind is REPLY or audience is Audience.STAFF
                assert not sensitive or audience is Audience.REQUESTER


async def test_whatever_is_delivered_to_the_requesters_thread_bears_no_word_or_mark_of_a_note(office: Office) -> None:
    """Even were every intent about the note owed there, with the platform's own name for a copy of it."""
    ticket = await office.open()
    await office.join("sam", "asha")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    threads = [await office.thread_on(ticket, DISCORD, audience) for audience in (Audience.REQUESTER, Audience.PUBLIC)]
    note = await office.say(ticket, "asha", SECRET, NOTE)
    for command in (
        EditMessage(ticket=ticket, message=note.id, text=Text.of(f"{SECRET} again")),
        React(ticket=ticket, message=note.id, emoji=":zebra:", on=True),
        SetPriority(ticket=ticket, priority=Priority.HIGH),
        ResolveTicket(ticket=ticket),
    ):
        await office.do(command, "asha", door=DISCORD)
    async with office.store.write() as work:
        for thread in threads:
            await work.copies.put(Copy(note.id, thread, (f"forged-{thread}",)))
    some = (await office.owed())[0]
    for thread, intent, record in product(threads, Intent, await office.records(ticket)):
        if intent not in (Intent.PING, Intent.TROUBLE):
            forged = replace(
                some, address=ToThread(thread, DISCORD), intent=intent, message=note.id, event=record.id, ticket=ticket
            )
            composed = await office.composed(forged)
            told = composed.content if isinstance(composed, Parcel) else None
            assert not any(word in repr(told) for word in (SECRET, "zebra", "note")), (intent, record)
            assert isinstance(composed, Skip) or intent not in SAYS - {Intent.REMOVAL}


async def test_a_ping_about_a_note_reaches_no_requester_and_no_thread_of_theirs(office: Office) -> None:
    office.use(replace(office.desk, messengers=frozenset({DISCORD})))
    ticket = await office.open()
    await office.join("sam", "kim", "asha", "lee")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    before = (await office.owed())[-1].id
    note = await office.say(ticket, "lee", SECRET, NOTE)
    pings = [one for one in await office.owed(before) if one.intent is Intent.PING]
    assert {one.address.person for one in pings if isinstance(one.address, ToPerson)} == {office.people["asha"]}
    await office.thread_on(ticket, DISCORD, Audience.REQUESTER)
    for ping, who in product(pings, ("asha", "sam", "kim")):
        assert note.id == ping.message
        composed = await office.composed(replace(ping, address=ToPerson(office.people[who], DISCORD)))
        if who == "asha":
            assert isinstance(composed, Parcel) and composed.fallback is None
        else:
            assert isinstance(composed, Skip)


# --- roles -----------------------------------------------------------------------------------------------------------

GIVEN = {(DISCORD, "1"): frozenset({Grant(Role.AGENT, "academics", "discord:1")})}
GROUPS = ("", "0", "01", "1 ", "discord:1", "1:2", "operator", "bot.toml", "demo", "admin", "Lead", "@everyone", "१")


@pytest.mark.parametrize("door", [platform for platform in Platform if platform.keeps_copies])
async def test_no_group_gives_a_role_that_bot_toml_does_not_name_for_that_very_group(
    office: Office, door: Platform
) -> None:
    office.use(replace(office.desk, group_grants=GIVEN))
    groups = frozenset(GROUPS if door is DISCORD else (*GROUPS, "1"))
    arriving = Arrive(identity=Identity(door, "", "6"), name="Eve", groups=groups)
    eve = (await office.do(arriving, Actor(person=None, door=door))).person
    assert eve is not None
    async with office.store.read() as work:
        found = await work.people.get(eve)
    assert found is not None and found.grants == ()


async def test_who_is_called_and_pictured_as_an_admin_is_none(office: Office) -> None:
    arriving = Arrive(identity=Identity(DISCORD, "", "6"), name="Ada Admin", groups=frozenset({"admin"}))
    eve = (await office.do(arriving, Actor(person=None, door=DISCORD))).person
    assert eve is not None
    async with office.store.read() as work:
        found = await work.people.get(eve)
    assert found is not None and (found.id != office.people["ada"], found.is_staff) == (True, False)


async def test_a_persons_arrival_takes_no_role_from_somebody_else(office: Office) -> None:
    office.use(replace(office.desk, group_grants=GIVEN))
    system = replace(SYSTEM, door=DISCORD)
    identities = [Identity(DISCORD, "", "6"), Identity(DISCORD, "elsewhere", "6")]
    first = (await office.do(Arrive(identity=identities[0], name="Zoe", groups=frozenset({"1"})), system)).person
    await office.do(Arrive(identity=identities[1], name="Zoe", groups=frozenset()), system)
    assert first is not None
    async with office.store.read() as work:
        zoe = await work.people.get(first)
    assert zoe is not None and zoe.is_staff


# --- who is here -----------------------------------------------------------------------------------------------------

NAMES = ("Asha Agent", "Kim Other", "Nobody", "Agent", "Asha", "asha@example.com")


async def test_a_student_who_types_is_suggested_no_person_and_no_ticket_of_anothers(office: Office) -> None:
    front = Front(office)
    for category in ("exams", "forum", "welfare"):
        await office.open("kim", f"{SECRET} {category}", category=category)
    own = await office.open("sam", "Mine")
    sam = office.actor("sam")
    for typed in ("", "a", "A", "@", "T-", "t", "1", "agent", SECRET, "Asha Agent", "("):
        offered = {
            kind: [choice.label for choice in await front.desk.suggest(kind, typed, sam)] for kind in ParameterKind
        }
        assert set(offered[ParameterKind.AGENT]) <= {"me"}
        assert offered[ParameterKind.PERSON] == []
        assert set(offered[ParameterKind.TICKET]) <= {f"{ref_of(own)} Mine"}


@pytest.mark.parametrize("name", NAMES)
async def test_a_name_with_a_number_tells_a_student_no_more_than_the_name_alone(office: Office, name: str) -> None:
    """Whoever counts through the numbers meets somebody only under a name that finds them anyway."""
    front = Front(office)
    numbers = range(len(office.people) + 3)

    async def meets(words: str) -> bool:
        ticket = await office.open()
        try:
            await front.type("sam", f"/ticket add {words}", ticket)
        except MissingTicket as refusal:
            assert words in str(refusal)
            return False
        return True

    met = [number for number in numbers if await meets(f"{name} ({number})")]
    known = await meets(name)
    assert len(met) <= 1
    assert not met or known


async def test_a_wrong_name_on_a_right_number_is_answered_like_a_number_of_nobody(office: Office) -> None:
    front = Front(office)
    ticket = await office.open()
    answers = set()
    for number in (office.people["asha"], office.people["kim"], 999):
        with pytest.raises(MissingTicket) as refusal:
            await front.type("sam", f"/ticket add Somebody ({number})", ticket)
        answers.add(str(refusal.value).replace(str(number), "n"))
    assert len(answers) == 1
