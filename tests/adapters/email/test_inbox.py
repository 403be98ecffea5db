"""Mail fetched from a real IMAP server: taken once, set aside where it cannot be read, never in the next one's way."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from adapters.email.config import ImapServer
from adapters.email.incoming.inbox import ASIDE, OUT_OF_REACH, Handed, Inbox, Place
from tests.fakes.imap_server import PASSWORD, FakeImap, running_imap
from tests.fakes.smtp import trust

MAIL = b"From: sam@example.edu\r\nTo: desk@help.example.edu\r\nSubject: %d\r\n\r\nHello\r\n"
MAX = 5_000


@dataclass
class Desk:
    """What takes the mail, and what its admins are told."""

    answers: list[Handed] = field(default_factory=list)
    taken: list[bytes] = field(default_factory=list)
    troubles: dict[str, str] = field(default_factory=dict)

    async def hand(self, raw: bytes) -> Handed:
        self.taken.append(raw)
        return self.answers.pop(0) if self.answers else Handed.DONE

    async def report(self, key: str, sentence: str) -> None:
        self.troubles[key] = sentence

    async def mended(self, key: str) -> None:
        self.troubles.pop(key, None)


@pytest.fixture
async def imap() -> AsyncIterator[FakeImap]:
    async with running_imap() as running:
        yield running


def inbox(desk: Desk, server: ImapServer, *, trusted: bool = True) -> Inbox:
    place = Place(server=server, folder="INBOX", aside="Unreadable", max_bytes=MAX, trust=trust() if trusted else None)
    return Inbox(place, desk.hand, desk, every=timedelta(minutes=1))


async def test_new_mail_is_taken_once_in_its_order(imap: FakeImap) -> None:
    desk = Desk()
    await imap.put(MAIL % 1, MAIL % 2)
    for _ in range(2):
        await inbox(desk, imap.settings).look()
    assert [b"Subject: 1" in desk.taken[0], b"Subject: 2" in desk.taken[1]] == [True, True]
    assert len(desk.taken) == 2 and desk.troubles == {}
    assert await imap.count("INBOX", "SEEN") == 2


async def test_what_cannot_be_read_is_moved_aside_and_the_next_is_taken(imap: FakeImap) -> None:
    desk = Desk([Handed.ASIDE, Handed.DONE])
    await imap.put(MAIL % 1, MAIL % 2, MAIL % 3)
    await inbox(desk, imap.settings).look()
    assert len(desk.taken) == 3
    assert (await imap.count("INBOX"), await imap.count("Unreadable")) == (2, 1)
    assert desk.troubles[ASIDE].startswith("1 mails could not be read")


async def test_a_huge_mail_is_not_even_fetched(imap: FakeImap) -> None:
    desk = Desk()
    await imap.put(MAIL % 1 + b"x" * MAX, MAIL % 2)
    await inbox(desk, imap.settings).look()
    assert len(desk.taken) == 1 and b"Subject: 2" in desk.taken[0]
    assert await imap.count("Unreadable") == 1


async def test_a_desk_that_cannot_take_it_now_leaves_it_unread_with_all_behind_it(imap: FakeImap) -> None:
    desk = Desk([Handed.DONE, Handed.LATER])
    await imap.put(MAIL % 1, MAIL % 2, MAIL % 3)
    await inbox(desk, imap.settings).look()
    assert await imap.count("INBOX", "UNSEEN") == 2
    await inbox(desk, imap.settings).look()
    assert len(desk.taken) == 4 and await imap.count("INBOX", "UNSEEN") == 0


async def test_an_inbox_out_of_reach_is_a_trouble_until_it_is_back(imap: FakeImap) -> None:
    desk = Desk()
    wrong = replace(imap.settings, password="wrong")
    await inbox(desk, wrong).look()
    assert "cannot be read" in desk.troubles[OUT_OF_REACH] and "wrong" not in desk.troubles[OUT_OF_REACH]
    await inbox(desk, imap.settings).look()
    assert desk.troubles == {}


async def test_over_tls_a_certificate_that_nobody_vouches_for_gets_no_password() -> None:
    async with running_imap(tls=True) as imap:
        desk = Desk()
        await inbox(desk, imap.with_tls(), trusted=False).look()
        assert "certificate" in desk.troubles[OUT_OF_REACH] and PASSWORD not in desk.troubles[OUT_OF_REACH]
        await inbox(desk, imap.with_tls()).look()
        assert desk.troubles == {}
