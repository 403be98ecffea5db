"""The desk's files on their way to Discord: which go with a message, and what is said of those that do not.

https://discord.com/developers/docs/reference#uploading-files
"""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from adapters.discord.api.codes import Code
from adapters.discord.api.rest import Refused, Upload
from adapters.discord.config import MAX_FILE_BYTES, DiscordConfig
from adapters.discord.words.fit import clip
from adapters.discord.words.markup import plain
from core.filelinks import FileLinks
from core.model.thread import File
from core.storage import Store

_IN_MESSAGE = 10
_MESSAGE_BYTES = 24 * 1024 * 1024
"""Of the 25 MiB that a call may have (https://discord.com/developers/docs/resources/message#create-message)."""
_NAME = 60
_MOST_LINKS = 5
"""So that the line fits into a message."""
_ELSEWHERE = "Too large for Discord: {files}. On the ticket's page: <{page}>"


def is_too_large(refused: Refused) -> bool:
    return refused.code == Code.TOO_LARGE or refused.status == 413


class Files:
    """``links``: of files for those who are not signed in; None where the ticket's page is enough."""

    def __init__(self, store: Store, config: DiscordConfig, links: FileLinks | None = None) -> None:
        self._store = store
        self._config = config
        self._links = links

    def sorted_out(self, files: Sequence[File]) -> tuple[list[tuple[File, ...]], list[File]]:
        """Those that go with one message each, and those that Discord does not take."""
        batches: list[tuple[File, ...]] = []
        left: list[File] = []
        for file in files:
            if file.size > min(self._config.max_file_bytes, MAX_FILE_BYTES):
                left.append(file)
            elif batches and _has_room(batches[-1], file):
                batches[-1] = (*batches[-1], file)
            else:
                batches.append((file,))
        return batches, left

    def elsewhere(self, files: Sequence[File], ref: str) -> str:
        """The line on files that Discord does not take; "" for none."""
        if not files:
            return ""
        named = [self._named(file, linked=index < _MOST_LINKS) for index, file in enumerate(files)]
        return _ELSEWHERE.format(files=", ".join(named), page=self._config.page_of(ref))

    def _named(self, file: File, *, linked: bool) -> str:
        name = plain(clip(file.name, _NAME))
        return f"{name} <{self._links.of(file)}>" if self._links is not None and linked else name

    def uploads(self, files: Sequence[File]) -> list[Upload]:
        return [
            Upload(file.name, file.size, file.media_type, partial(self._store.content, file.sha256)) for file in files
        ]


def attached(payload: Mapping[str, Any], files: Sequence[Upload]) -> dict[str, Any]:
    """``payload`` with the names of what goes with it."""
    named = [{"id": index, "filename": file.name} for index, file in enumerate(files)]
    return {**payload, "attachments": named} if named else dict(payload)


def _has_room(batch: Sequence[File], file: File) -> bool:
    return len(batch) < _IN_MESSAGE and sum(one.size for one in batch) + file.size <= _MESSAGE_BYTES
