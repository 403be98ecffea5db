"""One human who is several persons to the desk becomes one: by a code that is issued to the one and typed by the other.

Nothing else ever links people. An address in a platform's profile proves nothing: its owner, or whoever runs the
workspace, wrote it there.

A code is good for ten minutes, once, and for whoever types it first: if it was typed where others read it, it is worth
nothing to them. What is wrong with a code is said in the same words whatever it is.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from core.commands import IssueLinkCode, RedeemLinkCode
from core.errors import N_, BadInput, Clash, NoSuchPerson, QuotaReached, Refusal
from core.events import PersonLinked, RoleGranted
from core.model.ids import PersonId
from core.model.people import STANDING_WORDS, Identity, Person, Platform
from core.policy import Action, require_in_general
from core.ports import Keys
from core.storage import Outcome
from core.text import clean_line
from core.usecases.case import Case
from core.usecases.opening import span
from core.usecases.people import DEMO

CODE_LIFE = timedelta(minutes=10)
MISSES = 5
"""Wrong codes that a person may type in ``MISS_TIME``."""
MISS_TIME = timedelta(minutes=10)

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's, without letters that look like others: https://www.crockford.com/base32.html. 5 bits each."""
_LOOKALIKES = str.maketrans({"O": "0", "I": "1", "L": "1", "-": "", " ": ""})
_HALF = 5
_BITS = 50
_LONGEST = 100
"""Characters that are read of what was typed for a code."""


class WrongCode(BadInput):
    template = N_(
        "That code is not right, or it was used, or its 10 minutes are over. Type /link on the other platform for a "
        "new one."
    )


class TooManyCodes(QuotaReached):
    template = N_("{count} codes were not right. The next try is possible in {wait}.")


class CodeGiven(Clash):
    template = N_("You were given your code already. Type /link again for another one.")


class OwnCode(Clash):
    template = N_(
        "That was your own code: it is to be typed on the other platform, signed in as yourself there. Type /link "
        "again for another one."
    )


class OfTheDemo(Clash):
    template = N_("The people of the demo cannot be linked: everybody who tries the desk is one of them.")


class NotActiveThere(Clash):
    template = N_("Whoever was given that code is {standing} here, so nothing can be linked.")


class BothHave(Clash):
    template = N_("You both have {what} here, and the desk cannot make one person of the two. An admin can help.")


class TwiceThere(Clash):
    template = N_("You are both on {platform} already, and one person can be there only once.")


class ConfirmFirst(Clash):
    template = N_(
        "Is {name} ({where}) you as well? You would be one person here, with all rights of both, and it cannot be "
        "undone. If so, type the code again with the word yes behind it."
    )


async def issue_link_code(command: IssueLinkCode, case: Case) -> Outcome:
    require_in_general(Action.OPEN, case.asker)
    _refuse_the_demo(await case.work.people.identities(case.asker.id))
    code = _new_code(case.keys)
    await case.work.links.offer(case.asker.id, _digest(code), at=case.now, until=case.now + CODE_LIFE)
    return Outcome(person=case.asker.id, code=code)


async def redeem_link_code(command: RedeemLinkCode, case: Case) -> Outcome:
    """The outcome's person is the survivor. A refusal that the code itself led to is the outcome's, since the try and
    who made it are kept."""
    require_in_general(Action.OPEN, case.asker)
    _refuse_the_demo(await case.work.people.identities(case.asker.id))
    await case.work.people.get(case.asker.id, lock=True)  # two tries at once are counted one by one
    await _refuse_too_many(case)
    owner = await case.work.links.take(_digest(command.code), case.asker.id, case.now)
    if owner is None:
        await case.work.links.miss(case.asker.id, at=case.now, within=MISS_TIME)
        return Outcome(refusal=WrongCode())
    await case.work.links.hold([case.asker.id, owner])
    one, other = await _party(case.asker.id, case), await _party(owner, case)
    try:
        _check(one, other, confirmed=command.confirmed)
    except Refusal as refusal:
        return Outcome(refusal=refusal)
    survivor, absorbed = sorted((one, other), key=_precedence)
    return Outcome(person=await _unite(survivor.person, absorbed.person, case))


def written(code: str) -> str:
    """A code as people read it, however it was typed: ``ABCDE-FGHJK``."""
    plain = _plain(code)
    return f"{plain[:_HALF]}-{plain[_HALF:]}"


