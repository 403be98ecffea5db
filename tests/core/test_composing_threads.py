"""What goes to a thread at the moment it is delivered: with whom, with what it is about, and when nothing goes."""

from dataclasses import replace

import pytest

from core.cards.card import Card
from core.commands import (
    AddParticipant,
    AssignTicket,
    ClaimTicket,
    CloseTicket,
    EditMessage,
    MendTrouble,
    NoteDeparture,
    OpenTicket,
    PostMessage,
    React,
    RemoveParticipant,
    ReopenTicket,
    ReplaceThread,
    ReportTrouble,
    ResolveTicket,
    RevokeRoles,
    SetPriority,
    TransferTicket,
    UndoMessage,
)
from core.composing import Skip
from core.model.desk import Desk, Place
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToPerson, ToThread
from core.model.people import Platform
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority
from core.ports import Parcel, Reacted, Removal, Roster, Settled, Spoken
from core.text import Text
from tests.fakes.office import MINUTE, SYSTEM, Office, on_discord

NOTE, REPLY = MessageKind.NOTE, MessageKind.REPLY
HELLO = Text.of("Hello")
DISCORD = Platform.DISCORD
EVERYBODY = ("sam", "kim", "asha", "abe", "lee", "wen", "ada")


@pytest.fixture
async def office(office: Office) -> Office:
    """With Discord, where everybody is."""
    office.use(on_discord(office.desk))
    await office.join(*EVERYBODY)
    return office


async def parcel(office: Office, delivery: Delivery) -> Parcel:
    composed = await office.composed(delivery)
    assert isinstance(composed, Parcel), composed
    return composed


async def skipped(office: Office, delivery: Delivery) -> str:
    composed = await office.composed(delivery)
    assert isinstance(composed, Skip), composed
    return composed.reason


def the(owed: list[Delivery], intent: Intent) -> Delivery:
    [one] = [one for one in owed if one.intent is intent]
    return one


def ping_to(owed: list[Delivery], office: Office, who: str) -> Delivery:
    address = ToPerson(office.people[who], DISCORD)
    [one] = [one for one in owed if one.address == address]
    return one


async def opened(office: Office, **more: object) -> TicketId:
    """With its threads made."""
    ticket = await office.open(**more)
    await office.carry_out()
    return ticket


# --- making a thread -------------------------------------------------------------------------------------------------


async def test_a_thread_is_made_with_the_card_its_people_and_what_the_ticket_was_opened_with(office: Office) -> None:
    file = await office.upload("sam")
    ticket = await office.open(files=(file.id,))
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    later = await office.upload("sam")
    await office.do(PostMessage(ticket=ticket, kind=REPLY, text=Text(), files=(later.id,)), "sam")
    shared, staffs = [await parcel(office, one) for one in await office.owed() if one.intent is Intent.CREATE_THREAD]
    assert shared.thread is not None and staffs.thread is not None
    assert (shared.thread.place, staffs.thread.place) == ("for exams", "of academics")
    assert isinstance(shared.content, Card) and isinstance(staffs.content, Card)
    assert (shared.roster, staffs.roster) == (Roster(present=("d-sam", "d-kim", "d-asha")), Roster())
    assert ([found.id for found in shared.files], staffs.files) == ([file.id], ())


async def test_who_is_not_on_the_platform_is_in_no_roster(office: Office) -> None:
    ticket = await office.open("pia")
    await office.do(ClaimTicket(ticket=ticket), "lee")
    made = next(one for one in await office.owed() if one.intent is Intent.CREATE_THREAD)
    assert (await parcel(office, made)).roster == Roster(present=("d-lee",))


def moved(desk: Desk, old: str, new: str) -> Desk:
    """bot.toml with one of its channels exchanged for another."""

    def exchanged(places: tuple[Place, ...]) -> tuple[Place, ...]:
        return tuple(replace(place, channel=new) if place.channel == old else place for place in places)

    return replace(
        desk,
        categories={key: replace(one, places=exchanged(one.places)) for key, one in desk.categories.items()},
        teams={key: replace(one, places=exchanged(one.places)) for key, one in desk.teams.items()},
    )


