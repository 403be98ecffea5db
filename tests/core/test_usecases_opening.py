"""Opening a ticket: drafts that last, checks with the field's name, quotas that an urgent ticket passes."""

from datetime import timedelta
from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from core import limits
from core.commands import CloseTicket, OpenTicket, SaveDraft, WithdrawTicket
from core.errors import BadField, NoSuchDraft, NoSuchFile, NotActive, QuotaReached, Refusal
from core.events import TicketOpened, UrgencyDeclared
from core.model.desk import Quotas, UrgencySetting
from core.model.ids import DraftId, FileId
from core.model.people import Platform, Standing
from core.model.thread import Audience
from core.model.ticket import Answer, Priority, Status, Visibility
from core.text import Text
from core.usecases.opening import span
from tests.fakes.office import DAY, HOUR, MINUTE, Office, desk_of

WORDS = Text.of("It was there yesterday.")


def opening(**more: object) -> OpenTicket:
    given = {"title": "My grade", "description": WORDS, "category": "exams", "answers": {"course": "CS1"}, **more}
    return OpenTicket(**given)


async def test_an_opened_ticket_is_there_with_all_that_was_said(office: Office) -> None:
    answers = {"course": " CS2001 ", "term": "may", "story": "two\nlines", "device": "of another category"}
    ticket = await office.open(
        title="  My\ngrade ", answers=answers, tags=("Late Work", "#late-work"), priority=Priority.LOW
    )
    found = await office.ticket(ticket)
    assert (found.title, found.description) == ("My grade", Text.of("It was there."))
    assert found.answers == (
        Answer("course", "Course code", "CS2001"),
        Answer("term", "Term", "May"),
        Answer("story", "The story", "two\nlines"),
    )
    assert (found.priority, found.status, found.visibility) == (Priority.LOW, Status.OPEN, Visibility.PRIVATE)
    assert (found.requester, found.assignee, found.team) == (office.people["sam"], None, "academics")
    assert (found.tags, found.door, found.alerted_in) == (("late-work",), Platform.WEB, None)
    assert found.opened_at == office.clock.now()
    assert len(found.key) == 32


async def test_opening_is_recorded_and_makes_the_requesters_thread(office: Office) -> None:
    ticket = await office.open()
    assert await office.events(ticket) == [
        TicketOpened(
            ticket=ticket,
            requester=office.people["sam"],
            category="exams",
            team="academics",
            priority=Priority.NORMAL,
        )
    ]
    async with office.store.read() as work:
        threads = await work.threads.of(ticket)
    assert [(t.platform, t.audience, t.external_id) for t in threads] == [
        (Platform.WEB, Audience.REQUESTER, f"T-{ticket}")
    ]
    assert await office.timers() == []


async def test_refs_count_on_and_outside_names_differ(office: Office) -> None:
    first, second = await office.open(), await office.open("kim")
    assert (first, second) == (1, 2)
    assert (await office.ticket(first)).key != (await office.ticket(second)).key


async def test_a_category_decides_on_team_and_visibility(office: Office) -> None:
    found = await office.ticket(await office.open(category="forum"))
    assert (found.visibility, found.team) == (Visibility.PUBLIC, "academics")
    assert (await office.ticket(await office.open(category="login"))).team == "platform"


