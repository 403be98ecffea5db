"""Where a signed webhook goes and what it is signed with: two settings, read and checked.

Both are secrets (an address may hold a token): no sentence that is raised here holds what was written.
"""

import base64
import binascii
from dataclasses import dataclass, field

from standardwebhooks import Webhook as Signer
from yarl import URL

from adapters.chat.addresses import is_web_address
from core.hosts import is_loopback

_PREFIX = "whsec_"
_FEWEST, _MOST = 24, 64
"""Bytes of a secret (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md,
"Signature scheme")."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    url: URL = field(repr=False)
    signer: Signer = field(repr=False)


def endpoint_of(url: str, secret: str) -> Endpoint:
    """Raises ValueError with a sentence, as ``url_of`` and ``key_of`` do."""
    return Endpoint(url_of(url), Signer(key_of(secret)))


def url_of(written: str) -> URL:
    """The address of a receiver: https, or http on this computer, since an alert may hold a link that acknowledges.

    Raises ValueError with a sentence.
    """
    url = _address(written.strip())
    if url is None:
        raise ValueError("This is not a web address: write it like https://alerts.example.edu/threaddesk.")
    if url.scheme != "https" and not is_loopback(url.host or ""):
        raise ValueError(
            "Alerts would travel unencrypted: write https://. Only a receiver on this computer has http://."
        )
    return url


def key_of(written: str) -> bytes:
    """The 24 to 64 bytes of a secret ``whsec_…``, which is base64 with or without padding.

    Raises ValueError with a sentence.
    """
    key = _decoded(written.strip())
    if key is None:
        raise ValueError(f"This is not a webhook's secret: it is {_PREFIX} and base64 behind it.")
    if not _FEWEST <= len(key) <= _MOST:
        raise ValueError(
            f"A webhook's secret has {_FEWEST} to {_MOST} bytes behind {_PREFIX}, and this one {len(key)}."
        )
    return key


def _address(written: str) -> URL | None:
    try:
        return URL(written) if is_web_address(written) else None
    except ValueError:
        return None


def _decoded(written: str) -> bytes | None:
    if not written.startswith(_PREFIX):
        return None
    digits = written.removeprefix(_PREFIX).rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
