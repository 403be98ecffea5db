"""Plain questions in direct messages to the bot: what ``/ask`` answers, without a command.

They are heard while the bot is connected. What is asked while the desk is away is not answered later: whoever asks sees
at once that there is no answer, and a late one would be of use to few.
"""

import discord
import structlog

from adapters.chat.answers import fault_card, refusal_card
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.people import People
from adapters.discord.words.render import message
from core.cards.card import Card, Reader
from core.commands import Actor
from core.errors import Refusal, Unavailable
from core.frontdesk import FrontDesk
from core.model.ids import PersonId
from core.model.people import Platform
from core.vocabulary import SlashCommand

log = structlog.get_logger(__name__)


class Questions:
    def __init__(self, desk: FrontDesk, rest: Rest, people: People) -> None:
        self._desk = desk
        self._rest = rest
        self._people = people

    async def answer(self, asked: discord.Message) -> None:
        """Told again after a failure, it is answered once. Raises Retry, Unknown, Unavailable."""
        command = self._desk.vocabulary.find("ask", "")
        if command is None or not asked.content.strip():
            return
        person = await self._people.person(asked.author)
        try:
            card = await self._answer(command, asked, person)
        except Unavailable:
            raise
        except Refusal as refusal:
            card = refusal_card(refusal, await self._reader(person))
        await self._say(asked, card)

    async def apologise(self, asked: discord.Message) -> None:
        """For a fault of ours, which the log has."""
        person = await self._people.person(asked.author)
        await self._say(asked, fault_card(await self._reader(person)))

    async def _answer(self, command: SlashCommand, asked: discord.Message, person: PersonId) -> Card:
        actor = Actor(person=person, door=Platform.DISCORD, inbound=f"message:{asked.id}")
        reply = await self._desk.run(command, {"question": asked.content}, actor)
        if reply.card is None:
            raise ValueError("a question was answered without a card")
        return reply.card

    async def _reader(self, person: PersonId) -> Reader:
        known = await self._desk.person(person)
        return self._desk.reader(known.language if known is not None else "en")

    async def _say(self, asked: discord.Message, card: Card) -> None:
        """The nonce makes one of it, however often it is sent."""
        once = {"nonce": f"ask-{asked.id}", "enforce_nonce": True}
        try:
            await self._rest.call("POST", f"/channels/{asked.channel.id}/messages", json={**message(card), **once})
        except Refused as refused:
            log.warning("discord_question_not_answered", message=asked.id, why=str(refused))
