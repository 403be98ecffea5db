import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.web.render import (
    card_json,
    command_json,
    entry_json,
    file_json,
    form_json,
    notice_json,
    reply_json,
    summary_json,
    thread_json,
)
from core.cards.card import (
    Button,
    ButtonStyle,
    Card,
    Choice,
    Field,
    Form,
    Input,
    InputKind,
    Row,
    Step,
    StepState,
    Tone,
    When,
)
from core.composing import reader_of
from core.model.ids import EventId, FileId, MessageId, PersonId, TicketId
from core.model.people import Platform
from core.model.thread import File, Message, MessageKind
from core.model.ticket import Status, Ticket
from core.policy import Action
from core.text import Text
from core.vocabulary import Choice as Offered
from core.vocabulary import (
    Entry,
    LastWords,
    Notice,
    Parameter,
    ParameterKind,
    Reactions,
    Reply,
    SlashCommand,
    Summary,
    ThreadView,
    Vocabulary,
)
from tests.fakes.web_desk import desk_of

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "api.md").read_text()
AT = datetime(2026, 3, 2, 9, 0, 0, 123456, tzinfo=UTC)
ME = PersonId(1)
DESK = desk_of()
READER = reader_of(None, DESK, AT)

BUTTON = Button(label="Go", action="1.ticket.claim.1", style=ButtonStyle.PRIMARY)
CARD = Card(
    title="<b>Title</b>",
    body=Text.of("Words"),
    subtitle="T-1",
    tone=Tone.URGENT,
    fields=(Field("Status", "Open", "status"), Field("Opened", AT)),
    progress=(Step("Opened", StepState.DONE),),
    rows=(Row(title="T-1", detail="open", url="http://x", ref="T-1", buttons=(BUTTON,)),),
    buttons=(BUTTON,),
    footer="Read by the staff",
    url="http://x",
)
FORM = Form(
    action="1!ticket!open!t!-",
    title="Open",
    submit="Send",
    intro="Hello",
    problem="Wrong",
    inputs=(
        Input(
            key="a",
            label="A",
            kind=InputKind.CHOICE,
            required=True,
            choices=(Choice("x", "X"),),
            max_length=3,
            when=When("b", "c"),
        ),
    ),
)
FILE = File(id=FileId(5), owner=ME, name="a.png", media_type="image/png", size=10, width=3, height=2, sha256="", at=AT)
TICKET = Ticket(
    id=TicketId(1),
    key="k",
    title="<i>",
    description=Text.of("x"),
    category="exams",
    status=Status.IN_PROGRESS,
    requester=ME,
    team="academics",
    door=Platform.WEB,
    opened_at=AT,
    updated_at=AT,
)
THUMBS = Reactions("👍", ("Asha", "<b>Sam</b>"), (ME, PersonId(8)))
LAST = LastWords(who="Sam", person=PersonId(8), text="<b>Hi</b>", at=AT, kind=MessageKind.REPLY)
SUMMARY = Summary(ticket=TICKET, requester="Asha", assignee=None, changed_at=AT, unread=2, last=LAST)


def entry(**changes) -> Entry:
    return Entry(**{"event": EventId(9), "at": AT, "who": "Asha", "person": ME, "by_staff": False, **changes})


def message(**changes) -> Message:
    parts = {"author": ME, "kind": MessageKind.REPLY, "text": Text.of("Hi"), "at": AT}
    return Message(id=MessageId(3), ticket=TicketId(1), **{**parts, **changes})


def named_in(line_start: str) -> set[str]:
    """The field names that the page of the API gives for a shape."""
    line = next(line for line in PAGE.splitlines() if line.startswith(line_start))
    return set(re.findall(r'"(\w+)"', line))


def keys_of(value) -> set[str]:
    match value:
        case dict():
            return set(value).union(*(keys_of(inner) for inner in value.values()))
        case list():
            return set().union(*(keys_of(inner) for inner in value))
        case _:
            return set()


def without_text(value):
    """A text's own shape is described in a line of its own."""
    match value:
        case dict() if "blocks" in value:
            return None
        case dict():
            return {name: without_text(inner) for name, inner in value.items()}
        case list():
            return [without_text(inner) for inner in value]
        case _:
            return value


@pytest.mark.parametrize(
    ("line", "value", "others"),
    [
        ("`<card>`", card_json(CARD), set()),
        ("`<form>`", form_json(FORM), set()),
        ("`<entry>`", {**entry_json(entry(message=message(), reactions=(THUMBS,)), ME), "files": []}, set()),
        ("`<reply>`", {**reply_json(Reply(ticket=TicketId(1))), "card": None, "form": None}, set()),
        ("| `GET /api/threads?view", summary_json(SUMMARY, DESK, READER, ME), set()),
        ("| `POST /api/files`", file_json(FILE), {"file"}),
        ("| `GET /api/notices`", {**notice_json(Notice(id=1, at=AT, card=CARD)), "card": None}, set()),
    ],
)
def test_a_shape_has_the_fields_that_the_page_of_the_api_names(line, value, others):
    assert keys_of(without_text(value)) | others == named_in(line) | others


