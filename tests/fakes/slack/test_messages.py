"""Messages as the app hears, reads and makes them: threads, edits, reactions, files, mentions; and who is told what."""

import asyncio
import json
import logging
from collections.abc import AsyncGenerator
from datetime import timedelta

import aiohttp
import pytest

from tests.fakes.slack.scene import Json, Scene, card, listening, refused, unheard
from tests.fakes.slack_server import File

logging.getLogger("slack_bolt").setLevel(logging.CRITICAL)


@pytest.fixture(params=["socket", "http"])
async def scene(request: pytest.FixtureRequest) -> AsyncGenerator[Scene]:
    """In either mode, listening."""
    async with listening(request.param) as made:
        yield made


@pytest.fixture
async def quiet() -> AsyncGenerator[Scene]:
    async with unheard() as made:
        yield made


async def test_what_somebody_writes_to_the_app_is_heard_as_slack_tells_it(scene: Scene) -> None:
    written = await scene.sam.write(scene.sam.dm, f"a < b *bold* {scene.asha.mention} :tada:\n> said\n- one\n- two")
    await scene.server.until(lambda: scene.app.of("message"))
    (event,), (body,) = scene.app.of("message"), scene.app.bodies
    assert (event["user"], event["ts"], event["channel_type"]) == (scene.sam.id, written.ts, "im")
    assert event["text"] == f"a &lt; b *bold* <@{scene.asha.id}> :tada:\n&gt; said\n• one\n• two"
    kinds = [element["type"] for element in event["blocks"][0]["elements"]]
    assert kinds == ["rich_text_section", "rich_text_quote", "rich_text_list"]
    assert written.text_shown == "a < b bold @Asha 🎉\nsaid\n• one\n• two"
    assert body["authorizations"][0]["user_id"] == scene.server.bot_user
    assert body["team_id"] == scene.server.team
    await scene.server.settled()


async def test_typed_letters_are_no_mention_and_old_clients_send_no_blocks(quiet: Scene) -> None:
    typed = await quiet.sam.write(quiet.sam.dm, "<!channel> <@U0NOBODY> & *x*", literal=True)
    assert typed.text == "&lt;!channel&gt; &lt;@U0NOBODY&gt; &amp; *x*"
    assert typed.text_shown == "<!channel> <@U0NOBODY> & *x*"
    called = await quiet.sam.write(quiet.sam.dm, "@channel look", plain_text_only=True)
    assert (called.text, called.blocks) == ("<!channel> look", [])


async def test_threads_count_their_replies_and_are_read_in_order(scene: Scene) -> None:
    root = await scene.says(scene.triage, "T-1")
    reply = await scene.asha.write(scene.triage, "On it", thread=root)
    loud = await scene.asha.write(scene.triage, "All: on it", thread=reply, broadcast=True)
    answer = await scene.client.conversations_replies(channel=scene.triage.id, ts=root.ts)
    assert [one["ts"] for one in answer["messages"]] == [root.ts, reply.ts, loud.ts]
    first = answer["messages"][0]
    assert (first["reply_count"], first["latest_reply"], first["reply_users"]) == (2, loud.ts, [scene.asha.id])
    assert answer["messages"][1]["parent_user_id"] == scene.server.bot_user
    history = await scene.client.conversations_history(channel=scene.triage.id)
    assert [one["ts"] for one in history["messages"]] == [loud.ts, root.ts]
    assert scene.asha.thread(root) == [reply, loud]
    assert scene.sam.thread(root) == []
    await scene.server.until(lambda: scene.app.of("message", "thread_broadcast"))
    assert scene.app.of("message", "thread_broadcast")[0]["root"]["ts"] == root.ts
    assert next(one for one in scene.app.of("message") if one["ts"] == reply.ts)["thread_ts"] == root.ts


