"""A file's address for those who read it on a chat platform that did not take it: good by itself, for one file.

It is the same each time it is made, so that a platform's copy of a message can be told from another.
"""

from datetime import datetime, timedelta

from core.model.ids import FileId
from core.model.thread import File
from core.ports import Signer

LINK_LIFE = timedelta(days=30)
"""From when the file was sent."""
_PURPOSE = "file"


class FileLinks:
    """``public_url``: where people reach the desk, without a slash at its end."""

    def __init__(self, signer: Signer, public_url: str) -> None:
        self._signer = signer
        self._public_url = public_url

    def of(self, file: File) -> str:
        return f"{self._public_url}/file/{self._signer.sign(_PURPOSE, str(file.id), file.at + LINK_LIFE)}"


def read_file_link(token: str, signer: Signer, now: datetime) -> FileId | None:
    """Which file a link's token is for; None where the desk did not make it. Raises Expired."""
    what = signer.read(_PURPOSE, token, now)
    return FileId(int(what)) if what is not None else None
