"""What a chat platform shows for a reaction that is another's own."""

import re

STAND_IN = "🔸"
"""That somebody reacted; with what, the console tells."""
_OWN = re.compile(r":([^:\s]+):")


def own_name(emoji: str) -> str | None:
    """Without its colons the name of an emoji of somebody's own; None for one that everybody has."""
    found = _OWN.fullmatch(emoji)
    return found[1] if found else None
