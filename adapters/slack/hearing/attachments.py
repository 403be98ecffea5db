"""The files of a Slack message: those that can be fetched, and, in words, those that cannot.

https://docs.slack.dev/reference/objects/file-object
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.chat.downloads import Attachment, NotGiven
from adapters.slack.api.client import Refused, Slack
from adapters.slack.hearing.messages import Message
from core.text import clean_line, shorten

log = structlog.get_logger(__name__)

File = Mapping[str, Any]

_NAME = 80
_HIDDEN = frozenset({"tombstone", "hidden_by_limit"})
_OUT_OF_REACH = frozenset({"access_denied", "file_not_found"})


@dataclass(frozen=True, slots=True)
class Found:
    attachments: tuple[Attachment, ...]
    elsewhere: tuple[str, ...]
    """A sentence for each file that Slack does not keep, or does not give."""


class Attachments:
    """``most``: bytes of one file. ``lacks`` is told of a refusal for want of a scope, ``came`` of a file that came."""

    def __init__(
        self,
        slack: Slack,
        *,
        most: int,
        lacks: Callable[[Refused], Awaitable[object]],
        came: Callable[[], Awaitable[object]],
    ) -> None:
        self._slack = slack
        self._most = most
        self._lacks = lacks
        self._came = came

    async def of(self, message: Message) -> Found:
        """Raises Retry."""
        there: list[Attachment] = []
        elsewhere: list[str] = []
        for file in message.get("files") or ():
            told = await self._told(file)
            lacking = _lacking(told)
            if lacking:
                elsewhere.append(lacking)
            else:
                there.append(self.attachment(told))
        return Found(tuple(there), tuple(elsewhere))

    def attachment(self, file: File) -> Attachment:
        url = str(file.get("url_private_download") or file.get("url_private") or "")

        async def fetch() -> AsyncGenerator[bytes]:
            try:
                async with aclosing(self._slack.download(url, self._most)) as pieces:
                    async for piece in pieces:
                        yield piece
                await self._came()
            except Refused as refused:
                await self._note(refused)
                raise NotGiven from refused

        return Attachment(str(file["id"]), _name(file), int(file.get("size") or 0), fetch)

    async def _told(self, file: File) -> File:
        """Of a file from another company's workspace an event tells no more than that it is to be asked for
        (https://docs.slack.dev/apis/slack-connect/#files)."""
        if file.get("file_access") != "check_file_info":
            return file
        try:
            answer = await self._slack.call("files.info", {"file": str(file["id"])})
        except Refused as refused:
            await self._note(refused)
            return {**file, "file_access": "file_not_found"}
        told: File = answer["file"]
        return told

    async def _note(self, refused: Refused) -> None:
        log.info("slack_file_refused", reason=str(refused))
        if refused.needed:
            await self._lacks(refused)


def _lacking(file: File) -> str:
    """Why it cannot be fetched, in a sentence; "" where it can."""
    name = _name(file)
    if file.get("file_access") in _OUT_OF_REACH:
        return f"{name} could not be fetched from Slack."
    if file.get("mode") in _HIDDEN:
        return f"{name} is no longer on Slack."
    if file.get("is_external") or file.get("mode") == "external":
        where = clean_line(str(file.get("external_url") or file.get("url_private") or ""))
        return f"{name} is kept elsewhere: {where}" if where else f"{name} is kept elsewhere."
    return ""


def _name(file: File) -> str:
    return shorten(clean_line(str(file.get("name") or file.get("title") or "")), _NAME) or "A file"
