"""Search: the best first, with the words that say why, and never by a word that the person may not read."""

import asyncio
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.indexer import Indexer
from core.commands import ChangeTags, FollowTicket, PostMessage
from core.errors import NotAllowed
from core.model.people import Platform
from core.model.thread import MessageKind
from core.model.ticket import Status, Visibility
from core.searching import Searching, Wanted
from core.storage import Order
from core.text import Text
from core.vocabulary import Summary
from tests.fakes.office import Office, opened


async def index(office: Office) -> None:
    await Indexer(store=office.store, clock=office.clock, owner="one").drain()


async def search(office: Office, who: str, words: str = "", **more: Any) -> list[Summary]:
    await index(office)
    searching = Searching(office.store, office.desk, office.reading)
    found, total = await searching.find(Wanted(words=tuple(words.split()), **more), office.actor(who))
    assert total >= len(found)
    return list(found)


def ids(found: list[Summary]) -> list[int]:
    return [one.ticket.id for one in found]


def shown(one: Summary) -> str:
    pieces = one.snippet.pieces if one.snippet is not None else ()
    return "".join(f"[{piece.text}]" if piece.is_found else piece.text for piece in pieces)


async def note(office: Office, ticket: int, words: str, kind: MessageKind = MessageKind.NOTE) -> None:
    await office.do(PostMessage(ticket=ticket, kind=kind, text=Text.of(words)), "asha")


async def test_what_says_it_in_its_title_comes_before_what_only_mentions_it(office: Office) -> None:
    titled = await office.open(title="Proctoring software", description=Text.of("It stops."))
    mentions = await office.open(title="Exam", description=Text.of("There was a proctoring thing once."))
    found = await search(office, "asha", "proctoring")
    assert ids(found) == [titled, mentions]
    assert shown(found[1]) == "There was a [proctoring] thing once."
    assert ids(await search(office, "asha", "proctoring", order=Order.NEWEST)) == [mentions, titled]


async def test_a_snippet_marks_each_word_in_its_forms_and_shows_where_most_of_them_stand(office: Office) -> None:
    far = "Nothing to see here. " * 40
    await office.open(title="Exam", description=Text.of(f"{far}The printers in the Café were printing <b>nothing</b>."))
    [found] = await search(office, "asha", "printer cafe")
    assert "[printers] in the [Café] were [printing] <b>nothing</b>" in shown(found)
    assert len(shown(found)) < 200


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("stops", "It [stops]."),
        ("CS1", "Course code: [CS1]"),
        ("screenshot", "Please send a [screenshot]"),
        ("stops screenshot", "It [stops]."),
        ("late", ""),
        ("T-1", ""),
        ("known", "A [known] fault"),
        ("screenshot fault", "Please send a [screenshot]"),
    ],
)
async def test_a_snippet_holds_the_words_of_one_text_and_no_ref_or_tag(
    office: Office, words: str, expected: str
) -> None:
    ticket = await office.open(title="Exam", description=Text.of("It stops."))
    await office.do(ChangeTags(ticket=ticket, add=("late",), remove=()), "asha")
    await note(office, ticket, "Please send a screenshot", MessageKind.REPLY)
    await note(office, ticket, "A known fault")
    await note(office, ticket, "Nobody looks at it")
    [found] = await search(office, "asha", words)
    assert shown(found) == expected


async def test_words_of_a_note_find_it_for_the_staff_alone_and_are_marked_as_such(office: Office) -> None:
    ticket = await office.open("sam")
    await note(office, ticket, "He is a known liar")
    [found] = await search(office, "asha", "liar")
    assert found.snippet is not None
    assert found.snippet.of_notes
    assert await search(office, "sam", "liar") == []
    await note(office, ticket, "We look at it, no liar", MessageKind.REPLY)
    [found] = await search(office, "sam", "liar")
    assert "known" not in shown(found)


