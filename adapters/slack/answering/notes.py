"""What a modal is to remember until it is sent: where it was opened, and what it is about.

It travels in ``private_metadata`` (https://docs.slack.dev/reference/views/modal-views), which comes back as whoever
made the request wrote it. So it is sealed for the one person: without its seal it is no note at all.
"""

import hashlib
import hmac
import json
from base64 import urlsafe_b64encode
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from adapters.slack.words.fit import ELLIPSIS, METADATA
from core.model.ids import FileId

_SEAL = 22
"""Characters: 128 bits."""
_ROOM = METADATA - _SEAL
_PURPOSE = b"threaddesk: what a modal remembers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A message that is to be quoted."""

    channel: str
    ts: str
    thread_ts: str = ""
    author: str = ""
    """A user's id, "" for an app's."""
    words: str = ""
    """As Slack tells it (``mrkdwn``), shortened where there is no room: for a channel that the app may not read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """``user``: who asked; ``channel``: where, "" for Home and for a shortcut of none; ``thread_ts``: in which thread,
    "" for none; ``response_url``: where an answer may be sent to a few times, a secret."""

    user: str
    channel: str = ""
    thread_ts: str = ""
    response_url: str = field(default="", repr=False)
    is_home: bool = False
    """Whether it was asked on Home, which then shows what changed."""
    files: tuple[FileId, ...] = ()
    """Those that an earlier sending of the same form brought."""
    said: Said | None = None
    has_similar: bool = False
    """Whether the form shows what is similar to the ticket that it opens."""


class Notes:
    """``secret``: what nobody else knows, the same in every process of the desk."""

    def __init__(self, secret: str) -> None:
        self._key = hashlib.sha256(_PURPOSE + secret.encode()).digest()

    def write(self, note: Note) -> str:
        body = _body(note)
        while note.said is not None and note.said.words and (excess := _units(body) - _ROOM) > 0:
            written, words = _units(_json(note.said.words)), note.said.words.removesuffix(ELLIPSIS)
            kept = words[: max(len(words) * (written - excess) // written - 2, 0)]
            note = replace(note, said=replace(note.said, words=kept and kept + ELLIPSIS))
            body = _body(note)
        return self._seal(note.user, body) + body

    def read(self, metadata: str, user: str) -> Note:
        """An empty note of ``user``'s for anything that was not written here for them."""
        seal, body = metadata[:_SEAL], metadata[_SEAL:]
        if not hmac.compare_digest(seal.encode(errors="surrogatepass"), self._seal(user, body).encode()):
            return Note(user=user)
        told: dict[str, Any] = json.loads(body)
        said = told.pop("said", None)
        files = tuple(FileId(number) for number in told.pop("files", ()))
        return Note(user=user, files=files, said=Said(**said) if said else None, **told)

    def _seal(self, user: str, body: str) -> str:
        digest = hmac.new(self._key, f"{user}\n{body}".encode(errors="surrogatepass"), hashlib.sha256).digest()
        return urlsafe_b64encode(digest)[:_SEAL].decode()


def _body(note: Note) -> str:
    return _json({key: value for key, value in asdict(note).items() if value and key != "user"})


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _units(words: str) -> int:
    return len(words.encode("utf-16-le", "surrogatepass")) // 2
