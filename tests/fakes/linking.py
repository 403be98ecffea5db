"""Somebody on several platforms, for the tests of linking: they arrive, ask for codes and type them."""

from dataclasses import replace

from core.commands import Actor, Arrive, IssueLinkCode, OpenTicket, RedeemLinkCode, RegisterPerson
from core.events import Event, PersonLinked
from core.model.ids import PersonId
from core.model.people import Grant, Identity, Person, Platform, Role
from core.storage import Outcome
from core.text import Text
from tests.fakes.office import MINUTE, SYSTEM, Office

DISCORD, SLACK = Identity(Platform.DISCORD, "", "42"), Identity(Platform.SLACK, "T1", "U42")
OTHER_SLACK = Identity(Platform.SLACK, "T1", "U43")
AGENT = Grant(Role.AGENT, "academics", "slack:S1")


def a_ticket() -> OpenTicket:
    return OpenTicket(title="Mine", category="exams", description=Text.of("Gone."), answers={"course": "CS1"})


class People:
    """Who speaks on which platform: an office where they arrive, ask for codes and type them."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def arrive(self, identity: Identity, name: str = "Zoe", **more: object) -> Actor:
        """Whoever that is, as they now speak on their platform."""
        arriving = Arrive(identity=identity, name=name, **more)
        outcome = await self.office.do(arriving, replace(SYSTEM, door=identity.platform))
        return Actor(person=outcome.person, door=identity.platform)

    async def register(self, name: str = "zoe") -> Actor:
        registering = RegisterPerson(username=name, email=f"{name}@example.org", password_hash="hash")
        outcome = await self.office.do(registering, Actor(person=None, door=Platform.WEB))
        return Actor(person=outcome.person, door=Platform.WEB)

    async def code(self, owner: Actor) -> str:
        outcome = await self.office.do(IssueLinkCode(), owner)
        assert outcome.code is not None
        return outcome.code

    async def type(self, code: str, typist: Actor, *, confirmed: bool = True) -> Outcome:
        return await self.office.do(RedeemLinkCode(code=code, confirmed=confirmed), typist)

    async def link(self, owner: Actor, typist: Actor) -> PersonId:
        """The survivor."""
        outcome = await self.type(await self.code(owner), typist, confirmed=True)
        assert outcome.person is not None
        return outcome.person

    async def now(self, actor: Actor) -> Person:
        assert actor.person is not None
        found = await self.office.reading.person(actor.person)
        assert found is not None
        return found

    async def change(self, actor: Actor, **changes: object) -> None:
        async with self.office.store.write() as work:
            await work.people.save(replace(await self.now(actor), **changes))

    def events(self) -> list[Event]:
        """Of the last command that left any."""
        return [record.event for record in self.office.told[-1].records]

    def linked(self) -> list[PersonLinked]:
        """Every link that was ever made."""
        events = (record.event for told in self.office.told for record in told.records)
        return [event for event in events if isinstance(event, PersonLinked)]

    def later(self) -> "People":
        self.office.clock.advance(MINUTE)
        return self


async def both_plain(people: People) -> tuple[Actor, Actor]:
    """Zoe on Discord, and a minute later on Slack."""
    return await people.arrive(DISCORD), await people.later().arrive(SLACK)


async def younger_has_an_account(people: People) -> tuple[Actor, Actor]:
    slack = await people.arrive(SLACK)
    return await people.later().register(), slack
