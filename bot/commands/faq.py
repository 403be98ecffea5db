"""/faq: what is asked again and again, to be found, written, published and rated."""

from collections.abc import Mapping
from dataclasses import replace

from bot.commands.declaration import command, who_asks
from bot.commands.room import Room
from core.cards.faq import clear_first, faq_card, faq_form, faq_list, nothing_found
from core.commands import CreateFaq, EditFaq, PublishFaq, RateFaq, RetireFaq, SaveDraft
from core.errors import N_, BadArgument, BadInput, NoSuchDraft, NoSuchFaq
from core.faqs import FaqReading
from core.markdown import markdown_of
from core.model.faq import parse_faq_ref
from core.model.ids import DraftId, FaqId, TicketId, parse_ref
from core.model.people import Platform
from core.policy import Action
from core.text import Text, clean
from core.usecases.faqs import ClearFirst
from core.vocabulary import Asks, Call, Parameter, ParameterKind, Reply

_FAQ = Parameter(name="faq", kind=ParameterKind.FAQ, help=N_("The FAQ, like F-7"))
_WRITES_MARKDOWN = frozenset({Platform.WEB, Platform.API, Platform.DISCORD})
_HELPED = {"yes": True, "no": False}


@command(
    "faq",
    "search",
    Parameter(name="words", kind=ParameterKind.LINE, help=N_("What you want to know, in your own words")),
    help=N_("Find what was answered before"),
    action=Action.OPEN,
)
async def search(call: Call, room: Room) -> Reply:
    """The answer itself, where there is but one."""
    words, asker, reader = call.arguments["words"], who_asks(call), room.reader(call)
    found = await _reading(room).search(words, call.actor)
    if not found:
        return Reply(card=nothing_found(words, room.desk, reader))
    if len(found) == 1:
        return await _shown(found[0].faq.id, call, room)
    title = reader.gettext("Answers to “{words}”").format(words=words)
    return Reply(card=faq_list(title, found[:10], room.desk, reader, asker))


@command(
    "faq",
    "list",
    Parameter(name="category", kind=ParameterKind.CATEGORY, help=N_("Only those about this"), required=False),
    help=N_("Questions that are asked often, with their answers"),
    action=Action.OPEN,
)
async def list_(call: Call, room: Room) -> Reply:
    category, reader = call.arguments.get("category"), room.reader(call)
    found = await _reading(room).search("", call.actor, category=category)
    title = room.desk.category_name(category) if category else reader.gettext("Frequently asked questions")
    return Reply(card=faq_list(title, found[:25], room.desk, reader, who_asks(call)))


@command("faq", "show", _FAQ, help=N_("The answer to a frequently asked question"), action=Action.OPEN)
async def show(call: Call, room: Room) -> Reply:
    return await _shown(_faq(call), call, room)


@command(
    "faq",
    "add",
    Parameter(
        name="ref", kind=ParameterKind.TICKET, help=N_("The resolved ticket to make it of, like T-12"), required=False
    ),
    help=N_("Write a FAQ, or make one of a resolved ticket; it stays a draft until it is published"),
    action=Action.FAQ_DRAFT,
    asks=Asks.DRAFT,
)
async def add(call: Call, room: Room) -> Reply:
    if _is_sent(call):
        return await _saved(call, room)
    if call.ticket is None:
        return Reply(form=faq_form(call.arguments, room.desk, room.reader(call)))
    material = await _reading(room).material(call.ticket, call.actor)
    made = await _made_of(call.ticket, room)
    if made is not None:
        return await _shown(made, call, room, N_("{ref} was made of this ticket already: edit that one"))
    values = {
        "question": material.question,
        "answer": _written(material.answer, call),
        "category": material.category,
        "source": f"T-{material.source}",
        "names": "\n".join(material.names),
    }
    return await _form(values, call, room)


async def _made_of(ticket: TicketId, room: Room) -> FaqId | None:
    async with room.store.read() as work:
        found = (await work.faqs.made_of([ticket])).get(ticket)
    return found.id if found is not None else None


@command(
    "faq",
    "edit",
    _FAQ,
    help=N_("Change a FAQ; what is published stays until the change is"),
    action=Action.FAQ_DRAFT,
    asks=Asks.DRAFT,
)
async def edit(call: Call, room: Room) -> Reply:
    if _is_sent(call):
        return await _saved(call, room)
    view = await _reading(room).view(_faq(call), call.actor)
    latest = view.faq.latest
    values = {
        "faq": view.faq.ref,
        "base": str(latest.number),
        "question": latest.question,
        "answer": _written(latest.answer, call),
        "category": latest.category,
        "names": "\n".join(await _reading(room).names(view.faq)),
    }
    return await _form(values, call, room)


def _is_sent(call: Call) -> bool:
    """Whether a form brought it: a button, too, has values."""
    return call.draft is not None or "question" in call.values


async def _form(values: Mapping[str, str], call: Call, room: Room) -> Reply:
    """The form with ``values``, which a draft keeps: a door that opens it by a button finds them there."""
    outcome = await room.engine.handle(SaveDraft(values=values), replace(call.actor, inbound=None))
    return Reply(form=faq_form(values, room.desk, room.reader(call), draft=outcome.draft))


