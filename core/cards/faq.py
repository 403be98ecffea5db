"""Frequently asked questions as cards and lists, and the form that they are written in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from core import limits
from core.actions import Press, Submit, encode_press, encode_submit
from core.cards.card import Button, ButtonStyle, Card, Choice, Field, Form, Input, InputKind, Reader, Row, Tone
from core.cards.ticket import Names
from core.events import Event, FaqDrafted, FaqEdited, FaqPublished, FaqRated, FaqRetired
from core.model.desk import Desk
from core.model.faq import STATE_WORDS, Faq, FaqState, FaqVersion, faq_ref
from core.model.ids import DraftId, ref_of
from core.model.people import Person
from core.policy import Action, is_public, may_in_general, public_faq_categories
from core.rules.personal import Finding, personal_in
from core.text import Text, shorten

_PREVIEW = 140
"""Characters of an answer in a list."""
_QUOTED = 60
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class FaqView:
    """A FAQ as one person reads it."""

    faq: Faq
    shown: FaqVersion
    """The staff read the latest version, everybody else the published one."""
    rating: bool | None = None
    """What the person said of it."""
    names: Names = field(default_factory=dict)
    """Of who wrote it: for the staff."""


def faq_url(faq: Faq, desk: Desk) -> str:
    return f"{desk.public_url}/faq/{faq.ref}"


def faq_card(
    view: FaqView,
    desk: Desk,
    reader: Reader,
    viewer: Person | None,
    *,
    title: str = "",
    findings: Sequence[Finding] = (),
) -> Card:
    """``viewer`` decides on the buttons, and whether it says how it stands. ``title``: what was just done, in place of
    the question, which then stands below. ``findings``: what in it may be about a person, for those who can change
    that before it is published."""
    faq, shown = view.faq, view.shown
    tends = viewer is not None and may_in_general(Action.FAQ_DRAFT, viewer)
    return Card(
        title=title or shown.question,
        subtitle=shown.question if title else faq.ref,
        body=shown.answer,
        tone=Tone.WARNING if tends and not is_public(faq, desk) else Tone.PLAIN,
        fields=(*_category(shown, desk, reader), *(_standing(view, desk, reader) if tends else ())),
        footer=findings_words(findings, reader) if tends else "",
        buttons=faq_buttons(view, desk, reader, viewer),
        url=faq_url(faq, desk),
    )


def _category(shown: FaqVersion, desk: Desk, reader: Reader) -> Sequence[Field]:
    name = desk.category_name(shown.category)
    return [Field(reader.gettext("Category"), name, "category")] if shown.category else []


def _standing(view: FaqView, desk: Desk, reader: Reader) -> Sequence[Field]:
    """For the staff: what is public of it, by whom it is, what people said of it."""
    _, faq = reader.gettext, view.faq
    fields = [
        Field(_("State"), state_words(faq, desk, reader), "state"),
        Field(
            _("Version"),
            _("{number}, by {name}").format(number=faq.latest.number, name=view.names.get(faq.latest.by, "?")),
            "version",
        ),
    ]
    if faq.review_at is not None:
        label = _("Should have been looked at again") if faq.is_stale(reader.now) else _("To be looked at again")
        fields.append(Field(label, faq.review_at, "review"))
    if faq.source is not None:
        fields.append(Field(_("Written from"), ref_of(faq.source), "source"))
    if faq.helpful or faq.unhelpful:
        said = _("{helpful} of {all}").format(helpful=faq.helpful, all=faq.helpful + faq.unhelpful)
        fields.append(Field(_("It helped"), said, "helpful"))
    return fields


def state_words(faq: Faq, desk: Desk, reader: Reader) -> str:
    """How a FAQ stands, in the staff's words."""
    _ = reader.gettext
    if faq.state is FaqState.PUBLISHED and not is_public(faq, desk):
        return _("Published, but read by nobody: its category is none that everybody may read of")
    if faq.waits and faq.published is not None:
        return _("Version {number} is published, this one waits to be").format(number=faq.published.number)
    return _(STATE_WORDS[faq.state]).capitalize()


