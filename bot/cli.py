"""``threaddesk``: run the desk, check its settings, and what an operator does from the machine itself.

Everything done here goes through the engine and is audited as the operator's. Exit codes: 0 done, 1 it could not be
done (a sentence says why), 2 the settings or the words of the command are wrong.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from adapters.chat.reports import Reports
from adapters.chat.steps import Step
from adapters.email.incoming.inbox import Handed
from adapters.slack.manifest import manifest
from adapters.sql import schema
from bot import checkup, doubts, lifecycle, wiring
from bot.commands.room import person_called
from bot.desk import vocabulary_of
from bot.knowing import Found, model_of
from bot.mailbox import MailHand, keep_aside
from bot.reindex import reindex
from bot.settings import BadSettings, Settings, desk_of, effective, load
from bot.telemetry import set_up_logs
from bot.wiring import Office, open_office
from core.cards.answers import INTENTS, address_words, persons_addressed
from core.commands import Actor, ConfirmEmail, GrantRole, RetryDelivery, RevokeRoles
from core.errors import Refusal
from core.model.ids import DeliveryId
from core.model.outbox import DeliveryState, Trouble
from core.model.people import Person, Platform, Role

app = typer.Typer(
    no_args_is_help=True, add_completion=False, help="A support desk that lives in chat.", rich_markup_mode=None
)
people_app = typer.Typer(no_args_is_help=True, help="Who people are to the desk.", rich_markup_mode=None)
app.add_typer(people_app, name="people")

_OPERATOR = Actor(person=None, door=Platform.OPERATOR)
_T = TypeVar("_T")
_WIDTH = None if sys.stdout.isatty() else 400
"""A table in a file or a pipe is not cut to a screen that is not there."""
out = Console(soft_wrap=True, highlight=False, width=_WIDTH)
err = Console(soft_wrap=True, highlight=False, stderr=True)


class StaffRole(StrEnum):
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"
    NONE = "none"


def main() -> None:
    app()


def _fail(sentence: str, code: int) -> NoReturn:
    err.print(escape(sentence))
    raise typer.Exit(code)


def _settings() -> Settings:
    try:
        return load(os.environ, Path.cwd())
    except BadSettings as problems:
        _fail(str(problems), 2)


@app.command()
def run() -> None:
    """Start the desk: bring its database up to date, serve until stopped."""
    settings = _settings()
    set_up_logs(settings.log.level, as_json=settings.log.format == "json")
    _attempt(lambda: lifecycle.run(settings, lambda url: _announce(url, settings)))


def _announce(url: str, settings: Settings) -> None:
    out.print(f"\n  {escape(settings.desk.name)} is open at [bold]{escape(url)}[/bold]")
    if settings.desk.demo:
        out.print("  A demo: open the page and be the student, the agent, the lead or the admin.")
        out.print(f"  What the leads' alert space receives: {escape(url)}/alerts")
        _doubt(doubts.unwritten(settings))
    out.print("  Stop it with Ctrl+C.\n")


@app.command()
def check(
    offline: Annotated[bool, typer.Option("--offline", help="ask nobody outside, such as Discord or Slack")] = False,
) -> None:
    """Check every setting, the database, and that Discord and Slack are set up; start nothing."""
    settings = _settings()
    table = Table("setting", "value", "from", box=None, pad_edge=False)
    for key, value, source in effective(settings):
        table.add_row(escape(key), escape(value), escape(source))
    out.print(table)
    state = _attempt(lambda: schema.check_version(settings.database.url.get_secret_value()))
    words = "up to date" if state is schema.SchemaState.CURRENT else "will be brought up to date by threaddesk run"
    out.print(f"\nThe settings are right. The database: {words}.")
    _doubt(doubts.unwritten(settings))
    if state is schema.SchemaState.CURRENT:
        _doubt(_attempt(lambda: _strangers(settings)))
    found = model_of(settings.similar)
    out.print(f"Similar tickets are found by {_way(found)}")
    if not offline and not _attempt(lambda: _doors_ready(settings)):
        raise typer.Exit(1)


def _doubt(sentences: Sequence[str]) -> None:
    for sentence in sentences:
        out.print(f"  ! {escape(sentence)}")


async def _strangers(settings: Settings) -> Sequence[str]:
    office = open_office(settings, settings.web.public_url or "")
    try:
        async with office.store.read() as work:
            return await doubts.strangers(settings, work.people)
    finally:
        await office.close()


def _way(found: Found) -> str:
    return "meaning." if found.parts is not None else f"words alone. {escape(found.why)}"


async def _doors_ready(settings: Settings) -> bool:
    """Each step is told as it is known."""
    ready = True
    for door in checkup.doors(settings):
        if door.is_open:
            out.print(f"\n{door.name}:")
            done = [_told(step) async for step in door.steps()]
            if not all(done):
                ready = False
                err.print(
                    f"\n{door.name} is not ready: mend what bears a ✗, and check again. {door.guide} has each step."
                )
        elif door.is_named:
            out.print(f"\n{door.name}: closed, since {door.variable} is not set; {door.guide} says how to get it.")
    return ready


def _told(step: Step) -> bool:
    out.print(f"  {'✓' if step.done else '✗'} {escape(step.name)}")
    if step.mend:
        out.print(f"      {escape(step.mend)}")
    return step.done


@app.command()
def index(
    rebuild: Annotated[bool, typer.Option("--rebuild", help="everything anew, not only what waits")] = False,
) -> None:
    """Bring what search and similar tickets go by up to date; the desk may run meanwhile."""
    out.print(escape(_in_office(lambda office: reindex(office, out, rebuild=rebuild))))


@app.command("files-move")
def files_move() -> None:
    """Bring all files to where [files] store says; the desk may run meanwhile."""
    moved = _in_office(lambda office: office.store.move_files())
    out.print(f"{moved} files were moved.")


@app.command("slack-manifest")
def slack_manifest(
    http: Annotated[bool, typer.Option("--http", help="for requests to web.public_url, not Socket Mode")] = False,
) -> None:
    """Print the manifest from which Slack makes the desk's app. It needs no token."""
    settings = _settings()
    url = checkup.slack_requests(settings)
    if http and url is None:
        _fail("Slack's requests need an address: set BOT_WEB__PUBLIC_URL to the https:// address of the desk.", 2)
    declared = manifest(
        vocabulary_of(desk_of(settings, settings.web.public_url or "")),
        desk_name=settings.desk.name,
        command=settings.slack.command,
        request_url=url if http else None,
    )
    typer.echo(json.dumps(declared, indent=2))


