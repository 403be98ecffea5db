"""What a ticket says of itself: words, tags, priority, urgency and who may read it."""

import pytest

from core.commands import (
    AddParticipant,
    ChangeTags,
    CloseTicket,
    DeclareUrgent,
    EditTicket,
    FollowTicket,
    ResolveTicket,
    SetPriority,
    SetStatus,
    SetVisibility,
)
from core.errors import AlreadySo, NotAllowed, Refusal
from core.events import MessagePosted, PriorityChanged, TagsChanged, TicketEdited, UrgencyDeclared, VisibilityChanged
from core.model.desk import UrgencySetting
from core.model.thread import MessageKind
from core.model.ticket import Priority, Status, Visibility
from core.text import Text
from tests.fakes.office import Office, desk_of

WHY = Text.of("The exam is tomorrow.")


# --- priority and urgency --------------------------------------------------------------------------------------------


async def test_staff_set_the_priority(office: Office) -> None:
    ticket = await office.open()
    await office.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")
    assert (await office.ticket(ticket)).priority is Priority.HIGH
    assert (await office.events(ticket))[1:] == [
        PriorityChanged(ticket=ticket, before=Priority.NORMAL, after=Priority.HIGH)
    ]
    with pytest.raises(AlreadySo, match="its priority is high already"):
        await office.do(SetPriority(ticket=ticket, priority=Priority.HIGH), "asha")


async def test_a_requester_does_not_set_the_priority(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="You may not change the priority: the support staff can"):
        await office.do(SetPriority(ticket=ticket, priority=Priority.URGENT), "sam")


ALERTED = [
    (Priority.LOW, [Priority.NORMAL], None),
    (Priority.NORMAL, [Priority.HIGH], "leads"),
    (Priority.NORMAL, [Priority.URGENT, Priority.LOW], "leads"),
    (Priority.URGENT, [], "leads"),
    (Priority.HIGH, [Priority.LOW], "leads"),
]


@pytest.mark.parametrize(("first", "then", "space"), ALERTED)
async def test_a_ticket_remembers_the_space_that_heard_of_it(
    office: Office, first: Priority, then: list[Priority], space: str | None
) -> None:
    ticket = await office.open(priority=first)
    for priority in then:
        await office.do(SetPriority(ticket=ticket, priority=priority), "asha")
    assert (await office.ticket(ticket)).alerted_in == space


URGENT = [
    ("sam", UrgencySetting.ALLOW, Priority.URGENT, True),
    ("sam", UrgencySetting.ASK, Priority.NORMAL, False),
    ("asha", UrgencySetting.DENY, Priority.URGENT, True),
    ("ada", UrgencySetting.ASK, Priority.URGENT, True),
]


@pytest.mark.parametrize(("who", "setting", "priority", "granted"), URGENT)
async def test_urgency_is_declared_with_its_reason_as_the_desk_is_set(
    office: Office, who: str, setting: UrgencySetting, priority: Priority, granted: bool
) -> None:
    office.use(desk_of(urgent=setting))
    ticket = await office.open()
    outcome = await office.do(DeclareUrgent(ticket=ticket, why=WHY), who)
    assert outcome.message is not None
    assert (await office.ticket(ticket)).priority is priority
    assert [m.text for m in await office.messages(ticket)] == [WHY]
    events = await office.events(ticket)
    assert events[1] == MessagePosted(ticket=ticket, message=outcome.message, kind=MessageKind.REPLY)
    assert UrgencyDeclared(ticket=ticket, message=outcome.message, granted=granted) in events
    assert (PriorityChanged(ticket=ticket, before=Priority.NORMAL, after=Priority.URGENT) in events) is granted


async def test_a_requester_declares_nothing_where_the_desk_denies_it(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.DENY))
    ticket = await office.open()
    with pytest.raises(NotAllowed, match="You may not declare this urgent: the support staff can"):
        await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")


async def test_urgency_wants_a_reason_and_a_live_ticket_that_is_not_urgent_yet(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match="Why it is urgent is empty"):
        await office.do(DeclareUrgent(ticket=ticket, why=Text()), "sam")
    await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    with pytest.raises(AlreadySo, match="it is urgent already"):
        await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    other = await office.open()
    await office.do(CloseTicket(ticket=other), "sam")
    with pytest.raises(Refusal, match="is closed, so it cannot take anything new"):
        await office.do(DeclareUrgent(ticket=other, why=WHY), "sam")


async def test_a_requesters_urgency_ends_the_waiting_for_them(office: Office) -> None:
    ticket = await office.open()
    for status in (Status.IN_PROGRESS, Status.WAITING):
        await office.do(SetStatus(ticket=ticket, status=status), "asha")
    await office.do(DeclareUrgent(ticket=ticket, why=WHY), "sam")
    found = await office.ticket(ticket)
    assert (found.status, found.priority) == (Status.IN_PROGRESS, Priority.URGENT)