def faq_buttons(view: FaqView, desk: Desk, reader: Reader, viewer: Person | None) -> tuple[Button, ...]:
    """Whether it helped, for whoever is signed in; what the staff can do with it."""
    if viewer is None:
        return ()
    _, faq = reader.gettext, view.faq
    buttons: list[Button] = []
    if is_public(faq, desk) and may_in_general(Action.OPEN, viewer):
        for label, value, word in ((_("It helped"), True, "yes"), (_("It did not help"), False, "no")):
            style = ButtonStyle.PRIMARY if view.rating is value else ButtonStyle.PLAIN
            buttons.append(Button(label=label, action=press_of("rate", faq, helped=word), style=style))
        if view.rating is False:
            buttons.append(Button(label=_("Open a ticket"), action=encode_press(Press("ticket", "open"))))
    if may_in_general(Action.FAQ_DRAFT, viewer):
        buttons.append(Button(label=_("Edit"), action=press_of("edit", faq)))
    if may_in_general(Action.FAQ_PUBLISH, viewer):
        buttons += _publishing(faq, reader)
    return tuple(buttons)


def _publishing(faq: Faq, reader: Reader) -> Sequence[Button]:
    _ = reader.gettext
    buttons = []
    seen = {"version": str(faq.latest.number)}
    if faq.state is not FaqState.PUBLISHED or faq.waits:
        press = press_of("publish", faq, **seen)
        buttons.append(Button(label=_("Publish"), action=press, style=ButtonStyle.PRIMARY))
    elif faq.is_stale(reader.now):
        buttons.append(Button(label=_("It still holds"), action=press_of("publish", faq, **seen)))
    if faq.state is not FaqState.RETIRED:
        buttons.append(Button(label=_("Retire"), action=press_of("retire", faq), style=ButtonStyle.DANGER))
    return buttons


def press_of(verb: str, faq: Faq, **arguments: str) -> str:
    """What a button does with a FAQ."""
    return encode_press(Press("faq", verb, None, {"faq": faq.ref, **arguments}))


def faq_row(view: FaqView, desk: Desk, reader: Reader, *, tends: bool = False) -> Row:
    """``tends``: whether it says how it stands."""
    faq, shown, _ = view.faq, view.shown, reader.gettext
    stands = state_words(faq, desk, reader) if tends and (faq.waits or not is_public(faq, desk)) else ""
    about = desk.category_name(shown.category) if shown.category else ""
    parts = [stands, about, shorten(shown.answer.plain().replace("\n", " "), _PREVIEW)]
    return Row(
        title=f"{faq.ref} {shown.question}",
        detail=" · ".join(part for part in parts if part),
        url=faq_url(faq, desk),
        buttons=(Button(label=_("Show"), action=press_of("show", faq)),),
    )


def faq_list(title: str, views: Sequence[FaqView], desk: Desk, reader: Reader, viewer: Person | None) -> Card:
    _ = reader.gettext
    tends = viewer is not None and may_in_general(Action.FAQ_DRAFT, viewer)
    nothing = Text.of(_("Nothing here yet."))
    write = Button(label=_("Write a FAQ"), action=encode_press(Press("faq", "add")))
    return Card(
        title=title,
        body=Text() if views else nothing,
        rows=tuple(faq_row(view, desk, reader, tends=tends) for view in views),
        buttons=(write,) if tends else (),
        url=f"{desk.public_url}/faq",
    )


def nothing_found(words: str, desk: Desk, reader: Reader) -> Card:
    _ = reader.gettext
    return Card(
        title=_("No FAQ answers “{words}”").format(words=shorten(words, _QUOTED)),
        body=Text.of(_("Try other words, or ask: somebody answers.")),
        buttons=(
            Button(label=_("Open a ticket"), action=encode_press(Press("ticket", "open")), style=ButtonStyle.PRIMARY),
        ),
        url=f"{desk.public_url}/faq",
    )


