"""What the attacks on the console share."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.fakes.web_desk import WebDesk

TABLES = ("tickets", "messages", "reactions", "events", "reads", "preferences", "deliveries", "files", "followers")


async def everything(web_desk: WebDesk) -> Mapping[str, Sequence[Any]]:
    async with web_desk.store.read() as work:
        rows = {name: await work.connection.exec_driver_sql(f"SELECT * FROM {name}") for name in TABLES}  # noqa: S608 - ours
        return {name: [tuple(row) for row in found] for name, found in rows.items()}
