"""Where the desk's events are posted: a server of somebody's own, and what it may hear of."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """``[[endpoints]]`` of bot.toml. It hears what happened; words that people typed only where it says so."""

    key: str
    events: tuple[str, ...] = ("*",)
    """The types of events that it wants: ``ticket.opened``, ``ticket.*`` or ``*``."""
    categories: frozenset[str] | None = None
    """Of what categories; None for all, and for what is no ticket's too."""
    with_text: bool = False
    """Whether it reads titles, descriptions, tags, messages, names of files, and what people are called."""
    with_notes: bool = False
    """Whether the words of notes are among them."""
    with_sensitive: bool = False
    """Whether it hears of sensitive tickets at all."""

    @property
    def trouble(self) -> str:
        """The key of the trouble that stands for as long as it is switched off."""
        return f"webhook:{self.key}:gone"

    def wants(self, type_: str) -> bool:
        return any(fits(pattern, type_) for pattern in self.events)


def fits(pattern: str, type_: str) -> bool:
    """Whether ``pattern`` (a type, or ``noun.*``, or ``*``) takes events of ``type_``."""
    return pattern in ("*", type_) or (pattern.endswith(".*") and type_.startswith(pattern[:-1]))
