"""Deliveries by mail to a real server: what each of its answers means, what a mail's head says, what stays secret."""

import asyncio
import logging
import socket
import traceback
from base64 import b64encode
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from aiohttp.test_utils import unused_port
from structlog.testing import capture_logs

from adapters.email.channel import Mail
from adapters.email.config import Sender, SmtpServer, Tls
from core.model.ids import PersonId
from core.model.outbox import Address, ToEmail, ToPerson, ToSpace
from core.model.people import Platform
from core.model.thread import MessageKind
from core.ports import Channel, Receipt, Retry, Spoken, Undeliverable, Unknown
from core.text import Text
from tests.adapters.gchat.samples import ALERT, CARDS, TICKET_KEY, parcel, ticket
from tests.fakes.clock import FakeClock
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer, Loss, Stage, trust

DEAN = ToEmail("dean@example.edu")
LEADS = ("asha@example.edu", "ben@example.edu")
SENDER = Sender("desk@help.example.edu", "Support desk, Zürich")
KEY = parcel(ALERT).key


@pytest.fixture
async def server() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer() as made:
        yield made


def _mail(server: FakeMailServer | SmtpServer, *, within: float = 10) -> Mail:
    return Mail(
        server.settings if isinstance(server, FakeMailServer) else server,
        SENDER,
        spaces={"leads": LEADS},
        zone=ZoneInfo("Asia/Kolkata"),
        clock=FakeClock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
        trust=trust(),
        within=within,
    )


def _assert_keeps_the_password(error: BaseException) -> None:
    told = "".join(traceback.format_exception(error)) + repr(error) + repr(error.__context__) + repr(error.__cause__)
    for secret in (PASSWORD, PASSWORD.encode("ascii", "replace").decode(), b64encode(PASSWORD.encode()).decode()):
        assert secret not in told


async def test_an_alert_arrives_with_a_head_that_names_thread_sender_and_time(server: FakeMailServer) -> None:
    receipt = await _mail(server).deliver(parcel(ALERT, address=DEAN, of=ticket()))
    [taken] = server.taken
    assert receipt == Receipt(external_id=f"<{KEY}@help.example.edu>")
    assert (taken.sender, taken.recipients) == ("desk@help.example.edu", ("dean@example.edu",))
    assert {name: str(value) for name, value in taken.mail.items() if not name.startswith(("Content", "MIME"))} == {
        "From": '"Support desk, Zürich" <desk@help.example.edu>',
        "To": "dean@example.edu",
        "Subject": "T-1042 Cannot see my exam slot",
        "Date": "Sat, 21 Nov 2026 12:00:00 +0000",
        "Message-ID": f"<{KEY}@help.example.edu>",
        "In-Reply-To": f"<ticket.{TICKET_KEY}@help.example.edu>",
        "References": f"<ticket.{TICKET_KEY}@help.example.edu>",
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "DR, RN, NRN, OOF, AutoReply",
    }
    assert [part.get_content_type() for part in taken.mail.iter_parts()] == ["text/plain", "text/html"]
    assert "17:30 IST" in taken.part("plain") and "17:30 IST" in taken.part("html")
    assert server.names == ["help.example.edu"]


async def test_a_space_is_written_to_in_one_mail(server: FakeMailServer) -> None:
    await _mail(server).deliver(parcel(ALERT, address=ToSpace("leads")))
    [taken] = server.taken
    assert taken.recipients == LEADS
    assert taken.mail["To"] == ", ".join(LEADS)
    assert taken.mail["References"] is None


async def test_every_sample_card_is_taken_by_a_strict_server(server: FakeMailServer) -> None:
    mail = _mail(server)
    for number, card in enumerate(CARDS.values()):
        await mail.deliver(parcel(card, key=f"{number:024}", address=DEAN, of=ticket()))
    assert len(server.taken) == len(CARDS)


