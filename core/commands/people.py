"""Of people, what they may do, and who is whom."""

from dataclasses import dataclass, field

from core.commands.base import Command
from core.model.ids import PersonId
from core.model.people import Identity, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrive(Command):
    """Somebody speaks on a platform: find their person, or make one. A changed name or picture follows."""

    identity: Identity
    name: str
    avatar_url: str | None = None
    groups: frozenset[str] | None = None
    """All groups of the platform (Discord roles, by id) that they are in, where it said so: what those give is theirs,
    and what others gave is theirs no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Depart(Command):
    """By the desk: somebody left the platform. What its groups gave is taken back."""

    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPerson(Command):
    """An account with a password. The email stays unconfirmed, and an unconfirmed email brings no role."""

    username: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePassword(Command):
    """By whoever proved the old one. Every other sign-in of theirs ends."""

    was: str = field(repr=False)
    """The hash against which the old one was proved."""
    password_hash: str = field(repr=False)
    session: str | None = field(default=None, repr=False)
    """The digest of the session that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignOut(Command):
    """End every sign-in of the asker's but one: browsers' sessions and programs' tokens."""

    session: str | None = field(default=None, repr=False)
    """The digest of the session that stays."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolDemoPerson(Command):
    """By the desk, at the start of a demo: somebody to be, with a role and an address that counts as confirmed."""

    identity: Identity
    name: str
    email: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissDemoPerson(Command):
    """By the desk, when it starts without the demo: that somebody has no role and no address any more, and may only
    read, should a sign-in of theirs still be around."""

    identity: Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmEmail(Command):
    """By the operator, who knows the person. Roles that bot.toml gives this address follow."""

    email: str


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantRole(Command):
    person: PersonId
    role: Role
    team: str | None = None
    source: str = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class RevokeRoles(Command):
    """Take back every role that ``source`` gave."""

    person: PersonId
    source: str = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncGrants(Command):
    """Make the roles whose source is bot.toml those that bot.toml names now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class IssueLinkCode(Command):
    """A one-time code for the asker to type where they are somebody else to the desk; an earlier one ends."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemLinkCode(Command):
    """The asker and whoever the code was issued to are one human: make them one person."""

    code: str = field(repr=False)
    """As it was typed."""
    confirmed: bool = False
    """Whether the asker was told whom they would become one with."""
