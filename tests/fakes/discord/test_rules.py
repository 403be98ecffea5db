"""What the stand-in refuses, case by case, and how it is steered from another process."""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.fakes.discord import official, rules_commands, rules_components
from tests.fakes.discord.refusals import Form, Refused
from tests.fakes.discord_server import HIDDEN, DiscordServer, Guild

LONG = [{"name": f"{n}" * 50, "value": f"{n}" * 50} for n in range(10)]
ROOT = Path(__file__).resolve().parents[3]


def button(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": name, "custom_id": name} | more


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": name, "options": [{"label": "a", "value": "a"}]} | more


def line(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 18, "label": name, "component": {"type": 4, "style": 1, "custom_id": name} | more}


def command(**more: Any) -> dict[str, Any]:
    return {"name": "ticket", "description": "Tickets"} | more


def option(name: str, **more: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "One"} | more


@pytest.mark.parametrize(
    "components",
    [
        [row(button("a"), button("a"))],
        [row(button("a"), select("b"))],
        [row(*(button(str(n)) for n in range(6)))],
        [row(button(str(n))) for n in range(6)],
        [row(button("a", custom_id="x" * 101))],
        [row(button("a", label=""))],
        [row({"type": 2, "style": 5, "label": "link"})],
        [row(select("a", options=[{"label": "a", "value": "a"}] * 2))],
        [row(select("a", options=[]))],
        [row(select("a", min_values=2, max_values=1))],
        [button("a")],
        [{"type": 10, "content": "a display without its flag"}],
    ],
)
def test_such_components_are_refused(components: list[dict[str, Any]]) -> None:
    form = Form()
    rules_components.message(form, components, v2=False)
    with pytest.raises(Refused, match="50035"):
        form.settle()


@pytest.mark.parametrize(
    "more",
    [
        {"title": "x" * 46},
        {"components": [line(str(n)) for n in range(6)]},
        {"components": []},
        {"components": [line("a"), line("a")]},
        {"components": [line("x" * 46)]},
        {"components": [line("a", min_length=5, max_length=4)]},
        {"components": [line("a", max_length=3, value="four")]},
        {"components": [{"type": 18, "label": "a", "component": select("a", required=True, min_values=0)}]},
        {"components": [{"type": 18, "label": "a", "component": button("a")}]},
    ],
)
def test_such_forms_are_refused(more: dict[str, Any]) -> None:
    form = Form()
    rules_components.modal(form, {"custom_id": "1!", "title": "Open", "components": [line("a")]})
    form.settle()
    rules_components.modal(form, {"custom_id": "1!", "title": "Open", "components": [line("a")]} | more)
    with pytest.raises(Refused, match="50035"):
        form.settle()


@pytest.mark.parametrize(
    "commands",
    [
        [command(name="Ticket")],
        [command(name="two words")],
        [command(description="")],
        [command(), command()],
        [command(options=[option("a"), option("a")])],
        [command(options=[option("a"), option("b", required=True)])],
        [command(options=[option("a", autocomplete=True, choices=[{"name": "a", "value": "a"}])])],
        [command(options=[option("a", choices=[{"name": str(n), "value": str(n)} for n in range(26)])])],
        [command(options=[option(f"o{n}") for n in range(26)])],
        [command(options=[option("a"), {"type": 1, "name": "b", "description": "Sub"}])],
        [command(options=[option(f"o{n}", choices=LONG) for n in range(10)])],
        [{"type": 3, "name": "Open", "description": "not for menus"}],
    ],
)
def test_such_commands_are_refused(commands: list[dict[str, Any]]) -> None:
    with pytest.raises(Refused, match="50035"):
        rules_commands.check(commands)


def test_a_hundred_commands_are_taken_and_one_more_is_not() -> None:
    rules_commands.check([command(name=f"c{n}") for n in range(100)])
    with pytest.raises(Refused, match="30032"):
        rules_commands.check([command(name=f"c{n}") for n in range(101)])


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/channels/1/messages", {"contents": "misspelt"}),
        ("POST", "/channels/1/messages", {"content": "x", "embeds": [{"titel": "x"}]}),
        ("PATCH", "/channels/1", {"archived": "yes"}),
        ("POST", "/channels/1/threads", {"name": "x" * 101}),
        ("POST", "/interactions/1/t/callback", {"type": 9, "data": {"title": "x", "components": []}}),
        ("PUT", "/nowhere", None),
    ],
)
def test_the_official_description_refuses_such_requests(method: str, path: str, body: Any) -> None:
    found = official.problems(method, path, {}, body, thread=True)
    assert bool(found) == official.DOCUMENT.is_file()


