"""Modals: what is sent, what changes in one before it is sent, and what is pressed beside it.

Slack waits three seconds for what becomes of a modal: it closes, or shows something else. What takes longer than a
moment is shown as being under way, and its end after.
https://docs.slack.dev/surfaces/modals#updating_views
"""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.chat.answers import fault_card
from adapters.chat.downloads import Kept
from adapters.chat.quoting import MessageGone, quoted_card
from adapters.slack.answering.answers import draft_of, filled, opener_of
from adapters.slack.answering.asked import Asked, Payload, of_submit
from adapters.slack.answering.conversation import TITLE, Conversation
from adapters.slack.answering.counter import Counter
from adapters.slack.answering.home import Home
from adapters.slack.answering.quoting import Quoting
from adapters.slack.answering.shortcuts import TICKET
from adapters.slack.answering.similar import Similar
from adapters.slack.api.client import Refused
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.manifest import Shortcut
from adapters.slack.words.modal import values_of
from core.actions import Press, UnknownAction, decode, encode_press
from core.cards.card import Card, Form
from core.commands import Actor
from core.errors import Refusal
from core.model.draft import SHOWN, SIMILAR
from core.model.ids import FileId, PersonId, parse_ref
from core.ports import Retry, Unknown
from core.vocabulary import Reply

log = structlog.get_logger(__name__)

_BUSY = 8
"""Modals being sent, past which none is waited for."""
_REMEMBERED = 1_000
_SETTLED = 0.5
"""Seconds after which Slack certainly shows what the acknowledgement said, so that a later view is not taken for an
earlier one."""


@dataclass(frozen=True, slots=True)
class _Taken:
    """What became of a modal: a form to be mended or gone on with, or an answer."""

    form: Form | None = None
    reply: Reply | None = None
    asker: PersonId | None = None
    opens: bool = False
    lost: Sequence[str] = ()
    card: Card | None = None
    """Where the answer is none of the desk's."""
    before: Card | None = None
    """What is similar, to be read before it is opened: its first button opens it all the same."""


