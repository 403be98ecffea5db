"""The demo desk's stand-in for an alert space: alerts reach it over real HTTP, and it refuses what Google Chat refuses.

The rules are in ``rules.py``. For threads and repeated calls it does as
https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create says; for quotas as
https://developers.google.com/workspace/chat/limits says. How Google words the refusal of a wrong key or token is
documented nowhere: those are ours.
"""

import hashlib
import hmac
import math
import secrets
from collections import deque
from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from adapters.gchat.client import read_bounded
from adapters.gchat.journal import Entry, Journal, thread_name
from adapters.gchat.rules import (
    MAX_MESSAGE_BYTES,
    REPLY_OR_FAIL,
    REPLY_OR_NEW,
    Query,
    Refused,
    check_message,
    check_query,
    invalid,
)
from core.ports import Clock
from core.text import Json

_SPACE = r"{space:[A-Za-z0-9_-]{1,64}}"


class AlertInbox:
    """``path``: where messages are kept, with the secret that this install's webhook addresses are made of.

    ``per_minute`` writes a space are taken, ``burst`` of them at once; the newest ``keep`` messages are kept.
    Raises OSError where the file cannot be read or begun.
    """

    def __init__(self, path: Path, clock: Clock, *, per_minute: float = 60, burst: int = 10, keep: int = 1_000) -> None:
        self._clock = clock
        self._journal = Journal(path, keep)
        # No seam for this randomness: nothing depends on which secret it is.
        self._secret, entries = self._journal.load(secrets.token_urlsafe(32))
        self._entries: deque[Entry] = deque(entries, maxlen=keep)
        self._quota = _Quota(clock, per_minute / 60, burst)

    def url(self, base: str, space: str) -> str:
        """The webhook address of ``space``, for ``BOT_GCHAT__SPACES__<SPACE>``; ``base`` is the web server's."""
        return f"{base.rstrip('/')}/demo/gchat/v1/spaces/{space}/messages?key={self._key}&token={self._token(space)}"

    def routes(self) -> list[web.RouteDef]:
        """What the web server serves while ``desk.demo`` is on."""
        return [
            web.post(f"/demo/gchat/v1/spaces/{_SPACE}/messages", self._post),
            web.get(f"/demo/gchat/spaces/{_SPACE}/messages", self._list, allow_head=False),
        ]

    def messages(self, space: str) -> list[Mapping[str, Json]]:
        """The space's messages, newest last. Those with one ``thread.name`` are one thread; ``threadReply`` tells
        its first from the others."""
        return [
            {**entry.answer(), "createTime": entry.at.isoformat(), "threadReply": entry.number != entry.thread}
            for entry in self._entries
            if entry.space == space
        ]

    def accept(self, space: str, query: Query, body: Mapping[str, Json]) -> Entry:
        """Keep a message whose shape has been checked, or find the one that this call made before. Raises Refused."""
        if query.request_id is not None:
            for entry in self._entries:
                if (entry.space, entry.request_id) == (space, query.request_id):
                    return entry
        number = self._entries[-1].number + 1 if self._entries else 1
        thread, key = self._thread(space, query, body)
        entry = Entry(
            number=number,
            space=space,
            thread=thread or number,
            thread_key=key,
            request_id=query.request_id,
            at=self._clock.now(),
            body=body,
        )
        self._journal.append(entry, self._entries)
        self._entries.append(entry)
        return entry

    @property
    def _key(self) -> str:
        return self._signed("key")

    def _token(self, space: str) -> str:
        return self._signed(f"token of {space}")

    def _signed(self, words: str) -> str:
        return hmac.new(self._secret.encode(), words.encode(), hashlib.sha256).hexdigest()

    async def _post(self, request: web.Request) -> web.Response:
        space = request.match_info["space"]
        try:
            self._admit(space, request.query)
            query = check_query(list(request.query.items()))
            self._quota.take(space)
            body = await read_bounded(request.content, MAX_MESSAGE_BYTES + 1)
            entry = self.accept(space, query, check_message(request.content_type, body))
        except Refused as refused:
            later = {} if refused.retry_after is None else {"Retry-After": str(refused.retry_after)}
            return web.json_response(refused.json(), status=refused.code, headers=later)
        return web.json_response(entry.answer())

    async def _list(self, request: web.Request) -> web.Response:
        return web.json_response({"messages": self.messages(request.match_info["space"])})

    def _admit(self, space: str, query: Mapping[str, str]) -> None:
        if "key" not in query:
            raise Refused(403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers.")
        if not _same(query["key"], self._key):
            invalid("API key not valid. Please pass a valid API key.")
        if not _same(query.get("token", ""), self._token(space)):
            raise Refused(401, "UNAUTHENTICATED", "The webhook's token is missing or not this space's.")

    def _thread(self, space: str, query: Query, body: Mapping[str, Json]) -> tuple[int | None, str | None]:
        """The number of the thread that is answered in, None for a new one, and the key that it has or gets."""
        if query.reply_option not in (REPLY_OR_NEW, REPLY_OR_FAIL):
            return None, None
        named = body.get("thread")
        given = named if isinstance(named, Mapping) else {}
        key, name = given.get("threadKey") or query.thread_key, given.get("name")
        for entry in self._entries:
            known = entry.thread_key == key if key else thread_name(space, entry.thread) == name
            if entry.space == space and known:
                return entry.thread, entry.thread_key
        if not (key or name):
            # Seen by others (https://github.com/caronc/apprise/pull/1376), documented nowhere.
            invalid("messageReplyOption needs a thread: set thread.threadKey or thread.name.")
        if not key and query.reply_option == REPLY_OR_FAIL:
            raise Refused(404, "NOT_FOUND", "The thread to reply to was not found.")
        return None, str(key) if key else None


class _Quota:
    """A bucket of writes a space, refilled steadily."""

    def __init__(self, clock: Clock, per_second: float, burst: int) -> None:
        self._clock = clock
        self._per_second = per_second
        self._burst = burst
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, space: str) -> None:
        """Raises Refused where the space's bucket is empty, with the seconds until it is not."""
        now = self._clock.now().timestamp()
        left, since = self._left.get(space, (float(self._burst), now))
        left = min(float(self._burst), left + max(0.0, now - since) * self._per_second)
        if left < 1:
            self._left[space] = (left, now)
            wait = math.ceil((1 - left) / self._per_second)
            raise Refused(429, "RESOURCE_EXHAUSTED", "Quota exceeded for quota metric 'Message writes'.", wait)
        self._left[space] = (left - 1, now)


def _same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
