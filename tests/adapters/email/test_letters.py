"""Letters to persons, over a real mail server: their heads, what a refusal means, what a title cannot do."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from adapters.email.config import Sender
from adapters.email.letters import Letters
from adapters.email.tokens import Tokens
from core.cards.card import Card
from core.model.ids import PersonId
from core.model.mail import MailKind
from core.model.outbox import ToEmail, ToPerson
from core.model.people import Platform
from core.ports import Channel, Mailing, Parcel, Retry, Undeliverable
from core.text import Text
from tests.adapters.gchat.samples import ALERT, TICKET_KEY, parcel, ticket
from tests.fakes.clock import FakeClock
from tests.fakes.smtp import FakeMailServer, Stage, Taken, trust

SENDER = Sender("desk@help.example.edu", "Support desk")
TOKENS = Tokens(b"a secret", "desk@help.example.edu", "help.example.edu")
SAM = PersonId(7)
LINK = "https://desk.example.edu/unsubscribe/token"
KEY = parcel(ALERT).key


@pytest.fixture
async def server() -> AsyncIterator[FakeMailServer]:
    async with FakeMailServer() as made:
        yield made


def letters(server: FakeMailServer, bounced: list[tuple[str, str]] | None = None, tokens: Tokens = TOKENS) -> Letters:
    async def note(address: str, reason: str) -> None:
        (bounced if bounced is not None else []).append((address, reason))

    async def as_it_is(_parcel: Parcel, card: Card) -> Card:
        return card

    return Letters(
        server.settings,
        SENDER,
        tokens=tokens,
        zone=UTC,
        clock=FakeClock(datetime(2026, 11, 21, 12, 0, tzinfo=UTC)),
        bounced=note,
        enrich=as_it_is,
        trust=trust(),
    )


def letter(card: Card = ALERT, *, to: str = "sam@example.edu", link: str | None = LINK) -> Parcel:
    made = parcel(card, address=ToPerson(SAM, Platform.EMAIL), of=ticket())
    return replace(made, recipient=to, mailing=Mailing(MailKind.ANSWER, link))


async def sent(server: FakeMailServer, made: Parcel, tokens: Tokens = TOKENS) -> Taken:
    await letters(server, tokens=tokens).deliver(made)
    return server.taken[-1]


async def test_a_letter_is_kept_with_its_tickets_and_says_where_answers_and_bounces_go(server: FakeMailServer) -> None:
    taken = await sent(server, letter())
    mail = taken.mail
    reply_to = TOKENS.address(ticket().id, SAM)
    assert taken.recipients == ("sam@example.edu",)
    assert taken.sender == mail["Reply-To"] == reply_to
    assert mail["Message-ID"] == TOKENS.message_id(KEY, ticket().id, SAM)
    assert mail["References"] == mail["In-Reply-To"] == f"<ticket.{TICKET_KEY}@help.example.edu>"
    assert mail["List-Unsubscribe"] == f"<{LINK}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


async def test_tried_again_it_is_the_same_mail(server: FakeMailServer) -> None:
    assert (await sent(server, letter())).data == (await sent(server, letter())).data


async def test_one_click_is_offered_over_tls_alone(server: FakeMailServer) -> None:
    taken = await sent(server, letter(link="http://127.0.0.1:8080/unsubscribe/token"))
    assert taken.mail["List-Unsubscribe"] and taken.mail["List-Unsubscribe-Post"] is None


async def test_a_desk_that_takes_no_answers_names_no_address_for_them(server: FakeMailServer) -> None:
    taken = await sent(server, letter(), Tokens(b"a secret", "", "help.example.edu"))
    assert taken.mail["Reply-To"] is None and taken.sender == SENDER.address


async def test_whoever_may_not_see_the_ticket_gets_no_id_of_it(server: FakeMailServer) -> None:
    taken = await sent(server, replace(letter(), ticket=None))
    assert taken.mail["Message-ID"] == f"<{KEY}@help.example.edu>"
    assert taken.mail["Reply-To"] is taken.mail["References"] is None


async def test_the_html_loads_nothing_from_anywhere(server: FakeMailServer) -> None:
    card = Card(title="T-1", body=Text.of('<img src="https://evil.example/x.png"> <script>1</script>'))
    html = (await sent(server, letter(card))).part("html")
    assert "<img" not in html and "<script" not in html and "src=" not in html.replace("src=&#34;", "")


INJECTED = [
    "Help\r\nBcc: everybody@example.edu",
    "Help\nBcc: everybody@example.edu",
    "=?utf-8?q?=0D=0ABcc:_everybody@example.edu?=",
    "Help\x00\x0b\x0cBcc: everybody@example.edu",
    "Help\u2028Bcc: everybody@example.edu",
    "\r\n\r\n<h1>body</h1>",
]


@pytest.mark.parametrize("title", INJECTED)
async def test_a_title_adds_no_header_and_ends_none(server: FakeMailServer, title: str) -> None:
    taken = await sent(server, letter(Card(title=title)))
    plain = await sent(server, letter(Card(title="Help")))
    assert taken.mail["Bcc"] is None
    assert taken.mail.keys() == plain.mail.keys()
    assert taken.recipients == ("sam@example.edu",)


NO_ADDRESSES = ["sam@example.edu\r\nBcc: x@y.z", "<sam@example.edu>", "a b@c.d", "sam", "s@m,x@y.z"]


@pytest.mark.parametrize("address", NO_ADDRESSES)
async def test_an_address_that_is_none_is_not_written_to(server: FakeMailServer, address: str) -> None:
    with pytest.raises(Undeliverable, match="none that every mail server takes"):
        await letters(server).deliver(letter(to=address))
    assert server.taken == []


REFUSALS = [
    # what the server says to the recipient; what is raised, and whether the address counts as bad
    ("550 5.1.1 No such user", Undeliverable, True),
    ("550 No such user", Undeliverable, True),
    ("556 5.1.10 Null MX", Undeliverable, True),
    ("550 5.7.1 Your network is blocked", Undeliverable, False),
    ("552 5.2.2 Mailbox full", Undeliverable, False),
    ("554 Transaction failed", Undeliverable, False),
    ("450 4.2.1 Try later", Retry, False),
]


@pytest.mark.parametrize(("answer", "raised", "is_bad"), REFUSALS)
async def test_a_refusal_for_good_is_given_up_and_one_of_the_address_itself_is_told(
    answer: str, raised: type[Exception], is_bad: bool
) -> None:
    bounced: list[tuple[str, str]] = []
    async with FakeMailServer(refusals={"sam@example.edu": answer}) as server:
        with pytest.raises(raised, match="mail server"):
            await letters(server, bounced).deliver(letter())
    assert [address for address, _ in bounced] == (["sam@example.edu"] if is_bad else [])
    assert all(answer in reason for _, reason in bounced)


async def test_a_mail_that_is_refused_is_not_the_address_s_fault() -> None:
    bounced: list[tuple[str, str]] = []
    async with FakeMailServer(refusals={Stage.DATA: "550 5.1.1 odd"}) as server:
        with pytest.raises(Undeliverable):
            await letters(server, bounced).deliver(letter())
    assert bounced == []


async def test_it_goes_to_persons_alone(server: FakeMailServer) -> None:
    channel: Channel = letters(server)
    with pytest.raises(Undeliverable):
        await channel.deliver(parcel(ALERT, address=ToEmail("dean@example.edu")))
    assert await channel.find(letter()) is None and channel.pace is None