class Modals:
    def __init__(self, counter: Counter, home: Home, quoting: Quoting, attachments: Attachments) -> None:
        self._counter = counter
        self._home = home
        self._quoting = quoting
        self._attachments = attachments
        self._similar = Similar(counter)
        self._taking: set[asyncio.Task[_Taken]] = set()
        self._changed: OrderedDict[str, float] = OrderedDict()
        """View -> when it was changed last before it was sent."""

    async def submit(self, body: Payload, ack: AsyncAck) -> None:
        """Never raises, once what was sent could be read."""
        asked = of_submit(body, self._counter.notes)
        await self._counter.answered(asked, lambda talk: self._submit(talk, asked, ack), acknowledged=False)

    async def change(self, talk: Conversation, asked: Asked, change: tuple[str, str], at: float) -> None:
        """The category: its questions take the place of the others; or the title. What is similar to both is shown
        beside them, and what was typed stays: Slack keeps what is in an input whose ids are the same.
        ``change``: the input's key, and what is in it now. ``at``: when it was changed, by Slack's clock."""
        talk.view_id = ""  # whatever is to be said of it, the form stays
        is_first = self._note_change(asked.view_id, at)
        values = {**values_of(asked.view)[0], change[0]: change[1]}
        found = await self._similar.to(values, asked)
        if is_first and change[0] == TITLE and not found and not asked.note.has_similar:
            return
        form = self._form(str(asked.view["callback_id"]), values, talk)
        if form is None:
            raise UnknownAction
        talk.note = replace(talk.note, has_similar=bool(found))
        made = talk.form_view(form, category=values.get("category", ""), below=self._similar.blocks(found, talk.reader))
        try:
            is_changed = await self._change(asked, made, hash=asked.view.get("hash"))
            if not is_changed and not is_first and self._changed.get(asked.view_id) == at:
                # By the change before this one, which came when that had not changed it yet.
                await self._change(asked, made)
        except (Retry, Unknown) as failed:
            # Then the questions are asked, and what is similar is shown, once it is sent.
            log.warning("slack_modal_not_changed", why=str(failed))
        await self._counter.expect(asked)

    def _note_change(self, view_id: str, at: float) -> bool:
        """Whether it is the first one there."""
        earlier = self._changed.get(view_id)
        self._changed[view_id] = max(at, earlier or at)
        if len(self._changed) > _REMEMBERED:
            self._changed.popitem(last=False)
        return earlier is None

    async def _change(self, asked: Asked, view: Mapping[str, Any], **unless_changed: Any) -> bool:
        """False where it is another one by now, or was sent or closed."""
        try:
            await self._counter.slack.call("views.update", {"view_id": asked.view_id, "view": view, **unless_changed})
        except Refused as refused:
            log.info("slack_modal_not_changed", why=str(refused))
            return False
        return True

    def is_beside_a_form(self, asked: Asked) -> bool:
        """Whether a button is one that the form of a new ticket shows, beside its inputs."""
        return asked.note.has_similar and bool(values_of(asked.view)[0])

    async def press(self, talk: Conversation, asked: Asked, action: str) -> None:
        """A button beside the form of a new ticket, in place of which it stands: what was typed goes into a draft, with
        which the button goes on. What is refused is said above the form."""
        actor = await self._counter.actor(asked)
        try:
            press, form = decode(action), str(asked.view["callback_id"])
            if not isinstance(press, Press):
                raise UnknownAction
            draft = await self._counter.desk.keep_draft(values_of(asked.view)[0], actor, draft_of(form))
            with_draft = encode_press(replace(press, arguments={**press.arguments, "draft": draft}))
            reply = await self._counter.desk.press(with_draft, actor)
        except Refusal as refusal:
            await self._show(talk, asked, await self._mended(talk, asked, refusal))
        else:
            talk.note = replace(talk.note, has_similar=False)
            await self._counter.answers.show(talk, reply, actor.person)

    async def _submit(self, talk: Conversation, asked: Asked, ack: AsyncAck) -> None:
        taking = asyncio.create_task(self._take(talk, asked), name="slack modal")
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        is_busy = len(self._taking) > _BUSY
        await asyncio.wait({taking}, timeout=0 if is_busy else self._counter.waits.submit)
        taken = taking.result() if taking.done() else None
        if taken is not None and taken.form is not None:
            await ack(response_action="update", view=dict(talk.form_view(taken.form)))
        elif taken is not None and taken.before is not None:
            view = talk.confirm_view(taken.before, taken.before.buttons[0])
            await ack(response_action="update", view=dict(view))
        elif taken is not None and talk.note.channel:
            await ack()
            talk.view_id = ""
            await self._show(talk, asked, taken)
        else:
            await ack(response_action="update", view=dict(talk.waiting_view()))
            await asyncio.sleep(_SETTLED)
            await self._show(talk, asked, await taking)
        if talk.note.is_home:
            await self._home.publish(talk.note.user)

    async def _show(self, talk: Conversation, asked: Asked, taken: _Taken) -> None:
        if taken.form is not None:
            await self._counter.answers.ask(talk, taken.form)
            return
        if taken.before is not None:
            await self._counter.answers.confirm(talk, taken.before)
            return
        card = taken.card
        if taken.reply is not None:
            here = await self._counter.here(asked) if not talk.view_id else None
            card = await self._counter.answers.card(
                talk, taken.reply, taken.asker, here=here, opens=taken.opens, lost=taken.lost
            )
        if card is not None:
            await talk.tell(card)

    async def _take(self, talk: Conversation, asked: Asked) -> _Taken:
        """Do what was sent. Never raises: what cannot be done is said above the form, with all that was typed in it."""
        try:
            await self._counter.turns.answering()
            actor = await self._counter.actor(asked)
            if asked.view["callback_id"] == Shortcut.ADD_TO_TICKET:
                return await self._quote(talk, asked, actor)
            return await self._do(talk, asked, actor)
        except Refusal as refusal:
            return await self._mended(talk, asked, refusal)
        except Exception as fault:  # noqa: BLE001 - the edge; why_not writes it into the log
            return await self._mended(talk, asked, await self._counter.why_not(fault))

    async def _do(self, talk: Conversation, asked: Asked, actor: Actor) -> _Taken:
        action, (values, attached) = str(asked.view["callback_id"]), values_of(asked.view)
        found, kept = await self._attachments.of({"files": attached}), Kept()
        await self._counter.downloads.keep(found.attachments, actor, kept)
        lost = (*kept.lost.values(), *found.elsewhere)
        files: tuple[FileId, ...] = tuple(kept.files.values()) or asked.note.files
        talk.note = replace(talk.note, files=files)
        if isinstance(decode(action), Press):
            reply = await self._counter.desk.press(action, actor)
        else:
            known = {SIMILAR: SHOWN} if asked.note.has_similar else {}
            # None leaves those that came before: a form that is shown again cannot show them.
            reply = await self._counter.desk.submit(action, {**values, **known}, files or None, actor)
        if reply.suggestions and reply.card is not None:
            return _Taken(before=reply.card)
        if reply.form is not None:
            form = self._counter.spoken.form(filled(reply.form, values))
            return _Taken(form=replace(form, problem="\n".join(filter(None, (*lost, form.problem)))))
        return _Taken(reply=reply, asker=actor.person, opens=self._counter.opens(action), lost=lost)

    async def _quote(self, talk: Conversation, asked: Asked, actor: Actor) -> _Taken:
        ticket = parse_ref(values_of(asked.view)[0].get(TICKET, ""))
        if ticket is None:
            raise UnknownAction
        if asked.note.said is None:
            raise MessageGone
        lost = await self._quoting.quote(asked.note.said, ticket, actor, talk.reader)
        ways = await self._counter.rooms.ways([ticket], actor.person) if actor.person is not None else {}
        return _Taken(card=quoted_card(ticket, ways.get(ticket), lost, talk.reader))

    async def _mended(self, talk: Conversation, asked: Asked, refusal: Refusal | None) -> _Taken:
        """``refusal``: None for a fault of ours."""
        answers, reader = self._counter.answers, talk.reader
        action, (values, _) = str(asked.view["callback_id"]), values_of(asked.view)
        try:
            form = self._form(action, {**await self._drafted(asked, action), **values}, talk)
        except UnknownAction:
            form = None
        if form is None:
            return _Taken(card=fault_card(reader) if refusal is None else answers.refused(refusal, reader))
        return _Taken(form=replace(form, problem=answers.problem(refusal, reader)))

    async def _drafted(self, asked: Asked, action: str) -> Mapping[str, str]:
        """What the draft of a form holds that is not in it."""
        draft = draft_of(action)
        if draft is None:
            return {}
        return await self._counter.drafted(asked, draft)

    def _form(self, action: str, values: Mapping[str, str], talk: Conversation) -> Form | None:
        """The form that is sent by ``action``, filled. Raises UnknownAction."""
        form = self._counter.desk.form_at(opener_of(action), talk.reader, values)
        return None if form is None else filled(form, values)
