"""/ticket transcript: all that was said in a ticket, to take along."""

from urllib.parse import urlsplit

from bot.commands.declaration import REF, about, command, who_asks
from bot.commands.room import Room
from core.cards.transcript import transcript_card
from core.errors import N_
from core.hosts import is_loopback
from core.policy import Action, require
from core.transcript import LINK_LIFE, Format, link_of, page_of
from core.vocabulary import Call, Reply


@command(
    "ticket",
    "transcript",
    REF,
    help=N_("All that was said in a ticket, as a page to keep or as data"),
    action=Action.TRANSCRIPT,
)
async def transcript(call: Call, room: Room) -> Reply:
    """The way to it, which is good by itself on a platform, where people need not be signed in at the desk."""
    asker, now = who_asks(call), room.clock.now()
    ticket = await room.reading.ticket(about(call), call.actor)
    require(Action.TRANSCRIPT, asker, ticket, room.desk, now)
    signer = room.signer if call.actor.door.keeps_copies else None
    page, data = (
        page_of(ticket, form, room.desk)
        if signer is None
        else link_of(ticket.id, asker.id, form, room.desk, signer, now)
        for form in (Format.HTML, Format.JSON)
    )
    is_near = call.actor.door.keeps_copies and is_loopback(urlsplit(room.desk.public_url).hostname or "")
    minutes = None if signer is None else int(LINK_LIFE.total_seconds() // 60)
    return Reply(card=transcript_card(ticket.ref, page, data, room.reader(call), minutes=minutes, is_near=is_near))


COMMANDS = (transcript,)
