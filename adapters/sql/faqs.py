"""Frequently asked questions: two of a FAQ's versions are read with it, the latest and the published one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, delete, func, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from adapters.sql.database import Room
from adapters.sql.tables import faq_ratings, faq_versions, faqs
from core.errors import Conflict
from core.model.faq import Faq, FaqState, FaqVersion
from core.model.ids import FaqId, PersonId, TicketId
from core.model.similar import Item, Kind
from core.storage import FaqQuery, Faqs
from core.text import from_json, to_json

_latest, _published = faq_versions.alias("latest_version"), faq_versions.alias("published_version")
_VERSION = ("number", "question", "answer", "category", "by_id", "at")
_JOINED = faqs.join(_latest, and_(_latest.c.faq_id == faqs.c.id, _latest.c.number == faqs.c.latest)).outerjoin(
    _published, and_(_published.c.faq_id == faqs.c.id, _published.c.number == faqs.c.published)
)
_SELECTED = select(
    faqs,
    *(_latest.c[name].label(f"latest_version_{name}") for name in _VERSION),
    *(_published.c[name].label(f"published_version_{name}") for name in _VERSION),
).select_from(_JOINED)


class SqlFaqs(Room, Faqs):
    def __init__(self, connection: AsyncConnection, marked: set[Item]) -> None:
        """``marked``: to be indexed once this unit is done."""
        super().__init__(connection)
        self._marked = marked

    async def add(self, first: FaqVersion, *, source: TicketId | None) -> Faq:
        values = {
            "state": FaqState.DRAFT,
            "latest": first.number,
            "source_id": source,
            "created_at": first.at,
            "helpful": 0,
            "unhelpful": 0,
            "version": 1,
        }
        added = (await self._run(insert(faqs).values(values).returning(faqs.c.id))).scalar_one()
        await self._add_version(FaqId(added), first)
        self._marked.add(Item(Kind.FAQ, added))
        return Faq(id=FaqId(added), state=FaqState.DRAFT, latest=first, source=source, created_at=first.at)

    async def _add_version(self, faq: FaqId, version: FaqVersion) -> None:
        values = {
            "faq_id": faq,
            "number": version.number,
            "question": version.question,
            "answer": to_json(version.answer),
            "words": f"{version.question}\n{version.answer.plain()}".casefold(),
            "category": version.category,
            "by_id": version.by,
            "at": version.at,
        }
        await self._run(insert(faq_versions).values(values))

    async def get(self, faq: FaqId) -> Faq | None:
        row = await self._row(_SELECTED.where(faqs.c.id == faq))
        return row and _faq(row)

    async def save(self, faq: Faq) -> None:
        saved = (
            update(faqs)
            .where(faqs.c.id == faq.id, faqs.c.version == faq.version)
            .values(
                state=faq.state,
                latest=faq.latest.number,
                published=faq.published.number if faq.published is not None else None,
                published_at=faq.published_at,
                review_at=faq.review_at,
                version=faq.version + 1,
            )
        )
        if await self._changed(saved) == 0:
            raise Conflict(f"{faq.ref} is no longer at version {faq.version}")
        self._marked.add(Item(Kind.FAQ, faq.id))
        mine = and_(faq_versions.c.faq_id == faq.id, faq_versions.c.number == faq.latest.number)
        if await self._row(select(faq_versions.c.number).where(mine)) is None:
            await self._add_version(faq.id, faq.latest)

    async def versions(self, faq: FaqId) -> Sequence[FaqVersion]:
        theirs = select(faq_versions).where(faq_versions.c.faq_id == faq).order_by(faq_versions.c.number.desc())
        return [
            FaqVersion(
                number=row.number,
                question=row.question,
                answer=from_json(row.answer),
                category=row.category,
                by=PersonId(row.by_id),
                at=row.at,
            )
            for row in await self._rows(theirs)
        ]

    async def find(self, query: FaqQuery) -> Sequence[Faq]:
        helped = faqs.c.helpful - faqs.c.unhelpful
        statement = _wanted(_SELECTED, query).order_by(helped.desc(), faqs.c.id).limit(query.limit)
        return [_faq(row) for row in await self._rows(statement)]

    async def made_of(self, tickets: Sequence[TicketId]) -> Mapping[TicketId, Faq]:
        if not tickets:
            return {}
        current = and_(faqs.c.source_id.in_(tickets), faqs.c.state.in_([FaqState.DRAFT, FaqState.PUBLISHED]))
        later = case((faqs.c.state == FaqState.PUBLISHED, 1), else_=0)
        rows = await self._rows(_SELECTED.where(current).order_by(later, faqs.c.id))
        return {TicketId(row.source_id): _faq(row) for row in rows}

    async def count(self, query: FaqQuery) -> int:
        counted = _wanted(select(func.count()).select_from(_JOINED), query)
        return int((await self._run(counted)).scalar_one())

    async def rate(self, faq: FaqId, person: PersonId, at: datetime, *, helpful: bool) -> bool:
        """The FAQ's row is written first, so that of two at once one waits for the other."""
        mine = and_(faq_ratings.c.faq_id == faq, faq_ratings.c.person_id == person)
        await self._run(update(faqs).where(faqs.c.id == faq).values(helpful=faqs.c.helpful))
        before = await self.rating(faq, person)
        if before is helpful:
            return False
        await self._run(delete(faq_ratings).where(mine))
        await self._run(insert(faq_ratings).values(faq_id=faq, person_id=person, helpful=helpful, at=at))
        gone = {True: (1, 0), False: (0, 1), None: (0, 0)}[before]
        counts = {
            "helpful": faqs.c.helpful + int(helpful) - gone[0],
            "unhelpful": faqs.c.unhelpful + int(not helpful) - gone[1],
        }
        await self._run(update(faqs).where(faqs.c.id == faq).values(counts))
        return True

    async def rating(self, faq: FaqId, person: PersonId) -> bool | None:
        mine = (faq_ratings.c.faq_id == faq, faq_ratings.c.person_id == person)
        row = await self._row(select(faq_ratings.c.helpful).where(*mine))
        return None if row is None else bool(row.helpful)


