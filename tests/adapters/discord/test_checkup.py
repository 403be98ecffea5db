"""The steps of docs/discord.md, asked over real HTTP of a small Discord that is set up right, and then wrongly."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from adapters.chat.steps import Step
from adapters.discord.asking import asking
from adapters.discord.checkup import CategoryChannel, Setup, StaffRole, TriageChannel, checkup
from adapters.discord.permissions import INVITE, REQUESTER_CHANNEL, STAFF, TRIAGE_CHANNEL, Permission
from tests.fakes.discord_setup import (
    AGENTS,
    APP,
    BOT,
    BOTS,
    EXAMS,
    GUILD,
    STUDENTS,
    TOKEN,
    TRIAGE,
    UNKNOWN,
    VIEW,
    VOICE,
    WELFARE,
    SmallDiscord,
    over,
)

SETUP = Setup(
    guilds=[GUILD],
    roles=[StaffRole(id=AGENTS, key="discord.roles.agent[0]")],
    triage=[TriageChannel(name="Academics", channel=TRIAGE, staff=frozenset({AGENTS}))],
    categories=[
        CategoryChannel(name="Exams", channel=EXAMS, staff=frozenset({AGENTS})),
        CategoryChannel(name="Welfare", channel=WELFARE, staff=frozenset({AGENTS}), sensitive=True),
    ],
)


async def steps(discord: SmallDiscord, setup: Setup = SETUP, token: str = TOKEN) -> list[Step]:
    async with asking(discord.base, token) as call:
        return [step async for step in checkup(call, setup)]


async def undone(discord: SmallDiscord, setup: Setup = SETUP) -> Step:
    """The one step that is not done."""
    (step,) = [step for step in await steps(discord, setup) if not step.done]
    assert step.mend
    return step


@pytest.fixture
async def discord() -> AsyncIterator[SmallDiscord]:
    small = SmallDiscord()
    await small.server.start_server()
    yield small
    await small.server.close()


def instead(**parts: Any) -> Setup:
    known = {name: getattr(SETUP, name) for name in ("guilds", "roles", "triage", "categories")}
    return Setup(**{**known, **parts})


# --- set up right --------------------------------------------------------------------------------------------------


async def test_a_desk_that_is_set_up_right_has_a_line_for_each_step_and_nothing_is_changed(
    discord: SmallDiscord,
) -> None:
    told = await steps(discord)
    assert [step.name for step in told if not step.done] == []
    lines = "\n".join(step.name for step in told)
    for words in (
        "the bot “helper”",
        "Message Content Intent is on",
        "Server Members Intent is on",
        "on the server “College”",
        "#exams of the category “Exams”",
        "#exams: students (@everyone) see it",
        "the role “Agents” sees every private thread",
        "#welfare: no role of all agents",
        "#triage: only staff see it",
        "discord.roles.agent[0] is the role “Agents”",
        "Commands on “College”: 2",
    ):
        assert words in lines
    assert {asked.split()[0] for asked in discord.asked} == {"GET"}


async def test_the_invite_url_has_the_commands_and_exactly_the_permissions(discord: SmallDiscord) -> None:
    step = next(step for step in await steps(discord) if "invite URL" in step.name)
    query = parse_qs(urlsplit(step.name.split()[-1]).query)
    assert query == {"client_id": [APP], "permissions": [str(int(INVITE))], "scope": ["bot applications.commands"]}


async def test_commands_that_are_not_there_yet_are_nothing_to_mend(discord: SmallDiscord) -> None:
    told = await steps(discord, instead(guilds=[]))
    assert all(step.done for step in told)
    assert "threaddesk run registers them" in told[-1].name


async def test_a_rate_limit_is_a_step_that_is_not_done_yet(discord: SmallDiscord) -> None:
    discord.busy = 1
    (step,) = await steps(discord)
    assert "rate limit" in step.mend and "try again in a minute" in step.mend


# --- the Developer Portal ------------------------------------------------------------------------------------------


async def test_a_token_that_discord_does_not_know_ends_it_and_is_not_repeated(discord: SmallDiscord) -> None:
    (step,) = await steps(discord, token="MTIz.old.hush-hush-too")
    assert not step.done
    assert "Reset Token" in step.mend
    assert "hush" not in f"{step}"


@pytest.mark.parametrize(
    ("flags", "intent"),
    [(1 << 15, "Message Content Intent"), (1 << 18, "Server Members Intent")],
)
async def test_an_intent_that_is_off_is_named_with_its_page(flags: int, intent: str, discord: SmallDiscord) -> None:
    discord.answers["/applications/@me"]["flags"] = flags
    step = await undone(discord)
    assert step.name == f"{intent} is off"
    assert f"developers/applications/{APP}/bot" in step.mend


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("bot_require_code_grant", True, "Code Grant"),
        ("interactions_endpoint_url", "https://old.example.org/", "Interactions Endpoint URL"),
    ],
)
async def test_a_switch_that_would_keep_the_bot_silent_is_told(
    key: str, value: object, words: str, discord: SmallDiscord
) -> None:
    discord.answers["/applications/@me"][key] = value
    assert words in (await undone(discord)).name


# --- servers, roles, commands --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [403, 404])
async def test_a_server_without_the_bot_is_told_with_the_invite_url(status: int, discord: SmallDiscord) -> None:
    discord.answers[f"/guilds/{GUILD}"] = status
    step = await undone(discord)
    assert f"not on the server {GUILD}" in step.name
    assert f"https://discord.com/oauth2/authorize?client_id={APP}" in step.mend


async def test_a_bot_that_is_nowhere_is_told(discord: SmallDiscord) -> None:
    discord.answers["/users/@me/guilds"] = []
    assert (await undone(discord, instead(guilds=[]))).name == "The bot is on no server"


async def test_a_role_that_is_not_there_and_the_role_of_everybody_are_told(discord: SmallDiscord) -> None:
    step = await undone(discord, instead(roles=[StaffRole(id=UNKNOWN, key="teams[0].discord.role")]))
    assert step.name == f"teams[0].discord.role: there is no role {UNKNOWN}"
    step = await undone(discord, instead(guilds=[], roles=[StaffRole(id=GUILD, key="discord.roles.admin[0]")]))
    assert step.name == "discord.roles.admin[0] is @everyone"


async def test_a_bot_that_may_have_no_commands_is_invited_anew(discord: SmallDiscord) -> None:
    discord.answers[f"/applications/{APP}/guilds/{GUILD}/commands"] = 403
    step = await undone(discord)
    assert "commands" in step.name
    assert "applications.commands" in step.mend


# --- channels ------------------------------------------------------------------------------------------------------

WORDS = {
    Permission.VIEW_CHANNEL: "View Channel",
    Permission.MANAGE_WEBHOOKS: "Manage Webhooks",
    Permission.SEND_MESSAGES: "Send Messages",
    Permission.SEND_MESSAGES_IN_THREADS: "Send Messages in Threads",
    Permission.CREATE_PUBLIC_THREADS: "Create Public Threads",
    Permission.CREATE_PRIVATE_THREADS: "Create Private Threads",
    Permission.EMBED_LINKS: "Embed Links",
    Permission.ATTACH_FILES: "Attach Files",
    Permission.ADD_REACTIONS: "Add Reactions",
    Permission.MANAGE_MESSAGES: "Manage Messages",
    Permission.PIN_MESSAGES: "Pin Messages",
    Permission.MANAGE_THREADS: "Manage Threads",
    Permission.READ_MESSAGE_HISTORY: "Read Message History",
}


@pytest.mark.parametrize(
    ("id", "permission", "words"),
    [(EXAMS, permission, words) for permission, words in WORDS.items() if permission & REQUESTER_CHANNEL]
    + [(TRIAGE, permission, words) for permission, words in WORDS.items() if permission & TRIAGE_CHANNEL],
)
async def test_each_permission_that_the_bot_lacks_is_named_as_discord_shows_it(
    id: str, permission: Permission, words: str, discord: SmallDiscord
) -> None:
    mine = discord.channel(id)
    mine["permission_overwrites"] = [one for one in mine["permission_overwrites"] if one["id"] != BOTS]
    mine["permission_overwrites"].append(over(BOTS, VIEW & ~permission, permission))
    step = await undone(discord)
    assert step.name.startswith(f"#{mine['name']} of the ")
    assert step.name.endswith(f": the bot lacks {words}")
    assert f"right-click #{mine['name']}, Edit Channel, Permissions" in step.mend


async def test_all_that_is_missing_in_a_channel_is_one_message(discord: SmallDiscord) -> None:
    discord.channel(EXAMS)["permission_overwrites"].append(
        over(BOTS, deny=Permission.CREATE_PRIVATE_THREADS | Permission.MANAGE_THREADS)
    )
    assert (await undone(discord)).name.endswith("the bot lacks Create Private Threads, Manage Threads")


async def test_what_is_allowed_the_bot_itself_goes_before_its_roles_and_an_admin_lacks_nothing(
    discord: SmallDiscord,
) -> None:
    mine = discord.channel(EXAMS)["permission_overwrites"]
    mine += [over(BOTS, deny=Permission.EMBED_LINKS), over(BOT, Permission.EMBED_LINKS)]
    assert all(step.done for step in await steps(discord))
    del mine[-1]
    discord.answers[f"/guilds/{GUILD}"]["roles"][2]["permissions"] = str(int(Permission.ADMINISTRATOR))
    assert all(step.done for step in await steps(discord))


async def test_a_triage_channel_that_everybody_sees_is_told(discord: SmallDiscord) -> None:
    discord.channel(TRIAGE)["permission_overwrites"].pop(0)
    step = await undone(discord)
    assert "#triage: everybody sees it" in step.name
    assert "private channel" in step.mend


async def test_a_triage_channel_that_its_agents_do_not_see_is_told(discord: SmallDiscord) -> None:
    discord.channel(TRIAGE)["permission_overwrites"].pop(1)
    assert (await undone(discord)).name == "#triage: the role “Agents” cannot see it"


async def test_students_need_not_be_everybody(discord: SmallDiscord) -> None:
    discord.channel(EXAMS)["permission_overwrites"] += [over(GUILD, deny=VIEW), over(STUDENTS, VIEW), over(BOTS, VIEW)]
    told = [step.name for step in await steps(discord)]
    assert "#exams: students (the role “Students”) see it and may write in their threads" in told


async def test_a_channel_that_no_student_sees_is_told(discord: SmallDiscord) -> None:
    discord.channel(EXAMS)["permission_overwrites"] += [over(GUILD, deny=VIEW), over(BOTS, VIEW)]
    step = await undone(discord)
    assert step.name == "#exams: no student can see it"
    assert "View Channel" in step.mend


async def test_students_who_may_not_write_in_threads_are_told_and_need_not_write_in_the_channel(
    discord: SmallDiscord,
) -> None:
    mine = discord.channel(EXAMS)["permission_overwrites"]
    mine += [over(GUILD, deny=Permission.SEND_MESSAGES), over(BOTS, Permission.SEND_MESSAGES)]
    assert all(step.done for step in await steps(discord))
    mine.append(over(GUILD, deny=Permission.SEND_MESSAGES_IN_THREADS))
    mine.append(over(BOTS, Permission.SEND_MESSAGES_IN_THREADS))
    step = await undone(discord)
    assert step.name == "#exams: students (@everyone) lack Send Messages in Threads"


async def test_agents_who_do_not_see_every_thread_are_told(discord: SmallDiscord) -> None:
    discord.channel(EXAMS)["permission_overwrites"] = []
    step = await undone(discord)
    assert "the role “Agents” lacks Manage Threads" in step.name


async def test_agents_who_would_read_a_sensitive_categorys_threads_are_told(discord: SmallDiscord) -> None:
    discord.channel(WELFARE)["permission_overwrites"].append(over(AGENTS, STAFF))
    step = await undone(discord)
    assert "the role “Agents” may manage threads, and so read the sensitive “Welfare”" in step.name


@pytest.mark.parametrize(
    ("id", "answer", "words"),
    [
        (UNKNOWN, 404, "There is no channel"),
        (UNKNOWN, 403, "is on a server that the bot is not on"),
        (UNKNOWN, {"id": UNKNOWN, "type": 12}, "is a thread"),
        (UNKNOWN, {"id": UNKNOWN, "type": 0}, "does not name"),
        (VOICE, 404, "#lounge of the category “Exams” is not a text channel"),
    ],
)
async def test_a_channel_that_cannot_be_used_is_told_with_the_reason(
    id: str, answer: object, words: str, discord: SmallDiscord
) -> None:
    discord.answers[f"/channels/{id}"] = answer
    step = await undone(discord, instead(categories=[CategoryChannel(name="Exams", channel=id)]))
    assert words in step.name
    assert "Exams" in step.name


async def test_a_desk_without_any_channel_for_tickets_is_told(discord: SmallDiscord) -> None:
    assert "No category has a channel" in (await undone(discord, instead(categories=[]))).name


# --- no answer -----------------------------------------------------------------------------------------------------


async def test_a_discord_that_cannot_be_reached_is_a_sentence(discord: SmallDiscord) -> None:
    base = discord.base
    await discord.server.close()
    async with asking(base, TOKEN) as call:
        (step,) = [step async for step in checkup(call, SETUP)]
    assert not step.done
    assert "cannot be reached" in step.mend
    assert "hush" not in f"{step}"


@pytest.mark.parametrize("answer", ["<html>Welcome</html>", {"hello": "world"}, ["list"]])
async def test_somebody_else_at_the_address_is_a_sentence(answer: Any, discord: SmallDiscord) -> None:
    discord.answers["/users/@me"] = answer
    step = await undone(discord)
    assert "not one of Discord's API" in step.mend
    assert "api_base" in step.mend


async def test_trouble_on_discords_side_is_a_sentence_and_what_was_known_is_kept(discord: SmallDiscord) -> None:
    discord.answers[f"/guilds/{GUILD}/channels"] = 503
    told = await steps(discord)
    assert told[0].done
    assert "it answered 503" in told[-1].mend and "discordstatus.com" in told[-1].mend