REFUSED: list[tuple[dict[str, object], str]] = [
    ({"title": " \n"}, "The title is empty: please write something there."),
    ({"title": "\u200b"}, "The title is empty: please write something there."),
    ({"title": "x" * 201}, "The title has 201 characters, and 200 is the most. Please shorten it."),
    ({"description": Text()}, "The description is empty: please write something there."),
    (
        {"description": Text.of("x" * 20_001)},
        "The description has 20001 characters, and 20000 is the most. Please shorten it.",
    ),
    ({"category": "sports"}, "There is no category “sports”. Choose one of: exams, login, forum, welfare."),
    ({"category": ""}, "There is no category “”. Choose one of: exams, login, forum, welfare."),
    ({"answers": {}}, "Course code is empty: please write something there."),
    ({"answers": {"course": " \u202e "}}, "Course code is empty: please write something there."),
    ({"answers": {"course": "x" * 1_001}}, "Course code has 1001 characters, and 1000 is the most. Please shorten it."),
    ({"answers": {"course": "C", "term": "June"}}, "Term: “June” is not one of its choices: January, May."),
    ({"tags": tuple(f"t{n}" for n in range(11))}, "Tags: 11 are too many, 10 is the most."),
    ({"tags": ("x" * 31,)}, "A tag has 31 characters, and 30 is the most. Please shorten it."),
    ({"files": tuple(FileId(n) for n in range(1, 12))}, "Files: 11 are too many, 10 is the most."),
]


@pytest.mark.parametrize(("given", "sentence"), REFUSED)
async def test_what_is_wrong_is_refused_by_name_and_nothing_is_opened(
    office: Office, given: dict[str, object], sentence: str
) -> None:
    before = await office.everything()
    with pytest.raises(BadField) as refused:
        await office.do(opening(**given), "sam")
    assert str(refused.value) == sentence
    assert await office.everything() == before


async def test_text_in_any_script_and_markup_of_others_is_kept_as_words(office: Office) -> None:
    title = "مرحبا <script>alert(1)</script> @everyone 👩‍🎓"
    assert (await office.ticket(await office.open(title=title))).title == title


async def test_files_go_with_the_ticket_once_and_only_ones_own(office: Office) -> None:
    file, others = await office.upload("sam"), await office.upload("kim")
    ticket = await office.open(files=(file.id,))
    async with office.store.read() as work:
        assert [f.id for f in await work.files.of(ticket)] == [file.id]
        assert (await work.files.of(ticket))[0].message is None
    for wrong in (file.id, others.id, FileId(999)):
        with pytest.raises(NoSuchFile):
            await office.open(files=(wrong,))


async def test_a_file_that_is_named_twice_comes_with_the_ticket_once(office: Office) -> None:
    file = (await office.upload("sam")).id
    ticket = await office.open(files=(file,) * 11)
    async with office.store.read() as work:
        assert [one.id for one in await work.files.opened_with(ticket)] == [file]


@pytest.mark.parametrize("standing", [Standing.BLOCKED, Standing.SUSPENDED])
async def test_who_is_blocked_opens_nothing_and_keeps_no_draft(office: Office, standing: Standing) -> None:
    await office.stand("sam", standing)
    for command in (opening(), SaveDraft(values={"title": "T"})):
        with pytest.raises(NotActive):
            await office.do(command, "sam")


# --- urgency ---------------------------------------------------------------------------------------------------------

URGENT = [
    ("sam", UrgencySetting.ALLOW, Priority.URGENT, True),
    ("sam", UrgencySetting.ASK, Priority.HIGH, False),
    ("asha", UrgencySetting.ALLOW, Priority.URGENT, None),
    ("asha", UrgencySetting.ASK, Priority.URGENT, None),
    ("asha", UrgencySetting.DENY, Priority.URGENT, None),
]


@pytest.mark.parametrize(("who", "setting", "priority", "granted"), URGENT)
async def test_opening_as_urgent_is_as_the_desk_is_set(
    office: Office, who: str, setting: UrgencySetting, priority: Priority, granted: bool | None
) -> None:
    office.use(desk_of(urgent=setting))
    ticket = await office.open(who, priority=Priority.URGENT)
    declared = [event for event in await office.events(ticket) if isinstance(event, UrgencyDeclared)]
    assert (await office.ticket(ticket)).priority is priority
    assert [event.granted for event in declared] == ([] if granted is None else [granted])
    assert (await office.ticket(ticket)).alerted_in == "leads"


