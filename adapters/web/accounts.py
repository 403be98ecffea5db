"""Accounts with a password: registering, and signing in by email.

Passwords are hashed with argon2id, at OWASP's recommended cost for a server that many sign in to at once
(https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html): 19 MiB, two passes. Hashing runs in
a few threads of its own, so a rush of sign-ins neither stalls the event loop nor takes more than their memory.
"""

import asyncio
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.web.limiter import Limiter
from adapters.web.problems import WrongLogin
from adapters.web.strength import require_strength
from core import limits
from core.commands import Actor, ChangePassword, RegisterPerson
from core.engine import Engine
from core.errors import N_, BadField, Clash, Unavailable
from core.model.ids import PersonId
from core.model.people import Account, Platform
from core.ports import Clock
from core.storage import Store
from core.text import clean_line

SHORTEST, LONGEST = 8, 200
"""Characters of a password."""
_TRIES = 10
"""Passwords that may be tried at once for one address, or by one person for their own."""
_THREADS = 4
_MOST_WAITING = 200
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"./]+(\.[^@\s<>()\[\],;:\\\"./]+)+")
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$hM60odfTUsXdofT6I0ztHw$9I5nf4/+GLJUf3I2qHUkDBE3Mz5ZoReR5TRsBLS6Rjs"
"""A hash that no password has: an unknown address costs as much time as a wrong password."""

_T = TypeVar("_T")


class PasswordLength(BadField):
    template = N_("The password has {length} characters: {shortest} to {longest} are taken.")


class WrongPassword(BadField):
    template = N_("The old password is another one. Nothing was changed.")


class SamePassword(BadField):
    template = N_("The new password is the old one. Nothing was changed.")


class NoPassword(Clash):
    template = N_("You sign in here without a password, so there is none to change.")


class NoEmail(BadField):
    template = N_("Email: please write an address like name@example.org.")


class Accounts:
    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._logins = Limiter(clock, burst=_TRIES, every=timedelta(seconds=10))
        self._changes = Limiter(clock, burst=_TRIES, every=timedelta(seconds=10))
        self._addresses = Limiter(clock, burst=500, every=timedelta(milliseconds=100))
        self._registrations = Limiter(clock, burst=200, every=timedelta(seconds=1))

    async def register(self, username: str, email: str, password: str, *, door: Platform, address: str) -> PersonId:
        """``address``: the network's. Raises BadField, WeakPassword too, EmailTaken or TooManyAttempts."""
        name = limits.line(N_("The username"), username, limits.NAME)
        tidy_email = _email(email)
        _require_length(password)
        self._registrations.take(address)
        hashed = await self._in_thread(lambda: self._hash(password, (name, tidy_email)))
        command = RegisterPerson(username=name, email=tidy_email, password_hash=hashed)
        outcome = await self._engine.handle(command, Actor(person=None, door=door))
        if outcome.person is None:
            raise RuntimeError("registering came to nobody")
        return outcome.person

    async def sign_in(self, email: str, password: str, *, address: str) -> PersonId:
        """Raises WrongLogin, the same for an unknown address and a wrong password, or TooManyAttempts."""
        tidy = clean_line(email)[:254]
        key = (address, tidy.casefold())
        self._addresses.take(address)
        self._logins.take(key)
        async with self._store.read() as work:
            account = await work.people.account(tidy)
        hashed = account.password_hash if account is not None else _NOBODYS
        right = await self._in_thread(lambda: self._verify(hashed, password[: LONGEST + 1]))
        if account is None or not right or not await self._is_still(account):
            raise WrongLogin
        self._logins.forgive(key)
        return account.person

    async def _is_still(self, account: Account) -> bool:
        """Whether nobody changed the password while it was looked at: a change ends the sign-ins that there are."""
        async with self._store.read() as work:
            return await work.people.account_of(account.person) == account

    async def has_password(self, person: PersonId) -> bool:
        async with self._store.read() as work:
            return await work.people.has_account(person)

    async def change_password(self, old: str, new: str, actor: Actor, *, session: str | None) -> None:
        """Of ``actor``'s person, who proves it by the old one. ``session``: the digest of the one that stays.

        Raises BadField, NoPassword, PasswordMoved or TooManyAttempts.
        """
        person = actor.person
        if person is None:
            raise NoPassword
        if await self._engine.earlier(actor) is not None:
            return
        async with self._store.read() as work:
            account = await work.people.account_of(person)
        if account is None:
            raise NoPassword
        _require_length(new)
        self._changes.take(person)
        if not await self._in_thread(lambda: self._verify(account.password_hash, old[: LONGEST + 1])):
            raise WrongPassword
        if old == new:
            raise SamePassword
        hashed = await self._in_thread(lambda: self._hash(new, (account.username, account.email)))
        await self._engine.handle(
            ChangePassword(was=account.password_hash, password_hash=hashed, session=session), actor
        )
        self._changes.forgive(person)

    def _hash(self, password: str, about: Sequence[str]) -> str:
        require_strength(password, about)
        return self._hasher.hash(_bytes(password))

    def _verify(self, hashed: str, password: str) -> bool:
        try:
            return self._hasher.verify(hashed, _bytes(password))
        except (VerificationError, InvalidHashError):
            return False

    async def _in_thread(self, work: Callable[[], _T]) -> _T:
        """Raises Unavailable where more wait than will ever be served in time."""
        if self._waiting >= _MOST_WAITING:
            raise Unavailable(why=N_("too many people are signing in at this moment"))
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1

    def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)


def _require_length(password: str) -> None:
    if not SHORTEST <= len(password) <= LONGEST:
        raise PasswordLength(length=len(password), shortest=SHORTEST, longest=LONGEST)


def _email(words: str) -> str:
    tidy = clean_line(words)
    if len(tidy) > 254 or not _EMAIL.fullmatch(tidy):
        raise NoEmail
    return tidy


def _bytes(password: str) -> bytes:
    # A lone surrogate, which JSON can carry, is no character and has no UTF-8.
    return password.encode("utf-8", "surrogatepass")
