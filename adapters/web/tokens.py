"""Bearer tokens: JWT, signed with HS256 and nothing else, good for twelve hours."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from adapters.web.bodies import number_of
from adapters.web.problems import ForgedToken, SignedOut
from core.model.ids import PersonId
from core.ports import Clock

_ALGORITHM = "HS256"
_NAME = "threaddesk"
_AUDIENCE = "threaddesk-api"
_LONGEST = 2_000
LIFE = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Claim:
    """What a token says, once it is proved."""

    person: PersonId
    issued_at: datetime
    expires_at: datetime


class Tokens:
    """``key``: 32 bytes used for nothing else."""

    def __init__(self, key: bytes, clock: Clock) -> None:
        self._key = key
        self._clock = clock

    def issue(self, person: PersonId) -> str:
        now = self._clock.now()
        claims = {"iss": _NAME, "aud": _AUDIENCE, "sub": str(person), "iat": now.timestamp(), "exp": now + LIFE}
        return jwt.encode(claims, self._key, algorithm=_ALGORITHM)

    def read(self, token: str) -> Claim:
        """Raises ForgedToken or SignedOut. The time is our clock's: the library would look at the machine's."""
        if len(token) > _LONGEST:
            raise ForgedToken
        try:
            claims = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                issuer=_NAME,
                options={
                    "require": ["exp", "iat", "sub", "iss", "aud"],
                    "verify_exp": False,
                    "verify_iat": False,
                    "verify_nbf": False,
                },
            )
            number, expires_at = number_of(claims["sub"]), datetime.fromtimestamp(int(claims["exp"]), UTC)
            issued_at = datetime.fromtimestamp(float(claims["iat"]), UTC)
        except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError):
            number = None
        if number is None:
            raise ForgedToken
        if expires_at <= self._clock.now():
            raise SignedOut
        return Claim(PersonId(number), issued_at, expires_at)