async def test_opening_as_urgent_is_refused_to_requesters_where_the_desk_denies_it(office: Office) -> None:
    office.use(desk_of(urgent=UrgencySetting.DENY))
    with pytest.raises(BadField, match=r"does not let requesters choose urgent\. Choose high"):
        await office.open(priority=Priority.URGENT)


# --- quotas ----------------------------------------------------------------------------------------------------------

AS_URGENT = "If it is urgent, open it as urgent: that is never refused."
IN_ANOTHER = "If it cannot wait, say so in a ticket that you have open."


async def test_too_many_open_tickets_are_refused_until_one_is_settled(office: Office) -> None:
    office.use(desk_of(quotas=Quotas(open_tickets_per_person=2)))
    first, _ = await office.open(), await office.open()
    with pytest.raises(QuotaReached) as refused:
        await office.open()
    assert str(refused.value) == (
        "You have 2 open tickets, and 2 is the most at once. Close one that is settled, "
        f"or add to one with a reply. {AS_URGENT}"
    )
    await office.open("kim")
    await office.do(CloseTicket(ticket=first), "sam")
    await office.open()


async def test_the_days_quota_tells_the_wait_and_counts_withdrawn_ones(office: Office) -> None:
    office.use(desk_of(quotas=Quotas(tickets_per_day=2)))
    first = await office.open()
    await office.do(WithdrawTicket(ticket=first), "sam")
    office.clock.advance(2 * HOUR + MINUTE)
    await office.open()
    with pytest.raises(QuotaReached) as refused:
        await office.open()
    assert str(refused.value) == (
        f"You have opened 2 tickets in the last 24 hours, and 2 is the most. The next is possible in 22 h. {AS_URGENT}"
    )
    office.clock.advance(DAY - 2 * HOUR - MINUTE + timedelta(seconds=1))
    await office.open()
    with pytest.raises(QuotaReached, match=r"The next is possible in 3 h\."):
        await office.open()


async def test_the_cooldown_tells_the_wait(office: Office) -> None:
    office.use(desk_of(quotas=Quotas(cooldown=timedelta(seconds=90))))
    await office.open()
    office.clock.advance(timedelta(seconds=50))
    with pytest.raises(QuotaReached) as refused:
        await office.open()
    assert str(refused.value) == f"Please wait 40 s before opening another ticket. {AS_URGENT}"
    office.clock.advance(timedelta(seconds=40))
    await office.open()


async def test_a_cooldown_of_days_holds_for_days(office: Office) -> None:
    office.use(desk_of(quotas=Quotas(cooldown=3 * DAY)))
    await office.open()
    office.clock.advance(2 * DAY)
    with pytest.raises(QuotaReached, match=r"Please wait 24 h before"):
        await office.open()
    office.clock.advance(DAY)
    await office.open()


FULL = Quotas(open_tickets_per_person=1, tickets_per_day=1, cooldown=DAY)


@pytest.mark.parametrize("setting", [UrgencySetting.ALLOW, UrgencySetting.ASK])
async def test_an_urgent_ticket_is_refused_by_no_quota(office: Office, setting: UrgencySetting) -> None:
    office.use(desk_of(quotas=FULL, urgent=setting))
    await office.open()
    with pytest.raises(QuotaReached, match=AS_URGENT):
        await office.open(priority=Priority.HIGH)
    for _ in range(3):
        await office.open(priority=Priority.URGENT)


