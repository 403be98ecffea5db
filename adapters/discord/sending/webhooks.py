"""The webhook of a channel, by which the desk speaks in its threads under people's own names and pictures.

Its token is kept in memory alone: Discord tells it again to the application that made it
(https://discord.com/developers/docs/resources/webhook).
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from adapters.discord.api.codes import Code
from adapters.discord.api.rest import Refused, Rest, Upload
from adapters.discord.sending.places import Places
from adapters.discord.sending.troubles import PATIENCE, Troubles, What, permission_key
from core.model.thread import Thread

NAME = "Threaddesk"
_STALE = frozenset({Code.UNKNOWN_WEBHOOK, Code.BAD_WEBHOOK_TOKEN})


class NoWebhook(Exception):
    """The channel has none for the desk; the admins were told."""


@dataclass(frozen=True, slots=True)
class _Webhook:
    id: str
    token: str = field(repr=False)


class Webhooks:
    def __init__(self, rest: Rest, places: Places, troubles: Troubles) -> None:
        self._rest = rest
        self._places = places
        self._troubles = troubles
        self._known: dict[str, _Webhook] = {}
        self._asking: dict[str, asyncio.Lock] = {}
        self._none_until: dict[str, float] = {}
        """By the loop's clock: after which a channel without one is asked again."""

    async def post(self, thread: Thread, to: str, payload: Mapping[str, Any], files: Sequence[Upload] = ()) -> str:
        """Say it in the thread that Discord calls ``to``; the message's id. Raises NoWebhook and Refused."""
        made = await self._call("POST", thread, "", {"wait": "true", "thread_id": to}, payload, files)
        await self._troubles.fine(permission_key(thread.place), What.WEBHOOKS)
        return str(made["id"])

    async def edit(self, thread: Thread, to: str, message: str, payload: Mapping[str, Any]) -> None:
        await self._call("PATCH", thread, f"/messages/{message}", {"thread_id": to}, payload)

    async def delete(self, thread: Thread, to: str, message: str) -> None:
        await self._call("DELETE", thread, f"/messages/{message}", {"thread_id": to})

    async def _call(
        self,
        method: str,
        thread: Thread,
        what: str,
        params: Mapping[str, str],
        payload: Mapping[str, Any] | None = None,
        files: Sequence[Upload] = (),
    ) -> Any:
        for is_last in (False, True):
            hook = await self._of(thread)
            path = f"/webhooks/{hook.id}/{hook.token}{what}"
            try:
                return await self._rest.call(method, path, json=payload, files=files, params=params, authorised=False)
            except Refused as refused:
                if refused.code not in _STALE or is_last:
                    raise
                # Somebody deleted it: another is made.
                self._known = {place: known for place, known in self._known.items() if known != hook}
        raise AssertionError("the second round returns or raises")

    async def _of(self, thread: Thread) -> _Webhook:
        place = thread.place
        async with self._asking.setdefault(place, asyncio.Lock()):
            if place in self._known:
                return self._known[place]
            now = asyncio.get_running_loop().time()
            if self._none_until.get(place, now) > now:
                raise NoWebhook
            try:
                self._known[place] = await self._find(place) or await self._create(place)
            except Refused as refused:
                if refused.code not in (Code.MISSING_PERMISSIONS, Code.WEBHOOKS_FULL):
                    raise
                self._none_until[place] = now + PATIENCE
                await self._tell(thread, refused)
                raise NoWebhook from refused
            return self._known[place]

    async def _find(self, place: str) -> _Webhook | None:
        me = await self._places.me()
        for hook in await self._rest.call("GET", f"/channels/{place}/webhooks"):
            ours = me in (str(hook.get("application_id")), str((hook.get("user") or {}).get("id")))
            if ours and hook.get("name") == NAME and hook.get("token"):
                return _Webhook(str(hook["id"]), str(hook["token"]))
        return None

    async def _create(self, place: str) -> _Webhook:
        made = await self._rest.call("POST", f"/channels/{place}/webhooks", json={"name": NAME})
        return _Webhook(str(made["id"]), str(made["token"]))

    async def _tell(self, thread: Thread, refused: Refused) -> None:
        if refused.code == Code.MISSING_PERMISSIONS:
            await self._troubles.forbidden(thread.place, thread, What.WEBHOOKS)
            return
        where = await self._places.words(thread.place)
        sentence = (
            f"{where} has all the webhooks that Discord allows, so replies from elsewhere stand there under the bot's "
            "name: delete one that nobody needs (Edit Channel, Integrations, Webhooks)."
        )
        await self._troubles.found(permission_key(thread.place), sentence, What.WEBHOOKS)
