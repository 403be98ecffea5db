"""Preferences: each person's own, one value for each key."""

from adapters.sql.store import SqlStore
from tests.contract.samples import MINUTE, NOW, a_person


async def test_a_preference_takes_the_place_of_the_earlier_one_and_is_ones_own(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        assert await work.preferences.of(ann) == {}
        await work.preferences.put(ann, "theme", "dark", NOW)
        await work.preferences.put(ann, "filters", [{"name": "“Größe” 🖨️", "query": 'q=a%25&x="\u0000'}], NOW)
        await work.preferences.put(bob, "theme", {"a": [1, None, True]}, NOW)
        await work.preferences.put(ann, "theme", "light", NOW + MINUTE)
    async with store.read() as work:
        assert await work.preferences.of(ann) == {
            "theme": "light",
            "filters": [{"name": "“Größe” 🖨️", "query": 'q=a%25&x="\u0000'}],
        }
        assert await work.preferences.of(bob) == {"theme": {"a": [1, None, True]}}


async def test_of_two_who_become_one_the_survivors_preferences_count(store: SqlStore) -> None:
    async with store.write() as work:
        ann, bob = [(await a_person(work, name)).id for name in ("Ann", "Bob")]
        await work.preferences.put(ann, "theme", "dark", NOW)
        await work.preferences.put(ann, "toured", ["welcome"], NOW)
        await work.preferences.put(bob, "theme", "light", NOW)
        await work.links.hold([ann, bob])
        await work.links.absorb(ann, bob)
        assert await work.preferences.of(bob) == {"theme": "light", "toured": ["welcome"]}
        assert await work.preferences.of(ann) == {}
