"""What is similar to a ticket while its form is filled, and what is chosen of it in place of that ticket.

Asked by POST, so that nobody's words stand in an access log. What is chosen is done by the same buttons as on the other
doors; what was typed becomes a draft first, which ends with it.
"""

from collections.abc import Sequence
from dataclasses import replace
from enum import StrEnum
from typing import assert_never

from aiohttp import web

from adapters.web.bodies import Body, read_json, ticket_of
from adapters.web.gate import Gate, Visitor
from adapters.web.render import JsonObject, answer, reply_json
from core.cards.card import Reader
from core.cards.suggestions import (
    choices,
    follow_action,
    followed,
    found_action,
    join_action,
    others_detail,
    others_line,
    own_words,
    plus_one,
    similar_title,
)
from core.commands import Actor, SaveDraft
from core.engine import Engine
from core.frontdesk import FrontDesk
from core.model.faq import parse_faq_ref
from core.model.ids import DraftId, ref_of
from core.model.suggestion import Suggestion, Suggestions


class Choice(StrEnum):
    FOLLOW = "follow"
    """+1: hear when that ticket is solved."""
    FOUND = "found"
    """That FAQ or solved ticket answers it."""
    JOIN = "join"
    """+1 to what others reported, unseen."""


class SimilarApi:
    def __init__(self, desk: FrontDesk, engine: Engine, gate: Gate) -> None:
        self._desk = desk
        self._engine = engine
        self._gate = gate

    def routes(self) -> list[web.AbstractRouteDef]:
        inside = self._gate.signed_in
        return [
            web.post("/api/similar", inside(self.similar)),
            web.post("/api/similar/choice", inside(self.choose)),
        ]

    async def similar(self, request: web.Request, visitor: Visitor) -> web.Response:
        """Nothing where nothing is similar, where it takes too long, and for whoever asks too often."""
        body = await read_json(request)
        title, description, category = (body.optional(name) or "" for name in ("title", "description", "category"))
        found = await self._desk.similar(title, description, category, self._gate.actor(request, visitor))
        return answer(suggestions_json(found, self._gate.reader(visitor)))

    async def choose(self, request: web.Request, visitor: Visitor) -> web.Response:
        body = await read_json(request)
        wanted = body.one_of("choice", Choice)
        ref = _ref(body) if wanted is not Choice.JOIN else ""
        actor = self._gate.actor(request, visitor)
        draft = await self._draft(body, actor)
        return answer(reply_json(await self._desk.press(_action(wanted, ref, draft), actor)))

    async def _draft(self, body: Body, actor: Actor) -> DraftId:
        """Of what was typed. The request's own id is left for what is chosen."""
        saving = SaveDraft(values=body.texts("values"))
        outcome = await self._engine.handle(saving, replace(actor, inbound=None))
        if outcome.draft is None:
            raise RuntimeError("a draft that was just saved has no name")
        return outcome.draft


def _ref(body: Body) -> str:
    """As the desk writes it. Raises NoSuchTicket for what is no ref."""
    word = body.words("ref")
    return word.strip() if parse_faq_ref(word) is not None else ref_of(ticket_of(word))


def _action(wanted: Choice, ref: str, draft: DraftId) -> str:
    match wanted:
        case Choice.FOLLOW:
            return follow_action(ticket_of(ref), draft)
        case Choice.FOUND:
            return found_action(ref, draft)
        case Choice.JOIN:
            return join_action(draft)
        case _:
            assert_never(wanted)


def suggestions_json(found: Suggestions, reader: Reader) -> JsonObject:
    """``own``: what opens one's own ticket all the same. Of others' private tickets nothing but a line, or null."""
    others: JsonObject | None = None
    if found.others is not None:
        joining = _choice_json(Choice.JOIN, plus_one(reader)) if found.can_join_blind else None
        others = {"line": others_line(found.others, reader), "detail": others_detail(reader), "choice": joining}
    return {
        "title": similar_title(reader),
        "own": own_words(reader),
        "items": [_item_json(one, reader) for one in found.items],
        "others": others,
    }


def _item_json(one: Suggestion, reader: Reader) -> JsonObject:
    return {
        "kind": one.kind.value,
        "ref": one.ref,
        "title": one.title,
        "why": list(one.why),
        "state": one.state,
        "followed": list(followed(one, reader)),
        "answer": one.answer,
        "is_solved": one.is_solved,
        "choice": _offered(one, reader),
        "url": one.url,
    }


def _offered(one: Suggestion, reader: Reader) -> JsonObject | None:
    labels: Sequence[str] = [button.label for button in choices(one, None, reader)]
    return _choice_json(Choice.FOLLOW if one.can_follow else Choice.FOUND, labels[0]) if labels else None


def _choice_json(wanted: Choice, label: str) -> JsonObject:
    return {"choice": wanted.value, "label": label}
