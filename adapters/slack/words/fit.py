"""Words made fit for a place on Slack: counted as the strictest reader would, and cut between characters.

Slack says "characters" and not which. Here UTF-16 units are counted, of which an emoji has two, and each sign as long
as its longest escape (``&`` as ``&amp;``, ``"`` as ``\\"``): never fewer, so that a text that fits here fits there.
"""

import json
from collections.abc import Mapping
from typing import Any

from adapters.chat import clusters
from adapters.chat.clusters import whole
from core.text import clean_line

Payload = dict[str, Any]
"""JSON as Slack takes it: its shape is Slack's to say."""

ELLIPSIS = "…"
NONE = "–"
"""Where Slack wants a word, and there is none."""

# https://docs.slack.dev/reference/block-kit/blocks and /block-elements and /composition-objects, each by its name.
MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
HEADER = 150
FIELDS = 10
CONTEXT_WORDS = 1_000
"""Of a line of small print; Slack takes 3,000."""
BUTTONS = 25
BUTTON = 75
ACTION_ID = 255
OVERFLOW = 5
OPTIONS = 100
OPTION = 75
OPTION_VALUE = 75
"""Slack's pages say 150, the types that it gives out 75 (@slack/types)."""
LINK = 3_000
TITLE = 24
"""Of a modal; of what sends it too."""
METADATA = 3_000
LABEL = 2_000
HINT = 2_000
INPUT = 3_000

FALLBACK = 4_000
"""A message's ``text``: https://docs.slack.dev/reference/methods/chat.postMessage recommends no more."""
MESSAGE_SIZE = 12_000
"""All of a message's blocks as JSON. Past some 13,200 Slack refuses them (``msg_blocks_too_long``); no page tells it:
https://github.com/slackapi/bolt-js/issues/2509, https://github.com/slackapi/bolt-js/issues/2867."""

_WEIGHTS = {"&": 5, "<": 4, ">": 4, '"': 2, "\\": 2, "\n": 2}
_BLOCK = 30
"""What Slack adds to a block: an id."""


def units(words: str) -> int:
    """The length of ``words``."""
    return clusters.units(words) + sum((weight - 1) * words.count(sign) for sign, weight in _WEIGHTS.items())


def size(*parts: Payload) -> int:
    """The length of blocks, or of what stands in them, as JSON."""
    written = json.dumps(parts, ensure_ascii=False)
    escapes = sum((_WEIGHTS[sign] - 1) * written.count(sign) for sign in "&<>")
    return clusters.units(written) + escapes + _BLOCK * len(parts)


def head(words: str, room: int) -> str:
    """The beginning of ``words`` that takes at most ``room`` units, ending between characters as people see them."""
    return _head(words, room, _WEIGHTS)


def typed(words: str, room: int) -> str:
    """The same for words that Slack gives back as they are: a sign counts as itself."""
    return _head(words, room, {})


def clip(words: str, room: int) -> str:
    """``words`` in at most ``room`` units, with an ellipsis where something was cut."""
    kept = head(words, room)
    return words if len(kept) == len(words) else head(kept, room - 1).rstrip() + ELLIPSIS


def one_line(words: str, room: int) -> str:
    """One line for a place that knows no markup: a button, a label, a name, a header."""
    return clip(clean_line(words), room)


def _head(words: str, room: int, weights: Mapping[str, int]) -> str:
    left = room
    for end, char in enumerate(words):
        left -= weights.get(char, 1) if char < "\U00010000" else 2
        if left < 0:
            return whole(words, end)
    return words