@pytest.mark.parametrize("tls", [Tls.NONE, Tls.STARTTLS, Tls.SMTPS])
async def test_user_and_password_are_told_over_each_kind_of_connection(tls: Tls) -> None:
    async with FakeMailServer(tls, password=PASSWORD) as server:
        await _mail(server).deliver(parcel(ALERT, address=DEAN))
        assert len(server.taken) == 1


@pytest.mark.parametrize("tls", [Tls.STARTTLS, Tls.SMTPS])
async def test_a_certificate_that_nobody_vouches_for_is_told_nothing(tls: Tls) -> None:
    async with FakeMailServer(tls, password=PASSWORD) as server:
        mail = Mail(server.settings, SENDER, spaces={}, zone=UTC, clock=FakeClock())
        with pytest.raises(Retry, match=r"nothing was sent \(SSLCertVerificationError\)") as caught:
            await mail.deliver(parcel(ALERT, address=DEAN))
        assert server.taken == []
        _assert_keeps_the_password(caught.value)


async def test_a_server_without_the_starttls_that_is_asked_for_is_told_nothing(server: FakeMailServer) -> None:
    port = server.settings.port
    strict = SmtpServer(host="127.0.0.1", port=port, tls=Tls.STARTTLS, user=USER, password=PASSWORD)
    with pytest.raises(Retry, match="STARTTLS extension not supported"):
        await _mail(strict).deliver(parcel(ALERT, address=DEAN))
    assert server.taken == []


async def test_a_wrong_password_is_given_up_and_not_repeated_though_the_server_repeats_it() -> None:
    for tls in (Tls.STARTTLS, Tls.NONE):
        async with FakeMailServer(tls, password="right") as server:
            right = server.settings
            wrong = SmtpServer(host=right.host, port=right.port, tls=tls, user=USER, password="wr0ng")
            with pytest.raises(Undeliverable) as caught:
                await _mail(wrong).deliver(parcel(ALERT, address=DEAN))
            assert str(caught.value) == (
                "The mail server refused the user or the password in BOT_EMAIL__SMTP_URL: 535 5.7.8 No: …"
            )


@pytest.mark.parametrize(
    ("at", "answer", "raised", "sentence"),
    [
        (Stage.CONNECT, "421 4.3.2 Not now", Retry, "The mail server asks for patience: 421 4.3.2 Not now"),
        (Stage.CONNECT, "554 No SMTP here", Undeliverable, "The mail server refused the connection: 554 No SMTP here"),
        (Stage.MAIL, "451 4.7.1 Later", Retry, "The mail server asks for patience: 451 4.7.1 Later"),
        (Stage.MAIL, "553 5.7.1 Not yours", Undeliverable, "the sender, BOT_EMAIL__SENDER: 553 5.7.1 Not yours"),
        (DEAN.address, "450 4.2.0 Greylisted", Retry, "refused dean@example.edu: 450 4.2.0 Greylisted"),
        (DEAN.address, "421 4.3.2 Closing", Retry, "refused dean@example.edu: 421 4.3.2 Closing"),
        (DEAN.address, "550 5.1.1 No such user", Undeliverable, "refused dean@example.edu: 550 5.1.1 No such user"),
        (Stage.DATA, "452 4.3.1 Disk full", Retry, "The mail server asks for patience: 452 4.3.1 Disk full"),
        (Stage.DATA, "554 5.7.1 Spam", Undeliverable, "The mail server refused the mail: 554 5.7.1 Spam"),
        (Stage.MAIL, "what?", Retry, "answer made no sense, and nothing was sent"),
        (Stage.DATA, "what?", Unknown, "may have taken it: its answer made no sense"),
        (Stage.DATA, "354 go on", Unknown, "may have taken it: its answer made no sense"),
        (Stage.CONNECT, Loss.CUT, Retry, "nothing was sent"),
        (Stage.MAIL, Loss.CUT, Retry, "nothing was sent"),
        (DEAN.address, Loss.CUT, Retry, "nothing was sent"),
        (Stage.DATA, Loss.CUT, Unknown, "may have taken it: the connection was lost"),
    ],
)
async def test_what_each_answer_means(
    at: Stage | str, answer: str | Loss, raised: type[Exception], sentence: str
) -> None:
    async with FakeMailServer(refusals={at: answer}) as server:
        with pytest.raises(raised) as caught:
            await _mail(server).deliver(parcel(ALERT, address=DEAN))
    assert sentence in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    ("at", "raised"), [(Stage.CONNECT, Retry), (Stage.MAIL, Retry), (DEAN.address, Retry), (Stage.DATA, Unknown)]
)
async def test_silence_is_unknown_only_once_the_mail_was_sent(at: Stage | str, raised: type[Exception]) -> None:
    async with FakeMailServer(refusals={at: Loss.SILENT}) as server:
        with pytest.raises(raised, match="no answer in time"):
            await _mail(server, within=0.2).deliver(parcel(ALERT, address=DEAN))


