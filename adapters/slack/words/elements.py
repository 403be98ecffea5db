"""The parts that blocks are made of, as Slack takes them: https://docs.slack.dev/reference/block-kit."""

from adapters.slack.words.escape import escape
from adapters.slack.words.fit import Payload

Style = frozenset[str]
PLAIN: Style = frozenset()
BOLD: Style = frozenset({"bold"})


def plain_text(words: str) -> Payload:
    """Words in which nothing is markup, nor ``:name:`` an emoji."""
    return {"type": "plain_text", "text": words, "emoji": False}


def mrkdwn(words: str) -> Payload:
    """Markup, escaped already. ``verbatim``: Slack makes no links and no mentions of words that are not marked as such
    (https://docs.slack.dev/reference/block-kit/composition-objects/text-object)."""
    return {"type": "mrkdwn", "text": words, "verbatim": True}


def text(words: str, style: Style = PLAIN) -> Payload:
    return styled({"type": "text", "text": words}, style)


def link(url: str, words: str = "", style: Style = PLAIN) -> Payload:
    return styled({"type": "link", "url": url} | ({"text": words} if words and words != url else {}), style)


def user(key: str) -> Payload:
    """A mention, which pings."""
    return {"type": "user", "user_id": key}


def line(*parts: Payload) -> Payload:
    return {"type": "rich_text_section", "elements": list(parts)}


def bullets(*lines: Payload) -> Payload:
    return {"type": "rich_text_list", "style": "bullet", "elements": list(lines)}


def rich(*elements: Payload) -> Payload:
    return {"type": "rich_text", "elements": list(elements)}


def context(words: str) -> Payload:
    """Small print."""
    return {"type": "context", "elements": [plain_text(words)]}


def header(words: str) -> Payload:
    return {"type": "header", "text": plain_text(words)}


def web(url: str, words: str) -> str:
    """A link, as ``mrkdwn``."""
    return f"<{escape(url)}|{escape(words)}>"


def styled(part: Payload, style: Style) -> Payload:
    """``style``: any of ``bold``, ``italic``, ``strike``, ``code``."""
    return part | ({"style": dict.fromkeys(sorted(style), True)} if style else {})
