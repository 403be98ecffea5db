"""The text form of a command: ``/noun verb [ref] args``.

Arguments come in the order of the parameters; any may be given as ``name:value`` instead, before the text that takes
the rest. A value with spaces is quoted; the last text takes the rest of the line as it stands, quotes, line breaks and
all, but for one pair of quotes around the whole of it. What is declared as ``is_named`` is given by name alone, and a
command that has such takes each of its names anywhere, among the words too (``/ticket list grades priority:high``). In
a ticket's thread the ref may be left out. Elsewhere it comes first; behind other arguments it is understood where it
cannot be a word of them (``/staff snooze 2h T-12``). What cannot be read is refused with what is wrong and how the
command is used.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

from core.errors import N_, BadArgument, BadCommand, WhichTicket
from core.model.faq import faq_ref, parse_faq_ref
from core.model.ids import TicketId, parse_ref
from core.text import clean, shorten
from core.vocabulary import Choice, Parameter, ParameterKind, SlashCommand, Vocabulary

_TOKEN = re.compile(r'\s*(?:"(?P<straight>[^"]*)"(?=\s|$)|“(?P<curly>[^”]*)”(?=\s|$)|(?P<bare>\S+))')
_NAMED = re.compile(r'\s*(?P<name>[a-z_]+):(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))(?=\s|$)')
_LATE_REF = re.compile(r"T-[1-9][0-9]{0,14}", re.IGNORECASE | re.ASCII)
"""A ref that stands behind other words: ``#12`` may be meant as something else there."""
_REF_AT_END = re.compile(rf"\s({_LATE_REF.pattern})$", re.IGNORECASE | re.ASCII)
_SHOWN = 80
"""Characters of a word that cannot be read, in the sentence that says so."""
_RESTS = (ParameterKind.LINE, ParameterKind.TEXT, ParameterKind.PERSON, ParameterKind.AGENT)
"""Kinds that take the rest of the line where they come last: a text, and a name with spaces in it."""


@dataclass(frozen=True, slots=True)
class Parsed:
    command: SlashCommand
    ticket: TicketId | None
    arguments: dict[str, str]


@dataclass(slots=True)
class _Rest:
    """What of the line is not read yet."""

    line: str

    def peek(self) -> str | None:
        found = _TOKEN.match(self.line)
        return None if found is None else next(group for group in found.groups() if group is not None)

    def take(self) -> str | None:
        found = _TOKEN.match(self.line)
        if found is None:
            return None
        self.line = self.line[found.end() :]
        return next(group for group in found.groups() if group is not None)

    def second(self) -> str | None:
        """The word after the next one, which is taken."""
        return None if self.take() is None else self.peek()

    def next_is_quoted(self) -> bool:
        found = _TOKEN.match(self.line)
        return found is not None and found["bare"] is None

    def take_all(self) -> str | None:
        """Without the quotes, where all of it stands in one pair of them."""
        words, self.line = self.line.strip(), ""
        quoted = _TOKEN.fullmatch(words)
        if quoted is not None and quoted["bare"] is None:
            words = next(group for group in quoted.groups() if group is not None).strip()
        return words or None

    def take_ref(self, *, at_end: bool) -> str | None:
        """The next word where it is a ref, or, ``at_end``, the last one."""
        if _LATE_REF.fullmatch(self.peek() or "") and not self.next_is_quoted():
            return self.take()
        found = _REF_AT_END.search(self.line) if at_end else None
        if found is None:
            return None
        self.line = self.line[: found.start()]
        return found[1]

    def take_named_anywhere(self, names: set[str]) -> Iterator[tuple[str, str]]:
        """Each that is not within quotes; the rest stays as it is."""
        kept = []
        while (found := _TOKEN.match(self.line)) is not None:
            named = self.take_named(names)
            if named is not None:
                yield named
            else:
                kept.append(found[0])
                self.line = self.line[found.end() :]
        self.line = "".join(kept)

    def take_named(self, names: set[str]) -> tuple[str, str] | None:
        found = _NAMED.match(self.line)
        if found is None or found["name"] not in names:
            return None
        self.line = self.line[found.end() :]
        return found["name"], found["quoted"] if found["quoted"] is not None else found["bare"]


