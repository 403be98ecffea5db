"""The two settings of the mail server: what is taken, and sentences for the rest that give nothing away."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.email.config import Sender, SmtpServer, Tls, is_mailbox, sender_of, smtp_server


@pytest.mark.parametrize(
    ("url", "server"),
    [
        (
            "smtp://user:pass@mail.example.edu:587",
            SmtpServer(host="mail.example.edu", port=587, tls=Tls.STARTTLS, user="user", password="pass"),
        ),
        (
            "smtps://user:pass@mail.example.edu",
            SmtpServer(host="mail.example.edu", port=465, tls=Tls.SMTPS, user="user", password="pass"),
        ),
        (
            "smtp://desk%40example.edu:p%40ss%2Fw%20%C3%A9%3A@mail.example.edu/",
            SmtpServer(
                host="mail.example.edu", port=587, tls=Tls.STARTTLS, user="desk@example.edu", password="p@ss/w é:"
            ),
        ),
        ("smtp://mail.example.edu:25", SmtpServer(host="mail.example.edu", port=25, tls=Tls.STARTTLS)),
        ("SMTP://Mail.Example.edu", SmtpServer(host="mail.example.edu", port=587, tls=Tls.STARTTLS)),
        ("smtp://relay:25?starttls=no", SmtpServer(host="relay", port=25, tls=Tls.NONE)),
        (
            "smtp://smtp_relay-1.lan:25?starttls=required",
            SmtpServer(host="smtp_relay-1.lan", port=25, tls=Tls.STARTTLS),
        ),
        ("smtp://localhost:25", SmtpServer(host="localhost", port=25, tls=Tls.NONE)),
        ("smtp://localhost:25?starttls=no", SmtpServer(host="localhost", port=25, tls=Tls.NONE)),
        ("smtp://localhost:25?starttls=required", SmtpServer(host="localhost", port=25, tls=Tls.STARTTLS)),
        ("smtp://u:p@127.0.0.1:25", SmtpServer(host="127.0.0.1", port=25, tls=Tls.NONE, user="u", password="p")),
        ("smtp://[::1]:25", SmtpServer(host="::1", port=25, tls=Tls.NONE)),
        ("smtps://[2001:db8::1]", SmtpServer(host="2001:db8::1", port=465, tls=Tls.SMTPS)),
        (" smtp://localhost:25\n", SmtpServer(host="localhost", port=25, tls=Tls.NONE)),
    ],
)
def test_an_address_says_where_how_and_as_whom(url: str, server: SmtpServer) -> None:
    assert smtp_server(url) == server


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "This is not a mail server's address"),
        ("mail.example.edu:587", "This is not a mail server's address"),
        ("http://s3cret@mail.example.edu", "This is not a mail server's address"),
        ("smtp://", "This is not a mail server's address"),
        ("smtp://u:s3cret@", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail:port", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail:99999", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail:0", "This is not a mail server's address"),
        ("smtp://u:s3cret@[::1", "This is not a mail server's address"),
        ("smtp://u:s3cret@[mail]", "This is not a mail server's address"),
        ("smtp://u:s3cret/word@mail", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail\r\nRSET", "This is not a mail server's address"),
        ("smtp://u:s3cret@ma il", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail..edu", "This is not a mail server's address"),
        ("smtp://u:s3cret@mail/inbox", "behind the host and its port"),
        ("smtp://u:s3cret@mail#s3cret", "behind the host and its port"),
        ("smtp://s3cret@mail", "A user needs a password"),
        ("smtp://:s3cret@mail", "A user needs a password"),
        ("smtp://u:s3cret%0d%0a@mail", "control character"),
        ("smtp://u%00:s3cret@mail", "control character"),
        ("smtp://u:s3cret@mail?starttls=maybe", "starttls=required or starttls=no"),
        ("smtp://u:s3cret@mail?starttls=no&starttls=required", "starttls=required or starttls=no"),
        ("smtp://u:s3cret@mail?verify=no", "starttls=required or starttls=no"),
        ("smtp://u:s3cret@mail?starttls", "starttls=required or starttls=no"),
        ("smtps://u:s3cret@mail?starttls=no", "encrypted from the first byte"),
        ("smtp://u:s3cret@mail?starttls=no", "The password would travel unencrypted"),
        ("smtp://u:s3cret@127.0.0.1.evil.example?starttls=no", "The password would travel unencrypted"),
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(url: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        smtp_server(url)
    assert "s3cret" not in str(caught.value) and caught.value.__context__ is None
    assert str(caught.value).endswith(".")


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.from_regex(r"smtps?://[ -~]{0,40}", fullmatch=True)))
def test_whatever_is_written_is_a_server_or_refused_with_a_sentence(url: str) -> None:
    try:
        server = smtp_server(url)
    except ValueError as refused:
        assert str(refused).endswith(".")
        return
    assert 0 < server.port < 65536 and "\n" not in server.host
    assert (
        server.tls is not Tls.NONE
        or server.password is None
        or server.host in ("localhost", "::1")
        or (server.host.startswith("127."))
    )


def test_the_password_is_not_shown() -> None:
    assert "s3cret" not in repr(smtp_server("smtp://user:s3cret@mail.example.edu"))


@pytest.mark.parametrize(
    ("written", "sender"),
    [
        ("desk@example.edu", Sender("desk@example.edu")),
        (" Support desk <desk@example.edu> ", Sender("desk@example.edu", "Support desk")),
        ('"Support, all of it" <desk@example.edu>', Sender("desk@example.edu", "Support, all of it")),
        ("Prüfungen <desk@example.edu>", Sender("desk@example.edu", "Prüfungen")),
    ],
)
def test_a_sender_is_an_address_with_or_without_a_name(written: str, sender: Sender) -> None:
    assert sender_of(written) == sender
    assert sender.domain == "example.edu"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "desk",
        "Support desk",
        "Support desk <desk>",
        "desk@example.edu, evil@example.org",
        "desk@exämple.edu",
        "Support\r\nBcc: evil@example.org <desk@example.edu>",
        "desk@example.edu\x00",
        "<desk@example.edu> <evil@example.org>",
    ],
)
def test_what_is_no_sender_is_refused_with_a_sentence(written: str) -> None:
    with pytest.raises(ValueError, match="This is not a sender"):
        sender_of(written)


@pytest.mark.parametrize(
    "address", ["a@b", "a.b+tag@mail.example.edu", "o'neil@x.ac.uk", "a_b-c@1.2.example", "d" * 64 + "@x"]
)
def test_an_ordinary_address_is_taken(address: str) -> None:
    assert is_mailbox(address)
