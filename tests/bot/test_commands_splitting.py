"""/staff split: by numbers that are typed, and by a form of the newest messages."""

import pytest

from core.actions import Press, Submit, encode_press, encode_submit
from core.cards.card import InputKind
from core.commands import MergeTicket, UndoMessage
from core.errors import MergedAway, NoSuchTicket, NotAllowed
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.splitting import NotAmongThem, NothingToSplit, WhichMessages
from tests.fakes.front import Front, asked, shown


async def said_in(front: Front, words: str = "abc", who: str = "sam") -> TicketId:
    ticket = await front.office.open(who)
    for each in words:
        await front.office.say(ticket, who, each)
    return ticket


async def words_in(front: Front, ticket: TicketId) -> list[str]:
    return [message.text.plain() for message in await front.office.messages(ticket)]


@pytest.mark.parametrize(
    ("messages", "moved"),
    [
        ("1", ["c"]),
        ("2", ["b", "c"]),
        ("3", ["a", "b", "c"]),
        ("#1", ["a"]),
        ("#1,#3", ["a", "c"]),
        ("#2-#3", ["b", "c"]),
        ("#2-3,#2", ["b", "c"]),
    ],
)
async def test_the_newest_messages_or_those_of_these_numbers_are_split_off(
    front: Front, messages: str, moved: list[str]
) -> None:
    await said_in(front)
    reply = await front.type("asha", f"/staff split T-1 {messages} Another matter")
    assert (shown(reply).title, shown(reply).subtitle) == ("T-2 is a ticket of its own now", "Another matter")
    assert reply.ticket is not None
    assert await words_in(front, reply.ticket) == moved


@pytest.mark.parametrize(
    ("messages", "said"),
    [
        ("99", "99"),
        ("4", "4"),
        ("0", "0"),
        ("999999999999999", "999999999999999"),
        ("#9", "#9"),
        ("#1,#9", "#9"),
        ("#2-#9", "#9"),
        ("#4", "#4"),
        ("#3-#2", "#3-#2"),
    ],
)
async def test_a_number_that_is_none_of_the_threads_is_refused_and_those_that_are_named(
    front: Front, messages: str, said: str
) -> None:
    ticket = await said_in(front)
    await said_in(front, "d", "kim")
    before = await front.office.everything()
    with pytest.raises(NotAmongThem) as refused:
        await front.type("asha", f"/staff split T-1 {messages} Another matter")
    assert str(refused.value) == (
        f"T-1: {said} is none of its messages. Say a number from 1 to 3 for the newest ones, or their own numbers, "
        "which go from #1 to #3."
    )
    assert await front.office.everything() == before
    assert await words_in(front, ticket) == ["a", "b", "c"]


@pytest.mark.parametrize("messages", ["all", "#1,2", "#", "-1", "1.5", "٣"])
async def test_what_is_no_number_is_refused(front: Front, messages: str) -> None:
    await said_in(front)
    with pytest.raises(WhichMessages):
        await front.type("asha", f"/staff split T-1 {messages} Another matter")


async def test_a_ticket_without_messages_and_one_that_was_merged_have_none_to_choose(front: Front) -> None:
    office = front.office
    ticket, other = await office.open(), await said_in(front)
    with pytest.raises(NothingToSplit):
        await front.type("asha", "/staff split T-1")
    await office.say(ticket, "sam", "Oops")
    await office.do(UndoMessage(ticket=ticket), "sam")
    with pytest.raises(NothingToSplit):
        await front.type("asha", "/staff split T-1 1 Another matter")
    await office.do(MergeTicket(ticket=other, into=ticket), "asha")
    with pytest.raises(MergedAway):
        await front.type("asha", "/staff split T-2")


async def test_without_numbers_a_form_shows_the_newest_messages_to_choose_among(front: Front) -> None:
    ticket = await said_in(front)
    await front.office.say(ticket, "asha", "x" * 500, MessageKind.NOTE)
    typed = asked(await front.type("asha", "/staff split", ticket))
    pressed = asked(await front.press("asha", Press("staff", "split", ticket)))
    assert typed == pressed
    messages, title = typed.inputs
    assert (messages.kind, title.kind, typed.title) == (InputKind.CHOICES, InputKind.LINE, "Split T-1")
    assert [choice.value for choice in messages.choices] == ["#4", "#3", "#2", "#1"]
    labels = [choice.label for choice in messages.choices]
    assert labels[1] == "Sam Student, just now: c"
    assert labels[0].startswith("Asha Agent (note), just now: xxx") and len(labels[0]) < 200


async def test_what_was_typed_already_stands_in_the_form(front: Front) -> None:
    await said_in(front)
    form = asked(await front.type("asha", "/staff split T-1 2"))
    assert [(entry.key, entry.value) for entry in form.inputs] == [("messages", "#2,#3"), ("title", "")]
    form = asked(await front.type("asha", '/staff split T-1 title:"Another matter"'))
    assert [(entry.key, entry.value) for entry in form.inputs] == [("messages", ""), ("title", "Another matter")]