@pytest.mark.parametrize(
    ("old", "shared", "staffs"),
    [
        ("for exams", "new", "of academics"),
        ("of academics", "for exams", "new"),
        ("for login", "for exams", "of academics"),
    ],
)
async def test_a_thread_still_to_be_made_is_made_in_the_channel_that_bot_toml_names_by_now(
    office: Office, old: str, shared: str, staffs: str
) -> None:
    await office.open()
    office.use(moved(office.desk, old, "new"))
    places = [one.thread.place for one in await office.carry_out() if one.thread is not None]
    assert places == [shared, staffs]


async def test_a_thread_that_is_made_stays_where_it_is(office: Office) -> None:
    ticket = await opened(office)
    office.use(moved(office.desk, "for exams", "new"))
    card = next(one for one in await office.owed_by(SetPriority(ticket=ticket, priority=Priority.LOW), "asha"))
    thread = (await parcel(office, card)).thread
    assert thread is not None and thread.place == "for exams"


async def test_a_ticket_handed_on_before_its_card_was_made_has_one_card_in_each_teams_channel(office: Office) -> None:
    ticket = await office.open()
    await office.do(TransferTicket(ticket=ticket, team="platform"), "asha")
    made = [one for one in await office.carry_out() if one.delivery.intent is Intent.CREATE_THREAD]
    assert [one.thread.place for one in made if one.thread] == ["for exams", "of academics", "of platform"]


async def test_the_staffs_card_leads_to_the_tickets_thread_as_soon_as_there_is_one(office: Office) -> None:
    ticket = await office.open()
    staffs = [one for one in await office.owed() if one.intent is Intent.CREATE_THREAD][1]
    assert (await parcel(office, staffs)).home is None
    await office.carry_out()
    shared = (await office.threads(ticket))[0]
    cards = [
        await parcel(office, one)
        for one in await office.owed_by(SetPriority(ticket=ticket, priority=Priority.LOW), "asha")
        if one.intent is Intent.TICKET_CARD
    ]
    assert [card.home for card in cards] == [None, shared]


# --- who belongs there, and who is pinged ---------------------------------------------------------------------------


async def test_who_was_taken_out_is_gone_from_the_roster_unless_the_ticket_is_theirs_otherwise(office: Office) -> None:
    ticket = await opened(office)
    for who in ("kim", "asha"):
        await office.do(AddParticipant(ticket=ticket, person=office.people[who]), "sam")
    await office.do(ClaimTicket(ticket=ticket), "asha")
    rosters = []
    for who in ("kim", "asha"):
        owed = await office.owed_by(RemoveParticipant(ticket=ticket, person=office.people[who]), "sam")
        rosters.append((await parcel(office, the(owed, Intent.MEMBERS))).content)
    assert rosters == [
        Roster(present=("d-sam", "d-asha"), gone=("d-kim",)),
        Roster(present=("d-sam", "d-asha")),
    ]


