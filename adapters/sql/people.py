"""Persons, their identities, grants, accounts and sessions as rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Executable, Row, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Room, Values
from adapters.sql.keys import containing, email_key, name_key
from adapters.sql.tables import accounts, grants, identities, sessions
from adapters.sql.tables import people as persons
from core.errors import Conflict, EmailTaken
from core.model.duty import Duty, DutyState
from core.model.ids import PersonId
from core.model.people import Account, Grant, Identity, Person, Platform, Role, Session, Standing
from core.storage import People

_NAMESAKES = 10
_MOST_LISTED = 100
_AT_ONCE = 10_000
"""A database takes only so many values in one statement: SQLite 32766, PostgreSQL 65535."""


class SqlPeople(Room, People):
    """``writing``: whoever is looked up is held, so that no link absorbs them before the unit of work has ended: what
    it writes of them would be left behind. Units that write do not wait for one another by that. PostgreSQL alone has
    such locks (https://www.postgresql.org/docs/current/explicit-locking.html#LOCKING-ROWS), and SQLite no need.
    """

    def __init__(self, connection: AsyncConnection, *, writing: bool) -> None:
        super().__init__(connection)
        self._get, self._by_identity = (_GET_HELD, _BY_IDENTITY_HELD) if writing else (_GET, _BY_IDENTITY)

    async def add(self, name: str, at: datetime, *, email: str | None = None, email_confirmed: bool = False) -> Person:
        person = Person(id=PersonId(0), name=name, email=email, email_confirmed=email_confirmed, created_at=at)
        row = await self._row(
            self._insert(persons)
            .values(**_columns(person), created_at=at)
            .on_conflict_do_nothing(index_elements=[persons.c.email_key])
            .returning(persons)
        )
        if row is None:
            raise EmailTaken()
        return _person(row, ())

    async def get(self, person: PersonId, *, lock: bool = False) -> Person | None:
        return await self._one(_GET_LOCKED if lock else self._get, {"person": person})

    async def named(self, people: Sequence[PersonId]) -> Mapping[PersonId, str]:
        rows = await self._rows(_NAMES, {"people": list(set(people))})
        return {PersonId(row.id): row.name for row in rows}

    async def survivors(self, people: Sequence[PersonId]) -> Mapping[PersonId, PersonId]:
        rows = await self._rows(_SURVIVORS, {"people": list(set(people))})
        return {PersonId(row.id): PersonId(row.merged_into) for row in rows}

    async def by_identity(self, identity: Identity) -> Person | None:
        values = {"on": identity.platform, "in_realm": identity.realm, "called": identity.external_id}
        return await self._one(self._by_identity, values)

    async def identities(self, person: PersonId) -> Sequence[Identity]:
        rows = await self._rows(_IDENTITIES, {"person": person})
        return [Identity(Platform(row.platform), row.realm, row.external_id) for row in rows]

    async def by_external(self, platform: Platform, realm: str, external_ids: Sequence[str]) -> Mapping[str, PersonId]:
        found: dict[str, PersonId] = {}
        for first in range(0, len(external_ids), _AT_ONCE):
            some = external_ids[first : first + _AT_ONCE]
            rows = await self._rows(_BY_EXTERNAL, {"on": platform, "in_realm": realm, "called": some})
            found |= {row.external_id: PersonId(row.person_id) for row in rows}
        return found

    async def external_ids(self, people: Sequence[PersonId], platform: Platform) -> Mapping[PersonId, str]:
        """For a person whom the platform knows in several realms, what the first realm calls them."""
        rows = await self._rows(_EXTERNAL_IDS, {"on": platform, "people": list(set(people))}) if people else []
        return {PersonId(row.person_id): row.external_id for row in reversed(rows)}

    async def by_email(self, email: str) -> Person | None:
        return await self._one(_BY_EMAIL, {"key": email_key(email)})

    async def by_name(self, name: str) -> Sequence[Person]:
        key = name_key(name)
        holders = select(accounts.c.person_id).where(accounts.c.username_key == key)
        found = or_(persons.c.name_key == key, persons.c.id.in_(holders))
        return await self._some(select(persons.c.id).where(found, _IS_THEMSELVES).limit(_NAMESAKES))

    async def everybody(
        self, *, after: PersonId | None = None, limit: int = 100, words: tuple[str, ...] = ()
    ) -> Sequence[Person]:
        statement = select(persons.c.id).where(_IS_THEMSELVES, *map(_called, words)).limit(limit)
        return await self._some(statement if after is None else statement.where(persons.c.id > after))

    async def platforms(self, people: Sequence[PersonId]) -> Mapping[PersonId, Sequence[Platform]]:
        found: dict[PersonId, set[Platform]] = {}
        for row in await self._rows(_PLATFORMS, {"people": list(set(people))}):
            found.setdefault(PersonId(row.person_id), set()).add(Platform(row.platform))
        for row in await self._rows(_HOLDERS, {"people": list(set(people))}):
            found.setdefault(PersonId(row.person_id), set()).add(Platform.WEB)
        return {person: sorted(theirs) for person, theirs in found.items()}

    async def unapproved(self) -> Sequence[Person]:
        return _people(await self._rows(_holding(grants.c.approved.is_(False))))

    async def staff(self) -> Sequence[Person]:
        return _people(await self._rows(_EVERY_STAFF))

    async def granted_by(self, source: str) -> Sequence[Person]:
        # not LIKE, which disregards case on SQLite and on PostgreSQL does not
        kind = func.substr(grants.c.source, 1, len(source)) if source.endswith(":") else grants.c.source
        return _people(await self._rows(_holding(kind == source)))

    async def save(self, person: Person) -> None:
        try:
            async with self._connection.begin_nested():  # a refusal leaves the rest of the unit usable
                saved = update(persons).where(persons.c.id == person.id, _IS_THEMSELVES).values(**_columns(person))
                is_there = await self._changed(saved) > 0
        except IntegrityError as error:
            if person.email is None:
                raise
            raise EmailTaken() from error
        if not is_there:
            raise Conflict(f"person {person.id} was absorbed by another")

    async def set_duty(self, person: PersonId, duty: Duty | None) -> None:
        state, since, until = (duty.state, duty.since, duty.until) if duty is not None else (None, None, None)
        said = {"duty": state, "duty_since": since, "duty_until": until}
        await self._run(update(persons).where(persons.c.id == person).values(**said))

    async def set_capacity(self, person: PersonId, capacity: int | None) -> None:
        await self._run(update(persons).where(persons.c.id == person).values(capacity=capacity))

    async def bind(self, person: PersonId, identity: Identity) -> None:
        """Raises Conflict where the identity is another person's: another transaction met it first."""
        bound = await self._row(
            self._insert(identities)
            .values(
                platform=identity.platform, realm=identity.realm, external_id=identity.external_id, person_id=person
            )
            .on_conflict_do_nothing()
            .returning(identities.c.person_id)
        )
        if bound is None:
            holder = await self._row(select(identities.c.person_id).where(*_is(identity)))
            if holder is None or holder.person_id != person:
                raise Conflict(f"{identity} is another person's")

    async def grant(self, person: PersonId, grant: Grant, at: datetime) -> bool:
        given = self._insert(grants).values(
            person_id=person,
            role=grant.role,
            team=grant.team or "",
            source=grant.source,
            approved=grant.approved,
            at=at,
        )
        row = await self._row(
            given.on_conflict_do_update(
                index_elements=[grants.c.person_id, grants.c.role, grants.c.team, grants.c.source],
                set_={"approved": given.excluded.approved, "at": given.excluded.at},
                where=grants.c.approved != given.excluded.approved,
            ).returning(grants.c.id)
        )
        return row is not None

    async def revoke(self, person: PersonId, source: str) -> Sequence[Grant]:
        mine = (grants.c.person_id == person, grants.c.source == source)
        rows = await self._rows(delete(grants).where(*mine).returning(grants))
        return [_grant(row) for row in sorted(rows, key=lambda row: int(row.id))]

    async def add_account(self, account: Account) -> None:
        """Raises EmailTaken where the email address or the username is another account's, or the person has one."""
        row = await self._row(
            self._insert(accounts)
            .values(
                person_id=account.person,
                username=account.username,
                username_key=name_key(account.username),
                email=account.email,
                email_key=email_key(account.email),
                password_hash=account.password_hash,
            )
            .on_conflict_do_nothing()
            .returning(accounts.c.person_id)
        )
        if row is None:
            raise EmailTaken()

    async def account(self, email: str) -> Account | None:
        row = await self._row(select(accounts).where(accounts.c.email_key == email_key(email)))
        return row and _account(row)

    async def account_of(self, person: PersonId) -> Account | None:
        row = await self._row(select(accounts).where(accounts.c.person_id == person))
        return row and _account(row)

    async def set_password(self, person: PersonId, *, was: str, password_hash: str) -> bool:
        theirs = (accounts.c.person_id == person, accounts.c.password_hash == was)
        return await self._changed(update(accounts).where(*theirs).values(password_hash=password_hash)) > 0

    async def has_account(self, person: PersonId) -> bool:
        return await self._row(select(accounts.c.person_id).where(accounts.c.person_id == person)) is not None

    async def add_session(self, session: Session) -> None:
        await self._run(
            insert(sessions).values(
                token_digest=session.token_digest,
                person_id=session.person,
                created_at=session.created_at,
                expires_at=session.expires_at,
                browser=session.browser,
                address=session.address,
                seen_at=session.seen_at,
            )
        )

    async def session(self, token_digest: str, now: datetime) -> Session | None:
        live = (sessions.c.token_digest == token_digest, sessions.c.expires_at > now)
        row = await self._row(select(sessions).where(*live))
        return row and _session(row)

    async def sessions_of(self, person: PersonId, now: datetime) -> Sequence[Session]:
        seen = func.coalesce(sessions.c.seen_at, sessions.c.created_at)
        live = (sessions.c.person_id == person, sessions.c.expires_at > now)
        rows = await self._rows(
            select(sessions).where(*live).order_by(seen.desc(), sessions.c.token_digest).limit(_MOST_LISTED)
        )
        return [_session(row) for row in rows]

    async def see_session(self, token_digest: str, at: datetime, address: str) -> None:
        seen = update(sessions).where(sessions.c.token_digest == token_digest)
        await self._run(seen.values(seen_at=at, address=address))

    async def end_session(self, token_digest: str) -> None:
        await self._run(delete(sessions).where(sessions.c.token_digest == token_digest))

    async def sign_out(self, person: PersonId, at: datetime, *, but: str | None) -> None:
        ending = delete(sessions).where(sessions.c.person_id == person)
        await self._run(ending if but is None else ending.where(sessions.c.token_digest != but))
        await self._run(update(persons).where(persons.c.id == person).values(tokens_since=at))

    async def end_expired_sessions(self, now: datetime) -> int:
        return await self._changed(delete(sessions).where(sessions.c.expires_at <= now))

    async def _one(self, statement: Executable, values: Values) -> Person | None:
        rows = await self._rows(statement, values)
        if rows and rows[0].merged_into is not None:
            return await self.get(PersonId(rows[0].merged_into), lock=statement is _GET_LOCKED)
        found = _people(rows)
        return found[0] if found else None

    async def _some(self, ids: Select[int]) -> Sequence[Person]:
        return _people(await self._rows(_WHOLE.where(persons.c.id.in_(ids.order_by(persons.c.id)))))


_WHOLE = (
    select(persons, *(grants.c[name] for name in ("role", "team", "source", "approved")))
    .outerjoin(grants, grants.c.person_id == persons.c.id)
    .order_by(persons.c.id, grants.c.id)
)
"""Each person in as many rows as they have grants, and in one where they have none: see ``_people``."""


def _holding(*which: ColumnElement[bool]) -> Select[Any]:
    """Everybody who has such a grant, with all of theirs."""
    return _WHOLE.where(persons.c.id.in_(select(grants.c.person_id).where(*which)), _IS_THEMSELVES)


_IS_THEMSELVES = persons.c.merged_into.is_(None)
_survivor = persons.alias("survivor")
_AMONG = persons.c.id.in_(bindparam("people", expanding=True))
_GET = _WHOLE.where(persons.c.id == bindparam("person"))
_GET_HELD = _GET.with_for_update(of=persons, read=True, key_share=True)
_GET_LOCKED = _GET.with_for_update(of=persons, key_share=True)
_SURVIVORS = select(persons.c.id, persons.c.merged_into).where(_AMONG, persons.c.merged_into.is_not(None))
_NAMES = (
    select(persons.c.id, func.coalesce(_survivor.c.name, persons.c.name).label("name"))
    .outerjoin(_survivor, _survivor.c.id == persons.c.merged_into)
    .where(_AMONG)
)
_BY_EMAIL = _WHOLE.where(persons.c.email_key == bindparam("key"))
_EVERY_STAFF = _holding(grants.c.role.in_([role.value for role in Role if role.is_staff]), grants.c.approved.is_(True))
_THEIRS = (identities.c.platform == bindparam("on"), identities.c.realm == bindparam("in_realm"))
_BY_IDENTITY = _WHOLE.join(identities, identities.c.person_id == persons.c.id).where(
    *_THEIRS, identities.c.external_id == bindparam("called")
)
_BY_IDENTITY_HELD = _BY_IDENTITY.with_for_update(of=persons, read=True, key_share=True)
_IDENTITIES = (
    select(identities)
    .where(identities.c.person_id == bindparam("person"))
    .order_by(identities.c.platform, identities.c.realm, identities.c.external_id)
)
_BY_EXTERNAL = select(identities.c.external_id, identities.c.person_id).where(
    *_THEIRS, identities.c.external_id.in_(bindparam("called", expanding=True))
)
_PLATFORMS = select(identities.c.person_id, identities.c.platform).where(
    identities.c.person_id.in_(bindparam("people", expanding=True))
)
_HOLDERS = select(accounts.c.person_id).where(accounts.c.person_id.in_(bindparam("people", expanding=True)))
_EXTERNAL_IDS = (
    select(persons.c.id.label("person_id"), identities.c.external_id)
    .join(identities, identities.c.person_id == func.coalesce(persons.c.merged_into, persons.c.id))
    .where(_AMONG, identities.c.platform == bindparam("on"))
    .order_by(identities.c.realm, identities.c.external_id)
)


def _called(word: str) -> ColumnElement[bool]:
    return or_(containing(persons.c.name_key, name_key(word)), containing(persons.c.email, word))


def _is(identity: Identity) -> Sequence[ColumnElement[bool]]:
    return (
        identities.c.platform == identity.platform,
        identities.c.realm == identity.realm,
        identities.c.external_id == identity.external_id,
    )


def _columns(person: Person) -> dict[str, object]:
    return {
        "name": person.name,
        "name_key": name_key(person.name),
        "email": person.email,
        "email_key": None if person.email is None else email_key(person.email),
        "email_confirmed": person.email_confirmed,
        "language": person.language,
        "time_zone": person.time_zone,
        "avatar_url": person.avatar_url,
        "standing": person.standing,
    }


def _people(rows: Sequence[Row[Any]]) -> Sequence[Person]:
    people = []
    for _, group in groupby(rows, key=lambda row: int(row.id)):
        first, *more = group
        people.append(_person(first, tuple(_grant(row) for row in (first, *more) if row.role is not None)))
    return people


def _person(row: Row[Any], given: tuple[Grant, ...]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        email_confirmed=row.email_confirmed,
        language=row.language,
        time_zone=row.time_zone,
        avatar_url=row.avatar_url,
        standing=Standing(row.standing),
        duty=row.duty and Duty(state=DutyState(row.duty), since=row.duty_since, until=row.duty_until),
        capacity=row.capacity,
        grants=given,
        tokens_since=row.tokens_since,
        created_at=row.created_at,
    )


def _account(row: Row[Any]) -> Account:
    return Account(PersonId(row.person_id), row.username, row.email, row.password_hash)


def _session(row: Row[Any]) -> Session:
    return Session(
        token_digest=row.token_digest,
        person=PersonId(row.person_id),
        created_at=row.created_at,
        expires_at=row.expires_at,
        browser=row.browser,
        address=row.address,
        seen_at=row.seen_at,
    )


def _grant(row: Row[Any]) -> Grant:
    return Grant(Role(row.role), row.team or None, row.source, row.approved)
