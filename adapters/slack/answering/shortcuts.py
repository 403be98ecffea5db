"""Shortcuts: of the whole workspace, and of a message's menu (https://docs.slack.dev/interactivity/implementing-shortcuts).

A trigger opens a modal for three seconds. So one that needs to ask the database opens first, and is filled after.
"""

from collections.abc import Mapping
from dataclasses import replace

from adapters.slack.answering.asked import Asked
from adapters.slack.answering.conversation import Conversation, Late
from adapters.slack.answering.counter import Counter
from adapters.slack.answering.notes import Said
from adapters.slack.answering.quoting import Quoting
from adapters.slack.manifest import Shortcut
from adapters.slack.spot import Spot
from core.actions import Press, UnknownAction, encode_press
from core.cards.card import Card, Choice, Form, Input, InputKind, Reader
from core.errors import N_, Clash
from core.text import Text

TICKET = "ticket"
"""The key of the menu in which a ticket is chosen."""
_OPEN = encode_press(Press("ticket", "open"))


class TooSlow(Clash):
    template = N_("Slack gave up waiting for the desk. Please try that once more.")


class Shortcuts:
    def __init__(self, counter: Counter, quoting: Quoting) -> None:
        self._counter = counter
        self._quoting = quoting

    async def take(self, talk: Conversation, asked: Asked, which: str) -> None:
        """Raises Refusals, Refused, Retry, Unknown."""
        match which:
            case Shortcut.OPEN_TICKET:
                await self.open(talk, {})
            case Shortcut.OPEN_FROM_MESSAGE:
                await self._open_from(talk, asked)
            case Shortcut.ADD_TO_TICKET:
                await self._add_to_ticket(talk, asked)
            case Shortcut.TICKET_ACTIONS:
                await self._ticket_actions(talk, asked)
            case _:
                raise UnknownAction

    async def open(self, talk: Conversation, values: Mapping[str, str]) -> None:
        """The form of a new ticket."""
        form = self._counter.desk.form_at(_OPEN, talk.reader, values)
        if form is None:
            raise UnknownAction
        await self._counter.answers.ask(talk, form)

    async def _open_from(self, talk: Conversation, asked: Asked) -> None:
        said = self._said(asked)
        message = {**asked.message, "channel": said.channel}
        link = self._quoting.link_to(Spot(said.channel, said.ts), said.thread_ts)
        filling = self._quoting.filled(message, talk.reader, link=link)
        await self.open(talk, await self._counter.patience.within(self._counter.waits.form, filling, {}))

    async def _add_to_ticket(self, talk: Conversation, asked: Asked) -> None:
        await _begin(talk)
        actor = await self._counter.actor(asked)
        found = await self._counter.desk.tickets_for(actor)
        if not found:
            await talk.tell(self._nothing_open(talk.reader))
            return
        talk.note = replace(talk.note, said=self._said(asked))
        await talk.ask(_which([Choice(one.value, one.label) for one in found], talk.reader))

    async def _ticket_actions(self, talk: Conversation, asked: Asked) -> None:
        await _begin(talk)
        actor, here = await self._counter.actor(asked), await self._counter.here(asked)
        if here is None:
            await talk.tell(_no_ticket_here(talk.reader))
            return
        reply = await self._counter.desk.press(encode_press(Press("ticket", "show", here)), actor)
        await self._counter.answers.show(talk, reply, actor.person)

    def _said(self, asked: Asked) -> Said:
        message = asked.message
        return Said(
            channel=asked.note.channel,
            ts=str(message["ts"]),
            thread_ts=str(message.get("thread_ts") or ""),
            author=str(message.get("user") or ""),
            words=str(message.get("text") or ""),
        )

    def _nothing_open(self, reader: Reader) -> Card:
        words = reader.gettext("You have no open ticket to add this to. {command} open starts one.")
        return Card(
            title=reader.gettext("Add to a ticket"), body=Text.of(words.format(command=self._counter.config.command))
        )


def _which(choices: list[Choice], reader: Reader) -> Form:
    _ = reader.gettext
    return Form(
        action=Shortcut.ADD_TO_TICKET.value,
        title=_("Add to a ticket"),
        submit=_("Add"),
        intro=_("It is quoted there as your reply."),
        inputs=(
            Input(
                key=TICKET, label=_("To which ticket?"), kind=InputKind.CHOICE, required=True, choices=tuple(choices)
            ),
        ),
    )


def _no_ticket_here(reader: Reader) -> Card:
    _ = reader.gettext
    words = _("This message is in no ticket's thread. Use it on a message of one, or look at your tickets.")
    return Card(title=_("No ticket here"), body=Text.of(words))


async def _begin(talk: Conversation) -> None:
    """Raises TooSlow."""
    try:
        await talk.wait()
    except Late:
        raise TooSlow from None