async def test_edits_deletions_and_previews_are_told_apart(scene: Scene) -> None:
    root = await scene.sam.write(scene.sam.dm, "Frist")
    await scene.sam.edit(root, "First")
    scene.server.unfurl(root)
    reply = await scene.sam.write(scene.sam.dm, "Second", thread=root)
    await scene.sam.delete(root)
    await scene.sam.delete(reply)
    await scene.server.until(lambda: scene.app.of("message", "message_deleted"))
    await scene.server.settled()
    edited, unfurled, entombed = sorted(scene.app.of("message", "message_changed"), key=lambda one: one["ts"])
    assert (edited["message"]["text"], edited["message"]["edited"]["user"]) == ("First", scene.sam.id)
    assert edited["previous_message"]["text"] == "Frist"
    assert unfurled["message"]["attachments"]
    assert unfurled["message"]["edited"] == edited["message"]["edited"]
    assert entombed["message"]["subtype"] == "tombstone"
    (deleted,) = scene.app.of("message", "message_deleted")
    assert (deleted["deleted_ts"], deleted["previous_message"]["text"]) == (reply.ts, "Second")
    assert scene.sam.reads(scene.sam.dm) == []
    gone = scene.client.conversations_replies(channel=scene.sam.dm.id, ts=root.ts)
    assert await refused(gone) == "thread_not_found"


async def test_a_reply_to_what_is_gone_stands_in_the_conversation_itself(quiet: Scene) -> None:
    root = await quiet.sam.write(quiet.sam.dm, "First")
    await quiet.sam.delete(root)
    answer = await quiet.client.chat_postMessage(channel=quiet.sam.dm.id, text="Yes?", thread_ts=root.ts)
    assert "thread_ts" not in answer["message"]
    assert [one.text for one in quiet.sam.reads(quiet.sam.dm)] == ["Yes?"]
    quiet.server.settings.reply_to_missing = "refuse"
    again = quiet.client.chat_postMessage(channel=quiet.sam.dm.id, text="Yes?", thread_ts=root.ts)
    assert await refused(again) == "thread_not_found"


async def test_reactions_are_told_and_counted(scene: Scene) -> None:
    message = await scene.sam.write(scene.sam.dm, "Thanks")
    await scene.client.reactions_add(channel=scene.sam.dm.id, timestamp=message.ts, name="white_check_mark")
    await scene.sam.react(message, "thumbsup")
    await scene.sam.unreact(message, "+1")
    assert message.reactions == {"white_check_mark": [scene.server.bot_user]}
    scene.server.settings.reactors_shown = 0
    where = {"channel": scene.sam.dm.id, "timestamp": message.ts}
    for full, named in ((False, []), (True, [scene.server.bot_user])):
        told = await scene.client.reactions_get(**where, full=full)
        assert told["message"]["reactions"] == [{"name": "white_check_mark", "users": named, "count": 1}]
    await scene.server.until(lambda: scene.app.of("reaction_removed"))
    await scene.server.settled()
    by = {one["user"]: one for one in scene.app.of("reaction_added")}
    assert by[scene.sam.id]["reaction"] == "+1"
    assert by[scene.server.bot_user]["item"] == {"type": "message", "channel": scene.sam.dm.id, "ts": message.ts}
    with pytest.raises(AssertionError, match="invalid_name"):
        await scene.sam.react(message, "no_such_emoji")
    scene.server.add_emoji("no_such_emoji")
    await scene.sam.react(message, "no_such_emoji")


async def test_a_mention_in_a_channel_is_told_twice_and_in_a_direct_message_once(scene: Scene) -> None:
    root = await scene.says(scene.triage, "T-1")
    said = await scene.asha.write(scene.triage, f"{scene.server.mention} resolve", thread=root)
    await scene.sam.write(scene.sam.dm, f"{scene.server.mention} help")
    await scene.server.settled()
    await scene.server.until(lambda: len(scene.app.heard) == 4)
    (mention,) = scene.app.of("app_mention")
    assert (mention["ts"], mention["thread_ts"], mention["text"]) == (said.ts, root.ts, said.text)


async def test_names_and_pictures_of_others_are_shown_on_the_apps_messages(scene: Scene) -> None:
    said = await scene.says(scene.sam.dm, "Hello", username="Asha · staff", icon_url="https://x.org/a.png")
    assert (said.name, said.icon_url, said.subtype) == ("Asha · staff", "https://x.org/a.png", "bot_message")
    await scene.server.until(lambda: scene.app.of("message", "bot_message"))
    (told,) = scene.app.of("message", "bot_message")
    assert "user" not in told
    assert (told["username"], told["bot_id"]) == ("Asha · staff", scene.server.world.bot_id)


