"""What everything that answers people on Slack works with: who asks and where, and the edge past which nothing goes."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from adapters.chat.answers import fault_card
from adapters.chat.downloads import Downloads
from adapters.chat.patience import Patience, ended
from adapters.slack.answering.answers import Answers
from adapters.slack.answering.asked import Asked
from adapters.slack.answering.conversation import Conversation
from adapters.slack.answering.lines import Spoken
from adapters.slack.answering.notes import Notes
from adapters.slack.api.client import Refused, Slack
from adapters.slack.config import SlackConfig
from adapters.slack.hearing.hindrances import Hindrances
from adapters.slack.people import People
from adapters.slack.rooms import Rooms
from adapters.slack.turns import Turns
from core.actions import decode
from core.commands import Actor
from core.errors import N_, Clash, Refusal
from core.frontdesk import FrontDesk
from core.model.ids import DraftId, TicketId
from core.model.people import Platform
from core.ports import Retry, Unknown
from core.storage import Store
from core.vocabulary import Asks

log = structlog.get_logger(__name__)

Answer = Callable[[Conversation], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Seconds."""

    form: float = 1.0
    """That a form may wait for what it is to show."""
    submit: float = 0.1
    """That a modal which was sent may wait for what comes of it, before it says that the answer is coming."""
    expect: float = 0.25
    """Before it is asked what an opening will need: whoever pressed in the same moment is answered first."""
    look: float = 1.0
    """That a form which was changed before it is sent may wait for what is similar to it."""
    link: float = 2.5
    """That the answer to an opening waits for the thread, to lead there."""
    close: float = 2.0
    """That answers under way are given at the end."""


class NotNow(Clash):
    template = N_("Slack does not tell the desk what it has to know for that. Please try again in a minute.")


class Counter:
    def __init__(
        self,
        *,
        desk: FrontDesk,
        slack: Slack,
        people: People,
        rooms: Rooms,
        downloads: Downloads,
        store: Store,
        config: SlackConfig,
        hindrances: Hindrances,
        turns: Turns,
        waits: Waits,
    ) -> None:
        self.desk = desk
        self.slack = slack
        self.people = people
        self.rooms = rooms
        self.downloads = downloads
        self.store = store
        self.config = config
        self.hindrances = hindrances
        self.turns = turns
        self.waits = waits
        self.notes = Notes(config.bot_token)
        self.spoken = Spoken(config.command, desk.vocabulary)
        self.answers = Answers(slack, rooms, self.spoken, link_within=waits.link)
        self.patience = Patience()
        self._underway: set[asyncio.Task[None]] = set()

    async def close(self) -> None:
        """Whoever waits for an answer gets it, if it comes soon."""
        await ended(self._underway, self.waits.close)
        await self.patience.close(self.waits.close)

    async def carry_out(self, work: Coroutine[Any, Any, None]) -> None:
        """Known until its end, which the door waits for when it closes."""
        task = asyncio.create_task(work, name="slack answer")
        self._underway.add(task)
        task.add_done_callback(self._underway.discard)
        await task

    async def actor(self, asked: Asked) -> Actor:
        """Who asks. The words of a command or a form stand in no thread yet, so the actor speaks in none: what they say
        is to be shown there too. Raises Refusals, Retry, Refused."""
        person = await self.people.person(asked.note.user)
        return Actor(person=person, door=Platform.SLACK, inbound=asked.inbound)

    async def expect(self, asked: Asked) -> None:
        """Somebody is about to open a ticket: who they are, and where their thread will be, is asked for while they
        still write."""
        await asyncio.sleep(self.waits.expect)
        await self.turns.answering()
        user = asked.note.user
        for failed in await asyncio.gather(self.people.person(user), self.slack.open_dm(user), return_exceptions=True):
            if isinstance(failed, BaseException):
                log.info("slack_not_expected", why=str(failed))

    async def here(self, asked: Asked) -> TicketId | None:
        """The ticket in whose thread it was asked. Raises Unavailable."""
        thread = None if asked.root is None else await self.rooms.at(*asked.root)
        return None if thread is None else thread.ticket

    def opens(self, action: str) -> bool:
        """Whether it opens a ticket."""
        done = decode(action)
        command = self.desk.vocabulary.find(done.noun, done.verb)
        return command is not None and command.asks is Asks.DRAFT

    async def drafted(self, asked: Asked, draft: DraftId) -> Mapping[str, str]:
        """What a draft of theirs holds; nothing where that cannot be told in time."""
        return await self.patience.within(self.waits.form, self._draft_values(asked, draft), {})

    async def _draft_values(self, asked: Asked, draft: DraftId) -> Mapping[str, str]:
        return await self.desk.draft_values(draft, await self.actor(asked))

    async def answered(self, asked: Asked, answer: Answer, *, acknowledged: bool = True) -> None:
        """What was ``acknowledged`` already lets others be, first. Never raises."""
        if acknowledged:
            await self.turns.answering()
        await self.carry_out(self._answer(asked, answer))

    async def _answer(self, asked: Asked, answer: Answer) -> None:
        """The edge: whatever happens, the person is told, and nothing goes on into bolt."""
        try:
            talk = Conversation(
                self.slack,
                self.config,
                self.notes,
                asked.note,
                await self.people.reader(asked.note.user),
                trigger=asked.trigger,
                view_id=asked.view_id,
                watches=self.desk.desk.similar.enabled,
            )
            try:
                await answer(talk)
            except Refusal as refusal:
                await talk.tell(self.answers.refused(refusal, talk.reader))
            except Exception as fault:  # noqa: BLE001 - the edge; why_not writes it into the log
                why = await self.why_not(fault)
                await talk.tell(fault_card(talk.reader) if why is None else self.answers.refused(why, talk.reader))
        except Exception:
            log.exception("slack_answer_lost")

    async def why_not(self, fault: Exception) -> Refusal | None:
        """What is told of ``fault`` where Slack stands in the way; None for a fault of the desk's own. In the log
        either way, and told to the admins where it is theirs to mend."""
        is_slacks = isinstance(fault, Retry | Unknown)
        if isinstance(fault, Refused):
            is_slacks = await self.hindrances.met(fault)
        if is_slacks:
            log.warning("slack_answer_without_slack", why=str(fault))
            return NotNow()
        log.error("slack_interaction_failed", exc_info=fault)
        return None
