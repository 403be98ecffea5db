"""The desk as a door with native commands uses it: arrivals, choices while typing, people who are pointed at."""

from dataclasses import replace

import pytest

from core.actions import Submit, encode_submit
from core.commands import AddParticipant, ClaimTicket, CloseTicket, FollowTicket, ReportTrouble
from core.errors import AmbiguousPerson, BadArgument, MissingTicket, NotAllowed, QuotaReached, Refusal
from core.events import PersonLeft
from core.model.desk import Quotas
from core.model.ids import PersonId, TicketId, ref_of
from core.model.people import Grant, Identity, Platform, Role, Standing, told_apart
from core.model.ticket import Priority
from core.vocabulary import Choice, ParameterKind, SlashCommand
from tests.fakes.front import Front, asked, failed, fresh, held, shown
from tests.fakes.office import MINUTE, SYSTEM, Office, desk_of, on_discord

DISCORD = Platform.DISCORD
ZOE = Identity(DISCORD, "", "42")


def named(front: Front, name: str) -> SlashCommand:
    noun, _, verb = name.removeprefix("/").partition(" ")
    found = front.desk.vocabulary.find(noun, verb)
    assert found is not None
    return found


# --- arriving and leaving --------------------------------------------------------------------------------------------


async def test_who_arrives_is_the_same_person_ever_after_with_what_their_groups_give(front: Front) -> None:
    grant = Grant(Role.AGENT, "academics", "discord:1")
    front.office.use(replace(front.office.desk, group_grants={(DISCORD, "1"): frozenset({grant})}))
    desk = Front(front.office).desk
    first = await desk.arrive(ZOE, "Zoe", groups=frozenset({"1", "2"}))
    assert await desk.arrive(ZOE, "Zoë", avatar_url="https://cdn.example.org/z.png") == first
    zoe = await desk.person(first)
    assert zoe is not None
    assert (zoe.name, zoe.avatar_url, zoe.grants) == ("Zoë", "https://cdn.example.org/z.png", (grant,))
    assert await desk.person(PersonId(999)) is None


async def test_who_leaves_loses_what_groups_gave_and_their_live_tickets_say_so(front: Front) -> None:
    office = front.office
    office.use(on_discord(office.desk))
    desk = Front(office).desk
    await office.join("sam")
    live, over, others = [await office.open(who) for who in ("sam", "sam", "kim")]
    await office.do(CloseTicket(ticket=over), "sam")
    await desk.depart(Identity(DISCORD, "", "d-sam"))
    left = [PersonLeft(ticket=t, person=office.people["sam"], platform=DISCORD) for t in (live, over, others)]
    assert [event in await office.events(event.ticket or TicketId(0)) for event in left] == [True, False, False]
    before = await office.everything()
    await desk.depart(ZOE)
    assert await office.everything() == before


# --- native commands -------------------------------------------------------------------------------------------------


async def test_a_person_who_is_pointed_at_is_that_one_whatever_they_are_called(front: Front) -> None:
    office = front.office
    for _ in range(2):
        async with office.store.write() as work:
            twin = await work.people.add("Kim Other", office.clock.now())
    ticket = await fresh(office)
    reply = await front.desk.run(
        named(front, "/ticket add"), {"person": "Kim Other"}, office.actor("sam"), ticket, people={"person": twin.id}
    )
    assert shown(reply).title == f"Kim Other is part of T-{ticket} now"
    assert (await office.ticket(ticket)).participants == {twin.id}


async def test_a_native_command_without_a_ref_is_about_the_thread_it_was_used_in(front: Front) -> None:
    here, there = await fresh(front.office), await fresh(front.office)
    asha = front.office.actor("asha")
    assert (await front.desk.run(named(front, "/ticket claim"), {}, asha, here)).ticket == here
    given = {"ref": ref_of(there)}
    assert (await front.desk.run(named(front, "/ticket claim"), given, asha, here)).ticket == there
    with pytest.raises(Refusal, match="Which ticket"):
        await front.desk.run(named(front, "/ticket claim"), {}, asha)


