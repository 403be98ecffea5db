"""Of people, what they may do, and who is whom."""

from dataclasses import dataclass

from core.events.base import Event
from core.model.ids import PersonId
from core.model.people import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonRegistered(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class EmailConfirmed(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Event):
    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOutEverywhere(Event):
    """Every sign-in of theirs ended but the one by which they asked for it."""

    person: PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGranted(Event):
    person: PersonId
    role: Role
    team: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleRevoked(Event):
    person: PersonId
    role: Role
    team: str | None
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonLinked(Event):
    """Two persons turned out to be one: ``absorbed`` is ``person`` from then on."""

    person: PersonId
    absorbed: PersonId
