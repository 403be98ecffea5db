"""The Discord door without Discord: what the gateway would tell goes in, what REST would be called with comes out.

discord.py itself is real: it parses the events, finds the command, fills its options. The stand-in that it can log into
is for the tests from end to end.
"""

import asyncio
import inspect
from collections.abc import Sequence
from contextlib import asynccontextmanager
from itertools import count
from typing import Any

import discord

from adapters.chat.downloads import Downloads
from adapters.discord.answering.buttons import items_of
from adapters.discord.answering.commands import Tree, build_tree
from adapters.discord.answering.interactions import Interactions, Waits
from adapters.discord.people import People
from adapters.discord.rooms import Rooms
from core.model.ids import TicketId
from core.model.people import Grant, Platform, Role
from core.model.thread import Audience, Thread
from tests.fakes.front import Front
from tests.fakes.office import Office, desk_of

APP, GUILD, CHANNEL, THREAD, BOT = 9001, 9002, 9003, 9004, 9005
SAM, ASHA, KIM = 11, 12, 13
NAMES = {SAM: "Sam Discord", ASHA: "Asha Discord", KIM: "Kim Discord"}
AGENTS = 77
"""The role that makes an agent of academics."""

DESK = desk_of(
    group_grants={(Platform.DISCORD, str(AGENTS)): frozenset({Grant(Role.AGENT, "academics", f"discord:{AGENTS}")})}
)
WAITS = Waits()
_numbers = count(1_000_000)

Payload = dict[str, Any]


class FakeRest:
    """Keeps every call; ``answers``: what some are answered with, or refused by, as (method, part of the path)."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.answers: dict[tuple[str, str], list[Any]] = {}
        self.told = asyncio.Event()
        """Whether an answer followed an acknowledgement."""

    async def call(self, method: str, path: str, *, json: Any = None, authorised: bool = True) -> Any:
        assert authorised is not ("/interactions/" in path or "/webhooks/" in path)
        self.calls.append((method, path, json))
        if "@original" in path:
            self.told.set()
        for (verb, part), answers in self.answers.items():
            if verb == method and part in path and answers:
                answer = answers.pop(0)
                if isinstance(answer, Exception):
                    raise answer
                return answer
        return None

    @property
    def first(self) -> Any:
        """What the interaction was acknowledged with."""
        return self.calls[0][2]

    @property
    def shown(self) -> Any:
        """The answer as it is in the end."""
        return next(
            json if method == "PATCH" else json["data"]
            for method, path, json in reversed(self.calls)
            if "@original" in path or path.endswith("/callback")
        )

    @property
    def words(self) -> str:
        return words_of(self.shown)


def words_of(shown: Payload) -> str:
    embeds = [f"{one['title']}\n{one.get('description', '')}" for one in shown.get("embeds", ())]
    return "\n".join([shown.get("content", ""), *embeds]).strip()


def buttons_of(shown: Payload) -> dict[str, str]:
    """Label -> what it does or where it leads."""
    return {
        one["label"]: one.get("custom_id") or one["url"]
        for row in shown.get("components", ())
        for one in row["components"]
        if one["type"] == 2
    }


class Held:
    """A thing whose every coroutine waits until ``release``."""

    def __init__(self, thing: Any) -> None:
        self._thing = thing
        self._released = asyncio.Event()

    def release(self) -> None:
        self._released.set()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        if not inspect.iscoroutinefunction(found):
            return found

        async def later(*args: Any, **given: Any) -> Any:
            await self._released.wait()
            return await found(*args, **given)

        return later


class Stage:
    def __init__(self, office: Office, *, desk: Any = None, store: Any = None, waits: Waits = WAITS) -> None:
        self.office = office
        self.desk = desk or Front(office).desk
        self.store = store or office.store
        self.rest = FakeRest()
        self.client = discord.Client(intents=discord.Intents.none(), application_id=APP)
        self.people = People(self.desk)
        self.rooms = Rooms(self.store)
        self.interactions = Interactions(
            desk=self.desk,
            rest=self.rest,  # type: ignore[arg-type] # the fake has the one method that is called
            people=self.people,
            rooms=self.rooms,
            downloads=Downloads(self.desk, platform="Discord", most=1_000),
            store=self.store,
            waits=waits,
        )
        self.tree: Tree = build_tree(self.client, self.interactions, self.desk.vocabulary, ())
        self.client.add_dynamic_items(*items_of(self.interactions))

    async def begin(self) -> None:
        await self.client._async_setup_hook()
        state = self.client._connection
        state.user = discord.ClientUser(state=state, data=user(BOT))  # type: ignore[arg-type] # as READY tells it

    def send(self, payload: Payload) -> list[asyncio.Task[Any]]:
        """As the gateway would; the tasks that it begins."""
        before = asyncio.all_tasks()
        self.client._connection.parse_interaction_create(payload)
        if payload["type"] == 5:
            asyncio.create_task(self.interactions.submit(self.asked(payload)))  # noqa: RUF006 - found just below
        return [task for task in asyncio.all_tasks() - before if "discord.py: on_" not in task.get_name()]

    def asked(self, payload: Payload) -> discord.Interaction[Any]:
        return discord.Interaction(data=payload, state=self.client._connection)  # type: ignore[arg-type] # plain JSON

    async def do(self, payload: Payload) -> FakeRest:
        """Send it, and wait for all that comes of it; REST with the calls of this one alone."""
        self.rest.calls.clear()
        await asyncio.gather(*self.send(payload))
        await self.interactions.close()
        return self.rest

    async def make_admin(self, who: int) -> None:
        person = await self.people.person(self.asked(slash("help", who)).user)
        async with self.office.store.write() as work:
            await work.people.grant(person, Grant(Role.ADMIN), self.office.clock.now())

    async def bind(self, ticket: TicketId, audience: Audience = Audience.REQUESTER, thread: int = THREAD) -> Thread:
        """Make a Discord thread the ticket's."""
        async with self.office.store.write() as work:
            return await work.threads.add(
                ticket, Platform.DISCORD, audience, realm=str(GUILD), place=str(CHANNEL), external_id=str(thread)
            )


