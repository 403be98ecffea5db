"""Persons: who they are, what they were granted, what they chose; and making one of two."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from core.model.duty import Duty
from core.model.ids import (
    PersonId,
)
from core.model.people import Account, Grant, Identity, Person, Platform, Session
from core.text import Json


class People(Protocol):
    """Whoever was absorbed by a link is found, by whatever is asked for them, as the survivor."""

    async def add(self, name: str, at: datetime, *, email: str | None = None, email_confirmed: bool = False) -> Person:
        """Raises EmailTaken where the address is another person's."""

    async def get(self, person: PersonId, *, lock: bool = False) -> Person | None:
        """``lock``: hold the row until the transaction ends, so that two commands of one person follow each other."""

    async def named(self, people: Sequence[PersonId]) -> Mapping[PersonId, str]:
        """Their display names."""

    async def survivors(self, people: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        """Those among ``people`` who were absorbed -> who they are now."""

    async def by_identity(self, identity: Identity) -> Person | None: ...

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        """Everywhere that the person is, in a fixed order."""

    async def by_external(self, platform: Platform, realm: str, external_ids: Sequence[str]) -> Mapping[str, PersonId]:
        """External id -> the person, for those whom the desk knows."""

    async def external_ids(self, people: Sequence[PersonId], platform: Platform) -> Mapping[PersonId, str]:
        """What the platform calls each of ``people`` who is there."""

    async def by_email(self, email: str) -> Person | None:
        """Case does not count."""

    async def by_name(self, name: str) -> Sequence[Person]:
        """Everybody whose display name or username is ``name``, case not counted; at most ten."""

    async def everybody(
        self, *, after: PersonId | None = None, limit: int = 100, words: tuple[str, ...] = ()
    ) -> Sequence[Person]:
        """By id. ``words``: each occurs in the name or in the email address, case aside."""

    async def platforms(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[Platform]]:
        """Where each of ``people`` is known, a password of the desk's own counting as the web; nobody without any."""

    async def unapproved(self) -> Sequence[Person]:
        """Everybody who has a grant that waits for approval."""

    async def staff(self) -> Sequence[Person]:
        """Everybody who has an approved staff role."""

    async def granted_by(self, source: str) -> Sequence[Person]:
        """Everybody who has a grant from ``source``; one that ends in ``:`` stands for all that begin so."""

    async def save(self, person: Person) -> None:
        """Write name, picture, email and its confirmation, language, time zone and standing; not the grants, and not
        the duty and the capacity, which somebody else may be setting."""

    async def set_duty(self, person: PersonId, duty: Duty | None) -> None:
        """None: they say nothing of it."""

    async def set_capacity(self, person: PersonId, capacity: int | None) -> None:
        """None: their team's."""

    async def bind(self, person: PersonId, identity: Identity) -> None: ...

    async def grant(self, person: PersonId, grant: Grant, at: datetime) -> bool:
        """False where the person had it from that source already."""

    async def revoke(self, person: PersonId, source: str) -> Sequence[Grant]:
        """Take back what ``source`` gave; returns what that was."""

    async def add_account(self, account: Account) -> None: ...

    async def account(self, email: str) -> Account | None: ...

    async def account_of(self, person: PersonId) -> Account | None: ...

    async def set_password(self, person: PersonId, *, was: str, password_hash: str) -> bool:
        """False where the hash that is kept is not ``was``: somebody else changed it meanwhile."""

    async def has_account(self, person: PersonId) -> bool: ...

    async def add_session(self, session: Session) -> None: ...

    async def session(self, token_digest: str, now: datetime) -> Session | None: ...

    async def sessions_of(self, person: PersonId, now: datetime) -> Sequence[Session]:
        """Those that last, the one that was seen last first; at most a hundred."""

    async def see_session(self, token_digest: str, at: datetime, address: str) -> None:
        """It was used at ``at``, from ``address``."""

    async def end_session(self, token_digest: str) -> None: ...

    async def sign_out(self, person: PersonId, at: datetime, *, but: str | None) -> None:
        """End every session of theirs but that of the digest ``but``, and every token from before ``at``."""

    async def end_expired_sessions(self, now: datetime) -> int: ...


class Links(Protocol):
    """The codes by which somebody shows that they are two persons here, and making one of the two."""

    async def offer(self, owner: PersonId, digest: str, *, at: datetime, until: datetime) -> None:
        """Keep a code's digest in place of the owner's earlier one."""

    async def take(self, digest: str, typist: PersonId, at: datetime) -> PersonId | None:
        """Whose code it is, if it still counts and nobody else typed it before. From now on it is ``typist``'s alone to
        use."""

    async def missed(self, person: PersonId) -> tuple[int, datetime] | None:
        """How many wrong codes the person typed since when."""

    async def miss(self, person: PersonId, *, at: datetime, within: timedelta) -> None:
        """One more; those from longer ago than ``within`` no longer count."""

    async def hold(self, people: Sequence[PersonId]) -> None:
        """Have every other transaction in which one of ``people`` has a part end first, or begin after this one."""

    async def absorb(self, absorbed: PersonId, survivor: PersonId) -> None:
        """Make all that is ``absorbed``'s the survivor's, but for the trail, the email address and the grants, which
        are gone. What both had, they have once. Codes of either end. Both are held."""


class Preferences(Protocol):
    """What a person set for themselves in the browser, by key."""

    async def of(self, person: PersonId) -> Mapping[str, Json]: ...

    async def put(self, person: PersonId, key: str, value: Json, at: datetime) -> None:
        """In place of what was there."""
