"""What is hidden from somebody shows in nothing that they are suggested: no word, no ref, no order, no small count."""

import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.commands import AddParticipant, EditTicket, UndoMessage
from core.model.desk import Quotas
from core.model.suggestion import Suggestions
from core.model.ticket import Visibility
from core.policy import Action, may
from core.searching import Searching, Wanted
from core.text import Text
from tests.fakes.meaning import Known
from tests.fakes.office import HOUR, Office, opened

ASKED = ("printer", "library", "stays", "silent", "after", "lunch")
ASKERS = ("sam", "kim", "asha", "wen", "ada")
CATEGORIES = ("exams", "login", "forum", "welfare")
FLOOR = 2


@dataclass(frozen=True)
class Matter:
    """A ticket; ``secret`` stands in it and in no other."""

    owner: str
    category: str
    words: tuple[str, ...]
    company: str | None = None
    secret: str = ""

    @property
    def title(self) -> str:
        return " ".join((*self.words, self.secret))


matters = st.builds(
    Matter,
    owner=st.sampled_from(("sam", "kim", "abe", "pia")),
    category=st.sampled_from(CATEGORIES),
    words=st.lists(st.sampled_from(ASKED), min_size=2, max_size=5, unique=True).map(tuple),
    company=st.sampled_from((None, "sam", "kim")),
)
worlds = st.lists(matters, min_size=1, max_size=4)


async def suggested(template: Path, world: Sequence[Matter], asker: str, *, looks_as: str) -> Suggestions:
    """``looks_as``: whose sight the look has; another's is a look that forgot whom it is for."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(template, Path(folder) / "desk.db") as office:
            office.use(replace(office.desk, similar=replace(office.desk.similar, count_floor=FLOOR)))
            for matter in world:
                await _open(office, matter)
            known = Known(office)
            await known.catch_up()
            title, body = " ".join(ASKED), ""
            found = await known.suggesting.similar(title, body, "", office.actor(looks_as))
            await _check(found, world, asker, office)
            return found


async def _open(office: Office, matter: Matter) -> None:
    ticket = await office.open(matter.owner, matter.title, category=matter.category, description=Text.of("As it says."))
    if matter.company not in (None, matter.owner):
        joining = AddParticipant(ticket=ticket, person=office.people[matter.company or ""])
        await office.do(joining, matter.owner)


async def _check(found: Suggestions, world: Sequence[Matter], asker: str, office: Office) -> None:
    person = await office.person(asker)
    hidden = []
    for number, matter in enumerate(world, 1):
        ticket = await office.ticket(number)  # type: ignore[arg-type]  # a ticket's number is its place here
        if not may(Action.SEE, person, ticket, office.desk, office.clock.now()):
            hidden.append(ticket)
            assert not matter.secret or matter.secret not in str(found)
            assert ticket.ref not in [one.ref for one in found.items]
        if office.desk.is_sensitive(ticket.category):
            assert ticket.ref not in [one.ref for one in found.items]
    counted = {
        ticket.requester
        for ticket in hidden
        if ticket.visibility is Visibility.PRIVATE and not office.desk.is_sensitive(ticket.category)
    }
    assert found.others is None or FLOOR <= found.others <= len(counted)


def with_secrets(world: Sequence[Matter]) -> list[Matter]:
    return [replace(matter, secret=f"secret{number}") for number, matter in enumerate(world)]


def elsewhere(world: Sequence[Matter], asker: str) -> list[Matter]:
    """The same world, in which what ``asker`` may not see is about something else."""
    return [
        replace(one, words=("swimming", "pool", "closed"), secret="") if is_hidden(one, asker) else one for one in world
    ]


def is_hidden(matter: Matter, asker: str) -> bool:
    if asker in (matter.owner, matter.company) or matter.category == "forum":
        return False
    return asker in ("sam", "kim") or (matter.category == "welfare" and asker != "wen")


@settings(max_examples=25)
@given(world=worlds, asker=st.sampled_from(ASKERS))
def test_nothing_of_a_hidden_ticket_is_in_what_is_suggested(
    staffed_template: Path, world: list[Matter], asker: str
) -> None:
    asyncio.run(suggested(staffed_template, with_secrets(world), asker, looks_as=asker))


@settings(max_examples=15)
@given(world=worlds, asker=st.sampled_from(ASKERS))
def test_what_hidden_tickets_say_changes_neither_what_is_shown_nor_its_order(
    staffed_template: Path, world: list[Matter], asker: str
) -> None:
    as_it_is = asyncio.run(suggested(staffed_template, world, asker, looks_as=asker))
    otherwise = asyncio.run(suggested(staffed_template, elsewhere(world, asker), asker, looks_as=asker))
    assert as_it_is.items == otherwise.items


def test_a_look_that_forgot_who_asks_would_be_found_out(staffed_template: Path) -> None:
    world = with_secrets([Matter("kim", "login", ASKED)])
    with pytest.raises(AssertionError):
        asyncio.run(suggested(staffed_template, world, "sam", looks_as="ada"))


def test_a_count_without_its_floor_would_be_found_out(staffed_template: Path) -> None:
    """One person's tickets, however many, are no count."""
    world = [Matter("kim", "login", ASKED), Matter("kim", "login", ASKED), Matter("kim", "exams", ASKED)]
    assert asyncio.run(suggested(staffed_template, world, "sam", looks_as="sam")).others is None
    more = [*world, Matter("pia", "login", ASKED)]
    assert asyncio.run(suggested(staffed_template, more, "sam", looks_as="sam")).others == FLOOR