async def test_who_was_taken_out_and_came_back_stays(office: Office) -> None:
    ticket = await opened(office)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    owed = await office.owed_by(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    roster = (await parcel(office, the(owed, Intent.MEMBERS))).content
    assert roster == Roster(present=("d-sam", "d-kim"))


async def test_a_thread_pings_nobody_but_the_agent_to_whom_somebody_else_gave_the_ticket(office: Office) -> None:
    ticket = await opened(office)
    people = office.people
    pinged = {}
    for who, command in (
        ("asha", ClaimTicket(ticket=ticket)),
        ("lee", AssignTicket(ticket=ticket, assignee=people["abe"])),
        ("lee", AssignTicket(ticket=ticket, assignee=people["lee"])),
        ("sam", AddParticipant(ticket=ticket, person=people["kim"])),
        ("asha", SetPriority(ticket=ticket, priority=Priority.LOW)),
        ("lee", ResolveTicket(ticket=ticket, answer=HELLO)),
        ("sam", ReopenTicket(ticket=ticket, why=HELLO)),
    ):
        for delivery in await office.owed_by(command, who):
            if isinstance(delivery.address, ToThread) and (pings := (await parcel(office, delivery)).pings):
                pinged[type(command).__name__, delivery.intent] = pings
    assert pinged == {("AssignTicket", Intent.NEWS): ("d-abe",)}


async def test_who_has_it_no_more_by_the_time_of_the_line_is_not_pinged_by_it(office: Office) -> None:
    ticket = await opened(office)
    owed = await office.owed_by(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "lee")
    assert (await parcel(office, the(owed, Intent.NEWS))).pings == ()


# --- one person ------------------------------------------------------------------------------------------------------


async def test_a_ping_goes_to_who_the_platform_knows_and_else_into_the_thread_that_they_are_in(office: Office) -> None:
    ticket = await opened(office)
    shared = (await office.threads(ticket))[0]
    await office.do(ClaimTicket(ticket=ticket), "asha")
    owed = await office.owed_by(ResolveTicket(ticket=ticket, answer=HELLO), "asha")
    ping = await parcel(office, ping_to(owed, office, "sam"))
    assert (ping.recipient, ping.fallback, ping.over) == ("d-sam", shared, True)
    web = [one for one in owed if one.address == ToPerson(office.people["sam"], Platform.WEB)]
    assert [((await parcel(office, one)).recipient, (await parcel(office, one)).fallback) for one in web] == [
        (None, None)
    ]


async def test_who_is_not_in_the_thread_is_never_pinged_there(office: Office) -> None:
    ticket = await opened(office)
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["asha"]), "lee")
    owed = await office.owed_by(AssignTicket(ticket=ticket, assignee=office.people["abe"]), "lee")
    assert (await parcel(office, ping_to(owed, office, "asha"))).fallback is None


async def test_what_is_the_staffs_alone_never_falls_back_into_the_requesters_thread(office: Office) -> None:
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    await office.carry_out()
    _shared, staffs = await office.threads(ticket)
    without_triage = {key: replace(team, places=()) for key, team in office.desk.teams.items()}
    office.use(replace(office.desk, teams=without_triage))
    for command, actor in (
        (ReplaceThread(ticket=ticket, thread=staffs.id, reason="deleted"), SYSTEM),
        (NoteDeparture(ticket=ticket, platform=DISCORD), SYSTEM),
        (PostMessage(ticket=ticket, kind=NOTE, text=HELLO), office.actor("lee")),
    ):
        ping = await parcel(office, ping_to(await office.owed_by(command, actor), office, "asha"))
        assert (ping.recipient, ping.fallback) == ("d-asha", None)


async def test_who_left_the_platform_is_pinged_there_no_more(office: Office) -> None:
    ticket = await opened(office)
    owed = await office.owed_by(ResolveTicket(ticket=ticket), "asha")
    ping = ping_to(owed, office, "sam")
    assert await skipped(office, replace(ping, address=ToPerson(office.people["pia"], DISCORD))) == (
        "the person is no longer there"
    )


# --- words -----------------------------------------------------------------------------------------------------------


async def test_a_change_goes_to_the_copy_that_the_thread_has_and_nowhere_else(office: Office) -> None:
    ticket = await opened(office)
    said = await office.say(ticket, "asha", "Helo")
    edited = EditMessage(ticket=ticket, message=said.id, text=HELLO)
    early = the(await office.owed_by(edited, "asha"), Intent.EDIT)
    assert await skipped(office, early) == "it is not there"
    [copied] = [one for one in await office.carry_out() if one.delivery.intent is Intent.MESSAGE]
    assert isinstance(copied.content, Spoken) and copied.content.text == HELLO
    shared = (await office.threads(ticket))[0].id
    called = (await office.copies(said.id))[shared]
    late = await parcel(office, early)
    assert late.copy is not None and (late.copy.thread, late.copy.external_ids) == (shared, called)
    react = React(ticket=ticket, message=said.id, emoji="👍", on=True)
    for command, who, intent, content in (
        (react, "sam", Intent.REACTIONS, Reacted(("👍",))),
        (UndoMessage(ticket=ticket), "asha", Intent.REMOVAL, Removal()),
    ):
        change = await parcel(office, the(await office.owed_by(command, who), intent))
        assert change.content == content
        assert change.copy is not None and change.copy.external_ids == called
    assert await skipped(office, early) == "the message was taken back"


