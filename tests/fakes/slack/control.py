"""The stand-in steered from another process: ``POST /control/<what>`` with a JSON object of arguments.

``users`` {names} · ``group`` {handle, members?} · ``channel`` {name, members?, private?, with_app?} · ``slash`` {users,
line, place?} · ``submit`` {interactions, values} · ``press`` {user, place, ts, button} · ``write`` {user, text, place?,
thread?} · ``interactions`` {ids?} · ``reads`` {user, place?} · ``requests`` {since?} · ``set`` {latency_ms?,
acknowledge_within?, …} · ``limits`` {posting?, burst?} · ``fail`` {method, status?, times?, applied?} · ``deliver``
{url} · ``disconnect`` {reason?} · ``drop`` {} · ``reset`` {}.

A place is a conversation's id; without one, it is the person's direct message with the app. Times are in seconds.
"""

import asyncio
from collections import Counter
from typing import Any

from aiohttp import web

from tests.fakes.slack.interactions import Interaction
from tests.fakes.slack.state import Message

Json = dict[str, Any]


class Control:
    def __init__(self, server: Any) -> None:
        self._server = server
        self._world = server.world
        self._done: dict[str, Interaction] = {}

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

    def do_users(self, given: Json) -> Json:
        return {"ids": [self._server.add_user(name).id for name in given["names"]]}

    def do_group(self, given: Json) -> Json:
        return {"id": self._server.add_user_group(given["handle"], self._people(given.get("members", []))).id}

    def do_channel(self, given: Json) -> Json:
        members = self._people(given.pop("members", []))
        return {"id": self._server.add_channel(given.pop("name"), members=members, **given).id}

    async def do_slash(self, given: Json) -> Json:
        """All at the same moment; returns when each is acknowledged, or was not in time."""
        people = self._people(given["users"])
        return await self._together([one.slash(self._place(given, one), given["line"]) for one in people])

    async def do_submit(self, given: Json) -> Json:
        """The forms that ``interactions`` opened, all at the same moment."""
        asked = [self._done[one] for one in given["interactions"]]
        return await self._together([one.person.submit(one.view, given.get("values")) for one in asked])

    async def do_press(self, given: Json) -> Json:
        (person,) = self._people([given["user"]])
        message = self._place(given, person).messages[given["ts"]]
        return await self._together([person.press(message, given["button"])])

    async def _together(self, doing: list[Any]) -> Json:
        made: list[Interaction] = await asyncio.gather(*doing)
        self._done |= {one.trigger.id: one for one in made}
        return {"ids": [one.trigger.id for one in made]}

    async def do_write(self, given: Json) -> Json:
        (person,) = self._people([given["user"]])
        place = self._place(given, person)
        thread = place.messages[given["thread"]] if given.get("thread") else None
        return {"ts": (await person.write(place, given["text"], thread=thread)).ts}

    def do_interactions(self, given: Json) -> Json:
        """How each went; ``message_after``: until the app's next message in that person's direct message."""
        ids = given.get("ids", list(self._done))
        return {"interactions": [self._told(one, self._done[one]) for one in ids]}

    def _told(self, name: str, done: Interaction) -> Json:
        since = [one for one in done.person.dm.messages.values() if one.by_app and one.order > done.order]
        return {
            "id": name,
            "user": done.person.id,
            "kind": done.kind,
            "failed": done.failed,
            "error": done.error,
            "acknowledged_after": done.acked_after,
            "opened_after": done.opened_after,
            "answered_after": min((one.at - done.started for one in done.answers), default=None),
            "message_after": min((one.at - done.started for one in since), default=None),
            "form": None if done.view is None else done.view.labels,
            "shown": done.shown,
        }

    def do_reads(self, given: Json) -> Json:
        (person,) = self._people([given["user"]])
        return {"messages": [_read(one) for one in person.reads(self._place(given, person))]}

    def do_requests(self, given: Json) -> Json:
        """How many came, how they were answered, and the seconds that the stand-in itself spent on them."""
        requests = self._server.requests[given.get("since", 0) :]
        return {
            "count": len(requests),
            "seconds": sum(one.seconds for one in requests),
            "refused": [f"{one.method}: {one.error or one.status}" for one in requests if one.error][:50],
            "violations": self._server.violations,
            "connected": self._server.connected,
            "methods": Counter(one.method for one in requests),
        }

    def do_set(self, given: Json) -> Json:
        if "latency_ms" in given:
            self._server.latency = given.pop("latency_ms") / 1000
        for name, value in given.items():
            setattr(self._server.settings, name, value)
        return {}

    def do_limits(self, given: Json) -> Json:
        self._server.limits.enable(**given)
        return {}

    def do_fail(self, given: Json) -> Json:
        self._server.faults.fail(given.pop("method"), **given)
        return {}

    def do_deliver(self, given: Json) -> Json:
        self._server.deliver_to(given["url"])
        return {}

    async def do_disconnect(self, given: Json) -> Json:
        await self._server.disconnect(given.get("reason", "refresh_requested"))
        return {}

    def do_drop(self, given: Json) -> Json:
        self._server.drop_sockets()
        return {}

    def do_reset(self, given: Json) -> Json:
        """Forgets the requests and interactions so far, not what is there."""
        self._server.requests.clear()
        self._done.clear()
        return {}

    def _people(self, ids: list[str]) -> list[Any]:
        return [self._server.people[one] for one in ids]

    def _place(self, given: Json, person: Any) -> Any:
        return self._world.channels[given["place"]] if given.get("place") else person.dm


def _read(message: Message) -> Json:
    return {"ts": message.ts, "name": message.name, "shown": message.text_shown, "replies": len(message.replies)}
