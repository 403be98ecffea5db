"""What a button or a form carries: which command it runs, written so that it survives restarts and upgrades.

An id is ``1.<noun>.<verb>.<ticket or ->`` with ``.<name>=<value>`` for each argument; a form's is
``1!<noun>!<verb>!d!<draft>`` or ``1!<noun>!<verb>!t!T<ticket>``. It fits Discord's ``custom_id`` (100 characters,
docs.discord.com/developers/components/reference) and Slack's ``action_id`` (255). An id of a version that is not known
here is refused with a sentence, not guessed at.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from core.errors import N_, BadInput
from core.model.ids import DraftId, TicketId

_VERSION = "1"
MAX_LENGTH = 100
_WORD = re.compile(r"[a-z]*", re.ASCII)
_NUMBER = re.compile(r"[1-9][0-9]{0,14}", re.ASCII)
_DRAFT = re.compile(r"[A-Za-z0-9_-]{1,40}", re.ASCII)


class UnknownAction(BadInput):
    template = N_("That button is from another version of the desk. Type the command instead; /help lists them.")


@dataclass(frozen=True, slots=True)
class Press:
    """A button pressed: a command with its arguments given."""

    noun: str
    verb: str
    ticket: TicketId | None = None
    arguments: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Submit:
    """A form sent: the draft that gathers what was typed, or the ticket that it is about."""

    noun: str
    verb: str
    draft: DraftId | None = None
    ticket: TicketId | None = None


def encode_press(press: Press) -> str:
    """Raises ValueError where it would not fit: such a button is a mistake in the code that made it."""
    arguments = "".join(f".{name}={_quote(value)}" for name, value in press.arguments.items())
    return _fitting(f"{_VERSION}.{press.noun}.{press.verb}.{press.ticket or '-'}{arguments}")


def encode_submit(submit: Submit) -> str:
    """Raises ValueError where it would not fit."""
    about = submit.draft or (f"T{submit.ticket}" if submit.ticket else "-")
    kind = "d" if submit.draft else "t"
    return _fitting(f"{_VERSION}!{submit.noun}!{submit.verb}!{kind}!{about}")


def decode(action: str) -> Press | Submit:
    """Raises UnknownAction for anything that this desk did not write."""
    if len(action) > MAX_LENGTH:
        raise UnknownAction
    if action.startswith(f"{_VERSION}!"):
        return _decode_submit(action)
    return _decode_press(action)


def _decode_press(action: str) -> Press:
    version, *parts = action.split(".")
    if version != _VERSION or len(parts) < 3:
        raise UnknownAction
    noun, verb, ticket, *arguments = parts
    pairs = [argument.partition("=") for argument in arguments]
    if not (_WORD.fullmatch(noun) and _WORD.fullmatch(verb)) or not all(_WORD.fullmatch(name) for name, _, _ in pairs):
        raise UnknownAction
    given = {name: unquote(value) for name, _, value in pairs}
    if given.get("draft") and not _DRAFT.fullmatch(given["draft"]):
        raise UnknownAction
    return Press(noun, verb, _ticket(ticket), given)


def _decode_submit(action: str) -> Submit:
    parts = action.split("!")
    if len(parts) != 5 or not (_WORD.fullmatch(parts[1]) and _WORD.fullmatch(parts[2])):
        raise UnknownAction
    _, noun, verb, kind, about = parts
    if kind == "d" and _DRAFT.fullmatch(about):
        return Submit(noun, verb, draft=DraftId(about))
    if kind == "t":
        return Submit(noun, verb, ticket=_ticket(about.removeprefix("T")))
    raise UnknownAction


def _ticket(number: str) -> TicketId | None:
    if number == "-":
        return None
    if not _NUMBER.fullmatch(number):
        raise UnknownAction
    return TicketId(int(number))


def _quote(value: str) -> str:
    return quote(value, safe="").replace(".", "%2E")


def _fitting(action: str) -> str:
    if len(action) > MAX_LENGTH:
        raise ValueError(f"an action of {len(action)} characters: {action!r}")
    return action