def parse(line: str, vocabulary: Vocabulary, context: TicketId | None) -> Parsed:
    """Raises BadCommand, BadArgument or WhichTicket. ``context`` is the ticket whose thread it was typed in."""
    rest = _Rest(clean(line).strip().removeprefix("/"))
    command = _command(rest, vocabulary)
    given = _given_by_name(rest, command)
    placed = [parameter for parameter in command.shown if not parameter.is_named]
    names = {parameter.name for parameter in placed}
    ref = next((p.name for p in command.shown if p.kind is ParameterKind.TICKET), None)
    for number, parameter in enumerate(placed):
        is_last = number == len(placed) - 1
        while (named := rest.take_named(names - given.keys())) is not None:
            given[named[0]] = named[1]
        if ref is not None and ref not in given and _may_follow(parameter):
            _keep(given, ref, rest.take_ref(at_end=is_last))
        if _is_left_to_another(command, parameter, rest, context):
            ref = None
        elif parameter.name not in given:
            _keep(given, parameter.name, _positional(parameter, rest, vocabulary, is_last=is_last))
    word = rest.peek()
    if word is not None:
        _refuse(word, command, given, vocabulary)
    return resolve(command, given, vocabulary, context)


def _given_by_name(rest: _Rest, command: SlashCommand) -> dict[str, str]:
    """What is named anywhere in the line of a command that has an ``is_named``. Raises BadArgument where one is given
    twice."""
    given: dict[str, str] = {}
    is_scattered = any(parameter.is_named for parameter in command.parameters)
    names = {parameter.name for parameter in command.shown}
    for name, value in rest.take_named_anywhere(names) if is_scattered else ():
        if name in given:
            raise BadArgument(name=name, problem=N_("this is given twice."), usage=command.usage)
        given[name] = value
    return given


def _keep(given: dict[str, str], name: str, value: str | None) -> None:
    if value is not None:
        given[name] = value


def _may_follow(parameter: Parameter) -> bool:
    """Whether a ref among or behind the words of ``parameter`` is none of them."""
    if parameter.kind is ParameterKind.LINE:
        return parameter.is_no_prose
    return parameter.kind not in (ParameterKind.TICKET, ParameterKind.OTHER, ParameterKind.TEXT)


def _refuse(word: str, command: SlashCommand, given: dict[str, str], vocabulary: Vocabulary) -> None:
    """``word`` is left over: either it is too much, or it was meant for the one choice that is not made yet."""
    open_choices = [
        p for p in command.parameters if p.kind in vocabulary.choices and p.name not in given and not p.is_named
    ]
    if len(open_choices) == 1:
        _value(open_choices[0], word, command, vocabulary)
    raise BadArgument(name=shorten(word, _SHOWN), problem=N_("this is one word too many."), usage=command.usage)


def resolve(command: SlashCommand, given: dict[str, str], vocabulary: Vocabulary, context: TicketId | None) -> Parsed:
    """Check what was given for each parameter and bring it to its canonical form. Raises as ``parse``."""
    ticket = context
    arguments: dict[str, str] = {}
    for parameter in command.parameters:
        value = given.get(parameter.name)
        if parameter.kind is ParameterKind.TICKET:
            ticket = _ticket(parameter, value, command, context)
        elif value:
            arguments[parameter.name] = _value(parameter, value, command, vocabulary)
        elif parameter.required:
            raise BadArgument(name=parameter.name, problem=N_("this is missing."), usage=command.usage)
    return Parsed(command, ticket, arguments)


