import asyncio
import threading
from collections.abc import AsyncIterator

import pytest
from argon2 import extract_parameters

from adapters.web import accounts
from adapters.web.accounts import Accounts
from adapters.web.problems import WrongLogin
from core.commands import Actor, ChangePassword
from core.errors import EmailTaken, Unavailable
from core.model.people import Platform


@pytest.fixture
async def people(web_desk) -> AsyncIterator[Accounts]:
    made = Accounts(web_desk.engine, web_desk.store, web_desk.clock)
    yield made
    made.close()


async def register(people: Accounts, email: str = "asha@example.org", password: str = "correct horse"):
    return await people.register("Asha", email, password, door=Platform.API, address="192.0.2.1")


async def test_whoever_registered_signs_in(people):
    person = await register(people)
    assert await people.sign_in("asha@example.org", "correct horse", address="192.0.2.1") == person


async def test_the_database_keeps_an_argon2id_hash(web_desk, people):
    await register(people)
    async with web_desk.store.read() as work:
        account = await work.people.account("asha@example.org")
    assert account.password_hash.startswith("$argon2id$")
    assert "horse" not in account.password_hash


def test_an_unknown_address_costs_as_much_as_a_wrong_password(people):
    assert extract_parameters(accounts._NOBODYS) == extract_parameters(people._hasher.hash("any"))


async def test_an_account_whose_hash_is_none_lets_nobody_in(people):
    with pytest.raises(WrongLogin):
        await people.sign_in("student@example.com", "no password at all", address="192.0.2.1")


async def test_two_who_register_one_address_at_once_are_one(people):
    results = await asyncio.gather(
        *(register(people, email) for email in ("a@b.example", "A@B.example")), return_exceptions=True
    )
    assert sorted(type(result).__name__ for result in results) == [EmailTaken.__name__, "int"]


@pytest.mark.parametrize(
    "password", ["пароль из букв", "🙂🐙🪁🧭🍋🪩🦔🎻🛶🪴", "with \x00 and \ud800 in it", "  far   away  owl "]
)
async def test_any_characters_make_a_password(people, password):
    await register(people, password=password)
    await people.sign_in("asha@example.org", password, address="192.0.2.1")
    with pytest.raises(WrongLogin):
        await people.sign_in("asha@example.org", password + "x", address="192.0.2.1")


class Slow(Accounts):
    """Looks at a password until it is told to go on."""

    looks, go_on = threading.Event(), threading.Event()

    def _verify(self, hashed, password):
        self.looks.set()
        assert self.go_on.wait(30)
        return super()._verify(hashed, password)


async def test_a_password_that_is_changed_while_it_is_looked_at_signs_nobody_in(web_desk, people):
    person = await register(people)
    async with web_desk.store.read() as work:
        was = (await work.people.account_of(person)).password_hash
    slow = Slow(web_desk.engine, web_desk.store, web_desk.clock)
    signing_in = asyncio.create_task(slow.sign_in("asha@example.org", "correct horse", address="192.0.2.1"))
    assert await asyncio.to_thread(slow.looks.wait, 30)
    changing = ChangePassword(was=was, password_hash="another")
    await web_desk.engine.handle(changing, Actor(person=person, door=Platform.WEB))
    slow.go_on.set()
    with pytest.raises(WrongLogin):
        await signing_in
    slow.close()


async def test_more_than_can_be_served_are_told_to_wait(people, monkeypatch):
    monkeypatch.setattr(accounts, "_MOST_WAITING", 3)
    results = await asyncio.gather(
        *(people.sign_in(f"p{n}@example.org", "x", address="192.0.2.1") for n in range(10)), return_exceptions=True
    )
    assert {type(result) for result in results} == {WrongLogin, Unavailable}
