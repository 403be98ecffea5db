"""Mail that arrives, as the desk takes it: whose answer it is, what is kept of it, and what is answered."""

from collections.abc import AsyncIterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.email.incoming.reading import Unreadable
from adapters.email.incoming.taking import Taken
from bot.indexer import Indexer
from core.commands import SetVisibility
from core.model.ids import TicketId
from core.model.people import Identity, Platform
from core.model.thread import MessageKind
from core.model.ticket import Visibility
from tests.fakes.mail_in import INBOX, MAX, TOKENS, MailDesk, running_mail_desk
from tests.fakes.office import DAY, HOUR
from tests.fakes.web_desk import png


@pytest.fixture
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[MailDesk]:
    async with running_mail_desk(tmp_path, sqlite_template) as running:
        yield running


@pytest.fixture
async def opening(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[MailDesk]:
    async with running_mail_desk(tmp_path, sqlite_template, category="platform") as running:
        yield running


def reply_to(desk: MailDesk, ticket: TicketId, who: str = "student") -> str:
    return TOKENS.address(ticket, desk.person(who)) or ""


async def test_an_answer_to_a_mail_of_the_desk_s_is_said_in_its_ticket(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    await desk.answer(ticket)
    [sent] = await desk.send()
    assert sent.recipients == ("student@example.com",)
    quoted = "It works now.\n\nOn Sat, 21 Nov 2026 Support desk <desk@help.example.edu> wrote:\n> Try again."
    assert await desk.take(desk.letter(str(sent.mail["Reply-To"]), words=quoted)) is Taken.SAID
    said = (await desk.said(ticket))[-1]
    assert (said.text.plain(), said.author, said.kind) == (
        "It works now.",
        desk.person("student"),
        MessageKind.REPLY,
    )
    assert await desk.send() == [], "nobody is written of their own words, and the agent did not ask for it"


async def test_where_the_address_was_changed_the_id_that_it_answers_tells_too(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    await desk.answer(ticket)
    [sent] = await desk.send()
    own = str(sent.mail["Message-ID"])
    assert await desk.take(desk.letter(In_Reply_To=own)) is Taken.SAID
    assert await desk.take(desk.letter(References=f"<a@b> {own} <c@d>")) is Taken.SAID
    assert len(await desk.said(ticket)) == 3


async def test_staff_answer_by_mail_too(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    mail = desk.letter(reply_to(desk, ticket, "agent"), by="agent@example.com", words="Please try again.")
    assert await desk.take(mail) is Taken.SAID
    [sent] = await desk.send()
    assert sent.recipients == ("student@example.com",) and "Please try again." in sent.part("plain")


async def test_told_twice_it_counts_once(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    mail = desk.letter(reply_to(desk, ticket))
    assert [await desk.take(mail), await desk.take(mail)] == [Taken.SAID, Taken.IGNORED]
    assert len(await desk.said(ticket)) == 1


async def test_files_are_kept_by_the_desk_s_own_rules_and_each_other_is_named(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    mail = desk.letter(reply_to(desk, ticket))
    mail.add_attachment(png(), maintype="image", subtype="png", filename="../../screen.png")
    mail.add_attachment(b"", maintype="application", subtype="octet-stream", filename="empty.bin")
    assert await desk.take(mail) is Taken.SAID
    async with desk.web.store.read() as work:
        [file] = await work.files.of(ticket)
    assert (file.media_type, file.message) == ("image/png", (await desk.said(ticket))[-1].id)
    assert "/" not in file.name
    [told] = desk.server.taken
    assert told.recipients == ("student@example.com",) and told.sender == "<>"
    assert "empty.bin" in told.part("plain") and f"T-{ticket}" in str(told.mail["Subject"])
    assert told.mail["Auto-Submitted"] == "auto-replied"


async def test_a_refusal_is_answered_with_its_sentence(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    assert await desk.take(desk.letter(reply_to(desk, ticket), words="  \n")) is Taken.REFUSED
    [told] = desk.server.taken
    assert "is empty" in told.part("plain") and told.mail["In-Reply-To"] == "<0@example.com>"


ROBOTS = [
    {"Auto_Submitted": "auto-replied (vacation)"},
    {"Auto_Submitted": "auto-generated"},
    {"Precedence": "bulk"},
    {"Precedence": "List"},
    {"X_Autoreply": "yes"},
    {"List_Id": "<students.example.com>"},
    {"Return_Path": "<>"},
    {"From": f"Support desk <{INBOX}>"},
]


@pytest.mark.parametrize("headers", ROBOTS)
async def test_robots_and_the_desk_itself_are_not_listened_to_nor_answered(
    desk: MailDesk, headers: dict[str, str]
) -> None:
    ticket = await desk.ticket()
    assert await desk.take(desk.letter(reply_to(desk, ticket), **headers)) is Taken.IGNORED
    assert await desk.said(ticket) == [] and desk.server.taken == []


async def test_a_person_s_mail_with_a_plain_auto_submitted_is_one(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    assert await desk.take(desk.letter(reply_to(desk, ticket), Auto_Submitted="no")) is Taken.SAID


async def test_an_address_is_listened_to_so_often_an_hour(tmp_path: Path, sqlite_template: Path) -> None:
    async with running_mail_desk(tmp_path, sqlite_template, per_hour=2) as desk:
        ticket = await desk.ticket()
        taken = [await desk.take(desk.letter(reply_to(desk, ticket))) for _ in range(3)]
        assert taken == [Taken.SAID, Taken.SAID, Taken.IGNORED]
        [told] = await desk.troubles()
        assert told.startswith("student@example.com: it wrote more in an hour")
        desk.web.clock.advance(HOUR)
        assert await desk.take(desk.letter(reply_to(desk, ticket))) is Taken.SAID


async def test_whoever_is_unknown_is_told_the_way_once_a_day(desk: MailDesk) -> None:
    for _ in range(3):
        assert await desk.take(desk.letter(by="new@else.example")) is Taken.REFUSED
    [told] = desk.server.taken
    assert told.recipients == ("new@else.example",) and "http://127.0.0.1:8080" in told.part("plain")
    desk.web.clock.advance(DAY)
    await desk.take(desk.letter(by="new@else.example"))
    assert len(desk.server.taken) == 2


async def test_unknown_mail_opens_a_ticket_where_that_is_set_and_its_sender_is_written_to(opening: MailDesk) -> None:
    mail = opening.letter(by="new@else.example", words="Since today.", Subject="I cannot sign in")
    mail.add_attachment(png(), maintype="image", subtype="png", filename="screen.png")
    assert await opening.take(mail) is Taken.OPENED
    [told] = await opening.send()
    assert told.recipients == ("new@else.example",)
    assert "it became this ticket" in told.part("plain") and told.mail["Subject"] == "T-1 I cannot sign in"
    async with opening.web.store.read() as work:
        ticket = await work.tickets.get(TicketId(1))
        person = await work.people.by_identity(Identity(Platform.EMAIL, "", "new@else.example"))
        assert len(await work.files.opened_with(TicketId(1))) == 1
    assert ticket is not None and person is not None and ticket.requester == person.id
    assert (ticket.door, ticket.category, person.name) == (Platform.EMAIL, "platform", "new (mail)")
    answer = opening.letter(str(told.mail["Reply-To"]), by="new@else.example", words="One more thing.")
    assert await opening.take(answer) is Taken.SAID


async def test_a_mail_of_somebody_known_opens_a_ticket_of_theirs(opening: MailDesk) -> None:
    await opening.take(opening.letter(by="Student@Example.com", Subject="Lost"))
    async with opening.web.store.read() as work:
        ticket = await work.tickets.get(TicketId(1))
    assert ticket is not None and ticket.requester == opening.person("student")


async def test_the_confirmation_offers_what_its_reader_may_see_of_the_like(opening: MailDesk) -> None:
    public = await opening.web.ticket("other", "The zebra printer is jammed")
    private = await opening.web.ticket("lead", "The zebra printer is on fire")
    shown = SetVisibility(ticket=public, visibility=Visibility.PUBLIC, previewed=True)
    await opening.web.engine.handle(shown, opening.actor("other"))
    await Indexer(store=opening.web.store, clock=opening.web.clock, owner="one").drain()
    await opening.take(opening.letter(by="new@else.example", Subject="zebra printer jammed", words="Floor two."))
    told = [one for one in await opening.send() if one.recipients == ("new@else.example",)]
    assert f"T-{public}" in told[0].part("plain") and f"T-{public}" in told[0].part("html")
    assert f"T-{private}" not in told[0].part("plain")


def bounce(to: str, recipient: str, status: str = "5.1.1", action: str = "failed") -> bytes:
    report = f"""From: MAILER-DAEMON@mail.example.com
To: {to}
Subject: Undelivered Mail Returned to Sender
Message-ID: <bounce@mail.example.com>
Auto-Submitted: auto-replied
Return-Path: <>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user here

--b--
"""
    return report.replace("\n", "\r\n").encode()


async def test_an_address_that_bounces_is_told_to_the_admins_and_not_written_to_again(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    assert await desk.take(bounce(reply_to(desk, ticket), "student@example.com")) is Taken.CAME_BACK
    [told] = await desk.troubles()
    assert "Mail to student@example.com came back: 550 5.1.1 No such user here" in told and "/desk clear " in told
    await desk.answer(ticket)
    assert await desk.send() == []


NO_BOUNCES = [
    # to whom it is, of whom it tells, status, action; what it counts as
    (INBOX, "student@example.com", "5.1.1", "failed", Taken.IGNORED),
    ("sign", "other@example.com", "5.1.1", "failed", Taken.IGNORED),
    ("sign", "student@example.com", "4.4.1", "failed", Taken.IGNORED),
    ("sign", "student@example.com", "5.1.1", "delayed", Taken.IGNORED),
    ("sign", "student@example.com", "5.2.2", "failed", Taken.CAME_BACK),
    ("sign", "student@example.com", "5.7.1", "failed", Taken.CAME_BACK),
]


@pytest.mark.parametrize(("to", "recipient", "status", "action", "taken"), NO_BOUNCES)
async def test_what_is_not_the_address_s_end_stops_no_mail(
    desk: MailDesk, to: str, recipient: str, status: str, action: str, taken: Taken
) -> None:
    ticket = await desk.ticket()
    address = reply_to(desk, ticket) if to == "sign" else to
    assert await desk.take(bounce(address, recipient, status, action)) is taken
    assert len(await desk.troubles()) == (taken is Taken.CAME_BACK)
    await desk.answer(ticket)
    assert len(await desk.send()) == 1


UNREADABLE = [
    b"",
    b"\xff\xfe\x00garbage",
    b"From: a@b.example, c@d.example\r\nTo: x@y.z\r\n\r\nTwo senders",
    b"From: =?utf-8?q?=0D=0A?= <a b@c>\r\n\r\nNo sender",
    b"From: a@b.example\r\n" + b"x" * MAX,
]


@pytest.mark.parametrize("raw", UNREADABLE, ids=["empty", "garbage", "two senders", "no address", "too large"])
async def test_what_cannot_be_read_is_said_to_be_so_and_the_next_is_taken(desk: MailDesk, raw: bytes) -> None:
    with pytest.raises(Unreadable):
        await desk.take(raw)
    ticket = await desk.ticket()
    assert await desk.take(desk.letter(reply_to(desk, ticket))) is Taken.SAID


async def test_a_mail_that_has_html_alone_is_read_as_words(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "student@example.com", reply_to(desk, ticket), "<h@example.com>"
    mail.set_content("<p>It <b>works</b>.</p><script>alert(1)</script><style>p{}</style>", subtype="html")
    assert await desk.take(mail) is Taken.SAID
    assert (await desk.said(ticket))[-1].text.plain() == "It works."
