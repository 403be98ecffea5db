"""What the desk answers, as one who asked on Discord reads it; and the few words that only this door has to say."""

from collections.abc import Sequence
from dataclasses import replace

import structlog

from adapters.chat.answers import is_told_here, leading, with_lines, without_details
from adapters.chat.ways import tickets_in
from adapters.discord.answering.conversation import Conversation
from adapters.discord.api.rest import Refused, Rest
from adapters.discord.rooms import Rooms
from adapters.discord.words.render import message
from core.actions import Press, decode, encode_press
from core.cards.card import Button, ButtonStyle, Card, Form, InputKind, Reader, Tone
from core.model.ids import PersonId, TicketId
from core.ports import Retry, Unknown
from core.text import CodeBlock, Text
from core.vocabulary import Reply

log = structlog.get_logger(__name__)

_TYPED = 1_500
"""Characters of what was typed that are given back, where a form was refused."""


class Answers:
    """``link_within``: seconds that an answer waits for the thread of a ticket just opened, to lead there."""

    def __init__(self, rest: Rest, rooms: Rooms, *, link_within: float) -> None:
        self._rest = rest
        self._link_within = link_within
        self._rooms = rooms

    async def show(
        self,
        talk: Conversation,
        reply: Reply,
        asker: PersonId | None,
        *,
        here: TicketId | None = None,
        opens: bool = False,
        lost: Sequence[str] = (),
    ) -> None:
        """``here``: the ticket in whose thread it was asked. ``opens``: the command opens a ticket, so that the answer
        leads to its thread as soon as there is one. ``lost``: a sentence for each file that could not be kept. Raises
        Late, Refused, Retry, Unknown."""
        card = reply.card if reply.form is None else form_card(reply.form, talk.reader)
        if reply.shared is not None:
            card = await self._share(talk, reply.shared) or card
        card = with_lines(card or Card(title=talk.reader.gettext("Done")), lost)
        if reply.form is None:
            card = await self._fitting(card, reply.ticket, asker, here)
        await talk.tell(message(card))
        if opens and reply.ticket is not None and reply.form is None:
            await self._lead(talk, card, reply.ticket)

    async def _fitting(
        self, card: Card, ticket: TicketId | None, asker: PersonId | None, here: TicketId | None
    ) -> Card:
        """Leading to threads, and in a ticket's own thread without what its pinned card says."""
        if is_told_here(card, ticket, here):
            return without_details(card)
        tickets = tickets_in(card) | ({ticket} if ticket is not None else set())
        if asker is None or not tickets:
            return card
        return leading(card, ticket, await self._rooms.ways(tickets, asker))

    async def _lead(self, talk: Conversation, card: Card, ticket: TicketId) -> None:
        url = await self._rooms.link(ticket, self._link_within)
        if url is not None:
            there = Button(label=talk.reader.gettext("Go to its thread"), url=url, style=ButtonStyle.PRIMARY)
            await talk.tell(message(replace(card, buttons=(there, *card.buttons))))

    async def _share(self, talk: Conversation, card: Card) -> Card | None:
        """Post ``card`` for everybody where it was asked for; a card that says why that was not done."""
        _ = talk.reader.gettext
        at = talk.interaction
        # The same nonce within a few minutes makes no second message: whoever asks again after a doubt loses nothing.
        once = {"nonce": str(at.id), "enforce_nonce": True, "allowed_mentions": {"parse": []}}
        try:
            await self._rest.call("POST", f"/channels/{at.channel_id}/messages", json={**message(card), **once})
        except Refused as refused:
            log.warning("discord_not_shared", channel=at.channel_id, why=str(refused))
            why = _(
                "The bot may not write here. In this channel's settings, under Permissions, allow it View Channel, "
                "Send Messages and Embed Links; then use the command again."
            )
        except Retry:
            why = _("Discord takes no more messages at the moment. Please try again in a minute.")
        except Unknown:
            why = _("Discord did not say whether it was posted. If it does not appear, use the command again.")
        else:
            return None
        return Card(title=_("That was not posted"), body=Text.of(why), tone=Tone.WARNING)


def form_card(form: Form, reader: Reader) -> Card:
    """A form where Discord lets none be opened: with a button that opens it. What was typed is given back, unless a
    draft keeps it."""
    lines = Text.of(form.problem or form.intro).blocks
    return Card(
        title=form.title,
        body=Text((*lines, *(() if _keeps(form) else _typed(form)))),
        tone=Tone.WARNING if form.problem else Tone.PLAIN,
        buttons=_openers(form, reader),
    )


def _openers(form: Form, reader: Reader) -> tuple[Button, ...]:
    _ = reader.gettext
    label = _("Correct it") if form.problem else _("Answer the questions") if _is_of_category(form) else form.title
    again = Button(label=label, action=form.again, style=ButtonStyle.PRIMARY)
    found = [again] if form.again else []
    answers = _answers_of(form) if form.problem else ""
    if answers:
        found.append(Button(label=_("Correct the answers"), action=answers))
    if form.skip:
        found.append(Button(label=_("Open it without"), action=form.skip))
    return tuple(found)


def _is_of_category(form: Form) -> bool:
    return all(entry.when is not None for entry in form.inputs)


def _answers_of(form: Form) -> str:
    """What opens the questions of the category that was chosen: Discord shows them in a form of their own."""
    category = next((entry.value for entry in form.inputs if entry.key == "category"), "")
    asked = any(entry.when is not None and entry.when.value == category for entry in form.inputs)
    press = decode(form.again) if form.again else None
    if not (category and asked and isinstance(press, Press)):
        return ""
    return encode_press(replace(press, arguments={**press.arguments, "category": category}))


def _keeps(form: Form) -> bool:
    press = decode(form.again) if form.again else None
    return isinstance(press, Press) and bool(press.arguments.get("draft"))


def _typed(form: Form) -> tuple[CodeBlock, ...]:
    """Words alone: a choice is made again in no time."""
    written = (entry for entry in form.inputs if entry.kind in (InputKind.LINE, InputKind.PARAGRAPH))
    return tuple(CodeBlock(entry.value[:_TYPED]) for entry in written if entry.value.strip())
