"""A desk spoken to as the doors do, and tickets in the states that a command needs."""

from datetime import timedelta

from adapters.files.inspector import Inspector
from bot.desk import ThreadDesk
from core.actions import Press, encode_press
from core.cards.card import Card, Form
from core.commands import (
    ClaimTicket,
    CreateFaq,
    DisableEndpoint,
    FollowTicket,
    LinkTickets,
    MergeTicket,
    PostMessage,
    PublishFaq,
    ReportTrouble,
    ResolveTicket,
    RevokeRoles,
    Snooze,
)
from core.model.endpoint import Endpoint
from core.model.ids import FaqId, TicketId, ref_of
from core.model.mail import bounce_key
from core.model.outbox import DeliveryState, Intent
from core.model.people import Platform
from core.model.relation import Relation
from core.model.thread import Audience, MessageKind
from core.model.ticket import Priority
from core.text import Text
from core.vocabulary import Reply
from tests.fakes.office import OPERATOR, SYSTEM, Office
from tests.fakes.signer import SIGNER


class Front:
    """A desk with its people, spoken to as the doors do."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.desk = ThreadDesk(
            engine=office.engine,
            store=office.store,
            desk=office.desk,
            clock=office.clock,
            inspector=Inspector(1_000_000, 20),
            parsers={},
            signer=SIGNER,
        )

    async def type(self, who: str, line: str, ticket: TicketId | None = None) -> Reply:
        return await self.desk.type(line, self.office.actor(who), ticket)

    async def press(self, who: str, press: Press) -> Reply:
        return await self.desk.press(encode_press(press), self.office.actor(who))

    async def submit(self, who: str, action: str, inbound: str | None = None, **values: str) -> Reply:
        given = {name.replace("__", ":"): value for name, value in values.items()}
        return await self.desk.submit(action, given, (), self.office.actor(who, inbound=inbound))


def shown(reply: Reply) -> Card:
    assert reply.card is not None and reply.form is None
    return reply.card


def asked(reply: Reply) -> Form:
    assert reply.form is not None and reply.card is None
    return reply.form


async def fresh(office: Office) -> TicketId:
    return await office.open()


async def public(office: Office) -> TicketId:
    return await office.open(category="forum")


async def followed(office: Office) -> TicketId:
    ticket = await public(office)
    await office.do(FollowTicket(ticket=ticket), "kim")
    return ticket


async def held_back(office: Office) -> TicketId:
    """The staff wrote what looks like a password in a thread of their own."""
    ticket = await office.open()
    thread = await office.thread_on(ticket, Platform.SLACK, Audience.STAFF)
    words = Text.of("The password is hunter22")
    said = PostMessage(ticket=ticket, kind=MessageKind.REPLY, text=words, external_id="1.1")
    await office.do(said, "asha", door=Platform.SLACK, thread=thread)
    return ticket


async def held(office: Office) -> TicketId:
    ticket = await fresh(office)
    await office.do(ClaimTicket(ticket=ticket), "asha")
    return ticket


async def offered(office: Office) -> TicketId:
    """To asha, for five minutes."""
    ticket = await fresh(office)
    async with office.store.write() as work:
        found = await work.tickets.get(ticket)
        assert found is not None
        await work.tickets.save(found.offer(office.people["asha"], office.clock.now() + timedelta(minutes=5)))
    return ticket


async def aside(office: Office) -> TicketId:
    ticket = await fresh(office)
    await office.do(Snooze(ticket=ticket, until=office.clock.now() + timedelta(hours=2)), "asha")
    return ticket


async def resolved(office: Office) -> TicketId:
    ticket = await fresh(office)
    await office.do(ResolveTicket(ticket=ticket), "asha")
    return ticket


async def beside(office: Office) -> TicketId:
    """The second of two."""
    await fresh(office)
    return await fresh(office)


async def merged(office: Office) -> TicketId:
    """Into the one before it."""
    ticket = await beside(office)
    await office.do(MergeTicket(ticket=ticket, into=TicketId(ticket - 1)), "asha")
    return ticket


async def linked(office: Office) -> TicketId:
    """To the one before it."""
    ticket = await beside(office)
    linking = LinkTickets(ticket=ticket, other=TicketId(ticket - 1), relation=Relation.BLOCKS)
    await office.do(linking, "asha")
    return ticket


async def said(office: Office) -> TicketId:
    ticket = await fresh(office)
    await office.say(ticket, "sam", "Oops")
    return ticket


async def together(office: Office) -> TicketId:
    ticket = await fresh(office)
    await Front(office).type("sam", f"/ticket add {ref_of(ticket)} Kim Other")
    return ticket


async def unroled(office: Office) -> TicketId:
    await office.do(RevokeRoles(person=office.people["kim"]), OPERATOR)
    return TicketId(0)


async def failed(office: Office) -> TicketId:
    """What stands for the ticket is a delivery that was given up."""
    await office.open(priority=Priority.URGENT)
    now = office.clock.now()
    async with office.store.write() as work:
        leased = await work.outbox.lease(now, owner="me", until=now + timedelta(minutes=1), limit=50)
        for one in leased:
            await work.outbox.give_up(one.id, "me", state=DeliveryState.DEAD, reason="gone", at=now)
    return TicketId(leased[0].id)


async def bounced(office: Office) -> TicketId:
    """An address takes no mail."""
    key = bounce_key("sam@example.com")
    await office.do(ReportTrouble(key=key, sentence="It came back."), SYSTEM)
    return await office.open()


async def posted(office: Office) -> TicketId:
    """An endpoint was told of the ticket."""
    endpoints = office.desk.endpoints
    assert isinstance(endpoints, dict)
    endpoints["crm"] = Endpoint(key="crm")
    ticket = await office.open()
    await office.finish([one for one in await office.owed() if one.intent is Intent.EVENT])
    return ticket


async def switched_off(office: Office) -> TicketId:
    """The endpoint said that it wants no more."""
    ticket = await posted(office)
    await office.do(DisableEndpoint(endpoint="crm", reason="It is gone."), SYSTEM)
    return ticket


async def faq(office: Office) -> TicketId:
    """One that is published, F-1; it is about no ticket."""
    async with office.store.read() as work:
        is_there = await work.faqs.get(FaqId(1)) is not None
    if not is_there:
        await unretired(office)
    return TicketId(1)


async def unretired(office: Office) -> TicketId:
    """Another that is published; its number stands for the ticket's."""
    drafting = CreateFaq(question="How do I reset my password?", answer=Text.of("By the link."))
    made = (await office.do(drafting, "asha")).faq
    assert made is not None
    await office.do(PublishFaq(faq=made), "lee")
    return TicketId(made)