async def test_files_come_in_with_messages_and_go_out_in_three_steps(scene: Scene) -> None:
    message = await scene.sam.write(scene.sam.dm, "Look", files=[File("a.png", b"picture"), File("b.txt", b"words")])
    await scene.server.until(lambda: scene.app.of("message", "file_share"))
    (told,) = scene.app.of("message", "file_share")
    assert [(one["name"], one["mimetype"], one["size"]) for one in told["files"]] == [
        ("a.png", "image/png", 7),
        ("b.txt", "text/plain", 5),
    ]
    uploads = [{"filename": "c.txt", "content": "three"}, {"filename": "d.txt", "content": b"four"}]
    sent = await scene.client.files_upload_v2(file_uploads=uploads, channel=scene.sam.dm.id, thread_ts=message.ts)
    assert sent["files"][0]["shares"] == {}
    (reply,) = await scene.server.until(lambda: scene.sam.thread(message))
    assert [(one.name, one.data) for one in reply.files] == [("c.txt", b"three"), ("d.txt", b"four")]
    info = await scene.client.files_info(file=sent["files"][0]["id"])
    assert info["file"]["shares"]["private"][scene.sam.dm.id][0]["ts"] == reply.ts


async def test_bytes_of_files_are_for_the_bots_token_where_the_app_may_see_them(quiet: Scene) -> None:
    elsewhere = quiet.server.add_channel("course", members=[quiet.sam])
    shared = await quiet.sam.write(quiet.sam.dm, files=[File("a.txt", b"proof")])
    hidden = await quiet.sam.write(elsewhere, files=[File("b.txt", b"secret")])
    base = f"{quiet.server.url}/files-pri/{quiet.server.team}-"

    async def fetch(file_id: str, token: str | None) -> tuple[int, str, bytes]:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        async with aiohttp.request("GET", f"{base}{file_id}/download/x.txt", headers=headers) as answer:
            return answer.status, answer.content_type, await answer.read()

    bot = quiet.server.bot_token
    assert await fetch(shared.files[0].id, bot) == (200, "text/plain", b"proof")
    assert (await fetch(shared.files[0].id, None))[:2] == (200, "text/html")
    assert (await fetch(shared.files[0].id, "xoxb-wrong"))[:2] == (200, "text/html")
    assert (await fetch(hidden.files[0].id, bot))[:2] == (404, "text/html")
    assert await refused(quiet.client.files_info(file=hidden.files[0].id)) == "file_not_found"
    await quiet.sam.remove_file(shared, "a.txt")
    assert (await fetch(shared.files[0].id, bot))[0] == 404


async def test_a_file_may_never_appear_although_slack_said_yes(quiet: Scene) -> None:
    quiet.server.lose_shares()
    sent = await quiet.client.files_upload_v2(content="x", filename="a.txt", channel=quiet.sam.dm.id)
    await asyncio.sleep(quiet.server.settings.file_share_delay * 2)
    assert sent["ok"]
    assert quiet.sam.reads(quiet.sam.dm) == []


async def test_people_groups_and_channels_that_change_are_told(scene: Scene) -> None:
    agents = scene.server.add_user_group("agents", [scene.asha])
    agents.add(scene.sam)
    agents.remove(scene.asha)
    scene.sam.change(display_name="Sam", locale="nl-NL")
    scene.triage.rename("exams-triage")
    scene.triage.archive()
    scene.triage.unarchive()
    scene.triage.kick()
    scene.triage.archive()
    await scene.server.until(lambda: scene.app.of("group_left"))
    await scene.server.settled()
    changes = scene.app.of("subteam_members_changed")
    assert sorted((one["added_users"], one["removed_users"]) for one in changes) == [
        ([], [scene.asha.id]),
        ([scene.sam.id], []),
    ]
    assert (await scene.client.usergroups_users_list(usergroup=agents.id))["users"] == [scene.sam.id]
    assert scene.app.of("user_change")[0]["user"]["profile"]["display_name"] == "Sam"
    assert scene.app.of("group_rename")[0]["channel"]["name"] == "exams-triage"
    assert len(scene.app.of("group_archive")) == len(scene.app.of("group_unarchive")) == 1
    assert scene.app.of("member_left_channel")[0]["user"] == scene.server.bot_user
    posting = scene.client.chat_postMessage(channel=scene.triage.id, text="x")
    assert await refused(posting) == "channel_not_found"