async def test_a_mail_that_was_taken_is_delivered_however_the_server_says_goodbye() -> None:
    for goodbye in ("500 What?", Loss.CUT):
        async with FakeMailServer(refusals={Stage.QUIT: goodbye}) as server:
            await _mail(server).deliver(parcel(ALERT, address=DEAN))
            assert len(server.taken) == 1


async def test_a_closed_port_is_tried_again_since_nothing_was_sent() -> None:
    closed = SmtpServer(host="127.0.0.1", port=unused_port(), tls=Tls.NONE)
    with pytest.raises(Retry, match=r"nothing was sent \(ConnectionRefusedError\)"):
        await _mail(closed).deliver(parcel(ALERT, address=DEAN))


async def test_the_same_mail_has_the_same_id_at_every_try(server: FakeMailServer) -> None:
    server.refusals[Stage.DATA] = Loss.CUT
    with pytest.raises(Unknown):
        await _mail(server).deliver(parcel(ALERT, address=DEAN))
    server.refusals.clear()
    assert await _mail(server).find(parcel(ALERT, address=DEAN)) is None
    await _mail(server).deliver(parcel(ALERT, address=DEAN))
    first, second = server.taken
    assert first.mail["Message-ID"] == second.mail["Message-ID"]


async def test_the_mails_of_one_ticket_belong_together_and_differ_in_their_ids(server: FakeMailServer) -> None:
    mail = _mail(server)
    await mail.deliver(parcel(ALERT, key="1" * 24, address=DEAN, of=ticket()))
    await mail.deliver(parcel(ALERT, key="2" * 24, address=DEAN, of=ticket()))
    first, second = server.taken
    assert first.mail["References"] == second.mail["References"] == first.mail["In-Reply-To"]
    assert first.mail["Message-ID"] != second.mail["Message-ID"]


async def test_what_some_recipients_refuse_goes_to_the_others_once_and_the_refusal_is_logged() -> None:
    for answer in ("550 5.1.1 No such user", "452 4.2.2 Mailbox full"):
        async with FakeMailServer(refusals={LEADS[0]: answer}) as server:
            with capture_logs() as logs:
                await _mail(server).deliver(parcel(ALERT, address=ToSpace("leads")))
            [taken] = server.taken
            assert taken.recipients == LEADS[1:]
            assert logs == [
                {
                    "event": "mail refused for some",
                    "log_level": "warning",
                    "delivery": 1,
                    "refused": {LEADS[0]: answer},
                }
            ]


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        (("550 5.1.1 No", "550 5.1.1 No"), Undeliverable),
        (("550 5.1.1 No", "450 4.2.0 Later"), Retry),
        (("450 4.2.0 Later", "451 4.2.0 Later"), Retry),
    ],
)
async def test_refused_by_all_it_is_given_up_only_if_none_may_take_it_later(
    answers: tuple[str, str], raised: type[Exception]
) -> None:
    async with FakeMailServer(refusals=dict(zip(LEADS, answers, strict=True))) as server:
        with pytest.raises(raised) as caught:
            await _mail(server).deliver(parcel(ALERT, address=ToSpace("leads")))
        for lead, answer in zip(LEADS, answers, strict=True):
            assert f"{lead}: {answer}" in str(caught.value)


