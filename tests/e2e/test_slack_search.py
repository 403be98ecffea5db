"""Lists and search on Slack: filters as they are typed, and where the words stand."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus
from tests.fakes.slack_server import Message, Person
from tests.fakes.slack_steps import Told, a_day, faults_of, open_ticket, ref_of, use

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "The zebra <!channel> @everyone *stops* :smile: every morning."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def campus(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (there, _desk):
        yield there
        assert faults_of(there.server) == []


async def found(who: Person, line: str, words: str) -> Message:
    """The answer, once what is looked for is in the index."""
    for _ in range(50):
        answer = await use(who, who.dm, line)
        assert isinstance(answer, Message)
        if words in answer.text_shown:
            return answer
    raise AssertionError(answer.text_shown)


def bold(answer: Told) -> list[str]:
    return [part["text"] for part in _parts(answer.blocks) if part.get("style") == {"bold": True}]


def _parts(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, list):
        return [part for one in value for part in _parts(one)]
    inner = value.get("elements") if isinstance(value, dict) else None
    return _parts(inner) if inner else [value] if isinstance(value, dict) and "text" in value else []


async def test_a_search_shows_where_the_words_stand_and_what_is_typed_narrows_it(campus: Campus) -> None:
    sam, asha = campus.sam, campus.asha
    card = await open_ticket(campus, sam, "My account", HOSTILE)
    ref = ref_of(card)
    await use(asha, asha.dm, f"/ticket priority {ref} high")
    answer = await found(sam, "/ticket list zebra every", "every morning.")
    assert {"zebra", "every"} <= set(bold(answer))
    assert not answer.pings
    for line, there in (
        ("zebra priority:high", True),
        ("priority:low zebra", False),
        ("zebra status:live category:login among:mine order:newest", True),
        ("zebra among:followed", False),
        ("zebra tags:late", False),
    ):
        assert (ref in (await use(sam, sam.dm, f"/ticket list {line}")).text_shown) is there, line
    assert ref in (await use(asha, asha.dm, "/ticket queue zebra priority:high")).text_shown
    assert ref not in (await use(asha, asha.dm, "/ticket queue zebra among:mine")).text_shown


async def test_another_student_finds_nothing_of_it_and_a_wrong_value_is_told(campus: Campus) -> None:
    card = await open_ticket(campus, campus.sam, "My quagga", "A quagga, in private.")
    await found(campus.sam, "/ticket list private", "in private.")
    other = await use(campus.kim, campus.kim.dm, "/ticket list quagga among:all")
    assert "Nothing here." in other.text_shown and ref_of(card) not in other.text_shown
    refused = await use(campus.kim, campus.kim.dm, "/ticket list priority:huge")
    assert "“huge” is not one of low, normal, high, urgent" in refused.text_shown
    assert "/ticket list [status]" in refused.text_shown
