"""The desk's files on their way to Slack: brought there, shared as a message of their own, and taken out again.

https://docs.slack.dev/messaging/working-with-files#upload. Slack shares in its own time, and now and then not at all
(https://github.com/slackapi/node-slack-sdk/issues/1865), so a file counts as shared when it is seen to be.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog

from adapters.slack.api.client import Refused, Slack
from adapters.slack.api.codes import (
    ARCHIVED,
    BAD_TOKEN,
    NO_FILE,
    NO_PERSON,
    NO_SCOPE,
    NO_THREAD,
    NOT_IN,
    RESTRICTED,
    WORKSPACE_AWAY,
)
from adapters.slack.api.transfers import UPLOAD
from adapters.slack.config import SlackConfig
from adapters.slack.sending.history import History, Message, Place, begun, is_again
from adapters.slack.sending.posts import LOST, Posts
from adapters.slack.sending.troubles import Troubles, scope_key
from adapters.slack.words.escape import escape
from adapters.slack.words.fit import clip
from core.filelinks import FileLinks
from core.model.ids import FileId, ThreadId
from core.model.outbox import Delivery
from core.model.thread import File
from core.ports import Gone, Retry
from core.storage import Store
from core.text import Paragraph, Plain, Span, Text, clean_line, link

log = structlog.get_logger(__name__)

_WAYS = frozenset({UPLOAD, "files.getUploadURLExternal", "files.completeUploadExternal", "files.info"})
_OF_THE_PLACE = BAD_TOKEN | WORKSPACE_AWAY | NOT_IN | RESTRICTED | NO_THREAD | NO_PERSON | {ARCHIVED}
"""What is refused for these is no fault of the file's. For a file there are more reasons than Slack's pages tell, and
none of them is to keep its thread from being made."""
_NAME, _TITLE = 60, 200
_KEPT = 4_000
_LOOKS = (0.0, 0.2, 0.4, 0.8, 1.6)
"""Seconds before each look at whether the files are shared."""
_AGAIN = 5.0
"""Seconds until the outbox has it looked for once more."""
_GIVEN_UP = 60.0
"""Seconds after which Slack will not share them any more."""


@dataclass(slots=True)
class _Share:
    """What of a delivery's files is on Slack."""

    uploaded: dict[FileId, str] = field(default_factory=dict)
    """The desk's file -> ``F…``."""
    is_asked: bool = False
    """Whether Slack was asked to share them, answered or not."""
    asked_at: float | None = None
    """By the loop's clock: when Slack said that it will."""


