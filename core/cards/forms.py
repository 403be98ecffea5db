"""Forms: the one that opens a ticket, and the one that any command asks its missing arguments by."""

from collections.abc import Mapping, Sequence

from core import limits
from core.actions import Press, Submit, encode_press, encode_submit
from core.cards.card import Choice, Form, Input, InputKind, Reader, When
from core.model.desk import Category, Desk, QuestionKind, UrgencySetting
from core.model.ids import DraftId, TicketId, ref_of
from core.model.ticket import PRIORITY_WORDS, Priority
from core.vocabulary import Parameter, ParameterKind, SlashCommand, Vocabulary

FILES = "files"
"""The key of the input for files: what is put there travels beside the values."""


def open_form(
    values: Mapping[str, str], desk: Desk, reader: Reader, *, draft: DraftId | None = None, problem: str = ""
) -> Form:
    """The whole form, filled with ``values``. ``draft``: what holds them; without one, the first submit makes it."""
    return _form(draft, reader, open_inputs(values, desk, reader), problem=problem)


def next_form(values: Mapping[str, str], desk: Desk, reader: Reader, *, draft: DraftId | None) -> Form | None:
    """The inputs that apply to ``values`` and were not shown yet, as a door without conditional inputs needs it; None
    where nothing remains to be asked."""
    remaining = tuple(
        entry
        for entry in open_inputs(values, desk, reader)
        if entry.key != FILES
        and entry.key not in values
        and (entry.when is None or values.get(entry.when.field) == entry.when.value)
    )
    return _form(draft, reader, remaining, category=values.get("category", "")) if remaining else None


def questions_form(category: Category, values: Mapping[str, str], reader: Reader, *, draft: DraftId | None) -> Form:
    """A category's questions alone, filled with ``values``."""
    return _form(draft, reader, tuple(_questions(category, values)), category=category.key)


def _form(
    draft: DraftId | None, reader: Reader, inputs: tuple[Input, ...], *, category: str = "", problem: str = ""
) -> Form:
    _ = reader.gettext
    of_category = all(entry.when is not None for entry in inputs)
    known = {"draft": draft or "", **({"category": category} if of_category and category else {})}
    may_skip = of_category and draft is not None and not any(entry.required for entry in inputs)
    return Form(
        action=encode_submit(Submit("ticket", "open", draft=draft)),
        title=_("A few questions more") if of_category else _("Open a ticket"),
        submit=_("Open the ticket"),
        intro=_("A private thread opens for it. What is typed here is kept until you send it."),
        inputs=inputs,
        problem=problem,
        again=encode_press(Press("ticket", "open", None, known)) if draft else "",
        skip=encode_press(Press("ticket", "open", None, {**known, "skip": "yes"})) if may_skip else "",
    )


def open_inputs(values: Mapping[str, str], desk: Desk, reader: Reader) -> tuple[Input, ...]:
    """Title, category, priority, description, every category's questions (shown with their category), files."""
    _ = reader.gettext
    urgent = reader.is_staff or desk.urgent_by_requester is not UrgencySetting.DENY
    priorities = [priority for priority in Priority if urgent or priority is not Priority.URGENT]
    return (
        Input(
            key="title",
            label=_("What is the matter?"),
            kind=InputKind.LINE,
            required=True,
            hint=_("One line, as you would say it to a friend"),
            value=values.get("title", ""),
            max_length=limits.TITLE,
        ),
        Input(
            key="category",
            label=_("Category"),
            kind=InputKind.CHOICE,
            required=True,
            value=values.get("category", ""),
            choices=tuple(Choice(category.key, category.name) for category in desk.categories.values()),
        ),
        Input(
            key="priority",
            label=_("Priority"),
            kind=InputKind.CHOICE,
            required=True,
            value=values.get("priority", "") or Priority.NORMAL,
            choices=tuple(Choice(priority, _(PRIORITY_WORDS[priority]).capitalize()) for priority in priorities),
        ),
        Input(
            key="description",
            label=_("Tell us more"),
            kind=InputKind.PARAGRAPH,
            required=True,
            hint=_("What happened, what you tried, what you need"),
            value=values.get("description", ""),
            max_length=limits.TEXT,
        ),
        *(entry for category in desk.categories.values() for entry in _questions(category, values)),
        Input(key=FILES, label=_("Files"), kind=InputKind.FILES),
    )


def answers_in(values: Mapping[str, str], category: Category) -> Mapping[str, str]:
    """Question key -> what was typed."""
    return {question.key: values.get(category.input_key(question), "") for question in category.questions}


def _questions(category: Category, values: Mapping[str, str]) -> Sequence[Input]:
    return [
        Input(
            key=category.input_key(question),
            label=question.label,
            kind=_KINDS[question.kind],
            required=question.required,
            hint=question.hint,
            value=values.get(category.input_key(question), ""),
            choices=tuple(Choice(choice, choice) for choice in question.choices),
            max_length=None if question.kind is QuestionKind.CHOICE else limits.ANSWER,
            when=When("category", category.key),
        )
        for question in category.questions
    ]


_KINDS = {
    QuestionKind.LINE: InputKind.LINE,
    QuestionKind.PARAGRAPH: InputKind.PARAGRAPH,
    QuestionKind.CHOICE: InputKind.CHOICE,
}


def command_form(
    command: SlashCommand,
    given: Mapping[str, str],
    ticket: TicketId | None,
    vocabulary: Vocabulary,
    reader: Reader,
    problem: str = "",
) -> Form:
    """A form that asks for a command's arguments, made from its declaration."""
    _ = reader.gettext
    return Form(
        action=encode_submit(Submit(command.noun, command.verb, ticket=ticket)),
        title=f"{_(command.title)} {ref_of(ticket)}" if command.title and ticket is not None else _(command.help),
        submit=_(command.submit) if command.submit else _("Send"),
        inputs=tuple(
            _argument(parameter, given.get(parameter.name, ""), vocabulary, reader)
            for parameter in command.shown
            if parameter.kind is not ParameterKind.TICKET
        ),
        problem=problem,
        again=encode_press(Press(command.noun, command.verb, ticket)),
    )


def _argument(parameter: Parameter, value: str, vocabulary: Vocabulary, reader: Reader) -> Input:
    _ = reader.gettext
    choices = tuple(Choice(c.value, _(c.label).capitalize()) for c in vocabulary.choices.get(parameter.kind, ()))
    words = InputKind.PARAGRAPH if parameter.kind is ParameterKind.TEXT else InputKind.LINE
    return Input(
        key=parameter.name,
        label=_(parameter.help),
        kind=InputKind.CHOICE if choices else words,
        required=parameter.required,
        value=value,
        choices=choices,
        max_length=limits.TEXT if words is InputKind.PARAGRAPH else limits.TITLE,
    )
