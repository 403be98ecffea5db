"""Lists and search on Discord: options that narrow them, and where the words stand."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University
from tests.fakes.discord_server import Interaction, Person
from tests.fakes.discord_steps import a_day, faults_of, open_login, ref_of, use

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOSTILE = "The zebra @everyone <@123> [here](https://evil.example) **stops** every morning."


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def uni(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[University]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (university, _desk):
        yield university
        assert faults_of(university.server) == []


async def found(uni: University, who: Person, *path: str, words: str, **given: str) -> Interaction:
    """The answer, once what is looked for is in the index."""
    for _ in range(50):
        answer = await use(who, uni.login, *path, words=words, **given)
        if "> " in answer.shown:
            return answer
    raise AssertionError(answer.shown)


async def test_a_search_shows_where_the_words_stand_and_its_options_narrow_it(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "My account", HOSTILE)
    ref = ref_of(thread)
    await use(uni.asha, thread, "ticket", "priority", priority="high")
    answer = await found(uni, uni.sam, "ticket", "list", words="zebra every")
    assert answer.ephemeral
    line = next(line for line in answer.shown.split("\n") if line.startswith("> "))
    assert "**zebra**" in line and "**every** morning" in line
    assert "@everyone" not in line and "<@123>" not in line and "](https://evil" not in line
    assert uni.kim.pings == []
    for given, there in (
        ({"priority": "high"}, True),
        ({"priority": "low"}, False),
        ({"status": "live", "category": "login", "among": "mine", "order": "newest"}, True),
        ({"among": "followed"}, False),
        ({"tags": "late"}, False),
    ):
        narrowed = await use(uni.sam, uni.login, "ticket", "list", words="zebra", **given)
        assert (ref in narrowed.shown) is there, given
    assert ref in (await use(uni.asha, uni.login, "queue", words="zebra", priority="high")).shown
    assert ref not in (await use(uni.asha, uni.login, "queue", words="zebra", among="mine")).shown


async def test_another_student_finds_nothing_of_it_and_a_wrong_tag_is_told(uni: University) -> None:
    thread = await open_login(uni, uni.sam, "My quagga", "A quagga, in private.")
    await found(uni, uni.sam, "ticket", "list", words="private")
    other = await use(uni.kim, uni.login, "ticket", "list", words="quagga", among="all")
    assert "Nothing here." in other.shown and ref_of(thread) not in other.shown
    assert "Tags is empty" in (await use(uni.kim, uni.login, "ticket", "list", tags="#!")).shown
