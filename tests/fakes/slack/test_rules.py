"""What the stand-in refuses, case by case, with Slack's own codes; limits and faults; and what it costs."""

import asyncio
import json
import logging
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from tests.fakes.slack import emoji, official, typed
from tests.fakes.slack.caller import Caller, Json, section
from tests.fakes.slack.small_app import client_of
from tests.fakes.slack_server import SlackServer

ROOT = Path(__file__).resolve().parents[3]
logging.getLogger("slack_sdk").setLevel(logging.CRITICAL)


@pytest.fixture
async def call() -> AsyncGenerator[Caller]:
    async with SlackServer() as server, aiohttp.ClientSession() as session:
        yield Caller(server, session)


MESSAGES: list[tuple[Json, str]] = [
    ({"text": "x" * 40_001}, "msg_too_long"),
    ({"text": "  "}, "no_text"),
    ({"text": None}, "no_text"),
    ({"blocks": "not JSON"}, "invalid_blocks_format"),
    ({"attachments": [{"text": "x"}] * 101}, "too_many_attachments"),
    ({"metadata": {"event_type": "x"}}, "invalid_metadata_format"),
    ({"metadata": {"event_type": "x", "event_payload": {}, "more": 1}}, "invalid_metadata_format"),
    ({"metadata": {"event_type": "with space", "event_payload": {}}}, "invalid_metadata_schema"),
    ({"metadata": {"event_type": "x", "event_payload": {"a": "x" * 9000}}}, "metadata_too_large"),
    ({"username": "x" * 81}, "invalid_arguments"),
    ({"channel": None}, "invalid_arguments"),
    ({"channel": "C0NOWHERE"}, "channel_not_found"),
    ({"channel": "hidden"}, "channel_not_found"),
    ({"channel": "town"}, "not_in_channel"),
    ({"channel": "U0NOBODY"}, "channel_not_found"),
]


@pytest.mark.parametrize(("given", "error"), MESSAGES)
async def test_messages_that_slack_would_not_post(call: Caller, given: Json, error: str) -> None:
    places = {"hidden": call.hidden.id, "town": call.town.id}
    if "channel" in given:
        given = given | {"channel": places.get(given["channel"], given["channel"])}
    assert (await call.post(**given))["error"] == error


async def test_messages_that_are_not_the_apps_or_not_there_any_more(call: Caller) -> None:
    theirs = await call.asha.write(call.triage, "mine")
    where = {"channel": call.triage.id, "ts": theirs.ts}
    assert (await call("chat.update", **where, text="x"))["error"] == "cant_update_message"
    assert (await call("chat.delete", **where))["error"] == "cant_delete_message"
    gone = where | {"ts": "1.000001"}
    for method, more in (("chat.update", {"text": "x"}), ("chat.delete", {})):
        assert (await call(method, **gone, **more))["error"] == "message_not_found"
    link = await call.form("chat.getPermalink", channel=call.triage.id, message_ts=gone["ts"])
    assert link["error"] == "message_not_found"
    own = await call.post()
    call.server.settings.edit_window = 60
    call.server.advance(61)
    late = await call("chat.update", channel=call.triage.id, ts=own["ts"], text="y")
    assert late["error"] == "edit_window_closed"
    call.triage.archive()
    assert (await call.post())["error"] == "is_archived"
    with pytest.raises(AssertionError, match="is archived"):
        await call.asha.write(call.triage, "x")
    call.triage.delete()
    assert (await call.post())["error"] == "channel_not_found"


async def test_links_to_messages_name_their_thread(call: Caller) -> None:
    root = await call.asha.write(call.triage, "T-1")
    reply = await call.asha.write(call.triage, "on it", thread=root)
    told = await call.form("chat.getPermalink", channel=call.triage.id, message_ts=reply.ts)
    place = f"https://uni.slack.com/archives/{call.triage.id}/p{reply.ts.replace('.', '')}"
    assert told["permalink"] == f"{place}?thread_ts={root.ts}&cid={call.triage.id}"


