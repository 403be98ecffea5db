from collections.abc import AsyncGenerator

import pytest

from adapters.sql.store import SqlStore
from tests.adapters.discord.hall import Hall
from tests.fakes.discord_server import DiscordServer
from tests.fakes.office import Office


@pytest.fixture
async def hall(sqlite_url: str) -> AsyncGenerator[Hall]:
    office = Office(SqlStore(sqlite_url))
    await office.staff_up()
    async with DiscordServer() as server:
        made = Hall(office, server)
        await made.know(made.sam, "sam")
        await made.know(made.asha, "asha")
        await made.know(made.kim, "kim")
        yield made
        await made.leave()
        assert server.violations == []
    await office.store.close()
