"""What a Slack message is and says, as events and the history tell of it, in the desk's own terms.

https://docs.slack.dev/reference/events/message
"""

import re
from collections.abc import Mapping
from typing import Any

from adapters.slack.groups import Groups
from adapters.slack.people import People
from adapters.slack.words.parse import mentioned_users, parse_message
from core.text import Text

Message = Mapping[str, Any]
"""JSON as Slack sends it, with its ``channel`` in it."""

_SAID = frozenset({None, "file_share", "me_message", "thread_broadcast"})
"""What people write; the other subtypes are Slack's own lines (somebody joined, something was pinned), and bots'."""
_SLACKBOT = "USLACKBOT"
_NAMED_CHANNEL = re.compile(r"<#([CG][A-Z0-9]{1,30})\|([^<>\n]+)>")


def is_said(message: Message, bot_user: str) -> bool:
    """Whether a person wrote it: no bot, not the app (which speaks for people elsewhere), not Slack."""
    by_bot = message.get("user") in (None, "", bot_user, _SLACKBOT) or bool(message.get("bot_id"))
    return not (by_bot or message.get("hidden") or message.get("subtype") not in _SAID)


def root_of(message: Message) -> str:
    """The ts of the message whose thread it is in, its own where it is in none."""
    return str(message.get("thread_ts") or message["ts"])


def is_in_thread(message: Message) -> bool:
    return root_of(message) != str(message["ts"])


def happened_at(event: Message) -> str:
    """When what an event tells of happened, as a ts: an edit later than what was edited."""
    return str(event.get("event_ts") or event["ts"])


def edited_at(message: Message) -> str:
    """When its author changed it last, as a ts; "" where they never did."""
    edited = message.get("edited") or {}
    return str(edited.get("ts") or "")


def line_for_app(message: Message, bot_user: str) -> str | None:
    """What is asked of the app, as Slack writes it, where the message begins with a mention of it; else None."""
    mention = re.match(rf"\s*<@{re.escape(bot_user)}(?:\|[^<>\n]*)?>[\s,:]*", str(message.get("text") or ""))
    return str(message["text"])[mention.end() :].strip() if mention else None


async def words_of(message: Message, people: People, groups: Groups) -> Text:
    """Raises Unavailable, Retry and Refused."""
    mentions = await people.mentions(mentioned_users(message))
    channels = dict(_NAMED_CHANNEL.findall(str(message.get("text") or "")))
    return parse_message(message, mentions, channels, groups.names, people.workspace_url)
