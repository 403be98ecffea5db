"""Each slash command, from the words somebody types to what becomes of it."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from adapters.files.inspector import Inspector
from bot.commands import COMMANDS
from bot.desk import ThreadDesk
from core.actions import Press, Submit, encode_submit
from core.commands import (
    CloseTicket,
    RemoveParticipant,
    SetVisibility,
)
from core.errors import BadInput, MissingTicket, NotActive, NotAllowed, Refusal
from core.grammar import parse
from core.model.ids import TicketId, ref_of
from core.model.mail import bounce_code
from core.model.people import Platform, Role, Standing
from core.model.thread import MessageKind
from core.model.ticket import Priority, Visibility
from core.text import Bold, Paragraph, Plain, Text
from core.vocabulary import Reply
from tests.fakes.escalations import acknowledged, asked_urgent, called
from tests.fakes.front import (
    Front,
    aside,
    beside,
    bounced,
    failed,
    faq,
    followed,
    fresh,
    held,
    held_back,
    linked,
    merged,
    offered,
    posted,
    public,
    resolved,
    said,
    shown,
    switched_off,
    together,
    unretired,
    unroled,
)
from tests.fakes.office import Office

NAMES = [one.command.name for one in COMMANDS]

Stage = Callable[[Office], Awaitable[TicketId]]
SCENES: list[tuple[str, Stage, str, str]] = [
    # who, on what, what they type, and the title of the answer
    ("sam", fresh, "/ticket list", "My tickets"),
    ("asha", fresh, "/ticket list open newest grade priority:normal", "Tickets with “grade”"),
    ("sam", fresh, "/ticket list among:followed", "Tickets that I follow"),
    ("sam", fresh, "/ticket show {ref}", "My grade is missing"),
    ("sam", fresh, '/ticket edit {ref} "A new title" A new description', "{ref} is changed"),
    ("sam", fresh, "/ticket withdraw {ref}", "{ref} is withdrawn"),
    ("kim", public, "/ticket follow {ref}", "You follow {ref}: you will hear when it is solved"),
    ("kim", followed, "/ticket unfollow {ref}", "You no longer follow {ref}"),
    ("kim", followed, "/ticket unfollow", "What you follow"),
    ("sam", fresh, "/ticket urgent {ref} The exam is tomorrow", "{ref} is urgent: the leads are told"),
    ("sam", fresh, "/ticket close {ref}", "{ref} is closed"),
    ("sam", resolved, "/ticket reopen {ref} Still missing", "{ref} is open again"),
    ("sam", fresh, "/ticket add {ref} kim@example.com", "Kim Other is part of {ref} now"),
    ("sam", together, "/ticket remove {ref} Kim Other", "Kim Other is no longer part of {ref}"),
    ("sam", fresh, "/ticket tag {ref} late, exam -old", "The tags of {ref} are changed"),
    ("sam", fresh, "/ticket transcript {ref}", "The transcript of {ref}"),
    ("asha", fresh, "/ticket claim {ref}", "{ref} is yours"),
    ("asha", fresh, "/ticket assign {ref} Abe Academic", "{ref} is with Abe Academic now"),
    ("asha", held, "/ticket unassign {ref}", "{ref} is back in the queue"),
    ("asha", fresh, "/ticket priority {ref} high", "The priority of {ref} is set"),
    ("asha", held, "/ticket status {ref} waiting", "The status of {ref} is set"),
    ("asha", fresh, "/ticket resolve {ref} It is there again.", "{ref} is resolved: its requester is told"),
    ("sam", fresh, "/ticket visibility {ref} public yes", "{ref} is public: everybody who is signed in can read it"),
    ("sam", public, "/ticket visibility {ref} private", "{ref} is private again"),
    ("asha", fresh, "/staff note {ref} Careful", "Noted in {ref}, for the staff only"),
    ("asha", fresh, "/staff transfer {ref} platform", "{ref} is with Platform team now"),
    ("asha", fresh, "/staff tickets Sam Student", "Opened by Sam Student"),
    ("sam", said, "/staff undo {ref}", "Your last message in {ref} is taken back"),
    ("asha", fresh, "/staff snooze {ref} 2h", "{ref} is put aside until 16:30 IST, in 2 h"),
    ("asha", held_back, "/staff release {ref}", "What was held back in {ref} is with the student now"),
    ("asha", aside, "/staff wake {ref}", "{ref} is not put aside any more"),
    (
        "asha",
        beside,
        "/staff merge {ref} {before}",
        "{ref} goes on in {before}; /staff unmerge takes that back for a day",
    ),
    ("asha", merged, "/staff unmerge {ref}", "{ref} goes on by itself again"),
    ("asha", said, "/staff split {ref} 1 Another matter", "{after} is a ticket of its own now"),
    ("asha", beside, "/staff link {ref} {before} blocks", "{ref} is linked to {before}"),
    ("asha", linked, "/staff unlink {ref} {before}", "{ref} and {before} are not linked any more"),
    ("lee", called, "/alert ack {ref}", "{ref} is in your hands: nobody else is called"),
    ("lee", acknowledged, "/alert unack {ref}", "{ref} escalates again"),
    ("lee", called, "/alert list", "What escalates now"),
    ("lee", called, "/escalate {ref} 3", "{ref}: the people of level 3 are called"),
    ("lee", asked_urgent, "/staff urgency {ref} accept", "{ref} is urgent"),
    ("asha", offered, "/ticket accept {ref}", "{ref} is yours"),
    ("asha", offered, "/ticket pass {ref}", "You passed {ref} on"),
    ("asha", fresh, "/agent available 2h", "You are on duty until 16:30 IST, in 2 h"),
    ("asha", held, "/agent away 17:30", "You are away until 17:30 IST, in 3 h"),
    ("asha", fresh, "/agent auto", "You are on duty as your shifts say"),
    ("asha", held, "/agent handover {ref}", "Handed over: 1"),
    ("asha", held, "/agent load", "Who carries what"),
    ("asha", fresh, "/agent duty platform", "Who is on duty"),
    ("asha", fresh, "/agent capacity 7", "You carry up to 7"),
    ("asha", fresh, "/queue", "The queue"),
    ("asha", fresh, "/queue platform", "Platform team"),
    ("asha", fresh, "/queue among:unassigned order:followers", "The queue"),
    ("asha", fresh, "/queue platform grade", "Platform team: tickets with “grade”"),
    ("sam", fresh, "/help", "What you can do at Student Support"),
    ("sam", faq, "/faq search hostel", "No FAQ answers “hostel”"),
    ("sam", faq, "/faq list", "Frequently asked questions"),
    ("sam", faq, "/faq show F-1", "How do I reset my password?"),
    ("sam", faq, "/faq rate F-1 yes", "Thank you: noted for F-1"),
    ("sam", faq, "/ask Where is the observatory?", "I don't know"),
    ("sam", faq, "/ticket found F-1", "Good to hear that it is answered"),
    ("lee", faq, "/faq publish F-1 yes", "F-1 is published: everybody can read it"),
    ("lee", unretired, "/faq retire {faq}", "{faq} is retired: only the staff read it"),
    ("ada", fresh, "/desk people", "People"),
    ("asha", fresh, "/desk hot", "What many ask for"),
    ("ada", fresh, "/desk erase {ref} They asked for it", "Erase {ref}?"),
    ("ada", unroled, "/desk role lead Kim Other", "People"),
    ("ada", failed, "/desk failures", "What does not get through"),
    ("ada", failed, "/desk retry {number}", "What does not get through"),
    ("ada", bounced, f"/desk clear {bounce_code('sam@example.com')}", "What does not get through"),
    ("ada", posted, "/desk webhooks", "What the endpoints were sent"),
    ("ada", posted, "/desk replay 1h crm", "What the endpoints were sent"),
    ("ada", switched_off, "/desk enable crm", "What the endpoints were sent"),
]


async def by_typing(front: Front, who: str, line: str) -> Reply:
    return await front.type(who, line)


async def natively(front: Front, who: str, line: str) -> Reply:
    parsed = parse(line, front.desk.vocabulary, None)
    return await front.desk.run(parsed.command, parsed.arguments, front.office.actor(who), parsed.ticket)


async def by_a_button(front: Front, who: str, line: str) -> Reply:
    parsed = parse(line, front.desk.vocabulary, None)
    press = Press(parsed.command.noun, parsed.command.verb, parsed.ticket, parsed.arguments)
    return await front.press(who, press)


async def by_a_form(front: Front, who: str, line: str) -> Reply:
    parsed = parse(line, front.desk.vocabulary, None)
    submit = Submit(parsed.command.noun, parsed.command.verb, ticket=parsed.ticket)
    return await front.submit(who, encode_submit(submit), **parsed.arguments)


WAYS = [by_typing, natively, by_a_button, by_a_form]


@pytest.mark.parametrize(("who", "stage", "line", "title"), SCENES, ids=[scene[2] for scene in SCENES])
async def test_a_command_does_the_same_typed_native_pressed_and_sent(
    front: Front, who: str, stage: Stage, line: str, title: str
) -> None:
    trails = []
    for way in WAYS:
        ticket = await stage(front.office)
        near = {"before": ref_of(TicketId(ticket - 1)), "after": ref_of(TicketId(ticket + 1))}
        given = {"ref": ref_of(ticket), "number": ticket, "faq": f"F-{ticket}", **near}
        card = shown(await way(front, who, line.format(**given)))
        assert card.title == title.format(**given)
        trails.append(await front.office.kinds(ticket) if "{ref}" in line else [])
    assert len({tuple(trail) for trail in trails}) == 1


def test_every_command_has_its_scene_and_opening_has_its_own() -> None:
    run = {
        " ".join(line.split()[: 2 if line.split()[0] not in ("/ask", "/queue", "/help", "/escalate") else 1])
        for *_, line, _ in SCENES
    }
    assert run | {
        "/ticket open",
        "/ticket join",
        "/ticket mine",
        "/desk panel",
        "/link",
        "/faq add",
        "/faq edit",
    } == set(NAMES)


async def test_a_panel_is_posted_on_a_chat_platform_and_nowhere_else(front: Front) -> None:
    ada = front.office.actor("ada")
    reply = await front.desk.type("/desk panel", replace(ada, door=Platform.DISCORD))
    assert reply.shared is not None
    assert [button.label for button in reply.shared.buttons] == ["Open a ticket", "My tickets"]
    with pytest.raises(BadInput, match="chat platform"):
        await front.desk.type("/desk panel", ada)


async def test_a_tickets_thread_is_understood(front: Front) -> None:
    ticket = await fresh(front.office)
    reply = await front.type("asha", "/ticket claim", ticket)
    assert (reply.ticket, shown(reply).title) == (ticket, f"T-{ticket} is yours")


async def test_what_was_typed_arrives_as_it_was_meant(front: Front) -> None:
    ticket = await fresh(front.office)
    await front.type("asha", f'/ticket edit {ref_of(ticket)} "A “new” title" *First* line\n\nsecond')
    await front.type("asha", "/ticket tag #Late, exam-1 -nothing", ticket)
    await front.type("asha", "/ticket assign me", ticket)
    found = await front.office.ticket(ticket)
    assert (found.title, found.description.plain()) == ("A “new” title", "*First* line\n\nsecond")
    assert (found.tags, found.assignee) == (("late", "exam-1"), front.office.people["asha"])


async def test_a_doors_own_markup_is_read_by_its_own_parser(front: Front) -> None:
    office = front.office
    bold = Text((Paragraph((Bold((Plain("so"),)),)),))
    desk = ThreadDesk(
        engine=office.engine,
        store=office.store,
        desk=office.desk,
        clock=office.clock,
        inspector=Inspector(1_000, 1),
        parsers={office.actor("sam").door: lambda words: bold},
    )
    ticket = await fresh(office)
    await desk.type(f"/staff note {ref_of(ticket)} **so**", office.actor("asha"))
    assert [message.text for message in await office.messages(ticket)] == [bold]


async def test_a_persons_name_that_two_have_is_asked_for_by_address(front: Front) -> None:
    async with front.office.store.write() as work:
        await work.people.add("Kim Other", front.office.clock.now())
    ticket = await fresh(front.office)
    with pytest.raises(Refusal, match="More than one person is called “Kim Other”: use their email address"):
        await front.type("sam", "/ticket add Kim Other", ticket)
    for nobody in ("Nobody", "@nobody"):
        with pytest.raises(MissingTicket, match=f"Nobody here is called “{nobody}”"):
            await front.type("sam", f"/ticket add {nobody}", ticket)


async def test_an_address_that_nobody_confirmed_names_nobody(front: Front) -> None:
    async with front.office.store.write() as work:
        await work.people.add("Eve", front.office.clock.now(), email="typed@example.com")
    ticket = await fresh(front.office)
    for address in ("typed@example.com", "nobody@example.com"):
        with pytest.raises(MissingTicket, match=f"Nobody here has confirmed the address “{re.escape(address)}”"):
            await front.type("sam", f"/ticket add {address}", ticket)


async def test_the_queue_of_another_team_is_that_teams_and_without_one_it_is_mine(front: Front) -> None:
    exams, login = await fresh(front.office), await front.office.open(category="login", priority=Priority.URGENT)
    mine, theirs = await front.type("asha", "/queue"), await front.type("asha", "/queue platform")
    everything = await front.type("ada", "/queue")
    assert [[row.ref for row in shown(reply).rows] for reply in (mine, theirs, everything)] == [
        [ref_of(exams)],
        [ref_of(login)],
        [ref_of(login), ref_of(exams)],
    ]


async def test_a_menu_and_the_help_show_each_what_they_may_use(front: Front) -> None:
    office = front.office
    for who, sees, lacks in (
        ("sam", "/ticket open", "/ticket claim"),
        ("asha", "/ticket claim", "/desk people"),
        ("ada", "/desk people", ""),
    ):
        menu = [command.name for command in await front.desk.commands_for(await office.person(who))]
        rows: list[str] = []
        for noun in dict.fromkeys(name.split()[0] for name in menu):
            rows += [row.title for row in shown(await front.type(who, f"/help {noun}")).rows]
        assert sorted(row.split(" <")[0].split(" [")[0] for row in rows) == sorted(menu)
        assert sees in menu and lacks not in menu
    await office.stand("sam", Standing.BLOCKED)
    menu = [command.name for command in await front.desk.commands_for(await office.person("sam"))]
    assert menu == ["/ticket list", "/ticket show", "/ticket transcript"]


async def test_help_says_what_each_command_does_or_where_there_are_many_which_there_are(front: Front) -> None:
    of_sam, of_ada = shown(await front.type("sam", "/help")), shown(await front.type("ada", "/help"))
    assert "/ticket withdraw [ref]" in [row.title for row in of_sam.rows] and of_sam.footer == ""
    by_noun = {row.title: row.detail for row in of_ada.rows}
    assert by_noun["/alert"] == "ack, unack, list" and by_noun["/ask"].startswith("Ask")
    assert "/help staff" in of_ada.footer
    with pytest.raises(BadInput, match=r"“desk” begins none of your commands\. Those that do: ticket, "):
        await front.type("sam", "/help desk")


async def test_a_command_for_others_is_refused_before_anything(front: Front) -> None:
    for line in ("/ticket claim T-1", "/queue", "/desk people", "/desk role admin me", "/staff note T-1 x"):
        with pytest.raises(NotAllowed):
            await front.type("sam", line)
    await front.office.stand("sam", Standing.BLOCKED)
    with pytest.raises(NotActive):
        await front.type("sam", "/ticket open")


async def test_a_blocked_person_still_reads_their_own(front: Front) -> None:
    ticket = await fresh(front.office)
    await front.office.stand("sam", Standing.BLOCKED)
    assert shown(await front.type("sam", f"/ticket show {ref_of(ticket)}")).buttons == ()
    assert [row.ref for row in shown(await front.type("sam", "/ticket list")).rows] == [ref_of(ticket)]


async def test_following_blindly_is_answered_without_the_tickets_words(front: Front) -> None:
    ticket = await front.office.open(category="login", title="SECRET")
    for line, title in (
        ("/ticket follow", f"You follow T-{ticket}: you will hear when it is solved"),
        ("/ticket unfollow", f"You no longer follow T-{ticket}"),
    ):
        card = shown(await front.type("kim", line, ticket))
        assert card.title == title
        assert "SECRET" not in repr(card)


async def test_the_card_of_a_ticket_that_one_follows_lets_it_go(front: Front) -> None:
    ticket = await front.office.open()
    await front.office.do(SetVisibility(ticket=ticket, visibility=Visibility.PUBLIC, previewed=True), "asha")
    followed = shown(await front.type("kim", "/ticket follow", ticket))
    assert [button.label for button in followed.buttons] == ["Unfollow"]
    assert [button.label for button in shown(await front.type("kim", "/ticket unfollow", ticket)).buttons] == ["Follow"]


# --- making public ---------------------------------------------------------------------------------------------------


async def test_making_public_shows_first_what_everybody_would_read(front: Front) -> None:
    ticket = await said(front.office)
    await front.office.say(ticket, "asha", "Staff only", MessageKind.NOTE)
    await front.office.say(ticket, "asha", "An answer")
    await front.type("sam", "/staff undo", ticket)
    preview = shown(await front.type("asha", "/ticket visibility public", ticket))
    assert preview.title == f"Everybody who is signed in would read T-{ticket}"
    assert preview.footer == "Its title, description, answers, files, replies (1) and the names of who wrote them."
    assert [field.label for field in preview.fields] == ["Course code"]
    assert "Staff only" not in repr(preview)
    assert (await front.office.ticket(ticket)).visibility is Visibility.PRIVATE
    await front.desk.press(preview.buttons[0].action or "", front.office.actor("asha"))
    assert (await front.office.ticket(ticket)).visibility is Visibility.PUBLIC


async def test_a_sensitive_ticket_has_no_preview_to_confirm(front: Front) -> None:
    ticket = await front.office.open(category="welfare")
    for line in ("/ticket visibility public", "/ticket visibility public yes"):
        with pytest.raises(Refusal, match="it can never be made public"):
            await front.type("wen", line, ticket)


async def test_who_may_not_make_public_has_no_preview_either(front: Front) -> None:
    ticket = await fresh(front.office)
    with pytest.raises(NotAllowed, match="You may not make this ticket public"):
        await front.type("pia", "/ticket visibility public", ticket)


async def test_giving_a_role_by_command_gives_it_for_every_team(front: Front) -> None:
    await front.type("ada", "/desk role agent Kim Other")
    kim = await front.office.person("kim")
    assert [(grant.role, grant.team) for grant in kim.grants] == [(Role.AGENT, None)]


async def test_a_participant_removed_while_a_form_was_open_is_refused(front: Front) -> None:
    ticket = await together(front.office)
    await front.office.do(RemoveParticipant(ticket=ticket, person=front.office.people["kim"]), "sam")
    with pytest.raises(MissingTicket):
        await front.type("kim", f"/ticket show {ref_of(ticket)}")
    await front.office.do(CloseTicket(ticket=ticket), "sam")