# --- words and tags --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "title", "description"),
    [
        ({"title": " New\n title "}, True, False),
        ({"description": WHY}, False, True),
        ({"title": "New title", "description": WHY}, True, True),
    ],
)
async def test_an_edited_ticket_says_what_was_changed(
    office: Office, given: dict[str, object], title: bool, description: bool
) -> None:
    ticket = await office.open()
    await office.do(EditTicket(ticket=ticket, **given), "sam")
    found = await office.ticket(ticket)
    assert found.title == ("New title" if title else "My grade is missing")
    assert found.description == (WHY if description else Text.of("It was there."))
    assert (await office.events(ticket))[-1] == TicketEdited(ticket=ticket, title=title, description=description)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({}, "T-1: say what to change, a title or a description."),
        ({"title": ""}, "The title is empty: please write something there."),
        ({"title": "x" * 201}, "The title has 201 characters, and 200 is the most. Please shorten it."),
        ({"description": Text()}, "The description is empty: please write something there."),
        ({"title": "My grade is missing"}, "T-1: it says just that already."),
    ],
)
async def test_a_wrong_edit_is_refused(office: Office, given: dict[str, object], sentence: str) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal) as refused:
        await office.do(EditTicket(ticket=ticket, **given), "sam")
    assert str(refused.value) == sentence


async def test_a_requester_edits_until_the_resolution_and_staff_after_it_too(office: Office) -> None:
    ticket = await office.open()
    await office.do(ResolveTicket(ticket=ticket), "asha")
    with pytest.raises(NotAllowed, match="You may not edit this ticket now"):
        await office.do(EditTicket(ticket=ticket, title="Late"), "sam")
    with pytest.raises(NotAllowed):
        await office.do(ChangeTags(ticket=ticket, add=("late",)), "sam")
    await office.do(EditTicket(ticket=ticket, title="Grade missing in CS1"), "asha")


async def test_tags_are_added_and_removed_in_one_form(office: Office) -> None:
    ticket = await office.open(tags=("exam", "late"))
    await office.do(ChangeTags(ticket=ticket, add=("#Grades", "exam"), remove=("LATE", "never")), "asha")
    assert (await office.ticket(ticket)).tags == ("exam", "grades")
    assert (await office.events(ticket))[-1] == TagsChanged(ticket=ticket, added=1, removed=1)
    with pytest.raises(AlreadySo, match="its tags are just those already"):
        await office.do(ChangeTags(ticket=ticket, add=("exam",), remove=("late",)), "asha")
    with pytest.raises(Refusal, match="Tags: 12 are too many"):
        await office.do(ChangeTags(ticket=ticket, add=tuple(f"t{n}" for n in range(10))), "asha")


# --- visibility ------------------------------------------------------------------------------------------------------


async def test_a_ticket_is_made_public_after_its_preview_and_private_again(office: Office) -> None:
    ticket = await office.open()
    with pytest.raises(Refusal, match="look first at what everybody would read, and then confirm it"):
        await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC), "sam")
    with pytest.raises(Refusal, match="There is no ticket"):
        await office.view(ticket, "kim")
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), "sam")
    assert (await office.view(ticket, "kim")).ticket.id == ticket
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PRIVATE), "sam")
    with pytest.raises(Refusal, match="There is no ticket"):
        await office.view(ticket, "kim")
    public, private = Visibility.PUBLIC, Visibility.PRIVATE
    assert (await office.events(ticket))[1:] == [
        VisibilityChanged(ticket=ticket, before=private, after=public),
        VisibilityChanged(ticket=ticket, before=public, after=private),
    ]


@pytest.mark.parametrize("visibility", Visibility)
async def test_the_same_visibility_again_is_refused(office: Office, visibility: Visibility) -> None:
    ticket = await office.open(category="forum" if visibility is Visibility.PUBLIC else "exams")
    with pytest.raises(AlreadySo, match=f"it is {visibility} already"):
        await office.do(SetVisibility(ticket=ticket, visibility=visibility, previewed=True), "sam")


@pytest.mark.parametrize("who", ["sam", "wen"])
async def test_a_sensitive_ticket_is_never_made_public(office: Office, who: str) -> None:
    ticket = await office.open(category="welfare")
    for previewed in (False, True):
        with pytest.raises(Refusal, match="is in a sensitive category: it can never be made public"):
            await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=previewed), who)


@pytest.mark.parametrize("joined", ["follower", "participant"])
async def test_a_requester_makes_private_only_while_nobody_joined(office: Office, joined: str) -> None:
    ticket = await office.open(category="forum")
    if joined == "follower":
        await office.do(FollowTicket(ticket=ticket), "kim")
    else:
        await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    with pytest.raises(NotAllowed, match="You may not make this ticket private again"):
        await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PRIVATE), "sam")
    await office.do(SetVisibility(ticket=ticket, visibility=Visibility.PRIVATE), "asha")


@pytest.mark.parametrize(("who", "allowed"), [("asha", True), ("pia", False), ("lee", True), ("ada", True)])
async def test_of_the_agents_the_teams_own_make_public(office: Office, who: str, allowed: bool) -> None:
    ticket = await office.open()
    command = SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True)
    if allowed:
        await office.do(command, who)
    else:
        with pytest.raises(NotAllowed):
            await office.do(command, who)
