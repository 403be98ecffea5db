"""A message that somebody wrote on Slack, taken into a ticket: into a new one's form, or as a quote."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.chat.downloads import Kept
from adapters.chat.quoting import MessageGone, NothingSaid, filled, quotation
from adapters.slack.answering.asked import Payload
from adapters.slack.answering.counter import Counter
from adapters.slack.answering.lines import given_in, line_of, read
from adapters.slack.answering.notes import Said
from adapters.slack.api.client import Refused
from adapters.slack.groups import Groups
from adapters.slack.hearing.attachments import Attachments
from adapters.slack.hearing.messages import line_for_app, words_of
from adapters.slack.rooms import permalink
from adapters.slack.spot import Spot
from adapters.slack.words.fit import INPUT, clip
from adapters.slack.words.parse import with_extras
from core.actions import Press, encode_press
from core.cards.card import Reader
from core.commands import Actor
from core.errors import BadInput, NoSuchPerson
from core.model.ids import TicketId
from core.model.thread import MessageKind
from core.text import clean_line
from core.vocabulary import Asks

_FROM = "from"
_PAGE = 10
"""Messages asked for, of which one is wanted: Slack puts a thread's first before the others."""


def opening_from(ts: str) -> str:
    """What a button does that opens a ticket's form, filled with what a message of the same place says."""
    return encode_press(Press("ticket", "open", None, {_FROM: ts}))


def opened_from(press: Press) -> str | None:
    """The message that a button was about which ``opening_from`` made."""
    return press.arguments.get(_FROM) or None


class Quoting:
    def __init__(self, counter: Counter, groups: Groups, attachments: Attachments) -> None:
        self._counter = counter
        self._groups = groups
        self._attachments = attachments

    def link_to(self, spot: Spot, thread_ts: str = "") -> str | None:
        """Where a message stands; None as long as the workspace's address is not known."""
        workspace = self._counter.slack.known_workspace
        return None if workspace is None else permalink(workspace.url, spot, thread_ts or None)

    async def filled(self, message: Payload, reader: Reader, *, link: str | None) -> Mapping[str, str]:
        """What a new ticket's form is filled with from ``message``. ``link``: where it stands, if that is to be said.
        Raises Unavailable, Retry and Refused."""
        typed = await self._typed(message)
        if typed is not None:
            return typed
        words = (await words_of(message, self._counter.people, self._groups)).plain()
        names = ", ".join(clean_line(str(file.get("name") or "")) for file in message.get("files") or ())
        source = [
            reader.gettext("Files there: {names}").format(names=names) if names else "",
            reader.gettext("From {link}").format(link=link) if link else "",
        ]
        return filled(words, "\n".join(filter(None, source)), clip, INPUT)

    async def filled_from(self, channel: str, ts: str, thread_ts: str, reader: Reader) -> Mapping[str, str]:
        """The same, from a message that is read now. Raises MessageGone besides."""
        return await self.filled(await self.message(channel, ts, thread_ts), reader, link=None)

    async def message(self, channel: str, ts: str, thread_ts: str) -> Mapping[str, Any]:
        """A message as it is now. Raises MessageGone, Retry."""
        args: dict[str, Any] = {"channel": channel, "oldest": ts, "latest": ts, "inclusive": True, "limit": _PAGE}
        in_thread = bool(thread_ts) and thread_ts != ts
        method = "conversations.replies" if in_thread else "conversations.history"
        try:
            answer = await self._counter.slack.call(method, args | ({"ts": thread_ts} if in_thread else {}))
        except Refused:
            raise MessageGone from None
        found = next((one for one in answer.get("messages") or () if one.get("ts") == ts), None)
        if found is None:
            raise MessageGone
        return {**found, "channel": channel}

    async def quote(self, said: Said, ticket: TicketId, actor: Actor, reader: Reader) -> Sequence[str]:
        """Post what was said into the ticket; a sentence for each file that could not be kept. Raises Refusals, Retry,
        Refused."""
        counter = self._counter
        try:
            message = await self.message(said.channel, said.ts, said.thread_ts)
        except MessageGone:
            if not said.words:
                raise
            message = {"channel": said.channel, "ts": said.ts, "user": said.author, "text": said.words}
        found, kept = await self._attachments.of(message), Kept()
        await counter.downloads.keep(found.attachments, actor, kept)
        lost = (*kept.lost.values(), *found.elsewhere)
        words = with_extras(await words_of(message, counter.people, self._groups), lost_files=lost)
        if not words and not kept.files:
            raise NothingSaid
        url = self.link_to(Spot(said.channel, said.ts), said.thread_ts)
        quoted = quotation(url, await self._author(message), words, reader)
        await counter.desk.say(ticket, MessageKind.REPLY, quoted, tuple(kept.files.values()), actor)
        return lost

    async def _author(self, message: Payload) -> str:
        user = str(message.get("user") or "")
        try:
            return (await self._counter.people.profile(user)).name if user else str(message.get("username") or "?")
        except NoSuchPerson:
            return "?"

    async def _typed(self, message: Payload) -> Mapping[str, str] | None:
        """What was typed behind the command that opens a ticket, in a message that mentions the app."""
        counter = self._counter
        line = line_for_app(message, (await counter.slack.workspace()).bot_user)
        if line is None:
            return None
        try:
            parsed = read(line_of(line, counter.desk.vocabulary), counter.desk.vocabulary)
        except BadInput:
            return None
        return given_in(parsed) if parsed.command.asks is Asks.DRAFT else None