class Files:
    def __init__(
        self,
        slack: Slack,
        store: Store,
        config: SlackConfig,
        *,
        history: History,
        posts: Posts,
        troubles: Troubles,
        links: FileLinks | None = None,
    ) -> None:
        self._slack = slack
        self._store = store
        self._config = config
        self._history = history
        self._posts = posts
        self._troubles = troubles
        self._links = links
        self._shares: OrderedDict[str, _Share] = OrderedDict()
        """By the delivery's key."""

    def sorted_out(self, files: Sequence[File]) -> tuple[list[File], list[File]]:
        """Those that Slack takes, and those that are too large."""
        most = self._config.max_file_bytes
        return [one for one in files if one.size <= most], [one for one in files if one.size > most]

    def elsewhere(self, files: Sequence[File], ref: str) -> Text:
        """Where those are that Slack does not take; empty for none."""
        if not files:
            return Text()
        named: list[Span] = []
        for file in files:
            named += [Plain(", " if named else ""), *self._named(file)]
        way = link(self._config.page_of(ref), (Plain("On the ticket's page"),))
        return Text((Paragraph((Plain("Not on Slack: "), *named, Plain(". "), way)),))

    def _named(self, file: File) -> Sequence[Span]:
        name = Plain(clip(clean_line(file.name), _NAME))
        if self._links is None:
            return (name,)
        return (name, Plain(" ("), link(self._links.of(file), (Plain("open"),)), Plain(")"))

    async def share(
        self, delivery: Delivery, place: Place, thread: ThreadId, files: Sequence[File], *, comment: str = ""
    ) -> tuple[str, ...] | None:
        """What Slack calls the files, and last the message that shows them; None where it does not take them.

        ``comment``: plain words above them. Raises as ``Slack.call``, and Retry while Slack takes its time.
        """
        share = self._shares.setdefault(delivery.key, _Share())
        if len(self._shares) > _KEPT:
            self._shares.popitem(last=False)
        if not share.is_asked and is_again(delivery):
            found = await self._find(delivery, place, thread, files)
            if found is not None:
                return found
        try:
            shared = await self._share(share, place, files, comment)
        except Refused as refused:
            if refused.error in NO_SCOPE:
                await self._troubles.lacks(refused)
            elif refused.error in _OF_THE_PLACE or refused.method not in _WAYS:
                raise
            log.warning("slack_takes_no_file", reason=str(refused))
            shared = None
        else:
            await self._troubles.fine(scope_key("files:write"))
        if shared is None:
            await self._take_back(share)
        self._shares.pop(delivery.key, None)
        return shared

    async def withdraw(self, delivery: Delivery, place: Place, thread: ThreadId) -> None:
        """Take out what an earlier attempt may have shared: nobody knows what it is called, so whatever the app shared
        there since that is no part of another message."""
        share = self._shares.pop(delivery.key, None)
        if share is not None:
            await self._take_back(share)
        async for message in self._history.ours_since(place, begun(delivery)):
            if message.get("files") and not await self._is_anothers(thread, message):
                for file in _ids(message):
                    await self.delete(file)
                await self._posts.delete(place.channel, str(message["ts"]))

    async def delete(self, file: str) -> None:
        """It may be gone already."""
        try:
            await self._slack.call("files.delete", {"file": file})
        except Refused as refused:
            if refused.error not in NO_FILE:
                raise

    async def _share(self, share: _Share, place: Place, files: Sequence[File], comment: str) -> tuple[str, ...] | None:
        """None where Slack does not share them after all."""
        now = asyncio.get_running_loop().time
        if share.is_asked and share.asked_at is None:
            shown = await self._shown(share, place)
            if shown is not None:
                return shown
            await self._take_back(share)
        if not share.is_asked:
            for file in files:
                if file.id not in share.uploaded:
                    share.uploaded[file.id] = await self._upload(file)
            await self._complete(share, place, files, comment)
            share.asked_at = now()
        shown = await self._shown(share, place)
        if shown is None and share.asked_at is not None and now() - share.asked_at < _GIVEN_UP:
            raise Retry("Slack has the files and does not show them yet.", after=_AGAIN)
        return shown

    async def _upload(self, file: File) -> str:
        name = clip(clean_line(file.name), _TITLE) or "file"
        way = await self._slack.call("files.getUploadURLExternal", {"filename": name, "length": file.size})
        await self._slack.upload(str(way["upload_url"]), self._store.content(file.sha256), file.size)
        return str(way["file_id"])

    async def _complete(self, share: _Share, place: Place, files: Sequence[File], comment: str) -> None:
        args: dict[str, Any] = {
            "files": [{"id": share.uploaded[file.id], "title": _title(file)} for file in files],
            "channel_id": place.channel,
            "thread_ts": place.thread,
            "initial_comment": escape(comment) or None,
        }
        share.is_asked = True
        try:
            await self._slack.call("files.completeUploadExternal", args)
        except Retry:
            share.is_asked = False
            raise
        except Refused as refused:
            share.is_asked = False
            if refused.error not in NO_FILE:
                raise
            share.uploaded.clear()
            raise Retry("Slack has forgotten the files that were brought there.", after=_AGAIN) from refused

    async def _shown(self, share: _Share, place: Place) -> tuple[str, ...] | None:
        """The files and the message that shows them, once there is one; without the message where the app may not
        look for it."""
        files = tuple(share.uploaded.values())
        for wait in _LOOKS:
            await asyncio.sleep(wait)
            try:
                said = await self._slack.call("files.info", {"file": files[0]})
            except Refused as refused:
                if refused.error in NO_SCOPE:
                    return files
                if refused.error not in NO_FILE:
                    raise
                continue
            for ts, thread in _shares(said.get("file") or {}, place.channel):
                if thread == place.thread:
                    return (*files, ts)
                await self._take_back(share)
                raise Gone(LOST)
        return None

    async def _take_back(self, share: _Share) -> None:
        """So that what was not shared is not shared later."""
        for file in share.uploaded.values():
            await self.delete(file)
        share.uploaded.clear()
        share.is_asked, share.asked_at = False, None

    async def _find(
        self, delivery: Delivery, place: Place, thread: ThreadId, files: Sequence[File]
    ) -> tuple[str, ...] | None:
        """What an earlier attempt shared: a message of the app's with just these files, which is no other's."""
        wanted = sorted((_title(file), file.size) for file in files)
        async for message in self._history.ours_since(place, begun(delivery)):
            found = sorted((str(one.get("title")), int(one.get("size") or 0)) for one in message.get("files") or ())
            if found == wanted and not await self._is_anothers(thread, message):
                return (*_ids(message), str(message["ts"]))
        return None

    async def _is_anothers(self, thread: ThreadId, message: Message) -> bool:
        """Whether it is known as part of a message."""
        async with self._store.read() as work:
            names = (*_ids(message), str(message["ts"]))
            return any([await work.copies.find(thread, name) is not None for name in names])


def is_file(external_id: str) -> bool:
    """Whether part of a copy is a file; else it is a message."""
    return external_id.startswith("F")


def _title(file: File) -> str:
    return clip(clean_line(file.name), _TITLE) or "file"


def _ids(message: Message) -> list[str]:
    return [str(file["id"]) for file in message.get("files") or ()]


def _shares(file: Mapping[str, Any], channel: str) -> Iterator[tuple[str, str | None]]:
    """The messages in a channel that show a file, each with its thread
    (https://docs.slack.dev/reference/objects/file-object)."""
    for channels in (file.get("shares") or {}).values():
        for one in channels.get(channel) or ():
            yield str(one["ts"]), one.get("thread_ts")
