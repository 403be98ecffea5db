"""Who hears of an event, and what of it: references and states for everybody, words only for those who read them."""

import json
from dataclasses import replace
from typing import Any

import pytest

from core.commands import (
    ClaimTicket,
    DisableEndpoint,
    GrantRole,
    LinkTickets,
    RegisterPerson,
    ResolveTicket,
    SplitTicket,
    UndoMessage,
)
from core.model.desk import Desk
from core.model.endpoint import Endpoint
from core.model.ids import TicketId
from core.model.outbox import Delivery, Intent, ToEndpoint
from core.model.people import Role
from core.model.relation import Relation
from core.model.thread import MessageKind
from core.ports import Parcel, Published
from core.publishing import MAX_BYTES, without_address
from core.scene import Skip
from core.text import Text
from tests.fakes.office import SYSTEM, Office, desk_of

PLAIN = Endpoint(key="plain")
READER = Endpoint(key="reader", with_text=True)
NOTES = Endpoint(key="notes", with_text=True, with_notes=True)
SECRETIVE = Endpoint(key="secretive", with_sensitive=True)
EXAMS = Endpoint(key="exams", categories=frozenset({"exams"}))
CLAIMS = Endpoint(key="claims", events=("ticket.claimed", "message.*"))
ALL = (PLAIN, READER, NOTES, SECRETIVE, EXAMS, CLAIMS)


def telling(*endpoints: Endpoint, **changes: Any) -> Desk:
    return desk_of(endpoints={endpoint.key: endpoint for endpoint in endpoints}, **changes)


async def posted(office: Office, *, newest: bool = False) -> list[Delivery]:
    found = [one for one in await office.owed() if isinstance(one.address, ToEndpoint)]
    return found[-1:] if newest else found


async def told(office: Office, delivery: Delivery) -> Published:
    parcel = await office.composed(delivery)
    assert isinstance(parcel, Parcel) and isinstance(parcel.content, Published), parcel
    return parcel.content


async def told_last(office: Office, endpoint: Endpoint, type_: str, *, of: TicketId | None = None) -> Published:
    """The newest of that type that the endpoint is owed; with ``of``, of that ticket."""
    for delivery in reversed(await posted(office)):
        if delivery.address == ToEndpoint(endpoint.key) and of in (None, delivery.ticket):
            content = await told(office, delivery)
            if content.type == type_:
                return content
    raise AssertionError(f"{endpoint.key} is not told of {type_}")


def words_in(content: Published) -> str:
    return json.dumps(content.data, ensure_ascii=False)


HEARD = [
    # the ticket's category, what happens, and who hears of it
    ("exams", "opened", {"plain", "reader", "notes", "secretive", "exams"}),
    ("exams", "claimed", {"plain", "reader", "notes", "secretive", "exams", "claims"}),
    ("login", "opened", {"plain", "reader", "notes", "secretive"}),
    ("login", "said", {"plain", "reader", "notes", "secretive", "claims"}),
    ("welfare", "opened", {"secretive"}),
    ("welfare", "said", {"secretive"}),
    (None, "registered", {"plain", "reader", "notes", "secretive"}),
]


@pytest.mark.parametrize(("category", "what", "heard"), HEARD)
async def test_who_hears_of_what(office: Office, category: str | None, what: str, heard: set[str]) -> None:
    form = {"category": category, "answers": {"course": "C"} if category == "exams" else {}}
    ticket = await office.open(**form) if category else TicketId(0)
    office.use(telling(*ALL))
    match what:
        case "opened":
            await office.open(**form)
        case "claimed":
            await office.do(ClaimTicket(ticket=ticket), "asha")
        case "said":
            await office.say(ticket, "sam", "Hello?")
        case _:
            await office.do(RegisterPerson(username="New", email="new@example.com", password_hash="x"), SYSTEM)
    told_to = {one.address.endpoint for one in await posted(office) if isinstance(one.address, ToEndpoint)}
    assert told_to == heard


