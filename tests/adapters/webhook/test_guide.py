"""docs/alerts.md for those who receive webhooks: its example runs, and its body is the one that is sent."""

import json
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.webhook.channel import Webhook
from adapters.webhook.payload import body_of
from core.ports import Undeliverable
from tests.adapters.gchat.samples import ALERT, parcel, ticket
from tests.fakes.clock import FakeClock
from tests.fakes.webhook import SECRET

GUIDE = Path(__file__).parents[3] / "docs" / "alerts.md"


def _block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
async def url(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[str]:
    monkeypatch.setenv("THREADDESK_SECRET", SECRET)
    example: dict[str, Any] = {}
    exec(_block("python"), example)  # noqa: S102 - our own guide's
    app = web.Application()
    app.router.add_post("/", example["receive"])
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


async def test_the_receiver_in_the_guide_takes_an_alert_once_and_refuses_a_forged_one(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = FakeClock(datetime.now(UTC))
    right = Webhook({"leads": (url, SECRET)}, clock=clock)
    forged = Webhook({"leads": (url, "whsec_" + "A" * 32)}, clock=clock)
    for _ in range(2):
        await right.deliver(parcel(ALERT, of=ticket()))
    with pytest.raises(Undeliverable, match="401"):
        await forged.deliver(parcel(ALERT, key="f" * 24, of=ticket()))
    assert capsys.readouterr().out == "ticket.alert T-1042 Cannot see my exam slot\n"
    await right.close()
    await forged.close()


def test_the_body_in_the_guide_is_the_one_that_is_sent() -> None:
    assert json.loads(_block("json")) == json.loads(body_of(parcel(ALERT, of=ticket()), ALERT))
