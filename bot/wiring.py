"""The only place that constructs anything: settings in, a desk's parts out, each given what it needs."""

import os
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Protocol

from aiohttp import web

from adapters.chat.lease import Lease
from adapters.chat.reports import Reports
from adapters.discord.words.parse import parse_typed as discord_words
from adapters.email.incoming.taking import MailIn
from adapters.files.inspector import Inspector
from adapters.gchat.inbox import AlertInbox
from adapters.slack.words.parse import parse_typed as slack_words
from adapters.sql.store import SqlStore
from adapters.web.admin import Setting
from adapters.web.channel import WebChannel
from adapters.web.config import DemoPerson, WebConfig
from adapters.web.door import WebDoor
from adapters.web.parse import parse_markdown
from bot import demo
from bot.auditor import Auditor
from bot.backlog import Backlog
from bot.clock import SecretKeys, SystemClock
from bot.desk import ThreadDesk
from bot.digest import Digest
from bot.dispatcher import Channels, Dispatcher, Patience
from bot.http import Check, Standing, application
from bot.indexer import Indexer
from bot.knowing import Found, Knowing, model_of
from bot.mailbox import fetching_of, letters_of, mail_in_of
from bot.promises import Promises
from bot.rotas import Rotas, WatchedCalendar, calendars_of
from bot.scheduler import Look, Scheduler
from bot.settings import Settings, desk_of, effective
from bot.settings.files import Keep
from bot.signer import HmacSigner
from bot.spaces import Spaces, open_spaces
from bot.unread import Unread
from core.commands import Actor, SyncGrants
from core.engine import Engine
from core.errors import Unavailable
from core.model.desk import Desk
from core.model.people import Platform
from core.ports import Channel, Clock, Keys
from core.storage import Store

_MEGABYTE = 1024 * 1024
_REST_OF_A_REQUEST = _MEGABYTE
"""What a request's body may hold beside its files."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """What the command line needs: the store and the engine, no doors."""

    settings: Settings
    store: SqlStore
    engine: Engine
    desk: Desk
    clock: Clock
    calendars: Mapping[str, WatchedCalendar] = field(default_factory=dict)
    """The teams' calendar files."""

    async def close(self) -> None:
        await self.store.close()


class ChatDoor(Protocol):
    """The open door to a chat platform, and the way out to it."""

    @property
    def channel(self) -> Channel: ...

    def routes(self) -> Sequence[web.RouteDef]:
        """What the desk's web server serves for it."""

    def start(self) -> None: ...

    async def shut(self) -> None:
        """Hear nothing more, and end what was begun. May be called again."""

    async def close(self) -> None:
        """And end the connections of the way out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A whole desk, ready to be started by ``bot/lifecycle.py``."""

    office: Office
    app: web.Application
    dispatcher: Dispatcher
    scheduler: Scheduler
    backlog: Backlog
    indexer: Indexer
    knowing: Knowing
    door: WebDoor
    chat: Mapping[Platform, ChatDoor]
    """The chat platforms whose doors are open."""
    alerts: Spaces
    fetching: Lease | None
    """Mail from an inbox, where there is one."""

    async def close(self) -> None:
        await self.door.close()
        for chat in self.chat.values():
            await chat.close()
        await self.alerts.close()
        await self.office.close()


def open_office(settings: Settings, public_url: str, *, clock: Clock | None = None, keys: Keys | None = None) -> Office:
    """``public_url``: where people reach the desk, without a slash at its end."""
    clock, keys = clock or SystemClock(), keys or SecretKeys()
    store = SqlStore(
        settings.database.url.get_secret_value(),
        folder=settings.files_dir,
        in_folder=settings.files.store is Keep.DIRECTORY,
    )
    calendars = calendars_of(settings.calendar_files(), settings.desk.time_zone)
    desk = desk_of(settings, public_url, calendars)
    return Office(
        settings=settings,
        store=store,
        engine=Engine(store, desk, clock, keys),
        desk=desk,
        clock=clock,
        calendars=calendars,
    )


