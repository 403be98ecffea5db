"""The same thing done to many tickets at once: each by the declared command, each by the normal rights.

What is refused is said for each ticket, and the others go through. What was done comes with what takes it back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeGuard

from aiohttp import web

from adapters.web.bodies import MAX_WORDS, Missing, NotOneOf, WrongKind, read_json, ticket_of
from adapters.web.gate import Gate, Visitor
from adapters.web.render import JsonObject, answer
from core.commands import Actor
from core.errors import N_, BadField, LooksSecret, Refusal
from core.frontdesk import FrontDesk
from core.limits import FieldTooLong, TooManyOf
from core.model.ids import MAX_ID, PersonId, ref_of
from core.policy import Action, require_in_general
from core.text import Json, clean, clean_line, shorten
from core.triage import Snapshot, Triage
from core.undoing import undo_of
from core.vocabulary import ParameterKind

_MOST = 100
_LONGEST_REF = 40
_WEIGHT = 0.5
"""Of one ticket, in a person's pace: a hundred at once are no loop, and a loop of hundreds is one."""

_VERBS: Mapping[str, tuple[str, str]] = {
    "claim": ("ticket", "claim"),
    "unassign": ("ticket", "unassign"),
    "assign": ("ticket", "assign"),
    "priority": ("ticket", "priority"),
    "status": ("ticket", "status"),
    "resolve": ("ticket", "resolve"),
    "close": ("ticket", "close"),
    "reopen": ("ticket", "reopen"),
    "transfer": ("staff", "transfer"),
    "tag": ("ticket", "tag"),
}
"""What may be done to many at once: noun and verb of the command."""


class NoSuchArgument(BadField):
    template = N_("{name}: “{value}” is nothing that it is given.")


@dataclass(frozen=True, slots=True)
class Item:
    ref: str
    verb: str
    arguments: Mapping[str, str]
    people: Mapping[str, PersonId]
    """Those arguments that were persons' numbers."""


class BulkApi:
    def __init__(self, desk: FrontDesk, triage: Triage, gate: Gate) -> None:
        self._desk = desk
        self._triage = triage
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        return [web.post("/api/bulk", self._gate.signed_in(self.do))]

    async def do(self, request: web.Request, visitor: Visitor) -> web.Response:
        require_in_general(Action.CLAIM, visitor.person)
        items = _items((await read_json(request)).value("items"))
        self._gate.weigh(visitor, len(items) * _WEIGHT)
        actor = self._gate.actor(request, visitor)
        gettext = self._gate.reader(visitor).gettext
        done: list[Json] = []
        refused: list[Json] = []
        for place, item in enumerate(items):
            try:
                done.append(await self._one(item, _of_its_own(actor, place, item)))
            except Refusal as refusal:
                refused.append({"ref": item.ref, "problem": refusal.sentence(gettext)})
        return answer({"done": done, "refused": refused})

    async def _one(self, item: Item, actor: Actor) -> JsonObject:
        ticket = ticket_of(item.ref)
        command = self._desk.vocabulary.find(*_VERBS[item.verb])
        if command is None:
            raise NotOneOf(name="verb", value=item.verb, choices=", ".join(_VERBS))
        taken = {parameter.name for parameter in command.parameters if parameter.kind is not ParameterKind.TICKET}
        for name in sorted(item.arguments.keys() - taken):
            raise NoSuchArgument(name=item.verb, value=shorten(clean_line(name), 40))
        before = await self._triage.snapshot(ticket, actor)
        reply = await self._desk.run(command, item.arguments, actor, ticket, people=item.people)
        if reply.draft is not None:  # it is asked first whether these words are to be sent
            raise LooksSecret(what=N_("a secret"), ref=ref_of(ticket))
        return {"ref": ref_of(ticket), "undo": await self._undo(before, actor)}

    async def _undo(self, before: Snapshot, actor: Actor) -> Json:
        if actor.person is None:
            return None
        ticket = before.ticket
        after = await self._triage.snapshot(ticket.id, actor)
        undo = undo_of(ticket, after.ticket, assignee=before.assignee, by=actor.person)
        return None if undo is None else {"ref": ticket.ref, "verb": undo.verb, "arguments": dict(undo.arguments)}


def _of_its_own(actor: Actor, place: int, item: Item) -> Actor:
    """So that each ticket's command is done once however often the whole is sent."""
    if actor.inbound is None:
        return actor
    return replace(actor, inbound=f"{actor.inbound}#{place}:{item.verb}:{item.ref.upper()}")


def _items(value: Json) -> Sequence[Item]:
    """Raises a BadField for what is no list of them, before anything is done."""
    if not isinstance(value, list) or not value:
        raise WrongKind(name="items", wanted=N_("a list of what to do"))
    if len(value) > _MOST:
        raise TooManyOf(name="items", count=len(value), limit=_MOST)
    return [_item(one) for one in value]


def _item(value: Json) -> Item:
    if not isinstance(value, Mapping):
        raise WrongKind(name="items", wanted=N_("an object for each ticket"))
    ref, verb, given = value.get("ref"), value.get("verb"), value.get("arguments") or {}
    if not isinstance(ref, str) or not isinstance(verb, str):
        raise Missing(name="ref" if not isinstance(ref, str) else "verb")
    if verb not in _VERBS:
        raise NotOneOf(name="verb", value=shorten(clean_line(verb), 40), choices=", ".join(_VERBS))
    if not isinstance(given, Mapping):
        raise WrongKind(name="arguments", wanted=N_("an object with texts"))
    people = {name: PersonId(one) for name, one in given.items() if name == "agent" and _is_number(one)}
    arguments = {name: _words(name, one) for name, one in given.items()}
    return Item(shorten(clean_line(ref), _LONGEST_REF), verb, arguments, people)


def _is_number(value: Json) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= MAX_ID


def _words(name: str, value: Json) -> str:
    """A text; a number; of several texts one, with spaces between them: tags."""
    several = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    if isinstance(value, list) and len(several) == len(value):
        value = " ".join(several)
    if _is_number(value):
        value = str(value)
    if not isinstance(value, str):
        raise WrongKind(name=shorten(clean_line(name), 40), wanted=N_("a text"))
    if len(value) > MAX_WORDS:
        raise FieldTooLong(name=shorten(clean_line(name), 40), length=len(value), limit=MAX_WORDS)
    return clean(value)