@pytest.mark.parametrize("tried", [{"attempts": 2}, {"attempts": 1, "uncertain": True}])
async def test_what_may_have_been_said_before_it_was_taken_back_is_looked_for(
    office: Office, tried: dict[str, int]
) -> None:
    ticket = await opened(office)
    words = the(await office.owed_by(PostMessage(ticket=ticket, kind=REPLY, text=HELLO), "asha"), Intent.MESSAGE)
    await office.do(UndoMessage(ticket=ticket), "asha")
    looked_for = await parcel(office, replace(words, **tried))  # type: ignore[arg-type] # fields of a delivery
    assert looked_for.content == Removal(author=(await office.person("asha")).name, by_staff=True)


async def test_a_copy_bears_the_reactions_that_were_set_elsewhere_each_once(office: Office) -> None:
    ticket = await opened(office)
    said = await office.say(ticket, "asha", "Done")
    await office.carry_out()
    for who, emoji, door in (
        ("sam", "🎉", Platform.WEB),
        ("kim", "👍", DISCORD),
        ("lee", "🎉", Platform.WEB),
        ("lee", "👀", Platform.WEB),
    ):
        if who == "kim":
            await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
        await office.do(React(ticket=ticket, message=said.id, emoji=emoji, on=True), who, door=door)
        office.clock.advance(MINUTE)
    [shown] = [one.content for one in await office.carry_out() if one.delivery.intent is Intent.REACTIONS]
    assert shown == Reacted(("🎉", "👀"))


async def test_an_agents_words_are_shown_as_the_staffs_and_a_requesters_are_not(office: Office) -> None:
    async with office.store.write() as work:
        asha = await work.people.get(office.people["asha"])
        assert asha is not None
        await work.people.save(replace(asha, avatar_url="https://cdn.example.org/a.png"))
    ticket = await opened(office)
    for who in ("asha", "sam"):
        await office.say(ticket, who, "Hello")
    spoken = [one.content for one in await office.carry_out() if isinstance(one.content, Spoken)]
    assert [(one.author, one.by_staff, one.avatar_url) for one in spoken] == [
        ("Asha Agent", True, "https://cdn.example.org/a.png"),
        ("Sam Student", False, None),
    ]


async def test_history_is_what_was_said_until_the_thread_was_asked_for(office: Office) -> None:
    ticket = await opened(office)
    for who, words, kind in (
        ("sam", "First", REPLY),
        ("asha", "Hidden", NOTE),
        ("asha", "Oops", REPLY),
    ):
        await office.say(ticket, who, words, kind)
        office.clock.advance(MINUTE)
    await office.do(UndoMessage(ticket=ticket), "asha")
    await office.say(ticket, "asha", "Second")
    lost = (await office.threads(ticket))[0]
    owed = await office.owed_by(ReplaceThread(ticket=ticket, thread=lost.id, reason="deleted"), SYSTEM)
    office.clock.advance(MINUTE)
    await office.say(ticket, "sam", "Third")
    taken = [one for one in await office.carry_out() if one.thread is not None and one.thread.place == "for exams"]
    assert [one.delivery.intent for one in taken] == [Intent.CREATE_THREAD, Intent.HISTORY, Intent.MESSAGE]
    history = (await parcel(office, the(owed, Intent.HISTORY))).content
    assert isinstance(history, Card)
    assert history.title == f"T-{ticket}: what was said before"
    assert history.body.plain().splitlines() == [
        "Sam Student, 4 min ago: First",
        "",
        "Asha Agent, 1 min ago: Second",
    ]


async def test_where_nothing_was_said_there_is_no_history(office: Office) -> None:
    ticket = await opened(office)
    lost = (await office.threads(ticket))[0]
    owed = await office.owed_by(ReplaceThread(ticket=ticket, thread=lost.id, reason="deleted"), SYSTEM)
    assert await skipped(office, the(owed, Intent.HISTORY)) == "nothing was said before"


async def test_a_thread_is_put_away_or_brought_back_as_its_ticket_stands_by_then(office: Office) -> None:
    ticket = await opened(office)
    closing = the(await office.owed_by(CloseTicket(ticket=ticket), "sam"), Intent.SETTLE)
    assert (await parcel(office, closing)).content == Settled(over=True)
    await office.do(ReopenTicket(ticket=ticket), "sam")
    assert (await parcel(office, closing)).content == Settled(over=False)


