"""The shapes that every door can show: cards with fields and buttons, forms with fields to fill.

Words in them are the reader's language already, and are untrusted all the same (a title is a person's): each door
escapes what it shows. Limits are the doors' to fit.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from core.rules.snippets import Snippet
from core.text import Text

Gettext = Callable[[str], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """For whom words are made."""

    gettext: Gettext
    zone: tzinfo
    now: datetime
    """Aware, UTC."""
    is_staff: bool = False


class Tone(StrEnum):
    """How a card feels: a colour or a mark, where the door has one."""

    PLAIN = "plain"
    GOOD = "good"
    WARNING = "warning"
    URGENT = "urgent"


class ButtonStyle(StrEnum):
    PRIMARY = "primary"
    PLAIN = "plain"
    DANGER = "danger"


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """``action`` (``core/actions.py``) runs a command; ``url`` opens a page. One of the two."""

    label: str
    action: str | None = None
    url: str | None = None
    style: ButtonStyle = ButtonStyle.PLAIN
    is_answers: bool = False
    """Whether it belongs to what was just done, so that it stands where the ticket's own card shows all the rest."""


@dataclass(frozen=True, slots=True)
class Field:
    """A fact with its name: "Priority: urgent"."""

    label: str
    value: str | datetime
    """A point in time is shown in the reader's zone."""
    key: str = ""
    """What the fact is, in whatever language its label: for a door that sets some facts apart."""


class StepState(StrEnum):
    DONE = "done"
    NOW = "now"
    TO_COME = "to_come"


@dataclass(frozen=True, slots=True)
class Step:
    """A stop on the progress line: opened, with an agent, answered, resolved."""

    label: str
    state: StepState


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A line of a list: a ticket, a person, a failed delivery."""

    title: str
    detail: str = ""
    url: str | None = None
    ref: str | None = None
    buttons: tuple[Button, ...] = ()
    snippet: Snippet | None = None
    """Where the words stand by which it was found."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    title: str
    body: Text = Text()  # noqa: RUF009 - frozen and empty, so safely shared
    subtitle: str = ""
    tone: Tone = Tone.PLAIN
    fields: tuple[Field, ...] = ()
    progress: tuple[Step, ...] = ()
    rows: tuple[Row, ...] = ()
    buttons: tuple[Button, ...] = ()
    footer: str = ""
    url: str | None = None
    """The page that shows it all."""


class InputKind(StrEnum):
    LINE = "line"
    PARAGRAPH = "paragraph"
    CHOICE = "choice"
    CHOICES = "choices"
    """Several of the choices: its value is theirs with commas between."""
    FILES = "files"


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class When:
    """A condition on an input: shown only while ``field`` has ``value``."""

    field: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Input:
    key: str
    label: str
    kind: InputKind
    required: bool = False
    hint: str = ""
    value: str = ""
    """What it is filled with beforehand."""
    choices: tuple[Choice, ...] = ()
    max_length: int | None = None
    when: When | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        """The values of the choices that it is filled with."""
        several = self.kind is InputKind.CHOICES
        return tuple(part for part in (self.value.split(",") if several else [self.value]) if part)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """``action`` is what a submit runs. A door that cannot show the inputs with a ``when`` sends the others first, and
    is answered with a form of those that remain."""

    action: str
    title: str
    submit: str
    inputs: tuple[Input, ...]
    intro: str = ""
    problem: str = ""
    """What was wrong with the last submit."""
    again: str = ""
    """What a button does that opens it, for a door that cannot show a form at this moment; "" where nothing can."""
    skip: str = ""
    """What a button does that leaves it empty, where nothing in it must be answered."""
