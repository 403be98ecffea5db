"""What people do on Slack by the command, buttons, modals, shortcuts and on Home.

One rule: acknowledge first. Whether a form is asked for is told from the declaration alone, so that its modal opens
while the trigger is good; all else may take its time. The one exception are looks of a second at most, for what a form
is to show: what a draft holds already, and the words that a ticket is opened with.
"""

from collections.abc import Mapping

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck

from adapters.chat.downloads import Downloads
from adapters.slack.answering.asked import Asked, Payload, of_action, of_command, of_shortcut
from adapters.slack.answering.commands import Commands
from adapters.slack.answering.conversation import Conversation, Late
from adapters.slack.answering.counter import Counter, Waits
from adapters.slack.answering.home import Home
from adapters.slack.answering.mentions import Mentions
from adapters.slack.answering.modals import Modals
from adapters.slack.answering.quoting import Quoting, opened_from
from adapters.slack.answering.shortcuts import Shortcuts
from adapters.slack.api.client import Slack
from adapters.slack.config import SlackConfig
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.people import People
from adapters.slack.rooms import Rooms
from adapters.slack.turns import Turns
from adapters.slack.words.buttons import pressed
from adapters.slack.words.modal import changed
from core.actions import Press, Submit, decode
from core.frontdesk import FrontDesk
from core.model.ids import DraftId
from core.storage import Store

log = structlog.get_logger(__name__)

_WAITS = Waits()


class Interactions:
    """``mentions`` is for whoever hears messages; the rest is for bolt."""

    def __init__(
        self,
        *,
        desk: FrontDesk,
        slack: Slack,
        people: People,
        rooms: Rooms,
        groups: Groups,
        downloads: Downloads,
        attachments: Attachments,
        store: Store,
        config: SlackConfig,
        hindrances: Hindrances,
        turns: Turns,
        waits: Waits = _WAITS,
    ) -> None:
        self._counter = Counter(
            desk=desk,
            slack=slack,
            people=people,
            rooms=rooms,
            downloads=downloads,
            store=store,
            config=config,
            hindrances=hindrances,
            turns=turns,
            waits=waits,
        )
        self._commands = Commands(self._counter)
        self._home = Home(self._counter)
        self._quoting = Quoting(self._counter, groups, attachments)
        self._modals = Modals(self._counter, self._home, self._quoting, attachments)
        self._shortcuts = Shortcuts(self._counter, self._quoting)
        self.mentions = Mentions(self._counter, self._commands, groups)

    async def close(self) -> None:
        """Whoever waits for an answer gets it, if it comes soon."""
        await self._counter.close()

    async def command(self, body: Payload, ack: AsyncAck) -> None:
        """The slash command."""
        await ack()
        asked, typed = of_command(body), str(body.get("text") or "")
        await self._counter.answered(asked, lambda talk: self._commands.run(talk, asked, typed))

    async def action(self, body: Payload, ack: AsyncAck) -> None:
        """A button, an entry of a menu, or what changes a form before it is sent."""
        await ack()
        asked, done = of_action(body, self._counter.notes), body["actions"][0]
        action, change = pressed(done), changed(done)
        if action is not None:
            await self._counter.answered(asked, lambda talk: self._press(talk, asked, action))
        elif change is not None:
            at = float(done.get("action_ts") or 0)
            await self._counter.answered(asked, lambda talk: self._modals.change(talk, asked, change, at))

    async def submit(self, body: Payload, ack: AsyncAck) -> None:
        """A modal that was sent."""
        await self._modals.submit(body, ack)

    async def shortcut(self, body: Payload, ack: AsyncAck) -> None:
        """Of the whole workspace, or of a message's menu."""
        await ack()
        asked, which = of_shortcut(body), str(body["callback_id"])
        await self._counter.answered(asked, lambda talk: self._shortcuts.take(talk, asked, which))

    async def home_opened(self, event: Payload) -> None:
        """Somebody looks at the app's Home, or at its messages."""
        if event.get("tab") == "home":
            await self._home.publish(str(event["user"]))

    async def _press(self, talk: Conversation, asked: Asked, action: str) -> None:
        try:
            await self._pressed(talk, asked, action)
        finally:
            if asked.note.is_home:
                await self._home.publish(asked.note.user)

    async def _pressed(self, talk: Conversation, asked: Asked, action: str) -> None:
        counter = self._counter
        if self._modals.is_beside_a_form(asked):
            await self._modals.press(talk, asked, action)
            return
        values = await self._values(talk, asked, decode(action))
        form = counter.desk.form_at(action, talk.reader, values)
        if form is not None:
            await counter.answers.ask(talk, form)
            return
        if asked.note.is_home:
            await self._begin(talk)
        actor, here = await counter.actor(asked), await counter.here(asked)
        reply = await counter.desk.press(action, actor)
        await counter.answers.show(talk, reply, actor.person, here=here, opens=counter.opens(action))

    async def _values(self, talk: Conversation, asked: Asked, press: Press | Submit) -> Mapping[str, str]:
        """What the form is filled with that a button opens: what its draft holds, or what somebody wrote."""
        if not isinstance(press, Press):
            return {}
        draft, ts = press.arguments.get("draft"), opened_from(press)
        if draft:
            return await self._counter.drafted(asked, DraftId(draft))
        if ts is None or not asked.note.channel:
            return {}
        reading = self._quoting.filled_from(asked.note.channel, ts, asked.note.thread_ts, talk.reader)
        return await self._counter.patience.within(self._counter.waits.form, reading, {})

    async def _begin(self, talk: Conversation) -> None:
        """Home has no place for an answer: a modal has it, if one still opens, else a message."""
        try:
            await talk.wait()
        except Late as late:
            log.warning("slack_modal_late", why=str(late))
