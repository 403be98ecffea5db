"""One mail handed to the server, and what the server's answers mean for the delivery.

A server may repeat a command in its answer, and the password with it: what is raised here is made anew, outside the
handler of what was caught, and the server's words are searched for it first.
"""

import asyncio
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPConnectResponseError,
    SMTPDataError,
    SMTPException,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)

from adapters.email.config import SmtpServer, Tls
from core.ports import Retry, Undeliverable, Unknown
from core.text import clean_line, shorten

TIMEOUT = 10.0
"""Seconds, from the first packet to the server's last word."""
_GOODBYE = 1.0
"""Seconds for the server's answer to a QUIT, on which nothing depends."""
_MAX_WORDS = 200
_MAX_REASON = 400


@dataclass(frozen=True, slots=True)
class Envelope:
    sender: str
    recipients: tuple[str, ...]
    message: bytes


class NoMailbox(Undeliverable):
    """The one recipient's address takes no mail, and will not."""


_NO_MAILBOX = re.compile(r"5\.1\.(?:1|2|3|6|10)\b|5\.2\.1\b")
"""Of RFC 3463, and 5.1.10 of RFC 7505: what is wrong is the address, and not the mail or who sends it."""
_ENHANCED = re.compile(r"\b5\.\d{1,3}\.\d{1,3}\b")

_Failure = Retry | Undeliverable | Unknown


async def send(
    envelope: Envelope,
    server: SmtpServer,
    *,
    client_name: str,
    trust: ssl.SSLContext | None = None,
    within: float = TIMEOUT,
) -> Mapping[str, str]:
    """Hand over ``envelope`` on a connection of its own. ``client_name``: what the desk calls itself (EHLO). ``trust``:
    in place of the system's certificates. ``within``: seconds.

    Returns the recipients that the server refused while it took others, each with its words. Raises Retry where the
    server could not be reached or asked for patience, Undeliverable where it refused for good (RFC 5321, section
    4.2.1), Unknown where the connection was lost once the message was on its way.
    """
    outcome = await _attempt(envelope, server, client_name, trust, within)
    if isinstance(outcome, Exception):
        raise outcome
    return outcome


async def reach(server: SmtpServer, sender: str, *, client_name: str, trust: ssl.SSLContext | None = None) -> None:
    """Sign in and name the sender, and send nothing. Raises as ``send`` does."""
    outcome = await _reach(server, sender, client_name, trust)
    if outcome is not None:
        raise outcome


async def _reach(server: SmtpServer, sender: str, client_name: str, trust: ssl.SSLContext | None) -> _Failure | None:
    client = _client(server, client_name, trust, TIMEOUT)
    try:
        async with asyncio.timeout(TIMEOUT):
            await client.connect()
            await client.mail(sender)
        await _say_goodbye(client)
    except SMTPResponseException as error:
        return _of_answer(error, server, is_on_its_way=False)
    except (SMTPException, OSError) as error:
        return _of_loss(error, is_on_its_way=False)
    finally:
        client.close()
    return None


async def _attempt(
    envelope: Envelope, server: SmtpServer, client_name: str, trust: ssl.SSLContext | None, within: float
) -> Mapping[str, str] | _Failure:
    client = _client(server, client_name, trust, within)
    is_on_its_way = False
    try:
        async with asyncio.timeout(within):
            await client.connect()
            await client.mail(envelope.sender)
            refused = await _name_recipients(client, envelope.recipients)
            if len(refused) == len(envelope.recipients):
                return _all_refused(refused, server)
            is_on_its_way = True
            await client.data(envelope.message)
        await _say_goodbye(client)
        return {name: _words(error, server) for name, error in refused.items()}
    except SMTPResponseException as error:
        return _of_answer(error, server, is_on_its_way)
    except (SMTPException, OSError) as error:  # asyncio's TimeoutError and ssl's errors are OSErrors too
        return _of_loss(error, is_on_its_way)
    finally:
        client.close()


