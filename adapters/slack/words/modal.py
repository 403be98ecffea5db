"""Forms as Slack's modals, and what was put into one as values.

https://docs.slack.dev/reference/views/modal-views and https://docs.slack.dev/reference/block-kit/blocks/input-block. An
input's ``block_id`` is its key, so that what was typed stays when the view is made anew with another category's
questions.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from adapters.slack.words.cards import card_blocks
from adapters.slack.words.elements import BOLD, context, line, plain_text, rich, text
from adapters.slack.words.fit import (
    CONTEXT_WORDS,
    HINT,
    INPUT,
    LABEL,
    METADATA,
    NONE,
    OPTION,
    OPTION_VALUE,
    OPTIONS,
    TITLE,
    VIEW_BLOCKS,
    Payload,
    clip,
    one_line,
    typed,
)
from core import limits
from core.cards.card import Button, Card, Choice, Form, Input, InputKind
from core.text import clean, clean_line

CATEGORY = "choose."
"""What the ``action_id`` of a menu begins with on whose choice other inputs depend: Slack tells of it at once."""
WATCHED = "watch."
"""What the ``action_id`` of a line begins with that Slack tells of when Enter is pressed in it
(https://docs.slack.dev/reference/block-kit/composition-objects/dispatch-action-configuration-object). Each letter would
be an event, and each change of the form a call, of which a workspace has about a hundred a minute."""
_NOTICE = 2_000
_WAIT = "One moment…"


def modal(
    form: Form, *, metadata: str, category: str | None = None, watched: str = "", below: Sequence[Payload] = ()
) -> Payload:
    """The modal for ``form``, with the inputs that apply.

    ``category``: what is chosen where other inputs depend on it; None: what it is filled with. ``metadata``: given back
    with whatever is done in it. ``watched``: the key of a line that Slack tells of before the form is sent; ``below``:
    blocks under it. Raises ValueError where ``metadata`` is longer than 3,000 characters.
    """
    if len(metadata) > METADATA:
        raise ValueError(f"metadata of {len(metadata)} characters")
    deciding = {entry.when.field for entry in form.inputs if entry.when is not None}
    notices = list(_notices(form))
    inputs: list[Payload] = []
    for entry in _shown(form, category)[: VIEW_BLOCKS - len(notices) - len(below)]:
        chosen = category if entry.key in deciding else None
        inputs.append(_input(entry, chosen, decides=entry.key in deciding, is_watched=entry.key == watched))
        inputs += below if entry.key == watched else ()
    return {
        **_view(form.title, notices + inputs or [_said(clean_line(form.title) or NONE)]),
        "callback_id": form.action,
        "submit": plain_text(one_line(form.submit, TITLE) or "✓"),
        "private_metadata": metadata,
    }


def card_modal(card: Card, title: str) -> Payload:
    """A card to read, and to press the buttons of."""
    return _view(title, card_blocks(card))


def sending_modal(card: Card, title: str, button: Button) -> Payload:
    """A card to read, and to press the buttons of: all but ``button``, which sends the modal."""
    others = tuple(one for one in card.buttons if one is not button)
    submit = plain_text(one_line(button.label, TITLE) or "✓")
    return {**card_modal(replace(card, buttons=others), title), "callback_id": button.action, "submit": submit}


def changed(action: Mapping[str, Any]) -> tuple[str, str] | None:
    """The key of an input that changed before the form was sent, and what is in it now, from an ``action`` of a
    ``block_actions`` payload; None where it is none of those that a form watches."""
    if not str(action.get("action_id") or "").startswith((CATEGORY, WATCHED)):
        return None
    chosen = action.get("selected_option") or {}
    return str(action.get("block_id") or ""), str(chosen.get("value") or action.get("value") or "")


def waiting(title: str) -> Payload:
    """What is seen while the desk is at it."""
    return _view(title, [context(_WAIT)])


def values_of(view: Mapping[str, Any]) -> tuple[dict[str, str], list[Mapping[str, Any]]]:
    """What a modal holds, from the ``view`` of its payload: input key -> what was typed or chosen ("" for nothing;
    several with commas between), and the files that were put into it, as Slack tells of them."""
    values: dict[str, str] = {}
    files: list[Mapping[str, Any]] = []
    for key, given in (view.get("state") or {}).get("values", {}).items():
        for put in given.values():
            match put.get("type"):
                case "file_input":
                    files += put.get("files") or ()
                case "multi_static_select":
                    values[key] = ",".join(str(option.get("value")) for option in put.get("selected_options") or ())
                case "static_select":
                    values[key] = str((put.get("selected_option") or {}).get("value") or "")
                case _:
                    values[key] = str(put.get("value") or "")
    return values, files


def _view(title: str, blocks: Sequence[Payload]) -> Payload:
    return {
        "type": "modal",
        "title": plain_text(one_line(title, TITLE) or NONE),
        "blocks": list(blocks),
        "notify_on_close": False,
    }


def _shown(form: Form, category: str | None) -> list[Input]:
    """Each key once; an input with a condition where the form does not ask for that, or it holds."""
    chosen = {entry.key: entry.value for entry in form.inputs}
    found = {
        entry.key: entry
        for entry in form.inputs
        if entry.when is None
        or entry.when.field not in chosen
        or entry.when.value == (chosen[entry.when.field] if category is None else category)
    }
    return list(found.values())


def _notices(form: Form) -> Iterator[Payload]:
    """What was wrong, the title where its place is too narrow, the introduction."""
    if problem := clip(clean(form.problem).strip(), _NOTICE):
        yield _said(f"🟠 {problem}")
    if (title := clip(clean_line(form.title), _NOTICE)) != one_line(form.title, TITLE):
        yield _said(title)
    if intro := one_line(form.intro, CONTEXT_WORDS):
        yield context(intro)


def _said(words: str) -> Payload:
    return rich(line(text(words, BOLD)))


def _input(entry: Input, chosen: str | None, *, decides: bool, is_watched: bool) -> Payload:
    made: Payload = {
        "type": "input",
        "block_id": entry.key,
        "label": plain_text(one_line(entry.label, LABEL) or NONE),
        "optional": not entry.required,
        "element": _element(entry, entry.value if chosen is None else chosen, decides),
    }
    if hint := one_line(entry.hint, HINT):
        made["hint"] = plain_text(hint)
    if is_watched:
        on_enter = {"trigger_actions_on": ["on_enter_pressed"]}
        made["element"] |= {"action_id": f"{WATCHED}{entry.key}", "dispatch_action_config": on_enter}
    return made | ({"dispatch_action": True} if changed(made["element"]) is not None else {})


def _element(entry: Input, value: str, decides: bool) -> Payload:
    if entry.kind is InputKind.FILES:
        return {"type": "file_input", "action_id": entry.key, "max_files": limits.FILES}
    options = _options(entry, entry.chosen if entry.kind is InputKind.CHOICES else [value])
    if entry.kind is InputKind.CHOICES and options:
        return _several(entry, options)
    if entry.kind is not InputKind.CHOICE or not options:
        return _words(entry, value)
    chosen = next((option for option in options if option["value"] == value), None)
    return {
        "type": "static_select",
        "action_id": (CATEGORY if decides else "") + entry.key,
        "options": options,
    } | ({"initial_option": chosen} if chosen is not None else {})


def _several(entry: Input, options: Sequence[Payload]) -> Payload:
    chosen = [option for option in options if option["value"] in entry.chosen]
    return {
        "type": "multi_static_select",
        "action_id": entry.key,
        "options": list(options),
    } | ({"initial_options": chosen} if chosen else {})


def _words(entry: Input, value: str) -> Payload:
    longest = max(1, min(entry.max_length or INPUT, INPUT))
    multiline = entry.kind is InputKind.PARAGRAPH
    made: Payload = {
        "type": "plain_text_input",
        "action_id": entry.key,
        "multiline": multiline,
        "max_length": longest,
    }
    filled = typed(clean(value) if multiline else clean_line(value), longest)
    return made | ({"initial_value": filled} if filled else {})


def _options(entry: Input, chosen: Collection[str]) -> list[Payload]:
    """At most 100, those that are chosen among them."""
    choices = list({choice.value: choice for choice in entry.choices if 0 < len(choice.value) <= OPTION_VALUE}.values())
    kept = [choice for choice in choices[OPTIONS:] if choice.value in chosen][:OPTIONS]
    return [_option(choice) for choice in [*choices[: OPTIONS - len(kept)], *kept]]


def _option(choice: Choice) -> Payload:
    return {"text": plain_text(one_line(choice.label, OPTION) or NONE), "value": choice.value}
