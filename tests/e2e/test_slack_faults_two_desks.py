"""Two processes of one desk on one database, both hearing the same workspace: Slack tells each event to one of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.fakes.slack_bad_day import Day, day_ends, opened
from tests.fakes.slack_desk import furnished, slack_desk
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_steps import mention, press

SECRET = "0123456789abcdef0123456789abcdef"


@asynccontextmanager
async def two_desks(folder: Path, database: str) -> AsyncIterator[tuple[Day, Day]]:
    """Each with two connections."""
    async with SlackServer() as server:
        campus = furnished(server)
        at = {"BOT_DATABASE__URL": database, "BOT_WEB__SECRET_KEY": SECRET, "BOT_LOG__LEVEL": "debug"}
        days = []
        try:
            for name in ("one", "two"):
                (folder / name).mkdir()
                days.append(Day(campus, slack_desk(folder / name, campus, mode="socket", settings=at), "socket"))
                await days[-1].desk.start()
                await server.until_connected(2 * len(days), within=30)
            await server.until(lambda: server.called("usergroups.list"), 15)
            one, two = days
            yield one, two
            for day in days:
                day_ends(day)
        finally:
            for day in days:
                await day.desk.stop()


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_whichever_of_them_hears_it_each_word_is_there_once_and_in_order(
    tmp_path: Path, database_url: str
) -> None:
    async with two_desks(tmp_path, database_url) as (one, two):
        campus, server = one.campus, one.server
        sam, asha = campus.sam, campus.asha
        card = await opened(campus, sam)
        staffs = await one.staff_card()
        said = [f"said {number}" for number in range(10)]
        for number, words in enumerate(said):
            if number % 2:
                written = await asha.write(campus.triage, words, thread=staffs)
            else:
                written = await sam.write(sam.dm, words, thread=card)
            await one.heard(*said[: number + 1])
            if number == 4:
                reader = asha if written in asha.thread(staffs) else sam
                await reader.react(written, "eyes")
        await one.copied(card, *said[1::2])
        await one.copied(staffs, *said[::2])
        await press(asha, staffs, "Claim")
        await mention(campus, asha, staffs, "resolve It is there")
        await one.delivered()
        assert one.count("events", "kind = 'TicketClaimed'") == 1
        for root in (card, staffs):
            lines = one.news(root)
            assert len(lines) == len(set(lines)), lines
        assert all(len(users) == 1 for m in server.messages for users in m.reactions.values())
        assert min(connection.envelopes for connection in server.sockets.connections) > 0
        assert "slack_connected" in two.log
        one.as_it_should_be(sam)


@pytest.mark.parametrize("backend", ["sqlite", "postgresql"])
async def test_when_one_of_them_dies_while_people_write_the_other_hears_it_all(
    tmp_path: Path, database_url: str
) -> None:
    async with two_desks(tmp_path, database_url) as (one, two):
        campus, server, sam = one.campus, one.server, one.campus.sam
        card = await opened(campus, sam)
        staffs = await one.staff_card()
        said = [f"said {number}" for number in range(8)]
        for words in said:
            await sam.write(sam.dm, words, thread=card)
            if words == "said 3":
                await one.desk.kill()
            await asyncio.sleep(0.1)
        two.time_passes()
        server.advance(61)
        await server.settled(10)
        await server.until(lambda: two.count("messages") == len(said), 15)
        await two.delivered(hurried=True)
        assert sorted(await two.words()) == said
        assert sorted(two.copies(staffs)) == said
