"""``FrontDesk``: the port that every door speaks to."""

from collections.abc import AsyncIterable, AsyncIterator, Mapping, Sequence
from typing import Protocol

from core.cards.card import Form, Reader
from core.commands import Actor
from core.model.desk import Desk
from core.model.ids import DraftId, EventId, FileId, MessageId, PersonId, TicketId
from core.model.people import Identity, Person
from core.model.suggestion import Suggestions
from core.model.thread import File, MessageKind
from core.text import Text
from core.vocabulary import (
    PAGE,
    Choice,
    Entry,
    Notice,
    ParameterKind,
    Reply,
    SlashCommand,
    Summary,
    ThreadView,
    Trace,
    View,
    Vocabulary,
)


class FrontDesk(Protocol):
    """What every door speaks to. All but the plain reads raise Refusals, with nothing changed."""

    @property
    def vocabulary(self) -> Vocabulary: ...

    @property
    def desk(self) -> Desk: ...

    async def arrive(
        self, identity: Identity, name: str, *, avatar_url: str | None = None, groups: frozenset[str] | None = None
    ) -> PersonId:
        """The person behind an identity, made if new. ``groups``: all that they are in there, which may give roles."""

    async def depart(self, identity: Identity) -> None:
        """Somebody left the platform: what its groups gave is taken back, and their live tickets there say so, once
        however often it is told."""

    async def person(self, person: PersonId) -> Person | None: ...

    async def has_account_at(self, email: str, actor: Actor) -> bool:
        """Whether somebody else here has confirmed that address. It gives the actor nothing: it is for a hint that
        /link is there, to be asked of what a platform says their address is, never of what they typed."""

    async def commands_for(self, person: Person) -> Sequence[SlashCommand]:
        """What a menu shows that person."""

    async def type(self, line: str, actor: Actor, ticket: TicketId | None = None) -> Reply:
        """A line that begins with ``/``. ``ticket``: the one whose thread it was typed in."""

    async def run(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        actor: Actor,
        ticket: TicketId | None = None,
        *,
        people: Mapping[str, PersonId] | None = None,
    ) -> Reply:
        """A native slash command, its arguments as the platform gave them: parameter name -> what was chosen or typed,
        ``people`` for those that it knows. ``ticket``: the one whose thread it was used in."""

    def form_of(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        reader: Reader,
        ticket: TicketId | None = None,
    ) -> Form | None:
        """The form that a native slash command opens where it cannot run yet, or None where it can. It is made from
        the declaration alone, without a wait, for a platform that must be answered at once; rights are asked when it
        is sent."""

    async def look_up(
        self, command: SlashCommand, given: Mapping[str, str], actor: Actor, ticket: TicketId | None = None
    ) -> Form | None:
        """The same where its choices must be looked up; None for any other command, and where it can run. Nothing is
        changed. Raises Refusals."""

    def form_at(self, action: str, reader: Reader, values: Mapping[str, str] | None = None) -> Form | None:
        """The same for a button. ``values``: what its draft holds already, by input key. Raises UnknownAction."""

    def reader(self, language: str, *, is_staff: bool = False) -> Reader:
        """For whom words are made where the person is not looked up: by the language that the platform says."""

    async def draft_values(self, draft: DraftId, actor: Actor) -> Mapping[str, str]:
        """What a draft of the actor's holds; nothing where there is none."""

    async def keep_draft(self, values: Mapping[str, str], actor: Actor, draft: DraftId | None = None) -> DraftId:
        """A draft of what stands in a form that is not sent: for a button beside it, which ends it. ``draft``: the one
        that the form fills already. Raises NoSuchDraft where that is the actor's no more."""

    async def similar(self, title: str, description: str, category: str, actor: Actor) -> Suggestions:
        """What may answer a ticket that is about to be opened. ``description``: what was typed, in any markup;
        ``category``: its key, or "" where none is chosen yet. Quick, and never a reason not to open: where it fails,
        takes too long or is asked too often, there is nothing."""

    async def suggest(self, kind: ParameterKind, typed: str, actor: Actor) -> Sequence[Choice]:
        """What somebody may mean by what they typed so far, the likeliest first, 25 at most: refs of tickets they may
        see, categories, teams, agents (for the staff). Nothing for any other kind."""

    async def press(self, action: str, actor: Actor) -> Reply:
        """A button. Answered with a form where it asks for something."""

    async def submit(
        self, action: str, values: Mapping[str, str], files: tuple[FileId, ...] | None, actor: Actor
    ) -> Reply:
        """A form. Answered with a form again where something is missing or wrong. ``files``: all that go with it; None
        leaves those that came before."""

    async def say(
        self,
        ticket: TicketId,
        kind: MessageKind,
        text: Text,
        files: tuple[FileId, ...],
        actor: Actor,
        *,
        seen: EventId | None = None,
        sure: bool = False,
    ) -> Entry:
        """Words in a ticket's thread; what was recorded, as a thread shows it. ``seen`` and ``sure``: as
        ``PostMessage`` has them. Raises ReplyMeanwhile and LooksSecret."""

    async def edit_message(
        self, ticket: TicketId, message: MessageId, text: Text, actor: Actor, *, sure: bool = False
    ) -> Entry:
        """Other words in place of one's own; the message as the thread now shows it. Raises LooksSecret, unless the
        actor is ``sure``."""

    async def remove_message(self, ticket: TicketId, message: MessageId, actor: Actor) -> None:
        """Take one's own words back."""

    async def react(self, ticket: TicketId, message: MessageId, emoji: str, actor: Actor, *, on: bool) -> None:
        """Set an emoji under a message, or take one's own away."""

    async def mark_read(self, ticket: TicketId, event: EventId, actor: Actor) -> EventId | None:
        """The actor has read the ticket up to ``event``; the event up to which it now counts as read."""

    async def tickets_for(self, actor: Actor, *, limit: int = 25) -> Sequence[Choice]:
        """The live tickets that the actor may write in, their own first: ref and title, to choose one from."""

    async def keep_file(
        self, name: str, content: bytes | AsyncIterable[bytes], actor: Actor, *, image_only: bool = False
    ) -> File:
        """Take an upload into the desk's own keeping, checked and sniffed, until a command attaches it. ``content``:
        its bytes, or the pieces of them as they come, of which no more than one is held in memory."""

    async def file(self, file: FileId, actor: Actor) -> File:
        """Raises NoSuchFile where the person may not see its ticket (or its note), as where there is none."""

    def content(self, file: File, *, start: int = 0, length: int | None = None) -> AsyncIterator[bytes]:
        """The bytes of a file that ``file`` gave, from ``start`` on, piece by piece. Raises NoSuchFile where it is
        taken back meanwhile."""

    async def list(
        self, view: View, actor: Actor, *, before: TicketId | None = None, limit: int = 50
    ) -> Sequence[Summary]: ...

    async def thread(
        self,
        ticket: TicketId,
        actor: Actor,
        *,
        after: EventId | None = None,
        before: EventId | None = None,
        limit: int | None = PAGE,
    ) -> ThreadView:
        """The newest ``limit`` entries (None: all that there are); with ``before``, those before that event. With
        ``after``: what is new and what changed since, the first ``limit`` of it."""

    async def history(self, ticket: TicketId, actor: Actor) -> Sequence[Trace]:
        """The newest 500 of all that happened in a ticket, oldest first, for those who may read its notes. Raises
        NoSuchTicket for anybody else."""

    async def others(self, ticket: TicketId, actor: Actor) -> Sequence[Summary]:
        """For the staff: the requester's other tickets that the actor may see, newest first, 20 at most. Raises
        NoSuchTicket for anybody else."""

    async def notices(self, actor: Actor, *, limit: int = 20) -> Sequence[Notice]: ...
