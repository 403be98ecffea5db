"""The alert inbox's file: a line of JSON for the install's secret, then one for each message."""

import json
import logging
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from core.text import Json

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A message in the inbox."""

    number: int
    space: str
    thread: int
    """The number of the message that began the thread."""
    thread_key: str | None
    request_id: str | None
    at: datetime
    body: Mapping[str, Json]

    @property
    def name(self) -> str:
        return f"spaces/{self.space}/messages/{self.number:08}.{self.number:08}"

    @property
    def thread_name(self) -> str:
        return thread_name(self.space, self.thread)

    def answer(self) -> Mapping[str, Json]:
        """What a webhook is answered: the names that were given, besides what it sent
        (https://developers.google.com/workspace/chat/api/reference/rest/v1/spaces.messages/create)."""
        thread: dict[str, Json] = {"name": self.thread_name}
        if self.thread_key is not None:
            thread["threadKey"] = self.thread_key
        return {**self.body, "name": self.name, "thread": thread}


def thread_name(space: str, number: int) -> str:
    return f"spaces/{space}/threads/{number:08}"


class Journal:
    """The file at ``path``, readable by its owner alone. It grows by a tenth over ``keep`` messages, then is rewritten.

    Writes are small and block: they take less time than handing them to a thread.
    """

    def __init__(self, path: Path, keep: int) -> None:
        self._path = path
        self._keep = keep
        self._secret = ""
        self._lines = 0
        self._damaged = False

    def load(self, new_secret: str) -> tuple[str, list[Entry]]:
        """The install's secret and the newest messages, oldest first. A line that cannot be read (one torn by a crash)
        is left out; a file that is not there yet begins with ``new_secret``."""
        data = self._path.read_bytes() if self._path.exists() else b""
        head, *rows = data.splitlines() or [b""]
        entries = [entry for entry in map(_entry, rows) if entry is not None]
        secret = _secret(head)
        self._secret = secret or new_secret
        self._lines = len(entries)
        if data and (secret is None or len(entries) < len(rows)):
            _log.warning("the alert inbox's file was damaged: %d of %d messages kept", len(entries), len(rows))
        if secret is None or len(entries) < len(rows) or not data.endswith(b"\n"):
            self._rewrite(entries[-self._keep :])
        return self._secret, entries[-self._keep :]

    def append(self, entry: Entry, kept: Iterable[Entry]) -> None:
        """Add ``entry``; ``kept`` are the messages before it, for a file that has to be rewritten. Raises OSError."""
        if self._damaged or self._lines >= self._keep + self._keep // 10:
            self._rewrite([*kept, entry][-self._keep :])
            return
        self._damaged = True
        with self._path.open("ab") as file:
            file.write(_line(entry))
        self._damaged = False
        self._lines += 1

    def _rewrite(self, entries: list[Entry]) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_name(self._path.name + ".new")
        fresh.unlink(missing_ok=True)
        fresh.touch(mode=0o600)
        head = json.dumps({"secret": self._secret}).encode() + b"\n"
        fresh.write_bytes(head + b"".join(map(_line, entries)))
        fresh.replace(self._path)
        self._lines = len(entries)
        self._damaged = False


def _line(entry: Entry) -> bytes:
    row = asdict(entry) | {"at": entry.at.isoformat()}
    return json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _entry(line: bytes) -> Entry | None:
    try:
        row = json.loads(line)
        return Entry(**{**row, "at": datetime.fromisoformat(row["at"])})
    except (ValueError, TypeError, KeyError):
        return None


def _secret(line: bytes) -> str | None:
    try:
        secret = json.loads(line)["secret"]
    except (ValueError, TypeError, KeyError):
        return None
    return secret if isinstance(secret, str) and secret else None