async def test_each_endpoint_has_a_lane_of_its_own_and_hears_in_order(office: Office) -> None:
    office.use(telling(PLAIN, READER))
    ticket = await office.open()
    await office.do(ClaimTicket(ticket=ticket), "asha")
    owed = await posted(office)
    assert {one.address.lane for one in owed} == {"endpoint:plain", "endpoint:reader"}
    plain = [one for one in owed if one.address == ToEndpoint("plain")]
    assert [(await told(office, one)).type for one in plain] == [
        "ticket.opened",
        "ticket.claimed",
        "ticket.status_changed",
    ]
    assert {(one.intent, one.ticket) for one in owed} == {(Intent.EVENT, ticket)}


async def test_an_endpoint_that_is_switched_off_is_owed_nothing(office: Office) -> None:
    office.use(telling(PLAIN, READER))
    await office.do(DisableEndpoint(endpoint="plain", reason="Gone."), SYSTEM)
    before = len(await posted(office))
    await office.open()
    assert {one.address for one in (await posted(office))[before:]} == {ToEndpoint("reader")}


async def test_without_leave_no_word_that_anybody_typed_is_told(office: Office) -> None:
    office.use(telling(PLAIN))
    ticket = await office.open(title="PLANTED title", description=Text.of("PLANTED words"), tags=("planted",))
    await office.say(ticket, "sam", "PLANTED reply")
    await office.say(ticket, "asha", "PLANTED note", MessageKind.NOTE)
    await office.do(ResolveTicket(ticket=ticket, answer=Text.of("PLANTED answer")), "asha")
    for delivery in await posted(office):
        content = await told(office, delivery)
        assert "planted" not in words_in(content).casefold(), content.type
        assert "Sam Student" not in words_in(content)
        assert content.data["people"] == {}


async def test_a_reader_is_told_the_words_and_the_names(office: Office) -> None:
    office.use(telling(READER))
    ticket = await office.open(title="My grade", description=Text.of("It was there."), tags=("late",))
    await office.say(ticket, "asha", "It is there now.")
    data = (await told_last(office, READER, "message.posted")).data
    sam, asha = office.people["sam"], office.people["asha"]
    assert data["ticket"]["text"] == {
        "title": "My grade",
        "description": "It was there.",
        "tags": ["late"],
        "is_shortened": False,
    }
    assert data["message"]["text"] == {"words": "It is there now.", "files": [], "is_shortened": False}
    assert data["people"] == {str(sam): "Sam Student", str(asha): "Asha Agent"}
    assert (data["by"], data["door"], data["details"]["kind"]) == (asha, "web", "reply")


@pytest.mark.parametrize(("endpoint", "reads"), [(READER, False), (NOTES, True)])
async def test_the_words_of_a_note_are_told_only_where_notes_are_read(
    office: Office, endpoint: Endpoint, reads: bool
) -> None:
    office.use(telling(endpoint))
    ticket = await office.open()
    await office.say(ticket, "asha", "Between us: PLANTED", MessageKind.NOTE)
    content = await told_last(office, endpoint, "message.posted")
    assert content.data["message"]["kind"] == "note"
    assert ("PLANTED" in words_in(content)) is reads


async def test_reading_notes_without_text_reads_nothing(office: Office) -> None:
    endpoint = replace(PLAIN, with_notes=True)
    office.use(telling(endpoint))
    ticket = await office.open()
    await office.say(ticket, "asha", "PLANTED", MessageKind.NOTE)
    assert "PLANTED" not in words_in(await told_last(office, endpoint, "message.posted"))


async def test_the_words_are_those_of_the_moment_and_none_where_they_were_taken_back(office: Office) -> None:
    office.use(telling(READER))
    ticket = await office.open()
    message = await office.say(ticket, "sam", "PLANTED")
    await office.do(UndoMessage(ticket=ticket, message=message.id), "sam")
    content = await told_last(office, READER, "message.posted")
    assert (content.data["message"]["is_undone"], content.data["message"]["text"]) == (True, None)
    assert "PLANTED" not in words_in(content)


