"""The staff's list and its counts: nobody is shown, or counts, what they may not see."""

import pytest

from core.commands import AssignTicket, ClaimTicket, PostMessage, SetPriority
from core.errors import NotActive, NotAllowed
from core.model.people import Standing
from core.model.thread import MessageKind
from core.model.ticket import LIVE, Priority
from core.text import Paragraph, Plain, Quote, Text
from core.triage import TicketFilter, TooManyCalled, Triage, built_in
from tests.fakes.office import Office

EVERYTHING = TicketFilter()


def triage_of(office: Office) -> Triage:
    return Triage(office.store, office.desk, office.reading)


async def test_what_is_sensitive_is_neither_listed_nor_counted_but_for_whom_its_category_names(office: Office) -> None:
    plain, secret = await office.open(), await office.open(category="welfare", answers={})
    triage = triage_of(office)
    for who, seen in (("asha", [plain]), ("lee", [plain]), ("ada", [plain]), ("wen", [plain, secret])):
        found, total = await triage.find(EVERYTHING, office.actor(who))
        assert [one.ticket.id for one in found] == seen
        assert total == len(seen)
        assert await triage.counts([EVERYTHING, TicketFilter(statuses=LIVE)], office.actor(who)) == [len(seen)] * 2
        by_ref = TicketFilter(words=(f"T-{secret}",))
        assert (await triage.find(by_ref, office.actor(who)))[1] == int(who == "wen")


async def test_staff_who_opened_something_sensitive_see_their_own_there(office: Office) -> None:
    own = await office.open("asha", category="welfare", answers={})
    assert [one.ticket.id for one in (await triage_of(office).find(EVERYTHING, office.actor("asha")))[0]] == [own]
    assert (await triage_of(office).find(EVERYTHING, office.actor("lee")))[1] == 0


async def test_it_is_the_staffs_alone(office: Office) -> None:
    await office.open()
    await office.stand("asha", Standing.SUSPENDED)
    triage = triage_of(office)
    for who, refusal in (("sam", NotAllowed), ("asha", NotActive)):
        with pytest.raises(refusal):
            await triage.find(EVERYTHING, office.actor(who))
        with pytest.raises(refusal):
            await triage.counts([EVERYTHING], office.actor(who))
        with pytest.raises(refusal):
            await triage.agents(office.actor(who))


async def test_the_built_in_filters_are_of_ones_own_teams_where_one_has_some(office: Office) -> None:
    urgent, others = await office.open(), await office.open(category="login", answers={})
    await office.do(SetPriority(ticket=urgent, priority=Priority.URGENT), "lee")
    await office.do(ClaimTicket(ticket=others), "asha")
    free = await office.open(category="login", answers={})
    counted = {}
    for who in ("asha", "pia", "ada"):
        filters = built_in(await office.person(who), office.desk)
        counts = await triage_of(office).counts([one.filter for one in filters], office.actor(who))
        counted[who] = dict(zip([one.key for one in filters], counts, strict=True))
    assert counted["asha"] == {"unassigned": 1, "mine": 1, "urgent": 1, "waiting": 0, "all": 3}
    assert counted["pia"] == {"unassigned": 1, "mine": 0, "urgent": 0, "waiting": 0, "all": 3}
    assert counted["ada"] == {"unassigned": 2, "mine": 0, "urgent": 1, "waiting": 0, "all": 3}
    [pias] = (
        await triage_of(office).find(built_in(await office.person("pia"), office.desk)[0].filter, office.actor("pia"))
    )[0]
    assert pias.ticket.id == free


async def test_a_name_of_too_many_people_is_refused_and_counts_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.open("sam")
    monkeypatch.setattr("core.triage._MOST_REQUESTERS", 1)
    anybody, sam = TicketFilter(requesters=("a",)), TicketFilter(requesters=("sam",))
    with pytest.raises(TooManyCalled, match="more than 1 people are called “a”"):
        await triage_of(office).find(anybody, office.actor("asha"))
    assert await triage_of(office).counts([anybody, sam], office.actor("asha")) == [0, 1]


async def test_a_requester_is_meant_by_number_by_name_or_by_me(office: Office) -> None:
    sams, ashas = await office.open("sam"), await office.open("asha")
    for words, found in (
        (("sam",), [sams]),
        (("STUDENT sam",), [sams]),
        ((str(office.people["sam"]),), [sams]),
        (("me",), [ashas]),
        (("me", "Sam Student"), [sams, ashas]),
        (("nobody",), []),
        (("%",), []),
    ):
        shown, total = await triage_of(office).find(TicketFilter(requesters=words), office.actor("asha"))
        assert [one.ticket.id for one in shown] == found, words
        assert total == len(found)


async def test_a_snapshot_names_the_agent_so_that_no_namesake_is_meant(office: Office) -> None:
    ticket = await office.open()
    assert (await triage_of(office).snapshot(ticket, office.actor("asha"))).assignee == ""
    await office.do(AssignTicket(ticket=ticket, assignee=office.people["lee"]), "asha")
    snapshot = await triage_of(office).snapshot(ticket, office.actor("asha"))
    assert snapshot.assignee == f"Lee Lead ({office.people['lee']})"
    assert snapshot.ticket.assignee == office.people["lee"]


async def test_the_last_words_are_the_writers_own_and_a_quote_only_where_it_stands_alone(office: Office) -> None:
    quote, own = Quote((Paragraph((Plain("Where is it?"),)),)), Paragraph((Plain("In the post."),))
    for blocks, shown in (((quote, own), "In the post."), ((quote,), "> Where is it?")):
        ticket = await office.open()
        await office.do(PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=Text(blocks)), "asha")
        by_ref = TicketFilter(words=(f"T-{ticket}",))
        [found] = (await triage_of(office).find(by_ref, office.actor("asha")))[0]
        assert found.last is not None
        assert found.last.text == shown