@asynccontextmanager
async def staged(office: Office, **given: Any) -> Any:
    stage = Stage(office, **given)
    await stage.begin()
    yield stage
    await stage.interactions.close()
    await stage.client.close()


def user(number: int) -> Payload:
    return {"id": str(number), "username": NAMES.get(number, "x"), "discriminator": "0", "avatar": None}


def member(number: int, roles: Sequence[int] = ()) -> Payload:
    return {
        "user": user(number),
        "roles": [str(role) for role in roles],
        "joined_at": "2026-01-01T00:00:00+00:00",
        "deaf": False,
        "mute": False,
        "flags": 0,
        "permissions": "0",
    }


def channel(number: int) -> Payload:
    made: Payload = {"id": str(number), "type": 0, "name": "help", "position": 0, "guild_id": str(GUILD)}
    if number == CHANNEL:
        return made
    return made | {
        "type": 12,
        "parent_id": str(CHANNEL),
        "owner_id": "1",
        "member_count": 2,
        "message_count": 1,
        "thread_metadata": {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": "2026-01-01T00:00:00+00:00",
            "locked": False,
            "invitable": False,
        },
    }


def interaction(type: int, data: Payload, who: int = SAM, *, at: int = CHANNEL, roles: Sequence[int] = ()) -> Payload:
    number = next(_numbers)
    return {
        "id": str(number),
        "application_id": str(APP),
        "type": type,
        "data": data,
        "guild_id": str(GUILD),
        "guild": {"id": str(GUILD), "locale": "en-US", "features": []},
        "channel_id": str(at),
        "channel": channel(at),
        "member": member(who, roles or ((AGENTS,) if who == ASHA else ())),
        "token": f"token-{number}",
        "version": 1,
        "locale": "en-US",
        "entitlements": [],
        "attachment_size_limit": 1_000,
    }


def slash(line: str, who: int = SAM, *, at: int = CHANNEL, resolved: Payload | None = None, **options: Any) -> Payload:
    """``line``: noun and verb. An int with ``resolved`` is a user."""
    noun, _, verb = line.partition(" ")
    types = {str: 3, int: 6 if resolved else 4}
    given = [
        {"name": name, "type": types[type(value)], "value": str(value) if resolved and type(value) is int else value}
        for name, value in options.items()
    ]
    inner = [{"name": verb, "type": 1, "options": given}] if verb else given
    data: Payload = {"id": "1", "name": noun, "type": 1, "options": inner, "guild_id": str(GUILD)}
    return interaction(2, data | ({"resolved": resolved} if resolved else {}), who, at=at)


def menu(name: str, type: int, target: Payload, who: int = SAM) -> Payload:
    key = "messages" if type == 3 else "users"
    resolved: Payload = {key: {target["id"]: target}}
    return interaction(2, {"id": "1", "name": name, "type": type, "target_id": target["id"], "resolved": resolved}, who)


def message(number: int, content: str = "", **more: Any) -> Payload:
    return {
        "id": str(number),
        "channel_id": str(CHANNEL),
        "type": 0,
        "author": user(KIM),
        "content": content,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "flags": 0,
        **more,
    }


def press(action: str, who: int = SAM, *, at: int = CHANNEL) -> Payload:
    """Of a button under a message of the desk's."""
    row = {"type": 1, "id": 1, "components": [{"type": 2, "id": 2, "style": 1, "label": "x", "custom_id": action}]}
    made = interaction(3, {"custom_id": action, "component_type": 2}, who, at=at)
    return made | {"message": message(500, components=[row])}


def choose(custom_id: str, value: str, who: int = SAM) -> Payload:
    options = [{"value": value, "label": value}]
    row = {"type": 1, "id": 1, "components": [{"type": 3, "id": 2, "custom_id": custom_id, "options": options}]}
    made = interaction(3, {"custom_id": custom_id, "component_type": 3, "values": [value]}, who)
    return made | {"message": message(501, components=[row])}


def submit(action: str, who: int = SAM, *, files: Sequence[Payload] = (), **values: str) -> Payload:
    """``values``: what was typed, ``__`` in a name standing for ``:``."""
    parts: list[Payload] = [
        {
            "type": 18,
            "id": number,
            "component": {"type": 4, "id": 50 + number, "custom_id": key.replace("__", ":"), "value": value},
        }
        for number, (key, value) in enumerate(values.items(), start=1)
    ]
    data: Payload = {"custom_id": action, "components": parts}
    if files:
        upload = {"type": 19, "id": 99, "custom_id": "files", "values": [one["id"] for one in files]}
        parts.append({"type": 18, "id": 98, "component": upload})
        data["resolved"] = {"attachments": {one["id"]: one for one in files}}
    return interaction(5, data, who)
