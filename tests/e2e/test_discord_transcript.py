"""/ticket transcript on Discord: an answer for the asker alone, with links that bring what that person may read."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.fakes.discord_desk import University, opened
from tests.fakes.discord_server import Interaction
from tests.fakes.discord_steps import a_day, faults_of, ref_of, use

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[University]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (university, _desk):
        yield university


@pytest.fixture
def uni(whole_day: University) -> University:
    assert faults_of(whole_day.server) == []
    return whole_day


def links_of(answered: Interaction) -> dict[str, str]:
    """By what they are called."""
    assert answered.answer is not None
    buttons = [one for row in answered.answer.components for one in row.get("components", [])]
    return {one["label"]: one["url"] for one in buttons if "/transcript/" in one.get("url", "")}


async def fetched(url: str) -> str:
    async with aiohttp.request("GET", url) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_each_gets_links_of_their_own_which_nobody_else_sees(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    await uni.sam.say(thread, "It was there yesterday")
    await use(uni.asha, thread, "staff", "note", text="Careful with him")
    for who, has_note in ((uni.sam, False), (uni.asha, True)):
        answered = await use(who, thread, "ticket", "transcript")
        assert answered.ephemeral
        assert "The transcript of T-" in answered.shown
        assert "links open only on the computer" in answered.shown
        assert list(links_of(answered)) == ["Page (HTML)", "Data (JSON)"]
        for url in links_of(answered).values():
            text = await fetched(url)
            assert "It was there yesterday" in text
            assert ("Careful with him" in text) == has_note


async def test_a_stranger_is_answered_as_if_there_were_no_such_ticket(uni: University) -> None:
    thread = await opened(uni, uni.sam)
    refused = await use(uni.kim, uni.exams, "ticket", "transcript", ref=ref_of(thread))
    assert refused.ephemeral
    assert links_of(refused) == {}