async def test_only_what_the_app_subscribes_to_and_sees_is_told(scene: Scene) -> None:
    elsewhere = scene.server.add_channel("course", members=[scene.sam])
    await scene.sam.write(elsewhere, "not for the app")
    public = scene.server.add_channel("town", private=False, members=[scene.sam], with_app=True)
    await scene.sam.write(public, "nor is this, without message.channels")
    scene.server.installed.scopes.discard("im:history")
    await scene.sam.write(scene.sam.dm, "nor this, without the scope")
    scene.server.installed.events.discard("message.groups")
    await scene.asha.write(scene.triage, "nor this")
    await scene.sam.write(public, f"but this is: {scene.server.mention}")
    await scene.server.until(lambda: scene.app.heard)
    await scene.server.settled()
    assert [one["type"] for one in scene.app.heard] == ["app_mention"]


async def test_who_else_may_be_there_bots_guests_and_strangers(scene: Scene) -> None:
    bot, old = scene.server.add_bot("github"), scene.server.add_bot("jira", integration=True)
    stranger = scene.server.add_user("eve", team="T0ELSEWHERE")
    for one in (bot, old, stranger):
        scene.triage.invite(one)
        await one.write(scene.triage, "hello")
    await scene.server.settled()
    await scene.server.until(lambda: len(scene.app.heard) == 6)
    assert {one["user"] for one in scene.app.of("message", "group_join")} == {bot.id, old.id, stranger.id}
    (told,) = [one for one in scene.app.of("message") if one["user"] == bot.id]
    assert told["bot_id"] == bot.user.bot_id
    assert scene.app.of("message", "bot_message")[0]["bot_id"] == old.user.bot_id
    assert (await scene.client.users_info(user=stranger.id))["user"]["is_stranger"]
    assert await refused(scene.client.conversations_open(users=bot.id)) == "cannot_dm_bot"


async def test_what_was_sent_can_be_found_by_its_metadata(quiet: Scene) -> None:
    mark = {"event_type": "threaddesk_delivery", "event_payload": {"key": "k1", "part": 0}}
    first = await quiet.says(quiet.sam.dm, "one", metadata=mark)
    for number in range(3):
        await quiet.says(quiet.sam.dm, f"reply {number}", thread_ts=first.ts)
    replies = quiet.client.conversations_replies
    bare = await replies(channel=quiet.sam.dm.id, ts=first.ts, limit=2)
    assert (len(bare["messages"]), bare["has_more"]) == (2, True)
    assert "metadata" not in bare["messages"][0]
    rest = await replies(
        channel=quiet.sam.dm.id,
        ts=first.ts,
        limit=2,
        cursor=bare["response_metadata"]["next_cursor"],
        include_all_metadata=True,
    )
    assert [one["text"] for one in rest["messages"]] == ["reply 1", "reply 2"]
    whole = await replies(channel=quiet.sam.dm.id, ts=first.ts, include_all_metadata=True)
    assert whole["messages"][0]["metadata"] == mark
    quiet.server.settings.page = 1
    single = await quiet.client.conversations_history(channel=quiet.sam.dm.id, oldest=first.ts, inclusive=True, limit=1)
    assert [one["ts"] for one in single["messages"]] == [first.ts]
    quiet.server.hide_history()
    assert await refused(replies(channel=quiet.sam.dm.id, ts=first.ts)) == "missing_scope"


async def test_what_nobody_pays_for_is_hidden_after_a_while_and_said_to_be(quiet: Scene) -> None:
    quiet.server.settings.shown_for = timedelta(days=90)
    first = await quiet.says(quiet.sam.dm, "long ago")
    history, replies = quiet.client.conversations_history, quiet.client.conversations_replies
    assert "is_limited" not in (await history(channel=quiet.sam.dm.id)).data
    quiet.server.advance(timedelta(days=100))
    newer = await quiet.says(quiet.sam.dm, "now", thread_ts=first.ts, reply_broadcast=True)
    told = [await history(channel=quiet.sam.dm.id), await replies(channel=quiet.sam.dm.id, ts=first.ts)]
    assert [[one["ts"] for one in answer["messages"]] for answer in told] == [[newer.ts], [newer.ts]]
    assert all(answer["is_limited"] for answer in told)
    assert "is_limited" not in (await history(channel=quiet.sam.dm.id, oldest=newer.ts, inclusive=True)).data


