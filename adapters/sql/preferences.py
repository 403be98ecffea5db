"""What people set for themselves in the browser, one row for each key."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from sqlalchemy import Insert, select

from adapters.sql.database import Inserting, Room
from adapters.sql.tables import preferences
from core.model.ids import PersonId
from core.storage import Preferences
from core.text import Json


class SqlPreferences(Room, Preferences):
    async def of(self, person: PersonId) -> Mapping[str, Json]:
        rows = await self._rows(select(preferences).where(preferences.c.person_id == person))
        return {row.key: row.value for row in rows}

    async def put(self, person: PersonId, key: str, value: Json, at: datetime) -> None:
        await self._run(_putting(self._insert), {"person_id": person, "key": key, "value": value, "at": at})


@cache
def _putting(insert: Inserting) -> Insert:
    put = insert(preferences)
    newer = {"value": put.excluded.value, "at": put.excluded.at}
    return put.on_conflict_do_update(index_elements=[preferences.c.person_id, preferences.c.key], set_=newer)
