"""One interaction being answered, once it is acknowledged: by a modal, which must open within three seconds, or by a
message that only the one who asked sees.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import structlog

from adapters.slack.answering.insisting import SOON, Sleep, Way, insist
from adapters.slack.answering.notes import Note, Notes
from adapters.slack.answering.responding import respond
from adapters.slack.api.client import Refused, Slack
from adapters.slack.config import SlackConfig
from adapters.slack.words.cards import card_message
from adapters.slack.words.fit import Payload
from adapters.slack.words.modal import card_modal, modal, sending_modal, waiting
from core.cards.card import Button, Card, Form, Reader
from core.ports import Retry, Unknown

log = structlog.get_logger(__name__)

_OPENED = "exchanged_trigger_id"
"""It has opened a modal already."""
_LATE = frozenset({"expired_trigger_id", "invalid_trigger_id", _OPENED})
"""https://docs.slack.dev/reference/methods/views.open#errors"""
TITLE = "title"
"""The key of a ticket's title in its form."""
_COMPARED = frozenset({TITLE, "category", "description"})
"""What a form asks for, by whose title what is similar can be shown before it is sent."""


class Late(Exception):
    """A modal can no longer be opened."""


class Conversation:
    """``note``: where it was asked, which a modal opened here remembers. ``trigger``: opens one modal; "" where there
    is none. ``view_id``: the modal in which it was asked, and is answered. ``reader``: for whom the answer is made, as
    far as is known without asking anybody. ``watches``: whether Slack is to tell of a ticket's title before its form is
    sent."""

    def __init__(
        self,
        slack: Slack,
        config: SlackConfig,
        notes: Notes,
        note: Note,
        reader: Reader,
        *,
        trigger: str = "",
        view_id: str = "",
        watches: bool = False,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.note = note
        self.reader = reader
        self.view_id = view_id
        self._slack = slack
        self._config = config
        self._notes = notes
        self._trigger = trigger
        self._watches = watches
        self._sleep = sleep

    async def ask(self, form: Form, *, category: str | None = None) -> None:
        """Show a form in a modal: a new one, or the one in which this is asked. Raises Late, Refused."""
        await self._show(self.form_view(form, category=category))

    async def confirm(self, card: Card, button: Button) -> None:
        """Show a card in a modal that is sent by ``button``, one of its own. Raises Late, Refused."""
        await self._show(self.confirm_view(card, button))

    async def wait(self) -> None:
        """Open a modal that says that the answer is coming, and then has it. Raises Late, Refused."""
        if not self.view_id:
            await self._open(self.waiting_view())
        if not self.view_id:
            raise Late("a modal was opened, and nobody knows which")

    async def tell(self, card: Card) -> None:
        """Raises Refused, Retry, Unknown."""
        if self.view_id:
            try:
                await self._show(self.card_view(card))
            except Late as closed:
                log.info("slack_modal_closed", why=str(closed))
            else:
                return
        await self._tell(card_message(card))

    def form_view(self, form: Form, *, category: str | None = None, below: Sequence[Payload] = ()) -> Mapping[str, Any]:
        """``below``: blocks under the title of the ticket that the form opens."""
        is_compared = self._watches and {entry.key for entry in form.inputs} >= _COMPARED
        watched = TITLE if is_compared else ""
        return modal(form, metadata=self._notes.write(self.note), category=category, watched=watched, below=below)

    def confirm_view(self, card: Card, button: Button) -> Mapping[str, Any]:
        made = sending_modal(card, self._config.desk_name, button)
        return {**made, "private_metadata": self._notes.write(self.note)}

    def card_view(self, card: Card) -> Mapping[str, Any]:
        """The card as a modal, whose buttons are answered where this was asked."""
        return {**card_modal(card, self._config.desk_name), "private_metadata": self._notes.write(self.note)}

    def waiting_view(self) -> Mapping[str, Any]:
        return waiting(self._config.desk_name)

    async def _show(self, view: Mapping[str, Any]) -> None:
        if not self.view_id:
            await self._open(view)
            return
        changing = {"view_id": self.view_id, "view": view}
        try:
            await insist(lambda: self._slack.call("views.update", changing), sleep=self._sleep)
        except (Refused, Retry, Unknown) as failed:
            # Closed meanwhile, most likely: what is to be said is said outside of it.
            self.view_id = ""
            raise Late(str(failed)) from None

    async def _open(self, view: Mapping[str, Any]) -> None:
        """Twice at the most: a trigger opens one modal, so that the second call harms nothing."""
        if not self._trigger:
            raise Late("there is nothing that could open a modal")
        asking = {"trigger_id": self._trigger, "view": view}
        is_unsure = False
        try:
            try:
                answer = await self._slack.call("views.open", asking)
            except (Retry, Unknown) as failed:
                is_unsure = isinstance(failed, Unknown)
                pause = failed.after or 0.0 if isinstance(failed, Retry) else 0.0
                if pause > SOON:
                    raise
                await self._sleep(pause)
                answer = await self._slack.call("views.open", asking)
        except Refused as refused:
            if refused.error == _OPENED and is_unsure:
                return
            if refused.error in _LATE:
                raise Late(str(refused)) from None
            raise
        except (Retry, Unknown) as failed:
            raise Late(str(failed)) from None
        self.view_id = str(answer["view"]["id"])

    async def _tell(self, message: Mapping[str, Any]) -> None:
        """By the first way that is there."""
        *others, last = self._ways(message)
        for way in others:
            try:
                return await insist(way, sleep=self._sleep)
            except (Refused, Retry, Unknown) as failed:
                log.info("slack_answer_elsewhere", why=str(failed))
        return await insist(last, sleep=self._sleep)

    def _ways(self, message: Mapping[str, Any]) -> list[Way]:
        """The address that Slack gave for the answer; in its place, to this person alone; a message to them."""
        note, ways = self.note, list[Way]()
        thread = {"thread_ts": note.thread_ts} if note.thread_ts else {}
        if note.response_url:
            told = {"response_type": "ephemeral", "replace_original": False, **thread, **message}
            ways.append(lambda: respond(self._slack, note.response_url, told, api_base=self._config.api_base))
        if note.channel:
            hushed = {"channel": note.channel, "user": note.user, **thread, **message}
            ways.append(lambda: self._slack.call("chat.postEphemeral", hushed))
        ways.append(lambda: self._write(message, thread))
        return ways

    async def _write(self, message: Mapping[str, Any], thread: Mapping[str, str]) -> None:
        channel = await self._slack.open_dm(self.note.user)
        within = thread if channel == self.note.channel else {}
        unfurled = {"unfurl_links": False, "unfurl_media": False}
        try:
            await self._slack.call("chat.postMessage", {"channel": channel, **within, **unfurled, **message})
        except Unknown as unsure:
            # It stays there, so it is not said twice.
            log.warning("slack_answer_unsure", why=str(unsure))