# --- guards ----------------------------------------------------------------------------------------------------------


async def test_nothing_goes_to_a_thread_that_is_gone_not_even_what_an_admin_tries_again(office: Office) -> None:
    ticket = await opened(office)
    lost = (await office.threads(ticket))[0]
    owed = await office.owed_by(ClaimTicket(ticket=ticket), "asha")
    await office.do(ReplaceThread(ticket=ticket, thread=lost.id, reason="deleted"), SYSTEM)
    to_it = [one for one in owed if one.address == ToThread(lost.id, DISCORD)]
    assert {await skipped(office, one) for one in to_it} == {"the thread is gone"}


async def test_who_was_taken_out_hears_no_more_in_a_thread_of_their_own_but_words_are_taken_back_there(
    office: Office,
) -> None:
    ticket = await office.open()
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    own = await office.thread_on(ticket, Platform.SLACK, Audience.REQUESTER, of="kim")
    before = await office.say(ticket, "asha", "Before")
    await office.carry_out()
    await office.do(RemoveParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    after = PostMessage(ticket=ticket, kind=REPLY, text=Text.of("After"))
    edit = EditMessage(ticket=ticket, message=before.id, text=Text.of("After"))
    for command in (after, edit, SetPriority(ticket=ticket, priority=Priority.LOW), UndoMessage(ticket=ticket)):
        for one in await office.owed_by(command, "asha"):
            if one.address == ToThread(own, Platform.SLACK) and one.intent is not Intent.REMOVAL:
                assert await skipped(office, one) == "whose thread it is has no part in the ticket any more"
    last = (await office.owed_by(UndoMessage(ticket=ticket), "asha"))[-1]
    assert (await parcel(office, last)).content == Removal()


async def test_a_category_that_became_sensitive_is_told_of_in_no_public_thread(office: Office) -> None:
    ticket = await office.open(category="forum", title="SECRET TITLE")
    public = await office.thread_on(ticket, Platform.DISCOURSE, Audience.PUBLIC)
    await office.say(ticket, "sam", "SECRET WORDS")
    await office.do(ResolveTicket(ticket=ticket, answer=Text.of("SECRET ANSWER")), "asha")
    forum = replace(office.desk.categories["forum"], sensitive=True)
    office.use(replace(office.desk, categories={**office.desk.categories, "forum": forum}))
    owed = [one for one in await office.owed() if one.address == ToThread(public, Platform.DISCOURSE)]
    composed = [await office.composed(one) for one in [*owed, replace(owed[0], intent=Intent.HISTORY)]]
    assert {one.intent for one in owed} >= {Intent.MESSAGE, Intent.NEWS, Intent.TICKET_CARD, Intent.SETTLE}
    told = repr([one.content for one in composed if isinstance(one, Parcel)])
    assert not any(word in told for word in ("SECRET", "Sam", "Asha"))


async def test_a_trouble_is_told_while_it_lasts_and_to_who_is_an_admin_still(office: Office) -> None:
    owed = await office.owed_by(ReportTrouble(key="k", sentence="Allow Manage Threads."), SYSTEM)
    told = [await parcel(office, one) for one in owed]
    assert [(one.recipient, one.content.body.plain()) for one in told if isinstance(one.content, Card)] == [
        (None, "Allow Manage Threads."),
        ("d-ada", "Allow Manage Threads."),
    ]
    await office.do(RevokeRoles(person=office.people["ada"]), "ada")
    assert {await skipped(office, one) for one in owed} == {"the person is no longer an admin"}


async def test_a_trouble_that_was_mended_is_told_nobody(office: Office) -> None:
    owed = await office.owed_by(ReportTrouble(key="k", sentence="Allow Manage Threads."), SYSTEM)
    await office.do(MendTrouble(key="k"), SYSTEM)
    assert {await skipped(office, one) for one in owed} == {"it is mended"}


async def test_an_opening_makes_the_threads_of_its_category_and_team_alone(office: Office) -> None:
    opening = OpenTicket(title="T", description=HELLO, category="login")
    await office.do(opening, "sam")
    made = [one.thread.place for one in await office.carry_out() if one.thread is not None]
    assert made == ["for login", "of platform"]
