"""Persons: who they are on each platform, and what they were granted."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from core.errors import N_
from core.model.duty import Duty
from core.model.ids import PersonId


class Platform(StrEnum):
    """A door of the desk: where a person stands when they speak, and where a thread lives."""

    WEB = "web"
    API = "api"
    DISCORD = "discord"
    SLACK = "slack"
    DISCOURSE = "discourse"
    EMAIL = "email"
    OPERATOR = "operator"
    """The command line on the desk's own machine."""
    SYSTEM = "system"
    """The desk itself: a timer that fired."""

    @property
    def keeps_copies(self) -> bool:
        """Whether threads there hold copies that must be delivered; the browser reads the desk's own record instead."""
        return self in {Platform.DISCORD, Platform.SLACK, Platform.DISCOURSE, Platform.EMAIL}

    @property
    def has_own_threads(self) -> bool:
        """Whether each of a ticket's people has a thread of their own there, in their messages from the desk, and the
        staff one of theirs: what is written in the one is carried to the others, and marked once it is."""
        return self is Platform.SLACK


class Role(StrEnum):
    REQUESTER = "requester"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def is_staff(self) -> bool:
        return self is not Role.REQUESTER


class Standing(StrEnum):
    """Whether a person may act. The suspended and the blocked may only read their own tickets."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    BLOCKED = "blocked"


def email_key(email: str) -> str:
    """The form in which two addresses are the same. Only A to Z lose their case: Unicode's folding would make one
    address of two people's (the Kelvin sign becomes k, ß becomes ss), and whoever owns the one mailbox would pass for
    the owner of the other.
    """
    return email.lower() if email.isascii() else "".join(one.lower() if one.isascii() else one for one in email)


@dataclass(frozen=True, slots=True)
class Identity:
    """One person on one platform: ``realm`` is the guild, workspace or forum, "" where there is but one."""

    platform: Platform
    realm: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Grant:
    """A role somebody or something gave. Losing a source takes back only what that source gave."""

    role: Role
    team: str | None = None
    """The team it holds for; None holds for every team."""
    source: str = "operator"
    """Who gave it: ``operator``, ``bot.toml``, ``demo``, ``discord:<role id>``."""
    approved: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: PersonId
    name: str
    email: str | None = None
    email_confirmed: bool = False
    language: str = "en"
    time_zone: str | None = None
    """IANA name; None means the desk's."""
    avatar_url: str | None = None
    """Their picture, where a platform has one that anybody may load."""
    standing: Standing = Standing.ACTIVE
    duty: Duty | None = None
    """What they last said of it themselves, or a lead for them."""
    capacity: int | None = None
    """The load that they carry at most; None: their team's."""
    grants: tuple[Grant, ...] = ()
    tokens_since: datetime | None = None
    """A token of the API that was made before is worth nothing; None: every one counts for as long as it says."""
    created_at: datetime

    @property
    def roles(self) -> frozenset[Role]:
        """What the person counts as now. Whoever still waits for approval has a requester's rights."""
        return frozenset({Role.REQUESTER, *(grant.role for grant in self.grants if grant.approved)})

    @property
    def is_staff(self) -> bool:
        return any(role.is_staff for role in self.roles)

    @property
    def confirmed_address(self) -> str | None:
        """The address that bot.toml may name the person by: theirs for certain, in the form of ``email_key``."""
        return email_key(self.email) if self.email and self.email_confirmed else None

    @property
    def may_act(self) -> bool:
        return self.standing is Standing.ACTIVE

    def serves(self, team: str) -> bool:
        """Whether the person is an agent of ``team``."""
        return any(g.approved and g.role is Role.AGENT and g.team in (None, team) for g in self.grants)

    def leads(self, team: str) -> bool:
        """Whether the person is a lead of ``team``."""
        return any(g.approved and g.role is Role.LEAD and g.team in (None, team) for g in self.grants)


def told_apart(person: Person) -> str:
    """How a person can be named where their name alone is another's too."""
    return f"{person.name} ({person.id})"


@dataclass(frozen=True, slots=True)
class Account:
    """How a person signs in with a password. The hash is argon2's own string."""

    person: PersonId
    username: str
    email: str
    password_hash: str


@dataclass(frozen=True, slots=True)
class Session:
    """A browser that is signed in. Only a digest of its cookie is kept."""

    token_digest: str
    person: PersonId
    created_at: datetime
    expires_at: datetime
    browser: str = ""
    """What it is and what it runs on, in plain words; "" where it did not say, or was not asked yet."""
    address: str = ""
    """The network's, as of when it was last seen. For its owner's eyes alone."""
    seen_at: datetime | None = None
    """None: not since it began."""


ROLE_WORDS = {
    Role.REQUESTER: N_("requester"),
    Role.AGENT: N_("agent"),
    Role.LEAD: N_("lead"),
    Role.ADMIN: N_("admin"),
}
"""What people read for a role."""

STANDING_WORDS = {
    Standing.ACTIVE: N_("active"),
    Standing.SUSPENDED: N_("suspended"),
    Standing.BLOCKED: N_("blocked"),
}