async def test_blanks_are_as_good_as_nothing(front: Front) -> None:
    ticket = await held(front.office)
    with pytest.raises(BadArgument, match="why: this is missing"):
        await front.desk.run(named(front, "/ticket urgent"), {"why": "  "}, front.office.actor("sam"), ticket)
    reply = await front.desk.run(named(front, "/ticket resolve"), {"answer": " "}, front.office.actor("asha"), ticket)
    assert shown(reply).title.startswith(f"T-{ticket} is resolved")
    assert await front.office.messages(ticket) == []


# --- opening from a form without a draft ----------------------------------------------------------------------------

SENT = encode_submit(Submit("ticket", "open"))
WHOLE = {"title": "My grade", "category": "login", "priority": "normal", "description": "Gone"}


async def drafts(office: Office) -> int:
    return (await office.everything())["drafts"]


async def test_a_whole_form_opens_its_ticket_at_once_and_leaves_no_draft(front: Front) -> None:
    file = await front.office.upload("sam")
    reply = await front.desk.submit(SENT, WHOLE, (file.id,), front.office.actor("sam"))
    assert (reply.ticket, shown(reply).title) == (1, "T-1 is open: write on in its thread")
    assert await drafts(front.office) == 0
    async with front.office.store.read() as work:
        assert [one.id for one in await work.files.of(TicketId(1))] == [file.id]


async def test_the_same_form_delivered_twice_opens_one_ticket(front: Front) -> None:
    first, again = [await front.submit("sam", SENT, inbound="i1", **WHOLE) for _ in range(2)]
    assert first == again
    assert await front.office.open() == 2


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"title": " "}, "The title is empty: please write something there."),
        ({"description": ""}, "The description is empty: please write something there."),
        ({"priority": "huge"}, "Priority: “huge” is not one of its choices: low, normal, high, urgent."),
        ({"category": "sports"}, "There is no category “sports”. Choose one of: exams, login, forum, welfare."),
    ],
)
async def test_a_form_with_something_wrong_is_kept_in_a_draft_and_comes_back_with_what_it_was(
    front: Front, wrong: dict[str, str], problem: str
) -> None:
    file = await front.office.upload("sam")
    sam = front.office.actor("sam")
    again = asked(await front.desk.submit(SENT, {**WHOLE, **wrong}, (file.id,), sam))
    assert again.problem == problem
    kept = {entry.key: entry.value for entry in again.inputs if entry.value}
    assert {**WHOLE, **wrong}.items() >= {key: kept[key] for key in WHOLE if key in kept}.items()
    assert (await drafts(front.office), again.action != SENT) == (1, True)
    mended = await front.desk.submit(again.action, WHOLE, None, sam)
    assert mended.ticket == 1
    async with front.office.store.read() as work:
        assert [one.id for one in await work.files.of(TicketId(1))] == [file.id]
    assert await drafts(front.office) == 0


async def test_a_form_that_leaves_a_categorys_questions_is_kept_and_they_are_asked(front: Front) -> None:
    rest = asked(await front.submit("sam", SENT, **{**WHOLE, "category": "exams"}))
    assert [entry.key for entry in rest.inputs] == ["exams:course", "exams:term", "exams:story"]
    assert rest.problem == ""
    reply = await front.submit("sam", rest.action, exams__course="CS1", exams__term="", exams__story="")
    assert reply.ticket == 1


async def test_a_form_past_the_quota_is_refused_with_the_sentence(front: Front) -> None:
    front.office.use(desk_of(quotas=Quotas(open_tickets_per_person=1)))
    again = Front(front.office)
    await fresh(front.office)
    with pytest.raises(QuotaReached, match="1 is the most at once"):
        await again.submit("sam", SENT, **WHOLE)


# --- what somebody may mean ------------------------------------------------------------------------------------------


