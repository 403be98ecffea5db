"""What the desk answers, as one who asked on Slack reads it; and the few words that only this door has to say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import structlog

from adapters.chat.answers import (
    fault_words,
    is_told_here,
    leading,
    refusal_card,
    with_lines,
    without_details,
)
from adapters.chat.ways import tickets_in
from adapters.slack.answering.conversation import Conversation, Late
from adapters.slack.answering.lines import Spoken
from adapters.slack.api.client import Refused, Slack
from adapters.slack.rooms import Rooms
from adapters.slack.words.cards import card_message
from core.actions import Press, Submit, decode, encode_press
from core.cards.card import Button, ButtonStyle, Card, Form, InputKind, Reader, Tone
from core.errors import Refusal
from core.model.ids import DraftId, PersonId, TicketId
from core.ports import Retry, Unknown
from core.text import CodeBlock, Text
from core.vocabulary import Reply

log = structlog.get_logger(__name__)

_TYPED = 1_000
"""Characters of each thing typed that are given back, where a form cannot be shown again."""


class Answers:
    """``link_within``: seconds that an answer waits for the thread of a ticket just opened, to lead there."""

    def __init__(self, slack: Slack, rooms: Rooms, spoken: Spoken, *, link_within: float) -> None:
        self._slack = slack
        self._rooms = rooms
        self._spoken = spoken
        self._link_within = link_within

    async def show(
        self,
        talk: Conversation,
        reply: Reply,
        asker: PersonId | None,
        *,
        here: TicketId | None = None,
        opens: bool = False,
    ) -> None:
        """``here``: the ticket in whose thread it was asked. ``opens``: the command opens a ticket, so that the answer
        leads to its thread. Raises Refused, Retry, Unknown."""
        if reply.form is not None:
            await self.ask(talk, reply.form)
        else:
            await talk.tell(await self.card(talk, reply, asker, here=here, opens=opens))

    async def ask(self, talk: Conversation, form: Form, *, category: str | None = None) -> None:
        """A form in a modal; where none can be opened any more, a button that opens it."""
        form = self._spoken.form(form)
        try:
            await talk.ask(form, category=category)
        except Late as late:
            log.warning("slack_form_late", why=str(late))
            await talk.tell(form_card(form, talk.reader))

    async def confirm(self, talk: Conversation, card: Card) -> None:
        """A card in a modal that is sent by the card's first button; where none can be shown any more, with all its
        buttons. Raises Refused, Retry, Unknown."""
        try:
            await talk.confirm(card, card.buttons[0])
        except Late as late:
            log.warning("slack_card_late", why=str(late))
            await talk.tell(card)

    async def card(
        self,
        talk: Conversation,
        reply: Reply,
        asker: PersonId | None,
        *,
        here: TicketId | None = None,
        opens: bool = False,
        lost: Sequence[str] = (),
    ) -> Card:
        """The card of an answer that is no form. ``lost``: a sentence for each file that could not be kept."""
        card = reply.card
        if reply.shared is not None:
            card = await self._share(talk, reply.shared) or card
        card = with_lines(self._spoken.card(card or Card(title=talk.reader.gettext("Done"))), lost)
        if opens and reply.ticket is not None and asker is not None:
            return await self._led(card, reply.ticket, asker, talk.reader)
        return await self._fitting(card, reply.ticket, asker, here)

    def refused(self, refusal: Refusal, reader: Reader) -> Card:
        return refusal_card(refusal, reader, self._spoken.gettext(refusal, reader))

    def problem(self, refusal: Refusal | None, reader: Reader) -> str:
        """What stands above a form that could not be taken; None: for a fault of ours."""
        return fault_words(reader) if refusal is None else refusal.sentence(self._spoken.gettext(refusal, reader))

    async def _fitting(
        self, card: Card, ticket: TicketId | None, asker: PersonId | None, here: TicketId | None
    ) -> Card:
        """Leading to threads, and in a ticket's own thread without what its card says."""
        if is_told_here(card, ticket, here):
            return without_details(card)
        tickets = tickets_in(card) | ({ticket} if ticket is not None else set())
        if asker is None or not tickets:
            return card
        return leading(card, ticket, await self._rooms.ways(tickets, asker))

    async def _led(self, card: Card, ticket: TicketId, asker: PersonId, reader: Reader) -> Card:
        url = await self._rooms.link(ticket, asker, self._link_within)
        if url is None:
            return card
        there = Button(label=reader.gettext("Go to its thread"), url=url, style=ButtonStyle.PRIMARY)
        return replace(leading(card, ticket, {ticket: url}), buttons=(there, *card.buttons))

    async def _share(self, talk: Conversation, card: Card) -> Card | None:
        """Post ``card`` for everybody where it was asked for; a card that says why that was not done."""
        _ = talk.reader.gettext
        quiet = {"unfurl_links": False, "unfurl_media": False}
        try:
            await self._slack.call("chat.postMessage", {"channel": talk.note.channel, **quiet, **card_message(card)})
        except Refused as refused:
            log.warning("slack_not_shared", channel=talk.note.channel, why=str(refused))
            why = _(
                "The app may not write here. Type /invite and its name in this channel; then use the command again."
            )
        except Retry:
            why = _("Slack takes no more messages at the moment. Please try again in a minute.")
        except Unknown:
            why = _("Slack did not say whether it was posted. If it does not appear, use the command again.")
        else:
            return None
        return Card(title=_("That was not posted"), body=Text.of(why), tone=Tone.WARNING)


def form_card(form: Form, reader: Reader) -> Card:
    """A form where Slack lets none be opened: with a button that opens it. What was typed is given back, unless a draft
    keeps it."""
    _ = reader.gettext
    label = _("Correct it") if form.problem else form.title
    found = [Button(label=label, action=opener(form), style=ButtonStyle.PRIMARY)]
    if form.skip:
        found.append(Button(label=_("Open it without"), action=form.skip))
    lines = Text.of(form.problem or form.intro).blocks
    return Card(
        title=form.title,
        body=Text((*lines, *(() if draft_of(form.action) else _typed(form)))),
        tone=Tone.WARNING if form.problem else Tone.PLAIN,
        buttons=tuple(found),
    )


def opener(form: Form) -> str:
    """What a button does that opens the form."""
    return form.again or opener_of(form.action)


def opener_of(action: str) -> str:
    """What a button does that opens the form which is sent by ``action``. Raises UnknownAction."""
    sent, draft = decode(action), draft_of(action)
    return encode_press(Press(sent.noun, sent.verb, sent.ticket, {"draft": draft} if draft else {}))


def draft_of(action: str) -> DraftId | None:
    """The draft that a form fills which is sent by ``action``, or that a button goes on with. Raises UnknownAction."""
    done = decode(action)
    if isinstance(done, Submit):
        return done.draft
    draft = done.arguments.get("draft")
    return DraftId(draft) if draft else None


def filled(form: Form, values: Mapping[str, str]) -> Form:
    """The form with what was typed in it."""
    inputs = tuple(replace(entry, value=values.get(entry.key, entry.value)) for entry in form.inputs)
    return replace(form, inputs=inputs)


def _typed(form: Form) -> tuple[CodeBlock, ...]:
    """Words alone: a choice is made again in no time."""
    written = (entry for entry in form.inputs if entry.kind in (InputKind.LINE, InputKind.PARAGRAPH))
    return tuple(CodeBlock(entry.value[:_TYPED]) for entry in written if entry.value.strip())
