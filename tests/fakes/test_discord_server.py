"""The stand-in itself, with the real discord.py logged into it."""

import asyncio
import io
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord.gateway import DiscordWebSocket

from tests.fakes.discord.small_bot import Bot, Form, Scene, all_intents, running
from tests.fakes.discord_server import DiscordServer, Permission


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[DiscordServer]:
    started = DiscordServer()
    await started.start()
    monkeypatch.setattr(discord.http.Route, "BASE", started.api_base)
    monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(await _gateway(started)))
    yield started
    await started.stop()
    assert started.violations == []


async def _gateway(server: DiscordServer) -> str:
    headers = {"Authorization": f"Bot {server.token}"}
    async with aiohttp.request("GET", f"{server.api_base}/gateway/bot", headers=headers) as answer:
        return str((await answer.json())["url"])


@pytest.fixture
async def scene(server: DiscordServer) -> AsyncGenerator[Scene]:
    made = Scene(server)
    async with running(server, Bot()) as bot:
        made.bot = bot
        yield made


async def refused(doing: Any) -> tuple[int, int]:
    """The status and the code that something is refused with."""
    with pytest.raises(discord.HTTPException) as caught:
        await doing
    return caught.value.status, caught.value.code


async def test_discord_py_logs_in_and_finds_the_guild_as_it_is(scene: Scene) -> None:
    found = scene.bot.get_guild(scene.guild.id)
    assert [channel.name for channel in found.text_channels] == ["exams"]
    assert found.get_member(scene.asha.id).name == "asha"
    assert [role.name for role in found.get_member(scene.agent.id).roles] == ["@everyone", "Agents"]
    assert found.me.guild_permissions.manage_threads


