"""How well a text answers to words: by where they stand and how often, and by nothing else.

No count of other texts goes in, however it is usual: what somebody may not read must not move what they may.
"""

from collections.abc import Sequence

from core.rules.snippets import Pattern, aligned

_IN_TITLE, _IN_TEXT, _IN_NOTES = 6.0, 1.0, 0.5
_TOGETHER = 4.0
"""For a title with all the words."""
_LOOKED_AT = 4_000
"""Characters of a text."""


def relevance(patterns: Sequence[Pattern], title: str, said: str, noted: str = "") -> float:
    """Higher is better; only to compare with others for the same words."""
    parts = ((title, _IN_TITLE), (said, _IN_TEXT), (noted, _IN_NOTES))
    flat = [(aligned(text[:_LOOKED_AT]), weight) for text, weight in parts]
    score = sum(weight * _often(pattern, text) for text, weight in flat for pattern in patterns)
    in_title = [pattern for pattern in patterns if pattern.search(flat[0][0])]
    together = _TOGETHER * len(in_title) / len(title.split() or [""]) if len(in_title) == len(patterns) else 0.0
    return score + min(together, _TOGETHER)


def _often(pattern: Pattern, text: str) -> float:
    """From 0 towards 1: twice says more than once, and ten times little more than five."""
    count = len(pattern.findall(text))
    return count / (count + 1)