def test_a_thread_has_the_fields_that_the_page_of_the_api_names():
    view = ThreadView(
        ticket=TICKET,
        card=CARD,
        files=(FILE,),
        entries=(entry(),),
        cursor=EventId(9),
        may_reply=True,
        may_note=False,
        summary=SUMMARY,
    )
    value = thread_json(view, DESK, READER, ME)
    assert set(value) == named_in("| `GET /api/threads/{ref}")
    assert value["ticket"] == summary_json(SUMMARY, DESK, READER, ME)
    assert (value["first"], value["read_to"]) == (9, 0)


def test_the_last_words_of_a_list_are_words_even_where_only_a_file_was_sent():
    assert summary_json(SUMMARY, DESK, READER, ME)["last"] == {
        "who": "Sam",
        "mine": False,
        "text": "<b>Hi</b>",
        "at": "2026-03-02T09:00:00Z",
        "kind": "reply",
    }
    sent = replace(SUMMARY, last=replace(LAST, text="", files=1))
    assert summary_json(sent, DESK, READER, ME)["last"]["text"] == "sent a file"
    assert summary_json(SUMMARY, DESK, READER, LAST.person)["last"]["mine"]


def test_a_command_has_the_fields_that_the_page_of_the_api_names():
    parameter = Parameter(name="team", kind=ParameterKind.TEAM, help="Which")
    command = SlashCommand(noun="queue", verb="", help="What waits", action=Action.CLAIM, parameters=(parameter,))
    vocabulary = Vocabulary((command,), {ParameterKind.TEAM: (Offered("academics", "Academics"),)})
    value = command_json(command, vocabulary)
    assert keys_of(value) <= named_in("| `GET /api/me`")
    assert (value["name"], value["usage"]) == ("/queue", "/queue <team>")
    assert value["parameters"][0]["choices"] == [{"value": "academics", "label": "Academics"}]


def test_times_are_utc_without_parts_of_a_second():
    assert card_json(CARD)["fields"][1] == {"label": "Opened", "at": "2026-03-02T09:00:00Z"}


def test_words_are_handed_over_as_they_are_and_escaped_by_the_page():
    assert card_json(CARD)["title"] == "<b>Title</b>"


def test_labels_are_for_people():
    value = summary_json(SUMMARY, DESK, READER, ME)
    assert (value["status"], value["status_label"]) == ("in_progress", "In progress")
    assert (value["category_label"], value["team_label"]) == ("Exams and grades", "Academics")


@pytest.mark.parametrize(
    ("shown", "kind", "has_text"),
    [
        (entry(line="Asha claimed it"), "line", False),
        (entry(message=message()), "reply", True),
        (entry(message=message(kind=MessageKind.NOTE)), "note", True),
        (entry(message=message(text=Text(), undone_at=AT)), "undone", False),
        (entry(line="taken back", about=3), "undone", False),
        (entry(message=message(), about=3), "changed", True),
        (entry(message=message(kind=MessageKind.NOTE), about=3), "changed", True),
        (entry(message=message(text=Text(), undone_at=AT), about=3), "undone", False),
    ],
)
def test_an_entry_says_what_it_is(shown, kind, has_text):
    value = entry_json(shown, ME)
    assert value["kind"] == kind
    assert (value["text"] is not None) is has_text
    assert value["mine"]


def test_the_files_of_what_was_taken_back_are_not_shown():
    taken_back = entry(message=message(text=Text(), undone_at=AT), files=(FILE,))
    assert entry_json(taken_back, ME)["files"] == []


def test_a_message_bears_its_edit_and_what_was_set_under_it_word_for_word():
    value = entry_json(entry(message=message(edited_at=AT), reactions=(THUMBS,)), ME)
    assert value["edited_at"] == "2026-03-02T09:00:00Z"
    assert value["reactions"] == [{"emoji": "👍", "count": 2, "people": ["Asha", "<b>Sam</b>"], "mine": True}]


def test_what_was_taken_back_bears_neither():
    taken_back = entry(message=message(text=Text(), undone_at=AT, edited_at=AT), reactions=(THUMBS,))
    value = entry_json(taken_back, ME)
    assert (value["edited_at"], value["reactions"]) == (None, [])


def test_a_change_names_its_message_and_is_none_itself():
    value = entry_json(entry(message=message(), about=3), ME)
    assert (value["message"], value["about"]) == (None, 3)
