"""``WebDoor``: the live page and the REST API, put together. The web server takes its routes and adds the security
headers; the engine tells it of commits; the dispatcher hands its ``channel`` what a person should hear."""

from aiohttp import web

from adapters.web.accounts import Accounts
from adapters.web.api import PageApi
from adapters.web.channel import WebChannel
from adapters.web.config import WebConfig
from adapters.web.gate import Gate
from adapters.web.helpdesk import Helpdesk
from adapters.web.live import Live
from adapters.web.openapi import document
from adapters.web.pages import Pages
from adapters.web.render import answer
from adapters.web.sessions import Sessions
from adapters.web.tokens import Tokens
from adapters.web.uploads import Uploads
from core.engine import Engine
from core.ports import Clock, Keys
from core.storage import Store
from core.vocabulary import FrontDesk


class WebDoor:
    """``live.committed`` is one of the engine's listeners; ``close`` is called before the web server waits for its
    connections to end."""

    def __init__(
        self, *, desk: FrontDesk, engine: Engine, store: Store, clock: Clock, keys: Keys, config: WebConfig
    ) -> None:
        self.live = Live(desk, clock, most=config.max_live)
        self.channel = WebChannel(self.live)
        self._config = config
        self._accounts = Accounts(engine, store, clock)
        tokens = Tokens(config.key("jwt"), clock)
        sessions = Sessions(store, clock, keys, config, self.live.end)
        self._gate = Gate(desk, sessions, tokens, clock, keys, config)
        uploads = Uploads(config, clock)
        self._pages = Pages(gate=self._gate, sessions=sessions, accounts=self._accounts, keys=keys, config=config)
        self._api = PageApi(desk, store, self._gate, self.live, uploads, config)
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
        return [*self._pages.routes(), *self._api.routes(), *self._helpdesk.routes(), description]

    async def _describe(self, request: web.Request) -> web.Response:
        return answer(document(self._config.desk_name, self._config.public_url))

    async def close(self) -> None:
        await self.live.close()
        self._accounts.close()
