"""/ticket transcript on Slack: an answer for the asker alone, with links that bring what that person may read."""

import re
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from tests.fakes.slack_desk import Campus
from tests.fakes.slack_steps import a_day, faults_of, open_ticket, quiet, ref_of, triage, use, write

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole_day(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Campus]:
    async with a_day(tmp_path_factory.mktemp("desk")) as (campus, _desk):
        yield campus


@pytest.fixture
def campus(whole_day: Campus) -> Campus:
    assert faults_of(whole_day.server) == []
    return whole_day


async def fetched(url: str) -> str:
    async with aiohttp.request("GET", url) as answer:
        assert answer.status == 200, await answer.text()
        return await answer.text()


async def test_each_gets_links_of_their_own(campus: Campus) -> None:
    card = await open_ticket(campus, campus.sam, "My grade is missing", category="Exams and grades", Course_code="CS1")
    staffs = await triage(campus, card)
    await write(campus.sam, card, "It was there yesterday")
    await write(campus.asha, staffs, "// Careful with him")
    await quiet(campus)
    for who, has_note in ((campus.sam, False), (campus.asha, True)):
        told = await use(who, who.dm, f"/ticket transcript {ref_of(card)}")
        assert f"The transcript of {ref_of(card)}" in told.text_shown
        urls = re.findall(r"https?://[^\s\"'<>|]+/transcript/[A-Za-z0-9_.-]+", str(told.blocks))
        assert len(set(urls)) == 2
        for url in sorted(set(urls)):
            text = await fetched(url)
            assert "It was there yesterday" in text
            assert ("Careful with him" in text) == has_note


async def test_a_stranger_gets_no_link(campus: Campus) -> None:
    card = await open_ticket(campus, campus.sam, "Private", category="Exams and grades", Course_code="CS2")
    told = await use(campus.kim, campus.kim.dm, f"/ticket transcript {ref_of(card)}")
    assert "/transcript/" not in str(told.blocks)
    assert f"{ref_of(card)}" in told.text_shown