async def build(office: Office, *, keys: Keys | None = None, patience: Patience | None = None) -> House:
    """Everything around the office. Writes the demo's people (or dismisses them) and the grants of bot.toml."""
    settings, desk, engine, clock = office.settings, office.desk, office.engine, office.clock
    keys = keys or SecretKeys()
    inbox = AlertInbox(settings.data_dir / "alert-inbox.jsonl", clock) if settings.desk.demo else None
    knowing = Knowing(office.store, lambda: model_of(settings.similar))
    secret = secret_key(settings)
    signer = HmacSigner(secret)
    front = _front(office, knowing, signer)
    door = _door(office, front, await _people(office), keys=keys, signer=signer, secret=secret)
    alerts = open_spaces(settings, _inbox_urls(settings, inbox, desk.public_url), clock)
    owner = f"{os.getpid()}-{keys.hex(8)}"
    chat = _chat(office, front, owner, signer)
    taking = mail_in_of(settings, front, engine, office.store, secret, clock)
    letters = letters_of(settings, front, Reports(engine, office.store), secret, clock)
    dispatcher = Dispatcher(
        store=office.store,
        engine=engine,
        channels=Channels(platforms=_ways_out(door, chat, letters), spaces=alerts.of),
        desk=desk,
        clock=clock,
        keys=keys,
        signer=signer,
        owner=owner,
        patience=patience,
    )
    backlog = Backlog(store=office.store, engine=engine, desk=desk, clock=clock)
    indexer = Indexer(
        store=office.store,
        clock=clock,
        owner=owner,
        embedder=knowing.embedder,
        made=knowing.wake,
        unread=Unread(office.store, Reports(engine, office.store)),
    )
    engine.listen(dispatcher.wake)
    engine.listen(indexer.committed)
    engine.listen(knowing.committed)
    engine.listen(backlog.committed)
    engine.listen(door.live.committed)
    auditor = Auditor(store=office.store, engine=engine, clock=clock)
    similar = partial(similarity, knowing, office.store)
    scheduler = Scheduler(store=office.store, engine=engine, clock=clock, auditor=auditor, minutely=_minutely(office))
    return House(
        office=office,
        app=_application(office, door, chat, inbox, late=auditor.late, similar=similar, keys=keys),
        dispatcher=dispatcher,
        scheduler=scheduler,
        backlog=backlog,
        indexer=indexer,
        knowing=knowing,
        door=door,
        chat=chat,
        alerts=alerts,
        fetching=fetching_of(settings, taking, engine, office.store, clock, owner),
    )


def _door(
    office: Office,
    front: ThreadDesk,
    people: Mapping[str, DemoPerson],
    *,
    keys: Keys,
    signer: HmacSigner,
    secret: bytes,
) -> WebDoor:
    """The console and the API. ``people``: whom anybody may be on a demo."""
    settings = office.settings
    return WebDoor(
        desk=front,
        engine=office.engine,
        store=office.store,
        clock=office.clock,
        keys=keys,
        signer=signer,
        config=WebConfig(
            secret_key=secret,
            public_url=office.desk.public_url,
            desk_name=office.desk.name,
            faq_public=office.desk.faq_public,
            demo_people=people,
            max_file_bytes=settings.files.max_bytes,
            max_files=settings.web.max_files,
            transcript_bytes=settings.web.transcript_include_mb * _MEGABYTE,
        ),
        configuration=[Setting(*one) for one in effective(settings)],
    )


def _ways_out(door: WebDoor, chat: Mapping[Platform, ChatDoor], letters: Channel | None) -> Mapping[str, Channel]:
    """To each platform."""
    ways: dict[str, Channel] = {platform: opened.channel for platform, opened in chat.items()}
    if letters is not None:
        ways[Platform.EMAIL] = letters
    return {Platform.WEB: WebChannel(door.live), **ways}


def _application(
    office: Office,
    door: WebDoor,
    chat: Mapping[Platform, ChatDoor],
    inbox: AlertInbox | None,
    *,
    late: Check,
    similar: Standing,
    keys: Keys,
) -> web.Application:
    """The one web server, with what every door serves. ``late``: what did not ring in time; ``similar``: by what
    similar tickets are found."""
    settings = office.settings
    return application(
        [
            *door.routes(),
            *(route for opened in chat.values() for route in opened.routes()),
            *(inbox.routes() if inbox else []),
        ],
        keys=keys,
        ready=lambda: readiness(office.store),
        late=late,
        similar=similar,
        demo=settings.desk.demo,
        max_body=settings.files.max_bytes * settings.web.max_files + _REST_OF_A_REQUEST,
    )


