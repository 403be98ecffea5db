"""What people write for the app itself: a command behind a mention of it, or words outside of any ticket's thread.

No modal opens from a message, since only what is pressed brings a trigger: a button does it.
"""

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace

import structlog

from adapters.chat.ways import led
from adapters.slack.answering.asked import Asked, Payload
from adapters.slack.answering.commands import Commands
from adapters.slack.answering.conversation import Conversation
from adapters.slack.answering.counter import Counter
from adapters.slack.answering.notes import Note
from adapters.slack.answering.quoting import opening_from
from adapters.slack.groups import Groups
from adapters.slack.hearing.messages import line_for_app, root_of, words_of
from adapters.slack.words.cards import card_message
from core.actions import Press, UnknownAction, encode_press
from core.cards.card import Button, ButtonStyle, Card, Reader
from core.cards.ticket import ticket_list
from core.commands import Actor
from core.model.ids import TicketId
from core.model.thread import Thread
from core.ports import Unknown
from core.text import Text
from core.vocabulary import Summary, View

log = structlog.get_logger(__name__)

_REMEMBERED = 2_000
_LISTED = 10
_HELP = ""


class Mentions:
    """Fulfils ``hearing.inbound.Asked``."""

    def __init__(self, counter: Counter, commands: Commands, groups: Groups) -> None:
        self._counter = counter
        self._groups = groups
        self._commands = commands
        self._answered: OrderedDict[tuple[str, str], None] = OrderedDict()
        """Slack tells of one message in several ways."""

    async def __call__(self, event: Payload, line: str, thread: Thread | None) -> None:
        """Never raises."""
        channel, ts = str(event["channel"]), str(event["ts"])
        if (channel, ts) in self._answered:
            return
        self._answered[channel, ts] = None
        if len(self._answered) > _REMEMBERED:
            self._answered.popitem(last=False)
        root = root_of(event)
        note = Note(
            user=str(event["user"]), channel=channel, thread_ts=root if thread is not None or root != ts else ""
        )
        asked = Asked(note=note, inbound=f"message:{channel}:{ts}", root=(channel, root))
        await self._counter.answered(asked, lambda talk: self._answer(talk, asked, event, line, thread))

    async def _answer(self, talk: Conversation, asked: Asked, event: Payload, line: str, thread: Thread | None) -> None:
        if line:
            context = None if thread is None else thread.ticket
            await self._commands.run(talk, asked, line, context, again=opening_from(str(event["ts"])))
        elif thread is not None:
            await self._what_can_be_done(talk, asked, thread)
        elif await self._is_mention(event):
            await self._commands.run(talk, asked, _HELP)
        elif question := await self._question(event):
            await self._ask(talk, asked, event, question)
        else:
            await self._offer(talk, asked, event)

    async def _is_mention(self, event: Payload) -> bool:
        return line_for_app(event, (await self._counter.slack.workspace()).bot_user) is not None

    async def _what_can_be_done(self, talk: Conversation, asked: Asked, thread: Thread) -> None:
        """The ticket's card, with what this person may press."""
        actor = await self._counter.actor(asked)
        reply = await self._counter.desk.press(encode_press(Press("ticket", "show", thread.ticket)), actor)
        await self._counter.answers.show(talk, reply, actor.person)

    async def _question(self, event: Payload) -> str:
        """What words in no ticket's thread ask; "" where the desk answers none, or files are to go with them."""
        if event.get("files") or not self._counter.desk.desk.similar.enabled:
            return ""
        return (await words_of(event, self._counter.people, self._groups)).plain().strip()

    async def _ask(self, talk: Conversation, asked: Asked, event: Payload, question: str) -> None:
        """As the command does, with where to write for those tickets that are open: the words may be meant for one."""
        counter = self._counter
        command = counter.desk.vocabulary.find("ask", "")
        if command is None:
            raise UnknownAction
        actor = await counter.actor(asked)
        reply = await counter.desk.run(command, {"question": question}, actor)
        card = await counter.answers.card(talk, reply, actor.person)
        mine, ways = await self._mine(actor)
        if mine:
            hint = talk.reader.gettext("If this belongs to a ticket of yours, write it in its thread:")
            body = Text((*card.body.blocks, *Text.of(hint).blocks))
            rows = led(self._listed(mine, talk.reader), ways).rows
            card = replace(card, body=body, rows=(*card.rows, *rows))
        await self._say_below(asked, event, card)

    async def _offer(self, talk: Conversation, asked: Asked, event: Payload) -> None:
        """To open a ticket with words that are in none, and where to write for those that are open."""
        mine, ways = await self._mine(await self._counter.actor(asked))
        await self._say_below(asked, event, led(self._offered(mine, str(event["ts"]), talk.reader), ways))

    async def _mine(self, actor: Actor) -> tuple[list[Summary], Mapping[TicketId, str]]:
        """The actor's live tickets, and the ways to their threads."""
        counter = self._counter
        found = [one for one in await counter.desk.list(View.MINE, actor) if one.ticket.status.is_live][:_LISTED]
        tickets = [one.ticket.id for one in found]
        return found, await counter.rooms.ways(tickets, actor.person) if actor.person is not None else {}

    async def _say_below(self, asked: Asked, event: Payload, card: Card) -> None:
        """It stays there, for whenever it is read."""
        counter = self._counter
        said = {"channel": asked.note.channel, "thread_ts": root_of(event), **card_message(card)}
        try:
            await counter.slack.call("chat.postMessage", {**said, "unfurl_links": False, "unfurl_media": False})
        except Unknown as unsure:
            # It stays there, so it is not said twice.
            log.warning("slack_offer_unsure", why=str(unsure))

    def _offered(self, found: list[Summary], ts: str, reader: Reader) -> Card:
        _ = reader.gettext
        words = (
            _("These words are in no ticket yet. Write in the thread of one of yours, or open a new one with them.")
            if found
            else _("These words are in no ticket yet. Press the button, and they become one.")
        )
        opening = Button(label=_("Open a ticket with these words"), action=opening_from(ts), style=ButtonStyle.PRIMARY)
        return Card(
            title=_("Shall this become a ticket?"),
            body=Text.of(words),
            rows=self._listed(found, reader).rows,
            buttons=(opening,),
        )

    def _listed(self, found: list[Summary], reader: Reader) -> Card:
        names = {one.ticket.assignee: one.assignee or "?" for one in found if one.ticket.assignee is not None}
        return ticket_list("", [one.ticket for one in found], names, self._counter.desk.desk, reader)