PLENTY = Quotas(open_tickets_per_person=1_000, tickets_per_day=1_000)
COMMON = "printer library silent lunch after stays broken again"
OWN = "aardvark buffalo cheetah dolphin elephant falcon gorilla"


async def asked_for_a_code(template: Path, hidden: str) -> list[str]:
    """What somebody is shown who fills a question with words that only their own ticket has, so that one rare word more
    would take the place of the one by which a public ticket is found."""
    with tempfile.TemporaryDirectory() as folder:
        async with opened(template, Path(folder) / "desk.db") as office:
            office.use(replace(office.desk, quotas=PLENTY))
            for _ in range(150):
                await office.open("abe", "swimming pool")
                office.clock.advance(HOUR)
            await office.open("kim", hidden, category="welfare")
            await office.open("lee", f"{COMMON} walrus", category="forum")
            for title, times in ((COMMON, 25), ("walrus", 2)):
                for _ in range(times):
                    await office.open("sam", title)
            await office.open("sam", OWN)
            known = Known(office, by_meaning=False)
            await known.catch_up()
            found = await known.suggesting.similar(f"ZX9981 {OWN} walrus {COMMON}", "", "", office.actor("sam"))
            return [one.ref for one in found.items]


async def test_no_rare_word_of_a_question_tells_whether_a_hidden_ticket_has_it(staffed_template: Path) -> None:
    without = await asked_for_a_code(staffed_template, "It was leaked")
    assert without
    assert await asked_for_a_code(staffed_template, "ZX9981 was leaked") == without


async def test_words_that_were_taken_back_are_shown_to_nobody_though_the_index_has_them_still(office: Office) -> None:
    ticket = await office.open("sam", "The ZEBRA printer", category="forum", description=Text.of("An OKAPI printer"))
    said = await office.say(ticket, "asha", "The GNU printer")
    known = Known(office, by_meaning=False)
    await known.catch_up()
    searching, kim = Searching(office.store, office.desk, office.reading), office.actor("kim")
    shown, _ = await searching.find(Wanted(words=("printer",)), kim)
    assert "GNU" in str(shown)
    assert said.ticket == ticket
    await office.do(UndoMessage(ticket=ticket), "asha")
    await office.do(EditTicket(ticket=ticket, title="The printer", description=Text.of("A printer")), "sam")
    [shown_now], _ = await searching.find(Wanted(words=("printer",)), kim)
    similar = await known.suggesting.similar("The ZEBRA printer", "An OKAPI printer", "", kim)
    assert [one.ref for one in similar.items] == [f"T-{ticket}"]
    for word in ("ZEBRA", "OKAPI", "GNU"):
        assert word not in str((shown_now, similar))