class Caller:
    """A bot that is nothing but REST."""

    def __init__(self, server: DiscordServer, session: aiohttp.ClientSession) -> None:
        self.server = server
        self._session = session

    async def __call__(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status, and the error's code or the answer."""
        headers = {"Authorization": f"Bot {self.server.token}"}
        url = self.server.api_base + path
        async with self._session.request(method, url, json=body, headers=headers) as answer:
            told = await answer.json() if answer.content_type == "application/json" else None
            return answer.status, told.get("code") if answer.status >= 400 and told else told


@pytest.fixture
async def call() -> AsyncGenerator[Caller]:
    async with DiscordServer() as server, aiohttp.ClientSession() as session:
        server.gateway.sessions["kept"] = _Deaf()
        yield Caller(server, session)


class _Deaf:
    """A session that is never spoken to, so that interactions do not count as lost."""

    def hears(self, wanted: int) -> bool:
        return False


@pytest.fixture
def guild(call: Caller) -> Guild:
    made = call.server.add_guild("Uni")
    call.server.world.commands[None][1] = {"id": "1", "type": 1, "name": "ticket", "options": []}
    return made


async def test_unknown_things_are_told_apart(call: Caller, guild: Guild) -> None:
    channel = guild.add_channel("exams")
    assert await call("GET", "/channels/1") == (404, 10003)
    assert await call("GET", f"/channels/{channel.id}/messages/1") == (404, 10008)
    assert await call("GET", f"/guilds/{guild.id}/members/1") == (404, 10013)
    assert await call("POST", "/interactions/1/nothing/callback", {"type": 5}) == (404, 10062)
    assert await call("GET", "/nowhere") == (404, 0)


async def test_a_hidden_channel_is_not_the_bots_to_write_in(call: Caller, guild: Guild) -> None:
    channel = guild.add_channel("board", overwrites={guild.everyone: HIDDEN})
    assert await call("POST", f"/channels/{channel.id}/messages", {"content": "x"}) == (403, 50001)
    open_to_all = guild.add_channel("exams")
    guild.deny(guild.everyone, ["embed_links"])
    guild.deny(guild.bot_role, ["embed_links"])
    body = {"embeds": [{"title": "x"}]}
    assert await call("POST", f"/channels/{open_to_all.id}/messages", body) == (403, 50013)


async def test_an_interactions_token_lives_a_quarter_of_an_hour(call: Caller, guild: Guild) -> None:
    channel = guild.add_channel("exams")
    asha = guild.add_member("asha")
    interaction = await asha.slash(channel, "ticket", wait=False)
    follow_up = f"/webhooks/{call.server.application_id}/{interaction.token}"
    assert await call("POST", follow_up, {"content": "too early"}) == (404, 10015)
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert await call("POST", callback, {"type": 5, "data": {"flags": 64}}) == (204, None)
    status, told = await call("POST", follow_up, {"content": "done"})
    assert (status, told["flags"], interaction.answer.content) == (200, 64, "done")
    assert await call("GET", f"/channels/{channel.id}/messages/{told['id']}") == (404, 10008)
    call.server.advance(timedelta(minutes=16))
    assert await call("POST", follow_up, {"content": "late"}) == (401, 50027)


async def test_an_answer_after_three_seconds_is_too_late(call: Caller, guild: Guild) -> None:
    interaction = await guild.add_member("asha").slash(guild.add_channel("exams"), "ticket", wait=False)
    call.server.advance(timedelta(seconds=4))
    callback = f"/interactions/{interaction.id}/{interaction.token}/callback"
    assert await call("POST", callback, {"type": 5}) == (404, 10062)
    assert interaction.failed


async def test_a_thread_may_be_made_although_the_answer_is_an_error(call: Caller, guild: Guild) -> None:
    channel = guild.add_channel("exams")
    call.server.faults.fail("POST", "/channels/{id}/threads", applied=True)
    call.server.faults.fail("POST", "/channels/{id}/threads", status=503)
    body = {"name": "T-1", "type": 12, "invitable": False}
    assert (await call("POST", f"/channels/{channel.id}/threads", body))[0] == 500
    assert (await call("POST", f"/channels/{channel.id}/threads", body))[0] == 503
    assert [thread.name for thread in guild.threads()] == ["T-1"]


async def test_a_limit_that_was_set_is_told_in_headers_and_kept(call: Caller, guild: Guild) -> None:
    channel, other = guild.add_channel("exams"), guild.add_channel("housing")
    call.server.limits.set("POST", "/channels/*/messages", limit=2, per=60)
    statuses = [(await call("POST", f"/channels/{channel.id}/messages", {"content": "x"}))[0] for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert (await call("POST", f"/channels/{other.id}/messages", {"content": "x"}))[0] == 200
    assert call.server.requests[2].answer["retry_after"] > 59


async def test_in_its_own_process_it_is_steered_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.discord_server", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as session:
            told = json.loads(await process.stdout.readline())

            async def control(what: str, **given: Any) -> Any:
                async with session.post(f"{told['url']}/control/{what}", json=given) as answer:
                    return await answer.json()

            guild = (await control("guild", name="Uni"))["id"]
            place = (await control("channel", guild=guild, name="exams"))["id"]
            ids = (await control("members", guild=guild, names=["asha", "bo"]))["ids"]
            refused = await control("slash", users=ids, place=place, path="ticket open")
            assert "no command 'ticket' is synced here" in refused["error"]
            headers = {"Authorization": f"Bot {told['token']}"}
            commands = f"{told['api_base']}/applications/{told['id']}/commands"
            async with session.put(commands, json=[command()], headers=headers) as answer:
                assert answer.status == 200
            begun = (await control("slash", users=ids, place=place, path="ticket"))["ids"]
            went = (await control("interactions", ids=begun))["interactions"]
            assert [one["user"] for one in went] == ids
            assert all(one["acknowledged_after"] is None for one in went)
            assert (await control("requests"))["count"] == 1
    finally:
        process.kill()
        await process.communicate()