def _command(rest: _Rest, vocabulary: Vocabulary) -> SlashCommand:
    noun = (rest.take() or "").lower()
    alone = vocabulary.find(noun, "")
    if alone is not None:
        return alone
    verbs = [command.verb for command in vocabulary.commands if command.noun == noun]
    if not verbs:
        raise BadCommand(name=shorten(f"/{noun}", _SHOWN), hint=_hint(noun, list(vocabulary.nouns), "/{}"))
    verb = (rest.take() or "").lower()
    found = vocabulary.find(noun, verb)
    if found is None:
        hint = _hint(verb, verbs, f"/{noun} {{}}") if verb else f"/{noun}: {', '.join(verbs)}."
        raise BadCommand(name=shorten(f"/{noun} {verb}".rstrip(), _SHOWN), hint=hint)
    return found


def _hint(word: str, known: list[str], shape: str) -> str:
    close = difflib.get_close_matches(word, known, n=1)
    return f"Did you mean {shape.format(close[0])}?" if close else "/help lists them all."


def _is_left_to_another(command: SlashCommand, parameter: Parameter, rest: _Rest, context: TicketId | None) -> bool:
    """Whether the one ref given is another ticket's: the command wants one, and was typed in the thread of its own."""
    if parameter.kind is not ParameterKind.TICKET or context is None:
        return False
    wants_another = any(one.kind is ParameterKind.OTHER for one in command.parameters)
    return wants_another and parse_ref(_Rest(rest.line).second() or "") is None


def _positional(parameter: Parameter, rest: _Rest, vocabulary: Vocabulary, *, is_last: bool) -> str | None:
    token = rest.peek()
    if token is None:
        return None
    if parameter.kind is ParameterKind.TICKET:
        return rest.take() if parse_ref(token) is not None else None
    if parameter.kind in (ParameterKind.LINE, ParameterKind.TEXT) and not (rest.next_is_quoted() and not is_last):
        return rest.take_all()
    if parameter.kind in _RESTS and is_last and not rest.next_is_quoted():
        return rest.take_all()
    choices = vocabulary.choices.get(parameter.kind)
    if choices is not None and not parameter.required and _chosen(token, choices) is None:
        return None
    return rest.take()


def _ticket(
    parameter: Parameter, value: str | None, command: SlashCommand, context: TicketId | None
) -> TicketId | None:
    if value is None:
        if context is None and parameter.required:
            raise WhichTicket(usage=command.usage)
        return context
    ticket = parse_ref(value)
    if ticket is None:
        raise BadArgument(name=parameter.name, problem=N_("a ref is wanted, like T-12."), usage=command.usage)
    return ticket


def _value(parameter: Parameter, value: str, command: SlashCommand, vocabulary: Vocabulary) -> str:
    choices = vocabulary.choices.get(parameter.kind)
    if choices is not None:
        chosen = _chosen(value, choices)
        if chosen is None:
            listed = ", ".join(choice.value for choice in choices)
            word = shorten(value, _SHOWN)
            raise BadArgument(name=parameter.name, problem=f"“{word}” is not one of {listed}.", usage=command.usage)
        return chosen
    if parameter.kind is ParameterKind.FAQ:
        faq = parse_faq_ref(value)
        if faq is None:
            raise BadArgument(name=parameter.name, problem=N_("a FAQ's ref is wanted, like F-7."), usage=command.usage)
        return faq_ref(faq)
    if parameter.kind is ParameterKind.OTHER and parse_ref(value) is None:
        raise BadArgument(name=parameter.name, problem=N_("a ref is wanted, like T-12."), usage=command.usage)
    if parameter.kind is ParameterKind.NUMBER and not re.fullmatch(r"[1-9][0-9]{0,14}", value, re.ASCII):
        raise BadArgument(name=parameter.name, problem=N_("a whole number is wanted."), usage=command.usage)
    return value


def _chosen(word: str, choices: tuple[Choice, ...]) -> str | None:
    folded = word.casefold()
    return next((c.value for c in choices if folded in (c.value.casefold(), c.label.casefold())), None)