@pytest.mark.parametrize("quotas", [FULL, Quotas(tickets_per_day=1), Quotas(cooldown=DAY)])
async def test_a_refused_requester_is_not_sent_to_an_urgency_that_is_denied(office: Office, quotas: Quotas) -> None:
    office.use(desk_of(quotas=quotas, urgent=UrgencySetting.DENY))
    for who, mend in (("sam", IN_ANOTHER), ("asha", AS_URGENT)):
        await office.open(who)
        with pytest.raises(QuotaReached, match=mend):
            await office.open(who)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0, "1 s"), (0.2, "1 s"), (59, "59 s"), (59.1, "1 min"), (60, "1 min"), (61, "2 min")),
        *((3599, "60 min"), (3600, "1 h"), (3601, "2 h"), (86_400, "24 h")),
    ],
)
def test_a_wait_is_rounded_up(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


# --- drafts ----------------------------------------------------------------------------------------------------------


async def draft_of(office: Office, who: str = "sam", **given: object) -> DraftId:
    outcome = await office.do(SaveDraft(**given), who)
    assert outcome.draft is not None
    return outcome.draft


async def test_a_draft_survives_a_restart(office: Office, tmp_path: Path) -> None:
    file = await office.upload("sam")
    draft = await draft_of(office, values={"title": "My\x00 grade", "category": "exams"}, files=(file.id,))
    await office.store.close()
    again = SqlStore(f"sqlite:///{tmp_path / 'desk.db'}")
    office.use(office.desk, again)
    await office.do(SaveDraft(draft=draft, values={"title": "My grade!"}, files=(file.id,)), "sam")
    async with again.read() as work:
        found = await work.drafts.get(draft)
    await again.close()
    assert found is not None
    assert (dict(found.values), found.files) == ({"title": "My grade!", "category": "exams"}, (file.id,))


async def test_opening_from_a_draft_ends_it_and_sent_twice_opens_one_ticket(office: Office) -> None:
    draft = await draft_of(office, values={"title": "My grade"})
    ticket = (await office.do(opening(draft=draft), "sam")).ticket
    with pytest.raises(NoSuchDraft, match="That form is no longer open: it was sent already"):
        await office.do(opening(draft=draft), "sam")
    with pytest.raises(NoSuchDraft):
        await office.do(SaveDraft(draft=draft, values={"title": "Again"}), "sam")
    async with office.store.read() as work:
        assert await work.tickets.count_open_by(office.people["sam"]) == 1
    assert ticket == 1


async def test_a_refused_opening_keeps_its_draft(office: Office) -> None:
    draft = await draft_of(office, values={"title": "My grade"})
    with pytest.raises(Refusal):
        await office.do(opening(draft=draft, title=""), "sam")
    assert (await office.do(opening(draft=draft), "sam")).ticket == 1


async def test_anothers_draft_is_as_absent_as_none(office: Office) -> None:
    draft = await draft_of(office, values={"title": "Private"})
    sentences = set()
    for wrong in (draft, DraftId("never-was")):
        for command in (SaveDraft(draft=wrong, values={"title": "Taken"}), opening(draft=wrong)):
            with pytest.raises(NoSuchDraft) as refused:
                await office.do(command, "kim")
            sentences.add(str(refused.value))
    assert len(sentences) == 1
    async with office.store.read() as work:
        kept = await work.drafts.get(draft)
    assert kept is not None and dict(kept.values) == {"title": "Private"}


async def test_a_draft_holds_only_what_the_form_asks_and_what_can_be_sent(office: Office) -> None:
    draft = await draft_of(office, values={"title": "T", "exams:course": "CS1", "exams:rank": "1", "colour": "red"})
    async with office.store.read() as work:
        kept = await work.drafts.get(draft)
    assert kept is not None and dict(kept.values) == {"title": "T", "exams:course": "CS1"}
    others = await office.upload("kim")
    with pytest.raises(NoSuchFile):
        await draft_of(office, draft=draft, files=(others.id,))
    eleven = tuple([(await office.upload("sam")).id for _ in range(11)])
    with pytest.raises(BadField, match="Files: 11 are too many"):
        await draft_of(office, draft=draft, files=eleven)


async def test_a_drafts_text_is_bounded(office: Office) -> None:
    draft = await draft_of(office, values={"description": "x" * 100_000})
    async with office.store.read() as work:
        kept = await work.drafts.get(draft)
    assert kept is not None and len(kept.values["description"]) == limits.TEXT + 1
