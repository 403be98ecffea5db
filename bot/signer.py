"""Signed links: HMAC-SHA256 (RFC 2104) over purpose, what and until, with a key of their own.

    <mac>.<what>.<until>      each in base64url without padding, ``until`` as hexadecimal seconds since 1970

The token is made anew from what it says and compared as a whole, in constant time: two tokens never say the same. It
ends in a digit, which whoever makes links of plain text takes for a part of it.
"""

import base64
import binascii
import hashlib
import hmac
import re
from datetime import UTC, datetime

from core.ports import Expired

LONGEST = 400
"""Characters of a token: no link of the desk's is longer, and nothing longer is looked at."""
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}\.(?P<what>[A-Za-z0-9_-]+)\.(?P<until>[0-9a-f]{1,10})", re.ASCII)


class HmacSigner:
    """Fulfils ``core.ports.Signer``. ``secret_key``: the desk's; another one ends every link that is about."""

    def __init__(self, secret_key: bytes) -> None:
        self._key = hmac.new(secret_key, b"signed links", hashlib.sha256).digest()

    def sign(self, purpose: str, what: str, until: datetime) -> str:
        return self._token(purpose, what, int(until.timestamp()))

    def read(self, purpose: str, token: str, now: datetime) -> str | None:
        found = _TOKEN.fullmatch(token) if len(token) <= LONGEST else None
        what = _decoded(found["what"]) if found is not None else None
        if found is None or what is None:
            return None
        until = int(found["until"], 16)
        if not hmac.compare_digest(self._token(purpose, what, until), token):
            return None
        if datetime.fromtimestamp(until, UTC) <= now:
            raise Expired
        return what

    def _token(self, purpose: str, what: str, until: int) -> str:
        mac = hmac.new(self._key, f"{purpose}\0{what}\0{until:x}".encode(), hashlib.sha256).digest()
        return f"{_encoded(mac)}.{_encoded(what.encode())}.{until:x}"


def _encoded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _decoded(written: str) -> str | None:
    try:
        return base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)).decode()
    except (binascii.Error, ValueError):
        return None
