"""What bot.toml says that is not wrong, and hardly meant: told when the desk starts and by ``threaddesk check``."""

from collections.abc import Iterator, Sequence

from bot.settings import Settings
from bot.settings.places import Path, written
from core.model.people import email_key
from core.storage import People

_MAIL = "email:"


def unwritten(settings: Settings) -> Sequence[str]:
    """Addresses that an escalation calls on a demo without a mail server: nobody is written to, and nothing fails."""
    if not settings.desk.demo or settings.email.smtp_url is not None:
        return ()
    return [
        f"{written(path)}: nobody writes to {address}, since this demo has no mail server. Set BOT_EMAIL__SMTP_URL and "
        "BOT_EMAIL__SENDER to see it done."
        for path, address in _written_to(settings)
    ]


def _written_to(settings: Settings) -> Iterator[tuple[Path, str]]:
    for at, escalation in enumerate(settings.escalations):
        for number, step in enumerate(escalation.steps):
            for place, callee in enumerate(step.notify):
                if callee.startswith(_MAIL):
                    yield ("escalations", at, "steps", number, "notify", place), callee.removeprefix(_MAIL)


async def strangers(settings: Settings, people: People) -> Sequence[str]:
    """Addresses in shifts and skills that nobody whom the desk knows has confirmed: of somebody who is still to come,
    or misspelt."""
    told = []
    for path, address in _rostered(settings):
        person = await people.by_email(address)
        if person is None or person.confirmed_address != email_key(address):
            told.append(
                f"{written(path)}: nobody here has {address}. It counts once they have signed in and confirmed it; "
                "until then check how it is spelt."
            )
    return told


def _rostered(settings: Settings) -> Iterator[tuple[Path, str]]:
    for at, shift in enumerate(settings.shifts):
        for place, address in enumerate(shift.who):
            yield ("shifts", at, "who", place), address
    for at, team in enumerate(settings.teams):
        for address in team.skills:
            yield ("teams", at, "skills", address), address
