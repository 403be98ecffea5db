"""Start and stop of the process: what comes first, what is told to whom, and how it ends without losing a thing."""

import asyncio
import gc
import signal
import socket
from collections.abc import Callable
from datetime import timedelta

import structlog
from aiohttp import web

from adapters.sql import schema
from adapters.sql.folder import Folder
from bot.settings import Settings
from bot.wiring import House, build, open_office

log = structlog.get_logger(__name__)

DRAIN = timedelta(seconds=8)
"""What deliveries in flight are given at the end; the whole stop takes at most 10 s."""
_REQUESTS = 1.0
"""Seconds that requests in flight are given."""
COLLECTION = (10_000, 10, 10)
"""When the collector looks for garbage that refers to itself: rarely, since rows read by the thousand are none, and it
would look through them for half of the time that a long ticket's transcript takes."""


class CannotStart(Exception):
    """In a sentence for whoever starts it: what, where, how to mend it."""


async def run(settings: Settings, announce: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT. ``announce`` is told where the desk is, once it answers.

    Raises CannotStart, Unavailable and ``adapters.sql.schema.NewerDatabase``.
    """
    gc.set_threshold(*COLLECTION)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await serve(settings, announce, stop)


async def serve(settings: Settings, announce: Callable[[str], None], stop: asyncio.Event) -> None:
    """``run`` without the signals: until ``stop`` is set."""
    with bound_socket(settings) as listening:
        public_url = settings.web.public_url or url_of(listening)
        await schema.upgrade(settings.database.url.get_secret_value())
        office = open_office(settings, public_url)
        try:
            await asyncio.to_thread(check_folder, office.store.folder)
            house = await build(office)
        except BaseException:
            await office.close()
            raise
        runner = web.AppRunner(
            house.app,
            access_log=None,
            handle_signals=False,
            shutdown_timeout=_REQUESTS,
            # Nobody sends the desk a packed body for good: a megabyte of one takes a second to unpack, signed or not.
            auto_decompress=False,
        )
        await runner.setup()
        try:
            await web.SockSite(runner, listening).start()
            house.dispatcher.start()
            house.scheduler.start()
            house.backlog.start()
            house.indexer.start()
            for chat in house.chat.values():
                chat.start()
            if house.fetching is not None:
                house.fetching.start()
            announce(public_url)
            house.knowing.start()
            log.info("started", url=public_url, demo=settings.desk.demo)
            await stop.wait()
        finally:
            await _end(house, runner)


async def _end(house: House, runner: web.AppRunner) -> None:
    """No new work, then what is in flight, then the connections it needs."""
    log.info("stopping")
    house.scheduler.stop()
    await house.backlog.stop()
    await house.indexer.stop()
    await house.knowing.stop()
    if house.fetching is not None:
        await house.fetching.close()
    for chat in house.chat.values():
        await chat.shut()
    await house.door.close()
    await runner.cleanup()
    await house.dispatcher.stop(DRAIN)
    await house.close()
    log.info("stopped")


def check_folder(folder: Folder) -> None:
    """Raises CannotStart where files cannot arrive."""
    try:
        folder.check()
    except OSError as error:
        raise CannotStart(
            f"files.directory: {folder.path} cannot be written to ({error.strerror or error}). "
            "Give the desk the right to write there, or name another folder with BOT_FILES__DIRECTORY."
        ) from error


def bound_socket(settings: Settings) -> socket.socket:
    """Listening for nothing yet, so that a port in use is found before anything is written. Raises CannotStart."""
    host, port = settings.web.host, settings.web.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise CannotStart(
            f"web.port: {host}:{port} cannot be listened on ({error.strerror or error}). "
            f"Is another desk running there? Stop it, or choose another port with BOT_WEB__PORT."
        ) from error
    return listening


def url_of(listening: socket.socket) -> str:
    """The address of a bound socket; every interface is called by its loopback name."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - read, not bound to
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