def _wanted(statement: Select[Any], query: FaqQuery) -> Select[Any]:
    shown = _latest if query.public is None else _published
    wanted: list[ColumnElement[bool]] = []
    if query.public is not None:
        wanted += [faqs.c.state == FaqState.PUBLISHED, shown.c.category.in_(sorted(query.public))]
    if query.states is not None:
        wanted.append(faqs.c.state.in_(sorted(query.states)))
    if query.category is not None:
        wanted.append(shown.c.category == query.category)
    if query.stale_at is not None:
        wanted += [faqs.c.state == FaqState.PUBLISHED, faqs.c.review_at <= query.stale_at]
    if query.waiting:
        wanted += [faqs.c.state != FaqState.RETIRED, or_(faqs.c.published.is_(None), faqs.c.published != faqs.c.latest)]
    if query.words:
        wanted.append(or_(*(shown.c.words.contains(word, autoescape=True) for word in query.words)))
    return statement.where(*wanted)


def _faq(row: Row[Any]) -> Faq:
    return Faq(
        id=FaqId(row.id),
        state=FaqState(row.state),
        latest=_version(row, "latest"),
        published=_version(row, "published") if row.published is not None else None,
        source=None if row.source_id is None else TicketId(row.source_id),
        created_at=row.created_at,
        published_at=row.published_at,
        review_at=row.review_at,
        helpful=row.helpful,
        unhelpful=row.unhelpful,
        version=row.version,
    )


def _version(row: Row[Any], which: str) -> FaqVersion:
    values = {name: row._mapping[f"{which}_version_{name}"] for name in _VERSION}
    return FaqVersion(
        number=values["number"],
        question=values["question"],
        answer=from_json(values["answer"]),
        category=values["category"],
        by=PersonId(values["by_id"]),
        at=values["at"],
    )