def clear_first(faq: Faq, findings: Sequence[Finding], desk: Desk, reader: Reader) -> Card:
    """What looks like personal data, before everybody can read it."""
    _ = reader.gettext
    publish = press_of("publish", faq, confirm="yes", version=str(faq.latest.number))
    return Card(
        title=_("Is this for everybody to read?"),
        subtitle=f"{faq.ref} {faq.latest.question}",
        body=Text.of(
            _(
                "Everybody can read what is published. Take out what is about a person, or secret, "
                "or say that it may stay."
            )
        ),
        tone=Tone.WARNING,
        rows=tuple(Row(title=shorten(one.words, _QUOTED), detail=_(one.named)) for one in _distinct(findings)),
        buttons=(
            Button(label=_("Edit"), action=press_of("edit", faq), style=ButtonStyle.PRIMARY),
            Button(label=_("They may stay: publish it"), action=publish, style=ButtonStyle.DANGER),
        ),
        url=faq_url(faq, desk),
    )


def _distinct(findings: Sequence[Finding]) -> Sequence[Finding]:
    return list({(one.kind, one.words): one for one in findings}.values())


def findings_words(findings: Sequence[Finding], reader: Reader) -> str:
    """Each finding with its kind, in one sentence; "" for none."""
    _ = reader.gettext
    each = [
        _("{words} ({kind})").format(words=shorten(one.words, _QUOTED), kind=_(one.named))
        for one in _distinct(findings)
    ]
    if not each:
        return ""
    more = len(each) - _MOST_NAMED
    named = [*each[:_MOST_NAMED], *([_("and {count} more").format(count=more)] if more > 0 else [])]
    return _("May be about a person, or secret: {list}.").format(list=", ".join(named))


def faq_form(
    values: Mapping[str, str], desk: Desk, reader: Reader, *, draft: DraftId | None = None, problem: str = ""
) -> Form:
    """For a new FAQ, or for the one that ``values`` name. ``draft``: what holds them. What may be personal data in them
    is named below the words that it stands in."""
    _ = reader.gettext
    verb = "edit" if values.get("faq") else "add"
    names, own = values.get("names", "").split("\n"), desk.secret_patterns
    of = {key: findings_words(personal_in(values.get(key, ""), names, own), reader) for key in ("question", "answer")}
    choices = [key for key in desk.categories if key in public_faq_categories(desk)]
    return Form(
        action=encode_submit(Submit("faq", verb, draft=draft)),
        title=_("Edit {ref}").format(ref=values["faq"]) if verb == "edit" else _("A new FAQ"),
        submit=_("Save the draft"),
        intro=_("Only the staff read a draft. Once it is published, everybody can read it."),
        problem=problem,
        again=encode_press(Press("faq", verb, None, {"draft": draft})) if draft else "",
        inputs=(
            Input(
                key="question",
                label=_("The question, as people ask it"),
                kind=InputKind.LINE,
                required=True,
                hint=of["question"],
                value=values.get("question", ""),
                max_length=limits.TITLE,
            ),
            Input(
                key="answer",
                label=_("The answer"),
                kind=InputKind.PARAGRAPH,
                required=True,
                hint=of["answer"],
                value=values.get("answer", ""),
                max_length=limits.TEXT,
            ),
            Input(
                key="category",
                label=_("Category"),
                kind=InputKind.CHOICE,
                value=values.get("category", ""),
                choices=tuple(Choice(key, desk.category_name(key)) for key in choices),
            ),
        ),
    )


def line_of_faqs(event: Event, who: str, reader: Reader) -> str:
    """For the audit; "" for an event of another kind."""
    _ = reader.gettext
    match event:
        case FaqDrafted(faq=faq):
            return _("{who} drafted {ref}").format(who=who, ref=faq_ref(faq))
        case FaqEdited(faq=faq, number=number):
            return _("{who} saved version {number} of {ref}").format(who=who, number=number, ref=faq_ref(faq))
        case FaqPublished(faq=faq, number=number):
            return _("{who} published version {number} of {ref}").format(who=who, number=number, ref=faq_ref(faq))
        case FaqRetired(faq=faq):
            return _("{who} retired {ref}").format(who=who, ref=faq_ref(faq))
        case FaqRated(faq=faq, helpful=True):
            return _("{who} said that {ref} helped").format(who=who, ref=faq_ref(faq))
        case FaqRated(faq=faq):
            return _("{who} said that {ref} did not help").format(who=who, ref=faq_ref(faq))
        case _:
            return ""
