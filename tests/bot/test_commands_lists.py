"""/ticket list and /queue: what narrows them, who is shown what, and the piece that says why."""

import pytest

from bot.indexer import Indexer
from core.cards.card import Card
from core.commands import ChangeTags, ClaimTicket, FollowTicket, ResolveTicket, SetPriority, SetVisibility
from core.errors import BadInput, NotAllowed
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.model.ticket import Priority, Visibility
from core.text import Text
from tests.fakes.front import Front, shown


async def furnished(front: Front) -> None:
    """T-1 is Sam's about exams, T-2 Kim's about the login, T-3 Kim's for everybody and followed by Sam and Asha, T-4 of
    Sam's sensitive, T-5 Sam's and resolved."""
    office = front.office
    await office.open("sam", title="Grade of the exam", description=Text.of("My marks are gone."))
    await office.open("kim", title="Cannot log in", category="login", answers={}, priority=Priority.URGENT)
    await office.open("kim", title="Quiz marks", category="forum", answers={})
    await office.open("sam", title="Marks make me sad", category="welfare", answers={})
    await office.open("sam", title="Marks of last term")
    await office.do(ChangeTags(ticket=TicketId(1), add=("late", "may-term"), remove=()), "asha")
    await office.do(ChangeTags(ticket=TicketId(3), add=("quiz",), remove=()), "asha")
    await office.do(SetPriority(ticket=TicketId(1), priority=Priority.HIGH), "asha")
    await office.do(ClaimTicket(ticket=TicketId(1)), "asha")
    await office.do(ResolveTicket(ticket=TicketId(5), answer=Text.of("There they are.")), "asha")
    for who in ("sam", "asha"):
        await office.do(FollowTicket(ticket=TicketId(3)), who)
    await Indexer(store=office.store, clock=office.clock, owner="one").drain()


def refs(card: Card) -> list[str]:
    return [row.ref or "" for row in card.rows]


LISTED = [
    ("sam", "", "My tickets", "", ["T-5", "T-4", "T-3", "T-1"]),
    ("sam", "live", "My tickets", "open, any", ["T-4", "T-3", "T-1"]),
    ("sam", "priority:high", "My tickets", "high", ["T-1"]),
    ("sam", "priority:urgent", "My tickets", "urgent", []),
    ("sam", "category:exams", "My tickets", "Exams and grades", ["T-5", "T-1"]),
    ("sam", "tags:late,quiz", "My tickets", "#late · #quiz", ["T-3", "T-1"]),
    ("sam", "tags:#Late", "My tickets", "#late", ["T-1"]),
    ("sam", "among:mine", "My tickets", "", ["T-5", "T-4", "T-3", "T-1"]),
    ("sam", "among:followed", "Tickets that I follow", "", ["T-3"]),
    ("sam", "among:public", "Public tickets", "", ["T-3"]),
    ("kim", "among:all", "All tickets that I may see", "", ["T-3", "T-2"]),
    ("sam", "marks", "Tickets with “marks”", "", ["T-3", "T-5", "T-4", "T-1"]),
    ("sam", "marks order:newest", "Tickets with “marks”", "", ["T-5", "T-4", "T-3", "T-1"]),
    ("sam", "followers marks", "Tickets with “marks”", "", ["T-3", "T-5", "T-4", "T-1"]),
    ("sam", "marks among:followed", "Tickets with “marks”", "followed", ["T-3"]),
    ("sam", "resolved marks", "Tickets with “marks”", "resolved", ["T-5"]),
    ("sam", "marks status:resolved category:exams", "Tickets with “marks”", "resolved · Exams and grades", ["T-5"]),
    ("kim", "marks", "Tickets with “marks”", "", ["T-3"]),
    ("kim", "among:all category:welfare", "All tickets that I may see", "Wellbeing", []),
    ("kim", "among:all tags:late", "All tickets that I may see", "#late", []),
    ("asha", "among:all category:welfare", "All tickets that I may see", "Wellbeing", []),
    ("asha", "marks priority:high", "Tickets with “marks”", "high", ["T-1"]),
]


@pytest.mark.parametrize(("who", "given", "title", "narrowed", "found"), LISTED)
async def test_a_list_is_narrowed_within_what_its_reader_may_see(
    front: Front, who: str, given: str, title: str, narrowed: str, found: list[str]
) -> None:
    await furnished(front)
    card = shown(await front.type(who, f"/ticket list {given}"))
    assert (card.title, card.subtitle, refs(card)) == (title, narrowed, found)
    assert card.body.plain() == ("" if found else "Nothing here.")