async def suggested(front: Front, who: str, kind: ParameterKind, typed: str = "") -> list[str]:
    return [choice.value for choice in await front.desk.suggest(kind, typed, front.office.actor(who))]


async def test_the_tickets_suggested_are_ones_own_then_for_the_staff_the_queues(front: Front) -> None:
    office = front.office
    sams, kims = await office.open("sam", "Lost grade"), await office.open("kim", "Found grade")
    hidden = await office.open("kim", "Grade of a friend", category="welfare")
    kind = ParameterKind.TICKET
    assert await suggested(front, "sam", kind) == [ref_of(sams)]
    assert await suggested(front, "kim", kind) == [ref_of(hidden), ref_of(kims)]
    assert await suggested(front, "asha", kind) == [ref_of(sams), ref_of(kims)]
    assert set(await suggested(front, "wen", kind)) == {ref_of(one) for one in (sams, kims, hidden)}
    await office.do(ClaimTicket(ticket=kims), "asha")
    assert (await suggested(front, "asha", kind))[0] == ref_of(kims)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("", ["T-2", "T-1"]),
        ("lost", ["T-1"]),
        ("GRADE", ["T-2", "T-1"]),
        ("t-1", ["T-1"]),
        ("2", ["T-2"]),
        ("nothing", []),
        ("T-2 found", ["T-2"]),
    ],
)
async def test_a_ticket_is_found_by_its_ref_or_any_of_its_title(front: Front, typed: str, found: list[str]) -> None:
    for title in ("Lost grade", "Found grade"):
        await front.office.open("sam", title)
    assert await suggested(front, "sam", ParameterKind.TICKET, typed) == found


async def test_a_ticket_that_is_followed_blindly_or_left_is_suggested_to_nobody(front: Front) -> None:
    office = front.office
    ticket = await office.open(category="login", title="SECRET")
    await office.do(FollowTicket(ticket=ticket), "kim")
    assert await suggested(front, "kim", ParameterKind.TICKET) == []


async def test_the_agents_are_suggested_to_the_staff_alone(front: Front) -> None:
    kind = ParameterKind.AGENT
    everybody = ["Abe Academic", "Ada Admin", "Asha Agent", "Lee Lead", "Pia Platform", "Wen Warden"]
    assert await suggested(front, "asha", kind) == ["me", *everybody]
    assert await suggested(front, "asha", kind, "a") == ["Abe Academic", "Ada Admin", "Asha Agent", *everybody[3:]]
    assert await suggested(front, "lee", kind, "@ash") == ["Asha Agent"]
    for typed in ("", "a", "Asha Agent"):
        assert set(await suggested(front, "sam", kind, typed)) <= {"me"}


async def test_tags_are_suggested_by_use_and_one_after_the_other(front: Front) -> None:
    kind = ParameterKind.TAGS
    for tags in ("wifi printer", "printer", "paper"):
        ticket = await front.office.open("sam")
        await front.type("sam", f"/ticket tag {tags}", ticket)
    assert await suggested(front, "sam", kind) == ["printer", "paper", "wifi"]
    assert await suggested(front, "asha", kind, "#P") == ["printer", "paper"]
    assert await suggested(front, "sam", kind, "pri") == ["printer"]
    assert await suggested(front, "sam", kind, "printer, p") == ["printer,paper"]
    assert await suggested(front, "sam", kind, "Printer,") == ["Printer,paper", "Printer,wifi"]
    assert await suggested(front, "sam", kind, "zebra") == []
    assert await suggested(front, "kim", kind) == []


async def test_an_agent_who_may_not_act_is_not_suggested(front: Front) -> None:
    await front.office.stand("abe", Standing.BLOCKED)
    assert "Abe Academic" not in await suggested(front, "asha", ParameterKind.AGENT)


