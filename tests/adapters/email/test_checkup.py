"""What the operator is told of mail before the desk starts: who lets it in, and what to mend."""

from dataclasses import replace

from adapters.chat.steps import Step
from adapters.email.checkup import checkup
from adapters.email.config import Sender, SmtpServer, Tls
from adapters.email.incoming.inbox import Place
from tests.fakes.imap_server import running_imap
from tests.fakes.smtp import PASSWORD, USER, FakeMailServer, Stage

SENDER = Sender("desk@help.example.edu", "Support desk")


async def steps(server: SmtpServer, place: Place | None = None) -> list[Step]:
    return [step async for step in checkup(server, SENDER, place)]


async def test_a_mail_server_that_lets_the_desk_in_is_sent_nothing() -> None:
    async with FakeMailServer(Tls.NONE, password=PASSWORD) as server:
        [step] = await steps(server.settings)
        assert step.done and step.name.endswith("takes mail from desk@help.example.edu")
        assert server.taken == []


async def test_what_a_mail_server_refuses_is_told_without_the_password() -> None:
    async with FakeMailServer(Tls.NONE, password=PASSWORD) as server:
        wrong = replace(server.settings, user=USER, password="not-it-at-all")
        [step] = await steps(wrong)
        assert not step.done and "535" in step.mend and "not-it-at-all" not in step.mend
    async with FakeMailServer(refusals={Stage.MAIL: "550 5.7.1 Not from you"}) as server:
        [step] = await steps(server.settings)
        assert not step.done and "Not from you" in step.mend


async def test_the_inbox_and_its_folder_are_looked_for() -> None:
    async with FakeMailServer() as server, running_imap() as imap:
        place = Place(server=imap.settings, folder="INBOX", aside="Aside", max_bytes=1_000)
        assert [step.done for step in await steps(server.settings, place)] == [True, True, True]
        *_, folder = await steps(server.settings, replace(place, folder="Nowhere"))
        assert not folder.done and "folder" in folder.mend
        locked = replace(place, server=replace(imap.settings, password="not-it-at-all"))
        *_, entered = await steps(server.settings, locked)
        assert not entered.done and "BOT_EMAIL__INBOX__URL" in entered.mend and "not-it-at-all" not in entered.mend
