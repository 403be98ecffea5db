"""``WebDoor``: the live page and the REST API, put together. The web server takes its routes and adds the security
headers; the engine tells it of commits; the dispatcher hands its ``channel`` what a person should hear."""

from collections.abc import Sequence

from aiohttp import web

from adapters.web.accounts import Accounts
from adapters.web.acknowledging import Acknowledging
from adapters.web.admin import AdminApi, Setting
from adapters.web.api import PageApi
from adapters.web.bulk import BulkApi
from adapters.web.channel import WebChannel
from adapters.web.config import WebConfig
from adapters.web.faqs import FaqPages
from adapters.web.filelinks import FileLinkPages
from adapters.web.first import FirstPaints
from adapters.web.gate import Gate
from adapters.web.helpdesk import Helpdesk
from adapters.web.hot import HotPages
from adapters.web.live import Live
from adapters.web.openapi import document
from adapters.web.own_account import OwnAccount
from adapters.web.pages import Pages
from adapters.web.preferences import PreferencesApi
from adapters.web.render import answer
from adapters.web.search import SearchApi
from adapters.web.sessions import Sessions
from adapters.web.similar import SimilarApi
from adapters.web.threads import ThreadApi
from adapters.web.tokens import Tokens
from adapters.web.transcripts import TranscriptApi
from adapters.web.triage import TriageApi
from adapters.web.unsubscribing import Unsubscribing
from adapters.web.uploads import Uploads
from core.administration import Administration
from core.engine import Engine
from core.faqs import FaqReading
from core.following import Following
from core.frontdesk import FrontDesk
from core.ports import Clock, Keys, Signer
from core.reading import Reading
from core.searching import Searching
from core.storage import Store
from core.transcript import Transcribing
from core.triage import Triage


class WebDoor:
    """``live.committed`` is one of the engine's listeners; ``close`` is called before the web server waits for its
    connections to end. ``configuration``: the settings in force, for the admins; no secret among their values."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        engine: Engine,
        store: Store,
        clock: Clock,
        keys: Keys,
        signer: Signer,
        config: WebConfig,
        configuration: Sequence[Setting] = (),
    ) -> None:
        self.live = Live(desk, clock, most=config.max_live)
        self.channel = WebChannel(self.live)
        self._config = config
        self._accounts = Accounts(engine, store, clock)
        tokens = Tokens(config.key("jwt"), clock)
        sessions = Sessions(store, clock, keys, config, self.live.end)
        self._gate = Gate(desk, sessions, tokens, clock, keys, config)
        uploads = Uploads(config, clock)
        self._admin = AdminApi(desk, Administration(store, desk.desk, clock), self._gate, configuration)
        self._api = PageApi(desk, self._gate, self.live, uploads, clock, config)
        self._threads = ThreadApi(desk, self._gate, self.live)
        triage = Triage(store, desk.desk, Reading(store, desk.desk, clock))
        self._preferences = PreferencesApi(store, desk.desk, clock, self._gate)
        self._triage = TriageApi(triage, desk.desk, self._gate, self._preferences)
        self._search = SearchApi(
            Searching(store, desk.desk, Reading(store, desk.desk, clock)),
            Following(store, desk.desk, clock),
            desk.desk,
            self._gate,
        )
        self._similar = SimilarApi(desk, engine, self._gate)
        self._bulk = BulkApi(desk, triage, self._gate)
        self._pages = Pages(
            gate=self._gate,
            sessions=sessions,
            accounts=self._accounts,
            admin=self._admin,
            first=FirstPaints(self._api, self._search, self._triage, self._gate, config.origin),
            keys=keys,
            config=config,
        )
        self._own_account = OwnAccount(
            engine=engine,
            accounts=self._accounts,
            sessions=sessions,
            live=self.live,
            gate=self._gate,
            pages=self._pages,
            origin=config.origin,
        )
        self._acknowledging = Acknowledging(
            desk=desk, engine=engine, store=store, clock=clock, signer=signer, gate=self._gate, pages=self._pages
        )
        self._transcripts = TranscriptApi(
            transcribing=Transcribing(store, engine, desk.desk, clock, include=config.transcript_bytes),
            desk=desk.desk,
            clock=clock,
            signer=signer,
            gate=self._gate,
            pages=self._pages,
            origin=config.origin,
        )
        self._file_links = FileLinkPages(store=store, clock=clock, signer=signer, pages=self._pages)
        self._unsubscribing = Unsubscribing(store=store, desk=desk.desk, clock=clock, signer=signer, pages=self._pages)
        self._faqs = FaqPages(
            reading=FaqReading(store, desk.desk, clock),
            desk=desk.desk,
            gate=self._gate,
            pages=self._pages,
            clock=clock,
            origin=config.origin,
        )
        self._hot = HotPages(store=store, desk=desk.desk, gate=self._gate, pages=self._pages, clock=clock)
        self._helpdesk = Helpdesk(
            desk=desk,
            engine=engine,
            store=store,
            clock=clock,
            gate=self._gate,
            accounts=self._accounts,
            tokens=tokens,
            uploads=uploads,
            config=config,
        )

    def routes(self) -> list[web.AbstractRouteDef]:
        description = web.get("/api/openapi.json", self._gate.open_to_all(self._describe), allow_head=False)
        parts = (
            self._pages,
            self._own_account,
            self._acknowledging,
            self._transcripts,
            self._file_links,
            self._unsubscribing,
            self._api,
            self._threads,
            self._triage,
            self._search,
            self._similar,
            self._bulk,
            self._preferences,
            self._admin,
            self._faqs,
            self._hot,
            self._helpdesk,
        )
        return [*(route for part in parts for route in part.routes()), description]

    async def _describe(self, request: web.Request) -> web.Response:
        return answer(document(self._config.desk_name, self._config.public_url))

    async def close(self) -> None:
        await self.live.close()
        self._accounts.close()
