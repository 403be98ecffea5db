"""What is told of settings that are right and hardly meant."""

from pathlib import Path

import pytest

from adapters.sql.store import SqlStore
from bot.doubts import strangers, unwritten
from bot.settings import Settings, desk_of, load
from core.model.escalation import WhomKind
from tests.fakes.clock import START
from tests.fakes.process import forked

DESK = """\
[desk]
name = "Desk"
demo = true

[[teams]]
key = "academics"
name = "Academics"
assignment = "round_robin"
skills = { "Asha@Example.edu" = ["exams"], "ash@example.edu" = [] }

[[categories]]
key = "exams"
name = "Exams"
team = "academics"
escalation = "late"

[[shifts]]
team = "academics"
who = ["asha@example.edu", "ben@example.edu", "eve@example.edu"]
days = ["mon"]
hours = ["09:00-17:00"]

[[escalations]]
key = "late"
when = { unassigned_for = "1h" }
steps = [{ notify = ["lead"] }, { after = "1h", notify = ["email:dean@example.edu"] }]
"""
MAIL = {"BOT_EMAIL__SMTP_URL": "smtp://localhost:25", "BOT_EMAIL__SENDER": "desk@example.edu"}
NOBODY_WRITES = (
    "escalations[0].steps[1].notify[0]: nobody writes to dean@example.edu, since this demo has no mail server. Set "
    "BOT_EMAIL__SMTP_URL and BOT_EMAIL__SENDER to see it done."
)


def started(folder: Path, **environ: str) -> Settings:
    (folder / "bot.toml").write_text(DESK, encoding="utf-8")
    return load(environ, folder)


def test_an_address_that_a_demo_cannot_write_to_is_told_with_its_mend(tmp_path: Path) -> None:
    assert list(unwritten(started(tmp_path))) == [NOBODY_WRITES]
    assert list(unwritten(started(tmp_path, **MAIL))) == []


def test_a_demo_without_a_mail_server_owes_no_mail(tmp_path: Path) -> None:
    """Else each call would end among what could not be delivered."""
    for environ, called in (({}, [WhomKind.LEAD]), (MAIL, [WhomKind.LEAD, WhomKind.EMAIL])):
        desk = desk_of(started(tmp_path, **environ), "")
        assert [whom.kind for step in desk.escalations["late"].steps for whom in step.notify] == called


async def test_addresses_that_nobody_has_or_has_confirmed_are_told(tmp_path: Path, sqlite_url: str) -> None:
    store = SqlStore(sqlite_url)
    async with store.write() as work:
        await work.people.add("Asha", START, email="asha@example.edu", email_confirmed=True)
        await work.people.add("Ben", START, email="ben@example.edu")
    async with store.read() as work:
        told = await strangers(started(tmp_path), work.people)
    await store.close()
    assert [sentence.partition(":")[0] for sentence in told] == [
        "shifts[0].who[1]",
        "shifts[0].who[2]",
        'teams[0].skills."ash@example.edu"',
    ]
    assert told[1] == (
        "shifts[0].who[2]: nobody here has eve@example.edu. It counts once they have signed in and confirmed it; until "
        "then check how it is spelt."
    )


@pytest.mark.parametrize("has_database", [False, True])
def test_check_tells_them_and_ends_well(tmp_path: Path, sqlite_file: Path, has_database: bool) -> None:
    (tmp_path / "bot.toml").write_text(DESK, encoding="utf-8")
    file = sqlite_file if has_database else tmp_path / "none.db"
    ended = forked(tmp_path, "check", settings={"BOT_DATABASE__URL": f"sqlite:///{file}"})
    assert ended.returncode == 0, ended.stderr
    assert f"  ! {NOBODY_WRITES}\n" in ended.stdout
    assert ("nobody here has eve@example.edu" in ended.stdout) is has_database
    assert file.exists() is has_database
