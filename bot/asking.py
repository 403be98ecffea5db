"""Which form a command opens, and what its parameters may mean: made from its declaration, without a wait."""

from collections.abc import Iterable, Mapping, Sequence

from bot.commands.asking_first import SURE
from core.actions import Press, Submit, UnknownAction, decode
from core.cards.card import Form, Reader
from core.cards.faq import faq_form
from core.cards.forms import command_form, open_form, questions_form
from core.model.desk import Desk
from core.model.draft import HELD_BACK, HELD_TITLE, SHOWN, SIMILAR
from core.model.ids import DraftId, TicketId
from core.vocabulary import Asks, Choice, Parameter, ParameterKind, SlashCommand, Vocabulary

SUGGESTIONS = 25
"""Discord shows no more (interactions/application-commands)."""


class Asking:
    def __init__(self, vocabulary: Vocabulary, desk: Desk) -> None:
        self._vocabulary = vocabulary
        self._desk = desk

    def of_command(
        self,
        command: SlashCommand,
        given: Mapping[str, str],
        reader: Reader,
        ticket: TicketId | None = None,
        *,
        pressed: bool = False,
    ) -> Form | None:
        """None where it can run with what is given, or must look up what to ask. ``pressed``: it was a button."""
        if command.asks is Asks.DRAFT:
            return self._begun(command, given, reader, ticket)
        if command.asks is Asks.LOOKED_UP or not _is_to_ask(command, given, pressed=pressed):
            return None
        return command_form(command, given, ticket, self._vocabulary, reader)

    def at(self, action: str, reader: Reader, values: Mapping[str, str]) -> Form | None:
        """The form that a button opens. ``values``: what its draft holds. Raises UnknownAction."""
        press = pressed(action)
        command = self.named(press)
        if command.asks is not Asks.DRAFT:
            asks, given = "skip" not in press.arguments, self.held_back(press, values)
            if asks and self.is_held_back(press):
                return command_form(command, given, press.ticket, self._vocabulary, reader)
            return self.of_command(command, given, reader, press.ticket, pressed=asks)
        if "skip" in press.arguments:
            return None
        if command.noun == "faq" and not press.arguments.get("draft"):
            return self._begun(command, press.arguments, reader, press.ticket)
        draft = DraftId(press.arguments["draft"]) if press.arguments.get("draft") else None
        if command.noun == "faq":
            return faq_form(values, self._desk, reader, draft=draft)
        category = self._desk.categories.get(press.arguments.get("category", ""))
        if category is not None:
            return questions_form(category, values, reader, draft=draft)
        return open_form(values, self._desk, reader, draft=draft)

    def _begun(
        self, command: SlashCommand, given: Mapping[str, str], reader: Reader, ticket: TicketId | None
    ) -> Form | None:
        """The form of a command that has one of its own. None where it must be looked up what to fill it with."""
        if command.noun != "faq":
            return open_form(given, self._desk, reader)
        return None if ticket is not None or "ref" in given or "faq" in given else faq_form({}, self._desk, reader)

    def skipping(self, press: Press, values: Mapping[str, str]) -> tuple[Submit, Mapping[str, str]] | None:
        """What the button sends that leaves a category's other questions empty; None for any other button. ``values``:
        what its draft holds, which stays."""
        command, arguments = self.named(press), press.arguments
        if command.asks is Asks.DRAFT and arguments.get("skip") == SIMILAR and arguments.get("draft"):
            return Submit(command.noun, command.verb, draft=DraftId(arguments["draft"])), {SIMILAR: SHOWN}
        category = self._desk.categories.get(arguments.get("category", ""))
        if command.asks is not Asks.DRAFT or "skip" not in arguments or category is None or not arguments.get("draft"):
            return None
        sent = Submit(command.noun, command.verb, draft=DraftId(arguments["draft"]))
        asked = map(category.input_key, category.questions)
        return sent, {key: "" for key in asked if key not in values}

    def is_held_back(self, press: Press) -> bool:
        """Whether the button asks about words that a draft holds because they look like a secret."""
        return bool(press.arguments.get("draft")) and SURE in self.named(press).parameters

    def held_back(self, press: Press, values: Mapping[str, str]) -> Mapping[str, str]:
        """What the button gives, with those words."""
        if not self.is_held_back(press) or HELD_BACK not in values:
            return press.arguments
        parameters = self.named(press).parameters
        texts = dict.fromkeys((one.name for one in parameters if one.kind is ParameterKind.TEXT), values[HELD_BACK])
        titles = {one.name: values.get(HELD_TITLE, "") for one in parameters if one.kind is ParameterKind.LINE}
        return {**press.arguments, **texts, **titles}

    def named(self, action: Press | Submit) -> SlashCommand:
        """Raises UnknownAction."""
        command = self._vocabulary.find(action.noun, action.verb)
        if command is None:
            raise UnknownAction
        return command

    def choices(self, kind: ParameterKind, typed: str, reader: Reader) -> Sequence[Choice]:
        """The parameter's values that fit what was typed so far."""
        offered = (Choice(c.value, reader.gettext(c.label)) for c in self._vocabulary.choices.get(kind, ()))
        return likeliest(offered, typed)


def must_look_up(command: SlashCommand, given: Mapping[str, str]) -> bool:
    """Whether it asks for what is missing by a form whose choices are not known yet."""
    return command.asks is Asks.LOOKED_UP and bool(_missing(command, given))


def pressed(action: str) -> Press:
    """Raises UnknownAction."""
    found = decode(action)
    if not isinstance(found, Press):
        raise UnknownAction
    return found


def likeliest(choices: Iterable[Choice], typed: str) -> Sequence[Choice]:
    """Those in which ``typed`` occurs, those that begin with it first."""
    wanted = typed.strip().casefold().removeprefix("@")
    fitting = [c for c in choices if wanted in c.label.casefold() or wanted in c.value.casefold()]
    begins = sorted(fitting, key=lambda c: not (c.label.casefold().startswith(wanted) or c.value.startswith(wanted)))
    return begins[:SUGGESTIONS]


def further(tags: Iterable[str], typed: str) -> Sequence[Choice]:
    """What ``typed``, a list with commas, may become by one of ``tags`` for its last; none that it has already."""
    before, comma, last = typed.rpartition(",")
    there = {one.strip().casefold() for one in before.split(",")}
    head = f"{before}{comma}"
    fitting = likeliest((Choice(tag, tag) for tag in tags if tag not in there), last.replace("#", ""))
    return [Choice(f"{head}{choice.value}", f"{head}{choice.label}") for choice in fitting]


def _is_to_ask(command: SlashCommand, given: Mapping[str, str], *, pressed: bool) -> bool:
    asked, missing = _asked(command), _missing(command, given)
    if any(parameter.required for parameter in missing):
        return True
    match command.asks:
        case Asks.PRESSED:
            return pressed and bool(missing)
        case Asks.ALWAYS:
            return len(missing) == len(asked)
        case _:
            return False


def _asked(command: SlashCommand) -> Sequence[Parameter]:
    return [parameter for parameter in command.shown if parameter.kind is not ParameterKind.TICKET]


def _missing(command: SlashCommand, given: Mapping[str, str]) -> Sequence[Parameter]:
    return [parameter for parameter in _asked(command) if not given.get(parameter.name)]
