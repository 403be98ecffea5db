"""A whole desk as its operator starts it, on a stand-in Discord that is furnished as docs/discord.md says."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.fakes.discord_server import HIDDEN, Channel, DiscordServer, Guild, Permission, Person, Role, Thread
from tests.fakes.patience import SLOWER
from tests.fakes.process import DeskProcess

CONFIG = """
[desk]
name = "Student Support"
time_zone = "Asia/Kolkata"

[[teams]]
key = "academics"
name = "Academics"
discord = {{ triage_channel = "{triage}", role = "{agents}" }}

[[teams]]
key = "platform"
name = "Platform team"
discord = {{ triage_channel = "{platform_triage}" }}

[[categories]]
key = "exams"
name = "Exams and grades"
team = "academics"
discord = {{ channel = "{exams}" }}
questions = [
  {{ key = "course", label = "Course code", required = true, hint = "CS2001" }},
  {{ key = "term", label = "Term", kind = "choice", choices = ["January", "May"] }},
]

[[categories]]
key = "login"
name = "Platform and login"
team = "platform"
blind_follow = true
discord = {{ channel = "{login}" }}

[[categories]]
key = "welfare"
name = "Welfare"
team = "academics"
sensitive = true
staff = ["priya@example.com"]
discord = {{ channel = "{welfare}" }}

[alerts]
priorities = []

[web]
port = 0

[discord]
guilds = ["{guild}"]
roles = {{ agent = ["{agents}"], lead = ["{leads}"], admin = ["{admins}"] }}
"""


@dataclass(frozen=True, kw_only=True)
class University:
    """A server with its channels and roles; sam and kim study, asha answers, lee leads, ada administers."""

    server: DiscordServer
    guild: Guild
    exams: Channel
    login: Channel
    welfare: Channel
    """For a sensitive category: the staff see its threads no more than anybody."""
    triage: Channel
    platform_triage: Channel
    agents: Role
    leads: Role
    admins: Role
    sam: Person
    kim: Person
    asha: Person
    lee: Person
    ada: Person


def furnished(server: DiscordServer) -> University:
    """It is as patient as the tests are."""
    server.settings.acknowledge_within = 3.0 * SLOWER
    guild = server.add_guild("University")
    staff = [Permission.MANAGE_THREADS]
    agents, leads = guild.add_role("Agents", permissions=staff), guild.add_role("Leads", permissions=staff)
    admins = guild.add_role("Admins", permissions=[*staff, Permission.MANAGE_GUILD])
    for_staff = {
        guild.everyone: HIDDEN,
        **{role: {"allow": [Permission.VIEW_CHANNEL]} for role in (agents, leads, admins, guild.bot_role)},
    }
    return University(
        server=server,
        guild=guild,
        exams=guild.add_channel("exams"),
        login=guild.add_channel("login"),
        welfare=guild.add_channel("welfare", overwrites={role: {"deny": staff} for role in (agents, leads, admins)}),
        triage=guild.add_channel("academics-triage", overwrites=for_staff),
        platform_triage=guild.add_channel("platform-triage", overwrites=for_staff),
        agents=agents,
        leads=leads,
        admins=admins,
        sam=guild.add_member("sam"),
        kim=guild.add_member("kim"),
        asha=guild.add_member("asha", roles=[agents]),
        lee=guild.add_member("lee", roles=[leads]),
        ada=guild.add_member("ada", roles=[admins]),
    )


def discord_desk(
    folder: Path, university: University, settings: Mapping[str, str] | None = None, *, config: str = CONFIG
) -> DeskProcess:
    """Not started yet. ``settings``: variables beside those that point it at the stand-in. Nothing similar stands
    between a form and its ticket, unless they say so. ``config``: a template as ``CONFIG`` is one."""
    at = university
    (folder / "bot.toml").write_text(
        config.format(
            guild=at.guild.id,
            exams=at.exams.id,
            login=at.login.id,
            welfare=at.welfare.id,
            triage=at.triage.id,
            platform_triage=at.platform_triage.id,
            agents=at.agents.id,
            leads=at.leads.id,
            admins=at.admins.id,
        )
    )
    pointed = {"BOT_DISCORD__TOKEN": at.server.token, "BOT_DISCORD__API_BASE": at.server.api_base}
    return DeskProcess(folder, {**pointed, "BOT_SIMILAR__ENABLED": "false", **(settings or {})}, forked=True)


async def until_ready(university: University) -> None:
    """Until the desk hears what people do there."""
    await university.server.until(lambda: "ticket" in university.sam.commands(university.exams), within=30)


@asynccontextmanager
async def open_university(
    folder: Path, *, config: str = CONFIG, **settings: str
) -> AsyncIterator[tuple[University, DeskProcess]]:
    """A furnished server, and a desk that is ready on it."""
    async with DiscordServer() as server:
        university = furnished(server)
        desk = discord_desk(folder, university, settings, config=config)
        await desk.start()
        try:
            await until_ready(university)
            yield university, desk
        finally:
            await desk.stop()


async def opened(
    university: University, who: Person, *, title: str = "My grade is missing", words: str = "Since Monday."
) -> Thread:
    """``who`` opens a ticket in Exams as people do: the command, the form, the questions. Its thread."""
    before = set(threads_in(university.exams))
    asked = await who.slash(university.exams, "ticket", "open", title=title)
    sent = await who.submit(asked.modal, {"Category": "exams", "Tell us more": words})
    await sent.settled()
    questions = await who.press(sent.answer, "Answer the questions")
    await (await who.submit(questions.modal, {"Course code": "CS2001"})).settled()

    def made() -> list[Thread]:
        return [t for t in threads_in(university.exams) if t not in before and who.sees(t) and who.reads(t)]

    await university.server.until(lambda: bool(made()))
    return made()[0]


def threads_in(channel: Channel) -> list[Thread]:
    return [thread for thread in channel.guild.threads() if thread.parent is channel]
