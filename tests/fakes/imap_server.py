"""An IMAP server on the loopback: pymap, with one mailbox in memory, and TLS by STARTTLS where it is asked for."""

import asyncio
import imaplib
from argparse import ArgumentParser
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

from adapters.email.config import ImapServer, Tls

USER, PASSWORD = "desk", "pa55 word"
_CERTIFICATE = Path(__file__).with_name("localhost.pem")


@dataclass
class FakeImap:
    settings: ImapServer

    async def put(self, *mails: bytes) -> None:
        """Into the inbox, unread."""
        await asyncio.to_thread(self._put, mails)

    async def count(self, folder: str, criteria: str = "ALL") -> int:
        """Mails of a folder; 0 where there is no such folder."""
        return await asyncio.to_thread(self._count, folder, criteria)

    def _client(self) -> imaplib.IMAP4:
        client = imaplib.IMAP4(self.settings.host, self.settings.port)
        client.login(USER, PASSWORD)
        return client

    def _put(self, mails: tuple[bytes, ...]) -> None:
        with self._client() as client:
            for mail in mails:
                client.append("INBOX", "", None, mail)  # type: ignore[arg-type]  # None is now, as imaplib says

    def _count(self, folder: str, criteria: str) -> int:
        with self._client() as client:
            if client.select(folder)[0] != "OK":
                return 0
            return len(client.search(None, criteria)[1][0].split())

    def with_tls(self) -> ImapServer:
        return replace(self.settings, tls=Tls.STARTTLS)


@asynccontextmanager
async def running_imap(*, tls: bool = False) -> AsyncGenerator[FakeImap]:
    parser = ArgumentParser()
    parser.set_defaults(debug=False, passlib_cfg=None)
    IMAPService.add_arguments(parser)
    DictBackend.add_subparser("dict", parser.add_subparsers(dest="backend"))
    secured = ["--cert", str(_CERTIFICATE), "--key", str(_CERTIFICATE)] if tls else ["--no-tls"]
    args = parser.parse_args([*secured, "dict", "--demo-user", USER, "--demo-password", PASSWORD])
    backend, config = await DictBackend.init(args)
    config.apply_context()
    callback = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
    server = await asyncio.start_server(callback, host="127.0.0.1", port=0)
    port: int = server.sockets[0].getsockname()[1]
    try:
        yield FakeImap(ImapServer(host="127.0.0.1", port=port, tls=Tls.NONE, user=USER, password=PASSWORD))
    finally:
        server.close()
