"""Who people are to the desk: arriving through a door, registering, and the roles they hold.

Roles that bot.toml names by email reach only whoever confirmed that address: an address that somebody merely typed
gives nothing.
"""

import unicodedata
from dataclasses import replace

from core import limits
from core.commands import (
    Arrive,
    ChangePassword,
    ConfirmEmail,
    Depart,
    DismissDemoPerson,
    EnrolDemoPerson,
    GrantRole,
    RegisterPerson,
    RevokeRoles,
    SignOut,
    SyncGrants,
)
from core.errors import N_, Clash, EmailTaken, NoSuchPerson
from core.events import (
    EmailConfirmed,
    PasswordChanged,
    PersonRegistered,
    RoleGranted,
    RoleRevoked,
    SignedOutEverywhere,
)
from core.model.desk import Desk
from core.model.mail import bounce_key
from core.model.people import Account, Grant, Person, Platform, Role, Standing
from core.policy import Action, require_in_general
from core.storage import Outcome
from core.text import clean_line, shorten
from core.usecases.case import Case

CONFIGURED = "bot.toml"
"""The source of the grants that the configuration names."""

DEMO = "demo"
"""The source of the grants of the people to be on a demo desk."""


class NothingGranted(Clash):
    template = N_("{name} has that role already.")


class PasswordMoved(Clash):
    template = N_("Your password was changed a moment ago, from elsewhere. Nothing was changed now.")


class NameOfStaff(Clash):
    template = N_("“{name}” is a name that people here know the staff by. Please choose another username.")


def require_operator(case: Case) -> None:
    """For what a person with the admin role may do, and so may the operator at the command line."""
    if case.actor.door is not Platform.OPERATOR:
        require_in_general(Action.ADMINISTER, case.asker)


async def arrive(command: Arrive, case: Case) -> Outcome:
    """Find the person behind an identity, or make one. The name on the platform is followed, unless they are known
    from elsewhere too: it would change with every platform that they speak on."""
    name = shorten(clean_line(command.name) or command.identity.external_id, limits.NAME)
    person = await case.work.people.by_identity(command.identity)
    if person is None:
        person = await case.work.people.add(name, case.now)
        await case.work.people.bind(person.id, command.identity)
        case.record(PersonRegistered(person=person.id))
    if name != person.name and await _is_known_elsewhere(person, case):
        name = person.name
    now = replace(person, name=name, avatar_url=command.avatar_url or person.avatar_url)
    if now != person:
        await case.work.people.save(now)
    if command.groups is not None:
        await _follow_groups(person, command.identity.platform, command.groups, case)
    return Outcome(person=person.id)


async def _is_known_elsewhere(person: Person, case: Case) -> bool:
    return len(await case.work.people.identities(person.id)) > 1 or await case.work.people.has_account(person.id)


async def depart(command: Depart, case: Case) -> Outcome:
    case.require_the_desk()
    person = await case.work.people.by_identity(command.identity)
    if person is None:
        return Outcome()
    await _follow_groups(person, command.identity.platform, frozenset(), case)
    return Outcome(person=person.id)


async def _follow_groups(person: Person, platform: Platform, groups: frozenset[str], case: Case) -> None:
    """Make the grants whose sources are the platform's groups those that ``groups`` give now."""
    given = (case.desk.group_grants.get((platform, group), frozenset()) for group in groups)
    wanted: frozenset[Grant] = frozenset().union(*given)
    held = frozenset(grant for grant in person.grants if grant.source.startswith(f"{platform}:"))
    for source in sorted({grant.source for grant in held - wanted}):
        await _revoke(person, source, case)
        held -= {grant for grant in held if grant.source == source}
    await _grant(person, wanted - held, case)


async def _grant(person: Person, grants: frozenset[Grant], case: Case) -> None:
    for grant in sorted(grants, key=lambda grant: (grant.source, grant.role, grant.team or "")):
        await case.work.people.grant(person.id, grant, case.now)
        case.record(RoleGranted(person=person.id, role=grant.role, team=grant.team, source=grant.source))


async def register_person(command: RegisterPerson, case: Case) -> Outcome:
    name = limits.line(N_("The username"), command.username, limits.NAME)
    email = limits.line(N_("The email address"), command.email, 254)
    if await case.work.people.by_email(email) is not None:
        raise EmailTaken
    staff = [member.name for member in await case.work.people.staff()]
    if _looks(name) in {_looks(other) for other in (case.desk.name, *staff)}:
        raise NameOfStaff(name=name)
    person = await case.work.people.add(name, case.now, email=email)
    await case.work.people.add_account(
        Account(person=person.id, username=name, email=email, password_hash=command.password_hash)
    )
    case.record(PersonRegistered(person=person.id))
    return Outcome(person=person.id)


async def change_password(command: ChangePassword, case: Case) -> Outcome:
    """Of two who proved the same old password at once, the second changes nothing."""
    person = case.asker.id
    if not await case.work.people.set_password(person, was=command.was, password_hash=command.password_hash):
        raise PasswordMoved
    await case.work.people.sign_out(person, case.now, but=command.session)
    case.record(PasswordChanged(person=person))
    return Outcome(person=person)


