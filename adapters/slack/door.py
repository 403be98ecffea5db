"""``SlackDoor``: what people do on Slack is heard and answered, over websockets or over HTTP.

Every process of the desk hears: Slack tells each event to one of them. Nothing else of the desk waits for Slack; what
it does not take (a token, a scope) is told to the admins and tried again.
"""

import asyncio
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import structlog
from aiohttp import web

from adapters.chat.downloads import Downloads
from adapters.chat.lanes import Pauses
from adapters.chat.reports import Reports
from adapters.slack.answering.interactions import Interactions
from adapters.slack.api.client import Refused, Slack
from adapters.slack.app import build_app
from adapters.slack.config import SlackConfig
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.away import slack_away
from adapters.slack.hearing.hearing import Hearing
from adapters.slack.hearing.hearing import Timing as HearingTiming
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.people import People
from adapters.slack.requests import PATH, Requests
from adapters.slack.rooms import Rooms
from adapters.slack.sending.troubles import TOKEN, WORKSPACE, Troubles, scope_key
from adapters.slack.sockets import Sockets
from adapters.slack.sockets import Timing as SocketsTiming
from adapters.slack.spot import Spot
from adapters.slack.turns import Turns
from core.engine import Engine
from core.events import PersonLinked
from core.frontdesk import FrontDesk
from core.model.ids import PersonId, TicketId
from core.ports import Clock, Committed, Retry, Unknown
from core.storage import Store

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    hearing: HearingTiming = HearingTiming()  # noqa: RUF009 - frozen, so safely shared
    sockets: SocketsTiming = SocketsTiming()  # noqa: RUF009 - the same
    pauses: Pauses = Pauses()  # noqa: RUF009 - the same


class SlackDoor:
    """``owner``: unique among the processes of the desk. Without an app token it hears over HTTP, by ``routes``."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        engine: Engine,
        store: Store,
        clock: Clock,
        config: SlackConfig,
        slack: Slack,
        reports: Reports,
        owner: str,
        timing: Timing | None = None,
    ) -> None:
        self._slack = slack
        self._config = config
        self._clock = clock
        self._reports = reports
        self._timing = timing or Timing()
        self._troubles = Troubles(config, reports.report, reports.mended)
        self._rooms = Rooms(store, slack)
        groups = Groups(slack, desk)
        self._people = People(desk, slack, groups, store)
        downloads = Downloads(
            desk, platform="Slack", most=config.max_file_bytes, pauses=self._timing.pauses, away=slack_away
        )
        attachments = Attachments(
            slack,
            most=config.max_file_bytes,
            lacks=self._troubles.lacks,
            came=partial(self._troubles.fine, scope_key("files:read")),
        )
        self._turns = Turns()
        self._interactions = Interactions(
            desk=desk,
            slack=slack,
            people=self._people,
            rooms=self._rooms,
            groups=groups,
            downloads=downloads,
            attachments=attachments,
            store=store,
            config=config,
            hindrances=Hindrances(self._troubles),
            turns=self._turns,
        )
        self._hearing = Hearing(
            desk=desk,
            engine=engine,
            store=store,
            clock=clock,
            config=config,
            slack=slack,
            rooms=self._rooms,
            people=self._people,
            groups=groups,
            downloads=downloads,
            attachments=attachments,
            troubles=self._troubles,
            asked=self._interactions.mentions,
            races=self._races,
            owner=owner,
            timing=self._timing.hearing,
        )
        self._opening: asyncio.Task[None] | None = None
        self._sockets: Sockets | None = None
        self._requests: Requests | None = None
        self._is_open = False
        engine.listen(self._committed)

    def routes(self) -> Sequence[web.RouteDef]:
        """Where Slack brings what happens, unless the desk fetches it over websockets."""
        return () if self._config.socket_mode else (web.post(PATH, self._request),)

    def start(self) -> None:
        self._opening = asyncio.create_task(self._open(), name="slack door")

    async def close(self) -> None:
        """Hear nothing more, and end what was begun."""
        self._is_open = False
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._sockets is not None:
            await self._sockets.close()
        await self._hearing.close()
        await self._interactions.close()

    async def idle(self) -> None:
        """Until all that was heard so far is taken."""
        await self._hearing.idle()

    def made(self, ticket: TicketId, person: PersonId | None, spot: Spot) -> None:
        """Told by the channel of a thread that it made, or found again; it is recorded in a moment."""
        self._rooms.made(ticket, person, spot)
        self._hearing.bound(spot)

    def _races(self) -> bool:
        """Over one connection all comes as Slack tells it; over HTTP each request goes its own way."""
        return self._sockets is None or self._sockets.live > 1

    async def _open(self) -> None:
        """As soon as Slack tells which workspace it is."""
        for attempt in itertools.count(1):
            wait = await self._known(attempt)
            if wait is None:
                break
            await asyncio.sleep(wait)
        app = build_app(self._slack, hearing=self._hearing, answering=self._interactions)
        self._hearing.start()
        self._is_open = True
        if self._config.app_token is not None:
            self._sockets = Sockets(
                app=app,
                app_token=self._config.app_token,
                web=self._slack.web,
                heard=self._hearing.begin,
                report=self._reports.report,
                mended=self._reports.mended,
                turns=self._turns,
                timing=self._timing.sockets,
            )
            self._sockets.start()
            return
        self._requests = Requests(
            app=app,
            signing_secret=self._config.signing_secret or "",
            clock=self._clock,
            is_ready=lambda: self._is_open,
            missed=self._hearing.begin,
            turns=self._turns,
        )
        self._hearing.begin()

    async def _known(self, attempt: int) -> float | None:
        """Seconds until Slack is asked again; None once it has told."""
        try:
            await self._slack.workspace()
        except Refused as refused:
            shut_out = await self._troubles.shut_out(refused)
            log.warning("slack_refuses_the_desk", reason=str(refused))
            return self._timing.pauses.longest if shut_out is None else shut_out.after or self._timing.pauses.longest
        except (Retry, Unknown) as failure:
            log.warning("slack_out_of_reach", reason=str(failure))
            told = failure.after or 0.0 if isinstance(failure, Retry) else 0.0
            return max(self._timing.pauses.before(attempt), told)
        await self._troubles.fine(TOKEN)
        await self._troubles.fine(WORKSPACE)
        return None

    async def _request(self, request: web.Request) -> web.Response:
        """503 until the door is open: Slack tries again."""
        return web.Response(status=503) if self._requests is None else await self._requests.handle(request)

    def _committed(self, committed: Committed) -> None:
        if any(isinstance(record.event, PersonLinked) for record in committed.records):
            self._people.forget_everybody()
