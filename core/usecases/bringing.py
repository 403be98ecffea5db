"""Who comes along into another ticket by a merge, and who goes again when the merge is taken back."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from core import limits
from core.merged import draft_of
from core.model.ids import PersonId, TicketId
from core.model.relation import Merge, Moved
from core.model.ticket import Ticket
from core.rules.merging import LETTING_GO, LetGo, let_go
from core.storage import Traced
from core.trail import as_of_now
from core.usecases.case import Case

Left = Mapping[int, tuple[datetime, Mapping[str, str] | None]]
"""A ticket's followers: since when, and what each had typed."""


@dataclass(slots=True)
class Company:
    """Who comes along into the other ticket, and how."""

    joined: list[PersonId] = field(default_factory=list)
    followed: list[PersonId] = field(default_factory=list)


async def bring_along(ticket: Ticket, into: Ticket, left: Left, case: Case, *, joins: bool) -> Company:
    """Those who asked join the other ticket or follow it; those who followed the one follow the other."""
    company = Company()
    room = limits.PARTICIPANTS - len(into.participants)
    for person in _without((ticket.requester, *sorted(ticket.participants)), into):
        if joins and len(company.joined) < room:
            company.joined.append(person)
        else:
            words = draft_of(ticket, case.desk) if person == ticket.requester else None
            await _follow(into.id, person, case.now, words, company, case)
    for number, (since, typed) in left.items():
        person = PersonId(number)
        await case.work.tickets.unfollow(ticket.id, person)
        if person not in company.joined and person in _without([person], into):
            await _follow(into.id, person, since, typed, company, case)
    for person in company.joined:  # who takes part hears of it anyway, and keeps no follow beside that
        await case.work.tickets.unfollow(ticket.id, person)
    return company


def _without(people: Iterable[PersonId], into: Ticket) -> Sequence[PersonId]:
    return [person for person in people if person != into.requester and person not in into.participants]


async def _follow(
    ticket: TicketId,
    person: PersonId,
    since: datetime,
    words: Mapping[str, str] | None,
    company: Company,
    case: Case,
) -> None:
    if await case.work.tickets.follow(ticket, person, since, words):
        company.followed.append(person)


@dataclass(slots=True)
class _Other:
    """Another merge that is in force, of a ticket that went into the same one later."""

    merge: Merge
    ticket: Ticket
    asked: frozenset[PersonId]
    followed: frozenset[PersonId]
    moved: Moved
    """With whom it takes over."""


@dataclass(slots=True)
class Parting:
    """Both tickets as their people are once the merge is taken back, and who takes part in ``into`` no more."""

    into: Ticket
    ticket: Ticket
    leaving: Sequence[PersonId]


async def part(into: Ticket, ticket: Ticket, merge: Merge, case: Case) -> Parting:
    """Nobody goes who is there by an act of their own since, and nobody follows ``ticket`` again who let go meanwhile.
    Whom another merge brings along too goes with that one from now on."""
    moved = await _as_of_now(merge.moved, case)
    trail = await case.work.events.of(into.id, traced=Traced(only=LETTING_GO))
    gone = let_go(await as_of_now(trail, case.work), ticket.id)
    words = {PersonId(one): typed for one, (_at, typed) in (await case.work.combining.left_with(into.id)).items()}
    others = [other for other in await _others(into.id, case) if other.merge.id > merge.id]
    held = [person for person in moved.joined if person in into.participants and person not in gone.removed]
    leaving = [person for person in held if not _stays(person, others)]
    rest = replace(into, participants=into.participants - set(leaving))
    number = into.follower_count
    for person in dict.fromkeys((*moved.followed, *leaving)):
        if person not in gone.unfollowed:
            went = person in moved.followed and await case.work.tickets.unfollow(into.id, person)
            number += await _goes_with(person, rest, words.get(person), others, case) - went
    for other in others:
        if other.moved != other.merge.moved:
            await case.work.combining.save_moved(other.merge.id, other.moved)
    back = await _follow_again(ticket, moved, gone, words, case)
    return Parting(replace(rest, follower_count=max(0, number)), replace(ticket, follower_count=back), leaving)


async def _as_of_now(moved: Moved, case: Case) -> Moved:
    """With whoever was absorbed by a link since as who they are."""
    left = moved.left or {}
    now = await case.work.people.survivors(sorted({*moved.joined, *moved.followed, *left}))
    return replace(
        moved,
        joined=tuple(now.get(person, person) for person in moved.joined),
        followed=tuple(now.get(person, person) for person in moved.followed),
        left={now.get(person, person): since for person, since in left.items()},
    )


async def _others(into: TicketId, case: Case) -> Sequence[_Other]:
    """The first first."""
    found = []
    for number in await case.work.combining.merged_into(into):
        merge, ticket = await case.work.combining.merge_of(number), await case.work.tickets.get(number)
        if merge is not None and ticket is not None:
            moved = await _as_of_now(merge.moved, case)
            asked = frozenset((ticket.requester, *ticket.participants))
            found.append(_Other(merge, ticket, asked, frozenset(moved.left or {}), merge.moved))
    return found


def _stays(person: PersonId, others: Sequence[_Other]) -> bool:
    """Whether another merge lets the person take part, and takes that over."""
    for other in others:
        if other.merge.moved.joins and person in other.asked:
            other.moved = replace(other.moved, joined=(*other.moved.joined, person))
            return True
    return False


async def _goes_with(
    person: PersonId, into: Ticket, typed: Mapping[str, str] | None, others: Sequence[_Other], case: Case
) -> bool:
    """Whether the person follows ``into`` by another merge from now on."""
    other = next((one for one in others if person in one.asked | one.followed), None)
    if other is None or person in into.participants:
        return False
    words = draft_of(other.ticket, case.desk) if person == other.ticket.requester else typed
    follows = await case.work.tickets.follow(into.id, person, other.merge.at, words)
    if follows:
        other.moved = replace(other.moved, followed=(*other.moved.followed, person))
    return follows


async def _follow_again(
    ticket: Ticket, moved: Moved, gone: LetGo, words: Mapping[PersonId, Mapping[str, str] | None], case: Case
) -> int:
    """How many follow the ticket of their own again."""
    back = [
        await case.work.tickets.follow(ticket.id, person, since, words.get(person))
        for person, since in (moved.left or {}).items()
        if person != ticket.requester and person not in gone.unfollowed
    ]
    return sum(back)