async def test_the_same_ts_may_stand_in_two_conversations(quiet: Scene) -> None:
    quiet.server.force_ts("1700000000.000100", "1700000000.000100")
    mine, theirs = await quiet.says(quiet.sam.dm, "mine"), await quiet.says(quiet.asha.dm, "theirs")
    assert mine.ts == theirs.ts
    assert mine.text != theirs.text


async def test_an_ephemeral_message_in_a_thread_without_replies_is_seen_by_nobody(quiet: Scene) -> None:
    root = await quiet.says(quiet.triage, "T-1")
    where = {"channel": quiet.triage.id, "user": quiet.asha.id, "thread_ts": root.ts}
    await quiet.client.chat_postEphemeral(text="lost", **where)
    assert quiet.asha.ephemerals(quiet.triage) == []
    await quiet.asha.write(quiet.triage, "a reply", thread=root)
    await quiet.client.chat_postEphemeral(text="seen", **where)
    assert [one.text for one in quiet.asha.ephemerals(quiet.triage)] == ["seen"]
    assert quiet.server.delivery.sent[-1]["event"]["text"] == "a reply"


PINGS: list[tuple[Json, str]] = [
    ({"text": "<@USER> hi"}, "sam"),
    ({"text": "&lt;@USER&gt; @sam <!channel|x>"}, "channel"),
    ({"text": "<!subteam^GROUP|agents>"}, "group"),
    ({"text": "x", "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "<!here>"}}]}, "here"),
    ({"text": "@sam @everyone", "link_names": True}, "sam everyone"),
    ({"text": "@agents", "parse": "full"}, "group"),
    ({"text": "@sam @channel plain"}, ""),
    ({"text": "x", "blocks": [{"type": "header", "text": {"type": "plain_text", "text": "<@USER>"}}]}, ""),
]


@pytest.mark.parametrize(("given", "wanted"), PINGS)
async def test_whom_a_message_notifies(quiet: Scene, given: Json, wanted: str) -> None:
    agents = quiet.server.add_user_group("agents", [quiet.asha])
    filled = json.dumps(given).replace("USER", quiet.sam.id).replace("GROUP", agents.id)
    said = await quiet.says(quiet.triage, **json.loads(filled))
    names = {quiet.sam.id: "sam", agents.id: "group"}
    found = [*said.pings.users, *said.pings.groups, *said.pings.channels]
    assert {names.get(one, one) for one in found} == set(wanted.split())
    assert (said in quiet.server.pings) == bool(wanted)


async def test_rich_text_notifies_by_its_own_elements(quiet: Scene) -> None:
    parts = [{"type": "text", "text": f"<@{quiet.asha.id}> "}, {"type": "user", "user_id": quiet.sam.id}]
    parts += [{"type": "broadcast", "range": "channel"}]
    block = {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": parts}]}
    said = await quiet.says(quiet.triage, "x", blocks=[block])
    assert (said.pings.users, said.pings.channels) == ({quiet.sam.id}, {"channel"})
    assert said.text_shown == f"<@{quiet.asha.id}> @Sam@channel"


async def test_changing_a_text_takes_the_blocks_away_and_blocks_alone_leave_the_text(quiet: Scene) -> None:
    said = await quiet.says(quiet.triage, "T-1", blocks=card("*T-1*", "Claim"))
    where = {"channel": quiet.triage.id, "ts": said.ts}
    await quiet.client.api_call("chat.update", json=where | {"blocks": card("*T-2*")})
    assert (said.text_shown, said.text, said.edited) == ("T-2", "T-1", None)
    await quiet.client.chat_update(**where, text="T-3")
    assert (said.text_shown, said.blocks) == ("T-3", [])
    assert said.edited["user"] == quiet.server.bot_user
