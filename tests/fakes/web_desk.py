"""The web door over the real desk and a real database, for the tests of ``adapters/web``."""

import shutil
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import ClientResponse, CookieJar, FormData, web
from aiohttp.test_utils import TestClient, TestServer
from PIL import Image
from yarl import URL

from adapters.files.inspector import Inspector
from adapters.sql.schema import upgrade
from adapters.sql.store import SqlStore
from adapters.web.admin import Setting
from adapters.web.config import DemoPerson, WebConfig
from adapters.web.door import WebDoor
from adapters.web.openapi import document
from adapters.web.parse import parse_markdown
from adapters.web.tokens import Tokens
from bot.clock import SecretKeys
from bot.desk import ThreadDesk
from core.commands import Actor, ConfirmEmail, GrantRole, OpenTicket, RegisterPerson
from core.engine import Engine
from core.model.desk import Category, Desk, Question, Quotas, Similarity, Team
from core.model.ids import PersonId, TicketId
from core.model.people import Platform, Role
from core.text import Text
from tests.fakes.clock import FakeClock
from tests.fakes.contracts import Contracts
from tests.fakes.signer import SIGNER

OPERATOR = Actor(person=None, door=Platform.OPERATOR)
SECRET = b"a secret key of the tests, long enough"


def desk_of(public_url: str = "http://127.0.0.1:8080", quotas: Quotas | None = None) -> Desk:
    course = Question(key="course", label="Course code", required=True)
    return Desk(
        name="Student Support",
        similar=Similarity(patience=30),
        time_zone="Asia/Kolkata",
        teams={
            "academics": Team(key="academics", name="Academics", members=frozenset({"agent@example.com"})),
            "platform": Team(key="platform", name="Platform", members=frozenset({"agent@example.com"})),
        },
        categories={
            "exams": Category(key="exams", name="Exams and grades", team="academics", questions=(course,)),
            "platform": Category(key="platform", name="Platform and login", team="platform"),
            "welfare": Category(
                key="welfare",
                name="Welfare",
                team="academics",
                sensitive=True,
                staff=frozenset({"lead@example.com"}),
            ),
        },
        quotas=quotas or Quotas(),
        public_url=public_url,
    )


def png(width: int = 3, height: int = 2) -> bytes:
    return picture("PNG", width, height)


def picture(kind: str, width: int = 3, height: int = 2) -> bytes:
    out = BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, kind)
    return out.getvalue()


@dataclass
class Answer:
    """An answer, read to its end."""

    status: int
    headers: Mapping[str, str]
    data: bytes
    body: Any
    """Its JSON; None where it is none."""

    @property
    def message(self) -> str:
        return str(self.body["message"])

    @property
    def text(self) -> str:
        return self.data.decode()


@dataclass
class Visitor:
    """Somebody who calls the desk: with a browser's cookie, a program's token, or nothing."""

    client: TestClient[web.Request, web.Application]
    contracts: Contracts
    headers: dict[str, str] = field(default_factory=dict)
    csrf: str = ""

    async def get(self, path: str, **options: Any) -> Answer:
        return await self.call("GET", path, **options)

    async def post(self, path: str, json: Any = None, **options: Any) -> Answer:
        return await self.call("POST", path, json=json, **options)

    async def put(self, path: str, json: Any = None, **options: Any) -> Answer:
        return await self.call("PUT", path, json=json, **options)

    async def upload(self, path: str, form: FormData, **options: Any) -> Answer:
        return await self.call("POST", path, data=form, **options)

    async def call(self, method: str, path: str, headers: Mapping[str, str] | None = None, **options: Any) -> Answer:
        token = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        response = await self.client.request(
            method,
            URL(path, encoded=True),
            headers={**self.headers, **token, **(headers or {})},
            allow_redirects=False,
            **options,
        )
        answer = await _read(response)
        self.contracts.check(method, path.split("?")[0], answer.status, response.content_type, answer.body)
        return answer


async def _read(response: ClientResponse) -> Answer:
    data = await response.read()
    is_json = response.content_type in ("application/json", "application/problem+json")
    return Answer(response.status, response.headers, data, await response.json(content_type=None) if is_json else None)