@pytest.mark.parametrize(
    ("kind", "typed", "found"),
    [
        (ParameterKind.CATEGORY, "", [("exams", "Exams and grades"), ("login", "Platform and login")]),
        (ParameterKind.CATEGORY, "well", [("welfare", "Wellbeing")]),
        (ParameterKind.TEAM, "platform", [("platform", "Platform team")]),
        (ParameterKind.PRIORITY, "h", [("high", "high")]),
        (ParameterKind.STATUS, "wait", [("waiting", "waiting for the requester")]),
        (ParameterKind.PERSON, "Sam", []),
        (ParameterKind.TEXT, "a", []),
        (ParameterKind.NUMBER, "1", []),
    ],
)
async def test_what_the_desk_knows_is_suggested_by_its_name_and_people_by_none(
    front: Front, kind: ParameterKind, typed: str, found: list[tuple[str, str]]
) -> None:
    offered = await front.desk.suggest(kind, typed, front.office.actor("sam"))
    assert [(one.value, one.label) for one in offered][: len(found)] == found
    assert bool(offered) is bool(found)


async def test_never_more_is_suggested_than_a_platform_shows(front: Front) -> None:
    for number in range(27):
        await front.office.open("sam", f"Ticket {number}")
    assert len(await suggested(front, "sam", ParameterKind.TICKET)) == 25
    sam = front.office.actor("sam")
    assert len(await front.desk.tickets_for(sam)) == 25
    assert len(await front.desk.tickets_for(sam, limit=3)) == 3


async def test_the_tickets_to_write_in_are_live_and_ones_own_to_write_in(front: Front) -> None:
    office = front.office
    own, over, public, shared = [
        await office.open("sam", "Own"),
        await office.open("sam", "Over"),
        await office.open("kim", "Public", category="forum"),
        await office.open("kim", "Shared"),
    ]
    await office.do(CloseTicket(ticket=over), "sam")
    await office.do(FollowTicket(ticket=public), "sam")
    await office.do(AddParticipant(ticket=shared, person=office.people["sam"]), "kim")
    offered = await front.desk.tickets_for(office.actor("sam"))
    assert offered == [Choice(ref_of(shared), f"T-{shared} Shared"), Choice(ref_of(own), f"T-{own} Own")]
    assert [one.value for one in await front.desk.tickets_for(office.actor("pia"))] == []
    assert {ref_of(own), ref_of(shared)} <= {one.value for one in await front.desk.tickets_for(office.actor("asha"))}
    await office.stand("sam", Standing.BLOCKED)
    assert await front.desk.tickets_for(office.actor("sam")) == []


async def test_a_stranger_is_suggested_nothing(front: Front) -> None:
    nobody = replace(front.office.actor("sam"), person=PersonId(999))
    for kind in (ParameterKind.TICKET, ParameterKind.AGENT, ParameterKind.TEAM):
        with pytest.raises(NotAllowed):
            await front.desk.suggest(kind, "", nobody)


# --- two of one name -------------------------------------------------------------------------------------------------


async def namesake(office: Office, name: str, *, agent: bool) -> PersonId:
    async with office.store.write() as work:
        person = await work.people.add(name, office.clock.now())
        if agent:
            await work.people.grant(person.id, Grant(Role.AGENT, "academics"), office.clock.now())
    return person.id


async def test_two_agents_of_one_name_are_told_apart_and_each_can_be_meant(front: Front) -> None:
    office = front.office
    second = await namesake(office, "asha agent", agent=True)
    first = f"Asha Agent ({office.people['asha']})"
    assert await suggested(front, "lee", ParameterKind.AGENT, "asha") == [first, f"asha agent ({second})"]
    ticket = await fresh(office)
    with pytest.raises(AmbiguousPerson):
        await front.type("lee", "/ticket assign Asha Agent", ticket)
    for words, person in ((f"asha agent ({second})", second), (first, office.people["asha"])):
        await front.type("lee", f"/ticket assign {words}", ticket)
        assert (await office.ticket(ticket)).assignee == person


