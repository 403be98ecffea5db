"""docs/alerts.md for those who receive webhooks: its example runs, and its body is the one that is sent."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.webhook.channel import Webhook
from adapters.webhook.payload import body_of
from core.model.outbox import Intent
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


def shape(what: Any) -> Any:
    """The keys, and what kind each value is of; of a list, the kinds that are in it."""
    if isinstance(what, dict):
        return {key: shape(value) for key, value in what.items()}
    if isinstance(what, list):
        return [one for number, one in enumerate(map(shape, what)) if one not in list(map(shape, what[:number]))]
    return type(what)


def test_the_body_in_the_guide_has_the_shape_of_the_one_that_is_sent() -> None:
    alert = parcel(ALERT, of=ticket())
    call = replace(alert, delivery=replace(alert.delivery, intent=Intent.CALL))
    sent = json.loads(body_of(call, ALERT))
    shown = json.loads(_block("json"))
    assert (shape(shown), shown["type"]) == (shape(sent), sent["type"])
