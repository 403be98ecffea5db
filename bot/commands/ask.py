"""What may answer a question without a ticket: /ask, and what is pressed under what is similar to a ticket to come."""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.declaration import command, who_asks
from bot.commands.room import Room
from core import limits
from core.cards.card import Button, Card
from core.cards.faq import faq_card
from core.cards.suggestions import found_action, opening, suggestions_card, unsure_card
from core.commands import FollowTicket, FoundAnswer, SaveDraft
from core.errors import N_, BadArgument, Clash, NoSuchDraft, Refusal
from core.faqs import FaqReading
from core.model.draft import SHOWN, SIMILAR, Draft
from core.model.faq import parse_faq_ref
from core.model.ids import DraftId, FaqId, parse_ref
from core.model.people import Platform
from core.model.suggestion import NOTHING, Suggestions
from core.policy import Action
from core.text import Text, clean_line, shorten
from core.vocabulary import Call, Parameter, ParameterKind, Reply

_BETWEEN = frozenset({Platform.DISCORD, Platform.SLACK})
"""Doors that show what is similar after their form, unless they say that they did while it was filled."""
_NEEDED = ("title", "category", "description")


class NothingToJoin(Clash):
    template = N_("There is nothing to join any more: what was similar is solved, or you hear of it already.")


@command(
    "ask",
    "",
    Parameter(name="question", kind=ParameterKind.TEXT, help=N_("What you want to know, in your own words")),
    help=N_("Ask: answered at once where the answer is known, else it becomes a ticket"),
    action=Action.OPEN,
)
async def ask(call: Call, room: Room) -> Reply:
    """The question is kept in a draft, so that a ticket can be opened with it."""
    words = call.arguments["question"]
    found = await room.lookups.answer(words, call.actor)
    line = shorten(clean_line(words[: 2 * limits.TEXT]), limits.TITLE)
    values = {"title": line, "description": words[: limits.TEXT]}
    outcome = await room.engine.handle(SaveDraft(values=values), replace(call.actor, inbound=None))
    if outcome.draft is None:
        raise ValueError("a draft that was just saved has no name")
    if found.best is not None:
        return await _answered(found.best, outcome.draft, call, room)
    return Reply(card=unsure_card(line, found.near, outcome.draft, room.reader(call)))


async def _answered(faq: FaqId, draft: DraftId, call: Call, room: Room) -> Reply:
    """The FAQ itself, which is its source too."""
    reader = room.reader(call)
    view = await FaqReading(room.store, room.desk, room.clock).view(faq, call.actor)
    public = view.faq.published
    if public is None:
        raise ValueError("a FAQ that answers a question is not published")
    card = faq_card(replace(view, shown=public), room.desk, reader, None)
    helped = Button(label=reader.gettext("This answers it"), action=found_action(view.faq.ref, draft))
    source = reader.gettext("From {ref}, a frequently asked question. Not what you meant? Open a ticket.")
    return Reply(card=replace(card, buttons=(helped, opening(draft, reader)), footer=source.format(ref=view.faq.ref)))


@command(
    "ticket",
    "found",
    Parameter(name="what", kind=ParameterKind.WORD, help=N_("What answers it: a FAQ or a ticket, like F-7 or T-12")),
    help=N_("Say that a FAQ or a solved ticket answers your question"),
    action=Action.OPEN,
)
async def found(call: Call, room: Room) -> Reply:
    what = call.arguments["what"]
    faq, ticket = parse_faq_ref(what), parse_ref(what)
    if faq is None and ticket is None:
        problem = N_("a ref is wanted, like F-7 or T-12.")
        raise BadArgument(name="what", problem=problem, usage=call.command.usage)
    await room.do(FoundAnswer(faq=faq, found=None if faq else ticket, draft=draft_of(call)), call)
    _ = room.reader(call).gettext
    words = _("No ticket was opened. If it does not help after all, /ticket open starts one.")
    return Reply(card=Card(title=_("Good to hear that it is answered"), body=Text.of(words)))


@command(
    "ticket",
    "join",
    Parameter(name="title", kind=ParameterKind.LINE, help=N_("What it is about, in one line"), required=False),
    Parameter(name="category", kind=ParameterKind.CATEGORY, help=N_("What it is about"), required=False),
    help=N_("+1 to what others reported like it: hear when it is solved, without seeing theirs"),
    action=Action.FOLLOW,
)
async def join(call: Call, room: Room) -> Reply:
    """Which ticket that is, the desk finds out anew: its number comes from nowhere outside, and goes nowhere."""
    if await room.engine.earlier(call.actor) is None:
        await _join(call, room)
    _ = room.reader(call).gettext
    words = _("It is somebody else's and private, so you see nothing of it. You are told when it is solved.")
    return Reply(card=Card(title=_("You will hear when it is solved"), body=Text.of(words)))


async def _join(call: Call, room: Room) -> None:
    draft = await _own(draft_of(call), call, room)
    values: Mapping[str, str] = draft.values if draft is not None else call.arguments
    title, description, category = (values.get(key, "") for key in ("title", "description", "category"))
    if not title.strip():
        raise BadArgument(name="title", problem=N_("this is missing."), usage=call.command.usage)
    ticket = await room.lookups.unseen(title, description, category, call.actor)
    if ticket is None:
        raise NothingToJoin
    kept = draft.id if draft is not None else await _kept(values, call, room)
    try:
        await room.do(FollowTicket(ticket=ticket, draft=kept), call)
    except NoSuchDraft:
        raise
    except Refusal:
        # Its sentence may name the ticket.
        raise NothingToJoin from None


async def _kept(values: Mapping[str, str], call: Call, room: Room) -> DraftId | None:
    """What was typed: whoever follows unseen knows what they follow by nothing else."""
    outcome = await room.engine.handle(SaveDraft(values=values), replace(call.actor, inbound=None))
    return outcome.draft


async def _own(draft: DraftId | None, call: Call, room: Room) -> Draft | None:
    """Raises NoSuchDraft where it ended, or is another's."""
    if draft is None:
        return None
    async with room.store.read() as work:
        kept = await work.drafts.get(draft)
    if kept is None or kept.person != who_asks(call).id:
        raise NoSuchDraft
    return kept


def draft_of(call: Call) -> DraftId | None:
    """The draft that a button under a suggestion carries along."""
    return DraftId(call.values["draft"]) if call.values.get("draft") else None


async def before(values: Mapping[str, str], call: Call, room: Room) -> Suggestions:
    """What may answer the ticket of a form, to be shown before it is opened: once, on a door that has not shown it."""
    is_due = call.actor.door in _BETWEEN and not values.get(SIMILAR)
    if not is_due or not all(values.get(key, "").strip() for key in _NEEDED):
        return NOTHING
    return await room.lookups.similar(values["title"], values["description"], values["category"], call.actor)


async def marked(draft: DraftId, call: Call, room: Room) -> None:
    """It was looked whether something is similar to what ``draft`` holds: once is enough."""
    saving = SaveDraft(draft=draft, values={SIMILAR: SHOWN})
    await room.engine.handle(saving, replace(call.actor, inbound=None))


def suggested(suggestions: Suggestions, draft: DraftId, call: Call, room: Room, *, own: str) -> Reply:
    """``own``: what opens the rest of the form; "" where nothing is left to ask."""
    card = suggestions_card(suggestions, draft, room.reader(call), own=own)
    return Reply(card=card, suggestions=suggestions, draft=draft)


COMMANDS = (ask, found, join)