async def test_filters_narrow_what_words_find(office: Office) -> None:
    mine, public = await office.open("kim", title="Grades"), await office.open("sam", title="Grades", category="forum")
    await office.do(FollowTicket(ticket=public), "kim")
    assert ids(await search(office, "kim", "grades")) == [public, mine]
    assert ids(await search(office, "kim", "grades", followed=True)) == [public]
    assert ids(await search(office, "kim", "grades", public=True)) == [public]
    assert ids(await search(office, "kim", "grades", categories=frozenset({"exams"}))) == [mine]
    assert ids(await search(office, "kim", "grades", statuses=frozenset({Status.CLOSED}))) == []
    assert ids(await search(office, "kim", public=True)) == [public]
    assert ids(await search(office, "sam", "grades", mine=True)) == [public]
    assert ids(await search(office, "kim", "grades", order=Order.FOLLOWERS)) == [public, mine]


async def test_where_nothing_has_all_the_words_what_has_some_is_found(office: Office) -> None:
    ticket = await office.open(title="Proctoring")
    assert ids(await search(office, "asha", "proctoring unheard")) == [ticket]


WORDS = ("zebra", "lion", "giraffe", "apple", "pear")
worlds = st.lists(
    st.tuples(
        st.sampled_from(["sam", "kim"]),
        st.sampled_from(["exams", "login", "forum", "welfare"]),
        st.sampled_from(WORDS),
        st.sampled_from(WORDS),
        st.sampled_from(WORDS),
        st.booleans(),
    ),
    min_size=2,
    max_size=5,
)
"""Who asks, about what; a word in its title, one in its description, one in a note; whether it is public."""


async def _results(template: Path, world: Any, asker: str, words: str, *, looks_as: str) -> list[tuple[int, str]]:
    """What ``asker`` is shown, each ticket and its snippet, in order."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(template, Path(folder) / "desk.db") as office:
            for requester, category, title, body, noted, public in world:
                answers = {} if category != "exams" else {"course": "CS1"}
                ticket = await office.open(
                    requester, title=title, description=Text.of(body), category=category, answers=answers
                )
                await _publish(office, ticket, public and category != "welfare")
                await office.do(PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=Text.of(noted)), "wen")
            return [(one.ticket.id, shown(one)) for one in await search(office, looks_as, words)]


async def _publish(office: Office, ticket: int, public: bool) -> None:
    async with office.store.write() as work:
        found = await work.tickets.get(ticket)  # type: ignore[arg-type]  # a plain number
        assert found is not None
        visibility = Visibility.PUBLIC if public else Visibility.PRIVATE
        await work.tickets.save(replace(found, visibility=visibility))


def other_words(world: Any, asker: str) -> Any:
    """The same world, in which everything that ``asker`` may not read says something else."""
    changed = []
    for requester, category, title, body, _noted, public in world:
        seen = requester == asker or (public and category != "welfare")
        changed.append((requester, category, *((title, body) if seen else ("kiwi", "plum")), "quince", public))
    return changed


@settings(max_examples=12)
@given(world=worlds, words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=2, unique=True))
def test_nothing_that_somebody_may_not_read_moves_what_they_are_shown(
    staffed_template: Path, world: Any, words: list[str]
) -> None:
    for asker in ("kim",):
        as_it_is = asyncio.run(_results(staffed_template, world, asker, " ".join(words), looks_as=asker))
        otherwise = other_words(world, asker)
        assert as_it_is == asyncio.run(_results(staffed_template, otherwise, asker, " ".join(words), looks_as=asker))


def test_a_search_without_that_check_would_be_found_out(staffed_template: Path) -> None:
    world = [("sam", "login", "zebra", "lion", "apple", False), ("kim", "login", "zebra", "pear", "apple", False)]
    as_it_is = asyncio.run(_results(staffed_template, world, "kim", "zebra", looks_as="ada"))
    assert as_it_is != asyncio.run(
        _results(staffed_template, other_words(world, "kim"), "kim", "zebra", looks_as="ada")
    )


async def test_nobody_who_is_not_signed_in_searches(office: Office) -> None:
    searching = Searching(office.store, office.desk, office.reading)
    with pytest.raises(NotAllowed):
        await searching.find(Wanted(), replace(office.actor("sam"), person=None, door=Platform.WEB))