QUEUED = [
    ("asha", "", "", ["T-1", "T-3"]),
    ("asha", "platform", "", ["T-2"]),
    ("asha", "order:newest", "", ["T-3", "T-1"]),
    ("asha", "priority:high", "high", ["T-1"]),
    ("asha", "priority:urgent", "urgent", []),
    ("asha", "category:forum", "Course forum", ["T-3"]),
    ("asha", "tags:quiz", "#quiz", ["T-3"]),
    ("asha", "status:resolved", "resolved", ["T-5"]),
    ("asha", "status:live", "open, any", ["T-1", "T-3"]),
    ("asha", "among:mine", "mine", ["T-1"]),
    ("asha", "among:unassigned", "unassigned", ["T-3"]),
    ("asha", "platform among:unassigned", "unassigned", ["T-2"]),
    ("asha", "among:followed", "followed", ["T-3"]),
    ("asha", "marks", "", ["T-1", "T-3"]),
    ("asha", "marks order:best", "", ["T-3", "T-1"]),
    ("asha", "marks among:mine", "mine", ["T-1"]),
    ("asha", "category:welfare", "Wellbeing", []),
    ("wen", "category:welfare", "Wellbeing", ["T-4"]),
    ("ada", "", "", ["T-2", "T-1", "T-3"]),
]


@pytest.mark.parametrize(("who", "given", "narrowed", "found"), QUEUED)
async def test_the_queue_is_narrowed_within_what_its_reader_may_see(
    front: Front, who: str, given: str, narrowed: str, found: list[str]
) -> None:
    await furnished(front)
    card = shown(await front.type(who, f"/queue {given}"))
    assert (card.subtitle, refs(card)) == (narrowed, found)


async def test_what_i_have_of_another_teams_is_mine_in_the_queue_too(front: Front) -> None:
    await furnished(front)
    await front.office.do(ClaimTicket(ticket=TicketId(2)), "asha")
    assert refs(shown(await front.type("asha", "/queue among:mine"))) == ["T-2", "T-1"]


WRONG = [
    ("/ticket list priority:huge", "priority: “huge” is not one of low, normal, high, urgent"),
    ("/ticket list status:gone", "status: “gone” is not one of live, open,"),
    ("/ticket list among:yours", "among: “yours” is not one of mine, followed, public, all"),
    ("/ticket list among:unassigned", "among: “unassigned” is not one of mine, followed, public, all"),
    ("/ticket list category:sports", "category: “sports” is not one of exams,"),
    ("/ticket list order:upward", "order: “upward” is not one of best, newest, followers"),
    ("/ticket list tags:a grade tags:b", "tags: this is given twice"),
    ("/ticket list tags:#,!", "Tags is empty"),
    (f"/ticket list tags:{'x' * 31}", "A tag has 31 characters, and 30 is the most"),
    (f"/ticket list tags:{','.join('abcdefghijk')}", "Tags: 11 are too many, 10 is the most"),
    (f"/ticket list {'word ' * 13}", "words: 13 are too many, 12 is the most"),
    ("/queue among:public", "among: “public” is not one of mine, unassigned, followed"),
    ("/queue tags:!", "Tags is empty"),
    (f"/queue {'word ' * 13}", "words: 13 are too many, 12 is the most"),
]


@pytest.mark.parametrize(("line", "sentence"), WRONG)
async def test_a_filter_that_cannot_be_is_refused_in_a_sentence(front: Front, line: str, sentence: str) -> None:
    with pytest.raises(BadInput) as refused:
        await front.type("asha", line)
    assert refused.value.sentence().startswith(sentence)


@pytest.mark.parametrize("given", ["", " among:mine", " status:resolved grade", " tags:late"])
async def test_a_student_reads_no_queue_however_it_is_narrowed(front: Front, given: str) -> None:
    await furnished(front)
    with pytest.raises(NotAllowed):
        await front.type("sam", f"/queue{given}")


def found(card: Card) -> list[str]:
    pieces = [row.snippet.pieces if row.snippet is not None else () for row in card.rows]
    return ["".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in several) for several in pieces]


@pytest.mark.parametrize(("who", "line"), [("sam", "/ticket list grade marks"), ("asha", "/queue grade marks")])
async def test_each_row_says_where_the_words_stand(front: Front, who: str, line: str) -> None:
    await furnished(front)
    assert found(shown(await front.type(who, line))) == ["My [marks] are gone."]
    assert found(shown(await front.type(who, line.replace(" grade marks", ""))))[0] == ""


async def test_words_of_a_note_are_shown_to_the_staff_as_a_notes_and_to_no_student(front: Front) -> None:
    ticket = await front.office.open("sam", title="Grade")
    await front.office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), "asha")
    await front.office.say(ticket, "asha", "He is a known liar", MessageKind.NOTE)
    await Indexer(store=front.office.store, clock=front.office.clock, owner="one").drain()
    for line in ("/ticket list liar", "/queue liar"):
        card = shown(await front.type("asha", line))
        assert found(card) == ["He is a known [liar]"]
        assert card.rows[0].detail.endswith(" · found in a note")
    for who in ("sam", "kim"):
        card = shown(await front.type(who, "/ticket list liar among:all"))
        assert refs(card) == []
        assert "known" not in repr(card)


async def test_a_list_of_more_than_it_shows_says_so(front: Front) -> None:
    for _ in range(26):
        await front.office.open("kim", category="login", answers={})
    card = shown(await front.type("ada", "/ticket list among:all"))
    assert len(card.rows) == 25
    assert card.footer == "The first 25 of 26: more words or filters narrow it"
    assert shown(await front.type("ada", "/ticket list among:all priority:high")).footer == ""