async def test_a_student_who_takes_an_agents_name_is_not_meant_by_it_where_an_agent_is_wanted(front: Front) -> None:
    office = front.office
    await namesake(office, "Asha Agent", agent=False)
    ticket = await fresh(office)
    [offered] = await suggested(front, "lee", ParameterKind.AGENT, "asha")
    await front.type("lee", f"/ticket assign {offered}", ticket)
    assert (await office.ticket(ticket)).assignee == office.people["asha"]
    with pytest.raises(AmbiguousPerson):
        await front.type("sam", "/ticket add Asha Agent", ticket)


async def test_a_name_that_looks_told_apart_stands_for_nobody_but_the_one_it_numbers(front: Front) -> None:
    office = front.office
    asha = told_apart(await office.person("asha"))
    await namesake(office, "Asha Agent", agent=True)
    await namesake(office, asha, agent=True)
    ticket = await fresh(office)
    await front.type("lee", f"/ticket assign {asha}", ticket)
    assert (await office.ticket(ticket)).assignee == office.people["asha"]


async def test_an_agent_whose_name_reads_like_an_address_is_meant_by_name_and_number(front: Front) -> None:
    office = front.office
    agent = await namesake(office, "ash@work", agent=True)
    ticket = await fresh(office)
    [offered] = await suggested(front, "lee", ParameterKind.AGENT, "ash@work")
    await front.type("lee", f"/ticket assign {offered}", ticket)
    assert (await office.ticket(ticket)).assignee == agent


@pytest.mark.parametrize("words", ["Kim Other (999)", "Sam Student ({kim})", "Kim ({kim})", "kim other ({kim})"])
async def test_a_number_that_is_not_of_that_name_is_nobodys(front: Front, words: str) -> None:
    ticket = await fresh(front.office)
    typed = words.format(kim=front.office.people["kim"])
    with pytest.raises(MissingTicket, match="Nobody here is called"):
        await front.type("sam", f"/ticket add {typed}", ticket)


# --- what does not get through ---------------------------------------------------------------------------------------


async def test_the_failures_show_what_is_in_the_way_what_was_given_up_and_what_is_tried_still(front: Front) -> None:
    office = front.office
    gave_up = await failed(office)
    ticket = await office.open(priority=Priority.URGENT)
    await office.do(ReportTrouble(key="k", sentence="Allow Manage Threads in #help."), SYSTEM)
    await office.do(ReportTrouble(key="k", sentence="Allow Manage Threads in #help."), SYSTEM)
    now = office.clock.now()
    async with office.store.write() as work:
        leased = await work.outbox.lease(now, owner="me", until=now + MINUTE, limit=50)
        tried = next(one for one in leased if one.ticket == ticket)
        await work.outbox.retry(tried.id, "me", due_at=now, reason="The platform is busy", uncertain=False)
    rows = shown(await front.type("ada", "/desk failures")).rows
    assert (rows[0].title, rows[0].detail) == (
        "Allow Manage Threads in #help.",
        "In the way 2×, last just now.",
    )
    retried = {row.title.split(":")[0]: [button.label for button in row.buttons] for row in rows[1:]}
    assert retried[str(gave_up)] == ["Try again"]
    assert retried[str(tried.id)] == []
    [still] = [row.detail for row in rows if row.title.startswith(f"{tried.id}:")]
    assert still == "The platform is busy. Tried 1×, first just now. It is tried again by itself."


async def test_with_nothing_in_the_way_the_failures_say_so(front: Front) -> None:
    card = shown(await front.type("ada", "/desk failures"))
    assert (card.rows, card.body.plain()) == ((), "Nothing was given up, and nothing is in the way.")


@pytest.mark.parametrize("who", ["sam", "asha", "lee"])
async def test_the_failures_are_the_admins(front: Front, who: str) -> None:
    with pytest.raises(NotAllowed):
        await front.type(who, "/desk failures")
