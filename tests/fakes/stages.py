"""Tickets at the stages that routing is asked about, with the threads that they may have on platforms."""

from core.commands import AddParticipant, ClaimTicket, Command, ResolveTicket
from core.model.ids import ThreadId, TicketId
from core.model.people import Platform
from core.model.thread import Audience
from tests.fakes.office import Office

DISCORD, SLACK = Platform.DISCORD, Platform.SLACK
Given = dict[str, object]
SETTINGS: dict[str, tuple[tuple[str, Platform, Audience, str | None], ...]] = {
    "shared": (("shared", DISCORD, Audience.REQUESTER, None), ("triage", DISCORD, Audience.STAFF, None)),
    "triage alone": (("triage", DISCORD, Audience.STAFF, None),),
    "own": (
        ("sams", SLACK, Audience.REQUESTER, "sam"),
        ("kims", SLACK, Audience.REQUESTER, "kim"),
        ("triage", SLACK, Audience.STAFF, None),
    ),
}
"""Which threads a ticket may have: one that the staff share with its requester beside the staff's own; the staff's
alone; and on a platform without shared threads, one for each who asks."""


async def bound(office: Office, ticket: TicketId, setting: str) -> dict[ThreadId, str]:
    return {
        await office.thread_on(ticket, platform, audience, of=of): name
        for name, platform, audience, of in SETTINGS[setting]
    }


async def at_stage(office: Office, stage: str, category: str = "exams") -> TicketId:
    """Opened by sam, and kim takes part; then ``fresh``, ``claimed`` by its agent, ``held`` and answered by them, or
    ``resolved``."""
    agent = "wen" if category == "welfare" else "asha"
    ticket = await office.open(category=category)
    await office.do(AddParticipant(ticket=ticket, person=office.people["kim"]), "sam")
    await office.say(ticket, "sam", "From the start")
    if stage != "fresh":
        await office.do(ClaimTicket(ticket=ticket), agent)
    if stage in ("held", "resolved"):
        await office.say(ticket, agent, "I look into it")
    if stage == "resolved":
        await office.do(ResolveTicket(ticket=ticket), agent)
    return ticket


async def made(office: Office, kind: type[Command], given: Given, ticket: TicketId) -> Command:
    named = {key: office.people[value] if key in ("assignee", "person") else value for key, value in given.items()}
    if named.get("message") == "first":
        named["message"] = (await office.messages(ticket))[0].id
    return kind(ticket=ticket, **named)
