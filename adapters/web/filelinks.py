"""Files for whoever has the link that the desk wrote on a chat platform: not signed in, and for that file alone."""

from collections.abc import AsyncIterator
from datetime import timedelta

import structlog
from aiohttp import web

from adapters.web.limiter import Limiter
from adapters.web.pages import Pages
from adapters.web.problems import LinkOver, NoSuchPage
from adapters.web.serving import send_file
from core.errors import N_, NoSuchFile
from core.filelinks import read_file_link
from core.model.thread import File
from core.ports import Clock, Expired, Signer
from core.storage import Store

log = structlog.get_logger(__name__)

_CACHE = "no-store"
_HEADERS = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}


class NoSuchFileLink(NoSuchPage):
    template = N_("This link is none of the desk's. Copy it whole, or open the ticket's page.")


class FileLinkOver(LinkOver):
    template = N_("This link's time is over. The file is on the ticket's page.")


class FileLinkPages:
    def __init__(self, *, store: Store, clock: Clock, signer: Signer, pages: Pages) -> None:
        self._store = store
        self._clock = clock
        self._signer = signer
        self._pages = pages
        self._wrong = Limiter(clock, burst=30, every=timedelta(seconds=2))

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.get("/file/{token}", self._pages.edge(self.fetch), allow_head=False)]

    async def fetch(self, request: web.Request) -> web.StreamResponse:
        try:
            meant = read_file_link(request.match_info["token"], self._signer, self._clock.now())
        except Expired:
            raise FileLinkOver from None
        if meant is None:
            self._wrong.take(request.remote or "")
            raise NoSuchFileLink
        async with self._store.read() as work:
            file = await work.files.get(meant)
        if file is None or file.ticket is None:
            raise NoSuchFile
        log.info("file fetched by link", file=file.id, ticket=file.ticket, address=request.remote)
        return await send_file(request, file, self._content, cache=_CACHE, more=_HEADERS)

    def _content(self, file: File, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        return self._store.content(file.sha256, start=start, length=length)
