"""Words made fit for a place on Discord: counted as the strictest reader would, and cut between characters.

Discord counts Unicode code points (https://github.com/discord/discord-api-docs/issues/1315); here UTF-16 units are
counted, of which an emoji has two: never fewer, so that a text that fits here fits there, and in a client as well.
"""

from adapters.chat.addresses import is_web_address
from adapters.chat.clusters import units, whole
from core.text import clean_line

__all__ = ["ELLIPSIS", "clip", "head", "is_web_link", "one_line", "units"]

ELLIPSIS = "…"


def head(words: str, room: int) -> str:
    """The beginning of ``words`` that takes at most ``room`` units, ending between characters as people see them."""
    if room <= 0:
        return ""
    if len(words) <= room and units(words) <= room:
        return words
    end = len(words[:room].encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore"))
    return whole(words, end)


def clip(words: str, room: int) -> str:
    """``words`` in at most ``room`` units, with an ellipsis where something was cut."""
    return words if units(words) <= room else head(words, room - 1).rstrip() + ELLIPSIS


def one_line(words: str, room: int) -> str:
    """One line for a place that knows no markup: a button, a label, a name, a footer."""
    return clip(clean_line(words), room)


def is_web_link(url: str, room: int) -> bool:
    """Whether Discord takes ``url`` as a link: http or https, with a host, and at most ``room`` units long."""
    return units(url) <= room and is_web_address(url)
