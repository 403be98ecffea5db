"""A mail as it is sent: its head says what was given, and nothing that somebody typed becomes a header."""

import re
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from adapters.email.config import Sender
from adapters.email.message import SUBJECT, Heading, mail_of
from adapters.email.render import Parts
from core.text import clean_line, shorten

NAMES = ["Content-Type", "MIME-Version", "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"]
PARTS = Parts(text="plain", html="<p>html</p>")


DESK = Sender("desk@example.edu")


def _heading(subject: str, *, sender: Sender = DESK, to: tuple[str, ...] = ("a@b.c",)) -> Heading:
    return Heading(
        key="a1b2c3",
        ticket_key=None,
        subject=subject,
        sender=sender,
        recipients=to,
        at=datetime(2026, 11, 21, 12, 0, tzinfo=UTC),
    )


def _read(data: bytes) -> EmailMessage:
    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


@pytest.mark.parametrize(
    "title",
    [
        "Help\r\nBcc: evil@example.org",
        "Help\r\n\r\n<script>alert(1)</script>",
        "Help\nBcc: evil@example.org\r",
        "Help\x0bBcc: evil@example.org\x0c\x1c\x1d\x85\u2028Bcc: e@e.e\u2029",
        "=?utf-8?q?Help=0D=0ABcc:_evil@example.org?=",
        "=?utf-8?b?SGVscA0KQmNjOiBldmlsQGV4YW1wbGUub3Jn?=",
        "Prüfung =?utf-8?q?=0D=0ABcc:_evil@example.org?=",
        "x" * 70 + "\r\n Bcc: evil@example.org",
        "\r\n",
    ],
)
def test_a_title_makes_no_header_and_no_body(title: str) -> None:
    data = mail_of(_heading(title), PARTS)
    mail = _read(data)
    assert sorted(mail.keys()) == sorted([*NAMES, "X-Auto-Response-Suppress"])
    assert mail["Subject"] == (clean_line(title) or "…")
    assert not re.search(rb"(?im)^bcc:", data)
    assert [part.get_content() for part in mail.iter_parts()] == ["plain", "<p>html</p>"]


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
@example("नमस्ते " * 60)
@example("x" * 400)
@example("👩‍👩‍👧‍👦" * 40)
@example("a  b" * 60)
def test_any_title_is_read_as_it_was_written(title: str) -> None:
    data = mail_of(_heading(title), PARTS)
    assert _read(data)["Subject"] == (shorten(clean_line(title), SUBJECT) or "…")
    assert data.isascii() and max(map(len, data.split(b"\r\n"))) <= 998
    assert all(len(word) <= 75 for word in re.findall(rb"=\?[^?\s]+\?[bq]\?[^?\s]*\?=", data))


@pytest.mark.parametrize("name", ["Support desk", 'Desk "all", of it', "Prüfungsamt " * 10, "=?utf-8?q?x?="])
def test_the_senders_name_is_read_as_it_was_written(name: str) -> None:
    data = mail_of(_heading("x", sender=Sender("desk@example.edu", name.strip())), PARTS)
    [sender] = _read(data)["From"].addresses
    assert sender.addr_spec == "desk@example.edu"
    read, _ = parseaddr(str(make_header(decode_header(message_from_bytes(data)["From"]))))
    assert read == name.strip()


def test_fifty_recipients_are_named_in_folded_lines() -> None:
    to = tuple(f"somebody.with.a.long.name.{n}@department.example.edu" for n in range(50))
    data = mail_of(_heading("x", to=to), PARTS)
    assert tuple(address.addr_spec for address in _read(data)["To"].addresses) == to
    assert max(map(len, data.split(b"\r\n"))) <= 78


def test_ids_longer_than_a_line_stay_whole() -> None:
    domain = "d" * 60 + "." + "e" * 60 + ".edu"
    heading = Heading(
        key="a" * 24,
        ticket_key="b" * 32,
        subject="x",
        sender=Sender(f"desk@{domain}"),
        recipients=("a@b.c",),
        at=datetime(2026, 11, 21, tzinfo=UTC),
    )
    data = mail_of(heading, PARTS).decode()
    assert f"Message-ID: <{'a' * 24}@{domain}>" in data.replace("\r\n ", "")
    assert f"References: <ticket.{'b' * 32}@{domain}>" in data.replace("\r\n ", "")


@pytest.mark.parametrize(
    "words", ["é" * 5_000, "x" * 5_000, "a.\n.\n..b\n", " \t trailing \t ", "=3D=0D=0A", "From here\n"]
)
def test_the_words_of_both_parts_arrive_as_they_were(words: str) -> None:
    mail = _read(mail_of(_heading("x"), Parts(text=words, html=words)))
    for part in mail.iter_parts():
        assert part.get_content().replace("\r\n", "\n") == words
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