async def test_the_words_of_a_message_that_went_to_another_ticket_are_not_told_here(office: Office) -> None:
    office.use(telling(READER))
    ticket = await office.open()
    message = await office.say(ticket, "sam", "PLANTED")
    await office.do(SplitTicket(ticket=ticket, messages=(message.id,), title="Another"), "asha")
    for delivery in await posted(office):
        content = await told(office, delivery)
        if content.type == "message.posted" and content.data["ticket"]["ref"] == f"T-{ticket}":
            assert content.data["message"]["text"] is None


@pytest.mark.parametrize(("endpoint", "category", "is_named"), [(READER, "login", True), (EXAMS, "login", False)])
async def test_a_ticket_of_a_category_that_an_endpoint_does_not_hear_of_is_not_named_in_the_events_of_another(
    office: Office, endpoint: Endpoint, category: str, is_named: bool
) -> None:
    office.use(telling(READER, EXAMS))
    one, other = await office.open(), await office.open(category=category, answers={})
    await office.do(LinkTickets(ticket=one, other=other, relation=Relation.RELATES), "asha")
    content = await told_last(office, endpoint, "ticket.linked", of=one)
    assert content.data["details"]["other"] == (f"T-{other}" if is_named else None)
    assert (f"T-{other}" in words_in(content)) is is_named


@pytest.mark.parametrize(("endpoint", "is_named"), [(READER, False), (SECRETIVE, True)])
async def test_a_ticket_that_became_sensitive_is_not_named_in_the_events_of_another(
    office: Office, endpoint: Endpoint, is_named: bool
) -> None:
    office.use(telling(READER, SECRETIVE))
    one, other = await office.open(), await office.open(category="login", answers={})
    await office.do(LinkTickets(ticket=one, other=other, relation=Relation.RELATES), "asha")
    categories = office.desk.categories
    sensitive = {**categories, "login": replace(categories["login"], sensitive=True)}
    office.use(telling(READER, SECRETIVE, categories=sensitive))
    content = await told_last(office, endpoint, "ticket.linked", of=one)
    assert (f"T-{other}" in words_in(content)) is is_named


async def test_what_became_sensitive_or_left_bot_toml_meanwhile_is_told_no_more(office: Office) -> None:
    office.use(telling(PLAIN))
    await office.open()
    [delivery] = await posted(office)
    sensitive = {key: replace(one, sensitive=True) for key, one in office.desk.categories.items()}
    for desk in (telling(PLAIN, categories=sensitive), telling(PLAIN, categories={}), telling(READER)):
        office.use(desk)
        assert isinstance(await office.composed(delivery), Skip)


async def test_of_an_escalations_call_no_address_is_told(office: Office) -> None:
    assert [without_address(one) for one in ("space:leads", "email:dean@example.com", "lead")] == [
        "space:leads",
        "email",
        "lead",
    ]


@pytest.mark.parametrize("words", ["x" * 20_000, "\U0001f600" * 20_000, '"\\\n' * 6_600])
async def test_a_body_stays_small_and_says_that_it_was_shortened(office: Office, words: str) -> None:
    office.use(telling(READER))
    tags = tuple(f"{number}" * 30 for number in range(10))
    ticket = await office.open(title="\U0001f600" * 200, description=Text.of(words), tags=tags)
    await office.say(ticket, "sam", words)
    content = await told_last(office, READER, "message.posted")
    assert len(words_in(content).encode()) <= MAX_BYTES
    assert content.data["message"]["text"]["is_shortened"]
    assert content.data["ticket"]["text"]["is_shortened"]


async def test_an_admins_act_is_told_without_a_ticket(office: Office) -> None:
    office.use(telling(PLAIN))
    await office.do(GrantRole(person=office.people["kim"], role=Role.LEAD), "ada")
    content = await told_last(office, PLAIN, "person.role_granted")
    assert (content.data["ticket"], content.data["message"]) == (None, None)
    assert content.data["details"]["person"] == office.people["kim"]


async def test_a_desk_without_endpoints_owes_none(office: Office) -> None:
    await office.open()
    assert await posted(office) == []
