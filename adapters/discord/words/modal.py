"""Forms as Discord's modals, and what was put into one as values.

Limits: https://docs.discord.com/developers/components/reference (label, text input, string select, file upload) and
https://docs.discord.com/developers/interactions/receiving-and-responding. A modal holds five components, cannot change
while it is filled in, and nothing in it is markup but the text display.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from adapters.discord.words.fit import ELLIPSIS, clip, head, one_line, units
from adapters.discord.words.markup import pieces
from core import limits
from core.cards.card import Choice, Form, Input, InputKind
from core.text import Bold, Paragraph, Text, clean, clean_line

Payload = dict[str, Any]
"""JSON as Discord takes it: its shape is Discord's to say."""

_ROW, _SELECT, _TEXT_INPUT, _TEXT_DISPLAY, _LABEL, _FILE_UPLOAD = 1, 3, 4, 10, 18, 19
_LINE, _PARAGRAPH = 1, 2
_COMPONENTS = 5
_TITLE = 45
_LABEL_ROOM = 45
_DESCRIPTION = 100
_WORDS = 4_000
_NOTICE = 1_500
_OPTIONS = 25
_OPTION = 100
_NONE = "–"


def modal(form: Form) -> Payload:
    """The modal for ``form``: its first five inputs, filled with their values, without those that depend on an answer
    that the same form asks for.

    What was wrong with the last submit, and the introduction, stand above the inputs where there is room for one more
    component; else the first input's description says what was wrong.
    """
    inputs = _shown(form)
    labels = [_label(entry) for entry in inputs]
    if (notice := _notice(form)) and len(labels) < _COMPONENTS:
        labels.insert(0, {"type": _TEXT_DISPLAY, "content": notice})
    elif labels and (problem := one_line(form.problem, _DESCRIPTION)):
        labels[0]["description"] = problem
    title = one_line(form.title, _TITLE) or _NONE
    return {
        "custom_id": form.action,
        "title": title,
        "components": labels or [{"type": _TEXT_DISPLAY, "content": title}],
    }


def _shown(form: Form) -> tuple[Input, ...]:
    asked = {entry.key for entry in form.inputs}
    return tuple(entry for entry in form.inputs if entry.when is None or entry.when.field not in asked)[:_COMPONENTS]


def _notice(form: Form) -> str:
    problem = tuple(Paragraph((Bold(block.spans),)) for block in _paragraphs(form.problem))
    first, *more = pieces(Text((*problem, *_paragraphs(form.intro))), _NOTICE) or [""]
    return first + ELLIPSIS if more else first


def _paragraphs(words: str) -> Iterator[Paragraph]:
    return (block for block in Text.of(words).blocks if isinstance(block, Paragraph))


def _label(entry: Input) -> Payload:
    name = clean_line(entry.label)
    label: Payload = {"type": _LABEL, "label": clip(name, _LABEL_ROOM) or _NONE, "component": _component(entry)}
    # A question too long for its place is said in full below it.
    whole = name if units(name) > _LABEL_ROOM else ""
    if description := one_line(" · ".join(filter(None, (whole, entry.hint))), _DESCRIPTION):
        label["description"] = description
    return label


def _component(entry: Input) -> Payload:
    if entry.kind is InputKind.FILES:
        return _file_upload(entry)
    options = _options(entry)
    if entry.kind in (InputKind.CHOICE, InputKind.CHOICES) and options:
        return _choice(entry, options)
    return _text_input(entry)


def _text_input(entry: Input) -> Payload:
    longest = max(1, min(entry.max_length or _WORDS, _WORDS))
    style = _PARAGRAPH if entry.kind is InputKind.PARAGRAPH else _LINE
    made: Payload = {
        "type": _TEXT_INPUT,
        "custom_id": entry.key,
        "style": style,
        "required": entry.required,
        "max_length": longest,
    }
    value = clean(entry.value) if style == _PARAGRAPH else clean_line(entry.value)
    if value:
        made["value"] = head(value, longest)
    return made


def _choice(entry: Input, options: Sequence[Payload]) -> Payload:
    return {
        "type": _SELECT,
        "custom_id": entry.key,
        "required": entry.required,
        "min_values": int(entry.required),
        "max_values": len(options) if entry.kind is InputKind.CHOICES else 1,
        "options": list(options),
    }


def _options(entry: Input) -> list[Payload]:
    """At most 25, those that are chosen among them."""
    choices = list({choice.value: choice for choice in entry.choices if 0 < units(choice.value) <= _OPTION}.values())
    chosen = [choice for choice in choices[_OPTIONS:] if choice.value in entry.chosen][:_OPTIONS]
    return [_option(choice, entry.chosen) for choice in [*choices[: _OPTIONS - len(chosen)], *chosen]]


def _option(choice: Choice, chosen: Collection[str]) -> Payload:
    made: Payload = {"label": one_line(choice.label, _OPTION) or _NONE, "value": choice.value}
    if choice.value in chosen:
        made["default"] = True
    return made


def _file_upload(entry: Input) -> Payload:
    return {
        "type": _FILE_UPLOAD,
        "custom_id": entry.key,
        "required": entry.required,
        "min_values": int(entry.required),
        "max_values": limits.FILES,
    }


def values_of(data: Mapping[str, Any]) -> tuple[dict[str, str], list[str]]:
    """What a sent modal holds, from the ``data`` of its interaction: input key -> what was typed or chosen ("" for
    nothing; several with commas between), and the ids of the attachments that were put into it."""
    values: dict[str, str] = {}
    files: list[str] = []
    for part in _filled(data.get("components") or ()):
        given = part.get("values") or ()
        if part.get("type") == _FILE_UPLOAD:
            files += [str(key) for key in given]
        elif key := part.get("custom_id"):
            values[str(key)] = str(part.get("value") or ",".join(map(str, given)))
    return values, files


def _filled(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    for component in components:
        if component.get("type") == _LABEL:
            yield component.get("component") or {}
        elif component.get("type") == _ROW:
            yield from component.get("components") or ()
