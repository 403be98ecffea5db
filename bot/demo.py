"""The people to be on a demo desk: four who need no password, on a loopback address only."""

from dataclasses import dataclass

from core.commands import Actor, DismissDemoPerson, EnrolDemoPerson
from core.engine import Engine
from core.model.ids import PersonId
from core.model.people import Identity, Platform, Role

_THE_DESK = Actor(person=None, door=Platform.SYSTEM)


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody to be."""

    who: str
    name: str
    words: str
    """Who that is, for the page that offers the choice."""
    roles: tuple[Role, ...]

    @property
    def identity(self) -> Identity:
        return Identity(Platform.WEB, "demo", self.who)

    @property
    def email(self) -> str:
        return f"{self.who}@example.com"


CAST = (
    Part("student", "Sam Student", "asks, and hears what becomes of it", ()),
    Part("agent", "Asha Agent", "answers: has the queue, claims, notes, resolves", (Role.AGENT,)),
    Part("lead", "Lee Lead", "hears of what is urgent, and sees the sensitive ones", (Role.AGENT, Role.LEAD)),
    Part("admin", "Ada Admin", "sees who is who, and what failed and why", (Role.ADMIN,)),
)


async def enrol(engine: Engine) -> dict[str, PersonId]:
    """Who plays each part, made at the first start."""
    cast: dict[str, PersonId] = {}
    for part in CAST:
        outcome = await engine.handle(
            EnrolDemoPerson(identity=part.identity, name=part.name, email=part.email, roles=part.roles), _THE_DESK
        )
        if outcome.person is not None:
            cast[part.who] = outcome.person
    return cast


async def dismiss(engine: Engine) -> None:
    """A desk that was a demo once and is none now: its people have no rights left."""
    for part in CAST:
        await engine.handle(DismissDemoPerson(identity=part.identity), _THE_DESK)
