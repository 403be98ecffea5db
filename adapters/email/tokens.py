"""Which ticket and which person a mail is about, in an address or an id that only this desk can make.

    desk+<ticket>.<person>.<mac>@example.edu            where an answer goes
    <<delivery>.<ticket>.<person>.<mac>@example.edu>    a mail's Message-ID, which an answer refers to

The mac is HMAC-SHA256 (RFC 2104), cut to 128 bits, in small letters: a local part has 64 characters at most (RFC 5321,
section 4.5.3.1.1), and some servers change its case. It says whose answer is awaited, and is no right by itself: an
answer counts from that person's own address alone.
"""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

from core.model.ids import PersonId, TicketId

LONGEST_LOCAL = 16
"""Characters of a configured local part beside which every token has room."""
_SIGN = r"(?P<ticket>[1-9][0-9]{0,8})\.(?P<person>[1-9][0-9]{0,8})\.(?P<mac>[a-z2-7]{26})"
_LONGEST = 320


@dataclass(frozen=True, slots=True)
class Meant:
    ticket: TicketId
    person: PersonId


class Tokens:
    """``key``: secret; another one ends all that are about. ``inbox``: where mail for the desk arrives, "" for nowhere.
    ``domain``: that of the desk's Message-IDs."""

    def __init__(self, key: bytes, inbox: str, domain: str) -> None:
        self._key = hmac.new(key, b"answers by mail", hashlib.sha256).digest()
        self._local, _, self._host = inbox.rpartition("@")
        self._domain = domain
        tagged = rf"{re.escape(self._local)}\+{_SIGN}@{re.escape(self._host)}"
        self._address = re.compile(tagged, re.ASCII | re.IGNORECASE)
        self._id = re.compile(rf"<[0-9a-f]{{24}}\.{_SIGN}@{re.escape(domain)}>", re.ASCII | re.IGNORECASE)

    def address(self, ticket: TicketId, person: PersonId) -> str | None:
        """Where that person's answer goes; None on a desk that takes none."""
        return f"{self._local}+{self._token(ticket, person)}@{self._host}" if self._host else None

    def message_id(self, delivery_key: str, ticket: TicketId, person: PersonId) -> str:
        return f"<{delivery_key}.{self._token(ticket, person)}@{self._domain}>"

    def of_address(self, address: str) -> Meant | None:
        return self._read(self._address.fullmatch(address) if len(address) <= _LONGEST and self._host else None)

    def of_id(self, message_id: str) -> Meant | None:
        return self._read(self._id.fullmatch(message_id) if len(message_id) <= _LONGEST else None)

    def _read(self, found: re.Match[str] | None) -> Meant | None:
        if found is None:
            return None
        meant = Meant(TicketId(int(found["ticket"])), PersonId(int(found["person"])))
        own = self._mac(meant.ticket, meant.person)
        return meant if hmac.compare_digest(own, found["mac"].lower()) else None

    def _token(self, ticket: TicketId, person: PersonId) -> str:
        return f"{ticket}.{person}.{self._mac(ticket, person)}"

    def _mac(self, ticket: TicketId, person: PersonId) -> str:
        mac = hmac.new(self._key, f"{ticket}\0{person}".encode(), hashlib.sha256).digest()[:16]
        return base64.b32encode(mac).decode().rstrip("=").lower()
