"""The real clock and the real source of unguessable names: the seams where a test puts its own."""

import secrets
from datetime import UTC, datetime


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


class SecretKeys:
    def token(self) -> str:
        return secrets.token_urlsafe(16)

    def hex(self, digits: int) -> str:
        return secrets.token_hex((digits + 1) // 2)[:digits]