async def test_the_words_of_a_server_are_cleaned_and_cut() -> None:
    long = "550-5.7.1 \x1b[31mRead\tthis\r\n550-5.7.1 and this\r\n550 5.7.1 " + "x" * 400
    async with FakeMailServer(refusals={DEAN.address: long}) as server:
        with pytest.raises(Undeliverable) as caught:
            await _mail(server).deliver(parcel(ALERT, address=DEAN))
    told = str(caught.value)
    assert told.startswith("The mail server refused dean@example.edu: 550 5.7.1 [31mRead this 5.7.1 and this 5.7.1 xxx")
    assert len(told) <= 400 and told.endswith("…") and told.isprintable()


ATTACKS = (
    "dean@example.edu>\r\nRCPT TO:<evil@example.org",
    "dean@example.edu, evil@example.org",
    "<dean@example.edu>",
    "Dean <dean@example.edu>",
    '"dean\\"@example.edu',
    "dean@example.edu ORCPT=rfc822;x",
    "dean@exämple.edu",
    "dean@example.edu\x00",
    "déan@example.edu",
    "dean@",
    "@example.edu",
    "dean",
    "",
    "d" * 65 + "@example.edu",
    "dean@" + "e" * 250 + ".edu",
    "dean@.edu",
    "dean@example..edu",
    ".dean@example.edu",
)


@pytest.mark.parametrize("address", ATTACKS)
async def test_an_address_that_is_none_reaches_no_server(server: FakeMailServer, address: str) -> None:
    with pytest.raises(Undeliverable, match=r"An email address in bot\.toml is none"):
        await _mail(server).deliver(parcel(ALERT, address=ToEmail(address)))
    assert server.names == []


async def test_spaces_without_addresses_threads_persons_and_messages_get_no_mail(server: FakeMailServer) -> None:
    mail = _mail(server)
    cases: list[tuple[Address, str]] = [
        (ToSpace("deans"), "“deans” has no email addresses"),
        (ToPerson(PersonId(7), Platform.WEB), "no threads or persons"),
    ]
    for address, sentence in cases:
        with pytest.raises(Undeliverable, match=sentence):
            await mail.deliver(parcel(ALERT, address=address))
    with pytest.raises(Undeliverable, match="no messages"):
        await mail.deliver(parcel(Spoken(author="Asha", text=Text.of("Hi"), kind=MessageKind.REPLY), address=DEAN))


async def test_many_mails_at_once_each_have_a_connection(server: FakeMailServer) -> None:
    mail = _mail(server)
    await asyncio.gather(*(mail.deliver(parcel(ALERT, key=f"{n:024}", address=DEAN)) for n in range(20)))
    assert len(server.taken) == 20


async def test_the_password_is_neither_logged_nor_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the stand-in's own
    async with FakeMailServer(Tls.STARTTLS, password=PASSWORD) as server:
        mail = _mail(server)
        await mail.deliver(parcel(ALERT, address=DEAN))
        repeated = b64encode(b"\0" + USER.encode() + b"\0" + PASSWORD.encode()).decode()
        server.refusals[Stage.MAIL] = f"550 5.7.1 AUTH PLAIN {repeated}?"
        with pytest.raises(Undeliverable, match=r"AUTH PLAIN …\?"):
            await mail.deliver(parcel(ALERT, address=DEAN))
        shown = caplog.text + repr(mail) + repr(server.settings)
    for secret in (PASSWORD, b64encode(PASSWORD.encode()).decode()):
        assert secret not in shown


async def test_nobody_looks_up_the_desks_own_name(server: FakeMailServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up of one's own name may take longer than the mail."""
    monkeypatch.setattr(socket, "getfqdn", lambda *_: pytest.fail("looked up"))
    await _mail(server).deliver(parcel(ALERT, address=DEAN))


async def test_it_is_a_channel_without_a_pace_and_keeps_nothing_open(server: FakeMailServer) -> None:
    mail = _mail(server)
    channel: Channel = mail
    assert channel.pace is None
    await mail.close()
