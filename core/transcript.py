"""A ticket's transcript: all of its thread as one person may see it, made at once, with its files; and the signed link
by which they fetch it where the desk does not know their browser.

It is made of what the console shows that person (``core/conversation.py``), so it says nothing that the thread does
not. That it was taken stands in the ticket's trail.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from core.cards.card import Reader
from core.commands import Actor, TakeTranscript
from core.composing import reader_of
from core.conversation import Conversation
from core.engine import Engine
from core.errors import NoSuchTicket
from core.model.desk import Desk
from core.model.ids import FileId, PersonId, TicketId, ref_of
from core.model.people import Person
from core.model.thread import Audience, File
from core.model.ticket import Ticket
from core.policy import Action, may, require
from core.ports import Clock, Signer
from core.reading import asker_of
from core.storage import Store, UnitOfWork
from core.trail import audience_of
from core.vocabulary import ThreadView

LINK_LIFE = timedelta(minutes=15)
_MOST_MERGED = 25
"""Tickets that went into it, and are told whole behind it."""
_PURPOSE = "transcript"
_SUBJECT = re.compile(r"([1-9][0-9]{0,14})-([1-9][0-9]{0,14})-(html|json)", re.ASCII)


class Format(StrEnum):
    HTML = "html"
    JSON = "json"


class Part(StrEnum):
    """What somebody is in a ticket."""

    REQUESTER = "requester"
    PARTICIPANT = "participant"
    STAFF = "staff"
    OTHER = "other"
    """Who wrote there, and has no part in it any more."""
    DESK = "desk"


@dataclass(frozen=True, slots=True)
class Attendant:
    person: PersonId
    name: str
    part: Part


@dataclass(frozen=True, slots=True)
class Account:
    """One ticket of a transcript."""

    view: ThreadView
    people: tuple[Attendant, ...]
    """The requester, whoever was added, whoever has it, and all who wrote."""

    @property
    def parts(self) -> Mapping[PersonId | None, Part]:
        """By who did or said something; nobody is the desk."""
        return {None: Part.DESK, **{one.person: one.part for one in self.people}}

    def files(self) -> Iterable[File]:
        yield from self.view.files
        for entry in self.view.entries:
            if entry.message is not None and entry.message.undone_at is None:
                yield from entry.files


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    person: Person
    """For whom it is made."""
    reader: Reader
    with_notes: bool
    whole: Account
    merged: tuple[Account, ...]
    """The tickets that went into it, as far as the person may have their transcripts too."""
    data: Mapping[FileId, bytes]
    """The bytes of the files that it holds; the others are to be fetched from the desk."""


class Transcribing:
    """``include``: the bytes of files that a transcript may hold."""

    def __init__(self, store: Store, engine: Engine, desk: Desk, clock: Clock, *, include: int) -> None:
        self._store = store
        self._engine = engine
        self._desk = desk
        self._clock = clock
        self._include = include

    async def take(self, ticket: TicketId, actor: Actor, *, by_link: bool = False) -> Transcript:
        """Raises NoSuchTicket, NotAllowed or NotActive; else it is in the trail that the actor took it. ``by_link``:
        whoever has the actor's link asks."""
        await self._engine.handle(TakeTranscript(ticket=ticket, by_link=by_link), replace(actor, inbound=None))
        async with self._store.read() as work:
            person = await asker_of(actor, work)
            return await transcript_of(ticket, person, self._desk, self._clock.now(), work, include=self._include)


async def transcript_of(
    ticket: TicketId, person: Person, desk: Desk, now: datetime, work: UnitOfWork, *, include: int
) -> Transcript:
    """Raises NoSuchTicket, NotAllowed or NotActive. ``include``: bytes."""
    found = await work.tickets.get(ticket)
    if found is None:
        raise NoSuchTicket(ref=ref_of(ticket))
    require(Action.TRANSCRIPT, person, found, desk, now)
    whole = await _account(found, person, desk, now, work)
    merged = [await _account(one, person, desk, now, work) for one in await _went_into(found, person, desk, now, work)]
    files = [file for account in (whole, *merged) for file in account.files()]
    return Transcript(
        person=person,
        reader=reader_of(person, desk, now),
        with_notes=audience_of(person, found, desk, now) is Audience.STAFF,
        whole=whole,
        merged=tuple(merged),
        data=await work.files.data_of(_fitting(files, include)),
    )


async def _account(ticket: Ticket, person: Person, desk: Desk, now: datetime, work: UnitOfWork) -> Account:
    view = await Conversation(ticket, person, desk, now, work).newest(None)
    names = dict(await work.people.named(sorted(ticket.people)))
    staff: set[PersonId] = set() if ticket.assignee is None else {ticket.assignee}
    for entry in view.entries:
        if entry.person is not None and entry.message is not None:
            names.setdefault(entry.person, entry.who)
            if entry.by_staff:
                staff.add(entry.person)
    return Account(
        view, tuple(Attendant(one, name, _part(one, ticket, staff)) for one, name in _in_order(names, ticket))
    )


def _in_order(names: Mapping[PersonId, str], ticket: Ticket) -> Sequence[tuple[PersonId, str]]:
    return sorted(names.items(), key=lambda one: one[0] != ticket.requester)


def _part(person: PersonId, ticket: Ticket, staff: set[PersonId]) -> Part:
    if person == ticket.requester:
        return Part.REQUESTER
    if person in staff:
        return Part.STAFF
    return Part.PARTICIPANT if person in ticket.participants else Part.OTHER


async def _went_into(ticket: Ticket, person: Person, desk: Desk, now: datetime, work: UnitOfWork) -> Sequence[Ticket]:
    """The tickets that were merged into it, and into those, as far as the person may have each one's transcript."""
    shown: list[Ticket] = []
    waiting = list(await work.combining.merged_into(ticket.id))
    while waiting and len(shown) < _MOST_MERGED:
        found = await work.tickets.get(waiting.pop(0))
        if found is None:
            continue
        waiting += await work.combining.merged_into(found.id)
        if may(Action.TRANSCRIPT, person, found, desk, now):
            shown.append(found)
    return shown


def _fitting(files: Iterable[File], room: int) -> Sequence[FileId]:
    """As many as ``room`` bytes hold, the first first; one that is too large leaves its room to those behind it."""
    chosen: list[FileId] = []
    for file in files:
        if file.size <= room:
            chosen.append(file.id)
            room -= file.size
    return chosen


def link_of(ticket: TicketId, person: PersonId, form: Format, desk: Desk, signer: Signer, now: datetime) -> str:
    """Where the transcript is fetched with the person's rights, by whoever has the link, for a quarter of an hour."""
    token = signer.sign(_PURPOSE, f"{ticket}-{person}-{form}", now + LINK_LIFE)
    return f"{desk.public_url}/transcript/{token}"


def read_link(token: str, signer: Signer, now: datetime) -> tuple[TicketId, PersonId, Format] | None:
    """What a link's token is for; None where the desk did not make it. Raises Expired."""
    what = signer.read(_PURPOSE, token, now)
    found = _SUBJECT.fullmatch(what) if what is not None else None
    return (TicketId(int(found[1])), PersonId(int(found[2])), Format(found[3])) if found is not None else None


def page_of(ticket: Ticket, form: Format, desk: Desk) -> str:
    """Where whoever is signed in fetches it."""
    return f"{desk.public_url}/api/tickets/{ticket.ref}/transcript?format={form}"