def _new_code(keys: Keys) -> str:
    number = int(keys.hex(-(-_BITS // 4)), 16)
    return written("".join(_ALPHABET[number >> shift & 31] for shift in range(_BITS - 5, -1, -5)))


def _plain(code: str) -> str:
    return clean_line(code[:_LONGEST]).upper().translate(_LOOKALIKES)


def _digest(code: str) -> str:
    return hashlib.sha256(f"link {_plain(code)}".encode(errors="replace")).hexdigest()


async def _refuse_too_many(case: Case) -> None:
    missed = await case.work.links.missed(case.asker.id)
    if missed is None:
        return
    count, since = missed
    if count >= MISSES and case.now - since < MISS_TIME:
        raise TooManyCodes(count=count, wait=span(since + MISS_TIME - case.now))


@dataclass(frozen=True, slots=True)
class _Party:
    person: Person
    identities: Sequence[Identity]
    has_account: bool

    @property
    def where(self) -> str:
        """The platforms that they are known from."""
        known_on = {one.platform for one in self.identities} | ({Platform.WEB} if self.has_account else set())
        return ", ".join(sorted(platform.capitalize() for platform in known_on)) or "?"


async def _party(person: PersonId, case: Case) -> _Party:
    """As they are now that they are held. Raises NoSuchPerson, which the rows' own references forbid."""
    found = await case.work.people.get(person)
    if found is None:
        raise NoSuchPerson(name="?")
    return _Party(found, await case.work.people.identities(found.id), await case.work.people.has_account(found.id))


def _refuse_the_demo(identities: Sequence[Identity]) -> None:
    if any(one.platform is Platform.WEB and one.realm == DEMO for one in identities):
        raise OfTheDemo


def _check(typist: _Party, owner: _Party, *, confirmed: bool) -> None:
    """Raises what forbids that the two are one."""
    require_in_general(Action.OPEN, typist.person)
    if typist.person.id == owner.person.id:
        raise OwnCode
    _refuse_the_demo(owner.identities)
    if not owner.person.may_act:
        raise NotActiveThere(standing=STANDING_WORDS[owner.person.standing])
    if typist.has_account and owner.has_account:
        raise BothHave(what=N_("an account"))
    if typist.person.confirmed_address and owner.person.confirmed_address:
        raise BothHave(what=N_("a confirmed address"))
    theirs = {(one.platform, one.realm) for one in owner.identities}
    for one in typist.identities:
        if (one.platform, one.realm) in theirs:
            raise TwiceThere(platform=one.platform.capitalize())
    if not confirmed:
        raise ConfirmFirst(name=owner.person.name, where=owner.where)


def _precedence(party: _Party) -> tuple[bool, bool, datetime, PersonId]:
    """The least survives: who has an account, else a confirmed address, else who was here first."""
    person = party.person
    return not party.has_account, person.confirmed_address is None, person.created_at, person.id


async def _unite(survivor: Person, absorbed: Person, case: Case) -> PersonId:
    await case.work.links.absorb(absorbed.id, survivor.id)
    await case.work.people.save(_joined(survivor, absorbed))
    await _join_duty(survivor, absorbed, case)
    case.record(PersonLinked(person=survivor.id, absorbed=absorbed.id))
    for grant in absorbed.grants:
        is_held = grant in survivor.grants or replace(grant, approved=True) in survivor.grants
        if not is_held and await case.work.people.grant(survivor.id, grant, case.now):
            case.record(RoleGranted(person=survivor.id, role=grant.role, team=grant.team, source=grant.source))
    return survivor.id


async def _join_duty(survivor: Person, absorbed: Person, case: Case) -> None:
    """What was said last of when they work stands."""
    said = absorbed.duty
    if said is not None and (survivor.duty is None or survivor.duty.since < said.since):
        await case.work.people.set_duty(survivor.id, said)
    if survivor.capacity is None and absorbed.capacity is not None:
        await case.work.people.set_capacity(survivor.id, absorbed.capacity)


def _joined(survivor: Person, absorbed: Person) -> Person:
    """What only one of them has is theirs; a confirmed address counts for more than one that was merely typed."""
    takes = survivor.email is None or (absorbed.email_confirmed and not survivor.email_confirmed)
    address = absorbed if takes else survivor
    return replace(
        survivor,
        email=address.email,
        email_confirmed=address.email_confirmed,
        time_zone=survivor.time_zone or absorbed.time_zone,
        avatar_url=survivor.avatar_url or absorbed.avatar_url,
    )