def _minutely(office: Office) -> Mapping[str, Look]:
    promises = Promises(store=office.store, engine=office.engine, desk=office.desk, clock=office.clock)
    digest = Digest(engine=office.engine, desk=office.desk, clock=office.clock)
    rotas = Rotas(engine=office.engine, calendars=office.calendars)
    return {
        "promises": promises.rearm,
        "digest": digest.send_if_due,
        "calendars": rotas.look,
        "files": office.store.sweep_files,
    }


def _front(office: Office, knowing: Knowing, signer: HmacSigner) -> ThreadDesk:
    settings = office.settings
    return ThreadDesk(
        engine=office.engine,
        store=office.store,
        desk=office.desk,
        clock=office.clock,
        inspector=Inspector(
            settings.files.max_bytes,
            settings.web.max_image_megapixels,
            limits=settings.files.limits_in_bytes,
            forbidden=settings.files.forbidden,
        ),
        parsers={
            Platform.WEB: parse_markdown,
            Platform.API: parse_markdown,
            Platform.DISCORD: discord_words,
            Platform.SLACK: slack_words,
        },
        meaning=knowing.meaning,
        signer=signer,
    )


def _chat(office: Office, front: ThreadDesk, owner: str, signer: HmacSigner) -> Mapping[Platform, ChatDoor]:
    """Imported here, so that a desk without a platform does not load its library: a fifth of a second at its start, and
    memory."""
    parts = (office.settings, front, office.engine, office.store, office.clock, owner, signer)
    opened: dict[Platform, ChatDoor] = {}
    if office.settings.discord.token is not None:
        from bot.discord import open_discord

        opened[Platform.DISCORD] = open_discord(*parts)
    if office.settings.slack.bot_token is not None:
        from bot.slack import open_slack

        opened[Platform.SLACK] = open_slack(*parts)
    return opened


def mail_in(office: Office) -> MailIn | None:
    """For a mail that is piped in, beside a desk that runs or not; None on one that takes no mail."""
    knowing = Knowing(office.store, lambda: Found(None, "a piped mail looks for nothing"))
    secret = secret_key(office.settings)
    front = _front(office, knowing, HmacSigner(secret))
    return mail_in_of(office.settings, front, office.engine, office.store, secret, office.clock)


async def _people(office: Office) -> Mapping[str, DemoPerson]:
    if not office.settings.desk.demo:
        await demo.dismiss(office.engine)
        cast = {}
    else:
        cast = await demo.enrol(office.engine)
    await office.engine.handle(SyncGrants(), Actor(person=None, door=Platform.SYSTEM))
    return {part.who: DemoPerson(cast[part.who], part.name, part.words) for part in demo.CAST if part.who in cast}


def _inbox_urls(settings: Settings, inbox: AlertInbox | None, public_url: str) -> Mapping[str, str]:
    """Where the demo desk's own inbox takes what is for each space."""
    return {space.key: inbox.url(public_url, space.key) for space in settings.alerts.spaces} if inbox else {}


async def readiness(store: Store) -> str | None:
    """Why the desk cannot serve, or None."""
    try:
        async with store.read() as work:
            await work.outbox.backlog()
    except Unavailable as refusal:
        return str(refusal)
    return None


async def similarity(knowing: Knowing, store: Store) -> Mapping[str, str | int]:
    """By what similar tickets and FAQs are found, why not by meaning, and how many wait to be found so. Anybody may ask
    for it: a reason that names a path of this machine is left to the log."""
    way, why = knowing.way
    reason = "The log says why." if "/" in why or "\\" in why else why
    embedder = knowing.embedder()
    async with store.read() as work:
        waiting = await work.index.waiting()
        if embedder is not None:
            waiting = max(waiting, await work.vectors.waiting(embedder.name))
    standing: dict[str, str | int] = {"by": way.value, "waiting": waiting}
    return {**standing, "reason": reason} if reason else standing


def secret_key(settings: Settings) -> bytes:
    """The key of BOT_WEB__SECRET_KEY; without one, a random one that is kept in the data folder for its owner only.

    Raises OSError where it can be neither read nor kept.
    """
    if settings.web.secret_key is not None:
        return settings.web.secret_key.get_secret_value().encode()
    path = Path(settings.data_dir) / "secret.key"
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError), os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(SecretKeys().hex(64))
    return path.read_text(encoding="ascii").strip().encode()
