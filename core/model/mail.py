"""What a person is written of by mail, and whether they want it."""

from collections.abc import Mapping
from enum import StrEnum
from hashlib import sha256

from core.errors import N_
from core.model.people import email_key
from core.text import Json

PREFERENCE = "mail"
"""The key of a person's own choices: an object of kinds, each true or false; one that is not there is as by default."""


class MailKind(StrEnum):
    RECEIVED = "received"
    """Their mail became a ticket."""
    ANSWER = "answer"
    """Of their ticket: words for them, a question, a reminder of one."""
    SOLVED = "solved"
    REOPENED = "reopened"
    ASSIGNED = "assigned"
    """A ticket was given to them."""
    OFFERED = "offered"
    """They are asked to take one."""
    SAID = "said"
    """Words for whoever has the ticket."""


KIND_WORDS = {
    MailKind.RECEIVED: N_("your mail became a ticket"),
    MailKind.ANSWER: N_("answers and questions in your tickets"),
    MailKind.SOLVED: N_("your ticket is solved or closed"),
    MailKind.REOPENED: N_("your ticket is open again"),
    MailKind.ASSIGNED: N_("a ticket is given to you"),
    MailKind.OFFERED: N_("you are asked to take a ticket"),
    MailKind.SAID: N_("new words in the tickets that you have"),
}
"""What people read for a kind."""

OF_STAFF = frozenset({MailKind.ASSIGNED, MailKind.OFFERED, MailKind.SAID})
"""What only staff are told."""
_ONLY_IF_ASKED = frozenset({MailKind.OFFERED, MailKind.SAID})


def is_wanted(kind: MailKind, preferences: Mapping[str, Json], *, is_on_chat: bool) -> bool:
    """Whether a person is written of it. ``preferences``: all of theirs; ``is_on_chat``: whether a chat platform
    reaches them, which is enough unless they say otherwise."""
    own = _own(preferences).get(kind)
    if own is not None:
        return own
    return kind is MailKind.RECEIVED or (kind not in _ONLY_IF_ASKED and not is_on_chat)


def chosen(preferences: Mapping[str, Json], choices: Mapping[MailKind, bool]) -> Mapping[str, Json]:
    """The preference with ``choices`` in it, the others as they were."""
    return {**_own(preferences), **{kind.value: choice for kind, choice in choices.items()}}


def _own(preferences: Mapping[str, Json]) -> Mapping[str, bool]:
    kept = preferences.get(PREFERENCE)
    return {kind: one for kind, one in kept.items() if isinstance(one, bool)} if isinstance(kept, Mapping) else {}


def bounce_key(address: str) -> str:
    """The trouble that an address is which takes no mail: as long as it stands there, it is not written to."""
    return f"mail:bounced:{sha256(email_key(address).encode()).hexdigest()[:32]}"


def bounce_code(address: str) -> str:
    """What an admin types to clear it."""
    return bounce_key(address)[-8:]
