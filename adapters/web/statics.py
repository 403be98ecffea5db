"""The page's own files: scripts, styles, pictures; read once, at the start.

Their addresses bear the version of them all (``/static/<version>/main.js``), and a script names its neighbours by
relative address, so the whole page is of one version and a browser may keep it for a year.
"""

import gzip
import hashlib
import mimetypes
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from adapters.web.problems import NoSuchPage

_IMPORT = re.compile(rb"""^(?:import|export)\b[^;]*?["']\./([\w-]+\.js)["'];""", re.MULTILINE)
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2"}


@dataclass(frozen=True, slots=True)
class _Asset:
    data: bytes
    media_type: str
    etag: str
    zipped: bytes
    """The same by gzip, done once."""


class Statics:
    def __init__(self, folder: Path) -> None:
        self._assets = {
            path.relative_to(folder).as_posix(): _asset(path) for path in sorted(folder.rglob("*")) if path.is_file()
        }
        whole = "".join(f"{name} {asset.etag}\n" for name, asset in self._assets.items())
        self.version = hashlib.sha256(whole.encode()).hexdigest()[:12]

    def url(self, name: str) -> str:
        return f"/static/{self.version}/{name}"

    def modules(self, name: str) -> Sequence[str]:
        """All that a module imports, and what that imports: so a page can ask for them all at once."""
        found: dict[str, None] = {}
        waiting = [name]
        while waiting:
            for one in _IMPORT.findall(self._assets[waiting.pop()].data):
                imported = one.decode()
                if imported not in found:
                    found[imported] = None
                    waiting.append(imported)
        return sorted(found)

    async def serve(self, request: web.Request) -> web.Response:
        """Raises NoSuchPage. Only what was there at the start is served, so a path cannot lead out of the folder."""
        path = request.match_info["path"]
        version, _, name = path.partition("/")
        current = version == self.version
        asset = self._assets.get(name) or self._assets.get(path)
        if asset is None:
            raise NoSuchPage
        headers = {
            "Cache-Control": "public, max-age=31536000, immutable" if current else "no-cache",
            "ETag": f'"{asset.etag}"',
            "X-Content-Type-Options": "nosniff",
        }
        if any(tag.value == asset.etag for tag in request.if_none_match or ()):
            return web.Response(status=304, headers=headers)
        charset = "utf-8" if asset.media_type.startswith("text/") else None
        body = asset.data
        headers["Vary"] = "Accept-Encoding"
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = asset.zipped
        return web.Response(body=body, content_type=asset.media_type, charset=charset, headers=headers)


def _asset(path: Path) -> _Asset:
    data = path.read_bytes()
    known = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0]
    return _Asset(
        data, known or "application/octet-stream", hashlib.sha256(data).hexdigest()[:24], gzip.compress(data, mtime=0)
    )