async def test_a_slash_command_is_deferred_and_answered_for_its_user_alone(scene: Scene) -> None:
    async def work(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("Opened.", ephemeral=True)

    scene.bot.work = work
    interaction = await scene.asha.slash(scene.channel, "ticket", "open", title="No room")
    await interaction.settled()
    assert (interaction.kind, interaction.answer.content, interaction.ephemeral) == ("deferred", "Opened.", True)
    assert interaction.acknowledged_after < 1
    assert scene.asha.sees(interaction.answer)
    assert not scene.bo.sees(interaction.answer)


async def test_a_command_that_is_not_declared_so_cannot_be_typed(scene: Scene) -> None:
    with pytest.raises(AssertionError, match="has no"):
        await scene.asha.slash(scene.channel, "ticket open", colour="red")
    with pytest.raises(AssertionError, match="needs ref"):
        await scene.asha.slash(scene.channel, "ticket show")
    with pytest.raises(AssertionError, match="no place for 7"):
        await scene.asha.slash(scene.channel, "ticket show", ref=7)


async def test_what_is_typed_is_completed(scene: Scene) -> None:
    offered = await scene.asha.complete(scene.channel, "ticket show", option="ref", typed="T")
    assert offered == [("T-7", "7")]


async def test_a_message_menu_is_shown_to_those_who_have_its_permission(scene: Scene) -> None:
    message = await scene.asha.say(scene.channel, "The lift is broken")
    with pytest.raises(AssertionError, match="not shown to asha"):
        await scene.asha.message_menu("Open a ticket from this", message)
    interaction = await scene.agent.message_menu("Open a ticket from this", message)
    assert interaction.answer.content == "The lift is broken"


async def test_a_form_opens_is_filled_in_and_answered(scene: Scene) -> None:
    scene.bot.work = lambda interaction: interaction.response.send_modal(Form())
    opened = await scene.asha.slash(scene.channel, "ticket open")
    assert opened.modal.labels == ["Title", "Category", "Files"]
    with pytest.raises(AssertionError, match="must be filled in"):
        await scene.asha.submit(opened.modal, {"Category": "Exams"})
    given = {"Title": "No room", "Category": "Exams"}
    sent = await scene.asha.submit(opened.modal, given, files={"Files": [("a.txt", b"proof")]})
    await sent.settled()
    assert sent.answer.content == "No room exams proof"


async def test_a_form_cannot_answer_a_form(scene: Scene) -> None:
    outcome: list[tuple[int, int]] = []

    class Again(Form):
        async def on_submit(self, interaction: discord.Interaction) -> None:
            outcome.append(await refused(interaction.response.send_modal(Form())))
            await interaction.response.defer()

    scene.bot.work = lambda interaction: interaction.response.send_modal(Again())
    opened = await scene.asha.slash(scene.channel, "ticket open")
    await scene.asha.submit(opened.modal, {"Title": "x", "Category": "Exams"})
    assert outcome == [(400, 50035)]


async def test_buttons_and_selects_reach_the_bot(scene: Scene) -> None:
    async def on_interaction(interaction: discord.Interaction) -> None:
        told = interaction.data.get("values") or [interaction.data["custom_id"]]
        await interaction.response.edit_message(content=" ".join(told))

    scene.bot.on_interaction = on_interaction
    view = discord.ui.View(timeout=None)
    view.add_item(discord.ui.Button(label="Claim", custom_id="1.claim"))
    view.add_item(discord.ui.Select(custom_id="1.how", options=[discord.SelectOption(label="High", value="h")]))
    sent = await scene.place.send("card", view=view)
    view.stop()
    card = scene.channel.messages[sent.id]
    pressed = await scene.agent.press(card, "Claim")
    assert (pressed.kind, card.content) == ("update", "1.claim")
    await scene.agent.choose(card, "1.how", "High")
    assert card.content == "h"
    with pytest.raises(AssertionError, match="no button 'Close'"):
        await scene.agent.press(card, "Close")


async def test_an_interaction_is_acknowledged_once_and_in_time(scene: Scene) -> None:
    outcome: list[Any] = []

    async def work(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("one")
        interaction.response._response_type = None
        outcome.append(await refused(interaction.response.send_message("two")))

    scene.bot.work = work
    await scene.asha.slash(scene.channel, "ticket open")
    await scene.server.until(lambda: outcome)
    assert outcome == [(400, 40060)]
    scene.server.settings.acknowledge_within = 0.0

    async def late(interaction: discord.Interaction) -> None:
        await asyncio.sleep(0.002)
        outcome.append(await refused(interaction.response.defer()))

    scene.bot.work = late
    interaction = await scene.asha.slash(scene.channel, "ticket open")
    await scene.server.until(lambda: len(outcome) == 2)
    assert outcome[1] == (404, 10062)
    assert interaction.failed


async def test_a_private_thread_is_seen_by_its_members_and_by_who_manages_threads(scene: Scene) -> None:
    thread, place = await scene.opened(invitable=False)
    await thread.add_user(discord.Object(scene.asha.id))
    await thread.send("Welcome")
    assert [message.content for message in scene.asha.reads(place)] == ["Welcome"]
    assert not scene.bo.sees(place)
    assert scene.agent.sees(place)
    await scene.asha.say(place, "Thank you")
    await scene.server.until(lambda: ("message", "Thank you") in scene.bot.seen)
    with pytest.raises(AssertionError, match="does not see"):
        await scene.bo.say(place, "Me too")


async def test_work_in_an_archived_thread_is_refused_and_a_plain_message_brings_it_back(scene: Scene) -> None:
    thread, place = await scene.opened()
    sent = await thread.send("card")
    await thread.edit(archived=True)
    assert await refused(sent.edit(content="new card")) == (400, 50083)
    assert await refused(thread.add_user(discord.Object(scene.asha.id))) == (400, 50083)
    await thread.send("again")
    assert not place.archived
    await thread.edit(archived=True, locked=True)
    assert await refused(thread.send("once more")) == (400, 50083)


async def test_one_active_thread_too_many_is_refused(scene: Scene) -> None:
    scene.server.settings.active_threads = 1
    thread, _ = await scene.opened()
    assert await refused(scene.opened("T-2")) == (400, 160006)
    await thread.edit(archived=True)
    await scene.opened("T-2")
    assert await refused(thread.send("back")) == (400, 160006)


async def test_a_permission_that_is_taken_away_is_missed(scene: Scene) -> None:
    thread, _ = await scene.opened()
    scene.guild.deny(scene.guild.bot_role, ["manage_threads"])
    assert await refused(thread.edit(locked=True)) == (403, 50013)
    scene.guild.overwrite(scene.channel, scene.guild.bot_role, deny=[Permission.VIEW_CHANNEL])
    assert await refused(scene.place.send("hello")) == (403, 50001)


async def test_the_same_nonce_is_the_same_message(scene: Scene) -> None:
    first = await scene.place.send("hello", nonce="d-1")
    again = await scene.place.send("hello", nonce="d-1")
    assert first.id == again.id
    assert len(scene.asha.reads(scene.channel)) == 1


async def test_everything_that_the_text_names_is_pinged_unless_it_is_told_not_to(scene: Scene) -> None:
    words = f"@everyone {scene.asha.mention} {scene.agents.mention}"
    await scene.place.send(words, allowed_mentions=discord.AllowedMentions.none())
    assert not scene.asha.pings
    assert not scene.agent.pings
    await scene.place.send(words, allowed_mentions=discord.AllowedMentions(everyone=False, roles=False))
    assert len(scene.asha.pings) == 1
    assert not scene.agent.pings
    await scene.place.send(words)
    assert [len(one.pings) for one in (scene.asha, scene.agent, scene.bo)] == [2, 1, 1]


async def test_who_is_pinged_in_a_thread_is_added_to_it(scene: Scene) -> None:
    thread, place = await scene.opened()
    await thread.send(
        f"{scene.asha.mention} {scene.bo.mention}", allowed_mentions=discord.AllowedMentions(users=[scene.bo])
    )
    assert scene.bo.sees(place)
    assert not scene.asha.sees(place)


async def test_what_was_missed_is_replayed_on_resume(scene: Scene) -> None:
    scene.bot.seen.clear()
    await scene.server.disconnect()
    await scene.asha.say(scene.channel, "one")
    await scene.asha.say(scene.channel, "two")
    await scene.server.until(lambda: ("resumed", None) in scene.bot.seen)
    await scene.server.until(lambda: len(scene.bot.seen) == 3)
    assert sorted(scene.bot.seen[:3], key=str) == [("message", "one"), ("message", "two"), ("resumed", None)]
    assert scene.server.gateway.identifies == 1


async def test_a_session_that_cannot_be_resumed_is_begun_anew(scene: Scene) -> None:
    scene.bot.seen.clear()
    await scene.server.disconnect(resumable=False)
    await scene.asha.say(scene.channel, "lost")
    await scene.server.until(lambda: ("ready", None) in scene.bot.seen)
    assert ("message", "lost") not in scene.bot.seen
    assert scene.server.gateway.identifies == 2


async def test_a_bot_that_is_asked_to_reconnect_resumes(scene: Scene) -> None:
    scene.server.reconnect()
    await scene.server.until(lambda: ("resumed", None) in scene.bot.seen)


async def test_an_intent_that_was_not_switched_on_closes_the_gateway(server: DiscordServer) -> None:
    server.add_guild("Uni")
    server.settings.privileged.discard("message_content")
    bot = Bot()
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.start(server.token)
    await bot.close()


async def test_a_wrong_token_logs_nobody_in(server: DiscordServer) -> None:
    bot = Bot()
    with pytest.raises(discord.LoginFailure):
        await bot.login("wrong")
    await bot.close()


async def test_without_the_content_intent_messages_are_blank_but_for_mentions_and_direct_ones(
    server: DiscordServer,
) -> None:
    scene = Scene(server)
    server.settings.privileged = {"members"}
    intents = all_intents()
    intents.message_content = False
    async with running(server, Bot(intents)) as bot:
        await scene.asha.say(scene.channel, "secret")
        await scene.asha.say(scene.channel, f"<@{bot.user.id}> hello")
        await scene.asha.say(scene.asha.dm, "direct")
        await server.until(lambda: len(bot.seen) == 4)
        assert [text for what, text in bot.seen if what == "message"] == ["", f"<@{bot.user.id}> hello", "direct"]
        scene.bot = bot
        assert [message.content async for message in scene.place.history()] == [f"<@{bot.user.id}> hello", ""]


async def test_a_webhook_posts_under_a_name_and_edits_and_deletes_its_own(scene: Scene) -> None:
    webhook = await scene.place.create_webhook(name="Desk relay")
    thread, place = await scene.opened()
    sent = await webhook.send(
        "Hello", username="Asha P", avatar_url="https://x.example/a.png", thread=thread, wait=True
    )
    kept = place.messages[sent.id]
    assert (kept.name, kept.avatar, kept.content) == ("Asha P", "https://x.example/a.png", "Hello")
    await webhook.edit_message(sent.id, content="Hi", thread=thread)
    assert kept.content == "Hi"
    await webhook.delete_message(sent.id, thread=thread)
    assert kept.deleted
    assert await refused(webhook.send("x", username="Discord fan", wait=True)) == (400, 50035)
    broken = discord.Webhook.partial(webhook.id, "wrong" * 10, client=scene.bot)
    assert await refused(broken.send("x", wait=True)) == (401, 50027)
    scene.server.world.webhooks.clear()
    assert await refused(webhook.send("x", wait=True)) == (404, 10015)


async def test_files_come_through_and_their_links_expire(scene: Scene) -> None:
    await scene.asha.say(scene.channel, "see", files=[("proof.txt", b"evidence")])
    message = await scene.newest()
    assert await message.attachments[0].read() == b"evidence"
    scene.server.settings.link_life = -1
    message = await scene.newest()
    with pytest.raises(discord.NotFound):
        await message.attachments[0].read()
    sent = await scene.place.send("mine", file=discord.File(io.BytesIO(b"1234"), "a b.png"))
    assert (sent.attachments[0].filename, sent.attachments[0].size) == ("a_b.png", 4)


async def test_what_is_too_long_is_refused_with_the_place_of_the_fault(scene: Scene) -> None:
    with pytest.raises(discord.HTTPException, match="Must be 2000 or fewer"):
        await scene.place.send("x" * 2001)
    embeds = [discord.Embed(description="x" * 3500), discord.Embed(description="y" * 3500)]
    with pytest.raises(discord.HTTPException, match="Embed size exceeds maximum size of 6000"):
        await scene.place.send(embeds=embeds)
    assert await refused(scene.place.send("   ")) == (400, 50006)
    scene.server.settings.upload_limit = 3
    assert await refused(scene.place.send(file=discord.File(io.BytesIO(b"1234"), "a"))) == (413, 40005)


async def test_history_pins_and_reactions_are_as_discord_has_them(scene: Scene) -> None:
    for text in ("a", "b", "c", "d"):
        await scene.asha.say(scene.channel, text)
    newest = [message async for message in scene.place.history(limit=2)]
    assert [message.content for message in newest] == ["d", "c"]
    older = [message async for message in scene.place.history(limit=2, before=newest[1])]
    assert [message.content for message in older] == ["b", "a"]
    later = [message async for message in scene.place.history(after=older[1], oldest_first=True)]
    assert [message.content for message in later] == ["b", "c", "d"]
    await newest[0].pin()
    assert [message.content async for message in scene.place.pins()] == ["d"]
    await newest[0].add_reaction("👍")
    kept = scene.channel.messages[newest[0].id]
    await scene.asha.react(kept, "👍")
    assert kept.reactions == {"👍": [scene.server.bot.id, scene.asha.id]}
    [told] = (await scene.place.fetch_message(kept.id)).reactions
    assert (told.count, told.me) == (2, True)
    assert [one.id async for one in told.users(limit=1)] == [scene.server.bot.id]
    assert [one async for one in told.users(type=discord.ReactionType.burst)] == []
    asked = {"channel_id": kept.place.id, "message_id": kept.id, "emoji": "👍"}
    assert await refused(scene.bot.http.get_reaction_users(**asked, limit=101)) == (400, 50035)


async def test_who_closed_their_direct_messages_gets_none(scene: Scene) -> None:
    student = scene.bot.get_user(scene.asha.id)
    await student.send("hello")
    assert [message.content for message in scene.asha.dms] == ["hello"]
    scene.asha.closes_dms = True
    assert await refused(student.send("again")) == (403, 50007)


async def test_limits_and_faults_are_as_ordered(scene: Scene) -> None:
    scene.server.faults.limit("POST", "/channels/*/messages", retry_after=0.01)
    await scene.place.send("after a 429")
    assert [one.status for one in scene.server.called("POST", "/channels/*/messages")] == [429, 200]
    scene.server.limits.set("GET", "/users/*", limit=1, per=0.05)
    for _ in range(3):
        await scene.bot.fetch_user(scene.asha.id)
    assert scene.server.limits.refused == 1
    scene.server.faults.drop("POST", "/channels/*/messages", applied=True)
    with pytest.raises(aiohttp.ClientError):
        await scene.place.send("answer lost")
    assert [message.content for message in scene.asha.reads(scene.channel)] == ["after a 429", "answer lost"]
    gate = scene.server.faults.hold("POST", "/channels/*/messages")
    sending = asyncio.create_task(scene.place.send("held"))
    await gate.arrived()
    await scene.asha.say(scene.channel, "before it")
    gate.release()
    await sending
    assert [one.content for one in scene.asha.reads(scene.channel)][-2:] == ["before it", "held"]
