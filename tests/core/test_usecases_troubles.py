"""What stands in the desk's way outside: noted, told once, forgotten when it is mended."""

from datetime import timedelta

import pytest

from core.commands import ClearTrouble, MendTrouble, ReportTrouble
from core.errors import NotAllowed
from core.model.mail import bounce_code, bounce_key
from core.model.outbox import Trouble
from core.usecases.troubles import NoSuchTrouble
from tests.fakes.clock import START
from tests.fakes.office import MINUTE, SYSTEM, Office

PERMISSION = ReportTrouble(key="discord:permission:1", sentence="Allow Manage Threads in #help.")


async def troubles(office: Office) -> list[Trouble]:
    async with office.store.read() as work:
        return list(await work.troubles.all())


def told(office: Office) -> list[str]:
    return [type(record.event).__name__ for committed in office.told for record in committed.records]


async def test_the_same_trouble_is_counted_and_told_of_once(office: Office) -> None:
    for _ in range(3):
        await office.do(PERMISSION, SYSTEM)
        office.clock.advance(MINUTE)
    assert await troubles(office) == [
        Trouble(key=PERMISSION.key, sentence=PERMISSION.sentence, since=START, seen_at=START + 2 * MINUTE, count=3)
    ]
    assert told(office) == ["TroubleFound"]


async def test_a_trouble_in_other_words_is_the_same_and_shows_the_newest(office: Office) -> None:
    await office.do(PERMISSION, SYSTEM)
    await office.do(ReportTrouble(key=PERMISSION.key, sentence="Allow two things."), SYSTEM)
    assert [trouble.sentence for trouble in await troubles(office)] == ["Allow two things."]
    assert told(office) == ["TroubleFound"]


async def test_a_trouble_that_comes_back_after_it_was_mended_is_news(office: Office) -> None:
    await office.do(PERMISSION, SYSTEM)
    await office.do(MendTrouble(key=PERMISSION.key), SYSTEM)
    assert await troubles(office) == []
    office.clock.advance(timedelta(days=1))
    await office.do(PERMISSION, SYSTEM)
    assert [(trouble.count, trouble.since) for trouble in await troubles(office)] == [(1, office.clock.now())]
    assert told(office) == ["TroubleFound"] * 2


async def test_mending_what_is_in_nobodys_way_is_nothing(office: Office) -> None:
    await office.do(PERMISSION, SYSTEM)
    before = await office.everything()
    await office.do(MendTrouble(key="discord:permission:2"), SYSTEM)
    assert await office.everything() == before


async def test_troubles_are_the_desks_own_to_report_and_to_mend(office: Office) -> None:
    for command in (PERMISSION, MendTrouble(key=PERMISSION.key)):
        for who in ("sam", "ada"):
            with pytest.raises(NotAllowed):
                await office.do(command, who)


BOUNCED = ReportTrouble(key=bounce_key("sam@example.com"), sentence="It came back.")
CODE = bounce_code("Sam@example.com")


async def test_an_admin_clears_what_nobody_else_can_know_to_be_over(office: Office) -> None:
    for trouble in (PERMISSION, BOUNCED):
        await office.do(trouble, SYSTEM)
    await office.do(ClearTrouble(code=f" {CODE.upper()} "), "ada")
    assert [trouble.key for trouble in await troubles(office)] == [PERMISSION.key]


@pytest.mark.parametrize("code", ["", "1", "ission:1", CODE[1:], "mail:", "0" * 8, f"%{CODE}"])
async def test_a_code_that_names_none_of_them_clears_nothing(office: Office, code: str) -> None:
    for trouble in (PERMISSION, BOUNCED):
        await office.do(trouble, SYSTEM)
    with pytest.raises(NoSuchTrouble):
        await office.do(ClearTrouble(code=code), "ada")
    assert len(await troubles(office)) == 2
