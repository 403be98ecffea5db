"""Accounts with a password: registering, and signing in by email.

Passwords are hashed with argon2id, at OWASP's recommended cost for a server that many sign in to at once
(https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html): 19 MiB, two passes. Hashing runs in
a few threads of its own, so a rush of sign-ins neither stalls the event loop nor takes more than their memory.
"""

import asyncio
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from adapters.web.limiter import Limiter
from adapters.web.problems import WrongLogin
from core import limits
from core.commands import Actor, RegisterPerson
from core.engine import Engine
from core.errors import N_, BadField, Unavailable
from core.model.ids import PersonId
from core.model.people import Platform
from core.ports import Clock
from core.storage import Store
from core.text import clean_line

SHORTEST, LONGEST = 8, 200
"""Characters of a password."""
_THREADS = 4
_MOST_WAITING = 200
_EMAIL = re.compile(r"[^@\s<>()\[\],;:\\\"]{1,64}@[^@\s<>()\[\],;:\\\"./]+(\.[^@\s<>()\[\],;:\\\"./]+)+")
_NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$hM60odfTUsXdofT6I0ztHw$9I5nf4/+GLJUf3I2qHUkDBE3Mz5ZoReR5TRsBLS6Rjs"
"""A hash that no password has: an unknown address costs as much time as a wrong password."""

_T = TypeVar("_T")


class PasswordLength(BadField):
    template = N_("The password has {length} characters: {shortest} to {longest} are taken.")


class NoEmail(BadField):
    template = N_("Email: please write an address like name@example.org.")


class Accounts:
    def __init__(self, engine: Engine, store: Store, clock: Clock) -> None:
        self._engine = engine
        self._store = store
        self._hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self._threads = ThreadPoolExecutor(_THREADS, thread_name_prefix="argon2")
        self._waiting = 0
        self._logins = Limiter(clock, burst=10, every=timedelta(seconds=10))
        self._addresses = Limiter(clock, burst=500, every=timedelta(milliseconds=100))
        self._registrations = Limiter(clock, burst=200, every=timedelta(seconds=1))

    async def register(self, username: str, email: str, password: str, *, door: Platform, address: str) -> PersonId:
        """``address``: the network's. Raises BadField, EmailTaken or TooManyAttempts."""
        name = limits.line(N_("The username"), username, limits.NAME)
        tidy_email = _email(email)
        if not SHORTEST <= len(password) <= LONGEST:
            raise PasswordLength(length=len(password), shortest=SHORTEST, longest=LONGEST)
        self._registrations.take(address)
        hashed = await self._in_thread(lambda: self._hasher.hash(_bytes(password)))
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
        if account is None or not right:
            raise WrongLogin
        self._logins.forgive(key)
        return account.person

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


def _email(words: str) -> str:
    tidy = clean_line(words)
    if len(tidy) > 254 or not _EMAIL.fullmatch(tidy):
        raise NoEmail
    return tidy


def _bytes(password: str) -> bytes:
    # A lone surrogate, which JSON can carry, is no character and has no UTF-8.
    return password.encode("utf-8", "surrogatepass")