def _client(server: SmtpServer, client_name: str, trust: ssl.SSLContext | None, within: float) -> SMTP:
    return SMTP(
        hostname=server.host,
        port=server.port,
        use_tls=server.tls is Tls.SMTPS,
        start_tls=server.tls is Tls.STARTTLS,
        username=server.user,
        password=server.password,
        local_hostname=client_name,
        timeout=within,
        tls_context=trust,
    )


async def _name_recipients(client: SMTP, recipients: Sequence[str]) -> dict[str, SMTPRecipientRefused]:
    refused = {}
    for recipient in recipients:
        try:
            await client.rcpt(recipient)
        except SMTPRecipientRefused as error:
            refused[recipient] = error
    return refused


async def _say_goodbye(client: SMTP) -> None:
    with suppress(SMTPException, OSError):
        async with asyncio.timeout(_GOODBYE):
            await client.quit()


def _all_refused(refused: Mapping[str, SMTPRecipientRefused], server: SmtpServer) -> _Failure:
    said = "; ".join(f"{name}: {_words(error, server)}" for name, error in refused.items())
    reason = shorten(f"The mail server refused {said}", _MAX_REASON)
    if len(refused) == 1 and all(_is_no_mailbox(error) for error in refused.values()):
        return NoMailbox(reason)
    if all(_is_final(error) for error in refused.values()):
        return Undeliverable(reason)
    return Retry(reason)


def _of_answer(error: SMTPResponseException, server: SmtpServer, is_on_its_way: bool) -> _Failure:
    words = _words(error, server)
    if _is_final(error):
        return Undeliverable(f"The mail server refused {_what(error)}: {words}")
    if 400 <= error.code < 500:
        return Retry(f"The mail server asks for patience: {words}")
    if is_on_its_way:
        return Unknown(f"The mail server may have taken it: its answer made no sense: {words}")
    return Retry(f"The mail server's answer made no sense, and nothing was sent: {words}")


def _of_loss(error: Exception, is_on_its_way: bool) -> _Failure:
    if type(error) is SMTPException:  # the library's own words, on what the server does not offer
        return Retry(f"The mail server offers too little, and nothing was sent: {error}")
    how = "no answer in time" if isinstance(error, TimeoutError) else type(error.__cause__ or error).__name__
    if is_on_its_way:
        return Unknown(f"The mail server may have taken it: the connection was lost ({how}).")
    return Retry(f"The connection to the mail server failed, and nothing was sent ({how}).")


def _what(error: SMTPResponseException) -> str:
    match error:
        case SMTPAuthenticationError():
            return "the user or the password in BOT_EMAIL__SMTP_URL"
        case SMTPSenderRefused():
            return "the sender, BOT_EMAIL__SENDER"
        case SMTPDataError():
            return "the mail"
        case SMTPConnectResponseError():
            return "the connection"
        case _:
            return "to go on"


def _is_no_mailbox(error: SMTPResponseException) -> bool:
    """As the enhanced code says; without one, 550, 551 and 553 of RFC 5321, section 4.2.3."""
    return is_no_mailbox(str(error.message), basic=error.code)


def is_no_mailbox(words: str, *, basic: int = 0) -> bool:
    """``words``: of a refusal for good. ``basic``: the server's three digits, where they are known."""
    if _ENHANCED.search(words):
        return _NO_MAILBOX.search(words) is not None
    return basic in (550, 551, 553)


def _is_final(error: SMTPResponseException) -> bool:
    return 500 <= error.code < 600


def _words(error: SMTPResponseException, server: SmtpServer) -> str:
    """The server's answer in a line: "550 5.1.1 No such user". Redacted whole and shortened after."""
    said = clean_line(f"{error.code} {error.message}")
    for secret in _secrets(server):
        said = said.replace(secret, "…")
    return shorten(said, _MAX_WORDS)


def _secrets(server: SmtpServer) -> list[str]:
    """The password as it stands, and as AUTH LOGIN and AUTH PLAIN (RFC 4616) send it; the longest first."""
    if not server.password:
        return []
    user, password = (server.user or "").encode(), server.password.encode()
    sent = (b64encode(password).decode(), b64encode(b"\0" + user + b"\0" + password).decode())
    return sorted((server.password, *sent), key=len, reverse=True)