async def test_reactions_have_their_limits(call: Caller) -> None:
    message = await call.asha.write(call.triage, "x")
    where = {"channel": call.triage.id, "timestamp": message.ts}
    assert (await call("reactions.add", **where, name="tada"))["ok"]
    assert (await call("reactions.add", **where, name="tada"))["error"] == "already_reacted"
    assert (await call("reactions.remove", **where, name="eyes"))["error"] == "no_reaction"
    assert (await call("reactions.add", **where, name="🎉"))["error"] == "invalid_name"
    call.server.settings.user_reactions = 1
    assert (await call("reactions.add", **where, name="eyes"))["error"] == "too_many_reactions"
    call.server.settings.message_emoji = 1
    call.server.settings.user_reactions = 23
    assert (await call("reactions.add", **where, name="eyes"))["error"] == "too_many_emoji"
    assert (await call("reactions.remove", **where, name="tada"))["ok"]
    await call.asha.delete(message)
    assert (await call("reactions.add", **where, name="tada"))["error"] == "message_not_found"


SCOPES = [
    ("chat.postMessage", "chat:write", {"text": "x"}),
    ("chat.postMessage", "chat:write.customize", {"text": "x", "username": "Asha"}),
    ("conversations.history", "groups:history", {}),
    ("conversations.open", "im:write", {"users": "SAM"}),
    ("reactions.add", "reactions:write", {"timestamp": "1.1", "name": "x"}),
    ("files.completeUploadExternal", "files:write", {"files": []}),
]


@pytest.mark.parametrize(("method", "scope", "args"), SCOPES)
async def test_what_needs_a_scope_says_which(call: Caller, method: str, scope: str, args: Json) -> None:
    call.server.installed.scopes.discard(scope)
    given = {name: call.sam.id if value == "SAM" else value for name, value in args.items()}
    answer = await call(method, channel=call.triage.id, **given)
    assert (answer["error"], answer["needed"]) == ("missing_scope", scope)
    assert scope not in answer["provided"].split(",")


async def test_direct_messages_are_for_people_who_are_there(call: Caller) -> None:
    bot = call.server.add_bot("github")
    for users, error in ((bot.id, "cannot_dm_bot"), ("U0NOBODY", "user_not_found")):
        assert (await call("conversations.open", users=users))["error"] == error
    assert (await call("conversations.open"))["error"] == "users_list_not_supplied"
    call.asha.deactivate()
    assert (await call("conversations.open", users=call.asha.id))["error"] == "user_disabled"
    assert (await call.post(channel=call.sam.id))["channel"] == call.sam.dm.id
    call.server.installed.messages_tab = False
    assert (await call.post(channel=call.sam.dm.id))["error"] == "messages_tab_disabled"
    out = await call("chat.postEphemeral", channel=call.triage.id, user=call.sam.id, text="x")
    assert out["error"] == "user_not_in_channel"


async def test_who_calls_what_and_how(call: Caller) -> None:
    assert (await call("chat.conjure"))["error"] == "unknown_method"
    assert (await call("users.info", token="xoxb-other", user=call.sam.id))["error"] == "invalid_auth"
    assert (await call("apps.connections.open"))["error"] == "not_allowed_token_type"
    async with call.session.get(f"{call.server.api_base}auth.test") as answer:
        assert (await answer.json())["error"] == "not_authed"
    assert (await call.form("users.info", user=call.sam.id))["ok"]
    missing = await call("users.info", user=call.sam.id)
    assert missing["error"] == "invalid_arguments"
    assert "users.info reads no JSON body" in call.server.violations
    assert (await call.form("usergroups.users.list", usergroup="S0NONE"))["error"] == "no_such_subteam"
    assert (await call.form("users.info", user="U0NOBODY"))["error"] == "user_not_found"
    odd = await call.form("conversations.replies", channel=call.triage.id, ts="1.1", cursor="?")
    assert odd["error"] == "thread_not_found"


