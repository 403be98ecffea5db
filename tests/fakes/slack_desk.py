"""A whole desk as its operator starts it, on a stand-in Slack that is furnished as docs/slack.md says."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, chdir
from dataclasses import dataclass
from pathlib import Path

from bot import lifecycle
from bot.settings import load
from tests.fakes.patience import SLOWER
from tests.fakes.process import DeskProcess
from tests.fakes.slack_server import Channel, Message, Person, SlackServer, UserGroup

CONFIG = """
[desk]
name = "Student Support"
time_zone = "Asia/Kolkata"

[[teams]]
key = "academics"
name = "Academics"
members = ["priya@example.com", "nia@example.com"]
slack = {{ triage_channel = "{triage}", user_group = "{agents}" }}

[[teams]]
key = "platform"
name = "Platform team"
slack = {{ triage_channel = "{platform_triage}" }}

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"
questions = [
  {{ key = "course", label = "Course code", required = true, hint = "CS2001" }},
  {{ key = "term", label = "Term", kind = "choice", choices = ["January", "May"] }},
]

[[categories]]
key = "login"
name = "Platform and login"
team = "platform"
blind_follow = true

[[categories]]
key = "welfare"
name = "Welfare"
team = "academics"
sensitive = true
staff = ["priya@example.com"]

[alerts]
priorities = []

[web]
port = 0

[slack]
user_groups = {{ agent = ["{agents}"], lead = ["{leads}"], admin = ["{admins}"] }}
"""


@dataclass(frozen=True, kw_only=True)
class Campus:
    """A workspace with its channels and groups; sam and kim study, asha answers, lee leads, ada administers."""

    server: SlackServer
    triage: Channel
    platform_triage: Channel
    lounge: Channel
    """A public channel of everybody's, without the app."""
    agents: UserGroup
    leads: UserGroup
    admins: UserGroup
    sam: Person
    kim: Person
    asha: Person
    lee: Person
    ada: Person


def furnished(server: SlackServer) -> Campus:
    """It is as patient as the tests are: that all is acknowledged before it is done, those of the adapter say."""
    server.settings.acknowledge_within = server.settings.trigger_life = 3.0 * SLOWER
    sam, kim = server.add_user("sam"), server.add_user("kim")
    asha, lee, ada = server.add_user("asha"), server.add_user("lee"), server.add_user("ada")
    staff = [asha, lee, ada]
    return Campus(
        server=server,
        triage=server.add_channel("academics-triage", members=staff, with_app=True),
        platform_triage=server.add_channel("platform-triage", members=staff, with_app=True),
        lounge=server.add_channel("lounge", private=False, members=[sam, kim, *staff]),
        agents=server.add_user_group("agents", [asha]),
        leads=server.add_user_group("leads", [lee]),
        admins=server.add_user_group("admins", [ada]),
        sam=sam,
        kim=kim,
        asha=asha,
        lee=lee,
        ada=ada,
    )


def slack_desk(
    folder: Path, campus: Campus, *, mode: str, settings: Mapping[str, str] | None = None, config: str = CONFIG
) -> DeskProcess:
    """Not started yet. ``settings``: variables beside those that point it at the stand-in. Nothing similar stands
    between a form and its ticket, unless they say so. ``config``: a template as ``CONFIG`` is one."""
    server = campus.server
    (folder / "bot.toml").write_text(
        config.format(
            triage=campus.triage.id,
            platform_triage=campus.platform_triage.id,
            agents=campus.agents.id,
            leads=campus.leads.id,
            admins=campus.admins.id,
        )
    )
    heard = (
        {"BOT_SLACK__APP_TOKEN": server.app_token}
        if mode == "socket"
        else {"BOT_SLACK__SIGNING_SECRET": server.signing_secret}
    )
    pointed = {"BOT_SLACK__BOT_TOKEN": server.bot_token, "BOT_SLACK__API_BASE": server.api_base, **heard}
    return DeskProcess(folder, {**pointed, "BOT_SIMILAR__ENABLED": "false", **(settings or {})}, forked=True)


async def until_ready(campus: Campus, desk: DeskProcess, *, mode: str) -> None:
    """Until the desk hears what people do there, and knows who is in which group."""
    server = campus.server
    if mode == "http":
        server.deliver_to(f"{desk.url}/slack/events")
    else:
        await server.until(lambda: server.connected >= 2, within=30)
    await server.until(lambda: all(server.called(one) for one in ("usergroups.list", "conversations.info")), within=30)


@asynccontextmanager
async def open_campus(
    folder: Path, *, mode: str = "socket", config: str = CONFIG, **settings: str
) -> AsyncIterator[tuple[Campus, DeskProcess]]:
    """A furnished workspace, and a desk that is ready on it. ``mode``: how the desk hears, ``socket`` or ``http``."""
    async with SlackServer(mode=mode) as server:
        campus = furnished(server)
        desk = slack_desk(folder, campus, mode=mode, settings=settings, config=config)
        await desk.start()
        try:
            await until_ready(campus, desk, mode=mode)
            yield campus, desk
        finally:
            await desk.stop()


@asynccontextmanager
async def open_campus_here(folder: Path, **settings: str) -> AsyncIterator[Campus]:
    """The same with the desk in the test's own process, for what a test changes in its code."""
    async with SlackServer() as server:
        campus = furnished(server)
        desk = slack_desk(folder, campus, mode="socket", settings=settings)
        stop, ready = asyncio.Event(), asyncio.Event()
        with chdir(folder):
            chosen = load(desk.settings, folder)
            serving = asyncio.create_task(lifecycle.serve(chosen, lambda _: ready.set(), stop), name="desk")
            serving.add_done_callback(lambda _: ready.set())
            try:
                await ready.wait()
                if not serving.done():
                    await until_ready(campus, desk, mode="socket")
                    yield campus
            finally:
                stop.set()
                await serving


async def opened(
    campus: Campus, who: Person, *, title: str = "My grade is missing", words: str = "Since Monday."
) -> Message:
    """``who`` opens a ticket in Exams as people do: the command, the form with its category's questions. The card of
    the ticket in their direct message, which begins its thread."""
    asked = await who.slash(who.dm, f"/ticket open {title}")
    view = await who.choose(await asked.modal(), "Category", "Exams and grades")
    await who.submit(view, {"Tell us more": words, "Course code": "CS2001"})
    return await card_of(campus, who, title)


async def card_of(campus: Campus, who: Person, title: str) -> Message:
    """The card of ``title`` that begins a thread in the person's direct message, once it is there."""

    def cards() -> list[Message]:
        return [one for one in who.reads(who.dm) if one.thread_ts is None and title in one.text_shown]

    await campus.server.until(lambda: bool(cards()), within=10)
    return cards()[0]


async def triage_card(campus: Campus, title: str, *, channel: Channel | None = None) -> Message:
    """The staff's card of ``title``, once it is in their channel."""
    place = channel or campus.triage

    def cards() -> list[Message]:
        return [one for one in campus.lee.reads(place) if title in one.text_shown]

    await campus.server.until(lambda: bool(cards()), within=10)
    return cards()[0]
