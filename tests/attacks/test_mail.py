"""Mail as a way in: forged senders, stolen signs, words that would become headers, and what nobody is told."""

from collections.abc import AsyncIterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from adapters.email.incoming.taking import Taken
from adapters.email.incoming.words import newest_of, text_of_html
from core.commands import AddParticipant, PostMessage, RemoveParticipant
from core.model.ids import PersonId, TicketId
from core.model.people import Standing
from core.model.thread import MessageKind
from core.text import Text
from tests.fakes.mail_in import INBOX, TOKENS, MailDesk, running_mail_desk

THIEF = "thief@evil.example"


@pytest.fixture
async def desk(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[MailDesk]:
    async with running_mail_desk(tmp_path, sqlite_template) as running:
        yield running


@pytest.fixture
async def opening(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[MailDesk]:
    async with running_mail_desk(tmp_path, sqlite_template, category="platform") as running:
        yield running


def sign(desk: MailDesk, ticket: TicketId, who: str) -> str:
    return TOKENS.address(ticket, desk.person(who)) or ""


@pytest.mark.parametrize("by", [THIEF, "other@example.com", "agent@example.com", "student@example.com.evil.example"])
async def test_a_sign_that_was_passed_on_is_no_right_to_speak(desk: MailDesk, by: str) -> None:
    ticket = await desk.ticket()
    assert await desk.take(desk.letter(sign(desk, ticket, "student"), by=by)) is Taken.REFUSED
    assert await desk.said(ticket) == []


async def test_a_student_s_own_sign_opens_no_other_ticket(desk: MailDesk) -> None:
    own, other = await desk.ticket("student"), await desk.ticket("other")
    address = sign(desk, own, "student").replace(f"+{own}.", f"+{other}.")
    assert await desk.take(desk.letter(address)) is Taken.REFUSED
    assert await desk.said(other) == []


async def test_a_sender_without_a_sign_speaks_in_nobody_s_ticket_however_it_is_named(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    known = {
        "In_Reply_To": f"<ticket.{'0' * 32}@help.example.edu>",
        "References": f"<{'a' * 24}.{ticket}.{desk.person('student')}.{'a' * 26}@help.example.edu>",
        "Subject": f"Re: T-{ticket} I cannot sign in",
        "X_Ticket": f"T-{ticket}",
    }
    assert await desk.take(desk.letter(**known)) is Taken.REFUSED
    assert await desk.said(ticket) == []


async def test_whoever_was_taken_out_of_a_ticket_answers_no_more_and_learns_nothing(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    other = desk.person("other")
    await desk.web.engine.handle(AddParticipant(ticket=ticket, person=other), desk.actor("student"))
    await desk.web.engine.handle(RemoveParticipant(ticket=ticket, person=other), desk.actor("student"))
    mail = desk.letter(sign(desk, ticket, "other"), by="other@example.com")
    assert await desk.take(mail) is Taken.REFUSED
    assert await desk.said(ticket) == []
    [told] = desk.server.taken
    assert "I cannot sign in" not in told.part("plain") and "Since this morning" not in told.part("plain")


async def test_whoever_is_blocked_is_so_by_mail_too(opening: MailDesk) -> None:
    await opening.take(opening.letter(by=THIEF, Subject="First"))
    async with opening.web.store.write() as work:
        [person] = [one for one in await work.people.everybody() if one.name == "thief (mail)"]
        await work.people.save(replace(person, standing=Standing.BLOCKED))
    assert await opening.take(opening.letter(by=THIEF, Subject="Second")) is Taken.REFUSED


async def test_nobody_becomes_staff_by_the_name_in_a_mail(opening: MailDesk) -> None:
    mail = opening.letter(by=THIEF, Subject="Hello")
    del mail["From"]
    mail["From"] = f"Agent <{THIEF}>"
    await opening.take(mail)
    async with opening.web.store.read() as work:
        names = [person.name for person in await work.people.everybody()]
        roles = [person.roles for person in await work.people.everybody() if person.name == "thief (mail)"]
    assert names.count("Agent") == 1 and len(roles) == 1 and not any(role.is_staff for role in roles[0])


async def test_an_unconfirmed_address_is_not_its_person_by_mail(opening: MailDesk) -> None:
    async with opening.web.store.write() as work:
        student = await work.people.get(opening.person("student"))
        assert student is not None
        await work.people.save(replace(student, email_confirmed=False))
    await opening.take(opening.letter(Subject="Whose?"))
    async with opening.web.store.read() as work:
        ticket = await work.tickets.get(TicketId(1))
    assert ticket is not None and ticket.requester != opening.person("student")


async def test_staff_s_secrets_do_not_reach_a_student_by_mail_either(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    secret = "Use this: ghp_abcdefghijklmnopqrstuvwxyz0123456789"
    mail = desk.letter(sign(desk, ticket, "agent"), by="agent@example.com", words=secret)
    assert await desk.take(mail) is Taken.REFUSED
    assert await desk.said(ticket) == []
    [told] = desk.server.taken
    assert told.recipients == ("agent@example.com",) and "ghp_" not in told.part("plain")


async def test_a_note_s_words_are_in_no_mail(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    await desk.take(desk.letter(sign(desk, ticket, "agent"), by="agent@example.com", words="Look again."))
    note = PostMessage(ticket=ticket, kind=MessageKind.NOTE, text=Text.of("SECRET note"))
    await desk.web.engine.handle(note, desk.actor("lead"))
    sent = await desk.send()
    assert sent and not any("SECRET" in one.part(kind) for one in sent for kind in ("plain", "html"))


INJECTED = [
    ("Subject", "Hello =?utf-8?q?=0D=0ABcc:_victim@example.edu?="),
    ("Subject", "=?utf-8?b?SGVsbG8NCkJjYzogdmljdGltQGV4YW1wbGUuZWR1?="),
    ("Message-ID", "<a@b>\tBcc:victim@example.edu"),
    ("Message-ID", "<a\u2028Bcc:victim@example.edu>"),
    ("Message-ID", f"<{'a' * 2000}@b>"),
]


@pytest.mark.parametrize(("name", "value"), INJECTED)
async def test_what_a_mail_says_adds_no_header_to_what_is_answered(opening: MailDesk, name: str, value: str) -> None:
    """Both the answer at once, to files that are not taken, and the confirmation."""
    raw = (
        f"From: {THIEF}\r\nTo: {INBOX}\r\nSubject: x\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/mixed; boundary="b"\r\n'
    ).replace("Subject: x\r\n", "" if name == "Subject" else "Subject: x\r\n")
    parts = (
        "--b\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
        '--b\r\nContent-Disposition: attachment; filename="a=0D=0ABcc: victim@example.edu.exe"\r\n\r\n\r\n--b--\r\n'
    )
    assert await opening.take(f"{raw}{name}: {value}\r\n\r\n{parts}".encode()) is Taken.OPENED
    await opening.send()
    assert len(opening.server.taken) == 2
    for sent in opening.server.taken:
        assert sent.mail["Bcc"] is None and sent.recipients == (THIEF,)
        assert all(len(line) <= 998 for line in sent.data.split(b"\r\n"))


async def test_two_senders_or_a_sender_header_do_not_choose_whose_words_they_are(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    mail = desk.letter(sign(desk, ticket, "student"), by=THIEF, Sender="student@example.com")
    mail["Reply-To"] = "student@example.com"
    assert await desk.take(mail) is Taken.REFUSED
    assert await desk.said(ticket) == []


async def test_a_forged_bounce_silences_nobody(desk: MailDesk) -> None:
    ticket = await desk.ticket()
    forged = EmailMessage()
    forged["From"], forged["To"], forged["Message-ID"] = THIEF, sign(desk, ticket, "other"), "<b@evil.example>"
    forged["Content-Type"] = 'multipart/report; report-type="delivery-status"; boundary="b"'
    forged.set_payload(
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; evil.example\r\n\r\n"
        "Final-Recipient: rfc822; student@example.com\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    )
    assert await desk.take(forged) is Taken.IGNORED
    await desk.answer(ticket)
    assert len(await desk.send()) == 1


HOSTILE = [
    "From: a\n" * 7_000,
    "On Mon, x <a@b> \n" * 3_500,
    "Am " + "schrieb " * 7_000,
    ">" * 60_000,
    "-- \n" * 15_000,
    "On a, " * 10_000,
]


@pytest.mark.parametrize("words", HOSTILE, ids=range(len(HOSTILE)))
def test_no_words_keep_the_desk_looking_for_where_a_quotation_begins(words: str) -> None:
    """One that did would stand here for minutes."""
    assert isinstance(newest_of(words), str)


@pytest.mark.parametrize("html", ["<div>" * 50_000, "<table><tr><td>" * 5_000, "<b>" * 80_000, "<" * 60_000, "\x00<p>"])
def test_no_html_is_too_deep_or_broken_to_be_read_or_refused(html: str) -> None:
    assert isinstance(text_of_html(html), str)


def test_nobody_is_person_zero() -> None:
    assert TOKENS.of_address(TOKENS.address(TicketId(1), PersonId(0)) or "") is None