async def test_uploads_that_were_never_sent_or_are_not_what_was_announced(call: Caller) -> None:
    made = await call.form("files.getUploadURLExternal", filename="a.txt", length="3")
    files = [{"id": made["file_id"]}]
    assert (await call("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    for data, status in ((b"four", 400), (b"abc", 200)):
        async with call.session.post(made["upload_url"], data=data) as answer:
            assert answer.status == status
    elsewhere = await call("files.completeUploadExternal", files=files, channel_id=call.hidden.id)
    assert elsewhere["error"] == "channel_not_found"
    assert (await call("files.completeUploadExternal", files=files, channel_id=call.triage.id))["ok"]
    assert (await call("files.completeUploadExternal", files=files))["error"] == "file_not_found"
    (message,) = await call.server.until(lambda: call.asha.reads(call.triage))
    assert [one.data for one in message.files] == [b"abc"]


async def test_limits_are_kept_for_each_conversation_and_told_in_seconds(call: Caller) -> None:
    call.server.limits.enable(posting=1, burst=5)
    client: AsyncWebClient = client_of(call.server)
    answers = [await call.post() for _ in range(7)]
    assert [one["ok"] for one in answers] == [True] * 5 + [False] * 2
    assert answers[-1] == {"ok": False, "error": "ratelimited"}
    last = call.server.requests[-1]
    assert last.status == 429
    assert (await client.chat_postMessage(channel=call.sam.dm.id, text="x"))["ok"]
    call.server.advance(1)
    assert [(await call.post())["ok"] for _ in range(2)] == [True, False]
    call.server.limits.off()
    assert (await call.post())["ok"]
    call.server.limits.set("users.*", 1, 60)
    told = [await call.form("users.info", user=call.sam.id) for _ in range(2)]
    assert [one["ok"] for one in told] == [True, False]
    assert call.server.limits.refused == 4


FAULTS: list[tuple[str, Json, int, bool]] = [
    ("fail", {"status": 503}, 503, False),
    ("fail", {"status": 500, "applied": True}, 500, True),
    ("refuse", {"error": "internal_error"}, 200, False),
    ("refuse", {"error": "fatal_error", "applied": True}, 200, True),
    ("limit", {"retry_after": 7}, 429, False),
    ("drop", {}, 0, False),
    ("drop", {"applied": True}, 0, True),
    ("delay", {"seconds": 0.01}, 200, True),
]


@pytest.mark.parametrize(("kind", "how", "status", "done"), FAULTS)
async def test_faults_as_ordered(call: Caller, kind: str, how: Json, status: int, done: bool) -> None:
    fault = getattr(call.server.faults, kind)("chat.*", **how, where=lambda args: args["text"] == "x")
    assert (await call.post(text="spared"))["ok"]
    url = f"{call.server.api_base}chat.postMessage"
    headers = {"Authorization": f"Bearer {call.server.bot_token}"}
    try:
        sending = call.session.post(url, json={"channel": call.triage.id, "text": "x"}, headers=headers)
        async with sending as answer:
            assert answer.status == status
            assert answer.headers.get("Retry-After") == ("7" if kind == "limit" else None)
            if kind == "refuse":
                assert (await answer.json())["error"] == how["error"]
    except aiohttp.ServerDisconnectedError:
        assert status == 0
    assert ("x" in [one.text for one in call.server.messages]) == done
    assert fault.met == 1
    assert (await call.post())["ok"]


@pytest.mark.parametrize("applied", [True, False])
async def test_a_request_may_be_held_or_never_answered(call: Caller, applied: bool) -> None:
    gate = call.server.faults.hold("chat.postMessage")
    sending = asyncio.create_task(call.post(text="held"))
    await gate.arrived()
    assert call.server.messages == []
    gate.release()
    assert (await sending)["ok"]
    gate = call.server.faults.hang("chat.postMessage", applied=applied)
    sending = asyncio.create_task(call.post(text="hung"))
    await gate.arrived()
    assert len(call.server.messages) == (2 if applied else 1)
    sending.cancel()


async def test_an_upload_and_a_download_fail_as_ordered(call: Caller) -> None:
    made = await call.form("files.getUploadURLExternal", filename="a.txt", length="3")
    call.server.faults.fail("upload", status=503)
    async with call.session.post(made["upload_url"], data=b"abc") as answer:
        assert answer.status == 503
    async with call.session.post(made["upload_url"], data=b"abc") as answer:
        assert await answer.text() == "OK - 3"
    call.server.faults.limit("download")
    link = f"{call.server.url}/files-pri/{call.server.team}-{made['file_id']}/a.txt"
    async with call.session.get(link) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "1")


TYPED: list[tuple[str, str, str]] = [
    ("plain & <b>", "plain &amp; &lt;b&gt;", "text"),
    ("*_both_*", "*_both_*", "text:bold+italic"),
    ("`a < b`", "`a &lt; b`", "text:code"),
    ("5*3*2 and snake_case_name", "5*3*2 and snake_case_name", "text"),
    ("see https://x.org/a_b_c.", "see <https://x.org/a_b_c>.", "text link text"),
    ("<https://x.org|here>", "<https://x.org|here>", "link"),
    (":thumbsup: 👍", ":+1: :+1:", "emoji text emoji"),
    (":not_an_emoji_at_all:", ":not_an_emoji_at_all:", "text"),
    ("@here now", "<!here> now", "broadcast text"),
    ("mail a@channel.org", "mail a@channel.org", "text"),
    ("```\ncode *x*\n```", "```code *x*```", "text"),
    ("1. one\n2. two", "1. one\n2. two", "text text"),
]


@pytest.mark.parametrize(("written", "text", "kinds"), TYPED)
async def test_what_is_typed_becomes_mrkdwn_and_rich_text(call: Caller, written: str, text: str, kinds: str) -> None:
    made, blocks = typed.Typist(call.server.world).message(written)
    assert made == text
    assert [_kind(one) for one in _parts(blocks[0])] == kinds.split()
    assert (await call.post(blocks=blocks))["ok"]
    assert call.server.violations == []


def _parts(node: Json) -> list[Json]:
    if not node["type"].startswith("rich_text"):
        return [node]
    return [part for element in node["elements"] for part in _parts(element)]


def _kind(part: Json) -> str:
    return ":".join([part["type"], *(["+".join(part["style"])] if part.get("style") else [])])


async def test_requests_are_held_against_slacks_own_types(call: Caller) -> None:
    if not official.DOCUMENT.is_file():
        assert official.problems("chat.postMessage", {"nonsense": 1}) == []
        return
    assert (await call.post(nonsense=1, client_msg_id="x"))["ok"]
    assert call.server.violations == [
        "chat.postMessage: $: unknown argument client_msg_id",
        "chat.postMessage: $: unknown argument nonsense",
    ]
    call.server.violations.clear()
    await call.post(blocks=[section() | {"colour": "red"}])
    assert "blocks[0]" in call.server.violations[0]
    client = client_of(call.server)
    call.server.violations.clear()
    await client.conversations_history(channel=call.triage.id, limit=5, inclusive=True, include_all_metadata=True)
    await client.conversations_open(users=call.sam.id, return_im=True)
    await client.users_info(user=call.sam.id, include_locale=True)
    await client.api_call("chat.postMessage", data={"channel": call.triage.id, "blocks": json.dumps([section()])})
    assert call.server.violations == []


def test_arguments_are_read_back_from_forms() -> None:
    given = {"limit": "5", "inclusive": "1", "blocks": '[{"type": "divider"}]', "text": "1", "ts": "1.2"}
    wanted = {"limit": 5, "inclusive": True, "blocks": [{"type": "divider"}], "text": "1", "ts": "1.2"}
    assert official.plain(given) == wanted


NAMES = [
    ("+1", "+1", "👍"),
    ("thumbsup", "+1", "👍"),
    ("+1::skin-tone-3", "+1::skin-tone-3", None),
    ("white_check_mark", "white_check_mark", "✅"),
    ("memo", "memo", "📝"),
]


@pytest.mark.parametrize(("name", "wanted", "shown"), NAMES)
def test_emoji_have_one_name_among_several(name: str, wanted: str, shown: str | None) -> None:
    assert emoji.known(name, set())
    assert emoji.canonical(name) == wanted
    assert emoji.standard().get(wanted) == shown
    assert not emoji.known("party_parrot", set())
    assert emoji.known("party_parrot", {"party_parrot"})


async def test_in_its_own_process_it_is_steered_over_http() -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.fakes.slack_server", "--port", "0"),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    try:
        async with asyncio.timeout(20), aiohttp.ClientSession() as session:
            told = json.loads(await process.stdout.readline())

            async def control(what: str, **given: Any) -> Any:
                async with session.post(f"{told['url']}/control/{what}", json=given) as answer:
                    return await answer.json()

            sam, kim = (await control("users", names=["sam", "kim"]))["ids"]
            place = (await control("channel", name="triage", members=[kim], with_app=True))["id"]
            headers = {"Authorization": f"Bearer {told['bot_token']}"}
            posted = {"channel": place, "text": "*T-1*"}
            async with session.post(f"{told['api_base']}chat.postMessage", json=posted, headers=headers) as answer:
                root = (await answer.json())["ts"]
            await control("write", user=kim, place=place, text="on it", thread=root)
            (shown,) = (await control("reads", user=kim, place=place))["messages"]
            assert shown == {"ts": root, "name": "Desk", "shown": "T-1", "replies": 1}
            (asked,) = (await control("slash", users=[sam], line="/ticket"))["ids"]
            (went,) = (await control("interactions", ids=[asked]))["interactions"]
            assert (went["user"], went["error"], went["acknowledged_after"]) == (sam, "dispatch_failed", None)
            assert (await control("slash", users=[sam], line="/other"))["error"].startswith("AssertionError: /other")
            assert (await control("requests"))["methods"] == {"chat.postMessage": 1}
    finally:
        process.kill()
        await process.communicate()
