"""Persons, their identities, grants, accounts and sessions as rows."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from adapters.sql.database import Room
from adapters.sql.keys import email_key, name_key
from adapters.sql.tables import accounts, grants, identities, sessions
from adapters.sql.tables import people as persons
from core.errors import Conflict, EmailTaken
from core.model.ids import PersonId
from core.model.people import Account, Grant, Identity, Person, Role, Session, Standing
from core.ports import People

_NAMESAKES = 10
_STAFF = [role.value for role in Role if role.is_staff]


class SqlPeople(Room, People):
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
        statement = select(persons).where(persons.c.id == person)
        return await self._one(statement.with_for_update() if lock else statement)

    async def named(self, people: Sequence[PersonId]) -> Mapping[PersonId, str]:
        rows = await self._rows(select(persons.c.id, persons.c.name).where(persons.c.id.in_(set(people))))
        return {PersonId(row.id): row.name for row in rows}

    async def by_identity(self, identity: Identity) -> Person | None:
        return await self._one(select(persons).join(identities).where(*_is(identity)))

    async def by_email(self, email: str) -> Person | None:
        return await self._one(select(persons).where(persons.c.email_key == email_key(email)))

    async def by_name(self, name: str) -> Sequence[Person]:
        key = name_key(name)
        holders = select(accounts.c.person_id).where(accounts.c.username_key == key)
        found = or_(persons.c.name_key == key, persons.c.id.in_(holders))
        return await self._all(select(persons).where(found).order_by(persons.c.id).limit(_NAMESAKES))

    async def everybody(self, *, after: PersonId | None = None, limit: int = 100) -> Sequence[Person]:
        statement = select(persons).order_by(persons.c.id).limit(limit)
        return await self._all(statement if after is None else statement.where(persons.c.id > after))

    async def staff(self) -> Sequence[Person]:
        return await self._granted(grants.c.role.in_(_STAFF), grants.c.approved.is_(True))

    async def granted_by(self, source: str) -> Sequence[Person]:
        return await self._granted(grants.c.source == source)

    async def save(self, person: Person) -> None:
        try:
            async with self._connection.begin_nested():  # a refusal leaves the rest of the unit usable
                await self._run(update(persons).where(persons.c.id == person.id).values(**_columns(person)))
        except IntegrityError as error:
            if person.email is None:
                raise
            raise EmailTaken() from error

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
        return row and Account(PersonId(row.person_id), row.username, row.email, row.password_hash)

    async def add_session(self, session: Session) -> None:
        await self._run(
            insert(sessions).values(
                token_digest=session.token_digest,
                person_id=session.person,
                created_at=session.created_at,
                expires_at=session.expires_at,
            )
        )

    async def session(self, token_digest: str, now: datetime) -> Session | None:
        live = (sessions.c.token_digest == token_digest, sessions.c.expires_at > now)
        row = await self._row(select(sessions).where(*live))
        return row and Session(row.token_digest, PersonId(row.person_id), row.created_at, row.expires_at)

    async def end_session(self, token_digest: str) -> None:
        await self._run(delete(sessions).where(sessions.c.token_digest == token_digest))

    async def end_expired_sessions(self, now: datetime) -> int:
        return await self._changed(delete(sessions).where(sessions.c.expires_at <= now))

    async def _granted(self, *which: ColumnElement[bool]) -> Sequence[Person]:
        holders = select(grants.c.person_id).where(*which)
        return await self._all(select(persons).where(persons.c.id.in_(holders)).order_by(persons.c.id))

    async def _one(self, statement: Select[Any]) -> Person | None:
        found = await self._all(statement)
        return found[0] if found else None

    async def _all(self, statement: Select[Any]) -> Sequence[Person]:
        rows = await self._rows(statement)
        given: defaultdict[int, list[Grant]] = defaultdict(list)
        if rows:
            theirs = grants.c.person_id.in_([row.id for row in rows])
            for row in await self._rows(select(grants).where(theirs).order_by(grants.c.id)):
                given[row.person_id].append(_grant(row))
        return [_person(row, tuple(given[row.id])) for row in rows]


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
        "standing": person.standing,
    }


def _person(row: Row[Any], given: tuple[Grant, ...]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        email_confirmed=row.email_confirmed,
        language=row.language,
        time_zone=row.time_zone,
        standing=Standing(row.standing),
        grants=given,
        created_at=row.created_at,
    )


def _grant(row: Row[Any]) -> Grant:
    return Grant(Role(row.role), row.team or None, row.source, row.approved)