async def _saved(call: Call, room: Room) -> Reply:
    """What a form brought; the form again, with what is wrong."""
    earlier = await room.engine.earlier(call.actor)
    if earlier is not None and earlier.faq is not None:
        return await _shown(earlier.faq, call, room)
    saving = SaveDraft(draft=DraftId(call.draft) if call.draft else None, values=call.values)
    outcome = await room.engine.handle(saving, replace(call.actor, inbound=None))
    async with room.store.read() as work:
        draft = await work.drafts.get(outcome.draft) if outcome.draft is not None else None
    if draft is None:
        raise NoSuchDraft
    try:
        done = await room.do(await _saving(draft.values, draft.id, call, room), call)
    except BadInput as refusal:
        reader = room.reader(call)
        problem = refusal.sentence(reader.gettext)
        return Reply(form=faq_form(draft.values, room.desk, reader, draft=draft.id, problem=problem))
    if done.faq is None:
        raise ValueError("a FAQ that was just saved has no number")
    return await _shown(done.faq, call, room, N_("{ref} is saved; it is published by a lead or an admin"))


async def _saving(values: Mapping[str, str], draft: DraftId, call: Call, room: Room) -> CreateFaq | EditFaq:
    words, category = values.get("answer", ""), values.get("category", "")
    question = values.get("question", "")
    faq = parse_faq_ref(values.get("faq", ""))
    if faq is None:
        answer = await room.text(words, call)
        source = parse_ref(values.get("source", ""))
        return CreateFaq(question=question, answer=answer, category=category, source=source, draft=draft)
    before = (await _reading(room).view(faq, call.actor)).faq.latest.answer
    is_same = clean(words).strip() == clean(_written(before, call)).strip()
    base = values.get("base", "")
    return EditFaq(
        faq=faq,
        question=question,
        answer=before if is_same else await room.text(words, call),
        category=category,
        base=int(base) if base.isdecimal() else None,
        draft=draft,
    )


def _written(text: Text, call: Call) -> str:
    """As the door's people would type it; what was not changed there keeps its marks all the same."""
    return markdown_of(text) if call.actor.door in _WRITES_MARKDOWN else text.plain()


@command(
    "faq",
    "publish",
    _FAQ,
    Parameter(
        name="confirm",
        kind=ParameterKind.WORD,
        help=N_("The word yes: what may be about a person may stay"),
        required=False,
    ),
    Parameter(name="version", kind=ParameterKind.NUMBER, help=N_("The version that you read"), required=False),
    help=N_("Let everybody read the newest version of a FAQ, or say that it still holds"),
    action=Action.FAQ_PUBLISH,
)
async def publish(call: Call, room: Room) -> Reply:
    cleared = call.arguments.get("confirm", "").casefold() == "yes"
    version = call.arguments.get("version")
    try:
        await room.do(PublishFaq(faq=_faq(call), base=int(version) if version else None, cleared=cleared), call)
    except ClearFirst as doubt:
        return Reply(card=clear_first(doubt.faq, doubt.findings, room.desk, room.reader(call)))
    return await _shown(_faq(call), call, room, N_("{ref} is published: everybody can read it"))


@command("faq", "retire", _FAQ, help=N_("Take a FAQ away from everybody but the staff"), action=Action.FAQ_PUBLISH)
async def retire(call: Call, room: Room) -> Reply:
    await room.do(RetireFaq(faq=_faq(call)), call)
    return await _shown(_faq(call), call, room, N_("{ref} is retired: only the staff read it"))


@command(
    "faq",
    "rate",
    _FAQ,
    Parameter(name="helped", kind=ParameterKind.WORD, help=N_("Whether it helped you: yes or no")),
    help=N_("Say whether a FAQ helped you"),
    action=Action.OPEN,
)
async def rate(call: Call, room: Room) -> Reply:
    helped = _HELPED.get(call.arguments["helped"].casefold())
    if helped is None:
        raise BadArgument(name="helped", problem=N_("say yes or no."), usage=call.command.usage)
    await room.do(RateFaq(faq=_faq(call), helpful=helped), call)
    return await _shown(_faq(call), call, room, N_("Thank you: noted for {ref}"))


async def _shown(faq: FaqId, call: Call, room: Room, done: str = "") -> Reply:
    """``done``: the sentence on what was done, with a place for the ref."""
    view = await _reading(room).view(faq, call.actor)
    reader = room.reader(call)
    title = reader.gettext(done).format(ref=view.faq.ref) if done else ""
    findings = await _reading(room).findings(view, call.actor)
    return Reply(card=faq_card(view, room.desk, reader, who_asks(call), title=title, findings=findings))


def _faq(call: Call) -> FaqId:
    """Which FAQ a call is about: the grammar has seen to it that it is a ref."""
    faq = parse_faq_ref(call.arguments.get("faq", ""))
    if faq is None:
        raise NoSuchFaq(ref="?")
    return faq


def _reading(room: Room) -> FaqReading:
    return FaqReading(room.store, room.desk, room.clock)


COMMANDS = (search, list_, show, add, edit, publish, retire, rate)
