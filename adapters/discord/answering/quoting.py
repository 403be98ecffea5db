"""A message that somebody wrote anywhere on Discord, taken into a ticket: into a new one's form, or as a quote."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import discord

from adapters.chat.downloads import Downloads, Kept
from adapters.chat.quoting import MessageGone, NothingSaid, filled, quotation
from adapters.discord.answering.conversation import Payload
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.hearing.messages import attachments_of, text_of
from adapters.discord.words import fit
from adapters.discord.words.render import message, select
from core.actions import Press, UnknownAction, encode_press
from core.cards.card import Card, Reader
from core.commands import Actor
from core.errors import N_, Clash
from core.frontdesk import FrontDesk
from core.model.ids import TicketId, parse_ref
from core.model.thread import MessageKind
from core.ports import Retry
from core.storage import Store
from core.text import Text

_MOST = 4_000
"""Characters of a form's field (https://discord.com/developers/docs/components/reference#text-input)."""
MENU = re.compile(r"q\.([0-9]{1,20})\.([0-9]{1,20})", re.ASCII)
"""The custom id of the menu: the message's channel, and the message."""


class NotNow(Clash):
    template = N_("Discord does not hand that message over at the moment. Please try again in a minute.")


def prefilled(said: discord.Message, reader: Reader) -> tuple[str, Mapping[str, str]]:
    """The button's action that opens the form, and what it is filled with: the first line as the title, all of it as
    the description."""
    source = reader.gettext("From {link}").format(link=said.jump_url)
    return encode_press(Press("ticket", "open")), filled(said.content, source, fit.clip, _MOST)


class Quoting:
    def __init__(self, desk: FrontDesk, rest: Rest, downloads: Downloads, store: Store) -> None:
        self._desk = desk
        self._rest = rest
        self._downloads = downloads
        self._store = store

    async def which_ticket(self, said: discord.Message, actor: Actor, reader: Reader) -> Payload:
        """A menu of the tickets that ``said`` may be added to."""
        _ = reader.gettext
        found = await self._desk.tickets_for(actor)
        if not found:
            words = _("You have no open ticket to add this to. /ticket open starts one, or “{menu}” in the same menu.")
            menu = _("Open a ticket from this")
            return message(Card(title=_("Add to ticket"), body=Text.of(words.format(menu=menu))))
        asking = message(Card(title=_("Add to ticket"), body=Text.of(_("It is quoted there as your reply."))))
        options = [(choice.value, choice.label, "") for choice in found]
        menu_row = select(f"q.{said.channel.id}.{said.id}", _("To which ticket?"), options)
        return {**asking, "components": [menu_row]}

    async def quote(
        self, interaction: discord.Interaction[Any], custom_id: str, chosen: str, actor: Actor, reader: Reader
    ) -> tuple[TicketId, Sequence[str]]:
        """Post the message that the menu ``custom_id`` was about into the ticket ``chosen``; which one that is, and a
        sentence for each file that could not be kept. Raises Refusals."""
        ticket, found = parse_ref(chosen), MENU.fullmatch(custom_id)
        if ticket is None or found is None:
            raise UnknownAction
        if int(found[1]) != interaction.channel_id:
            raise MessageGone  # the bot reads more than whoever asks: only from where they stand is anything quoted
        said = await self._message(interaction, int(found[1]), int(found[2]))
        kept = Kept()
        await self._downloads.keep(attachments_of(said), actor, kept)
        lost = tuple(kept.lost.values())
        words = await text_of(said, self._store, lost)
        if not words and not kept.files:
            raise NothingSaid
        url = f"https://discord.com/channels/{interaction.guild_id or '@me'}/{said.channel.id}/{said.id}"
        quoted = quotation(url, said.author.display_name, words, reader)
        await self._desk.say(ticket, MessageKind.REPLY, quoted, tuple(kept.files.values()), actor)
        return ticket, lost

    async def _message(self, interaction: discord.Interaction[Any], channel: int, number: int) -> discord.Message:
        try:
            found = await self._rest.call("GET", f"/channels/{channel}/messages/{number}")
        except Refused:
            raise MessageGone from None
        except Retry:
            raise NotNow from None
        place = interaction.client.get_partial_messageable(channel, guild_id=interaction.guild_id)
        # By our own client and not ``fetch_message``, which would wait out a rate limit while somebody waits here.
        return discord.Message(state=interaction._state, channel=place, data=found)
