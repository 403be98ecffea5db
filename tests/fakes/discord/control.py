"""The stand-in steered from another process: ``POST /control/<what>`` with a JSON object of arguments.

``guild`` {name, bot_permissions?, everyone?} · ``role`` {guild, name, permissions?} · ``channel`` {guild, name} ·
``members`` {guild, names, roles?} · ``slash`` {user, place, path, options?, times?, users?} · ``press`` {user, message,
button} · ``submit`` {interactions, values} · ``say`` {user, place, text} · ``interactions`` {ids, threads?} ·
``requests`` {} · ``set`` {latency_ms?, active_threads?, …} · ``limit`` {method, path, limit, per} · ``fail`` {method,
path, status?, times?, applied?} · ``disconnect`` {resumable?} · ``reset`` {}. Ids are strings. Times are in seconds.
"""

import asyncio
from typing import Any

from aiohttp import web

from tests.fakes.discord.interactions import Interaction
from tests.fakes.discord.state import Message, Thread
from tests.fakes.discord.world import monotonic

Json = dict[str, Any]


class Control:
    def __init__(self, server: Any) -> None:
        self._server = server
        self._world = server.world
        self._started: dict[int, tuple[Interaction, float]] = {}
        self._first: dict[int, float] = {}
        """Of a thread's id: when its first message of a person's or the bot's own came."""
        self._world.watchers.append(self._seen)

    def _seen(self, message: Message) -> None:
        if isinstance(message.place, Thread) and not message.is_system:
            self._first.setdefault(message.place.id, monotonic())

    async def handle(self, request: web.Request) -> web.Response:
        """400 with the sentence where something cannot be done."""
        work = getattr(self, f"do_{request.match_info['what']}", None)
        if work is None:
            return web.json_response({"error": "no such operation"}, status=404)
        given = await request.json() if request.can_read_body else {}
        try:
            done = work(given)
            return web.json_response(await done if asyncio.iscoroutine(done) else done)
        except (AssertionError, KeyError, TypeError, ValueError) as problem:
            return web.json_response({"error": f"{type(problem).__name__}: {problem}"}, status=400)

    def do_guild(self, given: Json) -> Json:
        guild = self._server.add_guild(given.pop("name"), **given)
        return {"id": str(guild.id), "everyone": str(guild.everyone.id), "bot_role": str(guild.bot_role.id)}

    def do_role(self, given: Json) -> Json:
        role = self._guild(given).add_role(given["name"], permissions=given.get("permissions", 0))
        return {"id": str(role.id)}

    def do_channel(self, given: Json) -> Json:
        return {"id": str(self._guild(given).add_channel(given["name"]).id)}

    def do_members(self, given: Json) -> Json:
        guild = self._guild(given)
        roles = [guild.roles[int(one)] for one in given.get("roles", [])]
        return {"ids": [str(guild.add_member(name, roles=list(roles)).id) for name in given["names"]]}

    async def do_slash(self, given: Json) -> Json:
        """``users`` (or one ``user``, ``times`` times) all at the same moment."""
        place = self._place(given)
        users = given.get("users") or [given["user"]] * given.get("times", 1)
        people = [place.guild.members[int(one)] for one in users]
        starts = [self._begin(p.slash(place, given["path"], wait=False, **given.get("options", {}))) for p in people]
        return {"ids": [str(one.id) for one in await asyncio.gather(*starts)]}

    async def do_press(self, given: Json) -> Json:
        message = next(one for one in self._world.messages if one.id == int(given["message"]))
        person = message.place.guild.members[int(given["user"])]
        return {"id": str((await self._begin(person.press(message, given["button"], wait=False))).id)}

    async def do_submit(self, given: Json) -> Json:
        """The forms that ``interactions`` opened, all at the same moment."""
        forms = [self._started[int(one)][0] for one in given["interactions"]]
        sent = [self._begin(form.person.submit(form.modal, given.get("values"), wait=False)) for form in forms]
        return {"ids": [str(one.id) for one in await asyncio.gather(*sent)]}

    async def do_say(self, given: Json) -> Json:
        place = self._place(given)
        message = await place.guild.members[int(given["user"])].say(place, given["text"])
        return {"id": str(message.id)}

    async def _begin(self, sending: Any) -> Interaction:
        started = monotonic()
        interaction = await sending
        self._started[interaction.id] = (interaction, started)
        return interaction

    def do_interactions(self, given: Json) -> Json:
        """How each went; ``thread_message_after``: until the first message in a thread that its user was added to."""
        ids = [int(one) for one in given["ids"]] if "ids" in given else list(self._started)
        return {"interactions": [self._told(*self._started[one]) for one in ids]}

    def _told(self, interaction: Interaction, started: float) -> Json:
        threads = [
            self._first[place.id] - started
            for place in self._world.places.values()
            if place.is_thread and place.id > interaction.id and place.id in self._first
            if interaction.person.id in place.members
        ]
        return {
            "id": str(interaction.id),
            "user": str(interaction.person.id),
            "kind": interaction.kind,
            "failed": interaction.failed,
            "acknowledged_after": interaction.acknowledged_after,
            "answered_after": interaction.answered_after,
            "thread_message_after": min(threads, default=None),
            "modal": None if interaction.modal is None else interaction.modal.labels,
            "shown": interaction.shown,
        }

    def do_requests(self, given: Json) -> Json:
        """How many came, how they were answered, and the seconds that the stand-in itself spent on them."""
        requests = self._server.requests[given.get("since", 0) :]
        return {
            "count": len(requests),
            "seconds": sum(one.seconds for one in requests),
            "refused": [f"{one.method} {one.path}: {one.status}" for one in requests if one.status >= 400][:50],
            "violations": self._server.violations,
            "connected": self._server.gateway.connected,
            "routes": _by_route(requests),
        }

    def do_set(self, given: Json) -> Json:
        if "latency_ms" in given:
            self._server.latency = given.pop("latency_ms") / 1000
        for name, value in given.items():
            setattr(self._server.settings, name, set(value) if name == "privileged" else value)
        return {}

    def do_limit(self, given: Json) -> Json:
        self._server.limits.set(given["method"], given["path"], limit=given["limit"], per=given["per"])
        return {}

    def do_fail(self, given: Json) -> Json:
        self._server.faults.fail(given.pop("method"), given.pop("path"), **given)
        return {}

    async def do_disconnect(self, given: Json) -> Json:
        await self._server.disconnect(resumable=given.get("resumable", True))
        return {}

    def do_reset(self, given: Json) -> Json:
        """Forgets the requests and interactions so far, not what is there."""
        self._server.requests.clear()
        self._started.clear()
        return {}

    def _guild(self, given: Json) -> Any:
        return self._world.guilds[int(given["guild"])]

    def _place(self, given: Json) -> Any:
        return self._world.places[int(given["place"])]


def _by_route(requests: list[Any]) -> Json:
    counted: Json = {}
    for one in requests:
        parts = ["*" if part.isdecimal() or len(part) > 40 else part for part in one.path.split("/")]
        name = f"{one.method} {'/'.join(parts)}"
        counted[name] = counted.get(name, 0) + 1
    return counted