async def sign_out(command: SignOut, case: Case) -> Outcome:
    await case.work.people.sign_out(case.asker.id, case.now, but=command.session)
    case.record(SignedOutEverywhere(person=case.asker.id))
    return Outcome(person=case.asker.id)


def _looks(name: str) -> str:
    """Equal for names that a reader would take for one another: letters and digits alone, case and width aside."""
    return "".join(c for c in unicodedata.normalize("NFKC", name).casefold() if c.isalnum())


async def enrol_demo_person(command: EnrolDemoPerson, case: Case) -> Outcome:
    """At each start of a demo: what is there already stays."""
    case.require_the_desk()
    person = await case.work.people.by_identity(command.identity)
    if person is None:
        person = await case.work.people.add(command.name, case.now)
        await case.work.people.bind(person.id, command.identity)
        case.record(PersonRegistered(person=person.id))
    holder = await case.work.people.by_email(command.email)
    free = holder is None or holder.id == person.id
    email = command.email if free else None
    await case.work.people.save(
        replace(person, email=email, email_confirmed=email is not None, standing=Standing.ACTIVE)
    )
    for role in command.roles:
        if await case.work.people.grant(person.id, Grant(role, None, DEMO), case.now):
            case.record(RoleGranted(person=person.id, role=role, team=None, source=DEMO))
    return Outcome(person=person.id)


async def dismiss_demo_person(command: DismissDemoPerson, case: Case) -> Outcome:
    case.require_the_desk()
    person = await case.work.people.by_identity(command.identity)
    if person is None or person.standing is Standing.BLOCKED:
        return Outcome()
    for grant in person.grants:
        await _revoke(person, grant.source, case)
    await case.work.people.save(replace(person, email=None, email_confirmed=False, standing=Standing.BLOCKED))
    return Outcome(person=person.id)


async def confirm_email(command: ConfirmEmail, case: Case) -> Outcome:
    require_operator(case)
    person = await case.work.people.by_email(command.email)
    if person is None:
        raise NoSuchPerson(name=command.email)
    if not person.email_confirmed:
        person = replace(person, email_confirmed=True)
        await case.work.people.save(person)
        case.record(EmailConfirmed(person=person.id))
    await case.work.troubles.mend(bounce_key(command.email))
    await _follow_configuration(person, case)
    return Outcome(person=person.id)


async def grant_role(command: GrantRole, case: Case) -> Outcome:
    require_operator(case)
    person = await _person(command, case)
    grant = Grant(command.role, command.team, command.source)
    if command.role is Role.REQUESTER or not await case.work.people.grant(person.id, grant, case.now):
        raise NothingGranted(name=person.name)
    case.record(RoleGranted(person=person.id, role=grant.role, team=grant.team, source=grant.source))
    return Outcome(person=person.id)


async def revoke_roles(command: RevokeRoles, case: Case) -> Outcome:
    require_operator(case)
    person = await _person(command, case)
    await _revoke(person, command.source, case)
    return Outcome(person=person.id)


async def sync_grants(command: SyncGrants, case: Case) -> Outcome:
    """At the start of the desk: everybody whose address bot.toml names, and everybody whom it named before."""
    case.require_the_desk()
    people = {person.id: person for person in await case.work.people.granted_by(CONFIGURED)}
    for email in _configured_emails(case.desk):
        person = await case.work.people.by_email(email)
        if person is not None:
            people[person.id] = person
    for person in people.values():
        await _follow_configuration(person, case)
    return Outcome()


async def _follow_configuration(person: Person, case: Case) -> None:
    wanted = _configured_grants(person, case.desk)
    held = frozenset(grant for grant in person.grants if grant.source == CONFIGURED)
    if held - wanted:
        await _revoke(person, CONFIGURED, case)
        held = frozenset()
    await _grant(person, wanted - held, case)


async def _revoke(person: Person, source: str, case: Case) -> None:
    for grant in await case.work.people.revoke(person.id, source):
        case.record(RoleRevoked(person=person.id, role=grant.role, team=grant.team, source=grant.source))


async def _person(command: GrantRole | RevokeRoles, case: Case) -> Person:
    person = await case.work.people.get(command.person)
    if person is None:
        raise NoSuchPerson(name="?")
    return person


def _configured_emails(desk: Desk) -> frozenset[str]:
    leads = {team.lead for team in desk.teams.values() if team.lead is not None}
    return frozenset(email for team in desk.teams.values() for email in team.members) | leads


def _configured_grants(person: Person, desk: Desk) -> frozenset[Grant]:
    address = person.confirmed_address
    if address is None:
        return frozenset()
    return frozenset(
        [Grant(Role.AGENT, team.key, CONFIGURED) for team in desk.teams.values() if address in team.members]
        + [Grant(Role.LEAD, team.key, CONFIGURED) for team in desk.teams.values() if address == team.lead]
    )
