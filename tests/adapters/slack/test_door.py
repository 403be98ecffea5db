"""The door as a whole: when it opens, what it does while Slack does not let the desk in, and how it closes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from adapters.chat.lanes import Pauses
from adapters.chat.reports import Reports
from adapters.slack.api.client import Slack
from adapters.slack.config import SlackConfig
from adapters.slack.door import SlackDoor, Timing
from adapters.slack.requests import PATH
from core.commands import IssueLinkCode, RedeemLinkCode
from core.model.people import Identity, Platform
from tests.adapters.slack.stage import Stage
from tests.fakes.front import Front
from tests.fakes.patience import patience

_QUICK = Timing(pauses=Pauses(0.01, 0.02))


@asynccontextmanager
async def a_door(stage: Stage, *, socket: bool = True, **config: Any) -> AsyncIterator[SlackDoor]:
    """Started; closed in the end."""
    server, office = stage.server, stage.office
    secrets = {"app_token": server.app_token} if socket else {"signing_secret": server.signing_secret}
    settings = replace(SlackConfig(bot_token=server.bot_token, api_base=server.api_base, **secrets), **config)
    slack = Slack(settings)
    door = SlackDoor(
        desk=Front(office).desk,
        engine=office.engine,
        store=office.store,
        clock=office.clock,
        config=settings,
        slack=slack,
        reports=Reports(office.engine, office.store),
        owner="one",
        timing=_QUICK,
    )
    door.start()
    try:
        yield door
    finally:
        await door.close()
        await slack.close()


async def test_it_hears_over_two_sockets_and_lets_them_go_when_it_closes(stage: Stage) -> None:
    async with a_door(stage) as door:
        await stage.server.until_connected(2)
        ticket, own, _ = await stage.ticket()
        await stage.sam.write(stage.sam.dm, "Hello", thread=own)
        await stage.server.settled()
        await door.idle()
        assert [one.text.plain() for one in await stage.office.messages(ticket)] == ["Hello"]
        assert list(door.routes()) == []
    await stage.server.until(lambda: stage.server.connected == 0)


async def test_while_the_token_is_not_taken_the_admins_know_and_nothing_else_stops(stage: Stage) -> None:
    stage.server.faults.refuse("auth.test", "invalid_auth", times=1)
    async with a_door(stage):
        await stage.server.until(lambda: stage.server.called("auth.test"))
        async with patience(5):
            while "slack:token" not in await stage.troubles():  # noqa: ASYNC110 - the database sets no event
                await asyncio.sleep(0.01)
        assert stage.server.connected == 0


async def test_as_long_as_slack_is_out_of_reach_it_is_asked_again(stage: Stage) -> None:
    stage.server.faults.fail("auth.test", status=500, times=3)
    async with a_door(stage):
        await stage.server.until_connected(2)
        assert len(stage.server.called("auth.test")) == 4
        assert await stage.troubles() == {}


async def test_over_http_what_comes_before_it_is_open_is_to_come_again(stage: Stage) -> None:
    stage.server.faults.fail("auth.test", status=500, times=1_000)
    async with a_door(stage, socket=False) as door:
        app = web.Application()
        app.add_routes(door.routes())
        async with TestServer(app) as server, aiohttp.ClientSession() as session:
            async with session.post(server.make_url(PATH), data=b"{}") as answer:
                assert answer.status == 503
            stage.server.faults.clear()
            await stage.server.until(lambda: stage.server.called("usergroups.list"))
            async with session.post(server.make_url(PATH), data=b"{}") as answer:
                assert answer.status == 401


async def test_whoever_became_one_with_another_is_looked_up_anew(stage: Stage) -> None:
    office = stage.office
    zoe = stage.server.add_user("zoe")
    office.people["zoe"] = await Front(office).desk.arrive(Identity(Platform.SLACK, stage.server.team, zoe.id), "Zoe")
    async with a_door(stage) as door:
        await stage.server.until_connected(2)
        ticket = await office.open("zoe")
        card = await stage.bind(ticket, zoe)
        for words in ("As Zoe", "As both"):
            await zoe.write(zoe.dm, words, thread=card)
            await stage.server.settled()
            await door.idle()
            if words == "As Zoe":
                code = (await office.do(IssueLinkCode(), "pia")).code
                assert code is not None
                await office.do(RedeemLinkCode(code=code, confirmed=True), "zoe", door=Platform.SLACK)
        said = await office.messages(ticket)
        assert [(one.author, one.text.plain()) for one in said] == [
            (office.people["pia"], "As Zoe"),
            (office.people["pia"], "As both"),
        ]