async def test_of_many_messages_the_hundred_newest_can_be_chosen(front: Front) -> None:
    ticket = await said_in(front, "a" * 103)
    form = asked(await front.type("asha", "/staff split", ticket))
    values = [choice.value for choice in form.inputs[0].choices]
    assert (len(values), values[0], values[-1]) == (100, "#103", "#4")
    with pytest.raises(NotAmongThem, match="a number from 1 to 100 for"):
        await front.type("asha", "/staff split T-1 101 Another matter")


async def test_what_is_ticked_moves(front: Front) -> None:
    ticket = await said_in(front)
    form = asked(await front.type("asha", "/staff split", ticket))
    reply = await front.submit("asha", form.action, messages="#3,#1", title="Another matter")
    assert reply.ticket is not None
    assert await words_in(front, reply.ticket) == ["a", "c"]


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"messages": "", "title": "Another"}, "choose the messages"),
        ({"messages": "#1", "title": ""}, "title"),
        ({"messages": "#1,#4", "title": "Another"}, "#4 is none of its messages"),
        ({"messages": "#1,#999", "title": "Another"}, "#999 is none of its messages"),
        ({"messages": "'; drop", "title": "Another"}, "Say which messages"),
    ],
)
async def test_a_form_with_a_forged_or_a_missing_choice_is_shown_again_and_moves_nothing(
    front: Front, values: dict[str, str], problem: str
) -> None:
    ticket = await said_in(front)
    theirs = await said_in(front, "d", "kim")
    before = await front.office.everything()
    form = asked(await front.submit("asha", encode_submit(Submit("staff", "split", ticket=ticket)), **values))
    assert problem.casefold() in form.problem.casefold()
    assert {entry.key: entry.value for entry in form.inputs} == values
    assert await front.office.everything() == before
    assert await words_in(front, theirs) == ["d"]


async def test_a_message_that_moved_while_the_form_was_open_is_refused(front: Front) -> None:
    ticket = await said_in(front)
    form = asked(await front.type("asha", "/staff split", ticket))
    await front.type("abe", "/staff split T-1 #3 Mine")
    again = asked(await front.submit("asha", form.action, messages="#3", title="Another matter"))
    assert "#3 is none of its messages" in again.problem
    assert [choice.value for choice in again.inputs[0].choices] == ["#2", "#1"]


@pytest.mark.parametrize("who", ["sam", "kim"])
async def test_a_student_is_shown_no_message_to_choose(front: Front, who: str) -> None:
    ticket = await said_in(front, "ZEBRA"[:1])
    press, submit = Press("staff", "split", ticket), encode_submit(Submit("staff", "split", ticket=ticket))
    for attempt in (
        front.type(who, "/staff split T-1"),
        front.type(who, "/staff split T-1 99 Mine"),
        front.press(who, press),
        front.submit(who, submit, messages="#1", title="Mine"),
    ):
        with pytest.raises((NotAllowed, NoSuchTicket)) as refused:
            await attempt
        assert "#1" not in str(refused.value)


async def test_an_agent_who_asked_in_a_sensitive_ticket_is_shown_no_note_of_it(front: Front) -> None:
    office = front.office
    ticket = await office.open("asha", category="welfare")
    await office.say(ticket, "wen", "ZEBRA", MessageKind.NOTE)
    for line in ("/staff split T-1", "/staff split T-1 99 Mine", "/staff split T-1 #77 Mine"):
        with pytest.raises((NotAllowed, NoSuchTicket)):
            await front.type("asha", line)
    with pytest.raises(NoSuchTicket):
        await front.type("abe", "/staff split T-1")
    assert "ZEBRA" in str(await front.type("wen", "/staff split T-1"))


async def test_the_same_form_sent_twice_is_answered_as_the_first_time(front: Front) -> None:
    ticket = await said_in(front)
    actor = front.office.actor("asha", inbound="once")
    action = encode_submit(Submit("staff", "split", ticket=ticket))
    values = {"messages": "#3", "title": "Another matter"}
    first, second = [await front.desk.submit(action, values, None, actor) for _ in range(2)]
    assert (first.ticket, shown(first).title) == (second.ticket, shown(second).title)
    assert await words_in(front, ticket) == ["a", "b"]


@pytest.mark.parametrize(
    ("given", "looks"),
    [({}, True), ({"messages": "2"}, True), ({"title": "It"}, True), ({"messages": "2", "title": "It"}, False)],
)
async def test_a_look_up_gives_the_form_and_never_splits(front: Front, given: dict[str, str], looks: bool) -> None:
    ticket = await said_in(front)
    command = front.desk.vocabulary.find("staff", "split")
    assert command is not None
    before = await front.office.everything()
    form = await front.desk.look_up(command, given, front.office.actor("asha"), ticket)
    assert (form is not None) is looks
    assert await front.office.everything() == before
    reader = front.desk.reader("en")
    assert front.desk.form_of(command, given, reader, ticket) is None
    assert front.desk.form_at(encode_press(Press("staff", "split", ticket)), reader) is None