@app.command("mail-in")
def mail_in() -> None:
    """Take one mail from the standard input, as a mail server pipes it; exit code 0, or 75: try again later."""
    try:
        handed = _in_office(_take_mail)
    except typer.Exit:
        raise typer.Exit(os.EX_TEMPFAIL) from None
    raise typer.Exit(os.EX_TEMPFAIL if handed is Handed.LATER else os.EX_OK)


async def _take_mail(office: Office) -> Handed:
    """What cannot be read is told to the admins, and is no reason for the mail server to keep it."""
    taking = wiring.mail_in(office)
    if taking is None:
        _fail("This desk takes no mail: docs/email.md says what it needs.", 1)
    raw = sys.stdin.buffer.read(taking.max_bytes + 1)
    hand = MailHand(taking)
    handed = await hand(raw)
    if handed is Handed.ASIDE:
        await keep_aside(raw, hand.why, Reports(office.engine, office.store))
    return handed


@people_app.command("list")
def people_list() -> None:
    """Everybody, with address and roles."""

    async def everybody(office: Office) -> list[Person]:
        found: list[Person] = []
        async with office.store.read() as work:
            while page := await work.people.everybody(after=found[-1].id if found else None, limit=500):
                found += page
        return found

    table = Table("name", "email", "roles", "state", box=None, pad_edge=False)
    for person in _in_office(everybody):
        roles = sorted({f"{g.role} ({g.team or 'every team'}, by {g.source})" for g in person.grants}) or ["requester"]
        confirmed = "" if person.email is None or person.email_confirmed else " (not confirmed)"
        table.add_row(
            escape(person.name), escape((person.email or "-") + confirmed), escape(", ".join(roles)), person.standing
        )
    out.print(table)