@dataclass
class WebDesk:
    clock: FakeClock
    store: SqlStore
    engine: Engine
    desk: ThreadDesk
    config: WebConfig
    door: WebDoor
    people: Mapping[str, PersonId]
    server: TestServer
    stack: AsyncExitStack

    async def nobody(self) -> Visitor:
        """A browser without a cookie."""
        client: TestClient[web.Request, web.Application] = TestClient(self.server, cookie_jar=CookieJar(unsafe=True))
        await self.stack.enter_async_context(_without_server(client))
        return Visitor(client, Contracts(document("Desk", self.config.public_url)))

    async def browser(self, who: str) -> Visitor:
        """A browser that is signed in as ``who``: student, other, agent, lead, admin."""
        visitor = await self.nobody()
        entered = await visitor.call("POST", "/session/demo", data={"who": who, "next": "/"})
        assert entered.status == 303, entered.text
        visitor.csrf = (await visitor.get("/api/me")).body["csrf"]
        return visitor

    async def program(self, who: str) -> Visitor:
        visitor = await self.nobody()
        token = Tokens(self.config.key("jwt"), self.clock).issue(self.people[who])
        visitor.headers["Authorization"] = f"Bearer {token}"
        return visitor

    async def ticket(
        self, by: str = "student", title: str = "I cannot sign in", category: str = "platform"
    ) -> TicketId:
        command = OpenTicket(title=title, description=Text.of("Since this morning."), category=category)
        outcome = await self.engine.handle(command, Actor(person=self.people[by], door=Platform.WEB))
        assert outcome.ticket is not None
        return outcome.ticket


@asynccontextmanager
async def _without_server(client: TestClient[web.Request, web.Application]) -> AsyncIterator[None]:
    """A client of a server that others use too: closing it must not close that."""
    try:
        yield
    finally:
        await client.session.close()


async def make_database(folder: Path) -> Path:
    """A migrated database, to be copied."""
    path = folder / "empty.db"
    await upgrade(f"sqlite:///{path}")
    return path


@asynccontextmanager
async def running_web_desk(
    folder: Path,
    empty: Path,
    *,
    quotas: Quotas | None = None,
    max_file_bytes: int = 200_000,
    max_live: int = 12,
    transcript_bytes: int = 1_000_000,
    configuration: Sequence[Setting] = (),
    setup: Desk | None = None,
) -> AsyncIterator[WebDesk]:
    """The door on a port of its own, with five people: student, other, agent, lead, admin. ``setup``: another desk."""
    path = folder / "desk.db"
    shutil.copy(empty, path)
    clock, keys, store = FakeClock(), SecretKeys(), SqlStore(f"sqlite:///{path}")
    setup = setup or desk_of(quotas=quotas)
    engine = Engine(store, setup, clock, keys)
    desk = ThreadDesk(
        engine=engine,
        store=store,
        desk=setup,
        clock=clock,
        inspector=Inspector(max_file_bytes, 20),
        parsers={Platform.WEB: parse_markdown, Platform.API: parse_markdown},
        signer=SIGNER,
    )
    people = await _people(engine)
    config = WebConfig(
        secret_key=SECRET,
        public_url=setup.public_url,
        desk_name=setup.name,
        faq_public=setup.faq_public,
        demo_people={who: DemoPerson(person, who.capitalize(), "…") for who, person in people.items()},
        max_file_bytes=max_file_bytes,
        max_live=max_live,
        transcript_bytes=transcript_bytes,
    )
    door = WebDoor(
        desk=desk,
        engine=engine,
        store=store,
        clock=clock,
        keys=keys,
        signer=SIGNER,
        config=config,
        configuration=configuration,
    )
    engine.listen(door.live.committed)
    app = web.Application()
    app.add_routes(door.routes())

    async def close(app: web.Application) -> None:
        await door.close()

    app.on_shutdown.append(close)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(store.close)
        server = await stack.enter_async_context(TestServer(app))
        yield WebDesk(clock, store, engine, desk, config, door, people, server, stack)


async def _people(engine: Engine) -> Mapping[str, PersonId]:
    roles = {"student": None, "other": None, "agent": Role.AGENT, "lead": Role.LEAD, "admin": Role.ADMIN}
    people = {}
    for who, role in roles.items():
        email = f"{who}@example.com"
        command = RegisterPerson(username=who.capitalize(), email=email, password_hash="no password at all")
        outcome = await engine.handle(command, OPERATOR)
        assert outcome.person is not None
        people[who] = outcome.person
        if role is not None:
            await engine.handle(ConfirmEmail(email=email), OPERATOR)
            if role is not Role.AGENT:
                await engine.handle(GrantRole(person=outcome.person, role=role), OPERATOR)
    return people
