"""What is typed behind the one slash command, or behind a mention of the app, as a line of the desk's grammar; and the
desk's commands as they are typed on Slack."""

import re
from collections.abc import Mapping
from dataclasses import replace

from adapters.slack.words.escape import unescape
from core.cards.card import Card, Form, Reader
from core.errors import BadArgument, BadCommand, Gettext, Refusal
from core.grammar import Parsed, parse
from core.model.ids import TicketId, parse_ref
from core.vocabulary import ParameterKind, SlashCommand, Vocabulary

_NOUN = "ticket"
"""Its verbs are typed right behind the command."""
_HELP = "/help"
_PERSON = re.compile(r"<@([UW][A-Z0-9]{1,31})(?:\|[^<>]*)?>")
_LINK = re.compile(r"<(?:(https?://|mailto:)([^<>|\s]+)|[@#!][^<>|\s]*)(?:\|([^<>]*))?>")
"""How Slack writes out what is typed as a link or as a mention (https://docs.slack.dev/messaging/formatting-message-text)."""
_OF_THE_DESK = ("usage", "hint", "mend")
"""Values of a refusal that the desk itself worded; the others may be people's words."""


def line_of(typed: str, vocabulary: Vocabulary) -> str:
    """The line of ``core/grammar.py`` that is meant by ``typed``."""
    words = typed.strip()
    first = words.split(maxsplit=1)[0].lower() if words else ""
    if not first:
        return _HELP
    is_noun = first in vocabulary.nouns and vocabulary.find(_NOUN, first) is None
    return f"/{words}" if is_noun else f"/{_NOUN} {words}"


def read(line: str, vocabulary: Vocabulary, context: TicketId | None = None) -> Parsed:
    """As ``core.grammar.parse``, but that a command without any of its arguments is one too: a form may ask for them.

    ``line``: with Slack's entities in it, which only a text keeps: it is read as markup, where they matter. Raises
    BadCommand, BadArgument or WhichTicket.
    """
    try:
        return parse(line, vocabulary, context)
    except BadArgument:
        unescaped = unescape(line)
    try:
        return parse(unescaped, vocabulary, context)
    except BadArgument:
        bare = _bare(unescaped, vocabulary, context)
        if bare is None:
            raise
        return bare


def given_in(parsed: Parsed) -> Mapping[str, str]:
    """The arguments, those that are shown as words alone as such."""
    kinds = {one.name: one.kind for one in parsed.command.parameters}
    is_text = {name: kinds[name] is ParameterKind.TEXT for name in parsed.arguments}
    return {name: value if is_text[name] else plain(value) for name, value in parsed.arguments.items()}


def people_in(parsed: Parsed) -> Mapping[str, str]:
    """Parameter -> the user whom a mention in it means."""
    kinds = (ParameterKind.PERSON, ParameterKind.AGENT)
    given = {one.name: parsed.arguments.get(one.name, "") for one in parsed.command.parameters if one.kind in kinds}
    named = {name: user_in(value) for name, value in given.items()}
    return {name: user for name, user in named.items() if user is not None}


def user_in(value: str) -> str | None:
    """Whom a mention, and nothing but one, means."""
    found = _PERSON.fullmatch(value.strip())
    return found[1] if found else None


def plain(value: str) -> str:
    """A link as its address, a mention as the name in it, without entities."""
    return unescape(_LINK.sub(_shown, value))


def _shown(found: re.Match[str]) -> str:
    scheme, address, label = found.groups()
    return label or "" if address is None else ("" if scheme == "mailto:" else scheme) + address


class Spoken:
    """``command``: the slash command, with its slash."""

    def __init__(self, command: str, vocabulary: Vocabulary) -> None:
        self._command = command
        nouns = "|".join(sorted(map(re.escape, vocabulary.nouns), key=len, reverse=True))
        self._named = re.compile(rf"(?<![\w/.-])/(?:{nouns})\b(?: |(?=\W|$))")
        self._usages = {one.usage: self.of(one.usage) for one in vocabulary.commands}
        self._listed = {f"/{noun}": command if noun == _NOUN else f"{command} {noun}" for noun in vocabulary.nouns}

    def of(self, words: str) -> str:
        """The desk's own words with its commands in them as they are typed here: ``/staff note`` is ``/ticket staff
        note``."""
        return self._named.sub(lambda found: self._typed(found[0]), words)

    def gettext(self, refusal: Refusal, reader: Reader) -> Gettext:
        """``reader``'s, for the sentence of ``refusal``: without touching what somebody else worded."""
        own = {refusal.template, *(refusal.values.get(name) for name in _OF_THE_DESK)}
        bad = refusal.values["name"] if isinstance(refusal, BadCommand) else None

        def gettext(message: str) -> str:
            words = reader.gettext(message)
            return self._typed(words) if message == bad else self.of(words) if message in own else words

        return gettext

    def card(self, card: Card) -> Card:
        """A list of commands, as the help is."""
        known = self._listed | self._usages
        if not any(row.title in known for row in card.rows):
            return card
        rows = tuple(replace(row, title=known.get(row.title, row.title)) for row in card.rows)
        return replace(card, rows=rows, footer=self.of(card.footer))

    def form(self, form: Form) -> Form:
        """Whose problem may end with how the command is used."""
        for usage, typed in self._usages.items():
            if form.problem.endswith(f" {usage}"):
                return replace(form, problem=f"{form.problem.removesuffix(usage)}{typed}")
        return form

    def _typed(self, name: str) -> str:
        short = f"/{_NOUN} "
        return f"{self._command} {name.removeprefix(short if name.startswith(short) else '/')}"


def command_named(line: str, vocabulary: Vocabulary) -> tuple[SlashCommand, list[str]] | None:
    """The command that a line begins with, and the words behind it."""
    noun, *words = line.removeprefix("/").split() or [""]
    alone = vocabulary.find(noun.lower(), "")
    if alone is not None:
        return alone, words
    command = vocabulary.find(noun.lower(), words[0].lower()) if words else None
    return None if command is None else (command, words[1:])


def _bare(line: str, vocabulary: Vocabulary, context: TicketId | None) -> Parsed | None:
    found = command_named(line, vocabulary)
    if found is None:
        return None
    command, words = found
    if any(one.kind is ParameterKind.TICKET for one in command.parameters) and words:
        named = parse_ref(words[0])
        context, words = (named, words[1:]) if named is not None else (context, words)
    return None if words else Parsed(command, context, {})