@people_app.command("role")
def people_role(
    who: Annotated[str, typer.Argument(metavar="EMAIL", help="their email address, or the name shown")],
    role: Annotated[StaffRole, typer.Argument(metavar="ROLE", help="agent, lead, admin; none takes all back")],
    team: Annotated[str | None, typer.Option(help="only for this team, by its key in bot.toml")] = None,
) -> None:
    """Give somebody a role, or take back what was given here."""

    async def grant(office: Office) -> str:
        if team is not None and team not in office.desk.teams:
            _fail(f"There is no team “{team}”. bot.toml has: {', '.join(office.desk.teams)}.", 2)
        async with office.store.read() as work:
            person = await person_called(who, work, by_operator=True)
        if role is StaffRole.NONE:
            await office.engine.handle(RevokeRoles(person=person.id), _OPERATOR)
            return f"{person.name} has no role from the operator any more."
        await office.engine.handle(GrantRole(person=person.id, role=Role(role), team=team), _OPERATOR)
        return f"{person.name} is {role} now{f' of {team}' if team else ''}."

    out.print(escape(_in_office(grant)))


@people_app.command("confirm")
def people_confirm(email: Annotated[str, typer.Argument(help="the address that is theirs")]) -> None:
    """Confirm that an address is its person's: roles that bot.toml gives it follow."""

    async def confirm(office: Office) -> str:
        await office.engine.handle(ConfirmEmail(email=email), _OPERATOR)
        return f"{email} is confirmed."

    out.print(escape(_in_office(confirm)))


@app.command()
def failures() -> None:
    """What stands in the desk's way, what could not be delivered and why, and what is still being tried."""

    async def listed(office: Office) -> tuple[Sequence[Trouble], Table | None]:
        async with office.store.read() as work:
            troubles = await work.troubles.all()
            given_up, struggling = await work.outbox.given_up(), await work.outbox.struggling()
            names = await work.people.named(persons_addressed([*given_up, *struggling]))
        table = Table("number", "what", "to", "ticket", "tries", "since", "state", "why", box=None, pad_edge=False)
        for failure in (*given_up, *struggling):
            table.add_row(
                str(failure.id),
                INTENTS[failure.intent],
                escape(address_words(failure.address, str, names)),
                f"T-{failure.ticket}" if failure.ticket else "-",
                str(failure.attempts),
                failure.created_at.strftime("%Y-%m-%d %H:%M UTC"),
                "still tried" if failure.state is DeliveryState.PENDING else "given up",
                escape(failure.reason or "?"),
            )
        return troubles, table if given_up or struggling else None

    troubles, table = _in_office(listed)
    for trouble in troubles:
        out.print(f"In the way since {trouble.since:%Y-%m-%d %H:%M} UTC: {escape(trouble.sentence)}")
    if table is not None:
        out.print(table)
    elif not troubles:
        out.print("Nothing was given up, and nothing is in the way.")


@app.command()
def retry(number: Annotated[int, typer.Argument(help="as threaddesk failures shows it", min=1)]) -> None:
    """Try a failed delivery again; a running desk takes it up within seconds."""

    async def again(office: Office) -> str:
        await office.engine.handle(RetryDelivery(delivery=DeliveryId(number)), _OPERATOR)
        return f"Delivery {number} is tried again."

    out.print(escape(_in_office(again)))


def _in_office(work: Callable[[Office], Awaitable[_T]]) -> _T:
    settings = _settings()
    set_up_logs("warning", as_json=False)

    async def inside() -> _T:
        await schema.upgrade(settings.database.url.get_secret_value())
        office = open_office(settings, settings.web.public_url or "")
        try:
            return await work(office)
        finally:
            await office.close()

    return _attempt(inside)


def _attempt(work: Callable[[], Awaitable[_T]]) -> _T:
    """Run it; what a person can mend ends with its sentence and exit code 1."""

    async def awaited() -> _T:
        return await work()

    try:
        return asyncio.run(awaited())
    except Refusal as refusal:
        _fail(refusal.sentence(), 1)
    except (schema.NewerDatabase, lifecycle.CannotStart) as reason:
        _fail(str(reason), 1)
    except OSError as error:
        _fail(f"{error.filename or 'The data folder'}: {error.strerror or error}. Check that it can be written to.", 1)
