"""/staff merge, split and link, /ticket mine and /desk hot as they are typed and pressed."""

import pytest

from core.actions import Press
from core.commands import FollowTicket, SaveDraft
from core.errors import BadArgument, NoSuchTicket, NotAllowed
from core.model.ids import ref_of
from core.model.relation import Hot
from tests.fakes.front import Front, asked, shown

LINES = ["/staff merge T-2 T-1", "/staff merge T-2 T-1 join"]


@pytest.mark.parametrize("line", LINES)
async def test_a_ticket_is_merged_into_another(front: Front, line: str) -> None:
    one, other = await front.office.open(), await front.office.open("kim")
    assert shown(await front.type("asha", line)).title == (
        "T-2 goes on in T-1; /staff unmerge takes that back for a day"
    )
    merged = await front.office.ticket(other)
    assert merged.merged_into == one
    assert bool((await front.office.ticket(one)).participants) == line.endswith("join")
    assert shown(await front.type("asha", "/staff unmerge T-2")).title == "T-2 goes on by itself again"


@pytest.mark.parametrize("line", ["/staff merge T-1", "/staff merge T-1 join", "/staff link T-1 blocks"])
async def test_in_a_tickets_thread_the_one_ref_is_the_others(front: Front, line: str) -> None:
    await front.office.open()
    other = await front.office.open("kim")
    assert shown(await front.type("asha", line, other)).title.startswith("T-2 ")


async def test_in_a_thread_two_refs_are_still_taken_in_their_order(front: Front) -> None:
    one, other, third = [await front.office.open(who) for who in ("sam", "kim", "kim")]
    await front.type("asha", "/staff merge T-2 T-1", third)
    assert (await front.office.ticket(other)).merged_into == one


async def test_a_merge_into_what_is_no_ref_is_refused(front: Front) -> None:
    await front.office.open()
    with pytest.raises(BadArgument, match="a ref is wanted"):
        await front.type("asha", "/staff merge T-1 something")


async def test_pressed_it_asks_for_the_other(front: Front) -> None:
    ticket = await front.office.open()
    form = asked(await front.press("asha", Press("staff", "merge", ticket)))
    assert [entry.key for entry in form.inputs] == ["into", "people"]


async def test_two_tickets_are_linked_and_parted(front: Front) -> None:
    await front.office.open()
    await front.office.open("kim")
    assert shown(await front.type("asha", "/staff link T-1 T-2 duplicates")).title == "T-1 is linked to T-2"
    assert shown(await front.type("asha", "/staff unlink T-2 T-1")).title == "T-2 and T-1 are not linked any more"


async def test_not_for_me_opens_a_form_with_what_was_typed_before(front: Front) -> None:
    ticket = await front.office.open(category="login")
    draft = (await front.office.do(SaveDraft(values={"title": "No login", "category": "login"}), "kim")).draft
    await front.press("kim", Press("ticket", "follow", ticket, {"draft": str(draft)}))
    form = asked(await front.press("kim", Press("ticket", "mine", ticket)))
    assert {entry.key: entry.value for entry in form.inputs}["title"] == "No login"
    assert form.again


async def test_not_for_me_tells_the_same_of_any_ticket_that_one_does_not_follow(front: Front) -> None:
    await front.office.open(title="ZEBRA", category="welfare")
    forms = [asked(await front.type("kim", f"/ticket mine {ref_of(number)}")) for number in (1, 99)]  # type: ignore[arg-type]  # plain numbers
    one, other = ([entry.value for entry in form.inputs] for form in forms)
    assert one == other
    assert "ZEBRA" not in str(forms)


async def test_what_many_ask_for_is_listed_for_the_staff_who_may_see_it(front: Front) -> None:
    office = front.office
    one, other = await office.open(category="login"), await office.open(category="login")
    await office.open("kim", category="welfare", title="ZEBRA")
    for who in ("kim", "ada"):
        await office.do(FollowTicket(ticket=one), who)
    await office.do(FollowTicket(ticket=other), "ada")
    await office.do(FollowTicket(ticket=3), "wen")  # type: ignore[arg-type]  # a plain number
    card = shown(await front.type("asha", "/desk hot"))
    assert [row.ref for row in card.rows] == [ref_of(one), ref_of(other)]
    assert card.rows[0].detail == "followers: 2 · repeats: 0 · replies lately: 0 · open"
    assert [field.value for field in card.fields] == ["Platform and login (2)"]
    assert "ZEBRA" in str(await front.type("wen", "/desk hot"))
    with pytest.raises(NotAllowed, match="see the team's report"):
        await front.type("sam", "/desk hot")


def test_a_person_who_waits_counts_more_than_words() -> None:
    assert Hot(1, 1, 0, 0).heat > Hot(1, 0, 0, 2).heat  # type: ignore[arg-type]  # plain numbers


async def test_a_student_merges_nothing_and_learns_nothing(front: Front) -> None:
    await front.office.open(title="ZEBRA")
    await front.office.open("kim")
    with pytest.raises(NotAllowed):
        await front.type("kim", "/staff merge T-2 T-1")
    with pytest.raises(NoSuchTicket):
        await front.type("asha", "/staff merge T-2 T-77")
