"""Slack's three signs of control, and the words that would be markup in ``mrkdwn``.

https://docs.slack.dev/messaging/formatting-message-text: ``&``, ``<`` and ``>`` are written as entities, which also
disarms ``<!channel>``. For ``*``, ``_``, ``~``, backticks and ``:emoji:`` there is no escape: words that hold them go
into ``rich_text`` or ``plain_text``, where nothing is markup.
"""

import re

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_SIGNS = {entity: sign for sign, entity in _ENTITIES.items()}
_SIGN = re.compile("[&<>]")
_ENTITY = re.compile("&(?:amp|lt|gt);")
_MARKUP = re.compile(r"[*_~`\n]|:[a-z0-9_+'-]+:|^\s*(?:>|[•◦▪‣-]\s|\d+\.\s)", re.IGNORECASE)


def escape(words: str) -> str:
    return _SIGN.sub(lambda found: _ENTITIES[found[0]], words)


def unescape(words: str) -> str:
    return _ENTITY.sub(lambda found: _SIGNS[found[0]], words)


def is_tame(words: str) -> bool:
    """Whether ``words``, one line, show in ``mrkdwn`` as themselves once they are escaped."""
    return _MARKUP.search(words) is None
